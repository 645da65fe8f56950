//! What RFC 5280 §4 asks of the form of certificates, under the profile that refuses whatever breaks it.

#![cfg(all(test, feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/der.rs"]
mod der;

use authority::{Authority, MID_2030, ca, intermediate, leaf, root, server};
use der::{fields, signed, tlv};
use handfast::crypto::ring;
use handfast::identity::ExpectedPeer;
use handfast::pki::{FindingCode, Judgement, Profile, Purpose, TrustAnchors, judge};
use handfast::time::Time;
use rcgen::{CertificateParams, CustomExtension, IsCa, KeyUsagePurpose};

/// What is found in a chain under this anchor, by a judge to whom every name is good.
fn found(profile: &Profile, anchor: &Authority, chain: &[&[u8]]) -> Result<(), Vec<FindingCode>> {
    let anchors = TrustAnchors::from_der(anchor.der()).unwrap();
    let (expected, provider) = (ExpectedPeer::any_under_anchors(), ring::provider());
    let time = Time::from_millis_since_1970(MID_2030);
    let mut judgement = Judgement::new(&anchors, &expected, Purpose::Server, time, &provider);
    judgement.profile = profile;
    let Err(refusal) = judge(chain, &judgement) else { return Ok(()) };
    Err(refusal.tried[0].findings.iter().map(|finding| finding.code).collect())
}

fn strictly(anchor: &Authority, chain: &[&[u8]]) -> Result<(), Vec<FindingCode>> {
    found(&Profile::strict_rfc5280(), anchor, chain)
}

/// The fields of a TBSCertificate of version 3.
const VERSION: usize = 0;
const SERIAL_NUMBER: usize = 1;
const VALIDITY: usize = 4;
const SUBJECT_PUBLIC_KEY_INFO: usize = 6;
const EXTENSIONS: usize = 7;

/// A server's certificate whose fields were changed before it was signed.
fn changed(issuer: &Authority, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let certificate = fields(&leaf(server("www.example"), issuer));
    let mut tbs = fields(&certificate[0]);
    change(&mut tbs);
    signed(&tlv(0x30, &tbs.concat()), issuer.key())
}

fn with(mut params: CertificateParams, oid: &[u64], content: &[u8], critical: bool) -> CertificateParams {
    let mut extension = CustomExtension::from_oid_content(oid, content.to_vec());
    extension.set_criticality(critical);
    params.custom_extensions.push(extension);
    params
}

//= R5280-4.1.2.1-1 test
//= R5280-4.1.2.1-2 test
//= R5280-4.1.2.1-4 test
//= R5280-4.1.2.1-5 test
//= R5280-4.1.2.8-1 test
//= R5280-4.1.2.8-2 test
//= R5280-4.1.2.8-4 test
//= R5280-4.1.2.9-1 test
#[test]
fn versions_are_1_to_3_and_have_the_fields_that_came_with_them() {
    let root = root(ca("root"));
    let judged = |version: Option<u8>, unique: bool, extensions: bool| {
        let leaf = changed(&root, |tbs| {
            if !extensions {
                tbs.truncate(EXTENSIONS);
            }
            if unique {
                tbs.insert(EXTENSIONS, tlv(0x81, &[0, 1]));
            }
            match version {
                Some(version) => tbs[VERSION] = vec![0xa0, 3, 2, 1, version],
                None => drop(tbs.remove(VERSION)),
            }
        });
        // Without extensions, and so without key identifiers.
        let strict = strictly(&root, &[&leaf]);
        let fits = strict.as_ref().map_or_else(|codes| !codes.contains(&FindingCode::Version), |()| true);
        assert!(found(&Profile::internal(), &root, &[&leaf]).is_ok() || version == Some(3), "{version:?}");
        fits
    };
    for (version, unique, extensions, fits) in [
        (None, false, false, true),
        (None, true, false, false),
        (None, false, true, false),
        (Some(1), false, false, true),
        (Some(1), true, false, true),
        (Some(1), false, true, false),
        (Some(2), false, false, true),
        (Some(2), true, true, true),
        (Some(2), false, true, true),
        (Some(3), false, true, false),
    ] {
        assert_eq!(judged(version, unique, extensions), fits, "{version:?} {unique} {extensions}");
    }
}

//= R5280-4.1.2.2-1 test
//= R5280-4.1.2.2-3 test
//= R5280-4.1.2.2-4 test
//= R5280-4.1.2.2-5 test
//= R5280-4.1.2.2-6 test
#[test]
fn serial_numbers_are_read_whatever_they_are_and_judged_by_sign_and_length() {
    let root = root(ca("root"));
    for (serial, fits) in [
        (&[1][..], true),
        (&[0x7f; 20], true),
        (&[0x7f; 21], false),
        (&[0x80], false),
        (&[0xff, 0x7f], false),
        (&[0], false),
    ] {
        let leaf = changed(&root, |tbs| tbs[SERIAL_NUMBER] = tlv(0x02, serial));
        let wrong = Err(vec![FindingCode::SerialNumber]);
        assert_eq!(strictly(&root, &[&leaf]), if fits { Ok(()) } else { wrong }, "{serial:?}");
        assert_eq!(found(&Profile::internal(), &root, &[&leaf]), Ok(()));
    }
}

//= R5280-4.1.2.5-1 test
//= R5280-4.1.2.5-2 test
//= R5280-4.1.2.5-3 test
//= R5280-4.1.2.5.1-1 test
//= R5280-4.1.2.5.2-2 test
#[test]
fn dates_are_of_the_type_that_their_year_asks_for() {
    let root = root(ca("root"));
    let (utc, general) = (|text: &str| tlv(0x17, text.as_bytes()), |text: &str| tlv(0x18, text.as_bytes()));
    for (not_before, not_after, codes) in [
        (utc("250101000000Z"), utc("491231235959Z"), Ok(())),
        (utc("250101000000Z"), general("20500101000000Z"), Ok(())),
        (utc("500101000000Z"), general("99991231235959Z"), Ok(())),
        (utc("250101000000Z"), general("20491231235959Z"), Err(vec![FindingCode::TimeType])),
        (general("20250101000000Z"), utc("490101000000Z"), Err(vec![FindingCode::TimeType])),
        (utc("250101000000Z"), general("20500101000000.5Z"), Err(vec![FindingCode::Malformed])),
        (utc("2501010000Z"), utc("490101000000Z"), Err(vec![FindingCode::Malformed])),
        (utc("250101000000+0000"), utc("490101000000Z"), Err(vec![FindingCode::Malformed])),
    ] {
        let leaf = changed(&root, |tbs| tbs[VALIDITY] = tlv(0x30, &[not_before, not_after].concat()));
        assert_eq!(strictly(&root, &[&leaf]), codes);
    }
}

//= R5280-4.2.1.3-1 test
//= R5280-4.2.1.11-4 test
//= R5280-4.2.1.11-6 test
//= R5280-4.2.1.14-1 test
#[test]
fn extensions_of_cas_are_there_and_critical_as_they_must_be() {
    let root = root(ca("root"));
    let below = |params| {
        let middle = intermediate(params, &root);
        let leaf = leaf(server("www.example"), &middle);
        strictly(&root, &[&leaf, middle.der()])
    };
    let wrong = |code| Err(vec![code]);
    assert_eq!(below(ca("middle")), Ok(()));
    let mut without_usage = ca("middle");
    without_usage.key_usages.clear();
    assert_eq!(below(without_usage), wrong(FindingCode::KeyUsage));
    let inhibit_any_policy = |critical| with(ca("middle"), &[2, 5, 29, 54], &[2, 1, 0], critical);
    assert_eq!(below(inhibit_any_policy(true)), Ok(()));
    assert_eq!(below(inhibit_any_policy(false)), wrong(FindingCode::Criticality));
    let policy_constraints =
        |content: &[u8], critical| with(ca("middle"), &[2, 5, 29, 36], content, critical);
    assert_eq!(below(policy_constraints(&[0x30, 3, 0x81, 1, 0], true)), Ok(()));
    assert_eq!(below(policy_constraints(&[0x30, 3, 0x81, 1, 0], false)), wrong(FindingCode::Criticality));
    assert_eq!(below(policy_constraints(&[0x30, 0], true)), wrong(FindingCode::PolicyConstraintsEmpty));
}

//= R5280-4.2.1.2-7 test
//= R5280-4.2.1.3-3 test
//= R5280-4.2.1.3-7 test
//= R5280-4.2.1.9-3 test
//= R5280-4.2.1.9-6 test
//= R5280-4.2.1.9-7 test
//= R5280-4.2.1.12-2 test
//= R5280-4.2.1.4-2 test
#[test]
fn extensions_of_end_entities_are_what_they_may_be() {
    let root = root(ca("root"));
    let judged = |params| strictly(&root, &[&leaf(params, &root)]);
    let wrong = |code| Err(vec![code]);
    let basic = |content: &[u8], critical| {
        let mut params = with(server("www.example"), &[2, 5, 29, 19], content, critical);
        params.is_ca = IsCa::NoCa;
        params
    };
    assert_eq!(judged(basic(&[0x30, 0], true)), Ok(()));
    assert_eq!(judged(basic(&[0x30, 0], false)), Ok(()));
    assert_eq!(judged(basic(&[0x30, 3, 2, 1, 0], true)), wrong(FindingCode::CaOnly));
    assert_eq!(judged(basic(&[0x30, 3, 2, 1, 0xff], true)), wrong(FindingCode::ExtensionMalformed));
    let key_identifier = |critical| with(server("www.example"), &[2, 5, 29, 14], &[4, 1, 7], critical);
    assert_eq!(judged(key_identifier(false)), Ok(()));
    assert_eq!(judged(key_identifier(true)), wrong(FindingCode::Criticality));
    let mut signing = server("www.example");
    signing.key_usages.push(KeyUsagePurpose::KeyCertSign);
    assert_eq!(judged(signing), wrong(FindingCode::CaOnly));
    let mut no_usage = server("www.example");
    no_usage.key_usages.clear();
    let no_usage = with(no_usage, &[2, 5, 29, 15], &[3, 1, 0], true);
    assert!(judged(no_usage).is_err_and(|codes| codes.contains(&FindingCode::KeyUsage)));
    let policies = |content: &[u8]| with(server("www.example"), &[2, 5, 29, 32], &tlv(0x30, content), false);
    let policy = |number| vec![0x30, 5, 6, 3, 0x88, 0x37, number];
    assert_eq!(judged(policies(&[policy(1), policy(2)].concat())), Ok(()));
    assert_eq!(
        judged(policies(&[policy(1), policy(1)].concat())),
        wrong(FindingCode::ExtensionMalformed),
        "a policy twice"
    );
    let purposes = |critical| {
        let mut params = server("www.example");
        params.extended_key_usages.clear();
        let server_auth = b"\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01";
        with(params, &[2, 5, 29, 37], server_auth, critical)
    };
    assert_eq!((judged(purposes(true)), judged(purposes(false))), (Ok(()), Ok(())));
}

//= R5280-4.2.1.6-1 test
//= R5280-4.2.1.6-7 test
//= R5280-4.2.1.6-9 test
//= R5280-4.2.1.6-10 test
//= R5280-4.2.1.6-11 test
//= R5280-4.2.1.6-12 test
//= R5280-4.2.1.6-13 test
//= R5280-4.2.1.6-15 test
//= R5280-4.2.1.6-16 test
//= R5280-4.2.1.6-21 test
//= R5280-4.2.1.6-23 test
//= R5280-4.2.1.6-24 test
#[test]
fn alternative_names_may_be_several_and_each_is_of_its_form() {
    let root = root(ca("root"));
    let judged = |names: &[u8]| {
        let mut params = server("www.example");
        params.subject_alt_names.clear();
        strictly(&root, &[&leaf(with(params, &[2, 5, 29, 17], &tlv(0x30, names), false), &root)])
    };
    let wrong = Err(vec![FindingCode::SubjectAltName]);
    let (dns, mail, uri, address) = (0x82, 0x81, 0x86, 0x87);
    let several = [tlv(dns, b"a.example"), tlv(dns, b"b.example"), tlv(mail, b"x@a.example")].concat();
    assert_eq!(judged(&several), Ok(()));
    let other = tlv(0xa0, &[6, 3, 0x2a, 3, 4, 0xa0, 2, 5, 0]);
    assert_eq!(judged(&[several, other].concat()), Ok(()));
    for (tag, name, fits) in [
        (dns, &b"*.a.example"[..], true),
        (dns, b" ", false),
        (dns, b"", false),
        (dns, b"a..example", false),
        (mail, b"a.example", false),
        (mail, b"", false),
        (uri, b"https://a.example/", true),
        (uri, b"/relative", false),
        (uri, b"", false),
        (address, &[192, 0, 2, 1], true),
        (address, &[192, 0, 2], false),
        (address, &[0; 16], true),
        (address, &[0; 32], false),
    ] {
        let expected = if fits { Ok(()) } else { wrong.clone() };
        assert_eq!(judged(&tlv(tag, name)), expected, "{tag:#x} {}", name.escape_ascii());
    }
    assert_eq!(judged(&[]), Err(vec![FindingCode::ExtensionMalformed]));
}

//= R5280-4.2.1.10-8 test
#[test]
fn constraints_with_a_minimum_or_a_maximum_refuse() {
    let root = root(ca("root"));
    for (limits, codes) in [
        (&[][..], Ok(())),
        (&[0x80, 1, 1], Err(vec![FindingCode::ConstraintMalformed])),
        (&[0x81, 1, 9], Err(vec![FindingCode::ConstraintMalformed])),
    ] {
        let subtree = tlv(0x30, &[&tlv(0x82, b"example"), limits].concat());
        let constraints = tlv(0x30, &tlv(0xa0, &subtree));
        let middle = intermediate(with(ca("middle"), &[2, 5, 29, 30], &constraints, true), &root);
        let leaf = leaf(server("www.example"), &middle);
        assert_eq!(found(&Profile::internal(), &root, &[&leaf, middle.der()]), codes, "{limits:?}");
    }
}

//= R-C.2-1 test
#[test]
fn the_largest_rsa_key_has_8192_bits() {
    let root = root(ca("root"));
    // A positive INTEGER whose highest bit is the last of so many.
    let modulus = |bits: usize| {
        let mut modulus = vec![0; bits / 8 + 1];
        modulus[0] = u8::from(bits % 8 == 1);
        modulus[1] |= if bits % 8 == 1 { 0 } else { 0x80 };
        *modulus.last_mut().unwrap() |= 1;
        tlv(0x02, &modulus)
    };
    for (bits, refused) in [(8192, false), (8193, true)] {
        let key = tlv(0x30, &[modulus(bits), tlv(0x02, &[1, 0, 1])].concat());
        let rsa_encryption = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
        let key = [rsa_encryption.to_vec(), tlv(0x03, &[&[0], key.as_slice()].concat())].concat();
        let leaf = changed(&root, |tbs| tbs[SUBJECT_PUBLIC_KEY_INFO] = tlv(0x30, &key));
        let codes = found(&Profile::internal(), &root, &[&leaf]);
        assert_eq!(codes, if refused { Err(vec![FindingCode::KeyTooLarge]) } else { Ok(()) }, "{bits}");
    }
}
