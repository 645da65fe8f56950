//! `--provider`: what the tool computes with.

use clap::ValueEnum;
use handfast::crypto::{CryptoProvider, ring, rustcrypto};

use crate::failure::Failure;

/// A crypto provider by its name on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Provider {
    /// Fast; X25519, P-256, P-384 and what is built on them
    #[default]
    Ring,
    /// Pure Rust; P-521 and AES-CCM too
    Rustcrypto,
    /// P-521 too; in builds with the feature aws-lc
    AwsLc,
}

impl Provider {
    /// # Errors
    /// If this build does not have it.
    pub(crate) fn load(self) -> Result<CryptoProvider, Failure> {
        match self {
            Self::Ring => Ok(ring::provider()),
            Self::Rustcrypto => Ok(rustcrypto::provider()),
            #[cfg(feature = "aws-lc")]
            Self::AwsLc => Ok(handfast::crypto::aws_lc::provider()),
            #[cfg(not(feature = "aws-lc"))]
            Self::AwsLc => Err(Failure::Setup(
                "--provider aws-lc: this build does not have it; build with --features aws-lc".into(),
            )),
        }
    }
}
