//! The two forms of an ECDSA signature: TLS and certificates carry DER, tokens speak of r‖s.

use alloc::vec::Vec;

use der::asn1::UintRef;
use der::{Decode, DecodeValue, Encode, EncodeValue, Header, Length, Reader, Sequence, Writer};

use crate::crypto::CryptoError;

/// RFC 3279 §2.2.3.
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

impl<'a> DecodeValue<'a> for EcdsaSigValue<'a> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, _: Header) -> der::Result<Self> {
        Ok(Self { r: reader.decode()?, s: reader.decode()? })
    }
}

impl EncodeValue for EcdsaSigValue<'_> {
    fn value_len(&self) -> der::Result<Length> {
        self.r.encoded_len()? + self.s.encoded_len()?
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.r.encode(writer)?;
        self.s.encode(writer)
    }
}

impl<'a> Sequence<'a> for EcdsaSigValue<'a> {}

/// Turns a raw signature, as PKCS#11 (`CKM_ECDSA`) and TPMs give it, into the form that CertificateVerify
/// carries (§4.5.2; 8446 §4.4.3).
///
/// ```text
/// ECDSA-Sig-Value  ::=  SEQUENCE  {
///      r     INTEGER,
///      s     INTEGER  }
/// ```
///
/// * `raw`: `r` and then `s`, each big-endian and padded with zeros to the same length: 64 bytes in all for
///   P-256, 96 for P-384. A TPM may leave leading zeros out: pad each half first.
///
/// # Errors
/// [`CryptoError`] if `raw` is empty or has an odd length.
///
/// ```
/// # use handfast::crypto::{CryptoError, ecdsa_sig_value_from_raw, ecdsa_sig_value_to_raw};
/// let raw = [0x81; 64];
/// let signature = ecdsa_sig_value_from_raw(&raw)?;
/// assert_eq!(signature.len(), 72); // each half begins with a one bit and takes a zero byte more
/// assert_eq!(ecdsa_sig_value_to_raw(&signature, 32)?, raw);
/// # Ok::<(), CryptoError>(())
/// ```
pub fn ecdsa_sig_value_from_raw(raw: &[u8]) -> Result<Vec<u8>, CryptoError> {
    if raw.is_empty() || !raw.len().is_multiple_of(2) {
        return Err(CryptoError);
    }
    let (r, s) = raw.split_at_checked(raw.len() / 2).ok_or(CryptoError)?;
    let integer = |half| UintRef::new(half).map_err(|_| CryptoError);
    EcdsaSigValue { r: integer(r)?, s: integer(s)? }.to_der().map_err(|_| CryptoError)
}

/// Turns an `ECDSA-Sig-Value` in DER into `r` and `s`, each `half_len` bytes (P-256: 32, P-384: 48).
///
/// # Errors
/// [`CryptoError`] if `signature` is no such value in DER, or a number does not fit into `half_len` bytes.
pub fn ecdsa_sig_value_to_raw(signature: &[u8], half_len: usize) -> Result<Vec<u8>, CryptoError> {
    let value = EcdsaSigValue::from_der(signature).map_err(|_| CryptoError)?;
    let mut raw = Vec::new();
    for number in [value.r.as_bytes(), value.s.as_bytes()] {
        let padding = half_len.checked_sub(number.len()).ok_or(CryptoError)?;
        raw.extend(core::iter::repeat_n(0, padding));
        raw.extend_from_slice(number);
    }
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_of_a_half_are_dropped_and_restored() {
        let mut raw = [0; 64];
        raw[31] = 1;
        raw[40] = 0x80;
        let signature = ecdsa_sig_value_from_raw(&raw).unwrap();
        assert_eq!(&signature[..6], [0x30, 30, 2, 1, 1, 2]);
        assert_eq!(ecdsa_sig_value_to_raw(&signature, 32).unwrap(), raw);
    }

    #[test]
    fn a_raw_signature_of_odd_length_is_refused() {
        assert!(ecdsa_sig_value_from_raw(&[1; 63]).is_err());
        assert!(ecdsa_sig_value_from_raw(&[]).is_err());
    }

    #[test]
    fn a_number_longer_than_its_half_is_refused() {
        let signature = ecdsa_sig_value_from_raw(&[1; 96]).unwrap();
        assert!(ecdsa_sig_value_to_raw(&signature, 47).is_err());
        assert!(ecdsa_sig_value_to_raw(&signature, 48).is_ok());
    }

    #[test]
    fn a_byte_after_the_signature_is_refused() {
        let mut signature = ecdsa_sig_value_from_raw(&[1; 64]).unwrap();
        signature.push(0);
        assert!(ecdsa_sig_value_to_raw(&signature, 32).is_err());
    }
}
