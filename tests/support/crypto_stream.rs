//! CRYPTO frames, and the streams that they make (RFC 9000 §7.5, §19.6): one a direction and epoch.

use std::collections::BTreeMap;

use handfast::handshake::Epoch;

/// Handshake bytes of one epoch with their place in its stream.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) epoch: Epoch,
    pub(crate) offset: usize,
    pub(crate) bytes: Vec<u8>,
}

/// The receiving end of one stream: takes frames in any order, and again.
#[derive(Debug, Default)]
pub(crate) struct CryptoStream {
    waiting: BTreeMap<usize, Vec<u8>>,
    delivered: usize,
}

impl CryptoStream {
    pub(crate) fn push(&mut self, frame: Frame) {
        if frame.offset >= self.delivered {
            self.waiting.insert(frame.offset, frame.bytes);
        }
    }

    /// The bytes that follow without a gap.
    pub(crate) fn read(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(next) = self.waiting.remove(&self.delivered) {
            self.delivered += next.len();
            bytes.extend(next);
        }
        bytes
    }
}
