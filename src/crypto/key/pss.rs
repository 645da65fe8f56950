//! The parameters of keys under id-RSASSA-PSS (RFC 4055 §3.1, §3.3; RFC 5756 §2.1).

use der::asn1::ObjectIdentifier;
use der::{Reader, SliceReader, Tag, TagMode, TagNumber, Tagged};

use super::PublicKeyError;
use super::asn1::{AlgorithmIdentifier, ID_MGF1, ID_SHA256, ID_SHA384, ID_SHA512};
use crate::crypto::SignatureAlgorithm;

/// The one algorithm that a key's parameters leave it; `None` where it has none, and may sign with each hash.
///
/// ```text
/// RSASSA-PSS-params ::= SEQUENCE {
///      hashAlgorithm    [0] HashAlgorithm DEFAULT sha1Identifier,
///      maskGenAlgorithm [1] MaskGenAlgorithm DEFAULT mgf1SHA1Identifier,
///      saltLength       [2] INTEGER DEFAULT 20,
///      trailerField     [3] INTEGER DEFAULT 1 }
/// ```
///
/// # Errors
/// [`PublicKeyError`] if they are malformed, or none that TLS has a scheme for: one hash for both, and a salt that may
/// be as long as that hash.
pub(super) fn restriction(
    identifier: &AlgorithmIdentifier<'_>,
) -> Result<Option<SignatureAlgorithm>, PublicKeyError> {
    const RULE: PublicKeyError = PublicKeyError::Malformed {
        rule: "parameters of id-RSASSA-PSS are absent or RSASSA-PSS-params in DER (RFC 4055 §3.1)",
    };
    let Some(parameters) = identifier.parameters else { return Ok(None) };
    parameters.tag().assert_eq(Tag::Sequence).map_err(|_| RULE)?;
    let mut fields = SliceReader::new(parameters.value()).map_err(|_| RULE)?;
    let mut algorithm = |number| {
        let field = fields.context_specific::<AlgorithmIdentifier<'_>>(TagNumber(number), TagMode::Explicit);
        field.map_err(|_| RULE)
    };
    let (hash, mask) = (algorithm(0)?, algorithm(1)?);
    let mut number =
        |number| fields.context_specific::<u32>(TagNumber(number), TagMode::Explicit).map_err(|_| RULE);
    let (salt_len, trailer) = (number(2)?.unwrap_or(20), number(3)?.unwrap_or(1));
    if !fields.is_finished() || trailer != 1 {
        return Err(RULE);
    }
    let of_tls = PublicKeyError::Unsupported {
        algorithm: "id-RSASSA-PSS with parameters that no scheme of TLS has".into(),
    };
    let hash = hash.map(|hash| hash.algorithm);
    let masks_with_it = hash.is_some() && mask.as_ref().and_then(mask_hash) == hash;
    match hash {
        Some(ID_SHA256) if masks_with_it && salt_len <= 32 => Ok(Some(SignatureAlgorithm::RsaPssPssSha256)),
        Some(ID_SHA384) if masks_with_it && salt_len <= 48 => Ok(Some(SignatureAlgorithm::RsaPssPssSha384)),
        Some(ID_SHA512) if masks_with_it && salt_len <= 64 => Ok(Some(SignatureAlgorithm::RsaPssPssSha512)),
        _ => Err(of_tls),
    }
}

/// What an RSA key signs with in TLS 1.3, by the identifier that it stands under and the parameters there.
#[cfg(any(feature = "aws-lc", feature = "ring", feature = "rustcrypto"))]
pub(crate) fn rsa_pss_algorithms(key: &super::PublicKey) -> alloc::vec::Vec<SignatureAlgorithm> {
    const ALL: [SignatureAlgorithm; 6] = [
        SignatureAlgorithm::RsaPssSha256,
        SignatureAlgorithm::RsaPssSha384,
        SignatureAlgorithm::RsaPssSha512,
        SignatureAlgorithm::RsaPssPssSha256,
        SignatureAlgorithm::RsaPssPssSha384,
        SignatureAlgorithm::RsaPssPssSha512,
    ];
    ALL.into_iter().filter(|algorithm| key.is_for(*algorithm)).collect()
}

/// The hash of MGF1.
fn mask_hash(mask: &AlgorithmIdentifier<'_>) -> Option<ObjectIdentifier> {
    let parameters = mask.parameters.filter(|_| mask.algorithm == ID_MGF1)?;
    Some(parameters.decode_as::<AlgorithmIdentifier<'_>>().ok()?.algorithm)
}
