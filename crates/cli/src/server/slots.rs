//! The cap on sessions: who wants one more waits until another has ended.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// So many slots, some of them taken.
#[derive(Debug)]
pub(super) struct Slots {
    taken: Mutex<u32>,
    all: u32,
    changed: Condvar,
}

/// One slot; dropping it frees it.
#[derive(Debug)]
pub(super) struct Slot(Arc<Slots>);

impl Slots {
    pub(super) const fn new(all: u32) -> Self {
        Self { taken: Mutex::new(0), all, changed: Condvar::new() }
    }

    /// Takes a slot, once there is one.
    pub(super) fn take(self: &Arc<Self>) -> Slot {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.changed.wait_while(taken, |taken| *taken >= self.all);
        *free.unwrap_or_else(PoisonError::into_inner) += 1;
        Slot(Arc::clone(self))
    }

    pub(super) fn wait_until_all_are_free(&self) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_while(taken, |taken| *taken > 0));
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::thread;

    #[test]
    fn who_wants_more_than_there_are_waits_until_one_is_free() {
        let slots = Arc::new(Slots::new(2));
        let (first, second) = (slots.take(), slots.take());
        let (sender, receiver) = mpsc::channel();
        let waiting = thread::spawn({
            let slots = Arc::clone(&slots);
            move || {
                let third = slots.take();
                sender.send(()).unwrap();
                drop(third);
            }
        });
        assert!(receiver.try_recv().is_err());
        drop(first);
        receiver.recv().unwrap();
        drop(second);
        waiting.join().unwrap();
        slots.wait_until_all_are_free();
    }
}
