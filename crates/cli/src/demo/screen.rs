//! How the demo looks: at most 100 columns, with colors where there is a terminal.

use std::time::Duration;

use anstream::println;
use handfast::handshake::Role;
use handfast::record::ContentType;

use super::certificates::{CLIENT_ID, Certificates, SERVER_ID, SERVER_NAME};
use super::describe;
use super::end::End;
use super::tap::{Epoch, SeenRecord};
use crate::clock::readable;
use crate::failure::Failure;
use crate::style::{self, paint};

/// Columns of a line.
const WIDTH: usize = 100;
/// Columns ahead of a list of extensions.
const INDENT: usize = 6;
const NAME: usize = 25;
/// Columns ahead of a note.
const AHEAD: usize = 70;
const NOTE: usize = WIDTH - AHEAD;

pub(super) fn introduction(certificates: &Certificates) {
    println!("{}", paint(style::TITLE, "A mutual TLS 1.3 handshake between two ends in this process"));
    println!();
    let bytes = |pem: &str| format!("{} bytes of PEM", pem.len());
    println!("  CA      Handfast demo CA, made just now ({})", bytes(&certificates.ca));
    println!(
        "  {}  {SERVER_ID} and {SERVER_NAME} ({})",
        paint(style::SERVER, "server"),
        bytes(&certificates.server.certificate)
    );
    println!(
        "  {}  {CLIENT_ID} ({})",
        paint(style::CLIENT, "client"),
        bytes(&certificates.client.certificate)
    );
    println!();
    for line in [
        "Bytes go from one end's transmit() to the other's receive(). What is protected is shown with the",
        "keys of the key log, as Wireshark would. Sections are those of RFC 9846; the time is what the",
        "receiver worked on the record, the making of its answer included.",
    ] {
        println!("{}", paint(style::QUIET, line));
    }
}

pub(super) fn chapter(title: &str) {
    println!();
    println!("{}", paint(style::TITLE, title));
    let head = format!("  {:NAME$}{:>7}  {:<15}{:<9}{:>8}", "", "bytes", "keys", "section", "time");
    println!("{}", paint(style::QUIET, head.trim_end()));
}

pub(super) fn flight(from: Role, bytes: usize) {
    let way = match from {
        Role::Client => paint(style::CLIENT, "client ──▶ server"),
        Role::Server => paint(style::SERVER, "server ──▶ client"),
    };
    println!("{way}  {bytes} bytes");
}

pub(super) fn record(record: &SeenRecord, time: Duration) {
    let name = format!("record {}", record.content_type);
    let epoch = match record.epoch {
        Epoch::Initial => "none".to_owned(),
        Epoch::Handshake => "handshake".to_owned(),
        Epoch::Application(0) => "application".to_owned(),
        Epoch::Application(generation) => format!("application +{generation}"),
    };
    let section = match record.content_type {
        ContentType::CHANGE_CIPHER_SPEC => "§5",
        ContentType::ALERT => "§6.1",
        _ if record.epoch == Epoch::Initial => "§5.1",
        _ => "§5.2",
    };
    let note = describe::content(record.content_type, &record.content);
    row(&name, record.length, &epoch, section, &readable(time), &note);
    for (msg_type, body) in record.messages() {
        let message = describe::message(msg_type, body);
        row(&format!("  {}", message.name), 4 + body.len(), "", message.section, "", &message.note);
        extensions(&message.extensions);
    }
}

fn row(name: &str, bytes: usize, keys: &str, section: &str, time: &str, note: &str) {
    let cut = |text: &str| match text.char_indices().nth(NOTE - 1) {
        Some((end, _)) if text.chars().count() > NOTE => format!("{}…", text.get(..end).unwrap_or(text)),
        _ => text.to_owned(),
    };
    let line = format!("  {name:NAME$}{bytes:>7}  {keys:<15}{section:<9}{time:>8}  {}", cut(note));
    println!("{}", line.trim_end());
}

/// The names of extensions, over as many lines as they take.
fn extensions(names: &[String]) {
    let mut line = String::new();
    for name in names {
        if INDENT + line.chars().count() + 2 + name.chars().count() > WIDTH {
            println!("{:INDENT$}{}", "", paint(style::QUIET, &line));
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(name);
    }
    if !line.is_empty() {
        println!("{:INDENT$}{}", "", paint(style::QUIET, &line));
    }
}

/// Whom an end has at the other end.
pub(super) fn knows(end: &End) {
    let peer = end.connected.as_ref().and_then(|connected| connected.peer_identity.as_ref());
    let (style, role) = match end.role {
        Role::Client => (style::CLIENT, "client"),
        Role::Server => (style::SERVER, "server"),
    };
    let peer = peer.map_or_else(|| "nobody".to_owned(), |peer| peer.display_name());
    println!("{} knows that it speaks with {peer}", paint(style, role));
}

/// The one line at the end: what both ends agree on.
pub(super) fn result(
    client: &End,
    server: &End,
    (client_time, server_time, bytes): (Duration, Duration, usize),
) -> Result<(), Failure> {
    let (Some(of_client), Some(of_server)) = (&client.connected, &server.connected) else {
        return Err(Failure::Setup("the demo's handshake did not complete".into()));
    };
    let same = (of_client.cipher_suite, of_client.group) == (of_server.cipher_suite, of_server.group);
    if !(same && client.ended && server.ended) {
        return Err(Failure::Setup("the demo's ends do not agree on how it went".into()));
    }
    println!();
    println!(
        "{} {}, {}, {bytes} bytes, client {}, server {}, both authenticated",
        paint(style::GOOD, "ok:"),
        of_client.cipher_suite,
        of_client.group.map_or_else(|| String::from("a PSK alone"), |group| group.to_string()),
        readable(client_time),
        readable(server_time),
    );
    Ok(())
}
