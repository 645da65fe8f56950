//! ML-KEM alone: the client's key pair and what it decapsulates, what the server encapsulates, and the check of the
//! client's encapsulation key (FIPS 203 §7.2).

use handfast::crypto::{CryptoProvider, KeyExchange, KeyExchangeAlgorithm};

use crate::Outcome;
use crate::file::{Case, Verdict};
use crate::key_exchange::PrivateKey;

const PARAMETER_SETS: [(&str, KeyExchangeAlgorithm); 3] = [
    ("ML-KEM-512", KeyExchangeAlgorithm::MlKem512),
    ("ML-KEM-768", KeyExchangeAlgorithm::MlKem768),
    ("ML-KEM-1024", KeyExchangeAlgorithm::MlKem1024),
];

pub(crate) fn ml_kem(provider: &CryptoProvider, case: &Case<'_>) -> Result<Outcome, String> {
    let name = case.group.text("parameterSet")?;
    let known = PARAMETER_SETS.iter().find(|(known, _)| *known == name);
    let Some((_, algorithm)) = known else { return Ok(Outcome::Unused) };
    let Some(exchange) = provider.key_exchange(*algorithm) else { return Ok(Outcome::Lacking) };
    match case.group.text("type")? {
        "MLKEMTest" => decapsulate(&**exchange, case),
        "MLKEMEncapsTest" => encapsulate(&**exchange, case),
        "MLKEMKeyGen" => generate(&**exchange, case),
        _ => Ok(Outcome::Skipped("with a decapsulation key, which no key exchange takes from outside")),
    }
}

fn decapsulate(exchange: &dyn KeyExchange, case: &Case<'_>) -> Result<Outcome, String> {
    let (ciphertext, secret) = (case.test.bytes("c")?, case.test.bytes("K")?);
    let is_valid = case.verdict == Verdict::Valid;
    let mut entropy = PrivateKey(Some(case.test.bytes("seed")?));
    let Ok(started) = exchange.start(&mut entropy) else {
        return Ok(Outcome::of(!is_valid, || "no key pair was made of its seed".into()));
    };
    let loaded = entropy.0.is_none();
    let share = started.share().to_vec();
    let agreed = started.complete(&ciphertext);
    if !loaded {
        case.test.pass_over(&["ek"]);
        // Any ciphertext of the right length is one of any key pair.
        let fits = ciphertext.len() == exchange.algorithm().server_share_len();
        return Ok(Outcome::of(agreed.is_ok() == fits, || "a ciphertext of another length".into()));
    }
    let shares_fit = share == case.test.bytes("ek")?;
    let right = match (&agreed, is_valid) {
        (Ok(agreed), true) => shares_fit && agreed.expose() == secret,
        (Err(_), false) => true,
        (Ok(_), false) | (Err(_), true) => false,
    };
    Ok(Outcome::of(right, || format!("it was decapsulated: {}", agreed.is_ok())))
}

fn encapsulate(exchange: &dyn KeyExchange, case: &Case<'_>) -> Result<Outcome, String> {
    let (ciphertext, secret) = (case.test.bytes("c")?, case.test.bytes("K")?);
    let is_valid = case.verdict == Verdict::Valid;
    let mut entropy = PrivateKey(Some(case.test.bytes("m")?));
    let answered = exchange.respond(&case.test.bytes("ek")?, &mut entropy);
    let right = match &answered {
        Ok((share, agreed)) if entropy.0.is_none() => {
            is_valid && *share == ciphertext && agreed.expose() == secret
        }
        Ok(_) => is_valid,
        Err(_) => !is_valid,
    };
    Ok(Outcome::of(right, || format!("it was encapsulated: {}", answered.is_ok())))
}

fn generate(exchange: &dyn KeyExchange, case: &Case<'_>) -> Result<Outcome, String> {
    case.test.pass_over(&["dk"]);
    let encapsulation_key = case.test.bytes("ek")?;
    let mut entropy = PrivateKey(Some(case.test.bytes("seed")?));
    let started = exchange.start(&mut entropy);
    if started.is_ok() && entropy.0.is_some() {
        return Ok(Outcome::Skipped("with a key pair, which the provider makes itself"));
    }
    let right = started.is_ok_and(|started| started.share() == encapsulation_key);
    Ok(Outcome::of(right == (case.verdict == Verdict::Valid), || "another encapsulation key".into()))
}
