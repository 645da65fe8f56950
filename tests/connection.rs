//! The life of a connection: two ends of ours over byte buffers, through the public interface.

#![cfg(test)]
#![cfg(feature = "ring")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::num::NonZeroU16;
use std::sync::Arc;

use handfast::NamedGroup;
use handfast::alert::AlertDescription;
use handfast::connection::{
    Config, ConfigBuilder, Connection, Event, ExportRefused, Fault, Inbox, Need, Receiver, SealRefused,
    Sealed, Sender,
};
use handfast::connection::{HEADER_LEN, MAX_PLAINTEXT, MAX_RECORD, PaddingPolicy, RECORD_OVERHEAD};
use handfast::danger::{ScriptedMessage, script_extensions};
use handfast::handshake::{AcceptanceProof, Ask, ClientAuth, ExtensionSlot, ExtensionType, Milestone};
use support::pair::{End, builders, connected, ends, now, records, settle};

/// Makes the server want a group that the client has sent no share for.
fn retry(server: &mut ConfigBuilder) {
    server.handshake.groups = vec![NamedGroup::SECP256R1];
}

fn agreement(end: &End) -> &handfast::handshake::Connected {
    let found = end.milestones.iter().find_map(|milestone| {
        if let Milestone::Connected(connected) = milestone { Some(connected) } else { None }
    });
    found.unwrap()
}

//= R-6-1 test
#[test]
fn both_ends_learn_who_the_other_is_talk_both_ways_and_close() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    let name = |end: &End| agreement(end).peer_identity.as_ref().unwrap().display_name();
    assert_eq!((name(&client), name(&server)), ("server.test".into(), "spiffe://test/client".into()));
    client.seal_to(b"hello", &mut server);
    server.seal_to(b"welcome", &mut client);
    settle(&mut client, &mut server).unwrap();
    assert_eq!((&*client.plaintext, &*server.plaintext), (&b"welcome"[..], &b"hello"[..]));
    client.connection.close();
    server.connection.close();
    settle(&mut client, &mut server).unwrap();
    assert!(client.ended && server.ended);
    assert_eq!(client.connection.end_of_input(), Ok(()));
    assert_eq!(server.connection.end_of_input(), Ok(()));
}

//= R-E.4-1 test
#[test]
fn change_cipher_spec_goes_before_the_clients_second_flight_and_behind_the_servers_first_message() {
    let types = |end: &End| records(&end.wire).iter().map(|record| record[0]).collect::<Vec<_>>();
    let (client, server) = builders();
    let (client, server) = connected(client, server);
    assert_eq!((types(&client), types(&server)), (vec![22, 20, 23], vec![22, 20, 23]));

    let (client, mut server) = builders();
    retry(&mut server);
    let (client, server) = connected(client, server);
    assert!(agreement(&client).hello_retried);
    assert_eq!((types(&client), types(&server)), (vec![22, 20, 22, 23], vec![22, 20, 22, 23]));

    let (mut client, server) = builders();
    client.handshake.middlebox_compatibility = false;
    let (client, server) = connected(client, server);
    assert_eq!((types(&client), types(&server)), (vec![22, 23], vec![22, 23]));
}

//= R-5.1-13 test
//= R-5.1-17 test
//= R-E.5-5 test
//= R-E.5-10 test
#[test]
fn only_the_first_client_hello_has_record_version_0x0301() {
    let versions = |end: &End| records(&end.wire).iter().map(|record| record[2]).collect::<Vec<_>>();
    let (client, mut server) = builders();
    retry(&mut server);
    let (client, server) = connected(client, server);
    assert_eq!((versions(&client), versions(&server)), (vec![1, 3, 3, 3], vec![3, 3, 3, 3]));
}

//= R-2-2 test
#[test]
fn a_client_is_not_connected_before_its_finished_was_taken() {
    let (client, server) = builders();
    let (mut client, mut server) = ends(client, server);
    client.transmit_to(&mut server);
    server.receive().unwrap();
    server.transmit_to(&mut client);
    loop {
        assert_eq!(client.receive(), Ok(Need::Transmit));
        assert!(!client.connection.is_connected() && client.milestones.is_empty());
        assert_eq!(client.connection.seal(b"early", &mut [0; 100]), Err(SealRefused::NotConnected));
        let mut byte = [0];
        assert_eq!(client.connection.transmit(&mut byte), 1);
        server.input.extend(byte);
        if !client.connection.owes_transmit() {
            break;
        }
    }
    client.receive().unwrap();
    assert!(matches!(client.milestones[..], [Milestone::ClientAuthPending, Milestone::Connected(_)]));
    server.receive().unwrap();
    assert!(client.connection.is_connected() && server.connection.is_connected());
}

//= R-6.1-5 test
//= R-6.1-6 test
#[test]
fn after_close_notify_the_other_direction_still_works() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    client.connection.close();
    client.connection.close();
    assert_eq!(client.connection.seal(b"more", &mut [0; 100]), Err(SealRefused::Closed));
    settle(&mut client, &mut server).unwrap();
    assert!(server.ended && server.connection.is_ended());
    server.seal_to(b"still here", &mut client);
    settle(&mut client, &mut server).unwrap();
    assert_eq!(client.plaintext, b"still here");
    assert!(!client.ended);
}

//= R-6.1-1 test
#[test]
fn what_follows_close_notify_is_not_looked_at_and_stays_with_the_caller() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    client.connection.close();
    client.transmit_to(&mut server);
    server.input.extend(b"plain text again");
    server.receive().unwrap();
    server.receive().unwrap();
    assert!(server.ended);
    assert_eq!(server.input, b"plain text again");
}

//= R-6.1-8 test
#[test]
fn the_end_of_the_transport_without_close_notify_is_truncation() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    client.seal_to(b"half", &mut server);
    server.receive().unwrap();
    assert_eq!(server.connection.end_of_input(), Err(Fault::Truncated));
    assert_eq!(server.receive(), Err(Fault::Truncated));
    assert_eq!(Fault::Truncated.alert(), None);
    let (client, server) = builders();
    let (mut client, _) = ends(client, server);
    assert_eq!(client.connection.end_of_input(), Err(Fault::Truncated));
}

//= R-4.7.3-3 test
//= R-4.7.3-5 test
#[test]
fn a_key_update_that_asks_for_one_gets_one_and_data_goes_on_both_ways() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    client.connection.update_keys(true);
    client.seal_to(b"new keys", &mut server);
    server.receive().unwrap();
    assert_eq!(server.plaintext, b"new keys");
    assert!(server.connection.owes_transmit());
    server.seal_to(b"mine too", &mut client);
    client.receive().unwrap();
    assert_eq!(client.plaintext, b"mine too");
    let updates = |end: &End| end.milestones.iter().filter(|it| matches!(it, Milestone::KeyUpdated)).count();
    assert_eq!((updates(&client), updates(&server)), (1, 1));
    assert!(!client.connection.owes_transmit());
}

//= R-4.7.3-6 test
#[test]
fn the_peer_is_asked_for_a_key_update_once_until_it_has_sent_one() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    for _ in 0..3 {
        client.connection.update_keys(true);
    }
    client.transmit_to(&mut server);
    server.receive().unwrap();
    let updates = |end: &End| end.milestones.iter().filter(|it| matches!(it, Milestone::KeyUpdated)).count();
    assert_eq!(updates(&server), 3);
    server.transmit_to(&mut client);
    client.receive().unwrap();
    assert_eq!(updates(&client), 1);
    client.connection.update_keys(true);
    settle(&mut client, &mut server).unwrap();
    assert_eq!(updates(&client), 1, "a silent end answers once");
    server.seal_to(b"data", &mut client);
    client.receive().unwrap();
    assert_eq!(updates(&client), 2, "and before its next data");
    assert_eq!(client.plaintext, b"data");
}

//= R-4.7.3-8 test
#[test]
fn data_under_new_keys_without_the_key_update_ahead_of_it_is_refused() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    client.connection.update_keys(false);
    client.transmit_to(&mut server);
    server.input.clear();
    client.seal_to(b"new keys", &mut server);
    assert_eq!(server.receive().unwrap_err().alert(), Some(AlertDescription::BAD_RECORD_MAC));
}

#[test]
fn key_updates_without_data_in_between_end_the_connection_at_a_limit() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    for _ in 0..32 {
        client.connection.update_keys(false);
    }
    client.transmit_to(&mut server);
    server.receive().unwrap();
    client.seal_to(b"data", &mut server);
    for _ in 0..32 {
        client.connection.update_keys(false);
    }
    client.transmit_to(&mut server);
    server.receive().unwrap();
    client.connection.update_keys(false);
    client.transmit_to(&mut server);
    let fault = server.receive().unwrap_err();
    assert_eq!(fault, Fault::TooMany { what: "KeyUpdates in a row", limit: 32 });
    assert_eq!(fault.alert(), Some(AlertDescription::UNEXPECTED_MESSAGE));
}

//= R-5.5-1 test
#[test]
fn keys_roll_by_themselves_after_as_many_records_as_the_config_says() {
    let (mut client, server) = builders();
    client.update_keys_after = Some(3);
    let (mut client, mut server) = connected(client, server);
    for _ in 0..10 {
        client.seal_to(b"data", &mut server);
    }
    settle(&mut client, &mut server).unwrap();
    assert_eq!(server.plaintext, b"data".repeat(10));
    let updates = server.milestones.iter().filter(|it| matches!(it, Milestone::KeyUpdated)).count();
    assert_eq!(updates, 3);
}

#[test]
fn sealing_takes_slices_and_places_and_says_what_it_needs() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    let mut out = vec![0; 200];
    let sealed = client.connection.seal_vectored(&[b"one ", b"", b"two"], &mut out).unwrap();
    assert_eq!(sealed, Sealed { consumed: 7, written: 7 + RECORD_OVERHEAD });
    server.input.extend(&out[..sealed.written]);

    let mut record = [0; 6 + RECORD_OVERHEAD];
    record[HEADER_LEN..][..6].copy_from_slice(b" three");
    assert_eq!(client.connection.record_len(6), record.len());
    assert_eq!(client.connection.seal_in_place(&mut record, 6), Ok(record.len()));
    server.input.extend(record);

    let need = SealRefused::NeedOutput { at_least: 5 + RECORD_OVERHEAD };
    assert_eq!(client.connection.seal(b" four", &mut [0; RECORD_OVERHEAD]), Err(need));
    client.seal_to(b" four", &mut server);
    server.receive().unwrap();
    assert_eq!(server.plaintext, b"one two three four");
}

//= R-5.1-12 test
#[test]
fn long_data_becomes_full_records_whatever_the_room() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    let data = vec![7; 2 * MAX_PLAINTEXT + 1];
    let full = MAX_PLAINTEXT + RECORD_OVERHEAD;
    let mut out = vec![0; 2 * full - 1];
    let first = client.connection.seal(&data, &mut out).unwrap();
    assert_eq!(first, Sealed { consumed: MAX_PLAINTEXT, written: full });
    server.input.extend(&out[..full]);
    client.seal_to(&data[first.consumed..], &mut server);
    server.receive().unwrap();
    assert!(server.plaintext == data);
}

//= R8449-4-1 test
#[test]
fn record_size_limits_hold_both_ways_from_the_handshake_on() {
    let (mut client, mut server) = builders();
    client.handshake.record_size_limit = Some(100);
    server.handshake.record_size_limit = Some(64);
    let (mut client, mut server) = connected(client, server);
    client.seal_to(&[1; 1000], &mut server);
    server.seal_to(&[2; 1000], &mut client);
    settle(&mut client, &mut server).unwrap();
    assert_eq!((client.plaintext.len(), server.plaintext.len()), (1000, 1000));
    let longest = |end: &End| {
        records(&end.wire).iter().filter(|record| record[0] == 23).map(|record| record.len()).max().unwrap()
    };
    assert_eq!((longest(&client), longest(&server)), (HEADER_LEN + 64 + 16, HEADER_LEN + 100 + 16));
}

#[test]
fn the_largest_record_that_we_send_is_from_63_bytes_to_the_protocols_own() {
    for (size, good) in [(62, false), (63, true), (16_384, true), (16_385, false)] {
        let (mut client, _) = builders();
        client.max_record_size = size;
        match client.build() {
            Ok(config) => assert_eq!((good, config.max_record_size()), (true, size)),
            Err(error) => {
                assert!(
                    !good && error.to_string().contains(&format!("max_record_size is {size}")),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn our_own_limit_on_records_holds_for_every_message_and_for_data() {
    let (mut client, mut server) = builders();
    (client.max_record_size, server.max_record_size) = (63, 500);
    let (mut client, mut server) = connected(client, server);
    client.seal_to(&[1; 1000], &mut server);
    server.seal_to(&[2; 1000], &mut client);
    settle(&mut client, &mut server).unwrap();
    assert_eq!((client.plaintext.len(), server.plaintext.len()), (1000, 1000));
    for (end, limit) in [(&client, 63), (&server, 500)] {
        let longest = |content_type| {
            let records = records(&end.wire).into_iter().filter(|record| record[0] == content_type);
            records.map(|record| record.len() - HEADER_LEN).max().unwrap()
        };
        assert!(longest(22) <= limit, "{} bytes in a record that is not protected", longest(22));
        assert_eq!(longest(23), limit + 1 + 16);
    }
}

/// A client that asks for fragments of 512 bytes, as none of ours does of its own accord, and a server that asks it for
/// nothing.
fn asks_for_fragments_of_512() -> (End, End) {
    let (mut client, mut server) = builders();
    server.handshake.client_auth = ClientAuth::None;
    let built = [
        ExtensionType::SERVER_NAME,
        ExtensionType::SUPPORTED_GROUPS,
        ExtensionType::KEY_SHARE,
        ExtensionType::SUPPORTED_VERSIONS,
        ExtensionType::SIGNATURE_ALGORITHMS,
        ExtensionType::SIGNATURE_ALGORITHMS_CERT,
    ];
    let asks = ExtensionSlot::Raw(ExtensionType::MAX_FRAGMENT_LENGTH, vec![1]);
    let slots = built.into_iter().map(ExtensionSlot::Built).chain([asks]).collect();
    script_extensions(&mut client.handshake, ScriptedMessage::ClientHello, slots);
    connected(client, server)
}

//= R6066-4-3 test
//= R6066-4-4 test
//= R6066-4-7 test
#[test]
fn a_server_keeps_to_the_max_fragment_length_that_its_client_asks_for() {
    let (mut client, mut server) = asks_for_fragments_of_512();
    server.seal_to(&[2; 5000], &mut client);
    settle(&mut client, &mut server).unwrap();
    assert_eq!(client.plaintext.len(), 5000);
    let protected: Vec<_> = records(&server.wire).into_iter().filter(|record| record[0] == 23).collect();
    let longest = protected.iter().map(|record| record.len()).max().unwrap();
    assert_eq!(longest, HEADER_LEN + 512 + 1 + 16);
}

//= R6066-4-8 test
#[test]
fn a_client_that_sends_more_than_the_max_fragment_length_is_record_overflow() {
    let (mut client, mut server) = asks_for_fragments_of_512();
    client.seal_to(&[1; 513], &mut server);
    let fault = settle(&mut client, &mut server).unwrap_err();
    assert_eq!(fault.alert(), Some(AlertDescription::RECORD_OVERFLOW), "{fault}");
}

#[test]
fn the_largest_record_follows_from_the_limit() {
    let (mut client, server) = builders();
    assert_eq!(server.build().unwrap().max_record(), MAX_RECORD);
    client.handshake.record_size_limit = Some(64);
    assert_eq!(client.build().unwrap().max_record(), 85);
}

#[test]
fn padding_makes_every_protected_record_a_multiple() {
    let (mut client, server) = builders();
    client.padding = PaddingPolicy::ToMultipleOf(NonZeroU16::new(128).unwrap());
    let (mut client, mut server) = connected(client, server);
    client.seal_to(b"data", &mut server);
    client.connection.close();
    settle(&mut client, &mut server).unwrap();
    assert_eq!(server.plaintext, b"data");
    let protected: Vec<_> = records(&client.wire).into_iter().filter(|record| record[0] == 23).collect();
    assert_eq!(protected.len(), 3);
    assert!(protected.iter().all(|record| (record.len() - HEADER_LEN - 16).is_multiple_of(128)));
}

//= R-7.5-1 test
//= R9266-2-3 test
#[test]
fn both_ends_export_the_same_and_nothing_before_they_are_connected() {
    let (client, server) = builders();
    let (mut client, mut server) = ends(client, server);
    let export = |end: &End, label| {
        let mut out = [0; 32];
        end.connection.export(label, b"context", &mut out).map(|()| out)
    };
    assert_eq!(export(&client, "EXPORTER-test"), Err(ExportRefused::NotConnected));
    assert_eq!(client.connection.tls_exporter(), None);
    settle(&mut client, &mut server).unwrap();
    assert_eq!(export(&client, "EXPORTER-test"), export(&server, "EXPORTER-test"));
    assert_ne!(export(&client, "EXPORTER-test"), export(&client, "EXPORTER-other"));
    assert_eq!(client.connection.tls_exporter(), server.connection.tls_exporter());
    assert!(client.connection.tls_exporter().is_some());
    assert!(matches!(export(&client, &"x".repeat(250)), Err(ExportRefused::TooLong(_))));
}

#[test]
fn a_client_that_probes_learns_that_its_certificate_was_accepted() {
    let (mut client, server) = builders();
    client.handshake.probe_acceptance = true;
    let (client, _) = connected(client, server);
    assert!(matches!(
        client.milestones[..],
        [
            Milestone::ClientAuthPending,
            Milestone::Connected(_),
            Milestone::KeyUpdated,
            Milestone::ClientAuthConfirmed(AcceptanceProof::KeyUpdate)
        ]
    ));
}

#[test]
fn a_ticket_confirms_the_clients_certificate_and_holds_nothing_back() {
    let (mut client, mut server) = builders();
    client.handshake.accept_tickets = true;
    server.handshake.tickets = 2;
    let (mut client, mut server) = connected(client, server);
    client.seal_to(b"first word", &mut server);
    for ticket in [b"ticket 1", b"ticket 2"] {
        server.receive().unwrap();
        let Some(Ask::SealTicket(ask)) = server.connection.pending().cloned() else { panic!("no ask") };
        server.connection.answer(ask.sealed(ticket.to_vec())).unwrap();
    }
    assert_eq!(server.plaintext, b"first word");
    server.connection = *server.connection.split().unwrap_err();
    server.receive().unwrap();
    server.transmit_to(&mut client);
    client.receive().unwrap();
    assert!(matches!(
        client.milestones[2..],
        [
            Milestone::ClientAuthConfirmed(AcceptanceProof::NewSessionTicket),
            Milestone::NewSessionTicket(_),
            Milestone::NewSessionTicket(_)
        ]
    ));
    assert!(server.connection.split().is_ok());
}

#[test]
fn a_ticket_that_cannot_be_sealed_is_not_sent_and_nothing_else_happens() {
    let (mut client, mut server) = builders();
    client.handshake.accept_tickets = true;
    server.handshake.tickets = 2;
    let (mut client, mut server) = connected(client, server);
    let failed = server.connection.pending().unwrap().failed();
    server.connection.answer(failed).unwrap();
    settle(&mut client, &mut server).unwrap();
    assert!(server.connection.pending().is_none());
    assert_eq!(client.milestones.len(), 2);
}

//= R-4.5.1-3 test
//= R-4.5.1-4 test
#[test]
fn a_client_without_certificate_is_let_in_where_that_is_optional() {
    let (mut client, mut server) = builders();
    client.credentials = handfast::connection::Credentials::Listed(Vec::new());
    server.handshake.client_auth = ClientAuth::Optional;
    let (client, server) = connected(client, server);
    assert!(agreement(&server).peer_identity.is_none());
    assert!(matches!(client.milestones[..], [Milestone::Connected(_)]));
}

#[test]
fn an_inbox_of_any_size_carries_a_whole_conversation() {
    for (capacity, piece) in [(1, 1), (100, 7), (MAX_RECORD, 20_000)] {
        let (client, server) = builders();
        let (mut client, mut server) = connected(client, server);
        let data = vec![9; 40_000];
        client.seal_to(&data, &mut server);
        client.connection.close();
        client.transmit_to(&mut server);
        let (mut inbox, mut wire) = (Inbox::with_capacity(capacity), &server.input[..]);
        let mut read = Vec::new();
        loop {
            match server.connection.receive_from(&mut inbox, now()).unwrap() {
                // Looked at and not read: given again.
                Event::Plaintext(text) if text.len() > piece => {
                    read.extend_from_slice(&text[..piece]);
                    inbox.read(piece);
                }
                Event::Plaintext(text) => {
                    read.extend_from_slice(&text);
                    let all = inbox.unread().len();
                    inbox.read(all);
                }
                Event::Need(Need::Input { .. }) => {
                    let count = inbox.extend(&wire[..piece.min(wire.len())]);
                    assert!(count > 0);
                    wire = &wire[count..];
                }
                Event::End => break,
                other @ (Event::EarlyPlaintext(_) | Event::Milestone(_) | Event::Need(_)) => {
                    panic!("{other:?}")
                }
            }
        }
        assert!(read == data);
        inbox.release();
    }
}

#[test]
fn halves_work_in_two_threads_and_hand_over_what_is_due() {
    fn is_send<T: Send>(_: &T) {}
    let (client, server) = builders();
    let (mut client, server) = connected(client, server);
    let (mut sender, mut receiver): (Sender, Receiver) = server.connection.split().unwrap();
    is_send(&sender);
    is_send(&receiver);

    client.connection.update_keys(true);
    let mut wire = vec![0; 1000];
    let sealed = client.connection.seal(b"ping", &mut wire).unwrap();
    let reading = std::thread::spawn(move || {
        let (mut at, mut dues) = (0, Vec::new());
        loop {
            let received = receiver.receive(&mut wire[at..sealed.written], now()).unwrap();
            at += received.consumed;
            match received.event {
                Event::Plaintext(text) => assert_eq!(&*text, b"ping"),
                Event::Milestone(milestone) => assert!(matches!(milestone, Milestone::KeyUpdated)),
                Event::Need(Need::Transmit) => dues.push(receiver.take_due().unwrap()),
                Event::EarlyPlaintext(_) | Event::End | Event::Need(_) => return (receiver, dues),
            }
        }
    });
    let (mut receiver, dues) = reading.join().unwrap();
    assert_eq!(dues.len(), 1);
    let mut out = vec![0; 1000];
    assert!(!sender.owes_transmit());
    sender.accept(dues[0]);
    let sealed = sender.seal(b"pong", &mut out).unwrap();
    client.input.extend(&out[..sealed.written]);
    client.receive().unwrap();
    assert_eq!(client.plaintext, b"pong");
    assert!(matches!(client.milestones.last(), Some(Milestone::KeyUpdated)));

    sender.close();
    let written = sender.transmit(&mut out);
    client.input.extend(&out[..written]);
    client.receive().unwrap();
    assert!(client.ended);
    assert_eq!(receiver.end_of_input(), Err(Fault::Truncated));
}

#[test]
fn a_fault_of_the_receiving_half_reaches_the_peer_through_the_sending_half() {
    let (client, server) = builders();
    let (mut client, server) = connected(client, server);
    let (mut sender, mut receiver) = server.connection.split().unwrap();
    let mut forged = [23, 3, 3, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let fault = receiver.receive(&mut forged, now()).unwrap_err();
    assert_eq!(fault.alert(), Some(AlertDescription::BAD_RECORD_MAC));
    sender.accept(receiver.take_due().unwrap());
    assert_eq!(sender.seal(b"more", &mut [0; 100]), Err(SealRefused::Closed));
    let mut out = [0; 100];
    let written = sender.transmit(&mut out);
    client.input.extend(&out[..written]);
    assert_eq!(client.receive(), Err(Fault::AlertReceived(AlertDescription::BAD_RECORD_MAC)));
}

#[test]
fn a_connection_does_not_split_before_it_is_connected() {
    let (client, server) = builders();
    let (client, mut server) = ends(client, server);
    let mut client = End::new(*client.connection.split().unwrap_err());
    settle(&mut client, &mut server).unwrap();
    assert!(client.connection.split().is_ok());
}

#[test]
fn one_config_serves_both_roles_and_many_connections() {
    let (client, _) = builders();
    let config: Arc<Config> = Arc::new(client.build().unwrap());
    let (client, server) = support::pair::pair(Arc::clone(&config), config);
    let (mut client, mut server) = (End::new(client), End::new(server));
    // The certificate is for a client: the other end says so.
    assert!(settle(&mut client, &mut server).is_err());
}

fn _connections_are_send(connection: Connection) -> impl Send {
    connection
}
