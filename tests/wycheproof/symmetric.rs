//! AEADs, HMAC and HKDF.

use handfast::crypto::{Aead, AeadAlgorithm, CryptoProvider, HashAlgorithm};

use crate::vectors::{Fields, Outcome, Test, Verdict, run};

fn aead_case(
    provider: &CryptoProvider,
    group: &mut Fields,
    test: &mut Test,
    algorithm_of: impl Fn(usize) -> Option<AeadAlgorithm>,
) -> Outcome {
    assert_eq!(group.number("tagSize"), 128);
    if group.number("ivSize") != 96 {
        return Outcome::Skipped("nonce not of 96 bits");
    }
    let Some(algorithm) = algorithm_of(group.number("keySize")) else {
        return Outcome::Skipped("192-bit key");
    };
    let aead = provider.aead(algorithm).expect("AEAD");
    check_aead(&**aead, test);
    Outcome::Ran
}

fn check_aead(aead: &dyn Aead, test: &mut Test) {
    let key = aead.key(&test.fields.bytes("key")).expect("key");
    let nonce = test.fields.bytes("iv").try_into().expect("12 bytes");
    let aad = test.fields.bytes("aad");
    let plaintext = test.fields.bytes("msg");
    let sealed = [test.fields.bytes("ct"), test.fields.bytes("tag")].concat();

    let mut in_out = sealed.clone();
    let opened = key.open(nonce, &aad, &mut in_out);
    match test.verdict {
        Verdict::Valid => {
            let length = opened.unwrap_or_else(|error| panic!("{}: {error}", test.name()));
            assert_eq!(in_out[..length], plaintext, "{}", test.name());
            let mut in_out = [plaintext, vec![0xa5; 16]].concat();
            key.seal(nonce, &aad, &mut in_out).expect("seal");
            assert_eq!(in_out, sealed, "{}", test.name());
        }
        Verdict::Invalid | Verdict::Acceptable => assert!(opened.is_err(), "{}", test.name()),
    }
}

#[test]
fn aes_gcm() {
    run("aes_gcm", (133, 183), |provider, group, test| {
        aead_case(provider, group, test, |key_size| match key_size {
            128 => Some(AeadAlgorithm::Aes128Gcm),
            256 => Some(AeadAlgorithm::Aes256Gcm),
            _ => None,
        })
    });
}

#[test]
fn chacha20_poly1305() {
    run("chacha20_poly1305", (316, 9), |provider, group, test| {
        aead_case(provider, group, test, |_| Some(AeadAlgorithm::ChaCha20Poly1305))
    });
}

fn hmac(file: &str, hash: HashAlgorithm) {
    run(file, (174, 0), |provider, group, test| {
        group.pass_over(&["keySize"]);
        let hkdf = provider.hkdf(hash).expect("HKDF");
        let tag = hkdf.hmac(&test.fields.bytes("key"), &test.fields.bytes("msg"));
        // Half of the groups cut the tag in two.
        let matches = tag[..group.number("tagSize") / 8] == test.fields.bytes("tag");
        assert_eq!(matches, test.verdict == Verdict::Valid, "{}", test.name());
        Outcome::Ran
    });
}

#[test]
fn hmac_sha256() {
    hmac("hmac_sha256", HashAlgorithm::Sha256);
}

#[test]
fn hmac_sha384() {
    hmac("hmac_sha384", HashAlgorithm::Sha384);
}

fn hkdf(file: &str, expected: usize, hash: HashAlgorithm) {
    run(file, (expected, 0), |provider, group, test| {
        group.pass_over(&["keySize"]);
        let hkdf = provider.hkdf(hash).expect("HKDF");
        let prk = hkdf.extract(&test.fields.bytes("salt"), &test.fields.bytes("ikm"));
        let mut okm = vec![0; test.fields.number("size")];
        let expanded = hkdf.expand(prk.expose(), &[&test.fields.bytes("info")], &mut okm);
        let known = test.fields.bytes("okm");
        assert_eq!(expanded.is_ok(), test.verdict == Verdict::Valid, "{}", test.name());
        assert!(expanded.is_err() || okm == known, "{}", test.name());
        Outcome::Ran
    });
}

#[test]
fn hkdf_sha256() {
    hkdf("hkdf_sha256", 86, HashAlgorithm::Sha256);
}

#[test]
fn hkdf_sha384() {
    hkdf("hkdf_sha384", 83, HashAlgorithm::Sha384);
}
