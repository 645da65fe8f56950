//! Every record of RFC 8448, written and read again byte for byte.

#![cfg(test)]
#![cfg(all(feature = "floors", feature = "ring"))]

mod support {
    pub(crate) mod rfc8448;
}

use handfast::crypto::{AeadAlgorithm, CryptoProvider};
use handfast::record::{
    ContentType, LegacyRecordVersion, MAX_RECORD, Protection, Read, Record, RecordReader, RecordWriter,
};

use support::rfc8448::{Side, Step, Trace, traces};

#[test]
fn ring_writes_and_reads_every_record_of_the_rfc() {
    replay(&handfast::crypto::ring::provider());
}

#[cfg(feature = "rustcrypto")]
#[test]
fn rustcrypto_writes_and_reads_every_record_of_the_rfc() {
    replay(&handfast::crypto::rustcrypto::provider());
}

/// One direction: who writes and who reads it.
struct Way {
    writer: RecordWriter,
    reader: RecordReader,
}

impl Way {
    fn new(writes: Side) -> Self {
        let (mut writer, mut reader) = (RecordWriter::default(), RecordReader::new());
        reader.allow_change_cipher_spec(true);
        if writes == Side::Client {
            writer.set_legacy_record_version(LegacyRecordVersion::TLS_1_0);
        }
        Self { writer, reader }
    }

    fn carry(&mut self, step: &Step, content_type: ContentType) {
        let [payload, expected] = step.blocks(["payload", "complete record"]);
        let mut record = vec![0; MAX_RECORD];
        let written = self.writer.write(content_type, payload, &mut record).unwrap();
        self.writer.set_legacy_record_version(LegacyRecordVersion::TLS_1_2);
        record.truncate(written.written);
        assert_eq!(record, expected, "step {}", step.number);
        match self.reader.read(&mut record).unwrap() {
            Read::Record(Record { content_type: found, content, .. }) => {
                assert_eq!((found, &record[content]), (content_type, payload), "step {}", step.number);
            }
            found @ (Read::Dropped { .. } | Read::NeedInput { .. }) => {
                assert_eq!(found, Read::Dropped { consumed: expected.len() }, "step {}", step.number);
                assert_eq!(content_type, ContentType::CHANGE_CIPHER_SPEC);
            }
        }
    }
}

fn replay(provider: &CryptoProvider) {
    let (mut records, mut key_changes) = (0, 0);
    for trace in traces() {
        let [mut client, mut server] = [Way::new(Side::Client), Way::new(Side::Server)];
        for step in &trace.steps {
            let way = if step.side == Side::Client { &mut client } else { &mut server };
            if let Some(epoch) = step.caption.strip_prefix("derive write traffic keys for ") {
                way.writer.set_protection(protection(provider, &trace, step, epoch));
                way.reader.set_protection(protection(provider, &trace, step, epoch));
                key_changes += 1;
            } else if let Some(content_type) = sent(step.caption) {
                way.carry(step, content_type);
                records += 1;
            }
        }
    }
    assert_eq!((records, key_changes), (RECORDS, KEY_CHANGES));
}

/// Records of the RFC: 24 of handshake messages, 5 of data, 10 alerts, 2 change_cipher_spec.
const RECORDS: usize = 41;
/// Times that a side starts to write under new keys.
const KEY_CHANGES: usize = 21;

fn sent(caption: &str) -> Option<ContentType> {
    Some(match caption.strip_prefix("send ")?.strip_suffix(" record")? {
        "handshake" => ContentType::HANDSHAKE,
        "alert" => ContentType::ALERT,
        "application_data" => ContentType::APPLICATION_DATA,
        "change_cipher_spec" => ContentType::CHANGE_CIPHER_SPEC,
        other => panic!("a record of type {other}"),
    })
}

/// The keys that a step derives, or that the other side shows for it.
fn protection(provider: &CryptoProvider, trace: &Trace, step: &Step, epoch: &str) -> Protection {
    let shows = |other: &&Step| {
        other.side == step.side.other()
            && other.caption == format!("derive read traffic keys for {epoch}")
            && !other.is_same_as_other_side
    };
    let shown = if step.is_same_as_other_side { trace.steps.iter().find(shows).expect("keys") } else { step };
    let [.., key, _, iv] = shown.blocks(["PRK", "key info", "key expanded", "iv info", "iv expanded"]);
    let aead = provider.aead(AeadAlgorithm::Aes128Gcm).expect("AES-128-GCM");
    Protection::new(AeadAlgorithm::Aes128Gcm, aead.key(key).expect("a key"), iv.try_into().expect("an iv"))
}
