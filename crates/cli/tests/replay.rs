//! `--record` in both roles, and `replay` of what it wrote.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::fs;

use support::{Files, Server};

const FIRST_LINE: &str =
    "SECRETS: whoever has this file can read the session that it records. handfast record 1\n";

/// A directory without what an earlier run of the test has left.
fn files(test: &str) -> Files {
    let files = Files::new(test);
    for entry in fs::read_dir(files.path(".")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".run") || name.contains(".run.") || name == "session" {
            fs::remove_file(path).unwrap();
        }
    }
    files
}

/// The record is a secret, and does the same again without the files that made it.
fn assert_replays(files: &Files, record: &str, role: &str) {
    assert!(files.read(record).starts_with(FIRST_LINE));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(files.path(record)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let run = files.run(&format!("replay @{record}"), b"");
    run.told(0, &[]);
    assert!(run.stdout.starts_with(&format!("the {role}'s run is the same again: ")), "{run:#?}");
}

/// A piped session of both ends, with these options of client and server more.
fn session(files: &Files, client: &str, server: &str) {
    let mut listening = files.mutual_server(&format!("--once --record @server.run {server}"));
    // The server's stdin ends once its session has begun, or before.
    drop(listening.stdin());
    let run = files.mutual_client(&listening, &format!("--record @client.run {client}"), &[b'x'; 50_000]);
    run.told(0, &[]);
    listening.end().told(0, &[]);
    assert_replays(files, "client.run", "client");
    assert_replays(files, "server.run", "server");
}

#[test]
fn a_piped_mutual_session_replays_in_both_roles() {
    session(&files("replay_pipe"), "", "");
}

#[test]
fn a_session_behind_a_hello_retry_request_replays_in_both_roles() {
    let files = files("replay_retry");
    session(&files, "--group X25519,P-256", "--group P-256 --hello-retry-cookie");
    assert!(files.read("server.run").contains("\nanswer SealCookie "));
}

#[test]
fn a_session_with_a_key_log_and_an_echo_replays_in_both_roles() {
    let files = files("replay_echo");
    session(
        &files,
        "--keylog @keys --record-size-limit 500",
        "--echo --record-size-limit 500 --keylog @keys",
    );
}

#[test]
fn resumed_sessions_with_early_data_replay_from_a_file_each() {
    let files = files("replay_resumed");
    files.write("request", "early, ");
    let server = files.mutual_server("--echo --tickets 2 --early-data --connections 2 --record @server.run");
    for number in 1..=2 {
        let options = format!("--session-file @session --early-data @request --record @client.run.{number}");
        files.mutual_client(&server, &options, b"and not").told(0, &[]);
    }
    server.end().told(0, &["early data         7 bytes"]);
    for number in 1..=2 {
        assert_replays(&files, &format!("client.run.{number}"), "client");
        assert_replays(&files, &format!("server.run.{number}"), "server");
    }
    assert!(files.read("server.run.2").contains("\nanswer FindPsk 0 session "));
    assert!(files.read("client.run.2").contains("\npsk "));
}

#[test]
fn a_piped_server_with_tickets_and_a_client_that_probes_replay() {
    session(&files("replay_tickets"), "--probe-acceptance", "--tickets 2");
}

#[test]
fn a_session_by_a_psk_alone_and_a_page_replay() {
    let files = files("replay_psk");
    let psk = format!("meter:17:{}", "5a".repeat(32));
    let command =
        format!("server 127.0.0.1:0 --http --once --client-auth none --psk {psk} --record @server.run");
    let server = Server::start(files.command(&command));
    let request = b"GET /keyupdate HTTP/1.0\r\n\r\n";
    let client =
        files.client(&server, &format!("--psk {psk} --name localhost --record @client.run"), request);
    client.told(0, &["by an external PSK"]);
    server.end().told(0, &[]);
    assert_replays(&files, "client.run", "client");
    assert_replays(&files, "server.run", "server");
}

#[test]
fn a_session_by_certificates_together_with_an_imported_psk_replays() {
    let files = files("replay_imported");
    let psk = format!("--psk-import meter:17:{} --cert-with-psk required", "5a".repeat(32));
    session(&files, &psk, &psk);
    assert!(files.read("server.run").contains("\nanswer FindPsk 0 imported sha256 "));
}

#[test]
fn a_client_that_shows_its_certificate_behind_the_handshake_replays() {
    let files = files("replay_post_handshake");
    let server = files.mutual_server("--client-auth none --http --once --record @server.run");
    let request = b"GET /secret HTTP/1.0\r\n\r\n";
    let client = files.mutual_client(&server, "--post-handshake-auth --record @client.run", request);
    client.told(0, &[]);
    assert!(client.stdout.contains(support::CLIENT_ID), "{client:?}");
    server.end().told(0, &[]);
    assert_replays(&files, "client.run", "client");
    assert_replays(&files, "server.run", "server");
}

#[test]
fn refused_sessions_replay_with_what_was_said_of_them() {
    let files = files("replay_refused");
    let server = files.mutual_server("--echo --once --record @server.run");
    let options = "--ca @ca.pem --name localhost --record @client.run";
    files.client(&server, options, b"").told(5, &["certificate_required"]);
    server.end().told(4, &["certificate_required"]);
    for (record, role) in [("client.run", "client"), ("server.run", "server")] {
        assert_replays(&files, record, role);
        let run = files.run(&format!("replay @{record}"), b"");
        assert!(
            run.stdout.contains("it ended with a fault: ") && run.stdout.contains("certificate"),
            "{run:#?}"
        );
    }
}

#[test]
fn a_run_that_differs_is_told_with_its_place_and_an_exit_code_of_its_own() {
    let files = files("replay_differs");
    session(&files, "", "");
    let record = files.read("client.run");
    let changed = record.replacen("\nconfig record_size_limit -", "\nconfig record_size_limit 1000", 1);
    files.write("changed.run", changed);
    let run = files.run("replay @changed.run", b"");
    run.told(
        7,
        &["byte 4 of what is sent, in record 0 (in the clear): client_hello", "expected: ", "found: "],
    );
    files.write("broken.run", "no record");
    files.run("replay @broken.run", b"").told(1, &["broken.run: line 1 of the record: this is no record"]);
}

#[test]
fn a_record_is_not_written_over_another_file() {
    let files = files("replay_exists");
    files.write("there.run", "something else");
    let server = files.mutual_server("--echo");
    files
        .mutual_client(&server, "--record @there.run", b"")
        .told(1, &["there.run: the record cannot be made"]);
    assert_eq!(files.read("there.run"), "something else");
}
