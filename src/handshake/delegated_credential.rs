//! Keys that a certificate delegates to, for a short time (RFC 9345).
//!
//! This floor verifies the delegation's signature, and that CertificateVerify is by the very scheme that it names. What
//! takes reading the certificate, whether it may delegate and until when, is judged with the chain.

use alloc::vec::Vec;

use super::ask::AcceptedPeer;
use super::verify::verify_signature;
use super::{Config, Fault, PeerChain, PeerFault, Role};
use crate::crypto::PublicKey;
use crate::message::{DelegatedCredential, SignatureScheme};
use crate::wire::Writer;

/// May such a scheme be that of a delegated key? "When using RSA, the public key MUST NOT use the rsaEncryption OID"
/// (§4).
//= R9345-4-3
//= R9345-4-4
pub(crate) fn may_be_delegated_to(scheme: SignatureScheme) -> bool {
    const RSAE: [SignatureScheme; 3] = [
        SignatureScheme::RSA_PSS_RSAE_SHA256,
        SignatureScheme::RSA_PSS_RSAE_SHA384,
        SignatureScheme::RSA_PSS_RSAE_SHA512,
    ];
    scheme.in_certificate_verify() && !RSAE.contains(&scheme)
}

/// What the delegation's signature is over: 64 spaces, the context string of the delegator's role, a zero byte, the
/// end-entity certificate, and all of the credential that comes before the signature (§4).
//= R9345-4-5
pub(crate) fn signed_content(
    delegator: Role,
    end_entity: &[u8],
    credential: &DelegatedCredential<'_>,
) -> Vec<u8> {
    let context: &[u8] = match delegator {
        Role::Server => b"TLS, server delegated credentials",
        Role::Client => b"TLS, client delegated credentials",
    };
    let mut content = alloc::vec![0x20; 64];
    content.extend_from_slice(context);
    content.push(0);
    content.extend_from_slice(end_entity);
    credential.encode_signed(&mut Writer::new(&mut content));
    content
}

/// Checks what can be checked before the chain is judged: the schemes are those that we offered.
//= R9345-4.1.1-5
//= R9345-4.1.2-5
pub(super) fn check_schemes(credential: &DelegatedCredential<'_>, config: &Config) -> Result<(), PeerFault> {
    let scheme = credential.dc_cert_verify_algorithm;
    let invalid = |why| Err(PeerFault::DelegatedCredential { why });
    if !config.delegated_credential_schemes.contains(&scheme) || !may_be_delegated_to(scheme) {
        return invalid("its key is of a scheme that we did not offer for such keys");
    }
    if !config.signature_schemes.contains(&credential.algorithm) {
        return invalid("it is signed by a scheme that we did not offer");
    }
    Ok(())
}

/// The key that CertificateVerify is by: the judged one of the leaf, or that which it delegates to (§4.1.3).
pub(crate) fn proving_key(
    signer: Role,
    chain: &PeerChain,
    peer: &AcceptedPeer,
    config: &Config,
) -> Result<PublicKey, Fault> {
    let Some(credential) = chain.delegated_credential() else { return Ok(peer.public_key.clone()) };
    let invalid = |why| PeerFault::DelegatedCredential { why };
    //= R9345-4.1.3-4
    if !peer.may_delegate {
        return Err(invalid("the verdict on its certificate does not let that delegate").into());
    }
    let key = PublicKey::from_spki(credential.asn1_subject_public_key_info)
        .map_err(|_| invalid("its key cannot be read, or is none that we can use"))?;
    let end_entity = chain.certificates().next().unwrap_or_default();
    let content = signed_content(signer, end_entity, &credential);
    //= R9345-4.1.3-5
    verify_signature(credential.algorithm, credential.signature, &content, &peer.public_key, config)
        .map_err(|_| invalid("its signature does not verify with the key of the certificate"))?;
    Ok(key)
}
