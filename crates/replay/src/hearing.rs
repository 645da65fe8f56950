//! What comes in, as it is heard: the bytes, the time, and what was made of them.

use handfast::connection::{Event, Fault, Inbox, Need};
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
    /// It waits in the inbox.
    Plaintext,
    Milestone(Milestone),
    End,
    Need(Need),
}

impl Hearing {
    pub(crate) const fn new(recorder: Recorder) -> Self {
        Self { recorder, told: 0 }
    }

    /// Receives, and tells of it.
    pub(crate) fn receive<'i>(
        &mut self,
        inbox: &'i mut Inbox,
        now: Time,
        receive: impl for<'b> FnOnce(&'b mut Inbox) -> Result<Event<'b>, Fault>,
    ) -> Result<Heard, Fault> {
        if !inbox.unread().is_empty() {
            // The plaintext is lent once more: nothing happens.
            return receive(inbox).map(Heard::of);
        }
        let unopened = inbox.unopened();
        let new = unopened.get(self.told..).unwrap_or_default();
        self.recorder.line(|| format!("receive {} {}", now.as_millis(), hex(new)));
        let received = receive(inbox);
        self.recorder.line(|| event(&received));
        let heard = received.map(Heard::of);
        self.told = inbox.unopened().len();
        heard
    }
}

impl Heard {
    fn of(event: Event<'_>) -> Self {
        match event {
            Event::Plaintext(_) | Event::EarlyPlaintext(_) => Self::Plaintext,
            Event::Milestone(milestone) => Self::Milestone(milestone),
            Event::End => Self::End,
            Event::Need(need) => Self::Need(need),
        }
    }

    /// The event, unless it is plaintext.
    pub(crate) fn into_event<'b>(self) -> Option<Event<'b>> {
        match self {
            Self::Plaintext => None,
            Self::Milestone(milestone) => Some(Event::Milestone(milestone)),
            Self::End => Some(Event::End),
            Self::Need(need) => Some(Event::Need(need)),
        }
    }
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
