//! CompressedCertificate: RFC 8879 §4.

use super::CertificateCompressionAlgorithm;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A Certificate message, its body compressed.
///
/// ```text
/// struct {
///     CertificateCompressionAlgorithm algorithm;
///     uint24 uncompressed_length;
///     opaque compressed_certificate_message<1..2^24-1>;
/// } CompressedCertificate;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressedCertificate<'a> {
    /// How it was compressed.
    pub algorithm: CertificateCompressionAlgorithm,
    /// Bytes of the body that was compressed.
    pub uncompressed_length: usize,
    /// What came of it.
    pub compressed_certificate_message: &'a [u8],
}

impl<'a> Decode<'a> for CompressedCertificate<'a> {
    const NAME: &'static str = "CompressedCertificate";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            algorithm: CertificateCompressionAlgorithm(r.u16("algorithm")?),
            uncompressed_length: r.u24("uncompressed_length")? as usize,
            compressed_certificate_message: r.vector("compressed_certificate_message", 1..=0xff_ffff)?,
        })
    }
}

impl Encode for CompressedCertificate<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.algorithm.0);
        out.u24(u32::try_from(self.uncompressed_length).unwrap_or(u32::MAX));
        out.vector(1..=0xff_ffff, |out| out.bytes(self.compressed_certificate_message));
    }
}
