//! Debian packages, unpacked under the target directory: nothing of the system changes, and no service starts.

use std::fs;
use std::path::{Path, PathBuf};

use super::pki::quietly;
use crate::step::Step;

/// Packages that are wanted, unless what they are known by is here.
pub(super) struct Wanted {
    pub(super) packages: &'static [&'static str],
    /// A program, or a file by its path.
    pub(super) shown_by: &'static str,
    pub(super) why: String,
}

/// The directory into which packages are unpacked.
pub(super) struct Debian {
    pub(super) root: PathBuf,
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
        for Wanted { packages: of_one, shown_by, why } in wanted {
            let state = if self.is_here(shown_by) { "here" } else { "missing" };
            println!("peer {}: {state} ({why})", of_one.first().unwrap_or(shown_by));
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
        match wanted.iter().find(|wanted| !self.is_here(wanted.shown_by)) {
            Some(Wanted { packages, shown_by, .. }) => {
                Err(format!("the packages {} are unpacked, yet have no {shown_by}", packages.join(", ")))
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

    fn is_here(&self, shown_by: &str) -> bool {
        if shown_by.contains('/') {
            return Path::new("/").join(shown_by).exists() || self.root.join(shown_by).exists();
        }
        self.find(shown_by).is_some()
    }

    /// A program of the system, or else an unpacked one.
    pub(super) fn find(&self, program: &str) -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut unpacked = ["usr/bin", "usr/sbin"].map(|place| self.root.join(place)).to_vec();
        // Programs of PostgreSQL stand below their version.
        for directory in directories(&self.root.join("usr/lib/postgresql")) {
            unpacked.push(directory.join("bin"));
        }
        let mut places = std::env::split_paths(&path).chain(unpacked);
        places.find_map(|place| Some(place.join(program)).filter(|program| program.is_file()))
    }

    /// Is this program an unpacked one, which needs [`Self::libraries`]?
    pub(super) fn has(&self, program: &Path) -> bool {
        program.starts_with(&self.root)
    }

    /// Where unpacked programs find their libraries.
    pub(super) fn libraries(&self) -> Vec<PathBuf> {
        let of_machines = directories(&self.root.join("usr/lib"));
        let mut places: Vec<_> =
            of_machines.into_iter().filter(|path| path.to_string_lossy().ends_with("-linux-gnu")).collect();
        // Some load modules from a directory of their own.
        let own: Vec<_> = places.iter().flat_map(|place| directories(place)).collect();
        places.extend(own);
        places
    }
}

/// The directories right under this one.
fn directories(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}
