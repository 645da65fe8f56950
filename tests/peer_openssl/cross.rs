//! Suites × groups × key types × client authentication × HelloRetryRequest × our providers, in both roles.

use handfast::connection::{Config, ConfigBuilder};
use handfast::crypto::{ring, rustcrypto};
use handfast::handshake::{AcceptanceProof, ClientAuth, Connected, Milestone, Role};
use handfast::message::{CipherSuite, NamedGroup, SignatureScheme};

use crate::combinations::{Row, all, pairwise};
use crate::pki::{CLIENT, KeyType, NOW, PKI, SERVER};
use crate::session;
use crate::support::openssl::{Peer, s_client, s_server};

/// What the ends agree on, and how they come to it.
#[derive(Clone, Copy, Debug)]
struct Case {
    suite: CipherSuite,
    group: Group,
    server_key: KeyType,
    client_auth: ClientAuth,
    client_key: Option<KeyType>,
    hello_retry: bool,
    provider: Provider,
}

#[derive(Clone, Copy, Debug)]
enum Provider {
    Ring,
    RustCrypto,
}

/// A group with its names.
#[derive(Clone, Copy, Debug)]
struct Group {
    group: NamedGroup,
    /// In the options of OpenSSL.
    option: &'static str,
    /// As `s_server` says what both ends have.
    shared: &'static str,
    /// As `s_client` says what the server sent.
    temp_key: &'static str,
}

const SUITES: [CipherSuite; 3] = [
    CipherSuite::TLS_AES_128_GCM_SHA256,
    CipherSuite::TLS_AES_256_GCM_SHA384,
    CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
];

const GROUPS: [Group; 3] = [
    Group { group: NamedGroup::X25519, option: "X25519", shared: "x25519", temp_key: "X25519, 253 bits" },
    Group {
        group: NamedGroup::SECP256R1,
        option: "P-256",
        shared: "secp256r1",
        temp_key: "ECDH, prime256v1, 256 bits",
    },
    Group {
        group: NamedGroup::SECP384R1,
        option: "P-384",
        shared: "secp384r1",
        temp_key: "ECDH, secp384r1, 384 bits",
    },
];

const PROVIDERS: [Provider; 2] = [Provider::Ring, Provider::RustCrypto];

/// Not asked for; asked for and not shown; shown where it is optional, and where it is required.
const CLIENTS: usize = 2 + 2 * KeyType::ALL.len();

const LEVELS: [usize; 6] = [SUITES.len(), GROUPS.len(), KeyType::ALL.len(), CLIENTS, 2, PROVIDERS.len()];

impl Case {
    fn new([suite, group, server_key, client, hello_retry, provider]: Row<6>) -> Self {
        let key = |index: usize| Some(KeyType::ALL[index % KeyType::ALL.len()]);
        let (client_auth, client_key) = match client {
            0 => (ClientAuth::None, None),
            1 => (ClientAuth::Optional, None),
            2..8 => (ClientAuth::Optional, key(client - 2)),
            _ => (ClientAuth::Required, key(client - 8)),
        };
        Self {
            suite: SUITES[suite],
            group: GROUPS[group],
            server_key: KeyType::ALL[server_key],
            client_auth,
            client_key,
            hello_retry: hello_retry == 1,
            provider: PROVIDERS[provider],
        }
    }

    /// The cases of a run: all with `HANDFAST_ALL`, else enough that each two values meet.
    fn of_this_run() -> impl Iterator<Item = Self> {
        let rows = if std::env::var_os("HANDFAST_ALL").is_some() { all(LEVELS) } else { pairwise(LEVELS) };
        println!("{} of {} combinations", rows.len(), LEVELS.iter().product::<usize>());
        rows.into_iter().map(Self::new)
    }

    /// Another group than the one to be agreed on.
    fn other_group(&self) -> Group {
        *GROUPS.iter().find(|other| other.group != self.group.group).unwrap()
    }

    fn builder(&self) -> ConfigBuilder {
        let provider = match self.provider {
            Provider::Ring => ring::provider(),
            Provider::RustCrypto => rustcrypto::provider(),
        };
        let mut builder = Config::builder(provider).trust_pem(&PKI.root).unwrap();
        builder.handshake.application_protocols = vec![b"handfast/1".to_vec()];
        builder
    }
}

#[test]
#[ignore = "starts openssl"]
fn our_client_and_s_server_agree_on_what_both_saw() {
    Case::of_this_run().for_each(|case| connect_to_s_server(&case));
}

#[test]
#[ignore = "starts openssl"]
fn our_server_and_s_client_agree_on_what_both_saw() {
    Case::of_this_run().for_each(|case| serve_s_client(&case));
}

fn connect_to_s_server(case: &Case) {
    let server = PKI.servers.of(case.server_key).options();
    let suite = case.suite.name().unwrap();
    let mut options = vec!["-groups", case.group.option, "-ciphersuites", suite, "-alpn", "handfast/1"];
    options.extend(server);
    match case.client_auth {
        ClientAuth::None => {}
        ClientAuth::Optional => options.extend(["-verify", "3"]),
        ClientAuth::Required => options.extend(["-Verify", "3"]),
    }
    options.extend(PKI.trust_options());
    let (mut openssl, transport) = s_server(&options);

    let mut builder = case.builder();
    let first = if case.hello_retry { case.other_group().group } else { case.group.group };
    builder.handshake.key_share_groups = Some(vec![first]);
    if let Some(key) = case.client_key {
        let identity = PKI.clients.of(key);
        builder = builder.credential_pem(&identity.chain, &identity.key).unwrap();
    }
    let mut stream = session::client(builder, transport, NOW);
    let connected = stream.handshake().unwrap_or_else(|error| panic!("{case:?}: {error}"));

    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
    check_ours(case, Role::Client, &connected);
    let is_pending = |milestone: &Milestone| matches!(milestone, Milestone::ClientAuthPending);
    let is_confirmed = |milestone: &Milestone| {
        matches!(milestone, Milestone::ClientAuthConfirmed(AcceptanceProof::NewSessionTicket))
    };
    assert_eq!(stream.milestones().iter().any(is_pending), case.client_key.is_some(), "{case:?}");
    assert_eq!(stream.milestones().iter().any(is_confirmed), case.client_key.is_some(), "{case:?}");
    check_openssl(case, Role::Server, &connected, &openssl);
    let value = |label| openssl.value(label);
    assert_eq!(value("CIPHER is ").as_deref(), case.suite.name(), "{case:?}");
    assert_eq!(value("Shared groups: ").as_deref(), Some(case.group.shared), "{case:?}");
    assert_eq!(value("ALPN protocols selected: ").as_deref(), Some("handfast/1"), "{case:?}");
}

fn serve_s_client(case: &Case) {
    let first = if case.hello_retry { case.other_group() } else { case.group };
    let groups = GROUPS.iter().filter(|group| group.group != first.group).map(|group| group.option);
    let groups = groups.fold(first.option.to_owned(), |list, group| list + ":" + group);
    let mut options = vec!["-groups", &groups, "-alpn", "handfast/1", "-servername", SERVER];
    options.extend(["-verify_hostname", SERVER]);
    options.extend(PKI.trust_options());
    if let Some(key) = case.client_key {
        options.extend(PKI.clients.of(key).options());
    }
    let (mut openssl, transport) = s_client(&options);

    let mut builder = case.builder();
    builder.handshake.cipher_suites = vec![case.suite];
    builder.handshake.groups = vec![case.group.group];
    builder.handshake.key_share_groups = Some(vec![case.group.group]);
    builder.handshake.client_auth = case.client_auth;
    let identity = PKI.servers.of(case.server_key);
    let builder = builder.credential_pem(&identity.chain, &identity.key).unwrap();
    let mut stream = session::server(builder, transport, NOW);
    let connected = stream.handshake().unwrap_or_else(|error| panic!("{case:?}: {error}"));

    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
    check_ours(case, Role::Server, &connected);
    check_openssl(case, Role::Client, &connected, &openssl);
    let value = |label| openssl.value(label);
    let cipher = format!("New, TLSv1.3, Cipher is {}", case.suite.name().unwrap());
    assert_eq!(value(&cipher).as_deref(), Some(""), "{case:?}");
    assert_eq!(value("Server Temp Key: ").as_deref(), Some(case.group.temp_key), "{case:?}");
    assert_eq!(value("ALPN protocol: ").as_deref(), Some("handfast/1"), "{case:?}");
}

/// What our end says of the session.
fn check_ours(case: &Case, role: Role, connected: &Connected) {
    let (peer_key, local_key, peer_name) = match role {
        Role::Client => (Some(case.server_key), case.client_key, SERVER),
        Role::Server => (case.client_key, Some(case.server_key), CLIENT),
    };
    assert_eq!(connected.role, role);
    assert_eq!(connected.cipher_suite, case.suite, "{case:?}");
    assert_eq!(connected.group, Some(case.group.group), "{case:?}");
    assert_eq!(connected.hello_retried, case.hello_retry, "{case:?}");
    assert_eq!(connected.application_protocol.as_deref(), Some(&b"handfast/1"[..]), "{case:?}");
    assert_eq!(connected.sent_certificate, local_key.is_some(), "{case:?}");
    assert_eq!(connected.local_signature_scheme.map(signature_type), local_key.map(KeyType::signature_type));
    assert_eq!(connected.peer_signature_scheme.map(signature_type), peer_key.map(KeyType::signature_type));
    assert_eq!(connected.peer_chain.as_ref().map(handfast::handshake::PeerChain::len), peer_key.map(|_| 2));
    let names = connected.peer_identity.as_ref().map(|identity| identity.dns_names.clone());
    assert_eq!(names, peer_key.map(|_| vec![peer_name.to_owned()]), "{case:?}");
}

/// What OpenSSL says of its peer, which we are.
fn check_openssl(case: &Case, role: Role, connected: &Connected, openssl: &Peer) {
    let our_key = match role {
        Role::Client => Some(case.server_key),
        Role::Server => case.client_key,
    };
    let subject = match role {
        Role::Client => "CN = server",
        Role::Server => "CN = client",
    };
    let value = |label| openssl.value(label);
    assert_eq!(value("subject=").as_deref(), our_key.map(|_| subject), "{case:?}");
    let scheme = connected.local_signature_scheme;
    assert_eq!(value("Peer signature type: ").as_deref(), scheme.map(signature_type), "{case:?}");
    assert_eq!(value("Peer signing digest: ").as_deref(), scheme.and_then(signing_digest), "{case:?}");
    let hellos = if case.hello_retry { 2 } else { 1 };
    assert_eq!(openssl.count(", ClientHello\n"), hellos, "{case:?}");
    assert_eq!(openssl.count(", ServerHello\n"), hellos, "{case:?}");
}

/// A scheme as OpenSSL's summaries call it.
fn signature_type(scheme: SignatureScheme) -> &'static str {
    match scheme {
        SignatureScheme::ECDSA_SECP256R1_SHA256 | SignatureScheme::ECDSA_SECP384R1_SHA384 => "ECDSA",
        SignatureScheme::ED25519 => "ed25519",
        SignatureScheme::RSA_PSS_RSAE_SHA256
        | SignatureScheme::RSA_PSS_RSAE_SHA384
        | SignatureScheme::RSA_PSS_RSAE_SHA512 => "RSA-PSS",
        other => panic!("{other} was not expected"),
    }
}

/// Its hash; for Ed25519 the summaries name none.
fn signing_digest(scheme: SignatureScheme) -> Option<&'static str> {
    match scheme {
        SignatureScheme::ECDSA_SECP256R1_SHA256 | SignatureScheme::RSA_PSS_RSAE_SHA256 => Some("SHA256"),
        SignatureScheme::ECDSA_SECP384R1_SHA384 | SignatureScheme::RSA_PSS_RSAE_SHA384 => Some("SHA384"),
        SignatureScheme::RSA_PSS_RSAE_SHA512 => Some("SHA512"),
        _ => None,
    }
}
