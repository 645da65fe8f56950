//! Two ends of a wire in memory.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::rc::Rc;

/// Room for all that is ever on its way.
const ROOM: usize = 1024 * 1024;

/// Bytes on their way, those of each end by itself.
pub(crate) struct Wire {
    lanes: [Rc<RefCell<Lane>>; 2],
}

struct Lane {
    bytes: VecDeque<u8>,
    carried: usize,
}

/// One end: writes its own lane, reads the other.
pub(crate) struct End {
    own: Rc<RefCell<Lane>>,
    other: Rc<RefCell<Lane>>,
}

impl Wire {
    pub(crate) fn new() -> Self {
        let lane = || Rc::new(RefCell::new(Lane { bytes: VecDeque::with_capacity(ROOM), carried: 0 }));
        Self { lanes: [lane(), lane()] }
    }

    /// The end of this number, 0 or 1.
    pub(crate) fn end(&self, number: usize) -> End {
        let [first, second] = &self.lanes;
        let (own, other) = if number == 0 { (first, second) } else { (second, first) };
        End { own: Rc::clone(own), other: Rc::clone(other) }
    }

    /// Bytes that were written, both ways.
    pub(crate) fn carried(&self) -> usize {
        self.lanes.iter().map(|lane| lane.borrow().carried).sum()
    }
}

impl Read for End {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.other.borrow_mut().bytes.read(out)? {
            0 => Err(ErrorKind::WouldBlock.into()),
            read => Ok(read),
        }
    }
}

impl Write for End {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lane = self.own.borrow_mut();
        lane.carried += bytes.len();
        lane.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
