//! Options of `handfast verify`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::RevocationArgs;

pub(super) const EXAMPLES: &str = "\
Exit codes: 0 accepted, 1 a file or a setting is wrong, 2 the command line is wrong, 4 refused

Examples:
  handfast verify --ca ca.pem --chain server.pem --name db.example
  handfast verify --ca ca.pem --chain client.pem --purpose client --spiffe-id spiffe://prod.example/web
  handfast verify --ca ca.pem --chain server.pem --crl ca.crl.pem --profile rfc5280
  handfast verify --ca ca.pem --chain server.pem --json";

#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// Certificates of the CAs that we trust, in PEM, or one in DER; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) ca: Vec<PathBuf>,
    /// The chain as a peer would send it, in PEM: its own certificate first, the others in any order
    #[arg(long, value_name = "FILE")]
    pub(crate) chain: PathBuf,
    /// The DNS name or IP address that the certificate must have
    #[arg(long, value_name = "NAME", group = "identity")]
    pub(crate) name: Option<String>,
    /// The SPIFFE id that it must have
    #[arg(long, value_name = "URI", group = "identity")]
    pub(crate) spiffe_id: Option<String>,
    /// The SPIFFE trust domain of which it must have an id, any
    #[arg(long, value_name = "DOMAIN", group = "identity")]
    pub(crate) trust_domain: Option<String>,
    /// What the peer would be
    #[arg(long, value_enum, default_value_t = PurposeArg::Server)]
    pub(crate) purpose: PurposeArg,
    /// The rules to judge by
    #[arg(long, value_enum, default_value_t = ProfileArg::Internal)]
    pub(crate) profile: ProfileArg,
    /// A list of public suffixes in the format of publicsuffix.org, for --profile webpki
    #[arg(long, value_name = "FILE")]
    pub(crate) public_suffixes: Option<PathBuf>,
    /// A certificate policy that must hold for the whole path; may be given several times, one of them is enough
    #[arg(long, value_name = "OID")]
    pub(crate) policy: Vec<String>,
    /// The time of judgement in seconds since 1970 in place of now
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) at: Option<i64>,
    /// Say it as JSON, in one line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) revocation: RevocationArgs,
    /// An OCSP response in DER as the peer would staple it; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) staple: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PurposeArg {
    Server,
    Client,
    Any,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ProfileArg {
    /// An internal PKI: security rules, with faults of form as warnings
    Internal,
    /// Everything that RFC 5280 asks for
    Rfc5280,
    /// The public web: RFC 5280 and the Baseline Requirements
    Webpki,
    /// SPIFFE X.509-SVIDs
    Spiffe,
}

impl VerifyArgs {
    /// The name as an address, if it is one.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.name.as_ref()?.parse().ok()
    }
}
