//! A small DER writer: every function gives the octets of one value.

/// Tag, length and contents.
pub(crate) fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    let significant: Vec<u8> = length.iter().copied().skip_while(|octet| *octet == 0).collect();
    let mut out = vec![tag];
    match significant.as_slice() {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(contents);
    out
}

/// SEQUENCE.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    value(0x30, &parts.concat())
}

/// SET of one element.
pub(crate) fn set(part: &[u8]) -> Vec<u8> {
    value(0x31, part)
}

/// `[number]`, constructed, as EXPLICIT tags and IMPLICIT ones of constructed types are.
pub(crate) fn tagged(number: u8, contents: &[u8]) -> Vec<u8> {
    value(0xa0 | number, contents)
}

/// `[number]`, primitive, as IMPLICIT tags of primitive types are.
pub(crate) fn tagged_primitive(number: u8, contents: &[u8]) -> Vec<u8> {
    value(0x80 | number, contents)
}

/// BOOLEAN TRUE.
pub(crate) fn boolean_true() -> Vec<u8> {
    value(0x01, &[0xff])
}

/// INTEGER that is not negative.
pub(crate) fn integer(number: u64) -> Vec<u8> {
    value(0x02, &integer_contents(number))
}

/// The contents of an INTEGER that is not negative.
pub(crate) fn integer_contents(number: u64) -> Vec<u8> {
    let mut octets: Vec<u8> = number.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
    if octets.first().is_none_or(|first| *first >= 0x80) {
        octets.insert(0, 0);
    }
    octets
}

/// OCTET STRING.
pub(crate) fn octet_string(contents: &[u8]) -> Vec<u8> {
    value(0x04, contents)
}

/// BIT STRING of whole octets.
pub(crate) fn bit_string(octets: &[u8]) -> Vec<u8> {
    value(0x03, &[&[0], octets].concat())
}

/// BIT STRING of named bits, the first of them the highest of the sixteen; zeros at its end are left out.
pub(crate) fn named_bits(bits: u16) -> Vec<u8> {
    let octets: Vec<u8> = match bits.to_be_bytes() {
        [0, 0] => Vec::new(),
        [first, 0] => vec![first],
        both => both.to_vec(),
    };
    let unused = octets.last().map_or(0, |last| last.trailing_zeros());
    value(0x03, &[&[u8::try_from(unused).unwrap_or_default()], octets.as_slice()].concat())
}

/// OBJECT IDENTIFIER; the first two arcs are below 3 and 40.
pub(crate) fn oid(arcs: &[u32]) -> Vec<u8> {
    let Some(([first, second], rest)) = arcs.split_first_chunk::<2>() else { return value(0x06, &[]) };
    let mut contents = vec![u8::try_from(first * 40 + second).unwrap_or_default()];
    for arc in rest {
        let groups = [28, 21, 14, 7, 0].map(|shift| u8::try_from((arc >> shift) & 0x7f).unwrap_or_default());
        let start = groups.iter().position(|group| *group != 0).unwrap_or(4);
        let (last, higher) = (groups.last(), groups.get(start..4).unwrap_or_default());
        contents.extend(higher.iter().map(|group| group | 0x80));
        contents.extend(last);
    }
    value(0x06, &contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_their_shortest_form() {
        assert_eq!(value(4, &[0; 127])[..2], [4, 127]);
        assert_eq!(value(4, &[0; 128])[..3], [4, 0x81, 128]);
        assert_eq!(value(4, &[0; 256])[..4], [4, 0x82, 1, 0]);
    }

    #[test]
    fn oids_bits_and_integers_are_those_of_x690() {
        assert_eq!(oid(&[1, 2, 840, 10045, 2, 1]), [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]);
        assert_eq!(oid(&[2, 5, 29, 15]), [6, 3, 0x55, 0x1d, 15]);
        assert_eq!(named_bits(0x8000), [3, 2, 7, 0x80]);
        assert_eq!(named_bits(0x0600), [3, 2, 1, 0x06]);
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
    }
}
