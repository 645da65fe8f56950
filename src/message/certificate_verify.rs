//! CertificateVerify: RFC 9846 §4.5.2 (8446 §4.4.3).

use super::SignatureScheme;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Proof that the sender holds the private key of its certificate.
///
/// ```text
/// struct { SignatureScheme algorithm; opaque signature<0..2^16-1>; } CertificateVerify;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateVerify<'a> {
    /// How it was signed.
    pub algorithm: SignatureScheme,
    /// The signature, in the scheme's encoding.
    pub signature: &'a [u8],
}

impl<'a> Decode<'a> for CertificateVerify<'a> {
    const NAME: &'static str = "CertificateVerify";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            algorithm: SignatureScheme(r.u16("algorithm")?),
            signature: r.vector("signature", 0..=0xffff)?,
        })
    }
}

impl Encode for CertificateVerify<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.algorithm.0);
        out.vector(0..=0xffff, |out| out.bytes(self.signature));
    }
}
