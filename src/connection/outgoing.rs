//! What is owed to the peer, in the order in which it became so, and the half of the record layer that writes it.
//!
//! Everything goes through one queue, so that the bytes on the wire follow from what was ordered and not from
//! when `transmit` was called: a chunk of handshake messages, the keys behind it, an alert. A record holds bytes
//! of one entry only.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use super::gather::Gather;
use super::offload::RecordKeys;
use super::parked::Direction;
use super::traffic::TrafficSecret;
use crate::alert::{Alert, AlertDescription};
use crate::crypto::{CryptoError, Secret};
use crate::message::{HandshakeType, KeyUpdate, KeyUpdateRequest, encode_handshake};
use crate::record::{
    ContentType, KeyUsage, LegacyRecordVersion, PaddingPolicy, Protection, RecordWriter, WriteRefused,
    Written,
};
use crate::wire::Encode;

/// Entries of the queue at once in most handshakes.
const OWED_IN_A_HANDSHAKE: usize = 8;

/// The queue and the writer behind it.
pub(super) struct Outgoing {
    writer: RecordWriter,
    owed: VecDeque<Owed>,
    /// A record of which the caller's slice took only the first bytes.
    partial: Partial,
    /// The application traffic secret behind the latest keys, owed ones included.
    secret: Option<TrafficSecret>,
    closed: bool,
    /// Is the handshake under way? It owes again and again.
    handshaking: bool,
    marks: usize,
    passed: usize,
}

enum Owed {
    Content {
        content_type: ContentType,
        bytes: Cow<'static, [u8]>,
        /// How many of them are in records already.
        sent: usize,
    },
    /// From here on, these keys.
    Keys(Protection),
    /// From here on, none.
    Unprotected,
    /// Something waits until all before this has been taken.
    Mark,
}

#[derive(Default)]
struct Partial {
    record: Vec<u8>,
    taken: usize,
}

/// What `Outgoing::seal` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "`consumed` bytes of the plaintext are in the first `written` bytes of the output"]
pub struct Sealed {
    /// Bytes of plaintext that are in records now.
    pub consumed: usize,
    /// Bytes written, those that `transmit` owed included: they stand ahead of the data.
    pub written: usize,
}

/// Why nothing was sealed. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealRefused {
    /// The output is too short for the record that comes next.
    NeedOutput {
        /// Bytes that it must hold; less plaintext needs less.
        at_least: usize,
    },
    /// Application data waits for [`Milestone::Connected`](crate::handshake::Milestone::Connected).
    NotConnected,
    /// We said `close_notify` or an error alert, or the connection has failed.
    Closed,
    /// More plaintext than one record takes, for a record sealed in place.
    TooLong {
        /// Bytes of plaintext that one record takes.
        at_most: usize,
    },
    /// `transmit` owes bytes that go ahead of a record sealed in place.
    Owed,
}

impl Outgoing {
    /// A client's or server's, at the start of a connection.
    pub(super) fn new(padding: PaddingPolicy) -> Self {
        Self {
            writer: RecordWriter::new(padding),
            owed: VecDeque::new(),
            partial: Partial::default(),
            secret: None,
            closed: false,
            handshaking: true,
            marks: 0,
            passed: 0,
        }
    }

    /// Of an established connection that was at rest.
    pub(super) fn under(
        padding: PaddingPolicy,
        direction: &Direction,
        secret: TrafficSecret,
    ) -> Result<Self, CryptoError> {
        let mut outgoing = Self { handshaking: false, ..Self::new(padding) };
        outgoing.writer.set_record_size_limit(direction.record_size_limit());
        outgoing.writer.set_protection(direction.protection(&secret)?);
        outgoing.secret = Some(secret);
        Ok(outgoing)
    }

    /// What is kept of it at rest; `None` once nothing more may be sent.
    pub(super) fn direction(&self) -> Option<Direction> {
        let sequence_number = self.writer.sequence_number()?;
        let secret = self.secret.as_ref().filter(|_| !self.closed)?;
        Some(Direction::new(secret, sequence_number, self.writer.record_size_limit()))
    }

    /// The records of an initial ClientHello, which comes first, carry version 0x0301 (§5.1).
    //= R-E.5-5
    //= R-E.5-10
    pub(super) fn starts_with_client_hello(&mut self) {
        self.writer.set_legacy_record_version(LegacyRecordVersion::TLS_1_0);
    }

    /// See [`RecordWriter::set_record_size_limit`].
    pub(super) fn set_record_size_limit(&mut self, limit: usize) {
        self.writer.set_record_size_limit(limit);
    }

    /// See [`RecordWriter::set_max_plaintext`].
    pub(super) fn set_max_plaintext(&mut self, limit: usize) {
        self.writer.set_max_plaintext(limit);
    }

    /// Owes a chunk of handshake messages, or a change_cipher_spec.
    pub(super) fn content(&mut self, content_type: ContentType, bytes: impl Into<Cow<'static, [u8]>>) {
        let bytes = bytes.into();
        if !self.closed && !bytes.is_empty() {
            self.push(Owed::Content { content_type, bytes, sent: 0 });
        }
    }

    fn push(&mut self, owed: Owed) {
        if self.handshaking && self.owed.is_empty() {
            self.owed.reserve(OWED_IN_A_HANDSHAKE);
        }
        self.owed.push_back(owed);
    }

    /// What is owed from here on goes under the keys of this secret.
    pub(super) fn keys(&mut self, secret: TrafficSecret) -> Result<(), CryptoError> {
        if !self.closed {
            self.push(Owed::Keys(secret.protection()?));
            self.secret = Some(secret);
            self.settle();
        }
        Ok(())
    }

    /// The same for keys that are not rolled: those of early data.
    pub(super) fn early_keys(&mut self, secret: &TrafficSecret) -> Result<(), CryptoError> {
        if !self.closed {
            self.push(Owed::Keys(secret.protection()?));
            self.settle();
        }
        Ok(())
    }

    /// What is owed from here on is not protected.
    pub(super) fn unprotected(&mut self) {
        self.push(Owed::Unprotected);
        self.settle();
    }

    /// Marks the end of what is owed now, and gives the number that [`Outgoing::passed`] has when `transmit` is
    /// past it.
    pub(super) fn mark(&mut self) -> usize {
        self.push(Owed::Mark);
        self.marks = self.marks.saturating_add(1);
        self.settle();
        self.marks
    }

    /// How many marks `transmit` has passed.
    pub(super) const fn passed(&self) -> usize {
        self.passed
    }

    /// Owes an alert behind all that is owed; nothing is taken in behind it.
    //= R-6.2-1
    //= R-6.2-2
    pub(super) fn alert(&mut self, description: AlertDescription) {
        //= R-B-1
        let description =
            if description.is_reserved() { AlertDescription::INTERNAL_ERROR } else { description };
        //= R-6.1-3
        if description == AlertDescription::USER_CANCELED {
            self.content(ContentType::ALERT, Alert::new(description).to_bytes());
            return self.alert(AlertDescription::CLOSE_NOTIFY);
        }
        self.content(ContentType::ALERT, Alert::new(description).to_bytes());
        self.closed = true;
    }

    //= R-6-2
    //= R-6-3
    /// Owes nothing any more and forgets the keys: the peer has ended the connection.
    pub(super) fn forget(&mut self) {
        *self = Self::new(PaddingPolicy::None);
        self.closed = true;
    }

    /// Is anything owed?
    pub(super) fn is_owing(&self) -> bool {
        !self.partial.is_empty() || self.owed.iter().any(|owed| matches!(owed, Owed::Content { .. }))
    }

    /// Writes what is owed into `out`.
    pub(super) fn transmit(&mut self, out: &mut [u8]) -> usize {
        let mut written = 0;
        loop {
            let Some(room) = out.get_mut(written..) else { return written };
            written += self.partial.take(room);
            if !self.partial.is_empty() {
                return written;
            }
            self.settle();
            let Some(room) = out.get_mut(written..) else { return written };
            if room.is_empty() || self.owed.is_empty() {
                return written;
            }
            written += self.write_record(room);
        }
    }

    //= R-5.1-2
    //= R-5.1-5
    //= R-5.1-7
    /// Writes the next record of the first entry into `room`, or keeps it if `room` is too small for it.
    fn write_record(&mut self, room: &mut [u8]) -> usize {
        let Some(Owed::Content { content_type, bytes, sent }) = self.owed.front_mut() else { return 0 };
        let left = bytes.get(*sent..).unwrap_or_default();
        let result = match self.writer.write(*content_type, left, room) {
            Err(WriteRefused::NeedOutput { at_least }) => {
                let mut record = alloc::vec![0; at_least];
                let written = self.writer.write(*content_type, left, &mut record);
                self.partial = Partial { record, taken: 0 };
                written.map(|written| (written.consumed, 0))
            }
            written => written.map(|written| (written.consumed, written.written)),
        };
        // A key that is used up protects nothing any more, not even the alert that would say so.
        let Ok((consumed, written)) = result else {
            self.forget();
            return 0;
        };
        *sent = sent.saturating_add(consumed);
        if *sent >= bytes.len() {
            self.owed.pop_front();
            self.writer.set_legacy_record_version(LegacyRecordVersion::TLS_1_2);
            self.settle();
        }
        written
    }

    /// Takes keys and passes marks that nothing owed stands ahead of.
    fn settle(&mut self) {
        while self.partial.is_empty() {
            match self.owed.front() {
                Some(Owed::Content { .. }) => return,
                Some(Owed::Keys(_)) => {
                    if let Some(Owed::Keys(protection)) = self.owed.pop_front() {
                        self.writer.set_protection(protection);
                    }
                }
                Some(Owed::Unprotected) => {
                    self.owed.pop_front();
                    self.writer.remove_protection();
                }
                Some(Owed::Mark) => {
                    self.owed.pop_front();
                    self.passed = self.passed.saturating_add(1);
                }
                None => {
                    self.rest();
                    return;
                }
            }
        }
    }

    /// The handshake is over: from here on, owing is rare.
    pub(super) fn end_handshake(&mut self) {
        self.handshaking = false;
        self.settle();
    }

    /// Nothing is owed: an idle connection holds no buffer, and one that we ended no keys.
    fn rest(&mut self) {
        if !self.handshaking || self.closed {
            self.owed = VecDeque::new();
        }
        if self.closed {
            self.writer = RecordWriter::new(PaddingPolicy::None);
            self.secret = None;
        }
    }

    /// Writes what is owed, then as many records of `plaintext` as fit.
    //= R-5.1-12
    pub(super) fn seal(&mut self, mut plaintext: Gather<'_>, out: &mut [u8]) -> Result<Sealed, SealRefused> {
        if self.closed {
            return Err(SealRefused::Closed);
        }
        self.roll_used_up_key();
        let mut sealed = Sealed { consumed: 0, written: self.transmit(out) };
        while plaintext.left() > 0 && !self.is_owing() {
            //= R-5.5-2
            if self.secret.is_none() && self.writer.key_usage() != KeyUsage::Fresh {
                // EndOfEarlyData still goes under this key.
                return if sealed.written > 0 { Ok(sealed) } else { Err(SealRefused::NotConnected) };
            }
            let room = out.get_mut(sealed.written..).unwrap_or_default();
            match self.seal_record(&mut plaintext, room) {
                Ok(record) => {
                    sealed.consumed += record.consumed;
                    sealed.written += record.written;
                }
                Err(SealRefused::NeedOutput { .. }) if sealed.written > 0 => break,
                Err(refused) => return Err(refused),
            }
            self.roll_used_up_key();
            sealed.written += self.transmit(out.get_mut(sealed.written..).unwrap_or_default());
        }
        if plaintext.left() > 0 && sealed.written == 0 {
            return Err(SealRefused::NeedOutput { at_least: 1 });
        }
        Ok(sealed)
    }

    fn seal_record(&mut self, plaintext: &mut Gather<'_>, room: &mut [u8]) -> Result<Written, SealRefused> {
        let left = plaintext.left();
        Ok(self
            .writer
            .write_with(ContentType::APPLICATION_DATA, left, room, |place| plaintext.copy_to(place))?)
    }

    /// Makes the whole of one record out of the `length` bytes of plaintext that stand [`HEADER_LEN`] bytes
    /// into it.
    pub(super) fn seal_in_place(&mut self, record: &mut [u8], length: usize) -> Result<usize, SealRefused> {
        if self.closed {
            return Err(SealRefused::Closed);
        }
        self.roll_used_up_key();
        if self.is_owing() {
            return Err(SealRefused::Owed);
        }
        let at_most = self.writer.max_content();
        if length > at_most {
            return Err(SealRefused::TooLong { at_most });
        }
        let written = self.writer.write_with(ContentType::APPLICATION_DATA, length, record, |_| {})?;
        Ok(written.written)
    }

    /// The length of the record that so much plaintext becomes, at most one record's worth.
    pub(super) fn record_len(&self, plaintext: usize) -> usize {
        self.writer.record_len(plaintext)
    }

    /// The application traffic secret behind all that is owed.
    pub(super) fn traffic_secret(&self) -> Option<&Secret> {
        self.secret.as_ref().map(|secret| &secret.secret)
    }

    /// Is nothing taken in any more?
    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// What the next record is protected with; `None` once nothing more may be sent.
    pub(super) fn record_keys(&self) -> Option<RecordKeys> {
        let sequence_number = self.writer.sequence_number()?;
        self.secret.as_ref().filter(|_| !self.closed).map(|secret| RecordKeys::new(secret, sequence_number))
    }

    /// The most content that one record takes, in bytes.
    pub(super) fn max_content(&self) -> usize {
        self.writer.max_content()
    }

    /// How many key changes are owed.
    pub(super) fn owed_key_changes(&self) -> usize {
        self.owed.iter().filter(|owed| matches!(owed, Owed::Keys(_))).count()
    }

    //= R-5.5-1
    /// Rolls a key that has protected as many records as it should.
    fn roll_used_up_key(&mut self) {
        if self.writer.key_usage() != KeyUsage::Fresh && self.owed_key_changes() == 0 {
            self.update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
        }
    }

    /// Owes a KeyUpdate and, behind it, the keys of the next generation.
    pub(super) fn update_keys(&mut self, request_update: KeyUpdateRequest) {
        //= R-4.7.3-9
        //= R-4.7.3-11
        let closed = self.closed;
        let Some(secret) = self.secret.as_mut().filter(|secret| !closed && !secret.is_used_up()) else {
            return;
        };
        let Ok(protection) = secret.advance() else { return };
        let mut message = Vec::new();
        encode_handshake(HandshakeType::KEY_UPDATE, &mut message, |out| {
            KeyUpdate { request_update }.encode(out)
        });
        //= R-4.7.3-2
        //= R-4.7.3-7
        self.content(ContentType::HANDSHAKE, message);
        self.push(Owed::Keys(protection));
    }
}

impl Partial {
    fn is_empty(&self) -> bool {
        self.taken >= self.record.len()
    }

    /// Moves as much as fits into `out`.
    fn take(&mut self, out: &mut [u8]) -> usize {
        let rest = self.record.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(from), Some(to)) = (rest.get(..count), out.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.taken += count;
        if self.is_empty() {
            *self = Self::default();
        }
        count
    }
}

impl From<WriteRefused> for SealRefused {
    fn from(refused: WriteRefused) -> Self {
        match refused {
            WriteRefused::NeedOutput { at_least } => Self::NeedOutput { at_least },
            WriteRefused::Unprotected | WriteRefused::Empty | WriteRefused::UnknownType(_) => {
                Self::NotConnected
            }
            WriteRefused::KeyExhausted => Self::Closed,
        }
    }
}

impl fmt::Display for SealRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedOutput { at_least } => {
                write!(f, "the output must hold {at_least} bytes for the next record of this plaintext")
            }
            Self::TooLong { at_most } => write!(f, "one record takes {at_most} bytes of plaintext at most"),
            Self::NotConnected => f.write_str("application data waits for the handshake to complete"),
            Self::Closed => {
                f.write_str("we said close_notify or an error alert: nothing can be sent any more")
            }
            Self::Owed => f.write_str("transmit owes bytes that go ahead of this record"),
        }
    }
}

impl core::error::Error for SealRefused {}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("owed", &self.owed.len())
            .field(
                "partial",
                &(self.partial.record.len() - self.partial.taken.min(self.partial.record.len())),
            )
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(feature = "ring")]
#[path = "outgoing_tests.rs"]
mod tests;
