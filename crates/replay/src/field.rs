//! Which field of a handshake message a byte belongs to (RFC 9846 §4, Appendix B.3).

use handfast::ExtensionType;
use handfast::handshake::HandshakeType;

/// The field of a message's body in which the byte at `at` lies.
pub(crate) fn field(message: HandshakeType, body: &[u8], at: usize) -> String {
    let mut walk = Walk { body, position: 0, at, found: None };
    match message {
        HandshakeType::CLIENT_HELLO => {
            walk.fixed("legacy_version", 2);
            walk.fixed("random", 32);
            walk.vector("legacy_session_id", 1);
            walk.vector("cipher_suites", 2);
            walk.vector("legacy_compression_methods", 1);
            walk.extensions("");
        }
        HandshakeType::SERVER_HELLO => {
            walk.fixed("legacy_version", 2);
            walk.fixed("random", 32);
            walk.vector("legacy_session_id_echo", 1);
            walk.fixed("cipher_suite", 2);
            walk.fixed("legacy_compression_method", 1);
            walk.extensions("");
        }
        HandshakeType::ENCRYPTED_EXTENSIONS => walk.extensions(""),
        HandshakeType::CERTIFICATE_REQUEST => {
            walk.vector("certificate_request_context", 1);
            walk.extensions("");
        }
        HandshakeType::CERTIFICATE => {
            walk.vector("certificate_request_context", 1);
            walk.fixed("length of certificate_list", 3);
            for entry in 0.. {
                if walk.position >= body.len() || walk.found.is_some() {
                    break;
                }
                walk.vector(&format!("cert_data of certificate {entry}"), 3);
                walk.extensions(&format!(" of certificate {entry}"));
            }
        }
        HandshakeType::CERTIFICATE_VERIFY => {
            walk.fixed("algorithm", 2);
            walk.vector("signature", 2);
        }
        HandshakeType::FINISHED => walk.fixed("verify_data", body.len()),
        HandshakeType::NEW_SESSION_TICKET => {
            walk.fixed("ticket_lifetime", 4);
            walk.fixed("ticket_age_add", 4);
            walk.vector("ticket_nonce", 1);
            walk.vector("ticket", 2);
            walk.extensions("");
        }
        HandshakeType::KEY_UPDATE => walk.fixed("request_update", 1),
        _ => {}
    }
    walk.found.unwrap_or_else(|| format!("byte {at} of its body"))
}

/// Goes over a body field by field until it has found the one that holds the byte.
struct Walk<'b> {
    body: &'b [u8],
    position: usize,
    at: usize,
    found: Option<String>,
}

impl Walk<'_> {
    fn fixed(&mut self, name: &str, length: usize) {
        let end = self.position.saturating_add(length);
        if self.found.is_none() && (self.position..end).contains(&self.at) {
            self.found = Some(format!("{name}, byte {} of {length}", self.at - self.position));
        }
        self.position = end;
    }

    /// A vector with a length of so many bytes ahead of it.
    fn vector(&mut self, name: &str, prefix: usize) {
        let length = self.number(prefix);
        self.fixed(&format!("length of {name}"), prefix);
        self.fixed(name, length);
    }

    fn extensions(&mut self, of: &str) {
        let end = self.position.saturating_add(2).saturating_add(self.number(2));
        self.fixed(&format!("length of extensions{of}"), 2);
        while self.position < end.min(self.body.len()) && self.found.is_none() {
            let kind = ExtensionType(u16::try_from(self.number(2)).unwrap_or_default());
            self.fixed(&format!("type of extension {kind}{of}"), 2);
            self.vector(&format!("extension {kind}{of}"), 2);
        }
    }

    /// The big-endian number of so many bytes that stands here; 0 behind the end.
    fn number(&self, bytes: usize) -> usize {
        let end = self.position.saturating_add(bytes);
        let bytes = self.body.get(self.position..end).unwrap_or_default();
        bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_of_a_server_hello_is_found_in_its_field() {
        let body = [
            &[3, 3][..],
            &[9; 32],
            &[2, 7, 7],
            &[0x13, 1, 0],
            &[0, 10],
            &[0, 43, 0, 2, 3, 4],
            &[0, 41, 0, 0],
        ]
        .concat();
        let field = |at| field(HandshakeType::SERVER_HELLO, &body, at);
        assert_eq!(field(0), "legacy_version, byte 0 of 2");
        assert_eq!(field(33), "random, byte 31 of 32");
        assert_eq!(field(34), "length of legacy_session_id_echo, byte 0 of 1");
        assert_eq!(field(38), "cipher_suite, byte 1 of 2");
        assert_eq!(field(40), "length of extensions, byte 0 of 2");
        assert_eq!(field(43), "type of extension supported_versions, byte 1 of 2");
        assert_eq!(field(47), "extension supported_versions, byte 1 of 2");
        assert_eq!(field(49), "type of extension pre_shared_key, byte 1 of 2");
        assert_eq!(field(52), "byte 52 of its body");
    }

    #[test]
    fn a_byte_of_a_certificate_is_found_in_its_entry() {
        let body = [&[0, 0, 0, 16][..], &[0, 0, 3, 1, 2, 3, 0, 0], &[0, 0, 3, 4, 5, 6, 0, 0]].concat();
        let field = |at| field(HandshakeType::CERTIFICATE, &body, at);
        assert_eq!(field(7), "cert_data of certificate 0, byte 0 of 3");
        assert_eq!(field(17), "cert_data of certificate 1, byte 2 of 3");
        assert_eq!(field(19), "length of extensions of certificate 1, byte 1 of 2");
    }
}
