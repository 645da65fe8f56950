//! What a hostile chain may cost, at its edge: as much as the limit says is read or tried, and one more is refused.

#![cfg(test)]
#![cfg(feature = "ring")]

#[path = "support/authority.rs"]
mod authority;

use authority::{Authority, MID_2030, ca, intermediate, leaf, named, root, server};
use handfast::crypto::ring;
use handfast::identity::ExpectedPeer;
use handfast::pki::certificate::{Certificate, MAX_CERTIFICATE_LEN};
use handfast::pki::{
    Accepted, FindingCode, Judgement, Limits, Profile, Purpose, Refusal, RefusalKind, TrustAnchors, judge,
};
use handfast::time::Time;
use rcgen::{CertificateParams, CustomExtension, GeneralSubtree, KeyPair, NameConstraints, SanType};

fn judge_under(anchor: &Authority, profile: Profile, chain: &[&[u8]]) -> Result<Accepted, Box<Refusal>> {
    let anchors = TrustAnchors::from_der(anchor.der()).unwrap();
    let expected = ExpectedPeer::dns("db.example").unwrap();
    let provider = ring::provider();
    let time = Time::from_millis_since_1970(MID_2030);
    let mut judgement = Judgement::new(&anchors, &expected, Purpose::Server, time, &provider);
    judgement.profile = &profile;
    judge(chain, &judgement)
}

/// The certificate of a key of its own, in DER.
fn self_signed(params: CertificateParams) -> Vec<u8> {
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

fn too_large(der: &[u8], limit: usize) -> bool {
    Certificate::from_der(der).is_err_and(|error| error.to_string().contains(&limit.to_string()))
}

#[test]
fn a_certificate_has_at_most_2_to_the_18_bytes() {
    let of_content = |length| {
        let mut params = named("large");
        let content = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![0; length]);
        params.custom_extensions.push(content);
        self_signed(params)
    };
    let around = of_content(0x2_0000).len() - 0x2_0000;
    // ECDSA signatures differ in length by some bytes, so the last ones are left open.
    let fits = of_content(MAX_CERTIFICATE_LEN - around - 8);
    assert!((MAX_CERTIFICATE_LEN - 16..=MAX_CERTIFICATE_LEN).contains(&fits.len()), "{}", fits.len());
    assert!(Certificate::from_der(&fits).is_ok());
    assert!(too_large(&of_content(MAX_CERTIFICATE_LEN - around + 8), MAX_CERTIFICATE_LEN));
}

#[test]
fn a_certificate_has_at_most_64_extensions() {
    let of_extensions = |count: u64| {
        let mut params = named("many");
        let own = |number| CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, number], vec![5, 0]);
        params.custom_extensions = (0..count).map(own).collect();
        self_signed(params)
    };
    let own = Certificate::from_der(&of_extensions(1)).unwrap().extensions.count as u64 - 1;
    let full = of_extensions(64 - own);
    assert_eq!(Certificate::from_der(&full).unwrap().extensions.count, 64);
    assert!(too_large(&of_extensions(65 - own), 64));
}

/// A SEQUENCE of DER values.
fn sequence(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[0x30, 0x82], &length[..], content].concat()
}

#[test]
fn a_certificate_has_at_most_128_policies() {
    let of_policies = |count: u8| {
        let policy = |number: u8| [0x30, 9, 6, 7, 0x2b, 6, 1, 4, 1, number >> 4, number & 15];
        let policies: Vec<u8> = (0..count).flat_map(policy).collect();
        let mut params = named("policies");
        params.custom_extensions =
            vec![CustomExtension::from_oid_content(&[2, 5, 29, 32], sequence(&policies))];
        self_signed(params)
    };
    let read = |der: &[u8]| {
        let certificate = Certificate::from_der(der).unwrap();
        certificate
            .extensions
            .certificate_policies
            .unwrap()
            .value
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert_eq!(read(&of_policies(128)), Ok(()));
    assert!(read(&of_policies(129)).unwrap_err().contains("128"));
}

#[test]
fn a_path_has_at_most_16_certificates_with_its_anchor() {
    let chain_of = |length: usize| {
        let anchor = root(ca("anchor"));
        let mut chain = Vec::new();
        let mut issuer = intermediate(ca("0"), &anchor);
        for number in 1..length - 2 {
            chain.push(issuer.der().to_vec());
            issuer = intermediate(ca(&number.to_string()), &issuer);
        }
        chain.push(issuer.der().to_vec());
        chain.push(leaf(server("db.example"), &issuer));
        (anchor, chain)
    };
    let (anchor, chain) = chain_of(16);
    let accepted =
        judge_under(&anchor, Profile::internal(), &chain.iter().rev().map(Vec::as_slice).collect::<Vec<_>>());
    assert_eq!(accepted.unwrap().path.len(), 16);
    let (anchor, chain) = chain_of(17);
    let refusal =
        judge_under(&anchor, Profile::internal(), &chain.iter().rev().map(Vec::as_slice).collect::<Vec<_>>());
    assert_eq!(refusal.unwrap_err().kind(), RefusalKind::PathTooLong);
}

//= R-C.2-1 test
#[test]
fn the_smallest_rsa_key_is_the_profiles() {
    let anchor = root(ca("anchor"));
    let key = KeyPair::from_pem(include_str!("../vectors/keys/rsa2048-pkcs8.pem")).unwrap();
    let certificate = server("db.example").signed_by(&key, &anchor).unwrap();
    let under = |min_rsa_bits| {
        judge_under(&anchor, Profile { min_rsa_bits, ..Profile::internal() }, &[certificate.der()])
    };
    assert!(under(2048).is_ok());
    assert_eq!(under(2049).unwrap_err().code(), FindingCode::WeakKey);
}

#[test]
fn candidates_and_paths_are_counted_as_the_limits_say() {
    let anchor = root(ca("anchor"));
    let issuer = intermediate(ca("issuer"), &anchor);
    // The same CA, certified five times.
    let again = || ca("issuer").signed_by(issuer.key(), &anchor).unwrap().der().to_vec();
    let issuers: Vec<_> = (0..5).map(|_| again()).collect();
    let mut expired = server("db.example");
    expired.not_after = rcgen::date_time_ymd(2026, 1, 1);
    let refused = leaf(expired, &issuer);
    let chain: Vec<&[u8]> = std::iter::once(&refused).chain(&issuers).map(Vec::as_slice).collect();
    let under = |change: &dyn Fn(&mut Limits)| {
        let mut profile = Profile::internal();
        change(&mut profile.limits);
        judge_under(&anchor, profile, &chain).unwrap_err().kind()
    };
    // Each of the five is a candidate, and above it the anchor.
    assert_eq!(under(&|limits| limits.candidates = 10), RefusalKind::Expired);
    assert_eq!(under(&|limits| limits.candidates = 9), RefusalKind::BudgetExceeded);
    assert_eq!(under(&|limits| limits.paths = 5), RefusalKind::Expired);
    assert_eq!(under(&|limits| limits.paths = 4), RefusalKind::BudgetExceeded);
}

#[test]
fn sixteen_paths_are_reported_and_the_others_counted() {
    let anchor = root(ca("anchor"));
    let issuer = intermediate(ca("issuer"), &anchor);
    let mut expired = server("db.example");
    expired.not_after = rcgen::date_time_ymd(2026, 1, 1);
    let refused = leaf(expired, &issuer);
    for (paths, omitted) in [(16, 0), (17, 1)] {
        let again = |_| ca("issuer").signed_by(issuer.key(), &anchor).unwrap().der().to_vec();
        let issuers: Vec<_> = (0..paths).map(again).collect();
        let chain: Vec<&[u8]> = std::iter::once(&refused).chain(&issuers).map(Vec::as_slice).collect();
        let refusal = judge_under(&anchor, Profile::internal(), &chain).unwrap_err();
        assert_eq!((refusal.tried.len(), refusal.omitted), (16, omitted));
        assert!(refusal.report().to_string().contains(&format!("{paths} paths tried")));
    }
}

#[test]
fn thousands_of_certificates_under_one_name_end_in_the_budget() {
    let anchor = root(ca("anchor"));
    let issuer = intermediate(ca("issuer"), &anchor);
    let own = leaf(server("db.example"), &issuer);
    // Under one name all of them, of one key and of many, in an order that leaves the right one for last.
    let twins: Vec<_> = (0..2_000).map(|_| ca("issuer").signed_by(issuer.key(), &issuer).unwrap()).collect();
    let mut chain: Vec<&[u8]> = vec![&own];
    chain.extend(twins.iter().map(|twin| &**twin.der()));
    let refusal = judge_under(&root(ca("other")), Profile::internal(), &chain).unwrap_err();
    assert_eq!(refusal.kind(), RefusalKind::BudgetExceeded, "{refusal}");
}

#[test]
fn names_are_compared_with_name_constraints_as_often_as_the_limit_says() {
    let mut params = ca("constrained");
    let permitted = (0..10).map(|_| GeneralSubtree::DnsName("example".into())).collect();
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: vec![] });
    let anchor = root(ca("anchor"));
    let issuer = intermediate(params, &anchor);
    let mut names = server("db.example");
    names.subject_alt_names = vec![SanType::DnsName("db.example".try_into().unwrap()); 10];
    let certificate = leaf(names, &issuer);
    let under = |constraint_comparisons| {
        let mut profile = Profile::internal();
        profile.limits.constraint_comparisons = constraint_comparisons;
        judge_under(&anchor, profile, &[&certificate, issuer.der()])
    };
    let enough = (1..200).find(|comparisons| under(*comparisons).is_ok()).unwrap();
    assert!((100..=110).contains(&enough), "10 names under 10 constraints took {enough}");
    assert_eq!(under(enough - 1).unwrap_err().kind(), RefusalKind::BudgetExceeded);
}
