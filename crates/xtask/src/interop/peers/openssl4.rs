//! OpenSSL 4, which has what Debian's does not: raw public keys and ECH. Built from the crate that carries its source.

use std::fs;

use super::openssl::{client_offers, server_offers};
use crate::interop::feature::{BASIC, Feature};
use crate::interop::ground::Ground;
use crate::interop::peer::{Client, Peer, Server, debian, offer};
use crate::registry;
use crate::step::Step;

const SOURCE: &str = "openssl-src";
const SOURCE_VERSION: &str = "400.0.2+4.0.3";

pub(super) const PEER: Peer = Peer {
    name: "OpenSSL 4",
    source: debian(&["perl"], "perl").made_by(build).slow(),
    version: "openssl4 version",
    prepare: &[],
    server: Some(Server {
        command: "openssl4 s_server -accept 127.0.0.1:{port} -tls1_3 -cert server.pem -key server.key \
                  -CAfile ca.pem -Verify 2 -verify_return_error",
        answer: "",
        is_typed: true,
        offers: server_offers![
            offer(&[Feature::RawPublicKey])
                .with("-enable_server_rpk -enable_client_rpk -expected-rpks client.pub"),
            offer(&[Feature::X25519MlKem768]).with("-groups X25519MLKEM768"),
            offer(&[Feature::SecP256r1MlKem768]).with("-groups SecP256r1MLKEM768"),
            offer(&[Feature::SecP384r1MlKem1024]).with("-groups SecP384r1MLKEM1024"),
            offer(&[Feature::MlKem768]).with("-groups MLKEM768")
        ],
        lacks: &[],
    }),
    client: Some(Client {
        command: "openssl4 s_client -connect 127.0.0.1:{port} -servername localhost -verify_hostname localhost \
                  -tls1_3 -cert client.pem -key client.key -CAfile ca.pem -verify_return_error",
        offers: client_offers![
            offer(&[Feature::RawPublicKey])
                .with("-enable_server_rpk -enable_client_rpk -expected-rpks server.pub"),
            offer(&[Feature::X25519MlKem768]).with("-groups X25519MLKEM768"),
            offer(&[Feature::SecP256r1MlKem768]).with("-groups SecP256r1MLKEM768"),
            offer(&[Feature::SecP384r1MlKem1024]).with("-groups SecP384r1MLKEM1024"),
            offer(&[Feature::MlKem768]).with("-groups MLKEM768")
        ],
        lacks: &[],
    }),
};

/// The crate leaves the lists of its modules out, without which only this configuration builds.
const OPTIONS: [&str; 6] = ["no-shared", "no-tests", "no-docs", "no-legacy", "no-module", "no-dso"];

fn build(ground: &Ground) -> Result<(), String> {
    let program = ground.built.join("openssl4");
    if program.exists() {
        return Ok(());
    }
    let source = registry::crate_source(SOURCE, SOURCE_VERSION)?.join("openssl");
    let place = ground.built.join(format!("{SOURCE}-{SOURCE_VERSION}"));
    let at_place = |error| format!("{}: {error}", place.display());
    fs::create_dir_all(&place).map_err(at_place)?;
    let configure = source.join("Configure").to_string_lossy().into_owned();
    Step::new("perl", &[&[configure.as_str()], &OPTIONS[..]].concat()).directory(&place).run()?;
    for arguments in [&["-s", "build_generated"][..], &["-s", "-j2", "apps/openssl"]] {
        Step::new("make", arguments).directory(&place).run()?;
    }
    fs::rename(place.join("apps/openssl"), &program).map_err(at_place)?;
    drop(fs::remove_dir_all(&place));
    Ok(())
}
