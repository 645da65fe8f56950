//! Raw public keys, and the negotiation of certificate types (RFC 7250), in both roles.

use handfast::alert::AlertDescription as Alert;
use handfast::crypto::PublicKeyError;
use handfast::handshake::{Config, PeerFault};
use handfast::message::{
    CertificateType, ClientCertificateType, ClientCertificateTypes, ExtensionFault, ExtensionType,
    HandshakeType, NamedGroup, ServerCertificateType, ServerCertificateTypes,
};

use crate::peer::step::*;
use crate::peer::{Peer, body};
use crate::subject::{KnownPsk, Meeting, PKI, PSK_IDENTITY, Subject, meeting, session};

const X509: CertificateType = CertificateType::X509;
const RAW: CertificateType = CertificateType::RAW_PUBLIC_KEY;
const CLIENT: ExtensionType = ExtensionType::CLIENT_CERTIFICATE_TYPE;
const SERVER: ExtensionType = ExtensionType::SERVER_CERTIFICATE_TYPE;

/// Both sides are to show these.
fn types(types: &[CertificateType]) -> impl Fn(&mut Config) {
    move |config| {
        config.accepted_certificate_types = types.to_vec();
        config.shown_certificate_types = types.to_vec();
    }
}

/// A SubjectPublicKeyInfo with a key of Ed448, which we do not have (RFC 8410 §4).
fn ed448() -> Vec<u8> {
    let mut spki = b"\x30\x43\x30\x05\x06\x03\x2b\x65\x71\x03\x3a\x00".to_vec();
    spki.resize(69, 1);
    spki
}

mod as_client {
    use super::*;

    fn client() -> Subject {
        Subject::client().with(types(&[RAW])).with_raw_public_key()
    }

    /// Selects these types, where it says anything.
    fn selecting(
        server: Peer,
        for_server: Option<CertificateType>,
        for_client: Option<CertificateType>,
    ) -> Peer {
        server.on(EncryptedExtensions, move |message| {
            if let Some(server_certificate_type) = for_server {
                message.extensions.push(SERVER, &ServerCertificateType { server_certificate_type });
            }
            if let Some(client_certificate_type) = for_client {
                message.extensions.push(CLIENT, &ClientCertificateType { client_certificate_type });
            }
        })
    }

    /// A server that shows its raw public key and wants ours.
    fn raw(server: Peer) -> Peer {
        selecting(
            server.with_credential(PKI.server.credential.clone().raw_public_key()),
            Some(RAW),
            Some(RAW),
        )
    }

    fn meets(script: impl Fn(Peer) -> Peer) -> Meeting {
        meeting(client, |server| script(raw(server)))
    }

    //= R-4.5.1-13 test
    //= R7250-4.2-4 test
    #[test]
    fn raw_public_keys_go_both_ways_as_one_entry_without_extensions() {
        meets(|server| server).completes();
        meeting(|| client().with_external_key(), raw).completes();
        let subject = client().with(|config| config.request_ocsp = true);
        let mut peer = raw(subject.peer());
        let mut floor = subject.floor();
        floor.meet(&mut peer).unwrap();
        let shown = peer.heard.iter().find(|message| message.msg_type == HandshakeType::CERTIFICATE).unwrap();
        let shown = <body::Certificate as body::Body>::read(&shown.body);
        let [entry] = shown.certificate_list.as_slice() else { panic!("{shown:?}") };
        assert_eq!(entry.cert_data, PKI.client.credential.key.public_key().spki());
        assert_eq!(entry.extensions, body::Extensions::default());
        let connected = floor.connected().unwrap();
        let chain = connected.peer_chain.as_ref().unwrap();
        assert_eq!(chain.raw_public_key(), Some(PKI.server.credential.key.public_key().spki()));
        assert_eq!((chain.certificate_type(), chain.certificates().count()), (RAW, 0));
    }

    //= R7250-4.1-1 test
    //= R7250-4.1-2 test
    #[test]
    fn both_client_hellos_list_the_types_in_order_unless_they_are_x509_alone() {
        let lists = |subject: Subject| {
            let mut peer = raw(subject.peer()).retrying(NamedGroup::SECP256R1);
            subject.floor().meet(&mut peer).unwrap();
            let hellos = peer.heard.iter().filter(|message| message.msg_type == HandshakeType::CLIENT_HELLO);
            let read = |hello: body::ClientHello| {
                let accepted = hello.extensions.get::<ServerCertificateTypes<'_>>();
                let shown = hello.extensions.get::<ClientCertificateTypes<'_>>();
                (
                    accepted.map(|list| list.server_certificate_types.to_vec()),
                    shown.map(|list| list.client_certificate_types.to_vec()),
                )
            };
            let hellos: Vec<_> =
                hellos.map(|hello| read(<body::ClientHello as body::Body>::read(&hello.body))).collect();
            let [first, second] = hellos.as_slice() else { panic!("{hellos:?}") };
            assert_eq!(first, second);
            first.clone()
        };
        let both = client().with(types(&[RAW, X509]));
        assert_eq!(lists(both), (Some(vec![RAW, X509]), Some(vec![RAW, X509])));
        let one = client().with(|config| config.shown_certificate_types = vec![X509, RAW]);
        assert_eq!(lists(one), (Some(vec![RAW]), Some(vec![X509, RAW])));
        for default in [&[][..], &[X509]] {
            let subject = Subject::client().with(types(default));
            let mut peer = subject.peer();
            subject.floor().meet(&mut peer).unwrap();
            let hello = <body::ClientHello as body::Body>::read(&peer.heard[0].body);
            assert_eq!((hello.extensions.find(SERVER), hello.extensions.find(CLIENT)), (None, None));
        }
    }

    #[test]
    fn either_type_may_be_selected_where_both_are_listed() {
        let both = || client().with(|config| config.accepted_certificate_types = vec![RAW, X509]);
        for selected in [None, Some(X509)] {
            meeting(both, |server| selecting(server, selected, Some(RAW))).completes();
        }
        meeting(both, raw).completes();
    }

    //= R7250-4.2-3 test
    //= R7250-4.2-4 test
    #[test]
    fn a_type_that_was_not_listed_is_illegal_parameter() {
        for other in [X509, CertificateType(5)] {
            let fault = PeerFault::CertificateTypeNotOffered(other);
            meeting(client, |server| selecting(server, Some(other), None))
                .is_refused(fault.clone(), Alert::ILLEGAL_PARAMETER);
            meeting(client, |server| selecting(server, Some(RAW), Some(other)))
                .is_refused(fault, Alert::ILLEGAL_PARAMETER);
        }
    }

    #[test]
    fn types_that_were_not_offered_at_all_are_unsupported_extension() {
        for (for_server, for_client, extension) in [(Some(RAW), None, SERVER), (None, Some(RAW), CLIENT)] {
            let fault = PeerFault::Extension {
                message: HandshakeType::ENCRYPTED_EXTENSIONS,
                fault: ExtensionFault::Unsolicited(extension),
            };
            meeting(Subject::client, |server| selecting(server, for_server, for_client))
                .is_refused(fault, Alert::UNSUPPORTED_EXTENSION);
        }
    }

    //= R-4.5.1.2-1 test
    #[test]
    fn a_server_that_selects_nothing_shows_x509_which_is_unsupported_certificate_where_we_do_not_take_it() {
        meeting(client, |server| selecting(server, None, None))
            .is_refused(PeerFault::NoSharedCertificateType, Alert::UNSUPPORTED_CERTIFICATE);
    }

    //= R7250-3-1 test
    #[test]
    fn what_is_no_public_key_is_decode_error_and_one_of_an_unknown_algorithm_is_unsupported_certificate() {
        let rule = "a SubjectPublicKeyInfo in DER, and nothing after it (RFC 5280 §4.1.2.7)";
        meets(|server| server.with_credential(PKI.server.credential.clone()))
            .is_refused(PeerFault::RawPublicKey(PublicKeyError::Malformed { rule }), Alert::DECODE_ERROR);
        meets(|server| server.on(Certificate, |message| message.certificate_list[0].cert_data = ed448()))
            .is_refused(
                PeerFault::RawPublicKey(PublicKeyError::Unsupported {
                    algorithm: "Ed448 (1.3.101.113)".into(),
                }),
                Alert::UNSUPPORTED_CERTIFICATE,
            );
    }

    //= R-4.5.1-13 test
    #[test]
    fn a_second_entry_beside_a_raw_public_key_is_illegal_parameter() {
        meets(|server| {
            server.on(Certificate, |message| {
                let again = message.certificate_list[0].clone();
                message.certificate_list.push(again);
            })
        })
        .is_refused(PeerFault::BesideRawPublicKey, Alert::ILLEGAL_PARAMETER);
    }

    #[test]
    fn a_raw_public_key_is_proved_by_certificate_verify_like_any_other() {
        meets(|server| server.on(CertificateVerify, |message| message.signature[20] ^= 1))
            .is_refused(PeerFault::BadSignature, Alert::DECRYPT_ERROR);
        meets(|server| server.on(Certificate, |message| message.certificate_list.clear()))
            .is_refused(PeerFault::NoServerCertificate, Alert::DECODE_ERROR);
    }
}

mod as_server {
    use super::*;

    fn server() -> Subject {
        Subject::server().with(types(&[RAW])).with_raw_public_key()
    }

    /// Lists these types for server and client, where it lists any.
    fn listing(
        client: Peer,
        for_server: Option<&'static [CertificateType]>,
        for_client: Option<&'static [CertificateType]>,
    ) -> Peer {
        client.on(ClientHello, move |hello| {
            let psks = hello.extensions.find(ExtensionType::PRE_SHARED_KEY).map(<[u8]>::to_vec);
            hello.extensions.remove(ExtensionType::PRE_SHARED_KEY);
            if let Some(types) = for_server {
                hello.extensions.push(SERVER, &ServerCertificateTypes::from(types));
            }
            if let Some(types) = for_client {
                hello.extensions.push(CLIENT, &ClientCertificateTypes::from(types));
            }
            // They come last (§4.3.11).
            if let Some(psks) = psks {
                hello.extensions.push_raw(ExtensionType::PRE_SHARED_KEY, psks);
            }
        })
    }

    /// A client that wants a raw public key and shows its own.
    fn raw(client: Peer) -> Peer {
        listing(
            client.with_credential(PKI.client.credential.clone().raw_public_key()),
            Some(&[RAW]),
            Some(&[CertificateType(5), RAW]),
        )
    }

    fn meets(script: impl Fn(Peer) -> Peer) -> Meeting {
        meeting(server, |client| script(raw(client)))
    }

    /// The types that a server of ours selects for itself and for the client.
    fn selected(subject: Subject, peer: Peer) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let mut peer = peer;
        subject.floor().meet(&mut peer).unwrap();
        let message = peer.heard.iter().find(|it| it.msg_type == HandshakeType::ENCRYPTED_EXTENSIONS);
        let answers = <body::EncryptedExtensions as body::Body>::read(&message.unwrap().body);
        let find = |extension| answers.extensions.find(extension).map(<[u8]>::to_vec);
        (find(SERVER), find(CLIENT))
    }

    //= R-4.5.1-13 test
    //= R7250-4.2-3 test
    //= R7250-4.2-4 test
    #[test]
    fn raw_public_keys_go_both_ways_and_encrypted_extensions_say_so() {
        meets(|client| client).completes();
        meeting(|| server().with_external_key(), raw).completes();
        let subject = server();
        let peer = raw(subject.peer());
        assert_eq!(selected(subject, peer), (Some(vec![2]), Some(vec![2])));
    }

    #[test]
    fn our_first_type_that_the_client_lists_too_is_selected() {
        let both: &[CertificateType] = &[RAW, X509];
        for (ours, expected) in [(&[X509, RAW], 0), (&[RAW, X509], 2)] {
            let subject = server().with(|config| config.accepted_certificate_types = ours.to_vec());
            let credential = PKI.client.credential.clone();
            let credential = if expected == 2 { credential.raw_public_key() } else { credential };
            let peer = listing(subject.peer().with_credential(credential), Some(both), Some(both));
            assert_eq!(selected(subject, peer), (Some(vec![2]), Some(vec![expected])));
        }
    }

    //= R7250-4.2-1 test
    #[test]
    fn what_the_client_is_to_show_is_not_said_where_it_is_not_asked() {
        let subject = server().with(|config| config.client_auth = handfast::ClientAuth::None);
        let peer = raw(subject.peer());
        assert_eq!(selected(subject, peer), (Some(vec![2]), None));
    }

    #[test]
    fn nothing_is_selected_where_the_client_lists_nothing_and_where_a_session_is_resumed_our_own_type() {
        let subject = Subject::server();
        let peer = subject.peer();
        assert_eq!(selected(subject, peer), (None, None));
        let session = session();
        let subject = server().with_psk(KnownPsk::Session(std::sync::Arc::new(session.clone())));
        let subject = subject.with(|config| config.client_auth = handfast::ClientAuth::None);
        let psk = handfast::resumption::Psk::of_session(&session).unwrap();
        let peer = raw(subject.peer()).with_psk(PSK_IDENTITY, psk);
        assert_eq!(selected(subject, peer), (Some(vec![2]), None));
    }

    //= R7250-4.2-2 test
    #[test]
    fn without_a_type_in_common_the_handshake_ends_with_unsupported_certificate() {
        let refused = |subject: fn() -> Subject, for_server, for_client| {
            meeting(subject, |client| listing(client, for_server, for_client))
                .is_refused(PeerFault::NoSharedCertificateType, Alert::UNSUPPORTED_CERTIFICATE);
        };
        refused(Subject::server, Some(&[RAW]), None);
        refused(Subject::server, None, Some(&[RAW]));
        refused(server, Some(&[RAW]), Some(&[CertificateType(5)]));
        refused(server, Some(&[RAW]), None);
        refused(server, None, Some(&[RAW]));
    }

    //= R7250-4.1-1 test
    //= R7250-4.1-2 test
    #[test]
    fn a_list_of_x509_alone_is_illegal_parameter_and_an_empty_one_decode_error() {
        for (for_server, for_client) in [(Some(&[X509][..]), None), (None, Some(&[X509][..]))] {
            meeting(Subject::server, |client| listing(client, for_server, for_client))
                .is_refused(PeerFault::DefaultCertificateType, Alert::ILLEGAL_PARAMETER);
        }
        for (extension, field) in [(SERVER, "server_certificate_types"), (CLIENT, "client_certificate_types")]
        {
            meeting(Subject::server, |client| {
                client.on(ClientHello, move |hello| hello.extensions.push_raw(extension, [0]))
            })
            .is_malformed(HandshakeType::CLIENT_HELLO, field);
        }
    }

    #[test]
    fn a_certificate_in_place_of_a_raw_public_key_is_decode_error() {
        let rule = "a SubjectPublicKeyInfo in DER, and nothing after it (RFC 5280 §4.1.2.7)";
        meets(|client| client.with_credential(PKI.client.credential.clone()))
            .is_refused(PeerFault::RawPublicKey(PublicKeyError::Malformed { rule }), Alert::DECODE_ERROR);
    }
}
