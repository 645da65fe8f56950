//! What is negotiated beside suite, group and certificates, and what both say where nothing is shared.

use std::fs;

use handfast::alert::AlertDescription;
use handfast::connection::{ConfigBuilder, CookieKey, Fault, UnknownServerName};
use handfast::handshake::{Ask, ClientAuth, Milestone, OwnFault, PeerFault};
use handfast::message::{CipherSuite, NamedGroup, SignatureScheme};

use crate::pki::{KeyType, NOW, PKI, SERVER};
use crate::session;
use crate::support::openssl::{directory, s_client};
use crate::support::stream::{Stream, fault};

/// OpenSSL 3.0 logs the alert 120 under no name.
const NO_APPLICATION_PROTOCOL: &str = "???";

/// A change to a config of ours.
type Change = fn(&mut ConfigBuilder);

#[test]
#[ignore = "starts openssl"]
fn our_client_hears_why_s_server_does_not_agree() {
    let handshake_failure = AlertDescription::HANDSHAKE_FAILURE;
    let cases: [(&[&str], Change, AlertDescription, &str); 5] = [
        (&["-groups", "P-521"], |_| {}, handshake_failure, "handshake_failure"),
        (
            &["-ciphersuites", "TLS_AES_128_GCM_SHA256"],
            |builder| builder.handshake.cipher_suites = vec![CipherSuite::TLS_CHACHA20_POLY1305_SHA256],
            handshake_failure,
            "handshake_failure",
        ),
        (
            &[],
            |builder| builder.handshake.signature_schemes = vec![SignatureScheme::ED25519],
            handshake_failure,
            "handshake_failure",
        ),
        (
            &["-alpn", "other"],
            |builder| builder.handshake.application_protocols = vec![b"handfast/1".to_vec()],
            AlertDescription::NO_APPLICATION_PROTOCOL,
            NO_APPLICATION_PROTOCOL,
        ),
        (&["-tls1_2"], |_| {}, AlertDescription::PROTOCOL_VERSION, "protocol_version"),
    ];
    for (options, change, alert, in_openssl) in cases {
        let (mut openssl, transport) = session::s_server_with(PKI.servers.of(KeyType::P256), options);
        let mut builder = session::client_builder();
        change(&mut builder);
        let error = session::client(builder, transport, NOW).handshake().unwrap_err();
        assert_eq!(fault(&error), &Fault::AlertReceived(alert), "{options:?}");
        openssl.finish();
        assert_eq!(openssl.alerts(), (vec![], vec![format!("fatal {in_openssl}")]), "{options:?}");
    }
}

#[test]
#[ignore = "starts openssl"]
fn our_server_says_why_it_does_not_agree_with_s_client() {
    let nothing = |_: &mut ConfigBuilder| {};
    let cases: [(&[&str], Change, handfast::handshake::Fault, &str); 5] = [
        (&["-groups", "P-521"], nothing, PeerFault::NoSharedGroup.into(), "handshake_failure"),
        (
            &["-ciphersuites", "TLS_AES_128_GCM_SHA256"],
            |builder| builder.handshake.cipher_suites = vec![CipherSuite::TLS_CHACHA20_POLY1305_SHA256],
            PeerFault::NoSharedSuite.into(),
            "handshake_failure",
        ),
        (
            &["-sigalgs", "ed25519"],
            nothing,
            OwnFault::NoCredential { accepted: vec![SignatureScheme::ED25519] }.into(),
            "handshake_failure",
        ),
        (
            &["-alpn", "other"],
            |builder| builder.handshake.application_protocols = vec![b"handfast/1".to_vec()],
            PeerFault::NoSharedProtocol.into(),
            NO_APPLICATION_PROTOCOL,
        ),
        (&["-tls1_2"], nothing, PeerFault::NoSharedVersion.into(), "protocol_version"),
    ];
    for (options, change, expected, in_openssl) in cases {
        let (mut openssl, transport) = session::s_client_with(PKI.clients.of(KeyType::P256), options);
        let mut builder = session::server_builder();
        change(&mut builder);
        let error = session::server(builder, transport, NOW).handshake().unwrap_err();
        assert_eq!(fault(&error), &Fault::Handshake(expected), "{options:?}");
        openssl.finish();
        assert_eq!(openssl.alerts(), (vec![format!("fatal {in_openssl}")], vec![]), "{options:?}");
    }
}

#[test]
#[ignore = "starts openssl"]
fn an_unknown_server_name_is_refused_by_either_server_that_minds() {
    let identity = PKI.servers.of(KeyType::P256);
    let [_, leaf, .., key] = identity.options();
    let options = ["-servername", "another.test", "-servername_fatal", "-cert2", leaf, "-key2", key];
    let (mut openssl, transport) = session::s_server_with(identity, &options);
    let error = session::client(session::client_builder(), transport, NOW).handshake().unwrap_err();
    assert_eq!(fault(&error), &Fault::AlertReceived(AlertDescription::UNRECOGNIZED_NAME));
    openssl.finish();
    assert_eq!(openssl.alerts().1, ["fatal unrecognized_name"]);

    let more = ["-servername", "another.test"];
    let (mut openssl, transport) = session::s_client_with(PKI.clients.of(KeyType::P256), &more);
    let mut builder = session::server_builder();
    builder.unknown_server_name = UnknownServerName::Refuse;
    let error = session::server(builder, transport, NOW).handshake().unwrap_err();
    assert_eq!(fault(&error).alert(), Some(AlertDescription::UNRECOGNIZED_NAME));
    openssl.finish();
    assert_eq!(openssl.alerts().0, ["fatal unrecognized_name"]);
}

#[test]
#[ignore = "starts openssl"]
fn our_server_knows_the_server_name_or_that_none_was_sent() {
    for (more, expected) in [(&[][..], Some(SERVER)), (&["-noservername"][..], None)] {
        let trust = [&PKI.clients.of(KeyType::P256).options()[..], &PKI.trust_options()].concat();
        let name = if more.is_empty() { &["-servername", SERVER][..] } else { more };
        let (mut openssl, transport) = s_client(&[&trust[..], name].concat());
        let mut stream = session::server(session::server_builder(), transport, NOW);
        let connected = stream.handshake().unwrap();
        assert_eq!(connected.server_name.as_deref(), expected);
        session::close(&mut stream, &mut openssl);
    }
}

/// A client decides whether the handshake looks like one of TLS 1.2; "if the client sends a non-empty session ID,
/// the server MUST send the change_cipher_spec" (E.4). OpenSSL's server goes by its own option instead, which a
/// client must bear: "either side can send change_cipher_spec at any time during the handshake".
//= R-E.4-1 test
#[test]
#[ignore = "starts openssl"]
fn middlebox_compatibility_is_the_clients_choice() {
    const RECEIVED: &str = "<<< TLS 1.2, RecordHeader [length 0005]\n    14 ";
    const SENT: &str = ">>> TLS 1.3, ChangeCipherSpec";
    for (ours, theirs) in [(false, false), (false, true), (true, false), (true, true)] {
        let more: &[&str] = if theirs { &[] } else { &["-no_middlebox"] };
        let mut builder = session::client_builder();
        builder.handshake.middlebox_compatibility = ours;
        let (mut stream, mut openssl) = session::with_s_server(builder, more);
        session::exchange(&mut stream, &mut openssl);
        session::close(&mut stream, &mut openssl);
        let counts = (openssl.count(RECEIVED), openssl.count(SENT));
        assert_eq!(counts, (usize::from(ours), usize::from(theirs)), "{ours} {theirs}");

        let mut builder = session::server_builder();
        builder.handshake.middlebox_compatibility = ours;
        let (mut stream, mut openssl) = session::with_s_client(builder, more);
        session::exchange(&mut stream, &mut openssl);
        session::close(&mut stream, &mut openssl);
        let counts = (openssl.count(RECEIVED), openssl.count(SENT));
        assert_eq!(counts, (usize::from(theirs), usize::from(theirs)), "{ours} {theirs}");
    }
}

/// Not with a change_cipher_spec before the second ClientHello: it is there that "servers operating statelessly MUST
/// ignore these records" (§4.3.2), and OpenSSL 3.0 does not, from its own client neither.
//= R-4.3.2-2 test
#[test]
#[ignore = "starts openssl"]
fn our_client_brings_back_the_cookie_of_a_stateless_s_server() {
    let (mut openssl, transport) = session::s_server_with(PKI.servers.of(KeyType::P256), &["-stateless"]);
    let mut builder = session::client_builder();
    builder.handshake.middlebox_compatibility = false;
    let mut stream = session::client(builder, transport, NOW);
    assert!(stream.handshake().unwrap().hello_retried);
    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
}

//= R-4.3.2-1 test
#[test]
#[ignore = "starts openssl"]
fn s_client_brings_back_our_cookie() {
    let mut builder = session::server_builder();
    builder.handshake.groups = vec![NamedGroup::SECP384R1];
    builder.handshake.key_share_groups = Some(builder.handshake.groups.clone());
    builder.handshake.hello_retry_cookie = true;
    builder.cookie_key = Some(CookieKey::new([7; 32]));
    let more = ["-groups", "X25519:P-384"];
    let (mut openssl, transport) = session::s_client_with(PKI.clients.of(KeyType::P256), &more);
    let mut stream = session::server(builder, transport, NOW);
    assert!(stream.handshake().unwrap().hello_retried);
    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
}

#[test]
#[ignore = "starts openssl"]
fn our_server_shows_the_credential_that_s_client_can_verify() {
    for (schemes, key_type) in [
        ("RSA-PSS+SHA256:RSA+SHA256:ECDSA+SHA256", KeyType::P256),
        ("RSA-PSS+SHA256:RSA+SHA256:ed25519", KeyType::Rsa3072),
        ("ECDSA+SHA384:ECDSA+SHA256", KeyType::P384),
    ] {
        let mut builder = session::builder(PKI.servers.of(KeyType::P384));
        // The same option holds for what the client signs itself.
        builder.handshake.client_auth = ClientAuth::None;
        for key_type in [KeyType::P256, KeyType::Rsa3072] {
            let identity = PKI.servers.of(key_type);
            builder = builder.credential_pem(&identity.chain, &identity.key).unwrap();
        }
        let (mut stream, mut openssl) = session::with_s_client(builder, &["-sigalgs", schemes]);
        session::close(&mut stream, &mut openssl);
        assert_eq!(openssl.value("Peer signature type: ").as_deref(), Some(key_type.signature_type()));
        let shown = fs::read_to_string(PKI.servers.of(key_type).options()[1]).unwrap();
        assert!(openssl.has_said(&shown), "{schemes}");
    }
}

#[test]
#[ignore = "starts openssl"]
fn s_client_hears_which_authorities_our_server_names() {
    let builder = session::server_builder().name_authorities();
    let (mut stream, mut openssl) = session::with_s_client(builder, &[]);
    session::close(&mut stream, &mut openssl);
    assert!(openssl.has_said("Acceptable client certificate CA names\nCN = root\n"));
}

/// The tickets are of our test's making: here it matters that OpenSSL takes them, and that offering one back leads
/// to a full handshake.
//= R-4.7.1-5 test
#[test]
#[ignore = "starts openssl"]
fn s_client_takes_our_tickets_and_gets_a_full_handshake_for_them() {
    let builder = || {
        let mut builder = session::server_builder();
        builder.handshake.tickets = 2;
        builder
    };
    let (mut stream, mut openssl) = session::with_s_client(builder(), &["-sess_out", "session.pem"]);
    give_tickets(&mut stream);
    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
    assert_eq!(openssl.count("Post-Handshake New Session Ticket arrived:"), 2);

    let (mut stream, mut openssl) = session::with_s_client(builder(), &["-sess_in", "session.pem"]);
    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
    assert!(openssl.has_said("New, TLSv1.3"));
    assert!(!openssl.has_said("Reused, TLSv1.3"));
    fs::remove_file(directory().join("session.pem")).unwrap();
}

fn give_tickets(stream: &mut Stream) {
    loop {
        let received = stream.connection.receive(&mut [], NOW).unwrap();
        assert_eq!(received.consumed, 0);
        let Some(Ask::SealTicket(ask)) = stream.connection.pending().cloned() else { break };
        stream.connection.answer(ask.sealed(vec![9; 100])).unwrap();
    }
    stream.transmit().unwrap();
}

#[test]
#[ignore = "starts openssl"]
fn our_client_takes_the_tickets_of_s_server() {
    let mut builder = session::client_builder();
    builder.handshake.accept_tickets = true;
    let (mut stream, mut openssl) = session::with_s_server(builder, &["-num_tickets", "3"]);
    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
    let is_ticket = |milestone: &&Milestone| matches!(milestone, Milestone::NewSessionTicket(_));
    assert_eq!(stream.milestones().iter().filter(is_ticket).count(), 3);
}
