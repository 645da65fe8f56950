//! Certificate policies: RFC 5280 §4.2.1.4, §4.2.1.5, §4.2.1.11.

use alloc::vec::Vec;

use crate::pki::asn1::{Asn1Error, Asn1Reason, DerReader, Lapse, Oid, tag};

/// Policies, and mappings of them, that we read in one certificate. Real ones have at most a dozen; the bound
/// keeps the policy graph small.
const MAX_POLICIES: usize = 128;

/// The policies under which a certificate was issued, without their qualifiers: those are for display, and
/// RFC 9618 leaves them out of processing (RFC 5280 §4.2.1.4).
#[derive(Clone, Debug)]
pub struct CertificatePolicies<'a> {
    /// At least one policy, anyPolicy among them if so written.
    pub policies: Vec<Oid<'a>>,
}

/// Which policies of the subject's domain stand for which of the issuer's (RFC 5280 §4.2.1.5).
#[derive(Clone, Debug)]
pub struct PolicyMappings<'a> {
    /// (issuerDomainPolicy, subjectDomainPolicy), at least one.
    pub mappings: Vec<(Oid<'a>, Oid<'a>)>,
}

/// Policy requirements on what follows in the path.
///
/// ```text
/// PolicyConstraints ::= SEQUENCE {
///      requireExplicitPolicy [0] SkipCerts OPTIONAL,
///      inhibitPolicyMapping  [1] SkipCerts OPTIONAL }
/// ```
/// RFC 5280 §4.2.1.11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct PolicyConstraints {
    pub require_explicit_policy: Option<u32>,
    pub inhibit_policy_mapping: Option<u32>,
}

impl<'a> CertificatePolicies<'a> {
    pub(super) fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("CertificatePolicies")?;
        let mut policies = Vec::new();
        if sequence.is_empty() {
            return Err(sequence.error("PolicyInformation", Asn1Reason::Value));
        }
        while !sequence.is_empty() {
            if policies.len() == MAX_POLICIES {
                return Err(sequence.error("PolicyInformation", Asn1Reason::TooLarge { limit: MAX_POLICIES }));
            }
            let mut information = sequence.sequence("PolicyInformation")?;
            let policy = information.oid("policyIdentifier")?;
            //= R5280-4.2.1.4-1
            //= R5280-4.2.1.4-4
            information.optional("policyQualifiers", tag::SEQUENCE)?;
            information.end("PolicyInformation")?;
            // §4.2.1.4: a policy does not stand twice.
            //= R5280-4.2.1.4-2
            if policies.contains(&policy) {
                return Err(information.error("policyIdentifier", Asn1Reason::Value));
            }
            policies.push(policy);
        }
        Ok(Self { policies })
    }
}

impl<'a> PolicyMappings<'a> {
    pub(super) fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("PolicyMappings")?;
        let mut mappings = Vec::new();
        if sequence.is_empty() {
            return Err(sequence.error("PolicyMapping", Asn1Reason::Value));
        }
        while !sequence.is_empty() {
            if mappings.len() == MAX_POLICIES {
                return Err(sequence.error("PolicyMapping", Asn1Reason::TooLarge { limit: MAX_POLICIES }));
            }
            let mut mapping = sequence.sequence("PolicyMapping")?;
            let issuer = mapping.oid("issuerDomainPolicy")?;
            let subject = mapping.oid("subjectDomainPolicy")?;
            mapping.end("PolicyMapping")?;
            mappings.push((issuer, subject));
        }
        Ok(Self { mappings })
    }
}

impl PolicyConstraints {
    pub(super) fn read(reader: &mut DerReader<'_>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("PolicyConstraints")?;
        let mut skip_certs = |field, number| match sequence.optional(field, tag::context(number))? {
            Some(value) => value.count(lapses).map(Some),
            None => Ok(None),
        };
        let require_explicit_policy = skip_certs("requireExplicitPolicy", 0)?;
        let inhibit_policy_mapping = skip_certs("inhibitPolicyMapping", 1)?;
        sequence.end("PolicyConstraints")?;
        Ok(Self { require_explicit_policy, inhibit_policy_mapping })
    }
}
