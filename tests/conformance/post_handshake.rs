//! Messages behind the handshake (§4.7), on the handshake floor and as a connection, in both roles.

use handfast::alert::AlertDescription as Alert;
use handfast::connection::Fault;
use handfast::handshake::{Carrier, Epoch, Milestone, PeerFault, Role};
use handfast::message::{ExtensionFault, ExtensionType, HandshakeType, KeyUpdateRequest};

use crate::peer::body;
use crate::peer::record::Record;
use crate::peer::step::*;
use crate::subject::{Subject, Talk};

/// The connection, and the floor, end with this fault when the message comes.
#[track_caller]
fn refused(subject: impl Fn() -> Subject, message: &Message, fault: &PeerFault, alert: Alert) {
    let mut floor = subject().floor();
    floor.meet(&mut subject().peer()).unwrap();
    floor.machine.receive(Epoch::Application, &message.to_bytes());
    assert_eq!(floor.work(), Err(fault.clone().into()));
    let mut talk = Talk::connected(subject());
    let found = talk.refuses(&Record::message(Epoch::Application, message), alert);
    assert_eq!(found, Fault::Handshake(fault.clone().into()));
}

fn ticket(change: impl FnOnce(&mut body::NewSessionTicket)) -> Message {
    let mut ticket = body::NewSessionTicket::default();
    change(&mut ticket);
    Message::of(NewSessionTicket, &ticket)
}

fn malformed(subject: impl Fn() -> Subject, message: &Message, field: &str) {
    let mut talk = Talk::connected(subject());
    let fault = talk.refuses(&Record::message(Epoch::Application, message), Alert::DECODE_ERROR);
    let Fault::Handshake(handfast::handshake::Fault::Peer(PeerFault::Malformed { message: found, error })) =
        fault
    else {
        panic!("{fault:?}")
    };
    assert_eq!((found, error.field), (message.msg_type, field));
}

//= R-4.7.3-4 test
#[test]
fn a_key_update_that_requests_neither_is_illegal_parameter() {
    for subject in [Subject::client, Subject::server] {
        for number in [2, 255] {
            let update = body::KeyUpdate { request_update: KeyUpdateRequest(number) };
            let fault = PeerFault::KeyUpdateRequest(number);
            refused(subject, &Message::of(KeyUpdate, &update), &fault, Alert::ILLEGAL_PARAMETER);
        }
        malformed(subject, &Message::new(HandshakeType::KEY_UPDATE, []), "request_update");
        malformed(subject, &Message::new(HandshakeType::KEY_UPDATE, [0, 0]), "KeyUpdate");
    }
}

/// A message that is cut goes on with what comes next, whatever that was meant to be (§5.1).
#[test]
fn a_key_update_in_the_middle_of_a_message_is_a_part_of_it_and_changes_no_keys() {
    let mut talk = Talk::connected(Subject::client().with(|config| config.accept_tickets = true));
    let ticket = ticket(|_| {}).to_bytes();
    let (begun, rest) = ticket.split_at(10);
    let update = body::KeyUpdate { request_update: KeyUpdateRequest::UPDATE_REQUESTED };
    let update = Message::of(KeyUpdate, &update).to_bytes();
    talk.hear(&Record::handshake(Epoch::Application, begun)).unwrap();
    talk.hear(&Record::handshake(Epoch::Application, update)).unwrap();
    assert!(!talk.end.milestones.iter().any(|milestone| matches!(milestone, Milestone::KeyUpdated)));
    talk.refuses(&Record::handshake(Epoch::Application, rest), Alert::DECODE_ERROR);
}

#[test]
fn a_key_update_over_quic_is_unexpected_message() {
    let client = || {
        Subject::client().with(|config| {
            config.carrier = Carrier::Quic;
            config.application_protocols = vec![b"h3".to_vec()];
        })
    };
    let mut server = client().peer().on(EncryptedExtensions, |message| {
        let names = [b"h3".to_vec()];
        let names = handfast::message::ProtocolNameList::from(names.as_slice());
        message.extensions.push(ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION, &names);
    });
    let mut floor = client().floor();
    floor.meet(&mut server).unwrap();
    floor.machine.receive(Epoch::Application, &[24, 0, 0, 1, 0]);
    let fault = floor.work().unwrap_err();
    assert_eq!(fault, PeerFault::KeyUpdateForbidden.into());
    assert_eq!(fault.alert(), Alert::UNEXPECTED_MESSAGE);
}

#[test]
fn a_message_longer_than_the_limit_is_illegal_parameter() {
    for subject in [Subject::client, Subject::server] {
        let mut message = Message::new(HandshakeType::KEY_UPDATE, [0]);
        message.length = Some(0xff_ffff);
        let fault = PeerFault::MessageTooLong { message: message.msg_type, length: 0xff_ffff, limit: 0xffff };
        refused(subject, &message, &fault, Alert::ILLEGAL_PARAMETER);
    }
}

//= R-4.7.2-6 test
#[test]
fn a_certificate_request_that_was_not_invited_is_unexpected_message() {
    let message = Message::of(CertificateRequest, &body::CertificateRequest::default());
    let fault = PeerFault::Unexpected { state: "Connected", message: message.msg_type };
    refused(Subject::client, &message, &fault, Alert::UNEXPECTED_MESSAGE);
}

//= R-4.2.2-3 test
#[test]
fn a_client_hello_behind_the_handshake_is_unexpected_message() {
    let mut peer = Subject::server().peer();
    peer.go_on();
    let hello = Message::take(&mut peer.chunks.pop_front().unwrap().1).unwrap();
    let fault = PeerFault::Unexpected { state: "Connected", message: HandshakeType::CLIENT_HELLO };
    refused(Subject::server, &hello, &fault, Alert::UNEXPECTED_MESSAGE);
}

mod tickets {
    use super::*;

    const MESSAGE: HandshakeType = HandshakeType::NEW_SESSION_TICKET;

    fn tickets(talk: &Talk) -> usize {
        let is_ticket = |milestone: &&Milestone| matches!(milestone, Milestone::NewSessionTicket(_));
        talk.end.milestones.iter().filter(is_ticket).count()
    }

    //= R-4.7.1-3 test
    #[test]
    fn a_client_that_wants_none_ignores_them() {
        let mut talk = Talk::connected(Subject::client());
        talk.hear(&Record::message(Epoch::Application, &ticket(|_| {}))).unwrap();
        assert_eq!(tickets(&talk), 0);
    }

    #[test]
    fn a_client_that_wants_them_is_given_them_and_more_than_the_limit_end_the_connection() {
        let client = Subject::client().with(|config| {
            config.accept_tickets = true;
            config.limits.tickets = 3;
        });
        let mut talk = Talk::connected(client);
        let record = Record::message(Epoch::Application, &ticket(|_| {}));
        (0..3).for_each(|_| talk.hear(&record).unwrap());
        assert_eq!(tickets(&talk), 3);
        let what = "NewSessionTickets on one connection";
        let fault = talk.refuses(&record, Alert::UNEXPECTED_MESSAGE);
        assert_eq!(fault, Fault::Handshake(PeerFault::TooMany { what, limit: 3 }.into()));
    }

    #[test]
    fn several_may_come_in_one_record_and_one_in_several() {
        let mut talk = Talk::connected(Subject::client().with(|config| config.accept_tickets = true));
        let two = [ticket(|_| {}).to_bytes(), ticket(|_| {}).to_bytes()].concat();
        talk.hear(&Record::handshake(Epoch::Application, two.clone())).unwrap();
        two.chunks(7).for_each(|part| talk.hear(&Record::handshake(Epoch::Application, part)).unwrap());
        assert_eq!(tickets(&talk), 4);
    }

    #[test]
    fn one_that_comes_to_a_server_is_unexpected_message() {
        let fault = PeerFault::Unexpected { state: "Connected", message: MESSAGE };
        refused(Subject::server, &ticket(|_| {}), &fault, Alert::UNEXPECTED_MESSAGE);
    }

    #[test]
    fn extensions_that_have_no_place_there_or_stand_twice_are_illegal_parameter() {
        let wrong = |fault| PeerFault::Extension { message: MESSAGE, fault };
        let misplaced = ticket(|ticket| ticket.extensions.push_raw(ExtensionType::SERVER_NAME, []));
        let fault = wrong(ExtensionFault::Misplaced(ExtensionType::SERVER_NAME));
        refused(Subject::client, &misplaced, &fault, Alert::ILLEGAL_PARAMETER);
        let doubled = ticket(|ticket| {
            ticket.extensions.push_raw(ExtensionType::EARLY_DATA, [0, 0, 0, 1]);
            ticket.extensions.push_raw(ExtensionType::EARLY_DATA, [0, 0, 0, 1]);
        });
        let fault = wrong(ExtensionFault::Duplicate(ExtensionType::EARLY_DATA));
        refused(Subject::client, &doubled, &fault, Alert::ILLEGAL_PARAMETER);
    }

    //= R-9.3-6 test
    //= R-4.7.1-16 test
    #[test]
    fn extensions_that_nobody_knows_are_ignored() {
        let mut talk = Talk::connected(Subject::client().with(|config| config.accept_tickets = true));
        let unknown = ticket(|ticket| ticket.extensions.push_raw(ExtensionType(0x4a4a), [1]));
        talk.hear(&Record::message(Epoch::Application, &unknown)).unwrap();
        assert_eq!(tickets(&talk), 1);
    }

    #[test]
    fn one_that_is_no_ticket_is_decode_error() {
        malformed(Subject::client, &ticket(|ticket| ticket.ticket.clear()), "ticket");
        let early_data = ticket(|ticket| ticket.extensions.push_raw(ExtensionType::EARLY_DATA, [0]));
        malformed(Subject::client, &early_data, "max_early_data_size");
        let mut more = ticket(|_| {});
        more.body.push(0);
        malformed(Subject::client, &more, "NewSessionTicket");
    }
}

#[test]
fn what_a_peer_says_while_a_credential_is_chosen_waits_and_is_not_lost() {
    let mut floor = Subject::client().with(|config| config.accept_tickets = true).floor();
    let mut server = Subject::client().peer();
    floor.answers = false;
    floor.work().unwrap();
    floor.carry_to(&mut server);
    while let Some((epoch, bytes)) = server.chunks.pop_front() {
        floor.machine.receive(epoch, &bytes);
        floor.work().unwrap();
        floor.answers = floor.machine.state() == "JudgingPeer";
        floor.work().unwrap();
        floor.answers = false;
    }
    assert_eq!(floor.machine.state(), "ChoosingCredential");
    floor.machine.receive(Epoch::Application, &ticket(|_| {}).to_bytes());
    floor.answers = true;
    floor.work().unwrap();
    assert_eq!(floor.connected().unwrap().role, Role::Client);
    let is_ticket = |output: &handfast::handshake::Output| {
        matches!(output, handfast::handshake::Output::Milestone(Milestone::NewSessionTicket(_)))
    };
    assert!(floor.outputs.iter().any(is_ticket), "the ticket was lost");
}
