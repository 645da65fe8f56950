//! The traces of RFC 8448 replayed byte for byte, in both roles, through the public interface.
//!
//! What a run does not determine comes from the trace: hello randoms, session id, key pairs and `ticket_age_add`
//! from a scripted entropy source, signatures from a key that answers with them, cookie and ticket as answers.
//! Extensions that the library does not send stand raw in scripted lists. Every record is compared, and every
//! derivation of the trace must have been made, with the same input and the same output.
#![cfg(all(feature = "floors", feature = "rustcrypto"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm
)]

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use handfast::connection::{self, Connection, Credentials, Event, Need, Trust};
use handfast::crypto::{
    CryptoError, CryptoProvider, Digest, Entropy, EntropySource, HashAlgorithm, Hkdf, PublicKey, Purpose,
    Secret, Sign, SignatureAlgorithm, rustcrypto,
};
use handfast::danger::{ScriptedMessage, log_keys, script_extensions, scripted_entropy};
use handfast::handshake::{Answer, Ask, ClientAuth, Config, Credential, ExtensionSlot, Milestone};
use handfast::identity::{ExpectedPeer, PeerIdentity};
use handfast::key_schedule::{EarlySecret, Kdf, LabelPrefix};
use handfast::message::{
    Certificate, CertificateVerify, CipherSuite, ClientHello, Cookie, EarlyDataNewSessionTicket,
    EncryptedExtensions, ExtensionType, Extensions, Handshake, HandshakeType, NamedGroup, NewSessionTicket,
    OfferedPsks, ServerHello,
};
use handfast::resumption::{PskOffer, Session, SessionSecret, reveal_ticket_age};
use handfast::time::Time;
use handfast::wire::Decode;

#[path = "support/rfc8448.rs"]
mod rfc8448;

use rfc8448::{Side, Step, Trace, traces};

/// 2018-01-01, when the certificates of the traces were valid.
const NOW: Time = Time::from_secs_since_1970(1_514_764_800);

/// Answers each draw with what the trace shows for its purpose.
struct Script(HashMap<Purpose, VecDeque<Vec<u8>>>);

impl EntropySource for Script {
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        if purpose == Purpose::ConnectionNumber {
            return Ok(());
        }
        let drawn = self.0.get_mut(&purpose).and_then(VecDeque::pop_front).ok_or(CryptoError)?;
        assert_eq!(drawn.len(), out.len(), "{purpose:?}");
        out.copy_from_slice(&drawn);
        Ok(())
    }
}

/// A key that answers with the trace's signature.
#[derive(Debug)]
struct TraceKey {
    public_key: PublicKey,
    algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
}

impl Sign for TraceKey {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn algorithms(&self) -> &[SignatureAlgorithm] {
        std::slice::from_ref(&self.algorithm)
    }

    fn sign(
        &self,
        _: SignatureAlgorithm,
        _: &[u8],
        _: &mut dyn EntropySource,
    ) -> Result<Vec<u8>, CryptoError> {
        Ok(self.signature.clone())
    }
}

/// What went into HKDF and HMAC, and what came out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Derivation {
    Extract { ikm: Vec<u8>, secret: Vec<u8> },
    Expand { prk: Vec<u8>, info: Vec<u8>, expanded: Vec<u8> },
    Hmac { key: Vec<u8>, mac: Vec<u8> },
}

/// An HKDF that remembers.
struct Remembering {
    inner: Arc<dyn Hkdf>,
    made: Arc<Mutex<Vec<Derivation>>>,
}

impl Hkdf for Remembering {
    fn hash_algorithm(&self) -> HashAlgorithm {
        self.inner.hash_algorithm()
    }

    fn hmac(&self, key: &[u8], data: &[u8]) -> Digest {
        let mac = self.inner.hmac(key, data);
        self.made.lock().unwrap().push(Derivation::Hmac { key: key.to_vec(), mac: mac.to_vec() });
        mac
    }

    fn extract(&self, salt: &[u8], ikm: &[u8]) -> Secret {
        let secret = self.inner.extract(salt, ikm);
        let made = Derivation::Extract { ikm: ikm.to_vec(), secret: secret.expose().to_vec() };
        self.made.lock().unwrap().push(made);
        secret
    }

    fn expand(&self, prk: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        self.inner.expand(prk, info, out)?;
        let made = Derivation::Expand { prk: prk.to_vec(), info: info.concat(), expanded: out.to_vec() };
        self.made.lock().unwrap().push(made);
        Ok(())
    }
}

/// What the messages of a trace say, by side and type.
struct Messages<'t>(Vec<(Side, Handshake<'t>, &'t [u8])>);

impl<'t> Messages<'t> {
    fn of(trace: &'t Trace) -> Self {
        let messages =
            trace.steps.iter().filter(|step| step.caption.starts_with("construct a")).map(|step| {
                let (_, octets) = step.only_block();
                let is_client_hello = octets.starts_with(&[HandshakeType::CLIENT_HELLO.0]);
                let octets = if is_client_hello { whole_client_hello(trace, octets) } else { octets };
                (step.side, Handshake::decode(octets).unwrap(), octets)
            });
        Self(messages.collect())
    }

    fn all(&self, side: Side, msg_type: HandshakeType) -> Vec<&'t [u8]> {
        let wanted = self.0.iter().filter(|(by, message, _)| *by == side && message.msg_type == msg_type);
        wanted.map(|(_, message, _)| message.body).collect()
    }

    fn client_hellos(&self) -> Vec<ClientHello<'t>> {
        let bodies = self.all(Side::Client, HandshakeType::CLIENT_HELLO);
        bodies.into_iter().map(|body| ClientHello::decode(body).unwrap()).collect()
    }

    fn server_hellos(&self) -> Vec<ServerHello<'t>> {
        let bodies = self.all(Side::Server, HandshakeType::SERVER_HELLO);
        bodies.into_iter().map(|body| ServerHello::decode(body).unwrap()).collect()
    }

    fn cookie(&self) -> Option<Vec<u8>> {
        let request = self.server_hellos().into_iter().find(ServerHello::is_hello_retry_request)?;
        let cookie: Option<Cookie<'_>> = request.extensions.get().unwrap();
        cookie.map(|cookie| cookie.cookie.to_vec())
    }

    /// Does the first ClientHello offer a PSK?
    fn offers_psk(&self) -> bool {
        self.client_hellos()[0].extensions.find(ExtensionType::PRE_SHARED_KEY).is_some()
    }

    fn ticket(&self) -> Option<NewSessionTicket<'t>> {
        let bodies = self.all(Side::Server, HandshakeType::NEW_SESSION_TICKET);
        bodies.first().map(|body| NewSessionTicket::decode(body).unwrap())
    }

    /// The credential of a side, if it shows one: its key signs as the trace did.
    fn credential(&self, side: Side) -> Option<(Arc<Credential>, PublicKey)> {
        let body = *self.all(side, HandshakeType::CERTIFICATE).first()?;
        let certificate = Certificate::decode(body).unwrap();
        let chain: Vec<Arc<[u8]>> =
            certificate.certificate_list.iter().map(|entry| Arc::from(entry.cert_data)).collect();
        let leaf = handfast::pki::certificate::Certificate::from_der(&chain[0]).unwrap();
        let public_key = PublicKey::from_spki(leaf.subject_public_key_info.der).unwrap();
        let verify = *self.all(side, HandshakeType::CERTIFICATE_VERIFY).first().unwrap();
        let verify = CertificateVerify::decode(verify).unwrap();
        let key = TraceKey {
            public_key: public_key.clone(),
            algorithm: verify.algorithm.algorithm().unwrap(),
            signature: verify.signature.to_vec(),
        };
        Some((Arc::new(Credential::local(chain, Arc::new(key))), public_key))
    }
}

/// The list that sends exactly this block: what the library builds itself where it can, the rest raw.
fn slots(block: &Extensions<'_>) -> Vec<ExtensionSlot> {
    const BUILT: [ExtensionType; 8] = [
        ExtensionType::EARLY_DATA,
        ExtensionType::PRE_SHARED_KEY,
        ExtensionType::SERVER_NAME,
        ExtensionType::KEY_SHARE,
        ExtensionType::SUPPORTED_VERSIONS,
        ExtensionType::COOKIE,
        ExtensionType::PSK_KEY_EXCHANGE_MODES,
        ExtensionType::RECORD_SIZE_LIMIT,
    ];
    let slot = |extension: handfast::message::RawExtension<'_>| {
        // The traces acknowledge server_name when they resume too, which RFC 6066 §3 forbids and we do not build.
        let acknowledges_name =
            extension.extension_type == ExtensionType::SERVER_NAME && extension.extension_data.is_empty();
        if BUILT.contains(&extension.extension_type) && !acknowledges_name {
            ExtensionSlot::Built(extension.extension_type)
        } else {
            ExtensionSlot::Raw(extension.extension_type, extension.extension_data.to_vec())
        }
    };
    block.iter().map(slot).collect()
}

/// The session of §3, as both ends of §4 know it.
fn resumed() -> Option<PskOffer> {
    let traces = traces();
    let first = traces.iter().find(|trace| trace.section == 3)?;
    let ticket = Messages::of(first).ticket()?;
    let step = first.steps.iter().find(|step| step.caption.contains("resumption secret"))?;
    let [_, _, _, psk] = step.blocks(["PRK", "hash", "info", "expanded"]);

    let second = traces.iter().find(|trace| trace.section == 4)?;
    let offered: OfferedPsks<'_> = Messages::of(second).client_hellos()[0].extensions.get().unwrap()?;
    let age = reveal_ticket_age(offered.identities().next()?.obfuscated_ticket_age, ticket.ticket_age_add);
    let early_data: EarlyDataNewSessionTicket = ticket.extensions.get().unwrap()?;
    let session = Session {
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        psk: SessionSecret(Secret::new(psk).unwrap()),
        issued_at: NOW.checked_sub(age)?,
        lifetime: ticket.ticket_lifetime,
        age_add: ticket.ticket_age_add,
        authenticated_at: NOW.checked_sub(age)?,
        server_name: Some("server".into()),
        application_protocol: None,
        peer_identity: None,
        local_certificate: None,
        max_early_data_size: early_data.max_early_data_size,
        application_data: vec![],
        peer_chain: vec![],
    };
    PskOffer::resume(Arc::new(session), ticket.ticket.to_vec(), NOW)
}

/// A ClientHello with its binders: the RFC constructs that of §4 without, and sends it with.
fn whole_client_hello<'t>(trace: &'t Trace, constructed: &[u8]) -> &'t [u8] {
    let sent = trace.steps.iter().filter(|step| step.caption.starts_with("send handshake"));
    let payloads = sent.map(|step| step.blocks(["payload", "complete record"])[0]);
    payloads.into_iter().find(|payload| payload.starts_with(constructed)).expect("it is sent")
}

/// A provider whose derivations are remembered.
fn remembering_provider(made: &Arc<Mutex<Vec<Derivation>>>) -> CryptoProvider {
    let mut crypto = rustcrypto::provider();
    for hkdf in &mut crypto.hkdfs {
        *hkdf = Arc::new(Remembering { inner: Arc::clone(hkdf), made: Arc::clone(made) });
    }
    crypto
}

/// Derives what a handshake without a PSK knows: its Early Secret, and the salt made of that.
fn derive_the_constants(made: &Arc<Mutex<Vec<Derivation>>>) {
    let kdf = Kdf::new(&remembering_provider(made), HashAlgorithm::Sha256, LabelPrefix::Tls13);
    let _ = EarlySecret::new(kdf.expect("SHA-256"), Some(&[0; 32])).into_handshake_secret(None);
}

/// The config with which an end says what the trace says.
fn config(messages: &Messages<'_>, made: &Arc<Mutex<Vec<Derivation>>>) -> Config {
    let mut config = Config::new(remembering_provider(made));
    let hellos = messages.client_hellos();
    config.groups.retain(|group| !group.is_hybrid());
    config.cipher_suites = hellos[0].cipher_suites.iter().collect();
    assert!(config.cipher_suites.contains(&CipherSuite::TLS_AES_128_GCM_SHA256));
    config.middlebox_compatibility = !hellos[0].legacy_session_id.is_empty();
    config.record_size_limit = Some(0x4001);
    config.accept_tickets = true;
    config.tickets = 1;
    config.find_psks = messages.offers_psk();
    config.early_data = messages.offers_psk();
    config.max_early_data_size = 1024;
    config.ticket_lifetime = messages.ticket().map_or(0, |ticket| ticket.ticket_lifetime);
    config.hello_retry_cookie = messages.cookie().is_some();
    let asked = !messages.all(Side::Server, HandshakeType::CERTIFICATE_REQUEST).is_empty();
    config.client_auth = if asked { ClientAuth::Required } else { ClientAuth::None };
    script(&mut config, messages);
    log_keys(&mut config);
    config
}

fn script(config: &mut Config, messages: &Messages<'_>) {
    let hello_kinds = [ScriptedMessage::ClientHello, ScriptedMessage::SecondClientHello];
    for (kind, hello) in hello_kinds.into_iter().zip(messages.client_hellos()) {
        script_extensions(config, kind, slots(&hello.extensions));
    }
    for hello in messages.server_hellos() {
        let kind = if hello.is_hello_retry_request() {
            ScriptedMessage::HelloRetryRequest
        } else {
            ScriptedMessage::ServerHello
        };
        script_extensions(config, kind, slots(&hello.extensions));
    }
    let body = messages.all(Side::Server, HandshakeType::ENCRYPTED_EXTENSIONS)[0];
    let encrypted = EncryptedExtensions::decode(body).unwrap();
    script_extensions(config, ScriptedMessage::EncryptedExtensions, slots(&encrypted.extensions));
    for body in messages.all(Side::Server, HandshakeType::CERTIFICATE_REQUEST) {
        let request = handfast::message::CertificateRequest::decode(body).unwrap();
        script_extensions(config, ScriptedMessage::CertificateRequest, slots(&request.extensions));
    }
    if let Some(ticket) = messages.ticket() {
        script_extensions(config, ScriptedMessage::NewSessionTicket, slots(&ticket.extensions));
    }
}

/// The entropy of one side.
fn entropy(trace: &Trace, side: Side, messages: &Messages<'_>) -> Entropy {
    let mut draws: HashMap<Purpose, VecDeque<Vec<u8>>> = HashMap::new();
    let mut add = |purpose, bytes: &[u8]| draws.entry(purpose).or_default().push_back(bytes.to_vec());
    let hello = &messages.client_hellos()[0];
    match side {
        Side::Client => {
            add(Purpose::Random, &hello.random);
            add(Purpose::LegacySessionId, hello.legacy_session_id);
        }
        Side::Server => {
            let hellos = messages.server_hellos();
            add(
                Purpose::Random,
                &hellos.iter().find(|hello| !hello.is_hello_retry_request()).unwrap().random,
            );
            let age_add = messages.ticket().map_or(0, |ticket| ticket.ticket_age_add);
            add(Purpose::TicketAgeAdd, &age_add.to_be_bytes());
        }
    }
    let key_pairs = trace.steps.iter().filter(|step| step.side == side && step.caption.contains("key pair"));
    for step in key_pairs {
        let [private_key, _] = step.blocks(["private key", "public key"]);
        add(Purpose::KeyShare, private_key);
    }
    scripted_entropy(Box::new(Script(draws)))
}

/// One end of a trace, and what it has said so far and nobody has compared yet.
struct End<'t> {
    connection: Connection,
    messages: Messages<'t>,
    side: Side,
    said: Vec<u8>,
    heard: Vec<u8>,
    key_log: Vec<(&'static str, Vec<u8>)>,
    connected: bool,
    cookie_state: Option<Vec<u8>>,
}

impl<'t> End<'t> {
    fn new(trace: &'t Trace, side: Side, made: &Arc<Mutex<Vec<Derivation>>>) -> Self {
        let messages = Messages::of(trace);
        let mut handshake = config(&messages, made);
        if side == Side::Server && messages.cookie().is_some() {
            handshake.groups = vec![NamedGroup::SECP256R1];
        }
        let mut builder = connection::Config::builder(handshake.crypto.clone());
        builder.handshake = handshake;
        builder.trust = Trust::ask();
        builder.credentials = Credentials::Ask;
        let config = Arc::new(builder.build().unwrap());
        let entropy = entropy(trace, side, &messages);
        let connection = match side {
            Side::Client => {
                let expected = ExpectedPeer::any_under_anchors().with_server_name("server").unwrap();
                let psks = resumed().filter(|_| messages.offers_psk()).into_iter().collect();
                Connection::client_with_psks(config, expected, psks, NOW, entropy)
            }
            Side::Server => Connection::server(config, entropy),
        };
        Self {
            connection,
            messages,
            side,
            said: vec![],
            heard: vec![],
            key_log: vec![],
            connected: false,
            cookie_state: None,
        }
    }

    fn answer(&mut self) -> Option<Answer> {
        let ask = self.connection.pending()?.clone();
        Some(match &ask {
            Ask::ChooseCredential(choose) => self
                .messages
                .credential(self.side)
                .map_or_else(|| choose.none(), |(own, _)| choose.choose(own)),
            Ask::JudgePeer(judge) => {
                let (credential, public_key) = self.messages.credential(self.side.other()).unwrap();
                assert!(judge.chain.certificates().eq(credential.chain().iter().map(|der| &**der)));
                judge.accept(public_key, Arc::new(PeerIdentity::default()))
            }
            Ask::SealCookie(seal) => {
                self.cookie_state = Some(seal.state.clone());
                seal.sealed(self.messages.cookie().unwrap())
            }
            Ask::OpenCookie(open) => {
                assert_eq!(Some(&open.cookie), self.messages.cookie().as_ref());
                open.opened(self.cookie_state.clone().unwrap())
            }
            Ask::SealTicket(seal) => match self.messages.ticket() {
                Some(ticket) => seal.sealed(ticket.ticket.to_vec()),
                None => ask.failed(),
            },
            Ask::FindPsk(find) => {
                let known = resumed().unwrap();
                assert_eq!(find.identities, [known.identity]);
                find.session(0, known.session.unwrap())
            }
            Ask::JudgeResumed(judge) => judge.accept(),
            Ask::CheckReplay(check) => check.fresh(),
            other => panic!("not expected: {other:?}"),
        })
    }

    /// Hands `input` in, answers what is asked, and collects what is said.
    fn hear(&mut self, input: &[u8]) {
        let mut input = input.to_vec();
        let mut start = 0;
        loop {
            let received = self.connection.receive(&mut input[start..], NOW).unwrap();
            start += received.consumed;
            match received.event {
                Event::Plaintext(plaintext) | Event::EarlyPlaintext(plaintext) => {
                    self.heard.extend_from_slice(&plaintext);
                }
                Event::Milestone(Milestone::Connected(_)) => self.connected = true,
                Event::Milestone(Milestone::KeyLog(line)) => {
                    self.key_log.push((line.label, line.secret.expose().to_vec()));
                }
                Event::Need(Need::Transmit) => self.say(),
                Event::Need(_) | Event::End if self.connection.pending().is_none() => break,
                _ => {}
            }
            if let Some(answer) = self.answer() {
                self.connection.answer(answer).unwrap();
            }
        }
        assert_eq!(start, input.len(), "bytes were left over");
        self.say();
    }

    fn say(&mut self) {
        let mut out = [0; 1024];
        loop {
            let written = self.connection.transmit(&mut out);
            if written == 0 {
                return;
            }
            self.said.extend_from_slice(&out[..written]);
        }
    }

    /// The side's own step: what it says must be the record.
    fn send(&mut self, step: &Step) {
        let [payload, record] = step.blocks(["payload", "complete record"]);
        self.hear(&[]);
        if step.caption.contains("application_data") {
            let mut out = vec![0; 2 * payload.len() + 64];
            let sealed = if self.connected {
                self.connection.seal(payload, &mut out).unwrap()
            } else {
                self.connection.seal_early(payload, &mut out).unwrap()
            };
            assert_eq!(sealed.consumed, payload.len());
            self.said.extend_from_slice(&out[..sealed.written]);
        } else if step.caption.contains("alert") {
            self.connection.close();
            self.say();
        }
        assert!(self.said.starts_with(record), "step {}: {:02x?}", step.number, self.said);
        self.said.drain(..record.len());
    }

    /// The other side's step.
    fn receive(&mut self, step: &Step) {
        let [payload, record] = step.blocks(["payload", "complete record"]);
        self.hear(record);
        if step.caption.contains("application_data") {
            assert_eq!(self.heard, payload, "step {}", step.number);
            self.heard.clear();
        }
    }
}

/// What a step of the trace derives.
fn derivations(step: &Step) -> Vec<Derivation> {
    let expand = |prk: &[u8], info: &[u8], expanded: &[u8]| Derivation::Expand {
        prk: prk.to_vec(),
        info: info.to_vec(),
        expanded: expanded.to_vec(),
    };
    if step.is_same_as_other_side {
        return vec![];
    }
    if step.caption.starts_with("extract secret") {
        let [_, ikm, secret] = step.blocks(["salt", "IKM", "secret"]);
        return vec![Derivation::Extract { ikm: ikm.to_vec(), secret: secret.to_vec() }];
    }
    if step.caption.starts_with("derive secret") {
        let [prk, _, info, expanded] = step.blocks(["PRK", "hash", "info", "expanded"]);
        return vec![expand(prk, info, expanded)];
    }
    if step.caption.contains("traffic keys") {
        let labels = ["PRK", "key info", "key expanded", "iv info", "iv expanded"];
        let [prk, key_info, key, iv_info, iv] = step.blocks(labels);
        return vec![expand(prk, key_info, key), expand(prk, iv_info, iv)];
    }
    if step.caption.contains("PSK binder") {
        let labels = ["ClientHello prefix", "binder hash", "PRK", "hash", "info", "expanded", "finished"];
        let [_, _, prk, _, info, expanded, finished] = step.blocks(labels);
        let mac = Derivation::Hmac { key: expanded.to_vec(), mac: finished.to_vec() };
        return vec![expand(prk, info, expanded), mac];
    }
    if step.caption.contains("calculate finished") {
        let [prk, _, info, expanded, finished] = step.blocks(["PRK", "hash", "info", "expanded", "finished"]);
        let mac = Derivation::Hmac { key: expanded.to_vec(), mac: finished.to_vec() };
        return vec![expand(prk, info, expanded), mac];
    }
    if step.caption.contains("resumption secret") {
        let [prk, _, info, expanded] = step.blocks(["PRK", "hash", "info", "expanded"]);
        return vec![expand(prk, info, expanded)];
    }
    vec![]
}

/// Replays one side of a trace; returns how many records and derivations were compared: as many as the file has
/// steps that send, and derivations (key and IV, base key and MAC counted apart).
fn replay(trace: &Trace, side: Side) -> (usize, usize) {
    let made = Arc::new(Mutex::new(Vec::new()));
    let mut end = End::new(trace, side, &made);
    let mut records = 0;
    for step in trace.steps.iter().filter(|step| step.caption.starts_with("send ")) {
        records += 1;
        if step.side == side {
            end.send(step);
        } else {
            end.receive(step);
        }
    }
    assert!(end.said.is_empty(), "more is said than the trace has: {:02x?}", end.said);
    assert!(end.connected);
    let labels = if end.messages.offers_psk() { 7 } else { 5 };
    assert_eq!(end.key_log.len(), labels, "{:?}", end.key_log);

    if !end.messages.offers_psk() {
        derive_the_constants(&made);
    }
    let made = made.lock().unwrap();
    let mut compared = 0;
    for step in &trace.steps {
        for derivation in derivations(step) {
            assert!(made.contains(&derivation), "step {} was not made: {derivation:02x?}", step.number);
            compared += 1;
        }
    }
    (records, compared)
}

fn replay_section(section: u8) -> [(usize, usize); 2] {
    let traces = traces();
    let trace = traces.iter().find(|trace| trace.section == section).expect("section");
    [replay(trace, Side::Client), replay(trace, Side::Server)]
}

#[test]
fn simple_1_rtt_replays_in_both_roles() {
    assert_eq!(replay_section(3), [(9, 25); 2]);
}

#[test]
fn resumed_0_rtt_replays_in_both_roles() {
    assert_eq!(replay_section(4), [(10, 30); 2]);
}

//= R-4.2.4-9 test
#[test]
fn hello_retry_request_replays_in_both_roles() {
    assert_eq!(replay_section(5), [(8, 24); 2]);
}

#[test]
fn client_authentication_replays_in_both_roles() {
    assert_eq!(replay_section(6), [(6, 24); 2]);
}

#[test]
fn compatibility_mode_replays_in_both_roles() {
    assert_eq!(replay_section(7), [(8, 24); 2]);
}
