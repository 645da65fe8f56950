//! `cargo xtask limbo FILE…`: judges the cases of x509-limbo, and of BetterTLS in the same form.
//!
//! The namespace chooses the profile: `rfc5280::` the strict one, `webpki::` and `online::` WebPKI, everything
//! else the default. A second pass judges the core cases under the default profile alone.

use std::net::IpAddr;
use std::process::ExitCode;

use handfast::crypto::{CryptoProvider, ring};
use handfast::identity::ExpectedPeer;
use handfast::pki::certificate::KeyUsage;
use handfast::pki::name::PublicSuffixes;
use handfast::pki::revocation::{Crl, CrlStore, Revocation, UnknownStatus};
use handfast::pki::{
    Judgement, Profile, Purpose, SignatureError, SignedData, TrustAnchor, TrustAnchors, VerifySignature,
    judge,
};
use handfast::time::Time;
use serde_json::Value;

use crate::suite::{self, array, check_fields, optional, pem_blocks, read_json, string, strings};

const FIELDS: &[&str] = &[
    "id",
    "conflicts_with",
    "features",
    "importance",
    "description",
    "validation_kind",
    "trusted_certs",
    "untrusted_intermediates",
    "peer_certificate",
    "peer_certificate_key",
    "validation_time",
    "signature_algorithms",
    "key_usage",
    "extended_key_usage",
    "expected_result",
    "expected_peer_name",
    "expected_peer_names",
    "max_chain_depth",
    "crls",
    "x_bettertls",
];

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    suite::exit("limbo", run_files(arguments))
}

fn run_files(files: &[String]) -> Result<bool, String> {
    if files.is_empty() {
        return Err("usage: cargo xtask limbo FILE.json.gz…".into());
    }
    let tally = judge_files(files)?;
    tally.print();
    Ok(tally.failed == 0)
}

fn judge_files(files: &[String]) -> Result<Tally, String> {
    let runner = Runner::new();
    let mut tally = Tally::default();
    for file in files {
        let json = read_json(file)?;
        for case in array(&json, "testcases")? {
            runner.run(case, &mut tally)?;
        }
    }
    Ok(tally)
}

/// Counts, and the lines that explain them.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    warnings_same: usize,
    warnings_other: usize,
    core: usize,
    core_passed_by_default: usize,
    differences: Vec<String>,
}

impl Tally {
    fn print(&self) {
        let warnings = self.warnings_same + self.warnings_other;
        println!(
            "limbo: of {warnings} BetterTLS cases whose failure is a warning there, {} judged as expected, {} not",
            self.warnings_same, self.warnings_other
        );
        for difference in &self.differences {
            println!("limbo: default profile differs: {difference}");
        }
        println!(
            "limbo: core under the default profile alone: {} of {} as expected",
            self.core_passed_by_default, self.core
        );
        println!(
            "limbo: {} passed, {} failed, 0 skipped of {}",
            self.passed,
            self.failed,
            self.passed + self.failed
        );
    }
}

struct Runner {
    provider: CryptoProvider,
    now: Time,
    internal: Profile,
    strict: Profile,
    web_pki: Profile,
}

/// A case, read.
struct Case<'c> {
    id: &'c str,
    anchors: TrustAnchors,
    chain: Vec<Vec<u8>>,
    expected: Vec<Option<ExpectedPeer>>,
    purpose: Purpose,
    key_usage: KeyUsage,
    time: Time,
    max_path_length: Option<u32>,
    crls: Option<CrlStore>,
    /// Object identifiers of those that a signature may have; none for no constraint.
    signature_algorithms: Vec<&'static str>,
    accept: bool,
}

impl Runner {
    fn new() -> Self {
        Self {
            provider: ring::provider(),
            now: suite::now(),
            internal: Profile::internal(),
            strict: Profile::strict_rfc5280(),
            web_pki: Profile::web_pki(public_suffixes()),
        }
    }

    fn run(&self, json: &Value, tally: &mut Tally) -> Result<(), String> {
        let id = string(json, "id")?;
        let case = self.read(json).map_err(|error| format!("{id}: {error}"))?;
        let profile = self.profile(case.id);
        let verdict = self.judge(&case, profile);
        let right = verdict.is_ok() == case.accept;
        let expected = if case.accept { "success" } else { "failure" };
        let found = verdict.as_ref().err().map_or("success", String::as_str);
        if json.pointer("/x_bettertls/failure_is_warning") == Some(&Value::Bool(true)) {
            match right {
                true => tally.warnings_same += 1,
                false => tally.warnings_other += 1,
            }
        }
        match right {
            true => tally.passed += 1,
            false => {
                tally.failed += 1;
                println!("limbo: {id}: expected {expected}, found {found}");
            }
        }
        if !id.starts_with("bettertls::") {
            tally.core += 1;
            let by_default = self.judge(&case, &self.internal);
            match by_default.is_ok() == case.accept {
                true => tally.core_passed_by_default += 1,
                false => {
                    let found = by_default.err().unwrap_or_else(|| "success".into());
                    tally.differences.push(format!("{id}: expected {expected}, found {found}"));
                }
            }
        }
        Ok(())
    }

    fn profile(&self, id: &str) -> &Profile {
        match id.split("::").next() {
            Some("rfc5280") => &self.strict,
            Some("webpki" | "online") => &self.web_pki,
            _ => &self.internal,
        }
    }

    fn read<'c>(&self, json: &'c Value) -> Result<Case<'c>, String> {
        check_fields(json, FIELDS)?;
        let anchors = pem_blocks(strings(json, "trusted_certs")?);
        // What cannot be read is nobody's trust anchor.
        let anchors = anchors.iter().filter_map(|der| TrustAnchor::from_certificate_der(der).ok()).collect();
        let mut chain = pem_blocks([string(json, "peer_certificate")?]);
        chain.extend(pem_blocks(strings(json, "untrusted_intermediates")?));
        let purpose = match string(json, "validation_kind")? {
            "SERVER" => Purpose::Server,
            "CLIENT" => Purpose::Client,
            kind => return Err(format!("validation_kind {kind}")),
        };
        let mut expected = Vec::new();
        let one = optional(json, "expected_peer_name");
        let names =
            if one.is_null() { array(json, "expected_peer_names")? } else { std::slice::from_ref(one) };
        for name in names {
            expected.push(expected_peer(name)?);
        }
        if expected.is_empty() {
            expected.push(Some(ExpectedPeer::any_under_anchors()));
        }
        let mut key_usage = KeyUsage::default();
        for name in strings(json, "key_usage")? {
            key_usage = key_usage.union(KeyUsage::by_name(name).ok_or(format!("key_usage {name}"))?);
        }
        let time = optional(json, "validation_time");
        let max_chain_depth = optional(json, "max_chain_depth").as_u64();
        Ok(Case {
            id: string(json, "id")?,
            anchors,
            chain,
            expected,
            purpose,
            key_usage,
            time: time.as_str().map_or(Ok(self.now), suite::time)?,
            max_path_length: max_chain_depth.and_then(|depth| u32::try_from(depth).ok()),
            crls: crls(json)?,
            signature_algorithms: signature_algorithms(&strings(json, "signature_algorithms")?),
            accept: string(json, "expected_result")? == "SUCCESS",
        })
    }

    /// Every name expected must be proved; a name that is none of its kind cannot be.
    fn judge(&self, case: &Case<'_>, profile: &Profile) -> Result<(), String> {
        let chain: Vec<&[u8]> = case.chain.iter().map(Vec::as_slice).collect();
        for expected in &case.expected {
            let expected = expected.as_ref().ok_or("the name expected is none of its kind")?;
            let revocation = case.crls.as_ref().map(|crls| {
                let mut revocation = Revocation::new(crls);
                revocation.unknown = UnknownStatus::AcceptUncovered;
                revocation
            });
            let mut judgement =
                Judgement::new(&case.anchors, expected, case.purpose, case.time, &self.provider);
            judgement.profile = profile;
            judgement.key_usage = case.key_usage;
            judgement.max_path_length = case.max_path_length;
            judgement.revocation = revocation.as_ref();
            let constrained =
                OnlyAlgorithms { allowed: &case.signature_algorithms, provider: &self.provider };
            if !case.signature_algorithms.is_empty() {
                judgement.verifier = Some(&constrained);
            }
            judge(&chain, &judgement).map_err(|refusal| refusal.to_string())?;
        }
        Ok(())
    }
}

/// The algorithms that the library has, as the suite names them and by their identifiers. Whoever allows others
/// alone allows none that it could verify with.
const ALGORITHMS: &[(&str, &str)] = &[
    ("RSA_WITH_SHA256", "1.2.840.113549.1.1.11"),
    ("RSA_WITH_SHA384", "1.2.840.113549.1.1.12"),
    ("RSA_WITH_SHA512", "1.2.840.113549.1.1.13"),
    ("RSASSA_PSS", "1.2.840.113549.1.1.10"),
    ("ECDSA_WITH_SHA256", "1.2.840.10045.4.3.2"),
    ("ECDSA_WITH_SHA384", "1.2.840.10045.4.3.3"),
    ("ECDSA_WITH_SHA512", "1.2.840.10045.4.3.4"),
    ("ED25519", "1.3.101.112"),
];

/// An algorithm that no signature of a case may have whose others are not known.
const NONE: &str = "0.0";

fn signature_algorithms(names: &[&str]) -> Vec<&'static str> {
    let known = |name: &&str| ALGORITHMS.iter().find(|(known, _)| known == name).map(|(_, oid)| *oid);
    names.iter().map(|name| known(name).unwrap_or(NONE)).collect()
}

/// Verifies signatures of these algorithms and no others.
struct OnlyAlgorithms<'a> {
    allowed: &'a [&'static str],
    provider: &'a CryptoProvider,
}

impl VerifySignature for OnlyAlgorithms<'_> {
    fn verify_signature(&self, signed: &SignedData<'_>) -> Result<(), SignatureError> {
        let algorithm = signed.algorithm.algorithm.to_string();
        match self.allowed.iter().any(|allowed| *allowed == algorithm) {
            true => self.provider.verify_signature(signed),
            false => Err(SignatureError::UnsupportedAlgorithm),
        }
    }
}

/// The case's CRLs, none if it has none; what cannot be read says nothing.
fn crls(json: &Value) -> Result<Option<CrlStore>, String> {
    if optional(json, "crls").is_null() {
        return Ok(None);
    }
    let blocks = pem_blocks(strings(json, "crls")?);
    let crls = blocks.iter().filter_map(|der| Crl::from_der(der.as_slice()).ok());
    Ok((!blocks.is_empty()).then(|| crls.collect()))
}

fn expected_peer(name: &Value) -> Result<Option<ExpectedPeer>, String> {
    let value = string(name, "value")?;
    Ok(match string(name, "kind")? {
        "DNS" => ExpectedPeer::dns(value).ok(),
        "IP" => value.parse::<IpAddr>().ok().map(ExpectedPeer::ip),
        "RFC822" => ExpectedPeer::mailbox(value).ok(),
        kind => return Err(format!("a peer name of kind {kind}")),
    })
}

/// Public suffixes enough for the cases of the suite; users supply the whole list.
fn public_suffixes() -> PublicSuffixes {
    PublicSuffixes::parse("com\nco.uk\n")
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/limbo/limbo-dev.json.gz");

    /// The first case of the file that is accepted, as JSON.
    fn accepted_case() -> Value {
        let json = read_json(FILE).unwrap();
        let cases = array(&json, "testcases").unwrap();
        let accepted = |case: &&Value| case.pointer("/expected_result") == Some(&"SUCCESS".into());
        cases.iter().find(accepted).unwrap().clone()
    }

    #[test]
    fn fields_that_the_schema_lets_out_may_be_out() {
        let mut case = accepted_case();
        let optional =
            ["conflicts_with", "features", "importance", "peer_certificate_key", "max_chain_depth", "crls"];
        for name in optional {
            case.as_object_mut().unwrap().remove(name);
        }
        let mut tally = Tally::default();
        Runner::new().run(&case, &mut tally).unwrap();
        assert_eq!((tally.passed, tally.failed), (1, 0));
    }

    #[test]
    fn signature_algorithms_constrain_a_case() {
        let runner = Runner::new();
        for (algorithms, accepted) in [
            (&[][..], true),
            (&["ECDSA_WITH_SHA256", "RSA_WITH_SHA1"], true),
            (&["ED25519"], false),
            (&["RSA_WITH_MD5"], false),
        ] {
            let mut case = accepted_case();
            case["signature_algorithms"] = algorithms.into();
            let case = runner.read(&case).unwrap();
            assert_eq!(runner.judge(&case, &runner.internal).is_ok(), accepted, "{algorithms:?}");
        }
    }

    #[test]
    fn every_case_of_the_repositorys_file_is_judged_as_expected() {
        let tally = judge_files(&[FILE.into()]).unwrap();
        assert_eq!((tally.passed, tally.failed), (7333, 0));
        assert_eq!((tally.core, tally.core_passed_by_default), (154, 114), "see vectors/limbo/README.md");
        assert_eq!((tally.warnings_same, tally.warnings_other), (865, 0));
    }

    static CASES: LazyLock<Value> = LazyLock::new(|| read_json(FILE).unwrap());

    /// These cases are judged as expected.
    #[track_caller]
    fn judged(ids: &[&str]) {
        let runner = Runner::new();
        let cases = array(&CASES, "testcases").unwrap();
        for id in ids {
            let case = cases.iter().find(|case| string(case, "id") == Ok(id)).expect(id);
            let mut tally = Tally::default();
            runner.run(case, &mut tally).unwrap();
            assert_eq!((tally.passed, tally.failed), (1, 0), "{id}");
        }
    }

    //= R5280-4.1.1.2-2 test
    #[test]
    fn the_two_algorithm_identifiers_are_the_same() {
        judged(&["rfc5280::mismatching-signature-algorithm"]);
    }

    //= R5280-4.1.2.2-1 test
    //= R5280-4.1.2.2-5 test
    #[test]
    fn serial_numbers_are_positive_and_of_20_octets_at_most() {
        judged(&["rfc5280::serial::zero", "rfc5280::serial::too-long"]);
    }

    //= R5280-4.1.2.4-1 test
    //= R5280-4.1.2.6-2 test
    #[test]
    fn issuers_and_cas_have_a_name() {
        judged(&["rfc5280::ee-empty-issuer", "rfc5280::ca-empty-subject"]);
    }

    //= R5280-4.2.1.1-2 test
    //= R5280-4.2.1.1-3 test
    //= R5280-4.2.1.1-6 test
    //= R5280-4.2.1.2-1 test
    //= R5280-4.2-9 test
    #[test]
    fn key_identifiers_stand_where_they_must_and_are_not_critical() {
        judged(&[
            "rfc5280::aki::intermediate-missing-aki",
            "rfc5280::aki::cross-signed-root-missing-aki",
            "rfc5280::aki::self-signed-root-missing-aki",
            "rfc5280::aki::critical-aki",
            "rfc5280::ski::intermediate-missing-ski",
            "rfc5280::ski::root-missing-ski",
        ]);
    }

    //= R5280-4.1.2.6-4 test
    //= R5280-4.2.1.6-12 test
    //= R5280-4.2.1.6-6 test
    #[test]
    fn alternative_names_are_names_of_their_form() {
        judged(&[
            "rfc5280::san::malformed",
            "rfc5280::san::noncritical-with-empty-subject",
            "rfc5280::san::underscore-dns",
            "webpki::san::san-critical-with-nonempty-subject",
        ]);
    }

    //= R5280-4.2.1.3-3 test
    //= R5280-4.2.1.9-2 test
    //= R5280-4.2.1.9-4 test
    #[test]
    fn only_cas_certify_and_say_so() {
        judged(&[
            "rfc5280::no-basicconstraints",
            "rfc5280::intermediate-ca-missing-basic-constraints",
            "rfc5280::intermediate-ca-without-ca-bit",
            "rfc5280::root-non-critical-basic-constraints",
            "rfc5280::leaf-ku-keycertsign",
        ]);
    }

    //= R5280-4.2.1.10-1 test
    //= R5280-4.2.1.10-2 test
    //= R5280-4.2.1.10-3 test
    //= R5280-4.2.1.11-6 test
    #[test]
    fn constraints_stand_in_cas_critical_and_well_formed() {
        judged(&[
            "rfc5280::nc::permitted-dns-match-noncritical",
            "rfc5280::nc::not-allowed-in-ee-critical",
            "rfc5280::nc::invalid-dnsname-wildcard",
            "rfc5280::nc::invalid-email-address",
            "rfc5280::nc::invalid-ipv4-address",
            "rfc5280::pc::ica-noncritical-pc",
            "webpki::nc::intermediate-permitted-excluded-subtrees-both-empty-sequences",
        ]);
    }

    //= R5280-4.2-1 test
    //= R5280-4.2-3 test
    //= R5280-4.2.2.1-1 test
    #[test]
    fn extensions_are_known_or_not_critical_and_stand_once() {
        judged(&[
            "rfc5280::unknown-critical-extension-ee",
            "rfc5280::unknown-critical-extension-intermediate",
            "rfc5280::unknown-critical-extension-root",
            "rfc5280::unknown-critical-extension-unrelated-intermediate",
            "rfc5280::duplicate-extensions",
            "rfc5280::ee-critical-aia-invalid",
        ]);
    }

    //= R5280-4.2.1.12-4 test
    //= R5280-4.2.1.12-6 test
    #[test]
    fn purposes_may_be_required_and_be_meant() {
        judged(&["webpki::eku::ee-without-eku", "webpki::eku::ee-anyeku", "rfc5280::eku::ee-without-eku"]);
    }

    //= R5280-6.3.3-f test
    //= R5280-6.3.3-j test
    #[test]
    fn lists_are_heard_of_issuers_that_may_sign_them() {
        judged(&[
            "crl::issuer-missing-crlsign",
            "crl::issuer-valid-crlsign-and-keycertsign",
            "crl::crlnumber-critical",
            "crl::certificate-not-on-crl",
            "crl::certificate-serial-on-crl-different-issuer",
            "crl::revoked-certificate-with-crl",
        ]);
    }
}
