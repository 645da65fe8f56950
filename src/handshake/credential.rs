//! What we prove our identity with, and what the peer showed (RFC 9846 §4.5.1, §4.5.2; 8446 §4.4.2, §4.4.3).

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::{CryptoProvider, Digest, EntropySource, PublicKey, Sign as SigningKey};
use crate::identity::{CertificateTag, Sha256Digest};
use crate::message::{
    Certificate, CertificateEntry, CertificateList, CertificateStatus, CertificateType, DelegatedCredential,
    ExtensionList, ExtensionType, Extensions, HandshakeType, SignatureScheme, SignedCertificateTimestampList,
    SignedCertificateTimestampRequest,
};
use crate::wire::{Decode, DecodeError, Encode, Writer};

use super::certificate_compression::{CertificateCompression, select};
use super::delegated_credential::check_schemes;
use super::foreign_extension::{self, AnsweredIn, ForeignExtension};
use super::step::Received;
use super::{Config, OwnFault, PeerFault, Role};

/// What we show, and the key that belongs to it: a certificate chain, or the public key alone (RFC 7250).
#[derive(Clone)]
pub struct Credential {
    shown: Shown,
    public_key: PublicKey,
    key: Key,
}

#[derive(Clone)]
enum Shown {
    Chain {
        certificates: Vec<Arc<[u8]>>,
        ocsp_responses: Vec<Option<Arc<[u8]>>>,
        timestamps: Vec<Option<Arc<[u8]>>>,
        delegated: Option<Delegated>,
    },
    RawPublicKey,
}

/// That the leaf delegates to the key (RFC 9345): the DelegatedCredential as it is sent, and its two schemes.
#[derive(Clone)]
struct Delegated {
    body: Arc<[u8]>,
    dc_cert_verify_algorithm: SignatureScheme,
    algorithm: SignatureScheme,
}

#[derive(Clone)]
enum Key {
    Local(Arc<dyn SigningKey>),
    External(Vec<SignatureScheme>),
}

impl Credential {
    /// A chain, leaf first, whose key signs inside this process.
    ///
    /// The caller has checked that the key belongs to the leaf; `connection::Credential` does.
    #[must_use]
    pub fn local(chain: Vec<Arc<[u8]>>, key: Arc<dyn SigningKey>) -> Self {
        Self { shown: Shown::chain(chain), public_key: key.public_key().clone(), key: Key::Local(key) }
    }

    /// A chain, leaf first, whose key is elsewhere: each handshake asks for the signature, by one of `schemes`
    /// in order of preference. `public_key` is the leaf's.
    #[must_use]
    pub const fn external(
        chain: Vec<Arc<[u8]>>,
        public_key: PublicKey,
        schemes: Vec<SignatureScheme>,
    ) -> Self {
        Self { shown: Shown::chain(chain), public_key, key: Key::External(schemes) }
    }

    /// The same with the public key alone to show, and no certificate (RFC 7250).
    #[must_use]
    pub fn into_raw_public_key(self) -> Self {
        Self { shown: Shown::RawPublicKey, ..self }
    }

    /// Staples an OCSP response in DER to each certificate that has one, in the order of the chain (§4.5.1.1); a raw
    /// public key has none to staple to.
    #[must_use]
    pub fn with_ocsp_responses(mut self, responses: Vec<Option<Arc<[u8]>>>) -> Self {
        if let Shown::Chain { ocsp_responses, .. } = &mut self.shown {
            *ocsp_responses = responses;
        }
        self
    }

    /// Shows a SignedCertificateTimestampList (RFC 6962 §3.3) with each certificate that has one, in the order of the
    /// chain, to peers that ask for them; a raw public key has none. What is none goes out as it is:
    /// [`connection::Credential`] reads it first.
    ///
    /// [`connection::Credential`]: crate::connection::Credential
    #[must_use]
    pub fn with_timestamps(mut self, lists: Vec<Option<Arc<[u8]>>>) -> Self {
        if let Shown::Chain { timestamps, .. } = &mut self.shown {
            *timestamps = lists;
        }
        self
    }

    /// The same, to whose key the leaf delegates by this DelegatedCredential (RFC 9345): it is this key that signs, by
    /// the one scheme that the delegation names. A raw public key has none to delegate.
    ///
    /// The caller has checked that the leaf may delegate, and that the delegation is for this key;
    /// `connection::Credential` does.
    ///
    /// # Errors
    /// [`DecodeError`] if it is none.
    pub fn with_delegated_credential(mut self, body: &[u8]) -> Result<Self, DecodeError> {
        let DelegatedCredential { dc_cert_verify_algorithm, algorithm, .. } =
            DelegatedCredential::decode(body)?;
        if let Shown::Chain { delegated, .. } = &mut self.shown {
            *delegated = Some(Delegated { body: body.into(), dc_cert_verify_algorithm, algorithm });
        }
        Ok(self)
    }

    /// The DelegatedCredential by which the leaf delegates to the key, if it does.
    #[must_use]
    pub fn delegated_credential(&self) -> Option<&[u8]> {
        self.delegated().map(|delegated| &*delegated.body)
    }

    const fn delegated(&self) -> Option<&Delegated> {
        match &self.shown {
            Shown::Chain { delegated, .. } => delegated.as_ref(),
            Shown::RawPublicKey => None,
        }
    }

    /// Does it show certificates, or a raw public key?
    #[must_use]
    pub const fn certificate_type(&self) -> CertificateType {
        match self.shown {
            Shown::Chain { .. } => CertificateType::X509,
            Shown::RawPublicKey => CertificateType::RAW_PUBLIC_KEY,
        }
    }

    /// The same with another key in place of one in this process, made of it: for recorders, which stand between a
    /// connection and its key.
    #[must_use]
    pub fn map_local_key(mut self, map: impl FnOnce(Arc<dyn SigningKey>) -> Arc<dyn SigningKey>) -> Self {
        if let Key::Local(key) = self.key {
            self.key = Key::Local(map(key));
        }
        self
    }

    /// The chain in DER, leaf first; empty for a raw public key.
    #[must_use]
    pub fn chain(&self) -> &[Arc<[u8]>] {
        match &self.shown {
            Shown::Chain { certificates, .. } => certificates,
            Shown::RawPublicKey => &[],
        }
    }

    /// What stands in the first entry of Certificate: the leaf, or the SubjectPublicKeyInfo, in DER.
    #[must_use]
    pub fn end_entity(&self) -> &[u8] {
        match &self.shown {
            Shown::Chain { certificates, .. } => certificates.first().map(AsRef::as_ref).unwrap_or_default(),
            Shown::RawPublicKey => self.public_key.spki(),
        }
    }

    /// The leaf's key, or the raw one.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The OCSP responses in DER, in the order of the chain.
    #[must_use]
    pub fn ocsp_responses(&self) -> &[Option<Arc<[u8]>>] {
        match &self.shown {
            Shown::Chain { ocsp_responses, .. } => ocsp_responses,
            Shown::RawPublicKey => &[],
        }
    }

    /// The lists of timestamps, in the order of the chain.
    #[must_use]
    pub fn timestamps(&self) -> &[Option<Arc<[u8]>>] {
        match &self.shown {
            Shown::Chain { timestamps, .. } => timestamps,
            Shown::RawPublicKey => &[],
        }
    }

    /// The schemes that it signs CertificateVerify with, in order of preference.
    #[must_use]
    pub fn schemes(&self) -> Vec<SignatureScheme> {
        self.each_scheme().collect()
    }

    fn each_scheme(&self) -> impl Iterator<Item = SignatureScheme> {
        let (algorithms, external) = match &self.key {
            Key::Local(key) => (key.algorithms(), &[][..]),
            Key::External(schemes) => (&[][..], schemes.as_slice()),
        };
        let signs =
            |scheme: &SignatureScheme| scheme.algorithm().is_some_and(|has| algorithms.contains(&has));
        let delegated = self.delegated().map(|delegated| delegated.dc_cert_verify_algorithm);
        let local = SignatureScheme::for_certificate_verify().filter(signs);
        let external = external.iter().copied().filter(|scheme| scheme.in_certificate_verify());
        local.chain(external).filter(move |scheme| delegated.is_none_or(|only| *scheme == only))
    }

    /// What tells it from other credentials of ours; `None` if the provider has no SHA-256.
    pub(super) fn tag(&self, crypto: &CryptoProvider) -> Option<CertificateTag> {
        Sha256Digest::of(self.end_entity(), crypto).map(CertificateTag::from)
    }

    /// Is the key outside this process?
    #[must_use]
    pub const fn is_external(&self) -> bool {
        matches!(self.key, Key::External(_))
    }

    /// The first scheme of ours that the peer accepts in CertificateVerify.
    ///
    /// * `accepted`: its signature_algorithms.
    /// * `delegated`: what it accepts of delegated keys; empty: it takes none.
    //= R9345-4.1.1-2
    //= R9345-4.1.2-2
    #[must_use]
    pub fn scheme_for(
        &self,
        accepted: &[SignatureScheme],
        delegated: &[SignatureScheme],
    ) -> Option<SignatureScheme> {
        let accepted = match self.delegated() {
            None => accepted,
            Some(own) if accepted.contains(&own.algorithm) => delegated,
            Some(_) => return None,
        };
        self.each_scheme().find(|scheme| accepted.contains(scheme))
    }

    /// Signs with a key in this process; `None` if it is elsewhere.
    pub(crate) fn sign(
        &self,
        scheme: SignatureScheme,
        content: &SignedContent,
        entropy: &mut dyn EntropySource,
    ) -> Option<Result<Vec<u8>, OwnFault>> {
        self.sign_bytes(scheme, content, entropy)
    }

    /// The same over other bytes.
    pub(crate) fn sign_bytes(
        &self,
        scheme: SignatureScheme,
        content: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Option<Result<Vec<u8>, OwnFault>> {
        let Key::Local(key) = &self.key else { return None };
        let signed = scheme
            .algorithm()
            .and_then(|algorithm| key.sign(algorithm, content, entropy).ok())
            .ok_or(OwnFault::Crypto("signing"));
        Some(signed)
    }

    /// The `certificate_list` to send, with the extensions that the peer asked for.
    pub(crate) fn entries(&self, asked: &CertificateWishes) -> impl Iterator<Item = (&[u8], ExtensionList)> {
        let staples = self.ocsp_responses().iter().map(Option::as_deref).chain(core::iter::repeat(None));
        //= R-4.5.1-13
        let raw = matches!(self.shown, Shown::RawPublicKey).then(|| self.end_entity());
        //= R-4.5.1-9
        let shown = raw.into_iter().chain(self.chain().iter().map(AsRef::as_ref));
        shown.zip(staples).enumerate().map(move |(index, (shown, response))| {
            let mut extensions = ExtensionList::new();
            //= R6066-8-4
            //= R6066-8-7
            //= R6066-8-8
            if let Some(ocsp_response) = response.filter(|_| asked.staple) {
                extensions.push(ExtensionType::STATUS_REQUEST, &CertificateStatus { ocsp_response });
            }
            let list = self.timestamps().get(index).and_then(Option::as_deref);
            if let Some(list) = list.filter(|_| asked.timestamps) {
                extensions.push_raw(ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP, list);
            }
            //= R9345-4.1.1-4
            //= R9345-4.1.2-4
            if let Some(delegated) = self.delegated().filter(|_| index == 0) {
                extensions.push_raw(ExtensionType::DELEGATED_CREDENTIAL, &delegated.body);
            }
            let foreign = asked.foreign.iter().filter(|_| index == 0);
            foreign.for_each(|(extension_type, body)| extensions.push_raw(*extension_type, body));
            (shown, extensions)
        })
    }
}

impl Shown {
    const fn chain(certificates: Vec<Arc<[u8]>>) -> Self {
        Self::Chain { certificates, ocsp_responses: Vec::new(), timestamps: Vec::new(), delegated: None }
    }
}

/// What the peer asked of our Certificate (§4.5.1, RFC 8879).
#[derive(Clone, Default)]
pub(crate) struct CertificateWishes {
    /// An OCSP response in each entry.
    pub(crate) staple: bool,
    /// Signed certificate timestamps in each entry.
    pub(crate) timestamps: bool,
    /// The embedder's answers, in the entry of the leaf.
    pub(crate) foreign: Vec<(ExtensionType, Vec<u8>)>,
    /// The first of our algorithms that it takes the message compressed by.
    pub(crate) compression: Option<Arc<dyn CertificateCompression>>,
}

impl CertificateWishes {
    /// What is asked for in the block of a ClientHello or CertificateRequest, as far as `staple` does not say it.
    pub(crate) fn read<'f>(
        received: &Received<'_>,
        block: &Extensions<'_>,
        staple: bool,
        foreign: impl Iterator<Item = &'f ForeignExtension>,
        config: &Config,
    ) -> Result<Self, PeerFault> {
        let asked = |extension_type| block.find(extension_type).is_some();
        let answers = foreign_extension::answers(foreign, AnsweredIn::Certificate, asked);
        let foreign = answers.map(|(extension_type, body)| (extension_type, body.to_vec())).collect();
        let timestamps: Option<SignedCertificateTimestampRequest> =
            block.get().map_err(|error| received.malformed(error))?;
        let compression = select(block, received, config)?;
        Ok(Self { staple, timestamps: timestamps.is_some(), foreign, compression })
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("certificate_type", &self.certificate_type())
            .field("certificates", &self.chain().len())
            .field("public_key", &self.public_key)
            .field("delegated", &self.delegated().is_some())
            .field("external", &self.is_external())
            .finish()
    }
}

/// The content of a peer's Certificate message, kept as it came: certificates, leaf first, with staples and SCTs; or a
/// raw public key, of which there is one and no certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct PeerChain {
    /// A Certificate body that has decoded.
    body: Arc<[u8]>,
    certificate_type: CertificateType,
}

impl PeerChain {
    /// Keeps the body of a Certificate message, with certificates.
    ///
    /// # Errors
    /// [`DecodeError`] if it is none (`decode_error`).
    pub fn new(body: &[u8]) -> Result<Self, DecodeError> {
        Certificate::decode(body)?;
        Ok(Self { body: body.into(), certificate_type: CertificateType::X509 })
    }

    /// Did the peer show certificates, or a raw public key?
    #[must_use]
    pub const fn certificate_type(&self) -> CertificateType {
        self.certificate_type
    }

    /// The peer's SubjectPublicKeyInfo in DER, if it showed a raw public key (RFC 7250).
    #[must_use]
    pub fn raw_public_key(&self) -> Option<&[u8]> {
        let is_raw = self.certificate_type == CertificateType::RAW_PUBLIC_KEY;
        self.entries().next().filter(|_| is_raw).map(|entry| entry.cert_data)
    }

    /// The chain of a session: these certificates in DER, leaf first, without extensions; `None` if it keeps none.
    pub(crate) fn of_session(certificates: &[Vec<u8>]) -> Option<Self> {
        if certificates.is_empty() {
            return None;
        }
        let mut contents = Vec::new();
        for cert_data in certificates {
            let extensions = Extensions::default();
            CertificateEntry { cert_data, extensions }.encode(&mut Writer::new(&mut contents));
        }
        let certificate_list = CertificateList::from_contents(&contents);
        let mut body = Vec::with_capacity(4 + contents.len());
        Certificate { certificate_request_context: &[], certificate_list }
            .encode(&mut Writer::new(&mut body));
        Self::new(&body).ok()
    }

    /// The entries of `certificate_list`, leaf first.
    pub fn entries(&self) -> impl Iterator<Item = CertificateEntry<'_>> {
        Certificate::list_of_decoded(&self.body).iter()
    }

    /// The certificates in DER, leaf first; none beside a raw public key.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        let is_x509 = self.certificate_type == CertificateType::X509;
        self.entries().filter(move |_| is_x509).map(|entry| entry.cert_data)
    }

    /// The key to which the leaf delegates, if the peer shows that it does (RFC 9345).
    ///
    /// Its signature and its schemes are the handshake's to check. Whoever judges the chain looks whether the leaf may
    /// delegate at all, and whether the delegation's time is over
    /// ([`JudgePeer::accept_delegating`](super::JudgePeer::accept_delegating)).
    #[must_use]
    pub fn delegated_credential(&self) -> Option<DelegatedCredential<'_>> {
        let leaf = self.entries().next().filter(|_| self.certificate_type == CertificateType::X509)?;
        DelegatedCredential::decode(leaf.extensions.find(ExtensionType::DELEGATED_CREDENTIAL)?).ok()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().count()
    }

    /// Did the peer send an empty list?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }
}

impl fmt::Debug for PeerChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.certificate_type {
            CertificateType::X509 => write!(f, "PeerChain({} certificates)", self.len()),
            other => write!(f, "PeerChain({other})"),
        }
    }
}

/// What CertificateVerify signs (§4.5.2): 64 spaces, the context string, a zero byte, the transcript hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SignedContent {
    bytes: [u8; Self::MAX],
    length: u8,
}

impl SignedContent {
    /// The longest one, in bytes: with SHA-384.
    pub const MAX: usize = 64 + 33 + 1 + 48;

    /// The content that `signer` signs over `transcript_hash`.
    #[must_use]
    pub fn new(signer: Role, transcript_hash: &Digest) -> Self {
        Self::under(
            match signer {
                Role::Server => b"TLS 1.3, server CertificateVerify",
                Role::Client => b"TLS 1.3, client CertificateVerify",
            },
            transcript_hash,
        )
    }

    /// The content under a context string, of at most 33 bytes.
    pub(crate) fn under(context: &[u8], transcript_hash: &Digest) -> Self {
        let context = context.iter().copied();
        let content = [0x20; 64].into_iter().chain(context).chain([0]).chain(transcript_hash.iter().copied());
        let mut signed = Self { bytes: [0; Self::MAX], length: 0 };
        for (place, byte) in signed.bytes.iter_mut().zip(content) {
            *place = byte;
            signed.length += 1;
        }
        signed
    }
}

impl core::ops::Deref for SignedContent {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl fmt::Debug for SignedContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedContent({} bytes)", self.length)
    }
}

/// The body of a Certificate message as the state machines take it: checked and kept.
pub(crate) fn peer_chain(
    message: &Certificate<'_>,
    body: &[u8],
    certificate_type: CertificateType,
    config: &Config,
) -> Result<PeerChain, PeerFault> {
    let limit = config.limits.certificates;
    //= R-4.5.1-13
    let is_raw = certificate_type == CertificateType::RAW_PUBLIC_KEY;
    let mut entries = message.certificate_list.iter().filter(|_| is_raw);
    //= R7250-3-1
    if let Some(raw) = entries.next() {
        PublicKey::from_spki(raw.cert_data).map_err(PeerFault::RawPublicKey)?;
    }
    if entries.next().is_some() {
        return Err(PeerFault::BesideRawPublicKey);
    }
    if message.certificate_list.iter().count() > limit {
        return Err(PeerFault::TooMany { what: "certificates in one Certificate message", limit });
    }
    let malformed = |error| PeerFault::Malformed { message: HandshakeType::CERTIFICATE, error };
    //= R9345-4.1.1-4
    //= R9345-4.1.2-4
    if let Some(leaf) = message.certificate_list.iter().next().filter(|_| !is_raw)
        && let Some(credential) = leaf.extensions.get::<DelegatedCredential<'_>>().map_err(malformed)?
    {
        check_schemes(&credential, config)?;
    }
    for entry in message.certificate_list.iter() {
        entry.extensions.get::<CertificateStatus<'_>>().map_err(malformed)?;
        entry.extensions.get::<SignedCertificateTimestampList<'_>>().map_err(malformed)?;
    }
    Ok(PeerChain { body: body.into(), certificate_type })
}
