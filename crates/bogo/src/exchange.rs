//! One connection to the runner: the handshake, what the flags want behind it, and the echo.

use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::connection::{
    Config, Connection, Event, Inbox, MAX_RECORD, Need, SealRefused, Sealed, StoredSession,
};
use handfast::handshake::{Authentication, KnownServer, Milestone};
use handfast::{Connected, Entropy, ExpectedPeer, Role};

use crate::answers::Answers;
use crate::certificates;
use crate::checks;
use crate::clock::Clock;
use crate::config;
use crate::ech;
use crate::failure::Failure;
use crate::options::Options;
use crate::transport::Transport;

/// What is read of the plaintext at once, so that records are returned in several reads.
const READ_SIZE: usize = 512;

/// The sizes that `-write-different-record-sizes` names.
const RECORD_SIZES: [usize; 11] = [0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769];

/// A way to seal data: behind the handshake, as early data, or half a round trip before its end.
type Seal = fn(&mut Connection, &[u8], &mut [u8]) -> Result<Sealed, SealRefused>;

/// A connection under test.
pub(crate) struct Exchange<'a> {
    options: &'a Options,
    /// The options from the moment on when early data was rejected.
    retry: &'a Options,
    is_resume: bool,
    early_data: EarlyData,
    config: Arc<Config>,
    expected: ExpectedPeer,
    connection: Connection,
    inbox: Inbox,
    transport: Transport,
    /// What is to be written first and was more than the ticket allows of early data.
    unsent: Vec<u8>,
    /// Bytes written by the library and held back from the socket.
    held_back: Vec<u8>,
    answers: Answers<'a>,
    clock: Clock,
    session: Option<StoredSession>,
    got_session: bool,
    session_takes_early_data: bool,
    /// `client_application_traffic_secret_0` and the server's.
    traffic_secrets: [Vec<u8>; 2],
    role: Role,
}

/// What became of early data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EarlyData {
    NotOffered,
    Offered,
    Accepted,
    Rejected,
}

/// What stops the wait for something to happen.
enum Happened {
    Connected(Box<Connected>),
    Data,
    /// The peer said `close_notify`.
    Closed,
    /// The transport ended without it.
    Cut,
}

impl<'a> Exchange<'a> {
    /// Runs one connection; gives the session that it left to a client.
    pub(crate) fn run(
        options: &'a Options,
        retry: &'a Options,
        is_resume: bool,
        session: Option<StoredSession>,
        ticket_key: [u8; 32],
        clock: Clock,
    ) -> Result<Option<StoredSession>, Failure> {
        let config = config::config(options, ticket_key)?;
        let answers = Answers::new(options, &config, ticket_key)?;
        let expected = config::expected_server(options)?;
        let entropy = Entropy::from_system().map_err(|error| Failure::Check(error.to_string()))?;
        let role = if options.is_server { Role::Server } else { Role::Client };
        let connection = match role {
            Role::Server => Connection::server(Arc::clone(&config), entropy),
            Role::Client => {
                let offer =
                    session.as_ref().map(|session| config.offer_session(session, &expected, clock.now()));
                let known = KnownServer {
                    psks: offer.into_iter().filter_map(Result::ok).collect(),
                    groups: options.server_supported_groups_hint.clone(),
                    ech: ech::config_list(options, &config.handshake().crypto)?,
                };
                Connection::client_of(Arc::clone(&config), expected.clone(), known, clock.now(), entropy)
            }
        };
        let mut exchange = Self {
            transport: Transport::connect(options)?,
            options,
            retry,
            is_resume,
            early_data: EarlyData::NotOffered,
            config,
            expected,
            connection,
            inbox: Inbox::new(),
            unsent: Vec::new(),
            held_back: Vec::new(),
            answers,
            clock,
            session: None,
            got_session: false,
            session_takes_early_data: false,
            traffic_secrets: [Vec::new(), Vec::new()],
            role,
        };
        let outcome = exchange.converse();
        // An alert may be owed, whatever the outcome.
        drop(exchange.flush());
        exchange.transport.drain();
        if let Err(Failure::Fault(fault)) = &outcome {
            let rejected = exchange.early_data != EarlyData::NotOffered;
            let options = if rejected { exchange.retry } else { exchange.options };
            ech::check_retry_configs(options, fault, &exchange.config.handshake().crypto)?;
        }
        outcome.map(|()| exchange.session)
    }

    fn converse(&mut self) -> Result<(), Failure> {
        let connected = self.connect()?;
        self.answer_for_tickets()?;
        self.check_resumed_peer(&connected)?;
        self.check_early_data()?;
        self.answers.note_selected_psk(&connected);
        checks::check(self.options, self.is_resume, &connected, self.answers.selected_credential)?;
        if self.options.export_keying_material > 0 {
            let mut material = vec![0; self.options.export_keying_material];
            self.export(&mut material)?;
            self.write(&material)?;
        }
        if self.options.export_traffic_secrets {
            self.write_traffic_secrets()?;
        }
        if self.options.send_alert {
            self.connection.abort(AlertDescription::DECOMPRESSION_FAILURE);
            return Ok(());
        }
        self.write_first()?;
        let closed = if self.options.shim_shuts_down { false } else { self.echo()? };
        self.check_session()?;
        self.shut_down(closed)
    }

    fn connect(&mut self) -> Result<Box<Connected>, Failure> {
        match self.wait()? {
            Happened::Connected(connected) => Ok(connected),
            Happened::Cut => Err(Failure::Check("the transport ended in the handshake".into())),
            Happened::Data | Happened::Closed => {
                Err(Failure::Check("something else than Connected came first".into()))
            }
        }
    }

    /// Answers what is asked right behind the handshake, so that the tickets are owed before the first data.
    fn answer_for_tickets(&mut self) -> Result<(), Failure> {
        loop {
            if let Event::Milestone(milestone) = self.connection.receive(&mut [], self.clock.now())?.event {
                self.note(milestone)?;
            }
            if !self.answers.answer(&mut self.connection)? {
                return Ok(());
            }
        }
    }

    /// A client that judges again whom it resumes with does so here.
    fn check_resumed_peer(&mut self, connected: &Connected) -> Result<(), Failure> {
        let resumed = connected.authentication == Authentication::Resumption;
        if resumed && self.options.reverify_on_resume && certificates::refuses(self.options) {
            self.connection.abort(certificates::refusal(self.options));
            return Err(Failure::Shim(":CERTIFICATE_VERIFY_FAILED:"));
        }
        Ok(())
    }

    /// Early data was offered, taken or refused as the flags want; after a refusal those of the retry hold.
    fn check_early_data(&self) -> Result<(), Failure> {
        let options = self.options;
        let accepted = self.early_data == EarlyData::Accepted;
        let wrong = options.expect_accept_early_data && !accepted
            || options.expect_reject_early_data && accepted
            || options.expect_no_offer_early_data && self.early_data != EarlyData::NotOffered
            || options.expect_early_data_accepted.is_some_and(|expected| expected != accepted);
        if wrong {
            return Err(Failure::Check(format!("early data was accepted: {accepted}")));
        }
        Ok(())
    }

    fn initial_write(&self) -> Vec<u8> {
        self.options.shim_initial_write.clone().unwrap_or_else(|| b"hello".to_vec())
    }

    /// A client whose ticket takes early data sends with it what it would write first.
    fn offer_early_data(&mut self) -> Result<(), Failure> {
        self.early_data = EarlyData::Offered;
        if self.options.export_keying_material > 0 {
            // There is none of this connection yet.
            return Err(Failure::Shim(":HANDSHAKE_NOT_COMPLETE:"));
        }
        if !self.options.shim_writes_first && !self.options.read_with_unfinished_write {
            return Ok(());
        }
        let data = self.initial_write().repeat(self.options.repeat_shim_initial_write.unwrap_or(1));
        let (sealed, taken) = self.seal_with(&data, Connection::seal_early)?;
        self.unsent = data.get(taken..).unwrap_or_default().to_vec();
        if self.options.read_with_unfinished_write {
            return self.hold_back(&sealed);
        }
        Ok(self.transport.write(&sealed)?)
    }

    /// Lets one byte go out; the rest waits for what is read.
    fn hold_back(&mut self, sealed: &[u8]) -> Result<(), Failure> {
        let (first, rest) = sealed.split_at(sealed.len().min(1));
        self.transport.write(first)?;
        self.held_back = rest.to_vec();
        Ok(())
    }

    fn write_first(&mut self) -> Result<(), Failure> {
        let initial = self.initial_write();
        if self.options.write_different_record_sizes {
            for size in RECORD_SIZES {
                self.write(&vec![0x42; size])?;
            }
        } else if self.has_written_first() {
            // What the ticket did not allow as early data goes now.
            let unsent = std::mem::take(&mut self.unsent);
            self.write(&unsent)?;
        } else if self.options.read_with_unfinished_write {
            let sealed = self.seal(&initial)?;
            self.hold_back(&sealed)?;
        } else if self.options.shim_writes_first {
            for _ in 0..self.options.repeat_shim_initial_write.unwrap_or(1) {
                self.write(&initial)?;
            }
        }
        Ok(())
    }

    /// Has early data taken with it what is written first?
    fn has_written_first(&self) -> bool {
        self.role == Role::Client && self.early_data == EarlyData::Accepted
    }

    /// Gives each byte back inverted until the peer ends; `true`: with `close_notify`.
    fn echo(&mut self) -> Result<bool, Failure> {
        loop {
            if self.options.key_update_before_read {
                self.connection.update_keys(false);
            }
            match self.wait()? {
                Happened::Closed => return Ok(true),
                Happened::Cut => return Ok(false),
                Happened::Connected(_) => return Err(Failure::Check("connected twice".into())),
                Happened::Data => {}
            }
            let unread = self.inbox.unread();
            let size = self.options.read_size.unwrap_or(READ_SIZE).min(unread.len());
            let echo: Vec<u8> = unread.iter().take(size).map(|byte| byte ^ 0xff).collect();
            self.inbox.read(size);
            let held_back = std::mem::take(&mut self.held_back);
            self.transport.write(&held_back)?;
            if self.options.use_exporter_between_reads {
                self.export(&mut [0])?;
            }
            if self.options.key_update {
                self.connection.update_keys(false);
            }
            self.write(&echo)?;
        }
    }

    /// A client has got a session, unless it is to get none.
    fn check_session(&self) -> Result<(), Failure> {
        let options = self.options;
        if options.is_server {
            return Ok(());
        }
        let expected = !options.expect_no_session && !options.shim_shuts_down;
        if self.got_session != expected {
            return Err(Failure::Check(format!(
                "a session came: {}, expected: {expected}",
                self.got_session
            )));
        }
        if self.got_session && self.session_takes_early_data != options.expect_ticket_supports_early_data {
            return Err(Failure::Check(format!(
                "the session takes early data: {}",
                self.session_takes_early_data
            )));
        }
        Ok(())
    }

    /// Closes; only some tests look at how.
    fn shut_down(&mut self, closed: bool) -> Result<(), Failure> {
        if !self.options.check_close_notify {
            return Ok(());
        }
        self.connection.close();
        self.flush()?;
        if closed {
            return Ok(());
        }
        if !self.options.shim_shuts_down {
            return Err(Failure::Shim("Unexpected SSL_shutdown result: -1 != 1"));
        }
        match self.wait()? {
            Happened::Closed => Ok(()),
            Happened::Data => Err(Failure::Shim(":APPLICATION_DATA_ON_SHUTDOWN:")),
            Happened::Cut => Err(Failure::Shim("Unexpected SSL_shutdown result: -1 != 1")),
            Happened::Connected(_) => Err(Failure::Check("connected twice".into())),
        }
    }

    /// Goes on until something happens.
    fn wait(&mut self) -> Result<Happened, Failure> {
        loop {
            let room = match self.connection.receive_from(&mut self.inbox, self.clock.now())? {
                Event::Plaintext(_) => return Ok(Happened::Data),
                Event::EarlyPlaintext(_) => {
                    self.echo_early_data()?;
                    continue;
                }
                Event::Milestone(milestone) => match self.note(milestone)? {
                    Some(connected) => return Ok(Happened::Connected(connected)),
                    None => continue,
                },
                Event::End => return Ok(Happened::Closed),
                // As BoringSSL does, what is owed behind the handshake goes out with the next data.
                Event::Need(Need::Transmit) if self.connection.is_connected() => self.inbox.spare().len(),
                Event::Need(Need::Transmit) => {
                    self.flush()?;
                    continue;
                }
                Event::Need(Need::Answer(_)) => {
                    self.answers.answer(&mut self.connection)?;
                    continue;
                }
                Event::Need(Need::Input { .. }) => self.inbox.spare().len(),
            };
            if self.answers.answer(&mut self.connection)? {
                continue;
            }
            if !self.connection.is_connected() {
                self.flush()?;
            }
            let bytes = self.transport.read(room)?;
            if bytes.is_empty() {
                return match self.connection.end_of_input() {
                    Ok(()) => Ok(Happened::Closed),
                    Err(handfast::Fault::Truncated) if self.connection.is_connected() => Ok(Happened::Cut),
                    Err(fault) => Err(fault.into()),
                };
            }
            if self.inbox.extend(&bytes) < bytes.len() {
                return Err(Failure::Check("the inbox has less room than it said".into()));
            }
        }
    }

    /// Keeps what a milestone brings.
    fn note(&mut self, milestone: Milestone) -> Result<Option<Box<Connected>>, Failure> {
        match milestone {
            Milestone::Connected(connected) => return Ok(Some(connected)),
            Milestone::EarlyDataReady { .. } => self.offer_early_data()?,
            Milestone::EarlyDataAccepted => self.early_data = EarlyData::Accepted,
            Milestone::EarlyDataRejected => {
                if self.role == Role::Client && !self.options.expect_reject_early_data {
                    return Err(Failure::Check("early data was rejected".into()));
                }
                self.early_data = EarlyData::Rejected;
                if self.role == Role::Client {
                    (self.options, self.answers.options) = (self.retry, self.retry);
                }
            }
            Milestone::NewSessionTicket(ticket) => {
                self.got_session = true;
                self.session_takes_early_data = ticket.session.max_early_data_size > 0;
                self.session = self.config.store_session(&self.expected, &ticket);
            }
            Milestone::KeyLog(line) => {
                let [client, server] = &mut self.traffic_secrets;
                match line.label {
                    "CLIENT_TRAFFIC_SECRET_0" => *client = line.secret.expose().to_vec(),
                    "SERVER_TRAFFIC_SECRET_0" => *server = line.secret.expose().to_vec(),
                    _ => {}
                }
            }
            Milestone::ClientAuthPending | Milestone::ClientAuthConfirmed(_) | Milestone::KeyUpdated | _ => {}
        }
        Ok(None)
    }

    /// A server answers early data before the handshake is complete.
    fn echo_early_data(&mut self) -> Result<(), Failure> {
        let echo: Vec<u8> = self.inbox.unread().iter().map(|byte| byte ^ 0xff).collect();
        self.inbox.read(echo.len());
        let (sealed, _) = self.seal_with(&echo, Connection::seal_half_rtt)?;
        Ok(self.transport.write(&sealed)?)
    }

    /// Writes out all that is owed.
    fn flush(&mut self) -> Result<(), Failure> {
        let mut bytes = std::mem::take(&mut self.held_back);
        let mut out = vec![0; self.transport.step()];
        loop {
            let count = self.connection.transmit(&mut out);
            if count == 0 {
                break;
            }
            bytes.extend(out.iter().take(count));
        }
        Ok(self.transport.write(&bytes)?)
    }

    fn write(&mut self, plaintext: &[u8]) -> Result<(), Failure> {
        let sealed = self.seal(plaintext)?;
        Ok(self.transport.write(&sealed)?)
    }

    /// Seals all of the plaintext, behind what is owed.
    fn seal(&mut self, plaintext: &[u8]) -> Result<Vec<u8>, Failure> {
        match self.seal_with(plaintext, Connection::seal)? {
            (bytes, taken) if taken == plaintext.len() => Ok(bytes),
            _ => Err(Failure::Check(SealRefused::NotConnected.to_string())),
        }
    }

    /// The same in one of the ways to seal; gives also how much was taken: a ticket may allow less early data.
    fn seal_with(&mut self, plaintext: &[u8], seal: Seal) -> Result<(Vec<u8>, usize), Failure> {
        let (mut bytes, mut taken) = (Vec::new(), 0);
        let mut out = vec![0; MAX_RECORD];
        while taken < plaintext.len() {
            match seal(&mut self.connection, plaintext.get(taken..).unwrap_or_default(), &mut out) {
                Ok(sealed) => {
                    bytes.extend(out.iter().take(sealed.written));
                    taken += sealed.consumed;
                }
                Err(SealRefused::NeedOutput { at_least }) if at_least > out.len() => out.resize(at_least, 0),
                Err(SealRefused::NotConnected) => break,
                Err(refused) => return Err(Failure::Check(refused.to_string())),
            }
        }
        Ok((bytes, taken))
    }

    fn export(&self, out: &mut [u8]) -> Result<(), Failure> {
        let Options { export_label, export_context, .. } = self.options;
        self.connection
            .export(export_label, export_context, out)
            .map_err(|refused| Failure::Check(refused.to_string()))
    }

    /// The length of a secret in two little-endian bytes, then the one that we read under and the one that we write
    /// under.
    fn write_traffic_secrets(&mut self) -> Result<(), Failure> {
        let [client, server] = self.traffic_secrets.clone();
        let (read, write) = match self.role {
            Role::Client => (server, client),
            Role::Server => (client, server),
        };
        let length = u16::try_from(read.len()).unwrap_or_default();
        self.write(&[&length.to_le_bytes()[..], &read, &write].concat())
    }
}
