//! Compressed certificates (RFC 8879): what compresses, and what came compressed.
//!
//! A config lists what it takes and does, in [`certificate_compression`](super::Config::certificate_compression); an empty list, the default, offers
//! nothing. The algorithms of the RFC are a cargo feature each: `Zlib`, `Brotli`, `Zstd`. Others are made by whoever has
//! them, by the trait.

#[cfg(feature = "brotli")]
mod brotli;
#[cfg(feature = "zlib")]
mod zlib;
#[cfg(feature = "zstd")]
mod zstd;

#[cfg(feature = "brotli")]
pub use brotli::Brotli;
#[cfg(feature = "zlib")]
pub use zlib::Zlib;
#[cfg(feature = "zstd")]
pub use zstd::Zstd;

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::step::Received;
use super::{Config, PeerFault};
use crate::message::{
    CertificateCompressionAlgorithm, CertificateCompressionAlgorithms, CompressedCertificate, Extensions,
    HandshakeType,
};

/// Compresses Certificate messages and brings them back.
///
/// What it says is a function of the input alone: that is what makes a handshake replay, and what RFC 8879 §5 asks for.
pub trait CertificateCompression: fmt::Debug + Send + Sync {
    /// What it is called on the wire.
    fn algorithm(&self) -> CertificateCompressionAlgorithm;

    //= R8879-5-2
    /// The body of a Certificate message, compressed; `None` if it is better sent as it is.
    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>>;

    /// Brings back a body of exactly `certificate.len()` bytes. That length is the peer's claim, and within
    /// [`Limits::message`](super::Limits::message): an implementation needs no more memory than it suggests, whatever
    /// the input says.
    ///
    /// # Errors
    /// [`NotDecompressed`] if the input is broken, or makes more or fewer bytes, or goes on behind them
    /// (`bad_certificate`).
    fn decompress(&self, compressed: &[u8], certificate: &mut [u8]) -> Result<(), NotDecompressed>;
}

/// The input is no compressed form of so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotDecompressed;

impl fmt::Display for NotDecompressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the input is no compressed form of so many bytes")
    }
}

impl core::error::Error for NotDecompressed {}

/// All algorithms of the cargo features that are on: `brotli`, `zlib`, `zstd`, in that order, which is how well they do
/// with certificates.
#[must_use]
#[allow(clippy::vec_init_then_push, reason = "each stands under its feature")]
pub fn all() -> Vec<Arc<dyn CertificateCompression>> {
    #[allow(unused_mut)]
    let mut all: Vec<Arc<dyn CertificateCompression>> = Vec::new();
    #[cfg(feature = "brotli")]
    all.push(Arc::new(Brotli));
    #[cfg(feature = "zlib")]
    all.push(Arc::new(Zlib));
    #[cfg(feature = "zstd")]
    all.push(Arc::new(Zstd));
    all
}

/// What to say in `compress_certificate`; `None`: nothing.
pub(crate) fn offered(config: &Config) -> Option<Vec<CertificateCompressionAlgorithm>> {
    let ours = &config.certificate_compression;
    (!ours.is_empty()).then(|| ours.iter().map(|own| own.algorithm()).collect())
}

/// The first of ours that the peer takes, by the `compress_certificate` of its ClientHello or CertificateRequest.
pub(crate) fn select(
    block: &Extensions<'_>,
    received: &Received<'_>,
    config: &Config,
) -> Result<Option<Arc<dyn CertificateCompression>>, PeerFault> {
    let theirs: Option<CertificateCompressionAlgorithms<'_>> =
        block.get().map_err(|error| received.malformed(error))?;
    let Some(CertificateCompressionAlgorithms { algorithms }) = theirs else { return Ok(None) };
    let is_doubled = |(index, algorithm): &(usize, CertificateCompressionAlgorithm)| {
        algorithms.iter().take(*index).any(|before| before == *algorithm)
    };
    if let Some((_, algorithm)) = algorithms.iter().enumerate().find(is_doubled) {
        return Err(PeerFault::CompressionTwice(algorithm));
    }
    //= R8879-4-2
    let shared = config.certificate_compression.iter().find(|own| algorithms.contains(own.algorithm()));
    Ok(shared.cloned())
}

/// The body of the Certificate that came compressed, and by what.
pub(crate) fn decompress(
    received: &Received<'_>,
    state: &'static str,
    config: &Config,
) -> Result<(CertificateCompressionAlgorithm, Vec<u8>), PeerFault> {
    if config.certificate_compression.is_empty() {
        return Err(PeerFault::Unexpected { state, message: received.msg_type });
    }
    let message: CompressedCertificate<'_> = received.decode()?;
    let algorithm = message.algorithm;
    let ours = config.certificate_compression.iter().find(|own| own.algorithm() == algorithm);
    //= R8879-4-2
    let ours = ours.ok_or(PeerFault::CompressionNotOffered(algorithm))?;
    let length = message.uncompressed_length;
    let limit = config.limits.message;
    //= R8879-5-3
    //= R8879-5-5
    if length > limit {
        let message = HandshakeType::COMPRESSED_CERTIFICATE;
        return Err(PeerFault::MessageTooLong { message, length, limit });
    }
    let mut certificate = vec![0; length];
    //= R8879-4-3
    //= R8879-4-6
    //= R8879-5-4
    ours.decompress(message.compressed_certificate_message, &mut certificate)
        .map_err(|NotDecompressed| PeerFault::CertificateNotDecompressed { algorithm, length })?;
    Ok((algorithm, certificate))
}

#[cfg(all(test, feature = "brotli", feature = "zlib", feature = "zstd"))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use alloc::format;

    /// Something like a certificate: strings that repeat, and a key that does not.
    fn body() -> Vec<u8> {
        let mut state: u32 = 7;
        let key = core::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        });
        let names = b"CN=server.test, O=handfast, http://ocsp.authority.test/ http://crl.authority.test/";
        names.iter().copied().cycle().take(1500).chain(key.take(500)).collect()
    }

    #[test]
    fn every_algorithm_brings_back_what_it_compressed_and_nothing_else() {
        let body = body();
        for own in all() {
            let compressed = own.compress(&body).unwrap();
            assert!(compressed.len() < body.len() / 2, "{own:?}: {}", compressed.len());
            assert_eq!(own.compress(&body), Some(compressed.clone()), "{own:?} is a function of its input");
            let mut again = vec![0; body.len()];
            assert_eq!(own.decompress(&compressed, &mut again), Ok(()), "{own:?}");
            assert_eq!(again, body, "{own:?}");

            let refuses = |compressed: &[u8], length: usize| {
                assert_eq!(
                    own.decompress(compressed, &mut vec![0; length]),
                    Err(NotDecompressed),
                    "{own:?} {length}"
                );
            };
            for length in [0, 1, body.len() - 1, body.len() + 1, 0xffff] {
                refuses(&compressed, length);
            }
            for cut in 0..compressed.len() {
                refuses(&compressed[..cut], body.len());
            }
            refuses(&[&compressed[..], &[0]].concat(), body.len());
        }
    }

    /// Nothing of what can be made of a good input panics, or makes another body of the same length where a checksum
    /// tells.
    #[test]
    fn damage_is_refused_or_makes_another_body_and_never_more() {
        let body = body();
        for own in all() {
            let compressed = own.compress(&body).unwrap();
            for at in 0..compressed.len() {
                for bit in 0..8 {
                    let mut damaged = compressed.clone();
                    damaged[at] ^= 1 << bit;
                    let mut again = vec![0; body.len()];
                    let _ = own.decompress(&damaged, &mut again);
                }
            }
        }
    }

    #[test]
    fn what_does_not_shrink_is_not_compressed() {
        let random: Vec<u8> = body().split_off(1500);
        for own in all() {
            assert_eq!(own.compress(&random), None, "{own:?}");
            assert_eq!(own.compress(&[]), None, "{own:?}");
        }
    }

    #[test]
    fn a_bomb_is_refused_by_the_length_that_it_claims() {
        // 16 MB of zeros, of which each makes a few hundred bytes to some ten thousand.
        let zeros = vec![0; 1 << 24];
        for own in all() {
            let bomb = own.compress(&zeros).unwrap();
            assert!(bomb.len() < 0x1_0000, "{own:?}: {}", bomb.len());
            assert_eq!(own.decompress(&bomb, &mut vec![0; 0xffff]), Err(NotDecompressed), "{own:?}");
        }
    }

    #[test]
    fn they_are_shown_by_their_name() {
        assert_eq!(format!("{:?}", all()), "[Brotli, Zlib, Zstd]");
    }
}
