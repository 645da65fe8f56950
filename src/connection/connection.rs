//! TLS over a byte stream, either role.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::event::{Event, Need, Received};
use super::handshaking::Handshaking;
use super::offload::{NotAtRest, Offloaded};
use super::outgoing::{Outgoing, SealRefused, Sealed};
use super::receiver::{Due, ExportRefused, Progress, Receiver, end_for};
use super::sender::Sender;
use super::{Config, Fault, Inbox};
use crate::alert::AlertDescription;
use crate::crypto::Entropy;
use crate::handshake::{
    self, Answer, Ask, ClientHelloSeen, Handshake, KnownServer, Milestone, OwnFault, PostHandshake, Refused,
    RequestRefused, Role,
};
use crate::identity::ExpectedPeer;
use crate::record::ContentType;
use crate::resumption::PskOffer;
use crate::time::Time;

/// TLS over a byte stream, either role.
///
/// It owns no socket and no buffer: bytes that came go through [`Connection::receive`], bytes that are owed come
/// out of [`Connection::transmit`]. Established and idle, it holds keys and nothing else.
pub struct Connection {
    config: Arc<Config>,
    sender: Sender,
    phase: Phase,
    /// An answer has come that `receive` has not taken up.
    answered: bool,
}

#[derive(Debug)]
enum Phase {
    Handshaking(Box<Handshaking>),
    /// Complete, and [`Milestone::Connected`] given.
    Connected(Box<Receiver>),
    /// It ended before that.
    Failed(Fault),
}

impl Connection {
    /// A client that wants to reach `server`; its ClientHello waits in [`Connection::transmit`].
    #[must_use]
    pub fn client(config: Arc<Config>, server: ExpectedPeer, entropy: Entropy) -> Self {
        Self::client_with_psks(config, server, Vec::new(), Time::from_millis_since_1970(0), entropy)
    }

    /// A client that also offers PSKs, in this order of preference, ahead of those of its config: kept sessions
    /// ([`Config::offer_session`]) or external PSKs.
    ///
    /// One that its config [accepts](super::ExternalPsks) as a server ends it at once.
    #[must_use]
    pub fn client_with_psks(
        config: Arc<Config>,
        server: ExpectedPeer,
        psks: Vec<PskOffer>,
        now: Time,
        entropy: Entropy,
    ) -> Self {
        Self::client_of(config, server, KnownServer::with_psks(psks), now, entropy)
    }

    /// A client that knows something of the server already: PSKs, as in [`Connection::client_with_psks`], and the group
    /// that it will want.
    #[must_use]
    pub fn client_of(
        config: Arc<Config>,
        server: ExpectedPeer,
        mut known: KnownServer,
        now: Time,
        entropy: Entropy,
    ) -> Self {
        let is_accepted =
            |offer: &PskOffer| offer.session.is_none() && config.external_psks().accepts(&offer.identity);
        let is_selfie = known.psks.iter().any(is_accepted);
        known.psks.extend(config.external_psks().offers());
        let handshake = Handshake::client_of(
            Arc::clone(config.handshake()),
            Arc::new(server),
            Vec::new(),
            known,
            now,
            entropy,
        );
        if is_selfie {
            let phase = Phase::Failed(handshake::Fault::from(OwnFault::Selfie).into());
            let sender = Sender::new(Outgoing::new(config.padding()));
            return Self { config, sender, phase, answered: false };
        }
        Self::new(config, Role::Client, handshake)
    }

    /// A server.
    #[must_use]
    pub fn server(config: Arc<Config>, entropy: Entropy) -> Self {
        let handshake = Handshake::server(Arc::clone(config.handshake()), Vec::new(), entropy);
        Self::new(config, Role::Server, handshake)
    }

    fn new(config: Arc<Config>, role: Role, handshake: Handshake) -> Self {
        let mut outgoing = Outgoing::new(config.padding());
        outgoing.set_max_plaintext(config.max_record_size());
        if role == Role::Client {
            outgoing.starts_with_client_hello();
        }
        let mut handshaking = Handshaking::new(role, handshake);
        handshaking.owe(&mut outgoing);
        Self {
            config,
            sender: Sender::new(outgoing),
            phase: Phase::Handshaking(Box::new(handshaking)),
            answered: false,
        }
    }

    /// Looks at the bytes that came: opens at most one record of application data, in place.
    ///
    /// Call it again behind `consumed` until the event is a [`Need`] or [`Event::End`]: several records may
    /// have come at once. An empty slice is fine, and is how to go on after [`Connection::transmit`] or
    /// [`Connection::answer`].
    ///
    /// # Errors
    /// The [`Fault`] that ended the connection, again on each call; its alert waits in `transmit`.
    pub fn receive<'b>(&mut self, input: &'b mut [u8], now: Time) -> Result<Received<'b>, Fault> {
        let (consumed, progress) = self.advance(input, now)?;
        Ok(Received { consumed, event: progress.into_event(input) })
    }

    /// The same with the input kept by an [`Inbox`]: there is no `consumed` to forget, and plaintext that was
    /// not read is given again.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub fn receive_from<'b>(&mut self, inbox: &'b mut Inbox, now: Time) -> Result<Event<'b>, Fault> {
        inbox.receive(|input| self.advance(input, now))
    }

    /// The transport ended: fine behind `close_notify`. An open ask fails with it.
    ///
    /// # Errors
    /// [`Fault::Truncated`] if the peer has not said `close_notify`, or the fault there was before.
    pub fn end_of_input(&mut self) -> Result<(), Fault> {
        match &mut self.phase {
            Phase::Handshaking(_) => Err(self.fail(Fault::Truncated)),
            Phase::Connected(receiver) => receiver.end_of_input(),
            Phase::Failed(fault) => Err(fault.clone()),
        }
    }

    /// Writes owed bytes (flights, alerts, tickets, KeyUpdates) into `out`, of any size from 1 up, and says how
    /// many. 0 means that nothing is owed, or that `out` is empty: [`Connection::owes_transmit`] tells.
    ///
    /// Where records end depends neither on the size of `out` nor on when this is called.
    pub fn transmit(&mut self, out: &mut [u8]) -> usize {
        self.sender.transmit(out)
    }

    /// Is anything owed?
    #[must_use]
    pub fn owes_transmit(&self) -> bool {
        self.sender.owes_transmit()
    }

    /// Writes what is owed, then as many records of `plaintext` as fit; see [`Sender::seal`].
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed.
    pub fn seal(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        self.connected()?.seal(plaintext, out)
    }

    /// The same of plaintext that lies in several slices; see [`Sender::seal_vectored`].
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed.
    pub fn seal_vectored(&mut self, plaintext: &[&[u8]], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        self.connected()?.seal_vectored(plaintext, out)
    }

    /// Makes a record without a copy; see [`Sender::seal_in_place`].
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed.
    pub fn seal_in_place(&mut self, record: &mut [u8], length: usize) -> Result<usize, SealRefused> {
        self.connected()?.seal_in_place(record, length)
    }

    /// The length of the record that the first of so many bytes of plaintext become, in bytes.
    #[must_use]
    pub fn record_len(&self, plaintext: usize) -> usize {
        self.sender.record_len(plaintext)
    }

    /// Client: seals 0-RTT data, as [`Connection::seal`] does: once [`Milestone::EarlyDataReady`] was given, and until
    /// the server's Finished has come. It has no forward secrecy, and the server may hear it twice (§2.3).
    ///
    /// No more of it is taken than the ticket allows. A server that rejects it cannot tell padding from data and skips
    /// only so many bytes of both: where much is padded, send little (§4.7.1).
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed; [`SealRefused::NotConnected`] where early data cannot be sent now.
    pub fn seal_early(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        let Phase::Handshaking(handshaking) = &mut self.phase else { return Err(SealRefused::NotConnected) };
        let left =
            handshaking.early_data.to_send.filter(|left| *left > 0).ok_or(SealRefused::NotConnected)?;
        let taken = plaintext.get(..plaintext.len().min(left)).unwrap_or_default();
        let sealed = self.sender.seal(taken, out)?;
        handshaking.early_data.to_send = Some(left.saturating_sub(sealed.consumed));
        Ok(sealed)
    }

    /// Server: seals data before the client's Finished has come (0.5-RTT), as [`Connection::seal`] does. Refused while
    /// the client's certificate is awaited: nobody knows then who reads it (§2, F.1).
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed; [`SealRefused::NotConnected`] where such data cannot be sent now.
    //= R-4.5.3-2
    pub fn seal_half_rtt(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        match &self.phase {
            Phase::Handshaking(handshaking) if handshaking.early_data.half_rtt => {
                self.sender.seal(plaintext, out)
            }
            Phase::Handshaking(_) => Err(SealRefused::NotConnected),
            Phase::Connected(_) => self.sender.seal(plaintext, out),
            Phase::Failed(_) => Err(SealRefused::Closed),
        }
    }

    //= R-2-2
    fn connected(&mut self) -> Result<&mut Sender, SealRefused> {
        match &self.phase {
            Phase::Connected(_) => Ok(&mut self.sender),
            Phase::Handshaking(_) => Err(SealRefused::NotConnected),
            Phase::Failed(_) => Err(SealRefused::Closed),
        }
    }

    /// The open ask; looking does not take it, so that a canceled future loses nothing.
    #[must_use]
    pub fn pending(&self) -> Option<&Ask> {
        match &self.phase {
            Phase::Handshaking(handshaking) => handshaking.handshake.pending(),
            Phase::Connected(receiver) => receiver.post_handshake.pending(),
            Phase::Failed(_) => None,
        }
    }

    /// Closes the open ask; go on with [`Connection::receive`], an empty slice will do.
    ///
    /// # Errors
    /// [`Refused`]: it was not taken, nothing changed, and the ask is still open.
    pub fn answer(&mut self, answer: Answer) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Handshaking(handshaking) => handshaking.handshake.answer(answer),
            Phase::Connected(receiver) => receiver.post_handshake.answer(answer),
            Phase::Failed(_) => Err(Refused::NothingAsked),
        }?;
        self.answered = true;
        Ok(())
    }

    /// Answers [`Ask::ClientHelloSeen`] with another config, whole: what it negotiates, whom it trusts, what it
    /// shows.
    ///
    /// # Errors
    /// [`Refused`]: it was not taken, nothing changed, and the ask is still open.
    pub fn use_config(&mut self, ask: &ClientHelloSeen, config: Arc<Config>) -> Result<(), Refused> {
        self.answer(ask.use_config(Arc::clone(config.handshake())))?;
        self.config = config;
        Ok(())
    }

    /// Keying material for the application: `TLS-Exporter(label, context_value, out.len())` (§7.5).
    ///
    /// # Errors
    /// [`ExportRefused`] before [`Milestone::Connected`], or if label or output are too long.
    pub fn export(&self, label: &str, context_value: &[u8], out: &mut [u8]) -> Result<(), ExportRefused> {
        match &self.phase {
            Phase::Connected(receiver) => receiver.export(label, context_value, out),
            Phase::Handshaking(_) | Phase::Failed(_) => Err(ExportRefused::NotConnected),
        }
    }

    /// The channel binding `tls-exporter` (RFC 9266), from [`Milestone::Connected`] on; `None` before.
    ///
    /// ```text
    /// TLS-Exporter("EXPORTER-Channel-Binding", "", 32)
    /// ```
    ///
    /// It is the same at both ends of a connection, and of no other: a protocol above that authenticates by its own
    /// means (SCRAM-SHA-256-PLUS, say) binds that to this connection with it. It is no secret.
    ///
    /// ```no_run
    /// # #[cfg(feature = "ring")]
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use handfast::{Config, Connection, Entropy, crypto::ring};
    /// # let config = Config::builder(ring::provider()).build()?;
    /// # let connection = Connection::server(config.into(), Entropy::from_system()?);
    /// let gs2_header = b"p=tls-exporter,,";
    /// let cbind_input = [gs2_header, &connection.tls_exporter().ok_or("not connected")?[..]].concat();
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "ring"))]
    /// # fn main() {}
    /// ```
    #[must_use]
    //= R9266-2-3
    pub fn tls_exporter(&self) -> Option<[u8; 32]> {
        match &self.phase {
            Phase::Connected(receiver) => Some(receiver.tls_exporter()),
            Phase::Handshaking(_) | Phase::Failed(_) => None,
        }
    }

    /// Keying material tied to early data (§7.5), from [`Milestone::EarlyDataReady`] or
    /// [`Milestone::EarlyDataAccepted`] to the end of the handshake. It may be that of a replay, so keys made of it are for
    /// what the client sends and nothing else (F.5.1).
    ///
    /// # Errors
    /// [`ExportRefused`] where there is no early data, or if label or output are too long.
    //= R-7.5-2
    pub fn export_early(
        &self,
        label: &str,
        context_value: &[u8],
        out: &mut [u8],
    ) -> Result<(), ExportRefused> {
        match &self.phase {
            Phase::Handshaking(handshaking) => handshaking
                .handshake
                .export_early(label, context_value, out)
                .ok_or(ExportRefused::NotConnected)?
                .map_err(ExportRefused::TooLong),
            Phase::Connected(_) | Phase::Failed(_) => Err(ExportRefused::NotConnected),
        }
    }

    /// Says `close_notify` behind all that is owed; receiving goes on. Idempotent.
    ///
    /// A handshake that is not complete is given up, with `user_canceled` ahead of it (§6.1).
    pub fn close(&mut self) {
        match &self.phase {
            Phase::Handshaking(_) => self.abort(AlertDescription::USER_CANCELED),
            Phase::Connected(_) => self.sender.close(),
            Phase::Failed(_) => {}
        }
    }

    /// Gives up with this alert, both ways; the way out of an ask that takes too long.
    pub fn abort(&mut self, alert: AlertDescription) {
        self.fail(Fault::Aborted(alert));
    }

    /// Rolls our keys, and asks the peer to roll its own if `request_peer`. Without effect before
    /// [`Milestone::Connected`]: there are no keys to roll.
    pub fn update_keys(&mut self, request_peer: bool) {
        if self.is_connected() {
            self.sender.update_keys(request_peer);
        }
    }

    /// Server: asks the client, once more or for the first time, for its certificate (§4.7.2), and gives the
    /// `certificate_request_context`. [`Milestone::ClientAuthenticated`] brings the answer, whenever that may be: data
    /// goes on both ways until then. Several requests may be under way.
    ///
    /// # Errors
    /// [`RequestRefused`]: nothing changed. Above all [`RequestRefused::NotOffered`]: the client has to be willing.
    pub fn request_client_certificate(&mut self) -> Result<[u8; 32], RequestRefused> {
        let context = match &mut self.phase {
            Phase::Connected(_) if self.sender.outgoing.is_closed() => Err(RequestRefused::Closed),
            Phase::Connected(receiver) => receiver.post_handshake.request_client_certificate(),
            Phase::Handshaking(_) => Err(RequestRefused::NotConnected),
            Phase::Failed(_) => Err(RequestRefused::Closed),
        }?;
        self.owe();
        Ok(context)
    }

    /// Two halves, each `Send`, with nothing shared; what is still owed goes with the sender.
    ///
    /// # Errors
    /// The connection itself, unharmed, before [`Milestone::Connected`], while an ask is open, or before
    /// [`Connection::receive`] has taken its answer up; and always where post-handshake authentication is offered and
    /// enabled, for an answer needs both halves.
    pub fn split(self) -> Result<(Sender, Receiver), Box<Self>> {
        match self.phase {
            Phase::Connected(receiver)
                if !self.answered
                    && receiver.post_handshake.pending().is_none()
                    && !receiver.post_handshake.keeps_transcript() =>
            {
                Ok((self.sender, *receiver))
            }
            phase @ (Phase::Handshaking(_) | Phase::Connected(_) | Phase::Failed(_)) => {
                Err(Box::new(Self { phase, ..self }))
            }
        }
    }

    /// What goes on behind the handshake.
    pub(crate) fn post_handshake(&self) -> Option<&PostHandshake> {
        match &self.phase {
            Phase::Connected(receiver) => Some(&receiver.post_handshake),
            Phase::Handshaking(_) | Phase::Failed(_) => None,
        }
    }

    /// One that was at rest.
    pub(super) fn established(config: Arc<Config>, sender: Sender, receiver: Receiver) -> Self {
        Self { config, sender, phase: Phase::Connected(Box::new(receiver)), answered: false }
    }

    /// What an established connection consists of, if it has nothing to say, to ask, or to wait for the rest of.
    pub(super) fn at_rest(&self) -> Result<(&Arc<Config>, &Sender, &Receiver), NotAtRest> {
        let receiver = match &self.phase {
            Phase::Connected(receiver) => receiver,
            Phase::Handshaking(_) => return Err(NotAtRest::NotConnected),
            Phase::Failed(_) => return Err(NotAtRest::Closed),
        };
        if self.owes_transmit() {
            return Err(NotAtRest::Owed);
        }
        if self.answered || self.pending().is_some() {
            return Err(NotAtRest::Asked);
        }
        if receiver.post_handshake.keeps_transcript() {
            return Err(NotAtRest::PostHandshakeAuth);
        }
        if !receiver.post_handshake.is_idle() {
            return Err(NotAtRest::MidMessage);
        }
        Ok((&self.config, &self.sender, receiver))
    }

    /// What is left if the connection is taken apart now.
    pub(super) fn offloaded(&self) -> Result<Offloaded, NotAtRest> {
        let (_, sender, receiver) = self.at_rest()?;
        let outgoing = &sender.outgoing;
        let send = outgoing.record_keys().ok_or(NotAtRest::Closed)?;
        let receive = receiver.record_keys().ok_or(NotAtRest::Closed)?;
        let cipher_suite = receiver.post_handshake.cipher_suite();
        Ok(Offloaded { cipher_suite, max_content: outgoing.max_content(), send, receive })
    }

    /// Was [`Milestone::Connected`] given?
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        matches!(self.phase, Phase::Connected(_))
    }

    /// Has the peer said `close_notify`?
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        match &self.phase {
            Phase::Connected(receiver) => receiver.is_ended(),
            Phase::Handshaking(_) | Phase::Failed(_) => false,
        }
    }

    /// Ends the connection with this fault, once.
    fn fail(&mut self, fault: Fault) -> Fault {
        match &mut self.phase {
            Phase::Failed(first) => return first.clone(),
            Phase::Connected(receiver) => {
                let fault = receiver.fail(fault);
                self.owe();
                return fault;
            }
            Phase::Handshaking(handshaking) => {
                if let Some(alert) = fault.alert() {
                    handshaking.before_alert(alert, &mut self.sender.outgoing);
                }
            }
        }
        self.sender.accept(Due { end: end_for(&fault), ..Due::default() });
        self.phase = Phase::Failed(fault.clone());
        fault
    }

    /// Takes steps until there is something to say.
    fn advance(&mut self, input: &mut [u8], now: Time) -> Result<(usize, Progress), Fault> {
        self.answered = false;
        let mut consumed = 0;
        loop {
            let rest = input.get_mut(consumed..).unwrap_or_default();
            let (count, progress) = match &mut self.phase {
                Phase::Failed(fault) => return Err(fault.clone()),
                Phase::Handshaking(handshaking) => {
                    match handshaking.step(&self.config, &mut self.sender.outgoing, rest, now) {
                        Ok(step) => step,
                        Err(fault) => return Err(self.fail(fault)),
                    }
                }
                Phase::Connected(receiver) => {
                    if let Some(secret) = self.sender.outgoing.traffic_secret() {
                        receiver.post_handshake.send_under(secret);
                    }
                    let advanced = receiver.advance(rest, now);
                    self.owe();
                    advanced.map(|(count, progress)| (count, Some(progress)))?
                }
            };
            let progress = progress.map(|progress| progress.behind(consumed));
            consumed += count;
            if let Some(progress) = progress.and_then(|progress| self.settle(progress)) {
                return Ok((consumed, progress));
            }
        }
    }

    /// Does what a progress asks of the connection itself; `None`: there is more to take.
    fn settle(&mut self, progress: Progress) -> Option<Progress> {
        match progress {
            Progress::Milestone(Milestone::Connected(_)) => self.enter_connected(),
            // Behind the handshake an ask stops nothing: what the config leaves to the caller stays in `pending`.
            Progress::Need(Need::Answer(_)) if self.is_connected() => {
                let is_answered = self.answer_from_config();
                if is_answered || !self.config.asks_stop_input() {
                    return None;
                }
            }
            Progress::Need(_) if self.answer_from_config() => return None,
            Progress::Need(_) if self.owes_transmit() => return Some(Progress::Need(Need::Transmit)),
            Progress::Need(_)
            | Progress::Milestone(_)
            | Progress::Plaintext(_)
            | Progress::EarlyPlaintext(_)
            | Progress::End => {}
        }
        Some(progress)
    }

    /// Answers an ask behind the handshake if the config can; `true`: it could.
    fn answer_from_config(&mut self) -> bool {
        let Phase::Connected(receiver) = &mut self.phase else { return false };
        let Some(ask) = receiver.post_handshake.pending() else { return false };
        let Some(answer) = self.config.answer(ask) else { return false };
        let failed = ask.failed();
        receiver.post_handshake.answer(answer).is_ok() || receiver.post_handshake.answer(failed).is_ok()
    }

    /// Owes what the receiving half wants said.
    fn owe(&mut self) {
        let Phase::Connected(receiver) = &mut self.phase else { return };
        while let Some((_, chunk)) = receiver.post_handshake.take_owed() {
            self.sender.outgoing.content(ContentType::HANDSHAKE, chunk);
        }
        if let Some(due) = receiver.take_due() {
            self.sender.accept(due);
        }
    }

    /// The handshake is over: what only it needed is dropped.
    fn enter_connected(&mut self) {
        let phase = core::mem::replace(&mut self.phase, Phase::Failed(Fault::Truncated));
        self.phase = match phase {
            Phase::Handshaking(handshaking) => match handshaking.into_receiver() {
                Ok(receiver) => Phase::Connected(Box::new(receiver)),
                Err(handshaking) => Phase::Handshaking(handshaking),
            },
            phase @ (Phase::Connected(_) | Phase::Failed(_)) => phase,
        };
        self.sender.outgoing.end_handshake();
        if let Phase::Connected(receiver) = &mut self.phase
            && receiver.post_handshake.wants_probe()
        {
            self.sender.update_keys(true);
            receiver.post_handshake.sent_update_requested();
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("phase", &self.phase)
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}
