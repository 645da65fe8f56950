//! What ended a connection, and the alert that says so (RFC 9846 §6; 8446 §6).

use core::fmt;

use crate::alert::AlertDescription;
use crate::handshake;
use crate::record::{ContentType, RecordFault};
use crate::wire::DecodeError;

/// What ended a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A record that cannot be, or bytes that are no TLS.
    Record(RecordFault),
    /// The handshake, or a message behind it.
    Handshake(handshake::Fault),
    /// Another record between the parts of one handshake message (§5.1).
    Interleaved(ContentType),
    /// Application data before the handshake was complete (§2).
    DataBeforeConnected,
    /// An alert that is not two bytes (§6).
    MalformedAlert(DecodeError),
    /// More of something that brings nothing than any honest peer sends.
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The most that is taken.
        limit: usize,
    },
    /// The peer ended the connection with this alert.
    //= R-6.2-5
    AlertReceived(AlertDescription),
    /// The peer said `close_notify` before the handshake was complete.
    ClosedBeforeConnected,
    /// The transport ended without `close_notify`: what came may not be all that was sent (§6.1).
    Truncated,
    /// The caller gave up with this alert.
    Aborted(AlertDescription),
}

impl Fault {
    /// The alert that we send for it; `None` where the peer has ended the connection itself, is gone, or
    /// does not speak TLS.
    #[must_use]
    pub const fn alert(&self) -> Option<AlertDescription> {
        match self {
            Self::Record(fault) => fault.alert(),
            Self::Handshake(fault) => Some(fault.alert()),
            //= R-5.1-3
            //= R-5.1-4
            Self::Interleaved(_) | Self::DataBeforeConnected | Self::TooMany { .. } => {
                Some(AlertDescription::UNEXPECTED_MESSAGE)
            }
            //= R-5.1-9
            //= R-5.1-10
            //= R-6-6
            Self::MalformedAlert(_) => Some(AlertDescription::DECODE_ERROR),
            Self::AlertReceived(_) | Self::ClosedBeforeConnected | Self::Truncated => None,
            Self::Aborted(alert) => Some(*alert),
        }
    }
}

impl From<RecordFault> for Fault {
    fn from(fault: RecordFault) -> Self {
        Self::Record(fault)
    }
}

impl From<handshake::Fault> for Fault {
    fn from(fault: handshake::Fault) -> Self {
        Self::Handshake(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(fault) => fault.fmt(f),
            Self::Handshake(fault) => fault.fmt(f),
            Self::Interleaved(content_type) => {
                write!(f, "a record of type {content_type} between the parts of one handshake message (RFC 9846 §5.1)")
            }
            Self::DataBeforeConnected => {
                f.write_str("application data before the handshake was complete (RFC 9846 §2)")
            }
            Self::MalformedAlert(error) => write!(f, "an alert that is not two bytes: {error} (RFC 9846 §6)"),
            Self::TooMany { what, limit } => write!(f, "more than {limit} {what}"),
            Self::AlertReceived(alert) => write!(f, "the peer ended the connection with {alert}"),
            Self::ClosedBeforeConnected => {
                f.write_str("the peer said close_notify before the handshake was complete")
            }
            Self::Truncated => f.write_str(
                "the transport ended without close_notify: what came may not be all that was sent (RFC 9846 §6.1)",
            ),
            Self::Aborted(alert) => write!(f, "given up by the application with {alert}"),
        }
    }
}

impl core::error::Error for Fault {}
