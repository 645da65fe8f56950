//! What each fuzz target does with its bytes: it must not panic, and what it asserts must hold.
//!
//! A target is a function here, a row of [`TARGETS`], a file in `fuzz_targets/` that calls the function, and seeds in
//! `corpus/`. The library's own tests include this file by its path and run the seeds (`tests/corpora.rs`).

mod extensions;
mod messages;
mod pki;
mod record;
mod roles;

pub use extensions::extension_bodies;
pub use messages::{
    alert, certificate, certificate_request, certificate_verify, client_hello, encrypted_extensions,
    key_update, new_session_ticket, server_hello,
};
pub use pki::{certification_path, ocsp_response, x509_certificate, x509_crl};
pub use record::record;
pub use roles::{client, server};

/// A target: it says whether it took the bytes (and not refused them).
pub type Target = fn(&[u8]) -> bool;

/// Every target by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("alert", alert),
    ("certificate", certificate),
    ("certificate_request", certificate_request),
    ("certificate_verify", certificate_verify),
    ("certification_path", certification_path),
    ("client", client),
    ("client_hello", client_hello),
    ("encrypted_extensions", encrypted_extensions),
    ("extension_bodies", extension_bodies),
    ("key_update", key_update),
    ("new_session_ticket", new_session_ticket),
    ("ocsp_response", ocsp_response),
    ("record", record),
    ("server", server),
    ("server_hello", server_hello),
    ("x509_certificate", x509_certificate),
    ("x509_crl", x509_crl),
];
