//! `handfast verify` over the files of `vectors/revocation`.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

/// 2030-01-01T00:00:00Z.
const AT: &str = "1893456000";

/// Exit code and stdout, or stderr where that is empty; `@name` stands for a file of the vectors.
fn verify(options: &str) -> (i32, String) {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/revocation");
    let file = |name: &str| vectors.join(name).to_str().unwrap().to_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_handfast"));
    command.args(["verify", "--ca", &file("ca.pem"), "--at", AT]);
    command.args(options.split_whitespace().map(|word| match word.strip_prefix('@') {
        Some(name) => file(name),
        None => word.to_owned(),
    }));
    let output = command.output().unwrap();
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn an_accepted_chain_says_who_it_is() {
    let (code, text) = verify("--chain @good.pem --name host.example");
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("certificate accepted: host.example"), "{text}");
    assert!(text.contains("valid until 2036-01-01T00:00:00Z"), "{text}");
}

#[test]
fn a_refused_chain_says_why() {
    for (options, found) in [
        ("--chain @good.pem --name other.example", "NAME-MISMATCH"),
        ("--chain @good.pem --purpose client", "PATH-EXT-KEY-USAGE"),
        ("--chain @good.pem --policy 2.999.1", "PATH-POLICY"),
        ("--chain @revoked.pem --crl @fresh.crl.pem", "PATH-REVOKED"),
        ("--chain @good.pem --crl @stale.crl.pem", "PATH-REVOCATION-STALE"),
        ("--chain @unknown.pem --ocsp @unknown.ocsp.der", "PATH-REVOCATION-UNKNOWN"),
        ("--chain @good.pem --profile spiffe", "SPIFFE-URI"),
        ("--chain @good.pem --profile webpki", "WEB-COMMON-NAME"),
    ] {
        let (code, text) = verify(options);
        assert_eq!(code, 4, "{options}: {text}");
        assert!(text.starts_with("certificate refused: ") && text.contains(found), "{options}: {text}");
    }
}

#[test]
fn revocation_that_says_good_is_heard() {
    for options in ["--crl @fresh.crl.pem", "--ocsp @good.ocsp.der", "--profile rfc5280"] {
        let (code, text) = verify(&format!("--chain @good.pem {options}"));
        assert_eq!(code, 0, "{options}: {text}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    for (options, name) in [
        ("--chain @missing.pem", "missing.pem"),
        ("--chain @good.ocsp.der", "good.ocsp.der"),
        ("--chain @good.pem --crl @good.pem", "good.pem"),
        ("--chain @good.pem --policy x", "\"x\""),
    ] {
        let (code, text) = verify(options);
        assert_eq!(code, 1, "{options}: {text}");
        assert!(text.contains(name), "{options}: {text}");
    }
}
