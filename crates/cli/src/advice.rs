//! What an alert or a fault probably means for the person at this end, and what to do about it.

use handfast::alert::AlertDescription;
use handfast::connection::Fault;
use handfast::handshake::{self, OwnFault, PeerFault, Role};
use handfast::record::{NotTls, RecordFault};

/// What to do about a fault, in a sentence or two.
#[expect(clippy::wildcard_enum_match_arm, reason = "advice is given where there is some to give")]
pub(crate) fn on(fault: &Fault, role: Role) -> Option<&'static str> {
    Some(match fault {
        Fault::AlertReceived(alert) => received(*alert, role),
        Fault::Record(RecordFault::NotTls(NotTls::Http)) => "use https:// to reach this port.",
        Fault::Record(RecordFault::NotTls(_)) => {
            "the peer does not speak TLS here: is the port right, or does TLS start later (STARTTLS)?"
        }
        Fault::Truncated => {
            "the peer closed the transport without saying so in TLS: it crashed, gave up, or someone cut the line."
        }
        Fault::ClosedBeforeConnected => "the peer changed its mind; it may have refused us without an alert.",
        Fault::Handshake(handshake::Fault::Refused { alert, .. }) => return refused(*alert, role),
        Fault::Handshake(handshake::Fault::Peer(fault)) => return peer_fault(fault),
        Fault::Handshake(handshake::Fault::EchRejected { .. }) => {
            "connect anew without --ech-config: everybody on the way will see the server's name."
        }
        Fault::Handshake(handshake::Fault::Own(OwnFault::NoCredential { .. })) => {
            "give a --cert whose key and purpose fit what this client accepts; it may take other key types only."
        }
        _ => return None,
    })
}

/// What to do about a certificate that we refused with this alert.
fn refused(alert: AlertDescription, role: Role) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::UNKNOWN_CA => {
            "if you trust the peer's CA, give its certificate with --ca; if an intermediate is missing, the peer \
             must send it with its own. If you trust a raw public key, give it, or its SHA-256, with \
             --trust-raw-public-key."
        }
        AlertDescription::CERTIFICATE_EXPIRED => {
            "renew the certificate; if its dates are right, look at this machine's clock."
        }
        AlertDescription::CERTIFICATE_UNKNOWN if role == Role::Client => {
            "say whom you expect with --name, --spiffe-id or --trust-domain, if it is another than was found."
        }
        AlertDescription::CERTIFICATE_REVOKED => {
            "the peer needs a new certificate; an issuer that revoked it by mistake must issue a new list or response."
        }
        AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE => {
            "the peer must staple a fresh OCSP response for its certificate; --revocation-unknown and \
             --revocation-stale say what passes without."
        }
        AlertDescription::ACCESS_DENIED => {
            "the client is known, but is not whom --spiffe-id, --trust-domain or the pin lets in."
        }
        AlertDescription::BAD_CERTIFICATE | AlertDescription::UNSUPPORTED_CERTIFICATE => {
            "the peer needs another certificate: the finding above says which rule this one breaks. If it is the \
             signature, --ca may have another CA of the same name."
        }
        AlertDescription::UNRECOGNIZED_NAME => {
            "add a --cert for that name, or leave out --refuse-unknown-names."
        }
        _ => return None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "advice is given where there is some to give")]
fn peer_fault(fault: &PeerFault) -> Option<&'static str> {
    Some(match fault {
        PeerFault::NoSharedVersion => "the peer speaks TLS 1.2 or older; handfast speaks TLS 1.3 alone.",
        PeerFault::NoSharedSuite => "give --suite other values, or none: then all that we have are offered.",
        PeerFault::NoSharedGroup => "give --group other values, or none: then all that we have are offered.",
        PeerFault::NoSharedProtocol => "give --alpn a protocol that the client offers, or none.",
        PeerFault::NoSharedCertificateType => {
            "one end shows raw public keys, the other takes certificates: see --raw-public-key and \
             --trust-raw-public-key, --cert and --ca."
        }
        PeerFault::NoClientCertificate => {
            "the client needs a certificate from one of the --ca; --client-auth optional lets it in without."
        }
        PeerFault::BadSignature => {
            "the peer does not hold the key of the certificate that it shows, or its TLS is broken."
        }
        PeerFault::BadFinished => "someone changed messages on the way, or the peer's TLS is broken.",
        _ => return None,
    })
}

/// What the peer probably did not like when it sent this alert (§6).
fn received(alert: AlertDescription, role: Role) -> &'static str {
    if alert == AlertDescription::CERTIFICATE_REQUIRED && role == Role::Server {
        return "the peer says that a certificate of ours is missing.";
    }
    let known = RECEIVED.iter().find(|(known, _)| *known == alert);
    known
        .map_or("RFC 9846 §6 does not know this alert; it ends the connection all the same.", |(_, what)| {
            what
        })
}

/// What each alert that a peer of TLS 1.3 may send (§6) probably means.
const RECEIVED: &[(AlertDescription, &str)] = &[
    (
        AlertDescription::UNEXPECTED_MESSAGE,
        "the peer got a message out of turn; one of the two TLS stacks is wrong.",
    ),
    (
        AlertDescription::BAD_RECORD_MAC,
        "a record did not open at the peer: damaged on the way, or the keys differ.",
    ),
    (AlertDescription::RECORD_OVERFLOW, "the peer takes shorter records than it was sent."),
    (
        AlertDescription::HANDSHAKE_FAILURE,
        "the peer found nothing in common: suites, groups, signature schemes, or a certificate that it needs.",
    ),
    (
        AlertDescription::BAD_CERTIFICATE,
        "the peer could not make sense of our certificate, or a signature in the chain did not verify.",
    ),
    (
        AlertDescription::UNSUPPORTED_CERTIFICATE,
        "our certificate is of a kind, or for a purpose, that the peer does not take; look at its key type \
         and extendedKeyUsage.",
    ),
    (AlertDescription::CERTIFICATE_REVOKED, "the peer says that our certificate is revoked."),
    (
        AlertDescription::CERTIFICATE_EXPIRED,
        "the peer says that our certificate has expired or is not valid yet; if not, look at the peer's clock.",
    ),
    (
        AlertDescription::CERTIFICATE_UNKNOWN,
        "the peer did not accept our certificate, for a reason that it does not name; its log may. Often the \
         name is another than it expects.",
    ),
    (
        AlertDescription::ILLEGAL_PARAMETER,
        "the peer takes a value that we sent for forbidden or inconsistent.",
    ),
    (
        AlertDescription::UNKNOWN_CA,
        "the peer does not trust the CA of our certificate; give a --cert from a CA that it knows, with the \
         intermediates behind it in the file.",
    ),
    (AlertDescription::ACCESS_DENIED, "the peer knows who we are, and does not let us in."),
    (
        AlertDescription::DECODE_ERROR,
        "the peer could not read a message of ours; one of the two TLS stacks is wrong.",
    ),
    (
        AlertDescription::DECRYPT_ERROR,
        "a signature or Finished of ours did not verify at the peer: does the key belong to the certificate?",
    ),
    (AlertDescription::PROTOCOL_VERSION, "the peer does not speak TLS 1.3."),
    (AlertDescription::INSUFFICIENT_SECURITY, "the peer wants stronger suites, groups or keys than we have."),
    (AlertDescription::INTERNAL_ERROR, "the peer failed for a reason of its own; its log may say more."),
    (AlertDescription::INAPPROPRIATE_FALLBACK, "the peer speaks a newer version than we retried with."),
    (AlertDescription::USER_CANCELED, "the peer gave the handshake up for a reason of its own."),
    (
        AlertDescription::MISSING_EXTENSION,
        "the peer requires an extension that we did not send; often the server name.",
    ),
    (AlertDescription::UNSUPPORTED_EXTENSION, "the peer got an extension that it had not asked for."),
    (AlertDescription::UNRECOGNIZED_NAME, "the server does not serve the name that we asked for; see --sni."),
    (
        AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE,
        "the peer refused the OCSP response that came with our certificate.",
    ),
    (
        AlertDescription::UNKNOWN_PSK_IDENTITY,
        "the server wants a secret shared with it too, and knows none that we offered; see --psk and --cert-with-psk.",
    ),
    (
        AlertDescription::CERTIFICATE_REQUIRED,
        "the server wants a client certificate; give one with --cert and --key, from a CA that it names.",
    ),
    (
        AlertDescription::GENERAL_ERROR,
        "the peer failed in a way that no other alert describes; its log may say more.",
    ),
    (
        AlertDescription::NO_APPLICATION_PROTOCOL,
        "the peer speaks none of the application protocols in --alpn.",
    ),
    (
        AlertDescription::ECH_REQUIRED,
        "the client encrypted its ClientHello under a key that is none of ours, and wants to know the right one first: it \
         was told, if we have --ech-key, and connects anew.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alert_of_tls_1_3_is_explained_once() {
        // Those that §6 keeps for older versions, and the one that is no failure.
        let left_out = [0, 21, 30, 41, 60, 100, 111, 114].map(AlertDescription);
        let named = (0..=255).map(AlertDescription).filter(|alert| alert.name().is_some());
        for alert in named.filter(|alert| !left_out.contains(alert)) {
            let count = RECEIVED.iter().filter(|(known, _)| *known == alert).count();
            assert_eq!(count, 1, "{alert}");
        }
    }
}
