//! Slow and external steps as data: an [`Ask`] goes out, an [`Answer`] comes back.
//!
//! Asks are owned plain data: log them, send them to another thread, answer later. Only the ask itself builds
//! its answers, so their kinds cannot be mixed up, and its id names connection and ask, so that a wrong, late,
//! second or foreign answer is refused without effect.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{Config, Credential, OwnFault, PeerChain, Role, SignedContent};
use crate::alert::AlertDescription;
use crate::crypto::{CryptoProvider, Digest, HashAlgorithm, PublicKey, SignatureAlgorithm};
use crate::identity::{ExpectedPeer, PeerIdentity};
use crate::message::{CertificateType, SignatureScheme};
use crate::resumption::{Psk, Session};
use crate::time::Time;

/// Names one ask of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AskId {
    pub(crate) connection: u64,
    pub(crate) ask: u32,
}

/// A step that needs an answer from outside the machine.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ask {
    /// Server: a ClientHello came; nothing is negotiated yet.
    ClientHelloSeen(Box<ClientHelloSeen>),
    /// Which credential to show.
    ChooseCredential(Box<ChooseCredential>),
    /// Sign with a key that is not in this process.
    Sign(Box<Sign>),
    /// Is the peer's chain to be trusted, and for whom?
    JudgePeer(Box<JudgePeer>),
    /// Server: turn this state into a cookie.
    SealCookie(Box<SealCookie>),
    /// Server: turn this cookie back into the state.
    OpenCookie(Box<OpenCookie>),
    /// Server: turn this session into a ticket.
    SealTicket(Box<SealTicket>),
    /// Server: keep this session under this ticket.
    StoreSession(Box<StoreSession>),
    /// Server: which of these PSKs do we know?
    FindPsk(Box<FindPsk>),
    /// Server: may this session still be resumed?
    JudgeResumed(Box<JudgeResumed>),
    /// Server: has this ClientHello been here before?
    CheckReplay(Box<CheckReplay>),
}

impl Ask {
    /// The ask's id.
    #[must_use]
    pub const fn id(&self) -> AskId {
        match self {
            Self::ClientHelloSeen(ask) => ask.id,
            Self::ChooseCredential(ask) => ask.id,
            Self::Sign(ask) => ask.id,
            Self::JudgePeer(ask) => ask.id,
            Self::SealCookie(ask) => ask.id,
            Self::OpenCookie(ask) => ask.id,
            Self::SealTicket(ask) => ask.id,
            Self::StoreSession(ask) => ask.id,
            Self::FindPsk(ask) => ask.id,
            Self::JudgeResumed(ask) => ask.id,
            Self::CheckReplay(ask) => ask.id,
        }
    }

    /// What is asked, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ClientHelloSeen(_) => "ClientHelloSeen",
            Self::ChooseCredential(_) => "ChooseCredential",
            Self::Sign(_) => "Sign",
            Self::JudgePeer(_) => "JudgePeer",
            Self::SealCookie(_) => "SealCookie",
            Self::OpenCookie(_) => "OpenCookie",
            Self::SealTicket(_) => "SealTicket",
            Self::StoreSession(_) => "StoreSession",
            Self::FindPsk(_) => "FindPsk",
            Self::JudgeResumed(_) => "JudgeResumed",
            Self::CheckReplay(_) => "CheckReplay",
        }
    }

    /// The answer "this step failed": the connection ends with `internal_error`; a ticket is just not sent,
    /// and a cookie that cannot be opened is the peer's fault.
    #[must_use]
    pub const fn failed(&self) -> Answer {
        Answer { id: self.id(), reply: Reply::Failed }
    }
}

/// Closes an ask. Opaque; built by the ask itself.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(crate) id: AskId,
    pub(crate) reply: Reply,
}

impl Answer {
    /// Does it take a peer's chain for good?
    pub(crate) const fn accepts_peer(&self) -> bool {
        matches!(self.reply, Reply::Peer(_))
    }

    /// The ask that it closes.
    #[must_use]
    pub const fn id(&self) -> AskId {
        self.id
    }

    /// What it says, for logs and recorders.
    #[must_use]
    pub const fn reply(&self) -> &Reply {
        &self.reply
    }
}

impl Ask {
    /// The scheme by which this credential signs, where one is asked for.
    pub(super) fn scheme_of(&self, credential: &Credential) -> Result<SignatureScheme, OwnFault> {
        let Self::ChooseCredential(ask) = self else { return Err(self.no_credential()) };
        ask.scheme_of(credential).ok_or_else(|| self.no_credential())
    }

    /// Why the handshake ends where a credential has to be shown and none will do.
    pub(super) fn no_credential(&self) -> OwnFault {
        let accepted =
            if let Self::ChooseCredential(ask) = self { ask.signature_schemes.clone() } else { Vec::new() };
        OwnFault::NoCredential { accepted }
    }

    /// May this answer close this ask?
    pub(crate) fn check(&self, answer: &Answer, config: &Config) -> Result<(), Refused> {
        if answer.id != self.id() {
            return Err(Refused::NotThisAsk);
        }
        match (self, &answer.reply) {
            (Self::Sign(ask), Reply::Signature(signature)) => ask.check(signature, config),
            (Self::ChooseCredential(_), Reply::Credential(Some(credential)))
                if self.scheme_of(credential).is_err() =>
            {
                Err(Refused::CredentialDoesNotFit)
            }
            (Self::FindPsk(ask), Reply::Psk(Some(found))) if found.index >= ask.identities.len() => {
                Err(Refused::NoSuchIdentity)
            }
            (_, Reply::Sealed(sealed)) if sealed.is_empty() || sealed.len() > 0xffff => {
                Err(Refused::BadLength)
            }
            _ => Ok(()),
        }
    }
}

impl Sign {
    /// A signature that does not verify under our own certificate would end the connection at the peer.
    fn check(&self, signature: &[u8], config: &Config) -> Result<(), Refused> {
        let verifier = self.scheme.algorithm().and_then(|algorithm| config.crypto.verifier(algorithm));
        verifier
            .ok_or(Refused::SignatureDoesNotVerify)?
            .verify(self.credential.public_key(), &self.content, signature)
            .map_err(|_| Refused::SignatureDoesNotVerify)
    }
}

/// What an answer says; the asks themselves build it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reply {
    /// The step failed.
    Failed,
    /// Go on with this config.
    Config(Arc<Config>),
    /// Show this credential, or none.
    Credential(Option<Arc<Credential>>),
    /// Give up.
    Refused {
        /// With this alert.
        alert: AlertDescription,
        /// For this reason.
        reason: String,
    },
    /// A signature.
    Signature(Vec<u8>),
    /// The peer's chain is good.
    Peer(Box<AcceptedPeer>),
    /// A cookie or ticket.
    Sealed(Vec<u8>),
    /// The session is kept under its ticket.
    Stored,
    /// The state that a cookie holds.
    Opened(Vec<u8>),
    /// The PSK to use, or none.
    Psk(Option<FoundPsk>),
    /// The session may be resumed, or may not for this reason.
    Resumed(Result<(), String>),
    /// What a ClientHello with early data is.
    Replay {
        /// Has it not been here before?
        is_fresh: bool,
    },
}

impl Reply {
    /// What a step that may fail goes on with: `otherwise` in place of "failed".
    pub(crate) fn or_if_failed(self, otherwise: Self) -> Self {
        if matches!(self, Self::Failed) { otherwise } else { self }
    }
}

/// A PSK that the client offers and we know.
#[derive(Clone, Debug)]
pub struct FoundPsk {
    /// Which of the identities offered, from 0.
    pub index: usize,
    /// The key.
    pub psk: Psk,
    /// The session that it resumes; `None` for an external PSK.
    pub session: Option<Arc<Session>>,
}

/// A peer whose chain was judged good: its key proves possession, its identity is who it is.
#[derive(Clone, Debug)]
pub struct AcceptedPeer {
    /// The leaf's key.
    pub public_key: PublicKey,
    /// May the leaf delegate to another key, as the chain says that it does (RFC 9345)?
    pub may_delegate: bool,
    /// Who the peer is.
    pub identity: Arc<PeerIdentity>,
}

/// Why an answer was not taken. Nothing changed, and the ask is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No ask is open.
    NothingAsked,
    /// The answer belongs to another ask or another connection.
    NotThisAsk,
    /// The signature does not verify under our own certificate; it would have ended the connection at the peer.
    SignatureDoesNotVerify,
    /// The credential has no scheme that the peer accepts.
    CredentialDoesNotFit,
    /// The cookie or ticket is empty, or longer than its field holds.
    BadLength,
    /// The index is none of the identities that were offered.
    NoSuchIdentity,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingAsked => "no ask is open",
            Self::NotThisAsk => "the answer belongs to another ask or another connection",
            Self::SignatureDoesNotVerify => {
                "the signature does not verify under the credential's certificate"
            }
            Self::CredentialDoesNotFit => "the credential has no signature scheme that the peer accepts",
            Self::BadLength => "a cookie or ticket has 1 to 65535 bytes",
            Self::NoSuchIdentity => "the index is none of the identities that were offered",
        })
    }
}

impl core::error::Error for Refused {}

/// Server: a ClientHello came; choose the whole config before anything is negotiated.
#[derive(Clone, Debug)]
pub struct ClientHelloSeen {
    pub(crate) id: AskId,
    /// The server name that the client sent, if any (RFC 6066 §3).
    pub server_name: Option<String>,
    /// The application protocols that it offers (RFC 7301).
    pub application_protocols: Vec<Vec<u8>>,
    /// The ClientHello, header included.
    pub client_hello: Arc<[u8]>,
}

impl ClientHelloSeen {
    /// Goes on with `config`.
    #[must_use]
    pub const fn use_config(&self, config: Arc<Config>) -> Answer {
        Answer { id: self.id, reply: Reply::Config(config) }
    }

    /// Refuses the client, saying why.
    #[must_use]
    pub const fn refuse(&self, alert: AlertDescription, reason: String) -> Answer {
        Answer { id: self.id, reply: Reply::Refused { alert, reason } }
    }
}

/// Which credential to show (§4.5.1.2).
#[derive(Clone, Debug)]
pub struct ChooseCredential {
    pub(crate) id: AskId,
    /// Our role.
    pub role: Role,
    /// The server name that the client sent, if any.
    pub server_name: Option<String>,
    /// The peer's `signature_algorithms`.
    pub signature_schemes: Vec<SignatureScheme>,
    /// The peer's `signature_algorithms_cert`; where it sent none, its `signature_algorithms` stand for it.
    pub signature_schemes_cert: Option<Vec<SignatureScheme>>,
    /// The peer's `certificate_authorities`: distinguished names in DER.
    pub certificate_authorities: Vec<Vec<u8>>,
    /// The server's `oid_filters` (§4.3.5): extension identifier and values, both in DER.
    pub oid_filters: Vec<(Vec<u8>, Vec<u8>)>,
    /// The peer's `delegated_credential`: the schemes that it accepts of delegated keys; empty: it takes none (RFC 9345).
    pub delegated_credential_schemes: Vec<SignatureScheme>,
    /// How we may show who we are, by what the peer lists or has selected; `None`: by certificates alone (RFC 7250).
    pub certificate_types: Option<Vec<CertificateType>>,
    /// The time of the step that asks.
    pub now: Time,
}

impl ChooseCredential {
    /// May a credential of this type be shown?
    #[must_use]
    pub fn takes_type(&self, certificate_type: CertificateType) -> bool {
        match &self.certificate_types {
            Some(types) => types.contains(&certificate_type),
            //= R-4.5.1.2-1
            None => certificate_type == CertificateType::X509,
        }
    }

    /// The scheme by which this credential would sign; `None` if the peer does not take it.
    #[must_use]
    pub fn scheme_of(&self, credential: &Credential) -> Option<SignatureScheme> {
        let is_taken = self.takes_type(credential.certificate_type());
        let scheme = credential.scheme_for(&self.signature_schemes, &self.delegated_credential_schemes);
        scheme.filter(|_| is_taken)
    }

    /// Shows this one.
    #[must_use]
    pub const fn choose(&self, credential: Arc<Credential>) -> Answer {
        Answer { id: self.id, reply: Reply::Credential(Some(credential)) }
    }

    /// Shows none: a client goes on with an empty Certificate, a server ends with `handshake_failure`.
    #[must_use]
    pub const fn none(&self) -> Answer {
        Answer { id: self.id, reply: Reply::Credential(None) }
    }

    /// Refuses to go on, saying why: an unknown server name, say.
    #[must_use]
    pub const fn refuse(&self, alert: AlertDescription, reason: String) -> Answer {
        Answer { id: self.id, reply: Reply::Refused { alert, reason } }
    }
}

/// Sign with a key that is not in this process (§4.5.2).
#[derive(Clone, Debug)]
pub struct Sign {
    pub(crate) id: AskId,
    /// The scheme.
    pub scheme: SignatureScheme,
    /// The credential whose key signs.
    pub credential: Arc<Credential>,
    /// What is signed, complete: at most 146 bytes here.
    pub content: SignedContent,
    /// The content's hash, for keys behind PKCS#11 or in a TPM, which sign digests; `None` where there is none to
    /// give: Ed25519 and ML-DSA sign the content itself, and SHA-512 is a hash of no cipher suite.
    pub digest: Option<Digest>,
}

impl Sign {
    pub(crate) fn new(
        id: AskId,
        scheme: SignatureScheme,
        credential: Arc<Credential>,
        content: SignedContent,
        crypto: &CryptoProvider,
    ) -> Self {
        let hash = scheme.algorithm().and_then(SignatureAlgorithm::hash).and_then(|hash| crypto.hash(hash));
        let digest = hash.map(|hash| hash.digest(&content));
        Self { id, scheme, credential, content, digest }
    }

    /// The signature, in the encoding of the scheme: ECDSA-Sig-Value in DER for ECDSA. It is verified under our
    /// own certificate before it is taken.
    #[must_use]
    pub const fn signed(&self, signature: Vec<u8>) -> Answer {
        Answer { id: self.id, reply: Reply::Signature(signature) }
    }
}

/// Is the peer's chain to be trusted, and for whom? The chain alone: the handshake itself verifies the
/// signature of CertificateVerify with the key that the answer carries.
#[derive(Clone, Debug)]
pub struct JudgePeer {
    pub(crate) id: AskId,
    /// The peer's role.
    pub peer: Role,
    /// Whom we expect; `None` for a server, whose config has the rule for clients.
    pub expected: Option<Arc<ExpectedPeer>>,
    /// What the peer sent: certificates, staples and SCTs, leaf first; or a raw public key, if that was negotiated
    /// ([`PeerChain::raw_public_key`]).
    pub chain: PeerChain,
    /// The config of the handshake, for what it accepts.
    pub(crate) config: Arc<Config>,
    /// The time of the step that asks.
    pub now: Time,
}

impl JudgePeer {
    /// The schemes that we said we accept in certificates.
    #[must_use]
    pub fn signature_schemes_cert(&self) -> &[SignatureScheme] {
        &self.config.signature_schemes_cert
    }

    /// What the peer shows is good: `public_key` is the leaf's or the raw one, `identity` who it is.
    #[must_use]
    pub fn accept(&self, public_key: PublicKey, identity: Arc<PeerIdentity>) -> Answer {
        let peer = AcceptedPeer { public_key, may_delegate: false, identity };
        Answer { id: self.id, reply: Reply::Peer(Box::new(peer)) }
    }

    /// The same, and the leaf may delegate: it has the extension DelegationUsage and the key usage digitalSignature, and
    /// the delegation is within its time (RFC 9345 §4.1.3, §4.2). Without this word, a chain with a
    /// [delegated credential](PeerChain::delegated_credential) is refused.
    #[must_use]
    pub fn accept_delegating(&self, public_key: PublicKey, identity: Arc<PeerIdentity>) -> Answer {
        let peer = AcceptedPeer { public_key, may_delegate: true, identity };
        Answer { id: self.id, reply: Reply::Peer(Box::new(peer)) }
    }

    /// The chain is refused with this alert, for this reason.
    #[must_use]
    pub const fn refuse(&self, alert: AlertDescription, reason: String) -> Answer {
        Answer { id: self.id, reply: Reply::Refused { alert, reason } }
    }
}

/// Server: turn this state into a cookie that only we can open (§4.3.2).
#[derive(Clone, Debug)]
pub struct SealCookie {
    pub(crate) id: AskId,
    /// What the second ClientHello must bring back, as bytes of our own.
    pub state: Vec<u8>,
    /// The time of the step that asks.
    pub now: Time,
}

impl SealCookie {
    /// The cookie, 1 to 2^16-1 bytes.
    #[must_use]
    pub const fn sealed(&self, cookie: Vec<u8>) -> Answer {
        Answer { id: self.id, reply: Reply::Sealed(cookie) }
    }
}

/// Server: turn this cookie back into the state (§4.3.2).
#[derive(Clone, Debug)]
pub struct OpenCookie {
    pub(crate) id: AskId,
    /// The cookie of the second ClientHello.
    pub cookie: Vec<u8>,
    /// The time of the step that asks.
    pub now: Time,
}

impl OpenCookie {
    /// The state that was sealed.
    #[must_use]
    pub const fn opened(&self, state: Vec<u8>) -> Answer {
        Answer { id: self.id, reply: Reply::Opened(state) }
    }
}

/// Server: turn this session into a ticket (§4.7.1). It stops no data.
#[derive(Clone, Debug)]
pub struct SealTicket {
    pub(crate) id: AskId,
    /// The session; its byte form holds the secret.
    pub session: Box<Session>,
    /// The time of the step that asks.
    pub now: Time,
}

impl SealTicket {
    /// The ticket, 1 to 2^16-1 bytes.
    #[must_use]
    pub const fn sealed(&self, ticket: Vec<u8>) -> Answer {
        Answer { id: self.id, reply: Reply::Sealed(ticket) }
    }
}

/// Server: keep this session under this ticket, "a database lookup key" (§4.7.1); only if the config says that tickets
/// are such ([`stateful_tickets`](Config::stateful_tickets)). It stops no data.
///
/// What the session must not outlive is kept with it: a config of the `connection` floor binds it to its trust digest.
#[derive(Clone, Debug)]
pub struct StoreSession {
    pub(crate) id: AskId,
    /// The ticket: 32 random bytes.
    pub ticket: Vec<u8>,
    /// The session; its byte form holds the secret.
    pub session: Box<Session>,
    /// The time of the step that asks.
    pub now: Time,
}

impl StoreSession {
    /// It is kept, and [`FindPsk`] will find it.
    #[must_use]
    pub const fn stored(&self) -> Answer {
        Answer { id: self.id, reply: Reply::Stored }
    }
}

/// Server: which of these PSKs do we know (§4.3.11)? A ticket is opened, a session or an external PSK looked up.
#[derive(Clone, Debug)]
pub struct FindPsk {
    pub(crate) id: AskId,
    /// The identities that the client offers, in its order of preference.
    pub identities: Vec<Vec<u8>>,
    /// Is the PSK to go with certificates (RFC 8773)? Then it has to be an external one; that the client offers a
    /// session we know would be its fault.
    pub with_certificates: bool,
    /// The hashes of the suites that both know, in our order of preference: a PSK of another one cannot be used.
    pub hashes: Vec<HashAlgorithm>,
    /// The server name that the client sent, if any.
    pub server_name: Option<String>,
    /// The time of the step that asks.
    pub now: Time,
}

impl FindPsk {
    /// Is there a suite for a PSK of this hash?
    #[must_use]
    pub fn can_use(&self, hash: HashAlgorithm) -> bool {
        self.hashes.contains(&hash)
    }

    /// The identity at `index` resumes this session.
    #[must_use]
    pub fn session(&self, index: usize, session: Arc<Session>) -> Answer {
        let psk = Psk::of_session(&session);
        let found = psk.map(|psk| FoundPsk { index, psk, session: Some(session) });
        Answer { id: self.id, reply: Reply::Psk(found) }
    }

    /// The identity at `index` is the label of this external PSK, or that of this imported one.
    ///
    /// The tickets of the connection are bound to the PSKs of the config and not to this one: who withdraws it also
    /// declines, at [`Ask::JudgeResumed`], the sessions that it began, or gives no tickets.
    #[must_use]
    pub const fn external(&self, index: usize, psk: Psk) -> Answer {
        Answer { id: self.id, reply: Reply::Psk(Some(FoundPsk { index, psk, session: None })) }
    }

    /// None of them: a full handshake.
    #[must_use]
    pub const fn none(&self) -> Answer {
        Answer { id: self.id, reply: Reply::Psk(None) }
    }
}

/// Server: may this session still be resumed? The client has proved that it has the PSK; what may have changed since
/// is revocation, validity and authorization.
#[derive(Clone, Debug)]
pub struct JudgeResumed {
    pub(crate) id: AskId,
    /// The ticket by which the client offered the session: where it may be used once, it is used up now, and the
    /// session declined if it has been already.
    pub ticket: Vec<u8>,
    /// The session.
    pub session: Arc<Session>,
    /// The server name that the client sends now, which is that of the session.
    pub server_name: Option<String>,
    /// The time of the step that asks.
    pub now: Time,
}

impl JudgeResumed {
    /// It may.
    #[must_use]
    pub const fn accept(&self) -> Answer {
        Answer { id: self.id, reply: Reply::Resumed(Ok(())) }
    }

    /// It may not, for this reason: a full handshake follows.
    #[must_use]
    pub const fn decline(&self, reason: String) -> Answer {
        Answer { id: self.id, reply: Reply::Resumed(Err(reason)) }
    }
}

/// Server: has this ClientHello been here before (§8)? Checking and remembering it is one atomic step, wherever the
/// memory is: two servers that ask it of one store never both hear that it is fresh.
#[derive(Clone, Debug)]
pub struct CheckReplay {
    pub(crate) id: AskId,
    /// What no two ClientHellos share: the binder of the PSK.
    pub key: Vec<u8>,
    /// The ticket that the client offered: where it is used once, and was used up by this connection, nothing comes
    /// again.
    pub ticket: Vec<u8>,
    /// How long it must be remembered: a copy that comes later is refused for its age.
    pub remember_until: Time,
    /// The time of the step that asks.
    pub now: Time,
}

impl CheckReplay {
    /// It has not, and is remembered from now on: early data is taken.
    #[must_use]
    pub const fn fresh(&self) -> Answer {
        Answer { id: self.id, reply: Reply::Replay { is_fresh: true } }
    }

    /// It has, or nobody can tell: early data is rejected, and the handshake goes on.
    #[must_use]
    pub const fn seen(&self) -> Answer {
        Answer { id: self.id, reply: Reply::Replay { is_fresh: false } }
    }
}
