//! The tool in sessions with programs of others: `openssl s_server`, `openssl s_client` and curl.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../../tests/support/openssl.rs"]
mod openssl;
mod support;

use openssl::Peer;
use support::{CLIENT_ID, Files, SERVER_ID, Server};

/// `openssl s_server` that requires a certificate of `ca.pem`, and its port.
fn s_server(files: &Files, more: &[&str]) -> (Peer, String) {
    let [ca, chain, key] = ["ca.pem", "server.pem", "server.key"].map(|name| files.path(name));
    let accept =
        ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-Verify", "1", "-verify_return_error"];
    let peer =
        Peer::start(&[&accept[..], &["-CAfile", &ca, "-cert", &chain, "-key", &key, "-msg"], more].concat());
    let port = peer.wait_for("ACCEPT 127.0.0.1:");
    (peer, port)
}

/// `openssl s_client` that trusts `ca.pem`, with these options more.
fn s_client(files: &Files, server: &Server, more: &[&str]) -> Peer {
    let ca = files.path("ca.pem");
    let expect =
        ["-verify_return_error", "-verify_hostname", "localhost", "-servername", "localhost", "-msg"];
    Peer::start(&[&["s_client", "-connect", server.address(), "-CAfile", &ca], &expect[..], more].concat())
}

/// `curl` for this path, with the client's certificate and these options more.
fn curl(files: &Files, server: &Server, path: &str, more: &[&str]) -> Peer {
    let ca = files.path("ca.pem");
    let to = format!("localhost:443:{}", server.address());
    let url = format!("https://localhost{path}");
    let session = ["--silent", "--show-error", "--max-time", "10", "--noproxy", "*", "--cacert", &ca];
    Peer::start_program("curl", &[&session[..], &["--connect-to", &to, &url], more].concat())
}

#[test]
#[ignore = "starts openssl"]
fn the_client_holds_a_mutual_session_with_s_server() {
    let files = Files::new("peer_s_server");
    let (mut openssl, port) = s_server(&files, &["-rev"]);
    let credential = "--ca @ca.pem --name localhost --cert @client.pem --key @client.key";
    let run = files.run(&format!("client 127.0.0.1:{port} {credential}"), b"from handfast\n");
    run.told(0, &["connected to 127.0.0.1", "DNS name localhost", SERVER_ID]);
    assert_eq!(run.stdout, "tsafdnah morf\n");
    assert!(openssl.finish().success());
    assert_eq!(openssl.value("Peer certificate: ").as_deref(), Some("CN = client"));
    assert_eq!(openssl.alerts().1, ["warning close_notify"]);
}

#[test]
#[ignore = "starts openssl"]
fn the_client_tells_that_s_server_refused_it_for_want_of_a_certificate() {
    let files = Files::new("peer_s_server_refuses");
    let (mut openssl, port) = s_server(&files, &[]);
    let run = files.run(&format!("client 127.0.0.1:{port} --ca @ca.pem --name localhost"), b"");
    run.told(5, &["certificate_required"]);
    openssl.finish();
    assert_eq!(openssl.alerts().1, ["fatal certificate_required"]);
}

#[test]
#[ignore = "starts openssl"]
fn the_server_holds_a_mutual_session_with_s_client() {
    let files = Files::new("peer_s_client");
    let server = files.mutual_server("--client-auth required --echo --once");
    let [chain, key] = ["client.pem", "client.key"].map(|name| files.path(name));
    let mut openssl = s_client(&files, &server, &["-cert", &chain, "-key", &key]);
    openssl.type_in(b"from openssl\n");
    openssl.wait_for_data(b"from openssl\n");
    openssl.type_in(b"Q\n");
    assert!(openssl.finish().success());
    assert_eq!(openssl.value("subject=").as_deref(), Some("CN = server"));
    assert_eq!(openssl.value("Verification: ").as_deref(), Some("OK"));
    server.end().told(0, &["#1 connected by", CLIENT_ID, "#1 closed after"]);
}

#[test]
#[ignore = "starts openssl"]
fn the_server_refuses_s_client_for_want_of_a_certificate_and_tells_so() {
    let files = Files::new("peer_s_client_refused");
    let server = files.mutual_server("--client-auth required --echo --once");
    let mut openssl = s_client(&files, &server, &[]);
    openssl.finish();
    assert_eq!(openssl.alerts().0, ["fatal certificate_required"]);
    server.end().told(4, &["certificate_required"]);
}

#[test]
#[ignore = "starts curl"]
fn curl_gets_the_page_of_session_facts() {
    let files = Files::new("peer_curl");
    let server = files.mutual_server("--client-auth required --http --alpn http/1.1");
    let [chain, key] = ["client.pem", "client.key"].map(|name| files.path(name));
    for (path, fact) in [("/", "cipher suite: TLS_"), ("/keyupdate", "KeyUpdate: sent")] {
        let mut curl = curl(&files, &server, path, &["--fail", "--cert", &chain, "--key", &key]);
        assert!(curl.finish().success());
        assert!(curl.has_said(fact) && curl.has_said(CLIENT_ID) && curl.has_said("http/1.1"));
    }
}

/// curl is willing to be asked behind the handshake, and shows the certificate that it was not asked for in it.
#[test]
#[ignore = "starts curl"]
fn curl_gets_the_secret_page_when_it_says_behind_the_handshake_who_it_is() {
    let files = Files::new("peer_curl_secret");
    let server = files.mutual_server("--client-auth none --http");
    let [chain, key] = ["client.pem", "client.key"].map(|name| files.path(name));
    let mut known = curl(&files, &server, "/secret", &["--fail", "--cert", &chain, "--key", &key]);
    assert!(known.finish().success());
    assert!(known.has_said("asked behind the handshake") && known.has_said(CLIENT_ID));
    let mut nobody = curl(&files, &server, "/secret", &[]);
    assert!(nobody.finish().success());
    assert!(nobody.has_said("you have shown no certificate"));
}

#[test]
#[ignore = "starts openssl"]
fn s_client_gets_the_secret_page_if_it_is_willing_to_be_asked() {
    let files = Files::new("peer_s_client_secret");
    let server = files.mutual_server("--client-auth none --http");
    let [chain, key] = ["client.pem", "client.key"].map(|name| files.path(name));
    let credential = ["-cert", &chain, "-key", &key];
    for (more, told) in [(&["-enable_pha"][..], CLIENT_ID), (&[], "403 Forbidden")] {
        let mut openssl = s_client(&files, &server, &[&credential[..], more].concat());
        openssl.type_in(b"GET /secret HTTP/1.1\r\n\r\n");
        openssl.wait_for(told);
        openssl.finish();
    }
}

#[test]
#[ignore = "starts curl"]
fn curl_without_a_certificate_hears_that_one_is_required() {
    let files = Files::new("peer_curl_refused");
    let server = files.mutual_server("--client-auth required --http");
    let mut curl = curl(&files, &server, "/", &[]);
    assert!(!curl.finish().success());
    // OpenSSL's words for certificate_required.
    assert!(curl.has_said("certificate required"));
}

#[test]
#[ignore = "starts curl"]
fn a_server_tells_that_curl_spoke_http_without_tls() {
    let files = Files::new("peer_curl_plain");
    let server = files.mutual_server("--http --once");
    let url = format!("http://{}/", server.address());
    let mut curl = Peer::start_program("curl", &["--silent", "--max-time", "10", "--noproxy", "*", &url]);
    assert!(!curl.finish().success());
    let run = server.end();
    assert_ne!(run.code, 0);
    assert!(run.stderr.contains("HTTP"), "{run:#?}");
}

/// What the tool recorded does the same again.
fn assert_replays(files: &Files, record: &str) {
    let run = files.run(&format!("replay @{record}"), b"");
    run.told(0, &[]);
    assert!(run.stdout.contains("run is the same again"), "{run:#?}");
}

/// A name for a record that is not there yet.
fn record(files: &Files, name: &str) -> String {
    let _ = std::fs::remove_file(files.path(name));
    format!("--record @{name}")
}

#[test]
#[ignore = "starts openssl"]
fn recorded_sessions_of_the_client_with_s_server_replay() {
    let files = Files::new("peer_replay_client");
    let credential = "--ca @ca.pem --name localhost --cert @client.pem --key @client.key";
    for (name, theirs, ours) in [
        ("plain.run", &["-rev"][..], ""),
        ("retry.run", &["-rev", "-groups", "P-384"], "--group X25519,P-384"),
        ("suite.run", &["-rev", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], ""),
    ] {
        let (mut openssl, port) = s_server(&files, theirs);
        let options = format!("{credential} {ours} {}", record(&files, name));
        let run = files.run(&format!("client 127.0.0.1:{port} {options}"), b"from handfast\n");
        run.told(0, &[]);
        assert_eq!(run.stdout, "tsafdnah morf\n");
        assert!(openssl.finish().success());
        assert_replays(&files, name);
    }
}

#[test]
#[ignore = "starts openssl"]
fn recorded_sessions_of_the_client_that_s_server_resumes_or_refuses_replay() {
    let files = Files::new("peer_replay_client_resumed");
    let _ = std::fs::remove_file(files.path("session"));
    let credential = "--ca @ca.pem --name localhost --cert @client.pem --key @client.key";
    let [ca, chain, key] = ["ca.pem", "server.pem", "server.key"].map(|name| files.path(name));
    let openssl = Peer::start(&[
        "s_server",
        "-accept",
        "127.0.0.1:0",
        "-naccept",
        "3",
        "-Verify",
        "1",
        "-verify_return_error",
        "-rev",
        "-CAfile",
        &ca,
        "-cert",
        &chain,
        "-key",
        &key,
    ]);
    let port = openssl.wait_for("ACCEPT 127.0.0.1:");
    for (name, fact) in [("first.run", "on this connection"), ("second.run", "authentication     resumed")] {
        let options = format!("{credential} --session-file @session {}", record(&files, name));
        files.run(&format!("client 127.0.0.1:{port} {options}"), b"x\n").told(0, &[fact]);
        assert_replays(&files, name);
    }
    let options = format!("--ca @ca.pem --name localhost {}", record(&files, "refused.run"));
    files.run(&format!("client 127.0.0.1:{port} {options}"), b"x\n").told(5, &["certificate_required"]);
    assert_replays(&files, "refused.run");
}

#[test]
#[ignore = "starts openssl"]
fn recorded_sessions_of_the_server_with_s_client_replay() {
    let files = Files::new("peer_replay_server");
    for number in 1..=3 {
        let _ = std::fs::remove_file(files.path(&format!("server.run.{number}")));
    }
    let options =
        "--client-auth required --echo --tickets 1 --connections 3 --group P-256,X25519 --record @server.run";
    let server = files.mutual_server(options);
    let [chain, key, session] = ["client.pem", "client.key", "session.pem"].map(|name| files.path(name));
    let credential = ["-cert", &chain, "-key", &key];
    for more in [
        // The first share is for a group that the server does not take.
        &["-groups", "X448:P-256", "-sess_out", &session][..],
        &["-sess_in", &session],
        &["-groups", "X25519"],
    ] {
        let mut openssl = s_client(&files, &server, &[&credential[..], more].concat());
        openssl.type_in(b"from openssl\n");
        openssl.wait_for_data(b"from openssl\n");
        openssl.type_in(b"Q\n");
        assert!(openssl.finish().success());
    }
    server.end().told(0, &["HelloRetryRequest  yes", "authentication     resumed"]);
    for number in 1..=3 {
        assert_replays(&files, &format!("server.run.{number}"));
    }
}
