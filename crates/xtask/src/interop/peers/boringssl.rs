//! BoringSSL: `bssl`, built from the crate that carries its source.

use std::fs;

use crate::bogo::runner::{SOURCE, SOURCE_VERSION};
use crate::interop::feature::{BASIC, Feature};
use crate::interop::ground::Ground;
use crate::interop::peer::{Client, Peer, Server, debian, offer};
use crate::registry;

pub(super) const PEER: Peer = Peer {
    name: "BoringSSL",
    // Of the crate: bssl tells none.
    version: "echo 5.4.0",
    source: debian(&["cmake"], "cmake").made_by(build).slow(),
    prepare: &[],
    server: Some(Server {
        command: "bssl server -accept {port} -key server.key -cert server.pem -require-any-client-cert -loop -www",
        answer: "HTTP/1.0 200 OK",
        is_typed: false,
        offers: &[
            offer(BASIC).says("Cert subject: CN = client"),
            offer(&[Feature::HelloRetryRequest]).with("-curves P-384"),
            offer(&[Feature::Resumption]).says("Resumed session: yes"),
            offer(&[Feature::EarlyData]).with("-early-data").says("Early data: yes"),
            offer(&[Feature::P521]).with("-curves P-521"),
            offer(&[Feature::X25519MlKem768]).with("-curves X25519MLKEM768"),
            offer(&[Feature::RawPublicKey]).with("-rpk-key server.key -accept-cert-types rpk"),
            offer(&[Feature::KeyUpdate]),
            offer(&[Feature::Staple]).with("-ocsp-response server.ocsp"),
        ],
        lacks: &[],
    }),
    client: Some(Client {
        command: "bssl client -connect 127.0.0.1:{port} -server-name localhost -key client.key \
                  -cert client.pem",
        offers: &[
            offer(BASIC).with("-root-certs ca.pem").says("Cert subject: CN = server"),
            offer(&[Feature::HelloRetryRequest]).with("-root-certs ca.pem -curves X25519:P-384"),
            offer(&[Feature::Resumption])
                .with("-root-certs ca.pem -test-resumption")
                .says("Resumed session: yes"),
            offer(&[Feature::EarlyData])
                .with("-root-certs ca.pem -test-resumption -early-data @request.txt")
                .says("Early data: yes"),
            offer(&[Feature::P521]).with("-root-certs ca.pem -curves P-521"),
            offer(&[Feature::X25519MlKem768]).with("-root-certs ca.pem -curves X25519MLKEM768"),
            offer(&[Feature::RawPublicKey]).with("-rpk-key client.key -accept-cert-types rpk"),
            offer(&[Feature::KeyUpdate]).with("-root-certs ca.pem"),
            offer(&[Feature::Staple]).with("-root-certs ca.pem -ocsp-stapling").says("OCSP staple: yes"),
        ],
        lacks: &[],
    }),
};

fn build(ground: &Ground) -> Result<(), String> {
    let program = ground.built.join("bssl");
    if program.exists() {
        return Ok(());
    }
    let source = registry::crate_source(SOURCE, SOURCE_VERSION)?.join("deps").join("boringssl");
    let place = ground.built.join(format!("{SOURCE}-{SOURCE_VERSION}"));
    let [source, place_name] = [&source, &place].map(|path| path.display().to_string());
    for line in [
        format!("cmake -S {source} -B {place_name} -DCMAKE_BUILD_TYPE=Release"),
        format!("cmake --build {place_name} --target bssl --parallel 2"),
    ] {
        println!("$ {line}");
        ground.prepare_files(&line)?;
    }
    fs::rename(place.join("bssl"), &program).map_err(|error| format!("{}: {error}", program.display()))?;
    drop(fs::remove_dir_all(place));
    Ok(())
}
