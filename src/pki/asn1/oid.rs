//! Object identifiers as bytes.

use alloc::vec::Vec;
use core::fmt;

/// Content octets of the longest object identifier that we keep; the longest in use have about 40.
const MAX_OID_LEN: usize = 128;

/// An object identifier, by its content octets in DER. Arcs of any size are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid<'a>(&'a [u8]);

impl<'a> Oid<'a> {
    /// An object identifier of these content octets, or `None` if they are not one.
    #[must_use]
    pub fn from_contents(contents: &'a [u8]) -> Option<Self> {
        let mut at_start = true;
        for octet in contents {
            // A subidentifier does not start with 80 (X.690 §8.19.2).
            if at_start && *octet == 0x80 {
                return None;
            }
            at_start = octet & 0x80 == 0;
        }
        (at_start && (1..=MAX_OID_LEN).contains(&contents.len())).then_some(Self(contents))
    }

    /// The content octets.
    #[must_use]
    pub const fn contents(self) -> &'a [u8] {
        self.0
    }
}

/// An object identifier that owns its octets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnedOid(Vec<u8>);

impl OwnedOid {
    /// Reads dotted decimal, or gives `None` if it is no object identifier or longer than we keep.
    #[must_use]
    pub fn parse(dotted: &str) -> Option<Self> {
        let mut arcs = dotted.split('.').map(|arc| {
            let digits = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
            arc.parse::<u128>().ok().filter(|_| digits)
        });
        let (first, second) = (arcs.next()??, arcs.next()??);
        if first > 2 || first < 2 && second >= 40 {
            return None;
        }
        let mut contents = Vec::new();
        push_subidentifier(&mut contents, (first * 40).checked_add(second)?);
        for arc in arcs {
            push_subidentifier(&mut contents, arc?);
        }
        Oid::from_contents(&contents).is_some().then_some(Self(contents))
    }

    /// The same, borrowed.
    #[must_use]
    pub fn as_oid(&self) -> Oid<'_> {
        Oid(&self.0)
    }
}

impl From<Oid<'_>> for OwnedOid {
    fn from(oid: Oid<'_>) -> Self {
        Self(oid.0.to_vec())
    }
}

impl fmt::Display for OwnedOid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_oid(), f)
    }
}

impl fmt::Debug for OwnedOid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Base 128, most significant group first, all but the last with the high bit.
fn push_subidentifier(contents: &mut Vec<u8>, number: u128) {
    let groups = (128 - number.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let septet = u8::try_from(number >> (7 * group) & 0x7f).unwrap_or_default();
        contents.push(if group == 0 { septet } else { septet | 0x80 });
    }
}

/// Dotted decimal; an arc over 128 bits is shown in hexadecimal.
impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subidentifiers = self.0.split_inclusive(|octet| octet & 0x80 == 0);
        for (index, octets) in subidentifiers.enumerate() {
            let number = octets
                .iter()
                .try_fold(0_u128, |sum, octet| Some(sum.checked_mul(128)? | u128::from(octet & 0x7f)));
            match (index, number) {
                (0, Some(number)) => {
                    let first = (number / 40).min(2);
                    write!(f, "{first}.{}", number - 40 * first)?;
                }
                (_, Some(number)) => write!(f, ".{number}")?,
                (_, None) => {
                    f.write_str(".0x")?;
                    octets.iter().try_for_each(|octet| write!(f, "{octet:02x}"))?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The object identifiers that are understood here.
pub(crate) mod known {
    use super::Oid;

    macro_rules! oids {
        ($($(#[$attribute:meta])* $name:ident = $contents:literal;)*) => {
            $($(#[$attribute])* pub(crate) const $name: Oid<'static> = Oid($contents);)*

            #[cfg(test)]
            pub(super) const ALL: &[(&str, Oid<'static>)] = &[$((stringify!($name), $name)),*];
        };
    }

    oids! {
        // Certificate and CRL extensions, RFC 5280 §4.2 and §5.2: id-ce is 2.5.29, id-pe 1.3.6.1.5.5.7.1.
        SUBJECT_KEY_IDENTIFIER = b"\x55\x1d\x0e";
        KEY_USAGE = b"\x55\x1d\x0f";
        SUBJECT_ALT_NAME = b"\x55\x1d\x11";
        BASIC_CONSTRAINTS = b"\x55\x1d\x13";
        CRL_NUMBER = b"\x55\x1d\x14";
        CRL_REASONS = b"\x55\x1d\x15";
        INVALIDITY_DATE = b"\x55\x1d\x18";
        DELTA_CRL_INDICATOR = b"\x55\x1d\x1b";
        ISSUING_DISTRIBUTION_POINT = b"\x55\x1d\x1c";
        CERTIFICATE_ISSUER = b"\x55\x1d\x1d";
        NAME_CONSTRAINTS = b"\x55\x1d\x1e";
        CRL_DISTRIBUTION_POINTS = b"\x55\x1d\x1f";
        CERTIFICATE_POLICIES = b"\x55\x1d\x20";
        ANY_POLICY = b"\x55\x1d\x20\x00";
        POLICY_MAPPINGS = b"\x55\x1d\x21";
        AUTHORITY_KEY_IDENTIFIER = b"\x55\x1d\x23";
        POLICY_CONSTRAINTS = b"\x55\x1d\x24";
        EXT_KEY_USAGE = b"\x55\x1d\x25";
        ANY_EXTENDED_KEY_USAGE = b"\x55\x1d\x25\x00";
        INHIBIT_ANY_POLICY = b"\x55\x1d\x36";
        AUTHORITY_INFO_ACCESS = b"\x2b\x06\x01\x05\x05\x07\x01\x01";
        TLS_FEATURE = b"\x2b\x06\x01\x05\x05\x07\x01\x18";

        // Signed certificate timestamps, RFC 6962 §3.3: 1.3.6.1.4.1.11129.2.4.2.
        SCT_LIST = b"\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02";

        // RFC 9345 §4.2: id-cloudflare is 1.3.6.1.4.1.44363.
        DELEGATION_USAGE = b"\x2b\x06\x01\x04\x01\x82\xda\x4b\x2c";

        // Key purposes, RFC 5280 §4.2.1.12.
        KP_SERVER_AUTH = b"\x2b\x06\x01\x05\x05\x07\x03\x01";
        KP_CLIENT_AUTH = b"\x2b\x06\x01\x05\x05\x07\x03\x02";

        KP_OCSP_SIGNING = b"\x2b\x06\x01\x05\x05\x07\x03\x09";

        // Access methods, RFC 5280 §4.2.2.1.
        AD_OCSP = b"\x2b\x06\x01\x05\x05\x07\x30\x01";
        AD_CA_ISSUERS = b"\x2b\x06\x01\x05\x05\x07\x30\x02";

        // OCSP, RFC 6960 §4.2.1, §4.2.2.2.1.
        OCSP_BASIC = b"\x2b\x06\x01\x05\x05\x07\x30\x01\x01";
        OCSP_NO_CHECK = b"\x2b\x06\x01\x05\x05\x07\x30\x01\x05";

        // Attribute types, RFC 4519 and RFC 5280 appendix A.1.
        COMMON_NAME = b"\x55\x04\x03";
        SERIAL_NUMBER = b"\x55\x04\x05";
        COUNTRY_NAME = b"\x55\x04\x06";
        LOCALITY_NAME = b"\x55\x04\x07";
        STATE_NAME = b"\x55\x04\x08";
        STREET = b"\x55\x04\x09";
        ORGANIZATION_NAME = b"\x55\x04\x0a";
        ORGANIZATIONAL_UNIT_NAME = b"\x55\x04\x0b";
        DOMAIN_COMPONENT = b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19";
        USER_ID = b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01";
        EMAIL_ADDRESS = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01";

        // Keys, signatures, curves and hashes, RFC 3279, RFC 4055, RFC 5480, RFC 5758, RFC 8410.
        RSA_ENCRYPTION = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
        MGF1 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";
        RSASSA_PSS = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
        SHA256_WITH_RSA_ENCRYPTION = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
        SHA384_WITH_RSA_ENCRYPTION = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c";
        SHA512_WITH_RSA_ENCRYPTION = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d";
        EC_PUBLIC_KEY = b"\x2a\x86\x48\xce\x3d\x02\x01";
        ECDSA_WITH_SHA256 = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";
        ECDSA_WITH_SHA384 = b"\x2a\x86\x48\xce\x3d\x04\x03\x03";
        ECDSA_WITH_SHA512 = b"\x2a\x86\x48\xce\x3d\x04\x03\x04";
        SECP256R1 = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";
        SECP384R1 = b"\x2b\x81\x04\x00\x22";
        SECP521R1 = b"\x2b\x81\x04\x00\x23";
        ED25519 = b"\x2b\x65\x70";
        ML_DSA_44 = b"\x60\x86\x48\x01\x65\x03\x04\x03\x11";
        ML_DSA_65 = b"\x60\x86\x48\x01\x65\x03\x04\x03\x12";
        ML_DSA_87 = b"\x60\x86\x48\x01\x65\x03\x04\x03\x13";
        SHA1 = b"\x2b\x0e\x03\x02\x1a";
        SHA256 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
        SHA384 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x02";
        SHA512 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x03";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    #[test]
    fn known_identifiers_are_well_formed_and_differ() {
        let mut seen = alloc::collections::BTreeSet::new();
        for (name, oid) in known::ALL {
            assert!(Oid::from_contents(oid.contents()).is_some(), "{name}");
            assert!(seen.insert(*oid), "{name}");
        }
    }

    #[test]
    fn identifiers_are_shown_in_dotted_decimal() {
        for (oid, dotted) in [
            (known::ECDSA_WITH_SHA256, "1.2.840.10045.4.3.2"),
            (known::TLS_FEATURE, "1.3.6.1.5.5.7.1.24"),
            (known::SHA512, "2.16.840.1.101.3.4.2.3"),
            (known::DOMAIN_COMPONENT, "0.9.2342.19200300.100.1.25"),
            (known::ANY_EXTENDED_KEY_USAGE, "2.5.29.37.0"),
            (known::ED25519, "1.3.101.112"),
            (known::RSASSA_PSS, "1.2.840.113549.1.1.10"),
        ] {
            assert_eq!(oid.to_string(), dotted);
            assert_eq!(OwnedOid::parse(dotted).unwrap().as_oid(), oid);
        }
    }

    #[test]
    fn long_identifiers_and_large_arcs_are_kept_up_to_the_bound() {
        let mut contents = vec![0x81; 127];
        contents.push(0x01);
        let oid = Oid::from_contents(&contents).unwrap();
        assert!(oid.to_string().starts_with(".0x8181"));
        contents.insert(0, 0x81);
        assert_eq!(Oid::from_contents(&contents), None);
        let uuid = [&[0x69][..], &[0x83; 18], &[0x7f]].concat();
        assert!(Oid::from_contents(&uuid).unwrap().to_string().starts_with("2.25."));
    }

    #[test]
    fn text_that_is_no_object_identifier_is_refused() {
        for text in ["", "1", "1.", ".1", "1.40", "3.1", "1.2.x", "1.+2", "1..2", "1.2.-3"] {
            assert_eq!(OwnedOid::parse(text), None, "{text}");
        }
        let uuid = "2.25.329800735698586629295641978511506172918";
        assert_eq!(OwnedOid::parse(uuid).unwrap().to_string(), uuid);
    }

    #[test]
    fn padded_and_cut_identifiers_are_none() {
        for contents in [&b""[..], b"\x55\x80\x01", b"\x80\x01", b"\x55\x81"] {
            assert_eq!(Oid::from_contents(contents), None, "{contents:x?}");
        }
    }
}
