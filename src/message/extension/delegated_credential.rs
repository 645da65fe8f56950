//! `delegated_credential`: RFC 9345 §4.

use super::super::{CodePoints, ExtensionBody, ExtensionType, SignatureScheme};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The schemes by which the sender lets a key prove itself that a certificate has delegated to; in ClientHello and
/// CertificateRequest.
///
/// ```text
/// struct { SignatureScheme supported_signature_algorithms<2..2^16-2>; } SignatureSchemeList;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DelegatedCredentialSchemes<'a> {
    /// In order of preference.
    pub supported_signature_algorithms: CodePoints<'a, SignatureScheme>,
}

impl<'a> From<&'a [SignatureScheme]> for DelegatedCredentialSchemes<'a> {
    fn from(schemes: &'a [SignatureScheme]) -> Self {
        Self { supported_signature_algorithms: schemes.into() }
    }
}

impl<'a> Decode<'a> for DelegatedCredentialSchemes<'a> {
    const NAME: &'static str = "SignatureSchemeList";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let supported_signature_algorithms =
            CodePoints::read(r, "supported_signature_algorithms", 2..=0xfffe)?;
        Ok(Self { supported_signature_algorithms })
    }
}

impl<'a> ExtensionBody<'a> for DelegatedCredentialSchemes<'a> {
    const TYPE: ExtensionType = ExtensionType::DELEGATED_CREDENTIAL;
}

impl Encode for DelegatedCredentialSchemes<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.supported_signature_algorithms.write(out, 2..=0xfffe);
    }
}

//= R9345-4-2
/// A key that the end-entity certificate delegates to; in its CertificateEntry.
///
/// ```text
/// struct {
///     uint32 valid_time;
///     SignatureScheme dc_cert_verify_algorithm;
///     opaque ASN1_subjectPublicKeyInfo<1..2^24-1>;
/// } Credential;
///
/// struct {
///     Credential cred;
///     SignatureScheme algorithm;
///     opaque signature<1..2^16-1>;
/// } DelegatedCredential;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelegatedCredential<'a> {
    /// Seconds behind the notBefore of the certificate, after which it ends.
    pub valid_time: u32,
    /// By which its key signs CertificateVerify.
    pub dc_cert_verify_algorithm: SignatureScheme,
    /// Its key, in DER.
    pub asn1_subject_public_key_info: &'a [u8],
    /// By which the certificate's key signs the delegation.
    pub algorithm: SignatureScheme,
    /// The delegation.
    pub signature: &'a [u8],
}

impl DelegatedCredential<'_> {
    /// What of it is signed, behind the certificate: `cred`, then `algorithm`.
    pub fn encode_signed(&self, out: &mut Writer<'_>) {
        out.u32(self.valid_time);
        out.u16(self.dc_cert_verify_algorithm.0);
        out.vector(1..=0xff_ffff, |out| out.bytes(self.asn1_subject_public_key_info));
        out.u16(self.algorithm.0);
    }
}

impl<'a> Decode<'a> for DelegatedCredential<'a> {
    const NAME: &'static str = "DelegatedCredential";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            valid_time: r.u32("valid_time")?,
            dc_cert_verify_algorithm: SignatureScheme(r.u16("dc_cert_verify_algorithm")?),
            asn1_subject_public_key_info: r.vector("ASN1_subjectPublicKeyInfo", 1..=0xff_ffff)?,
            algorithm: SignatureScheme(r.u16("algorithm")?),
            signature: r.vector("signature", 1..=0xffff)?,
        })
    }
}

impl<'a> ExtensionBody<'a> for DelegatedCredential<'a> {
    const TYPE: ExtensionType = ExtensionType::DELEGATED_CREDENTIAL;
}

impl Encode for DelegatedCredential<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.encode_signed(out);
        out.vector(1..=0xffff, |out| out.bytes(self.signature));
    }
}
