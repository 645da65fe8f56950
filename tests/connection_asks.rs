//! Slow and external steps: asks that the caller answers, and those that the config answers.

#![cfg(test)]
#![cfg(feature = "ring")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::sync::Arc;

use handfast::alert::AlertDescription as Alert;
use handfast::connection::{
    ConfigBuilder, Connection, CookieKey, Credential, Credentials, Fault, Need, Trust, UnknownServerName,
};
use handfast::crypto::{Entropy, Purpose};
use handfast::danger::{scripted_entropy, trust_any_certificate};
use handfast::handshake::{self, Ask, Milestone, Refused};
use handfast::identity::ExpectedPeer;
use handfast::pki::TrustAnchors;
use handfast::time::Time;
use handfast::{NamedGroup, SignatureScheme};
use support::authority::{self, MID_2030};
use support::pair::{self, End, builders, connected, ends, now, settle};

/// Lets both talk until one waits for an answer.
fn until_asked(client: &mut End, server: &mut End) -> Result<(), Fault> {
    settle(client, server)
}

fn ask(end: &End) -> Ask {
    end.connection.pending().cloned().expect("an ask is open")
}

fn says_that_it_waits(end: &mut End) {
    let id = ask(end).id();
    assert_eq!(end.receive(), Ok(Need::Answer(id)));
}

#[test]
fn the_caller_may_judge_chains_and_its_answer_is_the_peers_key_and_identity() {
    let (mut client, server) = builders();
    let trusted = client.trust.clone();
    client.trust = Trust::ask();
    let (mut client, mut server) = ends(client, server);
    until_asked(&mut client, &mut server).unwrap();
    let Ask::JudgePeer(judge) = ask(&client) else { panic!("another ask") };
    says_that_it_waits(&mut client);
    assert_eq!(judge.chain.certificates().count(), 1);
    assert_eq!(judge.expected.as_deref(), Some(&ExpectedPeer::dns("server.test").unwrap()));
    assert_eq!(judge.now, now());
    // As the config itself would have.
    let (mut other, _) = builders();
    other.trust = trusted;
    let answer = other.build().unwrap().answer(&ask(&client)).unwrap();
    client.connection.answer(answer).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(client.connection.is_connected() && server.connection.is_connected());
}

#[test]
fn the_callers_refusal_reaches_the_peer_as_the_alert_it_names() {
    let (mut client, server) = builders();
    client.trust = Trust::ask();
    let (mut client, mut server) = ends(client, server);
    until_asked(&mut client, &mut server).unwrap();
    let Ask::JudgePeer(judge) = ask(&client) else { panic!("another ask") };
    client.connection.answer(judge.refuse(Alert::CERTIFICATE_REVOKED, "on our list".into())).unwrap();
    let fault = client.receive().unwrap_err();
    assert_eq!(fault.alert(), Some(Alert::CERTIFICATE_REVOKED));
    assert!(fault.to_string().contains("on our list"));
    client.transmit_to(&mut server);
    assert_eq!(server.receive(), Err(Fault::AlertReceived(Alert::CERTIFICATE_REVOKED)));
}

#[test]
fn a_key_elsewhere_signs_by_answer_and_a_wrong_signature_is_never_sent() {
    let ca = authority::root(authority::ca("ca"));
    let (chain, key) = pair::credential(authority::server("server.test"), &ca);
    let crypto = handfast::crypto::ring::provider();
    let schemes = vec![SignatureScheme::ECDSA_SECP256R1_SHA256];
    let external = Credential::external_from_pem(&chain, schemes).unwrap();
    let (mut client, mut server) = builders();
    client.trust = Trust::anchors(TrustAnchors::from_pem(ca.pem()).unwrap());
    server.credentials = Credentials::Listed(vec![Arc::new(external)]);
    let (mut client, mut server) = ends(client, server);
    until_asked(&mut client, &mut server).unwrap();

    let Ask::Sign(sign) = ask(&server) else { panic!("another ask") };
    assert_eq!(sign.scheme, SignatureScheme::ECDSA_SECP256R1_SHA256);
    let refused = server.connection.answer(sign.signed(b"no signature".to_vec()));
    assert_eq!(refused, Err(Refused::SignatureDoesNotVerify));
    says_that_it_waits(&mut server);

    let key = crypto.load_signing_key(&handfast::crypto::PrivateKeyInfo::from_pem(key).unwrap()).unwrap();
    let mut entropy = Script;
    let algorithm = sign.scheme.algorithm().unwrap();
    let signature = key.sign(algorithm, &sign.content, &mut entropy).unwrap();
    server.connection.answer(sign.signed(signature)).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(client.connection.is_connected() && server.connection.is_connected());
}

/// Zeros, whatever is asked: ring draws for itself.
struct Script;

impl handfast::crypto::EntropySource for Script {
    fn draw(&mut self, _: Purpose, out: &mut [u8]) -> Result<(), handfast::crypto::CryptoError> {
        out.fill(0);
        Ok(())
    }
}

#[test]
fn an_answer_to_another_connection_a_late_or_a_second_one_changes_nothing() {
    let asked = || {
        let (mut client, server) = builders();
        client.trust = Trust::ask();
        let (mut client, mut server) = ends(client, server);
        until_asked(&mut client, &mut server).unwrap();
        (client, server)
    };
    let (mut client, mut server) = asked();
    let other = {
        let (client, server) = builders();
        let mut client = ConfigBuilder { trust: Trust::ask(), ..client };
        client.handshake.middlebox_compatibility = false;
        let peer = ExpectedPeer::dns("server.test").unwrap();
        let config = Arc::new(client.build().unwrap());
        let client = Connection::client(config, peer, Entropy::from_platform([99; 32]));
        let server = Connection::server(Arc::new(server.build().unwrap()), Entropy::from_platform([98; 32]));
        let (mut client, mut server) = (End::new(client), End::new(server));
        until_asked(&mut client, &mut server).unwrap();
        ask(&client)
    };
    let Ask::JudgePeer(foreign) = &other else { panic!("another ask") };
    let refused = client.connection.answer(foreign.refuse(Alert::UNKNOWN_CA, String::new()));
    assert_eq!(refused, Err(Refused::NotThisAsk));
    let Ask::JudgePeer(judge) = ask(&client) else { panic!("another ask") };
    let (reader, _) = builders();
    let answer = ConfigBuilder { trust: trust_any_certificate(), ..reader };
    let answer = answer.build().unwrap().answer(&Ask::JudgePeer(judge)).unwrap();
    client.connection.answer(answer.clone()).unwrap();
    assert_eq!(client.connection.answer(answer.clone()), Err(Refused::NothingAsked));
    settle(&mut client, &mut server).unwrap();
    assert!(client.connection.is_connected());
    assert_eq!(client.connection.answer(answer), Err(Refused::NothingAsked));
}

#[test]
fn an_ask_can_be_failed_aborted_or_ended_by_the_transport() {
    let asked = || {
        let (mut client, server) = builders();
        client.trust = Trust::ask();
        let (mut client, mut server) = ends(client, server);
        until_asked(&mut client, &mut server).unwrap();
        (client, server)
    };
    let (mut client, mut server) = asked();
    let failed = ask(&client).failed();
    client.connection.answer(failed).unwrap();
    assert_eq!(client.receive().unwrap_err().alert(), Some(Alert::INTERNAL_ERROR));
    client.transmit_to(&mut server);
    assert_eq!(server.receive(), Err(Fault::AlertReceived(Alert::INTERNAL_ERROR)));

    let (mut client, mut server) = asked();
    client.connection.abort(Alert::CERTIFICATE_UNKNOWN);
    assert!(client.connection.pending().is_none());
    client.transmit_to(&mut server);
    assert_eq!(server.receive(), Err(Fault::AlertReceived(Alert::CERTIFICATE_UNKNOWN)));

    let (mut client, _) = asked();
    assert_eq!(client.connection.end_of_input(), Err(Fault::Truncated));
    assert!(client.connection.pending().is_none());
}

#[test]
fn while_an_ask_is_open_the_peers_further_messages_stay_with_the_caller() {
    let (client, mut server) = builders();
    server.trust = Trust::ask();
    let (mut client, mut server) = ends(client, server);
    until_asked(&mut client, &mut server).unwrap();
    // The client is connected on its side, and talks.
    assert!(client.connection.is_connected());
    client.seal_to(b"behind the flight", &mut server);
    let waiting = server.input.clone();
    says_that_it_waits(&mut server);
    assert_eq!(server.input, waiting);
    let (reader, _) = builders();
    let answer = ConfigBuilder { trust: trust_any_certificate(), ..reader }.build().unwrap();
    server.connection.answer(answer.answer(&ask(&server)).unwrap()).unwrap();
    server.receive().unwrap();
    assert_eq!(server.plaintext, b"behind the flight");
}

#[test]
fn a_server_chooses_its_whole_config_by_client_hello() {
    let (client, server) = builders();
    let (_, other) = builders();
    let mut front = other;
    front.handshake.ask_client_hello = true;
    front.credentials = Credentials::Listed(Vec::new());
    let (mut client, mut server_end) = ends(client, front);
    until_asked(&mut client, &mut server_end).unwrap();
    let Ask::ClientHelloSeen(seen) = ask(&server_end) else { panic!("another ask") };
    assert_eq!(seen.server_name.as_deref(), Some("server.test"));
    let chosen = Arc::new(server.build().unwrap());
    server_end.connection.use_config(&seen, chosen).unwrap();
    settle(&mut client, &mut server_end).unwrap();
    assert!(client.connection.is_connected() && server_end.connection.is_connected());
}

#[test]
fn the_caller_may_choose_the_credential() {
    let (mut client, server) = builders();
    let Credentials::Listed(listed) = client.credentials else { panic!("not listed") };
    client.credentials = Credentials::Ask;
    let (mut client, mut server) = ends(client, server);
    until_asked(&mut client, &mut server).unwrap();
    let Ask::ChooseCredential(choose) = ask(&client) else { panic!("another ask") };
    client.connection.answer(choose.choose(Arc::clone(listed[0].shown()))).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(server.connection.is_connected());
}

fn retry(server: &mut ConfigBuilder) {
    server.handshake.groups = vec![NamedGroup::SECP256R1];
    server.handshake.hello_retry_cookie = true;
}

//= R-4.3.2-1 test
#[test]
fn a_cookie_is_sealed_and_opened_by_the_configs_key_also_a_rotated_one() {
    let key = CookieKey::new([7; 32]);
    for (opens, good) in
        [(key.clone(), true), (key.clone().rotated([8; 32]), true), (CookieKey::new([9; 32]), false)]
    {
        let (client, mut front) = builders();
        retry(&mut front);
        let back = ConfigBuilder { cookie_key: Some(opens), ..front.clone() };
        front.cookie_key = Some(key.clone());
        let (mut client, mut first) = ends(client, front);
        client.transmit_to(&mut first);
        first.receive().unwrap();
        first.transmit_to(&mut client);
        client.receive().unwrap();
        // Another server takes the second ClientHello.
        let back = Arc::new(back.build().unwrap());
        let mut second = End::new(Connection::server(back, Entropy::from_platform([3; 32])));
        let outcome = settle(&mut client, &mut second);
        assert_eq!(outcome.is_ok() && second.connection.is_connected(), good, "{outcome:?}");
    }
}

#[test]
fn a_cookie_older_than_a_minute_is_refused() {
    for (seconds, good) in [(60, true), (61, false), (-5, true)] {
        let (client, mut server) = builders();
        retry(&mut server);
        server.cookie_key = Some(CookieKey::new([7; 32]));
        let (mut client, mut server) = ends(client, server);
        client.transmit_to(&mut server);
        server.receive().unwrap();
        server.transmit_to(&mut client);
        client.receive().unwrap();
        client.transmit_to(&mut server);
        let later = Time::from_millis_since_1970(MID_2030 + seconds * 1000);
        let mut input = std::mem::take(&mut server.input);
        let mut at = 0;
        let outcome = loop {
            match server.connection.receive(&mut input[at..], later) {
                Ok(received) if received.consumed > 0 => at += received.consumed,
                Ok(_) => break Ok(()),
                Err(fault) => break Err(fault),
            }
        };
        assert_eq!(outcome.is_ok(), good, "{seconds} s: {outcome:?}");
        if let Err(fault) = outcome {
            assert_eq!(fault.alert(), Some(Alert::ILLEGAL_PARAMETER));
        }
    }
}

#[test]
fn what_is_dangerous_shows_in_the_configs_debug() {
    let (mut client, _) = builders();
    client.trust = trust_any_certificate();
    handfast::danger::log_keys(&mut client.handshake);
    let shown = format!("{client:?}");
    assert!(shown.contains("DANGER: any certificate"), "{shown}");
    assert!(shown.contains("key_log: true"), "{shown}");
    assert!(format!("{:?}", scripted_entropy(Box::new(Script))).contains("DANGER"));
}

#[test]
fn secrets_are_given_out_only_where_danger_says_so() {
    let (mut client, server) = builders();
    let (plain, _) = connected(client.clone(), server.clone());
    let is_line = |milestone: &&Milestone| matches!(milestone, Milestone::KeyLog(_));
    assert_eq!(plain.milestones.iter().filter(is_line).count(), 0);
    handfast::danger::log_keys(&mut client.handshake);
    let (logged, _) = connected(client, server);
    assert_eq!(logged.milestones.iter().filter(is_line).count(), 5);
}

#[test]
fn a_name_that_no_credential_carries_is_refused_or_not_as_the_config_says() {
    for (policy, alert) in [
        (UnknownServerName::Refuse, Alert::UNRECOGNIZED_NAME),
        // The client sees that it is another's certificate.
        (UnknownServerName::ShowAnother, Alert::CERTIFICATE_UNKNOWN),
    ] {
        let (client, mut server) = builders();
        server.unknown_server_name = policy;
        let client = Arc::new(client.build().unwrap());
        let peer = ExpectedPeer::dns("other.test").unwrap();
        let client = Connection::client(client, peer, Entropy::from_platform([1; 32]));
        let server = Arc::new(server.build().unwrap());
        let server = Connection::server(server, Entropy::from_platform([2; 32]));
        let (mut client, mut server) = (End::new(client), End::new(server));
        let fault = settle(&mut client, &mut server).unwrap_err();
        assert_eq!(fault.alert(), Some(alert), "{fault}");
    }
}

//= R-9.3-4 test
#[test]
fn what_the_handshake_refuses_as_a_config_is_refused_with_the_fields_name() {
    let (mut client, _) = builders();
    client.handshake.carrier = handshake::Carrier::Quic;
    client.handshake.application_protocols = vec![b"h3".to_vec()];
    assert!(client.clone().build().unwrap_err().to_string().contains("carrier"));
    client.handshake.groups = Vec::new();
    assert!(client.build().unwrap_err().to_string().contains("groups"));
}
