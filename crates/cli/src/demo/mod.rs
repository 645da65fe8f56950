//! `handfast demo`: two connections of the library and two byte buffers, each step shown.

mod certificates;
mod coming_back;
mod describe;
mod end;
mod screen;
mod tap;

use std::sync::Arc;
use std::time::Instant;

use handfast::connection::{Config, ConfigBuilder, ConfigError, Connection, Credentials, Trust};
use handfast::crypto;
use handfast::danger;
use handfast::handshake::Role;
use handfast::identity::ExpectedPeer;

use crate::client::entropy;
use crate::failure::Failure;
use crate::terminal;
use certificates::{Certificates, Issued, SERVER_ID, SERVER_NAME, TRUST_DOMAIN};
use end::End;
use screen::Screen;
use tap::Tap;

pub(crate) fn run() -> Result<(), Failure> {
    let mut screen = Screen::default();
    let outcome = play(&mut screen);
    let shown = terminal::show(&screen.text);
    shown.map_err(|error| Failure::Network(format!("stdout cannot be written: {error}")))?;
    outcome
}

fn play(screen: &mut Screen) -> Result<(), Failure> {
    let certificates = Certificates::new().map_err(|error| failed("making certificates", &error))?;
    screen.introduction(&certificates);
    let (mut client, mut server) = ends(&certificates)?;
    let mut wire = Wire { tap: Tap::new(crypto::ring::provider()), screen, bytes: 0 };

    wire.screen.chapter("The handshake");
    while wire.carry(&mut client, &mut server)? | wire.carry(&mut server, &mut client)? {}
    let (client_time, server_time, bytes) = (client.worked, server.worked, wire.bytes);
    wire.screen.knows(&client);
    wire.screen.knows(&server);

    wire.screen.chapter("Data, both ways");
    wire.say(&mut client, &mut server, "hello, server; it is me")?;
    wire.say(&mut server, &mut client, "hello, client; I know")?;

    wire.screen.chapter("The server rolls its keys, and asks the client to roll its own");
    server.connection.update_keys(true);
    while wire.carry(&mut server, &mut client)? | wire.carry(&mut client, &mut server)? {}
    wire.say(&mut client, &mut server, "under new keys")?;

    wire.screen.chapter("The close");
    client.connection.close();
    wire.carry(&mut client, &mut server)?;
    server.connection.close();
    wire.carry(&mut server, &mut client)?;

    coming_back::play(&certificates, wire.screen)?;

    match (&client.connected, &server.connected) {
        (Some(of_client), Some(of_server))
            if of_client.cipher_suite == of_server.cipher_suite && client.ended && server.ended =>
        {
            wire.screen.result(of_client, client_time, server_time, bytes);
            Ok(())
        }
        _ => Err(Failure::Setup("the demo's ends do not agree on how it went".into())),
    }
}

/// The client and the server, each with what the other must trust.
fn ends(certificates: &Certificates) -> Result<(End, End), Failure> {
    let wrong = |error: &dyn std::fmt::Display| failed("the config", error);
    let (client, client_answers) =
        configs(certificates, &certificates.client).map_err(|error| wrong(&error))?;
    let (server, server_answers) =
        configs(certificates, &certificates.server).map_err(|error| wrong(&error))?;
    let expected = expected()?;
    let started = Instant::now();
    let client = Connection::client(client, expected, entropy()?);
    let client = End::new(Role::Client, client, client_answers, started.elapsed());
    let started = Instant::now();
    let server = Connection::server(server, entropy()?);
    Ok((client, End::new(Role::Server, server, server_answers, started.elapsed())))
}

/// Whom the client expects.
fn expected() -> Result<ExpectedPeer, Failure> {
    ExpectedPeer::spiffe_id(SERVER_ID)
        .and_then(|expected| expected.with_server_name(SERVER_NAME))
        .map_err(|error| failed("the name to expect", &error))
}

/// A config that asks, so that the asks can be seen, and one that answers them.
fn configs(certificates: &Certificates, own: &Issued) -> Result<(Arc<Config>, Arc<Config>), ConfigError> {
    let mut builder = builder(certificates, own)?;
    // The tap reads the wire with the key log.
    danger::log_keys(&mut builder.handshake);
    let asking = ConfigBuilder { trust: Trust::ask(), credentials: Credentials::Ask, ..builder.clone() };
    Ok((Arc::new(asking.build()?), Arc::new(builder.build()?)))
}

/// A config that shows this, and trusts the CA.
fn builder(certificates: &Certificates, own: &Issued) -> Result<ConfigBuilder, ConfigError> {
    let mut builder = Config::builder(crypto::ring::provider())
        .trust_pem(&certificates.ca)?
        .credential_pem(&own.certificate, &own.key)?
        .name_authorities();
    builder.handshake.application_protocols = vec![b"demo".to_vec()];
    if let Ok(expected) = ExpectedPeer::spiffe_trust_domain(TRUST_DOMAIN) {
        builder.expected_clients = expected;
    }
    Ok(builder)
}

fn failed(doing: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::Setup(format!("the demo failed at {doing}: {error}"))
}

/// What lies between the ends: bytes, and who looks at them.
struct Wire<'s> {
    tap: Tap,
    screen: &'s mut Screen,
    bytes: usize,
}

impl Wire<'_> {
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
        self.screen.flight(from.role, flight.len());
        self.bytes += flight.len();
        let mut rest = flight;
        while !rest.is_empty() {
            let seen = self.tap.read(from.role, rest);
            let (record, behind) = rest.split_at_checked(seen.length).unwrap_or((rest, &[]));
            let taken = to.receive(&mut record.to_vec())?;
            self.screen.record(&seen, &taken);
            rest = behind;
        }
        Ok(())
    }
}
