//! The client's part of Encrypted Client Hello: two ClientHellos, one inside the other, until the server shows which of
//! them it has taken (RFC 9849 §6).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use subtle::ConstantTimeEq;

use super::client_hello::{Offer, WaitSh, client_hello};
use super::psk::{OfferedPsk, grease_psk};
use crate::crypto::Purpose;
use crate::crypto::hpke::{
    HpkeAeadId, HpkeKdfId, HpkeKemId, HpkeSymmetricCipherSuite, SenderContext, setup_base_s,
};
use crate::handshake::ech::{ChosenConfig, client_hello_outer_aad, info, payload_range};
use crate::handshake::incoming::HEADER;
use crate::handshake::step::{Received, Step};
use crate::handshake::{Carrier, Config, EchConfigList, EchStatus, OwnFault, PeerFault};
use crate::identity::ExpectedPeer;
use crate::key_schedule::{Label, ech_accept_confirmation};
use crate::message::{
    ClientHello, EchClientHello, EchClientHelloOuter, EchHelloRetryRequest, ExtensionList, ExtensionType,
    Extensions, OuterExtensions, RawExtension, ServerHello, ServerNameList,
};
use crate::transcript::Transcript;
use crate::wire::Encode;

/// What has become of Encrypted Client Hello, as far as the ClientHello goes that an [`Offer`] is of.
#[derive(Default)]
pub(super) enum Ech {
    /// It is not offered, or GREASE of it is; or the server has not yet shown which ClientHello it has taken.
    #[default]
    Unsettled,
    /// The server has taken the inner ClientHello.
    Accepted,
    /// The server has taken the outer one: we shall find out whether it may, and leave (§6.1.6).
    Rejected {
        /// What it tells us to use, if it has done so.
        retry_configs: Option<EchConfigList>,
    },
}

impl Ech {
    pub(super) const fn status(&self) -> EchStatus {
        match self {
            Self::Unsettled | Self::Rejected { .. } => EchStatus::NotOffered,
            Self::Accepted => EchStatus::Accepted,
        }
    }

    pub(super) const fn is_rejected(&self) -> bool {
        matches!(self, Self::Rejected { .. })
    }
}

/// The outer ClientHello, while the server has not shown that it has taken the inner one.
pub(super) struct OuterHello {
    config: ChosenConfig,
    context: SenderContext,
    /// For the first ClientHello; empty behind it (§6.1.5).
    enc: Vec<u8>,
    offer: Offer,
    /// The last one, header included.
    client_hello: Vec<u8>,
    /// A HelloRetryRequest has confirmed that the inner one is taken.
    confirmed: bool,
}

/// The types of extensions that stand in both ClientHellos, alike: they tell nothing of the server that is meant. Those of
/// certificate types are not among them: the public name is proved by a certificate, and by no raw public key.
//= R9849-10.5-1
//= R9849-10.5-3
//= R9849-10.5-5
const COPIED: [ExtensionType; 15] = [
    ExtensionType::SUPPORTED_GROUPS,
    ExtensionType::KEY_SHARE,
    ExtensionType::SUPPORTED_VERSIONS,
    ExtensionType::SIGNATURE_ALGORITHMS,
    ExtensionType::SIGNATURE_ALGORITHMS_CERT,
    ExtensionType::COOKIE,
    ExtensionType::STATUS_REQUEST,
    ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP,
    ExtensionType::COMPRESS_CERTIFICATE,
    ExtensionType::DELEGATED_CREDENTIAL,
    ExtensionType::POST_HANDSHAKE_AUTH,
    ExtensionType::RECORD_SIZE_LIMIT,
    ExtensionType::TICKET_REQUEST,
    //= R9849-6.1-16
    ExtensionType::PSK_KEY_EXCHANGE_MODES,
    //= R9849-6.1-17
    ExtensionType::EARLY_DATA,
];

/// Does an extension of this type stand in both ClientHellos? QUIC has no handshake without application protocol and
/// transport parameters, so that there they do.
pub(super) fn is_copied(extension_type: ExtensionType, config: &Config) -> bool {
    let is_quic = config.carrier == Carrier::Quic;
    match extension_type {
        ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION => is_quic || config.ech_alpn_outside,
        ExtensionType::QUIC_TRANSPORT_PARAMETERS => is_quic,
        other => COPIED.contains(&other) || other.is_grease(),
    }
}

/// The extensions of ClientHelloInner in another order: those that are copied are consecutive (§6.1), and what comes last
/// still does.
//= R9849-6.1-5
pub(super) fn in_order(extensions: &Extensions<'_>, config: &Config) -> ExtensionList {
    let copied = |extension: &RawExtension<'_>| is_copied(extension.extension_type, config);
    let mut ordered = ExtensionList::new();
    let mut push = |extension: RawExtension<'_>| {
        ordered.push_raw(extension.extension_type, extension.extension_data);
    };
    extensions.iter().filter(copied).for_each(&mut push);
    extensions.iter().filter(|extension| !copied(extension)).for_each(&mut push);
    ordered
}

/// What of these extensions may stand in a ClientHello that goes on from one that was rejected, nothing that was inside,
/// in the order of that one.
pub(super) fn outer_alone(extensions: &Extensions<'_>, config: &Config) -> ExtensionList {
    let mut kept = ExtensionList::new();
    let mut push = |extension: RawExtension<'_>| {
        kept.push_raw(extension.extension_type, extension.extension_data);
    };
    let of_type = |wanted| extensions.iter().filter(move |it| it.extension_type == wanted);
    of_type(ExtensionType::SERVER_NAME).for_each(&mut push);
    extensions.iter().filter(|it| is_copied(it.extension_type, config)).for_each(&mut push);
    of_type(ExtensionType::ENCRYPTED_CLIENT_HELLO).for_each(&mut push);
    kept
}

impl OuterHello {
    /// Sets up encryption to the server's key, around the ClientHello that `inner` is of.
    pub(super) fn new(
        config: ChosenConfig,
        inner: &Offer,
        step: &mut Step<'_>,
    ) -> Result<Box<Self>, OwnFault> {
        //= R9849-6.1-12
        let random = step.draw(Purpose::Random)?;
        let setup = setup_base_s(
            &step.config.crypto,
            config.kem_id,
            config.cipher_suite,
            &config.public_key,
            &info(&config.bytes),
            step.entropy,
        );
        let (enc, context) = setup.map_err(|_| OwnFault::Crypto("encrypting to the key of the ECHConfig"))?;
        //= R9849-6.1-13
        //= R9849-6.1.7-1
        //= R9849-6.1.7-4
        let public_name = ExpectedPeer::dns(config.public_name.as_str());
        let public_name = public_name.map_err(|_| OwnFault::Internal("the public name of an ECHConfig"))?;
        let offer = Offer {
            expected: Arc::new(public_name),
            foreign_extensions: inner.foreign_extensions.clone(),
            random,
            //= R9849-6.1-10
            legacy_session_id: inner.legacy_session_id,
            grease: inner.grease,
            extension_order: inner.extension_order,
            extension_types: Vec::new(),
            ech: Ech::Rejected { retry_configs: None },
            ech_extension: None,
        };
        Ok(Box::new(Self { config, context, enc, offer, client_hello: Vec::new(), confirmed: false }))
    }

    /// ClientHelloOuter around this ClientHelloInner, header included (§6.1.1).
    pub(super) fn seal(
        &mut self,
        inner: &[u8],
        psks: &[OfferedPsk],
        step: &mut Step<'_>,
    ) -> Result<&[u8], OwnFault> {
        let config = Arc::clone(step.config);
        let unsound = OwnFault::Internal("a ClientHello of our own");
        let inner = message(inner).ok_or(unsound.clone())?;
        let encoded = encode(&inner, &config, self.config.maximum_name_length);
        let payload_len = encoded.len() + self.context.tag_len();
        let mut ech = EchClientHelloOuter {
            cipher_suite: self.config.cipher_suite,
            config_id: self.config.config_id,
            enc: &self.enc,
            payload: &alloc::vec![0; payload_len],
        };
        //= R9849-6.1-14
        //= R9849-6.1-15
        let psk = if psks.is_empty() { None } else { Some(grease_psk(psks, step)?) };
        let mut extensions = ExtensionList::new();
        let server_name = self.offer.expected.server_name().map(ServerNameList::host_name);
        if let Some(server_name) = server_name {
            extensions.push(ExtensionType::SERVER_NAME, &server_name);
        }
        //= R9849-5.1-4
        //= R9849-6.1-8
        //= R9849-6.1-9
        for copied in inner.extensions.iter().filter(|it| is_copied(it.extension_type, &config)) {
            extensions.push_raw(copied.extension_type, copied.extension_data);
        }
        extensions.push(ExtensionType::ENCRYPTED_CLIENT_HELLO, &EchClientHello::Outer(ech));
        if let Some(psk) = psk {
            extensions.push_raw(ExtensionType::PRE_SHARED_KEY, &psk);
        }
        let types = extensions.as_extensions().iter().map(|extension| extension.extension_type);
        self.offer.extension_types = types.collect();
        let mut outer = client_hello(&config, &self.offer, &extensions);
        let range = payload_range(&message(&outer).ok_or(unsound)?, &ech);
        let body = outer.get_mut(HEADER..).unwrap_or_default();
        let aad = client_hello_outer_aad(body, range.clone());
        let payload = self.context.seal(&aad, &encoded);
        let payload = payload.map_err(|_| OwnFault::Crypto("encrypting ClientHelloInner"))?;
        if let Some(place) = body.get_mut(range).filter(|place| place.len() == payload.len()) {
            place.copy_from_slice(&payload);
        }
        ech.payload = &payload;
        self.offer.ech_extension = Some(EchClientHello::Outer(ech).to_bytes());
        self.enc = Vec::new();
        self.client_hello = outer;
        Ok(&self.client_hello)
    }
}

/// The message of a ClientHello of our own.
fn message(client_hello: &[u8]) -> Option<ClientHello<'_>> {
    use crate::wire::Decode;
    ClientHello::decode(client_hello.get(HEADER..)?).ok()
}

/// EncodedClientHelloInner (§5.1), padded (§6.1.3).
fn encode(inner: &ClientHello<'_>, config: &Config, maximum_name_length: u8) -> Vec<u8> {
    let copied: Vec<_> = inner
        .extensions
        .iter()
        .map(|extension| extension.extension_type)
        .filter(|extension_type| is_copied(*extension_type, config))
        .collect();
    let mut extensions = ExtensionList::new();
    //= R9849-5.1-2
    //= R9849-5.1-3
    //= R9849-5.1-5
    if !copied.is_empty() {
        let extension_types = copied.as_slice().into();
        extensions.push(ExtensionType::ECH_OUTER_EXTENSIONS, &OuterExtensions { extension_types });
    }
    for extension in inner.extensions.iter().filter(|it| !copied.contains(&it.extension_type)) {
        extensions.push_raw(extension.extension_type, extension.extension_data);
    }
    let extensions = extensions.as_extensions();
    let mut encoded = ClientHello { legacy_session_id: &[], extensions, ..*inner }.to_bytes();
    let server_name: Option<ServerNameList<'_>> = inner.extensions.get().ok().flatten();
    let padding = padding(encoded.len(), server_name.map(|list| list.host_name.len()), maximum_name_length);
    //= R9849-5.1-1
    encoded.resize(encoded.len() + padding, 0);
    encoded
}

/// Bytes of zeros behind a ClientHello of so many bytes (§6.1.3): as many as the longest server name would take, and up to
/// a multiple of 32.
fn padding(length: usize, server_name: Option<usize>, maximum_name_length: u8) -> usize {
    /// Bytes of `server_name` beside the name.
    const SERVER_NAME_EXTENSION: usize = 9;
    let longest = usize::from(maximum_name_length);
    //= R9849-6.1.3-2
    //= R9849-10.11-1
    let for_name = match server_name {
        Some(length) => longest.saturating_sub(length),
        None => longest + SERVER_NAME_EXTENSION,
    };
    //= R9849-6.1.3-3
    let length = length + for_name;
    for_name + (length.next_multiple_of(32) - length)
}

/// GREASE in place of `encrypted_client_hello` (§6.2.1), beside these extensions; `None` if the provider has no suite of
/// HPKE.
pub(super) fn grease_ech(
    offer: &Offer,
    extensions: &ExtensionList,
    step: &mut Step<'_>,
) -> Result<Option<Vec<u8>>, OwnFault> {
    let kem_id = HpkeKemId::DHKEM_X25519_HKDF_SHA256;
    let config = Arc::clone(step.config);
    let suite = |aead_id| HpkeSymmetricCipherSuite { kdf_id: HpkeKdfId::HKDF_SHA256, aead_id };
    let suites = [HpkeAeadId::AES_128_GCM, HpkeAeadId::AES_256_GCM, HpkeAeadId::CHACHA20_POLY1305].map(suite);
    let mut suites: Vec<_> =
        suites.into_iter().filter(|suite| suite.is_provided(kem_id, &config.crypto)).collect();
    let exchange = kem_id.key_exchange().and_then(|algorithm| config.crypto.key_exchange(algorithm));
    let Some(exchange) = exchange.filter(|_| !suites.is_empty()) else { return Ok(None) };
    let [config_id, which] = step.draw(Purpose::GreaseEch)?;
    //= R9849-6.2.1-2
    let cipher_suite = suites.swap_remove(usize::from(which) % suites.len());
    let key_pair = exchange.start(step.entropy).map_err(|_| OwnFault::Crypto("making a key pair"))?;
    let hello = client_hello(&config, offer, extensions);
    let encoded = message(&hello).map_or(0, |inner| encode(&inner, &config, 0).len());
    let tag_len = cipher_suite.aead_id.aead().map_or(0, crate::crypto::AeadAlgorithm::tag_len);
    let mut payload = alloc::vec![0; encoded + tag_len];
    step.entropy.draw(Purpose::GreaseEch, &mut payload).map_err(|_| OwnFault::Crypto("drawing entropy"))?;
    let enc = key_pair.share();
    let ech = EchClientHelloOuter { cipher_suite, config_id, enc, payload: &payload };
    Ok(Some(EchClientHello::Outer(ech).to_bytes()))
}

impl WaitSh {
    /// Has the server taken the inner ClientHello (§6.1.4)? If not, we go on with the outer one.
    pub(super) fn settle_ech(
        &mut self,
        received: &Received<'_>,
        message: &ServerHello<'_>,
        step: &Step<'_>,
    ) -> Result<(), PeerFault> {
        let Some(mut outer) = self.outer.take() else { return Ok(()) };
        let is_retry = message.is_hello_retry_request();
        // A suite that was not offered is refused before long.
        let Ok(kdf) = step.kdf(message.cipher_suite) else { return Ok(()) };
        if is_retry && outer.confirmed {
            self.outer = Some(outer);
            return Ok(());
        }
        let signal = Signal::read(received, message)?;
        let mut transcript = match &self.retried {
            Some(retried) => retried.transcript.fork(),
            None if is_retry => {
                Transcript::from_client_hello_hash(kdf.hash(), &kdf.hash().digest(&self.client_hello))
            }
            None => Transcript::new(kdf.hash()),
        };
        if !is_retry {
            transcript.add(&self.client_hello);
        }
        transcript.add(&signal.unconfirmed);
        let label =
            if is_retry { Label::HRR_ECH_ACCEPT_CONFIRMATION } else { Label::ECH_ACCEPT_CONFIRMATION };
        let expected = ech_accept_confirmation(&kdf, &self.offer.random, label, &transcript.current());
        let accepted = signal.confirmation.is_some_and(|found| bool::from(found.ct_eq(&expected)));
        match (accepted, outer.confirmed) {
            (true, _) if is_retry => {
                outer.confirmed = true;
                self.outer = Some(outer);
            }
            (true, _) => self.offer.ech = Ech::Accepted,
            //= R9849-6.1.5-4
            (false, true) => {
                return Err(PeerFault::EncryptedClientHello {
                    what: "ServerHello does not confirm what the HelloRetryRequest confirmed (§6.1.5)",
                });
            }
            (false, false) => {
                let OuterHello { offer, client_hello, .. } = *outer;
                self.offer = offer;
                self.client_hello = client_hello;
                //= R9849-6.1.2-2
                self.psks.clear();
            }
        }
        Ok(())
    }
}

/// What a server confirms with, and its message with zeros in that place.
struct Signal {
    confirmation: Option<[u8; 8]>,
    unconfirmed: Vec<u8>,
}

impl Signal {
    fn read(received: &Received<'_>, message: &ServerHello<'_>) -> Result<Self, PeerFault> {
        let mut unconfirmed = received.bytes.to_vec();
        let (confirmation, end) = if message.is_hello_retry_request() {
            //= R9849-6.1.4-1
            let ech: Option<EchHelloRetryRequest> =
                message.extensions.get().map_err(|error| received.malformed(error))?;
            let end = message.extensions.end_of(ExtensionType::ENCRYPTED_CLIENT_HELLO);
            (ech.map(|ech| ech.confirmation), end.unwrap_or_default())
        } else {
            // Behind legacy_version.
            (message.random.last_chunk().copied(), 2 + message.random.len())
        };
        let end = HEADER + end;
        if confirmation.is_some() {
            unconfirmed.get_mut(end.saturating_sub(8)..end).unwrap_or_default().fill(0);
        }
        Ok(Self { confirmation, unconfirmed })
    }
}

#[cfg(test)]
mod tests {
    use super::padding;

    //= R9849-6.1.3-2 test
    //= R9849-6.1.3-3 test
    #[test]
    fn padding_hides_how_long_the_server_name_is() {
        for (length, server_name, longest, expected) in [
            (100, Some(10), 0, 128),
            (128, Some(10), 0, 128),
            (129, Some(10), 0, 160),
            (100, Some(10), 30, 128),
            (110, Some(20), 30, 128),
            (91, None, 30, 160),
            (100, Some(40), 30, 128),
            (64, None, 255, 352),
        ] {
            let padded = length + padding(length, server_name, longest);
            assert_eq!(padded, expected, "{length} {server_name:?} {longest}");
            assert!(padded.is_multiple_of(32));
        }
    }
}
