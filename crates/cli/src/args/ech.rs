//! Options of `handfast ech`, and of what clients and servers do with it.

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  A key for a server that is publicly known as public.example.com:
    handfast ech public.example.com --out ech.pem
  What it is for:
    handfast server [::]:443 --ech-key ech.pem --cert public.pem --key public.key --cert secret.pem --key secret.key …
    handfast client secret.example.com:443 --ech-config ech.pem --ca ca.pem";

#[derive(Args, Debug)]
pub(crate) struct EchArgs {
    /// The DNS name under which the server is publicly known, and has a certificate: clients send it in the clear
    #[arg(value_name = "PUBLIC_NAME")]
    pub(crate) public_name: String,
    /// Where to write private key and config to; there must be no such file
    ///
    /// The blocks are those of `openssl ech`: PRIVATE KEY and ECHCONFIG. Whoever has the file sees whom clients want to
    /// reach; the ECHCONFIG alone is for everybody.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Bytes of the longest name that is to be secret: clients pad to it
    #[arg(long, value_name = "BYTES", default_value_t = 64)]
    pub(crate) max_name_length: u8,
}

/// What a client does about Encrypted Client Hello.
#[derive(Args, Debug)]
#[command(next_help_heading = "Encrypted Client Hello")]
pub(crate) struct EchClientArgs {
    /// Encrypt the ClientHello, so that nobody on the way sees the server's name: under the server's ECHConfigList, a file
    /// (PEM as `handfast ech` and `openssl ech` write it, or as DNS has it) or the base64 of its DNS record
    ///
    /// A list that cannot be used is refused before anything is sent.
    #[arg(long, value_name = "FILE|BASE64")]
    pub(crate) ech_config: Option<String>,
    /// Offer --alpn in the clear too, to a server that tells connections apart by it
    #[arg(long, requires = "ech_config")]
    pub(crate) ech_alpn_outside: bool,
    /// Send what looks like an encrypted ClientHello and is none, so that those who encrypt do not stand out
    #[arg(long, conflicts_with = "ech_config")]
    pub(crate) ech_grease: bool,
}

/// What a server does about Encrypted Client Hello.
#[derive(Args, Debug)]
#[command(next_help_heading = "Encrypted Client Hello")]
pub(crate) struct EchServerArgs {
    /// Read ClientHellos that are encrypted under the key in this file, as `handfast ech` and `openssl ech` write it; may
    /// be repeated, the newest first
    ///
    /// A client that has used none of them is told the config of the first. Its public name wants a --cert.
    #[arg(long, value_name = "FILE")]
    pub(crate) ech_key: Vec<PathBuf>,
    /// Try all keys, whatever key a client names: for clients that name one at random
    #[arg(long, requires = "ech_key")]
    pub(crate) ech_trial_decryption: bool,
}
