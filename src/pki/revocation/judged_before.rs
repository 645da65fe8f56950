//! Revocation of a certificate that was judged before, and of which no more was kept than what names it.

use super::{CertStatus, OcspResponse, Revocation, RevocationScope, RevokedCertificate};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::identity::{ChainCertificate, PeerIdentity};
use crate::pki::certificate::{Certificate, NormalizedName};

impl Revocation<'_> {
    /// Could a certificate of a chain that was accepted earlier have been revoked since? The first entry, of a list
    /// or of a response at hand, that could be about one of them.
    ///
    /// What was kept of each is the digest of its issuer's key and its serial number. An entry counts by its serial
    /// number, unless a certificate among `known` has that key and another name than the entry's issuer. Signatures,
    /// dates and scopes are not looked at: who finds an entry asks for the chain again, and has it judged in full.
    ///
    /// `known` is asked for only where an entry is found; `provider` has the SHA-256.
    #[must_use]
    pub fn revoked_since<'k, I>(
        &self,
        judged: &PeerIdentity,
        known: impl Fn() -> I,
        provider: &CryptoProvider,
    ) -> Option<RevokedCertificate>
    where
        I: Iterator<Item = Certificate<'k>>,
    {
        let asked = match self.scope {
            RevocationScope::Path => judged.chain.len(),
            RevocationScope::EndEntity => 1,
        };
        judged.chain.iter().take(asked).find_map(|certificate| {
            self.listed(certificate, &known, provider).or_else(|| self.responded(certificate))
        })
    }

    fn listed<'k, I: Iterator<Item = Certificate<'k>>>(
        &self,
        certificate: &ChainCertificate,
        known: &impl Fn() -> I,
        provider: &CryptoProvider,
    ) -> Option<RevokedCertificate> {
        let entries = self.crls.as_slice().iter();
        let mut entries = entries.flat_map(|crl| crl.with_serial_number(certificate.serial.as_bytes()));
        let found = entries.find(|(issuer, _)| !is_of_another(issuer, certificate, known(), provider));
        found.map(|(_, revoked)| revoked)
    }

    fn responded(&self, certificate: &ChainCertificate) -> Option<RevokedCertificate> {
        let responses = self.ocsp_responses.iter().filter_map(|der| OcspResponse::from_der(der).ok());
        let mut singles = responses.flat_map(|response| response.responses);
        singles.find_map(|single| match single.cert_status {
            CertStatus::Revoked(revoked) if single.cert_id.serial_number == certificate.serial.as_bytes() => {
                Some(revoked)
            }
            CertStatus::Revoked(_) | CertStatus::Good | CertStatus::Unknown => None,
        })
    }
}

/// Is the issuer's key known, and never under this name?
fn is_of_another<'k>(
    issuer: &NormalizedName,
    certificate: &ChainCertificate,
    known: impl Iterator<Item = Certificate<'k>>,
    provider: &CryptoProvider,
) -> bool {
    let Some(sha256) = provider.hash(HashAlgorithm::Sha256) else { return false };
    let mut names = known
        .filter(|known| {
            sha256.digest(known.subject_public_key_info.der).starts_with(&certificate.issuer_key_digest.0)
        })
        .map(|known| known.subject.normalized())
        .peekable();
    names.peek().is_some() && names.all(|name| name != *issuer)
}
