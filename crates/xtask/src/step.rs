//! One command of a task: echoed, its output streamed or kept, within a time limit.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// No single command of ours runs longer; what does has hung.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// How often a running command is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// A command that is about to run.
pub(crate) struct Step {
    command: Command,
    shown: String,
    limit: Duration,
}

impl Step {
    /// A program and its arguments; it gets no standard input.
    pub(crate) fn new(program: impl AsRef<OsStr>, arguments: &[&str]) -> Self {
        let mut command = Command::new(program.as_ref());
        command.args(arguments).stdin(Stdio::null());
        // What `cargo run` tells this process about its own package is not for the build scripts of others:
        // ring's would run again.
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(tells_of_this_package) {
                command.env_remove(name);
            }
        }
        let shown = [&[&*program.as_ref().to_string_lossy()], arguments].concat().join(" ");
        Self { command, shown, limit: LONGEST }
    }

    /// Cargo itself, the one that started us.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut step = Self::new(cargo, arguments);
        step.shown = format!("cargo {}", arguments.join(" "));
        step
    }

    /// Adds a variable to the command's environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self.shown = format!("{name}={value:?} {}", self.shown);
        self
    }

    /// Runs the command in this directory.
    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Stops the command after this time.
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it, its output going where ours goes.
    ///
    /// # Errors
    /// A sentence for people, if it could not be started, ran too long or ended with another code than 0.
    pub(crate) fn run(self) -> Result<(), String> {
        println!("$ {}", self.shown);
        let Self { mut command, shown, limit } = self;
        let child = command.spawn().map_err(|error| format!("`{shown}` could not be started: {error}"))?;
        let status = wait(child, limit, &shown)?;
        if status.success() { Ok(()) } else { Err(format!("`{shown}` ended with {status}")) }
    }

    /// Runs it and keeps what it writes, whatever its exit code; gives the code, standard output and standard
    /// error.
    ///
    /// # Errors
    /// A sentence for people, if it could not be started.
    pub(crate) fn output(self) -> Result<(bool, String, String), String> {
        let Self { mut command, shown, .. } = self;
        let output = command.output().map_err(|error| format!("`{shown}` could not be started: {error}"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((output.status.success(), text(&output.stdout), text(&output.stderr)))
    }

    /// Can it be started, and does it end well? What it writes is not shown.
    pub(crate) fn succeeds(self) -> bool {
        self.output().is_ok_and(|(is_success, _, _)| is_success)
    }
}

/// Where build products go.
pub(crate) fn target_directory() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), Into::into)
}

fn tells_of_this_package(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|of| name.starts_with(of))
}

fn wait(mut child: Child, limit: Duration, shown: &str) -> Result<ExitStatus, String> {
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if started.elapsed() < limit => sleep(GLANCE),
            Ok(None) => {
                // It may have ended in this very moment; there is nothing else to do about an error here.
                drop(child.kill());
                drop(child.wait());
                return Err(format!("`{shown}` was stopped after {} s", limit.as_secs()));
            }
            Err(error) => return Err(format!("`{shown}` cannot be waited for: {error}")),
        }
    }
}
