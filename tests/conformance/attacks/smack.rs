//! SMACK (Beurdouche and others, 2015): state machines that let messages be left out, or come twice.

use handfast::handshake::{ClientAuth, Config};

use crate::peer::Peer;
use crate::peer::step::*;
use crate::subject::{Subject, meeting};

type Script = fn(Peer) -> Peer;

/// A message that is left out, and what leaves it out.
type Omission = (&'static str, Script);

const OF_A_SERVER: [Omission; 6] = [
    ("ServerHello", |peer| peer.omit(ServerHello)),
    ("EncryptedExtensions", |peer| peer.omit(EncryptedExtensions)),
    ("CertificateRequest", |peer| peer.omit(CertificateRequest)),
    ("Certificate", |peer| peer.omit(Certificate)),
    ("CertificateVerify", |peer| peer.omit(CertificateVerify)),
    ("Finished", |peer| peer.omit(Finished)),
];

const OF_A_CLIENT: [Omission; 3] = [
    ("Certificate", |peer| peer.omit(Certificate)),
    ("CertificateVerify", |peer| peer.omit(CertificateVerify)),
    ("Finished", |peer| peer.omit(Finished)),
];

/// All the ways to leave some of these out.
fn subsets(omissions: &[Omission]) -> impl Iterator<Item = Vec<Omission>> {
    (1..1_u32 << omissions.len()).map(move |set| {
        let chosen = omissions.iter().enumerate().filter(|(index, _)| set & 1 << index != 0);
        chosen.map(|(_, omission)| *omission).collect()
    })
}

fn leave_out(peer: Peer, omitted: &[Omission]) -> Peer {
    omitted.iter().fold(peer, |peer, (_, omit)| omit(peer))
}

#[test]
fn whatever_messages_a_server_leaves_out_the_client_connects_to_nobody() {
    for omitted in subsets(&OF_A_SERVER) {
        let met = meeting(Subject::client, |server| leave_out(server, &omitted));
        let names: Vec<_> = omitted.iter().map(|(name, _)| *name).collect();
        // Not to ask for a certificate is a server's right.
        assert_eq!(met.subject_connected(), names == ["CertificateRequest"], "without {names:?}");
    }
}

#[test]
fn whatever_messages_a_client_leaves_out_the_server_connects_to_nobody() {
    for client_auth in [ClientAuth::Required, ClientAuth::Optional] {
        for omitted in subsets(&OF_A_CLIENT) {
            let asks = |config: &mut Config| config.client_auth = client_auth;
            let subject = || Subject::server().with(asks);
            let met = meeting(subject, |client| leave_out(client, &omitted));
            let names: Vec<_> = omitted.iter().map(|(name, _)| *name).collect();
            assert!(!met.subject_connected(), "{client_auth:?}, without {names:?}");
        }
    }
}

/// Sends the record of a step twice, as if its message had not been sent before.
fn repeat<S: Step + 'static>(peer: Peer, step: S) -> Peer {
    peer.records_at(step, move |flight| {
        let record = flight.of(step).clone();
        flight.behind(step, record);
    })
}

#[test]
fn a_message_that_a_server_says_twice_ends_the_handshake() {
    let repetitions: [(&str, Script); 6] = [
        ("ServerHello", |peer| repeat(peer, ServerHello)),
        ("EncryptedExtensions", |peer| repeat(peer, EncryptedExtensions)),
        ("CertificateRequest", |peer| repeat(peer, CertificateRequest)),
        ("Certificate", |peer| repeat(peer, Certificate)),
        ("CertificateVerify", |peer| repeat(peer, CertificateVerify)),
        ("Finished", |peer| repeat(peer, Finished)),
    ];
    for (name, script) in repetitions {
        let met = meeting(Subject::client, script);
        assert!(met.is_ended(), "{name}");
        // The first Finished was good, and what came behind it ended a connection.
        assert!(!met.subject_connected() || name == "Finished", "{name}");
    }
}

#[test]
fn a_message_that_a_client_says_twice_ends_the_handshake() {
    let repetitions: [(&str, Script); 4] = [
        ("ClientHello", |peer| repeat(peer, ClientHello)),
        ("Certificate", |peer| repeat(peer, Certificate)),
        ("CertificateVerify", |peer| repeat(peer, CertificateVerify)),
        ("Finished", |peer| repeat(peer, Finished)),
    ];
    for (name, script) in repetitions {
        let met = meeting(Subject::server, script);
        assert!(met.is_ended(), "{name}");
        assert!(!met.subject_connected() || name == "Finished", "{name}");
    }
}
