//! Node's `tls`, by a small program.

use crate::interop::feature::{BASIC, Feature};
use crate::interop::peer::{Client, Peer, Server, debian, offer};

pub(super) const PEER: Peer = Peer {
    name: "Node",
    source: debian(&["nodejs"], "node"),
    version: "node --version",
    prepare: &[],
    server: Some(Server {
        command: "node {peers}/peer.js server {port}",
        answer: "served",
        is_typed: false,
        offers: &[
            offer(BASIC).says("authenticated"),
            offer(&[Feature::HelloRetryRequest]).with("retry"),
            offer(&[Feature::Resumption]).says("resumed"),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::KeyUpdate]),
            offer(&[Feature::Staple]).with("staple"),
        ],
        lacks: &[],
    }),
    client: Some(Client {
        command: "node {peers}/peer.js client {port} {request}",
        offers: &[
            offer(BASIC).says("authenticated"),
            offer(&[Feature::HelloRetryRequest]).with("retry"),
            offer(&[Feature::Resumption]).with("again").says("resumed"),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::KeyUpdate]),
            offer(&[Feature::Staple]).with("staple").says("stapled"),
        ],
        lacks: &[],
    }),
};
