//! Why tests are skipped, by family: the table of `crates/bogo/families.tsv`.

use std::collections::BTreeMap;
use std::fs;

/// The rows; the first one that matches a test has its reason.
pub(super) struct Families {
    rows: Vec<Family>,
}

struct Family {
    /// Is it not even run, because it would fail?
    is_left_out: bool,
    glob: String,
    reason: String,
}

impl Families {
    pub(super) fn read(path: &str) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#'));
        let row = |(number, line): (usize, &str)| match line.split('\t').collect::<Vec<_>>().as_slice() {
            [kind @ ("run" | "leave"), glob, reason] => {
                Ok(Family { is_left_out: *kind == "leave", glob: (*glob).into(), reason: (*reason).into() })
            }
            _ => Err(format!("{path}:{number}: expected `run` or `leave`, a glob and a reason, by tabs")),
        };
        Ok(Self { rows: lines.map(row).collect::<Result<_, _>>()? })
    }

    fn of(&self, name: &str) -> Option<&Family> {
        self.rows.iter().find(|family| matches(&family.glob, name))
    }

    pub(super) fn leaves_out(&self, name: &str) -> bool {
        self.of(name).is_some_and(|family| family.is_left_out)
    }

    /// The names that no row matches.
    pub(super) fn unexplained<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        names.iter().copied().filter(|name| self.of(name).is_none()).collect()
    }

    /// A line for each reason, with the number of these tests that it keeps from passing.
    pub(super) fn table(&self, names: &[&str]) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for family in names.iter().filter_map(|name| self.of(name)) {
            *counts.entry(&family.reason).or_default() += 1;
        }
        counts.iter().map(|(reason, count)| format!("{count:>6}  {reason}\n")).collect()
    }
}

/// Does one of these globs, with semicolons between them, match?
pub(super) fn matches_any(globs: &str, name: &str) -> bool {
    globs.split(';').any(|glob| matches(glob, name))
}

/// `*` stands for any characters, every other character for itself.
fn matches(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(rest) = parts.next().and_then(|start| name.strip_prefix(start)) else { return false };
    let Some((end, middle)) =
        parts.by_ref().collect::<Vec<_>>().split_last().map(|(end, middle)| (*end, middle.to_vec()))
    else {
        return rest.is_empty();
    };
    let mut rest = rest;
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_and_nothing_else_does() {
        for (glob, name, expected) in [
            ("A-B", "A-B", true),
            ("A-B", "A-B-C", false),
            ("A-*", "A-", true),
            ("*-C", "A-B-C", true),
            ("A*B*C", "A-B-B-C", true),
            ("A*B*C", "A-C", false),
            ("A*BC", "ABC", true),
            ("AB*BC", "ABC", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(glob, name), expected, "{glob} {name}");
        }
        assert!(matches_any("X;A-*", "A-B"));
    }

    #[test]
    fn every_row_of_the_table_matches_a_test_of_core_13() {
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../bogo");
        let families = Families::read(&format!("{here}/families.tsv")).unwrap();
        let core_13 = fs::read_to_string(format!("{here}/core-13.txt")).unwrap();
        assert_eq!(core_13.lines().count(), 1562);
        // Tests of TLS 1.2 by name are in the stream suite alone.
        let of_core_13 = |row: &&Family| !row.glob.contains("TLS12");
        for row in families.rows.iter().filter(of_core_13) {
            let first = |name: &&str| families.of(name).is_some_and(|family| family.glob == row.glob);
            assert!(core_13.lines().any(|name| first(&name)), "{} is the reason of no test", row.glob);
        }
    }
}
