//! Why a test's connections did not go as the flags want.

use std::fmt;

use handfast::Fault;

use crate::boring_error::boring_error;

/// Why a test's connections did not go as the flags want.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A flag or a value that handfast has nothing for; the test is not run.
    Unimplemented(String),
    /// The library ended the connection.
    Fault(Fault),
    /// What was negotiated is not what a flag expects.
    Check(String),
    /// The shim ended the connection, in BoringSSL's words.
    Shim(&'static str),
    /// The runner hung up where it should not, or its files cannot be read.
    Io(std::io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unimplemented(what) | Self::Check(what) => f.write_str(what),
            Self::Fault(fault) => write!(f, "{} {fault}", boring_error(fault)),
            Self::Shim(string) => f.write_str(string),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
