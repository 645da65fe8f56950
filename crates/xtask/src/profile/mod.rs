//! `cargo xtask profile [--keep|--check]`: where the instructions of a handshake go, each role by itself.
//!
//! `counted` of the benchmarks runs under callgrind with two counts of handshakes; the difference is what one costs. An
//! instruction belongs to the function that has it, its callees' left out, and the function to a share by its name.
//!
//! `--keep` writes docs/profile.md and the bounds of `--check`, which holds our own code to them: Rust alone, so that the
//! same compiler gives the same count on every machine. What libraries choose by the processor is outside the bounds.

mod callgrind;
mod share;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use callgrind::Costs;
use share::Share;

use crate::step::{Step, target_directory};

/// What `--keep` writes for people.
const DOCUMENT: &str = "docs/profile.md";

/// What `--check` holds our own code to: row, role and instructions, separated by tabs.
const BOUNDS: &str = "benches/instructions.tsv";

/// What a count may be above its bound, in percent.
const MARGIN: u64 = 5;

/// Handshakes of the two runs.
const COUNTS: [u64; 2] = [2, 12];

/// The columns: a row of `counted`, and the role whose function callgrind watches.
const COLUMNS: [(&str, &str); 4] =
    [("full", "client"), ("full", "server"), ("resumed", "client"), ("resumed", "server")];

/// Instructions of one handshake by share.
type Shares = BTreeMap<Share, u64>;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => profile().map(|columns| println!("\n{}", table(&columns))),
        ["--keep"] => profile().and_then(|columns| keep(&columns)),
        ["--check"] => check(),
        _ => Err("usage: cargo xtask profile [--keep|--check]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("profile: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Is there a valgrind?
pub(crate) fn has_valgrind() -> bool {
    Step::new("valgrind", &["--version"]).succeeds()
}

/// Counts, and compares our own code with its bounds.
///
/// # Errors
/// A sentence for people: which count is above its bound.
pub(crate) fn check() -> Result<(), String> {
    let columns = profile()?;
    println!("\n{}", table(&columns));
    let bounds = fs::read_to_string(BOUNDS).map_err(|error| format!("{BOUNDS}: {error}"))?;
    for ((row, role), shares) in COLUMNS.into_iter().zip(&columns) {
        let bound =
            bound(&bounds, row, role).ok_or_else(|| format!("{BOUNDS} has no bound of {row} {role}"))?;
        let found = own(shares);
        if found * 100 > bound * (100 + MARGIN) {
            return Err(format!(
                "a {row} handshake costs the {role} {found} instructions of our own, more than {MARGIN} % above the \
                 {bound} of {BOUNDS}: find out why, or keep the new count with `cargo xtask profile --keep`"
            ));
        }
        println!("{row} {role}: {found} instructions of our own, bound {bound} + {MARGIN} %");
    }
    Ok(())
}

fn bound(bounds: &str, row: &str, role: &str) -> Option<u64> {
    let mut lines = bounds.lines().filter(|line| !line.starts_with('#'));
    lines.find_map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
        [of_row, of_role, count] if (of_row, of_role) == (row, role) => count.parse().ok(),
        _ => None,
    })
}

fn profile() -> Result<Vec<Shares>, String> {
    let build = ["build", "--release", "--locked", "--package", "handfast-benches", "--bin", "counted"];
    Step::cargo(&build).env("CARGO_PROFILE_RELEASE_DEBUG", "line-tables-only").run()?;
    COLUMNS.into_iter().map(|(row, role)| shares(row, role)).collect()
}

/// Instructions of one handshake of this row, and of this role.
fn shares(row: &str, role: &str) -> Result<Shares, String> {
    let [few, many] = COUNTS;
    let (before, after) = (count(row, role, few)?, count(row, role, many)?);
    let mut shares = Shares::new();
    for ((file, function), cost) in after {
        let above = cost.saturating_sub(before.get(&(file.clone(), function.clone())).copied().unwrap_or(0));
        *shares.entry(Share::of(&file, &function)).or_default() += above;
    }
    shares.values_mut().for_each(|cost| *cost /= many - few);
    Ok(shares)
}

fn count(row: &str, role: &str, handshakes: u64) -> Result<Costs, String> {
    let counted = target_directory().join("release/counted");
    let out: PathBuf = target_directory().join(format!("callgrind.{row}.{role}.{handshakes}"));
    let arguments = [
        "--tool=callgrind".to_owned(),
        "--collect-atstart=no".to_owned(),
        format!("--toggle-collect=*steps_of_the_{role}*"),
        "--compress-strings=no".to_owned(),
        "--compress-pos=no".to_owned(),
        format!("--callgrind-out-file={}", out.display()),
        counted.display().to_string(),
        row.to_owned(),
        handshakes.to_string(),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (well, _, said) = Step::new("valgrind", &arguments).output()?;
    if !well {
        return Err(format!("valgrind or `counted {row} {handshakes}` failed:\n{said}"));
    }
    let text = fs::read(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    Ok(callgrind::costs(&String::from_utf8_lossy(&text)))
}

/// Instructions of our own code.
fn own(shares: &Shares) -> u64 {
    shares.iter().filter(|(share, _)| share.is_own()).map(|(_, cost)| cost).sum()
}

fn table(columns: &[Shares]) -> String {
    let mut text = format!("| {:<29} |", "instructions of one handshake");
    for (row, role) in COLUMNS {
        let _ = write!(text, " {:>18} |", format!("{row}, {role}"));
    }
    text.push_str("\n|-------------------------------|");
    text.push_str(&"-------------------:|".repeat(columns.len()));
    for share in Share::ALL {
        let _ = write!(text, "\n| {:<29} |", share.name());
        for shares in columns {
            let (cost, all) = (shares.get(&share).copied().unwrap_or(0), shares.values().sum::<u64>().max(1));
            let permille = cost * 1000 / all;
            let cell = format!("{cost} ({}.{} %)", permille / 10, permille % 10);
            let _ = write!(text, " {cell:>18} |");
        }
    }
    let _ = write!(text, "\n| {:<29} |", "in all");
    for shares in columns {
        let _ = write!(text, " {:>18} |", shares.values().sum::<u64>());
    }
    text.push('\n');
    text
}

fn keep(columns: &[Shares]) -> Result<(), String> {
    let table = table(columns);
    println!("\n{table}");
    let document = format!(
        "# Where the instructions of a handshake go\n\n\
         `cargo xtask profile --keep` writes this file. It counts with callgrind, so that a loaded machine changes\n\
         nothing; callgrind knows no SHA and no wide vector instructions, so that hashing and records weigh more here\n\
         than on a processor of today. Mutual authentication with ring: P-256, root, intermediate and leaf, X25519,\n\
         AES-128-GCM; `full` without tickets, `resumed` with a sealed ticket that is renewed.\n\n{table}\n\
         The rows from *certificates and paths* to *state machine* are our own code; `cargo xtask test` holds them to\n\
         `{BOUNDS}` and {MARGIN} % above it.\n"
    );
    fs::write(DOCUMENT, document).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let mut bounds = String::from(
        "# Instructions of our own code in one handshake; `cargo xtask profile --keep` writes them.\n",
    );
    for ((row, role), shares) in COLUMNS.into_iter().zip(columns) {
        let _ = writeln!(bounds, "{row}\t{role}\t{}", own(shares));
    }
    fs::write(BOUNDS, bounds).map_err(|error| format!("{BOUNDS}: {error}"))
}
