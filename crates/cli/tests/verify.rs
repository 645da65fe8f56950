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
        ("--chain @good.ocsp.der", "good.ocsp.der: no certificate in DER: "),
        ("--chain @good.pem --ocsp @good.pem", "good.pem: no OCSP response in DER: "),
        ("--chain @good.pem --crl @good.pem", "good.pem"),
        ("--chain @good.pem --policy x", "\"x\""),
    ] {
        let (code, text) = verify(options);
        assert_eq!(code, 1, "{options}: {text}");
        assert!(text.contains(name), "{options}: {text}");
    }
}

/// A file of this test with these contents.
fn broken(name: &str, contents: impl AsRef<[u8]>) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, contents).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A file of the vectors.
fn vector(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/revocation").join(name)).unwrap()
}

#[test]
fn a_broken_file_is_named_with_the_place_that_is_broken() {
    let text = |name| String::from_utf8(vector(name)).unwrap();
    let (good, crl, ca) = (text("good.pem"), text("fresh.crl.pem"), text("ca.pem"));
    let response = vector("good.ocsp.der");
    let cut = good.get(..good.len() / 2).unwrap();
    for (file, option, code, place, reason) in [
        (
            broken("base64.pem", format!("# a comment\n{good}").replacen("MII", "M!I", 1)),
            "--chain",
            "FILE-PEM",
            r#""line":3,"byte":null"#,
            "PEM line 3: the contents are not base64",
        ),
        (
            broken("cut.pem", format!("{good}{cut}")),
            "--chain",
            "FILE-PEM",
            &format!(r#""line":{},"byte":null"#, good.lines().count() + 1),
            "the block has no line -----END CERTIFICATE-----",
        ),
        (
            broken("second.pem", format!("{good}{}", good.replacen("MII", "MIA", 1))),
            "--chain",
            "CERT-MALFORMED",
            &format!(r#""line":{},"byte":0"#, good.lines().count() + 1),
            &format!(
                "the certificate at line {} cannot be read: Certificate at byte 0",
                good.lines().count() + 1
            ),
        ),
        (
            broken("ca.pem", ca.replacen("MII", "MIA", 1)),
            "--chain @good.pem --ca",
            "CERT-MALFORMED",
            r#""line":1,"byte":0"#,
            "the certificate at line 1 cannot be read: Certificate at byte 0",
        ),
        (
            broken("crl.pem", crl.replacen("MIH", "MIA", 1)),
            "--chain @good.pem --crl",
            "CRL-MALFORMED",
            r#""line":1,"byte":0"#,
            "the CRL at line 1 cannot be read: CertificateList at byte 0",
        ),
        (
            broken("cut.crl.pem", crl.get(..crl.len() / 2).unwrap()),
            "--chain @good.pem --crl",
            "FILE-PEM",
            r#""line":1,"byte":null"#,
            "the block has no line -----END X509 CRL-----",
        ),
        (
            broken("cut.ocsp.der", response.get(..response.len() - 1).unwrap()),
            "--chain @good.pem --ocsp",
            "OCSP-MALFORMED",
            r#""line":null,"byte":0"#,
            "no OCSP response in DER: OCSPResponse at byte 0: cut short",
        ),
        (
            broken("nothing.pem", ""),
            "--chain",
            "CERT-MALFORMED",
            r#""line":null,"byte":0"#,
            "the file is empty",
        ),
        (
            "/does/not/exist.pem".to_owned(),
            "--chain",
            "FILE-UNREADABLE",
            r#""line":null,"byte":null"#,
            "No such file",
        ),
    ] {
        let (status, text) = verify(&format!("{option} {file}"));
        assert_eq!((status, text.lines().count()), (1, 1), "{text}");
        assert!(text.contains(&format!("{file}: ")) && text.contains(reason), "{reason} in {text}");

        let (status, text) = verify(&format!("{option} {file} --json"));
        assert_eq!((status, text.lines().count()), (1, 1), "{text}");
        let verdict = format!(r#"{{"verdict":"unreadable","code":"{code}","findings":[{{"code":"{code}","#);
        let position = format!(r#""file":"{file}",{place}"#);
        assert!(text.starts_with(&verdict) && text.contains(&position), "{verdict} {position} in {text}");
    }
}

#[test]
fn json_says_the_same_in_one_line() {
    let (code, text) = verify("--chain @good.pem --name host.example --json");
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with(r#"{"verdict":"accepted","identity":{"name":"host.example","#), "{text}");
    assert!(text.contains(r#""valid_until":"2036-01-01T00:00:00Z""#), "{text}");
    let (code, text) = verify("--chain @unknown.pem --crl @stale.crl.pem --json");
    assert_eq!(code, 4, "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    for part in [
        r#"{"verdict":"refused","code":"PATH-REVOCATION-STALE","#,
        r#""section":"RFC 5280 §6.3.3 (a)""#.replace('§', "\\u00a7").as_str(),
        r#""missing":[{"kind":"CRL","uri":"http://crl.example/ca.crl"}"#,
        r#""source":"the peer's own""#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn the_choices_about_revocation_are_the_callers() {
    for (options, code) in [
        ("--chain @good.pem --crl @stale.crl.pem --revocation-stale accept", 0),
        ("--chain @unknown.pem --ocsp @good.ocsp.der", 4),
        ("--chain @unknown.pem --ocsp @good.ocsp.der --revocation-unknown accept-uncovered", 0),
        ("--chain @revoked.pem --crl @fresh.crl.pem --revocation-unknown accept", 4),
        ("--chain @staple.pem --staple @staple.ocsp.der", 0),
        ("--chain @staple.pem --staple @good.ocsp.der", 4),
        ("--chain @revoked.pem --staple @revoked.ocsp.der", 4),
    ] {
        let (found, text) = verify(options);
        assert_eq!(found, code, "{options}: {text}");
    }
}
