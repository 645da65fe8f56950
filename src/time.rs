//! Time as an argument: nothing in the library reads a clock.

use core::fmt;
use core::time::Duration;

const MILLIS_PER_SECOND: i64 = 1_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// Days from 0001-01-01 to 1970-01-01 in the proleptic Gregorian calendar.
const DAYS_FROM_YEAR_1_TO_1970: i64 = 719_162;
/// Days in 400 Gregorian years.
const DAYS_PER_ERA: i64 = 146_097;

/// A moment in milliseconds since 1970-01-01T00:00:00Z, in the years 0001 to 9999.
///
/// Certificates look at its seconds, ticket ages at its milliseconds. Leap seconds are not counted.
///
/// ```
/// use handfast::time::Time;
/// let time = Time::from_millis_since_1970(1_790_000_000_000);
/// assert_eq!(time.to_string(), "2026-09-21T14:13:20Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(i64);

/// Year, month, day, hour, minute and second of a [`Time`] in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UtcDateTime {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to the length of the month.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

impl Time {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-DAYS_FROM_YEAR_1_TO_1970 * SECONDS_PER_DAY * MILLIS_PER_SECOND);
    /// 9999-12-31T23:59:59.999Z; in seconds, RFC 5280's "no well-defined expiration date" (§4.1.2.5).
    pub const MAX: Self = Self(253_402_300_800 * MILLIS_PER_SECOND - 1);

    /// The moment so many milliseconds after 1970 began in UTC; what lies outside the years 0001 to 9999
    /// becomes [`Time::MIN`] or [`Time::MAX`].
    #[must_use]
    pub const fn from_millis_since_1970(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// The moment so many seconds after 1970 began in UTC, with the same bounds.
    #[must_use]
    pub const fn from_secs_since_1970(secs: i64) -> Self {
        Self::from_millis_since_1970(secs.saturating_mul(MILLIS_PER_SECOND))
    }

    /// The start of a second of the calendar, or `None` if the calendar has no such second.
    #[must_use]
    pub fn from_utc(utc: UtcDateTime) -> Option<Self> {
        let UtcDateTime { year, month, day, hour, minute, second } = utc;
        let in_range = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !in_range {
            return None;
        }
        // Years start in March, so that the leap day is the last day of one.
        let march_year = i64::from(year) - i64::from(month <= 2);
        let march_month = (i64::from(month) + 9) % 12;
        let day_of_year = (153 * march_month + 2) / 5 + i64::from(day) - 1;
        let leap_days = march_year / 4 - march_year / 100 + march_year / 400;
        // Day 0 of this count is 0000-03-01, which lies 306 days before 0001-01-01.
        let days = march_year * 365 + leap_days + day_of_year - 306 - DAYS_FROM_YEAR_1_TO_1970;
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(Self::from_secs_since_1970(days * SECONDS_PER_DAY + seconds))
    }

    /// Milliseconds since 1970 began in UTC, negative before it.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 began in UTC, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(MILLIS_PER_SECOND)
    }

    /// The calendar's view, rounded down to a second.
    #[must_use]
    pub fn to_utc(self) -> UtcDateTime {
        let secs = self.as_secs();
        let second_of_day = secs.rem_euclid(SECONDS_PER_DAY);
        // Days since 0000-03-01, never negative in our range.
        let days = secs.div_euclid(SECONDS_PER_DAY) + DAYS_FROM_YEAR_1_TO_1970 + 306;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let small = |number: i64| u8::try_from(number).unwrap_or_default();
        UtcDateTime {
            year: u16::try_from(year).unwrap_or_default(),
            month: small(month),
            day: small(day_of_year - (153 * march_month + 2) / 5 + 1),
            hour: small(second_of_day / 3600),
            minute: small(second_of_day / 60 % 60),
            second: small(second_of_day % 60),
        }
    }

    /// Later by `duration`, or `None` behind [`Time::MAX`].
    #[must_use]
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        let millis = i64::try_from(duration.as_millis()).ok()?;
        self.0.checked_add(millis).filter(|sum| *sum <= Self::MAX.0).map(Self)
    }

    /// Earlier by `duration`, or `None` before [`Time::MIN`].
    #[must_use]
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        let millis = i64::try_from(duration.as_millis()).ok()?;
        self.0.checked_sub(millis).filter(|difference| *difference >= Self::MIN.0).map(Self)
    }

    /// Later by `duration`, at most [`Time::MAX`].
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        self.checked_add(duration).unwrap_or(Self::MAX)
    }

    /// Earlier by `duration`, at least [`Time::MIN`].
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        self.checked_sub(duration).unwrap_or(Self::MIN)
    }

    /// How long after `earlier` this is; zero if it is not after it, as when a clock was set back.
    #[must_use]
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or_default())
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// RFC 3339 in UTC, with milliseconds only where there are any.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UtcDateTime { year, month, day, hour, minute, second } = self.to_utc();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match self.0.rem_euclid(MILLIS_PER_SECOND) {
            0 => f.write_str("Z"),
            millis => write!(f, ".{millis:03}Z"),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn utc(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> UtcDateTime {
        UtcDateTime { year, month, day, hour, minute, second }
    }

    #[test]
    fn known_moments_are_where_the_calendar_puts_them() {
        let known = [
            (0, utc(1970, 1, 1, 0, 0, 0), "1970-01-01T00:00:00Z"),
            (-1, utc(1969, 12, 31, 23, 59, 59), "1969-12-31T23:59:59Z"),
            (951_782_400, utc(2000, 2, 29, 0, 0, 0), "2000-02-29T00:00:00Z"),
            (-631_152_000, utc(1950, 1, 1, 0, 0, 0), "1950-01-01T00:00:00Z"),
            (2_524_608_000, utc(2050, 1, 1, 0, 0, 0), "2050-01-01T00:00:00Z"),
            (253_402_300_799, utc(9999, 12, 31, 23, 59, 59), "9999-12-31T23:59:59Z"),
            (-62_135_596_800, utc(1, 1, 1, 0, 0, 0), "0001-01-01T00:00:00Z"),
        ];
        for (secs, calendar, text) in known {
            let time = Time::from_utc(calendar).unwrap();
            assert_eq!(time.as_secs(), secs, "{text}");
            assert_eq!(time.to_utc(), calendar, "{text}");
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn every_day_of_the_range_follows_the_day_before_it() {
        let mut expected = Time::MIN.as_secs();
        let mut days = 0_u32;
        for year in 1..=9999 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let time = Time::from_utc(utc(year, month, day, 0, 0, 0)).unwrap();
                    assert_eq!(time.as_secs(), expected);
                    assert_eq!(time.to_utc(), utc(year, month, day, 0, 0, 0));
                    expected += SECONDS_PER_DAY;
                    days += 1;
                }
            }
        }
        assert_eq!(days, 3_652_059);
    }

    #[test]
    fn seconds_that_no_calendar_has_are_refused() {
        for calendar in [
            utc(0, 1, 1, 0, 0, 0),
            utc(2023, 2, 29, 0, 0, 0),
            utc(1900, 2, 29, 0, 0, 0),
            utc(2023, 13, 1, 0, 0, 0),
            utc(2023, 4, 31, 0, 0, 0),
            utc(2023, 1, 0, 0, 0, 0),
            utc(2023, 1, 1, 24, 0, 0),
            utc(2023, 1, 1, 0, 60, 0),
            utc(2023, 1, 1, 0, 0, 60),
            utc(10_000, 1, 1, 0, 0, 0),
        ] {
            assert_eq!(Time::from_utc(calendar), None, "{calendar:?}");
        }
    }

    #[test]
    fn seconds_are_rounded_down_on_both_sides_of_1970() {
        assert_eq!(Time::from_millis_since_1970(1_999).as_secs(), 1);
        assert_eq!(Time::from_millis_since_1970(-1).as_secs(), -1);
        assert_eq!(Time::from_millis_since_1970(-1).to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn sums_outside_the_range_are_refused_or_stop_at_its_end() {
        let second = Duration::from_secs(1);
        assert_eq!(Time::MAX.checked_add(second), None);
        assert_eq!(Time::MIN.checked_sub(second), None);
        assert_eq!(Time::MAX.saturating_add(Duration::MAX), Time::MAX);
        assert_eq!(Time::MIN.saturating_sub(Duration::MAX), Time::MIN);
        assert_eq!(Time::from_millis_since_1970(i64::MIN), Time::MIN);
        assert_eq!(Time::from_millis_since_1970(5).saturating_since(Time::MAX), Duration::ZERO);
    }
}
