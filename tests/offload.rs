//! A connection that is taken apart into its keys goes on with them, and nothing that has come is lost by it.

#![cfg(test)]
#![cfg(feature = "ring")]

use handfast::connection::{Inbox, NotAtRest, Offloaded, RecordKeys};
use handfast::crypto::{AeadAlgorithm, AeadKey, CryptoProvider, ring};
use handfast::danger::offload;
use handfast::handshake::CipherSuite;

#[path = "support/authority.rs"]
mod authority;
#[path = "support/pair.rs"]
mod pair;

use pair::{End, connected};

/// What a kernel does with the keys.
struct Kernel {
    crypto: CryptoProvider,
    keys: Offloaded,
    sent: u64,
    received: u64,
}

impl Kernel {
    fn new(keys: Offloaded) -> Self {
        Self { crypto: ring::provider(), keys, sent: 0, received: 0 }
    }

    fn aead(&self, keys: &RecordKeys) -> Box<dyn AeadKey> {
        assert_eq!(self.keys.cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
        self.crypto.aead(AeadAlgorithm::Aes128Gcm).unwrap().key(keys.key()).unwrap()
    }

    /// A record of application data.
    fn seal(&mut self, data: &[u8]) -> Vec<u8> {
        self.seal_as(23, data)
    }

    fn seal_as(&mut self, content_type: u8, content: &[u8]) -> Vec<u8> {
        let mut inner = [content, &[content_type], &[0; 16]].concat();
        let header = header(inner.len());
        let nonce = nonce(&self.keys.send, self.sent);
        self.aead(&self.keys.send).seal(nonce, &header, &mut inner).unwrap();
        self.sent += 1;
        [&header[..], &inner].concat()
    }

    /// The inner type and the content of a record.
    fn open(&mut self, record: &[u8]) -> (u8, Vec<u8>) {
        let (header, body) = record.split_first_chunk::<5>().unwrap();
        let mut inner = body.to_vec();
        let nonce = nonce(&self.keys.receive, self.received);
        let length = self.aead(&self.keys.receive).open(nonce, header, &mut inner).unwrap();
        self.received += 1;
        inner.truncate(length);
        (inner.pop().unwrap(), inner)
    }
}

fn header(length: usize) -> [u8; 5] {
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    [23, 3, 3, high, low]
}

/// The nonce of the record that is so many behind the first one of these keys.
fn nonce(keys: &RecordKeys, behind: u64) -> [u8; 12] {
    let mut nonce = *keys.iv();
    let number = (keys.sequence_number() + behind).to_be_bytes();
    nonce[4..].iter_mut().zip(number).for_each(|(place, byte)| *place ^= byte);
    nonce
}

/// Both ends, connected, with some data and a KeyUpdate each way behind them.
fn ends() -> (End, End) {
    let (client, server) = pair::builders();
    let (mut client, mut server) = connected(client, server);
    for round in 0..3_u8 {
        client.seal_to(&[round; 100], &mut server);
        server.seal_to(&[round; 200], &mut client);
        if round == 1 {
            client.connection.update_keys(true);
        }
        pair::settle(&mut client, &mut server).unwrap();
    }
    (client, server)
}

#[test]
fn a_session_goes_on_with_the_keys_that_were_taken_in_both_roles_and_behind_a_key_update() {
    for swapped in [false, true] {
        let (client, server) = ends();
        let (taken, mut other) = if swapped { (server, client) } else { (client, server) };
        let mut kernel = Kernel::new(offload(taken.connection, Inbox::new()).unwrap());
        assert_eq!(kernel.keys.max_content, 1 << 14);
        assert!(kernel.keys.send.sequence_number() < 4, "they were updated");
        other.plaintext.clear();
        for text in [&b"by the kernel"[..], b"and again"] {
            other.input.extend(kernel.seal(text));
        }
        other.receive().unwrap();
        assert_eq!(other.plaintext, b"by the kerneland again");
        let mut out = [0; 1000];
        for text in [&b"to the kernel"[..], b"once more"] {
            let sealed = other.connection.seal(text, &mut out).unwrap();
            assert_eq!(kernel.open(&out[..sealed.written]), (23, text.to_vec()));
        }

        // KeyUpdate: a handshake record, and new keys behind it.
        other.connection.update_keys(false);
        let written = other.connection.transmit(&mut out);
        assert_eq!(kernel.open(&out[..written]), (22, vec![24, 0, 0, 1, 0]));
        kernel.keys.receive.update();
        kernel.received = 0;
        let sealed = other.connection.seal(b"under new keys", &mut out).unwrap();
        assert_eq!(kernel.open(&out[..sealed.written]), (23, b"under new keys".to_vec()));
    }
}

/// Why this end is not taken apart; it is as it was.
fn refused(end: End, inbox: Inbox) -> (NotAtRest, End, Inbox) {
    let refused = offload(end.connection, inbox).unwrap_err();
    let reason = refused.reason;
    assert_eq!(refused.to_string(), reason.to_string());
    (reason, End { connection: refused.connection, ..end }, refused.inbox)
}

#[test]
fn input_that_was_not_read_is_given_back_and_nothing_is_lost() {
    let (mut client, mut server) = ends();
    server.seal_to(b"first", &mut client);
    server.seal_to(b"second", &mut client);
    let wire = std::mem::take(&mut client.input);
    let mut inbox = Inbox::new();
    assert_eq!(inbox.extend(&wire), wire.len());
    let (reason, client, mut inbox) = refused(client, inbox);
    assert_eq!(reason, NotAtRest::Unopened { bytes: wire.len() });
    let mut client = client;
    client.connection.receive_from(&mut inbox, client.now).unwrap();
    let (reason, mut client, mut inbox) = refused(client, inbox);
    assert_eq!(reason, NotAtRest::Unread { bytes: 5 });
    assert_eq!(inbox.unread(), b"first");
    inbox.read(5);
    client.connection.receive_from(&mut inbox, client.now).unwrap();
    assert_eq!(inbox.unread(), b"second");
    inbox.read(6);
    assert_eq!(inbox.extend(&[23, 3, 3]), 3);
    let (reason, client, _) = refused(client, inbox);
    assert_eq!(reason, NotAtRest::Unopened { bytes: 3 });
    assert!(offload(client.connection, Inbox::new()).is_ok());
}

#[test]
fn a_connection_that_is_not_there_yet_owes_something_or_has_ended_is_not_taken_apart() {
    let (client, server) = pair::builders();
    let (client, server) = pair::ends(client, server);
    assert_eq!(refused(client, Inbox::new()).0, NotAtRest::NotConnected);
    assert_eq!(refused(server, Inbox::new()).0, NotAtRest::NotConnected);

    let (mut client, mut server) = ends();
    client.connection.update_keys(false);
    let (reason, mut client, _) = refused(client, Inbox::new());
    assert_eq!(reason, NotAtRest::Owed);
    client.transmit_to(&mut server);
    client.connection.close();
    let (reason, mut client, _) = refused(client, Inbox::new());
    assert_eq!(reason, NotAtRest::Owed);
    client.transmit_to(&mut server);
    assert_eq!(refused(client, Inbox::new()).0, NotAtRest::Closed);
    server.receive().unwrap();
    assert_eq!(refused(server, Inbox::new()).0, NotAtRest::Closed);

    let (mut client, _) = ends();
    client.connection.abort(handfast::AlertDescription::INTERNAL_ERROR);
    client.connection.transmit(&mut [0; 100]);
    assert_eq!(refused(client, Inbox::new()).0, NotAtRest::Closed);
}

#[test]
fn a_connection_with_half_a_handshake_message_is_not_taken_apart_before_it_is_whole() {
    let (client, mut server) = ends();
    let mut kernel = Kernel::new(offload(client.connection, Inbox::new()).unwrap());
    server.input.extend(kernel.seal_as(22, &[24, 0, 0]));
    server.receive().unwrap();
    let (reason, mut server, _) = refused(server, Inbox::new());
    assert_eq!(reason, NotAtRest::MidMessage);
    server.input.extend(kernel.seal_as(22, &[1, 0]));
    server.receive().unwrap();
    assert!(offload(server.connection, Inbox::new()).is_ok());
}

#[test]
fn a_connection_that_asks_is_not_taken_apart_until_the_answer_was_taken_up() {
    let (mut client, mut server) = pair::builders();
    server.handshake.tickets = 1;
    client.handshake.accept_tickets = true;
    let (client, server) = connected(client, server);
    assert!(server.connection.pending().is_some(), "for a ticket");
    let (reason, mut server, _) = refused(server, Inbox::new());
    assert_eq!(reason, NotAtRest::Asked);
    let answer = server.connection.pending().unwrap().failed();
    server.connection.answer(answer).unwrap();
    let (reason, mut server, _) = refused(server, Inbox::new());
    assert_eq!(reason, NotAtRest::Asked);
    server.receive().unwrap();
    assert!(offload(server.connection, Inbox::new()).is_ok());
    assert!(offload(client.connection, Inbox::new()).is_ok());
}
