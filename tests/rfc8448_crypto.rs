//! The asymmetric steps of RFC 8448, recomputed: key pairs and shared secrets by the provider that takes its
//! private keys from the entropy given, signatures by all.

#![cfg(test)]
#![cfg(feature = "rustcrypto")]

mod support {
    pub(crate) mod rfc8448;
}

use handfast::crypto::{
    CryptoError, CryptoProvider, EntropySource, HashAlgorithm, KeyExchangeAlgorithm, PublicKey, Purpose,
    SignatureAlgorithm, StartedKeyExchange, rustcrypto,
};

use support::rfc8448::{Side, Step, Trace, traces};

/// Gives the private key of a step.
struct PrivateKey<'a>(&'a [u8]);

impl EntropySource for PrivateKey<'_> {
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        assert_eq!(purpose, Purpose::KeyShare);
        out.copy_from_slice(self.0);
        Ok(())
    }
}

/// Starts the key exchange of a step that creates a key pair and compares the share.
fn start(provider: &CryptoProvider, step: &Step) -> Box<dyn StartedKeyExchange> {
    let algorithm = match step.caption {
        "create an ephemeral x25519 key pair" => KeyExchangeAlgorithm::X25519,
        "create an ephemeral P-256 key pair" => KeyExchangeAlgorithm::Secp256r1,
        other => panic!("{other}"),
    };
    let [private_key, public_key] = step.blocks(["private key", "public key"]);
    let exchange = provider.key_exchange(algorithm).expect("key exchange");
    let started = exchange.start(&mut PrivateKey(private_key)).expect("key pair");
    assert_eq!(started.share(), public_key, "step {}", step.number);
    started
}

#[test]
fn rustcrypto_recomputes_every_key_pair_and_shared_secret_of_the_rfc() {
    let provider = rustcrypto::provider();
    let mut seen = 0;
    for trace in traces() {
        let key_pair = |side| {
            let mut steps = trace.steps.iter().filter(|step| step.caption.ends_with("key pair"));
            steps.rfind(|step| step.side == side).expect("key pair")
        };
        let is_extraction = |step: &&Step| step.caption == "extract secret \"handshake\"";
        let extraction = trace.steps.iter().find(is_extraction).expect("extraction");
        let [_, shared_secret, _] = extraction.blocks(["salt", "IKM", "secret"]);
        for side in [Side::Client, Side::Server] {
            let other = start(&provider, key_pair(side.other()));
            let completed = start(&provider, key_pair(side)).complete(other.share()).expect("shared secret");
            assert_eq!(completed.expose(), shared_secret, "section {}", trace.section);
            seen += 1;
        }
    }
    assert_eq!(seen, 10);
}

/// The key that a Certificate message holds, found by how its SubjectPublicKeyInfo begins: an RSA key of 1024
/// bits or one of P-256.
fn certified_key(certificate: &[u8]) -> PublicKey {
    let rsa_1024: (&[u8], _) = (&[0x30, 0x81, 0x9f, 0x30, 0x0d, 0x06, 0x09], 3 + 0x9f);
    let p256: (&[u8], _) = (&[0x30, 0x59, 0x30, 0x13, 0x06, 0x07], 2 + 0x59);
    let find = |(begin, length): (&[u8], usize)| {
        let at = certificate.windows(begin.len()).position(|window| window == begin)?;
        certificate.get(at..at + length)
    };
    PublicKey::from_spki(find(rsa_1024).or_else(|| find(p256)).expect("a key")).expect("SubjectPublicKeyInfo")
}

/// A CertificateVerify with what it signs and the key that it is to be verified with.
struct Signature {
    algorithm: SignatureAlgorithm,
    key: PublicKey,
    content: Vec<u8>,
    signature: Vec<u8>,
}

fn signatures(trace: &Trace) -> Vec<Signature> {
    let hash = rustcrypto::provider().hash(HashAlgorithm::Sha256).expect("SHA-256").clone();
    let (mut messages, mut key, mut found) = (Vec::new(), None, Vec::new());
    for step in trace.steps.iter().filter(|step| step.caption.starts_with("construct a")) {
        let (name, message) = step.only_block();
        let is_second_hello = step.caption.contains("ClientHello") && !messages.is_empty();
        if is_second_hello {
            // §4.1: the first ClientHello is replaced by a message_hash.
            let first_hello_len = 4 + usize::from(messages[2]) * 256 + usize::from(messages[3]);
            let digest = hash.digest(&messages[..first_hello_len]);
            messages.splice(..first_hello_len, [&[254, 0, 0, 32], &digest[..]].concat());
        }
        if name == "Certificate" {
            key = Some(certified_key(message));
        }
        if name == "CertificateVerify" {
            let algorithm = match message[4..6] {
                [4, 3] => SignatureAlgorithm::EcdsaP256Sha256,
                [8, 4] => SignatureAlgorithm::RsaPssSha256,
                _ => panic!("step {}: another scheme", step.number),
            };
            let side = if step.side == Side::Client { "client" } else { "server" };
            let context = format!("TLS 1.3, {side} CertificateVerify\0");
            let content = [&[b' '; 64], context.as_bytes(), &hash.digest(&messages)].concat();
            let key = key.clone().expect("a Certificate before");
            found.push(Signature { algorithm, key, content, signature: message[8..].to_vec() });
        }
        messages.extend_from_slice(message);
    }
    found
}

/// The size of a key is a matter of policy where the primitive takes it: rustcrypto verifies all. ring takes no
/// modulus shorter than 2048 bits.
#[test]
fn every_signature_of_the_rfc_verifies_but_for_rsa_1024_with_ring() {
    let mut seen = Vec::new();
    for trace in traces() {
        for Signature { algorithm, key, content, mut signature } in signatures(&trace) {
            let verify = |provider: CryptoProvider, signature: &[u8]| {
                provider.verifier(algorithm).expect("verifier").verify(&key, &content, signature).is_ok()
            };
            assert!(verify(rustcrypto::provider(), &signature), "section {}", trace.section);
            #[cfg(feature = "ring")]
            assert_eq!(
                verify(handfast::crypto::ring::provider(), &signature),
                algorithm == SignatureAlgorithm::EcdsaP256Sha256,
                "section {}",
                trace.section,
            );
            *signature.last_mut().expect("a byte") ^= 1;
            assert!(!verify(rustcrypto::provider(), &signature), "section {}", trace.section);
            seen.push((trace.section, key.strength_bits()));
        }
    }
    assert_eq!(seen, [(3, 1024), (5, 1024), (6, 256), (6, 1024), (7, 1024)]);
}
