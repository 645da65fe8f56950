//! Options of `handfast delegate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use handfast::SignatureScheme;
use handfast::connection::MAX_DELEGATION;
use handfast::handshake::Role;

pub(super) const EXAMPLES: &str = "\
The certificate needs the extension DelegationUsage and the key usage digitalSignature; OpenSSL requests them by
  -addext 1.3.6.1.4.1.44363.44=DER:05:00 -addext keyUsage=critical,digitalSignature

Examples:
  Where the certificate's key is:
    handfast delegate --role server --cert server.pem --key server.key --hours 24 --out edge.pem
  Where TLS ends, for clients that take that:
    handfast server [::]:443 --client-auth none --delegated-credential edge.pem --echo
    handfast client edge.example.com:443 --ca ca.pem --accept-delegated-credentials";

const MAX_HOURS: i64 = (MAX_DELEGATION.as_secs() / 3600) as i64;

#[derive(Args, Debug)]
pub(crate) struct DelegateArgs {
    /// The certificate chain that delegates, leaf first, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: PathBuf,
    /// The leaf's private key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// In which role the new key is to be used; in the other one it is worth nothing
    #[arg(long, value_enum)]
    pub(crate) role: RoleArg,
    /// For how many hours from now, a week at most: it cannot be revoked but with the certificate
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=MAX_HOURS))]
    pub(crate) hours: u32,
    /// What kind of key to make
    #[arg(long, value_enum, default_value_t = KeyTypeArg::P256)]
    pub(crate) key_type: KeyTypeArg,
    /// Where to write chain, delegation and new private key to; there must be no such file
    ///
    /// The blocks are CERTIFICATE, DELEGATED CREDENTIAL and PRIVATE KEY. Whoever has the file is us until it ends.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// The end that listens
    Server,
    /// The end that connects
    Client,
}

impl From<RoleArg> for Role {
    fn from(arg: RoleArg) -> Self {
        match arg {
            RoleArg::Server => Self::Server,
            RoleArg::Client => Self::Client,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyTypeArg {
    /// ECDSA with P-256
    #[value(name = "p-256")]
    P256,
    /// ECDSA with P-384
    #[value(name = "p-384")]
    P384,
    /// Ed25519
    Ed25519,
}

impl From<KeyTypeArg> for SignatureScheme {
    fn from(arg: KeyTypeArg) -> Self {
        match arg {
            KeyTypeArg::P256 => Self::ECDSA_SECP256R1_SHA256,
            KeyTypeArg::P384 => Self::ECDSA_SECP384R1_SHA384,
            KeyTypeArg::Ed25519 => Self::ED25519,
        }
    }
}
