//! ClientHello, ServerHello and HelloRetryRequest.

use alloc::vec::Vec;

use super::checks::{assert_bounds, assert_codec, hex};
use crate::message::{
    CipherSuite, ClientHello, CodePoints, ExtensionList, ExtensionType, Extensions,
    HELLO_RETRY_REQUEST_RANDOM, ProtocolVersion, ServerHello, SupportedVersionsClientHello,
};
use crate::wire::{Decode, DecodeReason, Encode};

const SUITES: &[CipherSuite] = &[CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite(0x0a0a)];

fn client_hello<'a>(extensions: Extensions<'a>) -> ClientHello<'a> {
    ClientHello {
        legacy_version: ProtocolVersion::TLS12,
        random: [7; 32],
        legacy_session_id: &[1, 2, 3],
        cipher_suites: SUITES.into(),
        legacy_compression_methods: &[0],
        extensions,
    }
}

fn server_hello<'a>(extensions: Extensions<'a>) -> ServerHello<'a> {
    ServerHello {
        legacy_version: ProtocolVersion::TLS12,
        random: [9; 32],
        legacy_session_id_echo: &[1, 2, 3],
        cipher_suite: CipherSuite::TLS_AES_256_GCM_SHA384,
        legacy_compression_method: 0,
        extensions,
    }
}

/// One extension of a type that nobody knows, with a body so long that the block has `length` bytes.
fn block(length: usize) -> ExtensionList {
    let mut list = ExtensionList::new();
    if length > 0 {
        list.push_raw(ExtensionType(0x1234), &alloc::vec![5; length - 4]);
    }
    list
}

#[test]
fn client_hello_is_read_and_written_field_by_field() {
    let mut list = ExtensionList::new();
    let versions = [ProtocolVersion::TLS13];
    list.push(ExtensionType::SUPPORTED_VERSIONS, &SupportedVersionsClientHello::from(versions.as_slice()));
    let wire = [
        hex("0303"),
        alloc::vec![7; 32],
        hex("03 010203"),
        hex("0004 1301 0a0a"),
        hex("01 00"),
        hex("0007 002b 0003 02 0304"),
    ];
    let before_extensions = wire[..5].concat().len();
    assert_codec!(ClientHello, client_hello(list.as_extensions()), wire.concat(), complete_at: [before_extensions]);
}

#[test]
fn server_hello_is_read_and_written_field_by_field() {
    let mut list = ExtensionList::new();
    list.push_raw(ExtensionType::SUPPORTED_VERSIONS, &[3, 4]);
    let wire = [
        hex("0303"),
        alloc::vec![9; 32],
        hex("03 010203"),
        hex("1302"),
        hex("00"),
        hex("0006 002b 0002 0304"),
    ];
    let before_extensions = wire[..5].concat().len();
    assert_codec!(ServerHello, server_hello(list.as_extensions()), wire.concat(), complete_at: [before_extensions]);
}

#[test]
fn legacy_session_id_has_0_to_32_bytes() {
    assert_bounds("legacy_session_id", 0..=32, 1, |length| {
        let legacy_session_id = &alloc::vec![1; length];
        ClientHello::decode(
            &ClientHello { legacy_session_id, ..client_hello(Extensions::default()) }.to_bytes(),
        )
        .map(drop)
    });
    assert_bounds("legacy_session_id_echo", 0..=32, 1, |length| {
        let legacy_session_id_echo = &alloc::vec![1; length];
        ServerHello::decode(
            &ServerHello { legacy_session_id_echo, ..server_hello(Extensions::default()) }.to_bytes(),
        )
        .map(drop)
    });
}

#[test]
fn cipher_suites_have_2_to_65534_bytes_and_no_half_suite() {
    let decode = |length: usize| {
        let mut bytes = [hex("0303"), alloc::vec![7; 32], hex("00")].concat();
        bytes.extend(u16::try_from(length).expect("two bytes").to_be_bytes());
        bytes.extend(alloc::vec![0x13; length]);
        bytes.extend(hex("01 00"));
        ClientHello::decode(&bytes).map(drop)
    };
    assert_bounds("cipher_suites", 2..=0xfffe, 2, decode);
    let error = decode(5).expect_err("half a suite");
    assert_eq!((error.field, error.offset), ("cipher_suites", 35));
    assert_eq!(error.reason, DecodeReason::Ragged { length: 5, element: 2 });
}

#[test]
fn legacy_compression_methods_have_1_to_255_bytes() {
    assert_bounds("legacy_compression_methods", 1..=0xff, 1, |length| {
        let legacy_compression_methods = &alloc::vec![0; length];
        ClientHello::decode(
            &ClientHello { legacy_compression_methods, ..client_hello(Extensions::default()) }.to_bytes(),
        )
        .map(drop)
    });
}

/// The least block of TLS 1.3 has 7 bytes, the least of an older hello none.
#[test]
fn extensions_of_client_hello_have_up_to_65535_bytes() {
    assert_bounds("extensions", 0..=0xffff, 1, |length| {
        ClientHello::decode(&client_hello(block(length).as_extensions()).to_bytes()).map(drop)
    });
}

#[test]
fn extensions_of_server_hello_have_up_to_65535_bytes() {
    assert_bounds("extensions", 0..=0xffff, 1, |length| {
        ServerHello::decode(&server_hello(block(length).as_extensions()).to_bytes()).map(drop)
    });
}

/// RFC 9846 lowered the bound from 8 to 7: one version in `supported_versions` and nothing else.
#[test]
fn client_hello_with_an_extension_block_of_7_bytes_decodes() {
    let mut list = ExtensionList::new();
    list.push_raw(ExtensionType::SUPPORTED_VERSIONS, &hex("02 0304"));
    assert_eq!(list.as_extensions().len(), 7);
    let bytes = client_hello(list.as_extensions()).to_bytes();
    let hello = ClientHello::decode(&bytes).expect("a ClientHello");
    let versions: SupportedVersionsClientHello<'_> =
        hello.extensions.get().expect("versions").expect("there");
    assert!(versions.versions.contains(ProtocolVersion::TLS13));
}

#[test]
fn hellos_of_tls_1_2_decode_so_that_their_version_can_be_refused() {
    let mut renegotiation_info = ExtensionList::new();
    renegotiation_info.push_raw(ExtensionType::RENEGOTIATION_INFO, &[0]);
    for list in [ExtensionList::new(), renegotiation_info] {
        let bytes = client_hello(list.as_extensions()).to_bytes();
        let hello = ClientHello::decode(&bytes).expect("a ClientHello");
        assert_eq!(hello.extensions.find(ExtensionType::SUPPORTED_VERSIONS), None);
        let bytes = server_hello(list.as_extensions()).to_bytes();
        let hello = ServerHello::decode(&bytes).expect("a ServerHello");
        assert_eq!(hello.extensions.find(ExtensionType::SUPPORTED_VERSIONS), None);
    }
}

#[test]
fn hellos_without_an_extension_block_decode_with_no_extension() {
    let bytes = client_hello(Extensions::default()).to_bytes();
    let hello = ClientHello::decode(&bytes[..bytes.len() - 2]).expect("a ClientHello");
    assert!(hello.extensions.is_empty());
    let bytes = server_hello(Extensions::default()).to_bytes();
    let hello = ServerHello::decode(&bytes[..bytes.len() - 2]).expect("a ServerHello");
    assert!(hello.extensions.is_empty());
}

//= R-4.2.2-12 test
//= R-9.3-5 test
#[test]
fn unknown_and_grease_suites_stay_in_the_list_and_hide_no_other() {
    let suites: Vec<CipherSuite> =
        (0..=0xffff).step_by(0x0101).map(CipherSuite).chain([CipherSuite::TLS_AES_128_GCM_SHA256]).collect();
    let cipher_suites = CodePoints::from(suites.as_slice());
    let bytes = ClientHello { cipher_suites, ..client_hello(Extensions::default()) }.to_bytes();
    let hello = ClientHello::decode(&bytes).expect("a ClientHello");
    assert!(hello.cipher_suites.iter().eq(suites.iter().copied()));
    assert!(hello.cipher_suites.contains(CipherSuite::TLS_AES_128_GCM_SHA256));
}

//= R-4.2.3-11 test
#[test]
fn hello_retry_request_is_told_by_its_random_alone() {
    let hello = server_hello(Extensions::default());
    assert!(!hello.is_hello_retry_request());
    assert!(ServerHello { random: HELLO_RETRY_REQUEST_RANDOM, ..hello }.is_hello_retry_request());
    for bit in 0..256 {
        let mut random = HELLO_RETRY_REQUEST_RANDOM;
        random[bit / 8] ^= 1 << (bit % 8);
        assert!(!ServerHello { random, ..hello }.is_hello_retry_request(), "bit {bit}");
    }
}

/// RFC 9846 §4.2.3: 44 4F 57 4E 47 52 44 01 and … 00.
#[test]
fn downgrade_sentinels_are_the_last_eight_bytes_of_the_random() {
    let hello = server_hello(Extensions::default());
    for (last, is_sentinel) in [(0, true), (1, true), (2, false)] {
        let mut random = [9; 32];
        random[24..].copy_from_slice(&[0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, last]);
        assert_eq!(ServerHello { random, ..hello }.has_downgrade_sentinel(), is_sentinel, "{last}");
        random.rotate_left(1);
        assert!(!ServerHello { random, ..hello }.has_downgrade_sentinel(), "elsewhere");
    }
}
