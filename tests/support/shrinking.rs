//! A compression of certificates that is as simple as can be: the context, which is empty in a handshake, is left out.

use handfast::handshake::certificate_compression::{CertificateCompression, NotDecompressed};
use handfast::message::CertificateCompressionAlgorithm;

/// Leaves out the first byte, which is 0.
#[derive(Debug)]
pub(crate) struct Shrinking;

pub(crate) const SHRINKING: CertificateCompressionAlgorithm = CertificateCompressionAlgorithm(0xff01);

impl CertificateCompression for Shrinking {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        SHRINKING
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        certificate.strip_prefix(&[0]).map(<[u8]>::to_vec)
    }

    fn decompress(&self, compressed: &[u8], certificate: &mut [u8]) -> Result<(), NotDecompressed> {
        let (first, rest) = certificate.split_first_mut().ok_or(NotDecompressed)?;
        *first = 0;
        if rest.len() == compressed.len() {
            rest.copy_from_slice(compressed);
            Ok(())
        } else {
            Err(NotDecompressed)
        }
    }
}
