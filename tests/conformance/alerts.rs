//! Every error alert of §6.2, seen by the peer for the reason that the section gives, or sent where only a caller can
//! know the reason.

use handfast::alert::{Alert, AlertDescription};
use handfast::connection::{ConfigBuilder, Fault, Trust, UnknownServerName};
use handfast::handshake::{self, Answer, Ask, OwnFault, PeerFault, Role};
use handfast::identity::ExpectedPeer;
use handfast::message::CipherSuite;
use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, SanType, date_time_ymd};

use crate::authority::{self, named};
use crate::peer::record::Record;
use crate::peer::step::*;
use crate::peer::{Credential, Peer};
use crate::subject::{Identity, PKI, Subject, Talk};

/// What ends a talk, and what the peer hears then.
#[track_caller]
fn ends(mut talk: Talk, alert: AlertDescription) -> Fault {
    talk.ends_with(alert)
}

/// A client of ours refuses the certificate of a server with this alert, and a server of ours that of a client.
fn certificate(params: fn(Role) -> rcgen::CertificateParams, alert: AlertDescription) {
    for (subject, role) in [(Subject::client(), Role::Server), (Subject::server(), Role::Client)] {
        let identity = Identity::issue(params(role), &PKI.ca);
        certificate_of(subject, identity.credential, alert);
    }
}

fn certificate_of(subject: Subject, credential: Credential, alert: AlertDescription) {
    let talk = Talk::between(subject, |peer| peer.with_credential(credential));
    let fault = ends(talk, alert);
    assert!(matches!(fault, Fault::Handshake(handshake::Fault::Refused { .. })), "{fault:?}");
}

/// A good certificate of this role.
fn good(role: Role) -> rcgen::CertificateParams {
    match role {
        Role::Client => authority::client("spiffe://test/client"),
        Role::Server => authority::server("server.test"),
    }
}

#[test]
fn unexpected_message_for_a_message_out_of_order() {
    ends(
        Talk::between(Subject::client(), |server| server.omit(EncryptedExtensions)),
        AlertDescription::UNEXPECTED_MESSAGE,
    );
    ends(
        Talk::between(Subject::server(), |client| client.omit(CertificateVerify)),
        AlertDescription::UNEXPECTED_MESSAGE,
    );
}

#[test]
fn bad_record_mac_for_a_record_that_does_not_open() {
    for subject in [Subject::client, Subject::server] {
        let mut talk = Talk::connected(subject());
        talk.peer.roll_keys();
        talk.refuses(&Record::data(b"data"), AlertDescription::BAD_RECORD_MAC);
    }
}

#[test]
fn record_overflow_for_a_record_that_is_too_long() {
    for subject in [Subject::client, Subject::server] {
        let too_long = Record::data(vec![0; (1 << 14) + 1]);
        Talk::connected(subject()).refuses(&too_long, AlertDescription::RECORD_OVERFLOW);
    }
}

#[test]
fn handshake_failure_where_nothing_is_shared() {
    let suites = [CipherSuite::TLS_AES_128_CCM_SHA256];
    ends(
        Talk::between(Subject::server(), |client| client.with_suites(&suites)),
        AlertDescription::HANDSHAKE_FAILURE,
    );
    // No certificate of ours fits what the client takes.
    let fault = ends(
        Talk::between(Subject::server(), |client| {
            client.on(ClientHello, |hello| {
                let ed25519 = [0, 2, 8, 7];
                hello.extensions.set_raw(handfast::message::ExtensionType::SIGNATURE_ALGORITHMS, ed25519);
            })
        }),
        AlertDescription::HANDSHAKE_FAILURE,
    );
    let accepted = vec![handfast::SignatureScheme::ED25519];
    assert_eq!(fault, Fault::Handshake(OwnFault::NoCredential { accepted }.into()));
}

#[test]
fn bad_certificate_for_one_that_is_corrupt_or_wrongly_signed() {
    for (subject, identity) in
        [(Subject::client as fn() -> Subject, &PKI.server), (Subject::server, &PKI.client)]
    {
        let mut forged = identity.credential.clone();
        *forged.chain[0].last_mut().unwrap() ^= 1;
        certificate_of(subject(), forged, AlertDescription::BAD_CERTIFICATE);
        let mut corrupt = identity.credential.clone();
        corrupt.chain[0].truncate(100);
        certificate_of(subject(), corrupt, AlertDescription::BAD_CERTIFICATE);
    }
}

#[test]
fn unsupported_certificate_for_one_that_is_for_something_else() {
    let for_signing_code = |role| {
        let mut params = good(role);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
        params
    };
    certificate(for_signing_code, AlertDescription::UNSUPPORTED_CERTIFICATE);
    let with_critical_extension = |role| {
        let mut params = good(role);
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
        params
    };
    certificate(with_critical_extension, AlertDescription::UNSUPPORTED_CERTIFICATE);
}

#[test]
fn certificate_expired_for_one_that_is_not_valid_any_more_or_not_yet() {
    let expired = |role| {
        let mut params = good(role);
        params.not_after = date_time_ymd(2029, 12, 1);
        params
    };
    certificate(expired, AlertDescription::CERTIFICATE_EXPIRED);
    let not_yet_valid = |role| {
        let mut params = good(role);
        params.not_before = date_time_ymd(2030, 2, 1);
        params
    };
    certificate(not_yet_valid, AlertDescription::CERTIFICATE_EXPIRED);
}

#[test]
fn certificate_unknown_for_a_server_that_is_not_the_one_we_want() {
    let identity = Identity::issue(authority::server("other.test"), &PKI.ca);
    certificate_of(Subject::client(), identity.credential, AlertDescription::CERTIFICATE_UNKNOWN);
}

#[test]
fn access_denied_for_a_client_that_we_do_not_let_in() {
    let mut talk = Talk::between(
        Subject::server().with_connection(|builder| {
            builder.expected_clients = ExpectedPeer::spiffe_id("spiffe://test/other").unwrap();
        }),
        |client| client,
    );
    talk.ends_with(AlertDescription::ACCESS_DENIED);
}

#[test]
fn unknown_ca_for_one_that_leads_to_no_anchor() {
    let stranger = authority::root(authority::ca("stranger"));
    for (subject, role) in [(Subject::client(), Role::Server), (Subject::server(), Role::Client)] {
        let identity = Identity::issue(good(role), &stranger);
        certificate_of(subject, identity.credential, AlertDescription::UNKNOWN_CA);
    }
}

//= R-6-7 test
//= R-6.2-4 test
#[test]
fn illegal_parameter_for_a_field_that_cannot_be_so() {
    ends(
        Talk::between(Subject::client(), |server| {
            server.on(ServerHello, |hello| hello.legacy_compression_method = 1)
        }),
        AlertDescription::ILLEGAL_PARAMETER,
    );
    ends(
        Talk::between(Subject::server(), |client| {
            client.on(ClientHello, |hello| hello.legacy_compression_methods = vec![1])
        }),
        AlertDescription::ILLEGAL_PARAMETER,
    );
}

#[test]
fn decode_error_for_a_message_that_does_not_form_its_structure() {
    ends(
        Talk::between(Subject::client(), |server| server.on_bytes(Certificate, |body| body.truncate(9))),
        AlertDescription::DECODE_ERROR,
    );
    ends(
        Talk::between(Subject::server(), |client| client.on_bytes(Certificate, |body| body.truncate(9))),
        AlertDescription::DECODE_ERROR,
    );
}

#[test]
fn decrypt_error_for_a_signature_or_mac_that_does_not_verify() {
    for subject in [Subject::client, Subject::server] {
        let changes: [fn(Peer) -> Peer; 2] = [
            |peer| peer.on(CertificateVerify, |message| message.signature[20] ^= 1),
            |peer| peer.on(Finished, |message| message.verify_data[20] ^= 1),
        ];
        for change in changes {
            ends(Talk::between(subject(), change), AlertDescription::DECRYPT_ERROR);
        }
    }
}

#[test]
fn protocol_version_for_an_older_version() {
    use handfast::message::ExtensionType;
    ends(
        Talk::between(Subject::client(), |server| {
            server.on(ServerHello, |hello| hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS))
        }),
        AlertDescription::PROTOCOL_VERSION,
    );
    ends(
        Talk::between(Subject::server(), |client| {
            client.on(ClientHello, |hello| hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS))
        }),
        AlertDescription::PROTOCOL_VERSION,
    );
}

//= R-6.2-3 test
#[test]
fn internal_error_where_we_fail_ourselves() {
    for subject in [Subject::client as fn() -> Subject, Subject::server] {
        let asking = subject().with_connection(|builder| builder.trust = Trust::ask());
        let mut talk = Talk::between(asking, |peer| peer);
        let fault = answer(&mut talk, Ask::failed, AlertDescription::INTERNAL_ERROR);
        assert_eq!(fault, Fault::Handshake(OwnFault::AnswerFailed("JudgePeer").into()));
    }
}

#[test]
fn missing_extension_for_one_that_must_be_there() {
    use handfast::message::ExtensionType;
    ends(
        Talk::between(Subject::client(), |server| {
            server.on(ServerHello, |hello| hello.extensions.remove(ExtensionType::KEY_SHARE))
        }),
        AlertDescription::MISSING_EXTENSION,
    );
    ends(
        Talk::between(Subject::server(), |client| {
            client.on(ClientHello, |hello| hello.extensions.remove(ExtensionType::KEY_SHARE))
        }),
        AlertDescription::MISSING_EXTENSION,
    );
}

#[test]
fn unsupported_extension_for_one_that_nobody_asked_for() {
    use handfast::message::ExtensionType;
    for subject in [Subject::client, Subject::server] {
        ends(
            Talk::between(subject(), |peer| {
                peer.on(Certificate, |message| {
                    message.certificate_list[0].extensions.push_raw(ExtensionType::STATUS_REQUEST, [1]);
                })
            }),
            AlertDescription::UNSUPPORTED_EXTENSION,
        );
    }
}

#[test]
fn unrecognized_name_for_a_server_name_that_is_not_ours() {
    let strict = |builder: &mut ConfigBuilder| builder.unknown_server_name = UnknownServerName::Refuse;
    let mut talk = Talk::between(Subject::server().with_connection(strict), |client| {
        client.on(ClientHello, |hello| {
            let name = handfast::message::ServerNameList::host_name("other.test");
            hello.extensions.set(handfast::message::ExtensionType::SERVER_NAME, &name);
        })
    });
    talk.ends_with(AlertDescription::UNRECOGNIZED_NAME);
}

#[test]
fn certificate_required_for_a_client_without_one() {
    let fault = ends(
        Talk::between(Subject::server(), Peer::without_credential),
        AlertDescription::CERTIFICATE_REQUIRED,
    );
    assert_eq!(fault, Fault::Handshake(PeerFault::NoClientCertificate.into()));
}

#[test]
fn no_application_protocol_where_none_is_shared() {
    let server = Subject::server().with(|config| config.application_protocols = vec![b"h2".to_vec()]);
    ends(
        Talk::between(server, |client| {
            client.on(ClientHello, |hello| {
                let names = [b"dot".to_vec()];
                let names = handfast::message::ProtocolNameList::from(names.as_slice());
                let extension = handfast::message::ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION;
                hello.extensions.push(extension, &names);
            })
        }),
        AlertDescription::NO_APPLICATION_PROTOCOL,
    );
}

/// Runs until an ask is open, gives this answer, and looks at what the peer hears.
#[track_caller]
fn answer(talk: &mut Talk, answer: impl Fn(&Ask) -> Answer, alert: AlertDescription) -> Fault {
    talk.run_to_ask();
    let answer = answer(talk.end.connection.pending().unwrap());
    talk.end.connection.answer(answer).unwrap();
    talk.ends_with(alert)
}

/// The alerts of §6.2 that say what only a caller, or an extension not negotiated here, can know; and all others, if
/// an answer names them.
const ALL: [AlertDescription; 26] = [
    AlertDescription::UNEXPECTED_MESSAGE,
    AlertDescription::BAD_RECORD_MAC,
    AlertDescription::RECORD_OVERFLOW,
    AlertDescription::HANDSHAKE_FAILURE,
    AlertDescription::BAD_CERTIFICATE,
    AlertDescription::UNSUPPORTED_CERTIFICATE,
    AlertDescription::CERTIFICATE_REVOKED,
    AlertDescription::CERTIFICATE_EXPIRED,
    AlertDescription::CERTIFICATE_UNKNOWN,
    AlertDescription::ILLEGAL_PARAMETER,
    AlertDescription::UNKNOWN_CA,
    AlertDescription::ACCESS_DENIED,
    AlertDescription::DECODE_ERROR,
    AlertDescription::DECRYPT_ERROR,
    AlertDescription::PROTOCOL_VERSION,
    AlertDescription::INSUFFICIENT_SECURITY,
    AlertDescription::INTERNAL_ERROR,
    AlertDescription::INAPPROPRIATE_FALLBACK,
    AlertDescription::MISSING_EXTENSION,
    AlertDescription::UNSUPPORTED_EXTENSION,
    AlertDescription::UNRECOGNIZED_NAME,
    AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE,
    AlertDescription::UNKNOWN_PSK_IDENTITY,
    AlertDescription::CERTIFICATE_REQUIRED,
    AlertDescription::GENERAL_ERROR,
    AlertDescription::NO_APPLICATION_PROTOCOL,
];

/// `certificate_revoked` and `bad_certificate_status_response` among them.
#[test]
fn who_judges_the_peer_may_refuse_it_with_any_alert() {
    for alert in ALL {
        for subject in [Subject::client as fn() -> Subject, Subject::server] {
            let asking = subject().with_connection(|builder| builder.trust = Trust::ask());
            let mut talk = Talk::between(asking, |peer| peer);
            let refuse = |ask: &Ask| {
                let Ask::JudgePeer(ask) = ask else { panic!("{ask:?}") };
                ask.refuse(alert, "so it is".into())
            };
            let fault = answer(&mut talk, refuse, alert);
            let reason = "so it is".into();
            assert_eq!(fault, Fault::Handshake(handshake::Fault::Refused { alert, reason }));
        }
    }
}

/// `insufficient_security` and `inappropriate_fallback` among them.
#[test]
fn who_sees_the_client_hello_may_refuse_it_with_any_alert() {
    for alert in ALL {
        let asking = Subject::server().with(|config| config.ask_client_hello = true);
        let mut talk = Talk::between(asking, |peer| peer);
        let refuse = |ask: &Ask| {
            let Ask::ClientHelloSeen(ask) = ask else { panic!("{ask:?}") };
            ask.refuse(alert, "not you".into())
        };
        answer(&mut talk, refuse, alert);
    }
}

/// `general_error` and `unknown_psk_identity` among them.
#[test]
fn who_gives_up_names_the_alert_before_and_behind_the_handshake() {
    for alert in ALL {
        for subject in [Subject::client as fn() -> Subject, Subject::server] {
            let asking = subject().with_connection(|builder| builder.trust = Trust::ask());
            let mut talk = Talk::between(asking, |peer| peer);
            talk.run_to_ask();
            talk.end.connection.abort(alert);
            assert_eq!(talk.ends_with(alert), Fault::Aborted(alert));
            let mut talk = Talk::connected(subject());
            talk.end.connection.abort(alert);
            assert_eq!(talk.ends_with(alert), Fault::Aborted(alert));
        }
    }
}

#[test]
fn no_alert_is_sent_to_a_peer_that_sent_one() {
    for subject in [Subject::client, Subject::server] {
        let mut talk = Talk::connected(subject());
        let record = Record::alert(handshake::Epoch::Application, AlertDescription::CERTIFICATE_REVOKED);
        let told = Fault::AlertReceived(AlertDescription::CERTIFICATE_REVOKED);
        assert_eq!(talk.hear(&record), Err(told.clone()));
        talk.end.connection.abort(AlertDescription::INTERNAL_ERROR);
        talk.end.connection.close();
        assert_eq!((talk.listen(), talk.run(), &talk.peer.alerts), (0, Err(told), &Vec::<Alert>::new()));
    }
}

/// A name in a certificate that says nothing about the server.
#[test]
fn a_certificate_without_a_name_for_us_is_certificate_unknown() {
    let mut params = named("server.test");
    params.subject_alt_names = vec![SanType::Rfc822Name("ops@server.test".try_into().unwrap())];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let credential = Identity::issue(params, &PKI.ca).credential;
    certificate_of(Subject::client(), credential, AlertDescription::CERTIFICATE_UNKNOWN);
}
