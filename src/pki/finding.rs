//! What judging a path finds: stable codes, each with the section whose rule it is about.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::profile::Profile;
use super::refusal::RefusalKind;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not even reported.
    Ignored,
    /// Reported with an accepted path.
    Warning,
    /// Refuses the path.
    Error,
}

/// Whose rule a finding is about; a [`Profile`] gives each family its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleFamily {
    /// What keeps judgement safe. Always an error.
    Security,
    /// What the caller has chosen to let pass. Always a warning.
    Choice,
    /// What RFC 5280 asks of conforming CAs beyond what validation rests on.
    Rfc5280,
    /// The Baseline Requirements of the CA/Browser Forum for TLS servers.
    WebPki,
    /// The X.509-SVID standard of SPIFFE.
    Spiffe,
}

/// One thing found in one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was found, by its stable code.
    pub code: FindingCode,
    /// How much it weighs under the profile in force.
    pub level: Level,
    /// Which certificate of the path: 0 is the peer's own, the last one the trust anchor. `None` if it is
    /// about none of them alone.
    pub certificate: Option<usize>,
    /// What the rule wants.
    pub expected: Cow<'static, str>,
    /// What stands there.
    pub found: Cow<'static, str>,
    /// What could settle it, for the caller to fetch and ask again.
    pub missing: Vec<Missing>,
}

/// Something that judgement lacked, and where the certificate says that it is. The judge itself fetches nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Missing {
    /// The issuer's certificate (authorityInfoAccess, caIssuers).
    IssuerCertificate { uri: String },
    /// A CRL (cRLDistributionPoints).
    Crl { uri: String },
    /// An OCSP response (authorityInfoAccess, ocsp).
    OcspResponse { uri: String },
}

macro_rules! finding_codes {
    ($($(#[$attribute:meta])* $code:ident = $text:literal, $family:ident, $kind:ident, $section:literal;)*) => {
        /// What can be found, with a code that does not change between versions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingCode { $($(#[$attribute])* $code,)* }

        impl FindingCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The stable code, such as `PATH-EXPIRED`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $text,)* }
            }

            /// Whose rule it is about.
            #[must_use]
            pub const fn family(self) -> RuleFamily {
                match self { $(Self::$code => RuleFamily::$family,)* }
            }

            /// What kind of refusal it makes where it decides.
            #[must_use]
            pub const fn kind(self) -> RefusalKind {
                match self { $(Self::$code => RefusalKind::$kind,)* }
            }

            /// The section with the rule.
            #[must_use]
            pub const fn section(self) -> &'static str {
                match self { $(Self::$code => $section,)* }
            }
        }
    };
}

finding_codes! {
    /// No trust anchor and no certificate at hand issued this one.
    UnknownIssuer = "PATH-UNKNOWN-ISSUER", Security, UnknownIssuer, "RFC 5280 §6.1";
    /// The path is longer than we follow.
    TooDeep = "PATH-TOO-DEEP", Security, PathTooLong, "RFC 5280 §6.1";
    /// The search took more work than one judgement may.
    BudgetExceeded = "PATH-BUDGET", Security, BudgetExceeded, "RFC 5280 §8";
    /// The bytes are no certificate.
    Malformed = "CERT-MALFORMED", Security, Malformed, "RFC 5280 §4.1";
    /// There is no certificate at all.
    NoCertificate = "PATH-EMPTY", Security, Malformed, "RFC 5280 §6.1";
    /// A known extension cannot be read.
    ExtensionMalformed = "CERT-EXTENSION-MALFORMED", Security, Malformed, "RFC 5280 §4.2";
    /// An extension stands twice.
    ExtensionDuplicate = "CERT-EXTENSION-DUPLICATE", Security, Malformed, "RFC 5280 §4.2";
    /// The two algorithm identifiers differ.
    AlgorithmMismatch = "CERT-ALGORITHM-MISMATCH", Security, Malformed, "RFC 5280 §4.1.1.2";
    /// The signature does not verify with the issuer's key.
    BadSignature = "PATH-SIGNATURE", Security, BadSignature, "RFC 5280 §6.1.3 (a)(1)";
    /// The signature is of an algorithm or a key that is not accepted.
    SignatureAlgorithm = "PATH-SIGNATURE-ALGORITHM", Security, UnsupportedAlgorithm, "RFC 5280 §6.1.3 (a)(1)";
    /// Validity is over.
    Expired = "PATH-EXPIRED", Security, Expired, "RFC 5280 §6.1.3 (a)(2)";
    /// Validity has not begun.
    NotYetValid = "PATH-NOT-YET-VALID", Security, NotYetValid, "RFC 5280 §6.1.3 (a)(2)";
    /// A CRL or an OCSP response says that it is revoked.
    Revoked = "PATH-REVOKED", Security, Revoked, "RFC 5280 §6.1.3 (a)(3), §6.3.3";
    /// Nothing usable says whether it is revoked.
    RevocationUnknown = "PATH-REVOCATION-UNKNOWN", Security, RevocationUnknown, "RFC 5280 §6.3.3";
    /// What says that it is not revoked is out of date.
    RevocationStale = "PATH-REVOCATION-STALE", Security, RevocationUnknown, "RFC 5280 §6.3.3 (a)";
    /// The certificate promises a stapled OCSP response, and none came that says good.
    MustStaple = "PATH-MUST-STAPLE", Security, StapleMissing, "RFC 7633 §4.2.3.1";
    /// The issuer's name is not the subject of the certificate above.
    NameChaining = "PATH-NAME-CHAINING", Security, UnknownIssuer, "RFC 5280 §6.1.3 (a)(4)";
    /// A critical extension is not understood.
    CriticalExtension = "PATH-CRITICAL-EXTENSION", Security, UnsupportedCriticalExtension, "RFC 5280 §6.1.4 (o), §6.1.5 (f)";
    /// A certificate that is no CA's issued another.
    NotCa = "PATH-NOT-CA", Security, NotACa, "RFC 5280 §6.1.4 (k)";
    /// More intermediates follow than a CA's pathLenConstraint, or the caller, allows.
    PathLength = "PATH-LENGTH", Security, PathTooLong, "RFC 5280 §6.1.4 (l), (m)";
    /// A CA's key is not for signing certificates.
    KeyCertSign = "PATH-KEY-CERT-SIGN", Security, NotACa, "RFC 5280 §6.1.4 (n)";
    /// The peer's key is not for what is done with it: in TLS 1.3, signing.
    PeerKeyUsage = "PATH-KEY-USAGE", Security, NotAllowedForPurpose, "RFC 5280 §4.2.1.3, RFC 9846 §4.5.1.2";
    /// The key, or what its CA certifies, is not for this purpose.
    ExtKeyUsage = "PATH-EXT-KEY-USAGE", Security, NotAllowedForPurpose, "RFC 5280 §4.2.1.12";
    /// A key is smaller than the profile accepts.
    WeakKey = "PATH-WEAK-KEY", Security, WeakKey, "NIST SP 800-57 part 1 §5.6";
    /// A key is so large that verifying with it would be work for nothing.
    KeyTooLarge = "PATH-KEY-TOO-LARGE", Security, UnsupportedAlgorithm, "RFC 9846 C.2";
    /// The trust anchor vouches for another trust domain.
    TrustDomain = "PATH-TRUST-DOMAIN", Security, NameConstraint, "SPIFFE Trust Domain and Bundle §5";
    /// A name is not within what a CA above may certify.
    NameNotPermitted = "PATH-NAME-NOT-PERMITTED", Security, NameConstraint, "RFC 5280 §6.1.3 (b)";
    /// A name is, or could be, within what a CA above must not certify.
    NameExcluded = "PATH-NAME-EXCLUDED", Security, NameConstraint, "RFC 5280 §6.1.3 (c)";
    /// A name constraint is none of its form, or has a minimum or maximum.
    ConstraintMalformed = "PATH-CONSTRAINT-MALFORMED", Security, NameConstraint, "RFC 5280 §4.2.1.10";
    /// The path is not valid under any policy asked for.
    NoValidPolicy = "PATH-POLICY", Security, Policy, "RFC 5280 §6.1.3 (f), §6.1.5 (g)";
    /// A policy is mapped to or from anyPolicy.
    AnyPolicyMapped = "PATH-ANY-POLICY-MAPPED", Security, Policy, "RFC 5280 §6.1.4 (a)";
    /// The peer's key is of an algorithm that we cannot verify with.
    PublicKey = "PATH-PUBLIC-KEY", Security, UnsupportedAlgorithm, "RFC 5280 §4.1.2.7";
    /// The certificate does not name whom we expect.
    NameMismatch = "NAME-MISMATCH", Security, NameMismatch, "RFC 9525 §6";
    /// The provider has no SHA-256, with which identities are digested.
    NoSha256 = "PKI-NO-SHA256", Security, Misconfigured, "FIPS 180-4";

    /// Nothing usable says whether it is revoked, and the caller lets that pass.
    RevocationUnknownAccepted = "PATH-REVOCATION-UNKNOWN-ACCEPTED", Choice, RevocationUnknown, "RFC 5280 §6.3.3";
    /// What says that it is not revoked is out of date, and the caller lets that pass.
    RevocationStaleAccepted = "PATH-REVOCATION-STALE-ACCEPTED", Choice, RevocationUnknown, "RFC 5280 §6.3.3 (a)";

    /// A value is not in DER, though readable.
    Der = "CERT-DER", Rfc5280, Malformed, "RFC 5280 §4.1, X.690";
    /// A date is of the wrong one of the two types.
    TimeType = "CERT-TIME-TYPE", Rfc5280, Malformed, "RFC 5280 §4.1.2.5";
    /// Version and fields do not fit.
    Version = "CERT-VERSION", Rfc5280, Malformed, "RFC 5280 §4.1.2.1";
    /// The serial number is zero, negative or longer than 20 octets.
    SerialNumber = "CERT-SERIAL-NUMBER", Rfc5280, Malformed, "RFC 5280 §4.1.2.2";
    /// The issuer's name is empty.
    EmptyIssuer = "CERT-EMPTY-ISSUER", Rfc5280, Malformed, "RFC 5280 §4.1.2.4";
    /// A CA's name is empty.
    EmptyCaSubject = "CERT-EMPTY-CA-SUBJECT", Rfc5280, Malformed, "RFC 5280 §4.1.2.6";
    /// authorityKeyIdentifier is missing or without the key's identifier.
    AuthorityKeyIdentifier = "CERT-AKI", Rfc5280, Malformed, "RFC 5280 §4.2.1.1";
    /// A CA has no subjectKeyIdentifier.
    SubjectKeyIdentifier = "CERT-SKI", Rfc5280, Malformed, "RFC 5280 §4.2.1.2";
    /// An extension is critical that must not be, or is not where it must be.
    Criticality = "CERT-CRITICALITY", Rfc5280, Malformed, "RFC 5280 §4.2.1";
    /// keyUsage is missing in a CA, or asserts nothing.
    KeyUsage = "CERT-KEY-USAGE", Rfc5280, Malformed, "RFC 5280 §4.2.1.3";
    /// What only a CA may have stands in a certificate that is none.
    CaOnly = "CERT-CA-ONLY", Rfc5280, Malformed, "RFC 5280 §4.2.1.9, §4.2.1.10";
    /// An entry of subjectAltName is no name of its form.
    SubjectAltName = "CERT-SUBJECT-ALT-NAME", Rfc5280, Malformed, "RFC 5280 §4.2.1.6";
    /// A name constraint is written as RFC 5280 does not allow, though its meaning is clear.
    ConstraintForm = "CERT-CONSTRAINT-FORM", Rfc5280, Malformed, "RFC 5280 §4.2.1.10";
    /// authorityInfoAccess cannot be read.
    AuthorityInfoAccess = "CERT-AIA", Rfc5280, Malformed, "RFC 5280 §4.2.2.1";
    /// nameConstraints is not critical; the WebPKI allows that for the sake of old clients.
    NameConstraintsCriticality = "CERT-NAME-CONSTRAINTS-CRITICALITY", Rfc5280, Malformed, "RFC 5280 §4.2.1.10";
    /// nameConstraints has no subtree.
    NameConstraintsEmpty = "CERT-NAME-CONSTRAINTS-EMPTY", Rfc5280, Malformed, "RFC 5280 §4.2.1.10";
    /// policyConstraints says nothing.
    PolicyConstraintsEmpty = "CERT-POLICY-CONSTRAINTS-EMPTY", Rfc5280, Malformed, "RFC 5280 §4.2.1.11";

    /// A certificate is not of version 3.
    WebVersion = "WEB-VERSION", WebPki, Malformed, "CABF BR §7.1.1";
    /// authorityKeyIdentifier says something else than the key.
    WebAuthorityKeyIdentifier = "WEB-AKI", WebPki, Malformed, "CABF BR §7.1.2.1.3, §7.1.2.11.1";
    /// extKeyUsage stands in a root, or not as it should in a subscriber's certificate.
    WebExtKeyUsage = "WEB-EXT-KEY-USAGE", WebPki, NotAllowedForPurpose, "CABF BR §7.1.2.1.2, §7.1.2.7.10";
    /// A key is of a kind or size that is not allowed.
    WebPublicKey = "WEB-PUBLIC-KEY", WebPki, UnsupportedAlgorithm, "CABF BR §6.1.5, §7.1.3.1";
    /// A CA's certificate is used by a server.
    WebSubscriberCa = "WEB-SUBSCRIBER-CA", WebPki, NotAllowedForPurpose, "CABF BR §7.1.2.7.8";
    /// subjectAltName is critical beside a subject.
    WebSubjectAltName = "WEB-SUBJECT-ALT-NAME", WebPki, Malformed, "CABF BR §7.1.2.7.12";
    /// A common name is no entry of subjectAltName.
    WebCommonName = "WEB-COMMON-NAME", WebPki, Malformed, "CABF BR §7.1.4.3";
    /// A wildcard stands right below a public suffix.
    WebPublicSuffix = "WEB-PUBLIC-SUFFIX", WebPki, Malformed, "CABF BR §3.2.2.6";

    /// There is not exactly one URI.
    SpiffeUri = "SPIFFE-URI", Spiffe, Malformed, "X.509-SVID §2";
    /// The URI is no SPIFFE id, or not of the kind that belongs there.
    SpiffeId = "SPIFFE-ID", Spiffe, Malformed, "X.509-SVID §2, §4.1; SPIFFE-ID §2";
    /// A CA's certificate is used by a workload.
    SpiffeLeafCa = "SPIFFE-LEAF-CA", Spiffe, NotAllowedForPurpose, "X.509-SVID §4.1";
    /// keyUsage is missing or not that of a workload.
    SpiffeKeyUsage = "SPIFFE-KEY-USAGE", Spiffe, NotAllowedForPurpose, "X.509-SVID §4.3";
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line without the certificate: code, expected, found, section.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, expected, found, .. } = self;
        write!(f, "{code}: expected {expected}; found {found} ({})", code.section())
    }
}

/// Findings of one path that are kept; what comes after them adds nothing for people.
const MAX_FINDINGS: usize = 64;

/// Collects the findings of one path at the levels of a profile.
pub(crate) struct Findings<'p> {
    profile: &'p Profile,
    list: Vec<Finding>,
}

impl<'p> Findings<'p> {
    pub(crate) const fn new(profile: &'p Profile) -> Self {
        Self { profile, list: Vec::new() }
    }

    /// Notes a finding; the texts are only made if the profile wants it.
    pub(crate) fn report(
        &mut self,
        code: FindingCode,
        certificate: impl Into<Option<usize>>,
        expected: impl Into<Cow<'static, str>>,
        found: fmt::Arguments<'_>,
    ) {
        self.report_missing(code, certificate, expected, found, Vec::new());
    }

    /// Notes a finding with what could settle it.
    pub(crate) fn report_missing(
        &mut self,
        code: FindingCode,
        certificate: impl Into<Option<usize>>,
        expected: impl Into<Cow<'static, str>>,
        found: fmt::Arguments<'_>,
        missing: Vec<Missing>,
    ) {
        let level = self.profile.level(code);
        // An error is never lost: it takes the place of the last warning.
        let full = self.list.len() >= MAX_FINDINGS;
        if level == Level::Ignored || full && (level == Level::Warning || self.has_error()) {
            return;
        }
        self.list.truncate(MAX_FINDINGS - 1);
        let certificate = certificate.into();
        let found = found.as_str().map_or_else(|| Cow::Owned(found.to_string()), Cow::Borrowed);
        self.list.push(Finding { code, level, certificate, expected: expected.into(), found, missing });
    }

    pub(crate) fn has_error(&self) -> bool {
        self.list.iter().any(|finding| finding.level == Level::Error)
    }

    pub(crate) fn into_vec(self) -> Vec<Finding> {
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn codes_differ_and_name_a_section() {
        let mut seen = BTreeSet::new();
        for code in FindingCode::ALL {
            assert!(seen.insert(code.as_str()), "{code}");
            assert!(!code.section().is_empty(), "{code}");
        }
    }

    #[test]
    fn an_error_after_many_warnings_is_kept() {
        let profile = Profile::internal();
        let mut findings = Findings::new(&profile);
        for _ in 0..1000 {
            findings.report(FindingCode::Der, 0, "DER", format_args!("a lapse"));
        }
        assert!(!findings.has_error());
        findings.report(FindingCode::Expired, 0, "validity", format_args!("none"));
        assert!(findings.has_error());
        assert_eq!(findings.into_vec().len(), MAX_FINDINGS);
    }
}
