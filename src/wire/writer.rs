//! Writing the presentation language (RFC 9846 §3; 8446 §3).

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use super::reader::prefix_width;

/// Appends fields to a buffer; length prefixes are patched in when a vector closes.
///
/// Bounds are not checked here, so that a tester can write what a decoder refuses. A length that its prefix
/// cannot hold is cut to the prefix's width: the library's own messages are bounded long before.
#[derive(Debug)]
pub struct Writer<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> Writer<'o> {
    /// Appends to `out`.
    pub const fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out }
    }

    /// `uint8`.
    pub fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    /// `uint16`, big endian.
    pub fn u16(&mut self, value: u16) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    /// `uint24`, big endian; the upper eight bits of `value` are dropped.
    pub fn u24(&mut self, value: u32) {
        let [_, bytes @ ..] = value.to_be_bytes();
        self.out.extend_from_slice(&bytes);
    }

    /// `uint32`, big endian.
    pub fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    /// `uint64`, big endian.
    pub fn u64(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    /// `opaque field[n]`.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// A vector `<min..max>`: what `contents` writes, behind a length prefix whose width follows from the
    /// upper bound.
    pub fn vector(&mut self, bounds: RangeInclusive<usize>, contents: impl FnOnce(&mut Self)) {
        let width = prefix_width(*bounds.end());
        let prefix = self.out.len();
        self.out.resize(prefix + width, 0);
        contents(self);
        let length = self.out.len() - prefix - width;
        for (place, byte) in self.out.iter_mut().skip(prefix).take(width).rev().zip(length.to_le_bytes()) {
            *place = byte;
        }
    }

    /// Bytes in the buffer so far, those before this writer included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Is the buffer empty?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_as_wide_as_their_upper_bound_needs() {
        let mut bytes = Vec::new();
        let mut out = Writer::new(&mut bytes);
        out.vector(0..=0xff, |out| out.u8(7));
        out.vector(0..=0xffff, |out| out.vector(0..=0xff_ffff, |out| out.u24(0x0001_0203)));
        assert_eq!(bytes, [1, 7, 0, 6, 0, 0, 3, 1, 2, 3]);
    }
}
