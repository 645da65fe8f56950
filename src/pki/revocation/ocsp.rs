//! OCSP responses (RFC 6960 §4.2).

use alloc::vec::Vec;

use super::{RevocationReason, RevokedCertificate};
use crate::pki::asn1::{self, Asn1Error, Asn1Reason, DerReader, Oid, Value, known, tag};
use crate::pki::certificate::{AlgorithmIdentifier, Extension, Name};
use crate::time::Time;

/// Bytes of the largest response that we read: a basic response with a few certificates has about 2 KiB.
pub const MAX_OCSP_RESPONSE_LEN: usize = 1 << 16;

/// A successful response of type id-pkix-ocsp-basic, borrowed from its DER.
///
/// ```text
/// BasicOCSPResponse ::= SEQUENCE {
///      tbsResponseData    ResponseData,
///      signatureAlgorithm AlgorithmIdentifier,
///      signature          BIT STRING,
///      certs          [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
/// ResponseData ::= SEQUENCE {
///      version        [0] EXPLICIT Version DEFAULT v1,
///      responderID        ResponderID,
///      producedAt         GeneralizedTime,
///      responses          SEQUENCE OF SingleResponse,
///      responseExtensions [1] EXPLICIT Extensions OPTIONAL }
/// ```
#[derive(Clone, Debug)]
pub struct OcspResponse<'a> {
    /// The bytes that the signature covers.
    pub tbs_response_data: &'a [u8],
    /// The signer's algorithm.
    pub signature_algorithm: AlgorithmIdentifier<'a>,
    /// The signature.
    pub signature: &'a [u8],
    /// Certificates in DER, among them a delegated signer's.
    pub certs: Vec<&'a [u8]>,
    /// Who signed.
    pub responder_id: ResponderId<'a>,
    /// When it was signed.
    pub produced_at: Time,
    /// What it says, one for each certificate that was asked about and possibly more.
    pub responses: Vec<SingleResponse<'a>>,
    /// A critical extension: none is understood.
    pub critical_extension: Option<Oid<'a>>,
}

/// Who signed a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ResponderId<'a> {
    ByName(Name<'a>),
    /// SHA-1 of the signer's subjectPublicKey.
    ByKey(&'a [u8]),
}

/// What is said of one certificate.
///
/// ```text
/// SingleResponse ::= SEQUENCE {
///      certID             CertID,
///      certStatus         CertStatus,
///      thisUpdate         GeneralizedTime,
///      nextUpdate     [0] EXPLICIT GeneralizedTime OPTIONAL,
///      singleExtensions [1] EXPLICIT Extensions OPTIONAL }
/// ```
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct SingleResponse<'a> {
    pub cert_id: CertId<'a>,
    pub cert_status: CertStatus,
    pub this_update: Time,
    pub next_update: Option<Time>,
    pub critical_extension: Option<Oid<'a>>,
}

/// Which certificate, by hashes of its issuer and its serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct CertId<'a> {
    pub hash_algorithm: Oid<'a>,
    pub issuer_name_hash: &'a [u8],
    pub issuer_key_hash: &'a [u8],
    pub serial_number: &'a [u8],
}

/// `CertStatus ::= CHOICE { good [0], revoked [1] RevokedInfo, unknown [2] }`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CertStatus {
    Good,
    Revoked(RevokedCertificate),
    Unknown,
}

impl<'a> OcspResponse<'a> {
    /// Reads a response.
    ///
    /// ```text
    /// OCSPResponse ::= SEQUENCE {
    ///      responseStatus    ENUMERATED,
    ///      responseBytes [0] EXPLICIT SEQUENCE {
    ///           responseType OBJECT IDENTIFIER,
    ///           response     OCTET STRING } OPTIONAL }
    /// ```
    ///
    /// # Errors
    /// [`Asn1Error`] if it is not one, if it is of another type than id-pkix-ocsp-basic, or if its status is
    /// another than successful.
    pub fn from_der(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut outer = DerReader::new(der);
        if der.len() > MAX_OCSP_RESPONSE_LEN {
            let reason = Asn1Reason::TooLarge { limit: MAX_OCSP_RESPONSE_LEN };
            return Err(outer.error("OCSPResponse", reason));
        }
        let mut response = outer.sequence("OCSPResponse")?;
        outer.end("OCSPResponse")?;
        let status = response.expect("responseStatus", tag::ENUMERATED)?;
        if status.contents != [0] {
            return Err(status.invalid());
        }
        let mut explicit = response.expect("responseBytes", tag::context_constructed(0))?.reader();
        response.end("OCSPResponse")?;
        let mut bytes = explicit.sequence("responseBytes")?;
        explicit.end("responseBytes")?;
        let response_type = bytes.expect("responseType", tag::OBJECT_IDENTIFIER)?;
        //= R6960-4.2.1-2
        if response_type.oid()? != known::OCSP_BASIC {
            return Err(response_type.invalid());
        }
        let basic = bytes.expect("response", tag::OCTET_STRING)?;
        bytes.end("responseBytes")?;
        Self::read_basic(basic.reader())
    }

    //= R6960-4.2.1-3
    fn read_basic(mut reader: DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut basic = reader.sequence("BasicOCSPResponse")?;
        reader.end("BasicOCSPResponse")?;
        let data = basic.expect("tbsResponseData", tag::SEQUENCE)?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut basic, "signatureAlgorithm")?;
        let signature = basic.expect("signature", tag::BIT_STRING)?.octets()?;
        let mut certs = Vec::new();
        //= R6960-4.2.1-5
        if let Some(explicit) = basic.optional("certs", tag::context_constructed(0))? {
            let mut explicit = explicit.reader();
            let mut sequence = explicit.sequence("certs")?;
            explicit.end("certs")?;
            while !sequence.is_empty() {
                certs.push(sequence.expect("Certificate", tag::SEQUENCE)?.whole);
            }
        }
        basic.end("BasicOCSPResponse")?;
        let mut response = Self::read_data(data.reader())?;
        response.tbs_response_data = data.whole;
        Ok(Self { signature_algorithm, signature, certs, ..response })
    }

    fn read_data(mut data: DerReader<'a>) -> Result<Self, Asn1Error> {
        //= R6960-4.2.2.3-1
        if let Some(explicit) = data.optional("version", tag::context_constructed(0))? {
            let mut inner = explicit.reader();
            if inner.expect("version", tag::INTEGER)?.count(&mut Vec::new())? != 0 {
                return Err(explicit.invalid());
            }
            inner.end("version")?;
        }
        let responder_id = ResponderId::read(&data.any("responderID")?)?;
        let (produced_at, _) = asn1::time(&data.expect("producedAt", tag::GENERALIZED_TIME)?)?;
        let mut sequence = data.sequence("responses")?;
        let mut responses = Vec::new();
        while !sequence.is_empty() {
            responses.push(SingleResponse::read(&mut sequence)?);
        }
        let critical_extension = critical_extension(&mut data, "responseExtensions")?;
        data.end("ResponseData")?;
        Ok(Self {
            tbs_response_data: &[],
            signature_algorithm: AlgorithmIdentifier { algorithm: known::OCSP_BASIC, parameters: None },
            signature: &[],
            certs: Vec::new(),
            responder_id,
            produced_at,
            responses,
            critical_extension,
        })
    }
}

impl<'a> ResponderId<'a> {
    fn read(value: &Value<'a>) -> Result<Self, Asn1Error> {
        let mut explicit = value.reader();
        let id = match value.tag {
            0xa1 => Self::ByName(Name::read(&mut explicit, "byName", &mut Vec::new())?),
            0xa2 => Self::ByKey(explicit.octet_string("byKey")?),
            _ => return Err(value.invalid()),
        };
        explicit.end("responderID")?;
        Ok(id)
    }
}

impl<'a> SingleResponse<'a> {
    fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut single = reader.sequence("SingleResponse")?;
        let cert_id = CertId::read(&mut single)?;
        let cert_status = CertStatus::read(&single.any("certStatus")?)?;
        let (this_update, _) = asn1::time(&single.expect("thisUpdate", tag::GENERALIZED_TIME)?)?;
        let next_update = match single.optional("nextUpdate", tag::context_constructed(0))? {
            Some(explicit) => {
                let mut inner = explicit.reader();
                let (time, _) = asn1::time(&inner.expect("nextUpdate", tag::GENERALIZED_TIME)?)?;
                inner.end("nextUpdate")?;
                Some(time)
            }
            None => None,
        };
        let critical_extension = critical_extension(&mut single, "singleExtensions")?;
        single.end("SingleResponse")?;
        Ok(Self { cert_id, cert_status, this_update, next_update, critical_extension })
    }
}

impl<'a> CertId<'a> {
    fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut id = reader.sequence("CertID")?;
        let hash_algorithm = AlgorithmIdentifier::read(&mut id, "hashAlgorithm")?.algorithm;
        let issuer_name_hash = id.octet_string("issuerNameHash")?;
        let issuer_key_hash = id.octet_string("issuerKeyHash")?;
        let serial_number = id.expect("serialNumber", tag::INTEGER)?.contents;
        id.end("CertID")?;
        Ok(Self { hash_algorithm, issuer_name_hash, issuer_key_hash, serial_number })
    }
}

impl CertStatus {
    fn read(value: &Value<'_>) -> Result<Self, Asn1Error> {
        match (value.tag, value.contents) {
            (0x80, []) => Ok(Self::Good),
            (0x82, []) => Ok(Self::Unknown),
            (0xa1, _) => {
                let mut info = value.reader();
                let (revocation_date, _) =
                    asn1::time(&info.expect("revocationTime", tag::GENERALIZED_TIME)?)?;
                let mut reason = RevocationReason::UNSPECIFIED;
                if let Some(explicit) = info.optional("revocationReason", tag::context_constructed(0))? {
                    let mut inner = explicit.reader();
                    let found = inner.expect("revocationReason", tag::ENUMERATED)?;
                    let [octet] = found.contents else { return Err(found.invalid()) };
                    reason = RevocationReason(*octet);
                    inner.end("revocationReason")?;
                }
                info.end("RevokedInfo")?;
                Ok(Self::Revoked(RevokedCertificate { revocation_date, reason }))
            }
            _ => Err(value.invalid()),
        }
    }
}

/// The first critical extension of `[1] EXPLICIT Extensions OPTIONAL`.
fn critical_extension<'a>(
    reader: &mut DerReader<'a>,
    field: &'static str,
) -> Result<Option<Oid<'a>>, Asn1Error> {
    let Some(explicit) = reader.optional(field, tag::context_constructed(1))? else { return Ok(None) };
    let mut explicit = explicit.reader();
    let mut sequence = explicit.sequence(field)?;
    explicit.end(field)?;
    let mut critical = None;
    while !sequence.is_empty() {
        let extension = Extension::read(&mut sequence, &mut Vec::new())?;
        critical = critical.or(extension.critical.then_some(extension.id));
    }
    Ok(critical)
}
