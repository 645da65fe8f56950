//! Traffic keys and their next generation, RFC 9846 §7.2 and §7.3 (8446 §7.2 and §7.3).

use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::crypto::{AeadAlgorithm, NONCE_LEN, Secret, SecretBytes};

use super::label::{expand_bounded, expand_each};
use super::{Kdf, Label};

/// The key and initialization vector that protect one direction (§7.3); wiped on drop.
pub struct TrafficKeys {
    /// `[sender]_write_key`, as long as the AEAD's keys.
    pub key: SecretBytes<32>,
    /// `[sender]_write_iv`, from which each record's nonce is made (§5.3).
    pub iv: [u8; NONCE_LEN],
}

impl Drop for TrafficKeys {
    fn drop(&mut self) {
        self.iv.zeroize();
    }
}

impl ZeroizeOnDrop for TrafficKeys {}

impl fmt::Debug for TrafficKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrafficKeys").finish_non_exhaustive()
    }
}

/// The traffic keys of a traffic secret (§7.3).
///
/// ```text
/// [sender]_write_key = HKDF-Expand-Label(Secret, "key", "", key_length)
/// [sender]_write_iv  = HKDF-Expand-Label(Secret, "iv", "", iv_length)
/// ```
///
/// * `secret`: of §7.3's table 3, by what is protected.
#[must_use]
pub fn traffic_keys(kdf: &Kdf, secret: &Secret, aead: AeadAlgorithm) -> TrafficKeys {
    let mut iv = [0; NONCE_LEN];
    let key = SecretBytes::at_most(aead.key_len(), |key| {
        expand_each(kdf, secret, &[], [(Label::KEY, key), (Label::IV, &mut iv)].into_iter());
    });
    TrafficKeys { key, iv }
}

/// The next generation of an application traffic secret (§7.2); the caller drops this one and its keys.
///
/// ```text
/// application_traffic_secret_N+1 =
///     HKDF-Expand-Label(application_traffic_secret_N, "traffic upd", "", Hash.length)
/// ```
#[must_use]
pub fn next_application_traffic_secret(kdf: &Kdf, secret: &Secret) -> Secret {
    expand_bounded(kdf, secret, Label::TRAFFIC_UPD, &[], kdf.hash_length())
}
