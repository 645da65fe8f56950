//! How a client and a server of ours take whatever a peer may say: misbehavior, damage and odd cuts, each with the
//! alert that RFC 9846 wants for it.

#![cfg(test)]
#![cfg(all(feature = "floors", feature = "ring"))]
#![allow(unreachable_pub, reason = "modules of a test have no outside")]

mod alerts;
mod attacks;
mod cert_with_extern_psk;
mod certificate_compression;
mod certificate_types;
mod client_faults;
mod coverage;
mod delegated_credentials;
mod early_data;
#[cfg(feature = "ech")]
mod ech;
mod grease;
mod matrix;
mod post_handshake;
mod post_handshake_auth;
mod psk;
mod record_rules;
mod server_faults;
mod subject;

#[path = "../support/authority.rs"]
mod authority;
#[cfg(feature = "ech")]
#[path = "../support/handshake_ends.rs"]
mod handshake_ends;
#[path = "../support/pair.rs"]
mod pair;
#[path = "../support/peer/mod.rs"]
mod peer;
#[path = "../support/shrinking.rs"]
mod shrinking;
