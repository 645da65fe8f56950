//! `handfast server`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use handfast::handshake::{ClientAuth, GroupChoice};

use super::{CredentialArgs, EchServerArgs, LimitArgs, NegotiationArgs, PeerArgs, PskArgs};

pub(super) const EXAMPLES: &str = "\
The first line on stderr is `listening on ADDRESS:PORT`, with the port that was bound. Ctrl-C ends it.

Examples:
  Mutual TLS; the page at / tells each client what its session is:
    handfast server 127.0.0.1:8443 --ca ca.pem --cert server.pem --key server.key --http
  Two names, each with its certificate, and no client certificates:
    handfast server [::]:443 --client-auth none --cert a.pem --key a.key --cert b.pem --key b.key --echo
  No certificates, but keys that both ends know:
    handfast server 127.0.0.1:8443 --raw-public-key server.key --trust-raw-public-key client.pub --http
  Two tickets for each client, which other servers with the same file resume too:
    handfast server 127.0.0.1:8443 --ca ca.pem --cert s.pem --key s.key --http --tickets 2 --ticket-key ticket.key";

const WHAT_TO_SERVE: &str = "What to serve (by default one session, piped to stdin and stdout)";
const SESSIONS: &str = "Sessions";
const HOW_MANY: &str = "How many";

#[derive(Args, Debug)]
pub(crate) struct ServerArgs {
    /// Where to listen: ADDRESS:PORT, [V6ADDRESS]:PORT; port 0 takes a free one
    #[arg(value_name = "ADDR:PORT")]
    pub(crate) address: String,
    /// Send back what comes
    #[arg(long, conflicts_with = "http", help_heading = WHAT_TO_SERVE)]
    pub(crate) echo: bool,
    /// Answer `GET /` with a page of session facts, and close; `GET /keyupdate` sends a KeyUpdate first that
    /// asks for one back, `GET /secret` asks first who the client is (post-handshake authentication)
    #[arg(long, help_heading = WHAT_TO_SERVE)]
    pub(crate) http: bool,
    /// Ask clients for a certificate?
    #[arg(long, value_enum, default_value_t = ClientAuthArg::Required, help_heading = "Whom to trust")]
    pub(crate) client_auth: ClientAuthArg,
    #[command(flatten)]
    pub(crate) peer: PeerArgs,
    #[command(flatten)]
    pub(crate) credentials: CredentialArgs,
    /// Refuse clients that ask for a name that no --cert carries (unrecognized_name)
    #[arg(long, help_heading = "What to show")]
    pub(crate) refuse_unknown_names: bool,
    #[command(flatten)]
    pub(crate) negotiation: NegotiationArgs,
    /// How to pick the group where the client offers several
    #[arg(long, value_enum, default_value_t = GroupChoiceArg::SaveRoundTrip, help_heading = "What to negotiate")]
    pub(crate) group_choice: GroupChoiceArg,
    /// Put what a HelloRetryRequest must remember into a cookie, and remember nothing
    #[arg(long, help_heading = "What to negotiate")]
    pub(crate) hello_retry_cookie: bool,
    /// Give each client so many tickets, with which it resumes its session
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = SESSIONS)]
    pub(crate) tickets: u8,
    /// Seal tickets under the keys in this file; it is made if it is not there [default: a key of this process]
    ///
    /// One key a line, 64 hexadecimal digits, the newest first: all open tickets, the first seals them. Servers that
    /// share the file and trust the same resume each other's sessions.
    #[arg(long, value_name = "FILE", requires = "tickets", help_heading = SESSIONS)]
    pub(crate) ticket_key: Option<PathBuf>,
    /// Take early data (0-RTT) with tickets, up to 16384 bytes; it is held until the client has proved that it is
    /// there
    ///
    /// With --ticket-key, none is taken within the first 20 seconds: who was heard before is not known.
    #[arg(long, requires = "tickets", help_heading = SESSIONS)]
    pub(crate) early_data: bool,
    #[command(flatten)]
    pub(crate) psks: PskArgs,
    #[command(flatten)]
    pub(crate) ech: EchServerArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// Hold so many sessions at once; further clients wait
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..), help_heading = HOW_MANY)]
    pub(crate) max_connections: u32,
    /// End after so many connections; the exit code is that of the last one that failed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = HOW_MANY)]
    pub(crate) connections: Option<u64>,
    /// The same as --connections 1
    #[arg(long, conflicts_with = "connections", help_heading = HOW_MANY)]
    pub(crate) once: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupChoiceArg {
    /// The first of ours that the client sent a share for; without one, the first of ours that it supports
    SaveRoundTrip,
    /// The first of ours that the client supports, even if that takes another round trip
    OurPreference,
    /// The first of the client's that we have, even if that takes another round trip
    ClientPreference,
}

impl From<GroupChoiceArg> for GroupChoice {
    fn from(arg: GroupChoiceArg) -> Self {
        match arg {
            GroupChoiceArg::SaveRoundTrip => Self::SaveRoundTrip,
            GroupChoiceArg::OurPreference => Self::OurPreference,
            GroupChoiceArg::ClientPreference => Self::ClientPreference,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClientAuthArg {
    /// No
    None,
    /// Yes; a client without one is let in
    Optional,
    /// Yes; a client without one is refused (certificate_required)
    Required,
}

impl From<ClientAuthArg> for ClientAuth {
    fn from(arg: ClientAuthArg) -> Self {
        match arg {
            ClientAuthArg::None => Self::None,
            ClientAuthArg::Optional => Self::Optional,
            ClientAuthArg::Required => Self::Required,
        }
    }
}
