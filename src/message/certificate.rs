//! Certificate: RFC 9846 §4.5.1 (8446 §4.4.2).

use core::fmt;

use super::Extensions;
use super::vector::Vector;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A chain, leaf first.
///
/// ```text
/// struct {
///     select (certificate_type) {
///         case RawPublicKey: opaque ASN1_subjectPublicKeyInfo<1..2^24-1>;
///         case X509:         opaque cert_data<1..2^24-1>;
///     };
///     Extension extensions<0..2^16-1>;
/// } CertificateEntry;
///
/// struct {
///     opaque certificate_request_context<0..2^8-1>;
///     CertificateEntry certificate_list<0..2^24-1>;
/// } Certificate;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate<'a> {
    /// That of the CertificateRequest it answers; empty in the main handshake.
    pub certificate_request_context: &'a [u8],
    /// Leaf first; empty where a client has none.
    pub certificate_list: CertificateList<'a>,
}

impl<'a> Certificate<'a> {
    /// The list of a body that has decoded before, whose entries are not gone through again.
    pub(crate) fn list_of_decoded(body: &'a [u8]) -> CertificateList<'a> {
        let mut body = Reader::new(body);
        let list = body
            .vector("certificate_request_context", 0..=0xff)
            .and_then(|_| body.vector("certificate_list", 0..=0xff_ffff));
        CertificateList::from_contents(list.unwrap_or_default())
    }

    /// Writes the message with the entries that `entries` writes, one after the other.
    pub fn encode_entries(
        certificate_request_context: &[u8],
        out: &mut Writer<'_>,
        entries: impl FnOnce(&mut Writer<'_>),
    ) {
        out.vector(0..=0xff, |out| out.bytes(certificate_request_context));
        out.vector(0..=0xff_ffff, entries);
    }
}

/// One certificate, or one raw public key, and what comes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateEntry<'a> {
    /// DER of a certificate, or of a SubjectPublicKeyInfo for a raw public key.
    pub cert_data: &'a [u8],
    /// Staples and the like.
    pub extensions: Extensions<'a>,
}

/// The contents of `certificate_list`: checked to be a sequence of entries.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct CertificateList<'a>(Vector<'a, CertificateEntry<'a>>);

impl<'a> CertificateList<'a> {
    /// A list whose contents an encoder wrote, entry by entry.
    #[must_use]
    pub const fn from_contents(contents: &'a [u8]) -> Self {
        Self(Vector::from_contents(contents))
    }

    /// The entries, leaf first.
    pub fn iter(&self) -> impl Iterator<Item = CertificateEntry<'a>> + use<'a> {
        self.0.iter()
    }

    /// Is there none?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.contents().is_empty()
    }
}

impl fmt::Debug for CertificateList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|entry| entry.cert_data.len())).finish()
    }
}

impl<'a> Decode<'a> for CertificateEntry<'a> {
    const NAME: &'static str = "CertificateEntry";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            cert_data: r.vector("cert_data", 1..=0xff_ffff)?,
            extensions: Extensions::read(r, 0..=0xffff)?,
        })
    }
}

impl Encode for CertificateEntry<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(1..=0xff_ffff, |out| out.bytes(self.cert_data));
        self.extensions.write(out);
    }
}

impl<'a> Decode<'a> for Certificate<'a> {
    const NAME: &'static str = "Certificate";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            certificate_request_context: r.vector("certificate_request_context", 0..=0xff)?,
            certificate_list: CertificateList(Vector::read(r, "certificate_list", 0..=0xff_ffff)?),
        })
    }
}

impl Encode for Certificate<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        let contents = self.certificate_list.0.contents();
        Self::encode_entries(self.certificate_request_context, out, |out| out.bytes(contents));
    }
}
