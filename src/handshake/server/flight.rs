//! NEGOTIATED: ServerHello to Finished (RFC 9846 §4.2.3, §4.4, §4.5; 8446 §4.1.3, §4.3, §4.4).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::To;
use super::authenticate::{WaitCert, WaitFinished};
use super::early_data::{WaitEoed, reject_early_data};
use super::negotiate::Selected;
use crate::crypto::Secret;
use crate::handshake::ask::{Ask, Reply, Sign};
use crate::handshake::credential::SignedContent;
use crate::handshake::extensions::{Outgoing, handshake_request_extensions};
use crate::handshake::flight::{send_certificate_verify, send_credential, send_finished};
use crate::handshake::foreign_extension::{AnsweredIn, answers, of_connection};
use crate::handshake::grease::Grease;
use crate::handshake::step::{Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::{
    Carrier, ClientAuth, Config, Credential, Direction, EchStatus, Epoch, Fault, Milestone, OwnFault, Role,
};
use crate::identity::CertificateTag;
use crate::key_schedule::{
    ApplicationSecrets, HandshakeSecret, HandshakeTrafficSecrets, Kdf, Label, MainSecret,
    ech_accept_confirmation,
};
use crate::message::{
    CertWithExternPsk, CertificateRequest, ClientCertificateType, EchConfigs, EchEncryptedExtensions,
    EncryptedExtensions, ExtensionType, HandshakeType, KeyShareEntry, KeyShareServerHello, MaxFragmentLength,
    ProtocolNameList, ProtocolVersion, RecordSizeLimit, SelectedPsk, ServerCertificateType, ServerHello,
    ServerTicketRequestHint, SignatureScheme, SupportedGroups, SupportedVersionsServerHello,
    encode_handshake,
};
use crate::resumption::Session as ResumedSession;
use crate::transcript::Transcript;
use crate::wire::Encode;

/// NEGOTIATED: parameters and credential are selected.
pub(crate) struct Negotiated {
    pub(super) selected: Selected,
    pub(super) kdf: Kdf,
    pub(super) transcript: Transcript,
    pub(super) handshake_secret: HandshakeSecret,
    pub(super) proof: Proof,
    /// `client_early_traffic_secret` and `early_exporter_secret`, where early data is taken.
    pub(super) early: Option<(Secret, Secret)>,
}

/// How we prove who we are.
pub(super) enum Proof {
    /// By certificate, with the external PSK that the client offered at this index, if one goes with it (RFC 8773).
    Certificate { credential: Arc<Credential>, scheme: SignatureScheme, selected_identity: Option<u16> },
    /// By knowing the PSK that the client offered at this index; the session, if it resumes one.
    Psk { selected_identity: u16, session: Option<Arc<ResumedSession>> },
}

/// The credential's key is elsewhere, and signs. All before CertificateVerify is sent.
pub(crate) struct Signing {
    pub(super) ask: Ask,
    flight: Flight,
    scheme: SignatureScheme,
}

/// WAIT_FLIGHT2: our flight is sent.
pub(crate) struct WaitFlight2 {
    pub(super) session: Session,
}

/// The flight up to CertificateVerify.
struct Flight {
    selected: Selected,
    kdf: Kdf,
    transcript: Transcript,
    handshake_secret: HandshakeSecret,
    authentication: Authenticated,
    takes_early_data: bool,
    client_handshake_traffic_secret: Secret,
    server_handshake_traffic_secret: Secret,
}

/// What the client's flight is held against.
pub(super) struct Session {
    pub(super) selected: Selected,
    pub(super) kdf: Kdf,
    pub(super) transcript: Transcript,
    pub(super) authentication: Authenticated,
    pub(super) main_secret: MainSecret,
    pub(super) exporter_secret: Secret,
    pub(super) client_handshake_traffic_secret: Secret,
    pub(super) client_application_traffic_secret_0: Secret,
}

/// By what this handshake authenticates, as far as our own proof settles it.
pub(super) enum Authenticated {
    /// Certificates: ours by this scheme, and what tells it from others.
    Certificate { scheme: SignatureScheme, local_certificate: Option<CertificateTag> },
    /// A PSK, and the session that it resumes, if any.
    Psk(Option<Arc<ResumedSession>>),
}

impl Negotiated {
    /// NEGOTIATED --Send ServerHello … Finished--> WAIT_FLIGHT2.
    pub(super) fn send_flight(self, step: &mut Step<'_>) -> Result<To<Self, on::Nothing>, Fault> {
        let (mut flight, credential) = self.send_hello(step);
        //= R-4-1
        //= R-4.4.1-1
        //= R-4.4.2-2
        flight.send_encrypted_extensions(step);
        //= R-4.4.2-8
        //= R-4.4.2-9
        //= R-F.1-1
        let Some((credential, scheme)) = credential else {
            let takes_early_data = flight.takes_early_data && step.config.carrier == Carrier::Stream;
            let flight2 = flight.finish(step);
            //= R-4.3.11.3-1
            return Ok(if takes_early_data { WaitEoed(flight2).into() } else { flight2.into() });
        };
        //= R-4.4.2-1
        //= R8773-5.2-2
        if step.config.client_auth != ClientAuth::None {
            flight.send_certificate_request(step)?;
        }
        //= R-4.5.1-1
        //= R-4.5.2-1
        //= R-4.5.2-3
        let wishes = &flight.selected.certificate_wishes;
        let compressed = send_credential(&credential, wishes, &mut flight.transcript, step.actions);
        flight.selected.certificates_compressed.local = compressed;
        let content = SignedContent::new(Role::Server, &flight.transcript.current());
        match credential.sign(scheme, &content, step.entropy) {
            Some(signature) => Ok(flight.prove(scheme, &signature?, step).into()),
            None => {
                let sign = Sign::new(step.ask_id(), scheme, credential, content, &step.config.crypto);
                Ok(Signing { ask: Ask::Sign(Box::new(sign)), flight, scheme }.into())
            }
        }
    }

    /// ServerHello; K_send = handshake, and K_recv too: there is no 0-RTT.
    fn send_hello(mut self, step: &mut Step<'_>) -> (Flight, Option<(Arc<Credential>, SignatureScheme)>) {
        let selected = &self.selected;
        let extensions =
            hello_extensions(selected, &self.proof).finish(step.config.script.server_hello.as_deref());
        let mut message = ServerHello {
            //= R-4.2.3-1
            //= R-4.3.1-10
            legacy_version: ProtocolVersion::TLS12,
            random: selected.random,
            legacy_session_id_echo: &selected.legacy_session_id,
            cipher_suite: selected.cipher_suite,
            //= R-4.2.3-7
            legacy_compression_method: 0,
            extensions: extensions.as_extensions(),
        };
        //= R9849-7.2-1
        if selected.ech == EchStatus::Accepted {
            confirm_ech(&mut message, &selected.client_random, &self.transcript, &self.kdf);
        }
        self.transcript
            .add(step.actions.send(Epoch::Initial, HandshakeType::SERVER_HELLO, |out| message.encode(out)));
        let server_hello = self.transcript.current();
        let HandshakeTrafficSecrets {
            client_handshake_traffic_secret: client,
            server_handshake_traffic_secret: server,
        } = self.handshake_secret.traffic_secrets(&server_hello);
        step.log_key("CLIENT_HANDSHAKE_TRAFFIC_SECRET", &selected.client_random, &client);
        step.log_key("SERVER_HANDSHAKE_TRAFFIC_SECRET", &selected.client_random, &server);
        if let Some(limit) = selected.peer_record_size_limit.filter(|_| negotiates_limit(step.config)) {
            step.actions.peer_record_size_limit(limit);
        }
        //= R6066-4-7
        if let Some(length) = selected.max_fragment_length.and_then(MaxFragmentLength::bytes) {
            step.actions.max_fragment_length(length);
        }
        step.keys(Direction::Send, Epoch::Handshake, selected.cipher_suite, &server);
        let takes_early_data = self.early.is_some();
        self.expect_early_data(&client, step);
        let (authentication, credential) = match self.proof {
            Proof::Certificate { credential, scheme, .. } => {
                let local_certificate = credential.tag(&step.config.crypto);
                (Authenticated::Certificate { scheme, local_certificate }, Some((credential, scheme)))
            }
            Proof::Psk { session, .. } => (Authenticated::Psk(session), None),
        };
        let flight = Flight {
            selected: self.selected,
            kdf: self.kdf,
            transcript: self.transcript,
            handshake_secret: self.handshake_secret,
            authentication,
            takes_early_data,
            client_handshake_traffic_secret: client,
            server_handshake_traffic_secret: server,
        };
        (flight, credential)
    }
}

impl Negotiated {
    /// K_recv = early data if it is taken, else handshake, with what cannot be opened skipped where the client sends
    /// early data all the same.
    fn expect_early_data(&self, client_handshake_traffic_secret: &Secret, step: &mut Step<'_>) {
        let selected = &self.selected;
        let is_stream = step.config.carrier == Carrier::Stream;
        if let Some((early, exporter)) = &self.early {
            step.log_key("CLIENT_EARLY_TRAFFIC_SECRET", &selected.client_random, early);
            step.log_key("EARLY_EXPORTER_SECRET", &selected.client_random, exporter);
            step.actions.early_exporter = Some((self.kdf.clone(), exporter.clone()));
            step.actions.milestone(Milestone::EarlyDataAccepted);
            step.keys(Direction::Receive, Epoch::Early, selected.cipher_suite, early);
        } else if selected.sends_early_data && !selected.hello_retried {
            reject_early_data(step);
        }
        if self.early.is_none() || !is_stream {
            let secret = client_handshake_traffic_secret;
            step.keys(Direction::Receive, Epoch::Handshake, selected.cipher_suite, secret);
        }
    }
}

/// Embeds the signal that Encrypted Client Hello is accepted into `random` (RFC 9849 §7.2).
fn confirm_ech(
    message: &mut ServerHello<'_>,
    client_hello_inner_random: &[u8; 32],
    transcript: &Transcript,
    kdf: &Kdf,
) {
    let Some(place) = message.random.last_chunk_mut::<8>() else { return };
    *place = [0; 8];
    let mut unconfirmed = Vec::new();
    encode_handshake(HandshakeType::SERVER_HELLO, &mut unconfirmed, |out| message.encode(out));
    let mut transcript = transcript.fork();
    transcript.add(&unconfirmed);
    let label = Label::ECH_ACCEPT_CONFIRMATION;
    let confirmation = ech_accept_confirmation(kdf, client_hello_inner_random, label, &transcript.current());
    if let Some(place) = message.random.last_chunk_mut::<8>() {
        *place = confirmation;
    }
}

/// Does this config take part in `record_size_limit`?
fn negotiates_limit(config: &Config) -> bool {
    config.carrier == Carrier::Stream && config.record_size_limit.is_some()
}

//= R-4.2.3-9
fn hello_extensions(selected: &Selected, proof: &Proof) -> Outgoing {
    let mut out = Outgoing::new();
    let (selected_identity, with_certificate) = match *proof {
        Proof::Psk { selected_identity, .. } => (Some(selected_identity), false),
        Proof::Certificate { selected_identity, .. } => (selected_identity, selected_identity.is_some()),
    };
    let selected_psk = selected_identity.map(|selected_identity| SelectedPsk { selected_identity });
    out.push_some(ExtensionType::PRE_SHARED_KEY, selected_psk);
    //= R8773-4-4
    out.push_some(ExtensionType::CERT_WITH_EXTERN_PSK, with_certificate.then_some(CertWithExternPsk));
    //= R-4.3.8-16
    //= R-4.3.9-8
    if let Some((group, key_exchange)) = &selected.share {
        let server_share = KeyShareEntry { group: *group, key_exchange };
        out.push(ExtensionType::KEY_SHARE, &KeyShareServerHello { server_share });
    }
    //= R-4.3.1-9
    let version = SupportedVersionsServerHello { selected_version: ProtocolVersion::TLS13 };
    //= R-4.2.3-10
    out.push(ExtensionType::SUPPORTED_VERSIONS, &version);
    out
}

impl Flight {
    fn send_encrypted_extensions(&mut self, step: &mut Step<'_>) {
        let config = Arc::clone(step.config);
        let selected = &self.selected;
        let mut out = Outgoing::new();
        let limit = config.record_size_limit.filter(|_| selected.peer_record_size_limit.is_some());
        out.push_some(ExtensionType::RECORD_SIZE_LIMIT, limit.map(RecordSizeLimit));
        //= R6066-4-4
        out.push_some(ExtensionType::MAX_FRAGMENT_LENGTH, selected.max_fragment_length);
        // "When resuming a session, the server MUST NOT include a server_name extension" (RFC 6066 §3).
        let resumes = matches!(self.authentication, Authenticated::Psk(Some(_)));
        if selected.server_name.is_some() && !resumes {
            out.push_empty(ExtensionType::SERVER_NAME);
        }
        //= R-4.3.7-4
        if selected.share.as_ref().is_some_and(|(group, _)| config.groups.first() != Some(group)) {
            let groups = SupportedGroups::from(config.groups.as_slice());
            out.push(ExtensionType::SUPPORTED_GROUPS, &groups);
        }
        let protocol = selected.application_protocol.as_ref().map(core::slice::from_ref);
        let protocol = protocol.map(ProtocolNameList::from);
        out.push_some(ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION, protocol);
        let client_type = selected.client_certificate_type;
        let client_type = client_type.map(|it| ClientCertificateType { client_certificate_type: it });
        out.push_some(ExtensionType::CLIENT_CERTIFICATE_TYPE, client_type);
        let server_type = selected.server_certificate_type;
        let server_type = server_type.map(|it| ServerCertificateType { server_certificate_type: it });
        out.push_some(ExtensionType::SERVER_CERTIFICATE_TYPE, server_type);
        if self.takes_early_data {
            out.push_empty(ExtensionType::EARLY_DATA);
        }
        let expected_count = selected.tickets_to_send(resumes, &config);
        let hint = selected.ticket_request.map(|_| ServerTicketRequestHint { expected_count });
        //= R9149-3-7
        out.push_some(ExtensionType::TICKET_REQUEST, hint);
        //= R9849-7.1-8
        if !selected.ech_retry_configs.is_empty() {
            let retry_configs = EchConfigs::from_contents(&selected.ech_retry_configs);
            out.push(ExtensionType::ENCRYPTED_CLIENT_HELLO, &EchEncryptedExtensions { retry_configs });
        }
        let foreign = of_connection(&selected.foreign_extensions, &config);
        let asked = |extension_type| selected.was_sent(extension_type);
        out.push_foreign(answers(foreign, AnsweredIn::EncryptedExtensions, asked));
        let extensions = out.finish(config.script.encrypted_extensions.as_deref());
        let message = EncryptedExtensions { extensions: extensions.as_extensions() };
        let msg_type = HandshakeType::ENCRYPTED_EXTENSIONS;
        self.transcript.add(step.actions.send(Epoch::Handshake, msg_type, |out| message.encode(out)));
    }

    fn send_certificate_request(&mut self, step: &mut Step<'_>) -> Result<(), OwnFault> {
        let grease = Grease::draw(step)?;
        let own = &self.selected.foreign_extensions;
        let extensions = handshake_request_extensions(step.config, own, grease);
        let message =
            //= R-4.4.2-3
            //= R-4.4.2-4
            CertificateRequest { certificate_request_context: &[], extensions: extensions.as_extensions() };
        let msg_type = HandshakeType::CERTIFICATE_REQUEST;
        self.transcript.add(step.actions.send(Epoch::Handshake, msg_type, |out| message.encode(out)));
        Ok(())
    }

    /// CertificateVerify, and what follows it.
    fn prove(mut self, scheme: SignatureScheme, signature: &[u8], step: &mut Step<'_>) -> WaitFlight2 {
        send_certificate_verify(scheme, signature, &mut self.transcript, step.actions);
        self.finish(step)
    }

    /// Finished; K_send = application.
    fn finish(mut self, step: &mut Step<'_>) -> WaitFlight2 {
        send_finished(&self.kdf, &self.server_handshake_traffic_secret, &mut self.transcript, step.actions);
        let server_finished = self.transcript.current();
        let main_secret = self.handshake_secret.into_main_secret();
        let ApplicationSecrets {
            client_application_traffic_secret_0: client,
            server_application_traffic_secret_0: server,
            exporter_secret,
        } = main_secret.application_secrets(&server_finished);
        step.log_key("CLIENT_TRAFFIC_SECRET_0", &self.selected.client_random, &client);
        step.log_key("SERVER_TRAFFIC_SECRET_0", &self.selected.client_random, &server);
        step.log_key("EXPORTER_SECRET", &self.selected.client_random, &exporter_secret);
        //= R-4.5.3-3
        step.keys(Direction::Send, Epoch::Application, self.selected.cipher_suite, &server);
        WaitFlight2 {
            session: Session {
                selected: self.selected,
                kdf: self.kdf,
                transcript: self.transcript,
                authentication: self.authentication,
                main_secret,
                exporter_secret,
                client_handshake_traffic_secret: self.client_handshake_traffic_secret,
                client_application_traffic_secret_0: client,
            },
        }
    }
}

impl Signing {
    /// The signature, verified before it was taken, ends our flight.
    pub(super) fn signed(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Signature(signature) = reply else { return Err(unusable("Sign", reply)) };
        Ok(self.flight.prove(self.scheme, &signature, step).into())
    }
}

impl WaitFlight2 {
    /// WAIT_FLIGHT2 --No auth--> WAIT_FINISHED, or --Cert-based client auth--> WAIT_CERT.
    pub(super) fn expect_flight(self, step: &mut Step<'_>) -> Result<To<Self, on::Nothing>, Fault> {
        let resumed = matches!(self.session.authentication, Authenticated::Psk(_));
        Ok(match step.config.client_auth {
            _ if resumed => WaitFinished { session: self.session, client: None }.into(),
            ClientAuth::None => WaitFinished { session: self.session, client: None }.into(),
            ClientAuth::Optional | ClientAuth::Required => WaitCert { session: self.session }.into(),
        })
    }
}
