//! The trust digest is one of content: the same for every build, as `vectors/trust_digest` pins it.

#![cfg(test)]
#![cfg(feature = "ring")]

use std::time::Duration;

use handfast::crypto::ring;
use handfast::identity::{ExpectedPeer, TrustDomain};
use handfast::pem;
use handfast::pki::asn1::OwnedOid;
use handfast::pki::certificate::KeyUsage;
use handfast::pki::name::PublicSuffixes;
use handfast::pki::revocation::{CrlStore, Revocation, RevocationScope, StaleStatus, UnknownStatus};
use handfast::pki::{
    FindingCode, Judgement, Level, Limits, PolicyInputs, Profile, Purpose, TrustAnchor, TrustAnchors,
    trust_digest,
};
use handfast::time::Time;

const VECTORS: &str = include_str!("../vectors/trust_digest/trust-digest.txt");

fn pinned(name: &str) -> &'static str {
    let mut lines = VECTORS.lines().filter_map(|line| line.split_once(" = "));
    lines.find_map(|(known, digest)| (known == name).then_some(digest)).unwrap()
}

fn anchor(text: &str) -> TrustAnchor {
    let mut blocks = pem::blocks(text.as_bytes()).map(Result::unwrap);
    let block = blocks.find(|block| block.label == "CERTIFICATE").unwrap();
    TrustAnchor::from_certificate_der(&block.decode().unwrap()).unwrap()
}

fn ca() -> TrustAnchor {
    anchor(include_str!("../vectors/revocation/ca.pem"))
}

fn stranger() -> TrustAnchor {
    let stranger = anchor(include_str!("../vectors/revocation/stranger.pem"));
    // permittedSubtrees: dNSName .example
    let mut stranger = stranger.with_name_constraints(b"\x30\x0e\xa0\x0c\x30\x0a\x82\x08.example").unwrap();
    stranger.not_before = Some(Time::from_millis_since_1970(-1000));
    stranger.not_after = Some(Time::from_secs_since_1970(1_900_000_000));
    stranger.ignores_own_validity = true;
    stranger.path_len_constraint = Some(3);
    stranger.trust_domain = Some(TrustDomain::parse("prod.example").unwrap());
    stranger
}

#[test]
fn the_digest_of_the_defaults_is_pinned() {
    let anchors: TrustAnchors = [ca()].into_iter().collect();
    let (any, provider) = (ExpectedPeer::any_under_anchors(), ring::provider());
    let judgement = Judgement::new(&anchors, &any, Purpose::Server, Time::default(), &provider);
    assert_eq!(trust_digest(&judgement, b"").unwrap().to_string(), pinned("defaults"));
}

#[test]
fn the_digest_with_something_in_every_field_is_pinned() {
    let anchors: TrustAnchors = [stranger(), ca(), ca()].into_iter().collect();
    let (domain, provider) = (ExpectedPeer::spiffe_trust_domain("prod.example").unwrap(), ring::provider());
    let mut profile = Profile::web_pki(PublicSuffixes::parse("com\nco.uk\n*.ck\n!www.ck\n"));
    profile.levels.push((FindingCode::Expired, Level::Warning));
    profile.min_rsa_bits = 3072;
    profile.clock_skew = Duration::from_millis(1500);
    profile.limits = Limits { signatures: 99, ..Limits::DEFAULT };
    let oid = |dotted: &str| OwnedOid::parse(dotted).unwrap();
    let policies = PolicyInputs {
        initial_policy_set: vec![oid("1.2.3.5"), oid("1.2.3.4")],
        initial_explicit_policy: true,
        initial_any_policy_inhibit: true,
        ..PolicyInputs::NONE
    };
    let lists = CrlStore::new();
    let revocation = Revocation {
        scope: RevocationScope::EndEntity,
        unknown: UnknownStatus::AcceptUncovered,
        stale: StaleStatus::Accept,
        ..Revocation::new(&lists)
    };
    let mut judgement = Judgement::new(&anchors, &domain, Purpose::Client, Time::default(), &provider);
    judgement.profile = &profile;
    judgement.key_usage = KeyUsage::DIGITAL_SIGNATURE.union(KeyUsage::NON_REPUDIATION);
    judgement.max_path_length = Some(2);
    judgement.policies = &policies;
    judgement.stapled = Some(&[]);
    judgement.revocation = Some(&revocation);
    let digest = trust_digest(&judgement, b"client authentication: required").unwrap();
    assert_eq!(digest.to_string(), pinned("everything"));
}
