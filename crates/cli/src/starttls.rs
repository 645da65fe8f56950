//! `--starttls`: what a protocol says ahead of TLS.

use std::net::TcpStream;

use crate::args::StartTlsArg;
use crate::failure::Failure;
use crate::transport::{self, Wait};

/// PostgreSQL's SSLRequest: its length, and its number.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Asks the server to begin TLS, in the words of this protocol.
pub(crate) fn begin(protocol: StartTlsArg, stream: &mut TcpStream, wait: Wait) -> Result<(), Failure> {
    match protocol {
        StartTlsArg::Postgresql => postgresql(stream, wait),
    }
}

/// The answer is read by itself: whatever stands behind it belongs to TLS.
fn postgresql(stream: &mut TcpStream, wait: Wait) -> Result<(), Failure> {
    transport::write(stream, &SSL_REQUEST, wait)?;
    let refused = match transport::read_byte(stream, wait)? {
        Some(b'S') => return Ok(()),
        Some(b'N') => "it has TLS turned off",
        Some(b'E') => "it answered with an error",
        Some(_) => "its answer is none of PostgreSQL",
        None => "it closed the connection",
    };
    Err(Failure::Network(format!("the server does not begin TLS (SSLRequest of PostgreSQL): {refused}")))
}
