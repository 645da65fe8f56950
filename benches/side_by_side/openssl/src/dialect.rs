//! What is OpenSSL's own.

use std::cell::RefCell;

use library::ssl::{Ssl, SslContextBuilder, SslOptions, SslRef, SslSession};
use side_by_side_meter::{Group, Problem, Suite, Tickets};

/// What it is called in the table.
pub(crate) const NAME: &str = "OpenSSL";

/// Does a server keep tickets back until it has data to send?
pub(crate) const TICKETS_WAIT_FOR_DATA: bool = false;

thread_local! {
    /// The session that came last.
    static KEPT: RefCell<Option<SslSession>> = const { RefCell::new(None) };
}

/// Offers and takes one suite and one group.
pub(crate) fn choose(context: &mut SslContextBuilder, suite: Suite, group: Group) -> Result<(), Problem> {
    context.set_ciphersuites(suite.name())?;
    context.set_groups_list(match group {
        Group::X25519 => "X25519",
        Group::P256 => "P-256",
        Group::X25519MlKem768 => "X25519MLKEM768",
    })?;
    Ok(())
}

/// One ticket of this kind, or none.
pub(crate) fn tickets(server: &mut SslContextBuilder, tickets: Option<Tickets>) -> Result<(), Problem> {
    server.set_num_tickets(usize::from(tickets.is_some()))?;
    if tickets == Some(Tickets::Stored) {
        server.set_options(SslOptions::NO_TICKET);
    }
    Ok(())
}

/// Keeps each session that comes.
pub(crate) fn keep_sessions(client: &mut SslContextBuilder) {
    client.set_new_session_callback(|_, session| KEPT.with(|kept| *kept.borrow_mut() = Some(session)));
}

/// The session that came on this connection.
pub(crate) fn session(_: &SslRef) -> Option<SslSession> {
    KEPT.with(|kept| kept.borrow_mut().take())
}

/// Offers a session.
#[allow(unsafe_code, reason = "the crate cannot know which context a session is of")]
pub(crate) fn resume(ssl: &mut Ssl, session: &SslSession) -> Result<(), Problem> {
    // SAFETY: the session came on a connection of the same context.
    unsafe { ssl.set_session(session)? };
    Ok(())
}
