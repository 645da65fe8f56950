//! What ran.

use std::collections::BTreeMap;
use std::fmt;

use crate::Outcome;

/// One file with one provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The name of the file, without its ending.
    pub file: String,
    /// The name of the provider.
    pub provider: String,
    /// Tests that did what the vector says.
    pub passed: usize,
    /// What the others did.
    pub failed: Vec<String>,
    /// Tests that cannot run, by reason.
    pub skipped: BTreeMap<&'static str, usize>,
    /// Tests of a primitive that the provider does not have.
    pub lacking: usize,
    /// Tests of a primitive that TLS here has no use for.
    pub unused: usize,
}

/// All files with all providers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of the files' names.
    pub rows: Vec<Row>,
}

impl Row {
    pub(crate) fn new(file: &str, provider: &str) -> Self {
        Self { file: file.into(), provider: provider.into(), ..Self::default() }
    }

    pub(crate) fn count(&mut self, outcome: Outcome, name: impl FnOnce() -> String) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed(found) => self.failed.push(format!("{}: {found}", name())),
            Outcome::Skipped(reason) => *self.skipped.entry(reason).or_default() += 1,
            Outcome::Lacking => self.lacking += 1,
            Outcome::Unused => self.unused += 1,
        }
    }

    /// How many tests the file has.
    #[must_use]
    pub fn tests(&self) -> usize {
        self.passed + self.failed.len() + self.all_skipped() + self.lacking + self.unused
    }

    /// How many tests cannot run.
    #[must_use]
    pub fn all_skipped(&self) -> usize {
        self.skipped.values().sum()
    }

    fn remark(&self) -> String {
        let skipped = self.skipped.iter().map(|(reason, count)| format!("{count} {reason}"));
        let lacking =
            (self.lacking > 0).then(|| format!("{} of what the provider does not have", self.lacking));
        let unused = (self.unused > 0).then(|| format!("{} of what TLS here does not use", self.unused));
        skipped.chain(lacking).chain(unused).collect::<Vec<_>>().join("; ")
    }
}

impl Report {
    fn sum(&self, of: impl Fn(&Row) -> usize) -> usize {
        self.rows.iter().map(of).sum()
    }

    /// Did none fail?
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.rows.iter().all(|row| row.failed.is_empty())
    }
}

/// The table, the failures, and how many there were of each.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<42} {:<11} {:>6} {:>6} {:>7}  not run",
            "file", "provider", "passed", "failed", "skipped"
        )?;
        for row in &self.rows {
            let (passed, failed, skipped) = (row.passed, row.failed.len(), row.all_skipped());
            let line = format!(
                "{:<42} {:<11} {passed:>6} {failed:>6} {skipped:>7}  {}",
                row.file,
                row.provider,
                row.remark()
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        for failure in self.rows.iter().flat_map(|row| &row.failed) {
            writeln!(f, "FAILED {failure}")?;
        }
        let passed = self.sum(|row| row.passed);
        let failed = self.sum(|row| row.failed.len());
        let skipped = self.sum(Row::all_skipped);
        let all = passed + failed + skipped;
        write!(f, "wycheproof: {passed} passed, {failed} failed, {skipped} skipped of {all}")
    }
}
