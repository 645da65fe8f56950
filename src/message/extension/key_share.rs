//! `key_share`: RFC 9846 §4.3.8 (8446 §4.2.8).

use super::super::vector::Vector;
use super::super::{ExtensionBody, ExtensionType, NamedGroup};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// One share.
///
/// ```text
/// struct {
///     NamedGroup group;
///     opaque key_exchange<1..2^16-1>;
/// } KeyShareEntry;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyShareEntry<'a> {
    /// Its group.
    pub group: NamedGroup,
    /// The share, in the group's encoding.
    pub key_exchange: &'a [u8],
}

impl<'a> Decode<'a> for KeyShareEntry<'a> {
    const NAME: &'static str = "KeyShareEntry";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { group: NamedGroup(r.u16("group")?), key_exchange: r.vector("key_exchange", 1..=0xffff)? })
    }
}

impl Encode for KeyShareEntry<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.group.0);
        out.vector(1..=0xffff, |out| out.bytes(self.key_exchange));
    }
}

/// The client's shares, in its order of preference.
///
/// ```text
/// struct { KeyShareEntry client_shares<0..2^16-1>; } KeyShareClientHello;
/// ```
#[derive(Clone, Copy)]
pub struct KeyShareClientHello<'a>(Shares<'a>);

#[derive(Clone, Copy)]
enum Shares<'a> {
    Wire(Vector<'a, KeyShareEntry<'a>>),
    Values(&'a [KeyShareEntry<'a>]),
}

impl<'a> KeyShareClientHello<'a> {
    /// The shares, in order.
    pub fn client_shares(&self) -> impl Iterator<Item = KeyShareEntry<'a>> + use<'a> {
        let (wire, values): (_, &[KeyShareEntry<'a>]) = match self.0 {
            Shares::Wire(shares) => (shares, &[]),
            Shares::Values(values) => (Vector::default(), values),
        };
        wire.iter().chain(values.iter().copied())
    }
}

impl<'a> From<&'a [KeyShareEntry<'a>]> for KeyShareClientHello<'a> {
    fn from(shares: &'a [KeyShareEntry<'a>]) -> Self {
        Self(Shares::Values(shares))
    }
}

impl PartialEq for KeyShareClientHello<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.client_shares().eq(other.client_shares())
    }
}

impl core::fmt::Debug for KeyShareClientHello<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.client_shares().map(|share| share.group)).finish()
    }
}

impl<'a> Decode<'a> for KeyShareClientHello<'a> {
    const NAME: &'static str = "KeyShareClientHello";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self(Shares::Wire(Vector::read(r, "client_shares", 0..=0xffff)?)))
    }
}

impl<'a> ExtensionBody<'a> for KeyShareClientHello<'a> {
    const TYPE: ExtensionType = ExtensionType::KEY_SHARE;
}

impl Encode for KeyShareClientHello<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(0..=0xffff, |out| self.client_shares().for_each(|share| share.encode(out)));
    }
}

/// The server's share.
///
/// ```text
/// struct { KeyShareEntry server_share; } KeyShareServerHello;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyShareServerHello<'a> {
    /// In the group of one of the client's shares.
    pub server_share: KeyShareEntry<'a>,
}

impl<'a> Decode<'a> for KeyShareServerHello<'a> {
    const NAME: &'static str = "KeyShareServerHello";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { server_share: KeyShareEntry::read(r)? })
    }
}

impl<'a> ExtensionBody<'a> for KeyShareServerHello<'a> {
    const TYPE: ExtensionType = ExtensionType::KEY_SHARE;
}

impl Encode for KeyShareServerHello<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.server_share.encode(out);
    }
}

/// The group for which the server wants a share.
///
/// ```text
/// struct { NamedGroup selected_group; } KeyShareHelloRetryRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyShareHelloRetryRequest {
    /// One that the client supports and sent no share of.
    pub selected_group: NamedGroup,
}

impl<'a> Decode<'a> for KeyShareHelloRetryRequest {
    const NAME: &'static str = "KeyShareHelloRetryRequest";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { selected_group: NamedGroup(r.u16("selected_group")?) })
    }
}

impl<'a> ExtensionBody<'a> for KeyShareHelloRetryRequest {
    const TYPE: ExtensionType = ExtensionType::KEY_SHARE;
}

impl Encode for KeyShareHelloRetryRequest {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.selected_group.0);
    }
}
