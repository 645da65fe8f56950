//! What BoringSSL calls our faults: the one table, by which the unmodified runner needs no map of errors.
//!
//! The enums may grow, so that the compiler asks for a last arm; clippy does not let it take a variant that is known.

use handfast::connection::{Fault, NotTls, RecordFault};
use handfast::handshake::{Fault as HandshakeFault, PeerFault};
use handfast::message::{ExtensionFault, ExtensionType, HandshakeType};
use handfast::record::{ContentType, MAX_INNER_PLAINTEXT};

/// BoringSSL's name of a fault. Where it has several for what is one thing here, all of them.
pub(crate) fn boring_error(fault: &Fault) -> &'static str {
    match fault {
        Fault::Record(fault) => record(fault),
        Fault::Handshake(fault) => handshake(fault),
        Fault::Interleaved(_) => ":UNEXPECTED_RECORD:",
        Fault::DataBeforeConnected => ":UNEXPECTED_RECORD:",
        Fault::MalformedAlert(_) => ":BAD_ALERT:",
        Fault::TooMany { what, .. } if what.starts_with("KeyUpdate") => ":TOO_MANY_KEY_UPDATES:",
        Fault::TooMany { .. } => ":TOO_MANY_WARNING_ALERTS:",
        Fault::AlertReceived(alert) => alert_received(alert.0),
        Fault::ClosedBeforeConnected | Fault::Truncated | Fault::Aborted(_) => ":CONNECTION_ENDED:",
        _ => ":UNKNOWN:",
    }
}

fn record(fault: &RecordFault) -> &'static str {
    match fault {
        RecordFault::NotTls(NotTls::Http) => ":HTTP_REQUEST: :HTTPS_PROXY_REQUEST:",
        RecordFault::NotTls(_) => ":WRONG_VERSION_NUMBER:",
        RecordFault::GivenTwice | RecordFault::UnexpectedContentType { .. } => {
            ":UNEXPECTED_RECORD: :INVALID_OUTER_RECORD_TYPE:"
        }
        // What is protected may be longer than what is inside.
        RecordFault::Overflow { limit, .. } if *limit <= MAX_INNER_PLAINTEXT => ":DATA_LENGTH_TOO_LONG:",
        RecordFault::Overflow { .. } => ":ENCRYPTED_LENGTH_TOO_LONG:",
        RecordFault::Empty(ContentType::ALERT) => ":BAD_ALERT:",
        RecordFault::Empty(_) | RecordFault::NoProgress => ":TOO_MANY_EMPTY_FRAGMENTS:",
        RecordFault::TooMuchEarlyData => ":TOO_MUCH_SKIPPED_EARLY_DATA: :TOO_MUCH_READ_EARLY_DATA:",
        RecordFault::BadRecordMac | RecordFault::NoContentType | RecordFault::SequenceNumberExhausted => {
            ":BAD_DECRYPT: :DECRYPTION_FAILED_OR_BAD_RECORD_MAC:"
        }
        _ => ":UNKNOWN:",
    }
}

fn handshake(fault: &HandshakeFault) -> &'static str {
    match fault {
        HandshakeFault::Peer(fault) => peer(fault),
        // The shim's own refusals say their name in the reason.
        HandshakeFault::Refused { .. } => "",
        HandshakeFault::Own(_) => ":INTERNAL_ERROR:",
        HandshakeFault::EchRejected { .. } => ":ECH_REJECTED:",
        HandshakeFault::Aborted(_) => ":CONNECTION_ENDED:",
        _ => ":UNKNOWN:",
    }
}

fn peer(fault: &PeerFault) -> &'static str {
    match fault {
        PeerFault::Unexpected { .. } | PeerFault::SecondRetry | PeerFault::KeyUpdateForbidden => {
            ":UNEXPECTED_MESSAGE:"
        }
        PeerFault::SpansKeyChange => ":EXCESS_HANDSHAKE_DATA:",
        PeerFault::WrongEpoch => ":WRONG_ENCRYPTION_LEVEL_RECEIVED:",
        PeerFault::MessageTooLong { message: HandshakeType::COMPRESSED_CERTIFICATE, .. } => {
            ":UNCOMPRESSED_CERT_TOO_LARGE:"
        }
        PeerFault::CompressionTwice(_) => ":ERROR_PARSING_EXTENSION:",
        PeerFault::CompressionNotOffered(_) => ":UNKNOWN_CERT_COMPRESSION_ALG:",
        PeerFault::CertificateNotDecompressed { .. } => ":CERT_DECOMPRESSION_FAILED:",
        PeerFault::MessageTooLong { .. } => ":EXCESSIVE_MESSAGE_SIZE:",
        PeerFault::Malformed { error, .. } if is_in_extension(error.structure) => {
            ":ERROR_PARSING_EXTENSION: :PARSE_TLSEXT: :DECODE_ERROR:"
        }
        PeerFault::Malformed { message: HandshakeType::CLIENT_HELLO, .. } => {
            ":CLIENTHELLO_PARSE_FAILED: :DECODE_ERROR:"
        }
        PeerFault::Malformed { message: HandshakeType::CERTIFICATE, error } if error.field == "cert_data" => {
            ":DECODE_ERROR: :INVALID_RAW_PUBLIC_KEY:"
        }
        PeerFault::Malformed { .. } | PeerFault::DefaultCertificateType | PeerFault::BesideRawPublicKey => {
            ":DECODE_ERROR:"
        }
        PeerFault::RawPublicKey(_) => ":DECODE_ERROR: :INVALID_RAW_PUBLIC_KEY:",
        PeerFault::CertificateTypeNotOffered(_) => ":UNSUPPORTED_CERTIFICATE:",
        PeerFault::NoSharedCertificateType => ":UNSUPPORTED_CERTIFICATE: :UNKNOWN_CERTIFICATE_TYPE:",
        PeerFault::Extension { fault, .. } => extension(fault),
        PeerFault::MissingExtension { extension: ExtensionType::KEY_SHARE, .. } => ":MISSING_KEY_SHARE:",
        PeerFault::MissingExtension { extension: ExtensionType::SUPPORTED_GROUPS, .. } => ":NO_SHARED_GROUP:",
        PeerFault::MissingExtension { extension: ExtensionType::SIGNATURE_ALGORITHMS, .. } => {
            ":MISSING_EXTENSION: :NO_COMMON_SIGNATURE_ALGORITHMS: :DECODE_ERROR:"
        }
        PeerFault::MissingExtension { .. } => ":MISSING_EXTENSION:",
        PeerFault::LegacyVersion(_) => ":UNSUPPORTED_PROTOCOL: :DECODE_ERROR:",
        PeerFault::NoSharedVersion => ":UNSUPPORTED_PROTOCOL:",
        PeerFault::VersionNotOffered(_) => ":UNSUPPORTED_PROTOCOL: :SECOND_SERVERHELLO_VERSION_MISMATCH:",
        PeerFault::VersionChangedAfterRetry => ":SECOND_SERVERHELLO_VERSION_MISMATCH:",
        PeerFault::Downgraded => ":TLS13_DOWNGRADE:",
        PeerFault::Compression => {
            ":INVALID_COMPRESSION_LIST: :UNSUPPORTED_COMPRESSION_ALGORITHM: :DECODE_ERROR:"
        }
        PeerFault::SessionIdNotEchoed => ":SERVER_ECHOED_INVALID_SESSION_ID:",
        PeerFault::SessionIdForbidden => ":UNEXPECTED_COMPATIBILITY_MODE:",
        PeerFault::SuiteNotOffered(_) | PeerFault::SuiteChangedAfterRetry(_) => ":WRONG_CIPHER_RETURNED:",
        PeerFault::GroupChangedAfterRetry(_)
        | PeerFault::GroupNotOffered(_)
        | PeerFault::GroupAlreadyShared(_) => ":WRONG_CURVE:",
        PeerFault::RetryChangesNothing => ":EMPTY_HELLO_RETRY_REQUEST:",
        PeerFault::BadKeyShare(_) => ":BAD_ECPOINT:",
        PeerFault::KeyShareNotOffered(_) => ":DUPLICATE_KEY_SHARE:",
        PeerFault::PskNotOffered => {
            ":PSK_IDENTITY_NOT_FOUND: :OLD_SESSION_PRF_HASH_MISMATCH: :MISSING_KEY_SHARE: :UNEXPECTED_EXTENSION:"
        }
        PeerFault::EarlyDataDoesNotFit => {
            ":ALPN_MISMATCH_ON_EARLY_DATA: :CIPHER_MISMATCH_ON_EARLY_DATA: :UNEXPECTED_EXTENSION:"
        }
        PeerFault::BinderCount => ":PSK_IDENTITY_BINDER_COUNT_MISMATCH:",
        PeerFault::BadBinder | PeerFault::BadFinished => ":DIGEST_CHECK_FAILED:",
        PeerFault::NoSharedSuite => ":NO_SHARED_CIPHER:",
        PeerFault::NoSharedGroup => ":NO_SHARED_GROUP:",
        PeerFault::NoSharedProtocol => ":NO_APPLICATION_PROTOCOL:",
        PeerFault::ProtocolNotOffered => ":INVALID_ALPN_PROTOCOL:",
        PeerFault::ClientHelloChanged { .. } => ":WRONG_CURVE:",
        PeerFault::BadCookie => ":UNEXPECTED_EXTENSION:",
        PeerFault::EncryptedClientHello { .. } => {
            ":INVALID_CLIENT_HELLO_INNER: :INVALID_OUTER_EXTENSION: :DECODE_ERROR: :INCONSISTENT_ECH_NEGOTIATION:"
        }
        PeerFault::EncryptedClientHelloNotOpened => ":DECRYPTION_FAILED:",
        PeerFault::CertificateRequestContext | PeerFault::KeyUpdateRequest(_) => ":DECODE_ERROR:",
        PeerFault::NoServerCertificate | PeerFault::NoClientCertificate => {
            ":PEER_DID_NOT_RETURN_A_CERTIFICATE:"
        }
        PeerFault::SchemeNotOffered(_) | PeerFault::SchemeDoesNotFitKey(_) => ":WRONG_SIGNATURE_TYPE:",
        PeerFault::BadSignature => ":BAD_SIGNATURE:",
        PeerFault::MaxFragmentLength(_) | PeerFault::RecordSizeLimit(_) => ":DECODE_ERROR:",
        PeerFault::TooMany { .. } => ":EXCESSIVE_MESSAGE_SIZE:",
        // BoringSSL shows delegated credentials, and takes none.
        PeerFault::DelegatedCredential { .. }
        // BoringSSL does not use certificates together with an external PSK.
        | PeerFault::CertWithExternPskMisused { .. }
        | PeerFault::CertWithExternPskDeclined
        | PeerFault::NoExternalPsk
        | _ => ":UNKNOWN:",
    }
}

/// Does an error of decoding speak of an extension's body?
fn is_in_extension(structure: Option<&str>) -> bool {
    const MESSAGES: [&str; 11] = [
        "ClientHello",
        "ServerHello",
        "HelloRetryRequest",
        "EncryptedExtensions",
        "CertificateRequest",
        "Certificate",
        "CertificateVerify",
        "CompressedCertificate",
        "Finished",
        "NewSessionTicket",
        "KeyUpdate",
    ];
    structure.is_some_and(|structure| !MESSAGES.contains(&structure))
}

fn extension(fault: &ExtensionFault) -> &'static str {
    match fault {
        ExtensionFault::Duplicate(_) => ":DUPLICATE_EXTENSION:",
        ExtensionFault::Misplaced(_) | ExtensionFault::Unsolicited(_) => {
            ":UNEXPECTED_EXTENSION: :ERROR_PARSING_EXTENSION:"
        }
        ExtensionFault::NotLast => ":PRE_SHARED_KEY_MUST_BE_LAST:",
        ExtensionFault::TooMany => ":DECODE_ERROR:",
    }
}

/// The alerts of the peer by which tests are decided.
fn alert_received(description: u8) -> &'static str {
    match description {
        22 => ":TLSV1_ALERT_RECORD_OVERFLOW:",
        30 => ":SSLV3_ALERT_DECOMPRESSION_FAILURE:",
        40 => ":SSLV3_ALERT_HANDSHAKE_FAILURE: :HANDSHAKE_FAILURE_ON_CLIENT_HELLO:",
        43 => ":PEER_ERROR_UNSUPPORTED_CERTIFICATE_TYPE:",
        49 => ":TLSV1_ALERT_ACCESS_DENIED:",
        _ => ":ALERT_RECEIVED:",
    }
}
