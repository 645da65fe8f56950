//! The handshake messages: RFC 9846 §4 and Appendix B (8446 §4, Appendix B), one file a message, in the RFC's
//! order; [`extension`] has one file an extension.
//!
//! Decoders borrow from the bytes that came, check every bound of the presentation block in their doc
//! comment, and refuse trailing bytes. The same structure encodes. Code points are open newtypes, so that
//! unknown values survive.

mod certificate;
mod certificate_request;
mod certificate_verify;
mod client_hello;
mod code_points;
mod compressed_certificate;
mod ech_config;
mod encrypted_extensions;
mod end_of_early_data;
pub mod extension;
mod extension_types;
mod extensions;
mod finished;
mod handshake;
mod key_update;
mod list;
mod new_session_ticket;
mod placement;
mod server_hello;
#[cfg(test)]
mod tests;
mod vector;

pub use certificate::{Certificate, CertificateEntry, CertificateList};
pub use certificate_request::CertificateRequest;
pub use certificate_verify::CertificateVerify;
pub use client_hello::ClientHello;
pub use code_points::{
    CertificateCompressionAlgorithm, CertificateStatusType, CertificateType, CipherSuite, HandshakeType,
    KeyUpdateRequest, NameType, NamedGroup, ProtocolVersion, PskKeyExchangeMode, SignatureScheme,
};
pub use compressed_certificate::CompressedCertificate;
pub use ech_config::{
    EchConfig, EchConfigContents, EchConfigExtension, EchConfigExtensionType, EchConfigExtensions,
    EchConfigs, EchVersion, HpkeKeyConfig, HpkeSymmetricCipherSuites,
};
pub use encrypted_extensions::EncryptedExtensions;
pub use end_of_early_data::EndOfEarlyData;
pub use extension::*;
pub use extension_types::ExtensionType;
pub use extensions::{ExtensionBody, ExtensionList, Extensions, RawExtension};
pub use finished::Finished;
pub use handshake::{Handshake, encode_handshake, peek_header};
pub use key_update::KeyUpdate;
pub use list::{CodePoint, CodePoints, OpaqueList};
pub use new_session_ticket::NewSessionTicket;
pub use placement::{ExtensionFault, ExtensionsOf, MAX_EXTENSIONS, check_extensions};
pub use server_hello::{
    DOWNGRADE_SENTINEL_TLS11, DOWNGRADE_SENTINEL_TLS12, HELLO_RETRY_REQUEST_RANDOM, ServerHello,
};
