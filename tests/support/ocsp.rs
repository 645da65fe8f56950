//! Makes OCSP responses for tests, signed by the CA itself with ECDSA and SHA-256 (RFC 6960 §4.2).

#![allow(dead_code, clippy::unwrap_used)]

use handfast::crypto::{HashAlgorithm, ring};
use handfast::pki::certificate::Certificate;

use super::authority::Authority;
use super::der::{SHA256, january, sequence, signed, tlv};

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
    let basic = signed(&data, ca.key());
    let bytes = sequence(&[BASIC, &tlv(0x04, &basic)]);
    sequence(&[&tlv(0x0a, &[0]), &tlv(0xa0, &bytes)])
}
