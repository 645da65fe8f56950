//! A connection that was laid to rest goes on where it was, and nobody notices.

#![cfg(test)]
#![cfg(feature = "ring")]

use std::sync::Arc;

use handfast::connection::{Connection, NotAtRest, Parked};
use handfast::danger::{parked_from_bytes, parked_to_bytes};
use handfast::handshake::Milestone;
use handfast::{AlertDescription, CipherSuite};

#[path = "support/authority.rs"]
mod authority;
#[path = "support/pair.rs"]
mod pair;

use pair::{End, connected};

/// An end that rests and wakes.
fn rested(end: End) -> End {
    End { connection: end.connection.park().unwrap().wake().unwrap(), ..end }
}

/// Both ends say something, and hear it.
fn talk(client: &mut End, server: &mut End) {
    say(client, server);
    say(server, client);
}

fn say(from: &mut End, to: &mut End) {
    to.plaintext.clear();
    from.seal_to(b"still here", to);
    pair::settle(from, to).unwrap();
    assert_eq!(to.plaintext, b"still here");
}

#[test]
fn both_ends_go_on_behind_a_rest_whatever_the_suite_and_the_generation_of_keys() {
    for suite in [
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    ] {
        let (mut client, server) = pair::builders();
        client.handshake.cipher_suites = vec![suite];
        let (mut client, mut server) = connected(client, server);
        let exporter = client.connection.tls_exporter();
        for round in 0..4 {
            talk(&mut client, &mut server);
            if round % 2 == 0 {
                client.connection.update_keys(true);
                pair::settle(&mut client, &mut server).unwrap();
            }
            client = rested(client);
            server = if round < 2 { server } else { rested(server) };
        }
        talk(&mut client, &mut server);
        assert_eq!(client.connection.tls_exporter(), exporter);
        assert_eq!(server.connection.tls_exporter(), exporter);
        client.connection.close();
        pair::settle(&mut client, &mut server).unwrap();
        assert!(server.ended);
    }
}

#[test]
fn what_rests_is_small_and_does_not_print_its_secrets() {
    assert!(size_of::<Parked>() <= 320, "{} bytes", size_of::<Parked>());
    let (client, server) = pair::builders();
    let (client, _) = connected(client, server);
    let parked = client.connection.park().unwrap();
    let shown = format!("{parked:?}");
    assert!(shown.contains("TLS_AES_128_GCM_SHA256") && shown.len() < 200, "{shown}");
}

#[test]
fn another_process_goes_on_with_the_bytes_of_a_rest() {
    let (client, server) = pair::builders();
    let config = Arc::new(server.clone().build().unwrap());
    let (mut client, mut server) = connected(client, server);
    talk(&mut client, &mut server);
    let bytes = parked_to_bytes(server.connection.park().unwrap());
    assert!(bytes.len() < 200, "{} bytes", bytes.len());
    let parked = parked_from_bytes(&bytes, Arc::clone(&config)).unwrap();
    let mut server = End::new(parked.wake().unwrap());
    talk(&mut client, &mut server);

    for length in 0..bytes.len() {
        assert!(parked_from_bytes(&bytes[..length], Arc::clone(&config)).is_err(), "of {length} bytes");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(parked_from_bytes(&longer, Arc::clone(&config)).is_err());
    // Version, role, suite, acceptance, and the state of KeyUpdates.
    for (at, wrong) in [(0, 2), (1, 2), (2, 0), (4, 3), (37, 6)] {
        let mut bytes = bytes.to_vec();
        bytes[at] = wrong;
        let error = parked_from_bytes(&bytes, Arc::clone(&config)).unwrap_err();
        assert!(error.to_string().starts_with("Parked."), "{error}");
    }
}

#[test]
fn a_request_for_a_key_update_is_remembered_over_a_rest() {
    let (client, server) = pair::builders();
    let (mut client, mut server) = connected(client, server);
    client.connection.update_keys(true);
    client.transmit_to(&mut server);
    // The answer has not come: nothing is asked for again.
    let mut client = rested(client);
    client.connection.update_keys(true);
    client.transmit_to(&mut server);
    pair::settle(&mut client, &mut server).unwrap();
    let updates = |end: &End| {
        end.milestones.iter().filter(|milestone| matches!(milestone, Milestone::KeyUpdated)).count()
    };
    assert_eq!((updates(&client), updates(&server)), (1, 2));
    talk(&mut client, &mut server);
}

#[test]
fn the_limits_of_records_hold_behind_a_rest() {
    let (mut client, mut server) = pair::builders();
    client.handshake.record_size_limit = Some(100);
    server.handshake.record_size_limit = Some(200);
    let (client, server) = connected(client, server);
    let lengths = |end: &Connection| [1, 99, 150, 1000].map(|length| end.record_len(length));
    let expected = (lengths(&client.connection), lengths(&server.connection));
    let (mut client, mut server) = (rested(client), rested(server));
    assert_eq!((lengths(&client.connection), lengths(&server.connection)), expected);
    talk(&mut client, &mut server);
}

#[test]
fn our_own_limit_on_records_holds_behind_a_rest() {
    let (mut client, server) = pair::builders();
    client.max_record_size = 63;
    let (client, server) = connected(client, server);
    let (mut client, mut server) = (rested(client), server);
    assert_eq!(client.connection.record_len(1000), client.connection.record_len(63));
    talk(&mut client, &mut server);
}

#[test]
fn tickets_that_come_behind_a_rest_are_passed_over() {
    let (mut client, mut server) = pair::builders();
    client.handshake.accept_tickets = true;
    server.handshake.tickets = 1;
    let (client, mut server) = connected(client, server);
    let ask = server.connection.pending().expect("for a ticket").clone();
    let mut client = rested(client);
    let handfast::handshake::Ask::SealTicket(seal) = &ask else { panic!("{ask:?}") };
    server.connection.answer(seal.sealed(vec![7; 40])).unwrap();
    let before = client.milestones.len();
    pair::settle(&mut client, &mut server).unwrap();
    talk(&mut client, &mut server);
    let is_ticket = |milestone: &Milestone| matches!(milestone, Milestone::NewSessionTicket(_));
    assert!(!client.milestones[before..].iter().any(is_ticket));
    // It still proves that the server has taken our certificate.
    let is_proof = |milestone: &Milestone| matches!(milestone, Milestone::ClientAuthConfirmed(_));
    assert!(client.milestones[before..].iter().any(is_proof));
}

#[test]
fn a_connection_that_is_not_at_rest_is_given_back() {
    let reason = |end: End| end.connection.park().map(|_| ()).map_err(|refused| refused.reason);
    let (client, server) = pair::builders();
    let (client, server) = pair::ends(client, server);
    assert_eq!(reason(client), Err(NotAtRest::NotConnected));
    assert_eq!(reason(server), Err(NotAtRest::NotConnected));

    let (client, server) = pair::builders();
    let (mut client, mut server) = connected(client, server);
    client.connection.update_keys(false);
    let refused = client.connection.park().unwrap_err();
    assert_eq!(refused.to_string(), NotAtRest::Owed.to_string());
    let mut client = End::new(refused.connection);
    client.transmit_to(&mut server);
    talk(&mut client, &mut server);
    server.connection.abort(AlertDescription::INTERNAL_ERROR);
    server.transmit_to(&mut client);
    assert_eq!(reason(server), Err(NotAtRest::Closed));
}
