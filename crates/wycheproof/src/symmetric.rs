//! AEADs, HMAC and HKDF.

use handfast::crypto::{Aead, AeadAlgorithm, CryptoProvider, HashAlgorithm};

use crate::Outcome;
use crate::file::{Case, Verdict};

pub(crate) fn aes_gcm(provider: &CryptoProvider, case: &Case<'_>) -> Result<Outcome, String> {
    match case.group.number("keySize")? {
        128 => aead(provider, case, AeadAlgorithm::Aes128Gcm),
        256 => aead(provider, case, AeadAlgorithm::Aes256Gcm),
        _ => Ok(Outcome::Skipped("with a key size that TLS does not have")),
    }
}

pub(crate) fn aes_ccm(provider: &CryptoProvider, case: &Case<'_>) -> Result<Outcome, String> {
    if case.group.number("keySize")? != 128 {
        return Ok(Outcome::Skipped("with a key size that TLS does not have"));
    }
    match case.group.number("tagSize")? {
        64 => aead(provider, case, AeadAlgorithm::Aes128Ccm8),
        _ => aead(provider, case, AeadAlgorithm::Aes128Ccm),
    }
}

/// TLS has nonces of 96 bits only.
pub(crate) fn aead(
    provider: &CryptoProvider,
    case: &Case<'_>,
    algorithm: AeadAlgorithm,
) -> Result<Outcome, String> {
    if case.group.number("tagSize")? != algorithm.tag_len() * 8 {
        return Ok(Outcome::Skipped("with a tag size that TLS does not have"));
    }
    case.group.number("keySize")?;
    if case.group.number("ivSize")? != 96 {
        return Ok(Outcome::Skipped("with a nonce that is not of 96 bits"));
    }
    let Some(aead) = provider.aead(algorithm) else { return Ok(Outcome::Lacking) };
    seal_and_open(&**aead, case)
}

fn seal_and_open(aead: &dyn Aead, case: &Case<'_>) -> Result<Outcome, String> {
    let test = &case.test;
    let key = aead.key(&test.bytes("key")?).map_err(|error| error.to_string())?;
    let nonce = test.bytes("iv")?.try_into().map_err(|_| "iv is not of 12 bytes")?;
    let (additional_data, plaintext) = (test.bytes("aad")?, test.bytes("msg")?);
    let sealed = [test.bytes("ct")?, test.bytes("tag")?].concat();

    let mut in_out = sealed.clone();
    let opened = key.open(nonce, &additional_data, &mut in_out).ok();
    let opened = opened.and_then(|length| in_out.get(..length));
    if case.verdict != Verdict::Valid {
        return Ok(Outcome::of(opened.is_none(), || "it was opened".into()));
    }
    if opened != Some(&plaintext) {
        return Ok(Outcome::Failed(format!("it was opened as {opened:02x?}")));
    }
    let mut in_out = [plaintext, vec![0xa5; aead.algorithm().tag_len()]].concat();
    let made = key.seal(nonce, &additional_data, &mut in_out);
    Ok(Outcome::of(made.is_ok() && in_out == sealed, || format!("it was sealed as {in_out:02x?}")))
}

/// Half of the groups cut the tag in two.
pub(crate) fn hmac(
    provider: &CryptoProvider,
    case: &Case<'_>,
    hash: HashAlgorithm,
) -> Result<Outcome, String> {
    case.group.pass_over(&["keySize"]);
    let Some(hkdf) = provider.hkdf(hash) else { return Ok(Outcome::Lacking) };
    let tag = hkdf.hmac(&case.test.bytes("key")?, &case.test.bytes("msg")?);
    let tag = tag.get(..case.group.number("tagSize")? / 8).ok_or("the tag is too long")?;
    let matches = tag == case.test.bytes("tag")?;
    Ok(Outcome::of(matches == (case.verdict == Verdict::Valid), || format!("the tag is {tag:02x?}")))
}

pub(crate) fn hkdf(
    provider: &CryptoProvider,
    case: &Case<'_>,
    hash: HashAlgorithm,
) -> Result<Outcome, String> {
    case.group.pass_over(&["keySize"]);
    let Some(hkdf) = provider.hkdf(hash) else { return Ok(Outcome::Lacking) };
    let prk = hkdf.extract(&case.test.bytes("salt")?, &case.test.bytes("ikm")?);
    let mut okm = vec![0; case.test.number("size")?];
    let expanded = hkdf.expand(prk.expose(), &[&case.test.bytes("info")?], &mut okm).is_ok();
    let known = case.test.bytes("okm")?;
    let right = if case.verdict == Verdict::Valid { expanded && okm == known } else { !expanded };
    Ok(Outcome::of(right, || format!("it was expanded to {okm:02x?}")))
}
