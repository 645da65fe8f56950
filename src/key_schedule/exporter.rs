//! Exporters, RFC 9846 §7.5 (8446 §7.5), and the channel binding made with one, RFC 9266.

use crate::crypto::{Secret, SecretBytes};

use super::label::expand_bounded;
use super::{ExpandError, Kdf, Label, derive_secret, hkdf_expand_label};

/// Keying material for an application (§7.5), into all of `out`.
///
/// ```text
/// TLS-Exporter(label, context_value, key_length) =
///     HKDF-Expand-Label(Derive-Secret(Secret, label, ""),
///                       "exporter", Hash(context_value), key_length)
/// ```
///
/// * `exporter_secret`: the `exporter_secret`, or the `early_exporter_secret` where the application says so.
/// * `label`: ASCII, 1 to 249 bytes; registered, or beginning with `"EXPERIMENTAL"` (RFC 5705 §4).
/// * `context_value`: of any length; no context is the empty context.
/// * `out`: at most 255 × `Hash.length` bytes. The length is part of the derivation: a shorter output is not the
///   start of a longer one. A channel binding must be long enough to resist collisions (F.1).
///
/// # Errors
/// [`ExpandError`] if `label` or `out` is outside these bounds; `out` is then untouched.
pub fn export(
    kdf: &Kdf,
    exporter_secret: &Secret,
    label: &str,
    context_value: &[u8],
    out: &mut [u8],
) -> Result<(), ExpandError> {
    let inner = derive_secret(kdf, exporter_secret, Label::new(label)?, &kdf.hash_of_nothing());
    hkdf_expand_label(kdf, &inner, Label::EXPORTER, &kdf.hash().digest(context_value), out)
}

/// The channel binding `tls-exporter` (RFC 9266): the same at both ends of a connection, and of no other.
///
/// ```text
/// TLS-Exporter("EXPORTER-Channel-Binding", "", 32)
/// ```
///
/// * `exporter_secret`: the `exporter_secret`, never the `early_exporter_secret`.
#[must_use]
pub fn tls_exporter(kdf: &Kdf, exporter_secret: &Secret) -> [u8; 32] {
    let nothing = kdf.hash_of_nothing();
    //= R9266-2-1
    let inner = derive_secret(kdf, exporter_secret, Label::CHANNEL_BINDING, &nothing);
    let exported: SecretBytes<32> = expand_bounded(kdf, &inner, Label::EXPORTER, &nothing, 32);
    let mut binding = [0; 32];
    binding.iter_mut().zip(exported.expose()).for_each(|(place, byte)| *place = *byte);
    binding
}
