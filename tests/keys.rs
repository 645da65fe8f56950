//! Keys in every form that files have them, and the words with which the others are refused.

#![allow(clippy::expect_used, clippy::panic)]

use handfast::crypto::{PrivateKeyError, PrivateKeyInfo, PublicKey, PublicKeyAlgorithm, PublicKeyError};
use handfast::pem;

fn file(name: &str) -> String {
    let path = format!("{}/vectors/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn private_key(name: &str) -> Result<PrivateKeyInfo, PrivateKeyError> {
    PrivateKeyInfo::from_pem(file(name))
}

fn spki(name: &str) -> Vec<u8> {
    let text = file(name);
    let block = pem::blocks(text.as_bytes()).next().expect("a block").expect("PEM");
    assert_eq!(block.label, "PUBLIC KEY");
    block.decode().expect("base64").to_vec()
}

fn public_key(name: &str) -> Result<PublicKey, PublicKeyError> {
    PublicKey::from_spki(&spki(name))
}

#[test]
fn a_key_is_the_same_in_pkcs8_sec1_and_pkcs1() {
    let kinds = [
        ("p256-pkcs8", "p256-sec1-with-text", "p256-public", PublicKeyAlgorithm::EcP256, 32),
        ("p256-pkcs8", "p256-sec1-with-parameters", "p256-public", PublicKeyAlgorithm::EcP256, 32),
        ("p384-pkcs8", "p384-sec1", "p384-public", PublicKeyAlgorithm::EcP384, 48),
        ("p521-pkcs8", "p521-sec1", "p521-public", PublicKeyAlgorithm::EcP521, 66),
        ("rsa2048-pkcs8", "rsa2048-pkcs1", "rsa2048-public", PublicKeyAlgorithm::Rsa, 1190),
    ];
    for (pkcs8, traditional, public, algorithm, around) in kinds {
        let (first, second) =
            (private_key(pkcs8).expect(pkcs8), private_key(traditional).expect(traditional));
        assert_eq!(first.private_key(), second.private_key(), "{traditional}");
        assert!(first.private_key().len().abs_diff(around) < 8, "{pkcs8}");
        for key in [first, second] {
            assert_eq!(key.algorithm(), algorithm, "{pkcs8}");
            assert_eq!(key.public_key(), Some(&public_key(public).expect(public)), "{pkcs8}");
        }
    }
}

#[test]
fn an_ed25519_key_has_32_bytes_and_its_version_1_no_public_key() {
    let key = private_key("ed25519-pkcs8").expect("key");
    assert_eq!((key.algorithm(), key.private_key().len()), (PublicKeyAlgorithm::Ed25519, 32));
    assert_eq!(key.public_key(), None);
}

/// RFC 9881 §4, §6.
#[test]
fn an_ml_dsa_key_is_a_seed_an_expanded_key_or_both() {
    let sets = [
        (
            PublicKeyAlgorithm::MlDsa44,
            ["rfc9881-ml-dsa-44-seed", "ml-dsa-44-expanded", "ml-dsa-44-both"],
            ("rfc9881-ml-dsa-44-public", 1312, 128),
            2560,
        ),
        (
            PublicKeyAlgorithm::MlDsa65,
            ["rfc9881-ml-dsa-65-seed", "ml-dsa-65-expanded", "ml-dsa-65-both"],
            ("rfc9881-ml-dsa-65-public", 1952, 192),
            4032,
        ),
        (
            PublicKeyAlgorithm::MlDsa87,
            ["rfc9881-ml-dsa-87-seed", "ml-dsa-87-expanded", "ml-dsa-87-both"],
            ("rfc9881-ml-dsa-87-public", 2592, 256),
            4896,
        ),
    ];
    for (algorithm, names, (public, len, strength), expanded) in sets {
        let lengths = [34, 4 + expanded, 4 + 34 + 4 + expanded];
        for (name, length) in names.into_iter().zip(lengths) {
            let key = private_key(name).expect(name);
            assert_eq!((key.algorithm(), key.private_key().len()), (algorithm, length), "{name}");
            assert_eq!(key.public_key(), None, "{name}");
        }
        let key = public_key(public).expect(public);
        assert_eq!((key.algorithm(), key.key_bits().len(), key.strength_bits()), (algorithm, len, strength));
    }
}

#[test]
fn version_2_of_pkcs8_may_have_attributes_and_has_the_public_key() {
    let (v1, v2) = (private_key("rfc8410-10.3-v1").expect("v1"), private_key("rfc8410-10.3-v2").expect("v2"));
    assert_eq!(v1.private_key(), v2.private_key());
    assert_eq!(v2.public_key().map(|key| key.key_bits().len()), Some(32));
}

#[test]
fn an_ec_key_may_lack_its_public_key() {
    let key = private_key("p256-sec1-no-public").expect("key");
    assert_eq!(key.public_key(), None);
    assert_eq!(key.private_key(), private_key("p256-pkcs8").expect("key").private_key());
}

//= R-4.3.3-8 test
#[test]
fn keys_of_other_kinds_are_refused_by_name() {
    let refusals = [
        ("ed448-pkcs8", "Ed448 (1.3.101.113)"),
        ("rsa-pss-sha1-pkcs8", "id-RSASSA-PSS with parameters that no scheme of TLS has"),
    ];
    for (name, expected) in refusals {
        match private_key(name) {
            Err(PrivateKeyError::Unsupported { algorithm, .. }) => assert_eq!(algorithm, expected),
            other => panic!("{name}: {other:?}"),
        }
        let public = name.replace("pkcs8", "public");
        let algorithm = expected.to_owned();
        assert_eq!(public_key(&public), Err(PublicKeyError::Unsupported { algorithm }), "{public}");
    }
}

//= R-4.3.3-10 test
#[test]
fn an_rsa_key_is_for_the_schemes_of_its_identifier_and_parameters() {
    use handfast::crypto::SignatureAlgorithm::{RsaPssPssSha256, RsaPssPssSha384, RsaPssSha256};
    let keys = [
        ("rsa2048-public", [true, false, false]),
        ("rsa-pss-public", [false, true, true]),
        ("rsa-pss-sha384-public", [false, false, true]),
    ];
    for (name, expected) in keys {
        let key = public_key(name).expect(name);
        let found = [RsaPssSha256, RsaPssPssSha256, RsaPssPssSha384].map(|algorithm| key.is_for(algorithm));
        assert_eq!(found, expected, "{name}");
    }
    for name in ["rsa-pss", "rsa-pss-sha384"] {
        let private = private_key(&format!("{name}-pkcs8")).expect(name);
        assert_eq!(private.public_key(), Some(&public_key(&format!("{name}-public")).expect(name)));
    }
}

#[test]
fn an_rsa_key_of_three_primes_is_refused() {
    let refusal = private_key("rsa2048-three-primes-pkcs8").expect_err("three primes").to_string();
    assert!(refusal.contains("two primes"), "{refusal}");
}

#[test]
fn encrypted_keys_are_refused_with_the_way_to_decrypt_them() {
    for name in ["encrypted-pkcs8", "encrypted-sec1"] {
        let refusal = private_key(name).expect_err("encrypted");
        assert_eq!(refusal, PrivateKeyError::Encrypted, "{name}");
        assert!(refusal.to_string().contains("decrypt it first"), "{refusal}");
    }
    let text = file("encrypted-pkcs8");
    let block = pem::blocks(text.as_bytes()).next().expect("a block").expect("PEM");
    let der = block.decode().expect("base64");
    assert_eq!(PrivateKeyInfo::from_der(&der).expect_err("encrypted"), PrivateKeyError::Encrypted);
}

#[test]
fn a_text_without_a_private_key_says_what_it_has() {
    let refusal = private_key("p256-public").expect_err("no private key");
    assert_eq!(refusal.to_string(), "no private key found; the PEM blocks are PUBLIC KEY");
    let refusal = PrivateKeyInfo::from_pem("hello").expect_err("no PEM");
    assert!(refusal.to_string().contains("-----BEGIN PRIVATE KEY-----"), "{refusal}");
}

#[test]
fn two_private_keys_in_one_text_are_refused_with_their_lines() {
    let text = file("ed25519-pkcs8") + &file("p256-pkcs8");
    let refusal = PrivateKeyInfo::from_pem(text).expect_err("two");
    assert_eq!(refusal, PrivateKeyError::Several { first_line: 1, second_line: 4 });
}

/// Every file of the directory is one that the tests above read.
#[test]
fn no_key_file_is_left_unread() {
    let source = include_str!("keys.rs");
    let directory = format!("{}/vectors/keys", env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for entry in std::fs::read_dir(directory).expect("directory") {
        let name = entry.expect("entry").file_name().into_string().expect("UTF-8");
        if let Some(name) = name.strip_suffix(".pem") {
            let named = [name.to_owned(), name.replace("public", "pkcs8")];
            assert!(named.iter().any(|name| source.contains(&format!("\"{name}\""))), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 42);
}

const KEYS: [&str; 14] = [
    "p256-pkcs8",
    "p256-sec1-with-text",
    "p256-sec1-no-public",
    "p384-pkcs8",
    "p384-sec1",
    "p521-pkcs8",
    "p521-sec1",
    "ed25519-pkcs8",
    "rfc8410-10.3-v2",
    "rsa2048-pkcs8",
    "rsa2048-pkcs1",
    "rsa1024-pkcs8",
    "rsa-pss-pkcs8",
    "rsa-pss-sha384-pkcs8",
];

fn der(name: &str) -> Vec<u8> {
    let text = file(name);
    let block = pem::blocks(text.as_bytes()).next().expect("a block").expect("PEM");
    block.decode().expect("base64").to_vec()
}

#[test]
fn every_truncation_and_a_byte_too_many_is_refused() {
    for name in KEYS {
        let mut der = der(name);
        PrivateKeyInfo::from_der(&der).expect(name);
        for length in 0..der.len() {
            assert!(PrivateKeyInfo::from_der(&der[..length]).is_err(), "{name} cut to {length}");
        }
        der.push(0);
        assert!(PrivateKeyInfo::from_der(&der).is_err(), "{name} with a byte more");
    }
    for name in
        ["p256-public", "p384-public", "p521-public", "ed25519-public", "rsa2048-public", "rsa-pss-public"]
    {
        let mut spki = spki(name);
        PublicKey::from_spki(&spki).expect(name);
        for length in 0..spki.len() {
            assert!(PublicKey::from_spki(&spki[..length]).is_err(), "{name} cut to {length}");
        }
        spki.push(0);
        assert!(PublicKey::from_spki(&spki).is_err(), "{name} with a byte more");
    }
}

/// What is altered in a SubjectPublicKeyInfo, found once and replaced, with the words of the rule.
#[test]
fn every_rule_of_a_subject_public_key_info_is_kept() {
    let point: &[u8] = &[0x03, 0x42, 0x00, 0x04];
    let rsa: &[u8] = &[0x01, 0x01, 0x01, 0x05, 0x00];
    let exponent: &[u8] = &[0x02, 0x03, 0x01, 0x00, 0x01];
    let ed25519: &[u8] = &[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
    let cases: [(&str, &[u8], &[u8], &str); 8] = [
        ("p256-public", point, &[0x03, 0x42, 0x00, 0x02], "uncompressed"),
        ("p256-public", point, &[0x03, 0x42, 0x00, 0x06], "uncompressed"),
        ("p256-public", point, &[0x03, 0x42, 0x01, 0x04], "whole bytes"),
        ("p256-public", &[0x06, 0x08], &[0x04, 0x08], "namedCurve"),
        ("rsa2048-public", rsa, &[0x01, 0x01, 0x01, 0x04, 0x00], "NULL"),
        ("rsa2048-public", exponent, &[0x02, 0x03, 0x01, 0x00, 0x00], "odd"),
        ("rsa2048-public", exponent, &[0x02, 0x03, 0x81, 0x00, 0x01], "RSAPublicKey in DER"),
        ("ed25519-public", ed25519, &[0x30, 0x05, 0x06, 0x01, 0x2b, 0x05, 0x00], "1.3"),
    ];
    for (name, from, to, rule) in cases {
        let mut spki = spki(name);
        let at = spki.windows(from.len()).position(|window| window == from).expect(rule);
        spki.splice(at..at + from.len(), to.iter().copied());
        let refusal = PublicKey::from_spki(&spki).expect_err(rule).to_string();
        assert!(refusal.contains(rule), "{name}: {refusal}");
    }
}

#[test]
fn a_public_key_is_the_same_from_its_bits_alone() {
    for name in
        ["p256-public", "p384-public", "p521-public", "ed25519-public", "rsa2048-public", "rsa-pss-public"]
    {
        let key = public_key(name).expect(name);
        assert_eq!(PublicKey::from_key_bits(key.algorithm(), key.key_bits()), Ok(key));
    }
}

#[test]
fn strength_is_the_length_of_the_modulus_or_the_size_of_the_field() {
    let strength = |name| public_key(name).expect(name).strength_bits();
    assert_eq!(strength("p256-public"), 256);
    assert_eq!(strength("p384-public"), 384);
    assert_eq!(strength("p521-public"), 521);
    assert_eq!(strength("ed25519-public"), 255);
    assert_eq!(strength("rsa2048-public"), 2048);
    let weak = private_key("rsa1024-pkcs8").expect("key");
    assert_eq!(weak.public_key().map(PublicKey::strength_bits), Some(1024));
    assert_eq!(weak.algorithm_name(), "RSA with 1024 bits");
}
