//! The no_std gate: a static library with a panic handler of its own, which cannot be compiled if anything
//! below it brings std along (std has one too, and there may be one only).

use std::path::Path;

use super::{Done, Verdict, parts::target_directory};
use crate::step::Step;

const MANIFEST: &str = "crates/no-std-gate/Cargo.toml";

/// What the compiler says when std comes along after all: `duplicate lang item`.
const TWO_PANIC_HANDLERS: &str = "E0152";

pub(super) fn no_std(_: &super::Options) -> Verdict {
    if !Path::new(MANIFEST).exists() {
        return Ok(Done::LeftOut(format!("there is no {MANIFEST}")));
    }
    build(&[]).run()?;
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
    let target = target_directory().join("no-std-gate");
    let target = target.to_string_lossy();
    let fixed = ["build", "--manifest-path", MANIFEST, "--target-dir", &target];
    Step::cargo(&[&fixed, more].concat())
}
