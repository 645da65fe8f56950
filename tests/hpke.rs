//! HPKE (RFC 9180): the RFC's own vectors, and what we seal opened by another implementation.

#![cfg(test)]
#![cfg(feature = "rustcrypto")]

use handfast::crypto::hpke::{
    HpkeAeadId, HpkeKdfId, HpkeKemId, HpkeSymmetricCipherSuite, ReceiverContext, SenderContext, setup_base_r,
    setup_base_s,
};
use handfast::crypto::{CryptoError, CryptoProvider, EntropySource, Purpose, StaticKey, rustcrypto};

/// Gives the private key of a key pair.
struct PrivateKey<'a>(&'a [u8]);

impl EntropySource for PrivateKey<'_> {
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        assert_eq!(purpose, Purpose::KeyShare);
        out.copy_from_slice(self.0);
        Ok(())
    }
}

/// One message of a case.
struct Encryption {
    sequence_number: u64,
    pt: Vec<u8>,
    aad: Vec<u8>,
    ct: Vec<u8>,
}

/// A case of the vectors: the lines of its setup, then those of each encryption.
struct Case<'a> {
    title: &'a str,
    lines: Vec<(&'a str, &'a str)>,
}

impl<'a> Case<'a> {
    fn all(text: &'a str) -> Vec<Self> {
        let mut cases: Vec<Self> = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(title) => cases.push(Case { title, lines: Vec::new() }),
                None => {
                    let line = line.split_once(" = ").expect("name = value");
                    cases.last_mut().expect("a title first").lines.push(line);
                }
            }
        }
        cases
    }

    fn text(&self, name: &str) -> &'a str {
        self.lines.iter().find(|(found, _)| *found == name).expect(name).1
    }

    fn number(&self, name: &str) -> u16 {
        self.text(name).parse().expect(name)
    }

    fn octets(&self, name: &str) -> Vec<u8> {
        octets(self.text(name))
    }

    fn kem_id(&self) -> HpkeKemId {
        HpkeKemId(self.number("kem_id"))
    }

    fn cipher_suite(&self) -> HpkeSymmetricCipherSuite {
        HpkeSymmetricCipherSuite {
            kdf_id: HpkeKdfId(self.number("kdf_id")),
            aead_id: HpkeAeadId(self.number("aead_id")),
        }
    }

    fn encryptions(&self) -> Vec<Encryption> {
        let behind_setup = self.lines.get(8..).expect("the setup has eight lines");
        let encryptions = behind_setup.chunks(4).map(|lines| match lines {
            [("sequence number", number), ("pt", pt), ("aad", aad), ("ct", ct)] => Encryption {
                sequence_number: number.parse().expect("a number"),
                pt: octets(pt),
                aad: octets(aad),
                ct: octets(ct),
            },
            other => panic!("{other:?} is no encryption"),
        });
        encryptions.collect()
    }
}

fn octets(digits: &str) -> Vec<u8> {
    assert!(digits.len().is_multiple_of(2), "{digits}");
    let octet = |at| u8::from_str_radix(digits.get(at..at + 2).expect("two digits"), 16).expect("a digit");
    (0..digits.len()).step_by(2).map(octet).collect()
}

fn vectors() -> Vec<Case<'static>> {
    Case::all(include_str!("../vectors/hpke/rfc9180-base.txt"))
}

/// Providers that compute what is asked for here.
fn providers() -> Vec<CryptoProvider> {
    #[allow(unused_mut, reason = "others are there by feature")]
    let mut providers = vec![rustcrypto::provider()];
    #[cfg(feature = "aws-lc")]
    providers.push(handfast::crypto::aws_lc::provider());
    #[cfg(feature = "ring")]
    {
        // ring's keys are its own; all else is ring's here.
        let mut ring = handfast::crypto::ring::provider();
        ring.key_exchanges = rustcrypto::provider().key_exchanges;
        ring.static_key_loaders = rustcrypto::provider().static_key_loaders;
        providers.push(ring);
    }
    providers
}

fn load(crypto: &CryptoProvider, kem_id: HpkeKemId, private_key: &[u8]) -> std::sync::Arc<dyn StaticKey> {
    let exchange = kem_id.key_exchange().expect("a KEM that we have");
    crypto.load_static_key(exchange, private_key).expect("a private key")
}

#[test]
fn every_vector_of_the_rfc_is_sealed_and_opened() {
    let mut encryptions = 0;
    for crypto in providers() {
        for case in vectors() {
            let (kem_id, cipher_suite, info) = (case.kem_id(), case.cipher_suite(), case.octets("info"));
            let sk_r = load(&crypto, kem_id, &case.octets("skRm"));
            assert_eq!(sk_r.public_key(), case.octets("pkRm"), "{}", case.title);
            let sk_e = case.octets("skEm");
            let (enc, mut sender) =
                setup_base_s(&crypto, kem_id, cipher_suite, sk_r.public_key(), &info, &mut PrivateKey(&sk_e))
                    .expect("a sender");
            assert_eq!(enc, case.octets("enc"), "{}", case.title);
            let mut receiver =
                setup_base_r(&crypto, kem_id, cipher_suite, &enc, &*sk_r, &info).expect("a receiver");
            let mut next = 0;
            for Encryption { sequence_number, pt, aad, ct } in case.encryptions() {
                while next < sequence_number {
                    let between = sender.seal(b"", b"").expect("sealed");
                    assert_eq!(receiver.open(b"", &between), Ok(Vec::new()));
                    next += 1;
                }
                assert_eq!(sender.seal(&aad, &pt).expect("sealed"), ct, "{}: {sequence_number}", case.title);
                assert_eq!(receiver.open(&aad, &ct), Ok(pt), "{}: {sequence_number}", case.title);
                next += 1;
                encryptions += 1;
            }
        }
    }
    assert_eq!(encryptions, providers().len() * 18);
}

#[test]
fn another_key_another_enc_or_another_info_opens_nothing() {
    let crypto = rustcrypto::provider();
    for case in vectors() {
        let (kem_id, cipher_suite, info) = (case.kem_id(), case.cipher_suite(), case.octets("info"));
        let Encryption { aad, ct, .. } = case.encryptions().swap_remove(0);
        let (sk_r, enc) = (case.octets("skRm"), case.octets("enc"));
        let open = |sk_r: &[u8], enc: &[u8], info: &[u8]| {
            let sk_r = load(&crypto, kem_id, sk_r);
            setup_base_r(&crypto, kem_id, cipher_suite, enc, &*sk_r, info)
                .and_then(|mut receiver| receiver.open(&aad, &ct))
        };
        assert!(open(&sk_r, &enc, &info).is_ok());
        assert!(open(&case.octets("skEm"), &enc, &info).is_err());
        assert!(open(&sk_r, &case.octets("pkRm"), &info).is_err());
        assert!(open(&sk_r, &enc, b"another info").is_err());
    }
}

#[test]
fn what_fails_to_open_does_not_move_the_sequence_number() {
    let (mut sender, mut receiver) = pair(&rustcrypto::provider());
    let first = sender.seal(b"aad", b"first").expect("sealed");
    assert_eq!(receiver.open(b"another aad", &first), Err(CryptoError));
    assert_eq!(receiver.open(b"aad", &first[..first.len() - 1]), Err(CryptoError));
    assert_eq!(receiver.open(b"aad", &[]), Err(CryptoError));
    assert_eq!(receiver.open(b"aad", &first), Ok(b"first".to_vec()));
    assert_eq!(receiver.open(b"aad", &first), Err(CryptoError));
}

fn pair(crypto: &CryptoProvider) -> (SenderContext, ReceiverContext) {
    let kem_id = HpkeKemId::DHKEM_X25519_HKDF_SHA256;
    let cipher_suite =
        HpkeSymmetricCipherSuite { kdf_id: HpkeKdfId::HKDF_SHA256, aead_id: HpkeAeadId::AES_128_GCM };
    let sk_r = load(crypto, kem_id, &[7; 32]);
    let (enc, sender) =
        setup_base_s(crypto, kem_id, cipher_suite, sk_r.public_key(), b"", &mut PrivateKey(&[9; 32]))
            .expect("a sender");
    (sender, setup_base_r(crypto, kem_id, cipher_suite, &enc, &*sk_r, b"").expect("a receiver"))
}

#[test]
fn keys_that_are_none_are_refused() {
    let crypto = rustcrypto::provider();
    let kem_id = HpkeKemId::DHKEM_X25519_HKDF_SHA256;
    let cipher_suite =
        HpkeSymmetricCipherSuite { kdf_id: HpkeKdfId::HKDF_SHA256, aead_id: HpkeAeadId::AES_128_GCM };
    let x25519 = kem_id.key_exchange().expect("X25519");
    assert!(crypto.load_static_key(x25519, &[7; 31]).is_err());
    let p256 = HpkeKemId::DHKEM_P256_HKDF_SHA256.key_exchange().expect("P-256");
    assert!(crypto.load_static_key(p256, &[0; 32]).is_err());
    assert!(crypto.load_static_key(p256, &[0xff; 32]).is_err());
    let sender =
        |pk_r: &[u8]| setup_base_s(&crypto, kem_id, cipher_suite, pk_r, b"", &mut PrivateKey(&[9; 32]));
    // A public key of small order agrees on zeros.
    assert!(sender(&[0; 32]).is_err());
    assert!(sender(&[9; 31]).is_err());
    let sk_r = load(&crypto, kem_id, &[7; 32]);
    assert!(setup_base_r(&crypto, kem_id, cipher_suite, &[0; 32], &*sk_r, b"").is_err());
    assert!(setup_base_r(&crypto, kem_id, cipher_suite, &[], &*sk_r, b"").is_err());
    let another = HpkeKemId::DHKEM_P256_HKDF_SHA256;
    assert!(setup_base_r(&crypto, another, cipher_suite, &[9; 32], &*sk_r, b"").is_err());
}

#[test]
fn suites_that_the_provider_lacks_are_not_provided() {
    let mut crypto = rustcrypto::provider();
    let kem_id = HpkeKemId::DHKEM_X25519_HKDF_SHA256;
    let cipher_suite = |kdf_id, aead_id| HpkeSymmetricCipherSuite { kdf_id, aead_id };
    let usual = cipher_suite(HpkeKdfId::HKDF_SHA256, HpkeAeadId::AES_128_GCM);
    assert!(usual.is_provided(kem_id, &crypto));
    for kem_id in [HpkeKemId::DHKEM_X448_HKDF_SHA512, HpkeKemId(0x4242)] {
        assert!(!usual.is_provided(kem_id, &crypto));
    }
    assert!(!cipher_suite(HpkeKdfId::HKDF_SHA512, HpkeAeadId::AES_128_GCM).is_provided(kem_id, &crypto));
    assert!(!cipher_suite(HpkeKdfId::HKDF_SHA256, HpkeAeadId::EXPORT_ONLY).is_provided(kem_id, &crypto));
    crypto.aeads.clear();
    assert!(!usual.is_provided(kem_id, &crypto));
}

/// What we seal is opened by the crate `hpke`, for every suite: the RFC's appendix has few of them.
mod by_another_implementation {
    use hpke::{Deserializable, OpModeR, Serializable};

    use super::*;

    fn opens<A: hpke::aead::Aead, Kdf: hpke::kdf::Kdf, Kem: hpke::Kem>(
        kem_id: HpkeKemId,
        kdf_id: HpkeKdfId,
        aead_id: HpkeAeadId,
        private_key: &[u8],
    ) {
        let cipher_suite = HpkeSymmetricCipherSuite { kdf_id, aead_id };
        let theirs = Kem::PrivateKey::from_bytes(private_key).expect("a private key");
        let public_key = Kem::sk_to_pk(&theirs).to_bytes();
        for crypto in providers() {
            assert!(cipher_suite.is_provided(kem_id, &crypto));
            assert_eq!(Some(public_key.len()), kem_id.public_key_len());
            assert_eq!(load(&crypto, kem_id, private_key).public_key(), &*public_key);
            let entropy = vec![0x42; private_key.len()];
            let (enc, mut sender) =
                setup_base_s(&crypto, kem_id, cipher_suite, &public_key, b"info", &mut PrivateKey(&entropy))
                    .expect("a sender");
            let enc = Kem::EncappedKey::from_bytes(&enc).expect("enc");
            let mut receiver = hpke::setup_receiver::<A, Kdf, Kem>(&OpModeR::Base, &theirs, &enc, b"info")
                .expect("their receiver");
            for message in [b"first".as_slice(), b"", b"third"] {
                let sealed = sender.seal(b"aad", message).expect("sealed");
                assert_eq!(receiver.open(&sealed, b"aad").expect("opened"), message);
            }
        }
    }

    fn opens_with_every_aead<Kdf: hpke::kdf::Kdf, Kem: hpke::Kem>(
        kem_id: HpkeKemId,
        kdf_id: HpkeKdfId,
        private_key: &[u8],
    ) {
        use hpke::aead::{AesGcm128, AesGcm256, ChaCha20Poly1305};
        opens::<AesGcm128, Kdf, Kem>(kem_id, kdf_id, HpkeAeadId::AES_128_GCM, private_key);
        opens::<AesGcm256, Kdf, Kem>(kem_id, kdf_id, HpkeAeadId::AES_256_GCM, private_key);
        opens::<ChaCha20Poly1305, Kdf, Kem>(kem_id, kdf_id, HpkeAeadId::CHACHA20_POLY1305, private_key);
    }

    fn opens_with_every_kdf<Kem: hpke::Kem>(kem_id: HpkeKemId, private_key: &[u8]) {
        use hpke::kdf::{HkdfSha256, HkdfSha384};
        opens_with_every_aead::<HkdfSha256, Kem>(kem_id, HpkeKdfId::HKDF_SHA256, private_key);
        opens_with_every_aead::<HkdfSha384, Kem>(kem_id, HpkeKdfId::HKDF_SHA384, private_key);
    }

    #[test]
    fn every_suite_that_we_seal_with_is_opened() {
        use hpke::kem::{DhP256HkdfSha256, DhP384HkdfSha384, X25519HkdfSha256};
        opens_with_every_kdf::<X25519HkdfSha256>(HpkeKemId::DHKEM_X25519_HKDF_SHA256, &[7; 32]);
        opens_with_every_kdf::<DhP256HkdfSha256>(HpkeKemId::DHKEM_P256_HKDF_SHA256, &[7; 32]);
        opens_with_every_kdf::<DhP384HkdfSha384>(HpkeKemId::DHKEM_P384_HKDF_SHA384, &[7; 48]);
    }
}
