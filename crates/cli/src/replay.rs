//! `handfast replay`: a recorded session once more.

use std::fs;

use handfast::crypto::rustcrypto;
use handfast::handshake::Role;
use handfast_replay::{Stopped, replay};

use crate::args::ReplayArgs;
use crate::failure::Failure;
use crate::terminal::{printable, show};

pub(crate) fn run(args: &ReplayArgs) -> Result<(), Failure> {
    let record = fs::read_to_string(&args.file)
        .map_err(|error| Failure::file(&args.file, format_args!("cannot be read: {error}")))?;
    // It has all that a session may have been recorded with.
    let replayed = replay(&record, &rustcrypto::provider()).map_err(|stopped| match stopped {
        Stopped::Unreadable { .. } => Failure::file(&args.file, stopped),
        Stopped::Differs(difference) => Failure::Replay(difference),
    })?;
    let role = match replayed.role {
        Role::Client => "client",
        Role::Server => "server",
    };
    let mut text = format!(
        "the {role}'s run is the same again: {} bytes received, {} bytes sent, recorded with {}\n",
        replayed.received, replayed.sent, replayed.provider
    );
    if let Some(fault) = &replayed.fault {
        text.push_str(&format!("it ended with a fault: {}\n", fault.trim_end()));
    }
    show(&printable(&text)).map_err(|error| Failure::Network(format!("stdout: {error}")))
}
