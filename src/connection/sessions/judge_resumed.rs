//! May a session still be resumed? The answer of the config to `JudgeResumed`.

use alloc::string::String;
use core::time::Duration;

use crate::handshake::{Answer, JudgeResumed};
use crate::resumption::Session;
use crate::time::Time;

/// How long after the original authentication a session may be resumed at all: a day. Renewed tickets do not move it.
pub const MAX_LINEAGE: Duration = Duration::from_secs(24 * 60 * 60);

/// The answer to [`JudgeResumed`].
pub(in super::super) fn answer(ask: &JudgeResumed, clock_skew: Duration) -> Answer {
    match decline_reason(&ask.session, ask.now, clock_skew) {
        None => ask.accept(),
        Some(reason) => ask.decline(reason),
    }
}

/// Why the session may not be resumed at `now`; `None` if it may.
pub(in super::super) fn decline_reason(session: &Session, now: Time, clock_skew: Duration) -> Option<String> {
    if session.is_expired(now) {
        return Some(String::from("the ticket's lifetime is over"));
    }
    let age = now.saturating_since(session.authenticated_at);
    if age >= MAX_LINEAGE {
        let hours = age.as_secs() / 3600;
        return Some(alloc::format!("the peer was authenticated {hours} hours ago, 24 are allowed"));
    }
    let identity = session.peer_identity.as_ref()?;
    let not_after = identity.earliest_not_after;
    (now.saturating_sub(clock_skew) > not_after)
        .then(|| alloc::format!("a certificate of the peer's chain expired at {not_after}, it is {now}"))
}
