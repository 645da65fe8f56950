//! Raw public keys: `handfast client` and `handfast server` that know each other's keys, and no certificates.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use rcgen::KeyPair;
use support::{Files, Run, Server};

/// Keys for `client`, `server` and `other`: `NAME.key` and `NAME.pub`.
fn files(test: &str) -> Files {
    let files = Files::new(test);
    for name in ["client", "server", "other"] {
        let key = KeyPair::generate().unwrap();
        files.write(&format!("{name}.key"), key.serialize_pem());
        files.write(&format!("{name}.pub"), key.public_key_pem());
    }
    files
}

fn server(files: &Files, options: &str) -> Server {
    Server::start(files.command(&format!("server 127.0.0.1:0 --echo {options}")))
}

/// What stands behind "SHA-256 " in the line with this label.
fn key_in(told: &str, label: &str) -> String {
    let line = told.lines().find(|line| line.trim_start().starts_with(label)).unwrap();
    line.split("SHA-256 ").nth(1).unwrap().chars().take(64).collect()
}

const SERVER: &str = "--raw-public-key @server.key";
const CLIENT: &str = "--raw-public-key @client.key --trust-raw-public-key @server.pub";

#[test]
fn both_ends_tell_which_key_the_other_showed() {
    let files = files("raw-mutual");
    let listening = server(&files, &format!("{SERVER} --trust-raw-public-key @client.pub --once"));
    let client = files.client(&listening, CLIENT, b"by key alone");
    client.told(0, &["peer               the raw public key with SHA-256", "that we trust (RFC 7250)"]);
    assert_eq!(client.stdout, "by key alone");
    let server = listening.end();
    server.told(0, &["peer               the raw public key with SHA-256"]);
    assert_eq!(key_in(&client.stderr, "peer "), key_in(&server.stderr, "our certificate "));
    assert_eq!(key_in(&server.stderr, "peer "), key_in(&client.stderr, "our certificate "));
}

#[test]
fn a_key_is_trusted_by_its_digest_or_pinned_too() {
    let files = files("raw-digest");
    let listening = server(&files, &format!("{SERVER} --trust-raw-public-key @client.pub"));
    let first = files.client(&listening, CLIENT, b"");
    let digest = key_in(&first.stderr, "peer ");
    let by_digest = format!("--raw-public-key @client.key --trust-raw-public-key {digest}");
    files.client(&listening, &by_digest, b"").told(0, &[&digest]);
    files.client(&listening, &format!("{CLIENT} --pin-sha256 {digest}"), b"").told(0, &[&digest]);
    let other = "ab".repeat(32);
    files
        .client(&listening, &format!("{CLIENT} --pin-sha256 {other}"), b"")
        .told(4, &[&format!("expected the raw public key with SHA-256 {other}, found {digest}")]);
}

#[test]
fn a_refusal_says_which_key_came_and_which_are_trusted_and_what_to_do() {
    let files = files("raw-refused");
    let listening = server(&files, &format!("{SERVER} --trust-raw-public-key @other.pub --once"));
    let client = files.client(&listening, CLIENT, b"");
    assert_ne!(client.code, 0);
    let told = listening.end();
    told.told(4, &["is not trusted (RFC 7250 §6); trusted are: ", "--trust-raw-public-key"]);
    let listening = server(&files, &format!("{SERVER} --trust-raw-public-key @client.pub"));
    let options = "--raw-public-key @client.key --trust-raw-public-key @other.pub";
    files.client(&listening, options, b"").told(4, &["is not trusted (RFC 7250 §6)"]);
}

#[test]
fn ends_that_show_and_take_different_kinds_are_told_so() {
    let files = files("raw-kinds");
    files.issue("certified", support::server("localhost"));
    let listening = server(&files, "--cert @certified.pem --key @certified.key --client-auth none");
    files.client(&listening, CLIENT, b"").told(5, &["unsupported_certificate"]);
}

#[test]
fn a_session_is_resumed_until_the_key_is_trusted_no_more() {
    let files = files("raw-session");
    let trusting = |keys: &str| {
        server(&files, &format!("{SERVER} {keys} --tickets 1 --ticket-key {}", files.path("ticket.key")))
    };
    let _ = std::fs::remove_file(files.path("session"));
    let _ = std::fs::remove_file(files.path("ticket.key"));
    let visit = |server: &Server| -> Run {
        files.client(server, &format!("{CLIENT} --session-file {}", files.path("session")), b"")
    };
    let both = "--trust-raw-public-key @client.pub --trust-raw-public-key @other.pub";
    visit(&trusting(both)).told(0, &["on this connection"]);
    visit(&trusting("--trust-raw-public-key @client.pub")).told(0, &["resumed: on the first connection"]);
    let refused = visit(&trusting("--trust-raw-public-key @other.pub"));
    refused.told(5, &["unknown_ca"]);
}

#[test]
fn a_record_of_such_a_session_is_replayed() {
    let files = files("raw-replay");
    let record = files.path("client.run");
    let _ = std::fs::remove_file(&record);
    let listening = server(&files, &format!("{SERVER} --trust-raw-public-key @client.pub --once"));
    files.client(&listening, &format!("{CLIENT} --record {record}"), b"again").told(0, &[]);
    files.run(&format!("replay {record}"), b"").told(0, &[]);
}

#[test]
fn what_makes_no_sense_is_said_before_anything_is_sent() {
    let files = files("raw-setup");
    let refused = |options: &str, phrases: &[&str]| {
        files.run(&format!("client 127.0.0.1:1 {options}"), b"").told(1, phrases);
    };
    refused(&format!("{CLIENT} --name localhost"), &["a raw public key has no name"]);
    refused(&format!("{CLIENT} --ca @ca.pem"), &["a raw public key has no name"]);
    refused("--trust-raw-public-key @server.key", &["server.key", "no block \"BEGIN PUBLIC KEY\""]);
    refused("--trust-raw-public-key nowhere.pub", &["nowhere.pub"]);
    refused("--raw-public-key @ca.pem --trust-raw-public-key @server.pub", &["ca.pem"]);
    files.run("server 127.0.0.1:0 --client-auth none", b"").told(1, &["--raw-public-key"]);
}
