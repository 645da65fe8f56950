//! Bytes that are no TLS at all, told apart at the very first record.

use core::fmt;

use super::header::{ContentType, HEADER_LEN, Header};

/// What a peer seems to speak that does not speak TLS. Its bytes stay with the caller, untouched, who may
/// answer them in their own tongue; no alert is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotTls {
    /// An HTTP request or answer in the clear.
    Http,
    /// An SSH banner.
    Ssh,
    /// A ClientHello in the form of SSL 2.0 (E.5).
    Sslv2ClientHello,
    /// A line of the PROXY protocol, version 1: the load balancer adds it and nobody took it off.
    ProxyV1,
    /// A header of the PROXY protocol, version 2.
    ProxyV2,
    /// None of these.
    Other,
}

/// The first five bytes of what HTTP starts with (methods of RFC 9110 and RFC 5789, the preface of RFC 9113,
/// a status line).
const HTTP: [&[u8; HEADER_LEN]; 11] = [
    b"GET /", b"HEAD ", b"POST ", b"PUT /", b"DELET", b"CONNE", b"OPTIO", b"TRACE", b"PATCH", b"PRI *",
    b"HTTP/",
];

impl NotTls {
    /// What these first five bytes are, or `None` if they can start a record of TLS.
    ///
    /// The version field is ignored in every record (§5.1); but a connection whose first record is of no
    /// known type, or of a version before SSL 3.0 (E.5), is none of TLS.
    //= R-E.5-6
    //= R-E.5-7
    pub(super) fn recognize(first: &[u8; HEADER_LEN]) -> Option<Self> {
        let header = Header::decode(*first);
        let [major, _] = header.legacy_record_version.0.to_be_bytes();
        let known = matches!(
            header.content_type,
            ContentType::CHANGE_CIPHER_SPEC
                | ContentType::ALERT
                | ContentType::HANDSHAKE
                | ContentType::APPLICATION_DATA
        );
        if known && major == 3 {
            return None;
        }
        Some(match first {
            _ if HTTP.contains(&first) => Self::Http,
            [b'S', b'S', b'H', b'-', _] => Self::Ssh,
            b"PROXY" => Self::ProxyV1,
            b"\r\n\r\n\0" => Self::ProxyV2,
            // Two-byte length with the top bit set, msg_type CLIENT-HELLO, then a version of 0x0002 or 0x03xx.
            [0x80..=0xff, _, 1, 0 | 3, _] => Self::Sslv2ClientHello,
            _ => Self::Other,
        })
    }
}

impl fmt::Display for NotTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP in the clear: the peer took this port for one without TLS",
            Self::Ssh => "an SSH banner",
            Self::Sslv2ClientHello => "a ClientHello of SSL 2.0",
            Self::ProxyV1 => "a PROXY protocol line (version 1): take it off before TLS starts",
            Self::ProxyV2 => "a PROXY protocol header (version 2): take it off before TLS starts",
            Self::Other => "no TLS",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_protocols_are_known_by_their_first_five_bytes() {
        let cases: [(&[u8; 5], Option<NotTls>); 18] = [
            (b"GET /", Some(NotTls::Http)),
            (b"POST ", Some(NotTls::Http)),
            (b"PRI *", Some(NotTls::Http)),
            (b"HTTP/", Some(NotTls::Http)),
            (b"SSH-2", Some(NotTls::Ssh)),
            (b"PROXY", Some(NotTls::ProxyV1)),
            (b"\r\n\r\n\0", Some(NotTls::ProxyV2)),
            (&[0x80, 0x2e, 1, 3, 1], Some(NotTls::Sslv2ClientHello)),
            (&[0x80, 0x2e, 1, 0, 2], Some(NotTls::Sslv2ClientHello)),
            (b"220 m", Some(NotTls::Other)),
            (&[0; 5], Some(NotTls::Other)),
            (&[24, 3, 1, 0, 1], Some(NotTls::Other)),
            (&[22, 2, 0, 0, 1], Some(NotTls::Other)),
            (&[22, 3, 1, 0, 1], None),
            (&[22, 3, 0xff, 0, 1], None),
            (&[21, 3, 3, 0, 2], None),
            (&[20, 3, 3, 0, 1], None),
            (&[23, 3, 3, 0, 1], None),
        ];
        for (first, expected) in cases {
            assert_eq!(NotTls::recognize(first), expected, "{first:?}");
        }
    }
}
