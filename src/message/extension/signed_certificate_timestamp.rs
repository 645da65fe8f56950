//! `signed_certificate_timestamp`: RFC 6962 §3.3.1, RFC 9846 §4.5.1.1 (8446 §4.4.2.1).

use super::super::{ExtensionBody, ExtensionType, OpaqueList};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The sender wants to see them, in ClientHello or CertificateRequest.
///
/// ```text
/// struct {} SignedCertificateTimestampRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedCertificateTimestampRequest;

impl<'a> Decode<'a> for SignedCertificateTimestampRequest {
    const NAME: &'static str = "SignedCertificateTimestampRequest";

    fn read(_: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl<'a> ExtensionBody<'a> for SignedCertificateTimestampRequest {
    const TYPE: ExtensionType = ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP;
}

impl Encode for SignedCertificateTimestampRequest {
    fn encode(&self, _: &mut Writer<'_>) {}
}

/// Signed certificate timestamps for the certificate whose entry they stand in.
///
/// ```text
/// opaque SerializedSCT<1..2^16-1>;
/// struct { SerializedSCT sct_list <1..2^16-1>; } SignedCertificateTimestampList;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignedCertificateTimestampList<'a> {
    /// The timestamps.
    pub sct_list: OpaqueList<'a>,
}

impl<'a> Decode<'a> for SignedCertificateTimestampList<'a> {
    const NAME: &'static str = "SignedCertificateTimestampList";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let contents = r.nested("sct_list", 1..=0xffff)?;
        Ok(Self { sct_list: OpaqueList::read(contents, "SerializedSCT", 1..=0xffff)? })
    }
}

impl<'a> ExtensionBody<'a> for SignedCertificateTimestampList<'a> {
    const TYPE: ExtensionType = ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP;
}

impl Encode for SignedCertificateTimestampList<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(1..=0xffff, |out| self.sct_list.write(out, &(1..=0xffff)));
    }
}
