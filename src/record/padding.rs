//! Record padding: RFC 9846 §5.4 (8446 §5.4).

use core::num::NonZeroU16;

/// How much every protected record is padded: application data, handshake messages and alerts alike.
///
/// Padding hides lengths, not timing and not the number of records. Lengths are those of TLSInnerPlaintext
/// (content, type and zeros) and never exceed the peer's record_size_limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PaddingPolicy {
    /// No padding; an observer learns each record's length to the byte. Costs nothing.
    #[default]
    None,
    /// Up to the next multiple of so many bytes; an observer learns the length in such steps. Costs half a
    /// step a record on average, and a whole one less a byte at worst.
    ToMultipleOf(NonZeroU16),
    /// Every record is as long as the peer takes; an observer learns the number of records only. One byte of
    /// data costs 16 KiB on the wire, and so does each alert and each handshake message.
    ToFull,
}

impl PaddingPolicy {
    /// The length of a TLSInnerPlaintext that is `length` bytes long without padding, `length <= limit`.
    pub(super) fn padded(self, length: usize, limit: usize) -> usize {
        match self {
            Self::None => length,
            Self::ToMultipleOf(step) => length.next_multiple_of(usize::from(step.get())).min(limit),
            Self::ToFull => limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    //= R-5.4-6 test
    #[test]
    fn padding_goes_to_the_step_and_never_beyond_the_limit() {
        let step = PaddingPolicy::ToMultipleOf(NonZeroU16::new(100).unwrap());
        assert_eq!(step.padded(1, 1000), 100);
        assert_eq!(step.padded(100, 1000), 100);
        assert_eq!(step.padded(101, 1000), 200);
        assert_eq!(step.padded(901, 950), 950);
        assert_eq!(PaddingPolicy::ToFull.padded(1, 950), 950);
        assert_eq!(PaddingPolicy::None.padded(7, 950), 7);
    }
}
