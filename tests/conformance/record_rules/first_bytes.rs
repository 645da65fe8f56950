//! What may come first (§5.1), and what is no TLS.

use handfast::message::HandshakeType;
use handfast::record::{LegacyRecordVersion, NotTls};

use super::*;

fn first(record: Record) -> Talk {
    server_meets(|client| client.records_at(ClientHello, move |flight| flight.0.insert(0, record.clone())))
}

//= R-5.1-18 test
#[test]
fn application_data_in_the_clear_is_unexpected_message() {
    let data = || Record::new(Epoch::Initial, ContentType::APPLICATION_DATA, b"in the clear");
    let fault = unexpected(ContentType::APPLICATION_DATA, false);
    assert_eq!(first(data()).ends_with(Alert::UNEXPECTED_MESSAGE), fault);
    let mut talk =
        client_meets(|server| server.records_at(ServerHello, move |flight| flight.0.insert(0, data())));
    assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), fault);
}

#[test]
fn a_message_other_than_client_hello_is_unexpected_message() {
    for message in [HandshakeType::FINISHED, HandshakeType::KEY_UPDATE, HandshakeType(0)] {
        let record = Record::message(Epoch::Initial, &Message::new(message, [0]));
        let fault = peer_fault(PeerFault::Unexpected { state: "Start", message });
        assert_eq!(first(record).ends_with(Alert::UNEXPECTED_MESSAGE), fault);
    }
}

//= R-5.1-14 test
//= R-E-1 test
//= R-E.2-4 test
#[test]
fn the_record_version_says_nothing() {
    let odd = |flight: &mut Records| {
        for record in &mut flight.0 {
            record.legacy_record_version = LegacyRecordVersion(0x03ff);
        }
    };
    for mut talk in [client_meets(|server| server.records(odd)), server_meets(|client| client.records(odd))] {
        talk.run().unwrap();
        assert!(talk.peer.is_connected());
        let mut data = Record::data(b"hello");
        data.legacy_record_version = LegacyRecordVersion(0);
        talk.hear(&data).unwrap();
        assert_eq!(talk.end.plaintext, b"hello");
    }
}

//= R-E.5-6 test
//= R-E.5-7 test
#[test]
fn bytes_that_are_no_tls_stay_with_the_caller_and_are_not_answered() {
    for (bytes, found) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], NotTls::Http),
        (b"SSH-2.0-OpenSSH_9.2\r\n", NotTls::Ssh),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", NotTls::ProxyV1),
        (b"220 mail.example ESMTP\r\n", NotTls::Other),
    ] {
        for subject in SUBJECTS {
            let mut end = subject().connection();
            end.input.extend(bytes);
            let mut other = end.connection.transmit(&mut [0; 1000]);
            let fault = end.receive().unwrap_err();
            assert_eq!((fault.alert(), &fault), (None, &Fault::Record(RecordFault::NotTls(found))));
            assert_eq!(end.input, bytes);
            other = end.connection.transmit(&mut vec![0; other.max(1)]);
            assert_eq!(other, 0);
        }
    }
}
