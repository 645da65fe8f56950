//! Runs that replay: a record of one role of one connection, and the same run once more, byte for byte.
//!
//! The library is a function of its config, entropy, time, the bytes that came in, the answers that were given and
//! the calls that were made. A [`Recorder`] writes all of these down; what a crypto provider draws by itself (key
//! shares, signatures) is written at the seam between library and provider, so that a run recorded with one provider
//! replays with another. [`replay`] makes the run again from the record alone and stops at the first byte that
//! differs.
//!
//! [`Connection`], [`Sender`] and [`Receiver`] stand in for those of the library: same methods, and the recorder
//! hears. With [`Recorder::off`] they do nothing of their own.
//!
//! A record holds the session's secrets. It holds no private key, no trust anchor and no ticket key: what these did is
//! recorded (signatures, verdicts, tickets), not they. `docs/replay.md` describes the format.

#![forbid(unsafe_code)]

mod answer;
mod config;
mod connection;
mod crypto;
mod difference;
mod field;
mod halves;
mod hearing;
mod line;
mod recorder;
mod replay;
mod replayed;
mod wire;

pub use connection::{Connection, Unrecordable};
pub use difference::{Difference, Stopped};
pub use halves::{Receiver, Sender};
pub use recorder::{FIRST_LINE, Recorder};
pub use replay::{Replayed, replay};
