//! Extension blocks (RFC 9846 §4.3; 8446 §4.2).

use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

use super::ExtensionType;
use super::vector::Vector;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// One extension, its body not yet looked into.
///
/// ```text
/// struct {
///     ExtensionType extension_type;
///     opaque extension_data<0..2^16-1>;
/// } Extension;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawExtension<'a> {
    /// What it is.
    pub extension_type: ExtensionType,
    /// Its body.
    pub extension_data: &'a [u8],
}

/// An extension whose body is known.
pub trait ExtensionBody<'a>: Decode<'a> {
    /// Its type.
    const TYPE: ExtensionType;
}

/// The contents of an extension block: checked to be a sequence of extensions, not more.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Extensions<'a>(Vector<'a, RawExtension<'a>>);

impl<'a> Extensions<'a> {
    /// Reads `Extension extensions<bounds>`.
    ///
    /// # Errors
    /// [`DecodeError`] if the block or an extension in it is cut short or out of bounds.
    pub fn read(r: &mut Reader<'a>, bounds: RangeInclusive<usize>) -> Result<Self, DecodeError> {
        Vector::read(r, "extensions", bounds).map(Self)
    }

    /// Writes the block.
    pub fn write(&self, out: &mut Writer<'_>) {
        self.0.write(out, 0..=0xffff);
    }

    /// The extensions, in order.
    pub fn iter(&self) -> impl Iterator<Item = RawExtension<'a>> + use<'a> {
        self.0.iter()
    }

    /// The body of the first extension of this type.
    #[must_use]
    pub fn find(&self, extension_type: ExtensionType) -> Option<&'a [u8]> {
        self.body(extension_type).map(|body| body.unread())
    }

    /// The extension `E`, if it is there.
    ///
    /// # Errors
    /// [`DecodeError`] if its body does not form it, or bytes follow it (`decode_error`). The error names the
    /// extension, and its offset is that of the message.
    pub fn get<E: ExtensionBody<'a>>(&self) -> Result<Option<E>, DecodeError> {
        //= R-4.3-2
        let body = self.body(E::TYPE).map(E::read_all).transpose();
        body.map_err(|error| error.of(E::TYPE.name().unwrap_or(E::NAME)))
    }

    /// Where the first extension of this type ends, in bytes from the start of the message body that it was read from.
    #[must_use]
    pub fn end_of(&self, extension_type: ExtensionType) -> Option<usize> {
        self.body(extension_type).map(|body| body.offset() + body.remaining())
    }

    /// At the start of the body of the first extension of this type.
    ///
    /// It is asked for every extension that a message may have. The block was checked when it was read, so the types and
    /// lengths are enough to go by.
    fn body(&self, extension_type: ExtensionType) -> Option<Reader<'a>> {
        let (mut offset, mut rest) = (self.0.reader().offset(), self.0.contents());
        while let Some(([type_high, type_low, length_high, length_low], behind)) = rest.split_first_chunk() {
            offset += 4;
            let (extension_data, next) =
                behind.split_at_checked(u16::from_be_bytes([*length_high, *length_low]).into())?;
            if u16::from_be_bytes([*type_high, *type_low]) == extension_type.0 {
                return Some(Reader::starting_at(offset, extension_data));
            }
            offset += extension_data.len();
            rest = next;
        }
        None
    }

    /// The last extension.
    #[must_use]
    pub fn last(&self) -> Option<RawExtension<'a>> {
        self.iter().last()
    }

    /// Bytes of the block without its length.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.contents().len()
    }

    /// Is there none?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.contents().is_empty()
    }
}

impl<'a> Decode<'a> for RawExtension<'a> {
    const NAME: &'static str = "Extension";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let extension_type = ExtensionType(r.u16("extension_type")?);
        let name = |error: DecodeError| extension_type.name().map_or(error, |name| error.of(name));
        let extension_data = r.vector("extension_data", 0..=0xffff).map_err(name)?;
        Ok(Self { extension_type, extension_data })
    }
}

impl Encode for RawExtension<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.extension_type.0);
        out.vector(0..=0xffff, |out| out.bytes(self.extension_data));
    }
}

impl fmt::Debug for Extensions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|extension| extension.extension_type)).finish()
    }
}

/// Bytes of the extensions of most messages: room that is made with the first one.
const USUAL_LEN: usize = 256;

/// Extensions to send, in the order in which they were pushed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtensionList {
    contents: Vec<u8>,
}

impl ExtensionList {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { contents: Vec::new() }
    }

    /// Adds an extension.
    //= R-4.3-1
    pub fn push(&mut self, extension_type: ExtensionType, body: &impl Encode) {
        let mut out = self.writer();
        out.u16(extension_type.0);
        out.vector(0..=0xffff, |out| body.encode(out));
    }

    /// Adds an extension with this body.
    pub fn push_raw(&mut self, extension_type: ExtensionType, body: &[u8]) {
        RawExtension { extension_type, extension_data: body }.encode(&mut self.writer());
    }

    fn writer(&mut self) -> Writer<'_> {
        if self.contents.is_empty() {
            self.contents.reserve(USUAL_LEN);
        }
        Writer::new(&mut self.contents)
    }

    /// The block as messages hold it.
    #[must_use]
    pub fn as_extensions(&self) -> Extensions<'_> {
        Extensions(Vector::from_contents(&self.contents))
    }
}
