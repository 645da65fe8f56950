//! The receiving half: RFC 9846 §5.1, §5.2, §5.4 (8446 likewise), RFC 8449.

use core::ops::Range;

use super::header::{ContentType, HEADER_LEN, Header};
use super::{
    MAX_CIPHERTEXT, MAX_INNER_PLAINTEXT, MAX_PLAINTEXT, MAX_RECORDS_WITHOUT_PROGRESS, MIN_RECORD_SIZE_LIMIT,
    NotTls, Protection, RecordFault,
};

/// Finds records in what came and opens them in place.
///
/// It keeps no bytes. What it cannot know (how far the handshake is) it is told: when a change_cipher_spec
/// or an unprotected alert may stand between protected records, and which limit was agreed on.
#[derive(Debug)]
pub struct RecordReader {
    protection: Option<Protection>,
    max_inner_plaintext: usize,
    saw_tls: bool,
    change_cipher_spec_allowed: bool,
    unprotected_alert_allowed: bool,
    without_progress: u8,
    /// Bytes of rejected early data that may still be skipped.
    skips: Option<usize>,
}

/// What [`RecordReader::read`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// Not yet a whole record, and nothing was touched.
    NeedInput {
        /// Bytes that the slice must hold: a header, then the whole record.
        at_least: usize,
    },
    /// A record that is to be dropped without further processing, and is (§5).
    Dropped {
        /// Its length; the next record starts behind it.
        consumed: usize,
    },
    /// A record.
    Record(Record),
}

/// A record whose content lies bare in the slice that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it carries; of a protected record, the type inside.
    pub content_type: ContentType,
    /// Was it protected?
    pub protected: bool,
    /// Where the content lies in the slice.
    pub content: Range<usize>,
    /// The record's length; the next one starts behind it.
    pub consumed: usize,
}

impl Default for RecordReader {
    fn default() -> Self {
        Self::new()
    }
}

impl RecordReader {
    /// At the start of a connection: no protection, no limit but the protocol's, no change_cipher_spec yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            protection: None,
            max_inner_plaintext: MAX_INNER_PLAINTEXT,
            saw_tls: false,
            change_cipher_spec_allowed: false,
            unprotected_alert_allowed: false,
            without_progress: 0,
            skips: None,
        }
    }

    /// From the next record on the peer protects with this key, and does so from sequence number 0.
    pub fn set_protection(&mut self, protection: Protection) {
        self.protection = Some(protection);
    }

    /// The sequence number of the next record; `None` without protection.
    #[must_use]
    pub fn sequence_number(&self) -> Option<u64> {
        self.protection.as_ref().map(Protection::sequence_number)
    }

    /// Enforces the record_size_limit that we advertised and that was negotiated, in bytes of
    /// TLSInnerPlaintext, on protected records (RFC 8449 §4).
    pub fn set_record_size_limit(&mut self, limit: usize) {
        self.max_inner_plaintext = limit.clamp(MIN_RECORD_SIZE_LIMIT, MAX_INNER_PLAINTEXT);
    }

    /// The limit that [`RecordReader::set_record_size_limit`] set, or the protocol's.
    #[must_use]
    pub const fn record_size_limit(&self) -> usize {
        self.max_inner_plaintext
    }

    /// Says whether a change_cipher_spec is dropped: from the first ClientHello sent or received until the
    /// peer's Finished is received (§5). Otherwise it is an unexpected record.
    pub fn allow_change_cipher_spec(&mut self, allowed: bool) {
        self.change_cipher_spec_allowed = allowed;
    }

    /// Says whether an alert may still come unprotected although keys are set: on a server, until the first
    /// protected record opens, because a client that cannot use our ServerHello has no keys to protect its
    /// alert with (§6).
    pub fn allow_unprotected_alert(&mut self, allowed: bool) {
        self.unprotected_alert_allowed = allowed;
    }

    /// Skips rejected early data, up to so many bytes of records: protected records before keys are set, and then
    /// those that do not open, until the first other record (§4.3.10).
    pub fn skip_early_data(&mut self, limit: usize) {
        self.skips = Some(limit);
    }

    /// Takes the record at the start of `input`; a protected one is opened in place.
    ///
    /// The type byte of a record that was taken is overwritten with 0, so that the same bytes, given again,
    /// are told apart from an attack.
    ///
    /// # Errors
    /// [`RecordFault`]; a reader that gave one is not to be asked again.
    pub fn read(&mut self, input: &mut [u8]) -> Result<Read, RecordFault> {
        let Some((header_bytes, rest)) = input.split_first_chunk_mut::<HEADER_LEN>() else {
            return Ok(Read::NeedInput { at_least: HEADER_LEN });
        };
        self.recognize(header_bytes)?;
        //= R-5.1-14
        //= R-E-1
        //= R-E.2-4
        let header = Header::decode(*header_bytes);
        let length = usize::from(header.length);
        let consumed = HEADER_LEN + length;
        let protected = self.check_header(header)?;
        let Some(body) = rest.get_mut(..length) else {
            return Ok(Read::NeedInput { at_least: consumed });
        };
        let opened = match &mut self.protection {
            Some(protection) if protected => open(protection, *header_bytes, body, self.max_inner_plaintext),
            None if protected => Err(RecordFault::BadRecordMac),
            _ => Ok((header.content_type, length)),
        };
        if opened == Err(RecordFault::BadRecordMac) && self.skips.is_some() {
            self.skip(consumed)?;
            let [content_type_byte, ..] = header_bytes;
            *content_type_byte = ContentType::INVALID.0;
            return Ok(Read::Dropped { consumed });
        }
        let (content_type, length) = opened?;
        if content_type != ContentType::CHANGE_CIPHER_SPEC {
            self.skips = None;
        }
        self.unprotected_alert_allowed &= !protected;
        if content_type == ContentType::CHANGE_CIPHER_SPEC {
            check_change_cipher_spec(body)?;
        }
        self.check_progress(content_type, length)?;
        let [content_type_byte, ..] = header_bytes;
        *content_type_byte = ContentType::INVALID.0;
        if content_type == ContentType::CHANGE_CIPHER_SPEC {
            return Ok(Read::Dropped { consumed });
        }
        let content = HEADER_LEN..HEADER_LEN + length;
        Ok(Read::Record(Record { content_type, protected, content, consumed }))
    }

    /// Drops a record of rejected early data; its header counts too, so that empty ones come to an end.
    fn skip(&mut self, length: usize) -> Result<(), RecordFault> {
        let left = self.skips.and_then(|left| left.checked_sub(length));
        self.skips = Some(left.ok_or(RecordFault::TooMuchEarlyData)?);
        if let Some(protection) = &mut self.protection {
            protection.rewind_first();
        }
        Ok(())
    }

    fn recognize(&mut self, header: &[u8; HEADER_LEN]) -> Result<(), RecordFault> {
        if !self.saw_tls {
            if let Some(not_tls) = NotTls::recognize(header) {
                return Err(RecordFault::NotTls(not_tls));
            }
            self.saw_tls = true;
        }
        Ok(())
    }

    /// Refuses what the header alone shows to be wrong, before any more bytes are asked for, and tells
    /// whether the record is protected.
    fn check_header(&self, header: Header) -> Result<bool, RecordFault> {
        let length = usize::from(header.length);
        let unexpected =
            Err(RecordFault::UnexpectedContentType { content_type: header.content_type, protected: false });
        let protected = match header.content_type {
            ContentType::INVALID => return Err(RecordFault::GivenTwice),
            //= R-5-3
            ContentType::CHANGE_CIPHER_SPEC if self.change_cipher_spec_allowed && length == 1 => false,
            ContentType::ALERT if self.protection.is_none() || self.unprotected_alert_allowed => false,
            ContentType::HANDSHAKE if self.protection.is_none() => false,
            ContentType::APPLICATION_DATA if self.protection.is_some() || self.skips.is_some() => true,
            //= R-5-5
            _ => return unexpected,
        };
        let limit = match &self.protection {
            // A smaller limit of ours is judged here, so that a small input buffer is never asked to hold more.
            //= R8449-4-6
            Some(protection) if protected && self.max_inner_plaintext < MAX_INNER_PLAINTEXT => {
                self.max_inner_plaintext + protection.tag_len()
            }
            _ if protected => MAX_CIPHERTEXT,
            _ => MAX_PLAINTEXT,
        };
        //= R-5.1-16
        //= R-5.2-2
        //= R-5.2-5
        if length > limit {
            return Err(RecordFault::Overflow { length, limit });
        }
        Ok(protected)
    }

    /// Counts what brings nothing, so that a flood of it ends.
    fn check_progress(&mut self, content_type: ContentType, length: usize) -> Result<(), RecordFault> {
        //= R-5.1-11
        if content_type != ContentType::CHANGE_CIPHER_SPEC && length > 0 {
            self.without_progress = 0;
            return Ok(());
        }
        //= R-5.1-8
        //= R-5.4-3
        if matches!(content_type, ContentType::HANDSHAKE | ContentType::ALERT) {
            return Err(RecordFault::Empty(content_type));
        }
        self.without_progress = self.without_progress.saturating_add(1);
        if self.without_progress > MAX_RECORDS_WITHOUT_PROGRESS {
            Err(RecordFault::NoProgress)
        } else {
            Ok(())
        }
    }
}

/// Opens a TLSCiphertext's body in place and gives the type and the length of the content at its start.
fn open(
    protection: &mut Protection,
    header: [u8; HEADER_LEN],
    body: &mut [u8],
    limit: usize,
) -> Result<(ContentType, usize), RecordFault> {
    //= R-E-2
    let opened = protection.open(header, body).ok_or(RecordFault::SequenceNumberExhausted)?;
    let length = opened.map_err(|_| RecordFault::BadRecordMac)?;
    //= R-5.4-6
    if length > limit {
        return Err(RecordFault::Overflow { length, limit });
    }
    //= R-5.4-4
    let inner = body.get(..length).unwrap_or_default();
    let at = inner.iter().rposition(|byte| *byte != 0).ok_or(RecordFault::NoContentType)?;
    let content_type = inner.get(at).map_or(ContentType::INVALID, |byte| ContentType(*byte));
    match content_type {
        ContentType::HANDSHAKE | ContentType::ALERT | ContentType::APPLICATION_DATA => Ok((content_type, at)),
        //= R-5-2
        _ => Err(RecordFault::UnexpectedContentType { content_type, protected: true }),
    }
}

//= R-5-1
fn check_change_cipher_spec(body: &[u8]) -> Result<(), RecordFault> {
    match body {
        [1] => Ok(()),
        _ => Err(RecordFault::UnexpectedContentType {
            content_type: ContentType::CHANGE_CIPHER_SPEC,
            protected: false,
        }),
    }
}
