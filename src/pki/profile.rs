//! Profiles: what judgement asks for, as data.

use alloc::vec::Vec;
use core::time::Duration;

use super::finding::{FindingCode, Level, RuleFamily};
use super::name::PublicSuffixes;

/// What judgement asks of a path.
///
/// Rules that keep judgement safe are errors in every profile; the others have the level that the profile
/// gives their family, or the code itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Name for reports.
    pub name: &'static str,
    /// Level of what RFC 5280 asks of conforming CAs.
    pub rfc5280: Level,
    /// Level of the CA/Browser Forum's rules for TLS servers.
    pub web_pki: Level,
    /// Level of the rules for SPIFFE X.509-SVIDs.
    pub spiffe: Level,
    /// Codes with a level of their own; those of [`RuleFamily::Security`] stay errors all the same.
    pub levels: Vec<(FindingCode, Level)>,
    /// Bits of the smallest RSA modulus, of every key in the path.
    pub min_rsa_bits: usize,
    /// By how much a clock may be off: before notBefore and after notAfter.
    pub clock_skew: Duration,
    /// Does anyExtendedKeyUsage stand for every purpose (RFC 5280 §4.2.1.12 leaves it to us)?
    pub any_extended_key_usage: bool,
    /// Names below which no wildcard may stand right away; looked at where `web_pki` counts.
    pub public_suffixes: PublicSuffixes,
    /// The work that one judgement may take.
    pub limits: Limits,
}

/// The work that one judgement may take, so that hostile input costs milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Certificates of a path with its trust anchor. Real paths have at most five; PKITS has seven.
    pub depth: usize,
    /// Candidates for issuer looked at. A store of some hundred intermediates stays far below.
    pub candidates: u32,
    /// Signatures verified: at 20 to 100 µs each, 100 take at most 10 ms.
    pub signatures: u32,
    /// Paths to an anchor that are processed.
    pub paths: u32,
    /// Comparisons of a name with a name constraint: as many as 100 names under 2,500 constraints.
    pub constraint_comparisons: u32,
}

impl Limits {
    /// The limits of every profile here.
    pub const DEFAULT: Self =
        Self { depth: 16, candidates: 2_000, signatures: 100, paths: 50, constraint_comparisons: 250_000 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Profile {
    /// An internal PKI, the default: the security rules, with conformance faults as warnings.
    #[must_use]
    pub const fn internal() -> Self {
        Self {
            name: "internal",
            rfc5280: Level::Warning,
            web_pki: Level::Ignored,
            spiffe: Level::Ignored,
            levels: Vec::new(),
            min_rsa_bits: 2048,
            clock_skew: Duration::ZERO,
            any_extended_key_usage: true,
            public_suffixes: PublicSuffixes::new(),
            limits: Limits::DEFAULT,
        }
    }

    /// Everything that RFC 5280 asks for.
    #[must_use]
    pub fn strict_rfc5280() -> Self {
        Self { name: "rfc5280", rfc5280: Level::Error, ..Self::internal() }
    }

    /// The WebPKI: RFC 5280 and the Baseline Requirements of the CA/Browser Forum for TLS servers, which let
    /// nameConstraints be not critical.
    #[must_use]
    pub fn web_pki(public_suffixes: PublicSuffixes) -> Self {
        Self {
            name: "webpki",
            rfc5280: Level::Error,
            web_pki: Level::Error,
            levels: [(FindingCode::NameConstraintsCriticality, Level::Ignored)].into(),
            any_extended_key_usage: false,
            public_suffixes,
            ..Self::internal()
        }
    }

    /// SPIFFE X.509-SVIDs.
    #[must_use]
    pub fn spiffe() -> Self {
        Self { name: "spiffe", spiffe: Level::Error, ..Self::internal() }
    }

    /// How much a finding weighs.
    #[must_use]
    pub fn level(&self, code: FindingCode) -> Level {
        let of_family = match code.family() {
            RuleFamily::Security => return Level::Error,
            RuleFamily::Choice => return Level::Warning,
            RuleFamily::Rfc5280 => self.rfc5280,
            RuleFamily::WebPki => self.web_pki,
            RuleFamily::Spiffe => self.spiffe,
        };
        let own = self.levels.iter().find(|(other, _)| *other == code);
        own.map_or(of_family, |(_, level)| *level)
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::internal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_profile_lowers_a_security_rule() {
        let mut profile = Profile::internal();
        for code in FindingCode::ALL {
            profile.levels.push((*code, Level::Ignored));
        }
        for code in FindingCode::ALL {
            let expected = match code.family() {
                RuleFamily::Security => Level::Error,
                RuleFamily::Choice => Level::Warning,
                RuleFamily::Rfc5280 | RuleFamily::WebPki | RuleFamily::Spiffe => Level::Ignored,
            };
            assert_eq!(profile.level(*code), expected, "{code}");
        }
    }
}
