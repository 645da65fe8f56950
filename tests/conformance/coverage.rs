//! No fault is without a test that names it.

use std::fs;
use std::path::{Path, PathBuf};

use handfast::alert::AlertDescription as Alert;
use handfast::handshake::{Epoch, PeerFault};

use crate::subject::Subject;

/// The variants of a public enum, read from its source.
fn variants(source: &str, name: &str) -> Vec<String> {
    let from = source.find(&format!("pub enum {name} {{")).expect("the enum");
    let body = source[from..].lines().skip(1).take_while(|line| *line != "}");
    let is_variant = |line: &&str| line.starts_with("    ") && line[4..].starts_with(char::is_uppercase);
    let name = |line: &str| line.trim().split(|end: char| !end.is_alphanumeric()).next().unwrap().to_owned();
    body.filter(is_variant).map(name).collect()
}

/// All files below `directory`, as one text.
fn read_all(directory: &Path) -> String {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
        .iter()
        .map(|path| if path.is_dir() { read_all(path) } else { fs::read_to_string(path).unwrap() })
        .collect()
}

#[test]
fn every_fault_is_named_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = read_all(&root.join("tests/conformance"));
    let enums = [
        ("src/handshake/fault.rs", "PeerFault", 45),
        ("src/connection/fault.rs", "Fault", 10),
        ("src/record/fault.rs", "RecordFault", 10),
    ];
    for (file, name, count) in enums {
        let variants = variants(&fs::read_to_string(root.join(file)).unwrap(), name);
        // 2^64 records cannot be sent; `record` tests its counter.
        let untestable = ["SequenceNumberExhausted"];
        let unnamed: Vec<_> = variants
            .iter()
            .filter(|variant| !untestable.contains(&variant.as_str()))
            .filter(|variant| !tests.contains(&format!("{name}::{variant}")))
            .collect();
        assert_eq!(unnamed, [""; 0], "{name}");
        assert!(variants.len() >= count, "variants of {name} were not found: {variants:?}");
    }
}

/// A carrier that mixes epochs up, or a peer that makes it do so (RFC 9001 §4.1.3).
#[test]
fn handshake_bytes_of_an_epoch_whose_turn_it_is_not_are_unexpected_message() {
    for (subject, turn) in [(Subject::client(), Epoch::Initial), (Subject::server(), Epoch::Initial)] {
        let mut floor = subject.floor();
        assert_eq!(floor.machine.receiving(), turn);
        floor.machine.receive(Epoch::Application, &[24, 0, 0, 1, 0]);
        let fault = floor.work().unwrap_err();
        assert_eq!((fault.alert(), fault), (Alert::UNEXPECTED_MESSAGE, PeerFault::WrongEpoch.into()));
    }
}
