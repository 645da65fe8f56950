//! Certificates and lists by `openssl ca`, responses by a running `openssl ocsp`: stapled by `s_server`, asked for by
//! `s_client`, and in both directions between two ends of ours.

use std::fs;
use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::connection::{Config, ConfigBuilder, Connection, Credential, RevocationCheck, Trust};
use handfast::crypto::{Entropy, ring};
use handfast::handshake::ClientAuth;
use handfast::identity::ExpectedPeer;
use handfast::pki::TrustAnchors;
use handfast::pki::revocation::CrlStore;
use handfast::time::Time;

use crate::openssl_ca::{DAY, Issued, OpensslCa, now_and};
use crate::pki::SERVER;
use crate::session;
use crate::support::openssl::{s_client, s_server};
use crate::support::pair::{End, settle};
use crate::support::stream::fault;

/// The certificates of one role: one that is good, one revoked, one of which the responder knows nothing.
struct Three {
    good: Issued,
    revoked: Issued,
    unknown: Issued,
}

impl Three {
    fn new(ca: &OpensslCa, kind: &str) -> Self {
        let issue = |what| ca.issue(&format!("{what}_{kind}"), kind);
        let unknown = ca.issue_unrecorded(&format!("unknown_{kind}"), kind);
        Self { good: issue("good"), revoked: issue("revoked"), unknown }
    }

    /// Each with what should come of judging it this long after the responder spoke.
    fn cases(&self) -> [(&Issued, i64, Option<AlertDescription>); 4] {
        let unsettled = Some(AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE);
        [
            (&self.good, 0, None),
            (&self.good, 2 * DAY, unsettled),
            (&self.revoked, 0, Some(AlertDescription::CERTIFICATE_REVOKED)),
            (&self.unknown, 0, unsettled),
        ]
    }
}

fn trusting(ca: &OpensslCa, check: RevocationCheck) -> ConfigBuilder {
    let mut builder = Config::builder(ring::provider());
    builder.trust = Trust::anchors(TrustAnchors::from_pem(ca.pem()).unwrap()).with_revocation(check);
    builder
}

/// With this certificate to show, and a staple for it.
fn showing(builder: ConfigBuilder, shown: &Issued, staple: Option<&str>) -> ConfigBuilder {
    let crypto = ring::provider();
    let credential = Credential::from_pem(&shown.chain, &shown.key, &crypto).unwrap();
    let staple = staple.map(|path| Arc::from(fs::read(path).unwrap()));
    builder.credential(credential.with_ocsp_responses(vec![staple]))
}

/// The alert by which our client refuses `s_server` with this certificate, if it does.
fn refused_server(
    ca: &OpensslCa,
    check: RevocationCheck,
    shown: &Issued,
    more: &[&str],
    now: Time,
) -> Option<AlertDescription> {
    let certificate = ["-cert", &shown.chain_file, "-key", &shown.key_file];
    let (_openssl, transport) = s_server(&[&certificate[..], more].concat());
    let error = session::client(trusting(ca, check), transport, now).handshake().err()?;
    fault(&error).alert()
}

/// The alert by which a handshake between two ends of ours fails, if it does.
fn refused(client: ConfigBuilder, server: ConfigBuilder, now: Time) -> Option<AlertDescription> {
    let build = |builder: ConfigBuilder| Arc::new(builder.build().unwrap());
    let entropy = |seed| Entropy::from_platform([seed; 32]);
    let peer = ExpectedPeer::dns(SERVER).unwrap();
    let mut client = End::new(Connection::client(build(client), peer, entropy(1)));
    let mut server = End::new(Connection::server(build(server), entropy(2)));
    (client.now, server.now) = (now, now);
    settle(&mut client, &mut server).err()?.alert()
}

#[test]
#[ignore = "starts openssl"]
fn our_client_judges_the_staple_of_s_server() {
    let ca = OpensslCa::new("staple_of_s_server");
    let (servers, signer) = (Three::new(&ca, "server"), ca.issue("responder", "responder"));
    ca.revoke(&servers.revoked);
    let responder = ca.responder(&signer, &[]);
    for (shown, later, alert) in servers.cases() {
        let response = ca.ask(&responder, shown, &[]);
        let staple = ["-status_file", &response];
        let found = refused_server(&ca, RevocationCheck::by_ocsp(), shown, &staple, now_and(later));
        assert_eq!(found, alert, "{} after {later} s", shown.name);
    }
    let of_another = ["-status_file", &ca.ask(&responder, &servers.revoked, &[])];
    for (staple, alert) in [
        (&[][..], AlertDescription::CERTIFICATE_UNKNOWN),
        (&of_another, AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE),
    ] {
        let found = refused_server(&ca, RevocationCheck::by_ocsp(), &servers.good, staple, now_and(0));
        assert_eq!(found, Some(alert), "{staple:?}");
    }
}

#[test]
#[ignore = "starts openssl"]
fn two_ends_of_ours_judge_each_others_staples() {
    let ca = OpensslCa::new("staples_of_ours");
    let (servers, clients) = (Three::new(&ca, "server"), Three::new(&ca, "client"));
    let signer = ca.issue("responder", "responder");
    ca.revoke(&servers.revoked);
    ca.revoke(&clients.revoked);
    let responder = ca.responder(&signer, &[]);
    let asking = || trusting(&ca, RevocationCheck::by_ocsp());
    let plain = || {
        let mut builder = Config::builder(ring::provider());
        builder.trust = Trust::anchors(TrustAnchors::from_pem(ca.pem()).unwrap());
        builder
    };
    for (shown, later, alert) in clients.cases() {
        let staple = ca.ask(&responder, shown, &[]);
        let client = showing(plain(), shown, Some(&staple));
        let server = showing(asking(), &servers.good, None);
        assert_eq!(refused(client, server, now_and(later)), alert, "{} after {later} s", shown.name);
    }
    for (shown, later, alert) in servers.cases() {
        let staple = ca.ask(&responder, shown, &[]);
        let client = showing(asking(), &clients.good, None);
        let server = showing(plain(), shown, Some(&staple));
        assert_eq!(refused(client, server, now_and(later)), alert, "{} after {later} s", shown.name);
    }
    let client = showing(plain(), &clients.good, None);
    let server = showing(asking(), &servers.good, None);
    assert_eq!(refused(client, server, now_and(0)), Some(AlertDescription::CERTIFICATE_UNKNOWN));
}

#[test]
#[ignore = "starts openssl"]
fn responses_count_by_whomever_and_however_they_are_signed() {
    let ca = OpensslCa::new("responders");
    let shown = ca.issue("shown", "server");
    let delegate = ca.issue("responder", "responder");
    let itself = Issued {
        name: "ca".into(),
        chain: ca.pem(),
        key: String::new(),
        chain_file: ca.file("ca.pem"),
        key_file: ca.file("ca.key"),
    };
    for (signer, answering) in [
        (&itself, &[][..]),
        (&itself, &["-resp_key_id"]),
        (&delegate, &["-resp_key_id"]),
        (&delegate, &["-rmd", "sha384"]),
    ] {
        let responder = ca.responder(signer, answering);
        for asking in [&["-no_nonce"][..], &["-nonce"]] {
            let response = ca.ask(&responder, &shown, asking);
            let staple = ["-status_file", &response];
            let found = refused_server(&ca, RevocationCheck::by_ocsp(), &shown, &staple, now_and(0));
            assert_eq!(found, None, "{} {answering:?} {asking:?}", signer.name);
        }
    }
    // A server's certificate by the same CA is no responder's.
    let responder = ca.responder(&shown, &[]);
    let response = ca.ask(&responder, &shown, &["-noverify"]);
    let staple = ["-status_file", &response];
    let found = refused_server(&ca, RevocationCheck::by_ocsp(), &shown, &staple, now_and(0));
    assert_eq!(found, Some(AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE));
}

#[test]
#[ignore = "starts openssl"]
fn lists_of_openssl_ca_decide_over_s_server_and_over_our_clients() {
    let ca = OpensslCa::new("lists_of_openssl_ca");
    let (server, client) = (ca.issue("server", "server"), ca.issue("client", "client"));
    let by_list = |list: &str| RevocationCheck::by_crls(CrlStore::from_pem(list).unwrap());
    let both = |list: &str, now| {
        let ours = showing(trusting(&ca, by_list(list)), &server, None);
        let theirs = showing(trusting(&ca, by_list(list)), &client, None);
        let of_s_server = refused_server(&ca, by_list(list), &server, &[], now);
        (of_s_server, refused(theirs, ours, now))
    };
    let before = ca.list();
    assert_eq!(both(&before, now_and(0)), (None, None));
    let stale = Some(AlertDescription::CERTIFICATE_UNKNOWN);
    assert_eq!(both(&before, now_and(2 * DAY)), (stale, stale));
    let revoked = Some(AlertDescription::CERTIFICATE_REVOKED);
    ca.revoke(&client);
    assert_eq!(both(&ca.list(), now_and(0)), (None, revoked));
    ca.revoke(&server);
    assert_eq!(both(&ca.list(), now_and(0)), (revoked, revoked));
}

#[test]
#[ignore = "starts openssl"]
fn s_client_takes_our_staple() {
    let ca = OpensslCa::new("staple_for_s_client");
    let (shown, signer) = (ca.issue("shown", "server"), ca.issue("responder", "responder"));
    let staple = ca.ask(&ca.responder(&signer, &[]), &shown, &[]);
    let mut builder = showing(Config::builder(ring::provider()), &shown, Some(&staple));
    builder.handshake.client_auth = ClientAuth::None;
    let file = ca.file("ca.pem");
    let (openssl, transport) = s_client(&["-status", "-CAfile", &file, "-servername", SERVER]);
    session::server(builder, transport, now_and(0)).handshake().unwrap();
    openssl.wait_for("Cert Status: good");
}
