//! The end of a connection (§6.1).

use super::*;

fn close_notify() -> Record {
    Record::alert(Epoch::Application, Alert::CLOSE_NOTIFY)
}

//= R-6.1-1 test
#[test]
fn whatever_follows_close_notify_is_ignored() {
    for subject in SUBJECTS {
        for behind in [
            Record::data(b"too late"),
            Record::data(b"damaged").damaged(|record| record[9] ^= 1),
            Record::handshake(Epoch::Application, [24, 0, 0, 1, 9]),
            Record::change_cipher_spec(),
            Record::alert(Epoch::Application, Alert::INTERNAL_ERROR),
            Record::new(Epoch::Initial, ContentType(99), b"no record at all"),
        ] {
            let mut talk = Talk::connected(subject());
            talk.peer.say(&Record::data(b"in time"));
            talk.peer.say(&close_notify());
            talk.hear(&behind).unwrap();
            assert!(talk.end.ended);
            assert_eq!(talk.end.plaintext, b"in time");
            talk.end.connection.end_of_input().unwrap();
        }
    }
}

#[test]
fn after_the_peers_close_notify_we_may_go_on_and_close_ourselves() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        talk.hear(&close_notify()).unwrap();
        let mut out = [0; 200];
        let sealed = talk.end.connection.seal(b"last words", &mut out).unwrap();
        talk.peer.take(&out[..sealed.written]);
        talk.end.connection.close();
        talk.listen();
        assert_eq!(talk.peer.data, b"last words");
        assert_eq!(talk.peer.alerts, [handfast::alert::Alert::new(Alert::CLOSE_NOTIFY)]);
    }
}

#[test]
fn a_close_notify_at_the_level_of_errors_closes_all_the_same() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        let level = handfast::alert::AlertLevel::FATAL;
        talk.hear(&Record::alert_at(Epoch::Application, level, Alert::CLOSE_NOTIFY)).unwrap();
        assert!(talk.end.ended);
    }
}

#[test]
fn an_end_without_close_notify_is_told_from_one_with_it() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        talk.hear(&Record::data(b"all?")).unwrap();
        assert_eq!(talk.end.connection.end_of_input(), Err(Fault::Truncated));
        // In the middle of a record too.
        let mut talk = Talk::connected(subject());
        talk.hear(&Record::data(b"all?").damaged(|record| record.truncate(7))).unwrap();
        assert_eq!(talk.end.connection.end_of_input(), Err(Fault::Truncated));
    }
}

#[test]
fn close_notify_before_the_handshake_is_complete_ends_it() {
    let instead = |flight: &mut Records| {
        flight.0 = vec![Record::alert(Epoch::Initial, Alert::CLOSE_NOTIFY)];
    };
    for mut talk in [
        client_meets(|server| server.records_at(ServerHello, instead)),
        server_meets(|client| client.records_at(ClientHello, instead)),
        server_meets(|client| client.records_at(Finished, instead)),
    ] {
        assert_eq!(talk.run(), Err(Fault::ClosedBeforeConnected));
    }
}

/// A server of ours that owes its flight.
fn server_with_its_flight() -> Talk {
    let mut talk = Talk::between(Subject::server(), |client| client);
    talk.peer.go_on();
    talk.end.input.append(&mut talk.peer.wire);
    talk.end.receive().unwrap();
    talk
}

//= R-6.1-3 test
#[test]
fn a_handshake_that_the_caller_closes_says_user_canceled_and_close_notify_behind_its_flight() {
    let mut talk = server_with_its_flight();
    talk.end.connection.close();
    assert_eq!(talk.end.receive(), Err(Fault::Aborted(Alert::USER_CANCELED)));
    talk.listen();
    assert!(talk.peer.is_connected());
    let alerts = [Alert::USER_CANCELED, Alert::CLOSE_NOTIFY].map(handfast::alert::Alert::new);
    assert_eq!(talk.peer.alerts, alerts);
}

#[test]
fn a_caller_that_gives_up_sends_its_first_alert_behind_its_flight() {
    let mut talk = server_with_its_flight();
    talk.end.connection.abort(Alert::HANDSHAKE_FAILURE);
    talk.end.connection.abort(Alert::INTERNAL_ERROR);
    talk.listen();
    assert!(talk.peer.is_connected());
    assert_eq!(talk.peer.alerts, [handfast::alert::Alert::new(Alert::HANDSHAKE_FAILURE)]);
}
