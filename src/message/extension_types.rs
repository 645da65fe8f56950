//! All extension types that have a name here: number, the messages in which they may stand (RFC 9846 §4.3, Table 1 and
//! the IANA registry; 8446 §4.2), and who speaks for them. This table is the one home of these facts.

use super::ExtensionsOf::{
    self, Certificate as CT, CertificateRequest as CR, ClientHello as CH, EncryptedExtensions as EE,
    HelloRetryRequest as HRR, NewSessionTicket as NST, ServerHello as SH,
};
use crate::wire::code_points;
use Speaker::{Embedder, Library};

/// Who sends and reads an extension.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaker {
    /// The library, or nobody: a config says what it does.
    Library,
    /// Whoever uses the library, if anyone: to it, the body is bytes.
    Embedder,
}

/// What the table says of a type.
struct Row {
    extension_type: ExtensionType,
    speaker: Speaker,
    /// None for extensions of older versions: they are ignored in ClientHello, and answer nothing.
    places: Option<&'static [ExtensionsOf]>,
}

macro_rules! extension_types {
    ($(
        $(#[$attribute:meta])*
        $name:ident = $number:literal: $speaker:ident $(in [$($place:ident),+])?,
    )*) => {
        code_points! {
            /// The type of an extension (§4.3 Table 1 and the IANA registry).
            pub struct ExtensionType(u16) { $( $(#[$attribute])* $name = $number, )* }
        }

        const TABLE: &[Row] = &[ $( Row {
            extension_type: ExtensionType::$name,
            speaker: $speaker,
            places: places!($([$($place),+])?),
        }, )* ];
    };
}

macro_rules! places {
    () => { None };
    ([$($place:ident),+]) => { Some(&[$($place),+]) };
}

// Table 1, with `max_fragment_length` and `signed_certificate_timestamp`, which it no longer lists but other sections
// still describe, and `cert_with_extern_psk` (RFC 8773). `status_request_v2` has no place, so that it is ignored in
// ClientHello and refused everywhere else.
//= R-4.5.1.1-2
//= R-4.5.1.1-3
extension_types! {
    SERVER_NAME = 0: Library in [CH, EE, CR],
    MAX_FRAGMENT_LENGTH = 1: Library in [CH, EE],
    STATUS_REQUEST = 5: Library in [CH, CR, CT],
    SUPPORTED_GROUPS = 10: Library in [CH, EE],
    SIGNATURE_ALGORITHMS = 13: Library in [CH, CR],
    USE_SRTP = 14: Embedder in [CH, EE],
    HEARTBEAT = 15: Embedder in [CH, EE],
    APPLICATION_LAYER_PROTOCOL_NEGOTIATION = 16: Library in [CH, EE],
    STATUS_REQUEST_V2 = 17: Library,
    SIGNED_CERTIFICATE_TIMESTAMP = 18: Library in [CH, CR, CT],
    CLIENT_CERTIFICATE_TYPE = 19: Library in [CH, EE],
    SERVER_CERTIFICATE_TYPE = 20: Library in [CH, EE],
    PADDING = 21: Embedder in [CH],
    EXTENDED_MAIN_SECRET = 23: Library,
    COMPRESS_CERTIFICATE = 27: Library in [CH, CR],
    RECORD_SIZE_LIMIT = 28: Library in [CH, EE],
    //= R8773-5-1
    //= R8773-5-3
    CERT_WITH_EXTERN_PSK = 33: Library in [CH, SH],
    DELEGATED_CREDENTIAL = 34: Library in [CH, CR, CT],
    SESSION_TICKET = 35: Library,
    SUPPORTED_EKT_CIPHERS = 39: Embedder in [CH, EE],
    PRE_SHARED_KEY = 41: Library in [CH, SH],
    EARLY_DATA = 42: Library in [CH, EE, NST],
    SUPPORTED_VERSIONS = 43: Library in [CH, SH, HRR],
    COOKIE = 44: Library in [CH, HRR],
    //= R-4.3.9-6
    PSK_KEY_EXCHANGE_MODES = 45: Library in [CH],
    CERTIFICATE_AUTHORITIES = 47: Library in [CH, CR],
    //= R-4.3.5-1
    OID_FILTERS = 48: Library in [CR],
    //= R-4.3.6-2
    POST_HANDSHAKE_AUTH = 49: Library in [CH],
    SIGNATURE_ALGORITHMS_CERT = 50: Library in [CH, CR],
    KEY_SHARE = 51: Library in [CH, SH, HRR],
    TRANSPARENCY_INFO = 52: Embedder in [CH, CR, CT],
    EXTERNAL_ID_HASH = 55: Embedder in [CH, EE],
    EXTERNAL_SESSION_ID = 56: Embedder in [CH, EE],
    QUIC_TRANSPORT_PARAMETERS = 57: Embedder in [CH, EE],
    //= R9149-3-8
    //= R9149-3-9
    TICKET_REQUEST = 58: Library in [CH, EE],
    ECH_OUTER_EXTENSIONS = 0xfd00: Library in [CH],
    ENCRYPTED_CLIENT_HELLO = 0xfe0d: Library in [CH, HRR, EE],
    RENEGOTIATION_INFO = 0xff01: Library,
}

impl ExtensionType {
    /// Does somebody who knows the extension know that it must not stand in this message? Of one that nobody here
    /// knows, nobody knows where it may stand.
    pub(crate) fn is_misplaced_in(self, place: ExtensionsOf) -> bool {
        //= R-4.3-7
        //= R-4.4.1-2
        //= R-4.2.2-17
        //= R-4.4.2-7
        //= R-4.7.1-16
        //= R-9.3-6
        let places = self.row().and_then(|row| row.places);
        places.is_some_and(|places| !places.contains(&place))
    }

    /// Is it for the library alone to send, or for nobody? GREASE is too: it means nothing.
    pub(crate) fn is_of_library(self) -> bool {
        self.is_grease() || self.row().is_some_and(|row| row.speaker == Library)
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.extension_type == self)
    }
}
