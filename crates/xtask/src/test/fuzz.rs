//! A short libFuzzer run of each target in `fuzz/`, where a nightly compiler is. The compiler flags are those that
//! libFuzzer wants; no further tool has to be installed.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::parts::{left_out, stems};
use super::{Done, Options, Verdict};
use crate::step::{Step, target_directory};

const MANIFEST: &str = "fuzz/Cargo.toml";

/// Sanitizer flags are refused for the host's own build scripts, so the target is named even if it is the host.
const TARGET: &str = "x86_64-unknown-linux-gnu";

const FLAGS: &str = "--cfg fuzzing -Zsanitizer=address -Cdebug-assertions -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// For each target.
const SECONDS: u64 = 20;

pub(super) fn run(options: &Options) -> Verdict {
    if !options.all {
        return left_out("only with --all");
    }
    if !Path::new(MANIFEST).exists() {
        return left_out("there is no fuzz/Cargo.toml");
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) || !nightly(&["--version"]).succeeds() {
        return left_out("there is no nightly toolchain for x86-64 Linux");
    }
    let directory = target_directory().join("fuzz");
    let shown = directory.to_string_lossy();
    nightly(&["build", "--release", "--manifest-path", MANIFEST, "--target", TARGET, "--target-dir", &shown])
        .env("RUSTFLAGS", FLAGS)
        .run()?;
    for name in stems("fuzz/fuzz_targets")? {
        run_target(&name, &directory)?;
    }
    Ok(Done::Passed)
}

/// What the run finds on the way goes into a corpus below the target directory; the one in the repository is read.
fn run_target(name: &str, directory: &Path) -> Result<(), String> {
    let (kept, found) = (format!("fuzz/corpus/{name}"), directory.join("corpus").join(name));
    fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
    let found = found.to_string_lossy();
    let crashes = format!("-artifact_prefix={}/", directory.display());
    let seconds = format!("-max_total_time={SECONDS}");
    let mut arguments = vec![seconds.as_str(), "-timeout=10", "-print_final_stats=1", &crashes, &found];
    if Path::new(&kept).exists() {
        arguments.push(&kept);
    }
    let program = directory.join(TARGET).join("release").join(name);
    Step::new(program, &arguments).limit(Duration::from_secs(4 * SECONDS)).run()
}

fn nightly(arguments: &[&str]) -> Step {
    Step::new("rustup", &[&["run", "nightly", "cargo"], arguments].concat())
}
