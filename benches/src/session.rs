//! A client and a server of ours in one thread, each with its meter.

use std::error::Error;
use std::sync::Arc;

use handfast::connection::ConfigBuilder;
use handfast::crypto::CryptoProvider;
use handfast::handshake::{Milestone, ReceivedTicket};
use handfast::resumption::PskOffer;
use handfast::{CipherSuite, Config, Connection, Entropy, Event, ExpectedPeer, NamedGroup, Time};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SignatureAlgorithm,
};

use crate::meter::Meter;

pub(crate) const NOW: Time = Time::from_secs_since_1970(1_795_392_000);

/// What one row of a table measures.
pub(crate) struct Setting {
    pub(crate) provider: CryptoProvider,
    pub(crate) suite: CipherSuite,
    pub(crate) group: NamedGroup,
    /// Of all certificates: a leaf a side, under an intermediate under a root that the other side trusts.
    pub(crate) key: &'static SignatureAlgorithm,
}

/// What both sides read from files, all in PEM.
pub(crate) struct Papers {
    pub(crate) ca: String,
    pub(crate) client: Papered,
    pub(crate) server: Papered,
}

/// Chain and key of one side.
pub(crate) struct Papered {
    pub(crate) chain: String,
    pub(crate) key: String,
}

/// The config of both sides.
pub(crate) struct Pair {
    pub(crate) client: Arc<Config>,
    pub(crate) server: Arc<Config>,
}

/// One side of a connection.
pub(crate) struct Side {
    pub(crate) connection: Connection,
    pub(crate) meter: Meter,
    /// The last ticket that came.
    pub(crate) ticket: Option<Box<ReceivedTicket>>,
}

impl Setting {
    pub(crate) fn papers(&self) -> Result<Papers, Box<dyn Error>> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, "root");
        let root = CertifiedIssuer::self_signed(params.clone(), KeyPair::generate_for(self.key)?)?;
        params.distinguished_name.push(DnType::CommonName, "intermediate");
        let ca = CertifiedIssuer::signed_by(params, KeyPair::generate_for(self.key)?, &root)?;
        let papers = |name: &str, usage| -> Result<Papered, Box<dyn Error>> {
            let key = KeyPair::generate_for(self.key)?;
            let mut params = CertificateParams::new([name.to_owned()])?;
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![usage];
            let chain = params.signed_by(&key, &ca)?.pem() + &ca.pem();
            Ok(Papered { chain, key: key.serialize_pem() })
        };
        Ok(Papers {
            client: papers("client.test", ExtendedKeyUsagePurpose::ClientAuth)?,
            server: papers("server.test", ExtendedKeyUsagePurpose::ServerAuth)?,
            ca: root.pem(),
        })
    }

    pub(crate) fn builder(&self, ca: &str, own: &Papered) -> Result<ConfigBuilder, Box<dyn Error>> {
        let mut builder = Config::builder(self.provider.clone()).trust_pem(ca)?;
        builder.handshake.cipher_suites = vec![self.suite];
        builder.handshake.groups = vec![self.group];
        builder.handshake.key_share_groups = Some(vec![self.group]);
        Ok(builder.credential_pem(&own.chain, &own.key)?)
    }

    pub(crate) fn pair(&self) -> Result<Pair, Box<dyn Error>> {
        let papers = self.papers()?;
        Ok(Pair {
            client: Arc::new(self.builder(&papers.ca, &papers.client)?.build()?),
            server: Arc::new(self.builder(&papers.ca, &papers.server)?.build()?),
        })
    }
}

impl Pair {
    /// A whole handshake, from nothing to connected.
    pub(crate) fn connect(&self, wire: &mut [u8]) -> Result<(Side, Side), Box<dyn Error>> {
        self.connect_with(|| Ok(Vec::new()), wire)
    }

    /// The same with a client that offers these PSKs.
    pub(crate) fn connect_with(
        &self,
        psks: impl FnOnce() -> Result<Vec<PskOffer>, Box<dyn Error>>,
        wire: &mut [u8],
    ) -> Result<(Side, Side), Box<dyn Error>> {
        // Made before the first call, and not counted.
        let expected = expected()?;
        let mut client = Side::new(|| {
            let (config, entropy) = (Arc::clone(&self.client), Entropy::from_system()?);
            Ok(Connection::client_with_psks(config, expected, psks()?, NOW, entropy))
        })?;
        let mut server =
            Side::new(|| Ok(Connection::server(Arc::clone(&self.server), Entropy::from_system()?)))?;
        while client.carry(&mut server, wire)? + server.carry(&mut client, wire)? > 0 {}
        if !client.connection.is_connected() || !server.connection.is_connected() {
            return Err("the handshake came to a halt".into());
        }
        Ok((client, server))
    }
}

impl Side {
    fn new(connection: impl FnOnce() -> Result<Connection, Box<dyn Error>>) -> Result<Self, Box<dyn Error>> {
        let mut meter = Meter::default();
        Ok(Self { connection: meter.step(connection)?, meter, ticket: None })
    }

    fn carry(&mut self, to: &mut Self, wire: &mut [u8]) -> Result<usize, Box<dyn Error>> {
        let sent = self.meter.step(|| self.connection.transmit(wire));
        let wire = wire.get_mut(..sent).unwrap_or_default();
        let ticket = to.meter.step(|| receive(&mut to.connection, wire))?;
        to.ticket = ticket.or(to.ticket.take());
        Ok(sent)
    }
}

/// Whom the client expects.
pub(crate) fn expected() -> Result<ExpectedPeer, Box<dyn Error>> {
    Ok(ExpectedPeer::dns("server.test")?)
}

/// Takes what came; gives the last ticket among it.
pub(crate) fn receive(
    connection: &mut Connection,
    wire: &mut [u8],
) -> Result<Option<Box<ReceivedTicket>>, Box<dyn Error>> {
    let mut start = 0;
    let mut ticket = None;
    loop {
        let received = connection.receive(wire.get_mut(start..).unwrap_or_default(), NOW)?;
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
