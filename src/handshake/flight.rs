//! The authentication messages as both roles send them (RFC 9846 §4.5; 8446 §4.4).

use alloc::vec::Vec;

use super::Credential;
use super::credential::CertificateWishes;
use super::output::{Actions, Epoch};
use crate::crypto::{Digest, Secret};
use crate::key_schedule::{Kdf, finished_verify_data};
use crate::message::{
    Certificate, CertificateCompressionAlgorithm, CertificateEntry, CertificateVerify, CompressedCertificate,
    ExtensionList, Finished, HandshakeType, SignatureScheme, encode_handshake,
};
use crate::transcript::Transcript;
use crate::wire::{Encode, Writer};

/// Sends Certificate with these entries, leaf first: certificates and their extensions.
pub(super) fn send_certificate<'c>(
    entries: impl Iterator<Item = (&'c [u8], ExtensionList)>,
    transcript: &mut Transcript,
    actions: &mut Actions,
) {
    let msg_type = HandshakeType::CERTIFICATE;
    transcript.add(actions.send(Epoch::Handshake, msg_type, |out| encode_certificate(&[], entries, out)));
}

/// Sends the Certificate of a credential as the peer wishes it; compressed by the algorithm that is given, if it helps.
//= R8879-4-1
pub(super) fn send_credential(
    credential: &Credential,
    wishes: &CertificateWishes,
    transcript: &mut Transcript,
    actions: &mut Actions,
) -> Option<CertificateCompressionAlgorithm> {
    let entries = credential.entries(wishes);
    let Some(compression) = &wishes.compression else {
        send_certificate(entries, transcript, actions);
        return None;
    };
    let mut certificate = Vec::new();
    encode_certificate(&[], entries, &mut Writer::new(&mut certificate));
    let Some(compressed) = compression.compress(&certificate) else {
        let msg_type = HandshakeType::CERTIFICATE;
        transcript.add(actions.send(Epoch::Handshake, msg_type, |out| out.bytes(&certificate)));
        return None;
    };
    let message = CompressedCertificate {
        algorithm: compression.algorithm(),
        uncompressed_length: certificate.len(),
        compressed_certificate_message: &compressed,
    };
    let msg_type = HandshakeType::COMPRESSED_CERTIFICATE;
    transcript.add(actions.send(Epoch::Handshake, msg_type, |out| message.encode(out)));
    Some(message.algorithm)
}

/// The body of Certificate.
fn encode_certificate<'c>(
    certificate_request_context: &[u8],
    entries: impl Iterator<Item = (&'c [u8], ExtensionList)>,
    out: &mut Writer<'_>,
) {
    Certificate::encode_entries(certificate_request_context, out, |out| {
        for (cert_data, extensions) in entries {
            CertificateEntry { cert_data, extensions: extensions.as_extensions() }.encode(out);
        }
    });
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

/// Authentication messages that are made before any of them goes out, to go out as one.
pub(crate) struct AuthenticationMessages {
    bytes: Vec<u8>,
    transcript: Transcript,
}

impl AuthenticationMessages {
    /// None yet; `transcript` is the Handshake Context (§4.5).
    pub(crate) const fn new(transcript: Transcript) -> Self {
        Self { bytes: Vec::new(), transcript }
    }

    /// The hash of the Handshake Context and the messages so far.
    pub(crate) fn transcript_hash(&self) -> Digest {
        self.transcript.current()
    }

    /// Goes on over a message of the other end's, header included.
    pub(crate) fn heard(&mut self, message: &[u8]) {
        self.transcript.add(message);
    }

    /// Adds Certificate.
    pub(crate) fn certificate<'c>(
        &mut self,
        certificate_request_context: &[u8],
        entries: impl Iterator<Item = (&'c [u8], ExtensionList)>,
    ) {
        self.add(HandshakeType::CERTIFICATE, |out| {
            encode_certificate(certificate_request_context, entries, out);
        });
    }

    /// Adds CertificateVerify.
    pub(crate) fn certificate_verify(&mut self, algorithm: SignatureScheme, signature: &[u8]) {
        let message = CertificateVerify { algorithm, signature };
        self.add(HandshakeType::CERTIFICATE_VERIFY, |out| message.encode(out));
    }

    /// All messages, with Finished behind them, whose `verify_data` is made of the hash of all before it.
    pub(crate) fn finished(mut self, verify_data: impl FnOnce(&Digest) -> Digest) -> Vec<u8> {
        let verify_data = verify_data(&self.transcript.current());
        let message = Finished { verify_data: &verify_data };
        self.add(HandshakeType::FINISHED, |out| message.encode(out));
        self.bytes
    }

    fn add(&mut self, msg_type: HandshakeType, body: impl FnOnce(&mut Writer<'_>)) {
        let start = self.bytes.len();
        encode_handshake(msg_type, &mut self.bytes, body);
        self.transcript.add(self.bytes.get(start..).unwrap_or_default());
    }
}
