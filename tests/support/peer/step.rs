//! The steps of a handshake by name, and the messages that they send.

use handfast::message::{HandshakeType, peek_header};
use handfast::wire::{Encode, Writer};

use super::body::{self, Body};

/// A step at which the peer sends a message. HelloRetryRequest and the second ClientHello are steps of their own.
pub trait Step: Copy {
    /// What the message holds.
    type Body: Body;
    /// The message's type.
    const TYPE: HandshakeType;
    /// The step's name.
    const NAME: &'static str;
}

macro_rules! steps {
    ($($name:ident: $body:ident = $constant:ident,)*) => { $(
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Step for $name {
            type Body = body::$body;
            const TYPE: HandshakeType = HandshakeType::$constant;
            const NAME: &'static str = stringify!($name);
        }
    )* };
}
steps! {
    ClientHello: ClientHello = CLIENT_HELLO,
    HelloRetryRequest: ServerHello = SERVER_HELLO,
    SecondClientHello: ClientHello = CLIENT_HELLO,
    ServerHello: ServerHello = SERVER_HELLO,
    EncryptedExtensions: EncryptedExtensions = ENCRYPTED_EXTENSIONS,
    CertificateRequest: CertificateRequest = CERTIFICATE_REQUEST,
    Certificate: Certificate = CERTIFICATE,
    CertificateVerify: CertificateVerify = CERTIFICATE_VERIFY,
    EndOfEarlyData: EndOfEarlyData = END_OF_EARLY_DATA,
    Finished: Finished = FINISHED,
    NewSessionTicket: NewSessionTicket = NEW_SESSION_TICKET,
    KeyUpdate: KeyUpdate = KEY_UPDATE,
}

/// A handshake message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub msg_type: HandshakeType,
    pub body: Vec<u8>,
    /// What the header says, where it lies about the body.
    pub length: Option<u32>,
}

impl Message {
    /// A message of this type.
    pub fn new(msg_type: HandshakeType, body: impl Into<Vec<u8>>) -> Self {
        Self { msg_type, body: body.into(), length: None }
    }

    /// The message of a step.
    pub fn of<S: Step>(_: S, body: &S::Body) -> Self {
        Self::new(S::TYPE, body.write())
    }

    /// Header and body.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut out = Writer::new(&mut bytes);
        match self.length {
            None => {
                handfast::message::Handshake { msg_type: self.msg_type, body: &self.body }.encode(&mut out)
            }
            Some(length) => {
                out.u8(self.msg_type.0);
                out.u24(length);
                out.bytes(&self.body);
            }
        }
        bytes
    }

    /// Takes the first message out of `bytes`, once it is whole.
    pub fn take(bytes: &mut Vec<u8>) -> Option<Self> {
        let (msg_type, length) = peek_header(bytes)?;
        let body = bytes.get(4..4 + length)?.to_vec();
        bytes.drain(..4 + length);
        Some(Self::new(msg_type, body))
    }
}
