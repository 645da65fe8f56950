//! Certificates as RFC 5280 §4 writes them: reading them is here, judging them is in `pki::path`.
//!
//! Whatever can be read is read, so that a certificate that is refused can still be shown: an extension with
//! broken contents is an error of that extension, a breach of DER is a [`Lapse`].

mod algorithm;
mod extension;
mod general_name;
mod name;
mod name_text;
mod public_key;

pub use algorithm::AlgorithmIdentifier;
pub use extension::{
    AccessDescription, AuthorityInfoAccess, AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies,
    DistributionPoint, DistributionPointName, ExtKeyUsage, Extension, ExtensionField, Extensions,
    GeneralSubtree, GeneralSubtrees, IssuingDistributionPoint, KeyUsage, NameConstraints, PolicyConstraints,
    PolicyMappings, ReasonFlags, TlsFeatures,
};
pub(crate) use extension::{ComparableName, MAX_EXTENSIONS};
pub(crate) use general_name::ip_address;
pub use general_name::{GeneralName, GeneralNames};
pub use name::{Attribute, Name, NormalizedName, RelativeDistinguishedName};
pub use public_key::{EcParameters, KeyType, SubjectPublicKeyInfo};

use alloc::vec::Vec;

use super::asn1::{self, Asn1Error, Asn1Reason, DerReader, Lapse, LapseRule, known, tag};
use crate::time::Time;

/// Bytes of the largest certificate that we read. The largest in honest use, with hundreds of names or
/// post-quantum keys and signatures, have less than 64 KiB; what is larger wastes our time.
pub const MAX_CERTIFICATE_LEN: usize = 1 << 18;

/// A certificate, borrowed from its DER.
///
/// ```text
/// Certificate ::= SEQUENCE {
///      tbsCertificate       TBSCertificate,
///      signatureAlgorithm   AlgorithmIdentifier,
///      signatureValue       BIT STRING  }
/// TBSCertificate ::= SEQUENCE {
///      version         [0]  EXPLICIT Version DEFAULT v1,
///      serialNumber         CertificateSerialNumber,
///      signature            AlgorithmIdentifier,
///      issuer               Name,
///      validity             Validity,
///      subject              Name,
///      subjectPublicKeyInfo SubjectPublicKeyInfo,
///      issuerUniqueID  [1]  IMPLICIT UniqueIdentifier OPTIONAL,
///      subjectUniqueID [2]  IMPLICIT UniqueIdentifier OPTIONAL,
///      extensions      [3]  EXPLICIT Extensions OPTIONAL }
/// ```
/// RFC 5280 §4.1.
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    /// The whole certificate.
    pub der: &'a [u8],
    /// The bytes that the signature covers.
    pub tbs_certificate: &'a [u8],
    /// As written: 0 is v1, 2 is v3.
    pub version: u32,
    /// The content octets of the INTEGER.
    pub serial_number: &'a [u8],
    /// The issuer's algorithm as the signature covers it.
    pub signature: AlgorithmIdentifier<'a>,
    /// The issuer's name.
    pub issuer: Name<'a>,
    /// The first and the last second of validity.
    pub validity: Validity,
    /// The subject's name, possibly empty.
    pub subject: Name<'a>,
    /// The subject's key.
    pub subject_public_key_info: SubjectPublicKeyInfo<'a>,
    /// Is there an issuerUniqueID or subjectUniqueID?
    pub has_unique_identifiers: bool,
    /// The extensions, those that are known read.
    pub extensions: Extensions<'a>,
    /// The issuer's algorithm, not covered by the signature.
    pub signature_algorithm: AlgorithmIdentifier<'a>,
    /// The signature.
    pub signature_value: &'a [u8],
    /// Breaches of DER.
    pub lapses: Vec<Lapse>,
}

/// The period of validity, both ends included (§4.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// notBefore.
    pub not_before: Time,
    /// notAfter.
    pub not_after: Time,
    /// Are dates through 2049 encoded as UTCTime and later ones as GeneralizedTime?
    pub has_right_types: bool,
}

impl<'a> Certificate<'a> {
    /// Reads a certificate.
    ///
    /// # Errors
    /// [`Asn1Error`] with field and offset if it is not one.
    pub fn from_der(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut outer = DerReader::new(der);
        if der.len() > MAX_CERTIFICATE_LEN {
            return Err(outer.error("Certificate", Asn1Reason::TooLarge { limit: MAX_CERTIFICATE_LEN }));
        }
        let mut certificate = outer.sequence("Certificate")?;
        outer.end("Certificate")?;
        let tbs = certificate.expect("tbsCertificate", tag::SEQUENCE)?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut certificate, "signatureAlgorithm")?;
        let signature_value = certificate.expect("signatureValue", tag::BIT_STRING)?.octets()?;
        certificate.end("Certificate")?;
        let mut read = Self::read_tbs_certificate(tbs.reader(), Vec::new())?;
        read.der = der;
        read.tbs_certificate = tbs.whole;
        read.signature_algorithm = signature_algorithm;
        read.signature_value = signature_value;
        Ok(read)
    }

    fn read_tbs_certificate(mut tbs: DerReader<'a>, mut lapses: Vec<Lapse>) -> Result<Self, Asn1Error> {
        //= R5280-4.1.2.1-4
        //= R5280-4.1.2.1-5
        let version = version(&mut tbs, &mut lapses)?;
        //= R5280-4.1.2.2-4
        //= R5280-4.1.2.2-6
        let serial_number = tbs.expect("serialNumber", tag::INTEGER)?.integer(&mut lapses)?;
        let signature = AlgorithmIdentifier::read(&mut tbs, "signature")?;
        let issuer = Name::read(&mut tbs, "issuer", &mut lapses)?;
        let mut validity = tbs.sequence("validity")?;
        let (not_before, right_not_before) = asn1::time(&validity.any("notBefore")?)?;
        let (not_after, right_not_after) = asn1::time(&validity.any("notAfter")?)?;
        validity.end("validity")?;
        //= R5280-4.1.2.6-1
        //= R5280-4.1.2.6-5
        let subject = Name::read(&mut tbs, "subject", &mut lapses)?;
        let subject_public_key_info = SubjectPublicKeyInfo::read(&mut tbs)?;
        //= R5280-4.1.2.8-4
        let issuer_unique_id = tbs.optional("issuerUniqueID", tag::context(1))?;
        let subject_unique_id = tbs.optional("subjectUniqueID", tag::context(2))?;
        let extensions = match tbs.optional("extensions", tag::context_constructed(3))? {
            Some(explicit) => Extensions::read(explicit.reader(), &mut lapses)?,
            None => Extensions::default(),
        };
        tbs.end("tbsCertificate")?;
        Ok(Self {
            der: &[],
            tbs_certificate: &[],
            version,
            serial_number,
            signature,
            issuer,
            validity: Validity {
                not_before,
                not_after,
                has_right_types: right_not_before && right_not_after,
            },
            subject,
            subject_public_key_info,
            has_unique_identifiers: issuer_unique_id.is_some() || subject_unique_id.is_some(),
            extensions,
            signature_algorithm: signature,
            signature_value: &[],
            lapses,
        })
    }

    /// Is it of version 3, the one with extensions?
    #[must_use]
    pub const fn is_version_3(&self) -> bool {
        self.version == 2
    }

    /// Is this the DER of a certificate of version 3? Nothing behind the version is looked at.
    pub(crate) fn is_der_of_version_3(der: &[u8]) -> bool {
        let version = |der| {
            let mut tbs = DerReader::new(der).sequence("Certificate")?.sequence("tbsCertificate")?;
            version(&mut tbs, &mut Vec::new())
        };
        version(der) == Ok(2)
    }

    /// May it delegate to other keys: has it the extension DelegationUsage, not critical, and the key usage
    /// digitalSignature (RFC 9345 §4.2)?
    #[must_use]
    pub fn may_delegate(&self) -> bool {
        const NULL: &[u8] = &[tag::NULL, 0];
        let usage = self.extensions.key_usage.as_ref().and_then(ExtensionField::ok);
        usage.is_some_and(|usage| usage.contains(KeyUsage::DIGITAL_SIGNATURE))
            && self.extensions.others.iter().any(|extension| {
                extension.id == known::DELEGATION_USAGE && !extension.critical && extension.value == NULL
            })
    }

    /// Do issuer and subject have the same name (RFC 5280 §3.2)?
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer.matches(&self.subject)
    }

    /// The entries of subjectAltName, none if it is missing or broken.
    #[must_use]
    pub fn subject_alt_names(&self) -> GeneralNames<'a> {
        match &self.extensions.subject_alt_name {
            Some(ExtensionField { value: Ok(names), .. }) => *names,
            Some(ExtensionField { value: Err(_), .. }) | None => GeneralNames::default(),
        }
    }
}

fn version(tbs: &mut DerReader<'_>, lapses: &mut Vec<Lapse>) -> Result<u32, Asn1Error> {
    let Some(explicit) = tbs.optional("version", tag::context_constructed(0))? else { return Ok(0) };
    let mut inner = explicit.reader();
    let version = inner.expect("version", tag::INTEGER)?.count(lapses)?;
    inner.end("version")?;
    if version == 0 {
        lapses.push(explicit.lapse(LapseRule::DefaultEncoded));
    }
    Ok(version)
}
