//! Private keys in PKCS#8 (RFC 5958; version 1 is RFC 5208), SEC1 (RFC 5915) and PKCS#1 (RFC 8017).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, TagMode, TagNumber, Tagged};
use zeroize::Zeroizing;

use super::asn1::{AlgorithmIdentifier, RsaPublicKey};
use super::ml_dsa::MlDsaPrivateKey;
use super::public::{curve_algorithm, key_algorithm};
use super::{PublicKey, PublicKeyError};
use crate::crypto::PublicKeyAlgorithm;
use crate::pem::{self, PemError};

/// A private key, parsed out of its container and not yet loaded by a provider. It is wiped when dropped.
///
/// Load it with [`CryptoProvider::load_signing_key`](crate::crypto::CryptoProvider::load_signing_key).
pub struct PrivateKeyInfo {
    algorithm: PublicKeyAlgorithm,
    private_key: Zeroizing<Vec<u8>>,
    public_key: Option<PublicKey>,
}

/// Why a private key is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// It breaks a rule of its encoding.
    Malformed {
        /// The rule, with its source.
        rule: &'static str,
    },
    /// It is encrypted.
    Encrypted,
    /// The algorithm or size is none that can be used.
    Unsupported {
        /// What it is, such as `Ed448 (1.3.101.113)` or `RSA with 1024 bits`.
        algorithm: String,
        /// What would do.
        expected: &'static str,
    },
    /// Private and public part do not belong together.
    Mismatch,
    /// The container leaves the public key out, and the provider does not compute it.
    PublicKeyMissing,
    /// The text is no PEM.
    Pem(PemError),
    /// The PEM text has no private key.
    NotFound {
        /// The labels of the blocks that it has.
        labels: Vec<String>,
    },
    /// The PEM text has more than one private key.
    Several {
        /// The line of the first, counted from one.
        first_line: usize,
        /// The line of the second.
        second_line: usize,
    },
}

impl fmt::Display for PrivateKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { rule } => write!(f, "malformed private key; the rule is: {rule}"),
            Self::Encrypted => f.write_str(
                "the private key is encrypted; decrypt it first, for instance with \
                 `openssl pkey -in key.pem -out decrypted.pem`",
            ),
            Self::Unsupported { algorithm, expected } => {
                write!(f, "private key algorithm {algorithm} is not supported; expected {expected}")
            }
            Self::Mismatch => f.write_str("the private key does not belong to the public key stored with it"),
            Self::PublicKeyMissing => f.write_str(
                "the private key is stored without its public key, which this crypto provider does not \
                 compute; add it, for instance with `openssl ec -in key.pem -out complete.pem`",
            ),
            Self::Pem(error) => error.fmt(f),
            Self::NotFound { labels } if labels.is_empty() => {
                f.write_str("no PEM block found; expected a line -----BEGIN PRIVATE KEY-----")
            }
            Self::NotFound { labels } => {
                write!(f, "no private key found; the PEM blocks are {}", labels.join(", "))
            }
            Self::Several { first_line, second_line } => write!(
                f,
                "two private keys found, in lines {first_line} and {second_line}; expected one in a file"
            ),
        }
    }
}

impl core::error::Error for PrivateKeyError {}

const fn malformed(rule: &'static str) -> PrivateKeyError {
    PrivateKeyError::Malformed { rule }
}

fn more_than_two_primes() -> PrivateKeyError {
    PrivateKeyError::Unsupported {
        algorithm: "RSA with more than two primes".to_string(),
        expected: "RSA with two primes",
    }
}

impl From<PublicKeyError> for PrivateKeyError {
    fn from(error: PublicKeyError) -> Self {
        match error {
            PublicKeyError::Malformed { rule } => Self::Malformed { rule },
            PublicKeyError::Unsupported { algorithm } => Self::Unsupported {
                algorithm,
                expected: "RSA, RSASSA-PSS, EC over P-256, P-384 or P-521, or Ed25519",
            },
        }
    }
}

impl PrivateKeyInfo {
    /// The private key of this DER, which may be PKCS#8, SEC1 or PKCS#1; they are told apart by their
    /// second field.
    ///
    /// # Errors
    /// [`PrivateKeyError`] if it is none of these, encrypted, or of an unknown algorithm.
    pub fn from_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let rule = malformed("a private key is PKCS#8, SEC1 or PKCS#1 in DER");
        in_sequence(der, rule, |fields, rule| {
            // Where the others have a version, EncryptedPrivateKeyInfo (RFC 5958 §3) has an algorithm.
            if matches!(Tag::peek(fields), Ok(Tag::Sequence)) {
                return Err(PrivateKeyError::Encrypted);
            }
            let version: u8 = fields.decode().map_err(|_| rule.clone())?;
            match (version, Tag::peek(fields).map_err(|_| rule.clone())?) {
                (0 | 1, Tag::Sequence) => one_asymmetric_key(version, fields),
                (1, Tag::OctetString) => ec_private_key(None, fields),
                (0, Tag::Integer) => rsa_private_key(der, fields),
                (1, Tag::Integer) => Err(more_than_two_primes()),
                _ => Err(rule),
            }
        })
    }

    /// The one private key of a PEM text, in a block `PRIVATE KEY`, `EC PRIVATE KEY` or `RSA PRIVATE KEY`;
    /// blocks of other kinds and text around the blocks are passed over.
    ///
    /// # Errors
    /// [`PrivateKeyError`] if there is none or more than one, if it is encrypted, or as
    /// [`PrivateKeyInfo::from_der`].
    ///
    /// ```
    /// # use handfast::crypto::{PrivateKeyInfo, PublicKeyAlgorithm};
    /// // The key of RFC 8410 §10.3.
    /// let key = PrivateKeyInfo::from_pem(
    ///     "-----BEGIN PRIVATE KEY-----
    /// MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
    /// -----END PRIVATE KEY-----",
    /// )?;
    /// assert_eq!(key.algorithm(), PublicKeyAlgorithm::Ed25519);
    /// # Ok::<(), handfast::crypto::PrivateKeyError>(())
    /// ```
    pub fn from_pem(text: impl AsRef<[u8]>) -> Result<Self, PrivateKeyError> {
        let mut labels = Vec::new();
        let mut found: Option<pem::Block<'_>> = None;
        for block in pem::blocks(text.as_ref()) {
            let block = block.map_err(PrivateKeyError::Pem)?;
            match block.label {
                "PRIVATE KEY" | "EC PRIVATE KEY" | "RSA PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => {
                    if let Some(first) = &found {
                        return Err(PrivateKeyError::Several {
                            first_line: first.line,
                            second_line: block.line,
                        });
                    }
                    found = Some(block);
                }
                other => labels.push(other.to_string()),
            }
        }
        let block = found.ok_or(PrivateKeyError::NotFound { labels })?;
        if block.label == "ENCRYPTED PRIVATE KEY" || block.is_encrypted() {
            return Err(PrivateKeyError::Encrypted);
        }
        Self::from_der(&block.decode().map_err(PrivateKeyError::Pem)?)
    }

    /// What kind of key it is.
    #[must_use]
    pub fn algorithm(&self) -> PublicKeyAlgorithm {
        self.algorithm
    }

    /// What it is, for people: `EC P-256`, `RSA with 2048 bits`.
    #[must_use]
    pub fn algorithm_name(&self) -> String {
        match (self.algorithm, &self.public_key) {
            (PublicKeyAlgorithm::Rsa | PublicKeyAlgorithm::RsaPss, Some(key)) => {
                format!("{} with {} bits", self.algorithm.name(), key.strength_bits())
            }
            (algorithm, _) => algorithm.name().to_string(),
        }
    }

    /// The secret itself, for loaders: for EC the big-endian scalar (32, 48 or 66 bytes), for Ed25519 the
    /// 32-byte seed, for ML-DSA an ML-DSA-PrivateKey in DER (RFC 9881 §6), for RSA and RSASSA-PSS an
    /// RSAPrivateKey in DER with two primes.
    #[must_use]
    pub fn private_key(&self) -> &[u8] {
        &self.private_key
    }

    /// The public half as the container states it, not yet compared with the private one; RSA keys always
    /// have it.
    #[must_use]
    pub fn public_key(&self) -> Option<&PublicKey> {
        self.public_key.as_ref()
    }
}

impl fmt::Debug for PrivateKeyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKeyInfo({})", self.algorithm_name())
    }
}

/// What follows `version` in PKCS#8.
///
/// ```text
/// OneAsymmetricKey ::= SEQUENCE {
///   version                   INTEGER { v1(0), v2(1) } (v1, ..., v2),
///   privateKeyAlgorithm       AlgorithmIdentifier,
///   privateKey                OCTET STRING,
///   attributes            [0] IMPLICIT SET OF Attribute OPTIONAL,
///   ...,
///   [[2: publicKey        [1] IMPLICIT BIT STRING OPTIONAL ]],
///   ... }
/// ```
fn one_asymmetric_key(version: u8, fields: &mut SliceReader<'_>) -> Result<PrivateKeyInfo, PrivateKeyError> {
    const RULE: PrivateKeyError = malformed("PKCS#8 is a OneAsymmetricKey in DER (RFC 5958 §2)");
    let identifier: AlgorithmIdentifier<'_> = fields.decode().map_err(|_| RULE)?;
    let algorithm = key_algorithm(&identifier)?;
    let contents = fields.decode::<&OctetStringRef>().map_err(|_| RULE)?.as_bytes();
    if matches!(Tag::peek(fields), Ok(Tag::ContextSpecific { number: TagNumber(0), .. })) {
        fields.decode::<AnyRef<'_>>().map_err(|_| RULE)?;
    }
    let public_key = fields
        .context_specific::<BitStringRef<'_>>(TagNumber(1), TagMode::Implicit)
        .map_err(|_| RULE)?
        .map(|bits| bits.as_bytes().ok_or(RULE))
        .transpose()?;
    if !fields.is_finished() || (public_key.is_some() && version == 0) {
        return Err(RULE);
    }
    let stated = public_key.map(|bits| PublicKey::from_key_bits(algorithm, bits)).transpose()?;
    let mut key = private_key(algorithm, contents)?;
    if algorithm == PublicKeyAlgorithm::RsaPss
        && let Some(rsa) = key.public_key.take()
    {
        key = PrivateKeyInfo {
            algorithm,
            public_key: Some(PublicKey::under(identifier, rsa.key_bits())?),
            ..key
        };
    }
    match (&key.public_key, stated) {
        (Some(inner), Some(outer)) if *inner != outer => return Err(PrivateKeyError::Mismatch),
        (None, Some(outer)) => key.public_key = Some(outer),
        _ => {}
    }
    Ok(key)
}

/// The contents of privateKey in PKCS#8, whose form depends on the algorithm.
fn private_key(algorithm: PublicKeyAlgorithm, contents: &[u8]) -> Result<PrivateKeyInfo, PrivateKeyError> {
    match algorithm {
        PublicKeyAlgorithm::EcP256 | PublicKeyAlgorithm::EcP384 | PublicKeyAlgorithm::EcP521 => {
            let rule = malformed("privateKey of id-ecPublicKey is an ECPrivateKey in DER (RFC 5915 §3)");
            in_sequence(contents, rule, |fields, rule| match fields.decode::<u8>() {
                Ok(1) => ec_private_key(Some(algorithm), fields),
                _ => Err(rule),
            })
        }
        PublicKeyAlgorithm::Rsa | PublicKeyAlgorithm::RsaPss => {
            let rule = malformed("privateKey of an RSA key is an RSAPrivateKey in DER (RFC 8017 §A.1.2)");
            in_sequence(contents, rule, |fields, rule| match fields.decode::<u8>() {
                Ok(0) => rsa_private_key(contents, fields),
                Ok(1) => Err(more_than_two_primes()),
                _ => Err(rule),
            })
        }
        PublicKeyAlgorithm::Ed25519 => {
            let rule = malformed("privateKey of id-Ed25519 is a CurvePrivateKey of 32 bytes (RFC 8410 §7)");
            let seed = <&OctetStringRef>::from_der(contents).map_err(|_| rule.clone())?.as_bytes();
            if seed.len() != 32 {
                return Err(rule);
            }
            Ok(PrivateKeyInfo { algorithm, private_key: Zeroizing::new(seed.to_vec()), public_key: None })
        }
        PublicKeyAlgorithm::MlDsa44 | PublicKeyAlgorithm::MlDsa65 | PublicKeyAlgorithm::MlDsa87 => {
            MlDsaPrivateKey::from_der(algorithm, contents)?;
            Ok(PrivateKeyInfo { algorithm, private_key: Zeroizing::new(contents.to_vec()), public_key: None })
        }
    }
}

/// Reads the fields of the one SEQUENCE that `der` is.
fn in_sequence<T>(
    der: &[u8],
    rule: PrivateKeyError,
    read: impl FnOnce(&mut SliceReader<'_>, PrivateKeyError) -> Result<T, PrivateKeyError>,
) -> Result<T, PrivateKeyError> {
    let sequence = AnyRef::from_der(der).map_err(|_| rule.clone())?;
    sequence.tag().assert_eq(Tag::Sequence).map_err(|_| rule.clone())?;
    read(&mut SliceReader::new(sequence.value()).map_err(|_| rule.clone())?, rule)
}

/// What follows `version` in SEC1, alone or inside PKCS#8.
///
/// ```text
/// ECPrivateKey ::= SEQUENCE {
///   version        INTEGER { ecPrivkeyVer1(1) } (ecPrivkeyVer1),
///   privateKey     OCTET STRING,
///   parameters [0] ECParameters {{ NamedCurve }} OPTIONAL,
///   publicKey  [1] BIT STRING OPTIONAL
/// }
/// ```
///
/// * `outer`: the curve that PKCS#8 names around it; without that, `parameters` must.
fn ec_private_key(
    outer: Option<PublicKeyAlgorithm>,
    fields: &mut SliceReader<'_>,
) -> Result<PrivateKeyInfo, PrivateKeyError> {
    const RULE: PrivateKeyError = malformed("an EC private key is an ECPrivateKey in DER (RFC 5915 §3)");
    let scalar = fields.decode::<&OctetStringRef>().map_err(|_| RULE)?.as_bytes();
    let named = fields
        .context_specific::<ObjectIdentifier>(TagNumber(0), TagMode::Explicit)
        .map_err(|_| malformed("parameters of an ECPrivateKey are a namedCurve (RFC 5915 §3)"))?
        .map(curve_algorithm)
        .transpose()?;
    let public_key = fields
        .context_specific::<BitStringRef<'_>>(TagNumber(1), TagMode::Explicit)
        .map_err(|_| RULE)?
        .map(|bits| bits.as_bytes().ok_or(RULE))
        .transpose()?;
    if !fields.is_finished() {
        return Err(RULE);
    }
    let algorithm = match (outer, named) {
        (Some(outer), Some(named)) if outer != named => {
            return Err(malformed("the curve inside an ECPrivateKey is that of the PKCS#8 around it"));
        }
        (Some(algorithm), _) | (None, Some(algorithm)) => algorithm,
        (None, None) => {
            return Err(malformed("an ECPrivateKey outside of PKCS#8 names its curve (RFC 5915 §3)"));
        }
    };
    if Some(scalar.len()) != scalar_len(algorithm) {
        return Err(malformed("privateKey of an ECPrivateKey is as long as the curve's order (RFC 5915 §3)"));
    }
    Ok(PrivateKeyInfo {
        algorithm,
        private_key: Zeroizing::new(scalar.to_vec()),
        public_key: public_key.map(|bits| PublicKey::from_key_bits(algorithm, bits)).transpose()?,
    })
}

/// Bytes of a private key over a curve, which are those of its order.
const fn scalar_len(algorithm: PublicKeyAlgorithm) -> Option<usize> {
    match algorithm {
        PublicKeyAlgorithm::EcP256 => Some(32),
        PublicKeyAlgorithm::EcP384 => Some(48),
        PublicKeyAlgorithm::EcP521 => Some(66),
        PublicKeyAlgorithm::Ed25519
        | PublicKeyAlgorithm::MlDsa44
        | PublicKeyAlgorithm::MlDsa65
        | PublicKeyAlgorithm::MlDsa87
        | PublicKeyAlgorithm::Rsa
        | PublicKeyAlgorithm::RsaPss => None,
    }
}

/// What follows `version` in PKCS#1, alone or inside PKCS#8; `der` is all of it.
///
/// ```text
/// RSAPrivateKey ::= SEQUENCE {
///     version           Version,
///     modulus           INTEGER,  -- n
///     publicExponent    INTEGER,  -- e
///     privateExponent   INTEGER,  -- d
///     prime1            INTEGER,  -- p
///     prime2            INTEGER,  -- q
///     exponent1         INTEGER,  -- d mod (p-1)
///     exponent2         INTEGER,  -- d mod (q-1)
///     coefficient       INTEGER,  -- (inverse of q) mod p
///     otherPrimeInfos   OtherPrimeInfos OPTIONAL
/// }
/// ```
fn rsa_private_key(der: &[u8], fields: &mut SliceReader<'_>) -> Result<PrivateKeyInfo, PrivateKeyError> {
    const RULE: PrivateKeyError =
        malformed("an RSA private key is an RSAPrivateKey in DER (RFC 8017 §A.1.2)");
    let public = RsaPublicKey {
        modulus: fields.decode().map_err(|_| RULE)?,
        public_exponent: fields.decode().map_err(|_| RULE)?,
    };
    let further_integers = 6;
    for _ in 0..further_integers {
        fields.decode::<UintRef<'_>>().map_err(|_| RULE)?;
    }
    if !fields.is_finished() {
        return Err(RULE);
    }
    let key_bits = public.to_der().map_err(|_| RULE)?;
    Ok(PrivateKeyInfo {
        algorithm: PublicKeyAlgorithm::Rsa,
        private_key: Zeroizing::new(der.to_vec()),
        public_key: Some(PublicKey::from_key_bits(PublicKeyAlgorithm::Rsa, &key_bits)?),
    })
}
