//! Accepting OCSP responses: RFC 6960 §3.2, §4.2.2.2.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::vec::Vec;

use sha1::{Digest as _, Sha1};

use super::build::Search;
use super::revocation::{Status, Target};
use super::work::Exhausted;
use crate::crypto::HashAlgorithm;
use crate::pki::asn1::{Oid, known};
use crate::pki::certificate::{Certificate, ExtensionField, KeyUsage};
use crate::pki::digested::Digested;
use crate::pki::finding::Findings;
use crate::pki::revocation::{
    CertId, CertStatus, OcspResponse, ResponderId, Revocation, RevocationScope, SingleResponse,
};
use crate::pki::signature::SignedData;

/// Certificates of a response that are tried as its signer's.
const MAX_RESPONDERS: usize = 4;

impl<'a> Search<'a> {
    /// What the responses say about the target: revoked if one does, else good if one does.
    //= R6960-2.5-1
    pub(super) fn ocsp_status(
        &mut self,
        revocation: &Revocation<'_>,
        responses: impl Iterator<Item = &'a [u8]>,
        target: &Target<'_, 'a>,
    ) -> Result<Status, Exhausted> {
        let mut status = Status::Uncovered;
        for der in responses {
            let Ok(response) = OcspResponse::from_der(der) else { continue };
            status = status.or(self.response_status(revocation, &response, target)?);
        }
        Ok(status)
    }

    fn response_status(
        &mut self,
        revocation: &Revocation<'_>,
        response: &OcspResponse<'a>,
        target: &Target<'_, 'a>,
    ) -> Result<Status, Exhausted> {
        let Some(issuer) = self.certificate(target.path, target.position + 1) else {
            return Ok(Status::Uncovered);
        };
        // A response may speak of several certificates, and the first need not be ours (CVE-2026-3832).
        let about: Vec<&SingleResponse<'a>> = response
            .responses
            .iter()
            //= R6960-4.2.2.3-5
            .filter(|single| self.is_about(&single.cert_id, &target.certificate, &issuer))
            .collect();
        if about.is_empty() {
            return Ok(Status::Uncovered);
        }
        //= R6960-4.1.2-4
        if response.critical_extension.is_some()
            || about.iter().any(|single| single.critical_extension.is_some())
        {
            return Ok(Status::Unusable("an OCSP response with a critical extension".into()));
        }
        //= R6960-2.2-2
        //= R6960-3.2-step-4
        //= R6960-4.2.2.2-8
        if !self.is_signed_by_responder(revocation, response, &issuer, target)? {
            let why = "an OCSP response whose signer is neither the issuer nor its delegate";
            return Ok(Status::Unusable(why.into()));
        }
        Ok(self.combined(&about))
    }

    /// Revoked if one says so, else what the newest one says.
    fn combined(&self, about: &[&SingleResponse<'_>]) -> Status {
        let mut newest: Option<&SingleResponse<'_>> = None;
        for single in about.iter().copied() {
            if let CertStatus::Revoked(revoked) = single.cert_status {
                return Status::Revoked(revoked);
            }
            if newest.is_none_or(|newest| newest.this_update < single.this_update) {
                newest = Some(single);
            }
        }
        match newest {
            Some(SingleResponse { cert_status: CertStatus::Good, this_update, next_update, .. }) => {
                if self.is_current(*this_update, *next_update) {
                    Status::Good
                } else {
                    Status::Stale(
                        "an OCSP response whose nextUpdate is over or missing, or that is of later".into(),
                    )
                }
            }
            Some(_) => Status::Unusable(Cow::Borrowed("an OCSP responder that does not know it")),
            None => Status::Uncovered,
        }
    }

    /// §4.1.1; the hashes are names here, so SHA-1 does.
    //= R6960-3.2-step-1
    fn is_about(&self, id: &CertId<'_>, certificate: &Certificate<'_>, issuer: &Certificate<'_>) -> bool {
        id.serial_number == certificate.serial_number
            && self.hashes_to(id.hash_algorithm, certificate.issuer.der, id.issuer_name_hash)
            && self.hashes_to(
                id.hash_algorithm,
                issuer.subject_public_key_info.subject_public_key,
                id.issuer_key_hash,
            )
    }

    fn hashes_to(&self, algorithm: Oid<'_>, data: &[u8], hash: &[u8]) -> bool {
        let provided = |algorithm| {
            let provided = self.judgement.provider.hash(algorithm);
            provided.is_some_and(|provided| *provided.digest(data) == *hash)
        };
        match algorithm {
            known::SHA1 => Sha1::digest(data)[..] == *hash,
            known::SHA256 => provided(HashAlgorithm::Sha256),
            known::SHA384 => provided(HashAlgorithm::Sha384),
            _ => false,
        }
    }

    /// §4.2.2.2: the issuer itself, or a certificate that it issued for this.
    //= R6960-2.2-3
    //= R6960-4.2.2.2-1
    fn is_signed_by_responder(
        &mut self,
        revocation: &Revocation<'_>,
        response: &OcspResponse<'a>,
        issuer: &Certificate<'a>,
        target: &Target<'_, 'a>,
    ) -> Result<bool, Exhausted> {
        let issuer_parameters =
            target.path.get(target.position + 1).and_then(|index| self.key_parameters(*index, target.path));
        if identifies(&response.responder_id, issuer) && self.verifies(response, issuer, issuer_parameters)? {
            return Ok(true);
        }
        for der in response.certs.iter().take(MAX_RESPONDERS) {
            let Ok(responder) = Digested::from_der(der) else { continue };
            let parameters = responder.subject_public_key_info.algorithm.parameters;
            let purposes = responder.extensions.ext_key_usage.as_ref().and_then(ExtensionField::ok);
            //= R6960-4.2.2.2-2
            //= R6960-4.2.2.2-6
            let delegated = purposes.is_some_and(|usage| usage.purposes.contains(&known::KP_OCSP_SIGNING));
            if delegated
                && identifies(&response.responder_id, &responder)
                && self.verifies(response, &responder, parameters)?
                && self.is_valid_responder(revocation, responder, target)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Valid under the issuer of the target itself and, unless it says id-pkix-ocsp-nocheck, not revoked by a
    /// CRL.
    fn is_valid_responder(
        &mut self,
        revocation: &Revocation<'_>,
        responder: Digested<'a>,
        target: &Target<'_, 'a>,
    ) -> Result<bool, Exhausted> {
        let crls_alone = Revocation { scope: RevocationScope::EndEntity, ocsp_responses: &[], ..*revocation };
        let mut judgement = self.judgement.of_signer(KeyUsage::DIGITAL_SIGNATURE);
        //= R6960-4.2.2.2.1-a
        judgement.revocation = (!responder.extensions.ocsp_no_check).then_some(&crls_alone);
        let anchor = target.path.last().and_then(|index| self.nodes.get(*index)).map(|node| node.source);
        let mut search = self.inner(&judgement, self.signers.clone(), anchor);
        let above = target.path.iter().skip(target.position + 1);
        let above = above.filter_map(|index| self.nodes.get(*index));
        //= R6960-4.2.2.2-3
        //= R6960-4.2.2.2-5
        let path = search.add_path(Rc::new(responder), above);
        let mut findings = Findings::new(judgement.profile);
        let processed = search.process_and_check(&path, &mut findings);
        let work = search.work;
        let valid = !findings.has_error();
        self.work = work;
        processed.map(|_| valid)
    }

    fn verifies(
        &mut self,
        response: &OcspResponse<'_>,
        signer: &Certificate<'_>,
        key_parameters: Option<&[u8]>,
    ) -> Result<bool, Exhausted> {
        self.work.signature()?;
        //= R6960-3.2-step-2
        //= R6960-4.2.1-4
        let verified = self.judgement.signature_verifier().verify_signature(&SignedData {
            algorithm: response.signature_algorithm,
            key_parameters,
            subject_public_key_info: signer.subject_public_key_info.der,
            message: response.tbs_response_data,
            signature: response.signature,
            certificate_and_issuer: None,
        });
        Ok(verified.is_ok())
    }
}

//= R6960-4.2.2.3-2
fn identifies(id: &ResponderId<'_>, signer: &Certificate<'_>) -> bool {
    match id {
        ResponderId::ByName(name) => name.matches(&signer.subject),
        ResponderId::ByKey(hash) => {
            Sha1::digest(signer.subject_public_key_info.subject_public_key)[..] == **hash
        }
    }
}
