//! The compressions of certificates that the runner's tests have, with its code points.

use std::sync::Arc;

use handfast::handshake::certificate_compression::{CertificateCompression, NotDecompressed};
use handfast::message::CertificateCompressionAlgorithm;

/// A way to make other bytes of a Certificate message: what stands in front of it, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    /// Bytes that are put there.
    Put(&'static [u8]),
    /// Bytes that are there, and left out.
    LeftOut(&'static [u8]),
    /// One byte, of any value.
    Random,
}

#[derive(Debug)]
struct Compression {
    algorithm: u16,
    prefix: Prefix,
}

/// All of them, in BoringSSL's order of preference.
const ALL: [(u16, Prefix); 3] =
    [(0xff02, Prefix::Put(&[1, 2, 3, 4])), (0xff01, Prefix::LeftOut(&[0, 0])), (0xff03, Prefix::Random)];

/// Those that the flags ask for: all, or the one of this number.
pub(crate) fn installed(all: bool, one: Option<u16>) -> Vec<Arc<dyn CertificateCompression>> {
    let is_installed = |(algorithm, _): &(u16, Prefix)| all || one == Some(*algorithm);
    ALL.into_iter()
        .filter(is_installed)
        .map(|(algorithm, prefix)| Arc::new(Compression { algorithm, prefix }) as _)
        .collect()
}

impl CertificateCompression for Compression {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        CertificateCompressionAlgorithm(self.algorithm)
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        match self.prefix {
            Prefix::Put(bytes) => Some([bytes, certificate].concat()),
            Prefix::LeftOut(bytes) => certificate.strip_prefix(bytes).map(<[u8]>::to_vec),
            Prefix::Random => {
                let mut byte = [0];
                getrandom::fill(&mut byte).ok()?;
                Some([&byte, certificate].concat())
            }
        }
    }

    fn decompress(&self, compressed: &[u8], certificate: &mut [u8]) -> Result<(), NotDecompressed> {
        let bytes = match self.prefix {
            Prefix::Put(bytes) => compressed.strip_prefix(bytes).map(<[u8]>::to_vec),
            Prefix::LeftOut(bytes) => Some([bytes, compressed].concat()),
            Prefix::Random => compressed.get(1..).map(<[u8]>::to_vec),
        };
        let bytes = bytes.filter(|bytes| bytes.len() == certificate.len()).ok_or(NotDecompressed)?;
        certificate.copy_from_slice(&bytes);
        Ok(())
    }
}
