//! EncryptedExtensions: RFC 9846 §4.4.1 (8446 §4.3.1).

use super::Extensions;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The server's answers that need not be in the clear.
///
/// ```text
/// struct { Extension extensions<0..2^16-1>; } EncryptedExtensions;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncryptedExtensions<'a> {
    /// The answers.
    pub extensions: Extensions<'a>,
}

impl<'a> Decode<'a> for EncryptedExtensions<'a> {
    const NAME: &'static str = "EncryptedExtensions";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { extensions: Extensions::read(r, 0..=0xffff)? })
    }
}

impl Encode for EncryptedExtensions<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.extensions.write(out);
    }
}
