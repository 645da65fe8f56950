//! External PSKs.

use handfast::crypto::HashAlgorithm;
use handfast::resumption::Psk;

use crate::hex;

/// The fewest bytes of a PSK: 128 bits (RFC 9257 §6).
const MIN_PSK: usize = 16;

/// An external PSK, and what it is called.
#[derive(Clone, Debug)]
pub(crate) struct PskArg {
    pub(crate) label: Vec<u8>,
    pub(crate) psk: Psk,
}

/// `ID:HEX`.
pub(super) fn psk(text: &str) -> Result<PskArg, String> {
    let (label, digits) = text.rsplit_once(':').ok_or("expected ID:HEX")?;
    if label.is_empty() {
        return Err("expected an ID ahead of the colon".to_owned());
    }
    let key = hex::decode(digits).ok_or("expected hexadecimal digits behind the last colon")?;
    if key.len() < MIN_PSK {
        return Err(format!("{} bytes can be guessed; a PSK has {MIN_PSK} at least", key.len()));
    }
    Ok(PskArg { label: label.into(), psk: Psk::external(&key, HashAlgorithm::Sha256) })
}

#[cfg(test)]
mod tests {
    use super::psk;

    #[test]
    fn a_psk_has_a_label_that_may_hold_colons_and_sixteen_bytes_at_least() {
        let key = "5a".repeat(16);
        let meter = psk(&format!("urn:meter:17:{key}")).unwrap();
        assert_eq!((meter.label.as_slice(), meter.psk.expose()), (&b"urn:meter:17"[..], &[0x5a; 16][..]));
        for wrong in [format!(":{key}"), key.clone(), format!("a:{}", &key[2..]), format!("a:{key}0")] {
            assert!(psk(&wrong).is_err(), "{wrong}");
        }
    }
}
