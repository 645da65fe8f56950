//! Compressed certificates (RFC 8879): what is wrong with one, in both directions.

use std::sync::Arc;

use handfast::alert::AlertDescription as Alert;
use handfast::handshake::{Config, PeerFault};
use handfast::message::{
    CertificateCompressionAlgorithm, CertificateCompressionAlgorithms, CompressedCertificate, ExtensionType,
    HandshakeType,
};
use handfast::wire::Encode;

use crate::peer::Peer;
use crate::peer::step::{Certificate, CertificateRequest, ClientHello, Message};
use crate::shrinking::{SHRINKING, Shrinking};
use crate::subject::{Meeting, Subject, meeting};

const MESSAGE: HandshakeType = HandshakeType::COMPRESSED_CERTIFICATE;

/// Takes and does what the peer does.
pub fn compresses(config: &mut Config) {
    config.certificate_compression = vec![Arc::new(Shrinking)];
}

/// Has the peer send its Certificate compressed.
pub fn compressed(peer: Peer) -> Peer {
    compressed_as(|_| {})(peer)
}

/// What the message says.
struct Compressed {
    algorithm: CertificateCompressionAlgorithm,
    uncompressed_length: usize,
    bytes: Vec<u8>,
}

/// Has the peer send its Certificate compressed, and changed.
fn compressed_as(change: impl Fn(&mut Compressed) + Clone + 'static) -> impl Fn(Peer) -> Peer {
    move |peer| {
        let change = change.clone();
        peer.messages_of(Certificate, move |messages| {
            let certificate = std::mem::take(&mut messages[0].body);
            let bytes = certificate.strip_prefix(&[0]).expect("an empty context").to_vec();
            let mut message =
                Compressed { algorithm: SHRINKING, uncompressed_length: certificate.len(), bytes };
            change(&mut message);
            let body = CompressedCertificate {
                algorithm: message.algorithm,
                uncompressed_length: message.uncompressed_length,
                compressed_certificate_message: &message.bytes,
            };
            messages[0] = Message::new(MESSAGE, body.to_bytes());
        })
    }
}

/// What comes of it in both directions: the subject is a client, and a server.
fn both_ways(config: impl Fn(&mut Config), script: impl Fn(Peer) -> Peer) -> [Meeting; 2] {
    [Subject::client as fn() -> Subject, Subject::server]
        .map(|subject| meeting(|| subject().with(&config), &script))
}

//= R8879-4-2 test
//= R8879-5-1 test
#[test]
fn one_by_an_algorithm_that_was_offered_is_taken_for_what_it_holds() {
    for meeting in both_ways(compresses, compressed) {
        meeting.completes();
    }
    for meeting in both_ways(compresses, |peer| peer) {
        meeting.completes();
    }
}

#[test]
fn one_where_none_was_offered_is_unexpected_message() {
    let [client, server] = both_ways(|_| {}, compressed);
    for (meeting, state) in [(client, "WaitCert"), (server, "WaitCert")] {
        meeting.is_refused(PeerFault::Unexpected { state, message: MESSAGE }, Alert::UNEXPECTED_MESSAGE);
    }
    meeting(Subject::client, |server| compressed(server.without_request())).is_refused(
        PeerFault::Unexpected { state: "WaitCertCr", message: MESSAGE },
        Alert::UNEXPECTED_MESSAGE,
    );
}

//= R8879-4-2 test
#[test]
fn one_by_an_algorithm_that_was_not_offered_is_illegal_parameter() {
    for algorithm in [CertificateCompressionAlgorithm::BROTLI, CertificateCompressionAlgorithm(0)] {
        for meeting in both_ways(compresses, compressed_as(move |message| message.algorithm = algorithm)) {
            meeting.is_refused(PeerFault::CompressionNotOffered(algorithm), Alert::ILLEGAL_PARAMETER);
        }
    }
}

//= R8879-4-3 test
//= R8879-4-6 test
//= R8879-5-4 test
#[test]
fn one_that_makes_another_length_than_it_claims_is_bad_certificate() {
    let claims: [fn(usize) -> usize; 4] = [|_| 0, |length| length - 1, |length| length + 1, |_| 0xffff];
    for claim in claims {
        let script = compressed_as(move |message| {
            message.uncompressed_length = claim(message.uncompressed_length);
        });
        for (subject, length) in [Subject::client as fn() -> Subject, Subject::server].map(|subject| {
            let length = std::rc::Rc::new(std::cell::Cell::new(0));
            let seen = std::rc::Rc::clone(&length);
            let told = compressed_as(move |message| seen.set(claim(message.uncompressed_length)));
            let _ = meeting(|| subject().with(compresses), told);
            (subject, length.get())
        }) {
            let fault = PeerFault::CertificateNotDecompressed { algorithm: SHRINKING, length };
            meeting(|| subject().with(compresses), &script).is_refused(fault, Alert::BAD_CERTIFICATE);
        }
    }
}

//= R8879-5-3 test
//= R8879-5-5 test
#[test]
fn one_that_claims_more_than_an_uncompressed_one_may_have_is_refused_before_it_is_made() {
    for length in [0x1_0000, 0xff_ffff] {
        for meeting in
            both_ways(compresses, compressed_as(move |message| message.uncompressed_length = length))
        {
            let fault = PeerFault::MessageTooLong { message: MESSAGE, length, limit: 0xffff };
            meeting.is_refused(fault, Alert::ILLEGAL_PARAMETER);
        }
    }
}

//= R8879-5-1 test
#[test]
fn one_that_holds_no_certificate_message_is_decode_error() {
    for meeting in both_ways(compresses, compressed_as(|message| message.bytes[0] ^= 1)) {
        meeting.is_malformed(HandshakeType::CERTIFICATE, "certificate_list");
    }
}

#[test]
fn one_without_content_is_decode_error() {
    let empty = |peer: Peer| {
        peer.messages_of(Certificate, |messages| {
            messages[0] = Message::new(MESSAGE, [0xff, 0x01, 0, 0, 0, 0, 0, 0]);
        })
    };
    for meeting in both_ways(compresses, empty) {
        meeting.is_malformed(MESSAGE, "compressed_certificate_message");
    }
}

/// The peer asks for it by these algorithms, whether we have any or not.
fn asked_by(algorithms: &'static [CertificateCompressionAlgorithm]) -> impl Fn(Peer) -> Peer {
    move |peer| {
        let body = CertificateCompressionAlgorithms::from(algorithms).to_bytes();
        let again = body.clone();
        peer.on(ClientHello, move |message| {
            message.extensions.push_raw(ExtensionType::COMPRESS_CERTIFICATE, body.clone());
        })
        .on(CertificateRequest, move |message| {
            message.extensions.push_raw(ExtensionType::COMPRESS_CERTIFICATE, again.clone());
        })
    }
}

#[test]
fn a_peer_that_takes_none_of_ours_or_ones_that_nobody_knows_gets_the_certificate_as_it_is() {
    const UNKNOWN: &[CertificateCompressionAlgorithm] =
        &[CertificateCompressionAlgorithm(0x1234), CertificateCompressionAlgorithm::ZLIB];
    for meeting in both_ways(compresses, asked_by(UNKNOWN)) {
        meeting.completes();
    }
}

#[test]
fn an_algorithm_that_is_asked_for_twice_is_illegal_parameter() {
    const TWICE: &[CertificateCompressionAlgorithm] = &[SHRINKING, SHRINKING];
    for config in [compresses, |_: &mut Config| {}] {
        for meeting in both_ways(config, asked_by(TWICE)) {
            meeting.is_refused(PeerFault::CompressionTwice(SHRINKING), Alert::ILLEGAL_PARAMETER);
        }
    }
}

#[test]
fn a_list_of_no_algorithms_or_of_half_a_one_is_decode_error() {
    for body in [&[0][..], &[3, 0, 1, 0]] {
        let client = meeting(Subject::client, |server| {
            server.on(CertificateRequest, |message| {
                message.extensions.push_raw(ExtensionType::COMPRESS_CERTIFICATE, body.to_vec());
            })
        });
        client.is_malformed(HandshakeType::CERTIFICATE_REQUEST, "algorithms");
        let server = meeting(Subject::server, |client| {
            client.on(ClientHello, |message| {
                message.extensions.push_raw(ExtensionType::COMPRESS_CERTIFICATE, body.to_vec());
            })
        });
        server.is_malformed(HandshakeType::CLIENT_HELLO, "algorithms");
    }
}
