//! The two proofs of the authentication messages, the same for both roles (RFC 9846 §4.5.2, §4.5.3; 8446
//! §4.4.3, §4.4.4).

use subtle::ConstantTimeEq;

use super::credential::SignedContent;
use super::step::Received;
use super::{Config, Fault, OwnFault, PeerChain, PeerFault, Role};
use crate::crypto::{Digest, PublicKey, Secret};
use crate::key_schedule::{Kdf, finished_verify_data};
use crate::message::{CertificateVerify, Finished, SignatureScheme};
use crate::wire::Decode;

/// Verifies the peer's CertificateVerify with its judged key and returns the scheme.
pub(super) fn verify_certificate_verify(
    signer: Role,
    received: &Received<'_>,
    (chain, peer_key): (&PeerChain, &PublicKey),
    transcript_hash: &Digest,
    config: &Config,
) -> Result<SignatureScheme, Fault> {
    let message = read_certificate_verify(received, chain, config)?;
    let content = SignedContent::new(signer, transcript_hash);
    verify_signature(message.algorithm, message.signature, &content, peer_key, config)?;
    Ok(message.algorithm)
}

/// Reads the peer's CertificateVerify, which is by a scheme that we offered; by a delegated key, by its scheme alone.
pub(crate) fn read_certificate_verify<'m>(
    received: &Received<'m>,
    chain: &PeerChain,
    config: &Config,
) -> Result<CertificateVerify<'m>, PeerFault> {
    let message: CertificateVerify<'_> = received.decode()?;
    let scheme = message.algorithm;
    if let Some(credential) = chain.delegated_credential() {
        //= R9345-4.1.3-3
        return if credential.dc_cert_verify_algorithm == scheme {
            Ok(message)
        } else {
            let why = "CertificateVerify is by another scheme than it says";
            Err(PeerFault::DelegatedCredential { why })
        };
    }
    //= R-4.5.2-4
    //= R-4.5.2-5
    //= R-4.5.2-7
    if !config.signature_schemes.contains(&scheme) || !scheme.in_certificate_verify() {
        return Err(PeerFault::SchemeNotOffered(scheme));
    }
    Ok(message)
}

/// Verifies the signature of a CertificateVerify with the judged key, or that of a delegation.
pub(crate) fn verify_signature(
    scheme: SignatureScheme,
    signature: &[u8],
    content: &[u8],
    peer_key: &PublicKey,
    config: &Config,
) -> Result<(), Fault> {
    let algorithm = scheme.algorithm().ok_or(PeerFault::SchemeNotOffered(scheme))?;
    //= R-4.3.3-1
    //= R-4.5.2-6
    if !peer_key.is_for(algorithm) {
        return Err(PeerFault::SchemeDoesNotFitKey(scheme).into());
    }
    //= R-4.5.2-8
    //= R-4.5.2-9
    let verifier = config.crypto.verifier(algorithm).ok_or(OwnFault::NotProvided("signature scheme"))?;
    Ok(verifier.verify(peer_key, content, signature).map_err(|_| PeerFault::BadSignature)?)
}

/// Verifies the peer's Finished under this Base Key (§4.5, Table 2).
pub(super) fn verify_finished(
    received: &Received<'_>,
    kdf: &Kdf,
    base_key: &Secret,
    transcript_hash: &Digest,
) -> Result<(), PeerFault> {
    let expected = finished_verify_data(kdf, base_key, transcript_hash);
    let message = Finished::decode(received.body).map_err(|error| received.malformed(error))?;
    //= R-4.5.3-1
    if bool::from(message.verify_data.ct_eq(&expected)) { Ok(()) } else { Err(PeerFault::BadFinished) }
}
