//! Who a peer is, and whom we expect: plain data that pki fills and asks, tickets, metrics and logs carry.

mod dns_name;
mod expected_peer;
mod peer_identity;
mod spiffe_id;

pub use dns_name::{DnsName, DnsNameError};
pub use expected_peer::{ExpectedPeer, PeerName, PeerNameError};
pub use peer_identity::{
    CertificateTag, ChainCertificate, DistinguishedName, IssuerKeyDigest, PeerIdentity, SerialNumber,
};
pub use spiffe_id::{SpiffeId, SpiffeIdError, TrustDomain};

use core::fmt;

use crate::crypto::{CryptoProvider, HashAlgorithm};

/// A SHA-256 digest, shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sha256Digest(pub [u8; 32]);

impl Sha256Digest {
    /// The digest of `data`; `None` if the provider has no SHA-256.
    #[must_use]
    pub fn of(data: &[u8], provider: &CryptoProvider) -> Option<Self> {
        let digest = provider.hash(HashAlgorithm::Sha256)?.digest(data);
        <[u8; 32]>::try_from(&*digest).ok().map(Self)
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
