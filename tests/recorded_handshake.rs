//! One recorded handshake, given to every provider: from the same shared secrets and signatures all of them make the
//! same bytes.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "rustcrypto"))]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::io::Write;
use std::sync::{Arc, Mutex};

use handfast::crypto::{CryptoProvider, Entropy, ring, rustcrypto};
use handfast::{CipherSuite, Config, ExpectedPeer, NamedGroup};
use handfast_replay::{Connection, Recorder, replay};
use support::pair::{End, now, settle};
use support::{authority, pair};

fn providers() -> Vec<CryptoProvider> {
    vec![
        ring::provider(),
        rustcrypto::provider(),
        #[cfg(feature = "aws-lc")]
        handfast::crypto::aws_lc::provider(),
    ]
}

/// A record in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The records of a client and of a server that authenticate each other and close, and how much each has sent.
fn record(crypto: &CryptoProvider, suite: CipherSuite, group: NamedGroup) -> [(String, usize); 2] {
    let ca = authority::root(authority::ca("ca"));
    let config = |params| {
        let (chain, key) = pair::credential(params, &ca);
        let builder = Config::builder(crypto.clone()).trust_pem(ca.pem()).unwrap();
        let mut builder = builder.credential_pem(chain, key).unwrap();
        builder.handshake.cipher_suites = vec![suite];
        builder.handshake.groups = vec![group];
        Arc::new(builder.build().unwrap())
    };
    let (client, server) =
        (config(authority::client("spiffe://test/client")), config(authority::server("server.test")));
    let memories = [Memory::default(), Memory::default()];
    let [one, other] = memories.clone().map(Recorder::to);
    let entropy = |seed| Entropy::from_platform([seed; 32]);
    let peer = ExpectedPeer::dns("server.test").unwrap();
    let client = Connection::client_with_psks(client, peer, Vec::new(), now(), entropy(1), one).unwrap();
    let server = Connection::server(server, entropy(2), other).unwrap();
    let (mut client, mut server) = (End::new(client), End::new(server));
    settle(&mut client, &mut server).unwrap();
    client.connection.close();
    server.connection.close();
    settle(&mut client, &mut server).unwrap();
    assert!(client.ended && server.ended);
    let [client_record, server_record] =
        memories.map(|memory| String::from_utf8(memory.0.lock().unwrap().clone()).unwrap());
    [(client_record, client.wire.len()), (server_record, server.wire.len())]
}

#[test]
fn given_one_recorded_handshake_all_providers_put_out_the_same_bytes() {
    let mut replayed = 0;
    for recording in providers() {
        let defaults = Config::builder(recording.clone()).handshake;
        let with_suites = defaults.cipher_suites.iter().map(|suite| (*suite, NamedGroup::X25519));
        let with_groups = defaults.groups.iter().map(|group| (CipherSuite::TLS_AES_128_GCM_SHA256, *group));
        for (suite, group) in with_suites.chain(with_groups) {
            for (record, sent) in record(&recording, suite, group) {
                for replaying in providers() {
                    let name = format!("{suite} {group}: {} by {}", recording.name, replaying.name);
                    let again =
                        replay(&record, &replaying).unwrap_or_else(|stopped| panic!("{name}: {stopped}"));
                    assert_eq!((again.sent, again.fault), (sent, None), "{name}");
                    replayed += 1;
                }
            }
        }
    }
    assert!(replayed >= 2 * 2 * 2 * 6);
}
