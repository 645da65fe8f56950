//! ClientHello: RFC 9846 §4.2.2 (8446 §4.1.2).

use super::{CipherSuite, CodePoints, Extensions, ProtocolVersion};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// What a client offers.
///
/// ```text
/// struct {
///     ProtocolVersion legacy_version = 0x0303;    /* TLS v1.2 */
///     Random random;
///     opaque legacy_session_id<0..32>;
///     CipherSuite cipher_suites<2..2^16-2>;
///     opaque legacy_compression_methods<1..2^8-1>;
///     Extension extensions<7..2^16-1>;
/// } ClientHello;
/// ```
///
/// A ClientHello that ends before `extensions`, or whose block is shorter, has no `supported_versions` and is one
/// of TLS 1.2 or older (§4.2.2): it decodes, so that its version can be refused rather than its form (E.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClientHello<'a> {
    /// 0x0303.
    pub legacy_version: ProtocolVersion,
    /// 32 bytes from a secure random number generator.
    pub random: [u8; 32],
    /// 0 to 32 bytes; not empty in middlebox compatibility mode (E.4).
    pub legacy_session_id: &'a [u8],
    /// In the client's order of preference.
    pub cipher_suites: CodePoints<'a, CipherSuite>,
    /// One zero byte.
    pub legacy_compression_methods: &'a [u8],
    /// What else it offers.
    pub extensions: Extensions<'a>,
}

impl<'a> Decode<'a> for ClientHello<'a> {
    const NAME: &'static str = "ClientHello";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            legacy_version: ProtocolVersion(r.u16("legacy_version")?),
            random: r.array("random")?,
            legacy_session_id: r.vector("legacy_session_id", 0..=32)?,
            cipher_suites: CodePoints::read(r, "cipher_suites", 2..=0xfffe)?,
            legacy_compression_methods: r.vector("legacy_compression_methods", 1..=0xff)?,
            extensions: if r.is_empty() { Extensions::default() } else { Extensions::read(r, 0..=0xffff)? },
        })
    }
}

impl Encode for ClientHello<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.legacy_version.0);
        out.bytes(&self.random);
        out.vector(0..=32, |out| out.bytes(self.legacy_session_id));
        self.cipher_suites.write(out, 2..=0xfffe);
        out.vector(1..=0xff, |out| out.bytes(self.legacy_compression_methods));
        self.extensions.write(out);
    }
}
