//! What comes of it when a subject meets a script.

use handfast::alert::{Alert, AlertDescription};
use handfast::connection;
use handfast::handshake::{Fault, PeerFault};
use handfast::message::HandshakeType;

use super::{Subject, Talk};
use crate::peer::Peer;

/// What came of a subject's meeting with one script, on the handshake floor and as a connection.
pub struct Meeting {
    floor: Result<(), Fault>,
    wire: Result<(), connection::Fault>,
    connected: [bool; 3],
    by_certificate: bool,
    alerts: Vec<Alert>,
}

/// Lets what `subject` makes meet what `script` makes of its correct peer, twice.
pub fn meeting(subject: impl Fn() -> Subject, script: impl Fn(Peer) -> Peer) -> Meeting {
    let mut peer = script(subject().peer());
    let mut floor = subject().floor();
    let on_floor = floor.meet(&mut peer);
    let mut talk = Talk::between(subject(), &script);
    let on_wire = talk.run();
    let connected =
        [floor.connected().is_some(), talk.end.connection.is_connected(), talk.peer.is_connected()];
    let by_certificate = floor.connected().is_some_and(|connected| {
        connected.local_signature_scheme.or(connected.peer_signature_scheme).is_some()
    });
    Meeting { floor: on_floor, wire: on_wire, connected, by_certificate, alerts: talk.peer.alerts }
}

impl Meeting {
    /// The handshake completes, on both floors and at the peer.
    #[track_caller]
    pub fn completes(&self) {
        assert_eq!((&self.floor, &self.wire), (&Ok(()), &Ok(())));
        assert_eq!(self.connected, [true; 3]);
        assert_eq!(self.alerts, []);
    }

    /// Did a certificate stand for the server?
    pub fn authenticated_by_certificate(&self) -> bool {
        self.by_certificate
    }

    /// Did the machine or the connection say that it is connected?
    pub fn subject_connected(&self) -> bool {
        let [floor, wire, _] = self.connected;
        floor || wire
    }

    /// Did both end with a fault?
    pub fn is_ended(&self) -> bool {
        self.floor.is_err() && self.wire.is_err()
    }

    /// It ends with this fault of the peer's, and the peer hears this alert, alone and fatal.
    #[track_caller]
    pub fn is_refused(&self, fault: PeerFault, alert: AlertDescription) {
        assert_eq!(self.floor, Err(fault.clone().into()));
        assert_eq!(self.wire, Err(connection::Fault::Handshake(fault.into())));
        self.heard(alert);
    }

    /// It ends with a message whose form is wrong in this field, and the peer hears `decode_error`.
    #[track_caller]
    pub fn is_malformed(&self, message: HandshakeType, field: &str) {
        let Err(Fault::Peer(PeerFault::Malformed { message: found, error })) = &self.floor else {
            panic!("{:?}", self.floor)
        };
        assert_eq!((*found, error.field), (message, field));
        self.heard(AlertDescription::DECODE_ERROR);
    }

    /// The peer hears this alert, alone and fatal.
    #[track_caller]
    pub fn heard(&self, alert: AlertDescription) {
        assert_eq!(self.alerts, [Alert::new(alert)], "{:?}", self.wire);
        assert!(self.wire.is_err() && !alert.is_closure());
    }
}
