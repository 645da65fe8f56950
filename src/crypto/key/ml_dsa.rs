//! ML-DSA private keys as PKCS#8 holds them (RFC 9881 §6).

use der::asn1::OctetStringRef;
use der::{Decode, Header, Reader, SliceReader, Tag, TagNumber};

use super::PrivateKeyError;
use crate::crypto::PublicKeyAlgorithm;

/// An ML-DSA private key, whose parts have their lengths and whose coefficients are in their ranges. There is one part
/// at least.
///
/// ```text
/// ML-DSA-44-PrivateKey ::= CHOICE {
///   seed [0] OCTET STRING (SIZE (32)),
///   expandedKey OCTET STRING (SIZE (2560)),
///   both SEQUENCE {
///     seed OCTET STRING (SIZE (32)),
///     expandedKey OCTET STRING (SIZE (2560)) } }
/// ```
pub(in crate::crypto) struct MlDsaPrivateKey<'a> {
    pub(in crate::crypto) seed: Option<&'a [u8]>,
    pub(in crate::crypto) expanded_key: Option<&'a [u8]>,
}

impl<'a> MlDsaPrivateKey<'a> {
    pub(in crate::crypto) fn from_der(
        algorithm: PublicKeyAlgorithm,
        der: &'a [u8],
    ) -> Result<Self, PrivateKeyError> {
        let malformed = |rule| PrivateKeyError::Malformed { rule };
        let key = Self::read(der).map_err(|_| {
            malformed("an ML-DSA private key is a seed, an expandedKey or both in DER (RFC 9881 §6)")
        })?;
        if key.seed.is_some_and(|seed| seed.len() != 32) {
            return Err(malformed("the seed of an ML-DSA private key has 32 bytes (RFC 9881 §6)"));
        }
        match key.expanded_key {
            Some(expanded) => Self::check_expanded_key(algorithm, expanded).map(|()| key),
            None => Ok(key),
        }
    }

    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut reader = SliceReader::new(der)?;
        let tag = Tag::peek(&reader)?;
        let key = if tag == SEED {
            let header = Header::decode(&mut reader)?;
            Self { seed: Some(reader.read_slice(header.length())?), expanded_key: None }
        } else if tag == Tag::OctetString {
            Self { seed: None, expanded_key: Some(octets(&mut reader)?) }
        } else {
            reader.sequence(|fields| -> der::Result<Self> {
                Ok(Self { seed: Some(octets(fields)?), expanded_key: Some(octets(fields)?) })
            })?
        };
        reader.finish()?;
        Ok(key)
    }

    /// FIPS 204 Algorithm 25 asks its caller that the coefficients of s1 and s2 be from −η to η.
    fn check_expanded_key(algorithm: PublicKeyAlgorithm, expanded: &[u8]) -> Result<(), PrivateKeyError> {
        let (rule, len, eta, secrets_len) = match algorithm {
            PublicKeyAlgorithm::MlDsa44 => {
                ("an expandedKey of ML-DSA-44 has 2560 bytes (RFC 9881 §6)", 2560, 2, 768)
            }
            PublicKeyAlgorithm::MlDsa65 => {
                ("an expandedKey of ML-DSA-65 has 4032 bytes (RFC 9881 §6)", 4032, 4, 1408)
            }
            PublicKeyAlgorithm::MlDsa87
            | PublicKeyAlgorithm::EcP256
            | PublicKeyAlgorithm::EcP384
            | PublicKeyAlgorithm::EcP521
            | PublicKeyAlgorithm::Ed25519
            | PublicKeyAlgorithm::Rsa
            | PublicKeyAlgorithm::RsaPss => {
                ("an expandedKey of ML-DSA-87 has 4896 bytes (RFC 9881 §6)", 4896, 2, 1440)
            }
        };
        // Before them stand rho, K and tr.
        let secrets = expanded.get(128..).and_then(|rest| rest.get(..secrets_len));
        match secrets {
            Some(secrets) if expanded.len() == len && are_in_range(secrets, eta) => Ok(()),
            Some(_) if expanded.len() == len => Err(PrivateKeyError::Malformed {
                rule: "coefficients of an expandedKey are from -eta to eta (FIPS 204 §7.2)",
            }),
            _ => Err(PrivateKeyError::Malformed { rule }),
        }
    }
}

/// `[0]`, implicitly an OCTET STRING.
const SEED: Tag = Tag::ContextSpecific { number: TagNumber(0), constructed: false };

/// RFC 9881 §8.2: such a key is rejected as malformed.
#[cfg(any(feature = "aws-lc", feature = "ml-dsa"))]
pub(in crate::crypto) const SEED_OF_ANOTHER_KEY: PrivateKeyError = PrivateKeyError::Malformed {
    rule: "the expandedKey of an ML-DSA private key is the one that its seed gives (RFC 9881 §8.2)",
};

fn octets<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    Ok(reader.decode::<&OctetStringRef>()?.as_bytes())
}

/// Are these packed coefficients all from −`eta` to `eta`? The time it takes says nothing of them.
fn are_in_range(packed: &[u8], eta: u64) -> bool {
    let bits = if eta == 2 { 3 } else { 4 };
    let mut too_large = 0;
    // Eight coefficients of so many bits fill as many bytes.
    for eight in packed.chunks(bits) {
        let numbers = eight.iter().rev().fold(0_u64, |numbers, byte| numbers << 8 | u64::from(*byte));
        for place in 0..8 {
            let coefficient = numbers >> (bits * place) & ((1 << bits) - 1);
            too_large |= (2 * eta).wrapping_sub(coefficient) >> 63;
        }
    }
    too_large == 0
}
