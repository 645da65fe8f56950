//! `handfast verify`: judges a chain from files and says why.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use handfast::crypto::ring;
use handfast::identity::{ExpectedPeer, PeerNameError};
use handfast::pem;
use handfast::pki::asn1::OwnedOid;
use handfast::pki::name::PublicSuffixes;
use handfast::pki::revocation::{Crl, CrlStore, Revocation};
use handfast::pki::{Accepted, Judgement, PolicyInputs, Profile, Purpose, judge};
use handfast::time::Time;

use crate::args::{ProfileArg, PurposeArg, VerifyArgs};
use crate::clock;
use crate::credential_file::{anchors, read};
use crate::failure::Failure;
use crate::terminal::{printable, show};

/// The exit code of a refusal, as with a session.
const REFUSED: u8 = 4;

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let anchors = anchors(&args.ca)?;
    let expected = expected(args)?;
    let profile = profile(args)?;
    let policies = policies(&args.policy)?;
    let crls = crls(args)?;
    let responses = args.ocsp.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let responses: Vec<&[u8]> = responses.iter().map(Vec::as_slice).collect();
    let chain = blocks(&args.chain, "CERTIFICATE")?;
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let time = args.at.map_or_else(clock::now, Time::from_secs_since_1970);
    let purpose = match args.purpose {
        PurposeArg::Server => Purpose::Server,
        PurposeArg::Client => Purpose::Client,
        PurposeArg::Any => Purpose::Any,
    };
    let provider = ring::provider();
    let mut revocation = Revocation::new(&crls);
    revocation.ocsp_responses = &responses;
    let mut judgement = Judgement::new(&anchors, &expected, purpose, time, &provider);
    judgement.profile = &profile;
    judgement.policies = &policies;
    judgement.revocation = (!args.crl.is_empty() || !args.ocsp.is_empty()).then_some(&revocation);
    let (text, code) = match judge(&chain, &judgement) {
        Ok(accepted) => (accepted_text(&accepted), ExitCode::SUCCESS),
        Err(refusal) => (refusal.report().to_string(), ExitCode::from(REFUSED)),
    };
    show(&printable(&text)).map_err(|error| Failure::Network(format!("stdout: {error}")))?;
    Ok(code)
}

/// Who it is, by which path, until when, and what was found all the same.
fn accepted_text(accepted: &Accepted) -> String {
    let mut text = format!(
        "certificate accepted: {}\npath of {} to a trust anchor, valid until {}\n",
        accepted.identity,
        accepted.path.len(),
        accepted.earliest_not_after()
    );
    for policy in &accepted.policies {
        let _ = writeln!(text, "policy {policy}");
    }
    for finding in &accepted.findings {
        let at = finding.certificate.map_or_else(String::new, |index| format!("certificate {index}: "));
        let _ = writeln!(text, "warning: {at}{finding}");
    }
    text
}

fn expected(args: &VerifyArgs) -> Result<ExpectedPeer, Failure> {
    let expected = if let Some(address) = args.address() {
        Ok(ExpectedPeer::ip(address))
    } else if let Some(name) = &args.name {
        ExpectedPeer::dns(name)
    } else if let Some(id) = &args.spiffe_id {
        ExpectedPeer::spiffe_id(id)
    } else if let Some(domain) = &args.trust_domain {
        ExpectedPeer::spiffe_trust_domain(domain)
    } else {
        Ok(ExpectedPeer::any_under_anchors())
    };
    expected.map_err(|error: PeerNameError| Failure::Setup(format!("no name to expect: {error}")))
}

fn profile(args: &VerifyArgs) -> Result<Profile, Failure> {
    Ok(match args.profile {
        ProfileArg::Internal => Profile::internal(),
        ProfileArg::Rfc5280 => Profile::strict_rfc5280(),
        ProfileArg::Spiffe => Profile::spiffe(),
        ProfileArg::Webpki => {
            let list = args.public_suffixes.as_ref().map(|path| read(path)).transpose()?;
            let list = String::from_utf8_lossy(list.as_deref().unwrap_or_default()).into_owned();
            Profile::web_pki(PublicSuffixes::parse(&list))
        }
    })
}

/// Whoever names policies wants one of them to hold.
fn policies(oids: &[String]) -> Result<PolicyInputs, Failure> {
    let no_oid = |text: &String| Failure::Setup(format!("{text:?} is no object identifier"));
    let set = oids.iter().map(|text| OwnedOid::parse(text).ok_or_else(|| no_oid(text)));
    let initial_policy_set: Vec<OwnedOid> = set.collect::<Result<_, _>>()?;
    Ok(PolicyInputs {
        initial_explicit_policy: !initial_policy_set.is_empty(),
        initial_policy_set,
        ..PolicyInputs::NONE
    })
}

fn crls(args: &VerifyArgs) -> Result<CrlStore, Failure> {
    let mut crls = Vec::new();
    for path in &args.crl {
        for der in blocks(path, "X509 CRL")? {
            crls.push(Crl::from_der(der).map_err(|error| Failure::file(path, error))?);
        }
    }
    Ok(crls.into_iter().collect())
}

/// The PEM blocks of this label in a file; there is at least one.
fn blocks(path: &Path, label: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let text = read(path)?;
    let mut found = Vec::new();
    for block in pem::blocks(&text) {
        let block = block.map_err(|error| Failure::file(path, error))?;
        if block.label == label {
            found.push(block.decode().map_err(|error| Failure::file(path, error))?.to_vec());
        }
    }
    match found.is_empty() {
        true => Err(Failure::file(path, format_args!("no block \"BEGIN {label}\" is in it"))),
        false => Ok(found),
    }
}
