//! Certificate revocation lists (RFC 5280 §5).

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;

use super::crl_index::CrlIndex;
use super::{CrlError, RevocationReason};
use crate::pem;
use crate::pki::asn1::{self, Asn1Error, Asn1Reason, DerReader, Lapse, Oid, known, tag};
use crate::pki::certificate::{
    AlgorithmIdentifier, AuthorityKeyIdentifier, Certificate, Extension, ExtensionField,
    IssuingDistributionPoint, MAX_EXTENSIONS, Name, NormalizedName,
};
use crate::pki::signature::{SignatureError, SignedData, VerifySignature};
use crate::time::Time;

/// Bytes of the largest list that we read: some ten million entries. Offsets into it are kept as `u32`.
pub const MAX_CRL_LEN: usize = 1 << 29;

/// A certificate revocation list, borrowed from its DER; its entries are looked up in a [`Crl`].
///
/// ```text
/// TBSCertList ::= SEQUENCE {
///      version             Version OPTIONAL,
///      signature           AlgorithmIdentifier,
///      issuer              Name,
///      thisUpdate          Time,
///      nextUpdate          Time OPTIONAL,
///      revokedCertificates SEQUENCE OF SEQUENCE {
///           userCertificate    CertificateSerialNumber,
///           revocationDate     Time,
///           crlEntryExtensions Extensions OPTIONAL } OPTIONAL,
///      crlExtensions       [0] Extensions OPTIONAL }
/// ```
/// RFC 5280 §5.1.
#[derive(Clone, Debug)]
pub struct CertificateList<'a> {
    /// The bytes that the signature covers.
    pub tbs_cert_list: &'a [u8],
    /// Is the issuer's algorithm the same within and outside what the signature covers?
    pub algorithms_agree: bool,
    /// The issuer's algorithm.
    pub signature_algorithm: AlgorithmIdentifier<'a>,
    /// The signature.
    pub signature_value: &'a [u8],
    /// The issuer's name.
    pub issuer: Name<'a>,
    /// When it was issued.
    pub this_update: Time,
    /// When the next one will be issued at the latest.
    pub next_update: Option<Time>,
    /// Which key of the issuer signed.
    pub authority_key_identifier: Option<AuthorityKeyIdentifier<'a>>,
    /// Content octets of cRLNumber.
    pub crl_number: Option<&'a [u8]>,
    /// Content octets of BaseCRLNumber: this is a delta list to the complete one of that number.
    pub base_crl_number: Option<&'a [u8]>,
    /// What the list is about.
    pub issuing_distribution_point: Option<IssuingDistributionPoint<'a>>,
    /// The same in DER: a delta list has the scope of its base.
    pub issuing_distribution_point_der: Option<&'a [u8]>,
    /// An extension that is critical and not understood, that must not be critical, or that stands twice.
    pub unusable_extension: Option<Oid<'a>>,
    /// The entries, one after the other.
    pub(super) revoked_certificates: &'a [u8],
    /// Where they start.
    pub(super) entries_start: usize,
}

/// An entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedCertificate {
    /// When.
    pub revocation_date: Time,
    /// Why.
    pub reason: RevocationReason,
}

/// A list that owns its DER, with an index of its entries built once.
#[derive(Clone, Debug)]
pub struct Crl {
    der: Arc<[u8]>,
    issuer: NormalizedName,
    index: CrlIndex,
    /// The SubjectPublicKeyInfo of the key that is known to have signed it.
    signed_by: Option<Arc<[u8]>>,
}

/// The lists of a config, findable by issuer.
#[derive(Clone, Debug, Default)]
pub struct CrlStore {
    crls: Vec<Crl>,
    /// The newest first.
    by_issuer: BTreeMap<NormalizedName, Vec<usize>>,
}

impl<'a> CertificateList<'a> {
    /// Reads a list but for its entries.
    ///
    /// # Errors
    /// [`Asn1Error`] if it is not one, or a known extension cannot be read.
    pub fn from_der(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut outer = DerReader::new(der);
        if der.len() > MAX_CRL_LEN {
            return Err(outer.error("CertificateList", Asn1Reason::TooLarge { limit: MAX_CRL_LEN }));
        }
        let mut list = outer.sequence("CertificateList")?;
        outer.end("CertificateList")?;
        let tbs = list.expect("tbsCertList", tag::SEQUENCE)?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut list, "signatureAlgorithm")?;
        let signature_value = list.expect("signatureValue", tag::BIT_STRING)?.octets()?;
        list.end("CertificateList")?;
        let mut lapses = Vec::new();
        let mut read = Self::read_tbs_cert_list(tbs.reader(), signature_algorithm, &mut lapses)?;
        read.tbs_cert_list = tbs.whole;
        read.signature_value = signature_value;
        Ok(read)
    }

    fn read_tbs_cert_list(
        mut tbs: DerReader<'a>,
        signature_algorithm: AlgorithmIdentifier<'a>,
        lapses: &mut Vec<Lapse>,
    ) -> Result<Self, Asn1Error> {
        tbs.optional("version", tag::INTEGER)?;
        let signature = AlgorithmIdentifier::read(&mut tbs, "signature")?;
        let issuer = Name::read(&mut tbs, "issuer", lapses)?;
        let (this_update, _) = asn1::time(&tbs.any("thisUpdate")?)?;
        let next_update = match tbs.peek_tag() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(asn1::time(&tbs.any("nextUpdate")?)?.0),
            _ => None,
        };
        let revoked = tbs.optional("revokedCertificates", tag::SEQUENCE)?;
        let extensions = tbs.optional("crlExtensions", tag::context_constructed(0))?;
        tbs.end("tbsCertList")?;
        let mut list = Self {
            tbs_cert_list: &[],
            algorithms_agree: signature == signature_algorithm,
            signature_algorithm,
            signature_value: &[],
            issuer,
            this_update,
            next_update,
            authority_key_identifier: None,
            crl_number: None,
            base_crl_number: None,
            issuing_distribution_point: None,
            issuing_distribution_point_der: None,
            unusable_extension: None,
            revoked_certificates: revoked.map(|value| value.contents).unwrap_or_default(),
            entries_start: revoked.map(|value| value.reader().offset()).unwrap_or_default(),
        };
        if let Some(explicit) = extensions {
            let mut explicit = explicit.reader();
            let mut sequence = explicit.sequence("crlExtensions")?;
            explicit.end("crlExtensions")?;
            let mut seen = Vec::new();
            while !sequence.is_empty() {
                if seen.len() == MAX_EXTENSIONS {
                    return Err(
                        sequence.error("crlExtensions", Asn1Reason::TooLarge { limit: MAX_EXTENSIONS })
                    );
                }
                let extension = Extension::read(&mut sequence, lapses)?;
                list.read_extension(&extension, lapses)?;
                if seen.contains(&extension.id) {
                    list.unusable_extension = Some(extension.id);
                }
                seen.push(extension.id);
            }
        }
        Ok(list)
    }

    /// RFC 5280 §5.2; an extension that must not be critical and is makes the list unusable like an unknown one.
    fn read_extension(
        &mut self,
        extension: &Extension<'a>,
        lapses: &mut Vec<Lapse>,
    ) -> Result<(), Asn1Error> {
        fn value<T>(field: ExtensionField<T>) -> Result<Option<T>, Asn1Error> {
            field.value.map(Some)
        }
        let mut may_be_critical = false;
        match extension.id {
            known::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier = value(extension.field(AuthorityKeyIdentifier::read))?;
            }
            known::CRL_NUMBER => {
                self.crl_number = value(
                    extension.field(|reader| reader.expect("CRLNumber", tag::INTEGER)?.integer(lapses)),
                )?;
            }
            known::DELTA_CRL_INDICATOR => {
                self.base_crl_number = value(
                    extension.field(|reader| reader.expect("BaseCRLNumber", tag::INTEGER)?.integer(lapses)),
                )?;
                may_be_critical = true;
            }
            known::ISSUING_DISTRIBUTION_POINT => {
                self.issuing_distribution_point =
                    value(extension.field(|reader| IssuingDistributionPoint::read(reader, lapses)))?;
                self.issuing_distribution_point_der = Some(extension.value);
                may_be_critical = true;
            }
            // issuerAltName, freshestCRL and authorityInfoAccess help to find things.
            _ => {}
        }
        if extension.critical && !may_be_critical {
            self.unusable_extension = Some(extension.id);
        }
        Ok(())
    }

    /// What the signature is over, with an issuer's key.
    pub(crate) fn signed_data<'s>(
        &'s self,
        subject_public_key_info: &'s [u8],
        key_parameters: Option<&'s [u8]>,
    ) -> SignedData<'s> {
        SignedData {
            algorithm: self.signature_algorithm,
            key_parameters,
            subject_public_key_info,
            message: self.tbs_cert_list,
            signature: self.signature_value,
            certificate_and_issuer: None,
        }
    }

    /// Is it about changes to a complete list?
    #[must_use]
    pub const fn is_delta(&self) -> bool {
        self.base_crl_number.is_some()
    }
}

impl Crl {
    /// Reads a list with all its entries and builds the index.
    ///
    /// # Errors
    /// [`Asn1Error`] if it is no list, or an entry cannot be read.
    pub fn from_der(der: impl Into<Arc<[u8]>>) -> Result<Self, Asn1Error> {
        let der = der.into();
        let list = CertificateList::from_der(&der)?;
        let issuer = list.issuer.normalized();
        let index = CrlIndex::build(&list, issuer.clone())?;
        Ok(Self { issuer, index, der, signed_by: None })
    }

    /// What grows from a list to those that replace it: thisUpdate and, within a second, cRLNumber.
    fn age(&self) -> Option<(Time, usize, Vec<u8>)> {
        let list = self.list()?;
        let (length, octets) = magnitude(list.crl_number.unwrap_or_default());
        Some((list.this_update, length, octets.to_vec()))
    }

    /// The list but for its entries; `None` never happens, since it was read before.
    #[must_use]
    pub fn list(&self) -> Option<CertificateList<'_>> {
        CertificateList::from_der(&self.der).ok()
    }

    /// Verifies the signature with an issuer's key, once and for all judgements: hashing a long list takes
    /// longer than all else. Whether that issuer may sign lists and is trusted is judged each time.
    ///
    /// # Errors
    /// [`SignatureError`] if the issuer has another name or the signature does not verify.
    pub fn verify_signature(
        &mut self,
        issuer: &Certificate<'_>,
        verifier: &dyn VerifySignature,
    ) -> Result<(), SignatureError> {
        let key = issuer.subject_public_key_info;
        let list = self.list().filter(|list| list.issuer.matches(&issuer.subject));
        let list = list.ok_or(SignatureError::BadSignature)?;
        verifier.verify_signature(&list.signed_data(key.der, key.algorithm.parameters))?;
        self.signed_by = Some(key.der.into());
        Ok(())
    }

    /// Is this the key that is known to have signed it?
    pub(crate) fn is_signed_by(&self, subject_public_key_info: &[u8]) -> bool {
        self.signed_by.as_deref() == Some(subject_public_key_info)
    }

    /// Entries in the list.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.index.len()
    }

    /// The entry of a certificate by its issuer and the content octets of its serial number.
    #[must_use]
    pub fn find(&self, issuer: &NormalizedName, serial_number: &[u8]) -> Option<RevokedCertificate> {
        self.index.find(&self.der, issuer, serial_number)
    }

    /// The entries with a serial number, each with the issuer of its certificate.
    pub(super) fn with_serial_number<'c>(
        &'c self,
        serial_number: &'c [u8],
    ) -> impl Iterator<Item = (&'c NormalizedName, RevokedCertificate)> {
        self.index.with_serial_number(&self.der, serial_number)
    }

    /// Does an entry have a critical extension that is not understood? Then the list says nothing (§5.3).
    #[must_use]
    pub const fn has_unusable_entry(&self) -> bool {
        self.index.has_unusable_entry()
    }
}

impl CrlStore {
    /// No lists.
    #[must_use]
    pub const fn new() -> Self {
        Self { crls: Vec::new(), by_issuer: BTreeMap::new() }
    }

    /// All lists of a PEM file's text.
    ///
    /// # Errors
    /// [`CrlError`] if the text is broken or a list cannot be read.
    pub fn from_pem(text: impl AsRef<[u8]>) -> Result<Self, CrlError> {
        let mut crls = Vec::new();
        for block in pem::blocks(text.as_ref()) {
            let block = block.map_err(CrlError::Pem)?;
            if block.label == "X509 CRL" {
                let der = block.decode().map_err(CrlError::Pem)?;
                let read = Crl::from_der(der.as_slice());
                crls.push(read.map_err(|error| CrlError::List { line: block.line, error })?);
            }
        }
        Ok(crls.into_iter().collect())
    }

    /// Verifies the lists' signatures with the keys of these certificates, once and for all judgements
    /// ([`Crl::verify_signature`]); gives how many verified. The others are verified with each judgement that
    /// needs them.
    pub fn verify_signatures(
        &mut self,
        issuers: &[Certificate<'_>],
        verifier: &dyn VerifySignature,
    ) -> usize {
        let verifies =
            |crl: &mut Crl| issuers.iter().any(|issuer| crl.verify_signature(issuer, verifier).is_ok());
        self.crls.iter_mut().map(verifies).filter(|verified| *verified).count()
    }

    /// The lists in the order given.
    #[must_use]
    pub fn as_slice(&self) -> &[Crl] {
        &self.crls
    }

    /// The lists of an issuer, the newest first.
    pub(crate) fn issued_by(&self, issuer: &NormalizedName) -> impl Iterator<Item = &Crl> {
        let indices = self.by_issuer.get(issuer).map(Vec::as_slice).unwrap_or_default();
        indices.iter().filter_map(|index| self.crls.get(*index))
    }
}

impl FromIterator<Crl> for CrlStore {
    fn from_iter<I: IntoIterator<Item = Crl>>(crls: I) -> Self {
        let crls: Vec<Crl> = crls.into_iter().collect();
        let mut by_issuer: BTreeMap<NormalizedName, Vec<usize>> = BTreeMap::new();
        for (index, crl) in crls.iter().enumerate() {
            by_issuer.entry(crl.issuer.clone()).or_default().push(index);
        }
        for indices in by_issuer.values_mut() {
            indices.sort_by_cached_key(|index| Reverse(crls.get(*index).map(Crl::age)));
        }
        Self { crls, by_issuer }
    }
}

/// A number of any size in an order: without needless octets, shorter ones first.
pub(crate) fn magnitude(octets: &[u8]) -> (usize, &[u8]) {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    let octets = octets.get(zeros..).unwrap_or_default();
    (octets.len(), octets)
}

impl fmt::Display for RevokedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "revoked at {}, {}", self.revocation_date, self.reason)
    }
}
