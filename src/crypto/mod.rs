//! The crypto seam: roles as TLS sees them, and the providers that fill them.
//!
//! | role | trait | RFC 9846 (8446) |
//! |---|---|---|
//! | hash function | [`Hash`], [`RunningHash`] | §4.1 (§4.4.1) |
//! | HMAC and HKDF | [`Hkdf`] | §7.1 |
//! | AEAD | [`Aead`], [`AeadKey`] | §5.2 |
//! | key exchange | [`KeyExchange`], [`StartedKeyExchange`] | §4.3.8, §7.4 (§4.2.8, §7.4) |
//! | key exchange with a key that is kept | [`LoadStaticKey`], [`StaticKey`] | RFC 9180 §4.1 |
//! | verifying | [`Verify`] | §4.5.2 (§4.4.3), and certificates |
//! | signing | [`LoadSigningKey`], [`Sign`] | §4.5.2 (§4.4.3) |
//!
//! The rules of the seam:
//!
//! * A [`CryptoProvider`] is a plain table of implementations, chosen explicitly by each config. There is no
//!   process-wide default, and no cargo feature chooses: features only say which providers are compiled in.
//! * Tables are mixed algorithm by algorithm; the first implementation that has an algorithm serves it.
//! * The traits are open: recorders, replayers, hardware and fakes implement them outside this library.
//! * Algorithms go by names of our own here. `message` maps code points to them, `pki` maps
//!   AlgorithmIdentifiers.
//! * A primitive refuses what it cannot compute with, such as a point off its curve; what is too weak to be
//!   trusted, such as a short RSA key, is refused by the policy of whoever judges.
//! * Randomness is an input, the [`EntropySource`] of each call, but for a provider that insists on drawing
//!   its own and says so: [`CryptoProvider::draws_its_own_randomness`]. Given the same shared secrets and
//!   signatures all providers put out the same bytes.
//! * Secrets that we hold ([`Secret`], [`SharedSecret`], [`PrivateKeyInfo`]) are wiped when dropped, print
//!   nothing, and compare in constant time only. Names here promise nothing about side channels: what a
//!   provider's crates claim, and what they wipe, stands in that provider's documentation.
//!
//! | | `ring` | `rustcrypto` | `aws_lc` |
//! |---|---|---|---|
//! | for | hosts | `no_std`, WebAssembly, replay | hosts, P-521 |
//! | draws its own randomness | key shares, ECDSA nonces, PSS salts | nothing | ML-KEM, ECDSA nonces, PSS salts, ML-DSA's rnd |
//! | ML-KEM | with `ml-kem` | with `ml-kem` | its own |
//! | ML-DSA | with `ml-dsa` | with `ml-dsa` | its own |
//! | P-521, ECDSA with SHA-512 | no | yes | yes |
//! | AES-128-CCM, with a tag of 16 or 8 bytes | no | yes | no |
//! | verifies RSA | 2048 to 8192 bits | 1024 to 8192 bits | 2048 to 8192 bits |
//! | signs with RSA (PSS only) | 2048 to 4096 bits | 2048 to 8192 bits | 2048 to 8192 bits |
//! | EC key stored without its public half | refused by name | loaded | loaded |
//!
//! # Mixing providers
//!
//! ring seals and hashes; what draws randomness is replaced, so that a run is a function of its inputs:
//!
//! ```
//! # #[cfg(all(feature = "ring", feature = "rustcrypto"))] {
//! use handfast::crypto::{AeadAlgorithm, ring, rustcrypto};
//!
//! let rustcrypto = rustcrypto::provider();
//! let mut provider = ring::provider();
//! provider.name = "ring, with rustcrypto where randomness is drawn";
//! provider.key_exchanges = rustcrypto.key_exchanges;
//! provider.signing_key_loaders = rustcrypto.signing_key_loaders;
//! provider.draws_its_own_randomness = false;
//!
//! // An algorithm that nobody has is not offered.
//! provider.aeads.retain(|aead| aead.algorithm() != AeadAlgorithm::Aes128Gcm);
//! assert!(provider.aead(AeadAlgorithm::Aes128Gcm).is_none());
//! # }
//! ```

mod algorithm;
#[cfg(feature = "aws-lc")]
pub mod aws_lc;
mod digest;
#[cfg(any(feature = "ml-dsa", feature = "rustcrypto"))]
mod drawn_bytes;
mod entropy;
pub mod hpke;
mod hybrid;
mod key;
mod mix;
#[cfg(feature = "ml-dsa")]
pub mod ml_dsa;
#[cfg(feature = "ml-kem")]
pub mod ml_kem;
mod provider;
#[cfg(feature = "ring")]
pub mod ring;
mod roles;
#[cfg(feature = "rustcrypto")]
pub mod rustcrypto;
mod secret;
#[cfg(any(all(feature = "ech", feature = "ring"), feature = "rustcrypto"))]
mod x25519;

pub use algorithm::{
    AeadAlgorithm, HashAlgorithm, KeyExchangeAlgorithm, MAX_TAG_LEN, NONCE_LEN, PublicKeyAlgorithm,
    SignatureAlgorithm,
};
pub use digest::Digest;
pub use entropy::{Entropy, EntropySource, Purpose};
pub use hybrid::Hybrid;
pub use key::{
    PrivateKeyError, PrivateKeyInfo, PublicKey, PublicKeyError, StaticKeyInfo, ecdsa_sig_value_from_raw,
    ecdsa_sig_value_to_raw,
};
pub use mix::Operation;
pub use provider::CryptoProvider;
pub(crate) use roles::Unkeyed;
pub use roles::{
    Aead, AeadKey, CryptoError, Expand, Hash, Hkdf, KeyExchange, LoadSigningKey, LoadStaticKey, RunningHash,
    Sign, StartedKeyExchange, StaticKey, Verify,
};
pub use secret::{Secret, SecretBytes, SharedSecret};
