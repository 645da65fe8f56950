//! The crypto seam: roles as TLS sees them, and the providers that fill them.
//!
//! A [`CryptoProvider`] is a plain table of implementations, chosen explicitly by each config. There is no
//! process-wide default, and tables can be mixed algorithm by algorithm.

mod algorithm;
mod digest;
mod entropy;
mod key;
mod provider;
#[cfg(feature = "ring")]
pub mod ring;
mod roles;
#[cfg(feature = "rustcrypto")]
pub mod rustcrypto;
mod secret;

pub use algorithm::{
    AeadAlgorithm, HashAlgorithm, KeyExchangeAlgorithm, MAX_TAG_LEN, NONCE_LEN, PublicKeyAlgorithm,
    SignatureAlgorithm,
};
pub use digest::Digest;
pub use entropy::{Entropy, EntropySource, Purpose};
pub use key::{
    PrivateKeyError, PrivateKeyInfo, PublicKey, PublicKeyError, ecdsa_sig_value_from_raw,
    ecdsa_sig_value_to_raw,
};
pub use provider::CryptoProvider;
pub use roles::{
    Aead, AeadKey, CryptoError, Hash, Hkdf, KeyExchange, LoadSigningKey, RunningHash, Sign,
    StartedKeyExchange, Verify,
};
pub use secret::{Secret, SecretBytes, SharedSecret};
