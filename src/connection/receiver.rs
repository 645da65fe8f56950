//! The receiving half of a connection.

use core::fmt;
use core::ops::Range;

use super::event::{Event, Need, Plaintext, Received};
use super::incoming::{Found, Incoming};
use super::offload::RecordKeys;
use super::parked::Direction;
use super::{Fault, Inbox};
use crate::alert::AlertDescription;
use crate::crypto::CryptoError;
use crate::handshake::{self, Ask, AskId, Milestone, Output, OwnFault, PostHandshake};
use crate::key_schedule::ExpandError;
use crate::time::Time;

/// The receiving half: `Send`, and nothing shared with the sending half but the [`Due`] that the caller carries
/// over.
pub struct Receiver {
    incoming: Incoming,
    pub(super) post_handshake: PostHandshake,
    key_updates_in_a_row: usize,
    /// The ask that the connection was told of last, so that its config answers ahead of what comes next.
    shown_ask: Option<AskId>,
    due: Option<Due>,
    fault: Option<Fault>,
}

/// What the receiving half owes the sending half: hand it to [`Sender::accept`](super::Sender::accept). Dropped,
/// the peer's KeyUpdate goes unanswered, and a fault sends no alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "the sending half must be told"]
pub struct Due {
    /// The peer asked for a KeyUpdate of ours.
    pub(super) key_update: bool,
    /// The peer rolled its keys.
    pub(super) peer_updated_keys: bool,
    pub(super) end: Option<End>,
}

/// Why no keying material was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportRefused {
    /// There is none before [`Milestone::Connected`].
    NotConnected,
    /// Label or output are too long.
    TooLong(ExpandError),
}

/// How the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With an alert of ours.
    Alert(AlertDescription),
    /// Without: nothing more is sent.
    Forget,
}

/// An event that borrows nothing.
#[derive(Debug)]
pub(super) enum Progress {
    Plaintext(Range<usize>),
    EarlyPlaintext(Range<usize>),
    Milestone(Milestone),
    End,
    Need(Need),
}

/// KeyUpdates that a peer may send without any data in between: an honest one rolls its keys because it used them.
const MAX_KEY_UPDATES_IN_A_ROW: usize = 32;

impl Receiver {
    pub(super) const fn new(incoming: Incoming, post_handshake: PostHandshake) -> Self {
        Self { incoming, post_handshake, key_updates_in_a_row: 0, shown_ask: None, due: None, fault: None }
    }

    /// As [`Connection::receive`](super::Connection::receive). [`Need::Transmit`] means here: hand
    /// [`Receiver::take_due`] to the sender.
    ///
    /// # Errors
    /// The [`Fault`] that ended the connection, again on each call; its alert is in [`Receiver::take_due`].
    pub fn receive<'b>(&mut self, input: &'b mut [u8], now: Time) -> Result<Received<'b>, Fault> {
        let (consumed, progress) = self.advance(input, now)?;
        Ok(Received { consumed, event: progress.into_event(input) })
    }

    /// As [`Connection::receive_from`](super::Connection::receive_from).
    ///
    /// # Errors
    /// As [`Receiver::receive`].
    pub fn receive_from<'b>(&mut self, inbox: &'b mut Inbox, now: Time) -> Result<Event<'b>, Fault> {
        inbox.receive(|input| self.advance(input, now))
    }

    /// What the sender must be told, once; also after a fault. What has come up since the last call is merged.
    pub fn take_due(&mut self) -> Option<Due> {
        self.due.take()
    }

    /// The transport ended: fine behind `close_notify`.
    ///
    /// # Errors
    /// [`Fault::Truncated`] if the peer has not said `close_notify`, or the fault there was before.
    pub fn end_of_input(&mut self) -> Result<(), Fault> {
        match &self.fault {
            Some(fault) => Err(fault.clone()),
            None if self.is_ended() => Ok(()),
            //= R-6.1-8
            None => Err(self.fail(Fault::Truncated)),
        }
    }

    /// Has the peer said `close_notify`?
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        self.incoming.is_closed()
    }

    /// Keying material for the application: `TLS-Exporter(label, context_value, out.len())` (§7.5).
    ///
    /// # Errors
    /// [`ExportRefused::TooLong`].
    pub fn export(&self, label: &str, context_value: &[u8], out: &mut [u8]) -> Result<(), ExportRefused> {
        self.post_handshake.export(label, context_value, out).map_err(ExportRefused::TooLong)
    }

    /// As [`Connection::tls_exporter`](super::Connection::tls_exporter).
    #[must_use]
    pub fn tls_exporter(&self) -> [u8; 32] {
        self.post_handshake.tls_exporter()
    }

    /// What the next record is protected with; `None` once the peer has closed.
    pub(super) fn record_keys(&self) -> Option<RecordKeys> {
        self.incoming.record_keys()
    }

    /// What is kept of it at rest; `None` once the peer has closed.
    pub(super) fn direction(&self) -> Option<Direction> {
        self.incoming.direction()
    }

    /// Ends the connection with this fault.
    pub(super) fn fail(&mut self, fault: Fault) -> Fault {
        let end = end_for(&fault);
        let due = self.due.get_or_insert_default();
        due.end = due.end.or(end);
        self.incoming.forget();
        self.fault.get_or_insert(fault).clone()
    }

    /// Takes records until there is something to say.
    pub(super) fn advance(&mut self, input: &mut [u8], now: Time) -> Result<(usize, Progress), Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let mut consumed = 0;
        loop {
            let rest = input.get_mut(consumed..).unwrap_or_default();
            match self.step(rest, now) {
                Ok((count, None)) => consumed += count,
                Ok((count, Some(progress))) => return Ok((consumed + count, progress.behind(consumed))),
                Err(fault) => return Err(self.fail(fault)),
            }
        }
    }

    fn step(&mut self, input: &mut [u8], now: Time) -> Result<(usize, Option<Progress>), Fault> {
        match self.post_handshake.next(now)? {
            Some(Output::Milestone(milestone)) => return Ok((0, Some(Progress::Milestone(milestone)))),
            Some(Output::KeyUpdate { update_requested }) => {
                self.take_key_update(update_requested)?;
                return Ok((0, None));
            }
            // Those belong to the handshake.
            Some(
                Output::Keys(_)
                | Output::PeerRecordSizeLimit(_)
                | Output::MaxFragmentLength(_)
                | Output::SkipEarlyData { .. },
            ) => {
                return Ok((0, None));
            }
            None => {}
        }
        if let Some(ask) =
            self.post_handshake.pending().map(Ask::id).filter(|ask| self.shown_ask != Some(*ask))
        {
            self.shown_ask = Some(ask);
            return Ok((0, Some(Progress::Need(Need::Answer(ask)))));
        }
        match self.incoming.next(input, self.post_handshake.is_mid_message())? {
            Found::NeedInput { at_least } => {
                let need = if self.due.is_some() { Need::Transmit } else { Need::Input { at_least } };
                Ok((0, Some(Progress::Need(need))))
            }
            Found::Nothing { consumed } => Ok((consumed, None)),
            Found::Handshake { consumed, content } => {
                self.post_handshake.receive(input.get(content).unwrap_or_default());
                Ok((consumed, None))
            }
            Found::Data { consumed, content } => {
                self.key_updates_in_a_row = 0;
                Ok((consumed, Some(Progress::Plaintext(content))))
            }
            Found::Closed { consumed } => Ok((consumed, Some(Progress::End))),
        }
    }

    fn take_key_update(&mut self, update_requested: bool) -> Result<(), Fault> {
        self.key_updates_in_a_row += 1;
        if self.key_updates_in_a_row > MAX_KEY_UPDATES_IN_A_ROW {
            return Err(Fault::TooMany { what: "KeyUpdates in a row", limit: MAX_KEY_UPDATES_IN_A_ROW });
        }
        //= R-4.7.3-3
        //= R-4.7.3-8
        self.incoming.next_generation().map_err(own)?;
        let due = self.due.get_or_insert_default();
        due.peer_updated_keys = true;
        due.key_update |= update_requested;
        Ok(())
    }
}

/// What a fault means for the sending half.
pub(super) fn end_for(fault: &Fault) -> Option<End> {
    match (fault, fault.alert()) {
        (_, Some(alert)) => Some(End::Alert(alert)),
        // We may still say what is left to say, and close.
        (Fault::Truncated, None) => None,
        (_, None) => Some(End::Forget),
    }
}

/// A primitive of our own failed.
pub(super) fn own(_: CryptoError) -> Fault {
    Fault::Handshake(handshake::Fault::Own(OwnFault::Crypto("deriving traffic keys")))
}

impl Progress {
    /// The same, found so many bytes further on in the input.
    pub(super) fn behind(self, consumed: usize) -> Self {
        match self {
            Self::Plaintext(range) => Self::Plaintext(range.start + consumed..range.end + consumed),
            Self::EarlyPlaintext(range) => Self::EarlyPlaintext(range.start + consumed..range.end + consumed),
            other @ (Self::Milestone(_) | Self::End | Self::Need(_)) => other,
        }
    }

    pub(super) fn into_event(self, input: &mut [u8]) -> Event<'_> {
        match self {
            Self::Plaintext(range) => {
                let bytes = input.get_mut(range.clone()).unwrap_or_default();
                Event::Plaintext(Plaintext::new(bytes, range))
            }
            Self::EarlyPlaintext(range) => {
                let bytes = input.get_mut(range.clone()).unwrap_or_default();
                Event::EarlyPlaintext(Plaintext::new(bytes, range))
            }
            Self::Milestone(milestone) => Event::Milestone(milestone),
            Self::End => Event::End,
            Self::Need(need) => Event::Need(need),
        }
    }
}

impl fmt::Display for ExportRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected => f.write_str("there is nothing to export before the handshake is complete"),
            Self::TooLong(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ExportRefused {}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("incoming", &self.incoming)
            .field("due", &self.due)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}
