//! What the gate does with the library: a mutual handshake over two byte buffers, and a line of data.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use handfast::connection::{Config, Connection, Event};
use handfast::crypto::{Entropy, rustcrypto};
use handfast::identity::ExpectedPeer;
use handfast::time::Time;

/// 2027-01-01: the certificates of `pki/` are valid.
const NOW: Time = Time::from_millis_since_1970(1_798_761_600_000);

/// More than any flight here.
const FLIGHT: usize = 8192;

/// One end, and what came for it.
struct End {
    connection: Connection,
    input: Vec<u8>,
    plaintext: Vec<u8>,
}

/// Does a line that the client sends over an authenticated connection arrive at the server? Nothing if the library
/// refused anything on the way.
pub(crate) fn run() -> Option<bool> {
    let server_config = config(include_str!("../pki/server.pem"), include_str!("../pki/server.key"))?;
    let client_config = config(include_str!("../pki/client.pem"), include_str!("../pki/client.key"))?;
    // Fixed seeds serve a check that nobody listens to; real ones come from the platform.
    let server = Connection::server(server_config, Entropy::from_platform([1; 32]));
    let expected = ExpectedPeer::dns("gate.test").ok()?;
    let client = Connection::client(client_config, expected, Entropy::from_platform([2; 32]));
    let (mut client, mut server) = (End::new(client), End::new(server));
    while client.transmit_to(&mut server)? + server.transmit_to(&mut client)? > 0 {}
    if !client.connection.is_connected() || !server.connection.is_connected() {
        return Some(false);
    }
    client.seal_to(&mut server, b"without std")?;
    Some(server.plaintext == b"without std")
}

fn config(chain: &str, key: &str) -> Option<Arc<Config>> {
    let builder = Config::builder(rustcrypto::provider()).trust_pem(include_str!("../pki/ca.pem")).ok()?;
    Some(Arc::new(builder.credential_pem(chain, key).ok()?.build().ok()?))
}

impl End {
    fn new(connection: Connection) -> Self {
        Self { connection, input: Vec::new(), plaintext: Vec::new() }
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
            let received = self.connection.receive(&mut self.input, NOW).ok()?;
            let consumed = received.consumed;
            let is_in_need = matches!(received.event, Event::Need(_));
            if let Event::Plaintext(text) = received.event {
                self.plaintext.extend_from_slice(&text);
            }
            self.input.drain(..consumed);
            if is_in_need {
                return Some(());
            }
        }
    }
}
