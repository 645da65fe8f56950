//! Stateless tickets: a session sealed under keys that only we have (RFC 9846 §4.7.1; 8446 §4.6.1).
//!
//! ```text
//! ticket = key_name[4] || seed[16] || AES-128-GCM(key, nonce, session, bound)
//! seed   = first 16 bytes of HMAC-SHA256(ticket key, bound || session)
//! bound  = opaque bound_to<0..2^16-1> || (0 | 1 || server_name)
//! key || nonce = HKDF-Expand(ticket key, "handfast ticket" || seed, 28)
//! ```
//!
//! `bound_to` is what the session must not outlive; it is authenticated and not in the ticket, so that a ticket
//! sealed under another policy does not open, whoever sealed it. So is the server name, which the client says again. Key and nonce come from what is sealed: no
//! randomness is needed, and no two different sessions share them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use zeroize::Zeroizing;

use super::{Session, session_bytes};
use crate::crypto::{AeadAlgorithm, CryptoProvider, HashAlgorithm, NONCE_LEN, Secret};
use crate::time::Time;
use crate::wire::Writer;

const NAME_LEN: usize = 4;
const SEED_LEN: usize = 16;
const AEAD: AeadAlgorithm = AeadAlgorithm::Aes128Gcm;
const KEY_LEN: usize = AEAD.key_len();

/// How many generations of keys there may be: the newest seals, all of them open.
pub const MAX_TICKET_KEYS: usize = 8;

/// The longest sealed ticket in bytes: of a client with more names than fit, none is made. A ClientHello has room for it
/// thrice.
pub const MAX_SEALED_TICKET: usize = 16_384;

/// The keys of a server's tickets. Servers that share them, as data, resume each other's sessions as far as their
/// trust is the same.
#[derive(Clone, Default)]
pub struct TicketKeys {
    /// The newest first.
    keys: Vec<TicketKey>,
}

/// One generation.
#[derive(Clone)]
struct TicketKey {
    secret: Secret,
    /// What tickets call it, where that has been derived already.
    name: Option<[u8; NAME_LEN]>,
    /// It opens nothing from here on.
    not_after: Time,
}

impl TicketKeys {
    /// A key of 32 bytes from a cryptographic random number generator, which opens tickets until `not_after`.
    #[must_use]
    pub fn new(key: [u8; 32], not_after: Time) -> Self {
        Self::default().rotated(key, not_after)
    }

    /// The same with a newer key that seals; the others go on opening until their own time, at most
    /// [`MAX_TICKET_KEYS`] in all.
    #[must_use]
    pub fn rotated(mut self, key: [u8; 32], not_after: Time) -> Self {
        self.keys.insert(0, TicketKey { secret: Secret::from(key), name: None, not_after });
        self.keys.truncate(MAX_TICKET_KEYS);
        self
    }

    /// The same without the keys whose time is over.
    #[must_use]
    pub fn without_expired(mut self, now: Time) -> Self {
        self.keys.retain(|key| now < key.not_after);
        self
    }

    /// The same with the names of the keys derived: once, and not with each ticket.
    #[must_use]
    pub(crate) fn named(mut self, crypto: &CryptoProvider) -> Self {
        for key in &mut self.keys {
            key.name = key.name(crypto);
        }
        self
    }

    /// How long the newest key still opens tickets: no ticket may promise to live longer.
    #[must_use]
    pub fn opens_for(&self, now: Time) -> Duration {
        self.keys.first().map_or(Duration::ZERO, |key| key.not_after.saturating_since(now))
    }

    /// Seals a session; `None` if no key is alive, the ticket would be longer than [`MAX_SEALED_TICKET`], or the provider
    /// lacks HMAC-SHA256 or AES-128-GCM.
    #[must_use]
    pub fn seal(
        &self,
        session: &Session,
        bound_to: &[u8],
        now: Time,
        crypto: &CryptoProvider,
    ) -> Option<Vec<u8>> {
        let key = self.keys.first().filter(|key| now < key.not_after)?;
        let bound = bound(bound_to, session.server_name.as_deref());
        let session = session_bytes::write(session, None);
        let length = NAME_LEN + SEED_LEN + session.len() + AEAD.tag_len();
        if length > MAX_SEALED_TICKET {
            return None;
        }
        let hkdf = crypto.hkdf(HashAlgorithm::Sha256)?;
        let mut sealed_data = Zeroizing::new(Vec::with_capacity(bound.len() + session.len()));
        sealed_data.extend_from_slice(&bound);
        sealed_data.extend_from_slice(&session);
        let mac = hkdf.hmac(key.secret.expose(), &sealed_data);
        let seed = mac.first_chunk::<SEED_LEN>()?;
        let (ticket_key, nonce) = key.derive(seed, crypto)?;

        let mut ticket = Vec::with_capacity(length);
        ticket.extend_from_slice(&key.name(crypto)?);
        ticket.extend_from_slice(seed);
        ticket.extend_from_slice(&session);
        ticket.resize(length, 0);
        let in_out = ticket.get_mut(NAME_LEN + SEED_LEN..)?;
        let sealed = crypto.aead(AEAD)?.key(&*ticket_key).ok()?.seal(nonce, &bound, in_out);
        sealed.ok().map(|()| ticket)
    }

    /// Opens a ticket that was sealed under one of the keys, bound to the same and for the same server name; `None` if
    /// it was not, whatever the cause: forged, damaged, expired, or of another policy.
    #[must_use]
    pub fn open(
        &self,
        ticket: &[u8],
        bound_to: &[u8],
        server_name: Option<&str>,
        now: Time,
        crypto: &CryptoProvider,
    ) -> Option<Session> {
        let bound = bound(bound_to, server_name);
        let (name, rest) = ticket.split_first_chunk::<NAME_LEN>()?;
        let (seed, sealed) = rest.split_first_chunk::<SEED_LEN>()?;
        let alive = self.keys.iter().filter(|key| now < key.not_after);
        alive.filter(|key| key.name(crypto).as_ref() == Some(name)).find_map(|key| {
            let (ticket_key, nonce) = key.derive(seed, crypto)?;
            let mut in_out = Zeroizing::new(sealed.to_vec());
            let opened = crypto.aead(AEAD)?.key(&*ticket_key).ok()?.open(nonce, &bound, &mut in_out).ok()?;
            let session = session_bytes::read(in_out.get(..opened)?).ok()?;
            Some(Session { server_name: server_name.map(String::from), ..session })
        })
    }
}

/// What is authenticated with a session, and not in its ticket.
fn bound(bound_to: &[u8], server_name: Option<&str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = Writer::new(&mut bytes);
    out.vector(0..=0xffff, |out| out.bytes(bound_to));
    out.u8(u8::from(server_name.is_some()));
    out.bytes(server_name.unwrap_or_default().as_bytes());
    bytes
}

impl TicketKey {
    /// What tickets call the key: it says which one to try, and nothing about it.
    fn name(&self, crypto: &CryptoProvider) -> Option<[u8; NAME_LEN]> {
        if self.name.is_some() {
            return self.name;
        }
        let mut name = [0; NAME_LEN];
        let hkdf = crypto.hkdf(HashAlgorithm::Sha256)?;
        hkdf.expand(self.secret.expose(), &[b"handfast ticket key name"], &mut name).ok()?;
        Some(name)
    }

    fn derive(
        &self,
        seed: &[u8; SEED_LEN],
        crypto: &CryptoProvider,
    ) -> Option<(Zeroizing<[u8; KEY_LEN]>, [u8; NONCE_LEN])> {
        let mut expanded = Zeroizing::new([0; KEY_LEN + NONCE_LEN]);
        let hkdf = crypto.hkdf(HashAlgorithm::Sha256)?;
        hkdf.expand(self.secret.expose(), &[b"handfast ticket", seed], &mut *expanded).ok()?;
        let (key, nonce) = expanded.split_first_chunk::<KEY_LEN>()?;
        Some((Zeroizing::new(*key), *nonce.first_chunk::<NONCE_LEN>()?))
    }
}

impl fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketKeys({} generations)", self.keys.len())
    }
}
