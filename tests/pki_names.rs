//! Names that mean to be taken for others: in subjectAltName and in SPIFFE ids, of servers and of clients (RFC 9525).

#![cfg(all(test, feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/der.rs"]
mod der;

use std::net::IpAddr;

use authority::{Authority, MID_2030, ca, named, root};
use der::tlv;
use handfast::crypto::ring;
use handfast::identity::ExpectedPeer;
use handfast::pki::{Accepted, FindingCode, Judgement, Purpose, TrustAnchors, judge};
use handfast::time::Time;
use rcgen::{CustomExtension, DnType};

/// dNSName, rfc822Name, uniformResourceIdentifier and iPAddress.
const DNS: u8 = 0x82;
const MAIL: u8 = 0x81;
const URI: u8 = 0x86;
const IP: u8 = 0x87;

/// A certificate with these octets as its names, whatever they are.
fn leaf(names: &[(u8, &[u8])], root: &Authority) -> Vec<u8> {
    let mut params = named("www.example");
    let names: Vec<u8> = names.iter().flat_map(|(tag, octets)| tlv(*tag, octets)).collect();
    if !names.is_empty() {
        params.custom_extensions.push(CustomExtension::from_oid_content(&[2, 5, 29, 17], tlv(0x30, &names)));
    }
    authority::leaf(params, root)
}

fn judged(
    root: &Authority,
    purpose: Purpose,
    expected: &ExpectedPeer,
    leaf: &[u8],
) -> Result<Accepted, FindingCode> {
    let anchors = TrustAnchors::from_der(root.der()).unwrap();
    let provider = ring::provider();
    let time = Time::from_millis_since_1970(MID_2030);
    judge(&[leaf], &Judgement::new(&anchors, expected, purpose, time, &provider))
        .map_err(|refusal| refusal.code())
}

/// Is a certificate with this one name taken for the peer, as a server and as a client?
fn taken(root: &Authority, expected: &ExpectedPeer, name: (u8, &[u8])) -> (bool, bool) {
    let leaf = leaf(&[name], root);
    let is_taken = |purpose| match judged(root, purpose, expected, &leaf) {
        Ok(_) => true,
        Err(code) => {
            assert_eq!(code, FindingCode::NameMismatch, "{}", name.1.escape_ascii());
            false
        }
    };
    (is_taken(Purpose::Server), is_taken(Purpose::Client))
}

#[test]
fn what_only_looks_like_the_dns_name_is_not_it() {
    let root = root(ca("root"));
    let expected = ExpectedPeer::dns("www.example.com").unwrap();
    for (presented, both) in [
        (&b"www.example.com"[..], (true, true)),
        (b"WWW.Example.COM", (true, true)),
        // A wildcard is no client.
        (b"*.example.com", (true, false)),
        (b"*.EXAMPLE.com", (true, false)),
        // A dot behind, an empty label.
        (b"www.example.com.", (false, false)),
        (b".www.example.com", (false, false)),
        (b"www..example.com", (false, false)),
        (b"", (false, false)),
        // NUL and what is not ASCII.
        (b"www.example.com\0", (false, false)),
        (b"www.example.com\0.evil.example", (false, false)),
        (b"www.ex\xe4mple.com", (false, false)),
        (b"www.example.com\xc2\xa0", (false, false)),
        (b"www.ex\xd0\xb0mple.com", (false, false)),
        // White space, ports, URLs.
        (b" www.example.com", (false, false)),
        (b"www.example.com:443", (false, false)),
        (b"https://www.example.com", (false, false)),
        // Wildcards elsewhere, in part, several, or for no label or two.
        (b"*", (false, false)),
        (b"*.com", (false, false)),
        (b"**.example.com", (false, false)),
        (b"w*.example.com", (false, false)),
        (b"*w.example.com", (false, false)),
        (b"www.*.com", (false, false)),
        (b"*.*.com", (false, false)),
        (b"*.www.example.com", (false, false)),
    ] {
        assert_eq!(taken(&root, &expected, (DNS, presented)), both, "{}", presented.escape_ascii());
    }
    // In an entry of another form.
    for form in [MAIL, URI, IP] {
        let leaf = leaf(&[(form, b"www.example.com")], &root);
        assert!(judged(&root, Purpose::Server, &expected, &leaf).is_err(), "{form:x}");
    }
}

#[test]
fn an_idn_is_compared_by_its_a_labels() {
    let root = root(ca("root"));
    let expected = ExpectedPeer::dns("xn--bcher-kva.example").unwrap();
    assert!(ExpectedPeer::dns("bücher.example").is_err());
    for (presented, both) in [
        (&b"xn--bcher-kva.example"[..], (true, true)),
        (b"XN--BCHER-KVA.example", (true, true)),
        (b"*.example", (true, false)),
        ("bücher.example".as_bytes(), (false, false)),
        (b"b\xfccher.example", (false, false)),
        (b"xn--*.example", (false, false)),
        (b"xn--bcher-kv*.example", (false, false)),
    ] {
        assert_eq!(taken(&root, &expected, (DNS, presented)), both, "{}", presented.escape_ascii());
    }
}

#[test]
fn an_address_is_known_by_ip_address_entries_alone() {
    let root = root(ca("root"));
    let address = |text: &str| ExpectedPeer::ip(text.parse::<IpAddr>().unwrap());
    assert!(ExpectedPeer::dns("192.0.2.7").is_err());
    let mapped = [&[0; 10][..], &[0xff, 0xff, 192, 0, 2, 7]].concat();
    for (name, both) in [
        ((IP, &[192, 0, 2, 7][..]), (true, true)),
        ((DNS, b"192.0.2.7"), (false, false)),
        ((DNS, b"*.0.2.7"), (false, false)),
        ((URI, b"https://192.0.2.7/"), (false, false)),
        ((IP, b"192.0.2.7"), (false, false)),
        ((IP, &[192, 0, 2]), (false, false)),
        ((IP, &[192, 0, 2, 7, 255, 255, 255, 255]), (false, false)),
        ((IP, &mapped), (false, false)),
    ] {
        assert_eq!(taken(&root, &address("192.0.2.7"), name), both, "{name:x?}");
    }
    assert_eq!(taken(&root, &address("::ffff:192.0.2.7"), (IP, &mapped)), (true, true));
}

#[test]
fn the_common_name_is_nobodys_name() {
    let root = root(ca("root"));
    let expected = ExpectedPeer::dns("www.example").unwrap();
    let mut params = named("www.example");
    params.distinguished_name.push(DnType::OrganizationName, "www.example");
    for leaf in [leaf(&[], &root), leaf(&[(DNS, b"other.example")], &root), authority::leaf(params, &root)] {
        let code = judged(&root, Purpose::Server, &expected, &leaf).map(|accepted| accepted.findings);
        assert_eq!(code, Err(FindingCode::NameMismatch));
    }
}

#[test]
fn a_mailbox_has_its_host_in_any_case_and_its_local_part_in_one() {
    let root = root(ca("root"));
    let expected = ExpectedPeer::mailbox("ann@mail.example").unwrap();
    for (presented, is_taken) in [
        (&b"ann@mail.example"[..], true),
        (b"ann@MAIL.example", true),
        (b"Ann@mail.example", false),
        (b"ann@mail.example.", false),
        (b"ann@mail.example\0", false),
        (b"*@mail.example", false),
        (b"ann@*.example", false),
        (b"\"ann\"@mail.example", false),
        (b"ann@other@mail.example", false),
        (b"<ann@mail.example>", false),
    ] {
        assert_eq!(
            taken(&root, &expected, (MAIL, presented)),
            (is_taken, is_taken),
            "{}",
            presented.escape_ascii()
        );
    }
}

#[test]
fn what_only_looks_like_the_spiffe_id_is_not_it() {
    let root = root(ca("root"));
    let (id, domain) = (
        ExpectedPeer::spiffe_id("spiffe://prod.example/web").unwrap(),
        ExpectedPeer::spiffe_trust_domain("prod.example").unwrap(),
    );
    assert_eq!(taken(&root, &id, (URI, b"spiffe://prod.example/web")), (true, true));
    assert_eq!(taken(&root, &domain, (URI, b"spiffe://prod.example/db")), (true, true));
    for uri in [
        // Query, fragment, percent-encoding, upper case.
        &b"spiffe://prod.example/web?"[..],
        b"spiffe://prod.example/web?x=y",
        b"spiffe://prod.example/web#f",
        b"spiffe://prod.example/%77eb",
        b"spiffe://Prod.example/web",
        b"SPIFFE://prod.example/web",
        // User information, port, address, and other schemes.
        b"spiffe://user@prod.example/web",
        b"spiffe://user:secret@prod.example/web",
        b"spiffe://prod.example:443/web",
        b"spiffe://192.0.2.7:1/web",
        b"https://prod.example/web",
        // Segments, wildcards and octets that no id has.
        b"spiffe://prod.example/web/",
        b"spiffe://prod.example//web",
        b"spiffe://prod.example/./web",
        b"spiffe://prod.example/db/../web",
        b"spiffe://*.example/web",
        b"spiffe://prod.example/*",
        b"spiffe://prod.example/web\0",
        b"spiffe://prod.example/w\xc3\xa9b",
        b"spiffe:/prod.example/web",
        b"",
    ] {
        for expected in [&id, &domain] {
            assert_eq!(taken(&root, expected, (URI, uri)), (false, false), "{}", uri.escape_ascii());
        }
        let anyone = ExpectedPeer::any_under_anchors();
        let accepted = judged(&root, Purpose::Client, &anyone, &leaf(&[(URI, uri)], &root)).unwrap();
        assert_eq!(accepted.identity.spiffe_id, None, "{}", uri.escape_ascii());
    }
    // In an entry of another form.
    for form in [DNS, MAIL] {
        assert_eq!(taken(&root, &id, (form, b"spiffe://prod.example/web")), (false, false), "{form:x}");
    }
}

#[test]
fn two_uris_are_no_spiffe_id_whatever_the_second_is() {
    let root = root(ca("root"));
    let id = ExpectedPeer::spiffe_id("spiffe://prod.example/web").unwrap();
    let own: (u8, &[u8]) = (URI, b"spiffe://prod.example/web");
    for (other, is_taken) in [
        (own, false),
        ((URI, &b"spiffe://prod.example/db"[..]), false),
        ((URI, b"https://prod.example/"), false),
        ((URI, b"\xff"), false),
        ((DNS, b"www.example"), true),
    ] {
        for names in [[own, other], [other, own]] {
            let verdict = judged(&root, Purpose::Client, &id, &leaf(&names, &root));
            assert_eq!(verdict.is_ok(), is_taken, "{}", other.1.escape_ascii());
        }
    }
}

#[test]
fn eight_names_are_shown_where_none_is_expected_and_the_others_counted() {
    let root = root(ca("root"));
    let anchors = TrustAnchors::from_der(root.der()).unwrap();
    let expected = ExpectedPeer::dns("db.example").unwrap();
    let found = |count: usize| {
        let names: Vec<String> = (1..=count).map(|number| format!("n{number}.example")).collect();
        let names: Vec<_> = names.iter().map(|name| (DNS, name.as_bytes())).collect();
        let (leaf, provider) = (leaf(&names, &root), ring::provider());
        let time = Time::from_millis_since_1970(MID_2030);
        let judgement = Judgement::new(&anchors, &expected, Purpose::Client, time, &provider);
        judge(&[&leaf], &judgement).unwrap_err().deciding.found
    };
    assert!(found(8).ends_with("n7.example, dNSName n8.example"), "{}", found(8));
    assert!(found(9).ends_with("n8.example, 1 more"), "{}", found(9));
    assert!(found(1000).ends_with("n8.example, 992 more"), "{}", found(1000));
}
