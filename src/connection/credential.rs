//! What we show and prove possession of: a certificate chain with its key, or a key alone, checked when it is loaded.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::delegated_credential::{self, DelegationError};
use crate::crypto::{
    CryptoProvider, PrivateKeyError, PrivateKeyInfo, PublicKey, PublicKeyAlgorithm, PublicKeyError,
    SignatureAlgorithm,
};
use crate::handshake::{self, Role};
use crate::identity::{PeerIdentity, Sha256Digest};
use crate::message::{CertificateType, SignatureScheme, SignedCertificateTimestampList};
use crate::pem::{self, PemError};
use crate::pki::asn1::{Asn1Error, Oid, known};
use crate::pki::certificate::{Certificate, GeneralName, KeyUsage};
use crate::pki::name::{DnsPattern, dns_pattern};
use crate::pki::signature_algorithm;
use crate::time::Time;
use crate::wire::{Decode, DecodeError};

/// A certificate chain and its key, or a key without one, with what choosing between several needs to know of them.
///
/// The key belongs to the certificate, and both can be read: that is checked here, once, and not in the first
/// handshake.
#[derive(Clone)]
pub struct Credential {
    pub(super) shown: Arc<handshake::Credential>,
    pub(super) facts: Facts,
}

/// What the certificates say, as far as choosing asks for it.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) subject: String,
    pub(super) dns_names: Vec<DnsPattern>,
    pub(super) key_usage: Option<KeyUsage>,
    /// The contents of the object identifiers of the key purposes; `None`: any purpose.
    pub(super) purposes: Option<Vec<Vec<u8>>>,
    /// The issuers of the certificates in the chain, distinguished names in DER.
    pub(super) issuers: Vec<Vec<u8>>,
    /// What each certificate that is not self-issued may be signed with; empty: nothing that we know.
    pub(super) signatures: Vec<Vec<SignatureAlgorithm>>,
    /// Is a certificate that is not self-issued signed over MD5 or SHA-1?
    pub(super) has_broken_hash: bool,
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    /// In which role the leaf delegates to the key, and until when, if it does (RFC 9345).
    pub(super) delegation: Option<(Role, Time)>,
}

/// Why a chain and a key make no credential.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialError {
    /// The chain is no PEM.
    Pem(PemError),
    /// The chain has no certificate.
    NoCertificate,
    /// A certificate of the chain cannot be read.
    Certificate {
        /// Which one; the leaf is 0.
        index: usize,
        /// Why.
        error: Asn1Error,
    },
    /// The leaf's key is none that we can use.
    PublicKey(PublicKeyError),
    /// The private key is refused.
    PrivateKey(PrivateKeyError),
    /// The private key does not belong to the leaf.
    KeyDoesNotBelong {
        /// The leaf's subject.
        subject: String,
    },
    /// The leaf says that its key is not for signing, which is all that TLS 1.3 does with it (§4.5.1.2).
    NotForSigning {
        /// The leaf's subject.
        subject: String,
        /// Its key usages.
        key_usage: String,
    },
    /// The leaf is not of version 3, the only one that TLS 1.3 takes (§4.5.1.2).
    NotVersion3 {
        /// The leaf's subject.
        subject: String,
    },
    /// The delegated credential is refused.
    Delegation(DelegationError),
    /// An external key signs with no scheme that TLS 1.3 has for such a key.
    NoScheme,
    /// What is to be shown as signed certificate timestamps is no list of them.
    Timestamps {
        /// Of which certificate; the leaf is 0.
        index: usize,
        /// Why.
        error: DecodeError,
    },
}

impl Credential {
    /// A chain in PEM, the leaf first, with the leaf's private key in PEM: PKCS#8, SEC1 or PKCS#1.
    ///
    /// # Errors
    /// [`CredentialError`] says which of them is wrong, and how.
    pub fn from_pem(
        chain: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
        crypto: &CryptoProvider,
    ) -> Result<Self, CredentialError> {
        Self::local(certificates(chain.as_ref())?, &PrivateKeyInfo::from_pem(key)?, crypto)
    }

    /// A chain in DER, the leaf first, with the leaf's private key in DER: PKCS#8, SEC1 or PKCS#1.
    ///
    /// # Errors
    /// [`CredentialError`] says which of them is wrong, and how.
    pub fn from_der(
        chain: impl IntoIterator<Item = impl Into<Arc<[u8]>>>,
        key: &[u8],
        crypto: &CryptoProvider,
    ) -> Result<Self, CredentialError> {
        let chain = chain.into_iter().map(Into::into).collect();
        Self::local(chain, &PrivateKeyInfo::from_der(key)?, crypto)
    }

    /// A chain in PEM, the leaf first, whose key is elsewhere, in an HSM or a TPM: each handshake asks for a
    /// signature by one of `schemes`, in order of preference ([`Ask::Sign`](crate::handshake::Ask::Sign)).
    ///
    /// # Errors
    /// [`CredentialError`] if a certificate cannot be read or no scheme fits its key.
    pub fn external_from_pem(
        chain: impl AsRef<[u8]>,
        schemes: Vec<SignatureScheme>,
    ) -> Result<Self, CredentialError> {
        Self::external(certificates(chain.as_ref())?, schemes)
    }

    /// The same with the chain in DER.
    ///
    /// # Errors
    /// As [`Credential::external_from_pem`].
    pub fn external(chain: Vec<Arc<[u8]>>, schemes: Vec<SignatureScheme>) -> Result<Self, CredentialError> {
        let (facts, public_key) = read(&chain)?;
        check_schemes(&schemes, &public_key)?;
        let shown = handshake::Credential::external(chain, public_key, schemes);
        Ok(Self { shown: Arc::new(shown), facts })
    }

    /// A chain in PEM, the leaf first, that delegates to another key for a short time (RFC 9345): it is shown to peers that
    /// take that, and the leaf's own key is not needed.
    ///
    /// * `delegated_credential`: the bytes that [`Credential::delegate`] makes.
    /// * `key`: the private key that it is for, in PEM.
    ///
    /// # Errors
    /// [`CredentialError`] says what does not fit; the delegation is verified here, and not only by peers.
    pub fn delegated_from_pem(
        chain: impl AsRef<[u8]>,
        delegated_credential: &[u8],
        key: impl AsRef<[u8]>,
        crypto: &CryptoProvider,
    ) -> Result<Self, CredentialError> {
        let chain = certificates(chain.as_ref())?;
        let (mut facts, _) = read(&chain)?;
        let leaf = chain.first().ok_or(CredentialError::NoCertificate)?;
        let delegated = delegated_credential::read(leaf, delegated_credential, crypto)?;
        let key = crypto.load_signing_key(&PrivateKeyInfo::from_pem(key)?)?;
        if *key.public_key() != delegated.public_key {
            return Err(DelegationError::KeyDoesNotBelong.into());
        }
        facts.delegation = Some((delegated.role, delegated.not_after));
        facts.not_after = facts.not_after.min(delegated.not_after);
        let shown = handshake::Credential::local(chain, key)
            .with_delegated_credential(delegated_credential)
            .map_err(DelegationError::Malformed)?;
        Ok(Self { shown: Arc::new(shown), facts })
    }

    /// The public key alone of this private key in PEM, in place of a certificate (RFC 7250): PKCS#8, SEC1 or PKCS#1.
    ///
    /// # Errors
    /// [`CredentialError::PrivateKey`] if it is none that we can use.
    pub fn raw_public_key_from_pem(
        key: impl AsRef<[u8]>,
        crypto: &CryptoProvider,
    ) -> Result<Self, CredentialError> {
        Self::raw_public_key(&PrivateKeyInfo::from_pem(key)?, crypto)
    }

    /// The same with the private key in DER.
    ///
    /// # Errors
    /// As [`Credential::raw_public_key_from_pem`].
    pub fn raw_public_key_from_der(key: &[u8], crypto: &CryptoProvider) -> Result<Self, CredentialError> {
        Self::raw_public_key(&PrivateKeyInfo::from_der(key)?, crypto)
    }

    /// The public key alone of this SubjectPublicKeyInfo in DER, whose private key is elsewhere.
    ///
    /// # Errors
    /// [`CredentialError`] if it is no key that we can use, or if no scheme fits it.
    pub fn external_raw_public_key(
        spki: &[u8],
        schemes: Vec<SignatureScheme>,
        crypto: &CryptoProvider,
    ) -> Result<Self, CredentialError> {
        let public_key = PublicKey::from_spki(spki).map_err(CredentialError::PublicKey)?;
        check_schemes(&schemes, &public_key)?;
        let facts = Facts::of_raw_public_key(&public_key, crypto);
        let shown = handshake::Credential::external(Vec::new(), public_key, schemes).into_raw_public_key();
        Ok(Self { shown: Arc::new(shown), facts })
    }

    fn raw_public_key(key: &PrivateKeyInfo, crypto: &CryptoProvider) -> Result<Self, CredentialError> {
        let shown =
            handshake::Credential::local(Vec::new(), crypto.load_signing_key(key)?).into_raw_public_key();
        let facts = Facts::of_raw_public_key(shown.public_key(), crypto);
        Ok(Self { shown: Arc::new(shown), facts })
    }

    /// Does it show its public key alone?
    #[must_use]
    pub fn is_raw_public_key(&self) -> bool {
        self.shown.certificate_type() == CertificateType::RAW_PUBLIC_KEY
    }

    fn local(
        chain: Vec<Arc<[u8]>>,
        key: &PrivateKeyInfo,
        crypto: &CryptoProvider,
    ) -> Result<Self, CredentialError> {
        let (facts, public_key) = read(&chain)?;
        let key = crypto.load_signing_key(key)?;
        if *key.public_key() != public_key {
            return Err(CredentialError::KeyDoesNotBelong { subject: facts.subject });
        }
        Ok(Self { shown: Arc::new(handshake::Credential::local(chain, key)), facts })
    }

    /// Staples an OCSP response in DER to each certificate that has one, in the order of the chain (§4.5.1.1);
    /// they go out to peers that ask for them.
    #[must_use]
    pub fn with_ocsp_responses(self, ocsp_responses: Vec<Option<Arc<[u8]>>>) -> Self {
        let shown = handshake::Credential::clone(&self.shown).with_ocsp_responses(ocsp_responses);
        Self { shown: Arc::new(shown), ..self }
    }

    /// Shows signed certificate timestamps with each certificate that has some, in the order of the chain, to peers that
    /// ask for them: a SignedCertificateTimestampList each.
    ///
    /// ```text
    /// opaque SerializedSCT<1..2^16-1>;
    /// struct { SerializedSCT sct_list <1..2^16-1>; } SignedCertificateTimestampList;
    /// ```
    /// RFC 6962 §3.3.
    ///
    /// # Errors
    /// [`CredentialError::Timestamps`] if one is none.
    pub fn with_timestamps(self, timestamps: Vec<Option<Arc<[u8]>>>) -> Result<Self, CredentialError> {
        for (index, list) in timestamps.iter().enumerate() {
            if let Some(list) = list {
                SignedCertificateTimestampList::decode(list)
                    .map_err(|error| CredentialError::Timestamps { index, error })?;
            }
        }
        let shown = handshake::Credential::clone(&self.shown).with_timestamps(timestamps);
        Ok(Self { shown: Arc::new(shown), ..self })
    }

    /// The leaf's subject in the form of RFC 4514; of a raw public key, that it is one, and its SHA-256.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.facts.subject
    }

    /// The leaf's validity: first and last moment; of a delegation, its own end.
    #[must_use]
    pub const fn validity(&self) -> (Time, Time) {
        (self.facts.not_before, self.facts.not_after)
    }

    /// The same as the handshake shows it, for answers to [`Ask::ChooseCredential`](crate::handshake::Ask).
    #[must_use]
    pub const fn shown(&self) -> &Arc<handshake::Credential> {
        &self.shown
    }
}

/// Is one of these schemes for CertificateVerify by such a key?
fn check_schemes(schemes: &[SignatureScheme], public_key: &PublicKey) -> Result<(), CredentialError> {
    let fits = |scheme: &SignatureScheme| {
        scheme.in_certificate_verify()
            && scheme.algorithm().is_some_and(|algorithm| public_key.is_for(algorithm))
    };
    if schemes.iter().any(fits) { Ok(()) } else { Err(CredentialError::NoScheme) }
}

fn certificates(pem: &[u8]) -> Result<Vec<Arc<[u8]>>, CredentialError> {
    let mut chain = Vec::new();
    for block in pem::blocks(pem) {
        let block = block.map_err(CredentialError::Pem)?;
        if block.label == "CERTIFICATE" {
            chain.push(block.decode().map_err(CredentialError::Pem)?.as_slice().into());
        }
    }
    Ok(chain)
}

/// Reads the chain: what choosing needs, and the leaf's key.
fn read(chain: &[Arc<[u8]>]) -> Result<(Facts, PublicKey), CredentialError> {
    let certificates = chain
        .iter()
        .enumerate()
        .map(|(index, der)| {
            Certificate::from_der(der).map_err(|error| CredentialError::Certificate { index, error })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let leaf = certificates.first().ok_or(CredentialError::NoCertificate)?;
    let public_key =
        PublicKey::from_spki(leaf.subject_public_key_info.der).map_err(CredentialError::PublicKey)?;
    let extensions = &leaf.extensions;
    let purposes = extensions.ext_key_usage.as_ref().and_then(|field| field.ok());
    let facts = Facts {
        subject: leaf.subject.to_string(),
        dns_names: leaf.subject_alt_names().iter().filter_map(dns_name).collect(),
        key_usage: extensions.key_usage.as_ref().and_then(|field| field.ok()).copied(),
        purposes: purposes.map(|usage| usage.purposes.iter().map(|it| it.contents().to_vec()).collect()),
        issuers: certificates.iter().map(|certificate| certificate.issuer.der.to_vec()).collect(),
        signatures: signatures(&certificates),
        has_broken_hash: certificates.iter().any(has_broken_hash),
        not_before: leaf.validity.not_before,
        not_after: leaf.validity.not_after,
        delegation: None,
    };
    //= R-4.5.1.2-1
    if !leaf.is_version_3() {
        return Err(CredentialError::NotVersion3 { subject: facts.subject });
    }
    //= R-4.5.1.2-3
    match facts.key_usage {
        Some(usage) if !usage.contains(KeyUsage::DIGITAL_SIGNATURE) => {
            Err(CredentialError::NotForSigning { subject: facts.subject, key_usage: usage.to_string() })
        }
        _ => Ok((facts, public_key)),
    }
}

fn dns_name(name: GeneralName<'_>) -> Option<DnsPattern> {
    if let GeneralName::DnsName(name) = name { dns_pattern(name) } else { None }
}

/// What each certificate that is not self-issued may be signed with. The key that signed is the next one's in
/// the chain; where there is none, any that fits the algorithm identifier.
fn signatures(certificates: &[Certificate<'_>]) -> Vec<Vec<SignatureAlgorithm>> {
    const ANY: [PublicKeyAlgorithm; 9] = [
        PublicKeyAlgorithm::EcP256,
        PublicKeyAlgorithm::EcP384,
        PublicKeyAlgorithm::EcP521,
        PublicKeyAlgorithm::Ed25519,
        PublicKeyAlgorithm::MlDsa44,
        PublicKeyAlgorithm::MlDsa65,
        PublicKeyAlgorithm::MlDsa87,
        PublicKeyAlgorithm::Rsa,
        PublicKeyAlgorithm::RsaPss,
    ];
    let issuers = certificates.iter().skip(1).map(Some).chain([None]);
    let signed = certificates.iter().zip(issuers).filter(|(certificate, _)| !certificate.is_self_issued());
    signed
        .map(|(certificate, issuer)| {
            let key = issuer.and_then(|issuer| PublicKey::from_spki(issuer.subject_public_key_info.der).ok());
            let keys = ANY.into_iter().filter(|any| key.as_ref().is_none_or(|key| key.algorithm() == *any));
            keys.filter_map(|key| signature_algorithm(&certificate.signature_algorithm, key)).collect()
        })
        .collect()
}

/// The signature algorithms with MD5 and SHA-1 of RFC 3279 §2.2, which are never accepted below an anchor.
const BROKEN_HASHES: [&[u8]; 4] = [
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05",
    b"\x2a\x86\x48\xce\x3d\x04\x01",
    b"\x2a\x86\x48\xce\x38\x04\x03",
];

/// Is it signed over MD5 or SHA-1, and not by itself?
pub(super) fn has_broken_hash(certificate: &Certificate<'_>) -> bool {
    !certificate.is_self_issued()
        && BROKEN_HASHES.contains(&certificate.signature_algorithm.algorithm.contents())
}

impl Facts {
    fn of_raw_public_key(public_key: &PublicKey, crypto: &CryptoProvider) -> Self {
        let digest = Sha256Digest::of(public_key.spki(), crypto);
        Self {
            subject: digest.map(PeerIdentity::of_raw_public_key).unwrap_or_default().display_name(),
            dns_names: Vec::new(),
            key_usage: None,
            purposes: None,
            issuers: Vec::new(),
            signatures: Vec::new(),
            has_broken_hash: false,
            not_before: Time::MIN,
            not_after: Time::MAX,
            delegation: None,
        }
    }

    /// Is the key for proving who a server, or a client, is?
    pub(super) fn has_purpose(&self, purpose: Oid<'_>) -> bool {
        let listed = |wanted: Oid<'_>, purposes: &[Vec<u8>]| {
            purposes.iter().any(|listed| listed.as_slice() == wanted.contents())
        };
        self.purposes.as_ref().is_none_or(|purposes| {
            listed(purpose, purposes) || listed(known::ANY_EXTENDED_KEY_USAGE, purposes)
        })
    }
}

impl From<DelegationError> for CredentialError {
    fn from(error: DelegationError) -> Self {
        Self::Delegation(error)
    }
}

impl From<PrivateKeyError> for CredentialError {
    fn from(error: PrivateKeyError) -> Self {
        Self::PrivateKey(error)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("subject", &self.facts.subject)
            .field("not_after", &self.facts.not_after)
            .field("shown", &self.shown)
            .finish()
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pem(error) => write!(f, "the certificate chain: {error}"),
            Self::NoCertificate => f.write_str("the chain has no block \"BEGIN CERTIFICATE\""),
            Self::Certificate { index, error } => {
                write!(f, "certificate {index} of the chain (0 is the leaf) cannot be read: {error}")
            }
            Self::PublicKey(error) => write!(f, "the key of the leaf certificate: {error}"),
            Self::PrivateKey(error) => error.fmt(f),
            Self::KeyDoesNotBelong { subject } => {
                write!(
                    f,
                    "the private key does not belong to the leaf certificate ({subject}); is the leaf first?"
                )
            }
            Self::NotForSigning { subject, key_usage } => write!(
                f,
                "the key of {subject} is for {key_usage}; TLS 1.3 needs digitalSignature (RFC 9846 §4.5.1.2)"
            ),
            Self::NotVersion3 { subject } => {
                write!(
                    f,
                    "the certificate of {subject} is not of version 3, which TLS 1.3 needs (RFC 9846 §4.5.1.2)"
                )
            }
            Self::Timestamps { index, error } => {
                write!(
                    f,
                    "the timestamps of certificate {index} are no SignedCertificateTimestampList: {error} (RFC 6962 §3.3)"
                )
            }
            Self::Delegation(error) => error.fmt(f),
            Self::NoScheme => f.write_str("none of the signature schemes fits the leaf's key and TLS 1.3"),
        }
    }
}

impl core::error::Error for CredentialError {}
