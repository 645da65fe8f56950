//! Sessions that outlive a run of the tool: tickets, early data, shared secrets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::fs;

use support::{CLIENT_ID, Files, SERVER_ID};

/// A directory without what an earlier run of the test has left.
fn files(test: &str) -> Files {
    let files = Files::new(test);
    for name in ["session", "ticket.key"] {
        let _ = fs::remove_file(files.path(name));
    }
    files
}

/// Nobody but the owner may read or write it.
#[cfg(unix)]
fn assert_secret(path: &str) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{path}");
}

#[test]
fn a_session_is_resumed_and_both_sides_tell_when_the_other_was_authenticated() {
    let files = files("resumed");
    let server = files.mutual_server("--echo --tickets 1 --connections 3");
    let client = |input: &[u8]| files.mutual_client(&server, "--session-file @session", input);
    let first = client(b"first");
    first.told(0, &["authentication     on this connection", "the session is kept in"]);
    #[cfg(unix)]
    assert_secret(&files.path("session"));
    let kept = fs::read(files.path("session")).unwrap();
    let second = client(b"second");
    second.told(0, &["authentication     resumed: on the first connection, 20", SERVER_ID]);
    assert!(!second.stderr.contains("certificate 0"), "{}", second.stderr);
    assert_eq!(second.stdout, "second");
    assert_ne!(fs::read(files.path("session")).unwrap(), kept, "a ticket is used once");
    client(b"third").told(0, &["authentication     resumed"]);
    let told = server.end();
    told.told(0, &[CLIENT_ID]);
    assert_eq!(told.stderr.matches("resumed: on the first connection").count(), 2, "{}", told.stderr);
}

#[test]
fn servers_that_share_the_ticket_key_and_the_trust_resume_each_others_sessions() {
    let files = files("fleet");
    let tickets = "--echo --tickets 1 --ticket-key @ticket.key --connections 1";
    let first = files.mutual_server(tickets);
    files.mutual_client(&first, "--session-file @session", b"x").told(0, &["on this connection"]);
    first.end().told(0, &[]);
    #[cfg(unix)]
    assert_secret(&files.path("ticket.key"));

    let second = files.mutual_server(tickets);
    files.mutual_client(&second, "--session-file @session", b"x").told(0, &["authentication     resumed"]);
    second.end().told(0, &["authentication     resumed"]);

    let less_strict = files.mutual_server(&format!("{tickets} --client-auth optional"));
    let client = files.mutual_client(&less_strict, "--session-file @session", b"x");
    client.told(0, &["authentication     on this connection"]);
    less_strict.end().told(0, &["authentication     on this connection"]);
}

#[test]
fn a_session_is_not_offered_once_the_client_trusts_or_shows_another() {
    let files = files("bound");
    files.issue("other", support::client());
    let server = files.mutual_server("--echo --tickets 1");
    files.mutual_client(&server, "--session-file @session", b"x").told(0, &["on this connection"]);
    let options = "--ca @ca.pem --name localhost --cert @other.pem --key @other.key --session-file @session";
    let other = files.client(&server, options, b"x");
    other.told(0, &["is not offered: the session was made under", "on this connection"]);
}

#[test]
fn early_data_is_taken_ahead_of_the_handshake_and_heard_behind_it() {
    let files = files("early-data");
    files.write("request", "early, ");
    let server = files.mutual_server("--echo --tickets 1 --early-data --connections 2");
    let client = || files.mutual_client(&server, "--session-file @session --early-data @request", b"and not");
    let first = client();
    first.told(0, &["on this connection"]);
    assert_eq!(first.stdout, "early, and not", "without a session it goes behind the handshake");
    let second = client();
    second.told(0, &["the server takes our early data", "early data         7 bytes"]);
    assert_eq!(second.stdout, "early, and not");
    server.end().told(0, &["early data comes; it is held until", "early data         7 bytes"]);
}

#[test]
fn early_data_that_is_not_taken_is_sent_behind_the_handshake() {
    let files = files("early-data-rejected");
    files.write("request", "early, ");
    let server =
        files.mutual_server("--tickets 1 --ticket-key @ticket.key --early-data --echo --connections 2");
    let client = || files.mutual_client(&server, "--session-file @session --early-data @request", b"and not");
    client().told(0, &[]);
    // A server whose ticket key outlives it does not know yet what it heard before.
    let second = client();
    second.told(0, &["authentication     resumed", "the server does not take our early data"]);
    assert_eq!(second.stdout, "early, and not");
    server.end().told(0, &["early data is skipped"]);
}

#[test]
fn who_shares_a_psk_needs_no_certificates() {
    let files = files("psk");
    let psk = format!("meter:17:{}", "5a".repeat(32));
    let command = files.command(&format!("server 127.0.0.1:0 --echo --client-auth none --psk {psk}"));
    let server = support::Server::start(command);
    let client = files.client(&server, &format!("--psk {psk} --name localhost"), b"known");
    client
        .told(0, &["authentication     by an external PSK", "peer               whoever else holds the PSK"]);
    assert_eq!(client.stdout, "known");
    let other = format!("meter:17:{}", "5b".repeat(32));
    files.client(&server, &format!("--psk {other} --name localhost"), b"x").told(5, &["decrypt_error"]);
}

#[test]
fn a_secret_that_both_import_authenticates_in_the_context_that_both_give() {
    let files = files("psk-import");
    let secret = format!("--psk-import plant:7:{}", "5a".repeat(32));
    let command = files
        .command(&format!("server 127.0.0.1:0 --echo --client-auth none {secret} --psk-context pump->valve"));
    let server = support::Server::start(command);
    let client = |context: &str, more: &str| {
        files.client(&server, &format!("{secret} --psk-context {context} --name localhost{more}"), b"known")
    };
    for suite in ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"] {
        let told = client("pump->valve", &format!(" --suite {suite}"));
        told.told(0, &[suite, "authentication     by an external PSK", "external PSK       plant:7"]);
        assert_eq!(told.stdout, "known");
    }
    client("valve->pump", "").told(5, &["handshake_failure"]);
}

#[test]
fn certificates_and_a_secret_are_used_together() {
    let files = files("cert-with-psk");
    let psk = format!("--psk plant:{}", "5a".repeat(32));
    let server = files.mutual_server(&format!("--echo {psk} --cert-with-psk required"));
    let both = files.mutual_client(&server, &format!("{psk} --cert-with-psk required"), b"known");
    both.told(0, &["whose keys depend on an external PSK too", "external PSK       plant", SERVER_ID]);
    assert_eq!(both.stdout, "known");
    files.mutual_client(&server, "", b"x").told(5, &["unknown_psk_identity"]);

    let without = files.mutual_server("--echo");
    let refused = files.mutual_client(&without, &format!("{psk} --cert-with-psk required"), b"x");
    refused.told(4, &["does not use certificates together with an external PSK"]);
    let offered = files.mutual_client(&without, &format!("{psk} --cert-with-psk offered"), b"x");
    offered.told(0, &["authentication     on this connection\n"]);
}

#[test]
fn options_that_make_no_sense_together_are_refused_before_anything_is_sent() {
    let files = files("psk-settings");
    let psk = format!("a:{}", "5a".repeat(32));
    let server = files.run(&format!("server 127.0.0.1:0 --psk {psk}"), b"");
    server.told(1, &["--psk stands in for no certificate", "--client-auth optional or none"]);
    let twice = format!("client 127.0.0.1:1 --psk {psk} --psk-import {psk}");
    files.run(&twice, b"").told(1, &["used there without the importer"]);
    let contexts = format!("client 127.0.0.1:1 --psk-import {psk} --psk-context a --psk-context b");
    files.run(&contexts, b"").told(1, &["once for all of --psk-import, or once for each"]);
    let alone = files.run("client 127.0.0.1:1 --ca @ca.pem --cert-with-psk required", b"");
    alone.told(1, &["--cert-with-psk takes a secret"]);
    files.run("client 127.0.0.1:1 --psk a:5a", b"").told(2, &["can be guessed"]);
    files.run("client 127.0.0.1:1 --ca @ca.pem --early-data @ca.pem", b"").told(2, &["--session-file"]);
    let keyless = "server 127.0.0.1:0 --cert @server.pem --key @server.key --client-auth none --early-data";
    files.run(keyless, b"").told(2, &["--tickets"]);
    files.write("session", "no session");
    let broken = files.run("client 127.0.0.1:1 --ca @ca.pem --session-file @session", b"");
    broken.told(1, &["session: "]);
    assert_eq!(files.read("session"), "no session", "what is no session is not removed");
}
