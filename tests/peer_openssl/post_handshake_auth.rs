//! Post-handshake authentication: `s_server` asks our client, and our server asks `s_client`.

use handfast::handshake::{ClientAuth, Milestone, PeerAuthenticated, RequestRefused};

use crate::pki::{CLIENT, KeyType, NOW, PKI, SERVER};
use crate::session::{self, hear, tell};
use crate::support::openssl::{Peer, s_client, s_server};
use crate::support::stream::Stream;

/// What OpenSSL logs of messages that it receives.
const RECEIVED: &str = "<<< TLS 1.3, Handshake";

/// `s_server`, which asks for no certificate before it is told to.
fn with_s_server(post_handshake_auth: bool) -> (Stream, Peer) {
    let identity = PKI.servers.of(KeyType::P256);
    let (openssl, transport) = s_server(&[&identity.options()[..], &PKI.trust_options()].concat());
    let mut builder = session::client_builder();
    builder.handshake.post_handshake_auth = post_handshake_auth;
    let mut stream = session::client(builder, transport, NOW);
    stream.handshake().unwrap();
    (stream, openssl)
}

#[test]
#[ignore = "starts openssl"]
fn s_server_asks_our_client_several_times_with_key_updates_in_between() {
    let (mut stream, mut openssl) = with_s_server(true);
    session::exchange(&mut stream, &mut openssl);
    for round in 1..=3 {
        openssl.type_in(b"c\n");
        // A command stands alone in what OpenSSL reads: its effect comes before more is typed.
        openssl.wait_for_count("CertificateRequest", round);
        hear(&mut stream, &mut openssl, &format!("{round} by openssl"));
        tell(&mut stream, &openssl, &format!("{round} by handfast"));
        let answered = stream.milestones().iter().filter(|milestone| {
            matches!(milestone, Milestone::CertificateRequestAnswered { signature_scheme: Some(_) })
        });
        assert_eq!(answered.count(), round);
        openssl.wait_for_count("verify return:1", 2 * round);
        stream.connection.update_keys(round == 2);
        tell(&mut stream, &openssl, &format!("under new keys, {round}"));
        // A KeyUpdate that OpenSSL owes goes out with its data; a request before that would be lost in it.
        hear(&mut stream, &mut openssl, &format!("heard under new keys, {round}"));
    }
    session::close(&mut stream, &mut openssl);
    assert_eq!(openssl.count_lines(RECEIVED, "Finished"), 4, "one of the handshake, and three behind it");
}

#[test]
#[ignore = "starts openssl"]
fn s_server_does_not_ask_our_client_if_it_is_not_willing() {
    let (mut stream, mut openssl) = with_s_server(false);
    openssl.type_in(b"c\n");
    openssl.wait_for("extension not received");
    session::exchange(&mut stream, &mut openssl);
    session::close(&mut stream, &mut openssl);
}

/// Our server, which asks for no certificate before it wants to, with `s_client`.
fn with_s_client(options: &[&str]) -> (Stream, Peer) {
    let names = ["-servername", SERVER, "-verify_hostname", SERVER];
    let (openssl, transport) = s_client(&[&names[..], &PKI.trust_options(), options].concat());
    let mut builder = session::server_builder();
    builder.handshake.client_auth = ClientAuth::None;
    builder.handshake.post_handshake_client_auth = ClientAuth::Optional;
    let mut stream = session::server(builder, transport, NOW);
    assert!(stream.handshake().unwrap().peer_identity.is_none());
    (stream, openssl)
}

/// Asks, and goes on until the answer is there.
fn ask(stream: &mut Stream, openssl: &mut Peer) -> PeerAuthenticated {
    let context = stream.connection.request_client_certificate().unwrap();
    tell(stream, openssl, "said behind the request");
    hear(stream, openssl, "said behind the answer");
    let answer = |milestone: &Milestone| {
        let Milestone::ClientAuthenticated(client) = milestone else { return None };
        (client.certificate_request_context == context).then(|| (**client).clone())
    };
    stream.milestones().iter().find_map(answer).expect("an answer to this request")
}

#[test]
#[ignore = "starts openssl"]
fn our_server_asks_s_client_several_times_with_key_updates_in_between() {
    let identity = PKI.clients.of(KeyType::P256);
    let (mut stream, mut openssl) = with_s_client(&[&identity.options()[..], &["-enable_pha"]].concat());
    session::exchange(&mut stream, &mut openssl);
    for round in 0..3 {
        let client = ask(&mut stream, &mut openssl);
        assert_eq!(client.peer_identity.unwrap().dns_names, [CLIENT]);
        openssl.type_in(if round == 1 { b"k\n" } else { b"K\n" });
        openssl.wait_for_count(">>> TLS 1.3, Handshake [length 0005], KeyUpdate", round + 1);
        hear(&mut stream, &mut openssl, "under new keys");
    }
    session::close(&mut stream, &mut openssl);
}

#[test]
#[ignore = "starts openssl"]
fn s_client_without_a_certificate_says_so_and_without_the_option_is_not_asked() {
    let (mut stream, mut openssl) = with_s_client(&["-enable_pha"]);
    assert!(ask(&mut stream, &mut openssl).peer_identity.is_none());
    session::close(&mut stream, &mut openssl);

    let (mut stream, mut openssl) = with_s_client(&[]);
    assert_eq!(stream.connection.request_client_certificate(), Err(RequestRefused::NotOffered));
    session::close(&mut stream, &mut openssl);
}
