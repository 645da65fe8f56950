//! `handfast client`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use handfast::NamedGroup;

use super::negotiation::{Groups, group, groups_or_none};
use super::{CredentialArgs, EchClientArgs, LimitArgs, NegotiationArgs, PeerArgs, PskArgs};

pub(super) const EXAMPLES: &str = "\
When stdin ends, the server is told that no more comes (but with --post-handshake-auth), and what it still sends goes on
to stdout; when the server ends, so does the session.

Examples:
  Mutual TLS with a server known by its DNS name:
    handfast client db.example.com:5433 --ca ca.pem --cert client.pem --key client.key
  A server known by its SPIFFE id, behind an address that is not its name:
    handfast client 127.0.0.1:8443 --ca ca.pem --cert c.pem --key c.key --spiffe-id spiffe://prod.example/db
  One HTTP request:
    printf 'GET / HTTP/1.0\\r\\n\\r\\n' | handfast client 127.0.0.1:8443 --name db.example.com --ca ca.pem
  The same twice; the second time the session is resumed, and the request goes out with the first flight:
    handfast client db.example.com:5433 --ca ca.pem --session-file db.session --early-data request.http";

const SESSIONS: &str = "Sessions";

#[derive(Args, Debug)]
pub(crate) struct ClientArgs {
    /// Where to connect: HOST:PORT, [V6ADDRESS]:PORT
    #[arg(value_name = "HOST:PORT")]
    pub(crate) address: String,
    /// The server's DNS name or IP address, proved by its certificate; HOST if not given
    #[arg(long, value_name = "NAME", help_heading = "Whom to trust", conflicts_with_all = super::peer::IDENTITIES)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) peer: PeerArgs,
    /// Send this server name (SNI) in place of the name expected
    #[arg(long, value_name = "NAME", help_heading = "Whom to trust", conflicts_with = "no_sni")]
    pub(crate) sni: Option<String>,
    /// Send no server name
    #[arg(long, help_heading = "Whom to trust")]
    pub(crate) no_sni: bool,
    #[command(flatten)]
    pub(crate) credentials: CredentialArgs,
    #[command(flatten)]
    pub(crate) negotiation: NegotiationArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// Send shares for these of our groups, or for none, so that the server chooses and the client asks again
    /// [default: for the first of --group, and beside a hybrid for its ECDHE]
    #[arg(long, value_name = "GROUP,…", value_parser = groups_or_none, help_heading = "What to negotiate")]
    pub(crate) key_share: Option<Groups>,
    /// A group that the server is known to support, from an earlier session or its DNS: the one share is for the first
    /// of ours that is among them
    #[arg(long, value_name = "GROUP", value_delimiter = ',', value_parser = group, help_heading = "What to negotiate")]
    pub(crate) known_group: Vec<NamedGroup>,
    /// Begin TLS inside this protocol, in its own words
    #[arg(long, value_enum, value_name = "PROTOCOL", help_heading = "What to negotiate")]
    pub(crate) starttls: Option<StartTlsArg>,
    /// Learn whether the server accepts our certificate, by asking it for a KeyUpdate behind the handshake
    #[arg(long, help_heading = "What to negotiate")]
    pub(crate) probe_acceptance: bool,
    /// Put the extensions of the ClientHello into an order of this session's own
    #[arg(long, help_heading = "What to negotiate")]
    pub(crate) permute_extensions: bool,
    /// Answer a server that asks, behind the handshake, who we are
    ///
    /// The end of stdin is not told to the server then, for it may still ask: the session ends with the server.
    #[arg(long, help_heading = "What to negotiate")]
    pub(crate) post_handshake_auth: bool,
    /// Resume the session in this file, if it still fits, and keep the one that the server gives in its place
    ///
    /// A session is used once. Whoever has the file can be the client.
    #[arg(long, value_name = "FILE", help_heading = SESSIONS)]
    pub(crate) session_file: Option<PathBuf>,
    /// Send what this file holds ahead of stdin; with a session that allows it, as early data (0-RTT)
    ///
    /// The server may hear early data twice: somebody on the way can send it again.
    #[arg(long, value_name = "FILE", requires = "session_file", help_heading = SESSIONS)]
    pub(crate) early_data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) psks: PskArgs,
    #[command(flatten)]
    pub(crate) ech: EchClientArgs,
}

/// A protocol that begins without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StartTlsArg {
    /// Its SSLRequest
    Postgresql,
}
