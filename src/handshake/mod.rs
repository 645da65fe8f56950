//! The handshake as two state machines over message bytes: RFC 9846 §4 and Appendix A (8446 §4, Appendix A).
//!
//! This floor knows neither records nor X.509, so that carriers other than TLS records use it directly. Bytes of
//! handshake messages go in by epoch, [`Handshake::next`] says what happened, bytes come out by epoch, and every
//! slow or external step is an [`Ask`] that waits for its answer.
//!
//! ```text
//! receive(epoch, bytes) ─→ next(now) ─┬→ Output::Keys       install these
//!                                     ├→ Output::Milestone  know this
//!          answer(Answer) ←─ pending()┘
//!          owed() / sent(n): bytes to carry, never of an epoch whose keys were not yet taken
//! ```

pub(crate) mod ask;
pub mod certificate_compression;
mod certificate_types;
pub(crate) mod client;
mod config;
pub(crate) mod credential;
pub(crate) mod delegated_credential;
pub(crate) mod ech;
pub(crate) mod extensions;
mod fault;
pub(crate) mod flight;
pub(crate) mod foreign_extension;
mod grease;
mod incoming;
mod known_server;
mod output;
mod post_handshake;
mod post_handshake_auth;
pub(crate) mod server;
pub(crate) mod step;
mod transitions;
pub(crate) mod verify;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

pub use ask::{
    AcceptedPeer, Answer, Ask, AskId, CheckReplay, ChooseCredential, ClientHelloSeen, FindPsk, FoundPsk,
    JudgePeer, JudgeResumed, OpenCookie, Refused, Reply, SealCookie, SealTicket, Sign, StoreSession,
};
pub use config::{Carrier, CertWithExternPsk, ClientAuth, Config, ExtensionSlot, GroupChoice, Limits, Role};
pub use credential::{Credential, PeerChain, SignedContent};
pub use ech::{EchConfigList, EchConfigUnusable, EchKey, EchKeyError, EchListError, EchStatus};
pub use fault::{Fault, OwnFault, PeerFault};
pub use foreign_extension::{AnsweredIn, ForeignExtension, PeerExtension};
pub use known_server::KnownServer;
pub use output::{
    AcceptanceProof, Authentication, CertificatesCompressed, Connected, Direction, Epoch, KeyLogLine, Keys,
    Milestone, Output, PeerAuthenticated, ReceivedTicket,
};
pub use post_handshake::PostHandshake;
pub(crate) use post_handshake::PostHandshakeState;
pub use post_handshake_auth::RequestRefused;
pub use transitions::{Arrow, mermaid};

pub use crate::key_schedule::{ExpandError, Kdf};
pub use crate::message::{
    CertificateCompressionAlgorithm, CertificateEntry, CertificateType, CipherSuite, ClientTicketRequest,
    ExtensionFault, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion, PskKeyExchangeMode,
    SignatureScheme,
};
pub use crate::wire::DecodeError;

use crate::alert::AlertDescription;
use crate::crypto::{CryptoError, CryptoProvider, Entropy, EntropySource, HashAlgorithm, Purpose};
use crate::identity::ExpectedPeer;
use crate::key_schedule::export;
use crate::resumption::PskOffer;
use crate::time::Time;
use client::Client;
use incoming::{HEADER, Incoming};
use output::Actions;
use server::Server;
use step::{Received, Step};

/// The arrows of the client's state machine (A.1), as declared.
pub const CLIENT_ARROWS: &[Arrow] = client::ARROWS;
/// The arrows of the server's state machine (A.2), as declared.
pub const SERVER_ARROWS: &[Arrow] = server::ARROWS;

/// The arrows of one answer of a client behind the handshake (§4.7.2), as declared.
pub const POST_HANDSHAKE_CLIENT_ARROWS: &[Arrow] = post_handshake_auth::client::ARROWS;
/// The arrows of one request of a server behind the handshake (§4.7.2), as declared.
pub const POST_HANDSHAKE_SERVER_ARROWS: &[Arrow] = post_handshake_auth::server::ARROWS;

/// A handshake of either role, and the handshake messages behind it.
pub struct Handshake {
    stage: Stage,
    config: Arc<Config>,
    entropy: Box<dyn EntropySource>,
    incoming: Incoming,
    actions: Actions,
    next_ask: AskId,
    answered: Option<Reply>,
    fault: Option<Fault>,
}

/// Which machine is at work.
enum Stage {
    Client(Client),
    Server(Server),
    PostHandshake(Box<PostHandshake>),
    /// A fault has taken the machine.
    Ended,
}

impl Handshake {
    /// A client that wants to reach `expected`; its ClientHello is owed. `foreign_extensions` are this connection's, in
    /// place of those of the config of the same types.
    ///
    /// Extensions that [`Config::check`] would refuse end the handshake at once.
    #[must_use]
    pub fn client(
        config: Arc<Config>,
        expected: Arc<ExpectedPeer>,
        foreign_extensions: Vec<ForeignExtension>,
        entropy: Entropy,
    ) -> Self {
        let now = Time::from_millis_since_1970(0);
        Self::client_with_psks(config, expected, foreign_extensions, Vec::new(), now, entropy)
    }

    /// A client that also offers PSKs, in this order of preference: sessions to resume, or external PSKs. `now` tells
    /// how old a ticket is.
    #[must_use]
    pub fn client_with_psks(
        config: Arc<Config>,
        expected: Arc<ExpectedPeer>,
        foreign_extensions: Vec<ForeignExtension>,
        psks: Vec<PskOffer>,
        now: Time,
        entropy: Entropy,
    ) -> Self {
        Self::client_of(config, expected, foreign_extensions, KnownServer::with_psks(psks), now, entropy)
    }

    /// A client that knows something of the server already. `now` tells how old a ticket is.
    #[must_use]
    pub fn client_of(
        config: Arc<Config>,
        expected: Arc<ExpectedPeer>,
        foreign_extensions: Vec<ForeignExtension>,
        known: KnownServer,
        now: Time,
        entropy: Entropy,
    ) -> Self {
        let checked = foreign_extension::check(&foreign_extensions, config.carrier);
        let start = client::Start { expected, foreign_extensions, known };
        Self::new(Stage::Client(Client::Start(start)), config, checked, now, entropy)
    }

    /// A server. `foreign_extensions` are this connection's, in place of those of the config of the same types; a
    /// CertificateRequest behind the handshake has the config's alone.
    ///
    /// Extensions that [`Config::check`] would refuse end the handshake at once.
    #[must_use]
    pub fn server(config: Arc<Config>, foreign_extensions: Vec<ForeignExtension>, entropy: Entropy) -> Self {
        let checked = foreign_extension::check(&foreign_extensions, config.carrier);
        let start = server::Start::new(foreign_extensions);
        let now = Time::from_millis_since_1970(0);
        Self::new(Stage::Server(Server::Start(start)), config, checked, now, entropy)
    }

    fn new(
        stage: Stage,
        config: Arc<Config>,
        checked: Result<(), String>,
        now: Time,
        entropy: Entropy,
    ) -> Self {
        let entropy = source(&config.crypto, entropy);
        let mut handshake = Self {
            stage,
            config,
            entropy,
            incoming: Incoming::default(),
            actions: Actions::new(),
            next_ask: AskId { connection: 0, ask: 0 },
            answered: None,
            fault: None,
        };
        let mut number = [0; 8];
        let drawn = handshake.entropy.draw(Purpose::ConnectionNumber, &mut number);
        handshake.next_ask.connection = u64::from_be_bytes(number);
        let drawn = drawn.map_err(|_| OwnFault::Crypto("drawing entropy"));
        let ready = drawn.and_then(|()| checked.map_err(OwnFault::ForeignExtension)).map_err(Fault::Own);
        let begun = ready.and_then(|()| {
            // START waits for nothing.
            handshake.step(now, |_, _| Ok(()))
        });
        handshake.fault = begun.err();
        handshake
    }

    /// Takes handshake bytes of one epoch, cut anywhere. They are worked on in [`Handshake::next`], which is to be
    /// asked until it has nothing more to say before bytes of another epoch are given.
    pub fn receive(&mut self, epoch: Epoch, bytes: &[u8]) {
        if bytes.is_empty() || self.fault.is_some() {
            return;
        }
        if epoch != self.actions.receiving {
            self.fail(PeerFault::WrongEpoch.into());
        } else if let Stage::PostHandshake(post_handshake) = &mut self.stage {
            post_handshake.receive(bytes);
        } else {
            self.incoming.push(bytes);
        }
    }

    /// What happened next; `None`: more bytes or an answer first.
    ///
    /// # Errors
    /// The [`Fault`] that ended the handshake, again on each call. Outputs that came before it are given first.
    pub fn next(&mut self, now: Time) -> Result<Option<Output>, Fault> {
        loop {
            if let Some(output) = self.actions.take_output() {
                return Ok(Some(output));
            }
            if let Some(fault) = &self.fault {
                return Err(fault.clone());
            }
            if let Stage::PostHandshake(post_handshake) = &mut self.stage {
                return post_handshake.next(now);
            }
            match self.work(now) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(fault) => self.fail(fault),
            }
        }
    }

    /// Takes an answer or a message that waits; `false`: there is none.
    fn work(&mut self, now: Time) -> Result<bool, Fault> {
        let receiving = self.actions.receiving;
        if let Some(reply) = self.answered.take() {
            self.step(now, |stage, step| stage.answer(reply, step))?;
        } else if self.pending().is_some() {
            return Ok(false);
        } else {
            let Some((msg_type, length)) = self.incoming.next_message(self.config.limits.message)? else {
                return Ok(false);
            };
            let (buffer, range) = self.incoming.lend(length);
            let bytes = buffer.get(range).unwrap_or_default();
            let received = Received { msg_type, body: bytes.get(HEADER..).unwrap_or_default(), bytes };
            let outcome = self.step(now, |stage, step| stage.receive(&received, step));
            self.incoming.give_back(buffer);
            outcome?;
        }
        if self.actions.receiving != receiving && !self.incoming.is_empty() {
            return Err(PeerFault::SpansKeyChange.into());
        }
        self.leave_machine();
        Ok(true)
    }

    /// One step of the machine, and what waits for nothing behind it; it closes the chunk that it wrote into.
    fn step(
        &mut self,
        now: Time,
        take: impl FnOnce(&mut Stage, &mut Step<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut step = Step {
            config: &mut self.config,
            entropy: &mut *self.entropy,
            now,
            actions: &mut self.actions,
            next_ask: &mut self.next_ask,
        };
        let taken = take(&mut self.stage, &mut step).and_then(|()| self.stage.at_once(&mut step));
        self.actions.close_chunk();
        taken
    }

    /// CONNECTED: the machine makes room for what is left of it.
    fn leave_machine(&mut self) {
        if !matches!(self.stage, Stage::Client(Client::Connected(_)) | Stage::Server(Server::Connected(_))) {
            return;
        }
        let established = match self.stage.take() {
            Stage::Client(Client::Connected(connected)) => connected.established,
            Stage::Server(Server::Connected(connected)) => connected.established,
            Stage::Client(_) | Stage::Server(_) | Stage::PostHandshake(_) | Stage::Ended => return,
        };
        //= R-F.1.4-1
        self.actions.early_exporter = None;
        self.stage = Stage::PostHandshake(Box::new(PostHandshake::new(
            established,
            Arc::clone(&self.config),
            core::mem::replace(&mut self.entropy, Box::new(Spent)),
            core::mem::take(&mut self.incoming),
            self.actions.leave_flight(),
            self.next_ask,
        )));
    }

    /// The open ask, if there is one; looking does not take it.
    #[must_use]
    pub fn pending(&self) -> Option<&Ask> {
        match &self.stage {
            _ if self.answered.is_some() || self.fault.is_some() => None,
            Stage::Client(machine) => machine.pending(),
            Stage::Server(machine) => machine.pending(),
            Stage::PostHandshake(post_handshake) => post_handshake.pending(),
            Stage::Ended => None,
        }
    }

    /// Closes the open ask; go on with [`Handshake::next`].
    ///
    /// # Errors
    /// [`Refused`]: not taken, nothing changed, the ask is still open.
    pub fn answer(&mut self, answer: Answer) -> Result<(), Refused> {
        if let Stage::PostHandshake(post_handshake) = &mut self.stage {
            return post_handshake.answer(answer);
        }
        self.pending().ok_or(Refused::NothingAsked)?.check(&answer, &self.config)?;
        self.answered = Some(answer.reply);
        Ok(())
    }

    /// The bytes owed next, one chunk: a carrier puts no record across two. Never of an epoch whose
    /// [`Output::Keys`] was not yet taken.
    #[must_use]
    pub fn owed(&self) -> Option<(Epoch, &[u8])> {
        match &self.stage {
            Stage::PostHandshake(post_handshake) if self.actions.flight.is_empty() => post_handshake.owed(),
            Stage::Client(_) | Stage::Server(_) | Stage::PostHandshake(_) | Stage::Ended => {
                self.actions.owed()
            }
        }
    }

    /// All that [`Handshake::owed`] showed, for a carrier that keeps it.
    pub(crate) fn take_owed(&mut self) -> Option<(Epoch, Vec<u8>)> {
        match &mut self.stage {
            Stage::PostHandshake(post_handshake) if self.actions.flight.is_empty() => {
                post_handshake.take_owed()
            }
            Stage::Client(_) | Stage::Server(_) | Stage::PostHandshake(_) | Stage::Ended => {
                self.actions.take_owed()
            }
        }
    }

    /// The carrier has taken `count` bytes of what [`Handshake::owed`] showed.
    pub fn sent(&mut self, count: usize) {
        match &mut self.stage {
            Stage::PostHandshake(post_handshake) if self.actions.flight.is_empty() => {
                post_handshake.sent(count)
            }
            Stage::Client(_) | Stage::Server(_) | Stage::PostHandshake(_) | Stage::Ended => {
                self.actions.sent(count);
            }
        }
    }

    /// Keying material tied to early data: `TLS-Exporter` with `early_exporter_secret` (§7.5), from
    /// [`Milestone::EarlyDataReady`] or [`Milestone::EarlyDataAccepted`] to the end of the handshake, or to
    /// [`Milestone::EarlyDataRejected`]: then the secret is erased. It may be that of a replay. `None` where there is no
    /// early data.
    ///
    /// # Errors
    /// [`ExpandError`] if label or output are too long.
    #[must_use]
    pub fn export_early(
        &self,
        label: &str,
        context_value: &[u8],
        out: &mut [u8],
    ) -> Option<Result<(), ExpandError>> {
        let (kdf, secret) = self.actions.early_exporter.as_ref()?;
        Some(export(kdf, secret, label, context_value, out))
    }

    /// Server: asks the client for its certificate behind the handshake; see
    /// [`PostHandshake::request_client_certificate`].
    ///
    /// # Errors
    /// [`RequestRefused`]: nothing changed.
    pub fn request_client_certificate(&mut self) -> Result<[u8; 32], RequestRefused> {
        match &mut self.stage {
            Stage::PostHandshake(post_handshake) => post_handshake.request_client_certificate(),
            Stage::Client(_) | Stage::Server(_) => Err(RequestRefused::NotConnected),
            Stage::Ended => Err(RequestRefused::Closed),
        }
    }

    /// Ends the handshake with this alert, for a reason of the caller's own.
    pub fn abort(&mut self, alert: AlertDescription) {
        self.fail(Fault::Aborted(alert));
    }

    fn fail(&mut self, fault: Fault) {
        self.stage = Stage::Ended;
        self.answered = None;
        self.fault.get_or_insert(fault);
    }

    /// Is the handshake complete? Our Finished may still be owed.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        matches!(self.stage, Stage::PostHandshake(_))
    }

    /// Has a message begun that is not whole yet, or does one wait for its turn? Then no record of another type may
    /// come (§5.1).
    #[must_use]
    pub fn is_mid_message(&self) -> bool {
        match &self.stage {
            Stage::PostHandshake(post_handshake) => post_handshake.is_mid_message(),
            Stage::Client(_) | Stage::Server(_) | Stage::Ended => !self.incoming.is_empty(),
        }
    }

    /// Server: is the client asked for a certificate that it has not proved yet? Then data before its Finished goes to
    /// somebody unknown.
    #[must_use]
    pub const fn awaits_certificate(&self) -> bool {
        match &self.stage {
            Stage::Server(machine) => machine.awaits_certificate(),
            Stage::Client(_) | Stage::PostHandshake(_) | Stage::Ended => false,
        }
    }

    /// Which epoch the next handshake bytes must come in.
    #[must_use]
    pub const fn receiving(&self) -> Epoch {
        self.actions.receiving
    }

    /// Does this connection look like TLS 1.2 to middleboxes (E.4)? Then its carrier sends change_cipher_spec: a
    /// client before its second flight, a server behind its first message.
    #[must_use]
    pub const fn middlebox_compatibility(&self) -> bool {
        self.actions.middlebox_compatibility
    }

    /// The config that is in force: a server's may have been chosen by `ClientHelloSeen`.
    #[must_use]
    pub const fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// The name of the state, as in Appendix A.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match &self.stage {
            Stage::Client(machine) => machine.name(),
            Stage::Server(machine) => machine.name(),
            Stage::PostHandshake(_) => "Connected",
            Stage::Ended => "Ended",
        }
    }

    /// What is left once the handshake is complete and all outputs and bytes of it are taken: keeps little, and
    /// goes on with tickets and KeyUpdates.
    ///
    /// # Errors
    /// The handshake itself, unharmed, if it is not that far.
    pub fn into_post_handshake(self) -> Result<PostHandshake, Box<Self>> {
        match self.stage {
            Stage::PostHandshake(post_handshake)
                if self.fault.is_none()
                    && self.actions.outputs.is_empty()
                    && self.actions.flight.is_empty() =>
            {
                Ok(*post_handshake)
            }
            stage @ (Stage::Client(_) | Stage::Server(_) | Stage::PostHandshake(_) | Stage::Ended) => {
                Err(Box::new(Self { stage, ..self }))
            }
        }
    }
}

impl Stage {
    /// The stage, with [`Stage::Ended`] in its place: a step that fails leaves it there.
    fn take(&mut self) -> Self {
        core::mem::replace(self, Self::Ended)
    }

    fn receive(&mut self, received: &Received<'_>, step: &mut Step<'_>) -> Result<(), Fault> {
        *self = match self.take() {
            Self::Client(machine) => Self::Client(machine.receive(received, step)?),
            Self::Server(machine) => Self::Server(machine.receive(received, step)?),
            stage @ (Self::PostHandshake(_) | Self::Ended) => stage,
        };
        Ok(())
    }

    fn answer(&mut self, reply: Reply, step: &mut Step<'_>) -> Result<(), Fault> {
        *self = match self.take() {
            Self::Client(machine) => Self::Client(machine.answer(reply, step)?),
            Self::Server(machine) => Self::Server(machine.answer(reply, step)?),
            stage @ (Self::PostHandshake(_) | Self::Ended) => stage,
        };
        Ok(())
    }

    fn at_once(&mut self, step: &mut Step<'_>) -> Result<(), Fault> {
        let waits = match self {
            Self::Client(machine) => machine.waits(),
            Self::Server(machine) => machine.waits(),
            Self::PostHandshake(_) | Self::Ended => true,
        };
        if waits {
            return Ok(());
        }
        *self = match self.take() {
            Self::Client(machine) => Self::Client(machine.at_once(step)?),
            Self::Server(machine) => Self::Server(machine.at_once(step)?),
            stage @ (Self::PostHandshake(_) | Self::Ended) => stage,
        };
        Ok(())
    }
}

/// A source that has nothing left: the connection's has moved on.
struct Spent;

impl EntropySource for Spent {
    fn draw(&mut self, _: Purpose, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError)
    }
}

/// The connection's entropy, expanded with what the provider has.
pub(crate) fn source(crypto: &CryptoProvider, entropy: Entropy) -> Box<dyn EntropySource> {
    let hkdf = crypto.hkdf(HashAlgorithm::Sha256).or_else(|| crypto.hkdf(HashAlgorithm::Sha384));
    hkdf.map_or_else(
        || Box::new(Spent) as Box<dyn EntropySource>,
        |hkdf| entropy.expand_with(Arc::clone(hkdf)),
    )
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("state", &self.state())
            .field("pending", &self.pending().map(Ask::name))
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}
