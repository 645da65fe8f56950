//! From the runner's flags to a config of the library.

use std::sync::Arc;
use std::time::Duration;

use handfast::connection::{Config, Credentials, Trust};
use handfast::crypto::{
    CryptoProvider, KeyExchangeAlgorithm, Operation, PublicKeyAlgorithm, aws_lc, ring, rustcrypto,
};
use handfast::handshake::{CertificateType, GroupChoice};
use handfast::resumption::TicketKeys;
use handfast::{ClientAuth, ExpectedPeer, NamedGroup, SignatureScheme, Time};

use crate::certificates::is_of_tls12;
use crate::compression;
use crate::ech;
use crate::failure::Failure;
use crate::options::Options;
use crate::psks;

/// The lifetime of BoringSSL's tickets in seconds, which the runner expects.
const TICKET_LIFETIME: u32 = 2 * 24 * 60 * 60;

/// What BoringSSL takes of early data in bytes, which the runner expects.
const MAX_EARLY_DATA: u32 = 14_336;

/// What BoringSSL skips is 16,384 bytes of records, which have twice as many as the library counts for their data.
const SKIPPED_EARLY_DATA: u32 = 8192;

/// By how much the clock of a client with early data may be off.
const TICKET_AGE_TOLERANCE: Duration = Duration::from_secs(60);

/// The longest chain of a test has 51 certificates.
const MAX_CERTIFICATES: usize = 64;

/// What BoringSSL accepts in CertificateVerify unless told otherwise.
const DEFAULT_VERIFY_PREFS: [SignatureScheme; 5] = [
    SignatureScheme::ECDSA_SECP256R1_SHA256,
    SignatureScheme::RSA_PSS_RSAE_SHA256,
    SignatureScheme::ECDSA_SECP384R1_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA512,
];

/// What is offered where a test names schemes of TLS 1.2 alone: the library takes no list without one of TLS 1.3, and
/// such a test is about a CertificateVerify that TLS 1.3 forbids, which no peer of these tests signs with this.
const UNUSED_VERIFY_PREF: SignatureScheme = SignatureScheme::ED25519;

/// BoringSSL's groups.
const DEFAULT_CURVES: [NamedGroup; 4] =
    [NamedGroup::X25519MLKEM768, NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup::SECP384R1];

/// The key under which this process seals tickets.
pub(crate) fn ticket_key() -> Result<[u8; 32], Failure> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| Failure::Check(error.to_string()))?;
    Ok(key)
}

/// Ticket keys that outlive every test.
pub(crate) fn ticket_keys(key: [u8; 32]) -> TicketKeys {
    TicketKeys::new(key, Time::from_millis_since_1970(i64::MAX))
}

/// Are sealing and opening of tickets asked of the shim? It also is if there are PSKs, which are found by the same ask.
pub(crate) fn asks_for_tickets(options: &Options) -> bool {
    options.is_async
        || options.use_ticket_aead_callback
        || options.skip_ticket
        || options.binding().is_some()
        || options.psks().next().is_some()
}

/// ring, with P-521 by the pure Rust provider and ML-DSA by AWS-LC, for ring has neither.
fn provider() -> CryptoProvider {
    let p521 = [
        Operation::KeyExchange(KeyExchangeAlgorithm::Secp521r1),
        Operation::Signature(PublicKeyAlgorithm::EcP521),
    ];
    let ml_dsa = [
        Operation::Signature(PublicKeyAlgorithm::MlDsa44),
        Operation::Signature(PublicKeyAlgorithm::MlDsa65),
        Operation::Signature(PublicKeyAlgorithm::MlDsa87),
    ];
    ring::provider().with(&rustcrypto::provider(), &p521).with(&aws_lc::provider(), &ml_dsa)
}

/// The config that the flags ask for.
pub(crate) fn config(options: &Options, ticket_key: [u8; 32]) -> Result<Arc<Config>, Failure> {
    let mut builder = Config::builder(provider());
    builder.trust = Trust::ask();
    builder.credentials = Credentials::Ask;
    if options.is_server && !options.no_ticket && !asks_for_tickets(options) {
        builder.ticket_keys = Some(ticket_keys(ticket_key));
    }
    if !options.is_server {
        builder.external_psks = psks::offered(options, &builder.handshake.crypto)?;
    }
    if let Some(bytes) = options.max_send_fragment {
        builder.max_record_size = bytes;
    }
    let handshake = &mut builder.handshake;
    handshake.ask_client_hello = true;
    handshake.group_choice =
        if options.server_preference { GroupChoice::OurPreference } else { GroupChoice::ClientPreference };
    handshake.accept_tickets = !options.no_ticket;
    handshake.find_psks = options.is_server && (!options.no_ticket || options.psks().next().is_some());
    handshake.tickets = if options.no_ticket { 0 } else { 2 };
    handshake.ticket_lifetime = TICKET_LIFETIME;
    handshake.early_data = options.enable_early_data;
    handshake.max_early_data_size = if options.enable_early_data { MAX_EARLY_DATA } else { 0 };
    handshake.limits.skipped_early_data = SKIPPED_EARLY_DATA;
    handshake.limits.ticket_age_tolerance = TICKET_AGE_TOLERANCE;
    handshake.request_ocsp = !options.is_server && options.enable_ocsp_stapling;
    handshake.request_timestamps = !options.is_server && options.enable_signed_cert_timestamps;
    handshake.client_auth = if options.has_psks_alone() {
        // A PSK stands for certificates on both sides, and nothing else is left here.
        ClientAuth::None
    } else if options.verify_peer {
        ClientAuth::Optional
    } else if options.require_any_client_certificate {
        ClientAuth::Required
    } else {
        ClientAuth::None
    };
    if options.is_server {
        handshake.application_protocols = options.select_alpn.iter().cloned().collect();
        handshake.certificate_authorities.clone_from(&options.use_client_ca_list);
    } else {
        handshake.application_protocols.clone_from(&options.advertise_alpn);
    }
    // Servers of BoringSSL always do.
    handshake.grease = options.enable_grease || options.is_server;
    handshake.permute_extensions = options.permute_extensions;
    handshake.certificate_compression = compression::installed(
        options.install_cert_compression_algs,
        options.install_one_cert_compression_alg,
    );
    handshake.accepted_certificate_types.clone_from(&options.accepted_peer_cert_types);
    handshake.shown_certificate_types = shown_certificate_types(options);
    handshake.ech_grease = options.enable_ech_grease;
    handshake.ech_alpn_outside = true;
    handshake.ech_keys = ech::keys(options, &handshake.crypto)?;
    handshake.limits.certificates = MAX_CERTIFICATES;
    if let Some(bytes) = options.max_cert_list {
        handshake.limits.message = bytes;
    }
    set_algorithms(handshake, options)?;
    if options.export_traffic_secrets {
        handfast::danger::log_keys(&mut builder.handshake);
    }
    builder.build().map(Arc::new).map_err(|error| Failure::Unimplemented(error.to_string()))
}

/// What the flags say, or the credentials in their order; nothing, where X.509 is all there is.
fn shown_certificate_types(options: &Options) -> Vec<CertificateType> {
    if !options.is_server && !options.available_client_cert_types.is_empty() {
        return options.available_client_cert_types.clone();
    }
    let mut types = Vec::new();
    for credential in options.credentials.iter().filter(|credential| credential.psk.is_none()) {
        let own =
            if credential.raw_public_key { CertificateType::RAW_PUBLIC_KEY } else { CertificateType::X509 };
        if !types.contains(&own) {
            types.push(own);
        }
    }
    types
}

fn set_algorithms(handshake: &mut handfast::handshake::Config, options: &Options) -> Result<(), Failure> {
    handshake.groups =
        if options.curves.is_empty() { DEFAULT_CURVES.to_vec() } else { options.curves.clone() };
    handshake.key_share_groups = match &options.key_shares {
        Some(groups) => Some(groups.clone()),
        None => Some(default_key_shares(&handshake.groups)),
    };
    if !options.tls13_ciphers.is_empty() {
        handshake.cipher_suites.clone_from(&options.tls13_ciphers);
    }
    let prefs = &options.verify_prefs;
    if let Some(unknown) = prefs.iter().find(|scheme| !is_provided(handshake, **scheme)) {
        return Err(Failure::Unimplemented(format!("-verify-prefs {unknown}")));
    }
    // The others are for certificates alone, and preferences for TLS 1.2.
    let of_tls_1_3 = || prefs.iter().copied().filter(|scheme| scheme.in_certificate_verify());
    handshake.signature_schemes = match of_tls_1_3().next() {
        Some(_) => of_tls_1_3().collect(),
        None if prefs.is_empty() => DEFAULT_VERIFY_PREFS.to_vec(),
        None => vec![UNUSED_VERIFY_PREF],
    };
    Ok(())
}

/// BoringSSL's choice: "key shares for up to two supported groups, at most one of which is post-quantum".
fn default_key_shares(groups: &[NamedGroup]) -> Vec<NamedGroup> {
    let is_post_quantum = |group: &NamedGroup| {
        group.key_exchange().is_some_and(|algorithm| algorithm.is_kem() || algorithm.parts().is_some())
    };
    let first = |wanted: bool| groups.iter().copied().find(|group| is_post_quantum(group) == wanted);
    let two = [first(true), first(false)];
    groups.iter().copied().filter(|group| two.contains(&Some(*group))).collect()
}

fn is_provided(handshake: &handfast::handshake::Config, scheme: SignatureScheme) -> bool {
    is_of_tls12(scheme)
        || scheme.algorithm().is_some_and(|algorithm| handshake.crypto.verifier(algorithm).is_some())
}

/// Whom a client wants to reach.
pub(crate) fn expected_server(options: &Options) -> Result<ExpectedPeer, Failure> {
    match &options.host_name {
        None => Ok(ExpectedPeer::any_under_anchors()),
        Some(name) => ExpectedPeer::any_under_anchors()
            .with_server_name(name)
            .map_err(|error| Failure::Unimplemented(format!("-host-name {name}: {error}"))),
    }
}
