//! Alerts: RFC 9846 §6 (8446 §6).

use crate::wire::{Decode, DecodeError, Encode, Reader, Writer, code_points};

code_points! {
    /// How severe the sender calls an alert; a receiver of TLS 1.3 goes by the description alone (§6).
    pub struct AlertLevel(u8) {
        WARNING = 1,
        FATAL = 2,
    }
}

code_points! {
    /// What an alert says (§6; B.2).
    pub struct AlertDescription(u8) {
        CLOSE_NOTIFY = 0,
        UNEXPECTED_MESSAGE = 10,
        BAD_RECORD_MAC = 20,
        /// Reserved: not sent in TLS 1.3.
        DECRYPTION_FAILED = 21,
        RECORD_OVERFLOW = 22,
        /// Reserved: not sent in TLS 1.3.
        DECOMPRESSION_FAILURE = 30,
        HANDSHAKE_FAILURE = 40,
        /// Reserved: not sent in TLS 1.3.
        NO_CERTIFICATE = 41,
        BAD_CERTIFICATE = 42,
        UNSUPPORTED_CERTIFICATE = 43,
        CERTIFICATE_REVOKED = 44,
        CERTIFICATE_EXPIRED = 45,
        CERTIFICATE_UNKNOWN = 46,
        ILLEGAL_PARAMETER = 47,
        UNKNOWN_CA = 48,
        ACCESS_DENIED = 49,
        DECODE_ERROR = 50,
        DECRYPT_ERROR = 51,
        /// Reserved: not sent in TLS 1.3.
        EXPORT_RESTRICTION = 60,
        PROTOCOL_VERSION = 70,
        INSUFFICIENT_SECURITY = 71,
        INTERNAL_ERROR = 80,
        INAPPROPRIATE_FALLBACK = 86,
        USER_CANCELED = 90,
        /// Reserved: not sent in TLS 1.3.
        NO_RENEGOTIATION = 100,
        MISSING_EXTENSION = 109,
        UNSUPPORTED_EXTENSION = 110,
        /// Reserved: not sent in TLS 1.3.
        CERTIFICATE_UNOBTAINABLE = 111,
        UNRECOGNIZED_NAME = 112,
        BAD_CERTIFICATE_STATUS_RESPONSE = 113,
        /// Reserved: not sent in TLS 1.3.
        BAD_CERTIFICATE_HASH_VALUE = 114,
        UNKNOWN_PSK_IDENTITY = 115,
        CERTIFICATE_REQUIRED = 116,
        GENERAL_ERROR = 117,
        NO_APPLICATION_PROTOCOL = 120,
        ECH_REQUIRED = 121,
    }
}

impl AlertDescription {
    /// Does this alert end only the sender's direction? All others, unknown ones included, end the connection
    /// (§6).
    #[must_use]
    pub fn is_closure(self) -> bool {
        matches!(self, Self::CLOSE_NOTIFY | Self::USER_CANCELED)
    }

    /// Is it one that TLS 1.3 does not send (B.2)?
    #[must_use]
    pub const fn is_reserved(self) -> bool {
        matches!(
            self,
            Self::DECRYPTION_FAILED
                | Self::DECOMPRESSION_FAILURE
                | Self::NO_CERTIFICATE
                | Self::EXPORT_RESTRICTION
                | Self::NO_RENEGOTIATION
                | Self::CERTIFICATE_UNOBTAINABLE
                | Self::BAD_CERTIFICATE_HASH_VALUE
        )
    }

    /// The level to send it with: `warning` for closure alerts (§6.1), `fatal` for errors (§6.2).
    #[must_use]
    pub fn level(self) -> AlertLevel {
        //= R-6.1-2
        if self.is_closure() { AlertLevel::WARNING } else { AlertLevel::FATAL }
    }
}

/// One alert (§6).
///
/// ```text
/// struct { AlertLevel level; AlertDescription description; } Alert;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Ignored on receipt.
    pub level: AlertLevel,
    /// What it says.
    pub description: AlertDescription,
}

impl Alert {
    /// The alert that says `description`, at its level.
    #[must_use]
    pub fn new(description: AlertDescription) -> Self {
        Self { level: description.level(), description }
    }
}

impl<'a> Decode<'a> for Alert {
    const NAME: &'static str = "Alert";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { level: AlertLevel(r.u8("level")?), description: AlertDescription(r.u8("description")?) })
    }
}

impl Encode for Alert {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u8(self.level.0);
        out.u8(self.description.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    //= R-6.1-2 test
    #[test]
    fn closure_alerts_are_warnings_and_all_others_fatal() {
        assert_eq!(Alert::new(AlertDescription::CLOSE_NOTIFY).to_bytes(), [1, 0]);
        assert_eq!(Alert::new(AlertDescription::USER_CANCELED).to_bytes(), [1, 90]);
        assert_eq!(Alert::new(AlertDescription::BAD_RECORD_MAC).to_bytes(), [2, 20]);
        assert_eq!(Alert::new(AlertDescription(200)).to_bytes(), [2, 200]);
    }

    #[test]
    fn an_alert_is_two_bytes_exactly() {
        assert!(Alert::decode(&[2]).is_err());
        assert!(Alert::decode(&[2, 40, 0]).is_err());
        assert_eq!(
            Alert::decode(&[1, 40]),
            Ok(Alert { level: AlertLevel(1), description: AlertDescription(40) })
        );
    }
}
