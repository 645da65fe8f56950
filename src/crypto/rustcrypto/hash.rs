//! SHA-2.

use alloc::boxed::Box;
use core::marker::PhantomData;

use hmac::EagerHash;
use sha2::{Sha256, Sha384};

use crate::crypto::{Digest, Hash, HashAlgorithm, RunningHash};

/// A hash function of these crates that is one of B.4.
pub(super) trait TlsHash: EagerHash + Send + Sync + 'static {
    const ALGORITHM: HashAlgorithm;
}

impl TlsHash for Sha256 {
    const ALGORITHM: HashAlgorithm = HashAlgorithm::Sha256;
}

impl TlsHash for Sha384 {
    const ALGORITHM: HashAlgorithm = HashAlgorithm::Sha384;
}

pub(super) struct Sha2<H>(PhantomData<fn() -> H>);

impl<H> Sha2<H> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<H: TlsHash> Hash for Sha2<H> {
    fn algorithm(&self) -> HashAlgorithm {
        H::ALGORITHM
    }

    fn start(&self) -> Box<dyn RunningHash> {
        Box::new(Running(H::new()))
    }

    fn digest(&self, data: &[u8]) -> Digest {
        Digest::of_length(H::ALGORITHM, &H::digest(data))
    }
}

struct Running<H>(H);

impl<H: TlsHash> RunningHash for Running<H> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn current(&self) -> Digest {
        Digest::of_length(H::ALGORITHM, &self.0.clone().finalize())
    }

    fn fork(&self) -> Box<dyn RunningHash> {
        Box::new(Self(self.0.clone()))
    }
}
