//! `cargo xtask differential [--seed N] [--count N] [--case N]`: random and altered chains, judged by Handfast, by
//! OpenSSL and by rustls-webpki. The judges stand in a package of their own, which alone links OpenSSL.

use std::process::ExitCode;

use crate::step::Step;

/// The package, outside the workspace.
pub(crate) const MANIFEST: &str = "crates/differential/Cargo.toml";

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match judge(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("differential: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the judges and lets them judge.
pub(crate) fn judge(arguments: &[&str]) -> Result<(), String> {
    if !can_link_openssl() {
        return Err(
            "OpenSSL cannot be linked; on Debian: sudo apt-get install --yes libssl-dev pkg-config".into()
        );
    }
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into());
    let program = ["run", "--quiet", "--locked", "--manifest-path", MANIFEST, "--target-dir", &target, "--"];
    Step::cargo(&[&program, arguments].concat()).run()
}

/// Are OpenSSL's headers and libraries where its package is looked for?
pub(crate) fn can_link_openssl() -> bool {
    Step::new("pkg-config", &["--exists", "libssl"]).succeeds()
}
