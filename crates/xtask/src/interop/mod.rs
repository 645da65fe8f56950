//! `cargo xtask interop`: the tool holds sessions with the TLS stacks and applications of others, in both roles, and
//! a table tells what works.
//!
//! ```text
//! peers ─→ packages ─→ ground ─→ meeting (peer × role × feature) ─→ cell ─→ table ─→ docs/interop.md
//! ```

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

mod debian;
mod feature;
mod ground;
mod peer;
mod peers;
mod pki;
mod process;
mod stacks;
mod table;
mod trial;

use crate::suite;
use debian::Wanted;
use ground::Ground;
use peer::{Peer, Source};
use table::Table;

/// The kept table.
const DOCUMENT: &str = "docs/interop.md";

const INTRODUCTION: &str = "\
# Interop

Each row is a program of others, and each cell a feature that the tool `handfast` was seen to use with it, over
loopback: `handfast client` with the peer's server, `handfast server` with the peer's client. Both ends show
certificates and judge them, but for the column PSK. Our end tells of the session what the column says, the peer says so
too where it says anything of it, and application data goes both ways.

`yes`: it works. `no`: it does not, for the reason below the table. `–`: the peer does not have it, or its program has
no way to ask for it.

`cargo xtask interop --all --keep` writes this file. A run fails where it finds less than stands here.
";

const STACKS: &str = "## TLS stacks";

/// What was asked for on the command line.
#[derive(Default)]
struct Options {
    /// Also the peers that no Debian package has.
    all: bool,
    /// Write what was found into the document.
    keep: bool,
    /// Only peers with this in their names.
    peer: Option<String>,
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    suite::exit("interop", parse(arguments).and_then(|options| check(&options)))
}

/// What `cargo xtask test` asks for.
///
/// # Errors
/// What is missing, or works no longer.
pub(crate) fn check_all(all: bool) -> Result<(), String> {
    let is_well = check(&Options { all, ..Options::default() })?;
    if is_well { Ok(()) } else { Err(format!("less works than {DOCUMENT} has")) }
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--all" => options.all = true,
            "--keep" => options.keep = true,
            "--peer" => options.peer = Some(rest.next().ok_or("--peer wants a name")?.clone()),
            other => {
                return Err(format!(
                    "unknown argument `{other}`; usage: cargo xtask interop [--all] [--keep] [--peer NAME]\n\n  \
                     --all        also peers that Debian does not have, built or fetched otherwise\n  \
                     --keep       write the table into {DOCUMENT}\n  \
                     --peer NAME  only peers with this in their names"
                ));
            }
        }
    }
    Ok(options)
}

/// Did everything go as the kept table has it?
fn check(options: &Options) -> Result<bool, String> {
    let started = Instant::now();
    let peers: Vec<&Peer> = peers::PEERS.iter().copied().filter(|peer| options.want(peer)).collect();
    if peers.is_empty() {
        return Err("there is no such peer".into());
    }
    let ground = Ground::prepare()?;
    provide(&ground, &peers)?;
    let fresh = stacks::try_all(&ground, peers::PEERS, |peer| options.want(peer));
    let document = fs::read_to_string(DOCUMENT).unwrap_or_default();
    let kept = Table::read(&document, STACKS);
    let table = kept.with(&fresh);
    println!("\n{}", table.markdown());
    let falls = kept.falls(&fresh);
    for fall in &falls {
        println!("FAILED {fall}");
    }
    println!(
        "{} in {} s; what each program said is in {}",
        fresh.count(),
        started.elapsed().as_secs(),
        ground.trials.display()
    );
    if options.keep {
        let text = format!("{INTRODUCTION}\n{STACKS}\n\n{}", table.markdown());
        fs::write(DOCUMENT, text).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    }
    Ok(falls.is_empty())
}

/// Gets the programs of all that is to be met, and what they want.
fn provide(ground: &Ground, peers: &[&Peer]) -> Result<(), String> {
    let wanted = |name: &str, source: &Source| Wanted {
        packages: source.packages,
        shown_by: source.shown_by,
        why: format!("{name} in the interop matrix"),
    };
    let of_peers = peers.iter().map(|peer| wanted(peer.name, &peer.source));
    ground.debian.provide(&of_peers.collect::<Vec<_>>())?;
    for peer in peers {
        if let Some(make) = peer.source.make {
            println!("making what speaks for {}", peer.name);
            make(ground).map_err(|error| format!("{}: {error}", peer.name))?;
        }
        peer.prepare.iter().try_for_each(|line| ground.prepare_files(line))?;
    }
    Ok(())
}

impl Options {
    /// Who is named is met, quick or not.
    fn want(&self, peer: &Peer) -> bool {
        let is_named = |name: &str| peer.name.to_lowercase().contains(&name.to_lowercase());
        match &self.peer {
            Some(name) => is_named(name),
            None => self.all || peer.source.is_quick,
        }
    }
}
