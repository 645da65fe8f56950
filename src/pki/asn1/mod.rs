//! DER (X.690) as certificates need it: `der` reads tags and lengths, the values are read here.
//!
//! `der` alone is too strict in some places and too lax in others: it has no times before 1970, no object
//! identifiers over 39 bytes and no UniversalString, and it takes nonzero unused bits and unsorted sets.
//! What is readable but breaks a rule of DER is a [`Lapse`], which a profile may make fatal.

mod oid;
mod reader;
mod time;

pub(crate) use oid::known;
pub use oid::{Oid, OwnedOid};
pub(crate) use reader::Value;
pub use reader::{Asn1Error, Asn1Reason, DerReader, Lapse, LapseRule};
pub(crate) use time::time;

/// Tags of the universal class and of the context (X.680 §8.4), each with its constructed bit.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(crate) const BMP_STRING: u8 = 0x1e;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[number] IMPLICIT` of a primitive type.
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// `[number] EXPLICIT`, or `[number] IMPLICIT` of a constructed type.
    pub(crate) const fn context_constructed(number: u8) -> u8 {
        0xa0 | number
    }
}
