//! The authentication messages as both roles send them (RFC 9846 §4.5; 8446 §4.4).

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::output::{Actions, Epoch};
use crate::crypto::Secret;
use crate::key_schedule::{Kdf, finished_verify_data};
use crate::message::{
    Certificate, CertificateEntry, CertificateList, CertificateVerify, ExtensionList, Finished,
    HandshakeType, SignatureScheme,
};
use crate::transcript::Transcript;
use crate::wire::{Encode, Writer};

/// Sends Certificate with these entries: certificate and extensions, leaf first.
pub(super) fn send_certificate(
    entries: &[(Arc<[u8]>, ExtensionList)],
    transcript: &mut Transcript,
    actions: &mut Actions,
) {
    let mut contents = Vec::new();
    let mut out = Writer::new(&mut contents);
    for (certificate, extensions) in entries {
        CertificateEntry { cert_data: certificate, extensions: extensions.as_extensions() }.encode(&mut out);
    }
    let message = Certificate {
        certificate_request_context: &[],
        certificate_list: CertificateList::from_contents(&contents),
    };
    transcript.add(actions.send(Epoch::Handshake, HandshakeType::CERTIFICATE, |out| message.encode(out)));
}

/// Sends CertificateVerify.
pub(super) fn send_certificate_verify(
    algorithm: SignatureScheme,
    signature: &[u8],
    transcript: &mut Transcript,
    actions: &mut Actions,
) {
    let message = CertificateVerify { algorithm, signature };
    transcript
        .add(actions.send(Epoch::Handshake, HandshakeType::CERTIFICATE_VERIFY, |out| message.encode(out)));
}

/// Sends Finished under our handshake traffic secret.
pub(super) fn send_finished(
    kdf: &Kdf,
    base_key: &Secret,
    transcript: &mut Transcript,
    actions: &mut Actions,
) {
    let verify_data = finished_verify_data(kdf, base_key, &transcript.current());
    let message = Finished { verify_data: &verify_data };
    transcript.add(actions.send(Epoch::Handshake, HandshakeType::FINISHED, |out| message.encode(out)));
}
