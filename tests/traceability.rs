//! The ledger and the code agree: every mark has its row in SPEC.md, and every row that says `done` is marked in
//! code and in a test. Prints the coverage by section.

#![cfg(test)]

use std::fs;
use std::path::Path;

#[path = "../crates/xtask/src/ledger.rs"]
mod ledger;

use ledger::{Mark, Row, Status, coverage, faults, marks, marks_of, rows, summary, with_summary};

#[test]
fn every_mark_has_its_row_and_every_done_row_its_marks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let spec = fs::read_to_string(root.join("SPEC.md")).expect("SPEC.md can be read");
    let rows = rows(&spec).expect("SPEC.md is a ledger");
    let marks = marks(root).expect("the marks can be read");
    for (document, least) in
        [("RFC 9846", 452), ("RFC 5280", 300), ("RFC 6066", 9), ("RFC 6960", 89), ("RFC 8449", 14)]
    {
        let found = rows.iter().filter(|row| row.document == document).count();
        assert!(found >= least, "rows of {document} were lost: {found} of {least}");
    }
    println!("{}", coverage(&rows, &marks));
    let readme = fs::read_to_string(root.join("README.md")).expect("README.md can be read");
    let summary = summary(&rows);
    assert!(
        readme.contains(&summary),
        "the table in README.md is to be (`cargo xtask spec --settle` writes it):\n{summary}"
    );
    let found = faults(&rows, &marks);
    assert!(found.is_empty(), "ledger and code disagree:\n{}", found.join("\n"));
}

fn row(id: &str, status: Status) -> Row {
    Row { id: id.into(), document: "RFC 9846".into(), section: "1 One".into(), status, line: 7 }
}

fn mark(id: &str, is_test: bool) -> Mark {
    Mark { id: id.into(), is_test, place: "src/a.rs:3".into() }
}

#[test]
fn a_mark_without_a_row_is_a_fault_that_names_the_place() {
    let found = faults(&[row("R-1-1", Status::Todo)], &[mark("R-1-2", false)]);
    assert_eq!(found, ["src/a.rs:3: R-1-2 has no row in SPEC.md"]);
}

#[test]
fn a_done_row_needs_a_mark_in_code_and_one_in_a_test() {
    let rows = [row("R-1-1", Status::Done)];
    assert_eq!(faults(&rows, &[]).len(), 2);
    assert_eq!(
        faults(&rows, &[mark("R-1-1", false)]),
        ["SPEC.md:7: R-1-1 is done, but no test is marked with it"]
    );
    assert_eq!(
        faults(&rows, &[mark("R-1-1", true)]),
        ["SPEC.md:7: R-1-1 is done, but no code is marked with it"]
    );
    assert_eq!(faults(&rows, &[mark("R-1-1", false), mark("R-1-1", true)]), [""; 0]);
}

#[test]
fn an_id_that_stands_twice_is_a_fault() {
    assert_eq!(faults(&[row("R-1-1", Status::Todo), row("R-1-1", Status::Todo)], &[]).len(), 1);
}

/// A ledger of one table: the chapter's heading, the columns, and these lines.
fn ledger_of(document: &str, second_column: &str, lines: &str) -> String {
    let columns = format!("| id |{second_column} level | who | rule in our words | alert | status |");
    format!("## {document}: a title\n### 1 One\n{columns}\n{lines}")
}

#[test]
fn a_row_that_is_none_is_refused_with_its_line() {
    let ledger = |row: &str| rows(&ledger_of("RFC 9846", " 8446 section |", row));
    assert!(ledger("| R-1-1 | 1 | MUST | both | be so |  | exception: we are not |").is_ok());
    for wrong in [
        "| R-1-1 | 1 | MUST | both | be so | todo |",
        "| R-1-1 | 1 | MUST | both |  |  | todo |",
        "| R-1-1 | 1 |  | both | be so |  | todo |",
        "| R-1-1 | 1 | MUST | both | be so |  | perhaps |",
        "| R-1-1 | 1 | MUST | both | be so |  | n/a: |",
        "| R5280-1-1 | 1 | MUST | both | be so |  | todo |",
        "| id | section | status |\n| R-1-1 | 1 | MUST | both | be so |  | todo |",
    ] {
        assert!(ledger(wrong).is_err_and(|error| error.starts_with("SPEC.md:4: ")), "{wrong}");
    }
    assert!(rows("").is_err(), "a ledger without rows shows nothing");
}

#[test]
fn the_rows_of_another_document_bear_its_number() {
    let ledger =
        |id: &str| rows(&ledger_of("RFC 5280", "", &format!("| {id} | step | path | be so |  | todo |")));
    let row = ledger("R5280-6.1.3-a-1").expect("a row").remove(0);
    assert_eq!((row.document.as_str(), row.section.as_str()), ("RFC 5280", "1 One"));
    assert!(ledger("R-6.1.3-1").is_err());
    assert!(ledger("R528-6.1.3-1").is_err());
}

#[test]
fn the_table_of_the_readme_is_replaced_whole() {
    let rows = [row("R-1-1", Status::Done), row("R-1-2", Status::Todo), row("R-1-3", Status::NotApplicable)];
    let table = summary(&rows);
    assert!(table.ends_with("| RFC 9846 | 3 | 1 | 1 | 0 | 1 |\n"), "{table}");
    let readme = |table: &str| format!("before\n\n{table}\nafter\n");
    let old = summary(&rows[..1]);
    assert_eq!(with_summary(&readme(&old), &table), Some(readme(&table)));
    assert_eq!(with_summary("no table", &table), None);
}

#[test]
fn a_mark_is_a_line_of_its_own() {
    let source = "    //= R-1-1\n    let a = 1; //= R-1-2\n//= R-1-3 test\n";
    let ids: Vec<_> =
        marks_of("a.rs", source).expect("marks").into_iter().map(|m| (m.id, m.is_test)).collect();
    assert_eq!(ids, [("R-1-1".into(), false), ("R-1-3".into(), true)]);
    assert!(marks_of("a.rs", "//= R-1-1 tset").is_err());
}
