//! ClientHelloInner, and EncodedClientHelloInner of it (RFC 9849 §5.1).

use alloc::vec::Vec;

use crate::handshake::PeerFault;
use crate::message::{
    ClientHello, EchClientHello, ExtensionFault, ExtensionList, ExtensionType, HandshakeType,
    OuterExtensions, ProtocolVersion, RawExtension, SupportedVersionsClientHello, encode_handshake,
};
use crate::wire::{Decode, DecodeError, Encode, Reader};

const MESSAGE: HandshakeType = HandshakeType::CLIENT_HELLO;

fn malformed(error: DecodeError) -> PeerFault {
    PeerFault::Malformed { message: MESSAGE, error: error.of("EncodedClientHelloInner") }
}

const fn refused(what: &'static str) -> PeerFault {
    PeerFault::EncryptedClientHello { what }
}

/// ClientHelloInner with its header, from what the client has encrypted and the ClientHelloOuter that it came in.
///
/// # Errors
/// [`PeerFault`]: `decode_error` if it is malformed; `illegal_parameter` if its padding is not zeros, if
/// `ech_outer_extensions` refers to what is not there, or if it is no ClientHello that may be inside (§5.1, §7.1).
pub(crate) fn reconstruct(encoded: &[u8], outer: &ClientHello<'_>) -> Result<Vec<u8>, PeerFault> {
    let mut r = Reader::new(encoded);
    let inner = ClientHello::read(&mut r).map_err(malformed)?;
    //= R9849-5.1-6
    if r.unread().iter().any(|padding| *padding != 0) {
        return Err(refused("the padding of EncodedClientHelloInner is not zeros (§5.1)"));
    }
    if !inner.legacy_session_id.is_empty() {
        return Err(refused("legacy_session_id of EncodedClientHelloInner is not empty (§5.1)"));
    }
    let extensions = expand(&inner, outer)?;
    let inner = ClientHello {
        legacy_session_id: outer.legacy_session_id,
        extensions: extensions.as_extensions(),
        ..inner
    };
    check(&inner)?;
    let mut bytes = Vec::new();
    encode_handshake(MESSAGE, &mut bytes, |out| inner.encode(out));
    Ok(bytes)
}

/// The extensions of ClientHelloInner, those of ClientHelloOuter in the place of `ech_outer_extensions`, in linear time
/// (Appendix A): a reference that goes back is one that finds nothing.
fn expand(inner: &ClientHello<'_>, outer: &ClientHello<'_>) -> Result<ExtensionList, PeerFault> {
    let mut expanded = ExtensionList::new();
    let mut has_expanded = false;
    for RawExtension { extension_type, extension_data } in inner.extensions.iter() {
        if extension_type != ExtensionType::ECH_OUTER_EXTENSIONS {
            expanded.push_raw(extension_type, extension_data);
            continue;
        }
        if has_expanded {
            return Err(PeerFault::Extension {
                message: MESSAGE,
                fault: ExtensionFault::Duplicate(extension_type),
            });
        }
        has_expanded = true;
        let references = OuterExtensions::decode(extension_data).map_err(malformed)?;
        //= R9849-5.1-8
        let mut left = outer.extensions.iter();
        for reference in references.extension_types.iter() {
            let is_forbidden = matches!(
                reference,
                ExtensionType::ENCRYPTED_CLIENT_HELLO | ExtensionType::ECH_OUTER_EXTENSIONS
            );
            let found = left.find(|extension| extension.extension_type == reference);
            //= R9849-5.1-7
            let found = found.filter(|_| !is_forbidden).ok_or(refused(
                "ech_outer_extensions refers to what ClientHelloOuter does not have, or not in this order (§5.1)",
            ))?;
            expanded.push_raw(reference, found.extension_data);
        }
    }
    Ok(expanded)
}

/// It says that it is inside, and offers nothing below TLS 1.3 (§7.1).
fn check(inner: &ClientHello<'_>) -> Result<(), PeerFault> {
    let ech: Result<Option<EchClientHello<'_>>, _> = inner.extensions.get();
    //= R9849-7.1-5
    if ech != Ok(Some(EchClientHello::Inner)) {
        return Err(refused("ClientHelloInner has no encrypted_client_hello of type inner (§7.1)"));
    }
    let versions: Option<SupportedVersionsClientHello<'_>> = inner.extensions.get().map_err(malformed)?;
    let offers_older = versions.is_none_or(|offered| {
        offered.versions.iter().any(|version| !version.is_grease() && version < ProtocolVersion::TLS13)
    });
    if offers_older {
        return Err(refused("ClientHelloInner offers TLS 1.2 or below (§7.1)"));
    }
    Ok(())
}
