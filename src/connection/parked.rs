//! An established connection at rest: plain data in place of expanded keys (RFC 9846 §7.2, §7.3; 8446 likewise).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::incoming::Incoming;
use super::offload::NotAtRest;
use super::outgoing::Outgoing;
use super::receiver::Receiver;
use super::sender::{Sender, SenderState};
use super::traffic::TrafficSecret;
use super::{Config, Connection};
use crate::crypto::{CryptoError, Secret};
use crate::handshake::{PostHandshake, PostHandshakeState};
use crate::message::CipherSuite;
use crate::record::Protection;
use crate::wire::{Decode, DecodeError, DecodeReason, Reader, Writer};

/// An established connection at rest, in some 250 bytes: its secrets and how far they are used, and nothing that can be
/// computed from them. [`Parked::wake`] makes it a connection again.
///
/// It is for the many connections that say nothing for a while. What came before stays as it was: both ends go on under
/// the same keys, and the peer does not notice. Two things are gone: a client keeps no tickets that come behind it
/// (they are passed over), and counters against floods begin anew.
///
/// ```no_run
/// # fn rests(connection: handfast::Connection) -> Result<(), Box<dyn std::error::Error>> {
/// let parked = connection.park()?;
/// // Hours later, when bytes come or are to be sent:
/// let connection = parked.wake()?;
/// # Ok(())
/// # }
/// ```
pub struct Parked {
    config: Arc<Config>,
    handshake: PostHandshakeState,
    sender: SenderState,
    send: Direction,
    receive: Direction,
}

/// What one direction is protected with, from its next record on.
pub(super) struct Direction {
    /// `[sender]_application_traffic_secret_N`.
    secret: Secret,
    /// N.
    generation: u64,
    sequence_number: u64,
    /// Bytes of TLSInnerPlaintext (RFC 8449), or the protocol's own limit.
    record_size_limit: u16,
}

/// Why a connection was not parked, and the connection as it was.
#[derive(Debug)]
pub struct NotParked {
    /// Why.
    pub reason: NotAtRest,
    /// The connection, unharmed.
    pub connection: Connection,
}

impl Connection {
    /// Lays an established connection to rest. Bytes that have come and were not consumed stay with the caller.
    ///
    /// # Errors
    /// [`NotParked`] gives the connection back, with the reason: above all bytes that `transmit` owes.
    pub fn park(self) -> Result<Parked, Box<NotParked>> {
        match self.parked() {
            Ok(parked) => Ok(parked),
            Err(reason) => Err(Box::new(NotParked { reason, connection: self })),
        }
    }

    fn parked(&self) -> Result<Parked, NotAtRest> {
        let (config, sender, receiver) = self.at_rest()?;
        Ok(Parked {
            config: Arc::clone(config),
            handshake: receiver.post_handshake.state(),
            sender: sender.state(),
            send: sender.outgoing.direction().ok_or(NotAtRest::Closed)?,
            receive: receiver.direction().ok_or(NotAtRest::Closed)?,
        })
    }
}

impl Parked {
    /// The connection again, where it was left.
    ///
    /// # Errors
    /// [`CryptoError`] if the config's provider lacks the suite: it was parked under another config, then.
    pub fn wake(self) -> Result<Connection, CryptoError> {
        let Self { config, handshake, sender, send, receive } = self;
        let suite = handshake.cipher_suite;
        let mut outgoing = Outgoing::under(config.padding(), &send, send.traffic_secret(&config, suite)?)?;
        outgoing.set_max_plaintext(config.max_record_size());
        let incoming = Incoming::under(&receive, receive.traffic_secret(&config, suite)?)?;
        let post_handshake = PostHandshake::of(handshake, Arc::clone(config.handshake()))?;
        let receiver = Receiver::new(incoming, post_handshake);
        Ok(Connection::established(config, Sender::of(outgoing, sender), receiver))
    }

    /// All of it but the config; see [`danger::parked_to_bytes`](crate::danger::parked_to_bytes).
    pub(crate) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN));
        let mut out = Writer::new(&mut bytes);
        out.u8(VERSION);
        self.handshake.encode(&mut out);
        self.sender.encode(&mut out);
        self.send.encode(&mut out);
        self.receive.encode(&mut out);
        bytes
    }

    /// What [`Parked::into_bytes`] gave; see [`danger::parked_from_bytes`](crate::danger::parked_from_bytes).
    pub(crate) fn from_bytes(bytes: &[u8], config: Arc<Config>) -> Result<Self, DecodeError> {
        let Fields { handshake, sender, send, receive } = Fields::decode(bytes)?;
        Ok(Self { config, handshake, sender, send, receive })
    }
}

/// The layout that follows; one of another number is not read.
const VERSION: u8 = 1;

/// Bytes of the longest: three secrets of 48 bytes.
const MAX_LEN: usize = 1 + 4 + 48 + 1 + 2 * (48 + 8 + 8 + 2);

/// What is in the bytes.
struct Fields {
    handshake: PostHandshakeState,
    sender: SenderState,
    send: Direction,
    receive: Direction,
}

impl<'a> Decode<'a> for Fields {
    const NAME: &'static str = "Parked";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let at = *r;
        let version = r.u8("version")?;
        if version != VERSION {
            return Err(at.error("version", DecodeReason::InvalidValue { found: version.into() }));
        }
        let handshake = PostHandshakeState::read(r)?;
        let length = handshake.exporter_secret.len();
        Ok(Self {
            sender: SenderState::read(r)?,
            send: Direction::read(r, length)?,
            receive: Direction::read(r, length)?,
            handshake,
        })
    }
}

impl Direction {
    pub(super) fn new(secret: &TrafficSecret, sequence_number: u64, record_size_limit: usize) -> Self {
        Self {
            secret: secret.secret.clone(),
            generation: secret.generation(),
            sequence_number,
            record_size_limit: u16::try_from(record_size_limit).unwrap_or(u16::MAX),
        }
    }

    fn traffic_secret(&self, config: &Config, suite: CipherSuite) -> Result<TrafficSecret, CryptoError> {
        let crypto = &config.handshake().crypto;
        let secret = TrafficSecret::new(crypto, suite, self.secret.clone(), config.update_keys_after())?;
        Ok(secret.at_generation(self.generation))
    }

    /// The keys from the next record on.
    pub(super) fn protection(&self, secret: &TrafficSecret) -> Result<Protection, CryptoError> {
        secret.protection_at(self.sequence_number)
    }

    pub(super) fn record_size_limit(&self) -> usize {
        usize::from(self.record_size_limit)
    }

    fn encode(&self, out: &mut Writer<'_>) {
        out.bytes(self.secret.expose());
        out.u64(self.generation);
        out.u64(self.sequence_number);
        out.u16(self.record_size_limit);
    }

    /// With a secret of so many bytes, which are those of a hash.
    fn read(r: &mut Reader<'_>, length: usize) -> Result<Self, DecodeError> {
        let secret = r.bytes("application_traffic_secret", length)?;
        Ok(Self {
            secret: Secret::at_most(length, |place| place.copy_from_slice(secret)),
            generation: r.u64("generation")?,
            sequence_number: r.u64("sequence_number")?,
            record_size_limit: r.u16("record_size_limit")?,
        })
    }
}

impl fmt::Debug for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parked").field("handshake", &self.handshake).finish_non_exhaustive()
    }
}

impl fmt::Display for NotParked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl core::error::Error for NotParked {}
