//! Makes OCSP responses for tests, signed by the CA itself with ECDSA and SHA-256 (RFC 6960 §4.2).

#![allow(dead_code, clippy::unwrap_used)]

use handfast::crypto::{HashAlgorithm, ring};
use handfast::pki::certificate::Certificate;
use rcgen::SigningKey;

use super::authority::Authority;

/// What a response says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    /// Good, from 2029 to 2031.
    Good,
    /// Revoked in 2029.
    Revoked,
    /// The responder does not know the certificate.
    Unknown,
    /// Good, in 2028.
    Stale,
}

/// `OCTET STRING`, `SEQUENCE` and the others that occur, in DER.
fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let header = match length {
        0..=0x7f => vec![tag, u8::try_from(length).unwrap()],
        0x80..=0xff => vec![tag, 0x81, u8::try_from(length).unwrap()],
        _ => [&[tag, 0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    };
    [header, contents.to_vec()].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn january(year: u16) -> Vec<u8> {
    tlv(0x18, format!("{year}0101000000Z").as_bytes())
}

/// id-sha256 with NULL.
const SHA256: &[u8] = b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00";
/// ecdsa-with-SHA256.
const ECDSA_SHA256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
/// id-pkix-ocsp-basic.
const BASIC: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01";

/// A response about a certificate in DER that `ca` issued.
pub(crate) fn response(certificate: &[u8], ca: &Authority, says: Says) -> Vec<u8> {
    let issuer = Certificate::from_der(ca.der()).unwrap();
    let certificate = Certificate::from_der(certificate).unwrap();
    let provider = ring::provider();
    let hash = |data: &[u8]| tlv(0x04, &provider.hash(HashAlgorithm::Sha256).unwrap().digest(data));
    let cert_id = sequence(&[
        SHA256,
        &hash(certificate.issuer.der),
        &hash(issuer.subject_public_key_info.subject_public_key),
        &tlv(0x02, certificate.serial_number),
    ]);
    let status = match says {
        Says::Good | Says::Stale => tlv(0x80, &[]),
        Says::Revoked => tlv(0xa1, &january(2029)),
        Says::Unknown => tlv(0x82, &[]),
    };
    let (this_update, next_update) = match says {
        Says::Good | Says::Revoked | Says::Unknown => (2029, 2031),
        Says::Stale => (2027, 2028),
    };
    let single = sequence(&[&cert_id, &status, &january(this_update), &tlv(0xa0, &january(next_update))]);
    let responder = tlv(0xa1, issuer.subject.der);
    let data = sequence(&[&responder, &january(this_update), &sequence(&[&single])]);
    let signature = [vec![0], ca.key().sign(&data).unwrap()].concat();
    let basic = sequence(&[&data, ECDSA_SHA256, &tlv(0x03, &signature)]);
    let bytes = sequence(&[BASIC, &tlv(0x04, &basic)]);
    sequence(&[&tlv(0x0a, &[0]), &tlv(0xa0, &bytes)])
}
