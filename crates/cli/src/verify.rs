//! `handfast verify`: judges a chain from files and says why.

use std::path::Path;
use std::process::ExitCode;

use handfast::connection::RevocationCheck;
use handfast::crypto::ring;
use handfast::identity::{ExpectedPeer, PeerNameError};
use handfast::pem;
use handfast::pki::asn1::OwnedOid;
use handfast::pki::certificate::Certificate;
use handfast::pki::name::PublicSuffixes;
use handfast::pki::revocation::{CrlStore, Revocation};
use handfast::pki::{Judgement, PolicyInputs, Profile, Purpose, judge};
use handfast::time::Time;

use crate::args::{ProfileArg, PurposeArg, VerifyArgs};
use crate::clock;
use crate::credential_file::{anchors, is_pem, read};
use crate::failure::Failure;
use crate::file_fault::{FileFault, FileRule};
use crate::revocation_files::{self, ocsp_response};
use crate::terminal::{printable, show};
use crate::verdict::{accepted_json, accepted_text, refused_json, refused_text, unreadable_json};

/// The exit code of a refusal, as with a session.
const REFUSED: u8 = 4;

/// Judges, and shows the verdict. What cannot even be read is a finding too where JSON is asked for.
pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let (text, code) = match verdict(args) {
        Err(Failure::File(fault)) if args.json => {
            (format!("{}\n", unreadable_json(&fault)), Failure::File(fault).exit_code())
        }
        verdict => verdict?,
    };
    show(&printable(&text)).map_err(|error| Failure::Network(format!("stdout: {error}")))?;
    Ok(code)
}

fn verdict(args: &VerifyArgs) -> Result<(String, ExitCode), Failure> {
    let anchors = anchors(&args.ca)?;
    let expected = expected(args)?;
    let profile = profile(args)?;
    let policies = policies(&args.policy)?;
    // There is no peer that could be asked for staples; what it would staple comes as files.
    let check = revocation_files::check(&args.revocation, false)?;
    let staples = args.staple.iter().map(|path| ocsp_response(path)).collect::<Result<Vec<_>, _>>()?;
    let staples: Vec<&[u8]> = staples.iter().map(AsRef::as_ref).collect();
    let chain = chain(&args.chain)?;
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let time = args.at.map_or_else(clock::now, Time::from_secs_since_1970);
    let purpose = match args.purpose {
        PurposeArg::Server => Purpose::Server,
        PurposeArg::Client => Purpose::Client,
        PurposeArg::Any => Purpose::Any,
    };
    let provider = ring::provider();
    let none = RevocationCheck::by_crls(CrlStore::new());
    let rules = check.as_ref().unwrap_or(&none);
    let responses: Vec<&[u8]> = rules.ocsp_responses.iter().map(AsRef::as_ref).collect();
    let mut revocation = Revocation::new(&rules.crls);
    revocation.ocsp_responses = &responses;
    (revocation.scope, revocation.unknown, revocation.stale) = (rules.scope, rules.unknown, rules.stale);
    let mut judgement = Judgement::new(&anchors, &expected, purpose, time, &provider);
    judgement.profile = &profile;
    judgement.policies = &policies;
    judgement.revocation = check.is_some().then_some(&revocation);
    judgement.stapled = (!staples.is_empty()).then_some(&staples[..]);
    Ok(match judge(&chain, &judgement) {
        Ok(accepted) if args.json => (format!("{}\n", accepted_json(&accepted)), ExitCode::SUCCESS),
        Ok(accepted) => (accepted_text(&accepted), ExitCode::SUCCESS),
        Err(refusal) if args.json => (format!("{}\n", refused_json(&refusal)), ExitCode::from(REFUSED)),
        Err(refusal) => (refused_text(&refusal), ExitCode::from(REFUSED)),
    })
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

/// The certificates of a file in PEM, or the one in DER. What cannot be read is told with its place in the file.
fn chain(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let bytes = read(path)?;
    if !is_pem(&bytes) {
        Certificate::from_der(&bytes)
            .map_err(|error| FileFault::der(path, FileRule::Certificate, &bytes, &error))?;
        return Ok(vec![bytes]);
    }
    let mut found = Vec::new();
    for block in pem::blocks(&bytes) {
        let block = block.map_err(|error| FileFault::pem(path, &error))?;
        if block.label == "CERTIFICATE" {
            let der = block.decode().map_err(|error| FileFault::pem(path, &error))?.to_vec();
            Certificate::from_der(&der)
                .map_err(|error| FileFault::block(path, FileRule::Certificate, block.line, &error))?;
            found.push(der);
        }
    }
    match found.is_empty() {
        true => Err(FileFault::no_block(path, "CERTIFICATE").into()),
        false => Ok(found),
    }
}
