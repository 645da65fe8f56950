//! The rows of SPEC.md and the marks that answer them. `cargo xtask spec` prints this and
//! `tests/traceability.rs` checks it; the test includes this file by its path, so it stands on std alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A row of the ledger.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// The document that it is of, such as `RFC 9846`.
    pub(crate) document: String,
    /// The heading that it stands under.
    pub(crate) section: String,
    pub(crate) status: Status,
    /// In SPEC.md; 1 for the first.
    pub(crate) line: usize,
}

/// What a row says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Todo,
    /// It is marked in code and in a test.
    Done,
    /// It binds no implementation, or not this one; a reason follows.
    NotApplicable,
    /// We do otherwise; a reason follows.
    Exception,
}

impl Status {
    fn read(cell: &str) -> Option<Self> {
        let reason_after =
            |word| cell.strip_prefix(word).is_some_and(|reason: &str| !reason.trim().is_empty());
        match cell {
            "todo" => Some(Self::Todo),
            "done" => Some(Self::Done),
            _ if reason_after("n/a:") => Some(Self::NotApplicable),
            _ if reason_after("exception:") => Some(Self::Exception),
            _ => None,
        }
    }
}

/// A `//= R…` line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) id: String,
    pub(crate) is_test: bool,
    /// `file:line`, from the root of the workspace.
    pub(crate) place: String,
}

/// The columns of the tables of RFC 9846, and of those of other documents: a rule of TLS is kept up by an alert, one of
/// path validation by a finding.
const COLUMNS: [&str; 3] = [
    "| id | 8446 section | level | who | rule in our words | alert | status |",
    "| id | level | who | rule in our words | alert | status |",
    "| id | level | who | rule in our words | finding | status |",
];

/// The document whose rows bear no number of their own.
const MAIN_DOCUMENT: &str = "RFC 9846";

/// Where marks may stand.
const MARKED: [&str; 3] = ["src", "tests", "crates"];

/// The rows of SPEC.md.
///
/// # Errors
/// The first line that begins like a row and is none, or a ledger without rows.
pub(crate) fn rows(spec: &str) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let (mut document, mut section, mut columns) = ("", "", 0);
    for (index, text) in spec.lines().enumerate() {
        let line = index + 1;
        let fault = |what: String| Err(format!("SPEC.md:{line}: {what}"));
        if let Some(heading) = text.strip_prefix("## ") {
            document = heading.split_once(':').map_or(heading, |(document, _)| document);
        } else if let Some(heading) = text.strip_prefix("### ") {
            section = heading;
        } else if text.starts_with("| id ") {
            if !COLUMNS.contains(&text) {
                return fault(format!("the columns are none of:\n{}", COLUMNS.join("\n")));
            }
            columns = cells(text).len();
        } else if text.starts_with("| R") {
            let cells = cells(text);
            let ([id, .., rule, _, status], true) = (cells.as_slice(), cells.len() == columns) else {
                return fault(format!("a row has {columns} cells here, this one {}", cells.len()));
            };
            if !id.starts_with(&prefix(document)) {
                return fault(format!("{id} stands in the chapter of {document}: {}…", prefix(document)));
            }
            // What RFC 8446 and alert or finding say may be nothing.
            let level_and_who = cells.get(columns - 5..columns - 3).unwrap_or_default();
            if section.is_empty() || rule.is_empty() || level_and_who.contains(&"") {
                return fault("section, level, who and rule must not be empty".into());
            }
            let Some(status) = Status::read(status) else {
                return fault(format!("`{status}` is no status (or lacks its reason)"));
            };
            let (document, section) = (document.into(), section.into());
            rows.push(Row { id: (*id).into(), document, section, status, line });
        }
    }
    if rows.is_empty() { Err("SPEC.md has no row".into()) } else { Ok(rows) }
}

fn cells(row: &str) -> Vec<&str> {
    row.trim_matches('|').split('|').map(str::trim).collect()
}

/// What the ids of a document's rows begin with: `R-` for RFC 9846, `R5280-` for RFC 5280.
fn prefix(document: &str) -> String {
    match document.strip_prefix("RFC ").filter(|_| document != MAIN_DOCUMENT) {
        Some(number) => format!("R{number}-"),
        None => "R-".into(),
    }
}

/// The marks of a source file.
///
/// # Errors
/// The first mark that is not written as one.
pub(crate) fn marks_of(file: &str, source: &str) -> Result<Vec<Mark>, String> {
    let mut marks = Vec::new();
    for (index, text) in source.lines().enumerate() {
        let Some(mark) = text.trim().strip_prefix("//= ") else { continue };
        let place = format!("{file}:{}", index + 1);
        let (id, is_test) = match mark.split_once(' ') {
            None => (mark, false),
            Some((id, "test")) => (id, true),
            Some(_) => return Err(format!("{place}: a mark is `//= R…` or `//= R… test`")),
        };
        marks.push(Mark { id: id.into(), is_test, place });
    }
    Ok(marks)
}

/// The marks of every Rust file of the workspace below `root`.
///
/// # Errors
/// A file that cannot be read, or a mark that is not written as one.
pub(crate) fn marks(root: &Path) -> Result<Vec<Mark>, String> {
    let mut marks = Vec::new();
    for directory in MARKED {
        collect_marks(root, Path::new(directory), &mut marks)?;
    }
    Ok(marks)
}

fn collect_marks(root: &Path, directory: &Path, marks: &mut Vec<Mark>) -> Result<(), String> {
    let unreadable = |error| format!("cannot read {}: {error}", directory.display());
    for entry in fs::read_dir(root.join(directory)).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = directory.join(entry.file_name());
        if entry.path().is_dir() {
            if entry.file_name() != "target" {
                collect_marks(root, &path, marks)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(entry.path()).map_err(unreadable)?;
            marks.extend(marks_of(&path.display().to_string(), &source)?);
        }
    }
    Ok(())
}

/// Where rows and marks disagree: an id twice, a mark without a row, a `done` row without both its marks.
pub(crate) fn faults(rows: &[Row], marks: &[Mark]) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = BTreeMap::new();
    for Row { id, line, .. } in rows {
        if let Some(first) = lines.insert(id, line) {
            found.push(format!("SPEC.md:{line}: {id} stands in line {first} already"));
        }
    }
    for Mark { id, place, .. } in marks {
        if !lines.contains_key(id) {
            found.push(format!("{place}: {id} has no row in SPEC.md"));
        }
    }
    let marked = Marked::new(marks);
    for Row { id, line, .. } in rows.iter().filter(|row| row.status == Status::Done) {
        if !marked.in_code.contains(id.as_str()) {
            found.push(format!("SPEC.md:{line}: {id} is done, but no code is marked with it"));
        }
        if !marked.in_tests.contains(id.as_str()) {
            found.push(format!("SPEC.md:{line}: {id} is done, but no test is marked with it"));
        }
    }
    found
}

/// The ids that are marked.
pub(crate) struct Marked<'a> {
    pub(crate) in_code: BTreeSet<&'a str>,
    pub(crate) in_tests: BTreeSet<&'a str>,
}

impl<'a> Marked<'a> {
    pub(crate) fn new(marks: &'a [Mark]) -> Self {
        let ids =
            |is_test| marks.iter().filter(move |mark| mark.is_test == is_test).map(|mark| mark.id.as_str());
        Self { in_code: ids(false).collect(), in_tests: ids(true).collect() }
    }
}

/// A table: how far each section has come.
pub(crate) fn coverage(rows: &[Row], marks: &[Mark]) -> String {
    let marked = Marked::new(marks);
    let mut text = String::from("rows  done  todo  n/a  exc.  code  test  section\n");
    let mut add = |section: &str, rows: &[&Row]| {
        let count = |status| rows.iter().filter(|row| row.status == status).count();
        let marked_in =
            |ids: &BTreeSet<&str>| rows.iter().filter(|row| ids.contains(row.id.as_str())).count();
        text.push_str(&format!(
            "{:>4}  {:>4}  {:>4}  {:>3}  {:>4}  {:>4}  {:>4}  {section}\n",
            rows.len(),
            count(Status::Done),
            count(Status::Todo),
            count(Status::NotApplicable),
            count(Status::Exception),
            marked_in(&marked.in_code),
            marked_in(&marked.in_tests),
        ));
    };
    for document in rows.chunk_by(|row, next| row.document == next.document) {
        for group in document.chunk_by(|row, next| row.section == next.section) {
            if let Some(first) = group.first() {
                add(&first.section, &group.iter().collect::<Vec<_>>());
            }
        }
        if let Some(first) = document.first() {
            add(&format!("all of {}", first.document), &document.iter().collect::<Vec<_>>());
        }
    }
    add("in all", &rows.iter().collect::<Vec<_>>());
    text
}

/// The first line of the table in the README.
const SUMMARY_COLUMNS: &str = "| document | sentences | done | n/a | done otherwise | to do |";

/// A table for the README: how far each document has come.
pub(crate) fn summary(rows: &[Row]) -> String {
    let mut text = format!("{SUMMARY_COLUMNS}\n|---|---|---|---|---|---|\n");
    for document in rows.chunk_by(|row, next| row.document == next.document) {
        let count = |status| document.iter().filter(|row| row.status == status).count();
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            document.first().map_or("", |row| &row.document),
            document.len(),
            count(Status::Done),
            count(Status::NotApplicable),
            count(Status::Exception),
            count(Status::Todo),
        ));
    }
    text
}

/// The README with this table in place of its own; `None` if it has none.
pub(crate) fn with_summary(readme: &str, summary: &str) -> Option<String> {
    let (before, table) = readme.split_at(readme.find(SUMMARY_COLUMNS)?);
    let length: usize =
        table.split_inclusive('\n').take_while(|line| line.starts_with('|')).map(str::len).sum();
    Some([before, summary, table.get(length..)?].concat())
}
