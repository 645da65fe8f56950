//! What comes in, as it is heard: the bytes, the time, and what was made of them.

use std::ops::Range;

use handfast::connection::{Event, Fault, Inbox, Need, Plaintext, Received};
use handfast::{Ask, Milestone, Time};

use crate::Recorder;
use crate::line::{hex, option};

/// Tells a record what came in.
#[derive(Debug)]
pub(crate) struct Hearing {
    pub(crate) recorder: Recorder,
    /// So many of the inbox's unopened bytes stand in the record.
    told: usize,
}

/// An event that borrows nothing.
#[derive(Debug)]
pub(crate) enum Heard {
    /// Where it lies in the input, or in the inbox.
    Plaintext(Range<usize>),
    EarlyPlaintext(Range<usize>),
    Milestone(Milestone),
    End,
    Need(Need),
}

impl Hearing {
    pub(crate) const fn new(recorder: Recorder) -> Self {
        Self { recorder, told: 0 }
    }

    /// Receives out of an inbox, and tells of it.
    pub(crate) fn receive_from(
        &mut self,
        inbox: &mut Inbox,
        now: Time,
        receive: impl for<'b> FnOnce(&'b mut Inbox) -> Result<Event<'b>, Fault>,
    ) -> Result<Heard, Fault> {
        if !inbox.unread().is_empty() {
            // The plaintext is lent once more: nothing happens.
            return receive(inbox).map(Heard::of);
        }
        self.tell_new(inbox.unopened(), now);
        let heard = self.tell_event(receive(inbox));
        self.told = inbox.unopened().len();
        heard
    }

    /// Receives, and tells of it; gives how much was consumed.
    pub(crate) fn receive(
        &mut self,
        input: &mut [u8],
        now: Time,
        receive: impl for<'b> FnOnce(&'b mut [u8]) -> Result<Received<'b>, Fault>,
    ) -> Result<(usize, Heard), Fault> {
        self.tell_new(input, now);
        self.told = input.len();
        let mut consumed = 0;
        let received = receive(input).map(|received| {
            consumed = received.consumed;
            received.event
        });
        let heard = self.tell_event(received)?;
        self.told = self.told.saturating_sub(consumed);
        Ok((consumed, heard))
    }

    /// Goes on without input, and tells of it.
    pub(crate) fn go_on(
        &self,
        now: Time,
        receive: impl for<'b> FnOnce(&'b mut [u8]) -> Result<Received<'b>, Fault>,
    ) -> Result<Heard, Fault> {
        self.recorder.line(|| format!("go_on {}", now.as_millis()));
        self.tell_event(receive(&mut []).map(|received| received.event))
    }

    /// Tells of what had not been there before.
    fn tell_new(&self, input: &[u8], now: Time) {
        let new = input.get(self.told..).unwrap_or_default();
        self.recorder.line(|| format!("receive {} {}", now.as_millis(), hex(new)));
    }

    fn tell_event(&self, received: Result<Event<'_>, Fault>) -> Result<Heard, Fault> {
        self.recorder.line(|| event(&received));
        received.map(Heard::of)
    }
}

impl Heard {
    fn of(event: Event<'_>) -> Self {
        match event {
            Event::Plaintext(text) => Self::Plaintext(text.range()),
            Event::EarlyPlaintext(text) => Self::EarlyPlaintext(text.range()),
            Event::Milestone(milestone) => Self::Milestone(milestone),
            Event::End => Self::End,
            Event::Need(need) => Self::Need(need),
        }
    }

    /// The event, for input that begins so many bytes ahead of what it was heard of.
    pub(crate) fn into_event(self, input: &mut [u8], ahead: usize) -> Event<'_> {
        match self {
            Self::Plaintext(range) => Event::Plaintext(lend(input, &range, ahead)),
            Self::EarlyPlaintext(range) => Event::EarlyPlaintext(lend(input, &range, ahead)),
            Self::Milestone(milestone) => Event::Milestone(milestone),
            Self::End => Event::End,
            Self::Need(need) => Event::Need(need),
        }
    }

    /// Does plaintext wait in the inbox?
    pub(crate) const fn is_plaintext(&self) -> bool {
        matches!(self, Self::Plaintext(_) | Self::EarlyPlaintext(_))
    }
}

/// Lends what lies at `range`, so many bytes further on.
fn lend<'b>(input: &'b mut [u8], range: &Range<usize>, ahead: usize) -> Plaintext<'b> {
    let range = range.start.saturating_add(ahead)..range.end.saturating_add(ahead);
    Plaintext::new(input.get_mut(range.clone()).unwrap_or_default(), range)
}

/// The line of what came of receiving.
pub(crate) fn event(received: &Result<Event<'_>, Fault>) -> String {
    match received {
        Ok(Event::Plaintext(text)) => format!("event plaintext {}", text.len()),
        Ok(Event::EarlyPlaintext(text)) => format!("event early_plaintext {}", text.len()),
        Ok(Event::Milestone(milestone)) => format!("event {}", name(milestone)),
        Ok(Event::End) => "event end".to_owned(),
        Ok(Event::Need(Need::Transmit)) => "event need_transmit".to_owned(),
        Ok(Event::Need(Need::Answer(_))) => "event need_answer".to_owned(),
        Ok(Event::Need(Need::Input { at_least })) => format!("event need_input {at_least}"),
        Err(fault) => failed(fault),
    }
}

/// The line of a fault: the alert that it sends, and its words.
pub(crate) fn failed(fault: &Fault) -> String {
    let words = fault.to_string();
    format!("fault {} {}", option(fault.alert()), words.trim_end().escape_debug())
}

/// The line ahead of an answer.
pub(crate) fn answer(ask: &Ask) -> String {
    format!("answer {}", ask.name())
}

/// A milestone without what it carries.
fn name(milestone: &Milestone) -> String {
    format!("{milestone:?}").chars().take_while(|c| c.is_ascii_alphanumeric()).collect()
}
