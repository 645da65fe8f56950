//! What a handshake is willing to do. It knows neither records nor X.509: see `connection::Config` for trust
//! and credentials.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::EchKey;
use super::certificate_compression::CertificateCompression;
use super::certificate_types;
use super::delegated_credential::may_be_delegated_to;
use super::foreign_extension::{self, ForeignExtension};
use crate::crypto::CryptoProvider;
use crate::message::{
    CertificateType, CipherSuite, ClientTicketRequest, ExtensionType, NamedGroup, PskKeyExchangeMode,
    SignatureScheme,
};

/// Which end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that sends the ClientHello.
    Client,
    /// The end that answers it.
    Server,
}

impl Role {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// What carries the handshake; it decides what differs between TLS and the protocols that borrow its handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Carrier {
    /// TLS records over a byte stream.
    #[default]
    Stream,
    /// QUIC CRYPTO frames (RFC 9001): no session id, no KeyUpdate, an application protocol is mandatory.
    Quic,
}

/// Does the server ask for the client's certificate?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum ClientAuth {
    /// No.
    None,
    /// Yes; a client without one is let in, and has no identity.
    Optional,
    /// Yes; a client without one is refused with `certificate_required`.
    #[default]
    Required,
}

/// Are certificates used together with an external PSK (`tls_cert_with_extern_psk`, RFC 8773)?
///
/// Then the keys depend on a secret that was agreed on elsewhere, and hold although the key exchange be broken later;
/// who the peers are is proved by certificates as ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum CertWithExternPsk {
    /// No: an external PSK takes the place of certificates.
    #[default]
    Never,
    /// Where the peer does so too. A client that has external PSKs offers no sessions then.
    Offered,
    /// Always: neither a PSK nor certificates alone will do. A client offers no sessions; a server resumes those that
    /// began with both.
    Required,
}

/// How the server picks the group where the client offers several (§4.3.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum GroupChoice {
    /// The first of our groups that the client sent a share for; a HelloRetryRequest only if there is none.
    #[default]
    SaveRoundTrip,
    /// The first of our groups that the client supports, at the price of a HelloRetryRequest.
    OurPreference,
    /// The first of the client's groups that we have, at the price of a HelloRetryRequest.
    ClientPreference,
}

/// Bounds on what a peer may make us keep or do; DESIGN.md gives the reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest handshake message, in bytes without its header.
    pub message: usize,
    /// The most certificates in one Certificate message.
    pub certificates: usize,
    /// The most PSKs of one ClientHello that are looked for; those behind them are not.
    pub psks: usize,
    /// Server: by how much the age of a ticket as the client saw it may differ from what we saw, for 0-RTT (§8.3).
    pub ticket_age_tolerance: Duration,
    /// Server: bytes of rejected 0-RTT data that are skipped at least, whatever the ticket allowed (§4.3.10).
    pub skipped_early_data: u32,
    /// The most NewSessionTickets on one connection.
    pub tickets: usize,
    /// The most CertificateRequests behind one handshake, sent or received.
    pub certificate_requests: usize,
    /// The most of them without an answer.
    pub unanswered_certificate_requests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: 0xffff,
            certificates: 16,
            psks: 8,
            ticket_age_tolerance: Duration::from_secs(10),
            skipped_early_data: 16_384,
            tickets: 256,
            certificate_requests: 32,
            unanswered_certificate_requests: 4,
        }
    }
}

/// One place in a list of extensions to send, for replays and testers; set through `danger`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtensionSlot {
    /// The extension of this type as the library builds it, if it would send one.
    Built(ExtensionType),
    /// These bytes.
    Raw(ExtensionType, Vec<u8>),
}

/// Exact lists of extensions in place of the library's own; set through `danger`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExtensionScript {
    pub(crate) client_hello: Option<Vec<ExtensionSlot>>,
    pub(crate) second_client_hello: Option<Vec<ExtensionSlot>>,
    pub(crate) encrypted_extensions: Option<Vec<ExtensionSlot>>,
    pub(crate) hello_retry_request: Option<Vec<ExtensionSlot>>,
    pub(crate) server_hello: Option<Vec<ExtensionSlot>>,
    pub(crate) certificate_request: Option<Vec<ExtensionSlot>>,
    pub(crate) new_session_ticket: Option<Vec<ExtensionSlot>>,
}

/// What a handshake is willing to do; one value serves many connections in both roles.
#[derive(Clone, Debug)]
pub struct Config {
    /// What it computes with.
    pub crypto: CryptoProvider,
    /// What carries it.
    pub carrier: Carrier,
    /// Suites, in order of preference.
    pub cipher_suites: Vec<CipherSuite>,
    /// Groups, in order of preference.
    pub groups: Vec<NamedGroup>,
    /// Client: the groups to send shares for in the first ClientHello; if it names none, the server chooses at the
    /// price of a HelloRetryRequest. `None`: the first of `groups`, and where that is a hybrid, its ECDHE too if that is
    /// among `groups`, which takes no further key pair.
    pub key_share_groups: Option<Vec<NamedGroup>>,
    /// Server: how to pick the group.
    pub group_choice: GroupChoice,
    /// Schemes accepted in CertificateVerify, in order of preference (`signature_algorithms`).
    pub signature_schemes: Vec<SignatureScheme>,
    /// Schemes accepted in certificates (`signature_algorithms_cert`); sent only if they differ.
    pub signature_schemes_cert: Vec<SignatureScheme>,
    /// The schemes by which peers may prove themselves with keys that their certificates delegate to, in order of
    /// preference (RFC 9345); empty: no delegated credentials are taken.
    pub delegated_credential_schemes: Vec<SignatureScheme>,
    /// How peers may show who they are, in order of preference (RFC 7250); empty: by X.509 certificates alone. A client
    /// sends it as `server_certificate_type`, a server selects the first that the client can show.
    pub accepted_certificate_types: Vec<CertificateType>,
    /// How we can show who we are, in order of preference (RFC 7250); empty: by X.509 certificates alone. A client sends
    /// it as `client_certificate_type`; what a server shows is the credential that is chosen among those that the client
    /// accepts.
    pub shown_certificate_types: Vec<CertificateType>,
    /// Application protocols, in order of preference (RFC 7301); empty: none is negotiated.
    pub application_protocols: Vec<Vec<u8>>,
    /// Server: does it ask for the client's certificate?
    pub client_auth: ClientAuth,
    /// Client: offer to show a certificate behind the handshake too (§4.3.6), and answer the server's requests there.
    /// Streams only. Such a connection keeps a transcript hash, and does not split.
    pub post_handshake_auth: bool,
    /// Server: may clients that offer it be asked for their certificate behind the handshake (§4.7.2), and what if
    /// they show none? Streams only. A connection of such a client keeps a transcript hash, and does not split.
    pub post_handshake_client_auth: ClientAuth,
    /// Distinguished names in DER of the authorities that we accept (§4.3.4), sent in CertificateRequest and,
    /// by a client, in ClientHello; empty: none is sent.
    pub certificate_authorities: Vec<Vec<u8>>,
    /// Server: `oid_filters` of CertificateRequest (§4.3.5), extension identifier and values, both in DER.
    pub oid_filters: Vec<(Vec<u8>, Vec<u8>)>,
    /// Our `record_size_limit` (RFC 8449), 64 to 2^14+1; `None`: not sent.
    pub record_size_limit: Option<u16>,
    /// Look like TLS 1.2 to middleboxes (E.4); streams only.
    pub middlebox_compatibility: bool,
    /// Server: refuse a ClientHello without `server_name`, with `missing_extension`.
    pub require_server_name: bool,
    /// Server: ask the caller to choose a config for each ClientHello (`ClientHelloSeen`).
    pub ask_client_hello: bool,
    /// Server: put a sealed cookie into HelloRetryRequest, so that nothing need be remembered until the second
    /// ClientHello comes (§4.3.2).
    pub hello_retry_cookie: bool,
    /// Client: ask for and take OCSP staples; server: ask clients for them (§4.5.1.1).
    pub request_ocsp: bool,
    /// Ask the peer for signed certificate timestamps of its certificates (RFC 6962), and take them: a client in
    /// ClientHello, a server in CertificateRequest.
    pub request_timestamps: bool,
    /// Take compressed certificates by these algorithms, and compress ours by the first that the peer takes (RFC 8879);
    /// empty, the default: neither. Without effect behind the handshake.
    pub certificate_compression: Vec<Arc<dyn CertificateCompression>>,
    /// Client: say that tickets are wanted (`psk_key_exchange_modes`).
    pub accept_tickets: bool,
    /// Client: ask for so many tickets (RFC 9149), where tickets are wanted at all; `None`: as many as the server
    /// gives.
    pub ticket_request: Option<ClientTicketRequest>,
    /// Client: offer 0-RTT with the first session offered, if its server takes it. Early data has no forward secrecy
    /// and may be replayed (§2.3).
    pub early_data: bool,
    /// Server: take so many bytes of 0-RTT data with a ticket; 0: none (§4.3.10).
    pub max_early_data_size: u32,
    /// How PSKs may be used (§4.3.9): `psk_dhe_ke` alone unless asked for otherwise, for `psk_ke` has no forward
    /// secrecy.
    pub psk_key_exchange_modes: Vec<PskKeyExchangeMode>,
    /// Are certificates used together with an external PSK? It takes `psk_dhe_ke`.
    pub cert_with_extern_psk: CertWithExternPsk,
    /// Server: look for the PSKs that clients offer ([`FindPsk`](super::FindPsk)).
    pub find_psks: bool,
    /// Client: learn whether the server accepts our certificate by asking it for a KeyUpdate behind the handshake.
    pub probe_acceptance: bool,
    /// Server: how many tickets to give after the handshake (§4.7.1); fewer to a client that asks for fewer
    /// (RFC 9149).
    pub tickets: u8,
    /// Server: tickets are keys under which sessions are stored ([`StoreSession`](super::StoreSession)), in place of
    /// sealed sessions.
    pub stateful_tickets: bool,
    /// Server: `ticket_lifetime` in seconds, at most 604800.
    pub ticket_lifetime: u32,
    /// Do sessions keep the certificates of the peer's chain, for [`Connected::peer_chain`](super::Connected::peer_chain)
    /// of the connections that resume them? Without them, a session keeps who the peer is, in about 250 bytes. With
    /// them, a sealed ticket is longer by the chain, and the ClientHello that offers it fits no single packet; a chain of
    /// more than [`MAX_SESSION_CHAIN`](crate::resumption::MAX_SESSION_CHAIN) bytes goes into no server's session. To a
    /// client, which keeps its sessions at home, this costs room alone.
    pub peer_chain_in_sessions: bool,
    /// Offer values that nobody knows beside those that are meant (GREASE, RFC 8701), which a peer has to ignore: a
    /// client in ClientHello, a server in CertificateRequest and NewSessionTicket.
    pub grease: bool,
    /// Client: the extensions of ClientHello stand in an order of each connection's own, so that no peer comes to rely on
    /// ours. `pre_shared_key` is the last one all the same.
    pub permute_extensions: bool,
    /// Extensions of the embedder's own, of types that the library does not speak for.
    pub foreign_extensions: Vec<ForeignExtension>,
    /// Client: send GREASE in place of Encrypted Client Hello where none is offered (RFC 9849 §6.2), so that those who do
    /// offer it do not stand out.
    pub ech_grease: bool,
    /// Client: where Encrypted Client Hello is offered, offer the application protocols in the outer ClientHello too, for a
    /// client-facing server that tells connections apart by them. By default they are kept inside, as the server name is;
    /// QUIC has them outside always.
    pub ech_alpn_outside: bool,
    /// Server: the keys of Encrypted Client Hello (RFC 9849); empty: it is not taken part in. Keys that caches may hold
    /// still stay in the list, [not for retry](EchKey::not_for_retry).
    pub ech_keys: Vec<EchKey>,
    /// Server: try all keys on what a client has encrypted, whatever `config_id` it names, for clients that are told to
    /// draw it at random (RFC 9849 §10.4). Each key costs a key exchange for each ClientHello.
    pub ech_trial_decryption: bool,
    /// Bounds on what the peer may make us keep or do.
    pub limits: Limits,
    pub(crate) script: ExtensionScript,
    pub(crate) key_log: bool,
}

impl Config {
    /// The defaults with what this provider can do.
    #[must_use]
    pub fn new(crypto: CryptoProvider) -> Self {
        //= R-9.1-1
        //= R-E.5-2
        //= R-E.5-3
        let cipher_suites = [
            CipherSuite::TLS_AES_128_GCM_SHA256,
            CipherSuite::TLS_AES_256_GCM_SHA384,
            CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
        ];
        //= R-9.1-3
        //= R-4.3.7-1
        let groups = [
            NamedGroup::X25519MLKEM768,
            NamedGroup::SECP256R1MLKEM768,
            NamedGroup::SECP384R1MLKEM1024,
            NamedGroup::X25519,
            NamedGroup::SECP256R1,
            NamedGroup::SECP384R1,
            NamedGroup::SECP521R1,
        ];
        //= R-9.3-4
        let provided = |scheme: &SignatureScheme| {
            scheme.algorithm().is_some_and(|algorithm| crypto.verifier(algorithm).is_some())
        };
        let groups: Vec<_> = groups
            .into_iter()
            .filter(|group| {
                group.key_exchange().is_some_and(|algorithm| crypto.key_exchange(algorithm).is_some())
            })
            .collect();
        //= R-9.1-2
        let schemes = SignatureScheme::for_certificate_verify().filter(provided);
        let schemes_cert = SignatureScheme::for_certificates().filter(provided);
        Self {
            carrier: Carrier::Stream,
            cipher_suites: cipher_suites.into_iter().filter(|suite| is_provided(&crypto, *suite)).collect(),
            key_share_groups: None,
            groups,
            group_choice: GroupChoice::default(),
            signature_schemes: schemes.collect(),
            signature_schemes_cert: schemes_cert.collect(),
            delegated_credential_schemes: Vec::new(),
            accepted_certificate_types: Vec::new(),
            shown_certificate_types: Vec::new(),
            application_protocols: Vec::new(),
            client_auth: ClientAuth::default(),
            post_handshake_auth: false,
            post_handshake_client_auth: ClientAuth::None,
            certificate_authorities: Vec::new(),
            oid_filters: Vec::new(),
            record_size_limit: None,
            middlebox_compatibility: true,
            require_server_name: false,
            ask_client_hello: false,
            hello_retry_cookie: false,
            request_ocsp: false,
            request_timestamps: false,
            certificate_compression: Vec::new(),
            accept_tickets: false,
            ticket_request: None,
            psk_key_exchange_modes: alloc::vec![PskKeyExchangeMode::PSK_DHE_KE],
            cert_with_extern_psk: CertWithExternPsk::default(),
            //= R-F.5-3
            early_data: false,
            max_early_data_size: 0,
            find_psks: false,
            probe_acceptance: false,
            tickets: 0,
            stateful_tickets: false,
            ticket_lifetime: 7200,
            peer_chain_in_sessions: false,
            grease: false,
            permute_extensions: false,
            foreign_extensions: Vec::new(),
            ech_grease: false,
            ech_alpn_outside: false,
            ech_keys: Vec::new(),
            ech_trial_decryption: false,
            limits: Limits::default(),
            script: ExtensionScript::default(),
            key_log: false,
            crypto,
        }
    }

    /// Client: does the first ClientHello bring a share of this group, one of ours?
    pub(crate) fn wants_share(&self, group: NamedGroup) -> bool {
        match (&self.key_share_groups, self.groups.first()) {
            (Some(groups), _) => groups.contains(&group),
            (None, Some(first)) => group == *first || Some(group) == first.ecdhe_part(),
            (None, None) => false,
        }
    }

    /// Takes delegated credentials of every scheme of `signature_schemes` that may be one's (RFC 9345 §4).
    pub fn take_delegated_credentials(&mut self) {
        let schemes = self.signature_schemes.iter().copied();
        self.delegated_credential_schemes = schemes.filter(|scheme| may_be_delegated_to(*scheme)).collect();
    }

    /// Do we take peers that show who they are in this way?
    #[must_use]
    pub fn accepts_certificate_type(&self, certificate_type: CertificateType) -> bool {
        certificate_types::listed(&self.accepted_certificate_types).contains(&certificate_type)
    }

    /// Checks what a caller may have set wrong.
    ///
    /// # Errors
    /// A sentence that names the field and what is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        let none = |what: &str| Err(alloc::format!("{what} is empty: nothing could be negotiated"));
        if self.cipher_suites.is_empty() {
            return none("cipher_suites");
        }
        if self.groups.is_empty() {
            return none("groups");
        }
        if self.signature_schemes.is_empty() {
            return none("signature_schemes");
        }
        if let Some(suite) = self.cipher_suites.iter().find(|suite| !is_provided(&self.crypto, **suite)) {
            return Err(alloc::format!("cipher_suites: the provider {} has no {suite}", self.crypto.name));
        }
        let has = |group: &&NamedGroup| {
            group.key_exchange().is_none_or(|algorithm| self.crypto.key_exchange(algorithm).is_none())
        };
        if let Some(group) = self.groups.iter().find(has) {
            return Err(alloc::format!("groups: the provider {} has no {group}", self.crypto.name));
        }
        //= R-4.3.7-1
        if let Some(group) = doubled(&self.groups) {
            return Err(alloc::format!("groups: {group} stands twice (§4.3.7)"));
        }
        let mut shared = self.key_share_groups.iter().flatten();
        if let Some(group) = shared.find(|group| !self.groups.contains(group)) {
            return Err(alloc::format!("key_share_groups: {group} is not among groups (§4.3.8)"));
        }
        if let Some(scheme) = self.signature_schemes.iter().find(|scheme| !scheme.in_certificate_verify()) {
            return Err(alloc::format!("signature_schemes: {scheme} is not for CertificateVerify (§4.3.3)"));
        }
        let delegated = &self.delegated_credential_schemes;
        if let Some(scheme) = delegated.iter().find(|scheme| !may_be_delegated_to(**scheme)) {
            return Err(alloc::format!(
                "delegated_credential_schemes: {scheme} is not for such keys (RFC 9345 §4)"
            ));
        }
        //= R-4.5.1-14
        for (field, types) in [
            ("accepted_certificate_types", &self.accepted_certificate_types),
            ("shown_certificate_types", &self.shown_certificate_types),
        ] {
            if let Some(other) = types.iter().find(|it| it.name().is_none()) {
                return Err(alloc::format!("{field}: {other} is neither X509 nor RawPublicKey (RFC 7250)"));
            }
            if let Some(twice) = doubled(types) {
                return Err(alloc::format!("{field}: {twice} stands twice"));
            }
        }
        //= R8449-4-2
        //= R8449-4-8
        if let Some(limit) = self.record_size_limit
            && !(64..=0x4001).contains(&limit)
        {
            return Err(alloc::format!("record_size_limit is {limit}, expected 64 to 16385 (RFC 8449 §4)"));
        }
        if self.application_protocols.iter().any(|name| name.is_empty() || name.len() > 255) {
            return Err(String::from("application_protocols: a name has 1 to 255 bytes (RFC 7301 §3.1)"));
        }
        if self.carrier == Carrier::Quic && self.application_protocols.is_empty() {
            return Err(String::from("application_protocols: QUIC requires one (RFC 9001 §8.1)"));
        }
        let modes = &self.psk_key_exchange_modes;
        if self.cert_with_extern_psk != CertWithExternPsk::Never
            && !modes.contains(&PskKeyExchangeMode::PSK_DHE_KE)
        {
            return Err(String::from("cert_with_extern_psk takes psk_dhe_ke (RFC 8773 §5.1)"));
        }
        let is_stream = self.carrier == Carrier::Stream;
        if !is_stream && (self.post_handshake_auth || self.post_handshake_client_auth != ClientAuth::None) {
            return Err(String::from("post_handshake_auth is for streams alone (RFC 9001 §4.4)"));
        }
        //= R-4.3.5-6
        let oids: Vec<_> = self.oid_filters.iter().map(|(oid, _)| oid).collect();
        if doubled(&oids).is_some() {
            return Err(String::from("oid_filters: an extension stands twice (§4.3.5)"));
        }
        let compression: Vec<_> = self.certificate_compression.iter().map(|own| own.algorithm()).collect();
        if let Some(algorithm) = doubled(&compression) {
            return Err(alloc::format!("certificate_compression: {algorithm} stands twice (RFC 8879 §3)"));
        }
        if compression.len() > 127 {
            return Err(String::from("certificate_compression: more than 127 algorithms (RFC 8879 §3)"));
        }
        //= R9849-7.1-8
        if !self.ech_keys.is_empty() && !self.ech_keys.iter().any(EchKey::is_retry_config) {
            return Err(String::from(
                "ech_keys: none is for retry, so that a client with none of them could not be helped (RFC 9849 §7.1)",
            ));
        }
        if self.ticket_lifetime > 604_800 {
            return Err(String::from("ticket_lifetime is over seven days (§4.7.1)"));
        }
        foreign_extension::check(&self.foreign_extensions, self.carrier)
    }
}

/// The first that stands twice.
fn doubled<T: PartialEq>(list: &[T]) -> Option<&T> {
    let stands_before = |(index, it): &(usize, &T)| list.iter().take(*index).any(|other| other == *it);
    list.iter().enumerate().find(stands_before).map(|(_, it)| it)
}

fn is_provided(crypto: &CryptoProvider, suite: CipherSuite) -> bool {
    suite.aead().is_some_and(|aead| crypto.aead(aead).is_some())
        && suite.hash().is_some_and(|hash| crypto.hash(hash).is_some() && crypto.hkdf(hash).is_some())
}
