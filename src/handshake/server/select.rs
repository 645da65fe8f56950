//! RECVD_CH: selecting the parameters (RFC 9846 §4.2.1; 8446 §4.1.1).

use alloc::vec::Vec;

use super::To;
use super::client_hello::RecvdCh;
use super::cookie::retry;
use super::early_data::reject_early_data;
use super::negotiate::{ChoosingCredential, Parameters, Selected};
use super::psk::{FindingPsk, Psks};
use crate::crypto::{Purpose, SharedSecret};
use crate::handshake;
use crate::handshake::certificate_types;
use crate::handshake::credential::CertificateWishes;
use crate::handshake::foreign_extension::{of_connection, take_requests};
use crate::handshake::output::CertificatesCompressed;
use crate::handshake::step::{Received, Step};
use crate::handshake::transitions::on;
use crate::handshake::{Carrier, ClientAuth, Fault, GroupChoice, OwnFault, PeerFault};
use crate::message::{
    CertWithExternPsk, CertificateAuthorities, CertificateStatusRequest, CertificateType, CipherSuite,
    ClientCertificateTypes, ClientHello, ClientTicketRequest, DelegatedCredentialSchemes,
    EarlyDataIndication, ExtensionType, Extensions, KeyShareClientHello, KeyShareEntry, MaxFragmentLength,
    NamedGroup, OfferedPsks, PostHandshakeAuth, ProtocolNameList, PskKeyExchangeMode, PskKeyExchangeModes,
    RecordSizeLimit, ServerCertificateTypes, SignatureSchemeList, SignatureSchemeListCert, SupportedGroups,
};

impl RecvdCh {
    /// RECVD_CH --Select parameters--> NEGOTIATED, by way of a credential; or --Send HelloRetryRequest--> START.
    pub(super) fn select_parameters(self, step: &mut Step<'_>) -> Result<To<Self, on::Nothing>, Fault> {
        let message = self.hello.message()?;
        let offer = Offer::read(&self.hello.received(), &message, step)?;
        let shared_suites = shared_cipher_suites(&message, step);
        let cipher_suite = *shared_suites.first().ok_or(PeerFault::NoSharedSuite)?;
        step.actions.middlebox_compatibility = !message.legacy_session_id.is_empty();
        let shares: Vec<_> = offer.key_share.iter().flat_map(KeyShareClientHello::client_shares).collect();
        check_shares(&shares, &offer)?;
        let share = match &self.retry {
            None if offer.groups.is_none() => None,
            None => match select_group(&offer, &shares, step)? {
                Ok(share) => Some(share),
                Err(group) => {
                    if offer.sends_early_data {
                        reject_early_data(step);
                    }
                    let foreign = self.foreign_extensions;
                    return Ok(match retry(self.hello, foreign, cipher_suite, group, step)? {
                        Ok(start) => start.into(),
                        Err(sealing) => sealing.into(),
                    });
                }
            },
            Some(settled) => {
                settled.check(&message, step)?;
                //= R-4.2.4-9
                if settled.cipher_suite != cipher_suite {
                    return Err(PeerFault::ClientHelloChanged { what: "cipher_suites" }.into());
                }
                Some(retried_share(&shares, settled.group)?)
            }
        };
        //= R-2-1
        //= R-4.3.8-11
        let answered = share.map(|share| respond(share, step)).transpose()?;
        let (server_share, shared_secret) = answered.unzip();
        //= R-4.2.3-3
        //= R-4.2.3-4
        let random = step.draw(Purpose::Random)?;
        let psks = offer.psks(&self.hello.bytes, step);
        let foreign = of_connection(&self.foreign_extensions, step.config);
        let peer_foreign_extensions = take_requests(foreign.clone(), &message.extensions)?;
        let certificate_wishes = CertificateWishes::read(
            &self.hello.received(),
            &message.extensions,
            offer.wants_staple,
            foreign,
            step.config,
        )?;
        let selected = Selected {
            cipher_suite,
            share: share.map(|share| share.group).zip(server_share),
            random,
            client_random: message.random,
            legacy_session_id: message.legacy_session_id.to_vec(),
            hello_retried: self.retry.is_some(),
            application_protocol: offer.application_protocol,
            peer_record_size_limit: offer.record_size_limit,
            max_fragment_length: offer.max_fragment_length,
            peer_foreign_extensions,
            foreign_extensions: self.foreign_extensions,
            signature_schemes: offer.signature_schemes,
            signature_schemes_cert: offer.signature_schemes_cert,
            certificate_authorities: offer.certificate_authorities,
            delegated_credential_schemes: offer.delegated_credential_schemes,
            server_certificate_type: certificate_types::shared(
                &step.config.shown_certificate_types,
                offer.server_certificate_types.as_deref(),
            ),
            server_certificate_types: offer.server_certificate_types,
            client_certificate_types: offer.client_certificate_types,
            client_certificate_type: None,
            certificate_wishes,
            certificates_compressed: CertificatesCompressed::default(),
            external_psk: None,
            sends_early_data: offer.sends_early_data,
            wants_tickets: offer.wants_tickets,
            ticket_request: offer.ticket_request,
            post_handshake_auth: offer.post_handshake_auth,
            server_name: self.hello.server_name,
            ech: self.hello.ech.status(),
            ech_retry_configs: self.hello.ech.into_retry_configs(),
        };
        let parameters = Parameters {
            selected,
            shared_secret,
            retried: self.retry.map(|settled| settled.transcript),
            client_hello: self.hello.bytes,
            shared_suites,
        };
        Ok(match psks? {
            Some(psks) => FindingPsk::ask(parameters, psks, step).into(),
            None => ChoosingCredential::ask(parameters, None, step)?.into(),
        })
    }
}

/// What a ClientHello offers, beyond its own fields.
struct Offer<'a> {
    /// Both or neither.
    groups: Option<SupportedGroups<'a>>,
    key_share: Option<KeyShareClientHello<'a>>,
    psks: Option<OfferedPsks<'a>>,
    modes: Option<PskKeyExchangeModes<'a>>,
    signature_schemes: Vec<crate::message::SignatureScheme>,
    signature_schemes_cert: Option<Vec<crate::message::SignatureScheme>>,
    certificate_authorities: Vec<Vec<u8>>,
    delegated_credential_schemes: Vec<crate::message::SignatureScheme>,
    server_certificate_types: Option<Vec<CertificateType>>,
    client_certificate_types: Option<Vec<CertificateType>>,
    application_protocol: Option<Vec<u8>>,
    record_size_limit: Option<u16>,
    max_fragment_length: Option<MaxFragmentLength>,
    wants_staple: bool,
    wants_tickets: bool,
    ticket_request: Option<ClientTicketRequest>,
    post_handshake_auth: bool,
    sends_early_data: bool,
    /// Does the client offer certificates together with an external PSK, and do we take part (RFC 8773)?
    with_certificates: bool,
}

impl<'a> Offer<'a> {
    fn read(received: &Received<'a>, message: &ClientHello<'a>, step: &Step<'_>) -> Result<Self, PeerFault> {
        let extensions = message.extensions;
        let malformed = |error| received.malformed(error);
        let carrier = step.config.carrier;
        if carrier == Carrier::Quic && !message.legacy_session_id.is_empty() {
            return Err(PeerFault::SessionIdForbidden);
        }
        //= R-9.2-14
        //= R-9.2-15
        if step.config.require_server_name {
            received.require(ExtensionType::SERVER_NAME, extensions.find(ExtensionType::SERVER_NAME))?;
        }
        let schemes: Option<SignatureSchemeList<'_>> = extensions.get().map_err(malformed)?;
        let schemes_cert: Option<SignatureSchemeListCert<'_>> = extensions.get().map_err(malformed)?;
        let delegated: Option<DelegatedCredentialSchemes<'_>> = extensions.get().map_err(malformed)?;
        let groups: Option<SupportedGroups<'_>> = extensions.get().map_err(malformed)?;
        let key_share: Option<KeyShareClientHello<'_>> = extensions.get().map_err(malformed)?;
        let authorities: Option<CertificateAuthorities<'_>> = extensions.get().map_err(malformed)?;
        let modes: Option<PskKeyExchangeModes<'_>> = extensions.get().map_err(malformed)?;
        //= R-4.3.9-3
        let early_data: Option<EarlyDataIndication> = extensions.get().map_err(malformed)?;
        let psks: Option<OfferedPsks<'_>> = extensions.get().map_err(malformed)?;
        //= R-9.2-12
        if psks.is_some() {
            received.require(ExtensionType::PSK_KEY_EXCHANGE_MODES, modes)?;
        } else {
            //= R-4.3.3-3
            received.require(ExtensionType::SIGNATURE_ALGORITHMS, schemes)?;
            received.require(ExtensionType::SUPPORTED_GROUPS, groups)?;
        }
        if groups.is_some() != key_share.is_some() {
            received.require(ExtensionType::SUPPORTED_GROUPS, groups)?;
            received.require(ExtensionType::KEY_SHARE, key_share)?;
        }
        let with_certificates = offers_cert_with_extern_psk(received, &extensions, step)?;
        let post_handshake_auth: Option<PostHandshakeAuth> = extensions.get().map_err(malformed)?;
        //= R6066-8-2
        let status: Option<CertificateStatusRequest<'_>> = extensions.get().map_err(malformed)?;
        let fragment: Option<MaxFragmentLength> = extensions.get().map_err(malformed)?;
        //= R6066-4-5
        if let Some(MaxFragmentLength(wrong)) = fragment.filter(|fragment| fragment.bytes().is_none()) {
            return Err(PeerFault::MaxFragmentLength(wrong));
        }
        let limit: Option<RecordSizeLimit> = extensions.get().map_err(malformed)?;
        //= R8449-4-3
        //= R8449-4-9
        if let Some(RecordSizeLimit(limit)) = limit
            && limit < 64
        {
            return Err(PeerFault::RecordSizeLimit(limit));
        }
        Ok(Self {
            groups,
            key_share,
            psks,
            modes,
            signature_schemes: schemes
                .map(|list| list.supported_signature_algorithms.to_vec())
                .unwrap_or_default(),
            signature_schemes_cert: schemes_cert.map(|list| list.supported_signature_algorithms.to_vec()),
            certificate_authorities: authorities
                .map(|list| list.authorities.iter().map(<[u8]>::to_vec).collect())
                .unwrap_or_default(),
            delegated_credential_schemes: delegated
                .map(|list| list.supported_signature_algorithms.to_vec())
                .unwrap_or_default(),
            server_certificate_types: server_certificate_types(received, &extensions)?,
            client_certificate_types: client_certificate_types(received, &extensions)?,
            application_protocol: select_protocol(extensions.get().map_err(malformed)?, step)?,
            wants_staple: matches!(status, Some(CertificateStatusRequest::Ocsp(_))),
            sends_early_data: early_data.is_some(),
            //= R-4.3.6-1
            post_handshake_auth: post_handshake_auth.is_some()
                && step.config.post_handshake_client_auth != ClientAuth::None,
            //= R6066-4-3
            //= R8449-5-1
            max_fragment_length: fragment.filter(|_| {
                let negotiates = limit.is_some() && step.config.record_size_limit.is_some();
                carrier == Carrier::Stream && !negotiates
            }),
            record_size_limit: limit.map(|limit| limit.0).filter(|_| carrier == Carrier::Stream),
            ticket_request: extensions.get().map_err(malformed)?,
            //= R-4.3.9-5
            wants_tickets: modes.is_some_and(|modes| {
                step.config.psk_key_exchange_modes.iter().any(|own| modes.ke_modes.contains(*own))
            }),
            with_certificates,
        })
    }

    /// The PSKs to look for, if the config looks for any.
    fn psks(&self, client_hello: &[u8], step: &Step<'_>) -> Result<Option<Psks>, PeerFault> {
        let (Some(psks), Some(modes)) = (&self.psks, &self.modes) else { return Ok(None) };
        let (has_share, with_certificates) = (self.key_share.is_some(), self.with_certificates);
        let psks = Psks::read(psks, modes, has_share, with_certificates, client_hello, step)?;
        Ok(psks.filter(|_| step.config.find_psks))
    }
}

/// How the client accepts that we show who we are, if it says so.
fn server_certificate_types(
    received: &Received<'_>,
    extensions: &Extensions<'_>,
) -> Result<Option<Vec<CertificateType>>, PeerFault> {
    let offered: Option<ServerCertificateTypes<'_>> =
        extensions.get().map_err(|error| received.malformed(error))?;
    let Some(offered) = offered else { return Ok(None) };
    let types = offered.server_certificate_types.to_vec();
    certificate_types::check_offered(&types)?;
    Ok(Some(types))
}

/// How the client can show who it is, if it says so.
fn client_certificate_types(
    received: &Received<'_>,
    extensions: &Extensions<'_>,
) -> Result<Option<Vec<CertificateType>>, PeerFault> {
    let offered: Option<ClientCertificateTypes<'_>> =
        extensions.get().map_err(|error| received.malformed(error))?;
    let Some(offered) = offered else { return Ok(None) };
    let types = offered.client_certificate_types.to_vec();
    certificate_types::check_offered(&types)?;
    Ok(Some(types))
}

/// Does the client offer certificates together with an external PSK, in a config that takes part? Then the extensions
/// that go with that are there, and none that must not (RFC 8773 §4, §5.1).
fn offers_cert_with_extern_psk(
    received: &Received<'_>,
    extensions: &Extensions<'_>,
    step: &Step<'_>,
) -> Result<bool, PeerFault> {
    if step.config.cert_with_extern_psk == handshake::CertWithExternPsk::Never {
        return Ok(false);
    }
    let malformed = |error| received.malformed(error);
    let offered: Option<CertWithExternPsk> = extensions.get().map_err(malformed)?;
    if offered.is_none() {
        return Ok(false);
    }
    //= R8773-4-1
    for companion in [ExtensionType::PRE_SHARED_KEY, ExtensionType::KEY_SHARE] {
        received.require(companion, extensions.find(companion))?;
    }
    //= R8773-4-3
    if extensions.find(ExtensionType::EARLY_DATA).is_some() {
        return Err(PeerFault::CertWithExternPskMisused { with: "early_data" });
    }
    let modes: Option<PskKeyExchangeModes<'_>> = extensions.get().map_err(malformed)?;
    //= R8773-5.1-1
    if !modes.is_some_and(|modes| modes.ke_modes.contains(PskKeyExchangeMode::PSK_DHE_KE)) {
        return Err(PeerFault::CertWithExternPskMisused {
            with: "psk_key_exchange_modes without psk_dhe_ke",
        });
    }
    Ok(true)
}

/// The suites of ours that the client offers, in our order of preference.
fn shared_cipher_suites(message: &ClientHello<'_>, step: &Step<'_>) -> Vec<CipherSuite> {
    //= R-4.2.2-12
    //= R8701-3.2-1
    //= R8701-3.2-2
    //= R8701-3.2-3
    let ours = step.config.cipher_suites.iter().copied();
    ours.filter(|suite| message.cipher_suites.contains(*suite)).collect()
}

/// The first application protocol of ours that the client offers (RFC 7301 §3.2).
fn select_protocol(
    offered: Option<ProtocolNameList<'_>>,
    step: &Step<'_>,
) -> Result<Option<Vec<u8>>, PeerFault> {
    let ours = &step.config.application_protocols;
    let Some(offered) = offered.filter(|_| !ours.is_empty()) else {
        return match step.config.carrier {
            Carrier::Stream => Ok(None),
            Carrier::Quic => Err(PeerFault::NoSharedProtocol),
        };
    };
    let shared = ours.iter().find(|own| offered.protocol_name_list.iter().any(|name| name == own.as_slice()));
    shared.cloned().map(Some).ok_or(PeerFault::NoSharedProtocol)
}

/// No group twice, and none that `supported_groups` does not list (§4.3.8). Sorting keeps two hostile lists cheap.
fn check_shares(shares: &[KeyShareEntry<'_>], offer: &Offer<'_>) -> Result<(), PeerFault> {
    if let [share] = shares
        && offer.groups.is_some_and(|groups| groups.named_group_list.contains(share.group))
    {
        return Ok(());
    }
    let mut offered: Vec<_> = offer.groups.iter().flat_map(|groups| groups.named_group_list.iter()).collect();
    let mut shared: Vec<_> = shares.iter().map(|share| share.group).collect();
    offered.sort_unstable();
    shared.sort_unstable();
    let doubled = shared.windows(2).find_map(|pair| match pair {
        [first, second] if first == second => Some(*first),
        _ => None,
    });
    let not_offered = || shared.iter().copied().find(|group| offered.binary_search(group).is_err());
    //= R-4.3.8-9
    doubled.or_else(not_offered).map_or(Ok(()), |group| Err(PeerFault::KeyShareNotOffered(group)))
}

/// The client's share of the selected group; `Err` is the group to ask for where there is no share of it.
fn select_group<'a>(
    offer: &Offer<'_>,
    shares: &[KeyShareEntry<'a>],
    step: &Step<'_>,
) -> Result<Result<KeyShareEntry<'a>, NamedGroup>, PeerFault> {
    let ours = &step.config.groups;
    let share_of = |group: NamedGroup| shares.iter().find(|share| share.group == group).copied();
    let listed =
        |group: &NamedGroup| offer.groups.is_some_and(|groups| groups.named_group_list.contains(*group));
    let preferred = match step.config.group_choice {
        GroupChoice::SaveRoundTrip | GroupChoice::OurPreference => ours.iter().copied().find(listed),
        GroupChoice::ClientPreference => {
            offer.groups.and_then(|groups| groups.named_group_list.iter().find(|group| ours.contains(group)))
        }
    };
    //= R-4.2.1-1
    let preferred = preferred.ok_or(PeerFault::NoSharedGroup)?;
    //= R-4.3.8-5
    let share = match step.config.group_choice {
        GroupChoice::SaveRoundTrip => ours.iter().find_map(|group| share_of(*group)),
        GroupChoice::OurPreference | GroupChoice::ClientPreference => share_of(preferred),
    };
    //= R-4.3.8-2
    //= R-4.2.1-3
    Ok(share.ok_or(preferred))
}

/// The one share of the second ClientHello, in the group that was asked for (§4.2.2).
fn retried_share<'a>(
    shares: &[KeyShareEntry<'a>],
    group: NamedGroup,
) -> Result<KeyShareEntry<'a>, PeerFault> {
    match shares {
        [share] if share.group == group => Ok(*share),
        _ => Err(PeerFault::ClientHelloChanged {
            what: "key_share, which must hold the share asked for alone",
        }),
    }
}

/// Our share, and the secret that both agree on (§7.4).
fn respond(share: KeyShareEntry<'_>, step: &mut Step<'_>) -> Result<(Vec<u8>, SharedSecret), Fault> {
    let exchange = share
        .group
        .key_exchange()
        .and_then(|algorithm| step.config.crypto.key_exchange(algorithm).cloned())
        .ok_or(OwnFault::NotProvided("key exchange"))?;
    let answered = exchange.respond(share.key_exchange, step.entropy);
    Ok(answered.map_err(|_| PeerFault::BadKeyShare(share.group))?)
}
