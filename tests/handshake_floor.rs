//! Two handshake machines without records, as QUIC and other carriers drive them.
#![cfg(all(feature = "floors", feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use handfast::crypto::{self, Entropy, HashAlgorithm, PublicKey};
use handfast::handshake::{
    Ask, Carrier, ClientAuth, Config, Credential, Direction, Epoch, ForeignExtension, Handshake, PeerFault,
    Refused, Sign,
};
use handfast::identity::ExpectedPeer;
use handfast::message::{ExtensionType, SignatureScheme};
use rcgen::{PublicKeyData, SigningKey};

#[path = "support/handshake_ends.rs"]
mod handshake_ends;

use handshake_ends::{End, NOW, connect, credential};

fn ends(carrier: Carrier, change: impl Fn(&mut Config, &mut Config)) -> (End, End) {
    let (client_credential, client_key) = credential();
    let (server_credential, server_key) = credential();
    let config = || {
        let mut config = Config::new(crypto::ring::provider());
        config.carrier = carrier;
        if carrier == Carrier::Quic {
            config.application_protocols = vec![b"h3".to_vec()];
        }
        config
    };
    let (mut client, mut server) = (config(), config());
    change(&mut client, &mut server);
    client.check().unwrap();
    server.check().unwrap();
    let foreign = |text: &str| {
        let extension_type = ExtensionType::QUIC_TRANSPORT_PARAMETERS;
        if carrier == Carrier::Quic {
            vec![ForeignExtension {
                required: true,
                ..ForeignExtension::new(extension_type, text.as_bytes())
            }]
        } else {
            vec![]
        }
    };
    let expected = Arc::new(ExpectedPeer::dns("peer.test").unwrap());
    let entropy = |seed| Entropy::from_platform([seed; 32]);
    let client = Handshake::client(Arc::new(client), expected, foreign("of the client"), entropy(1));
    let server = Handshake::server(Arc::new(server), foreign("of the server"), entropy(2));
    (End::new(client, client_credential, server_key), End::new(server, server_credential, client_key))
}

fn secret(end: &End, direction: Direction, epoch: Epoch) -> Vec<u8> {
    let found: Vec<_> =
        end.keys.iter().filter(|keys| keys.direction == direction && keys.epoch == epoch).collect();
    assert_eq!(found.len(), 1, "{direction:?} {epoch:?}");
    found[0].secret.expose().to_vec()
}

#[test]
fn two_machines_agree_on_every_secret() {
    let (mut client, mut server) = ends(Carrier::Quic, |_, _| {});
    connect(&mut client, &mut server);
    for epoch in [Epoch::Handshake, Epoch::Application] {
        for (here, there) in [(Direction::Send, Direction::Receive), (Direction::Receive, Direction::Send)] {
            assert_eq!(secret(&client, here, epoch), secret(&server, there, epoch));
        }
    }
    let (client, server) = (client.connected.unwrap(), server.connected.unwrap());
    assert_eq!(client.foreign_extensions[0].extension_data, b"of the server");
    assert_eq!(server.foreign_extensions[0].extension_data, b"of the client");
    assert_eq!(client.application_protocol.as_deref(), Some(b"h3".as_slice()));
    assert!(server.peer_identity.is_some() && client.sent_certificate);
}

#[test]
fn a_hello_retry_request_passes_where_the_server_wants_another_group() {
    let (mut client, mut server) = ends(Carrier::Stream, |_, server| {
        server.groups = vec![handfast::message::NamedGroup::SECP384R1];
    });
    connect(&mut client, &mut server);
    assert!(client.connected.unwrap().hello_retried);
    assert!(server.connected.unwrap().hello_retried);
}

#[test]
fn a_server_that_does_not_ask_learns_no_identity() {
    let (mut client, mut server) = ends(Carrier::Stream, |_, server| server.client_auth = ClientAuth::None);
    connect(&mut client, &mut server);
    assert!(!client.connected.unwrap().sent_certificate);
    assert!(server.connected.unwrap().peer_identity.is_none());
}

#[test]
fn bytes_of_an_epoch_whose_turn_it_is_not_are_refused() {
    let (mut client, _) = ends(Carrier::Stream, |_, _| {});
    client.machine.receive(Epoch::Application, &[0; 4]);
    let fault = client.work().unwrap_err();
    assert_eq!(fault, PeerFault::WrongEpoch.into());
}

/// Lets the server work until it asks for a signature.
fn until_sign(server: &mut End) -> Sign {
    loop {
        while server.machine.next(NOW).unwrap().is_some() {}
        match server.machine.pending().cloned() {
            Some(Ask::ChooseCredential(ask)) => {
                server.machine.answer(ask.choose(Arc::clone(&server.credential))).unwrap()
            }
            Some(Ask::Sign(ask)) => return *ask,
            other => panic!("not expected: {other:?}"),
        }
    }
}

#[test]
fn an_ask_to_sign_brings_the_digest_and_takes_no_signature_that_does_not_verify() {
    let (mut client, mut server) = ends(Carrier::Stream, |_, _| {});
    let key = rcgen::KeyPair::generate().unwrap();
    client.peer_key = PublicKey::from_spki(&key.subject_public_key_info()).unwrap();
    let schemes = vec![SignatureScheme::ECDSA_SECP256R1_SHA256];
    let credential =
        Credential::external(server.credential.chain().to_vec(), client.peer_key.clone(), schemes);
    server.credential = Arc::new(credential);
    client.work().unwrap();
    let (epoch, client_hello) = client.machine.owed().unwrap();
    server.machine.receive(epoch, client_hello);

    let ask = until_sign(&mut server);
    let provider = crypto::ring::provider();
    let expected = provider.hash(HashAlgorithm::Sha256).unwrap().digest(&ask.content);
    assert_eq!(ask.digest, Some(expected));
    let forged = ask.signed(key.sign(b"something else").unwrap());
    assert_eq!(server.machine.answer(forged), Err(Refused::SignatureDoesNotVerify));
    server.machine.answer(ask.signed(key.sign(&ask.content).unwrap())).unwrap();

    let sent = client_hello.len();
    client.machine.sent(sent);
    connect(&mut client, &mut server);
    assert!(client.connected.is_some() && server.connected.is_some());
}
