//! TCP with time limits.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use handfast::connection::Inbox;

use crate::clock::readable;
use crate::failure::Failure;

/// How long the last bytes of a session may take to reach the peer.
pub(crate) const LINGER: Duration = Duration::from_secs(1);

/// How long to wait for the peer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    /// Until then, for all that is waited for together: it was to be done within this time.
    Until(Instant, Duration),
    /// So long each time; without one, for ever.
    Each(Option<Duration>),
}

impl Wait {
    /// To be done so much from now.
    pub(crate) fn within(limit: Duration) -> Self {
        Instant::now().checked_add(limit).map_or(Self::Each(None), |end| Self::Until(end, limit))
    }

    /// What the socket may wait now; `Some(0)`: the time is over.
    fn left(self) -> Option<Duration> {
        match self {
            Self::Until(end, _) => Some(end.saturating_duration_since(Instant::now())),
            Self::Each(limit) => limit,
        }
    }

    /// The failure that the end of the wait is.
    pub(crate) fn is_over(self) -> Failure {
        Failure::Network(match self {
            Self::Until(_, limit) => {
                format!("time limit: not done within {} (--handshake-timeout)", readable(limit))
            }
            Self::Each(limit) => format!(
                "time limit: nothing from the peer, or to it, for {} (--idle-timeout)",
                readable(limit.unwrap_or_default())
            ),
        })
    }
}

/// Reads what has come into the inbox; `false` if the peer has ended the stream.
pub(crate) fn fill(stream: &mut TcpStream, inbox: &mut Inbox, wait: Wait) -> Result<bool, Failure> {
    let count = read(stream, inbox.spare(), wait)?;
    inbox.filled(count);
    Ok(count > 0)
}

/// Reads one byte and nothing behind it; `None` if the peer has ended the stream.
pub(crate) fn read_byte(stream: &mut TcpStream, wait: Wait) -> Result<Option<u8>, Failure> {
    let mut byte = [0];
    let count = read(stream, &mut byte, wait)?;
    let [byte] = byte;
    Ok((count > 0).then_some(byte))
}

fn read(stream: &mut TcpStream, out: &mut [u8], wait: Wait) -> Result<usize, Failure> {
    let left = wait.left();
    if left == Some(Duration::ZERO) {
        return Err(wait.is_over());
    }
    stream.set_read_timeout(left).map_err(|error| failed("reading", &error))?;
    loop {
        match stream.read(out) {
            Ok(count) => return Ok(count),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if is_timeout(&error) => return Err(wait.is_over()),
            Err(error) => return Err(failed("reading", &error)),
        }
    }
}

/// Writes all of it.
pub(crate) fn write(stream: &mut TcpStream, bytes: &[u8], wait: Wait) -> Result<(), Failure> {
    let left = wait.left();
    if left == Some(Duration::ZERO) {
        return Err(wait.is_over());
    }
    stream.set_write_timeout(left).map_err(|error| failed("writing", &error))?;
    stream
        .write_all(bytes)
        .map_err(|error| if is_timeout(&error) { wait.is_over() } else { failed("writing", &error) })
}

/// Ends our direction, and takes what is still under way for a moment: a socket closed with unread input resets the
/// connection, and the peer would lose our last alert.
pub(crate) fn linger(stream: &mut TcpStream) {
    let end = Instant::now() + LINGER;
    let mut rest = [0; 4096];
    if stream.shutdown(Shutdown::Write).is_err() {
        return;
    }
    while let left @ 1.. = end.saturating_duration_since(Instant::now()).as_millis() {
        let left = Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX));
        if stream.set_read_timeout(Some(left)).is_err() || !matches!(stream.read(&mut rest), Ok(1..)) {
            return;
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn failed(doing: &str, error: &io::Error) -> Failure {
    Failure::Network(format!("{doing} failed: {error}"))
}
