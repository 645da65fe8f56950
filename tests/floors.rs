//! The library is built in floors, and each file imports downward only (DESIGN.md, "Why floors?").
//!
//! This reads every `crate::…` path of `src/` outside comments and strings, and every `super::…` path that leads
//! out of a module, and compares it with the table below.

#![cfg(test)]

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "floors/paths.rs"]
mod paths;

use paths::crate_paths;

/// What a module may import.
struct Module {
    name: &'static str,
    floor: u8,
    sees: Sees,
}

enum Sees {
    /// The floors below its own.
    Below,
    /// The floors below its own but for these modules.
    BelowBut(&'static [&'static str]),
    /// The floors below its own, and its neighbors on the same floor.
    BelowAndBeside,
    /// These modules and no other.
    Only(&'static [&'static str]),
}

/// The floors, bottom first. On floor 0 each module names what it stands on; the floor has no cycle because each
/// names modules further up in this table only.
const MODULES: &[Module] = &[
    Module { name: "time", floor: 0, sees: Sees::Only(&[]) },
    Module { name: "wire", floor: 0, sees: Sees::Only(&[]) },
    Module { name: "alert", floor: 0, sees: Sees::Only(&["wire"]) },
    Module { name: "pem", floor: 0, sees: Sees::Only(&["wire"]) },
    Module { name: "crypto", floor: 0, sees: Sees::Only(&["wire", "pem"]) },
    Module { name: "identity", floor: 0, sees: Sees::Only(&["time", "wire", "crypto"]) },
    Module { name: "message", floor: 1, sees: Sees::Below },
    Module { name: "key_schedule", floor: 1, sees: Sees::Below },
    Module { name: "transcript", floor: 1, sees: Sees::Below },
    Module { name: "record", floor: 1, sees: Sees::Below },
    // An island that knows no TLS, not even its alerts.
    Module { name: "pki", floor: 1, sees: Sees::Only(&["time", "wire", "pem", "crypto", "identity"]) },
    Module { name: "resumption", floor: 2, sees: Sees::BelowBut(&["record", "pki"]) },
    // QUIC uses this floor: it has its own records, and its caller judges chains.
    Module { name: "handshake", floor: 3, sees: Sees::BelowBut(&["record", "pki"]) },
    Module { name: "connection", floor: 4, sees: Sees::BelowAndBeside },
    Module { name: "danger", floor: 4, sees: Sees::BelowAndBeside },
    Module { name: "exported_authenticator", floor: 4, sees: Sees::BelowAndBeside },
];

fn module(name: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.name == name)
}

/// Why `importer` may not import `imported`, if it may not.
fn broken_rule(importer: &Module, imported: &str) -> Option<String> {
    if importer.name == imported {
        return None;
    }
    let Some(target) = module(imported) else {
        return Some(format!("`{imported}` has no floor: add it to the table in tests/floors.rs"));
    };
    let (name, floor) = (importer.name, importer.floor);
    match &importer.sees {
        Sees::Only(modules) if modules.contains(&imported) => return None,
        Sees::Only([]) => return Some(format!("`{name}` imports nothing")),
        Sees::Only(modules) => return Some(format!("`{name}` imports only {}", modules.join(", "))),
        Sees::BelowBut(hidden) if hidden.contains(&imported) => {
            return Some(format!("`{name}` must not see `{imported}`"));
        }
        Sees::BelowAndBeside if target.floor == floor => return None,
        Sees::Below | Sees::BelowBut(_) | Sees::BelowAndBeside => {}
    }
    match target.floor.cmp(&floor) {
        Ordering::Less => None,
        Ordering::Equal => Some(format!("`{name}` and `{imported}` share floor {floor} and are blind")),
        Ordering::Greater => {
            Some(format!("`{imported}` (floor {}) is above `{name}` (floor {floor})", target.floor))
        }
    }
}

/// The faults of one file of `src/`, each as `src/file.rs:line: import: rule`.
fn faults(file: &Path, source: &str) -> Vec<String> {
    let shown = format!("src/{}", file.display());
    if file == Path::new("lib.rs") {
        return Vec::new(); // The tour names every floor.
    }
    let module_path: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .filter(|p| p != "mod")
        .collect();
    let Some(importer) = module_path.first().and_then(|name| module(name)) else {
        return vec![format!(
            "{shown}: this file has no floor: add its module to the table in tests/floors.rs"
        )];
    };
    let is_broken = |path: paths::CratePath| {
        let rule = broken_rule(importer, &path.module)?;
        Some(format!("{shown}:{}: imports `{}`: {rule}", path.line, path.module))
    };
    crate_paths(source, module_path.len(), |name| module(name).is_some())
        .into_iter()
        .filter_map(is_broken)
        .collect()
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("src/ can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_file_of_the_library_imports_downward_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    assert!(files.len() > 10, "the walk over src/ lost files: {}", files.len());
    let mut found = Vec::new();
    for path in &files {
        let source = fs::read_to_string(path).expect("a source file is UTF-8");
        found.extend(faults(path.strip_prefix(&root).expect("below src/"), &source));
    }
    assert!(found.is_empty(), "imports that break the floors:\n{}", found.join("\n"));
}

#[test]
fn an_upward_import_is_a_fault_that_names_file_line_and_rule() {
    let found = faults(Path::new("wire/reader.rs"), "//! doc\n\nuse crate::message::ClientHello;\n");
    assert_eq!(found, ["src/wire/reader.rs:3: imports `message`: `wire` imports nothing"]);
    let found = faults(Path::new("resumption/ticket.rs"), "use crate::handshake::Client;");
    assert_eq!(
        found,
        [
            "src/resumption/ticket.rs:1: imports `handshake`: `handshake` (floor 3) is above `resumption` (floor 2)"
        ]
    );
}

#[test]
fn siblings_of_floor_1_are_blind() {
    let found = faults(Path::new("record/mod.rs"), "fn f() -> crate::transcript::Transcript { todo() }");
    assert_eq!(
        found,
        ["src/record/mod.rs:1: imports `transcript`: `record` and `transcript` share floor 1 and are blind"]
    );
}

#[test]
fn the_handshake_sees_neither_records_nor_pki_and_pki_sees_no_tls() {
    let source = "use crate::{alert::Alert, record::{self, Sealer}, pki::Chain};";
    assert_eq!(faults(Path::new("handshake/client/mod.rs"), source).len(), 2);
    assert_eq!(faults(Path::new("pki/path/mod.rs"), "use crate::alert::Alert;").len(), 1);
    assert_eq!(faults(Path::new("connection/mod.rs"), source), [""; 0]);
}

#[test]
fn a_way_out_through_super_is_followed() {
    let source = "use super::super::record::Sealer;";
    assert_eq!(faults(Path::new("handshake/client.rs"), source).len(), 1);
    assert_eq!(
        faults(Path::new("handshake/client/start.rs"), source),
        [""; 0],
        "this is handshake's own `record`"
    );
}

#[test]
fn comments_and_strings_are_no_imports() {
    let source = "/// [`crate::connection`]\nconst S: &str = \"crate::connection\"; /* crate::pki */";
    assert_eq!(faults(Path::new("wire/mod.rs"), source), [""; 0]);
}

#[test]
fn a_file_without_a_floor_is_a_fault() {
    assert_eq!(
        faults(Path::new("helpers.rs"), ""),
        ["src/helpers.rs: this file has no floor: add its module to the table in tests/floors.rs"]
    );
    assert_eq!(faults(Path::new("connection/mod.rs"), "use crate::helpers::x;").len(), 1);
}
