//! `handfast server`: many sessions, a thread each.

mod echo;
mod http;
mod slots;

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use handfast::handshake::Role;
use handfast_replay::{Connection, Recorder};

use crate::args::ServerArgs;
use crate::client::entropy;
use crate::clock::readable;
use crate::config::{self, Setup};
use crate::failure::Failure;
use crate::journal::Journal;
use crate::pipe;
use crate::record::{self, Record};
use crate::session::Session;
use crate::summary::Summary;
use crate::terminal::tell;
use crate::transport::{self, Wait};
use slots::Slots;

const DEFAULT_IDLE: Duration = Duration::from_secs(300);
/// How long to wait where the system refuses to accept, such as for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is done for each client.
struct Service {
    setup: Arc<Setup>,
    expected: String,
    application: Application,
    handshake_timeout: Duration,
    idle: Option<Duration>,
    record: Record,
    /// Of the last session that failed.
    failure: Mutex<Option<Failure>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Application {
    Echo,
    Http,
    Pipe,
}

/// The exit code is that of the last session that failed, which has told so itself.
pub(crate) fn run(args: &ServerArgs) -> Result<ExitCode, Failure> {
    let (setup, expected) = config::server(args)?;
    let application = match (args.echo, args.http) {
        (true, _) => Application::Echo,
        (false, true) => Application::Http,
        (false, false) => Application::Pipe,
    };
    let one = args.once || application == Application::Pipe;
    let record = Record::new(args.negotiation.record.as_deref(), one)?;
    let unbound = |error| Failure::Network(format!("{}: cannot listen: {error}", args.address));
    let listener = TcpListener::bind(&args.address).map_err(unbound)?;
    tell(&format!("listening on {}\n", listener.local_addr().map_err(unbound)?));
    let service = Arc::new(Service {
        setup: Arc::new(setup),
        expected: expected.to_string(),
        application,
        handshake_timeout: args.limits.handshake_timeout,
        idle: args.limits.idle(Some(DEFAULT_IDLE)),
        record,
        failure: Mutex::new(None),
    });
    let connections = if one { Some(1) } else { args.connections };
    accept(&listener, &service, &Arc::new(Slots::new(args.max_connections)), connections);
    let failure = service.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(failure.map_or(ExitCode::SUCCESS, |failure| failure.exit_code()))
}

/// Serves so many connections, each in a thread of its own, and waits for the last one to end.
fn accept(listener: &TcpListener, service: &Arc<Service>, slots: &Arc<Slots>, connections: Option<u64>) {
    let mut number = 0;
    while connections.is_none_or(|connections| number < connections) {
        let slot = slots.take();
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) => {
                continue;
            }
            Err(error) => {
                tell(&format!("cannot accept: {error}\n"));
                thread::sleep(ACCEPT_PAUSE);
                continue;
            }
        };
        number += 1;
        let service = Arc::clone(service);
        let name = format!("session {number}");
        let spawned = thread::Builder::new().name(name).spawn(move || {
            service.serve(stream, number);
            drop(slot);
        });
        if let Err(error) = spawned {
            tell(&format!("#{number} no thread for it: {error}\n"));
        }
    }
    slots.wait_until_all_are_free();
}

impl Service {
    /// Serves one client and tells how that ended.
    fn serve(&self, stream: TcpStream, number: u64) {
        let label = format!("#{number} ");
        let started = Instant::now();
        let recorder = self.record.session(number);
        let outcome = recorder.and_then(|recorder| {
            let outcome = self.session(stream, label.clone(), &recorder);
            record::tell_error(&recorder);
            outcome
        });
        match outcome {
            Ok(()) => tell(&format!("{label}closed after {}\n", readable(started.elapsed()))),
            Err(failure) => {
                failure.print(&label);
                *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
            }
        }
    }

    fn session(&self, stream: TcpStream, label: String, recorder: &Recorder) -> Result<(), Failure> {
        let peer = stream.peer_addr().map_or_else(|_| "a client".to_owned(), |address| address.to_string());
        let config = Arc::clone(&self.setup.config);
        let connection = Connection::server(config, entropy()?, recorder.clone())?;
        let journal = Journal { role: Role::Server, setup: Arc::clone(&self.setup), label };
        let mut session = Session::new(connection, stream, journal);
        let started = Instant::now();
        let connected = session.handshake(Wait::within(self.handshake_timeout))?;
        let shown = session.shown.clone();
        let summary = Summary {
            peer: &peer,
            expected: &self.expected,
            connected: &connected,
            shown: &shown,
            channel_binding: session.connection.tls_exporter(),
            early_data: session.early_data.len(),
            setup: &self.setup,
            transport: None,
            handshake: started.elapsed(),
        };
        tell(&format!("{}{}", session.journal.label, summary.styled()));
        match self.application {
            Application::Echo => echo::serve(&mut session, Wait::Each(self.idle))?,
            Application::Http => http::serve(&mut session, &summary, self.idle)?,
            Application::Pipe => return pipe::run(session, self.idle),
        }
        transport::linger(&mut session.stream);
        Ok(())
    }
}
