//! Answering a request (RFC 9261 §5, §6).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{AuthenticatorError, CONTEXT_STRING, ExportedAuthenticators, read_request};
use crate::crypto::Digest;
use crate::handshake::ask::{Answer, Ask, ChooseCredential, Reply, Sign};
use crate::handshake::credential::SignedContent;
use crate::handshake::flight::AuthenticationMessages;
use crate::handshake::step::unusable;
use crate::handshake::{Config, Credential, OwnFault, PeerFault, Refused, Role};
use crate::message::{
    CertificateRequest, ExtensionType, Finished, HandshakeType, ServerNameList, SignatureScheme,
    encode_handshake,
};
use crate::time::Time;
use crate::wire::{Decode, Encode};

/// An authenticator, or what it waits for.
#[derive(Debug)]
pub enum Authenticating {
    /// The authenticator: carry it to who asked.
    Done(Vec<u8>),
    /// The credential's key is elsewhere, and has to sign.
    Sign(Box<Signing>),
}

/// An authenticator that waits for a signature.
pub struct Signing {
    ask: Ask,
    messages: AuthenticationMessages,
    scheme: SignatureScheme,
    config: Arc<Config>,
    verify_data: Box<dyn FnOnce(&Digest) -> Digest + Send>,
}

impl ExportedAuthenticators {
    /// The answer to a request of the peer's, with the credential that the config chooses; without one that fits, an
    /// empty authenticator, which says no and proves that it is us who say so.
    ///
    /// ```text
    /// authenticator       = Certificate || CertificateVerify || Finished
    /// empty authenticator = Finished
    /// ```
    ///
    /// # Errors
    /// [`AuthenticatorError`]: nothing changed.
    pub fn authenticate(&mut self, request: &[u8], now: Time) -> Result<Authenticating, AuthenticatorError> {
        let ask = self.choose_credential(request, now)?;
        let answer = self.config.answer(&ask).ok_or(AuthenticatorError::LeftToCaller(ask.name()))?;
        self.authenticate_by(request, &ask, answer)
    }

    /// The ask that [`ExportedAuthenticators::authenticate_by`] wants answered, for a caller that chooses the credential
    /// itself.
    ///
    /// # Errors
    /// [`AuthenticatorError::Fault`] if this is no request of the peer's.
    pub fn choose_credential(&mut self, request: &[u8], now: Time) -> Result<Ask, AuthenticatorError> {
        let (received, _, asked) = read_request(request, self.role.peer(), &self.config)?;
        let message: CertificateRequest<'_> = received.decode()?;
        let server_name: Option<ServerNameList<'_>> =
            match message.extensions.find(ExtensionType::SERVER_NAME) {
                Some(body) => Some(ServerNameList::decode(body).map_err(|error| received.malformed(error))?),
                None => None,
            };
        Ok(Ask::ChooseCredential(Box::new(ChooseCredential {
            id: self.ask_id(),
            role: self.role,
            server_name: server_name.map(|list| list.host_name.into()),
            signature_schemes: asked.signature_schemes,
            signature_schemes_cert: asked.signature_schemes_cert,
            certificate_authorities: asked.certificate_authorities,
            oid_filters: asked.oid_filters,
            delegated_credential_schemes: asked.delegated_credential_schemes,
            // RFC 9261 negotiates none.
            certificate_types: None,
            now,
        })))
    }

    /// The answer to a request of the peer's, with the credential that answers this ask.
    ///
    /// # Errors
    /// [`AuthenticatorError`]: nothing changed. The context of a request must be unique: one that was answered before
    /// is `illegal_parameter`.
    pub fn authenticate_by(
        &mut self,
        request: &[u8],
        ask: &Ask,
        answer: Answer,
    ) -> Result<Authenticating, AuthenticatorError> {
        let handshake = Arc::clone(self.config.handshake());
        let (_, context, asked) = read_request(request, self.role.peer(), &self.config)?;
        let limit = handshake.limits.certificate_requests;
        if self.answered.len() >= limit {
            return Err(AuthenticatorError::TooMany { limit });
        }
        if self.answered.contains(&context) {
            return Err(PeerFault::CertificateRequestContext.into());
        }
        if ask.check(&answer, &handshake).is_err() {
            return Err(OwnFault::AnswerFailed("ChooseCredential").into());
        }
        let reply = answer.reply;
        let Reply::Credential(credential) = reply else {
            return Err(unusable("ChooseCredential", reply).into());
        };
        let authenticating = match credential {
            None => Authenticating::Done(self.empty(request, &context)),
            Some(credential) => self.show(request, &context, &asked, credential)?,
        };
        self.answered.push(context);
        Ok(authenticating)
    }

    /// Finished over an empty Certificate that is not sent (RFC 9261 §6).
    fn empty(&self, request: &[u8], context: &[u8]) -> Vec<u8> {
        let mut messages = AuthenticationMessages::new(self.ours.transcript(&self.kdf, request));
        messages.certificate(context, core::iter::empty());
        let verify_data = self.ours.verify_data(&self.kdf, &messages.transcript_hash());
        let message = Finished { verify_data: &verify_data };
        let mut authenticator = Vec::new();
        encode_handshake(HandshakeType::FINISHED, &mut authenticator, |out| message.encode(out));
        authenticator
    }

    fn show(
        &mut self,
        request: &[u8],
        context: &[u8],
        asked: &crate::handshake::client::Request,
        credential: Arc<Credential>,
    ) -> Result<Authenticating, AuthenticatorError> {
        let config = Arc::clone(self.config.handshake());
        let scheme = credential.scheme_for(&asked.signature_schemes, &asked.delegated_credential_schemes);
        let accepted = || asked.signature_schemes.clone();
        let scheme = scheme.ok_or_else(|| OwnFault::NoCredential { accepted: accepted() })?;
        let mut messages = AuthenticationMessages::new(self.ours.transcript(&self.kdf, request));
        messages.certificate(context, credential.entries(&asked.certificate_wishes));
        let content = SignedContent::under(CONTEXT_STRING, &messages.transcript_hash());
        match credential.sign(scheme, &content, &mut *self.entropy) {
            Some(signature) => {
                messages.certificate_verify(scheme, &signature?);
                let verify_data = |hash: &Digest| self.ours.verify_data(&self.kdf, hash);
                Ok(Authenticating::Done(messages.finished(verify_data)))
            }
            None => {
                let sign = Sign::new(self.ask_id(), scheme, credential, content, &config.crypto);
                let (kdf, key) = (self.kdf.clone(), self.ours.finished_mac_key.clone());
                let verify_data = Box::new(move |hash: &Digest| kdf.hkdf().hmac(key.expose(), hash));
                let ask = Ask::Sign(Box::new(sign));
                Ok(Authenticating::Sign(Box::new(Signing { ask, messages, scheme, config, verify_data })))
            }
        }
    }

    /// Our role on the connection.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }
}

impl Signing {
    /// What is to be signed: an [`Ask::Sign`].
    #[must_use]
    pub const fn ask(&self) -> &Ask {
        &self.ask
    }

    /// The authenticator with this signature, which is verified first.
    ///
    /// # Errors
    /// [`Refused`], and the value as it was.
    pub fn signed(self: Box<Self>, answer: Answer) -> Result<Vec<u8>, (Refused, Box<Self>)> {
        if let Err(refused) = self.ask.check(&answer, &self.config) {
            return Err((refused, self));
        }
        let Reply::Signature(signature) = answer.reply else { return Err((Refused::NotThisAsk, self)) };
        let Self { mut messages, scheme, verify_data, .. } = *self;
        messages.certificate_verify(scheme, &signature);
        Ok(messages.finished(verify_data))
    }
}

impl core::fmt::Debug for Signing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Signing").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}
