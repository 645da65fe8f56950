//! A certificate of a search with its digests and its key, each made when it is first asked for and not again.

use core::cell::OnceCell;
use core::ops::Deref;

use super::asn1::Asn1Error;
use super::certificate::Certificate;
use crate::crypto::{CryptoProvider, PublicKey, PublicKeyError};
use crate::identity::Sha256Digest;

/// A certificate that remembers its key and its digests; these are `None` if the provider has no SHA-256, and one search has one
/// provider.
#[derive(Clone, Debug)]
pub(crate) struct Digested<'a> {
    certificate: Certificate<'a>,
    sha256: OnceCell<Option<Sha256Digest>>,
    key_sha256: OnceCell<Option<Sha256Digest>>,
    public_key: OnceCell<Result<PublicKey, PublicKeyError>>,
}

impl<'a> Digested<'a> {
    pub(crate) fn from_der(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let certificate = Certificate::from_der(der)?;
        Ok(Self {
            certificate,
            sha256: OnceCell::new(),
            key_sha256: OnceCell::new(),
            public_key: OnceCell::new(),
        })
    }

    /// Of the whole certificate.
    pub(crate) fn sha256(&self, provider: &CryptoProvider) -> Option<Sha256Digest> {
        *self.sha256.get_or_init(|| Sha256Digest::of(self.der, provider))
    }

    /// The key, as what verifies signatures takes it.
    pub(crate) fn public_key(&self) -> &Result<PublicKey, PublicKeyError> {
        self.public_key.get_or_init(|| PublicKey::from_spki(self.subject_public_key_info.der))
    }

    /// Of its SubjectPublicKeyInfo.
    pub(crate) fn key_sha256(&self, provider: &CryptoProvider) -> Option<Sha256Digest> {
        *self.key_sha256.get_or_init(|| Sha256Digest::of(self.subject_public_key_info.der, provider))
    }
}

impl<'a> Deref for Digested<'a> {
    type Target = Certificate<'a>;

    fn deref(&self) -> &Certificate<'a> {
        &self.certificate
    }
}
