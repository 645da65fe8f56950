//! Where a run and its record part.

use std::fmt;

use crate::line::hex;

/// Why a replay stopped ahead of the record's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The record cannot be read.
    Unreadable {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The run does otherwise than its record.
    Differs(Box<Difference>),
}

/// The first thing that the run does otherwise than its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The record's line, from 1; behind the last one if the record has ended.
    pub line: usize,
    /// What differs: a byte sent, with its record, message and field as far as known; an event; a value.
    pub place: String,
    /// What the record has.
    pub expected: String,
    /// What the run has.
    pub found: String,
}

impl Difference {
    /// The difference of two strings of bytes, shown from the first byte that differs.
    pub(crate) fn of_bytes(line: usize, place: String, expected: &[u8], found: &[u8]) -> Self {
        let at = common(expected, found);
        Self { line, place, expected: excerpt(expected, at), found: excerpt(found, at) }
    }
}

/// How many bytes they begin with alike.
pub(crate) fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Some bytes from `at`.
fn excerpt(bytes: &[u8], at: usize) -> String {
    const SHOWN: usize = 16;
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.get(..SHOWN) {
        Some(shown) if rest.len() > SHOWN => format!("{}… ({} bytes)", hex(shown), rest.len()),
        _ if rest.is_empty() => "nothing more".to_owned(),
        _ => hex(rest),
    }
}

impl From<Difference> for Stopped {
    fn from(difference: Difference) -> Self {
        Self::Differs(Box::new(difference))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the run differs from its record, line {}: {}", self.line, self.place)?;
        writeln!(f, "  expected: {}", self.expected)?;
        write!(f, "  found:    {}", self.found)
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { line, reason } => write!(f, "line {line} of the record: {reason}"),
            Self::Differs(difference) => difference.fmt(f),
        }
    }
}

impl std::error::Error for Stopped {}
