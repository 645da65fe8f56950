//! Checks that hold of every codec.

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::wire::{DecodeError, DecodeReason};

/// The value encodes to these bytes and they decode to the value; each truncation of them and a byte behind them
/// is refused. `complete_at` are truncations that are whole structures themselves.
macro_rules! assert_codec {
    ($structure:ident, $value:expr, $bytes:expr) => {
        assert_codec!($structure, $value, $bytes, complete_at: [0; 0])
    };
    ($structure:ident, $value:expr, $bytes:expr, complete_at: $complete_at:expr) => {{
        use $crate::wire::{Decode, Encode};
        let bytes: alloc::vec::Vec<u8> = $bytes;
        let value = $value;
        assert_eq!(value.to_bytes(), bytes, "{} is written otherwise", $structure::NAME);
        assert_eq!($structure::decode(&bytes), Ok(value), "{} is read otherwise", $structure::NAME);
        for cut in (0..bytes.len()).filter(|cut| !$complete_at.contains(cut)) {
            let error = $structure::decode(&bytes[..cut]).expect_err($structure::NAME);
            $crate::message::tests::checks::assert_truncated(error, $structure::NAME, cut);
        }
        let longer: alloc::vec::Vec<u8> = bytes.iter().copied().chain([0]).collect();
        let error = $structure::decode(&longer).expect_err($structure::NAME);
        $crate::message::tests::checks::assert_trailing(error, $structure::NAME, bytes.len());
    }};
}
pub(super) use assert_codec;

/// The error of a structure that was cut after `cut` bytes.
pub(super) fn assert_truncated(error: DecodeError, structure: &str, cut: usize) {
    let DecodeReason::Truncated { needed, left } = error.reason else {
        panic!("{structure} cut after {cut} bytes: {error}");
    };
    assert!(left < needed, "{structure} cut after {cut} bytes: {error}");
    assert_eq!(error.offset + left, cut, "{structure} cut after {cut} bytes: {error}");
    assert!(error.structure.is_some(), "{structure} cut after {cut} bytes: {error}");
}

/// The error of a structure of `length` bytes with one more behind it.
pub(super) fn assert_trailing(error: DecodeError, structure: &'static str, length: usize) {
    let reason = DecodeReason::TrailingBytes { count: 1 };
    let expected = DecodeError { structure: Some(structure), field: structure, offset: length, reason };
    assert_eq!(error, expected);
}

/// A vector of elements of `element` bytes at both its bounds and one byte beyond each. `decode` writes a
/// structure whose field has the given number of bytes, well formed within its bounds, and reads it.
pub(super) fn assert_bounds(
    field: &str,
    bounds: RangeInclusive<usize>,
    element: usize,
    decode: impl Fn(usize) -> Result<(), DecodeError>,
) {
    let (min, max) = (*bounds.start(), *bounds.end());
    for length in [min, max - max % element] {
        assert_eq!(decode(length), Ok(()), "{field} of {length} bytes");
    }
    let below = min.checked_sub(1);
    let above = Some(max + 1).filter(|above| !above.is_power_of_two());
    for length in below.into_iter().chain(above) {
        let error = decode(length).expect_err(field);
        let reason = DecodeReason::OutOfBounds { length, min, max };
        assert_eq!((error.field, error.reason), (field, reason), "{field} of {length} bytes");
    }
}

/// Bytes from hexadecimal; white space is for the eye.
pub(super) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(|digit| !digit.is_ascii_whitespace()).collect();
    assert_eq!(digits.len() % 2, 0, "half a byte");
    let byte = |pair: &[u8]| u8::from_str_radix(core::str::from_utf8(pair).expect("ASCII"), 16).expect("hex");
    digits.chunks(2).map(byte).collect()
}

/// Opaque strings that fill `length` bytes, each behind a length of `width` bytes and with at most `longest`
/// bytes itself.
pub(super) fn opaque_strings(length: usize, width: usize, longest: usize) -> Vec<Vec<u8>> {
    let string = |length| alloc::vec![b'x'; length];
    let mut left = length;
    let mut strings = Vec::new();
    while left > width + longest {
        strings.push(string(longest / 2));
        left -= width + longest / 2;
    }
    strings.push(string(left - width));
    strings
}
