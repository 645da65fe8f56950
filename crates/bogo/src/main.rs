//! The shim by which BoringSSL's BoGo runner tests handfast: one process a test, an honest user of the library's
//! public interface. `README.md` beside it says what is run and why the rest is not.

mod answers;
mod boring_error;
mod certificates;
mod checks;
mod clock;
mod compression;
mod config;
mod ech;
mod exchange;
mod failure;
mod flags;
mod options;
mod psks;
mod transport;

use std::process::ExitCode;

use clock::Clock;
use exchange::Exchange;
use failure::Failure;
use options::{Options, Runs};

/// The exit code by which the runner counts a test as not implemented.
const UNIMPLEMENTED: u8 = 89;

fn main() -> ExitCode {
    let arguments: Vec<Vec<u8>> =
        std::env::args_os().skip(1).map(std::ffi::OsString::into_encoded_bytes).collect();
    if arguments.iter().any(|argument| argument == b"-is-handshaker-supported") {
        println!("No");
        return ExitCode::SUCCESS;
    }
    match flags::parse(&arguments).and_then(|runs| run(&runs)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Unimplemented(what)) => {
            println!("not implemented: {what}");
            ExitCode::from(UNIMPLEMENTED)
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// The first connection, and those that resume what it left.
fn run(runs: &Runs) -> Result<(), Failure> {
    let mut clock = Clock::start();
    let mut session = None;
    let ticket_key = config::ticket_key()?;
    for index in 0..=runs.initial.resume_count {
        let options: &Options = if index == 0 { &runs.initial } else { &runs.resume };
        let is_resume = index > 0;
        if is_resume && !options.is_server && session.is_none() {
            return Err(Failure::Check("there is no session to offer".into()));
        }
        session = Exchange::run(options, &runs.retry, is_resume, session.take(), ticket_key, clock)?;
        clock.advance(options.resumption_delay);
    }
    Ok(())
}
