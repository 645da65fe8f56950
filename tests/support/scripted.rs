//! A peer that does the handshake as it should and writes records as the test wants: the public floors, driven by
//! hand.

#![allow(dead_code, unreachable_pub)]

use std::collections::VecDeque;

use handfast::connection::Config;
use handfast::handshake::{Direction, Epoch, Handshake, Keys, Milestone, Output};
use handfast::key_schedule::{Kdf, LabelPrefix, traffic_keys};
use handfast::record::{
    ContentType, LegacyRecordVersion, MAX_RECORD, Protection, Read, RecordReader, RecordWriter,
};

use super::pair::now;

/// What an honest peer would do next, in order.
pub enum Item {
    /// Write these handshake bytes.
    Write(Epoch, Vec<u8>),
    /// Write under these keys from here on.
    Keys(Protection),
}

/// One end of a connection, driven by hand.
pub struct Scripted {
    pub machine: Handshake,
    pub config: Config,
    pub reader: RecordReader,
    pub writer: RecordWriter,
    pub items: VecDeque<Item>,
    epoch: Epoch,
    pub input: Vec<u8>,
    /// What came beside handshake messages, by type.
    pub received: Vec<(ContentType, Vec<u8>)>,
    pub connected: bool,
}

impl Scripted {
    pub fn new(machine: Handshake, config: Config) -> Self {
        let mut reader = RecordReader::new();
        reader.allow_change_cipher_spec(true);
        Self {
            machine,
            config,
            reader,
            writer: RecordWriter::default(),
            items: VecDeque::new(),
            epoch: Epoch::Initial,
            input: Vec::new(),
            received: Vec::new(),
            connected: false,
        }
    }

    /// Lets the machine go on and collects what it orders.
    pub fn work(&mut self) {
        loop {
            while let Some(output) = self.machine.next(now()).unwrap() {
                match output {
                    Output::Keys(keys) => self.keys(&keys),
                    Output::Milestone(Milestone::Connected(_)) => self.connected = true,
                    Output::Milestone(_) | Output::PeerRecordSizeLimit(_) | Output::KeyUpdate { .. } => {}
                }
            }
            self.collect(None);
            let Some(answer) = self.machine.pending().and_then(|ask| self.config.answer(ask)) else { return };
            self.machine.answer(answer).unwrap();
        }
    }

    fn collect(&mut self, before: Option<Epoch>) {
        while let Some((epoch, bytes)) = self.machine.owed()
            && before.is_none_or(|before| epoch < before)
        {
            let bytes = bytes.to_vec();
            self.machine.sent(bytes.len());
            self.items.push_back(Item::Write(epoch, bytes));
        }
    }

    fn keys(&mut self, keys: &Keys) {
        let crypto = &self.config.handshake().crypto;
        let aead = crypto.aead(keys.cipher_suite.aead().unwrap()).unwrap();
        let kdf = Kdf::new(crypto, keys.cipher_suite.hash().unwrap(), LabelPrefix::Tls13).unwrap();
        let derived = traffic_keys(&kdf, &keys.secret, aead.algorithm());
        let protection =
            Protection::new(aead.algorithm(), aead.key(derived.key.expose()).unwrap(), derived.iv);
        match keys.direction {
            Direction::Receive => {
                self.epoch = keys.epoch;
                self.reader.set_protection(protection);
            }
            Direction::Send => {
                self.collect(Some(keys.epoch));
                self.items.push_back(Item::Keys(protection));
            }
        }
    }

    /// Writes what an honest peer would.
    pub fn honest(&mut self) -> Vec<u8> {
        self.work();
        let mut wire = Vec::new();
        while let Some(item) = self.items.pop_front() {
            match item {
                Item::Write(_, bytes) => wire.extend(self.write(ContentType::HANDSHAKE, &bytes)),
                Item::Keys(protection) => self.writer.set_protection(protection),
            }
        }
        wire
    }

    /// Takes the next handshake bytes of an honest peer, with the keys ahead of them.
    pub fn next_bytes(&mut self) -> Vec<u8> {
        self.work();
        loop {
            match self.items.pop_front().expect("nothing to write") {
                Item::Write(_, bytes) => return bytes,
                Item::Keys(protection) => self.writer.set_protection(protection),
            }
        }
    }

    /// Takes the next keys, which an honest peer would use only behind what it has to write.
    pub fn take_keys(&mut self) {
        if let Some(Item::Keys(protection)) = self.items.pop_front() {
            self.writer.set_protection(protection);
        }
    }

    /// One record, or as many as it takes.
    pub fn write(&mut self, content_type: ContentType, mut content: &[u8]) -> Vec<u8> {
        let mut wire = Vec::new();
        loop {
            let mut out = vec![0; MAX_RECORD];
            let written = self.writer.write(content_type, content, &mut out).unwrap();
            self.writer.set_legacy_record_version(LegacyRecordVersion::TLS_1_2);
            wire.extend(&out[..written.written]);
            content = &content[written.consumed..];
            if content.is_empty() {
                return wire;
            }
        }
    }

    /// Reads what came.
    pub fn receive(&mut self, wire: &[u8]) {
        self.input.extend(wire);
        loop {
            self.work();
            match self.reader.read(&mut self.input).unwrap() {
                Read::NeedInput { .. } => return,
                Read::Dropped { consumed } => drop(self.input.drain(..consumed)),
                Read::Record(record) => {
                    let content = self.input[record.content].to_vec();
                    self.input.drain(..record.consumed);
                    if record.content_type == ContentType::HANDSHAKE {
                        self.machine.receive(self.epoch, &content);
                    } else {
                        self.received.push((record.content_type, content));
                    }
                }
            }
        }
    }

    /// The alert that came last.
    pub fn last_alert(&self) -> Option<u8> {
        let (content_type, content) = self.received.last()?;
        (*content_type == ContentType::ALERT).then(|| content[1])
    }
}
