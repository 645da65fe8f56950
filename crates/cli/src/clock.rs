//! The clock: the library has none.

use std::time::{Duration, SystemTime};

use handfast::time::Time;

/// Now, by the system's clock.
pub(crate) fn now() -> Time {
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    Time::from_millis_since_1970(match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(before) => -millis(before.duration()),
    })
}

/// A duration for people: `0.4 µs`, `318 µs`, `2.9 ms`, `1.5 s`.
pub(crate) fn readable(duration: Duration) -> String {
    let micros = duration.as_micros();
    match micros {
        0..10 => format!("{:.1} µs", duration.as_secs_f64() * 1e6),
        10..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", duration.as_secs_f64() * 1e3),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_the_unit_that_fits() {
        assert_eq!(readable(Duration::from_nanos(420)), "0.4 µs");
        assert_eq!(readable(Duration::from_micros(318)), "318 µs");
        assert_eq!(readable(Duration::from_micros(2_940)), "2.9 ms");
        assert_eq!(readable(Duration::from_millis(1_500)), "1.5 s");
    }
}
