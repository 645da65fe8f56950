//! Judging a chain, by Handfast and by rustls-webpki, both with ring; by Handfast also when the chain comes again.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;
use handfast::crypto::{CryptoProvider, ring};
use handfast::identity::ExpectedPeer;
use handfast::pki::{Judgement, Purpose, SignatureCache, TrustAnchor, TrustAnchors, VerifySignature, judge};
use handfast::time::{Time, UtcDateTime};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use serde_json::Value;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::meter::{median, thread_cpu_time};
use crate::session::NOW;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors");

/// The name in the end entities made here.
const NAME: &str = "server.test";

/// Rounds of each row, in each of which each contestant has its turn.
const ROUNDS: usize = 31;

/// Judgements of a turn.
const TURN: u32 = 8;

/// A chain, who is trusted and what is asked.
struct Case {
    title: String,
    /// The peer's own certificate first.
    chain: Vec<Vec<u8>>,
    anchors: Vec<Vec<u8>>,
    name: String,
    time: Time,
}

/// Processor time of one judgement.
pub(crate) fn costs() -> Result<(), Box<dyn Error>> {
    let mut cases = vec![
        case("P-256, 3 certificates", || Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?))?,
        case("RSA-2048, 3 certificates", || {
            Ok(KeyPair::from_pem(&std::fs::read_to_string(format!("{VECTORS}/rsa_keys/rsa2048.pem"))?)?)
        })?,
    ];
    cases.extend(pathological()?);
    println!("\njudging a chain: processor time, median");
    println!(
        "  {:<54}  {:>12}  {:>12}  {:>6}  {:>12}  {:>6}",
        "chain", "webpki", "handfast", "ratio", "again, cache", "of 1st"
    );
    cases.iter().try_for_each(row)
}

fn row(case: &Case) -> Result<(), Box<dyn Error>> {
    let provider = ring::provider();
    let anchors: TrustAnchors =
        case.anchors.iter().map(|der| TrustAnchor::from_certificate_der(der)).collect::<Result<_, _>>()?;
    let mut cache = SignatureCache::new(1024);
    let cached = cache.verifier(&provider, &provider);
    let ours = |verifier| by_handfast(case, &anchors, &provider, verifier);
    let trusted: Vec<CertificateDer<'_>> = case.anchors.iter().map(|der| der.as_slice().into()).collect();
    let theirs = trusted.iter().map(|der| anchor_from_trusted_cert(der)).collect::<Result<Vec<_>, _>>()?;
    let sent: Vec<CertificateDer<'_>> = case.chain.iter().map(|der| der.as_slice().into()).collect();

    let verdicts = (by_webpki(case, &theirs, &sent), ours(None), ours(Some(&cached)));
    let (mut webpki, mut handfast, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        webpki.push(turn(|| by_webpki(case, &theirs, &sent)));
        handfast.push(turn(|| ours(None)));
        again.push(turn(|| ours(Some(&cached))));
    }
    let [webpki, handfast, again] = [&mut webpki, &mut handfast, &mut again].map(|times| median(times));
    let micros = |time: Duration| format!("{:.1} µs", time.as_secs_f64() * 1e6);
    println!(
        "  {:<54}  {:>12}  {:>12}  {:>6.2}  {:>12}  {:>5.1}%{}",
        case.title,
        micros(webpki),
        micros(handfast),
        handfast.as_secs_f64() / webpki.as_secs_f64(),
        micros(again),
        again.as_secs_f64() / handfast.as_secs_f64() * 100.0,
        match verdicts {
            (true, true, true) => "",
            (false, false, false) => "  refused",
            _ => "  JUDGED DIFFERENTLY",
        }
    );
    Ok(())
}

/// The mean of a turn, so that reading the clock does not count.
fn turn(mut judge: impl FnMut() -> bool) -> Duration {
    let started = thread_cpu_time();
    for _ in 0..TURN {
        black_box(judge());
    }
    thread_cpu_time().saturating_sub(started) / TURN
}

fn by_handfast(
    case: &Case,
    anchors: &TrustAnchors,
    provider: &CryptoProvider,
    verifier: Option<&dyn VerifySignature>,
) -> bool {
    let Ok(expected) = ExpectedPeer::dns(&case.name) else { return false };
    let chain: Vec<&[u8]> = case.chain.iter().map(Vec::as_slice).collect();
    let mut judgement = Judgement::new(anchors, &expected, Purpose::Server, case.time, provider);
    judgement.verifier = verifier;
    judge(&chain, &judgement).is_ok()
}

fn by_webpki(
    case: &Case,
    anchors: &[rustls_pki_types::TrustAnchor<'_>],
    chain: &[CertificateDer<'_>],
) -> bool {
    let Some((own, others)) = chain.split_first() else { return false };
    let Ok(name) = ServerName::try_from(case.name.as_str()) else { return false };
    let now = UnixTime::since_unix_epoch(Duration::from_secs(case.time.as_secs().unsigned_abs()));
    let Ok(own) = EndEntityCert::try_from(own) else { return false };
    own.verify_for_usage(ALL_VERIFICATION_ALGS, anchors, others, now, KeyUsage::server_auth(), None, None)
        .is_ok()
        && own.verify_is_valid_for_subject_name(&name).is_ok()
}

/// A root, an intermediate and an end entity.
fn case(title: &str, key: impl Fn() -> Result<KeyPair, Box<dyn Error>>) -> Result<Case, Box<dyn Error>> {
    let ca = |name: &str| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let root = CertifiedIssuer::self_signed(ca("Root"), key()?)?;
    let intermediate = CertifiedIssuer::signed_by(ca("Intermediate"), key()?, &root)?;
    let mut params = CertificateParams::new([NAME.to_owned()])?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let own = params.signed_by(&key()?, &intermediate)?;
    Ok(Case {
        title: title.into(),
        chain: vec![own.der().to_vec(), intermediate.der().to_vec()],
        anchors: vec![root.der().to_vec()],
        name: NAME.into(),
        time: NOW,
    })
}

/// The cases of x509-limbo that are made to take long.
fn pathological() -> Result<Vec<Case>, Box<dyn Error>> {
    let mut text = String::new();
    let file = File::open(format!("{VECTORS}/limbo/limbo-dev.json.gz"))?;
    GzDecoder::new(file).read_to_string(&mut text)?;
    let json: Value = serde_json::from_str(&text)?;
    let list = |case: &Value, field: &str| {
        let texts = case.get(field).and_then(Value::as_array).into_iter().flatten();
        texts.filter_map(Value::as_str).flat_map(certificates).collect::<Vec<_>>()
    };
    let mut cases = Vec::new();
    for case in json.get("testcases").and_then(Value::as_array).into_iter().flatten() {
        let text = |pointer: &str| case.pointer(pointer).and_then(Value::as_str);
        let Some(title) = text("/id").filter(|id| id.starts_with("pathological::")) else { continue };
        let own = certificates(text("/peer_certificate").unwrap_or_default());
        cases.push(Case {
            title: title.into(),
            chain: own.into_iter().chain(list(case, "untrusted_intermediates")).collect(),
            anchors: list(case, "trusted_certs"),
            name: text("/expected_peer_name/value").unwrap_or(NAME).into(),
            time: text("/validation_time").and_then(time).unwrap_or(NOW),
        });
    }
    Ok(cases)
}

fn certificates(pem: &str) -> Vec<Vec<u8>> {
    let blocks = handfast::pem::blocks(pem.as_bytes());
    blocks.filter_map(|block| Some(block.ok()?.decode().ok()?.to_vec())).collect()
}

/// The day of an RFC 3339 time.
fn time(text: &str) -> Option<Time> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
    let small = |range| u8::try_from(number(range)?).ok();
    let (month, day) = (small(5..7)?, small(8..10)?);
    let (hour, minute, second) = (small(11..13)?, small(14..16)?, small(17..19)?);
    Time::from_utc(UtcDateTime { year: number(0..4)?, month, day, hour, minute, second })
}
