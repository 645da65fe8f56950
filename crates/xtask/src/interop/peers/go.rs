//! Go's `crypto/tls`, by a small program.

use crate::interop::feature::{BASIC, Feature};
use crate::interop::ground::Ground;
use crate::interop::peer::{Client, Peer, Server, debian, offer};
use crate::registry;
use crate::step::Step;

pub(super) const PEER: Peer = Peer {
    name: "Go",
    source: debian(&["python3"], "python3").made_by(build).slow(),
    version: "go-peer version",
    prepare: &[],
    server: Some(Server {
        command: "go-peer server {port}",
        answer: "served",
        is_typed: false,
        offers: &[
            offer(BASIC),
            offer(&[Feature::HelloRetryRequest]).with("retry").says("retried: true"),
            offer(&[Feature::Resumption]).says("resumed: true"),
            offer(&[Feature::P521]).says("group: CurveP521"),
            offer(&[Feature::P521Certificates]),
            offer(&[Feature::X25519MlKem768]).says("group: X25519MLKEM768"),
            offer(&[Feature::SecP256r1MlKem768]).says("group: SecP256r1MLKEM768"),
            offer(&[Feature::SecP384r1MlKem1024]).says("group: SecP384r1MLKEM1024"),
            offer(&[Feature::KeyUpdate]),
            offer(&[Feature::Staple]).with("staple"),
        ],
        lacks: &[],
    }),
    client: Some(Client {
        command: "go-peer client {port} {request}",
        offers: &[
            offer(BASIC),
            offer(&[Feature::HelloRetryRequest]).with("retry").says("retried: true"),
            offer(&[Feature::Resumption]).with("again").says("resumed: true"),
            offer(&[Feature::P521]).says("group: CurveP521"),
            offer(&[Feature::P521Certificates]),
            offer(&[Feature::X25519MlKem768]).says("group: X25519MLKEM768"),
            offer(&[Feature::SecP256r1MlKem768]).says("group: SecP256r1MLKEM768"),
            offer(&[Feature::SecP384r1MlKem1024]).says("group: SecP384r1MLKEM1024"),
            offer(&[Feature::KeyUpdate]),
            offer(&[Feature::Staple]).says("stapled: true"),
        ],
        lacks: &[],
    }),
};

fn build(ground: &Ground) -> Result<(), String> {
    let program = ground.built.join("go-peer");
    let cache = ground.built.join("go-cache");
    Step::new(registry::go()?, &["build", "-o", &program.to_string_lossy(), "crates/xtask/peers/peer.go"])
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOCACHE", &cache.to_string_lossy())
        .run()
}
