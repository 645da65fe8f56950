//! The socket to the runner, which listens for both roles.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpStream};

use crate::options::Options;

/// What is read at once.
const CHUNK: usize = 16 * 1024;

/// The socket, with bytes read ahead so that `-async` may hand them on one at a time.
pub(crate) struct Transport {
    stream: TcpStream,
    ahead: VecDeque<u8>,
    /// How many bytes go to the library at once.
    step: usize,
}

impl Transport {
    /// Connects and says which test this is.
    pub(crate) fn connect(options: &Options) -> io::Result<Self> {
        let mut stream = if options.ipv6 {
            TcpStream::connect((Ipv6Addr::LOCALHOST, options.port))?
        } else {
            TcpStream::connect((Ipv4Addr::LOCALHOST, options.port))?
        };
        stream.set_nodelay(true)?;
        stream.write_all(&options.shim_id.to_le_bytes())?;
        Ok(Self { stream, ahead: VecDeque::new(), step: if options.is_async { 1 } else { CHUNK } })
    }

    /// How many bytes the library is given, and asked for, at once.
    pub(crate) const fn step(&self) -> usize {
        self.step
    }

    /// The next bytes, at most a step and at most `room`; none at the end.
    pub(crate) fn read(&mut self, room: usize) -> io::Result<Vec<u8>> {
        if self.ahead.is_empty() {
            let mut chunk = vec![0; CHUNK];
            match self.stream.read(&mut chunk) {
                Ok(count) => self.ahead.extend(chunk.iter().take(count)),
                // A peer that is gone without a word has ended its stream all the same.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
                Err(error) => return Err(error),
            }
        }
        let count = self.ahead.len().min(self.step).min(room);
        Ok(self.ahead.drain(..count).collect())
    }

    /// Writes; a peer that does not listen any more is found out by the next read.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.stream.write_all(bytes) {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset) =>
            {
                Ok(())
            }
            other => other,
        }
    }

    /// Ends our direction and waits for the runner to end its own, so that nothing that we wrote is lost by a
    /// reset.
    pub(crate) fn drain(mut self) {
        if self.stream.shutdown(Shutdown::Write).is_ok() {
            drop(io::copy(&mut self.stream, &mut io::sink()));
        }
    }
}
