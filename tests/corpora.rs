//! The seeds of the fuzz targets, run as ordinary tests by the functions that the fuzzer calls.

#![cfg(test)]
#![cfg(all(feature = "floors", feature = "rustcrypto"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/src/lib.rs"]
#[allow(missing_docs, unreachable_pub, reason = "of a crate of its own")]
mod fuzz;

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

fn file_stems(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let stem = |path: PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    entries.map(|entry| stem(entry.expect("an entry").path())).collect()
}

/// A seed's name says what comes of it: `read-…` is taken, `refused-…` is not.
#[test]
fn every_seed_ends_as_its_name_says() {
    for (name, target) in fuzz::TARGETS {
        let corpus = directory("corpus").join(name);
        let (mut read, mut refused) = (0, 0);
        for entry in fs::read_dir(&corpus).expect("a corpus") {
            let path = entry.expect("an entry").path();
            let seed = path.file_name().expect("a name").to_string_lossy();
            let taken = target(&fs::read(&path).expect("a seed can be read"));
            let expected = match seed.split_once('-') {
                Some(("read", _)) => true,
                Some(("refused", _)) => false,
                _ => panic!("{name}/{seed}: a seed is called read-… or refused-…"),
            };
            assert_eq!(taken, expected, "{name}/{seed}");
            *(if taken { &mut read } else { &mut refused }) += 1;
        }
        assert!(read > 0 && refused > 0, "{name}: {read} seeds read, {refused} refused");
    }
}

#[test]
fn every_target_has_its_function_its_file_and_its_seeds() {
    let functions: BTreeSet<String> = fuzz::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(functions.len(), fuzz::TARGETS.len(), "a target stands twice");
    assert_eq!(functions, file_stems(&directory("fuzz_targets")));
    assert_eq!(functions, file_stems(&directory("corpus")));
    let manifest = fs::read_to_string(directory("Cargo.toml")).expect("fuzz/Cargo.toml");
    for name in functions {
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name} is not in the manifest"
        );
    }
}
