//! External PSKs of a server, by label (RFC 9846 §4.3.11; 8446 §4.2.11).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use crate::resumption::Psk;

/// External PSKs by label.
#[derive(Clone, Default)]
pub struct ExternalPsks {
    by_label: BTreeMap<Vec<u8>, Psk>,
}

impl ExternalPsks {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { by_label: BTreeMap::new() }
    }

    /// The same with this one; it takes the place of one with the same label.
    #[must_use]
    pub fn with(mut self, label: impl Into<Vec<u8>>, psk: Psk) -> Self {
        self.by_label.insert(label.into(), psk);
        self
    }

    /// The PSK of this label.
    #[must_use]
    pub fn get(&self, label: &[u8]) -> Option<&Psk> {
        self.by_label.get(label)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_label.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_label.is_empty()
    }
}

impl fmt::Debug for ExternalPsks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternalPsks({})", self.by_label.len())
    }
}
