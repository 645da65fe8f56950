//! Whom we trust, and what pki's refusals mean in the terms of TLS: the one place where the two meet (RFC 9846
//! §4.5.1.3, §6.2; 8446 §4.4.2.4, §6.2).

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::alert::AlertDescription;
use crate::crypto::{CryptoProvider, HashAlgorithm, PublicKey, SignatureAlgorithm};
use crate::handshake::{Answer, JudgePeer, Role};
use crate::identity::{ExpectedPeer, PeerIdentity, Sha256Digest};
use crate::message::SignatureScheme;
use crate::pki::certificate::Certificate;
use crate::pki::{
    Judgement, Profile, Purpose, RefusalKind, SignatureError, SignedData, TrustAnchors, VerifySignature,
    judge, signature_algorithm,
};

/// Whom we trust to say who a peer is.
#[derive(Clone)]
pub struct Trust(Kind);

#[derive(Clone)]
enum Kind {
    Anchors { anchors: TrustAnchors, profile: Box<Profile>, intermediates: Vec<Arc<[u8]>> },
    Ask,
    AnyCertificate,
}

impl Trust {
    /// These anchors, under the profile for internal PKIs.
    #[must_use]
    pub fn anchors(anchors: TrustAnchors) -> Self {
        let profile = Box::new(Profile::internal());
        Self(Kind::Anchors { anchors, profile, intermediates: Vec::new() })
    }

    /// The caller judges: each handshake asks
    /// ([`Ask::JudgePeer`](crate::handshake::Ask::JudgePeer)).
    #[must_use]
    pub const fn ask() -> Self {
        Self(Kind::Ask)
    }

    /// Any certificate; reached through `danger`.
    pub(crate) const fn any_certificate() -> Self {
        Self(Kind::AnyCertificate)
    }

    /// The same under another profile; without effect where there are no anchors.
    #[must_use]
    pub fn with_profile(mut self, wanted: Profile) -> Self {
        if let Kind::Anchors { profile, .. } = &mut self.0 {
            **profile = wanted;
        }
        self
    }

    /// The same with these certificates in DER for paths, beside those that a peer sends; without effect where
    /// there are no anchors.
    #[must_use]
    pub fn with_intermediates(mut self, wanted: Vec<Arc<[u8]>>) -> Self {
        if let Kind::Anchors { intermediates, .. } = &mut self.0 {
            *intermediates = wanted;
        }
        self
    }

    /// The anchors, if they are what we trust.
    #[must_use]
    pub const fn as_anchors(&self) -> Option<&TrustAnchors> {
        match &self.0 {
            Kind::Anchors { anchors, .. } => Some(anchors),
            Kind::Ask | Kind::AnyCertificate => None,
        }
    }

    /// Everything that decides whom we trust, as text to be hashed.
    pub(super) fn write_content(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        match &self.0 {
            Kind::Anchors { anchors, profile, .. } => {
                let mut anchors: Vec<_> = anchors.as_slice().iter().collect();
                anchors.sort_by_key(|anchor| anchor.certificate_der());
                writeln!(out, "{profile:?}")?;
                anchors.iter().try_for_each(|anchor| writeln!(out, "{anchor:?}"))
            }
            Kind::Ask => out.write_str("asked of the caller"),
            Kind::AnyCertificate => out.write_str("any certificate"),
        }
    }

    /// Does the caller judge?
    pub(super) const fn is_asked(&self) -> bool {
        matches!(self.0, Kind::Ask)
    }

    /// By how much a clock may be off.
    pub(super) fn clock_skew(&self) -> Duration {
        match &self.0 {
            Kind::Anchors { profile, .. } => profile.clock_skew,
            Kind::Ask | Kind::AnyCertificate => Duration::ZERO,
        }
    }

    /// Judges, if this is not left to the caller. `expected` is the rule where the ask brings none.
    pub(super) fn answer(
        &self,
        ask: &JudgePeer,
        expected: &ExpectedPeer,
        crypto: &CryptoProvider,
    ) -> Option<Answer> {
        let chain: Vec<&[u8]> = ask.chain.certificates().collect();
        let expected = ask.expected.as_deref().unwrap_or(expected);
        let purpose = match ask.peer {
            Role::Client => Purpose::Client,
            Role::Server => Purpose::Server,
        };
        let (anchors, profile, intermediates) = match &self.0 {
            Kind::Ask => return None,
            Kind::AnyCertificate => return Some(accept_unjudged(ask, chain.first()?, crypto)),
            Kind::Anchors { anchors, profile, intermediates } => (anchors, profile, intermediates),
        };
        let intermediates: Vec<&[u8]> = intermediates.iter().map(AsRef::as_ref).collect();
        let mut judgement = Judgement::new(anchors, expected, purpose, ask.now, crypto);
        judgement.profile = profile;
        judgement.intermediates = &intermediates;
        let accepted_schemes = AcceptedSchemes { crypto, schemes: &ask.signature_schemes_cert };
        judgement.verifier = Some(&accepted_schemes);
        Some(match judge(&chain, &judgement) {
            Ok(accepted) => ask.accept(accepted.public_key, Arc::new(accepted.identity)),
            Err(refusal) => {
                let alert = if is_signed_with_broken_hash(&chain) {
                    AlertDescription::BAD_CERTIFICATE
                } else {
                    alert(refusal.kind(), ask.peer)
                };
                ask.refuse(alert, refusal.report().to_string())
            }
        })
    }
}

/// Verifies signatures of certificates by the schemes that we said we accept there (§4.3.3), and no others.
struct AcceptedSchemes<'a> {
    crypto: &'a CryptoProvider,
    schemes: &'a [SignatureScheme],
}

impl VerifySignature for AcceptedSchemes<'_> {
    fn verify_signature(&self, signed: &SignedData<'_>) -> Result<(), SignatureError> {
        let key = PublicKey::from_spki(signed.subject_public_key_info)
            .map_err(|_| SignatureError::UnsupportedAlgorithm)?;
        let algorithm = signature_algorithm(&signed.algorithm, key.algorithm());
        let mut accepted = self.schemes.iter().filter_map(|scheme| scheme.algorithm());
        if !accepted.any(|accepted| algorithm.is_some_and(|algorithm| covers(accepted, algorithm))) {
            return Err(SignatureError::UnsupportedAlgorithm);
        }
        self.crypto.verify_signature(signed)
    }
}

/// Does accepting one algorithm mean accepting the other? In certificates hash and curve of ECDSA come in any
/// combination, which TLS 1.3 has no code points for; the hash decides.
fn covers(accepted: SignatureAlgorithm, algorithm: SignatureAlgorithm) -> bool {
    accepted == algorithm
        || matches!(
            (accepted, algorithm),
            (SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::EcdsaP384Sha256)
                | (SignatureAlgorithm::EcdsaP384Sha384, SignatureAlgorithm::EcdsaP256Sha384)
        )
}

/// The one alert that each kind of refusal sends (§6.2). Total: a new kind does not compile without its alert.
const fn alert(kind: RefusalKind, peer: Role) -> AlertDescription {
    match (kind, peer) {
        (RefusalKind::UnknownIssuer, _) => AlertDescription::UNKNOWN_CA,
        (RefusalKind::Expired | RefusalKind::NotYetValid, _) => AlertDescription::CERTIFICATE_EXPIRED,
        (RefusalKind::Revoked, _) => AlertDescription::CERTIFICATE_REVOKED,
        // "A valid certificate was received, but when access control was applied …"
        (RefusalKind::NameMismatch, Role::Client) => AlertDescription::ACCESS_DENIED,
        // "Some other (unspecified) issue arose in processing the certificate"
        (RefusalKind::NameMismatch, Role::Server)
        | (RefusalKind::RevocationUnknown | RefusalKind::Policy | RefusalKind::BudgetExceeded, _) => {
            AlertDescription::CERTIFICATE_UNKNOWN
        }
        // "A certificate was corrupt, contained signatures that did not verify correctly, etc."
        (
            RefusalKind::BadSignature
            | RefusalKind::Malformed
            | RefusalKind::NameConstraint
            | RefusalKind::NotACa
            | RefusalKind::WeakKey
            | RefusalKind::PathTooLong,
            _,
        ) => AlertDescription::BAD_CERTIFICATE,
        //= R-4.5.1.2-12
        (
            RefusalKind::UnsupportedCriticalExtension
            | RefusalKind::UnsupportedAlgorithm
            | RefusalKind::NotAllowedForPurpose,
            _,
        ) => AlertDescription::UNSUPPORTED_CERTIFICATE,
        (RefusalKind::Misconfigured, _) => AlertDescription::INTERNAL_ERROR,
    }
}

/// The signature algorithms with MD5 and SHA-1 of RFC 3279 §2.2, which are never accepted below an anchor.
const BROKEN_HASHES: [&[u8]; 4] = [
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05",
    b"\x2a\x86\x48\xce\x3d\x04\x01",
    b"\x2a\x86\x48\xce\x38\x04\x03",
];

//= R-4.5.1.3-4
//= R-4.5.1.3-5
/// Is a certificate of the chain that would have to be validated signed over MD5 or SHA-1?
fn is_signed_with_broken_hash(chain: &[&[u8]]) -> bool {
    chain.iter().filter_map(|der| Certificate::from_der(der).ok()).any(|certificate| {
        !certificate.is_self_issued()
            && BROKEN_HASHES.contains(&certificate.signature_algorithm.algorithm.contents())
    })
}

/// The answer of [`Trust::any_certificate`]: the key is the leaf's, and the identity has digests alone, for none
/// of the names is proved.
fn accept_unjudged(ask: &JudgePeer, leaf: &[u8], crypto: &CryptoProvider) -> Answer {
    let accepted = Certificate::from_der(leaf).ok().and_then(|certificate| {
        let spki = certificate.subject_public_key_info.der;
        let sha256 = |data: &[u8]| {
            let digest = crypto.hash(HashAlgorithm::Sha256)?.digest(data);
            <[u8; 32]>::try_from(digest.as_ref()).ok().map(Sha256Digest)
        };
        let identity = PeerIdentity {
            certificate_digest: sha256(leaf)?,
            key_digest: sha256(spki)?,
            earliest_not_after: certificate.validity.not_after,
            ..PeerIdentity::default()
        };
        Some(ask.accept(PublicKey::from_spki(spki).ok()?, Arc::new(identity)))
    });
    accepted.unwrap_or_else(|| {
        let reason =
            String::from("the certificate cannot be read, or its key is none that signatures verify with");
        ask.refuse(AlertDescription::UNSUPPORTED_CERTIFICATE, reason)
    })
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Anchors { anchors, profile, intermediates } => f
                .debug_struct("Trust")
                .field("anchors", &anchors.as_slice().len())
                .field("profile", &profile.name)
                .field("intermediates", &intermediates.len())
                .finish(),
            Kind::Ask => f.write_str("Trust(asked of the caller)"),
            Kind::AnyCertificate => f.write_str("Trust(DANGER: any certificate)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The server's certificate of RFC 8448 §3, sha256WithRSAEncryption.
    fn certificate() -> Vec<u8> {
        let trace = include_str!("../../vectors/rfc8448/03-simple-1rtt.txt");
        let message =
            trace.lines().find_map(|line| line.strip_prefix("Certificate (445 octets) = ")).unwrap();
        let digits: Vec<u8> =
            message.bytes().map(|digit| char::from(digit).to_digit(16).unwrap() as u8).collect();
        let message: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        message[11..message.len() - 2].to_vec()
    }

    /// The same with this last octet in both signature algorithms, and with another issuer if `issued`.
    fn signed_with(algorithm: u8, issued: bool) -> Vec<u8> {
        let oid = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
        let mut der = certificate();
        let places: Vec<usize> =
            (0..der.len() - oid.len()).filter(|at| &der[*at..at + oid.len()] == oid).collect();
        assert_eq!(places.len(), 2);
        for at in places {
            der[at + oid.len() - 1] = algorithm;
        }
        if issued {
            let issuer = der.windows(3).position(|octets| octets == b"rsa").unwrap();
            der[issuer] = b'q';
        }
        der
    }

    //= R-4.5.1.3-4 test
    //= R-4.5.1.3-5 test
    #[test]
    fn a_certificate_signed_over_md5_or_sha1_is_told_apart_unless_it_is_self_signed() {
        for (algorithm, broken) in [(4, true), (5, true), (11, false)] {
            assert_eq!(is_signed_with_broken_hash(&[&signed_with(algorithm, true)]), broken, "{algorithm}");
            assert!(!is_signed_with_broken_hash(&[&signed_with(algorithm, false)]));
        }
    }
}
