//! A server that selects what nobody knows, though it was offered (RFC 8701 §3.1).

use handfast::alert::AlertDescription as Alert;
use handfast::handshake::PeerFault;
use handfast::message::{
    CipherSuite, ExtensionFault, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion, SignatureScheme,
    SupportedVersionsServerHello,
};

use crate::peer::Peer;
use crate::peer::step::*;
use crate::subject::{Meeting, Subject, meeting};

/// All values: one of them was offered.
fn values() -> impl Iterator<Item = u16> {
    (0..16).map(|number| 0x0a0a + 0x1010 * number)
}

fn client_meets(script: impl Fn(Peer) -> Peer) -> Meeting {
    meeting(|| Subject::client().with(|config| config.grease = true), script)
}

#[test]
fn a_correct_server_and_a_correct_client_overlook_it() {
    client_meets(|server| server).completes();
    client_meets(|server| server.retrying(NamedGroup::SECP384R1)).completes();
    meeting(|| Subject::server().with(|config| config.grease = true), |client| client).completes();
}

//= R8701-3.1-10 test
#[test]
fn a_suite_a_version_and_a_scheme_are_illegal_parameter() {
    for value in values() {
        client_meets(|server| {
            server.on(ServerHello, move |message| message.cipher_suite = CipherSuite(value))
        })
        .is_refused(PeerFault::SuiteNotOffered(CipherSuite(value)), Alert::ILLEGAL_PARAMETER);
        client_meets(|server| {
            server.on(ServerHello, move |message| {
                let version = SupportedVersionsServerHello { selected_version: ProtocolVersion(value) };
                message.extensions.set(ExtensionType::SUPPORTED_VERSIONS, &version);
            })
        })
        .is_refused(PeerFault::VersionNotOffered(ProtocolVersion(value)), Alert::ILLEGAL_PARAMETER);
        client_meets(|server| {
            server.on(CertificateVerify, move |message| message.algorithm = SignatureScheme(value))
        })
        .is_refused(PeerFault::SchemeNotOffered(SignatureScheme(value)), Alert::ILLEGAL_PARAMETER);
    }
}

//= R8701-3.1-10 test
#[test]
fn an_extension_is_unsupported_extension() {
    for extension in values().map(ExtensionType) {
        client_meets(|server| {
            server.on(EncryptedExtensions, move |message| message.extensions.push_raw(extension, []))
        })
        .is_refused(
            PeerFault::Extension {
                message: HandshakeType::ENCRYPTED_EXTENSIONS,
                fault: ExtensionFault::Unsolicited(extension),
            },
            Alert::UNSUPPORTED_EXTENSION,
        );
    }
}

//= R8701-4.1-5 test
#[test]
fn a_client_that_answers_to_it_is_refused_too() {
    let server_meets = |script: &dyn Fn(Peer) -> Peer| {
        meeting(|| Subject::server().with(|config| config.grease = true), script)
    };
    for value in values() {
        server_meets(&|client| {
            client.on(CertificateVerify, move |message| message.algorithm = SignatureScheme(value))
        })
        .is_refused(PeerFault::SchemeNotOffered(SignatureScheme(value)), Alert::ILLEGAL_PARAMETER);
        server_meets(&|client| {
            client.on(Certificate, move |message| {
                message.certificate_list[0].extensions.push_raw(ExtensionType(value), []);
            })
        })
        .is_refused(
            PeerFault::Extension {
                message: HandshakeType::CERTIFICATE,
                fault: ExtensionFault::Unsolicited(ExtensionType(value)),
            },
            Alert::UNSUPPORTED_EXTENSION,
        );
    }
}
