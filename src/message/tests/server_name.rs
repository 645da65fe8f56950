//! `server_name` (RFC 6066 §3).

use alloc::vec::Vec;

use super::checks::{assert_bounds, assert_codec, hex};
use crate::message::{ServerNameEncryptedExtensions, ServerNameList};
use crate::wire::{Decode, DecodeError, DecodeReason, Writer};

/// A list of these entries: type and name.
fn list(entries: &[(u8, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Writer::new(&mut bytes).vector(1..=0xffff, |out| {
        for (name_type, name) in entries {
            out.u8(*name_type);
            out.vector(1..=0xffff, |out| out.bytes(name));
        }
    });
    bytes
}

fn refused(bytes: &[u8]) -> DecodeError {
    ServerNameList::decode(bytes).expect_err("not a ServerNameList")
}

#[test]
fn server_name_list_is_one_host_name() {
    assert_codec!(ServerNameList, ServerNameList::host_name("a.test"), hex("0009 00 0006 612e74657374"));
    assert_codec!(ServerNameEncryptedExtensions, ServerNameEncryptedExtensions, hex(""));
}

#[test]
fn a_list_of_no_entry_is_out_of_bounds() {
    let error = refused(&[0, 0]);
    assert_eq!((error.field, error.offset), ("server_name_list", 0));
    assert_eq!(error.reason, DecodeReason::OutOfBounds { length: 0, min: 1, max: 0xffff });
}

#[test]
fn a_host_name_has_1_to_255_bytes() {
    let error = refused(&list(&[(0, b"")]));
    assert_eq!((error.field, error.offset), ("HostName", 3));
    assert_eq!(error.reason, DecodeReason::OutOfBounds { length: 0, min: 1, max: 0xffff });
    let decode = |length: usize| ServerNameList::decode(&list(&[(0, &alloc::vec![b'a'; length])])).map(drop);
    assert_eq!((decode(1), decode(255)), (Ok(()), Ok(())));
    let error = decode(256).expect_err("longer than DNS allows");
    assert_eq!((error.field, error.offset), ("HostName", 3));
    assert_eq!(error.reason, DecodeReason::OutOfBounds { length: 256, min: 1, max: 255 });
}

#[test]
fn a_host_name_is_printable_ascii_and_the_error_points_at_what_is_not() {
    for character in (0..=0xff_u8).filter(|character| !character.is_ascii_graphic()) {
        let error = refused(&list(&[(0, &[b'a', b'.', character, b't'])]));
        assert_eq!((error.field, error.offset), ("HostName", 2 + 1 + 2 + 2), "{character}");
        assert_eq!(error.reason, DecodeReason::InvalidValue { found: character.into() });
    }
    let error = refused(&list(&[(0, "münchen.test".as_bytes())]));
    assert_eq!((error.offset, error.reason), (6, DecodeReason::InvalidValue { found: 0xc3 }));
}

#[test]
fn two_host_names_are_refused() {
    let error = refused(&list(&[(0, b"a.test"), (0, b"b.test")]));
    assert_eq!((error.field, error.offset), ("name_type", 11));
    assert_eq!(error.reason, DecodeReason::InvalidValue { found: 0 });
}

/// "All future data structures associated with new NameTypes MUST begin with a 16-bit length field."
//= R-9.3-5 test
#[test]
fn names_of_unknown_type_are_skipped() {
    for entries in [
        [(0, b"a.test".as_slice()), (7, b"".as_slice())],
        [(255, b"\0\xff".as_slice()), (0, b"a.test".as_slice())],
    ] {
        assert_eq!(ServerNameList::decode(&list(&entries)), Ok(ServerNameList::host_name("a.test")));
    }
    let error = refused(&list(&[(7, b"a.test")]));
    assert_eq!((error.field, error.offset), ("HostName", 11), "a list must say the host_name");
}

#[test]
fn the_list_reaches_up_to_65535_bytes() {
    assert_bounds("server_name_list", 1..=0xffff, 1, |length| match length {
        1 => Ok(()), // An entry has more: what is one byte long is cut short inside.
        length => {
            let rest = alloc::vec![1; length.saturating_sub(9 + 3)];
            let entries: [(u8, &[u8]); 2] = [(0, b"a.test"), (9, &rest)];
            ServerNameList::decode(&list(if length == 0 { &[] } else { &entries })).map(drop)
        }
    });
    assert_eq!(refused(&[0, 1, 0]).reason, DecodeReason::Truncated { needed: 2, left: 0 });
}
