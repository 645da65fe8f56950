//! Answering what the driver asks on standard input.

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::meter::{Meter, Sides};
use crate::papers::Papers;
use crate::row::Row;

/// Why a row cannot be run.
pub type Problem = Box<dyn Error>;

/// A library, with the crypto that it computes with.
pub trait Contestant {
    /// What it is called in the table.
    fn name(&self) -> &'static str;

    /// Prepares a row: configs and all else that a program has once.
    ///
    /// # Errors
    /// Why the library has no such row.
    fn ready(&self, row: Row, papers: &Papers) -> Result<Box<dyn Contest>, Problem>;
}

/// A row that is ready to be run.
pub trait Contest {
    /// One handshake, or one batch of records.
    ///
    /// # Errors
    /// What went wrong.
    fn run(&mut self) -> Result<Sides, Problem>;
}

/// Answers until there is nothing more to answer.
///
/// # Errors
/// What went wrong with standard input or output.
pub fn serve(contestants: &[&dyn Contestant], papers: &Path) -> io::Result<()> {
    let mut ready: HashMap<String, Result<Box<dyn Contest>, String>> = HashMap::new();
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        match line.as_str() {
            "rows" => Row::all().iter().try_for_each(|row| writeln!(out, "{row}"))?,
            "contestants" => {
                contestants.iter().try_for_each(|contestant| writeln!(out, "{}", contestant.name()))?;
            }
            _ => match run(&line, contestants, papers, &mut ready) {
                Ok(numbers) => write!(out, "ok\t{numbers}")?,
                Err(reason) => write!(out, "no\t{}", reason.replace(['\n', '\t'], " "))?,
            },
        }
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

fn run(
    line: &str,
    contestants: &[&dyn Contestant],
    papers: &Path,
    ready: &mut HashMap<String, Result<Box<dyn Contest>, String>>,
) -> Result<String, String> {
    let words: Vec<&str> = line.split('\t').collect();
    let [name, row, millis] = *words.as_slice() else { return Err(format!("what is \"{line}\"?")) };
    let millis = millis.parse().map_err(|_| format!("{millis} is no number of milliseconds"))?;
    let contest = ready.entry(format!("{name}\t{row}")).or_insert_with(|| {
        let contestant = contestants.iter().find(|one| one.name() == name);
        let contestant = contestant.ok_or_else(|| format!("there is no {name}"))?;
        let row: Row = row.parse()?;
        let mut contest =
            contestant.ready(row, &Papers::of(row.key(), papers)).map_err(|problem| problem.to_string())?;
        // What is made once a process is made here.
        contest.run().map_err(|problem| problem.to_string())?;
        Ok(contest)
    });
    let contest = contest.as_mut().map_err(|reason| reason.clone())?;
    measure(&mut **contest, Duration::from_millis(millis)).map_err(|problem| problem.to_string())
}

/// Medians of the times; the counts of the last run, which are those of each.
fn measure(contest: &mut dyn Contest, budget: Duration) -> Result<String, Problem> {
    let (mut client, mut server) = (Vec::new(), Vec::new());
    let started = Instant::now();
    let last = loop {
        let sides = contest.run()?;
        client.push(sides.client.cpu_time / sides.units);
        server.push(sides.server.cpu_time / sides.units);
        if started.elapsed() >= budget {
            break sides;
        }
    };
    let counts = |meter: Meter| format!("{}\t{}\t{}", meter.allocations, meter.peak, meter.held);
    Ok(format!(
        "{}\t{}\t{}\t{}\t{}\t{}",
        median(&mut client).as_nanos(),
        median(&mut server).as_nanos(),
        client.len(),
        counts(last.client),
        counts(last.server),
        last.wire
    ))
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
