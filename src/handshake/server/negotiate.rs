//! Choosing a credential for the client (RFC 9846 §4.5.1.2; 8446 §4.4.2.2).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::To;
use super::flight::Negotiated;
use crate::crypto::SharedSecret;
use crate::handshake::ask::{Ask, ChooseCredential, Reply};
use crate::handshake::step::{Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::{Fault, ForeignExtension, OwnFault, Role};
use crate::key_schedule::{EarlySecret, HandshakeSecret, Kdf};
use crate::message::{CipherSuite, NamedGroup, SignatureScheme};
use crate::transcript::Transcript;

/// What was selected from the ClientHello.
pub(super) struct Selected {
    pub(super) cipher_suite: CipherSuite,
    pub(super) group: NamedGroup,
    pub(super) server_share: Vec<u8>,
    pub(super) random: [u8; 32],
    pub(super) client_random: [u8; 32],
    pub(super) legacy_session_id: Vec<u8>,
    pub(super) hello_retried: bool,
    pub(super) application_protocol: Option<Vec<u8>>,
    pub(super) peer_record_size_limit: Option<u16>,
    pub(super) peer_foreign_extensions: Vec<ForeignExtension>,
    pub(super) foreign_extensions: Vec<ForeignExtension>,
    pub(super) signature_schemes: Vec<SignatureScheme>,
    pub(super) signature_schemes_cert: Option<Vec<SignatureScheme>>,
    pub(super) certificate_authorities: Vec<Vec<u8>>,
    pub(super) staple: bool,
    pub(super) wants_tickets: bool,
    pub(super) server_name: Option<String>,
}

/// The parameters are selected; a credential is being chosen. NEGOTIATED is inside.
pub(crate) struct ChoosingCredential {
    pub(super) ask: Ask,
    selected: Selected,
    kdf: Kdf,
    transcript: Transcript,
    handshake_secret: HandshakeSecret,
}

impl ChoosingCredential {
    pub(super) fn ask(
        selected: Selected,
        kdf: Kdf,
        transcript: Transcript,
        shared_secret: &SharedSecret,
        step: &mut Step<'_>,
    ) -> Self {
        let ask = ChooseCredential {
            id: step.ask_id(),
            role: Role::Server,
            server_name: selected.server_name.clone(),
            signature_schemes: selected.signature_schemes.clone(),
            signature_schemes_cert: selected.signature_schemes_cert.clone(),
            certificate_authorities: selected.certificate_authorities.clone(),
            oid_filters: Vec::new(),
            now: step.now,
        };
        let handshake_secret = EarlySecret::new(kdf.clone(), None).into_handshake_secret(Some(shared_secret));
        Self { ask: Ask::ChooseCredential(Box::new(ask)), selected, kdf, transcript, handshake_secret }
    }

    /// The choice opens NEGOTIATED.
    pub(super) fn chosen(self, reply: Reply, _: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Credential(credential) = reply else { return Err(unusable("ChooseCredential", reply)) };
        let credential = credential.ok_or(OwnFault::NoCredential)?;
        let scheme = credential.scheme_for(&self.selected.signature_schemes).ok_or(OwnFault::NoCredential)?;
        Ok(Negotiated {
            selected: self.selected,
            kdf: self.kdf,
            transcript: self.transcript,
            handshake_secret: self.handshake_secret,
            credential,
            scheme,
        }
        .into())
    }
}
