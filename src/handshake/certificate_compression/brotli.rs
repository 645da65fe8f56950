//! Brotli (RFC 7932).

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use brotli::enc::{BrotliAlloc, BrotliEncoderParams};
use brotli::{
    Allocator, BrotliCompressCustomIo, BrotliDecompressStream, BrotliResult, BrotliState, CustomRead,
    CustomWrite, SliceWrapper, SliceWrapperMut,
};

use super::{CertificateCompression, NotDecompressed};
use crate::message::CertificateCompressionAlgorithm;

//= R8879-4-5
/// Brotli, by `brotli`: it needs up to twice of what it brings back, and up to 2 MB for tables, if the peer takes pains.
#[derive(Clone, Copy, Debug)]
pub struct Brotli;

/// Of 0 to 11: what is above searches much longer for a few bytes.
const QUALITY: i32 = 5;

/// Bytes that the decoder keeps beside its window.
const SLACK: usize = 4096;

impl CertificateCompression for Brotli {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        CertificateCompressionAlgorithm::BROTLI
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        let params = BrotliEncoderParams {
            quality: QUALITY,
            size_hint: certificate.len(),
            ..BrotliEncoderParams::default()
        };
        let mut out = Out(Vec::with_capacity(certificate.len()));
        let mut buffers = ([0; 4096], [0; 4096]);
        BrotliCompressCustomIo(
            &mut In(certificate),
            &mut out,
            &mut buffers.0,
            &mut buffers.1,
            &params,
            Heap { largest: usize::MAX },
            &mut |_, _, _, _| (),
            NotDecompressed,
        )
        .ok()?;
        Some(out.0).filter(|it| it.len() < certificate.len())
    }

    fn decompress(&self, compressed: &[u8], certificate: &mut [u8]) -> Result<(), NotDecompressed> {
        // Its window is as long as what it is to make, to the next power of two.
        let bytes = Heap { largest: certificate.len().next_power_of_two().max(SMALLEST_WINDOW) + SLACK };
        let tables = || Heap { largest: usize::MAX };
        let mut state = BrotliState::new_strict(bytes, tables(), tables());
        let (mut available_in, mut read) = (compressed.len(), 0);
        let (mut available_out, mut written) = (certificate.len(), 0);
        let result = BrotliDecompressStream(
            &mut available_in,
            &mut read,
            compressed,
            &mut available_out,
            &mut written,
            certificate,
            &mut 0,
            &mut state,
        );
        match result {
            BrotliResult::ResultSuccess if available_in == 0 && available_out == 0 => Ok(()),
            BrotliResult::ResultSuccess
            | BrotliResult::NeedsMoreInput
            | BrotliResult::NeedsMoreOutput
            | BrotliResult::ResultFailure => Err(NotDecompressed),
        }
    }
}

/// Room for context maps of 256 trees, which share the allocator of the window.
const SMALLEST_WINDOW: usize = 1 << 16;

/// The heap, up to a largest piece: a larger one is not given, and decoding fails.
struct Heap {
    largest: usize,
}

/// A piece of it.
struct Piece<T>(Box<[T]>);

impl<T> Default for Piece<T> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<T> SliceWrapper<T> for Piece<T> {
    fn slice(&self) -> &[T] {
        &self.0
    }
}

impl<T> SliceWrapperMut<T> for Piece<T> {
    fn slice_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T: Clone + Default> Allocator<T> for Heap {
    type AllocatedMemory = Piece<T>;

    fn alloc_cell(&mut self, len: usize) -> Piece<T> {
        let fits = len.saturating_mul(size_of::<T>()) <= self.largest;
        if fits { Piece(vec![T::default(); len].into()) } else { Piece::default() }
    }

    fn free_cell(&mut self, _: Piece<T>) {}
}

impl BrotliAlloc for Heap {}

/// What is left of the input.
struct In<'a>(&'a [u8]);

impl CustomRead<NotDecompressed> for In<'_> {
    fn read(&mut self, data: &mut [u8]) -> Result<usize, NotDecompressed> {
        let count = data.len().min(self.0.len());
        let (now, later) = self.0.split_at(count);
        data.get_mut(..count).unwrap_or_default().copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

/// The output.
struct Out(Vec<u8>);

impl CustomWrite<NotDecompressed> for Out {
    fn write(&mut self, data: &[u8]) -> Result<usize, NotDecompressed> {
        self.0.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> Result<(), NotDecompressed> {
        Ok(())
    }
}
