//! The tables, for people and for the repository.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use handfast::time::Time;

use super::{Measured, Results, plot, write};

/// Where the whole report is kept, and its picture beside it.
const DOCUMENT: &str = "docs/bench.md";
const PICTURE: &str = "docs/bench.svg";

/// The lines of the README between which its table stands.
const BEGIN: &str = "<!-- cargo xtask bench --keep writes from here -->";
const END: &str = "<!-- to here -->";

/// The handshake that memory and bytes are counted of.
const COUNTED: &str = "full mutual P-256 X25519";

/// A column of a table of memory.
type Column = (&'static str, fn(&Measured) -> String);

/// The whole report.
pub(super) fn report(results: &Results) -> String {
    let mut text = format!("{}\n", conditions());
    let section = |text: &mut String, title: &str, body: String| {
        if !body.is_empty() {
            text.push_str(&format!("\n## {title}\n\n{body}"));
        }
    };
    let starts = |prefix: &'static str| move |row: &str| row.starts_with(prefix);
    section(&mut text, "Full handshakes, µs of client / server", times(results, starts("full")));
    section(
        &mut text,
        "Full mutual handshake with a chain whose signatures are known, µs of client / server",
        times(results, starts("known-chain")),
    );
    section(&mut text, "Resumed mutual handshakes, µs of client / server", times(results, starts("resumed")));
    section(&mut text, "Records, GB/s sealed / opened", speeds(results));
    section(&mut text, "Memory and bytes of a full mutual handshake: P-256, X25519", memory(results));
    section(&mut text, "Beside the primitives", ratios(results));
    section(&mut text, "What is not there", lacks(results));
    text
}

/// On what and when.
fn conditions() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Time::from_secs_since_1970(i64::try_from(since_1970.as_secs()).unwrap_or_default()).to_string();
    let day = now.split('T').next().unwrap_or_default();
    format!(
        "Measured on {model}, {cores} cores, {day}; processor time of one thread, median of interleaved rounds."
    )
}

/// A table with a line for each row, and a column for each contestant that has any of them.
fn table(results: &Results, of: impl Fn(&str) -> bool, cell: impl Fn(&str, &Measured) -> String) -> String {
    let rows: Vec<&String> = results.rows.iter().filter(|row| of(row)).collect();
    let find = |contestant: &String, row: &String| results.measured.get(&(contestant.clone(), row.clone()));
    let has_any = |contestant: &&String| rows.iter().any(|row| find(contestant, row).is_some());
    let contestants: Vec<&String> = results.contestants.iter().filter(has_any).collect();
    if rows.is_empty() || contestants.is_empty() {
        return String::new();
    }
    let mut lines = vec![
        [&[String::new()], contestants.iter().map(|one| (*one).clone()).collect::<Vec<_>>().as_slice()]
            .concat(),
    ];
    for row in rows {
        let cells =
            contestants.iter().map(|one| find(one, row).map_or("–".into(), |measured| cell(row, measured)));
        lines.push([row.clone()].into_iter().chain(cells).collect());
    }
    aligned(&lines)
}

/// Cells of a Markdown table, each column as wide as its widest.
fn aligned(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        lines
            .iter()
            .filter_map(|line| line.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let columns = lines.first().map_or(0, Vec::len);
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (column, cell) in line.iter().enumerate() {
            let padding = " ".repeat(width(column).saturating_sub(cell.chars().count()));
            let _ = if column == 0 {
                write!(text, "| {cell}{padding} ")
            } else {
                write!(text, "| {padding}{cell} ")
            };
        }
        text.push_str("|\n");
        if number == 0 {
            for column in 0..columns {
                let dashes = "-".repeat(width(column) + 1);
                let _ = if column == 0 { write!(text, "|{dashes}-") } else { write!(text, "|{dashes}:") };
            }
            text.push_str("|\n");
        }
    }
    text
}

fn times(results: &Results, of: impl Fn(&str) -> bool) -> String {
    let micros = |nanos: u64| nanos as f64 / 1e3;
    table(results, of, |_, one| format!("{:.1} / {:.1}", micros(one.nanos[0]), micros(one.nanos[1])))
}

fn speeds(results: &Results) -> String {
    table(
        results,
        |row| row.starts_with("records"),
        |row, one| {
            let size: f64 = row.rsplit(' ').next().and_then(|size| size.parse().ok()).unwrap_or_default();
            let speed = |nanos: u64| size / nanos.max(1) as f64;
            format!("{:.2} / {:.2}", speed(one.nanos[0]), speed(one.nanos[1]))
        },
    )
}

fn memory(results: &Results) -> String {
    let columns: [Column; 4] = [
        ("allocations", |one| format!("{} / {}", one.allocations[0], one.allocations[1])),
        ("peak heap, bytes", |one| format!("{} / {}", one.peak[0], one.peak[1])),
        ("kept when idle, bytes", |one| format!("{} / {}", one.held[0], one.held[1])),
        ("on the wire, bytes", |one| one.wire.to_string()),
    ];
    let mut lines = vec![
        [String::from("client / server")]
            .into_iter()
            .chain(columns.iter().map(|(title, _)| (*title).into()))
            .collect(),
    ];
    for contestant in results.contestants.iter().filter(|one| !one.starts_with("primitives")) {
        if let Some(measured) = results.measured.get(&(contestant.clone(), COUNTED.into())) {
            let cells = columns.iter().map(|(_, cell)| cell(measured));
            lines.push([contestant.clone()].into_iter().chain(cells).collect());
        }
    }
    if lines.len() > 1 { aligned(&lines) } else { String::new() }
}

/// Each row of a contestant divided by the sum of its primitives, where the primitives of its library were measured.
fn ratios(results: &Results) -> String {
    let mut by_row: BTreeMap<(String, String), Measured> = BTreeMap::new();
    let mut contestants = Vec::new();
    for contestant in &results.contestants {
        let Some((_, library)) = contestant.split_once(", ").filter(|(who, _)| *who != "primitives") else {
            continue;
        };
        let floor = format!("primitives, {library}");
        for row in &results.rows {
            let pair = [contestant, &floor].map(|one| results.measured.get(&(one.clone(), row.clone())));
            if let [Some(own), Some(floor)] = pair {
                let thousandths = |own: u64, floor: u64| own * 1000 / floor.max(1);
                let nanos =
                    [thousandths(own.nanos[0], floor.nanos[0]), thousandths(own.nanos[1], floor.nanos[1])];
                by_row.insert((contestant.clone(), row.clone()), Measured { nanos, ..Measured::default() });
            }
        }
        contestants.push(contestant.clone());
    }
    let ratios = Results { rows: results.rows.clone(), contestants, measured: by_row, lacks: Vec::new() };
    let ratio = |thousandths: u64| thousandths as f64 / 1e3;
    table(&ratios, |_| true, |_, one| format!("{:.2} / {:.2}", ratio(one.nanos[0]), ratio(one.nanos[1])))
}

/// One line for each contestant and reason.
fn lacks(results: &Results) -> String {
    let mut rows: BTreeMap<(&String, &String), Vec<&str>> = BTreeMap::new();
    for (contestant, row, reason) in &results.lacks {
        rows.entry((contestant, reason)).or_default().push(row);
    }
    let mut text = String::new();
    for ((contestant, reason), rows) in rows {
        let _ = writeln!(text, "* {contestant} {}: {reason}", rows.join(", "));
    }
    text
}

/// Writes the document, its picture and the README's table.
pub(super) fn keep(report: &str, results: &Results) -> Result<(), String> {
    let head = "# Beside the peers\n\n`cargo xtask bench --keep` writes this file: Handfast, rustls, OpenSSL and BoringSSL with the same\n\
                certificates (root, intermediate, leaf), the same settings (one suite, one group, SNI, middlebox compatibility, no\n\
                ALPN, no staple, no ticket but in resumed sessions), both ends in one process. *Primitives* is what the crypto\n\
                library itself needs for the same. An allocation is a call of malloc or realloc.\n\n![](bench.svg)\n\n";
    write(DOCUMENT, &format!("{head}{report}"))?;
    write(PICTURE, &plot::svg(results))?;
    let readme = fs::read_to_string("README.md").map_err(|error| format!("README.md: {error}"))?;
    let missing = || format!("README.md has not the lines {BEGIN} and {END}");
    let (before, rest) = readme.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    let summary = ["full mutual P-256 X25519", "known-chain", "resumed sealed", "resumed stored"];
    let table = times(results, |row| summary.contains(&row));
    write("README.md", &format!("{before}{BEGIN}\n{}\n\n{table}{END}{after}", conditions()))
}
