//! The client's 0-RTT data: offered, accepted, rejected (RFC 9846 §4.3.10, §4.6; 8446 §4.2.10, §4.5).

use super::server_hello::{Negotiated, WaitEe};
use crate::handshake::step::{Received, Step};
use crate::handshake::{Milestone, PeerFault};
use crate::message::{EarlyDataIndication, EncryptedExtensions, ExtensionType, Extensions};

/// What has become of our early data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EarlyData {
    /// There is none, or it was rejected.
    None,
    /// It is on its way; did the server select the PSK that it goes with?
    Offered { is_first_psk: bool },
    /// The server takes it: EndOfEarlyData ends it.
    Accepted,
}

impl WaitEe {
    /// Does the server take our early data? It may only with the PSK, suite and protocol that it goes with (§4.3.10).
    pub(super) fn settle_early_data(
        &mut self,
        received: &Received<'_>,
        block: &Extensions<'_>,
        negotiated: &Negotiated,
        step: &mut Step<'_>,
    ) -> Result<(), PeerFault> {
        let EarlyData::Offered { is_first_psk } = self.early_data else { return Ok(()) };
        let accepted: Option<EarlyDataIndication> = block.get().map_err(|error| received.malformed(error))?;
        if accepted.is_none() {
            self.early_data = EarlyData::None;
            //= R-F.1.4-1
            step.actions.early_exporter = None;
            self.session.install_send_keys(step);
            //= R-4.3.10-13
            //= R-4.3.10-14
            //= R-4.3.10-15
            step.actions.milestone(Milestone::EarlyDataRejected);
            return Ok(());
        }
        let fits = self.psk.as_ref().and_then(|psk| psk.session.as_ref()).is_some_and(|session| {
            session.cipher_suite == self.session.cipher_suite
                && session.application_protocol == negotiated.application_protocol
        });
        //= R-4.3.11-13
        //= R-4.3.11-14
        if !(is_first_psk && fits) {
            return Err(PeerFault::EarlyDataDoesNotFit);
        }
        self.early_data = EarlyData::Accepted;
        step.actions.milestone(Milestone::EarlyDataAccepted);
        Ok(())
    }

    /// Before an alert goes out: a server that does not take our early data drops what is under its keys (A.1).
    //= R-A.1-1
    pub(super) fn rekey_for_alert(&self, received: &Received<'_>, step: &mut Step<'_>) {
        let EarlyData::Offered { is_first_psk } = self.early_data else { return };
        let takes = |message: &EncryptedExtensions<'_>| {
            is_first_psk && message.extensions.find(ExtensionType::EARLY_DATA).is_some()
        };
        if !received.decode().is_ok_and(|message| takes(&message)) {
            self.session.install_send_keys(step);
        }
    }
}
