//! Delegated credentials (RFC 9345): `handfast delegate` makes them, `handfast client` and `handfast server` show and
//! accept them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::fs;

use rcgen::{CertificateParams, CustomExtension, KeyPair};
use support::{Files, Run, Server};

/// With the extension DelegationUsage, NULL.
fn may_delegate(mut params: CertificateParams) -> CertificateParams {
    let usage = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 44363, 44], vec![5, 0]);
    params.custom_extensions.push(usage);
    params
}

/// Certificates that may delegate, and `server.dc` and `client.dc` by them.
fn files(test: &str) -> Files {
    let files = Files::new(test);
    files.issue("server", may_delegate(support::server("localhost")));
    files.issue("client", may_delegate(support::client()));
    delegate(&files, "server", "--role server").told(0, &["CN=server", "by ecdsa_secp256r1_sha256 until 20"]);
    delegate(&files, "client", "--role client --key-type ed25519 --hours 168").told(0, &["by ed25519"]);
    files
}

/// `handfast delegate` by this certificate, to `NAME.dc`.
fn delegate(files: &Files, name: &str, options: &str) -> Run {
    let out = files.path(&format!("{name}.dc"));
    let _ = fs::remove_file(&out);
    files.run(&format!("delegate --cert @{name}.pem --key @{name}.key --out {out} {options}"), b"")
}

fn server(files: &Files, options: &str) -> Server {
    Server::start(files.command(&format!("server 127.0.0.1:0 --ca @ca.pem --echo {options}")))
}

const CLIENT: &str = "--ca @ca.pem --name localhost";
const ACCEPT: &str = "--accept-delegated-credentials";

#[test]
fn both_ends_prove_themselves_by_delegated_keys_and_tell_until_when() {
    let files = files("dc-mutual");
    let listening = server(&files, &format!("--delegated-credential @server.dc {ACCEPT} --once"));
    let options = format!("{CLIENT} --delegated-credential @client.dc {ACCEPT}");
    let client = files.client(&listening, &options, b"by another key");
    client.told(
        0,
        &[
            "proved by          ecdsa_secp256r1_sha256 by a delegated credential until 20",
            "our certificate    CN=client by a delegated credential until 20",
        ],
    );
    assert_eq!(client.stdout, "by another key");
    listening.end().told(
        0,
        &[
            "peer               spiffe://test.example/client",
            "proved by          ed25519 by a delegated credential",
        ],
    );
}

#[test]
fn to_who_accepts_none_the_certificates_own_key_is_shown_if_it_is_there() {
    let files = files("dc-beside");
    let both = "--delegated-credential @server.dc --cert @server.pem --key @server.key --client-auth none";
    let listening = server(&files, both);
    let client = files.client(&listening, CLIENT, b"");
    client.told(0, &["peer               localhost"]);
    assert!(!client.stderr.contains("delegated"), "{client:#?}");
    files.client(&listening, &format!("{CLIENT} {ACCEPT}"), b"").told(0, &["by a delegated credential"]);
    let alone = server(&files, "--delegated-credential @server.dc --client-auth none --once");
    files.client(&alone, CLIENT, b"").told(5, &["handshake_failure"]);
    alone.end().told(4, &["CN=server"]);
}

#[test]
fn a_certificate_that_may_not_delegate_does_not_nor_does_one_that_ends_sooner() {
    let files = Files::new("dc-refused");
    delegate(&files, "server", "--role server").told(1, &["server.pem", "extension DelegationUsage", "§4.2"]);
    assert!(!fs::exists(files.path("server.dc")).unwrap());
    let mut short = may_delegate(support::server("localhost"));
    short.not_before = rcgen::date_time_ymd(2000, 1, 1);
    short.not_after = rcgen::date_time_ymd(2001, 1, 1);
    files.issue("short", short);
    delegate(&files, "short", "--role server").told(1, &["short.pem", "2001-01-01", "is the latest"]);
    delegate(&files, "server", "--role server --hours 169").told(2, &["169", "1..=168"]);
    delegate(&files, "server", "").told(2, &["--role"]);
    delegate(&files, "client", "--role client --key-type rsa").told(2, &["ed25519"]);
}

#[test]
fn an_existing_file_is_left_alone() {
    let files = files("dc-exists");
    let before = files.read("server.dc");
    let line = "delegate --cert @server.pem --key @server.key --role server --out @server.dc";
    files.run(line, b"").told(1, &["server.dc", "cannot be written"]);
    assert_eq!(files.read("server.dc"), before);
}

#[test]
fn a_file_that_is_no_delegation_or_has_another_key_is_refused_before_anything_is_sent() {
    let files = files("dc-files");
    let refused = |file: &str, phrases: &[&str]| {
        let line = format!("client 127.0.0.1:1 {CLIENT} --delegated-credential @{file}");
        files.run(&line, b"").told(1, phrases);
    };
    refused("client.pem", &["client.pem", "no block \"BEGIN DELEGATED CREDENTIAL\""]);
    let text = files.read("client.dc");
    let (whole, _) = text.split_once("-----BEGIN PRIVATE KEY").unwrap();
    files.write("keyless.dc", whole);
    refused("keyless.dc", &["keyless.dc", "no private key found"]);
    files.write("other.dc", format!("{whole}{}", KeyPair::generate().unwrap().serialize_pem()));
    refused("other.dc", &["other.dc", "not the one that is delegated to"]);
    let (_, delegation) = whole.split_once("-----BEGIN DELEGATED").unwrap();
    let chain = files.read("server.pem");
    let (_, key) = text.split_once("-----BEGIN PRIVATE KEY").unwrap();
    let crossed = format!("{chain}-----BEGIN DELEGATED{delegation}-----BEGIN PRIVATE KEY{key}");
    files.write("crossed.dc", crossed);
    refused("crossed.dc", &["crossed.dc", "not signed by the key of this certificate"]);
}
