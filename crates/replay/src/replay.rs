//! The same run once more, from its record alone.

use std::collections::VecDeque;
use std::sync::Arc;

use handfast::connection::{Due, Fault, Sealed};
use handfast::crypto::{CryptoProvider, PublicKey};
use handfast::handshake::{self, Credential, EchConfigList, KnownServer};
use handfast::resumption::PskOffer;
use handfast::{
    AlertDescription, Config, ConfigBuilder, Connection, Entropy, ExpectedPeer, NamedGroup, Receiver, Role,
    SealRefused, Sender, SignatureScheme, Time, danger,
};

use crate::answer::{self, Answering};
use crate::connection::role_name;
use crate::difference::common;
use crate::line::{Line, Reason};
use crate::replayed::{Chance, KEYWORDS};
use crate::wire::{Sealings, place};
use crate::{Difference, FIRST_LINE, Stopped, config, hearing};

/// What is read of the run's output at once.
const ROOM: usize = 64 * 1024;

/// A run that did as its record says, to the last line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The role.
    pub role: Role,
    /// The provider that the run was recorded with.
    pub provider: String,
    /// Bytes that came in.
    pub received: usize,
    /// Bytes that went out.
    pub sent: usize,
    /// What ended the run, if a fault did: in the words of this run.
    pub fault: Option<String>,
}

/// Makes the run of `record` again, with the hashes, HKDFs, AEADs and verifiers of `crypto`: what chance made comes
/// from the record, so that `crypto` need not have the group.
///
/// # Errors
/// [`Stopped`] at the first thing that differs, or at a line that cannot be read.
pub fn replay(record: &str, crypto: &CryptoProvider) -> Result<Replayed, Stopped> {
    let lines = || record.lines().zip(1..).map(|(text, number)| Line::new(number, text));
    if record.lines().next() != Some(FIRST_LINE) {
        let reason = format!("this is no record of this version: it begins with {FIRST_LINE:?}");
        return Err(Stopped::Unreadable { line: 1, reason });
    }
    let unreadable = |line: usize| move |reason| Stopped::Unreadable { line, reason };
    let mut run = Run::new(crypto);
    for mut line in lines() {
        let keyword = { line }.word();
        if KEYWORDS.contains(&keyword) {
            run.chance.add(line).map_err(unreadable(line.number))?;
        } else if keyword == "sent" {
            line.word();
            run.recorded.extend(line.bytes().map_err(unreadable(line.number))?);
        }
    }
    let mut last = 0;
    for line in lines().skip(1) {
        last = line.number;
        run.chance.at(line.number);
        run.follow(line).map_err(|wrong| match wrong {
            Wrong::Reason(reason) => Stopped::Unreadable { line: line.number, reason },
            Wrong::Differs(difference) => difference.into(),
        })?;
        if let Some(difference) = run.chance.difference() {
            return Err(difference.into());
        }
    }
    if let Some(difference) = run.chance.leftover() {
        return Err(difference.into());
    }
    run.finish().ok_or_else(|| unreadable(last)("the record ends before the run starts".to_owned()))
}

/// A run on its way.
struct Run {
    provider: String,
    role: Option<Role>,
    config: ConfigBuilder,
    psks: Vec<PskOffer>,
    known_groups: Vec<NamedGroup>,
    ech: Option<EchConfigList>,
    phase: Phase,
    chance: Chance,
    sealings: Sealings,
    /// What came and was not consumed.
    input: Vec<u8>,
    received: usize,
    /// What was sealed and not yet compared.
    sealed: Vec<u8>,
    /// All that the record has sent, and what the run has.
    recorded: Vec<u8>,
    sent: Vec<u8>,
    dues: VecDeque<Due>,
    /// What came of the last call of `receive`.
    event: String,
    fault: Option<Fault>,
}

enum Phase {
    Before,
    Whole(Box<Connection>),
    Halves(Box<Sender>, Box<Receiver>),
    /// Between whole and halves.
    Gone,
}

/// What is wrong with a call of a connection that is not there.
const BEFORE: &str = "no connection is there for this call";

/// Which data is sealed.
#[derive(Clone, Copy)]
enum Call {
    Seal,
    SealEarly,
    SealHalfRtt,
}

impl Phase {
    /// Calls what both the connection and its sending half have.
    fn sending(
        &mut self,
        whole: impl FnOnce(&mut Connection),
        half: impl FnOnce(&mut Sender),
    ) -> Result<(), Wrong> {
        match self {
            Self::Whole(connection) => whole(connection),
            Self::Halves(sender, _) => half(sender),
            Self::Before | Self::Gone => return Err(BEFORE.into()),
        }
        Ok(())
    }

    fn seal(
        &mut self,
        call: Call,
        plaintext: &[u8],
        out: &mut [u8],
    ) -> Result<Result<Sealed, SealRefused>, Wrong> {
        match (self, call) {
            (Self::Whole(connection), Call::Seal) => Ok(connection.seal(plaintext, out)),
            (Self::Whole(connection), Call::SealEarly) => Ok(connection.seal_early(plaintext, out)),
            (Self::Whole(connection), Call::SealHalfRtt) => Ok(connection.seal_half_rtt(plaintext, out)),
            (Self::Halves(sender, _), Call::Seal) => Ok(sender.seal(plaintext, out)),
            (Self::Halves(..) | Self::Before | Self::Gone, _) => Err(BEFORE.into()),
        }
    }
}

/// What of an event is compared.
fn compared(event: &str) -> Vec<&str> {
    let words = event.split(' ');
    if event.starts_with("fault ") { words.take(2).collect() } else { words.collect() }
}

/// What an answer takes beside its line.
struct Context<'r> {
    config: &'r ConfigBuilder,
    chance: &'r Chance,
}

impl Answering for Context<'_> {
    fn config(&self) -> Result<Arc<handshake::Config>, Reason> {
        let config: Config = self.config.clone().build().map_err(|error| error.to_string())?;
        Ok(Arc::clone(config.handshake()))
    }

    fn local(&self, chain: Vec<Arc<[u8]>>, key: PublicKey, schemes: Vec<SignatureScheme>) -> Credential {
        let algorithms = schemes.into_iter().filter_map(SignatureScheme::algorithm).collect();
        Credential::local(chain, self.chance.key(key, algorithms))
    }
}

/// Why a line cannot be followed.
enum Wrong {
    Reason(Reason),
    Differs(Difference),
}

impl From<Reason> for Wrong {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}

impl From<&str> for Wrong {
    fn from(reason: &str) -> Self {
        Self::Reason(reason.to_owned())
    }
}

impl Run {
    fn new(crypto: &CryptoProvider) -> Self {
        let (chance, sealings) = (Chance::default(), Sealings::default());
        let mut crypto = chance.provider(crypto);
        sealings.keep(&mut crypto);
        Self {
            provider: String::new(),
            role: None,
            config: config::bare(crypto),
            psks: Vec::new(),
            known_groups: Vec::new(),
            ech: None,
            phase: Phase::Before,
            chance,
            sealings,
            input: Vec::new(),
            received: 0,
            sealed: Vec::new(),
            recorded: Vec::new(),
            sent: Vec::new(),
            dues: VecDeque::new(),
            event: String::new(),
            fault: None,
        }
    }

    /// Does what a line says, and compares what came of it.
    fn follow(&mut self, mut line: Line<'_>) -> Result<(), Wrong> {
        let (number, whole) = (line.number, line.rest());
        match line.word() {
            "" | "#" => {}
            keyword if KEYWORDS.contains(&keyword) => {}
            "provider" => self.provider = line.rest().to_owned(),
            "role" => {
                let name = line.word();
                let role = [Role::Client, Role::Server].into_iter().find(|role| role_name(*role) == name);
                self.role = Some(role.ok_or_else(|| format!("{name:?} is no role"))?);
            }
            "config" => config::read(&mut self.config, &mut line)?,
            "psk" => self.psks.push(answer::read_offer(&mut line)?),
            "known_groups" => self.known_groups = config::read_groups(&mut line)?,
            "ech" => {
                let list = EchConfigList::from_bytes(&line.bytes()?);
                self.ech = Some(list.map_err(|error| error.to_string())?);
            }
            "start" => self.start(&mut line)?,
            "receive" => {
                let now = Time::from_millis_since_1970(line.number()?);
                let new = line.bytes()?;
                self.received += new.len();
                self.input.extend(new);
                let mut input = std::mem::take(&mut self.input);
                let consumed = self.receive(&mut input, now)?;
                input.drain(..consumed.min(input.len()));
                self.input = input;
            }
            "go_on" => {
                let now = Time::from_millis_since_1970(line.number()?);
                self.receive(&mut [], now)?;
            }
            "event" | "fault" => self.compare_event(number, whole)?,
            "answer" => self.answer(&mut line)?,
            "end_of_input" => self.end_of_input()?,
            "sent" => self.compare_sent(number, &line.bytes()?)?,
            "seal" => self.seal(number, &line.bytes()?, Call::Seal)?,
            "seal_early" => self.seal(number, &line.bytes()?, Call::SealEarly)?,
            "seal_half_rtt" => self.seal(number, &line.bytes()?, Call::SealHalfRtt)?,
            "close" => self.phase.sending(Connection::close, Sender::close)?,
            "abort" => {
                let alert = AlertDescription(line.number()?);
                self.phase.sending(|whole| whole.abort(alert), |sender| sender.abort(alert))?;
            }
            "update_keys" => {
                let request = line.number()?;
                self.phase
                    .sending(|whole| whole.update_keys(request), |sender| sender.update_keys(request))?;
            }
            "request_client_certificate" => self.request_client_certificate(number)?,
            "split" => self.split(number)?,
            "take_due" => self.take_due(number)?,
            "accept_due" => self.accept_due()?,
            other => return Err(Wrong::Reason(format!("there is no keyword {other:?}"))),
        }
        Ok(())
    }

    fn start(&mut self, line: &mut Line<'_>) -> Result<(), Wrong> {
        let role = self.role.ok_or("the role is to be said ahead of the start")?;
        let mut config = self.config.clone();
        let keys = config.handshake.ech_keys.drain(..);
        config.handshake.ech_keys =
            keys.map(|key| key.map_private_key(|key| self.chance.static_key(key))).collect();
        let config = Arc::new(config.build().map_err(|error| error.to_string())?);
        let entropy: Entropy = danger::scripted_entropy(Box::new(self.chance.clone()));
        let connection = match role {
            Role::Client => {
                let now = Time::from_millis_since_1970(line.number()?);
                // Whom the peer must be was judged: the verdict is in the record.
                let anyone = ExpectedPeer::any_under_anchors();
                let server = match line.option(|name| Ok(name.to_owned()))? {
                    Some(name) => anyone.with_server_name(&name).map_err(|error| error.to_string())?,
                    None => anyone,
                };
                let known = KnownServer {
                    psks: std::mem::take(&mut self.psks),
                    groups: std::mem::take(&mut self.known_groups),
                    ech: self.ech.take(),
                };
                Connection::client_of(config, server, known, now, entropy)
            }
            Role::Server => Connection::server(config, entropy),
        };
        self.phase = Phase::Whole(Box::new(connection));
        Ok(())
    }

    /// Receives, keeps what came of it, and gives how much was consumed.
    fn receive(&mut self, input: &mut [u8], now: Time) -> Result<usize, Wrong> {
        let received = match &mut self.phase {
            Phase::Whole(connection) => connection.receive(input, now),
            Phase::Halves(_, receiver) => receiver.receive(input, now),
            Phase::Before | Phase::Gone => return Err(BEFORE.into()),
        };
        let (consumed, event) = match received {
            Ok(received) => (received.consumed, Ok(received.event)),
            Err(fault) => (0, Err(fault)),
        };
        self.event = hearing::event(&event);
        self.fault = event.err();
        Ok(consumed)
    }

    /// Compares what came of the last call; of a fault its alert alone, for words may improve.
    fn compare_event(&self, number: usize, expected: &str) -> Result<(), Wrong> {
        if compared(expected) == compared(&self.event) {
            return Ok(());
        }
        Err(Wrong::Differs(Difference {
            line: number,
            place: "what came of the bytes received".to_owned(),
            expected: expected.to_owned(),
            found: self.event.clone(),
        }))
    }

    fn answer(&mut self, line: &mut Line<'_>) -> Result<(), Wrong> {
        let number = line.number;
        let name = line.word();
        let Phase::Whole(connection) = &mut self.phase else { return Err(BEFORE.into()) };
        let differs = |found: String| {
            let place = "an answer".to_owned();
            Wrong::Differs(Difference { line: number, place, expected: format!("{name} is asked"), found })
        };
        let Some(ask) = connection.pending() else { return Err(differs("nothing is asked".to_owned())) };
        if ask.name() != name {
            return Err(differs(format!("{} is asked", ask.name())));
        }
        let context = Context { config: &self.config, chance: &self.chance };
        let answer = answer::read(ask, line, &context)?;
        connection.answer(answer).map_err(|refused| differs(format!("the answer is refused: {refused}")))
    }

    fn end_of_input(&mut self) -> Result<(), Wrong> {
        let ended = match &mut self.phase {
            Phase::Whole(connection) => connection.end_of_input(),
            Phase::Halves(_, receiver) => receiver.end_of_input(),
            Phase::Before | Phase::Gone => return Err(BEFORE.into()),
        };
        self.fault = ended.err();
        Ok(())
    }

    fn seal(&mut self, number: usize, plaintext: &[u8], call: Call) -> Result<(), Wrong> {
        if plaintext.is_empty() {
            // It was refused, or wrote what was owed: that comes with `transmit` here.
            self.phase.seal(call, plaintext, &mut [])?.ok();
        }
        let mut left = plaintext;
        while !left.is_empty() {
            let mut out = vec![0; ROOM];
            let sealed = self.phase.seal(call, left, &mut out)?;
            let Sealed { consumed, written } = sealed.unwrap_or(Sealed { consumed: 0, written: 0 });
            if consumed == 0 && written == 0 {
                return Err(Wrong::Differs(Difference {
                    line: number,
                    place: "data to be sealed".to_owned(),
                    expected: format!("{} bytes are taken", plaintext.len()),
                    found: format!("{} bytes of them are not", left.len()),
                }));
            }
            self.sealed.extend(out.get(..written).unwrap_or_default());
            left = left.get(consumed..).unwrap_or_default();
        }
        Ok(())
    }

    /// Compares with what the run sends.
    fn compare_sent(&mut self, number: usize, expected: &[u8]) -> Result<(), Wrong> {
        self.transmit(expected.len())?;
        let found: Vec<u8> = self.sealed.drain(..expected.len().min(self.sealed.len())).collect();
        self.sent.extend(&found);
        if found == expected {
            return Ok(());
        }
        // Whole records tell more.
        self.transmit(ROOM)?;
        self.sent.append(&mut self.sealed);
        let place = place(&self.recorded, &self.sent, &self.sealings);
        let at = common(&self.recorded, &self.sent);
        let end = at + expected.len();
        let shown = |stream: &[u8]| stream.get(at..end.min(stream.len())).unwrap_or_default().to_vec();
        let (expected, found) = (shown(&self.recorded), shown(&self.sent));
        Err(Wrong::Differs(Difference::of_bytes(number, place, &expected, &found)))
    }

    /// Goes on until so many bytes wait to be compared, or nothing more is owed.
    fn transmit(&mut self, length: usize) -> Result<(), Wrong> {
        while let missing @ 1.. = length.saturating_sub(self.sealed.len()) {
            let mut out = vec![0; missing];
            let count = match &mut self.phase {
                Phase::Whole(connection) => connection.transmit(&mut out),
                Phase::Halves(sender, _) => sender.transmit(&mut out),
                Phase::Before | Phase::Gone => return Err(BEFORE.into()),
            };
            if count == 0 {
                break;
            }
            self.sealed.extend(out.get(..count).unwrap_or_default());
        }
        Ok(())
    }

    fn request_client_certificate(&mut self, number: usize) -> Result<(), Wrong> {
        let Phase::Whole(connection) = &mut self.phase else { return Err(BEFORE.into()) };
        connection.request_client_certificate().map(drop).map_err(|refused| {
            Wrong::Differs(Difference {
                line: number,
                place: "a request for the client's certificate".to_owned(),
                expected: "it is made".to_owned(),
                found: format!("it is refused: {refused:?}"),
            })
        })
    }

    fn split(&mut self, number: usize) -> Result<(), Wrong> {
        let Phase::Whole(connection) = std::mem::replace(&mut self.phase, Phase::Gone) else {
            return Err(BEFORE.into());
        };
        let (sender, receiver) = connection.split().map_err(|_| {
            Wrong::Differs(Difference {
                line: number,
                place: "the connection".to_owned(),
                expected: "it splits into halves".to_owned(),
                found: "it does not: it is not connected, or an ask is open".to_owned(),
            })
        })?;
        self.phase = Phase::Halves(Box::new(sender), Box::new(receiver));
        Ok(())
    }

    fn take_due(&mut self, number: usize) -> Result<(), Wrong> {
        let Phase::Halves(_, receiver) = &mut self.phase else { return Err(BEFORE.into()) };
        let due = receiver.take_due().ok_or_else(|| {
            Wrong::Differs(Difference {
                line: number,
                place: "what the receiving half owes".to_owned(),
                expected: "something".to_owned(),
                found: "nothing".to_owned(),
            })
        })?;
        self.dues.push_back(due);
        Ok(())
    }

    fn accept_due(&mut self) -> Result<(), Wrong> {
        let Phase::Halves(sender, _) = &mut self.phase else { return Err(BEFORE.into()) };
        sender.accept(self.dues.pop_front().ok_or("nothing was taken that could be accepted")?);
        Ok(())
    }

    fn finish(self) -> Option<Replayed> {
        if matches!(self.phase, Phase::Before) {
            return None;
        }
        Some(Replayed {
            role: self.role?,
            provider: self.provider,
            received: self.received,
            sent: self.sent.len(),
            fault: self.fault.map(|fault| fault.to_string()),
        })
    }
}
