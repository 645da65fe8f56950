//! Records that are too long, or hold nothing (§5.1, §5.2, §5.4; RFC 8449).

use handfast::message::{ExtensionType, RecordSizeLimit};
use handfast::record::{MAX_CIPHERTEXT, MAX_PLAINTEXT, MAX_RECORDS_WITHOUT_PROGRESS};

use super::*;

/// The tag of the suite in use.
const TAG: usize = 16;

fn overflow(length: usize, limit: usize) -> Fault {
    Fault::Record(RecordFault::Overflow { length, limit })
}

#[test]
fn a_full_record_is_taken() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        talk.hear(&Record::data(vec![7; MAX_PLAINTEXT])).unwrap();
        talk.hear(&Record::data(b"x").padded(MAX_PLAINTEXT - 1)).unwrap();
        assert_eq!(talk.end.plaintext.len(), MAX_PLAINTEXT + 1);
    }
}

//= R-5.4-6 test
#[test]
fn a_plaintext_longer_than_2_14_is_record_overflow_padding_included() {
    let limit = MAX_PLAINTEXT + 1;
    for subject in SUBJECTS {
        for record in [
            Record::data(vec![7; MAX_PLAINTEXT + 1]),
            Record::data(b"x").padded(MAX_PLAINTEXT),
            Record::handshake(Epoch::Application, [24, 0, 0, 1, 0]).padded(MAX_PLAINTEXT - 4),
        ] {
            let mut talk = Talk::connected(subject());
            let fault = talk.refuses(&record, Alert::RECORD_OVERFLOW);
            assert_eq!(fault, overflow(limit + 1, limit));
        }
    }
}

//= R-5.2-2 test
//= R-5.2-5 test
#[test]
fn a_ciphertext_longer_than_2_14_and_256_is_record_overflow_by_its_header_alone() {
    for subject in SUBJECTS {
        // The longest one is opened, and found to hold too much.
        let longest = Record::data(vec![7; MAX_CIPHERTEXT - TAG - 1]);
        let mut talk = Talk::connected(subject());
        let fault = talk.refuses(&longest, Alert::RECORD_OVERFLOW);
        assert_eq!(fault, overflow(MAX_CIPHERTEXT - TAG, MAX_PLAINTEXT + 1));
        let too_long = Record::data(vec![7; MAX_CIPHERTEXT - TAG]).damaged(|record| record.truncate(5));
        let mut talk = Talk::connected(subject());
        let fault = talk.refuses(&too_long, Alert::RECORD_OVERFLOW);
        assert_eq!(fault, overflow(MAX_CIPHERTEXT + 1, MAX_CIPHERTEXT));
    }
}

//= R-5.1-16 test
#[test]
fn an_unprotected_record_longer_than_2_14_is_record_overflow() {
    let too_long = || Record::handshake(Epoch::Initial, vec![1; MAX_PLAINTEXT + 1]);
    for mut talk in [
        server_meets(|client| client.records_at(ClientHello, move |flight| flight.0 = vec![too_long()])),
        client_meets(|server| server.records_at(ServerHello, move |flight| flight.0 = vec![too_long()])),
    ] {
        let fault = talk.ends_with(Alert::RECORD_OVERFLOW);
        assert_eq!(fault, overflow(MAX_PLAINTEXT + 1, MAX_PLAINTEXT));
    }
}

//= R8449-4-6 test
#[test]
fn a_record_longer_than_our_record_size_limit_is_record_overflow() {
    let limited = |subject: Subject| subject.with(|config| config.record_size_limit = Some(100));
    // A server's own limit stands in EncryptedExtensions, a client's in ClientHello.
    let agree = |extensions: &mut body::Extensions| {
        extensions.push(ExtensionType::RECORD_SIZE_LIMIT, &RecordSizeLimit(16_385));
    };
    let small = |flight: &mut Records| {
        flight.fragment(Certificate, 99);
        flight.fragment(CertificateVerify, 99);
    };
    let client = || {
        Talk::between(limited(Subject::client()), |server| {
            server
                .on(EncryptedExtensions, move |message| agree(&mut message.extensions))
                .records_at(Certificate, small)
        })
    };
    let server = || {
        Talk::between(limited(Subject::server()), |client| {
            client.on(ClientHello, move |hello| agree(&mut hello.extensions)).records_at(Certificate, small)
        })
    };
    for talk in [&client as &dyn Fn() -> Talk, &server] {
        let mut talk = talk();
        talk.run().unwrap();
        talk.hear(&Record::data(vec![7; 99])).unwrap();
        talk.hear(&Record::data(b"").padded(99)).unwrap();
        assert_eq!(talk.end.plaintext.len(), 99);
        let fault = talk.refuses(&Record::data(vec![7; 100]), Alert::RECORD_OVERFLOW);
        assert_eq!(fault, overflow(101 + TAG, 100 + TAG));
    }
}

//= R-5.1-8 test
//= R-5.4-3 test
#[test]
fn handshake_and_alert_records_that_hold_nothing_are_unexpected_message() {
    for subject in SUBJECTS {
        for content_type in [ContentType::HANDSHAKE, ContentType::ALERT] {
            for padding in [0, 10] {
                let empty = Record::new(Epoch::Application, content_type, []).padded(padding);
                let fault = Talk::connected(subject()).refuses(&empty, Alert::UNEXPECTED_MESSAGE);
                assert_eq!(fault, Fault::Record(RecordFault::Empty(content_type)));
            }
        }
    }
}

//= R-5.1-8 test
//= R-5.4-3 test
#[test]
fn the_same_before_there_are_keys_and_inside_the_handshake() {
    for content_type in [ContentType::HANDSHAKE, ContentType::ALERT] {
        let empty = move |epoch| Record::new(epoch, content_type, []);
        for mut talk in [
            server_meets(|client| {
                client
                    .records_at(ClientHello, move |flight| flight.before(ClientHello, empty(Epoch::Initial)))
            }),
            client_meets(|server| {
                server
                    .records_at(ServerHello, move |flight| flight.before(ServerHello, empty(Epoch::Initial)))
            }),
            client_meets(|server| {
                server.records_at(Finished, move |flight| flight.before(Finished, empty(Epoch::Handshake)))
            }),
            server_meets(|client| {
                client.records_at(Finished, move |flight| flight.before(Finished, empty(Epoch::Handshake)))
            }),
        ] {
            let fault = talk.ends_with(Alert::UNEXPECTED_MESSAGE);
            assert_eq!(fault, Fault::Record(RecordFault::Empty(content_type)));
        }
    }
}

//= R-5.1-11 test
#[test]
fn empty_data_is_taken_as_cover_traffic_up_to_a_limit() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        for _ in 0..3 {
            for _ in 0..MAX_RECORDS_WITHOUT_PROGRESS {
                talk.hear(&Record::data([]).padded(20)).unwrap();
            }
            talk.hear(&Record::data(b"x")).unwrap();
        }
        assert_eq!(talk.end.plaintext, b"xxx");
        for _ in 0..MAX_RECORDS_WITHOUT_PROGRESS {
            talk.hear(&Record::data([])).unwrap();
        }
        let fault = talk.refuses(&Record::data([]), Alert::UNEXPECTED_MESSAGE);
        assert_eq!(fault, Fault::Record(RecordFault::NoProgress));
    }
}

//= R-5.4-5 test
#[test]
fn a_protected_record_of_zeros_alone_is_unexpected_message() {
    for subject in SUBJECTS {
        for length in [0, 1, 100] {
            let zeros = Record::new(Epoch::Application, ContentType::INVALID, vec![0; length]);
            let fault = Talk::connected(subject()).refuses(&zeros, Alert::UNEXPECTED_MESSAGE);
            assert_eq!(fault, Fault::Record(RecordFault::NoContentType));
        }
    }
}
