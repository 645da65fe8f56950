//! ServerHello (§4.2.3).

use super::*;

fn on_hello(change: impl Fn(&mut body::ServerHello) + Clone + 'static) -> Meeting {
    client_meets(|server| server.on(ServerHello, change.clone()))
}

//= R-4.2.3-2 test
//= R-E.5-9 test
#[test]
fn a_legacy_version_other_than_tls_1_2_is_protocol_version() {
    for version in [ProtocolVersion::TLS10, ProtocolVersion::TLS13] {
        on_hello(move |hello| hello.legacy_version = version)
            .is_refused(PeerFault::LegacyVersion(version), Alert::PROTOCOL_VERSION);
    }
}

//= R-4.2.3-5 test
#[test]
fn a_session_id_that_is_not_echoed_is_illegal_parameter() {
    on_hello(|hello| hello.legacy_session_id_echo.clear())
        .is_refused(PeerFault::SessionIdNotEchoed, Alert::ILLEGAL_PARAMETER);
    on_hello(|hello| hello.legacy_session_id_echo[31] ^= 1)
        .is_refused(PeerFault::SessionIdNotEchoed, Alert::ILLEGAL_PARAMETER);
}

//= R-4.2.3-6 test
#[test]
fn a_suite_that_was_not_offered_is_illegal_parameter() {
    let suite = CipherSuite::TLS_AES_128_CCM_SHA256;
    on_hello(move |hello| hello.cipher_suite = suite)
        .is_refused(PeerFault::SuiteNotOffered(suite), Alert::ILLEGAL_PARAMETER);
}

//= R-4.2.3-8 test
#[test]
fn a_compression_method_is_illegal_parameter() {
    on_hello(|hello| hello.legacy_compression_method = 1)
        .is_refused(PeerFault::Compression, Alert::ILLEGAL_PARAMETER);
}

//= R-4.3.1-11 test
//= R-E.1-3 test
#[test]
fn a_server_hello_of_an_older_version_is_protocol_version() {
    on_hello(|hello| hello.extensions = Extensions::default())
        .is_refused(PeerFault::NoSharedVersion, Alert::PROTOCOL_VERSION);
    // TLS 1.2 without an extension block.
    client_meets(|server| {
        let no_block = |body: &mut Vec<u8>| body.truncate(2 + 32 + 1 + 32 + 2 + 1);
        server.on_bytes(ServerHello, no_block)
    })
    .is_refused(PeerFault::NoSharedVersion, Alert::PROTOCOL_VERSION);
}

//= R-4.2.3-15 test
//= R-4.2.3-17 test
#[test]
fn a_downgrade_sentinel_in_an_older_server_hello_is_illegal_parameter() {
    for sentinel in [DOWNGRADE_SENTINEL_TLS11, DOWNGRADE_SENTINEL_TLS12] {
        on_hello(move |hello| {
            hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS);
            hello.random[24..].copy_from_slice(&sentinel);
        })
        .is_refused(PeerFault::Downgraded, Alert::ILLEGAL_PARAMETER);
    }
}

#[test]
fn a_downgrade_sentinel_in_tls_1_3_says_nothing() {
    on_hello(|hello| hello.random[24..].copy_from_slice(&DOWNGRADE_SENTINEL_TLS12)).completes();
}

//= R-4.3.1-12 test
//= R-4.3.1-13 test
#[test]
fn a_selected_version_that_was_not_offered_is_illegal_parameter() {
    for selected_version in [ProtocolVersion::TLS12, ProtocolVersion(0x0305)] {
        let version = SupportedVersionsServerHello { selected_version };
        on_hello(move |hello| hello.extensions.set(ExtensionType::SUPPORTED_VERSIONS, &version))
            .is_refused(PeerFault::VersionNotOffered(selected_version), Alert::ILLEGAL_PARAMETER);
    }
}

#[test]
fn a_server_hello_without_key_share_is_missing_extension() {
    let missing = PeerFault::MissingExtension {
        message: HandshakeType::SERVER_HELLO,
        extension: ExtensionType::KEY_SHARE,
    };
    on_hello(|hello| hello.extensions.remove(ExtensionType::KEY_SHARE))
        .is_refused(missing, Alert::MISSING_EXTENSION);
}

fn share(group: NamedGroup, key_exchange: &'static [u8]) -> impl Fn(&mut body::ServerHello) + Clone {
    let server_share = KeyShareEntry { group, key_exchange };
    move |hello| hello.extensions.set(ExtensionType::KEY_SHARE, &KeyShareServerHello { server_share })
}

//= R-2-1 test
//= R-4.3.8-15 test
#[test]
fn a_share_of_a_group_without_a_share_of_ours_is_illegal_parameter() {
    // The first is offered as a group, the others are not.
    for group in [NamedGroup::SECP256R1, NamedGroup::X448, NamedGroup(0x0a0a)] {
        on_hello(share(group, &[4; 65]))
            .is_refused(PeerFault::GroupNotOffered(group), Alert::ILLEGAL_PARAMETER);
    }
}

#[test]
fn a_share_that_is_none_is_illegal_parameter() {
    // Too short, too long, and one whose shared secret is all zeros.
    let shares: [&'static [u8]; 3] = [&[9; 31], &[9; 33], &[0; 32]];
    for key_exchange in shares {
        on_hello(share(NamedGroup::X25519, key_exchange))
            .is_refused(PeerFault::BadKeyShare(NamedGroup::X25519), Alert::ILLEGAL_PARAMETER);
    }
    let p256 = |config: &mut Config| config.key_share_groups = Some(vec![NamedGroup::SECP256R1]);
    let off_the_curve = share(NamedGroup::SECP256R1, &[4; 65]);
    client_with(p256, |server| server.on(ServerHello, off_the_curve.clone()))
        .is_refused(PeerFault::BadKeyShare(NamedGroup::SECP256R1), Alert::ILLEGAL_PARAMETER);
    let infinity = share(NamedGroup::SECP256R1, &[0]);
    client_with(p256, |server| server.on(ServerHello, infinity.clone()))
        .is_refused(PeerFault::BadKeyShare(NamedGroup::SECP256R1), Alert::ILLEGAL_PARAMETER);
}

//= R9149-3-8 test
//= R9149-3-9 test
#[test]
fn extensions_that_have_no_place_in_server_hello_are_illegal_parameter() {
    for extension in [
        ExtensionType::RECORD_SIZE_LIMIT,
        ExtensionType::COOKIE,
        ExtensionType::STATUS_REQUEST,
        ExtensionType::TICKET_REQUEST,
    ] {
        on_hello(move |hello| hello.extensions.push_raw(extension, []))
            .is_refused(misplaced(HandshakeType::SERVER_HELLO, extension), Alert::ILLEGAL_PARAMETER);
    }
}

#[test]
fn extensions_that_were_not_asked_for_are_unsupported_extension() {
    for extension in [ExtensionType::PRE_SHARED_KEY, UNKNOWN] {
        on_hello(move |hello| hello.extensions.push_raw(extension, [0, 0]))
            .is_refused(unsolicited(HandshakeType::SERVER_HELLO, extension), Alert::UNSUPPORTED_EXTENSION);
    }
}

#[test]
fn an_extension_that_stands_twice_is_illegal_parameter() {
    let version = SupportedVersionsServerHello { selected_version: ProtocolVersion::TLS13 };
    let fault = ExtensionFault::Duplicate(ExtensionType::SUPPORTED_VERSIONS);
    on_hello(move |hello| hello.extensions.push(ExtensionType::SUPPORTED_VERSIONS, &version)).is_refused(
        PeerFault::Extension { message: HandshakeType::SERVER_HELLO, fault },
        Alert::ILLEGAL_PARAMETER,
    );
}

#[test]
fn bytes_too_few_or_too_many_are_decode_error() {
    let message = HandshakeType::SERVER_HELLO;
    client_meets(|server| server.on_bytes(ServerHello, |body| body.push(0)))
        .is_malformed(message, "ServerHello");
    client_meets(|server| server.on_bytes(ServerHello, |body| body.truncate(40)))
        .is_malformed(message, "legacy_session_id_echo");
    client_meets(|server| server.on_bytes(ServerHello, Vec::clear)).is_malformed(message, "legacy_version");
    on_hello(|hello| hello.extensions.change(ExtensionType::SUPPORTED_VERSIONS, |body| body.push(0)))
        .is_malformed(message, "SupportedVersions");
    on_hello(|hello| hello.extensions.change(ExtensionType::KEY_SHARE, |body| body.truncate(2)))
        .is_malformed(message, "key_exchange");
}

#[test]
fn a_message_longer_than_the_limit_is_illegal_parameter_as_soon_as_its_header_says_so() {
    let fault =
        PeerFault::MessageTooLong { message: HandshakeType::SERVER_HELLO, length: 0x1_0000, limit: 0xffff };
    client_meets(|server| server.messages_of(ServerHello, |messages| messages[0].length = Some(0x1_0000)))
        .is_refused(fault, Alert::ILLEGAL_PARAMETER);
}
