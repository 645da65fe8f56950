//! A digest of all that a judgement's trust rests on, by which sessions are bound to it.

use alloc::vec::Vec;
use core::fmt::Debug;

use super::anchor::{TrustAnchor, TrustAnchors};
use super::judgement::Judgement;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::identity::Sha256Digest;
use crate::time::Time;

/// Keeps these digests apart from others over the same bytes, and from those of a later form.
const LABEL: &[u8] = b"handfast trust digest 1";

/// SHA-256 over whom a judgement trusts, whom it expects and what it asks for; `mode` is what else the caller
/// binds, such as how it authenticates clients. `None` if the provider has no SHA-256.
///
/// Two processes of one build with the same configuration compute the same digest without talking; between
/// builds it may differ, which costs a full handshake. Every change of
/// trust changes it: anchors (in any order) with their limits, profile, purpose, key usage, policies, name
/// rules, the choices about revocation. Intermediates, lists, responses and the time of judgement are not part
/// of it: new ones do not change whom we trust.
#[must_use]
pub fn trust_digest(judgement: &Judgement<'_>, mode: &[u8]) -> Option<Sha256Digest> {
    let mut input = Input(Vec::new());
    input.field(LABEL);
    input.field(mode);
    input.anchors(judgement.anchors, judgement.provider)?;
    input.shown(&judgement.profile);
    // The server name is sent, not trusted.
    input.shown(judgement.expected.name());
    input.shown(&(judgement.purpose, judgement.key_usage, judgement.max_path_length));
    input.shown(judgement.policies);
    input.shown(&judgement.stapled.is_some());
    input.shown(&judgement.revocation.map(|asked| (asked.scope, asked.unknown, asked.stale)));
    sha256(judgement.provider, &input.0)
}

/// Fields with their lengths in front, so that no two configurations write the same bytes.
struct Input(Vec<u8>);

impl Input {
    fn field(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// Plain data whose `Debug` shows every field.
    fn shown(&mut self, value: &dyn Debug) {
        self.field(alloc::format!("{value:?}").as_bytes());
    }

    fn anchors(&mut self, anchors: &TrustAnchors, provider: &CryptoProvider) -> Option<()> {
        let digests = anchors.as_slice().iter().map(|anchor| Self::anchor(anchor, provider));
        let mut digests: Vec<Sha256Digest> = digests.collect::<Option<_>>()?;
        // Neither order nor repetition changes whom we trust.
        digests.sort_unstable();
        digests.dedup();
        self.field(&digests.iter().flat_map(|digest| digest.0).collect::<Vec<u8>>());
        Some(())
    }

    fn anchor(anchor: &TrustAnchor, provider: &CryptoProvider) -> Option<Sha256Digest> {
        let time = |time: Option<Time>| time.map(Time::as_millis);
        let mut input = Self(Vec::new());
        input.field(anchor.certificate_der());
        input.shown(&(time(anchor.not_before), time(anchor.not_after), anchor.ignores_own_validity));
        input.shown(&(anchor.path_len_constraint, &anchor.trust_domain));
        input.shown(&anchor.name_constraints_der());
        sha256(provider, &input.0)
    }
}

fn sha256(provider: &CryptoProvider, data: &[u8]) -> Option<Sha256Digest> {
    let digest = provider.hash(HashAlgorithm::Sha256)?.digest(data);
    <[u8; 32]>::try_from(digest.as_ref()).ok().map(Sha256Digest)
}
