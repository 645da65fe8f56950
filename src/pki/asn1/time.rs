//! UTCTime and GeneralizedTime as RFC 5280 §4.1.2.5 wants them.

use super::{Asn1Error, Value, tag};
use crate::time::{Time, UtcDateTime};

/// ```text
/// Time ::= CHOICE { utcTime UTCTime, generalTime GeneralizedTime }
/// ```
///
/// In Greenwich Mean Time with seconds and without fractions of one (§4.1.2.5.1, §4.1.2.5.2); other forms are
/// refused. Also says whether the right one of the two was chosen: UTCTime through 2049.
//= R5280-4.1.2.5-2
//= R5280-4.1.2.5-3
pub(crate) fn time(value: &Value<'_>) -> Result<(Time, bool), Asn1Error> {
    //= R5280-4.1.2.5.1-1
    //= R5280-4.1.2.5.2-1
    let digits = value.contents.strip_suffix(b"Z").ok_or_else(|| value.invalid())?;
    let (year, rest) = match (value.tag, digits) {
        (tag::UTC_TIME, [y1, y2, rest @ ..]) => {
            let year = two(*y1, *y2).ok_or_else(|| value.invalid())?;
            //= R5280-4.1.2.5.1-3
            //= R5280-4.1.2.5.1-4
            (u16::from(year) + if year >= 50 { 1900 } else { 2000 }, rest)
        }
        (tag::GENERALIZED_TIME, [y1, y2, y3, y4, rest @ ..]) => {
            let century = two(*y1, *y2).ok_or_else(|| value.invalid())?;
            let year = two(*y3, *y4).ok_or_else(|| value.invalid())?;
            (u16::from(century) * 100 + u16::from(year), rest)
        }
        _ => return Err(value.invalid()),
    };
    let utc = date_time(year, rest).ok_or_else(|| value.invalid())?;
    let moment = Time::from_utc(utc).ok_or_else(|| value.invalid())?;
    Ok((moment, (value.tag == tag::UTC_TIME) == (1950..2050).contains(&year)))
}

fn date_time(year: u16, rest: &[u8]) -> Option<UtcDateTime> {
    //= R5280-4.1.2.5.2-2
    let &[mo1, mo2, d1, d2, h1, h2, mi1, mi2, s1, s2] = rest else { return None };
    Some(UtcDateTime {
        year,
        month: two(mo1, mo2)?,
        day: two(d1, d2)?,
        hour: two(h1, h2)?,
        minute: two(mi1, mi2)?,
        second: two(s1, s2)?,
    })
}

fn two(tens: u8, ones: u8) -> Option<u8> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    Some(digit(tens)? * 10 + digit(ones)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::asn1::DerReader;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    fn read(tag: u8, contents: &str) -> Result<(String, bool), Asn1Error> {
        let length = u8::try_from(contents.len()).unwrap();
        let der: Vec<u8> = [tag, length].into_iter().chain(contents.bytes()).collect();
        let value = DerReader::new(&der).any("time")?;
        time(&value).map(|(time, right_type)| (time.to_string(), right_type))
    }

    //= R5280-4.1.2.5.1-3 test
    //= R5280-4.1.2.5.1-4 test
    #[test]
    fn utc_time_has_years_1950_to_2049() {
        for (contents, expected) in [
            ("500101000000Z", "1950-01-01T00:00:00Z"),
            ("690720201740Z", "1969-07-20T20:17:40Z"),
            ("991231235959Z", "1999-12-31T23:59:59Z"),
            ("000101000000Z", "2000-01-01T00:00:00Z"),
            ("491231235959Z", "2049-12-31T23:59:59Z"),
        ] {
            assert_eq!(read(tag::UTC_TIME, contents), Ok((expected.into(), true)));
        }
    }

    #[test]
    fn generalized_time_has_all_years_and_is_right_from_2050_on() {
        for (contents, expected, right_type) in [
            ("00010101000000Z", "0001-01-01T00:00:00Z", true),
            ("19491231235959Z", "1949-12-31T23:59:59Z", true),
            ("20260101000000Z", "2026-01-01T00:00:00Z", false),
            ("20500101000000Z", "2050-01-01T00:00:00Z", true),
            ("99991231235959Z", "9999-12-31T23:59:59Z", true),
        ] {
            assert_eq!(read(tag::GENERALIZED_TIME, contents), Ok((expected.into(), right_type)));
        }
    }

    //= R5280-4.1.2.5.1-1 test
    //= R5280-4.1.2.5.2-1 test
    //= R5280-4.1.2.5.2-2 test
    #[test]
    fn other_forms_of_time_are_refused() {
        for (tag, contents) in [
            (tag::UTC_TIME, "2601010000Z"),
            (tag::UTC_TIME, "260101000000"),
            (tag::UTC_TIME, "260101000000+0100"),
            (tag::UTC_TIME, "260101000060Z"),
            (tag::UTC_TIME, "26 101000000Z"),
            (tag::UTC_TIME, ""),
            (tag::GENERALIZED_TIME, "20500101000000.5Z"),
            (tag::GENERALIZED_TIME, "205001010000Z"),
            (tag::GENERALIZED_TIME, "00000101000000Z"),
            (tag::GENERALIZED_TIME, "20500230000000Z"),
            (tag::IA5_STRING, "260101000000Z"),
        ] {
            assert!(read(tag, contents).is_err(), "{contents}");
        }
    }
}
