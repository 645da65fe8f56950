//! What we show: options of both roles.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
#[command(next_help_heading = "What to show")]
pub(crate) struct CredentialArgs {
    /// Our certificate chain, leaf first, in PEM, or the leaf alone in DER; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: Vec<PathBuf>,
    /// The private key of the --cert in the same place of the command line (PKCS#8, SEC1 or PKCS#1);
    /// without any --key, each --cert file must hold its key too
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) key: Vec<PathBuf>,
    /// An OCSP response in DER for the leaf of the --cert in the same place of the command line, stapled for peers
    /// that ask
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) staple: Vec<PathBuf>,
    /// A private key whose public key we show alone, with no certificate around it, to peers that take that
    /// (RFC 7250); may be given several times, and beside --cert, which then comes first
    #[arg(long, value_name = "FILE")]
    pub(crate) raw_public_key: Vec<PathBuf>,
    /// A certificate chain with a key that it delegates to, as `handfast delegate` writes it, for peers that take that
    /// (RFC 9345); may be given several times, and beside the certificate's own --cert, which comes behind it
    #[arg(long, value_name = "FILE")]
    pub(crate) delegated_credential: Vec<PathBuf>,
}

impl CredentialArgs {
    /// Is there anything to show?
    pub(crate) fn are_given(&self) -> bool {
        [&self.cert, &self.raw_public_key, &self.delegated_credential]
            .into_iter()
            .any(|given| !given.is_empty())
    }
}
