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
pub fn dns_pattern(presented: &[u8]) -> Option<DnsPattern> {
    let presented = core::str::from_utf8(presented).ok()?;
    match presented.strip_prefix("*.") {
        Some(parent) => DnsName::parse(parent).ok().map(DnsPattern::Wildcard),
        None => DnsName::parse(presented).ok().map(DnsPattern::Exact),
    }
}

/// Is `name` one label below `parent`? Both are in lower case.
pub(super) fn is_child(name: &str, parent: &str) -> bool {
    name.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent)
}
