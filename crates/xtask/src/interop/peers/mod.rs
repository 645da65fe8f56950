//! The peers, a file each.

mod gnutls;
mod nss;
mod openssl;

use super::peer::Peer;

/// In the order of the table.
pub(super) const PEERS: &[&Peer] = &[&openssl::PEER, &gnutls::PEER, &nss::PEER];
