//! Encrypted Client Hello as the flags want it.

use handfast::Fault;
use handfast::crypto::{CryptoProvider, KeyExchangeAlgorithm};
use handfast::handshake::{self, EchConfigList, EchConfigUnusable, EchKey, JudgePeer};
use handfast::identity::PeerName;

use crate::failure::Failure;
use crate::options::Options;

/// A server's keys; the runner's are of X25519.
pub(crate) fn keys(options: &Options, crypto: &CryptoProvider) -> Result<Vec<EchKey>, Failure> {
    let configs = options.ech_server_configs.iter().zip(&options.ech_server_keys);
    let keys = configs.zip(&options.ech_is_retry_config).map(|((config, key), is_retry_config)| {
        let key = crypto.load_static_key(KeyExchangeAlgorithm::X25519, key);
        let key = key.map_err(|error| Failure::Unimplemented(format!("-ech-server-key: {error}")))?;
        let key = EchKey::new(config, key);
        let key = key.map_err(|error| Failure::Unimplemented(format!("-ech-server-config: {error}")))?;
        Ok(if *is_retry_config { key } else { key.not_for_retry() })
    });
    keys.collect()
}

/// The configs of the server that a client wants to reach.
pub(crate) fn config_list(
    options: &Options,
    crypto: &CryptoProvider,
) -> Result<Option<EchConfigList>, Failure> {
    let list = options.ech_config_list.as_deref().map(EchConfigList::from_bytes).transpose();
    let list = list.map_err(|_| Failure::Shim(":INVALID_ECH_CONFIG_LIST:"))?;
    let is_usable = list.as_ref().is_some_and(|list| list.judge(crypto).iter().any(Result::is_ok));
    if options.reject_unusable_ech_config && !is_usable {
        return Err(Failure::Shim(":UNUSABLE_ECH_CONFIG_LIST:"));
    }
    Ok(list)
}

/// A server that has rejected Encrypted Client Hello has said what the flags expect.
pub(crate) fn check_retry_configs(
    options: &Options,
    fault: &Fault,
    crypto: &CryptoProvider,
) -> Result<(), Failure> {
    let Fault::Handshake(handshake::Fault::EchRejected { retry_configs }) = fault else { return Ok(()) };
    let Some(expected) = &options.expect_ech_retry_configs else { return Ok(()) };
    // What no version of ours is in is given as none.
    let of_our_version = |list: &EchConfigList| {
        list.judge(crypto).iter().any(|it| !matches!(it, Err(EchConfigUnusable::Version(_))))
    };
    let expected = EchConfigList::from_bytes(expected).ok().filter(of_our_version);
    if *retry_configs == expected {
        return Ok(());
    }
    Err(Failure::Check(format!("retry_configs: expected {expected:?}, found {retry_configs:?}")))
}

/// The name that a server is to prove is the public name, or not, as the flags expect.
pub(crate) fn check_name_override(options: &Options, judge: &JudgePeer) -> Result<(), Failure> {
    let name = judge.expected.as_ref().map(|expected| expected.name());
    let name = name.and_then(|name| if let PeerName::Dns(name) = name { Some(name.as_str()) } else { None });
    let expected = options.expect_ech_name_override.as_deref();
    if expected.is_some() && name != expected || options.expect_no_ech_name_override && name.is_some() {
        return Err(Failure::Check(format!("the name to be proved is {name:?}")));
    }
    Ok(())
}
