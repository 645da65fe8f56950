//! Encrypted Client Hello: keys and configs in files.

use std::fs;
use std::path::Path;

use base64ct::{Base64, Encoding};
use handfast::crypto::{CryptoProvider, KeyExchangeAlgorithm, StaticKeyInfo, ring};
use handfast::handshake::{EchConfigList, EchKey};

use crate::args::{EchArgs, EchServerArgs};
use crate::failure::Failure;
use crate::terminal::{show, tell};
use crate::{pem, secret_file, ticket_keys};

/// `handfast ech`: makes a key and its config.
pub(crate) fn run(args: &EchArgs) -> Result<(), Failure> {
    let crypto = ring::provider();
    let private_key = ticket_keys::fresh()?;
    let [config_id, ..] = ticket_keys::fresh()?;
    let loaded = crypto.load_static_key(KeyExchangeAlgorithm::X25519, &private_key);
    let loaded = loaded.map_err(|error| Failure::Setup(error.to_string()))?;
    let key = EchKey::publish(config_id, &args.public_name, args.max_name_length, loaded);
    let key = key.map_err(|error| Failure::Setup(format!("{}: {error}", args.public_name)))?;
    let list = EchKey::config_list([&key]);
    let mut text = pem::block("PRIVATE KEY", &StaticKeyInfo::x25519_to_der(&private_key));
    text.push_str(&pem::block("ECHCONFIG", list.as_bytes()));
    secret_file::create(&args.out, text.as_bytes())
        .map_err(|error| Failure::file(&args.out, format_args!("cannot be written: {error}")))?;
    tell(&format!("key {config_id} for {} is in {}\n", args.public_name, args.out.display()));
    let base64 = format!("{}\n", Base64::encode_string(list.as_bytes()));
    show(&base64).map_err(|error| Failure::Network(format!("stdout: {error}")))
}

/// A server's keys. Of the first file are the configs that clients are told of which have used none.
pub(crate) fn keys(args: &EchServerArgs, crypto: &CryptoProvider) -> Result<Vec<EchKey>, Failure> {
    let mut keys = Vec::new();
    for (index, path) in args.ech_key.iter().enumerate() {
        let read = EchKey::from_pem(read(path)?, crypto).map_err(|error| Failure::file(path, error))?;
        keys.extend(read.into_iter().map(|key| if index == 0 { key } else { key.not_for_retry() }));
    }
    Ok(keys)
}

/// The list that `--ech-config` gives, of which a config can be used.
pub(crate) fn config_list(given: &str, crypto: &CryptoProvider) -> Result<EchConfigList, Failure> {
    let path = Path::new(given);
    let list = if path.is_file() {
        from_file(&read(path)?).map_err(|reason| Failure::file(path, reason))?
    } else {
        from_base64(given).ok_or_else(|| {
            Failure::Setup(format!(
                "--ech-config: {given:?} is neither a file nor the base64 of an ECHConfigList"
            ))
        })?
    };
    let judged = list.judge(crypto);
    if judged.iter().any(Result::is_ok) {
        return Ok(list);
    }
    let reasons: Vec<_> = judged
        .into_iter()
        .enumerate()
        .filter_map(|(index, judged)| Some(format!("\n  config {}: {}", index + 1, judged.err()?)))
        .collect();
    Err(Failure::Setup(format!("--ech-config: no ECHConfig of the list can be used{}", reasons.concat())))
}

fn from_file(contents: &[u8]) -> Result<EchConfigList, String> {
    if let Some(list) = EchConfigList::from_pem(contents).map_err(|error| error.to_string())? {
        return Ok(list);
    }
    let text = str::from_utf8(contents).ok().map(str::trim);
    match text.and_then(from_base64) {
        Some(list) => Ok(list),
        None => EchConfigList::from_bytes(contents).map_err(|error| {
            format!("neither PEM (no line -----BEGIN ECHCONFIG-----), nor base64, nor: {error}")
        }),
    }
}

fn from_base64(text: &str) -> Option<EchConfigList> {
    EchConfigList::from_bytes(&Base64::decode_vec(text).ok()?).ok()
}

/// What to say of the configs that a server wants used in place of ours.
pub(crate) fn advice(retry_configs: &EchConfigList) -> String {
    format!("connect anew, this once, with --ech-config {}", Base64::encode_string(retry_configs.as_bytes()))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::file(path, format_args!("cannot be read: {error}")))
}
