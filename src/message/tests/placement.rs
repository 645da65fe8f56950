//! Which extension may stand where, against Table 1 of RFC 9846 §4.3 as typed again in `vectors/rfc9846/`.

use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::message::{
    ExtensionFault, ExtensionList, ExtensionType, ExtensionsOf, MAX_EXTENSIONS, check_extensions,
};

const MESSAGES: [(&str, ExtensionsOf); 7] = [
    ("CH", ExtensionsOf::ClientHello),
    ("SH", ExtensionsOf::ServerHello),
    ("EE", ExtensionsOf::EncryptedExtensions),
    ("CT", ExtensionsOf::Certificate),
    ("CR", ExtensionsOf::CertificateRequest),
    ("NST", ExtensionsOf::NewSessionTicket),
    ("HRR", ExtensionsOf::HelloRetryRequest),
];

/// The file's rows: type and the messages in which it may stand.
fn table() -> BTreeMap<u16, Vec<&'static str>> {
    let file = include_str!("../../../vectors/rfc9846/extensions.txt");
    let rows = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut table = BTreeMap::new();
    for row in rows {
        let (extension, messages) = row.split_once(") = ").expect(row);
        let (name, number) = extension.split_once('(').expect(row);
        let number = number.parse().expect(row);
        assert_eq!(ExtensionType(number).to_string(), name);
        let messages: Vec<_> = messages.split(", ").collect();
        assert!(messages.iter().all(|message| MESSAGES.iter().any(|(known, _)| known == message)), "{row}");
        assert_eq!(table.insert(number, messages), None, "{row} stands twice");
    }
    assert_eq!(table.len(), 31 + 3, "a row was lost");
    table
}

fn list(types: impl IntoIterator<Item = u16>) -> ExtensionList {
    let mut list = ExtensionList::new();
    types.into_iter().for_each(|number| list.push_raw(ExtensionType(number), &[]));
    list
}

fn check(
    place: ExtensionsOf,
    types: impl IntoIterator<Item = u16>,
    offered: bool,
) -> Result<(), ExtensionFault> {
    check_extensions(place, &list(types).as_extensions(), Some(&|_| offered))
}

//= R-4.3-7 test
//= R-4.3.5-1 test
//= R-4.3.6-2 test
//= R-4.3.9-6 test
//= R-4.4.1-2 test
#[test]
fn every_known_extension_stands_where_the_table_says_and_is_misplaced_elsewhere() {
    let mut cells = 0;
    for (number, messages) in table() {
        for (name, place) in MESSAGES {
            let misplaced = Err(ExtensionFault::Misplaced(ExtensionType(number)));
            let expected = if messages.contains(&name) { Ok(()) } else { misplaced };
            assert_eq!(check(place, [number], true), expected, "{} in {name}", ExtensionType(number));
            cells += 1;
        }
    }
    assert_eq!(cells, 34 * 7);
}

/// Requests are ignored when nobody knows them; an answer that nobody knows is one that nobody asked for.
//= R-4.2.2-17 test
//= R-4.4.2-7 test
//= R-4.7.1-16 test
//= R-9.3-5 test
//= R-9.3-6 test
#[test]
fn every_unknown_extension_is_ignored_in_a_request_and_unsolicited_in_a_response() {
    let table = table();
    let unknown: Vec<u16> = (0..=0xffff).filter(|number| !table.contains_key(number)).collect();
    assert_eq!(unknown.len(), 0x1_0000 - 34);
    for number in unknown {
        for (name, place) in MESSAGES {
            let unsolicited = Err(ExtensionFault::Unsolicited(ExtensionType(number)));
            let expected = if place.is_response() { unsolicited } else { Ok(()) };
            assert_eq!(check(place, [number], false), expected, "{number} in {name}");
        }
    }
}

//= R-4.3-6 test
//= R-4.2.4-3 test
//= R-4.5.1-6 test
//= R-4.5.1-7 test
#[test]
fn a_response_that_we_did_not_ask_for_is_unsolicited_but_for_a_cookie() {
    let mut responses = 0;
    for (number, messages) in table() {
        for (name, place) in MESSAGES.iter().filter(|(name, _)| messages.contains(name)) {
            let may_come_unasked =
                !place.is_response() || (*name, number) == ("HRR", ExtensionType::COOKIE.0);
            let unsolicited = Err(ExtensionFault::Unsolicited(ExtensionType(number)));
            let expected = if may_come_unasked { Ok(()) } else { unsolicited };
            assert_eq!(check(*place, [number], false), expected, "{} in {name}", ExtensionType(number));
            responses += usize::from(!may_come_unasked);
        }
    }
    assert_eq!(responses, 16 + 4 + 3 + 4, "EncryptedExtensions, ServerHello, HelloRetryRequest, Certificate");
}

//= R-4.3-3 test
//= R-4.3-4 test
#[test]
fn certificate_request_and_new_session_ticket_are_no_responses() {
    let responses: Vec<_> =
        MESSAGES.iter().filter(|(_, place)| place.is_response()).map(|(name, _)| *name).collect();
    assert_eq!(responses, ["SH", "EE", "CT", "HRR"]);
}

/// It may come from a client that would use it with an older version; nobody may answer it.
//= R-4.5.1.1-2 test
//= R-4.5.1.1-3 test
#[test]
fn status_request_v2_is_ignored_in_client_hello_and_refused_in_answers() {
    let status_request_v2 = ExtensionType::STATUS_REQUEST_V2;
    assert_eq!(check(ExtensionsOf::ClientHello, [status_request_v2.0], false), Ok(()));
    for place in [ExtensionsOf::EncryptedExtensions, ExtensionsOf::Certificate] {
        let refused = Err(ExtensionFault::Unsolicited(status_request_v2));
        assert_eq!(check(place, [status_request_v2.0], false), refused, "{place:?}");
    }
}

/// An extension that an embedder sends is no less solicited for being unknown here.
#[test]
fn an_unknown_response_that_we_asked_for_is_taken() {
    for (name, place) in MESSAGES {
        assert_eq!(check(place, [0x7a00], true), Ok(()), "{name}");
    }
}

#[test]
fn grease_is_ignored_in_a_request_and_never_an_answer_even_to_our_own() {
    let grease: Vec<u16> = (0..=0xffff).filter(|number| ExtensionType(*number).is_grease()).collect();
    assert_eq!(grease.len(), 16);
    for number in grease {
        for (name, place) in MESSAGES {
            let unsolicited = Err(ExtensionFault::Unsolicited(ExtensionType(number)));
            let expected = if place.is_response() { unsolicited } else { Ok(()) };
            assert_eq!(check(place, [number], true), expected, "{number:#06x} in {name}");
        }
    }
}

/// §4.4.1 has the client look for forbidden extensions, whoever asked for them.
#[test]
fn misplaced_goes_before_unsolicited() {
    let misplaced = Err(ExtensionFault::Misplaced(ExtensionType::OID_FILTERS));
    assert_eq!(check(ExtensionsOf::EncryptedExtensions, [ExtensionType::OID_FILTERS.0], false), misplaced);
}

//= R-4.3-9 test
#[test]
fn an_extension_that_stands_twice_is_a_duplicate_in_every_message() {
    let duplicates: Vec<u16> = table().into_keys().chain([0x7a00, 0x0a0a]).collect();
    for number in &duplicates {
        for (name, place) in MESSAGES {
            let duplicate = Err(ExtensionFault::Duplicate(ExtensionType(*number)));
            assert_eq!(check(place, [*number, *number], true), duplicate, "{number} in {name}");
            assert_eq!(
                check(place, [*number, 0x7a01, 0x7a02, *number], true),
                duplicate,
                "{number} in {name}"
            );
        }
    }
}

//= R-4.3-8 test
//= R-4.3.11-16 test
#[test]
fn pre_shared_key_is_last_in_client_hello_and_anywhere_in_server_hello() {
    let psk = ExtensionType::PRE_SHARED_KEY.0;
    let others = [ExtensionType::KEY_SHARE.0, ExtensionType::SUPPORTED_VERSIONS.0];
    for at in 0..=others.len() {
        let mut types = others.to_vec();
        types.insert(at, psk);
        let expected = if at == others.len() { Ok(()) } else { Err(ExtensionFault::NotLast) };
        assert_eq!(check(ExtensionsOf::ClientHello, types.clone(), true), expected, "place {at}");
        assert_eq!(check(ExtensionsOf::ServerHello, types, true), Ok(()), "place {at}");
    }
    assert_eq!(check(ExtensionsOf::ClientHello, [psk], true), Ok(()));
    assert_eq!(check(ExtensionsOf::ClientHello, [psk, 0x7a00], true), Err(ExtensionFault::NotLast));
}

#[test]
fn max_extensions_are_taken_and_one_more_is_too_many() {
    let many = |count: usize| (0x7000..).take(count);
    for (name, place) in MESSAGES {
        assert_eq!(check(place, many(MAX_EXTENSIONS), true), Ok(()), "{name}");
        assert_eq!(check(place, many(MAX_EXTENSIONS + 1), true), Err(ExtensionFault::TooMany), "{name}");
    }
}

#[test]
fn a_block_without_extensions_has_no_fault() {
    for (name, place) in MESSAGES {
        assert_eq!(check(place, [], false), Ok(()), "{name}");
    }
}

#[test]
fn faults_say_which_extension_and_what_is_wrong() {
    let key_share = ExtensionType::KEY_SHARE;
    let shown = |fault: ExtensionFault| fault.to_string();
    assert_eq!(shown(ExtensionFault::Duplicate(key_share)), "key_share stands twice");
    assert_eq!(shown(ExtensionFault::Misplaced(key_share)), "key_share must not stand here");
    assert_eq!(shown(ExtensionFault::Unsolicited(key_share)), "key_share answers nothing that was asked");
    assert_eq!(shown(ExtensionFault::NotLast), "pre_shared_key is not the last extension");
    assert_eq!(shown(ExtensionFault::TooMany), "more than 128 extensions");
}
