//! DNS names in the preferred name syntax (RFC 1034 §3.5, RFC 1123 §2.1), as RFC 9525 compares them.

use alloc::string::String;
use core::fmt;

/// Bytes of the longest name, without the root's dot (RFC 1035 §2.3.4).
const MAX_NAME_LEN: usize = 253;
/// Bytes of the longest label (RFC 1035 §2.3.4).
const MAX_LABEL_LEN: usize = 63;

/// A fully qualified DNS name in lower case, internationalized labels as A-labels, without the root's dot.
///
/// Underscores are taken, since hosts in use have them. A name whose last label is all digits is none: it
/// would be read as an IPv4 address elsewhere.
///
/// ```
/// use handfast::identity::DnsName;
/// assert_eq!(DnsName::parse("Example.COM").unwrap().as_str(), "example.com");
/// assert!(DnsName::parse("192.0.2.1").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsName(String);

/// Why a string is no DNS name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DnsNameError {
    /// It is empty.
    Empty,
    /// It is longer than 253 bytes.
    TooLong,
    /// It ends with a dot; leave the dot out.
    TrailingDot,
    /// Two dots follow each other, or it starts with one.
    EmptyLabel,
    /// A label is longer than 63 bytes.
    LabelTooLong,
    /// A label starts or ends with a hyphen.
    HyphenAtEdge,
    /// A character that host names do not have; internationalized labels are written as A-labels (`xn--…`).
    Character(char),
    /// The last label is all digits: an IP address is expected as one.
    LooksLikeIpAddress,
}

impl DnsName {
    /// Reads a name; upper case becomes lower case.
    ///
    /// # Errors
    /// [`DnsNameError`] if it is not in the preferred name syntax.
    pub fn parse(name: &str) -> Result<Self, DnsNameError> {
        Self::check(name)?;
        Ok(Self(name.to_ascii_lowercase()))
    }

    /// Can the name be read?
    ///
    /// # Errors
    /// [`DnsNameError`] as [`DnsName::parse`] gives it.
    pub fn check(name: &str) -> Result<(), DnsNameError> {
        check(name)
    }

    /// The name in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(name: &str) -> Result<(), DnsNameError> {
    if name.is_empty() {
        return Err(DnsNameError::Empty);
    }
    if name.len() > MAX_NAME_LEN + 1 {
        return Err(DnsNameError::TooLong);
    }
    if name.ends_with('.') {
        return Err(DnsNameError::TrailingDot);
    }
    if name.len() > MAX_NAME_LEN {
        return Err(DnsNameError::TooLong);
    }
    name.split('.').try_for_each(check_label)?;
    match name.rsplit('.').next() {
        Some(last) if last.bytes().all(|byte| byte.is_ascii_digit()) => Err(DnsNameError::LooksLikeIpAddress),
        _ => Ok(()),
    }
}

fn check_label(label: &str) -> Result<(), DnsNameError> {
    if label.is_empty() {
        return Err(DnsNameError::EmptyLabel);
    }
    if label.len() > MAX_LABEL_LEN {
        return Err(DnsNameError::LabelTooLong);
    }
    let stranger = |c: &char| !(c.is_ascii_alphanumeric() || *c == '-' || *c == '_');
    if let Some(character) = label.chars().find(stranger) {
        return Err(DnsNameError::Character(character));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(DnsNameError::HyphenAtEdge);
    }
    Ok(())
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for DnsNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a DNS name is empty"),
            Self::TooLong => write!(f, "a DNS name has at most {MAX_NAME_LEN} bytes"),
            Self::TrailingDot => f.write_str("a DNS name is written without the dot at its end"),
            Self::EmptyLabel => f.write_str("a label of a DNS name is empty"),
            Self::LabelTooLong => write!(f, "a label of a DNS name has at most {MAX_LABEL_LEN} bytes"),
            Self::HyphenAtEdge => f.write_str("a label of a DNS name starts or ends with a hyphen"),
            Self::Character(character) => write!(
                f,
                "a DNS name has letters, digits, hyphens and underscores, not {character:?}; \
                 write internationalized labels as A-labels (xn--…)"
            ),
            Self::LooksLikeIpAddress => {
                f.write_str("a DNS name does not end in a label of digits; expect an IP address as one")
            }
        }
    }
}

impl core::error::Error for DnsNameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_preferred_syntax_become_lower_case() {
        for (name, expected) in [
            ("example.com", "example.com"),
            ("WWW.Example.Com", "www.example.com"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("localhost", "localhost"),
            ("_sip.example.com", "_sip.example.com"),
            ("1.2.3.example", "1.2.3.example"),
            ("a--b.c3", "a--b.c3"),
        ] {
            assert_eq!(DnsName::parse(name).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn each_way_of_being_no_name_has_its_reason() {
        let long_label = [b'a'; 64];
        let long_label = core::str::from_utf8(&long_label).unwrap();
        let long_name = "abcdefg.".repeat(32);
        for (name, reason) in [
            ("", DnsNameError::Empty),
            (".", DnsNameError::TrailingDot),
            ("example.com.", DnsNameError::TrailingDot),
            (".example.com", DnsNameError::EmptyLabel),
            ("example..com", DnsNameError::EmptyLabel),
            (long_label, DnsNameError::LabelTooLong),
            (long_name.as_str(), DnsNameError::TooLong),
            ("-a.example", DnsNameError::HyphenAtEdge),
            ("a-.example", DnsNameError::HyphenAtEdge),
            ("*.example.com", DnsNameError::Character('*')),
            ("bücher.example", DnsNameError::Character('ü')),
            ("nul\0.example", DnsNameError::Character('\0')),
            ("a b.example", DnsNameError::Character(' ')),
            ("192.0.2.1", DnsNameError::LooksLikeIpAddress),
            ("127.1", DnsNameError::LooksLikeIpAddress),
            ("12345", DnsNameError::LooksLikeIpAddress),
        ] {
            assert_eq!(DnsName::parse(name), Err(reason), "{name:?}");
        }
    }

    #[test]
    fn lengths_are_taken_up_to_their_bounds_and_no_further() {
        let label = "a".repeat(63);
        let name = alloc::format!("{label}.{label}.{label}.{}", "b".repeat(61));
        assert_eq!(name.len(), 253);
        assert!(DnsName::parse(&name).is_ok());
        assert_eq!(DnsName::parse(&alloc::format!("{name}b")), Err(DnsNameError::TooLong));
    }
}
