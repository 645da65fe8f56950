//! What becomes of a ticket: the session is resumed, but not once the server's trust has changed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use handfast::connection::{Config, ConfigBuilder, ConfigError, Connection};
use handfast::handshake::{Authentication, ReceivedTicket, Role};
use handfast::identity::ExpectedPeer;
use handfast::resumption::{PskOffer, TicketKeys};
use handfast::time::Time;

use super::certificates::Certificates;
use super::end::End;
use super::screen::Screen;
use super::{builder, expected, failed};
use crate::client::entropy;
use crate::clock;
use crate::failure::Failure;
use crate::ticket_keys;

/// How a handshake went.
struct Visit {
    authentication: Authentication,
    /// Both ways, with the ticket behind the handshake.
    bytes: usize,
    time: Duration,
    ticket: Option<Box<ReceivedTicket>>,
}

pub(super) fn play(certificates: &Certificates, screen: &mut Screen) -> Result<(), Failure> {
    let other = Certificates::new().map_err(|error| failed("making certificates", &error))?;
    let keys = TicketKeys::new(ticket_keys::fresh()?, Time::MAX);
    let config = |builder: Result<ConfigBuilder, ConfigError>, change: &dyn Fn(&mut ConfigBuilder)| {
        let mut builder = builder.map_err(|error| failed("the config", &error))?;
        change(&mut builder);
        builder.build().map(Arc::new).map_err(|error| failed("the config", &error))
    };
    let client = config(builder(certificates, &certificates.client), &|builder| {
        builder.handshake.accept_tickets = true;
    })?;
    let give_tickets = |builder: &mut ConfigBuilder| *builder = builder.clone().tickets(1, keys.clone());
    let server = config(builder(certificates, &certificates.server), &give_tickets)?;
    let both = format!("{}{}", certificates.ca, other.ca);
    let trusting = builder(certificates, &certificates.server).and_then(|builder| builder.trust_pem(both));
    let changed = config(trusting, &give_tickets)?;

    screen.title("The client comes back with a ticket");
    let expected = expected()?;
    let mut visit = visit(&client, &server, &expected, None)?;
    screen.visit("for the first time", "full handshake", visit.bytes, visit.time, "two certificates");
    for (server, what) in [(&server, "to the same server"), (&changed, "to one that trusts one CA more")] {
        visit = come_back(&client, server, &expected, visit.ticket)?;
        let (outcome, note) = match visit.authentication {
            Authentication::Resumption => ("resumed", "no certificates"),
            Authentication::Certificate => ("full handshake", "the ticket does not open"),
            Authentication::ExternalPsk => ("external PSK", ""),
            Authentication::CertificateWithExternalPsk => ("external PSK and certificates", ""),
        };
        screen.visit(what, outcome, visit.bytes, visit.time, note);
    }
    Ok(())
}

fn come_back(
    client: &Arc<Config>,
    server: &Arc<Config>,
    expected: &ExpectedPeer,
    ticket: Option<Box<ReceivedTicket>>,
) -> Result<Visit, Failure> {
    let stored = ticket.and_then(|ticket| client.store_session(expected, &ticket));
    let stored = stored.ok_or_else(|| failed("coming back", &"the server gave no ticket"))?;
    let offer = client.offer_session(&stored, expected, clock::now());
    visit(client, server, expected, Some(offer.map_err(|reason| failed("coming back", &reason))?))
}

fn visit(
    client: &Arc<Config>,
    server: &Arc<Config>,
    expected: &ExpectedPeer,
    offer: Option<PskOffer>,
) -> Result<Visit, Failure> {
    let started = Instant::now();
    let psks = offer.into_iter().collect();
    let connection =
        Connection::client_with_psks(Arc::clone(client), expected.clone(), psks, clock::now(), entropy()?);
    let mut client = End::new(Role::Client, connection, Arc::clone(client), Duration::ZERO);
    let connection = Connection::server(Arc::clone(server), entropy()?);
    let mut server = End::new(Role::Server, connection, Arc::clone(server), Duration::ZERO);
    let mut bytes = 0;
    loop {
        let mut flight = client.transmit()?;
        server.receive(&mut flight)?;
        let mut answer = server.transmit()?;
        client.receive(&mut answer)?;
        if flight.is_empty() && answer.is_empty() {
            break;
        }
        bytes += flight.len() + answer.len();
    }
    let connected = client.connected.ok_or_else(|| failed("coming back", &"the handshake did not end"))?;
    Ok(Visit {
        authentication: connected.authentication,
        bytes,
        time: started.elapsed(),
        ticket: client.ticket,
    })
}
