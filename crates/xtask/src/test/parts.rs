//! The parts of `cargo xtask test`, in the order in which they run: the quick to fail first, and those that
//! share build products beside each other.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{Done, Options, Part, Verdict, fuzz, gate, wasm};
use crate::bench;
use crate::bogo;
use crate::differential;
use crate::interop;
use crate::profile;
use crate::step::{Step, target_directory};
use crate::wycheproof;

/// The part without which no later one makes sense.
pub(super) const BUILD: &str = "build";

pub(super) const PARTS: &[Part] = &[
    Part { name: "format", shows: "rustfmt has nothing to change", run: format },
    Part { name: BUILD, shows: "library, tool, tests, examples and benchmarks compile", run: build },
    Part { name: "unit", shows: "unit and integration tests and doctests pass", run: unit },
    Part { name: "wycheproof", shows: "every provider passes Wycheproof's vectors", run: wycheproof_vectors },
    Part { name: "peers", shows: "the interop tests pass against real peers", run: peer_tests },
    Part {
        name: "interop",
        shows: "what docs/interop.md has works with the programs of others",
        run: interop_matrix,
    },
    Part { name: "bogo", shows: "BoringSSL's BoGo runner finds nothing wrong", run: bogo_runner },
    Part { name: "examples", shows: "every example runs to its end", run: examples },
    Part { name: "lint", shows: "clippy is silent on all targets", run: lint },
    Part { name: "features", shows: "each feature set compiles, without a warning", run: features },
    Part { name: "docs", shows: "rustdoc has no warning", run: docs },
    Part { name: "no_std", shows: "nothing in the library needs std", run: gate::no_std },
    Part {
        name: "wasm",
        shows: "a handshake runs in WebAssembly, and the library compiles for a microcontroller",
        run: wasm::wasm,
    },
    Part {
        name: "instructions",
        shows: "a handshake costs no more instructions of our own than were kept",
        run: instructions,
    },
    Part { name: "demo", shows: "`cargo run --release -- demo` shows a handshake", run: demo },
    Part {
        name: "differential",
        shows: "OpenSSL and rustls-webpki disagree with the path validator as explained only",
        run: judge_differently,
    },
    Part { name: "long", shows: "the property tests hold over many more cases", run: long },
    Part { name: "fuzz", shows: "libFuzzer finds nothing in a short run of each target", run: fuzz::run },
];

/// Tells tests that there is time: every combination in place of a selection.
const ALL: &str = "HANDFAST_ALL";

/// An example or the demo runs for a second or two; one that waits for something waits for ever.
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// Packages that stand outside the workspace.
const OUTSIDE: [&str; 6] = [
    bench::MANIFEST,
    differential::MANIFEST,
    interop::RUSTLS_PEER,
    "crates/no-std-gate/Cargo.toml",
    "crates/wasm-handshake/Cargo.toml",
    "fuzz/Cargo.toml",
];

fn format(_: &Options) -> Verdict {
    Step::cargo(&["fmt", "--all", "--check"]).run()?;
    for manifest in OUTSIDE.iter().filter(|manifest| Path::new(manifest).exists()) {
        Step::cargo(&["fmt", "--all", "--check", "--manifest-path", manifest]).run()?;
    }
    Ok(Done::Passed)
}

fn build(_: &Options) -> Verdict {
    cargo(&["test", "--workspace", "--all-features", "--all-targets", "--no-run"])
}

fn unit(_: &Options) -> Verdict {
    cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"])
}

fn wycheproof_vectors(_: &Options) -> Verdict {
    wycheproof::judge("vectors/wycheproof")?;
    Ok(Done::Passed)
}

/// The tests that start a peer stand in `tests/peer_*`, here and in the tool's crate, and are `#[ignore]`d, so that
/// a plain `cargo test` needs nothing but Rust and a C compiler.
fn peer_tests(options: &Options) -> Verdict {
    if options.without_peers {
        return left_out("--without-peers");
    }
    if !stems("tests")?.iter().any(|name| name.starts_with("peer_")) {
        return left_out("there is no tests/peer_*.rs");
    }
    let tests = ["test", "--workspace", "--all-features", "--no-fail-fast", "--test", "peer_*"];
    let step = Step::cargo(&[&tests[..], &["--", "--ignored"]].concat());
    if options.all { step.env(ALL, "1") } else { step }.run()?;
    Ok(Done::Passed)
}

fn interop_matrix(options: &Options) -> Verdict {
    if options.without_peers {
        return left_out("--without-peers");
    }
    interop::check_all(options.all)?;
    Ok(Done::Passed)
}

fn bogo_runner(options: &Options) -> Verdict {
    if options.without_peers {
        return left_out("--without-peers");
    }
    bogo::check_all()?;
    Ok(Done::Passed)
}

fn examples(_: &Options) -> Verdict {
    let names = stems("examples")?;
    if names.is_empty() {
        return left_out("there are no examples");
    }
    Step::cargo(&["build", "--workspace", "--all-features", "--examples"]).run()?;
    for name in names {
        Step::new(target_directory().join("debug/examples").join(name), &[]).limit(RUN_LIMIT).run()?;
    }
    Ok(Done::Passed)
}

fn lint(_: &Options) -> Verdict {
    cargo(&["clippy", "--workspace", "--all-features", "--all-targets", "--", "-D", "warnings"])
}

fn features(_: &Options) -> Verdict {
    for set in [
        &["--lib", "--no-default-features"] as &[&str],
        &["--all-targets", "--no-default-features", "--features", "rustcrypto"],
        &["--lib", "--no-default-features", "--features", "zlib"],
        &["--lib", "--no-default-features", "--features", "brotli,zstd"],
        &["--lib", "--no-default-features", "--features", "ech"],
        &["--lib", "--no-default-features", "--features", "ring,ech"],
        &["--lib", "--no-default-features", "--features", "ml-kem"],
        &["--lib", "--no-default-features", "--features", "ml-dsa"],
        &["--all-targets", "--features", "ml-dsa"],
        &["--all-targets"],
        &["--lib", "--no-default-features", "--features", "aws-lc"],
    ] {
        Step::cargo(&[&["clippy", "--package", "handfast"], set, &["--", "-D", "warnings"]].concat())
            .run()?;
    }
    Ok(Done::Passed)
}

fn docs(_: &Options) -> Verdict {
    Step::cargo(&["doc", "--workspace", "--all-features", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    Ok(Done::Passed)
}

fn instructions(_: &Options) -> Verdict {
    if !profile::has_valgrind() {
        return left_out("there is no valgrind");
    }
    profile::check()?;
    Ok(Done::Passed)
}

fn demo(_: &Options) -> Verdict {
    if !Path::new("crates/cli/src/demo.rs").exists() && !Path::new("crates/cli/src/demo").exists() {
        return left_out("the tool has no demo");
    }
    Step::cargo(&["build", "--release"]).run()?;
    Step::cargo(&["run", "--release", "--", "demo"]).limit(RUN_LIMIT).run()?;
    Ok(Done::Passed)
}

/// All chains with `--all`, the first of them otherwise.
fn judge_differently(options: &Options) -> Verdict {
    if options.without_peers {
        return left_out("--without-peers");
    }
    if !differential::can_link_openssl() {
        return left_out("there is no libssl-dev to link");
    }
    let target = target_directory().to_string_lossy().into_owned();
    let manifest = ["--manifest-path", differential::MANIFEST, "--target-dir", &target];
    Step::cargo(&[&["test", "--quiet", "--locked"], &manifest[..]].concat()).run()?;
    differential::judge(if options.all { &[] } else { &["--count", "500"] })?;
    Ok(Done::Passed)
}

/// Optimized, as many cases want it, but with the checks of a development build. Only what has properties runs.
fn long(options: &Options) -> Verdict {
    if !options.all {
        return left_out("only with --all");
    }
    let properties = stems("tests")?.into_iter().filter(|name| has_properties(name));
    let properties: Vec<String> = properties.flat_map(|name| ["--test".into(), name]).collect();
    let properties: Vec<&str> = properties.iter().map(String::as_str).collect();
    let optimized =
        ["test", "--config", "profile.dev.opt-level=2", "--all-features", "--no-fail-fast", "--lib"];
    Step::cargo(&[&optimized[..], &properties].concat()).env("PROPTEST_CASES", "20000").run()?;
    Ok(Done::Passed)
}

fn has_properties(test: &str) -> bool {
    fs::read_to_string(format!("tests/{test}.rs")).is_ok_and(|text| text.contains("proptest!"))
}

fn cargo(arguments: &[&str]) -> Verdict {
    Step::cargo(arguments).run()?;
    Ok(Done::Passed)
}

pub(super) fn left_out(why: &str) -> Verdict {
    Ok(Done::LeftOut(why.into()))
}

/// The names of the Rust files and of the directories with a `main.rs` right under `directory`, sorted;
/// nothing where there is no such directory.
pub(super) fn stems(directory: &str) -> Result<Vec<String>, String> {
    let Ok(entries) = fs::read_dir(directory) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("cannot read {directory}: {error}"))?.path();
        let is_target = path.extension().is_some_and(|end| end == "rs") || path.join("main.rs").exists();
        if let Some(name) = path.file_stem().filter(|_| is_target) {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
