//! The receiving half of the record protocol.

use handfast::crypto::{AeadAlgorithm, AeadKey, CryptoError, NONCE_LEN};
use handfast::record::{Protection, Read, RecordFault, RecordReader};

/// The bits of the first byte say how the reader stands, the rest is what comes in. The reader finds the same in it
/// however it is cut, asks for no more than it needs, and changes nothing while it waits.
pub fn record(bytes: &[u8]) -> bool {
    let Some((flags, input)) = bytes.split_first() else { return false };
    let whole = events(reader(*flags), &mut input.to_vec(), input.len());
    let by_byte = events(reader(*flags), &mut input.to_vec(), 1);
    assert_eq!(whole, by_byte);
    matches!(whole.last(), Some(Event::Read(_) | Event::Rest(_)))
}

#[derive(Debug, PartialEq)]
enum Event {
    /// What the reader gave, and the content of the record if it was one.
    Read((Read, Vec<u8>)),
    /// Bytes that form no whole record yet.
    Rest(usize),
    Fault(RecordFault),
}

fn reader(flags: u8) -> RecordReader {
    let mut reader = RecordReader::new();
    reader.allow_change_cipher_spec(flags & 1 != 0);
    if flags & 2 != 0 {
        reader.set_protection(Protection::new(AeadAlgorithm::Aes128Gcm, Box::new(Open), [0; NONCE_LEN]));
        reader.allow_unprotected_alert(flags & 4 != 0);
    }
    if flags & 8 != 0 {
        reader.set_record_size_limit(64);
    }
    reader
}

/// Reads all of `input`, of which `step` more bytes become visible whenever the reader wants more.
fn events(mut reader: RecordReader, input: &mut [u8], step: usize) -> Vec<Event> {
    let (mut start, mut visible) = (0, 0);
    let mut events = Vec::new();
    loop {
        let window = &mut input[start..visible];
        let before = window.to_vec();
        let read = match reader.read(window) {
            Ok(read) => read,
            Err(fault) => {
                events.push(Event::Fault(fault));
                return events;
            }
        };
        match &read {
            Read::NeedInput { at_least } => {
                assert!(*at_least > window.len(), "{at_least} bytes wanted and {} there", window.len());
                assert_eq!(window, before, "waiting changes nothing");
                if visible == input.len() {
                    events.push(Event::Rest(visible - start));
                    return events;
                }
                visible = input.len().min(visible + step.max(1));
            }
            Read::Dropped { consumed } => {
                start += consumed;
                events.push(Event::Read((read, Vec::new())));
            }
            Read::Record(record) => {
                assert!(record.content.end <= record.consumed && record.consumed <= window.len());
                let content = window[record.content.clone()].to_vec();
                start += record.consumed;
                events.push(Event::Read((read, content)));
            }
        }
    }
}

/// An AEAD without secrets, so that a fuzzer reaches what lies behind one: the tag is 16 zeros.
struct Open;

impl AeadKey for Open {
    fn seal(&self, _: [u8; NONCE_LEN], _: &[u8], in_out: &mut [u8]) -> Result<(), CryptoError> {
        let (_, tag) = in_out.split_last_chunk_mut::<16>().ok_or(CryptoError)?;
        *tag = [0; 16];
        Ok(())
    }

    fn open(&self, _: [u8; NONCE_LEN], _: &[u8], in_out: &mut [u8]) -> Result<usize, CryptoError> {
        let (plaintext, tag) = in_out.split_last_chunk::<16>().ok_or(CryptoError)?;
        if *tag == [0; 16] { Ok(plaintext.len()) } else { Err(CryptoError) }
    }
}
