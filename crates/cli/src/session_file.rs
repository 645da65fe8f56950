//! `--session-file`: the session that a client keeps from one run to the next.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use handfast::connection::{Config, StoredSession};
use handfast::handshake::ReceivedTicket;
use handfast::identity::ExpectedPeer;
use handfast::resumption::PskOffer;

use crate::clock;
use crate::failure::Failure;
use crate::secret_file;
use crate::terminal::{printable, tell};

/// A file with at most one session, and the server that it is for.
#[derive(Debug)]
pub(crate) struct SessionFile {
    pub(crate) path: PathBuf,
    pub(crate) expected: ExpectedPeer,
}

impl SessionFile {
    /// The session in the file, to be offered. One that no longer fits is not, and stderr says why.
    pub(crate) fn offer(&self, config: &Config) -> Result<Option<PskOffer>, Failure> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) if bytes.is_empty() => return Ok(None),
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::file(&self.path, format_args!("cannot be read: {error}"))),
        };
        let stored = StoredSession::from_bytes(&bytes).map_err(|error| Failure::file(&self.path, error))?;
        match config.offer_session(&stored, &self.expected, clock::now()) {
            Ok(offer) => Ok(Some(offer)),
            Err(reason) => {
                let path = self.path.display();
                tell(&printable(&format!("the session in {path} is not offered: {reason}\n")));
                Ok(None)
            }
        }
    }

    /// Removes the session that is about to be used: a ticket is used once.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        fs::remove_file(&self.path)
            .map_err(|error| Failure::file(&self.path, format_args!("cannot be removed: {error}")))
    }

    /// Keeps what this ticket resumes, in place of what the file had.
    pub(crate) fn keep(&self, config: &Config, ticket: &ReceivedTicket) -> Result<(), Failure> {
        let Some(stored) = config.store_session(&self.expected, ticket) else { return Ok(()) };
        secret_file::replace(&self.path, &stored.to_bytes())
            .map_err(|error| Failure::file(&self.path, format_args!("cannot be written: {error}")))
    }
}
