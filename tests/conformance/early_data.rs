//! 0-RTT data, misused (§4.3.10, §4.6), in both roles.

use std::sync::Arc;

use handfast::alert::AlertDescription as Alert;
use handfast::connection::Fault;
use handfast::crypto::HashAlgorithm;
use handfast::handshake::{ClientAuth, Config, Epoch, PeerFault};
use handfast::message::{ExtensionType, HandshakeType};
use handfast::record::{ContentType, RecordFault};
use handfast::resumption::{Psk, Session};

use crate::peer::Peer;
use crate::peer::body::Extensions;
use crate::peer::record::{Record, Records};
use crate::peer::step::*;
use crate::subject::{KnownPsk, Meeting, PSK_IDENTITY, Subject, Talk, meeting, session};

/// A session whose server takes 100 bytes.
fn known() -> KnownPsk {
    KnownPsk::Session(Arc::new(Session { max_early_data_size: 100, ..session() }))
}

fn early(data: &[u8]) -> Record {
    Record::new(Epoch::Early, ContentType::APPLICATION_DATA, data)
}

/// Puts records behind the first ClientHello.
fn behind_hello(client: Peer, records: Vec<Record>) -> Peer {
    client.records_at(ClientHello, move |flight| flight.0.extend(records.iter().cloned()))
}

mod as_server {
    use super::*;

    fn server(config: impl FnOnce(&mut Config)) -> Subject {
        Subject::server()
            .with(|config| {
                config.client_auth = ClientAuth::None;
                config.max_early_data_size = 100;
            })
            .with(config)
            .with_psk(known())
    }

    fn client(peer: Peer) -> Peer {
        peer.with_psk(PSK_IDENTITY, known().psk()).with_early_data()
    }

    /// A server that takes early data meets a client with this script.
    fn meets(script: impl FnOnce(Peer) -> Peer) -> Talk {
        Talk::between(server(|_| {}), |peer| script(client(peer)))
    }

    /// One that takes none, and selects the PSK.
    fn that_takes_none(script: impl FnOnce(Peer) -> Peer) -> Talk {
        Talk::between(server(|config| config.max_early_data_size = 0), |peer| script(client(peer)))
    }

    #[track_caller]
    fn completes(mut talk: Talk, early: &[u8]) {
        talk.run().unwrap();
        assert!(talk.end.connection.is_connected() && talk.peer.is_connected());
        assert_eq!(talk.end.early, early);
        talk.hear(&Record::data(b"later")).unwrap();
        assert_eq!(talk.end.plaintext, b"later");
    }

    #[test]
    fn early_data_is_taken() {
        completes(
            meets(|client| behind_hello(client, vec![early(b"one"), early(b""), early(b"two")])),
            b"onetwo",
        );
        completes(meets(|client| client), b"");
    }

    //= R-4.3.10-11 test
    //= R-4.3.10-12 test
    #[test]
    fn a_record_of_it_that_does_not_open_is_bad_record_mac() {
        let damaged = early(b"damaged").damaged(|record| record[6] ^= 1);
        let mut talk = meets(|client| behind_hello(client, vec![early(b"one"), damaged]));
        assert_eq!(talk.ends_with(Alert::BAD_RECORD_MAC), Fault::Record(RecordFault::BadRecordMac));
    }

    #[test]
    fn a_flight_without_end_of_early_data_is_bad_record_mac() {
        let mut talk = meets(|client| client.omit(EndOfEarlyData));
        assert_eq!(talk.ends_with(Alert::BAD_RECORD_MAC), Fault::Record(RecordFault::BadRecordMac));
    }

    #[test]
    fn data_behind_end_of_early_data_under_its_keys_is_bad_record_mac() {
        let mut talk = meets(|client| {
            client.records_at(EndOfEarlyData, |flight| flight.behind(EndOfEarlyData, early(b"too late")))
        });
        assert_eq!(talk.ends_with(Alert::BAD_RECORD_MAC), Fault::Record(RecordFault::BadRecordMac));
    }

    #[test]
    fn other_messages_under_its_keys_are_unexpected_message() {
        let mut talk = meets(|client| {
            client.records_at(Finished, |flight| {
                let finished = Record { epoch: Epoch::Early, ..flight.of(Finished).clone() };
                flight.0.insert(0, finished);
            })
        });
        let fault = PeerFault::Unexpected { state: "WaitEoed", message: HandshakeType::FINISHED };
        assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), Fault::Handshake(fault.into()));
    }

    //= R-5.1-6 test
    #[test]
    fn nothing_stands_behind_end_of_early_data() {
        let behind = |flight: &mut Records| flight.pull_forward(Finished, 1);
        let mut talk = meets(|client| client.records_at(EndOfEarlyData, behind));
        let fault = Fault::Handshake(PeerFault::SpansKeyChange.into());
        assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), fault);
    }

    #[test]
    fn an_end_of_early_data_that_says_something_is_decode_error() {
        meets(|client| client.on_bytes(EndOfEarlyData, |body| body.push(0))).ends_with(Alert::DECODE_ERROR);
    }

    #[test]
    fn an_early_data_extension_that_says_something_is_decode_error() {
        meets(|client| {
            client.on(ClientHello, |hello| hello.extensions.set_raw(ExtensionType::EARLY_DATA, [0]))
        })
        .ends_with(Alert::DECODE_ERROR);
    }

    //= R-4.7.1-17 test
    #[test]
    fn more_than_the_server_takes_is_unexpected_message() {
        completes(meets(|client| behind_hello(client, vec![early(&[7; 100]).padded(200)])), &[7; 100]);
        let mut talk = meets(|client| behind_hello(client, vec![early(&[7; 60]), early(&[7; 41])]));
        let fault = Fault::Record(RecordFault::TooMuchEarlyData);
        assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), fault);
    }

    //= R-4.3.10-5 test
    //= R-4.3.10-10 test
    #[test]
    fn early_data_that_is_not_taken_is_skipped() {
        let records = || vec![early(b"one"), Record::change_cipher_spec(), early(b"two").padded(300)];
        completes(that_takes_none(|client| behind_hello(client, records())), b"");
        // With a HelloRetryRequest, which comes back before the early data is known to be rejected.
        let groups = [handfast::message::NamedGroup::SECP384R1, handfast::message::NamedGroup::X25519];
        let retries = server(|config| {
            crate::subject::know_groups(config, &[handfast::message::NamedGroup::X25519]);
        });
        completes(
            Talk::between(retries, |peer| behind_hello(client(peer).with_groups(&groups), records())),
            b"",
        );
        // With a full handshake.
        let mut forgets = server(|_| {});
        forgets = forgets.with(|config| config.find_psks = false);
        completes(Talk::between(forgets, |peer| behind_hello(client(peer), records())), b"");
    }

    #[test]
    fn more_than_is_skipped_is_unexpected_message() {
        for padding in [0, 16_000] {
            let records = vec![early(b"x").padded(padding); if padding == 0 { 3000 } else { 4 }];
            let mut talk = that_takes_none(|client| behind_hello(client, records));
            let fault = Fault::Record(RecordFault::TooMuchEarlyData);
            assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), fault);
        }
    }

    #[test]
    fn records_of_nothing_are_not_skipped_for_ever() {
        let nothing = early(b"").damaged(|record| {
            record.truncate(5);
            record[3..].fill(0);
        });
        let mut talk = that_takes_none(|client| behind_hello(client, vec![nothing; 10_000]));
        talk.ends_with(Alert::UNEXPECTED_MESSAGE);
    }

    #[test]
    fn a_record_that_does_not_open_behind_one_that_does_is_bad_record_mac() {
        let mut talk = that_takes_none(|client| {
            let client = behind_hello(client, vec![early(b"skipped")]);
            client.records_at(Finished, |flight| {
                flight.fragment(Finished, 10);
                flight.behind(Finished, early(b"not skipped any more"));
            })
        });
        assert_eq!(talk.ends_with(Alert::BAD_RECORD_MAC), Fault::Record(RecordFault::BadRecordMac));
    }

    //= R-4.6-2 test
    #[test]
    fn an_end_of_early_data_that_was_not_taken_is_unexpected_message() {
        let mut talk = that_takes_none(|client| {
            client.before(Finished, Message::new(HandshakeType::END_OF_EARLY_DATA, []))
        });
        let message = HandshakeType::END_OF_EARLY_DATA;
        let fault = PeerFault::Unexpected { state: "WaitFinished", message };
        assert_eq!(talk.ends_with(Alert::UNEXPECTED_MESSAGE), Fault::Handshake(fault.into()));
    }
}

mod as_client {
    use super::*;

    fn client() -> Subject {
        Subject::client().with(|config| config.early_data = true).with_psk(known())
    }

    /// A client that offers early data meets a server that takes it, but for this script.
    fn meets(script: impl Fn(Peer) -> Peer) -> Meeting {
        meeting(client, |server| script(server.with_psk(PSK_IDENTITY, known().psk()).with_early_data()))
    }

    #[test]
    fn a_server_may_take_it_or_not() {
        meets(|server| server).completes();
        meeting(client, |server| server.with_psk(PSK_IDENTITY, known().psk())).completes();
        meeting(client, |server| server).completes();
        meeting(client, |server| server.retrying(handfast::message::NamedGroup::SECP256R1)).completes();
    }

    //= R-4.6-1 test
    #[test]
    fn what_was_sent_early_reaches_a_server_that_takes_it() {
        let mut talk =
            Talk::between(client(), |server| server.with_psk(PSK_IDENTITY, known().psk()).with_early_data());
        talk.end.receive().unwrap();
        let mut out = [0; 4000];
        let sealed = talk.end.connection.seal_early(b"early", &mut out).unwrap();
        talk.peer.take(&out[..sealed.written]);
        talk.run().unwrap();
        assert_eq!(talk.peer.data, b"early");
        assert!(talk.end.connection.is_connected() && talk.peer.is_connected());
    }

    fn does_not_fit(meeting: &Meeting) {
        meeting.is_refused(PeerFault::EarlyDataDoesNotFit, Alert::ILLEGAL_PARAMETER);
    }

    //= R-E.3-1 test
    #[test]
    fn an_answer_of_tls_1_2_is_protocol_version() {
        let older = |server: Peer| server.on(ServerHello, |hello| hello.extensions = Extensions::default());
        meeting(client, older).is_refused(PeerFault::NoSharedVersion, Alert::PROTOCOL_VERSION);
    }

    /// The alert is read, although the early data before it is not: it goes out under handshake keys.
    //= R-A.1-1 test
    #[test]
    fn taken_without_the_psk_it_goes_with_is_illegal_parameter() {
        does_not_fit(&meeting(client, |server| {
            server
                .on(EncryptedExtensions, |message| message.extensions.push_raw(ExtensionType::EARLY_DATA, []))
        }));
    }

    #[test]
    fn an_early_data_extension_that_says_something_is_decode_error() {
        meets(|server| {
            server.on(EncryptedExtensions, |message| {
                message.extensions.set_raw(ExtensionType::EARLY_DATA, [0, 0, 0, 1]);
            })
        })
        .is_malformed(HandshakeType::ENCRYPTED_EXTENSIONS, "EarlyDataIndication");
    }

    #[test]
    fn one_that_was_not_offered_is_unsupported_extension() {
        let offers_none = || Subject::client().with_psk(known());
        let psk = || known().psk();
        meeting(offers_none, |server| {
            server.with_psk(PSK_IDENTITY, psk()).on(EncryptedExtensions, |message| {
                message.extensions.push_raw(ExtensionType::EARLY_DATA, []);
            })
        })
        .heard(Alert::UNSUPPORTED_EXTENSION);
    }

    //= R-4.6-3 test
    #[test]
    fn an_end_of_early_data_from_a_server_is_unexpected_message() {
        let message = HandshakeType::END_OF_EARLY_DATA;
        meets(|server| server.before(Finished, Message::new(message, [])))
            .is_refused(PeerFault::Unexpected { state: "WaitFinished", message }, Alert::UNEXPECTED_MESSAGE);
    }

    //= R-4.3.11-13 test
    //= R-4.3.11-14 test
    #[test]
    fn taken_with_a_psk_that_is_not_the_first_is_illegal_parameter() {
        let second = Psk::external(&[3; 32], HashAlgorithm::Sha256);
        let two = || client().with_psk_called(b"second", KnownPsk::External(second.clone()));
        let selects_second = |server: Peer| server.with_psk(b"second", second.clone());
        meeting(two, selects_second).completes();
        does_not_fit(&meeting(two, |server| {
            selects_second(server).on(EncryptedExtensions, |message| {
                message.extensions.push_raw(ExtensionType::EARLY_DATA, []);
            })
        }));
    }
}
