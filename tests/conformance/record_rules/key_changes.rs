//! Messages that immediately precede a key change align with a record boundary (§5.1).

use handfast::message::KeyUpdateRequest;

use super::*;

fn spans(mut talk: Talk) {
    assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), peer_fault(PeerFault::SpansKeyChange));
}

/// A KeyUpdate as bytes.
fn key_update() -> Vec<u8> {
    let body = body::KeyUpdate { request_update: KeyUpdateRequest::UPDATE_NOT_REQUESTED };
    Message::of(KeyUpdate, &body).to_bytes()
}

/// The beginning of another message, and a whole one.
fn tails() -> [Vec<u8>; 2] {
    [key_update()[..1].to_vec(), key_update()]
}

//= R-5.1-5 test
//= R-5.1-6 test
#[test]
fn nothing_stands_behind_client_hello() {
    for tail in tails() {
        let behind = move |flight: &mut Records| flight.of(ClientHello).content.extend(&tail);
        spans(server_meets(|client| client.records_at(ClientHello, behind.clone())));
        // Nor where a HelloRetryRequest answers it, which changes no keys.
        let groups = [NamedGroup::SECP256R1, NamedGroup::X25519];
        let server = Subject::server().with(|config| know_groups(config, &[NamedGroup::X25519]));
        spans(Talk::between(server, |client| client.with_groups(&groups).records_at(ClientHello, behind)));
    }
}

//= R-5.1-5 test
//= R-5.1-6 test
#[test]
fn nothing_stands_behind_server_hello() {
    for count in [1, 4] {
        spans(client_meets(|server| {
            server.records_at(ServerHello, move |flight| flight.pull_forward(EncryptedExtensions, count))
        }));
    }
    spans(client_meets(|server| {
        server.records_at(ServerHello, |flight| flight.coalesce(ServerHello, EncryptedExtensions))
    }));
}

#[test]
fn nothing_stands_behind_hello_retry_request() {
    for tail in tails() {
        spans(client_meets(|server| {
            let behind = move |flight: &mut Records| flight.of(HelloRetryRequest).content.extend(&tail);
            server.retrying(NamedGroup::SECP256R1).records_at(HelloRetryRequest, behind)
        }));
    }
}

//= R-5.1-5 test
//= R-5.1-6 test
#[test]
fn nothing_stands_behind_finished() {
    for tail in tails() {
        let behind = move |flight: &mut Records| flight.of(Finished).content.extend(&tail);
        spans(client_meets(|server| server.records_at(Finished, behind.clone())));
        spans(server_meets(|client| client.records_at(Finished, behind)));
    }
}

//= R-5.1-5 test
//= R-5.1-6 test
#[test]
fn nothing_stands_behind_key_update() {
    for subject in SUBJECTS {
        for tail in tails() {
            let mut talk = Talk::connected(subject());
            talk.peer.say(&Record::handshake(Epoch::Application, [key_update(), tail].concat()));
            spans(talk);
        }
    }
}

#[test]
fn a_finished_that_goes_on_under_the_next_keys_does_not_open() {
    let split = |flight: &mut Records| {
        flight.fragment(Finished, 20);
        flight.0.last_mut().unwrap().epoch = Epoch::Application;
    };
    let bad_record_mac = Fault::Record(RecordFault::BadRecordMac);
    let mut talk = client_meets(|server| server.records_at(Finished, split));
    assert_eq!(talk.ends_with(Alert::BAD_RECORD_MAC), bad_record_mac);
    let mut talk = server_meets(|client| client.records_at(Finished, split));
    assert_eq!(talk.ends_with(Alert::BAD_RECORD_MAC), bad_record_mac);
}
