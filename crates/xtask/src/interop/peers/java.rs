//! Java's JSSE, by a small program.

use crate::interop::feature::{BASIC, Feature};
use crate::interop::peer::{Client, Peer, Server, debian, offer};

pub(super) const PEER: Peer = Peer {
    name: "Java",
    source: debian(&["default-jdk-headless"], "javac").slow(),
    version: "javac --version",
    prepare: &["javac -d {built}/java {peers}/Peer.java"],
    server: Some(Server {
        command: "java -cp {built}/java",
        answer: "served",
        is_typed: false,
        offers: &[
            offer(BASIC).with("Peer server {port}").says("CN=client"),
            offer(&[Feature::HelloRetryRequest]).with("-Djdk.tls.namedGroups=secp384r1 Peer server {port}"),
            offer(&[Feature::Resumption]).with("Peer server {port}"),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::KeyUpdate]).with("Peer server {port}"),
        ],
        lacks: &[],
    }),
    client: Some(Client {
        command: "java -cp {built}/java",
        offers: &[
            offer(BASIC).with("Peer client {port} {request}").says("CN=server"),
            offer(&[Feature::HelloRetryRequest])
                .with("-Djdk.tls.namedGroups=secp256r1,secp384r1 Peer client {port} {request}"),
            offer(&[Feature::Resumption]).with("Peer client {port} {request} again"),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::KeyUpdate])
                .with("Peer client {port} {request}"),
        ],
        lacks: &[],
    }),
};
