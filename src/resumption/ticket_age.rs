//! The age of a ticket, hidden from onlookers (RFC 9846 §4.3.11.1; 8446 §4.2.11.1).

use core::time::Duration;

/// `obfuscated_ticket_age`: the age in milliseconds plus `ticket_age_add`, modulo 2^32.
#[must_use]
pub fn obfuscate_ticket_age(age: Duration, age_add: u32) -> u32 {
    // Modulo 2^32 is what the RFC says: the cut is meant.
    #[allow(clippy::cast_possible_truncation)]
    let millis = age.as_millis() as u32;
    millis.wrapping_add(age_add)
}

/// The age that the client saw.
#[must_use]
pub fn reveal_ticket_age(obfuscated: u32, age_add: u32) -> Duration {
    Duration::from_millis(u64::from(obfuscated.wrapping_sub(age_add)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_comes_back_through_any_addend() {
        for age_add in [0, 1, 0x8000_0000, u32::MAX] {
            for millis in [0, 1, 604_800_000, u64::from(u32::MAX)] {
                let age = Duration::from_millis(millis);
                assert_eq!(reveal_ticket_age(obfuscate_ticket_age(age, age_add), age_add), age);
            }
        }
    }
}
