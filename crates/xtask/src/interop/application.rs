//! Applications that judge our client's certificate: a good one, a revoked one, somebody else's, none.
//!
//! What an application makes of a client shows behind the handshake: nginx completes it with a client that it refuses,
//! and answers with an error page. So our client says what the application wants to hear, and reads on to the end.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

use super::ground::{Ground, free_port, last_line, wait_until_listening};
use super::peer::Source;
use super::pki::quietly;
use super::process::Process;
use super::table::{Cell, Fresh, FreshRow};
use crate::step::Step;

/// A program that serves over mutual TLS.
pub(super) struct Application {
    pub(super) name: &'static str,
    pub(super) source: Source,
    /// Prints a line with the version.
    pub(super) version: &'static str,
    /// Commands that come ahead of the first start.
    pub(super) prepare: &'static [&'static str],
    /// Its configuration: names and texts, in which `{port}` is filled in.
    pub(super) files: &'static [(&'static str, &'static str)],
    pub(super) command: &'static str,
    /// What it says once it serves; empty if it does so as soon as it listens.
    pub(super) ready: &'static str,
    /// It refuses to run as root.
    pub(super) is_unprivileged: bool,
    /// Further options of our client.
    pub(super) options: &'static str,
    /// What our client says.
    pub(super) says: &'static [u8],
    /// Part of the answer to a client that is let in.
    pub(super) answer: &'static str,
    /// Does it know of revocation?
    pub(super) revokes: bool,
    /// Does it tell one client of the CA from another?
    pub(super) authorizes: bool,
}

/// Who comes: a heading, and the certificate shown.
const CLIENTS: [(&str, Option<&str>); 4] =
    [("good", Some("client")), ("revoked", Some("revoked")), ("another's", Some("other")), ("none", None)];

/// A user that may do nothing; its number is the same on every Debian.
const NOBODY: u32 = 65_534;

/// Meets the applications that are wanted. The rows of others are in the table too, and unknown.
pub(super) fn try_all(
    ground: &Ground,
    all: &[&'static Application],
    is_wanted: impl Fn(&Application) -> bool,
) -> Fresh {
    let rows = all.iter().map(|application| {
        let wanted = is_wanted(application);
        let cells = if wanted { application.meet(ground) } else { vec![None; CLIENTS.len()] };
        let version = if wanted { ground.version(application.version) } else { None };
        FreshRow { name: application.name.into(), version, cells, known: Vec::new() }
    });
    Fresh { rows: rows.collect(), headings: CLIENTS.iter().map(|(heading, _)| (*heading).into()).collect() }
}

impl Application {
    /// One cell for each of [`CLIENTS`].
    fn meet(&self, ground: &Ground) -> Vec<Option<Cell>> {
        let cells = self.place(ground).and_then(|directory| {
            let cells = self.serve(ground, &directory);
            if self.is_unprivileged {
                keep_outputs(&directory, &ground.directory(self.name)?);
                drop(fs::remove_dir_all(directory));
            }
            cells
        });
        cells.unwrap_or_else(|error| {
            println!("{}: {error}", self.name);
            vec![Some(Cell::Bad(error)); CLIENTS.len()]
        })
    }

    /// A directory with files that belong to whom the application runs as.
    fn place(&self, ground: &Ground) -> Result<PathBuf, String> {
        let directory = ground.directory(self.name)?;
        if !self.is_unprivileged {
            return Ok(directory);
        }
        // Who is nobody may not enter every directory on the way to ours.
        let place = env::temp_dir().join(format!("handfast-interop-{}", process::id()));
        let [from, to] = [directory.join("."), place.clone()].map(|path| path.display().to_string());
        quietly(Step::new("cp", &["-R", &from, &to]), "cp")?;
        if is_root() {
            quietly(Step::new("chown", &["-R", &format!("{NOBODY}:{NOBODY}"), &to]), "chown")?;
        }
        Ok(place)
    }

    fn serve(&self, ground: &Ground, directory: &Path) -> Result<Vec<Option<Cell>>, String> {
        let port = free_port()?;
        for line in self.prepare {
            let mut step = Process::start(self.program(ground, line, port), "prepare", directory)?;
            let code = step.finish();
            step.stop();
            if code? != 0 {
                return Err(format!("`{line}` failed: {}", last_line(&step.text())));
            }
        }
        for (name, text) in self.files {
            let text = text.replace("{port}", &port.to_string());
            fs::write(directory.join(name), text).map_err(|error| format!("{name}: {error}"))?;
        }
        let mut server = Process::start(self.program(ground, self.command, port), "server", directory)?;
        let listens = wait_until_listening(port, &mut server);
        let cells = listens.and_then(|()| server.wait_for(self.ready, 1)).map(|()| {
            let cell = |(heading, shown)| Some(self.cell(ground, directory, port, heading, shown));
            CLIENTS.into_iter().map(cell).collect()
        });
        server.stop();
        server.keep(directory);
        cells
    }

    fn program(&self, ground: &Ground, line: &str, port: u16) -> Command {
        let mut command = ground.command(line, &[("port", &port.to_string())]);
        if self.is_unprivileged && is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// What becomes of this client.
    fn cell(&self, ground: &Ground, directory: &Path, port: u16, heading: &str, shown: Option<&str>) -> Cell {
        let is_welcome = heading == "good";
        if (heading == "revoked" && !self.revokes) || (heading == "another's" && !self.authorizes) {
            return Cell::NotOffered;
        }
        let fate = self.visit(ground, directory, port, shown);
        match fate {
            Ok(Fate::Served) if is_welcome => Cell::Good("served".into()),
            Ok(Fate::Refused(how)) if !is_welcome => Cell::Good(format!("refused: {how}")),
            Ok(Fate::Served) => self.bad(heading, "served"),
            Ok(Fate::Refused(how)) => self.bad(heading, &format!("refused: {how}")),
            Err(error) => self.bad(heading, &error),
        }
    }

    fn bad(&self, heading: &str, why: &str) -> Cell {
        println!("{}, {heading}: {why}", self.name);
        Cell::Bad(why.into())
    }

    /// One session of our client, which says its piece and hears the end of the answer.
    fn visit(
        &self,
        ground: &Ground,
        directory: &Path,
        port: u16,
        shown: Option<&str>,
    ) -> Result<Fate, String> {
        let certificate = shown.map(|name| format!("--cert {name}.pem --key {name}.key"));
        let certificate = certificate.unwrap_or_default();
        let line =
            format!("client 127.0.0.1:{port} --name localhost --ca ca.pem {certificate} {}", self.options);
        let name = format!("client-{}", shown.unwrap_or("none"));
        let mut client = Process::start(ground.tool(&line, &[]), &name, directory)?;
        client.type_in(self.says);
        // A refused client hears something else, and ends.
        let served = client.wait_for(self.answer, 1).is_ok();
        let code = client.finish();
        client.stop();
        client.keep(directory);
        if served { Ok(Fate::Served) } else { refusal(&client, code?) }
    }
}

/// What an application makes of a client.
enum Fate {
    Served,
    /// And how it says so.
    Refused(String),
}

/// How a client was refused, by what it heard.
fn refusal(client: &Process, code: i32) -> Result<Fate, String> {
    const ALERT: i32 = 5;
    const ENDED: [i32; 3] = [0, 3, 6];
    let text = client.text();
    if let Some((_, status)) = text.split_once("HTTP/1.1 ") {
        return Ok(Fate::Refused(format!("HTTP {}", status.get(..3).unwrap_or_default())));
    }
    match code {
        ALERT => {
            let (_, alert) = text.split_once("ended the connection with ").unwrap_or_default();
            Ok(Fate::Refused(alert.lines().next().unwrap_or_default().into()))
        }
        code if ENDED.contains(&code) => Ok(Fate::Refused("connection closed".into())),
        code => Err(format!("our client ended with {code}: {}", last_line(&text))),
    }
}

/// Keeps what the programs of this directory have said in another one.
fn keep_outputs(from: &Path, to: &Path) {
    for path in fs::read_dir(from).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|end| end == "stdout" || end == "stderr")
            && let Some(name) = path.file_name()
        {
            drop(fs::copy(&path, to.join(name)));
        }
    }
}

fn is_root() -> bool {
    Step::new("id", &["-u"]).output().is_ok_and(|(_, user, _)| user.trim() == "0")
}
