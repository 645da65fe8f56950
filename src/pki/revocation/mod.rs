//! Revocation: what is known of it, and what is asked for (RFC 5280 §5, §6.3; RFC 6960).

mod crl;
mod crl_index;
mod judged_before;
mod ocsp;

pub(crate) use crl::magnitude;
pub use crl::{CertificateList, Crl, CrlStore, MAX_CRL_LEN, RevokedCertificate};
pub use ocsp::{CertId, CertStatus, MAX_OCSP_RESPONSE_LEN, OcspResponse, ResponderId, SingleResponse};

use core::fmt;

use super::asn1::Asn1Error;
use crate::pem::PemError;

/// Why a certificate was revoked: CRLReason of RFC 5280 §5.3.1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RevocationReason(pub u8);

/// What to do where nothing usable says whether a certificate is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum UnknownStatus {
    /// Refuse the path.
    #[default]
    Refuse,
    /// Accept a certificate about which nothing at hand speaks, with a warning; refuse where something does but
    /// cannot be used.
    AcceptUncovered,
    /// Accept it with a warning.
    Accept,
}

/// What to do where what says that a certificate is good is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum StaleStatus {
    /// Refuse the path.
    #[default]
    Refuse,
    /// Accept it with a warning.
    Accept,
}

/// Of which certificates of a path revocation is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum RevocationScope {
    /// Of all but the trust anchor.
    #[default]
    Path,
    /// Of the peer's own alone.
    EndEntity,
}

/// Revocation as a judgement asks for it. A certificate found revoked refuses the path under every choice.
///
/// A responder's or list's word that a certificate is good holds while it is in date: between thisUpdate and
/// nextUpdate, with the profile's clock skew. Without nextUpdate it never is.
#[derive(Clone, Copy, Debug)]
pub struct Revocation<'a> {
    /// The lists at hand.
    pub crls: &'a CrlStore,
    /// OCSP responses at hand in DER, about whichever certificate; those that the peer stapled belong to the
    /// judgement.
    pub ocsp_responses: &'a [&'a [u8]],
    /// Of which certificates it is asked.
    pub scope: RevocationScope,
    /// What if nothing at hand says whether a certificate is revoked?
    pub unknown: UnknownStatus,
    /// What if what says it is out of date?
    pub stale: StaleStatus,
}

impl<'a> Revocation<'a> {
    /// Asks it of the whole path, and refuses what cannot be settled.
    #[must_use]
    pub const fn new(crls: &'a CrlStore) -> Self {
        Self {
            crls,
            ocsp_responses: &[],
            scope: RevocationScope::Path,
            unknown: UnknownStatus::Refuse,
            stale: StaleStatus::Refuse,
        }
    }
}

impl RevocationReason {
    /// unspecified, also where no reason is given.
    pub const UNSPECIFIED: Self = Self(0);
    /// removeFromCRL: in a delta list, the certificate is revoked no more.
    pub const REMOVE_FROM_CRL: Self = Self(8);
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0 => "unspecified",
            1 => "keyCompromise",
            2 => "cACompromise",
            3 => "affiliationChanged",
            4 => "superseded",
            5 => "cessationOfOperation",
            6 => "certificateHold",
            8 => "removeFromCRL",
            9 => "privilegeWithdrawn",
            10 => "aACompromise",
            _ => return write!(f, "reason {}", self.0),
        })
    }
}

impl fmt::Debug for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a file gives no lists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CrlError {
    /// It is not PEM.
    Pem(PemError),
    /// A list in it cannot be read.
    List {
        /// The line of its `BEGIN`, from 1.
        line: usize,
        /// Why.
        error: Asn1Error,
    },
}

impl fmt::Display for CrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pem(error) => fmt::Display::fmt(error, f),
            Self::List { line, error } => write!(f, "the CRL at line {line} cannot be read: {error}"),
        }
    }
}

impl core::error::Error for CrlError {}
