//! Points that are none, points whose secrets anyone knows, and shares used twice.

use handfast::alert::AlertDescription as Alert;
#[cfg(feature = "ml-kem")]
use handfast::crypto::KeyExchangeAlgorithm;
use handfast::handshake::{Config, PeerFault};
use handfast::message::{
    ExtensionType, HandshakeType, KeyShareClientHello, KeyShareEntry, KeyShareServerHello, NamedGroup,
};

#[cfg(feature = "ml-kem")]
use crate::peer::Numbers;
use crate::peer::Peer;
use crate::peer::body::{Body, ClientHello as Hello, ServerHello as HelloOfServer};
use crate::peer::step::*;
use crate::subject::{Subject, know_groups, meeting};

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

/// A share of this hybrid of these parts.
#[cfg(feature = "ml-kem")]
fn hybrid(group: NamedGroup, ecdhe: &[u8], ml_kem: Vec<u8>) -> Vec<u8> {
    match group {
        NamedGroup::X25519MLKEM768 => [ml_kem, ecdhe.to_vec()].concat(),
        _ => [ecdhe.to_vec(), ml_kem].concat(),
    }
}

#[cfg(feature = "ml-kem")]
const HYBRIDS: [(NamedGroup, KeyExchangeAlgorithm, KeyExchangeAlgorithm); 3] = [
    (NamedGroup::X25519MLKEM768, KeyExchangeAlgorithm::X25519, KeyExchangeAlgorithm::MlKem768),
    (NamedGroup::SECP256R1MLKEM768, KeyExchangeAlgorithm::Secp256r1, KeyExchangeAlgorithm::MlKem768),
    (NamedGroup::SECP384R1MLKEM1024, KeyExchangeAlgorithm::Secp384r1, KeyExchangeAlgorithm::MlKem1024),
];

/// Shares of ML-KEM and of hybrids with something wrong in one part: bytes too few or too many, a bad point in ECDHE,
/// and from a client an encapsulation key whose numbers are not reduced. Any ciphertext of the right length is one.
#[cfg(feature = "ml-kem")]
fn bad_ml_kem_shares(by_client: bool) -> Vec<(NamedGroup, Vec<u8>)> {
    let good = |algorithm: KeyExchangeAlgorithm| {
        let exchange = crate::subject::crypto().key_exchange(algorithm).unwrap().clone();
        let share = exchange.start(&mut Numbers).unwrap().share().to_vec();
        if by_client { share } else { exchange.respond(&share, &mut Numbers).unwrap().0 }
    };
    let lengths = |share: Vec<u8>| [share[1..].to_vec(), [share, vec![0]].concat()];
    let mut bad = Vec::new();
    for group in [NamedGroup::MLKEM512, NamedGroup::MLKEM768, NamedGroup::MLKEM1024] {
        let share = good(group.key_exchange().unwrap());
        if by_client {
            bad.push((group, [&[0xff; 3], &share[3..]].concat()));
        }
        bad.extend(lengths(share).map(|share| (group, share)));
    }
    for (group, ecdhe, ml_kem) in HYBRIDS {
        let points = bad_shares().into_iter().filter(|(of, _)| of.key_exchange() == Some(ecdhe));
        bad.extend(points.map(|(_, point)| (group, hybrid(group, &point, good(ml_kem)))));
        if by_client {
            let not_reduced = [&[0xff; 3], &good(ml_kem)[3..]].concat();
            bad.push((group, hybrid(group, &good(ecdhe), not_reduced)));
        }
        bad.extend(lengths(good(group.key_exchange().unwrap())).map(|share| (group, share)));
        bad.extend(lengths(good(ml_kem)).map(|ml_kem| (group, hybrid(group, &good(ecdhe), ml_kem))));
    }
    bad
}

fn server_answers_with((group, key_exchange): (NamedGroup, Vec<u8>)) {
    let subject = || Subject::client().with(|config: &mut Config| know_groups(config, &[group]));
    let script = move |server: Peer| {
        let share = key_exchange.clone();
        server.on(ServerHello, move |hello| {
            let server_share = KeyShareEntry { group, key_exchange: &share };
            hello.extensions.set(ExtensionType::KEY_SHARE, &KeyShareServerHello { server_share });
        })
    };
    meeting(subject, script).is_refused(PeerFault::BadKeyShare(group), Alert::ILLEGAL_PARAMETER);
}

fn client_begins_with((group, key_exchange): (NamedGroup, Vec<u8>)) {
    let subject = || Subject::server().with(|config: &mut Config| know_groups(config, &[group]));
    let script = move |client: Peer| {
        let share = key_exchange.clone();
        client.with_groups(&[group]).on(ClientHello, move |hello| {
            let entry = [KeyShareEntry { group, key_exchange: &share }];
            hello.extensions.set(ExtensionType::KEY_SHARE, &KeyShareClientHello::from(entry.as_slice()));
        })
    };
    meeting(subject, script).is_refused(PeerFault::BadKeyShare(group), Alert::ILLEGAL_PARAMETER);
}

/// "The client MUST check if the ciphertext length matches the selected group, and abort with an illegal_parameter alert
/// if it fails"; ECDHE "including all validity checks" and "the all-zero shared secret check for X25519"
/// (draft-ietf-tls-ecdhe-mlkem §3.1.2, §3.1.3).
#[cfg(feature = "ml-kem")]
#[test]
fn a_server_that_answers_with_a_bad_part_of_a_hybrid_or_a_ciphertext_of_another_length_is_illegal_parameter()
{
    bad_ml_kem_shares(false).into_iter().for_each(server_answers_with);
}

/// "The server MUST perform the encapsulation key check described in Section 7.2 of [FIPS203] on the client's
/// encapsulation key, and abort with an illegal_parameter alert if it fails" (draft-ietf-tls-ecdhe-mlkem §3.1.2,
/// draft-ietf-tls-mlkem §4.2).
#[cfg(feature = "ml-kem")]
#[test]
fn a_client_that_begins_with_a_bad_part_of_a_hybrid_or_a_bad_encapsulation_key_is_illegal_parameter() {
    bad_ml_kem_shares(true).into_iter().for_each(client_begins_with);
}

#[test]
fn a_server_that_answers_with_a_point_that_is_none_or_of_small_order_is_illegal_parameter() {
    bad_shares().into_iter().filter(|(_, share)| !share.is_empty()).for_each(server_answers_with);
}

#[test]
fn a_client_that_begins_with_a_point_that_is_none_or_of_small_order_is_illegal_parameter() {
    bad_shares().into_iter().filter(|(_, share)| !share.is_empty()).for_each(client_begins_with);
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
    for group in Config::new(crate::subject::crypto()).groups {
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
