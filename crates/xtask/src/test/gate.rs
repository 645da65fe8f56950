//! The no_std gate: a static library with a panic handler of its own, which cannot be compiled if anything
//! below it brings std along (std has one too, and there may be one only).

use std::path::Path;
use std::time::Duration;

use super::{Done, Options, Verdict};
use crate::step::{Step, target_directory};

const GATE: &str = "crates/no-std-gate";

/// What the compiler says when std comes along after all: `duplicate lang item`.
const TWO_PANIC_HANDLERS: &str = "E0152";

pub(super) fn no_std(_: &Options) -> Verdict {
    build(&[]).run()?;
    link_and_run()?;
    println!("and, to know that the gate can fail, once more with std:");
    let (built, _, said) = build(&["--features", "std"]).output()?;
    if built || !said.contains(TWO_PANIC_HANDLERS) {
        return Err(format!(
            "with std the gate should have failed with {TWO_PANIC_HANDLERS}; it said:\n{said}"
        ));
    }
    println!("it fails with {TWO_PANIC_HANDLERS}, as it must");
    Ok(Done::Passed)
}

fn build(more: &[&str]) -> Step {
    let manifest = format!("{GATE}/Cargo.toml");
    let target = target();
    Step::cargo(&[&["build", "--manifest-path", &manifest, "--target-dir", &target], more].concat())
}

fn link_and_run() -> Result<(), String> {
    let library = format!("{}/debug/libno_std_gate.a", target());
    if !Path::new(&library).exists() {
        return Err(format!("the build left no {library}"));
    }
    let program = format!("{}/no-std-gate", target());
    Step::new("cc", &[&format!("{GATE}/main.c"), &library, "-o", &program]).run()?;
    Step::new(&program, &[]).limit(Duration::from_secs(60)).run()
}

fn target() -> String {
    target_directory().join("no-std-gate").to_string_lossy().into_owned()
}
