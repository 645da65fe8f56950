//! The Transcript Hash, RFC 9846 §4.1 (8446 §4.4.1).
//!
//! ```text
//! Transcript-Hash(M1, M2, ... Mn) = Hash(M1 || M2 || ... || Mn)
//!
//! Transcript-Hash(ClientHello1, HelloRetryRequest, ... Mn) =
//!     Hash(message_hash ||        /* Handshake type */
//!          00 00 Hash.length  ||  /* Handshake message length (bytes) */
//!          Hash(ClientHello1) ||  /* Hash of ClientHello1 */
//!          HelloRetryRequest  || ... || Mn)
//! ```
//!
//! The server chooses the hash function after the ClientHello is made, so the transcript begins as a
//! [`TranscriptBuffer`] and becomes a [`Transcript`] in one of two ways: by
//! [`start`](TranscriptBuffer::start), or by [`into_message_hash`](TranscriptBuffer::into_message_hash) when a
//! HelloRetryRequest comes in between. Only a ClientHello can so be replaced: nothing else is ever buffered.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::{Digest, Hash, RunningHash};

/// `message_hash(254)`: the type of the synthetic message that stands for ClientHello1.
const MESSAGE_HASH: u8 = 254;

/// The bytes of the ClientHello, kept until the hash function is chosen.
#[derive(Clone, Default)]
pub struct TranscriptBuffer {
    messages: Vec<u8>,
}

impl TranscriptBuffer {
    /// No message yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { messages: Vec::new() }
    }

    /// Appends a handshake message, type and length included, record headers not.
    pub fn add(&mut self, message: &[u8]) {
        self.messages.extend_from_slice(message);
    }

    /// The bytes so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.messages
    }

    /// The transcript with the hash function that ServerHello selects.
    #[must_use]
    pub fn start(self, hash: &dyn Hash) -> Transcript {
        let mut transcript = Transcript::new(hash);
        transcript.add(&self.messages);
        transcript
    }

    /// The transcript with the hash function that HelloRetryRequest selects: what was buffered is ClientHello1
    /// and gives way to its hash. HelloRetryRequest comes next.
    #[must_use]
    pub fn into_message_hash(self, hash: &dyn Hash) -> Transcript {
        Transcript::from_client_hello_hash(hash, &hash.digest(&self.messages))
    }
}

impl fmt::Debug for TranscriptBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TranscriptBuffer({} bytes)", self.messages.len())
    }
}

/// A running hash over the handshake messages sent and received.
pub struct Transcript {
    running: Box<dyn RunningHash>,
}

impl Transcript {
    /// The transcript of no message.
    #[must_use]
    pub fn new(hash: &dyn Hash) -> Self {
        Self { running: hash.start() }
    }

    /// The transcript of ClientHello1 before a HelloRetryRequest, from the hash alone: what a server needs that
    /// kept no state but the hash in its cookie (§4.3.2). HelloRetryRequest comes next.
    ///
    /// * `client_hello_1`: `Hash(ClientHello1)`, by `hash`.
    #[must_use]
    pub fn from_client_hello_hash(hash: &dyn Hash, client_hello_1: &Digest) -> Self {
        let [.., length] = client_hello_1.len().to_be_bytes();
        let mut transcript = Self::new(hash);
        transcript.add(&[MESSAGE_HASH, 0, 0, length]);
        transcript.add(client_hello_1);
        transcript
    }

    /// Goes on over a handshake message, type and length included, record headers not.
    pub fn add(&mut self, message: &[u8]) {
        self.running.update(message);
    }

    /// `Transcript-Hash` of the messages so far.
    #[must_use]
    pub fn current(&self) -> Digest {
        self.running.current()
    }

    /// `Transcript-Hash` of the messages so far and a ClientHello cut off before its binders (§4.3.11.2); the
    /// transcript stays as it was.
    ///
    /// * `truncated`: `Truncate(ClientHello)`, type and length included; the length is that of the whole message.
    #[must_use]
    pub fn binder_hash(&self, truncated: &[u8]) -> Digest {
        let mut fork = self.running.fork();
        fork.update(truncated);
        fork.current()
    }

    /// A second transcript of the same messages, which goes its own way: post-handshake authentications do not
    /// include each other.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { running: self.running.fork() }
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript({:?})", self.current())
    }
}
