//! The server's side of 0-RTT: taken once, or skipped (RFC 9846 §4.3.10, §4.6, §8; 8446 §4.2.10, §4.5, §8).

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::To;
use super::flight::WaitFlight2;
use super::negotiate::Parameters;
use super::psk::SelectedPsk;
use crate::handshake::ask::{Ask, CheckReplay, Reply};
use crate::handshake::step::{Received, Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::{Direction, Epoch, Fault, Milestone};
use crate::message::EndOfEarlyData;
use crate::resumption::{Session, reveal_ticket_age};
use crate::time::Time;

/// The client sends early data that may be taken; whether it is a replay is being checked.
pub(crate) struct CheckingReplay {
    pub(super) ask: Ask,
    parameters: Parameters,
    selected: SelectedPsk,
    session: Arc<Session>,
}

/// WAIT_EOED: our flight is sent; early data comes until EndOfEarlyData.
pub(crate) struct WaitEoed(pub(super) WaitFlight2);

impl CheckingReplay {
    /// Asks, if early data may be taken with this session at all; else NEGOTIATED without it.
    pub(super) fn ask(
        parameters: Parameters,
        selected: SelectedPsk,
        session: Arc<Session>,
        step: &mut Step<'_>,
    ) -> Result<Self, Box<super::Negotiated>> {
        let remember_until = parameters
            .selected
            .sends_early_data
            .then(|| may_take(&parameters, &selected, &session, step))
            .flatten();
        let Some(remember_until) = remember_until else {
            //= R-4.3.10-4
            return Err(Box::new(selected.negotiated(parameters, Some(session), false)));
        };
        //= R-8-1
        //= R-8.2-2
        let key = selected.binder.clone();
        let ticket = selected.identity.clone();
        let ask = CheckReplay { id: step.ask_id(), key, ticket, remember_until, now: step.now };
        Ok(Self { ask: Ask::CheckReplay(Box::new(ask)), parameters, selected, session })
    }

    /// Early data is taken if nobody has seen it before.
    pub(super) fn checked(self, reply: Reply, _: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let reply = reply.or_if_failed(Reply::Replay { is_fresh: false });
        let Reply::Replay { is_fresh } = reply else { return Err(unusable("CheckReplay", reply)) };
        //= R-8.2-1
        Ok(self.selected.negotiated(self.parameters, Some(self.session), is_fresh).into())
    }
}

/// May early data be taken with this PSK (§4.3.10)? Then until when a copy of it would be taken too.
fn may_take(
    parameters: &Parameters,
    selected: &SelectedPsk,
    session: &Session,
    step: &Step<'_>,
) -> Option<Time> {
    let config = &step.config;
    // A client may send all that its ticket allows: where we take less by now, we take none.
    let is_offered = (1..=config.max_early_data_size).contains(&session.max_early_data_size);
    //= R-4.3.10-7
    //= R-4.3.10-8
    let fits = selected.index == 0
        && parameters.retried.is_none()
        && selected.cipher_suite == session.cipher_suite
        && parameters.selected.application_protocol == session.application_protocol;
    let tolerance = config.limits.ticket_age_tolerance;
    let age_of_client = reveal_ticket_age(selected.obfuscated_ticket_age, session.age_add);
    let age_of_server = step.now.saturating_since(session.issued_at);
    //= R-4.3.10-3
    let is_of_age = age_of_client.abs_diff(age_of_server) <= tolerance;
    // The age is held against a window on both sides: a copy fits it for as long as both together.
    //= R-8-4
    (is_offered && fits && is_of_age).then(|| step.now.saturating_add(tolerance.saturating_mul(2)))
}

//= R-4.3.10-5
//= R-4.3.10-10
/// Lets the carrier skip early data that is not taken, and the application know.
pub(super) fn reject_early_data(step: &mut Step<'_>) {
    step.actions.milestone(Milestone::EarlyDataRejected);
    let limit = step.config.max_early_data_size.max(step.config.limits.skipped_early_data);
    step.actions.skip_early_data(limit);
}

impl WaitEoed {
    /// WAIT_EOED --Recv EndOfEarlyData--> WAIT_FLIGHT2; K_recv = handshake.
    pub(super) fn recv_end_of_early_data(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::EndOfEarlyData>, Fault> {
        let EndOfEarlyData = received.decode()?;
        let session = &mut self.0.session;
        session.transcript.add(received.bytes);
        let suite = session.selected.cipher_suite;
        step.keys(Direction::Receive, Epoch::Handshake, suite, &session.client_handshake_traffic_secret);
        Ok(self.0.into())
    }
}
