//! Why the tool ends without success, and how it says so.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use handfast::connection::Fault;
use handfast::handshake::{self, Role};
use handfast_replay::{Difference, Unrecordable};

use crate::advice;
use crate::ech;
use crate::file_fault::FileFault;
use crate::terminal::{BAD, paint, printable, tell};

/// Why the tool, or one session of a server, ends without success.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// A setting is wrong: one line that names it and the reason.
    Setup(String),
    /// A file cannot be used.
    File(Box<FileFault>),
    /// The network or a time limit.
    Network(String),
    /// The session ended with a fault.
    Session {
        /// Our role in it.
        role: Role,
        /// What ended it.
        fault: Fault,
    },
    /// A replayed run differs from its record.
    Replay(Box<Difference>),
}

impl Failure {
    /// A file that cannot be used.
    pub(crate) fn file(path: &Path, reason: impl fmt::Display) -> Self {
        FileFault::new(path, reason).into()
    }

    /// As the command line's help lists them.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Setup(_) | Self::File(_) => 1,
            Self::Network(_) => 3,
            Self::Session { fault: Fault::AlertReceived(_), .. } => 5,
            Self::Session { fault: Fault::Truncated | Fault::ClosedBeforeConnected, .. } => 6,
            Self::Session { .. } => 4,
            Self::Replay(_) => 7,
        })
    }

    /// Tells it on stderr, behind this label.
    pub(crate) fn print(&self, label: &str) {
        tell(&format!("{label}{} {}\n", paint(BAD, "handfast:"), printable(&self.to_string())));
    }
}

impl From<FileFault> for Failure {
    fn from(fault: FileFault) -> Self {
        Self::File(Box::new(fault))
    }
}

impl From<Unrecordable> for Failure {
    fn from(reason: Unrecordable) -> Self {
        Self::Setup(format!("--record: {reason}"))
    }
}

/// What happened, the alert that went with it, and what to do.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (role, fault) = match self {
            Self::Setup(reason) | Self::Network(reason) => return f.write_str(reason),
            Self::File(fault) => return fault.fmt(f),
            Self::Replay(difference) => return difference.fmt(f),
            Self::Session { role, fault } => (*role, fault),
        };
        write!(f, "{}", fault.to_string().trim_end())?;
        if let Some(alert) = fault.alert() {
            write!(f, "\n  alert sent: {alert}")?;
        }
        if let Fault::Handshake(handshake::Fault::EchRejected { retry_configs: Some(configs) }) = fault {
            return write!(f, "\n  {}", ech::advice(configs));
        }
        match advice::on(fault, role) {
            Some(advice) => write!(f, "\n  {advice}"),
            None => Ok(()),
        }
    }
}
