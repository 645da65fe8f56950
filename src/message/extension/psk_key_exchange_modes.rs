//! `psk_key_exchange_modes`: RFC 9846 §4.3.9 (8446 §4.2.9).

use super::super::{CodePoints, ExtensionBody, ExtensionType, PskKeyExchangeMode};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// How the client lets PSKs be used.
///
/// ```text
/// struct { PskKeyExchangeMode ke_modes<1..255>; } PskKeyExchangeModes;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PskKeyExchangeModes<'a> {
    /// The modes.
    pub ke_modes: CodePoints<'a, PskKeyExchangeMode>,
}

impl<'a> From<&'a [PskKeyExchangeMode]> for PskKeyExchangeModes<'a> {
    fn from(ke_modes: &'a [PskKeyExchangeMode]) -> Self {
        Self { ke_modes: ke_modes.into() }
    }
}

impl<'a> Decode<'a> for PskKeyExchangeModes<'a> {
    const NAME: &'static str = "PskKeyExchangeModes";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { ke_modes: CodePoints::read(r, "ke_modes", 1..=255)? })
    }
}

impl<'a> ExtensionBody<'a> for PskKeyExchangeModes<'a> {
    const TYPE: ExtensionType = ExtensionType::PSK_KEY_EXCHANGE_MODES;
}

impl Encode for PskKeyExchangeModes<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.ke_modes.write(out, 1..=255);
    }
}
