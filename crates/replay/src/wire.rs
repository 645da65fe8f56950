//! Where in the records that are sent a byte stands: its record, its message, its field.
//!
//! The run's AEADs keep what they seal, so that protected records can be looked into: the run's own as it made them,
//! the recorded ones by opening them under the run's key.

use std::sync::{Arc, Mutex, PoisonError};

use handfast::crypto::{Aead, AeadAlgorithm, AeadKey, CryptoError, CryptoProvider, NONCE_LEN};
use handfast::handshake::HandshakeType;

use crate::difference::common;
use crate::field::field;

const HEADER: usize = 5;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// Bytes of a record's header, which are what is authenticated beside it (RFC 9846 §5.2).
const HEADER_LEN: usize = 5;

/// The records that were sealed, in order.
#[derive(Clone, Default)]
pub(crate) struct Sealings(Arc<Mutex<Vec<Sealing>>>);

#[derive(Clone)]
struct Sealing {
    key: Arc<dyn AeadKey>,
    nonce: [u8; NONCE_LEN],
    /// TLSInnerPlaintext.
    plaintext: Vec<u8>,
}

impl Sealings {
    /// The same provider, whose AEADs keep here what they seal.
    pub(crate) fn keep(&self, crypto: &mut CryptoProvider) {
        for aead in &mut crypto.aeads {
            *aead = Arc::new(KeepingAead { inner: Arc::clone(aead), sealings: self.clone() });
        }
    }

    fn nth(&self, index: usize) -> Option<Sealing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(index).cloned()
    }
}

struct KeepingAead {
    inner: Arc<dyn Aead>,
    sealings: Sealings,
}

impl Aead for KeepingAead {
    fn algorithm(&self) -> AeadAlgorithm {
        self.inner.algorithm()
    }

    fn key(&self, key: &[u8]) -> Result<Box<dyn AeadKey>, CryptoError> {
        let inner = Arc::from(self.inner.key(key)?);
        let tag = self.algorithm().tag_len();
        Ok(Box::new(KeepingKey { inner, tag, sealings: self.sealings.clone() }))
    }
}

struct KeepingKey {
    inner: Arc<dyn AeadKey>,
    tag: usize,
    sealings: Sealings,
}

impl AeadKey for KeepingKey {
    fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        additional_data: &[u8],
        in_out: &mut [u8],
    ) -> Result<(), CryptoError> {
        let plaintext = in_out.get(..in_out.len().saturating_sub(self.tag)).unwrap_or_default().to_vec();
        self.inner.seal(nonce, additional_data, in_out)?;
        if additional_data.len() != HEADER_LEN {
            // What HPKE seals is inside a record.
            return Ok(());
        }
        let sealing = Sealing { key: Arc::clone(&self.inner), nonce, plaintext };
        self.sealings.0.lock().unwrap_or_else(PoisonError::into_inner).push(sealing);
        Ok(())
    }

    fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        additional_data: &[u8],
        in_out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.inner.open(nonce, additional_data, in_out)
    }
}

impl Sealing {
    /// The TLSInnerPlaintext of another record under the same key and number.
    fn open(&self, header: &[u8], body: &[u8]) -> Option<Vec<u8>> {
        let mut body = body.to_vec();
        let length = self.key.open(self.nonce, header, &mut body).ok()?;
        body.truncate(length);
        Some(body)
    }
}

/// A record as it stands on the wire.
struct Record<'s> {
    header: &'s [u8],
    body: &'s [u8],
}

impl<'s> Record<'s> {
    /// The record at the start of `bytes`, as far as it is there.
    fn first(bytes: &'s [u8]) -> Option<(Self, &'s [u8])> {
        let (header, rest) = bytes.split_at_checked(HEADER)?;
        let [_, _, _, high, low] = header else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (body, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        Some((Self { header, body }, rest))
    }

    fn is_protected(&self) -> bool {
        self.header.first() == Some(&APPLICATION_DATA)
    }

    fn length(&self) -> usize {
        self.header.len() + self.body.len()
    }
}

/// What a record says: its content type and its content.
fn content(record: &Record<'_>, plaintext: Option<&[u8]>) -> Option<(u8, Vec<u8>)> {
    if !record.is_protected() {
        return Some((*record.header.first()?, record.body.to_vec()));
    }
    let plaintext = plaintext?;
    let end = plaintext.iter().rposition(|byte| *byte != 0)?;
    let (content, kind) = plaintext.split_at_checked(end)?;
    Some((*kind.first()?, content.to_vec()))
}

/// Says where the first byte stands that differs in two streams of records: what the record has, and what the run
/// sends, which is sealed as `sealings` tell.
pub(crate) fn place(expected: &[u8], found: &[u8], sealings: &Sealings) -> String {
    let at = common(expected, found);
    let (mut left, mut left_found) = (expected, found);
    let (mut number, mut protected, mut start) = (0, 0, 0);
    // Handshake messages so far, which both have in common.
    let mut messages = Vec::new();
    while let (Some((record, rest)), Some((own, own_rest))) = (Record::first(left), Record::first(left_found))
    {
        let sealing = if own.is_protected() { sealings.nth(protected) } else { None };
        let own_content = content(&own, sealing.as_ref().map(|sealing| sealing.plaintext.as_slice()));
        if start + own.length() > at {
            let opened = sealing.as_ref().and_then(|sealing| sealing.open(record.header, record.body));
            let expected = content(&record, opened.as_deref());
            return format!(
                "byte {at} of what is sent, {}",
                describe(number, &record, expected, own_content, messages)
            );
        }
        if let Some((HANDSHAKE, content)) = own_content {
            messages.extend(content);
        }
        protected += usize::from(own.is_protected());
        (left, left_found, start, number) = (rest, own_rest, start + own.length(), number + 1);
    }
    format!("byte {at} of what is sent, where record {number} begins")
}

/// The record, and what of its content differs.
fn describe(
    number: usize,
    record: &Record<'_>,
    expected: Option<(u8, Vec<u8>)>,
    found: Option<(u8, Vec<u8>)>,
    messages: Vec<u8>,
) -> String {
    let protection = if record.is_protected() { "protected" } else { "in the clear" };
    let record = format!("in record {number} ({protection})");
    let (Some((expected_type, expected)), Some((found_type, found))) = (expected, found) else {
        return format!(
            "{record}: the recorded one does not open under the run's key, so that the keys or what they are made of \
             differ"
        );
    };
    if expected_type != found_type {
        return format!("{record}: content type {expected_type} expected, {found_type} found");
    }
    if expected == found {
        return format!("{record}: its header or its padding; the content is the same");
    }
    if expected_type != HANDSHAKE {
        return format!(
            "{record}: byte {} of its content of type {expected_type}",
            common(&expected, &found)
        );
    }
    let [expected, found] = [expected, found].map(|content| [messages.as_slice(), &content].concat());
    format!("{record}: {}", message(&expected, &found))
}

/// The message and the field that differ.
fn message(expected: &[u8], found: &[u8]) -> String {
    const HEADER: usize = 4;
    let at = common(expected, found);
    let mut start = 0;
    while let Some([kind, high, middle, low]) = expected.get(start..start + HEADER) {
        let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
        let end = start + HEADER + length;
        if at >= end {
            start = end;
            continue;
        }
        let kind = HandshakeType(*kind);
        if at == start {
            let other =
                found.get(at).map_or("no message".to_owned(), |kind| HandshakeType(*kind).to_string());
            return format!("{kind} expected, {other} found");
        }
        let body = |stream: &[u8]| stream.get(start + HEADER..).unwrap_or_default().to_vec();
        let (expected, found) = (body(expected), body(found));
        let in_body = common(&expected, &found);
        let length_differs = if at < start + HEADER { "its length, then " } else { "" };
        let body = expected.get(..length).unwrap_or(&expected);
        return format!("{kind}, {length_differs}{}", field(kind, body, in_body));
    }
    "a message behind the recorded ones".to_owned()
}
