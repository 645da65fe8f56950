//! Whom to trust, and whom to expect: options of both roles.

use std::path::PathBuf;

use clap::Args;

use super::{RevocationArgs, revocation};
use crate::hex;

/// The options that name an identity, of which one at most is given.
pub(super) const IDENTITIES: [&str; 4] =
    ["spiffe_id", "trust_domain", "pin_sha256", "pin_certificate_sha256"];

#[derive(Args, Debug)]
#[command(next_help_heading = "Whom to trust")]
pub(crate) struct PeerArgs {
    /// Certificates of the CAs that we trust, in PEM, or one in DER; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Vec<PathBuf>,
    /// A public key that we trust with no certificate around it (RFC 7250): a file in PEM or DER, or the SHA-256 of
    /// its SubjectPublicKeyInfo; may be given several times
    ///
    /// Such a key has no name: whoever holds one of them is let in, or connected to.
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) trust_raw_public_key: Vec<String>,
    /// The SPIFFE id that the peer must prove
    #[arg(long, value_name = "URI", group = "identity")]
    pub(crate) spiffe_id: Option<String>,
    /// The SPIFFE trust domain of which the peer must prove an id, any
    #[arg(long, value_name = "DOMAIN", group = "identity")]
    pub(crate) trust_domain: Option<String>,
    /// SHA-256 of the peer's public key (SubjectPublicKeyInfo in DER): the pin is the trust, no CA is needed
    #[arg(long, value_name = "HEX", group = "identity", value_parser = digest)]
    pub(crate) pin_sha256: Option<[u8; 32]>,
    /// SHA-256 of the peer's whole certificate: the pin is the trust, no CA is needed
    #[arg(long, value_name = "HEX", group = "identity", value_parser = digest)]
    pub(crate) pin_certificate_sha256: Option<[u8; 32]>,
    /// Let the peer's certificate prove itself by a key that it delegates to for seven days at most (RFC 9345)
    #[arg(long)]
    pub(crate) accept_delegated_credentials: bool,
    #[command(flatten)]
    pub(crate) revocation: RevocationArgs,
    /// Ask the peer to staple OCSP responses to its certificates
    #[arg(long, help_heading = revocation::HEADING)]
    pub(crate) request_ocsp: bool,
    /// Keys of transparency logs, in PEM: the peer's certificate needs a timestamp of one (RFC 6962), embedded or shown
    #[arg(long, value_name = "FILE")]
    pub(crate) ct_log: Vec<PathBuf>,
    /// Of so many different logs
    #[arg(long, value_name = "N", default_value_t = 1, requires = "ct_log")]
    pub(crate) require_timestamps: usize,
    /// TAKE ANY CERTIFICATE, WHOEVER SIGNED IT AND WHOEVER IT NAMES: anyone on the way can be the peer
    ///
    /// The peer still proves that it holds the key. Every summary of a session says that this is on.
    #[arg(long, help_heading = "Danger", conflicts_with_all = ["ca", "identity", "trust_raw_public_key"])]
    pub(crate) danger_accept_any_certificate: bool,
}

impl PeerArgs {
    /// Does it say whom to trust?
    pub(crate) const fn trusts(&self) -> bool {
        !self.ca.is_empty()
            || !self.trust_raw_public_key.is_empty()
            || self.pin_sha256.is_some()
            || self.pin_certificate_sha256.is_some()
            || self.danger_accept_any_certificate
    }
}

/// 64 hexadecimal digits, with or without the colons that OpenSSL writes.
pub(crate) fn digest(text: &str) -> Result<[u8; 32], String> {
    hex::decode(&text.replace(':', ""))
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| "expected 64 hexadecimal digits, colons allowed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_digest_is_64_hexadecimal_digits_with_or_without_colons() {
        assert_eq!(digest(&"ab".repeat(32)), Ok([0xab; 32]));
        assert_eq!(digest(&["AB"; 32].join(":")), Ok([0xab; 32]));
        assert!(digest(&"ab".repeat(31)).is_err());
        assert!(digest(&"+b".repeat(32)).is_err());
        assert!(digest(&"xy".repeat(32)).is_err());
    }
}
