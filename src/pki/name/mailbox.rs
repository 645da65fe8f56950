//! Mailboxes (RFC 5280 §4.2.1.6, §7.5).

use alloc::string::String;

use crate::identity::DnsName;

/// An rfc822Name: the local part, compared by octets, and the host, compared as a DNS name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// What stands before the `@`.
    pub local_part: String,
    /// What stands behind it.
    pub host: DnsName,
}

impl Mailbox {
    /// Reads `local-part@host`, or gives `None` if it is not that: quoted local parts and address literals
    /// are none here.
    #[must_use]
    pub fn parse(mailbox: &[u8]) -> Option<Self> {
        let mailbox = core::str::from_utf8(mailbox).ok().filter(|mailbox| mailbox.is_ascii())?;
        let (local_part, host) = mailbox.rsplit_once('@')?;
        let atom = |byte: u8| byte.is_ascii_graphic() && !b"()<>[]:;@\\,\"".contains(&byte);
        if local_part.is_empty() || !local_part.bytes().all(atom) {
            return None;
        }
        Some(Self { local_part: local_part.into(), host: DnsName::parse(host).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_has_one_at_sign_a_local_part_and_a_host() {
        let mailbox = Mailbox::parse(b"Some.One+x@Example.COM").unwrap();
        assert_eq!((mailbox.local_part.as_str(), mailbox.host.as_str()), ("Some.One+x", "example.com"));
        assert!(Mailbox::parse(b"*@example.com").is_some());
        for mailbox in [
            &b""[..],
            b"example.com",
            b"@example.com",
            b"a@",
            b"a@b@example.com",
            b"a b@example.com",
            b"\"a\"@example.com",
            b"a@[192.0.2.1]",
            b"a@192.0.2.1",
            b"a\0@example.com",
            b"\xc3\xa4@example.com",
        ] {
            assert_eq!(Mailbox::parse(mailbox), None, "{}", mailbox.escape_ascii());
        }
    }
}
