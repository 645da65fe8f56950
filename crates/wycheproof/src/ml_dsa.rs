//! ML-DSA: signatures that are verified, and signatures that are made of a seed.

use handfast::crypto::{CryptoProvider, PrivateKeyInfo, SignatureAlgorithm};

use crate::Outcome;
use crate::file::{Case, Verdict};
use crate::key_exchange::PrivateKey;
use crate::signature;

/// The context is empty in TLS (draft-ietf-tls-mldsa §3.2) and in certificates (RFC 9881 §3).
pub(crate) fn ml_dsa(
    provider: &CryptoProvider,
    case: &Case<'_>,
    algorithm: SignatureAlgorithm,
) -> Result<Outcome, String> {
    case.test.pass_over(&["mu", "ctx"]);
    if case.test.text("ctx").is_ok_and(|context| !context.is_empty()) {
        return Ok(Outcome::Skipped("with a context, which is empty in TLS"));
    }
    match case.group.text("type")? {
        "MlDsaVerify" => signature::exactly(provider, case, algorithm),
        "MlDsaSign" if case.test.text("msg").is_err() => {
            Ok(Outcome::Skipped("with a hash of the message, which TLS signs nowhere"))
        }
        "MlDsaSign" => sign(provider, case, algorithm),
        _ => Ok(Outcome::Unused),
    }
}

/// A provider that takes our rnd makes the very signature; one that draws its own makes one that it verifies.
fn sign(
    provider: &CryptoProvider,
    case: &Case<'_>,
    algorithm: SignatureAlgorithm,
) -> Result<Outcome, String> {
    let Some(verifier) = provider.verifier(algorithm) else { return Ok(Outcome::Lacking) };
    let (seed, message, expected) =
        (case.group.bytes("privateSeed")?, case.test.bytes("msg")?, case.test.bytes("sig")?);
    let rnd = case.test.bytes("rnd").unwrap_or_else(|_| vec![0; 32]);
    case.group.pass_over(&["publicKey", "privateKeyPkcs8"]);
    let pkcs8 = case.group.bytes("privateKeyPkcs8").or_else(|_| pkcs8(algorithm, &seed))?;
    let is_valid = case.verdict == Verdict::Valid;
    let loaded = PrivateKeyInfo::from_der(&pkcs8).and_then(|key| provider.load_signing_key(&key));
    let key = match loaded {
        Ok(key) => key,
        Err(error) => return Ok(Outcome::of(!is_valid, || error.to_string())),
    };
    let mut entropy = PrivateKey(Some(rnd));
    let right = key.public_key().key_bits() == case.group.bytes("publicKey")?
        && key.sign(algorithm, &message, &mut entropy).is_ok_and(|signature| {
            let is_ours = entropy.0.is_some() || signature == expected;
            is_ours && verifier.verify(key.public_key(), &message, &signature).is_ok()
        });
    Ok(Outcome::of(right == is_valid, || "another public key or signature".into()))
}

/// The last arcs of id-ml-dsa-44, -65 and -87 (RFC 9881 §2).
const ARCS: [(SignatureAlgorithm, u8); 3] =
    [(SignatureAlgorithm::MlDsa44, 17), (SignatureAlgorithm::MlDsa65, 18), (SignatureAlgorithm::MlDsa87, 19)];

/// The file has no PKCS#8 of some groups: that of its seed (RFC 9881 §6).
fn pkcs8(algorithm: SignatureAlgorithm, seed: &[u8]) -> Result<Vec<u8>, String> {
    let arc = ARCS.iter().find(|(known, _)| *known == algorithm);
    let arc = arc.map(|(_, arc)| *arc).ok_or_else(|| format!("{algorithm:?} has no seed"))?;
    let head =
        [0x30, 0x34, 2, 1, 0, 0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, arc, 4, 0x22, 0x80, 0x20];
    Ok([&head, seed].concat())
}
