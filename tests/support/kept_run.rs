//! The run of a test that fails is kept, for `handfast replay`.

#![allow(dead_code)]

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use handfast_replay::Recorder;

/// The record of one end, in memory until it is dropped by a test that panics.
pub(crate) struct KeptRun {
    recorder: Recorder,
    memory: Memory,
    name: String,
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl KeptRun {
    /// The run of this end of the test that runs here.
    pub(crate) fn new(end: &str) -> Self {
        let memory = Memory::default();
        let test = thread::current().name().unwrap_or("test").replace("::", "-");
        Self { recorder: Recorder::to(memory.clone()), memory, name: format!("{test}-{end}.run") }
    }

    pub(crate) fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// Where it is kept.
    pub(crate) fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME")).join(&self.name)
    }

    /// Writes the record to a file that its owner alone reads, and tells where.
    pub(crate) fn keep(&self) -> io::Result<()> {
        let path = self.path();
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        // One that is there may be read by others.
        drop(fs::remove_file(&path));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?.write_all(&self.memory.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        eprintln!("--- the run is kept, with its secrets: handfast replay {}", path.display());
        Ok(())
    }
}

impl Drop for KeptRun {
    fn drop(&mut self) {
        if thread::panicking()
            && let Err(error) = self.keep()
        {
            eprintln!("--- the run cannot be kept: {error}");
        }
    }
}
