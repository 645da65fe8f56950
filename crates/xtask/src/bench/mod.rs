//! `cargo xtask bench [--keep] [--millis N] [--rounds N] [WORD…]`: Handfast beside its peers, in one run and in turn.
//!
//! Each library in C stands in a program of its own, and Handfast and rustls in a third; `benches/side_by_side` has
//! them. A round asks every program for every row, so that a machine which changes its speed does so for all of them;
//! of the rounds' medians the table has the median. WORDs choose the rows that have one of them in their name.
//!
//! `--keep` writes docs/bench.md, its picture, and the table of the README.

mod plot;
mod program;
mod report;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use program::Program;

use crate::step::{Step, target_directory};

/// The packages, a workspace of their own.
pub(crate) const MANIFEST: &str = "benches/side_by_side/Cargo.toml";

/// The package that makes the certificates and knows the rows.
const RUST: &str = "side-by-side-rust";

/// Those of others, which may not build everywhere.
const OTHERS: [(&str, &str); 2] =
    [("OpenSSL", "side-by-side-openssl"), ("BoringSSL", "side-by-side-boringssl")];

/// What was measured, by contestant and row: one entry a round.
type Rounds = BTreeMap<(String, String), Vec<Measured>>;

/// What a program tells of a row.
#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    /// Nanoseconds of processor time, of the client and the server, or of sealing and opening a record.
    nanos: [u64; 2],
    allocations: [u64; 2],
    /// Bytes.
    peak: [u64; 2],
    /// Bytes.
    held: [u64; 2],
    /// Bytes.
    wire: u64,
}

/// All that a run found out.
struct Results {
    rows: Vec<String>,
    /// In the order of the table.
    contestants: Vec<String>,
    measured: BTreeMap<(String, String), Measured>,
    /// Why a contestant has not a row, or is not there at all, for which the row is empty.
    lacks: Vec<(String, String, String)>,
}

struct Options {
    keep: bool,
    millis: u64,
    rounds: usize,
    words: Vec<String>,
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    match options(arguments).and_then(|options| bench(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options { keep: false, millis: 60, rounds: 7, words: Vec::new() };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse().ok());
        let missing = || format!("{argument} wants a number from 1 on");
        match argument.as_str() {
            "--keep" => options.keep = true,
            "--millis" => options.millis = number().filter(|number| *number > 0).ok_or_else(missing)?,
            "--rounds" => {
                let rounds = number().and_then(|number| usize::try_from(number).ok());
                options.rounds = rounds.filter(|number| *number > 0).ok_or_else(missing)?;
            }
            word if word.starts_with('-') => {
                return Err(format!(
                    "there is no option {word}; usage: cargo xtask bench [--keep] [--millis N] [--rounds N] [WORD…]"
                ));
            }
            word => options.words.push(word.into()),
        }
    }
    if options.keep && !options.words.is_empty() {
        return Err("--keep keeps the whole table, not that of chosen rows".into());
    }
    Ok(options)
}

fn bench(options: &Options) -> Result<(), String> {
    let target = target_directory().join("side_by_side");
    build(RUST, &target)?;
    let papers = target.join("papers");
    let papers = papers.to_string_lossy();
    Step::new(target.join("release").join(RUST), &["--make-papers", &papers]).run()?;
    let mut programs = vec![Program::start(&target, RUST, &papers)?];
    let mut lacks = Vec::new();
    for (name, package) in OTHERS {
        match build(package, &target).and_then(|()| Program::start(&target, package, &papers)) {
            Ok(program) => programs.push(program),
            Err(error) => lacks.push((name.to_owned(), String::new(), error)),
        }
    }
    let results = measure(options, programs, lacks)?;
    let report = report::report(&results);
    println!("\n{report}");
    if options.keep {
        report::keep(&report, &results)?;
    }
    Ok(())
}

fn build(package: &str, target: &Path) -> Result<(), String> {
    let target = target.to_string_lossy();
    let program = ["build", "--release", "--locked", "--manifest-path", MANIFEST, "--target-dir", &target];
    Step::cargo(&[&program[..], &["--package", package]].concat()).run()
}

fn measure(
    options: &Options,
    mut programs: Vec<Program>,
    mut lacks: Vec<(String, String, String)>,
) -> Result<Results, String> {
    let first = programs.first_mut().ok_or("there is no program")?;
    let chosen = |row: &String| {
        options.words.is_empty() || options.words.iter().any(|word| row.split(' ').any(|part| part == word))
    };
    let rows: Vec<String> = first.rows()?.into_iter().filter(chosen).collect();
    let mut contestants = Vec::new();
    for program in &mut programs {
        contestants.extend(program.contestants()?);
    }
    let mut rounds = Rounds::new();
    for round in 1..=options.rounds {
        println!("round {round} of {}", options.rounds);
        for row in &rows {
            for program in &mut programs {
                ask(program, row, options.millis, &mut rounds, &mut lacks)?;
            }
        }
    }
    let measured = rounds.into_iter().map(|(key, rounds)| (key, Measured::median(&rounds))).collect();
    Ok(Results { rows, contestants, measured, lacks })
}

/// Asks all contestants of a program for a row, but those that were found not to have it.
fn ask(
    program: &mut Program,
    row: &str,
    millis: u64,
    rounds: &mut Rounds,
    lacks: &mut Vec<(String, String, String)>,
) -> Result<(), String> {
    for contestant in program.contestants()? {
        if lacks.iter().any(|(name, lacked, _)| *name == contestant && lacked == row) {
            continue;
        }
        match program.measure(&contestant, row, millis)? {
            Ok(measured) => rounds.entry((contestant, row.to_owned())).or_default().push(measured),
            Err(reason) => lacks.push((contestant, row.to_owned(), reason)),
        }
    }
    Ok(())
}

impl Measured {
    /// The times of the middle round; counts are the same in each.
    fn median(rounds: &[Self]) -> Self {
        let middle = |side: fn(&Self) -> u64| {
            let mut times: Vec<u64> = rounds.iter().map(side).collect();
            times.sort_unstable();
            times.get(times.len() / 2).copied().unwrap_or_default()
        };
        let [client, server] = [middle(|one| one.nanos[0]), middle(|one| one.nanos[1])];
        Self { nanos: [client, server], ..rounds.last().copied().unwrap_or_default() }
    }
}

/// Writes a file of the repository.
fn write(path: &str, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{path}: {error}"))
}
