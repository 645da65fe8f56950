//! Signed certificate timestamps (RFC 6962): judged, and asked of peers.

#![cfg(test)]
#![cfg(feature = "ring")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod der;
    pub(crate) mod pair;
}

use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::connection::{ConfigBuilder, Credentials, Fault, TimestampCheck};
use handfast::crypto::{HashAlgorithm, ring};
use handfast::pki::certificate::Certificate;
use handfast::pki::timestamp::{
    LogError, TimestampSource, TimestampVerdict, TransparencyLogs, judge_timestamps,
    logs_with_valid_timestamps,
};
use handfast::time::Time;
use rcgen::{CertificateParams, CustomExtension, KeyPair, PublicKeyData, SigningKey};
use support::authority::{self, Authority, MID_2030};
use support::der;
use support::pair::{builders, connected, ends, settle};

const SCT_LIST: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];

fn now() -> Time {
    Time::from_millis_since_1970(MID_2030)
}

fn sha256(data: &[u8]) -> Vec<u8> {
    ring::provider().hash(HashAlgorithm::Sha256).unwrap().digest(data).to_vec()
}

fn logs<'k>(keys: impl IntoIterator<Item = &'k KeyPair>) -> TransparencyLogs {
    keys.into_iter().fold(TransparencyLogs::default(), |logs, key| {
        logs.with(&key.subject_public_key_info(), &ring::provider()).unwrap()
    })
}

fn vector(prefix: usize, contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    [&length[length.len() - prefix..], contents].concat()
}

/// A SerializedSCT of this log over an entry, given so many milliseconds after 1970.
fn sct(log: &KeyPair, millis: i64, entry: &[u8]) -> Vec<u8> {
    let timestamp = millis.to_be_bytes();
    let signed = [&[0, 0], &timestamp[..], entry, &[0, 0]].concat();
    let id = sha256(&log.subject_public_key_info());
    let signature = vector(2, &log.sign(&signed).unwrap());
    [&[0], &id[..], &timestamp, &[0, 0, 4, 3], &signature].concat()
}

fn x509_entry(certificate: &[u8]) -> Vec<u8> {
    [&[0, 0][..], &vector(3, certificate)].concat()
}

fn list(timestamps: &[Vec<u8>]) -> Vec<u8> {
    let contents: Vec<u8> = timestamps.iter().flat_map(|timestamp| vector(2, timestamp)).collect();
    vector(2, &contents)
}

/// A server's certificate with these timestamps embedded, each made over the certificate without any.
fn with_embedded(issuer: &Authority, make: impl Fn(&[u8]) -> Vec<Vec<u8>>) -> Vec<u8> {
    let key = KeyPair::generate().unwrap();
    let issue = |params: CertificateParams| params.signed_by(&key, issuer).unwrap().der().to_vec();
    let without = issue(authority::server("server.test"));
    let tbs = Certificate::from_der(&without).unwrap().tbs_certificate.to_vec();
    let issuer_der = issuer.der().to_vec();
    let issuer_key = Certificate::from_der(&issuer_der).unwrap().subject_public_key_info.der.to_vec();
    let entry = [&[0, 1][..], &sha256(&issuer_key), &vector(3, &tbs)].concat();
    let list = list(&make(&entry));
    let value = der::tlv(0x04, &list);
    let mut params = authority::server("server.test");
    params.custom_extensions = vec![CustomExtension::from_oid_content(SCT_LIST, value)];
    issue(params)
}

#[test]
fn an_embedded_timestamp_is_over_the_certificate_without_it_and_its_issuers_key() {
    let (root, log) = (authority::root(authority::ca("root")), KeyPair::generate().unwrap());
    let certificate = with_embedded(&root, |entry| vec![sct(&log, MID_2030, entry)]);
    let verdict = |issuer: Option<&[u8]>| {
        let judged = judge_timestamps(&certificate, issuer, [], &logs([&log]), now(), &ring::provider());
        assert_eq!(
            (judged.len(), judged[0].source, judged[0].timestamp),
            (1, TimestampSource::Embedded, now())
        );
        judged[0].verdict
    };
    assert_eq!(verdict(Some(root.der())), TimestampVerdict::Valid);
    assert_eq!(verdict(None), TimestampVerdict::NoIssuer);
    let other = authority::root(authority::ca("root"));
    assert_eq!(verdict(Some(other.der())), TimestampVerdict::BadSignature);
}

#[test]
fn a_shown_timestamp_is_over_the_certificate_as_it_is() {
    let (root, log, other) =
        (authority::root(authority::ca("root")), KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let certificate = authority::leaf(authority::server("server.test"), &root);
    let good = sct(&log, MID_2030 - 1000, &x509_entry(&certificate));
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let last = good.len() - 1;
    let cases = [
        (good.clone(), TimestampVerdict::Valid),
        (sct(&log, MID_2030 + 1, &x509_entry(&certificate)), TimestampVerdict::NotYet),
        (sct(&other, MID_2030, &x509_entry(&certificate)), TimestampVerdict::UnknownLog),
        (sct(&log, MID_2030, &x509_entry(root.der())), TimestampVerdict::BadSignature),
        (changed(0), TimestampVerdict::Unreadable),
        (changed(1), TimestampVerdict::UnknownLog),
        (changed(40), TimestampVerdict::BadSignature),
        (changed(43), TimestampVerdict::BadSignature),
        (changed(44), TimestampVerdict::BadSignature),
        (changed(last), TimestampVerdict::BadSignature),
        (good[..last].to_vec(), TimestampVerdict::Unreadable),
        ([&good[..], &[0]].concat(), TimestampVerdict::Unreadable),
    ];
    for (timestamp, verdict) in cases {
        let logs = logs([&log]);
        let judged = judge_timestamps(&certificate, None, [&timestamp[..]], &logs, now(), &ring::provider());
        assert_eq!((judged.len(), judged[0].verdict), (1, verdict), "{}", judged[0]);
    }
    let both = [&good[..], &good, &sct(&other, 0, &x509_entry(&certificate))];
    let judged = judge_timestamps(&certificate, None, both, &logs([&log, &other]), now(), &ring::provider());
    assert_eq!(logs_with_valid_timestamps(&judged), 2, "each log counts once");
}

#[test]
fn a_log_has_a_key_of_rsa_or_on_p256() {
    let p384 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let refused = TransparencyLogs::default().with(&p384.subject_public_key_info(), &ring::provider());
    assert!(matches!(refused, Err(LogError::Algorithm(_))));
    let log = KeyPair::generate().unwrap();
    let read = TransparencyLogs::from_pem(log.public_key_pem(), &ring::provider()).unwrap();
    assert_eq!(
        read.ids().map(|id| id.0.to_vec()).collect::<Vec<_>>(),
        [sha256(&log.subject_public_key_info())]
    );
    assert_eq!(TransparencyLogs::from_pem("", &ring::provider()).unwrap_err(), LogError::NoKey);
}

/// A client that wants timestamps of so many of the logs, and a server that shows what `logs` say of its certificate.
fn asking(logs: &[KeyPair], required: usize, shown: usize) -> (ConfigBuilder, ConfigBuilder) {
    let (mut client, mut server) = builders();
    let check = TimestampCheck { logs: Arc::new(self::logs(logs)), required };
    client.trust = client.trust.with_timestamps(check);
    let Credentials::Listed(credentials) = &mut server.credentials else { panic!("a credential") };
    let credential = &mut credentials[0];
    let leaf = credential.shown().chain()[0].to_vec();
    let timestamps: Vec<_> =
        logs.iter().take(shown).map(|log| sct(log, MID_2030, &x509_entry(&leaf))).collect();
    let timestamps = (shown > 0).then(|| Arc::from(list(&timestamps)));
    *credential = Arc::new(credential.as_ref().clone().with_timestamps(vec![timestamps]).unwrap());
    (client, server)
}

#[test]
fn a_client_takes_a_server_whose_certificate_enough_logs_have_seen_and_no_other() {
    let logs = [KeyPair::generate().unwrap(), KeyPair::generate().unwrap()];
    for (required, shown) in [(0, 0), (1, 1), (1, 2), (2, 2)] {
        let (client, server) = asking(&logs, required, shown);
        connected(client, server);
    }
    for (required, shown) in [(1, 0), (2, 1)] {
        let (client, server) = asking(&logs, required, shown);
        let (mut client, mut server) = ends(client, server);
        let fault = settle(&mut client, &mut server).unwrap_err();
        let told = format!("of {required} logs are required, valid ones of {shown} were found (RFC 6962)");
        assert!(fault.to_string().contains(&told), "{fault}");
        assert_eq!(fault.alert(), Some(AlertDescription::CERTIFICATE_UNKNOWN));
        assert!(matches!(fault, Fault::Handshake(_)));
    }
}

#[test]
fn a_list_that_is_none_is_refused_before_it_is_shown() {
    let (_, server) = builders();
    let Credentials::Listed(credentials) = &server.credentials else { panic!("a credential") };
    for broken in [&[0, 0][..], &[0, 2, 0, 0], &[0, 6, 0, 2, 1, 2, 0, 0], &[]] {
        let refused = credentials[0].as_ref().clone().with_timestamps(vec![Some(Arc::from(broken))]);
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("certificate 0 are no SignedCertificateTimestampList"), "{refused}");
    }
}
