//! What comes from the peer: records, sorted by what they carry, and alerts understood (RFC 9846 §5, §6; 8446
//! likewise).

use core::ops::Range;

use super::Fault;
use super::offload::RecordKeys;
use super::parked::Direction;
use super::traffic::TrafficSecret;
use crate::alert::{Alert, AlertDescription};
use crate::crypto::CryptoError;
use crate::record::{ContentType, Read, Record, RecordReader};
use crate::wire::Decode;

/// How many `user_canceled` a peer may send: it means nothing without the `close_notify` behind it (§6.1),
/// and one is enough to say it.
const MAX_USER_CANCELED: u8 = 4;

/// The receiving half of the record layer, and what it knows of the peer's closing.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) reader: RecordReader,
    /// The secret behind the keys in use.
    pub(super) secret: Option<TrafficSecret>,
    user_canceled: u8,
    closed: bool,
}

/// What lies at the start of the input; bytes up to `consumed` are done with.
#[derive(Debug)]
pub(super) enum Found {
    NeedInput {
        at_least: usize,
    },
    /// Nothing that anyone needs to know.
    Nothing {
        consumed: usize,
    },
    Handshake {
        consumed: usize,
        content: Range<usize>,
    },
    Data {
        consumed: usize,
        content: Range<usize>,
    },
    /// `close_notify`, now or before; what stands behind it is not looked at.
    Closed {
        consumed: usize,
    },
}

impl Incoming {
    pub(super) const fn new() -> Self {
        Self { reader: RecordReader::new(), secret: None, user_canceled: 0, closed: false }
    }

    /// Of an established connection that was at rest.
    pub(super) fn under(direction: &Direction, secret: TrafficSecret) -> Result<Self, CryptoError> {
        let mut incoming = Self::new();
        incoming.reader.set_record_size_limit(direction.record_size_limit());
        incoming.reader.set_protection(direction.protection(&secret)?);
        incoming.secret = Some(secret);
        Ok(incoming)
    }

    /// What is kept of it at rest; `None` once the peer has closed.
    pub(super) fn direction(&self) -> Option<Direction> {
        let sequence_number = self.reader.sequence_number()?;
        Some(Direction::new(self.secret.as_ref()?, sequence_number, self.reader.record_size_limit()))
    }

    /// From the next record on the peer uses the keys of this secret.
    pub(super) fn keys(&mut self, secret: TrafficSecret) -> Result<(), CryptoError> {
        self.reader.set_protection(secret.protection()?);
        self.secret = Some(secret);
        Ok(())
    }

    /// The peer has sent a KeyUpdate: its next record is under the next generation of its keys.
    //= R-4.7.3-10
    pub(super) fn next_generation(&mut self) -> Result<(), CryptoError> {
        let secret = self.secret.as_mut().ok_or(CryptoError)?;
        self.reader.set_protection(secret.advance()?);
        Ok(())
    }

    /// What the next record is protected with; `None` once the peer has closed.
    pub(super) fn record_keys(&self) -> Option<RecordKeys> {
        let sequence_number = self.reader.sequence_number()?;
        self.secret.as_ref().map(|secret| RecordKeys::new(secret, sequence_number))
    }

    /// Has the peer said `close_notify`?
    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    //= R-6-3
    /// Forgets the keys.
    pub(super) fn forget(&mut self) {
        (self.reader, self.secret) = (RecordReader::new(), None);
    }

    /// Looks at the first record of `input`; `mid_message` says that a handshake message waits for its rest.
    pub(super) fn next(&mut self, input: &mut [u8], mid_message: bool) -> Result<Found, Fault> {
        //= R-6.1-1
        if self.closed {
            return Ok(Found::Closed { consumed: 0 });
        }
        let Record { content_type, content, consumed, .. } = match self.reader.read(input)? {
            Read::NeedInput { at_least } => return Ok(Found::NeedInput { at_least }),
            Read::Dropped { consumed } => return Ok(Found::Nothing { consumed }),
            Read::Record(record) => record,
        };
        match content_type {
            ContentType::HANDSHAKE => Ok(Found::Handshake { consumed, content }),
            ContentType::ALERT => self.alert(input.get(content).unwrap_or_default(), consumed, mid_message),
            _ if mid_message => Err(Fault::Interleaved(content_type)),
            _ if content.is_empty() => Ok(Found::Nothing { consumed }),
            _ => Ok(Found::Data { consumed, content }),
        }
    }

    fn alert(&mut self, content: &[u8], consumed: usize, mid_message: bool) -> Result<Found, Fault> {
        //= R-6-4
        //= R-6-5
        match Alert::decode(content).map_err(Fault::MalformedAlert)?.description {
            closure if closure.is_closure() && mid_message => Err(Fault::Interleaved(ContentType::ALERT)),
            //= R-6-1
            AlertDescription::CLOSE_NOTIFY => {
                self.closed = true;
                self.forget();
                Ok(Found::Closed { consumed })
            }
            //= R-6.1-4
            AlertDescription::USER_CANCELED if self.user_canceled < MAX_USER_CANCELED => {
                self.user_canceled += 1;
                Ok(Found::Nothing { consumed })
            }
            AlertDescription::USER_CANCELED => {
                Err(Fault::TooMany { what: "user_canceled alerts", limit: usize::from(MAX_USER_CANCELED) })
            }
            //= R-6-2
            error => Err(Fault::AlertReceived(error)),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "ring")]
mod tests {
    use super::*;
    use crate::crypto::{Secret, ring};
    use crate::message::CipherSuite;

    //= R-4.7.3-10 test
    #[test]
    fn the_peers_key_updates_are_not_counted() {
        let secret = Secret::new(&[1; 32]).unwrap();
        let suite = CipherSuite::TLS_AES_128_GCM_SHA256;
        let secret = TrafficSecret::new(&ring::provider(), suite, secret, None).unwrap();
        let mut incoming = Incoming::new();
        incoming.keys(secret.at_generation((1 << 48) - 1)).unwrap();
        assert!(incoming.secret.as_ref().is_some_and(TrafficSecret::is_used_up), "for a sender");
        assert_eq!(incoming.next_generation(), Ok(()));
    }
}
