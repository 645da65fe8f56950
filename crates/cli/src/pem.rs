//! Blocks of PEM (RFC 7468), written.

use base64ct::{Base64, Encoding};

/// A block with this label.
pub(crate) fn block(label: &str, contents: &[u8]) -> String {
    const LINE: usize = 64;
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in Base64::encode_string(contents).as_bytes().chunks(LINE) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}
