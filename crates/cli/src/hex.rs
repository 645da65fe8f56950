//! Hexadecimal digits.

/// The bytes of an even number of digits; `None` if there is anything else.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let bytes = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(value(high)? << 4 | value(low)?),
        _ => None,
    });
    bytes.collect()
}

/// Two digits a byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_their_digits_and_nothing_else_is_taken() {
        assert_eq!(decode(&encode(&[0, 0x7f, 0xff])), Some(vec![0, 0x7f, 0xff]));
        assert_eq!(decode("Ab"), Some(vec![0xab]));
        for wrong in ["a", "+b", "xy", "ab c"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
