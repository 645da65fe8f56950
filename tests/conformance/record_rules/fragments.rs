//! Handshake messages over several records, and several messages in one (§5.1).

use handfast::alert::AlertLevel;

use super::*;

/// The first half of a NewSessionTicket or, to a server, of a KeyUpdate.
fn half_a_message() -> Record {
    Record::handshake(Epoch::Application, [4, 0, 0, 20, 1, 2, 3])
}

//= R-5.1-2 test
#[test]
fn messages_may_be_cut_anywhere_and_put_together() {
    for size in [1, 2, 100] {
        let mut talk = client_meets(|server| {
            server.records(move |flight| {
                flight.fragment(ServerHello, size);
                flight.fragment(EncryptedExtensions, size);
                flight.fragment(Certificate, size);
                flight.fragment(Finished, size);
            })
        });
        talk.run().unwrap();
        assert!(talk.peer.is_connected());
        let mut talk = server_meets(|client| {
            client
                .records_at(ClientHello, move |flight| flight.fragment(ClientHello, size))
                .records_at(Finished, move |flight| flight.fragment(CertificateVerify, size))
        });
        talk.run().unwrap();
        assert!(talk.peer.is_connected());
    }
    let mut talk =
        client_meets(|server| server.records(|flight| flight.coalesce(EncryptedExtensions, Finished)));
    talk.run().unwrap();
    assert!(talk.peer.is_connected());
}

#[test]
fn a_record_may_end_inside_the_header_of_the_next_message() {
    let mut talk = client_meets(|server| server.records(|flight| flight.pull_forward(CertificateVerify, 3)));
    talk.run().unwrap();
    assert!(talk.peer.is_connected());
}

//= R-5.1-3 test
//= R-5.1-4 test
#[test]
fn data_and_closure_between_the_parts_of_a_message_are_unexpected_message() {
    let closure = |description| Record::alert(Epoch::Application, description);
    for subject in SUBJECTS {
        for between in [
            Record::data(b"data"),
            Record::data([]),
            closure(Alert::CLOSE_NOTIFY),
            closure(Alert::USER_CANCELED),
        ] {
            let mut talk = Talk::connected(subject());
            talk.hear(&half_a_message()).unwrap();
            let fault = talk.refuses(&between, Alert::UNEXPECTED_MESSAGE);
            assert_eq!(fault, Fault::Interleaved(between.content_type));
        }
    }
}

//= R-5.1-3 test
//= R-5.1-4 test
#[test]
fn the_same_inside_the_handshake() {
    let between = [
        Record::new(Epoch::Handshake, ContentType::APPLICATION_DATA, b"data"),
        Record::alert(Epoch::Handshake, Alert::CLOSE_NOTIFY),
    ];
    for between in between {
        let content_type = between.content_type;
        let script = move |flight: &mut Records| {
            flight.fragment(Certificate, 100);
            flight.behind(Certificate, between.clone());
        };
        let mut talk = client_meets(|server| server.records_at(Certificate, script.clone()));
        assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), Fault::Interleaved(content_type));
        let mut talk = server_meets(|client| client.records_at(Certificate, script));
        assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), Fault::Interleaved(content_type));
    }
}

#[test]
fn an_error_alert_between_the_parts_of_a_message_is_still_that_alert() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        talk.hear(&half_a_message()).unwrap();
        let alert = Record::alert_at(Epoch::Application, AlertLevel::WARNING, Alert::INTERNAL_ERROR);
        assert_eq!(talk.hear(&alert), Err(Fault::AlertReceived(Alert::INTERNAL_ERROR)));
    }
}

/// "MUST simply drop it without further processing": the rule for change_cipher_spec goes before the other.
#[test]
fn a_change_cipher_spec_between_the_parts_of_a_message_is_dropped() {
    let script = |flight: &mut Records| {
        flight.fragment(Certificate, 100);
        flight.behind(Certificate, Record::change_cipher_spec());
    };
    let mut talk = client_meets(|server| server.records_at(Certificate, script));
    talk.run().unwrap();
    assert!(talk.peer.is_connected());
    let mut talk = server_meets(|client| client.records_at(Certificate, script));
    talk.run().unwrap();
    assert!(talk.peer.is_connected());
}
