//! ServerHello and HelloRetryRequest: RFC 9846 §4.2.3, §4.2.4 (8446 §4.1.3, §4.1.4).

use super::{CipherSuite, Extensions, ProtocolVersion};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The random of a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (§4.2.3).
pub const HELLO_RETRY_REQUEST_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// How the random of a server ends that could do TLS 1.3 and was made to do TLS 1.2 (§4.2.3).
pub const DOWNGRADE_SENTINEL_TLS12: [u8; 8] = *b"DOWNGRD\x01";
/// How the random of a server ends that could do TLS 1.3 and was made to do TLS 1.1 or less (§4.2.3).
pub const DOWNGRADE_SENTINEL_TLS11: [u8; 8] = *b"DOWNGRD\x00";

/// What a server chose; with [`HELLO_RETRY_REQUEST_RANDOM`] it is a HelloRetryRequest.
///
/// ```text
/// struct {
///     ProtocolVersion legacy_version = 0x0303;    /* TLS v1.2 */
///     Random random;
///     opaque legacy_session_id_echo<0..32>;
///     CipherSuite cipher_suite;
///     uint8 legacy_compression_method = 0;
///     Extension extensions<6..2^16-1>;
/// } ServerHello;
/// ```
///
/// A ServerHello that ends before `extensions`, or whose block is shorter, is one of TLS 1.2 or older: it
/// decodes, so that its version can be refused rather than its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerHello<'a> {
    /// 0x0303.
    pub legacy_version: ProtocolVersion,
    /// 32 bytes from a secure random number generator, or the mark of a HelloRetryRequest.
    pub random: [u8; 32],
    /// What the client sent.
    pub legacy_session_id_echo: &'a [u8],
    /// The suite.
    pub cipher_suite: CipherSuite,
    /// 0.
    pub legacy_compression_method: u8,
    /// What else it chose.
    pub extensions: Extensions<'a>,
}

impl ServerHello<'_> {
    /// Is it a HelloRetryRequest?
    #[must_use]
    pub fn is_hello_retry_request(&self) -> bool {
        self.random == HELLO_RETRY_REQUEST_RANDOM
    }

    /// Does the random say that someone made a TLS 1.3 server speak an older version (§4.2.3)?
    #[must_use]
    pub fn has_downgrade_sentinel(&self) -> bool {
        self.random.ends_with(&DOWNGRADE_SENTINEL_TLS12) || self.random.ends_with(&DOWNGRADE_SENTINEL_TLS11)
    }
}

impl<'a> Decode<'a> for ServerHello<'a> {
    const NAME: &'static str = "ServerHello";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            legacy_version: ProtocolVersion(r.u16("legacy_version")?),
            random: r.array("random")?,
            legacy_session_id_echo: r.vector("legacy_session_id_echo", 0..=32)?,
            cipher_suite: CipherSuite(r.u16("cipher_suite")?),
            legacy_compression_method: r.u8("legacy_compression_method")?,
            extensions: if r.is_empty() { Extensions::default() } else { Extensions::read(r, 0..=0xffff)? },
        })
    }
}

impl Encode for ServerHello<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.legacy_version.0);
        out.bytes(&self.random);
        out.vector(0..=32, |out| out.bytes(self.legacy_session_id_echo));
        out.u16(self.cipher_suite.0);
        out.u8(self.legacy_compression_method);
        self.extensions.write(out);
    }
}
