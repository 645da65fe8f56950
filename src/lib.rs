//! TLS 1.3, mutual authentication first: bytes in, bytes out, and nothing else.
//!
//! A [`Connection`] is a state machine over byte buffers. It owns no socket, reads no clock and waits for nobody: the
//! caller carries bytes, says what time it is, and answers what only the caller can know. So one machine serves
//! blocking sockets, event loops, serial lines, HSMs and tests, and each run can be recorded and replayed to the byte.
//!
//! # A client in one loop
//!
//! [`Event`] and [`Need`] are exhaustive: what is to be done is done in one `match`, and what was forgotten does not
//! compile.
//!
//! ```no_run
//! # #[cfg(all(feature = "std", feature = "ring"))] mod example {
//! use handfast::{Config, Connected, Connection, Entropy, Event, ExpectedPeer, Inbox, Milestone, Need, Time};
//! use std::{error::Error, io::Read, io::Write, net::TcpStream, sync::Arc};
//!
//! fn config(ca: &str, chain: &str, key: &str) -> Result<Arc<Config>, Box<dyn Error>> {
//!     let builder = Config::builder(handfast::crypto::ring::provider()).trust_pem(ca)?;
//!     Ok(Arc::new(builder.credential_pem(chain, key)?.build()?))
//! }
//!
//! fn connect(
//!     config: Arc<Config>,
//!     socket: &mut TcpStream,
//!     now: Time,
//! ) -> Result<(Connection, Box<Connected>), Box<dyn Error>> {
//!     let server = ExpectedPeer::dns("db.internal")?;
//!     let mut connection = Connection::client(config, server, Entropy::from_system()?);
//!     let (mut inbox, mut outbox) = (Inbox::new(), [0; 4096]);
//!     loop {
//!         match connection.receive_from(&mut inbox, now)? {
//!             Event::Need(Need::Transmit) => {
//!                 let count = connection.transmit(&mut outbox);
//!                 socket.write_all(&outbox[..count])?;
//!             }
//!             Event::Need(Need::Input { .. }) => match socket.read(inbox.spare())? {
//!                 0 => connection.end_of_input()?,
//!                 count => inbox.filled(count),
//!             },
//!             Event::Need(Need::Answer(_)) => return Err("this config answers every ask itself".into()),
//!             Event::Milestone(Milestone::Connected(connected)) => return Ok((connection, connected)),
//!             Event::Milestone(_) => {}
//!             Event::Plaintext(_) | Event::EarlyPlaintext(_) | Event::End => return Err("too early".into()),
//!         }
//!     }
//! }
//! # }
//! ```
//!
//! Behind the handshake, [`Connection::seal`] makes records of data and [`Connection::receive_from`] gives data; the
//! same `match` serves. The repository's `examples/` go on from here: a unix socket, STARTTLS, a config chosen by
//! server name, a key in an HSM, a serial line.
//!
//! # The tour
//!
//! The library is built in floors. Each imports from the floors below it only, so it can be read from the bottom up,
//! beside RFC 9846:
//!
//! | floor | module | what it is | in the RFC |
//! |---|---|---|---|
//! | 4 | [`connection`] | TLS over a byte stream: where records, handshake and path validation meet | |
//! | 4 | [`danger`] | what weakens a connection, or makes it say what the library would not | |
//! | 4 | [`exported_authenticator`] | further identities, proved by messages that the application carries | RFC 9261 |
//! | 3 | [`handshake`] | both state machines, for any carrier: QUIC takes this floor and leaves the rest | §2, §4, App. A |
//! | 2 | [`resumption`] | sessions, tickets, pre-shared keys | §2.2, §4.3.11, §4.7.1, §8 |
//! | 1 | `message` | each handshake message and extension, one file a structure | §4, App. B |
//! | 1 | `key_schedule` | from the shared secret to the traffic keys, each stage a type | §7 |
//! | 1 | `transcript` | the running hash of the handshake | §4.1 |
//! | 1 | `record` | records: found, opened in place, padded, sealed | §5 |
//! | 1 | [`pki`] | certificates and their judgement: an island that knows no TLS | RFC 5280 |
//! | 0 | `wire` | the presentation language, in which all structures are written | §3 |
//! | 0 | [`alert`] | the alerts | §6 |
//! | 0 | [`crypto`] | the roles of cryptography, and the providers that fill them | §7.1, §7.4, §9.1 |
//! | 0 | [`identity`], [`time`], [`pem`] | who a peer is and whom we expect; a moment; text around DER | |
//!
//! What to read first:
//!
//! * to use it: [`Config`], [`Connection`], [`ExpectedPeer`], and [`Ask`] once a key or a decision is elsewhere;
//! * to carry it by other means than a byte stream: [`handshake`];
//! * to learn TLS: the diagrams of Appendix A and, beside them, `src/handshake/client/mod.rs` and
//!   `src/handshake/server/mod.rs`, where each arrow is one line of a table and one method; then `message`,
//!   `key_schedule` and `record`;
//! * to test other stacks: feature `floors`, under which encoders write what decoders refuse, and [`danger`].
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `std` | yes | [`Entropy`] from the operating system; without it the library is `no_std` with `alloc` |
//! | `ring` | yes | the provider for hosts, `crypto::ring` |
//! | `aws-lc` | | the provider on AWS-LC, `crypto::aws_lc`: P-521 and ML-DSA too, and for who has to use AWS-LC; a long build in C |
//! | `rustcrypto` | | the provider in Rust alone, `crypto::rustcrypto`: `no_std`, and deterministic given its entropy |
//! | `ech` | | private keys of X25519 that are kept, beside `ring`: for a server's Encrypted Client Hello |
//! | `ml-dsa` | | ML-DSA for `ring` and `rustcrypto`: keys, CertificateVerify and certificates |
//! | `floors` | | `wire`, `message`, `key_schedule`, `transcript` and `record` as public modules, outside semver |
//!
//! A feature compiles a provider in; which one computes is said by each [`Config`].

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
pub mod exported_authenticator;
pub mod handshake;
pub mod identity;
#[cfg(feature = "floors")]
pub mod key_schedule;
#[cfg(not(feature = "floors"))]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "public with feature `floors`")]
mod key_schedule;
#[cfg(feature = "floors")]
pub mod message;
#[cfg(not(feature = "floors"))]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "public with feature `floors`")]
mod message;
pub mod pem;
pub mod pki;
#[cfg(feature = "floors")]
pub mod record;
#[cfg(not(feature = "floors"))]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "public with feature `floors`")]
mod record;
pub mod resumption;
pub mod time;
#[cfg(feature = "floors")]
pub mod transcript;
#[cfg(not(feature = "floors"))]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "public with feature `floors`")]
mod transcript;
#[cfg(feature = "floors")]
pub mod wire;
#[cfg(not(feature = "floors"))]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "public with feature `floors`")]
mod wire;

pub use alert::AlertDescription;
pub use connection::{
    Config, ConfigBuilder, ConfigError, Connection, CookieKey, Credential, CredentialError, Credentials, Due,
    Event, Fault, Inbox, Need, Plaintext, Received, Receiver, SealRefused, Sealed, Sender, Trust,
    UnknownServerName,
};
pub use crypto::{CryptoProvider, Entropy};
pub use handshake::{
    Answer, Ask, ClientAuth, Connected, EchConfigList, EchKey, KnownServer, Milestone, Refused, Role,
};
pub use identity::{ExpectedPeer, PeerIdentity};
pub use message::{CipherSuite, ExtensionType, NamedGroup, SignatureScheme};
pub use time::Time;
