//! HelloRetryRequest (§4.2.4).

use super::*;

/// A server that asks for a share of P-256, with a changed HelloRetryRequest.
fn on_retry(change: impl Fn(&mut body::ServerHello) + Clone + 'static) -> Meeting {
    client_meets(|server| server.retrying(NamedGroup::SECP256R1).on(HelloRetryRequest, change.clone()))
}

/// The same with a changed ServerHello behind a correct HelloRetryRequest.
fn on_hello(change: impl Fn(&mut body::ServerHello) + Clone + 'static) -> Meeting {
    client_meets(|server| server.retrying(NamedGroup::SECP256R1).on(ServerHello, change.clone()))
}

fn asks_for(selected_group: NamedGroup) -> impl Fn(&mut body::ServerHello) + Clone {
    move |retry| retry.extensions.set(ExtensionType::KEY_SHARE, &KeyShareHelloRetryRequest { selected_group })
}

//= R-4.3.8-12 test
//= R-4.3.8-13 test
#[test]
fn a_group_that_was_not_offered_is_illegal_parameter() {
    let group = NamedGroup::SECP521R1;
    on_retry(asks_for(group)).is_refused(PeerFault::GroupNotOffered(group), Alert::ILLEGAL_PARAMETER);
}

//= R-4.3.8-12 test
//= R-4.3.8-13 test
#[test]
fn a_group_of_which_a_share_was_sent_is_illegal_parameter() {
    let group = NamedGroup::X25519;
    on_retry(asks_for(group)).is_refused(PeerFault::GroupAlreadyShared(group), Alert::ILLEGAL_PARAMETER);
}

//= R-4.2.4-5 test
#[test]
fn a_retry_that_changes_nothing_is_illegal_parameter() {
    on_retry(|retry| retry.extensions.remove(ExtensionType::KEY_SHARE))
        .is_refused(PeerFault::RetryChangesNothing, Alert::ILLEGAL_PARAMETER);
}

//= R-4.2.4-7 test
//= R-4.3.2-2 test
#[test]
fn a_retry_for_a_cookie_alone_is_answered_with_it_and_the_same_shares() {
    on_retry(|retry| {
        retry.extensions.remove(ExtensionType::KEY_SHARE);
        retry.extensions.push(ExtensionType::COOKIE, &Cookie { cookie: b"crumbs" });
    })
    .completes();
}

//= R-4.2.4-6 test
#[test]
fn a_second_retry_is_unexpected_message() {
    let mut second = None;
    for step in 0..2 {
        let retry = second.clone();
        let server = move |server: Peer| {
            let server = server.retrying(NamedGroup::SECP256R1);
            match &retry {
                Some(retry) => server.instead(ServerHello, Clone::clone(retry)),
                None => server,
            }
        };
        if step == 1 {
            client_meets(server).is_refused(PeerFault::SecondRetry, Alert::UNEXPECTED_MESSAGE);
        } else {
            second = Some(retry_of(server));
        }
    }
}

/// The HelloRetryRequest of a server.
fn retry_of(script: impl Fn(Peer) -> Peer) -> Message {
    let (mut floor, mut peer) = (Subject::client().floor(), script(Subject::client().peer()));
    floor.work().unwrap();
    floor.carry_to(&mut peer);
    let (_, mut retry) = peer.chunks.pop_front().unwrap();
    Message::take(&mut retry).unwrap()
}

//= R-4.2.4-4 test
//= R-4.2.4-8 test
#[test]
fn what_server_hello_must_not_say_a_retry_must_not_either() {
    let suite = CipherSuite::TLS_AES_128_CCM_SHA256;
    on_retry(move |retry| retry.cipher_suite = suite)
        .is_refused(PeerFault::SuiteNotOffered(suite), Alert::ILLEGAL_PARAMETER);
    on_retry(|retry| retry.legacy_version = ProtocolVersion::TLS13)
        .is_refused(PeerFault::LegacyVersion(ProtocolVersion::TLS13), Alert::PROTOCOL_VERSION);
    on_retry(|retry| retry.legacy_session_id_echo.truncate(31))
        .is_refused(PeerFault::SessionIdNotEchoed, Alert::ILLEGAL_PARAMETER);
    on_retry(|retry| retry.legacy_compression_method = 0xff)
        .is_refused(PeerFault::Compression, Alert::ILLEGAL_PARAMETER);
    on_retry(|retry| retry.extensions.remove(ExtensionType::SUPPORTED_VERSIONS))
        .is_refused(PeerFault::NoSharedVersion, Alert::PROTOCOL_VERSION);
}

#[test]
fn extensions_other_than_a_cookie_that_were_not_asked_for_are_unsupported_extension() {
    let message = HandshakeType::SERVER_HELLO;
    on_retry(|retry| retry.extensions.push_raw(UNKNOWN, []))
        .is_refused(unsolicited(message, UNKNOWN), Alert::UNSUPPORTED_EXTENSION);
    on_retry(|retry| retry.extensions.push_raw(ExtensionType::SUPPORTED_GROUPS, []))
        .is_refused(misplaced(message, ExtensionType::SUPPORTED_GROUPS), Alert::ILLEGAL_PARAMETER);
}

//= R-4.2.4-10 test
#[test]
fn another_suite_behind_it_is_illegal_parameter() {
    let suite = CipherSuite::TLS_AES_256_GCM_SHA384;
    on_hello(move |hello| hello.cipher_suite = suite)
        .is_refused(PeerFault::SuiteChangedAfterRetry(suite), Alert::ILLEGAL_PARAMETER);
}

//= R-4.3.8-17 test
//= R-4.3.8-18 test
#[test]
fn another_group_behind_it_is_illegal_parameter() {
    let server_share = KeyShareEntry { group: NamedGroup::X25519, key_exchange: &[9; 32] };
    on_hello(move |hello| {
        hello.extensions.set(ExtensionType::KEY_SHARE, &KeyShareServerHello { server_share })
    })
    .is_refused(PeerFault::GroupChangedAfterRetry(NamedGroup::X25519), Alert::ILLEGAL_PARAMETER);
}

//= R-4.2.4-12 test
#[test]
fn an_older_version_behind_it_is_illegal_parameter() {
    on_hello(|hello| hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS))
        .is_refused(PeerFault::VersionChangedAfterRetry, Alert::ILLEGAL_PARAMETER);
}
