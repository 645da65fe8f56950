//! `openssl s_server` and `openssl s_client` as the other end of a test, on loopback.
//!
//! Nothing here waits without a limit, and nothing sleeps until a peer might be ready: what a peer says is read as
//! it says it. A failing test shows all that was said.

#![allow(dead_code)]

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// A running `openssl`, ended with the value.
pub(crate) struct Peer {
    command: String,
    child: Child,
    stdin: Option<ChildStdin>,
    said: Arc<Said>,
}

/// What a peer says, as it comes.
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

/// Where peers run, and where files for them are.
pub(crate) fn directory() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
    fs::create_dir_all(&directory).expect("a directory for the peers");
    directory
}

/// Runs `openssl` to its end and gives its standard output; it must succeed.
pub(crate) fn run(arguments: &[&str]) -> Vec<u8> {
    let mut peer = Peer::start(arguments);
    assert!(peer.finish().success(), "openssl failed");
    peer.stdout()
}

/// An `openssl s_server` that takes one connection, and the stream to it.
pub(crate) fn s_server(arguments: &[&str]) -> (Peer, TcpStream) {
    let address = ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1"];
    let peer = Peer::start(&[&address, STORY, arguments].concat());
    let port = peer.wait_for("ACCEPT 127.0.0.1:").parse().expect("the port behind ACCEPT");
    let stream = connect(port);
    (peer, stream)
}

/// An `openssl s_client`, and the stream from it.
pub(crate) fn s_client(arguments: &[&str]) -> (Peer, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("the listener's address").to_string();
    let peer = Peer::start(&[&["s_client", "-connect", &address], STORY, arguments].concat());
    let stream = accept(&listener);
    (peer, stream)
}

/// States and messages go to standard error, in order; application data has standard output nearly for itself.
const STORY: &[&str] = &["-state", "-msg", "-msgfile", "/dev/stderr"];

/// A stream to this port of ours, with time limits.
pub(crate) fn connect(port: u16) -> TcpStream {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    limited(TcpStream::connect_timeout(&address, LIMIT).expect("a connection to the peer"))
}

/// The first connection to come.
fn accept(listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).expect("a listener that does not block");
    let started = Instant::now();
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).expect("a stream that blocks");
                return limited(stream);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock && started.elapsed() < LIMIT => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => panic!("no connection from the peer: {error}"),
        }
    }
}

fn limited(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(LIMIT)).expect("a time limit");
    stream.set_write_timeout(Some(LIMIT)).expect("a time limit");
    stream.set_nodelay(true).expect("no delay");
    stream
}

impl Peer {
    /// `openssl` with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_program("openssl", arguments)
    }

    /// Another program with these arguments.
    pub(crate) fn start_program(program: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(directory())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{program} cannot be started: {error}; `cargo xtask test` installs it where it can")
            });
        let said = Arc::new(Said::default());
        let stdout = child.stdout.take().expect("standard output");
        let stderr = child.stderr.take().expect("standard error");
        listen(stdout, &said, |outputs| &mut outputs.stdout);
        listen(stderr, &said, |outputs| &mut outputs.stderr);
        let command = format!("{program} {}", arguments.join(" "));
        Self { command, stdin: child.stdin.take(), child, said }
    }

    /// Waits until the peer has said this, on either output, and gives the rest of the line.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let mut behind = None;
        self.wait(&format!("it says {text:?}"), |outputs| {
            let found = |output: &[u8]| {
                let at = output.windows(text.len()).position(|window| window == text.as_bytes())?;
                let (rest, _) = std::str::from_utf8(&output[at + text.len()..]).ok()?.split_once('\n')?;
                Some(rest.to_owned())
            };
            behind = found(&outputs.stdout).or_else(|| found(&outputs.stderr));
            behind.is_some()
        });
        behind.unwrap_or_default()
    }

    /// Waits until the peer has written this application data to standard output.
    pub(crate) fn wait_for_data(&self, data: &[u8]) {
        self.wait("all data has come", |outputs| {
            // Cheap first: this is asked with each piece that comes.
            outputs.stdout.len() >= data.len()
                && without_notes(&outputs.stdout).windows(data.len()).any(|window| window == data)
        });
    }

    /// Waits until the peer has said this so many times.
    pub(crate) fn wait_for_count(&self, text: &str, count: usize) {
        let matches = |output: &[u8]| String::from_utf8_lossy(output).matches(text).count();
        self.wait(&format!("it says {text:?} {count} times"), |outputs| {
            matches(&outputs.stdout) + matches(&outputs.stderr) >= count
        });
    }

    fn wait(&self, what: &str, mut is_so: impl FnMut(&Outputs) -> bool) {
        let started = Instant::now();
        let mut outputs = self.outputs();
        while !is_so(&outputs) {
            let left = LIMIT.saturating_sub(started.elapsed());
            assert!(outputs.ended < 2, "the peer ended before {what}");
            assert!(!left.is_zero(), "no longer than {LIMIT:?} was waited until {what}");
            outputs = self.said.more.wait_timeout(outputs, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Writes to the peer's standard input: application data, or a command of one letter and a line feed.
    pub(crate) fn type_in(&mut self, text: &[u8]) {
        let stdin = self.stdin.as_mut().expect("standard input is open");
        stdin.write_all(text).and_then(|()| stdin.flush()).expect("the peer reads");
    }

    /// Gives the peer's standard input away, to write to it from another thread or to end it.
    pub(crate) fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().expect("standard input is open")
    }

    /// Ends the peer as if its machine had lost power.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a peer that runs");
        self.finish();
    }

    /// Waits for the peer's end.
    pub(crate) fn finish(&mut self) -> ExitStatus {
        self.wait_for_end();
        self.child.wait().expect("the peer's exit status")
    }

    fn wait_for_end(&self) {
        let started = Instant::now();
        let mut outputs = self.outputs();
        while outputs.ended < 2 {
            let left = LIMIT.saturating_sub(started.elapsed());
            assert!(!left.is_zero(), "no longer than {LIMIT:?} was waited for the peer's end");
            outputs = self.said.more.wait_timeout(outputs, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Has the peer said this?
    pub(crate) fn has_said(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// How often the peer has said this.
    pub(crate) fn count(&self, text: &str) -> usize {
        self.text().matches(text).count()
    }

    /// How many lines begin and end so.
    pub(crate) fn count_lines(&self, start: &str, end: &str) -> usize {
        self.text().lines().filter(|line| line.starts_with(start) && line.trim_end().ends_with(end)).count()
    }

    /// What stands behind `label` on the first line that begins with it.
    pub(crate) fn value(&self, label: &str) -> Option<String> {
        self.text().lines().find_map(|line| line.strip_prefix(label)).map(str::to_owned)
    }

    /// The alerts that it says it has received and sent, each with its level.
    pub(crate) fn alerts(&self) -> (Vec<String>, Vec<String>) {
        let text = self.text();
        let alerts = |direction: &str| {
            let logged = text.lines().filter(|line| line.starts_with(direction));
            let alert = |line: &str| Some(line.split_once(", Alert [length 0002], ")?.1.trim().to_owned());
            logged.filter_map(alert).collect()
        };
        (alerts("<<< "), alerts(">>> "))
    }

    fn text(&self) -> String {
        let outputs = self.outputs();
        [&outputs.stdout, &outputs.stderr].map(|output| String::from_utf8_lossy(output)).concat()
    }

    fn stdout(&self) -> Vec<u8> {
        self.outputs().stdout.clone()
    }

    fn outputs(&self) -> MutexGuard<'_, Outputs> {
        // A failed assertion above held the lock; what was said is as good as before.
        self.said.outputs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Standard output without what the tools say there in the midst of data: that a record held none.
fn without_notes(stdout: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(stdout).replace("read R BLOCK\n", "").replace("Read BLOCK\n", "").into_bytes()
}

/// Keeps what comes out of `output`.
fn listen(mut output: impl Read + Send + 'static, said: &Arc<Said>, place: fn(&mut Outputs) -> &mut Vec<u8>) {
    let said = Arc::clone(said);
    thread::spawn(move || {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let count = output.read(&mut buffer).unwrap_or(0);
            let mut outputs = said.outputs.lock().unwrap_or_else(PoisonError::into_inner);
            place(&mut outputs).extend_from_slice(&buffer[..count]);
            outputs.ended += usize::from(count == 0);
            said.more.notify_all();
            if count == 0 {
                return;
            }
        }
    });
}

/// Ends the peer; a failing test shows its end of the story, without the octets.
impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            let text = self.text();
            let is_octets = |line: &&str| line.starts_with("    ") && line.len() < 60;
            let lines: Vec<_> = text.lines().filter(|line| !is_octets(line)).collect();
            let version = Command::new("openssl").arg("version").output().map(|output| output.stdout);
            let version = version.unwrap_or_default();
            eprintln!("--- {}--- {}\n{}", String::from_utf8_lossy(&version), self.command, lines.join("\n"));
        }
    }
}
