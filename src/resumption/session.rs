//! What a handshake leaves for a later one, and its byte form.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use zeroize::Zeroizing;

use super::session_bytes;
use crate::crypto::Secret;
use crate::identity::{CertificateTag, PeerIdentity};
use crate::message::CipherSuite;
use crate::time::Time;
use crate::wire::DecodeError;

/// The longest lifetime of a ticket in seconds: seven days (§4.7.1).
pub const MAX_TICKET_LIFETIME: u32 = 604_800;

/// The longest chain that a server keeps in a session, in bytes of its certificates in DER together: the session of a
/// client with a longer one is without it. What a client keeps has no such bound.
pub const MAX_SESSION_CHAIN: usize = 8192;

/// What a handshake leaves for a later one.
///
/// A server seals it into a ticket or keeps it under an identifier; a client keeps it beside the ticket. It holds a
/// secret: whoever has it can be the peer.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// The suite; its hash binds the PSK.
    pub cipher_suite: CipherSuite,
    /// `PSK` of §4.7.1.
    pub psk: SessionSecret,
    /// When the ticket was given.
    pub issued_at: Time,
    /// `ticket_lifetime` in seconds, at most [`MAX_TICKET_LIFETIME`].
    pub lifetime: u32,
    /// `ticket_age_add`.
    pub age_add: u32,
    /// When the peer was last authenticated by certificate or external PSK: renewing a ticket does not move it.
    pub authenticated_at: Time,
    /// The server name of the first handshake.
    pub server_name: Option<String>,
    /// The application protocol; 0-RTT needs the same one.
    pub application_protocol: Option<Vec<u8>>,
    /// Who the peer is, as the first handshake found it.
    pub peer_identity: Option<Arc<PeerIdentity>>,
    /// The certificate that we showed, if we showed one.
    pub local_certificate: Option<CertificateTag>,
    /// `max_early_data_size`: bytes of 0-RTT data that the server takes; 0: none.
    pub max_early_data_size: u32,
    /// The application's own: what it puts into a ticket comes back with the connection that resumes the session.
    pub application_data: Vec<u8>,
    /// The certificates of the peer's chain, each in DER, leaf first; empty unless the config wants sessions to keep
    /// them ([`peer_chain_in_sessions`](crate::handshake::Config::peer_chain_in_sessions)).
    pub peer_chain: Vec<Vec<u8>>,
}

/// The PSK of a session: compared in constant time, never printed.
#[derive(Clone, Debug)]
pub struct SessionSecret(pub Secret);

impl PartialEq for SessionSecret {
    fn eq(&self, other: &Self) -> bool {
        bool::from(subtle::ConstantTimeEq::ct_eq(&self.0, &other.0))
    }
}

impl core::ops::Deref for SessionSecret {
    type Target = Secret;

    fn deref(&self) -> &Secret {
        &self.0
    }
}

/// Why bytes are no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionError {
    /// They end early, go on behind the end, or hold what no session holds.
    Malformed(DecodeError),
    /// They were written by a version of this library that wrote sessions otherwise.
    Layout(u8),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "no session: {error}"),
            Self::Layout(found) => {
                write!(f, "a session of layout {found}, expected {}", session_bytes::LAYOUT)
            }
        }
    }
}

impl core::error::Error for SessionError {}

impl From<DecodeError> for SessionError {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

impl Session {
    /// May the ticket not be used any more (§4.7.1)? A clock that went back does not make it live longer than
    /// its lifetime from the moment it was given.
    #[must_use]
    pub fn is_expired(&self, now: Time) -> bool {
        //= R-4.7.1-12
        //= R9149-6-2
        let lifetime = Duration::from_secs(u64::from(self.lifetime.min(MAX_TICKET_LIFETIME)));
        now.saturating_since(self.issued_at) >= lifetime
    }

    /// The byte form; it holds the secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        session_bytes::write(self, self.server_name.as_deref())
    }

    /// Reads the byte form.
    ///
    /// # Errors
    /// [`SessionError`] if it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SessionError> {
        session_bytes::read(bytes)
    }
}
