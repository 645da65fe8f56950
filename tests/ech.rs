//! Encrypted Client Hello (RFC 9849): two ends of ours, through the public interface.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "ech"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::connection::{Config, ConfigBuilder, Connection, Fault};
use handfast::crypto::{CryptoProvider, Entropy, KeyExchangeAlgorithm, ring};
use handfast::handshake::{
    self, ClientAuth, Connected, EchConfigList, EchConfigUnusable, EchKey, EchKeyError, EchStatus,
    KnownServer, Milestone, ReceivedTicket,
};
use handfast::identity::ExpectedPeer;
use handfast::resumption::{PskOffer, TicketKeys};
use handfast::{Ask, NamedGroup, Time};
use support::authority::{self, Authority};
use support::pair::{End, credential, now, records, settle};

const SECRET: &str = "secret.test";
const PUBLIC: &str = "public.test";

fn crypto() -> CryptoProvider {
    ring::provider()
}

/// A key with these bytes and this id, publicly known as `public.test`.
fn key(bytes: u8, config_id: u8) -> EchKey {
    let private_key = crypto().load_static_key(KeyExchangeAlgorithm::X25519, &[bytes; 32]).unwrap();
    EchKey::publish(config_id, PUBLIC, 32, private_key).unwrap()
}

fn list<'k>(keys: impl IntoIterator<Item = &'k EchKey>) -> EchConfigList {
    EchKey::config_list(keys)
}

/// Builders for both ends: one CA, a server of both names, a client with a certificate that it need not show.
fn builders(keys: Vec<EchKey>) -> (ConfigBuilder, ConfigBuilder) {
    let ca = authority::root(authority::ca("ca"));
    let builder = || Config::builder(crypto()).trust_pem(ca.pem()).unwrap();
    let shown =
        |builder: ConfigBuilder, (chain, key): (String, String)| builder.credential_pem(chain, key).unwrap();
    let client = shown(builder(), credential(authority::client("spiffe://test/client"), &ca));
    let server = [SECRET, PUBLIC]
        .into_iter()
        .fold(builder(), |builder, name| shown(builder, credential(authority::server(name), &ca)));
    let (mut client, mut server) = (client, server);
    client.handshake.application_protocols = vec![b"secret-protocol".to_vec()];
    server.handshake.application_protocols = vec![b"secret-protocol".to_vec()];
    server.handshake.ech_keys = keys;
    (client, server)
}

/// The same CA twice would be another CA: a server of these names under the client's.
fn server_of(names: &[&str], ca: &Authority) -> ConfigBuilder {
    names.iter().fold(Config::builder(crypto()).trust_pem(ca.pem()).unwrap(), |builder, name| {
        let (chain, key) = credential(authority::server(name), ca);
        builder.credential_pem(chain, key).unwrap()
    })
}

fn client_end(config: &Arc<Config>, list: Option<EchConfigList>, psks: Vec<PskOffer>) -> End {
    let expected = ExpectedPeer::dns(SECRET).unwrap();
    let entropy = Entropy::from_platform([1; 32]);
    let known = KnownServer { psks, ech: list, ..KnownServer::default() };
    End::new(Connection::client_of(Arc::clone(config), expected, known, now(), entropy))
}

fn server_end(config: &Arc<Config>) -> End {
    End::new(Connection::server(Arc::clone(config), Entropy::from_platform([2; 32])))
}

/// Both ends, and how their conversation ended.
fn talk(
    client: ConfigBuilder,
    server: ConfigBuilder,
    list: Option<EchConfigList>,
) -> (End, End, Result<(), Fault>) {
    let (client, server) = (Arc::new(client.build().unwrap()), Arc::new(server.build().unwrap()));
    let (mut client, mut server) = (client_end(&client, list, vec![]), server_end(&server));
    let outcome = settle(&mut client, &mut server);
    (client, server, outcome)
}

fn connected(milestone: &Milestone) -> Option<&Connected> {
    if let Milestone::Connected(connected) = milestone { Some(connected.as_ref()) } else { None }
}

fn agreed(end: &End) -> &Connected {
    end.milestones.iter().find_map(connected).expect("connected")
}

/// The retry configs of a client that was rejected, once what it owes has come to the server.
fn rejected((mut client, mut server, outcome): (End, End, Result<(), Fault>)) -> Option<EchConfigList> {
    let Err(Fault::Handshake(fault)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(fault.alert(), AlertDescription::ECH_REQUIRED);
    let handshake::Fault::EchRejected { retry_configs } = fault else { panic!("{fault:?}") };
    assert!(client.milestones.is_empty(), "{:?}", client.milestones);
    client.transmit_to(&mut server);
    assert_eq!(server.receive(), Err(Fault::AlertReceived(AlertDescription::ECH_REQUIRED)));
    retry_configs
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Makes the server want a group that the client has sent no share for.
fn retry(mut server: ConfigBuilder) -> ConfigBuilder {
    server.handshake.groups = vec![NamedGroup::SECP384R1];
    server
}

//= R9849-5-1 test
//= R9849-5-5 test
//= R9849-5.1-2 test
//= R9849-5.1-4 test
//= R9849-6.1-6 test
//= R9849-6.1-8 test
//= R9849-6.1-9 test
//= R9849-6.1-10 test
//= R9849-6.1-12 test
//= R9849-6.1-13 test
//= R9849-7.2-1 test
//= R9849-9-1 test
//= R9849-10.5-1 test
//= R9849-10.5-3 test
//= R9849-10.5-5 test
#[test]
fn whom_a_client_wants_to_reach_is_known_to_the_server_alone() {
    for with_retry in [false, true] {
        let key = key(7, 42);
        let (client, server) = builders(vec![key.clone()]);
        let server = if with_retry { retry(server) } else { server };
        let (client, server, outcome) = talk(client, server, Some(list([&key])));
        outcome.unwrap();
        for end in [&client, &server] {
            let connected = agreed(end);
            assert_eq!(connected.encrypted_client_hello, EchStatus::Accepted);
            assert_eq!(connected.server_name.as_deref(), Some(SECRET));
            assert_eq!(connected.application_protocol.as_deref(), Some(&b"secret-protocol"[..]));
            assert_eq!(connected.hello_retried, with_retry);
            assert!(connected.peer_identity.is_some());
        }
        assert_eq!(agreed(&client).peer_identity.as_ref().unwrap().display_name(), SECRET);
        for secret in [SECRET.as_bytes(), b"secret-protocol"] {
            assert!(!contains(&client.wire, secret) && !contains(&server.wire, secret));
        }
        assert!(contains(&client.wire, PUBLIC.as_bytes()));
    }
}

//= R9849-10.11-1 test
#[test]
fn the_length_of_a_client_hello_does_not_tell_the_length_of_the_name() {
    let key = key(7, 42);
    let length = |name: &str| {
        let (client, _) = builders(vec![]);
        let config = Arc::new(client.build().unwrap());
        let expected = ExpectedPeer::dns(name).unwrap();
        let entropy = Entropy::from_platform([1; 32]);
        let known = KnownServer { ech: Some(list([&key])), ..KnownServer::default() };
        let mut client = Connection::client_of(config, expected, known, now(), entropy);
        client.transmit(&mut [0; 4096])
    };
    assert_eq!(length("a.test"), length("a-name-as-long-as-they.go.test"));
}

//= R9849-5-6 test
//= R9849-6.1.6-6 test
//= R9849-6.1.6-10 test
//= R9849-6.1.7-6 test
//= R9849-6.1.7-7 test
//= R9849-7.1-6 test
//= R9849-7.1-8 test
#[test]
fn a_rejected_client_is_told_what_to_use_and_is_accepted_with_it() {
    for with_retry in [false, true] {
        let (old, new, newer) = (key(7, 42), key(8, 42), key(9, 1));
        let (client, mut server) = builders(vec![new.clone().not_for_retry(), newer.clone()]);
        server.handshake.client_auth = ClientAuth::Optional;
        let server = if with_retry { retry(server) } else { server };
        let told = rejected(talk(client.clone(), server.clone(), Some(list([&old]))));
        assert_eq!(told, Some(list([&newer])));
        let (client, _, outcome) = talk(client, server, told);
        outcome.unwrap();
        assert_eq!(agreed(&client).encrypted_client_hello, EchStatus::Accepted);
    }
}

#[test]
fn a_server_without_keys_has_securely_disabled_it() {
    let (client, mut server) = builders(vec![]);
    server.handshake.client_auth = ClientAuth::None;
    assert_eq!(rejected(talk(client, server, Some(list([&key(7, 42)])))), None);
}

//= R9849-6.1.7-3 test
#[test]
fn a_rejected_client_shows_no_certificate() {
    let (client, server) = builders(vec![key(8, 1)]);
    let (mut client, mut server, outcome) = talk(client, server, Some(list([&key(7, 42)])));
    assert!(matches!(outcome, Err(Fault::Handshake(handshake::Fault::EchRejected { .. }))));
    client.transmit_to(&mut server);
    // This server wants one, and does not get as far as to hear why there is none.
    let Err(Fault::Handshake(fault)) = server.receive() else { panic!("no fault") };
    assert_eq!(fault.alert(), AlertDescription::CERTIFICATE_REQUIRED);
}

//= R9849-6.1.7-1 test
//= R9849-6.1.7-4 test
#[test]
fn a_server_that_cannot_prove_the_public_name_rejects_nothing() {
    let ca = authority::root(authority::ca("ca"));
    let (chain, private_key) = credential(authority::client("spiffe://test/client"), &ca);
    let client = Config::builder(crypto()).trust_pem(ca.pem()).unwrap();
    let client = client.credential_pem(chain, private_key).unwrap();
    // It has the name that the client wants to reach, which does not matter.
    let mut server = server_of(&[SECRET], &ca);
    server.handshake.ech_keys = vec![key(8, 1)];
    let (_, _, outcome) = talk(client, server, Some(list([&key(7, 42)])));
    let Err(Fault::Handshake(handshake::Fault::Refused { alert, reason })) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(alert, AlertDescription::CERTIFICATE_UNKNOWN);
    assert!(reason.contains(PUBLIC), "{reason}");
}

//= R9849-6.2.1-1 test
//= R9849-6.2.1-4 test
#[test]
fn grease_is_nothing_to_either_end_and_the_same_in_both_client_hellos() {
    let (mut client, server) = builders(vec![key(7, 42)]);
    client.handshake.ech_grease = true;
    let (client, server, outcome) = talk(client.clone(), server, None);
    outcome.unwrap();
    assert_eq!(agreed(&client).encrypted_client_hello, EchStatus::NotOffered);
    assert_eq!(agreed(&server).encrypted_client_hello, EchStatus::Rejected);

    let (mut client, server) = builders(vec![]);
    client.handshake.ech_grease = true;
    let (client, _, outcome) = talk(client, retry(server), None);
    outcome.unwrap();
    let grease = |record: &[u8]| {
        let at = record.windows(2).position(|window| window == [0xfe, 0x0d]).unwrap();
        let length = usize::from(u16::from_be_bytes([record[at + 2], record[at + 3]]));
        record[at..at + 4 + length].to_vec()
    };
    let hellos: Vec<_> = records(&client.wire).into_iter().filter(|record| record[0] == 22).collect();
    assert_eq!(hellos.len(), 2);
    assert_eq!(grease(hellos[0]), grease(hellos[1]));
}

//= R9849-6.2.1-2 test
#[test]
fn grease_is_as_long_as_what_it_stands_for() {
    let (mut client, _) = builders(vec![]);
    client.handshake.ech_grease = true;
    client.handshake.application_protocols = vec![];
    let no_padding = {
        let private_key = crypto().load_static_key(KeyExchangeAlgorithm::X25519, &[7; 32]).unwrap();
        EchKey::publish(42, SECRET, 0, private_key).unwrap()
    };
    let config = Arc::new(client.build().unwrap());
    let length =
        |list: Option<EchConfigList>| client_end(&config, list, vec![]).connection.transmit(&mut [0; 4096]);
    assert_eq!(length(None), length(Some(list([&no_padding]))));
}

fn ticket(milestone: &Milestone) -> Option<&ReceivedTicket> {
    if let Milestone::NewSessionTicket(ticket) = milestone { Some(ticket) } else { None }
}

/// Two connections, the second with the session that the first one left.
fn resumed(early_data: &[u8], keys: [EchKey; 2]) -> [(End, End, Result<(), Fault>); 2] {
    let [first, second] = keys;
    let (mut client, server) = builders(vec![first.clone()]);
    client.handshake.accept_tickets = true;
    client.handshake.early_data = !early_data.is_empty();
    let mut server = server.tickets(1, TicketKeys::new([5; 32], Time::MAX));
    server.handshake.client_auth = ClientAuth::Optional;
    if !early_data.is_empty() {
        server.handshake.max_early_data_size = 1000;
        server.replay_filter = Some(Arc::new(handfast::connection::SharedReplayFilter::new(16, Time::MIN)));
    }
    let mut other = server.clone();
    other.handshake.ech_keys = vec![second];
    let client = Arc::new(client.build().unwrap());
    let (server, other) = (Arc::new(server.build().unwrap()), Arc::new(other.build().unwrap()));
    let offer = list([&first]);
    let (mut one, mut its_server) = (client_end(&client, Some(offer.clone()), vec![]), server_end(&server));
    let outcome = settle(&mut one, &mut its_server);
    let expected = ExpectedPeer::dns(SECRET).unwrap();
    let session = one.milestones.iter().find_map(ticket);
    let session = session.map(|ticket| client.store_session(&expected, ticket).unwrap());
    let psk = client.offer_session(&session.unwrap(), &expected, now()).unwrap();
    let mut again = client_end(&client, Some(offer), vec![psk]);
    let mut its_other = server_end(&other);
    if !early_data.is_empty() {
        again.receive().unwrap();
        let mut out = vec![0; 4096];
        let sealed = again.connection.seal_early(early_data, &mut out).unwrap();
        assert_eq!(sealed.consumed, early_data.len());
        its_other.input.extend_from_slice(&out[..sealed.written]);
    }
    let second_outcome = settle(&mut again, &mut its_other);
    [(one, its_server, outcome), (again, its_other, second_outcome)]
}

//= R9849-6.1-14 test
//= R9849-6.1-15 test
//= R9849-6.1-16 test
//= R9849-6.1.2-1 test
#[test]
fn a_session_is_resumed_inside_and_its_ticket_is_seen_by_nobody() {
    let [(first, _, outcome), (client, server, second)] = resumed(b"", [key(7, 42), key(7, 42)]);
    outcome.unwrap();
    second.unwrap();
    for end in [&client, &server] {
        assert_eq!(agreed(end).authentication, handshake::Authentication::Resumption);
        assert_eq!(agreed(end).encrypted_client_hello, EchStatus::Accepted);
    }
    let ticket = first.milestones.iter().find_map(ticket);
    let ticket = ticket.unwrap().ticket.clone();
    // What stands in its place is as long: its length comes before it.
    assert!(!contains(&client.wire, &ticket));
    let length = u16::try_from(ticket.len()).unwrap().to_be_bytes();
    assert!(contains(&client.wire, &length));
}

//= R9849-6.1-17 test
#[test]
fn early_data_goes_with_the_inner_client_hello_or_is_lost() {
    let [_, (client, server, outcome)] = resumed(b"early", [key(7, 42), key(7, 42)]);
    outcome.unwrap();
    assert_eq!(server.early, b"early");
    assert!(client.milestones.iter().any(|it| matches!(it, Milestone::EarlyDataAccepted)));

    let [_, (_, server, outcome)] = resumed(b"early", [key(7, 42), key(8, 1)]);
    assert!(matches!(outcome, Err(Fault::Handshake(handshake::Fault::EchRejected { .. }))), "{outcome:?}");
    assert!(server.early.is_empty());
}

#[test]
fn keys_of_one_config_id_are_tried_one_after_the_other() {
    let keys = [key(7, 42), key(8, 42), key(9, 42)];
    for used in &keys {
        let (client, server) = builders(keys.to_vec());
        let (client, _, outcome) = talk(client, server, Some(list([used])));
        outcome.unwrap();
        assert_eq!(agreed(&client).encrypted_client_hello, EchStatus::Accepted);
    }
}

//= R9849-7.1-2 test
//= R9849-10.4-1 test
#[test]
fn another_config_id_is_tried_if_the_server_tries_all() {
    // The same key under another id is another ECHConfig, and what it encrypts opens under no other.
    let (client, mut server) = builders(vec![key(9, 3), key(7, 42)]);
    let told = talk(client.clone(), server.clone(), Some(list([&key(7, 42)])));
    told.2.unwrap();
    server.handshake.ech_trial_decryption = true;
    let (client, _, outcome) = talk(client, server, Some(list([&key(7, 42)])));
    outcome.unwrap();
    assert_eq!(agreed(&client).encrypted_client_hello, EchStatus::Accepted);
}

#[test]
fn a_server_with_a_cookie_accepts_on_the_connection_that_it_remembers() {
    let key = key(7, 42);
    let (client, mut server) = builders(vec![key.clone()]);
    server.handshake.hello_retry_cookie = true;
    server.cookie_key = Some(handfast::CookieKey::new([3; 32]));
    let (client, _, outcome) = talk(client, retry(server), Some(list([&key])));
    outcome.unwrap();
    assert!(agreed(&client).hello_retried);
    assert_eq!(agreed(&client).encrypted_client_hello, EchStatus::Accepted);
}

#[test]
fn who_looks_at_a_client_hello_sees_the_inner_one() {
    let key = key(7, 42);
    let (client, mut server) = builders(vec![key.clone()]);
    server.handshake.ask_client_hello = true;
    let (client, server) = (Arc::new(client.build().unwrap()), Arc::new(server.build().unwrap()));
    let (mut client, mut server) = (client_end(&client, Some(list([&key])), vec![]), server_end(&server));
    client.receive().unwrap();
    client.transmit_to(&mut server);
    server.receive().unwrap();
    let Some(Ask::ClientHelloSeen(seen)) = server.connection.pending() else { panic!("not asked") };
    assert_eq!(seen.server_name.as_deref(), Some(SECRET));
    assert_eq!(seen.application_protocols, [b"secret-protocol".to_vec()]);
    assert!(contains(&seen.client_hello, SECRET.as_bytes()));
    assert!(!contains(&seen.client_hello, PUBLIC.as_bytes()));
}

#[test]
fn application_protocols_stand_outside_if_the_config_says_so() {
    let key = key(7, 42);
    let (mut client, server) = builders(vec![key.clone()]);
    client.handshake.ech_alpn_outside = true;
    let (client, _, outcome) = talk(client, server, Some(list([&key])));
    outcome.unwrap();
    assert!(contains(&client.wire, b"secret-protocol"));
    assert_eq!(agreed(&client).application_protocol.as_deref(), Some(&b"secret-protocol"[..]));
}

#[test]
fn a_config_without_a_key_for_retry_is_refused() {
    let (_, server) = builders(vec![key(7, 42).not_for_retry()]);
    let error = server.build().unwrap_err().to_string();
    assert!(error.contains("ech_keys: none is for retry"), "{error}");
}

#[test]
fn keys_come_from_the_files_of_openssl() {
    // In the form of `openssl ech`.
    let key = key(7, 42);
    let der = handfast::crypto::StaticKeyInfo::x25519_to_der(&[7; 32]);
    let text = format!(
        "{}{}",
        pem("PRIVATE KEY", &der),
        pem("ECHCONFIG", list([&key, &self::key(8, 1)]).as_bytes())
    );
    let read = EchKey::from_pem(&text, &crypto()).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].config(), key.config());
    assert!(read[0].is_retry_config());
    let published = EchConfigList::from_pem(&text).unwrap().unwrap();
    assert_eq!(published.judge(&crypto()).len(), 2);

    let missing = |label| move |error| matches!(error, EchKeyError::Missing { label: it, .. } if it == label);
    let error = EchKey::from_pem(pem("PRIVATE KEY", &der), &crypto()).unwrap_err();
    assert!(missing("ECHCONFIG")(error));
    let error = EchKey::from_pem(pem("ECHCONFIG", published.as_bytes()), &crypto()).unwrap_err();
    assert!(missing("PRIVATE KEY")(error));
    let other =
        format!("{}{}", pem("PRIVATE KEY", &der), pem("ECHCONFIG", list([&self::key(8, 1)]).as_bytes()));
    assert_eq!(EchKey::from_pem(other, &crypto()).unwrap_err(), EchKeyError::Mismatch);
}

fn pem(label: &str, contents: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut base64 = String::new();
    for three in contents.chunks(3) {
        let number =
            three.iter().chain([&0, &0]).take(3).fold(0, |number, byte| number << 8 | u32::from(*byte));
        for place in 0..4 {
            let digit = DIGITS[(number >> (18 - 6 * place) & 63) as usize];
            base64.push(if place > three.len() { '=' } else { char::from(digit) });
        }
    }
    format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
}

//= R9849-4-1 test
//= R9849-4-2 test
//= R9849-4.2-1 test
//= R9849-4.2-2 test
//= R9849-4.2-3 test
//= R9849-5-2 test
//= R9849-6.1-1 test
//= R9849-6.1.7-5 test
//= R9849-6.1.7-8 test
//= R9849-6.1.7-9 test
//= R9849-6.1.7-10 test
#[test]
fn configs_that_clients_ignore_say_why() {
    let good = key(7, 42);
    // Behind version and length: config_id, kem_id, public_key, cipher_suites, maximum_name_length, public_name.
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut config = good.config().to_vec();
        change(&mut config);
        let length = u16::try_from(config.len() - 4).unwrap().to_be_bytes();
        config[2..4].copy_from_slice(&length);
        let mut list = u16::try_from(config.len()).unwrap().to_be_bytes().to_vec();
        list.extend(config);
        EchConfigList::from_bytes(&list).unwrap().judge(&crypto()).swap_remove(0)
    };
    assert_eq!(changed(&|_| ()).unwrap().as_str(), PUBLIC);
    let reason = |change: &dyn Fn(&mut Vec<u8>)| changed(change).unwrap_err();
    assert!(matches!(reason(&|config| config[1] = 0x0a), EchConfigUnusable::Version(_)));
    assert!(matches!(reason(&|config| config[6] = 0x21), EchConfigUnusable::Kem(_)));
    assert!(matches!(reason(&|config| config[6] = 0x10), EchConfigUnusable::PublicKey(_)));
    let suites = 4 + 1 + 2 + 2 + 32 + 2;
    let no_suite = reason(&|config| (0..3).for_each(|index| config[suites + 4 * index + 2] = 0x42));
    assert_eq!(no_suite, EchConfigUnusable::CipherSuites);
    let name = |name: &'static [u8]| {
        reason(&move |config| {
            let at = config.len() - 2 - PUBLIC.len() - 1;
            config.truncate(at);
            config.push(u8::try_from(name.len()).unwrap());
            config.extend_from_slice(name);
            config.extend_from_slice(&[0, 0]);
        })
    };
    for ignored in
        [b"public.test.".as_slice(), b".test", b"a..test", b"-a.test", b"192.0.2.1", b"\xff", b"a b"]
    {
        let reason = name(ignored);
        assert!(
            matches!(reason, EchConfigUnusable::PublicName(_) | EchConfigUnusable::NotAHostName),
            "{ignored:?}: {reason:?}"
        );
    }
    for number in [b"a.0x7f".as_slice(), b"a.0X", b"under_score.test"] {
        assert_eq!(name(number), EchConfigUnusable::NotAHostName, "{number:?}");
    }
    let extensions = |extensions: &'static [u8]| {
        move |config: &mut Vec<u8>| {
            config.truncate(config.len() - 2);
            config.extend_from_slice(&u16::try_from(extensions.len()).unwrap().to_be_bytes());
            config.extend_from_slice(extensions);
        }
    };
    assert!(changed(&extensions(&[0x7f, 0xff, 0, 1, 9])).is_ok());
    let mandatory = reason(&extensions(&[0x80, 1, 0, 0]));
    assert!(matches!(mandatory, EchConfigUnusable::MandatoryExtension(_)));
    let twice = reason(&extensions(&[0, 1, 0, 0, 0, 1, 0, 0]));
    assert!(matches!(twice, EchConfigUnusable::DoubledExtension(_)));
    for reason in [no_suite, mandatory, twice] {
        assert!(!reason.to_string().is_empty());
    }
}

#[test]
fn the_first_config_that_can_be_used_is() {
    let (unknown, good) = (key(8, 1), key(7, 42));
    let mut strange = unknown.config().to_vec();
    strange[0] = 0;
    let bytes = [strange.as_slice(), good.config()].concat();
    let bytes = [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], &bytes].concat();
    let list = EchConfigList::from_bytes(&bytes).unwrap();
    let (client, server) = builders(vec![good]);
    let (client, _, outcome) = talk(client, server, Some(list));
    outcome.unwrap();
    assert_eq!(agreed(&client).encrypted_client_hello, EchStatus::Accepted);
}

//= R9849-6.1-2 test
#[test]
fn a_list_without_a_config_that_can_be_used_offers_nothing() {
    let mut strange = key(8, 1).config().to_vec();
    strange[0] = 0;
    let bytes = [&u16::try_from(strange.len()).unwrap().to_be_bytes()[..], &strange].concat();
    let list = EchConfigList::from_bytes(&bytes).unwrap();
    let (client, server) = builders(vec![key(7, 42)]);
    let (client, server, outcome) = talk(client, server, Some(list));
    outcome.unwrap();
    assert_eq!(agreed(&client).encrypted_client_hello, EchStatus::NotOffered);
    assert_eq!(agreed(&server).encrypted_client_hello, EchStatus::NotOffered);
    assert!(contains(&client.wire, SECRET.as_bytes()));
}
