//! The client's key shares (RFC 9846 §4.3.8; 8446 §4.2.8).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::crypto::{SharedSecret, StartedKeyExchange};
use crate::handshake::step::Step;
use crate::handshake::{Config, OwnFault, PeerFault};
use crate::message::{KeyShareEntry, NamedGroup};

/// The key pairs whose shares our ClientHello brings.
pub(super) struct KeyShares(Vec<KeyShare>);

struct KeyShare {
    group: NamedGroup,
    started: Box<dyn StartedKeyExchange>,
    /// The groups that get a part of this hybrid as their share: "the same key_exchange value for the same algorithm"
    /// may be "reused in multiple KeyShareEntry records sent within the same ClientHello"
    /// (draft-ietf-tls-hybrid-design §3.2).
    parts: Vec<NamedGroup>,
}

impl KeyShares {
    /// Makes those of the first ClientHello, to a server that probably supports these groups.
    //= R-4.3.8-1
    //= R-4.3.8-4
    //= R-4.3.8-7
    //= R-4.3.8-8
    //= R-4.3.8-10
    pub(super) fn first(predicted: &[NamedGroup], step: &mut Step<'_>) -> Result<Self, OwnFault> {
        let config = Arc::clone(step.config);
        let predicted = config.groups.iter().find(|group| predicted.contains(group));
        let is_wanted = |group: &NamedGroup| match predicted {
            Some(predicted) => group == predicted,
            None => config.wants_share(*group),
        };
        let wanted = config.groups.iter().copied().filter(is_wanted);
        let mut shares = Self(Vec::new());
        for hybrid in wanted.clone().filter(|group| group.is_hybrid()) {
            shares.start(hybrid, step)?;
        }
        for group in wanted.filter(|group| !group.is_hybrid()) {
            match shares.0.iter_mut().find(|share| share.part(group).is_some()) {
                Some(hybrid) => hybrid.parts.push(group),
                None => shares.start(group, step)?,
            }
        }
        Ok(shares)
    }

    /// Makes the one that a HelloRetryRequest asks for.
    //= R-4.3.8-14
    pub(super) fn retried(group: NamedGroup, step: &mut Step<'_>) -> Result<Self, OwnFault> {
        let mut shares = Self(Vec::new());
        shares.start(group, step)?;
        Ok(shares)
    }

    fn start(&mut self, group: NamedGroup, step: &mut Step<'_>) -> Result<(), OwnFault> {
        let started = group
            .key_exchange()
            .and_then(|algorithm| step.config.crypto.key_exchange(algorithm).cloned())
            .ok_or(OwnFault::NotProvided("key exchange"))?
            .start(step.entropy)
            .map_err(|_| OwnFault::Crypto("making a key pair"))?;
        self.0.push(KeyShare { group, started, parts: Vec::new() });
        Ok(())
    }

    /// Is there one of this group?
    pub(super) fn contain(&self, group: NamedGroup) -> bool {
        self.0.iter().any(|share| share.group == group || share.parts.contains(&group))
    }

    /// What `key_share` holds, in the order of `supported_groups`.
    //= R-4.3.8-3
    pub(super) fn entries(&self, config: &Config) -> Vec<KeyShareEntry<'_>> {
        let mut entries = Vec::with_capacity(self.0.len());
        for share in &self.0 {
            entries.push(KeyShareEntry { group: share.group, key_exchange: share.started.share() });
            let parts = share.parts.iter().filter_map(|group| Some((*group, share.part(*group)?.share())));
            entries.extend(parts.map(|(group, key_exchange)| KeyShareEntry { group, key_exchange }));
        }
        entries.sort_by_key(|entry| config.groups.iter().position(|group| *group == entry.group));
        entries
    }

    /// Completes the key exchange whose share the server answered (§7.4).
    //= R-4.3.8-15
    pub(super) fn complete(self, group: NamedGroup, server_share: &[u8]) -> Result<SharedSecret, PeerFault> {
        let mut shares = self.0.into_iter();
        shares
            .find_map(|share| share.into_started(group))
            .ok_or(PeerFault::GroupNotOffered(group))?
            .complete(server_share)
            .map_err(|_| PeerFault::BadKeyShare(group))
    }
}

impl KeyShare {
    /// The part of a hybrid that is a share of this group.
    fn part(&self, group: NamedGroup) -> Option<&dyn StartedKeyExchange> {
        group.key_exchange().and_then(|algorithm| self.started.part(algorithm))
    }

    /// What completes a share of this group, if it is ours.
    fn into_started(self, group: NamedGroup) -> Option<Box<dyn StartedKeyExchange>> {
        if self.group == group {
            return Some(self.started);
        }
        let part = group.key_exchange().filter(|_| self.parts.contains(&group))?;
        self.started.into_part(part)
    }
}
