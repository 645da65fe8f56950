//! Resumed mutual handshakes, with the session sealed into its ticket or kept by the server, beside rustls.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use handfast::connection::SharedTicketStore;
use handfast::crypto::{CryptoError, EntropySource, KeyExchangeAlgorithm, Purpose, ring};
use handfast::resumption::TicketKeys;
use handfast::{CipherSuite, NamedGroup, Time};
use rcgen::PKCS_ECDSA_P256_SHA256;

use crate::meter::{Meter, median};
use crate::rustls_peer;
use crate::session::{NOW, Pair, Papers, Setting, expected};

/// How long each row measures.
const BUDGET: Duration = Duration::from_secs(2);

/// Room for any flight.
const WIRE: usize = 32 * 1024;

/// Where a server has its sessions.
#[derive(Clone, Copy)]
pub(crate) enum Tickets {
    Sealed,
    Stored,
}

/// One resumed handshake, with the ticket that it renews.
pub(crate) struct Resumed {
    pub(crate) client: Meter,
    pub(crate) server: Meter,
    /// Bytes of the ticket.
    pub(crate) ticket: usize,
}

/// Processor time and allocations of each role, and the length of the ticket.
pub(crate) fn costs() -> Result<(), Box<dyn Error>> {
    let setting = Setting {
        provider: ring::provider(),
        suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        group: NamedGroup::X25519,
        key: &PKCS_ECDSA_P256_SHA256,
    };
    let papers = setting.papers()?;
    println!("\nresumed mutual handshake with a new ticket: X25519, TLS_AES_128_GCM_SHA256, ring; median");
    println!(
        "  {:<9}  {:<7}  {:>10}  {:>10}  {:>13}  {:>13}  {:>9}  {:>6}",
        "library", "session", "client", "server", "allocations", "allocations", "ticket", "runs"
    );
    for (name, tickets) in [("sealed", Tickets::Sealed), ("stored", Tickets::Stored)] {
        let mut ours = Ours::new(&setting, &papers, tickets)?;
        row("Handfast", name, || ours.resume())?;
        let mut theirs = rustls_peer::Peers::new(&papers, tickets)?;
        row("rustls", name, || theirs.resume())?;
    }
    let exchange = key_exchange()?;
    println!("  of which one X25519 key pair and one agreement, for each side and library: {exchange:.1} µs");
    Ok(())
}

fn row(
    library: &str,
    session: &str,
    mut resume: impl FnMut() -> Result<Resumed, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let (mut client, mut server) = (Vec::new(), Vec::new());
    let mut last = resume()?; // What is made once a process is made here.
    let started = Instant::now();
    while started.elapsed() < BUDGET {
        last = resume()?;
        client.push(last.client.cpu_time);
        server.push(last.server.cpu_time);
    }
    println!(
        "  {library:<9}  {session:<7}  {:>7.1} µs  {:>7.1} µs  {:>13}  {:>13}  {:>3} bytes  {:>6}",
        micros(median(&mut client)),
        micros(median(&mut server)),
        last.client.allocations,
        last.server.allocations,
        last.ticket,
        client.len()
    );
    Ok(())
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Our client and server, and the session to resume next.
struct Ours {
    pair: Pair,
    ticket: Box<handfast::handshake::ReceivedTicket>,
    wire: Vec<u8>,
}

impl Ours {
    fn new(setting: &Setting, papers: &Papers, tickets: Tickets) -> Result<Self, Box<dyn Error>> {
        let mut client = setting.builder(&papers.ca, &papers.client)?;
        client.handshake.accept_tickets = true;
        let server = setting.builder(&papers.ca, &papers.server)?;
        let server = match tickets {
            Tickets::Sealed => server.tickets(1, TicketKeys::new([7; 32], Time::MAX)),
            Tickets::Stored => server.stored_tickets(1, Arc::new(SharedTicketStore::new(10_000))),
        };
        let pair = Pair { client: Arc::new(client.build()?), server: Arc::new(server.build()?) };
        let mut wire = vec![0; WIRE];
        let (client, _) = pair.connect(&mut wire)?;
        Ok(Self { pair, ticket: client.ticket.ok_or("no ticket came")?, wire })
    }

    fn resume(&mut self) -> Result<Resumed, Box<dyn Error>> {
        let (config, ticket) = (&self.pair.client, &self.ticket);
        let offer = || {
            let expected = expected()?;
            let stored = config.store_session(&expected, ticket).ok_or("no SHA-256")?;
            Ok(vec![config.offer_session(&stored, &expected, NOW)?])
        };
        let (client, server) = self.pair.connect_with(offer, &mut self.wire)?;
        let renewed = client.ticket.ok_or("no ticket came: the session was not resumed")?;
        if renewed.session.authenticated_at != self.ticket.session.authenticated_at {
            return Err("the session was not resumed".into());
        }
        let length = self.ticket.ticket.len();
        self.ticket = renewed;
        Ok(Resumed { client: client.meter, server: server.meter, ticket: length })
    }
}

/// Microseconds of one key pair and one agreement.
fn key_exchange() -> Result<f64, Box<dyn Error>> {
    let provider = ring::provider();
    let x25519 = provider.key_exchange(KeyExchangeAlgorithm::X25519).ok_or("no X25519")?;
    let peer = x25519.start(&mut NotDrawn)?;
    let mut times = Vec::new();
    for _ in 0..1000 {
        let mut meter = Meter::default();
        meter.step(|| x25519.respond(peer.share(), &mut NotDrawn))?;
        times.push(meter.cpu_time);
    }
    Ok(micros(median(&mut times)))
}

/// ring has randomness of its own.
struct NotDrawn;

impl EntropySource for NotDrawn {
    fn draw(&mut self, _: Purpose, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError)
    }
}
