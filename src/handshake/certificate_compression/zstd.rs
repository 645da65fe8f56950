//! Zstandard (RFC 8878).

use alloc::vec::Vec;

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::{CertificateCompression, NotDecompressed};
use crate::message::CertificateCompressionAlgorithm;

/// Zstandard, by `ruzstd`: it needs up to 128 kB beyond what it brings back, which is a block, and its tables.
#[derive(Clone, Copy, Debug)]
pub struct Zstd;

/// The largest window in bytes that a frame may name, which RFC 8878 §3.1.1.1.2 has all decoders support. Nothing is
/// allocated by it.
const MAX_WINDOW: u64 = 8 << 20;

impl CertificateCompression for Zstd {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        CertificateCompressionAlgorithm::ZSTD
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        Some(compress_to_vec(certificate, CompressionLevel::Fastest))
            .filter(|it| it.len() < certificate.len())
    }

    fn decompress(&self, compressed: &[u8], certificate: &mut [u8]) -> Result<(), NotDecompressed> {
        let mut input = compressed;
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_WINDOW);
        decoder.init(&mut input).map_err(|_| NotDecompressed)?;
        // It stops behind the block that makes one byte too many, and no block makes more than 128 kB.
        let strategy = BlockDecodingStrategy::UptoBytes(certificate.len() + 1);
        let is_whole = decoder.decode_blocks(&mut input, strategy).map_err(|_| NotDecompressed)?;
        if !is_whole || !input.is_empty() || decoder.can_collect() != certificate.len() {
            return Err(NotDecompressed);
        }
        certificate.copy_from_slice(&decoder.collect().ok_or(NotDecompressed)?);
        Ok(())
    }
}
