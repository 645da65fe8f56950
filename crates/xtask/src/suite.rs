//! What the runners of certificate suites share: their files, and how results are told.

use std::fs::File;
use std::io::Read;
use std::process::ExitCode;

use flate2::read::GzDecoder;
use handfast::time::{Time, UtcDateTime};
use serde_json::Value;

/// Reads a JSON file, packed by gzip or not.
pub(crate) fn read_json(path: &str) -> Result<Value, String> {
    let mut file = File::open(path).map_err(|error| format!("{path}: {error}"))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| format!("{path}: {error}"))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let packed = std::mem::take(&mut bytes);
        let unpacked = GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes);
        unpacked.map_err(|error| format!("{path}: {error}"))?;
    }
    serde_json::from_slice(&bytes).map_err(|error| format!("{path}: {error}"))
}

/// A field that must be there.
pub(crate) fn field<'v>(value: &'v Value, name: &str) -> Result<&'v Value, String> {
    value.get(name).ok_or_else(|| format!("field `{name}` is missing"))
}

/// A field that may be left out, which is the same as null.
pub(crate) fn optional<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(&Value::Null)
}

/// A field that must be a string.
pub(crate) fn string<'v>(value: &'v Value, name: &str) -> Result<&'v str, String> {
    field(value, name)?.as_str().ok_or_else(|| format!("field `{name}` is no string"))
}

/// A field that must be an array.
pub(crate) fn array<'v>(value: &'v Value, name: &str) -> Result<&'v [Value], String> {
    field(value, name)?.as_array().map(Vec::as_slice).ok_or_else(|| format!("field `{name}` is no array"))
}

/// A field that must be an array of strings.
pub(crate) fn strings<'v>(value: &'v Value, name: &str) -> Result<Vec<&'v str>, String> {
    let no_string = || format!("field `{name}` has something else than strings");
    array(value, name)?.iter().map(|element| element.as_str().ok_or_else(no_string)).collect()
}

/// Refuses fields that nobody reads: they may change what a case means.
pub(crate) fn check_fields(value: &Value, known: &[&str]) -> Result<(), String> {
    let object = value.as_object().ok_or("no object")?;
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("field `{name}` is not known to this runner")),
        None => Ok(()),
    }
}

/// RFC 3339 in UTC, as `Z` or `+00:00`, with or without a fraction of a second.
pub(crate) fn time(text: &str) -> Result<Time, String> {
    let wrong = || format!("{text:?} is no time in UTC");
    let local = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")).ok_or_else(wrong)?;
    let (seconds, fraction) = local.split_once('.').unwrap_or((local, ""));
    let number = |range: std::ops::Range<usize>| {
        seconds.get(range).and_then(|digits| digits.parse::<u16>().ok()).ok_or_else(wrong)
    };
    let small = |range| u8::try_from(number(range)?).map_err(|_| wrong());
    let utc = UtcDateTime {
        year: number(0..4)?,
        month: small(5..7)?,
        day: small(8..10)?,
        hour: small(11..13)?,
        minute: small(14..16)?,
        second: small(17..19)?,
    };
    let millis: i64 = format!("{fraction:0<3}").get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    let start = Time::from_utc(utc).ok_or_else(wrong)?;
    Ok(Time::from_millis_since_1970(start.as_millis() + millis))
}

/// The moment of this run.
pub(crate) fn now() -> Time {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    Time::from_millis_since_1970(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The blocks of PEM texts, decoded; what cannot be decoded is an empty certificate, which nothing accepts.
pub(crate) fn pem_blocks<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    for text in texts {
        for block in handfast::pem::blocks(text.as_bytes()) {
            let decoded = block.ok().and_then(|block| block.decode().ok());
            blocks.push(decoded.map(|der| der.to_vec()).unwrap_or_default());
        }
    }
    blocks
}

/// Runs a runner and turns its outcome, whether all cases passed, into an exit code.
pub(crate) fn exit(name: &str, outcome: Result<bool, String>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_fractions() {
        for (text, shown) in [
            ("2024-04-01T00:00:00Z", "2024-04-01T00:00:00Z"),
            ("2024-04-01T00:00:00.005+00:00", "2024-04-01T00:00:00.005Z"),
            ("1970-01-01T00:00:03+00:00", "1970-01-01T00:00:03Z"),
        ] {
            assert_eq!(time(text).unwrap().to_string(), shown);
        }
        for text in
            ["", "2024-04-01", "2024-04-01T00:00:00", "2024-13-01T00:00:00Z", "2024-04-01T00:00:00+02:00"]
        {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn unknown_fields_are_refused() {
        let value = serde_json::json!({"known": 1, "new": 2});
        assert!(check_fields(&value, &["known"]).unwrap_err().contains("new"));
        assert!(check_fields(&value, &["known", "new"]).is_ok());
    }
}
