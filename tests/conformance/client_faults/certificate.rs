//! Certificate (§4.5.1).

use super::*;

const MESSAGE: HandshakeType = HandshakeType::CERTIFICATE;

fn on_certificate(change: impl Fn(&mut body::Certificate) + Clone + 'static) -> Meeting {
    client_meets(|server| server.on(Certificate, change.clone()))
}

//= R-4.5.1.3-1 test
#[test]
fn an_empty_one_is_decode_error() {
    on_certificate(|message| message.certificate_list.clear())
        .is_refused(PeerFault::NoServerCertificate, Alert::DECODE_ERROR);
}

//= R-4.5.1-5 test
#[test]
fn a_context_is_illegal_parameter() {
    on_certificate(|message| message.certificate_request_context.push(0))
        .is_refused(PeerFault::CertificateRequestContext, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn extensions_that_were_not_asked_for_are_unsupported_extension() {
    for extension in [ExtensionType::STATUS_REQUEST, ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP, UNKNOWN] {
        on_certificate(move |message| message.certificate_list[0].extensions.push_raw(extension, []))
            .is_refused(unsolicited(MESSAGE, extension), Alert::UNSUPPORTED_EXTENSION);
    }
}

#[test]
fn extensions_that_have_no_place_there_are_illegal_parameter() {
    let extension = ExtensionType::SERVER_NAME;
    on_certificate(move |message| message.certificate_list[0].extensions.push_raw(extension, []))
        .is_refused(misplaced(MESSAGE, extension), Alert::ILLEGAL_PARAMETER);
}

#[test]
fn more_certificates_than_the_limit_are_refused() {
    let chain = |count: usize| {
        on_certificate(move |message| {
            let leaf = message.certificate_list[0].clone();
            message.certificate_list.resize(count, leaf);
        })
    };
    chain(16).completes();
    let what = "certificates in one Certificate message";
    chain(17).is_refused(PeerFault::TooMany { what, limit: 16 }, Alert::UNEXPECTED_MESSAGE);
}

#[test]
fn an_empty_certificate_in_the_list_is_decode_error() {
    on_certificate(|message| {
        let empty = CertificateEntry { cert_data: Vec::new(), extensions: Extensions::default() };
        message.certificate_list.push(empty);
    })
    .is_malformed(MESSAGE, "cert_data");
}

//= R-4.3-2 test
#[test]
fn a_staple_that_was_asked_for_and_is_no_certificate_status_is_decode_error() {
    let staple = |body: &'static [u8]| {
        let client = || Subject::client().with(|config| config.request_ocsp = true);
        meeting(client, move |server| {
            server.on(Certificate, move |message| {
                message.certificate_list[0].extensions.push_raw(ExtensionType::STATUS_REQUEST, body);
            })
        })
    };
    staple(&[1, 0, 0, 0]).is_malformed(MESSAGE, "OCSPResponse");
    staple(&[1, 0, 0, 1, 7, 0]).is_malformed(MESSAGE, "CertificateStatus");
    staple(&[2, 0, 0, 1, 7]).is_malformed(MESSAGE, "status_type");
}
