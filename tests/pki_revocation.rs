//! Judging by CRLs and OCSP responses through the public interface: files made by OpenSSL, lists made here.

#![cfg(all(test, feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/authority.rs"]
mod authority;

use authority::{MID_2030, ca, leaf, root, server};
use handfast::crypto::ring;
use handfast::identity::ExpectedPeer;
use handfast::pem;
use handfast::pki::asn1::Asn1Reason;
use handfast::pki::certificate::Certificate;
use handfast::pki::name::PublicSuffixes;
use handfast::pki::revocation::{
    Crl, CrlStore, MAX_OCSP_RESPONSE_LEN, OcspResponse, Revocation, StaleStatus, UnknownStatus,
};
use handfast::pki::{
    Accepted, FindingCode, Judgement, Level, Missing, Profile, Purpose, Refusal, TrustAnchors, judge,
};
use handfast::time::Time;
use std::time::Duration;

use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber, date_time_ymd};

const CA: &str = include_str!("../vectors/revocation/ca.pem");
const GOOD: &str = include_str!("../vectors/revocation/good.pem");
const REVOKED: &str = include_str!("../vectors/revocation/revoked.pem");
const UNKNOWN: &str = include_str!("../vectors/revocation/unknown.pem");
const STAPLE: &str = include_str!("../vectors/revocation/staple.pem");
const FRESH: &str = include_str!("../vectors/revocation/fresh.crl.pem");
const STALE: &str = include_str!("../vectors/revocation/stale.crl.pem");
const RESPONDER_REVOKED: &str = include_str!("../vectors/revocation/responder-revoked.crl.pem");

macro_rules! response {
    ($name:literal) => {
        include_bytes!(concat!("../vectors/revocation/", $name, ".ocsp.der")).as_slice()
    };
}

fn der(pem: &str) -> Vec<u8> {
    pem::blocks(pem.as_bytes()).next().unwrap().unwrap().decode().unwrap().to_vec()
}

/// Judges one certificate under the CA of the vectors.
struct Judge<'j> {
    crls: CrlStore,
    responses: &'j [&'j [u8]],
    stapled: Option<&'j [&'j [u8]]>,
    configured: bool,
    unknown: UnknownStatus,
    stale: StaleStatus,
    millis: i64,
    profile: Profile,
}

impl Default for Judge<'_> {
    fn default() -> Self {
        Self {
            crls: CrlStore::new(),
            responses: &[],
            stapled: None,
            configured: true,
            unknown: UnknownStatus::Refuse,
            stale: StaleStatus::Refuse,
            millis: MID_2030,
            profile: Profile::internal(),
        }
    }
}

impl Judge<'_> {
    fn with_crl(pem: &str) -> Self {
        Self { crls: CrlStore::from_pem(pem).unwrap(), ..Self::default() }
    }

    fn judge(&self, certificate: &str) -> Result<Accepted, Box<Refusal>> {
        let anchors = TrustAnchors::from_pem(CA).unwrap();
        let expected = ExpectedPeer::dns("host.example").unwrap();
        let provider = ring::provider();
        let time = Time::from_millis_since_1970(self.millis);
        let mut revocation = Revocation::new(&self.crls);
        revocation.ocsp_responses = self.responses;
        (revocation.unknown, revocation.stale) = (self.unknown, self.stale);
        let mut judgement = Judgement::new(&anchors, &expected, Purpose::Server, time, &provider);
        judgement.revocation = self.configured.then_some(&revocation);
        judgement.stapled = self.stapled;
        judgement.profile = &self.profile;
        judge(&[&der(certificate)], &judgement)
    }

    fn code(&self, certificate: &str) -> Option<FindingCode> {
        self.judge(certificate).err().map(|refusal| refusal.code())
    }
}

//= R5280-6.1.3-a-3 test
//= R5280-6.3.3-j test
#[test]
fn a_list_in_date_tells_good_from_revoked() {
    let judge = Judge::with_crl(FRESH);
    assert_eq!(judge.code(GOOD), None);
    let refusal = judge.judge(REVOKED).unwrap_err();
    assert_eq!(refusal.code(), FindingCode::Revoked);
    assert!(refusal.deciding.found.ends_with(", keyCompromise"), "{refusal}");
}

#[test]
fn a_list_out_of_date_refuses_unless_the_caller_lets_it_pass_but_still_revokes() {
    let mut judge = Judge::with_crl(STALE);
    assert_eq!(judge.code(GOOD), Some(FindingCode::RevocationStale));
    assert_eq!(judge.code(REVOKED), Some(FindingCode::Revoked));
    judge.stale = StaleStatus::Accept;
    let accepted = judge.judge(GOOD).unwrap();
    assert!(accepted.findings.iter().any(|finding| finding.code == FindingCode::RevocationStaleAccepted));
    assert_eq!(judge.code(REVOKED), Some(FindingCode::Revoked));
}

#[test]
fn a_list_is_in_date_from_this_update_to_next_update() {
    let mut judge = Judge::with_crl(STALE);
    for (millis, code) in [
        (1_767_225_600_000, None),
        (1_769_904_000_000, None),
        (1_769_904_000_999, None),
        (1_769_904_001_000, Some(FindingCode::RevocationStale)),
    ] {
        judge.millis = millis;
        assert_eq!(judge.code(GOOD), code, "{millis}");
    }
}

//= R5280-4.2.1.13-5 test
//= R5280-6.3.3-end-1 test
#[test]
fn the_clock_skew_is_a_margin_for_lists_and_responses_too() {
    let mut judge = Judge::with_crl(STALE);
    judge.profile.clock_skew = Duration::from_secs(60);
    // Of the list, thisUpdate and nextUpdate.
    for (secs, code) in [
        (1_767_225_600 - 60, None),
        (1_767_225_600 - 61, Some(FindingCode::NotYetValid)),
        (1_769_904_000 + 60, None),
        (1_769_904_000 + 61, Some(FindingCode::RevocationStale)),
    ] {
        judge.millis = secs * 1_000;
        assert_eq!(judge.code(GOOD), code, "{secs}");
    }
    let next = OcspResponse::from_der(response!("good")).unwrap().responses[0].next_update.unwrap();
    let responses = [response!("good")];
    let mut judge = Judge { responses: &responses, ..judge };
    judge.crls = CrlStore::new();
    for (late, code) in [(60, None), (61, Some(FindingCode::RevocationStale))] {
        judge.millis = next.as_millis() + late * 1_000;
        assert_eq!(judge.code(GOOD), code, "{late}");
    }
}

#[test]
fn without_information_the_callers_choice_decides_and_the_refusal_says_where_to_get_it() {
    let mut judge = Judge::default();
    let refusal = judge.judge(GOOD).unwrap_err();
    assert_eq!(refusal.code(), FindingCode::RevocationUnknown);
    let uri = |text: &str| String::from(text);
    assert_eq!(
        refusal.missing(),
        [
            &Missing::Crl { uri: uri("http://crl.example/ca.crl") },
            &Missing::OcspResponse { uri: uri("http://ocsp.example/") }
        ]
    );
    for unknown in [UnknownStatus::AcceptUncovered, UnknownStatus::Accept] {
        judge.unknown = unknown;
        let accepted = judge.judge(GOOD).unwrap();
        assert_eq!(accepted.findings[0].code, FindingCode::RevocationUnknownAccepted);
    }
    judge.configured = false;
    assert_eq!(judge.judge(GOOD).unwrap().findings, []);
}

//= R6960-2.2-3 test
//= R6960-2.5-1 test
//= R6960-4.2.1-2 test
//= R6960-4.2.1-3 test
//= R6960-4.2.1-5 test
//= R6960-4.2.2.2-1 test
//= R6960-4.2.2.3-2 test
#[test]
fn responses_of_the_issuer_and_its_delegates_count() {
    for response in
        [response!("good"), response!("good-by-ca"), response!("good-by-key"), response!("good-sha256")]
    {
        let judge = Judge { responses: &[response], ..Judge::default() };
        assert_eq!(judge.code(GOOD), None);
        assert_eq!(judge.code(REVOKED), Some(FindingCode::RevocationUnknown));
    }
    let judge = Judge { responses: &[response!("revoked")], ..Judge::default() };
    assert_eq!(judge.code(REVOKED), Some(FindingCode::Revoked));
}

//= R6960-2.2-2 test
//= R6960-3.2-step-4 test
//= R6960-4.2.2.2-8 test
#[test]
fn a_response_signed_by_no_responder_counts_for_nothing() {
    let mut judge = Judge { responses: &[response!("good-by-stranger")], ..Judge::default() };
    assert_eq!(judge.code(GOOD), Some(FindingCode::RevocationUnknown));
    judge.unknown = UnknownStatus::AcceptUncovered;
    assert_eq!(judge.code(GOOD), Some(FindingCode::RevocationUnknown));
}

//= R6960-4.2.2.2.1-a test
#[test]
fn a_responder_without_no_check_is_itself_checked() {
    let responses = [response!("good-by-checked")];
    let mut judge = Judge { responses: &responses, ..Judge::default() };
    assert_eq!(judge.code(GOOD), Some(FindingCode::RevocationUnknown));
    judge.crls = CrlStore::from_pem(FRESH).unwrap();
    assert_eq!(judge.code(GOOD), None);
    // The list alone would say good too; a response must not be heard whose signer it revokes.
    judge.crls = CrlStore::from_pem(RESPONDER_REVOKED).unwrap();
    judge.stapled = Some(&responses);
    assert_eq!(judge.code(STAPLE), Some(FindingCode::MustStaple));
}

#[test]
fn rules_for_servers_do_not_bind_responders() {
    let mut judge = Judge { responses: &[response!("good")], ..Judge::default() };
    judge.profile = Profile::web_pki(PublicSuffixes::new());
    assert_eq!(judge.code(GOOD), Some(FindingCode::WebCommonName));
    judge.profile.levels.push((FindingCode::WebCommonName, Level::Warning));
    assert_eq!(judge.code(GOOD), None);
}

#[test]
fn a_responder_that_does_not_know_the_certificate_settles_nothing() {
    let mut judge = Judge { responses: &[response!("unknown")], ..Judge::default() };
    assert_eq!(judge.code(UNKNOWN), Some(FindingCode::RevocationUnknown));
    judge.unknown = UnknownStatus::Accept;
    assert_eq!(judge.code(UNKNOWN), None);
}

//= R6960-4.2.2.3-5 test
#[test]
fn each_certificate_takes_its_own_entry_of_a_response() {
    for response in [response!("several"), response!("several-other-order")] {
        assert_eq!(OcspResponse::from_der(response).unwrap().responses.len(), 2);
        let judge = Judge { responses: &[response], ..Judge::default() };
        assert_eq!(judge.code(GOOD), None);
        assert_eq!(judge.code(REVOKED), Some(FindingCode::Revoked));
    }
}

//= R6960-3.2-step-6 test
#[test]
fn a_response_without_next_update_or_after_it_is_out_of_date() {
    let mut judge = Judge { responses: &[response!("no-next-update")], ..Judge::default() };
    assert_eq!(judge.code(GOOD), Some(FindingCode::RevocationStale));
    let good = [response!("good")];
    judge.responses = &good;
    // Past nextUpdate of the response, before notAfter of the certificate.
    judge.millis = 2_066_000_000_000;
    assert_eq!(judge.code(GOOD), Some(FindingCode::RevocationStale));
    // Before thisUpdate.
    judge.millis = 1_767_312_000_000;
    assert_eq!(judge.code(GOOD), Some(FindingCode::RevocationStale));
}

#[test]
fn revoked_wins_over_good_from_elsewhere() {
    let both = [response!("good"), response!("revoked")];
    let mut judge = Judge::with_crl(FRESH);
    judge.responses = &both;
    assert_eq!(judge.code(REVOKED), Some(FindingCode::Revoked));
    assert_eq!(judge.code(GOOD), None);
}

#[test]
fn staples_are_heard_even_where_nothing_is_configured() {
    let staples = [response!("revoked")];
    let judge = Judge { configured: false, stapled: Some(&staples), ..Judge::default() };
    assert_eq!(judge.code(REVOKED), Some(FindingCode::Revoked));
    assert_eq!(judge.judge(GOOD).unwrap().findings, []);
}

#[test]
fn who_promises_a_staple_must_staple_if_asked() {
    let mut judge = Judge { configured: false, ..Judge::default() };
    assert_eq!(judge.code(STAPLE), None);
    judge.stapled = Some(&[]);
    assert_eq!(judge.code(STAPLE), Some(FindingCode::MustStaple));
    assert_eq!(judge.code(GOOD), None);
    let other = [response!("good")];
    judge.stapled = Some(&other);
    assert_eq!(judge.code(STAPLE), Some(FindingCode::MustStaple));
    let own = [response!("good"), response!("staple")];
    judge.stapled = Some(&own);
    assert_eq!(judge.code(STAPLE), None);
}

//= R6960-3.2-step-2 test
//= R6960-4.2.1-4 test
#[test]
fn no_truncated_or_flipped_response_says_good() {
    let response = response!("good").to_vec();
    for length in 0..response.len() {
        let judge = Judge { responses: &[&response[..length]], ..Judge::default() };
        assert_eq!(judge.code(GOOD), Some(FindingCode::RevocationUnknown), "{length}");
    }
    for bit in (0..response.len() * 8).step_by(3) {
        let mut changed = response.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let judge = Judge { responses: &[&changed], ..Judge::default() };
        assert!(judge.code(GOOD).is_some(), "{bit}");
    }
}

#[test]
fn no_truncated_or_flipped_list_says_good() {
    let list = der(FRESH);
    for length in 0..list.len() {
        assert!(Crl::from_der(&list[..length]).is_err(), "{length}");
    }
    for bit in (0..list.len() * 8).step_by(3) {
        let mut changed = list.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let Ok(crl) = Crl::from_der(changed) else { continue };
        let judge = Judge { crls: [crl].into_iter().collect(), ..Judge::default() };
        assert!(judge.code(GOOD).is_some(), "{bit}");
    }
}

#[test]
fn an_ocsp_response_has_at_most_2_to_the_16_bytes() {
    // No response, but a SEQUENCE of the length wanted.
    let padded = |length: usize| {
        let mut response = vec![0x30, 0x83, 0, 0, 0];
        let contents = u32::try_from(length - 5).unwrap().to_be_bytes();
        response[2..].copy_from_slice(&contents[1..]);
        response.resize(length, 0);
        OcspResponse::from_der(&response).unwrap_err().reason
    };
    let limit = MAX_OCSP_RESPONSE_LEN;
    assert!(!matches!(padded(limit), Asn1Reason::TooLarge { .. }));
    assert_eq!(padded(limit + 1), Asn1Reason::TooLarge { limit });
}

#[test]
fn a_list_verified_ahead_is_judged_like_any_other() {
    let mut judge = Judge::with_crl(FRESH);
    let provider = ring::provider();
    let (own, other) = (der(CA), der(GOOD));
    let stranger = Certificate::from_der(&other).unwrap();
    assert_eq!(judge.crls.verify_signatures(&[stranger], &provider), 0);
    let issuer = Certificate::from_der(&own).unwrap();
    assert_eq!(judge.crls.verify_signatures(&[issuer], &provider), 1);
    assert_eq!(judge.code(GOOD), None);
    assert_eq!(judge.code(REVOKED), Some(FindingCode::Revoked));
}

#[test]
fn every_entry_of_a_long_list_is_found_and_no_other() {
    let root = root(ca("root"));
    let serial = |number: u32| SerialNumber::from_slice(&(number * 7 + 1_000_000).to_be_bytes()[1..]);
    let revoked = |number: u32| RevokedCertParams {
        serial_number: serial(number),
        revocation_time: date_time_ymd(2029, 1, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2029, 1, 1),
        next_update: date_time_ymd(2031, 1, 1),
        crl_number: SerialNumber::from_slice(&[1]),
        issuing_distribution_point: None,
        // Not in order: the index sorts them.
        revoked_certs: (0..5_000).map(|number| revoked(number * 3_001 % 5_000)).collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = params.signed_by(&root).unwrap();
    let crl = Crl::from_der(list.der().as_ref()).unwrap();
    assert_eq!(crl.entry_count(), 5_000);
    let certificate = Certificate::from_der(root.der()).unwrap();
    let issuer = certificate.subject.normalized();
    for number in 0..5_000 {
        assert!(crl.find(&issuer, &serial(number).to_bytes()).is_some(), "{number}");
        let next = (number * 7 + 1_000_001_u32).to_be_bytes();
        assert!(crl.find(&issuer, &next[1..]).is_none(), "{number}");
    }
    let other = Certificate::from_der(&leaf(server("other.example"), &root)).unwrap().subject.normalized();
    assert!(crl.find(&other, &serial(0).to_bytes()).is_none());
}
