//! `handfast demo`: two connections of the library and two byte buffers, each step shown.

mod certificates;
mod describe;
mod end;
mod screen;
mod tap;

use std::sync::Arc;
use std::time::Instant;

use handfast::connection::{Config, Connection};
use handfast::crypto;
use handfast::danger;
use handfast::handshake::Role;
use handfast::identity::ExpectedPeer;

use crate::client::entropy;
use crate::failure::Failure;
use certificates::{Certificates, SERVER_ID, SERVER_NAME, TRUST_DOMAIN};
use end::End;
use tap::Tap;

pub(crate) fn run() -> Result<(), Failure> {
    let certificates =
        Certificates::new().map_err(|error| Failure::Setup(format!("certificates: {error}")))?;
    screen::introduction(&certificates);
    let mut wire = Wire { tap: Tap::new(crypto::ring::provider()), bytes: 0 };
    let (mut client, mut server) = ends(&certificates)?;

    screen::chapter("The handshake");
    while wire.carry(&mut client, &mut server)? | wire.carry(&mut server, &mut client)? {}
    screen::knows(&client);
    screen::knows(&server);
    let handshake = (client.worked, server.worked, wire.bytes);

    screen::chapter("Data, both ways");
    wire.say(&mut client, &mut server, "hello, server; it is me")?;
    wire.say(&mut server, &mut client, "hello, client; I know")?;

    screen::chapter("The server rolls its keys, and asks the client to roll its own");
    server.connection.update_keys(true);
    while wire.carry(&mut server, &mut client)? | wire.carry(&mut client, &mut server)? {}
    wire.say(&mut client, &mut server, "under new keys")?;

    screen::chapter("The close");
    client.connection.close();
    wire.carry(&mut client, &mut server)?;
    server.connection.close();
    wire.carry(&mut server, &mut client)?;

    screen::result(&client, &server, handshake)
}

/// The client and the server, each with what the other must trust.
fn ends(certificates: &Certificates) -> Result<(End, End), Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Setup(format!("the demo's config: {error}"));
    let config = |credential: &certificates::Issued| {
        let mut builder = Config::builder(crypto::ring::provider())
            .trust_pem(&certificates.ca)?
            .credential_pem(&credential.certificate, &credential.key)?;
        builder.handshake.application_protocols = vec![b"demo".to_vec()];
        builder.expected_clients = ExpectedPeer::spiffe_trust_domain(TRUST_DOMAIN)
            .unwrap_or_else(|_| ExpectedPeer::any_under_anchors());
        // The tap reads the wire with the key log.
        danger::log_keys(&mut builder.handshake);
        builder.name_authorities().build().map(Arc::new)
    };
    let client = config(&certificates.client).map_err(|error| wrong(&error))?;
    let server = config(&certificates.server).map_err(|error| wrong(&error))?;
    let expected = ExpectedPeer::spiffe_id(SERVER_ID)
        .and_then(|expected| expected.with_server_name(SERVER_NAME))
        .map_err(|error| wrong(&error))?;
    let started = Instant::now();
    let client = Connection::client(client, expected, entropy()?);
    let client = End::new(Role::Client, client, started.elapsed());
    let started = Instant::now();
    let server = Connection::server(server, entropy()?);
    Ok((client, End::new(Role::Server, server, started.elapsed())))
}

/// What lies between the ends: bytes, and who looks at them.
struct Wire {
    tap: Tap,
    bytes: usize,
}

impl Wire {
    /// Carries what `from` owes over to `to`, record by record; `false` if it owes nothing.
    fn carry(&mut self, from: &mut End, to: &mut End) -> Result<bool, Failure> {
        let flight = from.transmit()?;
        self.deliver(&flight, from, to)?;
        Ok(!flight.is_empty())
    }

    /// Carries a line of data.
    fn say(&mut self, from: &mut End, to: &mut End, text: &str) -> Result<(), Failure> {
        let flight = from.seal(text)?;
        self.deliver(&flight, from, to)
    }

    fn deliver(&mut self, flight: &[u8], from: &mut End, to: &mut End) -> Result<(), Failure> {
        if flight.is_empty() {
            return Ok(());
        }
        from.key_log.drain(..).for_each(|line| self.tap.learn(&line));
        screen::flight(from.role, flight.len());
        self.bytes += flight.len();
        let mut rest = flight;
        while !rest.is_empty() {
            let seen = self.tap.read(from.role, rest);
            let (record, behind) = rest.split_at_checked(seen.length).unwrap_or((rest, &[]));
            let time = to.receive(&mut record.to_vec())?;
            screen::record(&seen, time);
            rest = behind;
        }
        Ok(())
    }
}
