//! What a client of ours refuses, in the order in which a server says it.

mod certificate;
mod certificate_request;
mod certificate_verify;
mod encrypted_extensions;
mod finished;
mod hello_retry_request;
mod server_hello;

use handfast::alert::AlertDescription as Alert;
use handfast::handshake::{Carrier, Config, ForeignExtension, PeerFault};
use handfast::message::{
    CipherSuite, Cookie, DOWNGRADE_SENTINEL_TLS11, DOWNGRADE_SENTINEL_TLS12, ExtensionFault, ExtensionType,
    HandshakeType, KeyShareEntry, KeyShareHelloRetryRequest, KeyShareServerHello, NamedGroup,
    ProtocolNameList, ProtocolVersion, RecordSizeLimit, SignatureScheme, SupportedVersionsServerHello,
};

use crate::peer::Peer;
use crate::peer::body::{self, CertificateEntry, Extensions};
use crate::peer::step::*;
use crate::subject::{Meeting, PKI, Subject, meeting};

/// A client of ours meets a server with this script.
fn client_meets(script: impl Fn(Peer) -> Peer) -> Meeting {
    meeting(Subject::client, script)
}

/// The same of a client with this config.
fn client_with(config: impl Fn(&mut Config), script: impl Fn(Peer) -> Peer) -> Meeting {
    meeting(|| Subject::client().with(&config), script)
}

fn misplaced(message: HandshakeType, extension: ExtensionType) -> PeerFault {
    PeerFault::Extension { message, fault: ExtensionFault::Misplaced(extension) }
}

fn unsolicited(message: HandshakeType, extension: ExtensionType) -> PeerFault {
    PeerFault::Extension { message, fault: ExtensionFault::Unsolicited(extension) }
}

/// An extension that nobody knows.
const UNKNOWN: ExtensionType = ExtensionType(0x4a4a);

#[test]
fn a_correct_server_is_met() {
    client_meets(|server| server).completes();
    client_meets(Peer::without_request).completes();
    client_meets(|server| server.retrying(NamedGroup::SECP384R1)).completes();
}
