//! The bodies of extensions that have no test file of their own.

use alloc::vec::Vec;

use super::checks::{assert_bounds, assert_codec, hex, opaque_strings};
use crate::message::{
    CertWithExternPsk, CertificateAuthorities, CertificateCompressionAlgorithm,
    CertificateCompressionAlgorithms, CertificateType, ClientCertificateType, ClientCertificateTypes,
    ClientTicketRequest, Cookie, DelegatedCredential, DelegatedCredentialSchemes, EarlyDataIndication,
    EarlyDataNewSessionTicket, KeyShareClientHello, KeyShareEntry, KeyShareHelloRetryRequest,
    KeyShareServerHello, NamedGroup, OidFilter, OidFilters, PostHandshakeAuth, ProtocolNameList,
    ProtocolVersion, PskKeyExchangeMode, PskKeyExchangeModes, RecordSizeLimit, ServerCertificateType,
    ServerCertificateTypes, ServerTicketRequestHint, SignatureScheme, SignatureSchemeList,
    SignatureSchemeListCert, SignedCertificateTimestampList, SupportedGroups, SupportedVersionsClientHello,
    SupportedVersionsServerHello,
};
use crate::wire::{Decode, DecodeError, DecodeReason, Encode, Writer};

/// A vector of `bounds` with these contents, alone.
fn vector(bounds: core::ops::RangeInclusive<usize>, contents: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Writer::new(&mut bytes).vector(bounds, |out| out.bytes(contents));
    bytes
}

fn assert_ragged(error: DecodeError, field: &str, length: usize, element: usize) {
    assert_eq!((error.field, error.offset), (field, 0));
    assert_eq!(error.reason, DecodeReason::Ragged { length, element });
}

#[test]
fn protocol_name_list() {
    let names = [b"h2".to_vec(), b"http/1.1".to_vec()];
    assert_codec!(
        ProtocolNameList,
        ProtocolNameList::from(names.as_slice()),
        hex("000c 02 6832 08 687474702f312e31")
    );
    assert_bounds("protocol_name_list", 2..=0xffff, 1, |length| {
        let names = opaque_strings(length, 1, 0xff);
        ProtocolNameList::decode(&ProtocolNameList::from(names.as_slice()).to_bytes()).map(drop)
    });
    assert_bounds("ProtocolName", 1..=0xff, 1, |length| {
        let names = [alloc::vec![b'x'; length], b"h2".to_vec()];
        ProtocolNameList::decode(&ProtocolNameList::from(names.as_slice()).to_bytes()).map(drop)
    });
}

#[test]
fn certificate_compression_algorithms() {
    let algorithms = [CertificateCompressionAlgorithm::ZLIB, CertificateCompressionAlgorithm(0x1234)];
    assert_codec!(
        CertificateCompressionAlgorithms,
        CertificateCompressionAlgorithms::from(algorithms.as_slice()),
        hex("04 0001 1234")
    );
    assert_bounds("algorithms", 2..=254, 2, |length| {
        CertificateCompressionAlgorithms::decode(&vector(2..=254, &alloc::vec![3; length])).map(drop)
    });
    let error = CertificateCompressionAlgorithms::decode(&[3, 0, 1, 0]).expect_err("half an algorithm");
    assert_ragged(error, "algorithms", 3, 2);
}

#[test]
fn certificate_authorities() {
    let names = [hex("3000"), hex("310102")];
    assert_codec!(
        CertificateAuthorities,
        CertificateAuthorities::from(names.as_slice()),
        hex("0009 0002 3000 0003 310102")
    );
    assert_bounds("authorities", 3..=0xffff, 1, |length| {
        let names = opaque_strings(length, 2, 0xffff);
        CertificateAuthorities::decode(&CertificateAuthorities::from(names.as_slice()).to_bytes()).map(drop)
    });
    let empty = [Vec::new(), hex("3000")];
    let error = CertificateAuthorities::decode(&CertificateAuthorities::from(empty.as_slice()).to_bytes())
        .expect_err("a name of no bytes");
    assert_eq!((error.field, error.offset), ("DistinguishedName", 2));
    assert_eq!(error.reason, DecodeReason::OutOfBounds { length: 0, min: 1, max: 0xffff });
}

//= R7250-3-2 test
#[test]
fn certificate_types_are_a_list_in_client_hello_and_one_in_encrypted_extensions() {
    let types = [CertificateType::RAW_PUBLIC_KEY, CertificateType::X509, CertificateType(5)];
    let list = hex("03 02 00 05");
    assert_codec!(ClientCertificateTypes, ClientCertificateTypes::from(types.as_slice()), list.clone());
    assert_codec!(ServerCertificateTypes, ServerCertificateTypes::from(types.as_slice()), list);
    let raw = CertificateType::RAW_PUBLIC_KEY;
    assert_codec!(ClientCertificateType, ClientCertificateType { client_certificate_type: raw }, hex("02"));
    assert_codec!(ServerCertificateType, ServerCertificateType { server_certificate_type: raw }, hex("02"));
    assert_bounds("client_certificate_types", 1..=0xff, 1, |length| {
        ClientCertificateTypes::decode(&vector(1..=0xff, &alloc::vec![2; length])).map(drop)
    });
    assert_bounds("server_certificate_types", 1..=0xff, 1, |length| {
        ServerCertificateTypes::decode(&vector(1..=0xff, &alloc::vec![2; length])).map(drop)
    });
}

//= R9345-4-2 test
#[test]
fn delegated_credential() {
    let schemes = [SignatureScheme::ED25519, SignatureScheme::ECDSA_SECP256R1_SHA256];
    assert_codec!(
        DelegatedCredentialSchemes,
        DelegatedCredentialSchemes::from(schemes.as_slice()),
        hex("0004 0807 0403")
    );
    let credential = DelegatedCredential {
        valid_time: 0x0001_5180,
        dc_cert_verify_algorithm: SignatureScheme::ED25519,
        asn1_subject_public_key_info: &[0x30, 0],
        algorithm: SignatureScheme::ECDSA_SECP256R1_SHA256,
        signature: &[1, 2, 3],
    };
    assert_codec!(DelegatedCredential, credential, hex("00015180 0807 000002 3000 0403 0003 010203"));
    let signed = hex("00015180 0807 000002 3000 0403");
    let mut bytes = Vec::new();
    credential.encode_signed(&mut Writer::new(&mut bytes));
    assert_eq!(bytes, signed);
    let decode =
        |credential: &DelegatedCredential<'_>| DelegatedCredential::decode(&credential.to_bytes()).map(drop);
    assert_bounds("signature", 1..=0xffff, 1, |length| {
        decode(&DelegatedCredential { signature: &alloc::vec![1; length], ..credential })
    });
    assert_bounds("ASN1_subjectPublicKeyInfo", 1..=0xff_ffff, 1, |length| {
        decode(&DelegatedCredential { asn1_subject_public_key_info: &alloc::vec![1; length], ..credential })
    });
}

#[test]
fn cookie() {
    assert_codec!(Cookie, Cookie { cookie: &[1, 2, 3] }, hex("0003 010203"));
    assert_bounds("cookie", 1..=0xffff, 1, |length| {
        Cookie::decode(&Cookie { cookie: &alloc::vec![1; length] }.to_bytes()).map(drop)
    });
}

#[test]
fn early_data_is_empty_but_for_its_size_in_new_session_ticket() {
    assert_codec!(EarlyDataIndication, EarlyDataIndication, hex(""));
    let size = EarlyDataNewSessionTicket { max_early_data_size: 0xffff_fffe };
    assert_codec!(EarlyDataNewSessionTicket, size, hex("fffffffe"));
}

#[test]
fn cert_with_extern_psk_is_empty() {
    assert_codec!(CertWithExternPsk, CertWithExternPsk, hex(""));
    assert!(CertWithExternPsk::decode(&[0]).is_err());
}

#[test]
fn post_handshake_auth_is_empty() {
    assert_codec!(PostHandshakeAuth, PostHandshakeAuth, hex(""));
}

#[test]
fn key_share_of_client_hello() {
    let shares = [
        KeyShareEntry { group: NamedGroup(0x0a0a), key_exchange: &[0] },
        KeyShareEntry { group: NamedGroup::X25519, key_exchange: &[1, 2] },
    ];
    assert_codec!(
        KeyShareClientHello,
        KeyShareClientHello::from(shares.as_slice()),
        hex("000b 0a0a 0001 00 001d 0002 0102")
    );
    assert_codec!(KeyShareClientHello, KeyShareClientHello::from([].as_slice()), hex("0000"));
    assert_bounds("key_exchange", 1..=0xffff, 1, |length| {
        let key_exchange = &alloc::vec![1; length];
        KeyShareEntry::decode(&KeyShareEntry { group: NamedGroup::X25519, key_exchange }.to_bytes()).map(drop)
    });
    let key_exchange = &alloc::vec![1; 0xffff - 4];
    let longest = [KeyShareEntry { group: NamedGroup::X25519, key_exchange }];
    let bytes = KeyShareClientHello::from(longest.as_slice()).to_bytes();
    assert_eq!(KeyShareClientHello::decode(&bytes), Ok(KeyShareClientHello::from(longest.as_slice())));
}

#[test]
fn key_share_of_server_hello_and_hello_retry_request() {
    let server_share = KeyShareEntry { group: NamedGroup::SECP256R1, key_exchange: &[4, 5, 6] };
    assert_codec!(KeyShareServerHello, KeyShareServerHello { server_share }, hex("0017 0003 040506"));
    let selected_group = NamedGroup::X25519MLKEM768;
    assert_codec!(KeyShareHelloRetryRequest, KeyShareHelloRetryRequest { selected_group }, hex("11ec"));
}

#[test]
fn oid_filters() {
    let filter = OidFilter {
        certificate_extension_oid: &[6, 3, 0x55, 0x1d, 0x0f],
        certificate_extension_values: &[3, 2],
    };
    let any_value = OidFilter { certificate_extension_oid: &[1], certificate_extension_values: &[] };
    let contents = [filter.to_bytes(), any_value.to_bytes()].concat();
    let filters = OidFilters::from_contents(&contents);
    assert!(filters.iter().eq([filter, any_value]));
    assert_codec!(OidFilters, filters, hex("000e 05 0603551d0f 0002 0302 01 01 0000"));
    assert_codec!(OidFilters, OidFilters::default(), hex("0000"));
    assert_bounds("certificate_extension_oid", 1..=0xff, 1, |length| {
        let certificate_extension_oid = &alloc::vec![1; length];
        OidFilter::decode(&OidFilter { certificate_extension_oid, ..filter }.to_bytes()).map(drop)
    });
    assert_bounds("certificate_extension_values", 0..=0xffff, 1, |length| {
        let certificate_extension_values = &alloc::vec![1; length];
        OidFilter::decode(&OidFilter { certificate_extension_values, ..filter }.to_bytes()).map(drop)
    });
    assert_bounds("filters", 0..=0xffff, 1, |length| {
        let certificate_extension_values = &alloc::vec![1; length.saturating_sub(4)];
        let whole = OidFilter { certificate_extension_oid: &[1], certificate_extension_values }.to_bytes();
        OidFilters::decode(&vector(0..=0xffff, if length == 0 { &[] } else { &whole })).map(drop)
    });
}

#[test]
fn psk_key_exchange_modes() {
    let modes = [PskKeyExchangeMode::PSK_DHE_KE, PskKeyExchangeMode::PSK_KE, PskKeyExchangeMode(0x0b)];
    assert_codec!(PskKeyExchangeModes, PskKeyExchangeModes::from(modes.as_slice()), hex("03 01000b"));
    assert_bounds("ke_modes", 1..=255, 1, |length| {
        let modes = alloc::vec![PskKeyExchangeMode::PSK_KE; length];
        PskKeyExchangeModes::decode(&PskKeyExchangeModes::from(modes.as_slice()).to_bytes()).map(drop)
    });
}

#[test]
fn record_size_limit() {
    assert_codec!(RecordSizeLimit, RecordSizeLimit(0x4001), hex("4001"));
}

#[test]
fn signature_algorithms_and_signature_algorithms_cert() {
    let schemes = [SignatureScheme::ED25519, SignatureScheme(0x1a1a), SignatureScheme::RSA_PKCS1_SHA1];
    let wire = "0006 0807 1a1a 0201";
    assert_codec!(SignatureSchemeList, SignatureSchemeList::from(schemes.as_slice()), hex(wire));
    assert_codec!(SignatureSchemeListCert, SignatureSchemeListCert::from(schemes.as_slice()), hex(wire));
    let bytes = |length: usize| vector(2..=0xfffe, &alloc::vec![8; length]);
    let field = "supported_signature_algorithms";
    let plain = |length| SignatureSchemeList::decode(&bytes(length)).map(drop);
    let cert = |length| SignatureSchemeListCert::decode(&bytes(length)).map(drop);
    assert_bounds(field, 2..=0xfffe, 2, plain);
    assert_bounds(field, 2..=0xfffe, 2, cert);
    assert_ragged(plain(3).expect_err("half a scheme"), field, 3, 2);
    assert_ragged(cert(3).expect_err("half a scheme"), field, 3, 2);
}

#[test]
fn signed_certificate_timestamp() {
    let list = SignedCertificateTimestampList::decode(&[0, 5, 0, 3, 1, 2, 3]).expect("a list");
    assert!(list.sct_list.iter().eq([[1, 2, 3].as_slice()]));
    assert_codec!(SignedCertificateTimestampList, list, hex("0005 0003 010203"));
    let decode =
        |contents: &[u8]| SignedCertificateTimestampList::decode(&vector(1..=0xffff, contents)).map(drop);
    let error = decode(&[]).expect_err("no timestamp");
    assert_eq!((error.field, error.offset), ("sct_list", 0));
    assert_eq!(error.reason, DecodeReason::OutOfBounds { length: 0, min: 1, max: 0xffff });
    let error = decode(&[0, 0]).expect_err("a timestamp of no bytes");
    assert_eq!((error.field, error.offset), ("SerializedSCT", 2));
    assert_eq!(error.reason, DecodeReason::OutOfBounds { length: 0, min: 1, max: 0xffff });
    assert_eq!(decode(&vector(1..=0xffff, &alloc::vec![1; 0xffff - 2])), Ok(()));
}

#[test]
fn supported_groups() {
    let groups = [NamedGroup::X25519MLKEM768, NamedGroup(0x2a2a), NamedGroup::SECP384R1];
    assert_codec!(SupportedGroups, SupportedGroups::from(groups.as_slice()), hex("0006 11ec 2a2a 0018"));
    let decode =
        |length: usize| SupportedGroups::decode(&vector(2..=0xffff, &alloc::vec![0; length])).map(drop);
    assert_bounds("named_group_list", 2..=0xffff, 2, decode);
    assert_ragged(decode(0xffff).expect_err("half a group"), "named_group_list", 0xffff, 2);
}

#[test]
fn supported_versions() {
    let versions = [ProtocolVersion(0x7a7a), ProtocolVersion::TLS13, ProtocolVersion::TLS12];
    assert_codec!(
        SupportedVersionsClientHello,
        SupportedVersionsClientHello::from(versions.as_slice()),
        hex("06 7a7a 0304 0303")
    );
    let selected_version = ProtocolVersion::TLS13;
    assert_codec!(
        SupportedVersionsServerHello,
        SupportedVersionsServerHello { selected_version },
        hex("0304")
    );
    let decode = |length: usize| {
        SupportedVersionsClientHello::decode(&vector(2..=254, &alloc::vec![3; length])).map(drop)
    };
    assert_bounds("versions", 2..=254, 2, decode);
    assert_ragged(decode(253).expect_err("half a version"), "versions", 253, 2);
}

//= R-4.3.1-5 test
#[test]
fn unknown_and_grease_versions_stay_in_the_list_and_hide_no_other() {
    let list = SupportedVersionsClientHello::decode(&[6, 0xfa, 0xfa, 0x7f, 0x1c, 3, 4]).expect("versions");
    let expected = [ProtocolVersion(0xfafa), ProtocolVersion(0x7f1c), ProtocolVersion::TLS13];
    assert!(list.versions.iter().eq(expected));
    assert!(list.versions.contains(ProtocolVersion::TLS13));
    assert!(!list.versions.contains(ProtocolVersion::TLS12));
}

#[test]
fn ticket_request() {
    let request = ClientTicketRequest { new_session_count: 2, resumption_count: 1 };
    assert_codec!(ClientTicketRequest, request, hex("02 01"));
    assert_codec!(ServerTicketRequestHint, ServerTicketRequestHint { expected_count: 255 }, hex("ff"));
}
