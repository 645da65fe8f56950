//! What a server of ours refuses, in the order in which a client says it.

mod authentication;
mod client_hello;
mod second_client_hello;

use handfast::alert::AlertDescription as Alert;
use handfast::handshake::{Config, PeerFault};
use handfast::message::{ExtensionFault, ExtensionType, HandshakeType, NamedGroup};

use crate::peer::Peer;
use crate::peer::body;
use crate::peer::step::*;
use crate::subject::{Meeting, Subject, meeting};

/// A server of ours meets a client with this script.
fn server_meets(script: impl Fn(Peer) -> Peer) -> Meeting {
    meeting(Subject::server, script)
}

/// The same of a server with this config.
fn server_with(config: impl Fn(&mut Config), script: impl Fn(Peer) -> Peer) -> Meeting {
    meeting(|| Subject::server().with(&config), script)
}

/// An extension that nobody knows.
const UNKNOWN: ExtensionType = ExtensionType(0x4a4a);

fn missing(extension: ExtensionType) -> PeerFault {
    PeerFault::MissingExtension { message: HandshakeType::CLIENT_HELLO, extension }
}

fn wrong(message: HandshakeType, fault: ExtensionFault) -> PeerFault {
    PeerFault::Extension { message, fault }
}

#[test]
fn a_correct_client_is_met() {
    server_meets(|client| client).completes();
    server_meets(|client| client.with_groups(&[NamedGroup::SECP384R1])).completes();
    // Of the first group there is no share that we could use: a HelloRetryRequest passes.
    server_with(
        |config| config.groups = vec![NamedGroup::X25519],
        |client| client.with_groups(&[NamedGroup::SECP256R1, NamedGroup::X25519]),
    )
    .completes();
}
