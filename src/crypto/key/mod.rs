//! Public keys as SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), private keys in PKCS#8, SEC1 and PKCS#1, and the
//! two forms of an ECDSA signature.

mod asn1;
mod ecdsa_sig_value;
mod ml_dsa;
mod private;
mod pss;
mod public;
mod static_key;

pub use ecdsa_sig_value::{ecdsa_sig_value_from_raw, ecdsa_sig_value_to_raw};
#[cfg(any(feature = "aws-lc", feature = "ml-dsa"))]
pub(in crate::crypto) use ml_dsa::{MlDsaPrivateKey, SEED_OF_ANOTHER_KEY};
pub use private::{PrivateKeyError, PrivateKeyInfo};
#[cfg(any(feature = "aws-lc", feature = "ring", feature = "rustcrypto"))]
pub(super) use pss::rsa_pss_algorithms;
pub use public::{PublicKey, PublicKeyError};
pub use static_key::StaticKeyInfo;
