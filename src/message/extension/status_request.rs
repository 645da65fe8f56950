//! `status_request`: RFC 6066 §8, RFC 9846 §4.5.1.1 (8446 §4.4.2.1).

use super::super::{CertificateStatusType, ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, DecodeReason, Encode, Reader, Writer};

/// The sender wants OCSP responses with the peer's certificates; in ClientHello and CertificateRequest.
///
/// ```text
/// struct {
///     CertificateStatusType status_type;
///     select (status_type) { case ocsp: OCSPStatusRequest; } request;
/// } CertificateStatusRequest;
/// opaque ResponderID<1..2^16-1>;
/// opaque Extensions<0..2^16-1>;
/// struct { ResponderID responder_id_list<0..2^16-1>; Extensions request_extensions; } OCSPStatusRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CertificateStatusRequest<'a> {
    /// Contents of the list; empty: any responder that the peer knows.
    pub responder_id_list: &'a [u8],
    /// OCSP request extensions in DER, or nothing.
    pub request_extensions: &'a [u8],
}

impl<'a> Decode<'a> for CertificateStatusRequest<'a> {
    const NAME: &'static str = "CertificateStatusRequest";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        read_ocsp(r)?;
        Ok(Self {
            responder_id_list: r.vector("responder_id_list", 0..=0xffff)?,
            request_extensions: r.vector("request_extensions", 0..=0xffff)?,
        })
    }
}

impl<'a> ExtensionBody<'a> for CertificateStatusRequest<'a> {
    const TYPE: ExtensionType = ExtensionType::STATUS_REQUEST;
}

impl Encode for CertificateStatusRequest<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u8(CertificateStatusType::OCSP.0);
        out.vector(0..=0xffff, |out| out.bytes(self.responder_id_list));
        out.vector(0..=0xffff, |out| out.bytes(self.request_extensions));
    }
}

/// An OCSP response for the certificate whose entry it stands in.
///
/// ```text
/// struct {
///     CertificateStatusType status_type;
///     select (status_type) { case ocsp: OCSPResponse; } response;
/// } CertificateStatus;
/// opaque OCSPResponse<1..2^24-1>;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateStatus<'a> {
    /// The response in DER.
    pub ocsp_response: &'a [u8],
}

impl<'a> Decode<'a> for CertificateStatus<'a> {
    const NAME: &'static str = "CertificateStatus";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        read_ocsp(r)?;
        Ok(Self { ocsp_response: r.vector("OCSPResponse", 1..=0xff_ffff)? })
    }
}

impl<'a> ExtensionBody<'a> for CertificateStatus<'a> {
    const TYPE: ExtensionType = ExtensionType::STATUS_REQUEST;
}

impl Encode for CertificateStatus<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u8(CertificateStatusType::OCSP.0);
        out.vector(1..=0xff_ffff, |out| out.bytes(self.ocsp_response));
    }
}

/// `status_type`, of which there is one.
fn read_ocsp(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    let at = *r;
    match CertificateStatusType(r.u8("status_type")?) {
        CertificateStatusType::OCSP => Ok(()),
        other => Err(at.error("status_type", DecodeReason::InvalidValue { found: other.0.into() })),
    }
}
