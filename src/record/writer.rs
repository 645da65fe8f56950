//! The sending half: RFC 9846 §5.1, §5.2, §5.4, §5.5 (8446 likewise), RFC 8449.

use core::fmt;

use super::header::{ContentType, HEADER_LEN, Header, LegacyRecordVersion};
use super::{
    KeyUsage, MAX_INNER_PLAINTEXT, MAX_PLAINTEXT, MIN_PLAINTEXT_LIMIT, MIN_RECORD_SIZE_LIMIT, PaddingPolicy,
    Protection,
};

/// Cuts content into records and protects them, straight into the caller's slice.
///
/// Where a record ends depends on the content, the peer's limit and the padding policy, never on the room
/// in the slice.
#[derive(Debug)]
pub struct RecordWriter {
    protection: Option<Protection>,
    max_inner_plaintext: usize,
    max_plaintext: usize,
    padding: PaddingPolicy,
    legacy_record_version: LegacyRecordVersion,
}

/// What [`RecordWriter::write`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Written {
    /// Bytes of content that the record took; the next record starts behind them.
    pub consumed: usize,
    /// Bytes of the record.
    pub written: usize,
}

/// Why no record was written. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteRefused {
    /// The slice is too short for the record that comes next.
    NeedOutput {
        /// Bytes that it must hold.
        at_least: usize,
    },
    /// A handshake or alert record without content is never sent (§5.4).
    Empty,
    /// Application data is never sent unprotected (§5.1).
    Unprotected,
    /// The key has protected all that it may (§5.5, §5.3), or the AEAD failed.
    KeyExhausted,
    /// A type that TLS 1.3 does not define is never sent (§5).
    UnknownType(ContentType),
}

impl Default for RecordWriter {
    fn default() -> Self {
        Self::new(PaddingPolicy::None)
    }
}

impl RecordWriter {
    /// At the start of a connection: no protection, no limit but the protocol's.
    #[must_use]
    pub const fn new(padding: PaddingPolicy) -> Self {
        Self {
            protection: None,
            max_inner_plaintext: MAX_INNER_PLAINTEXT,
            max_plaintext: MAX_PLAINTEXT,
            padding,
            legacy_record_version: LegacyRecordVersion::TLS_1_2,
        }
    }

    /// From the next record on nothing is protected any more: a second ClientHello behind early data that was
    /// rejected.
    pub fn remove_protection(&mut self) {
        self.protection = None;
    }

    /// From the next record on we protect with this key, from sequence number 0.
    pub fn set_protection(&mut self, protection: Protection) {
        self.protection = Some(protection);
    }

    /// The sequence number of the next record; `None` without protection.
    #[must_use]
    pub fn sequence_number(&self) -> Option<u64> {
        self.protection.as_ref().map(Protection::sequence_number)
    }

    /// Keeps protected records within the peer's record_size_limit, in bytes of TLSInnerPlaintext
    /// (RFC 8449 §4); a limit above the protocol's means the protocol's.
    pub fn set_record_size_limit(&mut self, limit: usize) {
        //= R8449-4-1
        //= R8449-4-5
        self.max_inner_plaintext = limit.clamp(MIN_RECORD_SIZE_LIMIT, MAX_INNER_PLAINTEXT);
    }

    /// Puts at most so many bytes of content into a record, protected or not, padding included; from
    /// [`MIN_PLAINTEXT_LIMIT`] to [`MAX_PLAINTEXT`], what is beyond means the nearest. The peer's limit holds beside it.
    pub fn set_max_plaintext(&mut self, limit: usize) {
        self.max_plaintext = limit.clamp(MIN_PLAINTEXT_LIMIT, MAX_PLAINTEXT);
    }

    //= R-5.1-13
    //= R-5.1-17
    /// The version that unprotected records carry: 0x0301 for those of an initial ClientHello, 0x0303 for all
    /// others (§5.1). Protected records always carry 0x0303.
    pub fn set_legacy_record_version(&mut self, version: LegacyRecordVersion) {
        self.legacy_record_version = version;
    }

    /// The limit that [`RecordWriter::set_record_size_limit`] set, or the protocol's.
    #[must_use]
    pub const fn record_size_limit(&self) -> usize {
        self.max_inner_plaintext
    }

    /// How far the key is used up; [`KeyUsage::Fresh`] without protection.
    #[must_use]
    pub fn key_usage(&self) -> KeyUsage {
        self.protection.as_ref().map_or(KeyUsage::Fresh, Protection::usage)
    }

    /// Are records protected?
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.protection.is_some()
    }

    /// The most content that the next record takes, in bytes.
    #[must_use]
    pub fn max_content(&self) -> usize {
        if self.is_protected() { self.inner_plaintext_limit() - 1 } else { self.max_plaintext }
    }

    /// The length of the record that the first of `content` bytes make, in bytes.
    #[must_use]
    pub fn record_len(&self, content: usize) -> usize {
        let content = content.min(self.max_content());
        HEADER_LEN
            + self.protection.as_ref().map_or(content, |protection| self.encrypted_len(protection, content))
    }

    /// Writes one record of as much of `content` as one takes.
    ///
    /// # Errors
    /// [`WriteRefused`]; nothing has changed.
    pub fn write(
        &mut self,
        content_type: ContentType,
        content: &[u8],
        out: &mut [u8],
    ) -> Result<Written, WriteRefused> {
        self.write_with(content_type, content.len(), out, |place| {
            if let Some(content) = content.get(..place.len()) {
                place.copy_from_slice(content);
            }
        })
    }

    /// The same of content that `fill` puts into its place in the record, which is [`HEADER_LEN`] bytes into `out`
    /// and takes as many bytes of content as the record does. A `fill` that does nothing seals what stands there.
    ///
    /// # Errors
    /// [`WriteRefused`]; nothing has changed and `fill` was not called.
    pub fn write_with(
        &mut self,
        content_type: ContentType,
        content: usize,
        out: &mut [u8],
        fill: impl FnOnce(&mut [u8]),
    ) -> Result<Written, WriteRefused> {
        //= R-5-4
        if content_type.name().is_none() || content_type == ContentType::INVALID {
            return Err(WriteRefused::UnknownType(content_type));
        }
        //= R-5.1-8
        //= R-5.4-3
        if content == 0 && content_type != ContentType::APPLICATION_DATA {
            return Err(WriteRefused::Empty);
        }
        let change_cipher_spec = content_type == ContentType::CHANGE_CIPHER_SPEC;
        if self.protection.is_none() || change_cipher_spec {
            return self.write_plaintext(content_type, content, out, fill);
        }
        self.write_ciphertext(content_type, content, out, fill)
    }

    fn write_plaintext(
        &self,
        content_type: ContentType,
        content: usize,
        out: &mut [u8],
        fill: impl FnOnce(&mut [u8]),
    ) -> Result<Written, WriteRefused> {
        //= R-5.1-18
        if content_type == ContentType::APPLICATION_DATA {
            return Err(WriteRefused::Unprotected);
        }
        //= R-5.1-15
        let consumed = content.min(self.max_plaintext);
        let length = u16::try_from(consumed).unwrap_or_default();
        let header = Header { content_type, legacy_record_version: self.legacy_record_version, length };
        let (body, written) = frame(header, out)?;
        fill(body);
        Ok(Written { consumed, written })
    }

    fn write_ciphertext(
        &mut self,
        content_type: ContentType,
        content: usize,
        out: &mut [u8],
        fill: impl FnOnce(&mut [u8]),
    ) -> Result<Written, WriteRefused> {
        let consumed = content.min(self.max_content());
        let Some(protection) = &self.protection else { return Err(WriteRefused::Unprotected) };
        //= R-5.5-1
        if protection.usage() == KeyUsage::Exhausted {
            return Err(WriteRefused::KeyExhausted);
        }
        let length = u16::try_from(self.encrypted_len(protection, consumed)).unwrap_or_default();
        let header = Header::of_ciphertext(length);
        let (body, written) = frame(header, out)?;
        let (place, type_and_zeros) = body.split_at_mut_checked(consumed).unwrap_or_default();
        fill(place);
        //= R-5.4-2
        type_and_zeros.fill(0);
        if let Some(content_type_byte) = type_and_zeros.first_mut() {
            *content_type_byte = content_type.0;
        }
        let Some(protection) = &mut self.protection else { return Err(WriteRefused::Unprotected) };
        protection.seal(header.encode(), body).map_err(|_| WriteRefused::KeyExhausted)?;
        Ok(Written { consumed, written })
    }

    /// What both limits leave for content, type and padding.
    fn inner_plaintext_limit(&self) -> usize {
        self.max_inner_plaintext.min(self.max_plaintext + 1)
    }

    /// `TLSCiphertext.length` of a record of so much content.
    fn encrypted_len(&self, protection: &Protection, content: usize) -> usize {
        //= R-5.2-1
        //= R-5.4-1
        //= R-5.4-6
        let limit = self.inner_plaintext_limit();
        //= R8449-4.1-1
        self.padding.padded(content + 1, limit) + protection.tag_len()
    }
}

/// Puts the header at the start of `out` and gives the body's place behind it with the record's length.
fn frame(header: Header, out: &mut [u8]) -> Result<(&mut [u8], usize), WriteRefused> {
    let written = HEADER_LEN + usize::from(header.length);
    let need_output = WriteRefused::NeedOutput { at_least: written };
    let record = out.get_mut(..written).ok_or(need_output)?;
    let (place, body) = record.split_first_chunk_mut::<HEADER_LEN>().ok_or(need_output)?;
    *place = header.encode();
    Ok((body, written))
}

impl fmt::Display for WriteRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedOutput { at_least } => write!(f, "the output must hold {at_least} bytes"),
            Self::Empty => f.write_str("a record of this type needs content (RFC 9846 §5.4)"),
            Self::Unprotected => f.write_str("application data is never sent unprotected (RFC 9846 §5.1)"),
            Self::UnknownType(found) => write!(f, "{found} is no record type of TLS 1.3 (RFC 9846 §5)"),
            Self::KeyExhausted => {
                f.write_str("this key has protected all that it may; update keys first (RFC 9846 §5.5)")
            }
        }
    }
}

impl core::error::Error for WriteRefused {}
