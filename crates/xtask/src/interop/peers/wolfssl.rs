//! wolfSSL, by a small program.

use crate::interop::feature::{BASIC, Feature};
use crate::interop::peer::{Client, Peer, Server, debian, offer};

pub(super) const PEER: Peer = Peer {
    name: "wolfSSL",
    source: debian(&["libwolfssl-dev"], "usr/include/wolfssl/ssl.h"),
    version: "wolfssl-peer version",
    prepare: &[
        "cc -O1 -o {built}/wolfssl-peer {peers}/wolfssl.c -I{debian}/usr/include -L{lib} -lwolfssl -lm",
    ],
    server: Some(Server {
        command: "wolfssl-peer server {port}",
        answer: "served",
        is_typed: false,
        offers: &[
            offer(BASIC).says("authenticated"),
            offer(&[Feature::HelloRetryRequest]).with("retry"),
            offer(&[Feature::Resumption]).says("resumed"),
            offer(&[
                Feature::P521,
                Feature::P521Certificates,
                Feature::Aes128Ccm,
                Feature::Aes128Ccm8,
                Feature::KeyUpdate,
            ]),
        ],
        lacks: &[],
    }),
    client: Some(Client {
        command: "wolfssl-peer client {port} {request}",
        offers: &[
            offer(BASIC).says("authenticated"),
            // It shares P-256 and nothing else.
            offer(&[Feature::HelloRetryRequest]),
            offer(&[Feature::Resumption]).with("again").says("resumed"),
            offer(&[
                Feature::P521,
                Feature::P521Certificates,
                Feature::Aes128Ccm,
                Feature::Aes128Ccm8,
                Feature::KeyUpdate,
            ]),
        ],
        lacks: &[],
    }),
};
