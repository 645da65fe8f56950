//! The bodies of the handshake messages, owned, so that a script can change any field.
//!
//! They read what a correct endpoint writes, and write whatever they hold.

use handfast::message::{
    self, CipherSuite, CodePoints, ExtensionBody, ExtensionList, ExtensionType, KeyUpdateRequest,
    ProtocolVersion, SignatureScheme,
};
use handfast::wire::{Decode, Encode, Writer};

/// A body that is read, changed and written again.
pub trait Body: Sized {
    /// Reads a body of our own making.
    fn read(body: &[u8]) -> Self;
    /// Writes it.
    fn write(&self) -> Vec<u8>;
}

/// An extension block: types and bodies, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions(pub Vec<(ExtensionType, Vec<u8>)>);

impl Extensions {
    fn of(block: &message::Extensions<'_>) -> Self {
        Self(block.iter().map(|found| (found.extension_type, found.extension_data.to_vec())).collect())
    }

    fn list(&self) -> ExtensionList {
        let mut list = ExtensionList::new();
        self.0.iter().for_each(|(extension_type, body)| list.push_raw(*extension_type, body));
        list
    }

    /// The body of the first extension of this type.
    pub fn find(&self, extension_type: ExtensionType) -> Option<&[u8]> {
        self.0.iter().find(|(found, _)| *found == extension_type).map(|(_, body)| body.as_slice())
    }

    /// The first extension of this type, decoded.
    pub fn get<'a, E: ExtensionBody<'a>>(&'a self) -> Option<E> {
        self.find(E::TYPE).map(|body| E::decode(body).expect("an extension that decodes"))
    }

    /// Adds one at the end.
    pub fn push(&mut self, extension_type: ExtensionType, body: &impl Encode) {
        self.push_raw(extension_type, body.to_bytes());
    }

    /// Adds one at the end, with this body.
    pub fn push_raw(&mut self, extension_type: ExtensionType, body: impl Into<Vec<u8>>) {
        self.0.push((extension_type, body.into()));
    }

    /// Gives an extension this body, where it stands; or adds it at the end.
    pub fn set(&mut self, extension_type: ExtensionType, body: &impl Encode) {
        self.set_raw(extension_type, body.to_bytes());
    }

    /// Gives an extension this body, where it stands; or adds it at the end.
    pub fn set_raw(&mut self, extension_type: ExtensionType, body: impl Into<Vec<u8>>) {
        match self.0.iter_mut().find(|(found, _)| *found == extension_type) {
            Some((_, place)) => *place = body.into(),
            None => self.push_raw(extension_type, body),
        }
    }

    /// Changes the bytes of an extension that is there.
    pub fn change(&mut self, extension_type: ExtensionType, change: impl FnOnce(&mut Vec<u8>)) {
        let found = self.0.iter_mut().find(|(found, _)| *found == extension_type);
        change(&mut found.expect("an extension to change").1);
    }

    /// Takes an extension out.
    pub fn remove(&mut self, extension_type: ExtensionType) {
        self.0.retain(|(found, _)| *found != extension_type);
    }
}

/// ClientHello (§4.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    pub legacy_version: ProtocolVersion,
    pub random: [u8; 32],
    pub legacy_session_id: Vec<u8>,
    pub cipher_suites: Vec<CipherSuite>,
    pub legacy_compression_methods: Vec<u8>,
    pub extensions: Extensions,
}

impl Body for ClientHello {
    fn read(body: &[u8]) -> Self {
        let message = message::ClientHello::decode(body).expect("ClientHello");
        Self {
            legacy_version: message.legacy_version,
            random: message.random,
            legacy_session_id: message.legacy_session_id.to_vec(),
            cipher_suites: message.cipher_suites.iter().collect(),
            legacy_compression_methods: message.legacy_compression_methods.to_vec(),
            extensions: Extensions::of(&message.extensions),
        }
    }

    fn write(&self) -> Vec<u8> {
        message::ClientHello {
            legacy_version: self.legacy_version,
            random: self.random,
            legacy_session_id: &self.legacy_session_id,
            cipher_suites: CodePoints::from(self.cipher_suites.as_slice()),
            legacy_compression_methods: &self.legacy_compression_methods,
            extensions: self.extensions.list().as_extensions(),
        }
        .to_bytes()
    }
}

/// ServerHello (§4.2.3) and HelloRetryRequest (§4.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    pub legacy_version: ProtocolVersion,
    pub random: [u8; 32],
    pub legacy_session_id_echo: Vec<u8>,
    pub cipher_suite: CipherSuite,
    pub legacy_compression_method: u8,
    pub extensions: Extensions,
}

impl Body for ServerHello {
    fn read(body: &[u8]) -> Self {
        let message = message::ServerHello::decode(body).expect("ServerHello");
        Self {
            legacy_version: message.legacy_version,
            random: message.random,
            legacy_session_id_echo: message.legacy_session_id_echo.to_vec(),
            cipher_suite: message.cipher_suite,
            legacy_compression_method: message.legacy_compression_method,
            extensions: Extensions::of(&message.extensions),
        }
    }

    fn write(&self) -> Vec<u8> {
        message::ServerHello {
            legacy_version: self.legacy_version,
            random: self.random,
            legacy_session_id_echo: &self.legacy_session_id_echo,
            cipher_suite: self.cipher_suite,
            legacy_compression_method: self.legacy_compression_method,
            extensions: self.extensions.list().as_extensions(),
        }
        .to_bytes()
    }
}

/// EncryptedExtensions (§4.4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncryptedExtensions {
    pub extensions: Extensions,
}

impl Body for EncryptedExtensions {
    fn read(body: &[u8]) -> Self {
        let message = message::EncryptedExtensions::decode(body).expect("EncryptedExtensions");
        Self { extensions: Extensions::of(&message.extensions) }
    }

    fn write(&self) -> Vec<u8> {
        message::EncryptedExtensions { extensions: self.extensions.list().as_extensions() }.to_bytes()
    }
}

/// CertificateRequest (§4.4.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateRequest {
    pub certificate_request_context: Vec<u8>,
    pub extensions: Extensions,
}

impl Body for CertificateRequest {
    fn read(body: &[u8]) -> Self {
        let message = message::CertificateRequest::decode(body).expect("CertificateRequest");
        Self {
            certificate_request_context: message.certificate_request_context.to_vec(),
            extensions: Extensions::of(&message.extensions),
        }
    }

    fn write(&self) -> Vec<u8> {
        message::CertificateRequest {
            certificate_request_context: &self.certificate_request_context,
            extensions: self.extensions.list().as_extensions(),
        }
        .to_bytes()
    }
}

/// CertificateEntry (§4.5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateEntry {
    pub cert_data: Vec<u8>,
    pub extensions: Extensions,
}

/// Certificate (§4.5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    pub certificate_request_context: Vec<u8>,
    pub certificate_list: Vec<CertificateEntry>,
}

impl Body for Certificate {
    fn read(body: &[u8]) -> Self {
        let message = message::Certificate::decode(body).expect("Certificate");
        let owned = |entry: message::CertificateEntry<'_>| CertificateEntry {
            cert_data: entry.cert_data.to_vec(),
            extensions: Extensions::of(&entry.extensions),
        };
        Self {
            certificate_request_context: message.certificate_request_context.to_vec(),
            certificate_list: message.certificate_list.iter().map(owned).collect(),
        }
    }

    fn write(&self) -> Vec<u8> {
        let mut contents = Vec::new();
        let mut out = Writer::new(&mut contents);
        for entry in &self.certificate_list {
            let extensions = entry.extensions.list();
            message::CertificateEntry { cert_data: &entry.cert_data, extensions: extensions.as_extensions() }
                .encode(&mut out);
        }
        message::Certificate {
            certificate_request_context: &self.certificate_request_context,
            certificate_list: message::CertificateList::from_contents(&contents),
        }
        .to_bytes()
    }
}

/// CertificateVerify (§4.5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateVerify {
    pub algorithm: SignatureScheme,
    pub signature: Vec<u8>,
}

impl Body for CertificateVerify {
    fn read(body: &[u8]) -> Self {
        let message = message::CertificateVerify::decode(body).expect("CertificateVerify");
        Self { algorithm: message.algorithm, signature: message.signature.to_vec() }
    }

    fn write(&self) -> Vec<u8> {
        message::CertificateVerify { algorithm: self.algorithm, signature: &self.signature }.to_bytes()
    }
}

/// EndOfEarlyData (§4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndOfEarlyData;

impl Body for EndOfEarlyData {
    fn read(_: &[u8]) -> Self {
        Self
    }

    fn write(&self) -> Vec<u8> {
        Vec::new()
    }
}

/// Finished (§4.5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    pub verify_data: Vec<u8>,
}

impl Body for Finished {
    fn read(body: &[u8]) -> Self {
        Self { verify_data: body.to_vec() }
    }

    fn write(&self) -> Vec<u8> {
        message::Finished { verify_data: &self.verify_data }.to_bytes()
    }
}

/// NewSessionTicket (§4.7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSessionTicket {
    pub ticket_lifetime: u32,
    pub ticket_age_add: u32,
    pub ticket_nonce: Vec<u8>,
    pub ticket: Vec<u8>,
    pub extensions: Extensions,
}

impl Default for NewSessionTicket {
    fn default() -> Self {
        Self {
            ticket_lifetime: 7200,
            ticket_age_add: 1,
            ticket_nonce: vec![0],
            ticket: b"ticket".to_vec(),
            extensions: Extensions::default(),
        }
    }
}

impl Body for NewSessionTicket {
    fn read(body: &[u8]) -> Self {
        let message = message::NewSessionTicket::decode(body).expect("NewSessionTicket");
        Self {
            ticket_lifetime: message.ticket_lifetime,
            ticket_age_add: message.ticket_age_add,
            ticket_nonce: message.ticket_nonce.to_vec(),
            ticket: message.ticket.to_vec(),
            extensions: Extensions::of(&message.extensions),
        }
    }

    fn write(&self) -> Vec<u8> {
        message::NewSessionTicket {
            ticket_lifetime: self.ticket_lifetime,
            ticket_age_add: self.ticket_age_add,
            ticket_nonce: &self.ticket_nonce,
            ticket: &self.ticket,
            extensions: self.extensions.list().as_extensions(),
        }
        .to_bytes()
    }
}

/// KeyUpdate (§4.7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUpdate {
    pub request_update: KeyUpdateRequest,
}

impl Body for KeyUpdate {
    fn read(body: &[u8]) -> Self {
        Self { request_update: message::KeyUpdate::decode(body).expect("KeyUpdate").request_update }
    }

    fn write(&self) -> Vec<u8> {
        message::KeyUpdate { request_update: self.request_update }.to_bytes()
    }
}
