//! Lists of every kind: deltas, indirect ones, by distribution point and reason, and those that say nothing
//! (RFC 5280 §5, §6.3).

#![cfg(all(test, feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/crl.rs"]
mod crl;
#[path = "support/der.rs"]
mod der;

use authority::{Authority, MID_2030, ca, intermediate, root, server};
use crl::{List, certificate_issuer, directory_name, entry, reason};
use der::{extension, id_ce, january, tlv};
use handfast::crypto::ring;
use handfast::identity::ExpectedPeer;
use handfast::pki::asn1::Asn1Reason;
use handfast::pki::revocation::{
    CertificateList, Crl, MAX_CRL_LEN, Revocation, RevocationScope, StaleStatus,
};
use handfast::pki::{FindingCode, Judgement, Purpose, TrustAnchors, judge};
use handfast::time::Time;
use rcgen::{CertificateParams, CustomExtension, KeyUsagePurpose};

const CERTIFICATE_HOLD: u8 = 6;
const REMOVE_FROM_CRL: u8 = 8;

/// A server under `ca`, with cRLDistributionPoints of these points if there are any.
fn leaf(ca: &Authority, points: &[Vec<u8>]) -> Vec<u8> {
    authority::leaf(with_points(server("www.example"), points), ca)
}

fn with_points(mut params: CertificateParams, points: &[Vec<u8>]) -> CertificateParams {
    if !points.is_empty() {
        let points = tlv(0x30, &points.concat());
        params.custom_extensions.push(CustomExtension::from_oid_content(&[2, 5, 29, 31], points));
    }
    params
}

/// The point of lists that this CA issues for others.
fn issued_by(ca: &Authority) -> Vec<u8> {
    tlv(0x30, &tlv(0xa2, &directory_name(ca)))
}

/// What stands in issuingDistributionPoint of such lists.
fn indirect(ca: &Authority) -> Vec<u8> {
    [tlv(0xa0, &tlv(0xa0, &directory_name(ca))), b"\x84\x01\xff".to_vec()].concat()
}

/// `distributionPoint [0]` with one URI as its full name, as points and lists have it.
fn uri(uri: &str) -> Vec<u8> {
    tlv(0xa0, &tlv(0xa0, &tlv(0x86, uri.as_bytes())))
}

/// Why the chain is refused, with these lists; of the end entity alone it is asked whether it is revoked.
fn code_with(root: &Authority, chain: &[&[u8]], crls: Vec<Crl>, stale: StaleStatus) -> Option<FindingCode> {
    let (anchors, store) = (TrustAnchors::from_der(root.der()).unwrap(), crls.into_iter().collect());
    let expected = ExpectedPeer::dns("www.example").unwrap();
    let provider = ring::provider();
    let time = Time::from_millis_since_1970(MID_2030);
    let mut revocation = Revocation::new(&store);
    (revocation.scope, revocation.stale) = (RevocationScope::EndEntity, stale);
    let mut judgement = Judgement::new(&anchors, &expected, Purpose::Server, time, &provider);
    judgement.revocation = Some(&revocation);
    judge(chain, &judgement).err().map(|refusal| refusal.code())
}

fn code(root: &Authority, leaf: &[u8], lists: &[&List<'_>]) -> Option<FindingCode> {
    let crls = lists.iter().map(|list| list.crl()).collect();
    code_with(root, &[leaf], crls, StaleStatus::Refuse)
}

const GOOD: Option<FindingCode> = None;
const REVOKED: Option<FindingCode> = Some(FindingCode::Revoked);
const UNKNOWN: Option<FindingCode> = Some(FindingCode::RevocationUnknown);
const STALE: Option<FindingCode> = Some(FindingCode::RevocationStale);

#[test]
fn a_delta_list_adds_to_its_base_and_takes_from_it() {
    let root = root(ca("root"));
    let (held, other) = (leaf(&root, &[]), leaf(&root, &[]));
    let base = List::new(&root).with(&[entry(&held, &[reason(CERTIFICATE_HOLD)])]);
    let changes = [entry(&held, &[reason(REMOVE_FROM_CRL)]), entry(&other, &[])];
    let delta = List { number: Some(2), base: Some(1), ..List::new(&root).with(&changes) };
    assert_eq!((code(&root, &held, &[&base]), code(&root, &other, &[&base])), (REVOKED, GOOD));
    for both in [[&base, &delta], [&delta, &base]] {
        assert_eq!((code(&root, &held, &both), code(&root, &other, &both)), (GOOD, REVOKED));
    }
    // Alone it says nothing, not even that a certificate is revoked.
    assert_eq!(code(&root, &other, &[&delta]), UNKNOWN);
}

#[test]
fn a_delta_list_that_does_not_fit_its_base_changes_nothing() {
    let root = root(ca("root"));
    let other = authority::root(ca("root"));
    let held = leaf(&root, &[]);
    let base = List::new(&root).with(&[entry(&held, &[reason(CERTIFICATE_HOLD)])]);
    let changes = [entry(&held, &[reason(REMOVE_FROM_CRL)])];
    let delta = List { number: Some(2), base: Some(1), ..List::new(&root).with(&changes) };
    for (why, delta) in [
        ("a later base", List { number: Some(3), base: Some(2), ..delta.clone() }),
        ("no later than the base", List { number: Some(1), ..delta.clone() }),
        ("no number", List { number: None, ..delta.clone() }),
        ("out of date", List { next_update: Some(2029), ..delta.clone() }),
        ("of later", List { this_update: 2031, ..delta.clone() }),
        ("of another scope", List { scope: Some(b"\x81\x01\xff".to_vec()), ..delta.clone() }),
        ("by another key", List { issuer: &other, ..delta.clone() }),
        ("with an unknown critical extension", List { extensions: vec![unknown(true)], ..delta.clone() }),
    ] {
        assert_eq!(code(&root, &held, &[&base, &delta]), REVOKED, "{why}");
    }
    assert_eq!(code(&root, &held, &[&base, &delta]), GOOD);
}

#[test]
fn a_delta_list_in_date_brings_its_base_up_to_date() {
    let root = root(ca("root"));
    let leaf = leaf(&root, &[]);
    let base = List { this_update: 2027, next_update: Some(2028), ..List::new(&root) };
    let delta = List { number: Some(2), base: Some(1), ..List::new(&root) };
    assert_eq!(code(&root, &leaf, &[&base]), STALE);
    assert_eq!(code(&root, &leaf, &[&base, &delta]), GOOD);
}

#[test]
fn of_several_delta_lists_the_newest_counts_in_whatever_order_they_come() {
    let root = root(ca("root"));
    let leaf = leaf(&root, &[]);
    let base = List::new(&root).with(&[entry(&leaf, &[reason(CERTIFICATE_HOLD)])]);
    let delta = |number, this_update, what| List {
        number: Some(number),
        base: Some(1),
        this_update,
        ..List::new(&root).with(&[entry(&leaf, &[reason(what)])])
    };
    for (before, after, expected) in
        [(REMOVE_FROM_CRL, 1, REVOKED), (CERTIFICATE_HOLD, REMOVE_FROM_CRL, GOOD)]
    {
        // The later one may be of the same second, and is known by its number then.
        for year in [2029, 2030] {
            let (older, newer) = (delta(2, 2029, before), delta(3, year, after));
            for lists in [[&base, &older, &newer], [&newer, &older, &base]] {
                assert_eq!(code(&root, &leaf, &lists), expected, "{before} {after} {year}");
            }
        }
    }
}

#[test]
fn of_several_complete_lists_the_newest_counts_in_whatever_order_they_come() {
    let root = root(ca("root"));
    let leaf = leaf(&root, &[]);
    let free = List::new(&root);
    let held = List::new(&root).with(&[entry(&leaf, &[reason(CERTIFICATE_HOLD)])]);
    let old = |list: &List<'_>| List { this_update: 2028, ..list.clone() }.crl();
    let over = |list: &List<'_>| List { this_update: 2027, next_update: Some(2028), ..list.clone() }.crl();
    let new = |list: &List<'_>| List { number: Some(2), ..list.clone() }.crl();
    let later = |list: &List<'_>| List { number: Some(3), this_update: 2031, ..list.clone() }.crl();
    for (what, lists, expected) in [
        ("revoked since", [old(&free), new(&held)], REVOKED),
        ("released since", [old(&held), new(&free)], GOOD),
        ("revoked since the last one in date", [over(&free), new(&held)], REVOKED),
        ("an old one is left over", [over(&free), new(&free)], GOOD),
        ("one of later lies ready", [new(&free), later(&free)], GOOD),
        ("one of later lies ready beside one that revokes", [new(&held), later(&free)], REVOKED),
        ("one of later revokes", [new(&free), later(&held)], REVOKED),
    ] {
        let [one, two] = lists;
        for lists in [vec![one.clone(), two.clone()], vec![two, one]] {
            for stale in [StaleStatus::Refuse, StaleStatus::Accept] {
                assert_eq!(code_with(&root, &[&leaf], lists.clone(), stale), expected, "{what} {stale:?}");
            }
        }
    }
}

#[test]
fn an_indirect_list_speaks_of_certificates_by_their_issuer() {
    let root = root(ca("root"));
    let (issuer, stranger) = (intermediate(ca("list issuer"), &root), authority::root(ca("stranger")));
    let leaf = || leaf(&root, &[issued_by(&issuer)]);
    let (first, second, third, fourth) = (leaf(), leaf(), leaf(), leaf());
    let list = List {
        scope: Some(indirect(&issuer)),
        ..List::new(&issuer).with(&[
            // Of the list's own issuer, for none is named before.
            entry(&first, &[]),
            entry(&second, &[certificate_issuer(&root)]),
            // Of the issuer of the entry before.
            entry(&third, &[]),
            entry(&fourth, &[certificate_issuer(&stranger)]),
        ])
    };
    // Of the issuer of the list it is asked too whether it is revoked.
    let of_cas = List { scope: Some(b"\x82\x01\xff".to_vec()), ..List::new(&root) };
    let judged = |leaf: &[u8], list: &List<'_>| {
        code_with(&root, &[leaf, issuer.der()], vec![of_cas.crl(), list.crl()], StaleStatus::Refuse)
    };
    let found = [&first, &second, &third, &fourth].map(|leaf| judged(leaf, &list));
    assert_eq!(found, [GOOD, REVOKED, REVOKED, GOOD]);
    let not_indirect = List { scope: Some(tlv(0xa0, &tlv(0xa0, &directory_name(&issuer)))), ..list.clone() };
    let without_scope = List { scope: None, ..list.clone() };
    let of_another = List { issuer: &stranger, ..list.clone() };
    for list in [&not_indirect, &without_scope, &of_another] {
        assert_eq!(judged(&second, list), UNKNOWN);
    }
    // A certificate without such a point knows nothing of that issuer.
    let plain = self::leaf(&root, &[]);
    assert_eq!(judged(&plain, &list), UNKNOWN);
}

#[test]
fn signers_of_lists_whose_own_status_hangs_on_others_lists_are_followed_three_deep() {
    // Each signer's own point names the next one, the last one's a list of the root for it alone.
    let judged = |signers: usize| {
        let root = root(ca("root"));
        let mut point = tlv(0x30, &uri("http://crl.example/last"));
        let mut lists = vec![List { scope: Some(uri("http://crl.example/last")), ..List::new(&root) }.crl()];
        let mut chain = Vec::new();
        for number in 0..signers {
            let params = with_points(ca(&format!("signer {number}")), &[point]);
            let signer = intermediate(params, &root);
            lists.push(List { scope: Some(indirect(&signer)), ..List::new(&signer) }.crl());
            point = issued_by(&signer);
            chain.push(signer.der().to_vec());
        }
        let leaf = leaf(&root, &[point]);
        let chain: Vec<&[u8]> = std::iter::once(&leaf).chain(&chain).map(Vec::as_slice).collect();
        code_with(&root, &chain, lists, StaleStatus::Refuse)
    };
    assert_eq!((0..5).map(judged).collect::<Vec<_>>(), [GOOD, GOOD, GOOD, GOOD, UNKNOWN]);
}

#[test]
fn a_certificate_has_at_most_32_distribution_points() {
    let root = root(ca("root"));
    let judged = |count| {
        let points = vec![tlv(0x30, &uri("http://crl.example/a")); count];
        code(&root, &leaf(&root, &points), &[&List::new(&root)])
    };
    assert_eq!((judged(32), judged(33)), (GOOD, Some(FindingCode::ExtensionMalformed)));
}

/// After RUSTSEC-2026-0049: each point counts, and each name of it.
#[test]
fn a_list_of_a_distribution_point_speaks_of_certificates_that_name_it() {
    let root = root(ca("root"));
    let point = |names: &[&str]| {
        let names: Vec<u8> = names.iter().flat_map(|name| tlv(0x86, name.as_bytes())).collect();
        tlv(0x30, &tlv(0xa0, &tlv(0xa0, &names)))
    };
    let list = List { scope: Some(uri("http://crl.example/a")), ..List::new(&root) };
    for (points, expected) in [
        (vec![], UNKNOWN),
        (vec![point(&["http://crl.example/b"])], UNKNOWN),
        (vec![point(&["http://crl.example/a"])], GOOD),
        (vec![point(&["http://crl.example/b"]), point(&["http://crl.example/a"])], GOOD),
        (vec![point(&["http://crl.example/b", "http://crl.example/a"])], GOOD),
    ] {
        let leaf = leaf(&root, &points);
        assert_eq!(code(&root, &leaf, &[&list]), expected, "{}", points.len());
        if expected == GOOD {
            let list = list.clone().with(&[entry(&leaf, &[])]);
            assert_eq!(code(&root, &leaf, &[&list]), REVOKED);
        }
    }
}

#[test]
fn a_list_of_cas_or_of_end_entities_speaks_of_no_others() {
    let root = root(ca("root"));
    let leaf = leaf(&root, &[]);
    for (only, expected) in [(1, GOOD), (2, UNKNOWN), (5, UNKNOWN)] {
        let list = List { scope: Some(tlv(0x80 | only, &[0xff])), ..List::new(&root) };
        assert_eq!(code(&root, &leaf, &[&list]), expected, "[{only}]");
    }
}

#[test]
fn lists_of_some_reasons_count_once_all_reasons_are_spoken_of() {
    let root = root(ca("root"));
    let leaf = leaf(&root, &[]);
    // keyCompromise and cACompromise, and the six others.
    let some = |reasons: &[u8]| List { scope: Some(tlv(0x83, reasons)), ..List::new(&root) };
    let (keys, others) = (some(&[5, 0x60]), some(&[7, 0x1f, 0x80]));
    let revoking = keys.clone().with(&[entry(&leaf, &[reason(1)])]);
    for (lists, expected) in [
        (vec![&keys], UNKNOWN),
        (vec![&others], UNKNOWN),
        (vec![&keys, &others], GOOD),
        (vec![&revoking], REVOKED),
        (vec![&others, &revoking], REVOKED),
    ] {
        assert_eq!(code(&root, &leaf, &lists), expected, "{}", lists.len());
    }
}

/// id-pkix with arcs that nobody knows.
fn unknown(critical: bool) -> Vec<u8> {
    extension(b"\x06\x06\x2b\x06\x01\x05\x05\x63", critical, b"\x05\x00")
}

#[test]
fn a_list_that_is_not_understood_or_not_its_issuers_to_give_says_nothing() {
    let root = root(ca("root"));
    let leaf = leaf(&root, &[]);
    let other = authority::leaf(server("other.example"), &root);
    let stranger = authority::root(ca("root"));
    let plain = List::new(&root);
    let repeated = id_ce(20, false, &tlv(0x02, &[2]));
    for (why, list, expected) in [
        ("plain", plain.clone(), GOOD),
        ("with an extension to pass over", List { extensions: vec![unknown(false)], ..plain.clone() }, GOOD),
        ("with a critical one", List { extensions: vec![unknown(true)], ..plain.clone() }, UNKNOWN),
        ("with one twice", List { extensions: vec![repeated], ..plain.clone() }, UNKNOWN),
        ("without a number", List { number: None, ..plain.clone() }, UNKNOWN),
        ("without an end", List { next_update: None, ..plain.clone() }, STALE),
        ("by another key", List { issuer: &stranger, ..plain.clone() }, UNKNOWN),
        ("about another", plain.clone().with(&[entry(&other, &[unknown(false)])]), GOOD),
        ("with a critical entry", plain.clone().with(&[entry(&other, &[unknown(true)])]), UNKNOWN),
    ] {
        assert_eq!(code(&root, &leaf, &[&list]), expected, "{why}");
    }
    let mut params = ca("root");
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let silent = authority::root(params);
    let below = self::leaf(&silent, &[]);
    assert_eq!(code(&silent, &below, &[&List::new(&silent)]), UNKNOWN, "an issuer without cRLSign");
}

#[test]
fn a_list_has_at_most_2_to_the_29_bytes() {
    // No list, but of the length wanted.
    let reason = |length| CertificateList::from_der(&vec![0; length]).unwrap_err().reason;
    assert!(!matches!(reason(MAX_CRL_LEN), Asn1Reason::TooLarge { .. }));
    assert_eq!(reason(MAX_CRL_LEN + 1), Asn1Reason::TooLarge { limit: MAX_CRL_LEN });
}

#[test]
fn a_list_has_at_most_64_extensions() {
    let root = root(ca("root"));
    // cRLNumber is one of them.
    let others = |count: u8| -> Vec<_> {
        let id = |number| [0x06, 7, 0x2b, 6, 1, 5, 5, 0x63, number];
        (0..count).map(|number| extension(&id(number), false, b"\x05\x00")).collect()
    };
    let list = |count| List { extensions: others(count), ..List::new(&root) };
    assert_eq!(code(&root, &leaf(&root, &[]), &[&list(63)]), GOOD);
    assert_eq!(Crl::from_der(list(64).to_der()).unwrap_err().reason, Asn1Reason::TooLarge { limit: 64 });
}

#[test]
fn an_entry_that_cannot_be_read_is_told_by_its_place_in_the_list() {
    let root = root(ca("root"));
    let leaf = leaf(&root, &[]);
    let entries = [entry(&leaf, &[]), der::sequence(&[b"\x02\x01\x07\x05\x00"])];
    let list = List::new(&root).with(&entries).to_der();
    let broken = list.windows(2).position(|octets| octets == b"\x05\x00").unwrap();
    let error = Crl::from_der(list).unwrap_err();
    assert_eq!((error.field, error.offset), ("revocationDate", broken + 2));
}

/// After RUSTSEC-2026-0104: an empty BIT STRING, and others that are none.
#[test]
fn reasons_of_any_shape_are_no_panic() {
    let root = root(ca("root"));
    let leaf = leaf(&root, &[]);
    for reasons in [&b"\x83\x01\x00"[..], b"\x83\x02\x00\x00", b"\x83\x02\x07\x00"] {
        let list = List { scope: Some(reasons.to_vec()), ..List::new(&root) };
        assert_eq!(code(&root, &leaf, &[&list]), UNKNOWN, "{reasons:?}");
    }
    for reasons in [&b"\x83\x00"[..], b"\x83\x01\x01", b"\x83\x02\x08\x00", b"\x83\x02\xff\xff"] {
        let list = List { scope: Some(reasons.to_vec()), ..List::new(&root) };
        assert!(Crl::from_der(list.to_der()).is_err(), "{reasons:?}");
    }
}

#[test]
fn a_list_whose_every_entry_names_another_issuer_is_read_in_time_that_grows_with_it() {
    let root = root(ca("root"));
    let leaf = leaf(&root, &[]);
    let serial_number = tlv(0x02, &[7]);
    let entry = |number: usize| {
        let name = tlv(0x0c, format!("issuer {number}").as_bytes());
        let attribute = der::sequence(&[b"\x06\x03\x55\x04\x03", &name]);
        let name = der::sequence(&[&tlv(0x31, &attribute)]);
        let issuer = id_ce(29, true, &tlv(0x30, &tlv(0xa4, &name)));
        der::sequence(&[&serial_number, &january(2029), &tlv(0x30, &issuer)])
    };
    let entries: Vec<_> = (0..700).map(entry).collect();
    let list = List { scope: Some(b"\x84\x01\xff".to_vec()), ..List::new(&root).with(&entries) };
    assert_eq!(list.crl().entry_count(), 700);
    assert_eq!(code(&root, &leaf, &[&list]), GOOD);
}
