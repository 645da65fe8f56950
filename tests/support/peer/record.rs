//! Records in the making, and the keys that protect them: written by hand here, because the record floor refuses
//! to write what a misbehaving peer must.

use std::sync::Arc;

use handfast::alert::{Alert, AlertDescription, AlertLevel};
use handfast::crypto::{Aead, AeadKey, CryptoProvider, NONCE_LEN, Secret};
use handfast::handshake::Epoch;
use handfast::key_schedule::{Kdf, LabelPrefix, next_application_traffic_secret, traffic_keys};
use handfast::message::CipherSuite;
use handfast::record::{ContentType, LegacyRecordVersion, Protection};
use handfast::wire::{Encode, Writer};

use super::step::{Message, Step};

/// What happens to a finished record on its way.
type Damage = Arc<dyn Fn(&mut Vec<u8>)>;

/// One record before it is protected.
#[derive(Clone)]
pub struct Record {
    /// The step whose message it carries; `""` for any other content.
    pub step: &'static str,
    pub content_type: ContentType,
    pub content: Vec<u8>,
    /// Under which keys; [`Epoch::Initial`] is none.
    pub epoch: Epoch,
    /// Zeros behind the content type.
    pub padding: usize,
    /// The type in the header, where it is not what it has to be.
    pub outer_type: Option<ContentType>,
    pub legacy_record_version: LegacyRecordVersion,
    /// What happens to the finished record on its way.
    pub damage: Option<Damage>,
}

impl Record {
    /// A record of this content under these keys.
    pub fn new(epoch: Epoch, content_type: ContentType, content: impl Into<Vec<u8>>) -> Self {
        Self {
            step: "",
            content_type,
            content: content.into(),
            epoch,
            padding: 0,
            outer_type: None,
            legacy_record_version: LegacyRecordVersion::TLS_1_2,
            damage: None,
        }
    }

    /// Handshake bytes, whole messages or not.
    pub fn handshake(epoch: Epoch, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(epoch, ContentType::HANDSHAKE, bytes)
    }

    /// One message.
    pub fn message(epoch: Epoch, message: &Message) -> Self {
        Self::handshake(epoch, message.to_bytes())
    }

    /// Application data.
    pub fn data(data: impl Into<Vec<u8>>) -> Self {
        Self::new(Epoch::Application, ContentType::APPLICATION_DATA, data)
    }

    /// An alert at its level.
    pub fn alert(epoch: Epoch, description: AlertDescription) -> Self {
        Self::new(epoch, ContentType::ALERT, Alert::new(description).to_bytes())
    }

    /// An alert at a level of the script's own.
    pub fn alert_at(epoch: Epoch, level: AlertLevel, description: AlertDescription) -> Self {
        Self::new(epoch, ContentType::ALERT, Alert { level, description }.to_bytes())
    }

    /// The one change_cipher_spec that is dropped (§5).
    pub fn change_cipher_spec() -> Self {
        Self::new(Epoch::Initial, ContentType::CHANGE_CIPHER_SPEC, [1])
    }

    /// The same with so many zeros behind the content type.
    pub fn padded(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// The same with this type in its header.
    pub fn with_outer_type(self, outer_type: ContentType) -> Self {
        Self { outer_type: Some(outer_type), ..self }
    }

    /// The same, changed once it is on the wire.
    pub fn damaged(self, damage: impl Fn(&mut Vec<u8>) + 'static) -> Self {
        Self { damage: Some(Arc::new(damage)), ..self }
    }

    /// The record on the wire.
    pub fn seal(&self, keys: Option<&mut Keys>) -> Vec<u8> {
        let mut fragment = self.content.clone();
        let protected = keys.is_some();
        if protected {
            fragment.push(self.content_type.0);
            fragment.resize(fragment.len() + self.padding, 0);
        }
        let opaque_type = if protected { ContentType::APPLICATION_DATA } else { self.content_type };
        let expansion = keys.as_ref().map_or(0, |keys| keys.aead.algorithm().tag_len());
        let mut record = Vec::new();
        let mut out = Writer::new(&mut record);
        out.u8(self.outer_type.unwrap_or(opaque_type).0);
        out.u16(self.legacy_record_version.0);
        out.u16(u16::try_from(fragment.len() + expansion).expect("a length that the header holds"));
        if let Some(keys) = keys {
            fragment = keys.seal(&record, fragment);
        }
        record.extend(fragment);
        if let Some(damage) = &self.damage {
            damage(&mut record);
        }
        record
    }
}

/// The records of a flight, for a script to change.
#[derive(Clone, Default)]
pub struct Records(pub Vec<Record>);

impl Records {
    fn position<S: Step>(&self, _: S) -> usize {
        self.0.iter().position(|record| record.step == S::NAME).expect("a record of this step")
    }

    /// The (first) record of this step's message.
    pub fn of<S: Step>(&mut self, step: S) -> &mut Record {
        let at = self.position(step);
        &mut self.0[at]
    }

    /// Puts a record before that of a step.
    pub fn before<S: Step>(&mut self, step: S, record: Record) {
        let at = self.position(step);
        self.0.insert(at, record);
    }

    /// Puts a record behind that of a step.
    pub fn behind<S: Step>(&mut self, step: S, record: Record) {
        let at = self.position(step);
        self.0.insert(at + 1, record);
    }

    /// Cuts the message of a step over records of at most `size` bytes of content.
    pub fn fragment<S: Step>(&mut self, step: S, size: usize) {
        let at = self.position(step);
        let whole = self.0.remove(at);
        let parts = whole.content.chunks(size).map(|part| Record { content: part.to_vec(), ..whole.clone() });
        self.0.splice(at..at, parts.collect::<Vec<_>>());
    }

    /// Puts what follows a step's record into that record, under its keys, up to the end of `last`'s.
    pub fn coalesce<S: Step, T: Step>(&mut self, first: S, last: T) {
        let (first, last) = (self.position(first), self.position(last));
        let rest: Vec<_> = self.0.drain(first + 1..=last).collect();
        rest.into_iter().for_each(|record| self.0[first].content.extend(record.content));
    }

    /// Moves the first `count` bytes of a step's message into the record before it, under that record's keys.
    pub fn pull_forward<S: Step>(&mut self, step: S, count: usize) {
        let at = self.position(step);
        let pulled: Vec<_> = self.0[at].content.drain(..count).collect();
        self.0[at - 1].content.extend(pulled);
        if self.0[at].content.is_empty() {
            self.0.remove(at);
        }
    }
}

/// The keys of one direction and epoch.
pub struct Keys {
    kdf: Kdf,
    aead: Arc<dyn Aead>,
    secret: Secret,
    key: Box<dyn AeadKey>,
    iv: [u8; NONCE_LEN],
    sequence_number: u64,
}

impl Keys {
    /// The keys of a traffic secret.
    pub fn new(crypto: &CryptoProvider, suite: CipherSuite, secret: &Secret) -> Self {
        let kdf =
            Kdf::new(crypto, suite.hash().expect("a suite that we know"), LabelPrefix::Tls13).expect("HKDF");
        let aead = Arc::clone(crypto.aead(suite.aead().expect("a suite that we know")).expect("AEAD"));
        let keys = traffic_keys(&kdf, secret, aead.algorithm());
        let key = aead.key(keys.key.expose()).expect("a key");
        Self { kdf, key, iv: keys.iv, aead, secret: secret.clone(), sequence_number: 0 }
    }

    /// The traffic secret that they come from.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The keys of the next generation (§7.2).
    pub fn next_generation(&mut self) {
        self.secret = next_application_traffic_secret(&self.kdf, &self.secret);
        let keys = traffic_keys(&self.kdf, &self.secret, self.aead.algorithm());
        self.key = self.aead.key(keys.key.expose()).expect("a key");
        self.iv = keys.iv;
        self.sequence_number = 0;
    }

    /// The same keys for the reading half of the record floor, from sequence number 0.
    pub fn protection(&self) -> Protection {
        let keys = traffic_keys(&self.kdf, &self.secret, self.aead.algorithm());
        Protection::new(self.aead.algorithm(), self.aead.key(keys.key.expose()).expect("a key"), keys.iv)
    }

    fn seal(&mut self, header: &[u8], mut inner: Vec<u8>) -> Vec<u8> {
        let mut nonce = self.iv;
        let counter = self.sequence_number.to_be_bytes();
        nonce.iter_mut().rev().zip(counter.iter().rev()).for_each(|(place, byte)| *place ^= byte);
        self.sequence_number += 1;
        inner.resize(inner.len() + self.aead.algorithm().tag_len(), 0);
        self.key.seal(nonce, header, &mut inner).expect("sealing");
        inner
    }
}
