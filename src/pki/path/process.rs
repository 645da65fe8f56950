//! Processing a path: names and order of RFC 5280 §6.1.2 to §6.1.5.

use alloc::vec::Vec;

use super::build::report_signature;
use super::conformance;
use super::name_constraints::Subtrees;
use super::policy::PolicyState;
use super::signatures::{Indexed, Signatures, inherits_parameters};
use super::work::{Exhausted, Work};
use super::{spiffe, web_pki};
use crate::pki::anchor::TrustAnchor;
use crate::pki::asn1::{Oid, OwnedOid, known};
use crate::pki::certificate::{Certificate, KeyType, KeyUsage, Name};
use crate::pki::finding::{FindingCode, Findings, Level};
use crate::pki::judgement::Judgement;
use crate::pki::name;
use crate::time::Time;

/// Bits of the largest RSA key: time grows with the square of its length, and nothing is safer for it.
const MAX_RSA_BITS: usize = 8192;

/// A path to process: the peer's own certificate first, the anchor's last.
#[derive(Clone, Copy)]
pub(super) struct Path<'p, 'a> {
    pub(super) certificates: &'p [Indexed<'p, 'a>],
    /// `None` if the last certificate is no anchor's, which refuses.
    pub(super) anchor: Option<&'p TrustAnchor>,
}

/// What processing has learned (§6.1.6).
#[derive(Clone, Debug, Default)]
pub(crate) struct Outputs {
    /// The policies under which the path is valid (§6.1.5 (g)).
    pub(crate) policies: Vec<OwnedOid>,
    /// The earliest end of validity, the anchor's included where it counts.
    pub(crate) earliest_not_after: Time,
}

/// The state variables of §6.1.2, for one path.
struct State<'p, 'a> {
    judgement: &'p Judgement<'p>,
    working_public_key: Indexed<'p, 'a>,
    working_public_key_parameters: Option<&'a [u8]>,
    working_issuer_name: Name<'a>,
    max_path_length: u32,
    subtrees: Subtrees,
    policies: PolicyState<'a>,
    earliest_not_after: Time,
}

/// Processes a path; what it finds goes to `findings`, and no error there means that the path is valid.
//= R5280-6.1.1-a
//= R5280-6.1.1-b
pub(super) fn process<'p, 'a>(
    judgement: &'p Judgement<'_>,
    path: Path<'p, 'a>,
    signatures: &mut Signatures<'a>,
    work: &mut Work,
    findings: &mut Findings<'_>,
) -> Result<Outputs, Exhausted> {
    let (Some((certificate, certificates)), Some(anchor)) = (path.certificates.split_last(), path.anchor)
    else {
        let expected = "a path that ends in a trust anchor";
        findings.report(FindingCode::UnknownIssuer, None, expected, format_args!("another"));
        return Ok(Outputs::default());
    };
    let anchor_position = certificates.len();
    let mut state = State::initialization(judgement, *certificate, anchor, anchor_position, findings);
    if let Some((_, own)) = certificates.first().filter(|_| judgement.of_peer) {
        check_trust_domain(own, anchor, findings);
    }
    for (position, certificate) in certificates.iter().enumerate().rev() {
        state.basic_certificate_processing(*certificate, position, signatures, work, findings)?;
        if position > 0 {
            state.prepare_for_next_certificate(*certificate, position, findings);
        } else {
            return Ok(state.wrap_up(certificate.1, findings));
        }
    }
    Ok(Outputs::default())
}

/// Judges a certificate that something else than a path makes trusted.
pub(super) fn process_alone(
    judgement: &Judgement<'_>,
    certificate: Indexed<'_, '_>,
    findings: &mut Findings<'_>,
) -> Outputs {
    let mut state = State::of_key(judgement, certificate);
    let validity = certificate.1.validity;
    state.check_validity(validity.not_before, validity.not_after, 0, findings);
    state.check_certificate(certificate.1, 0, findings);
    state.check_profile(certificate.1, 0, findings);
    state.wrap_up(certificate.1, findings)
}

impl<'p, 'a> State<'p, 'a> {
    fn of_key(judgement: &'p Judgement<'_>, certificate: Indexed<'p, 'a>) -> Self {
        Self {
            judgement,
            working_public_key: certificate,
            working_public_key_parameters: certificate.1.subject_public_key_info.algorithm.parameters,
            working_issuer_name: certificate.1.subject,
            max_path_length: judgement.max_path_length.unwrap_or(u32::MAX),
            subtrees: Subtrees::default(),
            policies: PolicyState::initialization(judgement.policies, certificate.1),
            earliest_not_after: Time::MAX,
        }
    }

    /// §6.1.2, with what the anchor's certificate says taken in (RFC 5937).
    //= R5280-6.1.1-d
    //= R5280-6.1.2-g
    //= R5280-6.1.2-h
    //= R5280-6.1.2-i
    //= R5280-6.1.2-j
    fn initialization(
        judgement: &'p Judgement<'_>,
        certificate: Indexed<'p, 'a>,
        anchor: &TrustAnchor,
        position: usize,
        findings: &mut Findings<'_>,
    ) -> Self {
        let mut state = Self::of_key(judgement, certificate);
        state.anchor_validity(certificate.1, anchor, position, findings);
        state.check_certificate(certificate.1, position, findings);
        state.check_profile(certificate.1, position, findings);
        if judgement.profile.web_pki != Level::Ignored {
            web_pki::anchor(certificate.1, position, findings);
        }
        // A certificate of version 1 has no extensions to say that it is a CA's; trusting it says so.
        if certificate.1.version >= 2 {
            state.check_ca(certificate.1, position, findings);
        }
        let own = basic_constraints(certificate.1).and_then(|constraints| constraints.path_len_constraint);
        //= R5280-6.1.2-k
        //= R5280-6.2-1
        //= R5280-6.2-2
        for limit in [own, anchor.path_len_constraint].into_iter().flatten() {
            state.max_path_length = state.max_path_length.min(limit);
        }
        state.add_name_constraints(certificate.1, position, findings);
        //= R5280-6.1.1-h
        //= R5280-6.1.1-i
        //= R5280-6.1.2-b
        //= R5280-6.1.2-c
        if let Some(constraints) = anchor.name_constraints() {
            state.subtrees.add(&constraints, position, findings);
        }
        state
    }

    /// §6.1.3.
    fn basic_certificate_processing(
        &mut self,
        certificate: Indexed<'p, 'a>,
        position: usize,
        signatures: &mut Signatures<'a>,
        work: &mut Work,
        findings: &mut Findings<'_>,
    ) -> Result<(), Exhausted> {
        // (a)(1)
        //= R5280-6.1.3-a-1
        let inherited = self.working_public_key_parameters;
        let issuer = self.working_public_key;
        let signed = match inherits_parameters(issuer.1) {
            true => signatures.verify(certificate, issuer, inherited.or(Some(&[])), work)?,
            false => signatures.verify(certificate, issuer, None, work)?,
        };
        if let Err(error) = signed {
            report_signature(findings, position, certificate.1, error);
        }
        // (a)(2)
        let validity = certificate.1.validity;
        self.check_validity(validity.not_before, validity.not_after, position, findings);
        // (a)(4)
        //= R5280-4.1.2.4-9
        //= R5280-6.1.3-a-4
        if !certificate.1.issuer.matches(&self.working_issuer_name) {
            findings.report(
                FindingCode::NameChaining,
                position,
                alloc::format!("issuer {}", self.working_issuer_name),
                format_args!("{}", certificate.1.issuer),
            );
        }
        // (b), (c)
        if position == 0 || !certificate.1.is_self_issued() {
            //= R5280-4.2.1.6-22
            self.subtrees.check(certificate.1, position, work, findings)?;
        }
        // (d) to (f)
        self.policies.basic_certificate_processing(certificate.1, position, findings);
        self.check_certificate(certificate.1, position, findings);
        self.check_profile(certificate.1, position, findings);
        Ok(())
    }

    /// §6.1.4: from certificate i to the one that it issued.
    fn prepare_for_next_certificate(
        &mut self,
        certificate: Indexed<'p, 'a>,
        position: usize,
        findings: &mut Findings<'_>,
    ) {
        // (a), (b), (h) to (j)
        self.policies.prepare_for_next_certificate(certificate.1, position, findings);
        // (c) to (f)
        //= R5280-6.1.4-c
        self.working_issuer_name = certificate.1.subject;
        let key = certificate.1.subject_public_key_info;
        let above = self.working_public_key.1.subject_public_key_info.algorithm.algorithm;
        //= R5280-6.1.4-e
        //= R5280-6.1.4-f
        self.working_public_key_parameters = match key.algorithm.has_no_parameters() {
            true if key.algorithm.algorithm == above => self.working_public_key_parameters,
            true => None,
            false => key.algorithm.parameters,
        };
        //= R5280-6.1.4-d
        self.working_public_key = certificate;
        // (g)
        self.add_name_constraints(certificate.1, position, findings);
        // (k), (n)
        self.check_ca(certificate.1, position, findings);
        // (l)
        if !certificate.1.is_self_issued() {
            //= R5280-6.1.4-l
            match self.max_path_length.checked_sub(1) {
                Some(left) => self.max_path_length = left,
                None => findings.report(
                    FindingCode::PathLength,
                    position,
                    "no more intermediate here, by a pathLenConstraint above or the caller's limit",
                    format_args!("this one"),
                ),
            }
        }
        // (m)
        let constraint =
            basic_constraints(certificate.1).and_then(|constraints| constraints.path_len_constraint);
        //= R5280-6.1.4-m
        self.max_path_length = self.max_path_length.min(constraint.unwrap_or(u32::MAX));
    }

    /// §6.1.5, and what the peer's key must be allowed to do.
    fn wrap_up(mut self, certificate: &Certificate<'_>, findings: &mut Findings<'_>) -> Outputs {
        //= R5280-4.2.1.12-7
        let wanted = self.judgement.key_usage;
        let usage = certificate.extensions.key_usage.as_ref().and_then(|field| field.ok());
        if let Some(usage) = usage.filter(|usage| !usage.contains(wanted)) {
            let expected = alloc::format!("keyUsage with {wanted}, or none");
            findings.report(FindingCode::PeerKeyUsage, 0, expected, format_args!("{usage}"));
        }
        Outputs {
            //= R5280-6.1.6-1
            policies: self.policies.wrap_up(certificate, self.judgement.policies, findings),
            earliest_not_after: self.earliest_not_after,
        }
    }

    /// What is asked of every certificate, the anchor's too: §6.1.4 (o) and §6.1.5 (f), key sizes, purpose.
    fn check_certificate(&self, certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
        //= R5280-4.1.1.2-2
        if certificate.signature != certificate.signature_algorithm {
            findings.report(
                FindingCode::AlgorithmMismatch,
                position,
                alloc::format!("signatureAlgorithm as signed: {}", certificate.signature.algorithm),
                format_args!("{}", certificate.signature_algorithm.algorithm),
            );
        }
        check_extensions(certificate, position, findings);
        //= R-C.2-1
        let minimum = self.judgement.profile.min_rsa_bits;
        match certificate.subject_public_key_info.key_type() {
            KeyType::Rsa { modulus_bits } | KeyType::RsaPss { modulus_bits } if modulus_bits < minimum => {
                findings.report(
                    FindingCode::WeakKey,
                    position,
                    alloc::format!("an RSA key of at least {minimum} bits"),
                    format_args!("{modulus_bits} bits"),
                )
            }
            KeyType::Rsa { modulus_bits } | KeyType::RsaPss { modulus_bits }
                if modulus_bits > MAX_RSA_BITS =>
            {
                findings.report(
                    FindingCode::KeyTooLarge,
                    position,
                    alloc::format!("an RSA key of at most {MAX_RSA_BITS} bits"),
                    format_args!("{modulus_bits} bits"),
                )
            }
            KeyType::Rsa { .. }
            | KeyType::RsaPss { .. }
            | KeyType::Ec(_)
            | KeyType::Ed25519
            | KeyType::MlDsa(_)
            | KeyType::Other(_)
            | KeyType::Malformed => {}
        }
        self.check_ext_key_usage(certificate, position, findings);
    }

    /// What the profile's families of rules ask for beyond that.
    //= R5280-6.1-9
    fn check_profile(&self, certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
        let profile = self.judgement.profile;
        if profile.rfc5280 != Level::Ignored {
            conformance::certificate(certificate, position, findings);
        }
        if profile.web_pki != Level::Ignored {
            web_pki::certificate(certificate, position, findings);
            if position == 0 && self.judgement.of_peer {
                web_pki::subscriber(certificate, &profile.public_suffixes, findings);
            }
        }
        if profile.spiffe != Level::Ignored && self.judgement.of_peer {
            match position {
                0 => spiffe::leaf(certificate, findings),
                _ => spiffe::ca(certificate, position, findings),
            }
        }
    }

    /// extendedKeyUsage of a CA limits what it certifies, as every validator in use reads it.
    fn check_ext_key_usage(
        &self,
        certificate: &Certificate<'_>,
        position: usize,
        findings: &mut Findings<'_>,
    ) {
        //= R5280-4.2.1.12-2
        //= R5280-4.2.1.12-3
        let Some(purpose) = self.judgement.purpose.key_purpose() else { return };
        let usage = certificate.extensions.ext_key_usage.as_ref().and_then(|field| field.ok());
        let Some(usage) = usage else { return };
        //= R5280-4.2.1.12-6
        let any = self.judgement.profile.any_extended_key_usage || position > 0;
        let fits = |found: &Oid<'_>| *found == purpose || any && *found == known::ANY_EXTENDED_KEY_USAGE;
        if !usage.purposes.iter().any(fits) {
            findings.report(
                FindingCode::ExtKeyUsage,
                position,
                alloc::format!("key purpose {} ({purpose})", self.judgement.purpose),
                format_args!("{:?}", usage.purposes),
            );
        }
    }

    /// §6.1.4 (k), (n).
    fn check_ca(&self, certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
        let constraints = basic_constraints(certificate);
        //= R5280-4.2.1.9-2
        //= R5280-6.1.4-k
        if certificate.version < 2 || !constraints.is_some_and(|constraints| constraints.ca) {
            findings.report(
                FindingCode::NotCa,
                position,
                "version 3 and basicConstraints with cA, for it issues another certificate",
                match constraints {
                    None => format_args!("no basicConstraints"),
                    Some(_) => format_args!("cA not asserted"),
                },
            );
        }
        let key_usage = certificate.extensions.key_usage.as_ref().and_then(|field| field.ok());
        //= R5280-4.2.1.3-4
        //= R5280-6.1.4-n
        if let Some(usage) = key_usage.filter(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN)) {
            findings.report(
                FindingCode::KeyCertSign,
                position,
                "keyUsage with keyCertSign, for it issues another certificate",
                format_args!("{usage}"),
            );
        }
    }

    fn add_name_constraints(
        &mut self,
        certificate: &Certificate<'_>,
        position: usize,
        findings: &mut Findings<'_>,
    ) {
        let constraints = certificate.extensions.name_constraints.as_ref().and_then(|field| field.ok());
        if let Some(constraints) = constraints {
            self.subtrees.add(constraints, position, findings);
        }
    }

    fn anchor_validity(
        &mut self,
        certificate: &Certificate<'_>,
        anchor: &TrustAnchor,
        position: usize,
        findings: &mut Findings<'_>,
    ) {
        let own = (!anchor.ignores_own_validity).then_some(certificate.validity);
        let not_before = own.map(|validity| validity.not_before).max(anchor.not_before);
        let not_after = [own.map(|validity| validity.not_after), anchor.not_after];
        let not_after = not_after.into_iter().flatten().min();
        self.check_validity(
            not_before.unwrap_or(Time::MIN),
            not_after.unwrap_or(Time::MAX),
            position,
            findings,
        );
    }

    /// §6.1.3 (a)(2), both ends included, to the second as certificates say it.
    fn check_validity(
        &mut self,
        not_before: Time,
        not_after: Time,
        position: usize,
        findings: &mut Findings<'_>,
    ) {
        //= R5280-6.1-6
        //= R5280-6.1.3-a-2
        let (now, skew) = (self.judgement.time, self.judgement.profile.clock_skew);
        let margin = Skew(skew.as_secs());
        if now.saturating_sub(skew).as_secs() > not_after.as_secs() {
            findings.report(
                FindingCode::Expired,
                position,
                alloc::format!("a time of judgement up to notAfter {not_after}{margin}"),
                format_args!("{now}"),
            );
        }
        if now.saturating_add(skew).as_secs() < not_before.as_secs() {
            findings.report(
                FindingCode::NotYetValid,
                position,
                alloc::format!("a time of judgement from notBefore {not_before}{margin} on"),
                format_args!("{now}"),
            );
        }
        self.earliest_not_after = self.earliest_not_after.min(not_after);
    }
}

/// The clock skew as a report says it, where there is any.
struct Skew(u64);

impl core::fmt::Display for Skew {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(f, " (clock skew {} s)", self.0) }
    }
}

/// A bundle's anchors vouch for the SPIFFE ids of their own trust domain and for no other (federation).
fn check_trust_domain(own: &Certificate<'_>, anchor: &TrustAnchor, findings: &mut Findings<'_>) {
    let Some(trust_domain) = &anchor.trust_domain else { return };
    let id = name::spiffe_id(own);
    if id.as_ref().is_none_or(|id| id.trust_domain() != trust_domain) {
        let expected =
            alloc::format!("a SPIFFE id of trust domain {trust_domain}, for which the anchor vouches");
        match id {
            Some(id) => findings.report(FindingCode::TrustDomain, 0, expected, format_args!("{id}")),
            None => findings.report(FindingCode::TrustDomain, 0, expected, format_args!("no SPIFFE id")),
        }
    }
}

fn basic_constraints(certificate: &Certificate<'_>) -> Option<crate::pki::certificate::BasicConstraints> {
    certificate.extensions.basic_constraints.as_ref()?.ok().copied()
}

/// §4.2, §6.1.4 (o), §6.1.5 (f).
fn check_extensions(certificate: &Certificate<'_>, position: usize, findings: &mut Findings<'_>) {
    let extensions = &certificate.extensions;
    //= R5280-4.2-3
    if let Some(duplicate) = extensions.duplicate {
        findings.report(
            FindingCode::ExtensionDuplicate,
            position,
            "each extension once",
            format_args!("{duplicate} more than once"),
        );
    }
    for extension in &extensions.others {
        //= R5280-4.2-1
        //= R5280-6.1.4-o
        //= R5280-6.1.5-f
        if extension.critical {
            findings.report(
                FindingCode::CriticalExtension,
                position,
                "critical extensions that are understood",
                format_args!("{}", extension.id),
            );
        }
    }
    for error in extensions.errors() {
        findings.report(
            FindingCode::ExtensionMalformed,
            position,
            "extensions that can be read",
            format_args!("{error}"),
        );
    }
}
