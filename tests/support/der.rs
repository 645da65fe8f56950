//! DER as tests write it by hand.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

/// A value with its identifier octet.
pub(crate) fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let header = match length {
        0..=0x7f => vec![tag, u8::try_from(length).unwrap()],
        0x80..=0xff => vec![tag, 0x81, u8::try_from(length).unwrap()],
        _ => [&[tag, 0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    };
    [header, contents.to_vec()].concat()
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// The contents of a value of less than 2^16 octets.
pub(crate) fn contents(value: &[u8]) -> &[u8] {
    match value[1] {
        0x82 => &value[4..],
        0x81 => &value[3..],
        _ => &value[2..],
    }
}

/// The DER values in the contents of this one.
pub(crate) fn fields(der: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = contents(der);
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let header = rest.len() - contents(rest).len();
        let length = match rest[..header] {
            [_, short] => usize::from(short),
            [_, _, length] => usize::from(length),
            [_, _, high, low] => usize::from(u16::from_be_bytes([high, low])),
            _ => panic!("a longer length"),
        };
        let (field, behind) = rest.split_at(header + length);
        fields.push(field.to_vec());
        rest = behind;
    }
    fields
}

/// The first second of a year as GeneralizedTime.
pub(crate) fn january(year: u16) -> Vec<u8> {
    tlv(0x18, format!("{year}0101000000Z").as_bytes())
}

/// TRUE.
pub(crate) const TRUE: &[u8] = b"\x01\x01\xff";
/// id-sha1 with NULL.
pub(crate) const SHA1: &[u8] = b"\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00";
/// id-sha256 with NULL.
pub(crate) const SHA256: &[u8] = b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00";
/// ecdsa-with-SHA256.
pub(crate) const ECDSA_SHA256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";

/// An extension; `id` is the whole OBJECT IDENTIFIER.
pub(crate) fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    sequence(&[id, if critical { TRUE } else { b"" }, &tlv(0x04, value)])
}

/// An extension of X.509's own, id-ce and this arc.
pub(crate) fn id_ce(arc: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    extension(&[0x06, 3, 0x55, 0x1d, arc], critical, value)
}

/// `SIGNED{…}`: what is signed, the algorithm and the signature, with ECDSA and SHA-256.
pub(crate) fn signed(to_be_signed: &[u8], key: &impl rcgen::SigningKey) -> Vec<u8> {
    let signature = [vec![0], key.sign(to_be_signed).unwrap()].concat();
    sequence(&[to_be_signed, ECDSA_SHA256, &tlv(0x03, &signature)])
}

/// A certificate in DER with other octets in what is signed, signed again. `from` has the length of `to`, or is a
/// field of TBSCertificate itself.
pub(crate) fn signed_again(
    certificate: &[u8],
    from: &[u8],
    to: &[u8],
    key: &impl rcgen::SigningKey,
) -> Vec<u8> {
    let read = handfast::pki::certificate::Certificate::from_der(certificate).unwrap();
    let fields = contents(read.tbs_certificate);
    let at = fields.windows(from.len()).position(|window| window == from).unwrap();
    let fields = [&fields[..at], to, &fields[at + from.len()..]].concat();
    signed(&tlv(0x30, &fields), key)
}
