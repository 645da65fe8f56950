//! What one step of a machine has at hand, and the message it works on.

use alloc::sync::Arc;

use super::output::{Actions, KeyLogLine, Keys, Milestone};
use super::{AskId, Config, Direction, Epoch, Fault, OwnFault, PeerFault};
use crate::crypto::{EntropySource, Purpose, Secret};
use crate::key_schedule::{Kdf, LabelPrefix};
use crate::message::{CipherSuite, ExtensionType, Extensions, ExtensionsOf, HandshakeType, check_extensions};
use crate::time::Time;
use crate::wire::Decode;

/// A handshake message as it came.
#[derive(Clone, Copy)]
pub(crate) struct Received<'m> {
    pub(crate) msg_type: HandshakeType,
    /// Behind the header.
    pub(crate) body: &'m [u8],
    /// Header and body: what the transcript takes.
    pub(crate) bytes: &'m [u8],
}

impl<'m> Received<'m> {
    /// The body as its structure.
    pub(crate) fn decode<T: Decode<'m>>(&self) -> Result<T, PeerFault> {
        T::decode(self.body).map_err(|error| self.malformed(error))
    }

    /// The message that came compressed as this one: with this body, and the bytes as they came.
    pub(crate) const fn decompressed<'c>(&self, body: &'c [u8]) -> Received<'c>
    where
        'm: 'c,
    {
        Received { msg_type: HandshakeType::CERTIFICATE, body, bytes: self.bytes }
    }

    pub(crate) fn malformed(&self, error: crate::wire::DecodeError) -> PeerFault {
        PeerFault::Malformed { message: self.msg_type, error }
    }

    /// Does every extension stand where it may (§4.3)?
    pub(crate) fn check_extensions(
        &self,
        place: ExtensionsOf,
        block: &Extensions<'_>,
        offered: Option<&dyn Fn(ExtensionType) -> bool>,
    ) -> Result<(), PeerFault> {
        check_extensions(place, block, offered)
            .map_err(|fault| PeerFault::Extension { message: self.msg_type, fault })
    }

    /// The extension's body, which must be there.
    pub(crate) fn require<T>(&self, extension: ExtensionType, found: Option<T>) -> Result<T, PeerFault> {
        found.ok_or(PeerFault::MissingExtension { message: self.msg_type, extension })
    }
}

/// What one step has at hand: config, entropy, time, and the actions that it orders.
pub(crate) struct Step<'s> {
    pub(crate) config: &'s mut Arc<Config>,
    pub(crate) entropy: &'s mut dyn EntropySource,
    pub(crate) now: Time,
    pub(crate) actions: &'s mut Actions,
    pub(crate) next_ask: &'s mut AskId,
}

impl Step<'_> {
    /// A fresh id for an ask.
    pub(crate) fn ask_id(&mut self) -> AskId {
        self.next_ask.ask = self.next_ask.ask.wrapping_add(1);
        *self.next_ask
    }

    /// Draws bytes for `purpose`.
    pub(crate) fn draw<const N: usize>(&mut self, purpose: Purpose) -> Result<[u8; N], OwnFault> {
        let mut drawn = [0; N];
        self.entropy.draw(purpose, &mut drawn).map_err(|_| OwnFault::Crypto("drawing entropy"))?;
        Ok(drawn)
    }

    /// The key derivation of a suite.
    pub(crate) fn kdf(&self, suite: CipherSuite) -> Result<Kdf, OwnFault> {
        suite
            .hash()
            .and_then(|hash| Kdf::new(&self.config.crypto, hash, LabelPrefix::Tls13))
            .ok_or(OwnFault::NotProvided("hash"))
    }

    /// Orders a key change.
    pub(crate) fn keys(
        &mut self,
        direction: Direction,
        epoch: Epoch,
        cipher_suite: CipherSuite,
        secret: &Secret,
    ) {
        self.actions.keys(Keys { direction, epoch, cipher_suite, secret: secret.clone() });
    }

    /// Writes a line for the key log, if `danger` asked for one.
    pub(crate) fn log_key(&mut self, label: &'static str, client_random: &[u8; 32], secret: &Secret) {
        if self.config.key_log {
            let line = KeyLogLine { label, client_random: *client_random, secret: secret.clone() };
            self.actions.milestone(Milestone::KeyLog(line.into()));
        }
    }
}

/// The end of a handshake that an answer refused or failed.
pub(crate) fn unusable(ask: &'static str, reply: super::ask::Reply) -> Fault {
    match reply {
        super::ask::Reply::Refused { alert, reason } => Fault::Refused { alert, reason },
        super::ask::Reply::Failed => OwnFault::AnswerFailed(ask).into(),
        super::ask::Reply::Config(_)
        | super::ask::Reply::Credential(_)
        | super::ask::Reply::Signature(_)
        | super::ask::Reply::Peer(_)
        | super::ask::Reply::Sealed(_)
        | super::ask::Reply::Stored
        | super::ask::Reply::Opened(_)
        | super::ask::Reply::Psk(_)
        | super::ask::Reply::Resumed(_)
        | super::ask::Reply::Replay { .. } => OwnFault::Internal("an answer of another kind").into(),
    }
}
