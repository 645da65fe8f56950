//! Behind CONNECTED: tickets, KeyUpdate, exporters (RFC 9846 §4.7, §7.5; 8446 §4.6, §7.5).

mod state;

pub(crate) use state::PostHandshakeState;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::ask::{Answer, Ask, AskId, Refused, Reply, SealTicket, StoreSession};
use super::extensions::Outgoing;
use super::grease::Grease;
use super::incoming::Incoming;
use super::output::{AcceptanceProof, Actions, Epoch, Milestone, Output, ReceivedTicket};
use super::post_handshake_auth::{HandshakeContext, PostHandshakeAuth, RequestRefused};
use super::step::{Received, Step};
use super::{Carrier, ClientAuth, Config, Fault, OwnFault, PeerChain, PeerFault, Role};
use crate::crypto::{EntropySource, Purpose, Secret};
use crate::identity::{CertificateTag, PeerIdentity};
use crate::key_schedule::{ExpandError, Kdf, export, resumption_psk, tls_exporter};
use crate::message::{
    CipherSuite, EarlyDataNewSessionTicket, ExtensionType, ExtensionsOf, HandshakeType, KeyUpdate,
    KeyUpdateRequest, NewSessionTicket,
};
use crate::resumption::{MAX_SESSION_CHAIN, MAX_TICKET_LIFETIME, STORED_TICKET_LEN, Session, SessionSecret};
use crate::time::Time;
use crate::wire::Encode;

/// What a handshake leaves behind.
pub(crate) struct Established {
    pub(crate) role: Role,
    pub(crate) kdf: Kdf,
    pub(crate) cipher_suite: CipherSuite,
    pub(crate) exporter_secret: Secret,
    pub(crate) resumption_secret: Option<Secret>,
    /// Server: how many tickets to give.
    pub(crate) tickets_to_send: u8,
    /// Does a client wait to learn whether the server accepts its certificate?
    pub(crate) client_certificate_sent: bool,
    /// What the sessions of its tickets have in common; kept only where there may be tickets.
    pub(crate) authenticated: Option<Box<Authenticated>>,
    /// Kept only where post-handshake authentication is offered and enabled.
    pub(crate) post_handshake_auth: Option<HandshakeContext>,
}

/// What a session must not lose of the handshake that it comes from.
pub(crate) struct Authenticated {
    pub(crate) at: Time,
    pub(crate) server_name: Option<String>,
    pub(crate) application_protocol: Option<Vec<u8>>,
    pub(crate) peer_identity: Option<Arc<PeerIdentity>>,
    pub(crate) local_certificate: Option<CertificateTag>,
    /// What the application put into the session that this connection resumes.
    pub(crate) application_data: Vec<u8>,
    /// What the peer showed, now or on the connection that this one resumes; kept only where sessions are to have it.
    pub(crate) peer_chain: Option<PeerChain>,
}

impl Authenticated {
    /// The certificates that a session of ours in this role keeps.
    fn session_chain(&self, role: Role) -> Vec<Vec<u8>> {
        let certificates: Vec<Vec<u8>> =
            self.peer_chain.iter().flat_map(|chain| chain.certificates().map(Vec::from)).collect();
        let length: usize = certificates.iter().map(Vec::len).sum();
        if role == Role::Server && length > MAX_SESSION_CHAIN { Vec::new() } else { certificates }
    }
}

/// A connection behind its handshake: what it still says and hears in handshake messages.
///
/// The verbs are those of [`Handshake`](super::Handshake).
pub struct PostHandshake {
    established: Established,
    config: Arc<Config>,
    entropy: Box<dyn EntropySource>,
    incoming: Incoming,
    actions: Actions,
    ask: Option<OpenTicketAsk>,
    auth: PostHandshakeAuth,
    next_ask: AskId,
    tickets_to_send: u8,
    tickets_sent: u16,
    tickets_seen: usize,
    acceptance: Acceptance,
    fault: Option<Fault>,
}

/// A SealTicket that is open, with what the message needs beside its answer.
struct OpenTicketAsk {
    ask: Ask,
    reply: Option<Reply>,
    age_add: u32,
    nonce: [u8; 2],
}

impl OpenTicketAsk {
    /// The ticket that the answer gives, if it gives one.
    fn ticket(&self) -> Option<&[u8]> {
        match (&self.ask, &self.reply) {
            (Ask::SealTicket(_), Some(Reply::Sealed(ticket))) => Some(ticket),
            (Ask::StoreSession(ask), Some(Reply::Stored)) => Some(&ask.ticket),
            _ => None,
        }
    }
}

/// What the client knows of the server's opinion on its certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Acceptance {
    /// Nothing to accept, or accepted.
    Settled,
    Pending,
    /// A KeyUpdate from here on answers our request.
    Probed,
}

impl PostHandshake {
    pub(super) fn new(
        mut established: Established,
        config: Arc<Config>,
        entropy: Box<dyn EntropySource>,
        incoming: Incoming,
        actions: Actions,
        next_ask: AskId,
    ) -> Self {
        let context = established.post_handshake_auth.take();
        let kdf = established.kdf.clone();
        let auth = context.map(|context| context.into_auth(established.role, kdf));
        Self {
            auth: auth.unwrap_or(PostHandshakeAuth::Off),
            //= R-C.4-2
            //= R-C.4-3
            tickets_to_send: established.tickets_to_send,
            acceptance: if established.client_certificate_sent {
                Acceptance::Pending
            } else {
                Acceptance::Settled
            },
            established,
            config,
            entropy,
            incoming,
            actions,
            ask: None,
            next_ask,
            tickets_sent: 0,
            tickets_seen: 0,
            fault: None,
        }
    }

    /// Our role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.established.role
    }

    /// The key derivation of the suite, for the carrier's traffic keys.
    #[must_use]
    pub const fn kdf(&self) -> &Kdf {
        &self.established.kdf
    }

    /// The suite of the connection.
    #[must_use]
    pub const fn cipher_suite(&self) -> CipherSuite {
        self.established.cipher_suite
    }

    /// Takes handshake bytes of the application epoch, cut anywhere.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.incoming.push(bytes);
    }

    /// Has a message begun that is not whole yet, or an answer to a CertificateRequest? Then no record of another type
    /// may come (§5.1, §4.7.2).
    #[must_use]
    pub fn is_mid_message(&self) -> bool {
        !self.incoming.is_empty() || self.auth.is_mid_answer()
    }

    /// Does the connection keep a transcript for post-handshake authentication? Then its two directions belong
    /// together.
    #[must_use]
    pub const fn keeps_transcript(&self) -> bool {
        self.auth.is_on()
    }

    /// Server: asks the client for its certificate (§4.7.2), and gives the `certificate_request_context`;
    /// [`Milestone::ClientAuthenticated`] brings the answer.
    ///
    /// # Errors
    /// [`RequestRefused`]: nothing changed.
    pub fn request_client_certificate(&mut self) -> Result<[u8; 32], RequestRefused> {
        if self.fault.is_some() {
            return Err(RequestRefused::Closed);
        }
        if self.established.role == Role::Client {
            return Err(RequestRefused::NotServer);
        }
        if self.config.post_handshake_client_auth == ClientAuth::None {
            return Err(RequestRefused::NotEnabled);
        }
        // Nothing that is sent here depends on the time.
        let now = Time::from_millis_since_1970(0);
        self.authenticate(now, |auth, step| match auth {
            PostHandshakeAuth::Server(requests) => requests.request(step),
            //= R-4.3.6-1
            PostHandshakeAuth::Client(_) | PostHandshakeAuth::Off => Err(RequestRefused::NotOffered),
        })
    }

    /// Client: our handshake bytes go under this application traffic secret from here on: the carrier tells each
    /// time that it has rolled its keys, for Finished behind the handshake is made under it (§4.5).
    pub fn send_under(&mut self, secret: &Secret) {
        self.auth.send_under(secret);
    }

    /// Is there nothing that has come and was not worked on, nothing to say, and nothing to ask?
    pub(crate) fn is_idle(&self) -> bool {
        let has_ticket_to_give = self.ask.is_some() || self.tickets_to_send > 0;
        let is_quiet = self.actions.outputs.is_empty() && self.actions.flight.is_empty();
        is_quiet && !has_ticket_to_give && !self.is_mid_message()
    }

    /// What happened next; `None`: more bytes or an answer first.
    ///
    /// # Errors
    /// The [`Fault`], again on each call.
    pub fn next(&mut self, now: Time) -> Result<Option<Output>, Fault> {
        loop {
            if let Some(output) = self.actions.take_output() {
                return Ok(Some(output));
            }
            if let Some(fault) = &self.fault {
                return Err(fault.clone());
            }
            match self.work(now) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(fault) => self.fault = Some(fault),
            }
        }
    }

    /// Does one thing that is to be done; `false`: there is none.
    fn work(&mut self, now: Time) -> Result<bool, Fault> {
        if let Some(open) = self.ask.take_if(|open| open.reply.is_some()) {
            self.send_ticket(open);
            return Ok(true);
        }
        //= R-4.7.1-1
        //= R-4.7.1-5
        if self.ask.is_none() && self.tickets_to_send > 0 {
            self.ask_for_ticket(now)?;
            return Ok(true);
        }
        if self.authenticate(now, PostHandshakeAuth::work)? {
            return Ok(true);
        }
        let Some((msg_type, length)) = self.incoming.next_message(self.config.limits.message)? else {
            return Ok(false);
        };
        let (buffer, range) = self.incoming.lend(length);
        let bytes = buffer.get(range).unwrap_or_default();
        let body = bytes.get(super::incoming::HEADER..).unwrap_or_default();
        let outcome = self.recv(&Received { msg_type, body, bytes }, now);
        self.incoming.give_back(buffer);
        outcome?;
        Ok(true)
    }

    fn recv(&mut self, received: &Received<'_>, now: Time) -> Result<(), Fault> {
        match received.msg_type {
            HandshakeType::NEW_SESSION_TICKET if self.established.role == Role::Client => {
                self.recv_new_session_ticket(received, now)
            }
            HandshakeType::KEY_UPDATE if !self.auth.is_mid_answer() => self.recv_key_update(received),
            _ => self.authenticate(now, |auth, step| auth.receive(received, step)),
        }
    }

    /// Takes a step of post-handshake authentication.
    fn authenticate<T>(
        &mut self,
        now: Time,
        take: impl FnOnce(&mut PostHandshakeAuth, &mut Step<'_>) -> T,
    ) -> T {
        let mut step = Step {
            config: &mut self.config,
            entropy: &mut *self.entropy,
            now,
            actions: &mut self.actions,
            next_ask: &mut self.next_ask,
        };
        take(&mut self.auth, &mut step)
    }

    fn recv_new_session_ticket(&mut self, received: &Received<'_>, now: Time) -> Result<(), Fault> {
        let message: NewSessionTicket<'_> = received.decode()?;
        received.check_extensions(ExtensionsOf::NewSessionTicket, &message.extensions, None)?;
        let early_data: Option<EarlyDataNewSessionTicket> =
            message.extensions.get().map_err(|error| received.malformed(error))?;
        self.tickets_seen += 1;
        let limit = self.config.limits.tickets;
        if self.tickets_seen > limit {
            return Err(PeerFault::TooMany { what: "NewSessionTickets on one connection", limit }.into());
        }
        if self.acceptance != Acceptance::Settled {
            self.accepted(AcceptanceProof::NewSessionTicket);
        }
        let Some(session) =
            self.session(message.ticket_nonce, message.ticket_lifetime, message.ticket_age_add, now)
        else {
            return Ok(());
        };
        let max_early_data_size = early_data.map_or(0, |early_data| early_data.max_early_data_size);
        let session = Arc::new(Session { max_early_data_size, ..session });
        let ticket = ReceivedTicket { ticket: message.ticket.to_vec(), session };
        //= R-4.7.1-4
        self.actions.milestone(Milestone::NewSessionTicket(Box::new(ticket)));
        Ok(())
    }

    fn recv_key_update(&mut self, received: &Received<'_>) -> Result<(), Fault> {
        if self.config.carrier == Carrier::Quic {
            return Err(PeerFault::KeyUpdateForbidden.into());
        }
        let message: KeyUpdate = received.decode()?;
        let update_requested = match message.request_update {
            KeyUpdateRequest::UPDATE_NOT_REQUESTED => false,
            KeyUpdateRequest::UPDATE_REQUESTED => true,
            //= R-4.7.3-4
            other => return Err(PeerFault::KeyUpdateRequest(other.0).into()),
        };
        self.auth.client_updated_keys();
        self.actions.outputs.push_back(Output::KeyUpdate { update_requested });
        self.actions.milestone(Milestone::KeyUpdated);
        if self.acceptance == Acceptance::Probed {
            self.accepted(AcceptanceProof::KeyUpdate);
        }
        Ok(())
    }

    fn accepted(&mut self, proof: AcceptanceProof) {
        self.acceptance = Acceptance::Settled;
        self.actions.milestone(Milestone::ClientAuthConfirmed(proof));
    }

    /// Tells that the carrier has sent a KeyUpdate with `update_requested`: the peer's next KeyUpdate proves that
    /// it has accepted our certificate.
    pub fn sent_update_requested(&mut self) {
        if self.acceptance == Acceptance::Pending {
            self.acceptance = Acceptance::Probed;
        }
    }

    /// Is the caller waiting to learn whether the server accepts its certificate, and did the config ask to probe?
    #[must_use]
    pub fn wants_probe(&self) -> bool {
        self.acceptance == Acceptance::Pending && self.config.probe_acceptance
    }

    fn ask_for_ticket(&mut self, now: Time) -> Result<(), Fault> {
        self.tickets_to_send -= 1;
        let mut age_add = [0; 4];
        // "unique across all tickets issued on this connection": a count is, and is short.
        let nonce = self.tickets_sent.to_be_bytes();
        self.tickets_sent = self.tickets_sent.wrapping_add(1);
        //= R-4.7.1-14
        let drawn = self.entropy.draw(Purpose::TicketAgeAdd, &mut age_add);
        drawn.map_err(|_| OwnFault::Crypto("drawing entropy"))?;
        let age_add = u32::from_be_bytes(age_add);
        let Some(session) = self.session(&nonce, self.config.ticket_lifetime, age_add, now) else {
            return Ok(());
        };
        self.next_ask.ask = self.next_ask.ask.wrapping_add(1);
        let (id, session) = (self.next_ask, Box::new(session));
        let ask = if self.config.stateful_tickets {
            let mut ticket = [0; STORED_TICKET_LEN];
            let drawn = self.entropy.draw(Purpose::Ticket, &mut ticket);
            drawn.map_err(|_| OwnFault::Crypto("drawing entropy"))?;
            Ask::StoreSession(Box::new(StoreSession { id, ticket: ticket.to_vec(), session, now }))
        } else {
            Ask::SealTicket(Box::new(SealTicket { id, session, now }))
        };
        self.ask = Some(OpenTicketAsk { ask, reply: None, age_add, nonce });
        Ok(())
    }

    /// The session of a ticket with this nonce (§4.7.1); `None` where tickets are of no use.
    fn session(&self, nonce: &[u8], lifetime: u32, age_add: u32, now: Time) -> Option<Session> {
        let established = &self.established;
        //= R-4.7.1-3
        let authenticated = established.authenticated.as_ref()?;
        let psk = resumption_psk(&established.kdf, established.resumption_secret.as_ref()?, nonce);
        Some(Session {
            cipher_suite: established.cipher_suite,
            psk: SessionSecret(psk),
            issued_at: now,
            lifetime: lifetime.min(MAX_TICKET_LIFETIME),
            age_add,
            authenticated_at: authenticated.at,
            //= R-4.3.11-4
            server_name: authenticated.server_name.clone(),
            application_protocol: authenticated.application_protocol.clone(),
            peer_identity: authenticated.peer_identity.clone(),
            local_certificate: authenticated.local_certificate,
            max_early_data_size: if established.role == Role::Server {
                self.config.max_early_data_size
            } else {
                0
            },
            application_data: authenticated.application_data.clone(),
            peer_chain: authenticated.session_chain(established.role),
        })
    }

    /// Sends the ticket; an ask that failed only means that there is none.
    fn send_ticket(&mut self, open: OpenTicketAsk) {
        let Some(ticket) = open.ticket() else {
            self.tickets_to_send = 0;
            return;
        };
        let mut extensions = Outgoing::new();
        let mut drawn = [0; 8];
        let greases = self.config.grease && self.entropy.draw(Purpose::Grease, &mut drawn).is_ok();
        //= R8701-4.1-4
        extensions.push_grease(greases.then_some(Grease::new(drawn)));
        let max_early_data_size = self.config.max_early_data_size;
        let early_data = EarlyDataNewSessionTicket { max_early_data_size };
        extensions.push_some(ExtensionType::EARLY_DATA, (max_early_data_size > 0).then_some(early_data));
        let extensions = extensions.finish(self.config.script.new_session_ticket.as_deref());
        let message = NewSessionTicket {
            //= R-4.7.1-11
            ticket_lifetime: self.config.ticket_lifetime.min(MAX_TICKET_LIFETIME),
            ticket_age_add: open.age_add,
            ticket_nonce: &open.nonce,
            ticket,
            extensions: extensions.as_extensions(),
        };
        let msg_type = HandshakeType::NEW_SESSION_TICKET;
        self.actions.send(Epoch::Application, msg_type, |out| message.encode(out));
        self.actions.close_chunk();
    }

    /// The open ask, or the first of them. It stops no data.
    #[must_use]
    pub fn pending(&self) -> Option<&Ask> {
        self.auth.pending().or_else(|| self.pending_for_ticket())
    }

    fn pending_for_ticket(&self) -> Option<&Ask> {
        self.ask.as_ref().filter(|open| open.reply.is_none()).map(|open| &open.ask)
    }

    /// Closes the open ask; go on with [`PostHandshake::next`].
    ///
    /// # Errors
    /// [`Refused`]: not taken, nothing changed, the ask is still open.
    pub fn answer(&mut self, answer: Answer) -> Result<(), Refused> {
        let is_meant = |ask: &&Ask| ask.id() == answer.id;
        let ticket = self.pending_for_ticket().filter(is_meant);
        let ask = ticket.or_else(|| self.pending()).ok_or(Refused::NothingAsked)?;
        ask.check(&answer, &self.config)?;
        let is_for_ticket = ticket.is_some();
        match self.ask.as_mut().filter(|_| is_for_ticket) {
            Some(open) => open.reply = Some(answer.reply),
            None => self.auth.answer(answer.reply),
        }
        Ok(())
    }

    /// Handshake bytes that are owed, one chunk; the carrier puts no record across two.
    #[must_use]
    pub fn owed(&self) -> Option<(Epoch, &[u8])> {
        self.actions.owed()
    }

    /// All that [`PostHandshake::owed`] showed, for a carrier that keeps it.
    pub(crate) fn take_owed(&mut self) -> Option<(Epoch, Vec<u8>)> {
        self.actions.take_owed()
    }

    /// The carrier has taken `count` bytes of what [`PostHandshake::owed`] showed.
    pub fn sent(&mut self, count: usize) {
        self.actions.sent(count);
    }

    /// Keying material for the application: `TLS-Exporter(label, context_value, out.len())` (§7.5).
    ///
    /// # Errors
    /// [`ExpandError`] if label or output are too long.
    pub fn export(&self, label: &str, context_value: &[u8], out: &mut [u8]) -> Result<(), ExpandError> {
        //= R-7.5-1
        export(&self.established.kdf, &self.established.exporter_secret, label, context_value, out)
    }

    /// The channel binding `tls-exporter` (RFC 9266): the same at both ends of a connection, and of no other.
    #[must_use]
    //= R9266-2-2
    pub fn tls_exporter(&self) -> [u8; 32] {
        tls_exporter(&self.established.kdf, &self.established.exporter_secret)
    }
}

impl core::fmt::Debug for PostHandshake {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PostHandshake")
            .field("role", &self.established.role)
            .field("cipher_suite", &self.established.cipher_suite)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn a_longer_chain_is_left_out_of_the_servers_session() {
        let kept = |role, certificates: &[Vec<u8>]| {
            let authenticated = Authenticated {
                at: Time::default(),
                server_name: None,
                application_protocol: None,
                peer_identity: None,
                local_certificate: None,
                application_data: Vec::new(),
                peer_chain: PeerChain::of_session(certificates),
            };
            authenticated.session_chain(role)
        };
        let fits = [vec![1; MAX_SESSION_CHAIN - 1], vec![2]];
        let longer = [vec![1; MAX_SESSION_CHAIN], vec![2]];
        assert_eq!(kept(Role::Server, &fits), fits);
        assert!(kept(Role::Server, &longer).is_empty());
        assert_eq!(kept(Role::Client, &longer), longer, "it keeps its sessions at home");
        assert!(kept(Role::Server, &[]).is_empty());
    }
}
