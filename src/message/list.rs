//! Lists of code points and of opaque strings: as bytes on the wire or as values in memory.

use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

use crate::wire::{DecodeError, DecodeReason, Reader, Writer};

use super::ExtensionType;
use super::code_points::{
    CertificateCompressionAlgorithm, CertificateType, CipherSuite, NamedGroup, ProtocolVersion,
    PskKeyExchangeMode, SignatureScheme,
};

/// A code point that messages hold lists of.
pub trait CodePoint: Copy + PartialEq + fmt::Debug + 'static {
    /// Bytes on the wire.
    const WIDTH: usize;

    /// Reads one, by the name of the field that lists it.
    ///
    /// # Errors
    /// [`DecodeError`] if it is cut short.
    fn read(r: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError>;

    /// Writes it.
    fn write(self, out: &mut Writer<'_>);
}

macro_rules! code_point {
    ($($name:ident: $number:ident),*) => { $(
        impl CodePoint for $name {
            const WIDTH: usize = size_of::<$number>();

            fn read(r: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError> {
                r.$number(field).map(Self)
            }

            fn write(self, out: &mut Writer<'_>) {
                out.$number(self.0);
            }
        }
    )* };
}
code_point!(
    CertificateCompressionAlgorithm: u16,
    CertificateType: u8,
    CipherSuite: u16,
    ExtensionType: u16,
    NamedGroup: u16,
    ProtocolVersion: u16,
    PskKeyExchangeMode: u8,
    SignatureScheme: u16
);

/// A list of code points.
#[derive(Clone, Copy)]
pub struct CodePoints<'a, T>(Source<'a, T>);

#[derive(Clone, Copy)]
enum Source<'a, T> {
    Wire(&'a [u8]),
    Values(&'a [T]),
}

impl<'a, T: CodePoint> CodePoints<'a, T> {
    /// Reads a vector of code points.
    ///
    /// # Errors
    /// [`DecodeError`] if it is cut short, out of bounds, or holds half a code point.
    pub(super) fn read(
        r: &mut Reader<'a>,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<Self, DecodeError> {
        let at = *r;
        let bytes = r.vector(field, bounds)?;
        if bytes.len() % T::WIDTH != 0 {
            return Err(at.error(field, DecodeReason::Ragged { length: bytes.len(), element: T::WIDTH }));
        }
        Ok(Self(Source::Wire(bytes)))
    }

    /// Writes it as a vector.
    pub(super) fn write(&self, out: &mut Writer<'_>, bounds: RangeInclusive<usize>) {
        out.vector(bounds, |out| self.iter().for_each(|code_point| code_point.write(out)));
    }

    /// The code points, in order.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        let (wire, values): (&[u8], &[T]) = match self.0 {
            Source::Wire(bytes) => (bytes, &[]),
            Source::Values(values) => (&[], values),
        };
        let mut wire = Reader::new(wire);
        core::iter::from_fn(move || T::read(&mut wire, "code point").ok()).chain(values.iter().copied())
    }

    /// The code points as values.
    #[must_use]
    pub fn to_vec(self) -> Vec<T> {
        let count = match self.0 {
            Source::Wire(bytes) => bytes.len() / T::WIDTH,
            Source::Values(values) => values.len(),
        };
        let mut values = Vec::with_capacity(count);
        values.extend(self.iter());
        values
    }

    /// Is this one in the list?
    #[must_use]
    pub fn contains(&self, code_point: T) -> bool {
        self.iter().any(|listed| listed == code_point)
    }
}

impl<'a, T> From<&'a [T]> for CodePoints<'a, T> {
    fn from(values: &'a [T]) -> Self {
        Self(Source::Values(values))
    }
}

impl<T: CodePoint> PartialEq for CodePoints<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: CodePoint> fmt::Debug for CodePoints<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A list of opaque strings, each behind its own length: protocol names, distinguished names.
#[derive(Clone, Copy)]
pub struct OpaqueList<'a>(Opaque<'a>);

#[derive(Clone, Copy)]
enum Opaque<'a> {
    /// Checked contents of the vector, and the largest length of an element.
    Wire(&'a [u8], usize),
    Values(&'a [Vec<u8>]),
}

impl<'a> OpaqueList<'a> {
    /// Reads the contents of a vector whose elements have these bounds.
    ///
    /// # Errors
    /// [`DecodeError`] if an element is cut short or out of bounds.
    pub(super) fn read(
        mut contents: Reader<'a>,
        field: &'static str,
        element: RangeInclusive<usize>,
    ) -> Result<Self, DecodeError> {
        let list = Self(Opaque::Wire(contents.unread(), *element.end()));
        while !contents.is_empty() {
            contents.vector(field, element.clone())?;
        }
        Ok(list)
    }

    /// Writes the elements.
    pub(super) fn write(&self, out: &mut Writer<'_>, element: &RangeInclusive<usize>) {
        for string in self.iter() {
            out.vector(element.clone(), |out| out.bytes(string));
        }
    }

    /// The strings, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (wire, max, values): (&[u8], usize, &[Vec<u8>]) = match self.0 {
            Opaque::Wire(contents, max) => (contents, max, &[]),
            Opaque::Values(values) => (&[], 0, values),
        };
        let mut wire = Reader::new(wire);
        core::iter::from_fn(move || wire.vector("element", 0..=max).ok())
            .chain(values.iter().map(Vec::as_slice))
    }
}

impl<'a> From<&'a [Vec<u8>]> for OpaqueList<'a> {
    fn from(values: &'a [Vec<u8>]) -> Self {
        Self(Opaque::Values(values))
    }
}

impl PartialEq for OpaqueList<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for OpaqueList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
