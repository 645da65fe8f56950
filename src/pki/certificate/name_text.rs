//! The text of names: prepared for comparison (RFC 4518) and written for people (RFC 4514).

use alloc::vec::Vec;
use core::char::ToLowercase;
use core::fmt::{self, Write};

use super::{Attribute, Name};
use crate::identity::DistinguishedName;
use crate::pki::asn1::{Oid, known, tag};

/// Is this a string type, one of those that are decoded here or another (X.680 §8.6), in whatever form? What is none
/// is compared by its octets, as RFC 5280 §7.1 has it for attributes of other syntaxes.
pub(super) const fn is_string(tag: u8) -> bool {
    /// An encoding in pieces, which BER has.
    const CONSTRUCTED: u8 = 0x20;
    /// ObjectDescriptor.
    const OBJECT_DESCRIPTOR: u8 = 0x07;
    /// The first and the last of two rows of types: NumericString to IA5String, GraphicString to BMPString.
    const NUMERIC_STRING: u8 = 0x12;
    const GRAPHIC_STRING: u8 = 0x19;
    matches!(
        tag & !CONSTRUCTED,
        OBJECT_DESCRIPTOR
            | tag::UTF8_STRING
            | NUMERIC_STRING..=tag::IA5_STRING
            | GRAPHIC_STRING..=tag::BMP_STRING
    )
}

/// The characters of a string, one after the other.
#[derive(Clone)]
pub(super) enum Characters<'a> {
    Utf8(core::str::Chars<'a>),
    Bmp(core::slice::Iter<'a, [u8; 2]>),
    Universal(core::slice::Iter<'a, [u8; 4]>),
}

impl<'a> Characters<'a> {
    /// Of a value of this type, or `None` if the type is no string or the contents do not fit it.
    ///
    /// A TeletexString is read as far as it is ASCII: beyond that, writers disagree on its alphabet.
    pub(super) fn new(tag: u8, value: &'a [u8]) -> Option<Self> {
        match tag {
            tag::UTF8_STRING => core::str::from_utf8(value).ok().map(|text| Self::Utf8(text.chars())),
            tag::PRINTABLE_STRING | tag::IA5_STRING | tag::TELETEX_STRING => {
                let text = core::str::from_utf8(value).ok().filter(|text| text.is_ascii())?;
                Some(Self::Utf8(text.chars()))
            }
            tag::BMP_STRING => {
                let (units, rest) = value.as_chunks::<2>();
                let fits = rest.is_empty() && units.iter().all(|unit| of_bmp(unit).is_some());
                fits.then(|| Self::Bmp(units.iter()))
            }
            tag::UNIVERSAL_STRING => {
                let (units, rest) = value.as_chunks::<4>();
                let fits = rest.is_empty() && units.iter().all(|unit| of_universal(unit).is_some());
                fits.then(|| Self::Universal(units.iter()))
            }
            _ => None,
        }
    }
}

impl Iterator for Characters<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Self::Utf8(characters) => characters.next(),
            Self::Bmp(units) => units.next().and_then(of_bmp),
            Self::Universal(units) => units.next().and_then(of_universal),
        }
    }
}

fn of_bmp(unit: &[u8; 2]) -> Option<char> {
    char::from_u32(u32::from(u16::from_be_bytes(*unit)))
}

fn of_universal(unit: &[u8; 4]) -> Option<char> {
    char::from_u32(u32::from_be_bytes(*unit))
}

/// A string prepared for comparison: in lower case, control characters dropped, white space at the ends
/// dropped and inside reduced to one space (RFC 4518 §2.2, §2.6.1). Compatibility forms are not normalized
/// (RFC 4518 §2.3): two spellings of one glyph are two names here. [`has_one_spelling`] knows where that matters.
pub(super) struct Prepared<'a> {
    characters: Characters<'a>,
    /// What is left of the last character in lower case.
    lower_case: Option<ToLowercase>,
    has_begun: bool,
}

impl<'a> Prepared<'a> {
    /// Of a value of this type, or `None` where [`Characters::new`] gives none.
    pub(super) fn new(tag: u8, value: &'a [u8]) -> Option<Self> {
        let characters = Characters::new(tag, value)?;
        Some(Self { characters, lower_case: None, has_begun: false })
    }
}

impl Iterator for Prepared<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if let Some(character) = self.lower_case.as_mut().and_then(Iterator::next) {
            return Some(character);
        }
        let mut space_owed = false;
        let character = self.characters.find(|character| {
            space_owed |= character.is_whitespace();
            !character.is_whitespace() && !character.is_control() && *character != '\u{ad}'
        })?;
        let mut lower_case = character.to_lowercase();
        let between = core::mem::replace(&mut self.has_begun, true) && space_owed;
        let next = if between { Some(' ') } else { lower_case.next() };
        self.lower_case = Some(lower_case);
        next
    }
}

/// Is this character of a prepared text written in one way only, so that a text of such characters says something else
/// than any other text? So it is with these, of which neither case folding nor Unicode's normalization form KC (RFC 4518
/// §2.2, §2.3) makes others, nor these of others.
pub(super) const fn has_one_spelling(prepared: char) -> bool {
    matches!(prepared,
        '\0'..='\u{7f}'
        // Latin letters with their accents, but for sharp s and what is made of two.
        | '\u{c0}'..='\u{de}' | '\u{e0}'..='\u{131}' | '\u{134}'..='\u{13e}' | '\u{141}'..='\u{148}'
        | '\u{14a}'..='\u{17e}'
        // Greek but for the sigma at the end of words, and Cyrillic.
        | '\u{386}' | '\u{388}'..='\u{3c1}' | '\u{3c3}'..='\u{3ce}' | '\u{400}'..='\u{481}'
        | '\u{48a}'..='\u{52f}'
        // Hiragana, Katakana, Han and Hangul, each in the one width.
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}')
}

/// The short name of an attribute type in RFC 4514 §3 and in common use.
fn short_name(attribute_type: Oid<'_>) -> Option<&'static str> {
    Some(match attribute_type {
        known::COMMON_NAME => "CN",
        known::SERIAL_NUMBER => "serialNumber",
        known::COUNTRY_NAME => "C",
        known::LOCALITY_NAME => "L",
        known::STATE_NAME => "ST",
        known::STREET => "STREET",
        known::ORGANIZATION_NAME => "O",
        known::ORGANIZATIONAL_UNIT_NAME => "OU",
        known::DOMAIN_COMPONENT => "DC",
        known::USER_ID => "UID",
        known::EMAIL_ADDRESS => "emailAddress",
        _ => return None,
    })
}

/// RFC 4514: the last RDN first.
/// The string form of RFC 4514; bytes that are no name are shown as such, in hexadecimal digits.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Name::from_der(&self.der) {
            Ok(name) => name.fmt(f),
            Err(_) => self.der.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.rdns().count();
        if count <= FEW_RDNS {
            let mut last_first = (0..count).rev().filter_map(|index| self.rdns().nth(index));
            return write_rdns(f, &mut last_first);
        }
        let rdns: Vec<_> = self.rdns().collect();
        write_rdns(f, &mut rdns.into_iter().rev())
    }
}

/// So few are looked for from the front each, and not put aside.
const FEW_RDNS: usize = 8;

fn write_rdns<'a, R: Iterator<Item = Attribute<'a>>>(
    f: &mut fmt::Formatter<'_>,
    rdns: &mut dyn Iterator<Item = R>,
) -> fmt::Result {
    for (index, rdn) in rdns.enumerate() {
        f.write_str(if index == 0 { "" } else { "," })?;
        for (index, attribute) in rdn.enumerate() {
            f.write_str(if index == 0 { "" } else { "+" })?;
            write_attribute(f, &attribute)?;
        }
    }
    Ok(())
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

fn write_attribute(f: &mut fmt::Formatter<'_>, attribute: &Attribute<'_>) -> fmt::Result {
    match (short_name(attribute.attribute_type), Characters::new(attribute.tag, attribute.value)) {
        (Some(name), Some(text)) => {
            f.write_str(name)?;
            f.write_char('=')?;
            write_escaped(f, text)
        }
        (name, _) => {
            match name {
                Some(name) => write!(f, "{name}=#")?,
                None => write!(f, "{}=#", attribute.attribute_type)?,
            }
            write!(f, "{:02x}", attribute.tag)?;
            write_length(f, attribute.value.len())?;
            attribute.value.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
        }
    }
}

fn write_length(f: &mut fmt::Formatter<'_>, length: usize) -> fmt::Result {
    match length {
        0..0x80 => write!(f, "{length:02x}"),
        0x80..0x100 => write!(f, "81{length:02x}"),
        0x100..0x1_0000 => write!(f, "82{length:04x}"),
        _ => write!(f, "83{length:06x}"),
    }
}

/// RFC 4514 §2.4; control characters are escaped too, since the text goes to terminals.
fn write_escaped(f: &mut fmt::Formatter<'_>, text: Characters<'_>) -> fmt::Result {
    let mut text = text.peekable();
    let mut is_first = true;
    while let Some(character) = text.next() {
        let special = matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || is_first && matches!(character, ' ' | '#')
            || character == ' ' && text.peek().is_none();
        is_first = false;
        if character.is_control() {
            let mut utf8 = [0; 4];
            character.encode_utf8(&mut utf8).bytes().try_for_each(|octet| write!(f, "\\{octet:02X}"))?;
        } else {
            f.write_str(if special { "\\" } else { "" })?;
            f.write_char(character)?;
        }
    }
    Ok(())
}
