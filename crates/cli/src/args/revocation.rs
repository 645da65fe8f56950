//! How revocation is asked of a peer: options of all commands that judge.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The heading of these options in the help.
pub(super) const HEADING: &str = "Revocation (asked once a source of it is given)";

#[derive(Args, Debug)]
#[command(next_help_heading = HEADING)]
pub(crate) struct RevocationArgs {
    /// CRLs in PEM, or one in DER; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) crl: Vec<PathBuf>,
    /// An OCSP response in DER about a certificate of the peer's; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) ocsp: Vec<PathBuf>,
    /// Of which certificates it is asked
    #[arg(long, value_enum, default_value_t = ScopeArg::Path, value_name = "SCOPE")]
    pub(crate) revocation_scope: ScopeArg,
    /// What to do where nothing says whether a certificate is revoked
    #[arg(long, value_enum, default_value_t = UnknownArg::Refuse, value_name = "CHOICE")]
    pub(crate) revocation_unknown: UnknownArg,
    /// What to do where what says that a certificate is good is out of date
    #[arg(long, value_enum, default_value_t = StaleArg::Refuse, value_name = "CHOICE")]
    pub(crate) revocation_stale: StaleArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ScopeArg {
    /// Of all but the trust anchor
    Path,
    /// Of the peer's own alone
    Peer,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum UnknownArg {
    /// Refuse
    Refuse,
    /// Accept where nothing at hand speaks about it; refuse where something does and cannot be used
    AcceptUncovered,
    /// Accept, with a warning
    Accept,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum StaleArg {
    /// Refuse
    Refuse,
    /// Accept, with a warning
    Accept,
}
