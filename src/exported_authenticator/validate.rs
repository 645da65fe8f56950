//! Validating the answer to a request of ours (RFC 9261 §5.2.4, §7.4).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use subtle::ConstantTimeEq;

use super::{AuthenticatorError, CONTEXT_STRING, ExportedAuthenticators, read_request, split, unexpected};
use crate::crypto::Digest;
use crate::handshake::ask::{Answer, Ask, JudgePeer, Reply};
use crate::handshake::credential::{SignedContent, peer_chain};
use crate::handshake::delegated_credential::proving_key;
use crate::handshake::flight::AuthenticationMessages;
use crate::handshake::step::{Received, unusable};
use crate::handshake::verify::{read_certificate_verify, verify_signature};
use crate::handshake::{Config, OwnFault, PeerAuthenticated, PeerChain, PeerFault, Role};
use crate::identity::ExpectedPeer;
use crate::message::{
    Certificate, CertificateRequest, CertificateType, ExtensionType, ExtensionsOf, Finished, HandshakeType,
    SignatureScheme,
};
use crate::time::Time;

/// An answer whose Finished has verified.
#[derive(Debug)]
pub enum Validating {
    /// The peer would rather not say who it is.
    Empty(PeerAuthenticated),
    /// It shows this chain, which has to be judged.
    Judge(Box<Judging>),
}

/// An authenticator whose chain is to be judged.
pub struct Judging {
    ask: Ask,
    certificate_request_context: [u8; 32],
    signer: Role,
    chain: PeerChain,
    scheme: SignatureScheme,
    signature: Vec<u8>,
    content: SignedContent,
    config: Arc<Config>,
    now: Time,
}

impl ExportedAuthenticators {
    /// Who the peer is, by the answer to this request of ours; the identity is `None` for an empty authenticator. The
    /// chain is judged by the config's trust, as in a handshake.
    ///
    /// The request is used up unless the answer is to another one, or none at all.
    ///
    /// # Errors
    /// [`AuthenticatorError`] says why the answer is worth nothing.
    pub fn validate(
        &mut self,
        request: &[u8],
        authenticator: &[u8],
        expected: &ExpectedPeer,
        now: Time,
    ) -> Result<PeerAuthenticated, AuthenticatorError> {
        match self.read_authenticator(request, authenticator, expected, now)? {
            Validating::Empty(peer) => Ok(peer),
            Validating::Judge(judging) => {
                let left = AuthenticatorError::LeftToCaller(judging.ask.name());
                let answer = self.config.answer(&judging.ask).ok_or(left)?;
                judging.judged(answer)
            }
        }
    }

    /// The same up to the judgement, for a caller that judges the chain itself.
    ///
    /// # Errors
    /// [`AuthenticatorError`] says why the answer is worth nothing.
    pub fn read_authenticator(
        &mut self,
        request: &[u8],
        authenticator: &[u8],
        expected: &ExpectedPeer,
        now: Time,
    ) -> Result<Validating, AuthenticatorError> {
        let (received, context, _) = read_request(request, self.role, &self.config)?;
        let is_this = |requested: &[u8; 32]| requested.as_slice() == context;
        let at = self.requested.iter().position(is_this).ok_or(AuthenticatorError::UnknownRequest)?;
        let asked: CertificateRequest<'_> = received.decode()?;
        let asked_for = |extension| asked.extensions.find(extension).is_some();
        let messages = split(authenticator)?;
        let mut over = AuthenticationMessages::new(self.theirs.transcript(&self.kdf, request));
        match messages.as_slice() {
            [finished] if finished.msg_type == HandshakeType::FINISHED => {
                over.certificate(&context, core::iter::empty());
                self.verify_finished(finished, &over.transcript_hash())?;
                Ok(Validating::Empty(PeerAuthenticated {
                    certificate_request_context: self.requested.swap_remove(at),
                    peer_identity: None,
                    peer_chain: None,
                    signature_scheme: None,
                    at: now,
                }))
            }
            [certificate, verify, finished] => {
                let chain = self.read_certificate(certificate, &context, &asked_for)?;
                expect(verify, HandshakeType::CERTIFICATE_VERIFY)?;
                expect(finished, HandshakeType::FINISHED)?;
                over.heard(certificate.bytes);
                let content = SignedContent::under(CONTEXT_STRING, &over.transcript_hash());
                let proof = read_certificate_verify(verify, &chain, self.config.handshake())?;
                over.heard(verify.bytes);
                self.verify_finished(finished, &over.transcript_hash())?;
                let ask = JudgePeer {
                    id: self.ask_id(),
                    peer: self.role.peer(),
                    expected: Some(Arc::new(expected.clone())),
                    chain: chain.clone(),
                    config: Arc::clone(self.config.handshake()),
                    now,
                };
                Ok(Validating::Judge(Box::new(Judging {
                    ask: Ask::JudgePeer(Box::new(ask)),
                    certificate_request_context: self.requested.swap_remove(at),
                    signer: self.role.peer(),
                    chain,
                    scheme: proof.algorithm,
                    signature: proof.signature.to_vec(),
                    content,
                    config: Arc::clone(self.config.handshake()),
                    now,
                })))
            }
            others => Err(others.first().map_or_else(|| super::no_message(authenticator), unexpected)),
        }
    }

    fn read_certificate(
        &self,
        received: &Received<'_>,
        context: &[u8],
        asked_for: &dyn Fn(ExtensionType) -> bool,
    ) -> Result<PeerChain, AuthenticatorError> {
        expect(received, HandshakeType::CERTIFICATE)?;
        let message: Certificate<'_> = received.decode()?;
        if message.certificate_request_context != context {
            return Err(AuthenticatorError::OtherRequest);
        }
        for entry in message.certificate_list.iter() {
            received.check_extensions(ExtensionsOf::Certificate, &entry.extensions, Some(asked_for))?;
        }
        let config = self.config.handshake();
        let chain = peer_chain(&message, received.body, CertificateType::X509, config)?;
        // Who shows nothing sends Finished alone.
        if chain.is_empty() { Err(unexpected(received)) } else { Ok(chain) }
    }

    fn verify_finished(&self, received: &Received<'_>, hash: &Digest) -> Result<(), AuthenticatorError> {
        let message: Finished<'_> = received.decode()?;
        let expected = self.theirs.verify_data(&self.kdf, hash);
        let verifies = bool::from(message.verify_data.ct_eq(&expected));
        if verifies { Ok(()) } else { Err(PeerFault::BadFinished.into()) }
    }
}

fn expect(received: &Received<'_>, msg_type: HandshakeType) -> Result<(), AuthenticatorError> {
    if received.msg_type == msg_type { Ok(()) } else { Err(unexpected(received)) }
}

impl Judging {
    /// Is this chain to be trusted, and for whom? An [`Ask::JudgePeer`].
    #[must_use]
    pub const fn ask(&self) -> &Ask {
        &self.ask
    }

    /// Who the peer is, once its chain is judged good: its signature is verified with the key that the answer brings,
    /// here and nowhere else.
    ///
    /// # Errors
    /// [`AuthenticatorError::Fault`]: the chain was refused, or the signature does not verify.
    pub fn judged(self, answer: Answer) -> Result<PeerAuthenticated, AuthenticatorError> {
        if self.ask.check(&answer, &self.config).is_err() {
            return Err(OwnFault::AnswerFailed("JudgePeer").into());
        }
        let reply = answer.reply;
        let Reply::Peer(peer) = reply else { return Err(unusable("JudgePeer", reply).into()) };
        let key = proving_key(self.signer, &self.chain, &peer, &self.config)?;
        verify_signature(self.scheme, &self.signature, &self.content, &key, &self.config)?;
        Ok(PeerAuthenticated {
            certificate_request_context: self.certificate_request_context,
            peer_identity: Some(peer.identity),
            peer_chain: Some(self.chain),
            signature_scheme: Some(self.scheme),
            at: self.now,
        })
    }
}

impl core::fmt::Debug for Judging {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Judging")
            .field("chain", &self.chain)
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}
