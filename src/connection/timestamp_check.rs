//! Signed certificate timestamps as a config asks them of peers (RFC 6962).

use alloc::string::String;
use alloc::sync::Arc;
use core::time::Duration;

use crate::crypto::CryptoProvider;
use crate::handshake::JudgePeer;
use crate::message::SignedCertificateTimestampList;
use crate::pki::timestamp::{TransparencyLogs, judge_timestamps, logs_with_valid_timestamps, too_few};

/// Which logs have to have seen a peer's certificate.
///
/// Timestamps count that are embedded in the certificate, and those that the peer shows with it, for which it is asked
/// ([`request_timestamps`](crate::handshake::Config::request_timestamps)). A session that was made under other rules
/// is not resumed.
#[derive(Clone, Debug)]
pub struct TimestampCheck {
    /// The logs that count.
    pub logs: Arc<TransparencyLogs>,
    /// By how many of them a valid timestamp has to be.
    pub required: usize,
}

impl TimestampCheck {
    /// Why the chain that is judged has too few, if it has; `issuer` is that of the leaf, in DER.
    pub(super) fn refuse(
        &self,
        ask: &JudgePeer,
        issuer: Option<&[u8]>,
        clock_skew: Duration,
        crypto: &CryptoProvider,
    ) -> Option<String> {
        let leaf = ask.chain.entries().next()?;
        let list: Option<SignedCertificateTimestampList<'_>> = leaf.extensions.get().ok().flatten();
        let shown = list.iter().flat_map(|list| list.sct_list.iter());
        let time = ask.now.saturating_add(clock_skew);
        let judged = judge_timestamps(leaf.cert_data, issuer, shown, &self.logs, time, crypto);
        let is_enough = logs_with_valid_timestamps(&judged) >= self.required;
        if is_enough { None } else { Some(too_few(&judged, self.required)) }
    }
}
