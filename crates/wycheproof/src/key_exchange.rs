//! Key exchanges. Where the private key can be loaded, the known shared secret must come out. A provider that makes its
//! own must take and refuse the same shares, and agree with one that can load the vector's key.

use handfast::crypto::{
    CryptoError, CryptoProvider, EntropySource, KeyExchange, KeyExchangeAlgorithm, PrivateKeyInfo, PublicKey,
    PublicKeyAlgorithm, Purpose, SharedSecret,
};
use handfast::pem;

use crate::Outcome;
use crate::file::{Case, Verdict};

/// Gives one private key, once, to whom wants one of its length.
pub(crate) struct PrivateKey(pub(crate) Option<Vec<u8>>);

impl EntropySource for PrivateKey {
    fn draw(&mut self, _: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        let key = self.0.take().filter(|key| key.len() == out.len()).ok_or(CryptoError)?;
        out.copy_from_slice(&key);
        Ok(())
    }
}

pub(crate) fn xdh(provider: &CryptoProvider, case: &Case<'_>) -> Result<Outcome, String> {
    if case.group.text("curve")? != "curve25519" {
        return Ok(Outcome::Unused);
    }
    let shared = case.test.bytes("shared")?;
    //= R-7.4.2-2 test
    //= R-7.4.2-3 test
    let expected = shared.iter().any(|byte| *byte != 0).then_some(&*shared);
    let (private_key, share) = (case.test.bytes("private")?, case.test.bytes("public")?);
    agree(provider, case, KeyExchangeAlgorithm::X25519, &private_key, Some(&share), expected)
}

/// A curve by its names here and in the files, with the bytes of a coordinate.
struct Curve {
    name: &'static str,
    exchange: KeyExchangeAlgorithm,
    key: PublicKeyAlgorithm,
    field_len: usize,
}

const CURVES: [Curve; 3] = [
    Curve {
        name: "secp256r1",
        exchange: KeyExchangeAlgorithm::Secp256r1,
        key: PublicKeyAlgorithm::EcP256,
        field_len: 32,
    },
    Curve {
        name: "secp384r1",
        exchange: KeyExchangeAlgorithm::Secp384r1,
        key: PublicKeyAlgorithm::EcP384,
        field_len: 48,
    },
    Curve {
        name: "secp521r1",
        exchange: KeyExchangeAlgorithm::Secp521r1,
        key: PublicKeyAlgorithm::EcP521,
        field_len: 66,
    },
];

//= R-4.3.8.2-1 test
//= R-7.4.2-1 test
pub(crate) fn ecdh(provider: &CryptoProvider, case: &Case<'_>) -> Result<Outcome, String> {
    let name = case.group.text("curve")?;
    let Some(curve) = CURVES.iter().find(|curve| curve.name == name) else { return Ok(Outcome::Unused) };
    let test = &case.test;
    // All that is acceptable elsewhere is not in TLS: compressed points, curves without a name, bad DER.
    let shared = test.bytes("shared")?;
    let expected = (case.verdict == Verdict::Valid).then_some(&*shared);
    let (private_key, share) = match case.group.text("encoding")? {
        "ecpoint" => (scalar(&test.bytes("private")?, curve.field_len), Some(test.bytes("public")?)),
        "asn" => (scalar(&test.bytes("private")?, curve.field_len), point(curve, &test.bytes("public")?)),
        "pem" => {
            let public = pem::blocks(test.text("public")?.as_bytes()).next().and_then(Result::ok);
            let public = public.and_then(|block| block.decode().ok());
            let private = PrivateKeyInfo::from_pem(test.text("private")?).ok();
            let private = private.filter(|private| private.algorithm() == curve.key);
            let private = private.map(|private| private.private_key().to_vec());
            (private, public.and_then(|public| point(curve, &public)))
        }
        other => return Err(format!("there is no encoding {other}")),
    };
    let Some(private_key) = private_key else {
        return Ok(Outcome::Skipped("with a private key that cannot be loaded"));
    };
    agree(provider, case, curve.exchange, &private_key, share.as_deref(), expected)
}

/// An integer, as Wycheproof writes it, as a private key of `length` bytes.
fn scalar(integer: &[u8], length: usize) -> Option<Vec<u8>> {
    let significant: Vec<u8> = integer.iter().copied().skip_while(|byte| *byte == 0).collect();
    Some([vec![0; length.checked_sub(significant.len())?], significant].concat())
}

/// The point of a SubjectPublicKeyInfo, if it is one of this curve.
fn point(curve: &Curve, spki: &[u8]) -> Option<Vec<u8>> {
    let key = PublicKey::from_spki(spki).ok().filter(|key| key.algorithm() == curve.key)?;
    Some(key.key_bits().to_vec())
}

/// The exchange in both roles.
///
/// * `share`: of the peer; `None` where its key was refused before there was one.
/// * `expected`: `None` if it must be refused.
fn agree(
    provider: &CryptoProvider,
    case: &Case<'_>,
    algorithm: KeyExchangeAlgorithm,
    private_key: &[u8],
    share: Option<&[u8]>,
    expected: Option<&[u8]>,
) -> Result<Outcome, String> {
    let Some(exchange) = provider.key_exchange(algorithm) else { return Ok(Outcome::Lacking) };
    let Some(share) = share else {
        return Ok(Outcome::of(expected.is_none(), || "its key was refused".into()));
    };
    let mut entropy = PrivateKey(Some(private_key.to_vec()));
    let Ok(started) = exchange.start(&mut entropy) else {
        return Ok(Outcome::Skipped("with a private key that cannot be loaded"));
    };
    let loaded = entropy.0.is_none();
    let completed = started.complete(share);
    let responded = exchange.respond(share, &mut PrivateKey(Some(private_key.to_vec())));
    for agreed in [completed, responded.map(|(_, secret)| secret)] {
        let right = match (&agreed, expected) {
            (Ok(secret), Some(expected)) => !loaded || secret.expose() == expected,
            (Err(CryptoError), None) => true,
            (Ok(_), None) | (Err(CryptoError), Some(_)) => false,
        };
        if !right {
            return Ok(Outcome::Failed(shown(&agreed)));
        }
    }
    if loaded || expected.is_none() {
        return Ok(Outcome::Passed);
    }
    with_another(&**exchange, case, private_key)
}

/// Lets a provider that can load the vector's private key start, and this one respond.
fn with_another(exchange: &dyn KeyExchange, case: &Case<'_>, private_key: &[u8]) -> Result<Outcome, String> {
    for other in case.providers.iter().filter_map(|other| other.key_exchange(exchange.algorithm())) {
        let mut entropy = PrivateKey(Some(private_key.to_vec()));
        let Ok(started) = other.start(&mut entropy) else { continue };
        if entropy.0.is_some() {
            continue;
        }
        let (share, secret) = exchange
            .respond(started.share(), &mut PrivateKey(None))
            .map_err(|error| format!("the share of another provider: {error}"))?;
        let agreed = started.complete(&share);
        let right = agreed.as_ref().is_ok_and(|agreed| agreed.expose() == secret.expose());
        return Ok(Outcome::of(right, || "another provider agreed on another secret".into()));
    }
    Ok(Outcome::Skipped("with no provider that could load the private key"))
}

fn shown(agreed: &Result<SharedSecret, CryptoError>) -> String {
    match agreed {
        Ok(secret) => format!("it agreed on {:02x?}", secret.expose()),
        Err(error) => error.to_string(),
    }
}
