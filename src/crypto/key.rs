//! Public keys as SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) and private keys in PKCS#8, SEC1 and PKCS#1.

use alloc::sync::Arc;
use core::fmt;

use super::PublicKeyAlgorithm;

/// A public key as its SubjectPublicKeyInfo says it.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: PublicKeyAlgorithm,
    spki: Arc<[u8]>,
}

/// Why a SubjectPublicKeyInfo gives no key that we can use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// It is no SubjectPublicKeyInfo in DER.
    Malformed,
    /// Its algorithm is none that we know; the name, or the object identifier in dotted form.
    Unsupported {
        /// Name or object identifier.
        algorithm: alloc::string::String,
    },
}

/// A private key, parsed out of its container and not yet loaded by a provider.
pub struct PrivateKeyInfo<'a> {
    der: &'a [u8],
}

/// Why a private key is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// It is no private key in PKCS#8, SEC1 or PKCS#1.
    Malformed,
    /// It is encrypted; decrypt it first.
    Encrypted,
    /// The algorithm or size is none that the provider signs with.
    Unsupported {
        /// What it is.
        algorithm: &'static str,
    },
}

impl PrivateKeyInfo<'_> {
    /// What kind of key it is, for people.
    #[must_use]
    pub fn algorithm_name(&self) -> &'static str {
        let _ = self.der;
        ""
    }
}

impl PublicKey {
    /// What kind of key it is.
    #[must_use]
    pub fn algorithm(&self) -> PublicKeyAlgorithm {
        self.algorithm
    }

    /// The whole SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?})", self.algorithm)
    }
}
