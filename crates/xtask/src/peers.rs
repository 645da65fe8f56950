//! The programs of others that the tests talk to, and how they get onto a Debian machine.

use std::path::Path;

use crate::step::Step;

/// A program that tests start.
struct Peer {
    /// The Debian package that has it.
    package: &'static str,
    /// The program by which it is known to be there.
    program: &'static str,
    /// What the tests want of it.
    why: &'static str,
}

/// One line a peer.
const PEERS: &[Peer] = &[
    Peer {
        package: "openssl",
        program: "openssl",
        why: "s_server and s_client are the other end of the interop tests",
    },
    Peer { package: "curl", program: "curl", why: "it asks `handfast server --http` for its page" },
];

/// Sees to it that every peer is here: installs what is missing where that can be done (Debian, as root).
///
/// # Errors
/// What is missing and the one line that would install it.
pub(crate) fn provide() -> Result<(), String> {
    for Peer { package, program, why } in PEERS {
        let state = if is_here(program) { "here" } else { "missing" };
        println!("peer {package}: {state} ({why})");
    }
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    install(&packages).map_err(|error| format!("{error} (or run with --without-peers)"))?;
    match missing().as_slice() {
        [] => Ok(()),
        still => Err(format!("installed, yet not found on the PATH: {}", still.join(", "))),
    }
}

/// Installs packages of Debian, where that can be done (as root).
///
/// # Errors
/// The one line that would install them.
pub(crate) fn install(packages: &[&str]) -> Result<(), String> {
    if !may_install() {
        return Err(format!(
            "install what is missing with: sudo apt-get install --yes {}",
            packages.join(" ")
        ));
    }
    println!("installing {}", packages.join(", "));
    let apt =
        |arguments: &[&str]| Step::new("apt-get", arguments).env("DEBIAN_FRONTEND", "noninteractive").run();
    apt(&["update", "--quiet"])?;
    apt(&[&["install", "--yes", "--quiet", "--no-install-recommends"], packages].concat())
}

fn missing() -> Vec<&'static str> {
    PEERS.iter().filter(|peer| !is_here(peer.program)).map(|peer| peer.package).collect()
}

pub(crate) fn is_here(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

fn may_install() -> bool {
    let is_root = || Step::new("id", &["-u"]).output().is_ok_and(|(_, user, _)| user.trim() == "0");
    Path::new("/etc/debian_version").exists() && is_root()
}
