//! What certificates may look like that DER's readers stumble over: old dates, long identifiers, strange strings, and
//! values that are readable but not in DER.

#![cfg(all(test, feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/der.rs"]
mod der;

use authority::{Authority, MID_2030, ca, leaf, root, server};
use der::{sequence, signed_again, tlv};
use handfast::crypto::ring;
use handfast::identity::ExpectedPeer;
use handfast::pki::asn1::LapseRule;
use handfast::pki::certificate::Certificate;
use handfast::pki::{
    Accepted, FindingCode, Judgement, Level, Profile, Purpose, Refusal, TrustAnchors, judge,
};
use handfast::time::Time;
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, GeneralSubtree, NameConstraints,
    date_time_ymd,
};

fn judged(root: &Authority, leaf: &[u8], profile: &Profile, millis: i64) -> Result<Accepted, Box<Refusal>> {
    let anchors = TrustAnchors::from_der(root.der()).unwrap();
    let expected = ExpectedPeer::dns("www.example").unwrap();
    let provider = ring::provider();
    let time = Time::from_millis_since_1970(millis);
    let mut judgement = Judgement::new(&anchors, &expected, Purpose::Server, time, &provider);
    judgement.profile = profile;
    judge(&[leaf], &judgement)
}

fn by_default(root: &Authority, leaf: &[u8]) -> Result<Accepted, Box<Refusal>> {
    judged(root, leaf, &Profile::internal(), MID_2030)
}

#[test]
fn dates_before_1970_and_after_2049_are_dates_like_others() {
    let between = |mut params: CertificateParams, first, last| {
        (params.not_before, params.not_after) = (date_time_ymd(first, 1, 1), date_time_ymd(last, 1, 1));
        params
    };
    let root = root(between(ca("root"), 1950, 9999));
    let (old, long) = (
        leaf(between(server("www.example"), 1955, 1965), &root),
        leaf(between(server("www.example"), 1965, 9000), &root),
    );
    // 1960-01-01, 1970-01-01, 2100-01-01 and 9000-01-02.
    for (leaf, millis, expected) in [
        (&old, -315_619_200_000, None),
        (&old, 0, Some(FindingCode::Expired)),
        (&long, -315_619_200_000, Some(FindingCode::NotYetValid)),
        (&long, 0, None),
        (&long, 4_102_444_800_000, None),
        (&long, 221_845_478_400_000, Some(FindingCode::Expired)),
    ] {
        let verdict = judged(&root, leaf, &Profile::strict_rfc5280(), millis);
        assert_eq!(verdict.err().map(|refusal| refusal.code()), expected, "{millis}");
    }
    let read = Certificate::from_der(&old).unwrap();
    assert_eq!(read.validity.not_before.to_string(), "1955-01-01T00:00:00Z");
}

#[test]
fn long_identifiers_and_large_arcs_are_shown_and_longer_ones_end_the_reading() {
    let root = root(ca("root"));
    // Nine octets an arc, and one for the first two.
    let arcs = |count| [vec![2, 39], vec![u64::MAX / 2; count]].concat();
    let with = |count, critical| {
        let mut params = server("www.example");
        let mut extension = CustomExtension::from_oid_content(&arcs(count), vec![5, 0]);
        extension.set_criticality(critical);
        params.custom_extensions.push(extension);
        leaf(params, &root)
    };
    assert!(by_default(&root, &with(14, false)).is_ok());
    let refusal = by_default(&root, &with(14, true)).unwrap_err();
    assert_eq!(refusal.code(), FindingCode::CriticalExtension);
    let shown: Vec<String> = arcs(14).iter().map(ToString::to_string).collect();
    assert_eq!(refusal.deciding.found, shown.join("."));
    let refusal = by_default(&root, &with(15, false)).unwrap_err();
    assert_eq!(refusal.code(), FindingCode::Malformed);
}

/// `CN=` these octets, as a string of this type.
fn common_name(tag: u8, octets: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(0x31, &sequence(&[b"\x06\x03\x55\x04\x03", &tlv(tag, octets)]))])
}

#[test]
fn a_string_of_another_type_makes_a_name_incomparable_and_no_certificate_unreadable() {
    let excluding = || {
        let mut name = DistinguishedName::new();
        name.push(DnType::OrganizationName, "Evil");
        let mut params = ca("root");
        let excluded_subtrees = vec![GeneralSubtree::DirectoryName(name)];
        params.name_constraints = Some(NameConstraints { permitted_subtrees: vec![], excluded_subtrees });
        root(params)
    };
    let (plain, excluding) = (root(ca("root")), excluding());
    // UniversalString, which der has no name for, BMPString and TeletexString can be read.
    let known: [(u8, &[u8]); 3] = [(0x1c, b"\0\0\0x"), (0x1e, b"\0x"), (0x14, b"x")];
    // GeneralString, VideotexString, a string in pieces, and strings that break their own rules.
    let unknown: [(u8, &[u8]); 6] =
        [(0x1b, b"x"), (0x15, b"x"), (0x2c, b"\x0c\x01x"), (0x1c, b"x"), (0x1e, b"x"), (0x0c, b"\xff")];
    for (is_known, strings) in [(true, &known[..]), (false, &unknown[..])] {
        for (tag, octets) in strings {
            let subject = common_name(*tag, octets);
            let renamed = |root: &Authority| {
                let leaf = leaf(server("www.example"), root);
                let old = Certificate::from_der(&leaf).unwrap().subject.der.to_vec();
                signed_again(&leaf, &old, &subject, root.key())
            };
            let shown = by_default(&plain, &renamed(&plain)).unwrap().identity.subject.to_string();
            assert!(shown.starts_with(if is_known { "CN=x" } else { "CN=#" }), "{tag:x} {shown}");
            let verdict = by_default(&excluding, &renamed(&excluding));
            let expected = if is_known { None } else { Some(FindingCode::NameExcluded) };
            assert_eq!(verdict.err().map(|refusal| refusal.code()), expected, "{tag:x} {octets:x?}");
        }
    }
}

#[test]
fn what_is_readable_but_not_der_is_a_warning_that_the_strict_profile_makes_an_error() {
    let root = root(ca("root"));
    let leaf = leaf(server("www.example"), &root);
    let read = Certificate::from_der(&leaf).unwrap();
    let two = [common_name(0x0c, b"b"), common_name(0x0c, b"a")].map(|name| name[4..].to_vec());
    let unsorted = sequence(&[&tlv(0x31, &two.concat())]);
    for (rule, from, to) in [
        // digitalSignature, with an unused bit, and with a zero bit that is used.
        (LapseRule::UnusedBitsNotZero, &b"\x03\x02\x07\x80"[..], &b"\x03\x02\x07\x81"[..]),
        (LapseRule::TrailingZeroBits, b"\x03\x02\x07\x80", b"\x03\x02\x06\x80"),
        // keyUsage, critical.
        (LapseRule::BooleanNotFf, b"\x55\x1d\x0f\x01\x01\xff", b"\x55\x1d\x0f\x01\x01\x01"),
        (LapseRule::DefaultEncoded, b"\x55\x1d\x0f\x01\x01\xff", b"\x55\x1d\x0f\x01\x01\x00"),
        (LapseRule::SetNotSorted, read.subject.der, &unsorted),
        (
            LapseRule::IntegerNotMinimal,
            &tlv(0x02, read.serial_number),
            &tlv(0x02, &[&[0][..], &[0x7f; 8]].concat()),
        ),
    ] {
        let changed = signed_again(&leaf, from, to, root.key());
        let lapses = Certificate::from_der(&changed).unwrap().lapses;
        assert_eq!(lapses.iter().map(|lapse| lapse.rule).collect::<Vec<_>>(), [rule]);
        let accepted = by_default(&root, &changed).unwrap();
        let found: Vec<_> = accepted.findings.iter().map(|finding| (finding.code, finding.level)).collect();
        assert_eq!(found, [(FindingCode::Der, Level::Warning)], "{rule:?}");
        let refusal = judged(&root, &changed, &Profile::strict_rfc5280(), MID_2030).unwrap_err();
        assert_eq!(refusal.code(), FindingCode::Der, "{rule:?}");
        assert_eq!(refusal.deciding.expected, rule.rule());
    }
}
