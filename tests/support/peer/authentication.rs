//! Certificate, CertificateVerify and Finished, the same in both roles (§4.5).

use handfast::crypto::PublicKey;
use handfast::handshake::{Epoch, SignedContent};
use handfast::message::{DelegatedCredential, SignatureScheme};
use handfast::pki::certificate::Certificate;

use super::body::{self, Body};
use super::step::{self, Message};
use super::{Credential, Numbers, Peer};

impl Peer {
    pub(super) fn send_certificate(&mut self, credential: Option<&Credential>) {
        let certificate = Self::certificate(&[], credential);
        self.send(step::Certificate, Epoch::Handshake, &certificate);
    }

    /// Certificate, empty without a credential.
    pub(super) fn certificate(context: &[u8], credential: Option<&Credential>) -> body::Certificate {
        let entry = |der: &Vec<u8>| body::CertificateEntry {
            cert_data: der.clone(),
            extensions: body::Extensions::default(),
        };
        let chain = credential.map(|credential| credential.chain.iter().map(entry).collect());
        body::Certificate {
            certificate_request_context: context.to_vec(),
            certificate_list: chain.unwrap_or_default(),
        }
    }

    /// The schemes whose signatures it can verify.
    pub(super) fn signature_schemes(&self) -> Vec<SignatureScheme> {
        let verified = |algorithm| self.crypto.verifier(algorithm).is_some();
        SignatureScheme::for_certificate_verify()
            .filter(|scheme| scheme.algorithm().is_some_and(verified))
            .collect()
    }

    pub(super) fn send_certificate_verify(&mut self, credential: &Credential) {
        let verify = self.certificate_verify(credential);
        self.send(step::CertificateVerify, Epoch::Handshake, &verify);
    }

    /// CertificateVerify over the transcript as it is.
    pub(super) fn certificate_verify(&self, credential: &Credential) -> body::CertificateVerify {
        let algorithms = credential.key.algorithms();
        let scheme = SignatureScheme::for_certificate_verify()
            .find(|scheme| scheme.algorithm().is_some_and(|algorithm| algorithms.contains(&algorithm)))
            .expect("a scheme for the key");
        let hash = self.schedule.as_ref().expect("a schedule").transcript_hash();
        let content = SignedContent::new(self.role, &hash);
        let content = self.script.signed_content.as_ref().map_or(content.to_vec(), |edit| edit(&content));
        let algorithm = scheme.algorithm().expect("an algorithm");
        let signature = credential.key.sign(algorithm, &content, &mut Numbers).expect("signing");
        body::CertificateVerify { algorithm: scheme, signature }
    }

    pub(super) fn send_finished(&mut self) {
        let verify_data = self.schedule.as_ref().expect("a schedule").verify_data(self.role).to_vec();
        self.send(step::Finished, Epoch::Handshake, &body::Finished { verify_data });
    }

    /// Certificate of the other end: its key, once there is one.
    pub(super) fn hear_certificate(&mut self, message: &Message) {
        let certificate = body::Certificate::read(&message.body);
        self.subject_key = certificate.certificate_list.first().map(|leaf| {
            let spki: &[u8] = match Certificate::from_der(&leaf.cert_data) {
                Ok(certificate) => certificate.subject_public_key_info.der,
                Err(_) => &leaf.cert_data,
            };
            let delegated: Option<DelegatedCredential<'_>> = leaf.extensions.get();
            let spki = delegated.map_or(spki, |delegated| delegated.asn1_subject_public_key_info);
            PublicKey::from_spki(spki).expect("the key of a certificate, or a raw one")
        });
        self.add(message);
    }

    pub(super) fn hear_certificate_verify(&mut self, message: &Message) {
        let verify = body::CertificateVerify::read(&message.body);
        let hash = self.schedule.as_ref().expect("a schedule").transcript_hash();
        let verifier = self.crypto.verifier(verify.algorithm.algorithm().expect("a scheme that we know"));
        let content = SignedContent::new(self.role.peer(), &hash);
        let key = self.subject_key.as_ref().expect("a certificate to verify with");
        let verified = verifier.expect("a verifier").verify(key, &content, &verify.signature);
        verified.expect("a CertificateVerify that verifies");
        self.add(message);
    }

    pub(super) fn hear_finished(&mut self, message: &Message) {
        let verify_data = self.schedule.as_ref().expect("a schedule").verify_data(self.role.peer());
        assert_eq!(message.body, *verify_data, "Finished does not verify");
        self.add(message);
    }

    pub(super) fn add(&mut self, message: &Message) {
        self.schedule.as_mut().expect("a schedule").add(message);
    }
}
