//! Debian packages, unpacked under the target directory: nothing of the system changes, and no service starts.

use std::fs;
use std::path::{Path, PathBuf};

use super::pki::quietly;
use crate::step::Step;

/// A package that is wanted for this program, unless it is on the PATH.
pub(super) struct Wanted {
    pub(super) packages: &'static [&'static str],
    pub(super) program: &'static str,
    pub(super) why: String,
}

/// The directory into which packages are unpacked.
pub(super) struct Debian {
    root: PathBuf,
}

impl Debian {
    /// Under this directory.
    pub(super) fn under(directory: &Path) -> Self {
        Self { root: directory.join("debian") }
    }

    /// Fetches and unpacks what is not here, and says why.
    ///
    /// # Errors
    /// Which packages could not be had, and what would install them.
    pub(super) fn provide(&self, wanted: &[Wanted]) -> Result<(), String> {
        let mut packages = Vec::new();
        for Wanted { packages: of_one, program, why } in wanted {
            let state = if self.find(program).is_some() { "here" } else { "missing" };
            println!("peer {}: {state} ({why})", of_one.first().unwrap_or(program));
            if state == "missing" {
                packages.extend_from_slice(of_one);
            }
        }
        if packages.is_empty() {
            return Ok(());
        }
        println!("fetching {}, to be unpacked in {}", packages.join(", "), self.root.display());
        self.fetch(&packages).map_err(|error| {
            let line = packages.join(" ");
            format!("{error}\nthese peers can be installed with: sudo apt-get install --yes {line}")
        })?;
        match wanted.iter().find(|wanted| self.find(wanted.program).is_none()) {
            Some(Wanted { packages, program, .. }) => {
                Err(format!("the packages {} are unpacked, yet have no {program}", packages.join(", ")))
            }
            None => Ok(()),
        }
    }

    /// With all that they need and the system does not have.
    fn fetch(&self, packages: &[&str]) -> Result<(), String> {
        let archives = self.root.join("archives");
        fs::create_dir_all(archives.join("partial"))
            .map_err(|error| format!("{}: {error}", archives.display()))?;
        let place = format!("Dir::Cache::archives={}", archives.display());
        let options = ["install", "--download-only", "--yes", "--quiet", "--no-install-recommends"];
        // The lock is that of the system, of which nothing is changed.
        let options = [&options[..], &["-o", &place, "-o", "Debug::NoLocking=1"], packages].concat();
        let download = || quietly(Step::new("apt-get", &options), "apt-get install --download-only");
        // Without lists of packages apt-get knows none, or such as are gone.
        if download().is_err() {
            quietly(Step::new("apt-get", &["update", "--quiet"]), "apt-get update")?;
            download()?;
        }
        let entries = fs::read_dir(&archives).map_err(|error| format!("{}: {error}", archives.display()))?;
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if path.extension().is_some_and(|end| end == "deb") {
                let [archive, root] = [&path, &self.root].map(|path| path.to_string_lossy());
                quietly(Step::new("dpkg", &["-x", &archive, &root]), &format!("dpkg -x {archive}"))?;
            }
        }
        Ok(())
    }

    /// A program of the system, or else an unpacked one.
    pub(super) fn find(&self, program: &str) -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let ours = ["usr/bin", "usr/sbin"].map(|place| self.root.join(place));
        let mut places = std::env::split_paths(&path).chain(ours);
        places.find_map(|place| Some(place.join(program)).filter(|program| program.is_file()))
    }

    /// Is this program an unpacked one, which needs [`Self::libraries`]?
    pub(super) fn has(&self, program: &Path) -> bool {
        program.starts_with(&self.root)
    }

    /// Where unpacked programs find theirs.
    pub(super) fn libraries(&self) -> String {
        let below = |directory: &Path| -> Vec<PathBuf> {
            let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
            entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
        };
        let mut places = Vec::new();
        for of_machine in below(&self.root.join("usr/lib")) {
            if of_machine.to_string_lossy().ends_with("-linux-gnu") {
                places.push(of_machine.clone());
                // NSS loads modules from a directory of its own.
                places.extend(below(&of_machine));
            }
        }
        let places: Vec<_> = places.iter().map(|place| place.to_string_lossy()).collect();
        places.join(":")
    }
}
