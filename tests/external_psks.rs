//! External PSKs of a config, and their import for a KDF each (RFC 9258).

#![cfg(test)]
#![cfg(all(feature = "floors", feature = "ring"))]
#![allow(clippy::wildcard_enum_match_arm)]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::collections::BTreeMap;
use std::sync::Arc;

use handfast::CipherSuite;
use handfast::connection::{Config, ConfigBuilder, Connection, ExternalPskError, ExternalPsks, Fault};
use handfast::crypto::{CryptoProvider, Entropy, HashAlgorithm, ring};
use handfast::handshake::{self, Authentication, ClientAuth, Connected, Milestone, OwnFault, PeerFault};
use handfast::identity::ExpectedPeer;
use handfast::message::{ClientHello, OfferedPsks, ProtocolVersion};
use handfast::resumption::{
    ExternalPsk, ImportError, ImportedIdentity, Psk, PskOffer, RolePair, TargetKdf, TicketKeys,
};
use handfast::time::Time;
use handfast::wire::{Decode, Encode};
use support::pair::{End, builders, ends, now, pair, settle};

const BASE_KEY: [u8; 32] = [0x5a; 32];

fn crypto() -> CryptoProvider {
    ring::provider()
}

fn external() -> ExternalPsk {
    ExternalPsk::new("plant 7", &BASE_KEY, HashAlgorithm::Sha256).unwrap()
}

/// Builders of both ends, whose server asks for no certificates.
fn psk_builders() -> (ConfigBuilder, ConfigBuilder) {
    let (client, mut server) = builders();
    server.handshake.client_auth = ClientAuth::None;
    (client, server)
}

/// What a client offers to import, and a server accepts by import, each under its context.
fn importing(offered: &[u8], accepted: &[u8]) -> (ConfigBuilder, ConfigBuilder) {
    let (mut client, mut server) = psk_builders();
    client.external_psks = ExternalPsks::new().offer_imported(&external(), offered, &crypto()).unwrap();
    server.external_psks = ExternalPsks::new().accept_imported(&external(), accepted, &crypto()).unwrap();
    (client, server)
}

fn agreed(end: &End) -> &Connected {
    let connected = end.milestones.iter().find_map(|milestone| match milestone {
        Milestone::Connected(connected) => Some(connected),
        _ => None,
    });
    connected.expect("connected")
}

/// What both ends agree on, which is the same.
fn handshake(client: ConfigBuilder, server: ConfigBuilder) -> Result<Connected, Fault> {
    let (mut client, mut server) = ends(client, server);
    settle(&mut client, &mut server)?;
    let (client, server) = (agreed(&client), agreed(&server));
    assert_eq!(client.authentication, server.authentication);
    assert_eq!(client.external_psk, server.external_psk);
    assert_eq!(client.cipher_suite, server.cipher_suite);
    Ok(client.clone())
}

/// The identities that a client's first flight offers.
fn offered(client: ConfigBuilder) -> Vec<Vec<u8>> {
    let (mut client, mut server) = ends(client, builders().1);
    client.receive().unwrap();
    client.transmit_to(&mut server);
    let hello = ClientHello::decode(&server.input[9..]).unwrap();
    let psks: Option<OfferedPsks<'_>> = hello.extensions.get().unwrap();
    psks.iter().flat_map(OfferedPsks::identities).map(|offered| offered.identity.to_vec()).collect()
}

fn target_kdfs(identities: &[Vec<u8>]) -> Vec<TargetKdf> {
    identities.iter().map(|identity| ImportedIdentity::decode(identity).unwrap().target_kdf).collect()
}

fn hex(digits: &str) -> Vec<u8> {
    let octet = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(octet).collect()
}

//= R9258-5.1-1 test
//= R9258-5.1-4 test
#[test]
fn every_imported_psk_of_openssl_is_ours() {
    let file = include_str!("../vectors/psk_importer/openssl-hkdf.txt");
    let cases: Vec<BTreeMap<&str, &str>> = file
        .split("\n\n[")
        .skip(1)
        .map(|case| case.lines().filter_map(|line| line.split_once(" = ")).collect())
        .collect();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let hash = match case["hash"] {
            "SHA256" => HashAlgorithm::Sha256,
            "SHA384" => HashAlgorithm::Sha384,
            other => panic!("{other}"),
        };
        let target_kdf = match case["target_kdf"] {
            "0001" => HashAlgorithm::Sha256,
            "0002" => HashAlgorithm::Sha384,
            other => panic!("{other}"),
        };
        let external = ExternalPsk::new(hex(case["external_identity"]), &hex(case["epsk"]), hash).unwrap();
        let (identity, psk) = external.import(&hex(case["context"]), target_kdf, &crypto()).unwrap();
        assert_eq!(identity, hex(case["ImportedIdentity"]));
        assert_eq!((psk.expose(), psk.hash()), (hex(case["ipskx"]).as_slice(), target_kdf));
        let read = ImportedIdentity::decode(&identity).unwrap();
        assert_eq!((read.target_protocol, read.to_bytes()), (ProtocolVersion::TLS13, identity.clone()));
        for length in 0..identity.len() {
            assert!(ImportedIdentity::decode(&identity[..length]).is_err());
        }
    }
}

//= R9258-5.1-5 test
#[test]
fn an_identity_that_would_be_too_long_is_not_imported() {
    let import = |context: &[u8]| external().import(context, HashAlgorithm::Sha256, &crypto()).map(|_| ());
    let room = 0xffff - 8 - external().identity().len();
    assert_eq!(import(&vec![0; room]), Ok(()));
    assert_eq!(import(&vec![0; room + 1]), Err(ImportError::IdentityLength(0x1_0000)));
    let new = |identity: &[u8], key: &[u8]| ExternalPsk::new(identity, key, HashAlgorithm::Sha256);
    assert_eq!(new(b"", &BASE_KEY).unwrap_err(), ImportError::IdentityLength(0));
    assert_eq!(new(&vec![0; 0x1_0000], &BASE_KEY).unwrap_err(), ImportError::IdentityLength(0x1_0000));
    assert_eq!(new(b"a", b"").unwrap_err(), ImportError::EmptyKey);
}

#[test]
fn an_imported_psk_authenticates_both_sides() {
    let (client, server) = importing(b"context", b"context");
    let agreed = handshake(client, server).unwrap();
    assert_eq!(agreed.authentication, Authentication::ExternalPsk);
    assert_eq!(agreed.external_psk.as_deref(), Some(&b"plant 7"[..]));
    assert_eq!(agreed.peer_identity, None);
}

//= R9258-5.1-7 test
//= R9258-5.1-8 test
#[test]
fn one_imported_psk_is_offered_for_each_kdf_of_our_suites() {
    let of_suites = |suites: &[CipherSuite]| {
        let (mut client, _) = importing(b"", b"");
        client.handshake.cipher_suites = suites.to_vec();
        target_kdfs(&offered(client))
    };
    let both = [TargetKdf::HKDF_SHA256, TargetKdf::HKDF_SHA384];
    assert_eq!(of_suites(&importing(b"", b"").0.handshake.cipher_suites), both);
    let sha256 = [CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
    assert_eq!(of_suites(&sha256), [TargetKdf::HKDF_SHA256]);
    assert_eq!(of_suites(&[CipherSuite::TLS_AES_256_GCM_SHA384]), [TargetKdf::HKDF_SHA384]);
}

#[test]
fn the_psk_of_the_suites_kdf_is_selected_behind_a_hello_retry_request_too() {
    for suite in [CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384] {
        for retries in [false, true] {
            let (client, mut server) = importing(b"c", b"c");
            server.handshake.cipher_suites = vec![suite];
            if retries {
                server.handshake.groups = vec![handfast::NamedGroup::SECP384R1];
            }
            let agreed = handshake(client, server).unwrap();
            assert_eq!((agreed.cipher_suite, agreed.hello_retried), (suite, retries));
            assert_eq!(agreed.authentication, Authentication::ExternalPsk);
        }
    }
}

#[test]
fn a_psk_that_fits_no_common_suite_is_passed_over() {
    let for_sha384_alone = || {
        let (mut client, server) = importing(b"c", b"c");
        let (identity, psk) = external().import(b"c", HashAlgorithm::Sha384, &crypto()).unwrap();
        client.external_psks = ExternalPsks::new().offer(identity, psk).unwrap();
        (client, server)
    };
    let (client, mut server) = for_sha384_alone();
    server.handshake.cipher_suites = vec![CipherSuite::TLS_AES_128_GCM_SHA256];
    assert_eq!(handshake(client, server).unwrap().authentication, Authentication::Certificate);

    let (mut client, mut server) = for_sha384_alone();
    let behind = Psk::external(&BASE_KEY, HashAlgorithm::Sha256);
    client.external_psks = client.external_psks.offer("behind", behind.clone()).unwrap();
    server.external_psks = server.external_psks.accept("behind", behind).unwrap();
    server.handshake.cipher_suites = vec![CipherSuite::TLS_AES_128_GCM_SHA256];
    assert_eq!(handshake(client, server).unwrap().external_psk.as_deref(), Some(&b"behind"[..]));
}

#[test]
fn another_context_is_another_psk() {
    let (client, server) = importing(b"one", b"two");
    assert_eq!(handshake(client, server).unwrap().authentication, Authentication::Certificate);
}

/// A session is no way around a PSK that was taken away: it may be all that proved who the peer is.
#[test]
fn a_session_does_not_outlive_the_external_psks_that_it_was_made_with() {
    let (mut client, server) = importing(b"c", b"c");
    client.handshake.accept_tickets = true;
    let server = server.tickets(1, TicketKeys::new([3; 32], Time::MAX));
    let (mut first, mut server_of_first) = ends(client.clone(), server.clone());
    settle(&mut first, &mut server_of_first).unwrap();
    let ticket = first.milestones.iter().find_map(|milestone| match milestone {
        Milestone::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    let expected = ExpectedPeer::dns("server.test").unwrap();
    let config = client.clone().build().unwrap();
    let stored = config.store_session(&expected, ticket.unwrap()).unwrap();
    let replaced = ExternalPsk::new("plant 7", &[0x77; 32], HashAlgorithm::Sha256).unwrap();

    let others =
        [ExternalPsks::new(), ExternalPsks::new().offer_imported(&replaced, b"c", &crypto()).unwrap()];
    assert!(config.offer_session(&stored, &expected, now()).is_ok());
    for external_psks in others {
        let other = ConfigBuilder { external_psks, ..client.clone() }.build().unwrap();
        assert!(other.offer_session(&stored, &expected, now()).is_err());
    }

    let others =
        [ExternalPsks::new(), ExternalPsks::new().accept_imported(&replaced, b"c", &crypto()).unwrap()];
    let resumes = |server: ConfigBuilder| {
        let offer = config.offer_session(&stored, &expected, now()).unwrap();
        let without_psks = ConfigBuilder { external_psks: ExternalPsks::new(), ..client.clone() };
        let client = Connection::client_with_psks(
            Arc::new(without_psks.build().unwrap()),
            expected.clone(),
            vec![offer],
            now(),
            Entropy::from_platform([5; 32]),
        );
        let server = Connection::server(Arc::new(server.build().unwrap()), Entropy::from_platform([6; 32]));
        let (mut client, mut server) = (End::new(client), End::new(server));
        settle(&mut client, &mut server).unwrap();
        agreed(&server).authentication == Authentication::Resumption
    };
    assert!(resumes(server.clone()));
    for external_psks in others {
        assert!(!resumes(ConfigBuilder { external_psks, ..server.clone() }));
    }
}

/// The labels of the binders tell them apart, should the identities collide (RFC 9258 §5.2).
#[test]
fn an_imported_psk_and_the_same_bytes_unimported_do_not_fit() {
    let (mut client, server) = importing(b"c", b"c");
    let (identity, psk) = external().import(b"c", HashAlgorithm::Sha256, &crypto()).unwrap();
    let unimported = Psk::external(psk.expose(), HashAlgorithm::Sha256);
    client.external_psks = ExternalPsks::new().offer(identity, unimported).unwrap();
    assert_eq!(handshake(client, server).unwrap_err(), Fault::Handshake(PeerFault::BadBinder.into()),);
}

#[test]
fn a_secret_is_for_the_importer_or_for_tls_and_has_one_hash() {
    let psk = || Psk::external(&BASE_KEY, HashAlgorithm::Sha256);
    let otherwise = |psks: Result<ExternalPsks, ExternalPskError>| {
        assert_eq!(psks.unwrap_err(), ExternalPskError::UsedOtherwise(b"plant 7".to_vec()));
    };
    //= R9258-4-1 test
    otherwise(ExternalPsks::new().offer("plant 7", psk()).unwrap().offer_imported(
        &external(),
        b"",
        &crypto(),
    ));
    otherwise(
        ExternalPsks::new().accept_imported(&external(), b"", &crypto()).unwrap().offer("plant 7", psk()),
    );
    //= R9258-4-3 test
    let other_hash = ExternalPsk::new("plant 7", &BASE_KEY, HashAlgorithm::Sha384).unwrap();
    let imported = ExternalPsks::new().offer_imported(&external(), b"a", &crypto()).unwrap();
    otherwise(imported.offer_imported(&other_hash, b"b", &crypto()));
}

/// A node's own ClientHello, sent back to it, would open a session with itself (Drucker and Gueron, "Selfie:
/// reflections on TLS 1.3 with PSK").
mod selfie {
    use super::*;

    fn pump_to_valve() -> Vec<u8> {
        RolePair { client: b"pump", server: b"valve" }.to_context().unwrap()
    }

    fn valve_to_pump() -> Vec<u8> {
        RolePair { client: b"valve", server: b"pump" }.to_context().unwrap()
    }

    #[test]
    fn one_identity_is_not_both_offered_and_accepted() {
        let psk = || Psk::external(&BASE_KEY, HashAlgorithm::Sha256);
        let selfie = ExternalPskError::Selfie(b"a".to_vec());
        assert_eq!(ExternalPsks::new().offer("a", psk()).unwrap().accept("a", psk()).unwrap_err(), selfie);
        assert_eq!(ExternalPsks::new().accept("a", psk()).unwrap().offer("a", psk()).unwrap_err(), selfie);
        assert!(selfie.to_string().contains("import it with contexts that name the client and the server"));
        let imported = ExternalPsks::new().offer_imported(&external(), &pump_to_valve(), &crypto()).unwrap();
        let again = imported.accept_imported(&external(), &pump_to_valve(), &crypto());
        assert!(matches!(again, Err(ExternalPskError::Selfie(_))), "{again:?}");
    }

    #[test]
    fn a_client_whose_config_accepts_what_it_is_to_offer_says_nothing() {
        let psk = Psk::external(&BASE_KEY, HashAlgorithm::Sha256);
        let (mut both, _) = psk_builders();
        both.external_psks = ExternalPsks::new().accept("a", psk.clone()).unwrap();
        let server = ExpectedPeer::dns("server.test").unwrap();
        let offers = vec![PskOffer::external(b"a".to_vec(), psk)];
        let entropy = Entropy::from_platform([1; 32]);
        let config = Arc::new(both.build().unwrap());
        let mut client = Connection::client_with_psks(config, server, offers, now(), entropy);
        assert!(!client.owes_transmit());
        let fault = client.receive(&mut [], now()).unwrap_err();
        assert_eq!(fault, Fault::Handshake(handshake::Fault::Own(OwnFault::Selfie)));
    }

    /// Imported with contexts that name the roles, one secret serves both, and a reflected ClientHello finds nobody.
    #[test]
    fn a_node_with_contexts_that_tell_the_roles_apart_does_not_know_its_own_client_hello() {
        let (mut pump, _) = psk_builders();
        pump.external_psks = ExternalPsks::new()
            .offer_imported(&external(), &pump_to_valve(), &crypto())
            .and_then(|psks| psks.accept_imported(&external(), &valve_to_pump(), &crypto()))
            .unwrap();
        pump.handshake.client_auth = ClientAuth::None;
        let mut valve = pump.clone();
        valve.external_psks = ExternalPsks::new()
            .offer_imported(&external(), &valve_to_pump(), &crypto())
            .and_then(|psks| psks.accept_imported(&external(), &pump_to_valve(), &crypto()))
            .unwrap();
        for (client, server) in [(&pump, &valve), (&valve, &pump)] {
            let agreed = handshake(client.clone(), server.clone()).unwrap();
            assert_eq!(agreed.authentication, Authentication::ExternalPsk);
        }
        let config: Arc<Config> = Arc::new(pump.build().unwrap());
        let (client, server) = pair(Arc::clone(&config), config);
        let (mut client, mut server) = (End::new(client), End::new(server));
        let found = settle(&mut client, &mut server);
        let authentication = server.milestones.iter().find_map(|milestone| match milestone {
            Milestone::Connected(connected) => Some(connected.authentication),
            _ => None,
        });
        assert!(found.is_err() && authentication.is_none(), "{found:?} {authentication:?}");
    }

    #[test]
    fn a_name_of_a_role_has_255_bytes_at_most() {
        let long = [0; 256];
        assert!(RolePair { client: &long[1..], server: b"" }.to_context().is_some());
        assert!(RolePair { client: b"", server: &long }.to_context().is_none());
    }
}
