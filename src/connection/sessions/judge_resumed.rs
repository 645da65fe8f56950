//! May a session still be resumed? What the config's answer to `JudgeResumed` rests on.

use alloc::string::String;
use core::time::Duration;

use super::super::Trust;
use crate::crypto::CryptoProvider;
use crate::identity::{CertificateTag, ExpectedPeer};
use crate::resumption::Session;
use crate::time::Time;

/// How long after the original authentication a session may be resumed at all: a day. Renewed tickets do not move it.
pub const MAX_LINEAGE: Duration = Duration::from_secs(24 * 60 * 60);

/// How far a clock may have gone back, or those of two servers may differ, before times no longer say how old a session
/// is: a session of the future would live as long as the clock needs to come back to it.
const MAX_STEP_BACK: Duration = Duration::from_secs(60);

/// Why the session may not be resumed at `now`; `None` if it may.
///
/// What can be known again of a chain of which only names were kept is that it was revoked. Whether it is still said
/// to be good cannot, so what was judged good is taken as good until [`MAX_LINEAGE`] is over.
pub(in super::super) fn decline_reason(
    session: &Session,
    now: Time,
    trust: &Trust,
    expected: &ExpectedPeer,
    compromised: &[CertificateTag],
    crypto: &CryptoProvider,
) -> Option<String> {
    if session.is_expired(now) {
        return Some(String::from("the ticket's lifetime is over"));
    }
    let of_the_future = session.issued_at.max(session.authenticated_at);
    if of_the_future.saturating_sub(trust.clock_skew()).saturating_sub(MAX_STEP_BACK) > now {
        return Some(alloc::format!(
            "the session is of {of_the_future}, and it is {now}: the clock has gone back"
        ));
    }
    let age = now.saturating_since(session.authenticated_at);
    //= R-4.7.1-13
    //= R-4.7.1-19
    if age >= MAX_LINEAGE {
        let hours = age.as_secs() / 3600;
        return Some(alloc::format!("the peer was authenticated {hours} hours ago, 24 are allowed"));
    }
    if session.local_certificate.is_some_and(|tag| compromised.contains(&tag)) {
        return Some(String::from("it was made with a certificate of ours that is marked compromised"));
    }
    let identity = session.peer_identity.as_ref()?;
    if let Some(reason) = trust.declines_raw_public_key(identity, expected) {
        return Some(reason);
    }
    let not_after = identity.earliest_not_after;
    if now.saturating_sub(trust.clock_skew()) > not_after {
        return Some(alloc::format!("a certificate of the peer's chain expired at {not_after}, it is {now}"));
    }
    let revoked = trust.revoked_since(identity, crypto)?;
    Some(alloc::format!("a certificate of the peer's chain may have been {revoked} (RFC 5280 §6.3)"))
}
