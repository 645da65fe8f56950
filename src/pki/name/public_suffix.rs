//! Public suffixes: the names under which registries sell (publicsuffix.org/list).

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};

/// A list of public suffixes, supplied by the caller: it changes weekly, and none is built in.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PublicSuffixes {
    suffixes: BTreeSet<String>,
    /// `*.ck`: every name with one label more.
    wildcards: BTreeSet<String>,
    /// `!www.ck`: none all the same.
    exceptions: BTreeSet<String>,
}

impl PublicSuffixes {
    /// An empty list: single labels alone are public suffixes.
    #[must_use]
    pub const fn new() -> Self {
        Self { suffixes: BTreeSet::new(), wildcards: BTreeSet::new(), exceptions: BTreeSet::new() }
    }

    /// The rules by kind: suffixes, wildcards, exceptions; each in ascending order.
    pub(in crate::pki) const fn rules(&self) -> [&BTreeSet<String>; 3] {
        [&self.suffixes, &self.wildcards, &self.exceptions]
    }

    /// Reads a list in the format of publicsuffix.org: one rule a line up to the first white space, `//` begins
    /// a comment. Rules with other characters than host names have are left out; A-labels are what certificates
    /// hold.
    #[must_use]
    pub fn parse(list: &str) -> Self {
        let mut suffixes = Self::default();
        for line in list.lines() {
            let rule = line.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
            if rule.starts_with("//") || !rule.is_ascii() || rule.is_empty() {
                continue;
            }
            if let Some(name) = rule.strip_prefix('!') {
                suffixes.exceptions.insert(name.to_string());
            } else if let Some(name) = rule.strip_prefix("*.") {
                suffixes.wildcards.insert(name.to_string());
            } else {
                suffixes.suffixes.insert(rule);
            }
        }
        suffixes
    }

    /// Is `name`, in lower case, a public suffix? A single label always is, listed or not.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let Some((_, parent)) = name.split_once('.') else { return true };
        !self.exceptions.contains(name) && (self.suffixes.contains(name) || self.wildcards.contains(parent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_wildcards_and_exceptions_are_followed() {
        let list = "// ===BEGIN===\ncom\nuk\nco.uk\n\n*.ck\n!www.ck\n公司.cn\n";
        let suffixes = PublicSuffixes::parse(list);
        for (name, expected) in [
            ("com", true),
            ("unlisted", true),
            ("example.com", false),
            ("co.uk", true),
            ("example.co.uk", false),
            ("any.ck", true),
            ("www.ck", false),
            ("a.any.ck", false),
        ] {
            assert_eq!(suffixes.contains(name), expected, "{name}");
        }
    }
}
