//! 0-RTT data, taken and not taken, each end sending and each end hearing it.

use std::fs;
use std::sync::Arc;

use handfast::connection::{ConfigBuilder, SharedReplayFilter};
use handfast::danger::log_keys;
use handfast::handshake::Milestone;
use handfast::identity::ExpectedPeer;
use handfast::message::NamedGroup;
use handfast::resumption::TicketKeys;
use handfast::time::Time;

use crate::pki::{CLIENT, KeyType, NOW, PKI, SERVER};
use crate::resumption::{assert_resumed, client_with_psks, stored_session};
use crate::session;
use crate::support::openssl::{connect, directory};
use crate::support::stream::Stream;

/// A change to a config of ours.
type Change = fn(&mut ConfigBuilder);

const EARLY: &str = "said ahead of the handshake";

fn accepted(stream: &Stream) -> bool {
    stream.milestones().iter().any(|milestone| matches!(milestone, Milestone::EarlyDataAccepted))
}

fn rejected(stream: &Stream) -> bool {
    stream.milestones().iter().any(|milestone| matches!(milestone, Milestone::EarlyDataRejected))
}

const KEY_LOG: &str = "early_data.keylog";

/// The line with this label in our key log.
fn logged(stream: &Stream, label: &str) -> Option<String> {
    let line = |milestone: &Milestone| {
        let Milestone::KeyLog(line) = milestone else { return None };
        (line.label == label).then(|| line.to_string())
    };
    stream.milestones().iter().find_map(line)
}

/// A HelloRetryRequest rejects early data, and the session is resumed all the same (§4.3.10).
#[test]
#[ignore = "starts openssl"]
fn s_server_hears_the_early_data_of_our_client_unless_it_retries() {
    // Its defense against replays uses a session up with the first ClientHello: none is left for the second.
    for (group, replays) in [("X25519", "-anti_replay"), ("P-384", "-no_anti_replay")] {
        fs::write(directory().join(KEY_LOG), "").unwrap();
        let options = ["-naccept", "2", "-groups", group, replays, "-early_data", "-max_early_data", "100"];
        let options = [&options[..], &["-keylogfile", KEY_LOG]].concat();
        let (mut openssl, transport) = session::s_server_with(PKI.servers.of(KeyType::P256), &options);
        let port = transport.peer_addr().unwrap().port();
        let mut builder = session::client_builder();
        builder.handshake.accept_tickets = true;
        builder.handshake.early_data = true;
        log_keys(&mut builder.handshake);
        let config = Arc::new(builder.build().unwrap());
        let mut stream = client_with_psks(Arc::clone(&config), vec![], transport);
        stream.handshake().unwrap();
        session::exchange(&mut stream, &mut openssl);
        let stored = stored_session(&config, &stream);
        assert_eq!(stored.session().max_early_data_size, 100);
        stream.close().unwrap();

        let expected = ExpectedPeer::dns(SERVER).unwrap();
        let offer = config.offer_session(&stored, &expected, NOW).unwrap();
        let mut stream = client_with_psks(config, vec![offer], connect(port));
        assert_eq!(stream.write_early(EARLY.as_bytes()).unwrap(), EARLY.len());
        assert_resumed(&stream.handshake().unwrap(), SERVER);
        let retries = group == "P-384";
        assert_eq!((accepted(&stream), rejected(&stream)), (!retries, retries));
        session::tell(&mut stream, &openssl, "said in the second session");
        stream.close().unwrap();
        assert!(openssl.finish().success());
        assert_eq!(openssl.count("Reused session-id\n"), 1);
        assert_eq!(openssl.has_said(EARLY), !retries);
        assert_eq!(openssl.count("Early data was rejected"), usize::from(retries));
        // A server that retries has no use for the secrets of the first ClientHello.
        let theirs = fs::read_to_string(directory().join(KEY_LOG)).unwrap();
        for label in ["CLIENT_EARLY_TRAFFIC_SECRET", "EARLY_EXPORTER_SECRET"] {
            let line = logged(&stream, label).unwrap();
            assert_eq!(theirs.lines().any(|their_line| their_line == line), !retries, "{label}");
        }
    }
}

/// A server that takes early data.
fn server_builder() -> ConfigBuilder {
    let mut builder = session::server_builder().tickets(1, TicketKeys::new([7; 32], Time::MAX));
    builder.handshake.max_early_data_size = 100;
    builder.replay_filter = Some(Arc::new(SharedReplayFilter::new(10, Time::MIN)));
    builder
}

/// A server that takes none any more, and one that retries.
#[test]
#[ignore = "starts openssl"]
fn our_server_hears_the_early_data_of_s_client_unless_it_does_not_want_to() {
    let cases: [(&str, Change); 3] = [
        ("accepted", |_| {}),
        ("rejected", |builder| builder.handshake.max_early_data_size = 0),
        ("rejected", |builder| {
            builder.handshake.groups = vec![NamedGroup::SECP384R1];
            builder.handshake.key_share_groups = Some(vec![NamedGroup::SECP384R1]);
        }),
    ];
    fs::write(directory().join("early.txt"), EARLY).unwrap();
    for (outcome, change) in cases {
        let (mut stream, mut openssl) = session::with_s_client(server_builder(), &["-sess_out", "early.pem"]);
        session::exchange(&mut stream, &mut openssl);
        session::close(&mut stream, &mut openssl);

        let mut builder = server_builder();
        change(&mut builder);
        let options = ["-sess_in", "early.pem", "-early_data", "early.txt"];
        let (mut openssl, transport) = session::s_client_with(PKI.clients.of(KeyType::P256), &options);
        let mut stream = session::server(builder, transport, NOW);
        assert_resumed(&stream.handshake().unwrap(), CLIENT);
        let is_accepted = outcome == "accepted";
        assert_eq!((accepted(&stream), rejected(&stream)), (is_accepted, !is_accepted));
        assert_eq!(stream.early, if is_accepted { EARLY.as_bytes() } else { b"" });
        session::exchange(&mut stream, &mut openssl);
        session::close(&mut stream, &mut openssl);
        assert!(openssl.has_said(&format!("Early data was {outcome}")));
        assert!(openssl.has_said("Reused, TLSv1.3"));
    }
}
