//! Files that hold secrets: nobody but their owner reads them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes an empty file to be written to; there must be none.
///
/// # Errors
/// Those of the system.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a file with this content; there must be none.
///
/// # Errors
/// Those of the system; what was written of the file is removed.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = open(path)?;
    let written = file.write_all(content);
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// Puts this content in place of the file's, whole: who reads it has the old one, or the new one.
///
/// # Errors
/// Those of the system; the file is as it was.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let new = path.with_file_name(name);
    create(&new, content)?;
    let renamed = fs::rename(&new, path);
    if renamed.is_err() {
        let _ = fs::remove_file(&new);
    }
    renamed
}
