//! Every crypto provider against the vectors of `vectors/wycheproof`. Only what TLS 1.3 cannot carry is skipped.

#![cfg(test)]
#![cfg(any(feature = "aws-lc", feature = "ring", feature = "rustcrypto"))]

use handfast::crypto::CryptoProvider;
use handfast_wycheproof::Row;

fn providers() -> Vec<CryptoProvider> {
    vec![
        #[cfg(feature = "ring")]
        handfast::crypto::ring::provider(),
        #[cfg(feature = "rustcrypto")]
        handfast::crypto::rustcrypto::provider(),
        #[cfg(feature = "aws-lc")]
        handfast::crypto::aws_lc::provider(),
    ]
}

/// Files of which not every test runs, with how many do not.
const SKIPPED: [(&str, usize); 15] = [
    ("aes_gcm_test", 183),
    ("chacha20_poly1305_test", 9),
    ("rsa_pss_2048_sha256_mgf1_0_test", 42),
    ("rsa_pss_2048_sha256_mgf1sha1_20_test", 45),
    ("rsa_pss_4096_sha512_mgf1_32_test", 45),
    ("rsa_pss_misc_test", 60),
    ("rsa_pss_misc_params_test", 60),
    ("ecdh_secp256r1_pem_test", 0),
    ("x25519_test", 0),
    ("mldsa_44_sign_seed_test", 12),
    ("mldsa_44_verify_test", 7),
    ("mldsa_65_sign_seed_test", 21),
    ("mldsa_65_verify_test", 7),
    ("mldsa_87_sign_seed_test", 21),
    ("mldsa_87_verify_test", 7),
];

/// ring has neither P-521 nor ECDSA with SHA-512.
const NOT_RING: [&str; 2] = ["ecdsa_secp256r1_sha512_test", "ecdsa_secp521r1_sha512_test"];

/// Too much to compute where nothing is optimized; `cargo xtask test` runs these too.
fn is_long(file: &str) -> bool {
    ["ecdh_secp384r1", "ecdh_secp521r1"].iter().any(|begin| file.starts_with(begin))
}

#[test]
fn every_provider_gives_the_known_answers_and_refuses_the_rest() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/wycheproof");
    let report = handfast_wycheproof::run(directory.as_ref(), &providers(), |file| !is_long(file)).unwrap();
    println!("{report}");
    assert!(report.is_clean());
    for row in &report.rows {
        let expected = SKIPPED.iter().find(|(file, _)| *file == row.file).map_or(0, |(_, skipped)| *skipped);
        let is_lacking = row.provider == "ring" && NOT_RING.contains(&row.file.as_str())
            || row.file.starts_with("mlkem") && cfg!(not(feature = "ml-kem"))
            || row.file.starts_with("mldsa") && cfg!(not(feature = "ml-dsa")) && row.provider != "aws-lc";
        assert_eq!((row.all_skipped(), row.unused), (expected, 0), "{} with {}", row.file, row.provider);
        assert_eq!(row.lacking > 0, is_lacking, "{} with {}", row.file, row.provider);
        assert_eq!(row.passed == 0, is_lacking, "{} with {}", row.file, row.provider);
    }
    for (file, _) in SKIPPED {
        assert!(report.rows.iter().any(|row: &Row| row.file == file), "there is no {file}");
    }
}
