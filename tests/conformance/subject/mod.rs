//! The machine under test, as the handshake floor and as a connection, and what came of its meeting with a peer.

mod floor;
mod identity;
mod known_psk;
mod meeting;
mod talk;

use std::sync::Arc;

use handfast::connection::{ConfigBuilder, Connection, CookieKey, Credentials, Trust};
use handfast::crypto::{Entropy, Sign};
use handfast::handshake::{self, Config, ForeignExtension, Handshake, Role};
use handfast::identity::ExpectedPeer;
use handfast::message::NamedGroup;
use handfast::resumption::PskOffer;

use crate::pair::{End, now};
use crate::peer::Peer;
use floor::Answering;
pub use floor::Floor;
pub use identity::{Identity, PKI, crypto};
pub use known_psk::{KnownPsk, PSK_IDENTITY, session};
pub use meeting::{Meeting, meeting};
pub use talk::Talk;

/// Knows these groups and no other.
pub fn know_groups(config: &mut Config, groups: &[NamedGroup]) {
    config.groups = groups.to_vec();
    config.key_share_groups = Some(groups[..1].to_vec());
}

/// A client or a server of ours, in the making.
pub struct Subject {
    role: Role,
    config: Config,
    foreign_extensions: Vec<ForeignExtension>,
    external: bool,
    raw_public_key: bool,
    delegated: Option<(Arc<handshake::Credential>, Arc<dyn Sign>)>,
    delegates: bool,
    connection: fn(&mut ConfigBuilder),
    known_psks: Vec<(&'static [u8], KnownPsk)>,
}

impl Subject {
    /// A client that wants `server.test` and has a certificate.
    pub fn client() -> Self {
        let config = Config::new(crypto());
        Self {
            role: Role::Client,
            config,
            foreign_extensions: Vec::new(),
            external: false,
            raw_public_key: false,
            delegated: None,
            delegates: true,
            connection: |_| {},
            known_psks: Vec::new(),
        }
    }

    /// A server that requires a certificate.
    pub fn server() -> Self {
        Self { role: Role::Server, ..Self::client() }
    }

    /// Changes its config.
    pub fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Gives it an extension of its own.
    pub fn with_foreign_extension(mut self, extension: ForeignExtension) -> Self {
        self.foreign_extensions.push(extension);
        self
    }

    /// Changes the config of its connection.
    pub fn with_connection(self, change: fn(&mut ConfigBuilder)) -> Self {
        Self { connection: change, ..self }
    }

    /// Knows the PSK of [`PSK_IDENTITY`]: a client offers it, a server selects it.
    pub fn with_psk(self, psk: KnownPsk) -> Self {
        self.with_psk_called(PSK_IDENTITY, psk)
    }

    /// Knows a PSK by this identity, behind those already known.
    pub fn with_psk_called(mut self, identity: &'static [u8], psk: KnownPsk) -> Self {
        self.config.find_psks = true;
        self.known_psks.push((identity, psk));
        self
    }

    /// Keeps its key where only asks reach it.
    pub fn with_external_key(self) -> Self {
        Self { external: true, ..self }
    }

    /// Shows its public key alone, and leaves it to answers whom to trust and what to show.
    pub fn with_raw_public_key(self) -> Self {
        let asks = |builder: &mut ConfigBuilder| {
            builder.trust = Trust::ask();
            builder.credentials = Credentials::Ask;
        };
        Self { raw_public_key: true, ..self }.with_connection(asks)
    }

    /// Shows this certificate, with a key that it delegates to by these bytes.
    pub fn with_delegated(self, identity: &Identity, delegated: &[u8], key: &Arc<dyn Sign>) -> Self {
        let credential = identity.delegating_to(key, delegated);
        Self { delegated: Some((credential, Arc::clone(key))), ..self }
    }

    /// Gives verdicts that say nothing of delegation.
    pub fn with_verdict_on_chain_alone(self) -> Self {
        Self { delegates: false, ..self }
    }

    fn identity(&self) -> &'static Identity {
        match self.role {
            Role::Client => &PKI.client,
            Role::Server => &PKI.server,
        }
    }

    /// The correct peer of this subject.
    pub fn peer(&self) -> Peer {
        match self.role {
            Role::Client => Peer::server(crypto(), PKI.server.credential.clone()),
            Role::Server => Peer::client(crypto(), Some(PKI.client.credential.clone())),
        }
    }

    /// What it answers with.
    fn answering(&self) -> Answering {
        let identity = self.identity();
        let mut credential = if self.external { identity.external() } else { identity.for_handshake() };
        if self.raw_public_key {
            credential = Arc::new(handshake::Credential::clone(&credential).into_raw_public_key());
        }
        let mut key = Arc::clone(&identity.credential.key);
        if let Some((delegated, its_key)) = &self.delegated {
            credential = Arc::clone(delegated);
            key = Arc::clone(its_key);
        }
        let config = Arc::new(self.config.clone());
        let (known_psks, delegates) = (self.known_psks.clone(), self.delegates);
        Answering { config, credential, key, known_psks, delegates }
    }

    /// What a client offers.
    fn offers(&self) -> Vec<PskOffer> {
        let psks = self.known_psks.iter().filter(|_| self.role == Role::Client);
        psks.map(|(identity, psk)| psk.offer(identity)).collect()
    }

    /// As the handshake floor.
    pub fn floor(self) -> Floor {
        let (answering, psks) = (self.answering(), self.offers());
        let (config, foreign) = (Arc::new(self.config), self.foreign_extensions);
        let entropy = Entropy::from_platform([7; 32]);
        let machine = match self.role {
            Role::Client => {
                let expected = Arc::new(ExpectedPeer::dns("server.test").unwrap());
                Handshake::client_with_psks(config, expected, foreign, psks, now(), entropy)
            }
            Role::Server => Handshake::server(config, foreign, entropy),
        };
        Floor { machine, answering, answers: true, outputs: Vec::new() }
    }

    /// As a connection.
    pub fn connection(self) -> End {
        let (identity, psks) = (self.identity(), self.offers());
        let mut builder = identity.config();
        builder.handshake = self.config;
        builder.cookie_key = Some(CookieKey::new([3; 32]));
        (self.connection)(&mut builder);
        let config = Arc::new(builder.build().unwrap());
        let entropy = Entropy::from_platform([7; 32]);
        End::new(match self.role {
            Role::Client => {
                let expected = ExpectedPeer::dns("server.test").unwrap();
                Connection::client_with_psks(config, expected, psks, now(), entropy)
            }
            Role::Server => Connection::server(config, entropy),
        })
    }
}
