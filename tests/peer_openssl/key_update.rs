//! KeyUpdate from either side, with and without a request for one back.

use std::io::Write;

use handfast::handshake::{AcceptanceProof, Milestone};

use crate::session::{self, hear, tell};
use crate::support::openssl::Peer;
use crate::support::stream::Stream;

//= R-4.7.3-2 test
//= R-4.7.3-3 test
//= R-4.7.3-5 test
#[test]
#[ignore = "starts openssl"]
fn keys_are_updated_by_our_client_and_by_s_server() {
    let (mut stream, mut openssl) = session::with_s_server(session::client_builder(), &[]);
    update_keys(&mut stream, &mut openssl);
}

#[test]
#[ignore = "starts openssl"]
fn keys_are_updated_by_our_server_and_by_s_client() {
    let (mut stream, mut openssl) = session::with_s_client(session::server_builder(), &[]);
    update_keys(&mut stream, &mut openssl);
}

#[test]
#[ignore = "starts openssl"]
fn a_server_without_tickets_confirms_our_certificate_by_the_key_update_that_we_ask_for() {
    let mut builder = session::client_builder();
    builder.handshake.probe_acceptance = true;
    let (mut stream, mut openssl) = session::with_s_server(builder, &["-num_tickets", "0"]);
    stream.flush().unwrap();
    openssl.wait_for_count(RECEIVED, 1);
    session::exchange(&mut stream, &mut openssl);
    let is_confirmed = |milestone: &Milestone| {
        matches!(milestone, Milestone::ClientAuthConfirmed(AcceptanceProof::KeyUpdate))
    };
    assert!(stream.milestones().iter().any(is_confirmed));
    session::close(&mut stream, &mut openssl);
    assert_eq!(openssl.count(SENT), 1);
}

/// A KeyUpdate as OpenSSL logs it: received, and sent.
const RECEIVED: &str = "<<< TLS 1.3, Handshake [length 0005], KeyUpdate";
const SENT: &str = ">>> TLS 1.3, Handshake [length 0005], KeyUpdate";

/// Who updates, and how many KeyUpdates OpenSSL receives and sends by it.
struct Round {
    name: &'static str,
    /// We do, and ask for one back.
    ours: Option<bool>,
    /// OpenSSL does, by this command.
    command: Option<&'static str>,
    receives: usize,
    sends: usize,
}

const ROUNDS: [Round; 6] = [
    Round { name: "we update", ours: Some(false), command: None, receives: 1, sends: 0 },
    Round { name: "we update and ask for one back", ours: Some(true), command: None, receives: 1, sends: 1 },
    Round { name: "OpenSSL updates", ours: None, command: Some("k"), receives: 0, sends: 1 },
    Round { name: "OpenSSL asks for one back", ours: None, command: Some("K"), receives: 1, sends: 1 },
    Round { name: "we ask again", ours: Some(true), command: None, receives: 1, sends: 1 },
    Round { name: "both ask at once", ours: Some(true), command: Some("K"), receives: 2, sends: 2 },
];

fn update_keys(stream: &mut Stream, openssl: &mut Peer) {
    let (mut received, mut sent) = (0, 0);
    for (number, Round { name, ours, command, receives, sends }) in ROUNDS.into_iter().enumerate() {
        if let Some(letter) = command {
            openssl.type_in(format!("{letter}\n").as_bytes());
            // A command stands alone in what OpenSSL reads: its effect comes before more is typed.
            openssl.wait_for_count(SENT, sent + 1);
        }
        if let Some(request_peer) = ours {
            stream.connection.update_keys(request_peer);
            stream.flush().unwrap();
        }
        // Twice: what one side owes goes out at the latest with its next data.
        for turn in 0..2 {
            hear(stream, openssl, &format!("{number}.{turn} by openssl"));
            tell(stream, openssl, &format!("{number}.{turn} by handfast"));
        }
        (received, sent) = (received + receives, sent + sends);
        let updated = |milestone: &&Milestone| matches!(milestone, Milestone::KeyUpdated);
        assert_eq!(stream.milestones().iter().filter(updated).count(), sent, "{name}");
        openssl.wait_for_count(SENT, sent);
        openssl.wait_for_count(RECEIVED, received);
    }
    session::close(stream, openssl);
    assert_eq!((openssl.count(RECEIVED), openssl.count(SENT)), (received, sent));
}
