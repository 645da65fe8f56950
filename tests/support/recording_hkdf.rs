//! An HKDF that remembers what it was asked: the seam of `crypto` is where a derivation becomes bytes.

#![cfg(test)]

use std::sync::{Arc, Mutex};

use handfast::crypto::{CryptoError, CryptoProvider, Digest, HashAlgorithm, Hkdf, Secret};

/// A call and what it gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Extract { salt: Vec<u8>, ikm: Vec<u8>, secret: Vec<u8> },
    Expand { prk: Vec<u8>, info: Vec<u8>, expanded: Vec<u8> },
    Hmac { key: Vec<u8>, data: Vec<u8>, tag: Vec<u8> },
}

/// The calls since they were last taken.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.0.lock().expect("calls"))
    }

    fn push(&self, call: Call) {
        self.0.lock().expect("calls").push(call);
    }
}

struct RecordingHkdf {
    hkdf: Arc<dyn Hkdf>,
    calls: Calls,
}

impl Hkdf for RecordingHkdf {
    fn hash_algorithm(&self) -> HashAlgorithm {
        self.hkdf.hash_algorithm()
    }

    fn hmac(&self, key: &[u8], data: &[u8]) -> Digest {
        let tag = self.hkdf.hmac(key, data);
        self.calls.push(Call::Hmac { key: key.to_vec(), data: data.to_vec(), tag: tag.to_vec() });
        tag
    }

    fn extract(&self, salt: &[u8], ikm: &[u8]) -> Secret {
        let secret = self.hkdf.extract(salt, ikm);
        let bytes = secret.expose().to_vec();
        self.calls.push(Call::Extract { salt: salt.to_vec(), ikm: ikm.to_vec(), secret: bytes });
        secret
    }

    fn expand(&self, prk: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        self.hkdf.expand(prk, info, out)?;
        self.calls.push(Call::Expand { prk: prk.to_vec(), info: info.concat(), expanded: out.to_vec() });
        Ok(())
    }
}

/// `provider` with its HKDFs recorded.
pub(crate) fn recording(mut provider: CryptoProvider) -> (CryptoProvider, Calls) {
    let calls = Calls::default();
    for hkdf in &mut provider.hkdfs {
        *hkdf = Arc::new(RecordingHkdf { hkdf: Arc::clone(hkdf), calls: calls.clone() });
    }
    (provider, calls)
}
