//! One end of the demo.

use std::time::{Duration, Instant};

use handfast::connection::{Connection, Event};
use handfast::handshake::{Connected, KeyLogLine, Milestone, Role};

use crate::clock;
use crate::failure::Failure;

/// A connection, and what it has told.
pub(super) struct End {
    pub(super) role: Role,
    pub(super) connection: Connection,
    pub(super) connected: Option<Box<Connected>>,
    /// What the tap has not learned yet.
    pub(super) key_log: Vec<KeyLogLine>,
    /// How long it has worked.
    pub(super) worked: Duration,
    /// Has the peer said `close_notify`?
    pub(super) ended: bool,
}

impl End {
    pub(super) fn new(role: Role, connection: Connection, worked: Duration) -> Self {
        Self { role, connection, connected: None, key_log: Vec::new(), worked, ended: false }
    }

    /// All that is owed.
    pub(super) fn transmit(&mut self) -> Result<Vec<u8>, Failure> {
        let started = Instant::now();
        let mut flight = Vec::new();
        let mut out = [0; 4096];
        while let count @ 1.. = self.connection.transmit(&mut out) {
            flight.extend_from_slice(out.get(..count).unwrap_or_default());
        }
        self.worked += started.elapsed();
        // `Connected` waits for our Finished to be taken.
        self.receive(&mut [])?;
        Ok(flight)
    }

    /// Protects a line of data.
    pub(super) fn seal(&mut self, text: &str) -> Result<Vec<u8>, Failure> {
        let started = Instant::now();
        let mut out = vec![0; 4096];
        let sealed = self.connection.seal(text.as_bytes(), &mut out);
        let sealed =
            sealed.map_err(|refused| Failure::Setup(format!("the demo could not seal: {refused:?}")))?;
        out.truncate(sealed.written);
        self.worked += started.elapsed();
        Ok(out)
    }

    /// Takes a record, and says how long that took, the making of an answer included.
    pub(super) fn receive(&mut self, record: &mut [u8]) -> Result<Duration, Failure> {
        let started = Instant::now();
        let mut start = 0;
        loop {
            let rest = record.get_mut(start..).unwrap_or_default();
            let received = self.connection.receive(rest, clock::now());
            let received = received.map_err(|fault| Failure::Session { role: self.role, fault })?;
            start += received.consumed;
            match received.event {
                Event::Plaintext(_) | Event::EarlyPlaintext(_) => {}
                Event::Milestone(Milestone::Connected(connected)) => self.connected = Some(connected),
                Event::Milestone(Milestone::KeyLog(line)) => self.key_log.push(*line),
                Event::Milestone(_) => {}
                Event::End => {
                    self.ended = true;
                    break;
                }
                Event::Need(_) => break,
            }
        }
        let time = started.elapsed();
        self.worked += time;
        Ok(time)
    }
}
