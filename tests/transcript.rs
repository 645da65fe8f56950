//! The transcript hash, built in every way that a handshake can need.

#![cfg(test)]
#![cfg(all(feature = "floors", feature = "ring"))]

use handfast::crypto::{CryptoProvider, Hash, ring};
use handfast::transcript::{Transcript, TranscriptBuffer};
use proptest::prelude::*;

const CLIENT_HELLO_1: &[u8] = b"\x01\x00\x00\x0eClientHello 1.";
const HELLO_RETRY_REQUEST: &[u8] = b"\x02\x00\x00\x11HelloRetryRequest";

fn with_each_hash(mut check: impl FnMut(&dyn Hash)) {
    let CryptoProvider { hashes, .. } = ring::provider();
    assert_eq!(hashes.len(), 2);
    hashes.iter().for_each(|hash| check(&**hash));
}

fn buffered(message: &[u8]) -> TranscriptBuffer {
    let mut buffer = TranscriptBuffer::new();
    buffer.add(message);
    buffer
}

#[test]
fn after_hello_retry_request_a_message_hash_stands_for_client_hello_1() {
    with_each_hash(|hash| {
        let hash_of_client_hello = hash.digest(CLIENT_HELLO_1);
        let header = [254, 0, 0, u8::try_from(hash.algorithm().output_len()).expect("32 or 48")];
        let expected = [&header, &*hash_of_client_hello, HELLO_RETRY_REQUEST].concat();

        let mut transcript = buffered(CLIENT_HELLO_1).into_message_hash(hash);
        transcript.add(HELLO_RETRY_REQUEST);
        assert_eq!(transcript.current(), hash.digest(&expected));
    });
}

#[test]
fn a_server_without_state_goes_on_from_the_hash_in_its_cookie() {
    with_each_hash(|hash| {
        let with_state = buffered(CLIENT_HELLO_1).into_message_hash(hash);
        let without = Transcript::from_client_hello_hash(hash, &hash.digest(CLIENT_HELLO_1));
        assert_eq!(with_state.current(), without.current());
    });
}

#[test]
fn a_binder_hash_leaves_the_transcript_as_it_was() {
    with_each_hash(|hash| {
        let mut transcript = buffered(CLIENT_HELLO_1).into_message_hash(hash);
        transcript.add(HELLO_RETRY_REQUEST);
        let before = transcript.current();
        let truncated = b"\x01\x00\x00\x80ClientHello 2 up to its binders";
        let binder_hash = transcript.binder_hash(truncated);
        assert_eq!(transcript.current(), before);

        transcript.add(truncated);
        assert_eq!(transcript.current(), binder_hash);
    });
}

#[test]
fn a_fork_and_its_origin_go_their_own_ways() {
    with_each_hash(|hash| {
        let mut origin = buffered(CLIENT_HELLO_1).start(hash);
        let mut fork = origin.fork();
        assert_eq!(fork.current(), origin.current());
        fork.add(b"post-handshake authentication");
        assert_eq!(origin.current(), hash.digest(CLIENT_HELLO_1));
        origin.add(b"post-handshake authentication");
        assert_eq!(fork.current(), origin.current());
    });
}

#[test]
fn the_hash_of_no_message_is_the_hash_of_nothing() {
    with_each_hash(|hash| assert_eq!(Transcript::new(hash).current(), hash.digest(b"")));
}

proptest! {
    /// Buffered or not, message by message or not: only the concatenation counts.
    #[test]
    fn a_transcript_is_the_hash_of_the_concatenation(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6),
        buffered in 0_usize..6,
    ) {
        with_each_hash(|hash| {
            let (early, late) = messages.split_at(buffered.min(messages.len()));
            let mut buffer = TranscriptBuffer::new();
            early.iter().for_each(|message| buffer.add(message));
            assert_eq!(buffer.bytes(), early.concat());
            let mut transcript = buffer.start(hash);
            late.iter().for_each(|message| transcript.add(message));
            assert_eq!(transcript.current(), hash.digest(&messages.concat()));
        });
    }
}
