//! What can be wrong with a record, and the alert for it.

use core::fmt;

use super::{ContentType, MAX_RECORDS_WITHOUT_PROGRESS, NotTls};
use crate::alert::AlertDescription;

/// Why a record was refused. It ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordFault {
    /// The first bytes of the connection are no TLS; they stay with the caller.
    NotTls(NotTls),
    /// The record's type is 0, which no peer may send and which `RecordReader::read`
    /// writes over each record it has taken: most likely the same bytes were given twice.
    GivenTwice,
    /// A record of a type that cannot stand here: unknown, unprotected after keys were set, application data
    /// before that, or a change_cipher_spec at the wrong time or of another value than 1 (§5).
    UnexpectedContentType {
        /// The type found; of a protected record the inner one.
        content_type: ContentType,
        /// Was it protected?
        protected: bool,
    },
    /// Longer than §5.1, §5.2 or our own record_size_limit allow.
    Overflow {
        /// The length found, in bytes.
        length: usize,
        /// The length allowed, in bytes.
        limit: usize,
    },
    /// A handshake or alert record without content (§5.1, §5.4).
    Empty(ContentType),
    /// `MAX_RECORDS_WITHOUT_PROGRESS` records in a row brought nothing.
    NoProgress,
    /// It does not open under the peer's key (§5.2).
    BadRecordMac,
    /// Nothing but zeros inside (§5.4).
    NoContentType,
    /// More early data than is taken, or skipped (§4.3.10).
    TooMuchEarlyData,
    /// All 2^64 sequence numbers of the peer's key are used (§5.3).
    SequenceNumberExhausted,
}

impl RecordFault {
    /// The alert that it sends; `None` to a peer that does not speak TLS.
    #[must_use]
    pub const fn alert(&self) -> Option<AlertDescription> {
        Some(match self {
            Self::NotTls(_) => return None,
            //= R-5-2
            //= R-5-5
            //= R-5.4-3
            //= R-5.4-5
            Self::GivenTwice
            | Self::TooMuchEarlyData
            | Self::UnexpectedContentType { .. }
            | Self::Empty(_)
            | Self::NoProgress
            | Self::NoContentType
            | Self::SequenceNumberExhausted => AlertDescription::UNEXPECTED_MESSAGE,
            //= R-5.1-16
            //= R-5.2-2
            //= R-5.2-5
            Self::Overflow { .. } => AlertDescription::RECORD_OVERFLOW,
            //= R-5.2-3
            Self::BadRecordMac => AlertDescription::BAD_RECORD_MAC,
        })
    }
}

impl fmt::Display for RecordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTls(found) => write!(f, "the first bytes are {found}"),
            Self::GivenTwice => f.write_str(
                "a record of type 0: these bytes were given before (advance by `consumed` after each call), \
                 or the peer sent a type that RFC 9846 §5.1 forbids",
            ),
            Self::UnexpectedContentType { content_type, protected: true } => {
                write!(f, "a protected record of type {content_type}, which is not allowed here (RFC 9846 §5)")
            }
            Self::UnexpectedContentType { content_type, protected: false } => {
                write!(f, "an unprotected record of type {content_type}, which is not allowed here (RFC 9846 §5)")
            }
            Self::Overflow { length, limit } => {
                write!(f, "a record of {length} bytes, allowed are {limit} (RFC 9846 §5.1, §5.2; RFC 8449 §4)")
            }
            Self::TooMuchEarlyData => f.write_str("more early data than is taken or skipped (RFC 9846 §4.3.10)"),
            Self::Empty(content_type) => {
                write!(f, "a record of type {content_type} without content (RFC 9846 §5.4)")
            }
            Self::NoProgress => {
                write!(f, "more than {MAX_RECORDS_WITHOUT_PROGRESS} records in a row brought nothing")
            }
            Self::BadRecordMac => {
                f.write_str("a record that does not open under the peer's key: damaged, reordered or forged (RFC 9846 §5.2)")
            }
            Self::NoContentType => f.write_str("a protected record of zeros only (RFC 9846 §5.4)"),
            Self::SequenceNumberExhausted => {
                f.write_str("the peer used up the sequence numbers of its key without a KeyUpdate (RFC 9846 §5.3)")
            }
        }
    }
}

impl core::error::Error for RecordFault {}
