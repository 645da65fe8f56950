//! Resumption and PSKs on the handshake floor, in both roles.
#![cfg(all(feature = "floors", feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::wildcard_enum_match_arm)]

use std::sync::Arc;
use std::time::Duration;

use handfast::crypto::{self, Entropy, HashAlgorithm};
use handfast::danger::{self, ScriptedMessage};
use handfast::handshake::{
    Authentication, ClientAuth, Config, Epoch, ExtensionSlot, Fault, Handshake, PeerFault, ReceivedTicket,
};
use handfast::identity::ExpectedPeer;
use handfast::message::{
    CipherSuite, ClientHello, ClientTicketRequest, EncryptedExtensions, ExtensionType, NamedGroup,
    PskKeyExchangeMode,
};
use handfast::resumption::{MAX_TICKET_KEYS, MAX_TICKET_LIFETIME, Psk, PskOffer, Session, TicketKeys};
use handfast::wire::Decode;

#[path = "support/handshake_ends.rs"]
mod handshake_ends;

use handshake_ends::{End, NOW, connect, credential};

/// The server name of every connection unless a test says otherwise.
const NAME: Option<&str> = Some("peer.test");

/// What a server's tickets open to.
type Store = Vec<(Vec<u8>, Arc<Session>)>;

/// Two ends that know each other, and the configs that they use.
struct World {
    client: Config,
    server: Config,
    credentials: [(Arc<handfast::handshake::Credential>, handfast::crypto::PublicKey); 2],
    server_name: &'static str,
    handshakes: u8,
}

impl World {
    fn new() -> Self {
        let mut client = Config::new(crypto::ring::provider());
        client.accept_tickets = true;
        let mut server = Config::new(crypto::ring::provider());
        server.tickets = 2;
        server.find_psks = true;
        Self {
            client,
            server,
            credentials: [credential(), credential()],
            server_name: "peer.test",
            handshakes: 0,
        }
    }

    /// Two ends of a new connection, on which the client offers these PSKs.
    fn ends(&mut self, psks: Vec<PskOffer>) -> (End, End) {
        self.handshakes += 1;
        let entropy =
            |role: u8| Entropy::from_platform([self.handshakes, role].repeat(16).try_into().unwrap());
        let expected = Arc::new(ExpectedPeer::dns(self.server_name).unwrap());
        let client = Arc::new(self.client.clone());
        let client = Handshake::client_with_psks(client, expected, vec![], psks, NOW, entropy(1));
        let server = Handshake::server(Arc::new(self.server.clone()), vec![], entropy(2));
        let [(client_credential, client_key), (server_credential, server_key)] = &self.credentials;
        (
            End::new(client, Arc::clone(client_credential), server_key.clone()),
            End::new(server, Arc::clone(server_credential), client_key.clone()),
        )
    }

    /// A full handshake: the tickets that the client got, and the sessions that they open to.
    fn first(&mut self) -> (Vec<ReceivedTicket>, Store) {
        let (mut client, mut server) = self.ends(vec![]);
        connect(&mut client, &mut server);
        assert_eq!(client.connected.unwrap().authentication, Authentication::Certificate);
        assert_eq!(client.tickets.len(), usize::from(self.server.tickets));
        (client.tickets, server.store)
    }

    /// A second connection that offers these PSKs to a server that knows these sessions.
    fn second(&mut self, psks: Vec<PskOffer>, store: &[(Vec<u8>, Arc<Session>)]) -> (End, End) {
        let (mut client, mut server) = self.ends(psks);
        server.store = store.to_vec();
        connect(&mut client, &mut server);
        (client, server)
    }
}

fn offer(ticket: &ReceivedTicket) -> PskOffer {
    PskOffer::resume(Arc::clone(&ticket.session), ticket.ticket.clone(), NOW).unwrap()
}

fn authentications(ends: (End, End)) -> [Authentication; 2] {
    [ends.0.connected.unwrap().authentication, ends.1.connected.unwrap().authentication]
}

//= R-4.7.1-5 test
//= R-4.7.1-14 test
//= R-C.4-2 test
#[test]
fn both_ends_of_a_ticket_hold_the_same_session_secret() {
    let (tickets, store) = World::new().first();
    for (ticket, (identity, session)) in tickets.iter().zip(&store) {
        assert_eq!(&ticket.ticket, identity);
        assert_eq!(ticket.session.psk, session.psk);
        assert_eq!(ticket.session.age_add, session.age_add);
    }
    assert_ne!(tickets[0].session.psk, tickets[1].session.psk, "two tickets of one connection differ");
    assert_ne!(tickets[0].session.age_add, tickets[1].session.age_add, "and are obfuscated by other addends");
}

/// Which tickets a server with `psk_dhe_ke` alone gives to a client that says nothing of modes, or these.
//= R-4.3.9-5 test
//= R-4.7.1-1 test
#[test]
fn tickets_go_to_clients_whose_modes_can_use_them() {
    let mut world = World::new();
    world.client.accept_tickets = false;
    let given = |world: &mut World| {
        let (mut client, mut server) = world.ends(vec![]);
        connect(&mut client, &mut server);
        server.store.len()
    };
    assert_eq!(given(&mut world), 0, "no psk_key_exchange_modes");
    world.client.accept_tickets = true;
    world.client.psk_key_exchange_modes = vec![PskKeyExchangeMode::PSK_KE];
    assert_eq!(given(&mut world), 0, "another mode");
    world.client.psk_key_exchange_modes = vec![PskKeyExchangeMode::PSK_KE, PskKeyExchangeMode::PSK_DHE_KE];
    assert_eq!(given(&mut world), 2);
}

//= R-4.7.1-4 test
#[test]
fn a_session_can_be_resumed_while_its_first_connection_is_open() {
    let mut world = World::new();
    let (mut client, mut server) = world.ends(vec![]);
    connect(&mut client, &mut server);
    let second = world.second(vec![offer(&client.tickets[0])], &server.store);
    assert_eq!(authentications(second), [Authentication::Resumption; 2]);
    assert!(client.machine.is_connected() && server.machine.is_connected());
}

//= R-4.3.11.1-1 test
#[test]
fn a_ticket_older_than_its_lifetime_is_not_offered() {
    let mut world = World::new();
    let (tickets, _) = world.first();
    let session = &tickets[0].session;
    let later = |seconds| NOW.checked_add(Duration::from_secs(seconds)).unwrap();
    let lifetime = u64::from(session.lifetime);
    let resume = |now| PskOffer::resume(Arc::clone(session), tickets[0].ticket.clone(), now);
    assert!(resume(later(lifetime - 1)).is_some());
    assert!(resume(later(lifetime)).is_none());
    // An offer that was kept until its ticket has expired.
    let kept = offer(&tickets[0]);
    for (now, offered) in [(later(lifetime - 1), true), (later(lifetime), false)] {
        let expected = Arc::new(ExpectedPeer::dns(world.server_name).unwrap());
        let entropy = Entropy::from_platform([1; 32]);
        let config = Arc::new(world.client.clone());
        let client = Handshake::client_with_psks(config, expected, vec![], vec![kept.clone()], now, entropy);
        let (_, hello) = client.owed().unwrap();
        let hello = ClientHello::decode(&hello[4..]).unwrap();
        assert_eq!(hello.extensions.find(ExtensionType::PRE_SHARED_KEY).is_some(), offered);
    }
}

//= R-4.3.10-1 test
//= R-E.1-2 test
#[test]
fn early_data_is_offered_beside_a_psk_that_takes_it_and_never_without() {
    let mut world = World::new();
    world.client.early_data = true;
    let (tickets, _) = world.first();
    let takes = Session { max_early_data_size: 100, ..(*tickets[0].session).clone() };
    let takes = PskOffer::resume(Arc::new(takes), tickets[0].ticket.clone(), NOW).unwrap();
    let external = PskOffer::external(b"label".to_vec(), Psk::external(&[7; 32], HashAlgorithm::Sha256));
    for (offers, offered) in [
        (vec![takes.clone(), offer(&tickets[1])], true),
        (vec![offer(&tickets[1]), takes], false),
        (vec![external], false),
        (vec![], false),
    ] {
        let has_psk = !offers.is_empty();
        let (client, _) = world.ends(offers);
        let (_, hello) = client.machine.owed().unwrap();
        let hello = ClientHello::decode(&hello[4..]).unwrap();
        assert_eq!(hello.extensions.find(ExtensionType::PRE_SHARED_KEY).is_some(), has_psk);
        assert_eq!(hello.extensions.find(ExtensionType::EARLY_DATA).is_some(), offered);
    }
}

//= R-4.7.1-11 test
#[test]
fn no_ticket_is_given_for_more_than_seven_days() {
    let mut world = World::new();
    world.server.ticket_lifetime = MAX_TICKET_LIFETIME;
    assert!(world.server.check().is_ok());
    world.server.ticket_lifetime = MAX_TICKET_LIFETIME + 1;
    assert!(world.server.check().unwrap_err().contains("seven days"));
    // One that nobody has checked.
    let (mut client, mut server) = world.ends(vec![]);
    let mut given = Vec::new();
    while client.carry(&mut server).unwrap() > 0 {
        server.work().unwrap();
        while let Some((epoch, bytes)) = server.machine.owed() {
            if epoch == Epoch::Application {
                given.push(u32::from_be_bytes(bytes[4..8].try_into().unwrap()));
            }
            let count = bytes.len();
            client.machine.receive(epoch, bytes);
            client.work().unwrap();
            server.machine.sent(count);
        }
    }
    assert_eq!(given, [MAX_TICKET_LIFETIME; 2]);
}

//= R-4.7.1-9 test
#[test]
fn a_resumed_session_keeps_identity_and_time_of_the_first() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    let (client, server) = world.second(vec![offer(&tickets[0])], &store);
    let (client, server) = (client.connected.unwrap(), server.connected.unwrap());
    assert_eq!(client.authentication, Authentication::Resumption);
    assert_eq!(server.authentication, Authentication::Resumption);
    assert_eq!(client.peer_identity, tickets[0].session.peer_identity);
    assert_eq!(server.peer_identity, store[0].1.peer_identity);
    assert!(server.peer_identity.is_some(), "the client was known by certificate");
    assert_eq!(server.authenticated_at, store[0].1.authenticated_at);
    assert!(client.group.is_some(), "a key exchange is made anew");
    assert_eq!(server.server_name.as_deref(), Some("peer.test"), "as this ClientHello says");
}

#[test]
fn the_time_of_authentication_does_not_move_with_renewed_tickets() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    let (mut client, mut server) = world.ends(vec![offer(&tickets[0])]);
    let later = NOW.checked_add(Duration::from_secs(60)).unwrap();
    (client.now, server.now) = (later, later);
    server.store.clone_from(&store);
    connect(&mut client, &mut server);
    let renewed = client.tickets.last().unwrap();
    assert_eq!(renewed.session.issued_at, later);
    assert_eq!(renewed.session.authenticated_at, NOW);
    assert_eq!(server.store.last().unwrap().1.authenticated_at, NOW);
}

//= R-4.3.11-10 test
#[test]
fn the_second_of_several_offers_is_taken_where_the_first_is_not_known() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    let offers = vec![offer(&tickets[0]), offer(&tickets[1])];
    let ends = world.second(offers, &store[1..]);
    assert_eq!(authentications(ends), [Authentication::Resumption; 2]);
}

#[test]
fn what_does_not_fit_is_a_full_handshake() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    let offers = || vec![offer(&tickets[0])];
    let full = [Authentication::Certificate; 2];

    assert_eq!(authentications(world.second(offers(), &[])), full, "an unknown ticket");

    let (mut client, mut server) = world.ends(offers());
    server.store.clone_from(&store);
    server.resumes = false;
    connect(&mut client, &mut server);
    assert_eq!(authentications((client, server)), full, "a session that is judged no good");

    let mut expired = (*store[0].1).clone();
    expired.lifetime = 0;
    let expired = [(store[0].0.clone(), Arc::new(expired))];
    assert_eq!(authentications(world.second(offers(), &expired)), full, "an expired session");

    world.server_name = "other.test";
    assert_eq!(authentications(world.second(offers(), &store)), full, "another server name");
    world.server_name = "peer.test";

    world.server.find_psks = false;
    assert_eq!(authentications(world.second(offers(), &store)), full, "a server that does not look");
}

//= R-4.3.11-4 test
//= R-4.7.1-7 test
#[test]
fn a_session_made_under_another_server_name_is_not_offered() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    world.server_name = "other.test";
    let (client, _) = world.ends(vec![offer(&tickets[0])]);
    let (_, hello) = client.machine.owed().unwrap();
    let hello = ClientHello::decode(&hello[4..]).unwrap();
    assert!(hello.extensions.find(ExtensionType::PRE_SHARED_KEY).is_none());
    assert_eq!(
        authentications(world.second(vec![offer(&tickets[0])], &store)),
        [Authentication::Certificate; 2]
    );
}

#[test]
fn a_session_without_a_client_certificate_is_not_resumed_where_one_is_required() {
    let mut world = World::new();
    world.server.client_auth = ClientAuth::None;
    let (tickets, store) = world.first();
    assert!(store[0].1.peer_identity.is_none());
    world.server.client_auth = ClientAuth::Required;
    let (client, server) = world.second(vec![offer(&tickets[0])], &store);
    assert!(server.connected.as_ref().unwrap().peer_identity.is_some());
    assert_eq!(authentications((client, server)), [Authentication::Certificate; 2]);
}

//= R-6.2-6 test
#[test]
fn a_binder_made_with_another_secret_ends_the_handshake() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    let mut forged = offer(&tickets[0]);
    forged.psk = offer(&tickets[1]).psk;
    let (mut client, mut server) = world.ends(vec![forged]);
    server.store = store;
    let fault = client.carry(&mut server).unwrap_err();
    assert_eq!(fault, Fault::Peer(PeerFault::BadBinder));
}

#[test]
fn resumption_goes_across_a_hello_retry_request() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    world.server.groups = vec![NamedGroup::SECP384R1];
    let (client, server) = world.second(vec![offer(&tickets[0])], &store);
    assert!(client.connected.as_ref().unwrap().hello_retried);
    assert_eq!(authentications((client, server)), [Authentication::Resumption; 2]);
}

//= R-4.2.4-11 test
//= R-4.7.1-6 test
#[test]
fn a_psk_whose_hash_is_not_the_retried_suites_is_dropped() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    assert_eq!(tickets[0].session.cipher_suite.hash(), Some(HashAlgorithm::Sha256));
    world.server.cipher_suites = vec![CipherSuite::TLS_AES_256_GCM_SHA384];
    world.server.groups = vec![NamedGroup::SECP384R1];
    let ends = world.second(vec![offer(&tickets[0])], &store);
    assert_eq!(authentications(ends), [Authentication::Certificate; 2]);
}

//= R-4.3.11-3 test
#[test]
fn the_suite_may_change_within_one_hash() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    world.server.cipher_suites =
        vec![CipherSuite::TLS_AES_256_GCM_SHA384, CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
    let (client, server) = world.second(vec![offer(&tickets[0])], &store);
    let suite = client.connected.as_ref().unwrap().cipher_suite;
    assert_eq!(suite, CipherSuite::TLS_CHACHA20_POLY1305_SHA256, "the first whose hash fits the PSK");
    assert_eq!(authentications((client, server)), [Authentication::Resumption; 2]);
}

//= R-4.3.8-16 test
//= R-4.2.1-2 test
//= R-4.3.9-4 test
//= R-4.3.9-7 test
//= R-4.3.9-8 test
#[test]
fn a_psk_stands_alone_only_where_both_asked_for_it() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    world.client.psk_key_exchange_modes = vec![PskKeyExchangeMode::PSK_KE];
    let ends = world.second(vec![offer(&tickets[0])], &store);
    assert_eq!(authentications(ends), [Authentication::Certificate; 2]);

    world.server.psk_key_exchange_modes = vec![PskKeyExchangeMode::PSK_KE];
    let (client, server) = world.second(vec![offer(&tickets[0])], &store);
    assert_eq!(client.connected.as_ref().unwrap().group, None);
    assert_eq!(authentications((client, server)), [Authentication::Resumption; 2]);
}

/// The client sends the extension, and no PSK that it could go with.
#[test]
fn early_data_without_a_psk_is_not_taken_and_a_full_handshake_follows() {
    let mut world = World::new();
    world.server.max_early_data_size = 1000;
    let built = [
        ExtensionType::SERVER_NAME,
        ExtensionType::SUPPORTED_GROUPS,
        ExtensionType::KEY_SHARE,
        ExtensionType::SUPPORTED_VERSIONS,
        ExtensionType::SIGNATURE_ALGORITHMS,
        ExtensionType::SIGNATURE_ALGORITHMS_CERT,
        ExtensionType::PSK_KEY_EXCHANGE_MODES,
    ];
    let mut slots: Vec<_> = built.into_iter().map(ExtensionSlot::Built).collect();
    slots.push(ExtensionSlot::Raw(ExtensionType::EARLY_DATA, vec![]));
    danger::script_extensions(&mut world.client, ScriptedMessage::ClientHello, slots);
    let (mut client, mut server) = world.ends(vec![]);
    connect(&mut client, &mut server);
    assert!(server.keys.iter().all(|keys| keys.epoch != Epoch::Early));
    assert_eq!(authentications((client, server)), [Authentication::Certificate; 2]);
}

/// A client that asks for so many tickets: for a new session, for a resumed one.
fn asking(new_session_count: u8, resumption_count: u8) -> World {
    let mut world = World::new();
    world.client.ticket_request = Some(ClientTicketRequest { new_session_count, resumption_count });
    world
}

/// What the client heard of tickets, and how many came.
fn tickets_of(client: &End) -> (Option<u8>, usize) {
    (client.connected.as_ref().unwrap().expected_tickets, client.tickets.len())
}

/// RFC 9149 §3: "the minimum of the server's self-imposed limit and the number requested".
//= R9149-3-1 test
//= R9149-3-4 test
//= R9149-3-5 test
//= R9149-3-7 test
#[test]
fn a_client_gets_the_tickets_it_asks_for_up_to_the_servers_limit() {
    for (asked, given) in [(0, 0), (1, 1), (2, 2), (255, 2)] {
        let mut world = asking(asked, 0);
        let (mut client, mut server) = world.ends(vec![]);
        connect(&mut client, &mut server);
        assert_eq!(tickets_of(&client), (Some(given), usize::from(given)), "{asked} asked for");
        assert_eq!(server.connected.unwrap().expected_tickets, Some(given));
    }
}

//= R9149-3-4 test
#[test]
fn a_resumed_connection_counts_by_what_was_asked_for_resumption() {
    let mut world = asking(2, 1);
    let (tickets, store) = world.first();
    let (client, server) = world.second(vec![offer(&tickets[0])], &store);
    assert_eq!(tickets_of(&client), (Some(1), 1));
    assert_eq!(authentications((client, server)), [Authentication::Resumption; 2]);
    let (client, server) = world.second(vec![offer(&tickets[1])], &[]);
    assert_eq!(tickets_of(&client), (Some(2), 2), "a new session all the same");
    assert_eq!(authentications((client, server)), [Authentication::Certificate; 2]);
}

#[test]
fn a_client_that_asks_for_no_number_hears_of_none() {
    let mut world = World::new();
    let (mut client, mut server) = world.ends(vec![]);
    connect(&mut client, &mut server);
    assert_eq!(tickets_of(&client), (None, 2));
    assert_eq!(server.connected.unwrap().expected_tickets, None);
}

/// RFC 9149 §3: "a client MUST NOT change the value of ClientTicketRequest in the second ClientHello message".
//= R9149-3-10 test
//= R9149-3-11 test
#[test]
fn a_ticket_request_is_the_same_behind_a_hello_retry_request() {
    let mut world = asking(1, 1);
    world.server.groups = vec![NamedGroup::SECP384R1];
    let (mut client, mut server) = world.ends(vec![]);
    connect(&mut client, &mut server);
    assert!(client.connected.as_ref().unwrap().hello_retried);
    assert_eq!(tickets_of(&client), (Some(1), 1));

    for (again, refused) in [([1, 1], false), ([1, 2], true)] {
        let mut changed = world.client.clone();
        let built = [
            ExtensionType::SERVER_NAME,
            ExtensionType::SUPPORTED_GROUPS,
            ExtensionType::KEY_SHARE,
            ExtensionType::SUPPORTED_VERSIONS,
            ExtensionType::SIGNATURE_ALGORITHMS,
            ExtensionType::SIGNATURE_ALGORITHMS_CERT,
        ];
        let mut slots: Vec<_> = built.into_iter().map(ExtensionSlot::Built).collect();
        slots.push(ExtensionSlot::Raw(ExtensionType::TICKET_REQUEST, again.to_vec()));
        slots.push(ExtensionSlot::Built(ExtensionType::PSK_KEY_EXCHANGE_MODES));
        danger::script_extensions(&mut changed, ScriptedMessage::SecondClientHello, slots);
        let kept = std::mem::replace(&mut world.client, changed);
        let (mut client, mut server) = world.ends(vec![]);
        world.client = kept;
        let carried =
            (0..8).find_map(|_| client.carry(&mut server).and_then(|_| server.carry(&mut client)).err());
        let fault = carried.map(|fault| matches!(fault, Fault::Peer(PeerFault::ClientHelloChanged { .. })));
        assert_eq!(fault, refused.then_some(true), "{again:?}");
    }
}

#[test]
fn a_session_comes_back_from_its_byte_form() {
    let (tickets, _) = World::new().first();
    let session = &*tickets[0].session;
    assert_eq!(&Session::from_bytes(&session.to_bytes()).unwrap(), session);
    let bytes = session.to_bytes();
    for length in 0..bytes.len() {
        assert!(Session::from_bytes(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
    assert!(Session::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn an_external_psk_authenticates_where_no_certificate_is_required() {
    let psk = Psk::external(&[7; 32], HashAlgorithm::Sha256);
    let mut world = World::new();
    let offers = || vec![PskOffer::external(b"device 7".to_vec(), psk.clone())];
    let connect_external = |world: &mut World| {
        let (mut client, mut server) = world.ends(offers());
        server.external_psks.push((b"device 7".to_vec(), psk.clone()));
        connect(&mut client, &mut server);
        authentications((client, server))
    };
    assert_eq!(connect_external(&mut world), [Authentication::Certificate; 2], "a certificate is required");
    world.server.client_auth = ClientAuth::None;
    assert_eq!(connect_external(&mut world), [Authentication::ExternalPsk; 2]);
}

//= R-4.3.11-2 test
//= R-4.3.11-7 test
#[test]
fn an_external_psk_of_another_hash_decides_the_suite() {
    let psk = Psk::external(&[7; 32], HashAlgorithm::Sha384);
    let mut world = World::new();
    world.server.client_auth = ClientAuth::None;
    let (mut client, mut server) = world.ends(vec![PskOffer::external(b"device 7".to_vec(), psk.clone())]);
    server.external_psks.push((b"device 7".to_vec(), psk));
    connect(&mut client, &mut server);
    let suite = server.connected.as_ref().unwrap().cipher_suite;
    assert_eq!(suite, CipherSuite::TLS_AES_256_GCM_SHA384, "not the preferred TLS_AES_128_GCM_SHA256");
    assert_eq!(authentications((client, server)), [Authentication::ExternalPsk; 2]);
}

/// "When resuming a session, the server MUST NOT include a server_name extension in the server hello" (RFC 6066 §3);
/// in TLS 1.3 it stands in EncryptedExtensions.
#[test]
fn a_server_acknowledges_the_server_name_in_a_full_handshake_alone() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    for (psks, acknowledged) in [(vec![], true), (vec![offer(&tickets[0])], false)] {
        let (mut client, mut server) = world.ends(psks);
        server.store = store.clone();
        client.carry(&mut server).unwrap();
        let (epoch, hello) = server.machine.owed().unwrap();
        assert_eq!(epoch, Epoch::Initial);
        let hello = hello.len();
        server.machine.sent(hello);
        let (_, flight) = server.machine.owed().unwrap();
        let length = usize::from(u16::from_be_bytes([flight[2], flight[3]]));
        let message = EncryptedExtensions::decode(&flight[4..4 + length]).unwrap();
        assert_eq!(message.extensions.find(ExtensionType::SERVER_NAME).is_some(), acknowledged);
    }
}

#[test]
fn the_ninth_psk_of_a_client_hello_is_not_looked_for() {
    let mut world = World::new();
    let (tickets, store) = world.first();
    let unknown = |number: u8| {
        let mut offer = offer(&tickets[0]);
        offer.identity = vec![number; 40];
        offer
    };
    let behind = |count: u8| (0..count).map(unknown).chain([offer(&tickets[0])]).collect::<Vec<_>>();
    assert_eq!(authentications(world.second(behind(7), &store)), [Authentication::Resumption; 2]);
    assert_eq!(authentications(world.second(behind(8), &store)), [Authentication::Certificate; 2]);
}

#[test]
fn the_ninth_generation_of_ticket_keys_is_dropped() {
    let (tickets, _) = World::new().first();
    let crypto = crypto::ring::provider();
    let in_a_week = NOW.checked_add(Duration::from_secs(7 * 24 * 3600)).unwrap();
    let mut keys = TicketKeys::new([0; 32], in_a_week);
    let ticket = keys.seal(&tickets[0].session, b"policy", NOW, &crypto).unwrap();
    for generation in 1..MAX_TICKET_KEYS {
        keys = keys.rotated([u8::try_from(generation).unwrap(); 32], in_a_week);
        assert!(
            keys.open(&ticket, b"policy", NAME, NOW, &crypto).is_some(),
            "{generation} generations later"
        );
    }
    keys = keys.rotated([99; 32], in_a_week);
    assert!(keys.open(&ticket, b"policy", NAME, NOW, &crypto).is_none());
}

#[test]
fn a_ticket_key_opens_nothing_once_its_time_is_over() {
    let (tickets, _) = World::new().first();
    let crypto = crypto::ring::provider();
    let minute = |minutes: u64| NOW.checked_add(Duration::from_secs(60 * minutes)).unwrap();
    let keys = TicketKeys::new([0; 32], minute(1));
    let ticket = keys.seal(&tickets[0].session, b"policy", NOW, &crypto).unwrap();
    assert!(keys.open(&ticket, b"policy", NAME, NOW, &crypto).is_some());
    assert!(keys.open(&ticket, b"policy", NAME, minute(1), &crypto).is_none());
    assert!(keys.seal(&tickets[0].session, b"policy", minute(1), &crypto).is_none());
    assert!(keys.open(&ticket, b"another policy", NAME, NOW, &crypto).is_none());
    assert!(keys.open(&ticket, b"policy", Some("other.test"), NOW, &crypto).is_none());
    assert!(keys.open(&ticket, b"policy", None, NOW, &crypto).is_none());
}

//= R-4.7.1-12 test
//= R9149-6-2 test
#[test]
fn a_lifetime_over_seven_days_is_clamped() {
    let (tickets, _) = World::new().first();
    let mut session = (*tickets[0].session).clone();
    session.lifetime = u32::MAX;
    let after = |seconds: u64| NOW.checked_add(Duration::from_secs(seconds)).unwrap();
    assert!(!session.is_expired(after(u64::from(MAX_TICKET_LIFETIME) - 1)));
    assert!(session.is_expired(after(u64::from(MAX_TICKET_LIFETIME))));
}
