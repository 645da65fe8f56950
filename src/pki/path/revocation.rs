//! Revocation of the certificates of a path: §6.1.3 (a)(3), by OCSP responses and by CRLs.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::build::Search;
use super::work::Exhausted;
use crate::pki::certificate::{Certificate, DistributionPoint, ExtensionField, NormalizedName};
use crate::pki::digested::Digested;
use crate::pki::finding::{FindingCode, Findings, Missing};
use crate::pki::revocation::{
    CrlStore, Revocation, RevocationScope, RevokedCertificate, StaleStatus, UnknownStatus,
};
use crate::time::Time;

/// What is known of a certificate.
pub(super) enum Status {
    Good,
    Revoked(RevokedCertificate),
    /// What says that it is good is out of date.
    Stale(Cow<'static, str>),
    /// Nothing usable speaks about all reasons.
    Unusable(Cow<'static, str>),
    /// Nothing at hand speaks about it.
    Uncovered,
}

/// The certificate whose status is asked, and where it stands.
pub(super) struct Target<'p, 'a> {
    pub(super) path: &'p [usize],
    pub(super) position: usize,
    pub(super) certificate: Rc<Digested<'a>>,
    pub(super) issuer: NormalizedName,
}

/// Where no lists are configured.
static NO_CRLS: CrlStore = CrlStore::new();

impl<'a> Search<'a> {
    /// Checks revocation once everything else is in order. What the peer stapled is always looked at.
    //= R5280-6.1.3-a-3
    pub(super) fn check_revocation(
        &mut self,
        path: &[usize],
        findings: &mut Findings<'_>,
    ) -> Result<(), Exhausted> {
        let (stapled, configured) = (self.judgement.stapled, self.judgement.revocation);
        if stapled.is_none() && configured.is_none() {
            return Ok(());
        }
        let only_stapled = Revocation::new(&NO_CRLS);
        let revocation = configured.unwrap_or(&only_stapled);
        for position in (0..path.len().saturating_sub(1)).rev() {
            if revocation.scope == RevocationScope::EndEntity && position > 0 {
                continue;
            }
            let Some(certificate) = self.certificate(path, position) else { continue };
            let issuer = certificate.issuer.normalized();
            let target = Target { path, position, certificate, issuer };
            let staples = stapled.unwrap_or_default().iter().copied();
            let by_staple = self.ocsp_status(revocation, staples, &target)?;
            if stapled.is_some() && position == 0 {
                check_must_staple(&target.certificate, &by_staple, findings);
            }
            let ours = configured.map(|revocation| revocation.ocsp_responses).unwrap_or_default();
            let by_response = self.ocsp_status(revocation, ours.iter().copied(), &target)?;
            let by_list = self.crl_status(revocation, &target)?;
            let status = by_staple.or(by_response).or(by_list);
            if configured.is_some() || matches!(status, Status::Revoked(_)) {
                report(status, &target, revocation, findings);
            }
        }
        Ok(())
    }

    /// Is it in date? What does not say when the next one comes never is (RFC 5280 §5.1.2.5, RFC 6960 §2.4).
    pub(super) fn is_current(&self, this_update: Time, next_update: Option<Time>) -> bool {
        let (now, skew) = (self.judgement.time, self.judgement.profile.clock_skew);
        //= R6960-3.2-step-5
        //= R6960-4.2.2.1-2
        this_update <= now.saturating_add(skew)
            //= R6960-3.2-step-6
            //= R6960-4.2.2.1-1
            && next_update.is_some_and(|next| now.saturating_sub(skew).as_secs() <= next.as_secs())
    }

    pub(super) fn certificate(&self, path: &[usize], position: usize) -> Option<Rc<Digested<'a>>> {
        let index = path.get(position)?;
        self.nodes.get(*index).map(|node| Rc::clone(&node.certificate))
    }
}

impl Status {
    /// Revoked wins, then good, then what says most about why it is neither.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Revoked(revoked), _) | (_, Self::Revoked(revoked)) => Self::Revoked(revoked),
            (Self::Good, _) | (_, Self::Good) => Self::Good,
            (Self::Stale(why), _) | (_, Self::Stale(why)) => Self::Stale(why),
            (Self::Unusable(why), _) | (_, Self::Unusable(why)) => Self::Unusable(why),
            (Self::Uncovered, Self::Uncovered) => Self::Uncovered,
        }
    }
}

/// RFC 7633 §4.2.3.1: who promises a staple staples.
fn check_must_staple(certificate: &Certificate<'_>, by_staple: &Status, findings: &mut Findings<'_>) {
    let feature = certificate.extensions.tls_feature.as_ref().and_then(ExtensionField::ok);
    if feature.is_some_and(|feature| feature.must_staple()) && !matches!(by_staple, Status::Good) {
        let expected = "a stapled OCSP response that says good, as tlsfeature promises";
        findings.report(FindingCode::MustStaple, 0, expected, format_args!("none"));
    }
}

const UNCOVERED: Cow<'static, str> = Cow::Borrowed("nothing that speaks about it");

fn report(status: Status, target: &Target<'_, '_>, revocation: &Revocation<'_>, findings: &mut Findings<'_>) {
    let (code, why) = match (status, revocation.unknown, revocation.stale) {
        (Status::Good, ..) => return,
        (Status::Revoked(entry), ..) => {
            let expected = "a certificate that is not revoked";
            findings.report(FindingCode::Revoked, target.position, expected, format_args!("{entry}"));
            return;
        }
        (Status::Stale(why), _, StaleStatus::Refuse) => (FindingCode::RevocationStale, why),
        (Status::Stale(why), _, StaleStatus::Accept) => (FindingCode::RevocationStaleAccepted, why),
        (Status::Unusable(why), UnknownStatus::Refuse | UnknownStatus::AcceptUncovered, _) => {
            (FindingCode::RevocationUnknown, why)
        }
        (Status::Uncovered, UnknownStatus::Refuse, _) => (FindingCode::RevocationUnknown, UNCOVERED),
        (Status::Unusable(why), UnknownStatus::Accept, _) => (FindingCode::RevocationUnknownAccepted, why),
        (Status::Uncovered, UnknownStatus::AcceptUncovered | UnknownStatus::Accept, _) => {
            (FindingCode::RevocationUnknownAccepted, UNCOVERED)
        }
    };
    let expected = "revocation information that is in date, usable and about every reason";
    findings.report_missing(
        code,
        target.position,
        expected,
        format_args!("{why}"),
        missing(&target.certificate),
    );
}

/// Where what is missing could be had.
fn missing(certificate: &Certificate<'_>) -> Vec<Missing> {
    let points = certificate.extensions.crl_distribution_points.as_ref().and_then(ExtensionField::ok);
    //= R5280-4.2.1.13-5
    let uris = points.into_iter().flatten().flat_map(DistributionPoint::uris);
    let mut missing: Vec<Missing> = uris.map(|uri| Missing::Crl { uri: String::from(uri) }).collect();
    let access = certificate.extensions.authority_info_access.as_ref().and_then(ExtensionField::ok);
    if let Some(access) = access {
        missing.extend(access.ocsp().map(|uri| Missing::OcspResponse { uri: String::from(uri) }));
    }
    missing
}
