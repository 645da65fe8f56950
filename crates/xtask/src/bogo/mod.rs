//! `cargo xtask bogo`: BoringSSL's BoGo runner tests the library through the shim in `crates/bogo`.
//!
//! Everything that others wrote comes from package registries, by their ordinary clients, and is kept under the
//! target directory; see [`runner`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod families;
mod results;
pub(crate) mod runner;

use crate::step::{Step, target_directory};
use families::Families;
use results::{Outcome, Tally};

const HERE: &str = "crates/bogo";

/// The tests that are about TLS 1.3 and not about what only BoringSSL has.
const CORE_13: &str = "crates/bogo/core-13.txt";

/// Tests outside core-13 that a stack of TLS 1.3 alone can pass.
const BEYOND_CORE_13: &str = "crates/bogo/beyond-core-13.txt";

/// How many tests have passed: fewer may not.
const PASSED: &str = "crates/bogo/passed.txt";

/// What was asked for on the command line.
#[derive(Default)]
struct Options {
    /// Only tests of these names.
    filter: Option<String>,
    /// Where the runner's results go.
    json: Option<String>,
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let outcome = parse(arguments).and_then(|options| check(&options));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bogo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let place = match argument.as_str() {
            "--filter" => &mut options.filter,
            "--json" => &mut options.json,
            other => {
                return Err(format!(
                    "unknown argument `{other}`; usage: cargo xtask bogo [--filter GLOB;…] [--json FILE]"
                ));
            }
        };
        *place = Some(rest.next().ok_or_else(|| format!("{argument} wants a value"))?.clone());
    }
    Ok(options)
}

/// Everything that CI asks for.
pub(crate) fn check_all() -> Result<(), String> {
    check(&Options::default())
}

fn check(options: &Options) -> Result<(), String> {
    let families = Families::read(&format!("{HERE}/families.tsv"))?;
    let core_13 = names(CORE_13)?;
    let runner = runner::prepare()?;
    Step::cargo(&["build", "--package", "handfast-bogo"]).run()?;
    let shim = absolute(&target_directory().join("debug/bogo-shim"))?;
    let stream = runner.stream_tests()?;
    if let Some(unknown) = core_13.iter().find(|name| !stream.contains(name)) {
        return Err(format!("the runner has no test {unknown}, which {CORE_13} names"));
    }
    let wanted = match &options.filter {
        Some(filter) => stream.iter().filter(|name| families::matches_any(filter, name)).cloned().collect(),
        None => [core_13.clone(), names(BEYOND_CORE_13)?].concat(),
    };
    let to_run: Vec<_> = wanted.iter().filter(|name| !families.leaves_out(name)).cloned().collect();
    let json = options.json.as_deref().map_or_else(|| runner.directory.join("results.json"), PathBuf::from);
    println!("running {} tests", to_run.len());
    let outcomes = runner.run(&shim, &to_run, &json)?;
    let considered = if options.filter.is_some() { &wanted } else { &stream };
    let core_considered: Vec<_> = core_13.into_iter().filter(|name| considered.contains(name)).collect();
    report(options, &families, considered, &core_considered, &outcomes)
}

/// Prints what came of it, the two lines of counts last.
fn report(
    options: &Options,
    families: &Families,
    stream: &[String],
    core_13: &[String],
    outcomes: &results::Outcomes,
) -> Result<(), String> {
    let (of_stream, of_core) = (Tally::of(stream, outcomes), Tally::of(core_13, outcomes));
    let skipped: Vec<_> =
        core_13.iter().filter(|name| outcomes.of(name) == Outcome::Skipped).map(String::as_str).collect();
    println!("\nskipped of core-13, by reason:\n{}", families.table(&skipped));
    let unexplained = families.unexplained(&skipped);
    for name in outcomes.failed() {
        println!("FAILED {name}");
    }
    println!("bogo stream: {of_stream} of {}", stream.len());
    println!("bogo core-13: {of_core} of {}", core_13.len());
    if of_stream.failed > 0 {
        return Err(format!("{} tests failed; {} tells why", of_stream.failed, outcomes.log));
    }
    if !unexplained.is_empty() {
        return Err(format!("skipped without a reason in {HERE}/families.tsv: {}", unexplained.join(", ")));
    }
    if options.filter.is_some() { Ok(()) } else { compare_with_record(&of_stream, &of_core) }
}

/// Fewer than were once passed is a failure, more a reason to write it down.
fn compare_with_record(stream: &Tally, core_13: &Tally) -> Result<(), String> {
    for (line, tally) in names(PASSED)?.iter().zip([stream, core_13]) {
        let recorded = line.split_whitespace().last().and_then(|count| count.parse().ok());
        let recorded: usize = recorded.ok_or_else(|| format!("{PASSED}: `{line}` ends with no count"))?;
        if tally.passed < recorded {
            return Err(format!("{} passed, {PASSED} has `{line}`", tally.passed));
        }
        if tally.passed > recorded {
            println!("{} passed: write that into {PASSED} in place of `{line}`", tally.passed);
        }
    }
    Ok(())
}

/// The lines of a file of names.
fn names(path: &str) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(text.lines().map(String::from).collect())
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))
}
