//! Whom we expect: one plain type for both roles.

use alloc::string::String;
use core::fmt;
use core::net::IpAddr;

use super::{DnsName, DnsNameError, Sha256Digest, SpiffeId, SpiffeIdError, TrustDomain};

/// Whom we expect at the other end: the identity that must be proved, and the server name to send or none.
///
/// A client says with it which server it wants, a server which clients it lets in; it is the "name rules" to
/// which tickets are bound.
///
/// ```
/// use handfast::identity::ExpectedPeer;
/// let server = ExpectedPeer::dns("db.example.com").unwrap();
/// assert_eq!(server.server_name(), Some("db.example.com"));
/// let clients = ExpectedPeer::spiffe_trust_domain("prod.example").unwrap();
/// assert_eq!(clients.server_name(), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ExpectedPeer {
    server_name: Option<DnsName>,
    name: PeerName,
}

/// An identity that a peer must prove.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PeerName {
    /// A DNS name, matched by RFC 9525.
    Dns(DnsName),
    /// An IP address, equal to an iPAddress of the certificate.
    Ip(IpAddr),
    /// A mailbox, equal to an rfc822Name of the certificate (RFC 5280 §7.5).
    Mailbox(String),
    /// One SPIFFE id.
    SpiffeId(SpiffeId),
    /// Any SPIFFE id of this trust domain.
    SpiffeTrustDomain(TrustDomain),
    /// The certificate with this SHA-256 digest. The pin is the trust: no path to an anchor is asked for.
    PinnedCertificate(Sha256Digest),
    /// Any certificate with a SubjectPublicKeyInfo of this SHA-256 digest. The pin is the trust: no path to an
    /// anchor is asked for.
    PinnedPublicKey(Sha256Digest),
    /// Whoever has a certificate under the trust anchors.
    AnyUnderAnchors,
}

/// Why a string names nobody who could be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerNameError {
    /// It is no DNS name.
    DnsName(DnsNameError),
    /// It is no SPIFFE id or trust domain.
    SpiffeId(SpiffeIdError),
    /// It is no mailbox: one `@` with something before it and a DNS name behind it.
    Mailbox,
}

impl ExpectedPeer {
    /// A peer with this DNS name, which is sent as server name too.
    ///
    /// # Errors
    /// [`PeerNameError::DnsName`] if it is not one; an IP address is expected with [`ExpectedPeer::ip`].
    pub fn dns(name: &str) -> Result<Self, PeerNameError> {
        let name = DnsName::parse(name).map_err(PeerNameError::DnsName)?;
        Ok(Self { server_name: Some(name.clone()), name: PeerName::Dns(name) })
    }

    /// A peer with this IP address; no server name is sent, for RFC 6066 §3 allows no addresses there.
    #[must_use]
    pub const fn ip(address: IpAddr) -> Self {
        Self::named(PeerName::Ip(address))
    }

    /// A peer with this mailbox as rfc822Name, such as a person's client certificate.
    ///
    /// # Errors
    /// [`PeerNameError::Mailbox`] if it is not one.
    pub fn mailbox(mailbox: &str) -> Result<Self, PeerNameError> {
        let (local, host) = mailbox.rsplit_once('@').ok_or(PeerNameError::Mailbox)?;
        if local.is_empty() || local.contains('@') || DnsName::parse(host).is_err() {
            return Err(PeerNameError::Mailbox);
        }
        Ok(Self::named(PeerName::Mailbox(mailbox.into())))
    }

    /// A peer with this SPIFFE id.
    ///
    /// # Errors
    /// [`PeerNameError::SpiffeId`] if it is not one.
    pub fn spiffe_id(id: &str) -> Result<Self, PeerNameError> {
        SpiffeId::parse(id).map(|id| Self::named(PeerName::SpiffeId(id))).map_err(PeerNameError::SpiffeId)
    }

    /// A peer with any SPIFFE id of this trust domain.
    ///
    /// # Errors
    /// [`PeerNameError::SpiffeId`] if it is no trust domain.
    pub fn spiffe_trust_domain(name: &str) -> Result<Self, PeerNameError> {
        TrustDomain::parse(name)
            .map(|domain| Self::named(PeerName::SpiffeTrustDomain(domain)))
            .map_err(PeerNameError::SpiffeId)
    }

    /// The peer whose whole certificate has this SHA-256 digest, in place of a path to a trust anchor.
    #[must_use]
    pub const fn pinned_certificate(sha256: [u8; 32]) -> Self {
        Self::named(PeerName::PinnedCertificate(Sha256Digest(sha256)))
    }

    /// The peer whose SubjectPublicKeyInfo has this SHA-256 digest, in place of a path to a trust anchor.
    #[must_use]
    pub const fn pinned_public_key(sha256: [u8; 32]) -> Self {
        Self::named(PeerName::PinnedPublicKey(Sha256Digest(sha256)))
    }

    /// Whoever has a certificate under the trust anchors: right for a server that decides by identity
    /// afterwards, and for a client only where every holder of a certificate is the same to it.
    #[must_use]
    pub const fn any_under_anchors() -> Self {
        Self::named(PeerName::AnyUnderAnchors)
    }

    /// The same, sending this server name.
    ///
    /// # Errors
    /// [`PeerNameError::DnsName`] if it is no DNS name.
    pub fn with_server_name(self, server_name: &str) -> Result<Self, PeerNameError> {
        let server_name = DnsName::parse(server_name).map_err(PeerNameError::DnsName)?;
        Ok(Self { server_name: Some(server_name), ..self })
    }

    /// The same, sending no server name.
    #[must_use]
    pub fn without_server_name(self) -> Self {
        Self { server_name: None, ..self }
    }

    /// The server name to send (RFC 6066 §3).
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        self.server_name.as_ref().map(DnsName::as_str)
    }

    /// The identity that must be proved.
    #[must_use]
    pub const fn name(&self) -> &PeerName {
        &self.name
    }

    const fn named(name: PeerName) -> Self {
        Self { server_name: None, name }
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => write!(f, "DNS name {name}"),
            Self::Ip(address) => write!(f, "IP address {address}"),
            Self::Mailbox(mailbox) => write!(f, "mailbox {mailbox}"),
            Self::SpiffeId(id) => write!(f, "SPIFFE id {id}"),
            Self::SpiffeTrustDomain(domain) => write!(f, "a SPIFFE id of trust domain {domain}"),
            Self::PinnedCertificate(digest) => write!(f, "the certificate with SHA-256 {digest}"),
            Self::PinnedPublicKey(digest) => write!(f, "a public key with SHA-256 {digest}"),
            Self::AnyUnderAnchors => f.write_str("anyone under the trust anchors"),
        }
    }
}

impl fmt::Display for ExpectedPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.name, f)?;
        match (&self.server_name, &self.name) {
            (Some(sent), PeerName::Dns(name)) if sent == name => Ok(()),
            (Some(sent), _) => write!(f, ", sending server name {sent}"),
            (None, PeerName::Dns(_)) => f.write_str(", sending no server name"),
            (None, _) => Ok(()),
        }
    }
}

impl fmt::Debug for ExpectedPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExpectedPeer({self})")
    }
}

impl fmt::Display for PeerNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DnsName(error) => fmt::Display::fmt(error, f),
            Self::SpiffeId(error) => fmt::Display::fmt(error, f),
            Self::Mailbox => f.write_str("a mailbox has something before one @ and a DNS name behind it"),
        }
    }
}

impl core::error::Error for PeerNameError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_dns_name_is_sent_as_server_name_unless_said_otherwise() {
        let peer = ExpectedPeer::dns("Example.com").unwrap();
        assert_eq!(peer.server_name(), Some("example.com"));
        assert_eq!(peer.to_string(), "DNS name example.com");
        let quiet = peer.clone().without_server_name();
        assert_eq!(quiet.server_name(), None);
        assert_eq!(quiet.to_string(), "DNS name example.com, sending no server name");
        let fronted = peer.with_server_name("front.example").unwrap();
        assert_eq!(fronted.server_name(), Some("front.example"));
        assert_eq!(fronted.to_string(), "DNS name example.com, sending server name front.example");
    }

    #[test]
    fn an_address_is_no_dns_name_and_sends_no_server_name() {
        assert_eq!(
            ExpectedPeer::dns("192.0.2.1"),
            Err(PeerNameError::DnsName(DnsNameError::LooksLikeIpAddress))
        );
        assert_eq!(ExpectedPeer::ip("192.0.2.1".parse().unwrap()).server_name(), None);
    }

    #[test]
    fn mailboxes_have_one_at_sign_and_a_host() {
        assert!(ExpectedPeer::mailbox("a.b+c@example.com").is_ok());
        for mailbox in ["", "a", "@example.com", "a@", "a@b@example.com", "a@-example.com"] {
            assert_eq!(ExpectedPeer::mailbox(mailbox), Err(PeerNameError::Mailbox), "{mailbox}");
        }
    }
}
