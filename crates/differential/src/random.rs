//! Random numbers that are the same on every machine (SplitMix64 by Steele, Lea and Flood).

/// A source of numbers; equal seeds give equal numbers.
pub(crate) struct Random(u64);

impl Random {
    /// The source of one case of a run.
    pub(crate) const fn of_case(seed: u64, case: u64) -> Self {
        let mut random = Self(seed);
        Self(random.next().wrapping_add(case.wrapping_mul(0xd1b5_4a32_d192_ed03)))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 if that is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these; they must not be empty for it to be there.
    pub(crate) fn pick<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.below(of.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_gives_the_same_numbers_again_and_another_case_others() {
        let numbers = |case| {
            let mut random = Random::of_case(1, case);
            [random.next(), random.next()]
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
    }
}
