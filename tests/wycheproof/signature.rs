//! Signatures.

use handfast::crypto::{CryptoProvider, PublicKey, SignatureAlgorithm};

use crate::vectors::{Fields, Outcome, Test, Verdict, run};

/// Verifies one signature; nothing that is only acceptable is accepted.
fn verify(
    provider: &CryptoProvider,
    group: &mut Fields,
    test: &mut Test,
    algorithm: SignatureAlgorithm,
) -> bool {
    group.pass_over(&["publicKey", "publicKeyAsn", "publicKeyPem", "publicKeyJwk", "keyJwk", "keySize"]);
    let key = PublicKey::from_spki(&group.bytes("publicKeyDer")).expect("public key");
    let verifier = provider.verifier(algorithm).expect("verifier");
    verifier.verify(&key, &test.fields.bytes("msg"), &test.fields.bytes("sig")).is_ok()
}

fn signature(file: &str, expected: usize, algorithm: SignatureAlgorithm) {
    run(file, (expected, 0), |provider, group, test| {
        group.pass_over(&["sha"]);
        let verified = verify(provider, group, test, algorithm);
        assert_eq!(verified, test.verdict == Verdict::Valid, "{}", test.name());
        Outcome::Ran
    });
}

#[test]
fn ecdsa_secp256r1_sha256() {
    signature("ecdsa_secp256r1_sha256", 484, SignatureAlgorithm::EcdsaP256Sha256);
}

#[test]
fn ecdsa_secp384r1_sha256() {
    signature("ecdsa_secp384r1_sha256", 472, SignatureAlgorithm::EcdsaP384Sha256);
}

#[test]
fn ecdsa_secp384r1_sha384() {
    signature("ecdsa_secp384r1_sha384", 504, SignatureAlgorithm::EcdsaP384Sha384);
}

#[test]
fn ed25519() {
    signature("ed25519", 151, SignatureAlgorithm::Ed25519);
}

#[test]
fn rsa_pkcs1_sha256() {
    signature("rsa_signature_2048_sha256", 259, SignatureAlgorithm::RsaPkcs1Sha256);
    signature("rsa_signature_3072_sha256", 259, SignatureAlgorithm::RsaPkcs1Sha256);
    signature("rsa_signature_4096_sha256", 258, SignatureAlgorithm::RsaPkcs1Sha256);
    signature("rsa_signature_8192_sha256", 258, SignatureAlgorithm::RsaPkcs1Sha256);
}

#[test]
fn rsa_pkcs1_sha384() {
    signature("rsa_signature_2048_sha384", 258, SignatureAlgorithm::RsaPkcs1Sha384);
    signature("rsa_signature_3072_sha384", 259, SignatureAlgorithm::RsaPkcs1Sha384);
    signature("rsa_signature_4096_sha384", 259, SignatureAlgorithm::RsaPkcs1Sha384);
}

#[test]
fn rsa_pkcs1_sha512() {
    signature("rsa_signature_2048_sha512", 259, SignatureAlgorithm::RsaPkcs1Sha512);
    signature("rsa_signature_3072_sha512", 260, SignatureAlgorithm::RsaPkcs1Sha512);
    signature("rsa_signature_4096_sha512", 259, SignatureAlgorithm::RsaPkcs1Sha512);
}

/// PSS in TLS has MGF1 over the signature's own hash and a salt as long as that hash (§4.3.3); whatever was
/// made with other parameters is refused.
fn rsa_pss(file: &str, expected: (usize, usize)) {
    run(file, expected, |provider, group, test| {
        assert_eq!(group.text("mgf"), "MGF1");
        let hash = group.text("sha");
        let (algorithm, salt_len) = match hash.as_str() {
            "SHA-256" => (SignatureAlgorithm::RsaPssSha256, 32),
            "SHA-384" => (SignatureAlgorithm::RsaPssSha384, 48),
            "SHA-512" => (SignatureAlgorithm::RsaPssSha512, 64),
            _ => return Outcome::Skipped("hash that TLS 1.3 does not sign with"),
        };
        let (mask_hash, found_salt_len) = (group.text("mgfSha"), group.number("sLen"));
        let fits = mask_hash == hash && found_salt_len == salt_len;
        if !fits && test.verdict == Verdict::Invalid {
            // Some of these are invalid for nothing but having the parameters of TLS.
            return Outcome::Skipped("invalid under parameters that TLS does not have");
        }
        let verified = verify(provider, group, test, algorithm);
        assert_eq!(verified, fits && test.verdict == Verdict::Valid, "{}", test.name());
        Outcome::Ran
    });
}

#[test]
fn rsa_pss_with_the_parameters_of_tls() {
    rsa_pss("rsa_pss_2048_sha256_mgf1_32", (108, 0));
    rsa_pss("rsa_pss_2048_sha384_mgf1_48", (141, 0));
    rsa_pss("rsa_pss_3072_sha256_mgf1_32", (108, 0));
    rsa_pss("rsa_pss_4096_sha256_mgf1_32", (108, 0));
    rsa_pss("rsa_pss_4096_sha384_mgf1_48", (141, 0));
    rsa_pss("rsa_pss_4096_sha512_mgf1_64", (179, 0));
}

//= R-4.3.3-7 test
#[test]
fn rsa_pss_with_another_salt_length_is_refused() {
    rsa_pss("rsa_pss_2048_sha256_mgf1_0", (61, 42));
    rsa_pss("rsa_pss_4096_sha512_mgf1_32", (132, 45));
}

#[test]
fn rsa_pss_with_another_mask_hash_is_refused() {
    rsa_pss("rsa_pss_2048_sha256_mgf1sha1_20", (63, 45));
    rsa_pss("rsa_pss_misc", (90, 60));
}
