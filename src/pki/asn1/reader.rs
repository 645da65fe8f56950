//! Tags, lengths and the simple types.

use alloc::vec::Vec;
use core::fmt;

use der::{Decode, Length, Reader, SliceReader};

use super::{Oid, tag};

/// Why bytes are not the structure that they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asn1Error {
    /// The field in the spelling of the ASN.1 module.
    pub field: &'static str,
    /// Where, in bytes from the start of the outermost structure.
    pub offset: usize,
    /// What is wrong there.
    pub reason: Asn1Reason,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asn1Reason {
    /// The bytes end inside the field, or its length is not in DER.
    Length,
    /// The field has another tag.
    Tag {
        /// The identifier octet that the field has.
        expected: u8,
        /// The identifier octet found, or none at the end.
        found: Option<u8>,
    },
    /// Something follows the last field.
    TrailingBytes,
    /// The contents are not of the field's type, or have a value that it does not allow.
    Value,
    /// The structure is larger than we read.
    TooLarge {
        /// The most that we read, in bytes or elements.
        limit: usize,
    },
}

/// A rule of DER that bytes break without being unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// The field in the spelling of the ASN.1 module.
    pub field: &'static str,
    /// Where, in bytes from the start of the outermost structure.
    pub offset: usize,
    /// Which rule.
    pub rule: LapseRule,
}

/// The rules of DER whose breach is a [`Lapse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LapseRule {
    /// TRUE is `ff` (X.690 §11.1).
    BooleanNotFf,
    /// A value equal to its DEFAULT is left out (X.690 §11.5).
    DefaultEncoded,
    /// Unused bits are zero (X.690 §11.2.1).
    UnusedBitsNotZero,
    /// A named bit list ends with its last one bit (X.690 §11.2.2).
    TrailingZeroBits,
    /// An INTEGER has no needless octets in front (X.690 §8.3.2).
    IntegerNotMinimal,
    /// The elements of a SET OF are sorted (X.690 §11.6).
    SetNotSorted,
}

/// One value: its identifier octet and its contents.
#[derive(Clone, Copy)]
pub(crate) struct Value<'a> {
    pub(crate) field: &'static str,
    pub(crate) tag: u8,
    pub(crate) contents: &'a [u8],
    /// With identifier and length octets.
    pub(crate) whole: &'a [u8],
    /// Where `contents` starts in the outermost structure.
    offset: usize,
}

/// The contents of a BIT STRING; the unused bits at its end are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct BitString<'a> {
    bytes: &'a [u8],
    unused_bits: u8,
}

/// Reads the values inside one constructed value, in order, each by its name in the ASN.1 module.
#[derive(Clone, Copy)]
pub struct DerReader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> DerReader<'a> {
    /// A reader at the start of `der`.
    #[must_use]
    pub const fn new(der: &'a [u8]) -> Self {
        Self { rest: der, offset: 0 }
    }

    /// A reader of a part that starts here in the outermost structure.
    pub(crate) const fn at(part: &'a [u8], offset: usize) -> Self {
        Self { rest: part, offset }
    }

    /// Where the next value starts in the outermost structure.
    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) const fn error(&self, field: &'static str, reason: Asn1Reason) -> Asn1Error {
        Asn1Error { field, offset: self.offset, reason }
    }

    pub(crate) fn peek_tag(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next value, whatever it is. Tags of more than one octet occur nowhere in PKIX.
    pub(crate) fn any(&mut self, field: &'static str) -> Result<Value<'a>, Asn1Error> {
        let unreadable = self.error(field, Asn1Reason::Length);
        let (tag, header, length) = match *self.rest {
            // Most lengths are of the short form (X.690 §8.1.3.4).
            [tag, length @ 0..0x80, ..] => (tag, 2, usize::from(length)),
            _ => read_header(self.rest).map_err(|_| unreadable)?,
        };
        if tag & 0x1f == 0x1f {
            return Err(self.error(field, Asn1Reason::Value));
        }
        let (whole, rest) =
            header.checked_add(length).and_then(|end| self.rest.split_at_checked(end)).ok_or(unreadable)?;
        let contents = whole.get(header..).ok_or(unreadable)?;
        let offset = self.offset + header;
        self.rest = rest;
        self.offset = offset + length;
        Ok(Value { field, tag, contents, whole, offset })
    }

    /// The next value, which has this tag.
    pub(crate) fn expect(&mut self, field: &'static str, tag: u8) -> Result<Value<'a>, Asn1Error> {
        match self.peek_tag() {
            Some(found) if found == tag => self.any(field),
            found => Err(self.error(field, Asn1Reason::Tag { expected: tag, found })),
        }
    }

    /// The next value if it has this tag.
    pub(crate) fn optional(&mut self, field: &'static str, tag: u8) -> Result<Option<Value<'a>>, Asn1Error> {
        if self.peek_tag() == Some(tag) { self.any(field).map(Some) } else { Ok(None) }
    }

    pub(crate) fn sequence(&mut self, field: &'static str) -> Result<Self, Asn1Error> {
        Ok(self.expect(field, tag::SEQUENCE)?.reader())
    }

    pub(crate) fn oid(&mut self, field: &'static str) -> Result<Oid<'a>, Asn1Error> {
        self.expect(field, tag::OBJECT_IDENTIFIER)?.oid()
    }

    pub(crate) fn octet_string(&mut self, field: &'static str) -> Result<&'a [u8], Asn1Error> {
        Ok(self.expect(field, tag::OCTET_STRING)?.contents)
    }

    /// `BOOLEAN DEFAULT FALSE`.
    pub(crate) fn default_false(
        &mut self,
        field: &'static str,
        lapses: &mut Vec<Lapse>,
    ) -> Result<bool, Asn1Error> {
        match self.optional(field, tag::BOOLEAN)? {
            None => Ok(false),
            Some(value) => value.boolean_default_false(lapses),
        }
    }

    /// Checks that nothing follows the last field of `structure`.
    pub(crate) fn end(&self, structure: &'static str) -> Result<(), Asn1Error> {
        if self.is_empty() { Ok(()) } else { Err(self.error(structure, Asn1Reason::TrailingBytes)) }
    }
}

/// A tag, the octets of tag and length together, and the length.
fn read_header(input: &[u8]) -> der::Result<(u8, usize, usize)> {
    let mut reader = SliceReader::new(input)?;
    let tag = reader.read_byte()?;
    let length = Length::decode(&mut reader)?;
    Ok((tag, usize::try_from(reader.position())?, usize::try_from(length)?))
}

impl<'a> Value<'a> {
    /// Reads the values inside.
    pub(crate) const fn reader(&self) -> DerReader<'a> {
        DerReader { rest: self.contents, offset: self.offset }
    }

    pub(crate) const fn invalid(&self) -> Asn1Error {
        Asn1Error { field: self.field, offset: self.offset, reason: Asn1Reason::Value }
    }

    pub(crate) const fn lapse(&self, rule: LapseRule) -> Lapse {
        Lapse { field: self.field, offset: self.offset, rule }
    }

    pub(crate) fn oid(&self) -> Result<Oid<'a>, Asn1Error> {
        Oid::from_contents(self.contents).ok_or_else(|| self.invalid())
    }

    pub(crate) fn boolean_default_false(&self, lapses: &mut Vec<Lapse>) -> Result<bool, Asn1Error> {
        match self.contents {
            [0x00] => {
                lapses.push(self.lapse(LapseRule::DefaultEncoded));
                Ok(false)
            }
            [0xff] => Ok(true),
            [_] => {
                lapses.push(self.lapse(LapseRule::BooleanNotFf));
                Ok(true)
            }
            _ => Err(self.invalid()),
        }
    }

    /// The content octets of an INTEGER, two's complement.
    pub(crate) fn integer(&self, lapses: &mut Vec<Lapse>) -> Result<&'a [u8], Asn1Error> {
        match self.contents {
            [] => Err(self.invalid()),
            [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => {
                lapses.push(self.lapse(LapseRule::IntegerNotMinimal));
                Ok(self.contents)
            }
            contents => Ok(contents),
        }
    }

    /// An INTEGER (0..MAX) that counts something; what is over `u32` is as good as no limit.
    pub(crate) fn count(&self, lapses: &mut Vec<Lapse>) -> Result<u32, Asn1Error> {
        match self.integer(lapses)? {
            [first, ..] if *first >= 0x80 => Err(self.invalid()),
            octets => Ok(octets
                .iter()
                .try_fold(0_u32, |sum, octet| sum.checked_mul(256)?.checked_add(u32::from(*octet)))
                .unwrap_or(u32::MAX)),
        }
    }

    fn bit_string(&self, lapses: &mut Vec<Lapse>) -> Result<BitString<'a>, Asn1Error> {
        match self.contents {
            [0, bytes @ ..] => Ok(BitString { bytes, unused_bits: 0 }),
            [unused_bits @ 1..=7, bytes @ ..] => {
                let last = bytes.last().ok_or_else(|| self.invalid())?;
                if last.trailing_zeros() < u32::from(*unused_bits) {
                    lapses.push(self.lapse(LapseRule::UnusedBitsNotZero));
                }
                Ok(BitString { bytes, unused_bits: *unused_bits })
            }
            _ => Err(self.invalid()),
        }
    }

    /// A BIT STRING of whole octets, as keys and signatures are.
    pub(crate) fn octets(&self) -> Result<&'a [u8], Asn1Error> {
        match self.contents {
            [0, octets @ ..] => Ok(octets),
            _ => Err(self.invalid()),
        }
    }

    /// A BIT STRING with named bits; bit 0 of the result is the first named bit.
    pub(crate) fn named_bits(&self, lapses: &mut Vec<Lapse>) -> Result<u16, Asn1Error> {
        let bits = self.bit_string(lapses)?;
        let used = bits.bytes.len().saturating_mul(8).saturating_sub(usize::from(bits.unused_bits));
        let bit =
            |number: usize| bits.bytes.get(number / 8).is_some_and(|byte| byte & (0x80 >> (number % 8)) != 0);
        if used > 0 && !bit(used - 1) {
            lapses.push(self.lapse(LapseRule::TrailingZeroBits));
        }
        Ok((0..used.min(16)).filter(|number| bit(*number)).fold(0, |set, number| set | 1 << number))
    }
}

impl fmt::Display for Asn1Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: ", self.field, self.offset)?;
        match self.reason {
            Asn1Reason::Length => f.write_str("cut short, or its length is not in DER"),
            Asn1Reason::Tag { expected, found: Some(found) } => {
                write!(f, "tag {found:#04x}, expected {expected:#04x}")
            }
            Asn1Reason::Tag { expected, found: None } => {
                write!(f, "missing, expected tag {expected:#04x}")
            }
            Asn1Reason::TrailingBytes => f.write_str("bytes follow the last field"),
            Asn1Reason::Value => f.write_str("no value of its type"),
            Asn1Reason::TooLarge { limit } => write!(f, "larger than {limit}"),
        }
    }
}

impl core::error::Error for Asn1Error {}

impl LapseRule {
    /// The rule in words.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::BooleanNotFf => "TRUE is encoded as ff (X.690 §11.1)",
            Self::DefaultEncoded => "a value equal to its DEFAULT is left out (X.690 §11.5)",
            Self::UnusedBitsNotZero => "unused bits are zero (X.690 §11.2.1)",
            Self::TrailingZeroBits => "a named bit list ends with a one bit (X.690 §11.2.2)",
            Self::IntegerNotMinimal => "an INTEGER has no needless octets (X.690 §8.3.2)",
            Self::SetNotSorted => "the elements of a SET OF are sorted (X.690 §11.6)",
        }
    }
}

impl fmt::Display for Lapse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.field, self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(der: &[u8]) -> Value<'_> {
        DerReader::new(der).any("value").unwrap()
    }

    #[test]
    fn every_truncation_of_a_value_is_refused() {
        let der = [0x30, 0x82, 0x01, 0x00];
        let der: Vec<u8> = der.into_iter().chain([0; 256]).collect();
        assert!(DerReader::new(&der).any("value").is_ok());
        for length in 0..der.len() {
            assert!(DerReader::new(&der[..length]).any("value").is_err(), "{length}");
        }
    }

    #[test]
    fn lengths_that_are_not_the_shortest_are_refused() {
        for der in [&[0x04, 0x81, 0x01, 0x00][..], &[0x04, 0x80, 0x00, 0x00], &[0x04, 0x85, 0, 0, 0, 0, 0]] {
            assert!(DerReader::new(der).any("value").is_err(), "{der:x?}");
        }
    }

    #[test]
    fn tags_that_der_does_not_know_are_read() {
        assert_eq!(value(&[0x1c, 0x04, 0, 0, 0, 0x61]).tag, tag::UNIVERSAL_STRING);
        assert!(DerReader::new(&[0x1f, 0x81, 0x01, 0x00]).any("value").is_err());
    }

    #[test]
    fn each_lapse_is_noticed_and_the_value_still_read() {
        let mut lapses = Vec::new();
        assert_eq!(value(&[1, 1, 0x01]).boolean_default_false(&mut lapses), Ok(true));
        assert_eq!(value(&[1, 1, 0x00]).boolean_default_false(&mut lapses), Ok(false));
        assert_eq!(value(&[2, 2, 0x00, 0x01]).count(&mut lapses), Ok(1));
        assert!(value(&[3, 2, 3, 0x0f]).bit_string(&mut lapses).is_ok());
        assert_eq!(value(&[3, 2, 0, 0x80]).named_bits(&mut lapses), Ok(1));
        let rules: Vec<_> = lapses.iter().map(|lapse| lapse.rule).collect();
        assert_eq!(
            rules,
            [
                LapseRule::BooleanNotFf,
                LapseRule::DefaultEncoded,
                LapseRule::IntegerNotMinimal,
                LapseRule::UnusedBitsNotZero,
                LapseRule::TrailingZeroBits,
            ]
        );
    }

    #[test]
    fn counts_are_not_negative_and_stop_at_their_bound() {
        let mut lapses = Vec::new();
        assert!(value(&[2, 1, 0xff]).count(&mut lapses).is_err());
        assert!(value(&[2, 0]).count(&mut lapses).is_err());
        assert_eq!(value(&[2, 2, 0x01, 0x00]).count(&mut lapses), Ok(256));
        assert_eq!(value(&[2, 6, 1, 0, 0, 0, 0, 0]).count(&mut lapses), Ok(u32::MAX));
        assert_eq!(lapses, []);
    }

    #[test]
    fn named_bits_are_numbered_from_the_front() {
        let mut lapses = Vec::new();
        assert_eq!(value(&[3, 2, 1, 0x06]).named_bits(&mut lapses), Ok(1 << 5 | 1 << 6));
        assert_eq!(value(&[3, 3, 7, 0x00, 0x80]).named_bits(&mut lapses), Ok(1 << 8));
        assert_eq!(value(&[3, 1, 0]).named_bits(&mut lapses), Ok(0));
        assert!(value(&[3, 1, 1]).named_bits(&mut lapses).is_err());
        assert!(value(&[3, 2, 8, 0]).named_bits(&mut lapses).is_err());
        assert_eq!(lapses, []);
    }
}
