//! When a change_cipher_spec is dropped, and when it is unexpected (§5).

use handfast::record::MAX_RECORDS_WITHOUT_PROGRESS;

use super::*;

fn change_cipher_spec(content: &[u8]) -> Record {
    Record::new(Epoch::Initial, ContentType::CHANGE_CIPHER_SPEC, content)
}

fn refused(mut talk: Talk, protected: bool) {
    let fault = talk.ends_with(Alert::UNEXPECTED_MESSAGE);
    assert_eq!(fault, unexpected(ContentType::CHANGE_CIPHER_SPEC, protected));
}

/// A change_cipher_spec before each of these steps.
fn before_each(flight: &mut Records) {
    for at in (0..flight.0.len()).rev() {
        flight.0.insert(at, Record::change_cipher_spec());
    }
}

//= R-5-1 test
#[test]
fn it_is_dropped_from_the_first_client_hello_until_the_peers_finished() {
    for retried in [false, true] {
        let mut talk = client_meets(|server| {
            let server = if retried { server.retrying(NamedGroup::SECP256R1) } else { server };
            server.records(before_each)
        });
        talk.run().unwrap();
        assert!(talk.peer.is_connected());
        let groups = [NamedGroup::SECP256R1, NamedGroup::X25519];
        let server = Subject::server().with(|config| {
            know_groups(config, if retried { &[NamedGroup::X25519] } else { &[NamedGroup::SECP256R1] });
        });
        let mut talk = Talk::between(server, |client| {
            client
                .with_groups(&groups)
                .records_at(SecondClientHello, before_each)
                .records_at(Finished, before_each)
        });
        talk.run().unwrap();
        assert!(talk.peer.is_connected());
    }
}

//= R-5-3 test
#[test]
fn before_the_first_client_hello_it_is_unexpected_message() {
    let before = |flight: &mut Records| flight.before(ClientHello, Record::change_cipher_spec());
    refused(server_meets(|client| client.records_at(ClientHello, before)), false);
    let inside = |flight: &mut Records| {
        flight.fragment(ClientHello, 100);
        flight.behind(ClientHello, Record::change_cipher_spec());
    };
    refused(server_meets(|client| client.records_at(ClientHello, inside)), false);
}

/// A server that keeps nothing between the two ClientHellos sees that of the second flight before any message.
//= R-4.3.2-4 test
#[test]
fn a_stateless_server_drops_those_before_the_first_client_hello() {
    let stateless = || {
        Subject::server().with(|config| {
            know_groups(config, &[NamedGroup::SECP256R1]);
            config.hello_retry_cookie = true;
        })
    };
    let before = |flight: &mut Records| flight.before(ClientHello, Record::change_cipher_spec());
    let mut talk = Talk::between(stateless(), |client| client.records_at(ClientHello, before));
    talk.run().unwrap();
    assert!(talk.peer.is_connected());
}

//= R-5-3 test
#[test]
fn behind_the_peers_finished_it_is_unexpected_message() {
    for subject in SUBJECTS {
        let mut talk = Talk::connected(subject());
        talk.peer.say(&Record::change_cipher_spec());
        refused(talk, false);
    }
    // Right behind it, before ours is taken.
    let behind = |flight: &mut Records| flight.behind(Finished, Record::change_cipher_spec());
    refused(client_meets(|server| server.records_at(Finished, behind)), false);
    refused(server_meets(|client| client.records_at(Finished, behind)), false);
}

//= R-5-1 test
#[test]
fn another_value_is_unexpected_message() {
    for content in [&[0][..], &[2], &[1, 1], &[]] {
        let before = move |flight: &mut Records| flight.0.insert(0, change_cipher_spec(content));
        refused(client_meets(|server| server.records_at(ServerHello, before)), false);
        refused(server_meets(|client| client.records_at(Finished, before)), false);
    }
}

//= R-5-1 test
//= R-5-2 test
#[test]
fn a_protected_one_is_unexpected_message() {
    let protected = |flight: &mut Records| {
        let record = Record { epoch: Epoch::Handshake, ..Record::change_cipher_spec() };
        flight.before(Finished, record);
    };
    refused(client_meets(|server| server.records_at(Finished, protected)), true);
    refused(server_meets(|client| client.records_at(Finished, protected)), true);
}

#[test]
fn a_flood_of_them_ends_the_handshake() {
    let flood = |count: u8| {
        move |flight: &mut Records| {
            (0..count).for_each(|_| flight.before(Finished, Record::change_cipher_spec()));
        }
    };
    let most = MAX_RECORDS_WITHOUT_PROGRESS;
    client_meets(|server| server.records_at(Finished, flood(most))).run().unwrap();
    server_meets(|client| client.records_at(Finished, flood(most))).run().unwrap();
    for mut talk in [
        client_meets(|server| server.records_at(Finished, flood(most + 1))),
        server_meets(|client| client.records_at(Finished, flood(most + 1))),
    ] {
        assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), Fault::Record(RecordFault::NoProgress));
    }
}

/// "The client sends a dummy change_cipher_spec record … immediately before its second flight" (E.4): an alert
/// that takes the place of that flight looks no different to middleboxes.
#[test]
fn a_clients_protected_alert_in_place_of_its_second_flight_has_one_before_it() {
    let wrong = |flight: &mut Records| {
        let record = Record { epoch: Epoch::Handshake, ..Record::change_cipher_spec() };
        flight.before(Finished, record);
    };
    for compatible in [true, false] {
        let client = Subject::client().with(|config| config.middlebox_compatibility = compatible);
        let mut talk = Talk::between(client, |server| server.records_at(Finished, wrong));
        talk.listen();
        talk.peer.go_on();
        talk.end.input.append(&mut talk.peer.wire);
        talk.end.receive().unwrap_err();
        let mut out = [0; 100];
        let written = talk.end.connection.transmit(&mut out);
        let alert =
            if compatible { out[..written].strip_prefix(&[20, 3, 3, 0, 1, 1]) } else { out.get(..written) };
        assert_eq!(alert.and_then(<[u8]>::first), Some(&23), "{:x?}", &out[..written]);
    }
}
