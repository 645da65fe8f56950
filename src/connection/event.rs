//! What [`Connection::receive`](super::Connection::receive) says.

use core::fmt;
use core::ops::{Deref, Range};

use crate::handshake::{AskId, Milestone};

/// What a look at the input brought.
#[derive(Debug)]
#[must_use = "the next call starts behind `consumed`, and the event may want something done"]
pub struct Received<'b> {
    /// Input bytes done with; the next call starts behind them.
    pub consumed: usize,
    /// What happened, or what is needed before anything more can.
    pub event: Event<'b>,
}

/// What happened, or what is needed before anything more can. Exhaustive on purpose: a forgotten flush is a
/// match arm that does not compile.
///
/// ```compile_fail,E0004
/// use handfast::connection::{Event, Need};
/// fn forgets_to_transmit(event: Event<'_>) {
///     match event {
///         Event::Plaintext(_) | Event::EarlyPlaintext(_) | Event::Milestone(_) | Event::End => {}
///         Event::Need(Need::Answer(_) | Need::Input { .. }) => {}
///     }
/// }
/// ```
#[derive(Debug)]
pub enum Event<'b> {
    /// Application data, opened in place inside the input.
    Plaintext(Plaintext<'b>),
    /// Early data (0-RTT), opened in place: it may be a replay (§8). Only ever given by a server whose config
    /// takes early data.
    //= R-F.5-4
    EarlyPlaintext(Plaintext<'b>),
    /// Something to know; call again.
    Milestone(Milestone),
    /// `close_notify`: the peer sends no more, we still may. Said again on each call: leave the loop.
    End,
    /// Nothing more can happen with this input before this is done.
    Need(Need),
}

/// What is needed; reported in this order, and only when no whole record is left to look at. Exhaustive on
/// purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Drain `transmit` before waiting for the peer. Advisory: more input is taken all the same, except while
    /// [`Milestone::Connected`] waits for our Finished to be taken.
    Transmit,
    /// Answer this ask: `pending` shows it, and the id tells a loop that it has sent it off already.
    Answer(AskId),
    /// The input must hold so many bytes from the first one not consumed: 5, then the whole record.
    Input {
        /// Bytes.
        at_least: usize,
    },
}

/// Plaintext lent out of the input, for as long as the input.
///
/// ```compile_fail,E0499
/// # use handfast::connection::{Connection, Event};
/// # use handfast::time::Time;
/// fn keeps_plaintext(connection: &mut Connection, input: &mut [u8], now: Time) {
///     let first = connection.receive(input, now);
///     let second = connection.receive(input, now);
///     drop((first, second));
/// }
/// ```
pub struct Plaintext<'b> {
    bytes: &'b mut [u8],
    range: Range<usize>,
}

impl<'b> Plaintext<'b> {
    /// The plaintext that lies at `range` in the input: for whoever stands between a connection and its caller.
    #[must_use]
    pub const fn new(bytes: &'b mut [u8], range: Range<usize>) -> Self {
        Self { bytes, range }
    }

    /// Where it lies in the slice given to `receive`: for those who keep the slice and come back.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The bytes, for as long as the slice.
    #[must_use]
    pub fn into_bytes(self) -> &'b mut [u8] {
        self.bytes
    }
}

impl Deref for Plaintext<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes
    }
}

impl fmt::Debug for Plaintext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} bytes)", self.bytes.len())
    }
}
