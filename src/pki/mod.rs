//! Certificates and their judgement: an island that knows no TLS.
//!
//! Reading a certificate ([`certificate`]) is apart from judging it. [`judge`] takes a chain as a peer sent it
//! and a [`Judgement`], which says whom we trust, whom we expect and what we ask of a path, and gives either
//! [`Accepted`], with the peer's key and identity, or a [`Refusal`] that reports every path tried. Validation is
//! that of RFC 5280 §6, in [`path`](self) as there: building searches paths, processing judges one. Names are
//! matched apart from the path ([`name`]).
//!
//! ```no_run
//! # #[cfg(feature = "ring")] {
//! use handfast::identity::ExpectedPeer;
//! use handfast::pki::{Judgement, Purpose, TrustAnchors, judge};
//! use handfast::time::Time;
//!
//! # let (ca_pem, chain): (&str, Vec<&[u8]>) = ("", Vec::new());
//! let anchors = TrustAnchors::from_pem(ca_pem).unwrap();
//! let expected = ExpectedPeer::dns("db.example.com").unwrap();
//! let provider = handfast::crypto::ring::provider();
//! let now = Time::from_millis_since_1970(1_790_000_000_000);
//! let judgement = Judgement::new(&anchors, &expected, Purpose::Server, now, &provider);
//! match judge(&chain, &judgement) {
//!     Ok(accepted) => println!("this is {}", accepted.identity),
//!     Err(refusal) => println!("{}", refusal.report()),
//! }
//! # }
//! ```

mod anchor;
pub mod asn1;
pub mod certificate;
mod digested;
mod finding;
mod judgement;
pub mod name;
mod path;
mod profile;
mod refusal;
pub mod revocation;
mod signature;
mod signature_cache;
pub mod timestamp;
mod trust_digest;

pub use anchor::{AnchorError, TrustAnchor, TrustAnchors};
pub use finding::{Finding, FindingCode, Level, Missing, RuleFamily};
pub(crate) use judgement::judge_peer;
pub use judgement::{Accepted, Judgement, PolicyInputs, Purpose, ValidatedPath, judge, validate_path};
pub use profile::{Limits, Profile};
pub use refusal::{PathCertificate, Refusal, RefusalKind, Report, Source, TriedPath};
pub use signature::{SignatureError, SignedData, VerifySignature, signature_algorithm};
#[cfg(feature = "std")]
pub(crate) use signature_cache::SignatureId;
pub use signature_cache::{CachedVerifier, SignatureCache};
pub(crate) use trust_digest::expected_peer;
pub use trust_digest::trust_digest;
