//! `cargo xtask interop`: the tool holds sessions with the TLS stacks and applications of others, in both roles, and
//! a table tells what works.
//!
//! ```text
//! peers ─→ packages ─→ ground ─→ meeting (peer × role × feature) ─→ cell ─→ table ─→ docs/interop.md
//! ```

use std::process::ExitCode;
use std::time::Instant;

mod application;
mod applications;
mod debian;
mod document;
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
use application::Application;
use applications::APPLICATIONS;
use debian::Wanted;
use document::{DOCUMENT, Found, Kept};
use ground::Ground;
use peer::{Peer, Source};
use peers::PEERS;
pub(crate) use peers::rustls::MANIFEST as RUSTLS_PEER;

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

/// Did everything go as the kept tables have it?
fn check(options: &Options) -> Result<bool, String> {
    let started = Instant::now();
    let peers: Vec<&Peer> =
        PEERS.iter().copied().filter(|peer| options.want(peer.name, &peer.source)).collect();
    let applications: Vec<&Application> = APPLICATIONS
        .iter()
        .copied()
        .filter(|application| options.want(application.name, &application.source))
        .collect();
    if peers.is_empty() && applications.is_empty() {
        return Err("there is no such peer".into());
    }
    let ground = Ground::prepare()?;
    let of_peers = peers.iter().map(|peer| (peer.name, &peer.source, peer.prepare));
    let of_applications = applications.iter().map(|one| (one.name, &one.source, &[][..]));
    provide(&ground, &of_peers.chain(of_applications).collect::<Vec<_>>())?;
    let found = Found {
        stacks: stacks::try_all(&ground, PEERS, |peer| options.want(peer.name, &peer.source)),
        applications: application::try_all(&ground, APPLICATIONS, |one| options.want(one.name, &one.source)),
    };
    let kept = Kept::read();
    let updated = kept.with(&found);
    println!("\n{}", updated.tables());
    let falls = kept.falls(&found);
    for fall in &falls {
        println!("FAILED {fall}");
    }
    let (seconds, place) = (started.elapsed().as_secs(), ground.trials.display());
    println!("{} in {seconds} s; what each program said is in {place}", found.count());
    if options.keep {
        updated.write()?;
    }
    Ok(falls.is_empty())
}

/// Gets the programs of all that is to be met, and what they want.
fn provide(ground: &Ground, all: &[(&str, &Source, &[&str])]) -> Result<(), String> {
    let wanted = all.iter().map(|(name, source, _)| Wanted {
        packages: source.packages,
        shown_by: source.shown_by,
        why: format!("{name} in the interop matrix"),
    });
    ground.debian.provide(&wanted.collect::<Vec<_>>())?;
    for (name, source, prepare) in all {
        if let Some(make) = source.make {
            println!("making what speaks for {name}");
            make(ground).map_err(|error| format!("{name}: {error}"))?;
        }
        prepare.iter().try_for_each(|line| ground.prepare_files(line))?;
    }
    Ok(())
}

impl Options {
    /// Who is named is met, quick or not.
    fn want(&self, name: &str, source: &Source) -> bool {
        match &self.peer {
            Some(part) => name.to_lowercase().contains(&part.to_lowercase()),
            None => self.all || source.is_quick,
        }
    }
}
