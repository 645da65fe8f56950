//! The key log: the secrets of sessions in the format that Wireshark reads.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use handfast::handshake::KeyLogLine;

use crate::failure::Failure;

/// A file to which each session appends its secrets.
#[derive(Debug)]
pub(crate) struct KeyLog {
    path: PathBuf,
    file: Mutex<File>,
}

impl KeyLog {
    /// The key log of `--keylog`, or else of SSLKEYLOGFILE, if one of them is given.
    pub(crate) fn open(option: Option<&Path>) -> Result<Option<Self>, Failure> {
        let variable =
            || std::env::var_os("SSLKEYLOGFILE").filter(|value| !value.is_empty()).map(PathBuf::from);
        let Some(path) = option.map(Path::to_path_buf).or_else(variable) else { return Ok(None) };
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path);
        let file = file
            .map_err(|error| Failure::file(&path, format_args!("the key log cannot be opened: {error}")))?;
        Ok(Some(Self { path, file: Mutex::new(file) }))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line, at once: a session may end at any moment.
    pub(crate) fn append(&self, line: &KeyLogLine) -> Result<(), Failure> {
        let written = self
            .file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write_all(format!("{line}\n").as_bytes());
        written.map_err(|error| {
            Failure::file(&self.path, format_args!("the key log cannot be written: {error}"))
        })
    }
}
