//! CertificateVerify (§4.5.2).

use super::*;

fn on_verify(change: impl Fn(&mut body::CertificateVerify) + Clone + 'static) -> Meeting {
    client_meets(|server| server.on(CertificateVerify, change.clone()))
}

//= R-4.5.2-4 test
//= R-4.5.2-7 test
#[test]
fn a_scheme_that_was_not_offered_is_illegal_parameter() {
    let schemes = [
        SignatureScheme::ECDSA_SHA1,
        // Offered, but for certificates alone.
        SignatureScheme::RSA_PKCS1_SHA256,
        SignatureScheme::ED448,
        SignatureScheme(0x0a0a),
    ];
    for scheme in schemes {
        on_verify(move |message| message.algorithm = scheme)
            .is_refused(PeerFault::SchemeNotOffered(scheme), Alert::ILLEGAL_PARAMETER);
    }
}

//= R-4.3.3-1 test
//= R-4.5.2-6 test
#[test]
fn a_scheme_of_another_kind_of_key_is_illegal_parameter() {
    for scheme in [SignatureScheme::ED25519, SignatureScheme::ECDSA_SECP384R1_SHA384] {
        on_verify(move |message| message.algorithm = scheme)
            .is_refused(PeerFault::SchemeDoesNotFitKey(scheme), Alert::ILLEGAL_PARAMETER);
    }
}

//= R-4.5.2-8 test
//= R-4.5.2-9 test
#[test]
fn a_damaged_signature_is_decrypt_error() {
    on_verify(|message| *message.signature.last_mut().unwrap() ^= 1)
        .is_refused(PeerFault::BadSignature, Alert::DECRYPT_ERROR);
    on_verify(|message| message.signature.clear()).is_refused(PeerFault::BadSignature, Alert::DECRYPT_ERROR);
    on_verify(|message| message.signature.push(0)).is_refused(PeerFault::BadSignature, Alert::DECRYPT_ERROR);
}

#[test]
fn a_signature_by_the_key_of_another_certificate_is_decrypt_error() {
    client_meets(|server| server.with_key_of(&PKI.client.credential))
        .is_refused(PeerFault::BadSignature, Alert::DECRYPT_ERROR);
}

#[test]
fn a_signature_over_something_else_is_decrypt_error() {
    // The transcript hash alone, the context string of a client, another transcript.
    type Edit = fn(&[u8]) -> Vec<u8>;
    let contents: [Edit; 3] = [
        |content| content[64 + 34..].to_vec(),
        |content| [&content[..64 + 9], b"client", &content[64 + 15..]].concat(),
        |content| [&content[..content.len() - 1], &[!content[content.len() - 1]]].concat(),
    ];
    for content in contents {
        client_meets(|server| server.signing(content))
            .is_refused(PeerFault::BadSignature, Alert::DECRYPT_ERROR);
    }
}

#[test]
fn a_server_that_leaves_it_out_is_unexpected_message() {
    let fault = PeerFault::Unexpected { state: "WaitCv", message: HandshakeType::FINISHED };
    client_meets(|server| server.omit(CertificateVerify)).is_refused(fault, Alert::UNEXPECTED_MESSAGE);
    let fault = PeerFault::Unexpected { state: "WaitCert", message: HandshakeType::FINISHED };
    client_meets(|server| server.omit(Certificate).omit(CertificateVerify))
        .is_refused(fault, Alert::UNEXPECTED_MESSAGE);
}
