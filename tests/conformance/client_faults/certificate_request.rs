//! CertificateRequest (§4.4.2).

use super::*;

const MESSAGE: HandshakeType = HandshakeType::CERTIFICATE_REQUEST;

fn on_request(change: impl Fn(&mut body::CertificateRequest) + Clone + 'static) -> Meeting {
    client_meets(|server| server.on(CertificateRequest, change.clone()))
}

//= R-4.4.2-6 test
#[test]
fn without_signature_algorithms_it_is_missing_extension() {
    let extension = ExtensionType::SIGNATURE_ALGORITHMS;
    on_request(move |request| request.extensions.remove(extension))
        .is_refused(PeerFault::MissingExtension { message: MESSAGE, extension }, Alert::MISSING_EXTENSION);
}

//= R-4.4.2-4 test
#[test]
fn with_a_context_it_is_illegal_parameter() {
    on_request(|request| request.certificate_request_context.push(1))
        .is_refused(PeerFault::CertificateRequestContext, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn extensions_that_have_no_place_there_are_illegal_parameter() {
    for extension in [ExtensionType::KEY_SHARE, ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION] {
        on_request(move |request| request.extensions.push_raw(extension, []))
            .is_refused(misplaced(MESSAGE, extension), Alert::ILLEGAL_PARAMETER);
    }
}

//= R-9.3-6 test
//= R-4.4.2-7 test
#[test]
fn extensions_that_nobody_knows_are_ignored() {
    on_request(|request| request.extensions.push_raw(UNKNOWN, [1, 2, 3])).completes();
}

#[test]
fn an_extension_whose_body_goes_on_is_decode_error() {
    on_request(|request| request.extensions.change(ExtensionType::SIGNATURE_ALGORITHMS, |body| body.push(0)))
        .is_malformed(MESSAGE, "SignatureSchemeList");
    on_request(|request| request.extensions.push_raw(ExtensionType::STATUS_REQUEST, [1, 0]))
        .is_malformed(MESSAGE, "responder_id_list");
    on_request(|request| request.extensions.push_raw(ExtensionType::CERTIFICATE_AUTHORITIES, [0, 0]))
        .is_malformed(MESSAGE, "authorities");
}

//= R-4.3.5-6 test
#[test]
fn a_filter_for_the_same_extension_twice_is_illegal_parameter() {
    // keyUsage with digitalSignature, and extKeyUsage with clientAuth.
    let key_usage: &[u8] = b"\x05\x06\x03\x55\x1d\x0f\x00\x04\x03\x02\x07\x80";
    let purpose: &[u8] = b"\x05\x06\x03\x55\x1d\x25\x00\x0c\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02";
    let asks = |filters: Vec<u8>| {
        let body = [&u16::try_from(filters.len()).unwrap().to_be_bytes()[..], &filters].concat();
        on_request(move |request| request.extensions.push_raw(ExtensionType::OID_FILTERS, body.clone()))
    };
    asks([key_usage, purpose].concat()).completes();
    asks([key_usage, purpose, key_usage].concat())
        .is_refused(PeerFault::OidFilterTwice, Alert::ILLEGAL_PARAMETER);
}
