//! Bytes between the transport and [`Connection::receive_from`](super::Connection::receive_from).

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::Fault;
use super::event::{Event, Need, Plaintext};
use super::receiver::Progress;
use crate::record::MAX_RECORD;

/// Keeps what came until it makes records, and plaintext until it is read.
///
/// It is optional, and there is no `consumed` to forget with it: whoever owns a better buffer gives slices to
/// [`Connection::receive`](super::Connection::receive). It holds no memory before the first use and none after
/// [`Inbox::release`] of an empty one.
///
/// ```text
/// | consumed | unread plaintext | consumed | unopened bytes | spare |
/// ```
#[derive(Default)]
pub struct Inbox {
    bytes: Vec<u8>,
    /// Plaintext that was lent and not read; ahead of `unopened`.
    unread: Range<usize>,
    /// Is it early data?
    unread_is_early: bool,
    /// What came and was not consumed.
    unopened: Range<usize>,
    capacity: usize,
}

impl Inbox {
    /// An inbox that takes as much at once as the longest record: no record is too long for it.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_capacity(MAX_RECORD)
    }

    /// An inbox for so many bytes. It grows to the length of a record that would not fit, up to [`MAX_RECORD`];
    /// with a small record_size_limit, [`Config::max_record`](super::Config::max_record) is enough.
    #[must_use]
    pub const fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::new(), unread: 0..0, unread_is_early: false, unopened: 0..0, capacity }
    }

    /// Where the transport may write; then say how much it wrote with [`Inbox::filled`]. Empty only while
    /// unread plaintext leaves no room.
    pub fn spare(&mut self) -> &mut [u8] {
        self.make_room();
        self.bytes.get_mut(self.unopened.end..).unwrap_or_default()
    }

    /// The transport wrote `count` bytes at the start of [`Inbox::spare`]; more than fit there are not counted.
    pub fn filled(&mut self, count: usize) {
        self.unopened.end = self.unopened.end.saturating_add(count).min(self.bytes.len());
    }

    /// Copies in as much of `input` as there is room for, and says how much that was: the rest is for after the next
    /// `receive_from`.
    #[must_use = "the bytes behind so many were not taken"]
    pub fn extend(&mut self, input: &[u8]) -> usize {
        let mut count = 0;
        for (place, byte) in self.spare().iter_mut().zip(input) {
            *place = *byte;
            count += 1;
        }
        self.filled(count);
        count
    }

    /// Plaintext not yet read. Until it is, `receive_from` gives it again: it cannot be lost.
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.bytes.get(self.unread.clone()).unwrap_or_default()
    }

    /// The first `count` bytes of [`Inbox::unread`] are read.
    pub fn read(&mut self, count: usize) {
        self.unread.start = self.unread.start.saturating_add(count).min(self.unread.end);
    }

    /// Bytes that came and are not yet worked on: behind `close_notify`, those of whatever follows TLS on this
    /// transport.
    #[must_use]
    pub fn unopened(&self) -> &[u8] {
        self.bytes.get(self.unopened.clone()).unwrap_or_default()
    }

    /// Lets go of the memory if nothing is kept in it: worth it for a connection that will be idle.
    pub fn release(&mut self) {
        if self.unread.is_empty() && self.unopened.is_empty() {
            self.bytes = Vec::new();
            (self.unread, self.unopened) = (0..0, 0..0);
        }
    }

    /// Lets `advance` work on what came, unless plaintext is unread.
    pub(super) fn receive<'b>(
        &'b mut self,
        advance: impl FnOnce(&mut [u8]) -> Result<(usize, Progress), Fault>,
    ) -> Result<Event<'b>, Fault> {
        if self.unread.is_empty() {
            let input = self.bytes.get_mut(self.unopened.clone()).unwrap_or_default();
            let (consumed, progress) = advance(input)?;
            if let Some(event) = self.advanced(consumed, progress) {
                return Ok(event);
            }
        }
        let range = self.unread.clone();
        let unread = self.bytes.get_mut(range.clone()).unwrap_or_default();
        let plaintext = Plaintext::new(unread, range);
        Ok(if self.unread_is_early { Event::EarlyPlaintext(plaintext) } else { Event::Plaintext(plaintext) })
    }

    /// The first `consumed` unopened bytes are done with; gives the event unless there is plaintext to be lent.
    fn advanced<'b>(&mut self, consumed: usize, progress: Progress) -> Option<Event<'b>> {
        let start = self.unopened.start;
        self.unopened.start = start.saturating_add(consumed).min(self.unopened.end);
        Some(match progress {
            Progress::Plaintext(range) => {
                self.lend(start, &range, false);
                return None;
            }
            Progress::EarlyPlaintext(range) => {
                self.lend(start, &range, true);
                return None;
            }
            Progress::Milestone(milestone) => Event::Milestone(milestone),
            Progress::End => Event::End,
            Progress::Need(need) => {
                if let Need::Input { at_least } = need {
                    self.capacity = self.capacity.max(at_least.min(MAX_RECORD));
                }
                Event::Need(need)
            }
        })
    }

    /// Plaintext lies at `range` behind `start`.
    fn lend(&mut self, start: usize, range: &Range<usize>, is_early: bool) {
        self.unread = start.saturating_add(range.start)..start.saturating_add(range.end);
        self.unread_is_early = is_early;
    }

    /// Moves what is kept to the front and gives the buffer its size.
    fn make_room(&mut self) {
        let kept = if self.unread.is_empty() { self.unopened.start } else { self.unread.start };
        if self.unread.is_empty() && self.unopened.is_empty() {
            (self.unread, self.unopened) = (0..0, 0..0);
        } else if self.bytes.get(kept..self.unopened.end).is_some() {
            self.bytes.copy_within(kept..self.unopened.end, 0);
            let moved =
                |range: &Range<usize>| range.start.saturating_sub(kept)..range.end.saturating_sub(kept);
            (self.unread, self.unopened) = (moved(&self.unread), moved(&self.unopened));
        }
        if self.bytes.len() < self.capacity {
            self.bytes.resize(self.capacity, 0);
        }
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("unread", &self.unread.len())
            .field("unopened", &self.unopened.len())
            .field("memory", &self.bytes.capacity())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes `consumed` bytes, among them this plaintext.
    fn take(inbox: &mut Inbox, consumed: usize, plaintext: Range<usize>) {
        let event = inbox.receive(|_| Ok((consumed, Progress::Plaintext(plaintext)))).unwrap();
        assert!(matches!(event, Event::Plaintext(_)));
    }

    fn need(inbox: &mut Inbox, consumed: usize, at_least: usize) {
        let event = inbox.receive(|_| Ok((consumed, Progress::Need(Need::Input { at_least })))).unwrap();
        assert!(matches!(event, Event::Need(_)));
    }

    #[test]
    fn plaintext_stays_until_it_is_read_while_more_comes_in() {
        let mut inbox = Inbox::with_capacity(8);
        assert_eq!(inbox.extend(b"abcdefghij"), 8);
        take(&mut inbox, 6, 2..5);
        assert_eq!((inbox.unread(), inbox.unopened()), (&b"cde"[..], &b"gh"[..]));
        let Ok(Event::Plaintext(again)) = inbox.receive(|_| unreachable!()) else { panic!("it was lost") };
        assert_eq!(&*again, b"cde");
        inbox.read(1);
        assert_eq!(inbox.extend(b"ijklm"), 3);
        assert_eq!((inbox.unread(), inbox.unopened()), (&b"de"[..], &b"ghijk"[..]));
        inbox.read(9);
        assert_eq!(inbox.extend(b"lmno"), 3);
        assert_eq!((inbox.unread(), inbox.unopened()), (&b""[..], &b"ghijklmn"[..]));
        need(&mut inbox, 8, 5);
        assert_eq!(inbox.spare().len(), 8);
    }

    #[test]
    fn it_grows_for_a_record_that_would_not_fit_and_never_beyond_the_longest() {
        let mut inbox = Inbox::with_capacity(4);
        assert_eq!(inbox.extend(b"abcd"), 4);
        assert!(inbox.spare().is_empty());
        need(&mut inbox, 0, 10);
        assert_eq!(inbox.spare().len(), 6);
        need(&mut inbox, 0, usize::MAX);
        assert_eq!(inbox.spare().len(), MAX_RECORD - 4);
        assert_eq!(inbox.unopened(), b"abcd");
    }

    #[test]
    fn an_empty_one_lets_go_of_its_memory_and_a_full_one_does_not() {
        let mut inbox = Inbox::new();
        assert_eq!(inbox.bytes.capacity(), 0);
        assert_eq!(inbox.extend(b"abc"), 3);
        inbox.release();
        assert_eq!(inbox.unopened(), b"abc");
        need(&mut inbox, 3, 5);
        inbox.release();
        assert_eq!(inbox.bytes.capacity(), 0);
    }

    #[test]
    fn more_filled_than_there_was_room_is_not_believed() {
        let mut inbox = Inbox::with_capacity(4);
        inbox.filled(3);
        assert!(inbox.unopened().is_empty());
        inbox.spare();
        inbox.filled(usize::MAX);
        assert_eq!(inbox.unopened().len(), 4);
    }
}
