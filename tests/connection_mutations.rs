//! What an attacker on the path can do to records: flip bits, drop, repeat, reorder and cut. Never a panic, never data
//! that was not sent, never a handshake that both ends complete, but for what the RFC makes the receiver ignore:
//!
//! | ignored | section |
//! |---|---|
//! | the version of an unprotected record, but for the first byte of the first one, by which TLS is told from other protocols | §5.1 |
//! | a change_cipher_spec that is missing | E.4 |
//! | one that comes twice, or earlier or later, but behind the first ClientHello and before Finished | §5 |
//! | what follows close_notify | §6.1 |
//!
//! The version of a protected record is additional data of its AEAD, and is not ignored (§5.2).

#![cfg(test)]
#![cfg(feature = "ring")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::sync::Arc;

use handfast::NamedGroup;
use handfast::connection::{Config, Fault};
use handfast::handshake::Role;
use support::pair::{End, builders, pair, records};

/// What is done to the records of one direction.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    /// Flips this bit of this byte of the direction.
    Flip { byte: usize, bit: u8 },
    /// Does not deliver this record.
    Drop(usize),
    /// Delivers this record twice.
    Repeat(usize),
    /// Delivers this record behind the next one.
    Delay(usize),
    /// Ends the transport behind so many bytes.
    Cut(usize),
}

/// Carries one direction, mutated.
struct Path {
    mutation: Option<Mutation>,
    bytes: usize,
    records: usize,
    delayed: Vec<u8>,
    cut: bool,
}

impl Path {
    const fn new(mutation: Option<Mutation>) -> Self {
        Self { mutation, bytes: 0, records: 0, delayed: Vec::new(), cut: false }
    }

    fn carry(&mut self, wire: &[u8], to: &mut End) {
        for record in records(wire) {
            let mut delivered = record.to_vec();
            let (start, index) = (self.bytes, self.records);
            self.bytes += record.len();
            self.records += 1;
            match self.mutation {
                Some(Mutation::Flip { byte, bit }) if (start..self.bytes).contains(&byte) => {
                    delivered[byte - start] ^= 1 << bit;
                }
                Some(Mutation::Drop(dropped)) if dropped == index => delivered.clear(),
                Some(Mutation::Repeat(repeated)) if repeated == index => delivered.extend(record),
                Some(Mutation::Delay(delayed)) if delayed == index => {
                    self.delayed = std::mem::take(&mut delivered);
                }
                Some(Mutation::Cut(at)) if self.cut || self.bytes > at => {
                    delivered.truncate(at.saturating_sub(start));
                    self.cut = true;
                }
                _ => delivered.append(&mut self.delayed),
            }
            to.input.extend(delivered);
        }
    }
}

/// What became of both ends.
struct Outcome {
    client: End,
    server: End,
    faults: Vec<Fault>,
}

const HELLO: &[u8] = b"hello from the client";
const ANSWER: &[u8] = b"and from the server";

/// A handshake, a word each way, and the close of both.
fn run(configs: &(Arc<Config>, Arc<Config>), mutated: Role, mutation: Option<Mutation>) -> Outcome {
    let (client, server) = pair(Arc::clone(&configs.0), Arc::clone(&configs.1));
    let (mut client, mut server) = (End::new(client), End::new(server));
    let of = |role| Path::new(mutation.filter(|_| role == mutated));
    let (mut to_server, mut to_client) = (of(Role::Client), of(Role::Server));
    let mut faults = Vec::new();
    for _ in 0..6 {
        let wire = say(&mut client, HELLO);
        to_server.carry(&wire, &mut server);
        faults.extend(server.receive().err());
        let wire = say(&mut server, ANSWER);
        to_client.carry(&wire, &mut client);
        faults.extend(client.receive().err());
    }
    Outcome { client, server, faults }
}

/// What is owed, and once connected the word and the close.
fn say(end: &mut End, word: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 50_000];
    let mut written = end.connection.transmit(&mut out);
    if end.receive().is_ok() && end.connection.is_connected() && !end.said {
        end.said = true;
        written += end.connection.seal(word, &mut out[written..]).unwrap().written;
        end.connection.close();
        written += end.connection.transmit(&mut out[written..]);
    }
    out.truncate(written);
    end.wire.extend(&out);
    out
}

/// The configs of both, with a HelloRetryRequest in between or without.
fn configs(retry: bool) -> (Arc<Config>, Arc<Config>) {
    let (client, mut server) = builders();
    if retry {
        server.handshake.groups = vec![NamedGroup::SECP256R1];
    }
    (Arc::new(client.build().unwrap()), Arc::new(server.build().unwrap()))
}

impl Outcome {
    /// Both ends are connected, and heard all that was said.
    fn is_complete(&self) -> bool {
        let heard = self.client.plaintext == ANSWER && self.server.plaintext == HELLO;
        self.is_connected() && heard && self.client.ended && self.server.ended && self.faults.is_empty()
    }

    /// Both ends believe in the handshake.
    const fn is_connected(&self) -> bool {
        self.client.connection.is_connected() && self.server.connection.is_connected()
    }

    /// Nothing was heard that was not said.
    fn assert_honest(&self, what: Mutation) {
        assert!(ANSWER.starts_with(&self.client.plaintext), "{what:?}");
        assert!(HELLO.starts_with(&self.server.plaintext), "{what:?}");
    }
}

/// The bytes that a side says when nobody disturbs it.
fn undisturbed(configs: &(Arc<Config>, Arc<Config>), role: Role) -> Vec<u8> {
    let outcome = run(configs, role, None);
    assert!(outcome.is_complete(), "{:?}", outcome.faults);
    if role == Role::Client { outcome.client.wire } else { outcome.server.wire }
}

/// Bytes of handshake records: all but the last two, the word and the close.
fn handshake_len(wire: &[u8]) -> usize {
    let records = records(wire);
    records[..records.len() - 2].iter().map(|record| record.len()).sum()
}

/// Bytes that a receiver ignores.
fn ignored(wire: &[u8]) -> Vec<usize> {
    let mut start = 0;
    let mut ignored = Vec::new();
    for record in records(wire) {
        if record[0] != 23 {
            ignored.extend([start + 1, start + 2]);
        }
        start += record.len();
    }
    ignored.remove(0);
    ignored
}

#[test]
fn a_flipped_bit_anywhere_is_noticed_but_in_the_version_of_unprotected_records() {
    for (retry, role) in RUNS {
        let configs = configs(retry);
        let wire = undisturbed(&configs, role);
        let (ignored, handshake_len) = (ignored(&wire), handshake_len(&wire));
        for byte in 0..wire.len() {
            let mutation = Mutation::Flip { byte, bit: u8::try_from(byte % 8).unwrap() };
            let outcome = run(&configs, role, Some(mutation));
            outcome.assert_honest(mutation);
            // Signatures differ in length from run to run, so the last bytes may not be there to be flipped, or be of
            // another record.
            let written =
                if role == Role::Client { outcome.client.wire.len() } else { outcome.server.wire.len() };
            if byte < written {
                assert_eq!(outcome.is_complete(), ignored.contains(&byte), "{role:?} {mutation:?}");
            }
            if byte + 10 < handshake_len {
                assert_eq!(outcome.is_connected(), ignored.contains(&byte), "{role:?} {mutation:?}");
            }
        }
    }
}

/// With a HelloRetryRequest or without, and who is mutated.
const RUNS: [(bool, Role); 4] =
    [(false, Role::Client), (false, Role::Server), (true, Role::Client), (true, Role::Server)];

#[test]
fn records_dropped_repeated_or_reordered_are_noticed_but_change_cipher_spec() {
    for (retry, role) in RUNS {
        let configs = configs(retry);
        let wire = undisturbed(&configs, role);
        let types: Vec<u8> = records(&wire).iter().map(|record| record[0]).collect();
        assert!(types.starts_with(if retry { &[22, 20, 22, 23] } else { &[22, 20, 23] }));
        for (index, content_type) in types.iter().enumerate() {
            let next = types.get(index + 1);
            for mutation in [Mutation::Drop(index), Mutation::Repeat(index), Mutation::Delay(index)] {
                let outcome = run(&configs, role, Some(mutation));
                outcome.assert_honest(mutation);
                let harmless = match mutation {
                    Mutation::Drop(_) => *content_type == 20,
                    Mutation::Repeat(_) => *content_type == 20 || next.is_none(),
                    // A server's may come before its first message, for the ClientHello has been sent; and behind a
                    // second hello, which is not Finished.
                    Mutation::Delay(_) => {
                        role == Role::Server && next == Some(&20) || *content_type == 20 && next == Some(&22)
                    }
                    Mutation::Flip { .. } | Mutation::Cut(_) => false,
                };
                assert_eq!(outcome.is_complete(), harmless, "{retry} {role:?} {mutation:?}");
                // What comes twice, or as a change_cipher_spec behind Finished, comes too late to stop the handshake.
                let is_repeated = matches!(mutation, Mutation::Repeat(_));
                if index + 2 < types.len() && *content_type != 20 && !is_repeated {
                    assert_eq!(outcome.is_connected(), harmless, "{retry} {role:?} {mutation:?}");
                }
            }
        }
    }
}

#[test]
fn a_direction_cut_anywhere_never_looks_complete() {
    for (retry, role) in RUNS {
        let configs = configs(retry);
        let wire = undisturbed(&configs, role);
        let handshake_len = handshake_len(&wire);
        for at in (0..wire.len() - 10).step_by(3) {
            let mutation = Mutation::Cut(at);
            let mut outcome = run(&configs, role, Some(mutation));
            outcome.assert_honest(mutation);
            if at + 10 < handshake_len {
                assert!(!outcome.is_connected(), "{role:?} {mutation:?}");
            }
            let hears = if role == Role::Client { &mut outcome.server } else { &mut outcome.client };
            assert!(!hears.ended && hears.connection.end_of_input().is_err(), "{role:?} {mutation:?}");
        }
    }
}
