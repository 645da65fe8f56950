//! The provider on [AWS-LC](https://github.com/aws/aws-lc), by [aws-lc-rs](https://docs.rs/aws-lc-rs): fast, for hosts,
//! with more algorithms than ring has, and the one whose C code has been validated for FIPS 140.
//!
//! | role | algorithms |
//! |---|---|
//! | [`Hash`](super::Hash), [`Hkdf`](super::Hkdf) | SHA-256, SHA-384 |
//! | [`Aead`](super::Aead) | AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305 |
//! | [`KeyExchange`](super::KeyExchange) | X25519, secp256r1, secp384r1, secp521r1, ML-KEM-512, ML-KEM-768, ML-KEM-1024 and their [hybrids](super::Hybrid) |
//! | [`StaticKey`](super::StaticKey) | X25519, secp256r1, secp384r1, secp521r1 |
//! | [`Verify`](super::Verify) | every [`SignatureAlgorithm`](super::SignatureAlgorithm); RSA from 2048 to 8192 bits, so that RSA-1024 never verifies here |
//! | [`Sign`](super::Sign) | ECDSA P-256 with SHA-256, ECDSA P-384 with SHA-384, ECDSA P-521 with SHA-512, Ed25519, ML-DSA-44, ML-DSA-65, ML-DSA-87, RSASSA-PSS with 2048 to 8192 bits |
//!
//! What to know of it:
//! * Key shares are made of the connection's [`EntropySource`](super::EntropySource): 32 bytes for X25519, else as many
//!   as the curve's order has, big-endian, bits over 521 cleared; a number outside 1 to n − 1 is drawn again. Both are
//!   [`Purpose::KeyShare`](super::Purpose::KeyShare). ML-KEM, ECDSA nonces and PSS salts are drawn by AWS-LC itself, so
//!   that a run with them replays only from a record made at the seam.
//! * HKDF-Expand takes pseudorandom keys of 64 bytes at most.
//! * AWS-LC wipes the private keys that it holds.
//! * This is not its FIPS module: for that one, build the crate with its feature `fips`.

mod aead;
mod hash;
mod hkdf;
mod key_exchange;
mod ml_kem;
mod sign;
mod verify;

use alloc::sync::Arc;
use alloc::vec;

use super::CryptoProvider;

/// The table of all that AWS-LC does for TLS 1.3.
///
/// ```
/// let provider = handfast::crypto::aws_lc::provider();
/// assert!(provider.draws_its_own_randomness);
/// ```
#[must_use]
pub fn provider() -> CryptoProvider {
    CryptoProvider {
        name: "aws-lc",
        draws_its_own_randomness: true,
        hashes: vec![Arc::new(hash::Sha2::SHA256), Arc::new(hash::Sha2::SHA384)],
        hkdfs: vec![Arc::new(hkdf::HkdfSha2::SHA256), Arc::new(hkdf::HkdfSha2::SHA384)],
        aeads: aead::all(),
        key_exchanges: key_exchange::all(),
        static_key_loaders: key_exchange::static_key_loaders(),
        verifiers: verify::all(),
        signing_key_loaders: vec![Arc::new(sign::Loader)],
    }
    .with_hybrids()
}
