//! Certificate extensions (RFC 5280 §4.2), one file a family.

mod access;
mod constraints;
mod distribution_point;
mod key;
mod policy;

pub use access::{AccessDescription, AuthorityInfoAccess, TlsFeatures};
pub use constraints::{BasicConstraints, GeneralSubtree, GeneralSubtrees, NameConstraints};
pub(crate) use distribution_point::ComparableName;
pub use distribution_point::{
    DistributionPoint, DistributionPointName, IssuingDistributionPoint, ReasonFlags,
};
pub use key::{AuthorityKeyIdentifier, ExtKeyUsage, KeyUsage};
pub use policy::{CertificatePolicies, PolicyConstraints, PolicyMappings};

use alloc::vec::Vec;

use super::GeneralNames;
use crate::pki::asn1::{Asn1Error, Asn1Reason, DerReader, Lapse, Oid, known, tag};

/// Extensions of one certificate or CRL that we read.
pub(crate) const MAX_EXTENSIONS: usize = 64;

/// An extension as it stands.
///
/// ```text
/// Extension ::= SEQUENCE {
///      extnID    OBJECT IDENTIFIER,
///      critical  BOOLEAN DEFAULT FALSE,
///      extnValue OCTET STRING }
/// ```
/// RFC 5280 §4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Which extension.
    pub id: Oid<'a>,
    /// Must it be understood?
    pub critical: bool,
    /// Its value in DER.
    pub value: &'a [u8],
}

/// A known extension: what it says, or why that cannot be read.
#[derive(Clone, Debug)]
pub struct ExtensionField<T> {
    /// Is it marked critical?
    pub critical: bool,
    /// What it says.
    pub value: Result<T, Asn1Error>,
}

/// The extensions of a certificate: those that are known read, the others as they stand.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Extensions<'a> {
    /// How many there are, known or not.
    pub count: usize,
    /// Those that are not known, in order.
    pub others: Vec<Extension<'a>>,
    /// An extension that stands more than once, which §4.2 forbids.
    pub duplicate: Option<Oid<'a>>,
    pub authority_key_identifier: Option<ExtensionField<AuthorityKeyIdentifier<'a>>>,
    pub subject_key_identifier: Option<ExtensionField<&'a [u8]>>,
    pub key_usage: Option<ExtensionField<KeyUsage>>,
    pub certificate_policies: Option<ExtensionField<CertificatePolicies<'a>>>,
    pub policy_mappings: Option<ExtensionField<PolicyMappings<'a>>>,
    pub subject_alt_name: Option<ExtensionField<GeneralNames<'a>>>,
    pub basic_constraints: Option<ExtensionField<BasicConstraints>>,
    pub name_constraints: Option<ExtensionField<NameConstraints<'a>>>,
    pub policy_constraints: Option<ExtensionField<PolicyConstraints>>,
    pub ext_key_usage: Option<ExtensionField<ExtKeyUsage<'a>>>,
    pub inhibit_any_policy: Option<ExtensionField<u32>>,
    pub crl_distribution_points: Option<ExtensionField<Vec<DistributionPoint<'a>>>>,
    pub authority_info_access: Option<ExtensionField<AuthorityInfoAccess<'a>>>,
    /// id-pkix-ocsp-nocheck: an OCSP responder whose own revocation is not to be checked (RFC 6960 §4.2.2.2.1).
    pub ocsp_no_check: bool,
    pub tls_feature: Option<ExtensionField<TlsFeatures<'a>>>,
}

impl<T> ExtensionField<T> {
    /// What the extension says, if it can be read.
    #[must_use]
    pub fn ok(&self) -> Option<&T> {
        self.value.as_ref().ok()
    }
}

impl<'a> Extensions<'a> {
    /// Reads what stands inside `[3] EXPLICIT`.
    pub(crate) fn read(mut explicit: DerReader<'a>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        let mut sequence = explicit.sequence("extensions")?;
        explicit.end("extensions")?;
        let mut extensions = Self::default();
        while !sequence.is_empty() {
            if extensions.count == MAX_EXTENSIONS {
                return Err(sequence.error("extensions", Asn1Reason::TooLarge { limit: MAX_EXTENSIONS }));
            }
            let extension = Extension::read(&mut sequence, lapses)?;
            extensions.count += 1;
            extensions.push(extension, lapses);
        }
        Ok(extensions)
    }

    /// Why known extensions cannot be read; authorityInfoAccess, on which no judgement rests, left out.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Asn1Error> {
        fn of<T>(field: Option<&ExtensionField<T>>) -> Option<&Asn1Error> {
            field?.value.as_ref().err()
        }
        let errors = [
            of(self.authority_key_identifier.as_ref()),
            of(self.subject_key_identifier.as_ref()),
            of(self.key_usage.as_ref()),
            of(self.certificate_policies.as_ref()),
            of(self.policy_mappings.as_ref()),
            of(self.subject_alt_name.as_ref()),
            of(self.basic_constraints.as_ref()),
            of(self.name_constraints.as_ref()),
            of(self.policy_constraints.as_ref()),
            of(self.ext_key_usage.as_ref()),
            of(self.inhibit_any_policy.as_ref()),
            of(self.crl_distribution_points.as_ref()),
            of(self.tls_feature.as_ref()),
        ];
        errors.into_iter().flatten()
    }

    fn push(&mut self, extension: Extension<'a>, lapses: &mut Vec<Lapse>) {
        let stood_before = self.read_known(&extension, lapses).unwrap_or_else(|| {
            let stood_before = self.others.iter().any(|other| other.id == extension.id);
            self.others.push(extension);
            stood_before
        });
        if stood_before {
            self.duplicate = Some(extension.id);
        }
    }

    /// Reads the value of an extension that is known; did one of its type stand before it? `None`: it is not known.
    //= R5280-4.2-2
    //= R5280-4.2-8
    //= R5280-4.2-9
    fn read_known(&mut self, extension: &Extension<'a>, lapses: &mut Vec<Lapse>) -> Option<bool> {
        Some(match extension.id {
            known::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier.replace(extension.field(AuthorityKeyIdentifier::read)).is_some()
            }
            known::SUBJECT_KEY_IDENTIFIER => self
                .subject_key_identifier
                .replace(extension.field(|reader| reader.octet_string("keyIdentifier")))
                .is_some(),
            known::KEY_USAGE => {
                self.key_usage.replace(extension.field(|reader| KeyUsage::read(reader, lapses))).is_some()
            }
            known::CERTIFICATE_POLICIES => {
                self.certificate_policies.replace(extension.field(CertificatePolicies::read)).is_some()
            }
            known::POLICY_MAPPINGS => {
                self.policy_mappings.replace(extension.field(PolicyMappings::read)).is_some()
            }
            known::SUBJECT_ALT_NAME => self
                .subject_alt_name
                .replace(extension.field(|reader| {
                    GeneralNames::from_contents(&reader.expect("SubjectAltName", tag::SEQUENCE)?)
                }))
                .is_some(),
            known::BASIC_CONSTRAINTS => self
                .basic_constraints
                .replace(extension.field(|reader| BasicConstraints::read(reader, lapses)))
                .is_some(),
            known::NAME_CONSTRAINTS => self
                .name_constraints
                .replace(extension.field(|reader| NameConstraints::read(reader, lapses)))
                .is_some(),
            known::POLICY_CONSTRAINTS => self
                .policy_constraints
                .replace(extension.field(|reader| PolicyConstraints::read(reader, lapses)))
                .is_some(),
            known::EXT_KEY_USAGE => self.ext_key_usage.replace(extension.field(ExtKeyUsage::read)).is_some(),
            known::INHIBIT_ANY_POLICY => self
                .inhibit_any_policy
                .replace(extension.field(|reader| reader.expect("SkipCerts", tag::INTEGER)?.count(lapses)))
                .is_some(),
            known::AUTHORITY_INFO_ACCESS => {
                self.authority_info_access.replace(extension.field(AuthorityInfoAccess::read)).is_some()
            }
            known::OCSP_NO_CHECK => core::mem::replace(&mut self.ocsp_no_check, true),
            known::TLS_FEATURE => self.tls_feature.replace(extension.field(TlsFeatures::read)).is_some(),
            known::CRL_DISTRIBUTION_POINTS => {
                self.crl_distribution_points.replace(extension.field(DistributionPoint::read_all)).is_some()
            }
            _ => return None,
        })
    }
}

impl<'a> Extension<'a> {
    pub(crate) fn read(reader: &mut DerReader<'a>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("Extension")?;
        let id = sequence.oid("extnID")?;
        let critical = sequence.default_false("critical", lapses)?;
        let value = sequence.octet_string("extnValue")?;
        sequence.end("Extension")?;
        Ok(Self { id, critical, value })
    }

    /// The extension's value read by `read`, which must take all of it.
    pub(crate) fn field<T>(
        &self,
        read: impl FnOnce(&mut DerReader<'a>) -> Result<T, Asn1Error>,
    ) -> ExtensionField<T> {
        let mut reader = DerReader::new(self.value);
        let value = read(&mut reader).and_then(|value| {
            reader.end("extnValue")?;
            Ok(value)
        });
        ExtensionField { critical: self.critical, value }
    }
}
