//! HelloRetryRequest, with or without a cookie (RFC 9846 §4.2.4, §4.3.2; 8446 §4.1.4, §4.2.2).
//!
//! The cookie's state is all that the second ClientHello is held against, so that a server may forget the
//! connection in between: suite, group, the hash of the first ClientHello for the transcript, and a hash of
//! what the second one must repeat.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::To;
use super::client_hello::{Hello, RecvdCh, Start};
use crate::crypto::{Digest, Hash};
use crate::handshake::ask::{Ask, OpenCookie, Reply, SealCookie};
use crate::handshake::extensions::Outgoing;
use crate::handshake::output::Epoch;
use crate::handshake::step::{Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::{Config, EchStatus, Fault, ForeignExtension, PeerFault};
use crate::key_schedule::{Kdf, Label, ech_accept_confirmation};
use crate::message::{
    CipherSuite, ClientHello, Cookie, EchHelloRetryRequest, ExtensionList, ExtensionType,
    HELLO_RETRY_REQUEST_RANDOM, HandshakeType, KeyShareHelloRetryRequest, NamedGroup, ProtocolVersion,
    ServerHello, SupportedVersionsServerHello, encode_handshake,
};
use crate::transcript::Transcript;
use crate::wire::{DecodeError, Encode, Reader, Writer};

/// What our HelloRetryRequest said, and what the second ClientHello is held against.
pub(super) struct Retry {
    pub(super) cipher_suite: CipherSuite,
    pub(super) group: NamedGroup,
    /// Over message_hash and HelloRetryRequest.
    pub(super) transcript: Transcript,
    unchanged: Digest,
}

/// A HelloRetryRequest waits for its cookie.
pub(crate) struct SealingCookie {
    pub(super) ask: Ask,
    state: CookieState,
    hello: Hello,
    foreign_extensions: Vec<ForeignExtension>,
}

/// The ClientHello brings a cookie, which is being opened.
pub(crate) struct OpeningCookie {
    pub(super) ask: Ask,
    recvd: RecvdCh,
    cookie: Vec<u8>,
}

/// What a cookie holds.
struct CookieState {
    cipher_suite: CipherSuite,
    group: NamedGroup,
    client_hello_1: Digest,
    unchanged: Digest,
}

/// The first byte of a cookie's state: the layout.
const LAYOUT: u8 = 1;

impl CookieState {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut out = Writer::new(&mut bytes);
        out.u8(LAYOUT);
        out.u16(self.cipher_suite.0);
        out.u16(self.group.0);
        out.vector(0..=48, |out| out.bytes(&self.client_hello_1));
        out.vector(0..=48, |out| out.bytes(&self.unchanged));
        bytes
    }

    fn decode(state: &[u8]) -> Option<Self> {
        let mut r = Reader::new(state);
        let digest = |r: &mut Reader<'_>| -> Result<Option<Digest>, DecodeError> {
            Ok(Digest::new(r.vector("hash", 32..=48)?).ok())
        };
        if r.u8("layout").ok()? != LAYOUT {
            return None;
        }
        let decoded = Self {
            cipher_suite: CipherSuite(r.u16("cipher_suite").ok()?),
            group: NamedGroup(r.u16("group").ok()?),
            client_hello_1: digest(&mut r).ok()??,
            unchanged: digest(&mut r).ok()??,
        };
        r.end("cookie state").ok()?;
        Some(decoded)
    }

    /// The HelloRetryRequest, header included: the same bytes for the first ClientHello and for the second.
    fn request(
        &self,
        hello: &Hello,
        cookie: Option<&[u8]>,
        kdf: &Kdf,
        step: &Step<'_>,
    ) -> Result<Vec<u8>, PeerFault> {
        let message = hello.message()?;
        let request = |confirmation| {
            let (suite, group) = (self.cipher_suite, self.group);
            request(step.config, message.legacy_session_id, suite, group, cookie, confirmation)
        };
        if hello.ech.status() != EchStatus::Accepted {
            return Ok(request(None));
        }
        //= R9849-5-5
        let unconfirmed = request(Some([0; 8]));
        let mut transcript = Transcript::from_client_hello_hash(kdf.hash(), &self.client_hello_1);
        transcript.add(&unconfirmed);
        let label = Label::HRR_ECH_ACCEPT_CONFIRMATION;
        Ok(request(Some(ech_accept_confirmation(kdf, &message.random, label, &transcript.current()))))
    }

    fn into_retry(self, hash: &dyn Hash, hello_retry_request: &[u8]) -> Retry {
        let mut transcript = Transcript::from_client_hello_hash(hash, &self.client_hello_1);
        transcript.add(hello_retry_request);
        Retry { cipher_suite: self.cipher_suite, group: self.group, transcript, unchanged: self.unchanged }
    }
}

/// RECVD_CH --Send HelloRetryRequest--> START, by way of the cookie if the config wants one.
pub(super) fn retry(
    hello: Hello,
    foreign_extensions: Vec<ForeignExtension>,
    cipher_suite: CipherSuite,
    group: NamedGroup,
    step: &mut Step<'_>,
) -> Result<Result<Start, SealingCookie>, Fault> {
    let message = hello.message()?;
    let kdf = step.kdf(cipher_suite)?;
    let state = CookieState {
        cipher_suite,
        group,
        client_hello_1: kdf.hash().digest(&hello.bytes),
        unchanged: unchanged(&message, kdf.hash()),
    };
    if step.config.hello_retry_cookie {
        let ask = SealCookie { id: step.ask_id(), state: state.encode(), now: step.now };
        return Ok(Err(SealingCookie {
            ask: Ask::SealCookie(Box::new(ask)),
            state,
            hello,
            foreign_extensions,
        }));
    }
    let request = state.request(&hello, None, &kdf, step)?;
    send(&request, step);
    let retry = Some(state.into_retry(kdf.hash(), &request));
    Ok(Ok(Start { foreign_extensions, retry, ech: hello.ech }))
}

impl SealingCookie {
    /// The sealed cookie goes out in the HelloRetryRequest.
    pub(super) fn sealed(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Sealed(cookie) = reply else { return Err(unusable("SealCookie", reply)) };
        let kdf = step.kdf(self.state.cipher_suite)?;
        let request = self.state.request(&self.hello, Some(&cookie), &kdf, step)?;
        send(&request, step);
        let retry = Some(self.state.into_retry(kdf.hash(), &request));
        Ok(Start { foreign_extensions: self.foreign_extensions, retry, ech: self.hello.ech }.into())
    }
}

impl OpeningCookie {
    pub(super) fn ask(recvd: RecvdCh, cookie: Vec<u8>, step: &mut Step<'_>) -> Self {
        let ask = OpenCookie { id: step.ask_id(), cookie: cookie.clone(), now: step.now };
        Self { ask: Ask::OpenCookie(Box::new(ask)), recvd, cookie }
    }

    /// The opened state stands for the HelloRetryRequest that we may have forgotten.
    pub(super) fn opened(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        if matches!(reply, Reply::Failed) {
            return Err(PeerFault::BadCookie.into());
        }
        let Reply::Opened(state) = reply else { return Err(unusable("OpenCookie", reply)) };
        let state = CookieState::decode(&state).ok_or(PeerFault::BadCookie)?;
        let kdf = step.kdf(state.cipher_suite).map_err(|_| PeerFault::BadCookie)?;
        let request = state.request(&self.recvd.hello, Some(&self.cookie), &kdf, step)?;
        let retry = Some(state.into_retry(kdf.hash(), &request));
        Ok(RecvdCh { retry, ..self.recvd }.into())
    }
}

impl Retry {
    /// The second ClientHello repeats the first (§4.2.2).
    pub(super) fn check(&self, second: &ClientHello<'_>, step: &Step<'_>) -> Result<(), Fault> {
        let kdf = step.kdf(self.cipher_suite)?;
        if unchanged(second, kdf.hash()) != self.unchanged {
            let what = "a field or an extension that it must repeat";
            return Err(PeerFault::ClientHelloChanged { what }.into());
        }
        //= R-4.3.10-6
        if second.extensions.find(ExtensionType::EARLY_DATA).is_some() {
            return Err(PeerFault::ClientHelloChanged { what: "early_data, which it must not hold" }.into());
        }
        Ok(())
    }
}

/// The HelloRetryRequest, header included: the same bytes for the same arguments.
///
/// * `ech_confirmation`: `hrr_accept_confirmation`, where Encrypted Client Hello is accepted, or zeros in its place.
fn request(
    config: &Config,
    legacy_session_id: &[u8],
    cipher_suite: CipherSuite,
    selected_group: NamedGroup,
    cookie: Option<&[u8]>,
    ech_confirmation: Option<[u8; 8]>,
) -> Vec<u8> {
    //= R-4.2.4-2
    //= R-4.3.2-1
    let mut out = Outgoing::new();
    let version = SupportedVersionsServerHello { selected_version: ProtocolVersion::TLS13 };
    //= R-4.2.4-1
    out.push(ExtensionType::SUPPORTED_VERSIONS, &version);
    out.push(ExtensionType::KEY_SHARE, &KeyShareHelloRetryRequest { selected_group });
    out.push_some(ExtensionType::COOKIE, cookie.map(|cookie| Cookie { cookie }));
    let confirmation = ech_confirmation.map(|confirmation| EchHelloRetryRequest { confirmation });
    out.push_some(ExtensionType::ENCRYPTED_CLIENT_HELLO, confirmation);
    let extensions = out.finish(config.script.hello_retry_request.as_deref());
    let message = ServerHello {
        legacy_version: ProtocolVersion::TLS12,
        random: HELLO_RETRY_REQUEST_RANDOM,
        legacy_session_id_echo: legacy_session_id,
        cipher_suite,
        legacy_compression_method: 0,
        extensions: extensions.as_extensions(),
    };
    let mut bytes = Vec::new();
    encode_handshake(HandshakeType::SERVER_HELLO, &mut bytes, |out| message.encode(out));
    bytes
}

fn send(request: &[u8], step: &mut Step<'_>) {
    let body = request.get(crate::handshake::incoming::HEADER..).unwrap_or_default();
    step.actions.send(Epoch::Initial, HandshakeType::SERVER_HELLO, |out| out.bytes(body));
}

/// A hash of what the second ClientHello must repeat: all but the extensions that §4.2.2 lets it change. In which order
/// they stand means nothing (§4.3), and wolfSSL changes it.
fn unchanged(message: &ClientHello<'_>, hash: &dyn Hash) -> Digest {
    const CHANGEABLE: [ExtensionType; 6] = [
        ExtensionType::KEY_SHARE,
        ExtensionType::EARLY_DATA,
        ExtensionType::COOKIE,
        ExtensionType::PRE_SHARED_KEY,
        ExtensionType::PADDING,
        // One that we opened is the same inside, and one that we did not means nothing to us (RFC 9849 §7.1.1).
        ExtensionType::ENCRYPTED_CLIENT_HELLO,
    ];
    let found = message.extensions.iter();
    let mut repeated: Vec<_> = found.filter(|found| !CHANGEABLE.contains(&found.extension_type)).collect();
    repeated.sort_unstable_by_key(|extension| extension.extension_type);
    let mut kept = ExtensionList::new();
    for extension in repeated {
        kept.push_raw(extension.extension_type, extension.extension_data);
    }
    hash.digest(&ClientHello { extensions: kept.as_extensions(), ..*message }.to_bytes())
}
