//! CRL validation: RFC 5280 §6.3.3, with its state variables and step letters.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::build::Search;
use super::revocation::{Status, Target};
use super::work::Exhausted;
use crate::pki::certificate::{
    Certificate, ComparableName, DistributionPoint, ExtensionField, GeneralName, KeyUsage, NormalizedName,
    ReasonFlags,
};
use crate::pki::refusal::Source;
use crate::pki::revocation::{
    CertificateList, Crl, Revocation, RevocationReason, RevokedCertificate, magnitude,
};

/// Signers of lists whose own status hangs on a list of another signer, and so on: real ones stop at one.
const MAX_SIGNER_DEPTH: usize = 3;

/// A list that is in scope, verified, with what it says about the certificate.
struct ListVerdict {
    revoked: Option<RevokedCertificate>,
    fresh: bool,
}

/// A distribution point of the target, or the implied one behind the last: all names and reasons of the issuer.
struct Point<'a> {
    point: DistributionPoint<'a>,
    implied: bool,
}

impl<'a> Search<'a> {
    /// What the lists say about the target. Of several lists about the same reasons the newest in date counts; one
    /// that is out of date can still revoke, and keeps none that is in date from being heard.
    pub(super) fn crl_status(
        &mut self,
        revocation: &Revocation<'_>,
        target: &Target<'_, 'a>,
    ) -> Result<Status, Exhausted> {
        //= R5280-6.3.2-a
        //= R5280-6.3.2-b
        let mut reasons_mask = ReasonFlags::NONE;
        // With the reasons of which only lists out of date speak.
        let mut known_reasons = ReasonFlags::NONE;
        let mut obstacle = None;
        for point in points(&target.certificate) {
            let issuers = point.crl_issuers(target);
            for issuer in &issuers {
                for crl in revocation.crls.issued_by(issuer) {
                    if reasons_mask.contains(ReasonFlags::ALL) {
                        break;
                    }
                    let Some(list) = crl.list().filter(|list| !list.is_delta()) else { continue };
                    // (b), (d), (e)
                    //= R5280-6.3.1-a
                    //= R5280-6.3.2-c
                    let Some(interim_reasons_mask) = point.scope(target, &list, issuer) else { continue };
                    //= R5280-6.3.3-e
                    if reasons_mask.contains(interim_reasons_mask) {
                        continue;
                    }
                    match self.list_verdict(revocation, target, crl, &list, issuer)? {
                        Ok(ListVerdict { revoked: Some(revoked), .. }) => {
                            return Ok(Status::Revoked(revoked));
                        }
                        Ok(ListVerdict { fresh, .. }) => {
                            known_reasons = known_reasons.union(interim_reasons_mask);
                            if fresh {
                                // (l)
                                //= R5280-6.3.3-l
                                reasons_mask = reasons_mask.union(interim_reasons_mask);
                            }
                        }
                        Err(why) => obstacle = Some(why),
                    }
                }
            }
        }
        Ok(if reasons_mask.contains(ReasonFlags::ALL) {
            Status::Good
        } else if known_reasons.contains(ReasonFlags::ALL) {
            Status::Stale("a CRL whose nextUpdate is over, or that is not issued yet".into())
        } else if let Some(why) = obstacle {
            Status::Unusable(why)
        } else if known_reasons == ReasonFlags::NONE {
            Status::Uncovered
        } else {
            //= R5280-6.3.3-end-1
            Status::Unusable("CRLs that do not speak about all reasons".into())
        })
    }

    /// (c), (f) to (k). The inner error says why the list cannot be used.
    fn list_verdict(
        &mut self,
        revocation: &Revocation<'_>,
        target: &Target<'_, 'a>,
        crl: &Crl,
        list: &CertificateList<'_>,
        issuer: &NormalizedName,
    ) -> Result<Result<ListVerdict, Cow<'static, str>>, Exhausted> {
        if let Err(why) = usable(crl, list) {
            return Ok(Err(why));
        }
        // (f), (g)
        //= R5280-6.3.3-g
        let Some(signer) = self.signer(target, crl, list)? else {
            return Ok(Err("a CRL without a trusted signer whose key usage has cRLSign".into()));
        };
        let mut verdict = ListVerdict {
            //= R5280-6.3.3-j
            revoked: crl.find(&target.issuer, target.certificate.serial_number),
            fresh: self.is_current(list.this_update, list.next_update),
        };
        // (c), (h), (i)
        //= R5280-6.3.3-c-1
        for delta in revocation.crls.issued_by(issuer) {
            let Some(delta_list) = delta.list() else { continue };
            let applies = is_delta_of(&delta_list, list)
                && usable(delta, &delta_list).is_ok()
                && self.is_current(delta_list.this_update, delta_list.next_update);
            //= R5280-6.3.3-h
            if !applies || !self.is_signed_by(delta, &delta_list, signer, target)? {
                continue;
            }
            // (j), (k)
            //= R5280-6.3.3-i
            match delta.find(&target.issuer, target.certificate.serial_number) {
                //= R5280-6.3.3-k
                Some(entry) if entry.reason == RevocationReason::REMOVE_FROM_CRL => verdict.revoked = None,
                Some(entry) => verdict.revoked = Some(entry),
                None => {}
            }
            // With its delta, a complete list is as new as the delta (§5.2.4); the newest has all changes.
            verdict.fresh = true;
            break;
        }
        Ok(Ok(verdict))
    }

    /// A node whose key signed the list, may sign lists, and is trusted under the same anchor.
    fn signer(
        &mut self,
        target: &Target<'_, 'a>,
        crl: &Crl,
        list: &CertificateList<'_>,
    ) -> Result<Option<usize>, Exhausted> {
        self.add_anchor_nodes(&list.issuer);
        let above: Vec<usize> = target.path.iter().copied().skip(target.position + 1).collect();
        let others = (0..self.nodes.len()).filter(|index| !above.contains(index));
        let candidates: Vec<usize> = above.iter().copied().chain(others).collect();
        for index in candidates {
            let Some(certificate) = self.nodes.get(index).map(|node| Rc::clone(&node.certificate)) else {
                continue;
            };
            let usage = certificate.extensions.key_usage.as_ref().and_then(ExtensionField::ok);
            //= R5280-4.2.1.3-4
            //= R5280-6.3.3-f
            if usage.is_some_and(|usage| !usage.contains(KeyUsage::CRL_SIGN))
                //= R5280-4.1.2.6-3
                || !certificate.subject.matches(&list.issuer)
            {
                continue;
            }
            if self.is_signed_by(crl, list, index, target)?
                && (above.contains(&index) || self.is_trusted_signer(index, target)?)
            {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// (f): a path of its own, to the anchor of the target's path.
    fn is_trusted_signer(&mut self, signer: usize, target: &Target<'_, 'a>) -> Result<bool, Exhausted> {
        let anchor = target.path.last().and_then(|index| self.nodes.get(*index)).map(|node| node.source);
        let Some(node) = self.nodes.get(signer) else { return Ok(false) };
        if anchor == Some(node.source) {
            return Ok(true);
        }
        let certificate = Rc::clone(&node.certificate);
        let der = certificate.der;
        // A list may vouch for its own signer: nobody else could tell better.
        if self.signers.contains(&der) {
            return Ok(true);
        }
        if self.signers.len() >= MAX_SIGNER_DEPTH || matches!(node.source, Source::Anchor(_)) {
            return Ok(false);
        }
        //= R5280-6.3.3-1
        let judgement = self.judgement.of_signer(KeyUsage::CRL_SIGN);
        let signers = self.signers.iter().copied().chain([der]).collect();
        let mut search = self.inner(&judgement, signers, anchor);
        let found = search.finds_path(&certificate);
        let work = search.work;
        self.work = work;
        found
    }

    fn is_signed_by(
        &mut self,
        crl: &Crl,
        list: &CertificateList<'_>,
        signer: usize,
        target: &Target<'_, 'a>,
    ) -> Result<bool, Exhausted> {
        let Some(certificate) = self.nodes.get(signer).map(|node| Rc::clone(&node.certificate)) else {
            return Ok(false);
        };
        let key = certificate.subject_public_key_info.der;
        if crl.is_signed_by(key) {
            return Ok(true);
        }
        self.work.signature()?;
        let signed = list.signed_data(key, self.key_parameters(signer, target.path));
        Ok(self.judgement.signature_verifier().verify_signature(&signed).is_ok())
    }

    /// A key's own parameters, or those that it inherits in the path.
    pub(super) fn key_parameters(&self, index: usize, path: &[usize]) -> Option<&'a [u8]> {
        let key = |index: &usize| {
            self.nodes.get(*index).map(|node| node.certificate.subject_public_key_info.algorithm)
        };
        let own = key(&index)?;
        let position = path.iter().position(|other| *other == index);
        if !own.has_no_parameters() {
            return own.parameters;
        }
        let above = path.iter().skip(position? + 1).filter_map(key);
        let same = above.take_while(|algorithm| algorithm.algorithm == own.algorithm);
        same.filter(|algorithm| !algorithm.has_no_parameters()).find_map(|algorithm| algorithm.parameters)
    }
}

/// The points of the certificate and, behind them, the implied one (§6.3.3).
//= R5280-4.2.1.13-1
fn points<'a>(certificate: &Certificate<'a>) -> Vec<Point<'a>> {
    let own = certificate.extensions.crl_distribution_points.as_ref().and_then(ExtensionField::ok);
    let own = own.map(Vec::as_slice).unwrap_or_default();
    let mut points: Vec<_> = own.iter().map(|point| Point { point: *point, implied: false }).collect();
    //= R5280-6.3.3-end-2
    points.push(Point { point: DistributionPoint::default(), implied: true });
    points
}

impl Point<'_> {
    /// Who issues the lists of this point.
    //= R5280-4.2.1.13-3
    //= R5280-4.2.1.13-14
    fn crl_issuers(&self, target: &Target<'_, '_>) -> Vec<NormalizedName> {
        match self.point.crl_issuer {
            Some(names) => {
                let names = names.iter().filter_map(GeneralName::directory_name);
                names.map(|name| name.normalized()).collect()
            }
            None => alloc::vec![target.issuer.clone()],
        }
    }

    /// (b), (d): the reasons for which the list speaks of the target, or `None` if it does not.
    fn scope(
        &self,
        target: &Target<'_, '_>,
        list: &CertificateList<'_>,
        crl_issuer: &NormalizedName,
    ) -> Option<ReasonFlags> {
        //= R5280-4.2.1.13-12
        //= R5280-6.3.3-d
        let reasons = self.point.reasons.unwrap_or(ReasonFlags::ALL);
        let Some(scope) = &list.issuing_distribution_point else {
            // (b)(1): another issuer's list says that it is indirect.
            //= R5280-6.3.3-b-1
            return (*crl_issuer == target.issuer).then_some(reasons);
        };
        if *crl_issuer != target.issuer && !scope.indirect_crl {
            return None;
        }
        // (b)(2)(i)
        if let Some(name) = &scope.distribution_point {
            //= R5280-6.3.3-b-2-i
            let names = name.normalized(crl_issuer);
            if !self.names(target, crl_issuer).iter().any(|name| names.contains(name)) {
                return None;
            }
        }
        // (b)(2)(ii) to (iv)
        let constraints = target.certificate.extensions.basic_constraints.as_ref();
        let ca = constraints.and_then(ExtensionField::ok).is_some_and(|constraints| constraints.ca);
        //= R5280-6.3.3-b-2-ii
        //= R5280-6.3.3-b-2-iii
        //= R5280-6.3.3-b-2-iv
        let speaks = !(scope.only_contains_user_certs && ca
            || scope.only_contains_ca_certs && !ca
            || scope.only_contains_attribute_certs);
        let some = scope.only_some_reasons.unwrap_or(ReasonFlags::ALL);
        speaks.then_some(reasons.intersection(some))
    }

    /// The names that a list's own must share one with.
    fn names(&self, target: &Target<'_, '_>, crl_issuer: &NormalizedName) -> Vec<ComparableName<'_>> {
        match (&self.point.distribution_point, &self.point.crl_issuer) {
            _ if self.implied => alloc::vec![ComparableName::Directory(target.issuer.clone())],
            (Some(name), _) => name.normalized(crl_issuer),
            (None, Some(issuers)) => issuers.iter().map(ComparableName::new).collect(),
            (None, None) => Vec::new(),
        }
    }
}

/// Is there nothing in the list that keeps us from using it (§5.2, §5.3)?
fn usable(crl: &Crl, list: &CertificateList<'_>) -> Result<(), Cow<'static, str>> {
    if let Some(extension) = list.unusable_extension {
        return Err(alloc::format!("a CRL with a critical extension {extension}").into());
    }
    if list.crl_number.is_none() {
        return Err("a CRL without cRLNumber, which §5.2.3 demands".into());
    }
    if crl.has_unusable_entry() {
        return Err("a CRL with a critical entry extension that is not understood".into());
    }
    if !list.algorithms_agree {
        return Err("a CRL with two signature algorithms".into());
    }
    Ok(())
}

/// (c)
fn is_delta_of(delta: &CertificateList<'_>, complete: &CertificateList<'_>) -> bool {
    let (Some(base), Some(number)) = (delta.base_crl_number, delta.crl_number) else { return false };
    let Some(complete_number) = complete.crl_number else { return false };
    let key = |list: &CertificateList<'_>| {
        list.authority_key_identifier.and_then(|identifier| identifier.key_identifier).map(<[u8]>::to_vec)
    };
    //= R5280-6.3.3-c-2
    delta.issuing_distribution_point_der == complete.issuing_distribution_point_der
        //= R5280-6.3.3-c-3
        && key(delta) == key(complete)
        && magnitude(base) <= magnitude(complete_number)
        && magnitude(complete_number) < magnitude(number)
}
