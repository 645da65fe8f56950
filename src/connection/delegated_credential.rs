//! Keys that certificates delegate to for a short time: issued, loaded, judged (RFC 9345).

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::Credential;
use crate::crypto::{CryptoProvider, Entropy, HashAlgorithm, PublicKey};
use crate::handshake::delegated_credential::{may_be_delegated_to, signed_content};
use crate::handshake::{JudgePeer, Role};
use crate::message::{DelegatedCredential, SignatureScheme};
use crate::pki::certificate::Certificate;
use crate::time::Time;
use crate::wire::{Decode, DecodeError, Encode};

/// The longest time for which a delegated credential is still good: seven days (RFC 9345 §4).
pub const MAX_DELEGATION: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What a certificate is to delegate: to which key, as whom, and until when.
#[derive(Clone, Debug)]
pub struct Delegation {
    /// The role in which the key is used: the delegation holds in no other.
    pub role: Role,
    /// The key.
    pub public_key: PublicKey,
    /// The one scheme by which the key signs; none of rsa_pss_rsae (RFC 9345 §4).
    pub scheme: SignatureScheme,
    /// When it ends: within seven days, and not behind the certificate.
    pub not_after: Time,
}

/// Why a key cannot be delegated to, or a delegated credential is none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DelegationError {
    /// The certificate lacks the extension DelegationUsage or the key usage digitalSignature (RFC 9345 §4.2).
    NotAllowed {
        /// Its subject.
        subject: String,
    },
    /// The scheme does not fit the key, or no delegated key may have it.
    Scheme(SignatureScheme),
    /// It would end too late, or is over.
    Time {
        /// When it was to end.
        not_after: Time,
        /// The latest moment at which it may.
        latest: Time,
    },
    /// The certificate's key is not in this process, or there is no certificate.
    NoLocalKey,
    /// Signing failed.
    Signing,
    /// The bytes are no DelegatedCredential.
    Malformed(DecodeError),
    /// The delegation is not signed by the key of this certificate, in either role.
    Signature,
    /// The private key is not the one that is delegated to.
    KeyDoesNotBelong,
}

/// A delegated credential of ours, read and verified.
pub(super) struct Delegated {
    pub(super) role: Role,
    pub(super) public_key: PublicKey,
    pub(super) not_after: Time,
}

impl Credential {
    /// Delegates to a key: the bytes of a DelegatedCredential, which goes with this certificate and the private key into
    /// [`Credential::delegated_from_pem`]. Whoever holds that key is us until it ends; it cannot be revoked without the
    /// certificate.
    ///
    /// ```
    /// # #[cfg(feature = "ring")] {
    /// use handfast::connection::{Credential, Delegation, DelegationError};
    /// use handfast::crypto::{Entropy, ring};
    /// use handfast::Time;
    ///
    /// fn for_an_edge(own: &Credential, to: &Delegation, now: Time) -> Result<Vec<u8>, DelegationError> {
    ///     let entropy = Entropy::from_system().map_err(|_| DelegationError::Signing)?;
    ///     own.delegate(to, now, &ring::provider(), entropy)
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`DelegationError`] if the certificate may not delegate, or not for so long, or its key is elsewhere.
    pub fn delegate(
        &self,
        delegation: &Delegation,
        now: Time,
        crypto: &CryptoProvider,
        entropy: Entropy,
    ) -> Result<Vec<u8>, DelegationError> {
        let hkdf = crypto.hkdf(HashAlgorithm::Sha256).ok_or(DelegationError::Signing)?;
        let mut entropy = entropy.expand_with(hkdf.clone());
        let end_entity = self.shown.chain().first().ok_or(DelegationError::NoLocalKey)?;
        let leaf = Certificate::from_der(end_entity).map_err(|_| DelegationError::NoLocalKey)?;
        check_leaf(&leaf)?;
        let fits = |scheme: SignatureScheme| {
            may_be_delegated_to(scheme)
                && scheme
                    .algorithm()
                    .is_some_and(|it| it.key_algorithm() == delegation.public_key.algorithm())
        };
        //= R9345-4-3
        //= R9345-4-4
        if !fits(delegation.scheme) {
            return Err(DelegationError::Scheme(delegation.scheme));
        }
        //= R9345-3-1
        //= R9345-4-1
        let latest = now.saturating_add(MAX_DELEGATION).min(leaf.validity.not_after);
        let not_after = delegation.not_after;
        let seconds = not_after.saturating_since(leaf.validity.not_before).as_secs();
        let valid_time = u32::try_from(seconds).ok().filter(|_| (now..=latest).contains(&not_after));
        let valid_time = valid_time.ok_or(DelegationError::Time { not_after, latest })?;
        let algorithm = *self.shown.schemes().first().ok_or(DelegationError::NoLocalKey)?;
        let mut credential = DelegatedCredential {
            valid_time,
            dc_cert_verify_algorithm: delegation.scheme,
            asn1_subject_public_key_info: delegation.public_key.spki(),
            algorithm,
            signature: &[],
        };
        let content = signed_content(delegation.role, end_entity, &credential);
        let signature =
            self.shown.sign_bytes(algorithm, &content, &mut *entropy).ok_or(DelegationError::NoLocalKey)?;
        let signature = signature.map_err(|_| DelegationError::Signing)?;
        credential.signature = &signature;
        Ok(credential.to_bytes())
    }
}

/// May the holder of this certificate delegate (§4.2)?
//= R9345-4.2-1
//= R9345-4.2-2
fn check_leaf(leaf: &Certificate<'_>) -> Result<(), DelegationError> {
    let not_allowed = || DelegationError::NotAllowed { subject: leaf.subject.to_string() };
    if leaf.may_delegate() { Ok(()) } else { Err(not_allowed()) }
}

/// When a delegation by this certificate ends (§4).
fn end(leaf: &Certificate<'_>, credential: &DelegatedCredential<'_>) -> Time {
    leaf.validity.not_before.saturating_add(Duration::from_secs(credential.valid_time.into()))
}

/// Reads a delegated credential of ours, and verifies it: a broken one would show only when a peer refuses it.
pub(super) fn read(
    end_entity: &[u8],
    body: &[u8],
    crypto: &CryptoProvider,
) -> Result<Delegated, DelegationError> {
    let credential = DelegatedCredential::decode(body).map_err(DelegationError::Malformed)?;
    let leaf = Certificate::from_der(end_entity).map_err(|_| DelegationError::Signature)?;
    check_leaf(&leaf)?;
    let scheme = credential.dc_cert_verify_algorithm;
    let public_key = PublicKey::from_spki(credential.asn1_subject_public_key_info)
        .map_err(|_| DelegationError::Scheme(scheme))?;
    let algorithm = scheme.algorithm().filter(|_| may_be_delegated_to(scheme));
    if algorithm.is_none_or(|algorithm| algorithm.key_algorithm() != public_key.algorithm()) {
        return Err(DelegationError::Scheme(scheme));
    }
    let key =
        PublicKey::from_spki(leaf.subject_public_key_info.der).map_err(|_| DelegationError::Signature)?;
    let verifier = credential.algorithm.algorithm().filter(|it| it.key_algorithm() == key.algorithm());
    let verifier =
        verifier.and_then(|algorithm| crypto.verifier(algorithm)).ok_or(DelegationError::Signature)?;
    let verifies = |role: &Role| {
        verifier.verify(&key, &signed_content(*role, end_entity, &credential), credential.signature).is_ok()
    };
    let role = [Role::Server, Role::Client].into_iter().find(verifies).ok_or(DelegationError::Signature)?;
    Ok(Delegated { role, public_key, not_after: end(&leaf, &credential) })
}

/// When the delegation ends that a peer shows with its chain; `None`: it shows none. `Err` is why it is invalid.
//= R9345-4.1.3-1
//= R9345-4.1.3-2
//= R9345-4.1.3-4
pub(super) fn judge(ask: &JudgePeer, clock_skew: Duration) -> Result<Option<Time>, String> {
    let Some(credential) = ask.chain.delegated_credential() else { return Ok(None) };
    let leaf = ask.chain.certificates().next().unwrap_or_default();
    let leaf = Certificate::from_der(leaf).map_err(|error| error.to_string())?;
    check_leaf(&leaf).map_err(|error| error.to_string())?;
    let (not_after, now) = (end(&leaf, &credential), ask.now);
    if now.saturating_sub(clock_skew) > not_after {
        return Err(alloc::format!(
            "the delegated credential ended at {not_after}, it is {now} (RFC 9345 §4.1.3)"
        ));
    }
    if not_after > now.saturating_add(MAX_DELEGATION).saturating_add(clock_skew) {
        return Err(alloc::format!(
            "the delegated credential is good until {not_after}; it is {now}, and seven days from now are allowed \
             (RFC 9345 §4.1.3)"
        ));
    }
    Ok(Some(not_after))
}

impl fmt::Display for DelegationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed { subject } => write!(
                f,
                "the certificate of {subject} may not delegate: it takes the extension DelegationUsage, not critical, and \
                 the key usage digitalSignature (RFC 9345 §4.2)"
            ),
            Self::Scheme(scheme) => {
                write!(f, "{scheme} is none by which this key can be delegated to (RFC 9345 §4)")
            }
            Self::Time { not_after, latest } => write!(
                f,
                "a delegated credential until {not_after} is over, or good for too long; {latest} is the latest: seven \
                 days from now, or the end of the certificate (RFC 9345 §3)"
            ),
            Self::NoLocalKey => {
                f.write_str("there is no certificate with a private key at hand to delegate by")
            }
            Self::Signing => f.write_str("signing the delegation failed"),
            Self::Malformed(error) => write!(f, "no delegated credential: {error} (RFC 9345 §4)"),
            Self::Signature => {
                f.write_str("the delegation is not signed by the key of this certificate (RFC 9345 §4)")
            }
            Self::KeyDoesNotBelong => f.write_str("the private key is not the one that is delegated to"),
        }
    }
}

impl core::error::Error for DelegationError {}
