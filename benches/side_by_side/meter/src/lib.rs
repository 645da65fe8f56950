//! What each program of the comparison measures, how it counts, and how it is asked.
//!
//! ```text
//! cargo xtask bench                        a program: one library, or several
//!   rows                        ─────────→
//!                               ←───────── the rows, one a line, and an empty line
//!   contestant TAB row TAB ms   ─────────→ readies the row once, runs it for so long
//!                               ←───────── ok TAB numbers, or: no TAB reason
//! ```
//!
//! The programs are asked in turn, so that a machine which grows slower does so for all of them.

mod malloc;
mod meter;
mod papers;
mod row;
mod serve;

pub use meter::{Meter, Sides};
pub use papers::{Papers, SERVER_NAME};
pub use row::{Auth, Group, Key, Row, Suite, Tickets};
pub use serve::{Contest, Contestant, Problem, serve};
