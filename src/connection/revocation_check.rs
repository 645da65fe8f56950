//! Revocation as a config asks it of peers: what is known, and what is refused without knowledge (RFC 5280 §6.3,
//! RFC 6960, RFC 6066 §8).

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::CryptoProvider;
use crate::identity::PeerIdentity;
use crate::pki::certificate::Certificate;
use crate::pki::revocation::{
    CrlStore, Revocation, RevocationScope, RevokedCertificate, StaleStatus, UnknownStatus,
};

/// How revocation is asked of peers, with the lists and responses at hand.
///
/// It is shared by [`Arc`] and never changes: for newer lists, build a new [`Config`](super::Config) with
/// [`with_revocation`](super::Trust::with_revocation) and give it to the connections to come. Sessions made under the
/// older one can still be resumed, unless the newer lists have revoked a certificate of the peer's chain.
///
/// A certificate found revoked is refused under every choice. The defaults ask of the whole path, and refuse what
/// cannot be settled by something in date.
///
/// ```
/// use handfast::connection::RevocationCheck;
/// use handfast::pki::revocation::{CrlStore, UnknownStatus};
///
/// let lists = CrlStore::from_pem("").unwrap();
/// let check = RevocationCheck {
///     unknown: UnknownStatus::AcceptUncovered,
///     ..RevocationCheck::by_crls(lists)
/// };
/// # assert!(!check.requests_staples);
/// ```
#[derive(Clone)]
pub struct RevocationCheck {
    /// The lists at hand.
    pub crls: Arc<CrlStore>,
    /// OCSP responses at hand in DER, about whichever certificate; those that a peer staples come beside them.
    pub ocsp_responses: Vec<Arc<[u8]>>,
    /// Are peers asked for OCSP staples? A certificate that promises one (RFC 7633) is refused without it then.
    pub requests_staples: bool,
    /// Of which certificates of a path it is asked.
    pub scope: RevocationScope,
    /// What if nothing at hand says whether a certificate is revoked?
    pub unknown: UnknownStatus,
    /// What if what says it is out of date?
    pub stale: StaleStatus,
}

impl RevocationCheck {
    /// By these lists alone.
    #[must_use]
    pub fn by_crls(crls: impl Into<Arc<CrlStore>>) -> Self {
        Self {
            crls: crls.into(),
            ocsp_responses: Vec::new(),
            requests_staples: false,
            scope: RevocationScope::default(),
            unknown: UnknownStatus::default(),
            stale: StaleStatus::default(),
        }
    }

    /// By OCSP: peers are asked for staples. As few servers staple for intermediates, it is asked of the peer's own
    /// certificate alone; set `scope` for more.
    #[must_use]
    pub fn by_ocsp() -> Self {
        let none = Self::by_crls(CrlStore::new());
        Self { requests_staples: true, scope: RevocationScope::EndEntity, ..none }
    }

    /// Calls `judge` with this in the form in which pki takes it.
    pub(super) fn borrowed<T>(&self, judge: impl FnOnce(&Revocation<'_>) -> T) -> T {
        let responses: Vec<&[u8]> = self.ocsp_responses.iter().map(AsRef::as_ref).collect();
        let mut revocation = Revocation::new(&self.crls);
        revocation.ocsp_responses = &responses;
        revocation.scope = self.scope;
        revocation.unknown = self.unknown;
        revocation.stale = self.stale;
        judge(&revocation)
    }

    /// Could a certificate of this peer's chain have been revoked since it was judged?
    pub(super) fn revoked_since<'k, I: Iterator<Item = Certificate<'k>>>(
        &self,
        judged: &PeerIdentity,
        known: impl Fn() -> I,
        crypto: &CryptoProvider,
    ) -> Option<RevokedCertificate> {
        self.borrowed(|revocation| revocation.revoked_since(judged, known, crypto))
    }
}

impl fmt::Debug for RevocationCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationCheck")
            .field("crls", &self.crls.as_slice().len())
            .field("ocsp_responses", &self.ocsp_responses.len())
            .field("requests_staples", &self.requests_staples)
            .field("scope", &self.scope)
            .field("unknown", &self.unknown)
            .field("stale", &self.stale)
            .finish()
    }
}
