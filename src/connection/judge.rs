//! Judging a peer's chain, and what pki's refusals mean in the terms of TLS: the one place where the two meet (RFC
//! 9846 §4.5.1.1, §4.5.1.3, §6.2; 8446 §4.4.2.1, §4.4.2.4, §6.2).

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::credential::has_broken_hash;
use super::delegated_credential;
#[cfg(feature = "std")]
use super::shared_signature_cache::Remembering;
use super::trust::{Kind, Rules, Trust, purpose};
use crate::alert::AlertDescription;
use crate::crypto::{CryptoProvider, PublicKey, PublicKeyAlgorithm, SignatureAlgorithm};
use crate::handshake::{Answer, JudgePeer, Role};
use crate::identity::{ExpectedPeer, PeerIdentity, PeerName, Sha256Digest};
use crate::message::{CertificateStatus, ExtensionType, SignatureScheme};
use crate::pki::certificate::Certificate;
use crate::pki::{
    Judgement, Refusal, RefusalKind, SignatureError, SignedData, Source, VerifySignature, judge, judge_peer,
    signature_algorithm,
};
use crate::wire::Decode;

impl Trust {
    /// Judges, if this is not left to the caller. `expected` is the rule where the ask brings none;
    /// `requests_staples` says whether the peer was asked for staples.
    pub(super) fn answer(
        &self,
        ask: &JudgePeer,
        expected: &ExpectedPeer,
        requests_staples: bool,
        crypto: &CryptoProvider,
    ) -> Option<Answer> {
        if let Some(spki) = ask.chain.raw_public_key() {
            return self.answer_raw_public_key(ask, spki, expected, crypto);
        }
        let chain: Vec<&[u8]> = ask.chain.certificates().collect();
        let rules = match &self.0 {
            Kind::Ask => return None,
            Kind::AnyCertificate => {
                let judged = unjudged(ask, chain.first()?, crypto);
                return Some(judged.map_or_else(|refused| refused, |(key, who)| self.accept(ask, key, who)));
            }
            Kind::Anchors(rules) => rules,
        };
        let expected = ask.expected.as_deref().unwrap_or(expected);
        let staples: Vec<&[u8]> = staples(ask).flatten().collect();
        let stapled = requests_staples.then_some(&staples[..]);
        Some(match rules.judge(&chain, stapled, expected, ask, crypto) {
            Ok(Err(reason)) => ask.refuse(AlertDescription::CERTIFICATE_UNKNOWN, reason),
            Ok(Ok((public_key, identity))) => self.accept(ask, public_key, identity),
            Err(refusal) => {
                let alert = if is_signed_with_broken_hash(&chain) {
                    AlertDescription::BAD_CERTIFICATE
                } else {
                    alert(refusal.kind(), ask.peer, deciding_is_stapled(&refusal, ask))
                };
                ask.refuse(alert, refusal.report().to_string())
            }
        })
    }
}

impl Trust {
    /// Accepts a peer whose chain is good, and the delegation that it may show with it.
    fn accept(&self, ask: &JudgePeer, public_key: PublicKey, mut identity: PeerIdentity) -> Answer {
        match delegated_credential::judge(ask, self.clock_skew()) {
            Ok(None) => ask.accept(public_key, Arc::new(identity)),
            Ok(Some(not_after)) => {
                // What this connection leaves must not outlive it.
                identity.earliest_not_after = identity.earliest_not_after.min(not_after);
                ask.accept_delegating(public_key, Arc::new(identity))
            }
            Err(reason) => ask.refuse(AlertDescription::ILLEGAL_PARAMETER, reason),
        }
    }

    /// Judges a raw public key: the set of those that are trusted, or the pin, is all there is to go by.
    fn answer_raw_public_key(
        &self,
        ask: &JudgePeer,
        spki: &[u8],
        expected: &ExpectedPeer,
        crypto: &CryptoProvider,
    ) -> Option<Answer> {
        let judge: &dyn Fn(&PublicKey, &Sha256Digest) -> _ = match &self.0 {
            Kind::Ask => return None,
            Kind::AnyCertificate => &|_, _| None,
            Kind::Anchors(rules) => &|key, digest| {
                let expected = ask.expected.as_deref().unwrap_or(expected);
                rules.refuses_weak_key(key).or_else(|| rules.refuses_raw_public_key(digest, expected))
            },
        };
        let read = PublicKey::from_spki(spki).ok().zip(Sha256Digest::of(spki, crypto));
        let Some((public_key, digest)) = read else {
            let reason = String::from("the raw public key cannot be read, or the provider has no SHA-256");
            return Some(ask.refuse(AlertDescription::UNSUPPORTED_CERTIFICATE, reason));
        };
        Some(match judge(&public_key, &digest) {
            None => ask.accept(public_key, Arc::new(PeerIdentity::of_raw_public_key(digest))),
            Some((kind, reason)) => ask.refuse(alert(kind, ask.peer, false), reason),
        })
    }
}

/// How many of the trusted keys a refusal names.
const KEYS_NAMED: usize = 4;

impl Rules {
    /// Why the raw public key with this SHA-256 is not whom we expect, or not trusted; `None` if it is.
    pub(super) fn refuses_raw_public_key(
        &self,
        digest: &Sha256Digest,
        expected: &ExpectedPeer,
    ) -> Option<(RefusalKind, String)> {
        let keys = &self.raw_public_keys;
        //= R7250-6-1
        match expected.name() {
            PeerName::PinnedPublicKey(pin) if pin == digest => None,
            PeerName::AnyUnderAnchors if keys.contains(digest) => None,
            PeerName::AnyUnderAnchors => {
                let trusted: Vec<String> = keys.iter().take(KEYS_NAMED).map(ToString::to_string).collect();
                let more = keys.len().checked_sub(KEYS_NAMED).filter(|more| *more > 0);
                let more = more.map(|more| alloc::format!(" and {more} more")).unwrap_or_default();
                let reason = alloc::format!(
                    "the raw public key with SHA-256 {digest} is not trusted (RFC 7250 §6); trusted are: {}{more}",
                    if trusted.is_empty() { String::from("none") } else { trusted.join(", ") }
                );
                Some((RefusalKind::UnknownIssuer, reason))
            }
            PeerName::PinnedPublicKey(pin) => {
                let reason = alloc::format!("expected the raw public key with SHA-256 {pin}, found {digest}");
                Some((RefusalKind::NameMismatch, reason))
            }
            name @ (PeerName::Dns(_)
            | PeerName::Ip(_)
            | PeerName::Mailbox(_)
            | PeerName::SpiffeId(_)
            | PeerName::SpiffeTrustDomain(_)
            | PeerName::PinnedCertificate(_)) => {
                let reason = alloc::format!(
                    "expected {name}, found the raw public key with SHA-256 {digest}, which has no name: expect it by \
                     its SHA-256"
                );
                Some((RefusalKind::NameMismatch, reason))
            }
        }
    }

    fn refuses_weak_key(&self, key: &PublicKey) -> Option<(RefusalKind, String)> {
        let (bits, min) = (key.strength_bits(), self.profile.min_rsa_bits);
        let is_rsa = matches!(key.algorithm(), PublicKeyAlgorithm::Rsa | PublicKeyAlgorithm::RsaPss);
        let is_weak = is_rsa && bits < min;
        is_weak.then(|| {
            (RefusalKind::WeakKey, alloc::format!("a raw RSA key of {bits} bits, expected {min} at least"))
        })
    }

    /// The peer's key and identity, or why its timestamps are too few.
    fn judge(
        &self,
        chain: &[&[u8]],
        stapled: Option<&[&[u8]]>,
        expected: &ExpectedPeer,
        ask: &JudgePeer,
        crypto: &CryptoProvider,
    ) -> Result<Result<(PublicKey, PeerIdentity), String>, Box<Refusal>> {
        let intermediates: Vec<&[u8]> = self.intermediates.iter().map(AsRef::as_ref).collect();
        #[cfg(feature = "std")]
        let remembering = self.signature_cache.as_deref().map(|cache| Remembering { cache, crypto });
        #[cfg(feature = "std")]
        let verifier = remembering.as_ref().map_or(crypto as &dyn VerifySignature, |cached| cached);
        #[cfg(not(feature = "std"))]
        let verifier: &dyn VerifySignature = crypto;
        let verifier = AcceptedSchemes { schemes: ask.signature_schemes_cert(), verifier };
        let mut judgement = Judgement::new(&self.anchors, expected, purpose(ask.peer), ask.now, crypto);
        judgement.profile = &self.profile;
        judgement.intermediates = &intermediates;
        judgement.verifier = Some(&verifier);
        judgement.stapled = stapled;
        judgement.policies = &self.policies;
        let judged = |judgement: &Judgement<'_>| match &self.timestamps {
            None => judge_peer(chain, judgement).map(Ok),
            Some(check) => judge(chain, judgement).map(|accepted| {
                let issuer = accepted.path.get(1).map(AsRef::as_ref);
                match check.refuse(ask, issuer, self.profile.clock_skew, crypto) {
                    None => Ok((accepted.public_key, accepted.identity)),
                    Some(reason) => Err(reason),
                }
            }),
        };
        match &self.revocation {
            None => judged(&judgement),
            Some(revocation) => revocation
                .borrowed(|revocation| judged(&Judgement { revocation: Some(revocation), ..judgement })),
        }
    }
}

/// The OCSP response beside each certificate of the chain.
fn staples(ask: &JudgePeer) -> impl Iterator<Item = Option<&[u8]>> {
    ask.chain.entries().map(|entry| {
        let staple = entry.extensions.find(ExtensionType::STATUS_REQUEST)?;
        CertificateStatus::decode(staple).ok().map(|status| status.ocsp_response)
    })
}

/// Did the peer send a staple beside the certificate that decided?
fn deciding_is_stapled(refusal: &Refusal, ask: &JudgePeer) -> bool {
    match refusal.deciding_certificate().map(|certificate| certificate.source) {
        Some(Source::Peer(index)) => staples(ask).nth(index).flatten().is_some(),
        Some(Source::Intermediate(_) | Source::Anchor(_) | Source::OcspResponse) | None => false,
    }
}

/// Verifies signatures of certificates by the schemes that we said we accept there (§4.3.3), and no others.
struct AcceptedSchemes<'a> {
    schemes: &'a [SignatureScheme],
    verifier: &'a dyn VerifySignature,
}

impl VerifySignature for AcceptedSchemes<'_> {
    fn verify_signature(&self, signed: &SignedData<'_>) -> Result<(), SignatureError> {
        let key = signed.public_key().map_err(|_| SignatureError::UnsupportedAlgorithm)?;
        let algorithm = signature_algorithm(&signed.algorithm, key.algorithm());
        let mut accepted = self.schemes.iter().filter_map(|scheme| scheme.algorithm());
        if !accepted.any(|accepted| algorithm.is_some_and(|algorithm| covers(accepted, algorithm))) {
            return Err(SignatureError::UnsupportedAlgorithm);
        }
        self.verifier.verify_signature(signed)
    }
}

/// Does accepting one algorithm mean accepting the other? In certificates hash and curve of ECDSA come in any
/// combination, which TLS 1.3 has no code points for; the hash decides.
fn covers(accepted: SignatureAlgorithm, algorithm: SignatureAlgorithm) -> bool {
    accepted == algorithm
        || matches!(
            (accepted, algorithm),
            (
                SignatureAlgorithm::EcdsaP256Sha256,
                SignatureAlgorithm::EcdsaP384Sha256 | SignatureAlgorithm::EcdsaP521Sha256
            ) | (
                SignatureAlgorithm::EcdsaP384Sha384,
                SignatureAlgorithm::EcdsaP256Sha384 | SignatureAlgorithm::EcdsaP521Sha384
            ) | (
                SignatureAlgorithm::EcdsaP521Sha512,
                SignatureAlgorithm::EcdsaP256Sha512 | SignatureAlgorithm::EcdsaP384Sha512
            )
        )
}

/// The one alert that each kind of refusal sends (§6.2). Total: a new kind does not compile without its alert.
///
/// `stapled`: did the peer staple a response to the certificate that decided? Then it is the response that cannot be
/// accepted (RFC 6066 §8).
const fn alert(kind: RefusalKind, peer: Role, stapled: bool) -> AlertDescription {
    match (kind, peer) {
        (RefusalKind::StapleMissing, _) => AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE,
        //= R6066-8-9
        (RefusalKind::RevocationUnknown, _) if stapled => AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE,
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

//= R-4.5.1.3-4
//= R-4.5.1.3-5
/// Is a certificate of the chain that would have to be validated signed over MD5 or SHA-1?
fn is_signed_with_broken_hash(chain: &[&[u8]]) -> bool {
    chain.iter().filter_map(|der| Certificate::from_der(der).ok()).any(|it| has_broken_hash(&it))
}

/// The answer of [`Trust::any_certificate`]: the key is the leaf's, and the identity has digests alone, for none
/// of the names is proved.
fn unjudged(
    ask: &JudgePeer,
    leaf: &[u8],
    crypto: &CryptoProvider,
) -> Result<(PublicKey, PeerIdentity), Answer> {
    let accepted = Certificate::from_der(leaf).ok().and_then(|certificate| {
        let spki = certificate.subject_public_key_info.der;
        let identity = PeerIdentity {
            certificate_digest: Sha256Digest::of(leaf, crypto)?,
            key_digest: Sha256Digest::of(spki, crypto)?,
            earliest_not_after: certificate.validity.not_after,
            ..PeerIdentity::default()
        };
        Some((PublicKey::from_spki(spki).ok()?, identity))
    });
    accepted.ok_or_else(|| {
        let reason =
            String::from("the certificate cannot be read, or its key is none that signatures verify with");
        ask.refuse(AlertDescription::UNSUPPORTED_CERTIFICATE, reason)
    })
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
