//! Code points: numbers, names, GREASE.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::message::{
    CertificateType, CipherSuite, ExtensionType, HandshakeType, KeyUpdateRequest, NamedGroup,
    ProtocolVersion, PskKeyExchangeMode, SignatureScheme,
};

#[test]
fn code_points_show_their_names_as_the_rfcs_write_them() {
    assert_eq!(HandshakeType::CERTIFICATE_VERIFY.to_string(), "certificate_verify");
    assert_eq!(CipherSuite::TLS_AES_128_GCM_SHA256.to_string(), "TLS_AES_128_GCM_SHA256");
    assert_eq!(NamedGroup::SECP256R1.to_string(), "secp256r1");
    assert_eq!(NamedGroup::X25519MLKEM768.to_string(), "X25519MLKEM768");
    assert_eq!(SignatureScheme::RSA_PSS_RSAE_SHA256.to_string(), "rsa_pss_rsae_sha256");
    assert_eq!(ExtensionType::KEY_SHARE.to_string(), "key_share");
    assert_eq!(CertificateType::RAW_PUBLIC_KEY.to_string(), "RawPublicKey");
    assert_eq!(KeyUpdateRequest::UPDATE_REQUESTED.to_string(), "update_requested");
    assert_eq!(ProtocolVersion::TLS13.to_string(), "TLS 1.3");
    assert_eq!(ExtensionType(0x0a0a).to_string(), "ExtensionType(0x0a0a)");
    assert_eq!(PskKeyExchangeMode(0x0b).to_string(), "PskKeyExchangeMode(0x0b)");
}

/// The list of RFC 8701 §2, typed again.
const GREASE: [u16; 16] = [
    0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a, 0x8a8a, 0x9a9a, 0xaaaa, 0xbaba, 0xcaca,
    0xdada, 0xeaea, 0xfafa,
];

#[test]
fn the_16_numbers_of_rfc_8701_are_grease_and_no_other() {
    let grease = |is_grease: &dyn Fn(u16) -> bool| {
        (0..=0xffff).filter(|number| is_grease(*number)).collect::<Vec<_>>()
    };
    assert_eq!(grease(&|number| CipherSuite(number).is_grease()), GREASE);
    assert_eq!(grease(&|number| ExtensionType(number).is_grease()), GREASE);
    assert_eq!(grease(&|number| NamedGroup(number).is_grease()), GREASE);
    assert_eq!(grease(&|number| ProtocolVersion(number).is_grease()), GREASE);
    assert_eq!(grease(&|number| SignatureScheme(number).is_grease()), GREASE);
}

#[test]
fn the_8_psk_key_exchange_modes_of_rfc_8701_are_grease_and_no_other() {
    let modes: Vec<u8> = (0..=0xff).filter(|mode| PskKeyExchangeMode(*mode).is_grease()).collect();
    assert_eq!(modes, [0x0b, 0x2a, 0x49, 0x68, 0x87, 0xa6, 0xc5, 0xe4]);
}

#[test]
fn no_grease_value_has_a_name() {
    for number in GREASE {
        assert_eq!(CipherSuite(number).name(), None);
        assert_eq!(ExtensionType(number).name(), None);
        assert_eq!(NamedGroup(number).name(), None);
        assert_eq!(ProtocolVersion(number).name(), None);
        assert_eq!(SignatureScheme(number).name(), None);
    }
}

#[test]
fn every_suite_with_an_aead_has_a_hash_and_the_other_way_round() {
    let with_aead = (0..=0xffff).map(CipherSuite).filter(|suite| suite.aead().is_some());
    let with_hash = (0..=0xffff).map(CipherSuite).filter(|suite| suite.hash().is_some());
    let suites: Vec<CipherSuite> = with_aead.collect();
    assert!(with_hash.eq(suites.iter().copied()));
    assert_eq!(suites.len(), 5);
}

/// The ranges that B.3.1.4 calls obsolete_RESERVED, and 0.
//= R-B.3.1.4-1 test
#[test]
fn no_key_exchange_is_named_by_a_reserved_group() {
    let reserved = (0..=0x0016).chain(0x001a..=0x001c).chain(0xff01..=0xff02);
    for group in reserved.map(NamedGroup) {
        assert_eq!((group.key_exchange(), group.name()), (None, None));
    }
}

/// The numbers that B.3.1.3 reserves: MD5, SHA-224, DSA and older pairs of hash and signature.
//= R-4.3.3-20 test
//= R-4.3.3-21 test
#[test]
fn no_scheme_in_use_is_a_reserved_one() {
    let reserved = [
        0x0000..=0x0200,
        0x0202..=0x0202,
        0x0204..=0x0400,
        0x0402..=0x0402,
        0x0404..=0x0500,
        0x0502..=0x0502,
        0x0504..=0x0600,
        0x0602..=0x0602,
        0x0604..=0x06ff,
    ];
    let used: Vec<SignatureScheme> =
        SignatureScheme::for_certificate_verify().chain(SignatureScheme::for_certificates()).collect();
    assert!(!used.is_empty());
    for scheme in used {
        assert!(reserved.iter().all(|range| !range.contains(&scheme.0)), "{scheme}");
    }
}

#[test]
fn a_group_and_its_key_exchange_name_each_other() {
    let groups: Vec<NamedGroup> =
        (0..=0xffff).map(NamedGroup).filter(|group| group.key_exchange().is_some()).collect();
    assert!(!groups.is_empty());
    for group in groups {
        assert_eq!(group.key_exchange().map(NamedGroup::from), Some(group));
    }
}

//= R-4.3.3-6 test
//= R-4.3.3-13 test
//= R-4.3.3-14 test
#[test]
fn rsa_pkcs1_stands_in_certificates_only_and_sha1_nowhere() {
    let in_certificates: Vec<SignatureScheme> = SignatureScheme::for_certificates().collect();
    for scheme in [
        SignatureScheme::RSA_PKCS1_SHA256,
        SignatureScheme::RSA_PKCS1_SHA384,
        SignatureScheme::RSA_PKCS1_SHA512,
    ] {
        assert!(!scheme.in_certificate_verify(), "{scheme}");
        assert!(in_certificates.contains(&scheme), "{scheme}");
    }
    for scheme in [SignatureScheme::RSA_PKCS1_SHA1, SignatureScheme::ECDSA_SHA1] {
        assert!(!scheme.in_certificate_verify(), "{scheme}");
        assert!(!in_certificates.contains(&scheme), "{scheme}");
        assert_eq!(scheme.algorithm(), None);
    }
    assert!(SignatureScheme::for_certificate_verify().all(|scheme| in_certificates.contains(&scheme)));
}

/// The numbers that B.3 calls RESERVED, and those that it does not name.
//= R-B-1 test
#[test]
fn handshake_types_of_older_versions_have_no_name() {
    let named: Vec<u8> = (0..=u8::MAX).filter(|number| HandshakeType(*number).name().is_some()).collect();
    let reserved = [0, 3, 6, 9, 12, 14, 16, 21, 22, 23];
    assert!(reserved.iter().all(|number| !named.contains(number)), "{named:?}");
    for extension in [40, 46] {
        assert_eq!(ExtensionType(extension).name(), None);
    }
}
