//! `server_name`: RFC 6066 §3.

use super::super::{ExtensionBody, ExtensionType, NameType};
use crate::wire::{Decode, DecodeError, DecodeReason, Encode, Reader, Writer};

/// The name of the server that the client wants to reach.
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
/// `host_name` is the only type there is, and a list has at most one name of a type. Names of a type yet to come
/// are skipped: they too begin with a length of two bytes.
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
        let mut host_name = None;
        while !list.is_empty() {
            let at_type = list;
            match NameType(list.u8("name_type")?) {
                NameType::HOST_NAME if host_name.is_none() => host_name = Some(read_host_name(&mut list)?),
                name_type @ NameType::HOST_NAME => {
                    return Err(at_type.error("name_type", refused(name_type.0)));
                }
                //= R-9.3-5
                _ => {
                    list.vector("name", 0..=0xffff)?;
                }
            }
        }
        let missing = DecodeReason::OutOfBounds { length: 0, min: 1, max: MAX_HOST_NAME };
        host_name.map(|host_name| Self { host_name }).ok_or_else(|| list.error("HostName", missing))
    }
}

/// The longest DNS name (RFC 1035 §2.3.4).
const MAX_HOST_NAME: usize = 255;

/// `HostName`: printable ASCII, no longer than DNS allows, so that no caller meets a NUL or a newline in it.
fn read_host_name<'a>(list: &mut Reader<'a>) -> Result<&'a str, DecodeError> {
    let at_length = *list;
    let name = list.vector("HostName", 1..=0xffff)?;
    if name.len() > MAX_HOST_NAME {
        let too_long = DecodeReason::OutOfBounds { length: name.len(), min: 1, max: MAX_HOST_NAME };
        return Err(at_length.error("HostName", too_long));
    }
    let printable = |name: &&str| name.bytes().all(|character| character.is_ascii_graphic());
    core::str::from_utf8(name).ok().filter(printable).ok_or_else(|| {
        let good = name.iter().take_while(|character| character.is_ascii_graphic()).count();
        let found = name.get(good).copied().unwrap_or_default();
        let start = list.offset().saturating_sub(name.len());
        Reader::starting_at(start + good, &[]).error("HostName", refused(found))
    })
}

fn refused(found: u8) -> DecodeReason {
    DecodeReason::InvalidValue { found: found.into() }
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

/// The server's word that it has used the name, in EncryptedExtensions.
///
/// ```text
/// struct {} Empty;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerNameEncryptedExtensions;

impl<'a> Decode<'a> for ServerNameEncryptedExtensions {
    const NAME: &'static str = "ServerNameList";

    fn read(_: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl<'a> ExtensionBody<'a> for ServerNameEncryptedExtensions {
    const TYPE: ExtensionType = ExtensionType::SERVER_NAME;
}

impl Encode for ServerNameEncryptedExtensions {
    fn encode(&self, _: &mut Writer<'_>) {}
}
