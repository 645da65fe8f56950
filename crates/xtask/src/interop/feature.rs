//! What a session with a peer is to show: a column of the matrix.

/// A part of TLS 1.3 that a peer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feature {
    /// Certificates both ways, and application data both ways.
    Mutual,
    Aes128Gcm,
    Aes256Gcm,
    Chacha20Poly1305,
    X25519,
    P256,
    P384,
    P521,
    /// Hybrids with ML-KEM, and one of ML-KEM alone.
    X25519MlKem768,
    SecP256r1MlKem768,
    SecP384r1MlKem1024,
    MlKem768,
    Aes128Ccm,
    Aes128Ccm8,
    /// Certificates of keys on P-521, both ways.
    P521Certificates,
    HelloRetryRequest,
    Resumption,
    EarlyData,
    /// Ours, which asks for one back.
    KeyUpdate,
    ExternalPsk,
    /// An OCSP response about the server's certificate.
    Staple,
    /// Certificates that go compressed both ways (RFC 8879).
    Compression,
    /// In place of certificates, both ways.
    RawPublicKey,
    /// A key that the server's certificate delegates to (RFC 9345).
    DelegatedCredential,
}

use Feature::{
    Aes128Ccm, Aes128Ccm8, Aes128Gcm, Aes256Gcm, Chacha20Poly1305, Compression, DelegatedCredential,
    EarlyData, ExternalPsk, HelloRetryRequest, KeyUpdate, MlKem768, Mutual, P256, P384, P521,
    P521Certificates, RawPublicKey, Resumption, SecP256r1MlKem768, SecP384r1MlKem1024, Staple, X25519,
    X25519MlKem768,
};

/// What every stack of TLS 1.3 in wide use has.
pub(super) const BASIC: &[Feature] = &[Mutual, Aes128Gcm, Aes256Gcm, Chacha20Poly1305, X25519, P256, P384];

/// What one feature asks of our side.
pub(super) struct Trial {
    /// The heading of its column.
    pub(super) column: &'static str,
    pub(super) feature: Feature,
    /// Do both ends show certificates?
    pub(super) certificates: bool,
    /// A directory of files that take the place of those of the same names; empty: none do.
    pub(super) files: &'static str,
    /// Options of `handfast client`; with `{psk}` and `{label}` for the shared secret and its name.
    pub(super) client: &'static str,
    /// Options of `handfast server`.
    pub(super) server: &'static str,
    /// What our client must tell of the session that counts, the last one.
    pub(super) client_tells: &'static [&'static str],
    /// What our server must tell of it.
    pub(super) server_tells: &'static [&'static str],
    /// How many sessions it takes.
    pub(super) sessions: usize,
    /// What a peer's client asks our server for.
    pub(super) path: &'static str,
}

/// Mutual TLS, as each trial has it unless it says otherwise.
const MUTUAL: Trial = Trial {
    column: "mutual",
    feature: Mutual,
    certificates: true,
    files: "",
    client: "",
    server: "",
    client_tells: &[],
    server_tells: &[],
    sessions: 1,
    path: "/",
};

/// The secret that both ends have: its name, and its bytes in hexadecimal.
pub(super) const PSK_LABEL: &str = "meter";
pub(super) const PSK: &str = "5a6b7c8d9eafb0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f40516273849";

const RESUMED: &str = "authentication     resumed";

/// All of them, in the order of the columns.
pub(super) const TRIALS: &[Trial] = &[
    Trial {
        client_tells: &["peer               localhost", "our certificate    CN=client"],
        server_tells: &["peer               spiffe://test.example/client", "our certificate    CN=server"],
        ..MUTUAL
    },
    suite("AES-128-GCM", Aes128Gcm, "--suite AES-128-GCM", &["TLS_AES_128_GCM_SHA256"]),
    suite("AES-256-GCM", Aes256Gcm, "--suite AES-256-GCM", &["TLS_AES_256_GCM_SHA384"]),
    suite("CHACHA20", Chacha20Poly1305, "--suite CHACHA20-POLY1305", &["TLS_CHACHA20_POLY1305_SHA256"]),
    suite("X25519", X25519, "--group X25519", &["group              x25519"]),
    suite("P-256", P256, "--group P-256", &["group              secp256r1"]),
    suite("P-384", P384, "--group P-384", &["group              secp384r1"]),
    suite("P-521", P521, "--provider rustcrypto --group P-521", &["group              secp521r1"]),
    suite("PQ X25519", X25519MlKem768, "--group X25519MLKEM768", &["group              X25519MLKEM768"]),
    suite(
        "PQ P-256",
        SecP256r1MlKem768,
        "--group SecP256r1MLKEM768",
        &["group              SecP256r1MLKEM768"],
    ),
    suite(
        "PQ P-384",
        SecP384r1MlKem1024,
        "--group SecP384r1MLKEM1024",
        &["group              SecP384r1MLKEM1024"],
    ),
    suite("ML-KEM-768", MlKem768, "--group MLKEM768", &["group              MLKEM768"]),
    suite("CCM", Aes128Ccm, "--provider rustcrypto --suite AES-128-CCM", &["TLS_AES_128_CCM_SHA256"]),
    suite("CCM-8", Aes128Ccm8, "--provider rustcrypto --suite AES-128-CCM-8", &["TLS_AES_128_CCM_8_SHA256"]),
    Trial {
        column: "P-521 certs",
        feature: P521Certificates,
        files: "p521",
        client: "--provider rustcrypto",
        server: "--provider rustcrypto",
        client_tells: BY_P521,
        server_tells: BY_P521,
        ..MUTUAL
    },
    Trial {
        column: "HRR",
        feature: HelloRetryRequest,
        client: "--group X25519,P-384",
        server: "--group P-384",
        client_tells: RETRIED,
        server_tells: RETRIED,
        ..MUTUAL
    },
    Trial {
        column: "resumption",
        feature: Resumption,
        client: "--session-file session",
        server: "--tickets 2",
        client_tells: &[RESUMED],
        server_tells: &[RESUMED],
        sessions: 2,
        ..MUTUAL
    },
    Trial {
        column: "0-RTT",
        feature: EarlyData,
        client: "--session-file session --early-data early.txt",
        server: "--tickets 2 --early-data",
        client_tells: &[RESUMED, "the server takes our early data"],
        server_tells: &[RESUMED, "bytes, ahead of the handshake"],
        sessions: 2,
        ..MUTUAL
    },
    Trial {
        column: "KeyUpdate",
        feature: KeyUpdate,
        client: "--probe-acceptance",
        server: "",
        client_tells: &["the peer has updated its keys"],
        path: "/keyupdate",
        ..MUTUAL
    },
    Trial {
        column: "PSK",
        feature: ExternalPsk,
        certificates: false,
        client: "--psk {label}:{psk}",
        server: "--psk {label}:{psk} --client-auth none",
        client_tells: &[BY_PSK],
        server_tells: &[BY_PSK],
        ..MUTUAL
    },
    Trial {
        column: "staple",
        feature: Staple,
        // Without one that is good, the server is refused.
        client: "--request-ocsp",
        server: "--staple server.ocsp",
        ..MUTUAL
    },
    Trial {
        column: "compression",
        feature: Compression,
        client: "--compress-certificates zlib,brotli,zstd",
        server: "--compress-certificates zlib,brotli,zstd",
        client_tells: COMPRESSED,
        server_tells: COMPRESSED,
        ..MUTUAL
    },
    Trial {
        column: "RPK",
        feature: RawPublicKey,
        certificates: false,
        client: "--raw-public-key client.key --trust-raw-public-key server.pub",
        server: "--raw-public-key server.key --trust-raw-public-key client.pub",
        client_tells: BY_KEY,
        server_tells: BY_KEY,
        ..MUTUAL
    },
    Trial {
        column: "DC",
        feature: DelegatedCredential,
        client: "--accept-delegated-credentials",
        server: "--delegated-credential server.dc",
        client_tells: &["by a delegated credential"],
        server_tells: &["our certificate    CN=server by a delegated credential"],
        ..MUTUAL
    },
];

const BY_P521: &[&str] = &["proved by          ecdsa_secp521r1_sha512", ", proved by ecdsa_secp521r1_sha512"];
const RETRIED: &[&str] = &["HelloRetryRequest  yes", "group              secp384r1"];
const COMPRESSED: &[&str] = &["compressed         our certificate by", ", the peer's by"];
const BY_KEY: &[&str] = &["peer               the raw public key", "our certificate    the raw public key"];
const BY_PSK: &str = "authentication     by an external PSK";

const fn suite(
    column: &'static str,
    feature: Feature,
    options: &'static str,
    told: &'static [&'static str],
) -> Trial {
    Trial {
        column,
        feature,
        client: options,
        server: options,
        client_tells: told,
        server_tells: told,
        ..MUTUAL
    }
}
