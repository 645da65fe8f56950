//! TLS 1.3, mutual authentication first.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(doctest, feature = "std", feature = "ring"))]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod alert;
pub mod connection;
pub mod crypto;
pub mod danger;
pub mod handshake;
pub mod identity;
pub mod key_schedule;
pub mod message;
pub mod pem;
pub mod pki;
pub mod record;
pub mod resumption;
pub mod time;
pub mod transcript;
pub mod wire;

pub use alert::AlertDescription;
pub use connection::{
    Config, ConfigBuilder, ConfigError, Connection, CookieKey, Credential, CredentialError, Credentials, Due,
    Event, Fault, Inbox, Need, Plaintext, Received, Receiver, SealRefused, Sealed, Sender, Trust,
    UnknownServerName,
};
pub use crypto::{CryptoProvider, Entropy};
pub use handshake::{Answer, Ask, ClientAuth, Connected, Milestone, Refused, Role};
pub use identity::{ExpectedPeer, PeerIdentity};
pub use message::{CipherSuite, ExtensionType, NamedGroup, SignatureScheme};
pub use time::Time;
