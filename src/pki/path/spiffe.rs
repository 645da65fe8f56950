//! The X.509-SVID standard of SPIFFE.

use super::conformance::is_ca;
use crate::identity::SpiffeId;
use crate::pki::certificate::{Certificate, ExtensionField, GeneralName, KeyUsage};
use crate::pki::finding::{FindingCode, Findings};

/// X.509-SVID §2, §3.1, §4.1, §4.3: the certificate of a workload.
pub(super) fn leaf(certificate: &Certificate<'_>, findings: &mut Findings<'_>) {
    let names = certificate.subject_alt_names();
    let is_uri = |name: &GeneralName<'_>| matches!(name, GeneralName::UniformResourceIdentifier(_));
    let uris = names.iter().filter(is_uri).count();
    if uris != 1 {
        findings.report(FindingCode::SpiffeUri, 0, "exactly one URI", format_args!("{uris}"));
    }
    for name in names.iter() {
        let GeneralName::UniformResourceIdentifier(uri) = name else { continue };
        let id = core::str::from_utf8(uri).ok().map(SpiffeId::parse);
        let expected = "a SPIFFE id with a path";
        match id {
            Some(Ok(id)) if !id.path().is_empty() => {}
            Some(Ok(id)) => {
                findings.report(FindingCode::SpiffeId, 0, expected, format_args!("{id}, a trust domain"));
            }
            Some(Err(error)) => {
                findings.report(
                    FindingCode::SpiffeId,
                    0,
                    expected,
                    format_args!("{}: {error}", uri.escape_ascii()),
                );
            }
            None => {
                findings.report(FindingCode::SpiffeId, 0, expected, format_args!("{}", uri.escape_ascii()));
            }
        }
    }
    if is_ca(certificate) {
        findings.report(FindingCode::SpiffeLeafCa, 0, "cA not asserted", format_args!("cA"));
    }
    let signing = [KeyUsage::KEY_CERT_SIGN, KeyUsage::CRL_SIGN];
    let usage = certificate.extensions.key_usage.as_ref();
    let fits = usage.is_some_and(|field| field.critical)
        && usage.and_then(ExtensionField::ok).is_some_and(|usage| {
            usage.contains(KeyUsage::DIGITAL_SIGNATURE) && !signing.iter().any(|sign| usage.contains(*sign))
        });
    if !fits {
        let expected = "critical keyUsage with digitalSignature, without keyCertSign and cRLSign";
        match usage {
            Some(ExtensionField { critical: false, .. }) => {
                findings.report(FindingCode::SpiffeKeyUsage, 0, expected, format_args!("one not critical"));
            }
            Some(ExtensionField { value: Ok(usage), .. }) => {
                findings.report(FindingCode::SpiffeKeyUsage, 0, expected, format_args!("{usage}"));
            }
            Some(ExtensionField { value: Err(_), .. }) | None => {
                findings.report(FindingCode::SpiffeKeyUsage, 0, expected, format_args!("none"));
            }
        }
    }
}

/// X.509-SVID §3.2, §4.1: a CA's own SPIFFE id, where it has one, names its trust domain.
pub(super) fn ca(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    for name in certificate.subject_alt_names().iter() {
        let GeneralName::UniformResourceIdentifier(uri) = name else { continue };
        let id = core::str::from_utf8(uri).ok().and_then(|uri| SpiffeId::parse(uri).ok());
        if id.is_some_and(|id| !id.path().is_empty()) {
            findings.report(
                FindingCode::SpiffeId,
                position,
                "a SPIFFE id without path in a CA",
                format_args!("{}", uri.escape_ascii()),
            );
        }
    }
}
