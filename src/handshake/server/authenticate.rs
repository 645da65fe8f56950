//! WAIT_CERT, WAIT_CV, WAIT_FINISHED: who the client is (RFC 9846 §4.5; 8446 §4.4).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::To;
use super::flight::{Authenticated, Session};
use crate::crypto::Secret;
use crate::handshake::ask::{AcceptedPeer, Ask, JudgePeer, Reply};
use crate::handshake::certificate_compression::decompress;
use crate::handshake::credential::peer_chain;
use crate::handshake::delegated_credential::proving_key;
use crate::handshake::extensions::is_asked_of_client;
use crate::handshake::foreign_extension::{AnsweredIn, of_connection, take_answers};
use crate::handshake::output::{Authentication, Connected as Agreement, Milestone};
use crate::handshake::post_handshake::{Authenticated as PostAuthenticated, Established};
use crate::handshake::post_handshake_auth::HandshakeContext;
use crate::handshake::step::{Received, Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::verify::{verify_certificate_verify, verify_finished};
use crate::handshake::{ClientAuth, Direction, Epoch, Fault, PeerChain, PeerFault, Role};
use crate::message::{Certificate, ExtensionsOf, MaxFragmentLength, SignatureScheme};

/// WAIT_CERT: the client will show a certificate, or none.
pub(crate) struct WaitCert {
    pub(super) session: Session,
}

/// Certificate has come, and its chain is being judged. WAIT_CV is inside and opens with the verdict alone.
pub(crate) struct JudgingPeer {
    pub(super) ask: Ask,
    session: Session,
    chain: PeerChain,
}

/// WAIT_CV: the chain is judged good; the signature is not here yet.
pub(crate) struct WaitCv {
    session: Session,
    chain: PeerChain,
    peer: Box<AcceptedPeer>,
}

/// WAIT_FINISHED: all but Finished has come.
pub(crate) struct WaitFinished {
    pub(super) session: Session,
    pub(super) client: Option<ProvenClient>,
}

/// A client that has shown a good chain and proved that its key is its own.
pub(super) struct ProvenClient {
    chain: PeerChain,
    peer: Box<AcceptedPeer>,
    scheme: SignatureScheme,
}

/// CONNECTED: the handshake is complete.
pub(crate) struct Connected {
    pub(crate) established: Established,
}

impl WaitCert {
    /// WAIT_CERT --Recv Certificate--> WAIT_CV, by way of the verdict; --Recv empty Certificate-->
    /// WAIT_FINISHED.
    pub(super) fn recv_certificate(
        self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::Certificate>, Fault> {
        Ok(match self.take(received, step)? {
            Ok(judging) => judging.into(),
            Err(finished) => finished.into(),
        })
    }

    /// The same of one that came compressed (RFC 8879).
    pub(super) fn recv_compressed_certificate(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::CompressedCertificate>, Fault> {
        let (algorithm, body) = decompress(received, "WaitCert", step.config)?;
        self.session.selected.certificates_compressed.peer = Some(algorithm);
        Ok(match self.take(&received.decompressed(&body), step)? {
            Ok(judging) => judging.into(),
            Err(finished) => finished.into(),
        })
    }

    /// Asks what to think of the chain, if there is one.
    fn take(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<Result<JudgingPeer, WaitFinished>, Fault> {
        let message: Certificate<'_> = received.decode()?;
        if !message.certificate_request_context.is_empty() {
            return Err(PeerFault::CertificateRequestContext.into());
        }
        let own = &self.session.selected.foreign_extensions;
        let asked = |extension| is_asked_of_client(extension, step.config, own);
        for entry in message.certificate_list.iter() {
            received.check_extensions(ExtensionsOf::Certificate, &entry.extensions, Some(&asked))?;
        }
        let certificate_type = self.session.selected.client_certificate_type.unwrap_or_default();
        let chain = peer_chain(&message, received.body, certificate_type, step.config)?;
        self.session.transcript.add(received.bytes);
        let Some(leaf) = message.certificate_list.iter().next() else {
            //= R-4.5.1.3-2
            return match step.config.client_auth {
                ClientAuth::Required => Err(PeerFault::NoClientCertificate.into()),
                ClientAuth::None | ClientAuth::Optional => {
                    Ok(Err(WaitFinished { session: self.session, client: None }))
                }
            };
        };
        let foreign = of_connection(own, step.config);
        let answers = take_answers(foreign, AnsweredIn::Certificate, received.msg_type, &leaf.extensions)?;
        self.session.selected.peer_foreign_extensions.extend(answers);
        let ask = JudgePeer {
            id: step.ask_id(),
            peer: Role::Client,
            expected: None,
            chain: chain.clone(),
            config: Arc::clone(step.config),
            now: step.now,
        };
        Ok(Ok(JudgingPeer { ask: Ask::JudgePeer(Box::new(ask)), session: self.session, chain }))
    }
}

impl JudgingPeer {
    /// The verdict opens WAIT_CV.
    pub(super) fn judged(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        //= R-4.5.1.3-3
        let Reply::Peer(mut peer) = reply else { return Err(unusable("JudgePeer", reply)) };
        peer.public_key = proving_key(Role::Client, &self.chain, &peer, step.config)?;
        Ok(WaitCv { session: self.session, chain: self.chain, peer }.into())
    }
}

impl WaitCv {
    /// WAIT_CV --Recv CertificateVerify--> WAIT_FINISHED.
    pub(super) fn recv_certificate_verify(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::CertificateVerify>, Fault> {
        let transcript = &mut self.session.transcript;
        let scheme = verify_certificate_verify(
            Role::Client,
            received,
            (&self.chain, &self.peer.public_key),
            &transcript.current(),
            step.config,
        )?;
        transcript.add(received.bytes);
        let client = Some(ProvenClient { chain: self.chain, peer: self.peer, scheme });
        Ok(WaitFinished { session: self.session, client }.into())
    }
}

impl WaitFinished {
    /// WAIT_FINISHED --Recv Finished--> CONNECTED; K_recv = application.
    pub(super) fn recv_finished(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::Finished>, Fault> {
        let session = &mut self.session;
        let base_key = &session.client_handshake_traffic_secret;
        verify_finished(received, &session.kdf, base_key, &session.transcript.current())?;
        session.transcript.add(received.bytes);
        let suite = session.selected.cipher_suite;
        step.keys(
            Direction::Receive,
            Epoch::Application,
            suite,
            &session.client_application_traffic_secret_0,
        );
        let resumes = matches!(session.authentication, Authenticated::Psk(Some(_)));
        let tickets = session.selected.tickets_to_send(resumes, step.config);
        let resumption_secret =
            (tickets > 0).then(|| session.main_secret.resumption_secret(&session.transcript.current()));
        Ok(self.connect(tickets, resumption_secret, step).into())
    }

    fn connect(self, tickets: u8, resumption_secret: Option<Secret>, step: &mut Step<'_>) -> Connected {
        let Self { session, client } = self;
        let selected = session.selected;
        let (mut peer_chain, shown, peer_signature_scheme) = match client {
            Some(client) => (Some(client.chain), Some(client.peer.identity), Some(client.scheme)),
            None => (None, None, None),
        };
        let (local_certificate, application_data) = match &session.authentication {
            Authenticated::Certificate { local_certificate, .. } => (*local_certificate, Vec::new()),
            Authenticated::Psk(Some(resumed)) => {
                (resumed.local_certificate, resumed.application_data.clone())
            }
            Authenticated::Psk(None) => (None, Vec::new()),
        };
        let (authentication, scheme, at, identity) = match session.authentication {
            Authenticated::Certificate { scheme, .. } => (
                Authentication::by_certificate(selected.external_psk.is_some()),
                Some(scheme),
                step.now,
                shown,
            ),
            Authenticated::Psk(Some(resumed)) => {
                peer_chain = PeerChain::of_session(&resumed.peer_chain);
                (Authentication::Resumption, None, resumed.authenticated_at, resumed.peer_identity.clone())
            }
            Authenticated::Psk(None) => (Authentication::ExternalPsk, None, step.now, None),
        };
        let authenticated = resumption_secret.is_some().then(|| {
            Box::new(PostAuthenticated {
                at,
                server_name: selected.server_name.clone(),
                application_protocol: selected.application_protocol.clone(),
                peer_identity: identity.clone(),
                local_certificate,
                application_data: application_data.clone(),
                peer_chain: peer_chain.clone().filter(|_| step.config.peer_chain_in_sessions),
            })
        });
        let agreement = Agreement {
            role: Role::Server,
            cipher_suite: selected.cipher_suite,
            group: selected.share.map(|(group, _)| group),
            hello_retried: selected.hello_retried,
            application_protocol: selected.application_protocol,
            //= R-4.7.1-9
            server_name: selected.server_name,
            encrypted_client_hello: selected.ech,
            authentication,
            authenticated_at: at,
            application_data,
            peer_identity: identity,
            external_psk: selected.external_psk,
            peer_chain,
            peer_signature_scheme,
            local_signature_scheme: scheme,
            sent_certificate: scheme.is_some(),
            local_certificate,
            certificates_compressed: selected.certificates_compressed,
            peer_record_size_limit: selected.peer_record_size_limit,
            max_fragment_length: selected.max_fragment_length.and_then(MaxFragmentLength::bytes),
            expected_tickets: selected.ticket_request.map(|_| tickets),
            foreign_extensions: selected.peer_foreign_extensions,
        };
        step.actions.milestone(Milestone::Connected(Box::new(agreement)));
        //= R-4.4.2-9
        let may_ask = selected.post_handshake_auth && authentication != Authentication::ExternalPsk;
        Connected {
            established: Established {
                role: Role::Server,
                kdf: session.kdf,
                cipher_suite: selected.cipher_suite,
                exporter_secret: session.exporter_secret,
                resumption_secret,
                tickets_to_send: tickets,
                client_certificate_sent: false,
                authenticated,
                post_handshake_auth: may_ask.then(|| HandshakeContext {
                    transcript: session.transcript,
                    client_application_traffic_secret: session.client_application_traffic_secret_0,
                    server_name: None,
                }),
            },
        }
    }
}
