//! WAIT_SH and WAIT_EE: ServerHello, HelloRetryRequest and EncryptedExtensions (RFC 9846 §4.2.3, §4.2.4,
//! §4.4.1; 8446 §4.1.3, §4.1.4, §4.3.1).

use alloc::vec::Vec;

use super::To;
use super::certificate::WaitCertCr;
use super::client_hello::{Offer, Retried, WaitSh};
use super::early_data::EarlyData;
use super::ech::Ech;
use super::finished::{ServerProof, WaitFinished};
use super::key_shares::KeyShares;
use super::psk::{check_psk_ke, take_psk};
use crate::crypto::Secret;
use crate::handshake::certificate_types::listed;
use crate::handshake::foreign_extension::{AnsweredIn, take_answers};
use crate::handshake::output::CertificatesCompressed;
use crate::handshake::step::{Received, Step};
use crate::handshake::transitions::on;
use crate::handshake::{self, Direction, Epoch, Fault, Milestone, PeerExtension, PeerFault};
use crate::key_schedule::{EarlySecret, HandshakeSecret, HandshakeTrafficSecrets, Kdf};
use crate::message::{
    CertWithExternPsk, CertificateType, CipherSuite, ClientCertificateType, Cookie, EchEncryptedExtensions,
    EchHelloRetryRequest, EncryptedExtensions, ExtensionFault, ExtensionType, Extensions, ExtensionsOf,
    KeyShareHelloRetryRequest, KeyShareServerHello, NamedGroup, ProtocolNameList, ProtocolVersion,
    RecordSizeLimit, SelectedPsk, ServerCertificateType, ServerHello, ServerNameEncryptedExtensions,
    ServerTicketRequestHint, SupportedVersionsServerHello,
};
use crate::resumption::PskOffer;
use crate::transcript::Transcript;

/// WAIT_EE: ServerHello has come.
pub(crate) struct WaitEe {
    pub(super) session: Session,
    pub(super) offer: Offer,
    /// The PSK that the server selected.
    pub(super) psk: Option<PskOffer>,
    /// Does it go with a certificate (RFC 8773)?
    with_certificate: bool,
    pub(super) early_data: EarlyData,
}

/// What ServerHello has settled, and the secrets from there on.
pub(super) struct Session {
    pub(super) cipher_suite: CipherSuite,
    /// None where a PSK stands alone.
    pub(super) group: Option<NamedGroup>,
    pub(super) hello_retried: bool,
    pub(super) kdf: Kdf,
    pub(super) transcript: Transcript,
    pub(super) handshake_secret: HandshakeSecret,
    pub(super) client_handshake_traffic_secret: Secret,
    pub(super) server_handshake_traffic_secret: Secret,
}

/// What EncryptedExtensions has settled.
#[derive(Default)]
pub(super) struct Negotiated {
    pub(super) application_protocol: Option<Vec<u8>>,
    pub(super) record_size_limit: Option<u16>,
    pub(super) certificates_compressed: CertificatesCompressed,
    /// How the server shows who it is.
    pub(super) server_certificate_type: CertificateType,
    /// How we are to show who we are, if the server asks.
    pub(super) client_certificate_type: CertificateType,
    /// How many tickets the server expects to send (RFC 9149), if we asked and it said.
    pub(super) expected_tickets: Option<u8>,
    pub(super) foreign_extensions: Vec<PeerExtension>,
}

impl WaitSh {
    /// WAIT_SH --Recv ServerHello--> WAIT_EE, or --Recv HelloRetryRequest--> WAIT_SH again.
    pub(super) fn recv_server_hello(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::ServerHello>, Fault> {
        let message: ServerHello<'_> = received.decode()?;
        //= R-4.2.3-11
        let place = if message.is_hello_retry_request() {
            ExtensionsOf::HelloRetryRequest
        } else {
            ExtensionsOf::ServerHello
        };
        //= R-4.3.1-11
        check_version(received, &message, self.retried.is_some())?;
        self.settle_ech(received, &message, step)?;
        received.check_extensions(place, &message.extensions, Some(&|sent| self.offer.sent(sent)))?;
        //= R-4.2.4-4
        self.check_echo(&message, step)?;
        if message.is_hello_retry_request() {
            return self.recv_hello_retry_request(received, &message, step).map(Into::into);
        }
        self.accept(received, &message, step).map(Into::into)
    }

    /// What ServerHello and HelloRetryRequest share: session id, suite, compression (§4.2.3).
    fn check_echo(&self, message: &ServerHello<'_>, step: &Step<'_>) -> Result<(), PeerFault> {
        //= R-4.2.3-5
        if message.legacy_session_id_echo != self.offer.legacy_session_id() {
            return Err(PeerFault::SessionIdNotEchoed);
        }
        //= R-4.2.3-6
        //= R-4.2.4-8
        if !step.config.cipher_suites.contains(&message.cipher_suite) {
            return Err(PeerFault::SuiteNotOffered(message.cipher_suite));
        }
        //= R-4.2.3-8
        if message.legacy_compression_method != 0 {
            return Err(PeerFault::Compression);
        }
        Ok(())
    }

    /// HelloRetryRequest: what it asks for, and the second ClientHello (§4.2.4).
    fn recv_hello_retry_request(
        self,
        received: &Received<'_>,
        message: &ServerHello<'_>,
        step: &mut Step<'_>,
    ) -> Result<Self, Fault> {
        //= R-4.2.4-6
        if self.retried.is_some() {
            return Err(PeerFault::SecondRetry.into());
        }
        let malformed = |error| received.malformed(error);
        //= R9849-6.2.1-3
        message.extensions.get::<EchHelloRetryRequest>().map_err(malformed)?;
        let wanted: Option<KeyShareHelloRetryRequest> = message.extensions.get().map_err(malformed)?;
        let cookie: Option<Cookie<'_>> = message.extensions.get().map_err(malformed)?;
        let group = wanted.map(|wanted| wanted.selected_group);
        if let Some(group) = group {
            self.check_retried_group(group, step)?;
        }
        //= R-4.2.4-5
        if group.is_none() && cookie.is_none() {
            return Err(PeerFault::RetryChangesNothing.into());
        }
        let shares = match group {
            Some(group) => KeyShares::retried(group, step)?,
            None => self.shares,
        };
        let kdf = step.kdf(message.cipher_suite)?;
        let client_hello_1 = kdf.hash().digest(&self.client_hello);
        let mut transcript = Transcript::from_client_hello_hash(kdf.hash(), &client_hello_1);
        transcript.add(received.bytes);
        let retried = Retried { cipher_suite: message.cipher_suite, group, transcript };
        let cookie = cookie.map(|cookie| cookie.cookie);
        if self.early_data {
            step.actions.early_exporter = None;
            step.actions.milestone(Milestone::EarlyDataRejected);
        }
        //= R-4.2.2-2
        //= R-4.2.4-7
        //= R-4.2.4-11
        let psks: Vec<_> =
            self.psks.into_iter().filter(|offered| offered.fits(message.cipher_suite)).collect();
        //= R8773-5-4
        if psks.is_empty() && self.offer.sent(ExtensionType::CERT_WITH_EXTERN_PSK) {
            return Err(PeerFault::CertWithExternPskDeclined.into());
        }
        Ok(Self::send(self.offer, shares, psks, self.outer, cookie, Some(retried), step)?)
    }

    /// The group that a HelloRetryRequest asks for was offered, and no share of it was sent (§4.3.8).
    fn check_retried_group(&self, group: NamedGroup, step: &Step<'_>) -> Result<(), PeerFault> {
        //= R-4.3.8-12
        //= R-4.3.8-13
        if !step.config.groups.contains(&group) {
            return Err(PeerFault::GroupNotOffered(group));
        }
        if self.shares.contain(group) {
            return Err(PeerFault::GroupAlreadyShared(group));
        }
        Ok(())
    }

    /// ServerHello: the shared secret, and the handshake's keys (§4.2.3, §7.1).
    fn accept(
        mut self,
        received: &Received<'_>,
        message: &ServerHello<'_>,
        step: &mut Step<'_>,
    ) -> Result<WaitEe, Fault> {
        let malformed = |error| received.malformed(error);
        let selected: Option<SelectedPsk> = message.extensions.get().map_err(malformed)?;
        let share: Option<KeyShareServerHello<'_>> = message.extensions.get().map_err(malformed)?;
        let both: Option<CertWithExternPsk> = message.extensions.get().map_err(malformed)?;
        let with_certificate = both.is_some();
        //= R8773-4-4
        if with_certificate {
            received.require(ExtensionType::PRE_SHARED_KEY, selected)?;
            received.require(ExtensionType::KEY_SHARE, share)?;
        } else if step.config.cert_with_extern_psk == handshake::CertWithExternPsk::Required
            && !self.offer.ech.is_rejected()
        {
            return Err(PeerFault::CertWithExternPskDeclined.into());
        }
        let share = share.map(|share| share.server_share);
        let group = share.map(|share| share.group);
        self.check_retried(message.cipher_suite, group)?;
        let is_first_psk = selected.is_some_and(|selected| selected.selected_identity == 0);
        let psk =
            selected.map(|selected| take_psk(&mut self.psks, selected, message.cipher_suite)).transpose()?;
        if share.is_none() {
            check_psk_ke(received, psk.is_some(), step)?;
        }
        let shared_secret =
            share.map(|share| self.shares.complete(share.group, share.key_exchange)).transpose()?;
        let hello_retried = self.retried.is_some();
        let kdf = step.kdf(message.cipher_suite)?;
        let (early_secret, psk) = match psk {
            Some(psk) => (psk.early_secret, Some(psk.offer)),
            None => (EarlySecret::new(kdf.clone(), None), None),
        };
        let mut transcript = match self.retried.take() {
            Some(retried) => retried.transcript,
            None => Transcript::new(kdf.hash()),
        };
        transcript.add(&self.client_hello);
        transcript.add(received.bytes);
        let handshake_secret = early_secret.into_handshake_secret(shared_secret.as_ref());
        let session =
            Session::new(message.cipher_suite, group, hello_retried, kdf, transcript, handshake_secret);
        session.install_keys(&self.offer.random, self.early_data, step);
        let early_data = if self.early_data { EarlyData::Offered { is_first_psk } } else { EarlyData::None };
        Ok(WaitEe { session, offer: self.offer, psk, with_certificate, early_data })
    }

    /// ServerHello keeps to what the HelloRetryRequest before it said (§4.2.4, §4.3.8).
    fn check_retried(&self, cipher_suite: CipherSuite, group: Option<NamedGroup>) -> Result<(), PeerFault> {
        let Some(retried) = &self.retried else { return Ok(()) };
        //= R-4.2.4-10
        if retried.cipher_suite != cipher_suite {
            return Err(PeerFault::SuiteChangedAfterRetry(cipher_suite));
        }
        match (retried.group, group) {
            //= R-4.3.8-17
            //= R-4.3.8-18
            (Some(wanted), Some(group)) if wanted != group => Err(PeerFault::GroupChangedAfterRetry(group)),
            _ => Ok(()),
        }
    }
}

/// The version that the server selected is TLS 1.3 (§4.2.3, §4.3.1), and still is behind a HelloRetryRequest.
fn check_version(received: &Received<'_>, message: &ServerHello<'_>, retried: bool) -> Result<(), PeerFault> {
    let selected: Option<SupportedVersionsServerHello> =
        message.extensions.get().map_err(|error| received.malformed(error))?;
    //= R-E.1-3
    //= R-E.3-1
    let Some(selected) = selected else {
        //= R-4.2.3-15
        //= R-4.2.3-17
        //= R-4.2.4-12
        return Err(if message.has_downgrade_sentinel() {
            PeerFault::Downgraded
        } else if retried {
            PeerFault::VersionChangedAfterRetry
        } else {
            PeerFault::NoSharedVersion
        });
    };
    //= R-4.3.1-12
    //= R-4.3.1-13
    if selected.selected_version != ProtocolVersion::TLS13 {
        return Err(PeerFault::VersionNotOffered(selected.selected_version));
    }
    //= R-4.2.3-2
    if message.legacy_version != ProtocolVersion::TLS12 {
        return Err(PeerFault::LegacyVersion(message.legacy_version));
    }
    Ok(())
}

impl Session {
    fn new(
        cipher_suite: CipherSuite,
        group: Option<NamedGroup>,
        hello_retried: bool,
        kdf: Kdf,
        transcript: Transcript,
        handshake_secret: HandshakeSecret,
    ) -> Self {
        let HandshakeTrafficSecrets { client_handshake_traffic_secret, server_handshake_traffic_secret } =
            handshake_secret.traffic_secrets(&transcript.current());
        Self {
            cipher_suite,
            group,
            hello_retried,
            kdf,
            client_handshake_traffic_secret,
            server_handshake_traffic_secret,
            transcript,
            handshake_secret,
        }
    }

    /// K_recv = handshake, and K_send too, so that an alert from here on is protected (§7.3); while early data is on
    /// its way, it goes on under its own keys.
    fn install_keys(&self, client_random: &[u8; 32], early_data: bool, step: &mut Step<'_>) {
        let client = &self.client_handshake_traffic_secret;
        let server = &self.server_handshake_traffic_secret;
        step.log_key("CLIENT_HANDSHAKE_TRAFFIC_SECRET", client_random, client);
        step.log_key("SERVER_HANDSHAKE_TRAFFIC_SECRET", client_random, server);
        step.keys(Direction::Receive, Epoch::Handshake, self.cipher_suite, server);
        if !early_data {
            self.install_send_keys(step);
        }
    }

    /// K_send = handshake.
    pub(super) fn install_send_keys(&self, step: &mut Step<'_>) {
        let client = &self.client_handshake_traffic_secret;
        step.keys(Direction::Send, Epoch::Handshake, self.cipher_suite, client);
    }
}

impl WaitEe {
    /// WAIT_EE --Recv EncryptedExtensions--> WAIT_CERT_CR, or with a PSK WAIT_FINISHED.
    pub(super) fn recv_encrypted_extensions(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::EncryptedExtensions>, Fault> {
        let message = received.decode();
        let taken = message.and_then(|message| self.negotiate(received, &message, step));
        let negotiated = taken.inspect_err(|_| self.rekey_for_alert(received, step))?;
        if let Some(limit) = negotiated.record_size_limit {
            step.actions.peer_record_size_limit(limit);
        }
        self.session.transcript.add(received.bytes);
        let early_data = self.early_data == EarlyData::Accepted;
        let (session, offer) = (self.session, self.offer);
        Ok(match self.psk {
            None => WaitCertCr { session, offer, negotiated, external_psk: None }.into(),
            //= R8773-5.2-1
            Some(psk) if self.with_certificate => {
                let external_psk = Some(psk.external_identity().to_vec());
                WaitCertCr { session, offer, negotiated, external_psk }.into()
            }
            Some(psk) => {
                let server = ServerProof::Psk(psk);
                WaitFinished { session, offer, negotiated, request: None, server, early_data }.into()
            }
        })
    }

    /// What the server says to each of our extensions.
    fn negotiate(
        &mut self,
        received: &Received<'_>,
        message: &EncryptedExtensions<'_>,
        step: &mut Step<'_>,
    ) -> Result<Negotiated, PeerFault> {
        let block = &message.extensions;
        received.check_extensions(
            ExtensionsOf::EncryptedExtensions,
            block,
            Some(&|sent| self.offer.sent(sent)),
        )?;
        block.get::<ServerNameEncryptedExtensions>().map_err(|error| received.malformed(error))?;
        self.take_retry_configs(received, block)?;
        let shows_certificate = self.psk.is_none() || self.with_certificate;
        let negotiated = Negotiated {
            server_certificate_type: server_certificate_type(received, message, shows_certificate, step)?,
            client_certificate_type: client_certificate_type(received, message, step)?,
            application_protocol: application_protocol(received, message, step)?,
            record_size_limit: record_size_limit(received, message)?,
            expected_tickets: expected_tickets(received, message)?,
            certificates_compressed: CertificatesCompressed::default(),
            foreign_extensions: take_answers(
                self.offer.foreign(step.config),
                AnsweredIn::EncryptedExtensions,
                received.msg_type,
                block,
            )?,
        };
        self.settle_early_data(received, block, &negotiated, step)?;
        Ok(negotiated)
    }
}

impl WaitEe {
    /// What a server that rejects Encrypted Client Hello tells us to use (RFC 9849 §5, §6.1.6, §6.2.1).
    fn take_retry_configs(
        &mut self,
        received: &Received<'_>,
        block: &Extensions<'_>,
    ) -> Result<(), PeerFault> {
        //= R9849-6.1.6-4
        let ech: Option<EchEncryptedExtensions<'_>> =
            block.get().map_err(|error| received.malformed(error))?;
        let Some(ech) = ech else { return Ok(()) };
        match &mut self.offer.ech {
            //= R9849-6.2.1-4
            // It was GREASE, and is not kept.
            Ech::Unsettled => {}
            Ech::Rejected { retry_configs } => *retry_configs = Some(ech.retry_configs.into()),
            //= R9849-5-4
            Ech::Accepted => {
                let fault = ExtensionFault::Unsolicited(ExtensionType::ENCRYPTED_CLIENT_HELLO);
                return Err(PeerFault::Extension { message: received.msg_type, fault });
            }
        }
        Ok(())
    }
}

/// The application protocol that the server chose: one name, and one that we offered (RFC 7301 §3.1).
fn application_protocol(
    received: &Received<'_>,
    message: &EncryptedExtensions<'_>,
    step: &Step<'_>,
) -> Result<Option<Vec<u8>>, PeerFault> {
    let names: Option<ProtocolNameList<'_>> =
        message.extensions.get().map_err(|error| received.malformed(error))?;
    let Some(names) = names else {
        return match step.config.carrier {
            crate::handshake::Carrier::Stream => Ok(None),
            crate::handshake::Carrier::Quic => Err(PeerFault::NoSharedProtocol),
        };
    };
    let mut names = names.protocol_name_list.iter();
    match (names.next(), names.next()) {
        (Some(name), None) if step.config.application_protocols.iter().any(|offered| offered == name) => {
            Ok(Some(name.to_vec()))
        }
        _ => Err(PeerFault::ProtocolNotOffered),
    }
}

/// How the server shows who it is: in a way that we listed, or by X.509 (RFC 7250 §4.2).
fn server_certificate_type(
    received: &Received<'_>,
    message: &EncryptedExtensions<'_>,
    shows_certificate: bool,
    step: &Step<'_>,
) -> Result<CertificateType, PeerFault> {
    let selected: Option<ServerCertificateType> =
        message.extensions.get().map_err(|error| received.malformed(error))?;
    let selected = selected.map(|selected| selected.server_certificate_type);
    let accepts = |selected| step.config.accepts_certificate_type(selected);
    match selected {
        //= R7250-4.2-4
        Some(other) if !accepts(other) => Err(PeerFault::CertificateTypeNotOffered(other)),
        None if shows_certificate && !accepts(CertificateType::X509) => {
            Err(PeerFault::NoSharedCertificateType)
        }
        selected => Ok(selected.unwrap_or_default()),
    }
}

/// How we are to show who we are: in a way that we listed, or by X.509 (RFC 7250 §4.2).
fn client_certificate_type(
    received: &Received<'_>,
    message: &EncryptedExtensions<'_>,
    step: &Step<'_>,
) -> Result<CertificateType, PeerFault> {
    let selected: Option<ClientCertificateType> =
        message.extensions.get().map_err(|error| received.malformed(error))?;
    let selected = selected.map(|selected| selected.client_certificate_type);
    //= R7250-4.2-3
    match selected {
        Some(other) if !listed(&step.config.shown_certificate_types).contains(&other) => {
            Err(PeerFault::CertificateTypeNotOffered(other))
        }
        selected => Ok(selected.unwrap_or_default()),
    }
}

/// The server's `record_size_limit` (RFC 8449 §4).
fn record_size_limit(
    received: &Received<'_>,
    message: &EncryptedExtensions<'_>,
) -> Result<Option<u16>, PeerFault> {
    let limit: Option<RecordSizeLimit> =
        message.extensions.get().map_err(|error| received.malformed(error))?;
    match limit {
        //= R8449-4-9
        Some(RecordSizeLimit(limit)) if limit < 64 => Err(PeerFault::RecordSizeLimit(limit)),
        limit => Ok(limit.map(|limit| limit.0)),
    }
}

/// The server's `ticket_request` (RFC 9149 §3).
fn expected_tickets(
    received: &Received<'_>,
    message: &EncryptedExtensions<'_>,
) -> Result<Option<u8>, PeerFault> {
    let hint: Option<ServerTicketRequestHint> =
        message.extensions.get().map_err(|error| received.malformed(error))?;
    Ok(hint.map(|hint| hint.expected_count))
}
