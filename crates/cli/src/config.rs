//! From the command line to a config of the library.

use std::net::IpAddr;
use std::sync::Arc;

use handfast::connection::{
    Config, ConfigBuilder, CookieKey, Credentials, ExternalPskError, ExternalPsks, SharedReplayFilter,
    TimestampCheck, Trust, UnknownServerName,
};
use handfast::danger;
use handfast::handshake::{ClientAuth, ClientTicketRequest, Role, certificate_compression};
use handfast::identity::{DnsName, ExpectedPeer, PeerNameError};
use handfast::resumption::TicketKeys;
use handfast::time::Time;

use crate::args::{
    ClientArgs, ClientAuthArg, CredentialArgs, NegotiationArgs, PeerArgs, PskArg, PskArgs, ServerArgs,
};
use crate::clock;
use crate::credential_file;
use crate::ech;
use crate::failure::Failure;
use crate::key_log::KeyLog;
use crate::revocation_files;
use crate::session_file::SessionFile;
use crate::ticket_keys;

/// Bytes of early data that a server takes, and how many ClientHellos that brought some it remembers.
const MAX_EARLY_DATA: u32 = 16_384;
const REPLAY_FILTER: usize = 65_536;

/// What sessions of one run have in common.
#[derive(Debug)]
pub(crate) struct Setup {
    /// Of the connections. Which certificate to show it asks, so that we learn why others were passed over.
    pub(crate) config: Arc<Config>,
    /// Answers what the other one asks.
    pub(crate) answering: Config,
    pub(crate) key_log: Option<KeyLog>,
    pub(crate) accepts_any_certificate: bool,
    /// Where a client keeps its session.
    pub(crate) session_file: Option<SessionFile>,
}

/// The setup of a client, and whom it expects.
pub(crate) fn client(args: &ClientArgs, host: &str) -> Result<(Setup, ExpectedPeer), Failure> {
    let expected = expected_server(args, host)?;
    if !args.peer.trusts() && !args.psks.stand_alone() {
        return Err(Failure::Setup(
            "whom to trust is not said: give the server's CA with --ca, pin its key with --pin-sha256, trust its key \
             alone with --trust-raw-public-key, or share a --psk with it, and no certificates"
                .into(),
        ));
    }
    let (mut builder, key_log) = common(&args.negotiation, &args.credentials, &args.peer)?;
    builder.handshake.key_share_groups = args.key_share.as_ref().map(|groups| groups.0.clone());
    builder = external_psks(&args.psks, Role::Client, builder)?;
    builder.handshake.probe_acceptance = args.probe_acceptance;
    builder.handshake.permute_extensions = args.permute_extensions;
    builder.handshake.post_handshake_auth = args.post_handshake_auth;
    // A server that gives one has accepted our certificate.
    builder.handshake.accept_tickets = args.credentials.are_given() || args.session_file.is_some();
    // The file has room for one session.
    builder.handshake.ticket_request =
        Some(ClientTicketRequest { new_session_count: 1, resumption_count: 1 });
    builder.handshake.early_data = args.early_data.is_some();
    builder.handshake.ech_grease = args.ech.ech_grease;
    builder.handshake.ech_alpn_outside = args.ech.ech_alpn_outside;
    let session_file = args.session_file.clone();
    let session_file = session_file.map(|path| SessionFile { path, expected: expected.clone() });
    Ok((Setup { session_file, ..setup(builder, key_log, &args.peer)? }, expected))
}

/// The setup of a server, and whom it lets in.
pub(crate) fn server(args: &ServerArgs) -> Result<(Setup, ExpectedPeer), Failure> {
    if !args.credentials.are_given() && !args.psks.stand_alone() {
        return Err(Failure::Setup(
            "a server shows a certificate or a key: give --cert and --key, or --raw-public-key".into(),
        ));
    }
    if args.client_auth == ClientAuthArg::Required && args.psks.stand_alone() {
        return Err(Failure::Setup(
            "a --psk stands in for no certificate that is required: say --client-auth optional or none, or use both \
             by --cert-with-psk"
                .into(),
        ));
    }
    let expected = identity(&args.peer)?;
    let trusts = args.peer.trusts();
    if args.client_auth != ClientAuthArg::None && !trusts {
        return Err(Failure::Setup(
            "which clients to trust is not said: give their CA with --ca or their keys with \
             --trust-raw-public-key, or let in all without asking by --client-auth none"
                .into(),
        ));
    }
    let (mut builder, key_log) = common(&args.negotiation, &args.credentials, &args.peer)?;
    builder.handshake.client_auth = ClientAuth::from(args.client_auth);
    // Whom to trust has to be said, and only a page of --http asks.
    if args.http && trusts {
        builder.handshake.post_handshake_client_auth = ClientAuth::Optional;
    }
    let expected = expected.unwrap_or_else(ExpectedPeer::any_under_anchors);
    builder.expected_clients = expected.clone();
    if args.refuse_unknown_names {
        builder.unknown_server_name = UnknownServerName::Refuse;
    }
    builder.handshake.group_choice = args.group_choice.into();
    if args.hello_retry_cookie {
        builder.handshake.hello_retry_cookie = true;
        builder.cookie_key = Some(cookie_key()?);
    }
    builder.handshake.ech_keys = ech::keys(&args.ech, &builder.handshake.crypto)?;
    builder.handshake.ech_trial_decryption = args.ech.ech_trial_decryption;
    builder = external_psks(&args.psks, Role::Server, builder)?;
    builder = resumption(args, builder)?;
    Ok((setup(builder.name_authorities(), key_log, &args.peer)?, expected))
}

/// Which secrets are shared, and what with.
fn external_psks(args: &PskArgs, role: Role, mut builder: ConfigBuilder) -> Result<ConfigBuilder, Failure> {
    let refused = |error: ExternalPskError| Failure::Setup(error.to_string());
    let crypto = &builder.handshake.crypto;
    let mut psks = ExternalPsks::new();
    for PskArg { label, psk } in &args.psk {
        let (label, psk) = (label.clone(), psk.clone());
        psks = match role {
            Role::Client => psks.offer(label, psk),
            Role::Server => psks.accept(label, psk),
        }
        .map_err(refused)?;
    }
    let imports = args.imports().ok_or_else(|| {
        Failure::Setup("--psk-context is given once for all of --psk-import, or once for each".into())
    })?;
    for (external, context) in imports {
        psks = match role {
            Role::Client => psks.offer_imported(external, context.as_bytes(), crypto),
            Role::Server => psks.accept_imported(external, context.as_bytes(), crypto),
        }
        .map_err(refused)?;
    }
    builder.external_psks = psks;
    if let Some(when) = args.cert_with_psk {
        if !args.are_given() {
            return Err(Failure::Setup("--cert-with-psk takes a secret: give --psk or --psk-import".into()));
        }
        builder.handshake.cert_with_extern_psk = when.into();
    }
    Ok(builder)
}

/// What a server resumes.
fn resumption(args: &ServerArgs, mut builder: ConfigBuilder) -> Result<ConfigBuilder, Failure> {
    if args.tickets == 0 {
        return Ok(builder);
    }
    // Of tickets under a key of this process alone, none was used before it began.
    let (keys, first_use) = match &args.ticket_key {
        Some(path) => (ticket_keys::open(path)?, clock::now()),
        None => (TicketKeys::new(ticket_keys::fresh()?, Time::MAX), Time::MIN),
    };
    if args.early_data {
        builder.handshake.max_early_data_size = MAX_EARLY_DATA;
        builder.replay_filter = Some(Arc::new(SharedReplayFilter::new(REPLAY_FILTER, first_use)));
    }
    Ok(builder.tickets(args.tickets, keys))
}

/// What both roles take from the command line.
fn common(
    negotiation: &NegotiationArgs,
    credentials: &CredentialArgs,
    peer: &PeerArgs,
) -> Result<(ConfigBuilder, Option<KeyLog>), Failure> {
    let crypto = negotiation.provider.load()?;
    let credentials = credential_file::credentials(credentials, &crypto)?;
    let mut builder = Config::builder(crypto.clone());
    builder.trust = if peer.danger_accept_any_certificate {
        danger::trust_any_certificate()
    } else {
        let trust = Trust::anchors(credential_file::anchors(&peer.ca)?)
            .with_raw_public_keys(credential_file::raw_public_keys(&peer.trust_raw_public_key, &crypto)?);
        let trust = match revocation_files::check(&peer.revocation, peer.request_ocsp)? {
            Some(check) => trust.with_revocation(check),
            None => trust,
        };
        match credential_file::logs(&peer.ct_log, &crypto)? {
            Some(logs) => trust.with_timestamps(TimestampCheck { logs, required: peer.require_timestamps }),
            None => trust,
        }
    };
    builder = credentials.into_iter().fold(builder, ConfigBuilder::credential);
    if let Some(size) = negotiation.max_record_size {
        builder.max_record_size = size;
    }
    let handshake = &mut builder.handshake;
    if !negotiation.suite.is_empty() {
        handshake.cipher_suites.clone_from(&negotiation.suite);
    }
    if !negotiation.group.is_empty() {
        handshake.groups.clone_from(&negotiation.group);
    }
    handshake.application_protocols = negotiation.alpn.iter().map(|name| name.clone().into_bytes()).collect();
    handshake.record_size_limit = negotiation.record_size_limit;
    let compressions = certificate_compression::all();
    let named = negotiation.compress_certificates.iter();
    handshake.certificate_compression = named
        .filter_map(|algorithm| compressions.iter().find(|known| known.algorithm() == *algorithm).cloned())
        .collect();
    if peer.accept_delegated_credentials {
        handshake.take_delegated_credentials();
    }
    handshake.grease = negotiation.grease;
    handshake.middlebox_compatibility = !negotiation.no_middlebox_compatibility;
    let key_log = KeyLog::open(negotiation.keylog.as_deref())?;
    if key_log.is_some() {
        danger::log_keys(handshake);
    }
    Ok((builder, key_log))
}

fn setup(builder: ConfigBuilder, key_log: Option<KeyLog>, peer: &PeerArgs) -> Result<Setup, Failure> {
    let build = |builder: ConfigBuilder| builder.build().map_err(|error| Failure::Setup(error.to_string()));
    let answering = build(builder.clone())?;
    let mut asking = ConfigBuilder { credentials: Credentials::Ask, ..builder };
    // What there is to show, the one that answers knows.
    asking.handshake.shown_certificate_types.clone_from(&answering.handshake().shown_certificate_types);
    let config = build(asking)?;
    Ok(Setup {
        config: Arc::new(config),
        answering,
        key_log,
        accepts_any_certificate: peer.danger_accept_any_certificate,
        session_file: None,
    })
}

/// Whom a client expects, and the server name that it sends.
fn expected_server(args: &ClientArgs, host: &str) -> Result<ExpectedPeer, Failure> {
    let name = args.name.as_deref().unwrap_or(host);
    let by_key_alone = !args.peer.trust_raw_public_key.is_empty();
    let given = identity(&args.peer)?;
    if by_key_alone && given.is_none() && (!args.peer.ca.is_empty() || args.name.is_some()) {
        return Err(Failure::Setup(
            "a raw public key has no name: beside --trust-raw-public-key, expect the server's key by --pin-sha256, and \
             give no --name or --ca"
                .into(),
        ));
    }
    let expected = match given.or(by_key_alone.then(ExpectedPeer::any_under_anchors)) {
        // The name to connect to is still the one to ask for.
        Some(expected) if DnsName::parse(host).is_ok() => expected.with_server_name(host),
        Some(expected) => Ok(expected),
        None => match name.parse::<IpAddr>() {
            Ok(address) => Ok(ExpectedPeer::ip(address)),
            Err(_) => ExpectedPeer::dns(name),
        },
    };
    let expected = match (&args.sni, args.no_sni) {
        (Some(sni), _) => expected.and_then(|expected| expected.with_server_name(sni)),
        (None, true) => expected.map(ExpectedPeer::without_server_name),
        (None, false) => expected,
    };
    let given = args.sni.as_deref().unwrap_or(name);
    expected.map_err(|error| named(given, error))
}

/// The identity that the options name, if they name one.
fn identity(args: &PeerArgs) -> Result<Option<ExpectedPeer>, Failure> {
    if let Some(id) = &args.spiffe_id {
        ExpectedPeer::spiffe_id(id).map(Some).map_err(|error| named(id, error))
    } else if let Some(domain) = &args.trust_domain {
        ExpectedPeer::spiffe_trust_domain(domain).map(Some).map_err(|error| named(domain, error))
    } else if let Some(digest) = args.pin_sha256 {
        Ok(Some(ExpectedPeer::pinned_public_key(digest)))
    } else {
        Ok(args.pin_certificate_sha256.map(ExpectedPeer::pinned_certificate))
    }
}

fn named(name: &str, error: PeerNameError) -> Failure {
    Failure::Setup(format!("{name:?} is no name to expect: {error}"))
}

fn cookie_key() -> Result<CookieKey, Failure> {
    ticket_keys::fresh().map(CookieKey::new)
}
