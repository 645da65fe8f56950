//! Name constraints, policies, profiles and federation through the public interface.

#![cfg(all(test, feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/authority.rs"]
mod authority;

use authority::{Authority, MID_2030, ca, client, intermediate, leaf, root, server};
use handfast::crypto::ring;
use handfast::identity::{ExpectedPeer, TrustDomain};
use handfast::pki::asn1::OwnedOid;
use handfast::pki::name::PublicSuffixes;
use handfast::pki::{
    Accepted, FindingCode, Judgement, Level, PolicyInputs, Profile, Purpose, Refusal, RefusalKind,
    TrustAnchor, TrustAnchors, judge, trust_digest,
};
use handfast::time::Time;
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, GeneralSubtree, KeyUsagePurpose,
    NameConstraints, SanType,
};

/// Judges under these anchors, with a profile and policies.
fn judged(
    anchors: TrustAnchors,
    expected: &ExpectedPeer,
    purpose: Purpose,
    profile: &Profile,
    policies: &PolicyInputs,
    chain: &[&[u8]],
) -> Result<Accepted, Box<Refusal>> {
    let provider = ring::provider();
    let time = Time::from_millis_since_1970(MID_2030);
    let mut judgement = Judgement::new(&anchors, expected, purpose, time, &provider);
    judgement.profile = profile;
    judgement.policies = policies;
    judge(chain, &judgement)
}

fn of_server(root: &Authority, name: &str, chain: &[&[u8]]) -> Result<Accepted, Box<Refusal>> {
    under(&Profile::internal(), root, name, chain)
}

fn under(profile: &Profile, root: &Authority, name: &str, chain: &[&[u8]]) -> Result<Accepted, Box<Refusal>> {
    let anchors = TrustAnchors::from_der(root.der()).unwrap();
    let expected = ExpectedPeer::dns(name).unwrap();
    judged(anchors, &expected, Purpose::Server, profile, &PolicyInputs::NONE, chain)
}

fn constrained(name: &str, permitted: &[&str], excluded: &[&str]) -> CertificateParams {
    let dns = |names: &[&str]| names.iter().map(|name| GeneralSubtree::DnsName((*name).into())).collect();
    let mut params = ca(name);
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: dns(permitted), excluded_subtrees: dns(excluded) });
    params
}

/// After CVE-2026-42011: an empty intersection is not no constraint.
#[test]
fn permitted_subtrees_of_two_cas_without_common_names_permit_nothing() {
    let root = root(constrained("root", &["a.example"], &[]));
    let middle = intermediate(constrained("middle", &["b.example"], &[]), &root);
    for name in ["a.example", "b.example"] {
        let leaf = leaf(server(name), &middle);
        let refusal = of_server(&root, name, &[&leaf, middle.der()]).unwrap_err();
        assert_eq!(refusal.code(), FindingCode::NameNotPermitted, "{name}");
    }
}

/// After CVE-2026-3833.
#[test]
fn constraints_hold_regardless_of_case() {
    let root = root(constrained("root", &["Example.COM"], &["SECRET.example.com"]));
    for (name, code) in [
        ("www.eXample.com", None),
        ("a.secret.EXAMPLE.com", Some(FindingCode::NameExcluded)),
        ("example.org", Some(FindingCode::NameNotPermitted)),
    ] {
        let leaf = leaf(server(name), &root);
        let refusal = of_server(&root, name, &[&leaf]).err();
        assert_eq!(refusal.map(|refusal| refusal.code()), code, "{name}");
    }
}

/// After CVE-2025-61727.
#[test]
fn a_wildcard_that_could_stand_for_an_excluded_name_is_refused() {
    let root = root(constrained("root", &[], &["bar.example.com"]));
    let leaf = leaf(server("*.example.com"), &root);
    let refusal = of_server(&root, "foo.example.com", &[&leaf]).unwrap_err();
    assert_eq!((refusal.code(), refusal.kind()), (FindingCode::NameExcluded, RefusalKind::NameConstraint));
}

//= R5280-4.2.1.10-13 test
//= R5280-4.2.1.10-14 test
#[test]
fn directory_names_and_the_subjects_mailbox_are_bound() {
    let mut permitted = DistinguishedName::new();
    permitted.push(DnType::OrganizationName, "Good");
    let mut params = ca("root");
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DirectoryName(permitted.clone()),
            GeneralSubtree::Rfc822Name("good.example".into()),
        ],
        excluded_subtrees: vec![],
    });
    let root = root(params);
    let email = DnType::CustomDnType(vec![1, 2, 840, 113_549, 1, 9, 1]);
    for (organization, mailbox, accepted) in [
        ("GOOD", None, true),
        ("Evil", None, false),
        ("Good", Some("a@good.example"), true),
        ("Good", Some("a@evil.example"), false),
    ] {
        let mut params = server("www.example");
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, organization);
        if let Some(mailbox) = mailbox {
            params.distinguished_name.push(email.clone(), mailbox);
        }
        let leaf = leaf(params, &root);
        let verdict = of_server(&root, "www.example", &[&leaf]);
        assert_eq!(verdict.is_ok(), accepted, "{organization} {mailbox:?}");
    }
}

/// nameConstraints with these subtrees, each a GeneralName in DER.
fn constrained_to(permitted: &[&[u8]], excluded: &[&[u8]]) -> CertificateParams {
    let wrap = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
    let subtrees = |tag, bases: &[&[u8]]| match bases {
        [] => vec![],
        bases => wrap(tag, &bases.iter().flat_map(|base| wrap(0x30, base)).collect::<Vec<u8>>()),
    };
    let content = [subtrees(0xa0, permitted), subtrees(0xa1, excluded)].concat();
    with(ca("constrained"), &[2, 5, 29, 30], wrap(0x30, &content))
}

/// After RUSTSEC-2026-0098: the host of a URI, whatever stands around it, and nothing else.
#[test]
fn uri_constraints_look_at_the_host_and_refuse_what_has_none() {
    let uri = |text: &str| [&[0x86, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let (host, domain) = (uri("prod.example"), uri(".prod.example"));
    let within = root(constrained_to(&[&host], &[]));
    let below = root(constrained_to(&[&domain], &[]));
    let outside = root(constrained_to(&[], &[&host]));
    for (text, in_host, in_domain, out_of_host) in [
        ("spiffe://prod.example/web", true, false, false),
        ("https://PROD.example/", true, false, false),
        ("https://user:secret@prod.example:8443/x", true, false, false),
        ("https://prod.example@evil.example/", false, false, true),
        ("https://a.prod.example/", false, true, true),
        ("https://prod.example.evil.example/", false, false, true),
        ("https://evil.example/prod.example", false, false, true),
        ("https://evil.example/?@prod.example", false, false, true),
        // No host of which one could tell: nowhere.
        ("https://192.0.2.7/", false, false, false),
        ("https://[2001:db8::7]/", false, false, false),
        ("https://prod.example./", false, false, false),
        ("urn:prod.example", false, false, false),
        ("mailto:web@prod.example", false, false, false),
    ] {
        for (root, accepted) in [(&within, in_host), (&below, in_domain), (&outside, out_of_host)] {
            let leaf = leaf(client(text), root);
            let anchors = TrustAnchors::from_der(root.der()).unwrap();
            let (expected, profile) = (ExpectedPeer::any_under_anchors(), Profile::internal());
            let verdict =
                judged(anchors, &expected, Purpose::Client, &profile, &PolicyInputs::NONE, &[&leaf]);
            let kind = verdict.err().map(|refusal| refusal.kind());
            assert_eq!(kind, (!accepted).then_some(RefusalKind::NameConstraint), "{text}");
        }
    }
}

#[test]
fn a_constraint_on_names_that_are_not_processed_refuses_such_names() {
    // registeredID 1.2.3, and an otherName of that type.
    let (registered, other) = (&b"\x88\x02\x2a\x03"[..], &b"\xa0\x08\x06\x02\x2a\x03\xa0\x02\x05\x00"[..]);
    for name in [registered, other] {
        for constraints in [constrained_to(&[name], &[]), constrained_to(&[], &[name])] {
            let root = root(constraints);
            let without = leaf(server("www.example"), &root);
            assert!(of_server(&root, "www.example", &[&without]).is_ok(), "{name:x?}");
            let mut params = server("www.example");
            params.subject_alt_names = vec![];
            let dns = b"\x82\x0bwww.example";
            let names = [dns, name].concat();
            let names = [&[0x30, u8::try_from(names.len()).unwrap()], names.as_slice()].concat();
            params.custom_extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 17], names)];
            let refusal = of_server(&root, "www.example", &[&leaf(params, &root)]).unwrap_err();
            assert_eq!(refusal.kind(), RefusalKind::NameConstraint, "{name:x?}");
        }
    }
}

#[test]
fn thousands_of_names_under_thousands_of_constraints_end_in_the_budget() {
    let subtrees: Vec<String> = (0..1_000).map(|number| format!("n{number}.example")).collect();
    let subtrees: Vec<&str> = subtrees.iter().map(String::as_str).collect();
    let root = root(constrained("root", &subtrees, &[]));
    let mut params = server("n0.example");
    let name = |number| SanType::DnsName(format!("n{number}.example").try_into().unwrap());
    params.subject_alt_names = (0..1_000).map(name).collect();
    let refusal = of_server(&root, "n0.example", &[&leaf(params, &root)]).unwrap_err();
    assert_eq!(refusal.kind(), RefusalKind::BudgetExceeded);
}

/// certificatePolicies with these policies 2.999.N.
fn policies(params: CertificateParams, numbers: &[u8]) -> CertificateParams {
    let information: Vec<u8> =
        numbers.iter().flat_map(|number| [0x30, 5, 0x06, 3, 0x88, 0x37, *number]).collect();
    let content = [&[0x30, u8::try_from(information.len()).unwrap()], information.as_slice()].concat();
    with(params, &[2, 5, 29, 32], content)
}

fn with(mut params: CertificateParams, oid: &[u64], content: Vec<u8>) -> CertificateParams {
    let mut extension = CustomExtension::from_oid_content(oid, content);
    extension.set_criticality(true);
    params.custom_extensions.push(extension);
    params
}

fn policy(number: u8) -> OwnedOid {
    OwnedOid::parse(&format!("2.999.{number}")).unwrap()
}

#[test]
fn policies_asked_for_must_be_asserted_along_the_path() {
    let root = root(ca("root"));
    let middle = intermediate(policies(ca("middle"), &[1, 2]), &root);
    let leaf = leaf(policies(server("www.example"), &[2, 3]), &middle);
    let expected = ExpectedPeer::dns("www.example").unwrap();
    for (set, explicit, accepted) in [
        (&[][..], false, Some(vec![policy(2)])),
        (&[2], true, Some(vec![policy(2)])),
        (&[1], false, Some(vec![])),
        (&[1], true, None),
        (&[3], true, None),
    ] {
        let inputs = PolicyInputs {
            initial_policy_set: set.iter().map(|number| policy(*number)).collect(),
            initial_explicit_policy: explicit,
            ..PolicyInputs::NONE
        };
        let anchors = TrustAnchors::from_der(root.der()).unwrap();
        let chain: [&[u8]; 2] = [&leaf, middle.der()];
        let verdict = judged(anchors, &expected, Purpose::Server, &Profile::internal(), &inputs, &chain);
        assert_eq!(verdict.ok().map(|accepted| accepted.policies), accepted, "{set:?} {explicit}");
    }
}

#[test]
fn a_ca_can_require_a_policy() {
    let root = root(ca("root"));
    // requireExplicitPolicy 0
    let middle = intermediate(with(ca("middle"), &[2, 5, 29, 36], vec![0x30, 3, 0x80, 1, 0]), &root);
    let leaf = leaf(policies(server("www.example"), &[1]), &middle);
    let refusal = of_server(&root, "www.example", &[&leaf, middle.der()]).unwrap_err();
    assert_eq!(refusal.kind(), RefusalKind::Policy);
}

#[test]
fn policies_are_mapped_unless_that_is_inhibited() {
    let root = root(ca("root"));
    // 2.999.1 of the root is 2.999.2 of the CA.
    let mapping = [0x30, 12, 0x30, 10, 6, 3, 0x88, 0x37, 1, 6, 3, 0x88, 0x37, 2];
    let mapping = with(policies(ca("middle"), &[1]), &[2, 5, 29, 33], mapping.to_vec());
    let (plain, leaf_policies) = (policies(ca("upper"), &[1]), policies(server("www.example"), &[2]));
    // inhibitPolicyMapping 0
    let inhibiting = with(plain.clone(), &[2, 5, 29, 36], vec![0x30, 3, 0x81, 1, 0]);
    let expected = ExpectedPeer::dns("www.example").unwrap();
    for (upper, inhibited, accepted) in
        [(&plain, false, Some(vec![policy(1)])), (&plain, true, None), (&inhibiting, false, None)]
    {
        let upper = intermediate(upper.clone(), &root);
        let middle = intermediate(mapping.clone(), &upper);
        let leaf = leaf(leaf_policies.clone(), &middle);
        let inputs = PolicyInputs {
            initial_policy_set: vec![policy(1)],
            initial_explicit_policy: true,
            initial_policy_mapping_inhibit: inhibited,
            ..PolicyInputs::NONE
        };
        let anchors = TrustAnchors::from_der(root.der()).unwrap();
        let chain: [&[u8]; 3] = [&leaf, middle.der(), upper.der()];
        let verdict = judged(anchors, &expected, Purpose::Server, &Profile::internal(), &inputs, &chain);
        assert_eq!(verdict.ok().map(|accepted| accepted.policies), accepted, "{inhibited}");
    }
}

#[test]
fn any_policy_stands_for_each_unless_that_is_inhibited() {
    let root = root(ca("root"));
    let any = |params| with(params, &[2, 5, 29, 32], vec![0x30, 8, 0x30, 6, 6, 4, 0x55, 0x1d, 0x20, 0]);
    // inhibitAnyPolicy 0 and 1: how many certificates further it may stand.
    let inhibiting = |skip| with(any(ca("middle")), &[2, 5, 29, 54], vec![2, 1, skip]);
    let expected = ExpectedPeer::dns("www.example").unwrap();
    for (middle, leaf_params, inhibited, accepted) in [
        (any(ca("middle")), policies(server("www.example"), &[1]), false, true),
        (any(ca("middle")), any(server("www.example")), false, true),
        (any(ca("middle")), policies(server("www.example"), &[1]), true, false),
        (inhibiting(0), policies(server("www.example"), &[1]), false, true),
        (inhibiting(0), any(server("www.example")), false, false),
        (inhibiting(1), any(server("www.example")), false, true),
    ] {
        let middle = intermediate(middle, &root);
        let leaf = leaf(leaf_params, &middle);
        let inputs = PolicyInputs {
            initial_policy_set: vec![policy(1)],
            initial_explicit_policy: true,
            initial_any_policy_inhibit: inhibited,
            ..PolicyInputs::NONE
        };
        let anchors = TrustAnchors::from_der(root.der()).unwrap();
        let chain: [&[u8]; 2] = [&leaf, middle.der()];
        let verdict = judged(anchors, &expected, Purpose::Server, &Profile::internal(), &inputs, &chain);
        assert_eq!(verdict.is_ok(), accepted, "{inhibited}");
    }
}

#[test]
fn the_strict_profile_refuses_what_the_default_reports() {
    let root = root(ca("root"));
    let mut params = server("www.example");
    params.use_authority_key_identifier_extension = false;
    let leaf = leaf(params, &root);
    let accepted = of_server(&root, "www.example", &[&leaf]).unwrap();
    let warnings: Vec<_> = accepted.findings.iter().map(|finding| (finding.code, finding.level)).collect();
    assert_eq!(warnings, [(FindingCode::AuthorityKeyIdentifier, Level::Warning)]);
    let refusal = under(&Profile::strict_rfc5280(), &root, "www.example", &[&leaf]).unwrap_err();
    assert_eq!(refusal.code(), FindingCode::AuthorityKeyIdentifier);
}

#[test]
fn the_web_profile_refuses_wildcards_below_public_suffixes() {
    let root = root(ca("root"));
    let profile = Profile::web_pki(PublicSuffixes::parse("co.example\n"));
    for (pattern, name, accepted) in
        [("*.co.example", "a.co.example", false), ("*.shop.example", "a.shop.example", true)]
    {
        let mut params = server(pattern);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, pattern);
        let leaf = leaf(params, &root);
        assert_eq!(under(&profile, &root, name, &[&leaf]).is_ok(), accepted, "{pattern}");
        assert!(of_server(&root, name, &[&leaf]).is_ok());
    }
}

//= R5280-6.1.1-h test
//= R5280-6.1.1-i test
//= R5280-6.1.2-b test
//= R5280-6.1.2-c test
#[test]
fn an_anchor_can_have_constraints_of_our_own() {
    let root = root(ca("root"));
    let leaf = leaf(server("www.example.com"), &root);
    let expected = ExpectedPeer::dns("www.example.com").unwrap();
    for (permitted, accepted) in [("example.com", true), ("example.net", false)] {
        let base = [&[0x82, 11], permitted.as_bytes()].concat();
        let der = [&[0x30, 17, 0xa0, 15, 0x30, 13], base.as_slice()].concat();
        let anchor = TrustAnchor::from_certificate_der(root.der()).unwrap();
        assert!(anchor.clone().with_name_constraints(&der[1..]).is_err());
        let anchors = [anchor.with_name_constraints(&der).unwrap()].into_iter().collect();
        let profile = Profile::internal();
        let verdict = judged(anchors, &expected, Purpose::Server, &profile, &PolicyInputs::NONE, &[&leaf]);
        assert_eq!(verdict.is_ok(), accepted, "{permitted}");
    }
}

fn of_workload(anchors: TrustAnchors, leaf: &[u8]) -> Option<FindingCode> {
    let expected = ExpectedPeer::any_under_anchors();
    let profile = Profile::spiffe();
    let verdict = judged(anchors, &expected, Purpose::Client, &profile, &PolicyInputs::NONE, &[leaf]);
    verdict.err().map(|refusal| refusal.code())
}

//= R5280-6.1-9 test
#[test]
fn the_spiffe_profile_asks_for_one_uri_with_a_path_and_no_ca() {
    let root = root(ca("root"));
    let anchors = || TrustAnchors::from_der(root.der()).unwrap();
    let judged = |params| of_workload(anchors(), &leaf(params, &root));
    assert_eq!(judged(client("spiffe://prod.example/web")), None);
    for (uri, code) in [
        ("spiffe://prod.example", FindingCode::SpiffeId),
        ("spiffe://Prod.example/web", FindingCode::SpiffeId),
        ("spiffe://prod.example/web?x", FindingCode::SpiffeId),
        ("spiffe://prod.example/%77eb", FindingCode::SpiffeId),
        ("https://prod.example/web", FindingCode::SpiffeId),
    ] {
        assert_eq!(judged(client(uri)), Some(code), "{uri}");
    }
    let mut two = client("spiffe://prod.example/web");
    two.subject_alt_names.push(SanType::URI("spiffe://prod.example/db".try_into().unwrap()));
    assert_eq!(judged(two), Some(FindingCode::SpiffeUri));
    assert_eq!(judged(server("web.example")), Some(FindingCode::ExtKeyUsage));
    let mut signing = client("spiffe://prod.example/web");
    signing.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::CrlSign];
    assert_eq!(judged(signing), Some(FindingCode::SpiffeKeyUsage));
    let mut authority = client("spiffe://prod.example/web");
    authority.is_ca = ca("x").is_ca;
    assert_eq!(judged(authority), Some(FindingCode::SpiffeLeafCa));
}

#[test]
fn a_federated_anchor_vouches_for_its_own_trust_domain_alone() {
    let (own, other) = (root(ca("own")), root(ca("other")));
    let bound = |root: &Authority, domain: &str| {
        let mut anchor = TrustAnchor::from_certificate_der(root.der()).unwrap();
        anchor.trust_domain = Some(TrustDomain::parse(domain).unwrap());
        anchor
    };
    let anchors = || [bound(&own, "own.example"), bound(&other, "other.example")].into_iter().collect();
    let judged = |issuer: &Authority, uri| of_workload(anchors(), &leaf(client(uri), issuer));
    assert_eq!(judged(&own, "spiffe://own.example/web"), None);
    assert_eq!(judged(&other, "spiffe://other.example/web"), None);
    assert_eq!(judged(&other, "spiffe://own.example/web"), Some(FindingCode::TrustDomain));
}

//= R5280-6.2-1 test
//= R5280-6.2-2 test
#[test]
fn a_trust_anchor_keeps_to_its_own_dates_and_length() {
    let root = root(ca("root"));
    let middle = intermediate(ca("middle"), &root);
    let leaf = leaf(server("www.example"), &middle);
    let expected = ExpectedPeer::dns("www.example").unwrap();
    let judged = |change: fn(&mut TrustAnchor)| {
        let mut anchor = TrustAnchor::from_certificate_der(root.der()).unwrap();
        change(&mut anchor);
        let anchors = [anchor].into_iter().collect();
        let profile = Profile::internal();
        let chain: [&[u8]; 2] = [&leaf, middle.der()];
        let none = PolicyInputs::NONE;
        let verdict = self::judged(anchors, &expected, Purpose::Server, &profile, &none, &chain);
        verdict.err().map(|refusal| refusal.code())
    };
    let before = |_: &mut TrustAnchor| {};
    assert_eq!(judged(before), None);
    let expired = |anchor: &mut TrustAnchor| anchor.not_after = Some(Time::from_secs_since_1970(0));
    assert_eq!(judged(expired), Some(FindingCode::Expired));
    let later = |anchor: &mut TrustAnchor| anchor.not_before = Some(Time::MAX);
    assert_eq!(judged(later), Some(FindingCode::NotYetValid));
    let short = |anchor: &mut TrustAnchor| anchor.path_len_constraint = Some(0);
    assert_eq!(judged(short), Some(FindingCode::PathLength));
}

#[test]
fn the_trust_digest_changes_with_trust_and_with_nothing_else() {
    let (a, b) = (root(ca("a")), root(ca("b")));
    let anchors = |ders: &[&[u8]]| -> TrustAnchors {
        ders.iter().map(|der| TrustAnchor::from_certificate_der(der).unwrap()).collect()
    };
    let (one, both, other_order) =
        (anchors(&[a.der()]), anchors(&[a.der(), b.der()]), anchors(&[b.der(), a.der(), a.der()]));
    let mut limited = TrustAnchor::from_certificate_der(a.der()).unwrap();
    limited.path_len_constraint = Some(1);
    let limited: TrustAnchors = [limited].into_iter().collect();
    let (dns, quiet) = (
        ExpectedPeer::dns("a.example").unwrap(),
        ExpectedPeer::dns("a.example").unwrap().without_server_name(),
    );
    let any = ExpectedPeer::any_under_anchors();
    let provider = ring::provider();
    let strict = Profile::strict_rfc5280();
    let digest = |anchors, expected, purpose, profile: Option<&Profile>, millis, mode: &[u8]| {
        let time = Time::from_millis_since_1970(millis);
        let mut judgement = Judgement::new(anchors, expected, purpose, time, &provider);
        if let Some(profile) = profile {
            judgement.profile = profile;
        }
        trust_digest(&judgement, mode).unwrap()
    };
    let base = digest(&both, &dns, Purpose::Server, None, 0, b"");
    assert_eq!(base, digest(&other_order, &dns, Purpose::Server, None, 0, b""));
    assert_eq!(base, digest(&both, &quiet, Purpose::Server, None, 0, b""));
    assert_eq!(base, digest(&both, &dns, Purpose::Server, None, 1, b""));
    let mut seen = std::collections::BTreeSet::from([base]);
    for other in [
        digest(&one, &dns, Purpose::Server, None, 0, b""),
        digest(&limited, &dns, Purpose::Server, None, 0, b""),
        digest(&both, &any, Purpose::Server, None, 0, b""),
        digest(&both, &dns, Purpose::Client, None, 0, b""),
        digest(&both, &dns, Purpose::Server, Some(&strict), 0, b""),
        digest(&both, &dns, Purpose::Server, None, 0, b"clients must authenticate"),
    ] {
        assert!(seen.insert(other));
    }
}
