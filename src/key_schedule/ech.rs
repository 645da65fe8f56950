//! The signal that a server accepts Encrypted Client Hello: RFC 9849 §7.2.

use crate::crypto::Digest;

use super::label::expand_bounded;
use super::{Kdf, Label};

/// `accept_confirmation`, or with [`Label::HRR_ECH_ACCEPT_CONFIRMATION`] `hrr_accept_confirmation` (§7.2, §7.2.1).
///
/// ```text
/// accept_confirmation = HKDF-Expand-Label(
///    HKDF-Extract(0, ClientHelloInner.random),
///    "ech accept confirmation",
///    transcript_ech_conf,
///    8)
/// ```
///
/// * `transcript_ech_conf`: up to the ServerHello or HelloRetryRequest with zeros in place of the confirmation.
///
/// It is no secret. Compare it in constant time all the same.
#[must_use]
pub fn ech_accept_confirmation(
    kdf: &Kdf,
    client_hello_inner_random: &[u8; 32],
    label: Label<'_>,
    transcript_ech_conf: &Digest,
) -> [u8; 8] {
    let secret = kdf.hkdf().extract(kdf.zeros().expose(), client_hello_inner_random);
    let confirmation: crate::crypto::SecretBytes<8> =
        expand_bounded(kdf, &secret, label, transcript_ech_conf, 8);
    confirmation.expose().first_chunk().copied().unwrap_or_default()
}
