//! `signature_algorithms` and `signature_algorithms_cert`: RFC 9846 §4.3.3 (8446 §4.2.3).

use super::super::{CodePoints, ExtensionBody, ExtensionType, SignatureScheme};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The schemes that the sender accepts in CertificateVerify, and in certificates unless it says otherwise.
///
/// ```text
/// struct { SignatureScheme supported_signature_algorithms<2..2^16-2>; } SignatureSchemeList;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignatureSchemeList<'a> {
    /// In order of preference.
    pub supported_signature_algorithms: CodePoints<'a, SignatureScheme>,
}

impl<'a> From<&'a [SignatureScheme]> for SignatureSchemeList<'a> {
    fn from(schemes: &'a [SignatureScheme]) -> Self {
        Self { supported_signature_algorithms: schemes.into() }
    }
}

impl<'a> Decode<'a> for SignatureSchemeList<'a> {
    const NAME: &'static str = "SignatureSchemeList";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let supported_signature_algorithms =
            CodePoints::read(r, "supported_signature_algorithms", 2..=0xfffe)?;
        Ok(Self { supported_signature_algorithms })
    }
}

impl<'a> ExtensionBody<'a> for SignatureSchemeList<'a> {
    const TYPE: ExtensionType = ExtensionType::SIGNATURE_ALGORITHMS;
}

impl Encode for SignatureSchemeList<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.supported_signature_algorithms.write(out, 2..=0xfffe);
    }
}

/// The schemes that the sender accepts in certificates.
///
/// ```text
/// struct { SignatureScheme supported_signature_algorithms<2..2^16-2>; } SignatureSchemeList;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignatureSchemeListCert<'a> {
    /// In order of preference.
    pub supported_signature_algorithms: CodePoints<'a, SignatureScheme>,
}

impl<'a> From<&'a [SignatureScheme]> for SignatureSchemeListCert<'a> {
    fn from(schemes: &'a [SignatureScheme]) -> Self {
        Self { supported_signature_algorithms: schemes.into() }
    }
}

impl<'a> Decode<'a> for SignatureSchemeListCert<'a> {
    const NAME: &'static str = "SignatureSchemeList";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let supported_signature_algorithms =
            CodePoints::read(r, "supported_signature_algorithms", 2..=0xfffe)?;
        Ok(Self { supported_signature_algorithms })
    }
}

impl<'a> ExtensionBody<'a> for SignatureSchemeListCert<'a> {
    const TYPE: ExtensionType = ExtensionType::SIGNATURE_ALGORITHMS_CERT;
}

impl Encode for SignatureSchemeListCert<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.supported_signature_algorithms.write(out, 2..=0xfffe);
    }
}
