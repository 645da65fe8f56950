//! Resumption and external PSKs, each end offering and each end accepting.

use std::fs;
use std::net::TcpStream;
use std::sync::Arc;

use handfast::connection::{Config, ConfigBuilder, StoredSession};
use handfast::crypto::HashAlgorithm;
use handfast::handshake::{Authentication, ClientAuth, Connected, Milestone};
use handfast::identity::ExpectedPeer;
use handfast::message::NamedGroup;
use handfast::resumption::{Psk, PskOffer, TicketKeys};
use handfast::time::Time;

use crate::pki::{CLIENT, KeyType, NOW, PKI, SERVER};
use crate::session;
use crate::support::openssl::{connect, directory, s_client, s_server};
use crate::support::stream::Stream;

/// A client that offers these.
pub(crate) fn client_with_psks(config: Arc<Config>, psks: Vec<PskOffer>, transport: TcpStream) -> Stream {
    session::client_with_psks(config, psks, transport, NOW)
}

/// With a group of the server's own, a HelloRetryRequest passes before the PSK is taken.
#[test]
#[ignore = "starts openssl"]
fn our_client_resumes_the_session_of_s_server() {
    // Where it seals no tickets, s_server keeps the sessions and gives their numbers.
    for (group, tickets) in [("X25519", "-serverpref"), ("P-384", "-serverpref"), ("X25519", "-no_ticket")] {
        let options = ["-naccept", "2", "-groups", group, tickets];
        let (mut openssl, transport) = session::s_server_with(PKI.servers.of(KeyType::P256), &options);
        let port = transport.peer_addr().unwrap().port();
        let mut builder = session::client_builder();
        builder.handshake.accept_tickets = true;
        let config = Arc::new(builder.build().unwrap());
        let mut stream = client_with_psks(Arc::clone(&config), vec![], transport);
        stream.handshake().unwrap();
        session::exchange(&mut stream, &mut openssl);
        let stored = stored_session(&config, &stream);
        stream.close().unwrap();

        let expected = ExpectedPeer::dns(SERVER).unwrap();
        let offer = config.offer_session(&stored, &expected, NOW).unwrap();
        let mut stream = client_with_psks(config, vec![offer], connect(port));
        let connected = stream.handshake().unwrap();
        assert_resumed(&connected, SERVER);
        assert_eq!(connected.hello_retried, group == "P-384");
        session::tell(&mut stream, &openssl, "said in the second session");
        stream.close().unwrap();
        assert!(openssl.finish().success());
        assert_eq!(openssl.count("Reused session-id\n"), 1);
        assert_eq!(openssl.count(", CertificateVerify\n"), 2, "both of the first handshake");
    }
}

pub(crate) fn stored_session(config: &Config, stream: &Stream) -> StoredSession {
    let ticket = stream.milestones().iter().find_map(|milestone| {
        if let Milestone::NewSessionTicket(ticket) = milestone { Some(ticket) } else { None }
    });
    config.store_session(&ExpectedPeer::dns(SERVER).unwrap(), ticket.unwrap()).unwrap()
}

#[test]
#[ignore = "starts openssl"]
fn s_client_resumes_the_session_of_our_server() {
    for group in [NamedGroup::X25519, NamedGroup::SECP384R1] {
        let builder = || {
            let mut builder = session::server_builder();
            builder.handshake.groups = vec![group];
            builder.handshake.key_share_groups = Some(vec![group]);
            builder.handshake.tickets = 2;
            builder.ticket_keys = Some(TicketKeys::new([7; 32], Time::MAX));
            builder
        };
        let (mut stream, mut openssl) = session::with_s_client(builder(), &["-sess_out", "resumed.pem"]);
        session::exchange(&mut stream, &mut openssl);
        session::close(&mut stream, &mut openssl);

        let options = ["-sess_in", "resumed.pem"];
        let (mut openssl, transport) = session::s_client_with(PKI.clients.of(KeyType::P256), &options);
        let mut stream = session::server(builder(), transport, NOW);
        let connected = stream.handshake().unwrap();
        assert_resumed(&connected, CLIENT);
        assert_eq!(connected.hello_retried, group == NamedGroup::SECP384R1);
        session::exchange(&mut stream, &mut openssl);
        session::close(&mut stream, &mut openssl);
        assert!(openssl.has_said("Reused, TLSv1.3"));
        assert_eq!(openssl.count(", CertificateVerify\n"), 0);
        fs::remove_file(directory().join("resumed.pem")).unwrap();
    }
}

/// Nobody showed a certificate, and the peer is who it was.
pub(crate) fn assert_resumed(connected: &Connected, dns_name: &str) {
    assert_eq!(connected.authentication, Authentication::Resumption);
    assert!(connected.peer_chain.is_none() && !connected.sent_certificate);
    assert_eq!(connected.peer_identity.as_ref().unwrap().dns_names, [dns_name]);
}

const LABEL: &str = "meter 17";
const KEY: [u8; 32] = [0x5a; 32];

fn external_psk() -> Psk {
    // The hash of PSKs that are agreed on without one (§4.3.11).
    Psk::external(&KEY, HashAlgorithm::Sha256)
}

fn builder_without_certificates() -> ConfigBuilder {
    Config::builder(handfast::crypto::ring::provider())
}

#[test]
#[ignore = "starts openssl"]
fn our_client_and_s_server_know_each_other_by_an_external_psk() {
    let key = "5a".repeat(32);
    let (mut openssl, transport) = s_server(&["-nocert", "-psk", &key, "-psk_identity", LABEL]);
    let config = Arc::new(builder_without_certificates().build().unwrap());
    let offer = PskOffer::external(LABEL.into(), external_psk());
    let mut stream = client_with_psks(config, vec![offer], transport);
    assert_eq!(stream.handshake().unwrap().authentication, Authentication::ExternalPsk);
    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
    assert_eq!(openssl.count(", Certificate\n"), 0);
}

#[test]
#[ignore = "starts openssl"]
fn our_server_and_s_client_know_each_other_by_an_external_psk() {
    let key = "5a".repeat(32);
    let (mut openssl, transport) = s_client(&["-psk", &key, "-psk_identity", LABEL]);
    let mut builder = builder_without_certificates();
    // A config that requires a certificate takes no external PSK in its place.
    builder.handshake.client_auth = ClientAuth::None;
    builder.external_psks = builder.external_psks.accept(LABEL, external_psk()).unwrap();
    let mut stream = session::server(builder, transport, NOW);
    assert_eq!(stream.handshake().unwrap().authentication, Authentication::ExternalPsk);
    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
    assert_eq!(openssl.count(", Certificate\n"), 0);
}
