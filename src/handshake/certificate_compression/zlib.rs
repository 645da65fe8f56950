//! zlib (RFC 1950), which is deflate (RFC 1951) in a frame.

use alloc::boxed::Box;
use alloc::vec::Vec;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::{CertificateCompression, NotDecompressed};
use crate::message::CertificateCompressionAlgorithm;

//= R8879-4-4
/// zlib, by `miniz_oxide`: it decompresses in place and needs about 11 kB beside.
#[derive(Clone, Copy, Debug)]
pub struct Zlib;

/// What zlib itself takes where nothing is said.
const LEVEL: u8 = 6;

impl CertificateCompression for Zlib {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        CertificateCompressionAlgorithm::ZLIB
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        Some(compress_to_vec_zlib(certificate, LEVEL)).filter(|it| it.len() < certificate.len())
    }

    fn decompress(&self, compressed: &[u8], certificate: &mut [u8]) -> Result<(), NotDecompressed> {
        let flags = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let mut inflate = Box::<DecompressorOxide>::default();
        let (status, read, written) = decompress(&mut inflate, compressed, certificate, 0, flags);
        let is_all = read == compressed.len() && written == certificate.len();
        if status == TINFLStatus::Done && is_all { Ok(()) } else { Err(NotDecompressed) }
    }
}
