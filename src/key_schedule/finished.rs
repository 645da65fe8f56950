//! The MAC of Finished and of PSK binders, RFC 9846 §4.5.3 and §4.3.11.2 (8446 §4.4.4 and §4.2.11.2).

use crate::crypto::{Digest, Secret};

use super::label::expand_bounded;
use super::{Kdf, Label};

/// `verify_data` of a Finished message (§4.5.3), or a PskBinderEntry (§4.3.11.2).
///
/// ```text
/// finished_key = HKDF-Expand-Label(BaseKey, "finished", "", Hash.length)
/// verify_data = HMAC(finished_key,
///                    Transcript-Hash(Handshake Context, Certificate*, CertificateVerify*))
/// ```
///
/// * `base_key`: the sender's handshake traffic secret, its current application traffic secret for post-handshake
///   authentication (§4.5), or the `binder_key`.
/// * `transcript_hash`: up to the message before Finished, or for a binder up to the binders.
///
/// Compare it with a peer's in constant time only ([`subtle::ConstantTimeEq`]).
#[must_use]
pub fn finished_verify_data(kdf: &Kdf, base_key: &Secret, transcript_hash: &Digest) -> Digest {
    let finished_key: Secret = expand_bounded(kdf, base_key, Label::FINISHED, &[], kdf.hash_length());
    kdf.hkdf().hmac(finished_key.expose(), transcript_hash)
}
