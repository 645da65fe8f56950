//! GREASE: values that nobody knows among those that are offered, so that peers which refuse what they do not know are
//! found before something new needs them (RFC 8701).

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::OwnFault;
use super::step::Step;
use crate::crypto::Purpose;
use crate::message::{
    CipherSuite, ExtensionType, NamedGroup, ProtocolVersion, PskKeyExchangeMode, SignatureScheme,
};

/// The choice of values for one connection, or for one message of a server: the same in both ClientHellos.
#[derive(Clone, Copy)]
pub(crate) struct Grease([u8; 8]);

impl Grease {
    //= R8701-5-1
    //= R8701-5-3
    /// Chosen by the entropy, if the config wants any.
    pub(crate) fn draw(step: &mut Step<'_>) -> Result<Option<Self>, OwnFault> {
        if step.config.grease { step.draw(Purpose::Grease).map(|drawn| Some(Self(drawn))) } else { Ok(None) }
    }

    pub(crate) const fn new(drawn: [u8; 8]) -> Self {
        Self(drawn)
    }

    /// One of 0x0A0A, 0x1A1A, … 0xFAFA (§2).
    fn value(self, place: usize) -> u16 {
        let drawn = self.0.get(place).copied().unwrap_or_default();
        0x0a0a + 0x1010 * u16::from(drawn & 0xf)
    }

    pub(super) fn cipher_suite(self) -> CipherSuite {
        CipherSuite(self.value(0))
    }

    pub(super) fn group(self) -> NamedGroup {
        NamedGroup(self.value(1))
    }

    pub(super) fn version(self) -> ProtocolVersion {
        ProtocolVersion(self.value(2))
    }

    pub(super) fn signature_scheme(self) -> SignatureScheme {
        SignatureScheme(self.value(3))
    }

    //= R8701-5-2
    /// Two that differ.
    pub(super) fn extensions(self) -> [ExtensionType; 2] {
        let (first, second) = (self.value(4), self.value(5));
        let second = if second == first { first.wrapping_add(0x1010) } else { second };
        // 0xFAFA goes round to 0x0A0A.
        let second = if second == 0x0b0a { 0x0a0a } else { second };
        [ExtensionType(first), ExtensionType(second)]
    }

    /// Two bytes, such as the names of protocols begin with.
    pub(super) fn protocol(self) -> Vec<u8> {
        self.value(6).to_be_bytes().to_vec()
    }

    /// One of 0x0B, 0x2A, 0x49, … 0xE4 (§2).
    pub(super) fn psk_key_exchange_mode(self) -> PskKeyExchangeMode {
        let drawn = self.0.last().copied().unwrap_or_default();
        PskKeyExchangeMode(0x0b + 0x1f * (drawn & 7))
    }
}

/// The list with this value ahead of it, if there is one.
pub(super) fn ahead<T: Clone>(value: Option<T>, list: &[T]) -> Cow<'_, [T]> {
    match value {
        None => Cow::Borrowed(list),
        Some(value) => Cow::Owned(core::iter::once(value).chain(list.iter().cloned()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    //= R8701-5-2 test
    #[test]
    fn every_choice_is_a_value_that_is_reserved_and_two_extensions_differ() {
        for drawn in 0..=u8::MAX {
            for other in [drawn, drawn.wrapping_add(1), 0x0f, 0xff] {
                let grease = Grease::new([drawn, drawn, drawn, drawn, drawn, other, drawn, drawn]);
                assert!(grease.cipher_suite().is_grease() && grease.group().is_grease());
                assert!(grease.version().is_grease() && grease.signature_scheme().is_grease());
                assert!(grease.psk_key_exchange_mode().is_grease());
                let [first, second] = grease.extensions();
                assert!(first.is_grease() && second.is_grease() && first != second, "{first} {second}");
            }
        }
    }
}
