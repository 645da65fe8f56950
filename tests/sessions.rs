//! Resumption that never outlives trust: what was agreed under one policy against what is asked under another.
//!
//! Each second handshake is between configs built anew, as by processes that share the ticket key and nothing else.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "std"))]
#![allow(clippy::wildcard_enum_match_arm)]

mod support {
    pub(crate) mod authority;
    pub(crate) mod kept_run;
    pub(crate) mod pair;
    pub(crate) mod situation;
}

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use handfast::CipherSuite;
use handfast::alert::AlertDescription;
use handfast::connection::{
    Config, ConfigBuilder, Connection, MAX_LINEAGE, SessionStore, SharedTicketStore, StoredSession,
    TicketUses, Trust,
};
use handfast::crypto::{Entropy, HashAlgorithm, ring};
use handfast::handshake::{Ask, Authentication, ClientAuth, Connected, Milestone};
use handfast::identity::ExpectedPeer;
use handfast::pki::{Profile, TrustAnchors};
use handfast::resumption::{
    MAX_SEALED_TICKET, Psk, PskOffer, STORED_TICKET_LEN, Session, TicketKeys, TicketStore,
};
use handfast::time::Time;
use support::authority::{self, Authority};
use support::pair::{End, credential, now, settle};
use support::situation;

const TICKET_KEY: [u8; 32] = [0x5a; 32];

/// PEM of chain and key.
type Pem = (String, String);

/// The files that two processes would read.
struct Files {
    ca: Authority,
    other_ca: Authority,
    client: Pem,
    server: Pem,
}

impl Files {
    fn new() -> Self {
        let ca = authority::root(authority::ca("ca"));
        Self {
            other_ca: authority::root(authority::ca("other ca")),
            client: credential(authority::client("spiffe://test/client"), &ca),
            server: credential(authority::server("server.test"), &ca),
            ca,
        }
    }

    fn builder(&self, (chain, key): &Pem) -> ConfigBuilder {
        let builder = Config::builder(ring::provider()).trust_pem(self.ca.pem()).unwrap();
        builder.credential_pem(chain, key).unwrap()
    }

    fn client(&self) -> ConfigBuilder {
        let mut client = self.builder(&self.client);
        client.handshake.accept_tickets = true;
        client
    }

    fn server(&self) -> ConfigBuilder {
        self.builder(&self.server).tickets(1, TicketKeys::new(TICKET_KEY, in_a_week()))
    }

    fn anchors(&self, extra: bool) -> TrustAnchors {
        let pem = if extra { format!("{}{}", self.ca.pem(), self.other_ca.pem()) } else { self.ca.pem() };
        TrustAnchors::from_pem(pem).unwrap()
    }
}

fn in_a_week() -> Time {
    now().checked_add(Duration::from_secs(7 * 24 * 3600)).unwrap()
}

fn peer() -> ExpectedPeer {
    ExpectedPeer::dns("server.test").unwrap()
}

/// What a handshake agreed on, at both ends, and the session that the client keeps.
struct Outcome {
    client: Connected,
    server: Connected,
    stored: Option<StoredSession>,
    ticket_len: usize,
}

fn connected(end: &End) -> Connected {
    let found = end.milestones.iter().find_map(|milestone| match milestone {
        Milestone::Connected(connected) => Some((**connected).clone()),
        _ => None,
    });
    found.expect("connected")
}

/// Two ends, each with entropy that no other has.
fn ends(client: &Arc<Config>, server: &Arc<Config>, psks: Vec<PskOffer>, time: Time) -> (End, End) {
    static SEEDS: AtomicU64 = AtomicU64::new(0);
    let entropy = || {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&SEEDS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        Entropy::from_platform(seed)
    };
    let client = Connection::client_with_psks(Arc::clone(client), peer(), psks, time, entropy());
    let (mut client, mut server) =
        (End::new(client), End::new(Connection::server(Arc::clone(server), entropy())));
    (client.now, server.now) = (time, time);
    (client, server)
}

/// A handshake at `time`, on which the client offers these PSKs.
fn handshake(client: ConfigBuilder, server: ConfigBuilder, psks: Vec<PskOffer>, time: Time) -> Outcome {
    let (client, server) = (Arc::new(client.build().unwrap()), Arc::new(server.build().unwrap()));
    let (mut client_end, mut server_end) = ends(&client, &server, psks, time);
    settle(&mut client_end, &mut server_end).unwrap();
    let ticket = client_end.milestones.iter().rev().find_map(|milestone| match milestone {
        Milestone::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    Outcome {
        client: connected(&client_end),
        server: connected(&server_end),
        stored: ticket.map(|ticket| client.store_session(&peer(), ticket).unwrap()),
        ticket_len: ticket.map_or(0, |ticket| ticket.ticket.len()),
    }
}

/// A full handshake between the two, and the session that the client keeps of it.
fn first(files: &Files) -> StoredSession {
    handshake(files.client(), files.server(), vec![], now()).stored.expect("a ticket")
}

/// Resumes with a client that offers whatever it is told, to a server as changed.
fn second(
    files: &Files,
    stored: &StoredSession,
    change: impl FnOnce(&mut ConfigBuilder),
    time: Time,
) -> Authentication {
    let mut server = files.server();
    change(&mut server);
    // A hostile client offers its ticket for as long as it likes.
    let mut session = stored.session().clone();
    (session.issued_at, session.lifetime) = (time, 1000);
    let offer = offer_of(stored, session, time);
    let outcome = handshake(files.client(), server, vec![offer], time);
    assert_eq!(outcome.client.authentication, outcome.server.authentication);
    outcome.server.authentication
}

/// The offer of a kept session, whatever its config would say.
fn offer_of(stored: &StoredSession, session: Session, time: Time) -> PskOffer {
    PskOffer::resume(Arc::new(session), stored.ticket().to_vec(), time).unwrap()
}

const RESUMED: Authentication = Authentication::Resumption;
const FULL: Authentication = Authentication::Certificate;

fn later(by: Duration) -> Time {
    now().checked_add(by).unwrap()
}

//= R-4.7.1-2 test
#[test]
fn a_second_process_with_the_same_files_resumes() {
    let files = Files::new();
    let stored = first(&files);
    assert_eq!(second(&files, &stored, |_| {}, now()), RESUMED);
}

#[test]
fn every_change_of_trust_is_a_full_handshake() {
    let files = Files::new();
    let stored = first(&files);
    let full = |what: &str, change: &dyn Fn(&mut ConfigBuilder)| {
        assert_eq!(second(&files, &stored, change, now()), FULL, "{what}");
    };
    full("an anchor more", &|server| server.trust = Trust::anchors(files.anchors(true)));
    full("an anchor with a limit of its own", &|server| {
        let anchors = files.anchors(false);
        let limited = anchors.as_slice().iter().map(|anchor| {
            let mut anchor = anchor.clone();
            anchor.path_len_constraint = Some(3);
            anchor
        });
        let anchors = limited.collect();
        server.trust = Trust::anchors(anchors);
    });
    full("another profile", &|server| {
        let profile = Profile { min_rsa_bits: 3072, ..Profile::internal() };
        server.trust = Trust::anchors(files.anchors(false)).with_profile(profile);
    });
    full("another rule for clients", &|server| {
        server.expected_clients = ExpectedPeer::spiffe_id("spiffe://test/client").unwrap();
    });
    full("client certificates optional", &|server| server.handshake.client_auth = ClientAuth::Optional);
    full("other filters for client certificates", &|server| {
        // keyUsage with digitalSignature
        let filter = (b"\x06\x03\x55\x1d\x0f".to_vec(), b"\x03\x02\x07\x80".to_vec());
        server.handshake.oid_filters = vec![filter];
    });
    full("another ticket key", &|server| server.ticket_keys = Some(TicketKeys::new([1; 32], in_a_week())));
    full("no ticket key at all", &|server| server.ticket_keys = None);
}

#[test]
fn a_client_whose_ca_is_no_longer_trusted_gets_in_by_no_ticket() {
    let files = Files::new();
    let stored = first(&files);
    let mut server = files.server();
    server.trust = Trust::anchors(TrustAnchors::from_pem(files.other_ca.pem()).unwrap());
    let client = Arc::new(files.client().build().unwrap());
    let offer = client.offer_session(&stored, &peer(), now()).unwrap();
    let (mut client, mut server) = ends(&client, &Arc::new(server.build().unwrap()), vec![offer], now());
    let refused = settle(&mut client, &mut server).unwrap_err();
    assert_eq!(refused.alert(), Some(AlertDescription::UNKNOWN_CA), "{refused}");
}

#[test]
fn what_is_not_trust_may_change() {
    let files = Files::new();
    let stored = first(&files);
    let resumed = |what: &str, change: &dyn Fn(&mut ConfigBuilder)| {
        assert_eq!(second(&files, &stored, change, now()), RESUMED, "{what}");
    };
    resumed("a newer ticket key", &|server| {
        let keys = TicketKeys::new(TICKET_KEY, in_a_week()).rotated([2; 32], in_a_week());
        server.ticket_keys = Some(keys);
    });
    resumed("another suite of the same hash", &|server| {
        server.handshake.cipher_suites = vec![CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
    });
    resumed("a record size limit", &|server| server.handshake.record_size_limit = Some(4096));
    let rotated = credential(authority::server("server.test"), &files.ca);
    let anew = Files { server: rotated, ..files };
    assert_eq!(second(&anew, &stored, |_| {}, now()), RESUMED, "a new credential of the server's own");
}

#[test]
fn time_ends_sessions() {
    let files = Files::new();
    let stored = first(&files);
    let lifetime = Duration::from_secs(u64::from(stored.session().lifetime));
    let at = |time| second(&files, &stored, |_| {}, time);
    assert_eq!(at(later(lifetime - Duration::from_millis(1))), RESUMED);
    assert_eq!(at(later(lifetime)), FULL, "the ticket's lifetime");
}

#[test]
fn a_clock_that_went_back_makes_no_session_live_longer() {
    let files = Files::new();
    let stored = first(&files);
    let back = |seconds| now().checked_sub(Duration::from_secs(seconds)).unwrap();
    let at = |time| second(&files, &stored, |_| {}, time);
    assert_eq!(at(back(60)), RESUMED, "clocks of two servers differ");
    assert_eq!(at(back(61)), FULL);
    let client = files.client().build().unwrap();
    assert!(client.offer_session(&stored, &peer(), back(60)).is_ok());
    assert!(client.offer_session(&stored, &peer(), back(61)).unwrap_err().contains("gone back"));
}

//= R-4.7.1-13 test
//= R-4.7.1-19 test
//= R-C.4-3 test
#[test]
fn renewed_tickets_end_a_day_after_the_first_authentication() {
    let files = Files::new();
    let mut stored = first(&files);
    let step = Duration::from_secs(3600);
    let mut time = now();
    let mut renewals = 0_u64;
    loop {
        time = time.checked_add(step).unwrap();
        let client = files.client().build().unwrap();
        let Ok(offer) = client.offer_session(&stored, &peer(), time) else { break };
        let outcome = handshake(files.client(), files.server(), vec![offer], time);
        assert_eq!(outcome.server.authentication, RESUMED, "after {renewals} renewals");
        assert_eq!(outcome.server.authenticated_at, now());
        stored = outcome.stored.unwrap();
        renewals += 1;
    }
    assert_eq!(renewals, MAX_LINEAGE.as_secs() / step.as_secs() - 1);
    assert_eq!(second(&files, &stored, |_| {}, time), FULL, "a client that offers all the same");
}

//= R-4.7.1-13 test
//= R-4.7.1-19 test
#[test]
fn a_session_does_not_outlive_the_peers_certificates() {
    let mut files = Files::new();
    let mut client = authority::client("spiffe://test/client");
    // A quarter of an hour behind the time of the tests.
    client.not_after = rcgen::date_time_ymd(2030, 1, 1) + Duration::from_secs(900);
    files.client = credential(client, &files.ca);
    let stored = first(&files);
    assert_eq!(second(&files, &stored, |_| {}, later(Duration::from_secs(899))), RESUMED);
    // The full handshake that follows is refused for the same cause.
    let mut server = files.server();
    server.handshake.client_auth = ClientAuth::Required;
    let offer = offer_of(&stored, stored.session().clone(), later(Duration::from_secs(901)));
    let client = Arc::new(files.client().build().unwrap());
    let server = Arc::new(server.build().unwrap());
    let (mut client, mut server) = ends(&client, &server, vec![offer], later(Duration::from_secs(901)));
    let refused = settle(&mut client, &mut server).unwrap_err();
    assert_eq!(refused.alert(), Some(AlertDescription::CERTIFICATE_EXPIRED), "{refused}");
}

#[test]
fn a_client_offers_nothing_once_what_it_is_bound_to_has_changed() {
    let files = Files::new();
    let stored = first(&files);
    let offers = |client: ConfigBuilder, expected: &ExpectedPeer| {
        client.build().unwrap().offer_session(&stored, expected, now()).is_ok()
    };
    assert!(offers(files.client(), &peer()));
    assert!(!offers(files.client(), &ExpectedPeer::dns("other.test").unwrap()), "another server");
    let mut other_trust = files.client();
    other_trust.trust = Trust::anchors(files.anchors(true));
    assert!(!offers(other_trust, &peer()), "another trust");
    let other = credential(authority::client("spiffe://test/other"), &files.ca);
    assert!(!offers(files.builder(&other), &peer()), "another identity of our own");
}

//= R-4.7.1-15 test
#[test]
fn forged_damaged_and_cut_tickets_are_declined() {
    let files = Files::new();
    let stored = first(&files);
    let ticket = offer_of(&stored, stored.session().clone(), now()).identity;
    let with = |identity: Vec<u8>| {
        let mut offer = offer_of(&stored, stored.session().clone(), now());
        offer.identity = identity;
        handshake(files.client(), files.server(), vec![offer], now()).server.authentication
    };
    assert_eq!(with(ticket.clone()), RESUMED);
    for at in (0..ticket.len()).step_by(7) {
        let mut damaged = ticket.clone();
        damaged[at] ^= 1;
        assert_eq!(with(damaged), FULL, "bit flipped in byte {at}");
    }
    for length in [1, 3, 4, 19, 20, 35, 36, ticket.len() - 1] {
        assert_eq!(with(ticket[..length].to_vec()), FULL, "cut to {length} bytes");
    }
    assert_eq!(with([ticket, vec![0]].concat()), FULL, "a byte more");
    assert_eq!(with(vec![0; 60_000]), FULL, "oversized");
}

#[test]
fn a_stored_session_comes_back_from_its_byte_form() {
    let stored = first(&Files::new());
    let bytes = stored.to_bytes();
    assert_eq!(StoredSession::from_bytes(&bytes).unwrap(), stored);
    for length in 0..bytes.len() {
        assert!(StoredSession::from_bytes(&bytes[..length]).is_err(), "{length}");
    }
}

//= R-C.4-1 test
//= R-C.4-4 test
//= R9149-6-1 test
#[test]
fn a_store_gives_each_session_once_the_newest_first_and_none_to_another_key() {
    let files = Files::new();
    let [oldest, older, newest] = [(); 3].map(|()| first(&files));
    let mut store = SessionStore::new(10);
    store.put("server.test for alice", older.clone());
    store.put("server.test for alice", newest.clone());
    store.put("server.test for bob", oldest.clone());
    assert_eq!(store.take("server.test", now()), None, "what must not be linked has keys of its own");
    assert_eq!(store.take("server.test for alice", now()), Some(newest.clone()));
    assert_eq!(store.take("server.test for alice", now()), Some(older.clone()));
    assert_eq!(store.take("server.test for alice", now()), None, "each is taken once");
    let after = later(Duration::from_secs(u64::from(oldest.session().lifetime)));
    assert_eq!(store.take("server.test for bob", after), None, "it has expired");
    assert!(store.is_empty());

    let mut small = SessionStore::new(2);
    for (key, session) in [("a", &oldest), ("b", &older), ("c", &newest)] {
        small.put(key, session.clone());
    }
    assert_eq!((small.len(), small.take("a", now())), (2, None), "the oldest makes room");
    assert_eq!(small.take("c", now()), Some(newest));
}

/// A ClientHello with such a ticket fits one packet. The names are those of `handfast demo`; serial numbers have the
/// 20 bytes that a CA may use.
#[test]
fn a_ticket_of_a_client_with_a_chain_of_two_is_shorter_than_300_bytes() {
    let mut files = Files::new();
    let longest = |mut params: rcgen::CertificateParams| {
        params.serial_number = Some(vec![0x7f; 20].into());
        params
    };
    let between = authority::intermediate(longest(authority::ca("Handfast demo CA")), &files.ca);
    let (leaf, key) = credential(longest(authority::client("spiffe://demo.example/client")), &between);
    files.client = (leaf + &between.pem(), key);
    let outcome = handshake(files.client(), files.server(), vec![], now());
    let identity = outcome.server.peer_identity.unwrap();
    assert_eq!(identity.chain.len(), 2);
    assert!(identity.chain.iter().all(|certificate| certificate.serial.as_bytes().len() == 20));
    assert!((250..300).contains(&outcome.ticket_len), "{} bytes", outcome.ticket_len);
}

/// The certificates that a peer is known by.
fn chain_of(connected: &Connected) -> Option<Vec<Vec<u8>>> {
    connected.peer_chain.as_ref().map(|chain| chain.certificates().map(<[u8]>::to_vec).collect())
}

#[test]
fn a_session_keeps_the_peers_chain_where_the_config_wants_it_sealed_or_stored() {
    let mut files = Files::new();
    let between = authority::intermediate(authority::ca("between"), &files.ca);
    let (leaf, key) = credential(authority::client("spiffe://test/client"), &between);
    files.client = (leaf + &between.pem(), key);
    let store = Arc::new(SharedTicketStore::new(100));
    for (sealed, keeps) in [(true, true), (true, false), (false, true), (false, false)] {
        let connect = |psks, keeps| {
            let mut client = files.client();
            let mut server = if sealed { files.server() } else { storing(&files, &store) };
            client.handshake.peer_chain_in_sessions = keeps;
            server.handshake.peer_chain_in_sessions = keeps;
            handshake(client, server, psks, now())
        };
        let offer = |outcome: &Outcome| {
            // As after a start of the client's process.
            let stored = StoredSession::from_bytes(&outcome.stored.as_ref().unwrap().to_bytes()).unwrap();
            vec![offer_of(&stored, stored.session().clone(), now())]
        };
        let first = connect(vec![], keeps);
        let (of_client, of_server) = (chain_of(&first.server), chain_of(&first.client));
        assert_eq!(of_client.as_ref().map(Vec::len), Some(2));
        let second = connect(offer(&first), keeps);
        let third = connect(offer(&second), false);
        let fourth = connect(offer(&third), keeps);
        for resumed in [&second, &third] {
            assert_eq!(resumed.server.authentication, RESUMED);
            assert_eq!(chain_of(&resumed.server), of_client.clone().filter(|_| keeps));
            assert_eq!(chain_of(&resumed.client), of_server.clone().filter(|_| keeps));
            assert_eq!(resumed.server.peer_identity, first.server.peer_identity);
        }
        assert_eq!(fourth.server.authentication, RESUMED);
        assert_eq!(
            (chain_of(&fourth.server), chain_of(&fourth.client)),
            (None, None),
            "it was renewed without"
        );
    }
}

#[test]
fn a_session_too_long_for_a_ticket_is_not_sealed() {
    let keys = TicketKeys::new(TICKET_KEY, in_a_week());
    let mut session = first(&Files::new()).session().clone();
    let mut sealed = |length| {
        session.application_data = vec![0; length];
        keys.seal(&session, b"trust", now(), &ring::provider()).map(|ticket| ticket.len())
    };
    let spare = MAX_SEALED_TICKET - sealed(1000).unwrap();
    assert_eq!(sealed(1000 + spare), Some(MAX_SEALED_TICKET));
    assert_eq!(sealed(1001 + spare), None);
}

#[test]
fn what_the_application_puts_into_a_ticket_comes_back_and_goes_on() {
    let files = Files::new();
    let connect = |psks, data: Option<&[u8]>| {
        let mut server = files.server();
        server.ask_ticket_data = data.is_some();
        let (client, server) = (Arc::new(files.client().build().unwrap()), Arc::new(server.build().unwrap()));
        let (mut client_end, mut server_end) = ends(&client, &server, psks, now());
        settle(&mut client_end, &mut server_end).unwrap();
        if let Some(data) = data {
            let ask = server_end.connection.pending().unwrap();
            let answer = server.answer_with_ticket_data(ask, data).unwrap();
            server_end.connection.answer(answer).unwrap();
            settle(&mut client_end, &mut server_end).unwrap();
        }
        let ticket = client_end.milestones.iter().find_map(|milestone| match milestone {
            Milestone::NewSessionTicket(ticket) => Some(ticket),
            _ => None,
        });
        let stored = client.store_session(&peer(), ticket.unwrap()).unwrap();
        let offer = client.offer_session(&stored, &peer(), now()).unwrap();
        (connected(&server_end).application_data, offer)
    };
    let (of_first, offer) = connect(vec![], Some(b"role: operator"));
    assert!(of_first.is_empty());
    let (of_second, offer) = connect(vec![offer], None);
    assert_eq!(of_second, b"role: operator");
    let (of_third, offer) = connect(vec![offer], Some(b"role: reader"));
    assert_eq!(of_third, b"role: operator", "renewed tickets hand it on");
    assert_eq!(connect(vec![offer], None).0, b"role: reader");
    let long = vec![7; MAX_SEALED_TICKET - 500];
    let (_, offer) = connect(vec![], Some(&long));
    assert_eq!(connect(vec![offer], None).0, long, "in several records");
}

#[test]
fn a_certificate_of_ours_that_is_marked_compromised_ends_the_sessions_made_with_it() {
    let mut files = Files::new();
    let stored = first(&files);
    let old = situation::digest(&files.server.0);
    files.server = credential(authority::server("server.test"), &files.ca);
    let new = situation::digest(&files.server.0);
    assert_eq!(second(&files, &stored, |_| {}, now()), RESUMED, "a credential that was just replaced");
    assert_eq!(second(&files, &stored, |server| server.compromised = vec![old], now()), FULL);
    assert_eq!(second(&files, &stored, |server| server.compromised = vec![new], now()), RESUMED);

    let mut client = files.client();
    client.compromised = vec![situation::digest(&files.client.0)];
    let refused = client.build().unwrap().offer_session(&stored, &peer(), now()).unwrap_err();
    assert!(refused.contains("compromised"), "{refused}");
}

/// A server that keeps its sessions in this store.
fn storing(files: &Files, store: &Arc<SharedTicketStore>) -> ConfigBuilder {
    files.builder(&files.server).stored_tickets(1, Arc::clone(store))
}

#[test]
fn a_stored_session_is_resumed_once_by_a_ticket_that_says_nothing() {
    let files = Files::new();
    let store = Arc::new(SharedTicketStore::new(100));
    let outcome = handshake(files.client(), storing(&files, &store), vec![], now());
    assert_eq!((outcome.ticket_len, store.len()), (STORED_TICKET_LEN, 1));
    let stored = outcome.stored.unwrap();
    let again = || {
        let offer = offer_of(&stored, stored.session().clone(), now());
        handshake(files.client(), storing(&files, &store), vec![offer], now()).server
    };
    let resumed = again();
    assert_eq!(resumed.authentication, RESUMED);
    assert_eq!(resumed.peer_identity, outcome.server.peer_identity);
    assert_eq!(store.len(), 1, "the renewed one");
    assert_eq!(again().authentication, FULL, "used up");
}

#[test]
fn a_stored_session_may_be_resumed_until_it_expires() {
    let files = Files::new();
    let store = Arc::new(SharedTicketStore::new(100).with_uses(TicketUses::UntilExpired));
    let stored = handshake(files.client(), storing(&files, &store), vec![], now()).stored.unwrap();
    let at = |time| {
        let mut session = stored.session().clone();
        (session.issued_at, session.lifetime) = (time, 1000);
        let offer = offer_of(&stored, session, time);
        handshake(files.client(), storing(&files, &store), vec![offer], time).server.authentication
    };
    assert_eq!([at(now()), at(now())], [RESUMED, RESUMED]);
    assert_eq!(at(later(Duration::from_secs(7200))), FULL);
}

#[test]
fn a_stored_session_is_bound_to_trust_like_a_sealed_one() {
    let files = Files::new();
    let store = Arc::new(SharedTicketStore::new(100));
    let stored = handshake(files.client(), storing(&files, &store), vec![], now()).stored.unwrap();
    let mut server = storing(&files, &store);
    server.trust = Trust::anchors(files.anchors(true));
    let offer = || vec![offer_of(&stored, stored.session().clone(), now())];
    assert_eq!(handshake(files.client(), server, offer(), now()).server.authentication, FULL);
    let same = handshake(files.client(), storing(&files, &store), offer(), now());
    assert_eq!(same.server.authentication, RESUMED, "and it was not used up by that");
}

/// The store of a fleet: a caller that answers the asks from a plain [`TicketStore`].
#[test]
fn without_a_store_of_the_config_the_caller_stores_and_finds_sessions() {
    let files = Files::new();
    let mut store = TicketStore::new(10);
    let mut connect = |psks: Vec<PskOffer>| {
        let mut server = files.builder(&files.server);
        server.handshake.tickets = 1;
        (server.handshake.stateful_tickets, server.handshake.find_psks) = (true, true);
        let client = Arc::new(files.client().build().unwrap());
        let server = Arc::new(server.build().unwrap());
        let (mut client_end, mut server_end) = ends(&client, &server, psks, now());
        loop {
            settle(&mut client_end, &mut server_end).unwrap();
            let answer = match server_end.connection.pending() {
                Some(Ask::StoreSession(ask)) => {
                    assert!(store.insert(&ask.ticket, &ask.session, b"this trust"));
                    ask.stored()
                }
                Some(Ask::FindPsk(ask)) => {
                    let found = store.find(&ask.identities[0], b"this trust", ask.now);
                    found.map_or_else(|| ask.none(), |session| ask.session(0, Arc::new(session)))
                }
                Some(other) => panic!("not expected: {other:?}"),
                None => break,
            };
            server_end.connection.answer(answer).unwrap();
        }
        let ticket = client_end.milestones.iter().find_map(|milestone| match milestone {
            Milestone::NewSessionTicket(ticket) => Some(ticket),
            _ => None,
        });
        let stored = client.store_session(&peer(), ticket.unwrap()).unwrap();
        (connected(&server_end).authentication, client.offer_session(&stored, &peer(), now()).unwrap())
    };
    let (authentication, offer) = connect(vec![]);
    assert_eq!(authentication, FULL);
    assert_eq!(connect(vec![offer]).0, RESUMED);
    assert_eq!(store.len(), 2);
}

//= R-2.2-2 test
#[test]
fn external_psks_of_the_config_are_found_by_label() {
    let files = Files::new();
    let psk = Psk::external(b"a secret of any length, agreed on elsewhere", HashAlgorithm::Sha256);
    let mut server = files.server();
    server.handshake.client_auth = ClientAuth::None;
    server.external_psks = server.external_psks.accept("meter 17", psk.clone()).unwrap();
    let offer = PskOffer::external(b"meter 17".to_vec(), psk);
    let outcome = handshake(files.client(), server, vec![offer], now());
    assert_eq!(outcome.server.authentication, Authentication::ExternalPsk);
    assert_eq!(outcome.client.authentication, Authentication::ExternalPsk);
}
