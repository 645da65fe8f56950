//! The presentation language of RFC 9846 §3 (8446 §3): numbers, vectors and their bounds.
//!
//! [`Reader`] borrows from what it reads and names field and offset in every error; [`Writer`] appends to a
//! buffer and patches length prefixes in. [`nom`] parses below the reader and does not show above it.

mod code_point;
mod reader;
mod writer;

pub(crate) use code_point::{code_points, lower_case, spelling};
pub use reader::{DecodeError, DecodeReason, FieldSink, Reader};
pub use writer::Writer;

/// A structure of the presentation language that can be read.
pub trait Decode<'a>: Sized {
    /// The structure's name in the RFC.
    const NAME: &'static str;

    /// Reads the structure and leaves the reader behind it.
    ///
    /// # Errors
    /// [`DecodeError`] if a field is cut short or outside its bounds (`decode_error`).
    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError>;

    /// Reads the structure from the whole of `body`.
    ///
    /// # Errors
    /// As [`Decode::read`], and if bytes follow the last field (`decode_error`). The error names the structure.
    fn decode(body: &'a [u8]) -> Result<Self, DecodeError> {
        Self::read_all(Reader::new(body)).map_err(|error| error.of(Self::NAME))
    }

    /// Reads the structure from all that `r` has left.
    ///
    /// # Errors
    /// As [`Decode::decode`]; naming the structure is left to the caller.
    fn read_all(mut r: Reader<'a>) -> Result<Self, DecodeError> {
        let value = Self::read(&mut r)?;
        r.end(Self::NAME)?;
        Ok(value)
    }
}

/// A structure of the presentation language that can be written.
///
/// Encoders write what they are given, also what a decoder would refuse: a conformance tester must be able to.
pub trait Encode {
    /// Appends the structure to `out`.
    fn encode(&self, out: &mut Writer<'_>);

    /// The structure's bytes alone.
    fn to_bytes(&self) -> alloc::vec::Vec<u8> {
        let mut bytes = alloc::vec::Vec::new();
        self.encode(&mut Writer::new(&mut bytes));
        bytes
    }
}
