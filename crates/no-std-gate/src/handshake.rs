//! What the gate does with the library: a mutual handshake over two byte buffers, and a line of data.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use handfast::connection::{Config, Connection, Event};
use handfast::crypto::{Entropy, rustcrypto};
use handfast::handshake::{Connected, Milestone};
use handfast::identity::ExpectedPeer;
use handfast::time::Time;

/// More than any flight here.
const FLIGHT: usize = 8192;

/// One end, what came for it, and what was agreed.
struct End {
    now: Time,
    agreed: Option<Box<Connected>>,
    connection: Connection,
    input: Vec<u8>,
    plaintext: Vec<u8>,
}

/// What both ends agreed on, if a line that the client sends over the authenticated connection arrives at the server.
/// Nothing if the library refused anything on the way.
///
/// * `seeds`: of the client, of the server.
pub(crate) fn run(now: Time, seeds: [[u8; 32]; 2]) -> Option<String> {
    let server_config = config(include_str!("../pki/server.pem"), include_str!("../pki/server.key"))?;
    let client_config = config(include_str!("../pki/client.pem"), include_str!("../pki/client.key"))?;
    let [client_entropy, server_entropy] = seeds.map(Entropy::from_platform);
    let server = Connection::server(server_config, server_entropy);
    let expected = ExpectedPeer::dns("gate.test").ok()?;
    let client = Connection::client(client_config, expected, client_entropy);
    let (mut client, mut server) = (End::new(client, now), End::new(server, now));
    while client.transmit_to(&mut server)? + server.transmit_to(&mut client)? > 0 {}
    client.seal_to(&mut server, b"without std")?;
    if server.plaintext != b"without std" {
        return None;
    }
    let (client, server) = (client.agreed?, server.agreed?);
    let name = |end: &Connected| end.peer_identity.as_ref().map(|identity| identity.display_name());
    Some(format!(
        "{} with {}: {} and {} know each other",
        client.cipher_suite,
        client.group?,
        name(&client)?,
        name(&server)?
    ))
}

fn config(chain: &str, key: &str) -> Option<Arc<Config>> {
    let builder = Config::builder(rustcrypto::provider()).trust_pem(include_str!("../pki/ca.pem")).ok()?;
    Some(Arc::new(builder.credential_pem(chain, key).ok()?.build().ok()?))
}

impl End {
    fn new(connection: Connection, now: Time) -> Self {
        Self { now, agreed: None, connection, input: Vec::new(), plaintext: Vec::new() }
    }

    /// Gives what is owed to `other` and lets it work; says how much it was.
    fn transmit_to(&mut self, other: &mut Self) -> Option<usize> {
        let mut out = vec![0; FLIGHT];
        let written = self.connection.transmit(&mut out);
        other.receive(out.get(..written)?)?;
        Some(written)
    }

    fn seal_to(&mut self, other: &mut Self, data: &[u8]) -> Option<()> {
        let mut out = vec![0; FLIGHT];
        let written = self.connection.seal(data, &mut out).ok()?.written;
        other.receive(out.get(..written)?)
    }

    fn receive(&mut self, came: &[u8]) -> Option<()> {
        self.input.extend_from_slice(came);
        loop {
            let received = self.connection.receive(&mut self.input, self.now).ok()?;
            let consumed = received.consumed;
            let is_in_need = matches!(received.event, Event::Need(_));
            match received.event {
                Event::Plaintext(text) => self.plaintext.extend_from_slice(&text),
                Event::Milestone(Milestone::Connected(connected)) => self.agreed = Some(connected),
                _ => {}
            }
            self.input.drain(..consumed);
            if is_in_need {
                return Some(());
            }
        }
    }
}
