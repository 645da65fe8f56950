//! Revocation between two ends of ours: staples in both directions, lists, and what a revoked certificate is worth
//! when a session is resumed.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "std"))]
#![allow(clippy::wildcard_enum_match_arm)]

mod support {
    pub(crate) mod authority;
    pub(crate) mod der;
    pub(crate) mod ocsp;
    pub(crate) mod pair;
}

use std::sync::Arc;
use std::time::Duration;

use handfast::alert::AlertDescription;
use handfast::connection::{
    Config, ConfigBuilder, Connection, Credential, RevocationCheck, SharedSignatureCache, StoredSession,
    Trust,
};
use handfast::crypto::{Entropy, ring};
use handfast::handshake::{Authentication, ClientAuth, Milestone};
use handfast::identity::ExpectedPeer;
use handfast::pem;
use handfast::pki::certificate::Certificate;
use handfast::pki::revocation::{CrlStore, StaleStatus, UnknownStatus};
use handfast::pki::{PolicyInputs, TrustAnchors};
use handfast::resumption::TicketKeys;
use rcgen::{
    CertificateParams, CertificateRevocationListParams, CustomExtension, KeyIdMethod, RevokedCertParams,
    SerialNumber, date_time_ymd,
};
use support::authority::{self, Authority};
use support::ocsp::{Says, response};
use support::pair::{End, credential, ends, now, settle};

/// A CA and, of each end, chain and key in PEM.
struct Files {
    ca: Authority,
    client: (String, String),
    server: (String, String),
}

impl Files {
    fn new() -> Self {
        Self::with(|_| {})
    }

    /// With a change of both certificates.
    fn with(change: impl Fn(&mut CertificateParams)) -> Self {
        let ca = authority::root(authority::ca("ca"));
        let made = |mut params| {
            change(&mut params);
            credential(params, &ca)
        };
        let client = made(authority::client("spiffe://test/client"));
        Self { client, server: made(authority::server("server.test")), ca }
    }

    /// Both certificates promise staples (RFC 7633).
    fn must_staple() -> Self {
        let status_request = b"\x30\x03\x02\x01\x05".to_vec();
        let feature = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], status_request);
        Self::with(|params| params.custom_extensions.push(feature.clone()))
    }

    fn trust(&self) -> Trust {
        Trust::anchors(TrustAnchors::from_pem(self.ca.pem()).unwrap())
    }

    fn builder(&self, (chain, key): &(String, String), staple: Option<Says>) -> ConfigBuilder {
        let crypto = ring::provider();
        let staple = staple.map(|says| Arc::from(response(&der(chain), &self.ca, says)));
        let shown = Credential::from_pem(chain, key, &crypto).unwrap().with_ocsp_responses(vec![staple]);
        let mut builder = Config::builder(crypto).credential(shown);
        builder.trust = self.trust();
        builder
    }

    fn client(&self, staple: Option<Says>) -> ConfigBuilder {
        let mut client = self.builder(&self.client, staple);
        client.handshake.accept_tickets = true;
        client
    }

    fn server(&self, staple: Option<Says>) -> ConfigBuilder {
        let mut server = self.builder(&self.server, staple);
        server.handshake.client_auth = ClientAuth::Required;
        server
    }

    /// A list of the CA that revokes these certificates, for `years`.
    fn list(&self, revoked: &[&(String, String)], years: (i32, i32)) -> CrlStore {
        let entry = |(chain, _): &&(String, String)| RevokedCertParams {
            serial_number: SerialNumber::from_slice(
                Certificate::from_der(&der(chain)).unwrap().serial_number,
            ),
            revocation_time: date_time_ymd(years.0, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(years.0, 1, 1),
            next_update: date_time_ymd(years.1, 1, 1),
            crl_number: SerialNumber::from_slice(&[1]),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        CrlStore::from_pem(params.signed_by(&self.ca).unwrap().pem().unwrap()).unwrap()
    }
}

const IN_DATE: (i32, i32) = (2029, 2031);

fn der(chain: &str) -> Vec<u8> {
    pem::blocks(chain.as_bytes()).next().unwrap().unwrap().decode().unwrap().to_vec()
}

/// The alert by which a handshake between the two ends, and who sends it says why.
fn refused(client: ConfigBuilder, server: ConfigBuilder) -> Option<(AlertDescription, String)> {
    let (mut client, mut server) = ends(client, server);
    let fault = settle(&mut client, &mut server).err()?;
    Some((fault.alert().expect("an alert is sent"), fault.to_string()))
}

/// Who of the two is judged.
#[derive(Clone, Copy, Debug)]
enum Judged {
    Client,
    Server,
}

/// A handshake in which the one staples and the other asks.
fn judged(
    files: &Files,
    judged: Judged,
    staple: Option<Says>,
    check: RevocationCheck,
) -> Option<(AlertDescription, String)> {
    let trust = files.trust().with_revocation(check);
    let (client, server) = match judged {
        Judged::Client => (files.client(staple), ConfigBuilder { trust, ..files.server(None) }),
        Judged::Server => (ConfigBuilder { trust, ..files.client(None) }, files.server(staple)),
    };
    refused(client, server)
}

const BOTH: [Judged; 2] = [Judged::Client, Judged::Server];

//= R-4.5.1.1-1 test
//= R-4.5.1.1-5 test
//= R6066-8-1 test
//= R6066-8-4 test
//= R6066-8-7 test
//= R6066-8-9 test
#[test]
fn a_staple_decides_in_both_directions() {
    let files = Files::new();
    for (says, alert) in [
        (Some(Says::Good), None),
        (Some(Says::Revoked), Some(AlertDescription::CERTIFICATE_REVOKED)),
        (Some(Says::Unknown), Some(AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE)),
        (Some(Says::Stale), Some(AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE)),
        (None, Some(AlertDescription::CERTIFICATE_UNKNOWN)),
    ] {
        for who in BOTH {
            let found = judged(&files, who, says, RevocationCheck::by_ocsp()).map(|(alert, _)| alert);
            assert_eq!(found, alert, "{who:?} {says:?}");
        }
    }
}

#[test]
fn a_certificate_that_promises_a_staple_is_refused_without_one_that_says_good() {
    let files = Files::must_staple();
    let check = || RevocationCheck {
        unknown: UnknownStatus::Accept,
        stale: StaleStatus::Accept,
        ..RevocationCheck::by_ocsp()
    };
    for who in BOTH {
        assert_eq!(judged(&files, who, Some(Says::Good), check()), None);
        for says in [None, Some(Says::Unknown), Some(Says::Stale)] {
            let (alert, reason) = judged(&files, who, says, check()).unwrap();
            assert_eq!(alert, AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE, "{who:?} {says:?}");
            assert!(reason.contains("PATH-MUST-STAPLE") && reason.contains("RFC 7633"), "{reason}");
        }
    }
}

//= R6066-8-1 test
//= R6066-8-8 test
#[test]
fn staples_go_only_to_who_asks_for_them() {
    let files = Files::must_staple();
    // A staple that was not asked for would end the handshake with unsupported_extension.
    assert_eq!(refused(files.client(Some(Says::Revoked)), files.server(Some(Says::Revoked))), None);
}

#[test]
fn asking_for_staples_without_more_hears_revoked_and_promises() {
    let asking = |mut builder: ConfigBuilder| {
        builder.handshake.request_ocsp = true;
        builder
    };
    let (plain, promising) = (Files::new(), Files::must_staple());
    for (files, says, alert) in [
        (&plain, Some(Says::Revoked), Some(AlertDescription::CERTIFICATE_REVOKED)),
        (&plain, Some(Says::Stale), None),
        (&plain, None, None),
        (&promising, None, Some(AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE)),
    ] {
        let by_client = refused(asking(files.client(None)), files.server(says));
        let by_server = refused(files.client(says), asking(files.server(None)));
        assert_eq!(by_client.map(|(alert, _)| alert), alert, "{says:?}");
        assert_eq!(by_server.map(|(alert, _)| alert), alert, "{says:?}");
    }
}

#[test]
fn lists_decide_in_both_directions() {
    let files = Files::new();
    let both = [&files.client, &files.server];
    for (list, alert) in [
        (files.list(&[], IN_DATE), None),
        (files.list(&both, IN_DATE), Some(AlertDescription::CERTIFICATE_REVOKED)),
        (files.list(&[], (2027, 2028)), Some(AlertDescription::CERTIFICATE_UNKNOWN)),
        (files.list(&both, (2027, 2028)), Some(AlertDescription::CERTIFICATE_REVOKED)),
        (CrlStore::new(), Some(AlertDescription::CERTIFICATE_UNKNOWN)),
    ] {
        let list = Arc::new(list);
        for who in BOTH {
            let found = judged(&files, who, None, RevocationCheck::by_crls(Arc::clone(&list)));
            assert_eq!(found.map(|(alert, _)| alert), alert, "{who:?}");
        }
    }
}

#[test]
fn what_cannot_be_settled_passes_only_by_choice() {
    let files = Files::new();
    let unknown = RevocationCheck { unknown: UnknownStatus::AcceptUncovered, ..RevocationCheck::by_ocsp() };
    let stale = RevocationCheck {
        stale: StaleStatus::Accept,
        ..RevocationCheck::by_crls(files.list(&[], (2027, 2028)))
    };
    let at_hand = |says| RevocationCheck {
        ocsp_responses: vec![Arc::from(response(&der(&files.client.0), &files.ca, says))],
        ..RevocationCheck::by_crls(CrlStore::new())
    };
    assert_eq!(judged(&files, Judged::Server, None, unknown), None);
    assert_eq!(judged(&files, Judged::Client, None, stale), None);
    assert_eq!(judged(&files, Judged::Client, None, at_hand(Says::Good)), None);
    let (alert, _) = judged(&files, Judged::Client, None, at_hand(Says::Revoked)).unwrap();
    assert_eq!(alert, AlertDescription::CERTIFICATE_REVOKED);
}

/// Whether a session that `files` made is resumed where client and server now trust so.
fn resumes(files: &Files, before: &Trust, client: Trust, server: Trust) -> (bool, Authentication) {
    let keys = || TicketKeys::new([0x5a; 32], now().checked_add(Duration::from_secs(604_800)).unwrap());
    let build = |builder: ConfigBuilder, trust: &Trust| {
        Arc::new(ConfigBuilder { trust: trust.clone(), ..builder }.build().unwrap())
    };
    let servers = |trust: &Trust| build(files.server(None).tickets(1, keys()), trust);
    let peer = ExpectedPeer::dns("server.test").unwrap();
    let meet = |client: Arc<Config>, server: Arc<Config>, offers, seed: u8| {
        let entropy = |role| Entropy::from_platform([seed + role; 32]);
        let connection = Connection::client_with_psks(client, peer.clone(), offers, now(), entropy(1));
        let mut client = End::new(connection);
        settle(&mut client, &mut End::new(Connection::server(server, entropy(2)))).unwrap();
        client.milestones
    };
    let first = build(files.client(None), before);
    let met = meet(Arc::clone(&first), servers(before), vec![], 10);
    let ticket = met.iter().find_map(|milestone| match milestone {
        Milestone::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    let stored: StoredSession = first.store_session(&peer, ticket.expect("a ticket")).unwrap();
    let offered = build(files.client(None), &client).offer_session(&stored, &peer, now());
    // What the server does with it is asked in any case.
    let offer = first.offer_session(&stored, &peer, now()).unwrap();
    let met = meet(first, servers(&server), vec![offer], 20);
    let authentication = met.iter().find_map(|milestone| match milestone {
        Milestone::Connected(connected) => Some(connected.authentication),
        _ => None,
    });
    (offered.is_ok(), authentication.expect("connected"))
}

#[test]
fn a_session_is_resumed_under_newer_lists_unless_they_revoke_the_peer() {
    let files = Files::new();
    // Full handshakes pass in any case: what is looked at is whether the ticket does.
    let check = |list| RevocationCheck { unknown: UnknownStatus::Accept, ..RevocationCheck::by_crls(list) };
    let trust = |list| files.trust().with_revocation(check(list));
    let before = trust(files.list(&[], IN_DATE));
    let newer = || trust(files.list(&[], (2028, 2032)));
    assert_eq!(resumes(&files, &before, newer(), newer()), (true, Authentication::Resumption));

    let other = Files::new();
    let of_another_ca = || trust(other.list(&[&files.client, &files.server], IN_DATE));
    // The same serial numbers under another CA of the same name could be ours: the chain is asked for again.
    assert_eq!(
        resumes(&files, &before, of_another_ca(), of_another_ca()),
        (false, Authentication::Certificate)
    );

    let revoking = trust(files.list(&[&files.server], IN_DATE));
    assert_eq!(resumes(&files, &before, revoking.clone(), revoking), (false, Authentication::Resumption));
}

#[test]
fn entries_of_a_ca_of_another_name_do_not_hinder_resumption() {
    let files = Files::new();
    let other = authority::root(authority::ca("other ca"));
    let list = Files { ca: other, ..Files::new() }.list(&[&files.client, &files.server], IN_DATE);
    let check = |list| RevocationCheck { unknown: UnknownStatus::Accept, ..RevocationCheck::by_crls(list) };
    let before = files.trust().with_revocation(check(CrlStore::new()));
    let after = files.trust().with_revocation(check(list));
    assert_eq!(resumes(&files, &before, after.clone(), after), (true, Authentication::Resumption));
}

#[test]
fn a_client_revoked_since_gets_in_by_no_ticket() {
    let files = Files::new();
    let check = |list| files.trust().with_revocation(RevocationCheck::by_crls(list));
    let keys = || TicketKeys::new([0x5a; 32], now().checked_add(Duration::from_secs(604_800)).unwrap());
    let server = |list| ConfigBuilder { trust: check(list), ..files.server(None).tickets(1, keys()) };
    let (mut client, mut first) = ends(files.client(None), server(files.list(&[], IN_DATE)));
    settle(&mut client, &mut first).unwrap();
    let ticket = client.milestones.iter().find_map(|milestone| match milestone {
        Milestone::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    let config = Arc::new(files.client(None).build().unwrap());
    let peer = ExpectedPeer::dns("server.test").unwrap();
    let stored = config.store_session(&peer, ticket.expect("a ticket")).unwrap();
    let offer = config.offer_session(&stored, &peer, now()).unwrap();
    let entropy = |seed| Entropy::from_platform([seed; 32]);
    let mut client = End::new(Connection::client_with_psks(config, peer, vec![offer], now(), entropy(5)));
    let revoking = Arc::new(server(files.list(&[&files.client], IN_DATE)).build().unwrap());
    let mut server = End::new(Connection::server(revoking, entropy(6)));
    let fault = settle(&mut client, &mut server).unwrap_err();
    assert_eq!(fault.alert(), Some(AlertDescription::CERTIFICATE_REVOKED), "{fault}");
}

#[test]
fn a_change_of_the_rules_ends_sessions_and_new_data_does_not() {
    let files = Files::new();
    let digest = |trust: Trust| ConfigBuilder { trust, ..files.server(None) }.build().unwrap().trust_digest();
    let by_list = |list| files.trust().with_revocation(RevocationCheck::by_crls(list));
    let plain = digest(files.trust());
    let listed = digest(by_list(CrlStore::new()));
    assert_eq!(listed, digest(by_list(files.list(&[&files.client], IN_DATE))));
    let cache = Arc::new(SharedSignatureCache::new(100));
    assert_eq!(plain, digest(files.trust().with_signature_cache(cache)));
    let policies = PolicyInputs { initial_explicit_policy: true, ..PolicyInputs::NONE };
    let lenient = RevocationCheck { stale: StaleStatus::Accept, ..RevocationCheck::by_crls(CrlStore::new()) };
    let all = [
        plain,
        listed,
        digest(files.trust().with_revocation(RevocationCheck::by_ocsp())),
        digest(files.trust().with_revocation(lenient)),
        digest(files.trust().with_policies(policies)),
        digest(Trust::ask()),
    ];
    for (index, one) in all.iter().enumerate() {
        assert!(one.is_some() && !all[..index].contains(one), "{index}");
    }
}

#[test]
fn policies_asked_for_are_part_of_trust() {
    let files = Files::new();
    let policies = PolicyInputs { initial_explicit_policy: true, ..PolicyInputs::NONE };
    let trust = files.trust().with_policies(policies);
    let (alert, reason) = refused(files.client(None), ConfigBuilder { trust, ..files.server(None) }).unwrap();
    assert_eq!(alert, AlertDescription::CERTIFICATE_UNKNOWN);
    assert!(reason.contains("PATH-POLICY"), "{reason}");
}

#[test]
fn a_shared_cache_remembers_signatures_and_lets_nothing_else_pass() {
    let files = Files::new();
    let cache = Arc::new(SharedSignatureCache::new(100));
    let trust = |trust: Trust| trust.with_signature_cache(Arc::clone(&cache));
    let server = |changed| ConfigBuilder { trust: trust(changed), ..files.server(None) };
    for _ in 0..2 {
        assert_eq!(refused(files.client(None), server(files.trust())), None);
        assert_eq!(cache.len(), 1);
    }
    let list = files.list(&[&files.client], IN_DATE);
    let revoking = files.trust().with_revocation(RevocationCheck::by_crls(list));
    let (alert, _) = refused(files.client(None), server(revoking)).unwrap();
    assert_eq!(alert, AlertDescription::CERTIFICATE_REVOKED);
}

#[test]
fn a_config_shows_how_it_asks_for_revocation_and_policies() {
    let files = Files::new();
    let shown = format!("{:?}", files.trust().with_revocation(RevocationCheck::by_ocsp()));
    for part in
        ["anchors: 1", "requests_staples: true", "unknown: Refuse", "policies", "signature_cache: None"]
    {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}
