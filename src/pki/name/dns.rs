//! DNS names as certificates present them (RFC 9525 §6.3).

use crate::identity::DnsName;

/// A dNSName of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsPattern {
    /// One name.
    Exact(DnsName),
    /// `*.` and this name: stands for all names with exactly one more label.
    Wildcard(DnsName),
}

/// What a dNSName says, or `None` if it is neither a DNS name nor one behind `*.`: an address, a trailing dot,
/// an empty label, octets that are not ASCII, a wildcard elsewhere or as part of a label.
#[must_use]
//= R5280-4.2.1.6-25
pub fn dns_pattern(presented: &[u8]) -> Option<DnsPattern> {
    match Presented::parse(presented)? {
        Presented::Exact(name) => DnsName::parse(name).ok().map(DnsPattern::Exact),
        Presented::Wildcard(parent) => DnsName::parse(parent).ok().map(DnsPattern::Wildcard),
    }
}

/// The same as it stands, in whatever case.
#[derive(Clone, Copy)]
pub(crate) enum Presented<'a> {
    Exact(&'a str),
    Wildcard(&'a str),
}

impl<'a> Presented<'a> {
    pub(crate) fn parse(presented: &'a [u8]) -> Option<Self> {
        let presented = core::str::from_utf8(presented).ok()?;
        let (name, pattern) = match presented.strip_prefix("*.") {
            Some(parent) => (parent, Self::Wildcard(parent)),
            None => (presented, Self::Exact(presented)),
        };
        DnsName::check(name).is_ok().then_some(pattern)
    }

    /// Does it stand for this name?
    pub(super) fn matches(self, reference: &DnsName, wildcards: bool) -> bool {
        match self {
            Self::Exact(name) => name.eq_ignore_ascii_case(reference.as_str()),
            Self::Wildcard(parent) => wildcards && is_child(reference.as_str(), parent),
        }
    }
}

/// Is `name` one label below `parent`?
pub(super) fn is_child(name: &str, parent: &str) -> bool {
    name.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_is_one_whole_leftmost_label() {
        let name = |name| DnsName::parse(name).unwrap();
        assert_eq!(dns_pattern(b"*.Example.com"), Some(DnsPattern::Wildcard(name("example.com"))));
        assert_eq!(dns_pattern(b"www.example.com"), Some(DnsPattern::Exact(name("www.example.com"))));
        for presented in [
            "*",
            "*.",
            "*a.example.com",
            "a*.example.com",
            "www.*.example.com",
            "*.*.example.com",
            "www.example.*",
            "xn--*.example.com",
        ] {
            assert_eq!(dns_pattern(presented.as_bytes()), None, "{presented}");
        }
    }

    #[test]
    fn what_is_no_dns_name_matches_nothing() {
        for presented in [
            &b""[..],
            b".",
            b"example.com.",
            b".example.com",
            b"example..com",
            b"192.0.2.1",
            b"example.com\0.evil.example",
            b"b\xc3\xbccher.example",
            b"\xff.example",
            b"a b.example",
            b"https://example.com",
            b"example.com:443",
        ] {
            assert_eq!(dns_pattern(presented), None, "{}", presented.escape_ascii());
        }
    }

    #[test]
    fn a_wildcard_stands_for_exactly_one_label() {
        for (name, expected) in [
            ("a.example.com", true),
            ("example.com", false),
            ("a.b.example.com", false),
            ("aexample.com", false),
        ] {
            assert_eq!(is_child(name, "example.com"), expected, "{name}");
        }
    }
}
