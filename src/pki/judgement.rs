//! Judging a peer's chain: what is asked, and what accepting it gives.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::anchor::TrustAnchors;
use super::asn1::{Oid, OwnedOid, known};
use super::certificate::{Certificate, GeneralName, KeyUsage, ip_address};
use super::finding::{Finding, FindingCode, Findings};
use super::name::{self, CertificateDigests, Presented};
use super::path::{self, Outputs, ValidPath};
use super::profile::Profile;
use super::refusal::Refusal;
use super::revocation::Revocation;
use super::signature::VerifySignature;
use crate::crypto::{CryptoProvider, PublicKey};
use crate::identity::{
    ChainCertificate, DistinguishedName, ExpectedPeer, PeerIdentity, PeerName, SerialNumber,
};
use crate::time::Time;

/// What the peer's key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The peer is a TLS server: id-kp-serverAuth.
    Server,
    /// The peer is a TLS client: id-kp-clientAuth. Wildcards in its names count for nothing.
    Client,
    /// Nothing in particular: extKeyUsage is not looked at.
    Any,
}

/// All that a judgement rests on, beside the chain itself.
#[derive(Clone)]
#[non_exhaustive]
pub struct Judgement<'a> {
    /// Whom we trust.
    pub anchors: &'a TrustAnchors,
    /// Whom we expect.
    pub expected: &'a ExpectedPeer,
    /// What its key is for.
    pub purpose: Purpose,
    /// What its keyUsage must assert, where it has one; what TLS 1.3 does with the key is digitalSignature.
    pub key_usage: KeyUsage,
    /// Now.
    pub time: Time,
    /// SHA-256, and signatures unless `verifier` has them.
    pub provider: &'a CryptoProvider,
    /// What is asked of a path.
    pub profile: &'a Profile,
    /// Certificates that may be part of a path, in DER, beside those that the peer sends.
    pub intermediates: &'a [&'a [u8]],
    /// Verifies signatures in place of `provider`.
    pub verifier: Option<&'a dyn VerifySignature>,
    /// OCSP responses that the peer stapled, in DER and in any order; `None` if none were asked for. A response
    /// that says revoked refuses even where `revocation` asks nothing.
    pub stapled: Option<&'a [&'a [u8]]>,
    /// How revocation is asked; `None` for not at all.
    pub revocation: Option<&'a Revocation<'a>>,
    /// What is asked of certificate policies.
    pub policies: &'a PolicyInputs,
    /// Intermediates allowed in a path, those not counted that are self-issued.
    pub max_path_length: Option<u32>,
    /// Does the path end in a peer, and not in the signer of a CRL or an OCSP response? Rules for the
    /// certificates of peers bind no others.
    pub(crate) of_peer: bool,
}

/// The inputs of RFC 5280 §6.1.1 (c), (e) to (g). The default asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PolicyInputs {
    /// The policies that are acceptable; empty for any.
    pub initial_policy_set: Vec<OwnedOid>,
    /// Must the path be valid under at least one of them?
    pub initial_explicit_policy: bool,
    /// Are policy mappings left out?
    pub initial_policy_mapping_inhibit: bool,
    /// Does anyPolicy count for nothing?
    pub initial_any_policy_inhibit: bool,
}

impl PolicyInputs {
    /// Asks for nothing.
    pub const NONE: Self = Self {
        initial_policy_set: Vec::new(),
        initial_explicit_policy: false,
        initial_policy_mapping_inhibit: false,
        initial_any_policy_inhibit: false,
    };
}

/// A chain that was accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The certificates of the path in DER, the peer's own first and the trust anchor's last. A pinned
    /// certificate stands alone.
    pub path: Vec<Arc<[u8]>>,
    /// The peer's key.
    pub public_key: PublicKey,
    /// Who the peer is.
    pub identity: PeerIdentity,
    /// The policies under which the path is valid, in the trust anchor's domain.
    pub policies: Vec<OwnedOid>,
    /// What was found without being an error.
    pub findings: Vec<Finding>,
}

/// The profile of a [`Judgement`] that names none.
static INTERNAL: Profile = Profile::internal();
/// The inputs of a [`Judgement`] that names none.
static NO_POLICY: PolicyInputs = PolicyInputs::NONE;

impl<'a> Judgement<'a> {
    /// A judgement under the profile for internal PKIs; set the other fields as needed.
    #[must_use]
    pub const fn new(
        anchors: &'a TrustAnchors,
        expected: &'a ExpectedPeer,
        purpose: Purpose,
        time: Time,
        provider: &'a CryptoProvider,
    ) -> Self {
        Self {
            anchors,
            expected,
            purpose,
            key_usage: KeyUsage::DIGITAL_SIGNATURE,
            time,
            provider,
            profile: &INTERNAL,
            intermediates: &[],
            verifier: None,
            stapled: None,
            revocation: None,
            policies: &NO_POLICY,
            max_path_length: None,
            of_peer: true,
        }
    }

    /// The judgement of a path that ends in the signer of a CRL or an OCSP response.
    pub(crate) fn of_signer(&self, key_usage: KeyUsage) -> Self {
        Self {
            purpose: Purpose::Any,
            key_usage,
            max_path_length: None,
            policies: &NO_POLICY,
            stapled: None,
            of_peer: false,
            ..self.clone()
        }
    }

    pub(crate) fn signature_verifier(&self) -> &'a dyn VerifySignature {
        self.verifier.unwrap_or(self.provider)
    }
}

/// Judges a chain as the peer sent it: its own certificate first, the others in any order.
///
/// A pinned certificate or key is its own trust: its validity and usages are judged, a path is not.
///
/// # Errors
/// [`Refusal`] with every path tried and the finding that decided.
pub fn judge(chain: &[&[u8]], judgement: &Judgement<'_>) -> Result<Accepted, Box<Refusal>> {
    let (valid, public_key, identity) = accept(valid_path(chain, judgement)?, judgement)?;
    let path = valid.certificates.iter().map(|certificate| certificate.der.into()).collect();
    let Outputs { policies, .. } = valid.outputs;
    Ok(Accepted { path, public_key, identity, policies, findings: valid.findings })
}

/// Judges a chain as [`judge`] does; a connection wants the peer's key and name alone.
pub(crate) fn judge_peer(
    chain: &[&[u8]],
    judgement: &Judgement<'_>,
) -> Result<(PublicKey, PeerIdentity), Box<Refusal>> {
    let (_, public_key, identity) = accept(valid_path(chain, judgement)?, judgement)?;
    Ok((public_key, identity))
}

fn valid_path<'a>(chain: &[&'a [u8]], judgement: &'a Judgement<'a>) -> Result<ValidPath<'a>, Box<Refusal>> {
    match judgement.expected.name() {
        PeerName::PinnedCertificate(_) | PeerName::PinnedPublicKey(_) => {
            path::validate_alone(chain, judgement)
        }
        PeerName::Dns(_)
        | PeerName::Ip(_)
        | PeerName::Mailbox(_)
        | PeerName::SpiffeId(_)
        | PeerName::SpiffeTrustDomain(_)
        | PeerName::AnyUnderAnchors => path::validate(chain, judgement),
    }
}

/// A path that is valid by RFC 5280 §6, whatever its key is and whoever it names.
#[derive(Clone, Debug)]
pub struct ValidatedPath {
    /// The certificates in DER, the first of the chain first and the trust anchor's last.
    pub path: Vec<Arc<[u8]>>,
    /// The policies under which it is valid, in the trust anchor's domain.
    pub policies: Vec<OwnedOid>,
    /// The earliest end of validity in it.
    pub earliest_not_after: Time,
    /// What was found without being an error.
    pub findings: Vec<Finding>,
}

/// Validates a path without looking at names and at what kind of key it ends in; whom the judgement expects
/// does not count.
///
/// # Errors
/// [`Refusal`] as [`judge`] gives it.
pub fn validate_path(chain: &[&[u8]], judgement: &Judgement<'_>) -> Result<ValidatedPath, Box<Refusal>> {
    let valid = path::validate(chain, judgement)?;
    Ok(ValidatedPath {
        path: valid.certificates.iter().map(|certificate| certificate.der.into()).collect(),
        policies: valid.outputs.policies,
        earliest_not_after: valid.outputs.earliest_not_after,
        findings: valid.findings,
    })
}

/// What is left to judge when the path is valid: the peer's name and its key.
fn accept<'a>(
    valid: ValidPath<'a>,
    judgement: &Judgement<'_>,
) -> Result<(ValidPath<'a>, PublicKey, PeerIdentity), Box<Refusal>> {
    let mut findings = Findings::new(judgement.profile);
    let identity = match (valid.certificates.first(), identity(&valid, judgement)) {
        (Some(own), Some(identity)) => {
            check_name(own, &identity, judgement, &mut findings);
            identity
        }
        _ => {
            let expected = "a provider with SHA-256";
            findings.report(FindingCode::NoSha256, None, expected, format_args!("one without"));
            PeerIdentity::default()
        }
    };
    //= R5280-6.1.5-c
    //= R5280-6.1.5-d
    //= R5280-6.1.5-e
    match valid.certificates.first().map(|own| own.public_key().clone()) {
        Some(Ok(public_key)) if !findings.has_error() => Ok((valid, public_key, identity)),
        Some(Ok(_)) | None => Err(valid.refused(judgement, findings)),
        Some(Err(error)) => {
            let expected = "a public key that signatures can be verified with";
            findings.report(FindingCode::PublicKey, 0, expected, format_args!("{error}"));
            Err(valid.refused(judgement, findings))
        }
    }
}

/// RFC 9525, and the pins. Wildcards are for servers alone.
fn check_name(
    own: &Certificate<'_>,
    identity: &PeerIdentity,
    judgement: &Judgement<'_>,
    findings: &mut Findings<'_>,
) {
    let digests =
        CertificateDigests { certificate: identity.certificate_digest, public_key: identity.key_digest };
    let wildcards = judgement.purpose != Purpose::Client;
    let expected = judgement.expected.name();
    if let Err(presented) = name::verify_name(own, digests, expected, wildcards) {
        findings.report(FindingCode::NameMismatch, 0, expected.to_string(), format_args!("{presented}"));
    }
}

/// Who the peer is; `None` if the provider has no SHA-256.
fn identity(valid: &ValidPath<'_>, judgement: &Judgement<'_>) -> Option<PeerIdentity> {
    let own = valid.certificates.first()?;
    let mut identity = PeerIdentity {
        spiffe_id: name::spiffe_id(own),
        subject: DistinguishedName { der: own.subject.der.to_vec() },
        issuer: DistinguishedName { der: own.issuer.der.to_vec() },
        serial: SerialNumber::new(own.serial_number),
        certificate_digest: own.sha256(judgement.provider)?,
        key_digest: own.key_sha256(judgement.provider)?,
        earliest_not_after: valid.outputs.earliest_not_after,
        ..PeerIdentity::default()
    };
    own.subject_alt_names().iter().for_each(|name| add_name(&mut identity, name));
    identity.chain.reserve_exact(valid.certificates.len().saturating_sub(1));
    for (certificate, issuer) in valid.certificates.iter().zip(valid.certificates.iter().skip(1)) {
        identity.chain.push(ChainCertificate {
            issuer_key_digest: issuer.key_sha256(judgement.provider)?.into(),
            serial: SerialNumber::new(certificate.serial_number),
        });
    }
    Some(identity)
}

fn add_name(identity: &mut PeerIdentity, name: GeneralName<'_>) {
    let text = |octets: &[u8]| core::str::from_utf8(octets).ok().map(ToString::to_string);
    match name {
        GeneralName::DnsName(name) if Presented::parse(name).is_some() => {
            identity.dns_names.extend(text(name).map(|mut name| {
                name.make_ascii_lowercase();
                name
            }));
        }
        GeneralName::IpAddress(octets) => identity.ip_addresses.extend(ip_address(octets)),
        GeneralName::UniformResourceIdentifier(uri) => identity.uris.extend(text(uri)),
        GeneralName::Rfc822Name(mailbox) => identity.emails.extend(text(mailbox)),
        GeneralName::DnsName(_)
        | GeneralName::OtherName { .. }
        | GeneralName::X400Address(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EdiPartyName(_)
        | GeneralName::RegisteredId(_) => {}
    }
}

impl Accepted {
    /// The earliest end of validity in the path.
    #[must_use]
    pub const fn earliest_not_after(&self) -> Time {
        self.identity.earliest_not_after
    }
}

impl Purpose {
    /// The key purpose of RFC 5280 §4.2.1.12.
    pub(crate) const fn key_purpose(self) -> Option<Oid<'static>> {
        match self {
            Self::Server => Some(known::KP_SERVER_AUTH),
            Self::Client => Some(known::KP_CLIENT_AUTH),
            Self::Any => None,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "serverAuth",
            Self::Client => "clientAuth",
            Self::Any => "any",
        })
    }
}

impl fmt::Debug for Judgement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judgement")
            .field("expected", &self.expected)
            .field("purpose", &self.purpose)
            .field("time", &self.time)
            .field("profile", &self.profile.name)
            .finish_non_exhaustive()
    }
}
