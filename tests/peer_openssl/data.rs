//! Application data: much of it, in little pieces, both ways at once, and how it ends.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::num::NonZeroU16;
use std::sync::mpsc;
use std::thread;

use handfast::connection::{Due, Event, Fault, Inbox, Need};
use handfast::record::PaddingPolicy;
use handfast_replay::{Receiver, Sender};

use crate::pki::NOW;
use crate::session;
use crate::support::openssl::{Peer, directory};
use crate::support::stream::{Stream, fault};

/// 1 MiB of numbered lines: none of them looks like a command to OpenSSL, and each has its place.
fn mebibyte() -> Vec<u8> {
    (0..1 << 17).flat_map(|number: u32| format!("{number:07}\n").into_bytes()).collect()
}

/// A session of either role.
type Connect = fn(&[&str]) -> (Stream, Peer);

const ROLES: [Connect; 2] = [
    |more| session::with_s_server(session::client_builder(), more),
    |more| session::with_s_client(session::server_builder(), more),
];

#[test]
#[ignore = "starts openssl"]
fn a_mebibyte_goes_each_way() {
    for connect in ROLES {
        let (mut stream, mut openssl) = connect(&[]);
        send(&mut stream, &openssl, &mebibyte());
        receive(&mut stream, &mut openssl, &mebibyte());
        session::close(&mut stream, &mut openssl);
    }
}

#[test]
#[ignore = "starts openssl"]
fn records_come_padded_and_in_little_fragments() {
    // Certificates do not fit into one record then.
    let more = ["-max_send_frag", "512", "-record_padding", "100"];
    let padded = PaddingPolicy::ToMultipleOf(NonZeroU16::new(1000).unwrap());
    let mut builder = session::client_builder();
    builder.padding = padded;
    let (mut stream, mut openssl) = session::with_s_server(builder, &more);
    send(&mut stream, &openssl, &mebibyte()[..100_000]);
    receive(&mut stream, &mut openssl, &mebibyte()[..100_000]);
    session::close(&mut stream, &mut openssl);

    let mut builder = session::server_builder();
    builder.padding = padded;
    let (mut stream, mut openssl) = session::with_s_client(builder, &more);
    send(&mut stream, &openssl, &mebibyte()[..100_000]);
    receive(&mut stream, &mut openssl, &mebibyte()[..100_000]);
    session::close(&mut stream, &mut openssl);
}

#[test]
#[ignore = "starts openssl"]
fn many_small_writes_arrive_in_order() {
    for connect in ROLES {
        let (mut stream, mut openssl) = connect(&[]);
        let text = &mebibyte()[..8000];
        for piece in text.chunks(3) {
            stream.write_all(piece).unwrap();
        }
        openssl.wait_for_data(text);
        for line in text.chunks(8) {
            openssl.type_in(line);
        }
        let mut heard = vec![0; text.len()];
        stream.read_exact(&mut heard).unwrap();
        assert!(heard == text);
        session::close(&mut stream, &mut openssl);
    }
}

#[test]
#[ignore = "starts openssl"]
fn two_halves_send_and_receive_a_mebibyte_at_once_and_roll_their_keys() {
    for connect in ROLES {
        let (stream, mut openssl) = connect(&[]);
        let (connection, inbox, transport, _run) = stream.into_parts();
        let (sender, receiver) = connection.split().unwrap();
        let (dues, due) = mpsc::channel();
        let reading = transport.try_clone().unwrap();
        let receiving = thread::spawn(move || receive_all(receiver, inbox, reading, dues));
        let sending = thread::spawn(move || send_all(sender, transport, &due));
        openssl.type_in(&mebibyte());
        openssl.wait_for_data(&mebibyte());
        assert!(receiving.join().unwrap() == mebibyte());
        sending.join().unwrap();
        assert!(openssl.finish().success());
        assert_eq!(openssl.count("<<< TLS 1.3, Handshake [length 0005], KeyUpdate"), 16);
        // We ask again only when it has answered.
        assert!((1..=16).contains(&openssl.count(">>> TLS 1.3, Handshake [length 0005], KeyUpdate")));
    }
}

/// Sends a mebibyte, asking for new keys each 64 KiB, and then what the receiving half owes until that has its own.
fn send_all(mut sender: Sender, mut transport: TcpStream, due: &mpsc::Receiver<Due>) {
    let mut out = vec![0; 80 * 1024];
    for part in mebibyte().chunks(1 << 16) {
        due.try_iter().for_each(|due| sender.accept(due));
        sender.update_keys(true);
        let sealed = sender.seal(part, &mut out).unwrap();
        assert_eq!(sealed.consumed, part.len());
        transport.write_all(&out[..sealed.written]).unwrap();
    }
    due.iter().for_each(|due| sender.accept(due));
    sender.close();
    let owed = sender.transmit(&mut out);
    transport.write_all(&out[..owed]).unwrap();
    transport.shutdown(Shutdown::Write).unwrap();
}

/// Receives until the peer closes, which it does when we have, which we do when a mebibyte has come.
fn receive_all(
    mut receiver: Receiver,
    mut inbox: Inbox,
    mut transport: TcpStream,
    dues: mpsc::Sender<Due>,
) -> Vec<u8> {
    let mut received = Vec::new();
    let mut dues = Some(dues);
    loop {
        match receiver.receive_from(&mut inbox, NOW).unwrap() {
            Event::Plaintext(plaintext) | Event::EarlyPlaintext(plaintext) => {
                let count = plaintext.len();
                received.extend_from_slice(&plaintext);
                inbox.read(count);
                if received.len() == 1 << 20 {
                    dues = None;
                }
            }
            Event::Milestone(_) => {}
            Event::End => return received,
            Event::Need(Need::Transmit) => {
                let due = receiver.take_due().unwrap();
                if let Some(dues) = &dues {
                    dues.send(due).unwrap();
                }
            }
            Event::Need(Need::Answer(_) | Need::Input { .. }) => {
                let count = transport.read(inbox.spare()).unwrap();
                assert!(count > 0, "the transport ended without close_notify");
                inbox.filled(count);
            }
        }
    }
}

/// OpenSSL's tools say `close_notify` as soon as they hear it; `-WWW` alone has more to say before it looks.
#[test]
#[ignore = "starts openssl"]
fn after_our_close_notify_the_rest_of_the_answer_still_arrives() {
    fs::write(directory().join("mebibyte.txt"), mebibyte()).unwrap();
    let (mut stream, mut openssl) = session::with_s_server(session::client_builder(), &["-WWW"]);
    stream.write_all(b"GET /mebibyte.txt HTTP/1.0\r\n\r\n").unwrap();
    stream.close().unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.ends_with(&mebibyte()), "{} bytes", answer.len());
    assert!(openssl.finish().success());
}

//= R-6.1-2 test
//= R-6.1-5 test
#[test]
#[ignore = "starts openssl"]
fn after_the_close_notify_of_openssl_we_may_still_write() {
    // `s_server` closes first in this mode alone; its `Q` cuts the stream.
    let (mut stream, mut openssl) = session::with_s_server(session::client_builder(), &["-rev"]);
    stream.write_all(b"CLOSE\n").unwrap();
    write_behind_the_end(&mut stream, &mut openssl);
    let (mut stream, mut openssl) = session::with_s_client(session::server_builder(), &[]);
    openssl.type_in(b"Q\n");
    write_behind_the_end(&mut stream, &mut openssl);
}

fn write_behind_the_end(stream: &mut Stream, openssl: &mut Peer) {
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    assert!(stream.connection.is_ended());
    let sealed = stream.connection.seal(b"not heard", &mut [0; 100]).unwrap();
    assert_eq!(sealed.consumed, 9);
    stream.close().unwrap();
    assert!(openssl.finish().success());
    assert_eq!(openssl.alerts().1, ["warning close_notify"]);
}

//= R-6.1-8 test
#[test]
#[ignore = "starts openssl"]
fn a_cut_stream_is_no_close_to_either_end() {
    for connect in ROLES {
        let (mut stream, mut openssl) = connect(&[]);
        session::exchange(&mut stream, &mut openssl);
        openssl.kill();
        let error = stream.read(&mut [0; 1]).unwrap_err();
        assert_eq!((error.kind(), fault(&error)), (ErrorKind::UnexpectedEof, &Fault::Truncated));

        let (mut stream, mut openssl) = connect(&[]);
        session::exchange(&mut stream, &mut openssl);
        drop(stream);
        openssl.finish();
        assert!(openssl.has_said("unexpected eof while reading"));
    }
}

/// From us to OpenSSL.
fn send(stream: &mut Stream, openssl: &Peer, text: &[u8]) {
    stream.write_all(text).unwrap();
    openssl.wait_for_data(text);
}

/// From OpenSSL to us.
fn receive(stream: &mut Stream, openssl: &mut Peer, text: &[u8]) {
    let mut heard = vec![0; text.len()];
    thread::scope(|scope| {
        scope.spawn(|| openssl.type_in(text));
        stream.read_exact(&mut heard).unwrap();
    });
    assert!(heard == text);
}
