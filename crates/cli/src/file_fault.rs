//! A file that cannot be used: which one, where in it, and which rule it breaks.

use std::fmt;
use std::path::{Path, PathBuf};

use handfast::pem::PemError;
use handfast::pki::asn1::Asn1Error;
use handfast::pki::revocation::CrlError;
use handfast::pki::{AnchorError, FindingCode};

use crate::credential_file::is_pem;
use crate::json::Json;

/// Why a file cannot be used; `Display` is one line with the file and the place in it.
#[derive(Clone, Debug)]
pub(crate) struct FileFault {
    path: PathBuf,
    rule: FileRule,
    /// The line of the fault, or of the block that it is in, from 1.
    line: Option<usize>,
    /// Where in the DER, from 0.
    byte: Option<usize>,
    reason: String,
}

/// What a file should hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FileRule {
    Readable,
    Pem,
    Certificate,
    Crl,
    OcspResponse,
}

impl FileFault {
    /// One without a place in the file.
    pub(crate) fn new(path: &Path, reason: impl fmt::Display) -> Self {
        let path = path.to_owned();
        Self { path, rule: FileRule::Readable, line: None, byte: None, reason: reason.to_string() }
    }

    /// Text that is no PEM.
    pub(crate) fn pem(path: &Path, error: &PemError) -> Self {
        Self { rule: FileRule::Pem, line: Some(error.line), ..Self::new(path, error) }
    }

    /// PEM in which the block is not that should be.
    pub(crate) fn no_block(path: &Path, label: &str) -> Self {
        Self { rule: FileRule::Pem, ..Self::new(path, format_args!("no block \"BEGIN {label}\" is in it")) }
    }

    /// A file that is neither PEM nor, in DER, what it should be.
    pub(crate) fn der(path: &Path, rule: FileRule, file: &[u8], error: &Asn1Error) -> Self {
        let reason = neither_pem_nor(file, &format_args!("no {} in DER: {error}", rule.noun()));
        Self { rule, byte: Some(error.offset), ..Self::new(path, reason) }
    }

    /// A block of PEM whose contents are not what they should be.
    pub(crate) fn block(path: &Path, rule: FileRule, line: usize, error: &Asn1Error) -> Self {
        let reason = format_args!("the {} at line {line} cannot be read: {error}", rule.noun());
        Self { rule, line: Some(line), byte: Some(error.offset), ..Self::new(path, reason) }
    }

    /// Lists in PEM that cannot be read.
    pub(crate) fn crls(path: &Path, error: &CrlError) -> Self {
        match error {
            CrlError::Pem(error) => Self::pem(path, error),
            CrlError::List { line, error } => Self::block(path, FileRule::Crl, *line, error),
            _ => Self::new(path, error),
        }
    }

    /// Trust anchors that cannot be read.
    pub(crate) fn anchors(path: &Path, file: &[u8], error: &AnchorError) -> Self {
        match error {
            AnchorError::Pem(error) => Self::pem(path, error),
            AnchorError::Certificate { line, error } => match line {
                Some(line) => Self::block(path, FileRule::Certificate, *line, error),
                None => Self::der(path, FileRule::Certificate, file, error),
            },
            AnchorError::NoCertificate => Self::no_block(path, "CERTIFICATE"),
            _ => Self::new(path, error),
        }
    }

    /// The finding that it is, in the shape of those of a judgement, with file, line and byte.
    pub(crate) fn finding_json(&self) -> Json {
        Json::Object(vec![
            ("code", Json::text(self.rule.code())),
            ("level", Json::text("error")),
            ("section", self.rule.section().map(Json::text).into()),
            ("file", Json::text(self.path.display())),
            ("line", self.line.map(Json::count).into()),
            ("byte", self.byte.map(Json::count).into()),
            ("expected", Json::text(self.rule.expected())),
            ("found", Json::text(&self.reason)),
        ])
    }

    /// Its stable code.
    pub(crate) const fn code(&self) -> &'static str {
        self.rule.code()
    }
}

/// The error, and for a file that is not even DER what it should have been.
pub(crate) fn neither_pem_nor(file: &[u8], error: &impl fmt::Display) -> String {
    const SEQUENCE: u8 = 0x30;
    match file.first() {
        None => "the file is empty".to_owned(),
        Some(&SEQUENCE) => error.to_string(),
        Some(_) if is_pem(file) => error.to_string(),
        Some(_) => format!("neither PEM (no line -----BEGIN …) nor DER: {error}"),
    }
}

impl FileRule {
    const fn code(self) -> &'static str {
        match self {
            Self::Readable => "FILE-UNREADABLE",
            Self::Pem => "FILE-PEM",
            Self::Certificate => FindingCode::Malformed.as_str(),
            Self::Crl => "CRL-MALFORMED",
            Self::OcspResponse => "OCSP-MALFORMED",
        }
    }

    const fn section(self) -> Option<&'static str> {
        match self {
            Self::Readable => None,
            Self::Pem => Some("RFC 7468 §2"),
            Self::Certificate => Some(FindingCode::Malformed.section()),
            Self::Crl => Some("RFC 5280 §5.1"),
            Self::OcspResponse => Some("RFC 6960 §4.2.1"),
        }
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::Readable => "a file that can be read",
            Self::Pem => "PEM, with the blocks that belong there",
            Self::Certificate => "Certificate in DER",
            Self::Crl => "CertificateList in DER",
            Self::OcspResponse => "OCSPResponse in DER, successful and of type id-pkix-ocsp-basic",
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Readable => "file",
            Self::Pem => "PEM",
            Self::Certificate => "certificate",
            Self::Crl => "CRL",
            Self::OcspResponse => "OCSP response",
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}
