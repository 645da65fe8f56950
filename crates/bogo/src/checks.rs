//! What a completed handshake must have agreed on.

use handfast::Connected;
use handfast::handshake::{Authentication, CertificateType, EchStatus};

use crate::certificates::read_chain;
use crate::failure::Failure;
use crate::options::Options;

/// Holds what was agreed on against the flags.
pub(crate) fn check(
    options: &Options,
    is_resume: bool,
    connected: &Connected,
    selected_credential: Option<i32>,
) -> Result<(), Failure> {
    let resumed = connected.authentication == Authentication::Resumption;
    expect("resumed", is_resume && !options.expect_session_miss, resumed)?;
    if let Some(name) = &options.expect_server_name {
        expect("server name", Some(name), connected.server_name.as_ref())?;
    }
    let protocol = if options.is_server { &options.select_alpn } else { &options.expect_alpn };
    expect("application protocol", protocol.as_ref(), connected.application_protocol.as_ref())?;
    if options.expect_peer_signature_algorithm.is_some() && !resumed {
        expect("peer's scheme", options.expect_peer_signature_algorithm, connected.peer_signature_scheme)?;
    }
    if options.expect_curve_id.is_some() {
        expect("group", options.expect_curve_id, connected.group)?;
    }
    if let Some(suite) = options.expect_cipher {
        expect("cipher suite", suite, connected.cipher_suite)?;
    }
    if options.expect_hrr || options.expect_no_hrr {
        expect("HelloRetryRequest", options.expect_hrr, connected.hello_retried)?;
    }
    let accepted = connected.encrypted_client_hello == EchStatus::Accepted;
    expect("Encrypted Client Hello accepted", options.expect_ech_accept, accepted)?;
    if options.expect_selected_credential.is_some() {
        let selected = selected_credential.unwrap_or(-1);
        expect("credential", options.expect_selected_credential, Some(selected))?;
    }
    check_peer(options, connected, resumed)
}

fn check_peer(options: &Options, connected: &Connected, resumed: bool) -> Result<(), Failure> {
    let showed = connected.peer_identity.is_some();
    if connected.external_psk.is_some() || options.expect_no_peer_cert {
        expect("peer's certificate", false, showed)?;
    } else if !options.is_server || (options.require_any_client_certificate && !options.verify_peer) {
        expect("peer's certificate", true, showed)?;
    }
    let identity = connected.peer_identity.as_deref();
    if let Some(expected) = options.expect_peer_certificate_type {
        let is_raw = identity.map(|identity| identity.is_raw_public_key);
        let expected = expected == CertificateType::RAW_PUBLIC_KEY;
        expect("peer's raw public key", Some(expected), is_raw)?;
    }
    if let Some(digest) = &options.expect_peer_rpk_sha256 {
        let found = identity.map(|identity| identity.key_digest.0.to_vec());
        expect("peer's raw public key", Some(digest), found.as_ref())?;
    }
    if let Some(file) = &options.expect_peer_cert_file
        && !resumed
    {
        let chain = connected.peer_chain.as_ref();
        let chain: Vec<&[u8]> = chain.iter().flat_map(|chain| chain.certificates()).collect();
        let expected = read_chain(file)?;
        let expected: Vec<&[u8]> = expected.iter().map(AsRef::as_ref).collect();
        expect("peer's chain", expected, chain)?;
    }
    Ok(())
}

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, found: T) -> Result<(), Failure> {
    if expected == found {
        return Ok(());
    }
    Err(Failure::Check(format!("{what}: expected {expected:?}, found {found:?}")))
}
