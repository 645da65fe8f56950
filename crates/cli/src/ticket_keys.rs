//! `--ticket-key`: the keys of a server's tickets, in a file that servers may share.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use handfast::resumption::{MAX_TICKET_KEYS, TicketKeys};
use handfast::time::Time;

use crate::failure::Failure;
use crate::{hex, secret_file};

/// A key that nobody else has.
pub(crate) fn fresh() -> Result<[u8; 32], Failure> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)
        .map_err(|error| Failure::Setup(format!("the system gives no random bytes: {error}")))?;
    Ok(key)
}

/// Keys from a file of lines, each of 64 hexadecimal digits, the newest first; a file that is not there is made with
/// a fresh one.
pub(crate) fn open(path: &Path) -> Result<TicketKeys, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).map_err(|reason| Failure::file(path, reason)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let key = fresh()?;
            let line = format!("{}\n", hex::encode(&key));
            secret_file::create(path, line.as_bytes())
                .map_err(|error| Failure::file(path, format_args!("cannot be written: {error}")))?;
            Ok(TicketKeys::new(key, Time::MAX))
        }
        Err(error) => Err(Failure::file(path, format_args!("cannot be read: {error}"))),
    }
}

fn parse(text: &str) -> Result<TicketKeys, String> {
    let key = |(number, line): (usize, &str)| {
        let key = hex::decode(line.trim()).and_then(|key| <[u8; 32]>::try_from(key).ok());
        key.ok_or_else(|| format!("line {}: expected 64 hexadecimal digits", number + 1))
    };
    let keys: Vec<_> = text.lines().enumerate().map(key).collect::<Result<_, _>>()?;
    if keys.is_empty() || keys.len() > MAX_TICKET_KEYS {
        return Err(format!("{} ticket keys, expected 1 to {MAX_TICKET_KEYS}", keys.len()));
    }
    Ok(keys.into_iter().rev().fold(TicketKeys::default(), |keys, key| keys.rotated(key, Time::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_ticket_keys_has_one_to_eight_lines_of_64_digits() {
        let line = format!("{}\n", "5a".repeat(32));
        for count in 1..=8 {
            assert!(parse(&line.repeat(count)).is_ok());
        }
        for wrong in [String::new(), line.repeat(9), "5a\n".to_owned(), format!("{line}\n{line}")] {
            assert!(parse(&wrong).is_err(), "{wrong:?}");
        }
    }
}
