//! What the machines order: messages per epoch, keys, milestones (RFC 9846 §4, §7; 8446 §4, §7).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{EchStatus, PeerChain, PeerExtension, Role};
use crate::crypto::Secret;
use crate::identity::{CertificateTag, PeerIdentity};
use crate::key_schedule::Kdf;
use crate::message::{
    CertificateCompressionAlgorithm, CipherSuite, HandshakeType, NamedGroup, SignatureScheme,
    encode_handshake,
};
use crate::resumption::Session;
use crate::time::Time;
use crate::wire::Writer;

/// Under which keys handshake bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Epoch {
    /// In the clear: ClientHello, ServerHello, HelloRetryRequest.
    Initial,
    /// 0-RTT, under `client_early_traffic_secret`.
    Early,
    /// Under the handshake traffic secrets.
    Handshake,
    /// Under the application traffic secrets.
    Application,
}

/// Which way keys protect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// What we send.
    Send,
    /// What we receive.
    Receive,
}

/// A traffic secret to use from here on; the carrier derives its keys from it (§7.3).
#[derive(Clone, Debug)]
pub struct Keys {
    /// Which way.
    pub direction: Direction,
    /// For which epoch.
    pub epoch: Epoch,
    /// The suite: its AEAD and hash.
    pub cipher_suite: CipherSuite,
    /// `[sender]_handshake_traffic_secret`, `[sender]_application_traffic_secret_0`, …
    pub secret: Secret,
}

/// What happened, in order.
#[derive(Clone, Debug)]
pub enum Output {
    /// Keys change here.
    Keys(Keys),
    /// The peer takes records with at most this much TLSInnerPlaintext from here on, and keeps to our own limit
    /// (RFC 8449).
    PeerRecordSizeLimit(u16),
    /// Neither end sends records with more content than this from here on (RFC 6066 §4).
    MaxFragmentLength(u16),
    /// The client's 0-RTT data is rejected: records that cannot be opened are skipped, up to so many bytes of
    /// plaintext, until one can (§4.3.10). Before keys are set, protected records are.
    SkipEarlyData {
        /// Bytes.
        limit: u32,
    },
    /// The peer's KeyUpdate: roll the receiving keys, and send one back if `update_requested` (§4.7.3).
    KeyUpdate {
        /// Does the peer want us to roll ours?
        update_requested: bool,
    },
    /// Something to know.
    Milestone(Milestone),
}

/// Something to know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Milestone {
    /// The handshake is complete, and our own Finished is on its way.
    Connected(Box<Connected>),
    /// Client: 0-RTT data may be sent now, up to so many bytes of plaintext.
    EarlyDataReady {
        /// `max_early_data_size` of the ticket.
        limit: u32,
    },
    /// The server takes the 0-RTT data: client and server are told.
    EarlyDataAccepted,
    /// The server does not take the 0-RTT data: what was sent of it is lost, and is sent again only if the application
    /// decides so.
    EarlyDataRejected,
    /// Our certificate has been sent; whether the server accepts it is not known yet.
    ClientAuthPending,
    /// The server has accepted our certificate; it proved so by this.
    ClientAuthConfirmed(AcceptanceProof),
    /// The server gave a ticket.
    NewSessionTicket(Box<ReceivedTicket>),
    /// Client: the server asked behind the handshake who we are, and our answer is on its way.
    CertificateRequestAnswered {
        /// The scheme of our CertificateVerify; none if we showed no certificate.
        signature_scheme: Option<SignatureScheme>,
    },
    /// Server: the client has answered a request of ours behind the handshake.
    ClientAuthenticated(Box<PeerAuthenticated>),
    /// The peer rolled its keys.
    KeyUpdated,
    /// A line for the key log, only if `danger` asked for it.
    KeyLog(Box<KeyLogLine>),
}

/// By what a server proved that it accepted the client's certificate. Application data is no proof: it may
/// have been sent before (0.5-RTT).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptanceProof {
    /// A NewSessionTicket on a connection on which it had asked for a certificate.
    NewSessionTicket,
    /// A KeyUpdate that followed our `update_requested`.
    KeyUpdate,
}

/// What a completed handshake agreed on.
#[derive(Clone, Debug)]
pub struct Connected {
    /// Our role.
    pub role: Role,
    /// The cipher suite.
    pub cipher_suite: CipherSuite,
    /// The group of the key exchange; none where a PSK stands alone.
    pub group: Option<NamedGroup>,
    /// Did a HelloRetryRequest pass?
    pub hello_retried: bool,
    /// The application protocol, if one was agreed on (RFC 7301).
    pub application_protocol: Option<Vec<u8>>,
    /// The server name that the client sent, if any (RFC 6066 §3).
    pub server_name: Option<alloc::string::String>,
    /// What became of Encrypted Client Hello (RFC 9849).
    pub encrypted_client_hello: EchStatus,
    /// By what the peer was authenticated.
    pub authentication: Authentication,
    /// When it was: for a resumed connection, when the first one was.
    pub authenticated_at: Time,
    /// What the application put into the ticket that this connection resumes: empty if it put in nothing, or the
    /// handshake is a full one.
    pub application_data: Vec<u8>,
    /// Who the peer is, if it showed a certificate, now or on the connection that this one resumes.
    pub peer_identity: Option<Arc<PeerIdentity>>,
    /// What both sides call the external PSK that they share; that of an imported one is its `external_identity`
    /// (RFC 9258 §5.1).
    pub external_psk: Option<Vec<u8>>,
    /// What the peer showed on this connection, as it sent it. Where the connection resumes a session that keeps the
    /// peer's certificates ([`peer_chain_in_sessions`](super::Config::peer_chain_in_sessions)): what it showed on the
    /// first, without staples and other extensions; where it keeps none: `None`, and
    /// [`peer_identity`](Self::peer_identity) says who the peer is.
    pub peer_chain: Option<PeerChain>,
    /// The scheme of the peer's CertificateVerify.
    pub peer_signature_scheme: Option<SignatureScheme>,
    /// The scheme of our CertificateVerify, if we showed a certificate.
    pub local_signature_scheme: Option<SignatureScheme>,
    /// Did we send a certificate?
    pub sent_certificate: bool,
    /// As whom the peer knows us: which of our certificates we sent, now or on the connection that this one resumes
    /// (F.9).
    pub local_certificate: Option<CertificateTag>,
    /// How the Certificate messages of this connection were compressed.
    pub certificates_compressed: CertificatesCompressed,
    /// The peer's `record_size_limit` (RFC 8449), if it was negotiated.
    pub peer_record_size_limit: Option<u16>,
    /// The `max_fragment_length` (RFC 6066 §4) that both ends keep to, in bytes, if the client asked a server of ours for
    /// one.
    pub max_fragment_length: Option<u16>,
    /// How many tickets the server expects to send, if the client asked for some (RFC 9149).
    pub expected_tickets: Option<u8>,
    /// The peer's extensions of the embedder's types, in the order in which their messages came.
    pub foreign_extensions: Vec<PeerExtension>,
}

/// By which algorithm each end's Certificate message was compressed (RFC 8879), if it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CertificatesCompressed {
    /// Ours.
    pub local: Option<CertificateCompressionAlgorithm>,
    /// The peer's.
    pub peer: Option<CertificateCompressionAlgorithm>,
}

/// What a peer has proved behind the handshake: by post-handshake authentication (§4.7.2), or by an exported
/// authenticator (RFC 9261).
#[derive(Clone, Debug)]
pub struct PeerAuthenticated {
    /// The `certificate_request_context` of the request that it answers.
    pub certificate_request_context: [u8; 32],
    /// Who it is; `None` if it showed no certificate.
    pub peer_identity: Option<Arc<PeerIdentity>>,
    /// What it showed, as it sent it.
    pub peer_chain: Option<PeerChain>,
    /// The scheme of its CertificateVerify.
    pub signature_scheme: Option<SignatureScheme>,
    /// When its proof was verified.
    pub at: Time,
}

/// By what a peer was authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authentication {
    /// By certificate, or, where a server asked for none or got none, not at all.
    Certificate,
    /// By resuming a session whose first handshake did.
    Resumption,
    /// By an external PSK.
    ExternalPsk,
    /// By certificate, as [`Certificate`](Self::Certificate) says, and the keys depend on an external PSK (RFC 8773).
    CertificateWithExternalPsk,
}

impl Authentication {
    pub(crate) const fn by_certificate(with_external_psk: bool) -> Self {
        if with_external_psk { Self::CertificateWithExternalPsk } else { Self::Certificate }
    }
}

/// A ticket as the client received it (§4.7.1).
#[derive(Clone, Debug)]
pub struct ReceivedTicket {
    /// The identity to offer.
    pub ticket: Vec<u8>,
    /// What it resumes.
    pub session: Arc<Session>,
}

/// One line of the format that Wireshark reads: `label`, ClientHello.random and secret.
#[derive(Clone)]
pub struct KeyLogLine {
    /// `CLIENT_HANDSHAKE_TRAFFIC_SECRET` and its kin.
    pub label: &'static str,
    /// ClientHello.random of the first ClientHello.
    pub client_random: [u8; 32],
    /// The secret itself.
    pub secret: Secret,
}

impl core::fmt::Debug for KeyLogLine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("KeyLogLine").field("label", &self.label).finish_non_exhaustive()
    }
}

impl core::fmt::Display for KeyLogLine {
    /// The line with its secret: that is what a key log is for.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let hex = |f: &mut core::fmt::Formatter<'_>, bytes: &[u8]| {
            bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
        };
        write!(f, "{} ", self.label)?;
        hex(f, &self.client_random)?;
        f.write_str(" ")?;
        hex(f, self.secret.expose())
    }
}

/// Handshake bytes of one epoch from one step: a carrier puts no record across two of them.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) epoch: Epoch,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sent: usize,
    open: bool,
}

/// Bytes of most chunks, long chains of certificates aside: room that is made at once.
const fn usual_chunk_len(epoch: Epoch) -> usize {
    match epoch {
        Epoch::Initial | Epoch::Early | Epoch::Application => 256,
        Epoch::Handshake => 1024,
    }
}

/// What steps have ordered and nobody has taken yet.
#[derive(Debug)]
pub(crate) struct Actions {
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) flight: VecDeque<Chunk>,
    /// The latest epoch whose sending keys were taken: nothing of a later one is given out.
    keys_taken: Epoch,
    /// Under which keys the next handshake bytes must come.
    pub(crate) receiving: Epoch,
    /// `early_exporter_secret`, while early data is on its way.
    pub(crate) early_exporter: Option<(Kdf, Secret)>,
    /// Does this connection look like TLS 1.2 to middleboxes (E.4)?
    pub(crate) middlebox_compatibility: bool,
}

impl Actions {
    pub(crate) const fn new() -> Self {
        Self {
            outputs: VecDeque::new(),
            flight: VecDeque::new(),
            keys_taken: Epoch::Initial,
            receiving: Epoch::Initial,
            early_exporter: None,
            middlebox_compatibility: false,
        }
    }

    /// Writes a message into the open chunk of `epoch` and returns its bytes, header included.
    pub(crate) fn send(
        &mut self,
        epoch: Epoch,
        msg_type: HandshakeType,
        body: impl FnOnce(&mut Writer<'_>),
    ) -> &[u8] {
        if !self.flight.back().is_some_and(|chunk| chunk.open && chunk.epoch == epoch) {
            self.close_chunk();
            let bytes = Vec::with_capacity(usual_chunk_len(epoch));
            self.flight.push_back(Chunk { epoch, bytes, sent: 0, open: true });
        }
        let Some(chunk) = self.flight.back_mut() else { return &[] };
        let start = chunk.bytes.len();
        encode_handshake(msg_type, &mut chunk.bytes, body);
        chunk.bytes.get(start..).unwrap_or_default()
    }

    /// Sends whole messages as a chunk of their own.
    pub(crate) fn send_messages(&mut self, epoch: Epoch, messages: Vec<u8>) {
        self.close_chunk();
        self.flight.push_back(Chunk { epoch, bytes: messages, sent: 0, open: false });
    }

    /// Actions for what comes behind the handshake: nothing yet, with the keys that were taken.
    pub(crate) fn leave_flight(&self) -> Self {
        Self { keys_taken: Epoch::Application, receiving: Epoch::Application, ..Self::new() }
    }

    /// Ends the chunk that is being written: a step is over.
    pub(crate) fn close_chunk(&mut self) {
        if let Some(chunk) = self.flight.back_mut() {
            chunk.open = false;
        }
    }

    pub(crate) fn keys(&mut self, keys: Keys) {
        if keys.direction == Direction::Receive {
            self.receiving = keys.epoch;
        }
        self.outputs.push_back(Output::Keys(keys));
    }

    pub(crate) fn peer_record_size_limit(&mut self, limit: u16) {
        self.outputs.push_back(Output::PeerRecordSizeLimit(limit));
    }

    pub(crate) fn max_fragment_length(&mut self, length: u16) {
        self.outputs.push_back(Output::MaxFragmentLength(length));
    }

    pub(crate) fn skip_early_data(&mut self, limit: u32) {
        self.outputs.push_back(Output::SkipEarlyData { limit });
    }

    pub(crate) fn milestone(&mut self, milestone: Milestone) {
        self.outputs.push_back(Output::Milestone(milestone));
    }

    /// The next output; taking sending keys frees the bytes of their epoch.
    pub(crate) fn take_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front()?;
        if let Output::Keys(keys) = &output
            && keys.direction == Direction::Send
        {
            self.keys_taken = self.keys_taken.max(keys.epoch);
        }
        Some(output)
    }

    /// The bytes owed next, never of an epoch whose keys were not taken.
    pub(crate) fn owed(&self) -> Option<(Epoch, &[u8])> {
        let chunk = self.flight.front()?;
        let left = chunk.bytes.get(chunk.sent..)?;
        (chunk.epoch <= self.keys_taken).then_some((chunk.epoch, left))
    }

    /// All that [`Actions::owed`] showed, which is sent with it.
    pub(crate) fn take_owed(&mut self) -> Option<(Epoch, Vec<u8>)> {
        let Chunk { epoch, mut bytes, sent, .. } =
            self.flight.pop_front_if(|chunk| chunk.epoch <= self.keys_taken)?;
        bytes.drain(..sent.min(bytes.len()));
        Some((epoch, bytes))
    }

    /// The carrier has taken `count` bytes of what [`Actions::owed`] showed.
    pub(crate) fn sent(&mut self, count: usize) {
        if let Some(chunk) = self.flight.front_mut() {
            chunk.sent = chunk.sent.saturating_add(count);
            if chunk.sent >= chunk.bytes.len() {
                self.flight.pop_front();
            }
        }
    }
}
