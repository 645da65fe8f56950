//! A program of the comparison, asked over its standard input.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::Measured;

/// A running program; it ends when nobody asks it any more.
pub(super) struct Program {
    name: String,
    child: Child,
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    contestants: Vec<String>,
}

impl Program {
    /// Starts the program of a package that was built.
    pub(super) fn start(target: &Path, package: &str, papers: &str) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{package} cannot be started: {error}");
        let program = target.join("release").join(package);
        let mut command = Command::new(program);
        let child = command.arg(papers).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| failed(&error))?;
        let asks = child.stdin.take();
        let answers =
            BufReader::new(child.stdout.take().ok_or_else(|| failed(&"it has no standard output"))?);
        let mut program = Self { name: package.into(), child, asks, answers, contestants: Vec::new() };
        program.contestants = program.list("contestants")?;
        Ok(program)
    }

    /// The names of all rows.
    pub(super) fn rows(&mut self) -> Result<Vec<String>, String> {
        self.list("rows")
    }

    /// The names of its contestants.
    pub(super) fn contestants(&self) -> Result<Vec<String>, String> {
        Ok(self.contestants.clone())
    }

    /// Runs a row for so long; inside, why there is no such row.
    pub(super) fn measure(
        &mut self,
        contestant: &str,
        row: &str,
        millis: u64,
    ) -> Result<Result<Measured, String>, String> {
        self.ask(&format!("{contestant}\t{row}\t{millis}"))?;
        let answer = self.line()?;
        if let Some(reason) = answer.strip_prefix("no\t") {
            return Ok(Err(reason.into()));
        }
        let numbers: Vec<u64> = answer.split('\t').skip(1).filter_map(|number| number.parse().ok()).collect();
        let [client, server, _runs, a, b, c, d, e, f, wire] = *numbers.as_slice() else {
            return Err(format!("{} answers \"{answer}\"", self.name));
        };
        Ok(Ok(Measured { nanos: [client, server], allocations: [a, d], peak: [b, e], held: [c, f], wire }))
    }

    fn list(&mut self, what: &str) -> Result<Vec<String>, String> {
        self.ask(what)?;
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(lines);
            }
            lines.push(line);
        }
    }

    fn ask(&mut self, line: &str) -> Result<(), String> {
        let asks = self.asks.as_mut().ok_or("it is asked no more")?;
        writeln!(asks, "{line}").map_err(|error| format!("{} cannot be asked: {error}", self.name))
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        match read {
            Ok(0) => Err(format!("{} has ended", self.name)),
            Ok(_) => Ok(line.trim_end_matches('\n').into()),
            Err(error) => Err(format!("{} does not answer: {error}", self.name)),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.asks.take());
        // It ends by itself; there is nothing to do about one that does not.
        drop(self.child.wait());
    }
}
