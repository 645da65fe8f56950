//! `status_request` (RFC 6066 §8, RFC 9846 §4.5.1.1).

use super::checks::{assert_bounds, assert_codec, hex};
use crate::message::{
    CertificateStatus, CertificateStatusRequest, CertificateStatusType, OcspStatusRequest, OpaqueList,
    StatusRequestCertificateRequest,
};
use crate::wire::{Decode, DecodeReason, Encode};

//= R6066-8-2 test
#[test]
fn certificate_status_request_wants_ocsp_from_any_responder_by_default() {
    assert_codec!(CertificateStatusRequest, CertificateStatusRequest::default(), hex("01 0000 0000"));
}

#[test]
fn ocsp_status_request_names_responders_and_extensions() {
    let responders = [hex("a103"), hex("8201ff")];
    let request = OcspStatusRequest {
        responder_id_list: OpaqueList::from(responders.as_slice()),
        request_extensions: &[0x30, 0],
    };
    assert_codec!(OcspStatusRequest, request, hex("0009 0002 a103 0003 8201ff 0002 3000"));
    assert_codec!(
        CertificateStatusRequest,
        CertificateStatusRequest::Ocsp(request),
        hex("01 0009 0002 a103 0003 8201ff 0002 3000")
    );
    assert_bounds("request_extensions", 0..=0xffff, 1, |length| {
        let request_extensions = &alloc::vec![1; length];
        OcspStatusRequest::decode(&OcspStatusRequest { request_extensions, ..request }.to_bytes()).map(drop)
    });
    assert_bounds("responder_id_list", 0..=0xffff, 1, |length| {
        let responders = if length == 0 { alloc::vec![] } else { alloc::vec![alloc::vec![1; length - 2]] };
        let responder_id_list = OpaqueList::from(responders.as_slice());
        OcspStatusRequest::decode(&OcspStatusRequest { responder_id_list, ..request }.to_bytes()).map(drop)
    });
}

#[test]
fn a_responder_of_no_bytes_is_out_of_bounds() {
    let error =
        CertificateStatusRequest::decode(&hex("01 0002 0000 0000")).expect_err("an empty ResponderID");
    assert_eq!((error.field, error.offset), ("ResponderID", 3));
    assert_eq!(error.reason, DecodeReason::OutOfBounds { length: 0, min: 1, max: 0xffff });
}

//= R-9.3-5 test
#[test]
fn a_status_of_unknown_type_may_be_asked_for() {
    for wire in ["02", "02 ffffff"] {
        let bytes = hex(wire);
        let unknown = CertificateStatusRequest::decode(&bytes).expect("a request to ignore");
        let status_type = CertificateStatusType(2);
        assert_eq!(unknown, CertificateStatusRequest::Unknown { status_type, request: &bytes[1..] });
        assert_eq!(unknown.to_bytes(), bytes);
    }
}

//= R-4.5.1.1-4 test
#[test]
fn in_certificate_request_it_is_empty() {
    assert_eq!(StatusRequestCertificateRequest.to_bytes(), []);
    assert_eq!(StatusRequestCertificateRequest::decode(&[]), Ok(StatusRequestCertificateRequest));
}

#[test]
fn in_certificate_request_a_whole_certificate_status_request_is_taken_too() {
    let bytes = hex("01 0000 0000");
    assert_eq!(StatusRequestCertificateRequest::decode(&bytes), Ok(StatusRequestCertificateRequest));
    for cut in 1..bytes.len() {
        assert!(StatusRequestCertificateRequest::decode(&bytes[..cut]).is_err(), "{cut}");
    }
    let error =
        StatusRequestCertificateRequest::decode(&hex("01 0000 0000 00")).expect_err("a byte too many");
    assert_eq!(error.reason, DecodeReason::TrailingBytes { count: 1 });
}

//= R-4.5.1.1-1 test
//= R-4.5.1.1-5 test
#[test]
fn in_an_entry_of_certificate_it_is_a_certificate_status() {
    assert_codec!(CertificateStatus, CertificateStatus { ocsp_response: &[0x30, 0] }, hex("01 000002 3000"));
    assert_bounds("OCSPResponse", 1..=0xff_ffff, 1, |length| {
        CertificateStatus::decode(&CertificateStatus { ocsp_response: &alloc::vec![1; length] }.to_bytes())
            .map(drop)
    });
    let error = CertificateStatus::decode(&hex("02 000002 3000")).expect_err("no OCSP response");
    assert_eq!((error.field, error.offset), ("status_type", 0));
    assert_eq!(error.reason, DecodeReason::InvalidValue { found: 2 });
}
