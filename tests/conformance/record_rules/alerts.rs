//! Alerts as they come (§5.1, §6).

use handfast::alert::AlertLevel;

use super::*;

fn raw(content: impl Into<Vec<u8>>) -> Record {
    Record::new(Epoch::Application, ContentType::ALERT, content)
}

/// The connection ends with the peer's alert and answers nothing.
fn is_told(mut talk: Talk, alert: Alert) {
    assert_eq!(talk.run(), Err(Fault::AlertReceived(alert)));
    assert_eq!(talk.end.receive(), Err(Fault::AlertReceived(alert)));
    assert_eq!((talk.listen(), &talk.peer.alerts[..]), (0, &[][..]));
}

//= R-5.1-9 test
//= R-5.1-10 test
//= R-6-6 test
#[test]
fn alerts_that_are_split_or_put_together_are_decode_error() {
    for subject in SUBJECTS {
        for content in [&[1][..], &[1, 0, 1, 0], &[1, 0, 0], &[2, 40, 2, 40]] {
            let fault = Talk::connected(subject()).refuses(&raw(content), Alert::DECODE_ERROR);
            assert!(matches!(fault, Fault::MalformedAlert(_)), "{fault}");
        }
    }
}

//= R-6-2 test
//= R-6-4 test
//= R-6-5 test
//= R-6.2-5 test
#[test]
fn every_alert_but_the_closing_ones_ends_the_connection_whatever_its_level() {
    let closing = [Alert::CLOSE_NOTIFY, Alert::USER_CANCELED];
    for description in (0..=255).map(Alert).filter(|description| !closing.contains(description)) {
        let subject = SUBJECTS[usize::from(description.0) % 2];
        let level = AlertLevel([1, 2, 77][usize::from(description.0) % 3]);
        let mut talk = Talk::connected(subject());
        talk.peer.say(&Record::alert_at(Epoch::Application, level, description));
        is_told(talk, description);
    }
}

#[test]
fn an_alert_in_the_clear_ends_a_handshake_that_has_no_keys() {
    for description in [Alert::HANDSHAKE_FAILURE, Alert::PROTOCOL_VERSION, Alert(200)] {
        let instead = move |flight: &mut Records| {
            flight.0 = vec![Record::alert_at(Epoch::Initial, AlertLevel(0), description)];
        };
        is_told(client_meets(|server| server.records_at(ServerHello, instead)), description);
        is_told(server_meets(|client| client.records_at(ClientHello, instead)), description);
    }
}

/// A client that cannot use our ServerHello has no keys to protect its alert with.
#[test]
fn an_alert_in_the_clear_from_a_client_behind_server_hello_is_heard() {
    let instead = |flight: &mut Records| {
        flight.0 = vec![Record::alert(Epoch::Initial, Alert::ILLEGAL_PARAMETER)];
    };
    is_told(server_meets(|client| client.records_at(Finished, instead)), Alert::ILLEGAL_PARAMETER);
}

#[test]
fn an_alert_in_the_clear_from_a_client_that_has_used_its_keys_is_unexpected_message() {
    let clear = |flight: &mut Records| {
        flight.before(Finished, Record::alert(Epoch::Initial, Alert::ILLEGAL_PARAMETER));
    };
    let mut talk = server_meets(|client| client.records_at(Finished, clear));
    assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), unexpected(ContentType::ALERT, false));
    let mut talk = Talk::connected(Subject::server());
    let fault = talk.refuses(&Record::alert(Epoch::Initial, Alert::DECRYPT_ERROR), Alert::UNEXPECTED_MESSAGE);
    assert_eq!(fault, unexpected(ContentType::ALERT, false));
}

#[test]
fn a_client_hears_no_alert_in_the_clear_behind_server_hello() {
    let clear = |flight: &mut Records| {
        flight.behind(ServerHello, Record::alert(Epoch::Initial, Alert::HANDSHAKE_FAILURE));
    };
    let mut talk = client_meets(|server| server.records_at(ServerHello, clear));
    assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), unexpected(ContentType::ALERT, false));
}

//= R-6.1-4 test
#[test]
fn user_canceled_means_nothing_without_close_notify_and_a_flood_of_it_ends_the_connection() {
    let canceled = Record::alert(Epoch::Application, Alert::USER_CANCELED);
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        (0..4).for_each(|_| talk.hear(&canceled).unwrap());
        talk.hear(&Record::data(b"still here")).unwrap();
        assert_eq!(talk.end.plaintext, b"still here");
        let fault = talk.refuses(&canceled, Alert::UNEXPECTED_MESSAGE);
        assert_eq!(fault, Fault::TooMany { what: "user_canceled alerts", limit: 4 });
    }
}

#[test]
fn a_handshake_that_the_peer_cancels_and_closes_is_closed() {
    let cancels = |flight: &mut Records| {
        flight.before(Finished, Record::alert(Epoch::Handshake, Alert::USER_CANCELED));
        flight.before(Finished, Record::alert(Epoch::Handshake, Alert::CLOSE_NOTIFY));
    };
    for mut talk in [
        client_meets(|server| server.records_at(Finished, cancels)),
        server_meets(|client| client.records_at(Finished, cancels)),
    ] {
        assert_eq!(talk.run(), Err(Fault::ClosedBeforeConnected));
        assert!(!talk.end.connection.is_connected());
    }
}
