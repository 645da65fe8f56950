//! The table "Limits and defaults" of DESIGN.md is true as far as a reader of text can tell: what it names in code
//! and every test that it names is there, and no limit is without a test.

#![cfg(test)]

use std::fs;
use std::path::Path;

const HEADING: &str = "## Limits and defaults";
const COLUMNS: &str = "| limit | value | where | reason | test |";

/// A row of the table.
struct Limit<'a> {
    /// In DESIGN.md.
    line: usize,
    /// Last names of the paths in the third column.
    items: Vec<&'a str>,
    tests: Vec<&'a str>,
}

/// # Errors
/// The first row that has not its five cells.
fn limits(design: &str) -> Result<Vec<Limit<'_>>, String> {
    let section = design.lines().enumerate().skip_while(|(_, text)| *text != HEADING).skip(1);
    let section = section.take_while(|(_, text)| !text.starts_with("## "));
    let is_row = |text: &str| text.starts_with('|') && text != COLUMNS && !text.starts_with("|--");
    let mut rows = Vec::new();
    for (index, text) in section.filter(|(_, text)| is_row(text)) {
        let line = index + 1;
        let cells: Vec<&str> = text.trim_matches('|').split('|').collect();
        let [_, _, place, _, test] = *cells.as_slice() else {
            return Err(format!("DESIGN.md:{line}: a limit has 5 cells, this one {}", cells.len()));
        };
        rows.push(Limit { line, items: quoted(place), tests: quoted(test) });
    }
    Ok(rows)
}

/// The last names of the paths that stand between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).map(|path| path.rsplit("::").next().unwrap_or(path)).collect()
}

/// What a table claims and `sources` does not bear out.
fn faults(limits: &[Limit<'_>], sources: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_function = |name: &&str| sources.contains(&format!("fn {name}("));
    let is_item = |name: &&str| {
        let is_field = || sources.contains(&format!("pub {name}: "));
        is_function(name) || is_field() || sources.contains(&format!("const {name}: "))
    };
    for Limit { line, items, tests } in limits {
        if tests.is_empty() {
            found.push(format!("DESIGN.md:{line}: this limit names no test"));
        }
        let missing =
            items.iter().filter(|name| !is_item(name)).chain(tests.iter().filter(|name| !is_function(name)));
        found.extend(missing.map(|name| format!("DESIGN.md:{line}: there is no `{name}`")));
    }
    found
}

fn append_sources(directory: &Path, sources: &mut String) {
    for entry in fs::read_dir(directory).expect("a source directory can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            append_sources(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(path).expect("a source file is UTF-8"));
        }
    }
}

#[test]
fn every_limit_of_design_md_is_in_the_code_and_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let design = fs::read_to_string(root.join("DESIGN.md")).expect("DESIGN.md can be read");
    let limits = limits(&design).expect("the table can be read");
    assert!(limits.len() >= 6, "the table lost rows: {}", limits.len());
    let mut sources = String::new();
    for directory in ["src", "tests", "crates/cli/src"] {
        append_sources(&root.join(directory), &mut sources);
    }
    let found = faults(&limits, &sources);
    assert!(found.is_empty(), "the table is not true:\n{}", found.join("\n"));
}

#[test]
fn a_limit_without_its_code_or_test_is_a_fault() {
    let table = |row: &str| format!("{HEADING}\n\n{COLUMNS}\n|---|---|---|---|---|\n{row}\n## Next\n| a |\n");
    let of = |row: &str| {
        faults(&limits(&table(row)).expect("a row"), "const MAX: u8 = 1; fn max_holds() {} pub skew: i64,")
    };
    assert_eq!(of("| a | 1 | `x::MAX`, `Config::skew` | why | `max_holds` |"), [""; 0]);
    assert_eq!(of("| a | 1 | `x::MIN` | why | `max_holds` |"), ["DESIGN.md:5: there is no `MIN`"]);
    assert_eq!(of("| a | 1 | `x::MAX` | why | `min_holds` |"), ["DESIGN.md:5: there is no `min_holds`"]);
    assert_eq!(of("| a | 1 | `x::MAX` | why | |"), ["DESIGN.md:5: this limit names no test"]);
    assert!(limits(&table("| a | 1 |")).is_err());
}
