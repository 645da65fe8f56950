//! Numbers, lengths and times in as few bytes as they need.

use crate::time::Time;
use crate::wire::{DecodeError, DecodeReason, Reader, Writer};

/// A number in LEB128.
pub(super) fn write_number(out: &mut Writer<'_>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return out.u8(low);
        }
        out.u8(low | 0x80);
    }
}

pub(super) fn read_number(r: &mut Reader<'_>, field: &'static str) -> Result<u64, DecodeError> {
    let at = *r;
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = r.u8(field)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(at.error(field, DecodeReason::InvalidValue { found: number }))
}

/// Bytes behind their length.
pub(super) fn write_bytes(out: &mut Writer<'_>, bytes: &[u8]) {
    write_number(out, bytes.len() as u64);
    out.bytes(bytes);
}

pub(super) fn read_bytes<'a>(r: &mut Reader<'a>, field: &'static str) -> Result<&'a [u8], DecodeError> {
    let length = read_number(r, field)?;
    r.bytes(field, usize::try_from(length).unwrap_or(usize::MAX))
}

/// How many elements follow. Each has a byte at least, so that there are no more than bytes are left.
pub(super) fn read_count(r: &mut Reader<'_>) -> Result<u64, DecodeError> {
    let at = *r;
    let count = read_number(r, "count")?;
    let mut left = *r;
    if count > left.rest("elements").len() as u64 {
        return Err(at.error("count", DecodeReason::InvalidValue { found: count }));
    }
    Ok(count)
}

/// A time as its difference to another.
pub(super) fn write_time(out: &mut Writer<'_>, time: Time, since: Time) {
    let difference = time.as_millis().wrapping_sub(since.as_millis());
    write_number(out, (difference.cast_unsigned() << 1) ^ (difference >> 63).cast_unsigned());
}

pub(super) fn read_time(r: &mut Reader<'_>, since: Time) -> Result<Time, DecodeError> {
    let zigzag = read_number(r, "time")?;
    let difference = (zigzag >> 1).cast_signed() ^ (zigzag & 1).cast_signed().wrapping_neg();
    Ok(Time::from_millis_since_1970(since.as_millis().wrapping_add(difference)))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn numbers_and_times_come_back_at_their_ends() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            write_number(&mut Writer::new(&mut bytes), number);
            assert_eq!(read_number(&mut Reader::new(&bytes), "number").unwrap(), number);
        }
        let times = [Time::MIN, Time::from_millis_since_1970(-1), Time::default(), Time::MAX];
        for (time, since) in times.iter().flat_map(|time| times.map(|since| (*time, since))) {
            let mut bytes = Vec::new();
            write_time(&mut Writer::new(&mut bytes), time, since);
            assert_eq!(read_time(&mut Reader::new(&bytes), since).unwrap(), time);
        }
    }

    #[test]
    fn a_number_of_more_than_64_bits_and_a_count_beyond_the_end_are_refused() {
        assert!(read_number(&mut Reader::new(&[0xff; 11]), "number").is_err());
        assert!(read_count(&mut Reader::new(&[3, 0, 0])).is_err());
        assert_eq!(read_count(&mut Reader::new(&[2, 0, 0])).unwrap(), 2);
    }
}
