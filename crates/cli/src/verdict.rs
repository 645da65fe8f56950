//! What `handfast verify` found, for people and as JSON.

use std::fmt::Write;

use handfast::pki::{Accepted, Finding, Level, Missing, Refusal, TriedPath};

use crate::file_fault::FileFault;
use crate::json::Json;

/// Who it is, by which path, until when, and what was found all the same.
pub(crate) fn accepted_text(accepted: &Accepted) -> String {
    let mut text = format!(
        "certificate accepted: {}\npath of {} to a trust anchor, valid until {}\n",
        accepted.identity,
        accepted.path.len(),
        accepted.earliest_not_after()
    );
    for policy in &accepted.policies {
        let _ = writeln!(text, "policy {policy}");
    }
    for finding in &accepted.findings {
        let at = finding.certificate.map_or_else(String::new, |index| format!("certificate {index}: "));
        let _ = writeln!(text, "warning: {at}{finding}");
    }
    text
}

/// Every path tried, and where what is missing could be had.
pub(crate) fn refused_text(refusal: &Refusal) -> String {
    let mut text = refusal.report().to_string();
    for missing in refusal.missing() {
        let (kind, uri) = missing_parts(missing);
        let _ = writeln!(text, "missing {kind}: {uri}");
    }
    text
}

pub(crate) fn accepted_json(accepted: &Accepted) -> Json {
    let identity = &accepted.identity;
    let identity = Json::Object(vec![
        ("name", Json::text(identity.display_name())),
        ("spiffe_id", identity.spiffe_id.as_ref().map(|id| Json::text(id.as_str())).into()),
        ("dns_names", Json::texts(&identity.dns_names)),
        ("ip_addresses", Json::texts(&identity.ip_addresses)),
        ("uris", Json::texts(&identity.uris)),
        ("emails", Json::texts(&identity.emails)),
        ("subject", Json::text(identity.subject.to_string())),
        ("issuer", Json::text(identity.issuer.to_string())),
        ("serial", Json::text(&identity.serial)),
        ("certificate_sha256", Json::text(identity.certificate_digest)),
        ("public_key_sha256", Json::text(identity.key_digest)),
    ]);
    Json::Object(vec![
        ("verdict", Json::text("accepted")),
        ("identity", identity),
        ("path_length", Json::count(accepted.path.len())),
        ("valid_until", Json::text(accepted.earliest_not_after())),
        ("policies", Json::texts(&accepted.policies)),
        ("findings", accepted.findings.iter().map(finding_json).collect()),
    ])
}

pub(crate) fn refused_json(refusal: &Refusal) -> Json {
    Json::Object(vec![
        ("verdict", Json::text("refused")),
        ("code", Json::text(refusal.code())),
        ("deciding_path", Json::count(refusal.deciding_path)),
        ("deciding", finding_json(&refusal.deciding)),
        ("time", Json::text(refusal.time)),
        ("clock_skew_seconds", Json::Number(refusal.clock_skew.as_secs())),
        ("profile", Json::text(refusal.profile)),
        ("paths", refusal.tried.iter().map(path_json).collect()),
        ("paths_omitted", Json::count(refusal.omitted)),
    ])
}

/// A file that could not even be read.
pub(crate) fn unreadable_json(fault: &FileFault) -> Json {
    Json::Object(vec![
        ("verdict", Json::text("unreadable")),
        ("code", Json::text(fault.code())),
        ("findings", std::iter::once(fault.finding_json()).collect()),
    ])
}

fn path_json(path: &TriedPath) -> Json {
    let certificates = path.certificates.iter().enumerate().map(|(index, certificate)| {
        Json::Object(vec![
            ("index", Json::count(index)),
            ("subject", Json::text(&certificate.subject)),
            ("serial", Json::text(&certificate.serial)),
            ("source", Json::text(certificate.source)),
        ])
    });
    Json::Object(vec![
        ("reaches_anchor", Json::Bool(path.reaches_anchor)),
        ("certificates", certificates.collect()),
        ("findings", path.findings.iter().map(finding_json).collect()),
    ])
}

fn finding_json(finding: &Finding) -> Json {
    let missing = finding.missing.iter().map(|missing| {
        let (kind, uri) = missing_parts(missing);
        Json::Object(vec![("kind", Json::text(kind)), ("uri", Json::text(uri))])
    });
    Json::Object(vec![
        ("code", Json::text(finding.code)),
        ("level", Json::text(if finding.level == Level::Error { "error" } else { "warning" })),
        ("section", Json::text(finding.code.section())),
        ("certificate", finding.certificate.map(Json::count).into()),
        ("expected", Json::text(&finding.expected)),
        ("found", Json::text(&finding.found)),
        ("missing", missing.collect()),
    ])
}

const fn missing_parts(missing: &Missing) -> (&'static str, &String) {
    match missing {
        Missing::IssuerCertificate { uri } => ("issuer certificate", uri),
        Missing::Crl { uri } => ("CRL", uri),
        Missing::OcspResponse { uri } => ("OCSP response", uri),
    }
}
