//! Handshake bytes as they come, cut anywhere, put together into messages (RFC 9846 §5.1; 8446 §5.1).

use alloc::vec::Vec;

use super::PeerFault;
use crate::message::{HandshakeType, peek_header};

/// Bytes of one direction and epoch that form no whole message yet, and messages that wait for their turn.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    bytes: Vec<u8>,
    start: usize,
}

/// Bytes of a handshake message's header.
pub(crate) const HEADER: usize = 4;

impl Incoming {
    /// Takes bytes as they came.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.bytes.drain(..self.start.min(self.bytes.len()));
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Is nothing kept?
    pub(crate) fn is_empty(&self) -> bool {
        self.start >= self.bytes.len()
    }

    /// Type and length, header included, of the next message, once all of it is there.
    ///
    /// # Errors
    /// [`PeerFault::MessageTooLong`] as soon as the header says so; [`PeerFault::SpansKeyChange`] if anything stands
    /// behind a message that can immediately precede a key change: what came with it would be read under keys
    /// other than those that protected it.
    pub(crate) fn next_message(&self, limit: usize) -> Result<Option<(HandshakeType, usize)>, PeerFault> {
        let Some(rest) = self.bytes.get(self.start..) else { return Ok(None) };
        let Some((message, length)) = peek_header(rest) else { return Ok(None) };
        if length > limit {
            return Err(PeerFault::MessageTooLong { message, length, limit });
        }
        let whole = HEADER + length;
        //= R-5.1-6
        if rest.len() > whole && precedes_key_change(message) {
            return Err(PeerFault::SpansKeyChange);
        }
        Ok((rest.len() >= whole).then_some((message, whole)))
    }

    /// Takes the next `length` bytes out; they live in the buffer that is handed over, which
    /// [`Incoming::give_back`] returns.
    pub(crate) fn lend(&mut self, length: usize) -> (Vec<u8>, core::ops::Range<usize>) {
        let range = self.start..self.start.saturating_add(length);
        self.start = range.end;
        (core::mem::take(&mut self.bytes), range)
    }

    /// Takes the buffer back, and lets go of it when nothing is left in it.
    pub(crate) fn give_back(&mut self, bytes: Vec<u8>) {
        if self.start < bytes.len() {
            self.bytes = bytes;
        } else {
            self.start = 0;
        }
    }
}

/// Can this message immediately precede a key change (§5.1)? A HelloRetryRequest and the ClientHello before it do
/// not, but must align with a record boundary all the same.
const fn precedes_key_change(message: HandshakeType) -> bool {
    matches!(
        message,
        HandshakeType::CLIENT_HELLO
            | HandshakeType::SERVER_HELLO
            | HandshakeType::END_OF_EARLY_DATA
            | HandshakeType::FINISHED
            | HandshakeType::KEY_UPDATE
    )
}
