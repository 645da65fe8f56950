//! A connection whose run is recorded.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use handfast::connection::{ExportRefused, Fault, Inbox, Received, SealRefused, Sealed};
use handfast::handshake::{ClientHelloSeen, KnownServer, RequestRefused};
use handfast::resumption::PskOffer;
use handfast::{
    AlertDescription, Answer, Ask, Config, Entropy, Event, ExpectedPeer, Milestone, Need, Refused, Role, Time,
};

use crate::config::groups_in_hex;
use crate::hearing::{self, Heard, Hearing};
use crate::line::{hex, option};
use crate::{Receiver, Recorder, Sender, answer, config};

/// As [`handfast::Connection`], and a recorder hears.
///
/// While it records, the library's connection asks for all that the config would have answered, the config answers
/// here, and the answers are written down: the bytes are the same.
pub struct Connection {
    inner: handfast::Connection,
    /// What answers; its own is asked of the caller as ever.
    config: Arc<Config>,
    hearing: Hearing,
    /// Milestones that came while asks were answered, to be given next.
    held: VecDeque<Milestone>,
}

/// Why a run cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unrecordable {
    /// The config is set to what the record's format cannot say, such as scripted extensions.
    Config,
    /// A PSK is of a kind that the record's format does not know, or one that the config accepts as a server: the
    /// connection would end before it begins.
    Psk,
}

impl Connection {
    /// As [`handfast::Connection::client_with_psks`].
    ///
    /// # Errors
    /// [`Unrecordable`], where anything is recorded.
    pub fn client_with_psks(
        config: Arc<Config>,
        server: ExpectedPeer,
        psks: Vec<PskOffer>,
        now: Time,
        entropy: Entropy,
        recorder: Recorder,
    ) -> Result<Self, Unrecordable> {
        Self::client_of(config, server, KnownServer::with_psks(psks), now, entropy, recorder)
    }

    /// As [`handfast::Connection::client_of`].
    ///
    /// # Errors
    /// [`Unrecordable`], where anything is recorded.
    pub fn client_of(
        config: Arc<Config>,
        server: ExpectedPeer,
        mut known: KnownServer,
        now: Time,
        entropy: Entropy,
        recorder: Recorder,
    ) -> Result<Self, Unrecordable> {
        let (asking, entropy) = begin(&config, entropy, &recorder, Role::Client)?;
        if recorder.is_on() {
            known.psks = offered(&config, known.psks, &recorder)?;
        }
        if !known.groups.is_empty() {
            recorder.line(|| format!("known_groups {}", groups_in_hex(&known.groups)));
        }
        if let Some(list) = &known.ech {
            recorder.line(|| format!("ech {}", hex(list.as_bytes())));
        }
        recorder.line(|| format!("start {} {}", now.as_millis(), option(server.server_name())));
        let inner = handfast::Connection::client_of(asking, server, known, now, entropy);
        Ok(Self { inner, config, hearing: Hearing::new(recorder), held: VecDeque::new() })
    }

    /// As [`handfast::Connection::server`].
    ///
    /// # Errors
    /// [`Unrecordable`], where anything is recorded.
    pub fn server(config: Arc<Config>, entropy: Entropy, recorder: Recorder) -> Result<Self, Unrecordable> {
        let (asking, entropy) = begin(&config, entropy, &recorder, Role::Server)?;
        recorder.line(|| "start".to_owned());
        let inner = handfast::Connection::server(asking, entropy);
        Ok(Self { inner, config, hearing: Hearing::new(recorder), held: VecDeque::new() })
    }

    const fn recorder(&self) -> &Recorder {
        &self.hearing.recorder
    }

    /// As [`handfast::Connection::receive`].
    ///
    /// # Errors
    /// The [`Fault`] that ended the connection.
    pub fn receive<'b>(&mut self, input: &'b mut [u8], now: Time) -> Result<Received<'b>, Fault> {
        if !self.recorder().is_on() {
            return self.inner.receive(input, now);
        }
        let mut ahead = 0;
        loop {
            if let Some(milestone) = self.held.pop_front() {
                return Ok(Received { consumed: ahead, event: Event::Milestone(milestone) });
            }
            let rest = input.get_mut(ahead..).unwrap_or_default();
            let (consumed, heard) = self.hearing.receive(rest, now, |rest| self.inner.receive(rest, now))?;
            if let Some(heard) = self.settle(heard, now) {
                return Ok(Received { consumed: ahead + consumed, event: heard.into_event(input, ahead) });
            }
            ahead += consumed;
        }
    }

    /// As [`handfast::Connection::receive_from`].
    ///
    /// # Errors
    /// The [`Fault`] that ended the connection.
    pub fn receive_from<'b>(&mut self, inbox: &'b mut Inbox, now: Time) -> Result<Event<'b>, Fault> {
        while self.recorder().is_on() {
            if let Some(milestone) = self.held.pop_front() {
                return Ok(Event::Milestone(milestone));
            }
            let heard = self.hearing.receive_from(inbox, now, |inbox| self.inner.receive_from(inbox, now))?;
            match self.settle(heard, now) {
                Some(heard) if !heard.is_plaintext() => return Ok(heard.into_event(&mut [], 0)),
                Some(_) if !inbox.unread().is_empty() => break,
                Some(_) | None => {}
            }
        }
        self.inner.receive_from(inbox, now)
    }

    /// Does what the config would have done inside; `None`: there is more to take.
    fn settle(&mut self, heard: Heard, now: Time) -> Option<Heard> {
        match heard {
            Heard::Need(_) if self.answer_from_config() => None,
            // Left to the caller behind the handshake, it stays in `pending` and stops nothing.
            Heard::Need(Need::Answer(_)) if self.inner.is_connected() => None,
            Heard::Milestone(milestone) => {
                self.held.push_back(milestone);
                self.answer_all_from_config(now);
                None
            }
            heard @ (Heard::Plaintext(_) | Heard::EarlyPlaintext(_) | Heard::End | Heard::Need(_)) => {
                Some(heard)
            }
        }
    }

    /// Answers what is asked behind a milestone, as the config would have done ahead of it: tickets go out ahead of the
    /// data of a caller who seals as soon as it is connected. A fault is given again by the next call.
    fn answer_all_from_config(&mut self, now: Time) {
        while self.answer_from_config() {
            let heard = self.hearing.go_on(now, |input| self.inner.receive(input, now));
            if let Ok(Heard::Milestone(milestone)) = heard {
                self.held.push_back(milestone);
            }
        }
    }

    /// Answers the open ask as the config would have done inside; `true`: it could.
    fn answer_from_config(&mut self) -> bool {
        let Some(ask) = self.inner.pending() else { return false };
        let Some(answer) = self.config.answer(ask) else { return false };
        let failed = ask.failed();
        self.answer(answer).is_ok() || self.answer(failed).is_ok()
    }

    /// As [`handfast::Connection::answer`].
    ///
    /// # Errors
    /// [`Refused`]: it was not taken, nothing changed, and the ask is still open.
    pub fn answer(&mut self, answer: Answer) -> Result<(), Refused> {
        let Some(ask) = self.inner.pending().filter(|_| self.recorder().is_on()) else {
            return self.inner.answer(answer);
        };
        let said = answer::write(&answer);
        let line = format!("{} {}", hearing::answer(ask), said.as_deref().unwrap_or("not recorded"));
        let answer = self.recorded(ask, answer);
        self.inner.answer(answer)?;
        self.recorder().line(|| line);
        Ok(())
    }

    /// The same answer, with a key whose signatures are recorded.
    fn recorded(&self, ask: &Ask, answer: Answer) -> Answer {
        match (ask, answer.reply()) {
            (Ask::ChooseCredential(choose), handfast::handshake::Reply::Credential(Some(credential))) => {
                let credential = handfast::handshake::Credential::clone(credential);
                choose.choose(Arc::new(credential.map_local_key(|key| self.recorder().key(key))))
            }
            _ => answer,
        }
    }

    /// As [`handfast::Connection::use_config`].
    ///
    /// # Errors
    /// [`Refused`]: it was not taken, nothing changed, and the ask is still open.
    pub fn use_config(&mut self, ask: &ClientHelloSeen, config: Arc<Config>) -> Result<(), Refused> {
        if !self.recorder().is_on() {
            return self.inner.use_config(ask, config);
        }
        let failed = Refused::NothingAsked;
        let asking = begin_config(&config, self.recorder()).map_err(|_| failed)?;
        self.inner.use_config(ask, asking)?;
        self.recorder()
            .line(|| format!("{} config", hearing::answer(&Ask::ClientHelloSeen(Box::new(ask.clone())))));
        self.config = config;
        Ok(())
    }

    /// As [`handfast::Connection::end_of_input`].
    ///
    /// # Errors
    /// The [`Fault`] that this is, or the one there was before.
    pub fn end_of_input(&mut self) -> Result<(), Fault> {
        self.recorder().line(|| "end_of_input".to_owned());
        self.inner.end_of_input()
    }

    /// As [`handfast::Connection::transmit`].
    pub fn transmit(&mut self, out: &mut [u8]) -> usize {
        let count = self.inner.transmit(out);
        sent(self.recorder(), out, count);
        count
    }

    /// As [`handfast::Connection::owes_transmit`].
    #[must_use]
    pub fn owes_transmit(&self) -> bool {
        self.inner.owes_transmit()
    }

    /// As [`handfast::Connection::seal`].
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed.
    pub fn seal(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        let sealed = self.inner.seal(plaintext, out);
        tell_sealed(self.recorder(), "seal", plaintext, out, &sealed);
        sealed
    }

    /// As [`handfast::Connection::seal_early`].
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed.
    pub fn seal_early(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        let sealed = self.inner.seal_early(plaintext, out);
        tell_sealed(self.recorder(), "seal_early", plaintext, out, &sealed);
        sealed
    }

    /// As [`handfast::Connection::seal_half_rtt`].
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed.
    pub fn seal_half_rtt(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        let sealed = self.inner.seal_half_rtt(plaintext, out);
        tell_sealed(self.recorder(), "seal_half_rtt", plaintext, out, &sealed);
        sealed
    }

    /// As [`handfast::Connection::pending`].
    #[must_use]
    pub fn pending(&self) -> Option<&Ask> {
        self.inner.pending()
    }

    /// As [`handfast::Connection::export`].
    ///
    /// # Errors
    /// [`ExportRefused`] before the handshake is complete, or if label or output are too long.
    pub fn export(&self, label: &str, context_value: &[u8], out: &mut [u8]) -> Result<(), ExportRefused> {
        self.inner.export(label, context_value, out)
    }

    /// As [`handfast::Connection::tls_exporter`].
    #[must_use]
    pub fn tls_exporter(&self) -> Option<[u8; 32]> {
        self.inner.tls_exporter()
    }

    /// As [`handfast::Connection::close`].
    pub fn close(&mut self) {
        self.recorder().line(|| "close".to_owned());
        self.inner.close();
    }

    /// As [`handfast::Connection::abort`].
    pub fn abort(&mut self, alert: AlertDescription) {
        self.recorder().line(|| format!("abort {}", alert.0));
        self.inner.abort(alert);
    }

    /// As [`handfast::Connection::update_keys`].
    pub fn update_keys(&mut self, request_peer: bool) {
        self.recorder().line(|| format!("update_keys {request_peer}"));
        self.inner.update_keys(request_peer);
    }

    /// As [`handfast::Connection::request_client_certificate`].
    ///
    /// # Errors
    /// [`RequestRefused`]: nothing changed.
    pub fn request_client_certificate(&mut self) -> Result<[u8; 32], RequestRefused> {
        let context = self.inner.request_client_certificate()?;
        self.recorder().line(|| "request_client_certificate".to_owned());
        Ok(context)
    }

    /// As [`handfast::Connection::split`].
    ///
    /// # Errors
    /// The connection itself, unharmed.
    pub fn split(self) -> Result<(Sender, Receiver), Box<Self>> {
        let Self { inner, config, hearing, held } = self;
        match inner.split() {
            Ok((sender, receiver)) => {
                let recorder = hearing.recorder.clone();
                recorder.line(|| "split".to_owned());
                Ok((Sender { inner: sender, recorder }, Receiver { inner: receiver, hearing }))
            }
            Err(inner) => Err(Box::new(Self { inner: *inner, config, hearing, held })),
        }
    }

    /// As [`handfast::Connection::is_connected`].
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.inner.is_connected()
    }

    /// As [`handfast::Connection::is_ended`].
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        self.inner.is_ended()
    }
}

/// Writes what a client offers, and gives it: these, and then those of its config.
fn offered(
    config: &Config,
    mut psks: Vec<PskOffer>,
    recorder: &Recorder,
) -> Result<Vec<PskOffer>, Unrecordable> {
    let external = config.external_psks();
    if psks.iter().any(|psk| psk.session.is_none() && external.get(&psk.identity).is_some()) {
        return Err(Unrecordable::Psk);
    }
    psks.extend(external.offers());
    for psk in &psks {
        let line = answer::write_offer(psk).ok_or(Unrecordable::Psk)?;
        recorder.line(|| line);
    }
    Ok(psks)
}

/// Writes what a run starts with; gives the config and the entropy of the library's connection.
fn begin(
    config: &Arc<Config>,
    entropy: Entropy,
    recorder: &Recorder,
    role: Role,
) -> Result<(Arc<Config>, Entropy), Unrecordable> {
    if !recorder.is_on() {
        return Ok((Arc::clone(config), entropy));
    }
    let crypto = &config.handshake().crypto;
    recorder.line(|| format!("provider {}", crypto.name));
    recorder.line(|| format!("role {}", role_name(role)));
    Ok((begin_config(config, recorder)?, recorder.entropy(entropy, crypto)))
}

/// Writes a config, and gives the one that asks in its place.
fn begin_config(config: &Config, recorder: &Recorder) -> Result<Arc<Config>, Unrecordable> {
    let mut asking = config::asking(config, recorder.provider(config.handshake().crypto.clone()));
    let keys = asking.handshake.ech_keys.drain(..);
    asking.handshake.ech_keys = keys.map(|key| key.map_private_key(|key| recorder.static_key(key))).collect();
    for line in config::lines(&asking).ok_or(Unrecordable::Config)? {
        recorder.line(|| line);
    }
    asking.build().map(Arc::new).map_err(|_| Unrecordable::Config)
}

/// How a record names a role.
pub(crate) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Server => "server",
    }
}

/// Tells of the first `count` bytes of `out`.
pub(crate) fn sent(recorder: &Recorder, out: &[u8], count: usize) {
    if count > 0 {
        recorder.line(|| format!("sent {}", hex(out.get(..count).unwrap_or_default())));
    }
}

/// Tells of plaintext as far as it was sealed, and of what was written. A refusal is told too: a KeyUpdate that was due
/// ahead of the data may have been made.
pub(crate) fn tell_sealed(
    recorder: &Recorder,
    call: &str,
    plaintext: &[u8],
    out: &[u8],
    sealed: &Result<Sealed, SealRefused>,
) {
    let (consumed, written) = sealed.as_ref().map_or((0, 0), |sealed| (sealed.consumed, sealed.written));
    recorder.line(|| format!("{call} {}", hex(plaintext.get(..consumed).unwrap_or_default())));
    sent(recorder, out, written);
}

impl fmt::Display for Unrecordable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => {
                "the config is set to what a record cannot say (docs/replay.md lists what it says)"
            }
            Self::Psk => "a PSK is of a kind that a record cannot say, or our own as a server",
        })
    }
}

impl std::error::Error for Unrecordable {}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("inner", &self.inner)
            .field("recorder", self.recorder())
            .finish_non_exhaustive()
    }
}
