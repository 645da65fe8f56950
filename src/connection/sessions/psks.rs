//! External PSKs of a config: those that a client offers, and those that a server accepts (RFC 9846 §4.3.11,
//! 8446 §4.2.11; RFC 9258).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::handshake::Role;
use crate::identity::Sha256Digest;
use crate::resumption::{ExternalPsk, ImportError, Psk, PskOffer};

/// The hashes of the suites: an external PSK is imported for each that the provider has.
const TARGET_KDFS: [HashAlgorithm; 2] = [HashAlgorithm::Sha256, HashAlgorithm::Sha384];

/// External PSKs, each for one role: a client offers some, a server accepts others.
///
/// No identity is for both roles. With one that is, whoever stands between the two can send our own ClientHello
/// back to us, and we would take ourselves for the peer (the Selfie attack). Who plays both roles with one secret
/// imports it, with a context that names the roles ([`RolePair`](crate::resumption::RolePair)); what both roles need
/// to know of each other is kept in one value of this type, in the config of either.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use handfast::connection::ExternalPsks;
/// use handfast::crypto::{HashAlgorithm, ring};
/// use handfast::resumption::{ExternalPsk, RolePair};
///
/// let shared = ExternalPsk::new("plant 7", &[0x5a; 32], HashAlgorithm::Sha256).unwrap();
/// let as_client = RolePair { client: b"pump", server: b"valve" }.to_context().unwrap();
/// let as_server = RolePair { client: b"valve", server: b"pump" }.to_context().unwrap();
/// let psks = ExternalPsks::new()
///     .offer_imported(&shared, &as_client, &ring::provider())
///     .and_then(|psks| psks.accept_imported(&shared, &as_server, &ring::provider()));
/// assert!(psks.is_ok());
/// # }
/// ```
#[derive(Clone, Default)]
pub struct ExternalPsks {
    /// In the order of preference.
    offered: Vec<(Vec<u8>, Psk)>,
    accepted: BTreeMap<Vec<u8>, Psk>,
    /// What each external identity is used for.
    uses: BTreeMap<Vec<u8>, Use>,
}

/// What a secret is for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Use {
    is_imported: bool,
    hash: HashAlgorithm,
}

impl ExternalPsks {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { offered: Vec::new(), accepted: BTreeMap::new(), uses: BTreeMap::new() }
    }

    /// The same with this one for a client to offer, behind those already there.
    ///
    /// # Errors
    /// [`ExternalPskError`] if the label is accepted as a server, or is used otherwise.
    pub fn offer(self, label: impl Into<Vec<u8>>, psk: Psk) -> Result<Self, ExternalPskError> {
        let label = label.into();
        let used = Use { is_imported: false, hash: psk.hash() };
        self.using(&label, used)?.with(Role::Client, label, psk)
    }

    /// The same with this one for a server to accept; it takes the place of one with the same label.
    ///
    /// # Errors
    /// [`ExternalPskError`] if the label is offered as a client, or is used otherwise.
    pub fn accept(self, label: impl Into<Vec<u8>>, psk: Psk) -> Result<Self, ExternalPskError> {
        let label = label.into();
        let used = Use { is_imported: false, hash: psk.hash() };
        self.using(&label, used)?.with(Role::Server, label, psk)
    }

    /// The same with what this one becomes by import, one PSK a KDF, for a client to offer. Of them, those go out that
    /// a suite of the config can use.
    ///
    /// * `context`: as the server has it.
    ///
    /// # Errors
    /// [`ExternalPskError`] if it is accepted as a server with this context, is used otherwise, or cannot be imported.
    pub fn offer_imported(
        self,
        external: &ExternalPsk,
        context: &[u8],
        crypto: &CryptoProvider,
    ) -> Result<Self, ExternalPskError> {
        self.import(Role::Client, external, context, crypto)
    }

    /// The same with what this one becomes by import, one PSK a KDF, for a server to accept.
    ///
    /// * `context`: as the client has it.
    ///
    /// # Errors
    /// [`ExternalPskError`] if it is offered as a client with this context, is used otherwise, or cannot be imported.
    pub fn accept_imported(
        self,
        external: &ExternalPsk,
        context: &[u8],
        crypto: &CryptoProvider,
    ) -> Result<Self, ExternalPskError> {
        self.import(Role::Server, external, context, crypto)
    }

    //= R9258-5.1-7
    //= R9258-5.1-8
    fn import(
        self,
        role: Role,
        external: &ExternalPsk,
        context: &[u8],
        crypto: &CryptoProvider,
    ) -> Result<Self, ExternalPskError> {
        let used = Use { is_imported: true, hash: external.hash() };
        let provided = TARGET_KDFS.into_iter().filter(|hash| crypto.hkdf(*hash).is_some());
        provided.into_iter().try_fold(self.using(external.identity(), used)?, |psks, target_kdf| {
            let (identity, psk) = external.import(context, target_kdf, crypto)?;
            psks.with(role, identity, psk)
        })
    }

    /// A secret is for the importer or for TLS, and has one hash (RFC 9258 §4).
    //= R9258-4-1
    //= R9258-4-3
    fn using(mut self, external_identity: &[u8], used: Use) -> Result<Self, ExternalPskError> {
        match self.uses.insert(external_identity.to_vec(), used) {
            Some(before) if before != used => {
                Err(ExternalPskError::UsedOtherwise(external_identity.to_vec()))
            }
            Some(_) | None => Ok(self),
        }
    }

    fn with(mut self, role: Role, identity: Vec<u8>, psk: Psk) -> Result<Self, ExternalPskError> {
        let is_of_other_role = match role {
            Role::Client => self.accepts(&identity),
            Role::Server => self.offered.iter().any(|(offered, _)| *offered == identity),
        };
        if is_of_other_role {
            return Err(ExternalPskError::Selfie(identity));
        }
        match role {
            Role::Client => self.offered.push((identity, psk)),
            Role::Server => drop(self.accepted.insert(identity, psk)),
        }
        Ok(self)
    }

    /// The PSK that a server accepts by this identity.
    #[must_use]
    pub fn get(&self, identity: &[u8]) -> Option<&Psk> {
        self.accepted.get(identity)
    }

    /// Does a server accept this identity?
    pub(crate) fn accepts(&self, identity: &[u8]) -> bool {
        self.accepted.contains_key(identity)
    }

    /// Does a server accept none?
    pub(crate) fn accepts_none(&self) -> bool {
        self.accepted.is_empty()
    }

    /// What the sessions are bound to of an end in this role that has these PSKs: one that is withdrawn, or whose
    /// secret is replaced, must not be outlived by what it began. `None` if there is none, or if the provider has no
    /// HMAC-SHA256.
    pub(crate) fn binding(&self, role: Role, crypto: &CryptoProvider) -> Option<Sha256Digest> {
        let hkdf = crypto.hkdf(HashAlgorithm::Sha256)?;
        let mut tags = Vec::new();
        let mut add = |identity: &[u8], psk: &Psk| {
            let labeled = [b"handfast session of ", identity].concat();
            tags.extend_from_slice(&hkdf.hmac(psk.expose(), &labeled));
        };
        match role {
            Role::Client => self.offered.iter().for_each(|(identity, psk)| add(identity, psk)),
            Role::Server => self.accepted.iter().for_each(|(identity, psk)| add(identity, psk)),
        }
        if tags.is_empty() { None } else { Sha256Digest::of(&tags, crypto) }
    }

    /// What a client offers, in the order of preference.
    pub fn offers(&self) -> impl Iterator<Item = PskOffer> {
        self.offered.iter().map(|(identity, psk)| PskOffer::external(identity.clone(), psk.clone()))
    }
}

impl fmt::Debug for ExternalPsks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternalPsks({} offered, {} accepted)", self.offered.len(), self.accepted.len())
    }
}

/// Why an external PSK is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExternalPskError {
    /// The identity, as it goes on the wire, would be for both roles.
    Selfie(Vec<u8>),
    /// The external identity is imported and also used as it is, or has two hashes.
    UsedOtherwise(Vec<u8>),
    /// It cannot be imported.
    Import(ImportError),
}

impl From<ImportError> for ExternalPskError {
    fn from(error: ImportError) -> Self {
        Self::Import(error)
    }
}

impl fmt::Display for ExternalPskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Selfie(identity) => write!(
                f,
                "the external PSK \"{}\" would be both offered and accepted: our own ClientHello could be sent back to \
                 us (RFC 9258 Appendix B); import it with contexts that name the client and the server",
                identity.escape_ascii()
            ),
            Self::UsedOtherwise(identity) => write!(
                f,
                "the external PSK \"{}\" has another hash elsewhere, or is used there without the importer: a secret \
                 is for one of both, with one hash (RFC 9258 §4)",
                identity.escape_ascii()
            ),
            Self::Import(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ExternalPskError {}
