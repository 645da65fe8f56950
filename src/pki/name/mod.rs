//! Does a certificate name whom we expect? A step apart from the path (RFC 9525).

mod constraint;
mod dns;
mod mailbox;
mod public_suffix;
mod uri;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::certificate::{Certificate, GeneralName, ip_address};
use crate::identity::{DnsName, PeerName, Sha256Digest, SpiffeId};

pub(crate) use constraint::{BoundName, Constraint};
pub(crate) use dns::Presented;
pub use dns::{DnsPattern, dns_pattern};
pub use mailbox::Mailbox;
pub use public_suffix::PublicSuffixes;
pub use uri::uri_host;

/// Digests of a certificate by which it may be pinned.
#[derive(Clone, Copy, Debug)]
pub struct CertificateDigests {
    /// SHA-256 of the whole certificate.
    pub certificate: Sha256Digest,
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub public_key: Sha256Digest,
}

/// Does the certificate name `expected`? If not, what it names instead.
///
/// The subject's common name is not looked at (RFC 9525 §6.3). Wildcards stand for one whole leftmost label, and
/// only if `wildcards` says so: never where a client is judged.
///
/// # Errors
/// The names of the certificate that could have matched, for people.
pub fn verify_name(
    certificate: &Certificate<'_>,
    digests: CertificateDigests,
    expected: &PeerName,
    wildcards: bool,
) -> Result<(), String> {
    let names = certificate.subject_alt_names();
    let matches = match expected {
        PeerName::Dns(reference) => names.iter().any(|name| matches_dns(name, reference, wildcards)),
        PeerName::Ip(reference) => names
            .iter()
            .any(|name| matches!(name, GeneralName::IpAddress(ip) if ip_address(ip) == Some(*reference))),
        PeerName::Mailbox(reference) => {
            let reference = Mailbox::parse(reference.as_bytes());
            let same = |mailbox| reference.is_some() && Mailbox::parse(mailbox) == reference;
            names.iter().any(|name| matches!(name, GeneralName::Rfc822Name(mailbox) if same(mailbox)))
        }
        PeerName::SpiffeId(reference) => spiffe_id(certificate).is_some_and(|id| id == *reference),
        PeerName::SpiffeTrustDomain(reference) => {
            spiffe_id(certificate).is_some_and(|id| id.trust_domain() == reference)
        }
        PeerName::PinnedCertificate(digest) => digests.certificate == *digest,
        PeerName::PinnedPublicKey(digest) => digests.public_key == *digest,
        PeerName::AnyUnderAnchors => true,
    };
    if matches { Ok(()) } else { Err(presented(certificate, digests, expected)) }
}

/// The certificate's SPIFFE id: it has exactly one URI, and that is one (X.509-SVID §2).
#[must_use]
pub fn spiffe_id(certificate: &Certificate<'_>) -> Option<SpiffeId> {
    let names = certificate.subject_alt_names();
    let mut uris = names.iter().filter(|name| matches!(name, GeneralName::UniformResourceIdentifier(_)));
    match (uris.next(), uris.next()) {
        (Some(uri), None) => SpiffeId::parse(uri.uri()?).ok(),
        _ => None,
    }
}

fn matches_dns(name: GeneralName<'_>, reference: &DnsName, wildcards: bool) -> bool {
    let GeneralName::DnsName(presented) = name else { return false };
    Presented::parse(presented).is_some_and(|presented| presented.matches(reference, wildcards))
}

/// Names shown in a mismatch; a certificate may have thousands.
const MAX_SHOWN: usize = 8;

fn presented(certificate: &Certificate<'_>, digests: CertificateDigests, expected: &PeerName) -> String {
    match expected {
        PeerName::PinnedCertificate(_) => {
            return alloc::format!("a certificate with SHA-256 {}", digests.certificate);
        }
        PeerName::PinnedPublicKey(_) => {
            return alloc::format!("a public key with SHA-256 {}", digests.public_key);
        }
        PeerName::Dns(_)
        | PeerName::Ip(_)
        | PeerName::Mailbox(_)
        | PeerName::SpiffeId(_)
        | PeerName::SpiffeTrustDomain(_)
        | PeerName::AnyUnderAnchors => {}
    }
    let names = certificate.subject_alt_names();
    let count = names.iter().count();
    let mut shown: Vec<String> = names.iter().take(MAX_SHOWN).map(|name| name.to_string()).collect();
    if count > MAX_SHOWN {
        shown.push(alloc::format!("{} more", count - MAX_SHOWN));
    }
    if shown.is_empty() { "no subjectAltName".into() } else { shown.join(", ") }
}
