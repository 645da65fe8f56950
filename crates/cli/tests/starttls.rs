//! `--starttls`: a protocol's own words ahead of TLS.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{Read, Write, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use support::Files;

/// Takes one SSLRequest, answers it with `answer`, and hands the connection on to a server behind it. Gives its
/// address.
fn postgresql(answer: &'static [u8], behind: Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut request = [0; 8];
        client.read_exact(&mut request).unwrap();
        assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47]);
        client.write_all(answer).unwrap();
        let Some(behind) = behind else { return };
        let server = TcpStream::connect(behind).unwrap();
        let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || pass(back.0, back.1));
        pass(client, server);
    });
    address
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let _ = copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

const OPTIONS: &str =
    "--starttls postgresql --ca @ca.pem --name localhost --cert @client.pem --key @client.key";

#[test]
fn tls_begins_behind_the_ssl_request_of_postgresql() {
    let files = Files::new("starttls");
    let server = files.mutual_server("--echo --once");
    let address = postgresql(b"S", Some(server.address().to_owned()));
    let run = files.run(&format!("client {address} {OPTIONS}"), b"behind the request");
    run.told(0, &["certificate 0"]);
    assert_eq!(run.stdout, "behind the request");
    server.end().told(0, &[]);
}

#[test]
fn a_server_that_begins_no_tls_is_told_from_one_that_is_no_postgresql() {
    let files = Files::new("starttls-refused");
    for (answer, told) in [
        (&b"N"[..], "has TLS turned off"),
        (b"E", "answered with an error"),
        (b"H", "none of PostgreSQL"),
        (b"", "closed the connection"),
    ] {
        let address = postgresql(answer, None);
        let run = files.run(&format!("client {address} {OPTIONS}"), b"");
        run.told(3, &["the server does not begin TLS", told]);
        assert_eq!(run.stdout, "");
    }
}
