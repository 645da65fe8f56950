//! Which key signed, and what the key is for: RFC 5280 §4.2.1.1, §4.2.1.3, §4.2.1.12.

use alloc::vec::Vec;
use core::fmt;

use crate::pki::asn1::{Asn1Error, Asn1Reason, DerReader, Lapse, Oid, tag};
use crate::pki::certificate::GeneralNames;

/// Which key of the issuer signed.
///
/// ```text
/// AuthorityKeyIdentifier ::= SEQUENCE {
///      keyIdentifier             [0] KeyIdentifier            OPTIONAL,
///      authorityCertIssuer       [1] GeneralNames             OPTIONAL,
///      authorityCertSerialNumber [2] CertificateSerialNumber  OPTIONAL }
/// ```
/// RFC 5280 §4.2.1.1.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct AuthorityKeyIdentifier<'a> {
    pub key_identifier: Option<&'a [u8]>,
    pub authority_cert_issuer: Option<GeneralNames<'a>>,
    pub authority_cert_serial_number: Option<&'a [u8]>,
}

/// What a key may be used for, as a set (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeyUsage(u16);

/// The purposes that a key is limited to (RFC 5280 §4.2.1.12).
#[derive(Clone, Debug)]
pub struct ExtKeyUsage<'a> {
    /// At least one key purpose.
    pub purposes: Vec<Oid<'a>>,
}

impl<'a> AuthorityKeyIdentifier<'a> {
    pub(crate) fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("AuthorityKeyIdentifier")?;
        let key_identifier = sequence.optional("keyIdentifier", tag::context(0))?;
        let issuer = sequence.optional("authorityCertIssuer", tag::context_constructed(1))?;
        let serial = sequence.optional("authorityCertSerialNumber", tag::context(2))?;
        sequence.end("AuthorityKeyIdentifier")?;
        Ok(Self {
            key_identifier: key_identifier.map(|value| value.contents),
            authority_cert_issuer: issuer.as_ref().map(GeneralNames::from_contents).transpose()?,
            authority_cert_serial_number: serial.map(|value| value.contents),
        })
    }
}

impl KeyUsage {
    /// digitalSignature.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// nonRepudiation, also called contentCommitment.
    pub const NON_REPUDIATION: Self = Self(1 << 1);
    /// keyEncipherment.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// dataEncipherment.
    pub const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    /// keyAgreement.
    pub const KEY_AGREEMENT: Self = Self(1 << 4);
    /// keyCertSign.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// cRLSign.
    pub const CRL_SIGN: Self = Self(1 << 6);
    /// encipherOnly.
    pub const ENCIPHER_ONLY: Self = Self(1 << 7);
    /// decipherOnly.
    pub const DECIPHER_ONLY: Self = Self(1 << 8);

    const NAMES: [(Self, &'static str); 9] = [
        (Self::DIGITAL_SIGNATURE, "digitalSignature"),
        (Self::NON_REPUDIATION, "nonRepudiation"),
        (Self::KEY_ENCIPHERMENT, "keyEncipherment"),
        (Self::DATA_ENCIPHERMENT, "dataEncipherment"),
        (Self::KEY_AGREEMENT, "keyAgreement"),
        (Self::KEY_CERT_SIGN, "keyCertSign"),
        (Self::CRL_SIGN, "cRLSign"),
        (Self::ENCIPHER_ONLY, "encipherOnly"),
        (Self::DECIPHER_ONLY, "decipherOnly"),
    ];

    pub(crate) fn read(reader: &mut DerReader<'_>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        reader.expect("KeyUsage", tag::BIT_STRING)?.named_bits(lapses).map(Self)
    }

    /// Are all usages of `other` among these?
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The set as bits: the first usage that RFC 5280 names is the lowest.
    pub(in crate::pki) const fn bits(self) -> u16 {
        self.0
    }

    /// The usage of this name in RFC 5280.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(usage, _)| *usage)
    }

    /// All usages of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Is no usage asserted? §4.2.1.3 forbids that.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The usages by their names in RFC 5280, separated by commas.
impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (usage, name) in Self::NAMES {
            if self.contains(usage) {
                write!(f, "{separator}{name}")?;
                separator = ", ";
            }
        }
        if self.is_empty() { f.write_str("no usage") } else { Ok(()) }
    }
}

impl fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyUsage({self})")
    }
}

impl<'a> ExtKeyUsage<'a> {
    pub(crate) fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("ExtKeyUsageSyntax")?;
        let mut purposes = Vec::new();
        if sequence.is_empty() {
            return Err(sequence.error("KeyPurposeId", Asn1Reason::Value));
        }
        while !sequence.is_empty() {
            purposes.push(sequence.oid("KeyPurposeId")?);
        }
        Ok(Self { purposes })
    }
}
