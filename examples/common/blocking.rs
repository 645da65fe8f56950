//! `Read` and `Write` over any transport that blocks: what most programs want of TLS, to be copied.
//!
//! There is no protocol in it: the connection says what it needs next, and this does it.
#![allow(dead_code, unreachable_pub, reason = "each example uses a part of it")]

use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use handfast::{Connected, Connection, Event, Inbox, Milestone, Need, Time};

/// A connection and the transport that carries it.
pub struct Stream<T> {
    connection: Connection,
    transport: T,
    inbox: Inbox,
    /// Where bytes are written on their way out.
    outbox: Vec<u8>,
}

/// What the caller of [`Stream::step`] must look at.
enum Step {
    /// It lies in the inbox.
    Plaintext,
    Milestone(Milestone),
    /// An ask is open that the config does not answer.
    Ask,
    /// The peer sends no more.
    End,
}

impl<T: Read + Write> Stream<T> {
    pub fn new(connection: Connection, transport: T) -> Self {
        Self { connection, transport, inbox: Inbox::new(), outbox: vec![0; 4 * 1024] }
    }

    /// Bytes of the peer that were read from the transport already, as many as a record may be long.
    pub fn push_received(&mut self, bytes: &[u8]) -> io::Result<()> {
        let taken = self.inbox.extend(bytes);
        if taken == bytes.len() { Ok(()) } else { Err(io::Error::other("more than a record")) }
    }

    /// Runs the handshake; every ask must have its answer in the config.
    pub fn handshake(&mut self) -> io::Result<Connected> {
        self.handshake_with(|connection| {
            let ask = connection.pending().map(handfast::Ask::name).unwrap_or_default();
            Err(format!("nobody answers {ask}").into())
        })
    }

    /// Runs the handshake; `answer` answers what is pending.
    pub fn handshake_with(
        &mut self,
        mut answer: impl FnMut(&mut Connection) -> Result<(), Box<dyn Error + Send + Sync>>,
    ) -> io::Result<Connected> {
        loop {
            match self.step()? {
                Step::Milestone(Milestone::Connected(connected)) => return Ok(*connected),
                Step::Milestone(_) => {}
                Step::Ask => answer(&mut self.connection).map_err(io::Error::other)?,
                Step::Plaintext | Step::End => return Err(ErrorKind::InvalidData.into()),
            }
        }
    }

    /// Says that no more will be written; reading goes on.
    pub fn close(&mut self) -> io::Result<()> {
        self.connection.close();
        self.flush()
    }

    /// Does what is needed until something happens.
    fn step(&mut self) -> io::Result<Step> {
        loop {
            let need = match self.connection.receive_from(&mut self.inbox, now()) {
                Ok(Event::Plaintext(_) | Event::EarlyPlaintext(_)) => return Ok(Step::Plaintext),
                Ok(Event::Milestone(milestone)) => return Ok(Step::Milestone(milestone)),
                Ok(Event::End) => return Ok(Step::End),
                Ok(Event::Need(need)) => need,
                Err(fault) => {
                    let _ = self.flush(); // The alert; the fault says more than a broken transport.
                    return Err(io::Error::new(ErrorKind::InvalidData, fault));
                }
            };
            match need {
                Need::Transmit => self.flush()?,
                Need::Answer(_) => return Ok(Step::Ask),
                Need::Input { .. } => match self.transport.read(self.inbox.spare())? {
                    0 => self
                        .connection
                        .end_of_input()
                        .map_err(|fault| io::Error::new(ErrorKind::UnexpectedEof, fault))?,
                    count => self.inbox.filled(count),
                },
            }
        }
    }
}

impl<T: Read + Write> Read for Stream<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.step()? {
                Step::Plaintext => {
                    let count = self.inbox.unread().read(buffer)?;
                    self.inbox.read(count);
                    return Ok(count);
                }
                Step::End => return Ok(0),
                Step::Milestone(_) => {}
                Step::Ask => return Err(io::Error::other("an ask behind the handshake")),
            }
        }
    }
}

impl<T: Read + Write> Write for Stream<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        loop {
            let sealed = self.connection.seal(data, &mut self.outbox).map_err(io::Error::other)?;
            self.transport.write_all(self.outbox.get(..sealed.written).unwrap_or_default())?;
            // What is owed goes first, and may have taken all the room.
            if sealed.consumed > 0 || data.is_empty() {
                return Ok(sealed.consumed);
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        while self.connection.owes_transmit() {
            let count = self.connection.transmit(&mut self.outbox);
            self.transport.write_all(self.outbox.get(..count).unwrap_or_default())?;
        }
        self.transport.flush()
    }
}

/// The time, which the library never asks for itself.
pub fn now() -> Time {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::from_millis_since_1970(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
