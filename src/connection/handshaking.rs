//! A connection whose handshake is under way: records and the handshake machine, tied together.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::fmt;

use super::event::Need;
use super::incoming::{Found, Incoming};
use super::outgoing::Outgoing;
use super::receiver::{Progress, Receiver, own};
use super::traffic::TrafficSecret;
use super::{Config, Fault};
use crate::alert::AlertDescription;
use crate::handshake::{Ask, Direction, Epoch, Handshake, Keys, Milestone, Output, Role};
use crate::record::{ContentType, RecordFault};
use crate::time::Time;

/// The handshake machine between the two halves of the record layer.
pub(super) struct Handshaking {
    role: Role,
    pub(super) handshake: Handshake,
    incoming: Incoming,
    /// Under which keys the next record comes.
    receive_epoch: Epoch,
    /// What to tell, and behind which mark of [`Outgoing`], if `transmit` has to pass one first.
    milestones: VecDeque<(Milestone, Option<usize>)>,
    saw_handshake_record: bool,
    change_cipher_spec: ChangeCipherSpec,
    pub(super) early_data: EarlyData,
}

/// Data before the handshake is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct EarlyData {
    /// Client: bytes of 0-RTT data that may still be sent.
    pub(super) to_send: Option<usize>,
    /// Client: 0-RTT keys were in use.
    offered: bool,
    /// Server: bytes of 0-RTT data that are still taken.
    to_receive: usize,
    /// Server: application keys are there, and the client is nobody whose certificate is awaited.
    pub(super) half_rtt: bool,
}

/// The one change_cipher_spec that makes a handshake look like one of TLS 1.2 (E.4).
#[derive(Clone, Copy, PartialEq, Eq)]
enum ChangeCipherSpec {
    /// Our first message has not been sent.
    BeforeFirstMessage,
    /// A client's first message has: it goes before the second flight.
    BeforeSecondFlight,
    /// It is sent, or will not be.
    Done,
}

impl Handshaking {
    pub(super) fn new(role: Role, handshake: Handshake) -> Self {
        let mut incoming = Incoming::new();
        //= R-5-1
        //= R-4.3.2-4
        let allowed = role == Role::Client || handshake.config().hello_retry_cookie;
        incoming.reader.allow_change_cipher_spec(allowed);
        Self {
            role,
            handshake,
            incoming,
            receive_epoch: Epoch::Initial,
            milestones: VecDeque::new(),
            saw_handshake_record: false,
            change_cipher_spec: ChangeCipherSpec::BeforeFirstMessage,
            early_data: EarlyData::default(),
        }
    }

    /// Takes the next step: of the machine, as long as it can go on, then of the records.
    pub(super) fn step(
        &mut self,
        config: &Config,
        outgoing: &mut Outgoing,
        input: &mut [u8],
        now: Time,
    ) -> Result<(usize, Option<Progress>), Fault> {
        self.run(config, outgoing, now)?;
        match self.milestones.front() {
            Some((_, Some(mark))) if outgoing.passed() < *mark => return need(Need::Transmit),
            Some(_) => {
                let milestone =
                    self.milestones.pop_front().map(|(milestone, _)| Progress::Milestone(milestone));
                return Ok((0, milestone));
            }
            None => {}
        }
        if let Some(ask) = self.handshake.pending() {
            return need(Need::Answer(ask.id()));
        }
        match self.incoming.next(input, self.handshake.is_mid_message())? {
            Found::NeedInput { at_least } => need(Need::Input { at_least }),
            Found::Nothing { consumed } => Ok((consumed, None)),
            Found::Handshake { consumed, content } => {
                self.saw_handshake_record = true;
                self.handshake.receive(self.receive_epoch, input.get(content).unwrap_or_default());
                Ok((consumed, None))
            }
            // The reader has held it to the rules of all records.
            //= R-4.3.10-11
            //= R-4.3.10-12
            //= R-4.7.1-17
            Found::Data { consumed, content } if self.receive_epoch == Epoch::Early => {
                let left = self.early_data.to_receive.checked_sub(content.len());
                self.early_data.to_receive = left.ok_or(RecordFault::TooMuchEarlyData)?;
                Ok((consumed, Some(Progress::EarlyPlaintext(content))))
            }
            Found::Data { .. } => Err(Fault::DataBeforeConnected),
            Found::Closed { .. } => Err(Fault::ClosedBeforeConnected),
        }
    }

    /// Lets the machine go on, answers what the config can answer, and owes what came of it.
    fn run(&mut self, config: &Config, outgoing: &mut Outgoing, now: Time) -> Result<(), Fault> {
        loop {
            let drained = self.drain(config, outgoing, now);
            // A flight from before a fault goes out ahead of its alert, as it would have if it had been taken.
            self.owe(outgoing);
            drained?;
            let Some(ask) = self.handshake.pending() else { break };
            let Some(answer) = config.answer(ask) else { break };
            let failed = ask.failed();
            if self.handshake.answer(answer).is_err() && self.handshake.answer(failed).is_err() {
                break;
            }
        }
        //= R-5-3
        if self.role == Role::Server && self.receive_epoch == Epoch::Initial {
            let has_client_hello = self.saw_handshake_record && !self.handshake.is_mid_message();
            // A server that remembers nothing cannot know that it has sent a HelloRetryRequest before (§5).
            let allowed = has_client_hello || self.handshake.config().hello_retry_cookie;
            self.incoming.reader.allow_change_cipher_spec(allowed);
        }
        Ok(())
    }

    fn drain(&mut self, config: &Config, outgoing: &mut Outgoing, now: Time) -> Result<(), Fault> {
        while let Some(output) = self.handshake.next(now)? {
            self.take(config, outgoing, output)?;
        }
        Ok(())
    }

    fn take(&mut self, config: &Config, outgoing: &mut Outgoing, output: Output) -> Result<(), Fault> {
        match output {
            Output::Keys(keys) => self.keys(config, outgoing, &keys)?,
            Output::Milestone(milestone) => self.milestone(outgoing, milestone),
            Output::PeerRecordSizeLimit(limit) => {
                outgoing.set_record_size_limit(usize::from(limit));
                if let Some(limit) = self.handshake.config().record_size_limit {
                    self.incoming.reader.set_record_size_limit(usize::from(limit));
                }
            }
            Output::MaxFragmentLength(length) => {
                // The content type is beside the content.
                //= R6066-4-8
                let limit = usize::from(length) + 1;
                outgoing.set_record_size_limit(limit);
                self.incoming.reader.set_record_size_limit(limit);
            }
            Output::SkipEarlyData { limit } => {
                // Each record is longer than its plaintext: by a type byte and a tag at least.
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                self.incoming.reader.skip_early_data(limit.saturating_mul(2));
            }
            // No KeyUpdate comes before Connected was given, and then the receiver takes it.
            Output::KeyUpdate { .. } => {}
        }
        Ok(())
    }

    fn keys(&mut self, config: &Config, outgoing: &mut Outgoing, keys: &Keys) -> Result<(), Fault> {
        let secret = TrafficSecret::new(
            &self.handshake.config().crypto,
            keys.cipher_suite,
            keys.secret.clone(),
            config.update_keys_after(),
        )
        .map_err(own)?;
        match keys.direction {
            Direction::Send => {
                self.owe_before(outgoing, keys.epoch);
                if keys.epoch == Epoch::Early {
                    self.early_data.offered = true;
                    // A flight of data follows: the change_cipher_spec goes before it (E.4).
                    self.send_change_cipher_spec(outgoing);
                    return outgoing.early_keys(&secret).map_err(own);
                }
                self.early_data.to_send = None;
                let is_half_rtt = self.role == Role::Server && keys.epoch == Epoch::Application;
                self.early_data.half_rtt = is_half_rtt && !self.handshake.awaits_certificate();
                outgoing.keys(secret).map_err(own)
            }
            Direction::Receive => {
                self.receive_epoch = keys.epoch;
                let reader = &mut self.incoming.reader;
                // The peer's Finished has come.
                //= R-5-3
                reader.allow_change_cipher_spec(keys.epoch != Epoch::Application);
                let is_protected_by_habit = keys.epoch == Epoch::Application;
                reader.allow_unprotected_alert(self.role == Role::Server && !is_protected_by_habit);
                if keys.epoch == Epoch::Early {
                    let limit = self.handshake.config().max_early_data_size;
                    self.early_data.to_receive = usize::try_from(limit).unwrap_or(usize::MAX);
                }
                self.incoming.keys(secret).map_err(own)
            }
        }
    }

    /// Keeps a milestone; what says that our Finished or certificate has gone out waits until it has.
    fn milestone(&mut self, outgoing: &mut Outgoing, milestone: Milestone) {
        if let Milestone::EarlyDataReady { limit } = &milestone {
            self.early_data.to_send = usize::try_from(*limit).ok();
        } else if matches!(&milestone, Milestone::EarlyDataRejected) {
            self.early_data.to_send = None;
        }
        let mark = matches!(milestone, Milestone::Connected(_) | Milestone::ClientAuthPending).then(|| {
            // Tickets, under application keys, hold nothing back.
            self.owe_before(outgoing, Epoch::Application);
            outgoing.mark()
        });
        self.milestones.push_back((milestone, mark));
    }

    /// Owes what the machine has to say.
    pub(super) fn owe(&mut self, outgoing: &mut Outgoing) {
        while self.handshake.owed().is_some() {
            self.owe_chunk(outgoing);
        }
    }

    /// Owes the chunks of epochs before this one.
    fn owe_before(&mut self, outgoing: &mut Outgoing, epoch: Epoch) {
        while self.handshake.owed().is_some_and(|(owed, _)| owed < epoch) {
            self.owe_chunk(outgoing);
        }
    }

    fn owe_chunk(&mut self, outgoing: &mut Outgoing) {
        let Some((epoch, chunk)) = self.handshake.take_owed() else { return };
        if self.change_cipher_spec == ChangeCipherSpec::BeforeSecondFlight {
            self.send_change_cipher_spec(outgoing);
        }
        if epoch == Epoch::Initial && self.early_data.offered {
            outgoing.unprotected();
        }
        outgoing.content(ContentType::HANDSHAKE, chunk);
        if self.change_cipher_spec == ChangeCipherSpec::BeforeFirstMessage {
            self.change_cipher_spec = ChangeCipherSpec::BeforeSecondFlight;
            //= R-E.4-1
            if self.role == Role::Server {
                self.send_change_cipher_spec(outgoing);
            }
        }
    }

    /// An alert is about to be owed: under a client's first keys it takes the place of the second flight, and
    /// middleboxes want to see the same before it (E.4). A server of an older version cannot read what is under the keys
    /// of early data (E.3).
    pub(super) fn before_alert(&mut self, alert: AlertDescription, outgoing: &mut Outgoing) {
        let is_protected = self.receive_epoch != Epoch::Initial;
        if !is_protected && self.early_data.offered && alert == AlertDescription::PROTOCOL_VERSION {
            outgoing.unprotected();
        }
        if is_protected && self.change_cipher_spec == ChangeCipherSpec::BeforeSecondFlight {
            self.send_change_cipher_spec(outgoing);
        }
    }

    fn send_change_cipher_spec(&mut self, outgoing: &mut Outgoing) {
        if self.handshake.middlebox_compatibility() {
            outgoing.content(ContentType::CHANGE_CIPHER_SPEC, &[1][..]);
        }
        self.change_cipher_spec = ChangeCipherSpec::Done;
    }

    /// What goes on behind the handshake; before that is so, itself.
    pub(super) fn into_receiver(self: Box<Self>) -> Result<Receiver, Box<Self>> {
        let this = *self;
        match this.handshake.into_post_handshake() {
            Ok(post_handshake) => Ok(Receiver::new(this.incoming, post_handshake)),
            Err(handshake) => Err(Box::new(Self { handshake: *handshake, ..this })),
        }
    }
}

const fn need(need: Need) -> Result<(usize, Option<Progress>), Fault> {
    Ok((0, Some(Progress::Need(need))))
}

impl fmt::Debug for Handshaking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshaking")
            .field("role", &self.role)
            .field("receive_epoch", &self.receive_epoch)
            .field("asks", &self.handshake.pending().map(Ask::name))
            .finish_non_exhaustive()
    }
}
