//! One end of the demo.

use std::sync::Arc;
use std::time::{Duration, Instant};

use handfast::alert::AlertDescription;
use handfast::connection::{Config, Connection, Event, Need};
use handfast::handshake::{Connected, KeyLogLine, Milestone, ReceivedTicket, Role};

use crate::clock;
use crate::failure::Failure;

/// A connection, and what it has told.
pub(super) struct End {
    pub(super) role: Role,
    pub(super) connection: Connection,
    /// Answers what the connection asks.
    answering: Arc<Config>,
    pub(super) connected: Option<Box<Connected>>,
    /// What the tap has not learned yet.
    pub(super) key_log: Vec<KeyLogLine>,
    /// The last ticket that it was given.
    pub(super) ticket: Option<Box<ReceivedTicket>>,
    /// How long it has worked.
    pub(super) worked: Duration,
    /// Has the peer said `close_notify`?
    pub(super) ended: bool,
}

/// What a record brought.
pub(super) struct Taken {
    /// How long the receiver worked on it.
    pub(super) time: Duration,
    /// What it asked, and how long the answers took.
    pub(super) asks: Vec<(&'static str, Duration)>,
}

impl End {
    pub(super) fn new(role: Role, connection: Connection, answering: Arc<Config>, worked: Duration) -> Self {
        Self {
            role,
            connection,
            answering,
            connected: None,
            key_log: Vec::new(),
            ticket: None,
            worked,
            ended: false,
        }
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

    /// Takes a record, or sees what there is to do without one.
    pub(super) fn receive(&mut self, record: &mut [u8]) -> Result<Taken, Failure> {
        let started = Instant::now();
        let mut asks = Vec::new();
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
                Event::Milestone(Milestone::NewSessionTicket(ticket)) => self.ticket = Some(ticket),
                Event::Milestone(_) => {}
                Event::Need(Need::Answer(_)) => asks.extend(self.answer()),
                Event::End => {
                    self.ended = true;
                    break;
                }
                Event::Need(Need::Transmit | Need::Input { .. }) => break,
            }
        }
        let time = started.elapsed();
        self.worked += time;
        Ok(Taken { time, asks })
    }

    /// Answers the open ask; says which it was, and how long the answer took.
    fn answer(&mut self) -> Option<(&'static str, Duration)> {
        let ask = self.connection.pending().cloned()?;
        let started = Instant::now();
        let answer = self.answering.answer(&ask).unwrap_or_else(|| ask.failed());
        let time = started.elapsed();
        if self.connection.answer(answer).is_err() {
            self.connection.abort(AlertDescription::INTERNAL_ERROR);
        }
        Some((ask.name(), time))
    }
}
