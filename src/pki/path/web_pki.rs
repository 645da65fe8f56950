//! The Baseline Requirements of the CA/Browser Forum for TLS server certificates, as far as a relying party can
//! check them.

use alloc::string::ToString;

use super::conformance::is_ca;
use crate::pki::asn1::known;
use crate::pki::certificate::{Certificate, EcParameters, ExtensionField, GeneralName, KeyType, ip_address};
use crate::pki::finding::{FindingCode, Findings};
use crate::pki::name::{DnsPattern, PublicSuffixes, dns_pattern};

/// §7.1.2.1: root CA certificates.
pub(super) fn anchor(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    if certificate.extensions.ext_key_usage.is_some() {
        findings.report(
            FindingCode::WebExtKeyUsage,
            position,
            "a root without extKeyUsage",
            format_args!("one with it"),
        );
    }
}

/// All certificates.
pub(super) fn certificate(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    if certificate.version != 2 {
        findings.report(
            FindingCode::WebVersion,
            position,
            "version 3",
            format_args!("version {}", certificate.version.saturating_add(1)),
        );
    }
    authority_key_identifier(certificate, position, findings);
    public_key(certificate, position, findings);
}

/// §7.1.2.7: subscriber certificates.
pub(super) fn subscriber(
    certificate: &Certificate<'_>,
    public_suffixes: &PublicSuffixes,
    findings: &mut Findings<'_>,
) {
    let extensions = &certificate.extensions;
    if is_ca(certificate) {
        findings.report(FindingCode::WebSubscriberCa, 0, "cA not asserted", format_args!("cA"));
    }
    let usage = extensions.ext_key_usage.as_ref().and_then(ExtensionField::ok);
    let any = |purposes: &[_]| purposes.contains(&known::ANY_EXTENDED_KEY_USAGE);
    //= R5280-4.2.1.12-4
    if usage.is_none_or(|usage| any(&usage.purposes)) {
        findings.report(
            FindingCode::WebExtKeyUsage,
            0,
            "extKeyUsage without anyExtendedKeyUsage",
            match usage {
                Some(_) => format_args!("anyExtendedKeyUsage"),
                None => format_args!("no extKeyUsage"),
            },
        );
    }
    if extensions.ext_key_usage.as_ref().is_some_and(|field| field.critical) {
        let expected = "extKeyUsage not critical";
        findings.report(FindingCode::WebExtKeyUsage, 0, expected, format_args!("critical"));
    }
    let critical = extensions.subject_alt_name.as_ref().is_some_and(|field| field.critical);
    if critical && !certificate.subject.is_empty() {
        findings.report(
            //= R5280-4.2.1.6-6
            FindingCode::WebSubjectAltName,
            0,
            "subjectAltName not critical beside a subject",
            format_args!("critical"),
        );
    }
    names(certificate, public_suffixes, findings);
}

/// §7.1.2.1.3, §7.1.2.11.1.
fn authority_key_identifier(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    let extensions = &certificate.extensions;
    let Some(identifier) = extensions.authority_key_identifier.as_ref().and_then(ExtensionField::ok) else {
        return;
    };
    let mut report = |found: &str| {
        let expected = "authorityKeyIdentifier with the issuer's key identifier alone";
        findings.report(FindingCode::WebAuthorityKeyIdentifier, position, expected, format_args!("{found}"));
    };
    if identifier.authority_cert_issuer.is_some() || identifier.authority_cert_serial_number.is_some() {
        report("the issuer's certificate in it");
    }
    let subject = extensions.subject_key_identifier.as_ref().and_then(ExtensionField::ok);
    match identifier.key_identifier {
        None => report("no key identifier in it"),
        Some(key) if certificate.is_self_issued() && subject.is_some_and(|subject| *subject != key) => {
            report("another than subjectKeyIdentifier in a self-issued certificate");
        }
        Some(_) => {}
    }
}

/// §6.1.5, §7.1.3.1.
fn public_key(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    let allowed = match certificate.subject_public_key_info.key_type() {
        KeyType::Rsa { modulus_bits } => modulus_bits >= 2048 && modulus_bits % 8 == 0,
        KeyType::Ec(EcParameters::NamedCurve(curve)) => {
            [known::SECP256R1, known::SECP384R1, known::SECP521R1].contains(&curve)
        }
        // Its algorithm is rsaEncryption and no other (§7.1.3.1.1).
        KeyType::RsaPss { .. }
        | KeyType::Ec(EcParameters::Unnamed)
        | KeyType::Ed25519
        | KeyType::MlDsa(_)
        | KeyType::Other(_)
        | KeyType::Malformed => false,
    };
    if !allowed {
        findings.report(
            FindingCode::WebPublicKey,
            position,
            "RSA of at least 2048 bits in whole octets, or P-256, P-384, P-521 by name",
            format_args!("{:?}", certificate.subject_public_key_info.key_type()),
        );
    }
}

/// §3.2.2.6, §7.1.4.3.
fn names(certificate: &Certificate<'_>, public_suffixes: &PublicSuffixes, findings: &mut Findings<'_>) {
    let entries = certificate.subject_alt_names();
    for name in entries.iter() {
        let GeneralName::DnsName(octets) = name else { continue };
        if let Some(DnsPattern::Wildcard(parent)) = dns_pattern(octets)
            && public_suffixes.contains(parent.as_str())
        {
            findings.report(
                FindingCode::WebPublicSuffix,
                0,
                "no wildcard right below a public suffix",
                format_args!("*.{parent}"),
            );
        }
    }
    let common_names =
        certificate.subject.attributes().filter(|attribute| attribute.attribute_type == known::COMMON_NAME);
    for common_name in common_names {
        let text = common_name.text().unwrap_or_default();
        if !entries.iter().any(|name| stands_for(name, &text)) {
            findings.report(
                FindingCode::WebCommonName,
                0,
                "a common name that is an entry of subjectAltName, letter by letter",
                format_args!("{text:?}"),
            );
        }
    }
}

/// May a common name stand for this entry? For a DNS name it is the same letter by letter, for an address its
/// form in RFC 3986 or RFC 5952. The domain below which a wildcard stands is let through: the CA has validated
/// its holder for that very entry, so that the common name says nothing that was not.
fn stands_for(name: GeneralName<'_>, common_name: &str) -> bool {
    match name {
        GeneralName::DnsName(octets) => {
            octets == common_name.as_bytes() || octets.strip_prefix(b"*.") == Some(common_name.as_bytes())
        }
        GeneralName::IpAddress(octets) => {
            ip_address(octets).is_some_and(|address| address.to_string() == common_name)
        }
        GeneralName::OtherName { .. }
        | GeneralName::Rfc822Name(_)
        | GeneralName::X400Address(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EdiPartyName(_)
        | GeneralName::UniformResourceIdentifier(_)
        | GeneralName::RegisteredId(_) => false,
    }
}
