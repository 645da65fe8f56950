//! Time limits: options of both roles.

use std::time::Duration;

use clap::Args;

#[derive(Args, Debug)]
#[command(next_help_heading = "Time limits")]
pub(crate) struct LimitArgs {
    /// Give up a handshake that is not complete after so many seconds, connecting included
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) handshake_timeout: Duration,
    /// End a session in which the peer sends, or takes, nothing for so many seconds; 0: wait for ever
    /// [default: 300 for a server, 0 for a client]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) idle_timeout: Option<Duration>,
}

impl LimitArgs {
    /// The idle limit, if there is one.
    pub(crate) fn idle(&self, default: Option<Duration>) -> Option<Duration> {
        match self.idle_timeout {
            Some(Duration::ZERO) => None,
            Some(limit) => Some(limit),
            None => default,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "expected a number of seconds, not negative".to_owned())
}
