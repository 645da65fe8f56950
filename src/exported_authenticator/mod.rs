//! Exported authenticators: an end of an established connection proves more about itself, by messages that the
//! application carries (RFC 9261).
//!
//! ```text
//! who asks                                           who is asked
//! request ───────── authenticator request ─────────→ authenticate
//! validate ←─────── authenticator ────────────────── Certificate, CertificateVerify, Finished;
//!                                                    or Finished alone: "I would rather not"
//! ```
//!
//! Both ends may ask, the client for further names of the server too. Nothing changes in the connection, which may be
//! split, or carried by QUIC: all that is taken from it are four exported values, so that an authenticator is of worth
//! on this connection alone. What carries the messages has to keep them whole, and should be the connection itself.
//! Authenticators that nobody asked for are not made, and not taken.
//!
//! ```no_run
//! use handfast::exported_authenticator::{Authenticating, ExportedAuthenticators};
//! use handfast::{Config, Connection, Entropy, ExpectedPeer, Time};
//! use std::{error::Error, sync::Arc};
//!
//! /// Who is at the other end, as far as it says when it is asked; `carry` brings it the request, and its answer back.
//! fn ask(
//!     connection: &Connection,
//!     config: Arc<Config>,
//!     carry: impl FnOnce(Vec<u8>) -> Vec<u8>,
//!     now: Time,
//! ) -> Result<(), Box<dyn Error>> {
//!     let mut authenticators = ExportedAuthenticators::new(connection, config, Entropy::from_system()?)?;
//!     let expected = ExpectedPeer::any_under_anchors();
//!     let request = authenticators.request(&expected)?;
//!     let answer = carry(request.clone());
//!     let peer = authenticators.validate(&request, &answer, &expected, now)?;
//!     println!("{:?}", peer.peer_identity);
//!     Ok(())
//! }
//!
//! /// The answer to a request of the other end.
//! fn answer(authenticators: &mut ExportedAuthenticators, request: &[u8], now: Time) -> Result<Vec<u8>, Box<dyn Error>> {
//!     match authenticators.authenticate(request, now)? {
//!         Authenticating::Done(authenticator) => Ok(authenticator),
//!         Authenticating::Sign(_) => Err("the key is elsewhere: see Signing".into()),
//!     }
//! }
//! ```

mod authenticate;
mod error;
mod validate;

pub use authenticate::{Authenticating, Signing};
pub use error::AuthenticatorError;
pub use validate::{Judging, Validating};

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::connection::{Config, Connection};
use crate::crypto::{Digest, Entropy, EntropySource, Purpose, Secret};
use crate::handshake::ask::AskId;
use crate::handshake::client::Request;
use crate::handshake::extensions::post_handshake_request_extensions;
use crate::handshake::step::Received;
use crate::handshake::{self, PeerFault, PostHandshake, Role};
use crate::identity::ExpectedPeer;
use crate::key_schedule::Kdf;
use crate::message::{
    CertificateRequest, ExtensionFault, ExtensionType, ExtensionsOf, Handshake, HandshakeType,
    ServerNameList, encode_handshake,
};
use crate::transcript::Transcript;
use crate::wire::{Decode, DecodeError, Encode};

/// `client_certificate_request(17)`: a request of the client's; the server's is a CertificateRequest (RFC 9261 §4).
const CLIENT_CERTIFICATE_REQUEST: HandshakeType = HandshakeType(17);

/// What CertificateVerify signs under (RFC 9261 §5.2.2).
const CONTEXT_STRING: &[u8] = b"Exported Authenticator";

/// Makes and validates the exported authenticators of one connection.
pub struct ExportedAuthenticators {
    role: Role,
    config: Arc<Config>,
    kdf: Kdf,
    ours: Keys,
    theirs: Keys,
    entropy: Box<dyn EntropySource>,
    next_ask: AskId,
    /// How many requests we have made, and the contexts of those without an answer.
    requests: usize,
    requested: Vec<[u8; 32]>,
    /// The contexts of the requests that we have answered: none is answered twice.
    answered: Vec<Vec<u8>>,
}

/// What the authenticators of one sender are made with (RFC 9261 §5.1).
struct Keys {
    handshake_context: Secret,
    finished_mac_key: Secret,
}

impl Keys {
    /// ```text
    /// Handshake Context = TLS-Exporter("EXPORTER-[sender] authenticator handshake context", "", Hash.length)
    /// Finished MAC Key  = TLS-Exporter("EXPORTER-[sender] authenticator finished key", "", Hash.length)
    /// ```
    fn of(sender: Role, connection: &PostHandshake) -> Result<Self, AuthenticatorError> {
        let (context, key) = match sender {
            Role::Client => (
                "EXPORTER-client authenticator handshake context",
                "EXPORTER-client authenticator finished key",
            ),
            Role::Server => (
                "EXPORTER-server authenticator handshake context",
                "EXPORTER-server authenticator finished key",
            ),
        };
        let export = |label| {
            let mut outcome = Ok(());
            let length = connection.kdf().hash_length();
            let secret = Secret::at_most(length, |out| outcome = connection.export(label, &[], out));
            outcome.map(|()| secret).map_err(AuthenticatorError::Export)
        };
        Ok(Self { handshake_context: export(context)?, finished_mac_key: export(key)? })
    }

    /// `Handshake Context || authenticator request`.
    fn transcript(&self, kdf: &Kdf, request: &[u8]) -> Transcript {
        let mut transcript = Transcript::new(kdf.hash());
        transcript.add(self.handshake_context.expose());
        transcript.add(request);
        transcript
    }

    /// `verify_data` of Finished: the HMAC under the Finished MAC Key (RFC 9261 §5.2.3).
    fn verify_data(&self, kdf: &Kdf, transcript_hash: &Digest) -> Digest {
        kdf.hkdf().hmac(self.finished_mac_key.expose(), transcript_hash)
    }
}

impl ExportedAuthenticators {
    /// Of an established connection, which may be split afterwards. Whom to trust and what to show is what `config`
    /// says: it may be another one than the connection's.
    ///
    /// # Errors
    /// [`AuthenticatorError::NotConnected`] before [`Milestone::Connected`](handshake::Milestone::Connected), or
    /// [`AuthenticatorError::NoEntropy`].
    pub fn new(
        connection: &Connection,
        config: Arc<Config>,
        entropy: Entropy,
    ) -> Result<Self, AuthenticatorError> {
        let connection = connection.post_handshake().ok_or(AuthenticatorError::NotConnected)?;
        Self::of(connection, config, entropy)
    }

    /// Of a handshake without records, such as QUIC's.
    ///
    /// # Errors
    /// [`AuthenticatorError::NoEntropy`].
    pub fn of(
        connection: &PostHandshake,
        config: Arc<Config>,
        entropy: Entropy,
    ) -> Result<Self, AuthenticatorError> {
        let role = connection.role();
        let mut entropy = handshake::source(&config.handshake().crypto, entropy);
        let mut number = [0; 8];
        let drawn = entropy.draw(Purpose::ConnectionNumber, &mut number);
        drawn.map_err(|_| AuthenticatorError::NoEntropy)?;
        Ok(Self {
            role,
            kdf: connection.kdf().clone(),
            ours: Keys::of(role, connection)?,
            theirs: Keys::of(role.peer(), connection)?,
            config,
            entropy,
            next_ask: AskId { connection: u64::from_be_bytes(number), ask: 0 },
            requests: 0,
            requested: Vec::new(),
            answered: Vec::new(),
        })
    }

    /// A request for the peer to prove that it is `expected`, of whom only a client's request tells it anything: the
    /// server name. Keep it for [`ExportedAuthenticators::validate`]; it is answered once.
    ///
    /// ```text
    /// struct {
    ///     opaque certificate_request_context<0..2^8-1>;
    ///     Extension extensions<0..2^16-1>;
    /// } CertificateRequest, ClientCertificateRequest;
    /// ```
    ///
    /// # Errors
    /// [`AuthenticatorError::TooMany`] beyond [`Limits::certificate_requests`](handshake::Limits), or
    /// [`AuthenticatorError::NoEntropy`].
    pub fn request(&mut self, expected: &ExpectedPeer) -> Result<Vec<u8>, AuthenticatorError> {
        let limit = self.config.handshake().limits.certificate_requests;
        if self.requests >= limit {
            return Err(AuthenticatorError::TooMany { limit });
        }
        let mut context = [0; 32];
        let drawn = self.entropy.draw(Purpose::CertificateRequestContext, &mut context);
        drawn.map_err(|_| AuthenticatorError::NoEntropy)?;
        let mut extensions = post_handshake_request_extensions(self.config.handshake());
        if let Some(name) = expected.server_name().filter(|_| self.role == Role::Client) {
            extensions.push(ExtensionType::SERVER_NAME, &ServerNameList::host_name(name));
        }
        let message = CertificateRequest {
            certificate_request_context: &context,
            extensions: extensions.as_extensions(),
        };
        let mut request = Vec::new();
        encode_handshake(request_type(self.role), &mut request, |out| message.encode(out));
        self.requests += 1;
        self.requested.push(context);
        Ok(request)
    }

    fn ask_id(&mut self) -> AskId {
        self.next_ask.ask = self.next_ask.ask.wrapping_add(1);
        self.next_ask
    }
}

/// The `certificate_request_context` of an authenticator request or an authenticator; `None` for an empty
/// authenticator, which has none.
///
/// # Errors
/// [`AuthenticatorError::Fault`] if it is neither.
pub fn certificate_request_context(message: &[u8]) -> Result<Option<Vec<u8>>, AuthenticatorError> {
    let first = split(message)?.first().copied().ok_or_else(|| no_message(message))?;
    let context = match first.msg_type {
        HandshakeType::FINISHED => return Ok(None),
        HandshakeType::CERTIFICATE => {
            first.decode::<crate::message::Certificate<'_>>()?.certificate_request_context
        }
        HandshakeType::CERTIFICATE_REQUEST | CLIENT_CERTIFICATE_REQUEST => {
            first.decode::<CertificateRequest<'_>>()?.certificate_request_context
        }
        _ => return Err(unexpected(&first)),
    };
    Ok(Some(context.to_vec()))
}

/// The type of a request of this sender's.
const fn request_type(sender: Role) -> HandshakeType {
    match sender {
        Role::Client => CLIENT_CERTIFICATE_REQUEST,
        Role::Server => HandshakeType::CERTIFICATE_REQUEST,
    }
}

/// The messages of an authenticator, or the one of a request; nothing may be left over.
fn split(mut bytes: &[u8]) -> Result<Vec<Received<'_>>, AuthenticatorError> {
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let (_, length) = crate::message::peek_header(bytes).ok_or_else(|| no_message(bytes))?;
        let whole = bytes.get(..4 + length).ok_or_else(|| no_message(bytes))?;
        let message = Handshake::decode(whole).map_err(|error| malformed(whole, error))?;
        messages.push(Received { msg_type: message.msg_type, body: message.body, bytes: whole });
        bytes = bytes.get(whole.len()..).unwrap_or_default();
    }
    Ok(messages)
}

/// What is wrong with bytes that are no whole message.
fn no_message(bytes: &[u8]) -> AuthenticatorError {
    match Handshake::decode(bytes) {
        Err(error) => malformed(bytes, error),
        Ok(message) => PeerFault::Unexpected { state: STATE, message: message.msg_type }.into(),
    }
}

fn malformed(bytes: &[u8], error: DecodeError) -> AuthenticatorError {
    let message = HandshakeType(bytes.first().copied().unwrap_or_default());
    PeerFault::Malformed { message, error }.into()
}

const STATE: &str = "ExportedAuthenticators";

fn unexpected(received: &Received<'_>) -> AuthenticatorError {
    PeerFault::Unexpected { state: STATE, message: received.msg_type }.into()
}

/// A request of `sender`'s: its message, its context, and what it asks for.
fn read_request<'b>(
    bytes: &'b [u8],
    sender: Role,
    config: &Config,
) -> Result<(Received<'b>, Vec<u8>, Request), AuthenticatorError> {
    let messages = split(bytes)?;
    let [received] = messages.as_slice() else {
        return Err(messages.get(1).map_or_else(|| no_message(bytes), unexpected));
    };
    if received.msg_type != request_type(sender) {
        return Err(unexpected(received));
    }
    let message: CertificateRequest<'_> = received.decode()?;
    received.check_extensions(ExtensionsOf::CertificateRequest, &message.extensions, None)?;
    if sender == Role::Server && message.extensions.find(ExtensionType::SERVER_NAME).is_some() {
        let fault = ExtensionFault::Misplaced(ExtensionType::SERVER_NAME);
        return Err(PeerFault::Extension { message: received.msg_type, fault }.into());
    }
    let config = config.handshake();
    let request = Request::read(received, &message, config.foreign_extensions.iter(), config)?;
    Ok((*received, message.certificate_request_context.to_vec(), request))
}

impl fmt::Debug for ExportedAuthenticators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportedAuthenticators")
            .field("role", &self.role)
            .field("requested", &self.requested.len())
            .field("answered", &self.answered.len())
            .finish_non_exhaustive()
    }
}
