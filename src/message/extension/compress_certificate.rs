//! `compress_certificate`: RFC 8879 §3.

use super::super::{CertificateCompressionAlgorithm, CodePoints, ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The algorithms by which the sender takes compressed certificates.
///
/// ```text
/// struct { CertificateCompressionAlgorithm algorithms<2..2^8-2>; } CertificateCompressionAlgorithms;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CertificateCompressionAlgorithms<'a> {
    /// The algorithms; their order means nothing.
    pub algorithms: CodePoints<'a, CertificateCompressionAlgorithm>,
}

impl<'a> From<&'a [CertificateCompressionAlgorithm]> for CertificateCompressionAlgorithms<'a> {
    fn from(algorithms: &'a [CertificateCompressionAlgorithm]) -> Self {
        Self { algorithms: algorithms.into() }
    }
}

impl<'a> Decode<'a> for CertificateCompressionAlgorithms<'a> {
    const NAME: &'static str = "CertificateCompressionAlgorithms";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { algorithms: CodePoints::read(r, "algorithms", 2..=254)? })
    }
}

impl<'a> ExtensionBody<'a> for CertificateCompressionAlgorithms<'a> {
    const TYPE: ExtensionType = ExtensionType::COMPRESS_CERTIFICATE;
}

impl Encode for CertificateCompressionAlgorithms<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.algorithms.write(out, 2..=254);
    }
}
