//! Plaintext that lies in several slices.

/// Slices one behind the other, and how far they are read.
pub(super) struct Gather<'p> {
    parts: &'p [&'p [u8]],
    /// Bytes of the first part that are read.
    skip: usize,
    left: usize,
}

impl<'p> Gather<'p> {
    pub(super) fn new(parts: &'p [&'p [u8]]) -> Self {
        Self { parts, skip: 0, left: parts.iter().fold(0, |sum, part| sum.saturating_add(part.len())) }
    }

    /// Bytes not yet read.
    pub(super) const fn left(&self) -> usize {
        self.left
    }

    /// Fills `place` with what comes next, as far as there is any.
    pub(super) fn copy_to(&mut self, place: &mut [u8]) {
        let mut filled = 0;
        while let Some((part, later)) = self.parts.split_first()
            && filled < place.len()
        {
            let rest = part.get(self.skip..).unwrap_or_default();
            let count = rest.len().min(place.len() - filled);
            if let (Some(from), Some(to)) = (rest.get(..count), place.get_mut(filled..filled + count)) {
                to.copy_from_slice(from);
            }
            filled += count;
            self.skip += count;
            self.left = self.left.saturating_sub(count);
            if self.skip == part.len() {
                (self.parts, self.skip) = (later, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_read_one_behind_the_other_whatever_the_places_are_cut_like() {
        let parts: [&[u8]; 5] = [b"abc", b"", b"d", b"efgh", b""];
        for step in 1..9 {
            let mut gather = Gather::new(&parts);
            let mut copied = [0; 8];
            for place in copied.chunks_mut(step) {
                gather.copy_to(place);
            }
            assert_eq!((&copied, gather.left()), (b"abcdefgh", 0), "{step}");
        }
    }
}
