//! ClientHello (§4.2.2, §4.3).

use handfast::handshake::{Carrier, ForeignExtension, GroupChoice};
use handfast::message::{
    CipherSuite, KeyShareClientHello, KeyShareEntry, MAX_EXTENSIONS, ProtocolNameList, ProtocolVersion,
    PskKeyExchangeMode, PskKeyExchangeModes, RecordSizeLimit, SupportedGroups, SupportedVersionsClientHello,
};

use super::*;

const MESSAGE: HandshakeType = HandshakeType::CLIENT_HELLO;

fn on_hello(change: impl Fn(&mut body::ClientHello) + Clone + 'static) -> Meeting {
    server_meets(|client| client.on(ClientHello, change.clone()))
}

//= R-4.2.2-7 test
//= R-E.5-9 test
#[test]
fn a_legacy_version_other_than_tls_1_2_is_protocol_version() {
    for version in [ProtocolVersion::TLS10, ProtocolVersion::TLS13] {
        on_hello(move |hello| hello.legacy_version = version)
            .is_refused(PeerFault::LegacyVersion(version), Alert::PROTOCOL_VERSION);
    }
}

//= R-4.3.1-4 test
//= R-4.3.1-7 test
//= R-E.2-1 test
//= R-E.2-3 test
//= R-E.5-4 test
#[test]
fn a_client_that_does_not_speak_tls_1_3_is_protocol_version() {
    on_hello(|hello| hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS))
        .is_refused(PeerFault::NoSharedVersion, Alert::PROTOCOL_VERSION);
    let versions = [ProtocolVersion::TLS12, ProtocolVersion(0x0305)];
    on_hello(move |hello| {
        let list = SupportedVersionsClientHello::from(versions.as_slice());
        hello.extensions.set(ExtensionType::SUPPORTED_VERSIONS, &list);
    })
    .is_refused(PeerFault::NoSharedVersion, Alert::PROTOCOL_VERSION);
    // TLS 1.2 without an extension block.
    on_hello(|hello| hello.extensions = body::Extensions::default())
        .is_refused(PeerFault::NoSharedVersion, Alert::PROTOCOL_VERSION);
    server_meets(|client| {
        client.on(ClientHello, |hello| hello.extensions = body::Extensions::default()).on_bytes(
            ClientHello,
            |body| {
                body.truncate(body.len() - 2);
            },
        )
    })
    .is_refused(PeerFault::NoSharedVersion, Alert::PROTOCOL_VERSION);
}

//= R-4.2.2-15 test
#[test]
fn compression_methods_other_than_null_alone_are_illegal_parameter() {
    for methods in [&[1, 0][..], &[0, 0], &[1]] {
        on_hello(move |hello| hello.legacy_compression_methods = methods.to_vec())
            .is_refused(PeerFault::Compression, Alert::ILLEGAL_PARAMETER);
    }
}

//= R-2.1-1 test
//= R-4.2.1-4 test
#[test]
fn a_client_without_a_suite_of_ours_is_handshake_failure() {
    on_hello(|hello| hello.cipher_suites = vec![CipherSuite::TLS_AES_128_CCM_SHA256])
        .is_refused(PeerFault::NoSharedSuite, Alert::HANDSHAKE_FAILURE);
}

//= R-4.2.2-12 test
#[test]
fn suites_groups_versions_and_extensions_that_nobody_knows_are_ignored() {
    let versions = [ProtocolVersion(0x1a1a), ProtocolVersion::TLS13];
    let groups = [NamedGroup(0x2a2a), NamedGroup::X25519];
    on_hello(move |hello| {
        hello.cipher_suites.insert(0, CipherSuite(0x0a0a));
        let list = SupportedVersionsClientHello::from(versions.as_slice());
        hello.extensions.set(ExtensionType::SUPPORTED_VERSIONS, &list);
        hello.extensions.set(ExtensionType::SUPPORTED_GROUPS, &SupportedGroups::from(groups.as_slice()));
        hello.extensions.change(ExtensionType::SIGNATURE_ALGORITHMS, |body| {
            body.splice(..2, [0, body[1] + 2, 0x3a, 0x3a]);
        });
        hello.extensions.push_raw(UNKNOWN, [1]);
    })
    .completes();
}

mod selection {
    use super::*;

    //= R-4.2.1-1 test
    #[test]
    fn a_client_without_a_group_of_ours_is_handshake_failure() {
        let groups = [NamedGroup::X448];
        let shares = [KeyShareEntry { group: NamedGroup::X448, key_exchange: &[9; 56] }];
        on_hello(move |hello| {
            hello.extensions.set(ExtensionType::SUPPORTED_GROUPS, &SupportedGroups::from(groups.as_slice()));
            hello.extensions.set(ExtensionType::KEY_SHARE, &KeyShareClientHello::from(shares.as_slice()));
        })
        .is_refused(PeerFault::NoSharedGroup, Alert::HANDSHAKE_FAILURE);
    }

    //= R-4.3.3-3 test
    //= R-9.2-12 test
    #[test]
    fn each_mandatory_extension_that_is_missing_is_missing_extension() {
        let mandatory =
            [ExtensionType::SIGNATURE_ALGORITHMS, ExtensionType::SUPPORTED_GROUPS, ExtensionType::KEY_SHARE];
        for extension in mandatory {
            on_hello(move |hello| hello.extensions.remove(extension))
                .is_refused(missing(extension), Alert::MISSING_EXTENSION);
        }
    }

    //= R-4.3.8-2 test
    //= R-4.2.1-3 test
    #[test]
    fn no_share_at_all_asks_for_one() {
        on_hello(|hello| hello.extensions.set_raw(ExtensionType::KEY_SHARE, [0, 0])).completes();
    }

    //= R-4.3.8-5 test
    #[test]
    fn a_server_that_prefers_its_own_order_asks_for_a_share_of_its_first_group() {
        let ours = |config: &mut Config| {
            config.groups = vec![NamedGroup::SECP384R1, NamedGroup::X25519];
            config.group_choice = GroupChoice::OurPreference;
        };
        server_with(ours, |client| client).completes();
    }

    fn shares(entries: &[(NamedGroup, usize)]) -> Meeting {
        let entries: Vec<_> = entries.iter().map(|(group, length)| (*group, vec![9; *length])).collect();
        on_hello(move |hello| {
            let shares: Vec<_> = entries
                .iter()
                .map(|(group, share)| KeyShareEntry { group: *group, key_exchange: share })
                .collect();
            hello.extensions.set(ExtensionType::KEY_SHARE, &KeyShareClientHello::from(shares.as_slice()));
        })
    }

    //= R-4.3.8-9 test
    #[test]
    fn two_shares_of_one_group_are_illegal_parameter() {
        shares(&[(NamedGroup::X25519, 32), (NamedGroup::SECP256R1, 65), (NamedGroup::X25519, 32)])
            .is_refused(PeerFault::KeyShareNotOffered(NamedGroup::X25519), Alert::ILLEGAL_PARAMETER);
    }

    //= R-4.3.8-9 test
    #[test]
    fn a_share_of_a_group_that_is_not_offered_is_illegal_parameter() {
        shares(&[(NamedGroup::X25519, 32), (NamedGroup::X448, 56)])
            .is_refused(PeerFault::KeyShareNotOffered(NamedGroup::X448), Alert::ILLEGAL_PARAMETER);
    }

    #[test]
    fn a_share_that_is_none_is_illegal_parameter() {
        for (group, length) in
            [(NamedGroup::X25519, 31), (NamedGroup::SECP256R1, 65), (NamedGroup::SECP384R1, 96)]
        {
            shares(&[(group, length)]).is_refused(PeerFault::BadKeyShare(group), Alert::ILLEGAL_PARAMETER);
        }
    }
}

mod extensions {
    use super::*;

    #[test]
    fn one_that_stands_twice_is_illegal_parameter() {
        for extension in [ExtensionType::SERVER_NAME, UNKNOWN] {
            on_hello(move |hello| {
                hello.extensions.set_raw(extension, []);
                hello.extensions.push_raw(extension, []);
            })
            .is_refused(wrong(MESSAGE, ExtensionFault::Duplicate(extension)), Alert::ILLEGAL_PARAMETER);
        }
    }

    #[test]
    fn one_that_has_no_place_there_is_illegal_parameter() {
        let extension = ExtensionType::OID_FILTERS;
        on_hello(move |hello| hello.extensions.push_raw(extension, []))
            .is_refused(wrong(MESSAGE, ExtensionFault::Misplaced(extension)), Alert::ILLEGAL_PARAMETER);
    }

    #[test]
    fn more_of_them_than_the_limit_are_decode_error() {
        let filled = |count: usize| {
            on_hello(move |hello| {
                let more = (0x5000..).take(count - hello.extensions.0.len());
                more.for_each(|number| hello.extensions.push_raw(ExtensionType(number), []));
            })
        };
        filled(MAX_EXTENSIONS).completes();
        filled(MAX_EXTENSIONS + 1).is_refused(wrong(MESSAGE, ExtensionFault::TooMany), Alert::DECODE_ERROR);
    }

    fn offers_psk(hello: &mut body::ClientHello) {
        let modes = [PskKeyExchangeMode::PSK_DHE_KE];
        let modes = PskKeyExchangeModes::from(modes.as_slice());
        hello.extensions.push(ExtensionType::PSK_KEY_EXCHANGE_MODES, &modes);
        // One identity of one byte, one binder of 32.
        let offered = [&[0, 7, 0, 1, b'i', 0, 0, 0, 0, 0, 33, 32][..], &[0; 32]].concat();
        hello.extensions.push_raw(ExtensionType::PRE_SHARED_KEY, offered);
    }

    #[test]
    fn a_psk_that_is_not_selected_leaves_a_full_handshake() {
        on_hello(offers_psk).completes();
    }

    //= R-4.3.11-16 test
    #[test]
    fn pre_shared_key_that_is_not_the_last_is_illegal_parameter() {
        on_hello(|hello| {
            offers_psk(hello);
            hello.extensions.push_raw(UNKNOWN, []);
        })
        .is_refused(wrong(MESSAGE, ExtensionFault::NotLast), Alert::ILLEGAL_PARAMETER);
    }

    //= R-4.3.9-3 test
    #[test]
    fn pre_shared_key_without_psk_key_exchange_modes_is_missing_extension() {
        on_hello(|hello| {
            offers_psk(hello);
            hello.extensions.remove(ExtensionType::PSK_KEY_EXCHANGE_MODES);
        })
        .is_refused(missing(ExtensionType::PSK_KEY_EXCHANGE_MODES), Alert::MISSING_EXTENSION);
    }

    #[test]
    fn a_cookie_that_was_not_asked_for_is_illegal_parameter() {
        on_hello(|hello| hello.extensions.push_raw(ExtensionType::COOKIE, [0, 1, 7]))
            .is_refused(PeerFault::BadCookie, Alert::ILLEGAL_PARAMETER);
    }

    #[test]
    fn application_protocols_none_of_which_is_ours_are_no_application_protocol() {
        let ours = |config: &mut Config| config.application_protocols = vec![b"h2".to_vec()];
        let offers = |name: &'static str| {
            move |client: Peer| {
                client.on(ClientHello, move |hello| {
                    let names = [name.as_bytes().to_vec()];
                    let list = ProtocolNameList::from(names.as_slice());
                    hello.extensions.push(ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION, &list);
                })
            }
        };
        server_with(ours, offers("h2")).completes();
        server_with(ours, |client| client).completes();
        server_with(ours, offers("dot"))
            .is_refused(PeerFault::NoSharedProtocol, Alert::NO_APPLICATION_PROTOCOL);
    }

    //= R8449-4-3 test
    //= R8449-4-9 test
    #[test]
    fn a_record_size_limit_below_64_is_illegal_parameter() {
        let limit = |limit| {
            let limit = RecordSizeLimit(limit);
            on_hello(move |hello| hello.extensions.push(ExtensionType::RECORD_SIZE_LIMIT, &limit))
        };
        // "A server MUST NOT enforce this restriction": one beyond the protocol's own is none.
        limit(0xffff).completes();
        limit(64).completes();
        limit(63).is_refused(PeerFault::RecordSizeLimit(63), Alert::ILLEGAL_PARAMETER);
    }

    //= R6066-8-2 test
    #[test]
    fn a_status_request_that_is_none_is_decode_error_and_one_of_an_unknown_type_is_ignored() {
        let asks = |body: &'static [u8]| {
            on_hello(move |hello| hello.extensions.push_raw(ExtensionType::STATUS_REQUEST, body))
        };
        asks(&[1, 0, 0, 0, 0]).completes();
        asks(&[2, 0xff]).completes();
        asks(&[]).is_malformed(HandshakeType::CLIENT_HELLO, "status_type");
        asks(&[1, 0, 0, 0, 0, 0]).is_malformed(HandshakeType::CLIENT_HELLO, "CertificateStatusRequest");
    }

    //= R8449-5-1 test
    #[test]
    fn a_max_fragment_length_is_ignored_beside_a_record_size_limit() {
        server_with(
            |config| config.record_size_limit = Some(4096),
            |client| {
                client.on(ClientHello, |hello| {
                    hello.extensions.push(ExtensionType::RECORD_SIZE_LIMIT, &RecordSizeLimit(1024));
                    hello.extensions.push_raw(ExtensionType::MAX_FRAGMENT_LENGTH, [1]);
                })
            },
        )
        .completes();
    }

    //= R6066-4-5 test
    #[test]
    fn a_max_fragment_length_of_another_value_is_illegal_parameter() {
        for value in [0, 5, 255] {
            on_hello(move |hello| hello.extensions.push_raw(ExtensionType::MAX_FRAGMENT_LENGTH, [value]))
                .is_refused(PeerFault::MaxFragmentLength(value), Alert::ILLEGAL_PARAMETER);
        }
        on_hello(|hello| hello.extensions.push_raw(ExtensionType::MAX_FRAGMENT_LENGTH, [1, 1]))
            .is_malformed(MESSAGE, "MaxFragmentLength");
    }

    //= R-9.2-14 test
    //= R-9.2-15 test
    #[test]
    fn a_server_name_that_is_required_and_missing_is_missing_extension() {
        let extension = ExtensionType::SERVER_NAME;
        server_with(
            |config| config.require_server_name = true,
            |client| client.on(ClientHello, move |hello| hello.extensions.remove(extension)),
        )
        .is_refused(missing(extension), Alert::MISSING_EXTENSION);
    }
}

mod form {
    use super::*;

    #[test]
    fn bytes_too_few_or_too_many_are_decode_error() {
        server_meets(|client| client.on_bytes(ClientHello, |body| body.push(0)))
            .is_malformed(MESSAGE, "ClientHello");
        server_meets(|client| client.on_bytes(ClientHello, |body| body.truncate(33)))
            .is_malformed(MESSAGE, "random");
        on_hello(|hello| hello.legacy_session_id = vec![0; 33]).is_malformed(MESSAGE, "legacy_session_id");
        on_hello(|hello| hello.cipher_suites.clear()).is_malformed(MESSAGE, "cipher_suites");
        on_hello(|hello| hello.legacy_compression_methods.clear())
            .is_malformed(MESSAGE, "legacy_compression_methods");
    }

    //= R-4.3-2 test
    #[test]
    fn bytes_behind_the_structure_of_an_extension_are_decode_error() {
        let extensions = [
            (ExtensionType::SUPPORTED_VERSIONS, "SupportedVersions"),
            (ExtensionType::SUPPORTED_GROUPS, "NamedGroupList"),
            (ExtensionType::SIGNATURE_ALGORITHMS, "SignatureSchemeList"),
            (ExtensionType::KEY_SHARE, "KeyShareClientHello"),
            (ExtensionType::SERVER_NAME, "ServerNameList"),
        ];
        for (extension, structure) in extensions {
            on_hello(move |hello| hello.extensions.change(extension, |body| body.push(0)))
                .is_malformed(MESSAGE, structure);
        }
    }

    #[test]
    fn a_message_longer_than_the_limit_is_illegal_parameter_as_soon_as_its_header_says_so() {
        let fault = PeerFault::MessageTooLong { message: MESSAGE, length: 0x1_0000, limit: 0xffff };
        server_meets(|client| {
            client.messages_of(ClientHello, |messages| messages[0].length = Some(0x1_0000))
        })
        .is_refused(fault, Alert::ILLEGAL_PARAMETER);
    }
}

mod quic {
    use super::*;

    fn quic() -> Subject {
        Subject::server().with(|config| {
            config.carrier = Carrier::Quic;
            config.application_protocols = vec![b"h3".to_vec()];
        })
    }

    fn refuses(server: Subject, script: impl Fn(Peer) -> Peer, fault: PeerFault, alert: Alert) {
        let mut client = script(server.peer());
        let found = server.floor().meet(&mut client).unwrap_err();
        assert_eq!((&found, found.alert()), (&fault.into(), alert));
    }

    fn without_session_id(client: Peer) -> Peer {
        client.on(ClientHello, |hello| hello.legacy_session_id.clear())
    }

    #[test]
    fn a_session_id_is_illegal_parameter() {
        refuses(quic(), |client| client, PeerFault::SessionIdForbidden, Alert::ILLEGAL_PARAMETER);
    }

    #[test]
    fn a_client_that_offers_no_application_protocol_is_no_application_protocol() {
        refuses(quic(), without_session_id, PeerFault::NoSharedProtocol, Alert::NO_APPLICATION_PROTOCOL);
    }

    #[test]
    fn transport_parameters_that_are_required_and_missing_are_missing_extension() {
        let extension = ExtensionType::QUIC_TRANSPORT_PARAMETERS;
        let own = ForeignExtension { required: true, ..ForeignExtension::new(extension, b"mine") };
        let with_protocol = |client: Peer| {
            without_session_id(client).on(ClientHello, |hello| {
                hello.extensions.push(
                    ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
                    &ProtocolNameList::from([b"h3".to_vec()].as_slice()),
                );
            })
        };
        let server = quic().with_foreign_extension(own);
        refuses(server, with_protocol, missing(extension), Alert::MISSING_EXTENSION);
    }
}
