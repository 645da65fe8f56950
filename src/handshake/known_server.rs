//! What a client knows of a server beforehand.

use alloc::vec::Vec;

use super::EchConfigList;
use crate::message::NamedGroup;
use crate::resumption::PskOffer;

/// What a client knows of a server before it meets it: from an earlier connection, from DNS, or by agreement.
///
/// A HelloRetryRequest costs a round trip once, if its group is remembered:
///
/// ```
/// use handfast::handshake::{Connected, KnownServer};
///
/// fn next_time(connected: &Connected) -> KnownServer {
///     KnownServer { groups: connected.group.into_iter().collect(), ..KnownServer::default() }
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct KnownServer {
    /// The PSKs to offer, in this order of preference: kept sessions or external PSKs.
    pub psks: Vec<PskOffer>,
    /// The groups that it probably supports: the one of the last connection
    /// ([`Connected::group`](super::Connected::group)), or those that it has published
    /// (draft-ietf-tls-key-share-prediction). The one share is for the first of our groups among them, if there is one,
    /// whatever [`key_share_groups`](super::Config::key_share_groups) says. A wrong prediction costs a round trip, and
    /// never changes what is agreed on: the groups offered are those of the config.
    pub groups: Vec<NamedGroup>,
    /// Its configs for Encrypted Client Hello (RFC 9849), which DNS has: the first one that can be used is. Who watches
    /// sees the public name of that, and neither the server that is meant nor its application protocols. Where the server
    /// cannot read it, the connection ends with [`Fault::EchRejected`](super::Fault::EchRejected), which says how to
    /// connect anew.
    ///
    /// A list without a config that can be used leaves the server's name in the clear: [`EchConfigList::judge`] tells
    /// beforehand.
    pub ech: Option<EchConfigList>,
}

impl KnownServer {
    /// One of which nothing is known but these PSKs.
    #[must_use]
    pub const fn with_psks(psks: Vec<PskOffer>) -> Self {
        Self { psks, groups: Vec::new(), ech: None }
    }
}
