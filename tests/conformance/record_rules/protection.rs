//! Records under the wrong keys, out of order, damaged, or of a type that cannot be (§5, §5.2, §5.3, §4.7.3).

use handfast::message::KeyUpdateRequest;

use super::*;
use crate::pair::now;

const NOT_REQUESTED: KeyUpdateRequest = KeyUpdateRequest::UPDATE_NOT_REQUESTED;

fn bad_record_mac(mut talk: Talk) {
    assert_eq!(talk.ends_with(Alert::BAD_RECORD_MAC), Fault::Record(RecordFault::BadRecordMac));
}

//= R-5.2-3 test
#[test]
fn a_damaged_record_is_bad_record_mac() {
    for subject in SUBJECTS {
        // The first byte, the last, one more, one less.
        let damages: [fn(&mut Vec<u8>); 4] = [
            |record| record[5] ^= 0x80,
            |record| *record.last_mut().unwrap() ^= 1,
            |record| {
                record[4] += 1;
                record.push(0);
            },
            |record| {
                record[4] -= 1;
                record.pop();
            },
        ];
        for damage in damages {
            let mut talk = Talk::connected(subject());
            talk.peer.say(&Record::data(b"data").damaged(damage));
            bad_record_mac(talk);
        }
        // Shorter than a tag.
        let mut talk = Talk::connected(subject());
        talk.peer.say(&Record::data(b"data").damaged(|record| {
            record[4] = 3;
            record.truncate(8);
        }));
        bad_record_mac(talk);
    }
}

#[test]
fn a_record_that_is_lost_doubled_or_late_is_bad_record_mac() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        talk.peer.say(&Record::data(b"lost").damaged(Vec::clear));
        talk.peer.say(&Record::data(b"next"));
        bad_record_mac(talk);
        let mut talk = Talk::connected(subject());
        talk.peer.say(&Record::data(b"doubled").damaged(|record| record.extend(record.clone())));
        bad_record_mac(talk);
    }
}

//= R-4.5.3-3 test
#[test]
fn records_under_keys_of_another_epoch_are_bad_record_mac() {
    let early = |flight: &mut Records| flight.of(Finished).epoch = Epoch::Application;
    bad_record_mac(client_meets(|server| server.records_at(Finished, early)));
    bad_record_mac(server_meets(|client| client.records_at(Finished, early)));
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        talk.peer.say(&Record { epoch: Epoch::Handshake, ..Record::data(b"late") });
        bad_record_mac(talk);
    }
}

#[test]
fn a_handshake_in_the_clear_behind_server_hello_is_unexpected_message() {
    let clear = |flight: &mut Records| flight.of(EncryptedExtensions).epoch = Epoch::Initial;
    let mut talk = client_meets(|server| server.records_at(ServerHello, clear));
    assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), unexpected(ContentType::HANDSHAKE, false));
    let clear = |flight: &mut Records| flight.of(Certificate).epoch = Epoch::Initial;
    let mut talk = server_meets(|client| client.records_at(Finished, clear));
    assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), unexpected(ContentType::HANDSHAKE, false));
}

//= R-2-2 test
#[test]
fn data_before_the_handshake_is_complete_is_unexpected_message() {
    let early = |flight: &mut Records| {
        flight.before(Finished, Record { epoch: Epoch::Handshake, ..Record::data(b"early") });
    };
    let mut talk = client_meets(|server| server.records_at(Finished, early));
    assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), Fault::DataBeforeConnected);
    let mut talk = server_meets(|client| client.records_at(Finished, early));
    assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), Fault::DataBeforeConnected);
}

#[test]
fn a_servers_data_right_behind_its_finished_is_taken_once_we_are_connected() {
    let half_rtt = |flight: &mut Records| flight.behind(Finished, Record::data(b"0.5-RTT"));
    let mut talk = client_meets(|server| server.records_at(Finished, half_rtt));
    talk.run().unwrap();
    assert_eq!(talk.end.plaintext, b"0.5-RTT");
}

//= R-5-2 test
//= R-5-5 test
#[test]
fn records_of_a_type_that_nobody_knows_are_unexpected_message() {
    // Heartbeat, ACK of DTLS, the end of the range.
    for content_type in [ContentType(24), ContentType(26), ContentType(255)] {
        for subject in SUBJECTS {
            let inside = Record::new(Epoch::Application, content_type, [1, 0, 0]);
            let fault = Talk::connected(subject()).refuses(&inside, Alert::UNEXPECTED_MESSAGE);
            assert_eq!(fault, unexpected(content_type, true));
            let outside = Record::data(b"data").with_outer_type(content_type);
            let fault = Talk::connected(subject()).refuses(&outside, Alert::UNEXPECTED_MESSAGE);
            assert_eq!(fault, unexpected(content_type, false));
        }
        let before =
            move |flight: &mut Records| flight.0.insert(0, Record::new(Epoch::Initial, content_type, [0]));
        let mut talk = server_meets(|client| client.records_at(Finished, before));
        assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), unexpected(content_type, false));
    }
}

#[test]
fn a_key_update_changes_the_keys_behind_it() {
    for subject in SUBJECTS {
        for request in [NOT_REQUESTED, KeyUpdateRequest::UPDATE_REQUESTED] {
            let mut talk = Talk::connected(subject());
            talk.peer.say_key_update(request);
            talk.hear(&Record::data(b"new keys")).unwrap();
            assert_eq!(talk.end.plaintext, b"new keys");
            let heard = talk.peer.heard.iter().filter(|message| **message == key_update());
            assert_eq!(heard.count(), usize::from(request == KeyUpdateRequest::UPDATE_REQUESTED));
        }
    }
}

/// The KeyUpdate that answers.
fn key_update() -> Message {
    Message::of(KeyUpdate, &body::KeyUpdate { request_update: NOT_REQUESTED })
}

//= R-4.7.3-8 test
#[test]
fn old_keys_behind_a_key_update_and_new_keys_before_it_are_bad_record_mac() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        talk.peer.say(&Record::message(Epoch::Application, &key_update()));
        talk.peer.say(&Record::data(b"old keys"));
        bad_record_mac(talk);
        let mut talk = Talk::connected(subject());
        talk.peer.roll_keys();
        talk.peer.say(&Record::data(b"new keys"));
        bad_record_mac(talk);
    }
}

/// §4.7.3: one answer for several requests that come while we are silent.
#[test]
fn requests_for_a_key_update_are_answered_and_a_peer_that_does_not_answer_ours_is_met() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        (0..3).for_each(|_| talk.peer.say_key_update(KeyUpdateRequest::UPDATE_REQUESTED));
        talk.run().unwrap();
        assert_eq!(talk.peer.heard.iter().filter(|message| **message == key_update()).count(), 1);
        let mut talk = Talk::between(subject(), Peer::ignoring_key_updates);
        talk.run().unwrap();
        talk.end.connection.update_keys(true);
        talk.hear(&Record::data(b"no update of mine")).unwrap();
        assert_eq!(talk.end.plaintext, b"no update of mine");
    }
}

#[test]
fn input_given_twice_is_told_apart_from_an_attack() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        talk.peer.say(&Record::data(b"once"));
        let mut input = core::mem::take(&mut talk.peer.wire);
        let _ = talk.end.connection.receive(&mut input, now()).unwrap();
        let fault = talk.end.connection.receive(&mut input, now()).unwrap_err();
        assert_eq!(fault, Fault::Record(RecordFault::GivenTwice));
        assert!(fault.to_string().contains("consumed"));
    }
}
