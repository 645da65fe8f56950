//! A contestant by the interface that OpenSSL and BoringSSL share; each program includes this beside its `dialect`,
//! which has what they do not.

mod wire;

use std::cell::RefCell;
use std::rc::Rc;

use library::ssl::{
    HandshakeError, MidHandshakeSslStream, ShutdownState, Ssl, SslContext, SslContextBuilder, SslFiletype,
    SslMethod, SslSession, SslSessionCacheMode, SslStream, SslVerifyMode, SslVersion,
};
use side_by_side_meter::{
    Auth, Contest, Contestant, Meter, Papers, Problem, Row, SERVER_NAME, Sides, Tickets,
};
use wire::{End, Wire};

use crate::dialect;

/// The library of this program.
pub(crate) struct Library;

impl Contestant for Library {
    fn name(&self) -> &'static str {
        dialect::NAME
    }

    fn ready(&self, row: Row, papers: &Papers) -> Result<Box<dyn Contest>, Problem> {
        if row == Row::KnownChain {
            return Err("has no cache of verified signatures".into());
        }
        let pair = Pair::new(row, papers)?;
        Ok(match row {
            Row::Full { .. } | Row::KnownChain => Box::new(Full { pair }),
            Row::Resumed(_) => Box::new(Resumed { pair }),
            Row::Records { size, .. } => Box::new(Records::new(&pair, size)?),
        })
    }
}

/// The contexts of both sides.
struct Pair {
    client: SslContext,
    server: SslContext,
    suite: &'static str,
    gives_tickets: bool,
    /// The session that came last.
    session: Rc<RefCell<Option<SslSession>>>,
}

/// Both ends of a connection.
struct Connected {
    client: Side,
    server: Side,
    wire: usize,
}

/// One end of a connection.
struct Side {
    stream: SslStream<End>,
    meter: Meter,
}

/// An end in its handshake.
enum Shaking {
    /// It waits for the other.
    Waits(MidHandshakeSslStream<End>),
    /// It is done.
    Done(SslStream<End>),
}

fn context(row: Row, papers: &Papers, side: &str) -> Result<SslContextBuilder, Problem> {
    let mut context = SslContext::builder(SslMethod::tls())?;
    context.set_min_proto_version(Some(SslVersion::TLS1_3))?;
    context.set_ca_file(papers.root())?;
    let shows = side == "server" || row.auth() == Auth::Mutual;
    if shows {
        context.set_certificate_chain_file(papers.chain(side))?;
        context.set_private_key_file(papers.key(side), SslFiletype::PEM)?;
    }
    let judges = side == "client" || row.auth() == Auth::Mutual;
    context.set_verify(if judges {
        SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT
    } else {
        SslVerifyMode::NONE
    });
    dialect::choose(&mut context, row.suite(), row.group())?;
    Ok(context)
}

impl Pair {
    fn new(row: Row, papers: &Papers) -> Result<Self, Problem> {
        let (mut client, mut server) = (context(row, papers, "client")?, context(row, papers, "server")?);
        let tickets = match row {
            Row::Resumed(tickets) => Some(tickets),
            Row::Full { .. } | Row::KnownChain | Row::Records { .. } => None,
        };
        dialect::tickets(&mut server, tickets)?;
        let session = Rc::new(RefCell::new(None));
        if tickets.is_some() {
            server.set_session_id_context(b"side by side")?;
            server.set_session_cache_mode(match tickets {
                Some(Tickets::Stored) => SslSessionCacheMode::SERVER,
                Some(Tickets::Sealed) | None => SslSessionCacheMode::OFF,
            });
            client.set_session_cache_mode(SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL);
            dialect::keep_sessions(&mut client);
        } else {
            client.set_session_cache_mode(SslSessionCacheMode::OFF);
        }
        Ok(Self {
            client: client.build(),
            server: server.build(),
            suite: row.suite().name(),
            gives_tickets: tickets.is_some(),
            session,
        })
    }

    /// A whole handshake, from nothing to connected, with all that the server sends behind it.
    fn connect(&self) -> Result<Connected, Problem> {
        let wire = Wire::new();
        let (mut of_client, mut of_server) = (Meter::default(), Meter::default());
        let session = self.session.borrow_mut().take();
        let mut client = of_client.step(|| {
            let mut ssl = Ssl::new(&self.client)?;
            ssl.set_hostname(SERVER_NAME)?;
            ssl.param_mut().set_host(SERVER_NAME)?;
            if let Some(session) = session {
                dialect::resume(&mut ssl, &session)?;
            }
            shaking(ssl.connect(wire.end(0)))
        })?;
        let mut server = of_server.step(|| {
            Ssl::new(&self.server).map_err(Problem::from).and_then(|ssl| shaking(ssl.accept(wire.end(1))))
        })?;
        while !matches!((&client, &server), (Shaking::Done(_), Shaking::Done(_))) {
            client = of_client.step(|| client.go_on())?;
            server = of_server.step(|| server.go_on())?;
        }
        let (Shaking::Done(client), Shaking::Done(server)) = (client, server) else {
            return Err("the handshake came to a halt".into());
        };
        let mut connected = Connected {
            client: Side { stream: client, meter: of_client },
            server: Side { stream: server, meter: of_server },
            wire: 0,
        };
        if self.gives_tickets && dialect::TICKETS_WAIT_FOR_DATA {
            let Side { stream, meter } = &mut connected.server;
            meter.step(|| stream.ssl_write(b"!"))?;
        }
        connected.client.take_tickets();
        connected.wire = wire.carried();
        let suite = connected.client.stream.ssl().current_cipher().map(|suite| suite.name());
        if suite != Some(self.suite) {
            return Err(format!("chose {suite:?} itself").into());
        }
        Ok(connected)
    }
}

fn shaking(result: Result<SslStream<End>, HandshakeError<End>>) -> Result<Shaking, Problem> {
    match result {
        Ok(stream) => Ok(Shaking::Done(stream)),
        Err(HandshakeError::WouldBlock(waits)) => Ok(Shaking::Waits(waits)),
        Err(HandshakeError::SetupFailure(error)) => Err(error.into()),
        Err(HandshakeError::Failure(failed)) => Err(failed.error().to_string().into()),
    }
}

impl Shaking {
    fn go_on(self) -> Result<Self, Problem> {
        match self {
            Self::Waits(waits) => shaking(waits.handshake()),
            done @ Self::Done(_) => Ok(done),
        }
    }
}

impl Side {
    /// Reads what came behind the handshake.
    fn take_tickets(&mut self) {
        let Self { stream, meter } = self;
        drop(meter.step(|| stream.ssl_read(&mut [0; 16])));
    }
}

impl Drop for Side {
    /// A session whose connection was not closed is no longer resumed.
    fn drop(&mut self) {
        self.stream.set_shutdown(ShutdownState::SENT | ShutdownState::RECEIVED);
    }
}

/// Full handshakes.
struct Full {
    pair: Pair,
}

impl Contest for Full {
    fn run(&mut self) -> Result<Sides, Problem> {
        self.pair.connect().map(|both| both.sides(1))
    }
}

impl Connected {
    fn sides(&self, units: u32) -> Sides {
        Sides { client: self.client.meter, server: self.server.meter, wire: self.wire, units }
    }
}

/// Handshakes that resume the session of the last one.
struct Resumed {
    pair: Pair,
}

impl Contest for Resumed {
    fn run(&mut self) -> Result<Sides, Problem> {
        let resumes = self.pair.session.borrow().is_some();
        let both = self.pair.connect()?;
        if resumes != both.client.stream.ssl().session_reused() {
            return Err("the session was not resumed".into());
        }
        let session = dialect::session(both.client.stream.ssl()).ok_or("no ticket came")?;
        *self.pair.session.borrow_mut() = Some(session);
        if resumes { Ok(both.sides(1)) } else { self.run() }
    }
}

/// About so many bytes of records are sealed before they are opened.
const BATCH: usize = 256 * 1024;

/// Records on their way.
struct Records {
    both: Connected,
    plaintext: Vec<u8>,
}

impl Records {
    fn new(pair: &Pair, size: usize) -> Result<Self, Problem> {
        Ok(Self { both: pair.connect()?, plaintext: vec![0x5a; size] })
    }
}

impl Contest for Records {
    fn run(&mut self) -> Result<Sides, Problem> {
        let records = BATCH.div_ceil(self.plaintext.len());
        let Connected { client, server, .. } = &mut self.both;
        (client.meter, server.meter) = (Meter::default(), Meter::default());
        let plaintext = &self.plaintext;
        client.meter.step(|| (0..records).try_for_each(|_| client.stream.ssl_write(plaintext).map(drop)))?;
        let mut text = vec![0; plaintext.len()];
        server.meter.step(|| (0..records).try_for_each(|_| server.stream.ssl_read(&mut text).map(drop)))?;
        if text != *plaintext {
            return Err("other data came".into());
        }
        Ok(self.both.sides(u32::try_from(records)?))
    }
}
