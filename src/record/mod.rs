//! The record protocol: RFC 9846 §5 (8446 §5), with the record_size_limit of RFC 8449.
//!
//! Two halves that share nothing: a [`RecordReader`] finds the records in what came and opens them in place,
//! a [`RecordWriter`] cuts what goes out into records and protects them in the caller's slice. Neither owns a
//! buffer, neither allocates, and each is `Send`.
//!
//! ```text
//! TLSPlaintext        type | legacy_record_version | length | fragment
//! TLSCiphertext       23   | 0x0303                | length | AEAD(TLSInnerPlaintext)
//! TLSInnerPlaintext   content | type | zeros
//! ```

mod fault;
mod header;
mod nonce;
mod not_tls;
mod padding;
mod protection;
mod reader;
#[cfg(test)]
mod test_aead;
#[cfg(test)]
mod tests;
mod usage;
mod writer;

pub use fault::RecordFault;
pub use header::{ContentType, HEADER_LEN, LegacyRecordVersion};
pub use not_tls::NotTls;
pub use padding::PaddingPolicy;
pub use protection::Protection;
pub use reader::{Read, Record, RecordReader};
pub use usage::{KeyUsage, default_update_after, usage_limit};
pub use writer::{RecordWriter, WriteRefused, Written};

use crate::crypto::MAX_TAG_LEN;

/// The most content of a record in bytes, 2^14 (§5.1).
pub const MAX_PLAINTEXT: usize = 1 << 14;
/// The longest TLSInnerPlaintext in bytes, and so the highest record_size_limit: content and type (§5.4).
pub const MAX_INNER_PLAINTEXT: usize = MAX_PLAINTEXT + 1;
/// The longest `encrypted_record` in bytes, 2^14 + 256 (§5.2).
pub const MAX_CIPHERTEXT: usize = MAX_PLAINTEXT + 256;
/// The longest record that a peer may send, header included, in bytes.
pub const MAX_RECORD: usize = HEADER_LEN + MAX_CIPHERTEXT;
/// What protecting adds to content at most, without padding: header, inner type and tag, in bytes.
pub const RECORD_OVERHEAD: usize = HEADER_LEN + 1 + MAX_TAG_LEN;
/// The lowest record_size_limit that an endpoint may ask for, in bytes of TLSInnerPlaintext (RFC 8449 §4).
pub const MIN_RECORD_SIZE_LIMIT: usize = 64;
/// The lowest limit on the content of a record that we set ourselves, in bytes: what the lowest record_size_limit leaves.
pub const MIN_PLAINTEXT_LIMIT: usize = MIN_RECORD_SIZE_LIMIT - 1;
/// How many records in a row may bring nothing (empty data, change_cipher_spec) before the peer is refused.
///
/// Honest peers send one change_cipher_spec and use empty records, if at all, one ahead of data; 32 is what
/// other stacks allow, and it bounds the work that a flood costs between two bytes of progress.
pub const MAX_RECORDS_WITHOUT_PROGRESS: u8 = 32;
