//! The files of a directory.

use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use handfast::crypto::{AeadAlgorithm, CryptoProvider, HashAlgorithm, SignatureAlgorithm};
use serde_json::Value;

use crate::fields::Fields;
use crate::report::{Report, Row};
use crate::{Outcome, key_exchange, ml_dsa, ml_kem, signature, symmetric};

/// A group of tests that have parameters in common, and one of them.
pub(crate) struct Case<'j> {
    pub(crate) group: &'j Fields<'j>,
    pub(crate) test: Fields<'j>,
    pub(crate) verdict: Verdict,
    /// All that take part.
    pub(crate) providers: &'j [CryptoProvider],
}

/// What Wycheproof says of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Valid,
    Invalid,
    Acceptable,
}

type Judge = fn(&CryptoProvider, &Case<'_>) -> Result<Outcome, String>;

/// What is done with each algorithm of Wycheproof; with others nothing.
const JUDGES: &[(&str, Judge)] = &[
    ("AES-CCM", symmetric::aes_ccm),
    ("AES-GCM", symmetric::aes_gcm),
    ("CHACHA20-POLY1305", |provider, case| symmetric::aead(provider, case, AeadAlgorithm::ChaCha20Poly1305)),
    ("ECDH", key_exchange::ecdh),
    ("ECDSA", signature::ecdsa),
    ("EDDSA", signature::eddsa),
    ("HKDF-SHA-256", |provider, case| symmetric::hkdf(provider, case, HashAlgorithm::Sha256)),
    ("HKDF-SHA-384", |provider, case| symmetric::hkdf(provider, case, HashAlgorithm::Sha384)),
    ("HMACSHA256", |provider, case| symmetric::hmac(provider, case, HashAlgorithm::Sha256)),
    ("HMACSHA384", |provider, case| symmetric::hmac(provider, case, HashAlgorithm::Sha384)),
    ("ML-DSA-44", |provider, case| ml_dsa::ml_dsa(provider, case, SignatureAlgorithm::MlDsa44)),
    ("ML-DSA-65", |provider, case| ml_dsa::ml_dsa(provider, case, SignatureAlgorithm::MlDsa65)),
    ("ML-DSA-87", |provider, case| ml_dsa::ml_dsa(provider, case, SignatureAlgorithm::MlDsa87)),
    ("ML-KEM", ml_kem::ml_kem),
    ("RSASSA-PKCS1-v1_5", signature::rsa_pkcs1),
    ("RSASSA-PSS", signature::rsa_pss),
    ("XDH", key_exchange::xdh),
];

/// Runs the files of the directory, `….json` or `….json.gz`, against each provider.
///
/// * `wanted`: is the file of this name, without its ending, to run?
///
/// # Errors
/// If the directory or a file of it cannot be read, or a file has not the form that its tests have.
pub fn run(
    directory: &Path,
    providers: &[CryptoProvider],
    wanted: impl Fn(&str) -> bool,
) -> Result<Report, String> {
    let unreadable = |error| format!("cannot read {}: {error}", directory.display());
    let entries = fs::read_dir(directory).map_err(unreadable)?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    let mut report = Report::default();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = name.strip_suffix(".json.gz").or_else(|| name.strip_suffix(".json"));
        if let Some(stem) = stem.filter(|stem| wanted(stem)) {
            let root = read(&path)?;
            report.rows.extend(with_each(stem, &root, providers)?);
        }
    }
    if report.rows.is_empty() {
        return Err(format!("{} has no .json and no .json.gz", directory.display()));
    }
    Ok(report)
}

/// All tests of a file with each provider, which run beside each other.
fn with_each(name: &str, root: &Value, providers: &[CryptoProvider]) -> Result<Vec<Row>, String> {
    std::thread::scope(|scope| {
        let runs =
            providers.iter().map(|provider| scope.spawn(move || file(name, root, provider, providers)));
        let runs: Vec<_> = runs.collect();
        let panicked = |_| Err(format!("{name}: a provider panicked"));
        runs.into_iter().map(|run| run.join().unwrap_or_else(panicked)).collect()
    })
}

fn read(path: &Path) -> Result<Value, String> {
    let failed = |error: &dyn std::fmt::Display| format!("cannot read {}: {error}", path.display());
    let bytes = fs::read(path).map_err(|error| failed(&error))?;
    let mut json = Vec::new();
    if path.extension().is_some_and(|end| end == "gz") {
        GzDecoder::new(&*bytes).read_to_end(&mut json).map_err(|error| failed(&error))?;
    } else {
        json = bytes;
    }
    serde_json::from_slice(&json).map_err(|error| failed(&error))
}

/// All tests of a file with one provider.
fn file(
    name: &str,
    root: &Value,
    provider: &CryptoProvider,
    providers: &[CryptoProvider],
) -> Result<Row, String> {
    let mut row = Row::new(name, provider.name);
    let root = Fields::of(root).map_err(|error| format!("{name}: {error}"))?;
    let in_file = |error| format!("{name}: {error}");
    let algorithm = root.text("algorithm").map_err(in_file)?;
    let judge = JUDGES.iter().find(|(known, _)| *known == algorithm).map(|(_, judge)| judge);
    for group in root.array("testGroups").map_err(in_file)? {
        let group = Fields::of(group).map_err(in_file)?;
        group.pass_over(&["tests", "type", "source"]);
        for test in group.array("tests").map_err(in_file)? {
            let id = test.get("tcId").unwrap_or(&Value::Null);
            let outcome = match judge {
                Some(judge) => one(judge, provider, &group, test, providers)
                    .map_err(|error| format!("{name} {id}: {error}"))?,
                None => Outcome::Unused,
            };
            let comment = test.get("comment").and_then(Value::as_str).unwrap_or_default();
            row.count(outcome, || format!("{name} {id} ({comment}) with {}", provider.name));
        }
    }
    if root.number("numberOfTests").map_err(in_file)? != row.tests() {
        return Err(format!("{name}: it has not numberOfTests tests"));
    }
    Ok(row)
}

fn one<'j>(
    judge: &Judge,
    provider: &CryptoProvider,
    group: &'j Fields<'j>,
    test: &'j Value,
    providers: &'j [CryptoProvider],
) -> Result<Outcome, String> {
    let test = Fields::of(test)?;
    test.pass_over(&["tcId", "comment", "flags"]);
    let verdict = match test.text("result")? {
        "valid" => Verdict::Valid,
        "invalid" => Verdict::Invalid,
        "acceptable" => Verdict::Acceptable,
        other => return Err(format!("{other} is no result")),
    };
    let case = Case { group, test, verdict, providers };
    let outcome = judge(provider, &case)?;
    if matches!(outcome, Outcome::Passed | Outcome::Failed(_)) {
        case.test.end()?;
        case.group.end()?;
    }
    Ok(outcome)
}
