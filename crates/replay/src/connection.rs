//! A connection whose run is recorded.

use std::fmt;
use std::sync::Arc;

use handfast::connection::{ExportRefused, Fault, Inbox, SealRefused, Sealed};
use handfast::handshake::ClientHelloSeen;
use handfast::resumption::PskOffer;
use handfast::{AlertDescription, Answer, Ask, Config, Entropy, Event, ExpectedPeer, Refused, Role, Time};

use crate::hearing::{self, Hearing};
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
}

/// Why a run cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unrecordable {
    /// The config is set to what the record's format cannot say, such as scripted extensions.
    Config,
    /// A PSK is of a kind that the record's format does not know.
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
        let (asking, entropy) = begin(&config, entropy, &recorder, Role::Client)?;
        for psk in psks.iter().filter(|_| recorder.is_on()) {
            let line = answer::write_offer(psk).ok_or(Unrecordable::Psk)?;
            recorder.line(|| line);
        }
        recorder.line(|| format!("start {} {}", now.as_millis(), option(server.server_name())));
        let inner = handfast::Connection::client_with_psks(asking, server, psks, now, entropy);
        Ok(Self { inner, config, hearing: Hearing::new(recorder) })
    }

    /// As [`handfast::Connection::server`].
    ///
    /// # Errors
    /// [`Unrecordable`], where anything is recorded.
    pub fn server(config: Arc<Config>, entropy: Entropy, recorder: Recorder) -> Result<Self, Unrecordable> {
        let (asking, entropy) = begin(&config, entropy, &recorder, Role::Server)?;
        recorder.line(|| "start".to_owned());
        let inner = handfast::Connection::server(asking, entropy);
        Ok(Self { inner, config, hearing: Hearing::new(recorder) })
    }

    const fn recorder(&self) -> &Recorder {
        &self.hearing.recorder
    }

    /// As [`handfast::Connection::receive_from`].
    ///
    /// # Errors
    /// The [`Fault`] that ended the connection.
    pub fn receive_from<'b>(&mut self, inbox: &'b mut Inbox, now: Time) -> Result<Event<'b>, Fault> {
        while self.recorder().is_on() {
            let heard = self.hearing.receive(inbox, now, |inbox| self.inner.receive_from(inbox, now))?;
            let Some(event) = heard.into_event() else {
                if inbox.unread().is_empty() {
                    continue;
                }
                break;
            };
            let is_need = matches!(event, Event::Need(_));
            if !(is_need && self.answer_from_config()) {
                return Ok(event);
            }
        }
        self.inner.receive_from(inbox, now)
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

    /// As [`handfast::Connection::split`].
    ///
    /// # Errors
    /// The connection itself, unharmed.
    pub fn split(self) -> Result<(Sender, Receiver), Box<Self>> {
        let Self { inner, config, hearing } = self;
        match inner.split() {
            Ok((sender, receiver)) => {
                let recorder = hearing.recorder.clone();
                recorder.line(|| "split".to_owned());
                Ok((Sender { inner: sender, recorder }, Receiver { inner: receiver, hearing }))
            }
            Err(inner) => Err(Box::new(Self { inner: *inner, config, hearing })),
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
    let asking = config::asking(config, recorder.provider(config.handshake().crypto.clone()));
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
            Self::Psk => "a PSK is of a kind that a record cannot say",
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
