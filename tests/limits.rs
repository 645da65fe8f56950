//! What a peer may make us keep or do, at its edge: as much as the limit says is taken, and one more is refused.
//! DESIGN.md has the table, with the tests of other limits beside what they test.

#![cfg(test)]
#![cfg(feature = "ring")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use handfast::alert::AlertDescription;
use handfast::connection::{ConfigBuilder, Fault, Need};
use handfast::handshake::{Ask, Milestone};
use support::authority::{self, Authority};
use support::pair::{self, End, builders, ends, settle};

/// The start of a ClientHello of this many bytes, in a record of its own.
fn start_of_client_hello(length: u32) -> Vec<u8> {
    let [_, high, middle, low] = length.to_be_bytes();
    vec![22, 3, 1, 0, 4, 1, high, middle, low]
}

#[test]
fn a_handshake_message_over_the_limit_is_refused_by_its_header() {
    let server = |length| {
        let (client, server) = builders();
        let (_, mut server) = ends(client, server);
        server.input = start_of_client_hello(length);
        server.receive()
    };
    assert!(matches!(server(0xffff), Ok(Need::Input { .. })));
    let fault = server(0x1_0000).unwrap_err();
    assert_eq!(fault.alert(), Some(AlertDescription::ILLEGAL_PARAMETER));
    assert!(fault.to_string().contains("65536") && fault.to_string().contains("65535"), "{fault}");
}

/// Both ends, with a server that sends its certificate and behind it so many that nobody needs.
fn with_long_chain(certificates: usize) -> (End, End) {
    let ca = authority::root(authority::ca("ca"));
    let (leaf, key) = pair::credential(authority::server("server.test"), &ca);
    let chain = [leaf, ca.pem().repeat(certificates - 1)].concat();
    let (client, server) = builders();
    let trusting = |builder: ConfigBuilder, ca: &Authority| builder.trust_pem(ca.pem()).unwrap();
    let mut server = server.credential_pem(chain, key).unwrap();
    server.handshake.client_auth = handfast::handshake::ClientAuth::None;
    if let handfast::connection::Credentials::Listed(credentials) = &mut server.credentials {
        credentials.remove(0);
    }
    ends(trusting(client, &ca), server)
}

#[test]
fn sixteen_certificates_in_a_message_are_taken_and_seventeen_are_not() {
    let (mut client, mut server) = with_long_chain(16);
    settle(&mut client, &mut server).unwrap();
    assert!(client.connection.is_connected());

    let (mut client, mut server) = with_long_chain(17);
    let fault = settle(&mut client, &mut server).unwrap_err();
    assert_eq!(fault.alert(), Some(AlertDescription::UNEXPECTED_MESSAGE));
    assert!(fault.to_string().contains("16 certificates"), "{fault}");
}

/// What the client says to as many tickets of the server, of which it takes two.
fn client_given(tickets: u8) -> (usize, Result<Need, Fault>) {
    let (mut client, mut server) = builders();
    client.handshake.accept_tickets = true;
    client.handshake.limits.tickets = 2;
    server.handshake.tickets = tickets;
    let (mut client, mut server) = pair::connected(client, server);
    while let Some(Ask::SealTicket(ask)) = server.connection.pending().cloned() {
        server.connection.answer(ask.sealed(b"ticket".to_vec())).unwrap();
        server.receive().unwrap();
    }
    server.transmit_to(&mut client);
    let result = client.receive();
    let is_ticket = |milestone: &&Milestone| matches!(milestone, Milestone::NewSessionTicket(_));
    (client.milestones.iter().filter(is_ticket).count(), result)
}

#[test]
fn tickets_beyond_the_limit_end_the_connection() {
    let (taken, result) = client_given(2);
    assert!(result.is_ok());
    assert_eq!(taken, 2);
    let (taken, result) = client_given(3);
    assert_eq!(taken, 2);
    assert_eq!(result.unwrap_err().alert(), Some(AlertDescription::UNEXPECTED_MESSAGE));
}

#[test]
fn limits_without_a_word_from_the_caller_are_those_of_the_table() {
    let limits = handfast::handshake::Limits::default();
    assert_eq!((limits.message, limits.certificates, limits.tickets), (0xffff, 16, 256));
    let pki = handfast::pki::Limits::DEFAULT;
    let work = (pki.depth, pki.candidates, pki.signatures, pki.paths, pki.constraint_comparisons);
    assert_eq!(work, (16, 2_000, 100, 50, 250_000));
    let profile = handfast::pki::Profile::default();
    assert_eq!((profile.min_rsa_bits, profile.clock_skew.as_secs()), (2048, 0));
}
