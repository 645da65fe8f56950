//! `pre_shared_key`.

use alloc::vec::Vec;

use super::checks::{assert_bounds, assert_codec, hex, opaque_strings};
use crate::message::{OfferedPsks, PskIdentity, SelectedPsk};
use crate::wire::{Decode, DecodeReason, Encode, Writer};

/// Binders behind their lengths, as they stand in the message.
fn binders(list: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = Writer::new(&mut bytes);
    list.iter().for_each(|binder| out.vector(32..=255, |out| out.bytes(binder)));
    bytes
}

#[test]
fn offered_psks_are_identities_and_binders() {
    let ticket = PskIdentity { identity: &[1, 2, 3], obfuscated_ticket_age: 0x0102_0304 };
    let external = PskIdentity { identity: b"psk", obfuscated_ticket_age: 0 };
    assert_codec!(PskIdentity, ticket, hex("0003 010203 01020304"));
    let identities = [ticket.to_bytes(), external.to_bytes()].concat();
    let list = [alloc::vec![7; 32], alloc::vec![8; 48]];
    let binders = binders(&list);
    let offered = OfferedPsks::from_contents(&identities, &binders);
    assert!(offered.identities().eq([ticket, external]));
    assert!(offered.binders().eq(list.iter().map(Vec::as_slice)));
    let wire = [
        hex("0012 0003 010203 01020304 0003 70736b 00000000"),
        hex("0052 20"),
        alloc::vec![7; 32],
        hex("30"),
        alloc::vec![8; 48],
    ];
    assert_codec!(OfferedPsks, offered, wire.concat());
}

/// §4.3.11.2: what `Truncate` removes is the binders list, its own length included.
#[test]
fn truncated_len_counts_the_binders_with_the_length_before_them() {
    let identities = PskIdentity { identity: &[1], obfuscated_ticket_age: 0 }.to_bytes();
    let binders = binders(&[alloc::vec![7; 32], alloc::vec![8; 48]]);
    let offered = OfferedPsks::from_contents(&identities, &binders);
    let bytes = offered.to_bytes();
    assert_eq!(offered.truncated_len(), 2 + 33 + 49);
    assert_eq!(bytes[..bytes.len() - offered.truncated_len()], [hex("0007"), identities].concat());
}

#[test]
fn bounds_of_identities() {
    assert_bounds("identity", 1..=0xffff, 1, |length| {
        let identity = &alloc::vec![1; length];
        PskIdentity::decode(&PskIdentity { identity, obfuscated_ticket_age: 0 }.to_bytes()).map(drop)
    });
    let good = binders(&[alloc::vec![7; 32]]);
    assert_bounds("identities", 7..=0xffff, 1, |length| {
        let identity = &alloc::vec![1; length - 6];
        let identities = PskIdentity { identity, obfuscated_ticket_age: 0 }.to_bytes();
        OfferedPsks::decode(&OfferedPsks::from_contents(&identities, &good).to_bytes()).map(drop)
    });
}

#[test]
fn bounds_of_binders() {
    let identities = PskIdentity { identity: &[1], obfuscated_ticket_age: 0 }.to_bytes();
    let decode = |binders: &[u8]| {
        OfferedPsks::decode(&OfferedPsks::from_contents(&identities, binders).to_bytes()).map(drop)
    };
    assert_bounds("binders", 33..=0xffff, 1, |length| decode(&binders(&opaque_strings(length, 1, 255))));
    for (length, good) in [(31, false), (32, true), (255, true)] {
        let list = [alloc::vec![7; length], alloc::vec![7; 32]];
        let expected = DecodeReason::OutOfBounds { length, min: 32, max: 255 };
        match decode(&binders(&list)) {
            Ok(()) => assert!(good, "{length}"),
            Err(error) => assert_eq!((error.field, error.reason, good), ("PskBinderEntry", expected, false)),
        }
    }
}

#[test]
fn selected_identity() {
    assert_codec!(SelectedPsk, SelectedPsk { selected_identity: 0x0102 }, hex("0102"));
}
