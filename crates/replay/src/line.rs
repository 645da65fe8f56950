//! The words of a record's lines: each line is a keyword and its values, separated by single spaces.

use std::fmt::Display;

/// Stands for no bytes and for no value.
pub(crate) const NONE: &str = "-";

/// Two digits a byte; `-` for none.
pub(crate) fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return NONE.to_owned();
    }
    let mut digits = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            digits.extend(char::from_digit(half.into(), 16));
        }
    }
    digits
}

/// Values with commas in between; `-` for none.
pub(crate) fn list(values: impl IntoIterator<Item = impl Display>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    if values.is_empty() { NONE.to_owned() } else { values.join(",") }
}

/// A value, or `-`.
pub(crate) fn option(value: Option<impl Display>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}

/// A line that is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'r> {
    /// From 1.
    pub(crate) number: usize,
    rest: &'r str,
}

/// What is wrong with a line.
pub(crate) type Reason = String;

impl<'r> Line<'r> {
    pub(crate) const fn new(number: usize, text: &'r str) -> Self {
        Self { number, rest: text }
    }

    /// The next word; empty behind the last one.
    pub(crate) fn word(&mut self) -> &'r str {
        let (word, rest) = self.rest.split_once(' ').unwrap_or((self.rest, ""));
        self.rest = rest;
        word
    }

    /// All that is left.
    pub(crate) const fn rest(&self) -> &'r str {
        self.rest
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, Reason> {
        bytes(self.word())
    }

    pub(crate) fn number<N: std::str::FromStr>(&mut self) -> Result<N, Reason> {
        number(self.word())
    }

    pub(crate) fn list<T>(
        &mut self,
        element: impl Fn(&'r str) -> Result<T, Reason>,
    ) -> Result<Vec<T>, Reason> {
        match self.word() {
            NONE => Ok(Vec::new()),
            word => word.split(',').map(element).collect(),
        }
    }

    pub(crate) fn option<T>(
        &mut self,
        value: impl Fn(&'r str) -> Result<T, Reason>,
    ) -> Result<Option<T>, Reason> {
        match self.word() {
            NONE => Ok(None),
            word => value(word).map(Some),
        }
    }
}

/// The bytes of an even number of digits; none for `-`.
pub(crate) fn bytes(word: &str) -> Result<Vec<u8>, Reason> {
    if word == NONE {
        return Ok(Vec::new());
    }
    let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(value(high)? << 4 | value(low)?),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = word.as_bytes().chunks(2).map(pair).collect();
    bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(|| format!("{word:?} is not hexadecimal"))
}

pub(crate) fn number<N: std::str::FromStr>(word: &str) -> Result<N, Reason> {
    word.parse().map_err(|_| format!("{word:?} is no number that fits here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were_written() {
        let text = format!("receive 17 {} {} {}", hex(&[0, 0x7f, 0xff]), hex(&[]), list([1, 2]));
        let mut line = Line::new(1, &text);
        assert_eq!(line.word(), "receive");
        assert_eq!(line.number(), Ok(17_u64));
        assert_eq!(line.bytes(), Ok(vec![0, 0x7f, 0xff]));
        assert_eq!(line.bytes(), Ok(vec![]));
        assert_eq!(line.list(number::<u8>), Ok(vec![1, 2]));
        assert_eq!(line.word(), "");
    }

    #[test]
    fn what_is_neither_digits_nor_a_number_is_refused() {
        for wrong in ["", "a", "+b", "xy", "abc"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
        assert!(number::<u8>("256").is_err());
    }
}
