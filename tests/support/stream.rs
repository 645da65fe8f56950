//! A connection over a TCP stream that blocks: bytes are carried, and nothing of the protocol is known here.

#![allow(dead_code)]

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use handfast::connection::{Event, Fault, Inbox, Need};
use handfast::handshake::{Connected, Milestone};
use handfast::time::Time;
use handfast_replay::Connection;

use super::kept_run::KeptRun;

/// As much as is written at once, in bytes: two records of the longest kind.
const OUTPUT: usize = 34 * 1024;

/// Application data as a stream of bytes; a fault is the source of the [`io::Error`] that it causes.
pub(crate) struct Stream {
    transport: TcpStream,
    pub(crate) connection: Connection,
    inbox: Inbox,
    output: Vec<u8>,
    now: Time,
    story: Story,
    run: KeptRun,
    /// Early data that came.
    pub(crate) early: Vec<u8>,
}

/// What there was to know, in order. A failing test shows it beside the peer's.
#[derive(Debug, Default)]
struct Story {
    milestones: Vec<Milestone>,
    fault: Option<Fault>,
}

impl Drop for Story {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- our end: {self:#?}");
        }
    }
}

impl Stream {
    /// `now` is the time of the whole connection, and `run` its record.
    pub(crate) fn new(transport: TcpStream, connection: Connection, now: Time, run: KeptRun) -> Self {
        let (inbox, output) = (Inbox::new(), vec![0; OUTPUT]);
        Self { transport, connection, inbox, output, now, story: Story::default(), run, early: Vec::new() }
    }

    /// Goes on until the handshake is complete.
    pub(crate) fn handshake(&mut self) -> io::Result<Box<Connected>> {
        loop {
            let known = self.story.milestones.len();
            if !self.step()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some(Milestone::Connected(connected)) = self.story.milestones.get(known) {
                return Ok(connected.clone());
            }
        }
    }

    /// Sends early data with the first flight, as much as the ticket allows.
    pub(crate) fn write_early(&mut self, plaintext: &[u8]) -> io::Result<usize> {
        let ready = |milestone: &Milestone| matches!(milestone, Milestone::EarlyDataReady { .. });
        while !self.story.milestones.iter().any(ready) {
            self.step()?;
        }
        let sealed = self.connection.seal_early(plaintext, &mut self.output).map_err(io::Error::other)?;
        self.transport.write_all(&self.output[..sealed.written])?;
        Ok(sealed.consumed)
    }

    /// What there was to know, in order.
    pub(crate) fn milestones(&self) -> &[Milestone] {
        &self.story.milestones
    }

    /// What the halves of the connection are used with.
    pub(crate) fn into_parts(self) -> (Connection, Inbox, TcpStream, KeptRun) {
        (self.connection, self.inbox, self.transport, self.run)
    }

    /// Writes what is owed.
    pub(crate) fn transmit(&mut self) -> io::Result<()> {
        while let count @ 1.. = self.connection.transmit(&mut self.output) {
            self.transport.write_all(&self.output[..count])?;
        }
        Ok(())
    }

    /// Says `close_notify` and ends our direction; what the peer still sends can be read.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        self.connection.close();
        self.transmit()?;
        self.transport.shutdown(Shutdown::Write)
    }

    /// Takes an event, a milestone included, or carries bytes one way; `false` if the peer has closed.
    fn step(&mut self) -> io::Result<bool> {
        let need = match self.connection.receive_from(&mut self.inbox, self.now) {
            Ok(Event::Need(need)) => need,
            Ok(Event::Milestone(milestone)) => {
                self.story.milestones.push(milestone);
                return Ok(true);
            }
            Ok(Event::Plaintext(_)) => return Ok(true),
            Ok(Event::EarlyPlaintext(plaintext)) => {
                self.early.extend_from_slice(&plaintext);
                let count = plaintext.len();
                self.inbox.read(count);
                return Ok(true);
            }
            Ok(Event::End) => return Ok(false),
            Err(fault) => return Err(self.fail(fault)),
        };
        match need {
            Need::Transmit => self.transmit().map(|()| true),
            Need::Input { .. } => self.fill(),
            Need::Answer(_) => Err(io::Error::other("the config leaves an ask to the caller")),
        }
    }

    /// Takes what has come; `false` if nothing more will.
    fn fill(&mut self) -> io::Result<bool> {
        let count = self.transport.read(self.inbox.spare())?;
        self.inbox.filled(count);
        if count == 0 {
            self.connection.end_of_input().map_err(|fault| self.fail(fault))?;
        }
        Ok(count > 0)
    }

    /// Sends the alert and waits for the peer to end its direction: a socket that is closed with unread input
    /// resets the stream, and the alert could be lost.
    fn fail(&mut self, fault: Fault) -> io::Error {
        let sent = self.transmit().and_then(|()| self.transport.shutdown(Shutdown::Write));
        if sent.is_ok() {
            drop(self.transport.read_to_end(&mut Vec::new()));
        }
        self.story.fault = Some(fault.clone());
        let kind = if fault == Fault::Truncated { ErrorKind::UnexpectedEof } else { ErrorKind::Other };
        io::Error::new(kind, fault)
    }
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.inbox.unread().is_empty() {
            if !self.step()? {
                return Ok(0);
            }
        }
        let count = self.inbox.unread().read(out)?;
        self.inbox.read(count);
        Ok(count)
    }
}

impl Write for Stream {
    fn write(&mut self, plaintext: &[u8]) -> io::Result<usize> {
        loop {
            let sealed = self.connection.seal(plaintext, &mut self.output).map_err(io::Error::other)?;
            self.transport.write_all(&self.output[..sealed.written])?;
            if sealed.consumed > 0 || plaintext.is_empty() {
                return Ok(sealed.consumed);
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.transmit()
    }
}

/// The fault behind an error of a [`Stream`].
pub(crate) fn fault(error: &io::Error) -> &Fault {
    error
        .get_ref()
        .and_then(|source| source.downcast_ref())
        .unwrap_or_else(|| panic!("the transport failed, not the connection: {error}"))
}
