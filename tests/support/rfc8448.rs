//! Reads `vectors/rfc8448/`; its README says how the files read.

#![cfg(test)]
#![allow(dead_code, reason = "a test that reads records needs less than one that derives secrets")]

/// One of the RFC's handshakes, from first to last step.
pub(crate) struct Trace {
    pub(crate) section: u8,
    pub(crate) steps: Vec<Step>,
}

/// What one side does.
pub(crate) struct Step {
    pub(crate) number: usize,
    pub(crate) side: Side,
    /// The RFC's words, without what stands in `same_as`.
    pub(crate) caption: &'static str,
    /// Does the step only give what the other side has shown?
    pub(crate) is_same_as_other_side: bool,
    blocks: Vec<(&'static str, Vec<u8>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Client,
    Server,
}

impl Side {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl Step {
    /// The octets of all blocks of the step, which must be just these, in this order: none is left unread.
    pub(crate) fn blocks<const N: usize>(&self, labels: [&str; N]) -> [&[u8]; N] {
        let found: Vec<_> = self.blocks.iter().map(|(label, _)| *label).collect();
        assert_eq!(found, labels, "blocks of step {}", self.number);
        core::array::from_fn(|at| self.blocks[at].1.as_slice())
    }

    /// Label and octets of a step with a single block.
    pub(crate) fn only_block(&self) -> (&'static str, &[u8]) {
        assert_eq!(self.blocks.len(), 1, "blocks of step {}", self.number);
        (self.blocks[0].0, &self.blocks[0].1)
    }
}

/// All five traces. A step or block too few, or a line that reads as neither, is an error of the files.
pub(crate) fn traces() -> [Trace; 5] {
    let traces = [
        (3, include_str!("../../vectors/rfc8448/03-simple-1rtt.txt")),
        (4, include_str!("../../vectors/rfc8448/04-resumed-0rtt.txt")),
        (5, include_str!("../../vectors/rfc8448/05-hello-retry-request.txt")),
        (6, include_str!("../../vectors/rfc8448/06-client-authentication.txt")),
        (7, include_str!("../../vectors/rfc8448/07-compatibility-mode.txt")),
    ]
    .map(|(section, file)| Trace { section, steps: steps(file) });

    let steps = || traces.iter().flat_map(|trace| &trace.steps);
    assert!(steps().map(|step| step.number).eq(1..=272), "the RFC has 272 steps");
    assert_eq!(steps().map(|step| step.blocks.len()).sum::<usize>(), 543, "the RFC has 543 octet blocks");
    traces
}

fn steps(file: &'static str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            steps.push(heading(line).unwrap_or_else(|| panic!("no heading of a step: {line}")));
        } else {
            let block = block(line).unwrap_or_else(|| panic!("no octet block: {line}"));
            steps.last_mut().expect("a step before the first block").blocks.push(block);
        }
    }
    for step in &steps {
        assert_eq!(step.is_same_as_other_side, step.blocks.is_empty(), "step {}", step.number);
    }
    steps
}

/// `[4] {server} extract secret "early"`
fn heading(line: &'static str) -> Option<Step> {
    let (number, rest) = line.strip_prefix('[')?.split_once("] {")?;
    let (side, caption) = rest.split_once("} ")?;
    let side = match side {
        "client" => Side::Client,
        "server" => Side::Server,
        _ => return None,
    };
    let (caption, is_same_as_other_side) = match caption.split_once(" (same as ") {
        Some((caption, _)) => (caption, true),
        None => (caption, false),
    };
    Some(Step { number: number.parse().ok()?, side, caption, is_same_as_other_side, blocks: Vec::new() })
}

/// `IKM (32 octets) = 0000…`
fn block(line: &'static str) -> Option<(&'static str, Vec<u8>)> {
    let (name, value) = line.split_once(" = ")?;
    if value == "0 (all zero octets)" {
        return Some((name, Vec::new()));
    }
    let (label, count) = name.strip_suffix(" octets)")?.split_once(" (")?;
    let octets = if value == "(empty)" { Vec::new() } else { hex(value)? };
    (octets.len() == count.parse::<usize>().ok()?).then_some((label, octets))
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
