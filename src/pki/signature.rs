//! Verifying signatures of certificates, CRLs and OCSP responses.

use alloc::vec::Vec;

use super::asn1::{Asn1Error, DerReader, Oid, known, tag};
use super::certificate::{AlgorithmIdentifier, SubjectPublicKeyInfo};
use super::digested::Digested;
use crate::crypto::{CryptoProvider, PublicKey, PublicKeyAlgorithm, PublicKeyError, SignatureAlgorithm};

/// A signature with all that verifying it takes, as bytes, so that an algorithm that this library does not
/// know can be supplied from outside.
#[derive(Clone, Copy, Debug)]
pub struct SignedData<'a> {
    /// The signature's algorithm and its parameters.
    pub algorithm: AlgorithmIdentifier<'a>,
    /// The parameters of the key as one DER value: its own or, where it has none, those inherited from the
    /// key above it in the path (RFC 5280 §6.1.4 (e), such as DSA's).
    pub key_parameters: Option<&'a [u8]>,
    /// The whole SubjectPublicKeyInfo.
    pub subject_public_key_info: &'a [u8],
    /// What is signed.
    pub message: &'a [u8],
    /// The contents of the BIT STRING.
    pub signature: &'a [u8],
    /// Where a certificate is what is signed, and the key has parameters of its own or needs none: the certificate
    /// and its issuer's, whose digests say as much as all of the above.
    pub(crate) certificate_and_issuer: Option<(&'a Digested<'a>, &'a Digested<'a>)>,
}

impl SignedData<'_> {
    /// Are the parameters of the signature those of the key, if the key has some (RFC 9846 §4.3.3)?
    //= R-4.3.3-12
    fn has_the_parameters_of_its_key(&self) -> bool {
        let key = SubjectPublicKeyInfo::read(&mut DerReader::new(self.subject_public_key_info));
        let parameters = key.map(|key| key.algorithm.parameters);
        parameters.is_ok_and(|of_key| of_key.is_none() || of_key == self.algorithm.parameters)
    }

    /// The key, as a [`CryptoProvider`] takes it.
    ///
    /// # Errors
    /// [`PublicKeyError`] if it is none that the library knows.
    pub fn public_key(&self) -> Result<PublicKey, PublicKeyError> {
        match self.certificate_and_issuer {
            Some((_, issuer)) => issuer.public_key().clone(),
            None => PublicKey::from_spki(self.subject_public_key_info),
        }
    }
}

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// The signature's algorithm, its parameters, or its match with the key is none that we accept.
    UnsupportedAlgorithm,
    /// It does not verify.
    BadSignature,
}

/// Verifies signatures by algorithm identifier.
pub trait VerifySignature {
    /// Does the signature belong to key and message?
    ///
    /// # Errors
    /// [`SignatureError`] if not, or if the algorithm is not accepted.
    fn verify_signature(&self, signed: &SignedData<'_>) -> Result<(), SignatureError>;
}

/// A provider's verifiers: ECDSA with SHA-2 over P-256, P-384 and P-521, Ed25519, ML-DSA, RSASSA-PKCS1-v1_5 and RSASSA-PSS
/// with SHA-2, as far as it has them. Never SHA-1 or MD5.
impl VerifySignature for CryptoProvider {
    fn verify_signature(&self, signed: &SignedData<'_>) -> Result<(), SignatureError> {
        //= R-4.5.1.3-7
        let key = signed.public_key().map_err(|_| SignatureError::UnsupportedAlgorithm)?;
        let algorithm = signature_algorithm(&signed.algorithm, key.algorithm())
            .ok_or(SignatureError::UnsupportedAlgorithm)?;
        if key.algorithm() == PublicKeyAlgorithm::RsaPss && !signed.has_the_parameters_of_its_key() {
            return Err(SignatureError::UnsupportedAlgorithm);
        }
        self.verifier(algorithm)
            .ok_or(SignatureError::UnsupportedAlgorithm)?
            .verify(&key, signed.message, signed.signature)
            .map_err(|_| SignatureError::BadSignature)
    }
}

/// Our name of what an algorithm identifier says, over a key of this kind.
///
/// RFC 4055 §5 (RSA: NULL, tolerated absent), RFC 5758 §3.2 and RFC 8410 §3 (ECDSA, Ed25519: absent),
/// RFC 9881 §2 (ML-DSA: absent).
#[must_use]
//= R5280-4.1.1.2-1
pub fn signature_algorithm(
    algorithm: &AlgorithmIdentifier<'_>,
    key: PublicKeyAlgorithm,
) -> Option<SignatureAlgorithm> {
    use PublicKeyAlgorithm::{EcP256, EcP384, EcP521, Ed25519, MlDsa44, MlDsa65, MlDsa87, Rsa, RsaPss};
    let absent = algorithm.parameters.is_none();
    let null = algorithm.has_no_parameters();
    match (algorithm.algorithm, key) {
        //= R6960-4.3-3
        (known::ECDSA_WITH_SHA256, EcP256) if absent => Some(SignatureAlgorithm::EcdsaP256Sha256),
        (known::ECDSA_WITH_SHA384, EcP256) if absent => Some(SignatureAlgorithm::EcdsaP256Sha384),
        (known::ECDSA_WITH_SHA512, EcP256) if absent => Some(SignatureAlgorithm::EcdsaP256Sha512),
        (known::ECDSA_WITH_SHA256, EcP384) if absent => Some(SignatureAlgorithm::EcdsaP384Sha256),
        (known::ECDSA_WITH_SHA384, EcP384) if absent => Some(SignatureAlgorithm::EcdsaP384Sha384),
        (known::ECDSA_WITH_SHA512, EcP384) if absent => Some(SignatureAlgorithm::EcdsaP384Sha512),
        (known::ECDSA_WITH_SHA256, EcP521) if absent => Some(SignatureAlgorithm::EcdsaP521Sha256),
        (known::ECDSA_WITH_SHA384, EcP521) if absent => Some(SignatureAlgorithm::EcdsaP521Sha384),
        (known::ECDSA_WITH_SHA512, EcP521) if absent => Some(SignatureAlgorithm::EcdsaP521Sha512),
        (known::ED25519, Ed25519) if absent => Some(SignatureAlgorithm::Ed25519),
        (known::ML_DSA_44, MlDsa44) if absent => Some(SignatureAlgorithm::MlDsa44),
        (known::ML_DSA_65, MlDsa65) if absent => Some(SignatureAlgorithm::MlDsa65),
        (known::ML_DSA_87, MlDsa87) if absent => Some(SignatureAlgorithm::MlDsa87),
        //= R6960-4.3-1
        (known::SHA256_WITH_RSA_ENCRYPTION, Rsa) if null => Some(SignatureAlgorithm::RsaPkcs1Sha256),
        (known::SHA384_WITH_RSA_ENCRYPTION, Rsa) if null => Some(SignatureAlgorithm::RsaPkcs1Sha384),
        (known::SHA512_WITH_RSA_ENCRYPTION, Rsa) if null => Some(SignatureAlgorithm::RsaPkcs1Sha512),
        (known::RSASSA_PSS, Rsa | RsaPss) => match (pss_hash(algorithm.parameters?).ok()??, key) {
            (known::SHA256, Rsa) => Some(SignatureAlgorithm::RsaPssSha256),
            (known::SHA384, Rsa) => Some(SignatureAlgorithm::RsaPssSha384),
            (known::SHA512, Rsa) => Some(SignatureAlgorithm::RsaPssSha512),
            (known::SHA256, _) => Some(SignatureAlgorithm::RsaPssPssSha256),
            (known::SHA384, _) => Some(SignatureAlgorithm::RsaPssPssSha384),
            (known::SHA512, _) => Some(SignatureAlgorithm::RsaPssPssSha512),
            _ => None,
        },
        _ => None,
    }
}

/// ```text
/// RSASSA-PSS-params ::= SEQUENCE {
///      hashAlgorithm    [0] HashAlgorithm DEFAULT sha1Identifier,
///      maskGenAlgorithm [1] MaskGenAlgorithm DEFAULT mgf1SHA1Identifier,
///      saltLength       [2] INTEGER DEFAULT 20,
///      trailerField     [3] INTEGER DEFAULT 1 }
/// ```
/// RFC 4055 §3.1. Accepted as TLS uses it: one hash for both, and a salt of its length.
//= R-4.3.3-11
fn pss_hash(parameters: &[u8]) -> Result<Option<Oid<'_>>, Asn1Error> {
    let mut outer = DerReader::new(parameters);
    let mut sequence = outer.sequence("RSASSA-PSS-params")?;
    outer.end("RSASSA-PSS-params")?;
    let hash = sequence.expect("hashAlgorithm", tag::context_constructed(0))?.reader();
    let mask = sequence.expect("maskGenAlgorithm", tag::context_constructed(1))?.reader();
    let mut salt = sequence.expect("saltLength", tag::context_constructed(2))?.reader();
    let salt_length = salt.expect("saltLength", tag::INTEGER)?.count(&mut Vec::new())?;
    let trailer_field = match sequence.optional("trailerField", tag::context_constructed(3))? {
        Some(explicit) => explicit.reader().expect("trailerField", tag::INTEGER)?.count(&mut Vec::new())?,
        None => 1,
    };
    sequence.end("RSASSA-PSS-params")?;
    let hash = hash_algorithm(hash)?;
    if hash != mgf1_hash_algorithm(mask)? || trailer_field != 1 {
        return Ok(None);
    }
    Ok(hash.filter(|hash| {
        matches!((*hash, salt_length), (known::SHA256, 32) | (known::SHA384, 48) | (known::SHA512, 64))
    }))
}

fn hash_algorithm(mut explicit: DerReader<'_>) -> Result<Option<Oid<'_>>, Asn1Error> {
    let hash = AlgorithmIdentifier::read(&mut explicit, "hashAlgorithm")?;
    explicit.end("hashAlgorithm")?;
    Ok(hash.has_no_parameters().then_some(hash.algorithm))
}

fn mgf1_hash_algorithm(mut explicit: DerReader<'_>) -> Result<Option<Oid<'_>>, Asn1Error> {
    let mask = AlgorithmIdentifier::read(&mut explicit, "maskGenAlgorithm")?;
    explicit.end("maskGenAlgorithm")?;
    match (mask.algorithm, mask.parameters) {
        (known::MGF1, Some(parameters)) => hash_algorithm(DerReader::new(parameters)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn algorithm(oid: Oid<'static>, parameters: Option<&'static [u8]>) -> AlgorithmIdentifier<'static> {
        AlgorithmIdentifier { algorithm: oid, parameters }
    }

    //= R5280-4.1.1.2-1 test
    //= R6960-4.3-1 test
    //= R6960-4.3-3 test
    #[test]
    fn algorithms_are_known_by_identifier_key_and_parameters() {
        use PublicKeyAlgorithm::{EcP256, EcP384, EcP521, Ed25519, MlDsa44, MlDsa65, MlDsa87, Rsa};
        let null: Option<&[u8]> = Some(&[5, 0]);
        let cases = [
            (known::ECDSA_WITH_SHA256, None, EcP256, Some(SignatureAlgorithm::EcdsaP256Sha256)),
            (known::ECDSA_WITH_SHA256, null, EcP256, None),
            (known::ECDSA_WITH_SHA384, None, EcP384, Some(SignatureAlgorithm::EcdsaP384Sha384)),
            (known::ECDSA_WITH_SHA256, None, EcP521, Some(SignatureAlgorithm::EcdsaP521Sha256)),
            (known::ECDSA_WITH_SHA512, None, EcP521, Some(SignatureAlgorithm::EcdsaP521Sha512)),
            (known::ECDSA_WITH_SHA512, None, EcP256, Some(SignatureAlgorithm::EcdsaP256Sha512)),
            (known::ECDSA_WITH_SHA512, null, EcP521, None),
            (known::ECDSA_WITH_SHA256, None, Rsa, None),
            (known::ED25519, None, Ed25519, Some(SignatureAlgorithm::Ed25519)),
            (known::ED25519, null, Ed25519, None),
            (known::ML_DSA_44, None, MlDsa44, Some(SignatureAlgorithm::MlDsa44)),
            (known::ML_DSA_65, None, MlDsa65, Some(SignatureAlgorithm::MlDsa65)),
            (known::ML_DSA_87, None, MlDsa87, Some(SignatureAlgorithm::MlDsa87)),
            (known::ML_DSA_65, null, MlDsa65, None),
            (known::ML_DSA_65, None, MlDsa44, None),
            (known::SHA256_WITH_RSA_ENCRYPTION, null, Rsa, Some(SignatureAlgorithm::RsaPkcs1Sha256)),
            (known::SHA256_WITH_RSA_ENCRYPTION, None, Rsa, Some(SignatureAlgorithm::RsaPkcs1Sha256)),
            (known::SHA256_WITH_RSA_ENCRYPTION, Some(&[2, 1, 0][..]), Rsa, None),
            (known::RSASSA_PSS, None, Rsa, None),
            (known::RSA_ENCRYPTION, null, Rsa, None),
        ];
        for (oid, parameters, key, expected) in cases {
            assert_eq!(signature_algorithm(&algorithm(oid, parameters), key), expected, "{oid} {key:?}");
        }
    }

    #[test]
    fn md5_and_sha1_are_never_accepted() {
        for last in [0x04, 0x05] {
            let oid = [&known::RSA_ENCRYPTION.contents()[..8], &[last]].concat();
            let oid = AlgorithmIdentifier { algorithm: Oid::from_contents(&oid).unwrap(), parameters: None };
            assert_eq!(signature_algorithm(&oid, PublicKeyAlgorithm::Rsa), None);
        }
        let ecdsa_with_sha1 = Oid::from_contents(b"\x2a\x86\x48\xce\x3d\x04\x01").unwrap();
        let algorithm = AlgorithmIdentifier { algorithm: ecdsa_with_sha1, parameters: None };
        assert_eq!(signature_algorithm(&algorithm, PublicKeyAlgorithm::EcP256), None);
    }

    //= R-4.3.3-11 test
    #[test]
    fn pss_is_taken_with_one_hash_and_a_salt_of_its_length() {
        let explicit =
            |number: u8, inner: &[u8]| [&[0xa0 | number, u8::try_from(inner.len()).unwrap()], inner].concat();
        let sequence = |inner: &[u8]| [&[0x30, u8::try_from(inner.len()).unwrap()], inner].concat();
        let oid =
            |oid: Oid<'_>| [&[0x06, u8::try_from(oid.contents().len()).unwrap()], oid.contents()].concat();
        let hash = |hash: Oid<'_>| sequence(&[oid(hash), alloc::vec![5, 0]].concat());
        let params = |h: Oid<'_>, m: Oid<'_>, salt: u8| {
            let mask = sequence(&[oid(known::MGF1), hash(m)].concat());
            let parts = [explicit(0, &hash(h)), explicit(1, &mask), explicit(2, &[2, 1, salt])];
            sequence(&parts.concat())
        };
        fn judged(parameters: &[u8]) -> Option<Oid<'_>> {
            pss_hash(parameters).ok().flatten()
        }
        let good = params(known::SHA256, known::SHA256, 32);
        assert_eq!(judged(&good), Some(known::SHA256));
        assert_eq!(judged(&params(known::SHA512, known::SHA512, 64)), Some(known::SHA512));
        assert_eq!(judged(&params(known::SHA256, known::SHA384, 32)), None);
        assert_eq!(judged(&params(known::SHA256, known::SHA256, 20)), None);
        assert_eq!(judged(&sequence(&[])), None);
        for length in 0..good.len() {
            assert_eq!(judged(&good[..length]), None);
        }
        let long_form = [&[0x30, 0x81, good[1]], &good[2..]].concat();
        assert_eq!(judged(&long_form), None, "not in DER");
        let indefinite = [&[0x30, 0x80], &good[2..], &[0, 0]].concat();
        assert_eq!(judged(&indefinite), None, "not in DER");
        // RFC 4055 §3.1 has validators take trailerField where it is written out, though it is the default.
        let trailer = sequence(&[&good[2..], &explicit(3, &[2, 1, 1])].concat());
        assert_eq!(judged(&trailer), Some(known::SHA256));
    }
}
