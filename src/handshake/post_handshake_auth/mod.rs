//! Post-handshake authentication: the server asks who the client is once more (RFC 9846 §4.7.2; 8446 §4.6.2).
//!
//! Each CertificateRequest is a small machine of its own, over a transcript of its own: that of the handshake up to
//! client Finished, and from there on its own messages alone.
//!
//! ```text
//! client                                               server
//! Connected                                            Connected
//!     | Recv CertificateRequest                            | Send CertificateRequest
//!     v                                                    v
//! ChoosingCredential ─→ Signing                         WaitCert ─→ WaitCv
//!     |                    |                               |          |
//!     | Send Certificate [+ CertificateVerify] + Finished  v          v
//!     v                    v                            WaitFinished ←+
//! Answered                                                 | Recv Finished
//!                                                          v
//!                                                       JudgingPeer ─→ Authenticated
//! ```
//!
//! Asks stop nothing here: other messages and data go on while one is open. So a client makes its messages when all
//! is answered and sends them as one, and a server takes all of them before it asks what to think of the chain.

pub(super) mod client;
pub(super) mod server;

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::ask::{Ask, Reply};
use super::step::{Received, Step};
use super::{Fault, PeerFault, Role};
use crate::crypto::Secret;
use crate::key_schedule::Kdf;
use crate::message::HandshakeType;
use crate::transcript::Transcript;

/// What a handshake leaves for post-handshake authentication (§4.5, Table 2); kept only where both ends are willing.
pub(crate) struct HandshakeContext {
    /// ClientHello … client Finished.
    pub(crate) transcript: Transcript,
    /// `client_application_traffic_secret_N`, which is the Base Key.
    pub(crate) client_application_traffic_secret: Secret,
    /// The server name that the client sent, if any.
    pub(crate) server_name: Option<String>,
}

impl HandshakeContext {
    /// What becomes of it.
    pub(super) fn into_auth(self, role: Role, kdf: Kdf) -> PostHandshakeAuth {
        match role {
            Role::Client => PostHandshakeAuth::Client(Box::new(client::Answers::new(kdf, self))),
            Role::Server => PostHandshakeAuth::Server(Box::new(server::Requests::new(kdf, self))),
        }
    }
}

/// The part that this end has in post-handshake authentication.
pub(super) enum PostHandshakeAuth {
    /// None.
    Off,
    Client(Box<client::Answers>),
    Server(Box<server::Requests>),
}

impl PostHandshakeAuth {
    /// Is a transcript kept?
    pub(super) const fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// A message that belongs to it, or to nothing.
    pub(super) fn receive(&mut self, received: &Received<'_>, step: &mut Step<'_>) -> Result<(), Fault> {
        match self {
            Self::Client(answers) if received.msg_type == HandshakeType::CERTIFICATE_REQUEST => {
                answers.receive(received, step)
            }
            Self::Server(requests) => requests.receive(received, step),
            //= R-4.2.2-3
            //= R-4.7.2-6
            Self::Client(_) | Self::Off => Err(unexpected(received).into()),
        }
    }

    /// Is an answer of the client's begun and not whole? Nothing may come between its messages.
    pub(super) const fn is_mid_answer(&self) -> bool {
        match self {
            Self::Server(requests) => requests.is_mid_answer(),
            Self::Client(_) | Self::Off => false,
        }
    }

    /// Does one thing that is to be done; `false`: there is none.
    pub(super) fn work(&mut self, step: &mut Step<'_>) -> Result<bool, Fault> {
        match self {
            Self::Client(answers) => answers.work(step),
            Self::Server(requests) => requests.work(step),
            Self::Off => Ok(false),
        }
    }

    /// The open ask.
    pub(super) fn pending(&self) -> Option<&Ask> {
        match self {
            Self::Client(answers) => answers.pending(),
            Self::Server(requests) => requests.pending(),
            Self::Off => None,
        }
    }

    /// Takes the answer to the open ask.
    pub(super) fn answer(&mut self, reply: Reply) {
        match self {
            Self::Client(answers) => answers.answer(reply),
            Self::Server(requests) => requests.answer(reply),
            Self::Off => {}
        }
    }

    /// A client's own handshake bytes go under this secret from here on.
    pub(super) fn send_under(&mut self, secret: &Secret) {
        if let Self::Client(answers) = self {
            answers.send_under(secret);
        }
    }

    /// The client has sent a KeyUpdate.
    pub(super) fn client_updated_keys(&mut self) {
        if let Self::Server(requests) = self {
            requests.client_updated_keys();
        }
    }
}

/// A message that nothing behind the handshake waits for.
pub(super) fn unexpected(received: &Received<'_>) -> PeerFault {
    PeerFault::Unexpected { state: "Connected", message: received.msg_type }
}

/// Why no certificate is asked for. Nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestRefused {
    /// The handshake is not complete.
    NotConnected,
    /// We said `close_notify` or an error alert, or the connection has failed.
    Closed,
    /// We are the client.
    NotServer,
    /// [`post_handshake_client_auth`](super::Config::post_handshake_client_auth) is off.
    NotEnabled,
    /// The client did not offer `post_handshake_auth` (§4.3.6), or an external PSK authenticates, which rules it out
    /// (§4.4.2).
    NotOffered,
    /// The limits allow no more requests on this connection, or no more without an answer.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The entropy source failed.
    NoEntropy,
}

impl fmt::Display for RequestRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected => f.write_str("there is nobody to ask before the handshake is complete"),
            Self::Closed => f.write_str("nothing can be sent any more, and so nothing asked"),
            Self::NotServer => f.write_str("only a server asks for a certificate behind the handshake (§4.7.2)"),
            Self::NotEnabled => f.write_str("post_handshake_client_auth is off in our config"),
            Self::NotOffered => f.write_str(
                "the client did not offer post_handshake_auth (§4.3.6), or an external PSK authenticates (§4.4.2)",
            ),
            Self::TooMany { limit } => write!(f, "{limit} CertificateRequests are the limit of the config"),
            Self::NoEntropy => f.write_str("the entropy source failed"),
        }
    }
}

impl core::error::Error for RequestRefused {}
