//! What became of each test.

use std::collections::HashMap;
use std::fmt;

use serde_json::Value;

use crate::suite::{field, string};

/// What became of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed,
    /// The shim has nothing for it, or it was not run.
    Skipped,
}

/// What became of each test that was run.
pub(super) struct Outcomes {
    by_name: HashMap<String, Outcome>,
    /// Where the runner told more.
    pub(super) log: String,
}

impl Outcomes {
    /// Reads the runner's results.
    pub(super) fn read(results: &Value, log: String) -> Result<Self, String> {
        let tests = field(results, "tests")?.as_object().ok_or("field `tests` is no object")?;
        let mut by_name = HashMap::new();
        for (name, test) in tests {
            let outcome = match string(test, "actual")? {
                "PASS" => Outcome::Passed,
                "SKIP" => Outcome::Skipped,
                _ => Outcome::Failed,
            };
            by_name.insert(name.clone(), outcome);
        }
        Ok(Self { by_name, log })
    }

    pub(super) fn of(&self, name: &str) -> Outcome {
        self.by_name.get(name).copied().unwrap_or(Outcome::Skipped)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The names with this outcome, sorted.
    pub(super) fn with(&self, wanted: Outcome) -> Vec<&str> {
        let found = self.by_name.iter().filter(|(_, outcome)| **outcome == wanted);
        let mut names: Vec<_> = found.map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn failed(&self) -> Vec<&str> {
        self.with(Outcome::Failed)
    }
}

/// How many there are of each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
}

impl Tally {
    pub(super) fn of(names: &[String], outcomes: &Outcomes) -> Self {
        let mut tally = Self::default();
        for name in names {
            match outcomes.of(name) {
                Outcome::Passed => tally.passed += 1,
                Outcome::Failed => tally.failed += 1,
                Outcome::Skipped => tally.skipped += 1,
            }
        }
        tally
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted_and_a_test_that_was_not_run_is_skipped() {
        let results = serde_json::json!({"tests": {
            "A": {"actual": "PASS"}, "B": {"actual": "FAIL"}, "C": {"actual": "SKIP"}, "D": {"actual": "CRASH"},
        }});
        let outcomes = Outcomes::read(&results, String::new()).unwrap();
        let names: Vec<String> = ["A", "B", "C", "D", "E"].map(String::from).to_vec();
        let tally = Tally::of(&names, &outcomes);
        assert_eq!(tally, Tally { passed: 1, failed: 2, skipped: 2 });
        assert_eq!(tally.to_string(), "1 passed, 2 failed, 2 skipped");
        assert_eq!(outcomes.failed(), ["B", "D"]);
    }
}
