//! PSK binders (RFC 9846 §4.3.11.2; 8446 §4.2.11.2).

use super::Psk;
use crate::crypto::Digest;
use crate::key_schedule::{EarlySecret, Kdf, finished_verify_data};

/// The binder of a PSK: proof that the sender knows it, tied to the handshake so far.
///
/// ```text
/// PskBinderEntry = HMAC(finished_key(binder_key), Transcript-Hash(Truncate(ClientHello1)))
/// ```
///
/// * `kdf`: over the PSK's hash.
/// * `transcript_hash`: of all before the binders, by that hash.
#[must_use]
pub fn binder(kdf: &Kdf, early_secret: &EarlySecret, psk: &Psk, transcript_hash: &Digest) -> Digest {
    finished_verify_data(kdf, &early_secret.binder_key(psk.kind()), transcript_hash)
}
