//! Attacks by the names under which they were published, or by what the attacker does.
//!
//! Those that are a rule of one message, record or session stand with the other tests of that rule:
//!
//! | attack | where |
//! |---|---|
//! | a downgrade to an older version, told by the sentinel | `client_faults::server_hello` |
//! | a group injected by the server, or a HelloRetryRequest that changes nothing or names a group already sent | `client_faults::{server_hello, hello_retry_request}` |
//! | a second ClientHello that is not the first | `server_faults::second_client_hello` |
//! | CertificateVerify with the other role's context string | `client_faults::certificate_verify`, `server_faults::authentication` |
//! | every message in every state | `matrix` |
//! | change_cipher_spec injected (CVE-2014-0224 and its kin) | `record_rules::change_cipher_spec` |
//! | plaintext spliced into a protected handshake; messages across a change of keys; records of another epoch | `record_rules::{first_bytes, fragments, key_changes}` |
//! | floods: empty records, KeyUpdates, user_canceled, tickets, skipped early data | `record_rules::lengths`, `post_handshake`, `early_data`, and `tests/limits.rs` |
//! | truncation | `record_rules::closing`, and `tests/connection_mutations.rs` |
//! | bits flipped, records dropped, repeated, reordered | `tests/connection_mutations.rs` |
//! | 0-RTT replayed | `tests/early_data.rs` |
//! | tickets forged, damaged, or used under another trust | `tests/sessions.rs`, `tests/session_matrix.rs` |
//! | a PSK reflected to who has it (Selfie) | `tests/external_psks.rs` |
//! | a handshake that never ends, byte by byte | `crates/cli/tests/session.rs`; that it needs no more memory or care, `tests/connection_property.rs` |

mod crossing;
mod identity;
mod key_exchange;
mod smack;
mod tampering;
