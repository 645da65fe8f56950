//! The sending half of a connection.

use super::gather::Gather;
use super::outgoing::{Outgoing, SealRefused, Sealed};
use super::receiver::{Due, End};
use crate::alert::AlertDescription;
use crate::message::KeyUpdateRequest;
use crate::wire::{DecodeError, DecodeReason, Reader, Writer};

/// The sending half: `Send`, and nothing shared with the receiving half but the [`Due`] that the caller carries
/// over.
#[derive(Debug)]
pub struct Sender {
    pub(super) outgoing: Outgoing,
    /// We asked the peer for a KeyUpdate, and none has come since.
    update_requested: bool,
    answer: Answer,
}

/// How far the peer's requests for a KeyUpdate are answered. While we are silent one answer is enough for all of them
/// (§4.7.3); which requests get it depends on what came and what was sealed, and not on when `transmit` is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// No request has come since our last data: the next one is answered at once.
    NoneOwed,
    /// One has, and is answered.
    Given,
    /// Another one has: it is answered before our next data.
    OwedBeforeData,
}

/// What a sender at rest knows beside its keys.
#[derive(Clone, Copy)]
pub(super) struct SenderState {
    update_requested: bool,
    answer: Answer,
}

impl SenderState {
    pub(super) fn encode(self, out: &mut Writer<'_>) {
        let answer = match self.answer {
            Answer::NoneOwed => 0,
            Answer::Given => 1,
            Answer::OwedBeforeData => 2,
        };
        out.u8(answer << 1 | u8::from(self.update_requested));
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = *r;
        let found = r.u8("key_update")?;
        let answer = match found >> 1 {
            0 => Answer::NoneOwed,
            1 => Answer::Given,
            2 => Answer::OwedBeforeData,
            _ => return Err(at.error("key_update", DecodeReason::InvalidValue { found: found.into() })),
        };
        Ok(Self { update_requested: found & 1 == 1, answer })
    }
}

impl Sender {
    pub(super) const fn new(outgoing: Outgoing) -> Self {
        Self { outgoing, update_requested: false, answer: Answer::NoneOwed }
    }

    /// One that was at rest.
    pub(super) const fn of(outgoing: Outgoing, state: SenderState) -> Self {
        let SenderState { update_requested, answer } = state;
        Self { outgoing, update_requested, answer }
    }

    /// What is kept of it at rest, beside its keys.
    pub(super) const fn state(&self) -> SenderState {
        SenderState { update_requested: self.update_requested, answer: self.answer }
    }

    /// Writes owed bytes (alerts, tickets, KeyUpdates) into `out`, of any size from 1 up, and says how many. 0
    /// means that nothing is owed, or that `out` is empty: [`Sender::owes_transmit`] tells.
    pub fn transmit(&mut self, out: &mut [u8]) -> usize {
        self.outgoing.transmit(out)
    }

    /// Is anything owed?
    #[must_use]
    pub fn owes_transmit(&self) -> bool {
        self.outgoing.is_owing()
    }

    /// Writes what is owed, then as many records of `plaintext` as fit: data never overtakes a flight.
    ///
    /// Where records end depends on the plaintext, the peer's limit and the padding policy, not on the room in
    /// `out`.
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed.
    pub fn seal(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        self.seal_vectored(&[plaintext], out)
    }

    /// The same of plaintext that lies in several slices, as if they were one.
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed.
    pub fn seal_vectored(&mut self, plaintext: &[&[u8]], out: &mut [u8]) -> Result<Sealed, SealRefused> {
        self.answer_before_data();
        let sealed = self.outgoing.seal(Gather::new(plaintext), out)?;
        if sealed.consumed > 0 {
            self.answer = Answer::NoneOwed;
        }
        Ok(sealed)
    }

    /// Makes a record without a copy: the `length` bytes of plaintext stand in `record`, behind
    /// [`HEADER_LEN`](crate::record::HEADER_LEN) bytes of room, and so many more bytes follow them that
    /// [`Sender::record_len`] is reached. Gives the record's length.
    ///
    /// # Errors
    /// [`SealRefused`]: nothing changed. [`SealRefused::Owed`] if anything is to be transmitted first, a
    /// KeyUpdate that has become due included.
    pub fn seal_in_place(&mut self, record: &mut [u8], length: usize) -> Result<usize, SealRefused> {
        self.answer_before_data();
        let sealed = self.outgoing.seal_in_place(record, length)?;
        self.answer = Answer::NoneOwed;
        Ok(sealed)
    }

    //= R-4.7.3-5
    /// Owes the KeyUpdate that a request waits for, ahead of data.
    fn answer_before_data(&mut self) {
        if self.answer == Answer::OwedBeforeData {
            self.outgoing.update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
            self.answer = Answer::Given;
        }
    }

    /// The length of the record that the first of so many bytes of plaintext become, in bytes.
    #[must_use]
    pub fn record_len(&self, plaintext: usize) -> usize {
        self.outgoing.record_len(plaintext)
    }

    /// Takes over what the receiving half owes.
    pub fn accept(&mut self, due: Due) {
        //= R-4.7.3-6
        self.update_requested &= !due.peer_updated_keys;
        //= R-4.7.3-5
        if due.key_update && self.answer == Answer::NoneOwed {
            self.outgoing.update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
            self.answer = Answer::Given;
        } else if due.key_update {
            self.answer = Answer::OwedBeforeData;
        }
        match due.end {
            Some(End::Alert(alert)) => self.outgoing.alert(alert),
            Some(End::Forget) => self.outgoing.forget(),
            None => {}
        }
    }

    /// Rolls our keys, and asks the peer to roll its own if `request_peer`; it is asked once until it has done
    /// so (§4.7.3).
    pub fn update_keys(&mut self, request_peer: bool) {
        //= R-4.7.3-6
        let request_peer = request_peer && !self.update_requested;
        self.update_requested |= request_peer;
        self.outgoing.update_keys(if request_peer {
            KeyUpdateRequest::UPDATE_REQUESTED
        } else {
            KeyUpdateRequest::UPDATE_NOT_REQUESTED
        });
    }

    /// Says `close_notify` behind all that is owed; receiving goes on. Idempotent.
    pub fn close(&mut self) {
        //= R-6.1-5
        //= R-6.1-6
        self.outgoing.alert(AlertDescription::CLOSE_NOTIFY);
    }

    /// Gives up with this alert.
    pub fn abort(&mut self, alert: AlertDescription) {
        self.outgoing.alert(alert);
    }
}
