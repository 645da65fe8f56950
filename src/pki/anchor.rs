//! Trust anchors (RFC 5280 §6.1.1 (d), RFC 5937).

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::asn1::Asn1Error;
use super::certificate::{Certificate, Name, NameConstraints, NormalizedName};
use crate::identity::TrustDomain;
use crate::pem::{self, PemError};
use crate::time::Time;

/// A CA that we trust: a certificate, and limits of our own on that trust.
///
/// What the certificate says of itself binds too (RFC 5937): its validity, constraints and key usages.
#[derive(Clone, Debug)]
pub struct TrustAnchor {
    der: Arc<[u8]>,
    subject: NormalizedName,
    subject_der: Arc<[u8]>,
    name_constraints: Option<Arc<[u8]>>,
    /// Trust ends here, whatever the certificate says.
    pub not_after: Option<Time>,
    /// Trust begins here, whatever the certificate says.
    pub not_before: Option<Time>,
    /// May the certificate itself have expired, or not begun? Some trust stores want that.
    pub ignores_own_validity: bool,
    /// Intermediates that may follow, beside what the certificate says.
    pub path_len_constraint: Option<u32>,
    /// The one SPIFFE trust domain for which it vouches; the peer must have an id of it.
    pub trust_domain: Option<TrustDomain>,
}

/// The trust anchors of a config, findable by name.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    anchors: Vec<TrustAnchor>,
    /// The indices of those with one name.
    groups: Vec<Vec<usize>>,
    by_subject: BTreeMap<NormalizedName, usize>,
    /// The groups by the names as they stand, most of which certificates repeat to the byte: to find one costs less than
    /// to normalize it.
    by_subject_der: BTreeMap<Arc<[u8]>, usize>,
}

/// Why a file gives no trust anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnchorError {
    /// It is not PEM.
    Pem(PemError),
    /// A certificate in it cannot be read.
    Certificate {
        /// The line of its `BEGIN`, from 1; `None` if it came as DER.
        line: Option<usize>,
        /// Why.
        error: Asn1Error,
    },
    /// It has no certificate.
    NoCertificate,
}

impl TrustAnchor {
    /// A trust anchor that a certificate describes.
    ///
    /// # Errors
    /// [`Asn1Error`] if it is no certificate. Whether it is a CA's is judged with each path.
    pub fn from_certificate_der(der: &[u8]) -> Result<Self, Asn1Error> {
        let subject = Certificate::from_der(der)?.subject;
        Ok(Self {
            der: der.into(),
            subject: subject.normalized(),
            subject_der: subject.der.into(),
            name_constraints: None,
            not_after: None,
            not_before: None,
            ignores_own_validity: false,
            path_len_constraint: None,
            trust_domain: None,
        })
    }

    /// The same, vouching only for names within these constraints, beside those of the certificate.
    ///
    /// # Errors
    /// [`Asn1Error`] if `der` is no NameConstraints of RFC 5280 §4.2.1.10.
    pub fn with_name_constraints(mut self, der: &[u8]) -> Result<Self, Asn1Error> {
        NameConstraints::from_der(der)?;
        self.name_constraints = Some(der.into());
        Ok(self)
    }

    /// The constraints of our own.
    pub(crate) fn name_constraints(&self) -> Option<NameConstraints<'_>> {
        NameConstraints::from_der(self.name_constraints.as_ref()?).ok()
    }

    /// The same in DER.
    #[must_use]
    pub fn name_constraints_der(&self) -> Option<&[u8]> {
        self.name_constraints.as_deref()
    }

    /// The certificate.
    #[must_use]
    pub fn certificate_der(&self) -> &Arc<[u8]> {
        &self.der
    }
}

impl TrustAnchors {
    /// All certificates of a PEM file's text, each a trust anchor.
    ///
    /// # Errors
    /// [`AnchorError`] if the text is broken, a certificate cannot be read or there is none.
    pub fn from_pem(text: impl AsRef<[u8]>) -> Result<Self, AnchorError> {
        let mut anchors = Vec::new();
        for block in pem::blocks(text.as_ref()) {
            let block = block.map_err(AnchorError::Pem)?;
            if block.label != "CERTIFICATE" {
                continue;
            }
            let der = block.decode().map_err(AnchorError::Pem)?;
            let anchor = TrustAnchor::from_certificate_der(&der)
                .map_err(|error| AnchorError::Certificate { line: Some(block.line), error })?;
            anchors.push(anchor);
        }
        if anchors.is_empty() { Err(AnchorError::NoCertificate) } else { Ok(anchors.into_iter().collect()) }
    }

    /// One trust anchor.
    ///
    /// # Errors
    /// [`AnchorError::Certificate`] if it cannot be read.
    pub fn from_der(der: &[u8]) -> Result<Self, AnchorError> {
        TrustAnchor::from_certificate_der(der)
            .map(|anchor| core::iter::once(anchor).collect())
            .map_err(|error| AnchorError::Certificate { line: None, error })
    }

    /// The anchors in the order given.
    #[must_use]
    pub fn as_slice(&self) -> &[TrustAnchor] {
        &self.anchors
    }

    /// Is there none?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// The anchors with this name, by index.
    pub(crate) fn named(&self, name: &Name<'_>) -> impl Iterator<Item = (usize, &TrustAnchor)> {
        let group = self.by_subject_der.get(name.der).or_else(|| self.by_subject.get(&name.normalized()));
        let indices = group.and_then(|group| self.groups.get(*group)).map(Vec::as_slice).unwrap_or_default();
        indices.iter().filter_map(|index| Some((*index, self.anchors.get(*index)?)))
    }
}

impl FromIterator<TrustAnchor> for TrustAnchors {
    fn from_iter<I: IntoIterator<Item = TrustAnchor>>(anchors: I) -> Self {
        let anchors: Vec<TrustAnchor> = anchors.into_iter().collect();
        let (mut groups, mut by_subject, mut by_subject_der) =
            (Vec::<Vec<usize>>::new(), BTreeMap::new(), BTreeMap::new());
        for (index, anchor) in anchors.iter().enumerate() {
            let group = *by_subject.entry(anchor.subject.clone()).or_insert(groups.len());
            match groups.get_mut(group) {
                Some(indices) => indices.push(index),
                None => groups.push(Vec::from([index])),
            }
            by_subject_der.insert(Arc::clone(&anchor.subject_der), group);
        }
        Self { anchors, groups, by_subject, by_subject_der }
    }
}

impl fmt::Display for AnchorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pem(error) => fmt::Display::fmt(error, f),
            Self::Certificate { line: Some(line), error } => {
                write!(f, "the certificate at line {line} cannot be read: {error}")
            }
            Self::Certificate { line: None, error } => write!(f, "the certificate cannot be read: {error}"),
            Self::NoCertificate => f.write_str("no block \"BEGIN CERTIFICATE\" is in the file"),
        }
    }
}

impl core::error::Error for AnchorError {}
