//! Reading the presentation language (RFC 9846 §3; 8446 §3).

use core::fmt;
use core::ops::{Range, RangeInclusive};

use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u24, be_u32, be_u64};
use nom::{IResult, Parser};

/// Told of each field that a [`Reader`] passes: its name in the RFC and its byte range in the body.
///
/// An explainer watches the real parser this way and needs no second one.
pub trait FieldSink {
    /// `name` stands at `range`; structures are reported by their fields, vectors by their contents.
    fn field(&self, name: &'static str, range: Range<usize>);
}

/// Why bytes do not form the structure that they should (`decode_error`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The message or extension that the field belongs to, once a decoder of one has said so.
    pub structure: Option<&'static str>,
    /// The field in the RFC's spelling; the structure itself where bytes follow it.
    pub field: &'static str,
    /// Where in the message body, in bytes from its start.
    pub offset: usize,
    /// What is wrong there.
    pub reason: DecodeReason,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeReason {
    /// The bytes end inside the field.
    Truncated {
        /// Bytes the field needs.
        needed: usize,
        /// Bytes that are left.
        left: usize,
    },
    /// A vector's length is outside its bounds.
    OutOfBounds {
        /// The length found, in bytes.
        length: usize,
        /// The least the RFC allows.
        min: usize,
        /// The most the RFC allows.
        max: usize,
    },
    /// A vector's length is no multiple of its element's size.
    Ragged {
        /// The length found, in bytes.
        length: usize,
        /// Bytes per element.
        element: usize,
    },
    /// Bytes follow the last field.
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// A value the structure does not allow.
    InvalidValue {
        /// The value found.
        found: u64,
    },
}

impl DecodeError {
    /// The same error, of a field of `structure`; one that names its structure already keeps it.
    #[must_use]
    pub const fn of(self, structure: &'static str) -> Self {
        let structure = match self.structure {
            None => Some(structure),
            named => named,
        };
        Self { structure, ..self }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(structure) = self.structure.filter(|structure| *structure != self.field) {
            write!(f, "{structure}.")?;
        }
        write!(f, "{} at byte {}: ", self.field, self.offset)?;
        match self.reason {
            DecodeReason::Truncated { needed, left } => {
                write!(f, "bytes needed: {needed}, left: {left}")
            }
            DecodeReason::OutOfBounds { length, min, max } => {
                write!(f, "length {length}, expected {min} to {max}")
            }
            DecodeReason::Ragged { length, element } => {
                write!(f, "length {length} is no multiple of {element}")
            }
            DecodeReason::TrailingBytes { count } => {
                write!(f, "bytes left over: {count}")
            }
            DecodeReason::InvalidValue { found } => write!(f, "value {found} is not allowed here"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// Reads fields from a byte slice, in order, each by its name in the RFC.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    sink: Option<&'a dyn FieldSink>,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `body`.
    #[must_use]
    pub const fn new(body: &'a [u8]) -> Self {
        Self { rest: body, offset: 0, sink: None }
    }

    /// A reader of what stands `offset` bytes behind the start of the body.
    #[must_use]
    pub const fn starting_at(offset: usize, rest: &'a [u8]) -> Self {
        Self { rest, offset, sink: None }
    }

    /// A reader at the start of `body` that tells `sink` of each field.
    #[must_use]
    pub const fn with_sink(body: &'a [u8], sink: &'a dyn FieldSink) -> Self {
        Self { rest: body, offset: 0, sink: Some(sink) }
    }

    /// Bytes not yet read.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Is everything read?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Where the next field starts, in bytes from the start of the body.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// `uint8`.
    ///
    /// # Errors
    /// [`DecodeReason::Truncated`].
    pub fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.number(field, 1, be_u8)
    }

    /// `uint16`, big endian.
    ///
    /// # Errors
    /// [`DecodeReason::Truncated`].
    pub fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.number(field, 2, be_u16)
    }

    /// `uint24`, big endian.
    ///
    /// # Errors
    /// [`DecodeReason::Truncated`].
    pub fn u24(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.number(field, 3, be_u24)
    }

    /// `uint32`, big endian.
    ///
    /// # Errors
    /// [`DecodeReason::Truncated`].
    pub fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.number(field, 4, be_u32)
    }

    /// `uint64`, big endian.
    ///
    /// # Errors
    /// [`DecodeReason::Truncated`].
    pub fn u64(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        self.number(field, 8, be_u64)
    }

    /// `opaque field[count]`.
    ///
    /// # Errors
    /// [`DecodeReason::Truncated`].
    pub fn bytes(&mut self, field: &'static str, count: usize) -> Result<&'a [u8], DecodeError> {
        self.number(field, count, take(count))
    }

    /// `opaque field[N]`, as an array.
    ///
    /// # Errors
    /// [`DecodeReason::Truncated`].
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let left = self.remaining();
        let truncated = self.error(field, DecodeReason::Truncated { needed: N, left });
        <[u8; N]>::try_from(self.bytes(field, N)?).map_err(|_| truncated)
    }

    /// `opaque field<min..max>`: the contents; the width of the length prefix follows from the upper bound.
    ///
    /// # Errors
    /// [`DecodeReason::Truncated`], [`DecodeReason::OutOfBounds`].
    pub fn vector(
        &mut self,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<&'a [u8], DecodeError> {
        Ok(self.nested(field, bounds)?.rest)
    }

    /// The same as a reader of its own, for vectors of structures; offsets stay those of the body.
    ///
    /// # Errors
    /// As [`Reader::vector`].
    pub fn nested(
        &mut self,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<Self, DecodeError> {
        let (min, max) = (*bounds.start(), *bounds.end());
        let at_prefix = *self;
        let length = match prefix_width(max) {
            1 => usize::from(self.quiet(field, 1, be_u8)?),
            2 => usize::from(self.quiet(field, 2, be_u16)?),
            _ => self.quiet(field, 3, be_u24)? as usize,
        };
        if !bounds.contains(&length) {
            return Err(at_prefix.error(field, DecodeReason::OutOfBounds { length, min, max }));
        }
        let offset = self.offset;
        let rest = self.bytes(field, length)?;
        Ok(Self { rest, offset, sink: self.sink })
    }

    /// All that is left, without passing it.
    #[must_use]
    pub const fn unread(&self) -> &'a [u8] {
        self.rest
    }

    /// All that is left.
    pub fn rest(&mut self, field: &'static str) -> &'a [u8] {
        let rest = self.rest;
        self.report(field, rest.len());
        self.offset += rest.len();
        self.rest = &[];
        rest
    }

    /// Checks that nothing follows the last field of `structure`.
    ///
    /// # Errors
    /// [`DecodeReason::TrailingBytes`].
    pub fn end(&self, structure: &'static str) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            count => Err(self.error(structure, DecodeReason::TrailingBytes { count })),
        }
    }

    /// An error of this field, at this place.
    #[must_use]
    pub const fn error(&self, field: &'static str, reason: DecodeReason) -> DecodeError {
        DecodeError { structure: None, field, offset: self.offset, reason }
    }

    fn number<T>(
        &mut self,
        field: &'static str,
        width: usize,
        parser: impl Parser<&'a [u8], Output = T, Error = nom::error::Error<&'a [u8]>>,
    ) -> Result<T, DecodeError> {
        let before = *self;
        let value = self.quiet(field, width, parser)?;
        before.report(field, width);
        Ok(value)
    }

    fn quiet<T>(
        &mut self,
        field: &'static str,
        width: usize,
        mut parser: impl Parser<&'a [u8], Output = T, Error = nom::error::Error<&'a [u8]>>,
    ) -> Result<T, DecodeError> {
        let parsed: IResult<_, _, nom::error::Error<&[u8]>> = parser.parse(self.rest);
        match parsed {
            Ok((rest, value)) => {
                self.rest = rest;
                self.offset += width;
                Ok(value)
            }
            Err(_) => {
                let left = self.remaining();
                Err(self.error(field, DecodeReason::Truncated { needed: width, left }))
            }
        }
    }

    fn report(&self, field: &'static str, width: usize) {
        if let Some(sink) = self.sink {
            sink.field(field, self.offset..self.offset + width);
        }
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("offset", &self.offset).field("remaining", &self.remaining()).finish()
    }
}

/// Bytes in the length prefix of a vector whose upper bound is `max` (§3.4).
pub(super) const fn prefix_width(max: usize) -> usize {
    match max {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;
    use core::cell::RefCell;

    #[test]
    fn a_vector_shorter_than_its_lower_bound_is_out_of_bounds_at_its_prefix() {
        let mut r = Reader::new(&[9, 1, 7]);
        r.u8("first").unwrap();
        let error = r.vector("list", 2..=0xff).unwrap_err();
        assert_eq!(error.offset, 1);
        assert_eq!(error.reason, DecodeReason::OutOfBounds { length: 1, min: 2, max: 255 });
    }

    #[test]
    fn a_cut_field_says_what_is_needed_and_what_is_left() {
        let error = Reader::new(&[0, 5, 1]).vector("list", 0..=0xffff).unwrap_err();
        assert_eq!((error.offset, error.reason), (2, DecodeReason::Truncated { needed: 5, left: 1 }));
        assert_eq!(error.to_string(), "list at byte 2: bytes needed: 5, left: 1");
    }

    #[test]
    fn an_error_keeps_the_innermost_structure_that_it_was_given() {
        let error = Reader::starting_at(7, &[]).u8("field").unwrap_err();
        assert_eq!(
            error.of("Inner").of("Outer").to_string(),
            "Inner.field at byte 7: bytes needed: 1, left: 0"
        );
        assert_eq!(error.of("field").to_string(), "field at byte 7: bytes needed: 1, left: 0");
    }

    #[test]
    fn nested_readers_keep_the_offsets_of_the_body() {
        let mut r = Reader::new(&[3, 0, 1, 2, 4]);
        let mut nested = r.nested("list", 0..=0xff).unwrap();
        nested.u16("a").unwrap();
        assert_eq!(nested.u16("b").unwrap_err().offset, 3);
        assert_eq!(r.u8("last").unwrap(), 4);
        assert!(r.end("S").is_ok());
    }

    #[test]
    fn a_sink_sees_every_field_with_its_range() {
        struct Seen(RefCell<Vec<(&'static str, Range<usize>)>>);
        impl FieldSink for Seen {
            fn field(&self, name: &'static str, range: Range<usize>) {
                self.0.borrow_mut().push((name, range));
            }
        }
        let seen = Seen(RefCell::default());
        let mut r = Reader::with_sink(&[1, 0, 2, 8, 9, 7], &seen);
        r.u8("a").unwrap();
        r.vector("b", 0..=0xffff).unwrap();
        r.rest("c");
        assert_eq!(*seen.0.borrow(), [("a", 0..1), ("b", 3..5), ("c", 5..6)]);
    }
}
