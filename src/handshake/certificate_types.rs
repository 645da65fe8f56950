//! How peers show who they are: X.509 chains or raw public keys (RFC 7250 §4, RFC 9846 §4.5.1; 8446 §4.4.2).
//!
//! A list of types that is empty stands for X.509 alone, as does an extension that is not there.

use alloc::vec::Vec;

use super::PeerFault;
use crate::message::CertificateType;

/// The types that a list of the config stands for.
pub(super) fn listed(types: &[CertificateType]) -> &[CertificateType] {
    if types.is_empty() { &[CertificateType::X509] } else { types }
}

/// The list to send in ClientHello; none where it would say no more than its absence.
pub(super) fn to_offer(types: &[CertificateType]) -> Option<&[CertificateType]> {
    //= R7250-4.1-1
    //= R7250-4.1-2
    (listed(types) != [CertificateType::X509]).then_some(types)
}

/// What a credential is chosen by where this type was negotiated.
pub(super) fn negotiated(certificate_type: CertificateType) -> Option<Vec<CertificateType>> {
    (certificate_type != CertificateType::X509).then(|| alloc::vec![certificate_type])
}

/// Checks a list of a ClientHello: X.509 alone is said by not sending one.
pub(super) fn check_offered(offered: &[CertificateType]) -> Result<(), PeerFault> {
    //= R7250-4.1-1
    //= R7250-4.1-2
    if offered == [CertificateType::X509] { Err(PeerFault::DefaultCertificateType) } else { Ok(()) }
}

/// The first type of ours among those that a client lists, if it lists any.
///
/// It is said at resumption too: a client that takes raw keys alone may take silence for X.509, whose absence it refuses.
pub(super) fn shared(
    ours: &[CertificateType],
    offered: Option<&[CertificateType]>,
) -> Option<CertificateType> {
    offered.and_then(|offered| select(ours, Some(offered)).ok())
}

/// The first type of ours that the peer offers too.
pub(super) fn select(
    ours: &[CertificateType],
    offered: Option<&[CertificateType]>,
) -> Result<CertificateType, PeerFault> {
    let offered = offered.unwrap_or(&[CertificateType::X509]);
    let shared = listed(ours).iter().find(|own| offered.contains(own));
    //= R7250-4.2-2
    shared.copied().ok_or(PeerFault::NoSharedCertificateType)
}
