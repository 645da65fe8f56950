//! Why a chain is refused: a report of every path tried.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::finding::{Finding, FindingCode, Level, Missing};
use super::judgement::Judgement;
use crate::identity::SerialNumber;
use crate::time::Time;

/// What kind of refusal it is, for those who act on it by program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// No path leads to a trust anchor.
    UnknownIssuer,
    /// A certificate of the path has expired.
    Expired,
    /// A certificate of the path is not valid yet.
    NotYetValid,
    /// A certificate of the path is revoked.
    Revoked,
    /// Whether a certificate of the path is revoked could not be learned, and must be.
    RevocationUnknown,
    /// The peer promised an OCSP response with its certificate, and gave none that says good.
    StapleMissing,
    /// A signature does not verify.
    BadSignature,
    /// The certificate does not name whom we expect.
    NameMismatch,
    /// A name lies outside what its CA may certify.
    NameConstraint,
    /// The path is not valid under the policies asked for.
    Policy,
    /// A critical extension is not understood.
    UnsupportedCriticalExtension,
    /// A signature or key is of an algorithm that is not accepted.
    UnsupportedAlgorithm,
    /// A certificate cannot be read, or breaks the profile's rules of form.
    Malformed,
    /// A key is used for what it is not for.
    NotAllowedForPurpose,
    /// An issuer in the path is no CA, or may not sign certificates.
    NotACa,
    /// A key is too small.
    WeakKey,
    /// The path is longer than allowed.
    PathTooLong,
    /// The search took more work than one judgement may.
    BudgetExceeded,
    /// The judge was not given what it needs.
    Misconfigured,
}

/// Why a chain is refused.
///
/// `Display` is one line: the finding that decided. [`Refusal::report`] is for terminals: every path tried,
/// each certificate in it and each finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The paths tried, in the order of the search; never empty.
    pub tried: Vec<TriedPath>,
    /// Paths tried beyond those reported.
    pub omitted: usize,
    /// Which of the paths decided.
    pub deciding_path: usize,
    /// The finding that decided.
    pub deciding: Finding,
    /// The time of judgement.
    pub time: Time,
    /// The clock skew allowed.
    pub clock_skew: Duration,
    /// The profile's name.
    pub profile: &'static str,
}

/// A path, whole or cut short, with what was found in it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TriedPath {
    /// The peer's own certificate first.
    pub certificates: Vec<PathCertificate>,
    /// Did it lead to a trust anchor?
    pub reaches_anchor: bool,
    /// What was found, in the order of processing.
    pub findings: Vec<Finding>,
}

/// A certificate of a path, as a report names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathCertificate {
    /// Where it came from.
    pub source: Source,
    /// Its subject in the string form of RFC 4514; empty if it cannot be read.
    pub subject: String,
    /// Its serial number.
    pub serial: SerialNumber,
}

/// Where a certificate came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The peer sent it, at this place of its chain; 0 is its own.
    Peer(usize),
    /// It is one of the intermediates that we hold, by index.
    Intermediate(usize),
    /// It is one of our trust anchors, by index.
    Anchor(usize),
    /// It came inside an OCSP response.
    OcspResponse,
}

impl Refusal {
    /// The refusal that the first error of `tried[deciding_path]` decides.
    pub(crate) fn new(
        tried: Vec<TriedPath>,
        omitted: usize,
        deciding_path: usize,
        judgement: &Judgement<'_>,
    ) -> Box<Self> {
        let path = tried.get(deciding_path);
        let deciding = path.and_then(|path| path.findings.iter().find(|f| f.level == Level::Error).cloned());
        let deciding = deciding.unwrap_or(Finding {
            code: FindingCode::UnknownIssuer,
            level: Level::Error,
            certificate: None,
            expected: "a path to a trust anchor".into(),
            found: "none".into(),
            missing: Vec::new(),
        });
        Box::new(Self {
            tried,
            omitted,
            deciding_path,
            deciding,
            time: judgement.time,
            clock_skew: judgement.profile.clock_skew,
            profile: judgement.profile.name,
        })
    }

    /// What kind of refusal it is.
    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        self.deciding.code.kind()
    }

    /// The code of the finding that decided.
    #[must_use]
    pub const fn code(&self) -> FindingCode {
        self.deciding.code
    }

    /// What could settle findings of any path, each once.
    #[must_use]
    pub fn missing(&self) -> Vec<&Missing> {
        let mut missing = Vec::new();
        let findings = self.tried.iter().flat_map(|path| &path.findings);
        for lack in findings.flat_map(|finding| &finding.missing) {
            if !missing.contains(&lack) {
                missing.push(lack);
            }
        }
        missing
    }

    /// Every path tried, over several lines.
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        Report(self)
    }

    /// The certificate that the finding is about that decided; `None` if it is about none alone.
    #[must_use]
    pub fn deciding_certificate(&self) -> Option<&PathCertificate> {
        let path = self.tried.get(self.deciding_path)?;
        path.certificates.get(self.deciding.certificate?)
    }
}

/// A refusal in one line.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(certificate) = self.deciding_certificate() {
            write!(f, "{certificate}: ")?;
        }
        fmt::Display::fmt(&self.deciding, f)
    }
}

impl core::error::Error for Refusal {}

/// A refusal over several lines, for terminals.
#[derive(Clone, Copy)]
pub struct Report<'r>(&'r Refusal);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { tried, omitted, deciding_path, time, clock_skew, profile, .. } = self.0;
        writeln!(f, "certificate refused: {}", self.0)?;
        write!(f, "judged at {time}, profile {profile}")?;
        if !clock_skew.is_zero() {
            write!(f, ", clock skew {} s", clock_skew.as_secs())?;
        }
        writeln!(f, ", {} {} tried", tried.len() + omitted, plural(tried.len() + omitted, "path"))?;
        for (index, path) in tried.iter().enumerate() {
            let end = if path.reaches_anchor { "to a trust anchor" } else { "to no trust anchor" };
            let decided = if index == *deciding_path { ", decided" } else { "" };
            writeln!(f, "path {}, {end}{decided}:", index + 1)?;
            for (depth, certificate) in path.certificates.iter().enumerate() {
                writeln!(f, "  {depth} {certificate}")?;
                write_findings(f, path, Some(depth))?;
            }
            write_findings(f, path, None)?;
        }
        match omitted {
            0 => Ok(()),
            more => writeln!(f, "{more} more {} not shown", plural(*more, "path")),
        }
    }
}

fn write_findings(f: &mut fmt::Formatter<'_>, path: &TriedPath, certificate: Option<usize>) -> fmt::Result {
    for finding in path.findings.iter().filter(|finding| finding.certificate == certificate) {
        let level = if finding.level == Level::Error { "error" } else { "warning" };
        writeln!(f, "    {level} {} ({})", finding.code, finding.code.section())?;
        writeln!(f, "      expected {}", finding.expected)?;
        writeln!(f, "      found    {}", finding.found)?;
    }
    Ok(())
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_string() } else { alloc::format!("{noun}s") }
}

impl fmt::Display for PathCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = if self.subject.is_empty() { "(no subject)" } else { &self.subject };
        write!(f, "{subject} serial {} ({})", self.serial, self.source)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer(0) => f.write_str("the peer's own"),
            Self::Peer(index) => write!(f, "sent by the peer, index {index}"),
            Self::Intermediate(index) => write!(f, "our intermediate {index}"),
            Self::Anchor(index) => write!(f, "our trust anchor {index}"),
            Self::OcspResponse => f.write_str("from an OCSP response"),
        }
    }
}
