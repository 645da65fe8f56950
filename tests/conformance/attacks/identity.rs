//! Who is bound to what: credentials forwarded, reflected and rebound, and exporters that tell connections apart.

use handfast::alert::AlertDescription as Alert;
use handfast::connection::Fault;
use handfast::handshake::{Connected, Milestone, PeerFault};
use handfast::message::HandshakeType;
use rcgen::KeyPair;

use crate::authority;
use crate::pair::{End, ends, settle};
use crate::peer::Peer;
use crate::peer::body::{self, Body, CertificateEntry, Extensions};
use crate::peer::step::*;
use crate::subject::{Identity, PKI, Subject, Talk};

/// What the end agreed on.
fn agreed(end: &End) -> &Connected {
    let connected = end.milestones.iter().find_map(|milestone| {
        if let Milestone::Connected(connected) = milestone { Some(&**connected) } else { None }
    });
    connected.expect("it is connected")
}

/// The signature that the subject made for an attacker, with whom it has connected.
fn signature_for_an_attacker(subject: Subject) -> Vec<u8> {
    let talk = Talk::connected(subject);
    let verify = talk.peer.heard.iter().find(|message| message.msg_type == HandshakeType::CERTIFICATE_VERIFY);
    body::CertificateVerify::read(&verify.expect("it showed a certificate").body).signature
}

/// The subject meets an attacker who shows the victim's certificate with a signature that the victim made elsewhere.
#[track_caller]
fn forwarding_fails(subject: Subject, victim: &Identity, signature: Vec<u8>) {
    let script = |peer: Peer| {
        peer.with_credential(victim.credential.clone())
            .on(CertificateVerify, move |verify| verify.signature = signature.clone())
    };
    let fault = Talk::between(subject, script).ends_with(Alert::DECRYPT_ERROR);
    assert_eq!(fault, Fault::Handshake(PeerFault::BadSignature.into()));
}

#[test]
fn a_signature_that_a_client_made_for_the_attacker_does_not_let_the_attacker_in_as_the_client() {
    let signature = signature_for_an_attacker(Subject::client());
    forwarding_fails(Subject::server(), &PKI.client, signature);
}

#[test]
fn a_signature_that_a_server_made_for_the_attacker_does_not_make_the_attacker_the_server() {
    let signature = signature_for_an_attacker(Subject::server());
    forwarding_fails(Subject::client(), &PKI.server, signature);
}

#[test]
fn a_certificate_put_in_place_of_another_with_the_same_key_is_found_out() {
    // A CA that asks for no proof of possession certifies the victim's key under the attacker's name too, and the
    // attacker, who could know the keys of the records, puts one in place of the other.
    let key = KeyPair::generate().unwrap();
    let victim = Identity::of_key(authority::client("spiffe://test/victim"), &PKI.ca, &key);
    let attacker = Identity::of_key(authority::client("spiffe://test/attacker"), &PKI.ca, &key);
    let entry = CertificateEntry {
        cert_data: attacker.credential.chain[0].clone(),
        extensions: Extensions::default(),
    };
    let certificate_list = vec![entry];
    let other = body::Certificate { certificate_request_context: vec![], certificate_list };
    let other = Message::of(Certificate, &other);
    let script = |peer: Peer| {
        peer.with_credential(victim.credential.clone())
            .records_at(Certificate, move |flight| flight.of(Certificate).content = other.to_bytes())
    };
    let fault = Talk::between(Subject::server(), script).ends_with(Alert::DECRYPT_ERROR);
    assert_eq!(fault, Fault::Handshake(PeerFault::BadSignature.into()));
}

/// RFC 9846 F.9: the application must see whom it talks to, and as whom, where keys alone are trusted.
#[test]
fn both_identities_of_a_key_that_is_certified_twice_reach_the_application() {
    let key = KeyPair::generate().unwrap();
    for id in ["spiffe://test/victim", "spiffe://test/attacker"] {
        let identity = Identity::of_key(authority::client(id), &PKI.ca, &key);
        let mut talk =
            Talk::between(Subject::server(), |peer| peer.with_credential(identity.credential.clone()));
        talk.run().unwrap();
        let agreed = agreed(&talk.end);
        let peer = agreed.peer_identity.as_ref().unwrap();
        assert_eq!(peer.display_name(), id);
        assert_eq!(peer.certificate_digest, identity.digest());
        assert_eq!(agreed.local_certificate, Some(PKI.server.digest().into()));
        assert_eq!(agreed.server_name.as_deref(), Some("server.test"));
    }
    let talk = Talk::connected(Subject::client());
    assert_eq!(agreed(&talk.end).local_certificate, Some(PKI.client.digest().into()));
    assert_eq!(agreed(&talk.end).peer_identity.as_ref().unwrap().certificate_digest, PKI.server.digest());
}

/// RFC 9846 C.2: one certificate in both roles is nothing that TLS forbids.
#[test]
fn a_peer_that_shows_our_own_certificate_is_known_by_it() {
    let mut params = authority::server("server.test");
    params.extended_key_usages.clear();
    let shared = Identity::of_key(params, &PKI.ca, &KeyPair::generate().unwrap());
    let (mut client, mut server) = ends(shared.config(), shared.config());
    settle(&mut client, &mut server).unwrap();
    for end in [&client, &server] {
        let agreed = agreed(end);
        let peer = agreed.peer_identity.as_ref().unwrap().certificate_digest;
        assert_eq!((agreed.local_certificate, peer), (Some(shared.digest().into()), shared.digest()));
    }
}

#[test]
fn what_one_says_is_no_answer_to_itself() {
    let [mut client, mut server] = [Subject::client(), Subject::server()].map(Subject::connection);
    client.receive().unwrap();
    let mut echo = vec![0; 100_000];
    let count = client.connection.transmit(&mut echo);
    client.input = echo[..count].to_vec();
    let unexpected = client.receive().unwrap_err();
    assert_eq!(unexpected.alert(), Some(Alert::UNEXPECTED_MESSAGE), "{unexpected}");

    // The server hears a ClientHello, and then its own flight.
    server.input = echo[..count].to_vec();
    server.receive().unwrap();
    let count = server.connection.transmit(&mut echo);
    server.input = echo[..count].to_vec();
    let unexpected = server.receive().unwrap_err();
    assert_eq!(unexpected.alert(), Some(Alert::UNEXPECTED_MESSAGE), "{unexpected}");
}

#[test]
fn data_that_comes_back_to_its_sender_does_not_open() {
    for subject in [Subject::client, Subject::server] {
        let mut talk = Talk::connected(subject());
        let mut echo = vec![0; 1000];
        let sealed = talk.end.connection.seal(b"transfer 100", &mut echo).unwrap();
        talk.end.input = echo[..sealed.written].to_vec();
        let fault = talk.end.receive().unwrap_err();
        assert_eq!(fault.alert(), Some(Alert::BAD_RECORD_MAC), "{fault}");
        assert!(talk.end.plaintext.is_empty());
    }
}

/// The triple handshake (Bhargavan and others, 2014): an attacker between both ends wants them to have the same
/// keying material, so that what is bound to it in one connection holds in the other.
#[test]
fn the_two_connections_of_somebody_in_the_middle_export_nothing_in_common() {
    // The attacker is a server to the client and a client to the server, and a member of their PKI.
    let with_client = Talk::connected(Subject::client());
    let with_server = Talk::connected(Subject::server());
    let exports = [with_client, with_server].map(|talk| {
        let connection = talk.end.connection;
        let mut exported = [0; 32];
        connection.export("EXPERIMENTAL triple handshake", b"", &mut exported).unwrap();
        (connection.tls_exporter().unwrap(), exported)
    });
    assert_ne!(exports[0].0, exports[1].0);
    assert_ne!(exports[0].1, exports[1].1);
}

#[test]
fn exporters_are_bound_to_the_certificates_and_not_to_the_key_exchange_alone() {
    // The same entropy on both sides, and a peer without any of its own: randoms and shares repeat as far as the
    // provider lets them; the certificates differ.
    let crypto = handfast::crypto::rustcrypto::provider;
    let export = |identity: &Identity| {
        let subject = Subject::client().with(|config| config.crypto = crypto());
        let script = |peer: Peer| peer.with_credential(identity.credential.clone());
        let mut talk = Talk::between(subject, script);
        talk.run().unwrap();
        talk.end.connection.tls_exporter().unwrap()
    };
    let another = Identity::issue(authority::server("server.test"), &PKI.ca);
    assert_ne!(export(&PKI.server), export(&another));
}
