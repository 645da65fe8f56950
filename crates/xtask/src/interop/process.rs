//! A program of a trial: what it says is read as it says it, nothing waits without a limit, and it ends with its
//! value.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long anything may take.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// How long a program may take to end when it is told to.
const GRACE: Duration = Duration::from_secs(3);

const GLANCE: Duration = Duration::from_millis(10);

/// A running program.
pub(super) struct Process {
    pub(super) name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    said: Arc<Said>,
    listeners: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Said {
    outputs: Mutex<Outputs>,
    more: Condvar,
}

#[derive(Default)]
struct Outputs {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// How many of the two have ended.
    ended: usize,
}

impl Process {
    /// Starts it in this directory, in which its outputs are kept behind its end.
    pub(super) fn start(mut command: Command, name: &str, directory: &Path) -> Result<Self, String> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).current_dir(directory);
        let mut child =
            command.spawn().map_err(|error| format!("{name} cannot be started: {error} ({command:?})"))?;
        let said = Arc::new(Said::default());
        let stdout = child.stdout.take().map(|output| listen(output, &said, |outputs| &mut outputs.stdout));
        let stderr = child.stderr.take().map(|output| listen(output, &said, |outputs| &mut outputs.stderr));
        let log = directory.join(format!("{name}.command"));
        fs::write(&log, format!("{command:?}\n")).map_err(|error| format!("{}: {error}", log.display()))?;
        let listeners = [stdout, stderr].into_iter().flatten().collect();
        Ok(Self { name: name.to_owned(), stdin: child.stdin.take(), child, said, listeners })
    }

    /// Waits until it has said this so many times, on either output.
    pub(super) fn wait_for(&self, text: &str, times: usize) -> Result<(), String> {
        let started = Instant::now();
        let mut outputs = self.outputs();
        loop {
            if outputs.count(text) >= times {
                return Ok(());
            }
            let left = LIMIT.saturating_sub(started.elapsed());
            if outputs.ended == 2 {
                return Err(format!("{} ended before it said {text:?}", self.name));
            }
            if left.is_zero() {
                return Err(format!("{} did not say {text:?} within {} s", self.name, LIMIT.as_secs()));
            }
            outputs = self.said.more.wait_timeout(outputs, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Writes to its standard input. Whether it still reads is seen by what it says.
    pub(super) fn type_in(&mut self, text: &[u8]) {
        if let Some(stdin) = &mut self.stdin {
            drop(stdin.write_all(text).and_then(|()| stdin.flush()));
        }
    }

    /// Has it ended?
    pub(super) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Tells it that no more is typed in, waits for its end, and gives its exit code.
    pub(super) fn finish(&mut self) -> Result<i32, String> {
        self.stdin = None;
        let ended = self.end_within(LIMIT);
        ended.ok_or_else(|| format!("{} did not end within {} s", self.name, LIMIT.as_secs()))
    }

    /// Ends it if it has not ended, and hears the last it has to say.
    pub(super) fn stop(&mut self) {
        self.end();
        for listener in self.listeners.drain(..) {
            drop(listener.join());
        }
    }

    /// An interrupt lets a server with processes of its own end them too.
    fn end(&mut self) {
        if self.has_ended() {
            return;
        }
        drop(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status());
        if self.end_within(GRACE).is_none() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }

    /// All that it has said.
    pub(super) fn text(&self) -> String {
        let outputs = self.outputs();
        [&outputs.stdout, &outputs.stderr].map(|output| String::from_utf8_lossy(output)).concat()
    }

    pub(super) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.outputs().stderr).into_owned()
    }

    /// Keeps what it has said in files of this directory.
    pub(super) fn keep(&self, directory: &Path) {
        let outputs = self.outputs();
        for (end, output) in [("stdout", &outputs.stdout), ("stderr", &outputs.stderr)] {
            drop(fs::write(directory.join(format!("{}.{end}", self.name)), output));
        }
    }

    /// `None`: it has not ended. -1: a signal ended it.
    fn end_within(&mut self, limit: Duration) -> Option<i32> {
        let started = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status.code().unwrap_or(-1)),
                Ok(None) if started.elapsed() < limit => thread::sleep(GLANCE),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    fn outputs(&self) -> MutexGuard<'_, Outputs> {
        self.said.outputs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outputs {
    fn count(&self, text: &str) -> usize {
        let count = |output: &[u8]| String::from_utf8_lossy(output).matches(text).count();
        count(&self.stdout) + count(&self.stderr)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Keeps what comes out of `output`.
fn listen(
    mut output: impl Read + Send + 'static,
    said: &Arc<Said>,
    place: fn(&mut Outputs) -> &mut Vec<u8>,
) -> JoinHandle<()> {
    let said = Arc::clone(said);
    thread::spawn(move || {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let count = output.read(&mut buffer).unwrap_or(0);
            let mut outputs = said.outputs.lock().unwrap_or_else(PoisonError::into_inner);
            place(&mut outputs).extend_from_slice(buffer.get(..count).unwrap_or_default());
            outputs.ended += usize::from(count == 0);
            said.more.notify_all();
            if count == 0 {
                return;
            }
        }
    })
}
