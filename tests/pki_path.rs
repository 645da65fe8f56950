//! Judging chains through the public interface, with certificates made here.

#![cfg(all(test, feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/authority.rs"]
mod authority;

use authority::{MID_2030, ca, client, intermediate, leaf, named, root, server};
use handfast::crypto::{CryptoProvider, ring};
use handfast::identity::ExpectedPeer;
use handfast::pki::{
    Accepted, FindingCode, Judgement, Missing, Purpose, Refusal, RefusalKind, TrustAnchor, TrustAnchors,
    judge,
};
use handfast::time::Time;
use rcgen::{
    BasicConstraints, CustomExtension, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
};
use std::time::Duration;

/// A judgement with the parts that tests change.
struct Judge {
    anchors: TrustAnchors,
    expected: ExpectedPeer,
    purpose: Purpose,
    time: Time,
    provider: CryptoProvider,
    max_path_length: Option<u32>,
    intermediates: Vec<Vec<u8>>,
}

impl Judge {
    fn of_server(anchor: &[u8], name: &str) -> Self {
        Self {
            anchors: TrustAnchors::from_der(anchor).unwrap(),
            expected: ExpectedPeer::dns(name).unwrap(),
            purpose: Purpose::Server,
            time: Time::from_millis_since_1970(MID_2030),
            provider: ring::provider(),
            max_path_length: None,
            intermediates: Vec::new(),
        }
    }

    fn of_client(anchor: &[u8], expected: ExpectedPeer) -> Self {
        Self { expected, purpose: Purpose::Client, ..Self::of_server(anchor, "unused.example") }
    }

    fn judge(&self, chain: &[&[u8]]) -> Result<Accepted, Box<Refusal>> {
        let intermediates: Vec<&[u8]> = self.intermediates.iter().map(Vec::as_slice).collect();
        let mut judgement =
            Judgement::new(&self.anchors, &self.expected, self.purpose, self.time, &self.provider);
        judgement.max_path_length = self.max_path_length;
        judgement.intermediates = &intermediates;
        judge(chain, &judgement)
    }

    #[track_caller]
    fn refused(&self, chain: &[&[u8]]) -> Box<Refusal> {
        let refusal = self.judge(chain).expect_err("the chain must be refused");
        assert!(!refusal.tried.is_empty());
        assert!(refusal.report().to_string().contains(refusal.code().as_str()));
        refusal
    }
}

//= R-4.5.1-12 test
#[test]
fn a_chain_in_any_order_leads_to_its_anchor() {
    let root = root(ca("root"));
    let upper = intermediate(ca("upper"), &root);
    let lower = intermediate(ca("lower"), &upper);
    let leaf = leaf(server("db.example"), &lower);
    let judge = Judge::of_server(root.der(), "db.example");
    for chain in [
        [&leaf[..], lower.der(), upper.der(), root.der()],
        [&leaf, upper.der(), root.der(), lower.der()],
        [&leaf, b"no certificate", upper.der(), lower.der()],
    ] {
        let accepted = judge.judge(&chain).unwrap();
        let path: Vec<&[u8]> = accepted.path.iter().map(|der| &**der).collect();
        assert_eq!(path, [&leaf[..], lower.der(), upper.der(), root.der()]);
        assert_eq!(accepted.identity.dns_names, ["db.example"]);
        assert_eq!(accepted.identity.chain.len(), 3);
        assert_eq!(accepted.identity.issuer.to_string(), "CN=lower");
        assert_eq!(accepted.earliest_not_after().to_string(), "2035-01-01T00:00:00Z");
        assert_eq!(accepted.findings, []);
    }
}

//= R-4.5.1-11 test
#[test]
fn intermediates_that_we_hold_complete_a_chain() {
    let root = root(ca("root"));
    let middle = intermediate(ca("middle"), &root);
    let leaf = leaf(server("db.example"), &middle);
    let mut judge = Judge::of_server(root.der(), "db.example");
    let refusal = judge.refused(&[&leaf]);
    assert_eq!(refusal.kind(), RefusalKind::UnknownIssuer);
    assert_eq!(
        refusal.to_string(),
        format!(
            "CN=server serial {} (the peer's own): PATH-UNKNOWN-ISSUER: expected a trust anchor or an \
             intermediate with the issuer's name; found none named \"CN=middle\" (RFC 5280 §6.1)",
            refusal.tried[0].certificates[0].serial
        )
    );
    judge.intermediates.push(middle.der().to_vec());
    assert!(judge.judge(&[&leaf]).is_ok());
}

#[test]
fn an_empty_chain_and_bytes_that_are_no_certificate_are_refused() {
    let judge = Judge::of_server(root(ca("root")).der(), "db.example");
    assert_eq!(judge.refused(&[]).code(), FindingCode::NoCertificate);
    assert_eq!(judge.refused(&[b""]).code(), FindingCode::Malformed);
    assert_eq!(judge.refused(&[b"\x30\x82\xff\xff"]).code(), FindingCode::Malformed);
}

//= R5280-6.1.3-a-2 test
//= R5280-6.1-6 test
#[test]
fn validity_is_to_the_second_and_widened_by_nothing_but_the_skew() {
    let root = root(ca("root"));
    let leaf = leaf(server("db.example"), &root);
    let mut judge = Judge::of_server(root.der(), "db.example");
    let (first, last) = (1_735_689_600, 2_051_222_400);
    for (secs, millis, kind) in [
        (first - 1, 999, Some(RefusalKind::NotYetValid)),
        (first, 0, None),
        (last, 999, None),
        (last + 1, 0, Some(RefusalKind::Expired)),
    ] {
        judge.time = Time::from_millis_since_1970(secs * 1000 + millis);
        assert_eq!(judge.judge(&[&leaf]).err().map(|refusal| refusal.kind()), kind, "{secs}");
    }
    let mut profile = handfast::pki::Profile::internal();
    profile.clock_skew = Duration::from_secs(60);
    for (secs, accepted) in [(first - 61, false), (first - 60, true), (last + 60, true), (last + 61, false)] {
        let time = Time::from_secs_since_1970(secs);
        let mut judgement =
            Judgement::new(&judge.anchors, &judge.expected, Purpose::Server, time, &judge.provider);
        judgement.profile = &profile;
        let verdict = handfast::pki::judge(&[&leaf], &judgement);
        assert_eq!(verdict.is_ok(), accepted, "{secs}");
        // Both times and the skew are told.
        if let Err(refusal) = verdict {
            let (report, limit) = (refusal.report().to_string(), if secs < first { first } else { last });
            let limit = Time::from_secs_since_1970(limit).to_string();
            for part in [&*time.to_string(), &limit, "clock skew 60 s"] {
                assert!(report.contains(part), "{part} in {report}");
            }
        }
    }
}

//= R5280-6.1.3-a-1 test
#[test]
fn a_forged_signature_is_refused() {
    let good = root(ca("root"));
    let forger = root(ca("root"));
    let leaf = leaf(server("db.example"), &forger);
    let refusal = Judge::of_server(good.der(), "db.example").refused(&[&leaf, forger.der()]);
    assert_eq!(refusal.kind(), RefusalKind::BadSignature);
}

//= R5280-4.2.1.6-2 test
//= R5280-4.2.1.6-25 test
#[test]
fn a_server_must_have_the_name_asked_for() {
    let root = root(ca("root"));
    let leaf = leaf(server("*.example.com"), &root);
    for (name, accepted) in [
        ("a.example.com", true),
        ("A.Example.COM", true),
        ("a.b.example.com", false),
        ("example.com", false),
        ("example.org", false),
    ] {
        let judge = Judge::of_server(root.der(), name);
        assert_eq!(judge.judge(&[&leaf]).is_ok(), accepted, "{name}");
    }
    let refusal = Judge::of_server(root.der(), "example.org").refused(&[&leaf]);
    assert_eq!(refusal.kind(), RefusalKind::NameMismatch);
    assert_eq!(refusal.deciding.found, "dNSName *.example.com");
}

#[test]
fn a_wildcard_is_no_client() {
    let root = root(ca("root"));
    let mut params = server("*.example.com");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let leaf = leaf(params, &root);
    let expected = ExpectedPeer::dns("a.example.com").unwrap();
    let refusal = Judge::of_client(root.der(), expected).refused(&[&leaf]);
    assert_eq!(refusal.kind(), RefusalKind::NameMismatch);
}

//= R5280-4.1.2.6-1 test
#[test]
fn clients_are_known_by_spiffe_id_or_trust_domain() {
    let root = root(ca("root"));
    let leaf = leaf(client("spiffe://prod.example/web"), &root);
    for (expected, accepted) in [
        (ExpectedPeer::spiffe_id("spiffe://prod.example/web").unwrap(), true),
        (ExpectedPeer::spiffe_id("spiffe://prod.example/web2").unwrap(), false),
        (ExpectedPeer::spiffe_id("spiffe://prod.example").unwrap(), false),
        (ExpectedPeer::spiffe_trust_domain("prod.example").unwrap(), true),
        (ExpectedPeer::spiffe_trust_domain("example").unwrap(), false),
        (ExpectedPeer::any_under_anchors(), true),
    ] {
        let judge = Judge::of_client(root.der(), expected.clone());
        assert_eq!(judge.judge(&[&leaf]).is_ok(), accepted, "{expected}");
    }
}

#[test]
fn two_uris_are_no_spiffe_id() {
    let root = root(ca("root"));
    let mut params = client("spiffe://prod.example/web");
    params.subject_alt_names.push(SanType::URI("spiffe://prod.example/db".try_into().unwrap()));
    let leaf = leaf(params, &root);
    let judge = Judge::of_client(root.der(), ExpectedPeer::spiffe_trust_domain("prod.example").unwrap());
    assert_eq!(judge.refused(&[&leaf]).kind(), RefusalKind::NameMismatch);
}

//= R5280-4.2.1.6-2 test
//= R5280-4.2.1.6-8 test
#[test]
fn addresses_match_ip_address_entries_only() {
    let root = root(ca("root"));
    let mut params = server("192.0.2.7");
    let as_dns_name = leaf(params.clone(), &root);
    params.subject_alt_names = vec![SanType::IpAddress("192.0.2.7".parse().unwrap())];
    let as_address = leaf(params, &root);
    let mut judge = Judge::of_server(root.der(), "unused.example");
    judge.expected = ExpectedPeer::ip("192.0.2.7".parse().unwrap());
    assert!(judge.judge(&[&as_address]).is_ok());
    assert_eq!(judge.refused(&[&as_dns_name]).kind(), RefusalKind::NameMismatch);
}

//= R5280-4.2-8 test
//= R5280-4.2.1.12-3 test
//= R5280-4.2.1.12-7 test
//= R5280-4.2-2 test
#[test]
fn key_purposes_bind_the_peer_and_its_cas() {
    let root = root(ca("root"));
    let mut params = ca("clients only");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let middle = intermediate(params, &root);
    let below_middle = leaf(server("db.example"), &middle);
    let judge = Judge::of_server(root.der(), "db.example");
    let refusal = judge.refused(&[&below_middle, middle.der()]);
    assert_eq!((refusal.code(), refusal.deciding.certificate), (FindingCode::ExtKeyUsage, Some(1)));

    let mut params = server("db.example");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let refusal = judge.refused(&[&leaf(params.clone(), &root)]);
    assert_eq!((refusal.kind(), refusal.deciding.certificate), (RefusalKind::NotAllowedForPurpose, Some(0)));
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any];
    assert!(judge.judge(&[&leaf(params.clone(), &root)]).is_ok());
    params.extended_key_usages = vec![];
    assert!(judge.judge(&[&leaf(params.clone(), &root)]).is_ok());
    params.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    assert_eq!(judge.refused(&[&leaf(params, &root)]).code(), FindingCode::PeerKeyUsage);
}

//= R5280-6.1.4-k test
//= R5280-6.1.4-n test
#[test]
fn only_a_ca_with_key_cert_sign_issues_certificates() {
    let root = root(ca("root"));
    let judge = Judge::of_server(root.der(), "db.example");
    let mut no_ca = ca("middle");
    no_ca.is_ca = IsCa::ExplicitNoCa;
    let mut no_constraints = ca("middle");
    no_constraints.is_ca = IsCa::NoCa;
    let mut no_usage = ca("middle");
    no_usage.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    for (params, code) in [
        (no_ca, FindingCode::NotCa),
        (no_constraints, FindingCode::NotCa),
        (no_usage, FindingCode::KeyCertSign),
    ] {
        let middle = intermediate(params, &root);
        let refusal = judge.refused(&[&leaf(server("db.example"), &middle), middle.der()]);
        assert_eq!(refusal.code(), code);
        assert_eq!(refusal.kind(), RefusalKind::NotACa);
        assert_eq!(refusal.deciding.certificate, Some(1));
    }
}

//= R5280-6.1.2-k test
//= R5280-6.1.4-l test
//= R5280-6.1.4-m test
#[test]
fn path_lengths_count_intermediates_that_are_not_self_issued() {
    let mut params = ca("root");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
    let root = root(params);
    let first = intermediate(ca("first"), &root);
    let second = intermediate(ca("second"), &first);
    let first_again = intermediate(ca("first"), &first);
    let mut judge = Judge::of_server(root.der(), "db.example");
    let below = |issuer| leaf(server("db.example"), issuer);
    assert!(judge.judge(&[&below(&first), first.der()]).is_ok());
    let refusal = judge.refused(&[&below(&second), second.der(), first.der()]);
    assert_eq!((refusal.kind(), refusal.deciding.certificate), (RefusalKind::PathTooLong, Some(1)));
    assert!(judge.judge(&[&below(&first_again), first_again.der(), first.der()]).is_ok());
    judge.max_path_length = Some(0);
    assert_eq!(judge.refused(&[&below(&first), first.der()]).kind(), RefusalKind::PathTooLong);
    assert!(judge.judge(&[&below(&root)]).is_ok());
}

//= R5280-4.2-1 test
//= R5280-6.1.5-f test
#[test]
fn a_critical_extension_that_is_unknown_is_refused_with_its_identifier() {
    let root = root(ca("root"));
    let judge = Judge::of_server(root.der(), "db.example");
    let mut params = server("db.example");
    let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 55_738, 666, 1], vec![5, 0]);
    params.custom_extensions = vec![extension.clone()];
    assert!(judge.judge(&[&leaf(params.clone(), &root)]).is_ok());
    extension.set_criticality(true);
    params.custom_extensions = vec![extension];
    let refusal = judge.refused(&[&leaf(params, &root)]);
    assert_eq!(refusal.kind(), RefusalKind::UnsupportedCriticalExtension);
    assert_eq!(refusal.deciding.found, "1.3.6.1.4.1.55738.666.1");
}

#[test]
fn an_anchor_is_good_as_long_as_its_certificate_and_its_own_dates_say() {
    let in_year = |year: i64| Time::from_millis_since_1970(MID_2030 + (year - 2030) * 365 * 24 * 3600 * 1000);
    let mut params = ca("root");
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2031, 1, 1);
    let root = root(params);
    let leaf = leaf(server("db.example"), &root);
    let judged = |limit: &dyn Fn(&mut TrustAnchor), year: i64| {
        let mut judge = Judge::of_server(root.der(), "db.example");
        let mut anchor = TrustAnchor::from_certificate_der(root.der()).unwrap();
        limit(&mut anchor);
        judge.anchors = [anchor].into_iter().collect();
        judge.time = in_year(year);
        judge.judge(&[&leaf]).map(drop).map_err(|refusal| refusal.kind())
    };
    let expired = Err(RefusalKind::Expired);
    let not_yet_valid = Err(RefusalKind::NotYetValid);
    let years = [2025, 2027, 2030, 2032];
    let over_years = |limit: &dyn Fn(&mut TrustAnchor)| years.map(|year| judged(limit, year));
    assert_eq!(over_years(&|_| {}), [not_yet_valid, Ok(()), Ok(()), expired]);
    assert_eq!(over_years(&|anchor| anchor.ignores_own_validity = true), [Ok(()); 4]);
    let until_2029 = |anchor: &mut TrustAnchor| anchor.not_after = Some(in_year(2029));
    assert_eq!(over_years(&until_2029), [not_yet_valid, Ok(()), expired, expired]);
    let from_2029_on = |anchor: &mut TrustAnchor| {
        anchor.ignores_own_validity = true;
        anchor.not_before = Some(in_year(2029));
    };
    assert_eq!(over_years(&from_2029_on), [not_yet_valid, not_yet_valid, Ok(()), Ok(())]);
    let beyond_its_certificate = |anchor: &mut TrustAnchor| {
        anchor.not_before = Some(in_year(2020));
        anchor.not_after = Some(in_year(2033));
    };
    assert_eq!(over_years(&beyond_its_certificate), [not_yet_valid, Ok(()), Ok(()), expired]);
}

#[test]
fn the_search_branches_after_a_dead_end() {
    let root = root(ca("root"));
    let stranger = authority::root(ca("stranger"));
    let key = KeyPair::generate().unwrap();
    let middle = rcgen::CertifiedIssuer::signed_by(ca("middle"), key, &root).unwrap();
    // The same CA, certified by a stranger and by an issuer that has expired.
    let by_stranger = ca("middle").signed_by(middle.key(), &stranger).unwrap();
    let mut expired = ca("middle");
    expired.not_after = rcgen::date_time_ymd(2026, 1, 1);
    let expired = expired.signed_by(middle.key(), &root).unwrap();
    let leaf = leaf(server("db.example"), &middle);
    let judge = Judge::of_server(root.der(), "db.example");
    let chain: [&[u8]; 5] = [&leaf, by_stranger.der(), stranger.der(), expired.der(), middle.der()];
    assert!(judge.judge(&chain).is_ok());
    let refusal = judge.refused(&chain[..4]);
    assert_eq!(refusal.kind(), RefusalKind::Expired, "{}", refusal.report());
    assert!(refusal.tried.len() >= 2, "{}", refusal.report());
}

//= R5280-6.1-7 test
//= R5280-6.1-8 test
#[test]
fn key_identifiers_are_hints_and_rule_nobody_out() {
    let root = root(ca("root"));
    let identifier =
        |arc, content: &[u8]| CustomExtension::from_oid_content(&[2, 5, 29, arc], content.to_vec());
    // keyIdentifier, and an issuer and serial number, of somebody else.
    for wrong in [&b"\x30\x06\x80\x04\xde\xad\xbe\xef"[..], b"\x30\x09\xa1\x04\xa4\x02\x30\x00\x82\x01\x07"] {
        let mut params = server("db.example");
        params.use_authority_key_identifier_extension = false;
        params.custom_extensions.push(identifier(35, wrong));
        let leaf = leaf(params, &root);
        let other = authority::root(ca("root"));
        let judge = Judge::of_server(root.der(), "db.example");
        assert!(judge.judge(&[&leaf, other.der()]).is_ok(), "{wrong:x?}");
    }
}

#[test]
fn a_certificate_without_its_issuer_says_where_that_is() {
    let root = root(ca("root"));
    let middle = intermediate(ca("middle"), &root);
    let mut params = server("db.example");
    // id-ad-caIssuers with a URI.
    let uri = "http://ca.example/middle.der";
    let location = [&[0x86, u8::try_from(uri.len()).unwrap()], uri.as_bytes()].concat();
    let description = [b"\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02", location.as_slice()].concat();
    let wrap = |content: &[u8]| [&[0x30, u8::try_from(content.len()).unwrap()], content].concat();
    let access = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], wrap(&wrap(&description)));
    params.custom_extensions.push(access);
    let leaf = leaf(params, &middle);
    let mut judge = Judge::of_server(root.der(), "db.example");
    let refusal = judge.refused(&[&leaf]);
    assert_eq!(refusal.missing(), [&Missing::IssuerCertificate { uri: uri.into() }]);
    // An adapter has fetched it, and asks again.
    judge.intermediates.push(middle.der().to_vec());
    assert!(judge.judge(&[&leaf]).is_ok());
}

#[test]
fn cas_that_certify_each_other_do_not_trap_the_search() {
    let (a, b) = (root(ca("a")), root(ca("b")));
    let a_by_b = ca("a").signed_by(a.key(), &b).unwrap();
    let b_by_a = ca("b").signed_by(b.key(), &a).unwrap();
    let leaf = leaf(server("db.example"), &a);
    let chain: [&[u8]; 3] = [&leaf, a_by_b.der(), b_by_a.der()];
    let stranger = root(ca("stranger"));
    let refusal = Judge::of_server(stranger.der(), "db.example").refused(&chain);
    assert_eq!(refusal.kind(), RefusalKind::UnknownIssuer);
    assert!(Judge::of_server(a.der(), "db.example").judge(&chain).is_ok());
    assert!(Judge::of_server(b.der(), "db.example").judge(&chain).is_ok());
}

#[test]
fn a_hundred_keys_under_one_name_end_in_the_budget() {
    let mut issuer = root(ca("same"));
    let mut chain = vec![issuer.der().to_vec()];
    for _ in 0..100 {
        issuer = intermediate(ca("same"), &issuer);
        chain.push(issuer.der().to_vec());
    }
    chain.push(leaf(server("db.example"), &issuer));
    let chain: Vec<&[u8]> = chain.iter().rev().map(Vec::as_slice).collect();
    let refusal = Judge::of_server(root(ca("other")).der(), "db.example").refused(&chain);
    assert!(matches!(refusal.kind(), RefusalKind::BudgetExceeded), "{refusal}");
    assert!(refusal.tried.len() <= 16);
}

//= R5280-6.1.5-c test
//= R5280-6.1.5-d test
//= R5280-6.1.5-e test
#[test]
fn a_pin_is_trust_of_its_own() {
    let stranger = root(named("self-signed"));
    let digest = |data: &[u8]| {
        let provider = ring::provider();
        let hash = provider.hash(handfast::crypto::HashAlgorithm::Sha256).unwrap();
        <[u8; 32]>::try_from(hash.digest(data).as_ref()).unwrap()
    };
    let mut judge = Judge::of_server(root(ca("root")).der(), "unused.example");
    judge.expected = ExpectedPeer::pinned_certificate(digest(stranger.der()));
    let accepted = judge.judge(&[stranger.der()]).unwrap();
    assert_eq!(accepted.path.len(), 1);
    judge.expected = ExpectedPeer::pinned_public_key(digest(accepted.public_key.spki()));
    assert!(judge.judge(&[stranger.der()]).is_ok());
    assert_eq!(judge.refused(&[root(named("self-signed")).der()]).kind(), RefusalKind::NameMismatch);
    judge.time = Time::MAX;
    assert_eq!(judge.refused(&[stranger.der()]).kind(), RefusalKind::Expired);
}

#[test]
fn a_report_names_every_path_certificate_and_finding() {
    let root = root(ca("root"));
    let mut params = ca("middle");
    params.not_after = rcgen::date_time_ymd(2026, 1, 1);
    let middle = intermediate(params, &root);
    let leaf = leaf(server("db.example"), &middle);
    let refusal = Judge::of_server(root.der(), "db.example").refused(&[&leaf, middle.der()]);
    let serial = |index: usize| refusal.tried[0].certificates[index].serial.to_string();
    let expected = format!(
        "certificate refused: CN=middle serial {middle} (sent by the peer, index 1): PATH-EXPIRED: expected a \
         time of judgement up to notAfter 2026-01-01T00:00:00Z; found 2030-01-01T00:00:00Z (RFC 5280 §6.1.3 \
         (a)(2))\n\
         judged at 2030-01-01T00:00:00Z, profile internal, 1 path tried\n\
         path 1, to a trust anchor, decided:\n  \
           0 CN=server serial {leaf} (the peer's own)\n  \
           1 CN=middle serial {middle} (sent by the peer, index 1)\n    \
             error PATH-EXPIRED (RFC 5280 §6.1.3 (a)(2))\n      \
               expected a time of judgement up to notAfter 2026-01-01T00:00:00Z\n      \
               found    2030-01-01T00:00:00Z\n  \
           2 CN=root serial {root} (our trust anchor 0)\n",
        leaf = serial(0),
        middle = serial(1),
        root = serial(2),
    );
    assert_eq!(refusal.report().to_string(), expected);
}

#[test]
fn every_truncation_of_a_certificate_is_refused() {
    let root = root(ca("root"));
    let leaf = leaf(server("db.example"), &root);
    let judge = Judge::of_server(root.der(), "db.example");
    for length in 0..leaf.len() {
        assert_eq!(judge.refused(&[&leaf[..length]]).code(), FindingCode::Malformed, "{length}");
    }
}

#[test]
fn no_flipped_bit_is_accepted() {
    let root = root(ca("root"));
    let leaf = leaf(server("db.example"), &root);
    let judge = Judge::of_server(root.der(), "db.example");
    assert!(judge.judge(&[&leaf]).is_ok());
    for bit in (0..leaf.len() * 8).step_by(3) {
        let mut changed = leaf.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        judge.refused(&[&changed]);
    }
}
