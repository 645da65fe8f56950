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
