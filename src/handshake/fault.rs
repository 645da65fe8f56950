//! What ended a handshake, and the alert that says so (RFC 9846 §6.2; 8446 §6.2).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::EchConfigList;
use crate::alert::AlertDescription;
use crate::crypto::PublicKeyError;
use crate::message::{
    CertificateCompressionAlgorithm, CertificateType, CipherSuite, ExtensionFault, ExtensionType,
    HandshakeType, NamedGroup, ProtocolVersion, SignatureScheme,
};
use crate::wire::DecodeError;

/// What ended a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The peer did wrong, or wants what we do not offer.
    Peer(PeerFault),
    /// The answer to an ask refused the peer.
    Refused {
        /// The alert that the answer named.
        alert: AlertDescription,
        /// Why, in the words of who refused.
        reason: String,
    },
    /// Client: the server has rejected Encrypted Client Hello, and has proved that it may: by the name that its config is
    /// public under (RFC 9849 §6.1.6). Nothing was sent but the outer ClientHello; connect anew.
    EchRejected {
        /// With these configs, this once: a server that rejects them too is misconfigured. `None`: without Encrypted
        /// Client Hello, for the server has securely disabled it.
        retry_configs: Option<EchConfigList>,
    },
    /// We failed ourselves.
    Own(OwnFault),
    /// The caller gave up with this alert.
    Aborted(AlertDescription),
}

/// What the peer did, in the RFC's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerFault {
    /// A message that the state does not wait for (§4).
    Unexpected {
        /// The state, as in Appendix A.
        state: &'static str,
        /// The message that came.
        message: HandshakeType,
    },
    /// A message under keys that it must not travel under, or one that spans a key change (§5.1).
    SpansKeyChange,
    /// Handshake bytes of an epoch whose turn it is not (QUIC: RFC 9001 §4.1.3).
    WrongEpoch,
    /// A message longer than the config takes.
    MessageTooLong {
        /// The message.
        message: HandshakeType,
        /// Its length in bytes.
        length: usize,
        /// The most that the config takes.
        limit: usize,
    },
    /// A message that does not form its structure (§3, §4).
    Malformed {
        /// The message.
        message: HandshakeType,
        /// Field, offset and reason.
        error: DecodeError,
    },
    /// An extension where it must not stand (§4.3).
    Extension {
        /// The message.
        message: HandshakeType,
        /// The extension and what is wrong with it.
        fault: ExtensionFault,
    },
    /// A mandatory extension is missing (§9.2).
    MissingExtension {
        /// The message.
        message: HandshakeType,
        /// The extension.
        extension: ExtensionType,
    },
    /// `legacy_version` is not 0x0303 (§4.2.2, §4.2.3).
    LegacyVersion(ProtocolVersion),
    /// The peer does not speak TLS 1.3 (§4.3.1).
    NoSharedVersion,
    /// The server selected a version that is not TLS 1.3 in `supported_versions` (§4.3.1).
    VersionNotOffered(ProtocolVersion),
    /// ServerHello has no `supported_versions`, the HelloRetryRequest before it selected TLS 1.3 (§4.2.4).
    VersionChangedAfterRetry,
    /// The random of an older ServerHello carries a downgrade sentinel (§4.2.3).
    Downgraded,
    /// `legacy_compression_method(s)` is not null alone (§4.2.2, §4.2.3).
    Compression,
    /// The server does not echo our session id (§4.2.3).
    SessionIdNotEchoed,
    /// A session id where the carrier has none (RFC 9001 §8.4).
    SessionIdForbidden,
    /// The server chose a suite that we did not offer (§4.2.3).
    SuiteNotOffered(CipherSuite),
    /// ServerHello has another suite than the HelloRetryRequest before it (§4.2.4).
    SuiteChangedAfterRetry(CipherSuite),
    /// ServerHello has another group than the HelloRetryRequest before it (§4.3.8).
    GroupChangedAfterRetry(NamedGroup),
    /// The server chose a group that we did not offer (§4.3.8).
    GroupNotOffered(NamedGroup),
    /// The HelloRetryRequest asks for a group that we sent a share for (§4.3.8).
    GroupAlreadyShared(NamedGroup),
    /// The HelloRetryRequest would change nothing (§4.2.4).
    RetryChangesNothing,
    /// A second HelloRetryRequest (§4.2.4).
    SecondRetry,
    /// A key share that is no valid share of its group (§4.3.8.2, §7.4.2).
    BadKeyShare(NamedGroup),
    /// The client sends two shares of one group, or one of a group that it does not support (§4.3.8).
    KeyShareNotOffered(NamedGroup),
    /// The server selected a PSK that was not offered, or one whose hash is not the suite's, or sent no share where
    /// the modes want one (§4.3.11).
    PskNotOffered,
    /// The server takes 0-RTT data with another PSK, suite or application protocol than those of the first PSK
    /// (§4.3.10).
    EarlyDataDoesNotFit,
    /// `tls_cert_with_extern_psk` beside what it must not stand with (RFC 8773 §4, §5.1).
    CertWithExternPskMisused {
        /// What that is.
        with: &'static str,
    },
    /// The server does not use certificates together with an external PSK, and the config requires it (RFC 8773).
    CertWithExternPskDeclined,
    /// The client offers no external PSK that we know to go with certificates, and the config requires one (RFC 8773).
    NoExternalPsk,
    /// The client offers as many binders as identities, or not (§4.3.11).
    BinderCount,
    /// The binder of the selected PSK does not verify (§4.3.11).
    BadBinder,
    /// We share no cipher suite with the client (§4.2.1).
    NoSharedSuite,
    /// We share no group with the client (§4.2.1).
    NoSharedGroup,
    /// We share no application protocol with the client (RFC 7301 §3.2).
    NoSharedProtocol,
    /// The server chose an application protocol that we did not offer (RFC 7301 §3.1).
    ProtocolNotOffered,
    /// The second ClientHello changed what it must not (§4.2.2).
    ClientHelloChanged {
        /// What differs.
        what: &'static str,
    },
    /// A cookie that we did not make, or did not ask for (§4.3.2).
    BadCookie,
    /// `encrypted_client_hello`, or what it encrypts, is not as it must be (RFC 9849).
    EncryptedClientHello {
        /// What is wrong, with its section.
        what: &'static str,
    },
    /// What the second ClientHello encrypts does not open, as that of the first did (RFC 9849 §7.1.1).
    EncryptedClientHelloNotOpened,
    /// `certificate_request_context` is not the one it must be (§4.4.2, §4.5.1).
    CertificateRequestContext,
    /// `oid_filters` names an extension twice (§4.3.5).
    OidFilterTwice,
    /// We and the peer have no certificate type in common (RFC 7250 §4.2).
    NoSharedCertificateType,
    /// The server selected a certificate type that we did not offer (RFC 7250 §4.2).
    CertificateTypeNotOffered(CertificateType),
    /// The client lists X.509 as its only certificate type, which is said by listing none (RFC 7250 §4.1).
    DefaultCertificateType,
    /// The delegated credential is invalid (RFC 9345 §4.1.3).
    DelegatedCredential {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The raw public key cannot be read, or is none that we can use (RFC 7250 §3).
    RawPublicKey(PublicKeyError),
    /// Something stands in Certificate beside a raw public key (§4.5.1).
    BesideRawPublicKey,
    /// The server's Certificate is empty (§4.5.1.3).
    NoServerCertificate,
    /// The client's Certificate is empty, and the config requires one (§4.5.1.3).
    NoClientCertificate,
    /// `compress_certificate` names an algorithm twice (RFC 8879 §3).
    CompressionTwice(CertificateCompressionAlgorithm),
    /// The certificate is compressed by an algorithm that we did not offer (RFC 8879 §4).
    CompressionNotOffered(CertificateCompressionAlgorithm),
    /// What came compressed is no Certificate message of the length that it claims (RFC 8879 §4).
    CertificateNotDecompressed {
        /// The algorithm.
        algorithm: CertificateCompressionAlgorithm,
        /// `uncompressed_length`, in bytes.
        length: usize,
    },
    /// CertificateVerify uses a scheme that we did not offer (§4.5.2).
    SchemeNotOffered(SignatureScheme),
    /// CertificateVerify uses a scheme that does not fit the certificate's key (§4.5.2).
    SchemeDoesNotFitKey(SignatureScheme),
    /// The signature of CertificateVerify does not verify (§4.5.2).
    BadSignature,
    /// Finished does not verify (§4.5.3).
    BadFinished,
    /// `max_fragment_length` is none of its four values (RFC 6066 §4).
    MaxFragmentLength(u8),
    /// `record_size_limit` below 64 (RFC 8449 §4).
    RecordSizeLimit(u16),
    /// `request_update` is neither 0 nor 1 (§4.7.3).
    KeyUpdateRequest(u8),
    /// A KeyUpdate where the carrier has none (RFC 9001 §6).
    KeyUpdateForbidden,
    /// More of a message than any honest peer sends.
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The most that the config takes.
        limit: usize,
    },
}

/// What we failed at ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OwnFault {
    /// The answer to this ask was "failed".
    AnswerFailed(&'static str),
    /// The crypto provider has no implementation of what the config offers.
    NotProvided(&'static str),
    /// A primitive failed.
    Crypto(&'static str),
    /// No certificate of ours is for a peer that accepts these.
    NoCredential {
        /// Its `signature_algorithms`.
        accepted: Vec<SignatureScheme>,
    },
    /// Certificates are to be used together with an external PSK, and there is none to offer (RFC 8773).
    NoExternalPsk,
    /// A client was to offer an external PSK that its config accepts as a server (RFC 9258 Appendix B).
    Selfie,
    /// A connection was given extensions that it cannot send: a sentence that names the extension.
    ForeignExtension(String),
    /// A state of our own did not hold what it must.
    Internal(&'static str),
}

impl PeerFault {
    /// The one alert that this fault sends. Total: a new fault does not compile without its alert.
    #[must_use]
    //= R-6.2-3
    //= R-6.2-4
    pub const fn alert(&self) -> AlertDescription {
        match self {
            //= R-4-2
            //= R-4.7.3-1
            //= R-4.6-3
            Self::Unexpected { .. }
            | Self::SpansKeyChange
            | Self::WrongEpoch
            | Self::SecondRetry
            | Self::KeyUpdateForbidden
            | Self::TooMany { .. } => AlertDescription::UNEXPECTED_MESSAGE,
            Self::Malformed { .. }
            | Self::NoServerCertificate
            | Self::RawPublicKey(PublicKeyError::Malformed { .. }) => AlertDescription::DECODE_ERROR,
            Self::RawPublicKey(PublicKeyError::Unsupported { .. }) | Self::NoSharedCertificateType => {
                AlertDescription::UNSUPPORTED_CERTIFICATE
            }
            Self::Extension { fault, .. } => extension_alert(fault),
            Self::MissingExtension { .. } => AlertDescription::MISSING_EXTENSION,
            Self::LegacyVersion(_) | Self::NoSharedVersion => AlertDescription::PROTOCOL_VERSION,
            //= R-6-7
            Self::MessageTooLong { .. }
            | Self::VersionNotOffered(_)
            | Self::VersionChangedAfterRetry
            | Self::Downgraded
            | Self::Compression
            | Self::SessionIdNotEchoed
            | Self::SuiteNotOffered(_)
            | Self::SuiteChangedAfterRetry(_)
            | Self::GroupChangedAfterRetry(_)
            | Self::GroupNotOffered(_)
            | Self::GroupAlreadyShared(_)
            | Self::RetryChangesNothing
            | Self::BadKeyShare(_)
            | Self::KeyShareNotOffered(_)
            | Self::ProtocolNotOffered
            | Self::PskNotOffered
            | Self::BinderCount
            | Self::CertWithExternPskMisused { .. }
            | Self::EarlyDataDoesNotFit
            | Self::ClientHelloChanged { .. }
            | Self::BadCookie
            | Self::EncryptedClientHello { .. }
            | Self::SessionIdForbidden
            | Self::CertificateRequestContext
            | Self::OidFilterTwice
            | Self::CompressionTwice(_)
            | Self::CompressionNotOffered(_)
            | Self::CertificateTypeNotOffered(_)
            | Self::DefaultCertificateType
            | Self::BesideRawPublicKey
            //= R9345-4.1.3-6
            | Self::DelegatedCredential { .. }
            | Self::SchemeNotOffered(_)
            | Self::SchemeDoesNotFitKey(_)
            | Self::MaxFragmentLength(_)
            | Self::RecordSizeLimit(_)
            | Self::KeyUpdateRequest(_) => AlertDescription::ILLEGAL_PARAMETER,
            //= R-2.1-1
            //= R-4.2.1-4
            Self::NoSharedSuite | Self::NoSharedGroup | Self::CertWithExternPskDeclined => {
                AlertDescription::HANDSHAKE_FAILURE
            }
            Self::CertificateNotDecompressed { .. } => AlertDescription::BAD_CERTIFICATE,
            Self::NoExternalPsk => AlertDescription::UNKNOWN_PSK_IDENTITY,
            Self::NoSharedProtocol => AlertDescription::NO_APPLICATION_PROTOCOL,
            Self::NoClientCertificate => AlertDescription::CERTIFICATE_REQUIRED,
            Self::BadSignature
            | Self::BadFinished
            | Self::BadBinder
            | Self::EncryptedClientHelloNotOpened => AlertDescription::DECRYPT_ERROR,
        }
    }
}

/// The alert of an extension where it must not stand (§4.3): misplaced and doubled ones are
/// `illegal_parameter`, responses nobody asked for `unsupported_extension`.
const fn extension_alert(fault: &ExtensionFault) -> AlertDescription {
    match fault {
        ExtensionFault::Duplicate(_) | ExtensionFault::Misplaced(_) | ExtensionFault::NotLast => {
            AlertDescription::ILLEGAL_PARAMETER
        }
        // "If the client receives a delegated credential without indicating support" (RFC 9345 §4.1.1).
        //= R9345-4.1.1-1
        //= R9345-4.1.2-1
        ExtensionFault::Unsolicited(ExtensionType::DELEGATED_CREDENTIAL) => {
            AlertDescription::UNEXPECTED_MESSAGE
        }
        ExtensionFault::Unsolicited(_) => AlertDescription::UNSUPPORTED_EXTENSION,
        ExtensionFault::TooMany => AlertDescription::DECODE_ERROR,
    }
}

impl Fault {
    /// The alert that this fault sends.
    #[must_use]
    pub const fn alert(&self) -> AlertDescription {
        match self {
            Self::Peer(fault) => fault.alert(),
            Self::Refused { alert, .. } | Self::Aborted(alert) => *alert,
            //= R9849-5-6
            Self::EchRejected { .. } => AlertDescription::ECH_REQUIRED,
            Self::Own(OwnFault::NoCredential { .. }) => AlertDescription::HANDSHAKE_FAILURE,
            Self::Own(_) => AlertDescription::INTERNAL_ERROR,
        }
    }
}

impl From<PeerFault> for Fault {
    fn from(fault: PeerFault) -> Self {
        Self::Peer(fault)
    }
}

impl From<OwnFault> for Fault {
    fn from(fault: OwnFault) -> Self {
        Self::Own(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer(fault) => fault.fmt(f),
            Self::Refused { alert, reason } => write!(f, "refused with {alert}: {reason}"),
            Self::EchRejected { retry_configs: Some(_) } => f.write_str(
                "the server cannot read our Encrypted Client Hello, and says under which ECHConfigList it could: connect \
                 anew with that (RFC 9849 §6.1.6)",
            ),
            Self::EchRejected { retry_configs: None } => f.write_str(
                "the server cannot read our Encrypted Client Hello, and has securely disabled it: connect anew without \
                 (RFC 9849 §6.1.6)",
            ),
            Self::Own(fault) => fault.fmt(f),
            Self::Aborted(alert) => write!(f, "given up by the application with {alert}"),
        }
    }
}

impl core::error::Error for Fault {}

impl fmt::Display for OwnFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnswerFailed(ask) => write!(f, "the answer to {ask} was: failed"),
            Self::NotProvided(what) => write!(f, "the crypto provider has no {what} that the config offers"),
            Self::Crypto(what) => write!(f, "{what} failed in the crypto provider"),
            Self::NoCredential { accepted } => {
                f.write_str("no certificate of ours fits what the peer accepts; its signature_algorithms are ")?;
                write_list(f, accepted)
            }
            Self::NoExternalPsk => f.write_str(
                "certificates are to be used together with an external PSK, and there is none to offer (RFC 8773)",
            ),
            Self::Selfie => f.write_str(
                "an external PSK that this config accepts as a server is not offered as a client: our own ClientHello \
                 could be sent back to us (RFC 9258 Appendix B)",
            ),
            Self::ForeignExtension(reason) => f.write_str(reason),
            Self::Internal(what) => write!(f, "internal state did not hold: {what}"),
        }
    }
}

impl fmt::Display for PeerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected { state, message } => {
                write!(
                    f,
                    "the peer sent {message} in state {state}, which does not wait for it (§4, Appendix A)"
                )
            }
            Self::SpansKeyChange => f.write_str("a handshake message spans a key change (§5.1)"),
            Self::WrongEpoch => f.write_str("handshake bytes under keys whose turn it is not (§5.1)"),
            Self::MessageTooLong { message, length, limit } => {
                write!(f, "{message} of {length} bytes, the limit is {limit}")
            }
            Self::Malformed { message, error } => write!(f, "{message} is malformed: {error} (§4)"),
            Self::Extension { message, fault } => write!(f, "{message}: {fault} (§4.3)"),
            Self::MissingExtension { message, extension } => {
                write!(f, "{message} lacks the mandatory extension {extension} (§9.2)")
            }
            Self::LegacyVersion(found) => {
                write!(f, "legacy_version is {found}, expected 0x0303 (§4.2.2, §4.2.3)")
            }
            Self::NoSharedVersion => f.write_str("the peer does not speak TLS 1.3 (§4.3.1)"),
            Self::VersionNotOffered(found) => {
                write!(f, "the server selected {found}, only TLS 1.3 was offered (§4.3.1)")
            }
            Self::VersionChangedAfterRetry => f.write_str(
                "ServerHello selects an older version, the HelloRetryRequest selected TLS 1.3 (§4.2.4)",
            ),
            Self::Downgraded => f.write_str(
                "ServerHello.random carries a downgrade sentinel: someone stripped TLS 1.3 (§4.2.3)",
            ),
            Self::Compression => f.write_str("a compression method other than null (§4.2.2, §4.2.3)"),
            Self::SessionIdNotEchoed => f.write_str("legacy_session_id_echo is not what we sent (§4.2.3)"),
            Self::SessionIdForbidden => {
                f.write_str("a legacy_session_id over a carrier that has none (RFC 9001 §8.4)")
            }
            Self::SuiteNotOffered(suite) => {
                write!(f, "the server chose {suite}, which was not offered (§4.2.3)")
            }
            Self::SuiteChangedAfterRetry(suite) => {
                write!(f, "ServerHello has {suite}, the HelloRetryRequest had another suite (§4.2.4)")
            }
            Self::GroupChangedAfterRetry(group) => {
                write!(f, "ServerHello has {group}, the HelloRetryRequest had another group (§4.3.8)")
            }
            Self::GroupNotOffered(group) => {
                write!(f, "the server chose {group}, which was not offered (§4.3.8)")
            }
            Self::GroupAlreadyShared(group) => {
                write!(f, "the HelloRetryRequest asks for {group}, for which a share was sent (§4.3.8)")
            }
            Self::RetryChangesNothing => f.write_str("the HelloRetryRequest would change nothing (§4.2.4)"),
            Self::SecondRetry => f.write_str("a second HelloRetryRequest (§4.2.4)"),
            Self::BadKeyShare(group) => {
                write!(f, "the key share is no valid share of {group} (§4.3.8.2, §7.4.2)")
            }
            Self::KeyShareNotOffered(group) => {
                write!(f, "a key share of {group} that is doubled or not in supported_groups (§4.3.8)")
            }
            Self::PskNotOffered => f.write_str(
                "the server selected a PSK that was not offered, or that does not fit its suite or mode (§4.3.11)",
            ),
            Self::EarlyDataDoesNotFit => f.write_str(
                "the server takes early data with another PSK, suite or protocol than the first PSK's (§4.3.10)",
            ),
            Self::CertWithExternPskMisused { with } => {
                write!(f, "tls_cert_with_extern_psk stands with {with} (RFC 8773 §4, §5.1)")
            }
            Self::CertWithExternPskDeclined => f.write_str(
                "the server does not use certificates together with an external PSK, which we require (RFC 8773)",
            ),
            Self::NoExternalPsk => f.write_str(
                "the client offers no external PSK that we know to go with certificates, which we require (RFC 8773)",
            ),
            Self::BinderCount => f.write_str("pre_shared_key has not one binder for each identity (§4.3.11)"),
            Self::BadBinder => f.write_str("the binder of the selected PSK does not verify (§4.3.11)"),
            Self::NoSharedSuite => f.write_str("no cipher suite in common (§4.2.1)"),
            Self::NoSharedGroup => f.write_str("no group in common (§4.2.1)"),
            Self::NoSharedProtocol => f.write_str("no application protocol in common (RFC 7301 §3.2)"),
            Self::ProtocolNotOffered => {
                f.write_str("the server chose an application protocol that was not offered (RFC 7301 §3.1)")
            }
            Self::ClientHelloChanged { what } => {
                write!(f, "the second ClientHello differs from the first in {what} (§4.2.2)")
            }
            Self::BadCookie => f.write_str("the cookie is none of ours (§4.3.2)"),
            Self::EncryptedClientHello { what } => write!(f, "Encrypted Client Hello: {what} (RFC 9849)"),
            Self::EncryptedClientHelloNotOpened => f.write_str(
                "the second encrypted ClientHello does not open under the context of the first (RFC 9849 §7.1.1)",
            ),
            Self::OidFilterTwice => f.write_str("oid_filters names an extension twice (§4.3.5)"),
            Self::CompressionTwice(algorithm) => {
                write!(f, "compress_certificate names {algorithm} twice (RFC 8879 §3)")
            }
            Self::CompressionNotOffered(algorithm) => {
                write!(f, "the certificate is compressed by {algorithm}, which was not offered (RFC 8879 §4)")
            }
            Self::CertificateNotDecompressed { algorithm, length } => write!(
                f,
                "the compressed certificate is no {algorithm} of a message of the {length} bytes that it claims (RFC 8879 §4)"
            ),
            Self::CertificateRequestContext => {
                f.write_str("certificate_request_context is not what it must be (§4.4.2, §4.5.1)")
            }
            Self::NoSharedCertificateType => f.write_str(
                "no certificate type in common: one side has X.509 certificates, the other raw public keys (RFC 7250 §4.2)",
            ),
            Self::CertificateTypeNotOffered(found) => {
                write!(f, "the server selected the certificate type {found}, which was not offered (RFC 7250 §4.2)")
            }
            Self::DefaultCertificateType => {
                f.write_str("a list of certificate types with X509 alone, which is to be left out (RFC 7250 §4.1)")
            }
            Self::DelegatedCredential { why } => {
                write!(f, "the delegated credential is invalid: {why} (RFC 9345 §4.1.3)")
            }
            Self::RawPublicKey(error) => write!(f, "the raw public key: {error} (RFC 7250 §3)"),
            Self::BesideRawPublicKey => {
                f.write_str("more than one entry in Certificate, though a raw public key was negotiated (§4.5.1)")
            }
            Self::NoServerCertificate => f.write_str("the server's Certificate is empty (§4.5.1.3)"),
            Self::NoClientCertificate => {
                f.write_str("the client sent no certificate, and one is required (§4.5.1.3)")
            }
            Self::SchemeNotOffered(scheme) => {
                write!(f, "CertificateVerify uses {scheme}, which was not offered (§4.5.2)")
            }
            Self::SchemeDoesNotFitKey(scheme) => {
                write!(
                    f,
                    "CertificateVerify uses {scheme}, which does not fit the certificate's key (§4.5.2)"
                )
            }
            Self::BadSignature => f.write_str("the signature of CertificateVerify does not verify (§4.5.2)"),
            Self::BadFinished => f.write_str("Finished does not verify (§4.5.3)"),
            Self::MaxFragmentLength(found) => {
                write!(f, "max_fragment_length is {found}, expected 1 to 4 (RFC 6066 §4)")
            }
            Self::RecordSizeLimit(limit) => {
                write!(f, "record_size_limit is {limit}, at least 64 expected (RFC 8449 §4)")
            }
            Self::KeyUpdateRequest(found) => write!(f, "request_update is {found}, expected 0 or 1 (§4.7.3)"),
            Self::KeyUpdateForbidden => f.write_str("a KeyUpdate over a carrier that has none (RFC 9001 §6)"),
            Self::TooMany { what, limit } => write!(f, "more than {limit} {what}"),
        }
    }
}
/// With commas between.
fn write_list(f: &mut fmt::Formatter<'_>, items: &[impl fmt::Display]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{item}")?;
    }
    Ok(())
}
