//! Targets without an operating system: the library compiles for a microcontroller, and a handshake runs in WebAssembly
//! under Node.
//!
//! Their `core` and `alloc` are compiled along, from the source that Debian has beside a compiler of its own: the
//! toolchain that everything else is built with has none, and need not be a nightly one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::parts::left_out;
use super::{Done, Options, Verdict};
use crate::peers;
use crate::step::{Step, target_directory};

const HANDSHAKE: &str = "crates/wasm-handshake";

/// The compiler, and the source of `core` and `alloc`.
const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

pub(super) fn wasm(options: &Options) -> Verdict {
    if options.without_peers {
        return left_out("--without-peers");
    }
    if !peers::is_here("node") {
        return left_out("there is no Node");
    }
    let compiler = compiler()?;
    let target = target_directory().join("wasm").to_string_lossy().into_owned();
    let manifest = format!("{HANDSHAKE}/Cargo.toml");
    let wasm = ["--target", "wasm32-unknown-unknown", "--release", "--manifest-path", &manifest];
    build(&compiler, &[&wasm[..], &["--target-dir", &target]].concat()).run()?;
    let module = format!("{target}/wasm32-unknown-unknown/release/wasm_handshake.wasm");
    let script = format!("{HANDSHAKE}/run.mjs");
    Step::new("node", &[&script, &module]).limit(Duration::from_secs(60)).run()?;

    let library = ["--package", "handfast", "--no-default-features", "--features", "rustcrypto"];
    let thumb = ["--target", "thumbv7em-none-eabihf", "--target-dir", &target];
    build(&compiler, &[&library[..], &thumb].concat()).run()?;
    Ok(Done::Passed)
}

/// The compiler of [`PACKAGES`], installed if need be.
fn compiler() -> Result<PathBuf, String> {
    if let Some(compiler) = installed() {
        return Ok(compiler);
    }
    peers::install(&PACKAGES)?;
    installed().ok_or_else(|| format!("{} is installed, but has no rustc", PACKAGES.join(" ")))
}

fn installed() -> Option<PathBuf> {
    let of_package = |package| {
        let (listed, files, _) = Step::new("dpkg", &["-L", package]).output().ok()?;
        listed.then_some(files)
    };
    of_package("rust-web-src")?;
    let files = of_package("rustc-web")?;
    files.lines().find(|file| file.ends_with("/bin/rustc")).map(PathBuf::from)
}

/// A build with that compiler, which links with the linker of the usual one.
fn build(compiler: &Path, arguments: &[&str]) -> Step {
    let step = Step::cargo(&[&["build", "-Zbuild-std=core,alloc"], arguments].concat());
    let step = step.env("RUSTC", &compiler.to_string_lossy()).env("RUSTC_BOOTSTRAP", "1");
    match linker() {
        Some(linker) => step.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &linker),
        None => step,
    }
}

fn linker() -> Option<String> {
    let (_, version, _) = Step::new("rustc", &["-vV"]).output().ok()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "))?;
    let (_, sysroot, _) = Step::new("rustc", &["--print", "sysroot"]).output().ok()?;
    let linker = format!("{}/lib/rustlib/{host}/bin/rust-lld", sysroot.trim());
    Path::new(&linker).exists().then_some(linker)
}
