//! Signed certificate timestamps: a log's word that it has seen a certificate (RFC 6962 §3).
//!
//! They come in two ways: shown beside the certificate, and embedded in it. A log signs an embedded one before the
//! certificate exists, over what the certificate is without it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::asn1::{Asn1Error, DerReader, known, tag};
use super::certificate::Certificate;
use crate::crypto::{CryptoProvider, PublicKey, PublicKeyAlgorithm, PublicKeyError, SignatureAlgorithm};
use crate::identity::Sha256Digest;
use crate::pem::{self, PemError};
use crate::time::Time;
use crate::wire::{DecodeError, Reader, Writer};

/// The logs whose word counts, by their keys.
#[derive(Clone, Default)]
pub struct TransparencyLogs(Vec<Log>);

#[derive(Clone)]
struct Log {
    id: Sha256Digest,
    key: PublicKey,
}

/// Why a key is no log's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogError {
    /// The text is no PEM.
    Pem(PemError),
    /// A key cannot be read.
    PublicKey(PublicKeyError),
    /// The key is neither RSA nor on P-256, which is all that logs have (RFC 6962 §2.1.4).
    Algorithm(PublicKeyAlgorithm),
    /// The provider has no SHA-256.
    NoHash,
    /// No block `PUBLIC KEY` is in the text.
    NoKey,
}

impl TransparencyLogs {
    /// All public keys of a PEM text, each a log's.
    ///
    /// # Errors
    /// [`LogError`] says what is wrong with which.
    pub fn from_pem(text: impl AsRef<[u8]>, crypto: &CryptoProvider) -> Result<Self, LogError> {
        let mut logs = Self::default();
        for block in pem::blocks(text.as_ref()) {
            let block = block.map_err(LogError::Pem)?;
            if block.label == "PUBLIC KEY" {
                logs = logs.with(&block.decode().map_err(LogError::Pem)?, crypto)?;
            }
        }
        if logs.0.is_empty() { Err(LogError::NoKey) } else { Ok(logs) }
    }

    /// The same with the log of this key, a SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    /// [`LogError`] says what is wrong with it.
    pub fn with(mut self, spki: &[u8], crypto: &CryptoProvider) -> Result<Self, LogError> {
        let key = PublicKey::from_spki(spki).map_err(LogError::PublicKey)?;
        if !matches!(key.algorithm(), PublicKeyAlgorithm::EcP256 | PublicKeyAlgorithm::Rsa) {
            return Err(LogError::Algorithm(key.algorithm()));
        }
        let id = Sha256Digest::of(spki, crypto).ok_or(LogError::NoHash)?;
        self.0.push(Log { id, key });
        Ok(self)
    }

    /// The logs' ids: the SHA-256 of their keys.
    pub fn ids(&self) -> impl Iterator<Item = Sha256Digest> {
        self.0.iter().map(|log| log.id)
    }
}

impl fmt::Debug for TransparencyLogs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

/// How a timestamp came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampSource {
    /// In an extension of the certificate.
    Embedded,
    /// Beside it.
    Shown,
}

/// What to think of a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampVerdict {
    /// The log has signed it, and its time has come.
    Valid,
    /// It is of a log that we do not know.
    UnknownLog,
    /// Its version is not 1, or its structure none.
    Unreadable,
    /// It is from the future.
    NotYet,
    /// Its signature does not verify, or is of an algorithm that the log's key has not.
    BadSignature,
    /// It is embedded, and the issuer whose key it names is not at hand.
    NoIssuer,
}

/// A timestamp, and what to think of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JudgedTimestamp {
    /// How it came.
    pub source: TimestampSource,
    /// Of which log it says that it is; all zeros if it cannot be read.
    pub log_id: Sha256Digest,
    /// When the log says that it saw the certificate.
    pub timestamp: Time,
    /// What to think of it.
    pub verdict: TimestampVerdict,
}

/// ```text
/// struct {
///     Version sct_version;
///     LogID id;
///     uint64 timestamp;
///     CtExtensions extensions;
///     digitally-signed struct { … };
/// } SignedCertificateTimestamp;
/// ```
/// RFC 6962 §3.2.
struct Timestamp<'a> {
    log_id: Sha256Digest,
    timestamp: u64,
    extensions: &'a [u8],
    hash: u8,
    signature_algorithm: u8,
    signature: &'a [u8],
}

const V1: u8 = 0;
const CERTIFICATE_TIMESTAMP: u8 = 0;
const X509_ENTRY: u16 = 0;
const PRECERT_ENTRY: u16 = 1;
/// HashAlgorithm and SignatureAlgorithm of TLS 1.2 (RFC 5246 §7.4.1.4.1).
const SHA256: u8 = 4;
const RSA: u8 = 1;
const ECDSA: u8 = 3;

impl<'a> Timestamp<'a> {
    fn read(serialized: &'a [u8]) -> Option<Self> {
        let read = |r: &mut Reader<'a>| -> Result<Option<Self>, DecodeError> {
            if r.u8("sct_version")? != V1 {
                return Ok(None);
            }
            let read = Self {
                log_id: Sha256Digest(r.array("id")?),
                timestamp: r.u64("timestamp")?,
                extensions: r.vector("extensions", 0..=0xffff)?,
                hash: r.u8("hash")?,
                signature_algorithm: r.u8("signature")?,
                signature: r.vector("signature", 0..=0xffff)?,
            };
            r.end("SignedCertificateTimestamp")?;
            Ok(Some(read))
        };
        read(&mut Reader::new(serialized)).ok().flatten()
    }

    fn time(&self) -> Time {
        Time::from_millis_since_1970(i64::try_from(self.timestamp).unwrap_or(i64::MAX))
    }

    /// What the log signs: `entry` is the `entry_type` with its `signed_entry`.
    fn signed(&self, entry: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(entry.len() + self.extensions.len() + 12);
        let mut out = Writer::new(&mut bytes);
        out.u8(V1);
        out.u8(CERTIFICATE_TIMESTAMP);
        out.u64(self.timestamp);
        out.bytes(entry);
        out.vector(0..=0xffff, |out| out.bytes(self.extensions));
        bytes
    }

    fn verify(&self, log: &Log, entry: &[u8], crypto: &CryptoProvider) -> bool {
        let algorithm = match (self.hash, self.signature_algorithm, log.key.algorithm()) {
            (SHA256, ECDSA, PublicKeyAlgorithm::EcP256) => SignatureAlgorithm::EcdsaP256Sha256,
            (SHA256, RSA, PublicKeyAlgorithm::Rsa) => SignatureAlgorithm::RsaPkcs1Sha256,
            _ => return false,
        };
        crypto
            .verifier(algorithm)
            .is_some_and(|verifier| verifier.verify(&log.key, &self.signed(entry), self.signature).is_ok())
    }
}

/// Judges the timestamps of a certificate in DER: those embedded in it, for which its issuer's certificate is needed, and
/// those shown beside it, as the contents of `sct_list`, one SerializedSCT after the other.
///
/// `time` is now, with as much ahead as clocks may be off.
#[must_use]
pub fn judge_timestamps<'s>(
    certificate: &[u8],
    issuer: Option<&[u8]>,
    shown: impl IntoIterator<Item = &'s [u8]>,
    logs: &TransparencyLogs,
    time: Time,
    crypto: &CryptoProvider,
) -> Vec<JudgedTimestamp> {
    let judge = |source, serialized, entry: Option<&[u8]>| {
        let Some(timestamp) = Timestamp::read(serialized) else {
            let (log_id, verdict) = (Sha256Digest::default(), TimestampVerdict::Unreadable);
            return JudgedTimestamp { source, log_id, timestamp: Time::default(), verdict };
        };
        let log = logs.0.iter().find(|log| log.id == timestamp.log_id);
        let verdict = match (log, entry) {
            (None, _) => TimestampVerdict::UnknownLog,
            (_, None) => TimestampVerdict::NoIssuer,
            _ if timestamp.time() > time => TimestampVerdict::NotYet,
            (Some(log), Some(entry)) if timestamp.verify(log, entry, crypto) => TimestampVerdict::Valid,
            (Some(_), Some(_)) => TimestampVerdict::BadSignature,
        };
        JudgedTimestamp { source, log_id: timestamp.log_id, timestamp: timestamp.time(), verdict }
    };
    let embedded = embedded(certificate).unwrap_or_default();
    let precert = if embedded.is_empty() { None } else { precert_entry(certificate, issuer, crypto) };
    let x509 = x509_entry(certificate);
    let embedded = embedded.into_iter().map(|it| judge(TimestampSource::Embedded, it, precert.as_deref()));
    let shown = shown.into_iter().map(|it| judge(TimestampSource::Shown, it, Some(&x509)));
    embedded.chain(shown).collect()
}

/// How many logs have given a valid one.
#[must_use]
pub fn logs_with_valid_timestamps(judged: &[JudgedTimestamp]) -> usize {
    let mut logs: Vec<_> =
        judged.iter().filter(|it| it.verdict == TimestampVerdict::Valid).map(|it| it.log_id.0).collect();
    logs.sort_unstable();
    logs.dedup();
    logs.len()
}

/// The SerializedSCTs in the certificate's extension (RFC 6962 §3.3); none if it is not there, or broken.
fn embedded(certificate: &[u8]) -> Option<Vec<&[u8]>> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let extension = certificate.extensions.others.iter().find(|it| it.id == known::SCT_LIST)?;
    let list = DerReader::new(extension.value).octet_string("SignedCertificateTimestampList").ok()?;
    let mut list = Reader::new(list).nested("sct_list", 1..=0xffff).ok()?;
    let mut timestamps = Vec::new();
    while !list.is_empty() {
        timestamps.push(list.vector("SerializedSCT", 1..=0xffff).ok()?);
    }
    Some(timestamps)
}

/// `x509_entry` with the certificate.
fn x509_entry(certificate: &[u8]) -> Vec<u8> {
    let mut entry = Vec::with_capacity(certificate.len() + 5);
    let mut out = Writer::new(&mut entry);
    out.u16(X509_ENTRY);
    out.vector(1..=0xff_ffff, |out| out.bytes(certificate));
    entry
}

/// `precert_entry` with the digest of the issuer's key, and TBSCertificate as it was before the timestamps.
fn precert_entry(certificate: &[u8], issuer: Option<&[u8]>, crypto: &CryptoProvider) -> Option<Vec<u8>> {
    let issuer = Certificate::from_der(issuer?).ok()?;
    let issuer_key_hash = Sha256Digest::of(issuer.subject_public_key_info.der, crypto)?;
    let tbs_certificate = without_timestamps(certificate).ok()?;
    let mut entry = Vec::with_capacity(tbs_certificate.len() + 37);
    let mut out = Writer::new(&mut entry);
    out.u16(PRECERT_ENTRY);
    out.bytes(&issuer_key_hash.0);
    out.vector(1..=0xff_ffff, |out| out.bytes(&tbs_certificate));
    Some(entry)
}

/// The certificate's TBSCertificate without the extension that holds timestamps.
fn without_timestamps(certificate: &[u8]) -> Result<Vec<u8>, Asn1Error> {
    let extensions_tag = tag::context_constructed(3);
    let mut tbs = DerReader::new(certificate).sequence("Certificate")?.sequence("tbsCertificate")?;
    let mut fields = Vec::new();
    while !tbs.is_empty() {
        let is_extensions = tbs.peek_tag() == Some(extensions_tag);
        let field = tbs.any("tbsCertificate")?;
        if !is_extensions {
            fields.extend_from_slice(field.whole);
            continue;
        }
        let mut extensions = field.reader().sequence("extensions")?;
        let mut kept = Vec::new();
        while !extensions.is_empty() {
            let extension = extensions.any("Extension")?;
            if extension.reader().oid("extnID")? != known::SCT_LIST {
                kept.extend_from_slice(extension.whole);
            }
        }
        if !kept.is_empty() {
            fields.extend(value(extensions_tag, &value(tag::SEQUENCE, &kept)));
        }
    }
    Ok(value(tag::SEQUENCE, &fields))
}

/// A value in DER: tag, length and contents.
fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    let significant: Vec<u8> = length.iter().copied().skip_while(|octet| *octet == 0).collect();
    let mut whole = Vec::with_capacity(contents.len() + 6);
    whole.push(tag);
    match significant.as_slice() {
        [] => whole.push(0),
        [short @ 0..0x80] => whole.push(*short),
        long => {
            whole.push(0x80 | u8::try_from(long.len()).unwrap_or_default());
            whole.extend_from_slice(long);
        }
    }
    whole.extend_from_slice(contents);
    whole
}

impl fmt::Display for JudgedTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            TimestampSource::Embedded => "embedded",
            TimestampSource::Shown => "shown",
        };
        let verdict = match self.verdict {
            TimestampVerdict::Valid => "valid",
            TimestampVerdict::UnknownLog => "of a log that we do not know",
            TimestampVerdict::Unreadable => return write!(f, "{source}: it cannot be read"),
            TimestampVerdict::NotYet => "from the future",
            TimestampVerdict::BadSignature => "its signature does not verify",
            TimestampVerdict::NoIssuer => "its issuer is not at hand",
        };
        write!(f, "{source}, of log {}, {}: {verdict}", self.log_id, self.timestamp)
    }
}

/// Why so many timestamps are not enough, for people.
pub(crate) fn too_few(judged: &[JudgedTimestamp], required: usize) -> String {
    let found = logs_with_valid_timestamps(judged);
    let mut reason = alloc::format!(
        "signed certificate timestamps of {required} logs are required, valid ones of {found} were found (RFC 6962)"
    );
    for timestamp in judged {
        reason.push_str(&alloc::format!("; {timestamp}"));
    }
    reason
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pem(error) => error.fmt(f),
            Self::PublicKey(error) => error.fmt(f),
            Self::Algorithm(algorithm) => {
                write!(f, "a log's key is RSA or on P-256 (RFC 6962 §2.1.4), this one is {algorithm:?}")
            }
            Self::NoHash => f.write_str("the provider has no SHA-256"),
            Self::NoKey => f.write_str("no block \"BEGIN PUBLIC KEY\" is in the text"),
        }
    }
}

impl core::error::Error for LogError {}
