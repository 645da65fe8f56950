//! CertificateRequest: RFC 9846 §4.4.2 (8446 §4.3.2).

use super::Extensions;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The server asks for the client's certificate.
///
/// ```text
/// struct {
///     opaque certificate_request_context<0..2^8-1>;
///     Extension extensions<0..2^16-1>;
/// } CertificateRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateRequest<'a> {
    /// Empty in the main handshake.
    pub certificate_request_context: &'a [u8],
    /// What the certificate must be like; `signature_algorithms` at least.
    pub extensions: Extensions<'a>,
}

impl<'a> Decode<'a> for CertificateRequest<'a> {
    const NAME: &'static str = "CertificateRequest";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            certificate_request_context: r.vector("certificate_request_context", 0..=0xff)?,
            extensions: Extensions::read(r, 0..=0xffff)?,
        })
    }
}

impl Encode for CertificateRequest<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(0..=0xff, |out| out.bytes(self.certificate_request_context));
        self.extensions.write(out);
    }
}
