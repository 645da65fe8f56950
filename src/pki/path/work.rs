//! The work budget of one judgement.

use crate::pki::profile::Limits;

/// What is left of the budget; every step that hostile input could multiply takes from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    left: Limits,
}

/// A limit is used up: which one, as a report names it, and how much it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted {
    pub(crate) what: &'static str,
}

impl Work {
    pub(crate) const fn new(limits: Limits) -> Self {
        Self { left: limits }
    }

    pub(crate) fn candidate(&mut self) -> Result<(), Exhausted> {
        take(&mut self.left.candidates, 1, "candidates for issuer")
    }

    pub(crate) fn signature(&mut self) -> Result<(), Exhausted> {
        take(&mut self.left.signatures, 1, "signatures")
    }

    pub(crate) fn path(&mut self) -> Result<(), Exhausted> {
        take(&mut self.left.paths, 1, "paths to a trust anchor")
    }

    pub(crate) fn constraint_comparisons(&mut self, count: usize) -> Result<(), Exhausted> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        take(&mut self.left.constraint_comparisons, count, "comparisons with name constraints")
    }
}

fn take(left: &mut u32, amount: u32, what: &'static str) -> Result<(), Exhausted> {
    *left = left.checked_sub(amount).ok_or(Exhausted { what })?;
    Ok(())
}
