//! EncryptedExtensions (§4.4.1).

use super::*;

const MESSAGE: HandshakeType = HandshakeType::ENCRYPTED_EXTENSIONS;

fn says(extension: ExtensionType, body: &'static [u8]) -> impl Fn(Peer) -> Peer {
    move |server| server.on(EncryptedExtensions, move |message| message.extensions.push_raw(extension, body))
}

//= R-4.4.1-2 test
#[test]
fn extensions_that_have_no_place_there_are_illegal_parameter() {
    let extensions = [
        ExtensionType::KEY_SHARE,
        ExtensionType::SUPPORTED_VERSIONS,
        ExtensionType::PRE_SHARED_KEY,
        ExtensionType::SIGNATURE_ALGORITHMS,
        ExtensionType::PSK_KEY_EXCHANGE_MODES,
    ];
    for extension in extensions {
        client_meets(says(extension, &[]))
            .is_refused(misplaced(MESSAGE, extension), Alert::ILLEGAL_PARAMETER);
    }
}

#[test]
fn extensions_that_were_not_asked_for_are_unsupported_extension() {
    let extensions = [
        ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
        ExtensionType::RECORD_SIZE_LIMIT,
        ExtensionType::MAX_FRAGMENT_LENGTH,
        ExtensionType::EARLY_DATA,
        UNKNOWN,
    ];
    for extension in extensions {
        client_meets(says(extension, &[]))
            .is_refused(unsolicited(MESSAGE, extension), Alert::UNSUPPORTED_EXTENSION);
    }
}

#[test]
fn what_may_stand_there_is_taken() {
    client_meets(says(ExtensionType::SERVER_NAME, &[])).completes();
    client_meets(says(ExtensionType::SUPPORTED_GROUPS, &[0, 2, 0x11, 0xec])).completes();
}

#[test]
fn a_server_name_that_is_not_empty_is_decode_error() {
    client_meets(says(ExtensionType::SERVER_NAME, &[0])).is_malformed(MESSAGE, "ServerNameList");
}

fn protocols(names: &'static [&'static str]) -> Meeting {
    let offers = |config: &mut Config| config.application_protocols = vec![b"h2".to_vec(), b"dot".to_vec()];
    client_with(offers, |server| {
        server.on(EncryptedExtensions, move |message| {
            let names: Vec<_> = names.iter().map(|name| name.as_bytes().to_vec()).collect();
            let list = ProtocolNameList::from(names.as_slice());
            message.extensions.push(ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION, &list);
        })
    })
}

#[test]
fn an_application_protocol_that_was_not_offered_is_illegal_parameter() {
    protocols(&["dot"]).completes();
    protocols(&["http/1.1"]).is_refused(PeerFault::ProtocolNotOffered, Alert::ILLEGAL_PARAMETER);
    protocols(&["h2", "dot"]).is_refused(PeerFault::ProtocolNotOffered, Alert::ILLEGAL_PARAMETER);
    protocols(&[""]).is_malformed(MESSAGE, "protocol_name_list");
}

//= R8449-4-9 test
#[test]
fn a_record_size_limit_below_64_is_illegal_parameter() {
    let limited = |limit| {
        client_with(
            |config| config.record_size_limit = Some(16385),
            move |server| {
                let limit = RecordSizeLimit(limit);
                server.on(EncryptedExtensions, move |message| {
                    message.extensions.push(ExtensionType::RECORD_SIZE_LIMIT, &limit);
                })
            },
        )
    };
    limited(64).completes();
    limited(63).is_refused(PeerFault::RecordSizeLimit(63), Alert::ILLEGAL_PARAMETER);
}

//= R8449-5-2 test
#[test]
fn a_max_fragment_length_beside_a_record_size_limit_is_unsupported_extension() {
    client_with(
        |config| config.record_size_limit = Some(4096),
        |server| {
            server.on(EncryptedExtensions, |message| {
                message.extensions.push(ExtensionType::RECORD_SIZE_LIMIT, &RecordSizeLimit(1024));
                message.extensions.push_raw(ExtensionType::MAX_FRAGMENT_LENGTH, [1]);
            })
        },
    )
    .is_refused(unsolicited(MESSAGE, ExtensionType::MAX_FRAGMENT_LENGTH), Alert::UNSUPPORTED_EXTENSION);
}

//= R-4.2.2-20 test
#[test]
fn a_foreign_extension_that_is_required_and_missing_is_missing_extension() {
    let extension = ExtensionType(0xff42);
    let client = || {
        let own = ForeignExtension { required: true, ..ForeignExtension::new(extension, b"mine") };
        Subject::client().with_foreign_extension(own)
    };
    let mut floor = client().floor();
    let fault = floor.meet(&mut client().peer()).unwrap_err();
    assert_eq!(fault, PeerFault::MissingExtension { message: MESSAGE, extension }.into());
    assert_eq!(fault.alert(), Alert::MISSING_EXTENSION);
}

#[test]
fn over_quic_a_server_that_chooses_no_application_protocol_is_no_application_protocol() {
    let client = || {
        Subject::client().with(|config| {
            config.carrier = Carrier::Quic;
            config.application_protocols = vec![b"h3".to_vec()];
        })
    };
    let mut floor = client().floor();
    let fault = floor.meet(&mut client().peer()).unwrap_err();
    assert_eq!(fault, PeerFault::NoSharedProtocol.into());
    assert_eq!(fault.alert(), Alert::NO_APPLICATION_PROTOCOL);
}
