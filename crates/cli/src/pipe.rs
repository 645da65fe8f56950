//! A session piped to stdin and stdout, both ways at once.
//!
//! ```text
//! stdin  ──▶ reader ──▶ ┌────────┐ ──▶ socket
//!                       │ sender │
//! stdout ◀── receiver ─▶└────────┘     (what the receiving half owes the sending half)
//!               ▲────────────────────── socket
//! ```
//!
//! The two halves of the connection share nothing, so neither waits for the other: a peer that does not read keeps
//! nobody from reading what it sends.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{self, Receiver as Queue, SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

use handfast::alert::AlertDescription;
use handfast::connection::{Due, Event, Inbox, Need};
use handfast_replay::{Receiver, Sender};

use crate::clock;
use crate::failure::Failure;
use crate::journal::Journal;
use crate::session::{OUTPUT, Session};
use crate::transport::{self, Wait};

/// Buffers between stdin and the socket, and their size in bytes.
const BUFFERS: usize = 2;
const BUFFER: usize = 32 * 1024;
/// What the receiving half may owe before the sending half has taken it: a peer that sends KeyUpdates and reads
/// nothing is ended there.
const MAX_DUES: usize = 64;

/// What the sending half is to do.
enum Order {
    /// Send this; the buffer goes back to the reader.
    Data(Vec<u8>),
    /// stdin has ended.
    Close,
    /// stdin cannot be read.
    Unreadable(io::Error),
    /// Take over what the receiving half owes.
    Due(Due),
    /// The peer has said `close_notify`, or the session has failed.
    Ended(Result<(), Failure>),
}

/// Pipes until both directions are closed, or the peer's is.
pub(crate) fn run(session: Session, idle: Option<Duration>) -> Result<(), Failure> {
    let Session { connection, inbox, stream, journal, mut early_data, .. } = session;
    write_stdout(&early_data.take_received())?;
    let (sender, receiver) = connection
        .split()
        .map_err(|_| Failure::Network("the session cannot be split while an ask is open".into()))?;
    let reading = stream.try_clone().map_err(|error| Failure::Network(format!("the socket: {error}")))?;
    let (orders, queue) = mpsc::sync_channel(BUFFERS + MAX_DUES);
    let late = early_data.unsent();
    if !late.is_empty() {
        let _ = orders.send(Order::Data(late.to_vec()));
    }
    let (empty, buffers) = mpsc::sync_channel(BUFFERS);
    for _ in 0..BUFFERS {
        let _ = empty.send(vec![0; BUFFER]);
    }
    let to_sender = orders.clone();
    thread::spawn(move || read_stdin(&to_sender, &buffers));
    let wait = Wait::Each(idle);
    let receiving = Receiving { receiver, inbox, stream: reading, journal: journal.clone(), orders, wait };
    thread::spawn(move || receiving.run());
    Sending { sender, stream, journal, wait, out: vec![0; OUTPUT] }.run(&queue, &empty)
}

fn read_stdin(orders: &SyncSender<Order>, buffers: &Queue<Vec<u8>>) {
    let mut stdin = io::stdin().lock();
    while let Ok(mut buffer) = buffers.recv() {
        buffer.resize(BUFFER, 0);
        let order = match stdin.read(&mut buffer) {
            Ok(0) => Order::Close,
            Ok(count) => {
                buffer.truncate(count);
                Order::Data(buffer)
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => Order::Unreadable(error),
        };
        let goes_on = matches!(order, Order::Data(_));
        if orders.send(order).is_err() || !goes_on {
            return;
        }
    }
}

/// The receiving half, with the socket it reads from.
struct Receiving {
    receiver: Receiver,
    inbox: Inbox,
    stream: TcpStream,
    journal: Journal,
    orders: SyncSender<Order>,
    wait: Wait,
}

impl Receiving {
    fn run(mut self) {
        let outcome = self.receive();
        // What a fault owes is its alert.
        let _ = self.hand_over_due();
        let _ = self.orders.send(Order::Ended(outcome));
    }

    /// From the socket to stdout, until the peer has closed.
    fn receive(&mut self) -> Result<(), Failure> {
        loop {
            match self.receiver.receive_from(&mut self.inbox, clock::now()) {
                Ok(Event::Plaintext(plaintext) | Event::EarlyPlaintext(plaintext)) => {
                    let count = plaintext.len();
                    write_stdout(&plaintext)?;
                    self.inbox.read(count);
                }
                Ok(Event::Milestone(milestone)) => {
                    self.journal.note(milestone)?;
                }
                Ok(Event::End) => return Ok(()),
                Ok(Event::Need(Need::Transmit)) => self.hand_over_due()?,
                Ok(Event::Need(Need::Answer(_) | Need::Input { .. })) => {
                    if !transport::fill(&mut self.stream, &mut self.inbox, self.wait)? {
                        self.receiver.end_of_input().map_err(|fault| self.journal.failure(fault))?;
                    }
                }
                Err(fault) => return Err(self.journal.failure(fault)),
            }
        }
    }

    fn hand_over_due(&mut self) -> Result<(), Failure> {
        self.receiver.take_due().map_or(Ok(()), |due| hand_over(&self.orders, due))
    }
}

/// Never waits for the sending half: it may be waiting for the peer, and the peer for us to read.
fn hand_over(orders: &SyncSender<Order>, due: Due) -> Result<(), Failure> {
    orders.try_send(Order::Due(due)).map_err(|error| match error {
        TrySendError::Full(_) => {
            Failure::Network(format!("the peer wants more than {MAX_DUES} KeyUpdates of ours and reads none"))
        }
        TrySendError::Disconnected(_) => Failure::Network("sending has ended".into()),
    })
}

pub(crate) fn write_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.map_err(|error| Failure::Network(format!("stdout cannot be written: {error}")))
}

/// The sending half, with the socket it writes to.
struct Sending {
    sender: Sender,
    stream: TcpStream,
    journal: Journal,
    wait: Wait,
    out: Vec<u8>,
}

impl Sending {
    /// Follows orders until the session has ended.
    fn run(mut self, queue: &Queue<Order>, empty: &SyncSender<Vec<u8>>) -> Result<(), Failure> {
        let mut stdin_ended = false;
        for order in queue {
            match order {
                Order::Data(data) => {
                    if let Err(failure) = self.send(&data) {
                        return Err(self.explained(failure, queue));
                    }
                    let _ = empty.send(data);
                }
                Order::Close => {
                    stdin_ended = true;
                    self.sender.close();
                    if let Err(failure) = self.flush() {
                        return Err(self.explained(failure, queue));
                    }
                }
                Order::Unreadable(error) => {
                    self.sender.abort(AlertDescription::INTERNAL_ERROR);
                    let _ = self.flush();
                    return Err(Failure::Network(format!("stdin cannot be read: {error}")));
                }
                Order::Due(due) => {
                    self.sender.accept(due);
                    if let Err(failure) = self.flush() {
                        return Err(self.explained(failure, queue));
                    }
                }
                Order::Ended(Ok(())) => {
                    if !stdin_ended {
                        self.journal.say("the peer has closed; what stdin still holds is not sent");
                        self.sender.close();
                    }
                    // The peer is done; whether it still reads is its affair.
                    let _ = self.flush();
                    transport::linger(&mut self.stream);
                    return Ok(());
                }
                Order::Ended(Err(failure)) => {
                    self.sender.close();
                    let _ = self.flush();
                    transport::linger(&mut self.stream);
                    return Err(failure);
                }
            }
        }
        Err(Failure::Network("receiving has ended".into()))
    }

    fn send(&mut self, mut data: &[u8]) -> Result<(), Failure> {
        while !data.is_empty() {
            // Refused once the session has failed; the receiving half says why.
            let Ok(sealed) = self.sender.seal(data, &mut self.out) else { return Ok(()) };
            data = data.get(sealed.consumed..).unwrap_or_default();
            transport::write(
                &mut self.stream,
                self.out.get(..sealed.written).unwrap_or_default(),
                self.wait,
            )?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        while let count @ 1.. = self.sender.transmit(&mut self.out) {
            transport::write(&mut self.stream, self.out.get(..count).unwrap_or_default(), self.wait)?;
        }
        Ok(())
    }

    /// Writing has failed: most often the peer has ended the session, and said why ahead of it.
    fn explained(&self, failure: Failure, queue: &Queue<Order>) -> Failure {
        let end = std::time::Instant::now() + transport::LINGER;
        while let Ok(order) = queue.recv_timeout(end.saturating_duration_since(std::time::Instant::now())) {
            if let Order::Ended(Err(explanation)) = order {
                return explanation;
            }
        }
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_wants_more_key_updates_than_it_reads_is_ended() {
        let (orders, queue) = mpsc::sync_channel(BUFFERS + MAX_DUES);
        for _ in 0..BUFFERS {
            orders.send(Order::Data(Vec::new())).unwrap();
        }
        for _ in 0..MAX_DUES {
            hand_over(&orders, Due::default()).unwrap();
        }
        assert!(hand_over(&orders, Due::default()).is_err());
        queue.recv().unwrap();
        assert!(hand_over(&orders, Due::default()).is_ok());
    }
}
