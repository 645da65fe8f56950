//! Path validation (RFC 5280 §6): building searches, processing judges.

mod build;
mod conformance;
mod crl;
mod name_constraints;
mod ocsp;
mod policy;
mod policy_graph;
mod process;
mod revocation;
mod signatures;
mod spiffe;
mod web_pki;
mod work;

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::certificate::Certificate;
use super::finding::{Finding, Findings};
use super::judgement::Judgement;
use super::refusal::{PathCertificate, Refusal, Source, TriedPath};
use crate::identity::SerialNumber;
use build::{Node, Search};
pub(crate) use process::Outputs;

/// A path that processing accepted.
pub(crate) struct ValidPath<'a> {
    /// The peer's own certificate first, the anchor's last.
    pub(crate) certificates: Vec<Node<'a>>,
    /// Warnings.
    pub(crate) findings: Vec<Finding>,
    pub(crate) outputs: Outputs,
}

/// Searches a valid path for the first certificate of `chain`.
pub(crate) fn validate<'a>(
    chain: &[&'a [u8]],
    judgement: &'a Judgement<'a>,
) -> Result<ValidPath<'a>, Box<Refusal>> {
    Search::new(judgement).run(chain)
}

/// Judges the first certificate of `chain` without a path: something else is its trust.
pub(crate) fn validate_alone<'a>(
    chain: &[&'a [u8]],
    judgement: &'a Judgement<'a>,
) -> Result<ValidPath<'a>, Box<Refusal>> {
    Search::new(judgement).run_alone(chain)
}

impl ValidPath<'_> {
    /// The refusal of a path for reasons that lie outside it.
    pub(crate) fn refused(self, judgement: &Judgement<'_>, reasons: Findings<'_>) -> Box<Refusal> {
        let mut findings = self.findings;
        findings.extend(reasons.into_vec());
        let tried = TriedPath {
            certificates: self.certificates.iter().map(|node| describe(node, node.source)).collect(),
            reaches_anchor: self.certificates.iter().any(|node| matches!(node.source, Source::Anchor(_))),
            findings,
        };
        Refusal::new(alloc::vec![tried], 0, 0, judgement)
    }
}

/// A certificate as a report names it.
fn describe(certificate: &Certificate<'_>, source: Source) -> PathCertificate {
    PathCertificate {
        source,
        subject: alloc::format!("{}", certificate.subject),
        serial: SerialNumber::new(certificate.serial_number),
    }
}
