//! The certificates of both sides: one set of files for all programs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::row::Key;

/// The name in the server's certificate.
pub const SERVER_NAME: &str = "server.test";

/// A directory of PEM files for one kind of key: a root, and for each side the chain of its leaf and an intermediate.
#[derive(Clone, Debug)]
pub struct Papers {
    directory: PathBuf,
}

impl Papers {
    /// Those of this kind of key, under a directory for all kinds.
    #[must_use]
    pub fn of(key: Key, all: &Path) -> Self {
        Self { directory: all.join(key.name()) }
    }

    /// The root, which both sides trust.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.directory.join("root.pem")
    }

    /// The chain of "client" or "server", leaf first, without the root.
    #[must_use]
    pub fn chain(&self, side: &str) -> PathBuf {
        self.directory.join(side).with_extension("pem")
    }

    /// The key of "client" or "server".
    #[must_use]
    pub fn key(&self, side: &str) -> PathBuf {
        self.directory.join(side).with_extension("key")
    }

    /// Makes the directory.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(&self) -> io::Result<()> {
        fs::create_dir_all(&self.directory)
    }
}
