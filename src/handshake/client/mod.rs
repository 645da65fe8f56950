//! The client's state machine (RFC 9846 A.1; 8446 A.1).
//!
//! ```text
//!                            START <----+
//!             Send ClientHello |        | Recv HelloRetryRequest
//!        [K_send = early data] |        |
//!                              v        |
//!         /                 WAIT_SH ----+
//!         |                    | Recv ServerHello
//!         |                    | K_recv = handshake
//!     Can |                    V
//!    send |                 WAIT_EE
//!   early |                    | Recv EncryptedExtensions
//!    data |           +--------+--------+
//!         |     Using |                 | Using certificate
//!         |       PSK |                 v
//!         |           |            WAIT_CERT_CR
//!         |           |        Recv |       | Recv CertificateRequest
//!         |           | Certificate |       v
//!         |           |             |    WAIT_CERT
//!         |           |             |       | Recv Certificate
//!         |           |             v       v
//!         |           |              WAIT_CV
//!         |           |                 | Recv CertificateVerify
//!         |           +> WAIT_FINISHED <+
//!         |                  | Recv Finished
//!         \                  | [Send EndOfEarlyData]
//!                            | K_send = handshake
//!                            | [Send Certificate [+ CertificateVerify]]
//!  Can send                  | Send Finished
//!  app data   -->            | K_send = K_recv = application
//!  after here                v
//!                        CONNECTED
//! ```
//!
//! Where the diagram hides a question to the outside, the table has a state for it: `JudgingPeer` before
//! WAIT_CV, `ChoosingCredential` and `Signing` before CONNECTED. The sending keys change to the handshake's
//! right behind ServerHello, so that an alert in between is protected.

mod certificate;
mod client_hello;
mod early_data;
mod ech;
mod finished;
mod key_shares;
mod psk;
mod server_hello;

use super::transitions::{on, transitions};
pub(crate) use certificate::Request;
use certificate::{JudgingPeer, WaitCert, WaitCertCr, WaitCv};
pub(crate) use client_hello::Start;
use client_hello::WaitSh;
pub(crate) use finished::Connected;
use finished::{ChoosingCredential, Signing, WaitFinished};
use server_hello::WaitEe;

transitions! {
    /// The client, in one of the states of A.1.
    pub(crate) enum Client {
        /// Nothing is sent.
        Start,
        /// ClientHello is sent.
        WaitSh,
        /// ServerHello has come.
        WaitEe,
        /// EncryptedExtensions has come; the server will show a certificate.
        WaitCertCr,
        /// CertificateRequest has come.
        WaitCert,
        /// Certificate has come; its chain is being judged.
        JudgingPeer,
        /// The chain is judged good.
        WaitCv,
        /// The server has proved who it is.
        WaitFinished,
        /// Finished has come; a credential for CertificateRequest is being chosen.
        ChoosingCredential,
        /// The credential's key is elsewhere, and signs.
        Signing,
        /// The handshake is complete.
        Connected,
    }
    // No state waits for EndOfEarlyData.
    //= R-4.6-3
    receive {
        WaitSh.recv_server_hello(ServerHello) => WaitSh | WaitEe;
        WaitEe.recv_encrypted_extensions(EncryptedExtensions) => WaitCertCr | WaitFinished;
        WaitCertCr.recv_certificate_request(CertificateRequest) => WaitCert;
        WaitCertCr.recv_certificate(Certificate) => JudgingPeer;
        WaitCertCr.recv_compressed_certificate(CompressedCertificate) => JudgingPeer;
        WaitCert.recv_certificate(Certificate) => JudgingPeer;
        WaitCert.recv_compressed_certificate(CompressedCertificate) => JudgingPeer;
        WaitCv.recv_certificate_verify(CertificateVerify) => WaitFinished;
        WaitFinished.recv_finished(Finished) => ChoosingCredential | Connected;
    }
    at_once {
        Start.send_client_hello() => WaitSh;
    }
    answer {
        JudgingPeer.judged(answer) => WaitCv;
        ChoosingCredential.chosen(answer) => Signing | Connected;
        Signing.signed(answer) => Connected;
    }
}
