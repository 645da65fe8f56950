//! SPIFFE identities as the SPIFFE-ID standard of the CNCF writes them.

use alloc::string::String;
use core::fmt;

/// Bytes of the longest SPIFFE id (SPIFFE-ID §2.3).
const MAX_ID_LEN: usize = 2048;
/// Bytes of the longest trust domain name (SPIFFE-ID §2.1).
const MAX_TRUST_DOMAIN_LEN: usize = 255;
const SCHEME: &str = "spiffe://";

/// A SPIFFE id: `spiffe://trust-domain/path`.
///
/// ```
/// use handfast::identity::SpiffeId;
/// let id = SpiffeId::parse("spiffe://prod.example/ns/web").unwrap();
/// assert_eq!((id.trust_domain().as_str(), id.path()), ("prod.example", "/ns/web"));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpiffeId {
    id: String,
    trust_domain: TrustDomain,
}

/// The name of a SPIFFE trust domain, in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrustDomain(String);

/// Why a string is no SPIFFE id or trust domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpiffeIdError {
    /// It does not start with `spiffe://`.
    Scheme,
    /// It is longer than 2048 bytes.
    TooLong,
    /// The trust domain is empty or longer than 255 bytes.
    TrustDomainLength,
    /// The trust domain has a character that is not a lower-case letter, digit, dot, hyphen or underscore;
    /// upper case, user information and ports are such.
    TrustDomainCharacter(char),
    /// A segment of the path is empty, as with a slash at the end.
    EmptySegment,
    /// A segment of the path is `.` or `..`.
    RelativeSegment,
    /// The path has a character that is not a letter, digit, dot, hyphen or underscore; queries, fragments
    /// and percent-encoding are such.
    PathCharacter(char),
}

impl SpiffeId {
    /// Reads a SPIFFE id; comparison is by byte, so there is no second spelling of the same one.
    ///
    /// # Errors
    /// [`SpiffeIdError`] if it is not one.
    pub fn parse(id: &str) -> Result<Self, SpiffeIdError> {
        if id.len() > MAX_ID_LEN {
            return Err(SpiffeIdError::TooLong);
        }
        let rest = id.strip_prefix(SCHEME).ok_or(SpiffeIdError::Scheme)?;
        let (trust_domain, path) = match rest.split_once('/') {
            Some((trust_domain, path)) => (trust_domain, Some(path)),
            None => (rest, None),
        };
        let trust_domain = TrustDomain::parse(trust_domain)?;
        if let Some(path) = path {
            path.split('/').try_for_each(check_segment)?;
        }
        Ok(Self { id: id.into(), trust_domain })
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// Its trust domain.
    #[must_use]
    pub fn trust_domain(&self) -> &TrustDomain {
        &self.trust_domain
    }

    /// Its path with the slash in front, or nothing: then it names the trust domain itself.
    #[must_use]
    pub fn path(&self) -> &str {
        self.id.get(SCHEME.len() + self.trust_domain.0.len()..).unwrap_or_default()
    }
}

impl TrustDomain {
    /// Reads the name of a trust domain, without scheme and path.
    ///
    /// # Errors
    /// [`SpiffeIdError`] if it is not one.
    pub fn parse(name: &str) -> Result<Self, SpiffeIdError> {
        if name.is_empty() || name.len() > MAX_TRUST_DOMAIN_LEN {
            return Err(SpiffeIdError::TrustDomainLength);
        }
        let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        match name.chars().find(|c| !allowed(c)) {
            Some(character) => Err(SpiffeIdError::TrustDomainCharacter(character)),
            None => Ok(Self(name.into())),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_segment(segment: &str) -> Result<(), SpiffeIdError> {
    let stranger = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    match segment {
        "" => Err(SpiffeIdError::EmptySegment),
        "." | ".." => Err(SpiffeIdError::RelativeSegment),
        _ => match segment.chars().find(stranger) {
            Some(character) => Err(SpiffeIdError::PathCharacter(character)),
            None => Ok(()),
        },
    }
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

impl fmt::Debug for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.id, f)
    }
}

impl fmt::Display for TrustDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TrustDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for SpiffeIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("a SPIFFE id starts with spiffe://"),
            Self::TooLong => write!(f, "a SPIFFE id has at most {MAX_ID_LEN} bytes"),
            Self::TrustDomainLength => {
                write!(f, "a SPIFFE trust domain has 1 to {MAX_TRUST_DOMAIN_LEN} bytes")
            }
            Self::TrustDomainCharacter(character) => write!(
                f,
                "a SPIFFE trust domain has lower-case letters, digits, dots, hyphens and underscores, \
                 not {character:?}"
            ),
            Self::EmptySegment => f.write_str("a segment of a SPIFFE id's path is empty"),
            Self::RelativeSegment => f.write_str("a segment of a SPIFFE id's path is neither . nor .."),
            Self::PathCharacter(character) => write!(
                f,
                "a SPIFFE id's path has letters, digits, dots, hyphens and underscores, not {character:?}"
            ),
        }
    }
}

impl core::error::Error for SpiffeIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_split_into_trust_domain_and_path() {
        for (id, trust_domain, path) in [
            ("spiffe://example.org", "example.org", ""),
            ("spiffe://example.org/a", "example.org", "/a"),
            ("spiffe://a_b-c.1/Ns/Web_1/x.y", "a_b-c.1", "/Ns/Web_1/x.y"),
            ("spiffe://192.0.2.1/a", "192.0.2.1", "/a"),
        ] {
            let parsed = SpiffeId::parse(id).unwrap();
            assert_eq!(
                (parsed.as_str(), parsed.trust_domain().as_str(), parsed.path()),
                (id, trust_domain, path)
            );
        }
    }

    #[test]
    fn each_way_of_being_no_spiffe_id_has_its_reason() {
        for (id, reason) in [
            ("https://example.org/a", SpiffeIdError::Scheme),
            ("SPIFFE://example.org/a", SpiffeIdError::Scheme),
            ("spiffe:/example.org", SpiffeIdError::Scheme),
            ("spiffe:///a", SpiffeIdError::TrustDomainLength),
            ("spiffe://Example.org/a", SpiffeIdError::TrustDomainCharacter('E')),
            ("spiffe://user@example.org/a", SpiffeIdError::TrustDomainCharacter('@')),
            ("spiffe://example.org:443/a", SpiffeIdError::TrustDomainCharacter(':')),
            ("spiffe://example.org?a", SpiffeIdError::TrustDomainCharacter('?')),
            ("spiffe://example.org#a", SpiffeIdError::TrustDomainCharacter('#')),
            ("spiffe://exämple.org/a", SpiffeIdError::TrustDomainCharacter('ä')),
            ("spiffe://example.org/", SpiffeIdError::EmptySegment),
            ("spiffe://example.org/a/", SpiffeIdError::EmptySegment),
            ("spiffe://example.org//a", SpiffeIdError::EmptySegment),
            ("spiffe://example.org/a/../b", SpiffeIdError::RelativeSegment),
            ("spiffe://example.org/./b", SpiffeIdError::RelativeSegment),
            ("spiffe://example.org/a?q=1", SpiffeIdError::PathCharacter('?')),
            ("spiffe://example.org/a#f", SpiffeIdError::PathCharacter('#')),
            ("spiffe://example.org/%61", SpiffeIdError::PathCharacter('%')),
        ] {
            assert_eq!(SpiffeId::parse(id), Err(reason), "{id}");
        }
    }

    #[test]
    fn lengths_are_taken_up_to_their_bounds_and_no_further() {
        let id = alloc::format!("spiffe://{}/{}", "d".repeat(255), "p".repeat(2048 - 9 - 255 - 1));
        assert_eq!(id.len(), 2048);
        assert!(SpiffeId::parse(&id).is_ok());
        assert_eq!(SpiffeId::parse(&alloc::format!("{id}p")), Err(SpiffeIdError::TooLong));
        assert_eq!(TrustDomain::parse(&"d".repeat(256)), Err(SpiffeIdError::TrustDomainLength));
    }
}
