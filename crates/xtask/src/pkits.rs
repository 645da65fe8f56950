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
    use super::*;

    #[test]
    fn every_case_of_the_repositorys_file_is_judged_as_expected() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/pkits/pkits-dev.json.gz");
        assert_eq!(judge_files(&[file.into()]), Ok((198, 0)));
    }
}
