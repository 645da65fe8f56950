//! The five bytes ahead of every record: RFC 9846 §5.1, §5.2 (8446 §5.1, §5.2).

use crate::wire::code_points;

code_points! {
    /// What a record carries (§5.1; B.1).
    pub struct ContentType(u8) {
        INVALID = 0,
        CHANGE_CIPHER_SPEC = 20,
        ALERT = 21,
        HANDSHAKE = 22,
        APPLICATION_DATA = 23,
    }
}

code_points! {
    /// The deprecated version field of a record, which says nothing and is ignored on receipt (§5.1).
    pub struct LegacyRecordVersion(u16) {
        /// For the records of an initial ClientHello alone.
        TLS_1_0 = 0x0301,
        /// For all other records.
        TLS_1_2 = 0x0303,
    }
}

/// Bytes of a record's header.
pub const HEADER_LEN: usize = 5;

/// The header of a TLSPlaintext or a TLSCiphertext.
///
/// ```text
/// struct {
///     ContentType type;
///     ProtocolVersion legacy_record_version;
///     uint16 length;
///     opaque fragment[TLSPlaintext.length];
/// } TLSPlaintext;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) content_type: ContentType,
    pub(super) legacy_record_version: LegacyRecordVersion,
    /// Bytes behind the header.
    pub(super) length: u16,
}

impl Header {
    pub(super) const fn decode([content_type, major, minor, high, low]: [u8; HEADER_LEN]) -> Self {
        Self {
            content_type: ContentType(content_type),
            legacy_record_version: LegacyRecordVersion(u16::from_be_bytes([major, minor])),
            length: u16::from_be_bytes([high, low]),
        }
    }

    pub(super) const fn encode(self) -> [u8; HEADER_LEN] {
        let [major, minor] = self.legacy_record_version.0.to_be_bytes();
        let [high, low] = self.length.to_be_bytes();
        [self.content_type.0, major, minor, high, low]
    }

    /// The header of a TLSCiphertext; it is the additional data of its own AEAD.
    pub(super) const fn of_ciphertext(length: u16) -> Self {
        Self {
            content_type: ContentType::APPLICATION_DATA,
            legacy_record_version: LegacyRecordVersion::TLS_1_2,
            length,
        }
    }
}
