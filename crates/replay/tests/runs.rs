//! Both ends of a connection are recorded, and each is run again from its record alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../../tests/support/authority.rs"]
mod authority;

use std::io::Write;
use std::sync::{Arc, Mutex};

use authority::MID_2030;
use handfast::connection::{Inbox, SealRefused, Sealed};
use handfast::crypto::{CryptoProvider, KeyExchangeAlgorithm, ring, rustcrypto};
use handfast::handshake::{ClientTicketRequest, EchConfigList, EchKey, KnownServer, ReceivedTicket};
use handfast::resumption::{PskOffer, TicketKeys};
use handfast::{
    ClientAuth, Config, ConfigBuilder, Entropy, Event, ExpectedPeer, Milestone, NamedGroup, Need, Role, Time,
};
use handfast_replay::{Connection, FIRST_LINE, Recorder, Stopped, replay};
use rcgen::{CertificateParams, KeyPair};

const NOW: Time = Time::from_millis_since_1970(MID_2030);

/// A record in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Memory {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Two ends and what they have in common.
struct World {
    client: ConfigBuilder,
    server: ConfigBuilder,
    client_key: Vec<u8>,
    psks: Vec<PskOffer>,
    known_groups: Vec<NamedGroup>,
    ech: Option<EchConfigList>,
    records: bool,
}

impl World {
    fn new(crypto: &CryptoProvider) -> Self {
        let ca = authority::root(authority::ca("ca"));
        let end = |params: CertificateParams| {
            let key = KeyPair::generate().unwrap();
            let chain = params.signed_by(&key, &ca).unwrap().pem();
            let builder = Config::builder(crypto.clone()).trust_pem(ca.pem()).unwrap();
            (builder.credential_pem(chain, key.serialize_pem()).unwrap(), key.serialize_der())
        };
        let (client, client_key) = end(authority::client("spiffe://test/client"));
        let (server, _) = end(authority::server("server.test"));
        Self {
            client,
            server,
            client_key,
            psks: Vec::new(),
            known_groups: Vec::new(),
            ech: None,
            records: true,
        }
    }

    /// With tickets and early data.
    fn with_tickets(mut self) -> Self {
        self.client.handshake.accept_tickets = true;
        let asked = ClientTicketRequest { new_session_count: 2, resumption_count: 1 };
        self.client.handshake.ticket_request = Some(asked);
        self.client.handshake.early_data = true;
        self.server.handshake.max_early_data_size = 1000;
        let filter = handfast::connection::SharedReplayFilter::new(100, Time::MIN);
        self.server.replay_filter = Some(Arc::new(filter));
        self.server = self.server.tickets(2, TicketKeys::new([7; 32], Time::MAX));
        self
    }

    /// Runs both ends until they have closed, or one has failed.
    fn run(&self) -> Meeting {
        let memories = [Memory::default(), Memory::default()];
        let [one, other] = memories.clone().map(|memory| match self.records {
            true => Recorder::to(memory),
            false => Recorder::off(),
        });
        let client = Arc::new(self.client.clone().build().unwrap());
        let server = Arc::new(self.server.clone().build().unwrap());
        let entropy = |seed| Entropy::from_platform([seed; 32]);
        let peer = ExpectedPeer::dns("server.test").unwrap();
        let (psks, groups, ech) = (self.psks.clone(), self.known_groups.clone(), self.ech.clone());
        let known = KnownServer { psks, groups, ech };
        let client = Connection::client_of(client, peer, known, NOW, entropy(1), one).unwrap();
        let server = Connection::server(server, entropy(2), other).unwrap();
        let mut ends = [End::new(client), End::new(server)];
        for _ in 0..100 {
            let [client, server] = &mut ends;
            client.talk();
            client.send_to(server);
            server.talk();
            server.send_to(client);
        }
        let [client, server] = ends;
        Meeting { records: memories.map(|memory| memory.text()), client, server }
    }
}

struct Meeting {
    records: [String; 2],
    client: End,
    server: End,
}

impl Meeting {
    /// Both ends run again with another provider; gives what ended them.
    fn replays(&self, crypto: &CryptoProvider) -> [Option<String>; 2] {
        let ends = [(Role::Client, &self.client), (Role::Server, &self.server)];
        let mut faults = [None, None];
        for (((role, end), record), fault) in ends.into_iter().zip(&self.records).zip(&mut faults) {
            assert!(record.starts_with(&format!("{FIRST_LINE}\n")));
            let replayed = replay(record, crypto).unwrap_or_else(|stopped| panic!("{role:?}: {stopped}"));
            assert_eq!((replayed.role, replayed.sent), (role, end.wire.len()));
            *fault = replayed.fault;
        }
        faults
    }
}

/// One end: it sends data with its first words, answers with data, and closes.
struct End {
    connection: Connection,
    inbox: Inbox,
    arriving: Vec<u8>,
    wire: Vec<u8>,
    leaving: Vec<u8>,
    heard: Vec<u8>,
    tickets: Vec<ReceivedTicket>,
    said: usize,
    failed: bool,
}

impl End {
    fn new(connection: Connection) -> Self {
        Self {
            connection,
            inbox: Inbox::new(),
            arriving: Vec::new(),
            wire: Vec::new(),
            leaving: Vec::new(),
            heard: Vec::new(),
            tickets: Vec::new(),
            said: 0,
            failed: false,
        }
    }

    fn talk(&mut self) {
        while !self.failed {
            let count = self.inbox.extend(&self.arriving);
            self.arriving.drain(..count);
            match self.connection.receive_from(&mut self.inbox, NOW) {
                Ok(Event::Plaintext(text) | Event::EarlyPlaintext(text)) => {
                    let count = text.len();
                    self.heard.extend_from_slice(&text);
                    self.inbox.read(count);
                }
                Ok(Event::Milestone(Milestone::NewSessionTicket(ticket))) => self.tickets.push(*ticket),
                Ok(Event::Milestone(Milestone::EarlyDataReady { .. })) => {
                    let mut out = [0; 4000];
                    let sealed = self.connection.seal_early(b"early", &mut out).unwrap();
                    self.leaving.extend(&out[..sealed.written]);
                }
                Ok(Event::Milestone(Milestone::Connected(_))) => self.seal(b"at once"),
                Ok(Event::Milestone(_)) => {}
                Ok(Event::Need(Need::Transmit)) => self.transmit(),
                Ok(Event::Need(Need::Input { .. }) | Event::End) if self.arriving.is_empty() => break,
                Ok(Event::Need(Need::Input { .. }) | Event::End) => {}
                Ok(Event::Need(Need::Answer(_))) => panic!("the config answers"),
                Err(_) => self.failed = true,
            }
        }
        self.transmit();
        self.say();
        self.transmit();
    }

    /// Once connected: a KeyUpdate, data of more than a record, then the end.
    fn say(&mut self) {
        if !self.connection.is_connected() || self.failed {
            return;
        }
        self.said += 1;
        match self.said {
            2 => self.connection.update_keys(true),
            3 => self.seal(&[3; 40_000]),
            10 => self.connection.close(),
            _ => {}
        }
    }

    /// Seals all of it, a record at a time; where there is no room, nothing happens.
    fn seal(&mut self, mut plaintext: &[u8]) {
        while !plaintext.is_empty() {
            let mut out = vec![0; 20_000];
            let refused = self.connection.seal(plaintext, &mut out[..10]);
            assert!(matches!(refused, Err(SealRefused::NeedOutput { .. }) | Ok(Sealed { consumed: 0, .. })));
            let sealed = self.connection.seal(plaintext, &mut out[10..]).unwrap();
            if let Ok(Sealed { written, .. }) = refused {
                self.leaving.extend(&out[..written]);
            }
            self.leaving.extend(&out[10..10 + sealed.written]);
            plaintext = &plaintext[sealed.consumed..];
        }
    }

    fn transmit(&mut self) {
        // Odd pieces: where records end does not depend on them.
        let mut out = [0; 777];
        while let count @ 1.. = self.connection.transmit(&mut out) {
            self.leaving.extend(&out[..count]);
        }
    }

    fn send_to(&mut self, other: &mut Self) {
        self.wire.extend(&self.leaving);
        other.arriving.append(&mut self.leaving);
    }
}

/// Providers to record with, and to replay with.
fn providers() -> [(CryptoProvider, CryptoProvider); 2] {
    [(ring::provider(), rustcrypto::provider()), (rustcrypto::provider(), ring::provider())]
}

#[test]
fn a_mutual_connection_with_data_and_key_updates_replays_in_both_roles_under_another_provider() {
    for (recording, replaying) in providers() {
        let meeting = World::new(&recording).run();
        assert_eq!(meeting.client.heard.len(), 40_007);
        assert_eq!(meeting.server.heard.len(), 40_007);
        assert_eq!(meeting.replays(&replaying), [None, None]);
    }
}

#[test]
fn a_hello_retry_request_and_its_cookie_replay() {
    for (recording, replaying) in providers() {
        let mut world = World::new(&recording);
        world.server.handshake.groups = vec![NamedGroup::SECP384R1];
        world.server.handshake.hello_retry_cookie = true;
        world.server.cookie_key = Some(handfast::CookieKey::new([3; 32]));
        let meeting = world.run();
        assert!(meeting.records[1].contains("answer SealCookie "));
        assert_eq!(meeting.replays(&replaying), [None, None]);
    }
}

#[test]
fn a_part_of_a_hybrid_replays_and_so_does_a_predicted_group() {
    for (recording, replaying) in providers() {
        let mut world = World::new(&recording);
        world.server.handshake.groups = vec![NamedGroup::X25519, NamedGroup::SECP384R1];
        let meeting = world.run();
        assert!(meeting.records[0].contains("key_share 11ec "), "the one key pair is the hybrid's");
        assert_eq!(meeting.replays(&replaying), [None, None]);

        world.known_groups = vec![NamedGroup::SECP384R1];
        let meeting = world.run();
        assert!(meeting.records[0].contains("known_groups 0018\n"));
        assert_eq!(meeting.replays(&replaying), [None, None]);
    }
}

#[test]
fn a_server_that_asks_for_no_certificate_and_a_small_record_limit_replay() {
    for (recording, replaying) in providers() {
        let mut world = World::new(&recording);
        world.server.handshake.client_auth = ClientAuth::None;
        world.server.handshake.record_size_limit = Some(100);
        world.client.handshake.record_size_limit = Some(16_385);
        world.client.padding = handfast::connection::PaddingPolicy::ToMultipleOf(64.try_into().unwrap());
        assert_eq!(world.run().replays(&replaying), [None, None]);
    }
}

#[test]
fn resumption_with_early_data_replays_and_the_ticket_key_is_not_in_the_record() {
    for (recording, replaying) in providers() {
        let mut world = World::new(&recording).with_tickets();
        let first = world.run();
        assert_eq!(first.replays(&replaying), [None, None]);
        let ticket = &first.client.tickets[0];
        world.psks = vec![PskOffer::resume(Arc::clone(&ticket.session), ticket.ticket.clone(), NOW).unwrap()];
        let second = world.run();
        assert!(second.server.heard.starts_with(b"early"));
        assert!(second.records[1].contains("answer CheckReplay fresh"));
        assert_eq!(second.replays(&replaying), [None, None]);
        assert!(!second.records[1].contains(&"07".repeat(32)));
    }
}

/// A key with these bytes for Encrypted Client Hello, under a name that the server proves.
fn ech_key(bytes: u8) -> EchKey {
    let private_key = rustcrypto::provider().load_static_key(KeyExchangeAlgorithm::X25519, &[bytes; 32]);
    EchKey::publish(7, "server.test", 0, private_key.unwrap()).unwrap()
}

#[test]
fn an_encrypted_client_hello_replays_and_the_key_is_not_in_the_record() {
    for (recording, replaying) in providers() {
        let mut world = World::new(&recording).with_tickets();
        let key = ech_key(0xa7);
        world.server.handshake.ech_keys = vec![ech_key(0xb8).not_for_retry(), key.clone()];
        world.server.handshake.groups = vec![NamedGroup::SECP384R1];
        world.ech = Some(EchKey::config_list([&key]));
        let first = world.run();
        assert_eq!(first.client.heard.len(), 40_007);
        assert_eq!(first.replays(&replaying), [None, None]);
        for private_key in ["a7", "b8"] {
            assert!(first.records.iter().all(|record| !record.contains(&private_key.repeat(32))));
        }
        // And with a session inside, in whose place GREASE stands.
        let ticket = &first.client.tickets[0];
        world.psks = vec![PskOffer::resume(Arc::clone(&ticket.session), ticket.ticket.clone(), NOW).unwrap()];
        let second = world.run();
        assert!(second.records[0].contains("entropy grease_psk"));
        assert_eq!(second.replays(&replaying), [None, None]);
    }
}

#[test]
fn a_rejected_client_hello_and_grease_replay() {
    for (recording, replaying) in providers() {
        let mut world = World::new(&recording);
        world.server.handshake.client_auth = ClientAuth::Optional;
        world.server.handshake.ech_keys = vec![ech_key(8)];
        world.ech = Some(EchKey::config_list([&ech_key(9)]));
        let [client, server] = world.run().replays(&replaying);
        assert!(client.as_ref().unwrap().contains("RFC 9849"), "{client:?}");
        assert!(server.as_ref().unwrap().contains("ech_required"), "{server:?}");
        world.ech = None;
        world.client.handshake.ech_grease = true;
        assert_eq!(world.run().replays(&replaying), [None, None]);
    }
}

#[test]
fn a_refusal_replays_with_its_alert_and_its_words() {
    for (recording, replaying) in providers() {
        let mut world = World::new(&recording);
        world.client = World::new(&recording).client;
        let [client, server] = world.run().replays(&replaying);
        assert!(client.as_ref().unwrap().contains("PATH-SIGNATURE"), "{client:?}");
        assert!(server.as_ref().unwrap().contains("bad_certificate"), "{server:?}");
    }
}

#[test]
fn recording_changes_no_byte() {
    let mut world = World::new(&rustcrypto::provider()).with_tickets();
    world.server.handshake.groups = vec![NamedGroup::SECP256R1];
    let recorded = world.run();
    world.records = false;
    let plain = world.run();
    assert!(plain.records[0].is_empty());
    assert!(recorded.client.wire == plain.client.wire, "the client's bytes differ");
    assert!(recorded.server.wire == plain.server.wire, "the server's bytes differ");
}

#[test]
fn no_private_key_is_in_a_record() {
    let world = World::new(&rustcrypto::provider());
    let [record, _] = world.run().records;
    let der: String = world.client_key.iter().map(|byte| format!("{byte:02x}")).collect();
    // The scalar of an EC key in PKCS#8, as rcgen writes it.
    let scalar = &der[2 * 36..2 * 68];
    assert!(!record.contains(scalar));
    assert!(!record.contains("entropy key_share"));
    assert!(record.contains("\nsignature "));
}

/// What a replay says of a record in which the first line that begins like this is changed.
fn stopped(record: &str, begin: &str, change: impl Fn(&str) -> String) -> Stopped {
    let line = record.lines().find(|line| line.starts_with(begin)).expect("such a line");
    let changed = change(line);
    assert_ne!(changed, line);
    replay(&record.replacen(line, &changed, 1), &ring::provider()).unwrap_err()
}

/// The line with another digit in its word of this number, so many bytes into it.
fn flip(line: &str, word: usize, byte: usize) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let at = 2 * byte;
    let digit = if &words[word][at..=at] == "0" { "1" } else { "0" };
    words[word].replace_range(at..=at, digit);
    words.join(" ")
}

fn place(stopped: &Stopped) -> &str {
    match stopped {
        Stopped::Differs(difference) => &difference.place,
        Stopped::Unreadable { .. } => panic!("{stopped}"),
    }
}

#[test]
fn a_byte_that_differs_is_named_by_record_message_and_field() {
    let [client, server] = World::new(&ring::provider()).run().records;
    let suites = stopped(&client, "config cipher_suites ", |_| "config cipher_suites 1301,1303,1302".into());
    assert!(
        place(&suites).ends_with("in record 0 (in the clear): client_hello, cipher_suites, byte 3 of 6"),
        "{suites}"
    );
    let name = stopped(&client, "start ", |line| format!("{line}s"));
    assert!(
        place(&name)
            .contains("in record 0 (in the clear): client_hello, its length, then length of extensions"),
        "{name}"
    );
    // Word 5 is the chain.
    let certificate = stopped(&server, "answer ChooseCredential local", |line| flip(line, 5, 100));
    assert!(
        place(&certificate).contains("(protected): certificate, cert_data of certificate 0, byte 100 of "),
        "{certificate}"
    );
    let shown = certificate.to_string();
    assert!(shown.contains("expected: ") && shown.contains("found: "), "{shown}");
}

#[test]
fn a_record_under_other_keys_is_said_to_be_so() {
    let [_, server] = World::new(&ring::provider()).run().records;
    let secret = stopped(&server, "shared_secret ", |line| flip(line, 1, 0));
    assert!(place(&secret).contains("does not open under the run's key"), "{secret}");
}

#[test]
fn what_comes_of_other_bytes_and_what_chance_did_not_make_are_told() {
    let [client, server] = World::new(&ring::provider()).run().records;
    // The client's first words are its ClientHello; what the server says of another version is a fault.
    let event = stopped(&server, "receive ", |line| flip(line, 2, 5));
    assert_eq!(place(&event), "what came of the bytes received", "{event}");
    let lost = stopped(&client, "entropy random", |_| String::new());
    assert_eq!(place(&lost), "a value that chance made", "{lost}");
    let more = replay(&format!("{client}entropy random 00"), &ring::provider()).unwrap_err();
    assert!(more.to_string().contains("the run does not ask for it"), "{more}");
}

#[test]
fn a_file_that_is_no_record_is_told_by_its_line() {
    let [client, _] = World::new(&ring::provider()).run().records;
    let reason = |stopped: Stopped| match stopped {
        Stopped::Unreadable { line, reason } => (line, reason),
        Stopped::Differs(difference) => panic!("{difference}"),
    };
    let (line, _) = reason(replay("SECRETS\n", &ring::provider()).unwrap_err());
    assert_eq!(line, 1);
    let (line, _) = reason(replay(FIRST_LINE, &ring::provider()).unwrap_err());
    assert_eq!(line, 0);
    for (begin, wrong) in [
        ("role ", "role peer"),
        ("config groups ", "config groups xyz"),
        ("sent ", "sent 0"),
        ("event ", "evnt"),
    ] {
        let number = client.lines().position(|line| line.starts_with(begin)).unwrap() + 1;
        let (line, reason) = reason(stopped(&client, begin, |_| wrong.to_owned()));
        assert_eq!(line, number, "{reason}");
    }
}
