//! Where trials take place: directories with the certificates, commands, ports.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::debian::Debian;
use super::pki;
use super::process::{LIMIT, Process};
use crate::step::{Step, target_directory};

/// Small programs of our own, which speak for libraries.
const PROGRAMS: &str = "crates/xtask/peers";

/// How often a port is looked at.
const GLANCE: Duration = Duration::from_millis(10);

/// What all trials of a run share.
pub(super) struct Ground {
    /// With the certificates and what peers made of them.
    template: PathBuf,
    /// Of trials.
    pub(super) trials: PathBuf,
    tool: PathBuf,
    /// Where programs that are built go, and stay.
    pub(super) built: PathBuf,
    pub(super) debian: Debian,
}

impl Ground {
    /// Builds the tool and makes certificates.
    pub(super) fn prepare() -> Result<Self, String> {
        Step::cargo(&["build", "--package", "handfast-cli"]).run()?;
        let target = std::path::absolute(target_directory()).map_err(|error| error.to_string())?;
        let root = target.join("interop");
        let (template, trials) = (root.join("files"), root.join("trials"));
        for directory in [&template, &trials] {
            // Those of the last run.
            drop(fs::remove_dir_all(directory));
            fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
        }
        let tool = target.join("debug/handfast");
        pki::make(&template, &tool)?;
        let built = root.join("built");
        fs::create_dir_all(&built).map_err(|error| format!("{}: {error}", built.display()))?;
        Ok(Self { template, trials, tool, built, debian: Debian::under(&root) })
    }

    /// Runs a command that turns the certificates into what a peer wants.
    pub(super) fn prepare_files(&self, line: &str) -> Result<(), String> {
        let mut command = self.command(line, &[]);
        let output = command.current_dir(&self.template).output();
        let output = output.map_err(|error| format!("`{line}` cannot be started: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("`{line}` failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }

    /// The first number with a dot in it that this command prints.
    pub(super) fn version(&self, line: &str) -> Option<String> {
        let output = self.command(line, &[]).output().ok()?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        let is_version =
            |word: &&str| word.contains('.') && word.starts_with(|first: char| first.is_ascii_digit());
        let outside = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '.');
        let mut words = text.split(outside).map(|word| word.strip_prefix('v').unwrap_or(word));
        words.find(is_version).map(str::to_owned)
    }

    /// A directory for one trial, with copies of all files.
    pub(super) fn directory(&self, name: &str) -> Result<PathBuf, String> {
        let directory = self.trials.join(name.replace([' ', '/'], "-"));
        drop(fs::remove_dir_all(&directory));
        let [from, to] = [self.template.join("."), directory.clone()].map(|path| path.display().to_string());
        pki::quietly(Step::new("cp", &["-R", &from, &to]), "cp")?;
        Ok(directory)
    }

    /// A directory for one trial, in which the files of a subdirectory take the place of those of the same names.
    pub(super) fn directory_with(&self, name: &str, files: &str) -> Result<PathBuf, String> {
        let directory = self.directory(name)?;
        if !files.is_empty() {
            let [from, to] =
                [directory.join(files).join("."), directory.clone()].map(|path| path.display().to_string());
            pki::quietly(Step::new("cp", &["-R", &from, &to]), "cp")?;
        }
        Ok(directory)
    }

    /// A command as [`super::peer`] writes them.
    pub(super) fn command(&self, line: &str, values: &[(&str, &str)]) -> Command {
        let libraries = self.debian.libraries();
        let lib = libraries.first().map(|path| path.to_string_lossy()).unwrap_or_default();
        let [built, debian] = [&self.built, &self.debian.root].map(|path| path.to_string_lossy());
        let peers = std::path::absolute(PROGRAMS).unwrap_or_default();
        let places =
            [("peers", &*peers.to_string_lossy()), ("built", &*built), ("debian", &*debian), ("lib", &*lib)];
        let values = [values, &places].concat();
        let mut words = line.split_whitespace().map(|word| filled_in(word, &values));
        let name = words.next().unwrap_or_default();
        let ours = Some(self.built.join(&name)).filter(|program| program.is_file());
        let program = ours.or_else(|| self.debian.find(&name)).unwrap_or_else(|| name.into());
        let mut command = Command::new(&program);
        command.args(words);
        // What is built may be linked with libraries of packages.
        if self.debian.has(&program) || program.starts_with(&self.built) {
            let places: Vec<_> = libraries.iter().map(|place| place.to_string_lossy()).collect();
            command.env("LD_LIBRARY_PATH", places.join(":"));
        }
        command
    }

    /// The tool, with these options.
    pub(super) fn tool(&self, line: &str, values: &[(&str, &str)]) -> Command {
        let mut command = Command::new(&self.tool);
        command.args(line.split_whitespace().map(|word| filled_in(word, values))).env_remove("SSLKEYLOGFILE");
        command
    }
}

/// `{name}` replaced by its value.
fn filled_in(word: &str, values: &[(&str, &str)]) -> String {
    let fill = |word: String, (name, value): &(&str, &str)| word.replace(&format!("{{{name}}}"), value);
    values.iter().fold(word.to_owned(), fill)
}

/// A port of loopback that nobody listens on.
pub(super) fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

/// Waits until somebody listens on the port. A connection would show it too, and use up a server of one session.
pub(super) fn wait_until_listening(port: u16, server: &mut Process) -> Result<(), String> {
    let started = Instant::now();
    while !["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|table| is_listening(Path::new(table), port)) {
        if server.has_ended() {
            return Err(format!("{} ended before it listened: {}", server.name, last_line(&server.text())));
        }
        if started.elapsed() > LIMIT {
            return Err(format!("{} did not listen within {} s", server.name, LIMIT.as_secs()));
        }
        sleep(GLANCE);
    }
    Ok(())
}

/// Is there a line of this table of Linux with the port and the state LISTEN?
fn is_listening(table: &Path, port: u16) -> bool {
    const LISTEN: &str = "0A";
    let text = fs::read_to_string(table).unwrap_or_default();
    let port = format!(":{port:04X}");
    text.lines().any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        fields.next().is_some_and(|local| local.ends_with(&port)) && fields.nth(1) == Some(LISTEN)
    })
}

/// The last line that says anything.
pub(super) fn last_line(text: &str) -> String {
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_filled_in() {
        let values = [("port", "17"), ("psk", "ab")];
        assert_eq!(filled_in("127.0.0.1:{port}", &values), "127.0.0.1:17");
        assert_eq!(filled_in("{psk}:{port}", &values), "ab:17");
        assert_eq!(filled_in("{other}", &values), "{other}");
    }

    #[test]
    fn the_last_line_is_one_that_says_something() {
        assert_eq!(last_line("a\n b \n\n"), "b");
        assert_eq!(last_line(""), "it said nothing");
    }
}
