//! The ClientHello behind a HelloRetryRequest (§4.2.2, §4.2.4).

use handfast::message::{CipherSuite, KeyShareClientHello, KeyShareEntry};

use super::*;
use crate::subject::know_groups;

/// A server that asks for a share of P-256, and a client that changes its second ClientHello.
fn on_hello(change: impl Fn(&mut body::ClientHello) + Clone + 'static) -> Meeting {
    server_with(
        |config| know_groups(config, &[NamedGroup::SECP256R1]),
        |client| client.on(SecondClientHello, change.clone()),
    )
}

/// The same of a server whose HelloRetryRequest has a cookie.
fn with_cookie(change: impl Fn(&mut body::ClientHello) + Clone + 'static) -> Meeting {
    server_with(
        |config| {
            know_groups(config, &[NamedGroup::SECP256R1]);
            config.hello_retry_cookie = true;
        },
        |client| client.on(SecondClientHello, change.clone()),
    )
}

fn changed(what: &'static str) -> PeerFault {
    PeerFault::ClientHelloChanged { what }
}

//= R-4.2.4-9 test
#[test]
fn the_same_with_the_share_asked_for_is_taken() {
    on_hello(|_| {}).completes();
    with_cookie(|_| {}).completes();
}

#[test]
fn one_that_does_not_repeat_the_first_is_illegal_parameter() {
    let changes: [fn(&mut body::ClientHello); 6] = [
        |hello| hello.random[0] ^= 1,
        |hello| hello.legacy_session_id[0] ^= 1,
        |hello| hello.cipher_suites.reverse(),
        |hello| hello.cipher_suites.push(CipherSuite::TLS_AES_128_CCM_SHA256),
        |hello| hello.extensions.push_raw(UNKNOWN, []),
        |hello| hello.extensions.remove(ExtensionType::SERVER_NAME),
    ];
    let fault = changed("a field or an extension that it must repeat");
    for change in changes {
        on_hello(change).is_refused(fault.clone(), Alert::ILLEGAL_PARAMETER);
        with_cookie(change).is_refused(fault.clone(), Alert::ILLEGAL_PARAMETER);
    }
}

#[test]
fn the_same_extensions_may_stand_in_another_order() {
    on_hello(|hello| hello.extensions.0.swap(0, 1)).completes();
    with_cookie(|hello| hello.extensions.0.swap(0, 1)).completes();
}

#[test]
fn padding_may_come_and_go() {
    on_hello(|hello| hello.extensions.push_raw(ExtensionType::PADDING, [0; 100])).completes();
}

//= R-4.3.10-6 test
#[test]
fn early_data_is_illegal_parameter() {
    on_hello(|hello| hello.extensions.push_raw(ExtensionType::EARLY_DATA, []))
        .is_refused(changed("early_data, which it must not hold"), Alert::ILLEGAL_PARAMETER);
}

#[test]
fn shares_other_than_the_one_asked_for_are_illegal_parameter() {
    let fault = changed("key_share, which must hold the share asked for alone");
    on_hello(|hello| hello.extensions.set_raw(ExtensionType::KEY_SHARE, [0, 0]))
        .is_refused(fault.clone(), Alert::ILLEGAL_PARAMETER);
    let shares = [KeyShareEntry { group: NamedGroup::X25519, key_exchange: &[9; 32] }];
    on_hello(move |hello| {
        hello.extensions.set(ExtensionType::KEY_SHARE, &KeyShareClientHello::from(shares.as_slice()));
    })
    .is_refused(fault.clone(), Alert::ILLEGAL_PARAMETER);
    on_hello(|hello| {
        hello.extensions.change(ExtensionType::KEY_SHARE, |body| {
            let also = [0, 0x1d, 0, 1, 9];
            body[1] += also.len() as u8;
            body.extend(also);
        });
    })
    .is_refused(fault, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn a_share_that_is_none_is_illegal_parameter() {
    let group = NamedGroup::SECP256R1;
    on_hello(|hello| hello.extensions.change(ExtensionType::KEY_SHARE, |body| body[6] = 5))
        .is_refused(PeerFault::BadKeyShare(group), Alert::ILLEGAL_PARAMETER);
}

#[test]
fn one_without_the_cookie_is_missing_extension() {
    with_cookie(|hello| hello.extensions.remove(ExtensionType::COOKIE))
        .is_refused(missing(ExtensionType::COOKIE), Alert::MISSING_EXTENSION);
}

#[test]
fn a_changed_cookie_is_illegal_parameter() {
    with_cookie(|hello| hello.extensions.change(ExtensionType::COOKIE, |body| body[2] ^= 0xff))
        .is_refused(PeerFault::BadCookie, Alert::ILLEGAL_PARAMETER);
    with_cookie(|hello| hello.extensions.set_raw(ExtensionType::COOKIE, [0, 1, 1]))
        .is_refused(PeerFault::BadCookie, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn an_empty_cookie_is_decode_error() {
    with_cookie(|hello| hello.extensions.set_raw(ExtensionType::COOKIE, [0, 0]))
        .is_malformed(HandshakeType::CLIENT_HELLO, "cookie");
}
