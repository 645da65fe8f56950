//! HKDF-Expand-Label and Derive-Secret, RFC 9846 §7.1 (8446 §7.1).

use core::fmt;

use zeroize::Zeroizing;

use crate::crypto::{Digest, Expand, Hkdf, Secret, SecretBytes, Unkeyed};

use super::Kdf;
use super::kdf::PREFIX_LENGTH;

/// A label of HKDF-Expand-Label without its prefix: 1 to 249 bytes, so that with the prefix it fits
/// `opaque label<7..255>`.
///
/// The constants are all the labels of RFC 9846 and RFC 9258, and those of RFC 9266 and RFC 9849. None of the first two is
/// longer than 12 bytes: with a longer one the common hash functions need another iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label<'a>(&'a str);

impl<'a> Label<'a> {
    /// `"ext binder"`: the binder key of an external PSK.
    pub const EXT_BINDER: Label<'static> = Label("ext binder");
    /// `"res binder"`: the binder key of a resumption PSK.
    pub const RES_BINDER: Label<'static> = Label("res binder");
    /// `"imp binder"`: the binder key of an imported PSK (RFC 9258 §5.2).
    pub const IMP_BINDER: Label<'static> = Label("imp binder");
    /// `"derived psk"`: an imported PSK (RFC 9258 §5.1).
    pub const DERIVED_PSK: Label<'static> = Label("derived psk");
    /// `"c e traffic"`: client_early_traffic_secret.
    pub const C_E_TRAFFIC: Label<'static> = Label("c e traffic");
    /// `"e exp master"`: early_exporter_secret.
    pub const E_EXP_MASTER: Label<'static> = Label("e exp master");
    /// `"derived"`: from one stage to the next.
    pub const DERIVED: Label<'static> = Label("derived");
    /// `"c hs traffic"`: client_handshake_traffic_secret.
    pub const C_HS_TRAFFIC: Label<'static> = Label("c hs traffic");
    /// `"s hs traffic"`: server_handshake_traffic_secret.
    pub const S_HS_TRAFFIC: Label<'static> = Label("s hs traffic");
    /// `"c ap traffic"`: client_application_traffic_secret_0.
    pub const C_AP_TRAFFIC: Label<'static> = Label("c ap traffic");
    /// `"s ap traffic"`: server_application_traffic_secret_0.
    pub const S_AP_TRAFFIC: Label<'static> = Label("s ap traffic");
    /// `"exp master"`: exporter_secret.
    pub const EXP_MASTER: Label<'static> = Label("exp master");
    /// `"res master"`: resumption_secret.
    pub const RES_MASTER: Label<'static> = Label("res master");
    /// `"finished"`: finished_key (§4.5.3).
    pub const FINISHED: Label<'static> = Label("finished");
    /// `"resumption"`: the PSK of a ticket (§4.7.1).
    pub const RESUMPTION: Label<'static> = Label("resumption");
    /// `"traffic upd"`: the next application traffic secret (§7.2).
    pub const TRAFFIC_UPD: Label<'static> = Label("traffic upd");
    /// `"key"`: a traffic key (§7.3).
    pub const KEY: Label<'static> = Label("key");
    /// `"iv"`: the initialization vector of a traffic key (§7.3).
    pub const IV: Label<'static> = Label("iv");
    /// `"exporter"`: the value of an exporter (§7.5).
    pub const EXPORTER: Label<'static> = Label("exporter");
    /// `"EXPORTER-Channel-Binding"`: what `tls-exporter` is made of (RFC 9266 §4.2).
    pub const CHANNEL_BINDING: Label<'static> = Label("EXPORTER-Channel-Binding");

    /// `"ech accept confirmation"`: a ServerHello that accepts (RFC 9849 §7.2).
    pub const ECH_ACCEPT_CONFIRMATION: Label<'static> = Label("ech accept confirmation");
    /// `"hrr ech accept confirmation"`: a HelloRetryRequest that accepts (RFC 9849 §7.2.1).
    pub const HRR_ECH_ACCEPT_CONFIRMATION: Label<'static> = Label("hrr ech accept confirmation");

    /// Bytes of the longest label.
    pub const MAX_LENGTH: usize = 255 - PREFIX_LENGTH;

    /// A label of another document or of an application.
    ///
    /// # Errors
    /// [`ExpandError::Label`] if `label` is empty or longer than [`Label::MAX_LENGTH`].
    pub const fn new(label: &'a str) -> Result<Self, ExpandError> {
        match label.len() {
            1..=Self::MAX_LENGTH => Ok(Self(label)),
            found => Err(ExpandError::Label { found }),
        }
    }
}

/// Why HKDF-Expand-Label is refused: something does not fit the `HkdfLabel`. It is our caller's mistake and
/// never the peer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpandError {
    /// The label is empty or longer than `Label::MAX_LENGTH` bytes.
    Label {
        /// Its bytes.
        found: usize,
    },
    /// The context is longer than 255 bytes.
    Context {
        /// Its bytes.
        found: usize,
    },
    /// More output is asked for than 255 × `Hash.length` bytes (RFC 5869 §2.3).
    Output {
        /// The bytes asked for.
        found: usize,
        /// The most that this hash function gives.
        most: usize,
    },
}

impl fmt::Display for ExpandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label { found } => {
                let most = Label::MAX_LENGTH;
                write!(f, "a label has 1 to {most} bytes (RFC 9846 §7.1), this one {found}: choose another")
            }
            Self::Context { found } => {
                write!(f, "a context has at most 255 bytes (RFC 9846 §7.1), this one {found}: hash it first")
            }
            Self::Output { found, most } => {
                write!(
                    f,
                    "HKDF gives at most {most} bytes with this hash (RFC 5869 §2.3), not {found}: ask for less"
                )
            }
        }
    }
}

impl core::error::Error for ExpandError {}

/// `HKDF-Expand-Label(Secret, Label, Context, Length)` of §7.1 into all of `out`.
///
/// ```text
/// HKDF-Expand-Label(Secret, Label, Context, Length) = HKDF-Expand(Secret, HkdfLabel, Length)
///
/// struct {
///     uint16 length = Length;
///     opaque label<7..255> = "tls13 " + Label;
///     opaque context<0..255> = Context;
/// } HkdfLabel;
/// ```
///
/// * `secret`: `Hash.length` bytes.
/// * `context`: at most 255 bytes, mostly a hash or nothing.
/// * `out`: `Length` is its length, at most 255 × `Hash.length` bytes.
///
/// # Errors
/// [`ExpandError`] if `context` or `out` is too long; `out` is then untouched.
pub fn hkdf_expand_label(
    kdf: &Kdf,
    secret: &Secret,
    label: Label<'_>,
    context: &[u8],
    out: &mut [u8],
) -> Result<(), ExpandError> {
    if context.len() > 255 {
        return Err(ExpandError::Context { found: context.len() });
    }
    let most = 255 * kdf.hash_length();
    if out.len() > most {
        return Err(ExpandError::Output { found: out.len(), most });
    }
    expand(kdf, secret, label, context, out);
    Ok(())
}

/// `Derive-Secret(Secret, Label, Messages)` of §7.1, over an already computed transcript hash.
///
/// ```text
/// HKDF-Expand-Label(Secret, Label, Transcript-Hash(Messages), Hash.length)
/// ```
///
/// * `secret`: `Hash.length` bytes, the current stage of the schedule.
/// * `transcript_hash`: `Hash.length` bytes (§4.1; 8446 §4.4.1).
///
/// Never fails for the hashes of B.4, hence no `Result`. Vectors: RFC 8448 §3–§7.
#[must_use]
pub fn derive_secret(kdf: &Kdf, secret: &Secret, label: Label<'_>, transcript_hash: &Digest) -> Secret {
    expand_bounded(kdf, secret, label, transcript_hash, kdf.hash_length())
}

/// HKDF-Expand-Label into a secret of `length` bytes. No check is needed: `N` is far below 255 × `Hash.length`, and
/// `context` is a hash, a ticket_nonce or empty.
pub(super) fn expand_bounded<const N: usize>(
    kdf: &Kdf,
    secret: &Secret,
    label: Label<'_>,
    context: &[u8],
    length: usize,
) -> SecretBytes<N> {
    SecretBytes::at_most(length, |out| expand(kdf, secret, label, context, out))
}

/// `Derive-Secret` of several labels over one transcript hash.
pub(super) fn derive_secrets<const K: usize>(
    kdf: &Kdf,
    secret: &Secret,
    labels: [Label<'_>; K],
    transcript_hash: &Digest,
) -> [Secret; K] {
    SecretBytes::each_at_most(kdf.hash_length(), |outs| {
        expand_each(kdf, secret, transcript_hash, labels.into_iter().zip(outs));
    })
}

/// HKDF-Expand-Label of several labels with one context.
pub(super) fn expand_each<'a>(
    kdf: &Kdf,
    secret: &Secret,
    context: &[u8],
    values: impl Iterator<Item = (Label<'a>, &'a mut [u8])>,
) {
    let mut values = Some(values);
    kdf.hkdf().with_prk(secret.expose(), &mut |prk| {
        for (label, out) in values.take().into_iter().flatten() {
            expand_with(prk, kdf, secret, label, context, out);
        }
    });
    // A provider that lends no key leaves no value undone.
    let prk = Unkeyed { hkdf: kdf.hkdf(), prk: secret.expose() };
    for (label, out) in values.into_iter().flatten() {
        expand_with(&prk, kdf, secret, label, context, out);
    }
}

fn expand(kdf: &Kdf, secret: &Secret, label: Label<'_>, context: &[u8], out: &mut [u8]) {
    expand_each(kdf, secret, context, core::iter::once((label, out)));
}

/// HKDF-Expand over an `HkdfLabel`, handed over field by field with the length prefixes. The lengths fit: a
/// [`Label`] by its construction, `context` and `out` by the callers' checks.
fn expand_with(
    prk: &dyn Expand,
    kdf: &Kdf,
    secret: &Secret,
    Label(label): Label<'_>,
    context: &[u8],
    out: &mut [u8],
) {
    let [.., length_high, length_low] = out.len().to_be_bytes();
    let [.., label_length] = (PREFIX_LENGTH + label.len()).to_be_bytes();
    let [.., context_length] = context.len().to_be_bytes();
    let hkdf_label: [&[u8]; 6] = [
        &[length_high, length_low],
        &[label_length],
        kdf.prefix.octets(),
        label.as_bytes(),
        &[context_length],
        context,
    ];
    if prk.expand(&hkdf_label, out).is_err() {
        expand_by_hmac(kdf.hkdf(), secret, &hkdf_label, out);
    }
}

/// HKDF-Expand as RFC 5869 §2.3 defines it.
///
/// ```text
/// T(N) = HMAC-Hash(PRK, T(N-1) | info | N)
/// OKM = first L octets of T(1) | T(2) | T(3) | ...
/// ```
///
/// HKDF-Expand fails for too much output alone, which is not asked for here. A provider that refuses all the same
/// is not believed: HMAC cannot fail, and gives the same bytes. So no secret is ever left at zero, and nothing
/// above needs an error that no correct provider returns.
fn expand_by_hmac(hkdf: &dyn Hkdf, secret: &Secret, info: &[&[u8]], out: &mut [u8]) {
    let mut previous = Secret::at_most(0, |_| ());
    for (block, counter) in out.chunks_mut(hkdf.hash_algorithm().output_len()).zip(1..=u8::MAX) {
        let input = Zeroizing::new([previous.expose(), &info.concat(), &[counter]].concat());
        let tag = hkdf.hmac(secret.expose(), &input);
        previous = Secret::at_most(tag.len(), |bytes| bytes.copy_from_slice(&tag));
        block.iter_mut().zip(tag.iter()).for_each(|(place, byte)| *place = *byte);
    }
}
