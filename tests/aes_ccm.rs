//! The suites over AES-128-CCM, which are used where both ends name them.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "rustcrypto"))]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use handfast::crypto::{AeadAlgorithm, Operation, ring, rustcrypto};
use handfast::{CipherSuite, Config};
use support::pair::{builders, connected, records, settle};

const SUITES: [(CipherSuite, AeadAlgorithm); 2] = [
    (CipherSuite::TLS_AES_128_CCM_SHA256, AeadAlgorithm::Aes128Ccm),
    (CipherSuite::TLS_AES_128_CCM_8_SHA256, AeadAlgorithm::Aes128Ccm8),
];

#[test]
fn they_are_offered_by_no_default() {
    let defaults = Config::builder(rustcrypto::provider()).handshake.cipher_suites;
    assert!(SUITES.iter().all(|(suite, _)| !defaults.contains(suite)));
}

#[test]
fn both_ends_talk_over_them_and_the_tag_is_as_long_as_the_suite_says() {
    for (suite, aead) in SUITES {
        let (mut client, mut server) = builders();
        for end in [&mut client, &mut server] {
            let crypto = ring::provider().with(&rustcrypto::provider(), &[Operation::Aead(aead)]);
            end.handshake.crypto = crypto;
            end.handshake.cipher_suites = vec![suite];
        }
        let (mut client, mut server) = connected(client, server);
        let before = client.wire.len();
        client.seal_to(b"over CCM", &mut server);
        settle(&mut client, &mut server).unwrap();
        assert_eq!(server.plaintext, b"over CCM");
        // Header, content, its type, tag.
        let record = records(&client.wire[before..])[0];
        assert_eq!(record.len(), 5 + 8 + 1 + aead.tag_len(), "{suite}");
    }
}

#[test]
fn a_damaged_record_with_a_short_tag_is_refused() {
    let (mut client, mut server) = builders();
    for end in [&mut client, &mut server] {
        end.handshake.crypto = rustcrypto::provider();
        end.handshake.cipher_suites = vec![CipherSuite::TLS_AES_128_CCM_8_SHA256];
    }
    let (mut client, mut server) = connected(client, server);
    client.seal_to(b"x", &mut server);
    *server.input.last_mut().unwrap() ^= 1;
    let fault = server.receive().unwrap_err();
    assert_eq!(fault.alert(), Some(handfast::alert::AlertDescription::BAD_RECORD_MAC));
}

#[test]
fn a_provider_without_ccm_is_told_so_by_name() {
    let (mut client, _) = builders();
    client.handshake.cipher_suites = vec![CipherSuite::TLS_AES_128_CCM_SHA256];
    let refusal = client.build().unwrap_err().to_string();
    assert!(refusal.contains("the provider ring has no TLS_AES_128_CCM_SHA256"), "{refusal}");
}
