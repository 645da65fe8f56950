//! ECHConfigList and the extension `encrypted_client_hello` (RFC 9849 §4, §5).

use alloc::vec::Vec;

use super::checks::{assert_bounds, assert_codec, hex};
use crate::crypto::hpke::{HpkeAeadId, HpkeKdfId, HpkeKemId, HpkeSymmetricCipherSuite};
use crate::message::{
    EchClientHello, EchClientHelloOuter, EchConfig, EchConfigContents, EchConfigExtension,
    EchConfigExtensionType, EchConfigExtensions, EchConfigs, EchEncryptedExtensions, EchHelloRetryRequest,
    EchVersion, ExtensionType, HpkeKeyConfig, OuterExtensions,
};
use crate::wire::{Decode, DecodeReason, Encode};

const SUITE: HpkeSymmetricCipherSuite =
    HpkeSymmetricCipherSuite { kdf_id: HpkeKdfId::HKDF_SHA256, aead_id: HpkeAeadId::AES_128_GCM };

const CONTENTS: &str = "07 0020 0002 aabb 0004 0001 0001 10 03 612e62 0000";

fn contents<'a>() -> EchConfigContents<'a> {
    EchConfigContents {
        key_config: HpkeKeyConfig {
            config_id: 7,
            kem_id: HpkeKemId::DHKEM_X25519_HKDF_SHA256,
            public_key: &[0xaa, 0xbb],
            cipher_suites: [SUITE].as_slice().into(),
        },
        maximum_name_length: 16,
        public_name: b"a.b",
        extensions: EchConfigExtensions::default(),
    }
}

#[test]
fn ech_config_contents() {
    assert_codec!(EchConfigContents, contents(), hex(CONTENTS));
    assert_bounds("public_key", 1..=0xffff, 1, |length| {
        let public_key = alloc::vec![1; length];
        let key_config = HpkeKeyConfig { public_key: &public_key, ..contents().key_config };
        EchConfigContents::decode(&EchConfigContents { key_config, ..contents() }.to_bytes()).map(drop)
    });
    assert_bounds("cipher_suites", 4..=0xfffc, 4, |length| {
        let suites = alloc::vec![SUITE; length / 4];
        let key_config = HpkeKeyConfig { cipher_suites: suites.as_slice().into(), ..contents().key_config };
        let mut bytes = EchConfigContents { key_config, ..contents() }.to_bytes();
        // A length that is no multiple of a suite's is out of bounds first.
        let at = bytes.len() - 7 - length / 4 * 4 - 1;
        bytes[at - 1..=at].copy_from_slice(&u16::try_from(length).expect("two bytes").to_be_bytes());
        EchConfigContents::decode(&bytes).map(drop)
    });
    assert_bounds("public_name", 1..=0xff, 1, |length| {
        let public_name = alloc::vec![b'x'; length];
        EchConfigContents::decode(&EchConfigContents { public_name: &public_name, ..contents() }.to_bytes())
            .map(drop)
    });
}

#[test]
fn half_a_cipher_suite_is_ragged() {
    let error = EchConfigContents::decode(&hex("07 0020 0002 aabb 0006 0001 0001 0001 10 03 612e62 0000"))
        .expect_err("half a suite");
    assert_eq!(error.field, "cipher_suites");
    assert_eq!(error.reason, DecodeReason::Ragged { length: 6, element: 4 });
}

#[test]
fn ech_config_extensions_are_kept_whatever_their_type() {
    let extension = EchConfigExtension { extension_type: EchConfigExtensionType(0x8001), data: &[9] };
    assert_codec!(EchConfigExtension, extension, hex("8001 0001 09"));
    assert!(extension.extension_type.is_mandatory());
    assert!(!EchConfigExtensionType(0x7fff).is_mandatory());
    let written = extension.to_bytes();
    let extensions = EchConfigExtensions::from_contents(&written);
    let bytes = EchConfigContents { extensions, ..contents() }.to_bytes();
    let read = EchConfigContents::decode(&bytes).expect("a config");
    assert!(read.extensions.iter().eq([extension]));
}

#[test]
fn a_list_keeps_configs_of_unknown_versions_and_reads_into_those_of_its_own() {
    let ours = contents().to_config();
    assert_eq!(ours, hex(&alloc::format!("fe0d 0014 {CONTENTS}")));
    let strange = hex("fe0a 0003 010203");
    let list = [strange.as_slice(), &ours].concat();
    assert_codec!(
        EchConfig,
        EchConfig { version: EchVersion(0xfe0a), contents: None, bytes: &strange },
        strange.clone()
    );
    let first = EchConfig { version: EchVersion(0xfe0a), contents: None, bytes: &strange };
    let second = EchConfig { version: EchVersion::RFC9849, contents: Some(contents()), bytes: &ours };
    assert_codec!(EchConfigs, EchConfigs::from_contents(&list), [&hex("001f"), list.as_slice()].concat());
    let bytes = EchConfigs::from_contents(&list).to_bytes();
    let read: Vec<_> = EchConfigs::decode(&bytes).expect("a list").iter().collect();
    assert_eq!(read, [first, second]);
    assert_eq!(read[1].bytes, ours);
}

#[test]
fn a_list_without_a_config_is_out_of_bounds() {
    for (empty, length) in [("0000", 0), ("0003 fe0d00", 3)] {
        let error = EchConfigs::decode(&hex(empty)).expect_err("no config");
        assert_eq!(error.reason, DecodeReason::OutOfBounds { length, min: 4, max: 0xffff });
    }
}

#[test]
fn a_config_of_our_version_is_read_to_its_end() {
    let contents = hex(CONTENTS);
    for (bytes, trailing) in
        [([&hex("fe0d 0015"), contents.as_slice(), &[0]].concat(), true), (hex("fe0d 0001 07"), false)]
    {
        let error = EchConfig::decode(&bytes).expect_err("a config of another length");
        assert_eq!(matches!(error.reason, DecodeReason::TrailingBytes { count: 1 }), trailing, "{error}");
    }
}

#[test]
fn ech_client_hello() {
    let outer = EchClientHelloOuter { cipher_suite: SUITE, config_id: 7, enc: &[1, 2], payload: &[3] };
    assert_codec!(EchClientHello, EchClientHello::Outer(outer), hex("00 0001 0001 07 0002 0102 0001 03"));
    assert_codec!(EchClientHello, EchClientHello::Inner, hex("01"));
    assert_bounds("payload", 1..=0xffff, 1, |length| {
        let payload = alloc::vec![1; length];
        let outer = EchClientHello::Outer(EchClientHelloOuter { payload: &payload, ..outer });
        EchClientHello::decode(&outer.to_bytes()).map(drop)
    });
    // Of a type that is none, nobody knows what follows.
    assert_eq!(EchClientHello::decode(&[2, 3, 4]), Ok(EchClientHello::Unknown(2, &[3, 4])));
    assert_eq!(EchClientHello::Unknown(2, &[3, 4]).to_bytes(), [2, 3, 4]);
}

#[test]
fn what_servers_send() {
    let config = contents().to_config();
    let retry_configs = EchConfigs::from_contents(&config);
    let bytes = [&hex("0018"), config.as_slice()].concat();
    assert_codec!(EchEncryptedExtensions, EchEncryptedExtensions { retry_configs }, bytes);
    let confirmation = [1, 2, 3, 4, 5, 6, 7, 8];
    assert_codec!(EchHelloRetryRequest, EchHelloRetryRequest { confirmation }, hex("0102030405060708"));
}

#[test]
fn outer_extensions() {
    let types = [ExtensionType::KEY_SHARE, ExtensionType(0x0a0a)];
    assert_codec!(
        OuterExtensions,
        OuterExtensions { extension_types: types.as_slice().into() },
        hex("04 0033 0a0a")
    );
    assert_bounds("OuterExtensions", 2..=254, 2, |length| {
        let types = alloc::vec![ExtensionType::COOKIE; length / 2];
        let mut bytes = OuterExtensions { extension_types: types.as_slice().into() }.to_bytes();
        // An odd length is out of bounds first.
        bytes[0] = u8::try_from(length).expect("one byte");
        bytes.resize(length + 1, 0);
        OuterExtensions::decode(&bytes).map(drop)
    });
}
