//! What policy needs to know of a key; verifying with it is `crypto`'s business.

use super::AlgorithmIdentifier;
use crate::pki::asn1::{Asn1Error, DerReader, Oid, known, tag};

/// A public key with its algorithm.
///
/// ```text
/// SubjectPublicKeyInfo ::= SEQUENCE {
///      algorithm        AlgorithmIdentifier,
///      subjectPublicKey BIT STRING }
/// ```
/// RFC 5280 §4.1.2.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubjectPublicKeyInfo<'a> {
    /// The whole structure.
    pub der: &'a [u8],
    /// The key's algorithm and its parameters.
    pub algorithm: AlgorithmIdentifier<'a>,
    /// The key's bits, in whole octets.
    pub subject_public_key: &'a [u8],
}

/// What kind of key it is and how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyType<'a> {
    /// rsaEncryption with a modulus of so many bits.
    Rsa {
        /// Bits of the modulus.
        modulus_bits: usize,
    },
    /// id-RSASSA-PSS with a modulus of so many bits.
    RsaPss {
        /// Bits of the modulus.
        modulus_bits: usize,
    },
    /// id-ecPublicKey.
    Ec(EcParameters<'a>),
    /// id-Ed25519.
    Ed25519,
    /// id-ml-dsa-44, id-ml-dsa-65 or id-ml-dsa-87, the number of which it holds.
    MlDsa(u8),
    /// Another algorithm.
    Other(Oid<'a>),
    /// rsaEncryption or id-RSASSA-PSS whose key is no RSAPublicKey.
    Malformed,
}

/// How an EC key says its curve (RFC 5480 §2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcParameters<'a> {
    /// namedCurve, the one form that RFC 5480 allows.
    NamedCurve(Oid<'a>),
    /// implicitCurve, specifiedCurve, or nothing.
    Unnamed,
}

impl<'a> SubjectPublicKeyInfo<'a> {
    pub(crate) fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let whole = reader.expect("subjectPublicKeyInfo", tag::SEQUENCE)?;
        let mut sequence = whole.reader();
        let algorithm = AlgorithmIdentifier::read(&mut sequence, "algorithm")?;
        let subject_public_key = sequence.expect("subjectPublicKey", tag::BIT_STRING)?.octets()?;
        sequence.end("subjectPublicKeyInfo")?;
        Ok(Self { der: whole.whole, algorithm, subject_public_key })
    }

    /// What kind of key it is and how large.
    #[must_use]
    pub fn key_type(&self) -> KeyType<'a> {
        match self.algorithm.algorithm {
            known::RSA_ENCRYPTION => match rsa_modulus_bits(self.subject_public_key) {
                Ok(modulus_bits) => KeyType::Rsa { modulus_bits },
                Err(_) => KeyType::Malformed,
            },
            known::RSASSA_PSS => match rsa_modulus_bits(self.subject_public_key) {
                Ok(modulus_bits) => KeyType::RsaPss { modulus_bits },
                Err(_) => KeyType::Malformed,
            },
            known::EC_PUBLIC_KEY => KeyType::Ec(self.ec_parameters()),
            known::ED25519 => KeyType::Ed25519,
            known::ML_DSA_44 => KeyType::MlDsa(44),
            known::ML_DSA_65 => KeyType::MlDsa(65),
            known::ML_DSA_87 => KeyType::MlDsa(87),
            other => KeyType::Other(other),
        }
    }

    fn ec_parameters(&self) -> EcParameters<'a> {
        let named = self.algorithm.parameters.map(|parameters| DerReader::new(parameters).oid("namedCurve"));
        match named {
            Some(Ok(curve)) => EcParameters::NamedCurve(curve),
            Some(Err(_)) | None => EcParameters::Unnamed,
        }
    }
}

/// ```text
/// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
/// ```
/// RFC 8017 appendix A.1.1.
fn rsa_modulus_bits(key: &[u8]) -> Result<usize, Asn1Error> {
    let mut sequence = DerReader::new(key).sequence("RSAPublicKey")?;
    let modulus = sequence.expect("modulus", tag::INTEGER)?;
    sequence.expect("publicExponent", tag::INTEGER)?;
    sequence.end("RSAPublicKey")?;
    let octets = match modulus.contents {
        [first, ..] if *first >= 0x80 => return Err(modulus.invalid()),
        octets => octets,
    };
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    let unused = octets.get(zeros).map_or(0, |first| first.leading_zeros() as usize);
    Ok((octets.len() - zeros).saturating_mul(8).saturating_sub(unused))
}
