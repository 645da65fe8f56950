//! `handfast client`: one session, piped to stdin and stdout.

use std::fs;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use handfast::crypto::Entropy;
use handfast::handshake::{KnownServer, Role};
use handfast_replay::Connection;

use crate::args::ClientArgs;
use crate::clock;
use crate::config;
use crate::duplex;
use crate::ech;
use crate::failure::Failure;
use crate::journal::Journal;
use crate::pipe;
use crate::record::{self, Record};
use crate::session::{EarlyData, Session};
use crate::starttls;
use crate::summary::Summary;
use crate::terminal::tell;
use crate::transport::Wait;

pub(crate) fn run(args: &ClientArgs) -> Result<(), Failure> {
    let (setup, expected) = config::client(args, host(&args.address)?)?;
    let setup = Arc::new(setup);
    let entropy = entropy()?;
    let crypto = &setup.config.handshake().crypto;
    let ech = args.ech.ech_config.as_ref().map(|given| ech::config_list(given, crypto)).transpose()?;
    let early_data = args.early_data.as_ref().map(|path| {
        fs::read(path).map_err(|error| Failure::file(path, format_args!("cannot be read: {error}")))
    });
    let early_data = EarlyData::new(early_data.transpose()?.unwrap_or_default());
    let session = setup.session_file.as_ref().map(|file| file.offer(&setup.answering));
    let session = session.transpose()?.flatten();
    let resumes = session.is_some();
    let known = KnownServer { psks: session.into_iter().collect(), groups: args.known_group.clone(), ech };
    let started = Instant::now();
    let wait = Wait::within(args.limits.handshake_timeout);
    let mut stream = connect(&args.address, args.limits.handshake_timeout)?;
    if let Some(protocol) = args.starttls {
        starttls::begin(protocol, &mut stream, wait)?;
    }
    let transport_ready = started.elapsed();
    let recorder = Record::new(args.negotiation.record.as_deref(), true)?.session(1)?;
    if let Some(file) = setup.session_file.as_ref().filter(|_| resumes) {
        file.remove()?;
    }
    let peer = stream.peer_addr().map_or_else(|_| args.address.clone(), |address| address.to_string());
    let expectation = expected.to_string();
    let config = Arc::clone(&setup.config);
    let connection = Connection::client_of(config, expected, known, clock::now(), entropy, recorder.clone())?;
    let journal = Journal { role: Role::Client, setup: Arc::clone(&setup), label: String::new() };
    let mut session = Session::new(connection, stream, journal);
    session.early_data = early_data;
    let outcome = session.handshake(wait).and_then(|connected| {
        let summary = Summary {
            peer: &peer,
            expected: &expectation,
            connected: &connected,
            shown: &session.shown,
            channel_binding: session.connection.tls_exporter(),
            early_data: session.early_data.len(),
            setup: &setup,
            transport: Some(transport_ready),
            handshake: started.elapsed().saturating_sub(transport_ready),
        };
        tell(&summary.styled());
        let idle = args.limits.idle(None);
        if args.post_handshake_auth { duplex::run(session, idle) } else { pipe::run(session, idle) }
    });
    record::tell_error(&recorder);
    outcome
}

/// The seed of one connection.
pub(crate) fn entropy() -> Result<Entropy, Failure> {
    Entropy::from_system().map_err(|_| Failure::Setup("the system gives no random bytes".into()))
}

/// HOST of HOST:PORT, without the brackets of an IPv6 address.
fn host(address: &str) -> Result<&str, Failure> {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    if host.is_empty() || port.parse::<u16>().is_err() {
        return Err(Failure::Setup(format!("{address:?} is no HOST:PORT")));
    }
    Ok(host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host))
}

/// Connects to the first address of the host that takes us.
fn connect(address: &str, limit: Duration) -> Result<TcpStream, Failure> {
    let unreachable = |error| Failure::Network(format!("{address}: cannot connect: {error}"));
    let mut failure = Failure::Network(format!("{address}: the name has no address"));
    for candidate in address.to_socket_addrs().map_err(unreachable)? {
        match TcpStream::connect_timeout(&candidate, limit) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = unreachable(error),
        }
    }
    Err(failure)
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn the_host_is_what_stands_before_the_last_colon() {
        assert_eq!(host("db.example:5433").unwrap(), "db.example");
        assert_eq!(host("[::1]:443").unwrap(), "::1");
        for wrong in ["db.example", "db.example:", "db.example:99999", ":443"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}
