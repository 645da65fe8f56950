//! Reads the wire with the key log, as Wireshark does: the library's record and message floors, driven from outside.

use handfast::crypto::{CryptoProvider, Secret};
use handfast::handshake::{KeyLogLine, Role};
use handfast::key_schedule::{Kdf, LabelPrefix, next_application_traffic_secret, traffic_keys};
use handfast::message::{CipherSuite, HandshakeType, ServerHello, peek_header};
use handfast::record::{ContentType, Protection, Read, RecordReader};
use handfast::wire::Decode;

use super::describe::HEADER;

/// Sees both directions.
pub(super) struct Tap {
    crypto: CryptoProvider,
    suite: Option<CipherSuite>,
    client: Direction,
    server: Direction,
}

/// What one end sends.
struct Direction {
    reader: RecordReader,
    handshake_secret: Option<Secret>,
    application_secret: Option<Secret>,
    epoch: Epoch,
}

/// Under which keys a record travels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    Initial,
    Handshake,
    /// Behind so many KeyUpdates.
    Application(u32),
}

/// A record that went by.
pub(super) struct SeenRecord {
    pub(super) content_type: ContentType,
    pub(super) epoch: Epoch,
    /// Bytes on the wire.
    pub(super) length: usize,
    /// Content without protection.
    pub(super) content: Vec<u8>,
}

impl SeenRecord {
    /// The handshake messages inside; each record of the demo holds whole ones.
    pub(super) fn messages(&self) -> Vec<(HandshakeType, &[u8])> {
        let mut messages = Vec::new();
        let mut rest =
            if self.content_type == ContentType::HANDSHAKE { self.content.as_slice() } else { &[] };
        while let Some((msg_type, length)) = peek_header(rest) {
            let Some((message, behind)) = rest.split_at_checked(HEADER + length) else { break };
            messages.push((msg_type, message.get(HEADER..).unwrap_or_default()));
            rest = behind;
        }
        messages
    }
}

impl Tap {
    pub(super) fn new(crypto: CryptoProvider) -> Self {
        Self { crypto, suite: None, client: Direction::new(), server: Direction::new() }
    }

    /// Takes a line of the key log.
    pub(super) fn learn(&mut self, line: &KeyLogLine) {
        let place = match line.label {
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET" => &mut self.client.handshake_secret,
            "SERVER_HANDSHAKE_TRAFFIC_SECRET" => &mut self.server.handshake_secret,
            "CLIENT_TRAFFIC_SECRET_0" => &mut self.client.application_secret,
            "SERVER_TRAFFIC_SECRET_0" => &mut self.server.application_secret,
            _ => return,
        };
        *place = Some(line.secret.clone());
    }

    /// Looks at the record at the start of `wire`, which stays as it is.
    pub(super) fn read(&mut self, from: Role, wire: &[u8]) -> SeenRecord {
        let direction = match from {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        };
        let epoch = direction.epoch;
        let mut copy = wire.to_vec();
        let seen = match direction.reader.read(&mut copy) {
            Ok(Read::Record(record)) => SeenRecord {
                content_type: record.content_type,
                epoch,
                length: record.consumed,
                content: copy.get(record.content).unwrap_or_default().to_vec(),
            },
            Ok(Read::Dropped { consumed }) => SeenRecord {
                content_type: ContentType::CHANGE_CIPHER_SPEC,
                epoch: Epoch::Initial,
                length: consumed,
                content: vec![1],
            },
            // All of it, shown as what it says that it is: no record of the demo's ends is like that.
            Ok(Read::NeedInput { .. }) | Err(_) => SeenRecord {
                content_type: ContentType(wire.first().copied().unwrap_or_default()),
                epoch,
                length: wire.len(),
                content: Vec::new(),
            },
        };
        for (msg_type, body) in seen.messages() {
            self.change_keys(from, msg_type, body);
        }
        seen
    }

    /// Changes keys behind the messages that do (RFC 9846 §4, Figure 4; §4.7.3).
    fn change_keys(&mut self, from: Role, msg_type: HandshakeType, body: &[u8]) {
        match (msg_type, from) {
            (HandshakeType::SERVER_HELLO, Role::Server) => {
                let hello = ServerHello::decode(body).ok().filter(|hello| !hello.is_hello_retry_request());
                let Some(hello) = hello else { return };
                self.suite = Some(hello.cipher_suite);
                let kdf = self.kdf();
                for direction in [&mut self.client, &mut self.server] {
                    direction.epoch = Epoch::Handshake;
                    let secret = direction.handshake_secret.take();
                    direction.use_secret(&self.crypto, self.suite, kdf.as_ref(), secret.as_ref());
                }
            }
            (HandshakeType::FINISHED, from) => self.roll(from, Epoch::Application(0), |_, secret| secret),
            (HandshakeType::KEY_UPDATE, from) => {
                let generation = match self.direction(from).epoch {
                    Epoch::Application(generation) => generation + 1,
                    Epoch::Initial | Epoch::Handshake => 0,
                };
                self.roll(from, Epoch::Application(generation), |kdf, secret| {
                    next_application_traffic_secret(kdf, &secret)
                });
            }
            _ => {}
        }
    }

    /// Puts one direction under the application secret that `next` makes of the one it has.
    fn roll(&mut self, from: Role, epoch: Epoch, next: impl FnOnce(&Kdf, Secret) -> Secret) {
        let Some(kdf) = self.kdf() else { return };
        let (crypto, suite) = (self.crypto.clone(), self.suite);
        let direction = self.direction(from);
        direction.epoch = epoch;
        let Some(secret) = direction.application_secret.take() else { return };
        let secret = next(&kdf, secret);
        direction.use_secret(&crypto, suite, Some(&kdf), Some(&secret));
        direction.application_secret = Some(secret);
    }

    fn direction(&mut self, from: Role) -> &mut Direction {
        match from {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    fn kdf(&self) -> Option<Kdf> {
        Kdf::new(&self.crypto, self.suite?.hash()?, LabelPrefix::Tls13)
    }
}

impl Direction {
    fn new() -> Self {
        let mut reader = RecordReader::new();
        reader.allow_change_cipher_spec(true);
        Self { reader, handshake_secret: None, application_secret: None, epoch: Epoch::Initial }
    }

    /// Opens what comes with the keys of this secret.
    fn use_secret(
        &mut self,
        crypto: &CryptoProvider,
        suite: Option<CipherSuite>,
        kdf: Option<&Kdf>,
        secret: Option<&Secret>,
    ) {
        let Some((algorithm, kdf, secret)) =
            suite.and_then(CipherSuite::aead).zip(kdf).zip(secret).map(|((a, k), s)| (a, k, s))
        else {
            return;
        };
        let keys = traffic_keys(kdf, secret, algorithm);
        if let Some(Ok(key)) = crypto.aead(algorithm).map(|aead| aead.key(keys.key.expose())) {
            self.reader.set_protection(Protection::new(algorithm, key, keys.iv));
        }
    }
}
