//! What is kept of a connection at rest.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

use super::{Acceptance, Established, PostHandshake};
use crate::crypto::{CryptoError, EntropySource, Purpose, Secret};
use crate::handshake::ask::AskId;
use crate::handshake::incoming::Incoming;
use crate::handshake::output::Actions;
use crate::handshake::{Config, Role};
use crate::key_schedule::{Kdf, LabelPrefix};
use crate::message::CipherSuite;
use crate::wire::{DecodeError, DecodeReason, Reader, Writer};

/// What a connection at rest keeps of its handshake.
pub(crate) struct PostHandshakeState {
    pub(crate) cipher_suite: CipherSuite,
    pub(crate) exporter_secret: Secret,
    role: Role,
    acceptance: Acceptance,
}

/// There is nothing to draw for behind a rest: no tickets, no requests.
struct NothingToDraw;

impl EntropySource for NothingToDraw {
    fn draw(&mut self, _: Purpose, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError)
    }
}

impl PostHandshake {
    /// What is kept of it at rest.
    pub(crate) fn state(&self) -> PostHandshakeState {
        PostHandshakeState {
            cipher_suite: self.established.cipher_suite,
            exporter_secret: self.established.exporter_secret.clone(),
            role: self.established.role,
            acceptance: self.acceptance,
        }
    }

    /// One that was at rest.
    pub(crate) fn of(state: PostHandshakeState, config: Arc<Config>) -> Result<Self, CryptoError> {
        let PostHandshakeState { cipher_suite, exporter_secret, role, acceptance } = state;
        let hash = cipher_suite.hash().ok_or(CryptoError)?;
        let kdf = Kdf::new(&config.crypto, hash, LabelPrefix::Tls13).ok_or(CryptoError)?;
        let established = Established {
            role,
            kdf,
            cipher_suite,
            exporter_secret,
            resumption_secret: None,
            tickets_to_send: 0,
            client_certificate_sent: false,
            authenticated: None,
            post_handshake_auth: None,
        };
        let next_ask = AskId { connection: 0, ask: 0 };
        let (incoming, actions) = (Incoming::default(), Actions::new());
        let this = Self::new(established, config, Box::new(NothingToDraw), incoming, actions, next_ask);
        Ok(Self { acceptance, ..this })
    }
}

impl PostHandshakeState {
    pub(crate) fn encode(&self, out: &mut Writer<'_>) {
        out.u8(match self.role {
            Role::Client => 0,
            Role::Server => 1,
        });
        out.u16(self.cipher_suite.0);
        out.u8(match self.acceptance {
            Acceptance::Settled => 0,
            Acceptance::Pending => 1,
            Acceptance::Probed => 2,
        });
        out.bytes(self.exporter_secret.expose());
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = *r;
        let invalid = |field, found: u64| at.error(field, DecodeReason::InvalidValue { found });
        let role = match r.u8("role")? {
            0 => Role::Client,
            1 => Role::Server,
            found => return Err(invalid("role", found.into())),
        };
        let cipher_suite = CipherSuite(r.u16("cipher_suite")?);
        let hash = cipher_suite.hash().ok_or_else(|| invalid("cipher_suite", cipher_suite.0.into()))?;
        let acceptance = match r.u8("acceptance")? {
            0 => Acceptance::Settled,
            1 => Acceptance::Pending,
            2 => Acceptance::Probed,
            found => return Err(invalid("acceptance", found.into())),
        };
        let secret = r.bytes("exporter_secret", hash.output_len())?;
        let exporter_secret = Secret::at_most(secret.len(), |place| place.copy_from_slice(secret));
        Ok(Self { cipher_suite, exporter_secret, role, acceptance })
    }
}

impl fmt::Debug for PostHandshakeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostHandshakeState")
            .field("role", &self.role)
            .field("cipher_suite", &self.cipher_suite)
            .finish_non_exhaustive()
    }
}
