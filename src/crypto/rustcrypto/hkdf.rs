//! HMAC and HKDF.

use core::marker::PhantomData;

use hkdf::{Hkdf as Expander, HmacImpl};
use hmac::Hmac;
use zeroize::Zeroize;

use super::hash::TlsHash;
use crate::crypto::{CryptoError, Digest, Expand, HashAlgorithm, Hkdf, Secret};

pub(super) struct HkdfSha2<H>(PhantomData<fn() -> H>);

impl<H> HkdfSha2<H> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<H: TlsHash> Hkdf for HkdfSha2<H> {
    fn hash_algorithm(&self) -> HashAlgorithm {
        H::ALGORITHM
    }

    fn hmac(&self, key: &[u8], data: &[u8]) -> Digest {
        let mut hmac = <Hmac<H> as HmacImpl>::new_from_slice(key);
        HmacImpl::update(&mut hmac, data);
        Digest::of_length(H::ALGORITHM, &HmacImpl::finalize(hmac))
    }

    fn extract(&self, salt: &[u8], ikm: &[u8]) -> Secret {
        let (mut prk, _) = Expander::<H>::extract(Some(salt), ikm);
        let secret = Secret::of_length(H::ALGORITHM, &prk);
        prk.zeroize();
        secret
    }

    fn expand(&self, prk: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        Keyed(Expander::<H>::from_prk(prk).ok()).expand(info, out)
    }

    fn with_prk(&self, prk: &[u8], with: &mut dyn FnMut(&dyn Expand)) {
        with(&Keyed(Expander::<H>::from_prk(prk).ok()));
    }
}

/// A pseudorandom key with which HMAC is keyed; `None` if it is too short.
struct Keyed<H: TlsHash>(Option<Expander<H>>);

impl<H: TlsHash> Expand for Keyed<H> {
    fn expand(&self, info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        let prk = self.0.as_ref().ok_or(CryptoError)?;
        prk.expand_multi_info(info, out).map_err(|_| CryptoError)
    }
}
