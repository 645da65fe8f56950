//! `status_request`: RFC 6066 §8, RFC 9846 §4.5.1.1 (8446 §4.4.2.1).

use super::super::{CertificateStatusType, ExtensionBody, ExtensionType, OpaqueList};
use crate::wire::{Decode, DecodeError, DecodeReason, Encode, Reader, Writer};

/// The client wants a certificate status with the server's certificates; in ClientHello.
///
/// ```text
/// struct {
///     CertificateStatusType status_type;
///     select (status_type) { case ocsp: OCSPStatusRequest; } request;
/// } CertificateStatusRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CertificateStatusRequest<'a> {
    /// An OCSP response.
    Ocsp(OcspStatusRequest<'a>),
    /// A status of a type that nobody knows yet, to be ignored.
    Unknown {
        /// Its type.
        status_type: CertificateStatusType,
        /// All that follows.
        request: &'a [u8],
    },
}

impl Default for CertificateStatusRequest<'_> {
    fn default() -> Self {
        Self::Ocsp(OcspStatusRequest::default())
    }
}

impl<'a> Decode<'a> for CertificateStatusRequest<'a> {
    const NAME: &'static str = "CertificateStatusRequest";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(match CertificateStatusType(r.u8("status_type")?) {
            CertificateStatusType::OCSP => Self::Ocsp(OcspStatusRequest::read(r)?),
            //= R-9.3-5
            status_type => Self::Unknown { status_type, request: r.rest("request") },
        })
    }
}

impl<'a> ExtensionBody<'a> for CertificateStatusRequest<'a> {
    const TYPE: ExtensionType = ExtensionType::STATUS_REQUEST;
}

impl Encode for CertificateStatusRequest<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        match self {
            Self::Ocsp(request) => {
                out.u8(CertificateStatusType::OCSP.0);
                request.encode(out);
            }
            Self::Unknown { status_type, request } => {
                out.u8(status_type.0);
                out.bytes(request);
            }
        }
    }
}

/// Which OCSP response the client wants; by default any.
///
/// ```text
/// opaque ResponderID<1..2^16-1>;
/// opaque Extensions<0..2^16-1>;
/// struct { ResponderID responder_id_list<0..2^16-1>; Extensions request_extensions; } OCSPStatusRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OcspStatusRequest<'a> {
    /// Responders that the client trusts, each in DER; none: those that the server knows.
    pub responder_id_list: OpaqueList<'a>,
    /// OCSP request extensions in DER, or nothing.
    pub request_extensions: &'a [u8],
}

impl Default for OcspStatusRequest<'_> {
    fn default() -> Self {
        Self { responder_id_list: OpaqueList::from([].as_slice()), request_extensions: &[] }
    }
}

impl<'a> Decode<'a> for OcspStatusRequest<'a> {
    const NAME: &'static str = "OCSPStatusRequest";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let responders = r.nested("responder_id_list", 0..=0xffff)?;
        Ok(Self {
            responder_id_list: OpaqueList::read(responders, "ResponderID", 1..=0xffff)?,
            request_extensions: r.vector("request_extensions", 0..=0xffff)?,
        })
    }
}

impl Encode for OcspStatusRequest<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(0..=0xffff, |out| self.responder_id_list.write(out, &(1..=0xffff)));
        out.vector(0..=0xffff, |out| out.bytes(self.request_extensions));
    }
}

/// The server wants OCSP responses with the client's certificates; in CertificateRequest.
///
/// ```text
/// struct {} Empty;
/// ```
///
/// §4.5.1.1 has the extension empty. Some servers put a CertificateStatusRequest there; it is checked, and says
/// no more than that a status is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRequestCertificateRequest;

impl<'a> Decode<'a> for StatusRequestCertificateRequest {
    const NAME: &'static str = "CertificateStatusRequest";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        if !r.is_empty() {
            CertificateStatusRequest::read(r)?;
        }
        Ok(Self)
    }
}

impl<'a> ExtensionBody<'a> for StatusRequestCertificateRequest {
    const TYPE: ExtensionType = ExtensionType::STATUS_REQUEST;
}

//= R-4.5.1.1-4
impl Encode for StatusRequestCertificateRequest {
    fn encode(&self, _: &mut Writer<'_>) {}
}

//= R-4.5.1.1-1
//= R-4.5.1.1-5
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
        let at_type = *r;
        let status_type = CertificateStatusType(r.u8("status_type")?);
        if status_type != CertificateStatusType::OCSP {
            let reason = DecodeReason::InvalidValue { found: status_type.0.into() };
            return Err(at_type.error("status_type", reason));
        }
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
