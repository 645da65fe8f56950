//! Why there is no authenticator, or none that is worth anything.

use core::fmt;

use crate::handshake::{Fault, OwnFault, PeerFault};
use crate::key_schedule::ExpandError;

/// Why there is no authenticator, or none that is worth anything. The connection goes on: what to do about it is the
/// application's to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticatorError {
    /// The handshake is not complete.
    NotConnected,
    /// The entropy source failed.
    NoEntropy,
    /// No keying material was exported.
    Export(ExpandError),
    /// The request is none of ours on this connection, or was answered before.
    UnknownRequest,
    /// The authenticator is not the answer to this request, but to another.
    OtherRequest,
    /// The config allows no more requests, or answers.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The config leaves this ask to the caller.
    LeftToCaller(&'static str),
    /// What the peer sent is not right, or not to be trusted; or we failed ourselves. Its alert is not sent.
    Fault(Fault),
}

impl From<Fault> for AuthenticatorError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<PeerFault> for AuthenticatorError {
    fn from(fault: PeerFault) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<OwnFault> for AuthenticatorError {
    fn from(fault: OwnFault) -> Self {
        Self::Fault(fault.into())
    }
}

impl fmt::Display for AuthenticatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected => f.write_str("there are no authenticators before the handshake is complete"),
            Self::NoEntropy => f.write_str("the entropy source failed"),
            Self::Export(error) => error.fmt(f),
            Self::UnknownRequest => f.write_str(
                "the request is none of ours on this connection, or was answered before (RFC 9261 §4)",
            ),
            Self::OtherRequest => {
                f.write_str("the authenticator has the certificate_request_context of another request")
            }
            Self::TooMany { limit } => {
                write!(f, "{limit} authenticator requests are the limit of the config")
            }
            Self::LeftToCaller(ask) => {
                write!(f, "the config leaves {ask} to the caller, who has to answer it")
            }
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl core::error::Error for AuthenticatorError {}
