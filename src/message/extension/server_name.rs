//! `server_name`: RFC 6066 §3.

use super::super::{ExtensionBody, ExtensionType, NameType};
use crate::wire::{Decode, DecodeError, DecodeReason, Encode, Reader, Writer};

/// The name of the server that the client wants to reach. In EncryptedExtensions the extension is empty.
///
/// ```text
/// struct {
///     NameType name_type;
///     select (name_type) { case host_name: HostName; } name;
/// } ServerName;
/// opaque HostName<1..2^16-1>;
/// struct { ServerName server_name_list<1..2^16-1>; } ServerNameList;
/// ```
///
/// `host_name` is the only type there is, and a list has at most one name of a type: it has one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerNameList<'a> {
    /// A DNS name in ASCII, without trailing dot, and no IP address.
    pub host_name: &'a str,
}

impl<'a> ServerNameList<'a> {
    /// The list of this one name.
    #[must_use]
    pub const fn host_name(host_name: &'a str) -> Self {
        Self { host_name }
    }
}

impl<'a> Decode<'a> for ServerNameList<'a> {
    const NAME: &'static str = "ServerNameList";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut list = r.nested("server_name_list", 1..=0xffff)?;
        let at_type = list;
        let name_type = NameType(list.u8("name_type")?);
        if name_type != NameType::HOST_NAME {
            return Err(at_type.error("name_type", DecodeReason::InvalidValue { found: name_type.0.into() }));
        }
        let at_name = list;
        let name = list.vector("HostName", 1..=0xffff)?;
        list.end("server_name_list")?;
        let host_name = core::str::from_utf8(name)
            .ok()
            .filter(|name| name.len() <= 255 && name.bytes().all(|byte| byte.is_ascii_graphic()));
        host_name
            .map(|host_name| Self { host_name })
            .ok_or_else(|| at_name.error("HostName", DecodeReason::InvalidValue { found: name.len() as u64 }))
    }
}

impl<'a> ExtensionBody<'a> for ServerNameList<'a> {
    const TYPE: ExtensionType = ExtensionType::SERVER_NAME;
}

impl Encode for ServerNameList<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(1..=0xffff, |out| {
            out.u8(NameType::HOST_NAME.0);
            out.vector(1..=0xffff, |out| out.bytes(self.host_name.as_bytes()));
        });
    }
}
