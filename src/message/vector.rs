//! Vectors of structures (RFC 9846 §3.4; 8446 §3.4).

use core::fmt;
use core::marker::PhantomData;
use core::ops::RangeInclusive;

use crate::wire::{Decode, DecodeError, Reader, Writer};

/// `T field<floor..ceiling>` as its bytes: checked to be a sequence of `T` when it is read from a message, and
/// read again whenever it is walked.
pub(super) struct Vector<'a, T> {
    contents: &'a [u8],
    /// Where the contents start in the message body.
    offset: usize,
    element: PhantomData<fn() -> T>,
}

impl<'a, T> Vector<'a, T> {
    /// Contents that an encoder wrote, one element behind the other.
    pub(super) const fn from_contents(contents: &'a [u8]) -> Self {
        Self { contents, offset: 0, element: PhantomData }
    }

    /// Without the length prefix.
    pub(super) const fn contents(&self) -> &'a [u8] {
        self.contents
    }

    /// At the first element; offsets are those of the message body.
    pub(super) const fn reader(&self) -> Reader<'a> {
        Reader::starting_at(self.offset, self.contents)
    }

    pub(super) fn write(&self, out: &mut Writer<'_>, bounds: RangeInclusive<usize>) {
        out.vector(bounds, |out| out.bytes(self.contents));
    }
}

impl<'a, T: Decode<'a>> Vector<'a, T> {
    /// # Errors
    /// [`DecodeError`] if the vector is out of bounds, or an element of it does not decode.
    pub(super) fn read(
        r: &mut Reader<'a>,
        field: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Result<Self, DecodeError> {
        let mut elements = r.nested(field, bounds)?;
        let offset = elements.offset();
        let contents = elements.unread();
        while !elements.is_empty() {
            T::read(&mut elements)?;
        }
        Ok(Self { contents, offset, element: PhantomData })
    }

    /// The elements, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        let mut r = self.reader();
        core::iter::from_fn(move || if r.is_empty() { None } else { T::read(&mut r).ok() })
    }
}

impl<T> Clone for Vector<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Vector<'_, T> {}

impl<T> Default for Vector<'_, T> {
    fn default() -> Self {
        Self::from_contents(&[])
    }
}

/// Equal contents are equal, wherever they stood.
impl<T> PartialEq for Vector<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.contents == other.contents
    }
}

impl<T> Eq for Vector<'_, T> {}

impl<'a, T: Decode<'a> + fmt::Debug> fmt::Debug for Vector<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
