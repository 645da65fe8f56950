//! What RFC 5280 §4 asks of conforming CAs beyond what validation rests on.

use crate::pki::certificate::{
    Certificate, ExtensionField, GeneralName, KeyUsage, NameConstraints, PolicyConstraints, ip_address,
};
use crate::pki::finding::{FindingCode, Findings};
use crate::pki::name::{Mailbox, Presented};

/// Octets of the longest serial number (§4.1.2.2).
const MAX_SERIAL_NUMBER_LEN: usize = 20;

/// Checks a certificate of a path, the trust anchor's too.
pub(super) fn certificate(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    form(certificate, position, findings);
    names(certificate, position, findings);
    key_identifiers(certificate, position, findings);
    criticality(certificate, position, findings);
    key_usage(certificate, position, findings);
    constraints(certificate, position, findings);
}

pub(super) fn is_ca(certificate: &Certificate<'_>) -> bool {
    let constraints = certificate.extensions.basic_constraints.as_ref();
    constraints.and_then(ExtensionField::ok).is_some_and(|constraints| constraints.ca)
}

/// §4.1.2.1, §4.1.2.2, §4.1.2.5 and DER.
fn form(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    for lapse in &certificate.lapses {
        findings.report(FindingCode::Der, position, lapse.rule.rule(), format_args!("otherwise in {lapse}"));
    }
    //= R5280-4.1.2.5-1
    if !certificate.validity.has_right_types {
        findings.report(
            FindingCode::TimeType,
            position,
            "UTCTime for dates through 2049, GeneralizedTime for later ones",
            format_args!("otherwise"),
        );
    }
    let has_extensions = certificate.extensions.count > 0;
    let version = certificate.version.saturating_add(1);
    //= R5280-4.1.2.1-1
    //= R5280-4.1.2.1-2
    //= R5280-4.1.2.8-1
    //= R5280-4.1.2.8-2
    //= R5280-4.1.2.9-1
    let fits = match certificate.version {
        0 => !has_extensions && !certificate.has_unique_identifiers,
        1 => !has_extensions,
        2 => true,
        _ => false,
    };
    if !fits {
        findings.report(
            FindingCode::Version,
            position,
            "version 3 where there are extensions, 2 or 3 where there are unique identifiers",
            format_args!("version {version}"),
        );
    }
    let serial = certificate.serial_number;
    let negative = serial.first().is_some_and(|octet| *octet >= 0x80);
    //= R5280-4.1.2.2-1
    //= R5280-4.1.2.2-3
    //= R5280-4.1.2.2-5
    if negative || serial.iter().all(|octet| *octet == 0) || serial.len() > MAX_SERIAL_NUMBER_LEN {
        findings.report(
            FindingCode::SerialNumber,
            position,
            "a positive serial number of at most 20 octets",
            format_args!("{}", crate::identity::SerialNumber::new(serial)),
        );
    }
}

/// §4.1.2.4, §4.1.2.6.
fn names(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    //= R5280-4.1.2.4-1
    if certificate.issuer.is_empty() {
        findings.report(FindingCode::EmptyIssuer, position, "an issuer", format_args!("an empty name"));
    }
    for name in certificate.subject_alt_names().iter() {
        //= R5280-4.2.1.6-24
        if !is_well_formed(&name) {
            let expected = "entries of subjectAltName that are names of their form";
            findings.report(FindingCode::SubjectAltName, position, expected, format_args!("{name}"));
        }
    }
    if let Some(Err(error)) = certificate.extensions.authority_info_access.as_ref().map(|field| &field.value)
    {
        let expected = "authorityInfoAccess that can be read";
        findings.report(FindingCode::AuthorityInfoAccess, position, expected, format_args!("{error}"));
    }
    //= R5280-4.1.2.6-2
    if certificate.subject.is_empty() && is_ca(certificate) {
        findings.report(FindingCode::EmptyCaSubject, position, "a CA's name", format_args!("an empty name"));
    }
}

/// §4.2.1.6: preferred name syntax, which has no underscore; addr-spec; an absolute URI; 4 or 16 octets.
fn is_well_formed(name: &GeneralName<'_>) -> bool {
    match name {
        //= R5280-4.2.1.6-11
        //= R5280-4.2.1.6-12
        //= R5280-4.2.1.6-13
        GeneralName::DnsName(octets) => Presented::parse(octets).is_some() && !octets.contains(&b'_'),
        //= R5280-4.2.1.6-7
        GeneralName::Rfc822Name(octets) => Mailbox::parse(octets).is_some(),
        //= R5280-4.2.1.6-15
        //= R5280-4.2.1.6-16
        GeneralName::UniformResourceIdentifier(octets) => {
            octets.is_ascii() && octets.iter().position(|octet| *octet == b':').is_some_and(|colon| colon > 0)
        }
        GeneralName::IpAddress(octets) => ip_address(octets).is_some(),
        GeneralName::OtherName { .. }
        | GeneralName::X400Address(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EdiPartyName(_)
        | GeneralName::RegisteredId(_) => true,
    }
}

/// §4.2.1.1, §4.2.1.2.
fn key_identifiers(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    let extensions = &certificate.extensions;
    let authority = extensions.authority_key_identifier.as_ref().and_then(ExtensionField::ok);
    // A self-signed certificate may leave it out; its signature shows the key.
    //= R5280-4.2.1.1-2
    //= R5280-4.2.1.1-3
    if !certificate.is_self_issued() && authority.is_none_or(|field| field.key_identifier.is_none()) {
        findings.report(
            FindingCode::AuthorityKeyIdentifier,
            position,
            "authorityKeyIdentifier with keyIdentifier",
            format_args!("none"),
        );
    }
    //= R5280-4.2.1.2-1
    if is_ca(certificate) && extensions.subject_key_identifier.is_none() {
        findings.report(
            FindingCode::SubjectKeyIdentifier,
            position,
            "subjectKeyIdentifier in a CA",
            format_args!("none"),
        );
    }
}

/// The sections of §4.2.1 that say what is critical and what is not.
fn criticality(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    fn of<T>(field: Option<&ExtensionField<T>>) -> Option<bool> {
        field.map(|field| field.critical)
    }
    let extensions = &certificate.extensions;
    let empty_subject = certificate.subject.is_empty();
    //= R5280-4.2.1.1-6
    //= R5280-4.2.1.2-7
    //= R5280-4.2.1.11-6
    //= R5280-4.2.1.14-1
    //= R5280-4.2.2.1-1
    let wanted = [
        ("authorityKeyIdentifier", of(extensions.authority_key_identifier.as_ref()), false),
        ("subjectKeyIdentifier", of(extensions.subject_key_identifier.as_ref()), false),
        ("authorityInfoAccess", of(extensions.authority_info_access.as_ref()), false),
        ("policyConstraints", of(extensions.policy_constraints.as_ref()), true),
        ("inhibitAnyPolicy", of(extensions.inhibit_any_policy.as_ref()), true),
    ];
    //= R5280-4.2.1.10-2
    if of(extensions.name_constraints.as_ref()) == Some(false) {
        let expected = "nameConstraints critical";
        let found = format_args!("not critical");
        findings.report(FindingCode::NameConstraintsCriticality, position, expected, found);
    }
    let mut report = |name: &'static str, wanted: bool| {
        let word = |critical: bool| if critical { "critical" } else { "not critical" };
        let expected = alloc::format!("{name} {}", word(wanted));
        findings.report(FindingCode::Criticality, position, expected, format_args!("{}", word(!wanted)));
    };
    for (name, found, wanted) in wanted {
        if found == Some(!wanted) {
            report(name, wanted);
        }
    }
    //= R5280-4.2.1.9-4
    if is_ca(certificate) && of(extensions.basic_constraints.as_ref()) == Some(false) {
        report("basicConstraints of a CA", true);
    }
    //= R5280-4.1.2.6-4
    if empty_subject && of(extensions.subject_alt_name.as_ref()) == Some(false) {
        report("subjectAltName beside an empty subject", true);
    }
}

/// §4.2.1.3.
fn key_usage(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    let ca = is_ca(certificate);
    let usage = certificate.extensions.key_usage.as_ref().and_then(ExtensionField::ok);
    let (code, expected) = match usage {
        //= R5280-4.2.1.3-1
        None if ca => (FindingCode::KeyUsage, "keyUsage in a CA"),
        //= R5280-4.2.1.3-7
        Some(usage) if usage.is_empty() => (FindingCode::KeyUsage, "keyUsage with at least one usage"),
        //= R5280-4.2.1.3-3
        Some(usage) if !ca && usage.contains(KeyUsage::KEY_CERT_SIGN) => {
            (FindingCode::CaOnly, "keyCertSign in a CA only")
        }
        Some(_) | None => return,
    };
    match usage {
        Some(usage) => findings.report(code, position, expected, format_args!("{usage}")),
        None => findings.report(code, position, expected, format_args!("none")),
    }
}

/// §4.2.1.9, §4.2.1.10, §4.2.1.11.
fn constraints(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    let extensions = &certificate.extensions;
    let basic = extensions.basic_constraints.as_ref().and_then(ExtensionField::ok);
    let names = extensions.name_constraints.as_ref();
    let ca_only = [
        //= R5280-4.2.1.9-7
        ("pathLenConstraint in a CA only", basic.is_some_and(|basic| basic.path_len_constraint.is_some())),
        //= R5280-4.2.1.10-1
        ("nameConstraints in a CA only", names.is_some()),
    ];
    for (expected, present) in ca_only {
        if present && !is_ca(certificate) {
            let found = format_args!("it in a certificate without cA");
            findings.report(FindingCode::CaOnly, position, expected, found);
        }
    }
    //= R5280-4.2.1.10-3
    if names.and_then(ExtensionField::ok).is_some_and(NameConstraints::is_empty) {
        let expected = "nameConstraints with at least one subtree";
        findings.report(FindingCode::NameConstraintsEmpty, position, expected, format_args!("none"));
    }
    let policy = extensions.policy_constraints.as_ref().and_then(ExtensionField::ok);
    let is_empty = |policy: &PolicyConstraints| {
        policy.require_explicit_policy.is_none() && policy.inhibit_policy_mapping.is_none()
    };
    //= R5280-4.2.1.11-4
    if policy.is_some_and(is_empty) {
        let expected = "policyConstraints with at least one field";
        findings.report(FindingCode::PolicyConstraintsEmpty, position, expected, format_args!("none"));
    }
}
