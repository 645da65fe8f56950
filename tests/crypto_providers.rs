//! The providers agree with each other: given the same inputs they put out the same bytes, and what one
//! seals, shares or signs the other opens, completes and verifies.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "rustcrypto"))]

use handfast::crypto::{
    AeadAlgorithm, CryptoError, CryptoProvider, EntropySource, HashAlgorithm, Hybrid, KeyExchange,
    KeyExchangeAlgorithm, PrivateKeyError, PrivateKeyInfo, Purpose, Sign, SignatureAlgorithm,
    ecdsa_sig_value_from_raw, ecdsa_sig_value_to_raw, ring, rustcrypto,
};
use proptest::prelude::*;
use std::sync::Arc;

const HASHES: [HashAlgorithm; 2] = [HashAlgorithm::Sha256, HashAlgorithm::Sha384];
/// What every provider has.
const AEADS: [AeadAlgorithm; 3] =
    [AeadAlgorithm::Aes128Gcm, AeadAlgorithm::Aes256Gcm, AeadAlgorithm::ChaCha20Poly1305];
/// With the bytes of the client's share, of the server's and of the secret. ring does not have P-521.
const KEY_EXCHANGES: &[(KeyExchangeAlgorithm, usize, usize, usize)] = &[
    (KeyExchangeAlgorithm::X25519, 32, 32, 32),
    (KeyExchangeAlgorithm::Secp256r1, 65, 65, 32),
    (KeyExchangeAlgorithm::Secp384r1, 97, 97, 48),
    (KeyExchangeAlgorithm::Secp521r1, 133, 133, 66),
    #[cfg(feature = "ml-kem")]
    (KeyExchangeAlgorithm::MlKem512, 800, 768, 32),
    #[cfg(feature = "ml-kem")]
    (KeyExchangeAlgorithm::MlKem768, 1184, 1088, 32),
    #[cfg(feature = "ml-kem")]
    (KeyExchangeAlgorithm::MlKem1024, 1568, 1568, 32),
    #[cfg(feature = "ml-kem")]
    (KeyExchangeAlgorithm::X25519MlKem768, 1216, 1120, 64),
    #[cfg(feature = "ml-kem")]
    (KeyExchangeAlgorithm::Secp256r1MlKem768, 1249, 1153, 64),
    #[cfg(feature = "ml-kem")]
    (KeyExchangeAlgorithm::Secp384r1MlKem1024, 1665, 1665, 80),
];

/// The providers that are compiled in.
fn providers() -> Vec<CryptoProvider> {
    vec![
        ring::provider(),
        rustcrypto::provider(),
        #[cfg(feature = "aws-lc")]
        handfast::crypto::aws_lc::provider(),
    ]
}

/// Each provider with each other one.
fn pairs() -> Vec<(CryptoProvider, CryptoProvider)> {
    let with_others = |one: CryptoProvider| {
        let others = providers().into_iter().filter(|other| other.name != one.name).collect::<Vec<_>>();
        others.into_iter().map(move |other| (one.clone(), other))
    };
    providers().into_iter().flat_map(with_others).collect()
}

/// Counts up, and writes down what was drawn.
#[derive(Default)]
struct Counting {
    next: u8,
    draws: Vec<(Purpose, usize)>,
}

impl EntropySource for Counting {
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        self.draws.push((purpose, out.len()));
        for byte in out {
            self.next = self.next.wrapping_add(1);
            *byte = self.next;
        }
        Ok(())
    }
}

/// Has nothing to give.
struct Empty;

impl EntropySource for Empty {
    fn draw(&mut self, _: Purpose, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError)
    }
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..=most)
}

proptest! {
    #[test]
    fn hashes_are_equal_however_the_data_is_split(data in bytes(400), at in 0..400_usize) {
        let (head, tail) = data.split_at(at.min(data.len()));
        for algorithm in HASHES {
            let expected = ring::provider().hash(algorithm).unwrap().digest(&data);
            prop_assert_eq!(expected.len(), algorithm.output_len());
            for provider in providers() {
                let hash = provider.hash(algorithm).unwrap();
                let mut running = hash.start();
                running.update(head);
                let fork = running.fork();
                running.update(tail);
                prop_assert_eq!(running.current(), expected);
                prop_assert_eq!(running.current(), expected, "current has an effect");
                prop_assert_eq!(fork.current(), hash.digest(head), "a fork goes on with what it left");
            }
        }
    }

    #[test]
    fn hmac_extract_and_expand_are_equal(key in bytes(200), data in bytes(200), length in 0..400_usize) {
        for (hash, (one, other)) in HASHES.into_iter().flat_map(|hash| pairs().into_iter().map(move |pair| (hash, pair))) {
            let (first, second) = (one.hkdf(hash).unwrap(), other.hkdf(hash).unwrap());
            prop_assert_eq!(first.hmac(&key, &data), second.hmac(&key, &data));
            let (prk, other) = (first.extract(&key, &data), second.extract(&key, &data));
            prop_assert_eq!(prk.expose(), other.expose());
            let (mut okm, mut other) = (vec![0; length], vec![0; length]);
            let (head, tail) = data.split_at(data.len() / 2);
            first.expand(prk.expose(), &[head, tail], &mut okm).unwrap();
            second.expand(prk.expose(), &[&data], &mut other).unwrap();
            prop_assert_eq!(okm, other);
        }
    }

    #[test]
    fn what_one_seals_the_other_opens(
        key in any::<[u8; 32]>(),
        nonce in any::<[u8; 12]>(),
        aad in bytes(40),
        plaintext in bytes(300),
        flip in any::<u32>(),
    ) {
        for (sealer, opener) in pairs() {
            for algorithm in AEADS {
                let key = &key[..algorithm.key_len()];
                let sealing_key = sealer.aead(algorithm).unwrap().key(key).unwrap();
                let opening_key = opener.aead(algorithm).unwrap().key(key).unwrap();
                let mut in_out = [&plaintext[..], &[0; 16]].concat();
                sealing_key.seal(nonce, &aad, &mut in_out).unwrap();
                let mut damaged = in_out.clone();
                let bit = flip as usize % (damaged.len() * 8);
                damaged[bit / 8] ^= 1 << (bit % 8);
                prop_assert_eq!(opening_key.open(nonce, &aad, &mut damaged), Err(CryptoError));
                prop_assert_eq!(opening_key.open(nonce, &aad, &mut in_out), Ok(plaintext.len()));
                prop_assert_eq!(&in_out[..plaintext.len()], &plaintext[..]);
            }
        }
    }
}

#[test]
fn lengths_that_do_not_fit_are_refused() {
    for provider in providers() {
        for hash in HASHES {
            let (hkdf, length) = (provider.hkdf(hash).unwrap(), hash.output_len());
            assert!(hkdf.expand(&vec![1; length - 1], &[], &mut [0; 1]).is_err());
            assert!(hkdf.expand(&vec![1; length], &[], &mut vec![0; 255 * length]).is_ok());
            assert!(hkdf.expand(&vec![1; length], &[], &mut vec![0; 255 * length + 1]).is_err());
        }
        for algorithm in AEADS {
            let (aead, length) = (provider.aead(algorithm).unwrap(), algorithm.key_len());
            assert!(aead.key(&vec![0; length - 1]).is_err() && aead.key(&vec![0; length + 1]).is_err());
            let key = aead.key(&vec![0; length]).unwrap();
            for in_out in [&mut [][..], &mut [0; 15][..]] {
                assert_eq!(key.seal([0; 12], &[], in_out), Err(CryptoError));
                assert_eq!(key.open([0; 12], &[], in_out), Err(CryptoError));
            }
        }
    }
}

#[test]
fn one_starts_and_the_other_responds() {
    for (client, server) in pairs() {
        for &(algorithm, client_share_len, server_share_len, secret_len) in KEY_EXCHANGES {
            let (client, server) = (client.key_exchange(algorithm), server.key_exchange(algorithm));
            let (Some(client), Some(server)) = (client, server) else { continue };
            let started = client.start(&mut Counting::default()).unwrap();
            assert_eq!(started.share().len(), client_share_len);
            assert_eq!(algorithm.client_share_len(), client_share_len);
            assert_eq!(algorithm.server_share_len(), server_share_len);
            let (server_share, server_secret) =
                server.respond(started.share(), &mut Counting { next: 100, draws: Vec::new() }).unwrap();
            assert_eq!(server_share.len(), server_share_len);
            let client_secret = started.complete(&server_share).unwrap();
            assert_eq!(client_secret.expose(), server_secret.expose());
            assert_eq!(client_secret.len(), secret_len);
        }
    }
}

//= R-4.3.8-6 test
//= R-4.3.8-10 test
#[test]
fn each_share_is_made_anew() {
    for provider in providers() {
        for &(algorithm, ..) in KEY_EXCHANGES {
            let Some(exchange) = provider.key_exchange(algorithm) else { continue };
            let mut entropy = Counting::default();
            let shares = [(), ()].map(|()| exchange.start(&mut entropy).unwrap().share().to_vec());
            assert_ne!(shares[0], shares[1], "{algorithm:?}");
        }
    }
}

#[test]
fn shares_of_another_length_are_refused() {
    for provider in providers() {
        for &(algorithm, client_share_len, ..) in KEY_EXCHANGES {
            let Some(exchange) = provider.key_exchange(algorithm) else { continue };
            let start = || exchange.start(&mut Counting::default()).unwrap();
            let share = start().share().to_vec();
            let (answer, _) = exchange.respond(&share, &mut Counting::default()).unwrap();
            let step = client_share_len.div_ceil(100);
            let lengths = |good: usize| (0..good).step_by(step).chain([good - 1, good + 1]);
            let of_length = |share: &[u8], length| [share, &[0]].concat()[..length].to_vec();
            for length in lengths(share.len()) {
                let share = of_length(&share, length);
                assert!(
                    exchange.respond(&share, &mut Counting::default()).is_err(),
                    "{algorithm:?} {length}"
                );
            }
            for length in lengths(answer.len()) {
                let answer = of_length(&answer, length);
                assert!(start().complete(&answer).is_err(), "{algorithm:?} {length}");
            }
        }
    }
}

/// The parts of a hybrid in the providers of others, with what stands where in its shares.
#[cfg(feature = "ml-kem")]
#[test]
fn a_hybrid_is_made_of_the_parts_of_any_providers() {
    for (ecdhe, ml_kem) in pairs() {
        for algorithm in KeyExchangeAlgorithm::HYBRIDS {
            let mut parts = ecdhe.key_exchanges.clone();
            parts.retain(|part| !part.algorithm().is_kem());
            assert!(Hybrid::of(algorithm, &parts).is_none(), "half of it is missing");
            parts.extend(ml_kem.key_exchanges.clone());
            let hybrid = Hybrid::of(algorithm, &parts).unwrap();
            let started = hybrid.start(&mut Counting::default()).unwrap();
            let [first, second] = algorithm.parts().unwrap();
            let shares = [first, second].map(|part| started.part(part).unwrap().share());
            assert_eq!(shares.concat(), started.share(), "{algorithm:?}");
            let peer = ml_kem.key_exchange(algorithm).unwrap();
            let (answer, secret) = peer.respond(started.share(), &mut Counting::default()).unwrap();
            assert_eq!(started.complete(&answer).unwrap().expose(), secret.expose(), "{algorithm:?}");
        }
    }
}

#[cfg(feature = "ml-kem")]
#[test]
fn a_part_of_a_hybrid_completes_what_began_with_its_share() {
    for (client, server) in pairs() {
        for hybrid in KeyExchangeAlgorithm::HYBRIDS {
            let started = || client.key_exchange(hybrid).unwrap().start(&mut Counting::default()).unwrap();
            assert!(started().part(hybrid).is_none(), "the whole is no part");
            for part in hybrid.parts().unwrap() {
                let started = started();
                let share = started.part(part).unwrap().share().to_vec();
                let peer = server.key_exchange(part).unwrap();
                let (answer, secret) = peer.respond(&share, &mut Counting::default()).unwrap();
                let agreed = started.into_part(part).unwrap().complete(&answer).unwrap();
                assert_eq!(agreed.expose(), secret.expose(), "{part:?} of {hybrid:?}");
            }
        }
    }
}

#[test]
fn a_provider_without_ml_kem_has_no_hybrids_and_one_with_them_gets_no_second() {
    let mut provider = ring::provider();
    provider
        .key_exchanges
        .retain(|exchange| KEY_EXCHANGES[..3].iter().any(|(of, ..)| *of == exchange.algorithm()));
    let classical = provider.key_exchanges.len();
    assert_eq!(provider.with_hybrids().key_exchanges.len(), classical);
    let exchanges = ring::provider().key_exchanges.len();
    assert_eq!(ring::provider().with_hybrids().key_exchanges.len(), exchanges);
}

fn private_key(name: &str) -> PrivateKeyInfo {
    let path = format!("{}/vectors/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    PrivateKeyInfo::from_pem(std::fs::read(path).unwrap()).unwrap()
}

/// The key that ring does not load.
const P521: &str = "p521-sec1";

/// Does the provider load the key?
fn loads(provider: &CryptoProvider, name: &str) -> bool {
    let is_there = !name.contains("ml-dsa") || cfg!(feature = "ml-dsa") || provider.name == "aws-lc";
    is_there && (name != P521 || provider.name != "ring")
}

/// A key of each kind with what it signs.
fn keys() -> [(&'static str, Vec<SignatureAlgorithm>); 10] {
    let pss = [
        SignatureAlgorithm::RsaPssSha256,
        SignatureAlgorithm::RsaPssSha384,
        SignatureAlgorithm::RsaPssSha512,
    ];
    let pss_pss = [
        SignatureAlgorithm::RsaPssPssSha256,
        SignatureAlgorithm::RsaPssPssSha384,
        SignatureAlgorithm::RsaPssPssSha512,
    ];
    [
        ("p256-pkcs8", vec![SignatureAlgorithm::EcdsaP256Sha256]),
        ("p384-sec1", vec![SignatureAlgorithm::EcdsaP384Sha384]),
        (P521, vec![SignatureAlgorithm::EcdsaP521Sha512]),
        ("rfc8410-10.3-v2", vec![SignatureAlgorithm::Ed25519]),
        ("rsa2048-pkcs1", pss.to_vec()),
        ("rsa-pss-pkcs8", pss_pss.to_vec()),
        ("rsa-pss-sha384-pkcs8", vec![SignatureAlgorithm::RsaPssPssSha384]),
        ("rfc9881-ml-dsa-44-seed", vec![SignatureAlgorithm::MlDsa44]),
        ("ml-dsa-65-both", vec![SignatureAlgorithm::MlDsa65]),
        ("ml-dsa-87-expanded", vec![SignatureAlgorithm::MlDsa87]),
    ]
}

fn load(provider: &CryptoProvider, name: &str) -> Arc<dyn Sign> {
    provider.load_signing_key(&private_key(name)).unwrap()
}

#[test]
fn what_one_signs_both_verify_under_its_own_algorithm_only() {
    for (signer, other) in pairs() {
        for (name, algorithms) in keys() {
            if !loads(&signer, name) || !loads(&other, name) {
                continue;
            }
            let key = load(&signer, name);
            assert_eq!(key.algorithms(), algorithms);
            assert_eq!(key.public_key(), load(&other, name).public_key());
            for algorithm in algorithms {
                let signature = key.sign(algorithm, b"message", &mut Counting::default()).unwrap();
                for verifier in signer.verifiers.iter().chain(&other.verifiers) {
                    let found = verifier.verify(key.public_key(), b"message", &signature);
                    assert_eq!(found.is_ok(), verifier.algorithm() == algorithm, "{name}");
                    assert!(verifier.verify(key.public_key(), b"messagf", &signature).is_err(), "{name}");
                }
            }
        }
    }
}

#[test]
fn a_key_does_not_sign_with_algorithms_that_it_does_not_list() {
    for provider in providers() {
        for (name, algorithms) in keys() {
            if !loads(&provider, name) {
                continue;
            }
            let key = load(&provider, name);
            for verifier in &provider.verifiers {
                let signed = key.sign(verifier.algorithm(), b"", &mut Counting::default());
                assert_eq!(signed.is_ok(), algorithms.contains(&verifier.algorithm()), "{name}");
            }
        }
    }
}

#[test]
fn rustcrypto_draws_what_its_documentation_says_and_ring_nothing() {
    let (key_share, signature) = (Purpose::KeyShare, Purpose::Signature);
    for (algorithm, draw) in
        KEY_EXCHANGES[..4].iter().map(|(algorithm, .., secret_len)| (*algorithm, *secret_len))
    {
        let mut entropy = Counting::default();
        rustcrypto::provider().key_exchange(algorithm).unwrap().start(&mut entropy).unwrap();
        assert_eq!(entropy.draws, [(key_share, draw)], "{algorithm:?}");
        assert!(rustcrypto::provider().key_exchange(algorithm).unwrap().start(&mut Empty).is_err());
        if let Some(exchange) = ring::provider().key_exchange(algorithm) {
            assert!(exchange.start(&mut Empty).is_ok());
        }
    }
    let draws = [32, 48, 66].map(|length| vec![(signature, length)]);
    let seed = || vec![(signature, 32)];
    let draws = draws.into_iter().chain([vec![], seed(), seed(), seed(), seed(), seed(), seed()]);
    for ((name, algorithms), draws) in keys().into_iter().zip(draws) {
        if !loads(&rustcrypto::provider(), name) {
            continue;
        }
        let mut entropy = Counting::default();
        let key = load(&rustcrypto::provider(), name);
        let first = key.sign(algorithms[0], b"message", &mut entropy).unwrap();
        assert_eq!(entropy.draws, draws, "{name}");
        assert_eq!(key.sign(algorithms[0], b"message", &mut Empty).is_ok(), draws.is_empty(), "{name}");
        if loads(&ring::provider(), name) && !name.contains("ml-dsa") {
            assert!(load(&ring::provider(), name).sign(algorithms[0], b"message", &mut Empty).is_ok());
        }

        let again = key.sign(algorithms[0], b"message", &mut Counting::default()).unwrap();
        assert_eq!(first, again, "{name}: the same entropy gives the same signature");
        let next = key.sign(algorithms[0], b"message", &mut entropy).unwrap();
        assert_eq!(first == next, draws.is_empty(), "{name}: further entropy gives another");
    }
}

/// A private key out of range is drawn again, and a source that gives nothing else ends the attempt.
#[test]
fn a_private_key_out_of_range_is_drawn_again() {
    struct Ones {
        left: usize,
    }
    impl EntropySource for Ones {
        fn draw(&mut self, _: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
            out.fill(if self.left > 0 { 0xff } else { 7 });
            self.left = self.left.saturating_sub(1);
            Ok(())
        }
    }
    let provider = rustcrypto::provider();
    let exchange = provider.key_exchange(KeyExchangeAlgorithm::Secp256r1).unwrap();
    let share = |left| exchange.start(&mut Ones { left }).map(|started| started.share().to_vec());
    assert_eq!(share(1), share(0));
    assert!(share(0).is_ok() && share(8).is_err());
}

#[test]
fn an_ec_key_without_its_public_half_loads_where_it_is_computed() {
    let key = private_key("p256-sec1-no-public");
    let loaded = rustcrypto::provider().load_signing_key(&key).unwrap();
    assert_eq!(loaded.public_key(), load(&ring::provider(), "p256-pkcs8").public_key());
    #[cfg(feature = "aws-lc")]
    {
        let of_aws_lc = handfast::crypto::aws_lc::provider().load_signing_key(&key).unwrap();
        assert_eq!(of_aws_lc.public_key(), loaded.public_key());
    }
    let refusal = ring::provider().load_signing_key(&key).unwrap_err();
    assert_eq!(refusal, PrivateKeyError::PublicKeyMissing);
    assert!(refusal.to_string().contains("openssl ec"), "{refusal}");
}

#[test]
fn a_p521_key_is_refused_by_name_where_the_provider_has_no_p521() {
    let refusal = ring::provider().load_signing_key(&private_key(P521)).unwrap_err().to_string();
    assert!(refusal.contains("EC P-521") && refusal.contains("P-256 or P-384"), "{refusal}");
    assert!(ring::provider().key_exchange(KeyExchangeAlgorithm::Secp521r1).is_none());
}

#[test]
fn a_private_key_with_the_public_half_of_another_is_refused() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/keys/rfc8410-10.3-v2.pem");
    let text = std::fs::read_to_string(path).unwrap();
    let key = PrivateKeyInfo::from_pem(text.replace("rXAxZuE=", "rXAxZuI=")).unwrap();
    for provider in providers() {
        let refusal = provider.load_signing_key(&key).unwrap_err();
        assert_eq!(refusal, PrivateKeyError::Mismatch, "{}", provider.name);
    }
}

#[test]
fn rsa_1024_signs_nowhere_and_the_refusal_says_its_size() {
    for provider in providers() {
        let refusal = provider.load_signing_key(&private_key("rsa1024-pkcs8")).unwrap_err().to_string();
        assert!(refusal.contains("RSA with 1024 bits") && refusal.contains("2048"), "{refusal}");
    }
}

#[test]
fn a_signature_as_a_token_gives_it_verifies_once_it_is_der() {
    let key = load(&ring::provider(), "p384-pkcs8");
    let algorithm = SignatureAlgorithm::EcdsaP384Sha384;
    let signature = key.sign(algorithm, b"message", &mut Empty).unwrap();
    let raw = ecdsa_sig_value_to_raw(&signature, 48).unwrap();
    assert_eq!((raw.len(), ecdsa_sig_value_from_raw(&raw).unwrap()), (96, signature));
}

#[test]
fn the_first_of_mixed_providers_that_has_an_algorithm_serves_it() {
    let mut mixed = rustcrypto::provider();
    mixed.aeads.splice(0..0, ring::provider().aeads);
    mixed.aeads.retain(|aead| aead.algorithm() != AeadAlgorithm::Aes128Gcm);
    assert!(mixed.aead(AeadAlgorithm::Aes128Gcm).is_none());
    let first = mixed.aead(AeadAlgorithm::Aes256Gcm).unwrap();
    assert!(Arc::ptr_eq(first, &mixed.aeads[0]));

    mixed.signing_key_loaders.splice(0..0, ring::provider().signing_key_loaders);
    let of_ring = mixed.load_signing_key(&private_key("p256-pkcs8")).unwrap();
    assert_eq!(format!("{of_ring:?}"), "SigningKey(ring, PublicKey(EC P-256, 256 bits))");
    let of_rustcrypto = mixed.load_signing_key(&private_key("p256-sec1-no-public")).unwrap();
    assert_eq!(format!("{of_rustcrypto:?}"), "SigningKey(rustcrypto, PublicKey(EC P-256, 256 bits))");
}
