//! Post-handshake authentication (§4.7.2): a client of ours is asked, a server of ours asks, and the peer does well or
//! does not.

use std::sync::Arc;

use handfast::alert::AlertDescription as Alert;
use handfast::connection::{Credentials, Fault};
use handfast::crypto::HashAlgorithm;
use handfast::handshake::{
    Ask, Carrier, ClientAuth, Config, Epoch, Milestone, POST_HANDSHAKE_CLIENT_ARROWS,
    POST_HANDSHAKE_SERVER_ARROWS, PeerAuthenticated, PeerFault, RequestRefused, Role, mermaid,
};
use handfast::message::{
    ExtensionFault, ExtensionType, HandshakeType, KeyUpdateRequest, SignatureScheme, SignatureSchemeList,
};
use handfast::record::ContentType;
use handfast::resumption::Psk;

use crate::authority;
use crate::matrix;
use crate::peer::post_handshake::Answer;
use crate::peer::record::Record;
use crate::peer::step::{Message, Step};
use crate::peer::{Credential, Peer, body, step};
use crate::subject::{Floor, Identity, KnownPsk, PKI, PSK_IDENTITY, Subject, Talk, crypto};

/// A client that is willing.
fn willing_client() -> Subject {
    Subject::client().with(|config| config.post_handshake_auth = true)
}

/// A server that asks no client before it wants to, and then lets those without a certificate be.
fn asking_server() -> Subject {
    Subject::server().with(|config| {
        config.client_auth = ClientAuth::None;
        config.post_handshake_client_auth = ClientAuth::Optional;
    })
}

/// A client that offers `post_handshake_auth`.
fn willing(peer: Peer) -> Peer {
    peer.on(step::ClientHello, |hello| {
        hello.extensions.0.insert(0, (ExtensionType::POST_HANDSHAKE_AUTH, Vec::new()))
    })
}

/// A server of ours and a willing client, connected.
fn asked(server: Subject) -> Talk {
    let mut talk = Talk::between(server, willing);
    talk.run().unwrap();
    assert!(talk.end.connection.is_connected() && talk.peer.is_connected());
    talk
}

/// Asks, and gives the context and the request as the peer hears it.
fn request(talk: &mut Talk) -> ([u8; 32], Message) {
    let context = talk.end.connection.request_client_certificate().unwrap();
    talk.run().unwrap();
    (context, talk.peer.last_request())
}

fn credential() -> Credential {
    PKI.client.credential.clone()
}

fn says(talk: &mut Talk, messages: &[Message]) -> Result<(), Fault> {
    let bytes = messages.iter().flat_map(Message::to_bytes).collect::<Vec<_>>();
    // Finished may stand behind others, and nothing behind Finished.
    talk.hear(&Record::handshake(Epoch::Application, bytes))
}

fn peer_fault(fault: Fault) -> PeerFault {
    let Fault::Handshake(handfast::handshake::Fault::Peer(fault)) = fault else { panic!("{fault}") };
    fault
}

fn authenticated(talk: &Talk) -> Vec<&PeerAuthenticated> {
    fn client(milestone: &Milestone) -> Option<&PeerAuthenticated> {
        if let Milestone::ClientAuthenticated(client) = milestone { Some(client) } else { None }
    }
    talk.end.milestones.iter().filter_map(client).collect()
}

mod client {
    use super::*;

    /// The schemes of our own answers.
    fn answered(talk: &Talk) -> Vec<Option<SignatureScheme>> {
        let answered = |milestone: &Milestone| {
            let Milestone::CertificateRequestAnswered { signature_scheme } = milestone else { return None };
            Some(*signature_scheme)
        };
        talk.end.milestones.iter().filter_map(answered).collect()
    }

    fn answer(context: &[u8], certificates: usize) -> Answer {
        Answer { context: context.to_vec(), certificates }
    }

    /// What the peer has heard behind the client's Finished.
    fn heard_last(talk: &Talk, count: usize) -> Vec<HandshakeType> {
        let all: Vec<_> = talk.peer.heard.iter().map(|message| message.msg_type).collect();
        all[all.len() - count..].to_vec()
    }

    //= R-4.7.2-2 test
    //= R-4.7.2-3 test
    #[test]
    fn a_willing_client_answers_with_certificate_certificate_verify_and_finished() {
        let mut talk = Talk::connected(willing_client());
        talk.peer.request_certificate(b"first");
        talk.run().unwrap();
        assert_eq!(talk.peer.answers, [answer(b"first", 1)]);
        let flight = [HandshakeType::CERTIFICATE, HandshakeType::CERTIFICATE_VERIFY, HandshakeType::FINISHED];
        assert_eq!(heard_last(&talk, 3), flight);
        assert_eq!(answered(&talk), [Some(SignatureScheme::ECDSA_SECP256R1_SHA256)]);
    }

    //= R-4.7.2-4 test
    #[test]
    fn a_client_without_a_certificate_answers_with_an_empty_one_and_finished() {
        let subject = willing_client().with_connection(|builder| {
            builder.credentials = Credentials::Listed(Vec::new());
        });
        let mut talk = Talk::connected(subject);
        talk.peer.request_certificate(b"first");
        talk.run().unwrap();
        assert_eq!(talk.peer.answers, [answer(b"first", 0)]);
        assert_eq!(heard_last(&talk, 2), [HandshakeType::CERTIFICATE, HandshakeType::FINISHED]);
        assert_eq!(answered(&talk), [None]);
    }

    //= R-4.7.2-5 test
    #[test]
    fn several_requests_with_data_and_key_updates_among_them_are_each_answered_in_one_piece() {
        let mut talk = Talk::connected(willing_client());
        talk.peer.request_certificate(b"first");
        talk.peer.say(&Record::data(b"data"));
        talk.peer.request_certificate(b"second");
        talk.peer.say_key_update(KeyUpdateRequest::UPDATE_REQUESTED);
        talk.peer.request_certificate(b"third");
        talk.run().unwrap();
        talk.end.connection.update_keys(true);
        talk.peer.request_certificate(&[4; 255]);
        talk.run().unwrap();
        // The peer verifies Finished under the keys of its record, and takes no message in between.
        let contexts = [&b"first"[..], b"second", b"third", &[4; 255]];
        assert_eq!(talk.peer.answers, contexts.map(|context| answer(context, 1)));
        assert_eq!(talk.end.plaintext, b"data");
    }

    /// A client whose caller is asked, and does not answer behind the handshake.
    fn silent_client() -> Talk {
        Talk::connected(willing_client().with_connection(|builder| builder.credentials = Credentials::Ask))
    }

    #[test]
    fn while_a_credential_is_chosen_data_and_key_updates_go_on_both_ways() {
        let mut talk = silent_client();
        talk.peer.request_certificate(b"slow");
        talk.run().unwrap();
        assert!(matches!(talk.end.connection.pending(), Some(Ask::ChooseCredential(_))));
        talk.end.connection.update_keys(false);
        talk.peer.say_key_update(KeyUpdateRequest::UPDATE_REQUESTED);
        talk.hear(&Record::data(b"data")).unwrap();
        assert_eq!((talk.end.plaintext.as_slice(), talk.peer.answers.len()), (&b"data"[..], 0));
        let mut out = [0; 100];
        let sealed = talk.end.connection.seal(b"ours", &mut out).unwrap();
        talk.peer.take(&out[..sealed.written]);
        talk.answer_pending();
        talk.run().unwrap();
        assert_eq!(
            (talk.peer.data.as_slice(), &talk.peer.answers),
            (&b"ours"[..], &vec![answer(b"slow", 1)])
        );
    }

    fn refuses(mut talk: Talk, alert: Alert) -> PeerFault {
        peer_fault(talk.ends_with(alert))
    }

    #[test]
    fn a_context_that_comes_twice_is_illegal_parameter() {
        let mut talk = Talk::connected(willing_client());
        talk.peer.request_certificate(b"one");
        talk.run().unwrap();
        talk.peer.request_certificate(b"one");
        assert_eq!(refuses(talk, Alert::ILLEGAL_PARAMETER), PeerFault::CertificateRequestContext);
    }

    #[test]
    fn a_request_that_lacks_or_misplaces_an_extension_or_does_not_decode_is_refused() {
        let message = HandshakeType::CERTIFICATE_REQUEST;
        let refused = |change: fn(&mut body::CertificateRequest), alert| {
            let mut talk = Talk::connected(willing_client());
            talk.peer.request_certificate_with(b"one", change);
            refuses(talk, alert)
        };
        let extension = ExtensionType::SIGNATURE_ALGORITHMS;
        let fault = refused(|request| request.extensions.0.clear(), Alert::MISSING_EXTENSION);
        assert_eq!(fault, PeerFault::MissingExtension { message, extension });
        let fault = refused(
            |request| request.extensions.push_raw(ExtensionType::KEY_SHARE, []),
            Alert::ILLEGAL_PARAMETER,
        );
        let misplaced = ExtensionFault::Misplaced(ExtensionType::KEY_SHARE);
        assert_eq!(fault, PeerFault::Extension { message, fault: misplaced });
        let fault =
            refused(|request| request.extensions.set_raw(ExtensionType(13), [0]), Alert::DECODE_ERROR);
        assert!(matches!(fault, PeerFault::Malformed { .. }));
    }

    #[test]
    fn a_request_that_no_certificate_fits_is_answered_with_an_empty_one() {
        let mut talk = Talk::connected(willing_client());
        talk.peer.request_certificate_with(b"one", |request| {
            let schemes = [SignatureScheme::ED25519];
            let schemes = SignatureSchemeList::from(schemes.as_slice());
            request.extensions.set(ExtensionType::SIGNATURE_ALGORITHMS, &schemes);
        });
        talk.run().unwrap();
        assert_eq!(talk.peer.answers, [answer(b"one", 0)]);
    }

    #[test]
    fn the_fifth_unanswered_certificate_request_is_unexpected_message() {
        let mut talk = silent_client();
        for number in 0..4 {
            talk.peer.request_certificate(&[number]);
            talk.run().unwrap();
        }
        talk.peer.request_certificate(&[4]);
        let what = "CertificateRequests without an answer";
        let fault = talk.run().unwrap_err();
        assert_eq!(fault, Fault::Handshake(PeerFault::TooMany { what, limit: 4 }.into()));
        assert_eq!(fault.alert(), Some(Alert::UNEXPECTED_MESSAGE));
    }

    #[test]
    fn the_33rd_certificate_request_on_a_connection_is_unexpected_message() {
        let mut talk = Talk::connected(willing_client());
        for number in 0..32 {
            talk.peer.request_certificate(&[number]);
            talk.run().unwrap();
        }
        talk.peer.request_certificate(&[32]);
        let what = "CertificateRequests on one connection";
        assert_eq!(refuses(talk, Alert::UNEXPECTED_MESSAGE), PeerFault::TooMany { what, limit: 32 });
    }

    //= R-4.4.2-9 test
    #[test]
    fn a_request_on_a_connection_of_an_external_psk_is_unexpected_message() {
        let psk = || Psk::external(&[3; 32], HashAlgorithm::Sha256);
        let subject = willing_client().with_psk(KnownPsk::External(psk()));
        let mut talk = Talk::between(subject, |peer| peer.with_psk(PSK_IDENTITY, psk()));
        talk.run().unwrap();
        assert!(talk.peer.is_connected());
        talk.peer.request_certificate(b"one");
        let message = HandshakeType::CERTIFICATE_REQUEST;
        assert_eq!(
            refuses(talk, Alert::UNEXPECTED_MESSAGE),
            PeerFault::Unexpected { state: "Connected", message }
        );
    }

    #[test]
    fn a_failed_answer_ends_the_connection() {
        let mut talk = silent_client();
        talk.peer.request_certificate(b"one");
        talk.run().unwrap();
        let failed = talk.end.connection.pending().unwrap().failed();
        talk.end.connection.answer(failed).unwrap();
        talk.ends_with(Alert::INTERNAL_ERROR);
    }
}

mod server {
    use super::*;

    //= R-4.7.2-1 test
    //= R-4.4.2-5 test
    #[test]
    fn a_server_learns_who_a_willing_client_is() {
        let mut talk = asked(asking_server());
        assert_eq!(authenticated(&talk).len(), 0);
        let (context, message) = request(&mut talk);
        let answer = talk.peer.answer(&message, Some(&credential()), |_| {});
        says(&mut talk, &answer).unwrap();
        let clients = authenticated(&talk);
        assert_eq!(clients[0].certificate_request_context, context);
        let identity = clients[0].peer_identity.as_ref().unwrap();
        assert_eq!(identity.spiffe_id.as_ref().unwrap().as_str(), "spiffe://test/client");
        assert_eq!(clients[0].peer_chain.as_ref().unwrap().len(), 1);
        assert_eq!(clients[0].signature_scheme, Some(SignatureScheme::ECDSA_SECP256R1_SHA256));
        let (second, _) = request(&mut talk);
        assert_ne!(context, second);
    }

    #[test]
    fn a_client_that_shows_none_is_let_be_or_refused_as_the_config_says() {
        let mut talk = asked(asking_server());
        let (context, message) = request(&mut talk);
        let answer = talk.peer.answer(&message, None, |_| {});
        says(&mut talk, &answer).unwrap();
        let clients = authenticated(&talk);
        assert_eq!((clients[0].certificate_request_context, clients.len()), (context, 1));
        assert!(clients[0].peer_identity.is_none() && clients[0].peer_chain.is_none());

        let required =
            asking_server().with(|config| config.post_handshake_client_auth = ClientAuth::Required);
        let mut talk = asked(required);
        let (_, message) = request(&mut talk);
        let answer = talk.peer.answer(&message, None, |_| {});
        assert!(says(&mut talk, &answer).is_err());
        let fault = talk.ends_with(Alert::CERTIFICATE_REQUIRED);
        assert_eq!(fault, Fault::Handshake(PeerFault::NoClientCertificate.into()));
    }

    //= R-4.7.2-7 test
    //= R-4.7.2-8 test
    #[test]
    fn answers_may_come_late_behind_data_and_key_updates_and_in_another_order() {
        let mut talk = asked(asking_server());
        let (first, first_message) = request(&mut talk);
        let (second, second_message) = request(&mut talk);
        talk.hear(&Record::data(b"data")).unwrap();
        talk.peer.say_key_update(KeyUpdateRequest::UPDATE_REQUESTED);
        talk.peer.say_key_update(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
        talk.end.connection.update_keys(true);
        talk.run().unwrap();
        let answer = talk.peer.answer(&second_message, Some(&credential()), |_| {});
        says(&mut talk, &answer).unwrap();
        talk.peer.say_key_update(KeyUpdateRequest::UPDATE_REQUESTED);
        let answer = talk.peer.answer(&first_message, Some(&credential()), |_| {});
        says(&mut talk, &answer).unwrap();
        talk.hear(&Record::data(b" goes on")).unwrap();
        let contexts: Vec<_> =
            authenticated(&talk).iter().map(|client| client.certificate_request_context).collect();
        assert_eq!((contexts, talk.end.plaintext.as_slice()), (vec![second, first], &b"data goes on"[..]));
    }

    /// The server ends with this fault when the answer is changed like this.
    #[track_caller]
    fn refuses(change: impl Fn(&mut Message), alert: Alert) -> PeerFault {
        refuses_of(&credential(), change, alert)
    }

    #[track_caller]
    fn refuses_of(credential: &Credential, change: impl Fn(&mut Message), alert: Alert) -> PeerFault {
        let mut talk = asked(asking_server());
        let (_, message) = request(&mut talk);
        let answer = talk.peer.answer(&message, Some(credential), change);
        assert!(says(&mut talk, &answer).is_err());
        peer_fault(talk.ends_with(alert))
    }

    /// Changes the body of this step's message.
    fn on<S: Step>(_: S, change: impl Fn(&mut S::Body)) -> impl Fn(&mut Message) {
        use crate::peer::body::Body;
        move |message| {
            if message.msg_type == S::TYPE {
                let mut body = S::Body::read(&message.body);
                change(&mut body);
                message.body = body.write();
            }
        }
    }

    #[test]
    fn a_context_that_was_not_asked_with_is_illegal_parameter() {
        let other = on(step::Certificate, |message| message.certificate_request_context = vec![1]);
        assert_eq!(refuses(other, Alert::ILLEGAL_PARAMETER), PeerFault::CertificateRequestContext);
        let none = on(step::Certificate, |message| message.certificate_request_context.clear());
        assert_eq!(refuses(none, Alert::ILLEGAL_PARAMETER), PeerFault::CertificateRequestContext);
    }

    #[test]
    fn a_second_answer_to_one_request_is_refused() {
        let mut talk = asked(asking_server());
        let (_, message) = request(&mut talk);
        let answer = talk.peer.answer(&message, Some(&credential()), |_| {});
        says(&mut talk, &answer).unwrap();
        assert!(says(&mut talk, &answer).is_err());
        talk.ends_with(Alert::UNEXPECTED_MESSAGE);

        let mut talk = asked(asking_server());
        let (_, message) = request(&mut talk);
        request(&mut talk);
        let answer = talk.peer.answer(&message, Some(&credential()), |_| {});
        says(&mut talk, &answer).unwrap();
        assert!(says(&mut talk, &answer).is_err());
        let fault = talk.ends_with(Alert::ILLEGAL_PARAMETER);
        assert_eq!(fault, Fault::Handshake(PeerFault::CertificateRequestContext.into()));
    }

    #[test]
    fn a_proof_that_does_not_verify_is_decrypt_error() {
        let signature = on(step::CertificateVerify, |message| message.signature[20] ^= 1);
        assert_eq!(refuses(signature, Alert::DECRYPT_ERROR), PeerFault::BadSignature);
        let finished = on(step::Finished, |message| message.verify_data[20] ^= 1);
        assert_eq!(refuses(finished, Alert::DECRYPT_ERROR), PeerFault::BadFinished);
        let with_other_key = Credential { key: Arc::clone(&PKI.server.credential.key), ..credential() };
        assert_eq!(refuses_of(&with_other_key, |_| {}, Alert::DECRYPT_ERROR), PeerFault::BadSignature);
    }

    #[test]
    fn a_scheme_that_was_not_offered_or_does_not_fit_the_key_is_illegal_parameter() {
        let scheme = SignatureScheme::RSA_PKCS1_SHA256;
        let pkcs1 = on(step::CertificateVerify, move |message| message.algorithm = scheme);
        assert_eq!(refuses(pkcs1, Alert::ILLEGAL_PARAMETER), PeerFault::SchemeNotOffered(scheme));
        let scheme = SignatureScheme::ED25519;
        let ed25519 = on(step::CertificateVerify, move |message| message.algorithm = scheme);
        assert_eq!(refuses(ed25519, Alert::ILLEGAL_PARAMETER), PeerFault::SchemeDoesNotFitKey(scheme));
    }

    #[test]
    fn a_certificate_with_an_extension_that_was_not_asked_for_is_unsupported_extension() {
        let staple = on(step::Certificate, |message| {
            message.certificate_list[0].extensions.push_raw(ExtensionType::STATUS_REQUEST, [1]);
        });
        let fault = ExtensionFault::Unsolicited(ExtensionType::STATUS_REQUEST);
        let message = HandshakeType::CERTIFICATE;
        assert_eq!(refuses(staple, Alert::UNSUPPORTED_EXTENSION), PeerFault::Extension { message, fault });
    }

    #[test]
    fn a_chain_that_leads_to_no_anchor_is_unknown_ca() {
        let stranger = authority::root(authority::ca("stranger"));
        let identity = Identity::issue(authority::client("spiffe://test/client"), &stranger);
        let mut talk = asked(asking_server());
        let (_, message) = request(&mut talk);
        let answer = talk.peer.answer(&message, Some(&identity.credential), |_| {});
        assert!(says(&mut talk, &answer).is_err());
        talk.ends_with(Alert::UNKNOWN_CA);
    }

    #[test]
    fn a_record_of_another_type_between_the_messages_of_an_answer_is_unexpected_message() {
        let mut talk = asked(asking_server());
        let (_, message) = request(&mut talk);
        let answer = talk.peer.answer(&message, Some(&credential()), |_| {});
        says(&mut talk, &answer[..1]).unwrap();
        let fault = talk.refuses(&Record::data(b"data"), Alert::UNEXPECTED_MESSAGE);
        assert_eq!(fault, Fault::Interleaved(ContentType::APPLICATION_DATA));
    }

    #[test]
    fn a_client_that_did_not_offer_it_or_has_an_external_psk_is_not_asked() {
        let mut talk = Talk::connected(asking_server());
        let refused = talk.end.connection.request_client_certificate();
        assert_eq!(refused, Err(RequestRefused::NotOffered));

        let psk = || Psk::external(&[3; 32], HashAlgorithm::Sha256);
        let subject = asking_server().with_psk(KnownPsk::External(psk()));
        let mut talk = Talk::between(subject, |peer| willing(peer.with_psk(PSK_IDENTITY, psk())));
        talk.run().unwrap();
        let refused = talk.end.connection.request_client_certificate();
        assert_eq!(refused, Err(RequestRefused::NotOffered));
    }
}

//= R-4.3.6-1 test
#[test]
fn nobody_is_asked_where_that_cannot_be() {
    let mut talk = Talk::between(asking_server(), willing);
    let refused = |talk: &mut Talk| talk.end.connection.request_client_certificate().unwrap_err();
    assert_eq!(refused(&mut talk), RequestRefused::NotConnected);
    talk.run().unwrap();
    talk.end.connection.close();
    assert_eq!(refused(&mut talk), RequestRefused::Closed);
    assert_eq!(refused(&mut Talk::connected(willing_client())), RequestRefused::NotServer);
    assert_eq!(refused(&mut asked(Subject::server())), RequestRefused::NotEnabled);
    assert_eq!(refused(&mut Talk::connected(asking_server())), RequestRefused::NotOffered);
    let mut talk = asked(asking_server());
    talk.end.connection.abort(Alert::GENERAL_ERROR);
    assert_eq!(refused(&mut talk), RequestRefused::Closed);
}

#[test]
fn no_more_is_asked_than_the_limits_allow() {
    let mut talk = asked(asking_server());
    for _ in 0..4 {
        request(&mut talk);
    }
    let refused = talk.end.connection.request_client_certificate();
    assert_eq!(refused, Err(RequestRefused::TooMany { limit: 4 }));
    let mut talk = asked(asking_server());
    for _ in 0..32 {
        let (_, message) = request(&mut talk);
        let answer = talk.peer.answer(&message, None, |_| {});
        says(&mut talk, &answer).unwrap();
    }
    let refused = talk.end.connection.request_client_certificate();
    assert_eq!(refused, Err(RequestRefused::TooMany { limit: 32 }));
}

#[test]
fn a_connection_that_keeps_its_transcript_does_not_split() {
    let mut talk = asked(asking_server());
    let connection = std::mem::replace(&mut talk.end.connection, Subject::client().connection().connection);
    assert!(connection.split().is_err());
    for talk in [Talk::connected(asking_server()), Talk::connected(Subject::client())] {
        assert!(talk.end.connection.split().is_ok(), "nothing is kept");
    }
}

#[test]
fn an_offer_with_content_is_decode_error() {
    let script = |peer: Peer| {
        peer.on(step::ClientHello, |hello| {
            hello.extensions.push_raw(ExtensionType::POST_HANDSHAKE_AUTH, [0]);
        })
    };
    let mut talk = Talk::between(asking_server(), script);
    talk.ends_with(Alert::DECODE_ERROR);
}

#[test]
fn a_carrier_without_records_has_none_of_it() {
    for change in [
        |config: &mut Config| config.post_handshake_auth = true,
        |config: &mut Config| config.post_handshake_client_auth = ClientAuth::Optional,
    ] {
        let mut config = Config::new(crypto());
        config.carrier = Carrier::Quic;
        config.application_protocols = vec![b"h3".to_vec()];
        assert_eq!(config.check(), Ok(()));
        change(&mut config);
        assert!(config.check().unwrap_err().starts_with("post_handshake_auth"));
    }
}

/// A machine on the floor in a state of §4.7.2, or behind the handshake alone, and what comes next there.
struct Stop {
    state: &'static str,
    floor: Floor,
    /// May KeyUpdate and the like come?
    is_between: bool,
}

fn client_stops() -> Vec<Stop> {
    let at = |state, external: bool, answers: usize| {
        let subject = || if external { willing_client().with_external_key() } else { willing_client() };
        let (mut floor, mut peer) = (subject().floor(), subject().peer());
        floor.meet(&mut peer).unwrap();
        if state != "Connected" {
            peer.request_certificate(b"one");
            let (epoch, bytes) = peer.chunks.pop_front().unwrap();
            floor.answers = false;
            floor.machine.receive(epoch, &bytes);
            floor.work().unwrap();
            for _ in 0..answers {
                let answer = floor.answer(floor.machine.pending().unwrap());
                floor.machine.answer(answer).unwrap();
                floor.work().unwrap();
            }
        }
        Stop { state, floor, is_between: true }
    };
    vec![at("Connected", false, 0), at("ChoosingCredential", false, 0), at("Signing", true, 1)]
}

fn server_stops() -> Vec<Stop> {
    let at = |state, messages: usize| {
        let (mut floor, mut peer) = (asking_server().floor(), willing(asking_server().peer()));
        floor.meet(&mut peer).unwrap();
        if state != "Connected" {
            floor.machine.request_client_certificate().unwrap();
            floor.carry_to(&mut peer);
            let request = peer.last_request();
            floor.answers = false;
            for message in peer.answer(&request, Some(&credential()), |_| {}).iter().take(messages) {
                floor.machine.receive(Epoch::Application, &message.to_bytes());
                floor.work().unwrap();
            }
            assert_eq!(floor.machine.pending().is_some(), state == "JudgingPeer");
        }
        Stop { state, floor, is_between: !matches!(state, "WaitCv" | "WaitFinished") }
    };
    [("Connected", 0), ("WaitCert", 0), ("WaitCv", 1), ("WaitFinished", 2), ("JudgingPeer", 3)]
        .map(|(state, messages)| at(state, messages))
        .into()
}

/// As in the main handshake: what no arrow draws is `unexpected_message`, whether an ask is open or not.
#[test]
fn every_state_behind_the_handshake_meets_every_message() {
    let (mut refused, mut taken) = (0, 0);
    for role in [Role::Client, Role::Server] {
        let (stops, arrows): (fn() -> Vec<Stop>, _) = match role {
            Role::Client => (client_stops, POST_HANDSHAKE_CLIENT_ARROWS),
            Role::Server => (server_stops, POST_HANDSHAKE_SERVER_ARROWS),
        };
        for message in matrix::messages() {
            for Stop { state, mut floor, is_between } in stops() {
                floor.machine.receive(Epoch::Application, &message.to_bytes());
                let outcome = floor.work();
                let name = matrix::name_of(message.msg_type);
                let is_drawn = arrows.iter().any(|arrow| {
                    // A request may come at any time, whatever the others wait for.
                    let is_here = arrow.from == state || arrow.from == "Connected";
                    is_here && arrow.on == name && !name.is_empty()
                });
                let is_allowed = is_between && matrix::is_post_handshake(role, message.msg_type);
                if is_drawn || is_allowed {
                    // One of another handshake may be wrong, but not unexpected.
                    let is_unexpected =
                        outcome.is_err_and(|fault| fault.alert() == Alert::UNEXPECTED_MESSAGE);
                    assert!(!is_unexpected, "{state} {message:?}");
                    taken += 1;
                    continue;
                }
                let shown = if is_between { "Connected" } else { state };
                let fault = PeerFault::Unexpected { state: shown, message: message.msg_type };
                assert_eq!(outcome, Err(fault.into()), "{state} {message:?}");
                refused += 1;
            }
        }
    }
    assert_eq!((refused, taken), (185, 15));
}

#[test]
fn the_diagrams_of_the_ledger_are_those_of_the_tables() {
    let spec = include_str!("../../SPEC.md");
    for arrows in [POST_HANDSHAKE_CLIENT_ARROWS, POST_HANDSHAKE_SERVER_ARROWS] {
        let diagram = format!("```mermaid\n{}```\n", mermaid(arrows));
        assert!(spec.contains(&diagram), "SPEC.md lacks this diagram:\n{diagram}");
    }
}
