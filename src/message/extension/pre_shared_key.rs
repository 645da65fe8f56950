//! `pre_shared_key`: RFC 9846 §4.3.11 (8446 §4.2.11).

use super::super::vector::Vector;
use super::super::{ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A PSK that the client offers.
///
/// ```text
/// struct {
///     opaque identity<1..2^16-1>;
///     uint32 obfuscated_ticket_age;
/// } PskIdentity;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PskIdentity<'a> {
    /// A ticket, or the label of an external PSK.
    pub identity: &'a [u8],
    /// The age of the ticket in milliseconds plus `ticket_age_add`, modulo 2^32.
    pub obfuscated_ticket_age: u32,
}

impl<'a> Decode<'a> for PskIdentity<'a> {
    const NAME: &'static str = "PskIdentity";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            identity: r.vector("identity", 1..=0xffff)?,
            obfuscated_ticket_age: r.u32("obfuscated_ticket_age")?,
        })
    }
}

impl Encode for PskIdentity<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(1..=0xffff, |out| out.bytes(self.identity));
        out.u32(self.obfuscated_ticket_age);
    }
}

/// An HMAC under the PSK over the ClientHello so far (§4.3.11.2).
///
/// ```text
/// opaque PskBinderEntry<32..255>;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PskBinderEntry<'a>(&'a [u8]);

impl<'a> Decode<'a> for PskBinderEntry<'a> {
    const NAME: &'static str = "PskBinderEntry";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        r.vector("PskBinderEntry", 32..=255).map(Self)
    }
}

/// The PSKs that the client offers, and a binder for each.
///
/// ```text
/// struct {
///     PskIdentity identities<7..2^16-1>;
///     PskBinderEntry binders<33..2^16-1>;
/// } OfferedPsks;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferedPsks<'a> {
    identities: Vector<'a, PskIdentity<'a>>,
    binders: Vector<'a, PskBinderEntry<'a>>,
}

impl<'a> OfferedPsks<'a> {
    /// Offers whose contents an encoder wrote: [`PskIdentity`]s, and binders each behind a length byte.
    #[must_use]
    pub const fn from_contents(identities: &'a [u8], binders: &'a [u8]) -> Self {
        Self { identities: Vector::from_contents(identities), binders: Vector::from_contents(binders) }
    }

    /// The identities, in order.
    pub fn identities(&self) -> impl Iterator<Item = PskIdentity<'a>> + use<'a> {
        self.identities.iter()
    }

    /// The binders, in the order of the identities.
    pub fn binders(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.binders.iter().map(|PskBinderEntry(binder)| binder)
    }

    /// Bytes at the end of ClientHello that `Truncate` removes: the binders with the length before them
    /// (§4.3.11.2).
    #[must_use]
    pub const fn truncated_len(&self) -> usize {
        2 + self.binders.contents().len()
    }
}

impl<'a> Decode<'a> for OfferedPsks<'a> {
    const NAME: &'static str = "OfferedPsks";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            identities: Vector::read(r, "identities", 7..=0xffff)?,
            binders: Vector::read(r, "binders", 33..=0xffff)?,
        })
    }
}

impl<'a> ExtensionBody<'a> for OfferedPsks<'a> {
    const TYPE: ExtensionType = ExtensionType::PRE_SHARED_KEY;
}

impl Encode for OfferedPsks<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.identities.write(out, 7..=0xffff);
        self.binders.write(out, 33..=0xffff);
    }
}

/// Which of the client's PSKs the server selected.
///
/// ```text
/// uint16 selected_identity;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectedPsk {
    /// Its index among the identities, from 0.
    pub selected_identity: u16,
}

impl<'a> Decode<'a> for SelectedPsk {
    const NAME: &'static str = "PreSharedKeyExtension";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { selected_identity: r.u16("selected_identity")? })
    }
}

impl<'a> ExtensionBody<'a> for SelectedPsk {
    const TYPE: ExtensionType = ExtensionType::PRE_SHARED_KEY;
}

impl Encode for SelectedPsk {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.selected_identity);
    }
}
