//! Entropy is input: a seed, expanded by name and in order.
//!
//! Each draw is `HKDF-Expand(seed, "handfast " || purpose || counter, length)` with SHA-256, where `purpose`
//! is the [`Purpose`]'s name and `counter` a big-endian `uint32` that counts the draws of this connection.
//! The same seed in the same run gives the same bytes; no two draws share any.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

use super::{CryptoError, Hkdf, Secret};

/// What drawn bytes are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The number in this connection's `AskId`s, 8 bytes.
    ConnectionNumber,
    /// ClientHello.random or ServerHello.random, 32 bytes (§4.2.2, §4.2.3).
    Random,
    /// ClientHello.legacy_session_id, 32 bytes (E.4).
    LegacySessionId,
    /// The private key of a key share (§4.3.8), or what an encapsulation is made of.
    KeyShare,
    /// What a signature scheme draws: an ECDSA nonce's hedge, a PSS salt.
    Signature,
    /// NewSessionTicket.ticket_age_add, 4 bytes (§4.7.1).
    TicketAgeAdd,
    /// NewSessionTicket.ticket that is a key under which the session is stored, 32 bytes (§4.7.1).
    Ticket,
    /// CertificateRequest.certificate_request_context behind the handshake, 32 bytes (§4.4.2).
    CertificateRequestContext,
    /// Which values of GREASE a connection or a message has, 8 bytes (RFC 8701).
    Grease,
    /// In which order the extensions of ClientHello stand, 8 bytes.
    ExtensionOrder,
    /// What an outer ClientHello has in the place of each PSK: an identity, as long as the real one, then in each
    /// ClientHello an age and a binder, 4 and 48 bytes (RFC 9849 §6.1.2).
    GreasePsk,
    /// GREASE in place of Encrypted Client Hello: 2 bytes for config_id and suite, then, behind a key share, the payload
    /// (RFC 9849 §6.2.1).
    GreaseEch,
}

impl Purpose {
    /// The name that separates its draws from others.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConnectionNumber => "connection number",
            Self::Random => "random",
            Self::LegacySessionId => "legacy session id",
            Self::KeyShare => "key share",
            Self::Signature => "signature",
            Self::TicketAgeAdd => "ticket age add",
            Self::Ticket => "ticket",
            Self::CertificateRequestContext => "certificate request context",
            Self::Grease => "grease",
            Self::ExtensionOrder => "extension order",
            Self::GreasePsk => "grease psk",
            Self::GreaseEch => "grease ech",
        }
    }
}

/// Where bytes are drawn from.
pub trait EntropySource: Send + Sync {
    /// Fills `out` with fresh bytes for `purpose`.
    ///
    /// # Errors
    /// [`CryptoError`] if there are none (a script that has ended).
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError>;
}

/// The entropy of one connection. Never use one twice: it is consumed, and not `Clone`.
pub struct Entropy(Source);

enum Source {
    Seed(Secret),
    Scripted(Box<dyn EntropySource>),
}

impl Entropy {
    /// 32 bytes from the operating system.
    ///
    /// # Errors
    /// [`CryptoError`] if it gives none.
    //= R-C.1-1
    #[cfg(feature = "std")]
    pub fn from_system() -> Result<Self, CryptoError> {
        let seed = Secret::filled(32, |seed| getrandom::fill(seed).map_err(|_| CryptoError))?;
        Ok(Self(Source::Seed(seed)))
    }

    /// 32 bytes that the caller drew from a cryptographic random number generator of its platform, for this
    /// connection alone.
    #[must_use]
    pub fn from_platform(seed: [u8; 32]) -> Self {
        Self(Source::Seed(Secret::from(seed)))
    }

    /// Bytes that a script gives, draw by draw; reached through `danger`.
    pub(crate) fn scripted(source: Box<dyn EntropySource>) -> Self {
        Self(Source::Scripted(source))
    }

    /// Ready to draw, expanding a seed with this HKDF, which is that of SHA-256 in a connection: for recorders, which
    /// stand between a connection and its entropy.
    #[must_use]
    pub fn expand_with(self, hkdf: Arc<dyn Hkdf>) -> Box<dyn EntropySource> {
        match self.0 {
            Source::Seed(seed) => Box::new(Expanded { seed, drawn: 0, hkdf }),
            Source::Scripted(source) => source,
        }
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Seed(_) => "Entropy(seed)",
            Source::Scripted(_) => "Entropy(DANGER: scripted)",
        })
    }
}

struct Expanded {
    seed: Secret,
    drawn: u32,
    hkdf: Arc<dyn Hkdf>,
}

impl EntropySource for Expanded {
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        let counter = self.drawn.to_be_bytes();
        self.drawn = self.drawn.checked_add(1).ok_or(CryptoError)?;
        self.hkdf.expand(self.seed.expose(), &[b"handfast ", purpose.name().as_bytes(), &counter], out)
    }
}

#[cfg(test)]
#[cfg(feature = "ring")]
mod tests {
    use super::*;
    use crate::crypto::{HashAlgorithm, ring};

    fn hkdf() -> Arc<dyn Hkdf> {
        Arc::clone(ring::provider().hkdf(HashAlgorithm::Sha256).expect("HKDF"))
    }

    fn draw(source: &mut dyn EntropySource, purpose: Purpose) -> [u8; 32] {
        let mut out = [0; 32];
        source.draw(purpose, &mut out).expect("entropy");
        out
    }

    #[test]
    fn a_draw_is_the_expansion_that_is_documented() {
        let mut source = Entropy::from_platform([7; 32]).expand_with(hkdf());
        for counter in 0..3 {
            let mut expected = [0; 32];
            let info = [b"handfast key share".as_slice(), &[0, 0, 0, counter]];
            hkdf().expand(&[7; 32], &info, &mut expected).expect("HKDF");
            assert_eq!(draw(&mut *source, Purpose::KeyShare), expected);
        }
    }

    #[test]
    fn draws_differ_by_seed_purpose_and_order() {
        let source = |seed| Entropy::from_platform([seed; 32]).expand_with(hkdf());
        let (mut one, mut same, mut other) = (source(1), source(1), source(2));
        let first = draw(&mut *one, Purpose::Random);
        assert_eq!(first, draw(&mut *same, Purpose::Random));
        assert_ne!(first, draw(&mut *other, Purpose::Random));
        let second = draw(&mut *one, Purpose::Random);
        assert_ne!(first, second);
        assert_ne!(second, draw(&mut *same, Purpose::KeyShare));
    }

    #[test]
    fn debug_does_not_print_the_seed() {
        let entropy = Entropy::from_platform([0xab; 32]);
        assert_eq!(alloc::format!("{entropy:?}"), "Entropy(seed)");
    }

    //= R-C.1-1 test
    #[cfg(feature = "std")]
    #[test]
    fn the_system_gives_a_new_seed_each_time() {
        let [first, second] = [(), ()].map(|()| {
            let mut source = Entropy::from_system().expect("entropy").expand_with(hkdf());
            draw(&mut *source, Purpose::Random)
        });
        assert_ne!(first, second);
    }
}
