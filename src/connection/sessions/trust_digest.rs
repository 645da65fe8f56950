//! What a session is bound to, as one digest.

use alloc::vec::Vec;
use core::fmt::Write;

use super::super::Trust;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::handshake::{ClientAuth, Role};
use crate::identity::{ExpectedPeer, Sha256Digest};

/// SHA-256 over the role that is judged, the mode of client authentication, the rule for names, and all that
/// [`Trust`] shows of itself in `Debug`: anchors with their limits, and the profile with every field that it has.
///
/// Two builds that print these otherwise do not resume each other's sessions: a field that is new in one of them
/// may be a rule that the other does not know.
pub(in super::super) fn trust_digest(
    judged: Role,
    client_auth: ClientAuth,
    expected: Option<&ExpectedPeer>,
    trust: &Trust,
    crypto: &CryptoProvider,
) -> Option<Sha256Digest> {
    let mut content = Text(Vec::new());
    write!(content, "handfast trust 1\n{judged:?}\n{client_auth:?}\n{expected:?}\n").ok()?;
    trust.write_content(&mut content).ok()?;
    let digest = crypto.hash(HashAlgorithm::Sha256)?.digest(&content.0);
    <[u8; 32]>::try_from(&*digest).ok().map(Sha256Digest)
}

/// Text that is only hashed.
struct Text(Vec<u8>);

impl Write for Text {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
