//! Certificate, CertificateVerify and Finished of a client (§4.5).

use handfast::handshake::ClientAuth;
use handfast::message::SignatureScheme;

use super::*;
use crate::subject::PKI;

const MESSAGE: HandshakeType = HandshakeType::CERTIFICATE;

fn unexpected(state: &'static str, message: HandshakeType) -> PeerFault {
    PeerFault::Unexpected { state, message }
}

//= R-4.5.1.3-2 test
#[test]
fn no_certificate_where_one_is_required_is_certificate_required() {
    server_meets(Peer::without_credential)
        .is_refused(PeerFault::NoClientCertificate, Alert::CERTIFICATE_REQUIRED);
}

//= R-4.5.1.3-2 test
#[test]
fn no_certificate_where_none_is_required_is_taken() {
    server_with(|config| config.client_auth = ClientAuth::Optional, Peer::without_credential).completes();
    server_with(|config| config.client_auth = ClientAuth::None, |client| client).completes();
}

#[test]
fn a_context_is_illegal_parameter() {
    server_meets(|client| client.on(Certificate, |message| message.certificate_request_context.push(0)))
        .is_refused(PeerFault::CertificateRequestContext, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn extensions_that_were_not_asked_for_are_unsupported_extension() {
    for extension in [ExtensionType::STATUS_REQUEST, UNKNOWN] {
        server_meets(|client| {
            client.on(Certificate, move |message| {
                message.certificate_list[0].extensions.push_raw(extension, []);
            })
        })
        .is_refused(wrong(MESSAGE, ExtensionFault::Unsolicited(extension)), Alert::UNSUPPORTED_EXTENSION);
    }
}

#[test]
fn extensions_that_have_no_place_there_are_illegal_parameter() {
    let extension = ExtensionType::KEY_SHARE;
    server_meets(|client| {
        client.on(Certificate, move |message| message.certificate_list[0].extensions.push_raw(extension, []))
    })
    .is_refused(wrong(MESSAGE, ExtensionFault::Misplaced(extension)), Alert::ILLEGAL_PARAMETER);
}

//= R-4.5.2-5 test
#[test]
fn a_scheme_that_was_not_asked_for_is_illegal_parameter() {
    for scheme in [SignatureScheme::ECDSA_SHA1, SignatureScheme::RSA_PKCS1_SHA256] {
        server_meets(|client| client.on(CertificateVerify, move |message| message.algorithm = scheme))
            .is_refused(PeerFault::SchemeNotOffered(scheme), Alert::ILLEGAL_PARAMETER);
    }
}

//= R-4.3.3-1 test
//= R-4.5.2-6 test
#[test]
fn a_scheme_of_another_kind_of_key_is_illegal_parameter() {
    let scheme = SignatureScheme::RSA_PSS_RSAE_SHA256;
    server_meets(|client| client.on(CertificateVerify, move |message| message.algorithm = scheme))
        .is_refused(PeerFault::SchemeDoesNotFitKey(scheme), Alert::ILLEGAL_PARAMETER);
}

//= R-4.5.2-8 test
//= R-4.5.2-9 test
#[test]
fn a_damaged_signature_is_decrypt_error() {
    server_meets(|client| client.on(CertificateVerify, |message| message.signature[40] ^= 4))
        .is_refused(PeerFault::BadSignature, Alert::DECRYPT_ERROR);
}

#[test]
fn a_signature_by_the_key_of_another_certificate_is_decrypt_error() {
    server_meets(|client| client.with_key_of(&PKI.server.credential))
        .is_refused(PeerFault::BadSignature, Alert::DECRYPT_ERROR);
}

#[test]
fn a_signature_with_the_context_string_of_a_server_is_decrypt_error() {
    let as_server = |content: &[u8]| [&content[..64 + 9], b"server", &content[64 + 15..]].concat();
    server_meets(|client| client.signing(as_server))
        .is_refused(PeerFault::BadSignature, Alert::DECRYPT_ERROR);
}

#[test]
fn a_client_that_leaves_messages_out_is_unexpected_message() {
    server_meets(|client| client.omit(CertificateVerify))
        .is_refused(unexpected("WaitCv", HandshakeType::FINISHED), Alert::UNEXPECTED_MESSAGE);
    server_meets(|client| client.omit(Certificate))
        .is_refused(unexpected("WaitCert", HandshakeType::CERTIFICATE_VERIFY), Alert::UNEXPECTED_MESSAGE);
    server_meets(|client| client.omit(Certificate).omit(CertificateVerify))
        .is_refused(unexpected("WaitCert", HandshakeType::FINISHED), Alert::UNEXPECTED_MESSAGE);
}

#[test]
fn a_certificate_that_nobody_asked_for_is_unexpected_message() {
    let certificate = Message::of(Certificate, &body::Certificate::default());
    server_with(
        |config| config.client_auth = ClientAuth::None,
        |client| client.before(Finished, certificate.clone()),
    )
    .is_refused(unexpected("WaitFinished", MESSAGE), Alert::UNEXPECTED_MESSAGE);
}

#[test]
fn a_certificate_verify_behind_an_empty_certificate_is_unexpected_message() {
    let verify = body::CertificateVerify { algorithm: SignatureScheme::ED25519, signature: vec![0; 64] };
    let verify = Message::of(CertificateVerify, &verify);
    server_with(
        |config| config.client_auth = ClientAuth::Optional,
        |client| client.without_credential().before(Finished, verify.clone()),
    )
    .is_refused(unexpected("WaitFinished", HandshakeType::CERTIFICATE_VERIFY), Alert::UNEXPECTED_MESSAGE);
}

//= R-4.5.3-1 test
#[test]
fn a_finished_that_does_not_verify_is_decrypt_error() {
    let changes: [fn(&mut Vec<u8>); 3] =
        [|body| body[31] ^= 1, |body| body.truncate(12), |body| body.push(0)];
    for change in changes {
        server_meets(|client| client.on_bytes(Finished, change))
            .is_refused(PeerFault::BadFinished, Alert::DECRYPT_ERROR);
    }
}
