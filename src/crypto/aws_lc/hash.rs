//! SHA-2.

use alloc::boxed::Box;

use aws_lc_rs::digest;

use crate::crypto::{Digest, Hash, HashAlgorithm, RunningHash};

pub(super) struct Sha2 {
    algorithm: HashAlgorithm,
    aws_lc: &'static digest::Algorithm,
}

impl Sha2 {
    pub(super) const SHA256: Self = Self { algorithm: HashAlgorithm::Sha256, aws_lc: &digest::SHA256 };
    pub(super) const SHA384: Self = Self { algorithm: HashAlgorithm::Sha384, aws_lc: &digest::SHA384 };
}

impl Hash for Sha2 {
    fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    fn start(&self) -> Box<dyn RunningHash> {
        Box::new(Running { algorithm: self.algorithm, so_far: digest::Context::new(self.aws_lc) })
    }

    fn digest(&self, data: &[u8]) -> Digest {
        Digest::of_length(self.algorithm, digest::digest(self.aws_lc, data).as_ref())
    }
}

#[derive(Clone)]
struct Running {
    algorithm: HashAlgorithm,
    so_far: digest::Context,
}

impl RunningHash for Running {
    fn update(&mut self, data: &[u8]) {
        self.so_far.update(data);
    }

    fn current(&self) -> Digest {
        Digest::of_length(self.algorithm, self.so_far.clone().finish().as_ref())
    }

    fn fork(&self) -> Box<dyn RunningHash> {
        Box::new(self.clone())
    }
}
