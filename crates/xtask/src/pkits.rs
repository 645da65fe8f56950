//! `cargo xtask pkits FILE…`: judges the cases of NIST PKITS under the default profile.

use std::collections::BTreeMap;
use std::process::ExitCode;

use dsa::pkcs8::SubjectPublicKeyInfoRef;
use dsa::pkcs8::der::Decode;
use dsa::pkcs8::der::asn1::AnyRef;
use dsa::signature::hazmat::PrehashVerifier;
use handfast::crypto::{CryptoProvider, ring};
use handfast::identity::ExpectedPeer;
use handfast::pki::asn1::OwnedOid;
use handfast::pki::certificate::KeyUsage;
use handfast::pki::revocation::{Crl, CrlStore, Revocation};
use handfast::pki::{
    Judgement, PolicyInputs, Purpose, SignatureError, SignedData, TrustAnchors, VerifySignature,
    validate_path,
};
use handfast::time::Time;
use serde_json::Value;
use sha1::{Digest, Sha1};

use crate::suite::{self, array, check_fields, field, pem_blocks, read_json, string, strings};

const FIELDS: &[&str] = &[
    "id",
    "test",
    "name",
    "subpart",
    "section",
    "certs",
    "crls",
    "initial_policy_set",
    "initial_explicit_policy",
    "initial_policy_mapping_inhibit",
    "initial_inhibit_any_policy",
    "user_constrained_policy_set",
    "expected",
];

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    suite::exit("pkits", run_files(arguments))
}

fn run_files(files: &[String]) -> Result<bool, String> {
    if files.is_empty() {
        return Err("usage: cargo xtask pkits FILE.json.gz…".into());
    }
    let (passed, failed) = judge_files(files)?;
    println!("pkits: {passed} passed, {failed} failed, 0 skipped of {}", passed + failed);
    Ok(failed == 0)
}

/// How many cases passed and failed.
fn judge_files(files: &[String]) -> Result<(usize, usize), String> {
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for file in files {
        let json = read_json(file)?;
        let suite = Suite::read(&json)?;
        for case in array(&json, "tests")? {
            let id = string(case, "id")?;
            match suite.run(case).map_err(|error| format!("{id}: {error}"))? {
                Ok(()) => passed += 1,
                Err(fault) => {
                    failed += 1;
                    println!("pkits: {id} {}: {fault}", string(case, "name")?);
                }
            }
        }
    }
    Ok((passed, failed))
}

/// What all cases of a file share.
struct Suite {
    verifier: WithDsa,
    time: Time,
    policy_oids: BTreeMap<String, OwnedOid>,
    certs: BTreeMap<String, Vec<u8>>,
    crls: BTreeMap<String, Vec<u8>>,
}

impl Suite {
    fn read(json: &Value) -> Result<Self, String> {
        check_fields(
            json,
            &["schema", "source", "validation_time", "policy_oids", "tests", "certs", "crls"],
        )?;
        let mut policy_oids = BTreeMap::new();
        for (name, oid) in field(json, "policy_oids")?.as_object().into_iter().flatten() {
            let oid = oid.as_str().and_then(OwnedOid::parse).ok_or("a policy's identifier")?;
            policy_oids.insert(name.clone(), oid);
        }
        Ok(Self {
            verifier: WithDsa(ring::provider()),
            time: suite::time(string(json, "validation_time")?)?,
            policy_oids,
            certs: files(json, "certs")?,
            crls: files(json, "crls")?,
        })
    }

    /// The outer error is the file's, the inner one the library's.
    fn run(&self, case: &Value) -> Result<Result<(), String>, String> {
        check_fields(case, FIELDS)?;
        let certs = strings(case, "certs")?;
        let certs = certs.iter().map(|name| self.certs.get(*name).ok_or(format!("{name} is missing")));
        let certs: Vec<&Vec<u8>> = certs.collect::<Result<_, _>>()?;
        let (anchor, path) = certs.split_first().ok_or("no certificates")?;
        let anchors = TrustAnchors::from_der(anchor).map_err(|error| error.to_string())?;
        let chain: Vec<&[u8]> = path.iter().rev().map(|der| der.as_slice()).collect();
        let flag = |name| field(case, name)?.as_bool().ok_or(format!("field `{name}` is no boolean"));
        let policies = PolicyInputs {
            initial_policy_set: self.policy_set(case, "initial_policy_set")?,
            initial_explicit_policy: flag("initial_explicit_policy")?,
            initial_policy_mapping_inhibit: flag("initial_policy_mapping_inhibit")?,
            initial_any_policy_inhibit: flag("initial_inhibit_any_policy")?,
        };
        let expected = ExpectedPeer::any_under_anchors();
        let mut judgement = Judgement::new(&anchors, &expected, Purpose::Any, self.time, &self.verifier.0);
        judgement.key_usage = KeyUsage::default();
        judgement.verifier = Some(&self.verifier);
        judgement.policies = &policies;
        let crls = self.crls(case)?;
        let revocation = Revocation::new(&crls);
        judgement.revocation = Some(&revocation);
        let verdict = validate_path(&chain, &judgement);
        let valid = string(case, "expected")? == "valid";
        let wanted_policies = self.policy_set(case, "user_constrained_policy_set")?;
        Ok(match verdict {
            Ok(path) if valid => {
                let found: Vec<OwnedOid> =
                    path.policies.into_iter().filter(|oid| !self.is_any(oid)).collect();
                if found == wanted_policies {
                    Ok(())
                } else {
                    Err(format!("policies {found:?}, expected {wanted_policies:?}"))
                }
            }
            Ok(_) => Err("accepted".into()),
            Err(_) if !valid => Ok(()),
            Err(refusal) => Err(refusal.to_string()),
        })
    }

    /// The case's CRLs; what cannot be read says nothing.
    fn crls(&self, case: &Value) -> Result<CrlStore, String> {
        let mut crls = Vec::new();
        for name in strings(case, "crls")? {
            let der = self.crls.get(name).ok_or(format!("{name} is missing"))?;
            crls.extend(Crl::from_der(der.as_slice()).ok());
        }
        Ok(crls.into_iter().collect())
    }

    /// Policies by name; anyPolicy asks for none in particular.
    fn policy_set(&self, case: &Value, name: &str) -> Result<Vec<OwnedOid>, String> {
        let mut set = Vec::new();
        for policy in strings(case, name)?.into_iter().filter(|policy| *policy != "anyPolicy") {
            set.push(self.policy_oids.get(policy).ok_or(format!("policy {policy}"))?.clone());
        }
        set.sort();
        Ok(set)
    }

    fn is_any(&self, oid: &OwnedOid) -> bool {
        self.policy_oids.get("anyPolicy") == Some(oid)
    }
}

fn files(json: &Value, name: &str) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut files = BTreeMap::new();
    for (file, base64) in field(json, name)?.as_object().into_iter().flatten() {
        let base64 = base64.as_str().ok_or("a file that is no string")?;
        let pem = format!("-----BEGIN FILE-----\n{base64}\n-----END FILE-----\n");
        files.insert(file.clone(), pem_blocks([pem.as_str()]).concat());
    }
    Ok(files)
}

/// The library's algorithms, and DSA with SHA-1, which three cases need and the library will never have.
struct WithDsa(CryptoProvider);

impl VerifySignature for WithDsa {
    fn verify_signature(&self, signed: &SignedData<'_>) -> Result<(), SignatureError> {
        if signed.algorithm.algorithm.to_string() != "1.2.840.10040.4.3" {
            return self.0.verify_signature(signed);
        }
        let key = dsa_key(signed).ok_or(SignatureError::UnsupportedAlgorithm)?;
        let signature = dsa::Signature::try_from(signed.signature);
        let signature = signature.map_err(|_| SignatureError::BadSignature)?;
        key.verify_prehash(&Sha1::digest(signed.message), &signature)
            .map_err(|_| SignatureError::BadSignature)
    }
}

/// A DSA key with its parameters, its own or inherited ones.
fn dsa_key(signed: &SignedData<'_>) -> Option<dsa::VerifyingKey> {
    let mut info = SubjectPublicKeyInfoRef::from_der(signed.subject_public_key_info).ok()?;
    info.algorithm.parameters = Some(AnyRef::from_der(signed.key_parameters?).ok()?);
    dsa::VerifyingKey::try_from(info).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static FILE: LazyLock<Value> = LazyLock::new(|| {
        read_json(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/pkits/pkits-dev.json.gz")).unwrap()
    });

    /// The cases of this section, which are so many, are judged as expected.
    #[track_caller]
    fn section(number: &str, count: usize) {
        let suite = Suite::read(&FILE).unwrap();
        let cases = array(&FILE, "tests").unwrap().iter();
        let cases: Vec<_> = cases.filter(|case| string(case, "section") == Ok(number)).collect();
        assert_eq!(cases.len(), count);
        for case in cases {
            assert_eq!(suite.run(case).unwrap(), Ok(()), "{}", string(case, "name").unwrap());
        }
    }

    #[test]
    fn every_case_is_of_a_section_below() {
        assert_eq!(array(&FILE, "tests").unwrap().len(), 198);
        assert_eq!([4, 6, 9, 17, 6, 14, 4, 27, 6, 19, 8, 9, 31, 28, 8, 2].iter().sum::<i32>(), 198);
    }

    //= R5280-6.1.3-a-1 test
    //= R5280-6.1.4-d test
    //= R5280-6.1.4-e test
    //= R5280-6.1.4-f test
    //= R5280-6.1.2-g test
    //= R5280-6.1.2-h test
    //= R5280-6.1.2-i test
    #[test]
    fn section_4_1_signatures() {
        section("4.1", 4);
    }

    //= R5280-6.1.3-a-2 test
    //= R5280-4.1.2.5-2 test
    //= R5280-6.1-6 test
    //= R5280-6.1.1-b test
    #[test]
    fn section_4_2_validity() {
        section("4.2", 6);
    }

    //= R5280-4.1.2.4-9 test
    //= R5280-6.1.3-a-4 test
    //= R5280-6.1.4-c test
    //= R5280-6.1.2-j test
    //= R5280-4.1.2.6-10 test
    //= R5280-4.1.2.6-17 test
    //= R5280-4.1.2.4-6 test
    //= R5280-4.1.2.4-7 test
    //= R5280-4.1.2.4-8 test
    //= R5280-4.1.2.6-8 test
    //= R5280-4.1.2.6-9 test
    #[test]
    fn section_4_3_names_that_chain() {
        section("4.3", 9);
    }

    //= R5280-6.1.3-a-3 test
    //= R5280-6.3.3-b-1 test
    //= R5280-6.3.3-g test
    //= R5280-6.3.3-j test
    //= R5280-6.3.2-b test
    //= R5280-6.3.1-a test
    //= R5280-6.3.3-end-2 test
    #[test]
    fn section_4_4_revocation() {
        section("4.4", 17);
    }

    //= R5280-6.1.4-h test
    //= R5280-6.1.1-a test
    //= R5280-6.1.1-d test
    #[test]
    fn section_4_5_self_issued_certificates() {
        section("4.5", 6);
    }

    //= R5280-4.2.1.9-2 test
    //= R5280-6.1.2-k test
    //= R5280-6.1.4-k test
    //= R5280-6.1.4-l test
    //= R5280-6.1.4-m test
    #[test]
    fn section_4_6_basic_constraints() {
        section("4.6", 14);
    }

    //= R5280-4.2.1.3-4 test
    //= R5280-6.1.4-n test
    //= R5280-6.3.3-f test
    #[test]
    fn section_4_7_key_usage() {
        section("4.7", 4);
    }

    //= R5280-4.2.1.4-1 test
    //= R5280-4.2.1.4-3 test
    //= R5280-4.2.1.4-4 test
    //= R5280-6.1.1-c test
    //= R5280-6.1.1-f test
    //= R5280-6.1.2-a test
    //= R5280-6.1.2-d test
    //= R5280-6.1.3-d-1 test
    //= R5280-6.1.3-d-2 test
    //= R5280-6.1.3-d-3 test
    //= R5280-6.1.3-e test
    //= R5280-6.1.5-g test
    //= R5280-6.1.6-1 test
    #[test]
    fn section_4_8_policies() {
        section("4.8", 27);
    }

    //= R5280-4.2.1.11-1 test
    //= R5280-6.1.3-f test
    //= R5280-6.1.4-i test
    //= R5280-6.1.5-a test
    //= R5280-6.1.5-b test
    #[test]
    fn section_4_9_policies_that_are_required() {
        section("4.9", 6);
    }

    //= R5280-4.2.1.5-2 test
    //= R5280-4.2.1.5-3 test
    //= R5280-6.1.4-a test
    //= R5280-6.1.4-b-1 test
    //= R5280-6.1.1-e test
    //= R5280-4.2-9 test
    #[test]
    fn section_4_10_policies_that_are_mapped() {
        section("4.10", 19);
    }

    //= R5280-4.2.1.11-1 test
    //= R5280-4.2.1.11-2 test
    //= R5280-6.1.2-f test
    //= R5280-6.1.4-b-2 test
    //= R5280-6.1.4-h test
    //= R5280-6.1.4-i test
    #[test]
    fn section_4_11_mappings_that_are_inhibited() {
        section("4.11", 8);
    }

    //= R5280-6.1.1-g test
    //= R5280-6.1.2-e test
    //= R5280-6.1.4-j test
    //= R5280-6.1.4-h test
    #[test]
    fn section_4_12_any_policy_inhibited() {
        section("4.12", 9);
    }

    //= R5280-4.2.1.6-22 test
    //= R5280-4.2.1.10-5 test
    //= R5280-4.2.1.10-13 test
    //= R5280-4.2.1.10-14 test
    //= R5280-4.2.1.10-16 test
    //= R5280-4.2.1.10-17 test
    //= R5280-6.1.3-b test
    //= R5280-6.1.3-c test
    //= R5280-6.1.4-g-1 test
    //= R5280-6.1.4-g-2 test
    #[test]
    fn section_4_13_name_constraints() {
        section("4.13", 31);
    }

    //= R5280-4.2.1.13-1 test
    //= R5280-4.2.1.13-3 test
    //= R5280-4.2.1.13-12 test
    //= R5280-4.2.1.13-14 test
    //= R5280-4.1.2.6-3 test
    //= R5280-6.3.2-a test
    //= R5280-6.3.2-c test
    //= R5280-6.3.3-b-1 test
    //= R5280-6.3.3-b-2-i test
    //= R5280-6.3.3-b-2-ii test
    //= R5280-6.3.3-b-2-iii test
    //= R5280-6.3.3-b-2-iv test
    //= R5280-6.3.3-d test
    //= R5280-6.3.3-e test
    //= R5280-6.3.3-l test
    //= R5280-6.3.3-end-1 test
    //= R5280-6.3.3-1 test
    #[test]
    fn section_4_14_distribution_points() {
        section("4.14", 28);
    }

    //= R5280-6.3.3-c-1 test
    //= R5280-6.3.3-c-2 test
    //= R5280-6.3.3-c-3 test
    //= R5280-6.3.3-h test
    //= R5280-6.3.3-i test
    //= R5280-6.3.3-k test
    #[test]
    fn section_4_15_delta_lists() {
        section("4.15", 8);
    }

    //= R5280-4.2-1 test
    //= R5280-6.1.4-o test
    //= R5280-6.1.5-f test
    #[test]
    fn section_4_16_private_extensions() {
        section("4.16", 2);
    }
}
