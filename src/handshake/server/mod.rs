//! The server's state machine (RFC 9846 A.2; 8446 A.2).
//!
//! ```text
//!                              START <-----+
//!               Recv ClientHello |         | Send HelloRetryRequest
//!                                v         |
//!                             RECVD_CH ----+
//!                                | Select parameters
//!                                v
//!                             NEGOTIATED
//!                                | Send ServerHello
//!                                | K_send = handshake
//!                                | Send EncryptedExtensions
//!                                | [Send CertificateRequest]
//! Can send                       | [Send Certificate + CertificateVerify]
//! app data                       | Send Finished
//! after   -->                    | K_send = application
//! here                  +--------+--------+
//!              No 0-RTT |                 | 0-RTT
//!                       |                 |
//!   K_recv = handshake  |                 | K_recv = early data
//! [Skip decrypt errors] |    +------> WAIT_EOED -+
//!                       |    |       Recv |      | Recv EndOfEarlyData
//!                       |    | early data |      | K_recv = handshake
//!                       |    +------------+      |
//!                       |                        |
//!                       +> WAIT_FLIGHT2 <--------+
//!                                |
//!                       +--------+--------+
//!               No auth |                 | Cert-based client auth
//!                       |                 |
//!                       |                 v
//!                       |             WAIT_CERT
//!                       |        Recv |       | Recv Certificate
//!                       |       empty |       v
//!                       | Certificate |    WAIT_CV
//!                       |             |       | Recv
//!                       |             v       | CertificateVerify
//!                       +-> WAIT_FINISHED <---+
//!                                | Recv Finished
//!                                | K_recv = application
//!                                v
//!                            CONNECTED
//! ```
//!
//! Where the diagram hides a question to the outside, the table has a state for it: `SeeingClientHello` and
//! `OpeningCookie` before RECVD_CH, `SealingCookie` before a HelloRetryRequest with a cookie,
//! `FindingPsk`, `JudgingResumed`, `CheckingReplay` and
//! `ChoosingCredential` before NEGOTIATED, `Signing` in the server's flight, `JudgingPeer` before WAIT_CV.

mod authenticate;
mod client_hello;
mod cookie;
mod early_data;
mod ech;
mod flight;
mod negotiate;
mod psk;
mod select;

use super::transitions::{on, transitions};
pub(crate) use authenticate::Connected;
use authenticate::{JudgingPeer, WaitCert, WaitCv, WaitFinished};
pub(crate) use client_hello::Start;
use client_hello::{RecvdCh, SeeingClientHello};
use cookie::{OpeningCookie, SealingCookie};
use early_data::{CheckingReplay, WaitEoed};
use flight::{Negotiated, Signing, WaitFlight2};
use negotiate::ChoosingCredential;
use psk::{FindingPsk, JudgingResumed};

impl Server {
    /// Is the client asked for a certificate that it has not proved yet?
    pub(crate) const fn awaits_certificate(&self) -> bool {
        matches!(self, Self::WaitCert(_) | Self::JudgingPeer(_) | Self::WaitCv(_))
    }
}

transitions! {
    /// The server, in one of the states of A.2.
    pub(crate) enum Server {
        /// Nothing has come, or a HelloRetryRequest is sent.
        Start,
        /// ClientHello has come; the caller may choose another config.
        SeeingClientHello,
        /// The ClientHello brings a cookie, which is being opened.
        OpeningCookie,
        /// ClientHello has come.
        RecvdCh,
        /// A HelloRetryRequest waits for its cookie.
        SealingCookie,
        /// The client offers PSKs; they are being looked up.
        FindingPsk,
        /// A session was found, and its PSK proved; whether it may still be resumed is being judged.
        JudgingResumed,
        /// The client sends early data that may be taken; whether it is a replay is being checked.
        CheckingReplay,
        /// The parameters are selected; a credential is being chosen.
        ChoosingCredential,
        /// Parameters and credential are selected.
        Negotiated,
        /// The credential's key is elsewhere, and signs.
        Signing,
        /// Our flight is sent; early data comes until EndOfEarlyData.
        WaitEoed,
        /// Our flight is sent.
        WaitFlight2,
        /// The client will show a certificate, or none.
        WaitCert,
        /// Certificate has come; its chain is being judged.
        JudgingPeer,
        /// The chain is judged good.
        WaitCv,
        /// All but Finished has come.
        WaitFinished,
        /// The handshake is complete.
        Connected,
    }
    receive {
        Start.recv_client_hello(ClientHello) => SeeingClientHello | OpeningCookie | RecvdCh;
        WaitEoed.recv_end_of_early_data(EndOfEarlyData) => WaitFlight2;
        WaitCert.recv_certificate(Certificate) => JudgingPeer | WaitFinished;
        WaitCert.recv_compressed_certificate(CompressedCertificate) => JudgingPeer | WaitFinished;
        WaitCv.recv_certificate_verify(CertificateVerify) => WaitFinished;
        WaitFinished.recv_finished(Finished) => Connected;
    }
    at_once {
        RecvdCh.select_parameters() => Start | SealingCookie | FindingPsk | ChoosingCredential;
        Negotiated.send_flight() => Signing | WaitEoed | WaitFlight2;
        WaitFlight2.expect_flight() => WaitCert | WaitFinished;
    }
    answer {
        SeeingClientHello.config_chosen(answer) => OpeningCookie | RecvdCh;
        OpeningCookie.opened(answer) => RecvdCh;
        SealingCookie.sealed(answer) => Start;
        FindingPsk.found(answer) => JudgingResumed | Negotiated | ChoosingCredential;
        JudgingResumed.judged(answer) => CheckingReplay | Negotiated | ChoosingCredential;
        CheckingReplay.checked(answer) => Negotiated;
        ChoosingCredential.chosen(answer) => Negotiated;
        Signing.signed(answer) => WaitFlight2;
        JudgingPeer.judged(answer) => WaitCv;
    }
}
