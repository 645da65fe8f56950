//! Choosing a credential for the client (RFC 9846 §4.5.1.2; 8446 §4.4.2.2).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::To;
use super::flight::{Negotiated, Proof};
use super::psk::SelectedPsk;
use crate::crypto::SharedSecret;
use crate::handshake::ask::{Ask, ChooseCredential, Reply};
use crate::handshake::certificate_types;
use crate::handshake::credential::CertificateWishes;
use crate::handshake::output::CertificatesCompressed;
use crate::handshake::step::{Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::{
    CertWithExternPsk, ClientAuth, Config, EchStatus, Fault, ForeignExtension, PeerExtension, PeerFault, Role,
};
use crate::key_schedule::{EarlySecret, Kdf};
use crate::message::{
    CertificateType, CipherSuite, ClientTicketRequest, ExtensionType, HandshakeType, MaxFragmentLength,
    NamedGroup, SignatureScheme,
};
use crate::transcript::Transcript;

/// What was selected from the ClientHello.
pub(super) struct Selected {
    pub(super) cipher_suite: CipherSuite,
    /// Group and our share; none where a PSK stands alone.
    pub(super) share: Option<(NamedGroup, Vec<u8>)>,
    pub(super) random: [u8; 32],
    pub(super) client_random: [u8; 32],
    pub(super) legacy_session_id: Vec<u8>,
    pub(super) hello_retried: bool,
    pub(super) application_protocol: Option<Vec<u8>>,
    pub(super) peer_record_size_limit: Option<u16>,
    /// As the client asked for it, where no `record_size_limit` is negotiated.
    pub(super) max_fragment_length: Option<MaxFragmentLength>,
    pub(super) peer_foreign_extensions: Vec<PeerExtension>,
    pub(super) foreign_extensions: Vec<ForeignExtension>,
    pub(super) signature_schemes: Vec<SignatureScheme>,
    pub(super) signature_schemes_cert: Option<Vec<SignatureScheme>>,
    pub(super) certificate_authorities: Vec<Vec<u8>>,
    pub(super) delegated_credential_schemes: Vec<SignatureScheme>,
    /// How the client accepts that we show who we are; `None`: it did not say.
    pub(super) server_certificate_types: Option<Vec<CertificateType>>,
    /// How the client can show who it is; `None`: it did not say.
    pub(super) client_certificate_types: Option<Vec<CertificateType>>,
    /// How we show who we are, where the client is to be told.
    pub(super) server_certificate_type: Option<CertificateType>,
    /// How the client is to show who it is, where it is to be told.
    pub(super) client_certificate_type: Option<CertificateType>,
    /// What is to stand in our Certificate.
    pub(super) certificate_wishes: CertificateWishes,
    pub(super) certificates_compressed: CertificatesCompressed,
    /// What the external PSK is called, if one is used.
    pub(super) external_psk: Option<Vec<u8>>,
    /// Does the client send early data?
    pub(super) sends_early_data: bool,
    pub(super) wants_tickets: bool,
    pub(super) ticket_request: Option<ClientTicketRequest>,
    /// May the client be asked for its certificate behind the handshake?
    pub(super) post_handshake_auth: bool,
    pub(super) server_name: Option<String>,
    pub(super) ech: EchStatus,
    /// The configs that a client is told to use whose ClientHello we could not open; empty: none.
    pub(super) ech_retry_configs: Vec<u8>,
}

impl Selected {
    /// Did the client send an extension of this type, one of the embedder's? Else ours would be unsolicited.
    pub(super) fn was_sent(&self, extension_type: ExtensionType) -> bool {
        self.peer_foreign_extensions.iter().any(|peer| peer.extension_type == extension_type)
    }

    /// How many tickets to give: as many as the config does, and no more than the client asked for (RFC 9149 §3).
    pub(super) fn tickets_to_send(&self, resumes: bool, config: &Config) -> u8 {
        let count = |asked: ClientTicketRequest| {
            if resumes { asked.resumption_count } else { asked.new_session_count }
        };
        let asked = self.ticket_request.map_or(u8::MAX, count);
        //= R9149-3-4
        //= R9149-3-5
        if self.wants_tickets { config.tickets.min(asked) } else { 0 }
    }
}

/// What was selected, and what the key schedule starts from.
pub(super) struct Parameters {
    pub(super) selected: Selected,
    pub(super) shared_secret: Option<SharedSecret>,
    /// Over message_hash and HelloRetryRequest, if there was one.
    pub(super) retried: Option<Transcript>,
    /// With its header.
    pub(super) client_hello: Vec<u8>,
    /// The suites of both, in our order of preference.
    pub(super) shared_suites: Vec<CipherSuite>,
}

impl Parameters {
    /// Goes on to NEGOTIATED: the transcript starts, and the schedule reaches the Handshake Secret.
    pub(super) fn negotiated(
        self,
        kdf: Kdf,
        early_secret: EarlySecret,
        proof: Proof,
        takes_early_data: bool,
    ) -> Negotiated {
        let mut transcript = self.retried.unwrap_or_else(|| Transcript::new(kdf.hash()));
        transcript.add(&self.client_hello);
        let early = takes_early_data.then(|| {
            let client_hello = transcript.current();
            (
                early_secret.client_early_traffic_secret(&client_hello),
                early_secret.early_exporter_secret(&client_hello),
            )
        });
        Negotiated {
            selected: self.selected,
            handshake_secret: early_secret.into_handshake_secret(self.shared_secret.as_ref()),
            kdf,
            transcript,
            proof,
            early,
        }
    }
}

/// The parameters are selected; a credential is being chosen. NEGOTIATED is inside.
pub(crate) struct ChoosingCredential {
    pub(super) ask: Ask,
    parameters: Parameters,
    /// The external PSK that goes with the certificate (RFC 8773).
    psk: Option<SelectedPsk>,
}

/// What each side is to show, where certificates are shown at all (RFC 7250 §4.2).
fn select_certificate_types(selected: &mut Selected, config: &Config) -> Result<(), PeerFault> {
    certificate_types::select(&config.shown_certificate_types, selected.server_certificate_types.as_deref())?;
    //= R7250-4.2-1
    if config.client_auth != ClientAuth::None {
        let offered = selected.client_certificate_types.as_deref();
        let client_type = certificate_types::select(&config.accepted_certificate_types, offered)?;
        selected.client_certificate_type = offered.map(|_| client_type);
    }
    Ok(())
}

impl ChoosingCredential {
    pub(super) fn ask(
        mut parameters: Parameters,
        psk: Option<SelectedPsk>,
        step: &mut Step<'_>,
    ) -> Result<Self, PeerFault> {
        if psk.is_none() && step.config.cert_with_extern_psk == CertWithExternPsk::Required {
            return Err(PeerFault::NoExternalPsk);
        }
        let selected = &mut parameters.selected;
        let missing =
            |extension| PeerFault::MissingExtension { message: HandshakeType::CLIENT_HELLO, extension };
        if selected.signature_schemes.is_empty() {
            return Err(missing(ExtensionType::SIGNATURE_ALGORITHMS));
        }
        if selected.share.is_none() {
            return Err(missing(ExtensionType::KEY_SHARE));
        }
        select_certificate_types(selected, step.config)?;
        let ask = ChooseCredential {
            id: step.ask_id(),
            role: Role::Server,
            server_name: selected.server_name.clone(),
            signature_schemes: mem::take(&mut selected.signature_schemes),
            signature_schemes_cert: selected.signature_schemes_cert.take(),
            certificate_authorities: mem::take(&mut selected.certificate_authorities),
            oid_filters: Vec::new(),
            delegated_credential_schemes: mem::take(&mut selected.delegated_credential_schemes),
            certificate_types: selected.server_certificate_types.clone(),
            now: step.now,
        };
        Ok(Self { ask: Ask::ChooseCredential(Box::new(ask)), parameters, psk })
    }

    /// The choice opens NEGOTIATED.
    pub(super) fn chosen(mut self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Credential(credential) = reply else { return Err(unusable("ChooseCredential", reply)) };
        //= R-4.5.1-15
        let credential = credential.ok_or_else(|| self.ask.no_credential())?;
        let scheme = self.ask.scheme_of(&credential)?;
        let selected = &mut self.parameters.selected;
        //= R7250-4.2-4
        selected.server_certificate_type =
            selected.server_certificate_types.is_some().then(|| credential.certificate_type());
        //= R8773-4-5
        let (kdf, early_secret, selected_identity) = match self.psk {
            Some(psk) => {
                self.parameters.selected.cipher_suite = psk.cipher_suite;
                (psk.kdf, psk.early_secret, Some(psk.index))
            }
            None => {
                let kdf = step.kdf(self.parameters.selected.cipher_suite)?;
                (kdf.clone(), EarlySecret::new(kdf, None), None)
            }
        };
        let proof = Proof::Certificate { credential, scheme, selected_identity };
        Ok(self.parameters.negotiated(kdf, early_secret, proof, false).into())
    }
}
