//! Finished (§4.5.3).

use super::*;

//= R-4.5.3-1 test
#[test]
fn one_that_does_not_verify_is_decrypt_error() {
    let changes: [fn(&mut Vec<u8>); 4] =
        [|body| body[0] ^= 0x80, |body| body.truncate(31), |body| body.push(0), Vec::clear];
    for change in changes {
        client_meets(|server| server.on_bytes(Finished, change))
            .is_refused(PeerFault::BadFinished, Alert::DECRYPT_ERROR);
    }
}

#[test]
fn one_over_a_flight_that_was_reordered_is_not_reached() {
    let fault = PeerFault::Unexpected { state: "WaitCv", message: HandshakeType::CERTIFICATE };
    client_meets(|server| server.twice(Certificate)).is_refused(fault, Alert::UNEXPECTED_MESSAGE);
    let fault = PeerFault::Unexpected { state: "WaitCert", message: HandshakeType::CERTIFICATE_REQUEST };
    client_meets(|server| server.twice(CertificateRequest)).is_refused(fault, Alert::UNEXPECTED_MESSAGE);
}
