//! What belongs elsewhere: records of another connection, words of another protocol, a handshake within a connection.

use std::sync::Arc;

use handfast::alert::AlertDescription as Alert;
use handfast::connection::{Connection, Fault, UnknownServerName};
use handfast::crypto::Entropy;
use handfast::handshake::{Epoch, PeerFault};
use handfast::identity::ExpectedPeer;
use handfast::message::HandshakeType;
use handfast::record::ContentType;

use crate::pair::{End, builders, settle};
use crate::peer::record::Record;
use crate::peer::step::Message;
use crate::subject::{Subject, Talk};

#[test]
fn a_record_of_another_connection_of_the_same_ends_does_not_open() {
    for subject in [Subject::client, Subject::server] {
        let [mut one, mut other] = [(), ()].map(|()| Talk::connected(subject()));
        one.peer.say(&Record::data(*b"pay 100"));
        other.peer.wire = std::mem::take(&mut one.peer.wire);
        let fault = other.ends_with(Alert::BAD_RECORD_MAC);
        assert!(other.end.plaintext.is_empty(), "{fault}");
    }
}

/// Renegotiation (CVE-2009-3555) is no part of TLS 1.3 (§4.2.2).
#[test]
fn a_handshake_within_a_connection_is_unexpected_message() {
    const HELLO_REQUEST: HandshakeType = HandshakeType(0);
    let hello = |talk: &Talk, msg_type| {
        let found = talk.peer.heard.iter().find(|message| message.msg_type == msg_type);
        found.cloned().unwrap_or_else(|| Message::new(msg_type, vec![0; 60]))
    };
    for subject in [Subject::client, Subject::server] {
        for msg_type in [HELLO_REQUEST, HandshakeType::CLIENT_HELLO, HandshakeType::SERVER_HELLO] {
            let mut talk = Talk::connected(subject());
            let message = match msg_type {
                HELLO_REQUEST => Message::new(HELLO_REQUEST, vec![]),
                other => hello(&talk, other),
            };
            let fault =
                talk.refuses(&Record::message(Epoch::Application, &message), Alert::UNEXPECTED_MESSAGE);
            let Fault::Handshake(fault) = fault else { panic!("{fault}") };
            let expected = PeerFault::Unexpected { state: "Connected", message: msg_type };
            assert_eq!(fault, expected.into());
            // In the clear it is no better.
            let mut talk = Talk::connected(subject());
            talk.peer.wire =
                Record::new(Epoch::Initial, ContentType::HANDSHAKE, message.to_bytes()).seal(None);
            talk.ends_with(Alert::UNEXPECTED_MESSAGE);
        }
    }
}

/// ALPACA (Brinkmann and others, 2021): what a browser says is carried to a server of another protocol.
#[test]
fn a_client_of_another_protocol_or_for_another_name_is_not_served() {
    let meet = |protocol: &[u8], name: &str| {
        let (mut client, mut server) = builders();
        client.handshake.application_protocols = vec![protocol.to_vec()];
        server.handshake.application_protocols = vec![b"imap".to_vec()];
        server.unknown_server_name = UnknownServerName::Refuse;
        let [client, server] = [client, server].map(|builder| Arc::new(builder.build().unwrap()));
        let expected = ExpectedPeer::dns(name).unwrap();
        let entropy = |seed| Entropy::from_platform([seed; 32]);
        let mut client = End::new(Connection::client(client, expected, entropy(1)));
        let mut server = End::new(Connection::server(server, entropy(2)));
        settle(&mut client, &mut server)
    };
    assert_eq!(meet(b"imap", "server.test"), Ok(()));
    let another_protocol = meet(b"h2", "server.test").unwrap_err();
    assert_eq!(another_protocol.alert(), Some(Alert::NO_APPLICATION_PROTOCOL));
    let another_name = meet(b"imap", "www.test").unwrap_err();
    assert_eq!(another_name.alert(), Some(Alert::UNRECOGNIZED_NAME));
}
