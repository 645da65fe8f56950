//! What ends a connection, and what does not: record rules that stacks get wrong, alerts both ways, bytes that are
//! no TLS. The peer is honest in its handshake and writes records as each test wants.

#![cfg(test)]
#![cfg(all(feature = "floors", feature = "ring"))]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
    pub(crate) mod scripted;
}

use std::sync::Arc;

use handfast::alert::AlertDescription as Alert;
use handfast::connection::{Connection, Fault, Need};
use handfast::crypto::Entropy;
use handfast::handshake::{Handshake, Milestone};
use handfast::identity::ExpectedPeer;
use handfast::record::{ContentType, MAX_CIPHERTEXT, NotTls, RecordFault};
use support::pair::{End, builders, ends, records};
use support::scripted::Scripted;

/// Our server against a scripted client.
fn server() -> (End, Scripted) {
    let (client, server) = builders();
    let (client, server) = (client.build().unwrap(), server.build().unwrap());
    let peer = Arc::new(ExpectedPeer::dns("server.test").unwrap());
    let machine =
        Handshake::client(Arc::clone(client.handshake()), peer, Vec::new(), Entropy::from_platform([1; 32]));
    let server = Connection::server(Arc::new(server), Entropy::from_platform([2; 32]));
    (End::new(server), Scripted::new(machine, client))
}

/// Our client against a scripted server.
fn client() -> (End, Scripted) {
    let (client, server) = builders();
    let (client, server) = (client.build().unwrap(), server.build().unwrap());
    let peer = ExpectedPeer::dns("server.test").unwrap();
    let machine =
        Handshake::server(Arc::clone(server.handshake()), Vec::new(), Entropy::from_platform([2; 32]));
    let client = Connection::client(Arc::new(client), peer, Entropy::from_platform([1; 32]));
    (End::new(client), Scripted::new(machine, server))
}

fn take(end: &mut End) -> Vec<u8> {
    let mut out = vec![0; 100_000];
    let written = end.connection.transmit(&mut out);
    out.truncate(written);
    out
}

/// Lets our end take these bytes.
fn give(end: &mut End, wire: &[u8]) -> Result<Need, Fault> {
    end.input.extend(wire);
    end.receive()
}

/// Both, connected.
fn connected((mut ours, mut peer): (End, Scripted)) -> (End, Scripted) {
    while !(peer.connected && ours.connection.is_connected()) {
        let theirs = peer.honest();
        give(&mut ours, &theirs).unwrap();
        peer.receive(&take(&mut ours));
    }
    let theirs = peer.honest();
    give(&mut ours, &theirs).unwrap();
    (ours, peer)
}

/// Our end gives up with this alert; it says so to the peer, and again to each caller.
#[track_caller]
fn gives_up(mut ours: End, mut peer: Scripted, wire: &[u8], alert: Alert) -> Fault {
    let fault = give(&mut ours, wire).unwrap_err();
    assert_eq!(fault.alert(), Some(alert), "{fault}");
    assert_eq!(ours.receive(), Err(fault.clone()));
    peer.receive(&take(&mut ours));
    assert_eq!(peer.last_alert(), Some(alert.0));
    assert_eq!(ours.connection.transmit(&mut [0; 100]), 0);
    assert_eq!(ours.connection.seal(b"more", &mut [0; 100]), Err(handfast::connection::SealRefused::Closed));
    fault
}

const DATA: ContentType = ContentType::APPLICATION_DATA;
const HANDSHAKE: ContentType = ContentType::HANDSHAKE;
const KEY_UPDATE: [u8; 5] = [24, 0, 0, 1, 0];

#[test]
fn a_scripted_peer_that_misbehaves_in_nothing_is_talked_to() {
    let (mut ours, mut peer) = connected(server());
    let wire = peer.write(DATA, b"hello");
    give(&mut ours, &wire).unwrap();
    assert_eq!(ours.plaintext, b"hello");
    let (mut ours, mut peer) = connected(client());
    let wire = peer.write(DATA, b"hello");
    give(&mut ours, &wire).unwrap();
    assert_eq!(ours.plaintext, b"hello");
}

//= R-5.1-2 test
#[test]
fn messages_cut_into_records_of_one_byte_are_put_together() {
    let (mut ours, mut peer) = server();
    let hello = peer.next_bytes();
    for byte in hello {
        let wire = peer.write(HANDSHAKE, &[byte]);
        give(&mut ours, &wire).unwrap();
    }
    assert!(ours.connection.owes_transmit());
}

//= R-5.1-3 test
//= R-5.1-4 test
#[test]
fn no_other_record_comes_between_the_parts_of_a_message() {
    for between in [(DATA, &b"data"[..]), (DATA, b""), (ContentType::ALERT, &[1, 0])] {
        let (mut ours, mut peer) = connected(server());
        let start = peer.write(HANDSHAKE, &KEY_UPDATE[..3]);
        give(&mut ours, &start).unwrap();
        let wire = peer.write(between.0, between.1);
        let fault = gives_up(ours, peer, &wire, Alert::UNEXPECTED_MESSAGE);
        assert_eq!(fault, Fault::Interleaved(between.0));
    }
}

#[test]
fn an_error_alert_between_the_parts_of_a_message_is_still_that_alert() {
    let (mut ours, mut peer) = connected(server());
    let start = peer.write(HANDSHAKE, &KEY_UPDATE[..3]);
    give(&mut ours, &start).unwrap();
    let wire = peer.write(ContentType::ALERT, &[2, 80]);
    assert_eq!(give(&mut ours, &wire), Err(Fault::AlertReceived(Alert::INTERNAL_ERROR)));
}

//= R-5.1-5 test
//= R-5.1-6 test
#[test]
fn a_message_that_spans_a_key_change_is_unexpected() {
    // Behind ClientHello, Finished and KeyUpdate, begun and whole.
    for tail in [&KEY_UPDATE[..], &KEY_UPDATE[..2]] {
        let (ours, mut peer) = server();
        let hello = peer.next_bytes();
        let wire = peer.write(HANDSHAKE, &[&hello, tail].concat());
        gives_up(ours, peer, &wire, Alert::UNEXPECTED_MESSAGE);

        let (mut ours, mut peer) = server();
        let hello = peer.honest();
        give(&mut ours, &hello).unwrap();
        peer.receive(&take(&mut ours));
        let flight = peer.next_bytes();
        let wire = peer.write(HANDSHAKE, &[&flight, tail].concat());
        peer.take_keys();
        gives_up(ours, peer, &wire, Alert::UNEXPECTED_MESSAGE);

        let (ours, mut peer) = connected(server());
        let wire = peer.write(HANDSHAKE, &[&KEY_UPDATE, tail].concat());
        gives_up(ours, peer, &wire, Alert::UNEXPECTED_MESSAGE);
    }
}

//= R-5.1-9 test
//= R-5.1-10 test
//= R-6-6 test
#[test]
fn alerts_that_are_split_or_put_together_are_a_decode_error() {
    for alert in [&[1][..], &[1, 0, 1, 0], &[1, 0, 0]] {
        let (ours, mut peer) = connected(server());
        let wire = peer.write(ContentType::ALERT, alert);
        gives_up(ours, peer, &wire, Alert::DECODE_ERROR);
    }
}

//= R-6-2 test
//= R-6-4 test
//= R-6-5 test
#[test]
fn every_alert_but_the_closing_ones_ends_the_connection_whatever_its_level() {
    for description in (0..=255).filter(|description| ![0, 90].contains(description)) {
        let (mut ours, mut peer) = connected(client());
        let level = [1, 2, 77][usize::from(description) % 3];
        let wire = peer.write(ContentType::ALERT, &[level, description]);
        let fault = give(&mut ours, &wire).unwrap_err();
        assert_eq!(fault, Fault::AlertReceived(Alert(description)));
        assert_eq!((fault.alert(), ours.connection.owes_transmit()), (None, false));
    }
}

#[test]
fn an_alert_in_the_clear_ends_a_handshake_that_has_no_keys() {
    for alert in [[2, 40], [1, 70], [0, 200]] {
        let (mut ours, mut peer) = client();
        let wire = peer.write(ContentType::ALERT, &alert);
        assert_eq!(give(&mut ours, &wire), Err(Fault::AlertReceived(Alert(alert[1]))));
    }
}

//= R-6.1-4 test
#[test]
fn user_canceled_means_nothing_without_close_notify_and_a_flood_of_it_ends_the_connection() {
    let (mut ours, mut peer) = connected(server());
    let canceled = |peer: &mut Scripted| peer.write(ContentType::ALERT, &[1, 90]);
    for _ in 0..4 {
        let wire = canceled(&mut peer);
        give(&mut ours, &wire).unwrap();
    }
    let wire = peer.write(DATA, b"still here");
    give(&mut ours, &wire).unwrap();
    assert_eq!(ours.plaintext, b"still here");
    let wire = canceled(&mut peer);
    gives_up(ours, peer, &wire, Alert::UNEXPECTED_MESSAGE);
}

//= R-6.1-3 test
#[test]
fn a_handshake_that_the_caller_closes_says_user_canceled_and_close_notify() {
    let (mut ours, mut peer) = server();
    let hello = peer.honest();
    give(&mut ours, &hello).unwrap();
    ours.connection.close();
    assert_eq!(ours.receive(), Err(Fault::Aborted(Alert::USER_CANCELED)));
    let wire = take(&mut ours);
    let ends = records(&wire);
    // Flight first, then the two alerts under the keys behind it.
    assert_eq!(ends.len(), 5);
    peer.receive(&wire[..wire.len() - ends[3].len() - ends[4].len()]);
    let application = &ends[3..];
    assert!(application.iter().all(|record| record.len() == 5 + 2 + 1 + 16));
}

#[test]
fn close_notify_before_the_handshake_is_complete_ends_it() {
    let (mut ours, mut peer) = client();
    let wire = peer.write(ContentType::ALERT, &[1, 0]);
    assert_eq!(give(&mut ours, &wire), Err(Fault::ClosedBeforeConnected));
}

#[test]
fn an_alert_in_the_clear_from_a_client_that_could_not_use_our_server_hello_is_heard() {
    let (mut ours, mut peer) = server();
    let hello = peer.next_bytes();
    let wire = peer.write(HANDSHAKE, &hello);
    give(&mut ours, &wire).unwrap();
    take(&mut ours);
    let wire = peer.write(ContentType::ALERT, &[2, 47]);
    assert_eq!(give(&mut ours, &wire), Err(Fault::AlertReceived(Alert::ILLEGAL_PARAMETER)));
}

#[test]
fn an_alert_in_the_clear_is_unexpected_once_the_client_has_used_its_keys() {
    let (mut ours, mut peer) = server();
    let hello = peer.honest();
    give(&mut ours, &hello).unwrap();
    peer.receive(&take(&mut ours));
    let flight = peer.next_bytes();
    // A first part of the flight proves the keys.
    let wire = peer.write(HANDSHAKE, &flight[..10]);
    give(&mut ours, &wire).unwrap();
    let fault = give(&mut ours, &[21, 3, 3, 0, 2, 2, 47]).unwrap_err();
    assert_eq!(fault.alert(), Some(Alert::UNEXPECTED_MESSAGE));
}

#[test]
fn a_client_hears_no_alert_in_the_clear_behind_server_hello() {
    let (mut ours, mut peer) = client();
    peer.receive(&take(&mut ours));
    peer.work();
    let hello = peer.next_bytes();
    let wire = peer.write(HANDSHAKE, &hello);
    give(&mut ours, &wire).unwrap();
    let fault = give(&mut ours, &[21, 3, 3, 0, 2, 2, 40]).unwrap_err();
    assert_eq!(fault.alert(), Some(Alert::UNEXPECTED_MESSAGE));
}

//= R-2-2 test
#[test]
fn application_data_before_the_handshake_is_complete_is_unexpected() {
    let (mut ours, mut peer) = server();
    let hello = peer.honest();
    give(&mut ours, &hello).unwrap();
    peer.receive(&take(&mut ours));
    peer.work();
    peer.take_keys();
    let wire = peer.write(DATA, b"too early");
    let fault = give(&mut ours, &wire).unwrap_err();
    assert_eq!((fault.alert(), fault), (Some(Alert::UNEXPECTED_MESSAGE), Fault::DataBeforeConnected));
}

//= R-5-1 test
//= R-5-3 test
#[test]
fn change_cipher_spec_is_dropped_between_first_client_hello_and_finished_and_unexpected_elsewhere() {
    let ccs = [20, 3, 3, 0, 1, 1];
    // Server: before the ClientHello, and inside of it.
    let (mut ours, _) = server();
    assert_eq!(give(&mut ours, &ccs).unwrap_err().alert(), Some(Alert::UNEXPECTED_MESSAGE));
    let (mut ours, mut peer) = server();
    let hello = peer.next_bytes();
    let wire = peer.write(HANDSHAKE, &hello[..50]);
    give(&mut ours, &wire).unwrap();
    assert_eq!(give(&mut ours, &ccs).unwrap_err().alert(), Some(Alert::UNEXPECTED_MESSAGE));
    // Between, more than once; and behind Finished no more.
    let (mut ours, mut peer) = server();
    let hello = peer.honest();
    give(&mut ours, &hello).unwrap();
    for _ in 0..3 {
        give(&mut ours, &ccs).unwrap();
    }
    peer.receive(&take(&mut ours));
    let flight = peer.honest();
    give(&mut ours, &flight).unwrap();
    assert!(ours.connection.is_connected());
    assert_eq!(give(&mut ours, &ccs).unwrap_err().alert(), Some(Alert::UNEXPECTED_MESSAGE));
    // Client: at once, and behind the server's Finished no more.
    let (mut ours, mut peer) = client();
    give(&mut ours, &ccs).unwrap();
    peer.receive(&take(&mut ours));
    let flight = peer.honest();
    give(&mut ours, &flight).unwrap();
    take(&mut ours);
    assert_eq!(give(&mut ours, &ccs).unwrap_err().alert(), Some(Alert::UNEXPECTED_MESSAGE));
}

#[test]
fn records_longer_than_allowed_are_an_overflow_by_their_header_alone() {
    let (ours, peer) = connected(server());
    let length = u16::try_from(MAX_CIPHERTEXT + 1).unwrap().to_be_bytes();
    gives_up(ours, peer, &[23, 3, 3, length[0], length[1]], Alert::RECORD_OVERFLOW);
}

#[test]
fn bytes_that_are_no_tls_stay_with_the_caller_and_are_not_answered() {
    for (bytes, found) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], NotTls::Http),
        (b"SSH-2.0-OpenSSH_9.2\r\n", NotTls::Ssh),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", NotTls::ProxyV1),
        (b"220 mail.example ESMTP\r\n", NotTls::Other),
    ] {
        let (mut ours, _) = server();
        let fault = give(&mut ours, bytes).unwrap_err();
        assert_eq!((fault.alert(), &fault), (None, &Fault::Record(RecordFault::NotTls(found))));
        assert_eq!(ours.input, bytes);
        assert!(!ours.connection.owes_transmit());
    }
}

#[test]
fn input_given_twice_is_told_apart_from_an_attack() {
    let (mut ours, mut peer) = connected(server());
    let wire = peer.write(DATA, b"once");
    ours.input = wire;
    let now = support::pair::now();
    let _ = ours.connection.receive(&mut ours.input, now).unwrap();
    let fault = ours.connection.receive(&mut ours.input, now).unwrap_err();
    assert_eq!(fault, Fault::Record(RecordFault::GivenTwice));
    assert!(fault.to_string().contains("consumed"));
}

#[test]
fn a_caller_that_gives_up_sends_its_alert_behind_the_flight() {
    let (client, server) = builders();
    let (mut client, mut server) = ends(client, server);
    client.transmit_to(&mut server);
    server.receive().unwrap();
    server.connection.abort(Alert::HANDSHAKE_FAILURE);
    server.connection.abort(Alert::INTERNAL_ERROR);
    server.transmit_to(&mut client);
    let fault = loop {
        match client.receive() {
            Ok(Need::Transmit) => {
                take(&mut client);
            }
            Ok(_) => panic!("no alert came"),
            Err(fault) => break fault,
        }
    };
    assert_eq!(fault, Fault::AlertReceived(Alert::HANDSHAKE_FAILURE));
    assert!(client.milestones.iter().any(|it| matches!(it, Milestone::Connected(_))));
}
