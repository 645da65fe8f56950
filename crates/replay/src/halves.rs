//! The halves of a connection whose run is recorded.

use handfast::connection::{self, Due, ExportRefused, Fault, Inbox, SealRefused, Sealed};
use handfast::{AlertDescription, Event, Time};

use crate::Recorder;
use crate::connection::{sent, tell_sealed};
use crate::hearing::Hearing;

/// As [`handfast::Sender`], and a recorder hears.
#[derive(Debug)]
pub struct Sender {
    pub(crate) inner: connection::Sender,
    pub(crate) recorder: Recorder,
}

/// As [`handfast::Receiver`], and a recorder hears.
#[derive(Debug)]
pub struct Receiver {
    pub(crate) inner: connection::Receiver,
    pub(crate) hearing: Hearing,
}

impl Sender {
    /// As [`handfast::Sender::transmit`].
    pub fn transmit(&mut self, out: &mut [u8]) -> usize {
        let count = self.inner.transmit(out);
        sent(&self.recorder, out, count);
        count
    }

    /// As [`handfast::Sender::seal`].
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed.
    pub fn seal(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        let sealed = self.inner.seal(plaintext, out);
        tell_sealed(&self.recorder, "seal", plaintext, out, &sealed);
        sealed
    }

    /// As [`handfast::Sender::accept`]. What is owed is accepted in the order in which it was taken.
    pub fn accept(&mut self, due: Due) {
        self.recorder.line(|| "accept_due".to_owned());
        self.inner.accept(due);
    }

    /// As [`handfast::Sender::update_keys`].
    pub fn update_keys(&mut self, request_peer: bool) {
        self.recorder.line(|| format!("update_keys {request_peer}"));
        self.inner.update_keys(request_peer);
    }

    /// As [`handfast::Sender::close`].
    pub fn close(&mut self) {
        self.recorder.line(|| "close".to_owned());
        self.inner.close();
    }

    /// As [`handfast::Sender::abort`].
    pub fn abort(&mut self, alert: AlertDescription) {
        self.recorder.line(|| format!("abort {}", alert.0));
        self.inner.abort(alert);
    }
}

impl Receiver {
    /// As [`handfast::Receiver::receive_from`].
    ///
    /// # Errors
    /// The [`Fault`] that ended the connection.
    pub fn receive_from<'b>(&mut self, inbox: &'b mut Inbox, now: Time) -> Result<Event<'b>, Fault> {
        while self.hearing.recorder.is_on() {
            let heard = self.hearing.receive_from(inbox, now, |inbox| self.inner.receive_from(inbox, now))?;
            if !heard.is_plaintext() {
                return Ok(heard.into_event(&mut [], 0));
            }
            if !inbox.unread().is_empty() {
                break;
            }
        }
        self.inner.receive_from(inbox, now)
    }

    /// As [`handfast::Receiver::export`].
    ///
    /// # Errors
    /// [`ExportRefused::TooLong`].
    pub fn export(&self, label: &str, context_value: &[u8], out: &mut [u8]) -> Result<(), ExportRefused> {
        self.inner.export(label, context_value, out)
    }

    /// As [`handfast::Receiver::take_due`].
    #[must_use]
    pub fn take_due(&mut self) -> Option<Due> {
        let due = self.inner.take_due();
        if due.is_some() {
            self.hearing.recorder.line(|| "take_due".to_owned());
        }
        due
    }

    /// As [`handfast::Receiver::end_of_input`].
    ///
    /// # Errors
    /// The [`Fault`] that this is, or the one there was before.
    pub fn end_of_input(&mut self) -> Result<(), Fault> {
        self.hearing.recorder.line(|| "end_of_input".to_owned());
        self.inner.end_of_input()
    }
}
