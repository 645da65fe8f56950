//! The same handshakes by rustls, with the same certificates and the same crypto library.

use std::error::Error;
use std::sync::Arc;

use rustls::client::{ClientSessionMemoryCache, Resumption};
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache, WebPkiClientVerifier};
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, HandshakeKind, RootCertStore, ServerConfig,
    ServerConnection, version,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use crate::meter::Meter;
use crate::resumption::{Resumed, Tickets};
use crate::session::{Papered, Papers};

/// A client that keeps its sessions, and a server.
pub(crate) struct Peers {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    /// Bytes of a ClientHello without a ticket, and of all that a ticket brings beside itself.
    first_hello: usize,
}

/// Type and lengths of pre_shared_key, age, and a binder of 32 bytes with its length.
const BESIDE_TICKET: usize = 4 + 2 + 2 + 4 + 2 + 1 + 32;

impl Peers {
    pub(crate) fn new(papers: &Papers, tickets: Tickets) -> Result<Self, Box<dyn Error>> {
        let provider = Arc::new(CryptoProvider {
            cipher_suites: vec![ring::cipher_suite::TLS13_AES_128_GCM_SHA256],
            kx_groups: vec![ring::kx_group::X25519],
            ..ring::default_provider()
        });
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(papers.ca.as_bytes())?)?;
        let roots = Arc::new(roots);
        let (chain, key) = credential(&papers.client)?;
        let mut client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13])?
            .with_root_certificates(Arc::clone(&roots))
            .with_client_auth_cert(chain, key)?;
        client.resumption = Resumption::store(Arc::new(ClientSessionMemoryCache::new(16)));
        let verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider)).build()?;
        let (chain, key) = credential(&papers.server)?;
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13])?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)?;
        server.send_tls13_tickets = 1;
        match tickets {
            Tickets::Sealed => {
                server.ticketer = ring::Ticketer::new()?;
                server.session_storage = Arc::new(NoServerSessionStorage {});
            }
            Tickets::Stored => server.session_storage = ServerSessionMemoryCache::new(10_000),
        }
        let peers = Self { client: Arc::new(client), server: Arc::new(server), first_hello: 0 };
        let (_, first) = peers.connect()?;
        Ok(Self { first_hello: first.ticket + BESIDE_TICKET, ..peers })
    }

    /// A handshake that resumes the session of the last one.
    pub(crate) fn resume(&mut self) -> Result<Resumed, Box<dyn Error>> {
        let (client, resumed) = self.connect()?;
        if client.handshake_kind() != Some(HandshakeKind::Resumed) {
            return Err("rustls did not resume".into());
        }
        Ok(resumed)
    }

    fn connect(&self) -> Result<(ClientConnection, Resumed), Box<dyn Error>> {
        let (mut of_client, mut of_server) = (Meter::default(), Meter::default());
        let name = ServerName::try_from("server.test")?;
        let mut client = of_client.step(|| ClientConnection::new(Arc::clone(&self.client), name))?;
        let mut server = of_server.step(|| ServerConnection::new(Arc::clone(&self.server)))?;
        let (mut wire, mut hello) = (Vec::with_capacity(32 * 1024), 0);
        loop {
            wire.clear();
            of_client.step(|| write(&mut client, &mut wire))?;
            let sent = wire.len();
            hello = if hello == 0 { sent } else { hello };
            of_server.step(|| {
                server.read_tls(&mut wire.as_slice())?;
                server.process_new_packets().map_err(Box::<dyn Error>::from)
            })?;
            wire.clear();
            of_server.step(|| write(&mut server, &mut wire))?;
            let answered = wire.len();
            of_client.step(|| {
                client.read_tls(&mut wire.as_slice())?;
                client.process_new_packets().map_err(Box::<dyn Error>::from)
            })?;
            if sent + answered == 0 {
                break;
            }
        }
        Ok((
            client,
            Resumed { client: of_client, server: of_server, ticket: hello.saturating_sub(self.first_hello) },
        ))
    }
}

/// Chain and key as rustls takes them.
fn credential(
    papers: &Papered,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Box<dyn Error>> {
    let chain = CertificateDer::pem_slice_iter(papers.chain.as_bytes()).collect::<Result<_, _>>()?;
    Ok((chain, PrivateKeyDer::from_pem_slice(papers.key.as_bytes())?))
}

/// All that a side has to say.
fn write<Data>(side: &mut ConnectionCommon<Data>, wire: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    while side.wants_write() {
        side.write_tls(wire)?;
    }
    Ok(())
}
