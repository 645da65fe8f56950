//! Choosing the credential to show (RFC 9846 §4.5.1.2, §4.3.4, §4.3.5; 8446 §4.4.2.2, §4.4.2.3, §4.2.4, §4.2.5).

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::credential::Facts;
use super::{Credential, MAX_DELEGATION, oid_filters};
use crate::handshake::{ChooseCredential, Role};
use crate::identity::DnsName;
use crate::message::{CertificateType, SignatureScheme};
use crate::pki::asn1::known;
use crate::pki::name::DnsPattern;
use crate::time::Time;

/// Which credential was chosen, and why each of the others was not.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Choice {
    /// The one to show, if one will do.
    pub chosen: Option<Arc<Credential>>,
    /// The others in the order of the config, each with its subject.
    pub passed_over: Vec<(String, PassedOver)>,
    /// Does the chosen one, or would any, carry the server name asked for? `true` if none was.
    pub knows_server_name: bool,
}

/// Why a credential was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PassedOver {
    /// The peer takes no credentials of its type (RFC 7250 §4).
    CertificateType(CertificateType),
    /// Its delegated credential is for the other role (RFC 9345 §4).
    DelegatedAs(Role),
    /// Its delegated credential is over, or not yet within the seven days in which peers take it (RFC 9345 §4.1.3).
    DelegationTime {
        /// When it ends.
        not_after: Time,
    },
    /// Its key signs with none of the peer's signature_algorithms (§4.5.1.2).
    NoSharedScheme,
    /// Its certificate is not for this role (RFC 5280 §4.2.1.12).
    Purpose(Role),
    /// Its chain is signed over MD5 or SHA-1, and the peer lists no such scheme (§4.5.1.2).
    BrokenHash,
    /// Its certificate does not have what oid_filters ask for (§4.3.5).
    OidFilter {
        /// The extension.
        extension: String,
    },
    /// Another carries the server name asked for, and this one does not (RFC 6066 §3).
    ServerName,
    /// Another is valid at the time of the handshake, and this one is not.
    OutsideValidity {
        /// First moment.
        not_before: Time,
        /// Last moment.
        not_after: Time,
    },
    /// Another is from one of the peer's certificate_authorities, and this one is not (§4.3.4).
    Authorities,
    /// Another is signed by algorithms of the peer's signature_algorithms_cert, and this one is not (§4.3.3).
    ChainSignature,
    /// Another does as well and stands before it in the config.
    LaterInConfig,
}

/// How well a credential does, best first in the order of the fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    server_name: bool,
    validity: bool,
    authorities: bool,
    chain_signatures: bool,
}

impl Fit {
    /// Of what no names, times and issuers bind.
    const BEST: Self = Self { server_name: true, validity: true, authorities: true, chain_signatures: true };
}

/// Chooses among credentials in order of preference.
pub(super) fn choose(credentials: &[Arc<Credential>], ask: &ChooseCredential) -> Choice {
    let server_name = ask.server_name.as_deref().filter(|name| DnsName::check(name).is_ok());
    let judged: Vec<_> = credentials
        .iter()
        .map(|credential| match obstacle(credential, ask) {
            None if credential.is_raw_public_key() => Ok(Fit::BEST),
            None => Ok(fit(&credential.facts, server_name, ask)),
            Some(obstacle) => Err(obstacle),
        })
        .collect();
    // The first one of those that do best: also where none has all that the peer asks for, as a fallback.
    //= R-4.5.1.2-9
    //= R-4.5.1.2-11
    let best = judged.iter().filter_map(|judged| judged.as_ref().ok()).max().copied();
    let chosen = judged.iter().position(|judged| judged.as_ref().ok() == best.as_ref() && best.is_some());
    let passed_over = judged
        .into_iter()
        .zip(credentials)
        .enumerate()
        .filter(|(index, _)| Some(*index) != chosen)
        .map(|(_, (judged, credential))| {
            let facts = &credential.facts;
            let reason =
                judged.map_or_else(|obstacle| obstacle, |fit| worse(fit, best.unwrap_or(fit), facts));
            (credential.subject().to_string(), reason)
        })
        .collect();
    Choice {
        chosen: chosen.and_then(|index| credentials.get(index)).cloned(),
        passed_over,
        knows_server_name: ask.server_name.is_none()
            || credentials
                .iter()
                .any(|credential| credential.is_raw_public_key() || carries(&credential.facts, server_name)),
    }
}

/// What rules a credential out.
fn obstacle(credential: &Credential, ask: &ChooseCredential) -> Option<PassedOver> {
    let certificate_type = credential.shown.certificate_type();
    if !ask.takes_type(certificate_type) {
        return Some(PassedOver::CertificateType(certificate_type));
    }
    match credential.facts.delegation {
        Some((role, _)) if role != ask.role => return Some(PassedOver::DelegatedAs(role)),
        Some((_, not_after)) if not_after < ask.now || not_after > ask.now.saturating_add(MAX_DELEGATION) => {
            return Some(PassedOver::DelegationTime { not_after });
        }
        Some(_) | None => {}
    }
    //= R-4.5.1.2-2
    if ask.scheme_of(&credential.shown).is_none() {
        return Some(PassedOver::NoSharedScheme);
    }
    let facts = &credential.facts;
    let purpose = match ask.role {
        Role::Client => known::KP_CLIENT_AUTH,
        Role::Server => known::KP_SERVER_AUTH,
    };
    if !facts.has_purpose(purpose) {
        return Some(PassedOver::Purpose(ask.role));
    }
    //= R-4.3.3-16
    //= R-4.5.1.2-10
    if facts.has_broken_hash && !takes_sha1(ask) {
        return Some(PassedOver::BrokenHash);
    }
    if credential.is_raw_public_key() {
        return None;
    }
    //= R-4.3.5-2
    //= R-4.5.1.2-5
    oid_filters::missed(&ask.oid_filters, facts.key_usage, facts.purposes.as_deref())
        .map(|extension| PassedOver::OidFilter { extension })
}

/// Does the peer list a scheme with SHA-1 for certificates?
fn takes_sha1(ask: &ChooseCredential) -> bool {
    let accepted = ask.signature_schemes_cert.as_ref().unwrap_or(&ask.signature_schemes);
    [SignatureScheme::RSA_PKCS1_SHA1, SignatureScheme::ECDSA_SHA1].iter().any(|sha1| accepted.contains(sha1))
}

fn fit(facts: &Facts, server_name: Option<&str>, ask: &ChooseCredential) -> Fit {
    let accepted = ask.signature_schemes_cert.as_deref().unwrap_or(&ask.signature_schemes);
    Fit {
        server_name: ask.role == Role::Client || carries(facts, server_name),
        validity: (facts.not_before..=facts.not_after).contains(&ask.now),
        //= R-4.3.4-1
        //= R-4.5.1.2-4
        authorities: ask.certificate_authorities.is_empty()
            || facts.issuers.iter().any(|issuer| ask.certificate_authorities.contains(issuer)),
        //= R-4.5.1.2-7
        //= R-4.5.1.2-8
        //= R-4.3.3-17
        chain_signatures: facts.signatures.iter().all(|candidates| {
            let mut schemes = accepted.iter().filter_map(|scheme| SignatureScheme::algorithm(*scheme));
            schemes.any(|algorithm| candidates.contains(&algorithm))
        }),
    }
}

/// The first thing in which `fit` does worse than `best`.
const fn worse(fit: Fit, best: Fit, facts: &Facts) -> PassedOver {
    if best.server_name && !fit.server_name {
        PassedOver::ServerName
    } else if best.validity && !fit.validity {
        PassedOver::OutsideValidity { not_before: facts.not_before, not_after: facts.not_after }
    } else if best.authorities && !fit.authorities {
        PassedOver::Authorities
    } else if best.chain_signatures && !fit.chain_signatures {
        PassedOver::ChainSignature
    } else {
        PassedOver::LaterInConfig
    }
}

fn carries(facts: &Facts, server_name: Option<&str>) -> bool {
    let Some(server_name) = server_name else { return false };
    facts.dns_names.iter().any(|name| match name {
        DnsPattern::Exact(name) => name.as_str().eq_ignore_ascii_case(server_name),
        DnsPattern::Wildcard(parent) => {
            let above = server_name.split_once('.').map(|(_, above)| above);
            above.is_some_and(|above| above.eq_ignore_ascii_case(parent.as_str()))
        }
    })
}

impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DelegatedAs(role) => {
                write!(f, "its delegated credential is that of a {role:?} (RFC 9345 §4)")
            }
            Self::DelegationTime { not_after } => write!(
                f,
                "its delegated credential ends at {not_after}, and peers take it within the seven days before (RFC 9345 \
                 §4.1.3)"
            ),
            Self::CertificateType(own) => {
                write!(f, "the peer takes no credential of the type {own} (RFC 7250 §4)")
            }
            Self::NoSharedScheme => {
                f.write_str("its key signs with none of the peer's signature_algorithms (RFC 9846 §4.5.1.2)")
            }
            Self::Purpose(Role::Client) => {
                f.write_str("its extendedKeyUsage is without clientAuth (RFC 5280 §4.2.1.12)")
            }
            Self::Purpose(Role::Server) => {
                f.write_str("its extendedKeyUsage is without serverAuth (RFC 5280 §4.2.1.12)")
            }
            Self::BrokenHash => f.write_str(
                "its chain is signed over MD5 or SHA-1, and the peer lists no such scheme (RFC 9846 §4.5.1.2)",
            ),
            Self::OidFilter { extension } => {
                write!(f, "its extension {extension} is without what oid_filters ask for (RFC 9846 §4.3.5)")
            }
            Self::OutsideValidity { not_before, not_after } => {
                write!(f, "another is valid now, and it from {not_before} to {not_after} (RFC 5280 §4.1.2.5)")
            }
            Self::ServerName => f.write_str("another carries the server name asked for (RFC 6066 §3)"),
            Self::Authorities => {
                f.write_str("another is from one of the peer's certificate_authorities (RFC 9846 §4.3.4)")
            }
            Self::ChainSignature => {
                f.write_str("another is signed as the peer's signature_algorithms_cert ask (RFC 9846 §4.3.3)")
            }
            Self::LaterInConfig => f.write_str("another does as well and stands before it"),
        }
    }
}
