//! The default provider, on [ring](https://docs.rs/ring): fast, for hosts.
//!
//! | role | algorithms |
//! |---|---|
//! | [`Hash`](super::Hash), [`Hkdf`](super::Hkdf) | SHA-256, SHA-384 |
//! | [`Aead`](super::Aead) | AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305 |
//! | [`KeyExchange`](super::KeyExchange) | X25519, secp256r1, secp384r1; with the feature `ml-kem` those of [`ml_kem`](super::ml_kem) and their [hybrids](super::Hybrid) |
//! | [`StaticKey`](super::StaticKey) | X25519, by x25519-dalek, with feature `ech` |
//! | [`Verify`](super::Verify) | ECDSA P-256 and P-384 with SHA-256 and SHA-384, Ed25519, RSASSA-PKCS1-v1_5 and RSASSA-PSS; with the feature `ml-dsa` those of [`ml_dsa`](super::ml_dsa); RSA from 2048 to 8192 bits, so that RSA-1024 never verifies here |
//! | [`Sign`](super::Sign) | ECDSA P-256 with SHA-256, ECDSA P-384 with SHA-384, Ed25519, RSASSA-PSS with 2048 to 4096 bits and a public exponent from 65537; with `ml-dsa` ML-DSA too |
//!
//! What to know of it:
//! * It draws its own randomness from the operating system for key shares, ECDSA and PSS, and takes none from
//!   the connection's [`EntropySource`](super::EntropySource): its generators are sealed and private keys of
//!   an exchange can't be given to it. A run with it replays only from a record made at the seam.
//! * P-521 it does not have at all, nor ECDSA with SHA-512.
//! * It does not compute an EC public key from a private one, so an EC key must be stored with its public half.
//! * It does not wipe the keys it holds; secrets are wiped on our side of the seam.

mod aead;
mod hash;
mod hkdf;
mod key_exchange;
mod sign;
mod verify;

use alloc::sync::Arc;
use alloc::vec;

use super::CryptoProvider;

/// The table of all that ring does for TLS 1.3.
///
/// ```
/// let provider = handfast::crypto::ring::provider();
/// assert!(provider.draws_its_own_randomness);
/// ```
#[must_use]
pub fn provider() -> CryptoProvider {
    CryptoProvider {
        name: "ring",
        draws_its_own_randomness: true,
        hashes: vec![Arc::new(hash::Sha2::SHA256), Arc::new(hash::Sha2::SHA384)],
        hkdfs: vec![Arc::new(hkdf::HkdfSha2::SHA256), Arc::new(hkdf::HkdfSha2::SHA384)],
        aeads: aead::all(),
        key_exchanges: key_exchange::all(),
        #[cfg(feature = "ech")]
        static_key_loaders: vec![Arc::new(super::x25519::Loader)],
        #[cfg(not(feature = "ech"))]
        static_key_loaders: vec![],
        verifiers: verify::all(),
        signing_key_loaders: vec![Arc::new(sign::Loader)],
    }
    .with_ml_kem()
    .with_ml_dsa()
}
