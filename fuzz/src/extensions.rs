//! Extension blocks and the bodies of extensions.

use core::fmt::Debug;

use handfast::message::{
    CertWithExternPsk, CertificateAuthorities, CertificateCompressionAlgorithms, CertificateStatus,
    CertificateStatusRequest, ClientCertificateType, ClientCertificateTypes, ClientTicketRequest, Cookie,
    DelegatedCredential, DelegatedCredentialSchemes, EarlyDataIndication, EarlyDataNewSessionTicket,
    ExtensionBody, ExtensionFault, Extensions, ExtensionsOf, KeyShareClientHello, KeyShareHelloRetryRequest,
    KeyShareServerHello, MAX_EXTENSIONS, OfferedPsks, OidFilters, PostHandshakeAuth, ProtocolNameList,
    PskKeyExchangeModes, RecordSizeLimit, SelectedPsk, ServerCertificateType, ServerCertificateTypes,
    ServerNameEncryptedExtensions, ServerNameList, ServerTicketRequestHint, SignatureSchemeList,
    SignatureSchemeListCert, SignedCertificateTimestampList, StatusRequestCertificateRequest,
    SupportedGroups, SupportedVersionsClientHello, SupportedVersionsServerHello, check_extensions,
};
use handfast::wire::{Decode, Encode};

use super::messages::{read, refused};

/// Checks the places in a block and reads every body that may stand in it; `message` is what it came in.
pub(super) fn block(place: ExtensionsOf, block: &Extensions<'_>, message: &[u8]) {
    let count = block.iter().count();
    assert_eq!(block.is_empty(), count == 0);
    assert_eq!(block.last(), block.iter().last());
    match check_extensions(place, block, Some(&|_| true)) {
        Ok(()) => assert!(count <= MAX_EXTENSIONS),
        Err(ExtensionFault::TooMany) => assert!(count > MAX_EXTENSIONS),
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
    bodies(place, block, message);
}

fn bodies(place: ExtensionsOf, block: &Extensions<'_>, message: &[u8]) {
    match place {
        ExtensionsOf::ClientHello => {
            lenient_body::<ServerNameList<'_>>(block, message);
            body::<CertificateStatusRequest<'_>>(block, message);
            body::<SupportedGroups<'_>>(block, message);
            body::<SignatureSchemeList<'_>>(block, message);
            body::<SignatureSchemeListCert<'_>>(block, message);
            body::<ProtocolNameList<'_>>(block, message);
            body::<RecordSizeLimit>(block, message);
            body::<OfferedPsks<'_>>(block, message);
            body::<EarlyDataIndication>(block, message);
            body::<SupportedVersionsClientHello<'_>>(block, message);
            body::<Cookie<'_>>(block, message);
            body::<PskKeyExchangeModes<'_>>(block, message);
            body::<CertificateAuthorities<'_>>(block, message);
            body::<PostHandshakeAuth>(block, message);
            body::<KeyShareClientHello<'_>>(block, message);
            body::<ClientTicketRequest>(block, message);
            body::<CertWithExternPsk>(block, message);
            body::<CertificateCompressionAlgorithms<'_>>(block, message);
        }
        ExtensionsOf::ServerHello => {
            body::<SupportedVersionsServerHello>(block, message);
            body::<KeyShareServerHello<'_>>(block, message);
            body::<SelectedPsk>(block, message);
            body::<CertWithExternPsk>(block, message);
        }
        ExtensionsOf::HelloRetryRequest => {
            body::<SupportedVersionsServerHello>(block, message);
            body::<KeyShareHelloRetryRequest>(block, message);
            body::<Cookie<'_>>(block, message);
        }
        ExtensionsOf::EncryptedExtensions => {
            body::<ServerNameEncryptedExtensions>(block, message);
            body::<SupportedGroups<'_>>(block, message);
            body::<ProtocolNameList<'_>>(block, message);
            body::<RecordSizeLimit>(block, message);
            body::<EarlyDataIndication>(block, message);
            body::<ServerTicketRequestHint>(block, message);
        }
        ExtensionsOf::CertificateRequest => {
            lenient_body::<StatusRequestCertificateRequest>(block, message);
            body::<SignatureSchemeList<'_>>(block, message);
            body::<SignatureSchemeListCert<'_>>(block, message);
            body::<CertificateAuthorities<'_>>(block, message);
            body::<OidFilters<'_>>(block, message);
            body::<CertificateCompressionAlgorithms<'_>>(block, message);
        }
        ExtensionsOf::Certificate => {
            body::<CertificateStatus<'_>>(block, message);
            body::<SignedCertificateTimestampList<'_>>(block, message);
        }
        ExtensionsOf::NewSessionTicket => body::<EarlyDataNewSessionTicket>(block, message),
    }
}

/// A body that is read is written again byte for byte.
fn body<'a, E: ExtensionBody<'a> + Encode>(block: &Extensions<'a>, message: &[u8]) {
    match block.get::<E>() {
        Ok(read) => {
            assert_eq!(read.map(|read| read.to_bytes()).as_deref(), block.find(E::TYPE), "{}", E::TYPE)
        }
        Err(error) => {
            assert_eq!(error.structure, E::TYPE.name());
            refused(error, message);
        }
    }
}

/// A body of which parts are skipped may be written shorter.
fn lenient_body<'a, E: ExtensionBody<'a> + Encode>(block: &Extensions<'a>, message: &[u8]) {
    match block.get::<E>() {
        Ok(read) => assert!(read.map(|read| read.to_bytes().len()) <= block.find(E::TYPE).map(<[u8]>::len)),
        Err(error) => refused(error, message),
    }
}

/// The first byte chooses one of [`BODIES`], the rest is the body of the extension.
pub fn extension_bodies(bytes: &[u8]) -> bool {
    let Some((choice, body)) = bytes.split_first() else { return false };
    BODIES.get(usize::from(*choice)).is_some_and(|read_body| read_body(body))
}

/// Seeds choose by the place in this list: new ones go to its end.
const BODIES: &[fn(&[u8]) -> bool] = &[
    |bytes| read_leniently::<ServerNameList<'_>>(bytes),
    |bytes| read::<ServerNameEncryptedExtensions>(bytes).is_some(),
    |bytes| read::<CertificateStatusRequest<'_>>(bytes).is_some(),
    |bytes| read_leniently::<StatusRequestCertificateRequest>(bytes),
    |bytes| read::<CertificateStatus<'_>>(bytes).is_some(),
    |bytes| read::<SupportedGroups<'_>>(bytes).is_some(),
    |bytes| read::<SignatureSchemeList<'_>>(bytes).is_some(),
    |bytes| read::<SignatureSchemeListCert<'_>>(bytes).is_some(),
    |bytes| read::<ProtocolNameList<'_>>(bytes).is_some(),
    |bytes| read::<SignedCertificateTimestampList<'_>>(bytes).is_some(),
    |bytes| read::<RecordSizeLimit>(bytes).is_some(),
    |bytes| read::<OfferedPsks<'_>>(bytes).is_some_and(|psks| psks.truncated_len() < bytes.len()),
    |bytes| read::<SelectedPsk>(bytes).is_some(),
    |bytes| read::<EarlyDataIndication>(bytes).is_some(),
    |bytes| read::<EarlyDataNewSessionTicket>(bytes).is_some(),
    |bytes| read::<SupportedVersionsClientHello<'_>>(bytes).is_some(),
    |bytes| read::<SupportedVersionsServerHello>(bytes).is_some(),
    |bytes| read::<Cookie<'_>>(bytes).is_some(),
    |bytes| read::<PskKeyExchangeModes<'_>>(bytes).is_some(),
    |bytes| read::<CertificateAuthorities<'_>>(bytes).is_some(),
    |bytes| read::<OidFilters<'_>>(bytes).is_some(),
    |bytes| read::<PostHandshakeAuth>(bytes).is_some(),
    |bytes| read::<KeyShareClientHello<'_>>(bytes).is_some(),
    |bytes| read::<KeyShareServerHello<'_>>(bytes).is_some(),
    |bytes| read::<KeyShareHelloRetryRequest>(bytes).is_some(),
    |bytes| read::<ClientTicketRequest>(bytes).is_some(),
    |bytes| read::<ServerTicketRequestHint>(bytes).is_some(),
    |bytes| read::<CertWithExternPsk>(bytes).is_some(),
    |bytes| read::<ClientCertificateTypes<'_>>(bytes).is_some(),
    |bytes| read::<ClientCertificateType>(bytes).is_some(),
    |bytes| read::<ServerCertificateTypes<'_>>(bytes).is_some(),
    |bytes| read::<ServerCertificateType>(bytes).is_some(),
    |bytes| read::<DelegatedCredentialSchemes<'_>>(bytes).is_some(),
    |bytes| read::<DelegatedCredential<'_>>(bytes).is_some(),
];

/// Of a body that skips parts: what it writes is read as the same value.
fn read_leniently<'a, T: Decode<'a> + Encode + Debug>(bytes: &'a [u8]) -> bool {
    let value = T::decode(bytes).map_err(|error| refused(error, bytes));
    value.is_ok_and(|value| {
        let written = value.to_bytes();
        assert!(written.len() <= bytes.len(), "{value:?}");
        true
    })
}
