//! A session as a client keeps it: the ticket, what it resumes, and what it is bound to.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::identity::Sha256Digest;
use crate::resumption::{Session, SessionError};
use crate::wire::{DecodeError, Reader, Writer};

/// A session as a client keeps it. It holds a secret: whoever has it can be the client.
///
/// It is made by [`Config::store_session`](super::super::Config::store_session) and offered by
/// [`Config::offer_session`](super::super::Config::offer_session), which refuses it once anything that it is bound to
/// has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSession {
    pub(in super::super) ticket: Vec<u8>,
    pub(in super::super) session: Arc<Session>,
    pub(in super::super) bound_to: Sha256Digest,
}

/// Why bytes are no stored session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoredSessionError {
    /// Its frame is damaged.
    Malformed(DecodeError),
    /// The session in it is.
    Session(SessionError),
}

impl fmt::Display for StoredSessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "no stored session: {error}"),
            Self::Session(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for StoredSessionError {}

impl From<DecodeError> for StoredSessionError {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

impl StoredSession {
    /// The ticket by which it is offered.
    #[must_use]
    pub fn ticket(&self) -> &[u8] {
        &self.ticket
    }

    /// What it resumes.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The byte form, for a file that only its owner can read.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let session = self.session.to_bytes();
        let mut bytes = Zeroizing::new(Vec::with_capacity(64 + self.ticket.len() + session.len()));
        let mut out = Writer::new(&mut bytes);
        out.bytes(&self.bound_to.0);
        out.vector(0..=0xffff, |out| out.bytes(&self.ticket));
        out.vector(0..=0xff_ffff, |out| out.bytes(&session));
        bytes
    }

    /// Reads the byte form.
    ///
    /// # Errors
    /// [`StoredSessionError`] if it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredSessionError> {
        let mut r = Reader::new(bytes);
        let bound_to = Sha256Digest(r.array("bound_to")?);
        let ticket = r.vector("ticket", 1..=0xffff)?.to_vec();
        let session = r.vector("session", 0..=0xff_ffff)?;
        r.end("StoredSession")?;
        let session = Arc::new(Session::from_bytes(session).map_err(StoredSessionError::Session)?);
        Ok(Self { ticket, session, bound_to })
    }
}
