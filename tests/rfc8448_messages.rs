//! Every handshake message of RFC 8448, read and written again byte for byte, with every extension in it.

#![cfg(test)]
#![cfg(feature = "floors")]

mod support {
    pub(crate) mod rfc8448;
}

use std::collections::{BTreeMap, BTreeSet};

use handfast::message::{
    Certificate, CertificateRequest, CertificateVerify, ClientHello, Cookie, EarlyDataIndication,
    EarlyDataNewSessionTicket, EncryptedExtensions, EndOfEarlyData, ExtensionBody, ExtensionType, Extensions,
    ExtensionsOf, Finished, Handshake, HandshakeType, KeyShareClientHello, KeyShareHelloRetryRequest,
    KeyShareServerHello, NewSessionTicket, OfferedPsks, PskKeyExchangeModes, RecordSizeLimit, SelectedPsk,
    ServerHello, ServerNameEncryptedExtensions, ServerNameList, SignatureSchemeList, SupportedGroups,
    SupportedVersionsClientHello, SupportedVersionsServerHello, check_extensions,
};
use handfast::wire::{Decode, Encode, Reader};

use support::rfc8448::{Trace, traces};

/// What came of the messages of all traces.
#[derive(Default)]
struct Seen {
    messages: BTreeMap<HandshakeType, usize>,
    /// Extensions that were read and written, and those that stay opaque.
    extensions: BTreeMap<(bool, ExtensionType), usize>,
}

//= R-4.3-1 test
#[test]
fn every_message_of_the_rfc_is_read_and_written_again() {
    let mut seen = Seen::default();
    for trace in traces() {
        seen.trace(&trace);
    }
    let expected = [
        (HandshakeType::CLIENT_HELLO, 6),
        (HandshakeType::SERVER_HELLO, 6),
        (HandshakeType::NEW_SESSION_TICKET, 1),
        (HandshakeType::END_OF_EARLY_DATA, 1),
        (HandshakeType::ENCRYPTED_EXTENSIONS, 5),
        (HandshakeType::CERTIFICATE, 5),
        (HandshakeType::CERTIFICATE_REQUEST, 1),
        (HandshakeType::CERTIFICATE_VERIFY, 5),
        (HandshakeType::FINISHED, 10),
    ];
    assert_eq!(seen.messages, BTreeMap::from(expected));
    let expected = [
        ((true, ExtensionType::SERVER_NAME), 6 + 5),
        ((true, ExtensionType::SUPPORTED_GROUPS), 6 + 5),
        ((true, ExtensionType::SIGNATURE_ALGORITHMS), 6 + 1),
        ((true, ExtensionType::RECORD_SIZE_LIMIT), 6 + 5),
        ((true, ExtensionType::PRE_SHARED_KEY), 1 + 1),
        ((true, ExtensionType::EARLY_DATA), 1 + 1 + 1),
        ((true, ExtensionType::SUPPORTED_VERSIONS), 6 + 6),
        ((true, ExtensionType::COOKIE), 1 + 1),
        ((true, ExtensionType::PSK_KEY_EXCHANGE_MODES), 6),
        ((true, ExtensionType::KEY_SHARE), 6 + 6),
        ((false, ExtensionType::PADDING), 2),
        ((false, ExtensionType::SESSION_TICKET), 1),
        ((false, ExtensionType::RENEGOTIATION_INFO), 6),
    ];
    assert_eq!(seen.extensions, BTreeMap::from(expected));
}

/// What a step constructs is what the next record carries; of the ClientHello with a PSK it is what `Truncate`
/// leaves, to which the binders are then added (RFC 8448 §4).
#[test]
fn every_message_that_a_step_constructs_is_carried_by_a_record() {
    let (mut whole, mut truncated) = (0, 0);
    for trace in traces() {
        let carried = messages(&trace);
        for step in trace.steps.iter().filter(|step| step.caption.starts_with("construct ")) {
            let (label, constructed) = step.only_block();
            assert!(step.caption.ends_with(&format!(" {label} handshake message")), "step {}", step.number);
            if carried.iter().any(|message| message == constructed) {
                whole += 1;
            } else {
                assert!(
                    carried.iter().any(|message| truncate(message) == Some(constructed)),
                    "step {}",
                    step.number
                );
                truncated += 1;
            }
        }
    }
    assert_eq!((whole, truncated), (39, 1));
}

/// `Truncate` of §4.3.11.2: a ClientHello without its binders.
fn truncate(message: &[u8]) -> Option<&[u8]> {
    let hello = ClientHello::decode(Handshake::decode(message).ok()?.body).ok()?;
    let offered: OfferedPsks<'_> = hello.extensions.get().ok()??;
    message.get(..message.len() - offered.truncated_len())
}

/// The messages that the records of a trace carry.
fn messages(trace: &Trace) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    for step in trace.steps.iter().filter(|step| step.caption == "send handshake record") {
        let [payload, _] = step.blocks(["payload", "complete record"]);
        let mut r = Reader::new(payload);
        while !r.is_empty() {
            let message =
                Handshake::read(&mut r).unwrap_or_else(|error| panic!("step {}: {error}", step.number));
            messages.push(message.to_bytes());
        }
    }
    messages
}

fn read<'a, T: Decode<'a> + Encode>(body: &'a [u8]) -> T {
    let message = T::decode(body).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(message.to_bytes(), body, "{}", T::NAME);
    message
}

impl Seen {
    fn trace(&mut self, trace: &Trace) {
        let mut client_offered = BTreeSet::new();
        for bytes in messages(trace) {
            let message: Handshake<'_> = read(&bytes);
            *self.messages.entry(message.msg_type).or_default() += 1;
            if message.msg_type == HandshakeType::CLIENT_HELLO {
                client_offered = read::<ClientHello<'_>>(message.body)
                    .extensions
                    .iter()
                    .map(|sent| sent.extension_type)
                    .collect();
            }
            self.message(message, &client_offered);
        }
    }

    fn message(&mut self, message: Handshake<'_>, offered: &BTreeSet<ExtensionType>) {
        let body = message.body;
        match message.msg_type {
            HandshakeType::CLIENT_HELLO => {
                self.block(ExtensionsOf::ClientHello, &read::<ClientHello<'_>>(body).extensions, offered);
            }
            HandshakeType::SERVER_HELLO => {
                let hello: ServerHello<'_> = read(body);
                let retry = hello.is_hello_retry_request();
                let place = if retry { ExtensionsOf::HelloRetryRequest } else { ExtensionsOf::ServerHello };
                self.block(place, &hello.extensions, offered);
            }
            HandshakeType::ENCRYPTED_EXTENSIONS => {
                let extensions = read::<EncryptedExtensions<'_>>(body).extensions;
                self.block(ExtensionsOf::EncryptedExtensions, &extensions, offered);
            }
            HandshakeType::CERTIFICATE_REQUEST => {
                let extensions = read::<CertificateRequest<'_>>(body).extensions;
                self.block(ExtensionsOf::CertificateRequest, &extensions, offered);
            }
            HandshakeType::CERTIFICATE => {
                for entry in read::<Certificate<'_>>(body).certificate_list.iter() {
                    self.block(ExtensionsOf::Certificate, &entry.extensions, offered);
                }
            }
            HandshakeType::NEW_SESSION_TICKET => {
                let extensions = read::<NewSessionTicket<'_>>(body).extensions;
                self.block(ExtensionsOf::NewSessionTicket, &extensions, offered);
            }
            HandshakeType::CERTIFICATE_VERIFY => drop(read::<CertificateVerify<'_>>(body)),
            HandshakeType::FINISHED => assert_eq!(read::<Finished<'_>>(body).verify_data.len(), 32),
            HandshakeType::END_OF_EARLY_DATA => drop(read::<EndOfEarlyData>(body)),
            other => panic!("a message of type {other}"),
        }
    }

    fn block(&mut self, place: ExtensionsOf, block: &Extensions<'_>, offered: &BTreeSet<ExtensionType>) {
        assert_eq!(
            check_extensions(place, block, Some(&|sent| offered.contains(&sent))),
            Ok(()),
            "{place:?}"
        );
        for extension in block.iter() {
            let known = is_read_and_written(place, extension.extension_type, block);
            *self.extensions.entry((known, extension.extension_type)).or_default() += 1;
        }
    }
}

/// Reads and writes one extension of the block, if it is one that has a structure here.
fn is_read_and_written(place: ExtensionsOf, extension_type: ExtensionType, block: &Extensions<'_>) -> bool {
    use ExtensionsOf::{ClientHello, EncryptedExtensions, HelloRetryRequest, NewSessionTicket, ServerHello};
    match (extension_type, place) {
        (ExtensionType::SERVER_NAME, ClientHello) => again::<ServerNameList<'_>>(block),
        (ExtensionType::SERVER_NAME, EncryptedExtensions) => again::<ServerNameEncryptedExtensions>(block),
        (ExtensionType::SUPPORTED_GROUPS, _) => again::<SupportedGroups<'_>>(block),
        (ExtensionType::SIGNATURE_ALGORITHMS, _) => again::<SignatureSchemeList<'_>>(block),
        (ExtensionType::RECORD_SIZE_LIMIT, _) => again::<RecordSizeLimit>(block),
        (ExtensionType::PRE_SHARED_KEY, ClientHello) => again::<OfferedPsks<'_>>(block),
        (ExtensionType::PRE_SHARED_KEY, ServerHello) => again::<SelectedPsk>(block),
        (ExtensionType::EARLY_DATA, NewSessionTicket) => again::<EarlyDataNewSessionTicket>(block),
        (ExtensionType::EARLY_DATA, _) => again::<EarlyDataIndication>(block),
        (ExtensionType::SUPPORTED_VERSIONS, ClientHello) => again::<SupportedVersionsClientHello<'_>>(block),
        (ExtensionType::SUPPORTED_VERSIONS, _) => again::<SupportedVersionsServerHello>(block),
        (ExtensionType::COOKIE, _) => again::<Cookie<'_>>(block),
        (ExtensionType::PSK_KEY_EXCHANGE_MODES, _) => again::<PskKeyExchangeModes<'_>>(block),
        (ExtensionType::KEY_SHARE, ClientHello) => again::<KeyShareClientHello<'_>>(block),
        (ExtensionType::KEY_SHARE, ServerHello) => again::<KeyShareServerHello<'_>>(block),
        (ExtensionType::KEY_SHARE, HelloRetryRequest) => again::<KeyShareHelloRetryRequest>(block),
        _ => return false,
    }
    true
}

fn again<'a, E: ExtensionBody<'a> + Encode>(block: &Extensions<'a>) {
    let body = block.get::<E>().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(body.map(|body| body.to_bytes()).as_deref(), block.find(E::TYPE), "{}", E::TYPE);
}
