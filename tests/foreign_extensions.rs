//! Extensions that the library does not speak for, as its embedders give and get them.
#![cfg(all(feature = "floors", feature = "ring"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use handfast::connection;
use handfast::crypto::{self, Entropy};
use handfast::handshake::{
    AnsweredIn, Carrier, ClientAuth, Config, Connected, Fault, ForeignExtension, Handshake, OwnFault,
    PeerExtension, PeerFault,
};
use handfast::identity::ExpectedPeer;
use handfast::message::{ExtensionType, HandshakeType};

#[path = "support/handshake_ends.rs"]
mod handshake_ends;

use handshake_ends::{End, NOW, connect, credential};

const OURS: ExtensionType = ExtensionType(0xff42);
const OTHER: ExtensionType = ExtensionType(0xff43);

fn config(foreign_extensions: Vec<ForeignExtension>) -> Config {
    let mut config = Config::new(crypto::ring::provider());
    config.foreign_extensions = foreign_extensions;
    config.check().unwrap();
    config
}

/// Two ends with these configs, and extensions of their own.
fn ends(client: Config, server: Config, own: [Vec<ForeignExtension>; 2]) -> (End, End) {
    let ((client_credential, client_key), (server_credential, server_key)) = (credential(), credential());
    let expected = Arc::new(ExpectedPeer::dns("peer.test").unwrap());
    let entropy = |seed| Entropy::from_platform([seed; 32]);
    let [clients, servers] = own;
    let client = Handshake::client(Arc::new(client), expected, clients, entropy(1));
    let server = Handshake::server(Arc::new(server), servers, entropy(2));
    (End::new(client, client_credential, server_key), End::new(server, server_credential, client_key))
}

/// What each end has of the other, client first.
fn exchanged(client: Vec<ForeignExtension>, server: Vec<ForeignExtension>) -> [Vec<PeerExtension>; 2] {
    let (mut client, mut server) = ends(config(client), config(server), [vec![], vec![]]);
    connect(&mut client, &mut server);
    [client, server].map(|end| end.connected.unwrap().foreign_extensions)
}

/// The fault of the end that refuses the other.
fn fault_between(client: Vec<ForeignExtension>, server: Vec<ForeignExtension>) -> Fault {
    let (mut client, mut server) = ends(config(client), config(server), [vec![], vec![]]);
    loop {
        let carried = client.carry(&mut server).and_then(|count| Ok(count + server.carry(&mut client)?));
        match carried {
            Err(fault) => return fault,
            Ok(count) => assert!(count > 0, "no end refuses"),
        }
    }
}

fn peer(message: HandshakeType, extension_type: ExtensionType, data: &[u8]) -> PeerExtension {
    PeerExtension { extension_type, message, extension_data: data.to_vec() }
}

fn in_certificate(request: Option<&[u8]>, answer: Option<&[u8]>) -> ForeignExtension {
    ForeignExtension {
        answered_in: AnsweredIn::Certificate,
        request: request.map(<[u8]>::to_vec),
        answer: answer.map(<[u8]>::to_vec),
        ..ForeignExtension::new(OURS, &[])
    }
}

#[test]
fn a_request_in_client_hello_is_answered_in_encrypted_extensions() {
    let [client, server] = exchanged(
        vec![ForeignExtension::new(OURS, b"client"), ForeignExtension::new(OTHER, b"")],
        vec![ForeignExtension::new(OURS, b"server")],
    );
    assert_eq!(client, [peer(HandshakeType::ENCRYPTED_EXTENSIONS, OURS, b"server")]);
    assert_eq!(server, [peer(HandshakeType::CLIENT_HELLO, OURS, b"client")]);
}

#[test]
fn nothing_is_answered_that_was_not_asked() {
    let own = ForeignExtension::new(OURS, b"server");
    let silent = ForeignExtension { request: None, ..own.clone() };
    for client in [vec![], vec![silent]] {
        let server = vec![own.clone(), in_certificate(None, Some(b"shown")).with_type(OTHER)];
        assert_eq!(exchanged(client, server), [vec![], vec![]]);
    }
}

#[test]
fn a_server_may_listen_and_say_nothing() {
    let listens = ForeignExtension { answer: None, ..ForeignExtension::new(OURS, b"") };
    let [client, server] = exchanged(vec![ForeignExtension::new(OURS, b"client")], vec![listens]);
    assert_eq!(client, []);
    assert_eq!(server, [peer(HandshakeType::CLIENT_HELLO, OURS, b"client")]);
}

#[test]
fn a_request_of_either_end_is_answered_in_certificate() {
    let [client, server] = exchanged(
        vec![in_certificate(Some(b"client asks"), Some(b"client shows"))],
        vec![in_certificate(Some(b"server asks"), Some(b"server shows"))],
    );
    assert_eq!(
        client,
        [
            peer(HandshakeType::CERTIFICATE_REQUEST, OURS, b"server asks"),
            peer(HandshakeType::CERTIFICATE, OURS, b"server shows"),
        ]
    );
    assert_eq!(
        server,
        [
            peer(HandshakeType::CLIENT_HELLO, OURS, b"client asks"),
            peer(HandshakeType::CERTIFICATE, OURS, b"client shows"),
        ]
    );
}

#[test]
fn the_chain_that_is_judged_shows_the_answer_in_the_leafs_entry() {
    let asks = in_certificate(Some(b""), None);
    let shows = in_certificate(None, Some(b"shown"));
    let (mut client, mut server) = ends(config(vec![asks]), config(vec![shows]), [vec![], vec![]]);
    connect(&mut client, &mut server);
    let chain = client.connected.unwrap().peer_chain.unwrap();
    assert_eq!(chain.entries().next().unwrap().extensions.find(OURS), Some(&b"shown"[..]));
}

#[test]
fn what_is_required_and_missing_is_missing_extension_in_each_message() {
    let required = |own: ForeignExtension| ForeignExtension { required: true, ..own };
    let own = required(ForeignExtension::new(OURS, b""));
    let asks = required(in_certificate(Some(b""), None));
    let shows = required(in_certificate(None, Some(b"")));
    let cases = [
        (vec![own.clone()], vec![], HandshakeType::ENCRYPTED_EXTENSIONS),
        (vec![], vec![own], HandshakeType::CLIENT_HELLO),
        (vec![asks.clone()], vec![], HandshakeType::CERTIFICATE),
        (vec![], vec![shows], HandshakeType::CLIENT_HELLO),
        (vec![], vec![asks], HandshakeType::CERTIFICATE),
    ];
    for (client, server, message) in cases {
        let fault = fault_between(client, server);
        assert_eq!(fault, PeerFault::MissingExtension { message, extension: OURS }.into());
    }
}

#[test]
fn a_client_without_a_certificate_owes_no_answer_in_it() {
    let asks = ForeignExtension { required: true, ..in_certificate(Some(b""), None) };
    let mut server = config(vec![asks]);
    server.client_auth = ClientAuth::Optional;
    let (mut client, mut server) = ends(config(vec![]), server, [vec![], vec![]]);
    client.shows_nothing = true;
    connect(&mut client, &mut server);
    assert!(server.connected.unwrap().peer_identity.is_none());
}

#[test]
fn a_connections_own_takes_the_place_of_its_configs() {
    let of_config = vec![ForeignExtension::new(OURS, b"config"), ForeignExtension::new(OTHER, b"config")];
    let own = vec![ForeignExtension::new(OURS, b"own")];
    let (mut client, mut server) = ends(config(of_config.clone()), config(of_config), [own.clone(), own]);
    connect(&mut client, &mut server);
    for (end, message) in
        [(client, HandshakeType::ENCRYPTED_EXTENSIONS), (server, HandshakeType::CLIENT_HELLO)]
    {
        let Connected { foreign_extensions, .. } = end.connected.unwrap();
        assert_eq!(foreign_extensions, [peer(message, OURS, b"own"), peer(message, OTHER, b"config")]);
    }
}

#[test]
fn what_is_the_librarys_or_stands_twice_or_must_not_stand_there_is_refused_by_name() {
    let new = |extension_type| ForeignExtension::new(extension_type, b"");
    let padding = new(ExtensionType::PADDING);
    let cases = [
        (vec![new(ExtensionType::KEY_SHARE)], "key_share is the library's"),
        (vec![new(ExtensionType::STATUS_REQUEST_V2)], "status_request_v2 is the library's"),
        (vec![new(ExtensionType(0x8a8a))], "ExtensionType(0x8a8a) is the library's"),
        (vec![new(OURS), new(OTHER), new(OURS)], "ExtensionType(0xff42) stands twice"),
        (vec![padding.clone()], "padding does not stand in EncryptedExtensions"),
        (
            vec![in_certificate(Some(b""), None).with_type(ExtensionType::USE_SRTP)],
            "use_srtp does not stand in CertificateRequest",
        ),
        (vec![new(ExtensionType::QUIC_TRANSPORT_PARAMETERS)], "is for QUIC alone"),
    ];
    for (foreign_extensions, sentence) in cases {
        let mut builder = connection::Config::builder(crypto::ring::provider());
        builder.handshake.foreign_extensions.clone_from(&foreign_extensions);
        let refused = builder.build().unwrap_err().to_string();
        assert!(refused.contains(sentence), "{refused}");
        // The same of a connection's own.
        let own = [foreign_extensions.clone(), foreign_extensions];
        let (client, server) = ends(config(vec![]), config(vec![]), own);
        for mut end in [client, server] {
            let fault = end.machine.next(NOW).unwrap_err();
            assert_eq!(fault, OwnFault::ForeignExtension(refused.clone()).into());
        }
    }
    let asked_alone = ForeignExtension { answer: None, ..padding };
    config(vec![asked_alone]);
    let mut quic = config(vec![]);
    quic.carrier = Carrier::Quic;
    quic.application_protocols = vec![b"h3".to_vec()];
    quic.foreign_extensions = vec![new(ExtensionType::QUIC_TRANSPORT_PARAMETERS)];
    quic.check().unwrap();
}

/// For tests that name another type.
trait WithType {
    fn with_type(self, extension_type: ExtensionType) -> Self;
}

impl WithType for ForeignExtension {
    fn with_type(self, extension_type: ExtensionType) -> Self {
        Self { extension_type, ..self }
    }
}
