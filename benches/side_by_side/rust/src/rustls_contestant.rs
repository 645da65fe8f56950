//! rustls, with the same certificates and settings.

use std::sync::Arc;

use rustls::client::{ClientSessionMemoryCache, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::server::{
    NoServerSessionStorage, ProducesTickets, ServerSessionMemoryCache, WebPkiClientVerifier,
};
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, HandshakeKind, NamedGroup, RootCertStore, ServerConfig,
    ServerConnection, version,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use side_by_side_meter::{
    Auth, Contest, Contestant, Group, Meter, Papers, Problem, Row, SERVER_NAME, Sides, Tickets,
};
use std::io::{Read, Write};

/// rustls, computing with this provider.
pub(crate) struct Rustls {
    pub(crate) name: &'static str,
    pub(crate) provider: CryptoProvider,
    pub(crate) ticketer: fn() -> Result<Arc<dyn ProducesTickets>, rustls::Error>,
}

impl Contestant for Rustls {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ready(&self, row: Row, papers: &Papers) -> Result<Box<dyn Contest>, Problem> {
        if row == Row::KnownChain {
            return Err("has no cache of verified signatures".into());
        }
        let pair = self.pair(row, papers)?;
        Ok(match row {
            Row::Full { .. } | Row::KnownChain => Box::new(Full { pair, wire: Vec::with_capacity(WIRE) }),
            Row::Resumed(_) => Box::new(Resumed { pair, wire: Vec::with_capacity(WIRE), began: false }),
            Row::Records { size, .. } => Box::new(Records::new(&pair, size)?),
        })
    }
}

/// Room for any flight.
const WIRE: usize = 64 * 1024;

/// The configs of both sides.
struct Pair {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
}

/// Both ends of a connection.
struct Connected {
    client: ClientConnection,
    server: ServerConnection,
    of_client: Meter,
    of_server: Meter,
    wire: usize,
}

impl Rustls {
    fn pair(&self, row: Row, papers: &Papers) -> Result<Pair, Problem> {
        let mut provider = self.provider.clone();
        let group = match row.group() {
            Group::X25519 => NamedGroup::X25519,
            Group::P256 => NamedGroup::secp256r1,
            Group::X25519MlKem768 => NamedGroup::X25519MLKEM768,
        };
        provider.kx_groups.retain(|one| one.name() == group);
        let suite = |one: &rustls::SupportedCipherSuite| {
            one.suite().as_str().is_some_and(|name| name.replace("TLS13_", "TLS_") == row.suite().name())
        };
        provider.cipher_suites.retain(suite);
        if provider.kx_groups.is_empty() {
            return Err("has no ML-KEM".into());
        }
        let provider = Arc::new(provider);
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(papers.root())?)?;
        let roots = Arc::new(roots);
        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13])?
            .with_root_certificates(Arc::clone(&roots));
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13])?;
        let (mut client, server) = if row.auth() == Auth::Mutual {
            let (chain, key) = credential(papers, "client")?;
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build()?;
            (client.with_client_auth_cert(chain, key)?, server.with_client_cert_verifier(verifier))
        } else {
            (client.with_no_client_auth(), server.with_no_client_auth())
        };
        let (chain, key) = credential(papers, "server")?;
        let mut server = server.with_single_cert(chain, key)?;
        match row {
            Row::Resumed(tickets) => {
                client.resumption = Resumption::store(Arc::new(ClientSessionMemoryCache::new(16)));
                server.send_tls13_tickets = 1;
                match tickets {
                    Tickets::Sealed => {
                        server.ticketer = (self.ticketer)()?;
                        server.session_storage = Arc::new(NoServerSessionStorage {});
                    }
                    Tickets::Stored => server.session_storage = ServerSessionMemoryCache::new(10_000),
                }
            }
            Row::Full { .. } | Row::KnownChain | Row::Records { .. } => {
                client.resumption = Resumption::disabled();
                server.send_tls13_tickets = 0;
            }
        }
        Ok(Pair { client: Arc::new(client), server: Arc::new(server) })
    }
}

/// Chain and key of one side as rustls takes them.
fn credential(
    papers: &Papers,
    side: &str,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Problem> {
    let chain = CertificateDer::pem_file_iter(papers.chain(side))?.collect::<Result<_, _>>()?;
    Ok((chain, PrivateKeyDer::from_pem_file(papers.key(side))?))
}

impl Pair {
    /// A whole handshake, from nothing to connected, with all that the server sends behind it.
    fn connect(&self, wire: &mut Vec<u8>) -> Result<Connected, Problem> {
        let (mut of_client, mut of_server) = (Meter::default(), Meter::default());
        let name = ServerName::try_from(SERVER_NAME)?;
        let mut client = of_client.step(|| ClientConnection::new(Arc::clone(&self.client), name))?;
        let mut server = of_server.step(|| ServerConnection::new(Arc::clone(&self.server)))?;
        let mut carried = 0;
        loop {
            let turn = carry(&mut client, &mut of_client, &mut server, &mut of_server, wire)?
                + carry(&mut server, &mut of_server, &mut client, &mut of_client, wire)?;
            carried += turn;
            if turn == 0 {
                break;
            }
        }
        of_client.held += size_of::<ClientConnection>();
        of_server.held += size_of::<ServerConnection>();
        Ok(Connected { client, server, of_client, of_server, wire: carried })
    }
}

fn carry<A, B>(
    from: &mut ConnectionCommon<A>,
    of_from: &mut Meter,
    to: &mut ConnectionCommon<B>,
    of_to: &mut Meter,
    wire: &mut Vec<u8>,
) -> Result<usize, Problem> {
    wire.clear();
    of_from.step(|| write(from, wire))?;
    of_to.step(|| -> Result<(), Problem> {
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            to.read_tls(&mut rest)?;
            to.process_new_packets()?;
        }
        Ok(())
    })?;
    Ok(wire.len())
}

/// All that a side has to say.
fn write<Data>(side: &mut ConnectionCommon<Data>, wire: &mut Vec<u8>) -> Result<(), Problem> {
    while side.wants_write() {
        side.write_tls(wire)?;
    }
    Ok(())
}

impl Connected {
    fn sides(&self, units: u32) -> Sides {
        Sides { client: self.of_client, server: self.of_server, wire: self.wire, units }
    }
}

/// Full handshakes.
struct Full {
    pair: Pair,
    wire: Vec<u8>,
}

impl Contest for Full {
    fn run(&mut self) -> Result<Sides, Problem> {
        self.pair.connect(&mut self.wire).map(|both| both.sides(1))
    }
}

/// Handshakes that resume the session of the last one.
struct Resumed {
    pair: Pair,
    wire: Vec<u8>,
    began: bool,
}

impl Contest for Resumed {
    fn run(&mut self) -> Result<Sides, Problem> {
        let both = self.pair.connect(&mut self.wire)?;
        let resumed = both.client.handshake_kind() == Some(HandshakeKind::Resumed);
        if resumed != core::mem::replace(&mut self.began, true) {
            return Err("the session was not resumed".into());
        }
        if resumed { Ok(both.sides(1)) } else { self.run() }
    }
}

/// About so many bytes of records are sealed before they are opened.
const BATCH: usize = 256 * 1024;

/// Records on their way.
struct Records {
    both: Connected,
    plaintext: Vec<u8>,
    text: Vec<u8>,
    wire: Vec<u8>,
}

impl Records {
    fn new(pair: &Pair, size: usize) -> Result<Self, Problem> {
        let mut wire = Vec::with_capacity(2 * BATCH);
        let mut both = pair.connect(&mut wire)?;
        both.client.set_buffer_limit(None);
        Ok(Self { both, plaintext: vec![0x5a; size], text: vec![0; size], wire })
    }
}

impl Contest for Records {
    fn run(&mut self) -> Result<Sides, Problem> {
        let Self { both, plaintext, text, wire } = self;
        let records = BATCH.div_ceil(plaintext.len());
        (both.of_client, both.of_server) = (Meter::default(), Meter::default());
        wire.clear();
        let (client, server) = (&mut both.client, &mut both.server);
        both.of_client.step(|| -> Result<(), Problem> {
            for _ in 0..records {
                client.writer().write_all(plaintext)?;
                write(client, wire)?;
            }
            Ok(())
        })?;
        let mut rest = wire.as_slice();
        both.of_server.step(|| -> Result<(), Problem> {
            while !rest.is_empty() {
                server.read_tls(&mut rest)?;
                let mut there = server.process_new_packets()?.plaintext_bytes_to_read();
                while there > 0 {
                    there -= server.reader().read(text)?;
                }
            }
            Ok(())
        })?;
        if *text != *plaintext {
            return Err("other data came".into());
        }
        Ok(both.sides(u32::try_from(records)?))
    }
}
