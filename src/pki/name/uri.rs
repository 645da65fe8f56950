//! The host of a URI (RFC 3986 §3.2.2, RFC 5280 §4.2.1.6).

use crate::identity::DnsName;

/// The host of an absolute URI with an authority, if it is a DNS name: user information and port are left out.
/// `None` for a URI without authority, for one whose host is an address, and for what is no URI.
#[must_use]
//= R5280-4.2.1.10-11
pub fn uri_host(uri: &[u8]) -> Option<DnsName> {
    // Other octets stand in no URI, and parsers disagree on what they mean (RFC 3986 §2).
    let is_character = |octet: &u8| octet.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(octet);
    if !uri.iter().all(is_character) {
        return None;
    }
    let uri = core::str::from_utf8(uri).ok()?;
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if !is_scheme {
        return None;
    }
    let rest = rest.strip_prefix("//")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host_and_port)| host_and_port);
    let host = match host_and_port.split_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) => return None,
        None => host_and_port,
    };
    DnsName::parse(host).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_behind_user_information_and_before_the_port() {
        for (uri, host) in [
            ("https://example.com", "example.com"),
            ("https://example.com/", "example.com"),
            ("HTTP://Example.COM:8080/a?b#c", "example.com"),
            ("https://user:secret@example.com:443/", "example.com"),
            ("https://evil.example@example.com", "example.com"),
            ("https://example.com?x=@evil.example", "example.com"),
            ("https://example.com#@evil.example", "example.com"),
            ("spiffe://prod.example/web", "prod.example"),
            ("https://example.com:/", "example.com"),
        ] {
            assert_eq!(uri_host(uri.as_bytes()).unwrap().as_str(), host, "{uri}");
        }
    }

    #[test]
    fn addresses_and_uris_without_authority_have_no_host() {
        for uri in [
            "https://192.0.2.1/",
            "https://[2001:db8::1]/",
            "https://[2001:db8::1]:443/",
            "mailto:user@example.com",
            "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "https:///path",
            "//example.com/",
            "example.com",
            "1http://example.com",
            "https://example.com%2eevil.example/",
            "https://example.com\\@evil.example/",
            "https://example.com:44a/",
            "https://example.com./",
            "https://example.com/a b",
            "",
        ] {
            assert_eq!(uri_host(uri.as_bytes()), None, "{uri}");
        }
        assert_eq!(uri_host(b"https://\xff.example/"), None);
    }
}
