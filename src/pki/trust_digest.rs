//! A digest of all that a judgement's trust rests on, by which sessions are bound to it.
//!
//! What is hashed is a canonical encoding: a label that names the form, then one field after the other, each with its
//! length in front (8 bytes, like all numbers in network byte order), sets in ascending order. It says nothing that
//! depends on how the library was built.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::anchor::{TrustAnchor, TrustAnchors};
use super::finding::Level;
use super::judgement::{Judgement, PolicyInputs, Purpose};
use super::profile::{Limits, Profile};
use super::revocation::{Revocation, RevocationScope, StaleStatus, UnknownStatus};
use crate::crypto::CryptoProvider;
use crate::identity::{ExpectedPeer, PeerName, Sha256Digest};
use crate::time::Time;

/// Keeps these digests apart from others over the same bytes, and from those of an earlier or later form.
const LABEL: &[u8] = b"handfast trust digest 2";

/// SHA-256 over whom a judgement trusts, whom it expects and what it asks for; `mode` is what else the caller
/// binds, such as how it authenticates clients. `None` if the provider has no SHA-256.
///
/// Two processes with the same configuration compute the same digest without talking. Every change of
/// trust changes it: anchors (in any order) with their limits, profile, purpose, key usage, policies, name
/// rules, the choices about revocation. Intermediates, lists, responses and the time of judgement are not part
/// of it: new ones do not change whom we trust.
#[must_use]
pub fn trust_digest(judgement: &Judgement<'_>, mode: &[u8]) -> Option<Sha256Digest> {
    let mut input = Input(Vec::new());
    input.field(LABEL);
    input.field(mode);
    input.anchors(judgement.anchors, judgement.provider)?;
    input.profile(judgement.profile);
    // The server name is sent, not trusted.
    input.name(judgement.expected.name());
    input.number(match judgement.purpose {
        Purpose::Any => 0,
        Purpose::Server => 1,
        Purpose::Client => 2,
    });
    input.number(u64::from(judgement.key_usage.bits()));
    input.optional(judgement.max_path_length.map(|length| u64::from(length).to_be_bytes()));
    input.policies(judgement.policies);
    input.number(u64::from(judgement.stapled.is_some()));
    input.revocation(judgement.revocation);
    Sha256Digest::of(&input.0, judgement.provider)
}

/// The same encoding of whom a judgement expects alone: for what is bound to many peers under one trust.
pub(crate) fn expected_peer(expected: &ExpectedPeer) -> Vec<u8> {
    let mut input = Input(Vec::new());
    input.name(expected.name());
    input.0
}

/// Fields with their lengths in front, so that no two configurations write the same bytes.
struct Input(Vec<u8>);

impl Input {
    fn field(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn number(&mut self, number: u64) {
        self.field(&number.to_be_bytes());
    }

    fn numbers<const N: usize>(&mut self, numbers: [u64; N]) {
        numbers.iter().for_each(|number| self.number(*number));
    }

    /// Whether there is one, and then itself.
    fn optional(&mut self, bytes: Option<impl AsRef<[u8]>>) {
        self.number(u64::from(bytes.is_some()));
        if let Some(bytes) = bytes {
            self.field(bytes.as_ref());
        }
    }

    /// How many there are, and then each.
    fn list<T: AsRef<[u8]>>(&mut self, list: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>) {
        let list = list.into_iter();
        self.number(u64::try_from(list.len()).unwrap_or(u64::MAX));
        list.for_each(|element| self.field(element.as_ref()));
    }

    fn anchors(&mut self, anchors: &TrustAnchors, provider: &CryptoProvider) -> Option<()> {
        let digests = anchors.as_slice().iter().map(|anchor| Self::anchor(anchor, provider));
        let mut digests: Vec<Sha256Digest> = digests.collect::<Option<_>>()?;
        // Neither order nor repetition changes whom we trust.
        digests.sort_unstable();
        digests.dedup();
        self.list(digests.iter().map(|digest| digest.0));
        Some(())
    }

    fn anchor(anchor: &TrustAnchor, provider: &CryptoProvider) -> Option<Sha256Digest> {
        let time = |time: Option<Time>| time.map(|time| time.as_millis().to_be_bytes());
        let mut input = Self(Vec::new());
        input.field(anchor.certificate_der());
        input.optional(time(anchor.not_before));
        input.optional(time(anchor.not_after));
        input.number(u64::from(anchor.ignores_own_validity));
        input.optional(anchor.path_len_constraint.map(|length| u64::from(length).to_be_bytes()));
        input.optional(anchor.trust_domain.as_ref().map(|domain| domain.as_str()));
        input.optional(anchor.name_constraints_der());
        Sha256Digest::of(&input.0, provider)
    }

    // Each field is named, so that a new one cannot be forgotten.
    fn profile(&mut self, profile: &Profile) {
        let Profile {
            name,
            rfc5280,
            web_pki,
            spiffe,
            levels,
            min_rsa_bits,
            clock_skew,
            any_extended_key_usage,
            public_suffixes,
            limits: Limits { depth, candidates, signatures, paths, constraint_comparisons },
        } = profile;
        self.field(name.as_bytes());
        self.numbers([rfc5280, web_pki, spiffe].map(|family| level(*family)));
        self.list(levels.iter().map(|(code, _)| code.as_str()));
        levels.iter().for_each(|(_, of_code)| self.number(level(*of_code)));
        self.number(u64::try_from(*min_rsa_bits).unwrap_or(u64::MAX));
        self.field(&clock_skew.as_millis().to_be_bytes());
        self.number(u64::from(*any_extended_key_usage));
        for rules in public_suffixes.rules() {
            self.list(rules);
        }
        self.number(u64::try_from(*depth).unwrap_or(u64::MAX));
        self.numbers([candidates, signatures, paths, constraint_comparisons].map(|limit| u64::from(*limit)));
    }

    fn name(&mut self, name: &PeerName) {
        let address;
        let (kind, bytes): (u64, &[u8]) = match name {
            PeerName::AnyUnderAnchors => (0, &[]),
            PeerName::Dns(name) => (1, name.as_str().as_bytes()),
            PeerName::Ip(core::net::IpAddr::V4(v4)) => {
                address = v4.to_ipv6_mapped().octets();
                (2, &address)
            }
            PeerName::Ip(core::net::IpAddr::V6(v6)) => {
                address = v6.octets();
                (3, &address)
            }
            PeerName::Mailbox(mailbox) => (4, mailbox.as_bytes()),
            PeerName::SpiffeId(id) => (5, id.as_str().as_bytes()),
            PeerName::SpiffeTrustDomain(domain) => (6, domain.as_str().as_bytes()),
            PeerName::PinnedCertificate(digest) => (7, &digest.0),
            PeerName::PinnedPublicKey(digest) => (8, &digest.0),
        };
        self.number(kind);
        self.field(bytes);
    }

    fn policies(&mut self, policies: &PolicyInputs) {
        let PolicyInputs {
            initial_policy_set,
            initial_explicit_policy,
            initial_policy_mapping_inhibit,
            initial_any_policy_inhibit,
        } = policies;
        let policies: BTreeSet<&[u8]> =
            initial_policy_set.iter().map(|oid| oid.as_oid().contents()).collect();
        self.list(policies);
        let choices = [initial_explicit_policy, initial_policy_mapping_inhibit, initial_any_policy_inhibit];
        self.numbers(choices.map(|asked| u64::from(*asked)));
    }

    fn revocation(&mut self, revocation: Option<&Revocation<'_>>) {
        self.number(u64::from(revocation.is_some()));
        let Some(Revocation { crls: _, ocsp_responses: _, scope, unknown, stale }) = revocation else {
            return;
        };
        self.number(match scope {
            RevocationScope::Path => 0,
            RevocationScope::EndEntity => 1,
        });
        self.number(match unknown {
            UnknownStatus::Refuse => 0,
            UnknownStatus::AcceptUncovered => 1,
            UnknownStatus::Accept => 2,
        });
        self.number(match stale {
            StaleStatus::Refuse => 0,
            StaleStatus::Accept => 1,
        });
    }
}

const fn level(level: Level) -> u64 {
    match level {
        Level::Ignored => 0,
        Level::Warning => 1,
        Level::Error => 2,
    }
}
