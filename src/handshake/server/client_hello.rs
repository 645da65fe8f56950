//! START and RECVD_CH: the ClientHello as it comes (RFC 9846 §4.2.2; 8446 §4.1.2).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::To;
use super::cookie::{OpeningCookie, Retry};
use super::ech::{self, Ech};
use crate::handshake::ask::{Ask, ClientHelloSeen, Reply};
use crate::handshake::step::{Received, Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::{Fault, ForeignExtension, PeerFault};
use crate::message::{
    ClientHello, Cookie, ExtensionType, ExtensionsOf, HandshakeType, ProtocolNameList, ProtocolVersion,
    ServerNameList, SupportedVersionsClientHello,
};
use crate::wire::Decode;

/// START: nothing has come, or a HelloRetryRequest is sent.
pub(crate) struct Start {
    pub(crate) foreign_extensions: Vec<ForeignExtension>,
    /// What our HelloRetryRequest said, if there was one.
    pub(super) retry: Option<Retry>,
    pub(super) ech: Ech,
}

/// ClientHello has come; the caller may choose another config.
pub(crate) struct SeeingClientHello {
    pub(super) ask: Ask,
    hello: Hello,
    foreign_extensions: Vec<ForeignExtension>,
}

/// RECVD_CH: ClientHello has come.
pub(crate) struct RecvdCh {
    pub(super) hello: Hello,
    pub(super) foreign_extensions: Vec<ForeignExtension>,
    pub(super) retry: Option<Retry>,
}

/// A ClientHello that decodes and speaks TLS 1.3, kept whole: the inner one, if there are two and we have opened it.
pub(super) struct Hello {
    /// With its header, as the transcript takes it.
    pub(super) bytes: Vec<u8>,
    pub(super) server_name: Option<String>,
    pub(super) ech: Ech,
}

impl Start {
    /// A server to which nothing has come.
    pub(crate) const fn new(foreign_extensions: Vec<ForeignExtension>) -> Self {
        Self { foreign_extensions, retry: None, ech: Ech::NotOffered }
    }

    /// START --Recv ClientHello--> RECVD_CH.
    pub(super) fn recv_client_hello(
        self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::ClientHello>, Fault> {
        let outer: ClientHello<'_> = received.decode()?;
        let (ech, inner) = match &self.retry {
            None => ech::open(received, &outer, step)?,
            Some(_) => ech::open_second(self.ech, received, &outer)?,
        };
        let received = &inner.as_deref().map_or(*received, client_hello);
        let message: ClientHello<'_> = received.decode()?;
        check_version(received, &message)?;
        received.check_extensions(ExtensionsOf::ClientHello, &message.extensions, None)?;
        //= R-4.2.2-15
        if message.legacy_compression_methods != [0] {
            return Err(PeerFault::Compression.into());
        }
        let malformed = |error| received.malformed(error);
        let server_name: Option<ServerNameList<'_>> = message.extensions.get().map_err(malformed)?;
        let server_name = server_name.map(|list| String::from(list.host_name));
        let hello = Hello { bytes: received.bytes.to_vec(), server_name, ech };
        if self.retry.is_none() && step.config.ask_client_hello {
            let protocols: Option<ProtocolNameList<'_>> = message.extensions.get().map_err(malformed)?;
            let ask = ClientHelloSeen {
                id: step.ask_id(),
                server_name: hello.server_name.clone(),
                application_protocols: protocols
                    .map(|list| list.protocol_name_list.iter().map(<[u8]>::to_vec).collect())
                    .unwrap_or_default(),
                client_hello: received.bytes.into(),
            };
            let ask = Ask::ClientHelloSeen(Box::new(ask));
            return Ok(SeeingClientHello { ask, hello, foreign_extensions: self.foreign_extensions }.into());
        }
        let recvd = RecvdCh { hello, foreign_extensions: self.foreign_extensions, retry: self.retry };
        Ok(match recvd.open_cookie(step)? {
            Ok(opening) => opening.into(),
            Err(recvd) => recvd.into(),
        })
    }
}

/// A ClientHello, header included, as if it had come as it is.
fn client_hello(bytes: &[u8]) -> Received<'_> {
    Received {
        msg_type: HandshakeType::CLIENT_HELLO,
        body: bytes.get(crate::handshake::incoming::HEADER..).unwrap_or_default(),
        bytes,
    }
}

/// The client speaks TLS 1.3 (§4.2.2, §4.3.1).
fn check_version(received: &Received<'_>, message: &ClientHello<'_>) -> Result<(), PeerFault> {
    let versions: Option<SupportedVersionsClientHello<'_>> =
        message.extensions.get().map_err(|error| received.malformed(error))?;
    //= R-4.3.1-5
    //= R-4.3.1-4
    //= R-4.3.1-7
    //= R-E.2-1
    //= R-E.2-3
    //= R-E.5-4
    if !versions.is_some_and(|offered| offered.versions.contains(ProtocolVersion::TLS13)) {
        return Err(PeerFault::NoSharedVersion);
    }
    //= R-4.2.2-7
    //= R-E.5-9
    if message.legacy_version != ProtocolVersion::TLS12 {
        return Err(PeerFault::LegacyVersion(message.legacy_version));
    }
    Ok(())
}

impl SeeingClientHello {
    /// The caller goes on with a config, this one or another.
    pub(super) fn config_chosen(
        self,
        reply: Reply,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Config(config) = reply else { return Err(unusable("ClientHelloSeen", reply)) };
        *step.config = config;
        let recvd = RecvdCh { hello: self.hello, foreign_extensions: self.foreign_extensions, retry: None };
        Ok(match recvd.open_cookie(step)? {
            Ok(opening) => opening.into(),
            Err(recvd) => recvd.into(),
        })
    }
}

impl Hello {
    /// The message again; it has decoded before.
    pub(super) fn message(&self) -> Result<ClientHello<'_>, PeerFault> {
        let body = self.bytes.get(crate::handshake::incoming::HEADER..).unwrap_or_default();
        ClientHello::decode(body)
            .map_err(|error| PeerFault::Malformed { message: HandshakeType::CLIENT_HELLO, error })
    }

    /// The same as a received message, for the faults that name it.
    pub(super) fn received(&self) -> Received<'_> {
        client_hello(&self.bytes)
    }
}

impl RecvdCh {
    /// Asks to open the cookie of a ClientHello that brings one, where the config made it.
    fn open_cookie(self, step: &mut Step<'_>) -> Result<Result<OpeningCookie, Self>, Fault> {
        let message = self.hello.message()?;
        let received = self.hello.received();
        let cookie: Option<Cookie<'_>> =
            message.extensions.get().map_err(|error| received.malformed(error))?;
        match cookie {
            Some(cookie) if step.config.hello_retry_cookie => {
                let cookie = cookie.cookie.to_vec();
                Ok(Ok(OpeningCookie::ask(self, cookie, step)))
            }
            Some(_) => Err(PeerFault::BadCookie.into()),
            None if self.retry.is_some() && step.config.hello_retry_cookie => {
                received.require::<()>(ExtensionType::COOKIE, None)?;
                Ok(Err(self))
            }
            None => Ok(Err(self)),
        }
    }
}
