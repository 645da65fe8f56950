//! What a judged certificate says about its holder.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use super::{Sha256Digest, SpiffeId};
use crate::time::Time;

/// Who the peer is, as its certificate says and the judged chain vouches for.
///
/// Authorization, tickets, metrics and logs all use this one type. Names stand in the order of the
/// certificate; DNS names may hold a wildcard as their first label.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PeerIdentity {
    /// The SPIFFE id, if exactly one URI stands in the certificate and is one.
    pub spiffe_id: Option<SpiffeId>,
    /// dNSName entries of subjectAltName in lower case; those that are no DNS names are left out.
    pub dns_names: Vec<String>,
    /// iPAddress entries of subjectAltName.
    pub ip_addresses: Vec<IpAddr>,
    /// uniformResourceIdentifier entries of subjectAltName as they stand.
    pub uris: Vec<String>,
    /// rfc822Name entries of subjectAltName as they stand.
    pub emails: Vec<String>,
    /// The subject.
    pub subject: DistinguishedName,
    /// The issuer.
    pub issuer: DistinguishedName,
    /// The serial number, unique under the issuer.
    pub serial: SerialNumber,
    /// SHA-256 of the whole certificate in DER.
    pub certificate_digest: Sha256Digest,
    /// SHA-256 of the SubjectPublicKeyInfo in DER.
    pub key_digest: Sha256Digest,
    /// The certificates of the accepted path from the peer's own up to, but without, the trust anchor.
    pub chain: Vec<ChainCertificate>,
    /// The earliest end of validity in the accepted path, the trust anchor's included where it has one.
    pub earliest_not_after: Time,
}

/// A distinguished name for people and for comparison.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct DistinguishedName {
    /// The string form of RFC 4514; never compare by it.
    pub text: String,
    /// SHA-256 of the name in DER.
    pub digest: Sha256Digest,
}

/// What names one certificate of the chain again when revocation is looked up later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainCertificate {
    /// SHA-256 of the issuer's SubjectPublicKeyInfo in DER.
    pub issuer_key_digest: Sha256Digest,
    /// The certificate's serial number.
    pub serial: SerialNumber,
    /// The end of its validity.
    pub not_after: Time,
}

/// A certificate's serial number: the content octets of its INTEGER, shown as hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SerialNumber(pub Vec<u8>);

impl PeerIdentity {
    /// The name by which people would call the peer: SPIFFE id, else the first DNS name, URI, e-mail or IP
    /// address, else the subject.
    #[must_use]
    pub fn display_name(&self) -> String {
        let names = [
            self.spiffe_id.as_ref().map(|id| String::from(id.as_str())),
            self.dns_names.first().cloned(),
            self.uris.first().cloned(),
            self.emails.first().cloned(),
            self.ip_addresses.first().map(alloc::string::ToString::to_string),
        ];
        names.into_iter().flatten().next().unwrap_or_else(|| self.subject.text.clone())
    }
}

/// One line: the peer's name, its issuer and serial number.
impl fmt::Display for PeerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, issued by {:?}, serial {}", self.display_name(), self.issuer, self.serial)
    }
}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
