//! Private keys of key exchanges in PKCS#8 (RFC 5958): X25519 (RFC 8410), and EC keys, which sign as well.

use alloc::vec::Vec;
use core::fmt;

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Reader, SliceReader};
use zeroize::Zeroizing;

use super::asn1::AlgorithmIdentifier;
use super::{PrivateKeyError, PrivateKeyInfo};
use crate::crypto::{KeyExchangeAlgorithm, PublicKeyAlgorithm};

const ID_X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");

/// The kinds of keys that agree as well as sign.
const CURVES: [(PublicKeyAlgorithm, KeyExchangeAlgorithm); 3] = [
    (PublicKeyAlgorithm::EcP256, KeyExchangeAlgorithm::Secp256r1),
    (PublicKeyAlgorithm::EcP384, KeyExchangeAlgorithm::Secp384r1),
    (PublicKeyAlgorithm::EcP521, KeyExchangeAlgorithm::Secp521r1),
];

/// A private key of a key exchange, parsed out of its container and not yet loaded by a provider. It is wiped when
/// dropped.
///
/// Load it with [`CryptoProvider::load_static_key`](crate::crypto::CryptoProvider::load_static_key).
pub struct StaticKeyInfo {
    algorithm: KeyExchangeAlgorithm,
    private_key: Zeroizing<Vec<u8>>,
}

impl StaticKeyInfo {
    /// The private key of this DER: PKCS#8, or SEC1 for EC.
    ///
    /// # Errors
    /// [`PrivateKeyError`] if it is neither, encrypted, or of another algorithm.
    ///
    /// ```
    /// use handfast::crypto::{KeyExchangeAlgorithm, StaticKeyInfo};
    ///
    /// let der = StaticKeyInfo::x25519_to_der(&[7; 32]);
    /// let key = StaticKeyInfo::from_der(&der)?;
    /// assert_eq!((key.algorithm(), key.private_key()), (KeyExchangeAlgorithm::X25519, &[7; 32][..]));
    /// # Ok::<(), handfast::crypto::PrivateKeyError>(())
    /// ```
    pub fn from_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        if let Some(contents) = x25519_contents(der) {
            let rule = PrivateKeyError::Malformed {
                rule: "privateKey of id-X25519 is a CurvePrivateKey of 32 bytes (RFC 8410 §7)",
            };
            let key = <&OctetStringRef>::from_der(contents).map_err(|_| rule.clone())?.as_bytes();
            let private_key = Zeroizing::new(key.to_vec());
            let is_key = private_key.len() == 32;
            return if is_key {
                Ok(Self { algorithm: KeyExchangeAlgorithm::X25519, private_key })
            } else {
                Err(rule)
            };
        }
        let key = PrivateKeyInfo::from_der(der)?;
        let known = CURVES.iter().find(|(of_key, _)| *of_key == key.algorithm());
        let Some((_, algorithm)) = known.copied() else {
            let expected = "X25519, or EC over P-256, P-384 or P-521";
            return Err(PrivateKeyError::Unsupported { algorithm: key.algorithm_name(), expected });
        };
        Ok(Self { algorithm, private_key: Zeroizing::new(key.private_key().to_vec()) })
    }

    /// PKCS#8 of a private key of X25519.
    ///
    /// ```text
    /// SEQUENCE { INTEGER 0, SEQUENCE { OBJECT IDENTIFIER id-X25519 }, OCTET STRING { OCTET STRING key } }
    /// ```
    #[must_use]
    pub fn x25519_to_der(private_key: &[u8; 32]) -> Zeroizing<Vec<u8>> {
        const BEFORE: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];
        Zeroizing::new([BEFORE.as_slice(), private_key].concat())
    }

    /// Of which key exchange it is.
    #[must_use]
    pub const fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    /// The secret itself, for loaders: see [`LoadStaticKey::load`](crate::crypto::LoadStaticKey::load).
    #[must_use]
    pub fn private_key(&self) -> &[u8] {
        &self.private_key
    }
}

/// The contents of `privateKey`, if this is PKCS#8 of id-X25519. What follows them, attributes and public key, is not
/// looked at.
fn x25519_contents(der: &[u8]) -> Option<&[u8]> {
    let sequence = AnyRef::from_der(der).ok()?;
    let mut fields = SliceReader::new(sequence.value()).ok()?;
    fields.decode::<u8>().ok()?;
    let identifier: AlgorithmIdentifier<'_> = fields.decode().ok()?;
    if identifier.algorithm != ID_X25519 || identifier.parameters.is_some() {
        return None;
    }
    fields.decode::<&OctetStringRef>().ok().map(OctetStringRef::as_bytes)
}

impl fmt::Debug for StaticKeyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StaticKeyInfo({:?})", self.algorithm)
    }
}
