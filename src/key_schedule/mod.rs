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
//!                 +--> "c hs traffic"  ..ServerHello        client_handshake_traffic_secret
//!                 +--> "s hs traffic"  ..ServerHello        server_handshake_traffic_secret
//!                 v
//!           Derive-Secret(., "derived", "")
//!                 v
//!        0 --> HKDF-Extract = Main Secret                   HandshakeSecret::into_main_secret
//!                 |
//!                 +--> "c ap traffic"  ..server Finished    client_application_traffic_secret_0
//!                 +--> "s ap traffic"  ..server Finished    server_application_traffic_secret_0
//!                 +--> "exp master"    ..server Finished    exporter_secret
//!                 +--> "res master"    ..client Finished    resumption_secret
//! ```
//!
//! # What is erased, and when
//!
//! Every secret here is a [`SecretBytes`](crate::crypto::SecretBytes) and is zeroized when it is dropped, so
//! erasing means letting go. What the RFC wants gone, and who lets go of it:
//!
//! | secret | gone when | source |
//! |---|---|---|
//! | PSK, asymmetric shared secret | the stage that takes them is made: borrowed here, the caller drops them | §7.1, F.1 |
//! | Early, Handshake, Main Secret | the next stage is made, or the last secret of the stage is derived: the stage is dropped | §7.1 |
//! | `finished_key`, the inner secret of an exporter | before the function that needs it returns | §4.5.3, F.1.4 |
//! | handshake traffic secrets | both Finished messages are made and checked | §7.1 |
//! | `application_traffic_secret_N` and its keys | N+1 is derived | §7.2 |
//! | `exporter_secret`, `early_exporter_secret` | the application has exported what it will; never derived unless asked for | F.1.4 |
//! | `resumption_secret` | the last ticket of the connection is issued or taken; never derived unless tickets are wanted | F.1 |
//!
//! What stays of an established connection is the pair of application traffic secrets and their keys.

mod exporter;
mod finished;
mod label;
mod resumption;
mod stage;
mod traffic;

pub use exporter::export;
pub use finished::finished_verify_data;
pub use label::{ExpandError, Kdf, Label, LabelPrefix, derive_secret, hkdf_expand_label};
pub use resumption::resumption_psk;
pub use stage::{EarlySecret, HandshakeSecret, MainSecret, PskKind};
pub use traffic::{TrafficKeys, next_application_traffic_secret, traffic_keys};
