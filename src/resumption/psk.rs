//! Pre-shared keys (RFC 9846 §2.2, §4.3.11; 8446 §2.2, §4.2.11).

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::{Session, external_identity};
use crate::crypto::HashAlgorithm;
use crate::key_schedule::PskKind;
use crate::time::Time;

/// A pre-shared key of TLS 1.3, bound in its type to one hash and one kind: a key that serves two is none that TLS can
/// separate (§4.3.11).
#[derive(Clone)]
pub struct Psk {
    secret: Zeroizing<Vec<u8>>,
    kind: PskKind,
    hash: HashAlgorithm,
}

impl Psk {
    /// An external PSK of these bytes for this hash; SHA-256 where nothing else was agreed on (§4.3.11).
    #[must_use]
    //= R-2.2-2
    //= R-4.3.11-2
    pub fn external(secret: &[u8], hash: HashAlgorithm) -> Self {
        Self { secret: Zeroizing::new(secret.to_vec()), kind: PskKind::External, hash }
    }

    /// What the importer of RFC 9258 made of an external PSK for this hash, here
    /// ([`ExternalPsk::import`](super::ExternalPsk::import)) or elsewhere.
    #[must_use]
    pub fn imported(secret: &[u8], hash: HashAlgorithm) -> Self {
        Self { secret: Zeroizing::new(secret.to_vec()), kind: PskKind::Imported, hash }
    }

    /// The PSK of a session; `None` if its suite has no hash that we know.
    #[must_use]
    pub fn of_session(session: &Session) -> Option<Self> {
        let secret = Zeroizing::new(session.psk.expose().to_vec());
        Some(Self { secret, kind: PskKind::Resumption, hash: session.cipher_suite.hash()? })
    }

    /// The secret, for use and not for keeping.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.secret
    }

    /// Where it comes from.
    #[must_use]
    pub const fn kind(&self) -> PskKind {
        self.kind
    }

    /// The hash that it is bound to.
    #[must_use]
    pub const fn hash(&self) -> HashAlgorithm {
        self.hash
    }
}

impl fmt::Debug for Psk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Psk").field("kind", &self.kind).field("hash", &self.hash).finish_non_exhaustive()
    }
}

/// A PSK that a client offers.
#[derive(Clone, Debug)]
pub struct PskOffer {
    /// The ticket, the label of an external PSK, or the [`ImportedIdentity`](super::ImportedIdentity) of an imported
    /// one: 1 to 2^16-1 bytes.
    pub identity: Vec<u8>,
    /// The key.
    pub psk: Psk,
    /// The session that it resumes; `None` for an external PSK.
    pub session: Option<Arc<Session>>,
}

impl PskOffer {
    /// Offers to resume a session by its ticket; `None` if its suite is none that we know, or if the ticket may not
    /// be used any more at `now`.
    #[must_use]
    pub fn resume(session: Arc<Session>, ticket: Vec<u8>, now: Time) -> Option<Self> {
        //= R-4.3.11.1-1
        let psk = Psk::of_session(&session).filter(|_| !session.is_expired(now))?;
        Some(Self { identity: ticket, psk, session: Some(session) })
    }

    /// Offers an external PSK by its label, or an imported one by its identity.
    #[must_use]
    pub const fn external(label: Vec<u8>, psk: Psk) -> Self {
        Self { identity: label, psk, session: None }
    }

    /// What both sides call the external PSK: that of an imported one is inside its identity.
    pub(crate) fn external_identity(&self) -> &[u8] {
        external_identity(&self.psk, &self.identity)
    }

    /// `obfuscated_ticket_age` at `now`; 0 for an external PSK (§4.3.11).
    #[must_use]
    pub fn obfuscated_ticket_age(&self, now: Time) -> u32 {
        //= R-4.3.11-1
        self.session.as_ref().map_or(0, |session| {
            super::obfuscate_ticket_age(now.saturating_since(session.issued_at), session.age_add)
        })
    }
}
