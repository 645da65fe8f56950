//! A session piped to stdin and stdout whose connection does not split: what it answers behind the handshake needs
//! both of its halves.
//!
//! ```text
//! stdin ──▶ reader ──┐
//!                    ├─▶ session ──▶ socket, stdout
//! socket ─▶ reader ──┘
//! ```
//!
//! One thread has the connection, and writes; two read. While it waits for the peer to read, the readers go on until
//! their buffers are full: then a peer that never reads is ended by the idle limit.

use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use handfast::connection::{Event, Need};

use crate::clock;
use crate::failure::Failure;
use crate::pipe::write_stdout;
use crate::session::Session;
use crate::transport::Wait;

/// Buffers that may wait for the session, and their size in bytes.
const BUFFERS: usize = 64;
const BUFFER: usize = 32 * 1024;

/// What a reader has found.
enum Input {
    Stdin(io::Result<Vec<u8>>),
    Socket(io::Result<Vec<u8>>),
}

/// Pipes until the server has closed. The end of stdin is not told: behind `close_notify` there would be no answer.
pub(crate) fn run(mut session: Session, idle: Option<Duration>) -> Result<(), Failure> {
    let wait = Wait::Each(idle);
    write_stdout(&session.early_data.take_received())?;
    let late = session.early_data.unsent().to_vec();
    session.write(&late, wait)?;
    let failed = |error| Failure::Network(format!("the socket: {error}"));
    let socket = session.stream.try_clone().map_err(failed)?;
    socket.set_read_timeout(None).map_err(failed)?;
    let (inputs, queue) = mpsc::sync_channel(BUFFERS);
    let to_session = inputs.clone();
    thread::spawn(move || read(io::stdin().lock(), &to_session, Input::Stdin));
    thread::spawn(move || read(socket, &inputs, Input::Socket));
    // Some may have come with the handshake.
    let mut ended = work(&mut session, wait)?;
    while !ended {
        let input = match idle {
            None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(idle) => queue.recv_timeout(idle),
        };
        ended = match input {
            Ok(Input::Socket(Ok(bytes))) => take(&mut session, &bytes, wait)?,
            Ok(Input::Socket(Err(error))) => return Err(failed(error)),
            Ok(Input::Stdin(Ok(bytes))) => {
                session.write(&bytes, wait)?;
                false
            }
            Ok(Input::Stdin(Err(error))) => {
                session.close(wait)?;
                return Err(Failure::Network(format!("stdin cannot be read: {error}")));
            }
            Err(_) => {
                session.close(wait)?;
                return Err(wait.is_over());
            }
        };
    }
    session.close(wait)
}

/// Reads to the end, and says that it is there by a buffer of nothing.
fn read(mut from: impl Read, to: &SyncSender<Input>, input: fn(io::Result<Vec<u8>>) -> Input) {
    loop {
        let mut buffer = vec![0; BUFFER];
        let found = match from.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            found => found.map(|count| {
                buffer.truncate(count);
                buffer
            }),
        };
        let goes_on = found.as_ref().is_ok_and(|bytes| !bytes.is_empty());
        if to.send(input(found)).is_err() || !goes_on {
            return;
        }
    }
}

/// Takes what the socket brought, nothing being its end; `true` if the server has closed.
fn take(session: &mut Session, mut bytes: &[u8], wait: Wait) -> Result<bool, Failure> {
    if bytes.is_empty() {
        let ended = session.connection.end_of_input();
        return ended.map(|()| true).map_err(|fault| session.fail(fault));
    }
    while !bytes.is_empty() {
        let count = session.inbox.extend(bytes);
        bytes = bytes.get(count..).unwrap_or_default();
        if work(session, wait)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Works on what has come; `true` if the server has closed.
fn work(session: &mut Session, wait: Wait) -> Result<bool, Failure> {
    loop {
        match session.connection.receive_from(&mut session.inbox, clock::now()) {
            Ok(Event::Plaintext(plaintext) | Event::EarlyPlaintext(plaintext)) => {
                let count = plaintext.len();
                write_stdout(&plaintext)?;
                session.inbox.read(count);
            }
            Ok(Event::Milestone(milestone)) => {
                session.journal.note(milestone)?;
            }
            Ok(Event::End) => return Ok(true),
            Ok(Event::Need(_)) if session.connection.pending().is_some() => session.answer(),
            Ok(Event::Need(Need::Transmit)) => session.flush(wait)?,
            Ok(Event::Need(Need::Answer(_) | Need::Input { .. })) => return Ok(false),
            Err(fault) => return Err(session.fail(fault)),
        }
    }
}
