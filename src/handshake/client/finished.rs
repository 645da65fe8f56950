//! WAIT_FINISHED and CONNECTED: the server's Finished, and our own flight (RFC 9846 §4.5; 8446 §4.4).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::To;
use super::certificate::{ProvenPeer, Request};
use super::client_hello::Offer;
use super::ech::Ech;
use super::server_hello::{Negotiated, Session};
use alloc::sync::Arc;

use crate::crypto::Secret;
use crate::handshake::ask::{Ask, ChooseCredential, Reply, Sign};
use crate::handshake::certificate_types;
use crate::handshake::credential::{CertificateWishes, SignedContent};
use crate::handshake::flight::{send_certificate, send_certificate_verify, send_credential, send_finished};
use crate::handshake::output::{Authentication, Connected as Agreement, Milestone};
use crate::handshake::post_handshake::{Authenticated as PostAuthenticated, Established};
use crate::handshake::post_handshake_auth::HandshakeContext;
use crate::handshake::step::{Received, Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::verify::verify_finished;
use crate::handshake::{Carrier, Direction, EchConfigList, Epoch, Fault, PeerChain, Role};
use crate::identity::{CertificateTag, PeerIdentity};
use crate::key_schedule::{ApplicationSecrets, Kdf, MainSecret};
use crate::message::{
    CipherSuite, EndOfEarlyData, ExtensionType, HandshakeType, NamedGroup, SignatureScheme,
};
use crate::resumption::{PskOffer, Session as ResumedSession};
use crate::time::Time;
use crate::transcript::Transcript;
use crate::wire::Encode;

/// WAIT_FINISHED: the server has proved who it is.
pub(crate) struct WaitFinished {
    pub(super) session: Session,
    pub(super) offer: Offer,
    pub(super) negotiated: Negotiated,
    pub(super) request: Option<Request>,
    pub(super) server: ServerProof,
    /// Does the server take our early data?
    pub(super) early_data: bool,
}

/// How the server has proved who it is, up to its Finished.
pub(super) enum ServerProof {
    /// By certificate.
    Certificate(ProvenPeer),
    /// By knowing this PSK, which Finished is about to show.
    Psk(PskOffer),
}

/// A credential for the server's CertificateRequest is being chosen.
pub(crate) struct ChoosingCredential {
    pub(super) ask: Ask,
    authenticated: Authenticated,
    /// What is to stand in our Certificate.
    certificate_wishes: CertificateWishes,
}

/// The credential's key is elsewhere, and signs. Certificate is sent.
pub(crate) struct Signing {
    pub(super) ask: Ask,
    authenticated: Authenticated,
    scheme: SignatureScheme,
}

/// CONNECTED: the handshake is complete.
pub(crate) struct Connected {
    pub(crate) established: Established,
}

/// A server whose Finished has been verified, and the secrets of the application.
struct Authenticated {
    cipher_suite: CipherSuite,
    group: Option<NamedGroup>,
    hello_retried: bool,
    kdf: Kdf,
    transcript: Transcript,
    offer: Offer,
    negotiated: Negotiated,
    server: ServerProof,
    main_secret: MainSecret,
    client_handshake_traffic_secret: Secret,
    client_application_traffic_secret_0: Secret,
    exporter_secret: Secret,
    /// What the application put into the session that this connection resumes.
    application_data: Vec<u8>,
    /// The certificate that we showed, now or on the connection that this one resumes.
    local_certificate: Option<CertificateTag>,
}

impl WaitFinished {
    /// WAIT_FINISHED --Recv Finished--> CONNECTED, by way of a credential if the server asked for one.
    pub(super) fn recv_finished(
        self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::Finished>, Fault> {
        let session = &self.session;
        let base_key = &session.server_handshake_traffic_secret;
        //= R8773-5.3-1
        verify_finished(received, &session.kdf, base_key, &session.transcript.current())?;
        let request = self.request;
        let early_data = self.early_data;
        let authenticated =
            Authenticated::new(self.session, self.offer, self.negotiated, self.server, received, step);
        let mut authenticated = authenticated;
        if early_data {
            authenticated.end_early_data(step);
        }
        if authenticated.offer.ech.is_rejected() {
            return Err(authenticated.reject_ech(request.is_some(), step));
        }
        //= R-4.5.1-2
        let Some(request) = request else { return Ok(authenticated.finish(None, step).into()) };
        let certificate_type = authenticated.negotiated.client_certificate_type;
        let ask = ChooseCredential {
            id: step.ask_id(),
            role: Role::Client,
            server_name: authenticated.offer.server_name(),
            signature_schemes: request.signature_schemes,
            signature_schemes_cert: request.signature_schemes_cert,
            certificate_authorities: request.certificate_authorities,
            oid_filters: request.oid_filters,
            delegated_credential_schemes: request.delegated_credential_schemes,
            certificate_types: certificate_types::negotiated(certificate_type),
            now: step.now,
        };
        let ask = Ask::ChooseCredential(Box::new(ask));
        Ok(ChoosingCredential { ask, authenticated, certificate_wishes: request.certificate_wishes }.into())
    }
}

/// What is known of the server, however it proved it.
struct KnownServer {
    authentication: Authentication,
    at: Time,
    identity: Option<Arc<PeerIdentity>>,
    external_psk: Option<Vec<u8>>,
    chain: Option<PeerChain>,
    scheme: Option<SignatureScheme>,
}

impl ServerProof {
    fn resumed(&self) -> Option<&Arc<ResumedSession>> {
        match self {
            Self::Certificate(_) => None,
            Self::Psk(psk) => psk.session.as_ref(),
        }
    }

    fn known(self, now: Time) -> KnownServer {
        let resumed = self.resumed().cloned();
        match (self, resumed) {
            (Self::Certificate(proven), _) => KnownServer {
                authentication: Authentication::by_certificate(proven.external_psk.is_some()),
                at: now,
                identity: Some(proven.peer.identity),
                external_psk: proven.external_psk,
                chain: Some(proven.chain),
                scheme: Some(proven.scheme),
            },
            (Self::Psk(_), Some(session)) => KnownServer {
                authentication: Authentication::Resumption,
                at: session.authenticated_at,
                identity: session.peer_identity.clone(),
                external_psk: None,
                chain: PeerChain::of_session(&session.peer_chain),
                scheme: None,
            },
            (Self::Psk(psk), None) => KnownServer {
                authentication: Authentication::ExternalPsk,
                at: now,
                identity: None,
                external_psk: Some(psk.external_identity().to_vec()),
                chain: None,
                scheme: None,
            },
        }
    }
}

impl Authenticated {
    /// K_recv = application, and the secrets up to server Finished.
    fn new(
        session: Session,
        offer: Offer,
        negotiated: Negotiated,
        server: ServerProof,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Self {
        let local_certificate = server.resumed().and_then(|session| session.local_certificate);
        let application_data = server.resumed().map(|session| session.application_data.clone());
        let Session { cipher_suite, group, hello_retried, kdf, mut transcript, .. } = session;
        transcript.add(received.bytes);
        let server_finished = transcript.current();
        let main_secret = session.handshake_secret.into_main_secret();
        let ApplicationSecrets {
            client_application_traffic_secret_0,
            server_application_traffic_secret_0: server_secret,
            exporter_secret,
        } = main_secret.application_secrets(&server_finished);
        step.log_key("CLIENT_TRAFFIC_SECRET_0", &offer.random, &client_application_traffic_secret_0);
        step.log_key("SERVER_TRAFFIC_SECRET_0", &offer.random, &server_secret);
        step.log_key("EXPORTER_SECRET", &offer.random, &exporter_secret);
        step.keys(Direction::Receive, Epoch::Application, cipher_suite, &server_secret);
        Self {
            cipher_suite,
            group,
            hello_retried,
            kdf,
            transcript,
            offer,
            negotiated,
            server,
            main_secret,
            client_handshake_traffic_secret: session.client_handshake_traffic_secret,
            client_application_traffic_secret_0,
            exporter_secret,
            local_certificate,
            application_data: application_data.unwrap_or_default(),
        }
    }

    //= R-4.6-2
    /// EndOfEarlyData, under the keys of what it ends, and K_send = handshake; a carrier that has no such message just
    /// changes keys (RFC 9001 §8.3).
    fn end_early_data(&mut self, step: &mut Step<'_>) {
        if step.config.carrier == Carrier::Stream {
            let msg_type = HandshakeType::END_OF_EARLY_DATA;
            //= R-4.6-1
            let sent = step.actions.send(Epoch::Early, msg_type, |out| EndOfEarlyData.encode(out));
            self.transcript.add(sent);
        }
        step.keys(
            Direction::Send,
            Epoch::Handshake,
            self.cipher_suite,
            &self.client_handshake_traffic_secret,
        );
    }

    /// The server has taken our outer ClientHello, and has proved that it is the one with the public name: it completes
    /// this handshake for us to learn what it said, and that is all (RFC 9849 §6.1.6, §6.1.7).
    fn reject_ech(mut self, asked_for_certificate: bool, step: &mut Step<'_>) -> Fault {
        //= R9849-6.1.7-3
        if asked_for_certificate {
            send_certificate(core::iter::empty(), &mut self.transcript, step.actions);
        }
        send_finished(&self.kdf, &self.client_handshake_traffic_secret, &mut self.transcript, step.actions);
        let secret = &self.client_application_traffic_secret_0;
        step.keys(Direction::Send, Epoch::Application, self.cipher_suite, secret);
        let retry_configs = match self.offer.ech {
            Ech::Rejected { retry_configs } => retry_configs,
            Ech::Unsettled | Ech::Accepted => None,
        };
        //= R9849-6.1.6-6
        //= R9849-6.1.6-10
        //= R9849-6.1.7-6
        //= R9849-6.1.7-7
        Fault::EchRejected { retry_configs: retry_configs.filter(EchConfigList::has_supported_version) }
    }

    /// Sends Finished; K_send = application.
    fn finish(mut self, signed: Option<SignatureScheme>, step: &mut Step<'_>) -> Connected {
        send_finished(&self.kdf, &self.client_handshake_traffic_secret, &mut self.transcript, step.actions);
        let secret = &self.client_application_traffic_secret_0;
        step.keys(Direction::Send, Epoch::Application, self.cipher_suite, secret);
        if signed.is_some() {
            step.actions.milestone(Milestone::ClientAuthPending);
        }
        let resumption_secret = step
            .config
            .accept_tickets
            .then(|| self.main_secret.resumption_secret(&self.transcript.current()));
        let server = self.server.known(step.now);
        let server_name = self.offer.server_name();
        //= R-4.4.2-9
        let may_be_asked = self.offer.sent(ExtensionType::POST_HANDSHAKE_AUTH)
            && server.authentication != Authentication::ExternalPsk;
        let authenticated = resumption_secret.is_some().then(|| {
            Box::new(PostAuthenticated {
                at: server.at,
                server_name: self.offer.server_name(),
                application_protocol: self.negotiated.application_protocol.clone(),
                peer_identity: server.identity.clone(),
                local_certificate: self.local_certificate,
                application_data: self.application_data.clone(),
                peer_chain: server.chain.clone().filter(|_| step.config.peer_chain_in_sessions),
            })
        });
        let agreement = Agreement {
            role: Role::Client,
            cipher_suite: self.cipher_suite,
            group: self.group,
            hello_retried: self.hello_retried,
            application_protocol: self.negotiated.application_protocol,
            server_name: self.offer.server_name(),
            encrypted_client_hello: self.offer.ech.status(),
            authentication: server.authentication,
            authenticated_at: server.at,
            application_data: self.application_data,
            peer_identity: server.identity.clone(),
            external_psk: server.external_psk,
            peer_chain: server.chain,
            peer_signature_scheme: server.scheme,
            local_signature_scheme: signed,
            sent_certificate: signed.is_some(),
            local_certificate: self.local_certificate,
            certificates_compressed: self.negotiated.certificates_compressed,
            peer_record_size_limit: self.negotiated.record_size_limit,
            max_fragment_length: None,
            expected_tickets: self.negotiated.expected_tickets,
            foreign_extensions: self.negotiated.foreign_extensions,
        };
        step.actions.milestone(Milestone::Connected(Box::new(agreement)));
        Connected {
            established: Established {
                role: Role::Client,
                kdf: self.kdf,
                cipher_suite: self.cipher_suite,
                exporter_secret: self.exporter_secret,
                resumption_secret,
                tickets_to_send: 0,
                client_certificate_sent: signed.is_some(),
                authenticated,
                post_handshake_auth: may_be_asked.then(|| HandshakeContext {
                    transcript: self.transcript,
                    client_application_traffic_secret: self.client_application_traffic_secret_0,
                    server_name,
                }),
            },
        }
    }
}

impl ChoosingCredential {
    /// The choice opens the client's flight: Certificate, and CertificateVerify where there is something to prove.
    pub(super) fn chosen(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let mut authenticated = self.authenticated;
        let transcript = &mut authenticated.transcript;
        let Reply::Credential(credential) = reply else { return Err(unusable("ChooseCredential", reply)) };
        let Some(credential) = credential else {
            //= R-4.5.1-3
            //= R-4.5.1-4
            send_certificate(core::iter::empty(), transcript, step.actions);
            return Ok(authenticated.finish(None, step).into());
        };
        let scheme = self.ask.scheme_of(&credential)?;
        authenticated.local_certificate = credential.tag(&step.config.crypto);
        let transcript = &mut authenticated.transcript;
        let wishes = &self.certificate_wishes;
        let compressed = send_credential(&credential, wishes, transcript, step.actions);
        authenticated.negotiated.certificates_compressed.local = compressed;
        let transcript = &mut authenticated.transcript;
        let content = SignedContent::new(Role::Client, &transcript.current());
        //= R-4.5.2-2
        match credential.sign(scheme, &content, step.entropy) {
            Some(signature) => {
                send_certificate_verify(scheme, &signature?, transcript, step.actions);
                Ok(authenticated.finish(Some(scheme), step).into())
            }
            None => {
                let sign = Sign::new(step.ask_id(), scheme, credential, content, &step.config.crypto);
                Ok(Signing { ask: Ask::Sign(Box::new(sign)), authenticated, scheme }.into())
            }
        }
    }
}

impl Signing {
    /// The signature, verified before it was taken, ends the client's flight.
    pub(super) fn signed(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Signature(signature) = reply else { return Err(unusable("Sign", reply)) };
        let mut authenticated = self.authenticated;
        let transcript = &mut authenticated.transcript;
        send_certificate_verify(self.scheme, &signature, transcript, step.actions);
        Ok(authenticated.finish(Some(self.scheme), step).into())
    }
}
