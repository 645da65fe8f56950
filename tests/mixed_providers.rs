//! Providers that are mixed by operation, in a handshake that tells who computed what.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "aws-lc"))]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use handfast::crypto::{
    Aead, AeadAlgorithm, AeadKey, CryptoError, CryptoProvider, EntropySource, KeyExchange,
    KeyExchangeAlgorithm, Operation, PrivateKeyInfo, PublicKey, PublicKeyAlgorithm, SharedSecret,
    SignatureAlgorithm, StartedKeyExchange, Verify, aws_lc, ring,
};
use support::{authority, pair};

/// A key of `vectors/keys` in PEM.
fn key(name: &str) -> String {
    std::fs::read_to_string(format!("{}/vectors/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Notes who of the providers computes what.
fn noted(provider: CryptoProvider, notes: &Notes) -> CryptoProvider {
    let note = |what: String| (notes.clone(), format!("{} {what}", provider.name));
    CryptoProvider {
        key_exchanges: provider
            .key_exchanges
            .iter()
            .map(|exchange| -> Arc<dyn KeyExchange> {
                Arc::new(Noted {
                    note: note(format!("{:?}", exchange.algorithm())),
                    does: Arc::clone(exchange),
                })
            })
            .collect(),
        verifiers: provider
            .verifiers
            .iter()
            .map(|verifier| -> Arc<dyn Verify> {
                Arc::new(Noted {
                    note: note(format!("{:?}", verifier.algorithm())),
                    does: Arc::clone(verifier),
                })
            })
            .collect(),
        aeads: provider
            .aeads
            .iter()
            .map(|aead| -> Arc<dyn Aead> {
                Arc::new(Noted { note: note(format!("{:?}", aead.algorithm())), does: Arc::clone(aead) })
            })
            .collect(),
        ..provider
    }
}

type Notes = Arc<Mutex<BTreeSet<String>>>;

struct Noted<T: ?Sized> {
    note: (Notes, String),
    does: Arc<T>,
}

impl<T: ?Sized> Noted<T> {
    fn done(&self) -> &T {
        self.note.0.lock().unwrap().insert(self.note.1.clone());
        &self.does
    }
}

impl KeyExchange for Noted<dyn KeyExchange> {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.does.algorithm()
    }

    fn start(&self, entropy: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError> {
        self.done().start(entropy)
    }

    fn respond(
        &self,
        client_share: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        self.done().respond(client_share, entropy)
    }
}

impl Verify for Noted<dyn Verify> {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.does.algorithm()
    }

    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        self.done().verify(key, message, signature)
    }
}

impl Aead for Noted<dyn Aead> {
    fn algorithm(&self) -> AeadAlgorithm {
        self.does.algorithm()
    }

    fn key(&self, key: &[u8]) -> Result<Box<dyn AeadKey>, CryptoError> {
        self.done().key(key)
    }
}

/// A mutual handshake in which the server has an RSA key, the client and the CA have keys over P-256.
#[test]
fn x25519_and_rsa_from_aws_lc_and_the_rest_from_ring_make_a_handshake() {
    let notes = Notes::default();
    let taken =
        [Operation::KeyExchange(KeyExchangeAlgorithm::X25519), Operation::Signature(PublicKeyAlgorithm::Rsa)];
    let mixed = noted(ring::provider(), &notes).with(&noted(aws_lc::provider(), &notes), &taken);
    let ca = authority::root(authority::ca("ca"));
    let builder = || {
        let mut builder = handfast::Config::builder(mixed.clone()).trust_pem(ca.pem()).unwrap();
        builder.handshake.groups = vec![handfast::NamedGroup::X25519];
        builder
    };
    let (chain, ec) = pair::credential(authority::client("spiffe://test/client"), &ca);
    let client = builder().credential_pem(chain, ec).unwrap();
    let rsa = rcgen::KeyPair::from_pem(&key("rsa2048-pkcs8")).unwrap();
    let chain = authority::server("server.test").signed_by(&rsa, &ca).unwrap().pem();
    let server = builder().credential_pem(chain, rsa.serialize_pem()).unwrap();

    let (mut client, mut server) = pair::connected(client, server);
    client.seal_to(b"hello", &mut server);
    pair::settle(&mut client, &mut server).unwrap();
    assert_eq!(server.plaintext, b"hello");
    let notes = notes.lock().unwrap();
    let expected = ["aws-lc RsaPssSha256", "aws-lc X25519", "ring Aes128Gcm", "ring EcdsaP256Sha256"];
    assert_eq!(notes.iter().map(String::as_str).collect::<Vec<_>>(), expected);

    // Who signs is said by the keys.
    let info = |name| PrivateKeyInfo::from_pem(key(name)).unwrap();
    let signer = |name| format!("{:?}", mixed.load_signing_key(&info(name)).unwrap());
    assert!(signer("rsa2048-pkcs8").starts_with("SigningKey(aws-lc,"));
    assert!(signer("p256-pkcs8").starts_with("SigningKey(ring,"));
}
