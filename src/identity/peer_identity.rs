//! What a judged certificate says about its holder.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use super::{Sha256Digest, SpiffeId};
use crate::time::Time;

/// Who the peer is, as its certificate says and the judged chain vouches for; or the holder of a raw public key.
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
    /// Did it show its public key alone (RFC 7250)? Then it has no name: [`key_digest`](Self::key_digest) says who it
    /// is, and no other field says anything.
    pub is_raw_public_key: bool,
    /// SHA-256 of the SubjectPublicKeyInfo in DER.
    pub key_digest: Sha256Digest,
    /// The certificates of the accepted path from the peer's own up to, but without, the trust anchor.
    pub chain: Vec<ChainCertificate>,
    /// The earliest end of validity in the accepted path, the trust anchor's included where it has one.
    pub earliest_not_after: Time,
}

/// A distinguished name: compared by its DER, and shown in the string form of RFC 4514, by which it is never compared.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct DistinguishedName {
    /// The name in DER; empty where there is none.
    pub der: Vec<u8>,
}

/// What names one certificate of the chain again when revocation is looked up later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainCertificate {
    /// Which key it was issued with.
    pub issuer_key_digest: IssuerKeyDigest,
    /// The certificate's serial number.
    pub serial: SerialNumber,
}

/// The first 16 bytes of the SHA-256 of an issuer's SubjectPublicKeyInfo in DER: no other issuer has them, unless its key
/// was made for that, and then both are one in the eyes of revocation.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct IssuerKeyDigest(pub [u8; 16]);

/// The first 4 bytes of the SHA-256 of a certificate in DER: they tell our own certificates apart. One that shares them
/// by chance costs a full handshake.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CertificateTag(pub [u8; 4]);

/// A certificate's serial number: the content octets of its INTEGER, shown as hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber(Octets);

/// Octets in place where they are as few as the RFC allows in a serial number (RFC 5280 §4.1.2.2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Octets {
    Few { length: u8, octets: [u8; MAX_SERIAL_NUMBER_LEN] },
    Many(Box<[u8]>),
}

const MAX_SERIAL_NUMBER_LEN: usize = 20;

impl SerialNumber {
    /// The number whose INTEGER has these content octets.
    #[must_use]
    pub fn new(contents: &[u8]) -> Self {
        let mut octets = [0; MAX_SERIAL_NUMBER_LEN];
        match (octets.get_mut(..contents.len()), u8::try_from(contents.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(contents);
                Self(Octets::Few { length, octets })
            }
            _ => Self(Octets::Many(contents.into())),
        }
    }

    /// The content octets of its INTEGER.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Octets::Few { length, octets } => octets.get(..usize::from(*length)).unwrap_or_default(),
            Octets::Many(octets) => octets,
        }
    }
}

impl Default for SerialNumber {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl PeerIdentity {
    /// The holder of the raw public key whose SubjectPublicKeyInfo has this SHA-256.
    #[must_use]
    pub fn of_raw_public_key(key_digest: Sha256Digest) -> Self {
        // Such a key ends when nobody trusts it any more.
        Self { is_raw_public_key: true, key_digest, earliest_not_after: Time::MAX, ..Self::default() }
    }

    /// The name by which people would call the peer: SPIFFE id, else the first DNS name, URI, e-mail or IP
    /// address, else the subject; of a raw public key the SHA-256.
    #[must_use]
    pub fn display_name(&self) -> String {
        if self.is_raw_public_key {
            return alloc::format!("the raw public key with SHA-256 {}", self.key_digest);
        }
        let names = [
            self.spiffe_id.as_ref().map(|id| String::from(id.as_str())),
            self.dns_names.first().cloned(),
            self.uris.first().cloned(),
            self.emails.first().cloned(),
            self.ip_addresses.first().map(alloc::string::ToString::to_string),
        ];
        names
            .into_iter()
            .flatten()
            .next()
            .unwrap_or_else(|| alloc::string::ToString::to_string(&self.subject))
    }
}

/// One line: the peer's name, its issuer and serial number.
impl fmt::Display for PeerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_raw_public_key {
            return f.write_str(&self.display_name());
        }
        write!(f, "{}, issued by {:?}, serial {}", self.display_name(), self.issuer, self.serial)
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl From<Sha256Digest> for IssuerKeyDigest {
    fn from(digest: Sha256Digest) -> Self {
        Self(digest.0.first_chunk().copied().unwrap_or_default())
    }
}

impl From<Sha256Digest> for CertificateTag {
    fn from(digest: Sha256Digest) -> Self {
        Self(digest.0.first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Debug for IssuerKeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CertificateTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
