//! Sessions with OpenSSL in both roles: `openssl s_server` and `openssl s_client` are started on loopback, and
//! both ends are asked what they saw, in the words of OpenSSL 3.0.
//!
//! They need a program of others, so a plain `cargo test` leaves them out; `cargo xtask test` runs them.

#![cfg(all(feature = "ring", feature = "rustcrypto", feature = "std"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod combinations;
mod cross;
mod data;
mod early_data;
mod key_update;
mod negotiation;
mod openssl_ca;
mod pki;
mod post_handshake_auth;
mod refusals;
mod resumption;
mod revocation;
mod secrets;
mod session;

#[path = "../support"]
mod support {
    pub(crate) mod authority;
    pub(crate) mod kept_run;
    pub(crate) mod openssl;
    pub(crate) mod pair;
    pub(crate) mod stream;
}
