//! What is negotiated: options of both roles.

use std::path::PathBuf;

use clap::Args;
use handfast::message::{CertificateCompressionAlgorithm, CipherSuite, NamedGroup};

use crate::provider::Provider;

#[derive(Args, Debug)]
#[command(next_help_heading = "What to negotiate")]
pub(crate) struct NegotiationArgs {
    /// Application protocols, in order of preference: h2,http/1.1
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) alpn: Vec<String>,
    /// What to compute with
    #[arg(long, value_name = "PROVIDER", default_value = "ring")]
    pub(crate) provider: Provider,
    /// Groups for the key exchange, in order of preference: X25519, P-256, P-384, P-521, their hybrids with ML-KEM
    /// X25519MLKEM768, SecP256r1MLKEM768, SecP384r1MLKEM1024, and ML-KEM alone as MLKEM512, MLKEM768, MLKEM1024
    /// [default: what the provider has but for the last three, hybrids first]
    ///
    /// A client sends a share for the first one, and beside a hybrid one for its ECDHE.
    #[arg(long, value_name = "GROUP", value_delimiter = ',', value_parser = group)]
    pub(crate) group: Vec<NamedGroup>,
    /// Cipher suites, in order of preference: AES-128-GCM, AES-256-GCM, CHACHA20-POLY1305, AES-128-CCM, AES-128-CCM-8 or
    /// the RFC's names [default: the first three]
    #[arg(long, value_name = "SUITE", value_delimiter = ',', value_parser = suite)]
    pub(crate) suite: Vec<CipherSuite>,
    /// Take records of at most so many bytes, 64 to 16385 (RFC 8449)
    #[arg(long, value_name = "BYTES")]
    pub(crate) record_size_limit: Option<u16>,
    /// Send records of at most so many bytes of content, 63 to 16384
    #[arg(long, value_name = "BYTES")]
    pub(crate) max_record_size: Option<usize>,
    /// Take certificates that are compressed by these, and compress ours by the first that the peer takes (RFC 8879):
    /// brotli, zlib, zstd
    #[arg(long, value_name = "ALGORITHM", value_delimiter = ',', value_parser = compression)]
    pub(crate) compress_certificates: Vec<CertificateCompressionAlgorithm>,
    /// Offer values that nobody knows, too, which the peer has to ignore (GREASE, RFC 8701)
    #[arg(long)]
    pub(crate) grease: bool,
    /// Do not look like TLS 1.2 to middleboxes (RFC 9846 §E.4)
    #[arg(long)]
    pub(crate) no_middlebox_compatibility: bool,
    /// Append the session's secrets to this file, for Wireshark [default: $SSLKEYLOGFILE, if it is set]
    ///
    /// Whoever has the file reads the session.
    #[arg(long, value_name = "FILE", help_heading = "Danger")]
    pub(crate) keylog: Option<PathBuf>,
    /// Record the session to this file, which must not be there yet, for `handfast replay`
    ///
    /// Whoever has the file reads the session. A server of several sessions records each to FILE.N, by their number.
    #[arg(long, value_name = "FILE", help_heading = "Danger")]
    pub(crate) record: Option<PathBuf>,
}

const SUITES: [(CipherSuite, &str); 5] = [
    (CipherSuite::TLS_AES_128_GCM_SHA256, "AES-128-GCM"),
    (CipherSuite::TLS_AES_256_GCM_SHA384, "AES-256-GCM"),
    (CipherSuite::TLS_CHACHA20_POLY1305_SHA256, "CHACHA20-POLY1305"),
    (CipherSuite::TLS_AES_128_CCM_SHA256, "AES-128-CCM"),
    (CipherSuite::TLS_AES_128_CCM_8_SHA256, "AES-128-CCM-8"),
];

const GROUPS: [(NamedGroup, &str); 10] = [
    (NamedGroup::X25519MLKEM768, "X25519MLKEM768"),
    (NamedGroup::SECP256R1MLKEM768, "SecP256r1MLKEM768"),
    (NamedGroup::SECP384R1MLKEM1024, "SecP384r1MLKEM1024"),
    (NamedGroup::X25519, "X25519"),
    (NamedGroup::SECP256R1, "P-256"),
    (NamedGroup::SECP384R1, "P-384"),
    (NamedGroup::SECP521R1, "P-521"),
    (NamedGroup::MLKEM512, "MLKEM512"),
    (NamedGroup::MLKEM768, "MLKEM768"),
    (NamedGroup::MLKEM1024, "MLKEM1024"),
];

const COMPRESSIONS: [(CertificateCompressionAlgorithm, &str); 3] = [
    (CertificateCompressionAlgorithm::BROTLI, "brotli"),
    (CertificateCompressionAlgorithm::ZLIB, "zlib"),
    (CertificateCompressionAlgorithm::ZSTD, "zstd"),
];

fn suite(text: &str) -> Result<CipherSuite, String> {
    by_name(&SUITES, CipherSuite::name, text)
}

/// A list of groups that may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Groups(pub(crate) Vec<NamedGroup>);

/// Groups with commas in between, or `none`.
pub(super) fn groups_or_none(text: &str) -> Result<Groups, String> {
    match text {
        "none" => Ok(Groups(Vec::new())),
        text => text.split(',').map(group).collect::<Result<_, _>>().map(Groups),
    }
}

pub(super) fn group(text: &str) -> Result<NamedGroup, String> {
    by_name(&GROUPS, NamedGroup::name, text)
}

fn compression(text: &str) -> Result<CertificateCompressionAlgorithm, String> {
    by_name(&COMPRESSIONS, CertificateCompressionAlgorithm::name, text)
}

/// The code point with this name, short or the RFC's.
fn by_name<T: Copy>(
    known: &[(T, &str)],
    name: impl Fn(T) -> Option<&'static str>,
    text: &str,
) -> Result<T, String> {
    let is = |(code_point, short): &&(T, &str)| {
        text.eq_ignore_ascii_case(short)
            || name(*code_point).is_some_and(|name| text.eq_ignore_ascii_case(name))
    };
    let found = known.iter().find(is).map(|(code_point, _)| *code_point);
    found.ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(_, short)| *short).collect();
        format!("expected one of {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_and_groups_are_found_by_short_name_and_by_that_of_the_rfc_in_any_case() {
        assert_eq!(suite("aes-128-gcm"), Ok(CipherSuite::TLS_AES_128_GCM_SHA256));
        assert_eq!(suite("TLS_CHACHA20_POLY1305_SHA256"), Ok(CipherSuite::TLS_CHACHA20_POLY1305_SHA256));
        assert_eq!(suite("AES-128-CCM-8"), Ok(CipherSuite::TLS_AES_128_CCM_8_SHA256));
        assert_eq!(group("p-521"), Ok(NamedGroup::SECP521R1));
        assert_eq!(group("p-384"), Ok(NamedGroup::SECP384R1));
        assert_eq!(group("secp256r1"), Ok(NamedGroup::SECP256R1));
        assert_eq!(groups_or_none("x25519,P-256").unwrap().0, [NamedGroup::X25519, NamedGroup::SECP256R1]);
        assert_eq!(groups_or_none("none").unwrap().0, []);
        assert!(groups_or_none("").is_err());
        assert!(group("x448").unwrap_err().starts_with("expected one of X25519MLKEM768, "));
    }
}
