//! The handshake floor driven as QUIC drives it (RFC 9001 §4): handshake bytes travel in CRYPTO frames by epoch, which
//! arrive in any order; key changes are data; there are no records.

#![cfg(all(feature = "floors", feature = "rustcrypto"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub(crate) mod authority;
    pub(crate) mod crypto_stream;
}

use std::collections::HashMap;
use std::sync::Arc;

use handfast::danger::{self, ScriptedMessage};
use handfast::handshake::{
    self, Carrier, Direction, Epoch, ExtensionSlot, Fault, ForeignExtension, Handshake, Keys, Output,
    PeerFault,
};
use handfast::message::{
    self, ClientHello, EncryptedExtensions, Extensions, HandshakeType, KeyUpdate, KeyUpdateRequest,
    encode_handshake,
};
use handfast::wire::{Decode, Encode};
use handfast::{
    AlertDescription, Config, ConfigBuilder, Connected, Connection, Entropy, Event, ExpectedPeer,
    ExtensionType, Milestone, Time,
};
use rcgen::{CertificateParams, KeyPair};
use support::authority::{self, Authority, MID_2030};
use support::crypto_stream::{CryptoStream, Frame};

const NOW: Time = Time::from_millis_since_1970(MID_2030);
const PARAMETERS: ExtensionType = ExtensionType::QUIC_TRANSPORT_PARAMETERS;
const CLIENT_PARAMETERS: &[u8] = b"\x01\x02\x67\x10";
const SERVER_PARAMETERS: &[u8] = b"\x01\x02\x43\xe8\x04\x02\x7f\xff";

/// What a server and a client of one authority are willing to do over any carrier. The provider draws nothing of its
/// own, so equal entropy makes equal keys and signatures.
fn builders() -> (ConfigBuilder, ConfigBuilder) {
    let ca = authority::root(authority::ca("ca"));
    let builder = |params| {
        let (chain, key) = issue(params, &ca);
        let builder = Config::builder(handfast::crypto::rustcrypto::provider()).trust_pem(ca.pem()).unwrap();
        let mut builder = builder.credential_pem(chain, key).unwrap();
        builder.handshake.application_protocols = vec![b"h3".to_vec()];
        builder.handshake.record_size_limit = Some(4096);
        danger::log_keys(&mut builder.handshake);
        builder
    };
    (builder(authority::client("spiffe://test/client")), builder(authority::server("server.test")))
}

fn issue(params: CertificateParams, issuer: &Authority) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, issuer).unwrap().pem(), key.serialize_pem())
}

/// One end of a QUIC connection, as far as its handshake goes.
struct End {
    machine: Handshake,
    /// Answers the asks.
    config: Config,
    streams: HashMap<Epoch, CryptoStream>,
    /// All that it has said, by epoch.
    said: HashMap<Epoch, Vec<u8>>,
    keys: Vec<Keys>,
    key_log: Vec<String>,
    connected: Option<Connected>,
}

impl End {
    fn new(machine: Handshake, config: Config) -> Self {
        let (streams, said) = (HashMap::new(), HashMap::new());
        Self { machine, config, streams, said, keys: vec![], key_log: vec![], connected: None }
    }

    /// Takes a frame; its bytes go to the machine when their turn has come.
    fn receive(&mut self, frame: Frame) -> Result<(), Fault> {
        self.streams.entry(frame.epoch).or_default().push(frame);
        loop {
            let epoch = self.machine.receiving();
            let bytes = self.streams.entry(epoch).or_default().read();
            if bytes.is_empty() {
                return Ok(());
            }
            self.machine.receive(epoch, &bytes);
            self.work()?;
        }
    }

    fn work(&mut self) -> Result<(), Fault> {
        loop {
            match self.machine.next(NOW)? {
                Some(Output::Keys(keys)) => self.keys.push(keys),
                Some(Output::Milestone(Milestone::Connected(connected))) => self.connected = Some(*connected),
                Some(Output::Milestone(Milestone::KeyLog(line))) => self.key_log.push(line.to_string()),
                Some(Output::Milestone(Milestone::ClientAuthPending)) => {}
                Some(other) => panic!("not over QUIC: {other:?}"),
                None => {
                    let Some(ask) = self.machine.pending() else { return Ok(()) };
                    let answer = self.config.answer(ask).unwrap();
                    self.machine.answer(answer).unwrap();
                }
            }
        }
    }

    /// What is owed, in frames of at most `length` bytes.
    fn frames(&mut self, length: usize) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some((epoch, bytes)) = self.machine.owed() {
            let bytes = bytes[..bytes.len().min(length)].to_vec();
            self.machine.sent(bytes.len());
            let said = self.said.entry(epoch).or_default();
            frames.push(Frame { epoch, offset: said.len(), bytes: bytes.clone() });
            said.extend(bytes);
        }
        frames
    }

    /// The messages that it has sent in this epoch: type and body.
    fn messages(&self, epoch: Epoch) -> Vec<(HandshakeType, &[u8])> {
        let mut rest = self.said.get(&epoch).map_or(&[][..], Vec::as_slice);
        let mut messages = Vec::new();
        while let Some((msg_type, length)) = message::peek_header(rest) {
            messages.push((msg_type, &rest[4..4 + length]));
            rest = &rest[4 + length..];
        }
        messages
    }

    fn secret(&self, direction: Direction, epoch: Epoch) -> &[u8] {
        let mut found = self.keys.iter().filter(|keys| keys.direction == direction && keys.epoch == epoch);
        let keys = found.next().unwrap();
        assert!(found.next().is_none(), "two secrets: {direction:?} {epoch:?}");
        keys.secret.expose()
    }
}

fn entropy(seed: u8) -> Entropy {
    Entropy::from_platform([seed; 32])
}

fn parameters(data: &[u8]) -> Vec<ForeignExtension> {
    vec![ForeignExtension { required: true, ..ForeignExtension::new(PARAMETERS, data) }]
}

fn client_end(builder: ConfigBuilder, carrier: Carrier, foreign: Vec<ForeignExtension>) -> End {
    let (machine, config) = configs(builder, carrier);
    let expected = Arc::new(ExpectedPeer::dns("server.test").unwrap());
    End::new(Handshake::client(machine, expected, foreign, entropy(1)), config)
}

fn server_end(builder: ConfigBuilder, carrier: Carrier, foreign: Vec<ForeignExtension>) -> End {
    let (machine, config) = configs(builder, carrier);
    End::new(Handshake::server(machine, foreign, entropy(2)), config)
}

/// The machine's config, and the one that answers its asks.
fn configs(builder: ConfigBuilder, carrier: Carrier) -> (Arc<handshake::Config>, Config) {
    let config = builder.build().unwrap();
    let mut machine = handshake::Config::clone(config.handshake());
    machine.carrier = carrier;
    machine.check().unwrap();
    (Arc::new(machine), config)
}

fn ends() -> (End, End) {
    ends_of(builders())
}

fn ends_of((client, server): (ConfigBuilder, ConfigBuilder)) -> (End, End) {
    let client = client_end(client, Carrier::Quic, parameters(CLIENT_PARAMETERS));
    (client, server_end(server, Carrier::Quic, parameters(SERVER_PARAMETERS)))
}

/// Carries frames of this length both ways, reordered, until both ends are silent.
fn connect(
    client: &mut End,
    server: &mut End,
    length: usize,
    mut reorder: impl FnMut(&mut Vec<Frame>),
) -> Result<(), Fault> {
    let mut carry = |from: &mut End, to: &mut End| -> Result<usize, Fault> {
        from.work()?;
        let mut frames = from.frames(length);
        reorder(&mut frames);
        let count = frames.len();
        frames.into_iter().try_for_each(|frame| to.receive(frame))?;
        Ok(count)
    };
    while carry(client, server)? + carry(server, client)? > 0 {}
    Ok(())
}

/// The two ends of a handshake that has passed.
fn connected() -> (End, End) {
    let (mut client, mut server) = ends();
    connect(&mut client, &mut server, usize::MAX, |_| {}).unwrap();
    (client, server)
}

/// The fault that ends a handshake between these two.
fn fault(client: &mut End, server: &mut End) -> Fault {
    connect(client, server, usize::MAX, |_| {}).unwrap_err()
}

#[test]
fn both_ends_agree_on_every_secret_and_see_each_others_transport_parameters() {
    let (client, server) = connected();
    for epoch in [Epoch::Handshake, Epoch::Application] {
        for (here, there) in [(Direction::Send, Direction::Receive), (Direction::Receive, Direction::Send)] {
            assert_eq!(client.secret(here, epoch), server.secret(there, epoch), "{epoch:?}");
        }
    }
    assert_eq!((client.keys.len(), server.keys.len()), (4, 4));
    let (client, server) = (client.connected.unwrap(), server.connected.unwrap());
    assert_eq!(client.foreign_extensions[0].extension_data, SERVER_PARAMETERS);
    assert_eq!(server.foreign_extensions[0].extension_data, CLIENT_PARAMETERS);
    assert_eq!(client.application_protocol.as_deref(), Some(&b"h3"[..]));
    assert!(server.peer_identity.is_some(), "client authentication is mutual here");
}

#[test]
fn frames_may_arrive_in_any_order_and_twice() {
    let builders = builders();
    let (mut client, mut server) = ends_of(builders.clone());
    connect(&mut client, &mut server, usize::MAX, |_| {}).unwrap();
    for (length, seed) in [(1, 1), (7, 2), (100, 3), (100, 4), (1200, 5)] {
        let mut state: u32 = seed;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        let (mut other_client, mut other_server) = ends_of(builders.clone());
        connect(&mut other_client, &mut other_server, length, |frames| {
            let again: Vec<_> = frames.iter().step_by(3).cloned().collect();
            frames.extend(again);
            frames.sort_by_cached_key(|_| random());
        })
        .unwrap();
        assert!(other_client.connected.is_some() && other_server.connected.is_some(), "{length} {seed}");
        // A handshake is a function of config, entropy and bytes: the order of frames changes nothing.
        assert!(other_client.said == client.said && other_server.said == server.said, "{length} {seed}");
        assert_eq!(other_client.key_log, client.key_log, "{length} {seed}");
    }
}

//= R-4.2.2-11 test
#[test]
fn nothing_is_sent_that_only_records_need() {
    let (client, server) = connected();
    let types = |end: &End, epoch| end.messages(epoch).iter().map(|(it, _)| *it).collect::<Vec<_>>();
    assert_eq!(types(&client, Epoch::Initial), [HandshakeType::CLIENT_HELLO]);
    // No EndOfEarlyData stands before Certificate (RFC 9001 §8.3).
    let authentication =
        [HandshakeType::CERTIFICATE, HandshakeType::CERTIFICATE_VERIFY, HandshakeType::FINISHED];
    assert_eq!(types(&client, Epoch::Handshake), authentication);
    assert_eq!(types(&server, Epoch::Initial), [HandshakeType::SERVER_HELLO]);
    let flight =
        [&[HandshakeType::ENCRYPTED_EXTENSIONS, HandshakeType::CERTIFICATE_REQUEST][..], &authentication];
    assert_eq!(types(&server, Epoch::Handshake), flight.concat());
    assert!(client.said.len() == 2 && server.said.len() == 2);

    let (_, body) = client.messages(Epoch::Initial)[0];
    let client_hello = ClientHello::decode(body).unwrap();
    assert!(client_hello.legacy_session_id.is_empty(), "RFC 9001 §8.4");
    assert!(!client.machine.middlebox_compatibility() && !server.machine.middlebox_compatibility());
    assert!(client_hello.extensions.find(ExtensionType::RECORD_SIZE_LIMIT).is_none());
}

#[test]
fn a_session_id_is_refused() {
    let (client, server) = builders();
    let mut client = client_end(client, Carrier::Stream, vec![]);
    let mut server = server_end(server, Carrier::Quic, parameters(SERVER_PARAMETERS));
    assert_eq!(fault(&mut client, &mut server), PeerFault::SessionIdForbidden.into());
}

#[test]
fn an_application_protocol_is_mandatory_for_both_ends() {
    let (client, server) = builders();
    let mut config = handshake::Config::clone(&client.handshake);
    config.carrier = Carrier::Quic;
    config.application_protocols.clear();
    assert!(config.check().unwrap_err().contains("QUIC requires one"));

    // Each meets a peer that speaks none, which over records would be fine.
    let without = |builder: &ConfigBuilder| {
        let mut builder = builder.clone();
        builder.handshake.application_protocols.clear();
        builder.handshake.middlebox_compatibility = false;
        builder
    };
    let mut silent = client_end(without(&client), Carrier::Stream, vec![]);
    let mut other = server_end(server.clone(), Carrier::Quic, parameters(SERVER_PARAMETERS));
    let found = fault(&mut silent, &mut other);
    assert_eq!((&found, found.alert()), (&no_protocol(), AlertDescription::NO_APPLICATION_PROTOCOL));
    let mut silent = server_end(without(&server), Carrier::Stream, vec![]);
    let mut other = client_end(client, Carrier::Quic, parameters(CLIENT_PARAMETERS));
    assert_eq!(fault(&mut other, &mut silent), no_protocol());
}

fn no_protocol() -> Fault {
    PeerFault::NoSharedProtocol.into()
}

#[test]
fn transport_parameters_are_mandatory_for_both_ends() {
    let missing = |message| Fault::from(PeerFault::MissingExtension { message, extension: PARAMETERS });
    let (client, server) = builders();
    let mut silent = client_end(client.clone(), Carrier::Quic, vec![]);
    let mut other = server_end(server.clone(), Carrier::Quic, parameters(SERVER_PARAMETERS));
    let found = fault(&mut silent, &mut other);
    assert_eq!(found, missing(HandshakeType::CLIENT_HELLO));
    assert_eq!(found.alert(), AlertDescription::MISSING_EXTENSION, "RFC 9001 §8.2");
    let mut silent = server_end(server, Carrier::Quic, vec![]);
    let mut other = client_end(client, Carrier::Quic, parameters(CLIENT_PARAMETERS));
    assert_eq!(fault(&mut other, &mut silent), missing(HandshakeType::ENCRYPTED_EXTENSIONS));
}

#[test]
fn a_key_update_is_unexpected() {
    let (client, server) = connected();
    let mut bytes = Vec::new();
    let key_update = KeyUpdate { request_update: KeyUpdateRequest::UPDATE_NOT_REQUESTED };
    encode_handshake(HandshakeType::KEY_UPDATE, &mut bytes, |out| key_update.encode(out));
    for mut end in [client, server] {
        let frame = Frame { epoch: Epoch::Application, offset: 0, bytes: bytes.clone() };
        let found = end.receive(frame).unwrap_err();
        assert_eq!(found, PeerFault::KeyUpdateForbidden.into());
        assert_eq!(found.alert(), AlertDescription::UNEXPECTED_MESSAGE, "RFC 9001 §6");
    }
}

#[test]
fn end_of_early_data_is_unexpected() {
    let (mut client, mut server) = ends();
    client.work().unwrap();
    client.frames(usize::MAX).into_iter().for_each(|frame| server.receive(frame).unwrap());
    let bytes = vec![HandshakeType::END_OF_EARLY_DATA.0, 0, 0, 0];
    let found = server.receive(Frame { epoch: Epoch::Handshake, offset: 0, bytes }).unwrap_err();
    assert_eq!(found.alert(), AlertDescription::UNEXPECTED_MESSAGE, "RFC 9001 §8.3");
}

#[test]
fn bytes_of_an_epoch_whose_turn_it_is_not_are_refused() {
    for wrong in [Epoch::Early, Epoch::Handshake, Epoch::Application] {
        let (mut client, mut server) = ends();
        for end in [&mut client, &mut server] {
            end.machine.receive(wrong, &[HandshakeType::SERVER_HELLO.0]);
            assert_eq!(end.work().unwrap_err(), PeerFault::WrongEpoch.into(), "{wrong:?}");
        }
    }
    for wrong in [Epoch::Initial, Epoch::Early, Epoch::Handshake] {
        let (client, server) = connected();
        for mut end in [client, server] {
            end.machine.receive(wrong, &[HandshakeType::FINISHED.0]);
            let found = end.work().unwrap_err();
            assert_eq!(found, PeerFault::WrongEpoch.into(), "{wrong:?}");
            assert_eq!(found.alert(), AlertDescription::UNEXPECTED_MESSAGE);
        }
    }
}

/// The extensions of a message as a script: the same ones in the same order, with ours where QUIC's stand.
fn script(extensions: Extensions<'_>, parameters: &[u8]) -> Vec<ExtensionSlot> {
    let slot = |extension_type| match extension_type {
        PARAMETERS => ExtensionSlot::Raw(PARAMETERS, parameters.to_vec()),
        other => ExtensionSlot::Built(other),
    };
    extensions.iter().map(|extension| slot(extension.extension_type)).collect()
}

/// What is owed goes to the other end; gives the lines of the key log that come of it.
fn carry(from: &mut Connection, to: &mut Connection) -> (usize, Vec<String>) {
    let mut wire = [0; 16 * 1024];
    let (mut start, end) = (0, from.transmit(&mut wire));
    let mut lines = Vec::new();
    loop {
        let received = to.receive(&mut wire[start..end], NOW).unwrap();
        start += received.consumed;
        match received.event {
            Event::Milestone(Milestone::KeyLog(line)) => lines.push(line.to_string()),
            Event::Milestone(_) => {}
            Event::Need(_) => return (end, lines),
            other @ (Event::Plaintext(_) | Event::EarlyPlaintext(_) | Event::End) => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_secrets_are_those_of_a_connection_over_records_with_the_same_config_and_entropy() {
    let (client, server) = builders();
    let mut quic_client = client_end(client.clone(), Carrier::Quic, parameters(CLIENT_PARAMETERS));
    let mut quic_server = server_end(server.clone(), Carrier::Quic, parameters(SERVER_PARAMETERS));
    connect(&mut quic_client, &mut quic_server, 100, |frames| frames.reverse()).unwrap();

    // Over records the same messages have to be asked for: no session id, and QUIC's extensions.
    let over_records = |mut builder: ConfigBuilder| {
        builder.handshake.middlebox_compatibility = false;
        let client_hello = ClientHello::decode(quic_client.messages(Epoch::Initial)[0].1).unwrap();
        let slots = script(client_hello.extensions, CLIENT_PARAMETERS);
        danger::script_extensions(&mut builder.handshake, ScriptedMessage::ClientHello, slots);
        let encrypted = EncryptedExtensions::decode(quic_server.messages(Epoch::Handshake)[0].1).unwrap();
        let slots = script(encrypted.extensions, SERVER_PARAMETERS);
        danger::script_extensions(&mut builder.handshake, ScriptedMessage::EncryptedExtensions, slots);
        Arc::new(builder.build().unwrap())
    };
    let expected = ExpectedPeer::dns("server.test").unwrap();
    let mut client = Connection::client(over_records(client), expected, entropy(1));
    let mut server = Connection::server(over_records(server), entropy(2));
    let (mut client_log, mut server_log) = (Vec::new(), Vec::new());
    loop {
        let (sent, lines) = carry(&mut client, &mut server);
        server_log.extend(lines);
        let (answered, lines) = carry(&mut server, &mut client);
        client_log.extend(lines);
        if sent + answered == 0 {
            break;
        }
    }
    assert!(client.is_connected() && server.is_connected());
    assert_eq!(client_log, quic_client.key_log);
    assert_eq!(server_log, quic_server.key_log);
    for (direction, sender) in [(Direction::Send, "CLIENT"), (Direction::Receive, "SERVER")] {
        for (epoch, stage) in
            [(Epoch::Handshake, "HANDSHAKE_TRAFFIC_SECRET"), (Epoch::Application, "TRAFFIC_SECRET_0")]
        {
            let secret: String =
                quic_client.secret(direction, epoch).iter().map(|byte| format!("{byte:02x}")).collect();
            let label = format!("{sender}_{stage} ");
            let logged = client_log.iter().find(|line| line.starts_with(&label)).unwrap();
            assert!(logged.ends_with(&secret), "{label}");
        }
    }
}
