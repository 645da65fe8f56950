//! Encrypted Client Hello, RFC 9849: what both roles share, and what they are given.
//!
//! ```text
//! ClientHelloInner ─encode─→ EncodedClientHelloInner ─HPKE─→ payload in ClientHelloOuter ─→ on the wire
//! ```
//!
//! A client is given an [`EchConfigList`] for the server that it wants to reach; a server has [`EchKey`]s in its config.

mod config_list;
mod inner;
mod key;

use alloc::vec::Vec;
use core::ops::Range;

pub(crate) use config_list::ChosenConfig;
pub use config_list::{EchConfigList, EchConfigUnusable, EchListError};
pub(crate) use inner::reconstruct;
pub use key::{EchKey, EchKeyError};

use crate::message::{ClientHello, EchClientHelloOuter, ExtensionType};

/// What became of Encrypted Client Hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum EchStatus {
    /// The client did not offer it; or, to a client, it offered GREASE.
    #[default]
    NotOffered,
    /// The handshake is that of the inner ClientHello.
    Accepted,
    /// Server: the client offered it under none of our keys, or offered GREASE, which looks the same. A client's
    /// connection does not get so far: see [`Fault::EchRejected`](super::Fault::EchRejected).
    Rejected,
}

/// `"tls ech" || 0x00 || ECHConfig`: HPKE's `info` (§6.1).
pub(crate) fn info(ech_config: &[u8]) -> Vec<u8> {
    [b"tls ech\0".as_slice(), ech_config].concat()
}

/// Where the payload stands in the body of ClientHelloOuter.
pub(crate) fn payload_range(outer: &ClientHello<'_>, ech: &EchClientHelloOuter<'_>) -> Range<usize> {
    let end = outer.extensions.end_of(ExtensionType::ENCRYPTED_CLIENT_HELLO).unwrap_or_default();
    end.saturating_sub(ech.payload.len())..end
}

/// ClientHelloOuterAAD: the body of ClientHelloOuter with zeros in place of the payload (§5.2).
pub(crate) fn client_hello_outer_aad(body: &[u8], payload: Range<usize>) -> Vec<u8> {
    let mut aad = body.to_vec();
    aad.get_mut(payload).unwrap_or_default().fill(0);
    aad
}
