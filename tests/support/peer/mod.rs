//! One scripted peer for all that a client or server of ours must withstand.
//!
//! It does a correct handshake in either role, over handshake bytes or over records, and a script changes what
//! it says at any step: a field, an extension, a whole message, the records of a flight. What it sends is what
//! its own transcript and keys are made of, so a changed handshake stays consistent up to the point at which it
//! must be refused.
//!
//! ```text
//! Peer::server(credential).on(ServerHello, |hello| hello.cipher_suite = TLS_AES_128_CCM_SHA256)
//! Peer::client(credential).omit(CertificateVerify)
//! Peer::server(credential).records(|flight| flight.pull_forward(EncryptedExtensions, 3))
//! ```
//!
//! What the machine under test says back is verified as a correct endpoint would: a signature or Finished of
//! ours that does not verify fails the test.

mod authentication;
pub mod body;
mod client;
pub mod post_handshake;
pub mod record;
mod schedule;
mod server;
pub mod step;

use std::collections::VecDeque;
use std::sync::Arc;

use handfast::alert::Alert;
use handfast::crypto::{CryptoError, CryptoProvider, EntropySource, PublicKey, Purpose, Sign};
use handfast::handshake::{Epoch, Role};
use handfast::message::{CipherSuite, HandshakeType, KeyUpdateRequest, NamedGroup};
use handfast::record::{ContentType, Read, RecordReader};
use handfast::resumption::Psk;
use handfast::wire::Decode;

use body::Body;
use record::{Keys, Record, Records};
use schedule::Schedule;
use step::{Message, Step};

/// A chain in DER, leaf first, and the leaf's key.
#[derive(Clone)]
pub struct Credential {
    pub chain: Vec<Vec<u8>>,
    pub key: Arc<dyn Sign>,
}

impl Credential {
    /// The public key alone, where that was negotiated.
    pub fn raw_public_key(self) -> Self {
        Self { chain: vec![self.key.public_key().spki().to_vec()], ..self }
    }
}

type Edit = Box<dyn Fn(&mut Vec<Message>)>;
type FlightEdit = Box<dyn Fn(&mut Records)>;
type SignEdit = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// What the peer does otherwise than a correct one.
#[derive(Default)]
struct Script {
    messages: Vec<(&'static str, Edit)>,
    flights: Vec<FlightEdit>,
    signed_content: Option<SignEdit>,
}

/// What the peer knows of the other end's part of the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A client has nothing sent, a server nothing heard.
    Start,
    /// Our ClientHello is sent; ServerHello or HelloRetryRequest comes.
    AwaitServerHello,
    /// The other end's flight comes, up to Finished.
    AwaitFinished,
    Connected,
}

/// A scripted client or server.
pub struct Peer {
    role: Role,
    crypto: CryptoProvider,
    script: Script,
    credential: Option<Credential>,
    /// What a client offers, and a server selects where it is offered: identity and key.
    psk: Option<(Vec<u8>, Psk)>,
    /// The PSK goes with certificates (RFC 8773).
    with_certificates: bool,
    /// A client offers early data with its PSK, and ends it where the server takes it; a server takes it.
    early_data: bool,
    /// What a client offers, in its order; a server takes the first of its own that a client offers.
    pub suites: Vec<CipherSuite>,
    pub groups: Vec<NamedGroup>,
    /// A server asks once for a share of this group.
    retry: Option<NamedGroup>,
    requests_certificate: bool,
    answers_key_updates: bool,

    phase: Phase,
    exchange: client::Exchange,
    schedule: Option<Schedule>,
    subject_key: Option<PublicKey>,
    was_asked: bool,
    /// Of a server: requests behind the handshake that are not answered, each context with its transcript.
    requests: Vec<(Vec<u8>, Vec<u8>)>,
    /// The request that is being answered, and the transcript of the handshake for as long.
    answering: Option<(post_handshake::Answer, Vec<u8>)>,
    /// Answers behind the handshake, verified.
    pub answers: Vec<post_handshake::Answer>,
    flight: Records,
    /// Messages of the other end that are still to be worked on.
    unheard: VecDeque<Message>,

    /// Handshake bytes to carry, by epoch, where there are no records.
    pub chunks: VecDeque<(Epoch, Vec<u8>)>,
    /// Records to carry.
    pub wire: Vec<u8>,
    early_keys: Option<Keys>,
    handshake_keys: Option<Keys>,
    application_keys: Option<Keys>,
    input: Vec<u8>,
    handshake_input: Vec<u8>,
    reader: RecordReader,
    read_keys: Option<Keys>,

    /// All messages of the other end, in order.
    pub heard: Vec<Message>,
    pub alerts: Vec<Alert>,
    pub data: Vec<u8>,
}

impl Peer {
    /// A client that shows this credential if it is asked.
    pub fn client(crypto: CryptoProvider, credential: Option<Credential>) -> Self {
        Self::new(Role::Client, crypto, credential)
    }

    /// A server that asks for a certificate.
    pub fn server(crypto: CryptoProvider, credential: Credential) -> Self {
        Self::new(Role::Server, crypto, Some(credential))
    }

    fn new(role: Role, crypto: CryptoProvider, credential: Option<Credential>) -> Self {
        let mut reader = RecordReader::new();
        reader.allow_change_cipher_spec(true);
        Self {
            role,
            crypto,
            script: Script::default(),
            credential,
            psk: None,
            with_certificates: false,
            early_data: false,
            suites: vec![
                CipherSuite::TLS_AES_128_GCM_SHA256,
                CipherSuite::TLS_AES_256_GCM_SHA384,
                CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
            ],
            groups: vec![NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup::SECP384R1],
            retry: None,
            requests_certificate: true,
            answers_key_updates: true,
            phase: Phase::Start,
            exchange: client::Exchange::default(),
            schedule: None,
            subject_key: None,
            was_asked: false,
            requests: Vec::new(),
            answering: None,
            answers: Vec::new(),
            flight: Records::default(),
            unheard: VecDeque::new(),
            chunks: VecDeque::new(),
            wire: Vec::new(),
            early_keys: None,
            handshake_keys: None,
            application_keys: None,
            input: Vec::new(),
            handshake_input: Vec::new(),
            reader,
            read_keys: None,
            heard: Vec::new(),
            alerts: Vec::new(),
            data: Vec::new(),
        }
    }
}

/// The script.
impl Peer {
    /// Changes the message of a step.
    pub fn on<S: Step>(self, step: S, change: impl Fn(&mut S::Body) + 'static) -> Self {
        self.messages_of(step, move |messages| {
            for message in messages.iter_mut().filter(|message| message.msg_type == S::TYPE) {
                let mut body = S::Body::read(&message.body);
                change(&mut body);
                message.body = body.write();
            }
        })
    }

    /// Changes the bytes of a step's body.
    pub fn on_bytes<S: Step>(self, step: S, change: impl Fn(&mut Vec<u8>) + 'static) -> Self {
        self.messages_of(step, move |messages| {
            messages.iter_mut().for_each(|message| change(&mut message.body))
        })
    }

    /// Changes what is sent at a step: one message, unless the script has more.
    pub fn messages_of<S: Step>(mut self, _: S, change: impl Fn(&mut Vec<Message>) + 'static) -> Self {
        self.script.messages.push((S::NAME, Box::new(change)));
        self
    }

    /// Leaves a message out.
    pub fn omit<S: Step>(self, step: S) -> Self {
        self.messages_of(step, Vec::clear)
    }

    /// Sends a message twice.
    pub fn twice<S: Step>(self, step: S) -> Self {
        self.messages_of(step, |messages| messages.extend(messages.clone()))
    }

    /// Sends another message ahead of that of a step.
    pub fn before<S: Step>(self, step: S, message: Message) -> Self {
        self.messages_of(step, move |messages| messages.insert(0, message.clone()))
    }

    /// Sends another message in place of that of a step.
    pub fn instead<S: Step>(self, step: S, message: Message) -> Self {
        self.messages_of(step, move |messages| *messages = vec![message.clone()])
    }

    /// Changes the records of every flight.
    pub fn records(mut self, change: impl Fn(&mut Records) + 'static) -> Self {
        self.script.flights.push(Box::new(change));
        self
    }

    /// Changes the records of the flight that has this step.
    pub fn records_at<S: Step>(self, _: S, change: impl Fn(&mut Records) + 'static) -> Self {
        self.records(move |flight| {
            if flight.0.iter().any(|record| record.step == S::NAME) {
                change(flight);
            }
        })
    }

    /// Signs something other than what CertificateVerify has to sign.
    pub fn signing(mut self, content: impl Fn(&[u8]) -> Vec<u8> + 'static) -> Self {
        self.script.signed_content = Some(Box::new(content));
        self
    }

    /// Signs with the key of another credential.
    pub fn with_key_of(mut self, other: &Credential) -> Self {
        self.credential.as_mut().expect("a credential").key = Arc::clone(&other.key);
        self
    }

    /// Shows this credential.
    pub fn with_credential(self, credential: Credential) -> Self {
        Self { credential: Some(credential), ..self }
    }

    /// Uses its PSK together with certificates (RFC 8773), a server where the client does.
    pub fn with_certificates(self) -> Self {
        Self { with_certificates: true, ..self }
    }

    /// A client that offers this PSK, a server that selects it.
    pub fn with_psk(self, identity: impl Into<Vec<u8>>, psk: Psk) -> Self {
        Self { psk: Some((identity.into(), psk)), ..self }
    }

    /// A client that offers early data with its PSK, and sends none but its end unless the script has some in its
    /// first flight; a server that takes it.
    pub fn with_early_data(self) -> Self {
        Self { early_data: true, ..self }
    }

    /// Has no certificate to show.
    pub fn without_credential(self) -> Self {
        Self { credential: None, ..self }
    }

    /// Offers, or takes, these suites only.
    pub fn with_suites(self, suites: &[CipherSuite]) -> Self {
        Self { suites: suites.to_vec(), ..self }
    }

    /// Offers these groups only, with a share of the first.
    pub fn with_groups(self, groups: &[NamedGroup]) -> Self {
        Self { groups: groups.to_vec(), ..self }
    }

    /// A server that first asks for a share of this group.
    pub fn retrying(self, group: NamedGroup) -> Self {
        Self { retry: Some(group), ..self }
    }

    /// A server that asks for no certificate.
    pub fn without_request(self) -> Self {
        Self { requests_certificate: false, ..self }
    }

    /// A peer that leaves requests for a KeyUpdate unanswered.
    pub fn ignoring_key_updates(self) -> Self {
        Self { answers_key_updates: false, ..self }
    }
}

/// What comes from the other end.
impl Peer {
    /// Takes handshake bytes.
    pub fn take_handshake(&mut self, bytes: &[u8]) {
        self.handshake_input.extend_from_slice(bytes);
        while let Some(message) = Message::take(&mut self.handshake_input) {
            self.heard.push(message.clone());
            match message.msg_type {
                HandshakeType::KEY_UPDATE => self.hear_key_update(&message),
                HandshakeType::NEW_SESSION_TICKET => {}
                _ => self.unheard.push_back(message),
            }
            self.go_on();
        }
    }

    /// Takes bytes of the stream.
    pub fn take(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        loop {
            let mut input = core::mem::take(&mut self.input);
            match self.reader.read(&mut input).expect("a record of a correct endpoint") {
                Read::NeedInput { .. } => {
                    self.input = input;
                    return;
                }
                Read::Dropped { consumed } => self.input = input.split_off(consumed),
                Read::Record(found) => {
                    self.input = input.split_off(found.consumed);
                    self.take_content(found.content_type, &input[found.content]);
                }
            }
        }
    }

    fn take_content(&mut self, content_type: ContentType, content: &[u8]) {
        match content_type {
            ContentType::HANDSHAKE => self.take_handshake(content),
            ContentType::ALERT => self.alerts.push(Alert::decode(content).expect("one alert a record")),
            ContentType::APPLICATION_DATA => self.data.extend_from_slice(content),
            other => panic!("a record of type {other} from a correct endpoint"),
        }
    }

    fn hear_key_update(&mut self, message: &Message) {
        let request = body::KeyUpdate::read(&message.body).request_update;
        let keys = self.read_keys.as_mut().expect("keys to update");
        keys.next_generation();
        self.reader.set_protection(keys.protection());
        if request == KeyUpdateRequest::UPDATE_REQUESTED && self.answers_key_updates {
            self.say_key_update(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
        }
    }

    /// From here on the other end protects with the keys of this secret.
    fn read_under(&mut self, secret: &handfast::crypto::Secret) {
        let suite = self.schedule.as_ref().expect("a schedule").suite;
        let keys = Keys::new(&self.crypto, suite, secret);
        self.reader.set_protection(keys.protection());
        self.read_keys = Some(keys);
    }

    /// Takes the next message out, which is of this type in a correct handshake.
    fn next_message(&mut self, msg_type: HandshakeType) -> Option<Message> {
        let message = self.unheard.pop_front()?;
        assert_eq!(message.msg_type, msg_type, "out of order in {:?}", self.phase);
        Some(message)
    }
}

/// What the peer says.
impl Peer {
    /// Says all that it is its turn to say.
    pub fn go_on(&mut self) {
        while match self.role {
            Role::Client => self.client_turn(),
            Role::Server => self.server_turn(),
        } {}
    }

    /// Has the handshake completed, as the peer sees it?
    pub fn is_connected(&self) -> bool {
        self.phase == Phase::Connected
    }

    /// Sends a record now.
    pub fn say(&mut self, record: &Record) {
        if record.content_type == ContentType::HANDSHAKE {
            self.chunks.push_back((record.epoch, record.content.clone()));
        }
        let keys = match record.epoch {
            Epoch::Initial => None,
            Epoch::Early => Some(self.early_keys.as_mut().expect("early keys")),
            Epoch::Handshake => Some(self.handshake_keys.as_mut().expect("handshake keys")),
            Epoch::Application => Some(self.application_keys.as_mut().expect("application keys")),
        };
        let sealed = record.seal(keys);
        self.wire.extend(sealed);
    }

    /// Sends a message behind the handshake.
    pub fn say_message<S: Step>(&mut self, step: S, body: &S::Body) {
        self.say(&Record::message(Epoch::Application, &Message::of(step, body)));
    }

    /// Sends a KeyUpdate, and goes on with new keys.
    pub fn say_key_update(&mut self, request_update: KeyUpdateRequest) {
        self.say_message(step::KeyUpdate, &body::KeyUpdate { request_update });
        self.roll_keys();
    }

    /// Goes on with new keys, and does not say so.
    pub fn roll_keys(&mut self) {
        self.application_keys.as_mut().expect("application keys").next_generation();
    }

    /// Puts the message of a step into the flight, as the script has it.
    fn send<S: Step>(&mut self, _: S, epoch: Epoch, body: &S::Body) {
        let mut messages = vec![Message::new(S::TYPE, body.write())];
        let edits = self.script.messages.iter().filter(|(step, _)| *step == S::NAME);
        edits.for_each(|(_, edit)| edit(&mut messages));
        for message in &mut messages {
            self.write_binder(message);
        }
        for message in &messages {
            match &mut self.schedule {
                Some(schedule) => schedule.add(message),
                None => self.exchange.client_hello.extend(message.to_bytes()),
            }
            self.flight.0.push(Record { step: S::NAME, ..Record::message(epoch, message) });
        }
    }

    /// Sends the flight, as the script has it.
    fn send_flight(&mut self) {
        let mut flight = core::mem::take(&mut self.flight);
        self.script.flights.iter().for_each(|edit| edit(&mut flight));
        flight.0.iter().for_each(|record| self.say(record));
    }
}

/// Numbers for randoms: nothing here is secret.
pub struct Numbers;

impl EntropySource for Numbers {
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        let name = purpose.name().as_bytes().iter().cycle();
        out.iter_mut().zip(name).enumerate().for_each(|(at, (place, byte))| *place = byte ^ at as u8);
        Ok(())
    }
}
