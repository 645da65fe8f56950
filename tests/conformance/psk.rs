//! Handshakes with a PSK (§4.3.9, §4.3.11), in both roles.

use std::sync::Arc;

use handfast::alert::AlertDescription as Alert;
use handfast::crypto::HashAlgorithm;
use handfast::handshake::{ClientAuth, PeerFault};
use handfast::message::{
    CipherSuite, ExtensionType, HandshakeType, PskKeyExchangeMode, PskKeyExchangeModes, SelectedPsk,
};
use handfast::resumption::Psk;

use crate::peer::Peer;
use crate::peer::step::*;
use crate::subject::{KnownPsk, Meeting, PSK_IDENTITY, Subject, meeting, session};

fn external() -> Psk {
    Psk::external(&[3; 32], HashAlgorithm::Sha256)
}

/// A client of ours offers the PSK to a server that knows it.
fn client_meets(script: impl Fn(Peer) -> Peer) -> Meeting {
    meeting(
        || Subject::client().with_psk(KnownPsk::External(external())),
        |server| script(server.with_psk(PSK_IDENTITY, external())),
    )
}

/// A client that knows the PSK offers it to a server of ours.
fn server_meets(known: &KnownPsk, script: impl Fn(Peer) -> Peer) -> Meeting {
    meeting(
        || {
            let server = Subject::server().with(|config| config.client_auth = ClientAuth::None);
            server.with_psk(known.clone())
        },
        |client| script(client.with_psk(PSK_IDENTITY, known.psk())),
    )
}

/// The server of ours knows an external PSK.
fn server_knows() -> KnownPsk {
    KnownPsk::External(external())
}

#[track_caller]
fn completes(meeting: &Meeting, with_certificate: bool) {
    meeting.completes();
    assert_eq!(meeting.authenticated_by_certificate(), with_certificate);
}

//= R-4.4.2-8 test
//= R-4.4.2-9 test
//= R-F.1-1 test
#[test]
fn a_psk_that_both_know_stands_for_certificates() {
    completes(&client_meets(|server| server), false);
    completes(&server_meets(&server_knows(), |client| client), false);
    completes(&server_meets(&KnownPsk::Session(Arc::new(session())), |client| client), false);
}

//= R-4.3.11-5 test
//= R-4.3.11-6 test
#[test]
fn a_psk_that_the_server_does_not_take_leaves_a_full_handshake() {
    let other = Psk::external(&[4; 32], HashAlgorithm::Sha256);
    completes(&server_meets(&server_knows(), |client| client.with_psk(b"other", other.clone())), true);
    let mut session = session();
    session.lifetime = 0;
    completes(&server_meets(&KnownPsk::Session(Arc::new(session)), |client| client), true);
}

mod as_client {
    use super::*;

    fn selects(server: Peer, selected_identity: u16) -> Peer {
        server.on(ServerHello, move |hello| {
            hello.extensions.set(ExtensionType::PRE_SHARED_KEY, &SelectedPsk { selected_identity });
        })
    }

    //= R-4.3.11-11 test
    //= R-4.3.11-12 test
    #[test]
    fn an_identity_that_was_not_offered_is_illegal_parameter() {
        for selected in [1, 0xffff] {
            client_meets(|server| selects(server, selected))
                .is_refused(PeerFault::PskNotOffered, Alert::ILLEGAL_PARAMETER);
        }
    }

    //= R-4.3.11-11 test
    //= R-4.3.11-12 test
    //= R-4.7.1-6 test
    #[test]
    fn a_suite_of_another_hash_is_illegal_parameter() {
        let outcome = client_meets(|server| {
            server.on(ServerHello, |hello| hello.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384)
        });
        outcome.is_refused(PeerFault::PskNotOffered, Alert::ILLEGAL_PARAMETER);
    }

    //= R-4.3.11-11 test
    //= R-4.3.11-12 test
    #[test]
    fn a_psk_without_a_share_where_we_want_one_is_illegal_parameter() {
        let outcome = client_meets(|server| {
            server.on(ServerHello, |hello| hello.extensions.remove(ExtensionType::KEY_SHARE))
        });
        outcome.is_refused(PeerFault::PskNotOffered, Alert::ILLEGAL_PARAMETER);
    }

    #[test]
    fn a_selected_psk_that_is_none_is_decode_error() {
        client_meets(|server| {
            server.on(ServerHello, |hello| hello.extensions.set_raw(ExtensionType::PRE_SHARED_KEY, [0]))
        })
        .heard(Alert::DECODE_ERROR);
    }

    /// A server that authenticates with a PSK sends neither (§4.4.2, §4.5.1).
    #[test]
    fn a_certificate_beside_a_psk_is_unexpected_message() {
        for message in [
            Message::of(CertificateRequest, &Default::default()),
            Message::of(Certificate, &Default::default()),
        ] {
            let message_type = message.msg_type;
            let fault = PeerFault::Unexpected { state: "WaitFinished", message: message_type };
            client_meets(|server| server.before(Finished, message.clone()))
                .is_refused(fault, Alert::UNEXPECTED_MESSAGE);
        }
    }

    /// With records it would not even be read: they are under other keys.
    #[test]
    fn a_server_that_does_not_know_the_psk_it_selects_does_not_verify() {
        let client = Subject::client().with_psk(server_knows());
        let stranger = client.peer().with_psk(b"not offered", Psk::external(&[4; 32], HashAlgorithm::Sha256));
        let mut stranger =
            selects(stranger, 0).omit(CertificateRequest).omit(Certificate).omit(CertificateVerify);
        let fault = client.floor().meet(&mut stranger).unwrap_err();
        assert_eq!((fault.alert(), fault), (Alert::DECRYPT_ERROR, PeerFault::BadFinished.into()));
    }
}

mod as_server {
    use super::*;

    fn on_offer(change: fn(&mut Vec<u8>)) -> Meeting {
        server_meets(&server_knows(), |client| {
            client.on(ClientHello, move |hello| {
                hello.extensions.change(ExtensionType::PRE_SHARED_KEY, change);
            })
        })
    }

    //= R-4.3.11-8 test
    //= R-4.3.11-9 test
    #[test]
    fn a_binder_that_does_not_verify_is_decrypt_error() {
        on_offer(|offer| *offer.last_mut().unwrap() = 1)
            .is_refused(PeerFault::BadBinder, Alert::DECRYPT_ERROR);
        let wrong_key = server_meets(&server_knows(), |client| {
            client.with_psk(PSK_IDENTITY, Psk::external(&[4; 32], HashAlgorithm::Sha256))
        });
        wrong_key.is_refused(PeerFault::BadBinder, Alert::DECRYPT_ERROR);
    }

    #[test]
    fn a_client_hello_that_was_changed_behind_its_binder_is_decrypt_error() {
        let outcome = server_meets(&server_knows(), |client| {
            client.records_at(ClientHello, |flight| flight.of(ClientHello).content[10] ^= 1)
        });
        outcome.is_refused(PeerFault::BadBinder, Alert::DECRYPT_ERROR);
    }

    #[test]
    fn more_binders_than_identities_are_illegal_parameter() {
        let outcome = on_offer(|offer| {
            let binders = offer.len() - 35;
            offer[binders] = 0;
            offer[binders + 1] = 66;
            offer.extend([&[32][..], &[1; 32]].concat());
        });
        outcome.is_refused(PeerFault::BinderCount, Alert::ILLEGAL_PARAMETER);
    }

    #[test]
    fn an_offer_that_is_none_is_decode_error() {
        let changes: [fn(&mut Vec<u8>); 3] = [|offer| offer.push(0), |offer| offer.truncate(9), Vec::clear];
        for change in changes {
            on_offer(change).heard(Alert::DECODE_ERROR);
        }
    }

    #[test]
    fn modes_of_which_we_take_none_leave_a_full_handshake() {
        let modes = [PskKeyExchangeMode::PSK_KE];
        let outcome = server_meets(&server_knows(), |client| {
            client.on(ClientHello, move |hello| {
                let modes = PskKeyExchangeModes::from(modes.as_slice());
                hello.extensions.set(ExtensionType::PSK_KEY_EXCHANGE_MODES, &modes);
            })
        });
        completes(&outcome, true);
    }

    #[test]
    fn a_certificate_beside_a_psk_is_unexpected_message() {
        let certificate = Message::of(Certificate, &Default::default());
        let outcome = server_meets(&server_knows(), |client| client.before(Finished, certificate.clone()));
        let fault = PeerFault::Unexpected { state: "WaitFinished", message: HandshakeType::CERTIFICATE };
        outcome.is_refused(fault, Alert::UNEXPECTED_MESSAGE);
    }
}
