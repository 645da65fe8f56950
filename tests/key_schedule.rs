//! The key schedule against another implementation (`vectors/key_schedule/`), and what holds for any input.

#![cfg(test)]
#![cfg(all(feature = "floors", feature = "ring"))]

use std::collections::BTreeMap;
use std::sync::Arc;

use handfast::crypto::{
    AeadAlgorithm, CryptoError, CryptoProvider, Digest, HashAlgorithm, Hkdf, Secret, SharedSecret, ring,
};
use handfast::key_schedule::{
    EarlySecret, ExpandError, Kdf, Label, LabelPrefix, PskKind, export, finished_verify_data,
    hkdf_expand_label, next_application_traffic_secret, resumption_psk, tls_exporter, traffic_keys,
};
use proptest::prelude::*;

#[test]
fn every_secret_of_openssl_is_ours() {
    let cases = cases();
    for case in &cases {
        recompute(case, &ring::provider());
    }
    assert_eq!(cases.len(), 5);
}

/// HKDF-Expand refuses too much output and nothing else; a provider that does so all the same changes nothing.
#[test]
fn a_provider_that_refuses_to_expand_gives_the_same_secrets() {
    let mut provider = ring::provider();
    for hkdf in &mut provider.hkdfs {
        *hkdf = Arc::new(RefusesToExpand(Arc::clone(hkdf)));
    }
    for case in cases() {
        recompute(&case, &provider);
    }
}

struct RefusesToExpand(Arc<dyn Hkdf>);

impl Hkdf for RefusesToExpand {
    fn hash_algorithm(&self) -> HashAlgorithm {
        self.0.hash_algorithm()
    }

    fn hmac(&self, key: &[u8], data: &[u8]) -> Digest {
        self.0.hmac(key, data)
    }

    fn extract(&self, salt: &[u8], ikm: &[u8]) -> Secret {
        self.0.extract(salt, ikm)
    }

    fn expand(&self, _: &[u8], _: &[&[u8]], _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError)
    }
}

fn recompute(case: &Case, provider: &CryptoProvider) {
    let mut unread = case.clone();
    let mut expect = |name: &str, found: &[u8]| {
        assert_eq!(hex(unread.0.remove(name).expect(name)), found, "{name}");
    };
    let kdf = case.kdf(provider);
    let client_hello = case.digest("transcript ClientHello");
    let server_hello = case.digest("transcript ClientHello...ServerHello");
    let server_finished = case.digest("transcript ClientHello...server Finished");
    let client_finished = case.digest("transcript ClientHello...client Finished");

    let psk = case.optional("psk");
    let early = EarlySecret::new(kdf.clone(), psk.as_deref());
    expect("binder_key", early.binder_key(case.psk_kind()).expose());
    expect("client_early_traffic_secret", early.client_early_traffic_secret(&client_hello).expose());
    expect("early_exporter_secret", early.early_exporter_secret(&client_hello).expose());

    let shared_secret =
        case.optional("shared secret").map(|bytes| SharedSecret::new(&bytes).expect("80 bytes"));
    let handshake = early.into_handshake_secret(shared_secret.as_ref());
    let client = handshake.traffic_secrets(&server_hello).client_handshake_traffic_secret;
    expect("client_handshake_traffic_secret", client.expose());
    expect("verify_data", &finished_verify_data(&kdf, &client, &server_finished));
    let server = handshake.traffic_secrets(&server_hello).server_handshake_traffic_secret;
    expect("server_handshake_traffic_secret", server.expose());

    let main = handshake.into_main_secret();
    let client = main.application_secrets(&server_finished).client_application_traffic_secret_0;
    expect("client_application_traffic_secret_0", client.expose());
    expect("client_application_traffic_secret_1", next_application_traffic_secret(&kdf, &client).expose());
    let server = main.application_secrets(&server_finished).server_application_traffic_secret_0;
    expect("server_application_traffic_secret_0", server.expose());
    let keys = traffic_keys(&kdf, &server, case.aead());
    expect("server_write_key", keys.key.expose());
    expect("server_write_iv", &keys.iv);

    let resumption_secret = main.resumption_secret(&client_finished);
    expect("resumption_secret", resumption_secret.expose());
    let psk = resumption_psk(&kdf, &resumption_secret, &hex(case.field("ticket_nonce")));
    expect("ticket psk", psk.expose());

    let exporter_secret = main.application_secrets(&server_finished).exporter_secret;
    expect("exporter_secret", exporter_secret.expose());
    let mut exported = vec![0; hex(case.field("exported")).len()];
    let context_value = hex(case.field("exporter context_value"));
    let label = case.string("exporter label");
    export(&kdf, &exporter_secret, label, &context_value, &mut exported).expect("within its bounds");
    expect("exported", &exported);
    assert_eq!(unread.0.into_keys().collect::<Vec<_>>(), INPUTS);
}

/// The fields of a case that are no result, in alphabetical order.
const INPUTS: [&str; 13] = [
    "aead",
    "exporter context_value",
    "exporter label",
    "hash",
    "prefix",
    "psk",
    "psk kind",
    "shared secret",
    "ticket_nonce",
    "transcript ClientHello",
    "transcript ClientHello...ServerHello",
    "transcript ClientHello...client Finished",
    "transcript ClientHello...server Finished",
];

/// A case of the file, field by field.
#[derive(Clone)]
struct Case(BTreeMap<&'static str, &'static str>);

impl Case {
    fn field(&self, name: &str) -> &'static str {
        self.0.get(name).unwrap_or_else(|| panic!("no field {name}"))
    }

    fn string(&self, name: &str) -> &'static str {
        self.field(name).strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).expect("a string")
    }

    fn optional(&self, name: &str) -> Option<Vec<u8>> {
        Some(self.field(name)).filter(|value| *value != "none").map(hex)
    }

    fn digest(&self, name: &str) -> Digest {
        Digest::new(&hex(self.field(name))).expect("a hash")
    }

    fn kdf(&self, provider: &CryptoProvider) -> Kdf {
        let hash = match self.field("hash") {
            "SHA-256" => HashAlgorithm::Sha256,
            "SHA-384" => HashAlgorithm::Sha384,
            hash => panic!("no hash: {hash}"),
        };
        let prefix = match self.string("prefix") {
            "tls13 " => LabelPrefix::Tls13,
            "dtls13" => LabelPrefix::Dtls13,
            prefix => panic!("no prefix: {prefix}"),
        };
        Kdf::new(provider, hash, prefix).expect("a hash of the provider")
    }

    fn psk_kind(&self) -> PskKind {
        match self.field("psk kind") {
            "external" => PskKind::External,
            "resumption" => PskKind::Resumption,
            "imported" => PskKind::Imported,
            kind => panic!("no kind of PSK: {kind}"),
        }
    }

    fn aead(&self) -> AeadAlgorithm {
        match self.field("aead") {
            "AES-256-GCM" => AeadAlgorithm::Aes256Gcm,
            "ChaCha20-Poly1305" => AeadAlgorithm::ChaCha20Poly1305,
            aead => panic!("no AEAD: {aead}"),
        }
    }
}

fn cases() -> Vec<Case> {
    let file = include_str!("../vectors/key_schedule/openssl-tls13-kdf.txt");
    let mut cases: Vec<Case> = Vec::new();
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            cases.push(Case(BTreeMap::new()));
        } else {
            let (name, value) = line.split_once(" = ").expect("a field");
            let fields = &mut cases.last_mut().expect("a case before the first field").0;
            assert_eq!(fields.insert(name, value), None, "{name} twice");
        }
    }
    cases
}

fn hex(digits: &str) -> Vec<u8> {
    let digits = digits.strip_prefix("(empty)").unwrap_or(digits).as_bytes();
    let octet =
        |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).expect("ASCII"), 16).expect("hexadecimal");
    digits.chunks(2).map(octet).collect()
}

fn sha384() -> Kdf {
    Kdf::new(&ring::provider(), HashAlgorithm::Sha384, LabelPrefix::Tls13).expect("SHA-384")
}

fn secret(bytes: &[u8]) -> Secret {
    Secret::new(bytes).expect("48 bytes at most")
}

#[test]
fn a_label_has_1_to_249_bytes() {
    let longest = "l".repeat(249);
    assert_eq!(Label::new(""), Err(ExpandError::Label { found: 0 }));
    assert!(Label::new("l").is_ok());
    assert!(Label::new(&longest).is_ok());
    assert_eq!(Label::new(&"l".repeat(250)), Err(ExpandError::Label { found: 250 }));

    let mut out = [0; 48];
    let exported = export(&sha384(), &secret(&[7; 48]), &longest, b"", &mut out);
    assert_eq!(exported, Ok(()));
    let refused = export(&sha384(), &secret(&[7; 48]), "", b"", &mut out);
    assert_eq!(refused, Err(ExpandError::Label { found: 0 }));
}

#[test]
fn a_context_has_at_most_255_bytes() {
    let expand = |context: &[u8]| {
        let mut out = [0; 48];
        hkdf_expand_label(&sha384(), &secret(&[7; 48]), Label::EXPORTER, context, &mut out).map(|()| out)
    };
    assert!(expand(&[0; 255]).is_ok());
    assert_eq!(expand(&[0; 256]), Err(ExpandError::Context { found: 256 }));
}

#[test]
fn output_has_at_most_255_hashes_and_is_untouched_when_refused() {
    let most = 255 * 48;
    let mut out = vec![0xaa; most + 1];
    let refused = export(&sha384(), &secret(&[7; 48]), "EXPERIMENTAL", b"", &mut out);
    assert_eq!(refused, Err(ExpandError::Output { found: most + 1, most }));
    assert!(out.iter().all(|byte| *byte == 0xaa));
    assert_eq!(export(&sha384(), &secret(&[7; 48]), "EXPERIMENTAL", b"", &mut out[..most]), Ok(()));
}

#[test]
fn a_refusal_names_rule_bound_and_remedy() {
    let refused = ExpandError::Label { found: 250 }.to_string();
    assert_eq!(refused, "a label has 1 to 249 bytes (RFC 9846 §7.1), this one 250: choose another");
}

/// Checked by the compiler: each is bound to wipe what it holds.
//= R-7.1-1 test
#[test]
fn every_stage_secret_and_key_is_wiped_when_dropped() {
    fn is_wiped(_: &impl zeroize::ZeroizeOnDrop) {}

    let early = EarlySecret::new(sha384(), None);
    is_wiped(&early);
    let handshake = early.into_handshake_secret(None);
    is_wiped(&handshake);
    let main = handshake.into_main_secret();
    is_wiped(&main);
    let secret = main.application_secrets(&Digest::from([1; 48])).exporter_secret;
    is_wiped(&secret);
    is_wiped(&traffic_keys(&sha384(), &secret, AeadAlgorithm::Aes256Gcm));
}

#[test]
fn no_secret_shows_in_debug() {
    let early = EarlySecret::new(sha384(), Some(&[0xab; 48]));
    assert_eq!(
        format!("{early:?}"),
        "EarlySecret { kdf: Kdf(Tls13, Sha384), secret: Some(Secret(48 bytes)) }"
    );
    let keys = traffic_keys(&sha384(), &secret(&[7; 48]), AeadAlgorithm::Aes256Gcm);
    assert_eq!(format!("{keys:?}"), "TrafficKeys { .. }");
}

#[test]
fn a_kdf_needs_hash_and_hkdf_of_its_provider() {
    let without_hash = CryptoProvider { hashes: Vec::new(), ..ring::provider() };
    assert!(Kdf::new(&without_hash, HashAlgorithm::Sha384, LabelPrefix::Tls13).is_none());
    let without_hkdf = CryptoProvider { hkdfs: Vec::new(), ..ring::provider() };
    assert!(Kdf::new(&without_hkdf, HashAlgorithm::Sha384, LabelPrefix::Tls13).is_none());
}

/// The labels keep secrets of one stage apart, and PSKs of one kind from those of another.
#[test]
fn no_two_labels_give_the_same_secret() {
    let labels = [
        Label::EXT_BINDER,
        Label::RES_BINDER,
        Label::IMP_BINDER,
        Label::C_E_TRAFFIC,
        Label::E_EXP_MASTER,
        Label::DERIVED,
        Label::C_HS_TRAFFIC,
        Label::S_HS_TRAFFIC,
        Label::C_AP_TRAFFIC,
        Label::S_AP_TRAFFIC,
        Label::EXP_MASTER,
        Label::RES_MASTER,
        Label::FINISHED,
        Label::RESUMPTION,
        Label::TRAFFIC_UPD,
        Label::KEY,
        Label::IV,
        Label::EXPORTER,
    ];
    let expanded = |label: Label<'_>| {
        let mut out = [0; 48];
        hkdf_expand_label(&sha384(), &secret(&[7; 48]), label, &[], &mut out).map(|()| out)
    };
    let distinct: std::collections::BTreeSet<_> =
        labels.map(|label| expanded(label).expect("a label of the RFC")).into();
    assert_eq!(distinct.len(), labels.len());
}

//= R9266-2-1 test
//= R9266-2-2 test
#[test]
fn tls_exporter_is_the_export_that_rfc_9266_says() {
    let exporter_secret = secret(&[7; 48]);
    let mut exported = [0; 32];
    export(&sha384(), &exporter_secret, "EXPORTER-Channel-Binding", b"", &mut exported)
        .expect("within its bounds");
    assert_eq!(tls_exporter(&sha384(), &exporter_secret), exported);
}

proptest! {
    /// HKDF-Expand-Label of two different inputs never takes the same `HkdfLabel`: the fields carry their lengths.
    #[test]
    fn what_stands_in_label_or_context_is_kept_apart(bytes in "[a-z]{2,40}", at in 1_usize..40) {
        let at = at.min(bytes.len() - 1);
        let (label, context) = bytes.split_at(at);
        let expand = |label: &str, context: &str| {
            let mut out = [0; 48];
            let label = Label::new(label).expect("1 to 249 bytes");
            hkdf_expand_label(&sha384(), &secret(&[7; 48]), label, context.as_bytes(), &mut out).map(|()| out)
        };
        prop_assert_ne!(expand(label, context), expand(&bytes, ""));
    }

    /// The length asked for is part of the derivation.
    #[test]
    fn a_shorter_export_is_not_the_start_of_a_longer_one(length in 16_usize..600, more in 1_usize..600) {
        let exporter_secret = secret(&[7; 48]);
        let mut shorter = vec![0; length];
        let mut longer = vec![0; length + more];
        export(&sha384(), &exporter_secret, "EXPERIMENTAL", b"", &mut shorter).expect("within its bounds");
        export(&sha384(), &exporter_secret, "EXPERIMENTAL", b"", &mut longer).expect("within its bounds");
        prop_assert_ne!(&shorter[..], &longer[..length]);
    }

    /// "0" is a string of Hash.length zeros, and no other PSK is the same as none.
    #[test]
    fn only_zeros_of_hash_length_stand_for_no_psk(psk in prop::collection::vec(any::<u8>(), 1..100)) {
        let zeros = [0; 48];
        prop_assume!(psk != zeros);
        let client_hello = Digest::from([1; 48]);
        let [none, zeros, psk] = [None, Some(&zeros[..]), Some(&psk[..])]
            .map(|psk| EarlySecret::new(sha384(), psk).client_early_traffic_secret(&client_hello));
        prop_assert_eq!(zeros.expose(), none.expose());
        prop_assert_ne!(psk.expose(), none.expose());
    }
}
