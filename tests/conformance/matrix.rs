//! Every state of Appendix A meets every handshake message, in both roles, before and behind a HelloRetryRequest.
//!
//! A pair that the declared tables do not draw is `unexpected_message`; a message that comes while an ask is open
//! waits, and is judged in the state behind the answer; every arrow of the tables is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::crypto::HashAlgorithm;
use handfast::handshake::{
    Arrow, CLIENT_ARROWS, ClientAuth, Config, PeerFault, Role, SERVER_ARROWS, mermaid,
};
use handfast::message::{HandshakeType, NamedGroup};
use handfast::resumption::{Psk, Session};

use crate::certificate_compression::{compressed, compresses};
use crate::peer::Peer;
use crate::peer::body::NewSessionTicket as NewSessionTicketBody;
use crate::peer::step::{Message, NewSessionTicket};
use crate::subject::{Floor, KnownPsk, PSK_IDENTITY, Subject, know_groups, session};

/// A way through a state machine.
#[derive(Clone, Copy)]
struct Route {
    role: Role,
    /// Does a HelloRetryRequest pass?
    retried: bool,
    /// Is the key of ours elsewhere?
    external: bool,
    config: fn(&mut Config),
    peer: fn(Peer) -> Peer,
    /// Is the server another one behind the HelloRetryRequest?
    forgetful: bool,
    /// A PSK that both know.
    psk: Option<fn() -> KnownPsk>,
}

const CLIENT: Route = Route {
    role: Role::Client,
    retried: false,
    external: false,
    config: |_| {},
    peer: |peer| peer,
    forgetful: false,
    psk: None,
};
const SERVER: Route = Route { role: Role::Server, ..CLIENT };
const SEES_CLIENT_HELLO: fn(&mut Config) = |config| config.ask_client_hello = true;
const ANOTHER_GROUP: fn(&mut Config) = |config| know_groups(config, &[NamedGroup::SECP256R1]);
const COOKIE: fn(&mut Config) = |config| {
    ANOTHER_GROUP(config);
    config.hello_retry_cookie = true;
};

const RESUMES: Route = Route {
    config: |config| config.client_auth = ClientAuth::None,
    psk: Some(|| KnownPsk::Session(Arc::new(session()))),
    ..SERVER
};

const ROUTES: [Route; 29] = [
    CLIENT,
    Route { external: true, ..CLIENT },
    Route { peer: Peer::without_request, ..CLIENT },
    Route { config: compresses, peer: compressed, ..CLIENT },
    Route { config: compresses, peer: |peer| compressed(peer.without_request()), ..CLIENT },
    Route { retried: true, external: true, peer: |peer| peer.retrying(NamedGroup::SECP256R1), ..CLIENT },
    SERVER,
    Route { external: true, ..SERVER },
    Route { config: SEES_CLIENT_HELLO, ..SERVER },
    Route { config: compresses, peer: compressed, ..SERVER },
    Route {
        config: |config| {
            compresses(config);
            config.client_auth = ClientAuth::Optional;
        },
        peer: |peer| compressed(peer.without_credential()),
        ..SERVER
    },
    Route { config: |config| config.client_auth = ClientAuth::None, ..SERVER },
    Route {
        config: |config| config.client_auth = ClientAuth::Optional,
        peer: Peer::without_credential,
        ..SERVER
    },
    Route { retried: true, config: ANOTHER_GROUP, ..SERVER },
    Route { retried: true, external: true, config: COOKIE, ..SERVER },
    Route { retried: true, config: COOKIE, forgetful: true, ..SERVER },
    Route {
        retried: true,
        config: |config| {
            COOKIE(config);
            SEES_CLIENT_HELLO(config);
        },
        forgetful: true,
        ..SERVER
    },
    Route {
        retried: true,
        config: |config| {
            ANOTHER_GROUP(config);
            SEES_CLIENT_HELLO(config);
        },
        ..SERVER
    },
    Route {
        retried: true,
        config: |config| {
            ANOTHER_GROUP(config);
            config.client_auth = ClientAuth::None;
        },
        ..SERVER
    },
    Route { retried: true, peer: |peer| peer.retrying(NamedGroup::SECP384R1).without_request(), ..CLIENT },
    Route { psk: RESUMES.psk, ..CLIENT },
    Route { retried: true, psk: RESUMES.psk, peer: |peer| peer.retrying(NamedGroup::SECP256R1), ..CLIENT },
    RESUMES,
    Route {
        config: |config| {
            config.client_auth = ClientAuth::None;
            config.max_early_data_size = 100;
        },
        psk: Some(|| KnownPsk::Session(Arc::new(Session { max_early_data_size: 100, ..session() }))),
        peer: Peer::with_early_data,
        ..SERVER
    },
    Route { external: true, psk: Some(|| KnownPsk::Declined(Arc::new(session()))), ..RESUMES },
    Route { psk: Some(|| KnownPsk::External(Psk::external(&[3; 32], HashAlgorithm::Sha256))), ..RESUMES },
    Route { config: |config| config.find_psks = true, peer: with_unknown_psk, ..SERVER },
    Route {
        retried: true,
        config: |config| {
            ANOTHER_GROUP(config);
            config.client_auth = ClientAuth::None;
        },
        ..RESUMES
    },
    Route {
        retried: true,
        config: COOKIE,
        psk: Some(|| KnownPsk::External(Psk::external(&[3; 32], HashAlgorithm::Sha256))),
        ..SERVER
    },
];

fn with_unknown_psk(peer: Peer) -> Peer {
    peer.with_psk(b"of someone else", Psk::external(&[4; 32], HashAlgorithm::Sha256))
}

/// What moves a machine from one state in which it waits to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Message(HandshakeType),
    Answer,
}

impl Move {
    /// As the tables name it.
    fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Message(msg_type) => name_of(msg_type),
        }
    }
}

/// The name of a message, as the tables have it.
pub fn name_of(msg_type: HandshakeType) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == msg_type).map_or("", |(_, name)| name)
}

const NAMES: [(HandshakeType, &str); 9] = [
    (HandshakeType::CLIENT_HELLO, "ClientHello"),
    (HandshakeType::SERVER_HELLO, "ServerHello"),
    (HandshakeType::ENCRYPTED_EXTENSIONS, "EncryptedExtensions"),
    (HandshakeType::CERTIFICATE_REQUEST, "CertificateRequest"),
    (HandshakeType::CERTIFICATE, "Certificate"),
    (HandshakeType::COMPRESSED_CERTIFICATE, "CompressedCertificate"),
    (HandshakeType::CERTIFICATE_VERIFY, "CertificateVerify"),
    (HandshakeType::END_OF_EARLY_DATA, "EndOfEarlyData"),
    (HandshakeType::FINISHED, "Finished"),
];

/// A machine on its way along a route.
struct Walk {
    route: Route,
    floor: Floor,
    peer: Peer,
    hello_retried: bool,
}

impl Walk {
    fn begin(route: Route) -> Self {
        let mut floor = route.subject().floor();
        floor.answers = false;
        floor.work().unwrap();
        let peer = route.subject().peer();
        let peer = match route.psk {
            Some(psk) => peer.with_psk(PSK_IDENTITY, psk().psk()),
            None => peer,
        };
        let peer = (route.peer)(peer);
        Self { route, floor, peer, hello_retried: false }
    }

    fn state(&self) -> &'static str {
        self.floor.machine.state()
    }

    /// Goes on to the next state in which the machine waits; `None` at the end of the route.
    fn go_on(&mut self) -> Option<Move> {
        let taken = self.take_move()?;
        self.hello_retried |= match (taken, self.route.role) {
            (Move::Message(HandshakeType::SERVER_HELLO), Role::Client) => self.state() == "WaitSh",
            (_, Role::Client) => false,
            (_, Role::Server) => self.state() == "Start",
        };
        Some(taken)
    }

    fn take_move(&mut self) -> Option<Move> {
        if let Some(ask) = self.floor.machine.pending() {
            let answer = self.floor.answer(ask);
            self.floor.machine.answer(answer).unwrap();
            self.floor.work().unwrap();
            return Some(Move::Answer);
        }
        if self.floor.carry_to(&mut self.peer) && self.route.forgetful && self.state() == "Start" {
            self.floor = Self::begin(self.route).floor;
        }
        self.peer.go_on();
        let (epoch, bytes) = self.peer.chunks.pop_front()?;
        let msg_type = HandshakeType(bytes[0]);
        self.floor.machine.receive(epoch, &bytes);
        self.floor.work().unwrap();
        Some(Move::Message(msg_type))
    }
}

impl Route {
    fn subject(self) -> Subject {
        let subject = match self.role {
            Role::Client => Subject::client(),
            Role::Server => Subject::server(),
        };
        let subject = subject.with(self.config);
        let subject = if self.external { subject.with_external_key() } else { subject };
        match self.psk {
            Some(psk) => subject.with_psk(psk()),
            None => subject,
        }
    }

    fn arrows(self) -> &'static [Arrow] {
        match self.role {
            Role::Client => CLIENT_ARROWS,
            Role::Server => SERVER_ARROWS,
        }
    }
}

type Taken = BTreeSet<(&'static str, &'static str, &'static str)>;

/// The arrows from `from` on `on`, and at once from there, that end in `settled`.
fn path(arrows: &[Arrow], from: &'static str, on: &'static str, settled: &str) -> Option<Taken> {
    let arrow = arrows.iter().find(|arrow| arrow.from == from && arrow.on == on)?;
    arrow.to.iter().find_map(|to| {
        let mut path = if *to == settled { Taken::new() } else { path(arrows, to, "", settled)? };
        path.insert((from, on, to));
        Some(path)
    })
}

fn drawn(arrows: &[Arrow]) -> Taken {
    arrows.iter().flat_map(|arrow| arrow.to.iter().map(|to| (arrow.from, arrow.on, *to))).collect()
}

//= R-4-1 test
#[test]
fn every_arrow_is_taken_and_no_other() {
    let mut taken = BTreeMap::from([("Client", Taken::new()), ("Server", Taken::new())]);
    for route in ROUTES {
        let (name, arrows) = (["Client", "Server"][usize::from(route.role == Role::Server)], route.arrows());
        let taken = taken.get_mut(name).unwrap();
        let mut walk = Walk::begin(route);
        if route.role == Role::Client {
            taken.extend(path(arrows, "Start", "", walk.state()).unwrap());
        }
        let mut from = walk.state();
        while let Some(taken_on) = walk.go_on() {
            let to = walk.state();
            let found = path(arrows, from, taken_on.name(), to);
            taken.extend(
                found.unwrap_or_else(|| panic!("{name}: {from} to {to} on {taken_on:?} is not drawn")),
            );
            from = to;
        }
        assert_eq!(walk.state(), "Connected");
        assert!(walk.peer.is_connected());
        assert_eq!(walk.floor.connected().unwrap().hello_retried, route.retried);
    }
    assert_eq!(taken["Client"], drawn(CLIENT_ARROWS));
    assert_eq!(taken["Server"], drawn(SERVER_ARROWS));
    assert_eq!((taken["Client"].len(), taken["Server"].len()), (17, 33));
}

/// A body that decodes for every type that has one, taken from handshakes that completed; one byte for types that
/// nobody knows.
pub fn messages() -> Vec<Message> {
    let mut bodies = BTreeMap::new();
    for role in [CLIENT, SERVER] {
        let (mut floor, mut peer) = (role.subject().floor(), role.subject().peer());
        floor.work().unwrap();
        loop {
            let carried = floor.carry_to(&mut peer);
            peer.go_on();
            let Some((epoch, bytes)) = peer.chunks.pop_front() else {
                if carried {
                    continue;
                }
                break;
            };
            let message = Message::take(&mut bytes.clone()).unwrap();
            bodies.insert(message.msg_type, message.body);
            floor.machine.receive(epoch, &bytes);
            floor.work().unwrap();
        }
    }
    bodies.insert(HandshakeType::END_OF_EARLY_DATA, vec![]);
    bodies.insert(HandshakeType::COMPRESSED_CERTIFICATE, vec![0xff, 0x01, 0, 0, 1, 0, 0, 1, 0]);
    bodies.insert(HandshakeType::KEY_UPDATE, vec![0]);
    let ticket = Message::of(NewSessionTicket, &NewSessionTicketBody::default());
    bodies.insert(ticket.msg_type, ticket.body);
    assert_eq!(bodies.len(), NAMES.len() + 2, "a message of the RFC is missing");
    // hello_request, hello_verify_request and the key exchanges of older versions; values nobody has used.
    let unknown = [0, 3, 6, 12, 14, 16, 21, 22, 23, 67, 100, 253, 254, 255].map(HandshakeType);
    bodies.extend(unknown.map(|msg_type| (msg_type, vec![0])));
    bodies.into_iter().map(|(msg_type, body)| Message::new(msg_type, body)).collect()
}

/// May this message come behind the handshake (§4.7)?
pub fn is_post_handshake(role: Role, msg_type: HandshakeType) -> bool {
    msg_type == HandshakeType::KEY_UPDATE
        || role == Role::Client && msg_type == HandshakeType::NEW_SESSION_TICKET
}

/// What became of the pairs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    refused: usize,
    awaited: usize,
    waiting: usize,
    post_handshake: usize,
}

//= R-4-2 test
//= R-4.7.3-1 test
//= R-4.5.2-3 test
//= R-4.6-3 test
#[test]
fn a_message_that_no_arrow_draws_is_unexpected_message() {
    let messages = messages();
    let (mut count, mut seen) = (Count::default(), BTreeSet::new());
    for route in ROUTES {
        let mut stops = 0;
        let mut scout = Walk::begin(route);
        loop {
            let state = (route.role == Role::Server, scout.state(), scout.hello_retried);
            if seen.insert(state) {
                for message in &messages {
                    let mut walk = Walk::begin(route);
                    (0..stops).for_each(|_| assert!(walk.go_on().is_some()));
                    meet_message(walk, message, &mut count);
                }
            }
            if scout.go_on().is_none() {
                break;
            }
            stops += 1;
        }
    }
    assert_eq!(messages.len(), 25);
    assert_eq!(seen.len(), 46, "{seen:?}");
    let all = count.refused + count.awaited + count.waiting + count.post_handshake;
    assert_eq!(all, messages.len() * seen.len());
    assert_eq!(count, Count { refused: 590, awaited: 29, waiting: 525, post_handshake: 6 });
}

/// A machine in some state meets some message.
fn meet_message(mut walk: Walk, message: &Message, count: &mut Count) {
    let (state, role, msg_type) = (walk.state(), walk.route.role, message.msg_type);
    let arrows = walk.route.arrows();
    let waits_for = |state, on: Move| arrows.iter().any(|arrow| arrow.from == state && arrow.on == on.name());
    let on = Move::Message(msg_type);
    if waits_for(state, on) {
        // That the right one is taken is shown above.
        count.awaited += 1;
        return;
    }
    let epoch = walk.floor.machine.receiving();
    walk.floor.machine.receive(epoch, &message.to_bytes());
    let asked = walk.floor.machine.pending().is_some();
    let outcome = walk.floor.work();
    if asked {
        assert_eq!(outcome, Ok(()));
        assert_eq!((walk.state(), walk.floor.machine.pending().is_some()), (state, true), "{on:?} was taken");
        count.waiting += 1;
        walk.floor.answers = true;
        let outcome = walk.floor.work();
        if outcome.as_ref().is_err_and(|fault| fault.alert() == AlertDescription::UNEXPECTED_MESSAGE) {
            return;
        }
        // A state behind the answer waits for such a message; one of another handshake may still be wrong.
        let drawn = arrows.iter().any(|arrow| arrow.on == on.name()) || is_post_handshake(role, msg_type);
        assert!(drawn, "{state} {on:?}: {outcome:?}");
    } else if state == "Connected" && is_post_handshake(role, msg_type) {
        assert_eq!(outcome, Ok(()));
        count.post_handshake += 1;
    } else {
        let unexpected = PeerFault::Unexpected { state, message: msg_type };
        assert_eq!(unexpected.alert(), AlertDescription::UNEXPECTED_MESSAGE);
        assert_eq!(outcome, Err(unexpected.into()), "{state}");
        count.refused += 1;
    }
}

#[test]
fn the_diagrams_of_the_ledger_are_those_of_the_tables() {
    let spec = include_str!("../../SPEC.md");
    for arrows in [CLIENT_ARROWS, SERVER_ARROWS] {
        let diagram = format!("```mermaid\n{}```\n", mermaid(arrows));
        assert!(spec.contains(&diagram), "SPEC.md lacks this diagram:\n{diagram}");
    }
}
