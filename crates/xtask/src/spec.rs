//! `cargo xtask spec`: how far the ledger of SPEC.md has come.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::ledger::{self, Mark, Marked, Row, Status};

const LEDGER: &str = "SPEC.md";
const README: &str = "README.md";

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let is_settling = match arguments {
        [] => false,
        [flag] if flag == "--settle" => true,
        _ => {
            print!(
                "usage: cargo xtask spec [--settle]\n\n  \
                 --settle  write `done` into every row that is marked in code and in a test, `todo` where a mark \
                 is gone, and the table of the README\n"
            );
            return ExitCode::FAILURE;
        }
    };
    match report(is_settling) {
        Ok(is_in_order) if is_in_order => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask spec: {error}");
            ExitCode::FAILURE
        }
    }
}

fn report(is_settling: bool) -> Result<bool, String> {
    let unreadable = |error| format!("{LEDGER}: {error}");
    let mut spec = fs::read_to_string(LEDGER).map_err(unreadable)?;
    let marks = ledger::marks(Path::new("."))?;
    if is_settling {
        spec = settled(&spec, &ledger::rows(&spec)?, &marks);
        fs::write(LEDGER, &spec).map_err(unreadable)?;
    }
    let rows = ledger::rows(&spec)?;
    if is_settling {
        settle_readme(&rows)?;
    }
    let faults = ledger::faults(&rows, &marks);
    let report = ledger::coverage(&rows, &marks) + &faults.join("\n");
    // A reader that has seen enough closes the pipe.
    drop(writeln!(std::io::stdout(), "{}", report.trim_end()));
    Ok(faults.is_empty())
}

fn settle_readme(rows: &[Row]) -> Result<(), String> {
    let fault = |error| format!("{README}: {error}");
    let readme = fs::read_to_string(README).map_err(fault)?;
    let readme = ledger::with_summary(&readme, &ledger::summary(rows));
    fs::write(README, readme.ok_or_else(|| format!("{README} has no table of the ledger"))?).map_err(fault)
}

/// The ledger with `todo` and `done` as the marks have it; rows with a reason stay as they are.
fn settled(spec: &str, rows: &[Row], marks: &[Mark]) -> String {
    let marked = Marked::new(marks);
    let mut lines: Vec<String> = spec.lines().map(String::from).collect();
    for Row { id, status, line, .. } in rows {
        let is_marked = marked.in_code.contains(id.as_str()) && marked.in_tests.contains(id.as_str());
        let (old, new) = match (status, is_marked) {
            (Status::Todo, true) => ("| todo |", "| done |"),
            (Status::Done, false) => ("| done |", "| todo |"),
            _ => continue,
        };
        if let Some(text) = line.checked_sub(1).and_then(|index| lines.get_mut(index)) {
            *text = text.replace(old, new);
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "## RFC 9846: TLS\n### 1 One\n\n\
                        | id | 8446 section | level | who | rule in our words | alert | status |\n";

    #[test]
    fn settling_follows_the_marks_and_keeps_reasons() {
        let row = |id: &str, status: &str| format!("| {id} | 1 | MUST | both | be so |  | {status} |\n");
        let spec = |a, b, c| format!("{HEAD}{}{}{}", row("R-1-1", a), row("R-1-2", b), row("R-1-3", c));
        let before = spec("todo", "done", "n/a: no");
        let marks = ledger::marks_of("a.rs", "//= R-1-1\n//= R-1-1 test\n//= R-1-2\n//= R-1-3\n").unwrap();
        let after = settled(&before, &ledger::rows(&before).unwrap(), &marks);
        assert_eq!(after, spec("done", "todo", "n/a: no"));
    }
}
