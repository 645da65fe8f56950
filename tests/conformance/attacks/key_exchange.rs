//! Points that are none, points whose secrets anyone knows, and shares used twice.

use handfast::alert::AlertDescription as Alert;
use handfast::handshake::{Config, PeerFault};
use handfast::message::{
    ExtensionType, HandshakeType, KeyShareClientHello, KeyShareEntry, KeyShareServerHello, NamedGroup,
};

use crate::peer::Peer;
use crate::peer::body::{Body, ClientHello as Hello, ServerHello as HelloOfServer};
use crate::peer::step::*;
use crate::subject::{Subject, meeting};

/// The points of small order on Curve25519 and its twist, and what reduces to them (RFC 7748 §6.1).
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// What is no uncompressed point on a curve of coordinates of so many bytes (§4.3.8.2).
fn no_points(length: usize) -> Vec<Vec<u8>> {
    let form = |form: u8, coordinates: &[u8]| [&[form], coordinates].concat();
    vec![
        // The point at infinity.
        vec![0],
        form(4, &vec![0; 2 * length]),
        // Off the curve.
        form(4, &vec![1; 2 * length]),
        // Coordinates that are no residues.
        form(4, &vec![0xff; 2 * length]),
        // Compressed, and hybrid.
        form(2, &vec![1; length]),
        form(6, &vec![1; 2 * length]),
        // A byte too few or too many.
        form(4, &vec![1; 2 * length - 1]),
        form(4, &vec![1; 2 * length + 1]),
        vec![],
    ]
}

fn bad_shares() -> Vec<(NamedGroup, Vec<u8>)> {
    let bytes =
        |hex: &str| (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
    let small = SMALL_ORDER.iter().map(|hex| (NamedGroup::X25519, bytes(hex)));
    let of = |group, length| no_points(length).into_iter().map(move |point| (group, point));
    small.chain(of(NamedGroup::SECP256R1, 32)).chain(of(NamedGroup::SECP384R1, 48)).collect()
}

#[test]
fn a_server_that_answers_with_a_point_that_is_none_or_of_small_order_is_illegal_parameter() {
    for (group, key_exchange) in bad_shares().into_iter().filter(|(_, share)| !share.is_empty()) {
        let subject = || Subject::client().with(|config: &mut Config| config.key_share_groups = vec![group]);
        let share = key_exchange.clone();
        let script = move |server: Peer| {
            let share = share.clone();
            server.on(ServerHello, move |hello| {
                let server_share = KeyShareEntry { group, key_exchange: &share };
                hello.extensions.set(ExtensionType::KEY_SHARE, &KeyShareServerHello { server_share });
            })
        };
        meeting(subject, script).is_refused(PeerFault::BadKeyShare(group), Alert::ILLEGAL_PARAMETER);
    }
}

#[test]
fn a_client_that_begins_with_a_point_that_is_none_or_of_small_order_is_illegal_parameter() {
    for (group, key_exchange) in bad_shares().into_iter().filter(|(_, share)| !share.is_empty()) {
        let share = key_exchange.clone();
        let script = move |client: Peer| {
            let share = share.clone();
            client.with_groups(&[group]).on(ClientHello, move |hello| {
                let entry = [KeyShareEntry { group, key_exchange: &share }];
                hello.extensions.set(ExtensionType::KEY_SHARE, &KeyShareClientHello::from(entry.as_slice()));
            })
        };
        meeting(Subject::server, script).is_refused(PeerFault::BadKeyShare(group), Alert::ILLEGAL_PARAMETER);
    }
}

/// The share in the first message of a connection's first record.
fn shares_of(wire: &[u8]) -> Vec<u8> {
    let message = Message::take(&mut wire[5..].to_vec()).unwrap();
    let extensions = match message.msg_type {
        HandshakeType::CLIENT_HELLO => Hello::read(&message.body).extensions,
        HandshakeType::SERVER_HELLO => HelloOfServer::read(&message.body).extensions,
        other => panic!("{other}"),
    };
    extensions.find(ExtensionType::KEY_SHARE).expect("a share").to_vec()
}

#[test]
fn no_share_is_used_in_two_connections_of_one_config() {
    for group in [NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup::SECP384R1] {
        let mut seen = Vec::new();
        for _ in 0..3 {
            let (mut client, mut server) = crate::pair::builders();
            for builder in [&mut client, &mut server] {
                crate::subject::know_groups(&mut builder.handshake, &[group]);
            }
            let (mut client, mut server) = crate::pair::ends(client, server);
            client.receive().unwrap();
            client.transmit_to(&mut server);
            server.receive().unwrap();
            server.transmit_to(&mut client);
            seen.extend([shares_of(&client.wire), shares_of(&server.wire)]);
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count, "{group}");
    }
}
