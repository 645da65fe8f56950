//! The peers, a file each.

mod boringssl;
mod curl;
mod gnutls;
mod go;
mod java;
mod node;
mod nss;
mod openssl;
mod openssl4;
mod python;
pub(crate) mod rustls;
mod wolfssl;

use super::peer::Peer;

/// In the order of the table.
pub(super) const PEERS: &[&Peer] = &[
    &openssl::PEER,
    &openssl4::PEER,
    &gnutls::PEER,
    &nss::PEER,
    &wolfssl::PEER,
    &boringssl::PEER,
    &rustls::PEER,
    &go::PEER,
    &java::PEER,
    &node::PEER,
    &python::PEER,
    &curl::PEER,
];
