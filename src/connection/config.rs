//! What a connection is willing to do: what it negotiates, whom it trusts, what it shows.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::choose::{Choice, choose};
use super::sessions::ExternalPsks;
#[cfg(feature = "std")]
use super::sessions::{SharedReplayFilter, SharedTicketStore};
use super::{CookieKey, Credential, CredentialError, Trust, oid_filters};
use crate::alert::AlertDescription;
use crate::crypto::{CryptoProvider, MAX_TAG_LEN};
use crate::handshake::{
    self, Answer, Ask, Carrier, CertWithExternPsk, ChooseCredential, ClientAuth, JudgePeer, Role,
};
use crate::identity::{CertificateTag, ExpectedPeer, Sha256Digest};
use crate::pki::certificate::Certificate;
use crate::pki::{AnchorError, TrustAnchors};
use crate::record::{
    HEADER_LEN, MAX_INNER_PLAINTEXT, MAX_PLAINTEXT, MAX_RECORD, MIN_PLAINTEXT_LIMIT, PaddingPolicy,
};
use crate::resumption::TicketKeys;

/// What a connection is willing to do; one value serves many connections in both roles.
///
/// For mutual authentication it takes the anchors that the peer's certificate leads to, and a certificate with its
/// key:
///
/// ```no_run
/// use handfast::connection::{Config, ConfigError};
///
/// # #[cfg(feature = "ring")]
/// fn mutual(ca: &str, chain: &str, key: &str) -> Result<Config, ConfigError> {
///     Config::builder(handfast::crypto::ring::provider())
///         .trust_pem(ca)?
///         .credential_pem(chain, key)?
///         .build()
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(super) handshake: Arc<handshake::Config>,
    pub(super) trust: Trust,
    pub(super) expected_clients: ExpectedPeer,
    pub(super) credentials: Credentials,
    unknown_server_name: UnknownServerName,
    cookie_key: Option<CookieKey>,
    pub(super) ticket_keys: Option<TicketKeys>,
    pub(super) external_psks: ExternalPsks,
    #[cfg(feature = "std")]
    pub(super) ticket_store: Option<Arc<SharedTicketStore>>,
    #[cfg(feature = "std")]
    replay_filter: Option<Arc<SharedReplayFilter>>,
    pub(super) ask_ticket_data: bool,
    pub(super) compromised: Vec<CertificateTag>,
    pub(super) trust_digest: Option<Sha256Digest>,
    pub(super) client_trust: Option<Sha256Digest>,
    padding: PaddingPolicy,
    max_record_size: usize,
    update_keys_after: Option<u64>,
    asks_stop_input: bool,
}

/// A [`Config`] in the making.
#[derive(Clone, Debug)]
pub struct ConfigBuilder {
    /// What is negotiated, and what the handshake asks for and limits.
    pub handshake: handshake::Config,
    /// Whom we trust to say who a peer is. The default trusts nobody: a peer that shows a certificate is refused.
    pub trust: Trust,
    /// Which clients a server lets in; the default is whoever has a certificate under the anchors.
    pub expected_clients: ExpectedPeer,
    /// What we show.
    pub credentials: Credentials,
    /// What a server does when a client asks for a name that no credential carries.
    pub unknown_server_name: UnknownServerName,
    /// Authenticates the cookies of HelloRetryRequests; without one, and with
    /// [`hello_retry_cookie`](handshake::Config::hello_retry_cookie) set, the caller is asked.
    pub cookie_key: Option<CookieKey>,
    /// Seals a server's tickets; without them, and with [`tickets`](handshake::Config::tickets) above zero, the
    /// caller is asked.
    pub ticket_keys: Option<TicketKeys>,
    /// Keeps a server's sessions, whose tickets are random keys then; it comes before
    /// [`ticket_keys`](Self::ticket_keys), which go on opening what they sealed.
    #[cfg(feature = "std")]
    pub ticket_store: Option<Arc<SharedTicketStore>>,
    /// The caller puts bytes of its own into tickets: each is asked for, and answered with
    /// [`Config::answer_with_ticket_data`].
    pub ask_ticket_data: bool,
    /// Certificates of our own, by their SHA-256, whose keys others may have: no session that was made with one is
    /// offered or resumed. One that was just replaced ends none.
    pub compromised: Vec<Sha256Digest>,
    /// External PSKs: those that a client offers, and those that a server accepts.
    pub external_psks: ExternalPsks,
    /// Remembers the ClientHellos that brought early data; without one, the caller is asked.
    #[cfg(feature = "std")]
    pub replay_filter: Option<Arc<SharedReplayFilter>>,
    /// How much records are padded.
    pub padding: PaddingPolicy,
    /// The most content of a record that we send, in bytes, padding included: 63 to 2^14, the default. Small records are
    /// with a peer's application sooner, for a record is opened when its last byte has come; each costs 22 bytes. The
    /// peer's own `record_size_limit` holds beside it, and what we take is
    /// [`record_size_limit`](crate::handshake::Config::record_size_limit).
    pub max_record_size: usize,
    /// Roll a sending key after so many records; the default stays clear of the AEAD's limit
    /// (`record::default_update_after`).
    pub update_keys_after: Option<u64>,
    /// Does an ask behind the handshake that is left to the caller stop the input, once, as those of the handshake do?
    /// The default is that it stays in [`Connection::pending`](super::Connection::pending) and data goes on. Who wants
    /// each answer to come at the place of its ask, such as a recorder, sets it.
    pub asks_stop_input: bool,
}

/// What we show.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The one of these that does best, the first one where several do; none, if the list is empty or none will
    /// do.
    Listed(Vec<Arc<Credential>>),
    /// The caller chooses: each handshake asks ([`Ask::ChooseCredential`]).
    Ask,
}

/// What a server does when a client asks for a name that no credential carries (RFC 6066 §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownServerName {
    /// Shows the credential that does best otherwise, and lets the client decide.
    #[default]
    ShowAnother,
    /// Refuses with `unrecognized_name`.
    Refuse,
}

/// Why there is no config.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The trust anchors.
    Anchors(AnchorError),
    /// A credential.
    Credential(CredentialError),
    /// What is to be negotiated: a sentence that names the field.
    Handshake(String),
    /// A carrier other than a byte stream: that is for the handshake floor alone.
    Carrier(Carrier),
}

impl Config {
    /// A config with the defaults of this provider, to be filled in.
    #[must_use]
    pub fn builder(crypto: CryptoProvider) -> ConfigBuilder {
        ConfigBuilder {
            handshake: handshake::Config::new(crypto),
            //= R-C.5-1
            trust: Trust::anchors(TrustAnchors::default()),
            expected_clients: ExpectedPeer::any_under_anchors(),
            credentials: Credentials::Listed(Vec::new()),
            unknown_server_name: UnknownServerName::default(),
            cookie_key: None,
            ticket_keys: None,
            #[cfg(feature = "std")]
            ticket_store: None,
            ask_ticket_data: false,
            compromised: Vec::new(),
            external_psks: ExternalPsks::new(),
            #[cfg(feature = "std")]
            replay_filter: None,
            padding: PaddingPolicy::None,
            max_record_size: MAX_PLAINTEXT,
            update_keys_after: None,
            asks_stop_input: false,
        }
    }

    /// The part that the handshake itself knows: for those who use that floor alone.
    #[must_use]
    pub const fn handshake(&self) -> &Arc<handshake::Config> {
        &self.handshake
    }

    /// The answer that the config has for this ask, if it has one; the time of judgement is the ask's.
    #[must_use]
    pub fn answer(&self, ask: &Ask) -> Option<Answer> {
        let crypto = &self.handshake.crypto;
        match ask {
            Ask::ChooseCredential(choose) => self.answer_choose(choose),
            Ask::JudgePeer(judge) => {
                let answer =
                    self.trust.answer(judge, &self.expected_clients, self.handshake.request_ocsp, crypto)?;
                Some(if answer.accepts_peer() {
                    self.refuse_certificate(judge).unwrap_or(answer)
                } else {
                    answer
                })
            }
            Ask::SealCookie(seal) => self.cookie_key.as_ref()?.seal(seal, crypto),
            Ask::OpenCookie(open) => {
                Some(self.cookie_key.as_ref()?.open(open, crypto).unwrap_or_else(|| ask.failed()))
            }
            Ask::SealTicket(_) | Ask::StoreSession(_) if self.ask_ticket_data => None,
            Ask::SealTicket(_) | Ask::StoreSession(_) => self.answer_ticket(ask),
            Ask::FindPsk(find) => self.answer_find_psk(find),
            Ask::JudgeResumed(judge) => self.answer_judge_resumed(judge),
            #[cfg(feature = "std")]
            Ask::CheckReplay(check) if self.has_used_up(check) => Some(check.fresh()),
            #[cfg(feature = "std")]
            Ask::CheckReplay(check) => Some(self.replay_filter.as_ref()?.answer(check)),
            #[cfg(not(feature = "std"))]
            Ask::CheckReplay(_) => None,
            Ask::ClientHelloSeen(_) | Ask::Sign(_) => None,
        }
    }

    /// Which credential the config shows, and why it passes over each of the others; `None` if it asks the caller.
    #[must_use]
    pub fn choose_credential(&self, ask: &ChooseCredential) -> Option<Choice> {
        match &self.credentials {
            Credentials::Listed(credentials) => Some(choose(credentials, ask)),
            Credentials::Ask => None,
        }
    }

    /// What a server's sessions are bound to, by content: anchors with their limits, profile, the mode of client
    /// authentication, the rule for clients and the external PSKs. A ticket that was sealed under another one does not
    /// open. `None` if the provider has no SHA-256.
    #[must_use]
    pub const fn trust_digest(&self) -> Option<Sha256Digest> {
        self.trust_digest
    }

    /// Refuses a certificate whose path is good and that TLS does not take: of a version before 3, or without what
    /// `oid_filters` asked for.
    fn refuse_certificate(&self, judge: &JudgePeer) -> Option<Answer> {
        let leaf = judge.chain.certificates().next()?;
        //= R-4.5.1.2-1
        if !Certificate::is_der_of_version_3(leaf) {
            let reason = "the peer's certificate is not of version 3 (RFC 9846 §4.5.1.2)".into();
            return Some(judge.refuse(AlertDescription::UNSUPPORTED_CERTIFICATE, reason));
        }
        //= R-4.3.5-5
        let asked = judge.peer == Role::Client && !self.handshake.oid_filters.is_empty();
        let leaf = asked.then(|| Certificate::from_der(leaf).ok()).flatten()?;
        let extension = oid_filters::missed_by(&leaf, &self.handshake.oid_filters)?;
        let reason = alloc::format!(
            "the client's certificate: extension {extension} is without what oid_filters ask for (RFC 9846 §4.3.5)"
        );
        Some(judge.refuse(AlertDescription::UNSUPPORTED_CERTIFICATE, reason))
    }

    fn answer_choose(&self, ask: &ChooseCredential) -> Option<Answer> {
        let choice = self.choose_credential(ask)?;
        let refuses = self.unknown_server_name == UnknownServerName::Refuse;
        if ask.role == Role::Server && refuses && !choice.knows_server_name {
            let name = ask.server_name.as_deref().unwrap_or_default();
            let reason = alloc::format!("no credential carries the server name {name} (RFC 6066 §3)");
            return Some(ask.refuse(AlertDescription::UNRECOGNIZED_NAME, reason));
        }
        Some(match choice.chosen {
            Some(credential) => ask.choose(Arc::clone(credential.shown())),
            None => ask.none(),
        })
    }

    /// The longest record, in bytes, of a peer that keeps to our record_size_limit; [`MAX_RECORD`] without one.
    /// A peer that does not know the extension keeps to [`MAX_RECORD`] alone.
    #[must_use]
    pub fn max_record(&self) -> usize {
        match self.handshake.record_size_limit.map(usize::from) {
            Some(limit) if limit < MAX_INNER_PLAINTEXT => HEADER_LEN + limit + MAX_TAG_LEN,
            Some(_) | None => MAX_RECORD,
        }
    }

    /// The external PSKs.
    #[must_use]
    pub const fn external_psks(&self) -> &ExternalPsks {
        &self.external_psks
    }

    /// The most content of a record that we send, in bytes.
    #[must_use]
    pub const fn max_record_size(&self) -> usize {
        self.max_record_size
    }

    /// How much records are padded.
    #[must_use]
    pub const fn padding(&self) -> PaddingPolicy {
        self.padding
    }

    pub(super) const fn asks_stop_input(&self) -> bool {
        self.asks_stop_input
    }

    /// After how many records a sending key is rolled, if the config says so.
    #[must_use]
    pub const fn update_keys_after(&self) -> Option<u64> {
        self.update_keys_after
    }
}

impl ConfigBuilder {
    /// Trusts all certificates of a PEM text, under the profile for internal PKIs.
    ///
    /// # Errors
    /// [`ConfigError::Anchors`] if the text is broken or has no certificate.
    pub fn trust_pem(self, anchors: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let anchors = TrustAnchors::from_pem(anchors).map_err(ConfigError::Anchors)?;
        Ok(Self { trust: Trust::anchors(anchors), ..self })
    }

    /// Shows this chain in PEM, the leaf first, with the leaf's private key in PEM; behind those already given.
    ///
    /// # Errors
    /// [`ConfigError::Credential`] says what is wrong with which of them.
    pub fn credential_pem(self, chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let credential = Credential::from_pem(chain, key, &self.handshake.crypto);
        Ok(self.credential(credential.map_err(ConfigError::Credential)?))
    }

    /// Shows this one, behind those already given.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        match &mut self.credentials {
            Credentials::Listed(credentials) => credentials.push(Arc::new(credential)),
            Credentials::Ask => self.credentials = Credentials::Listed(alloc::vec![Arc::new(credential)]),
        }
        self
    }

    /// Gives so many tickets behind each handshake, sealed under these keys, and resumes what they seal.
    #[must_use]
    pub fn tickets(mut self, count: u8, keys: TicketKeys) -> Self {
        self.handshake.tickets = count;
        self.ticket_keys = Some(keys);
        self
    }

    /// Gives so many tickets behind each handshake, and keeps in this store what they resume.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn stored_tickets(mut self, count: u8, store: Arc<SharedTicketStore>) -> Self {
        self.handshake.tickets = count;
        self.ticket_store = Some(store);
        self
    }

    /// Names the trust anchors to peers, for them to choose a certificate by (§4.3.4). Without effect before they
    /// are given.
    #[must_use]
    pub fn name_authorities(mut self) -> Self {
        let anchors = self.trust.as_anchors().map(TrustAnchors::as_slice).unwrap_or_default();
        let subject = |der: &[u8]| Certificate::from_der(der).ok().map(|anchor| anchor.subject.der.to_vec());
        self.handshake.certificate_authorities =
            anchors.iter().filter_map(|anchor| subject(anchor.certificate_der())).collect();
        self
    }

    /// What peers may show follows from what we trust, and what we can show from the credentials, unless the caller says
    /// otherwise.
    fn set_certificate_types(&mut self) {
        if self.handshake.accepted_certificate_types.is_empty() {
            self.handshake.accepted_certificate_types = self.trust.certificate_types();
        }
        let Credentials::Listed(credentials) = &self.credentials else { return };
        if !self.handshake.shown_certificate_types.is_empty()
            || !credentials.iter().any(|credential| credential.is_raw_public_key())
        {
            return;
        }
        for credential in credentials {
            let certificate_type = credential.shown.certificate_type();
            if !self.handshake.shown_certificate_types.contains(&certificate_type) {
                self.handshake.shown_certificate_types.push(certificate_type);
            }
        }
    }

    /// How peers may show who they are, for what binds sessions; empty: by X.509 certificates and their own keys.
    pub(super) fn certificate_types(&self) -> String {
        let types = &self.handshake.accepted_certificate_types;
        let mut mode: String = types.iter().map(|it| alloc::format!(", certificate type {}", it.0)).collect();
        if !self.handshake.delegated_credential_schemes.is_empty() {
            mode.push_str(", delegated credentials");
        }
        mode
    }

    /// The config.
    ///
    /// # Errors
    /// [`ConfigError`] names the field that cannot be as it is.
    pub fn build(mut self) -> Result<Config, ConfigError> {
        self.handshake.request_ocsp |= self.trust.requests_staples();
        self.handshake.request_timestamps |= self.trust.requests_timestamps();
        self.handshake.find_psks |= self.ticket_keys.is_some() || !self.external_psks.accepts_none();
        #[cfg(feature = "std")]
        if self.ticket_store.is_some() {
            self.handshake.find_psks = true;
            self.handshake.stateful_tickets = true;
        }
        self.set_certificate_types();
        self.handshake.check().map_err(ConfigError::Handshake)?;
        if self.handshake.carrier != Carrier::Stream {
            return Err(ConfigError::Carrier(self.handshake.carrier));
        }
        if !(MIN_PLAINTEXT_LIMIT..=MAX_PLAINTEXT).contains(&self.max_record_size) {
            let size = self.max_record_size;
            return Err(ConfigError::Handshake(alloc::format!(
                "max_record_size is {size}, expected 63 to 16384 (§5.1)"
            )));
        }
        //= R-4.3.5-7
        if self.handshake.oid_filters.iter().any(oid_filters::asks_for_any_purpose) {
            let reason = "oid_filters: anyExtendedKeyUsage must not be asked for (§4.3.5)";
            return Err(ConfigError::Handshake(reason.into()));
        }
        let mut mode = String::from(match self.handshake.client_auth {
            ClientAuth::None => "client authentication: none",
            ClientAuth::Optional => "client authentication: optional",
            ClientAuth::Required => "client authentication: required",
        });
        mode.push_str(&self.certificate_types());
        if self.handshake.cert_with_extern_psk == CertWithExternPsk::Required {
            mode.push_str(", with an external PSK");
        }
        for octet in self.handshake.oid_filters.iter().flat_map(|(oid, values)| oid.iter().chain(values)) {
            mode += &alloc::format!(" {octet:02x}");
        }
        let (rule, crypto) = (&self.expected_clients, &self.handshake.crypto);
        if let Some(psks) = self.external_psks.binding(Role::Server, crypto) {
            mode += &alloc::format!(", external PSKs {psks:?}");
        }
        let trust_digest = self.trust.digest(Role::Client, rule, self.handshake.request_ocsp, &mode, crypto);
        let client_trust = self.client_trust();
        let crypto = &self.handshake.crypto;
        Ok(Config {
            trust_digest,
            client_trust,
            ticket_keys: self.ticket_keys.map(|keys| keys.named(crypto)),
            #[cfg(feature = "std")]
            ticket_store: self.ticket_store,
            ask_ticket_data: self.ask_ticket_data,
            compromised: self.compromised.into_iter().map(CertificateTag::from).collect(),
            external_psks: self.external_psks,
            #[cfg(feature = "std")]
            replay_filter: self.replay_filter,
            handshake: Arc::new(self.handshake),
            trust: self.trust,
            expected_clients: self.expected_clients,
            credentials: self.credentials,
            unknown_server_name: self.unknown_server_name,
            cookie_key: self.cookie_key,
            padding: self.padding,
            max_record_size: self.max_record_size,
            update_keys_after: self.update_keys_after,
            asks_stop_input: self.asks_stop_input,
        })
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anchors(error) => write!(f, "trust anchors: {error}"),
            Self::Credential(error) => write!(f, "credential: {error}"),
            Self::Handshake(reason) => f.write_str(reason),
            Self::Carrier(carrier) => {
                write!(f, "carrier is {carrier:?}; a connection is over Stream, use the handshake for others")
            }
        }
    }
}

impl core::error::Error for ConfigError {}
