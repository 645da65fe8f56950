//! Both ends derive the same secrets: those of the key log, and exported ones.

use std::fs;

use handfast::danger::log_keys;
use handfast::handshake::Milestone;

use crate::session;
use crate::support::openssl::{Peer, directory};
use crate::support::stream::Stream;

//= R-7.5-1 test
#[test]
#[ignore = "starts openssl"]
fn our_client_logs_and_exports_the_secrets_of_s_server() {
    let mut builder = session::client_builder();
    log_keys(&mut builder.handshake);
    let (stream, openssl) = session::with_s_server(builder, &options("s_server.keylog"));
    assert_same_secrets(stream, openssl, "s_server.keylog");
}

#[test]
#[ignore = "starts openssl"]
fn our_server_logs_and_exports_the_secrets_of_s_client() {
    let mut builder = session::server_builder();
    log_keys(&mut builder.handshake);
    let (stream, openssl) = session::with_s_client(builder, &options("s_client.keylog"));
    assert_same_secrets(stream, openssl, "s_client.keylog");
}

const LABEL: &str = "EXPORTER-handfast";

/// Options that write the key log to this file, which begins anew, and export 40 bytes.
fn options(key_log: &str) -> [&str; 6] {
    fs::write(directory().join(key_log), "").unwrap();
    ["-keylogfile", key_log, "-keymatexport", LABEL, "-keymatexportlen", "40"]
}

//= R9266-2-1 test
#[test]
#[ignore = "starts openssl"]
fn the_channel_binding_of_our_client_is_that_of_s_server() {
    let (stream, openssl) = session::with_s_server(session::client_builder(), &CHANNEL_BINDING);
    assert_same_channel_binding(stream, openssl);
}

#[test]
#[ignore = "starts openssl"]
fn the_channel_binding_of_our_server_is_that_of_s_client() {
    let (stream, openssl) = session::with_s_client(session::server_builder(), &CHANNEL_BINDING);
    assert_same_channel_binding(stream, openssl);
}

/// `tls-exporter` as OpenSSL exports it (RFC 9266).
const CHANNEL_BINDING: [&str; 4] = ["-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"];

fn assert_same_channel_binding(mut stream: Stream, mut openssl: Peer) {
    session::exchange(&mut stream, &mut openssl);
    let binding = stream.connection.tls_exporter().unwrap();
    session::close(&mut stream, &mut openssl);
    let binding: String = binding.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(openssl.value("    Keying material: "), Some(binding));
}

fn assert_same_secrets(mut stream: Stream, mut openssl: Peer, key_log: &str) {
    session::exchange(&mut stream, &mut openssl);
    let line = |milestone: &Milestone| {
        if let Milestone::KeyLog(line) = milestone { Some(line.to_string()) } else { None }
    };
    let mut ours: Vec<_> = stream.milestones().iter().filter_map(line).collect();
    session::close(&mut stream, &mut openssl);
    let theirs = fs::read_to_string(directory().join(key_log)).unwrap();
    let mut theirs: Vec<_> =
        theirs.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    ours.sort();
    theirs.sort();
    assert_eq!(ours.len(), 5, "two traffic secrets each way, and the exporter's");
    assert_eq!(ours, theirs);

    let (connection, ..) = stream.into_parts();
    let (_, receiver) = connection.split().unwrap();
    let mut exported = [0; 40];
    receiver.export(LABEL, b"", &mut exported).unwrap();
    let exported: String = exported.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(openssl.value("    Keying material: "), Some(exported));
}
