//! Runs the files of [Wycheproof](https://github.com/C2SP/wycheproof) against crypto providers, through the seam that
//! TLS computes through: valid inputs must have their known answers, and all others are refused.
//!
//! What is only `acceptable` to Wycheproof is refused, for TLS wants none of it: points that are compressed, curves
//! without a name, BER, an all-zero result of X25519. Skipped is what TLS cannot carry and what no key here can be made
//! of, each with its reason. A provider without a primitive has no row of it.
//!
//! ```no_run
//! let report = handfast_wycheproof::run("vectors/wycheproof".as_ref(), &[/* providers */], |_| true)?;
//! println!("{report}");
//! # Ok::<(), String>(())
//! ```

mod fields;
mod file;
mod key_exchange;
mod ml_dsa;
mod ml_kem;
mod report;
mod signature;
mod symmetric;

pub use file::run;
pub use report::{Report, Row};

/// What became of a test with one provider.
pub(crate) enum Outcome {
    /// It did what the vector says.
    Passed,
    /// It did not.
    Failed(String),
    /// It cannot run here, and why.
    Skipped(&'static str),
    /// The provider does not have the primitive.
    Lacking,
    /// TLS here has no use for the primitive.
    Unused,
}

impl Outcome {
    /// Passed if so; `found` says otherwise.
    pub(crate) fn of(passed: bool, found: impl FnOnce() -> String) -> Self {
        if passed { Self::Passed } else { Self::Failed(found()) }
    }
}
