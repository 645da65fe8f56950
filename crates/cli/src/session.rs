//! One session over TCP, for callers that read and write in turn.

use std::io::Read;
use std::net::TcpStream;

use handfast::alert::AlertDescription;
use handfast::connection::{Event, Fault, Inbox, Need};
use handfast::handshake::{Ask, Connected, Milestone, PeerAuthenticated, RequestRefused};
use handfast_replay::Connection;

use crate::clock;
use crate::failure::Failure;
use crate::journal::Journal;
use crate::summary;
use crate::transport::{self, Wait};

/// What is written to the socket at once: room for some records.
pub(crate) const OUTPUT: usize = 64 * 1024;

/// A connection of the library, its input, and the socket.
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) inbox: Inbox,
    pub(crate) stream: TcpStream,
    pub(crate) journal: Journal,
    pub(crate) shown: Shown,
    pub(crate) early_data: EarlyData,
    out: Vec<u8>,
}

/// Data ahead of the handshake.
#[derive(Clone, Debug, Default)]
pub(crate) struct EarlyData {
    /// Client: what there is to send, and how many bytes of it were.
    to_send: Vec<u8>,
    sent: usize,
    /// Server: what has come and was not read.
    received: Vec<u8>,
}

impl EarlyData {
    /// Client: all of this is to be sent.
    pub(crate) const fn new(to_send: Vec<u8>) -> Self {
        Self { to_send, sent: 0, received: Vec::new() }
    }

    /// Client: what is left to send.
    pub(crate) fn unsent(&self) -> &[u8] {
        self.to_send.get(self.sent..).unwrap_or_default()
    }

    /// How many bytes went ahead of the handshake.
    pub(crate) const fn len(&self) -> usize {
        self.sent + self.received.len()
    }

    /// Server: takes what has come.
    pub(crate) fn take_received(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.received)
    }
}

/// What we show to prove who we are.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    /// The peer does not ask.
    NotAsked,
    /// It asks, and none of ours fits.
    Nothing,
    /// The certificate with this subject.
    Certificate(String),
}

/// What has happened; plaintext waits in the inbox.
enum Progress {
    Plaintext,
    Connected(Box<Connected>),
    ClientAuthenticated(Box<PeerAuthenticated>),
    End,
}

/// What came of asking the client who it is.
#[derive(Debug)]
pub(crate) enum Asked {
    /// It answered.
    Answered(Box<PeerAuthenticated>),
    /// It cannot be asked.
    Refused(RequestRefused),
    /// It closed before it answered.
    Closed,
}

impl Session {
    pub(crate) fn new(connection: Connection, stream: TcpStream, journal: Journal) -> Self {
        // Records are written whole; waiting for more to send with them would only cost time.
        let _ = stream.set_nodelay(true);
        Self {
            connection,
            inbox: Inbox::new(),
            stream,
            journal,
            shown: Shown::NotAsked,
            early_data: EarlyData::default(),
            out: vec![0; OUTPUT],
        }
    }

    /// Runs the handshake.
    pub(crate) fn handshake(&mut self, wait: Wait) -> Result<Box<Connected>, Failure> {
        match self.advance(wait)? {
            Progress::Connected(connected) => Ok(connected),
            // The library gives these behind `Connected` alone.
            Progress::Plaintext | Progress::ClientAuthenticated(_) | Progress::End => {
                Err(self.fail(Fault::DataBeforeConnected))
            }
        }
    }

    /// Reads plaintext; 0 means that the peer has closed.
    pub(crate) fn read(&mut self, out: &mut [u8], wait: Wait) -> Result<usize, Failure> {
        let early = &mut self.early_data.received;
        if !early.is_empty() {
            let count = early.as_slice().read(out).unwrap_or(0);
            early.drain(..count);
            return Ok(count);
        }
        loop {
            match self.advance(wait)? {
                Progress::Plaintext => {
                    let count = self.inbox.unread().read(out).unwrap_or(0);
                    self.inbox.read(count);
                    if count > 0 {
                        return Ok(count);
                    }
                }
                Progress::Connected(_) | Progress::ClientAuthenticated(_) => {}
                Progress::End => return Ok(0),
            }
        }
    }

    /// Asks the client who it is, and waits for its answer; what it says meanwhile is not heard.
    pub(crate) fn authenticate_client(&mut self, wait: Wait) -> Result<Asked, Failure> {
        if let Err(refused) = self.connection.request_client_certificate() {
            return Ok(Asked::Refused(refused));
        }
        loop {
            match self.advance(wait)? {
                Progress::ClientAuthenticated(client) => return Ok(Asked::Answered(client)),
                Progress::Plaintext => self.inbox.read(self.inbox.unread().len()),
                Progress::Connected(_) => {}
                Progress::End => return Ok(Asked::Closed),
            }
        }
    }

    /// Writes all of `plaintext`.
    pub(crate) fn write(&mut self, mut plaintext: &[u8], wait: Wait) -> Result<(), Failure> {
        while !plaintext.is_empty() {
            let sealed = self.connection.seal(plaintext, &mut self.out);
            let sealed = sealed.map_err(|refused| {
                Failure::Network(format!("nothing more can be sent on this session: {refused:?}"))
            })?;
            plaintext = plaintext.get(sealed.consumed..).unwrap_or_default();
            transport::write(&mut self.stream, self.out.get(..sealed.written).unwrap_or_default(), wait)?;
        }
        Ok(())
    }

    /// Writes what the library owes.
    pub(crate) fn flush(&mut self, wait: Wait) -> Result<(), Failure> {
        while let count @ 1.. = self.connection.transmit(&mut self.out) {
            transport::write(&mut self.stream, self.out.get(..count).unwrap_or_default(), wait)?;
        }
        Ok(())
    }

    /// Says `close_notify`.
    pub(crate) fn close(&mut self, wait: Wait) -> Result<(), Failure> {
        self.connection.close();
        self.flush(wait)
    }

    /// Goes on until something has happened that the caller has to know.
    fn advance(&mut self, wait: Wait) -> Result<Progress, Failure> {
        loop {
            match self.connection.receive_from(&mut self.inbox, clock::now()) {
                Ok(Event::Plaintext(_)) => return Ok(Progress::Plaintext),
                // Given to the application behind the handshake, which a replay never completes.
                Ok(Event::EarlyPlaintext(plaintext)) => {
                    let count = plaintext.len();
                    self.early_data.received.extend_from_slice(&plaintext);
                    self.inbox.read(count);
                }
                Ok(Event::End) => return Ok(Progress::End),
                Ok(Event::Milestone(milestone)) => {
                    if matches!(milestone, Milestone::EarlyDataReady { .. }) {
                        self.send_early_data(wait)?;
                    } else if matches!(milestone, Milestone::EarlyDataRejected) {
                        self.early_data.sent = 0;
                    }
                    if let Milestone::ClientAuthenticated(client) = &milestone {
                        let client = client.clone();
                        self.journal.note(milestone)?;
                        return Ok(Progress::ClientAuthenticated(client));
                    }
                    if let Some(connected) = self.journal.note(milestone)? {
                        return Ok(Progress::Connected(connected));
                    }
                }
                // Behind the handshake an ask waits without a word.
                Ok(Event::Need(_)) if self.connection.pending().is_some() => self.answer(),
                Ok(Event::Need(Need::Transmit)) => self.flush(wait)?,
                Ok(Event::Need(Need::Answer(_))) => self.answer(),
                Ok(Event::Need(Need::Input { .. })) => self.fill(wait)?,
                Err(fault) => return Err(self.fail(fault)),
            }
        }
    }

    /// Sends as much early data as the ticket allows.
    fn send_early_data(&mut self, wait: Wait) -> Result<(), Failure> {
        while !self.early_data.unsent().is_empty() {
            let sealed = self.connection.seal_early(self.early_data.unsent(), &mut self.out);
            // Refused: the ticket allows no more.
            let Ok(sealed) = sealed else { break };
            self.early_data.sent += sealed.consumed;
            transport::write(&mut self.stream, self.out.get(..sealed.written).unwrap_or_default(), wait)?;
        }
        Ok(())
    }

    /// Answers the open ask.
    pub(crate) fn answer(&mut self) {
        let Some(ask) = self.connection.pending().cloned() else { return };
        let config = &self.journal.setup.answering;
        if let Ask::ChooseCredential(choose) = &ask
            && let Some(choice) = config.choose_credential(choose)
        {
            self.journal.passed_over(&choice);
            let subject = choice.chosen.map(|chosen| match chosen.shown().delegated_credential() {
                Some(_) => summary::delegated(chosen.subject(), chosen.validity().1),
                None => chosen.subject().to_owned(),
            });
            self.shown = subject.map_or(Shown::Nothing, Shown::Certificate);
        }
        let answer = config.answer(&ask).unwrap_or_else(|| ask.failed());
        if self.connection.answer(answer).is_err() {
            self.connection.abort(AlertDescription::INTERNAL_ERROR);
        }
    }

    fn fill(&mut self, wait: Wait) -> Result<(), Failure> {
        match transport::fill(&mut self.stream, &mut self.inbox, wait) {
            Ok(true) => Ok(()),
            Ok(false) => self.connection.end_of_input().map_err(|fault| self.fail(fault)),
            Err(failure) => {
                // The peer may still be there, and waiting: it is told.
                self.connection.close();
                self.give_up();
                Err(failure)
            }
        }
    }

    /// Ends the session with a fault; its alert still goes out.
    pub(crate) fn fail(&mut self, fault: Fault) -> Failure {
        self.give_up();
        self.journal.failure(fault)
    }

    fn give_up(&mut self) {
        if self.flush(Wait::within(transport::LINGER)).is_ok() {
            transport::linger(&mut self.stream);
        }
    }
}
