//! The extensions: RFC 9846 §4.3 (8446 §4.2) and the RFCs that it names, one file an extension.

mod application_layer_protocol_negotiation;
mod cert_with_extern_psk;
mod certificate_authorities;
mod certificate_type;
mod compress_certificate;
mod cookie;
mod delegated_credential;
mod early_data;
mod ech_outer_extensions;
mod encrypted_client_hello;
mod key_share;
mod max_fragment_length;
mod oid_filters;
mod post_handshake_auth;
mod pre_shared_key;
mod psk_key_exchange_modes;
mod record_size_limit;
mod server_name;
mod signature_algorithms;
mod signed_certificate_timestamp;
mod status_request;
mod supported_groups;
mod supported_versions;
mod ticket_request;

pub use application_layer_protocol_negotiation::ProtocolNameList;
pub use cert_with_extern_psk::CertWithExternPsk;
pub use certificate_authorities::CertificateAuthorities;
pub use certificate_type::{
    ClientCertificateType, ClientCertificateTypes, ServerCertificateType, ServerCertificateTypes,
};
pub use compress_certificate::CertificateCompressionAlgorithms;
pub use cookie::Cookie;
pub use delegated_credential::{DelegatedCredential, DelegatedCredentialSchemes};
pub use early_data::{EarlyDataIndication, EarlyDataNewSessionTicket};
pub use ech_outer_extensions::OuterExtensions;
pub use encrypted_client_hello::{
    EchClientHello, EchClientHelloOuter, EchEncryptedExtensions, EchHelloRetryRequest,
};
pub use key_share::{KeyShareClientHello, KeyShareEntry, KeyShareHelloRetryRequest, KeyShareServerHello};
pub use max_fragment_length::MaxFragmentLength;
pub use oid_filters::{OidFilter, OidFilters};
pub use post_handshake_auth::PostHandshakeAuth;
pub use pre_shared_key::{OfferedPsks, PskIdentity, SelectedPsk};
pub use psk_key_exchange_modes::PskKeyExchangeModes;
pub use record_size_limit::RecordSizeLimit;
pub use server_name::{ServerNameEncryptedExtensions, ServerNameList};
pub use signature_algorithms::{SignatureSchemeList, SignatureSchemeListCert};
pub use signed_certificate_timestamp::{SignedCertificateTimestampList, SignedCertificateTimestampRequest};
pub use status_request::{
    CertificateStatus, CertificateStatusRequest, OcspStatusRequest, StatusRequestCertificateRequest,
};
pub use supported_groups::SupportedGroups;
pub use supported_versions::{SupportedVersionsClientHello, SupportedVersionsServerHello};
pub use ticket_request::{ClientTicketRequest, ServerTicketRequestHint};
