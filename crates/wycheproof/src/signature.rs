//! Signatures.

use handfast::crypto::{CryptoProvider, PublicKey, SignatureAlgorithm};
use serde_json::Value;

use crate::Outcome;
use crate::file::{Case, Verdict};

pub(crate) fn ecdsa(provider: &CryptoProvider, case: &Case<'_>) -> Result<Outcome, String> {
    let curve = case.group.object("publicKey")?.get("curve").and_then(Value::as_str).unwrap_or_default();
    let algorithm = match (curve, case.group.text("sha")?) {
        ("secp256r1", "SHA-256") => SignatureAlgorithm::EcdsaP256Sha256,
        ("secp256r1", "SHA-384") => SignatureAlgorithm::EcdsaP256Sha384,
        ("secp256r1", "SHA-512") => SignatureAlgorithm::EcdsaP256Sha512,
        ("secp384r1", "SHA-256") => SignatureAlgorithm::EcdsaP384Sha256,
        ("secp384r1", "SHA-384") => SignatureAlgorithm::EcdsaP384Sha384,
        ("secp384r1", "SHA-512") => SignatureAlgorithm::EcdsaP384Sha512,
        ("secp521r1", "SHA-256") => SignatureAlgorithm::EcdsaP521Sha256,
        ("secp521r1", "SHA-384") => SignatureAlgorithm::EcdsaP521Sha384,
        ("secp521r1", "SHA-512") => SignatureAlgorithm::EcdsaP521Sha512,
        _ => return Ok(Outcome::Unused),
    };
    exactly(provider, case, algorithm)
}

pub(crate) fn eddsa(provider: &CryptoProvider, case: &Case<'_>) -> Result<Outcome, String> {
    match case.group.object("publicKey")?.get("curve").and_then(Value::as_str) {
        Some("edwards25519") => exactly(provider, case, SignatureAlgorithm::Ed25519),
        _ => Ok(Outcome::Unused),
    }
}

pub(crate) fn rsa_pkcs1(provider: &CryptoProvider, case: &Case<'_>) -> Result<Outcome, String> {
    let algorithm = match case.group.text("sha")? {
        "SHA-256" => SignatureAlgorithm::RsaPkcs1Sha256,
        "SHA-384" => SignatureAlgorithm::RsaPkcs1Sha384,
        "SHA-512" => SignatureAlgorithm::RsaPkcs1Sha512,
        _ => return Ok(Outcome::Unused),
    };
    exactly(provider, case, algorithm)
}

/// PSS in TLS has MGF1 over the signature's own hash and a salt as long as that hash (§4.3.3); whatever was made with
/// other parameters is refused.
//= R-4.3.3-7 test
pub(crate) fn rsa_pss(provider: &CryptoProvider, case: &Case<'_>) -> Result<Outcome, String> {
    let group = case.group;
    let (hash, mask) = (group.text("sha")?, (group.text("mgf")?, group.text("mgfSha")?));
    let found_salt_len = group.number("sLen")?;
    let (rsae, pss, salt_len) = match hash {
        "SHA-256" => (SignatureAlgorithm::RsaPssSha256, SignatureAlgorithm::RsaPssPssSha256, 32),
        "SHA-384" => (SignatureAlgorithm::RsaPssSha384, SignatureAlgorithm::RsaPssPssSha384, 48),
        "SHA-512" => (SignatureAlgorithm::RsaPssSha512, SignatureAlgorithm::RsaPssPssSha512, 64),
        _ => return Ok(Outcome::Skipped("with a hash that TLS does not sign with")),
    };
    let is_under_pss = group.text("type")? == "RsassaPssWithParametersVerify";
    let algorithm = if is_under_pss { pss } else { rsae };
    let fits = mask == ("MGF1", hash) && found_salt_len == salt_len;
    if !fits && case.verdict == Verdict::Invalid {
        // Some of these are invalid for nothing but having the parameters of TLS.
        return Ok(Outcome::Skipped("invalid under parameters that TLS does not have"));
    }
    verify(provider, case, algorithm, fits && case.verdict == Verdict::Valid)
}

/// Nothing that is only acceptable is accepted.
pub(crate) fn exactly(
    provider: &CryptoProvider,
    case: &Case<'_>,
    algorithm: SignatureAlgorithm,
) -> Result<Outcome, String> {
    verify(provider, case, algorithm, case.verdict == Verdict::Valid)
}

fn verify(
    provider: &CryptoProvider,
    case: &Case<'_>,
    algorithm: SignatureAlgorithm,
    expected: bool,
) -> Result<Outcome, String> {
    let again = ["publicKey", "publicKeyAsn", "publicKeyPem", "publicKeyJwk", "keyJwk", "keySize"];
    case.group.pass_over(&again);
    let Some(verifier) = provider.verifier(algorithm) else { return Ok(Outcome::Lacking) };
    let (message, signature) = (case.test.bytes("msg")?, case.test.bytes("sig")?);
    let key = match PublicKey::from_spki(&case.group.bytes("publicKeyDer")?) {
        Ok(key) => key,
        Err(error) if expected => return Ok(Outcome::Failed(error.to_string())),
        Err(_) => return Ok(Outcome::Passed),
    };
    let verified = verifier.verify(&key, &message, &signature).is_ok();
    Ok(Outcome::of(verified == expected, || format!("verified: {verified}")))
}
