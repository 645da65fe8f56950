//! Where CRLs are, and what they are about: RFC 5280 §4.2.1.13, §5.2.5.

use alloc::vec::Vec;

use crate::pki::asn1::{Asn1Error, Asn1Reason, DerReader, Lapse, Value, tag};
use crate::pki::certificate::{GeneralName, GeneralNames, NormalizedName, RelativeDistinguishedName};

/// Points of one certificate that we read; certificates in use have one or two.
const MAX_DISTRIBUTION_POINTS: usize = 32;

/// A set of reasons for revocation (RFC 5280 §4.2.1.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ReasonFlags(u16);

/// Where the CRLs about a certificate are.
///
/// ```text
/// DistributionPoint ::= SEQUENCE {
///      distributionPoint [0] DistributionPointName OPTIONAL,
///      reasons           [1] ReasonFlags OPTIONAL,
///      cRLIssuer         [2] GeneralNames OPTIONAL }
/// ```
/// RFC 5280 §4.2.1.13.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct DistributionPoint<'a> {
    pub distribution_point: Option<DistributionPointName<'a>>,
    pub reasons: Option<ReasonFlags>,
    pub crl_issuer: Option<GeneralNames<'a>>,
}

/// A point's name: names, or one RDN below the name of the CRL's issuer.
///
/// ```text
/// DistributionPointName ::= CHOICE {
///      fullName                [0] GeneralNames,
///      nameRelativeToCRLIssuer [1] RelativeDistinguishedName }
/// ```
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum DistributionPointName<'a> {
    FullName(GeneralNames<'a>),
    NameRelativeToCrlIssuer(RelativeDistinguishedName<'a>),
}

/// What a CRL is about.
///
/// ```text
/// IssuingDistributionPoint ::= SEQUENCE {
///      distributionPoint          [0] DistributionPointName OPTIONAL,
///      onlyContainsUserCerts      [1] BOOLEAN DEFAULT FALSE,
///      onlyContainsCACerts        [2] BOOLEAN DEFAULT FALSE,
///      onlySomeReasons            [3] ReasonFlags OPTIONAL,
///      indirectCRL                [4] BOOLEAN DEFAULT FALSE,
///      onlyContainsAttributeCerts [5] BOOLEAN DEFAULT FALSE }
/// ```
/// RFC 5280 §5.2.5.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct IssuingDistributionPoint<'a> {
    pub distribution_point: Option<DistributionPointName<'a>>,
    pub only_contains_user_certs: bool,
    pub only_contains_ca_certs: bool,
    pub only_some_reasons: Option<ReasonFlags>,
    pub indirect_crl: bool,
    pub only_contains_attribute_certs: bool,
}

impl ReasonFlags {
    /// No reason.
    pub const NONE: Self = Self(0);
    /// All reasons, keyCompromise (1) to aACompromise (8).
    pub const ALL: Self = Self(0b1_1111_1110);

    fn read(value: &Value<'_>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        Ok(Self(value.named_bits(lapses)? & Self::ALL.0))
    }

    /// Reasons in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Reasons in one or both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Are all reasons of `other` among these?
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl<'a> DistributionPoint<'a> {
    /// `CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint`
    pub(super) fn read_all(reader: &mut DerReader<'a>) -> Result<Vec<Self>, Asn1Error> {
        let mut sequence = reader.sequence("CRLDistributionPoints")?;
        let mut points = Vec::new();
        if sequence.is_empty() {
            return Err(sequence.error("DistributionPoint", Asn1Reason::Value));
        }
        while !sequence.is_empty() {
            if points.len() == MAX_DISTRIBUTION_POINTS {
                let reason = Asn1Reason::TooLarge { limit: MAX_DISTRIBUTION_POINTS };
                return Err(sequence.error("DistributionPoint", reason));
            }
            points.push(Self::read(&mut sequence)?);
        }
        Ok(points)
    }

    fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("DistributionPoint")?;
        let distribution_point = DistributionPointName::optional(&mut sequence)?;
        let reasons = sequence.optional("reasons", tag::context(1))?;
        let reasons = reasons.as_ref().map(|value| ReasonFlags::read(value, &mut Vec::new())).transpose()?;
        let crl_issuer = sequence.optional("cRLIssuer", tag::context_constructed(2))?;
        sequence.end("DistributionPoint")?;
        let crl_issuer = crl_issuer.as_ref().map(GeneralNames::from_contents).transpose()?;
        Ok(Self { distribution_point, reasons, crl_issuer })
    }

    /// URIs where the CRL can be had.
    pub fn uris(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let names = match self.distribution_point {
            Some(DistributionPointName::FullName(names)) => names,
            Some(DistributionPointName::NameRelativeToCrlIssuer(_)) | None => GeneralNames::default(),
        };
        names.iter().filter_map(GeneralName::uri)
    }
}

impl<'a> DistributionPointName<'a> {
    fn optional(sequence: &mut DerReader<'a>) -> Result<Option<Self>, Asn1Error> {
        let Some(explicit) = sequence.optional("distributionPoint", tag::context_constructed(0))? else {
            return Ok(None);
        };
        let mut choice = explicit.reader();
        let value = choice.any("DistributionPointName")?;
        choice.end("distributionPoint")?;
        match value.tag {
            0xa0 => GeneralNames::from_contents(&value).map(Self::FullName).map(Some),
            0xa1 => {
                RelativeDistinguishedName::from_contents(&value).map(Self::NameRelativeToCrlIssuer).map(Some)
            }
            _ => Err(value.invalid()),
        }
    }

    /// Each name in a form that is equal for equal names; a relative one lies below `issuer`.
    pub(crate) fn normalized(&self, issuer: &NormalizedName) -> Vec<ComparableName<'a>> {
        match self {
            Self::FullName(names) => names.iter().map(ComparableName::new).collect(),
            Self::NameRelativeToCrlIssuer(rdn) => {
                alloc::vec![ComparableName::Directory(rdn.below(issuer))]
            }
        }
    }
}

/// A general name to compare for equality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ComparableName<'a> {
    Directory(NormalizedName),
    Other(GeneralName<'a>),
}

impl<'a> ComparableName<'a> {
    pub(crate) fn new(name: GeneralName<'a>) -> Self {
        match name {
            GeneralName::DirectoryName(name) => Self::Directory(name.normalized()),
            GeneralName::OtherName { .. }
            | GeneralName::Rfc822Name(_)
            | GeneralName::DnsName(_)
            | GeneralName::X400Address(_)
            | GeneralName::EdiPartyName(_)
            | GeneralName::UniformResourceIdentifier(_)
            | GeneralName::IpAddress(_)
            | GeneralName::RegisteredId(_) => Self::Other(name),
        }
    }
}

impl<'a> IssuingDistributionPoint<'a> {
    pub(crate) fn read(reader: &mut DerReader<'a>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("IssuingDistributionPoint")?;
        let distribution_point = DistributionPointName::optional(&mut sequence)?;
        let mut flag = |sequence: &mut DerReader<'a>, field, number| -> Result<bool, Asn1Error> {
            match sequence.optional(field, tag::context(number))? {
                Some(value) => value.boolean_default_false(lapses),
                None => Ok(false),
            }
        };
        let only_contains_user_certs = flag(&mut sequence, "onlyContainsUserCerts", 1)?;
        let only_contains_ca_certs = flag(&mut sequence, "onlyContainsCACerts", 2)?;
        let reasons = sequence.optional("onlySomeReasons", tag::context(3))?;
        let indirect_crl = flag(&mut sequence, "indirectCRL", 4)?;
        let only_contains_attribute_certs = flag(&mut sequence, "onlyContainsAttributeCerts", 5)?;
        sequence.end("IssuingDistributionPoint")?;
        let only_some_reasons = reasons.as_ref().map(|value| ReasonFlags::read(value, lapses)).transpose()?;
        Ok(Self {
            distribution_point,
            only_contains_user_certs,
            only_contains_ca_certs,
            only_some_reasons,
            indirect_crl,
            only_contains_attribute_certs,
        })
    }
}
