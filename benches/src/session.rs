//! A client and a server of ours in one thread, each with its meter.

use std::error::Error;
use std::sync::Arc;

use handfast::crypto::CryptoProvider;
use handfast::{CipherSuite, Config, Connection, Entropy, Event, ExpectedPeer, NamedGroup, Time};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SignatureAlgorithm,
};

use crate::meter::Meter;

pub(crate) const NOW: Time = Time::from_secs_since_1970(1_795_392_000);

/// What one row of a table measures.
pub(crate) struct Setting {
    pub(crate) provider: CryptoProvider,
    pub(crate) suite: CipherSuite,
    pub(crate) group: NamedGroup,
    /// Of all certificates: one a side, under a root that the other side trusts.
    pub(crate) key: &'static SignatureAlgorithm,
}

/// The config of both sides.
pub(crate) struct Pair {
    client: Arc<Config>,
    server: Arc<Config>,
}

/// One side of a connection.
pub(crate) struct Side {
    pub(crate) connection: Connection,
    pub(crate) meter: Meter,
}

impl Setting {
    pub(crate) fn pair(&self) -> Result<Pair, Box<dyn Error>> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate_for(self.key)?)?;
        let config = |name: &str, usage| -> Result<Arc<Config>, Box<dyn Error>> {
            let key = KeyPair::generate_for(self.key)?;
            let mut params = CertificateParams::new([name.to_owned()])?;
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![usage];
            let chain = params.signed_by(&key, &ca)?.pem();
            let mut builder = Config::builder(self.provider.clone()).trust_pem(ca.pem())?;
            builder.handshake.cipher_suites = vec![self.suite];
            builder.handshake.groups = vec![self.group];
            builder.handshake.key_share_groups = vec![self.group];
            Ok(Arc::new(builder.credential_pem(chain, key.serialize_pem())?.build()?))
        };
        Ok(Pair {
            client: config("client.test", ExtendedKeyUsagePurpose::ClientAuth)?,
            server: config("server.test", ExtendedKeyUsagePurpose::ServerAuth)?,
        })
    }
}

impl Pair {
    /// A whole handshake, from nothing to connected.
    pub(crate) fn connect(&self, wire: &mut [u8]) -> Result<(Side, Side), Box<dyn Error>> {
        let mut client = Side::new(|| {
            let expected = ExpectedPeer::dns("server.test")?;
            Ok(Connection::client(Arc::clone(&self.client), expected, Entropy::from_system()?))
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
        Ok(Self { connection: meter.step(connection)?, meter })
    }

    fn carry(&mut self, to: &mut Self, wire: &mut [u8]) -> Result<usize, Box<dyn Error>> {
        let sent = self.meter.step(|| self.connection.transmit(wire));
        let wire = wire.get_mut(..sent).unwrap_or_default();
        to.meter.step(|| receive(&mut to.connection, wire))?;
        Ok(sent)
    }
}

fn receive(connection: &mut Connection, wire: &mut [u8]) -> Result<(), Box<dyn Error>> {
    let mut start = 0;
    loop {
        let received = connection.receive(wire.get_mut(start..).unwrap_or_default(), NOW)?;
        start += received.consumed;
        match received.event {
            Event::Milestone(_) => {}
            Event::Need(_) => return Ok(()),
            other @ (Event::Plaintext(_) | Event::EarlyPlaintext(_) | Event::End) => {
                return Err(format!("not in a handshake: {other:?}").into());
            }
        }
    }
}
