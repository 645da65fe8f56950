//! HMAC and HKDF.

use ring::{hkdf, hmac};

use crate::crypto::{CryptoError, Digest, Expand, HashAlgorithm, Hkdf, Secret};

pub(super) struct HkdfSha2 {
    algorithm: HashAlgorithm,
    hmac: hmac::Algorithm,
    hkdf: hkdf::Algorithm,
}

impl HkdfSha2 {
    pub(super) const SHA256: Self =
        Self { algorithm: HashAlgorithm::Sha256, hmac: hmac::HMAC_SHA256, hkdf: hkdf::HKDF_SHA256 };
    pub(super) const SHA384: Self =
        Self { algorithm: HashAlgorithm::Sha384, hmac: hmac::HMAC_SHA384, hkdf: hkdf::HKDF_SHA384 };
}

impl HkdfSha2 {
    fn key(&self, prk: &[u8]) -> Keyed {
        let fits = prk.len() >= self.algorithm.output_len();
        Keyed(fits.then(|| hkdf::Prk::new_less_safe(self.hkdf, prk)))
    }
}

/// The length of what HKDF-Expand gives, as ring wants to be told it.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Hkdf for HkdfSha2 {
    fn hash_algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    fn hmac(&self, key: &[u8], data: &[u8]) -> Digest {
        let tag = hmac::sign(&hmac::Key::new(self.hmac, key), data);
        Digest::of_length(self.algorithm, tag.as_ref())
    }

    /// ring's own extract does not give its output away, but it is only this HMAC (RFC 5869 §2.2); HMAC fills
    /// a short key up with zeros, so an empty salt is one of `Hash.length` zeros.
    fn extract(&self, salt: &[u8], ikm: &[u8]) -> Secret {
        let prk = hmac::sign(&hmac::Key::new(self.hmac, salt), ikm);
        Secret::of_length(self.algorithm, prk.as_ref())
    }

    fn expand(&self, prk: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        self.key(prk).expand(info, out)
    }

    fn with_prk(&self, prk: &[u8], with: &mut dyn FnMut(&dyn Expand)) {
        with(&self.key(prk));
    }
}

/// A pseudorandom key with which HMAC is keyed; `None` if it is too short.
struct Keyed(Option<hkdf::Prk>);

impl Expand for Keyed {
    fn expand(&self, info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        let prk = self.0.as_ref().ok_or(CryptoError)?;
        prk.expand(info, Length(out.len())).and_then(|okm| okm.fill(out)).map_err(|_| CryptoError)
    }
}
