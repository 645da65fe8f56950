//! The server's requests behind the handshake (RFC 9846 §4.7.2; 8446 §4.6.2).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{HandshakeContext, RequestRefused, unexpected};
use crate::crypto::{Purpose, Secret};
use crate::handshake::ask::{Ask, JudgePeer, Reply};
use crate::handshake::credential::{PeerChain, SignedContent, peer_chain};
use crate::handshake::delegated_credential::proving_key;
use crate::handshake::extensions::{is_asked_of_client, post_handshake_request_extensions};
use crate::handshake::foreign_extension::{AnsweredIn, take_answers};
use crate::handshake::output::{Epoch, Milestone, PeerAuthenticated};
use crate::handshake::step::{Received, Step, unusable};
use crate::handshake::transitions::{on, transitions};
use crate::handshake::verify::{read_certificate_verify, verify_finished, verify_signature};
use crate::handshake::{ClientAuth, Fault, PeerFault, Role};
use crate::key_schedule::{Kdf, next_application_traffic_secret};
use crate::message::{
    Certificate, CertificateRequest, CertificateType, ExtensionsOf, HandshakeType, SignatureScheme,
};
use crate::transcript::Transcript;
use crate::wire::Encode;

transitions! {
    /// One request of a server.
    pub(crate) enum Server {
        /// The handshake is complete.
        Connected,
        /// CertificateRequest is sent.
        WaitCert,
        /// Certificate has come.
        WaitCv,
        /// All but Finished has come.
        WaitFinished,
        /// Finished has come; the chain is being judged.
        JudgingPeer,
        /// Who the client is, is known.
        Authenticated,
    }
    receive {
        WaitCert.recv_certificate(Certificate) => WaitCv | WaitFinished;
        WaitCv.recv_certificate_verify(CertificateVerify) => WaitFinished;
        WaitFinished.recv_finished(Finished) => JudgingPeer | Authenticated;
    }
    at_once {
        Connected.send_certificate_request() => WaitCert;
    }
    answer {
        JudgingPeer.judged(answer) => Authenticated;
    }
}

/// The handshake is complete.
pub(crate) struct Connected {
    request: Request,
}

/// CertificateRequest is sent.
pub(crate) struct WaitCert {
    request: Request,
}

/// Certificate has come.
pub(crate) struct WaitCv {
    request: Request,
    chain: PeerChain,
}

/// All but Finished has come.
pub(crate) struct WaitFinished {
    request: Request,
    shown: Option<Shown>,
}

/// Finished has come; the chain is being judged.
pub(crate) struct JudgingPeer {
    ask: Ask,
    certificate_request_context: [u8; 32],
    shown: Shown,
}

/// Who the client is, is known.
pub(crate) struct Authenticated {
    client: PeerAuthenticated,
}

/// One request, and what its answer is held against.
struct Request {
    certificate_request_context: [u8; 32],
    transcript: Transcript,
    kdf: Kdf,
    /// `client_application_traffic_secret_N`, as it is when the answer begins.
    base_key: Secret,
}

/// A chain, and the signature that proves that its key is the client's own.
struct Shown {
    chain: PeerChain,
    scheme: SignatureScheme,
    signature: Vec<u8>,
    content: SignedContent,
}

impl Connected {
    /// CONNECTED --Send CertificateRequest--> WAIT_CERT.
    fn send_certificate_request(mut self, step: &mut Step<'_>) -> Result<To<Self, on::Nothing>, Fault> {
        let extensions = post_handshake_request_extensions(step.config);
        let message = CertificateRequest {
            certificate_request_context: &self.request.certificate_request_context,
            extensions: extensions.as_extensions(),
        };
        let msg_type = HandshakeType::CERTIFICATE_REQUEST;
        //= R-4.7.2-1
        let sent = step.actions.send(Epoch::Application, msg_type, |out| message.encode(out));
        self.request.transcript.add(sent);
        step.actions.close_chunk();
        Ok(WaitCert { request: self.request }.into())
    }
}

impl WaitCert {
    /// WAIT_CERT --Recv Certificate--> WAIT_CV; --Recv empty Certificate--> WAIT_FINISHED.
    fn recv_certificate(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::Certificate>, Fault> {
        let message: Certificate<'_> = received.decode()?;
        let asked = |extension| is_asked_of_client(extension, step.config, &[]);
        for entry in message.certificate_list.iter() {
            received.check_extensions(ExtensionsOf::Certificate, &entry.extensions, Some(&asked))?;
        }
        let chain = peer_chain(&message, received.body, CertificateType::X509, step.config)?;
        self.request.transcript.add(received.bytes);
        if let Some(leaf) = message.certificate_list.iter().next() {
            let foreign = step.config.foreign_extensions.iter();
            take_answers(foreign, AnsweredIn::Certificate, received.msg_type, &leaf.extensions)?;
            return Ok(WaitCv { request: self.request, chain }.into());
        }
        match step.config.post_handshake_client_auth {
            ClientAuth::Required => Err(PeerFault::NoClientCertificate.into()),
            ClientAuth::None | ClientAuth::Optional => {
                Ok(WaitFinished { request: self.request, shown: None }.into())
            }
        }
    }
}

impl WaitCv {
    /// WAIT_CV --Recv CertificateVerify--> WAIT_FINISHED; its signature is verified once the chain is judged.
    fn recv_certificate_verify(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::CertificateVerify>, Fault> {
        let message = read_certificate_verify(received, &self.chain, step.config)?;
        let transcript = &mut self.request.transcript;
        let content = SignedContent::new(Role::Client, &transcript.current());
        transcript.add(received.bytes);
        let (scheme, signature) = (message.algorithm, message.signature.to_vec());
        let shown = Some(Shown { chain: self.chain, scheme, signature, content });
        Ok(WaitFinished { request: self.request, shown }.into())
    }
}

impl WaitFinished {
    /// WAIT_FINISHED --Recv Finished--> CONNECTED, by way of the verdict if there is a chain.
    fn recv_finished(
        self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::Finished>, Fault> {
        let Request { certificate_request_context, transcript, kdf, base_key } = self.request;
        verify_finished(received, &kdf, &base_key, &transcript.current())?;
        let Some(shown) = self.shown else {
            let client = PeerAuthenticated {
                certificate_request_context,
                peer_identity: None,
                peer_chain: None,
                signature_scheme: None,
                at: step.now,
            };
            return Ok(Authenticated { client }.into());
        };
        let ask = JudgePeer {
            id: step.ask_id(),
            peer: Role::Client,
            expected: None,
            chain: shown.chain.clone(),
            config: Arc::clone(step.config),
            now: step.now,
        };
        Ok(JudgingPeer { ask: Ask::JudgePeer(Box::new(ask)), certificate_request_context, shown }.into())
    }
}

impl JudgingPeer {
    /// The verdict brings the key that the signature is verified with, here and nowhere else.
    fn judged(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Peer(peer) = reply else { return Err(unusable("JudgePeer", reply)) };
        let Shown { chain, scheme, signature, content } = self.shown;
        let key = proving_key(Role::Client, &chain, &peer, step.config)?;
        verify_signature(scheme, &signature, &content, &key, step.config)?;
        let client = PeerAuthenticated {
            certificate_request_context: self.certificate_request_context,
            peer_identity: Some(peer.identity),
            peer_chain: Some(chain),
            signature_scheme: Some(scheme),
            at: step.now,
        };
        Ok(Authenticated { client }.into())
    }
}

/// All requests of a server.
pub(crate) struct Requests {
    kdf: Kdf,
    context: HandshakeContext,
    /// How many were sent.
    sent: usize,
    /// Those in WAIT_CERT.
    unanswered: Vec<Server>,
    /// The one whose answer has begun.
    answering: Option<Server>,
    /// Those whose chain is being judged.
    judging: VecDeque<Server>,
    reply: Option<Reply>,
}

impl Requests {
    pub(crate) const fn new(kdf: Kdf, context: HandshakeContext) -> Self {
        Self {
            kdf,
            context,
            sent: 0,
            unanswered: Vec::new(),
            answering: None,
            judging: VecDeque::new(),
            reply: None,
        }
    }

    /// Sends one more request, and gives its context.
    pub(crate) fn request(&mut self, step: &mut Step<'_>) -> Result<[u8; 32], RequestRefused> {
        let limits = &step.config.limits;
        if self.sent >= limits.certificate_requests {
            return Err(RequestRefused::TooMany { limit: limits.certificate_requests });
        }
        let open = self.unanswered.len() + self.judging.len() + usize::from(self.answering.is_some());
        if open >= limits.unanswered_certificate_requests {
            return Err(RequestRefused::TooMany { limit: limits.unanswered_certificate_requests });
        }
        // Of 32 bytes no two are the same.
        //= R-4.4.2-5
        let context = step.draw(Purpose::CertificateRequestContext).map_err(|_| RequestRefused::NoEntropy)?;
        let request = Request {
            certificate_request_context: context,
            transcript: self.context.transcript.fork(),
            kdf: self.kdf.clone(),
            base_key: self.context.client_application_traffic_secret.clone(),
        };
        let machine = Server::Connected(Connected { request });
        self.unanswered.push(machine.at_once(step).map_err(|_| RequestRefused::NoEntropy)?);
        self.sent += 1;
        Ok(context)
    }

    pub(super) const fn is_mid_answer(&self) -> bool {
        self.answering.is_some()
    }

    pub(super) fn receive(&mut self, received: &Received<'_>, step: &mut Step<'_>) -> Result<(), Fault> {
        let machine = match self.answering.take() {
            Some(machine) => machine,
            None => self.answered(received)?,
        };
        let machine = machine.receive(received, step)?;
        self.keep(machine, step);
        Ok(())
    }

    //= R-4.7.2-7
    //= R-4.7.2-8
    /// The request that a Certificate answers, whichever it is.
    fn answered(&mut self, received: &Received<'_>) -> Result<Server, PeerFault> {
        if received.msg_type != HandshakeType::CERTIFICATE || self.unanswered.is_empty() {
            return Err(unexpected(received));
        }
        let message: Certificate<'_> = received.decode()?;
        let is_answered = |machine: &Server| match machine {
            Server::WaitCert(state) => {
                state.request.certificate_request_context == message.certificate_request_context
            }
            Server::Connected(_)
            | Server::WaitCv(_)
            | Server::WaitFinished(_)
            | Server::JudgingPeer(_)
            | Server::Authenticated(_) => false,
        };
        let at = self.unanswered.iter().position(is_answered);
        let mut machine = self.unanswered.swap_remove(at.ok_or(PeerFault::CertificateRequestContext)?);
        if let Server::WaitCert(state) = &mut machine {
            state.request.base_key.clone_from(&self.context.client_application_traffic_secret);
        }
        Ok(machine)
    }

    fn keep(&mut self, machine: Server, step: &mut Step<'_>) {
        match machine {
            Server::Authenticated(Authenticated { client }) => {
                step.actions.milestone(Milestone::ClientAuthenticated(Box::new(client)));
            }
            judging @ Server::JudgingPeer(_) => self.judging.push_back(judging),
            waiting @ (Server::Connected(_)
            | Server::WaitCert(_)
            | Server::WaitCv(_)
            | Server::WaitFinished(_)) => self.answering = Some(waiting),
        }
    }

    pub(super) fn work(&mut self, step: &mut Step<'_>) -> Result<bool, Fault> {
        let Some(reply) = self.reply.take() else { return Ok(false) };
        let Some(machine) = self.judging.pop_front() else { return Ok(false) };
        let machine = machine.answer(reply, step)?;
        self.keep(machine, step);
        Ok(true)
    }

    pub(super) fn pending(&self) -> Option<&Ask> {
        self.judging.front().filter(|_| self.reply.is_none())?.pending()
    }

    pub(super) fn answer(&mut self, reply: Reply) {
        self.reply = Some(reply);
    }

    pub(super) fn client_updated_keys(&mut self) {
        let secret = &mut self.context.client_application_traffic_secret;
        *secret = next_application_traffic_secret(&self.kdf, secret);
    }
}
