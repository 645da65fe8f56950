//! `tls_cert_with_extern_psk`: RFC 8773 §5.

use super::super::{ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// An external PSK goes into the key schedule, and certificates authenticate all the same.
///
/// ```text
/// struct {
///     select (Handshake.msg_type) {
///         case client_hello: Empty;
///         case server_hello: Empty;
///     };
/// } CertWithExternPSK;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertWithExternPsk;

impl<'a> Decode<'a> for CertWithExternPsk {
    const NAME: &'static str = "CertWithExternPSK";

    fn read(_: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl<'a> ExtensionBody<'a> for CertWithExternPsk {
    const TYPE: ExtensionType = ExtensionType::CERT_WITH_EXTERN_PSK;
}

impl Encode for CertWithExternPsk {
    fn encode(&self, _: &mut Writer<'_>) {}
}
