//! The pure Rust provider, on the [RustCrypto](https://github.com/RustCrypto) and
//! [dalek](https://github.com/dalek-cryptography) crates: `no_std`, WebAssembly, and deterministic.
//!
//! | role | algorithms |
//! |---|---|
//! | [`Hash`](super::Hash), [`Hkdf`](super::Hkdf) | SHA-256, SHA-384 |
//! | [`Aead`](super::Aead) | AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305, AES-128-CCM, AES-128-CCM with a tag of 8 bytes |
//! | [`KeyExchange`](super::KeyExchange) | X25519, secp256r1, secp384r1, secp521r1; with the feature `ml-kem` those of [`ml_kem`](super::ml_kem) and their [hybrids](super::Hybrid) |
//! | [`StaticKey`](super::StaticKey) | X25519, secp256r1, secp384r1, secp521r1 |
//! | [`Verify`](super::Verify) | every [`SignatureAlgorithm`](super::SignatureAlgorithm), ML-DSA with the feature `ml-dsa`, by [`ml_dsa`](super::ml_dsa); RSA from 1024 to 8192 bits |
//! | [`Sign`](super::Sign) | ECDSA P-256 with SHA-256, ECDSA P-384 with SHA-384, ECDSA P-521 with SHA-512, Ed25519, RSASSA-PSS with 2048 to 8192 bits; with `ml-dsa` ML-DSA too |
//!
//! All randomness comes from the [`EntropySource`](super::EntropySource) given to each call, so that a run is
//! a function of its inputs and a recorded trace replays byte for byte:
//!
//! | operation | what it draws |
//! |---|---|
//! | X25519 share | 32 bytes as [`Purpose::KeyShare`](super::Purpose::KeyShare): they are the private key |
//! | secp256r1, secp384r1, secp521r1 share | 32, 48, 66 bytes as `KeyShare`: they are the private key, big-endian, its bits over 521 cleared; a number outside 1 to n − 1 is drawn again |
//! | ECDSA signature | 32, 48, 66 bytes as [`Purpose::Signature`](super::Purpose::Signature): additional input to RFC 6979 (its §3.6), so that neither a weak seed nor a fault repeats a nonce |
//! | RSASSA-PSS signature | 32 bytes as `Signature`: a seed, expanded into the salt and the blinding |
//! | ML-DSA signature | 32 bytes as `Signature`: `rnd` of FIPS 204 |
//! | Ed25519 signature, and all else | nothing |
//!
//! The crates intend to run in time that does not depend on secrets where their documentation says so, which
//! excludes the private-key operation of `rsa` (RUSTSEC-2023-0071): where an attacker can time signatures,
//! sign with another provider or another kind of key. Private keys and expanded AEAD keys are wiped when
//! dropped.

mod aead;
mod hash;
mod hkdf;
mod key_exchange;
mod rng;
mod sign;
mod verify;

use alloc::sync::Arc;
use alloc::vec;

use sha2::{Sha256, Sha384};

use self::hash::Sha2;
use self::hkdf::HkdfSha2;
use super::CryptoProvider;

/// The table of all that these crates do for TLS 1.3.
///
/// ```
/// let provider = handfast::crypto::rustcrypto::provider();
/// assert!(!provider.draws_its_own_randomness);
/// ```
#[must_use]
pub fn provider() -> CryptoProvider {
    CryptoProvider {
        name: "rustcrypto",
        draws_its_own_randomness: false,
        hashes: vec![Arc::new(Sha2::<Sha256>::new()), Arc::new(Sha2::<Sha384>::new())],
        hkdfs: vec![Arc::new(HkdfSha2::<Sha256>::new()), Arc::new(HkdfSha2::<Sha384>::new())],
        aeads: aead::all(),
        key_exchanges: key_exchange::all(),
        static_key_loaders: key_exchange::static_key_loaders(),
        verifiers: verify::all(),
        signing_key_loaders: vec![Arc::new(sign::Loader)],
    }
    .with_ml_kem()
    .with_ml_dsa()
}

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    const fn wiped_when_dropped<T: ZeroizeOnDrop>() {}

    /// Compiles only while the crates' features say so.
    #[test]
    fn the_keys_that_are_held_are_wiped_when_dropped() {
        wiped_when_dropped::<aes_gcm::Aes128Gcm>();
        wiped_when_dropped::<aes_gcm::Aes256Gcm>();
        wiped_when_dropped::<aes_gcm::aes::Aes128>();
        wiped_when_dropped::<chacha20poly1305::ChaCha20Poly1305>();
        wiped_when_dropped::<x25519_dalek::StaticSecret>();
        wiped_when_dropped::<x25519_dalek::SharedSecret>();
        wiped_when_dropped::<p256::SecretKey>();
        wiped_when_dropped::<p384::SecretKey>();
        wiped_when_dropped::<p521::SecretKey>();
        wiped_when_dropped::<p256::ecdh::SharedSecret>();
        wiped_when_dropped::<p256::ecdsa::SigningKey>();
        wiped_when_dropped::<p384::ecdsa::SigningKey>();
        wiped_when_dropped::<p521::ecdsa::SigningKey>();
        wiped_when_dropped::<ed25519_dalek::SigningKey>();
        wiped_when_dropped::<rsa::RsaPrivateKey>();
        wiped_when_dropped::<sha2::Sha256>();
    }
}
