//! How the demo looks: at most 100 columns, with colors where there is a terminal.

use std::time::Duration;

use handfast::handshake::{Connected, Role};
use handfast::record::ContentType;

use super::certificates::{CLIENT_ID, Certificates, SERVER_ID, SERVER_NAME};
use super::describe;
use super::end::{End, Taken};
use super::tap::{Epoch, SeenRecord};
use crate::clock::readable;
use crate::terminal::{CLIENT, GOOD, QUIET, SERVER, TITLE, paint};

/// Columns of a line.
const WIDTH: usize = 100;
/// Columns ahead of a list of extensions.
const INDENT: usize = 6;
const NAME: usize = 25;
/// Columns ahead of a note.
const AHEAD: usize = 70;
const NOTE: usize = WIDTH - AHEAD;

/// All that has been shown.
#[derive(Default)]
pub(super) struct Screen {
    pub(super) text: String,
}

impl Screen {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    pub(super) fn introduction(&mut self, certificates: &Certificates) {
        let bytes = |pem: &str| format!("({} bytes of PEM)", pem.len());
        let (of_server, of_client) =
            (bytes(&certificates.server.certificate), bytes(&certificates.client.certificate));
        self.line(&paint(TITLE, "A mutual TLS 1.3 handshake between two ends in this process"));
        self.line("");
        self.line(&format!("  CA      Handfast demo CA, made just now {}", bytes(&certificates.ca)));
        self.line(&format!("  {}  {SERVER_ID} and {SERVER_NAME} {of_server}", paint(SERVER, "server")));
        self.line(&format!("  {}  {CLIENT_ID} {of_client}", paint(CLIENT, "client")));
        self.line("");
        for line in [
            "Bytes go from one end's transmit() to the other's receive(). What is protected is shown with the",
            "keys of the key log, as Wireshark would. Sections are those of RFC 9846. A record's time is what",
            "the receiver worked on it, the asks that it brought and the making of its answer included.",
        ] {
            self.line(&paint(QUIET, line));
        }
    }

    pub(super) fn chapter(&mut self, title: &str) {
        let head = format!("  {:NAME$}{:>7}  {:<15}{:<9}{:>8}", "", "bytes", "keys", "section", "time");
        self.title(title);
        self.line(&paint(QUIET, head));
    }

    pub(super) fn title(&mut self, title: &str) {
        self.line("");
        self.line(&paint(TITLE, title));
    }

    /// A whole handshake on one line.
    pub(super) fn visit(&mut self, what: &str, outcome: &str, bytes: usize, time: Duration, note: &str) {
        let time = readable(time);
        self.line(&format!("  {what:32}{outcome:16}{bytes:>5} bytes {time:>8}  {note}"));
    }

    pub(super) fn flight(&mut self, from: Role, bytes: usize) {
        let way = match from {
            Role::Client => paint(CLIENT, "client ──▶ server"),
            Role::Server => paint(SERVER, "server ──▶ client"),
        };
        self.line(&format!("{way}  {bytes} bytes"));
    }

    /// A record, the messages in it, and what the receiver asked about them.
    pub(super) fn record(&mut self, record: &SeenRecord, taken: &Taken) {
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
        self.row(&name, &record.length.to_string(), &epoch, section, &readable(taken.time), &note);
        for (msg_type, body) in record.messages() {
            let message = describe::message(msg_type, body);
            let bytes = (describe::HEADER + body.len()).to_string();
            self.row(&format!("  {}", message.name), &bytes, "", message.section, "", &message.note);
            self.extensions(&message.extensions);
        }
        for (ask, time) in &taken.asks {
            self.row(&format!("  ask {ask}"), "", "", "", &readable(*time), "answered by the config");
        }
    }

    fn row(&mut self, name: &str, bytes: &str, keys: &str, section: &str, time: &str, note: &str) {
        let note = match note.char_indices().nth(NOTE - 1) {
            Some((end, _)) if note.chars().count() > NOTE => {
                format!("{}…", note.get(..end).unwrap_or(note))
            }
            _ => note.to_owned(),
        };
        self.line(&format!("  {name:NAME$}{bytes:>7}  {keys:<15}{section:<9}{time:>8}  {note}"));
    }

    /// The names of extensions, over as many lines as they take.
    fn extensions(&mut self, names: &[String]) {
        let mut line = String::new();
        for name in names {
            if INDENT + line.len() + 2 + name.len() > WIDTH {
                self.line(&format!("{:INDENT$}{}", "", paint(QUIET, &line)));
                line.clear();
            }
            if !line.is_empty() {
                line.push_str(", ");
            }
            line.push_str(name);
        }
        if !line.is_empty() {
            self.line(&format!("{:INDENT$}{}", "", paint(QUIET, &line)));
        }
    }

    /// Whom an end has at the other end.
    pub(super) fn knows(&mut self, end: &End) {
        let peer = end.connected.as_ref().and_then(|connected| connected.peer_identity.as_ref());
        let peer = peer.map_or_else(|| "nobody".to_owned(), |peer| peer.display_name());
        let role = match end.role {
            Role::Client => paint(CLIENT, "client"),
            Role::Server => paint(SERVER, "server"),
        };
        self.line(&format!("{role} knows that it speaks with {peer}"));
    }

    /// The one line at the end.
    pub(super) fn result(&mut self, agreed: &Connected, client: Duration, server: Duration, bytes: usize) {
        self.line("");
        self.line(&format!(
            "{} {}, {}, {bytes} bytes, client {}, server {}, mutual",
            paint(GOOD, "ok:"),
            agreed.cipher_suite,
            agreed.group.map(|group| group.to_string()).unwrap_or_default(),
            readable(client),
            readable(server),
        ));
    }
}
