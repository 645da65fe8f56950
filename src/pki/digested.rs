//! A certificate of a search with its digests, each made when it is first asked for and not again.

use core::cell::OnceCell;
use core::ops::Deref;

use super::asn1::Asn1Error;
use super::certificate::Certificate;
use crate::crypto::CryptoProvider;
use crate::identity::Sha256Digest;

/// A certificate that remembers its digests; they are `None` if the provider has no SHA-256, and one search has one
/// provider.
#[derive(Clone, Debug)]
pub(crate) struct Digested<'a> {
    certificate: Certificate<'a>,
    sha256: OnceCell<Option<Sha256Digest>>,
    key_sha256: OnceCell<Option<Sha256Digest>>,
}

impl<'a> Digested<'a> {
    pub(crate) fn from_der(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let certificate = Certificate::from_der(der)?;
        Ok(Self { certificate, sha256: OnceCell::new(), key_sha256: OnceCell::new() })
    }

    /// Of the whole certificate.
    pub(crate) fn sha256(&self, provider: &CryptoProvider) -> Option<Sha256Digest> {
        *self.sha256.get_or_init(|| Sha256Digest::of(self.der, provider))
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
