//! The `handfast` tool: watch, make and serve mutual TLS sessions.

mod advice;
mod args;
mod client;
mod clock;
mod config;
mod credential_file;
mod delegate;
mod demo;
mod duplex;
mod ech;
mod failure;
mod file_fault;
mod hex;
mod journal;
mod json;
mod key_log;
mod pem;
mod pipe;
mod provider;
mod record;
mod replay;
mod revocation_files;
mod secret_file;
mod server;
mod session;
mod session_file;
mod starttls;
mod summary;
mod terminal;
mod ticket_keys;
mod transport;
mod verdict;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Demo => demo::run().map(|()| ExitCode::SUCCESS),
        Command::Client(args) => client::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Server(args) => server::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Delegate(args) => delegate::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Ech(args) => ech::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Replay(args) => replay::run(&args).map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|failure| {
        failure.print("");
        failure.exit_code()
    })
}
