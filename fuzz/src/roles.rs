//! Client and server against a peer that is correct but for one message, or against a stream of bytes.
//!
//! The run is a function of the input: nothing draws randomness. What the peer sends is what its own transcript is
//! made of, so a message that differs and is well formed is met as one of a peer that meant it.

use std::sync::Arc;

use handfast::connection::{self, Connection, Event, Need};
use handfast::crypto::{CryptoProvider, Entropy, PrivateKeyInfo, PublicKey, Sign, rustcrypto};
use handfast::danger;
use handfast::handshake::{
    Answer, Ask, Config, Credential, Epoch, Fault, Handshake, Milestone, Output, Role,
};
use handfast::identity::{ExpectedPeer, PeerIdentity};
use handfast::message::NamedGroup;
use handfast::pki::certificate::Certificate;
use handfast::time::Time;

#[path = "../../tests/support/peer/mod.rs"]
#[allow(dead_code, reason = "fuzzing changes bodies, and no records")]
mod peer;

use peer::Peer;
use peer::step::{self, Step};

const NOW: Time = Time::from_secs_since_1970(1_893_456_000);
const KEY: &str = include_str!("../../vectors/keys/ed25519-pkcs8.pem");
const CERTIFICATE: &str = include_str!("../../vectors/peer/ed25519.pem");

/// The first byte chooses what the server says otherwise, the rest is the body of that message:
/// HelloRetryRequest, ServerHello, EncryptedExtensions, CertificateRequest, Certificate, CertificateVerify, Finished,
/// handshake bytes behind it; or else all that it says, as a stream.
pub fn client(bytes: &[u8]) -> bool {
    let Some((choice, rest)) = bytes.split_first() else { return false };
    let server = || Peer::server(crypto(), peer_credential());
    let retrying = || server().retrying(NamedGroup::SECP256R1);
    match choice {
        0 => meet(Role::Client, says(retrying(), step::HelloRetryRequest, rest), &[]),
        1 => meet(Role::Client, says(server(), step::ServerHello, rest), &[]),
        2 => meet(Role::Client, says(server(), step::EncryptedExtensions, rest), &[]),
        3 => meet(Role::Client, says(server(), step::CertificateRequest, rest), &[]),
        4 => meet(Role::Client, says(server(), step::Certificate, rest), &[]),
        5 => meet(Role::Client, says(server(), step::CertificateVerify, rest), &[]),
        6 => meet(Role::Client, says(server(), step::Finished, rest), &[]),
        7 => meet(Role::Client, server(), rest),
        _ => stream(Role::Client, rest),
    }
}

/// The same of a client: ClientHello, the second ClientHello, Certificate, CertificateVerify, Finished, handshake
/// bytes behind it; or else all that it says, as a stream.
pub fn server(bytes: &[u8]) -> bool {
    let Some((choice, rest)) = bytes.split_first() else { return false };
    let client = || Peer::client(crypto(), Some(peer_credential()));
    let retried = || client().with_groups(&[NamedGroup::SECP384R1, NamedGroup::X25519]);
    match choice {
        0 => hello(says(client(), step::ClientHello, rest), 0),
        1 => hello(says(retried(), step::SecondClientHello, rest), 1),
        2 => meet(Role::Server, says(client(), step::Certificate, rest), &[]),
        3 => meet(Role::Server, says(client(), step::CertificateVerify, rest), &[]),
        4 => meet(Role::Server, says(client(), step::Finished, rest), &[]),
        5 => meet(Role::Server, client(), rest),
        _ => stream(Role::Server, rest),
    }
}

fn private_key() -> Arc<dyn Sign> {
    let key = PrivateKeyInfo::from_pem(KEY).expect("a key");
    rustcrypto::provider().load_signing_key(&key).expect("a key that signs")
}

/// In DER.
fn certificate() -> Vec<u8> {
    let block = handfast::pem::blocks(CERTIFICATE.as_bytes()).next().expect("a block").expect("a block");
    block.decode().expect("a certificate").to_vec()
}

fn peer_credential() -> peer::Credential {
    peer::Credential { chain: vec![certificate()], key: private_key() }
}

/// Offers what the seeds were made under: a Finished is of the very bytes of the hellos.
fn crypto() -> CryptoProvider {
    use handfast::crypto::KeyExchangeAlgorithm::{Secp256r1, Secp384r1, X25519};
    use handfast::crypto::PublicKeyAlgorithm::{EcP256, EcP384, Ed25519, Rsa};
    let mut crypto = rustcrypto::provider();
    crypto.key_exchanges.retain(|exchange| matches!(exchange.algorithm(), X25519 | Secp256r1 | Secp384r1));
    let of_the_seeds = |key| matches!(key, EcP256 | EcP384 | Ed25519 | Rsa);
    crypto.verifiers.retain(|verifier| of_the_seeds(verifier.algorithm().key_algorithm()));
    crypto
}

fn expected() -> ExpectedPeer {
    ExpectedPeer::dns("peer.test").expect("a name")
}

/// The peer, with this body at this step.
fn says<S: Step>(peer: Peer, step: S, body: &[u8]) -> Peer {
    peer.instead(step, step::Message::new(S::TYPE, body))
}

/// A machine of ours, whose asks are answered.
struct Machine {
    handshake: Handshake,
    connected: bool,
}

impl Machine {
    fn new(role: Role) -> Self {
        let mut config = Config::new(crypto());
        let entropy = Entropy::from_platform([1; 32]);
        let handshake = match role {
            // The seeds have shares of these.
            Role::Client => {
                config.groups.retain(|group| !group.is_hybrid());
                Handshake::client(Arc::new(config), Arc::new(expected()), Vec::new(), entropy)
            }
            Role::Server => {
                config.groups = vec![NamedGroup::X25519];
                config.tickets = 1;
                Handshake::server(Arc::new(config), Vec::new(), entropy)
            }
        };
        Self { handshake, connected: false }
    }

    /// Goes on until more bytes are needed; a fault is given again and has its alert and its words.
    fn work(&mut self) -> Result<(), Fault> {
        loop {
            match self.handshake.next(NOW) {
                Ok(Some(Output::Milestone(Milestone::Connected(_)))) => {
                    assert!(!self.connected, "connected twice");
                    self.connected = true;
                }
                Ok(Some(_)) => {}
                Ok(None) => match self.handshake.pending().map(answers) {
                    Some(answers) => assert!(
                        answers.into_iter().any(|answer| self.handshake.answer(answer).is_ok()),
                        "no answer was taken"
                    ),
                    None => return Ok(()),
                },
                Err(fault) => {
                    assert!(!fault.alert().is_closure() && !fault.to_string().is_empty());
                    assert_eq!(self.handshake.next(NOW).expect_err("the fault again"), fault);
                    return Err(fault);
                }
            }
        }
    }

    fn carry_to(&mut self, peer: &mut Peer) -> bool {
        let mut carried = false;
        while let Some((_, bytes)) = self.handshake.owed() {
            let bytes = bytes.to_vec();
            assert!(bytes.len() < 100_000);
            self.handshake.sent(bytes.len());
            peer.take_handshake(&bytes);
            carried = true;
        }
        carried
    }

    /// Talks with the peer until both are silent.
    fn talk(&mut self, peer: &mut Peer) -> Result<(), Fault> {
        loop {
            self.work()?;
            let carried = self.carry_to(peer);
            peer.go_on();
            match peer.chunks.pop_front() {
                Some((epoch, bytes)) => self.handshake.receive(epoch, &bytes),
                None if carried => {}
                None => return Ok(()),
            }
        }
    }
}

/// What may be said to an ask, best first.
fn answers(ask: &Ask) -> Vec<Answer> {
    if let Ask::ChooseCredential(ask) = ask {
        let credential = Arc::new(Credential::local(vec![certificate().into()], private_key()));
        return vec![ask.choose(credential), ask.none()];
    }
    if let Ask::JudgePeer(ask) = ask {
        let leaf = ask.chain.certificates().next().and_then(|leaf| Certificate::from_der(leaf).ok());
        let key = leaf.and_then(|leaf| PublicKey::from_spki(leaf.subject_public_key_info.der).ok());
        let accepted = key.map(|key| ask.accept(key, Arc::new(PeerIdentity::default())));
        let alert = handfast::alert::AlertDescription::BAD_CERTIFICATE;
        return vec![accepted.unwrap_or_else(|| ask.refuse(alert, "no certificate".into()))];
    }
    if let Ask::SealTicket(ask) = ask {
        return vec![ask.sealed(b"ticket".to_vec())];
    }
    vec![ask.failed()]
}

/// A whole handshake, and handshake bytes behind it; says whether all of it was taken.
fn meet(role: Role, mut peer: Peer, behind: &[u8]) -> bool {
    let mut machine = Machine::new(role);
    if machine.talk(&mut peer).is_err() || !machine.connected {
        return false;
    }
    assert!(peer.is_connected());
    machine.handshake.receive(Epoch::Application, behind);
    machine.work().is_ok()
}

/// A server that hears a ClientHello, behind so many correct ones; says whether it answers.
fn hello(mut client: Peer, correct: usize) -> bool {
    let mut server = Machine::new(Role::Server);
    for _ in 0..correct {
        client.go_on();
        let Some((epoch, hello)) = client.chunks.pop_front() else { return false };
        server.handshake.receive(epoch, &hello);
        server.work().expect("a correct ClientHello");
        server.carry_to(&mut client);
    }
    client.go_on();
    let Some((epoch, hello)) = client.chunks.pop_front() else { return false };
    server.handshake.receive(epoch, &hello);
    server.work().is_ok() && server.handshake.owed().is_some()
}

/// A connection that hears these bytes whole, and cut by the first of them: the same comes of both.
fn stream(role: Role, bytes: &[u8]) -> bool {
    let Some((cut, bytes)) = bytes.split_first() else { return false };
    let whole = heard(role, [bytes].into_iter());
    let cut = heard(role, bytes.chunks(usize::from(*cut) + 1));
    assert_eq!(whole.0, cut.0);
    // A peer that ends the connection itself is not told what we still owed.
    assert!(cut.1.starts_with(&whole.1));
    whole.0.is_none()
}

/// What a connection says when it hears this, and its fault.
fn heard<'b>(role: Role, parts: impl Iterator<Item = &'b [u8]>) -> (Option<connection::Fault>, Vec<u8>) {
    let mut config = connection::Config::builder(crypto());
    config.trust = danger::trust_any_certificate();
    let config = config.credential_pem(CERTIFICATE, KEY).expect("a credential");
    let config = Arc::new(config.build().expect("a config"));
    let entropy = Entropy::from_platform([1; 32]);
    let mut connection = match role {
        Role::Client => Connection::client(config, expected(), entropy),
        Role::Server => Connection::server(config, entropy),
    };
    let (mut input, mut said, mut fault) = (Vec::new(), Vec::new(), None);
    for part in parts {
        input.extend_from_slice(part);
        while fault.is_none() {
            match connection.receive(&mut input, NOW) {
                Ok(received) => {
                    let done = matches!(received.event, Event::Need(Need::Input { .. }) | Event::End);
                    let consumed = received.consumed;
                    input.drain(..consumed);
                    said.extend(transmitted(&mut connection));
                    if done {
                        break;
                    }
                }
                Err(found) => fault = Some(found),
            }
        }
    }
    said.extend(transmitted(&mut connection));
    (fault, said)
}

fn transmitted(connection: &mut Connection) -> Vec<u8> {
    let mut out = vec![0; 20_000];
    let written = connection.transmit(&mut out);
    out.truncate(written);
    out
}
