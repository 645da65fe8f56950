//! Runs a directory of Wycheproof's files against every provider of handfast.

use std::path::PathBuf;
use std::process::ExitCode;

use handfast::crypto::{aws_lc, ring, rustcrypto};

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [directory] = &*arguments else {
        eprintln!("usage: handfast-wycheproof DIR");
        return ExitCode::from(2);
    };
    let providers = [ring::provider(), rustcrypto::provider(), aws_lc::provider()];
    match handfast_wycheproof::run(directory, &providers, |_| true) {
        Ok(report) => {
            println!("{report}");
            if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("handfast-wycheproof: {error}");
            ExitCode::from(2)
        }
    }
}
