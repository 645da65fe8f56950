//! Distinguished names without what nearly all of them have in common.
//!
//! A name of attributes of X.520 (object identifiers 2.5.4.x), one a set, is written as their count and for each the x,
//! the tag of its value and the value. Any other is written as it stands, behind a count of 255.

use alloc::vec::Vec;

use super::number::{read_bytes, write_bytes};
use crate::identity::DistinguishedName;
use crate::wire::{DecodeError, Reader, Writer};

/// The count that stands before a name in DER.
const AS_IT_STANDS: u8 = 255;

/// Tag and length of the object identifier, and its first two octets.
const X520: [u8; 4] = [0x06, 0x03, 0x55, 0x04];

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// One attribute: the last octet of its type, and tag and contents of its value.
#[derive(Clone, Copy)]
struct Attribute<'a> {
    kind: u8,
    tag: u8,
    value: &'a [u8],
}

pub(super) fn write_name(out: &mut Writer<'_>, name: &DistinguishedName) {
    let short = attributes(&name.der).filter(|attributes| der(attributes) == name.der);
    let count = short.as_ref().and_then(|attributes| u8::try_from(attributes.len()).ok());
    match (short, count) {
        (Some(attributes), Some(count)) if count < AS_IT_STANDS => {
            out.u8(count);
            for attribute in attributes {
                out.u8(attribute.kind);
                out.u8(attribute.tag);
                write_bytes(out, attribute.value);
            }
        }
        _ => {
            out.u8(AS_IT_STANDS);
            write_bytes(out, &name.der);
        }
    }
}

pub(super) fn read_name(r: &mut Reader<'_>) -> Result<DistinguishedName, DecodeError> {
    let count = r.u8("name")?;
    if count == AS_IT_STANDS {
        return Ok(DistinguishedName { der: read_bytes(r, "name")?.to_vec() });
    }
    let attribute = |_| {
        let (kind, tag) = (r.u8("type")?, r.u8("tag")?);
        Ok(Attribute { kind, tag, value: read_bytes(r, "value")? })
    };
    let attributes: Vec<_> = (0..count).map(attribute).collect::<Result<_, DecodeError>>()?;
    Ok(DistinguishedName { der: der(&attributes) })
}

/// The attributes of a name, if it is one of the kind that is written short. What is lax here shows when the name
/// is made again.
fn attributes(name: &[u8]) -> Option<Vec<Attribute<'_>>> {
    let mut r = Reader::new(name);
    r.u8("tag").ok()?;
    let mut rdns = match r.u8("length").ok()? {
        0x81 => r.bytes("length", 1).map(|_| r).ok()?,
        0x82 => r.bytes("length", 2).map(|_| r).ok()?,
        _ => r,
    };
    let mut found = Vec::new();
    while !rdns.is_empty() {
        rdns.u8("tag").ok()?;
        let mut set = rdns.nested("set", 0..=0x7f).ok()?;
        set.u8("tag").ok()?;
        let mut attribute = set.nested("attribute", 0..=0x7f).ok()?;
        attribute.array::<4>("type").ok().filter(|kind| *kind == X520)?;
        let (kind, tag) = (attribute.u8("type").ok()?, attribute.u8("tag").ok()?);
        found.push(Attribute { kind, tag, value: attribute.vector("value", 0..=0x7f).ok()? });
    }
    Some(found)
}

/// The name in DER.
fn der(attributes: &[Attribute<'_>]) -> Vec<u8> {
    let rdns = attributes.iter().flat_map(|attribute| {
        let contents = [&X520[..], &[attribute.kind], &element(attribute.tag, attribute.value)].concat();
        element(SET, &element(SEQUENCE, &contents))
    });
    element(SEQUENCE, &rdns.collect::<Vec<u8>>())
}

/// Tag, length and contents.
fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let [.., high, low] = contents.len().to_be_bytes();
    let length: &[u8] = match contents.len() {
        0..=0x7f => &[low],
        0x80..=0xff => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, contents].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(der: &[u8]) -> Vec<u8> {
        let name = DistinguishedName { der: der.to_vec() };
        let mut bytes = Vec::new();
        write_name(&mut Writer::new(&mut bytes), &name);
        let mut r = Reader::new(&bytes);
        assert_eq!(read_name(&mut r).unwrap(), name);
        assert!(r.is_empty());
        bytes
    }

    /// CN in a UTF8String.
    fn common_name(text: &[u8]) -> Vec<u8> {
        der(&[Attribute { kind: 3, tag: 0x0c, value: text }])
    }

    #[test]
    fn a_name_of_ordinary_attributes_is_written_short() {
        let name = common_name(b"client");
        assert_eq!(name, b"\x30\x11\x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x0c\x06client");
        assert_eq!(written(&name), b"\x01\x03\x0c\x06client");
        assert_eq!(written(b"\x30\x00"), b"\x00");
        let long = der(&[Attribute { kind: 10, tag: 0x13, value: &[b'o'; 100] }; 3]);
        assert_eq!(written(&long).len(), 1 + 3 * 103);
    }

    #[test]
    fn any_other_name_is_written_as_it_stands() {
        let mut email = common_name(b"client");
        email[7] = 0x02;
        let mut two_in_a_set = common_name(b"client");
        two_in_a_set[3] -= 1;
        for other in [&email[..], &two_in_a_set, b"", b"\x31\x00", b"nothing of the kind", &[0x30; 300]] {
            assert_eq!(written(other)[0], AS_IT_STANDS, "{other:02x?}");
        }
        assert_eq!(written(&common_name(&[b'x'; 128]))[0], AS_IT_STANDS);
    }
}
