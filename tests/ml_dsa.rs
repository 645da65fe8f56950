//! ML-DSA: keys in the forms of RFC 9881, and client and server that prove themselves by them (draft-ietf-tls-mldsa).

#![cfg(test)]
#![cfg(all(feature = "ring", any(feature = "aws-lc", feature = "ml-dsa")))]

mod support {
    pub(crate) mod authority;
    pub(crate) mod der;
    pub(crate) mod pair;
}

use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::crypto::{
    CryptoError, CryptoProvider, EntropySource, PrivateKeyError, PrivateKeyInfo, PublicKey, PublicKeyError,
    Purpose, Sign, SignatureAlgorithm, ring,
};
use handfast::handshake::Milestone;
use handfast::pki::name::PublicSuffixes;
use handfast::pki::{Profile, TrustAnchors};
use handfast::{Config, ConfigBuilder, Credential, SignatureScheme, Trust, pem};
use support::authority;
use support::der::{contents, fields, sequence, tlv};
use support::pair::{builders, connected, ends, settle};

const SETS: [(u8, SignatureAlgorithm, SignatureScheme); 3] = [
    (44, SignatureAlgorithm::MlDsa44, SignatureScheme::MLDSA44),
    (65, SignatureAlgorithm::MlDsa65, SignatureScheme::MLDSA65),
    (87, SignatureAlgorithm::MlDsa87, SignatureScheme::MLDSA87),
];

/// Draws nothing but 3.
struct Threes;

impl EntropySource for Threes {
    fn draw(&mut self, _: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        out.fill(3);
        Ok(())
    }
}

/// Those that have it.
fn providers() -> Vec<CryptoProvider> {
    vec![
        #[cfg(feature = "ml-dsa")]
        ring::provider(),
        #[cfg(all(feature = "ml-dsa", feature = "rustcrypto"))]
        handfast::crypto::rustcrypto::provider(),
        #[cfg(feature = "aws-lc")]
        handfast::crypto::aws_lc::provider(),
    ]
}

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/vectors/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(path).unwrap();
    let block = pem::blocks(&text).next().unwrap().unwrap();
    block.decode().unwrap().to_vec()
}

/// PKCS#8 with this privateKey; `set` is 44, 65 or 87.
fn pkcs8(set: u8, private_key: &[u8]) -> Vec<u8> {
    sequence(&[&[2, 1, 0], &sequence(&[&oid(set)]), &tlv(4, private_key)])
}

fn oid(set: u8) -> Vec<u8> {
    let arc = 17 + SETS.iter().position(|(known, ..)| *known == set).unwrap() as u8;
    tlv(6, &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, arc])
}

fn load(provider: &CryptoProvider, der: &[u8]) -> Result<Arc<dyn Sign>, PrivateKeyError> {
    provider.load_signing_key(&PrivateKeyInfo::from_der(der)?)
}

#[test]
fn a_key_is_the_same_as_seed_as_expanded_key_and_as_both() {
    for provider in providers() {
        for (set, algorithm, _) in SETS {
            let public = PublicKey::from_spki(&file(&format!("rfc9881-ml-dsa-{set}-public"))).unwrap();
            for name in ["rfc9881-ml-dsa-{}-seed", "ml-dsa-{}-expanded", "ml-dsa-{}-both"] {
                let key = load(&provider, &file(&name.replace("{}", &set.to_string()))).unwrap();
                assert_eq!((key.public_key(), key.algorithms()), (&public, &[algorithm][..]), "{name}");
            }
        }
    }
}

/// RFC 9881 §6, §8.2.
#[test]
fn a_private_key_whose_parts_do_not_fit_is_refused() {
    let seed = tlv(0x80, &[7; 32]);
    for provider in providers() {
        for (set, ..) in SETS {
            let expanded = file(&format!("ml-dsa-{set}-expanded"));
            let expanded = contents(&fields(&expanded)[2]).to_vec();
            let with = |at: usize, byte: u8| {
                let mut expanded = expanded.clone();
                expanded[at] = byte;
                expanded
            };
            let both = |seed: &[u8], expanded: &[u8]| sequence(&[&tlv(4, seed), expanded]);
            let ordered: Vec<u8> = (0..32).collect();
            load(&provider, &pkcs8(set, &both(&ordered, &expanded))).unwrap();
            let refused = [
                (tlv(0x80, &[7; 31]), "32 bytes"),
                (tlv(0x80, &[7; 33]), "32 bytes"),
                (both(&[7; 33], &expanded), "32 bytes"),
                ([&seed[..], &[0]].concat(), "in DER"),
                (tlv(0xa0, &[7; 32]), "in DER"),
                (both(&[7; 32], &expanded), "the one that its seed gives"),
                (both(&ordered, &with(expanded.len() - 1, !expanded[expanded.len() - 1])), "its seed gives"),
                (tlv(4, &contents(&expanded)[1..]), "an expandedKey of ML-DSA-"),
                // The first octet of s1, and one of tr.
                (with(4 + 128, 0xff), "-eta to eta"),
                (with(4 + 64, !expanded[4 + 64]), "belong together"),
            ];
            for (private_key, rule) in refused {
                let refusal = load(&provider, &pkcs8(set, &private_key)).unwrap_err();
                assert!(matches!(refusal, PrivateKeyError::Malformed { .. }), "{refusal}");
                assert!(refusal.to_string().contains(rule), "{} {set}: {refusal}; {rule}", provider.name);
            }
        }
    }
}

/// RFC 9881 §2, §4.
#[test]
fn parameters_and_keys_of_another_length_are_refused() {
    let null = [5, 0];
    for (set, ..) in SETS {
        let spki = file(&format!("rfc9881-ml-dsa-{set}-public"));
        let bits = fields(&spki)[1].clone();
        let refused = [
            sequence(&[&sequence(&[&oid(set), &null]), &bits]),
            sequence(&[&sequence(&[&oid(set)]), &tlv(3, &contents(&bits)[..contents(&bits).len() - 1])]),
            sequence(&[&sequence(&[&oid(set)]), &tlv(3, &[contents(&bits), &[0]].concat())]),
        ];
        for spki in refused {
            let refusal = PublicKey::from_spki(&spki).unwrap_err();
            assert!(matches!(refusal, PublicKeyError::Malformed { .. }), "{refusal}");
            assert!(refusal.to_string().contains("RFC 9881"), "{refusal}");
        }
        let private_key =
            sequence(&[&[2, 1, 0], &sequence(&[&oid(set), &null]), &tlv(4, &tlv(0x80, &[7; 32]))]);
        assert!(PrivateKeyInfo::from_der(&private_key).unwrap_err().to_string().contains("no parameters"));
    }
}

#[test]
fn a_signature_of_another_length_is_refused() {
    for provider in providers() {
        for (set, algorithm, _) in SETS {
            let key = load(&provider, &pkcs8(set, &tlv(0x80, &[7; 32]))).unwrap();
            let verifier = provider.verifier(algorithm).unwrap();
            let signature = key.sign(algorithm, b"message", &mut Threes).unwrap();
            let verify = |signature: &[u8]| verifier.verify(key.public_key(), b"message", signature);
            assert_eq!((verify(&signature).is_ok(), verify(&[]).is_ok()), (true, false));
            assert!(verify(&signature[1..]).is_err() && verify(&[&signature[..], &[0]].concat()).is_err());
        }
    }
}

/// A key with the certificate that it is in.
struct Holder {
    set: u8,
    algorithm: SignatureAlgorithm,
    pkcs8: Vec<u8>,
    key: Arc<dyn Sign>,
}

impl Holder {
    fn new((set, algorithm, _): (u8, SignatureAlgorithm, SignatureScheme), seed: u8) -> Self {
        let pkcs8 = pkcs8(set, &tlv(0x80, &[seed; 32]));
        let key = load(&providers()[0], &pkcs8).unwrap();
        Self { set, algorithm, pkcs8, key }
    }

    /// The certificate with this holder's key in it, signed by the issuer under this AlgorithmIdentifier.
    fn certified_as(&self, template: &[u8], issuer: &Self, identifier: &[u8]) -> Vec<u8> {
        let mut tbs = fields(&fields(template)[0]);
        tbs[2] = identifier.to_vec();
        tbs[6] = self.key.public_key().spki().to_vec();
        let tbs = tlv(0x30, &tbs.concat());
        let signature = issuer.key.sign(issuer.algorithm, &tbs, &mut Threes).unwrap();
        sequence(&[&tbs, identifier, &tlv(3, &[&[0], &signature[..]].concat())])
    }

    fn certified(&self, template: &[u8], issuer: &Self) -> Vec<u8> {
        self.certified_as(template, issuer, &sequence(&[&oid(issuer.set)]))
    }
}

/// A CA of ML-DSA-87, and under it a server and a client of these parameter sets.
struct Pki {
    anchor: Vec<u8>,
    ca: Holder,
    server: (Holder, Vec<u8>),
    client: (Holder, Vec<u8>),
}

impl Pki {
    fn new(set: (u8, SignatureAlgorithm, SignatureScheme)) -> Self {
        let root = authority::root(authority::ca("ca"));
        let ca = Holder::new(SETS[2], 1);
        let anchor = ca.certified(root.der(), &ca);
        let leaf = |seed, params| {
            let holder = Holder::new(set, seed);
            (holder, authority::leaf(params, &root))
        };
        let server = leaf(2, authority::server("server.test"));
        Self { anchor, ca, server, client: leaf(3, authority::client("spiffe://test/client")) }
    }

    fn builder(&self, crypto: CryptoProvider, chain: Vec<u8>, holder: &Holder) -> ConfigBuilder {
        let credential = Credential::from_der([chain], &holder.pkcs8, &crypto).unwrap();
        let mut builder = Config::builder(crypto);
        builder.trust = Trust::anchors(TrustAnchors::from_der(&self.anchor).unwrap());
        builder.credential(credential)
    }

    fn client(&self, crypto: CryptoProvider) -> ConfigBuilder {
        let (holder, template) = &self.client;
        self.builder(crypto, holder.certified(template, &self.ca), holder)
    }

    fn server(&self, crypto: CryptoProvider) -> ConfigBuilder {
        let (holder, template) = &self.server;
        self.builder(crypto, holder.certified(template, &self.ca), holder)
    }
}

#[test]
fn both_ends_prove_who_they_are_with_any_two_providers() {
    for set in SETS {
        let pki = Pki::new(set);
        for client in providers() {
            for server in providers() {
                let (client, server) = connected(pki.client(client.clone()), pki.server(server));
                for end in [client, server] {
                    let connected = end.milestones.iter().find_map(|milestone| {
                        if let Milestone::Connected(connected) = milestone { Some(connected) } else { None }
                    });
                    assert_eq!(connected.unwrap().peer_signature_scheme, Some(set.2));
                }
            }
        }
    }
}

/// RFC 9881 §3: parameters of the signature's algorithm "MUST be absent".
#[test]
fn a_certificate_whose_signature_algorithm_has_parameters_is_refused() {
    let pki = Pki::new(SETS[0]);
    let (holder, template) = &pki.server;
    let chain = holder.certified_as(template, &pki.ca, &sequence(&[&oid(87), &[5, 0]]));
    let crypto = providers().remove(0);
    let server = pki.builder(crypto.clone(), chain, holder);
    let (mut client, mut server) = ends(pki.client(crypto), server);
    let fault = settle(&mut client, &mut server).unwrap_err();
    assert!(fault.to_string().contains("PATH-SIGNATURE"), "{fault}");
}

/// The CA/Browser Forum's Baseline Requirements §7.1.3.1 know RSA and ECDSA only.
#[test]
fn the_web_profile_refuses_such_keys_by_name() {
    let pki = Pki::new(SETS[1]);
    let crypto = providers().remove(0);
    let mut client = pki.client(crypto.clone());
    let anchors = TrustAnchors::from_der(&pki.anchor).unwrap();
    client.trust = Trust::anchors(anchors).with_profile(Profile::web_pki(PublicSuffixes::new()));
    let (mut client, mut server) = ends(client, pki.server(crypto));
    let fault = settle(&mut client, &mut server).unwrap_err();
    assert!(fault.to_string().contains("MlDsa(65)"), "{fault}");
}

#[test]
fn a_client_of_ml_dsa_alone_is_refused_by_name_where_the_server_has_no_such_key() {
    let pki = Pki::new(SETS[0]);
    let mut client = pki.client(providers().remove(0));
    client.handshake.signature_schemes.retain(|scheme| SETS.iter().any(|(.., own)| own == scheme));
    let (mut client, mut server) = ends(client, builders().1);
    client.receive().unwrap();
    client.transmit_to(&mut server);
    let fault = server.receive().unwrap_err();
    assert_eq!(fault.alert(), Some(AlertDescription::HANDSHAKE_FAILURE));
    assert!(fault.to_string().contains("mldsa44, mldsa65, mldsa87"), "{fault}");
}

/// What is offered is what the provider verifies.
#[test]
fn a_provider_without_it_offers_none_and_refuses_such_keys_by_name() {
    let mut without = ring::provider();
    without.verifiers.retain(|verifier| SETS.iter().all(|(_, own, _)| verifier.algorithm() != *own));
    without.signing_key_loaders.drain(..without.signing_key_loaders.len() - 1);
    let offered = Config::builder(without.clone()).handshake.signature_schemes;
    assert!(!offered.is_empty() && SETS.iter().all(|(.., scheme)| !offered.contains(scheme)), "{offered:?}");
    let refusal = load(&without, &pkcs8(65, &tlv(0x80, &[7; 32]))).unwrap_err().to_string();
    assert!(refusal.contains("ML-DSA-65") && refusal.contains("feature `ml-dsa`"), "{refusal}");
    for provider in providers() {
        let offered = Config::builder(provider).handshake.signature_schemes;
        assert!(SETS.iter().all(|(.., scheme)| offered.contains(scheme)), "{offered:?}");
    }
}
