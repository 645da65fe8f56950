//! Properties of all codecs: what is written is read again, what is read is written again, and no bytes at all
//! make a decoder panic.

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::message::*;
use crate::wire::{Decode, Encode};

/// Up to `longest` bytes, but at least `shortest`.
fn opaque(shortest: usize, longest: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), shortest..=longest)
}

fn block() -> impl Strategy<Value = ExtensionList> {
    let known = prop::sample::select(&[0_u16, 5, 10, 13, 41, 42, 43, 45, 51, 0x0a0a]);
    vec((prop_oneof![known, any::<u16>()], opaque(0, 40)), 0..6).prop_map(|extensions| {
        let mut list = ExtensionList::new();
        extensions.iter().for_each(|(number, body)| list.push_raw(ExtensionType(*number), body));
        list
    })
}

/// One structure behind the other, as `from_contents` wants them.
fn contents<T: Encode>(structures: impl IntoIterator<Item = T>) -> Vec<u8> {
    structures.into_iter().flat_map(|structure| structure.to_bytes()).collect()
}

/// The value survives being written and read.
macro_rules! prop_assert_round_trip {
    ($structure:ident, $value:expr) => {{
        let value = $value;
        let bytes = value.to_bytes();
        prop_assert_eq!($structure::decode(&bytes), Ok(value));
    }};
}

proptest! {
    #[test]
    fn hellos_survive_being_written_and_read(
        version in any::<u16>(), random in any::<[u8; 32]>(), session_id in opaque(0, 32),
        suites in vec(any::<u16>().prop_map(CipherSuite), 1..40), compression in opaque(1, 8),
        method in any::<u8>(), list in block(),
    ) {
        let (legacy_version, extensions) = (ProtocolVersion(version), list.as_extensions());
        prop_assert_round_trip!(ClientHello, ClientHello {
            legacy_version, random, legacy_session_id: &session_id, cipher_suites: suites.as_slice().into(),
            legacy_compression_methods: &compression, extensions,
        });
        prop_assert_round_trip!(ServerHello, ServerHello {
            legacy_version, random, legacy_session_id_echo: &session_id, cipher_suite: suites[0],
            legacy_compression_method: method, extensions,
        });
    }

    #[test]
    fn messages_behind_the_hellos_survive_being_written_and_read(
        context in opaque(0, 255), certificates in vec((opaque(1, 60), block()), 0..4), list in block(),
        scheme in any::<u16>(), data in opaque(1, 300), numbers in any::<(u32, u32, u8)>(),
    ) {
        let extensions = list.as_extensions();
        prop_assert_round_trip!(EncryptedExtensions, EncryptedExtensions { extensions });
        prop_assert_round_trip!(
            CertificateRequest,
            CertificateRequest { certificate_request_context: &context, extensions }
        );
        let entries = contents(certificates.iter().map(|(cert_data, list)| {
            CertificateEntry { cert_data, extensions: list.as_extensions() }
        }));
        let certificate_list = CertificateList::from_contents(&entries);
        prop_assert_eq!(certificate_list.iter().count(), certificates.len());
        prop_assert_round_trip!(
            Certificate,
            Certificate { certificate_request_context: &context, certificate_list }
        );
        let algorithm = SignatureScheme(scheme);
        prop_assert_round_trip!(CertificateVerify, CertificateVerify { algorithm, signature: &data });
        prop_assert_round_trip!(Finished, Finished { verify_data: &data });
        let (ticket_lifetime, ticket_age_add, byte) = numbers;
        prop_assert_round_trip!(NewSessionTicket, NewSessionTicket {
            ticket_lifetime, ticket_age_add, ticket_nonce: &context, ticket: &data, extensions,
        });
        prop_assert_round_trip!(KeyUpdate, KeyUpdate { request_update: KeyUpdateRequest(byte) });
        prop_assert_round_trip!(Handshake, Handshake { msg_type: HandshakeType(byte), body: &data });
    }

    #[test]
    fn lists_of_code_points_survive_being_written_and_read(
        numbers in vec(any::<u16>(), 1..100), modes in vec(any::<u8>().prop_map(PskKeyExchangeMode), 1..=255),
    ) {
        let schemes: Vec<_> = numbers.iter().copied().map(SignatureScheme).collect();
        prop_assert_round_trip!(SignatureSchemeList, SignatureSchemeList::from(schemes.as_slice()));
        prop_assert_round_trip!(SignatureSchemeListCert, SignatureSchemeListCert::from(schemes.as_slice()));
        let groups: Vec<_> = numbers.iter().copied().map(NamedGroup).collect();
        prop_assert_round_trip!(SupportedGroups, SupportedGroups::from(groups.as_slice()));
        let versions: Vec<_> = numbers.iter().copied().map(ProtocolVersion).collect();
        prop_assert_round_trip!(
            SupportedVersionsClientHello,
            SupportedVersionsClientHello::from(versions.as_slice())
        );
        prop_assert_round_trip!(PskKeyExchangeModes, PskKeyExchangeModes::from(modes.as_slice()));
    }

    #[test]
    fn lists_of_opaque_strings_survive_being_written_and_read(
        names in vec(opaque(1, 255), 1..6), long in opaque(2, 400), extensions in opaque(0, 40),
    ) {
        prop_assert_round_trip!(ProtocolNameList, ProtocolNameList::from(names.as_slice()));
        let authorities: Vec<_> = names.iter().cloned().chain([long.clone()]).collect();
        prop_assert_round_trip!(
            CertificateAuthorities,
            CertificateAuthorities::from(authorities.as_slice())
        );
        let responder_id_list = OpaqueList::from(authorities.as_slice());
        let request = OcspStatusRequest { responder_id_list, request_extensions: &extensions };
        prop_assert_round_trip!(CertificateStatusRequest, CertificateStatusRequest::Ocsp(request));
        prop_assert_round_trip!(CertificateStatus, CertificateStatus { ocsp_response: &long });
        prop_assert_round_trip!(Cookie, Cookie { cookie: &long });
        let sct_list = OpaqueList::from(authorities.as_slice());
        prop_assert_round_trip!(
            SignedCertificateTimestampList,
            SignedCertificateTimestampList { sct_list }
        );
    }

    #[test]
    fn other_extensions_survive_being_written_and_read(
        shares in vec((any::<u16>(), opaque(1, 80)), 0..5), number in any::<u16>(), size in any::<u32>(),
        filters in vec((opaque(1, 30), opaque(0, 60)), 0..4), name in "[!-~]{1,255}",
    ) {
        let entries: Vec<_> = shares.iter().map(|(group, key_exchange)| {
            KeyShareEntry { group: NamedGroup(*group), key_exchange }
        }).collect();
        prop_assert_round_trip!(KeyShareClientHello, KeyShareClientHello::from(entries.as_slice()));
        if let Some(server_share) = entries.first() {
            prop_assert_round_trip!(KeyShareServerHello, KeyShareServerHello { server_share: *server_share });
        }
        let selected_group = NamedGroup(number);
        prop_assert_round_trip!(KeyShareHelloRetryRequest, KeyShareHelloRetryRequest { selected_group });
        prop_assert_round_trip!(SelectedPsk, SelectedPsk { selected_identity: number });
        prop_assert_round_trip!(RecordSizeLimit, RecordSizeLimit(number));
        prop_assert_round_trip!(
            EarlyDataNewSessionTicket,
            EarlyDataNewSessionTicket { max_early_data_size: size }
        );
        let oid_filters = contents(filters.iter().map(|(oid, values)| {
            OidFilter { certificate_extension_oid: oid, certificate_extension_values: values }
        }));
        prop_assert_round_trip!(OidFilters, OidFilters::from_contents(&oid_filters));
        prop_assert_round_trip!(ServerNameList, ServerNameList::host_name(&name));
    }

    #[test]
    fn offered_psks_survive_being_written_and_read(
        psks in vec((opaque(1, 80), any::<u32>(), opaque(32, 255)), 1..5),
    ) {
        let identities = contents(psks.iter().map(|(identity, obfuscated_ticket_age, _)| {
            PskIdentity { identity, obfuscated_ticket_age: *obfuscated_ticket_age }
        }));
        let mut binders = Vec::new();
        for (.., binder) in &psks {
            binders.push(u8::try_from(binder.len()).expect("at most 255"));
            binders.extend_from_slice(binder);
        }
        let offered = OfferedPsks::from_contents(&identities, &binders);
        prop_assert_eq!((offered.identities().count(), offered.binders().count()), (psks.len(), psks.len()));
        prop_assert_round_trip!(OfferedPsks, offered);
    }

    #[test]
    fn no_bytes_make_a_decoder_panic_and_what_is_read_is_written_again(bytes in opaque(0, 200)) {
        every_decoder_is_faithful(&bytes)?;
    }

    /// Near misses: bytes that decode, with one of them changed.
    #[test]
    fn damaged_structures_make_no_decoder_panic_and_what_is_read_is_written_again(
        list in block(), names in vec(opaque(1, 20), 1..4), groups in vec(any::<u16>(), 1..4),
        at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let groups: Vec<_> = groups.into_iter().map(NamedGroup).collect();
        let shares: Vec<_> = groups.iter().zip(&names).map(|(group, name)| {
            KeyShareEntry { group: *group, key_exchange: name }
        }).collect();
        let entries = contents(names.iter().map(|cert_data| {
            CertificateEntry { cert_data, extensions: list.as_extensions() }
        }));
        let certificate_list = CertificateList::from_contents(&entries);
        let extensions = list.as_extensions();
        for mut bytes in [
            EncryptedExtensions { extensions }.to_bytes(),
            Certificate { certificate_request_context: &[], certificate_list }.to_bytes(),
            CertificateRequest { certificate_request_context: &names[0], extensions }.to_bytes(),
            ProtocolNameList::from(names.as_slice()).to_bytes(),
            SupportedGroups::from(groups.as_slice()).to_bytes(),
            KeyShareClientHello::from(shares.as_slice()).to_bytes(),
        ] {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            every_decoder_is_faithful(&bytes)?;
        }
    }
}

/// Whatever each decoder reads from these bytes, it writes again, but for what it is said to skip.
fn every_decoder_is_faithful(bytes: &[u8]) -> Result<(), TestCaseError> {
    macro_rules! faithful {
        ($($structure:ident),* $(,)?) => { $(
            if let Ok(value) = $structure::decode(bytes) {
                prop_assert_eq!(value.to_bytes(), bytes, "{}", $structure::NAME);
            }
        )* };
    }
    faithful!(
        Certificate,
        CertificateEntry,
        CertificateRequest,
        CertificateVerify,
        CompressedCertificate,
        EncryptedExtensions,
        EndOfEarlyData,
        Finished,
        Handshake,
        KeyUpdate,
        NewSessionTicket,
        CertificateAuthorities,
        CertificateCompressionAlgorithms,
        CertificateStatus,
        CertificateStatusRequest,
        Cookie,
        EarlyDataIndication,
        EarlyDataNewSessionTicket,
        KeyShareClientHello,
        KeyShareEntry,
        KeyShareHelloRetryRequest,
        KeyShareServerHello,
        OcspStatusRequest,
        OfferedPsks,
        OidFilter,
        OidFilters,
        PostHandshakeAuth,
        ProtocolNameList,
        PskIdentity,
        PskKeyExchangeModes,
        RecordSizeLimit,
        SelectedPsk,
        ServerNameEncryptedExtensions,
        SignatureSchemeList,
        SignatureSchemeListCert,
        SignedCertificateTimestampList,
        SupportedGroups,
        SupportedVersionsClientHello,
        SupportedVersionsServerHello,
    );
    // A hello without an extension block is written with an empty one.
    let with_block = [bytes, &[0, 0]].concat();
    if let Ok(hello) = ClientHello::decode(bytes) {
        prop_assert!([bytes, &with_block].contains(&hello.to_bytes().as_slice()));
    }
    if let Ok(hello) = ServerHello::decode(bytes) {
        prop_assert!([bytes, &with_block].contains(&hello.to_bytes().as_slice()));
    }
    // Names of unknown type are skipped, and what CertificateRequest says beyond its request.
    if let Ok(list) = ServerNameList::decode(bytes) {
        let written = list.to_bytes();
        prop_assert_eq!(ServerNameList::decode(&written), Ok(list));
        prop_assert!(written.len() <= bytes.len());
    }
    if let Ok(request) = StatusRequestCertificateRequest::decode(bytes) {
        prop_assert!(bytes.is_empty() || CertificateStatusRequest::decode(bytes).is_ok());
        prop_assert_eq!(request.to_bytes(), []);
    }
    Ok(())
}
