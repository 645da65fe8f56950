//! The rules of §5, each at its edge.

use alloc::vec;
use alloc::vec::Vec;
use core::num::NonZeroU16;

use proptest::prelude::*;

use super::test_aead::protection;
use super::*;
use crate::alert::AlertDescription as Alert;

const DATA: ContentType = ContentType::APPLICATION_DATA;

fn reader() -> RecordReader {
    let mut reader = RecordReader::new();
    reader.set_protection(protection(1));
    reader
}

fn writer() -> RecordWriter {
    let mut writer = RecordWriter::default();
    writer.set_protection(protection(1));
    writer
}

/// A record of these bytes as they stand, whatever they are.
fn raw(content_type: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[content_type, 3, 3], length.as_slice(), body].concat()
}

/// A protected record of this TLSInnerPlaintext, whatever it is.
fn sealed(protection: &mut Protection, inner: &[u8]) -> Vec<u8> {
    let mut record = raw(23, &[inner, &[0; 16]].concat());
    let (header, body) = record.split_first_chunk_mut::<5>().unwrap();
    protection.seal(*header, body).unwrap();
    record
}

fn write(writer: &mut RecordWriter, content_type: ContentType, content: &[u8]) -> Vec<u8> {
    let mut out = vec![0; MAX_RECORD];
    let written = writer.write(content_type, content, &mut out).unwrap();
    out.truncate(written.written);
    out
}

fn alert(result: Result<Read, RecordFault>) -> Alert {
    result.unwrap_err().alert().unwrap()
}

fn content(reader: &mut RecordReader, record: &mut [u8]) -> (ContentType, Vec<u8>) {
    let Read::Record(found) = reader.read(record).unwrap() else { panic!("no record") };
    assert_eq!(found.consumed, record.len());
    (found.content_type, record[found.content].to_vec())
}

#[test]
fn a_record_cut_short_changes_nothing_and_says_what_is_needed() {
    let whole = write(&mut writer(), DATA, b"data");
    for cut in 0..whole.len() {
        let mut part = whole[..cut].to_vec();
        let mut reader = reader();
        let at_least = if cut < HEADER_LEN { HEADER_LEN } else { whole.len() };
        assert_eq!(reader.read(&mut part), Ok(Read::NeedInput { at_least }));
        assert_eq!(part, whole[..cut]);
        assert_eq!(content(&mut reader, &mut whole.clone()), (DATA, b"data".to_vec()));
    }
}

#[test]
fn a_record_given_twice_is_told_apart_from_an_attack() {
    let mut record = write(&mut writer(), DATA, b"data");
    let mut reader = reader();
    content(&mut reader, &mut record);
    assert_eq!(reader.read(&mut record), Err(RecordFault::GivenTwice));
    assert_eq!(RecordFault::GivenTwice.alert(), Some(Alert::UNEXPECTED_MESSAGE));
}

#[test]
fn bytes_that_are_no_tls_stay_as_they_are() {
    let mut request = b"GET / HTTP/1.1\r\n\r\n".to_vec();
    let fault = RecordReader::new().read(&mut request).unwrap_err();
    assert_eq!(fault, RecordFault::NotTls(NotTls::Http));
    assert_eq!(fault.alert(), None);
    assert_eq!(request, b"GET / HTTP/1.1\r\n\r\n");
}

//= R-5-5 test
#[test]
fn after_the_first_record_an_unknown_type_is_an_unexpected_message() {
    let mut reader = RecordReader::new();
    content(&mut reader, &mut raw(22, &[1]));
    assert_eq!(alert(reader.read(&mut raw(24, &[1]))), Alert::UNEXPECTED_MESSAGE);
    assert_eq!(alert(reader.read(&mut b"GET /".to_vec())), Alert::UNEXPECTED_MESSAGE);
}

//= R-5.1-14 test
#[test]
fn the_record_version_is_ignored() {
    let mut reader = RecordReader::new();
    let mut first = raw(22, b"hello");
    first[2] = 0xff;
    content(&mut reader, &mut first);
    let mut second = raw(22, b"hello");
    second[1..3].copy_from_slice(&[0x7f, 0x1c]);
    assert_eq!(content(&mut reader, &mut second).1, b"hello");
}

//= R-5.1-15 test
//= R-5.1-16 test
#[test]
fn plaintext_records_hold_at_most_2_to_the_14() {
    let mut most = raw(22, &vec![7; MAX_PLAINTEXT]);
    assert_eq!(content(&mut RecordReader::new(), &mut most).1.len(), 16384);
    // The header alone is enough to refuse.
    let mut more = raw(22, &vec![7; MAX_PLAINTEXT + 1])[..HEADER_LEN].to_vec();
    assert_eq!(alert(RecordReader::new().read(&mut more)), Alert::RECORD_OVERFLOW);
}

//= R-5.2-1 test
//= R-5.2-2 test
//= R-5.2-5 test
#[test]
fn ciphertext_of_2_to_the_14_plus_256_is_opened_and_one_more_byte_overflows() {
    let mut most = raw(23, &vec![7; MAX_PLAINTEXT + 256]);
    assert_eq!(most.len(), MAX_RECORD);
    assert_eq!(alert(reader().read(&mut most)), Alert::BAD_RECORD_MAC);
    let mut more = raw(23, &vec![7; MAX_PLAINTEXT + 257])[..HEADER_LEN].to_vec();
    assert_eq!(alert(reader().read(&mut more)), Alert::RECORD_OVERFLOW);
}

//= R-5.4-6 test
#[test]
fn an_inner_plaintext_holds_at_most_2_to_the_14_plus_1() {
    let mut inner = vec![7; MAX_PLAINTEXT];
    inner.push(23);
    assert_eq!(content(&mut reader(), &mut sealed(&mut protection(1), &inner)).1.len(), MAX_PLAINTEXT);
    // Padding counts.
    inner.push(0);
    assert_eq!(alert(reader().read(&mut sealed(&mut protection(1), &inner))), Alert::RECORD_OVERFLOW);
}

#[test]
fn our_record_size_limit_holds_for_protected_records_and_is_judged_by_the_header() {
    for limit in [64, 65, 300, MAX_PLAINTEXT] {
        let mut limited = reader();
        limited.set_record_size_limit(limit);
        let mut inner = vec![7; limit - 1];
        inner.push(23);
        let most = sealed(&mut protection(1), &inner);
        assert_eq!(content(&mut limited, &mut most.clone()).1.len(), limit - 1);
        inner.push(0);
        let mut more = sealed(&mut protection(1), &inner);
        let mut limited = reader();
        limited.set_record_size_limit(limit);
        assert_eq!(alert(limited.read(&mut more[..HEADER_LEN])), Alert::RECORD_OVERFLOW);
    }
    let mut limited = RecordReader::new();
    limited.set_record_size_limit(64);
    assert_eq!(content(&mut limited, &mut raw(22, &[7; 500])).1.len(), 500);
}

//= R-5.1-8 test
//= R-5.4-3 test
#[test]
fn handshake_and_alert_records_without_content_are_unexpected_also_with_padding() {
    for content_type in [21, 22] {
        assert_eq!(alert(RecordReader::new().read(&mut raw(content_type, &[]))), Alert::UNEXPECTED_MESSAGE);
        for inner in [vec![content_type], vec![content_type, 0, 0, 0]] {
            let mut record = sealed(&mut protection(1), &inner);
            assert_eq!(alert(reader().read(&mut record)), Alert::UNEXPECTED_MESSAGE);
        }
        let mut out = [0; 100];
        let refused = writer().write(ContentType(content_type), &[], &mut out);
        assert_eq!(refused, Err(WriteRefused::Empty));
    }
}

//= R-5.1-11 test
#[test]
fn empty_data_records_are_allowed_but_not_without_end() {
    let mut writer = writer();
    let mut reader = reader();
    for round in 0..2 {
        for _ in 0..MAX_RECORDS_WITHOUT_PROGRESS {
            let mut record = write(&mut writer, DATA, &[]);
            assert_eq!(content(&mut reader, &mut record), (DATA, vec![]), "{round}");
        }
        let mut record = write(&mut writer, DATA, &[1]);
        content(&mut reader, &mut record);
    }
    for _ in 0..MAX_RECORDS_WITHOUT_PROGRESS {
        content(&mut reader, &mut write(&mut writer, DATA, &[]));
    }
    let one_more = reader.read(&mut write(&mut writer, DATA, &[]));
    assert_eq!(one_more, Err(RecordFault::NoProgress));
}

//= R-5-1 test
//= R-5-2 test
//= R-5-3 test
#[test]
fn change_cipher_spec_is_dropped_where_allowed_and_unexpected_elsewhere() {
    for mut reader in [RecordReader::new(), reader()] {
        assert_eq!(alert(reader.read(&mut raw(20, &[1]))), Alert::UNEXPECTED_MESSAGE);
        reader.allow_change_cipher_spec(true);
        assert_eq!(reader.read(&mut raw(20, &[1])), Ok(Read::Dropped { consumed: 6 }));
        for body in [&[0][..], &[2], &[1, 1], &[]] {
            assert_eq!(alert(reader.read(&mut raw(20, body))), Alert::UNEXPECTED_MESSAGE, "{body:?}");
        }
        for _ in 1..MAX_RECORDS_WITHOUT_PROGRESS {
            assert!(reader.read(&mut raw(20, &[1])).is_ok());
        }
        assert_eq!(reader.read(&mut raw(20, &[1])), Err(RecordFault::NoProgress));
    }
    let mut reader = reader();
    reader.allow_change_cipher_spec(true);
    let mut protected = sealed(&mut protection(1), &[1, 20]);
    assert_eq!(alert(reader.read(&mut protected)), Alert::UNEXPECTED_MESSAGE);
}

#[test]
fn protected_records_of_unknown_types_are_unexpected() {
    for content_type in [1, 19, 20, 24, 255] {
        let mut record = sealed(&mut protection(1), &[1, content_type]);
        assert_eq!(alert(reader().read(&mut record)), Alert::UNEXPECTED_MESSAGE);
    }
}

//= R-5.4-4 test
//= R-5.4-5 test
#[test]
fn an_inner_plaintext_of_zeros_only_is_unexpected() {
    for inner in [&[][..], &[0], &[0; 500]] {
        let mut record = sealed(&mut protection(1), inner);
        assert_eq!(reader().read(&mut record), Err(RecordFault::NoContentType));
    }
    assert_eq!(RecordFault::NoContentType.alert(), Some(Alert::UNEXPECTED_MESSAGE));
}

#[test]
fn unprotected_records_after_keys_are_unexpected_and_protected_ones_before() {
    for content_type in [21, 22] {
        assert_eq!(alert(reader().read(&mut raw(content_type, &[1, 0]))), Alert::UNEXPECTED_MESSAGE);
    }
    assert_eq!(alert(RecordReader::new().read(&mut raw(23, &[1; 40]))), Alert::UNEXPECTED_MESSAGE);
}

#[test]
fn an_unprotected_alert_is_taken_where_allowed_until_a_protected_record_opens() {
    let mut reader = reader();
    reader.allow_unprotected_alert(true);
    assert_eq!(content(&mut reader, &mut raw(21, &[2, 40])), (ContentType::ALERT, vec![2, 40]));
    let mut writer = writer();
    content(&mut reader, &mut write(&mut writer, DATA, b"data"));
    assert_eq!(alert(reader.read(&mut raw(21, &[2, 40]))), Alert::UNEXPECTED_MESSAGE);
}

//= R-5.2-3 test
//= R-E-2 test
#[test]
fn any_bit_flipped_behind_the_type_is_a_bad_record_mac_but_for_the_length() {
    let whole = write(&mut writer(), DATA, b"data");
    // A first record of another major version is no TLS (E.5).
    for byte in (2..whole.len()).filter(|byte| !(3..HEADER_LEN).contains(byte)) {
        for bit in 0..8 {
            let mut record = whole.clone();
            record[byte] ^= 1 << bit;
            assert_eq!(alert(reader().read(&mut record)), Alert::BAD_RECORD_MAC);
        }
    }
    for length in 0..16 {
        assert_eq!(alert(reader().read(&mut raw(23, &vec![0; length]))), Alert::BAD_RECORD_MAC);
    }
}

#[test]
fn records_reordered_dropped_or_repeated_are_a_bad_record_mac() {
    let mut writer = writer();
    let first = write(&mut writer, DATA, b"same");
    let second = write(&mut writer, DATA, b"same");
    assert_ne!(first, second);
    assert_eq!(alert(reader().read(&mut second.clone())), Alert::BAD_RECORD_MAC);
    let mut reader = reader();
    content(&mut reader, &mut first.clone());
    assert_eq!(alert(reader.read(&mut first.clone())), Alert::BAD_RECORD_MAC);
}

//= R-5.3-1 test
#[test]
fn a_new_key_starts_at_sequence_number_0_on_both_sides() {
    let (mut writer, mut reader) = (writer(), reader());
    for _ in 0..3 {
        content(&mut reader, &mut write(&mut writer, DATA, b"old"));
    }
    writer.set_protection(protection(2));
    reader.set_protection(protection(2));
    let mut record = write(&mut writer, DATA, b"new");
    assert_eq!(sealed(&mut protection(2), b"new\x17"), record);
    assert_eq!(content(&mut reader, &mut record).1, b"new");
}

//= R-5.3-2 test
#[test]
fn neither_half_goes_beyond_the_last_sequence_number() {
    let last = || protection(1).at_sequence_number([1; 12], u64::MAX);
    let (mut writer, mut reader) = (RecordWriter::default(), RecordReader::new());
    reader.set_protection(last());
    let mut record = sealed(&mut last(), b"x\x17");
    content(&mut reader, &mut record.clone());
    assert_eq!(reader.read(&mut record), Err(RecordFault::SequenceNumberExhausted));
    writer.set_protection(last());
    assert_eq!(writer.write(DATA, b"x", &mut [0; 100]), Err(WriteRefused::KeyExhausted));
}

//= R-5.5-1 test
#[test]
fn a_key_update_is_due_before_the_limit_and_nothing_is_protected_beyond_it() {
    let limit = usage_limit(crate::crypto::AeadAlgorithm::Aes128Gcm);
    let mut writer = RecordWriter::default();
    writer.set_protection(protection(1).update_after(2));
    for usage in [KeyUsage::Fresh, KeyUsage::Fresh, KeyUsage::UpdateDue] {
        assert_eq!(writer.key_usage(), usage);
        write(&mut writer, DATA, b"x");
    }
    writer.set_protection(protection(1).update_after(u64::MAX).at_sequence_number([1; 12], limit - 2));
    for usage in [KeyUsage::Fresh, KeyUsage::UpdateDue] {
        assert_eq!(writer.key_usage(), usage);
        write(&mut writer, DATA, b"x");
    }
    assert_eq!(writer.key_usage(), KeyUsage::Exhausted);
    assert_eq!(writer.write(DATA, b"x", &mut [0; 100]), Err(WriteRefused::KeyExhausted));
}

#[test]
fn an_aes_ccm_key_bears_2_to_the_23_records_and_an_update_is_due_after_2_to_the_21() {
    use crate::crypto::AeadAlgorithm::{Aes128Ccm, Aes128Ccm8};
    for algorithm in [Aes128Ccm, Aes128Ccm8] {
        assert_eq!(usage_limit(algorithm), 1 << 23);
        assert_eq!(default_update_after(algorithm), 1 << 21);
    }
}

//= R-5.5-3 test
#[test]
fn a_receiver_does_not_enforce_the_limits_on_key_usage() {
    let limit = usage_limit(crate::crypto::AeadAlgorithm::Aes128Gcm);
    let far = || protection(1).at_sequence_number([1; 12], limit + 5);
    let mut reader = RecordReader::new();
    reader.set_protection(far());
    assert_eq!(content(&mut reader, &mut sealed(&mut far(), b"x\x17")).1, b"x");
}

//= R-5.1-15 test
//= R-5.2-1 test
//= R8449-4-1 test
//= R8449-4-5 test
#[test]
fn no_record_is_written_longer_than_the_protocol_or_the_peer_allows() {
    let content = vec![7; 40_000];
    let hello = write(&mut RecordWriter::default(), ContentType::HANDSHAKE, &content);
    assert_eq!(hello.len(), HEADER_LEN + MAX_PLAINTEXT);
    for (limit, inner) in [(usize::MAX, MAX_INNER_PLAINTEXT), (300, 300), (64, 64), (0, 64)] {
        let mut writer = writer();
        writer.set_record_size_limit(limit);
        assert_eq!(write(&mut writer, DATA, &content).len(), HEADER_LEN + inner + 16);
    }
}

#[test]
fn no_record_is_written_longer_than_we_want_ourselves() {
    for (limit, taken) in
        [(0, 63), (63, 63), (64, 64), (MAX_PLAINTEXT, MAX_PLAINTEXT), (usize::MAX, MAX_PLAINTEXT)]
    {
        let mut unprotected = RecordWriter::default();
        unprotected.set_max_plaintext(limit);
        let record = write(&mut unprotected, ContentType::HANDSHAKE, &[7; MAX_PLAINTEXT + 1]);
        assert_eq!(record.len(), HEADER_LEN + taken);
        let mut protected = writer();
        protected.set_max_plaintext(limit);
        assert_eq!(protected.max_content(), taken);
        let record = write(&mut protected, ContentType::APPLICATION_DATA, &[7; MAX_PLAINTEXT + 1]);
        assert_eq!(content(&mut reader(), &mut record.clone()).1.len(), taken);
    }
    let mut both = writer();
    both.set_max_plaintext(512);
    both.set_record_size_limit(100);
    assert_eq!(both.max_content(), 99);
    both.set_record_size_limit(1000);
    assert_eq!((both.max_content(), both.record_size_limit()), (512, 1000));
}

#[test]
fn an_output_too_small_changes_nothing() {
    let whole = write(&mut writer(), DATA, b"data");
    assert_eq!(whole.len(), 4 + RECORD_OVERHEAD);
    let mut writer = writer();
    for room in 0..whole.len() {
        let mut out = vec![9; room];
        let refused = writer.write(DATA, b"data", &mut out);
        assert_eq!(refused, Err(WriteRefused::NeedOutput { at_least: whole.len() }));
        assert_eq!(out, vec![9; room]);
    }
    assert_eq!(write(&mut writer, DATA, b"data"), whole);
}

//= R-5.1-13 test
//= R-5.1-17 test
#[test]
fn unprotected_records_carry_the_version_set_and_protected_ones_0x0303() {
    let mut writer = RecordWriter::default();
    writer.set_legacy_record_version(LegacyRecordVersion::TLS_1_0);
    assert_eq!(write(&mut writer, ContentType::HANDSHAKE, &[7]), [22, 3, 1, 0, 1, 7]);
    writer.set_legacy_record_version(LegacyRecordVersion::TLS_1_2);
    assert_eq!(write(&mut writer, ContentType::CHANGE_CIPHER_SPEC, &[1]), [20, 3, 3, 0, 1, 1]);
    writer.set_protection(protection(1));
    assert_eq!(write(&mut writer, ContentType::ALERT, &[1, 0])[..5], [23, 3, 3, 0, 19]);
    assert_eq!(write(&mut writer, ContentType::CHANGE_CIPHER_SPEC, &[1]), [20, 3, 3, 0, 1, 1]);
}

//= R-5-4 test
#[test]
fn no_record_is_written_of_a_type_that_is_not_defined() {
    for number in (0..=u8::MAX).filter(|number| !(20..=23).contains(number)) {
        let refused = WriteRefused::UnknownType(ContentType(number));
        assert_eq!(writer().write(ContentType(number), b"x", &mut [0; 100]), Err(refused));
        assert_eq!(RecordWriter::default().write(ContentType(number), b"x", &mut [0; 100]), Err(refused));
    }
}

//= R-5.1-18 test
#[test]
fn application_data_is_never_written_unprotected() {
    let refused = RecordWriter::default().write(DATA, b"data", &mut [0; 100]);
    assert_eq!(refused, Err(WriteRefused::Unprotected));
}

#[test]
fn content_already_in_its_place_is_sealed_where_it_stands() {
    let mut record = [0; 4 + RECORD_OVERHEAD];
    record[HEADER_LEN..HEADER_LEN + 4].copy_from_slice(b"data");
    let written = writer().write_with(DATA, 4, &mut record, |_| {}).unwrap();
    assert_eq!(written, Written { consumed: 4, written: record.len() });
    assert_eq!(record.to_vec(), write(&mut writer(), DATA, b"data"));
}

//= R-5.4-1 test
//= R-5.4-2 test
//= R8449-4.1-1 test
#[test]
fn padding_makes_records_of_one_length_and_comes_off_again() {
    let step = PaddingPolicy::ToMultipleOf(NonZeroU16::new(256).unwrap());
    for (policy, length) in [(step, 256), (PaddingPolicy::ToFull, 1000)] {
        for plaintext in [&b""[..], b"a", &[0; 255]] {
            let mut writer = RecordWriter::new(policy);
            writer.set_record_size_limit(1000);
            writer.set_protection(protection(1));
            let mut reader = reader();
            reader.set_record_size_limit(1000);
            let mut record = write(&mut writer, DATA, plaintext);
            assert_eq!(record.len(), HEADER_LEN + length + 16);
            assert_eq!(writer.record_len(plaintext.len()), record.len());
            assert_eq!(content(&mut reader, &mut record), (DATA, plaintext.to_vec()));
        }
    }
}

fn policies() -> impl Strategy<Value = PaddingPolicy> {
    prop_oneof![
        Just(PaddingPolicy::None),
        Just(PaddingPolicy::ToFull),
        (1..=u16::MAX).prop_map(|step| PaddingPolicy::ToMultipleOf(NonZeroU16::new(step).unwrap())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What one end writes within the other's limit, the other reads, however the bytes arrive.
    #[test]
    fn records_within_the_limit_arrive_whole_however_they_are_cut(
        length in 0_usize..40_000,
        limit in MIN_RECORD_SIZE_LIMIT..=MAX_INNER_PLAINTEXT,
        padding in policies(),
        piece in 1_usize..5_000,
    ) {
        let data: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let (mut writer, mut reader) = (RecordWriter::new(padding), reader());
        writer.set_protection(protection(1));
        writer.set_record_size_limit(limit);
        reader.set_record_size_limit(limit);
        let (mut wire, mut rest) = (Vec::new(), data.as_slice());
        while !rest.is_empty() {
            let mut out = vec![0; writer.record_len(rest.len())];
            let written = writer.write(DATA, rest, &mut out).unwrap();
            prop_assert_eq!(written.written, out.len());
            prop_assert!(out.len() <= HEADER_LEN + limit + 16);
            rest = &rest[written.consumed..];
            wire.extend(out);
        }
        let (mut inbox, mut received, mut needed) = (Vec::new(), Vec::new(), 0);
        for bytes in wire.chunks(piece) {
            inbox.extend_from_slice(bytes);
            while inbox.len() >= needed.max(1) {
                match reader.read(&mut inbox).unwrap() {
                    Read::NeedInput { at_least } => {
                        prop_assert!(at_least > inbox.len());
                        needed = at_least;
                    }
                    Read::Record(record) => {
                        received.extend_from_slice(&inbox[record.content]);
                        inbox.drain(..record.consumed);
                        needed = 0;
                    }
                    Read::Dropped { .. } => unreachable!(),
                }
            }
        }
        prop_assert!(inbox.is_empty());
        prop_assert_eq!(received, data);
    }

    /// Any bytes are read, refused or waited for; nothing that was not sealed is ever given out as protected.
    #[test]
    fn any_bytes_end_in_a_record_a_need_or_a_fault(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (mut plain, mut protected) = (RecordReader::new(), reader());
        let mut copy = bytes.clone();
        if let Ok(Read::Record(record)) = plain.read(&mut copy) {
            prop_assert!(record.content.end <= record.consumed && record.consumed <= bytes.len());
        }
        let opened = matches!(protected.read(&mut bytes), Ok(Read::Record(_)));
        prop_assert!(!opened);
    }
}
