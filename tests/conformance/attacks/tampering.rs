//! Somebody on the way makes the ClientHello offer less or other than the client does (FREAK, Logjam, version and
//! cipher-suite rollback): the server chooses from what is left, and both ends find that they have not heard the same.

use handfast::connection::Fault;
use handfast::handshake::Epoch;
use handfast::message::{
    CipherSuite, ExtensionType, NamedGroup, SignatureScheme, SignatureSchemeList, SupportedGroups,
};

use crate::pair::{End, builders, ends, settle};
use crate::peer::body::{Body, ClientHello};
use crate::peer::record::Record;
use crate::peer::step::Message;

/// Client and server of ours, with a ClientHello that was changed on its way.
fn tampered(change: impl FnOnce(&mut ClientHello)) -> (End, End, Fault) {
    let (mut client, mut server) = builders();
    for builder in [&mut client, &mut server] {
        builder.handshake.application_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        builder.handshake.record_size_limit = Some(1000);
    }
    let (mut client, mut server) = ends(client, server);
    client.receive().unwrap();
    client.transmit_to(&mut server);
    let mut handshake = server.input.split_off(5);
    let mut message = Message::take(&mut handshake).unwrap();
    let mut hello = ClientHello::read(&message.body);
    change(&mut hello);
    message.body = hello.write();
    server.input = Record::message(Epoch::Initial, &message).seal(None);
    let fault = settle(&mut client, &mut server).unwrap_err();
    (client, server, fault)
}

/// The server goes on, and the client finds that its transcript is another one: the very first keys are made of it.
#[track_caller]
fn is_found_by_the_client(change: impl FnOnce(&mut ClientHello)) {
    let (client, server, fault) = tampered(change);
    assert_eq!(fault.alert(), Some(handfast::AlertDescription::BAD_RECORD_MAC), "{fault}");
    assert!(!client.connection.is_connected() && !server.connection.is_connected());
    assert!(!client.wire.is_empty() && !server.wire.is_empty());
}

#[test]
fn a_client_whose_stronger_suites_were_taken_out_does_not_connect() {
    is_found_by_the_client(|hello| {
        hello.cipher_suites.retain(|suite| *suite == CipherSuite::TLS_CHACHA20_POLY1305_SHA256);
    });
}

#[test]
fn a_client_whose_signature_schemes_were_taken_out_does_not_connect() {
    let schemes = [SignatureScheme::ECDSA_SECP256R1_SHA256];
    is_found_by_the_client(|hello| {
        let schemes = SignatureSchemeList::from(schemes.as_slice());
        hello.extensions.set(ExtensionType::SIGNATURE_ALGORITHMS, &schemes);
    });
}

#[test]
fn a_client_whose_application_protocols_were_taken_out_does_not_connect() {
    is_found_by_the_client(|hello| {
        // Only the second of the client's two is left.
        hello
            .extensions
            .set_raw(ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION, *b"\0\x09\x08http/1.1");
    });
}

#[test]
fn a_client_whose_record_size_limit_was_taken_out_does_not_connect() {
    is_found_by_the_client(|hello| hello.extensions.remove(ExtensionType::RECORD_SIZE_LIMIT));
}

#[test]
fn a_client_whose_server_name_was_taken_out_does_not_connect() {
    is_found_by_the_client(|hello| hello.extensions.remove(ExtensionType::SERVER_NAME));
}

#[test]
fn a_client_whose_first_group_was_taken_out_does_not_connect() {
    let (client, server, fault) = tampered(|hello| {
        let groups = [NamedGroup::SECP384R1];
        hello.extensions.set(ExtensionType::SUPPORTED_GROUPS, &SupportedGroups::from(groups.as_slice()));
        hello.extensions.set_raw(ExtensionType::KEY_SHARE, [0, 0]);
    });
    // The server asks for a share of the weaker group, and gets it in a ClientHello that is not the one it heard.
    assert_eq!(fault.alert(), Some(handfast::AlertDescription::ILLEGAL_PARAMETER), "{fault}");
    assert!(!client.connection.is_connected() && !server.connection.is_connected());
}
