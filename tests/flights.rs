//! What each side says of its own accord: every message of both flights, read back from the bytes that go out.

#![cfg(test)]
#![cfg(all(feature = "floors", feature = "ring"))]

#[path = "support/handshake_ends.rs"]
mod handshake_ends;

use std::sync::Arc;

use handfast::crypto::{self, AeadAlgorithm, Entropy, HashAlgorithm};
use handfast::handshake::{ClientAuth, Config, Epoch, GroupChoice, Handshake, KnownServer};
use handfast::identity::ExpectedPeer;
use handfast::message::{
    Certificate, CertificateRequest, CipherSuite, ClientHello, EncryptedExtensions, ExtensionType,
    HandshakeType, KeyShareClientHello, KeyShareHelloRetryRequest, KeyShareServerHello, NamedGroup,
    NewSessionTicket, OfferedPsks, ProtocolNameList, ProtocolVersion, PskKeyExchangeMode,
    PskKeyExchangeModes, ServerHello, ServerNameList, SignatureScheme, SignatureSchemeList,
    SignatureSchemeListCert, SupportedGroups, SupportedVersionsClientHello, SupportedVersionsServerHello,
    peek_header,
};
use handfast::resumption::{Psk, PskOffer};
use handfast::wire::Decode;
use handshake_ends::{End, NOW, credential};

/// A message that went out: whose, in which epoch, and its body.
struct Said {
    by_client: bool,
    epoch: Epoch,
    msg_type: HandshakeType,
    body: Vec<u8>,
}

/// What is offered by default: the hybrids, where there is ML-KEM, and then ECDHE.
const HYBRIDS: &[NamedGroup] = if cfg!(feature = "ml-kem") {
    &[NamedGroup::X25519MLKEM768, NamedGroup::SECP256R1MLKEM768, NamedGroup::SECP384R1MLKEM1024]
} else {
    &[]
};
const ECDHE: &[NamedGroup] = &[NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup::SECP384R1];

fn config() -> Config {
    Config::new(crypto::ring::provider())
}

/// The defaults but for this change.
fn config_with(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = config();
    change(&mut config);
    config
}

fn entropy(seed: u8) -> Entropy {
    Entropy::from_platform([seed; 32])
}

fn client_machine(config: Config, psks: Vec<PskOffer>, seed: u8) -> Handshake {
    let expected = Arc::new(ExpectedPeer::dns("peer.test").unwrap());
    Handshake::client_with_psks(Arc::new(config), expected, vec![], psks, NOW, entropy(seed))
}

/// The first ClientHello under this config.
fn hello_of(config: Config, psks: Vec<PskOffer>, seed: u8) -> Vec<u8> {
    let machine = client_machine(config, psks, seed);
    let (epoch, bytes) = machine.owed().unwrap();
    assert_eq!(epoch, Epoch::Initial);
    assert_eq!(peek_header(bytes), Some((HandshakeType::CLIENT_HELLO, bytes.len() - 4)));
    bytes[4..].to_vec()
}

/// All that two ends say until both are connected and silent, and the server's certificate.
fn conversation(client: Config, server: Config) -> (Vec<Said>, Vec<u8>) {
    conversation_of(client_machine(client, vec![], 1), server)
}

/// The same of this client.
fn conversation_of(client: Handshake, server: Config) -> (Vec<Said>, Vec<u8>) {
    let ((client_credential, client_key), (server_credential, server_key)) = (credential(), credential());
    let leaf = server_credential.chain()[0].to_vec();
    let mut client = End::new(client, client_credential, server_key);
    let server = Handshake::server(Arc::new(server), vec![], entropy(2));
    let mut server = End::new(server, server_credential, client_key);
    let mut said = Vec::new();
    while say(&mut client, &mut server, true, &mut said) + say(&mut server, &mut client, false, &mut said) > 0
    {
    }
    assert!(client.connected.is_some() && server.connected.is_some());
    (said, leaf)
}

fn say(from: &mut End, to: &mut End, by_client: bool, said: &mut Vec<Said>) -> usize {
    from.work().unwrap();
    let mut count = 0;
    while let Some((epoch, bytes)) = from.machine.owed() {
        let mut rest = bytes;
        while let Some((msg_type, length)) = peek_header(rest) {
            said.push(Said { by_client, epoch, msg_type, body: rest[4..4 + length].to_vec() });
            rest = &rest[4 + length..];
        }
        let length = bytes.len();
        to.machine.receive(epoch, bytes);
        to.work().unwrap();
        from.machine.sent(length);
        count += length;
    }
    count
}

fn types(said: &[Said], by_client: bool) -> Vec<HandshakeType> {
    said.iter().filter(|message| message.by_client == by_client).map(|message| message.msg_type).collect()
}

fn find(said: &[Said], msg_type: HandshakeType) -> &Said {
    said.iter().find(|message| message.msg_type == msg_type).unwrap()
}

fn extension_types(extensions: &handfast::message::Extensions<'_>) -> Vec<ExtensionType> {
    extensions.iter().map(|extension| extension.extension_type).collect()
}

//= R-4.2.2-6 test
//= R-4.2.2-9 test
//= R-4.2.2-10 test
//= R-4.2.2-14 test
//= R-E.5-8 test
//= R-4.2.2-11 test
#[test]
fn a_client_hello_has_the_legacy_fields_that_the_rfc_fixes() {
    let body = hello_of(config(), vec![], 1);
    let hello = ClientHello::decode(&body).unwrap();
    assert_eq!(hello.legacy_version, ProtocolVersion(0x0303));
    assert_eq!(hello.legacy_compression_methods, [0]);
    assert_eq!(hello.legacy_session_id.len(), 32);
    let again = hello_of(config(), vec![], 2);
    assert_ne!(hello.legacy_session_id, ClientHello::decode(&again).unwrap().legacy_session_id);
    let without = hello_of(config_with(|config| config.middlebox_compatibility = false), vec![], 1);
    assert_eq!(ClientHello::decode(&without).unwrap().legacy_session_id, []);
}

//= R-9.1-1 test
//= R-9.1-2 test
//= R-9.1-3 test
//= R-E.5-2 test
//= R-E.5-3 test
//= R-4.3.7-1 test
#[test]
fn a_client_offers_the_suites_groups_and_schemes_that_everyone_implements() {
    let body = hello_of(config(), vec![], 1);
    let hello = ClientHello::decode(&body).unwrap();
    let suites: Vec<_> = hello.cipher_suites.iter().collect();
    assert_eq!(
        suites,
        [
            CipherSuite::TLS_AES_128_GCM_SHA256,
            CipherSuite::TLS_AES_256_GCM_SHA384,
            CipherSuite::TLS_CHACHA20_POLY1305_SHA256
        ]
    );
    let groups: SupportedGroups<'_> = hello.extensions.get().unwrap().unwrap();
    let groups: Vec<_> = groups.named_group_list.iter().collect();
    assert_eq!(groups, [HYBRIDS, ECDHE].concat());
    let schemes: SignatureSchemeList<'_> = hello.extensions.get().unwrap().unwrap();
    let in_certificates: SignatureSchemeListCert<'_> = hello.extensions.get().unwrap().unwrap();
    for scheme in [SignatureScheme::RSA_PSS_RSAE_SHA256, SignatureScheme::ECDSA_SECP256R1_SHA256] {
        assert!(schemes.supported_signature_algorithms.contains(scheme), "{scheme}");
        assert!(in_certificates.supported_signature_algorithms.contains(scheme), "{scheme}");
    }
    let pkcs1 = SignatureScheme::RSA_PKCS1_SHA256;
    assert!(in_certificates.supported_signature_algorithms.contains(pkcs1));
    assert!(!schemes.supported_signature_algorithms.contains(pkcs1));
}

//= R-9.2-3 test
//= R-9.2-4 test
//= R-9.2-5 test
//= R-9.2-6 test
//= R-9.2-10 test
//= R-9.2-11 test
//= R-4.3.1-1 test
//= R-4.3.3-2 test
//= R-4.3.2-3 test
//= R-9.2-13 test
//= R-4.5.1.2-6 test
//= R-E.5-12 test
//= R-9.2-1 test
#[test]
fn a_client_hello_has_each_extension_that_must_be_there_and_no_other() {
    let body = hello_of(config(), vec![], 1);
    let hello = ClientHello::decode(&body).unwrap();
    assert_eq!(
        extension_types(&hello.extensions),
        [
            ExtensionType::SERVER_NAME,
            ExtensionType::SUPPORTED_GROUPS,
            ExtensionType::KEY_SHARE,
            ExtensionType::SUPPORTED_VERSIONS,
            ExtensionType::SIGNATURE_ALGORITHMS,
            ExtensionType::SIGNATURE_ALGORITHMS_CERT,
        ]
    );
    let versions: SupportedVersionsClientHello<'_> = hello.extensions.get().unwrap().unwrap();
    assert_eq!(versions.versions.iter().collect::<Vec<_>>(), [ProtocolVersion(0x0304)]);
    let name: ServerNameList<'_> = hello.extensions.get().unwrap().unwrap();
    assert_eq!(name.host_name, "peer.test");
}

//= R-4.3.3-5 test
#[test]
fn one_policy_for_all_signatures_needs_one_list() {
    let same = config_with(|config| config.signature_schemes_cert.clone_from(&config.signature_schemes));
    let body = hello_of(same, vec![], 1);
    let hello = ClientHello::decode(&body).unwrap();
    assert!(hello.extensions.find(ExtensionType::SIGNATURE_ALGORITHMS).is_some());
    assert!(hello.extensions.find(ExtensionType::SIGNATURE_ALGORITHMS_CERT).is_none());
}

/// The shares of the first ClientHello under this config, and the wire's bytes of each.
fn shares_of(config: Config) -> Vec<(NamedGroup, Vec<u8>)> {
    let body = hello_of(config, vec![], 1);
    let hello = ClientHello::decode(&body).unwrap();
    let shares: KeyShareClientHello<'_> = hello.extensions.get().unwrap().unwrap();
    shares.client_shares().map(|share| (share.group, share.key_exchange.to_vec())).collect()
}

fn groups_of(shares: &[(NamedGroup, Vec<u8>)]) -> Vec<NamedGroup> {
    shares.iter().map(|(group, _)| *group).collect()
}

//= R-4.3.8-1 test
//= R-4.3.8-3 test
//= R-4.3.8-4 test
//= R-4.3.8-7 test
//= R-4.3.8-8 test
#[test]
fn shares_stand_in_the_order_of_the_groups_one_for_each_that_is_wanted() {
    let shared = |wanted: &[NamedGroup]| {
        let config = config_with(|config| config.key_share_groups = Some(wanted.to_vec()));
        groups_of(&shares_of(config))
    };
    let (x25519, p256, p384) = (NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup::SECP384R1);
    assert_eq!(shared(&[x25519]), [x25519]);
    assert_eq!(shared(&[p384, x25519, p384]), [x25519, p384]);
    assert_eq!(shared(&[p256]), [p256]);
    assert_eq!(shared(&[]), [], "the server chooses");
    let not_listed = config_with(|config| {
        config.groups = vec![x25519];
        config.key_share_groups = Some(vec![x25519, p256]);
    });
    assert!(not_listed.check().unwrap_err().contains("secp256r1"));
}

#[test]
fn the_first_group_is_shared_if_nothing_is_said() {
    let without = config_with(|config| config.groups = ECDHE.to_vec());
    assert_eq!(groups_of(&shares_of(without)), [NamedGroup::X25519]);
}

#[cfg(feature = "ml-kem")]
#[test]
fn a_hybrid_and_its_ecdhe_are_shared_with_one_key_pair_if_nothing_is_said() {
    let (hybrid, x25519) = (NamedGroup::X25519MLKEM768, NamedGroup::X25519);
    let shares = shares_of(config());
    assert_eq!(groups_of(&shares), [hybrid, x25519]);
    assert_eq!(shares[0].1.len(), 1216);
    assert_eq!(shares[0].1[1184..], shares[1].1, "ML-KEM is first in it");

    let shares = shares_of(config_with(|config| config.groups = vec![NamedGroup::SECP256R1MLKEM768]));
    assert_eq!(
        groups_of(&shares),
        [NamedGroup::SECP256R1MLKEM768],
        "a group that is not listed is not shared"
    );

    let other_order = config_with(|config| {
        config.groups = vec![x25519, NamedGroup::SECP256R1, NamedGroup::MLKEM768, hybrid];
        config.key_share_groups = Some(config.groups.clone());
    });
    let shares = shares_of(other_order);
    let [(_, x25519), _, (_, mlkem768), (_, hybrid)] = shares.as_slice() else { panic!("{shares:?}") };
    assert_eq!(*hybrid, [mlkem768.as_slice(), x25519].concat());
}

/// The shares of a client that predicts these groups.
fn predicting(config: Config, groups: &[NamedGroup]) -> Vec<NamedGroup> {
    let expected = Arc::new(ExpectedPeer::dns("peer.test").unwrap());
    let known = KnownServer { groups: groups.to_vec(), ..KnownServer::default() };
    let machine = Handshake::client_of(Arc::new(config), expected, vec![], known, NOW, entropy(1));
    let (_, bytes) = machine.owed().unwrap();
    let hello = ClientHello::decode(&bytes[4..]).unwrap();
    let shares: KeyShareClientHello<'_> = hello.extensions.get().unwrap().unwrap();
    shares.client_shares().map(|share| share.group).collect()
}

#[test]
fn the_one_share_is_for_the_first_of_our_groups_that_the_server_is_known_to_support() {
    let (x25519, p256, p384) = (NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup::SECP384R1);
    let sharing =
        |wanted: &[NamedGroup]| config_with(|config| config.key_share_groups = Some(wanted.to_vec()));
    assert_eq!(predicting(config(), &[p384]), [p384]);
    assert_eq!(predicting(config(), &[NamedGroup(0x0a0a), p384, p256]), [p256], "our order counts");
    assert_eq!(predicting(sharing(&[x25519]), &[p384]), [p384], "a prediction comes before the config");
    assert_eq!(predicting(sharing(&[]), &[p384]), [p384]);
    assert_eq!(
        predicting(sharing(&[x25519]), &[NamedGroup::X448]),
        [x25519],
        "no group of ours was predicted"
    );
    assert_eq!(predicting(sharing(&[]), &[NamedGroup::X448]), []);
}

#[test]
fn the_group_that_a_hello_retry_request_asked_for_saves_the_next_one() {
    let p384 = NamedGroup::SECP384R1;
    let server = || config_with(|config| config.groups = vec![p384]);
    let retries = |client: Handshake| {
        let (said, _) = conversation_of(client, server());
        said.iter().filter(|message| message.msg_type == HandshakeType::CLIENT_HELLO).count() - 1
    };
    let expected = || Arc::new(ExpectedPeer::dns("peer.test").unwrap());
    let client = |known| Handshake::client_of(Arc::new(config()), expected(), vec![], known, NOW, entropy(1));
    assert_eq!(retries(client(KnownServer::default())), 1);
    assert_eq!(retries(client(KnownServer { groups: vec![p384], ..KnownServer::default() })), 0);
}

/// A client lists P-384 first and has a share of P-256; a server prefers X25519.
#[test]
fn a_server_picks_the_group_by_the_round_trip_by_its_preference_or_by_the_clients() {
    let (x25519, p256, p384) = (NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup::SECP384R1);
    for (group_choice, group, hellos) in [
        (GroupChoice::SaveRoundTrip, p256, 1),
        (GroupChoice::OurPreference, x25519, 2),
        (GroupChoice::ClientPreference, p384, 2),
    ] {
        let client = config_with(|config| {
            config.groups = vec![p384, p256, x25519];
            config.key_share_groups = Some(vec![p256]);
        });
        let server = config_with(|config| {
            config.groups = ECDHE.to_vec();
            config.group_choice = group_choice;
        });
        let (said, _) = conversation(client, server);
        let sent = |message: &&Said| message.msg_type == HandshakeType::CLIENT_HELLO;
        assert_eq!(said.iter().filter(sent).count(), hellos, "{group_choice:?}");
        let of_server = said.iter().rfind(|message| message.msg_type == HandshakeType::SERVER_HELLO).unwrap();
        let hello = ServerHello::decode(&of_server.body).unwrap();
        let share: KeyShareServerHello<'_> = hello.extensions.get().unwrap().unwrap();
        assert_eq!(share.server_share.group, group, "{group_choice:?}");
    }
}

/// §4.3.8: an empty list asks the server to choose.
//= R-4.3.8-2 test
#[test]
fn a_client_without_a_share_is_asked_for_the_first_group_of_the_server() {
    let client = config_with(|config| config.key_share_groups = Some(vec![]));
    let (said, _) = conversation(client, config());
    let request = said.iter().find(|message| message.msg_type == HandshakeType::SERVER_HELLO).unwrap();
    let request = ServerHello::decode(&request.body).unwrap();
    let selected: KeyShareHelloRetryRequest = request.extensions.get().unwrap().unwrap();
    assert_eq!(Some(&selected.selected_group), config().groups.first());
}

#[test]
fn groups_that_no_provider_has_are_refused_by_name() {
    for (group, name) in [(NamedGroup::X448, "x448"), (NamedGroup::FFDHE2048, "ffdhe2048")] {
        let refused = config_with(|config| config.groups.push(group)).check().unwrap_err();
        assert!(refused.contains(name), "{refused}");
    }
}

//= R-4.3.7-1 test
#[test]
fn no_group_is_offered_twice() {
    let config = config_with(|config| config.groups.push(NamedGroup::X25519));
    assert!(config.check().unwrap_err().contains("x25519 stands twice"));
}

//= R8449-4-2 test
//= R8449-4-8 test
#[test]
fn a_record_size_limit_is_from_64_to_the_protocols_own() {
    for (limit, good) in [(63, false), (64, true), (0x4001, true), (0x4002, false)] {
        let config = config_with(|config| config.record_size_limit = Some(limit));
        assert_eq!(config.check().is_ok(), good, "{limit}");
    }
}

//= R-4.3.8-14 test
//= R-4.2.1-3 test
//= R-4.2.4-1 test
//= R-4.2.4-2 test
//= R-4.2.2-2 test
#[test]
fn a_client_asked_for_another_share_says_the_same_again_with_that_share() {
    let server = config_with(|config| config.groups = vec![NamedGroup::SECP384R1]);
    let (said, _) = conversation(config(), server);
    let hellos: Vec<_> =
        said.iter().filter(|message| message.msg_type == HandshakeType::CLIENT_HELLO).collect();
    let [first, second] = hellos.as_slice() else { panic!("{} ClientHellos", hellos.len()) };
    let (first, second) =
        (ClientHello::decode(&first.body).unwrap(), ClientHello::decode(&second.body).unwrap());
    let shares: KeyShareClientHello<'_> = second.extensions.get().unwrap().unwrap();
    let groups: Vec<_> = shares.client_shares().map(|share| share.group).collect();
    assert_eq!(groups, [NamedGroup::SECP384R1]);
    assert_eq!((first.random, first.legacy_session_id), (second.random, second.legacy_session_id));
    assert_eq!(extension_types(&first.extensions), extension_types(&second.extensions));
    let request = said.iter().find(|message| message.msg_type == HandshakeType::SERVER_HELLO).unwrap();
    let request = ServerHello::decode(&request.body).unwrap();
    assert!(request.is_hello_retry_request());
    let expected = [ExtensionType::SUPPORTED_VERSIONS, ExtensionType::KEY_SHARE];
    assert_eq!(extension_types(&request.extensions), expected);
}

//= R-2.2-1 test
//= R-9.2-7 test
//= R-9.2-8 test
//= R-4.3.9-1 test
//= R-4.3.9-2 test
//= R-4.3.11-15 test
//= R-4.3.11-1 test
//= R-4.2.2-13 test
#[test]
fn psks_come_last_and_with_their_modes_and_a_share() {
    let psk = Psk::external(&[7; 32], HashAlgorithm::Sha256);
    let offer = PskOffer::external(b"label".to_vec(), psk);
    let body = hello_of(config(), vec![offer.clone()], 1);
    let hello = ClientHello::decode(&body).unwrap();
    assert_eq!(hello.extensions.last().unwrap().extension_type, ExtensionType::PRE_SHARED_KEY);
    let offered: OfferedPsks<'_> = hello.extensions.get().unwrap().unwrap();
    let ages: Vec<_> = offered.identities().map(|identity| identity.obfuscated_ticket_age).collect();
    assert_eq!(ages, [0]);
    let modes: PskKeyExchangeModes<'_> = hello.extensions.get().unwrap().unwrap();
    assert_eq!(modes.ke_modes.iter().collect::<Vec<_>>(), [PskKeyExchangeMode::PSK_DHE_KE]);
    let shares: KeyShareClientHello<'_> = hello.extensions.get().unwrap().unwrap();
    assert!(shares.client_shares().count() > 0);

    let of_sha384 = config_with(|config| config.cipher_suites = vec![CipherSuite::TLS_AES_256_GCM_SHA384]);
    let body = hello_of(of_sha384, vec![offer], 1);
    let hello = ClientHello::decode(&body).unwrap();
    assert!(
        hello.extensions.find(ExtensionType::PRE_SHARED_KEY).is_none(),
        "no suite has the hash of the PSK"
    );
}

//= R-4.2.3-1 test
//= R-4.2.3-7 test
//= R-4.2.3-9 test
//= R-4.2.3-10 test
//= R-4.3.1-9 test
//= R-4.3.1-10 test
#[test]
fn a_server_hello_says_no_more_than_keys_and_version_need() {
    let (said, _) = conversation(config(), config());
    let (client, server) =
        (find(&said, HandshakeType::CLIENT_HELLO), find(&said, HandshakeType::SERVER_HELLO));
    assert_eq!((client.epoch, server.epoch), (Epoch::Initial, Epoch::Initial));
    let (client, server) =
        (ClientHello::decode(&client.body).unwrap(), ServerHello::decode(&server.body).unwrap());
    assert_eq!(server.legacy_version, ProtocolVersion(0x0303));
    assert_eq!(server.legacy_session_id_echo, client.legacy_session_id);
    assert_eq!(server.legacy_compression_method, 0);
    let expected = [ExtensionType::KEY_SHARE, ExtensionType::SUPPORTED_VERSIONS];
    assert_eq!(extension_types(&server.extensions), expected);
    let version: SupportedVersionsServerHello = server.extensions.get().unwrap().unwrap();
    assert_eq!(version.selected_version, ProtocolVersion(0x0304));
}

//= R-4.3.8-11 test
//= R-4.2.3-3 test
//= R-4.2.3-4 test
#[test]
fn a_servers_random_is_its_own() {
    let random_of = |client_seed, server_seed| {
        let hello = hello_of(config(), vec![], client_seed);
        let (credential, key) = credential();
        let machine = Handshake::server(Arc::new(config()), vec![], entropy(server_seed));
        let mut server = End::new(machine, credential, key);
        let length = u16::try_from(hello.len()).unwrap().to_be_bytes();
        server.machine.receive(Epoch::Initial, &[&[1, 0], &length[..], &hello].concat());
        server.work().unwrap();
        let (_, bytes) = server.machine.owed().unwrap();
        let length = peek_header(bytes).unwrap().1;
        ServerHello::decode(&bytes[4..4 + length]).unwrap().random
    };
    assert_ne!(random_of(1, 1), random_of(1, 2), "of its own entropy");
    assert_eq!(random_of(1, 3), random_of(2, 3), "and not of the client's");
}

//= R-4-1 test
//= R-4.2.2-1 test
//= R-4.4.1-1 test
//= R-4.4.2-1 test
//= R-4.4.2-2 test
//= R-4.4.2-3 test
//= R-4.4.2-4 test
//= R-4.4.2-6 test
//= R-4.5.1-1 test
//= R-4.5.1-5 test
//= R-4.5.1-9 test
//= R-4.5.2-1 test
//= R-4.5.2-2 test
//= R-4.5.2-3 test
#[test]
fn both_flights_have_their_messages_in_order_and_under_their_keys() {
    let (said, leaf) =
        conversation(config(), config_with(|config| config.client_auth = ClientAuth::Required));
    let server = [
        HandshakeType::SERVER_HELLO,
        HandshakeType::ENCRYPTED_EXTENSIONS,
        HandshakeType::CERTIFICATE_REQUEST,
        HandshakeType::CERTIFICATE,
        HandshakeType::CERTIFICATE_VERIFY,
        HandshakeType::FINISHED,
    ];
    assert_eq!(types(&said, false), server);
    let [hello, flight @ ..] = [
        HandshakeType::CLIENT_HELLO,
        HandshakeType::CERTIFICATE,
        HandshakeType::CERTIFICATE_VERIFY,
        HandshakeType::FINISHED,
    ];
    assert_eq!(types(&said, true), [&[hello], &flight[..]].concat());
    let is_hello = |message: &Said| {
        [HandshakeType::CLIENT_HELLO, HandshakeType::SERVER_HELLO].contains(&message.msg_type)
    };
    for message in &said {
        let expected = if is_hello(message) { Epoch::Initial } else { Epoch::Handshake };
        assert_eq!(message.epoch, expected, "{}", message.msg_type);
    }
    let request = CertificateRequest::decode(&find(&said, HandshakeType::CERTIFICATE_REQUEST).body).unwrap();
    assert_eq!(request.certificate_request_context, []);
    assert!(request.extensions.find(ExtensionType::SIGNATURE_ALGORITHMS).is_some());
    let certificate = Certificate::decode(&find(&said, HandshakeType::CERTIFICATE).body).unwrap();
    assert_eq!(certificate.certificate_request_context, []);
    assert_eq!(certificate.certificate_list.iter().next().unwrap().cert_data, leaf);
}

//= R-4.5.1-2 test
#[test]
fn a_server_that_asks_for_nothing_gets_a_finished_alone() {
    let (said, _) = conversation(config(), config_with(|config| config.client_auth = ClientAuth::None));
    assert_eq!(types(&said, true), [HandshakeType::CLIENT_HELLO, HandshakeType::FINISHED]);
    assert!(!types(&said, false).contains(&HandshakeType::CERTIFICATE_REQUEST));
}

//= R-4.3-5 test
#[test]
fn a_server_answers_no_extension_that_the_client_did_not_send() {
    let server = config_with(|config| {
        config.application_protocols = vec![b"h2".to_vec()];
        config.record_size_limit = Some(4096);
        config.request_ocsp = true;
    });
    let (said, _) = conversation(config(), server);
    let message = find(&said, HandshakeType::ENCRYPTED_EXTENSIONS);
    let message = EncryptedExtensions::decode(&message.body).unwrap();
    assert_eq!(extension_types(&message.extensions), [ExtensionType::SERVER_NAME]);
}

//= R-4.3.7-4 test
#[test]
fn a_server_that_prefers_another_group_than_the_shares_names_all_of_its_own() {
    let (x25519, p256) = (NamedGroup::X25519, NamedGroup::SECP256R1);
    for (shared, named) in [(x25519, None), (p256, Some(ECDHE.to_vec()))] {
        let client = config_with(|config| {
            config.groups = vec![p256, x25519];
            config.key_share_groups = Some(vec![shared]);
        });
        let server = config_with(|config| config.groups = ECDHE.to_vec());
        let (said, _) = conversation(client, server);
        let message = find(&said, HandshakeType::ENCRYPTED_EXTENSIONS);
        let message = EncryptedExtensions::decode(&message.body).unwrap();
        let groups: Option<SupportedGroups<'_>> = message.extensions.get().unwrap();
        assert_eq!(groups.map(|groups| groups.named_group_list.iter().collect()), named, "{shared}");
    }
}

//= R-5.2-4 test
//= R-5.3-3 test
#[test]
fn every_aead_adds_at_most_255_bytes_and_has_a_nonce_of_8_or_more() {
    for aead in [AeadAlgorithm::Aes128Gcm, AeadAlgorithm::Aes256Gcm, AeadAlgorithm::ChaCha20Poly1305] {
        assert!(aead.tag_len() < 255 && aead.nonce_len() >= 8, "{aead:?}");
    }
}

fn grease_of(config: &mut Config) {
    config.grease = true;
    config.accept_tickets = true;
    config.tickets = 1;
    config.application_protocols = vec![b"h2".to_vec()];
}

/// RFC 8701 §3.1 and §4.1; both ends overlook it.
//= R8701-3.1-1 test
//= R8701-3.1-2 test
//= R8701-3.1-3 test
//= R8701-3.1-4 test
//= R8701-3.1-5 test
//= R8701-3.1-6 test
//= R8701-3.1-7 test
//= R8701-3.1-8 test
//= R8701-3.1-9 test
//= R8701-3.2-1 test
//= R8701-3.2-2 test
//= R8701-3.2-3 test
//= R8701-4.1-1 test
//= R8701-4.1-2 test
//= R8701-4.1-3 test
//= R8701-4.1-4 test
//= R8701-4.2-1 test
//= R8701-4.2-2 test
//= R8701-4.2-3 test
#[test]
fn grease_stands_in_every_list_that_is_open_to_new_values_and_nowhere_by_default() {
    let (said, _) = conversation(config_with(grease_of), config_with(grease_of));
    let hello = ClientHello::decode(&find(&said, HandshakeType::CLIENT_HELLO).body).unwrap();
    let block = &hello.extensions;
    assert!(hello.cipher_suites.iter().next().unwrap().is_grease());
    let groups: SupportedGroups<'_> = block.get().unwrap().unwrap();
    let group = groups.named_group_list.iter().next().unwrap();
    let shares: KeyShareClientHello<'_> = block.get().unwrap().unwrap();
    let share = shares.client_shares().next().unwrap();
    assert!(group.is_grease());
    assert_eq!((share.group, share.key_exchange), (group, &[0][..]));
    let versions: SupportedVersionsClientHello<'_> = block.get().unwrap().unwrap();
    assert!(versions.versions.iter().next().unwrap().is_grease());
    let schemes: SignatureSchemeList<'_> = block.get().unwrap().unwrap();
    assert!(schemes.supported_signature_algorithms.iter().next().unwrap().is_grease());
    let modes: PskKeyExchangeModes<'_> = block.get().unwrap().unwrap();
    assert!(modes.ke_modes.iter().next().unwrap().is_grease());
    let names: ProtocolNameList<'_> = block.get().unwrap().unwrap();
    let name = names.protocol_name_list.iter().next().unwrap();
    assert!(name.len() == 2 && name[0] == name[1] && name[0] & 0xf == 0xa, "{name:x?}");
    let grease = |block: &handfast::message::Extensions<'_>| {
        extension_types(block).into_iter().filter(|extension| extension.is_grease()).count()
    };
    assert_eq!(grease(block), 2);

    let request = CertificateRequest::decode(&find(&said, HandshakeType::CERTIFICATE_REQUEST).body).unwrap();
    let schemes: SignatureSchemeList<'_> = request.extensions.get().unwrap().unwrap();
    assert!(schemes.supported_signature_algorithms.iter().next().unwrap().is_grease());
    assert_eq!(grease(&request.extensions), 1);
    let ticket = NewSessionTicket::decode(&find(&said, HandshakeType::NEW_SESSION_TICKET).body).unwrap();
    assert_eq!(grease(&ticket.extensions), 1);

    let hello = hello_of(config(), vec![], 1);
    let hello = ClientHello::decode(&hello).unwrap();
    assert!(!hello.cipher_suites.iter().any(CipherSuite::is_grease) && grease(&hello.extensions) == 0);
}

//= R8701-5-1 test
#[test]
fn grease_and_order_are_functions_of_the_entropy() {
    let hello = |seed| {
        hello_of(
            config_with(|config| {
                grease_of(config);
                config.permute_extensions = true;
            }),
            vec![],
            seed,
        )
    };
    let order = |seed| extension_types(&ClientHello::decode(&hello(seed)).unwrap().extensions);
    assert_eq!(order(1), order(1));
    let orders: Vec<_> = (1..9).map(order).collect();
    assert!(orders.iter().any(|other| *other != orders[0]));
    let suites = |seed| ClientHello::decode(&hello(seed)).unwrap().cipher_suites.iter().next();
    assert!((2..9).any(|seed| suites(seed) != suites(1)));
}

/// §4.2.2: "the client MUST send the same ClientHello without modification", but for what is listed there.
//= R8701-5-3 test
#[test]
fn the_second_client_hello_keeps_grease_and_order_and_has_the_share_alone_that_was_asked_for() {
    let client = config_with(|config| {
        grease_of(config);
        config.permute_extensions = true;
    });
    let server = config_with(|config| {
        config.groups = vec![NamedGroup::SECP384R1];
        config.application_protocols = vec![b"h2".to_vec()];
    });
    let (said, _) = conversation(client, server);
    let hellos: Vec<_> =
        said.iter().filter(|message| message.msg_type == HandshakeType::CLIENT_HELLO).collect();
    let [first, second] = [0, 1].map(|index| ClientHello::decode(&hellos[index].body).unwrap());
    assert!(first.cipher_suites.iter().eq(second.cipher_suites.iter()));
    assert_eq!(extension_types(&first.extensions), extension_types(&second.extensions));
    let shares: KeyShareClientHello<'_> = second.extensions.get().unwrap().unwrap();
    let groups: Vec<_> = shares.client_shares().map(|share| share.group).collect();
    assert_eq!(groups, [NamedGroup::SECP384R1]);
    for extension in first.extensions.iter().filter(|it| it.extension_type != ExtensionType::KEY_SHARE) {
        let again = second.extensions.find(extension.extension_type);
        assert_eq!(again, Some(extension.extension_data), "{}", extension.extension_type);
    }
}

#[test]
fn pre_shared_key_is_the_last_extension_in_every_order() {
    for seed in 1..20 {
        let psk = PskOffer::external(b"meter".to_vec(), Psk::external(&[7; 32], HashAlgorithm::Sha256));
        let hello = hello_of(config_with(|config| config.permute_extensions = true), vec![psk], seed);
        let hello = ClientHello::decode(&hello).unwrap();
        assert_eq!(hello.extensions.last().unwrap().extension_type, ExtensionType::PRE_SHARED_KEY);
    }
}
