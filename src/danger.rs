//! Everything dangerous in one place: what weakens a connection, or makes it say what the library would not say.
//!
//! Nothing here happens by accident: each needs a call that names this module, and what it sets shows in the
//! `Debug` of the config. It is for replays of recorded runs, for conformance testers, and for people who look
//! into their own traffic.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::connection::Trust;
use crate::crypto::{Entropy, EntropySource};
use crate::handshake::{Config, ExtensionSlot};

/// A message whose extensions [`script_extensions`] sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScriptedMessage {
    /// The first ClientHello.
    ClientHello,
    /// The ClientHello behind a HelloRetryRequest.
    SecondClientHello,
    /// HelloRetryRequest.
    HelloRetryRequest,
    /// ServerHello.
    ServerHello,
    /// EncryptedExtensions.
    EncryptedExtensions,
    /// CertificateRequest.
    CertificateRequest,
    /// NewSessionTicket.
    NewSessionTicket,
}

/// Sends exactly these extensions, in this order, in every message of this kind.
///
/// What the library would have built and no slot names is not sent; what is sent raw may be nonsense.
pub fn script_extensions(config: &mut Config, message: ScriptedMessage, slots: Vec<ExtensionSlot>) {
    let place = match message {
        ScriptedMessage::ClientHello => &mut config.script.client_hello,
        ScriptedMessage::SecondClientHello => &mut config.script.second_client_hello,
        ScriptedMessage::HelloRetryRequest => &mut config.script.hello_retry_request,
        ScriptedMessage::ServerHello => &mut config.script.server_hello,
        ScriptedMessage::EncryptedExtensions => &mut config.script.encrypted_extensions,
        ScriptedMessage::CertificateRequest => &mut config.script.certificate_request,
        ScriptedMessage::NewSessionTicket => &mut config.script.new_session_ticket,
    };
    *place = Some(slots);
}

/// Gives every traffic secret out as a [`Milestone::KeyLog`](crate::handshake::Milestone::KeyLog): whoever has
/// the lines reads the connection.
pub const fn log_keys(config: &mut Config) {
    config.key_log = true;
}

/// Entropy from a source that answers each draw by its purpose: replays are made of it, and keys that anyone
/// can compute.
#[must_use]
pub fn scripted_entropy(source: Box<dyn EntropySource>) -> Entropy {
    Entropy::scripted(source)
}

/// Trusts any certificate that can be read: the peer proves that it holds the key, and nothing says who it is. Its
/// identity has digests and no names.
#[must_use]
pub const fn trust_any_certificate() -> Trust {
    Trust::any_certificate()
}
