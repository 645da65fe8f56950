//! rustls, by a small program in a package of its own.

use std::fs;

use crate::interop::feature::{BASIC, Feature};
use crate::interop::ground::Ground;
use crate::interop::peer::{Client, Peer, Server, debian, offer};
use crate::step::{Step, target_directory};

/// The package, outside the workspace.
pub(crate) const MANIFEST: &str = "crates/rustls-peer/Cargo.toml";

pub(super) const PEER: Peer = Peer {
    name: "rustls",
    source: debian(&[], "cargo").made_by(build).slow(),
    version: "grep -A1 name.=.\"rustls\" crates/rustls-peer/Cargo.lock",
    prepare: &[],
    server: Some(Server {
        command: "rustls-peer server {port}",
        answer: "served",
        is_typed: false,
        offers: &[
            offer(BASIC).says("authenticated"),
            offer(&[Feature::HelloRetryRequest]).with("retry").says("retried"),
            offer(&[Feature::Resumption]).says("resumed"),
            offer(&[Feature::EarlyData]).with("early").says("bytes of early data"),
            offer(&[Feature::KeyUpdate]),
            offer(&[Feature::Staple]).with("staple"),
            offer(&[Feature::Compression]).with("compress"),
        ],
        lacks: &[],
    }),
    client: Some(Client {
        command: "rustls-peer client {port} {request}",
        offers: &[
            offer(BASIC).says("authenticated"),
            offer(&[Feature::HelloRetryRequest]).with("retry").says("retried"),
            offer(&[Feature::Resumption]).with("again").says("resumed"),
            offer(&[Feature::EarlyData]).with("early again").says("early data accepted"),
            offer(&[Feature::KeyUpdate]),
            offer(&[Feature::Compression]).with("compress"),
        ],
        lacks: &[],
    }),
};

fn build(ground: &Ground) -> Result<(), String> {
    let target = target_directory().to_string_lossy().into_owned();
    let place = ["--manifest-path", MANIFEST, "--target-dir", &target];
    Step::cargo(&[&["build", "--quiet", "--locked"], &place[..]].concat()).run()?;
    let program = target_directory().join("debug/rustls-peer");
    let copied = fs::copy(&program, ground.built.join("rustls-peer"));
    copied.map(|_| ()).map_err(|error| format!("{}: {error}", program.display()))
}
