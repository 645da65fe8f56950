//! Importing external PSKs: one secret, and for each KDF a PSK of its own (RFC 9258 §5.1).
//!
//! ```text
//! struct {
//!     opaque external_identity<1...2^16-1>;
//!     opaque context<0..2^16-1>;
//!     uint16 target_protocol;
//!     uint16 target_kdf;
//! } ImportedIdentity;
//!
//! epskx = HKDF-Extract(0, epsk)
//! ipskx = HKDF-Expand-Label(epskx, "derived psk", Hash(ImportedIdentity), L)
//! ```

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::Psk;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::key_schedule::{Kdf, Label, LabelPrefix, PskKind, hkdf_expand_label};
use crate::message::ProtocolVersion;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The most bytes of a PSK's identity: `opaque identity<1..2^16-1>` (§4.3.11).
const MAX_IDENTITY: usize = 0xffff;

/// An external PSK that is for the importer alone (RFC 9258 §3): its secret never is a PSK of TLS itself.
///
/// It has one hash, that of the importer's HKDF; what comes of it is bound to a KDF each.
#[derive(Clone)]
pub struct ExternalPsk {
    identity: Vec<u8>,
    base_key: Zeroizing<Vec<u8>>,
    hash: HashAlgorithm,
}

impl ExternalPsk {
    /// A secret that was agreed on elsewhere, and what both sides call it.
    ///
    /// * `identity`: `external_identity`, 1 to 2^16-1 bytes.
    /// * `base_key`: one byte at least; fewer than 16 can be guessed (RFC 9257 §6).
    /// * `hash`: the one that was agreed on with the secret; SHA-256 if none was.
    ///
    /// # Errors
    /// [`ImportError`] if the identity or the key has no such length.
    pub fn new(
        identity: impl Into<Vec<u8>>,
        base_key: &[u8],
        hash: HashAlgorithm,
    ) -> Result<Self, ImportError> {
        let identity = identity.into();
        check_identity(identity.len())?;
        if base_key.is_empty() {
            return Err(ImportError::EmptyKey);
        }
        Ok(Self { identity, base_key: Zeroizing::new(base_key.to_vec()), hash })
    }

    /// `external_identity`: what both sides call it.
    #[must_use]
    pub fn identity(&self) -> &[u8] {
        &self.identity
    }

    /// The hash of the importer's HKDF.
    #[must_use]
    pub const fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// The PSK for TLS 1.3 and this KDF, and the identity that goes on the wire for it: an encoded
    /// [`ImportedIdentity`].
    ///
    /// * `context`: what tells this use of the secret from others; the peer has to give the same, and everybody on the
    ///   way can read it. It should name both roles ([`RolePair`]), and must hold what the secret was derived from, if
    ///   it was.
    ///
    /// # Errors
    /// [`ImportError`] if the identity would be longer than 2^16-1 bytes, or the provider lacks the hash.
    pub fn import(
        &self,
        context: &[u8],
        target_kdf: HashAlgorithm,
        crypto: &CryptoProvider,
    ) -> Result<(Vec<u8>, Psk), ImportError> {
        //= R9258-5.1-1
        //= R9258-5.1-4
        let imported_identity = ImportedIdentity {
            external_identity: &self.identity,
            context,
            target_protocol: ProtocolVersion::TLS13,
            target_kdf: TargetKdf::of(target_kdf),
        };
        //= R9258-5.1-5
        check_identity(imported_identity.encoded_len())?;
        let imported_identity = imported_identity.to_bytes();
        let kdf = Kdf::new(crypto, self.hash, LabelPrefix::Tls13).ok_or(ImportError::NotProvided)?;
        let epskx = kdf.hkdf().extract(&[], &self.base_key);
        let mut ipskx = Zeroizing::new(alloc::vec![0; target_kdf.output_len()]);
        let hash = kdf.hash().digest(&imported_identity);
        hkdf_expand_label(&kdf, &epskx, Label::DERIVED_PSK, &hash, &mut ipskx)
            .map_err(|_| ImportError::NotProvided)?;
        Ok((imported_identity, Psk::imported(&ipskx, target_kdf)))
    }
}

fn check_identity(length: usize) -> Result<(), ImportError> {
    if (1..=MAX_IDENTITY).contains(&length) { Ok(()) } else { Err(ImportError::IdentityLength(length)) }
}

impl fmt::Debug for ExternalPsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalPsk").field("hash", &self.hash).finish_non_exhaustive()
    }
}

/// Why an external PSK cannot be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportError {
    /// The identity that goes on the wire would have so many bytes.
    IdentityLength(usize),
    /// There is no secret.
    EmptyKey,
    /// The provider lacks the hash of the external PSK.
    NotProvided,
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdentityLength(found) => write!(
                f,
                "an identity has 1 to {MAX_IDENTITY} bytes, context included (RFC 9258 §5.1), this one {found}"
            ),
            Self::EmptyKey => f.write_str("the secret of an external PSK is empty"),
            Self::NotProvided => f.write_str("the crypto provider lacks the hash of the external PSK"),
        }
    }
}

impl core::error::Error for ImportError {}

/// What an imported PSK is called on the wire (RFC 9258 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportedIdentity<'a> {
    /// What both sides call the external PSK.
    pub external_identity: &'a [u8],
    /// What tells this use of it from others.
    pub context: &'a [u8],
    /// The protocol that the PSK is for.
    pub target_protocol: ProtocolVersion,
    /// The KDF that the PSK is for.
    pub target_kdf: TargetKdf,
}

impl ImportedIdentity<'_> {
    const fn encoded_len(&self) -> usize {
        2 + self.external_identity.len() + 2 + self.context.len() + 4
    }
}

impl<'a> Decode<'a> for ImportedIdentity<'a> {
    const NAME: &'static str = "ImportedIdentity";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            external_identity: r.vector("external_identity", 1..=0xffff)?,
            context: r.vector("context", 0..=0xffff)?,
            target_protocol: ProtocolVersion(r.u16("target_protocol")?),
            target_kdf: TargetKdf(r.u16("target_kdf")?),
        })
    }
}

impl Encode for ImportedIdentity<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(1..=0xffff, |out| out.bytes(self.external_identity));
        out.vector(0..=0xffff, |out| out.bytes(self.context));
        out.u16(self.target_protocol.0);
        out.u16(self.target_kdf.0);
    }
}

/// A TLS KDF identifier (RFC 9258 §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetKdf(pub u16);

impl TargetKdf {
    /// `HKDF_SHA256`.
    pub const HKDF_SHA256: Self = Self(1);
    /// `HKDF_SHA384`.
    pub const HKDF_SHA384: Self = Self(2);

    /// HKDF over this hash.
    #[must_use]
    pub const fn of(hash: HashAlgorithm) -> Self {
        match hash {
            HashAlgorithm::Sha256 => Self::HKDF_SHA256,
            HashAlgorithm::Sha384 => Self::HKDF_SHA384,
        }
    }
}

/// A context that tells the two roles apart (RFC 9258 Appendix B): what one side sends as a client no longer fits
/// what it accepts as a server.
///
/// ```text
/// struct {
///     opaque client<0..2^8-1>;
///     opaque server<0..2^8-1>;
/// } Context;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolePair<'a> {
    /// Who the client is, at most 255 bytes.
    pub client: &'a [u8],
    /// Who the server is, at most 255 bytes.
    pub server: &'a [u8],
}

impl RolePair<'_> {
    /// The context; `None` if a name is longer than 255 bytes.
    #[must_use]
    pub fn to_context(&self) -> Option<Vec<u8>> {
        let fits = |name: &[u8]| u8::try_from(name.len()).is_ok();
        (fits(self.client) && fits(self.server)).then(|| {
            let mut context = Vec::new();
            let mut out = Writer::new(&mut context);
            out.vector(0..=0xff, |out| out.bytes(self.client));
            out.vector(0..=0xff, |out| out.bytes(self.server));
            context
        })
    }
}

/// What both sides call the external PSK behind this identity of the wire: that of an imported one is inside.
#[must_use]
pub(crate) fn external_identity<'a>(psk: &Psk, identity: &'a [u8]) -> &'a [u8] {
    match psk.kind() {
        PskKind::Imported => {
            ImportedIdentity::decode(identity).map_or(identity, |imported| imported.external_identity)
        }
        PskKind::External | PskKind::Resumption => identity,
    }
}
