//! Whom a config trusts to say who a peer is, and by which rules.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

#[cfg(feature = "std")]
use super::SharedSignatureCache;
use super::{RawPublicKeys, RevocationCheck, TimestampCheck};
use crate::crypto::CryptoProvider;
use crate::handshake::Role;
use crate::identity::{ExpectedPeer, PeerIdentity, Sha256Digest};
use crate::message::CertificateType;
use crate::pki::certificate::Certificate;
use crate::pki::revocation::RevokedCertificate;
use crate::pki::{self, Judgement, PolicyInputs, Profile, Purpose, TrustAnchors};
use crate::time::Time;

/// Whom we trust to say who a peer is.
///
/// ```
/// use handfast::connection::{RevocationCheck, Trust};
/// use handfast::pki::{Profile, TrustAnchors};
///
/// let trust = Trust::anchors(TrustAnchors::default())
///     .with_profile(Profile::spiffe())
///     .with_revocation(RevocationCheck::by_ocsp());
/// ```
#[derive(Clone)]
pub struct Trust(pub(super) Kind);

#[derive(Clone)]
pub(super) enum Kind {
    Anchors(Arc<Rules>),
    Ask,
    AnyCertificate,
}

/// The anchors, and by which rules a path to them is judged.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) anchors: TrustAnchors,
    pub(super) raw_public_keys: RawPublicKeys,
    pub(super) profile: Profile,
    pub(super) intermediates: Vec<Arc<[u8]>>,
    pub(super) policies: PolicyInputs,
    pub(super) revocation: Option<RevocationCheck>,
    pub(super) timestamps: Option<TimestampCheck>,
    #[cfg(feature = "std")]
    pub(super) signature_cache: Option<Arc<SharedSignatureCache>>,
}

impl Trust {
    /// These anchors, under the profile for internal PKIs.
    #[must_use]
    pub fn anchors(anchors: TrustAnchors) -> Self {
        Self(Kind::Anchors(Arc::new(Rules {
            anchors,
            raw_public_keys: RawPublicKeys::new(),
            profile: Profile::internal(),
            intermediates: Vec::new(),
            policies: PolicyInputs::NONE,
            revocation: None,
            timestamps: None,
            #[cfg(feature = "std")]
            signature_cache: None,
        })))
    }

    /// These raw public keys, and no certificates (RFC 7250).
    #[must_use]
    pub fn raw_public_keys(keys: RawPublicKeys) -> Self {
        Self::anchors(TrustAnchors::default()).with_raw_public_keys(keys)
    }

    /// The caller judges: each handshake asks
    /// ([`Ask::JudgePeer`](crate::handshake::Ask::JudgePeer)).
    #[must_use]
    pub const fn ask() -> Self {
        Self(Kind::Ask)
    }

    /// Any certificate; reached through `danger`.
    pub(crate) const fn any_certificate() -> Self {
        Self(Kind::AnyCertificate)
    }

    /// The same under another profile; without effect where there are no anchors, like all that follow.
    #[must_use]
    pub fn with_profile(self, profile: Profile) -> Self {
        self.change(|rules| rules.profile = profile)
    }

    /// The same with these certificates in DER for paths, beside those that a peer sends.
    #[must_use]
    pub fn with_intermediates(self, intermediates: Vec<Arc<[u8]>>) -> Self {
        self.change(|rules| rules.intermediates = intermediates)
    }

    /// The same with raw public keys that are trusted beside the anchors.
    #[must_use]
    pub fn with_raw_public_keys(self, keys: RawPublicKeys) -> Self {
        self.change(|rules| rules.raw_public_keys = keys)
    }

    /// The same with certificate policies asked for (RFC 5280 §6.1.1).
    #[must_use]
    pub fn with_policies(self, policies: PolicyInputs) -> Self {
        self.change(|rules| rules.policies = policies)
    }

    /// The same with revocation asked of peers. Where that goes by OCSP, the config asks peers for staples
    /// ([`request_ocsp`](crate::handshake::Config::request_ocsp)).
    #[must_use]
    pub fn with_revocation(self, revocation: RevocationCheck) -> Self {
        self.change(|rules| rules.revocation = Some(revocation))
    }

    /// The same with signed certificate timestamps asked of peers, and required of them (RFC 6962).
    #[must_use]
    pub fn with_timestamps(self, timestamps: TimestampCheck) -> Self {
        self.change(|rules| rules.timestamps = Some(timestamps))
    }

    /// The same with a memory of signatures that have verified, which other configs may share.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn with_signature_cache(self, cache: Arc<SharedSignatureCache>) -> Self {
        self.change(|rules| rules.signature_cache = Some(cache))
    }

    fn change(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        if let Kind::Anchors(rules) = &mut self.0 {
            change(Arc::make_mut(rules));
        }
        self
    }

    /// The anchors, if they are what we trust.
    #[must_use]
    pub fn as_anchors(&self) -> Option<&TrustAnchors> {
        self.rules().map(|rules| &rules.anchors)
    }

    /// The raw public keys, if there are any among what we trust.
    #[must_use]
    pub fn as_raw_public_keys(&self) -> Option<&RawPublicKeys> {
        self.rules().map(|rules| &rules.raw_public_keys).filter(|keys| !keys.is_empty())
    }

    /// How peers may show who they are, by what there is to judge them by; empty: by X.509 alone.
    pub(super) fn certificate_types(&self) -> Vec<CertificateType> {
        let mut types = Vec::new();
        if self.as_raw_public_keys().is_some() {
            if self.as_anchors().is_some_and(|anchors| !anchors.as_slice().is_empty()) {
                types.push(CertificateType::X509);
            }
            types.push(CertificateType::RAW_PUBLIC_KEY);
        }
        types
    }

    /// Why the holder of a raw public key, once let in, is not any more; `None` if it still is, or if the caller judges.
    pub(super) fn declines_raw_public_key(
        &self,
        judged: &PeerIdentity,
        expected: &ExpectedPeer,
    ) -> Option<String> {
        let rules = self.rules().filter(|_| judged.is_raw_public_key)?;
        rules.refuses_raw_public_key(&judged.key_digest, expected).map(|(_, reason)| reason)
    }

    /// How revocation is asked of peers, if it is.
    #[must_use]
    pub fn revocation(&self) -> Option<&RevocationCheck> {
        self.rules()?.revocation.as_ref()
    }

    pub(super) fn rules(&self) -> Option<&Rules> {
        match &self.0 {
            Kind::Anchors(rules) => Some(rules),
            Kind::Ask | Kind::AnyCertificate => None,
        }
    }

    /// Does the caller judge?
    pub(super) const fn is_asked(&self) -> bool {
        matches!(self.0, Kind::Ask)
    }

    /// Are peers to be asked for OCSP staples?
    pub(super) fn requests_staples(&self) -> bool {
        self.revocation().is_some_and(|revocation| revocation.requests_staples)
    }

    /// Are peers to be asked for timestamps?
    pub(super) fn requests_timestamps(&self) -> bool {
        self.rules().is_some_and(|rules| rules.timestamps.is_some())
    }

    /// By how much a clock may be off.
    pub(super) fn clock_skew(&self) -> Duration {
        self.rules().map_or(Duration::ZERO, |rules| rules.profile.clock_skew)
    }

    /// Could a certificate of this peer's chain have been revoked since it was judged?
    pub(super) fn revoked_since(
        &self,
        judged: &PeerIdentity,
        crypto: &CryptoProvider,
    ) -> Option<RevokedCertificate> {
        let rules = self.rules()?;
        let anchors = rules.anchors.as_slice().iter().map(pki::TrustAnchor::certificate_der);
        let known =
            || anchors.clone().chain(&rules.intermediates).filter_map(|der| Certificate::from_der(der).ok());
        rules.revocation.as_ref()?.revoked_since(judged, known, crypto)
    }

    /// What sessions with such peers are bound to; `mode` is what else they are. `None` if the provider has no
    /// SHA-256.
    pub(super) fn digest(
        &self,
        judged: Role,
        expected: &ExpectedPeer,
        requests_staples: bool,
        mode: &str,
        crypto: &CryptoProvider,
    ) -> Option<Sha256Digest> {
        let none = TrustAnchors::default();
        let anchors = self.as_anchors().unwrap_or(&none);
        let mut judgement = Judgement::new(anchors, expected, purpose(judged), Time::default(), crypto);
        judgement.stapled = requests_staples.then_some(&[]);
        match &self.0 {
            Kind::Anchors(rules) => {
                judgement.profile = &rules.profile;
                judgement.policies = &rules.policies;
                let mut mode = alloc::string::String::from(mode);
                if let Some(check) = &rules.timestamps {
                    mode += &alloc::format!(", timestamps of {} of {:?}", check.required, check.logs);
                }
                let digest = |judgement: &Judgement<'_>| pki::trust_digest(judgement, mode.as_bytes());
                match &rules.revocation {
                    None => digest(&judgement),
                    Some(revocation) => revocation.borrowed(|revocation| {
                        digest(&Judgement { revocation: Some(revocation), ..judgement })
                    }),
                }
            }
            Kind::Ask => {
                pki::trust_digest(&judgement, alloc::format!("asked of the caller, {mode}").as_bytes())
            }
            Kind::AnyCertificate => {
                pki::trust_digest(&judgement, alloc::format!("any certificate, {mode}").as_bytes())
            }
        }
    }
}

/// What the key of a peer in this role is for.
pub(super) const fn purpose(peer: Role) -> Purpose {
    match peer {
        Role::Client => Purpose::Client,
        Role::Server => Purpose::Server,
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Anchors(rules) => {
                let mut shown = f.debug_struct("Trust");
                shown
                    .field("anchors", &rules.anchors.as_slice().len())
                    .field("raw_public_keys", &rules.raw_public_keys.len())
                    .field("profile", &rules.profile.name)
                    .field("intermediates", &rules.intermediates.len())
                    .field("policies", &rules.policies)
                    .field("revocation", &rules.revocation)
                    .field("timestamps", &rules.timestamps);
                #[cfg(feature = "std")]
                shown.field("signature_cache", &rules.signature_cache);
                shown.finish()
            }
            Kind::Ask => f.write_str("Trust(asked of the caller)"),
            Kind::AnyCertificate => f.write_str("Trust(DANGER: any certificate)"),
        }
    }
}
