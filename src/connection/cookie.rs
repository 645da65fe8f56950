//! Cookies that need no memory: the state of a HelloRetryRequest, authenticated by a key of ours (RFC 9846 §4.3.2;
//! 8446 §4.2.2).
//!
//! The state is a hash of the first ClientHello and what was negotiated: nothing secret, so it is authenticated
//! and not encrypted, and needs no nonce.
//!
//! ```text
//! cookie = state || sealed_at (int64, milliseconds since 1970) || HMAC-SHA256(key, state || sealed_at)
//! ```

use core::fmt;
use core::time::Duration;

use subtle::ConstantTimeEq;

use crate::crypto::{CryptoProvider, HashAlgorithm, Secret};
use crate::handshake::{Answer, OpenCookie, SealCookie};
use crate::time::Time;

/// How long a client may take between the two ClientHellos: a round trip and what a person at a debugger needs.
const COOKIE_LIFETIME: Duration = Duration::from_secs(60);
const SEALED_AT_LEN: usize = 8;
const MAC_LEN: usize = 32;

/// Keys that authenticate cookies; servers that share them serve each other's clients.
#[derive(Clone)]
pub struct CookieKey {
    current: Secret,
    previous: Option<Secret>,
}

impl CookieKey {
    /// 32 bytes from a cryptographic random number generator.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { current: Secret::from(key), previous: None }
    }

    /// A new key that seals; this one still opens what it has sealed.
    #[must_use]
    pub fn rotated(self, key: [u8; 32]) -> Self {
        Self { current: Secret::from(key), previous: Some(self.current) }
    }

    /// `None` if the provider has no HMAC with SHA-256.
    pub(super) fn seal(&self, ask: &SealCookie, crypto: &CryptoProvider) -> Option<Answer> {
        let hkdf = crypto.hkdf(HashAlgorithm::Sha256)?;
        let mut cookie = ask.state.clone();
        cookie.extend_from_slice(&ask.now.as_millis().to_be_bytes());
        let mac = hkdf.hmac(self.current.expose(), &cookie);
        cookie.extend_from_slice(&mac);
        Some(ask.sealed(cookie))
    }

    /// The state; `None` if the cookie is none of ours, or too old.
    pub(super) fn open(&self, ask: &OpenCookie, crypto: &CryptoProvider) -> Option<Answer> {
        let hkdf = crypto.hkdf(HashAlgorithm::Sha256)?;
        let (content, mac) = ask.cookie.split_last_chunk::<MAC_LEN>()?;
        let mut keys = core::iter::once(&self.current).chain(&self.previous);
        if !keys.any(|key| bool::from(hkdf.hmac(key.expose(), content).ct_eq(mac))) {
            return None;
        }
        let (state, sealed_at) = content.split_last_chunk::<SEALED_AT_LEN>()?;
        let sealed_at = Time::from_millis_since_1970(i64::from_be_bytes(*sealed_at));
        (ask.now.saturating_since(sealed_at) <= COOKIE_LIFETIME).then(|| ask.opened(state.to_vec()))
    }
}

impl fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.previous.is_some() { "CookieKey(rotated)" } else { "CookieKey" })
    }
}
