//! `--record`: sessions written down, to be run again by `handfast replay`.

use std::path::{Path, PathBuf};

use handfast_replay::Recorder;

use crate::failure::Failure;
use crate::secret_file;
use crate::terminal::tell;

/// Which sessions are recorded, and where.
#[derive(Debug)]
pub(crate) enum Record {
    Off,
    /// The one session that there is.
    One(Recorder),
    /// Each, in a file with its number behind this name.
    Each(PathBuf),
}

impl Record {
    /// The record that the option asks for, of one session or of each.
    pub(crate) fn new(path: Option<&Path>, is_one: bool) -> Result<Self, Failure> {
        Ok(match path {
            None => Self::Off,
            Some(path) if is_one => Self::One(create(path)?),
            Some(path) => Self::Each(path.to_path_buf()),
        })
    }

    /// The recorder of a session.
    pub(crate) fn session(&self, number: u64) -> Result<Recorder, Failure> {
        match self {
            Self::Off => Ok(Recorder::off()),
            Self::One(recorder) => Ok(recorder.clone()),
            Self::Each(path) => {
                let mut name = path.clone().into_os_string();
                name.push(format!(".{number}"));
                create(Path::new(&name))
            }
        }
    }
}

fn create(path: &Path) -> Result<Recorder, Failure> {
    let file = secret_file::open(path)
        .map_err(|error| Failure::file(path, format_args!("the record cannot be made: {error}")))?;
    Ok(Recorder::to(file))
}

/// Tells of a record that could not be written to its end.
pub(crate) fn tell_error(recorder: &Recorder) {
    if let Some(error) = recorder.take_error() {
        tell(&format!("the record cannot be written, and ends early: {error}\n"));
    }
}
