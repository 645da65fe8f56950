//! The client's answers behind the handshake (RFC 9846 §4.7.2; 8446 §4.6.2).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::HandshakeContext;
use crate::crypto::Secret;
use crate::handshake::ask::{Ask, ChooseCredential, Reply, Sign};
use crate::handshake::client::Request;
use crate::handshake::credential::SignedContent;
use crate::handshake::flight::AuthenticationMessages;
use crate::handshake::output::{Epoch, Milestone};
use crate::handshake::step::{Received, Step, unusable};
use crate::handshake::transitions::{on, transitions};
use crate::handshake::{Fault, PeerFault, Role};
use crate::key_schedule::{Kdf, finished_verify_data};
use crate::message::{CertificateRequest, ExtensionsOf, SignatureScheme};
use crate::transcript::Transcript;

transitions! {
    /// One answer of a client.
    pub(crate) enum Client {
        /// The handshake is complete.
        Connected,
        /// CertificateRequest has come; others may be answered first.
        Requested,
        /// A credential is being chosen.
        ChoosingCredential,
        /// The credential's key is elsewhere, and signs.
        Signing,
        /// All is there for Certificate, CertificateVerify and Finished to go out.
        Answered,
    }
    receive {
        Connected.recv_certificate_request(CertificateRequest) => Requested;
    }
    at_once {
        Requested.choose_credential() => ChoosingCredential;
    }
    answer {
        ChoosingCredential.chosen(answer) => Signing | Answered;
        Signing.signed(answer) => Answered;
    }
}

/// The handshake is complete.
pub(crate) struct Connected {
    transcript: Transcript,
    server_name: Option<String>,
}

/// CertificateRequest has come; others may be answered first.
pub(crate) struct Requested {
    certificate_request_context: Vec<u8>,
    request: Request,
    transcript: Transcript,
    server_name: Option<String>,
}

/// A credential is being chosen.
pub(crate) struct ChoosingCredential {
    ask: Ask,
    requested: Requested,
}

/// The credential's key is elsewhere, and signs.
pub(crate) struct Signing {
    ask: Ask,
    messages: AuthenticationMessages,
    scheme: SignatureScheme,
}

/// All but Finished is made.
pub(crate) struct Answered {
    messages: AuthenticationMessages,
    scheme: Option<SignatureScheme>,
}

impl Connected {
    /// CONNECTED --Recv CertificateRequest--> the request waits for its turn.
    fn recv_certificate_request(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::CertificateRequest>, Fault> {
        let message: CertificateRequest<'_> = received.decode()?;
        received.check_extensions(ExtensionsOf::CertificateRequest, &message.extensions, None)?;
        let request = Request::read(received, &message, step.config.foreign_extensions.iter(), step.config)?;
        self.transcript.add(received.bytes);
        Ok(Requested {
            certificate_request_context: message.certificate_request_context.to_vec(),
            request,
            transcript: self.transcript,
            server_name: self.server_name,
        }
        .into())
    }
}

impl Requested {
    /// The request's turn has come.
    fn choose_credential(self, step: &mut Step<'_>) -> Result<To<Self, on::Nothing>, Fault> {
        let ask = ChooseCredential {
            id: step.ask_id(),
            role: Role::Client,
            server_name: self.server_name.clone(),
            signature_schemes: self.request.signature_schemes.clone(),
            signature_schemes_cert: self.request.signature_schemes_cert.clone(),
            certificate_authorities: self.request.certificate_authorities.clone(),
            oid_filters: self.request.oid_filters.clone(),
            delegated_credential_schemes: self.request.delegated_credential_schemes.clone(),
            // Types are negotiated for a handshake, and not behind it (RFC 7250 §4).
            certificate_types: None,
            now: step.now,
        };
        Ok(ChoosingCredential { ask: Ask::ChooseCredential(Box::new(ask)), requested: self }.into())
    }
}

impl ChoosingCredential {
    //= R-4.7.2-3
    //= R-4.7.2-4
    //= R-4.5.1-7
    /// The choice makes Certificate, and CertificateVerify where there is something to prove.
    fn chosen(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Credential(credential) = reply else { return Err(unusable("ChooseCredential", reply)) };
        let Requested { certificate_request_context, request, transcript, .. } = self.requested;
        let mut messages = AuthenticationMessages::new(transcript);
        let Some(credential) = credential else {
            messages.certificate(&certificate_request_context, core::iter::empty());
            return Ok(Answered { messages, scheme: None }.into());
        };
        let scheme = self.ask.scheme_of(&credential)?;
        messages.certificate(&certificate_request_context, credential.entries(&request.certificate_wishes));
        let content = SignedContent::new(Role::Client, &messages.transcript_hash());
        match credential.sign(scheme, &content, step.entropy) {
            Some(signature) => {
                messages.certificate_verify(scheme, &signature?);
                Ok(Answered { messages, scheme: Some(scheme) }.into())
            }
            None => {
                let sign = Sign::new(step.ask_id(), scheme, credential, content, &step.config.crypto);
                Ok(Signing { ask: Ask::Sign(Box::new(sign)), messages, scheme }.into())
            }
        }
    }
}

impl Signing {
    /// The signature, verified before it was taken, makes CertificateVerify.
    fn signed(mut self, reply: Reply, _: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Signature(signature) = reply else { return Err(unusable("Sign", reply)) };
        self.messages.certificate_verify(self.scheme, &signature);
        Ok(Answered { messages: self.messages, scheme: Some(self.scheme) }.into())
    }
}

/// All answers of a client.
pub(crate) struct Answers {
    kdf: Kdf,
    context: HandshakeContext,
    /// The contexts of all requests that have come: none comes twice.
    contexts: Vec<Vec<u8>>,
    /// Requests in the order in which they came.
    requested: VecDeque<Client>,
    /// The one that is being answered.
    answering: Option<Client>,
    reply: Option<Reply>,
}

impl Answers {
    pub(crate) const fn new(kdf: Kdf, context: HandshakeContext) -> Self {
        Self { kdf, context, contexts: Vec::new(), requested: VecDeque::new(), answering: None, reply: None }
    }

    //= R-4.7.2-2
    pub(super) fn receive(&mut self, received: &Received<'_>, step: &mut Step<'_>) -> Result<(), Fault> {
        let limits = &step.config.limits;
        let unanswered = self.requested.len() + usize::from(self.answering.is_some());
        let refused = |what, limit| Err(PeerFault::TooMany { what, limit }.into());
        if self.contexts.len() >= limits.certificate_requests {
            return refused("CertificateRequests on one connection", limits.certificate_requests);
        }
        if unanswered >= limits.unanswered_certificate_requests {
            return refused("CertificateRequests without an answer", limits.unanswered_certificate_requests);
        }
        let connected = Connected {
            transcript: self.context.transcript.fork(),
            server_name: self.context.server_name.clone(),
        };
        let machine = Client::Connected(connected).receive(received, step)?;
        if let Client::Requested(requested) = &machine {
            let context = &requested.certificate_request_context;
            if self.contexts.contains(context) {
                return Err(PeerFault::CertificateRequestContext.into());
            }
            self.contexts.push(context.clone());
        }
        self.requested.push_back(machine);
        Ok(())
    }

    pub(super) fn work(&mut self, step: &mut Step<'_>) -> Result<bool, Fault> {
        let machine = match (self.reply.take(), self.answering.take()) {
            (Some(reply), Some(machine)) => machine.answer(reply, step)?,
            (None, Some(machine)) => {
                self.answering = Some(machine);
                return Ok(false);
            }
            (_, None) => match self.requested.pop_front() {
                Some(machine) => machine.at_once(step)?,
                None => return Ok(false),
            },
        };
        match machine {
            Client::Answered(answered) => self.send(answered, step),
            waiting @ (Client::Connected(_)
            | Client::Requested(_)
            | Client::ChoosingCredential(_)
            | Client::Signing(_)) => self.answering = Some(waiting),
        }
        Ok(true)
    }

    //= R-4.7.2-5
    /// Sends all messages of an answer, Finished under the keys that are in use now.
    fn send(&self, answered: Answered, step: &mut Step<'_>) {
        let base_key = &self.context.client_application_traffic_secret;
        let messages = answered.messages.finished(|hash| finished_verify_data(&self.kdf, base_key, hash));
        step.actions.send_messages(Epoch::Application, messages);
        let milestone = Milestone::CertificateRequestAnswered { signature_scheme: answered.scheme };
        step.actions.milestone(milestone);
    }

    pub(super) fn pending(&self) -> Option<&Ask> {
        self.answering.as_ref().filter(|_| self.reply.is_none())?.pending()
    }

    pub(super) fn answer(&mut self, reply: Reply) {
        self.reply = Some(reply);
    }

    pub(super) fn send_under(&mut self, secret: &Secret) {
        self.context.client_application_traffic_secret.clone_from(secret);
    }
}
