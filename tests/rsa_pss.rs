//! Keys under id-RSASSA-PSS: in certificates, and in CertificateVerify as rsa_pss_pss_*.

#![cfg(test)]
#![cfg(feature = "ring")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use handfast::crypto::{CryptoProvider, ring};
use handfast::handshake::Milestone;
use handfast::{Config, ConfigBuilder, SignatureScheme};
use support::pair::{connected, ends, settle};

fn providers() -> Vec<CryptoProvider> {
    vec![
        ring::provider(),
        #[cfg(feature = "rustcrypto")]
        handfast::crypto::rustcrypto::provider(),
        #[cfg(feature = "aws-lc")]
        handfast::crypto::aws_lc::provider(),
    ]
}

fn vector(name: &str) -> String {
    std::fs::read_to_string(format!("{}/vectors/{name}.pem", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Either end: its leaf is for both.
fn end(crypto: CryptoProvider, anchor: &str, leaf: &str) -> ConfigBuilder {
    let builder = Config::builder(crypto).trust_pem(vector(&format!("rsa_pss/{anchor}"))).unwrap();
    builder.credential_pem(vector(&format!("rsa_pss/{leaf}")), vector("keys/rsa-pss-pkcs8")).unwrap()
}

//= R-4.3.3-9 test
//= R-4.3.3-10 test
//= R-4.3.3-12 test
#[test]
fn both_ends_prove_who_they_are_with_such_keys_under_such_a_ca() {
    for crypto in providers() {
        let (client, server) = connected(end(crypto.clone(), "ca", "leaf"), end(crypto, "ca", "leaf"));
        for end in [client, server] {
            let connected = end.milestones.iter().find_map(|milestone| {
                if let Milestone::Connected(connected) = milestone { Some(connected) } else { None }
            });
            let scheme = connected.unwrap().peer_signature_scheme;
            assert_eq!(scheme, Some(SignatureScheme::RSA_PSS_PSS_SHA256));
        }
    }
}

//= R-4.3.3-12 test
#[test]
fn a_certificate_whose_signature_has_other_parameters_than_its_issuers_key_is_refused() {
    let server = end(ring::provider(), "ca", "other-parameters-leaf");
    let (mut client, mut server) = ends(end(ring::provider(), "other-parameters-ca", "leaf"), server);
    let fault = settle(&mut client, &mut server).unwrap_err();
    assert!(fault.to_string().contains("PATH-SIGNATURE"), "{fault}");
}

/// The peer's own list decides: where it has rsa_pss_rsae_* alone, such a key fits none of them.
#[test]
fn such_a_key_is_not_used_for_rsa_pss_rsae() {
    let mut client = end(ring::provider(), "ca", "leaf");
    client.handshake.signature_schemes.retain(|scheme| *scheme == SignatureScheme::RSA_PSS_RSAE_SHA256);
    let (mut client, mut server) = ends(client, end(ring::provider(), "ca", "leaf"));
    let fault = settle(&mut client, &mut server).unwrap_err();
    assert!(fault.to_string().contains("no certificate of ours fits"), "{fault}");
}
