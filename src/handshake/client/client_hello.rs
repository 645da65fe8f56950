//! START: ClientHello (RFC 9846 §4.2.2; 8446 §4.1.2).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::To;
use super::ech::{Ech, OuterHello, grease_ech, in_order, is_copied, outer_alone};
use super::key_shares::KeyShares;
use super::psk::{
    OfferedPsk, draw_grease_identities, go_with_certificates, offers_early_data, push_psks, write_binders,
};
use crate::crypto::Purpose;
use crate::handshake::certificate_types;
use crate::handshake::extensions::{
    Outgoing, push_authorities, push_compression, push_delegated_credential_schemes, push_signature_schemes,
    push_timestamps,
};
use crate::handshake::grease::{Grease, ahead};
use crate::handshake::incoming::HEADER;
use crate::handshake::output::{Direction, Epoch, Milestone};
use crate::handshake::step::Step;
use crate::handshake::transitions::on;
use crate::handshake::{
    Carrier, CertWithExternPsk, Config, Fault, ForeignExtension, KnownServer, OwnFault, foreign_extension,
};
use crate::identity::ExpectedPeer;
use crate::message::{
    CertificateStatusRequest, ClientCertificateTypes, ClientHello, CodePoints, Cookie, EchClientHello,
    ExtensionList, ExtensionType, HandshakeType, KeyShareClientHello, KeyShareEntry, NamedGroup,
    PostHandshakeAuth, ProtocolNameList, ProtocolVersion, RecordSizeLimit, ServerCertificateTypes,
    ServerNameList, SupportedGroups, SupportedVersionsClientHello, encode_handshake,
};
use crate::transcript::Transcript;
use crate::wire::Encode;

/// START: nothing is sent.
pub(crate) struct Start {
    pub(crate) expected: Arc<ExpectedPeer>,
    pub(crate) foreign_extensions: Vec<ForeignExtension>,
    pub(crate) known: KnownServer,
}

/// Extensions of most ClientHellos.
const USUAL_EXTENSIONS: usize = 12;

/// What our ClientHello said, as far as answers are held against it.
pub(super) struct Offer {
    pub(super) expected: Arc<ExpectedPeer>,
    pub(super) foreign_extensions: Vec<ForeignExtension>,
    pub(super) random: [u8; 32],
    pub(super) legacy_session_id: Option<[u8; 32]>,
    /// The same in both ClientHellos, as the order is.
    pub(super) grease: Option<Grease>,
    pub(super) extension_order: Option<u64>,
    /// The types of the extensions that were sent.
    pub(super) extension_types: Vec<ExtensionType>,
    pub(super) ech: Ech,
    /// The body of our `encrypted_client_hello`, if it goes out as it is: in an inner ClientHello, as GREASE, and in a
    /// second outer ClientHello where the first was rejected.
    pub(super) ech_extension: Option<Vec<u8>>,
}

/// WAIT_SH: ClientHello is sent.
pub(crate) struct WaitSh {
    pub(super) offer: Offer,
    pub(super) shares: KeyShares,
    pub(super) psks: Vec<OfferedPsk>,
    /// Is early data on its way, not yet accepted or rejected?
    pub(super) early_data: bool,
    /// The last ClientHello, header included: the inner one, if there are two.
    pub(super) client_hello: Vec<u8>,
    /// The ClientHello around it, if there are two.
    pub(super) outer: Option<Box<OuterHello>>,
    pub(super) retried: Option<Retried>,
}

/// What a HelloRetryRequest has settled.
pub(super) struct Retried {
    pub(super) cipher_suite: crate::message::CipherSuite,
    pub(super) group: Option<NamedGroup>,
    /// Over message_hash and HelloRetryRequest.
    pub(super) transcript: Transcript,
}

impl Start {
    /// START --Send ClientHello--> WAIT_SH.
    pub(super) fn send_client_hello(self, step: &mut Step<'_>) -> Result<To<Self, on::Nothing>, Fault> {
        let config = Arc::clone(step.config);
        let random = step.draw(Purpose::Random)?;
        //= R-4.2.2-9
        //= R-4.2.2-10
        //= R-4.2.2-11
        let legacy_session_id = if config.middlebox_compatibility && config.carrier == Carrier::Stream {
            Some(step.draw(Purpose::LegacySessionId)?)
        } else {
            None
        };
        step.actions.middlebox_compatibility = legacy_session_id.is_some();
        let extension_order = if config.permute_extensions {
            Some(u64::from_be_bytes(step.draw(Purpose::ExtensionOrder)?))
        } else {
            None
        };
        let shares = KeyShares::first(&self.known.groups, step)?;
        let chosen = self.known.ech.as_ref().and_then(|list| list.choose(&config.crypto));
        let mut offer = Offer {
            expected: self.expected,
            foreign_extensions: self.foreign_extensions,
            random,
            legacy_session_id,
            grease: Grease::draw(step)?,
            extension_order,
            extension_types: Vec::new(),
            ech: Ech::Unsettled,
            ech_extension: None,
        };
        let mut psks = OfferedPsk::all(self.known.psks, offer.expected.server_name(), step);
        if config.cert_with_extern_psk == CertWithExternPsk::Required && !go_with_certificates(&config, &psks)
        {
            return Err(OwnFault::NoExternalPsk.into());
        }
        let outer = chosen.map(|chosen| OuterHello::new(chosen, &offer, step)).transpose()?;
        if outer.is_some() {
            //= R9849-5-1
            //= R9849-6.1-6
            offer.ech_extension = Some(EchClientHello::Inner.to_bytes());
            draw_grease_identities(&mut psks, step)?;
        } else if config.ech_grease {
            let extensions = extensions(&config, &offer, &shares, true, None).finish(None);
            //= R9849-6.1-2
            //= R9849-6.2.1-1
            offer.ech_extension = grease_ech(&offer, &extensions, step)?;
        }
        //= R-4.3.2-3
        Ok(WaitSh::send(offer, shares, psks, outer, None, None, step)?.into())
    }
}

impl WaitSh {
    /// K_send = early data, if the ClientHello offers any.
    fn install_early_keys(&self, step: &mut Step<'_>) {
        let Some(first) = self.psks.first().filter(|_| self.early_data) else { return };
        let Some(session) = &first.offer.session else { return };
        //= R-4.3.10-2
        let secret = first.client_early_traffic_secret(&self.client_hello);
        step.log_key("CLIENT_EARLY_TRAFFIC_SECRET", &self.offer.random, &secret);
        let exporter = first.early_exporter_secret(&self.client_hello);
        step.log_key("EARLY_EXPORTER_SECRET", &self.offer.random, &exporter.1);
        step.actions.early_exporter = Some(exporter);
        step.keys(Direction::Send, Epoch::Early, session.cipher_suite, &secret);
        step.actions.milestone(Milestone::EarlyDataReady { limit: session.max_early_data_size });
    }

    /// Sends the first ClientHello, or the second one behind a HelloRetryRequest.
    pub(super) fn send(
        mut offer: Offer,
        shares: KeyShares,
        psks: Vec<OfferedPsk>,
        mut outer: Option<Box<OuterHello>>,
        cookie: Option<&[u8]>,
        retried: Option<Retried>,
        step: &mut Step<'_>,
    ) -> Result<Self, OwnFault> {
        let config = Arc::clone(step.config);
        let script = match &retried {
            None => &config.script.client_hello,
            Some(_) => &config.script.second_client_hello,
        };
        let greases_shares = retried.as_ref().is_none_or(|retried| retried.group.is_none());
        let mut extensions = extensions(&config, &offer, &shares, greases_shares, cookie);
        let early_data = retried.is_none() && offers_early_data(&config, &psks);
        let had_modes = retried.is_some() && offer.sent(ExtensionType::PSK_KEY_EXCHANGE_MODES);
        push_psks(&config, &psks, had_modes, early_data, step.now, offer.grease, &mut extensions);
        if let Some(order) = offer.extension_order {
            extensions.permute(order);
        }
        let mut extensions = extensions.finish(script.as_deref());
        if outer.is_some() {
            extensions = in_order(&extensions.as_extensions(), &config);
        } else if offer.ech.is_rejected() {
            extensions = outer_alone(&extensions.as_extensions(), &config);
        }
        offer.extension_types = Vec::with_capacity(USUAL_EXTENSIONS);
        offer.extension_types.extend(extensions.as_extensions().iter().map(|sent| sent.extension_type));
        let mut client_hello = client_hello(&config, &offer, &extensions);
        if offer.sent(ExtensionType::PRE_SHARED_KEY) {
            let before = retried.as_ref().map(|retried| &retried.transcript);
            write_binders(&psks, before, &mut client_hello);
        }
        let sent = match &mut outer {
            Some(outer) => outer.seal(&client_hello, &psks, step)?,
            None => &client_hello,
        };
        let body = sent.get(HEADER..).unwrap_or_default();
        //= R-4.2.2-1
        step.actions.send(Epoch::Initial, HandshakeType::CLIENT_HELLO, |out| out.bytes(body));
        let sent = Self { offer, shares, psks, early_data, client_hello, outer, retried };
        sent.install_early_keys(step);
        Ok(sent)
    }
}

/// Bytes of most ClientHellos beside their extensions.
const USUAL_LEN: usize = 96;

/// The ClientHello, header included.
pub(super) fn client_hello(config: &Config, offer: &Offer, extensions: &ExtensionList) -> Vec<u8> {
    //= R8701-3.1-2
    let cipher_suites = ahead(offer.grease.map(Grease::cipher_suite), &config.cipher_suites);
    let message = ClientHello {
        //= R-4.2.2-6
        //= R-E.5-8
        legacy_version: ProtocolVersion::TLS12,
        random: offer.random,
        legacy_session_id: offer.legacy_session_id(),
        cipher_suites: CodePoints::from(&*cipher_suites),
        //= R-4.2.2-14
        legacy_compression_methods: &[0],
        extensions: extensions.as_extensions(),
    };
    let mut bytes = Vec::with_capacity(USUAL_LEN + extensions.as_extensions().len());
    encode_handshake(HandshakeType::CLIENT_HELLO, &mut bytes, |out| message.encode(out));
    bytes
}

/// The extensions of ClientHello, in the order in which they go out.
//= R-9.2-1
//= R-E.5-12
fn extensions(
    config: &Config,
    offer: &Offer,
    shares: &KeyShares,
    greases_shares: bool,
    cookie: Option<&[u8]>,
) -> Outgoing {
    let mut out = Outgoing::new();
    let grease = offer.grease;
    //= R8701-3.1-1
    //= R8701-3.1-3
    out.push_grease(grease);
    let server_name = offer.expected.server_name();
    //= R-9.2-13
    //= R-4.5.1.2-6
    out.push_some(ExtensionType::SERVER_NAME, server_name.map(ServerNameList::host_name));
    //= R-9.2-5
    //= R8701-3.1-4
    let groups = ahead(grease.map(Grease::group), &config.groups);
    out.push(ExtensionType::SUPPORTED_GROUPS, &SupportedGroups::from(&*groups));
    //= R8701-3.1-5
    let share = grease.filter(|_| greases_shares).map(Grease::group);
    let share = share.map(|group| KeyShareEntry { group, key_exchange: &[0] });
    let mut entries = shares.entries(config);
    entries.splice(..0, share);
    //= R-2.2-1
    //= R-9.2-6
    //= R-9.2-11
    out.push(ExtensionType::KEY_SHARE, &KeyShareClientHello::from(entries.as_slice()));
    //= R-4.3.1-1
    //= R-9.2-3
    let versions = [ProtocolVersion::TLS13];
    //= R8701-3.1-7
    let versions = ahead(grease.map(Grease::version), &versions);
    out.push(ExtensionType::SUPPORTED_VERSIONS, &SupportedVersionsClientHello::from(&*versions));
    //= R-4.3.3-2
    //= R-9.2-4
    //= R-9.2-10
    push_signature_schemes(config, grease, &mut out);
    //= R-4.3.2-2
    out.push_some(ExtensionType::COOKIE, cookie.map(|cookie| Cookie { cookie }));
    if !config.application_protocols.is_empty() {
        //= R8701-3.1-9
        let names = ahead(grease.map(Grease::protocol), &config.application_protocols);
        let names = ProtocolNameList::from(&*names);
        out.push(ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION, &names);
    }
    if config.request_ocsp {
        //= R6066-8-1
        out.push(ExtensionType::STATUS_REQUEST, &CertificateStatusRequest::default());
    }
    push_authorities(config, &mut out);
    push_timestamps(config, &mut out);
    push_compression(config, &mut out);
    push_delegated_credential_schemes(config, &mut out);
    let shown = certificate_types::to_offer(&config.shown_certificate_types);
    out.push_some(ExtensionType::CLIENT_CERTIFICATE_TYPE, shown.map(ClientCertificateTypes::from));
    let accepted = certificate_types::to_offer(&config.accepted_certificate_types);
    out.push_some(ExtensionType::SERVER_CERTIFICATE_TYPE, accepted.map(ServerCertificateTypes::from));
    out.push_some(
        ExtensionType::POST_HANDSHAKE_AUTH,
        config.post_handshake_auth.then_some(PostHandshakeAuth),
    );
    let limit = config.record_size_limit.filter(|_| config.carrier == Carrier::Stream);
    out.push_some(ExtensionType::RECORD_SIZE_LIMIT, limit.map(RecordSizeLimit));
    // The same in a second ClientHello: "a client MUST NOT change the value" (RFC 9149 §3).
    let ticket_request = config.ticket_request.filter(|_| config.accept_tickets);
    //= R9149-3-1
    //= R9149-3-10
    //= R9149-3-11
    out.push_some(ExtensionType::TICKET_REQUEST, ticket_request);
    if let Some(body) = &offer.ech_extension {
        out.push_raw(ExtensionType::ENCRYPTED_CLIENT_HELLO, body);
    }
    out.push_foreign(foreign_extension::requests(offer.foreign(config)));
    out.push_more_grease(grease);
    out
}

impl Offer {
    /// Did we send an extension of this type?
    pub(super) fn sent(&self, extension_type: ExtensionType) -> bool {
        self.extension_types.contains(&extension_type)
    }

    /// The embedder's extensions.
    pub(super) fn foreign<'f>(&'f self, config: &'f Config) -> impl Iterator<Item = &'f ForeignExtension> {
        let rejected = self.ech.is_rejected();
        foreign_extension::of_connection(&self.foreign_extensions, config)
            .filter(move |extension| !rejected || is_copied(extension.extension_type, config))
    }

    /// The `legacy_session_id` that we sent, empty where middleboxes are no concern.
    pub(super) fn legacy_session_id(&self) -> &[u8] {
        self.legacy_session_id.as_ref().map_or(&[], <[u8; 32]>::as_slice)
    }

    /// The server name that we sent.
    pub(super) fn server_name(&self) -> Option<String> {
        self.expected.server_name().map(String::from)
    }
}
