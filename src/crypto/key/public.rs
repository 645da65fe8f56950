//! Public keys as SubjectPublicKeyInfo (RFC 5280 §4.1.2.7; RFC 3279 §2.3.1, RFC 5480 §2, RFC 8410 §4).

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Encode};

use super::asn1::{
    AlgorithmIdentifier, ID_EC_PUBLIC_KEY, ID_ED25519, ID_ML_DSA_44, ID_ML_DSA_65, ID_ML_DSA_87,
    ID_RSASSA_PSS, RSA_ENCRYPTION, RsaPublicKey, SECP256R1, SECP384R1, SECP521R1, SubjectPublicKeyInfo,
    describe,
};
use super::pss;
use crate::crypto::{PublicKeyAlgorithm, SignatureAlgorithm};

/// A public key as its SubjectPublicKeyInfo says it.
///
/// ```text
/// SubjectPublicKeyInfo  ::=  SEQUENCE  {
///      algorithm            AlgorithmIdentifier,
///      subjectPublicKey     BIT STRING  }
/// ```
///
/// Its structure is checked: algorithm, parameters, the form and length of the key. Whether a point lies on
/// its curve is found by whoever computes with it. Two are equal if their bytes are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    algorithm: PublicKeyAlgorithm,
    /// The one algorithm that its parameters leave it.
    restriction: Option<SignatureAlgorithm>,
    strength_bits: usize,
    /// Where in `spki` the contents of subjectPublicKey begin; they reach to its end.
    key_starts_at: usize,
    spki: Arc<[u8]>,
}

/// Why a SubjectPublicKeyInfo gives no key that we can use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// It breaks a rule of its encoding.
    Malformed {
        /// The rule, with its source.
        rule: &'static str,
    },
    /// Its algorithm or curve is none that we know.
    Unsupported {
        /// Name and object identifier, such as `Ed448 (1.3.101.113)`, or the object identifier alone.
        algorithm: String,
    },
}

impl fmt::Display for PublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { rule } => write!(f, "malformed public key; the rule is: {rule}"),
            Self::Unsupported { algorithm } => write!(
                f,
                "public key algorithm {algorithm} is not supported; supported are RSA, RSASSA-PSS, EC over \
                 P-256, P-384 and P-521, Ed25519, and ML-DSA-44, ML-DSA-65 and ML-DSA-87"
            ),
        }
    }
}

impl core::error::Error for PublicKeyError {}

impl PublicKey {
    /// The key of a SubjectPublicKeyInfo in DER, which must fill all of `spki`.
    ///
    /// # Errors
    /// [`PublicKeyError`] if it is not well formed or its algorithm is unknown (for a certificate's key:
    /// `bad_certificate`, `unsupported_certificate`).
    pub fn from_spki(spki: &[u8]) -> Result<Self, PublicKeyError> {
        let info = SubjectPublicKeyInfo::from_der(spki).map_err(|_| PublicKeyError::Malformed {
            rule: "a SubjectPublicKeyInfo in DER, and nothing after it (RFC 5280 §4.1.2.7)",
        })?;
        let key_bits = info.subject_public_key.as_bytes().ok_or(PublicKeyError::Malformed {
            rule: "subjectPublicKey has whole bytes (RFC 5280 §4.1.2.7)",
        })?;
        let algorithm = key_algorithm(&info.algorithm)?;
        let restriction = match algorithm {
            PublicKeyAlgorithm::RsaPss => pss::restriction(&info.algorithm)?,
            PublicKeyAlgorithm::EcP256
            | PublicKeyAlgorithm::EcP384
            | PublicKeyAlgorithm::EcP521
            | PublicKeyAlgorithm::Ed25519
            | PublicKeyAlgorithm::MlDsa44
            | PublicKeyAlgorithm::MlDsa65
            | PublicKeyAlgorithm::MlDsa87
            | PublicKeyAlgorithm::Rsa => None,
        };
        Ok(Self {
            algorithm,
            restriction,
            strength_bits: check_key_bits(algorithm, key_bits)?,
            key_starts_at: spki.len().saturating_sub(key_bits.len()),
            spki: spki.into(),
        })
    }

    /// The key of these bits, the contents of a subjectPublicKey: for EC the uncompressed point, for
    /// Ed25519 its 32 bytes, for ML-DSA its 1312, 1952 or 2592 bytes, for RSA an RSAPublicKey in DER; for
    /// RSASSA-PSS too, without parameters.
    ///
    /// Tokens hand out their public keys in this form: a PKCS#11 `CKA_EC_POINT` holds such a point inside
    /// an OCTET STRING.
    ///
    /// # Errors
    /// [`PublicKeyError::Malformed`] if they are no key of this algorithm.
    pub fn from_key_bits(algorithm: PublicKeyAlgorithm, key_bits: &[u8]) -> Result<Self, PublicKeyError> {
        let (identifier, parameters) = match algorithm {
            PublicKeyAlgorithm::EcP256 => (ID_EC_PUBLIC_KEY, Some(AnyRef::from(&SECP256R1))),
            PublicKeyAlgorithm::EcP384 => (ID_EC_PUBLIC_KEY, Some(AnyRef::from(&SECP384R1))),
            PublicKeyAlgorithm::EcP521 => (ID_EC_PUBLIC_KEY, Some(AnyRef::from(&SECP521R1))),
            PublicKeyAlgorithm::Ed25519 => (ID_ED25519, None),
            PublicKeyAlgorithm::MlDsa44 => (ID_ML_DSA_44, None),
            PublicKeyAlgorithm::MlDsa65 => (ID_ML_DSA_65, None),
            PublicKeyAlgorithm::MlDsa87 => (ID_ML_DSA_87, None),
            PublicKeyAlgorithm::Rsa => (RSA_ENCRYPTION, Some(AnyRef::NULL)),
            PublicKeyAlgorithm::RsaPss => (ID_RSASSA_PSS, None),
        };
        Self::under(AlgorithmIdentifier { algorithm: identifier, parameters }, key_bits)
    }

    /// The key of these bits under this identifier with its parameters.
    pub(super) fn under(algorithm: AlgorithmIdentifier<'_>, key_bits: &[u8]) -> Result<Self, PublicKeyError> {
        let rule = "a subjectPublicKey fits into a SubjectPublicKeyInfo";
        let too_long = |_| PublicKeyError::Malformed { rule };
        let info = SubjectPublicKeyInfo {
            algorithm,
            subject_public_key: BitStringRef::from_bytes(key_bits).map_err(too_long)?,
        };
        Self::from_spki(&info.to_der().map_err(too_long)?)
    }

    /// What kind of key it is.
    #[must_use]
    pub fn algorithm(&self) -> PublicKeyAlgorithm {
        self.algorithm
    }

    /// Is it of the kind that verifies such signatures, and do its parameters allow that?
    #[must_use]
    pub fn is_for(&self, algorithm: SignatureAlgorithm) -> bool {
        algorithm.key_algorithm() == self.algorithm
            && self.restriction.is_none_or(|restriction| restriction == algorithm)
    }

    /// The whole SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The contents of subjectPublicKey: an uncompressed EC point (65, 97 or 133 bytes), an Ed25519 key (32
    /// bytes), an ML-DSA key (1312, 1952 or 2592 bytes) or an RSAPublicKey in DER (RSA, RSASSA-PSS).
    #[must_use]
    pub fn key_bits(&self) -> &[u8] {
        self.spki.get(self.key_starts_at..).unwrap_or_default()
    }

    /// The size that key policies speak of, in bits: an RSA modulus's length, or the size of the curve's
    /// field (P-256: 256, P-384: 384, P-521: 521, Ed25519: 255); for ML-DSA
    /// the collision strength λ of FIPS 204 §4 (ML-DSA-44: 128, ML-DSA-65: 192, ML-DSA-87: 256).
    #[must_use]
    pub fn strength_bits(&self) -> usize {
        self.strength_bits
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {} bits)", self.algorithm.name(), self.strength_bits)
    }
}

/// The kind of key of an AlgorithmIdentifier, whose parameters must be exactly as their RFC wants them.
pub(super) fn key_algorithm(
    identifier: &AlgorithmIdentifier<'_>,
) -> Result<PublicKeyAlgorithm, PublicKeyError> {
    match identifier.algorithm {
        ID_EC_PUBLIC_KEY => {
            let rule = "parameters of id-ecPublicKey are a namedCurve (RFC 5480 §2.1.1)";
            let curve = identifier
                .parameters
                .and_then(|parameters| parameters.decode_as::<ObjectIdentifier>().ok())
                .ok_or(PublicKeyError::Malformed { rule })?;
            curve_algorithm(curve)
        }
        ID_ED25519 if identifier.parameters.is_some() => {
            Err(PublicKeyError::Malformed { rule: "id-Ed25519 has no parameters (RFC 8410 §3)" })
        }
        ID_ED25519 => Ok(PublicKeyAlgorithm::Ed25519),
        ID_ML_DSA_44 | ID_ML_DSA_65 | ID_ML_DSA_87 if identifier.parameters.is_some() => {
            Err(PublicKeyError::Malformed { rule: "id-ml-dsa has no parameters (RFC 9881 §2)" })
        }
        ID_ML_DSA_44 => Ok(PublicKeyAlgorithm::MlDsa44),
        ID_ML_DSA_65 => Ok(PublicKeyAlgorithm::MlDsa65),
        ID_ML_DSA_87 => Ok(PublicKeyAlgorithm::MlDsa87),
        RSA_ENCRYPTION if identifier.parameters != Some(AnyRef::NULL) => {
            Err(PublicKeyError::Malformed { rule: "parameters of rsaEncryption are NULL (RFC 3279 §2.3.1)" })
        }
        //= R-4.3.3-8
        RSA_ENCRYPTION => Ok(PublicKeyAlgorithm::Rsa),
        //= R-4.3.3-10
        ID_RSASSA_PSS => Ok(PublicKeyAlgorithm::RsaPss),
        other => Err(PublicKeyError::Unsupported { algorithm: describe(other) }),
    }
}

/// The kind of key over a named curve.
pub(super) fn curve_algorithm(curve: ObjectIdentifier) -> Result<PublicKeyAlgorithm, PublicKeyError> {
    match curve {
        SECP256R1 => Ok(PublicKeyAlgorithm::EcP256),
        SECP384R1 => Ok(PublicKeyAlgorithm::EcP384),
        SECP521R1 => Ok(PublicKeyAlgorithm::EcP521),
        other => Err(PublicKeyError::Unsupported { algorithm: describe(other) }),
    }
}

/// Checks the contents of a subjectPublicKey and gives back the key's size in bits.
fn check_key_bits(algorithm: PublicKeyAlgorithm, key_bits: &[u8]) -> Result<usize, PublicKeyError> {
    let malformed = |rule| Err(PublicKeyError::Malformed { rule });
    match algorithm {
        PublicKeyAlgorithm::EcP256 if !is_uncompressed_point(key_bits, 32) => {
            malformed("a P-256 point is uncompressed: 4 and then 64 bytes (RFC 5480 §2.2)")
        }
        PublicKeyAlgorithm::EcP256 => Ok(256),
        PublicKeyAlgorithm::EcP384 if !is_uncompressed_point(key_bits, 48) => {
            malformed("a P-384 point is uncompressed: 4 and then 96 bytes (RFC 5480 §2.2)")
        }
        PublicKeyAlgorithm::EcP384 => Ok(384),
        PublicKeyAlgorithm::EcP521 if !is_uncompressed_point(key_bits, 66) => {
            malformed("a P-521 point is uncompressed: 4 and then 132 bytes (RFC 5480 §2.2)")
        }
        PublicKeyAlgorithm::EcP521 => Ok(521),
        PublicKeyAlgorithm::Ed25519 if key_bits.len() != 32 => {
            malformed("an Ed25519 key has 32 bytes (RFC 8410 §4)")
        }
        PublicKeyAlgorithm::Ed25519 => Ok(255),
        PublicKeyAlgorithm::MlDsa44 if key_bits.len() != 1312 => {
            malformed("an ML-DSA-44 key has 1312 bytes (RFC 9881 §4)")
        }
        PublicKeyAlgorithm::MlDsa44 => Ok(128),
        PublicKeyAlgorithm::MlDsa65 if key_bits.len() != 1952 => {
            malformed("an ML-DSA-65 key has 1952 bytes (RFC 9881 §4)")
        }
        PublicKeyAlgorithm::MlDsa65 => Ok(192),
        PublicKeyAlgorithm::MlDsa87 if key_bits.len() != 2592 => {
            malformed("an ML-DSA-87 key has 2592 bytes (RFC 9881 §4)")
        }
        PublicKeyAlgorithm::MlDsa87 => Ok(256),
        PublicKeyAlgorithm::Rsa | PublicKeyAlgorithm::RsaPss => modulus_bits(key_bits),
    }
}

fn is_uncompressed_point(key_bits: &[u8], field_len: usize) -> bool {
    key_bits.first() == Some(&4) && key_bits.len() == 1 + 2 * field_len
}

/// The length of an RSAPublicKey's modulus in bits.
fn modulus_bits(key_bits: &[u8]) -> Result<usize, PublicKeyError> {
    let malformed = |rule| PublicKeyError::Malformed { rule };
    let key = RsaPublicKey::from_der(key_bits)
        .map_err(|_| malformed("an RSA key is an RSAPublicKey in DER (RFC 8017 §A.1.1)"))?;
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let modulus = key.modulus.as_bytes();
    if !is_odd(modulus) {
        return Err(malformed("an RSA modulus is a product of odd primes (RFC 8017 §3.1)"));
    }
    let exponent = key.public_exponent.as_bytes();
    if !is_odd(exponent) || exponent == [1] {
        return Err(malformed("an RSA public exponent is odd and at least 3 (RFC 8017 §3.1)"));
    }
    let leading_zeros = modulus.first().map_or(0, |first| first.leading_zeros());
    Ok((modulus.len() * 8).saturating_sub(usize::try_from(leading_zeros).unwrap_or(0)))
}
