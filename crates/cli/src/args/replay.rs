//! Options of `handfast replay`.

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Exit codes: 0 the run did the same again, 1 the file is no record, 2 the command line is wrong, 7 the run differs

Example:
  handfast client db.example.com:5433 --ca ca.pem --record run.txt
  handfast replay run.txt";

#[derive(Args, Debug)]
pub(crate) struct ReplayArgs {
    /// The record of a session, as --record makes it
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}
