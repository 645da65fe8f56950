//! The tables of DESIGN.md are true as far as a reader of text can tell. "Limits and defaults": what it names in code
//! and every test that it names is there, and no limit is without a test. "Dependencies": every crate of a Cargo.toml
//! has its reason there.

#![cfg(test)]

use std::fs;
use std::path::Path;

const LIMITS: &str = "## Limits and defaults";
const DEPENDENCIES: &str = "## Dependencies";
const COLUMNS: &str = "| limit | value | where | reason | test |";

/// A row of the table.
struct Limit<'a> {
    /// In DESIGN.md.
    line: usize,
    /// Last names of the paths in the third column.
    items: Vec<&'a str>,
    tests: Vec<&'a str>,
}

/// The lines under a heading, each with its number.
fn section<'a>(text: &'a str, heading: &str) -> impl Iterator<Item = (usize, &'a str)> {
    let lines = (1..).zip(text.lines()).skip_while(move |(_, line)| *line != heading).skip(1);
    lines.take_while(|(_, line)| !line.starts_with("## "))
}

/// # Errors
/// The first row that has not its five cells.
fn limits(design: &str) -> Result<Vec<Limit<'_>>, String> {
    let is_row = |text: &str| text.starts_with('|') && text != COLUMNS && !text.starts_with("|--");
    let mut rows = Vec::new();
    for (line, text) in section(design, LIMITS).filter(|(_, text)| is_row(text)) {
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

/// The crates that a Cargo.toml depends on, those of this workspace left out.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut is_among = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_among = line.ends_with("dependencies]");
        } else if let Some((name, value)) = line.split_once(" = ").filter(|_| is_among)
            && !value.contains("path = ")
        {
            names.push(name);
        }
    }
    names
}

/// The names in the first column of the tables under "Dependencies".
fn explained(design: &str) -> Vec<&str> {
    let rows = section(design, DEPENDENCIES).filter_map(|(_, text)| text.strip_prefix("| "));
    rows.filter_map(|row| row.split(" |").next()).flat_map(|names| names.split(", ")).collect()
}

/// What a table claims and `sources` does not bear out.
fn faults(limits: &[Limit<'_>], sources: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_function = |name: &&str| sources.contains(&format!("fn {name}("));
    let is_item = |name: &&str| {
        let is_field = || ["pub", "pub(crate)"].iter().any(|it| sources.contains(&format!("{it} {name}: ")));
        let forms = [format!("const {name}: "), format!("mod {name};")];
        is_function(name) || is_field() || forms.iter().any(|form| sources.contains(form))
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
    for directory in ["src", "tests", "crates/cli/src", "crates/cli/tests"] {
        append_sources(&root.join(directory), &mut sources);
    }
    let found = faults(&limits, &sources);
    assert!(found.is_empty(), "the table is not true:\n{}", found.join("\n"));
}

#[test]
fn every_dependency_has_its_reason_in_design_md() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let design = fs::read_to_string(root.join("DESIGN.md")).expect("DESIGN.md can be read");
    let explained = explained(&design);
    let mut manifests =
        vec![root.join("Cargo.toml"), root.join("benches/Cargo.toml"), root.join("fuzz/Cargo.toml")];
    for entry in fs::read_dir(root.join("crates")).expect("crates/ can be read") {
        manifests.push(entry.expect("an entry").path().join("Cargo.toml"));
    }
    let mut seen = 0;
    for path in manifests.iter().filter(|path| path.exists()) {
        let manifest = fs::read_to_string(path).expect("a manifest is UTF-8");
        for name in dependencies(&manifest) {
            assert!(explained.contains(&name), "{}: say in DESIGN.md what `{name}` is for", path.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "the manifests lost dependencies: {seen}");
}

#[test]
fn the_dependencies_of_a_manifest_and_their_reasons_are_found() {
    let manifest = "[features]\na = []\n[dependencies]\nb = { path = \"..\" }\nc = \"1\"\n[dev-dependencies]\nd = \"2\"\n";
    assert_eq!(dependencies(manifest), ["c", "d"]);
    assert_eq!(explained(&format!("{DEPENDENCIES}\n| c, d | why |\n## Next\n| e | no |")), ["c", "d"]);
}

#[test]
fn a_limit_without_its_code_or_test_is_a_fault() {
    let table = |row: &str| format!("{LIMITS}\n\n{COLUMNS}\n|---|---|---|---|---|\n{row}\n## Next\n| a |\n");
    let of = |row: &str| {
        faults(&limits(&table(row)).expect("a row"), "const MAX: u8 = 1; fn max_holds() {} pub skew: i64,")
    };
    assert_eq!(of("| a | 1 | `x::MAX`, `Config::skew` | why | `max_holds` |"), [""; 0]);
    assert_eq!(of("| a | 1 | `x::MIN` | why | `max_holds` |"), ["DESIGN.md:5: there is no `MIN`"]);
    assert_eq!(of("| a | 1 | `x::MAX` | why | `min_holds` |"), ["DESIGN.md:5: there is no `min_holds`"]);
    assert_eq!(of("| a | 1 | `x::MAX` | why | |"), ["DESIGN.md:5: this limit names no test"]);
    assert!(limits(&table("| a | 1 |")).is_err());
}
