//! The peer's key schedule over the messages as they were sent.

use handfast::crypto::{CryptoProvider, Digest, Secret, SharedSecret};
use handfast::handshake::Role;
use handfast::key_schedule::{
    EarlySecret, HandshakeSecret, Kdf, LabelPrefix, MainSecret, finished_verify_data,
};
use handfast::message::{CipherSuite, HandshakeType};
use handfast::resumption::{Psk, binder};

use super::step::Message;

/// The transcript, and the secrets that come of it.
pub struct Schedule {
    pub suite: CipherSuite,
    kdf: Kdf,
    messages: Vec<u8>,
    handshake_secret: Option<HandshakeSecret>,
    main_secret: Option<MainSecret>,
    /// Of the handshake: the client's, the server's.
    pub handshake: Option<(Secret, Secret)>,
    /// Of the application: the client's, the server's.
    pub application: Option<(Secret, Secret)>,
}

impl Schedule {
    /// A schedule for a suite, over the messages so far.
    pub fn new(crypto: &CryptoProvider, suite: CipherSuite, messages: Vec<u8>) -> Self {
        let hash = suite.hash().expect("a suite that we know");
        Self {
            suite,
            kdf: Kdf::new(crypto, hash, LabelPrefix::Tls13).expect("HKDF"),
            messages,
            handshake_secret: None,
            main_secret: None,
            handshake: None,
            application: None,
        }
    }

    /// ClientHello1 gives way to its hash (§4.1).
    pub fn retry(&mut self) {
        let hash = self.kdf.hash().digest(&self.messages);
        self.messages = Message::new(HandshakeType::MESSAGE_HASH, hash.to_vec()).to_bytes();
    }

    pub fn add(&mut self, message: &Message) {
        self.messages.extend(message.to_bytes());
    }

    pub fn transcript_hash(&self) -> Digest {
        self.kdf.hash().digest(&self.messages)
    }

    /// The messages so far.
    pub fn messages(&self) -> &[u8] {
        &self.messages
    }

    /// ServerHello is the last message.
    pub fn agree(&mut self, shared_secret: &SharedSecret, psk: Option<&Psk>) {
        let early_secret = EarlySecret::new(self.kdf.clone(), psk.map(Psk::expose));
        let secret = early_secret.into_handshake_secret(Some(shared_secret));
        let hash = self.transcript_hash();
        let secrets = secret.traffic_secrets(&hash);
        self.handshake =
            Some((secrets.client_handshake_traffic_secret, secrets.server_handshake_traffic_secret));
        self.handshake_secret = Some(secret);
    }

    /// The server's Finished is the last message.
    pub fn server_finished(&mut self) {
        let secret = self.handshake_secret.take().expect("a handshake secret").into_main_secret();
        let hash = self.transcript_hash();
        let secrets = secret.application_secrets(&hash);
        self.application =
            Some((secrets.client_application_traffic_secret_0, secrets.server_application_traffic_secret_0));
        self.main_secret = Some(secret);
    }

    /// Puts other messages in place of those so far, and gives those back: a transcript that goes its own way.
    pub fn replace_messages(&mut self, messages: Vec<u8>) -> Vec<u8> {
        std::mem::replace(&mut self.messages, messages)
    }

    /// `verify_data` of a Finished under this Base Key.
    pub fn verify_data_under(&self, base_key: &Secret) -> Digest {
        finished_verify_data(&self.kdf, base_key, &self.transcript_hash())
    }

    /// `verify_data` of this side's Finished.
    pub fn verify_data(&self, sender: Role) -> Digest {
        let (client, server) = self.handshake.as_ref().expect("handshake secrets");
        let base_key = match sender {
            Role::Client => client,
            Role::Server => server,
        };
        self.verify_data_under(base_key)
    }
}

/// The binder of a PSK over all that stands before it (§4.3.11.2).
pub fn psk_binder(crypto: &CryptoProvider, psk: &Psk, messages: &[u8]) -> Vec<u8> {
    let kdf = Kdf::new(crypto, psk.hash(), LabelPrefix::Tls13).expect("HKDF");
    let early_secret = EarlySecret::new(kdf.clone(), Some(psk.expose()));
    binder(&kdf, &early_secret, psk, &kdf.hash().digest(messages)).to_vec()
}

/// `client_early_traffic_secret` behind a ClientHello, and the suite that goes with it: the first one of the PSK's
/// hash.
pub fn early_traffic_secret(
    crypto: &CryptoProvider,
    psk: &Psk,
    suites: &[CipherSuite],
    client_hello: &[u8],
) -> (CipherSuite, Secret) {
    let kdf = Kdf::new(crypto, psk.hash(), LabelPrefix::Tls13).expect("HKDF");
    let suite =
        suites.iter().find(|suite| suite.hash() == Some(psk.hash())).expect("a suite of the PSK's hash");
    let hash = kdf.hash().digest(client_hello);
    (*suite, EarlySecret::new(kdf, Some(psk.expose())).client_early_traffic_secret(&hash))
}
