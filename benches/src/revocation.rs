//! A CRL of a million entries: read and indexed once, asked often; by Handfast and by rustls-webpki.

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use handfast::pki::revocation::Crl;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, RevokedCertParams, SerialNumber, date_time_ymd,
};
use webpki::{CertRevocationList, OwnedCertRevocationList};

use crate::meter::{median, thread_cpu_time};

const ENTRIES: u64 = 1_000_000;

/// Lookups of one measurement.
const LOOKUPS: u64 = 1000;

/// Measurements of each row.
const ROUNDS: u64 = 31;

/// Processor time of reading the list and of a lookup in it.
pub(crate) fn costs() -> Result<(), Box<dyn Error>> {
    let der = list()?;
    println!("\na CRL of {ENTRIES} entries, {} bytes: processor time", der.len());
    println!("  {:<34}  {:>12}  {:>12}", "", "webpki", "handfast");

    let (read_theirs, theirs) = timed(|| OwnedCertRevocationList::from_der(&der));
    let theirs = CertRevocationList::Owned(theirs?);
    let (read_ours, ours) = timed(|| Crl::from_der(der.as_slice()));
    let ours = ours?;
    let millis = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    println!("  {:<34}  {:>12}  {:>12}", "read and index, once", millis(read_theirs), millis(read_ours));

    let issuer = ours.list().ok_or("our own list cannot be read")?.issuer.normalized();
    for (title, offset) in [("lookup of an entry that is there", 0), ("lookup of one that is not", 1)] {
        let find_theirs = |serial: &[u8]| theirs.find_serial(serial).is_ok_and(|entry| entry.is_some());
        let find_ours = |serial: &[u8]| ours.find(&issuer, serial).is_some();
        let (theirs, ours) = (lookup(offset, find_theirs), lookup(offset, find_ours));
        println!("  {title:<34}  {:>9.3} µs  {:>9.3} µs", theirs, ours);
    }
    Ok(())
}

fn timed<T>(step: impl FnOnce() -> T) -> (Duration, T) {
    let started = thread_cpu_time();
    let done = step();
    (thread_cpu_time().saturating_sub(started), done)
}

/// Microseconds of one lookup, the median of all rounds, over serial numbers spread over the list.
fn lookup(offset: u64, find: impl Fn(&[u8]) -> bool) -> f64 {
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let numbers = (0..LOOKUPS).map(|number| (number * 997 + round * 31) % ENTRIES);
        let wanted: Vec<_> = numbers.map(|number| serial_number(number, offset)).collect();
        let (time, _) = timed(|| wanted.iter().filter(|serial| black_box(find(*serial))).count());
        times.push(time);
    }
    median(&mut times).as_secs_f64() * 1e6 / LOOKUPS as f64
}

/// Sixteen octets, as CAs give, that tell one number and one offset from another.
fn serial_number(number: u64, offset: u64) -> [u8; 16] {
    let random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 1 | 1 << 62;
    (u128::from(random) << 64 | u128::from(number * 2 + offset)).to_be_bytes()
}

fn list() -> Result<Vec<u8>, Box<dyn Error>> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::CrlSign];
    let revoked = |number| RevokedCertParams {
        serial_number: SerialNumber::from_slice(&serial_number(number, 0)),
        revocation_time: date_time_ymd(2026, 11, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 11, 23),
        next_update: date_time_ymd(2026, 11, 30),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: (0..ENTRIES).map(revoked).collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    Ok(list.signed_by(&Issuer::new(params, key))?.der().to_vec())
}
