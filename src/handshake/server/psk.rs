//! The PSKs that a client offers: found, proved, judged (RFC 9846 §4.3.11; 8446 §4.2.11).
//!
//! What does not fit is declined, never refused: a full handshake follows. Only a binder that does not verify ends
//! the handshake, for then somebody knows a ticket and not its secret.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use subtle::ConstantTimeEq;

use super::To;
use super::early_data::CheckingReplay;
use super::flight::Proof;
use super::negotiate::{ChoosingCredential, Parameters};
use crate::handshake::ask::{Ask, FindPsk, FoundPsk, JudgeResumed, Reply};
use crate::handshake::step::{Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::{CertWithExternPsk, ClientAuth, Fault, OwnFault, PeerFault};
use crate::key_schedule::{EarlySecret, Kdf};
use crate::message::{CipherSuite, OfferedPsks, PskKeyExchangeMode, PskKeyExchangeModes};
use crate::resumption::{Session, binder, external_identity};

/// What `pre_shared_key` says, and where in the ClientHello its binders begin.
pub(super) struct Psks {
    identities: Vec<Vec<u8>>,
    obfuscated_ticket_ages: Vec<u32>,
    binders: Vec<Vec<u8>>,
    /// Bytes of the ClientHello before the binders, header included.
    truncated: usize,
    /// Is the PSK used alone, without a key exchange?
    alone: bool,
    /// Is it to go with certificates (RFC 8773)?
    with_certificates: bool,
}

impl Psks {
    /// Reads the offer; `None` if the modes leave no way to use a PSK.
    pub(super) fn read(
        offered: &OfferedPsks<'_>,
        modes: &PskKeyExchangeModes<'_>,
        has_share: bool,
        with_certificates: bool,
        client_hello: &[u8],
        step: &Step<'_>,
    ) -> Result<Option<Self>, PeerFault> {
        let limit = step.config.limits.psks;
        let identities: Vec<_> =
            offered.identities().take(limit).map(|offered| offered.identity.to_vec()).collect();
        let obfuscated_ticket_ages =
            offered.identities().take(limit).map(|offered| offered.obfuscated_ticket_age).collect();
        let binders: Vec<_> = offered.binders().take(limit).map(<[u8]>::to_vec).collect();
        if offered.identities().count() != offered.binders().count() {
            return Err(PeerFault::BinderCount);
        }
        //= R-4.2.1-2
        //= R-4.3.9-4
        let allowed =
            |mode| modes.ke_modes.contains(mode) && step.config.psk_key_exchange_modes.contains(&mode);
        //= R8773-5.1-2
        let with_exchange = has_share && allowed(PskKeyExchangeMode::PSK_DHE_KE);
        let alone = !with_exchange;
        if alone && !allowed(PskKeyExchangeMode::PSK_KE) {
            return Ok(None);
        }
        let truncated = client_hello.len().saturating_sub(offered.truncated_len());
        Ok(Some(Self { identities, obfuscated_ticket_ages, binders, truncated, alone, with_certificates }))
    }
}

/// The client offers PSKs; they are being looked up.
pub(crate) struct FindingPsk {
    pub(super) ask: Ask,
    parameters: Parameters,
    psks: Psks,
}

/// A session was found, and its PSK proved; whether it may still be resumed is being judged.
pub(crate) struct JudgingResumed {
    pub(super) ask: Ask,
    parameters: Parameters,
    selected: SelectedPsk,
    session: Arc<Session>,
}

/// A PSK whose binder has verified.
pub(super) struct SelectedPsk {
    pub(super) kdf: Kdf,
    pub(super) early_secret: EarlySecret,
    pub(super) cipher_suite: CipherSuite,
    pub(super) index: u16,
    /// The ticket, or the label of an external PSK.
    pub(super) identity: Vec<u8>,
    alone: bool,
    /// As the client showed it: no two ClientHellos have the same.
    pub(super) binder: Vec<u8>,
    pub(super) obfuscated_ticket_age: u32,
}

impl FindingPsk {
    pub(super) fn ask(parameters: Parameters, psks: Psks, step: &mut Step<'_>) -> Self {
        let ask = FindPsk {
            id: step.ask_id(),
            identities: psks.identities.clone(),
            with_certificates: psks.with_certificates,
            hashes: usable_suites(&parameters).iter().filter_map(|suite| suite.hash()).collect(),
            server_name: parameters.selected.server_name.clone(),
            now: step.now,
        };
        Self { ask: Ask::FindPsk(Box::new(ask)), parameters, psks }
    }

    /// A PSK was found, or none was.
    pub(super) fn found(mut self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let reply = reply.or_if_failed(Reply::Psk(None));
        let Reply::Psk(found) = reply else { return Err(unusable("FindPsk", reply)) };
        let suite = found.as_ref().and_then(|found| self.suite_for(found));
        //= R-4.3.11-5
        //= R-4.3.11-6
        let (Some(found), Some(suite)) = (found, suite) else {
            return Ok(ChoosingCredential::ask(self.parameters, None, step)?.into());
        };
        //= R8773-5.1-4
        if self.psks.with_certificates && found.session.is_some() {
            return Err(PeerFault::CertWithExternPskMisused { with: "a resumption PSK" }.into());
        }
        if !self.psks.with_certificates && !may_use(&found, &self.parameters, step) {
            return Ok(ChoosingCredential::ask(self.parameters, None, step)?.into());
        }
        let selected = self.select(&found, suite, step)?;
        if found.session.is_none() {
            let identity = self.psks.identities.get(found.index);
            self.parameters.selected.external_psk =
                identity.map(|identity| external_identity(&found.psk, identity).to_vec());
        }
        if self.psks.with_certificates {
            return Ok(ChoosingCredential::ask(self.parameters, Some(selected), step)?.into());
        }
        Ok(match found.session {
            Some(session) => {
                let ask = JudgeResumed {
                    id: step.ask_id(),
                    ticket: selected.identity.clone(),
                    session: Arc::clone(&session),
                    server_name: self.parameters.selected.server_name.clone(),
                    now: step.now,
                };
                let ask = Ask::JudgeResumed(Box::new(ask));
                JudgingResumed { ask, parameters: self.parameters, selected, session }.into()
            }
            None => selected.negotiated(self.parameters, None, false).into(),
        })
    }

    /// The suite to use with this PSK: the selected one if its hash fits, else another shared one whose hash does.
    //= R-4.3.11-3
    //= R-4.3.11-7
    //= R-4.7.1-6
    fn suite_for(&self, found: &FoundPsk) -> Option<CipherSuite> {
        let suites = usable_suites(&self.parameters).iter();
        suites.copied().find(|suite| suite.hash() == Some(found.psk.hash()))
    }

    /// Verifies the binder of this PSK (§4.3.11.2).
    fn select(
        &self,
        found: &FoundPsk,
        cipher_suite: CipherSuite,
        step: &Step<'_>,
    ) -> Result<SelectedPsk, Fault> {
        let kdf = step.kdf(cipher_suite)?;
        let truncated = self.parameters.client_hello.get(..self.psks.truncated).unwrap_or_default();
        let hash = match &self.parameters.retried {
            Some(transcript) => transcript.binder_hash(truncated),
            None => kdf.hash().digest(truncated),
        };
        let early_secret = EarlySecret::new(kdf.clone(), Some(found.psk.expose()));
        let expected = binder(&kdf, &early_secret, &found.psk, &hash);
        //= R-4.3.11-10
        let shown = self.psks.binders.get(found.index).ok_or(OwnFault::Internal("the index of a PSK"))?;
        //= R-4.3.11-8
        //= R-4.3.11-9
        //= R-6.2-6
        if !bool::from(shown.as_slice().ct_eq(&expected)) {
            return Err(PeerFault::BadBinder.into());
        }
        let index = u16::try_from(found.index).map_err(|_| OwnFault::Internal("the index of a PSK"))?;
        let age = self.psks.obfuscated_ticket_ages.get(found.index).copied().unwrap_or_default();
        Ok(SelectedPsk {
            kdf,
            early_secret,
            cipher_suite,
            index,
            identity: self.psks.identities.get(found.index).cloned().unwrap_or_default(),
            alone: self.psks.alone,
            binder: shown.clone(),
            obfuscated_ticket_age: age,
        })
    }
}

/// The suites that a PSK may go with: a HelloRetryRequest has settled it.
const fn usable_suites(parameters: &Parameters) -> &[CipherSuite] {
    if parameters.retried.is_some() {
        core::slice::from_ref(&parameters.selected.cipher_suite)
    } else {
        parameters.shared_suites.as_slice()
    }
}

/// Does the PSK fit what the config asks of a connection, whatever made the ticket open?
fn may_use(found: &FoundPsk, parameters: &Parameters, step: &Step<'_>) -> bool {
    let required = step.config.client_auth == ClientAuth::Required;
    match &found.session {
        Some(session) => {
            !session.is_expired(step.now)
                && session.server_name == parameters.selected.server_name
                && !(required && session.peer_identity.is_none())
        }
        // An external PSK names no certificate, and a config that requires one gets one.
        None => !required && step.config.cert_with_extern_psk != CertWithExternPsk::Required,
    }
}

impl SelectedPsk {
    pub(super) fn negotiated(
        self,
        mut parameters: Parameters,
        session: Option<Arc<Session>>,
        takes_early_data: bool,
    ) -> super::Negotiated {
        parameters.selected.cipher_suite = self.cipher_suite;
        if self.alone {
            //= R-4.3.9-7
            parameters.selected.share = None;
            parameters.shared_secret = None;
        }
        let proof = Proof::Psk { selected_identity: self.index, session };
        parameters.negotiated(self.kdf, self.early_secret, proof, takes_early_data)
    }
}

impl JudgingResumed {
    /// The verdict opens NEGOTIATED, or a full handshake.
    pub(super) fn judged(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let reply = reply.or_if_failed(Reply::Resumed(Err(String::new())));
        let Reply::Resumed(verdict) = reply else { return Err(unusable("JudgeResumed", reply)) };
        if verdict.is_err() {
            return Ok(ChoosingCredential::ask(self.parameters, None, step)?.into());
        }
        Ok(match CheckingReplay::ask(self.parameters, self.selected, self.session, step) {
            Ok(checking) => checking.into(),
            Err(negotiated) => (*negotiated).into(),
        })
    }
}
