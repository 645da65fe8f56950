//! What a person reads when a message does not decode.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ops::Range;

use super::checks::hex;
use crate::message::{
    Certificate, CertificateStatus, ClientHello, EarlyDataIndication, KeyShareClientHello, KeyUpdate,
    ServerNameEncryptedExtensions, SupportedVersionsClientHello,
};
use crate::wire::{Decode, DecodeError, FieldSink, Reader};

/// A ClientHello up to its extensions, which start at byte 43 with their length.
fn client_hello(extensions: &str) -> Vec<u8> {
    let extensions = hex(extensions);
    let length = u16::try_from(extensions.len()).expect("two bytes").to_be_bytes();
    let before = [hex("0303"), alloc::vec![7; 32], hex("00 0004 1301 1302 01 00")];
    [before.concat(), length.to_vec(), extensions].concat()
}

fn shown<T>(result: Result<T, DecodeError>) -> String {
    result.err().expect("an error").to_string()
}

#[test]
fn errors_of_a_message_name_message_field_and_place() {
    assert_eq!(shown(KeyUpdate::decode(&[])), "KeyUpdate.request_update at byte 0: bytes needed: 1, left: 0");
    assert_eq!(shown(KeyUpdate::decode(&[0, 0])), "KeyUpdate at byte 1: bytes left over: 1");
    let mut bytes = client_hello("");
    bytes[34] = 33;
    assert_eq!(
        shown(ClientHello::decode(&bytes)),
        "ClientHello.legacy_session_id at byte 34: length 33, expected 0 to 32"
    );
}

#[test]
fn errors_inside_an_extension_name_the_extension_and_its_place_in_the_message() {
    let bytes = client_hello("002b 0003 02 0304 0033 0006 0004 001d 0000");
    let hello = ClientHello::decode(&bytes).expect("a ClientHello");
    assert_eq!(
        shown(hello.extensions.get::<KeyShareClientHello<'_>>()),
        "key_share.key_exchange at byte 60: length 0, expected 1 to 65535"
    );
    assert_eq!(bytes[58..62], hex("001d 0000"), "the share starts at byte 58");
}

//= R-4.3-2 test
#[test]
fn a_byte_behind_the_structure_of_an_extension_is_an_error_of_that_extension() {
    let bytes = client_hello("002b 0004 02 0304 00 002a 0001 00 0000 0001 00");
    let hello = ClientHello::decode(&bytes).expect("a ClientHello");
    assert_eq!(
        shown(hello.extensions.get::<SupportedVersionsClientHello<'_>>()),
        "supported_versions.SupportedVersions at byte 52: bytes left over: 1"
    );
    assert_eq!(
        shown(hello.extensions.get::<EarlyDataIndication>()),
        "early_data.EarlyDataIndication at byte 57: bytes left over: 1"
    );
    assert_eq!(
        shown(hello.extensions.get::<ServerNameEncryptedExtensions>()),
        "server_name.ServerNameList at byte 62: bytes left over: 1"
    );
}

/// An extension that nobody asks for by its structure is not looked into.
#[test]
fn unknown_extensions_stay_opaque() {
    let bytes = client_hello("1234 0003 ffffff 002b 0003 02 0304");
    let hello = ClientHello::decode(&bytes).expect("a ClientHello");
    let versions = hello.extensions.get::<SupportedVersionsClientHello<'_>>().expect("versions");
    assert!(versions.is_some());
}

#[test]
fn an_extension_longer_than_its_block_is_named_if_it_has_a_name() {
    assert_eq!(
        shown(ClientHello::decode(&client_hello("0033 0005 00"))),
        "key_share.extension_data at byte 49: bytes needed: 5, left: 1"
    );
    assert_eq!(
        shown(ClientHello::decode(&client_hello("1234 0005 00"))),
        "ClientHello.extension_data at byte 49: bytes needed: 5, left: 1"
    );
}

#[test]
fn an_extension_of_a_later_entry_keeps_the_offsets_of_the_message() {
    let bytes = hex("00 000014 000001 aa 0000 000001 bb 0008 0005 0004 02 000000");
    let message = Certificate::decode(&bytes).expect("a Certificate");
    let entry = message.certificate_list.iter().nth(1).expect("two entries");
    assert_eq!(
        shown(entry.extensions.get::<CertificateStatus<'_>>()),
        "status_request.status_type at byte 20: value 2 is not allowed here"
    );
    assert_eq!(bytes[20], 2);
}

#[test]
fn a_sink_is_told_of_every_field_of_a_message_by_its_name_in_the_rfc() {
    struct Seen(RefCell<Vec<(&'static str, Range<usize>)>>);
    impl FieldSink for Seen {
        fn field(&self, name: &'static str, range: Range<usize>) {
            self.0.borrow_mut().push((name, range));
        }
    }
    let bytes = client_hello("002b 0003 02 0304");
    let seen = Seen(RefCell::default());
    ClientHello::read(&mut Reader::with_sink(&bytes, &seen)).expect("a ClientHello");
    let expected = [
        ("legacy_version", 0..2),
        ("random", 2..34),
        ("legacy_session_id", 35..35),
        ("cipher_suites", 37..41),
        ("legacy_compression_methods", 42..43),
        ("extensions", 45..52),
        ("extension_type", 45..47),
        ("extension_data", 49..52),
    ];
    assert_eq!(seen.0.borrow().as_slice(), expected);
}
