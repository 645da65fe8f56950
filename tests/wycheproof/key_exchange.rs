//! Key exchanges. A provider that takes its private keys from the entropy given must find the known shared
//! secret; one that draws its own must take and refuse the same shares.

use handfast::crypto::{
    CryptoError, CryptoProvider, EntropySource, KeyExchangeAlgorithm, PublicKey, PublicKeyAlgorithm, Purpose,
    SharedSecret,
};

use crate::vectors::{Fields, Outcome, Test, Verdict, run};

/// Gives one private key, once, to whom wants one of its length.
pub(crate) struct PrivateKey(pub(crate) Option<Vec<u8>>);

impl EntropySource for PrivateKey {
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        assert_eq!(purpose, Purpose::KeyShare);
        let key = self.0.take().filter(|key| key.len() == out.len()).ok_or(CryptoError)?;
        out.copy_from_slice(&key);
        Ok(())
    }
}

/// An integer, as Wycheproof writes it, as a private key of `length` bytes.
fn scalar(integer: &[u8], length: usize) -> Vec<u8> {
    let significant: Vec<u8> = integer.iter().copied().skip_while(|byte| *byte == 0).collect();
    [vec![0; length - significant.len()], significant].concat()
}

/// Completes an exchange as a client.
fn complete(
    provider: &CryptoProvider,
    algorithm: KeyExchangeAlgorithm,
    private_key: &[u8],
    peer_share: &[u8],
) -> Result<SharedSecret, CryptoError> {
    let exchange = provider.key_exchange(algorithm).expect("key exchange");
    exchange.start(&mut PrivateKey(Some(private_key.to_vec()))).expect("start").complete(peer_share)
}

/// Responds to a share as a server.
fn respond(
    provider: &CryptoProvider,
    algorithm: KeyExchangeAlgorithm,
    private_key: &[u8],
    peer_share: &[u8],
) -> Result<SharedSecret, CryptoError> {
    let exchange = provider.key_exchange(algorithm).expect("key exchange");
    exchange.respond(peer_share, &mut PrivateKey(Some(private_key.to_vec()))).map(|(_, secret)| secret)
}

fn check(
    provider: &CryptoProvider,
    agreed: Result<SharedSecret, CryptoError>,
    expected: Option<&[u8]>,
    name: &str,
) {
    match (agreed, expected) {
        (Ok(_), Some(_)) if provider.draws_its_own_randomness => {}
        (Ok(secret), Some(expected)) => assert_eq!(secret.expose(), expected, "{name}"),
        (Err(_), None) => {}
        (agreed, _) => panic!("{name}: {agreed:?}"),
    }
}

//= R-7.4.2-2 test
//= R-7.4.2-3 test
#[test]
fn x25519_and_an_all_zero_result_is_refused() {
    run("x25519", (518, 0), |provider, group, test| {
        assert_eq!(group.text("curve"), "curve25519");
        let shared = test.fields.bytes("shared");
        let expected = (!test.has_flag("ZeroSharedSecret")).then_some(&*shared);
        assert_eq!(expected.is_none(), shared == [0; 32]);
        let (private, public) = (test.fields.bytes("private"), test.fields.bytes("public"));
        let x25519 = KeyExchangeAlgorithm::X25519;
        check(provider, complete(provider, x25519, &private, &public), expected, test.name());
        check(provider, respond(provider, x25519, &private, &public), expected, test.name());
        Outcome::Ran
    });
}

/// A curve by its names here and in the files, with the bytes of a coordinate.
struct Curve {
    name: &'static str,
    exchange: KeyExchangeAlgorithm,
    key: PublicKeyAlgorithm,
    field_len: usize,
}

const SECP256R1: Curve = Curve {
    name: "secp256r1",
    exchange: KeyExchangeAlgorithm::Secp256r1,
    key: PublicKeyAlgorithm::EcP256,
    field_len: 32,
};
const SECP384R1: Curve = Curve {
    name: "secp384r1",
    exchange: KeyExchangeAlgorithm::Secp384r1,
    key: PublicKeyAlgorithm::EcP384,
    field_len: 48,
};

fn ecdh(provider: &CryptoProvider, group: &mut Fields, test: &mut Test, curve: &Curve) -> Outcome {
    assert_eq!(group.text("curve"), curve.name);
    // All that is acceptable elsewhere is not in TLS: compressed points, curves without a name, bad DER.
    let shared = test.fields.bytes("shared");
    let expected = (test.verdict == Verdict::Valid).then_some(&*shared);
    let private_key = scalar(&test.fields.bytes("private"), curve.field_len);
    let public = test.fields.bytes("public");
    if group.text("encoding") == "ecpoint" {
        check(provider, complete(provider, curve.exchange, &private_key, &public), expected, test.name());
        check(provider, respond(provider, curve.exchange, &private_key, &public), expected, test.name());
    } else {
        let agreed = match PublicKey::from_spki(&public) {
            Ok(key) if key.algorithm() == curve.key => {
                complete(provider, curve.exchange, &private_key, key.key_bits())
            }
            _ => Err(CryptoError),
        };
        check(provider, agreed, expected, test.name());
    }
    Outcome::Ran
}

//= R-4.3.8.2-1 test
//= R-7.4.2-1 test
#[test]
fn secp256r1_shares() {
    run("ecdh_secp256r1_ecpoint", (355, 0), |provider, group, test| ecdh(provider, group, test, &SECP256R1));
}

//= R-4.3.8.2-1 test
//= R-7.4.2-1 test
#[test]
fn secp384r1_shares() {
    run("ecdh_secp384r1_ecpoint", (790, 0), |provider, group, test| ecdh(provider, group, test, &SECP384R1));
}

#[test]
fn secp256r1_keys_as_subject_public_key_info() {
    run("ecdh_secp256r1", (612, 0), |provider, group, test| ecdh(provider, group, test, &SECP256R1));
}

#[test]
fn secp384r1_keys_as_subject_public_key_info() {
    run("ecdh_secp384r1", (1047, 0), |provider, group, test| ecdh(provider, group, test, &SECP384R1));
}
