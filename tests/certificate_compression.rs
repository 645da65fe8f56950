//! Certificates that go compressed between two ends of ours (RFC 8879).
#![cfg(all(feature = "floors", feature = "ring", feature = "brotli", feature = "zlib", feature = "zstd"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use handfast::crypto::{self, Entropy};
use handfast::handshake::certificate_compression::{self, Brotli, CertificateCompression, Zlib, Zstd};
use handfast::handshake::{CertificatesCompressed, Config, Handshake};
use handfast::identity::ExpectedPeer;
use handfast::message::CertificateCompressionAlgorithm as Algorithm;

#[path = "support/handshake_ends.rs"]
mod handshake_ends;
#[path = "support/shrinking.rs"]
mod shrinking;

use handshake_ends::{End, connect, credential};
use shrinking::{SHRINKING, Shrinking};

type Algorithms = Vec<Arc<dyn CertificateCompression>>;

/// How the certificates went between these two, as the client has it; the server has it the other way round.
fn between(client: Algorithms, server: Algorithms) -> CertificatesCompressed {
    let config = |certificate_compression| {
        let mut config = Config::new(crypto::ring::provider());
        config.certificate_compression = certificate_compression;
        config.check().unwrap();
        Arc::new(config)
    };
    let ((client_credential, client_key), (server_credential, server_key)) = (credential(), credential());
    let expected = Arc::new(ExpectedPeer::dns("peer.test").unwrap());
    let entropy = |seed| Entropy::from_platform([seed; 32]);
    let clients = Handshake::client(config(client), expected, vec![], entropy(1));
    let servers = Handshake::server(config(server), vec![], entropy(2));
    let mut client = End::new(clients, client_credential, server_key);
    let mut server = End::new(servers, server_credential, client_key);
    connect(&mut client, &mut server);
    let (client, server) = (client.connected.unwrap(), server.connected.unwrap());
    assert_eq!(client.peer_chain.unwrap().len(), 1);
    let CertificatesCompressed { local, peer } = server.certificates_compressed;
    assert_eq!(client.certificates_compressed, CertificatesCompressed { local: peer, peer: local });
    client.certificates_compressed
}

fn both(algorithm: Algorithm) -> CertificatesCompressed {
    CertificatesCompressed { local: Some(algorithm), peer: Some(algorithm) }
}

//= R8879-3-2 test
//= R8879-4-1 test
//= R8879-4-4 test
//= R8879-4-5 test
//= R8879-5-2 test
#[test]
fn each_algorithm_carries_the_certificates_of_both_ends() {
    let algorithms: [(Arc<dyn CertificateCompression>, Algorithm); 3] = [
        (Arc::new(Shrinking), SHRINKING),
        (Arc::new(Brotli), Algorithm::BROTLI),
        (Arc::new(Zlib), Algorithm::ZLIB),
    ];
    for (own, algorithm) in algorithms {
        assert_eq!(between(vec![Arc::clone(&own)], vec![own]), both(algorithm));
    }
}

/// A self-signed certificate has little to shrink, and Zstandard's simple encoder finds none of it.
#[test]
fn what_does_not_shrink_goes_as_it_is() {
    let zstd = || vec![Arc::new(Zstd) as Arc<dyn CertificateCompression>];
    let compressed = between(zstd(), zstd());
    let shrinks = Zstd.compress(credential().0.chain()[0].as_ref()).is_some();
    assert_eq!(compressed == CertificatesCompressed::default(), !shrinks);
}

#[test]
fn each_end_sends_by_the_first_of_its_own_that_the_other_takes() {
    let compressed =
        between(vec![Arc::new(Zlib), Arc::new(Shrinking)], vec![Arc::new(Shrinking), Arc::new(Zlib)]);
    assert_eq!(compressed, CertificatesCompressed { local: Some(Algorithm::ZLIB), peer: Some(SHRINKING) });
}

#[test]
fn nothing_is_compressed_unless_both_ends_have_an_algorithm() {
    let none = CertificatesCompressed::default();
    assert_eq!(between(certificate_compression::all(), vec![]), none);
    assert_eq!(between(vec![], certificate_compression::all()), none);
    assert_eq!(between(vec![Arc::new(Zlib)], vec![Arc::new(Shrinking)]), none);
}

#[test]
fn an_algorithm_that_stands_twice_is_refused_by_name() {
    let mut config = Config::new(crypto::ring::provider());
    config.certificate_compression = vec![Arc::new(Zlib), Arc::new(Brotli), Arc::new(Zlib)];
    let refused = config.check().unwrap_err();
    assert_eq!(refused, "certificate_compression: zlib stands twice (RFC 8879 §3)");
}
