//! Python's `ssl`, by a small program.

use crate::interop::feature::{BASIC, Feature};
use crate::interop::peer::{Client, Peer, Server, debian, offer};

pub(super) const PEER: Peer = Peer {
    name: "Python",
    source: debian(&["python3"], "python3"),
    version: "python3 --version",
    prepare: &[],
    server: Some(Server {
        command: "python3 {peers}/peer.py server {port}",
        answer: "served",
        is_typed: false,
        offers: &[
            offer(BASIC).says("authenticated"),
            offer(&[Feature::HelloRetryRequest]).with("retry"),
            offer(&[Feature::Resumption]).says("resumed"),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::KeyUpdate]),
        ],
        lacks: &[],
    }),
    client: Some(Client {
        command: "python3 {peers}/peer.py client {port} {request}",
        offers: &[
            offer(BASIC).says("authenticated"),
            // It shares X25519 and nothing else.
            offer(&[Feature::HelloRetryRequest]),
            offer(&[Feature::Resumption]).with("again").says("resumed"),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::KeyUpdate]),
        ],
        lacks: &[],
    }),
};
