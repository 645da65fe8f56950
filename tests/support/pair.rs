//! A client and a server of ours over byte buffers.

#![allow(dead_code, unreachable_pub)]

use std::sync::Arc;

use handfast::connection::{Config, ConfigBuilder, Connection, Event, Fault, Need, Received};
use handfast::crypto::Entropy;
use handfast::handshake::Milestone;
use handfast::identity::ExpectedPeer;
use handfast::time::Time;
use rcgen::{CertificateParams, KeyPair};

use super::authority::{self, Authority, MID_2030};

/// The time of every test.
pub fn now() -> Time {
    Time::from_millis_since_1970(MID_2030)
}

/// Chain and key in PEM.
pub fn credential(params: CertificateParams, issuer: &Authority) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, issuer).unwrap().pem(), key.serialize_pem())
}

/// Builders for both ends: one CA, a server `server.test` and a client `spiffe://test/client`.
pub fn builders() -> (ConfigBuilder, ConfigBuilder) {
    let ca = authority::root(authority::ca("ca"));
    let builder = |(chain, key): (String, String)| {
        Config::builder(handfast::crypto::ring::provider())
            .trust_pem(ca.pem())
            .unwrap()
            .credential_pem(chain, key)
            .unwrap()
    };
    let client = builder(credential(authority::client("spiffe://test/client"), &ca));
    (client, builder(credential(authority::server("server.test"), &ca)))
}

/// Client and server, with entropy of their own.
pub fn pair(client: Arc<Config>, server: Arc<Config>) -> (Connection, Connection) {
    let peer = ExpectedPeer::dns("server.test").unwrap();
    let entropy = |seed| Entropy::from_platform([seed; 32]);
    (Connection::client(client, peer, entropy(1)), Connection::server(server, entropy(2)))
}

/// A connection, recorded or not.
pub trait Talks {
    fn receive<'b>(&mut self, input: &'b mut [u8], now: Time) -> Result<Received<'b>, Fault>;
    fn transmit(&mut self, out: &mut [u8]) -> usize;
}

impl Talks for Connection {
    fn receive<'b>(&mut self, input: &'b mut [u8], now: Time) -> Result<Received<'b>, Fault> {
        self.receive(input, now)
    }

    fn transmit(&mut self, out: &mut [u8]) -> usize {
        self.transmit(out)
    }
}

impl Talks for handfast_replay::Connection {
    fn receive<'b>(&mut self, input: &'b mut [u8], now: Time) -> Result<Received<'b>, Fault> {
        self.receive(input, now)
    }

    fn transmit(&mut self, out: &mut [u8]) -> usize {
        self.transmit(out)
    }
}

/// One end with what came for it and what it said.
pub struct End<C = Connection> {
    pub connection: C,
    /// What time it is here.
    pub now: Time,
    pub input: Vec<u8>,
    pub milestones: Vec<Milestone>,
    pub plaintext: Vec<u8>,
    /// 0-RTT data.
    pub early: Vec<u8>,
    pub ended: bool,
    /// For tests that say something once.
    pub said: bool,
    /// All that it has written.
    pub wire: Vec<u8>,
}

impl<C: Talks> End<C> {
    pub fn new(connection: C) -> Self {
        Self {
            connection,
            now: now(),
            input: Vec::new(),
            milestones: Vec::new(),
            plaintext: Vec::new(),
            early: Vec::new(),
            ended: false,
            said: false,
            wire: Vec::new(),
        }
    }

    /// Takes what came until something is needed.
    pub fn receive(&mut self) -> Result<Need, Fault> {
        loop {
            let received = self.connection.receive(&mut self.input, self.now)?;
            let consumed = received.consumed;
            let need = match received.event {
                Event::Plaintext(text) => {
                    self.plaintext.extend_from_slice(&text);
                    None
                }
                Event::EarlyPlaintext(text) => {
                    self.early.extend_from_slice(&text);
                    None
                }
                Event::Milestone(milestone) => {
                    self.milestones.push(milestone);
                    None
                }
                Event::End => {
                    self.ended = true;
                    Some(Need::Input { at_least: 5 })
                }
                Event::Need(need) => Some(need),
            };
            self.input.drain(..consumed);
            if let Some(need) = need {
                return Ok(need);
            }
        }
    }

    /// Moves what is owed to the other end.
    pub fn transmit_to(&mut self, other: &mut Self) -> usize {
        let mut out = vec![0; 100_000];
        let written = self.connection.transmit(&mut out);
        self.wire.extend_from_slice(&out[..written]);
        other.input.extend_from_slice(&out[..written]);
        written
    }
}

impl End {
    /// Seals data for the other end.
    pub fn seal_to(&mut self, data: &[u8], other: &mut Self) {
        let mut out = vec![0; data.len() + 100_000];
        let sealed = self.connection.seal(data, &mut out).unwrap();
        assert_eq!(sealed.consumed, data.len());
        self.wire.extend_from_slice(&out[..sealed.written]);
        other.input.extend_from_slice(&out[..sealed.written]);
    }
}

/// Lets both ends talk until both are silent.
pub fn settle<C: Talks>(client: &mut End<C>, server: &mut End<C>) -> Result<(), Fault> {
    client.receive()?;
    server.receive()?;
    loop {
        let sent = client.transmit_to(server);
        server.receive()?;
        let answered = server.transmit_to(client);
        client.receive()?;
        if sent + answered == 0 {
            return Ok(());
        }
    }
}

/// Both ends, before a word.
pub fn ends(client: ConfigBuilder, server: ConfigBuilder) -> (End, End) {
    let (client, server) = pair(Arc::new(client.build().unwrap()), Arc::new(server.build().unwrap()));
    (End::new(client), End::new(server))
}

/// The records of these bytes, each with its header.
pub fn records(mut wire: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while let [_, _, _, high, low, ..] = wire {
        let (record, rest) = wire.split_at(5 + usize::from(u16::from_be_bytes([*high, *low])));
        records.push(record);
        wire = rest;
    }
    assert!(wire.is_empty());
    records
}

/// Both ends, connected.
pub fn connected(client: ConfigBuilder, server: ConfigBuilder) -> (End, End) {
    let (mut client, mut server) = ends(client, server);
    settle(&mut client, &mut server).unwrap();
    assert!(client.connection.is_connected() && server.connection.is_connected());
    (client, server)
}
