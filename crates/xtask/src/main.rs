//! The project's own tasks: `cargo xtask COMMAND`.
//!
//! A task is one file with `pub(crate) fn run(arguments: &[String]) -> ExitCode`, a `mod` line and a row of
//! [`COMMANDS`].

use std::path::Path;
use std::process::ExitCode;

mod bench;
mod bogo;
mod differential;
mod interop;
mod ledger;
mod limbo;
mod peers;
mod pkits;
mod profile;
mod registry;
mod spec;
mod step;
mod suite;
mod test;
mod wycheproof;

/// A task that can be asked for.
struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> ExitCode,
}

const COMMANDS: &[Command] = &[
    Command { name: "test", about: "check everything, as CI does; --help tells more", run: test::run },
    Command { name: "spec", about: "print how far the ledger of SPEC.md has come", run: spec::run },
    Command { name: "bogo", about: "run BoringSSL's BoGo runner against the library", run: bogo::run },
    Command { name: "interop", about: "hold sessions with the programs of others", run: interop::run },
    Command { name: "limbo", about: "judge the cases of an x509-limbo file", run: limbo::run },
    Command { name: "pkits", about: "judge the cases of a NIST PKITS file", run: pkits::run },
    Command { name: "bench", about: "measure the library beside its peers", run: bench::run },
    Command { name: "profile", about: "count where the instructions of a handshake go", run: profile::run },
    Command {
        name: "differential",
        about: "judge random chains together with OpenSSL and rustls-webpki",
        run: differential::run,
    },
    Command {
        name: "wycheproof",
        about: "run a directory of Wycheproof's vectors against every provider",
        run: wycheproof::run,
    },
];

fn main() -> ExitCode {
    if let Err(error) = enter_workspace() {
        eprintln!("xtask: cannot enter the workspace: {error}");
        return ExitCode::FAILURE;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", usage());
        return ExitCode::FAILURE;
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        (command.run)(rest)
    } else {
        eprintln!("xtask: there is no task `{name}`\n\n{}", usage());
        ExitCode::FAILURE
    }
}

/// Every task works from the root of the workspace, wherever it is called from.
fn enter_workspace() -> std::io::Result<()> {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").into());
    std::env::set_current_dir(Path::new(&manifest).join("../.."))
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask COMMAND\n\n");
    for Command { name, about, .. } in COMMANDS {
        text.push_str(&format!("  {name:<12} {about}\n"));
    }
    text
}
