//! Certificates, CRLs, OCSP responses, and whole paths of them.

use handfast::crypto::CryptoProvider;
use handfast::identity::ExpectedPeer;
use handfast::pki::certificate::Certificate;
use handfast::pki::name::PublicSuffixes;
use handfast::pki::revocation::{Crl, CrlStore, OcspResponse, Revocation};
use handfast::pki::{
    Judgement, Profile, Purpose, SignatureError, SignedData, TrustAnchor, TrustAnchors, VerifySignature,
    validate_path,
};
use handfast::time::Time;

/// 2030-01-01T00:00:00Z.
const NOW: i64 = 1_893_456_000_000;

/// A certificate: what is read can be shown and compared, and its names match themselves.
pub fn x509_certificate(bytes: &[u8]) -> bool {
    let certificate = match Certificate::from_der(bytes) {
        Ok(certificate) => certificate,
        Err(error) => {
            assert!(error.offset <= bytes.len(), "{error}");
            return false;
        }
    };
    assert!(certificate.subject.matches(&certificate.subject));
    assert!(certificate.issuer.normalized().is_within(&certificate.issuer.normalized()));
    let shown = format!("{certificate:?} {} {}", certificate.subject, certificate.issuer);
    assert!(!shown.chars().any(|character| character.is_control() && character != '\n'));
    true
}

/// A CRL: as many entries are found as the index has.
pub fn x509_crl(bytes: &[u8]) -> bool {
    let Ok(crl) = Crl::from_der(bytes) else { return false };
    let Some(list) = crl.list() else { return false };
    let issuer = list.issuer.normalized();
    if let Some(found) = crl.find(&issuer, &[1]) {
        assert!(crl.entry_count() > 0, "{found}");
    }
    true
}

/// An OCSP response.
pub fn ocsp_response(bytes: &[u8]) -> bool {
    OcspResponse::from_der(bytes).is_ok()
}

/// A path: one byte that chooses profile and revocation, then certificates, each behind its length in two bytes: the
/// trust anchor, the peer's own, the others, and last a CRL where one is wanted. Every signature is good, so that
/// the fuzzer gets far; whatever is accepted begins with the peer's own and ends with the anchor.
pub fn certification_path(bytes: &[u8]) -> bool {
    let Some((flags, rest)) = bytes.split_first() else { return false };
    let parts = parts(rest);
    let (chain, crl) = match parts.split_last() {
        Some((crl, chain)) if flags & 4 != 0 => (chain, Crl::from_der(*crl).ok()),
        _ => (parts.as_slice(), None),
    };
    let Some((anchor, chain)) = chain.split_first() else { return false };
    let Ok(anchor) = TrustAnchor::from_certificate_der(anchor) else { return false };
    let anchors: TrustAnchors = [anchor.clone()].into_iter().collect();
    let profile = match flags & 3 {
        0 => Profile::internal(),
        1 => Profile::strict_rfc5280(),
        2 => Profile::web_pki(PublicSuffixes::new()),
        _ => Profile::spiffe(),
    };
    let crls: CrlStore = crl.into_iter().collect();
    let revocation = Revocation::new(&crls);
    let (expected, provider) = (ExpectedPeer::any_under_anchors(), CryptoProvider::default());
    let now = Time::from_millis_since_1970(NOW);
    let mut judgement = Judgement::new(&anchors, &expected, Purpose::Server, now, &provider);
    judgement.profile = &profile;
    judgement.verifier = Some(&Agreeable);
    judgement.revocation = (flags & 4 != 0).then_some(&revocation);
    match validate_path(chain, &judgement) {
        Ok(path) => {
            assert_eq!(path.path.first().map(|der| &**der), chain.first().copied());
            assert_eq!(path.path.last(), Some(anchor.certificate_der()));
            true
        }
        Err(refusal) => {
            assert!(!refusal.tried.is_empty());
            assert!(refusal.report().to_string().contains(refusal.code().as_str()));
            false
        }
    }
}

/// Finds every signature good.
struct Agreeable;

impl VerifySignature for Agreeable {
    fn verify_signature(&self, _: &SignedData<'_>) -> Result<(), SignatureError> {
        Ok(())
    }
}

fn parts(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let Some((part, rest)) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))) else {
            break;
        };
        parts.push(part);
        bytes = rest;
    }
    parts
}
