//! What the tool's help says, and that the README knows of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::BTreeSet;

use support::{Run, tool};

const README: &str = include_str!("../../../README.md");

/// The long options named in the first column of a command's help.
fn options(command: &str) -> BTreeSet<String> {
    let mut help = tool();
    help.args([command, "--help"]);
    let run = Run::of(help, b"");
    assert_eq!(run.code, 0, "{run:#?}");
    run.stdout
        .lines()
        .filter_map(|line| line.trim_start().trim_start_matches("-h, ").split(' ').next())
        .filter(|word| word.starts_with("--") && *word != "--help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn staples_can_be_asked_of_a_peer_and_not_of_files() {
    for (command, asks) in [("client", true), ("server", true), ("verify", false)] {
        assert_eq!(options(command).contains("--request-ocsp"), asks, "{command}");
    }
}

#[test]
fn every_option_stands_in_the_readme() {
    for command in ["client", "server", "verify"] {
        let options = options(command);
        assert!(options.len() > 10, "{command}: {options:?}");
        let missing: Vec<_> =
            options.iter().filter(|option| !README.contains(&format!("`{option}`"))).collect();
        assert!(missing.is_empty(), "{command}: the README does not name {missing:?}");
    }
}
