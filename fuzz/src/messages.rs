//! Handshake messages without their header, and alerts.

use core::fmt::Debug;

use handfast::alert::{Alert, AlertLevel};
use handfast::message::{
    Certificate, CertificateRequest, CertificateVerify, ClientHello, CompressedCertificate,
    EncryptedExtensions, ExtensionsOf, Finished, Handshake, KeyUpdate, NewSessionTicket, ServerHello,
};
use handfast::wire::{Decode, DecodeError, Encode};

use super::extensions::block;

/// What is read is written again byte for byte; what is not, is refused at a place inside the bytes.
pub(super) fn read<'a, T: Decode<'a> + Encode + Debug>(bytes: &'a [u8]) -> Option<T> {
    match T::decode(bytes) {
        Ok(value) => {
            assert_eq!(value.to_bytes(), bytes, "{value:?}");
            Some(value)
        }
        Err(error) => {
            refused(error, bytes);
            None
        }
    }
}

/// The error shows a place that a person can find.
pub(super) fn refused(error: DecodeError, bytes: &[u8]) {
    assert!(error.offset <= bytes.len(), "{error}");
    assert!(error.structure.is_some(), "{error}");
    assert!(error.to_string().contains(error.field));
}

/// A hello may end before its extensions; it is written with an empty block then.
fn read_hello<'a, T: Decode<'a> + Encode>(bytes: &'a [u8]) -> Option<T> {
    let hello = T::decode(bytes).map_err(|error| refused(error, bytes)).ok()?;
    let written = hello.to_bytes();
    assert!(written == bytes || written == [bytes, &[0, 0]].concat());
    Some(hello)
}

pub fn client_hello(bytes: &[u8]) -> bool {
    let hello: Option<ClientHello<'_>> = read_hello(bytes);
    hello.is_some_and(|hello| {
        assert!(hello.cipher_suites.iter().last().is_some_and(|suite| hello.cipher_suites.contains(suite)));
        block(ExtensionsOf::ClientHello, &hello.extensions, bytes);
        true
    })
}

pub fn server_hello(bytes: &[u8]) -> bool {
    let hello: Option<ServerHello<'_>> = read_hello(bytes);
    hello.is_some_and(|hello| {
        let retry = hello.is_hello_retry_request();
        let place = if retry { ExtensionsOf::HelloRetryRequest } else { ExtensionsOf::ServerHello };
        block(place, &hello.extensions, bytes);
        true
    })
}

pub fn encrypted_extensions(bytes: &[u8]) -> bool {
    let message: Option<EncryptedExtensions<'_>> = read(bytes);
    message.is_some_and(|message| {
        block(ExtensionsOf::EncryptedExtensions, &message.extensions, bytes);
        true
    })
}

pub fn certificate(bytes: &[u8]) -> bool {
    let message: Option<Certificate<'_>> = read(bytes);
    message.is_some_and(|message| {
        assert_eq!(message.certificate_list.is_empty(), message.certificate_list.iter().next().is_none());
        for entry in message.certificate_list.iter() {
            assert!(!entry.cert_data.is_empty());
            block(ExtensionsOf::Certificate, &entry.extensions, bytes);
        }
        true
    })
}

pub fn certificate_request(bytes: &[u8]) -> bool {
    let message: Option<CertificateRequest<'_>> = read(bytes);
    message.is_some_and(|message| {
        block(ExtensionsOf::CertificateRequest, &message.extensions, bytes);
        true
    })
}

pub fn certificate_verify(bytes: &[u8]) -> bool {
    read::<CompressedCertificate<'_>>(bytes);
    read::<CertificateVerify<'_>>(bytes).is_some()
}

pub fn new_session_ticket(bytes: &[u8]) -> bool {
    let message: Option<NewSessionTicket<'_>> = read(bytes);
    message.is_some_and(|message| {
        block(ExtensionsOf::NewSessionTicket, &message.extensions, bytes);
        true
    })
}

/// With the frame of all messages and the two that have no structure of their own.
pub fn key_update(bytes: &[u8]) -> bool {
    read::<Handshake<'_>>(bytes);
    read::<Finished<'_>>(bytes);
    read::<KeyUpdate>(bytes).is_some()
}

pub fn alert(bytes: &[u8]) -> bool {
    read::<Alert>(bytes).is_some_and(|alert| {
        let closes = alert.description.is_closure();
        assert_eq!(alert.description.level() == AlertLevel::WARNING, closes);
        assert!(!alert.description.to_string().is_empty());
        true
    })
}
