//! HMAC and HKDF.

use aws_lc_rs::{hkdf, hmac};

use crate::crypto::{CryptoError, Digest, HashAlgorithm, Hkdf, Secret};

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

/// The crate keeps a pseudorandom key in place, as long as the longest hash, and panics at a longer one.
const MAX_PRK_LEN: usize = 64;

/// The length of what HKDF-Expand gives, as the crate wants to be told it.
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

    /// The crate's own extract does not give its output away, but it is only this HMAC (RFC 5869 §2.2); HMAC fills
    /// a short key up with zeros, so an empty salt is one of `Hash.length` zeros.
    fn extract(&self, salt: &[u8], ikm: &[u8]) -> Secret {
        let prk = hmac::sign(&hmac::Key::new(self.hmac, salt), ikm);
        Secret::of_length(self.algorithm, prk.as_ref())
    }

    fn expand(&self, prk: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        if !(self.algorithm.output_len()..=MAX_PRK_LEN).contains(&prk.len()) {
            return Err(CryptoError);
        }
        hkdf::Prk::new_less_safe(self.hkdf, prk)
            .expand(info, Length(out.len()))
            .and_then(|okm| okm.fill(out))
            .map_err(|_| CryptoError)
    }
}
