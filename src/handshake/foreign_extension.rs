//! Extensions that the library does not speak for: an embedder's, sent and taken as data (RFC 9846 §4.3; 8446 §4.2).

use alloc::string::String;
use alloc::vec::Vec;

use super::{Carrier, Config, PeerFault};
use crate::message::{ExtensionType, Extensions, ExtensionsOf, HandshakeType};

/// In which message an extension is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnsweredIn {
    /// The client asks in ClientHello, the server answers in EncryptedExtensions.
    EncryptedExtensions,
    /// The client asks in ClientHello, the server in CertificateRequest; the answer stands in the entry of the leaf in
    /// the other end's Certificate. A session that is resumed has neither.
    Certificate,
}

/// An extension that is the embedder's own, such as QUIC's transport parameters: bytes that go out, and rules by which
/// they do.
///
/// Nothing is answered that was not asked, as TLS wants it (§4.3). The peer's are given back in
/// [`Connected::foreign_extensions`](super::Connected::foreign_extensions); an answer in Certificate is seen in the
/// chain too, by whoever judges it.
///
/// ```
/// use handfast::handshake::{ExtensionType, ForeignExtension};
///
/// // Of the range for private use; a client asks with it, a server answers with it.
/// let ours = ForeignExtension::new(ExtensionType(0xff42), b"build 7");
/// // A peer that does not know it is refused.
/// let ours = ForeignExtension { required: true, ..ours };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignExtension {
    /// Its type: none that the library speaks for itself.
    pub extension_type: ExtensionType,
    /// Where it is answered.
    pub answered_in: AnsweredIn,
    /// The body that we ask with; `None`: we do not ask.
    pub request: Option<Vec<u8>>,
    /// The body that we answer with where the peer asks; `None`: we do not answer.
    pub answer: Option<Vec<u8>>,
    /// Must the peer send one too? A client wants what it asked answered. A server wants the same of its
    /// CertificateRequest, if the client shows a certificate; of what it does not ask, it wants the client to ask.
    /// Otherwise the handshake ends with `missing_extension`.
    pub required: bool,
}

/// What the peer sent of an extension that is the embedder's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerExtension {
    /// Its type.
    pub extension_type: ExtensionType,
    /// The message that it stood in: ClientHello, EncryptedExtensions, CertificateRequest or Certificate.
    pub message: HandshakeType,
    /// Its body.
    pub extension_data: Vec<u8>,
}

impl ForeignExtension {
    /// One that has a body of ours in either role: a client sends it in ClientHello, a server in EncryptedExtensions if
    /// the client has sent its own. The peer need not know it.
    #[must_use]
    pub fn new(extension_type: ExtensionType, extension_data: &[u8]) -> Self {
        Self {
            extension_type,
            answered_in: AnsweredIn::EncryptedExtensions,
            request: Some(extension_data.to_vec()),
            answer: Some(extension_data.to_vec()),
            required: false,
        }
    }

    /// Does a server ask for it in CertificateRequest?
    fn is_asked_of_client(&self) -> bool {
        self.request.is_some() && self.answered_in == AnsweredIn::Certificate
    }

    /// The messages of ours that it goes into, in whichever role.
    fn places(&self) -> impl Iterator<Item = ExtensionsOf> {
        let (asked, answered) = (self.request.is_some(), self.answer.is_some());
        let answered_in = match self.answered_in {
            AnsweredIn::EncryptedExtensions => ExtensionsOf::EncryptedExtensions,
            AnsweredIn::Certificate => ExtensionsOf::Certificate,
        };
        [
            (asked, ExtensionsOf::ClientHello),
            (self.is_asked_of_client(), ExtensionsOf::CertificateRequest),
            (answered, answered_in),
        ]
        .into_iter()
        .filter_map(|(stands, place)| stands.then_some(place))
    }

    /// Checks what an embedder may have set wrong.
    fn check(&self, carrier: Carrier) -> Result<(), String> {
        let extension = self.extension_type;
        if extension.is_of_library() {
            return Err(alloc::format!(
                "foreign_extensions: {extension} is the library's to send, or nobody's"
            ));
        }
        // "Endpoints MUST NOT send this extension in a TLS connection that does not use QUIC" (RFC 9001 §8.2).
        if extension == ExtensionType::QUIC_TRANSPORT_PARAMETERS && carrier != Carrier::Quic {
            return Err(alloc::format!("foreign_extensions: {extension} is for QUIC alone (RFC 9001 §8.2)"));
        }
        match self.places().find(|place| extension.is_misplaced_in(*place)) {
            None => Ok(()),
            Some(place) => Err(alloc::format!(
                "foreign_extensions: {extension} does not stand in {place:?} (§4.3, Table 1)"
            )),
        }
    }
}

/// Checks a list of them: none of the library's, none twice, none where it must not stand.
pub(crate) fn check(extensions: &[ForeignExtension], carrier: Carrier) -> Result<(), String> {
    for (index, extension) in extensions.iter().enumerate() {
        extension.check(carrier)?;
        let before = extensions.get(..index).unwrap_or_default();
        if before.iter().any(|other| other.extension_type == extension.extension_type) {
            return Err(alloc::format!(
                "foreign_extensions: {} stands twice (§4.3)",
                extension.extension_type
            ));
        }
    }
    Ok(())
}

/// Those of a connection: its own, and those of its config of other types.
pub(crate) fn of_connection<'f>(
    own: &'f [ForeignExtension],
    config: &'f Config,
) -> impl Iterator<Item = &'f ForeignExtension> + Clone {
    let is_own =
        |extension: &&ForeignExtension| own.iter().any(|it| it.extension_type == extension.extension_type);
    own.iter().chain(config.foreign_extensions.iter().filter(move |extension| !is_own(extension)))
}

/// What we ask with, in ClientHello.
pub(crate) fn requests<'f>(
    foreign: impl Iterator<Item = &'f ForeignExtension>,
) -> impl Iterator<Item = (ExtensionType, &'f [u8])> {
    foreign.filter_map(|own| Some((own.extension_type, own.request.as_deref()?)))
}

/// What a server asks with, in CertificateRequest.
pub(crate) fn requests_of_client<'f>(
    foreign: impl Iterator<Item = &'f ForeignExtension>,
) -> impl Iterator<Item = (ExtensionType, &'f [u8])> {
    requests(foreign.filter(|own| own.is_asked_of_client()))
}

/// What we answer in this message to a peer that asked in this block.
pub(crate) fn answers<'f>(
    foreign: impl Iterator<Item = &'f ForeignExtension>,
    answered_in: AnsweredIn,
    asked: impl Fn(ExtensionType) -> bool,
) -> impl Iterator<Item = (ExtensionType, &'f [u8])> {
    //= R-4.3-5
    foreign
        .filter(move |own| own.answered_in == answered_in && asked(own.extension_type))
        .filter_map(|own| Some((own.extension_type, own.answer.as_deref()?)))
}

/// The peer's answers to what we asked, all that are required among them.
pub(crate) fn take_answers<'f>(
    foreign: impl Iterator<Item = &'f ForeignExtension>,
    answered_in: AnsweredIn,
    message: HandshakeType,
    block: &Extensions<'_>,
) -> Result<Vec<PeerExtension>, PeerFault> {
    let asked = foreign.filter(|own| own.answered_in == answered_in && own.request.is_some());
    take(asked.map(|own| (own.extension_type, own.required)), message, block)
}

/// What a client asks of us in ClientHello, all that are required among them.
pub(crate) fn take_requests<'f>(
    foreign: impl Iterator<Item = &'f ForeignExtension>,
    block: &Extensions<'_>,
) -> Result<Vec<PeerExtension>, PeerFault> {
    let known = foreign.map(|own| (own.extension_type, own.required && !own.is_asked_of_client()));
    take(known, HandshakeType::CLIENT_HELLO, block)
}

/// What a server asks of us in CertificateRequest.
pub(crate) fn take_requests_of_client<'f>(
    foreign: impl Iterator<Item = &'f ForeignExtension>,
    block: &Extensions<'_>,
) -> Result<Vec<PeerExtension>, PeerFault> {
    let known = foreign.filter(|own| own.answered_in == AnsweredIn::Certificate);
    take(known.map(|own| (own.extension_type, false)), HandshakeType::CERTIFICATE_REQUEST, block)
}

/// The extensions of these types in a block of the peer's; those must be there of which it is said.
fn take(
    types: impl Iterator<Item = (ExtensionType, bool)>,
    message: HandshakeType,
    block: &Extensions<'_>,
) -> Result<Vec<PeerExtension>, PeerFault> {
    let mut taken = Vec::new();
    for (extension_type, required) in types {
        match block.find(extension_type) {
            Some(body) => {
                taken.push(PeerExtension { extension_type, message, extension_data: body.to_vec() });
            }
            //= R-4.2.2-20
            None if required => {
                return Err(PeerFault::MissingExtension { message, extension: extension_type });
            }
            None => {}
        }
    }
    Ok(taken)
}
