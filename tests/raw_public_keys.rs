//! Raw public keys (RFC 7250) between a client and a server of ours: whom they prove, who is refused and why, and
//! sessions that end with the trust in a key.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "std"))]
#![allow(clippy::wildcard_enum_match_arm)]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::sync::Arc;
use std::time::Duration;

use handfast::SignatureScheme;
use handfast::alert::AlertDescription;
use handfast::connection::{
    Config, ConfigBuilder, ConfigError, Connection, Credential, Fault, PassedOver, RawPublicKeyError,
    RawPublicKeys, StoredSession, Trust,
};
use handfast::crypto::{Entropy, PrivateKeyInfo, ring};
use handfast::handshake::{self, Authentication, CertificateType, ClientAuth, Connected, Milestone};
use handfast::identity::{ExpectedPeer, PeerIdentity, Sha256Digest};
use handfast::pki::TrustAnchors;
use handfast::resumption::{PskOffer, TicketKeys};
use handfast::time::Time;
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData};
use support::authority;
use support::pair::{End, builders, credential, now, settle};

const X509: CertificateType = CertificateType::X509;
const RAW: CertificateType = CertificateType::RAW_PUBLIC_KEY;

fn digest(key: &KeyPair) -> Sha256Digest {
    Sha256Digest::of(&key.subject_public_key_info(), &ring::provider()).unwrap()
}

/// These keys are trusted.
fn trusting(keys: &[&KeyPair]) -> RawPublicKeys {
    keys.iter().fold(RawPublicKeys::new(), |trusted, key| trusted.with_digest(digest(key)))
}

/// Shows this key, and trusts those.
fn builder(own: &KeyPair, trusted: &[&KeyPair]) -> ConfigBuilder {
    let mut builder = Config::builder(ring::provider());
    builder.trust = Trust::raw_public_keys(trusting(trusted));
    builder.credential(Credential::raw_public_key_from_pem(own.serialize_pem(), &ring::provider()).unwrap())
}

struct Keys {
    client: KeyPair,
    server: KeyPair,
    other: KeyPair,
}

impl Keys {
    fn new() -> Self {
        let [client, server, other] = [(); 3].map(|()| KeyPair::generate().unwrap());
        Self { client, server, other }
    }

    fn client(&self) -> ConfigBuilder {
        let mut client = builder(&self.client, &[&self.server]);
        client.handshake.accept_tickets = true;
        client
    }

    fn server(&self, trusted: &[&KeyPair]) -> ConfigBuilder {
        let tickets = TicketKeys::new([0x5a; 32], Time::MAX);
        builder(&self.server, trusted).tickets(1, tickets)
    }
}

fn anyone() -> ExpectedPeer {
    ExpectedPeer::any_under_anchors().with_server_name("server.test").unwrap()
}

/// What the client ended with, and the server.
type Faults = (Option<Fault>, Option<Fault>);

/// What came of a handshake, and the session that it leaves.
struct Outcome {
    client: Connected,
    server: Connected,
    session: Option<StoredSession>,
}

fn agreed(end: &End) -> Connected {
    let connected = end.milestones.iter().find_map(|milestone| match milestone {
        Milestone::Connected(connected) => Some((**connected).clone()),
        _ => None,
    });
    connected.unwrap()
}

fn meet(
    client: ConfigBuilder,
    server: ConfigBuilder,
    expected: ExpectedPeer,
    psks: Vec<PskOffer>,
) -> Result<Outcome, Box<Faults>> {
    let (client, server) = (Arc::new(client.build().unwrap()), Arc::new(server.build().unwrap()));
    let seed = psks.len() as u8;
    let entropy = |role: u8| Entropy::from_platform([role + seed; 32]);
    let connection =
        Connection::client_with_psks(Arc::clone(&client), expected.clone(), psks, now(), entropy(1));
    let mut ours = End::new(connection);
    let mut theirs = End::new(Connection::server(server, entropy(101)));
    let faults = talk(&mut ours, &mut theirs);
    if faults != (None, None) {
        return Err(faults.into());
    }
    let ticket = ours.milestones.iter().rev().find_map(|milestone| match milestone {
        Milestone::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    let session = ticket.map(|ticket| client.store_session(&expected, ticket).unwrap());
    Ok(Outcome { client: agreed(&ours), server: agreed(&theirs), session })
}

/// Lets both ends talk until both are silent, and hears of what each has ended with.
fn talk(client: &mut End, server: &mut End) -> Faults {
    loop {
        let of_client = client.receive().err();
        let sent = client.transmit_to(server);
        let of_server = server.receive().err();
        if sent + server.transmit_to(client) == 0 {
            return (of_client, of_server);
        }
    }
}

/// The alert and the reason by which one of the two refused the other.
fn refusal(
    client: ConfigBuilder,
    server: ConfigBuilder,
    expected: ExpectedPeer,
) -> (AlertDescription, String) {
    let Err(faults) = meet(client, server, expected, Vec::new()) else { panic!("nobody refuses") };
    for fault in [faults.0, faults.1].into_iter().flatten() {
        if let Fault::Handshake(handshake::Fault::Refused { alert, reason }) = fault {
            return (alert, reason);
        }
    }
    panic!("nobody says why");
}

#[test]
fn each_side_knows_the_other_by_its_key_alone() {
    let keys = Keys::new();
    let outcome = meet(keys.client(), keys.server(&[&keys.client]), anyone(), Vec::new()).unwrap();
    for (found, key) in [(&outcome.client, &keys.server), (&outcome.server, &keys.client)] {
        assert_eq!(found.authentication, Authentication::Certificate);
        let identity = found.peer_identity.as_deref().unwrap();
        assert_eq!(*identity, PeerIdentity::of_raw_public_key(digest(key)));
        assert!(identity.is_raw_public_key);
        assert_eq!(identity.to_string(), format!("the raw public key with SHA-256 {}", digest(key)));
        let shown = found.peer_chain.as_ref().unwrap();
        assert_eq!(shown.raw_public_key(), Some(&*key.subject_public_key_info()));
    }
}

#[test]
fn a_server_with_a_certificate_lets_in_clients_with_raw_keys_and_with_certificates() {
    let keys = Keys::new();
    let (with_certificate, mut server) = builders();
    server.trust = server.trust.with_raw_public_keys(trusting(&[&keys.client]));
    let mut with_key = builder(&keys.client, &[]);
    with_key.trust = with_certificate.trust.clone();
    let expected = || ExpectedPeer::dns("server.test").unwrap();
    let found = meet(with_key, server.clone(), expected(), Vec::new()).unwrap().server.peer_identity.unwrap();
    assert_eq!(*found, PeerIdentity::of_raw_public_key(digest(&keys.client)));
    let found = meet(with_certificate, server, expected(), Vec::new()).unwrap().server.peer_identity.unwrap();
    assert!(!found.is_raw_public_key && found.spiffe_id.is_some());
}

#[test]
fn an_ed25519_key_and_one_that_is_elsewhere_are_shown_like_any_other() {
    let keys = Keys::new();
    let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let server = builder(&ed25519, &[&keys.client]);
    let mut client = keys.client();
    client.trust = Trust::raw_public_keys(trusting(&[&ed25519]));
    let found = meet(client, server, anyone(), Vec::new()).unwrap().client;
    assert_eq!(found.peer_signature_scheme, Some(SignatureScheme::ED25519));

    let spki = keys.server.subject_public_key_info();
    let external = |schemes| Credential::external_raw_public_key(&spki, schemes, &ring::provider());
    let credential = external(vec![SignatureScheme::ECDSA_SECP256R1_SHA256]).unwrap();
    assert!(credential.is_raw_public_key() && credential.shown().is_external());
    assert!(external(vec![SignatureScheme::ED25519]).is_err());
}

//= R7250-6-1 test
#[test]
fn a_key_that_is_not_trusted_is_unknown_ca_and_the_refusal_says_which_came_and_which_are_trusted() {
    let keys = Keys::new();
    let (alert, reason) = refusal(keys.client(), keys.server(&[&keys.other]), anyone());
    assert_eq!(alert, AlertDescription::UNKNOWN_CA);
    for key in [&keys.client, &keys.other] {
        assert!(reason.contains(&digest(key).to_string()), "{reason}");
    }
    let (alert, reason) =
        refusal(builder(&keys.client, &[&keys.other]), keys.server(&[&keys.client]), anyone());
    assert_eq!(alert, AlertDescription::UNKNOWN_CA);
    assert!(reason.contains(&digest(&keys.server).to_string()), "{reason}");
    let strangers: Vec<KeyPair> = (0..6).map(|_| KeyPair::generate().unwrap()).collect();
    let strangers: Vec<&KeyPair> = strangers.iter().collect();
    let (_, reason) = refusal(keys.client(), keys.server(&strangers), anyone());
    assert!(reason.ends_with(" and 2 more"), "{reason}");
}

#[test]
fn a_client_that_expects_a_key_takes_no_other_trusted_one_and_needs_no_trust_beside_the_pin() {
    let keys = Keys::new();
    let pin = |key| ExpectedPeer::pinned_public_key(digest(key).0);
    let server = || keys.server(&[&keys.client]);
    let trusts_both = || builder(&keys.client, &[&keys.server, &keys.other]);
    meet(trusts_both(), server(), pin(&keys.server), Vec::new()).map(drop).unwrap();
    let (alert, reason) = refusal(trusts_both(), server(), pin(&keys.other));
    assert_eq!(alert, AlertDescription::CERTIFICATE_UNKNOWN);
    assert!(reason.contains(&format!("expected the raw public key with SHA-256 {}", digest(&keys.other))));
    let mut bare = builder(&keys.client, &[]);
    bare.handshake.accepted_certificate_types = vec![RAW];
    meet(bare, server(), pin(&keys.server), Vec::new()).map(drop).unwrap();
}

//= R7250-6-1 test
#[test]
fn a_raw_key_proves_no_name() {
    let keys = Keys::new();
    let expected = [
        ExpectedPeer::dns("server.test").unwrap(),
        ExpectedPeer::ip("192.0.2.1".parse().unwrap()),
        ExpectedPeer::spiffe_id("spiffe://test/server").unwrap(),
        ExpectedPeer::pinned_certificate(digest(&keys.server).0),
    ];
    for expected in expected {
        let name = expected.name().to_string();
        let (alert, reason) = refusal(keys.client(), keys.server(&[&keys.client]), expected);
        assert_eq!(alert, AlertDescription::CERTIFICATE_UNKNOWN);
        assert!(reason.contains(&name) && reason.contains("has no name"), "{reason}");
    }
    let mut server = keys.server(&[&keys.client]);
    server.expected_clients = ExpectedPeer::spiffe_trust_domain("test").unwrap();
    assert_eq!(refusal(keys.client(), server, anyone()).0, AlertDescription::ACCESS_DENIED);
}

#[test]
fn ends_without_a_certificate_type_in_common_are_told_so() {
    let keys = Keys::new();
    let (with_certificate, with_certificates) = builders();
    for (client, server) in
        [(with_certificate.clone(), keys.server(&[&keys.client])), (keys.client(), with_certificates.clone())]
    {
        let Err(faults) = meet(client, server, anyone(), Vec::new()) else { panic!("connected") };
        let (client, server) = *faults;
        assert!(server.unwrap().to_string().contains("no certificate type in common"));
        assert_eq!(client, Some(Fault::AlertReceived(AlertDescription::UNSUPPORTED_CERTIFICATE)));
    }
}

#[test]
fn a_raw_rsa_key_is_as_long_as_the_profile_asks() {
    let rsa = include_bytes!("../vectors/keys/rsa2048-pkcs8.pem");
    let info = PrivateKeyInfo::from_pem(rsa).unwrap();
    let key = ring::provider().load_signing_key(&info).unwrap();
    let keys = Keys::new();
    let mut server = builder(&keys.server, &[&keys.client]);
    server.credentials = handfast::connection::Credentials::Listed(Vec::new());
    let server = server.credential(Credential::raw_public_key_from_pem(rsa, &ring::provider()).unwrap());
    let client = |bits| {
        let trusted = RawPublicKeys::new().with_spki(key.public_key().spki(), &ring::provider()).unwrap();
        let mut profile = handfast::pki::Profile::internal();
        profile.min_rsa_bits = bits;
        let mut client = keys.client();
        client.trust = Trust::raw_public_keys(trusted).with_profile(profile);
        client
    };
    meet(client(2048), server.clone(), anyone(), Vec::new()).map(drop).unwrap();
    let (alert, reason) = refusal(client(3072), server, anyone());
    assert_eq!((alert, reason.contains("2048 bits")), (AlertDescription::BAD_CERTIFICATE, true), "{reason}");
}

/// What a client that comes back with its session gets.
fn resumed(
    keys: &Keys,
    session: &StoredSession,
    server: ConfigBuilder,
    time: Time,
) -> Result<Outcome, String> {
    let client = keys.client().build().unwrap();
    let offer = client.offer_session(session, &anyone(), time)?;
    meet(keys.client(), server, anyone(), vec![offer]).map_err(|faults| format!("{faults:?}"))
}

#[test]
fn a_session_ends_with_the_trust_in_the_key_that_began_it_and_those_of_others_go_on() {
    let keys = Keys::new();
    let session = meet(keys.client(), keys.server(&[&keys.client, &keys.other]), anyone(), Vec::new());
    let session = session.unwrap().session.unwrap();
    let outcome = |trusted: &[&KeyPair]| resumed(&keys, &session, keys.server(trusted), now());
    // Another key is taken out, and another comes.
    let third = KeyPair::generate().unwrap();
    for trusted in [&[&keys.client][..], &[&keys.client, &third]] {
        let found = outcome(trusted).unwrap();
        assert_eq!(found.server.authentication, Authentication::Resumption);
        let identity = PeerIdentity::of_raw_public_key(digest(&keys.client));
        assert_eq!(found.server.peer_identity.as_deref(), Some(&identity));
        assert_eq!(found.client.authentication, Authentication::Resumption);
    }
    // The client's own is: its ticket is declined, and the full handshake refuses it.
    let refused = outcome(&[&keys.other]).map(drop).unwrap_err();
    assert!(refused.contains("is not trusted"), "{refused}");
}

#[test]
fn a_client_offers_no_session_of_a_server_whose_key_it_trusts_no_more() {
    let keys = Keys::new();
    let session = meet(keys.client(), keys.server(&[&keys.client]), anyone(), Vec::new());
    let session = session.unwrap().session.unwrap();
    let offer =
        |client: ConfigBuilder| client.build().unwrap().offer_session(&session, &anyone(), now()).map(drop);
    assert_eq!(offer(keys.client()), Ok(()));
    assert_eq!(offer(builder(&keys.client, &[&keys.server, &keys.other])), Ok(()));
    let untrusted = offer(builder(&keys.client, &[&keys.other])).unwrap_err();
    assert!(untrusted.contains("is not trusted"), "{untrusted}");
    for other in [
        // Shows another key, takes certificates too, trusts no raw key any more.
        builder(&keys.other, &[&keys.server]),
        {
            let mut both = keys.client();
            both.handshake.accepted_certificate_types = vec![RAW, X509];
            both
        },
        builder(&keys.client, &[]),
    ] {
        assert!(offer(other).unwrap_err().contains("under another trust"));
    }
    let later = now().checked_add(Duration::from_secs(3600)).unwrap();
    let client = keys.client().build().unwrap();
    assert!(client.offer_session(&session, &anyone(), later).is_ok(), "a raw key has no end");
}

#[test]
fn a_session_of_a_certificate_is_not_resumed_where_raw_keys_alone_are_taken() {
    let keys = Keys::new();
    let (mut client, server) = builders();
    client.handshake.accept_tickets = true;
    let tickets = || TicketKeys::new([0x5a; 32], Time::MAX);
    let expected = ExpectedPeer::dns("server.test").unwrap();
    let began = meet(client.clone(), server.clone().tickets(1, tickets()), expected.clone(), Vec::new());
    let session = began.unwrap().session.unwrap();
    let offer = client.clone().build().unwrap().offer_session(&session, &expected, now()).unwrap();
    let mut strict = server.tickets(1, tickets());
    strict.trust = Trust::raw_public_keys(trusting(&[&keys.client]));
    let Err(faults) = meet(client, strict, expected, vec![offer]) else { panic!("resumed") };
    assert!(faults.1.unwrap().to_string().contains("no certificate type in common"));
}

#[test]
fn what_is_shown_is_chosen_by_what_the_peer_takes() {
    let keys = Keys::new();
    let ca = authority::root(authority::ca("ca"));
    let (chain, key) = credential(authority::server("server.test"), &ca);
    let mut both = builder(&keys.server, &[]).credential_pem(&chain, &key).unwrap();
    both.handshake.client_auth = ClientAuth::None;
    let config = both.clone().build().unwrap();
    assert_eq!(config.handshake().shown_certificate_types, [RAW, X509]);
    assert_eq!(config.handshake().accepted_certificate_types, []);
    let shown = |accepted: &[CertificateType]| {
        let mut client = Config::builder(ring::provider());
        let anchors = TrustAnchors::from_pem(ca.pem()).unwrap();
        client.trust = Trust::anchors(anchors).with_raw_public_keys(trusting(&[&keys.server]));
        client.handshake.accepted_certificate_types = accepted.to_vec();
        let found = meet(client, both.clone(), anyone(), Vec::new()).unwrap().client.peer_identity.unwrap();
        if found.is_raw_public_key { RAW } else { X509 }
    };
    // The first in our order that the client takes; a client that says nothing takes what it trusts.
    assert_eq!(shown(&[]), RAW);
    assert_eq!(shown(&[X509, RAW]), RAW);
    assert_eq!(shown(&[RAW]), RAW);
    assert_eq!(shown(&[X509]), X509);
}

#[test]
fn a_credential_is_passed_over_for_its_type_and_the_choice_says_so() {
    let keys = Keys::new();
    let (client, server) = builders();
    let credential = Credential::raw_public_key_from_pem(keys.client.serialize_pem(), &ring::provider());
    let config = client.credential(credential.unwrap()).build().unwrap();
    // The ask of a real handshake with a server that takes X.509 alone.
    let mut asks = builders().0;
    asks.credentials = handfast::connection::Credentials::Ask;
    asks.trust = Trust::ask();
    let mut end = End::new(Connection::client(
        Arc::new(asks.build().unwrap()),
        ExpectedPeer::dns("server.test").unwrap(),
        Entropy::from_platform([9; 32]),
    ));
    let mut server =
        End::new(Connection::server(Arc::new(server.build().unwrap()), Entropy::from_platform([8; 32])));
    settle(&mut end, &mut server).unwrap();
    let Some(handshake::Ask::JudgePeer(judge)) = end.connection.pending().cloned() else { panic!("no ask") };
    let leaf = judge.chain.certificates().next().unwrap();
    let leaf = handfast::pki::certificate::Certificate::from_der(leaf).unwrap();
    let key = handfast::crypto::PublicKey::from_spki(leaf.subject_public_key_info.der).unwrap();
    let answer = judge.accept(key, Arc::new(PeerIdentity::default()));
    end.connection.answer(answer).unwrap();
    settle(&mut end, &mut server).unwrap();
    let Some(handshake::Ask::ChooseCredential(ask)) = end.connection.pending() else { panic!("no ask") };
    let choice = config.choose_credential(ask).unwrap();
    let (passed_over, why) = choice.passed_over.first().unwrap();
    assert!(passed_over.starts_with("the raw public key"), "{passed_over}");
    assert_eq!(*why, PassedOver::CertificateType(RAW));
    assert!(why.to_string().contains("RawPublicKey"));
}

#[test]
fn keys_to_trust_are_read_from_pem_or_refused_with_the_reason() {
    let keys = Keys::new();
    let pem = format!("{}{}", keys.client.public_key_pem(), keys.server.public_key_pem());
    let crypto = ring::provider();
    let trusted = RawPublicKeys::new().with_pem(&pem, &crypto).unwrap();
    assert_eq!(trusted, trusting(&[&keys.client, &keys.server]));
    assert_eq!(trusted.len(), 2);
    assert!(trusted.contains(&digest(&keys.client)) && !trusted.contains(&digest(&keys.other)));
    let error = |text: &str| RawPublicKeys::new().with_pem(text, &crypto).unwrap_err();
    assert_eq!(error(&keys.client.serialize_pem()), RawPublicKeyError::NoPublicKey);
    assert!(matches!(error("-----BEGIN PUBLIC KEY-----\n"), RawPublicKeyError::Pem(_)));
    assert!(matches!(
        RawPublicKeys::new().with_spki(&[0x30, 0], &crypto),
        Err(RawPublicKeyError::PublicKey(_))
    ));
}

//= R-4.5.1-14 test
#[test]
fn other_types_and_types_listed_twice_make_no_config() {
    let keys = Keys::new();
    for types in [vec![CertificateType(1)], vec![RAW, RAW]] {
        let mut client = keys.client();
        client.handshake.accepted_certificate_types = types;
        let Err(ConfigError::Handshake(reason)) = client.build() else { panic!("a config") };
        assert!(reason.starts_with("accepted_certificate_types"), "{reason}");
    }
}
