//! What a config answers about sessions, and which of them a client keeps and offers.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::super::{Config, ConfigBuilder, Credentials};
#[cfg(feature = "std")]
use super::SharedTicketStore;
use super::{StoredSession, decline_reason};
use crate::crypto::HashAlgorithm;
use crate::handshake::{Answer, Ask, FindPsk, JudgeResumed, ReceivedTicket, Role, SealTicket};
#[cfg(feature = "std")]
use crate::handshake::{CheckReplay, StoreSession};
use crate::identity::{ExpectedPeer, Sha256Digest};
use crate::pki::expected_peer;
use crate::resumption::{PskOffer, Session};
use crate::time::Time;

impl Config {
    /// The config's answer to [`Ask::SealTicket`] or [`Ask::StoreSession`] with bytes of the caller's own in the
    /// session: what it found out about the client, say. `None` for other asks, or if the config makes no tickets.
    ///
    /// A connection that resumes the session gives them back
    /// ([`Connected::application_data`](crate::handshake::Connected::application_data)). The client cannot read them; in a
    /// sealed ticket, each byte makes its ClientHello longer.
    #[must_use]
    pub fn answer_with_ticket_data(&self, ask: &Ask, application_data: &[u8]) -> Option<Answer> {
        let mut ask = ask.clone();
        if let Ask::SealTicket(seal) = &mut ask {
            seal.session.application_data = application_data.to_vec();
        } else if let Ask::StoreSession(store) = &mut ask {
            store.session.application_data = application_data.to_vec();
        }
        self.answer_ticket(&ask)
    }

    /// A ticket as the config makes them.
    pub(in super::super) fn answer_ticket(&self, ask: &Ask) -> Option<Answer> {
        if let Ask::SealTicket(seal) = ask {
            return self.answer_seal_ticket(seal, ask);
        }
        #[cfg(feature = "std")]
        if let Ask::StoreSession(store) = ask {
            return self.answer_store_session(store, ask);
        }
        None
    }

    fn answer_seal_ticket(&self, seal: &SealTicket, ask: &Ask) -> Option<Answer> {
        let keys = self.ticket_keys.as_ref()?;
        let bound_to = self.trust_digest?;
        let ticket = keys.seal(&seal.session, &bound_to.0, seal.now, &self.handshake.crypto);
        Some(ticket.map_or_else(|| ask.failed(), |ticket| seal.sealed(ticket)))
    }

    #[cfg(feature = "std")]
    fn answer_store_session(&self, store: &StoreSession, ask: &Ask) -> Option<Answer> {
        let is_stored = self.ticket_store.as_ref()?.store(store, &self.trust_digest?.0);
        Some(if is_stored { store.stored() } else { ask.failed() })
    }

    /// The session that is stored under this ticket, if we store any.
    #[cfg_attr(not(feature = "std"), allow(unused_variables))]
    fn stored(&self, ticket: &[u8], now: Time) -> Option<Arc<Session>> {
        #[cfg(feature = "std")]
        return self.ticket_store.as_ref()?.find(ticket, &self.trust_digest?.0, now);
        #[cfg(not(feature = "std"))]
        return None;
    }

    fn finds_psks(&self) -> bool {
        #[cfg(feature = "std")]
        if self.ticket_store.is_some() {
            return true;
        }
        self.ticket_keys.is_some() || !self.external_psks.accepts_none()
    }

    /// The session that is sealed into this ticket, if a key of ours opens it.
    fn opened(&self, ticket: &[u8], find: &FindPsk) -> Option<Arc<Session>> {
        let (keys, bound_to) = (self.ticket_keys.as_ref()?, self.trust_digest?);
        let (server_name, crypto) = (find.server_name.as_deref(), &self.handshake.crypto);
        keys.open(ticket, &bound_to.0, server_name, find.now, crypto).map(Arc::new)
    }

    pub(in super::super) fn answer_find_psk(&self, find: &FindPsk) -> Option<Answer> {
        if !self.finds_psks() {
            return None;
        }
        let external = |(index, identity): (usize, &Vec<u8>)| {
            let psk = self.external_psks.get(identity).filter(|psk| find.can_use(psk.hash()))?;
            Some(find.external(index, psk.clone()))
        };
        let session = |(index, identity): (usize, &Vec<u8>)| {
            let session = self.stored(identity, find.now).or_else(|| self.opened(identity, find))?;
            let usable = session.cipher_suite.hash().is_some_and(|hash| find.can_use(hash));
            usable.then(|| find.session(index, session))
        };
        let mut offered = find.identities.iter().enumerate();
        let found = if find.with_certificates {
            // A session beside them is a fault wherever it stands.
            offered.clone().find_map(session).or_else(|| offered.find_map(external))
        } else {
            offered.find_map(|identity| external(identity).or_else(|| session(identity)))
        };
        Some(found.unwrap_or_else(|| find.none()))
    }

    pub(in super::super) fn answer_judge_resumed(&self, judge: &JudgeResumed) -> Option<Answer> {
        if self.trust.is_asked() {
            return None;
        }
        let reason = self.decline_reason(&judge.session, &self.expected_clients, judge.now);
        let reason = reason.or_else(|| self.use_up(judge));
        Some(reason.map_or_else(|| judge.accept(), |reason| judge.decline(reason)))
    }

    fn decline_reason(&self, session: &Session, expected: &ExpectedPeer, now: Time) -> Option<String> {
        decline_reason(session, now, &self.trust, expected, &self.compromised, &self.handshake.crypto)
    }

    /// Uses up a ticket that is used once; the reason to decline it if it has been used.
    #[cfg_attr(not(feature = "std"), allow(unused_variables))]
    fn use_up(&self, judge: &JudgeResumed) -> Option<String> {
        #[cfg(feature = "std")]
        if let Some(store) = self.ticket_store.as_ref().filter(|store| store.is_used_once(&judge.ticket))
            && !store.use_up(&judge.ticket)
        {
            return Some("the ticket has been used".into());
        }
        None
    }

    /// Did this connection use up its ticket when the session was judged? Then nobody else brings it again.
    #[cfg(feature = "std")]
    pub(in super::super) fn has_used_up(&self, check: &CheckReplay) -> bool {
        let is_used_once = |store: &Arc<SharedTicketStore>| store.is_used_once(&check.ticket);
        !self.trust.is_asked() && self.ticket_store.as_ref().is_some_and(is_used_once)
    }

    /// What a client keeps of a ticket that came on a connection to `expected`; `None` if the provider has no SHA-256.
    #[must_use]
    pub fn store_session(&self, expected: &ExpectedPeer, ticket: &ReceivedTicket) -> Option<StoredSession> {
        Some(StoredSession {
            ticket: ticket.ticket.clone(),
            session: Arc::clone(&ticket.session),
            bound_to: self.client_binding(expected)?,
        })
    }

    /// Offers a kept session on a connection to `expected`.
    ///
    /// # Errors
    /// A sentence that says what has changed since the session was made: whom we trust, whom we expect, what we show,
    /// or the time. A full handshake is the way then.
    pub fn offer_session(
        &self,
        stored: &StoredSession,
        expected: &ExpectedPeer,
        now: Time,
    ) -> Result<PskOffer, String> {
        if self.client_binding(expected) != Some(stored.bound_to) {
            return Err(
                "the session was made under another trust, for another server, or with other credentials"
                    .into(),
            );
        }
        if let Some(reason) = self.decline_reason(&stored.session, expected, now) {
            return Err(reason);
        }
        PskOffer::resume(Arc::clone(&stored.session), stored.ticket.clone(), now)
            .ok_or_else(|| "the session's cipher suite is none that we know".into())
    }

    /// What a client's sessions are bound to: what all of them are, whom it expects, and the server name that it sends.
    fn client_binding(&self, expected: &ExpectedPeer) -> Option<Sha256Digest> {
        let mut content = self.client_trust?.0.to_vec();
        content.extend_from_slice(&expected_peer(expected));
        if let Some(name) = expected.server_name() {
            content.extend_from_slice(name.as_bytes());
        }
        Sha256Digest::of(&content, &self.handshake.crypto)
    }
}

impl ConfigBuilder {
    /// What all sessions of a client are bound to, whomever it expects: whom it trusts, every certificate that it may
    /// show, and every external PSK that it offers. Anchors and rules are hashed once a config and not once a
    /// connection. `None` if the provider has no SHA-256.
    pub(in super::super) fn client_trust(&self) -> Option<Sha256Digest> {
        let crypto = &self.handshake.crypto;
        let anyone = ExpectedPeer::any_under_anchors();
        let mode = String::from("client") + &self.certificate_types();
        let trust = self.trust.digest(Role::Server, &anyone, self.handshake.request_ocsp, &mode, crypto)?;
        let hash = crypto.hash(HashAlgorithm::Sha256)?;
        let mut content = trust.0.to_vec();
        match &self.credentials {
            Credentials::Listed(credentials) => credentials.iter().for_each(|credential| {
                content.extend_from_slice(&hash.digest(credential.shown().end_entity()));
            }),
            Credentials::Ask => content.extend_from_slice(b"asked of the caller"),
        }
        if let Some(psks) = self.external_psks.binding(Role::Client, crypto) {
            content.extend_from_slice(&psks.0);
        }
        Sha256Digest::of(&content, crypto)
    }
}
