//! The text of names: prepared for comparison (RFC 4518) and written for people (RFC 4514).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use super::{Attribute, Name};
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

/// The characters of a string, or `None` if the type is no string or the contents do not fit it.
///
/// A TeletexString is read as far as it is ASCII: beyond that, writers disagree on its alphabet.
pub(super) fn decoded(tag: u8, value: &[u8]) -> Option<String> {
    match tag {
        tag::UTF8_STRING => core::str::from_utf8(value).ok().map(String::from),
        tag::PRINTABLE_STRING | tag::IA5_STRING | tag::TELETEX_STRING => {
            core::str::from_utf8(value).ok().filter(|text| text.is_ascii()).map(String::from)
        }
        tag::BMP_STRING => {
            let (units, rest) = value.as_chunks::<2>();
            rest.is_empty().then_some(())?;
            units.iter().map(|unit| char::from_u32(u32::from(u16::from_be_bytes(*unit)))).collect()
        }
        tag::UNIVERSAL_STRING => {
            let (units, rest) = value.as_chunks::<4>();
            rest.is_empty().then_some(())?;
            units.iter().map(|unit| char::from_u32(u32::from_be_bytes(*unit))).collect()
        }
        _ => None,
    }
}

/// A string prepared for comparison: in lower case, control characters dropped, white space at the ends
/// dropped and inside reduced to one space (RFC 4518 §2.2, §2.6.1). Compatibility forms are not normalized
/// (RFC 4518 §2.3): two spellings of one glyph are two names here, which can only refuse.
pub(super) fn prepared(tag: u8, value: &[u8]) -> Option<String> {
    let decoded = decoded(tag, value)?;
    let mut prepared = String::with_capacity(decoded.len());
    let mut space_owed = false;
    for character in decoded.chars() {
        if character.is_whitespace() {
            space_owed = true;
        } else if !character.is_control() && character != '\u{ad}' {
            if space_owed && !prepared.is_empty() {
                prepared.push(' ');
            }
            space_owed = false;
            prepared.extend(character.to_lowercase());
        }
    }
    Some(prepared)
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
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rdns: Vec<Vec<Attribute<'_>>> = self.rdns().map(Iterator::collect).collect();
        for (index, rdn) in rdns.iter().rev().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            for (index, attribute) in rdn.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { "+" })?;
                write_attribute(f, attribute)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

fn write_attribute(f: &mut fmt::Formatter<'_>, attribute: &Attribute<'_>) -> fmt::Result {
    match (short_name(attribute.attribute_type), decoded(attribute.tag, attribute.value)) {
        (Some(name), Some(text)) => {
            write!(f, "{name}=")?;
            write_escaped(f, &text)
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
fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let last = text.chars().count().saturating_sub(1);
    for (index, character) in text.chars().enumerate() {
        let special = matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || index == 0 && matches!(character, ' ' | '#')
            || index == last && character == ' ';
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
