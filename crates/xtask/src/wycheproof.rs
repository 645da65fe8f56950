//! `cargo xtask wycheproof DIR`: runs the files of Wycheproof in a directory against every provider. What runs them is a
//! package of its own, for it alone is built with all providers.

use std::path::Path;
use std::process::ExitCode;

use crate::step::Step;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let [directory] = arguments else {
        eprintln!("usage: cargo xtask wycheproof DIR");
        return ExitCode::from(2);
    };
    if !Path::new(directory).is_dir() {
        eprintln!("wycheproof: {directory} is no directory");
        return ExitCode::from(2);
    }
    match judge(directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Optimized, for there is much to compute, but without another build of AWS-LC.
pub(crate) fn judge(directory: &str) -> Result<(), String> {
    let run = ["run", "--quiet", "--config", "profile.dev.opt-level=2", "--package", "handfast-wycheproof"];
    Step::cargo(&[&run[..], &["--features", "providers", "--", directory]].concat()).run()
}
