//! Makes OCSP responses for tests (RFC 6960 §4.2), signed with ECDSA and SHA-256.

#![allow(dead_code, clippy::unwrap_used)]

use handfast::crypto::{HashAlgorithm, ring};
use handfast::pki::certificate::Certificate;
use rcgen::KeyPair;

use super::authority::Authority;
use super::der::{SHA256, contents, january, sequence, signed, tlv};

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

/// A SingleResponse to be.
#[derive(Clone)]
pub(crate) struct Single {
    /// CertID.
    pub(crate) cert_id: Vec<u8>,
    pub(crate) status: Vec<u8>,
    pub(crate) this_update: u16,
    pub(crate) next_update: Option<u16>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

/// A response to be; by the CA itself unless a test says otherwise.
#[derive(Clone)]
pub(crate) struct Response<'a> {
    pub(crate) key: &'a KeyPair,
    /// `[0] EXPLICIT Version`, or nothing.
    pub(crate) version: Vec<u8>,
    /// ResponderID.
    pub(crate) responder: Vec<u8>,
    pub(crate) singles: Vec<Single>,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) certs: Vec<Vec<u8>>,
}

/// id-pkix-ocsp-basic.
const BASIC: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01";

/// CertID of a certificate in DER under `ca`, hashed by what `algorithm` names.
pub(crate) fn cert_id(
    certificate: &[u8],
    ca: &Authority,
    algorithm: &[u8],
    hash: impl Fn(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let issuer = Certificate::from_der(ca.der()).unwrap();
    let certificate = Certificate::from_der(certificate).unwrap();
    sequence(&[
        algorithm,
        &tlv(0x04, &hash(certificate.issuer.der)),
        &tlv(0x04, &hash(issuer.subject_public_key_info.subject_public_key)),
        &tlv(0x02, certificate.serial_number),
    ])
}

/// Its SHA-256.
pub(crate) fn sha256(data: &[u8]) -> Vec<u8> {
    ring::provider().hash(HashAlgorithm::Sha256).unwrap().digest(data).to_vec()
}

/// ResponderID by the subject of a certificate.
pub(crate) fn by_name(certificate: &[u8]) -> Vec<u8> {
    tlv(0xa1, Certificate::from_der(certificate).unwrap().subject.der)
}

fn extensions(tag: u8, extensions: &[Vec<u8>]) -> Vec<u8> {
    if extensions.is_empty() { vec![] } else { tlv(tag, &tlv(0x30, &extensions.concat())) }
}

impl Single {
    pub(crate) fn new(certificate: &[u8], ca: &Authority, says: Says) -> Self {
        let status = match says {
            Says::Good | Says::Stale => tlv(0x80, &[]),
            Says::Revoked => tlv(0xa1, &january(2029)),
            Says::Unknown => tlv(0x82, &[]),
        };
        let (this_update, next_update) = match says {
            Says::Good | Says::Revoked | Says::Unknown => (2029, 2031),
            Says::Stale => (2027, 2028),
        };
        let cert_id = cert_id(certificate, ca, SHA256, sha256);
        Self { cert_id, status, this_update, next_update: Some(next_update), extensions: vec![] }
    }

    fn to_der(&self) -> Vec<u8> {
        let next_update = self.next_update.map(|year| tlv(0xa0, &january(year))).unwrap_or_default();
        let extensions = extensions(0xa1, &self.extensions);
        sequence(&[&self.cert_id, &self.status, &january(self.this_update), &next_update, &extensions])
    }
}

impl<'a> Response<'a> {
    pub(crate) fn new(ca: &'a Authority, singles: &[Single]) -> Self {
        let responder = by_name(ca.der());
        let singles = singles.to_vec();
        Self { key: ca.key(), version: vec![], responder, singles, extensions: vec![], certs: vec![] }
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let singles: Vec<u8> = self.singles.iter().flat_map(Single::to_der).collect();
        let data = sequence(&[
            &self.version,
            &self.responder,
            &january(self.singles.first().map_or(2029, |single| single.this_update)),
            &tlv(0x30, &singles),
            &extensions(0xa1, &self.extensions),
        ]);
        let mut basic = signed(&data, self.key);
        if !self.certs.is_empty() {
            // Behind the signature, inside the same SEQUENCE.
            let certs = tlv(0xa0, &tlv(0x30, &self.certs.concat()));
            basic = tlv(0x30, &[contents(&basic), &certs].concat());
        }
        let bytes = sequence(&[BASIC, &tlv(0x04, &basic)]);
        sequence(&[&tlv(0x0a, &[0]), &tlv(0xa0, &bytes)])
    }
}

/// A response about a certificate in DER that `ca` issued, by `ca` itself.
pub(crate) fn response(certificate: &[u8], ca: &Authority, says: Says) -> Vec<u8> {
    Response::new(ca, &[Single::new(certificate, ca, says)]).to_der()
}
