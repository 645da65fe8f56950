//! The command line.

mod client;
mod credential;
mod delegate;
mod ech;
mod limits;
mod negotiation;
mod peer;
mod psk;
mod replay;
mod revocation;
mod server;
mod verify;

pub(crate) use client::{ClientArgs, StartTlsArg};
pub(crate) use credential::CredentialArgs;
pub(crate) use delegate::{DelegateArgs, KeyTypeArg};
pub(crate) use ech::{EchArgs, EchClientArgs, EchServerArgs};
pub(crate) use limits::LimitArgs;
pub(crate) use negotiation::NegotiationArgs;
pub(crate) use peer::{PeerArgs, digest};
pub(crate) use psk::{PskArg, PskArgs};
pub(crate) use replay::ReplayArgs;
pub(crate) use revocation::{RevocationArgs, ScopeArg, StaleArg, UnknownArg};
pub(crate) use server::{ClientAuthArg, ServerArgs};
pub(crate) use verify::{ProfileArg, PurposeArg, VerifyArgs};

use clap::{Parser, Subcommand};

const EXIT_CODES: &str = "\
Exit codes:
  0  the session ended cleanly, with close_notify from both sides
  1  a file or a setting is wrong; nothing was sent
  2  the command line is wrong
  3  the network, stdin or stdout failed, or a time limit passed
  4  we refused the peer: its certificate, its messages, or what it negotiates
  5  the peer refused us, with an alert
  6  the connection was cut: it ended without close_notify
  7  a replayed run differs from its record";

/// TLS 1.3 sessions that both sides authenticate: watch one, make one, serve them.
#[derive(Debug, Parser)]
#[command(name = "handfast", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Watch a mutual handshake, message by message
    ///
    /// Makes a CA, a server and a client certificate in memory, lets a client and a server talk over byte
    /// buffers, and shows each record and message on its way: its size, under which keys it travels, where
    /// RFC 9846 describes it, and how long it took. No files, no network.
    #[command(after_help = "Example:\n  handfast demo | less -R")]
    Demo,
    /// Hold a session with a server: stdin and stdout are piped, the session is told on stderr
    #[command(after_help = client::EXAMPLES)]
    Client(Box<ClientArgs>),
    /// Serve sessions: echo, HTTP page of session facts, or one session piped to stdin and stdout
    #[command(after_help = server::EXAMPLES)]
    Server(Box<ServerArgs>),
    /// Judge a certificate chain from files, and say why it is accepted or refused
    #[command(after_help = verify::EXAMPLES)]
    Verify(Box<VerifyArgs>),
    /// Make a key that proves who we are in place of our certificate's, for a short time (RFC 9345)
    ///
    /// Whoever ends TLS for us gets it and not the certificate's own key, which need not leave its place.
    #[command(after_help = delegate::EXAMPLES)]
    Delegate(DelegateArgs),
    /// Make a key for Encrypted Client Hello, and the config that goes into DNS
    ///
    /// The config is printed as base64, for the parameter `ech` of the server's HTTPS record.
    #[command(after_help = ech::EXAMPLES)]
    Ech(EchArgs),
    /// Run a recorded session again, and stop at the first byte that differs
    ///
    /// Everything is in the record: no network, no clock, no certificates, no keys. What differs is told with its
    /// record, message and field.
    #[command(after_help = replay::EXAMPLES)]
    Replay(ReplayArgs),
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
