//! Delegated credentials (RFC 9345) between a client and a server of ours: issued, loaded, chosen, judged, and no session
//! that outlives one.

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
    Config, ConfigBuilder, Connection, Credential, CredentialError, Delegation, DelegationError, Fault,
    MAX_DELEGATION, StoredSession,
};
use handfast::crypto::{Entropy, PrivateKeyInfo, PublicKey, ring};
use handfast::handshake::{self, Authentication, Connected, Milestone, OwnFault, Role};
use handfast::identity::ExpectedPeer;
use handfast::resumption::{PskOffer, TicketKeys};
use handfast::time::Time;
use rcgen::{CertificateParams, CustomExtension, KeyPair, KeyUsagePurpose, PKCS_ED25519};
use support::authority::{self, Authority};
use support::pair::{End, now};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The extension DelegationUsage, NULL.
fn may_delegate(mut params: CertificateParams) -> CertificateParams {
    let usage = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 44363, 44], vec![5, 0]);
    params.custom_extensions.push(usage);
    params
}

fn public_key(key: &KeyPair) -> PublicKey {
    let info = PrivateKeyInfo::from_der(key.serialized_der()).unwrap();
    ring::provider().load_signing_key(&info).unwrap().public_key().clone()
}

/// A certificate that may delegate, and a key to delegate to.
struct Side {
    role: Role,
    chain: String,
    key: String,
    delegated_key: KeyPair,
}

impl Side {
    fn new(role: Role, params: CertificateParams, ca: &Authority) -> Self {
        let key = KeyPair::generate().unwrap();
        let chain = params.signed_by(&key, ca).unwrap().pem();
        let delegated_key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        Self { role, chain, key: key.serialize_pem(), delegated_key }
    }

    fn own(&self) -> Credential {
        Credential::from_pem(&self.chain, &self.key, &ring::provider()).unwrap()
    }

    fn delegation(&self, not_after: Time) -> Delegation {
        let public_key = public_key(&self.delegated_key);
        Delegation { role: self.role, public_key, scheme: SignatureScheme::ED25519, not_after }
    }

    fn issue(&self, delegation: &Delegation) -> Result<Vec<u8>, DelegationError> {
        self.own().delegate(delegation, now(), &ring::provider(), Entropy::from_platform([7; 32]))
    }

    /// Delegated to for so long.
    fn delegated(&self, time: Duration) -> Credential {
        let bytes = self.issue(&self.delegation(now().saturating_add(time))).unwrap();
        self.load(&bytes).unwrap()
    }

    fn load(&self, bytes: &[u8]) -> Result<Credential, CredentialError> {
        let key = self.delegated_key.serialize_pem();
        Credential::delegated_from_pem(&self.chain, bytes, key, &ring::provider())
    }
}

struct Pki {
    ca: Authority,
    client: Side,
    server: Side,
}

impl Pki {
    fn new() -> Self {
        let ca = authority::root(authority::ca("ca"));
        let client = may_delegate(authority::client("spiffe://test/client"));
        let server = may_delegate(authority::server("server.test"));
        Self {
            client: Side::new(Role::Client, client, &ca),
            server: Side::new(Role::Server, server, &ca),
            ca,
        }
    }

    /// Trusts the CA, takes delegated credentials, and shows this.
    fn builder(&self, credential: Credential) -> ConfigBuilder {
        let mut builder = Config::builder(ring::provider()).trust_pem(self.ca.pem()).unwrap();
        builder.handshake.take_delegated_credentials();
        builder.handshake.accept_tickets = true;
        builder.credential(credential).tickets(1, TicketKeys::new([0x5a; 32], Time::MAX))
    }
}

fn expected() -> ExpectedPeer {
    ExpectedPeer::dns("server.test").unwrap()
}

struct Outcome {
    client: Connected,
    server: Connected,
    session: Option<StoredSession>,
}

/// A handshake in which each side has its own time.
fn meet(
    (client, client_time): (ConfigBuilder, Time),
    (server, server_time): (ConfigBuilder, Time),
    psks: Vec<PskOffer>,
) -> Result<Outcome, Box<[Option<Fault>; 2]>> {
    let (client, server) = (Arc::new(client.build().unwrap()), Arc::new(server.build().unwrap()));
    let seed = 10 * psks.len() as u8;
    let entropy = |role: u8| Entropy::from_platform([role + seed; 32]);
    let connection =
        Connection::client_with_psks(Arc::clone(&client), expected(), psks, client_time, entropy(1));
    let mut ours = End::new(connection);
    let mut theirs = End::new(Connection::server(server, entropy(2)));
    (ours.now, theirs.now) = (client_time, server_time);
    let faults = loop {
        let of_client = ours.receive().err();
        let sent = ours.transmit_to(&mut theirs);
        let of_server = theirs.receive().err();
        if sent + theirs.transmit_to(&mut ours) == 0 {
            break [of_client, of_server];
        }
    };
    if faults != [None, None] {
        return Err(faults.into());
    }
    let agreed = |end: &End| {
        let found = end.milestones.iter().find_map(|milestone| match milestone {
            Milestone::Connected(connected) => Some((**connected).clone()),
            _ => None,
        });
        found.unwrap()
    };
    let ticket = ours.milestones.iter().rev().find_map(|milestone| match milestone {
        Milestone::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    let session = ticket.map(|ticket| client.store_session(&expected(), ticket).unwrap());
    Ok(Outcome { client: agreed(&ours), server: agreed(&theirs), session })
}

#[test]
fn delegated_keys_prove_both_sides_and_the_identity_ends_with_them() {
    let pki = Pki::new();
    let client = pki.builder(pki.client.delegated(2 * HOUR));
    let server = pki.builder(pki.server.delegated(HOUR));
    let outcome = meet((client, now()), (server, now()), vec![]).unwrap();
    for (found, time) in [(&outcome.client, HOUR), (&outcome.server, 2 * HOUR)] {
        assert_eq!(found.peer_signature_scheme, Some(SignatureScheme::ED25519));
        assert_eq!(found.local_signature_scheme, Some(SignatureScheme::ED25519));
        let identity = found.peer_identity.as_deref().unwrap();
        assert_eq!(identity.earliest_not_after, now().saturating_add(time));
        assert!(found.peer_chain.as_ref().unwrap().delegated_credential().is_some());
    }
    let identity = outcome.server.peer_identity.unwrap();
    assert_eq!(identity.spiffe_id.as_ref().unwrap().as_str(), "spiffe://test/client");
}

#[test]
fn who_takes_none_gets_the_certificates_own_key_or_nothing() {
    let pki = Pki::new();
    let refuses = |builder: ConfigBuilder| {
        let mut builder = builder;
        builder.handshake.delegated_credential_schemes.clear();
        (builder, now())
    };
    let both = || pki.builder(pki.server.delegated(HOUR)).credential(pki.server.own());
    let client = || pki.builder(pki.client.own());
    let found = meet((client(), now()), (both(), now()), vec![]).unwrap().client;
    assert_eq!(found.peer_signature_scheme, Some(SignatureScheme::ED25519));
    let found = meet(refuses(client()), (both(), now()), vec![]).unwrap().client;
    assert_eq!(found.peer_signature_scheme, Some(SignatureScheme::ECDSA_SECP256R1_SHA256));
    let alone = pki.builder(pki.server.delegated(HOUR));
    let Err(faults) = meet(refuses(client()), (alone, now()), vec![]) else { panic!("connected") };
    let fault = faults[1].clone();
    assert!(matches!(fault, Some(Fault::Handshake(handshake::Fault::Own(OwnFault::NoCredential { .. })))));
    let optional = || {
        let mut server = pki.builder(pki.server.own());
        server.handshake.client_auth = handshake::ClientAuth::Optional;
        server
    };
    let found = meet((pki.builder(pki.client.delegated(HOUR)), now()), refuses(optional()), vec![]).unwrap();
    assert_eq!(found.server.peer_identity, None);
}

/// By which reason one of the two refused the other, with illegal_parameter.
fn refusal(client: (ConfigBuilder, Time), server: (ConfigBuilder, Time)) -> String {
    let Err(faults) = meet(client, server, vec![]) else { panic!("nobody refuses") };
    let refused = faults.into_iter().flatten().find_map(|fault| match fault {
        Fault::Handshake(handshake::Fault::Refused { alert, reason }) => Some((alert, reason)),
        _ => None,
    });
    let (alert, reason) = refused.unwrap();
    assert_eq!(alert, AlertDescription::ILLEGAL_PARAMETER);
    reason
}

//= R9345-4.1.3-1 test
//= R9345-4.1.3-2 test
#[test]
fn one_that_has_ended_or_is_good_for_more_than_seven_days_is_illegal_parameter() {
    let pki = Pki::new();
    let later = |time: Duration| now().saturating_add(time);
    let earlier = |time: Duration| now().saturating_sub(time);
    // Each side with a delegated key shows it at its own time; the other judges at another.
    let server = || pki.builder(pki.server.delegated(HOUR));
    let own_client = || pki.builder(pki.client.own());
    meet((own_client(), later(HOUR)), (server(), now()), vec![]).map(drop).unwrap();
    let reason = refusal((own_client(), later(2 * HOUR)), (server(), now()));
    assert!(reason.starts_with("the delegated credential ended at "), "{reason}");
    let client = || pki.builder(pki.client.delegated(MAX_DELEGATION));
    let own_server = || pki.builder(pki.server.own());
    meet((client(), now()), (own_server(), now()), vec![]).map(drop).unwrap();
    let reason = refusal((client(), now()), (own_server(), earlier(DAY)));
    assert!(reason.contains("seven days from now are allowed"), "{reason}");
}

#[test]
fn one_of_ours_that_no_peer_would_take_is_passed_over() {
    let pki = Pki::new();
    let server = |time| pki.builder(pki.server.delegated(time)).credential(pki.server.own());
    let scheme = |server: ConfigBuilder, time: Time| {
        let client = pki.builder(pki.client.own());
        meet((client, time), (server, time), vec![]).unwrap().client.peer_signature_scheme.unwrap()
    };
    let own = SignatureScheme::ECDSA_SECP256R1_SHA256;
    assert_eq!(scheme(server(HOUR), now()), SignatureScheme::ED25519);
    assert_eq!(scheme(server(HOUR), now().saturating_add(2 * HOUR)), own, "it is over");
    assert_eq!(scheme(server(MAX_DELEGATION), now().saturating_sub(DAY)), own, "it is good for eight days");
    // That of a client does not make a server.
    let mut side = Side::new(Role::Client, may_delegate(authority::server("server.test")), &pki.ca);
    side.delegated_key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let crossed = pki.builder(side.delegated(HOUR)).credential(side.own());
    assert_eq!(scheme(crossed, now()), own);
}

//= R9345-3-1 test
//= R9345-4-1 test
//= R9345-4-3 test
//= R9345-4-4 test
//= R9345-4.2-1 test
//= R9345-4.2-2 test
#[test]
fn nothing_is_delegated_for_too_long_or_by_other_certificates_or_to_keys_that_may_not_be() {
    let pki = Pki::new();
    let side = &pki.server;
    let until = |time: Duration| side.delegation(now().saturating_add(time));
    assert!(side.issue(&until(MAX_DELEGATION)).is_ok());
    let too_long = side.issue(&until(MAX_DELEGATION + Duration::from_secs(1)));
    assert!(matches!(too_long, Err(DelegationError::Time { .. })), "{too_long:?}");
    let over = Delegation { not_after: now().saturating_sub(HOUR), ..until(HOUR) };
    assert!(matches!(side.issue(&over), Err(DelegationError::Time { .. })));
    let mut ends_soon = may_delegate(authority::server("server.test"));
    let soon = now().saturating_add(2 * HOUR).as_secs();
    ends_soon.not_after = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(soon as u64);
    let ends_soon = Side::new(Role::Server, ends_soon, &pki.ca);
    let beyond = ends_soon.issue(&ends_soon.delegation(now().saturating_add(3 * HOUR)));
    let Err(DelegationError::Time { latest, .. }) = beyond else { panic!("{beyond:?}") };
    assert_eq!(latest.as_secs(), soon);

    for scheme in [
        SignatureScheme::RSA_PSS_RSAE_SHA256,
        SignatureScheme::ECDSA_SECP256R1_SHA256,
        SignatureScheme::RSA_PKCS1_SHA256,
    ] {
        let refused = side.issue(&Delegation { scheme, ..until(HOUR) });
        assert_eq!(refused, Err(DelegationError::Scheme(scheme)));
    }
    let mut without_usage = authority::server("server.test");
    let mut without_signing = may_delegate(authority::server("server.test"));
    without_signing.key_usages.clear();
    let mut critical = authority::server("server.test");
    let mut usage = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 44363, 44], vec![5, 0]);
    usage.set_criticality(true);
    critical.custom_extensions.push(usage);
    without_usage.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    for params in [without_usage, without_signing, critical] {
        let side = Side::new(Role::Server, params, &pki.ca);
        let refused = side.issue(&side.delegation(now().saturating_add(HOUR)));
        assert!(matches!(refused, Err(DelegationError::NotAllowed { .. })), "{refused:?}");
    }
}

#[test]
fn what_does_not_belong_together_makes_no_credential() {
    let pki = Pki::new();
    let bytes = pki.server.issue(&pki.server.delegation(now().saturating_add(HOUR))).unwrap();
    let error = |loaded: Result<Credential, CredentialError>| match loaded {
        Err(CredentialError::Delegation(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(error(pki.client.load(&bytes)), DelegationError::Signature);
    let other_key = KeyPair::generate_for(&PKCS_ED25519).unwrap().serialize_pem();
    let loaded = Credential::delegated_from_pem(&pki.server.chain, &bytes, other_key, &ring::provider());
    assert_eq!(error(loaded), DelegationError::KeyDoesNotBelong);
    assert!(matches!(error(pki.server.load(&bytes[..20])), DelegationError::Malformed(_)));
    let mut changed = bytes.clone();
    changed[3] ^= 1;
    assert_eq!(error(pki.server.load(&changed)), DelegationError::Signature);
    let plain = Side::new(Role::Server, authority::server("server.test"), &pki.ca);
    assert!(matches!(error(plain.load(&bytes)), DelegationError::NotAllowed { .. }));
}

#[test]
fn a_session_is_not_resumed_when_the_delegation_has_ended() {
    let pki = Pki::new();
    let client = || pki.builder(pki.client.delegated(HOUR));
    let server = || pki.builder(pki.server.own());
    let session = meet((client(), now()), (server(), now()), vec![]).unwrap().session.unwrap();
    let comes_back = |time: Time| {
        let offer = client().build().unwrap().offer_session(&session, &expected(), time).unwrap();
        meet((client(), time), (server(), time), vec![offer])
    };
    let found = comes_back(now().saturating_add(HOUR / 2)).unwrap();
    assert_eq!(found.server.authentication, Authentication::Resumption);
    // The ticket is good for two hours, and the certificate for years; a full handshake has nothing to show then.
    assert!(comes_back(now().saturating_add(HOUR + HOUR / 2)).is_err());
    let offer =
        |client: ConfigBuilder| client.build().unwrap().offer_session(&session, &expected(), now()).map(drop);
    let mut takes_none = client();
    takes_none.handshake.delegated_credential_schemes.clear();
    assert!(offer(client()).is_ok() && offer(takes_none).is_err());
}
