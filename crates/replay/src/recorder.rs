//! Where a record is written.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The first line of every record.
pub const FIRST_LINE: &str =
    "SECRETS: whoever has this file can read the session that it records. handfast record 1";

/// Writes a record, line by line as the run goes on: clones write the same one.
#[derive(Clone, Default)]
pub struct Recorder(Option<Arc<Mutex<Sink>>>);

struct Sink {
    out: Box<dyn Write + Send>,
    failed: Option<io::Error>,
}

impl Recorder {
    /// Records nothing.
    #[must_use]
    pub const fn off() -> Self {
        Self(None)
    }

    /// Records to this, beginning with [`FIRST_LINE`]. A file is made for its owner's eyes alone, by the caller.
    #[must_use]
    pub fn to(out: impl Write + Send + 'static) -> Self {
        let recorder = Self(Some(Arc::new(Mutex::new(Sink { out: Box::new(out), failed: None }))));
        recorder.line(|| FIRST_LINE.to_owned());
        recorder
    }

    /// Is anything recorded?
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// The first error in writing the record, once. A record that could not be written goes on no further, and the
    /// run is not disturbed.
    #[must_use]
    pub fn take_error(&self) -> Option<io::Error> {
        let sink = self.0.as_ref()?;
        sink.lock().unwrap_or_else(PoisonError::into_inner).failed.take()
    }

    /// Writes a line, which is made only if there is a record.
    pub(crate) fn line(&self, line: impl FnOnce() -> String) {
        let Some(sink) = &self.0 else { return };
        let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
        if sink.failed.is_none()
            && let Err(error) = sink.out.write_all(format!("{}\n", line()).as_bytes())
        {
            sink.failed = Some(error);
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_on() { "Recorder(on)" } else { "Recorder(off)" })
    }
}
