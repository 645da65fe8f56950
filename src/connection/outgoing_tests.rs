use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::crypto::Secret;
use crate::message::CipherSuite;
use crate::record::{HEADER_LEN, MAX_PLAINTEXT, RECORD_OVERHEAD, Read, RecordReader};

fn secret(byte: u8, update_after: Option<u64>) -> TrafficSecret {
    let crypto = crate::crypto::ring::provider();
    let secret = Secret::new(&[byte; 32]).unwrap();
    TrafficSecret::new(&crypto, CipherSuite::TLS_AES_128_GCM_SHA256, secret, update_after).unwrap()
}

fn connected(update_after: Option<u64>) -> Outgoing {
    let mut outgoing = Outgoing::new(PaddingPolicy::None);
    outgoing.keys(secret(1, update_after)).unwrap();
    outgoing.end_handshake();
    outgoing
}

/// What the peer makes of the records in `wire`.
fn read(wire: &mut [u8]) -> Vec<(ContentType, Vec<u8>)> {
    let (mut reader, mut secret) = (RecordReader::new(), secret(1, None));
    reader.set_protection(secret.protection().unwrap());
    let (mut found, mut at) = (Vec::new(), 0);
    while let Read::Record(record) = reader.read(&mut wire[at..]).unwrap() {
        let content = wire[at..][record.content].to_vec();
        if record.content_type == ContentType::HANDSHAKE && content[0] == 24 {
            reader.set_protection(secret.advance().unwrap());
        }
        found.push((record.content_type, content));
        at += record.consumed;
    }
    assert_eq!(at, wire.len());
    found
}

fn drain(outgoing: &mut Outgoing) -> Vec<u8> {
    let mut wire = vec![0; 70_000];
    let written = outgoing.transmit(&mut wire);
    assert!(!outgoing.is_owing());
    wire.truncate(written);
    wire
}

const DATA: ContentType = ContentType::APPLICATION_DATA;
const KEY_UPDATE: [u8; 5] = [24, 0, 0, 1, 0];

//= R-5.1-7 test
#[test]
fn a_record_holds_bytes_of_one_entry_and_keys_change_between_two() {
    let mut outgoing = Outgoing::new(PaddingPolicy::None);
    outgoing.starts_with_client_hello();
    outgoing.content(ContentType::HANDSHAKE, vec![1; MAX_PLAINTEXT + 1]);
    outgoing.content(ContentType::HANDSHAKE, vec![2; 3]);
    outgoing.keys(secret(1, None)).unwrap();
    outgoing.content(ContentType::HANDSHAKE, vec![3; 4]);
    let mut wire = drain(&mut outgoing);
    assert_eq!(wire[..5], [22, 3, 1, 0x40, 0]);
    let rest = wire.split_off(HEADER_LEN + MAX_PLAINTEXT);
    assert_eq!(rest[..14], [22, 3, 1, 0, 1, 1, 22, 3, 3, 0, 3, 2, 2, 2]);
    assert_eq!(read(&mut rest[14..].to_vec()), [(ContentType::HANDSHAKE, vec![3; 4])]);
}

#[test]
fn a_mark_is_passed_when_all_before_it_was_taken_and_not_before() {
    let mut outgoing = connected(None);
    outgoing.content(ContentType::HANDSHAKE, vec![1; 10]);
    outgoing.mark();
    outgoing.content(ContentType::HANDSHAKE, vec![2; 10]);
    let whole = 10 + RECORD_OVERHEAD;
    for _ in 0..whole {
        assert_eq!(outgoing.passed(), 0);
        assert_eq!(outgoing.transmit(&mut [0]), 1);
    }
    assert_eq!(outgoing.passed(), 1);
    assert!(outgoing.is_owing());
    assert_eq!(connected(None).passed(), 0);
    let mut idle = connected(None);
    idle.mark();
    assert_eq!(idle.passed(), 1);
}

//= R-4.7.3-2 test
//= R-4.7.3-7 test
#[test]
fn data_behind_a_key_update_goes_under_the_next_keys_and_the_key_update_under_the_old() {
    let mut outgoing = connected(None);
    outgoing.update_keys(KeyUpdateRequest::UPDATE_REQUESTED);
    let mut wire = vec![0; 200];
    let sealed = outgoing.seal(Gather::new(&[b"new", b" keys"]), &mut wire).unwrap();
    assert_eq!(sealed, Sealed { consumed: 8, written: 5 + 8 + 2 * RECORD_OVERHEAD });
    let found = read(&mut wire[..sealed.written]);
    assert_eq!(found, [(ContentType::HANDSHAKE, vec![24, 0, 0, 1, 1]), (DATA, b"new keys".to_vec())]);
}

//= R-5.5-1 test
#[test]
fn a_key_that_has_protected_enough_is_rolled_without_being_asked() {
    let mut outgoing = connected(Some(2));
    let mut wire = Vec::new();
    for _ in 0..3 {
        let mut out = [0; 100];
        let sealed = outgoing.seal(Gather::new(&[b"data"]), &mut out).unwrap();
        wire.extend_from_slice(&out[..sealed.written]);
    }
    let (data, update) = ((DATA, b"data".to_vec()), (ContentType::HANDSHAKE, KEY_UPDATE.to_vec()));
    assert_eq!(read(&mut wire), [data.clone(), data.clone(), update, data]);
}

//= R-B-1 test
#[test]
fn an_alert_that_tls_1_3_reserves_goes_out_as_internal_error() {
    for (number, sent) in [(21, 80), (30, 80), (41, 80), (60, 80), (100, 80), (111, 80), (114, 80), (40, 40)]
    {
        let mut outgoing = Outgoing::new(PaddingPolicy::None);
        outgoing.alert(AlertDescription(number));
        assert_eq!(drain(&mut outgoing), [21, 3, 3, 0, 2, 2, sent], "{number}");
    }
}

//= R-5.5-2 test
#[test]
fn early_data_stops_before_its_key_has_protected_enough_and_leaves_room_for_what_ends_it() {
    let mut outgoing = Outgoing::new(PaddingPolicy::None);
    outgoing.early_keys(&secret(1, Some(2))).unwrap();
    let mut wire = vec![0; 100_000];
    let sealed = outgoing.seal(Gather::new(&[&[7; 3 * MAX_PLAINTEXT]]), &mut wire).unwrap();
    assert_eq!(sealed.consumed, 2 * MAX_PLAINTEXT, "two records");
    assert_eq!(
        outgoing.seal(Gather::new(&[b"more"]), &mut wire[sealed.written..]),
        Err(SealRefused::NotConnected)
    );
    outgoing.content(ContentType::HANDSHAKE, vec![5, 0, 0, 0]);
    let ended = outgoing.transmit(&mut wire[sealed.written..]);
    let found = read(&mut wire[..sealed.written + ended]);
    assert_eq!(found[2..], [(ContentType::HANDSHAKE, vec![5, 0, 0, 0])]);
}

#[test]
fn too_small_an_output_changes_nothing_and_says_what_is_needed() {
    let mut outgoing = connected(None);
    for room in 0..4 + RECORD_OVERHEAD {
        let refused = outgoing.seal(Gather::new(&[b"data"]), &mut vec![0; room]);
        assert_eq!(refused, Err(SealRefused::NeedOutput { at_least: 4 + RECORD_OVERHEAD }));
    }
    outgoing.content(ContentType::HANDSHAKE, vec![1; 3]);
    let refused = outgoing.seal(Gather::new(&[b"data"]), &mut []);
    assert_eq!(refused, Err(SealRefused::NeedOutput { at_least: 1 }));
    let sealed = outgoing.seal(Gather::new(&[b"data"]), &mut [0; 3 + RECORD_OVERHEAD]);
    assert_eq!(sealed, Ok(Sealed { consumed: 0, written: 3 + RECORD_OVERHEAD }));
}

//= R-6.1-3 test
//= R-6.1-6 test
//= R-6.2-1 test
//= R-6.2-2 test
#[test]
fn alerts_go_behind_what_is_owed_and_nothing_goes_behind_them() {
    let mut outgoing = connected(None);
    outgoing.content(ContentType::HANDSHAKE, vec![1; 3]);
    outgoing.alert(AlertDescription::USER_CANCELED);
    outgoing.content(ContentType::HANDSHAKE, vec![2; 3]);
    outgoing.alert(AlertDescription::INTERNAL_ERROR);
    assert_eq!(outgoing.seal(Gather::new(&[b"data"]), &mut [0; 100]), Err(SealRefused::Closed));
    let found = read(&mut drain(&mut outgoing));
    let alert = |description| (ContentType::ALERT, vec![1, description]);
    assert_eq!(found, [(ContentType::HANDSHAKE, vec![1; 3]), alert(90), alert(0)]);
}

#[test]
fn a_record_sealed_in_place_is_the_one_that_seal_writes() {
    let mut record = [0; 4 + RECORD_OVERHEAD];
    record[HEADER_LEN..HEADER_LEN + 4].copy_from_slice(b"data");
    let mut outgoing = connected(None);
    assert_eq!(outgoing.record_len(4), record.len());
    assert_eq!(outgoing.seal_in_place(&mut record, 4), Ok(record.len()));
    let mut sealed = [0; 4 + RECORD_OVERHEAD];
    let _ = connected(None).seal(Gather::new(&[b"data"]), &mut sealed).unwrap();
    assert_eq!(record, sealed);
    assert_eq!(
        outgoing.seal_in_place(&mut [0; 20_000], MAX_PLAINTEXT + 1),
        Err(SealRefused::TooLong { at_most: MAX_PLAINTEXT })
    );
    outgoing.update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
    assert_eq!(outgoing.seal_in_place(&mut record, 4), Err(SealRefused::Owed));
}

#[test]
fn requests_for_a_key_update_are_answered_once_while_we_are_silent_and_once_before_our_next_data() {
    use super::super::receiver::Due;
    use super::super::sender::Sender;
    let mut sender = Sender::new(connected(None));
    for _ in 0..100 {
        sender.accept(Due { key_update: true, ..Due::default() });
    }
    assert_eq!(sender.outgoing.owed_key_changes(), 1);
    let mut wire = drain(&mut sender.outgoing);
    sender.accept(Due { key_update: true, ..Due::default() });
    assert!(!sender.owes_transmit(), "still silent");
    let mut out = [0; 200];
    let sealed = sender.seal(b"data", &mut out).unwrap();
    assert_eq!(sealed.consumed, 4);
    wire.extend_from_slice(&out[..sealed.written]);
    sender.accept(Due { key_update: true, ..Due::default() });
    wire.extend(drain(&mut sender.outgoing));
    let update = || (ContentType::HANDSHAKE, KEY_UPDATE.to_vec());
    let data = (ContentType::APPLICATION_DATA, b"data".to_vec());
    assert_eq!(read(&mut wire), [update(), update(), data, update()]);
}

//= R-4.7.3-9 test
//= R-4.7.3-11 test
#[test]
fn keys_are_not_rolled_more_often_than_2_to_the_48_minus_1_times() {
    let limit = (1 << 48) - 1;
    let mut outgoing = Outgoing::new(PaddingPolicy::None);
    outgoing.keys(secret(1, None).at_generation(limit - 1)).unwrap();
    outgoing.update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
    outgoing.update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
    assert_eq!(outgoing.owed_key_changes(), 1);
}

//= R-7.2-1 test
#[test]
fn the_secret_of_the_next_generation_takes_the_place_of_the_last() {
    let (mut rolled, expected) = (secret(1, None), secret(1, None));
    rolled.advance().unwrap();
    let kdf_info = crate::key_schedule::next_application_traffic_secret(&expected.kdf, &expected.secret);
    assert_eq!(rolled.secret.expose(), kdf_info.expose());
    assert_ne!(rolled.secret.expose(), expected.secret.expose());
}

//= R-6-3 test
#[test]
fn keys_are_forgotten_once_the_last_alert_is_out_and_at_once_if_the_peer_has_failed() {
    let mut outgoing = connected(None);
    outgoing.alert(AlertDescription::INTERNAL_ERROR);
    assert!(outgoing.writer.is_protected());
    drain(&mut outgoing);
    assert!(!outgoing.writer.is_protected() && outgoing.secret.is_none());
    let mut outgoing = connected(None);
    outgoing.content(ContentType::HANDSHAKE, vec![1; 3]);
    outgoing.forget();
    assert!(!outgoing.writer.is_protected() && outgoing.secret.is_none() && !outgoing.is_owing());
}

#[test]
fn an_idle_queue_holds_no_memory() {
    let mut outgoing = connected(None);
    outgoing.content(ContentType::HANDSHAKE, vec![1; 3]);
    while outgoing.transmit(&mut [0; 7]) > 0 {}
    assert_eq!((outgoing.owed.capacity(), outgoing.partial.record.capacity()), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever slices it is written into, the same bytes come out in the same order.
    #[test]
    fn the_bytes_do_not_depend_on_the_slices(
        rooms in prop::collection::vec(1_usize..3_000, 1..20),
        length in 1_usize..40_000,
        limit in 64_usize..20_000,
    ) {
        let make = || {
            let mut outgoing = Outgoing::new(PaddingPolicy::None);
            outgoing.content(ContentType::HANDSHAKE, vec![1; 100]);
            outgoing.set_record_size_limit(limit);
            outgoing.keys(secret(1, None)).unwrap();
            outgoing.content(ContentType::HANDSHAKE, vec![2; length]);
            outgoing.update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
            outgoing.alert(AlertDescription::CLOSE_NOTIFY);
            outgoing
        };
        let expected = drain(&mut make());
        let (mut outgoing, mut wire, mut rooms) = (make(), Vec::new(), rooms.iter().cycle());
        while outgoing.is_owing() {
            let mut out = vec![0; *rooms.next().unwrap()];
            let written = outgoing.transmit(&mut out);
            prop_assert!(written > 0);
            wire.extend_from_slice(&out[..written]);
        }
        prop_assert_eq!(wire, expected);
    }
}
