//! curl, with the OpenSSL that its package is linked with.

use crate::interop::feature::{BASIC, Feature};
use crate::interop::peer::{Client, Peer, debian, offer};

pub(super) const PEER: Peer = Peer {
    name: "curl",
    source: debian(&["curl"], "curl"),
    version: "curl --version",
    prepare: &[],
    server: None,
    client: Some(Client {
        command: "curl --silent --show-error --include --noproxy * --tlsv1.3 --cacert ca.pem --cert client.pem \
                  --key client.key https://localhost:{port}{path}",
        offers: &[
            offer(BASIC),
            offer(&[Feature::HelloRetryRequest]).with("--curves X25519:P-384"),
            offer(&[Feature::Resumption]).with("https://localhost:{port}{path}"),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::KeyUpdate]),
            offer(&[Feature::Staple]).with("--cert-status"),
        ],
        lacks: &[],
    }),
};
