//! OCSP responses of every kind: who may give them, about what, for how long, and with what in them (RFC 6960).

#![cfg(all(test, feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/der.rs"]
mod der;
#[path = "support/ocsp.rs"]
mod ocsp;

use authority::{Authority, MID_2030, ca, intermediate, named, root, server};
use der::{SHA1, SHA256, extension};
use handfast::crypto::ring;
use handfast::identity::ExpectedPeer;
use handfast::pki::revocation::{CrlStore, OcspResponse, Revocation, StaleStatus};
use handfast::pki::{FindingCode, Judgement, Purpose, TrustAnchors, judge};
use handfast::time::Time;
use ocsp::{Response, Says, Single, by_name, cert_id, response, sha256};
use rcgen::{CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use sha1::{Digest, Sha1};

/// A judgement of a chain by responses.
struct Judge<'j> {
    root: &'j Authority,
    millis: i64,
    stale: StaleStatus,
}

impl<'j> Judge<'j> {
    const fn new(root: &'j Authority) -> Self {
        Self { root, millis: MID_2030, stale: StaleStatus::Refuse }
    }

    /// Why the chain is refused, and with which certificate.
    fn refusal(&self, chain: &[&[u8]], responses: &[Vec<u8>]) -> Option<(FindingCode, Option<usize>)> {
        let (anchors, crls) = (TrustAnchors::from_der(self.root.der()).unwrap(), CrlStore::new());
        let expected = ExpectedPeer::dns("www.example").unwrap();
        let provider = ring::provider();
        let time = Time::from_millis_since_1970(self.millis);
        let responses: Vec<&[u8]> = responses.iter().map(Vec::as_slice).collect();
        let mut revocation = Revocation::new(&crls);
        (revocation.ocsp_responses, revocation.stale) = (&responses, self.stale);
        let mut judgement = Judgement::new(&anchors, &expected, Purpose::Server, time, &provider);
        judgement.revocation = Some(&revocation);
        judge(chain, &judgement).err().map(|refusal| (refusal.code(), refusal.deciding.certificate))
    }

    fn code(&self, leaf: &[u8], responses: &[Vec<u8>]) -> Option<FindingCode> {
        self.refusal(&[leaf], responses).map(|(code, _)| code)
    }
}

const GOOD: Option<FindingCode> = None;
const REVOKED: Option<FindingCode> = Some(FindingCode::Revoked);
const UNKNOWN: Option<FindingCode> = Some(FindingCode::RevocationUnknown);
const STALE: Option<FindingCode> = Some(FindingCode::RevocationStale);

fn leaf(ca: &Authority) -> Vec<u8> {
    authority::leaf(server("www.example"), ca)
}

//= R6960-3.2-step-5 test
//= R6960-3.2-step-6 test
//= R6960-4.2.2.1-1 test
//= R6960-4.2.2.1-2 test
#[test]
fn a_response_holds_from_this_update_to_next_update() {
    let root = root(ca("root"));
    let leaf = leaf(&root);
    let good = [response(&leaf, &root, Says::Good)];
    let (first, last) = (1_861_920_000_000, 1_924_992_000_000);
    for (millis, expected) in
        [(first - 1, STALE), (first, GOOD), (last, GOOD), (last + 999, GOOD), (last + 1_000, STALE)]
    {
        assert_eq!(Judge { millis, ..Judge::new(&root) }.code(&leaf, &good), expected, "{millis}");
    }
    let endless = Single { next_update: None, ..Single::new(&leaf, &root, Says::Good) };
    assert_eq!(Judge::new(&root).code(&leaf, &[Response::new(&root, &[endless]).to_der()]), STALE);
    // A word that it is revoked does not age.
    let long_ago =
        Single { this_update: 2026, next_update: Some(2027), ..Single::new(&leaf, &root, Says::Revoked) };
    assert_eq!(Judge::new(&root).code(&leaf, &[Response::new(&root, &[long_ago]).to_der()]), REVOKED);
    let lenient = Judge { stale: StaleStatus::Accept, ..Judge::new(&root) };
    assert_eq!(lenient.code(&leaf, &[response(&leaf, &root, Says::Stale)]), GOOD);
}

//= R6960-3.2-step-1 test
#[test]
fn a_certificate_is_named_by_hashes_of_its_issuer_and_by_its_serial_number() {
    let root = root(ca("root"));
    let (leaf, other) = (leaf(&root), leaf(&root));
    let (renamed, twin) = (authority::root(ca("other")), authority::root(ca("root")));
    let sha1 = |data: &[u8]| Sha1::digest(data).to_vec();
    for (what, cert_id, expected) in [
        ("SHA-1", cert_id(&leaf, &root, SHA1, sha1), GOOD),
        ("SHA-256", cert_id(&leaf, &root, SHA256, sha256), GOOD),
        ("one algorithm and the hashes of another", cert_id(&leaf, &root, SHA256, sha1), UNKNOWN),
        ("no hashes", cert_id(&leaf, &root, SHA256, |_| vec![]), UNKNOWN),
        ("another serial number", cert_id(&other, &root, SHA256, sha256), UNKNOWN),
        ("another key", cert_id(&leaf, &twin, SHA256, sha256), UNKNOWN),
        (
            "another name and key",
            cert_id(&authority::leaf(server("x"), &renamed), &renamed, SHA1, sha1),
            UNKNOWN,
        ),
    ] {
        let single = Single { cert_id, ..Single::new(&leaf, &root, Says::Good) };
        assert_eq!(
            Judge::new(&root).code(&leaf, &[Response::new(&root, &[single]).to_der()]),
            expected,
            "{what}"
        );
    }
}

/// After CVE-2026-3832: the first entry of a response need not be about the certificate.
//= R6960-4.2.2.3-5 test
#[test]
fn of_several_entries_and_several_responses_each_is_heard() {
    let root = root(ca("root"));
    let (leaf, other) = (leaf(&root), leaf(&root));
    let about = |certificate: &[u8], says| Single::new(certificate, &root, says);
    let newer = |single: Single| Single { this_update: 2030, ..single };
    for (what, singles, expected) in [
        ("revoked behind another's good", [about(&other, Says::Good), about(&leaf, Says::Revoked)], REVOKED),
        ("good behind another's revoked", [about(&other, Says::Revoked), about(&leaf, Says::Good)], GOOD),
        ("good and revoked", [about(&leaf, Says::Good), about(&leaf, Says::Revoked)], REVOKED),
        ("revoked and a newer good", [about(&leaf, Says::Revoked), newer(about(&leaf, Says::Good))], REVOKED),
        ("good over and good", [about(&leaf, Says::Stale), about(&leaf, Says::Good)], GOOD),
        ("good and a newer unknown", [about(&leaf, Says::Good), newer(about(&leaf, Says::Unknown))], UNKNOWN),
        ("others alone", [about(&other, Says::Good), about(&other, Says::Revoked)], UNKNOWN),
    ] {
        let [one, two] = singles;
        for singles in [[one.clone(), two.clone()], [two.clone(), one.clone()]] {
            let response = Response::new(&root, &singles).to_der();
            assert_eq!(Judge::new(&root).code(&leaf, &[response]), expected, "{what}");
        }
    }
    let [good, revoked, stale, unknown] =
        [Says::Good, Says::Revoked, Says::Stale, Says::Unknown].map(|says| response(&leaf, &root, says));
    for (what, responses, expected) in [
        ("good and revoked", [good.clone(), revoked.clone()], REVOKED),
        ("good and stale", [good.clone(), stale.clone()], GOOD),
        ("good and unknown", [good, unknown.clone()], GOOD),
        ("stale and unknown", [stale, unknown], STALE),
        ("revoked and no response at all", [revoked, b"\x30\x03\x0a\x01\x03".to_vec()], REVOKED),
    ] {
        let [one, two] = responses;
        for responses in [[one.clone(), two.clone()], [two, one]] {
            assert_eq!(Judge::new(&root).code(&leaf, &responses), expected, "{what}");
        }
    }
}

//= R6960-4.1.2-4 test
#[test]
fn a_nonce_is_passed_over_and_what_is_critical_is_not() {
    let root = root(ca("root"));
    let leaf = leaf(&root);
    // id-pkix-ocsp-nonce
    let nonce =
        |critical| extension(b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x02", critical, b"\x04\x02ab");
    for critical in [false, true] {
        let expected = if critical { UNKNOWN } else { GOOD };
        let single = Single::new(&leaf, &root, Says::Good);
        let with_nonce = Response {
            extensions: vec![nonce(critical)],
            ..Response::new(&root, std::slice::from_ref(&single))
        };
        assert_eq!(Judge::new(&root).code(&leaf, &[with_nonce.to_der()]), expected, "{critical}");
        let single = Single { extensions: vec![nonce(critical)], ..single };
        let in_entry = Response::new(&root, &[single]);
        assert_eq!(Judge::new(&root).code(&leaf, &[in_entry.to_der()]), expected, "{critical}");
    }
}

#[test]
fn a_responder_that_gives_no_answer_has_said_nothing() {
    let root = root(ca("root"));
    let leaf = leaf(&root);
    // malformedRequest, internalError, tryLater, sigRequired, unauthorized
    for status in [1, 2, 3, 5, 6] {
        assert_eq!(Judge::new(&root).code(&leaf, &[vec![0x30, 3, 0x0a, 1, status]]), UNKNOWN, "{status}");
    }
    let empty = Response::new(&root, &[]).to_der();
    assert_eq!(Judge::new(&root).code(&leaf, &[empty]), UNKNOWN);
}

//= R6960-4.2.2.3-1 test
#[test]
fn a_response_is_of_version_1_whether_it_says_so_or_not() {
    let root = root(ca("root"));
    let single = Single::new(&leaf(&root), &root, Says::Good);
    for (version, read) in [(&[][..], true), (&[0xa0, 3, 2, 1, 0], true), (&[0xa0, 3, 2, 1, 1], false)] {
        let version = version.to_vec();
        let response = Response { version, ..Response::new(&root, std::slice::from_ref(&single)) };
        assert_eq!(OcspResponse::from_der(&response.to_der()).is_ok(), read);
    }
}

#[test]
fn a_response_that_cannot_be_read_is_told_by_its_place() {
    let root = root(ca("root"));
    let mut response = response(&leaf(&root), &root, Says::Good);
    // The tag of the good of certStatus.
    let good = response.windows(3).position(|octets| octets == b"\x80\x00\x18").unwrap();
    response[good] = 0x83;
    let error = OcspResponse::from_der(&response).unwrap_err();
    assert_eq!((error.field, error.offset), ("certStatus", good + 2));
}

/// A responder that need not be checked, if `no_check`.
fn responder(no_check: bool) -> CertificateParams {
    let mut params = named("responder");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
    if no_check {
        let id = [1, 3, 6, 1, 5, 5, 7, 48, 1, 5];
        params.custom_extensions.push(CustomExtension::from_oid_content(&id, vec![5, 0]));
    }
    params
}

//= R6960-4.2.2.2-2 test
//= R6960-4.2.2.2-3 test
//= R6960-4.2.2.2-5 test
//= R6960-4.2.2.2-6 test
#[test]
fn a_delegate_is_certified_for_that_by_the_issuer_itself() {
    let root = root(ca("root"));
    let (middle, twin) = (intermediate(ca("middle"), &root), authority::root(ca("middle")));
    let leaf = leaf(&middle);
    let of_middle = response(middle.der(), &root, Says::Good);
    let changed = |change: fn(&mut CertificateParams)| {
        let mut params = responder(true);
        change(&mut params);
        params
    };
    for (what, params, issuer, expected) in [
        ("delegated", responder(true), &middle, GOOD),
        ("to be checked itself, with nothing to do so", responder(false), &middle, UNKNOWN),
        ("without the purpose", changed(|it| it.extended_key_usages.clear()), &middle, UNKNOWN),
        (
            "for any purpose",
            changed(|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any]),
            &middle,
            UNKNOWN,
        ),
        (
            "for another purpose",
            changed(|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]),
            &middle,
            UNKNOWN,
        ),
        (
            "without digitalSignature",
            changed(|it| it.key_usages = vec![KeyUsagePurpose::KeyAgreement]),
            &middle,
            UNKNOWN,
        ),
        ("expired", changed(|it| it.not_after = rcgen::date_time_ymd(2026, 1, 1)), &middle, UNKNOWN),
        ("by a CA above", responder(true), &root, UNKNOWN),
        ("by a CA of the same name", responder(true), &twin, UNKNOWN),
    ] {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, issuer).unwrap().der().to_vec();
        let single = Single::new(&leaf, &middle, Says::Good);
        let response = Response {
            key: &key,
            responder: by_name(&certificate),
            certs: vec![certificate.clone()],
            ..Response::new(&middle, &[single])
        };
        let judge = |response: &Response<'_>| {
            let responses = [response.to_der(), of_middle.clone()];
            let refusal = Judge::new(&root).refusal(&[&leaf, middle.der()], &responses);
            refusal.map(|(code, _)| code)
        };
        assert_eq!(judge(&response), expected, "{what}");
        // Its certificate is behind others, or is not there, or another name is given.
        let behind = Response { certs: vec![twin.der().to_vec(), certificate], ..response.clone() };
        assert_eq!(judge(&behind), expected, "{what}");
        let without = Response { certs: vec![], ..response.clone() };
        let of_another = Response { responder: by_name(root.der()), ..response.clone() };
        assert_eq!((judge(&without), judge(&of_another)), (UNKNOWN, UNKNOWN), "{what}");
    }
}

//= R6960-2.2-3 test
//= R6960-4.2.2.2-8 test
#[test]
fn four_certificates_of_a_response_are_tried_as_its_signers() {
    let root = root(ca("root"));
    let leaf = leaf(&root);
    let key = KeyPair::generate().unwrap();
    let certificate = responder(true).signed_by(&key, &root).unwrap().der().to_vec();
    let judged = |others: usize| {
        let certs = [vec![root.der().to_vec(); others], vec![certificate.clone()]].concat();
        let single = Single::new(&leaf, &root, Says::Good);
        let own = Response::new(&root, &[single]);
        let response = Response { key: &key, responder: by_name(&certificate), certs, ..own };
        Judge::new(&root).code(&leaf, &[response.to_der()])
    };
    assert_eq!((judged(3), judged(4)), (GOOD, UNKNOWN));
}

#[test]
fn nobody_else_speaks_for_an_issuer() {
    let root = root(ca("root"));
    let middle = intermediate(ca("middle"), &root);
    let key = KeyPair::generate().unwrap();
    let leaf = server("www.example").signed_by(&key, &middle).unwrap().der().to_vec();
    let of_middle = response(middle.der(), &root, Says::Good);
    let single = [Single::new(&leaf, &middle, Says::Good)];
    let by_itself = Response {
        key: &key,
        responder: by_name(&leaf),
        certs: vec![leaf.clone()],
        ..Response::new(&middle, &single)
    };
    let by_root = Response {
        key: root.key(),
        responder: by_name(root.der()),
        certs: vec![root.der().to_vec()],
        ..Response::new(&middle, &single)
    };
    let in_its_name = Response { key: &key, ..Response::new(&middle, &single) };
    for response in [by_itself, by_root, in_its_name] {
        let refusal =
            Judge::new(&root).refusal(&[&leaf, middle.der()], &[response.to_der(), of_middle.clone()]);
        assert_eq!(refusal, Some((FindingCode::RevocationUnknown, Some(0))));
    }
}

#[test]
fn every_certificate_of_the_path_but_the_anchor_is_asked_about() {
    let root = root(ca("root"));
    let middle = intermediate(ca("middle"), &root);
    let leaf = leaf(&middle);
    let of_leaf = response(&leaf, &middle, Says::Good);
    let chain: [&[u8]; 2] = [&leaf, middle.der()];
    for (says, expected) in [
        (Some(Says::Good), None),
        (Some(Says::Revoked), Some((FindingCode::Revoked, Some(1)))),
        (Some(Says::Stale), Some((FindingCode::RevocationStale, Some(1)))),
        (None, Some((FindingCode::RevocationUnknown, Some(1)))),
    ] {
        let of_middle = says.map(|says| response(middle.der(), &root, says));
        let responses: Vec<_> = std::iter::once(of_leaf.clone()).chain(of_middle).collect();
        assert_eq!(Judge::new(&root).refusal(&chain, &responses), expected, "{says:?}");
    }
}
