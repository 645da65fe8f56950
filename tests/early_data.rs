//! 0-RTT: taken once, skipped where it is not taken, and told apart from other data.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "std"))]
#![allow(clippy::wildcard_enum_match_arm)]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::sync::Arc;
use std::time::Duration;

use handfast::alert::AlertDescription;
use handfast::connection::{
    Config, ConfigBuilder, Connection, ExportRefused, SealRefused, SharedReplayFilter, SharedTicketStore,
    StoredSession,
};
use handfast::crypto::Entropy;
use handfast::handshake::{Authentication, ClientAuth, Milestone};
use handfast::identity::ExpectedPeer;
use handfast::resumption::{PskOffer, TicketKeys};
use handfast::time::Time;
use handfast::{CipherSuite, NamedGroup};
use support::pair::{End, builders, now, records, settle};

const LIMIT: u32 = 1000;

fn peer() -> ExpectedPeer {
    ExpectedPeer::dns("server.test").unwrap()
}

fn ago(seconds: u64) -> Time {
    now().checked_sub(Duration::from_secs(seconds)).unwrap()
}

/// The two configs, and a session between them whose ticket takes early data.
struct World {
    client: ConfigBuilder,
    server: ConfigBuilder,
    stored: StoredSession,
}

/// What a first connection leaves to its client.
fn session(client: &ConfigBuilder, server: &ConfigBuilder) -> StoredSession {
    let config = Arc::new(client.clone().build().unwrap());
    let (mut first, mut other) = ends(&config, &Arc::new(server.clone().build().unwrap()), None);
    settle(&mut first, &mut other).unwrap();
    let ticket = first.milestones.iter().find_map(|milestone| match milestone {
        Milestone::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    let stored = config.store_session(&peer(), ticket.expect("a ticket")).unwrap();
    assert_eq!(stored.session().max_early_data_size, LIMIT);
    stored
}

impl World {
    fn new() -> Self {
        let (mut client, server) = builders();
        client.handshake.accept_tickets = true;
        client.handshake.early_data = true;
        let in_a_week = now().checked_add(Duration::from_secs(7 * 24 * 3600)).unwrap();
        let mut server = server.tickets(1, TicketKeys::new([3; 32], in_a_week));
        server.handshake.max_early_data_size = LIMIT;
        server.replay_filter = Some(Arc::new(SharedReplayFilter::new(1000, ago(3600))));

        let stored = session(&client, &server);
        Self { client, server, stored }
    }

    /// Connects anew, and keeps that session in place of the last.
    fn remember(&mut self) {
        self.stored = session(&self.client, &self.server);
    }

    /// Two ends of a second connection, which offers the session.
    fn second(&self) -> (End, End) {
        let config = Arc::new(self.client.clone().build().unwrap());
        ends(&config, &Arc::new(self.server.clone().build().unwrap()), Some(&self.stored))
    }
}

fn ends(client: &Arc<Config>, server: &Arc<Config>, stored: Option<&StoredSession>) -> (End, End) {
    let offer = stored.map(|stored| client.offer_session(stored, &peer(), now()).unwrap());
    ends_with(client, server, offer)
}

fn ends_with(client: &Arc<Config>, server: &Arc<Config>, offer: Option<PskOffer>) -> (End, End) {
    let seed = |role: u8| [role + 2 * u8::from(offer.is_some()); 32];
    let (of_client, of_server) = (seed(1), seed(2));
    let connection = Connection::client_with_psks(
        Arc::clone(client),
        peer(),
        offer.into_iter().collect(),
        now(),
        Entropy::from_platform(of_client),
    );
    let server = Connection::server(Arc::clone(server), Entropy::from_platform(of_server));
    (End::new(connection), End::new(server))
}

/// Seals early data for the other end; returns how much was taken.
fn seal_early(from: &mut End, data: &[u8], to: &mut End) -> Result<usize, SealRefused> {
    let mut out = vec![0; data.len() + 10_000];
    let sealed = from.connection.seal_early(data, &mut out)?;
    to.input.extend_from_slice(&out[..sealed.written]);
    Ok(sealed.consumed)
}

fn has(end: &End, wanted: fn(&Milestone) -> bool) -> bool {
    end.milestones.iter().any(wanted)
}

fn accepted(end: &End) -> bool {
    has(end, |milestone| matches!(milestone, Milestone::EarlyDataAccepted))
}

fn rejected(end: &End) -> bool {
    has(end, |milestone| matches!(milestone, Milestone::EarlyDataRejected))
}

fn authentication(end: &End) -> Authentication {
    let found = end.milestones.iter().find_map(|milestone| match milestone {
        Milestone::Connected(connected) => Some(connected.authentication),
        _ => None,
    });
    found.expect("connected")
}

/// Data goes both ways once more.
fn talk(client: &mut End, server: &mut End) {
    client.seal_to(b"request", server);
    server.receive().unwrap();
    assert_eq!(server.plaintext, b"request");
    server.seal_to(b"response", client);
    client.receive().unwrap();
    assert!(client.plaintext.ends_with(b"response"));
}

//= R-4.3.11.3-1 test
//= R-4.5.3-2 test
//= R-7.5-2 test
//= R-F.5-4 test
//= R-F.1.4-1 test
#[test]
fn early_data_reaches_the_server_with_its_first_flight() {
    let (mut client, mut server) = World::new().second();
    assert_eq!(seal_early(&mut client, b"early", &mut server).unwrap_err(), SealRefused::NotConnected);
    client.receive().unwrap();
    assert_eq!(seal_early(&mut client, b"early", &mut server), Ok(5));
    server.receive().unwrap();
    assert_eq!(server.early, b"early");
    assert!(server.plaintext.is_empty(), "early data is not taken for other data");

    assert!(!server.connection.is_connected(), "which the application can ask");

    let (mut of_client, mut of_server) = ([0; 32], [0; 32]);
    client.connection.export_early("EXPERIMENTAL test", b"context", &mut of_client).unwrap();
    server.connection.export_early("EXPERIMENTAL test", b"context", &mut of_server).unwrap();
    assert_eq!(of_client, of_server);

    let mut out = [0; 10_000];
    let sealed = server.connection.seal_half_rtt(b"half", &mut out).unwrap();
    client.input.extend_from_slice(&out[..sealed.written]);
    settle(&mut client, &mut server).unwrap();
    for end in [&client, &server] {
        let again = end.connection.export_early("EXPERIMENTAL test", b"context", &mut [0; 32]);
        assert_eq!(again, Err(ExportRefused::NotConnected), "the secret is erased");
    }
    assert_eq!(client.plaintext, b"half");
    assert!(accepted(&client) && accepted(&server));
    assert_eq!(authentication(&server), Authentication::Resumption);
    talk(&mut client, &mut server);
}

#[test]
fn no_more_early_data_is_sent_than_the_ticket_allows() {
    let (mut client, mut server) = World::new().second();
    client.receive().unwrap();
    assert_eq!(seal_early(&mut client, &[7; 1500], &mut server), Ok(1000));
    assert_eq!(seal_early(&mut client, &[7; 1], &mut server), Err(SealRefused::NotConnected));
    settle(&mut client, &mut server).unwrap();
    assert_eq!(server.early.len(), 1000);
}

#[test]
fn more_early_data_than_the_server_takes_is_unexpected_message() {
    let world = World::new();
    let config = Arc::new(world.client.clone().build().unwrap());
    let mut offer = config.offer_session(&world.stored, &peer(), now()).unwrap();
    // A client that takes its ticket for one that allows more.
    let mut session = world.stored.session().clone();
    session.max_early_data_size = LIMIT + 1;
    offer.session = Some(Arc::new(session));
    let (mut client, mut server) =
        ends_with(&config, &Arc::new(world.server.clone().build().unwrap()), Some(offer));
    client.receive().unwrap();
    seal_early(&mut client, &[7; 1001], &mut server).unwrap();
    let fault = server.receive().unwrap_err();
    assert_eq!(fault.alert(), Some(AlertDescription::UNEXPECTED_MESSAGE), "{fault}");
    assert!(server.early.is_empty());
}

#[test]
fn a_server_that_takes_none_skips_it() {
    let mut world = World::new();
    world.server.handshake.max_early_data_size = 0;
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    for _ in 0..3 {
        seal_early(&mut client, b"early", &mut server).unwrap();
    }
    settle(&mut client, &mut server).unwrap();
    assert!(server.early.is_empty());
    assert!(rejected(&client) && rejected(&server));
    assert_eq!(authentication(&server), Authentication::Resumption, "the session is resumed all the same");
    talk(&mut client, &mut server);
}

#[test]
fn a_server_that_takes_less_than_the_ticket_allows_takes_none() {
    let mut world = World::new();
    world.server.handshake.max_early_data_size = LIMIT - 1;
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, &[7; LIMIT as usize], &mut server).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(server.early.is_empty());
    assert!(rejected(&client) && rejected(&server));
    assert_eq!(authentication(&server), Authentication::Resumption);
    talk(&mut client, &mut server);
}

#[test]
fn a_full_handshake_skips_it() {
    let mut world = World::new();
    world.server.ticket_keys = None;
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, b"early", &mut server).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(server.early.is_empty() && rejected(&client));
    assert_eq!(authentication(&server), Authentication::Certificate);
    talk(&mut client, &mut server);
}

/// The parameters of 0-RTT data "are those associated with the PSK in use": data in a protocol that we do not offer
/// any more could only be rejected (§4.3.10).
#[test]
fn it_is_not_offered_in_a_protocol_that_is_not_offered_any_more() {
    let mut world = World::new();
    world.server.handshake.application_protocols = vec![b"old".to_vec(), b"new".to_vec()];
    for (first, second, offered) in [("old", "old", true), ("old", "new", false)] {
        world.client.handshake.application_protocols = vec![first.into()];
        world.remember();
        world.client.handshake.application_protocols = vec![second.into()];
        let (mut client, mut server) = world.second();
        client.receive().unwrap();
        assert_eq!(seal_early(&mut client, b"early", &mut server).is_ok(), offered, "{first} {second}");
        settle(&mut client, &mut server).unwrap();
        assert_eq!(accepted(&server), offered);
        assert_eq!(authentication(&server), Authentication::Resumption);
    }
}

#[test]
fn a_hello_retry_request_rejects_it() {
    let mut world = World::new();
    world.server.handshake.groups = vec![NamedGroup::SECP384R1];
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, b"early", &mut server).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(server.early.is_empty() && rejected(&client) && rejected(&server));
    assert_eq!(authentication(&server), Authentication::Resumption);
    talk(&mut client, &mut server);
}

#[test]
fn more_than_is_skipped_is_unexpected_message() {
    let mut world = World::new();
    world.server.handshake.max_early_data_size = 0;
    world.server.handshake.limits.skipped_early_data = 100;
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, &[7; 900], &mut server).unwrap();
    let fault = server.receive().unwrap_err();
    assert_eq!(fault.alert(), Some(AlertDescription::UNEXPECTED_MESSAGE), "{fault}");
}

/// The first flight of a client that resumes goes to one server, and to another of the same config.
fn assert_first_flight_is_heard_once(world: &World) {
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, b"pay 100", &mut server).unwrap();
    let flight = server.input.clone();
    server.receive().unwrap();
    assert_eq!(server.early, b"pay 100");

    let (_, mut replica) = world.second();
    replica.input = flight;
    replica.receive().unwrap();
    assert!(replica.early.is_empty() && rejected(&replica));
}

//= R-8-1 test
//= R-8-3 test
#[test]
fn a_replayed_first_flight_is_heard_once() {
    assert_first_flight_is_heard_once(&World::new());
}

/// RFC 9846 §8.1: "the server deletes the ticket".
#[test]
fn a_stored_ticket_that_is_used_once_needs_no_filter() {
    let mut world = World::new();
    world.server.replay_filter = None;
    world.server = world.server.stored_tickets(1, Arc::new(SharedTicketStore::new(10)));
    world.remember();
    assert_first_flight_is_heard_once(&world);
}

//= R-8.2-2 test
#[test]
fn without_a_filter_the_caller_is_asked() {
    let mut world = World::new();
    world.server.replay_filter = None;
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, b"early", &mut server).unwrap();
    // The last field of the ClientHello, which is the first record.
    let client_hello = records(&server.input)[0];
    let binder = client_hello[client_hello.len() - 32..].to_vec();
    server.receive().unwrap();
    let answer = match server.connection.pending() {
        Some(handfast::handshake::Ask::CheckReplay(ask)) => {
            assert_eq!(ask.key, binder, "what has been validated, and nothing else of the ClientHello");
            ask.fresh()
        }
        other => panic!("not expected: {other:?}"),
    };
    server.connection.answer(answer).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert_eq!(server.early, b"early");
}

//= R-4.3.10-3 test
//= R-4.3.10-4 test
//= R-8-4 test
#[test]
fn early_data_of_a_clock_that_is_off_is_rejected_and_the_session_resumed() {
    let world = World::new();
    for (seconds, taken) in [(10, true), (11, false)] {
        let (mut client, mut server) = world.second();
        server.now = now().checked_add(Duration::from_secs(seconds)).unwrap();
        client.receive().unwrap();
        seal_early(&mut client, b"early", &mut server).unwrap();
        settle(&mut client, &mut server).unwrap();
        assert_eq!(accepted(&server), taken, "{seconds} seconds");
        assert_eq!(server.early.is_empty(), !taken);
        assert_eq!(authentication(&server), Authentication::Resumption);
    }
}

//= R-4.3.10-8 test
#[test]
fn another_application_protocol_rejects_it() {
    let mut world = World::new();
    world.client.handshake.application_protocols = vec![b"b".to_vec()];
    world.server.handshake.application_protocols = vec![b"b".to_vec()];
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, b"early", &mut server).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(server.early.is_empty() && rejected(&client));
    assert_eq!(authentication(&server), Authentication::Resumption);
}

//= R-4.3.10-8 test
#[test]
fn another_suite_of_the_same_hash_rejects_it() {
    let mut world = World::new();
    world.server.handshake.cipher_suites = vec![CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, b"early", &mut server).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(server.early.is_empty() && rejected(&client));
    assert_eq!(authentication(&server), Authentication::Resumption);
}

/// A server that opens both tickets takes data with the first; one that opens the second alone takes none.
//= R-4.3.10-2 test
//= R-4.3.10-7 test
#[test]
fn it_goes_with_the_first_of_several_sessions() {
    let mut world = World::new();
    let first_keys = world.server.ticket_keys.clone().unwrap();
    let first = world.stored.clone();
    let in_a_week = now().checked_add(Duration::from_secs(7 * 24 * 3600)).unwrap();
    let second_keys = TicketKeys::new([4; 32], in_a_week);
    world.server.ticket_keys = Some(second_keys.clone());
    world.remember();
    let client = Arc::new(world.client.clone().build().unwrap());
    let offers =
        || [&first, &world.stored].map(|stored| client.offer_session(stored, &peer(), now()).unwrap());
    for (keys, taken) in [(first_keys.rotated([4; 32], in_a_week), true), (second_keys, false)] {
        let server = world.server.clone().tickets(1, keys).build().unwrap();
        let entropy = |seed| Entropy::from_platform([seed; 32]);
        let connection =
            Connection::client_with_psks(Arc::clone(&client), peer(), offers().to_vec(), now(), entropy(7));
        let mut client = End::new(connection);
        let mut server = End::new(Connection::server(Arc::new(server), entropy(8)));
        client.receive().unwrap();
        seal_early(&mut client, b"early", &mut server).unwrap();
        settle(&mut client, &mut server).unwrap();
        assert_eq!(server.early, if taken { &b"early"[..] } else { b"" });
        assert_eq!((accepted(&client), rejected(&client)), (taken, !taken));
        assert_eq!(authentication(&server), Authentication::Resumption);
    }
}

//= R-4.3.10-13 test
//= R-4.3.10-14 test
//= R-4.3.10-15 test
//= R-F.5-3 test
//= R-F.1.4-1 test
#[test]
fn rejected_data_is_sent_again_only_if_the_application_does_so() {
    let mut world = World::new();
    world.server.handshake.max_early_data_size = 0;
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, b"early", &mut server).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(rejected(&client));
    let export = client.connection.export_early("EXPERIMENTAL test", b"context", &mut [0; 32]);
    assert_eq!(export, Err(ExportRefused::NotConnected), "the secret is erased");
    assert!(server.early.is_empty() && server.plaintext.is_empty(), "nothing is sent again by itself");
    client.seal_to(b"early", &mut server);
    server.receive().unwrap();
    assert_eq!(server.plaintext, b"early");
}

//= R-F.5-3 test
#[test]
fn nobody_sends_or_takes_it_unless_told_to() {
    let mut world = World::new();
    let unasked = Config::builder(handfast::crypto::ring::provider());
    assert!(!unasked.handshake.early_data);
    assert_eq!(unasked.handshake.max_early_data_size, 0);
    world.client.handshake.early_data = false;
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    assert_eq!(seal_early(&mut client, b"early", &mut server), Err(SealRefused::NotConnected));
    settle(&mut client, &mut server).unwrap();
    assert_eq!(authentication(&server), Authentication::Resumption);
}

//= R-E.1-2 test
#[test]
fn a_client_that_knows_nothing_of_the_server_sends_none() {
    let world = World::new();
    let config = Arc::new(world.client.clone().build().unwrap());
    let (mut client, mut server) = ends(&config, &Arc::new(world.server.clone().build().unwrap()), None);
    client.receive().unwrap();
    assert_eq!(seal_early(&mut client, b"early", &mut server), Err(SealRefused::NotConnected));
    settle(&mut client, &mut server).unwrap();
    assert_eq!(authentication(&server), Authentication::Certificate);
    assert!(!accepted(&server) && !rejected(&server), "none was offered");
}

//= R-8.2-1 test
#[test]
fn a_replay_filter_without_room_rejects_it_and_nothing_else() {
    let mut world = World::new();
    world.server.replay_filter = Some(Arc::new(SharedReplayFilter::new(0, ago(3600))));
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    seal_early(&mut client, b"early", &mut server).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(server.early.is_empty() && rejected(&client));
    assert_eq!(authentication(&server), Authentication::Resumption);
    talk(&mut client, &mut server);
}

//= R-4.5.3-2 test
#[test]
fn half_rtt_data_is_refused_while_a_certificate_is_awaited() {
    let mut world = World::new();
    world.server.ticket_keys = None;
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    client.transmit_to(&mut server);
    server.receive().unwrap();
    let mut out = [0; 10_000];
    assert_eq!(server.connection.seal_half_rtt(b"half", &mut out), Err(SealRefused::NotConnected));

    world.server.handshake.client_auth = ClientAuth::None;
    let (mut client, mut server) = world.second();
    client.receive().unwrap();
    client.transmit_to(&mut server);
    server.receive().unwrap();
    assert!(server.connection.seal_half_rtt(b"half", &mut out).is_ok());
}
