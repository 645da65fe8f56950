//! What a message says, in a few words.

use handfast::alert::Alert;
use handfast::message::{
    Certificate, CertificateAuthorities, CertificateRequest, CertificateVerify, ClientHello,
    EncryptedExtensions, Extensions, Finished, HandshakeType, KeyShareClientHello, KeyShareServerHello,
    KeyUpdate, ServerHello, SignatureSchemeList, SupportedGroups,
};
use handfast::pki;
use handfast::record::ContentType;
use handfast::wire::Decode;

/// Bytes of a handshake message ahead of its body (RFC 9846 §4).
pub(super) const HEADER: usize = 4;

/// What is shown of a message.
pub(super) struct Described {
    pub(super) name: &'static str,
    /// Of RFC 9846.
    pub(super) section: &'static str,
    pub(super) note: String,
    /// The names of its extensions.
    pub(super) extensions: Vec<String>,
}

/// A handshake message, from its type and body.
pub(super) fn message(msg_type: HandshakeType, body: &[u8]) -> Described {
    match msg_type {
        HandshakeType::CLIENT_HELLO => described("§4.2.2", body, |hello: &ClientHello<'_>| {
            (client_hello(hello), names(&hello.extensions))
        }),
        HandshakeType::SERVER_HELLO => described("§4.2.3", body, |hello: &ServerHello<'_>| {
            (server_hello(hello), names(&hello.extensions))
        }),
        HandshakeType::ENCRYPTED_EXTENSIONS => {
            described("§4.4.1", body, |message: &EncryptedExtensions<'_>| {
                (String::new(), names(&message.extensions))
            })
        }
        HandshakeType::CERTIFICATE_REQUEST => {
            described("§4.4.2", body, |request: &CertificateRequest<'_>| {
                (certificate_request(request), names(&request.extensions))
            })
        }
        HandshakeType::CERTIFICATE => {
            described("§4.5.1", body, |message: &Certificate<'_>| (certificate(message), Vec::new()))
        }
        HandshakeType::CERTIFICATE_VERIFY => described("§4.5.2", body, |verify: &CertificateVerify<'_>| {
            (format!("{}", verify.algorithm), Vec::new())
        }),
        HandshakeType::FINISHED => described("§4.5.3", body, |finished: &Finished<'_>| {
            (format!("HMAC of {} bytes", finished.verify_data.len()), Vec::new())
        }),
        HandshakeType::KEY_UPDATE => described("§4.7.3", body, |update: &KeyUpdate| {
            (format!("{}", update.request_update), Vec::new())
        }),
        _ => {
            Described { name: "message", section: "§4", note: msg_type.to_string(), extensions: Vec::new() }
        }
    }
}

/// What a record carries besides handshake messages; `content` is without protection.
pub(super) fn content(content_type: ContentType, content: &[u8]) -> String {
    match content_type {
        ContentType::APPLICATION_DATA => format!("“{}”", String::from_utf8_lossy(content)),
        ContentType::ALERT => {
            Alert::decode(content).map(|alert| alert.description.to_string()).unwrap_or_default()
        }
        ContentType::CHANGE_CIPHER_SPEC => "for middleboxes alone (§E.4)".to_owned(),
        _ => String::new(),
    }
}

fn described<'a, M: Decode<'a>>(
    section: &'static str,
    body: &'a [u8],
    describe: impl FnOnce(&M) -> (String, Vec<String>),
) -> Described {
    let (note, extensions) = match M::decode(body) {
        Ok(message) => describe(&message),
        Err(error) => (error.to_string(), Vec::new()),
    };
    Described { name: M::NAME, section, note, extensions }
}

fn names(extensions: &Extensions<'_>) -> Vec<String> {
    extensions.iter().map(|extension| extension.extension_type.to_string()).collect()
}

fn client_hello(hello: &ClientHello<'_>) -> String {
    let groups = hello.extensions.get::<SupportedGroups<'_>>().ok().flatten();
    let groups = groups.map_or(0, |groups| groups.named_group_list.iter().count());
    let shares = hello.extensions.get::<KeyShareClientHello<'_>>().ok().flatten();
    let shares: Vec<_> = shares
        .iter()
        .flat_map(KeyShareClientHello::client_shares)
        .map(|share| share.group.to_string())
        .collect();
    format!("{} suites, {groups} groups, {}", hello.cipher_suites.iter().count(), shares.join(", "))
}

fn server_hello(hello: &ServerHello<'_>) -> String {
    let share = hello.extensions.get::<KeyShareServerHello<'_>>().ok().flatten();
    let group = share.map(|share| format!(", {}", share.server_share.group)).unwrap_or_default();
    format!("{}{group}", hello.cipher_suite)
}

fn certificate_request(request: &CertificateRequest<'_>) -> String {
    let schemes = request.extensions.get::<SignatureSchemeList<'_>>().ok().flatten();
    let schemes = schemes.map_or(0, |list| list.supported_signature_algorithms.iter().count());
    let authorities = request.extensions.get::<CertificateAuthorities<'_>>().ok().flatten();
    let authorities = authorities.map_or(0, |list| list.authorities.iter().count());
    format!("{schemes} schemes, {authorities} CA")
}

fn certificate(message: &Certificate<'_>) -> String {
    let leaf = message.certificate_list.iter().next();
    let subject = leaf.and_then(|entry| {
        Some(pki::certificate::Certificate::from_der(entry.cert_data).ok()?.subject.to_string())
    });
    let count = message.certificate_list.iter().count();
    format!("chain of {count}, {}", subject.unwrap_or_default())
}
