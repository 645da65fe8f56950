//! Post-handshake authentication as the peer does it (§4.7.2): a server asks and verifies, a client answers.

use handfast::handshake::Epoch;
use handfast::message::HandshakeType;

use super::body::{self, Body};
use super::record::Record;
use super::step::{self, Message};
use super::{Credential, Peer};

/// An answer that has verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub context: Vec<u8>,
    pub certificates: usize,
}

impl Peer {
    /// A server asks for a certificate.
    pub fn request_certificate(&mut self, context: &[u8]) {
        self.request_certificate_with(context, |_| {});
    }

    /// The same with another request.
    pub fn request_certificate_with(
        &mut self,
        context: &[u8],
        change: impl FnOnce(&mut body::CertificateRequest),
    ) {
        let mut request = self.certificate_request(context);
        change(&mut request);
        let message = Message::of(step::CertificateRequest, &request);
        let messages = self.schedule.as_ref().expect("a schedule").messages();
        self.requests.push((context.to_vec(), [messages, &message.to_bytes()].concat()));
        self.say(&Record::message(Epoch::Application, &message));
    }

    /// Takes a message of a client's answer, which verifies.
    pub(super) fn hear_answer(&mut self) -> bool {
        let Some(message) = self.unheard.pop_front() else { return false };
        match message.msg_type {
            HandshakeType::CERTIFICATE => {
                let certificate = body::Certificate::read(&message.body);
                let context = certificate.certificate_request_context;
                let asked = self.requests.iter().position(|(asked, _)| *asked == context);
                let (_, transcript) = self.requests.remove(asked.expect("an answer to a request"));
                let handshake = self.schedule.as_mut().expect("a schedule").replace_messages(transcript);
                let answer = Answer { context, certificates: certificate.certificate_list.len() };
                assert!(self.answering.replace((answer, handshake)).is_none(), "another answer is not whole");
                self.hear_certificate(&message);
            }
            HandshakeType::CERTIFICATE_VERIFY => self.hear_certificate_verify(&message),
            HandshakeType::FINISHED => {
                let schedule = self.schedule.as_mut().expect("a schedule");
                let base_key = self.read_keys.as_ref().expect("keys of the client").secret();
                assert_eq!(message.body, *schedule.verify_data_under(base_key), "Finished does not verify");
                let (answer, handshake) = self.answering.take().expect("an answer");
                schedule.replace_messages(handshake);
                self.answers.push(answer);
            }
            other => panic!("{other} behind the handshake"),
        }
        true
    }

    /// The request behind the handshake that came last.
    pub fn last_request(&self) -> Message {
        let is_request = |message: &&Message| message.msg_type == HandshakeType::CERTIFICATE_REQUEST;
        self.heard.iter().rfind(is_request).expect("a request").clone()
    }

    /// A client's answer to a request, under its keys as they are now; `change` sees each message before the next one
    /// is made.
    pub fn answer(
        &mut self,
        request: &Message,
        credential: Option<&Credential>,
        change: impl Fn(&mut Message),
    ) -> Vec<Message> {
        let context = body::CertificateRequest::read(&request.body).certificate_request_context;
        let schedule = self.schedule.as_mut().expect("a schedule");
        let handshake = schedule.replace_messages(Vec::new());
        schedule.replace_messages([&handshake[..], &request.to_bytes()].concat());
        let mut messages = Vec::new();
        let mut add = |peer: &mut Self, mut message: Message| {
            change(&mut message);
            peer.add(&message);
            messages.push(message);
        };
        let certificate = Self::certificate(&context, credential);
        add(self, Message::of(step::Certificate, &certificate));
        if let Some(credential) = credential {
            let verify = self.certificate_verify(credential);
            add(self, Message::of(step::CertificateVerify, &verify));
        }
        let base_key = self.application_keys.as_ref().expect("application keys").secret();
        let verify_data = self.schedule.as_ref().expect("a schedule").verify_data_under(base_key).to_vec();
        add(self, Message::of(step::Finished, &body::Finished { verify_data }));
        self.schedule.as_mut().expect("a schedule").replace_messages(handshake);
        messages
    }
}
