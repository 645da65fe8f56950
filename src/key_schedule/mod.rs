//! The key schedule of RFC 9846 §7 (8446 §7): input secrets in, traffic secrets, exporters and PSKs out.
//!
//! The stages are types. Each is made from the one before it and consumes it, so nothing can be derived from
//! the wrong stage or after its stage is gone; the name of each method is the name in the figure.
//!
//! ```text
//!                 0
//!                 |
//!                 v
//!     PSK -->  HKDF-Extract = Early Secret                  EarlySecret::new
//!                 |
//!                 +--> "ext binder" | "res binder"          binder_key
//!                 +--> "c e traffic"   ClientHello          client_early_traffic_secret
//!                 +--> "e exp master"  ClientHello          early_exporter_secret
//!                 v
//!           Derive-Secret(., "derived", "")
//!  asymmetric     v
//!   shared --> HKDF-Extract = Handshake Secret              EarlySecret::into_handshake_secret
//!   secret        |
//!                 +--> "c hs traffic"  ..ServerHello        HandshakeSecret::traffic_secrets
//!                 +--> "s hs traffic"  ..ServerHello
//!                 v
//!           Derive-Secret(., "derived", "")
//!                 v
//!        0 --> HKDF-Extract = Main Secret                   HandshakeSecret::into_main_secret
//!                 |
//!                 +--> "c ap traffic"  ..server Finished    MainSecret::application_secrets
//!                 +--> "s ap traffic"  ..server Finished
//!                 +--> "exp master"    ..server Finished
//!                 +--> "res master"    ..client Finished    resumption_secret
//! ```
//!
//! What a client computes when ServerHello has come:
//!
//! ```
//! # #[cfg(all(feature = "floors", feature = "ring"))] {
//! use handfast::crypto::{AeadAlgorithm, HashAlgorithm, SharedSecret, ring};
//! use handfast::key_schedule::{EarlySecret, Kdf, LabelPrefix, traffic_keys};
//! use handfast::transcript::TranscriptBuffer;
//! # let (client_hello, server_hello) = (b"\x01\0\0\0", b"\x02\0\0\0");
//! # let shared_secret = SharedSecret::new(&[7; 32]).unwrap();
//!
//! let kdf = Kdf::new(&ring::provider(), HashAlgorithm::Sha256, LabelPrefix::Tls13).expect("ring has SHA-256");
//! let mut buffer = TranscriptBuffer::new();
//! buffer.add(client_hello);
//! let mut transcript = buffer.start(kdf.hash());
//! transcript.add(server_hello);
//!
//! let early_secret = EarlySecret::new(kdf.clone(), None);
//! let handshake_secret = early_secret.into_handshake_secret(Some(&shared_secret));
//! let secrets = handshake_secret.traffic_secrets(&transcript.current());
//! let secret = &secrets.server_handshake_traffic_secret;
//! let server_keys = traffic_keys(&kdf, secret, AeadAlgorithm::Aes128Gcm);
//! assert_eq!(server_keys.key.len(), 16);
//! # }
//! ```
//!
//! # What is erased, and when
//!
//! Every secret here is a [`SecretBytes`](crate::crypto::SecretBytes) and is zeroized when it is dropped, so
//! erasing means letting go. What has to go, and when:
//!
//! | secret | is gone when | source |
//! |---|---|---|
//! | private key of a key share | the shared secret is computed: that consumes it | F.1 |
//! | PSK, asymmetric shared secret | the stage that borrows it is made, and the caller drops it | §7.1, F.1 |
//! | Early, Handshake and Main Secret | the next stage is made of it, or its last secret is derived and the caller drops it | §7.1 |
//! | `finished_key`, the inner secret of an exporter | the function that needs it returns | §4.5.3, F.1.4 |
//! | handshake traffic secrets and keys | both Finished messages are made and verified | §7.1, F.1 |
//! | `application_traffic_secret_N` and its keys | N+1 is derived | §7.2 |
//! | `early_exporter_secret`, `exporter_secret` | all is exported; neither is derived unless asked for | F.1.4 |
//! | `resumption_secret` | the connection's last ticket is issued or taken; F.1 lets it live, but it is not derived unless tickets are wanted | F.1 |
//!
//! What stays of an established connection is the pair of application traffic secrets and their keys.

mod ech;
mod exporter;
mod finished;
mod kdf;
mod label;
mod resumption;
mod stage;
mod traffic;

pub use ech::ech_accept_confirmation;
pub use exporter::{export, tls_exporter};
pub use finished::finished_verify_data;
pub use kdf::{Kdf, LabelPrefix};
pub use label::{ExpandError, Label, derive_secret, hkdf_expand_label};
pub use resumption::resumption_psk;
pub use stage::{
    ApplicationSecrets, EarlySecret, HandshakeSecret, HandshakeTrafficSecrets, MainSecret, PskKind,
};
pub use traffic::{TrafficKeys, next_application_traffic_secret, traffic_keys};
