//! Handfast, over its public interface.

use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use handfast::connection::{ConfigBuilder, SharedSignatureCache, SharedTicketStore};
use handfast::crypto::CryptoProvider;
use handfast::handshake::{ClientAuth, Milestone, ReceivedTicket};
use handfast::resumption::{PskOffer, TicketKeys};
use handfast::{CipherSuite, Config, Connection, Entropy, Event, ExpectedPeer, NamedGroup, Time};
use side_by_side_meter::{
    Auth, Contest, Contestant, Group, Meter, Papers, Problem, Row, SERVER_NAME, Sides, Suite, Tickets,
};

/// Room for any flight.
const WIRE: usize = 64 * 1024;

/// Handfast, computing with this provider.
pub(crate) struct Handfast {
    pub(crate) name: &'static str,
    pub(crate) provider: CryptoProvider,
}

impl Contestant for Handfast {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ready(&self, row: Row, papers: &Papers) -> Result<Box<dyn Contest>, Problem> {
        let pair = self.pair(row, papers)?;
        Ok(match row {
            Row::Full { .. } | Row::KnownChain => Box::new(Full { pair, wire: vec![0; WIRE] }),
            Row::Resumed(_) => Box::new(Resumed { pair, ticket: None, wire: vec![0; WIRE] }),
            Row::Records { size, .. } => Box::new(Records::new(&pair, size)?),
        })
    }
}

/// The suite by our own name.
pub(crate) const fn cipher_suite(suite: Suite) -> CipherSuite {
    match suite {
        Suite::Aes128 => CipherSuite::TLS_AES_128_GCM_SHA256,
        Suite::Aes256 => CipherSuite::TLS_AES_256_GCM_SHA384,
        Suite::ChaCha20 => CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    }
}

/// The group by our own name.
pub(crate) const fn named_group(group: Group) -> NamedGroup {
    match group {
        Group::X25519 => NamedGroup::X25519,
        Group::P256 => NamedGroup::SECP256R1,
        Group::X25519MlKem768 => NamedGroup::X25519MLKEM768,
    }
}

impl Handfast {
    fn builder(&self, row: Row, papers: &Papers, side: &str) -> Result<ConfigBuilder, Problem> {
        let mut builder =
            Config::builder(self.provider.clone()).trust_pem(fs::read_to_string(papers.root())?)?;
        let group = named_group(row.group());
        builder.handshake.cipher_suites = vec![cipher_suite(row.suite())];
        builder.handshake.groups = vec![group];
        builder.handshake.key_share_groups = Some(vec![group]);
        if row == Row::KnownChain {
            builder.trust = builder.trust.with_signature_cache(Arc::new(SharedSignatureCache::new(64)));
        }
        if row.auth() == Auth::Server {
            builder.handshake.client_auth = ClientAuth::None;
        }
        if side == "server" || row.auth() == Auth::Mutual {
            let [chain, key] = [papers.chain(side), papers.key(side)].map(fs::read_to_string);
            builder = builder.credential_pem(chain?, key?)?;
        }
        Ok(builder)
    }

    fn pair(&self, row: Row, papers: &Papers) -> Result<Pair, Problem> {
        let mut client = self.builder(row, papers, "client")?;
        let mut server = self.builder(row, papers, "server")?;
        if let Row::Resumed(tickets) = row {
            client.handshake.accept_tickets = true;
            server = match tickets {
                Tickets::Sealed => server.tickets(1, TicketKeys::new([7; 32], Time::MAX)),
                Tickets::Stored => server.stored_tickets(1, Arc::new(SharedTicketStore::new(10_000))),
            };
        }
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH)?;
        Ok(Pair {
            client: Arc::new(client.build()?),
            server: Arc::new(server.build()?),
            now: Time::from_millis_since_1970(i64::try_from(since_1970.as_millis())?),
        })
    }
}

/// The configs of both sides.
struct Pair {
    client: Arc<Config>,
    server: Arc<Config>,
    now: Time,
}

/// Both ends of a connection.
struct Connected {
    client: Side,
    server: Side,
    wire: usize,
}

/// One end of a connection.
struct Side {
    connection: Connection,
    meter: Meter,
    /// The last ticket that came.
    ticket: Option<Box<ReceivedTicket>>,
}

fn expected() -> Result<ExpectedPeer, Problem> {
    Ok(ExpectedPeer::dns(SERVER_NAME)?)
}

impl Pair {
    /// A whole handshake, from nothing to connected.
    fn connect(
        &self,
        psks: impl FnOnce() -> Result<Vec<PskOffer>, Problem>,
        wire: &mut [u8],
    ) -> Result<Connected, Problem> {
        // Made before the first call, and not counted.
        let expected = expected()?;
        let mut client = Side::new(|| {
            let (config, entropy) = (Arc::clone(&self.client), Entropy::from_system()?);
            Ok(Connection::client_with_psks(config, expected, psks()?, self.now, entropy))
        })?;
        let mut server =
            Side::new(|| Ok(Connection::server(Arc::clone(&self.server), Entropy::from_system()?)))?;
        let mut carried = 0;
        loop {
            let turn =
                client.carry(&mut server, wire, self.now)? + server.carry(&mut client, wire, self.now)?;
            carried += turn;
            if turn == 0 {
                break;
            }
        }
        if !client.connection.is_connected() || !server.connection.is_connected() {
            return Err("the handshake came to a halt".into());
        }
        for side in [&mut client, &mut server] {
            side.meter.held += size_of::<Connection>();
        }
        Ok(Connected { client, server, wire: carried })
    }
}

impl Side {
    fn new(connection: impl FnOnce() -> Result<Connection, Problem>) -> Result<Self, Problem> {
        let mut meter = Meter::default();
        Ok(Self { connection: meter.step(connection)?, meter, ticket: None })
    }

    fn carry(&mut self, to: &mut Self, wire: &mut [u8], now: Time) -> Result<usize, Problem> {
        let sent = self.meter.step(|| self.connection.transmit(wire));
        let wire = wire.get_mut(..sent).unwrap_or_default();
        let ticket = to.meter.step(|| receive(&mut to.connection, wire, now))?;
        to.ticket = ticket.or(to.ticket.take());
        Ok(sent)
    }
}

/// Takes what came; gives the last ticket among it.
fn receive(
    connection: &mut Connection,
    wire: &mut [u8],
    now: Time,
) -> Result<Option<Box<ReceivedTicket>>, Box<dyn Error>> {
    let mut start = 0;
    let mut ticket = None;
    loop {
        let received = connection.receive(wire.get_mut(start..).unwrap_or_default(), now)?;
        start += received.consumed;
        match received.event {
            Event::Milestone(Milestone::NewSessionTicket(came)) => ticket = Some(came),
            Event::Milestone(_) => {}
            Event::Need(_) => return Ok(ticket),
            other @ (Event::Plaintext(_) | Event::EarlyPlaintext(_) | Event::End) => {
                return Err(format!("not in a handshake: {other:?}").into());
            }
        }
    }
}

impl Connected {
    fn sides(&self, units: u32) -> Sides {
        Sides { client: self.client.meter, server: self.server.meter, wire: self.wire, units }
    }
}

/// Full handshakes.
struct Full {
    pair: Pair,
    wire: Vec<u8>,
}

impl Contest for Full {
    fn run(&mut self) -> Result<Sides, Problem> {
        self.pair.connect(|| Ok(Vec::new()), &mut self.wire).map(|both| both.sides(1))
    }
}

/// Handshakes that resume the session of the last one.
struct Resumed {
    pair: Pair,
    ticket: Option<Box<ReceivedTicket>>,
    wire: Vec<u8>,
}

impl Contest for Resumed {
    fn run(&mut self) -> Result<Sides, Problem> {
        let (config, now) = (Arc::clone(&self.pair.client), self.pair.now);
        let offer = || match &self.ticket {
            None => Ok(Vec::new()),
            Some(ticket) => {
                let expected = expected()?;
                let stored = config.store_session(&expected, ticket).ok_or("no SHA-256")?;
                Ok(vec![config.offer_session(&stored, &expected, now)?])
            }
        };
        let both = self.pair.connect(offer, &mut self.wire)?;
        let sides = both.sides(1);
        let renewed = both.client.ticket.ok_or("no ticket came")?;
        let before = self.ticket.replace(renewed);
        let Some((before, renewed)) = before.zip(self.ticket.as_ref()) else { return self.run() };
        if renewed.session.authenticated_at != before.session.authenticated_at {
            return Err("the session was not resumed".into());
        }
        Ok(sides)
    }
}

/// About so many bytes of records are sealed before they are opened.
const BATCH: usize = 256 * 1024;

/// What a record is longer than its plaintext: header, type and tag.
const OVERHEAD: usize = 5 + 1 + 16;

/// Records on their way.
struct Records {
    both: Connected,
    plaintext: Vec<u8>,
    wire: Vec<u8>,
    now: Time,
}

impl Records {
    fn new(pair: &Pair, size: usize) -> Result<Self, Problem> {
        let mut wire = vec![0; (BATCH.div_ceil(size) * (size + OVERHEAD)).max(WIRE)];
        let both = pair.connect(|| Ok(Vec::new()), &mut wire)?;
        wire.truncate(BATCH.div_ceil(size) * (size + OVERHEAD));
        Ok(Self { both, plaintext: vec![0x5a; size], wire, now: pair.now })
    }
}

impl Contest for Records {
    fn run(&mut self) -> Result<Sides, Problem> {
        let Self { both: Connected { client, server, .. }, plaintext, wire, now } = self;
        (client.meter, server.meter) = (Meter::default(), Meter::default());
        let length = plaintext.len() + OVERHEAD;
        client.meter.step(|| -> Result<(), Problem> {
            for record in wire.chunks_mut(length) {
                if client.connection.seal(plaintext, record)?.written != length {
                    return Err("the record has another length than was thought".into());
                }
            }
            Ok(())
        })?;
        server.meter.step(|| -> Result<(), Problem> {
            for record in wire.chunks_mut(length) {
                let event = server.connection.receive(record, *now)?.event;
                if !matches!(&event, Event::Plaintext(text) if text.len() == plaintext.len()) {
                    return Err(format!("no plaintext: {event:?}").into());
                }
            }
            Ok(())
        })?;
        let records = u32::try_from(wire.len() / length)?;
        Ok(self.both.sides(records))
    }
}
