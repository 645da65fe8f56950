//! Name constraints and the names that they bind (RFC 5280 §4.2.1.10).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::dns::{DnsPattern, dns_pattern, is_child};
use super::{Mailbox, uri_host};
use crate::identity::DnsName;
use crate::pki::certificate::{GeneralName, Name, NormalizedName, ip_address};

/// The form of a name; a constraint binds names of its own form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Directory,
    Dns,
    Ip,
    Mailbox,
    Uri,
    /// A form that is not processed, by its name in the ASN.1 module.
    Other(&'static str),
}

/// A name of a certificate, read as its form wants; `None` inside if it is none of that form.
#[derive(Clone, Debug)]
pub(crate) enum BoundName {
    Directory(NormalizedName),
    Dns(Option<DnsPattern>),
    Ip(Option<Vec<u8>>),
    Mailbox(Option<Mailbox>),
    /// The host, the one part that constraints look at.
    Uri(Option<DnsName>),
    Other(&'static str),
}

/// The base of a subtree.
#[derive(Clone, Debug)]
pub(crate) enum Constraint {
    Directory(NormalizedName),
    /// The name and all below it; an empty string is above all.
    Dns(Host),
    /// Address and mask, each of the same length.
    Ip {
        address: Vec<u8>,
        mask: Vec<u8>,
    },
    /// One mailbox.
    Mailbox(Mailbox),
    /// All mailboxes of hosts.
    MailHost(Host),
    /// URIs of hosts.
    UriHost(Host),
    Other(&'static str),
}

/// The hosts of a constraint in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    name: String,
    /// Was it written with a dot in front: what lies below `name`, without itself?
    pub(crate) leading_dot: bool,
}

impl BoundName {
    pub(crate) fn new(name: &GeneralName<'_>) -> Self {
        match name {
            GeneralName::DirectoryName(name) => Self::Directory(name.normalized()),
            GeneralName::DnsName(name) => Self::Dns(dns_pattern(name)),
            GeneralName::IpAddress(octets) => Self::Ip(ip_address(octets).is_some().then(|| octets.to_vec())),
            GeneralName::Rfc822Name(mailbox) => Self::Mailbox(Mailbox::parse(mailbox)),
            GeneralName::UniformResourceIdentifier(uri) => Self::Uri(uri_host(uri)),
            GeneralName::OtherName { .. }
            | GeneralName::X400Address(_)
            | GeneralName::EdiPartyName(_)
            | GeneralName::RegisteredId(_) => Self::Other(name.form()),
        }
    }

    pub(crate) fn directory(name: &Name<'_>) -> Self {
        Self::Directory(name.normalized())
    }

    pub(crate) const fn form(&self) -> Form {
        match self {
            Self::Directory(_) => Form::Directory,
            Self::Dns(_) => Form::Dns,
            Self::Ip(_) => Form::Ip,
            Self::Mailbox(_) => Form::Mailbox,
            Self::Uri(_) => Form::Uri,
            Self::Other(form) => Form::Other(form),
        }
    }
}

impl Constraint {
    /// What a base says, or `None` if it is none of its form.
    //= R5280-4.2.1.10-5
    //= R5280-4.2.1.10-9
    //= R5280-4.2.1.10-12
    pub(crate) fn new(base: &GeneralName<'_>) -> Option<Self> {
        Some(match base {
            GeneralName::DirectoryName(name) => Self::Directory(name.normalized()),
            GeneralName::DnsName(name) => Self::Dns(Host::parse(name)?),
            GeneralName::IpAddress(octets) => {
                let half = match octets.len() {
                    8 | 32 => octets.len() / 2,
                    _ => return None,
                };
                let (address, mask) = octets.split_at_checked(half)?;
                //= R5280-4.2.1.10-21
                //= R5280-4.2.1.10-22
                is_prefix_mask(mask).then_some(())?;
                Self::Ip { address: address.to_vec(), mask: mask.to_vec() }
            }
            GeneralName::Rfc822Name(text) if text.contains(&b'@') => Self::Mailbox(Mailbox::parse(text)?),
            GeneralName::Rfc822Name(text) => Self::MailHost(Host::parse(text)?),
            GeneralName::UniformResourceIdentifier(text) => Self::UriHost(Host::parse(text)?),
            GeneralName::OtherName { .. }
            | GeneralName::X400Address(_)
            | GeneralName::EdiPartyName(_)
            | GeneralName::RegisteredId(_) => Self::Other(base.form()),
        })
    }

    pub(crate) const fn form(&self) -> Form {
        match self {
            Self::Directory(_) => Form::Directory,
            Self::Dns(_) => Form::Dns,
            Self::Ip { .. } => Form::Ip,
            Self::Mailbox(_) | Self::MailHost(_) => Form::Mailbox,
            Self::UriHost(_) => Form::Uri,
            Self::Other(form) => Form::Other(form),
        }
    }

    /// Is all that `name` stands for surely within the subtree?
    pub(crate) fn permits(&self, name: &BoundName) -> bool {
        match (self, name) {
            (Self::Directory(base), BoundName::Directory(name)) => name.is_within(base),
            (Self::Dns(base), BoundName::Dns(Some(DnsPattern::Exact(name)))) => {
                if base.leading_dot {
                    base.is_above(name.as_str())
                } else {
                    base.holds(name.as_str())
                }
            }
            // All names with one label more.
            (Self::Dns(base), BoundName::Dns(Some(DnsPattern::Wildcard(parent)))) => {
                base.holds(parent.as_str())
            }
            (Self::Ip { address, mask }, BoundName::Ip(Some(name))) => in_range(name, address, mask),
            (Self::Mailbox(base), BoundName::Mailbox(Some(name))) => base == name,
            (Self::MailHost(base), BoundName::Mailbox(Some(name))) => base.names(name.host.as_str()),
            (Self::UriHost(base), BoundName::Uri(Some(host))) => base.names(host.as_str()),
            _ => false,
        }
    }

    /// Could anything that `name` stands for be within the subtree? What cannot be read or compared could.
    pub(crate) fn excludes(&self, name: &BoundName) -> bool {
        match (self, name) {
            (Self::Directory(base), BoundName::Directory(name)) => {
                name.is_within(base) || !name.is_comparable() || !base.is_comparable()
            }
            (Self::Dns(base), BoundName::Dns(Some(DnsPattern::Exact(name)))) => base.holds(name.as_str()),
            // A wildcard stands for a name right above which it stands (CVE-2025-61727).
            (Self::Dns(base), BoundName::Dns(Some(DnsPattern::Wildcard(parent)))) => {
                base.holds(parent.as_str()) || is_child(&base.name, parent.as_str())
            }
            (Self::Ip { address, mask }, BoundName::Ip(Some(name))) => in_range(name, address, mask),
            // Many hosts do not tell upper from lower case in local parts.
            (Self::Mailbox(base), BoundName::Mailbox(Some(name))) => {
                base.host == name.host && base.local_part.eq_ignore_ascii_case(&name.local_part)
            }
            (Self::MailHost(base), BoundName::Mailbox(Some(name))) => base.names(name.host.as_str()),
            (Self::UriHost(base), BoundName::Uri(Some(host))) => base.names(host.as_str()),
            _ => self.form() == name.form(),
        }
    }
}

impl Host {
    /// A DNS name, one with a dot in front, or nothing at all.
    fn parse(text: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(text).ok()?;
        if text.is_empty() {
            return Some(Self { name: String::new(), leading_dot: false });
        }
        let (name, leading_dot) = match text.strip_prefix('.') {
            Some(name) => (name, true),
            None => (text, false),
        };
        Some(Self { name: DnsName::parse(name).ok()?.as_str().into(), leading_dot })
    }

    /// Is `name` this host, or below it?
    fn holds(&self, name: &str) -> bool {
        self.name == name || self.is_above(name)
    }

    fn is_above(&self, name: &str) -> bool {
        self.name.is_empty()
            || name.strip_suffix(self.name.as_str()).is_some_and(|labels| labels.ends_with('.'))
    }

    /// As mailboxes and URIs are bound: the host itself or, with a dot in front, any below it.
    fn names(&self, host: &str) -> bool {
        //= R5280-4.2.1.10-10
        if self.leading_dot || self.name.is_empty() { self.is_above(host) } else { self.name == host }
    }
}

/// One bits, then zero bits (RFC 4632 §3.1).
fn is_prefix_mask(mask: &[u8]) -> bool {
    let mut rest = mask.iter().skip_while(|octet| **octet == 0xff);
    let partial = rest.next().is_none_or(|octet| octet.leading_ones() + octet.trailing_zeros() == 8);
    partial && rest.all(|octet| *octet == 0)
}

fn in_range(name: &[u8], address: &[u8], mask: &[u8]) -> bool {
    let same_octet = |((name, address), mask): ((&u8, &u8), &u8)| name & mask == address & mask;
    name.len() == address.len() && name.iter().zip(address).zip(mask).all(same_octet)
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "directoryName",
            Self::Dns => "dNSName",
            Self::Ip => "iPAddress",
            Self::Mailbox => "rfc822Name",
            Self::Uri => "uniformResourceIdentifier",
            Self::Other(form) => form,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dns(text: &'static str) -> GeneralName<'static> {
        GeneralName::DnsName(text.as_bytes())
    }

    fn mail(text: &'static str) -> GeneralName<'static> {
        GeneralName::Rfc822Name(text.as_bytes())
    }

    fn uri(text: &'static str) -> GeneralName<'static> {
        GeneralName::UniformResourceIdentifier(text.as_bytes())
    }

    /// (permitted, excluded)
    fn judged(base: GeneralName<'_>, name: GeneralName<'_>) -> (bool, bool) {
        let base = Constraint::new(&base).unwrap();
        let name = BoundName::new(&name);
        (base.permits(&name), base.excludes(&name))
    }

    #[test]
    fn dns_constraints_hold_the_name_and_all_below() {
        for (base, name, expected) in [
            ("example.com", "example.com", (true, true)),
            ("example.com", "EXAMPLE.com", (true, true)),
            ("EXAMPLE.com", "a.b.example.com", (true, true)),
            ("example.com", "notexample.com", (false, false)),
            ("example.com", "com", (false, false)),
            ("", "anything.example", (true, true)),
            // Written against RFC 5280: the narrower reading permits, the wider one excludes.
            (".example.com", "a.example.com", (true, true)),
            (".example.com", "example.com", (false, true)),
        ] {
            assert_eq!(judged(dns(base), dns(name)), expected, "{base} {name}");
        }
    }

    #[test]
    fn a_wildcard_is_permitted_whole_and_excluded_by_any_part() {
        for (base, name, expected) in [
            ("example.com", "*.example.com", (true, true)),
            ("bar.example.com", "*.example.com", (false, true)),
            ("a.bar.example.com", "*.example.com", (false, false)),
            ("example.com", "*.com", (false, true)),
            ("example.com", "*.org", (false, false)),
            (".example.com", "*.example.com", (true, true)),
        ] {
            assert_eq!(judged(dns(base), dns(name)), expected, "{base} {name}");
        }
    }

    //= R5280-4.2.1.10-11 test
    #[test]
    fn names_that_are_none_of_their_form_are_never_permitted_and_always_excluded() {
        for (base, name) in [
            (dns("example.com"), dns(".example.com")),
            (dns("example.com"), dns("example.com.")),
            (dns("example.com"), dns("192.0.2.1")),
            (mail("example.com"), mail("a@b@example.com")),
            (uri("example.com"), uri("https://192.0.2.1/")),
            (uri("example.com"), uri("urn:x:y")),
            (GeneralName::IpAddress(&[192, 0, 2, 0, 255, 255, 255, 0]), GeneralName::IpAddress(&[192, 0, 2])),
        ] {
            assert_eq!(judged(base, name), (false, true), "{base} {name}");
        }
    }

    //= R5280-4.2.1.10-21 test
    //= R5280-4.2.1.10-22 test
    #[test]
    fn addresses_lie_in_ranges_of_their_family() {
        let v4 = GeneralName::IpAddress(&[192, 0, 2, 0, 255, 255, 255, 0]);
        assert_eq!(judged(v4, GeneralName::IpAddress(&[192, 0, 2, 9])), (true, true));
        assert_eq!(judged(v4, GeneralName::IpAddress(&[192, 0, 3, 9])), (false, false));
        assert_eq!(judged(v4, GeneralName::IpAddress(&[0; 16])), (false, false));
        let all = GeneralName::IpAddress(&[0; 8]);
        assert_eq!(judged(all, GeneralName::IpAddress(&[1, 2, 3, 4])), (true, true));
        for octets in [&[192, 0, 2, 0][..], &[0; 7], &[0; 16], &[1, 2, 3, 4, 255, 0, 255, 0]] {
            assert!(Constraint::new(&GeneralName::IpAddress(octets)).is_none(), "{octets:?}");
        }
    }

    //= R5280-4.2.1.10-12 test
    #[test]
    fn mailboxes_are_bound_by_mailbox_host_or_domain() {
        for (base, name, expected) in [
            ("a@example.com", "a@EXAMPLE.com", (true, true)),
            ("a@example.com", "A@example.com", (false, true)),
            ("a@example.com", "b@example.com", (false, false)),
            ("example.com", "a@example.com", (true, true)),
            ("example.com", "a@mail.example.com", (false, false)),
            (".example.com", "a@mail.example.com", (true, true)),
            (".example.com", "a@example.com", (false, false)),
            ("*@example.com", "*@example.com", (true, true)),
            ("*@example.com", "a@example.com", (false, false)),
        ] {
            assert_eq!(judged(mail(base), mail(name)), expected, "{base} {name}");
        }
        assert!(Constraint::new(&mail("invalid@invalid@example.com")).is_none());
    }

    //= R5280-4.2.1.10-9 test
    //= R5280-4.2.1.10-10 test
    #[test]
    fn uris_are_bound_by_host_or_domain() {
        for (base, name, expected) in [
            ("host.example.com", "https://host.example.com:8080/x", (true, true)),
            ("host.example.com", "https://a.host.example.com/", (false, false)),
            (".example.com", "https://host.example.com/", (true, true)),
            (".example.com", "https://example.com/", (false, false)),
            ("prod.example", "spiffe://prod.example/web", (true, true)),
            ("prod.example", "spiffe://dev.example/web", (false, false)),
        ] {
            assert_eq!(judged(uri(base), uri(name)), expected, "{base} {name}");
        }
    }

    //= R5280-4.2.1.10-6 test
    //= R5280-4.2.1.10-15 test
    #[test]
    fn constraints_bind_no_names_of_other_forms() {
        assert_eq!(judged(dns("example.com"), mail("a@example.com")), (false, false));
        let other = GeneralName::EdiPartyName(b"");
        assert_eq!(judged(other, other), (false, true));
        assert_eq!(judged(other, dns("example.com")), (false, false));
    }

    #[test]
    fn constraints_that_are_none_of_their_form_are_not_read() {
        for base in
            [dns("*.example.com"), dns("192.0.2.1"), dns("a..b"), mail("a b"), uri("https://x.example/")]
        {
            assert!(Constraint::new(&base).is_none(), "{base}");
        }
    }
}
