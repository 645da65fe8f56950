//! The messages behind the hellos, and the frame of all.

use alloc::vec::Vec;

use super::checks::{assert_bounds, assert_codec, hex};
use crate::message::{
    Certificate, CertificateCompressionAlgorithm, CertificateEntry, CertificateList, CertificateRequest,
    CertificateVerify, CompressedCertificate, EncryptedExtensions, EndOfEarlyData, ExtensionList,
    ExtensionType, Extensions, Finished, Handshake, HandshakeType, KeyUpdate, KeyUpdateRequest,
    NewSessionTicket, SignatureScheme, encode_handshake, peek_header,
};
use crate::wire::{Decode, DecodeReason, Encode};

/// A block of `length` bytes: one extension of a type that nobody knows.
fn block(length: usize) -> ExtensionList {
    let mut list = ExtensionList::new();
    if length > 0 {
        list.push_raw(ExtensionType(0x1234), &alloc::vec![5; length - 4]);
    }
    list
}

#[test]
fn encrypted_extensions_is_a_block_of_0_to_65535_bytes() {
    assert_codec!(
        EncryptedExtensions,
        EncryptedExtensions { extensions: Extensions::default() },
        hex("0000")
    );
    let list = block(6);
    assert_codec!(
        EncryptedExtensions,
        EncryptedExtensions { extensions: list.as_extensions() },
        hex("0006 1234 0002 0505")
    );
    assert_bounds("extensions", 0..=0xffff, 1, |length| {
        let extensions = block(length);
        let bytes = EncryptedExtensions { extensions: extensions.as_extensions() }.to_bytes();
        EncryptedExtensions::decode(&bytes).map(drop)
    });
}

#[test]
fn certificate_request_is_a_context_and_a_block() {
    let list = block(5);
    let request =
        CertificateRequest { certificate_request_context: &[8, 9], extensions: list.as_extensions() };
    assert_codec!(CertificateRequest, request, hex("02 0809 0005 1234 0001 05"));
    assert_bounds("certificate_request_context", 0..=0xff, 1, |length| {
        let certificate_request_context = &alloc::vec![1; length];
        CertificateRequest::decode(&CertificateRequest { certificate_request_context, ..request }.to_bytes())
            .map(drop)
    });
    assert_bounds("extensions", 0..=0xffff, 1, |length| {
        let list = block(length);
        CertificateRequest::decode(
            &CertificateRequest { extensions: list.as_extensions(), ..request }.to_bytes(),
        )
        .map(drop)
    });
}

/// RFC 9846 lowered the bound from 2 to 0: that `signature_algorithms` is missing is another fault.
#[test]
fn certificate_request_with_an_empty_block_decodes() {
    let request = CertificateRequest::decode(&[0, 0, 0]).expect("a CertificateRequest");
    assert!(request.extensions.is_empty());
}

#[test]
fn certificate_is_a_context_and_entries() {
    let list = block(5);
    let leaf = CertificateEntry { cert_data: &[1, 2, 3], extensions: list.as_extensions() };
    let issuer = CertificateEntry { cert_data: &[4], extensions: Extensions::default() };
    assert_codec!(CertificateEntry, leaf, hex("000003 010203 0005 1234 0001 05"));
    assert_codec!(CertificateEntry, issuer, hex("000001 04 0000"));
    let contents = [leaf.to_bytes(), issuer.to_bytes()].concat();
    let certificate_list = CertificateList::from_contents(&contents);
    assert!(certificate_list.iter().eq([leaf, issuer]));
    assert_codec!(
        Certificate,
        Certificate { certificate_request_context: &[7], certificate_list },
        hex("01 07 000013 000003 010203 0005 1234 0001 05 000001 04 0000")
    );
}

#[test]
fn certificate_without_entries_decodes() {
    let empty =
        Certificate { certificate_request_context: &[], certificate_list: CertificateList::default() };
    assert!(empty.certificate_list.is_empty());
    assert_codec!(Certificate, empty, hex("00 000000"));
}

#[test]
fn bounds_of_certificate() {
    assert_bounds("certificate_request_context", 0..=0xff, 1, |length| {
        let certificate_request_context = &alloc::vec![1; length];
        let certificate_list = CertificateList::default();
        Certificate::decode(&Certificate { certificate_request_context, certificate_list }.to_bytes())
            .map(drop)
    });
    assert_bounds("cert_data", 1..=0xff_ffff, 1, |length| {
        let cert_data = &alloc::vec![1; length];
        let extensions = Extensions::default();
        CertificateEntry::decode(&CertificateEntry { cert_data, extensions }.to_bytes()).map(drop)
    });
    assert_bounds("extensions", 0..=0xffff, 1, |length| {
        let list = block(length);
        let entry = CertificateEntry { cert_data: &[1], extensions: list.as_extensions() };
        CertificateEntry::decode(&entry.to_bytes()).map(drop)
    });
    let overhead = 3 + 2;
    let cert_data = &alloc::vec![1; 0xff_ffff - overhead];
    let contents = CertificateEntry { cert_data, extensions: Extensions::default() }.to_bytes();
    let certificate_list = CertificateList::from_contents(&contents);
    let longest = Certificate { certificate_request_context: &[], certificate_list };
    assert_eq!(Certificate::decode(&longest.to_bytes()).map(|read| read == longest), Ok(true));
}

/// What the list says of its length, and what its entries say, must agree.
#[test]
fn an_entry_that_ends_behind_its_list_is_cut_short() {
    let error =
        Certificate::decode(&hex("00 000006 000003 010203")).expect_err("an entry without extensions");
    assert_eq!((error.field, error.offset), ("extensions", 10));
    let error =
        Certificate::decode(&hex("00 000005 000003 010203 0000")).expect_err("a list that ends early");
    assert_eq!((error.field, error.offset), ("cert_data", 7));
    assert_eq!(error.reason, DecodeReason::Truncated { needed: 3, left: 2 });
}

#[test]
fn compressed_certificate_is_an_algorithm_a_length_and_what_came_of_it() {
    let message = CompressedCertificate {
        algorithm: CertificateCompressionAlgorithm::BROTLI,
        uncompressed_length: 0x01_0203,
        compressed_certificate_message: &[7, 8],
    };
    assert_codec!(CompressedCertificate, message, hex("0002 010203 000002 0708"));
    assert_bounds("compressed_certificate_message", 1..=0xff_ffff, 1, |length| {
        let compressed_certificate_message = &alloc::vec![1; length];
        CompressedCertificate::decode(
            &CompressedCertificate { compressed_certificate_message, ..message }.to_bytes(),
        )
        .map(drop)
    });
}

#[test]
fn certificate_verify_is_a_scheme_and_a_signature() {
    let verify = CertificateVerify { algorithm: SignatureScheme::ED25519, signature: &[1, 2] };
    assert_codec!(CertificateVerify, verify, hex("0807 0002 0102"));
    assert_bounds("signature", 0..=0xffff, 1, |length| {
        let signature = &alloc::vec![1; length];
        CertificateVerify::decode(&CertificateVerify { signature, ..verify }.to_bytes()).map(drop)
    });
}

/// The decoder does not know Hash.length: every length is some hash's.
#[test]
fn finished_is_all_that_the_message_holds() {
    for length in [0, 32, 48, 64] {
        let bytes: Vec<u8> = alloc::vec![3; length];
        let finished = Finished::decode(&bytes).expect("a Finished");
        assert_eq!(finished.verify_data, bytes);
        assert_eq!(finished.to_bytes(), bytes);
    }
}

#[test]
fn end_of_early_data_is_empty() {
    assert_codec!(EndOfEarlyData, EndOfEarlyData, hex(""));
}

#[test]
fn new_session_ticket_is_read_and_written_field_by_field() {
    let list = block(5);
    let ticket = NewSessionTicket {
        ticket_lifetime: 604_800,
        ticket_age_add: 0xfedc_ba98,
        ticket_nonce: &[0, 1],
        ticket: &[5, 6, 7],
        extensions: list.as_extensions(),
    };
    assert_codec!(NewSessionTicket, ticket, hex("00093a80 fedcba98 02 0001 0003 050607 0005 1234 0001 05"));
    assert_bounds("ticket_nonce", 0..=255, 1, |length| {
        let ticket_nonce = &alloc::vec![1; length];
        NewSessionTicket::decode(&NewSessionTicket { ticket_nonce, ..ticket }.to_bytes()).map(drop)
    });
    assert_bounds("ticket", 1..=0xffff, 1, |length| {
        let data = &alloc::vec![1; length];
        NewSessionTicket::decode(&NewSessionTicket { ticket: data, ..ticket }.to_bytes()).map(drop)
    });
}

/// RFC 9846 raised the bound from 65534 to 65535.
#[test]
fn extensions_of_new_session_ticket_have_0_to_65535_bytes() {
    assert_bounds("extensions", 0..=0xffff, 1, |length| {
        let list = block(length);
        let ticket = NewSessionTicket {
            ticket_lifetime: 0,
            ticket_age_add: 0,
            ticket_nonce: &[],
            ticket: &[1],
            extensions: list.as_extensions(),
        };
        NewSessionTicket::decode(&ticket.to_bytes()).map(drop)
    });
}

#[test]
fn key_update_is_one_byte_of_any_value() {
    for value in 0..=0xff {
        let update = KeyUpdate { request_update: KeyUpdateRequest(value) };
        assert_codec!(KeyUpdate, update, alloc::vec![value]);
    }
}

#[test]
fn the_frame_is_a_type_and_a_length_of_three_bytes() {
    let message = Handshake { msg_type: HandshakeType::CERTIFICATE_VERIFY, body: &[1, 2] };
    assert_codec!(Handshake, message, hex("0f 000002 0102"));
    assert_bounds("body", 0..=0xff_ffff, 1, |length| {
        let body = &alloc::vec![1; length];
        Handshake::decode(&Handshake { msg_type: HandshakeType::FINISHED, body }.to_bytes()).map(drop)
    });
}

#[test]
fn a_header_is_seen_as_soon_as_its_four_bytes_are_there() {
    let bytes = hex("14 010203 ff");
    for length in 0..4 {
        assert_eq!(peek_header(&bytes[..length]), None);
    }
    assert_eq!(peek_header(&bytes[..4]), Some((HandshakeType::FINISHED, 0x01_0203)));
    assert_eq!(peek_header(&bytes), Some((HandshakeType::FINISHED, 0x01_0203)));
}

#[test]
fn encode_handshake_appends_a_whole_message() {
    let mut out = alloc::vec![0xee];
    encode_handshake(HandshakeType::KEY_UPDATE, &mut out, |out| out.u8(1));
    assert_eq!(out, hex("ee 18 000001 01"));
}
