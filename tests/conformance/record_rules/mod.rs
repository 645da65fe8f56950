//! The record rules of §5 and §6 that stacks get wrong, on a connection in both roles.

mod alerts;
mod change_cipher_spec;
mod closing;
mod first_bytes;
mod fragments;
mod key_changes;
mod lengths;
mod protection;

use handfast::alert::AlertDescription as Alert;
use handfast::connection::Fault;
use handfast::handshake::{Epoch, PeerFault};
use handfast::message::NamedGroup;
use handfast::record::{ContentType, RecordFault};

use crate::peer::record::{Record, Records};
use crate::peer::step::*;
use crate::peer::{Peer, body};
use crate::subject::{Subject, Talk, know_groups};

/// Both roles.
const SUBJECTS: [fn() -> Subject; 2] = [Subject::client, Subject::server];

/// A client of ours meets a server with this script.
fn client_meets(script: impl FnOnce(Peer) -> Peer) -> Talk {
    Talk::between(Subject::client(), script)
}

/// A server of ours meets a client with this script.
fn server_meets(script: impl FnOnce(Peer) -> Peer) -> Talk {
    Talk::between(Subject::server(), script)
}

fn peer_fault(fault: PeerFault) -> Fault {
    Fault::Handshake(fault.into())
}

fn unexpected(content_type: ContentType, protected: bool) -> Fault {
    Fault::Record(RecordFault::UnexpectedContentType { content_type, protected })
}
