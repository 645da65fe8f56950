//! Who is refused, by whom, and what both sides say about it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use support::{Files, client, server};

#[test]
fn a_server_from_another_ca_is_refused_with_every_path_tried() {
    let (files, others) = (Files::new("unknown-ca"), Files::new("unknown-ca-other"));
    let server = files.mutual_server("--echo --once");
    let ca = others.path("ca.pem");
    let run = files.client(
        &server,
        &format!("--ca {ca} --name localhost --cert @client.pem --key @client.key"),
        b"",
    );
    run.told(
        4,
        &["certificate refused", "CN=server", "PATH-UNKNOWN-ISSUER", "RFC 5280", "expected", "found"],
    );
    run.told(4, &["alert sent: unknown_ca", "--ca"]);
    server.end().told(5, &["unknown_ca", "does not trust the CA of our certificate"]);
}

#[test]
fn a_client_from_another_ca_is_refused() {
    let (files, others) = (Files::new("client-ca"), Files::new("client-ca-other"));
    let server = files.mutual_server("--echo --once");
    let (cert, key) = (others.path("client.pem"), others.path("client.key"));
    let run = files.client(&server, &format!("--ca @ca.pem --name localhost --cert {cert} --key {key}"), b"");
    run.told(5, &["unknown_ca", "does not trust the CA of our certificate"]);
    server.end().told(4, &["CN=client", "alert sent: unknown_ca"]);
}

#[test]
fn a_server_with_another_name_is_refused_with_both_names() {
    let files = Files::new("wrong-name");
    let server = files.mutual_server("--echo --once");
    let run = files.client(&server, "--ca @ca.pem --name db.example", b"");
    run.told(
        4,
        &["DNS name db.example", "localhost", "RFC 9525", "alert sent: certificate_unknown", "--name"],
    );
    server.end().told(5, &["certificate_unknown"]);
}

#[test]
fn a_client_that_is_not_whom_the_server_lets_in_is_refused() {
    let files = Files::new("wrong-client");
    let server = files.mutual_server("--echo --once --spiffe-id spiffe://test.example/another");
    files.mutual_client(&server, "", b"").told(5, &["access_denied", "does not let us in"]);
    server.end().told(4, &["spiffe://test.example/another", "alert sent: access_denied"]);
}

#[test]
fn a_client_without_certificate_is_refused_and_told_what_to_give() {
    let files = Files::new("no-certificate");
    let server = files.mutual_server("--echo --once");
    let run = files.client(&server, "--ca @ca.pem --name localhost", b"");
    run.told(5, &["certificate_required", "--cert and --key"]);
    server.end().told(4, &["the client sent no certificate", "§4.5.1.3", "alert sent: certificate_required"]);
}

#[test]
fn expired_certificates_are_refused_with_their_dates() {
    let files = Files::new("expired");
    let mut expired = server("localhost");
    expired.not_after = rcgen::date_time_ymd(2021, 1, 1);
    files.issue("server", expired);
    let run = files.client(&files.mutual_server("--echo"), "--ca @ca.pem --name localhost", b"");
    run.told(4, &["PATH-EXPIRED", "2021-01-01", "alert sent: certificate_expired", "clock"]);
}

#[test]
fn a_certificate_for_the_other_role_is_not_shown_and_the_reason_is_told() {
    let files = Files::new("wrong-role");
    let reason = |of: &str, purpose: &str| {
        format!("our certificate CN={of} is not shown: its extendedKeyUsage is without {purpose}")
    };
    let server = files.mutual_server("--echo --once");
    let credential = "--ca @ca.pem --name localhost --cert @server.pem --key @server.key";
    files.client(&server, credential, b"").told(5, &[&reason("server", "clientAuth"), "none of ours fits"]);
    drop(server);
    files.issue("server", client());
    let server = files.mutual_server("--echo --once");
    files.mutual_client(&server, "", b"").told(5, &["handshake_failure"]);
    server.end().told(4, &[&reason("client", "serverAuth"), "no certificate of ours fits"]);
}

#[test]
fn nothing_in_common_is_told_on_both_sides() {
    let files = Files::new("nothing-in-common");
    let server = files.mutual_server("--echo --group P-256 --alpn a --connections 2");
    files.mutual_client(&server, "--group P-384", b"").told(5, &["handshake_failure"]);
    files
        .mutual_client(&server, "--group P-256 --alpn b", b"")
        .told(5, &["no_application_protocol", "--alpn"]);
    server.end().told(4, &["no group in common", "no application protocol in common"]);
}

#[test]
fn a_connection_that_is_cut_is_no_clean_close() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let cutting = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut start = [0; 5];
        stream.read_exact(&mut start).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    });
    let run = Files::new("cut").run(&format!("client {address} --ca @ca.pem"), b"");
    run.told(6, &["without close_notify"]);
    cutting.join().unwrap();
}

#[test]
fn a_peer_that_speaks_something_else_is_known_by_its_first_bytes() {
    let files = Files::new("not-tls");
    let server = files.mutual_server("--http --once");
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    drop(stream);
    server.end().told(4, &["HTTP in the clear", "https://"]);
}

#[test]
fn an_address_where_nobody_listens_is_a_network_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let run = Files::new("nobody").run(&format!("client {address} --ca @ca.pem"), b"");
    run.told(3, &[&format!("{address}: cannot connect")]);
}
