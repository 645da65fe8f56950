//! Everything dangerous in one place: what weakens a connection, or makes it say what the library would not say.
//!
//! Nothing here happens by accident: each needs a call that names this module, and what it sets in a config shows in
//! the config's `Debug`. It is for replays of recorded runs, for conformance testers, for people who look into their
//! own traffic, and for those who leave the records to a kernel.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::connection::{
    self, Config as ConnectionConfig, Connection, Inbox, NotOffloaded, Offloaded, Parked, Trust,
};
use crate::crypto::{Entropy, EntropySource};
use crate::handshake::{Config, ExtensionSlot};
use crate::wire::DecodeError;

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

/// Takes an established connection apart into its keys, for a kernel (kTLS) or a network card that goes on with the
/// records. The connection is gone: whoever has the keys speaks for it, and has to take and send KeyUpdates, alerts and
/// tickets. Channel bindings and exports are to be had before.
///
/// Nothing that has come is lost: `inbox` holds it, and must be empty. Who gives slices to
/// [`Connection::receive`] and has consumed them passes [`Inbox::new`]; bytes left over go into it with
/// [`Inbox::extend`]. A record of which only a part has come is to be completed and received first.
///
/// ```no_run
/// # fn offloads(connection: handfast::Connection, inbox: handfast::connection::Inbox) {
/// match handfast::danger::offload(connection, inbox) {
///     Ok(keys) => println!("{} from record {} on", keys.cipher_suite, keys.send.sequence_number()),
///     Err(refused) => println!("not now: {refused}; the connection goes on: {:?}", refused.connection),
/// }
/// # }
/// ```
///
/// # Errors
/// [`NotOffloaded`] gives connection and inbox back, with the reason.
pub fn offload(connection: Connection, inbox: Inbox) -> Result<Offloaded, Box<NotOffloaded>> {
    connection::offload(connection, inbox)
}

/// A connection at rest as bytes, secrets and all, for another process to go on with it
/// ([`parked_from_bytes`]). Whoever reads them reads and speaks for the connection. They are for one process once: two that
/// wake the same bytes use each nonce twice, and give the keys away.
#[must_use]
pub fn parked_to_bytes(parked: Parked) -> Zeroizing<Vec<u8>> {
    parked.into_bytes()
}

/// The connection at rest that these bytes of [`parked_to_bytes`] are, to go on under a config that has the same suites
/// and the same rules; nobody is authenticated anew.
///
/// # Errors
/// [`DecodeError`] if they are none, or those of another version of this library.
pub fn parked_from_bytes(bytes: &[u8], config: Arc<ConnectionConfig>) -> Result<Parked, DecodeError> {
    Parked::from_bytes(bytes, config)
}
