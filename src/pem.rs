//! PEM: the blocks of a text, by RFC 7468's lax grammar.
//!
//! Text before, between and after blocks is passed over, as OpenSSL writes it there. Nothing is kept but
//! slices of the text; a decoded block is at most three quarters of its own length.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use der::pem::Base64Decoder;
use zeroize::Zeroizing;

/// One block between its boundaries, not yet decoded.
///
/// ```text
/// -----BEGIN label-----
/// base64
/// -----END label-----
/// ```
#[derive(Clone, Copy)]
pub struct Block<'a> {
    /// What it says that it is: `CERTIFICATE`, `PRIVATE KEY`.
    pub label: &'a str,
    /// The line of its BEGIN, counted from one.
    pub line: usize,
    body: &'a [u8],
}

/// What is wrong with a PEM text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PemError {
    /// The line, counted from one.
    pub line: usize,
    /// What is wrong there.
    pub reason: PemReason,
}

/// What is wrong with a line of PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PemReason {
    /// A BEGIN or END line does not end in five hyphens or its label has bytes that no label has.
    Boundary,
    /// The text or the next block comes before the block's END.
    EndMissing {
        /// The block's label.
        label: String,
    },
    /// The END has another label than the BEGIN.
    EndDiffers {
        /// The label of the BEGIN.
        expected: String,
        /// The label of the END.
        found: String,
    },
    /// An END without a BEGIN.
    BeginMissing {
        /// The label of the END.
        label: String,
    },
    /// The block has header lines, which RFC 1421 had and RFC 7468 forbids.
    Headers,
    /// The block has no contents.
    Empty,
    /// The contents are no base64, or are cut short.
    NotBase64,
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PEM line {}: ", self.line)?;
        match &self.reason {
            PemReason::Boundary => f.write_str("expected a boundary like -----BEGIN CERTIFICATE-----"),
            PemReason::EndMissing { label } => write!(f, "the block has no line -----END {label}-----"),
            PemReason::EndDiffers { expected, found } => {
                write!(f, "expected END {expected}, found END {found}")
            }
            PemReason::BeginMissing { label } => write!(f, "END {label} without its BEGIN"),
            PemReason::Headers => f.write_str("header lines are not allowed inside a block (RFC 7468 §2)"),
            PemReason::Empty => f.write_str("the block is empty"),
            PemReason::NotBase64 => f.write_str("the contents are not base64, or are cut short"),
        }
    }
}

impl core::error::Error for PemError {}

/// The blocks of a text, in order.
///
/// An error does not end the iteration: it goes on behind the damaged block.
///
/// ```
/// let text = "Bag Attributes: none
/// -----BEGIN GREETING-----
/// aGVsbG8=
/// -----END GREETING-----
/// ";
/// for block in handfast::pem::blocks(text.as_bytes()) {
///     let block = block?;
///     assert_eq!((block.label, block.line), ("GREETING", 2));
///     assert_eq!(block.decode()?.as_slice(), b"hello");
/// }
/// # Ok::<(), handfast::pem::PemError>(())
/// ```
#[must_use]
pub fn blocks(text: &[u8]) -> Blocks<'_> {
    Blocks { rest: text, line: 1 }
}

/// The iterator of [`blocks`].
pub struct Blocks<'a> {
    rest: &'a [u8],
    /// The number of the line that `rest` begins with.
    line: usize,
}

/// A line that bounds blocks.
enum Boundary<'a> {
    Begin(&'a str),
    End(&'a str),
    Damaged,
}

impl<'a> Blocks<'a> {
    /// Takes the next line off, without its end, if there is one.
    fn next_line(&mut self) -> Option<(usize, &'a [u8])> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = split_line(self.rest);
        let number = self.line;
        self.rest = rest;
        self.line = self.line.saturating_add(1);
        Some((number, line))
    }

    /// The block whose BEGIN has just been taken off.
    fn block(&mut self, label: &'a str, begin_line: usize) -> Result<Block<'a>, PemError> {
        let end_missing =
            || PemError { line: begin_line, reason: PemReason::EndMissing { label: label.to_string() } };
        let contents = self.rest;
        loop {
            let before = (self.rest, self.line);
            let (line, text) = self.next_line().ok_or_else(end_missing)?;
            match boundary(text) {
                None => {}
                Some(Boundary::End(end)) if end == label => {
                    let length = contents.len().saturating_sub(before.0.len());
                    let body = contents.get(..length).unwrap_or_default();
                    return Ok(Block { label, line: begin_line, body });
                }
                Some(Boundary::End(end)) => {
                    let reason =
                        PemReason::EndDiffers { expected: label.to_string(), found: end.to_string() };
                    return Err(PemError { line, reason });
                }
                Some(Boundary::Begin(_)) => {
                    (self.rest, self.line) = before;
                    return Err(end_missing());
                }
                Some(Boundary::Damaged) => return Err(PemError { line, reason: PemReason::Boundary }),
            }
        }
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Result<Block<'a>, PemError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (line, text) = self.next_line()?;
            let reason = match boundary(text) {
                None => continue,
                Some(Boundary::Begin(label)) => return Some(self.block(label, line)),
                Some(Boundary::End(label)) => PemReason::BeginMissing { label: label.to_string() },
                Some(Boundary::Damaged) => PemReason::Boundary,
            };
            return Some(Err(PemError { line, reason }));
        }
    }
}

impl Block<'_> {
    /// Is it encrypted in the way of RFC 1421, `Proc-Type: 4,ENCRYPTED`?
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.lines().any(|(_, line)| line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED"))
    }

    /// The contents, wiped when dropped, for they may be a private key.
    ///
    /// # Errors
    /// [`PemError`] if they are not base64, or headers stand before them.
    pub fn decode(&self) -> Result<Zeroizing<Vec<u8>>, PemError> {
        let mut base64 = Zeroizing::new(Vec::with_capacity(self.body.len()));
        for (number, line) in self.lines() {
            if line.contains(&b':') {
                return Err(PemError { line: number, reason: PemReason::Headers });
            }
            if !line.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte)) {
                return Err(PemError { line: number, reason: PemReason::NotBase64 });
            }
            base64.extend_from_slice(line);
        }
        if base64.is_empty() {
            return Err(PemError { line: self.line, reason: PemReason::Empty });
        }
        let not_base64 = |_| PemError { line: self.line, reason: PemReason::NotBase64 };
        let mut decoder = Base64Decoder::new(&base64).map_err(not_base64)?;
        let mut contents = Zeroizing::new(alloc::vec![0; decoder.remaining_len()]);
        decoder.decode(&mut contents).map_err(not_base64)?;
        Ok(contents)
    }

    /// The lines between the boundaries, without white space around them, by number.
    fn lines(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let mut rest = self.body;
        let mut number = self.line;
        core::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (line, behind) = split_line(rest);
            rest = behind;
            number = number.saturating_add(1);
            Some((number, line))
        })
    }
}

impl fmt::Debug for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({} of line {})", self.label, self.line)
    }
}

/// The first line without white space around it, and what follows it.
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let mut halves = text.splitn(2, |byte| *byte == b'\n');
    let line = halves.next().unwrap_or_default().trim_ascii();
    (line, halves.next().unwrap_or_default())
}

fn boundary(line: &[u8]) -> Option<Boundary<'_>> {
    let begin = line.strip_prefix(b"-----BEGIN ");
    let label = begin.or_else(|| line.strip_prefix(b"-----END "))?.strip_suffix(b"-----");
    let label = label.and_then(|label| core::str::from_utf8(label).ok());
    let is_label_char = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    Some(match label.filter(|label| label.bytes().all(is_label_char)) {
        Some(label) if begin.is_some() => Boundary::Begin(label),
        Some(label) => Boundary::End(label),
        None => Boundary::Damaged,
    })
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use std::vec;

    use proptest::prelude::*;

    use super::*;

    fn decoded(text: &[u8]) -> Vec<Result<Vec<u8>, PemError>> {
        blocks(text).map(|block| Ok(block?.decode()?.to_vec())).collect()
    }

    fn only_error(text: &str) -> PemError {
        let mut results = decoded(text.as_bytes());
        assert_eq!(results.len(), 1, "{text}");
        results.remove(0).expect_err(text)
    }

    #[test]
    fn lines_may_end_and_be_broken_as_they_like() {
        let texts = [
            "-----BEGIN A-----\naGVsbG8=\n-----END A-----\n",
            "-----BEGIN A-----\naGVsbG8=\n-----END A-----",
            "-----BEGIN A-----\r\naGVsbG8=\r\n-----END A-----\r\n",
            "  -----BEGIN A-----\n\n  aGV\n  sbG8= \t\n\n  -----END A-----  \n",
        ];
        for text in texts {
            assert_eq!(decoded(text.as_bytes()), [Ok(b"hello".to_vec())], "{text}");
        }
    }

    #[test]
    fn text_around_blocks_is_passed_over_whatever_its_bytes() {
        let text = b"\xff\xfe subject=CN\n-----BEGIN A-----\naGVsbG8=\n-----END A-----\n-- -----BEGIN\n\xff";
        assert_eq!(decoded(text), [Ok(b"hello".to_vec())]);
    }

    #[test]
    fn each_damage_is_told_with_its_line() {
        let cases = [
            ("x\n-----BEGIN A-----\naGVsbG8=\n", 2, "the block has no line -----END A-----"),
            ("-----BEGIN A-----\naGVsbG8=\n-----END B-----\n", 3, "expected END A, found END B"),
            ("\n-----END A-----\n", 2, "END A without its BEGIN"),
            ("-----BEGIN A----\naGVsbG8=\n", 1, "expected a boundary like -----BEGIN CERTIFICATE-----"),
            ("-----BEGIN A-----\naGVsbG8=\n-----END A---\n", 3, "expected a boundary like"),
            ("-----BEGIN A-----\n-----END A-----\n", 1, "the block is empty"),
            ("-----BEGIN A-----\nProc: 4\n\naGVsbG8=\n-----END A-----\n", 2, "header lines are not allowed"),
            ("-----BEGIN A-----\naGVs\nbG_=\n-----END A-----\n", 3, "not base64"),
            ("-----BEGIN A-----\naGVsbG8\n-----END A-----\n", 1, "not base64, or are cut short"),
            ("-----BEGIN A-----\naGVsbG9=\n-----END A-----\n", 1, "not base64, or are cut short"),
            ("-----BEGIN A-----\naGVs=bG8\n-----END A-----\n", 1, "not base64, or are cut short"),
        ];
        for (text, line, reason) in cases {
            let error = only_error(text);
            assert_eq!(error.line, line, "{text}");
            assert!(format!("{error}").contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn iteration_goes_on_behind_a_damaged_block() {
        let text = "-----BEGIN A-----\naGVs\n-----BEGIN B-----\naGVsbG8=\n-----END B-----\n-----END A-----\n";
        let results = decoded(text.as_bytes());
        let missing = PemReason::EndMissing { label: "A".to_string() };
        let no_begin = PemReason::BeginMissing { label: "A".to_string() };
        assert_eq!(
            results,
            [
                Err(PemError { line: 1, reason: missing }),
                Ok(b"hello".to_vec()),
                Err(PemError { line: 6, reason: no_begin }),
            ]
        );
    }

    #[test]
    fn debug_of_a_block_does_not_print_its_contents() {
        let text = b"-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
        let block = blocks(text).next().expect("block").expect("PEM");
        assert_eq!(format!("{block:?}"), "Block(PRIVATE KEY of line 1)");
    }

    proptest! {
        #[test]
        fn any_text_ends_and_gives_no_more_than_it_has(lines in proptest::collection::vec(
            prop_oneof![
                Just("-----BEGIN A-----".to_string()),
                Just("-----END A-----".to_string()),
                Just("-----END B-----".to_string()),
                "[a-zA-Z0-9+/=]{0,8}",
                "\\PC{0,20}",
            ],
            0..20,
        )) {
            let text = lines.join("\n");
            let results = decoded(text.as_bytes());
            prop_assert!(results.len() <= lines.len());
            let total: usize = results.iter().flatten().map(Vec::len).sum();
            prop_assert!(total <= text.len() * 3 / 4);
        }

        #[test]
        fn what_is_encoded_is_decoded(contents in proptest::collection::vec(any::<u8>(), 1..300)) {
            let text = der::pem::encode_string("A", der::pem::LineEnding::CRLF, &contents).expect("PEM");
            prop_assert_eq!(decoded(text.as_bytes()), vec![Ok(contents)]);
        }
    }
}
