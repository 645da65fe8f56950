//! Signatures of one search: each is verified once.

use alloc::collections::BTreeMap;

use super::work::{Exhausted, Work};
use crate::pki::certificate::{Certificate, KeyType};
use crate::pki::digested::Digested;
use crate::pki::signature::{SignatureError, SignedData, VerifySignature};

/// The outcome of each signature verified so far, by the indices of certificate and issuer.
pub(super) struct Signatures<'a> {
    verifier: &'a dyn VerifySignature,
    outcomes: BTreeMap<(usize, usize), Result<(), SignatureError>>,
}

/// A certificate with its index in the search.
pub(super) type Indexed<'p, 'a> = (usize, &'p Digested<'a>);

impl<'a> Signatures<'a> {
    pub(super) const fn new(verifier: &'a dyn VerifySignature) -> Self {
        Self { verifier, outcomes: BTreeMap::new() }
    }

    /// Did `issuer`'s key sign `certificate`? While building, a key that may inherit its parameters from
    /// above (§6.1.4 (e)) is believed; `inherited` holds them once the path is whole.
    pub(super) fn verify(
        &mut self,
        certificate: Indexed<'_, 'a>,
        issuer: Indexed<'_, 'a>,
        inherited: Option<&[u8]>,
        work: &mut Work,
    ) -> Result<Result<(), SignatureError>, Exhausted> {
        if inherits_parameters(issuer.1) {
            return match inherited {
                Some(_) => self.verify_anew(certificate.1, issuer.1, inherited, work),
                None => Ok(Ok(())),
            };
        }
        let pair = (certificate.0, issuer.0);
        if let Some(outcome) = self.outcomes.get(&pair) {
            return Ok(*outcome);
        }
        let own = issuer.1.subject_public_key_info.algorithm.parameters;
        let outcome = self.verify_anew(certificate.1, issuer.1, own, work)?;
        self.outcomes.insert(pair, outcome);
        Ok(outcome)
    }

    fn verify_anew(
        &self,
        certificate: &Digested<'_>,
        issuer: &Digested<'_>,
        key_parameters: Option<&[u8]>,
        work: &mut Work,
    ) -> Result<Result<(), SignatureError>, Exhausted> {
        work.signature()?;
        Ok(self.verifier.verify_signature(&SignedData {
            algorithm: certificate.signature_algorithm,
            key_parameters,
            subject_public_key_info: issuer.subject_public_key_info.der,
            message: certificate.tbs_certificate,
            signature: certificate.signature_value,
            certificate_and_issuer: (!inherits_parameters(issuer)).then_some((certificate, issuer)),
        }))
    }
}

/// Algorithms that we know say all of a key in the key itself; of others, a key without parameters may have
/// those of the key above.
pub(super) fn inherits_parameters(certificate: &Certificate<'_>) -> bool {
    let key = &certificate.subject_public_key_info;
    key.algorithm.has_no_parameters() && matches!(key.key_type(), KeyType::Other(_))
}
