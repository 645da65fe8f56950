//! Certificates together with an external PSK (`tls_cert_with_extern_psk`, RFC 8773), in both roles.

use std::sync::Arc;

use handfast::alert::AlertDescription as Alert;
use handfast::crypto::HashAlgorithm;
use handfast::handshake::{self, Authentication, CertWithExternPsk, ClientAuth, OwnFault, PeerFault};
use handfast::message::{
    CipherSuite, ExtensionFault, ExtensionType, HandshakeType, NamedGroup, OfferedPsks, PskKeyExchangeMode,
    PskKeyExchangeModes, SelectedPsk,
};
use handfast::resumption::Psk;

use crate::peer::step::*;
use crate::peer::{Peer, body};
use crate::subject::{KnownPsk, Meeting, PSK_IDENTITY, Subject, know_groups, meeting, session};

const BOTH: ExtensionType = ExtensionType::CERT_WITH_EXTERN_PSK;

fn external() -> Psk {
    Psk::external(&[3; 32], HashAlgorithm::Sha256)
}

fn client(both: CertWithExternPsk) -> Subject {
    Subject::client()
        .with_psk(KnownPsk::External(external()))
        .with(|config| config.cert_with_extern_psk = both)
}

/// A server that requires a certificate of the client.
fn server(both: CertWithExternPsk) -> Subject {
    Subject::server()
        .with_psk(KnownPsk::External(external()))
        .with(|config| config.cert_with_extern_psk = both)
}

/// A client of ours meets a server that knows its PSK and uses it with certificates.
fn client_meets(both: CertWithExternPsk, script: impl Fn(Peer) -> Peer) -> Meeting {
    let peer = |server: Peer| server.with_psk(PSK_IDENTITY, external()).with_certificates();
    meeting(|| client(both), |server| script(peer(server)))
}

/// A client that uses its PSK with certificates meets a server of ours that knows it.
fn server_meets(both: CertWithExternPsk, script: impl Fn(Peer) -> Peer) -> Meeting {
    let peer = |client: Peer| client.with_psk(PSK_IDENTITY, external()).with_certificates();
    meeting(|| server(both), |client| script(peer(client)))
}

/// By what a subject that meets its correct peer is authenticated.
fn authentication(subject: Subject, script: impl Fn(Peer) -> Peer) -> Authentication {
    let mut peer = script(subject.peer().with_psk(PSK_IDENTITY, external()));
    let mut floor = subject.floor();
    floor.meet(&mut peer).unwrap();
    let connected = floor.connected().unwrap();
    let by_psk = connected.authentication != Authentication::Certificate;
    assert_eq!(connected.external_psk.as_deref(), by_psk.then_some(PSK_IDENTITY));
    connected.authentication
}

const ACTIVE: [CertWithExternPsk; 2] = [CertWithExternPsk::Offered, CertWithExternPsk::Required];

//= R8773-4-1 test
//= R8773-4-4 test
//= R8773-4-5 test
//= R8773-5.1-2 test
//= R8773-5.2-1 test
//= R8773-5.2-2 test
#[test]
fn certificates_authenticate_both_sides_and_the_keys_depend_on_the_psk() {
    for both in ACTIVE {
        client_meets(both, |server| server).completes();
        server_meets(both, |client| client).completes();
        for subject in [client(both), server(both)] {
            let found = authentication(subject, Peer::with_certificates);
            assert_eq!(found, Authentication::CertificateWithExternalPsk);
        }
    }
}

#[test]
fn a_key_elsewhere_signs_in_such_a_handshake_too() {
    for subject in [client(CertWithExternPsk::Required), server(CertWithExternPsk::Required)] {
        let found = authentication(subject.with_external_key(), Peer::with_certificates);
        assert_eq!(found, Authentication::CertificateWithExternalPsk);
    }
}

/// Where the other side does not take part, what is left depends on whether we insist.
#[test]
fn a_peer_that_does_not_take_part_gets_what_there_was_without() {
    let offered = CertWithExternPsk::Offered;
    assert_eq!(authentication(client(offered), |server| server), Authentication::ExternalPsk);
    // It requires a certificate, and a PSK alone shows none.
    assert_eq!(authentication(server(offered), |client| client), Authentication::Certificate);
    let asks_nobody = server(offered).with(|config| config.client_auth = ClientAuth::None);
    assert_eq!(authentication(asks_nobody, |client| client), Authentication::ExternalPsk);
    let never = server(CertWithExternPsk::Never).with(|config| config.client_auth = ClientAuth::None);
    assert_eq!(authentication(never, Peer::with_certificates), Authentication::ExternalPsk);
    let stranger = |server: Peer| server.with_psk(b"another", external()).with_certificates();
    assert_eq!(authentication(client(offered), stranger), Authentication::Certificate);
}

mod as_client {
    use super::*;

    //= R8773-4-2 test
    //= R8773-5-4 test
    //= R8773-5.1-1 test
    //= R8773-5.1-3 test
    #[test]
    fn both_client_hellos_have_it_with_its_companions_and_without_sessions_and_early_data() {
        let mut session = session();
        session.max_early_data_size = 100;
        let subject = client(CertWithExternPsk::Offered)
            .with_psk_called(b"session", KnownPsk::Session(Arc::new(session)))
            .with(|config| config.early_data = true);
        let mut peer = subject
            .peer()
            .with_psk(PSK_IDENTITY, external())
            .with_certificates()
            .retrying(NamedGroup::SECP256R1);
        subject.floor().meet(&mut peer).unwrap();
        let hellos = peer.heard.iter().filter(|message| message.msg_type == HandshakeType::CLIENT_HELLO);
        let hellos: Vec<_> =
            hellos.map(|message| <body::ClientHello as body::Body>::read(&message.body)).collect();
        assert_eq!(hellos.len(), 2);
        for hello in hellos {
            assert_eq!(hello.extensions.find(BOTH), Some(&[][..]));
            assert!(hello.extensions.find(ExtensionType::KEY_SHARE).is_some());
            assert_eq!(hello.extensions.find(ExtensionType::EARLY_DATA), None);
            let psks: OfferedPsks<'_> = hello.extensions.get().unwrap();
            assert_eq!(psks.identities().map(|psk| psk.identity).collect::<Vec<_>>(), [PSK_IDENTITY]);
            let modes: PskKeyExchangeModes<'_> = hello.extensions.get().unwrap();
            assert!(modes.ke_modes.contains(PskKeyExchangeMode::PSK_DHE_KE));
        }
    }

    #[test]
    fn without_an_external_psk_it_is_not_sent_and_what_requires_it_says_nothing() {
        let bare = |both| Subject::client().with(|config| config.cert_with_extern_psk = both);
        meeting(|| bare(CertWithExternPsk::Offered), |server| server).completes();
        let subject = bare(CertWithExternPsk::Required);
        let mut peer = subject.peer();
        let fault = subject.floor().meet(&mut peer).unwrap_err();
        assert_eq!(fault, handshake::Fault::Own(OwnFault::NoExternalPsk));
    }

    //= R8773-4-4 test
    #[test]
    fn an_answer_without_a_psk_or_a_share_is_missing_extension() {
        for extension in [ExtensionType::PRE_SHARED_KEY, ExtensionType::KEY_SHARE] {
            let fault = PeerFault::MissingExtension { message: HandshakeType::SERVER_HELLO, extension };
            client_meets(CertWithExternPsk::Offered, |server| {
                server.on(ServerHello, move |hello| hello.extensions.remove(extension))
            })
            .is_refused(fault, Alert::MISSING_EXTENSION);
        }
    }

    #[test]
    fn an_answer_that_is_not_empty_is_decode_error() {
        client_meets(CertWithExternPsk::Offered, |server| {
            server.on(ServerHello, |hello| hello.extensions.set_raw(BOTH, [0]))
        })
        .heard(Alert::DECODE_ERROR);
    }

    //= R8773-5-2 test
    #[test]
    fn an_answer_that_was_not_asked_for_is_unsupported_extension() {
        let unsolicited = PeerFault::Extension {
            message: HandshakeType::SERVER_HELLO,
            fault: ExtensionFault::Unsolicited(BOTH),
        };
        client_meets(CertWithExternPsk::Never, |server| {
            server.on(ServerHello, |hello| hello.extensions.push_raw(BOTH, []))
        })
        .is_refused(unsolicited, Alert::UNSUPPORTED_EXTENSION);
    }

    //= R8773-5-1 test
    //= R8773-5-3 test
    #[test]
    fn in_any_other_message_it_is_illegal_parameter() {
        let misplaced = |message| PeerFault::Extension { message, fault: ExtensionFault::Misplaced(BOTH) };
        client_meets(CertWithExternPsk::Offered, |server| {
            server.on(EncryptedExtensions, |answers| answers.extensions.push_raw(BOTH, []))
        })
        .is_refused(misplaced(HandshakeType::ENCRYPTED_EXTENSIONS), Alert::ILLEGAL_PARAMETER);
        client_meets(CertWithExternPsk::Offered, |server| {
            server.on(CertificateRequest, |request| request.extensions.push_raw(BOTH, []))
        })
        .is_refused(misplaced(HandshakeType::CERTIFICATE_REQUEST), Alert::ILLEGAL_PARAMETER);
        client_meets(CertWithExternPsk::Offered, |server| {
            server
                .retrying(NamedGroup::SECP256R1)
                .on(HelloRetryRequest, |retry| retry.extensions.push_raw(BOTH, []))
        })
        .is_refused(misplaced(HandshakeType::SERVER_HELLO), Alert::ILLEGAL_PARAMETER);
    }

    //= R8773-5.2-1 test
    #[test]
    fn a_server_that_shows_no_certificate_then_is_unexpected_message() {
        let fault = PeerFault::Unexpected { state: "WaitCertCr", message: HandshakeType::FINISHED };
        client_meets(CertWithExternPsk::Offered, |server| {
            server.omit(CertificateRequest).omit(Certificate).omit(CertificateVerify)
        })
        .is_refused(fault, Alert::UNEXPECTED_MESSAGE);
    }

    #[test]
    fn a_client_that_requires_both_takes_neither_alone() {
        let declined = |meeting: Meeting| {
            meeting.is_refused(PeerFault::CertWithExternPskDeclined, Alert::HANDSHAKE_FAILURE);
        };
        let required = CertWithExternPsk::Required;
        declined(meeting(|| client(required), |server| server.with_psk(PSK_IDENTITY, external())));
        declined(meeting(|| client(required), |server| server));
        declined(client_meets(required, |server| {
            server.on(ServerHello, |hello| hello.extensions.remove(BOTH))
        }));
    }

    //= R8773-5-4 test
    #[test]
    fn a_retry_with_a_suite_that_no_psk_fits_is_handshake_failure() {
        client_meets(CertWithExternPsk::Offered, |server| {
            server.retrying(NamedGroup::SECP256R1).with_suites(&[CipherSuite::TLS_AES_256_GCM_SHA384])
        })
        .is_refused(PeerFault::CertWithExternPskDeclined, Alert::HANDSHAKE_FAILURE);
    }

    //= R8773-5.3-1 test
    #[test]
    fn a_server_that_does_not_know_the_psk_does_not_verify() {
        let subject = client(CertWithExternPsk::Required);
        let stranger =
            subject.peer().with_psk(b"not offered", Psk::external(&[4; 32], HashAlgorithm::Sha256));
        let mut stranger = stranger.on(ServerHello, |hello| {
            let first = SelectedPsk { selected_identity: 0 };
            hello.extensions.push(ExtensionType::PRE_SHARED_KEY, &first);
            hello.extensions.push_raw(BOTH, []);
        });
        let fault = subject.floor().meet(&mut stranger).unwrap_err();
        assert_eq!((fault.alert(), fault), (Alert::DECRYPT_ERROR, PeerFault::BadFinished.into()));
    }
}

mod as_server {
    use super::*;

    fn misused(meeting: &Meeting, with: &'static str) {
        meeting.is_refused(PeerFault::CertWithExternPskMisused { with }, Alert::ILLEGAL_PARAMETER);
    }

    //= R8773-4-3 test
    #[test]
    fn early_data_beside_it_is_illegal_parameter() {
        misused(&server_meets(CertWithExternPsk::Offered, Peer::with_early_data), "early_data");
    }

    //= R8773-5.1-4 test
    #[test]
    fn a_session_beside_it_is_illegal_parameter() {
        let known = || KnownPsk::Session(Arc::new(session()));
        let subject = || {
            let server = Subject::server().with_psk(known());
            server.with(|config| config.cert_with_extern_psk = CertWithExternPsk::Offered)
        };
        let outcome =
            meeting(subject, |client| client.with_psk(PSK_IDENTITY, known().psk()).with_certificates());
        misused(&outcome, "a resumption PSK");
    }

    //= R8773-5.1-1 test
    #[test]
    fn modes_without_psk_dhe_ke_are_illegal_parameter() {
        let outcome = server_meets(CertWithExternPsk::Offered, |client| {
            client.on(ClientHello, |hello| {
                let modes = [PskKeyExchangeMode::PSK_KE];
                let modes = PskKeyExchangeModes::from(modes.as_slice());
                hello.extensions.set(ExtensionType::PSK_KEY_EXCHANGE_MODES, &modes);
            })
        });
        misused(&outcome, "psk_key_exchange_modes without psk_dhe_ke");
    }

    //= R8773-4-1 test
    #[test]
    fn without_one_of_its_companions_it_is_missing_extension() {
        let missing =
            |extension| PeerFault::MissingExtension { message: HandshakeType::CLIENT_HELLO, extension };
        server_meets(CertWithExternPsk::Offered, |client| {
            client.on(ClientHello, |hello| hello.extensions.remove(ExtensionType::PRE_SHARED_KEY))
        })
        .is_refused(missing(ExtensionType::PRE_SHARED_KEY), Alert::MISSING_EXTENSION);
        server_meets(CertWithExternPsk::Offered, |client| {
            client.on(ClientHello, |hello| hello.extensions.remove(ExtensionType::PSK_KEY_EXCHANGE_MODES))
        })
        .is_refused(missing(ExtensionType::PSK_KEY_EXCHANGE_MODES), Alert::MISSING_EXTENSION);
        server_meets(CertWithExternPsk::Offered, |client| {
            client.on(ClientHello, |hello| {
                hello.extensions.remove(ExtensionType::KEY_SHARE);
                hello.extensions.remove(ExtensionType::SUPPORTED_GROUPS);
            })
        })
        .is_refused(missing(ExtensionType::KEY_SHARE), Alert::MISSING_EXTENSION);
        server_meets(CertWithExternPsk::Offered, |client| {
            client.on(ClientHello, |hello| hello.extensions.remove(ExtensionType::SIGNATURE_ALGORITHMS))
        })
        .is_refused(missing(ExtensionType::SIGNATURE_ALGORITHMS), Alert::MISSING_EXTENSION);
    }

    #[test]
    fn one_that_is_not_empty_is_decode_error() {
        server_meets(CertWithExternPsk::Offered, |client| {
            client.on(ClientHello, |hello| hello.extensions.set_raw(BOTH, [0]))
        })
        .heard(Alert::DECODE_ERROR);
    }

    //= R8773-5-4 test
    #[test]
    fn a_second_client_hello_without_it_is_illegal_parameter() {
        let retrying = || {
            let server = server(CertWithExternPsk::Offered);
            server.with(|config| know_groups(config, &[NamedGroup::SECP256R1]))
        };
        let what = "a field or an extension that it must repeat";
        let peer = |client: Peer| client.with_psk(PSK_IDENTITY, external()).with_certificates();
        meeting(retrying, peer).completes();
        meeting(retrying, |client| peer(client).on(SecondClientHello, |hello| hello.extensions.remove(BOTH)))
            .is_refused(PeerFault::ClientHelloChanged { what }, Alert::ILLEGAL_PARAMETER);
    }

    #[test]
    fn a_binder_that_does_not_verify_is_decrypt_error() {
        server_meets(CertWithExternPsk::Required, |client| {
            client.with_psk(PSK_IDENTITY, Psk::external(&[4; 32], HashAlgorithm::Sha256))
        })
        .is_refused(PeerFault::BadBinder, Alert::DECRYPT_ERROR);
    }

    /// The PSK proves nothing of the client's name: a certificate that is required stays required.
    //= R8773-5.2-2 test
    #[test]
    fn a_client_that_shows_no_certificate_is_certificate_required() {
        server_meets(CertWithExternPsk::Offered, Peer::without_credential)
            .is_refused(PeerFault::NoClientCertificate, Alert::CERTIFICATE_REQUIRED);
    }

    #[test]
    fn a_server_that_requires_both_takes_neither_alone() {
        let unknown = |meeting: Meeting| {
            meeting.is_refused(PeerFault::NoExternalPsk, Alert::UNKNOWN_PSK_IDENTITY);
        };
        let asks_nobody =
            || server(CertWithExternPsk::Required).with(|config| config.client_auth = ClientAuth::None);
        unknown(meeting(asks_nobody, |client| client));
        unknown(meeting(asks_nobody, |client| client.with_psk(PSK_IDENTITY, external())));
        unknown(server_meets(CertWithExternPsk::Required, |client| client.with_psk(b"another", external())));
    }
}
