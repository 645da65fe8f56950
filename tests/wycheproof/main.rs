//! Every crypto provider against Wycheproof's vectors: the seam gives valid inputs their known answers and
//! refuses the others. Only what TLS 1.3 cannot carry is skipped; each file says how many tests that are.

#![cfg(any(feature = "aws-lc", feature = "ring", feature = "rustcrypto"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod key_exchange;
#[cfg(feature = "ml-kem")]
mod ml_kem;
mod signature;
mod symmetric;
mod vectors;
