//! `handfast client` and `handfast server` with each other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use support::{CLIENT_ID, Files, Run, SERVER_ID, Server, server};

#[test]
fn a_mutual_session_carries_data_both_ways_and_each_side_tells_who_the_other_is() {
    let files = Files::new("mutual");
    let server = files.mutual_server("--echo --once");
    let input = "0123456789abcdef".repeat(1 << 16);
    let client = files.mutual_client(&server, "--alpn h2,echo", input.as_bytes());
    client.told(
        0,
        &[
            "connected to 127.0.0.1",
            "cipher suite       TLS_AES_128_GCM_SHA256",
            "group              X25519MLKEM768",
        ],
    );
    client.told(
        0,
        &["HelloRetryRequest  no", SERVER_ID, "DNS name localhost", "ecdsa_secp256r1_sha256", "pending"],
    );
    assert!(client.stdout == input, "{} of {} bytes came back", client.stdout.len(), input.len());
    server
        .end()
        .told(0, &["#1 connected by", CLIENT_ID, "anyone under the trust anchors", "#1 closed after"]);
}

#[test]
fn half_close_lets_the_rest_come_back() {
    let files = Files::new("half-close");
    let server = files.mutual_server("--echo");
    let client = files.mutual_client(&server, "", b"last words");
    client.told(0, &[]);
    assert_eq!(client.stdout, "last words");
}

#[test]
fn suite_group_alpn_and_record_size_are_negotiated_as_asked_for() {
    let files = Files::new("negotiation");
    let server = files.mutual_server("--echo --suite CHACHA20-POLY1305 --group P-384 --alpn echo");
    let client = files.mutual_client(
        &server,
        "--group X25519,P-384 --alpn h2,echo --record-size-limit 64",
        &[b'x'; 999],
    );
    client.told(
        0,
        &["TLS_CHACHA20_POLY1305_SHA256", "secp384r1", "HelloRetryRequest  yes", "ALPN               echo"],
    );
    assert_eq!(client.stdout, "x".repeat(999));
}

#[test]
fn each_group_is_agreed_on_and_a_client_may_leave_the_choice_to_the_server_or_predict_it() {
    let files = Files::new("groups");
    let all =
        "X25519MLKEM768,SecP256r1MLKEM768,SecP384r1MLKEM1024,X25519,P-256,P-384,MLKEM512,MLKEM768,MLKEM1024";
    let server = files.mutual_server(&format!("--echo --group-choice client-preference --group {all}"));
    for group in all.split(',').filter(|group| !group.starts_with("P-")) {
        let client = files.mutual_client(&server, &format!("--group {group}"), b"x");
        let name = group.replace("X25519", if group == "X25519" { "x25519" } else { "X25519" });
        client.told(0, &[&format!("group              {name}"), "HelloRetryRequest  no"]);
    }
    let chosen = files.mutual_client(&server, "--group P-256,X25519 --key-share none", b"x");
    chosen.told(0, &["group              secp256r1", "HelloRetryRequest  yes"]);
    let shared = files.mutual_client(&server, "--group P-256,X25519 --key-share X25519", b"x");
    shared.told(0, &["group              secp256r1", "HelloRetryRequest  yes"]);
    let predicted =
        files.mutual_client(&server, "--group P-256,X25519 --key-share X25519 --known-group P-256", b"x");
    predicted.told(0, &["group              secp256r1", "HelloRetryRequest  no"]);
}

#[test]
fn a_stateless_retry_works_without_middlebox_compatibility() {
    let files = Files::new("cookie");
    let server = files.mutual_server("--echo --group P-256 --hello-retry-cookie");
    let client = files.mutual_client(&server, "--no-middlebox-compatibility", b"x");
    client.told(0, &["HelloRetryRequest  yes"]);
    assert_eq!(client.stdout, "x");
}

#[test]
fn the_page_has_the_facts_of_the_session_and_other_paths_are_404() {
    let files = Files::new("http");
    let server = files.mutual_server("--http");
    let get = |path: &str| {
        let run = files.mutual_client(&server, "", format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes());
        run.told(0, &[]);
        run.stdout
    };
    let page = get("/");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain"), "{page}");
    for fact in
        ["cipher suite: TLS_AES_128_GCM_SHA256", "group: X25519MLKEM768", &format!("peer: {CLIENT_ID}")]
    {
        assert!(page.contains(fact), "{fact:?} is missing: {page}");
    }
    assert!(get("/other").starts_with("HTTP/1.1 404 Not Found\r\n"));
}

#[test]
fn the_key_update_page_rolls_the_keys_of_both_sides() {
    let files = Files::new("key-update");
    let server = files.mutual_server("--http --once");
    let client = files.mutual_client(&server, "", b"GET /keyupdate HTTP/1.1\r\n\r\n");
    client.told(0, &["the peer has updated its keys"]);
    assert!(client.stdout.contains("KeyUpdate: sent"), "{}", client.stdout);
}

/// What a client with these options is told of the secret, and what it tells itself.
fn secret(files: &Files, server: &Server, options: &str) -> Run {
    let run = files.mutual_client(server, options, b"GET /secret HTTP/1.1\r\n\r\n");
    run.told(0, &[]);
    run
}

#[test]
fn the_secret_page_is_for_whoever_says_behind_the_handshake_who_it_is() {
    let files = Files::new("secret");
    let server = files.mutual_server("--http --client-auth none");
    let run = secret(&files, &server, "--post-handshake-auth");
    run.told(
        0,
        &["our certificate    not asked for", "the server asked who we are: our certificate is shown"],
    );
    assert!(run.stdout.starts_with("HTTP/1.1 200 OK\r\n"), "{run:?}");
    assert!(run.stdout.contains(&format!("The secret is for you: {CLIENT_ID}")), "{run:?}");
    assert!(run.stdout.contains("asked behind the handshake"), "{run:?}");

    let unwilling = secret(&files, &server, "");
    assert!(unwilling.stdout.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{unwilling:?}");
    assert!(unwilling.stdout.contains("the client did not offer post_handshake_auth"), "{unwilling:?}");

    let input = b"GET /secret HTTP/1.1\r\n\r\n";
    let nobody = files.client(&server, "--ca @ca.pem --name localhost --post-handshake-auth", input);
    nobody.told(0, &["no certificate of ours is shown"]);
    assert!(nobody.stdout.contains("you have shown no certificate"), "{nobody:?}");
}

#[test]
fn the_secret_page_knows_whom_the_handshake_has_shown_and_asks_the_willing_once_more() {
    let files = Files::new("secret_known");
    let server = files.mutual_server("--http");
    assert!(secret(&files, &server, "").stdout.contains("known from the handshake"));
    let asked = secret(&files, &server, "--post-handshake-auth");
    assert!(asked.stdout.contains("asked behind the handshake"), "{asked:?}");
}

#[test]
fn probing_shows_that_the_server_has_accepted_the_certificate() {
    let files = Files::new("probe");
    let server = files.mutual_server("--echo");
    let client = files.mutual_client(&server, "--probe-acceptance", b"x");
    client.told(0, &["the server has accepted our certificate: it answered our KeyUpdate"]);
}

#[test]
fn without_echo_and_http_a_server_pipes_stdin_and_stdout_of_one_session() {
    let files = Files::new("pipe");
    let mut server = files.mutual_server("");
    let mut stdin = server.stdin();
    stdin.write_all(b"from the server").unwrap();
    let port = server.port();
    let credential = "--ca @ca.pem --name localhost --cert @client.pem --key @client.key";
    let mut client = files.command(&format!("client 127.0.0.1:{port} {credential}")).spawn().unwrap();
    // Who closes first ends the session, so the client stays until it has heard the server.
    let mut heard = [0; 15];
    client.stdout.as_mut().unwrap().read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"from the server");
    client.stdin.take().unwrap().write_all(b"from the client").unwrap();
    Run::of_child(client).told(0, &[]);
    let server = server.end();
    server.told(0, &[CLIENT_ID]);
    assert_eq!(server.stdout, "from the client");
}

#[test]
fn the_certificate_is_chosen_by_the_server_name() {
    let files = Files::new("sni");
    files.issue("other", server("other.example"));
    let server = files.mutual_server("--echo --cert @other.pem --key @other.key --refuse-unknown-names");
    for name in ["localhost", "other.example"] {
        files.mutual_client(&server, "", b"").told(0, &["DNS name localhost"]);
        let options = format!("--ca @ca.pem --cert @client.pem --key @client.key --name {name}");
        files.client(&server, &options, b"").told(0, &[&format!("DNS name {name}")]);
    }
    let unknown = "--ca @ca.pem --cert @client.pem --key @client.key --name nobody.example";
    files.client(&server, unknown, b"").told(5, &["unrecognized_name", "does not serve the name"]);
}

#[test]
fn client_certificates_are_optional_where_the_server_says_so_and_not_asked_for_where_it_says_so() {
    let files = Files::new("client-auth");
    let trusting = "--ca @ca.pem --name localhost";
    let optional = files.mutual_server("--echo --client-auth optional");
    files.client(&optional, trusting, b"x").told(0, &["our certificate    none: the peer asked"]);
    files.mutual_client(&optional, "", b"x").told(0, &["our certificate    CN=client, proved by"]);
    let none = files.server("--echo --client-auth none");
    files
        .mutual_client(&none, "", b"x")
        .told(0, &["our certificate    not asked for", "tls-exporter       "]);
}

#[test]
fn a_peer_is_known_by_spiffe_id_trust_domain_or_pin() {
    let files = Files::new("identities");
    let server = files.mutual_server("--echo --trust-domain test.example");
    let credential = "--cert @client.pem --key @client.key";
    for (whom, expected) in [
        ("--spiffe-id spiffe://test.example/server", "SPIFFE id spiffe://test.example/server"),
        ("--trust-domain test.example", "a SPIFFE id of trust domain test.example"),
    ] {
        let run = files.client(&server, &format!("--ca @ca.pem {whom} {credential}"), b"");
        run.told(0, &[&format!("expected           {expected}"), SERVER_ID]);
    }
    let run = files.mutual_client(&server, "", b"");
    let digest =
        run.stderr.lines().find_map(|line| line.trim_start().strip_prefix("its SHA-256")).unwrap().trim();
    let pinned = files.client(&server, &format!("--pin-certificate-sha256 {digest} {credential}"), b"");
    pinned.told(0, &["the certificate with SHA-256"]);
    let other = "ab".repeat(32);
    files.client(&server, &format!("--pin-sha256 {other} {credential}"), b"").told(4, &["SHA-256"]);
}

#[test]
fn many_sessions_run_at_once_and_more_than_the_cap_wait() {
    let files = Files::new("cap");
    let server = files.mutual_server("--echo --max-connections 2 --connections 6");
    thread::scope(|scope| {
        let clients: Vec<_> =
            (0..6).map(|_| scope.spawn(|| files.mutual_client(&server, "", &[b'x'; 50_000]))).collect();
        for client in clients {
            let client = client.join().unwrap();
            client.told(0, &[]);
            assert_eq!(client.stdout.len(), 50_000);
        }
    });
    server.end().told(0, &["#6 closed after"]);
}

#[test]
fn a_client_that_says_nothing_is_ended_by_the_handshake_limit_and_keeps_no_slot() {
    let files = Files::new("silent");
    let server = files.mutual_server("--echo --max-connections 1 --connections 2 --handshake-timeout 0.3");
    let mut silent = TcpStream::connect(server.address()).unwrap();
    files.mutual_client(&server, "", b"x").told(0, &[]);
    let mut rest = Vec::new();
    silent.read_to_end(&mut rest).unwrap();
    drop(silent);
    server.end().told(3, &["time limit", "--handshake-timeout", "#2 closed after"]);
}

#[test]
fn a_client_that_drips_its_bytes_is_ended_by_the_handshake_limit_all_the_same() {
    let files = Files::new("drip");
    let server = files.mutual_server("--echo --once --handshake-timeout 0.5");
    let mut stream = TcpStream::connect(server.address()).unwrap();
    // A ClientHello of 496 bytes, which would take half a minute.
    stream.write_all(&[22, 3, 1, 1, 244, 1, 0, 1, 240]).unwrap();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) && stream.write_all(&[3]).is_ok() {
        thread::sleep(Duration::from_millis(60));
    }
    assert!(started.elapsed() < Duration::from_secs(15), "it was heard for {:?}", started.elapsed());
    server.end().told(3, &["time limit", "--handshake-timeout"]);
}

#[test]
fn an_idle_session_is_ended_by_the_idle_limit() {
    let files = Files::new("idle");
    let mut server = files.mutual_server("--idle-timeout 0.3");
    let _open = server.stdin();
    let mut command = files.command(&format!(
        "client {} --ca @ca.pem --name localhost --cert @client.pem --key @client.key",
        server.address()
    ));
    let mut client = command.spawn().unwrap();
    let open = client.stdin.take();
    server.end().told(3, &["time limit", "--idle-timeout"]);
    drop(open);
    assert_eq!(client.wait().unwrap().code(), Some(0));
}

#[test]
fn the_key_log_is_written_and_the_summary_says_so_in_capitals() {
    let files = Files::new("key-log");
    let _ = std::fs::remove_file(files.path("keys.log"));
    let server = files.mutual_server("--echo");
    let client = files.mutual_client(&server, "--keylog @keys.log", b"x");
    client.told(0, &["KEY LOG", "THE SECRETS OF THIS SESSION ARE IN", "keys.log"]);
    let mut command = files.command(&format!(
        "client {} --ca @ca.pem --name localhost --cert @client.pem --key @client.key",
        server.address()
    ));
    command.env("SSLKEYLOGFILE", files.path("keys.log"));
    Run::of(command, b"x").told(0, &["KEY LOG"]);
    let log = files.read("keys.log");
    for label in [
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0",
        "SERVER_TRAFFIC_SECRET_0",
    ] {
        let lines: Vec<_> = log.lines().filter(|line| line.starts_with(&format!("{label} "))).collect();
        assert_eq!(lines.len(), 2, "one line a session: {log}");
        let words: Vec<_> = lines[0].split(' ').collect();
        assert_eq!((words.len(), words[1].len(), words[2].len()), (3, 64, 64), "{}", lines[0]);
    }
}

#[test]
fn accepting_any_certificate_is_said_in_capitals_in_every_summary() {
    let files = Files::new("danger");
    let server = files.mutual_server("--echo");
    let options = "--danger-accept-any-certificate --cert @client.pem --key @client.key";
    let client = files.client(&server, options, b"x");
    client.told(0, &["VERIFICATION OFF", "ANY CERTIFICATE IS ACCEPTED", "NONE OF ITS NAMES IS PROVED"]);
    assert!(!client.stderr.contains(&format!("peer               {SERVER_ID}")), "{}", client.stderr);
}

#[test]
fn revocation_is_asked_of_both_sides_and_its_choices_are_heard() {
    let files = Files::new("revocation");
    let server = files.mutual_server("--echo --request-ocsp --revocation-unknown accept");
    let asking = |options: &str| files.mutual_client(&server, options, b"x");
    asking("--request-ocsp --revocation-unknown accept-uncovered").told(0, &[]);
    asking("--request-ocsp").told(4, &["PATH-REVOCATION-UNKNOWN", "alert sent: certificate_unknown"]);
    asking("--crl @missing.pem").told(1, &["missing.pem"]);
    asking("--crl @ca.pem").told(1, &["ca.pem: no block \"BEGIN X509 CRL\" is in it"]);
    asking("--staple @ca.pem").told(1, &["ca.pem: no OCSP response in DER"]);
}
