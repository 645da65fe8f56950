//! The client's PSKs: `psk_key_exchange_modes`, `pre_shared_key` and its binders (RFC 9846 §4.3.9, §4.3.11; 8446
//! §4.2.9, §4.2.11).

use alloc::vec::Vec;

use crate::crypto::{Purpose, Secret};
use crate::handshake::extensions::Outgoing;
use crate::handshake::grease::{Grease, ahead};
use crate::handshake::step::{Received, Step};
use crate::handshake::{CertWithExternPsk, Config, OwnFault, PeerFault};
use crate::key_schedule::{EarlySecret, Kdf, LabelPrefix};
use crate::message::{
    self, CipherSuite, ExtensionType, OfferedPsks, PskIdentity, PskKeyExchangeMode, PskKeyExchangeModes,
    SelectedPsk,
};
use crate::resumption::{PskOffer, binder};
use crate::time::Time;
use crate::transcript::Transcript;
use crate::wire::{Encode, Writer};

/// A PSK that our ClientHello offers, with the secret that its binder is made of.
pub(super) struct OfferedPsk {
    pub(super) offer: PskOffer,
    kdf: Kdf,
    pub(super) early_secret: EarlySecret,
    /// What stands for the identity in an outer ClientHello, the same in the second one; drawn if there is one.
    grease_identity: Vec<u8>,
}

impl OfferedPsk {
    /// Those of the offers that the config's provider and suites can do. A session that was made under another server
    /// name is none: its server proved to be somebody else. Nor is one whose ticket has expired since it was offered.
    /// Where there are external PSKs to go with certificates, no session is offered beside them (RFC 8773 §5.1).
    //= R-4.7.1-2
    pub(super) fn all(offers: Vec<PskOffer>, server_name: Option<&str>, step: &Step<'_>) -> Vec<Self> {
        let usable = |offer: PskOffer| {
            let session = offer.session.as_ref();
            //= R-4.7.1-7
            if session.is_some_and(|session| session.server_name.as_deref() != server_name) {
                return None;
            }
            //= R-4.3.11.1-1
            if session.is_some_and(|session| session.is_expired(step.now)) {
                return None;
            }
            let hash = offer.psk.hash();
            let suites = &step.config.cipher_suites;
            //= R-4.2.2-13
            suites.iter().find(|suite| suite.hash() == Some(hash))?;
            let kdf = Kdf::new(&step.config.crypto, hash, LabelPrefix::Tls13)?;
            let early_secret = EarlySecret::new(kdf.clone(), Some(offer.psk.expose()));
            Some(Self { offer, kdf, early_secret, grease_identity: Vec::new() })
        };
        let mut psks: Vec<_> = offers.into_iter().filter_map(usable).collect();
        //= R8773-5.1-3
        if go_with_certificates(step.config, &psks) {
            psks.retain(|offered| offered.offer.session.is_none());
        }
        psks
    }

    /// `client_early_traffic_secret` behind this ClientHello (§7.1).
    pub(super) fn client_early_traffic_secret(&self, client_hello: &[u8]) -> Secret {
        self.early_secret.client_early_traffic_secret(&self.kdf.hash().digest(client_hello))
    }

    /// `early_exporter_secret` behind this ClientHello, with what exports from it (§7.1, §7.5).
    pub(super) fn early_exporter_secret(&self, client_hello: &[u8]) -> (Kdf, Secret) {
        let client_hello = self.kdf.hash().digest(client_hello);
        (self.kdf.clone(), self.early_secret.early_exporter_secret(&client_hello))
    }

    /// Does its hash fit the suite?
    pub(super) fn fits(&self, suite: CipherSuite) -> bool {
        suite.hash() == Some(self.offer.psk.hash())
    }
}

/// Are there external PSKs to go with certificates (RFC 8773)?
pub(super) fn go_with_certificates(config: &Config, psks: &[OfferedPsk]) -> bool {
    config.cert_with_extern_psk != CertWithExternPsk::Never
        && psks.iter().any(|offered| offered.offer.session.is_none())
}

/// Does the config offer early data, and does the first PSK's server take it with a suite and a protocol that we
/// still offer? With others it could only be rejected (§4.3.10).
//= R-E.1-2
pub(super) fn offers_early_data(config: &Config, psks: &[OfferedPsk]) -> bool {
    let session = psks.first().and_then(|first| first.offer.session.as_ref());
    config.early_data
        && session.is_some_and(|session| {
            let protocol = session.application_protocol.as_ref();
            session.max_early_data_size > 0
                && config.cipher_suites.contains(&session.cipher_suite)
                && protocol.is_none_or(|protocol| config.application_protocols.contains(protocol))
        })
}

/// `psk_key_exchange_modes`, if tickets are wanted or PSKs offered, or if the first ClientHello had it; then
/// `pre_shared_key`, the last one, with binders of zeros.
pub(super) fn push_psks(
    config: &Config,
    psks: &[OfferedPsk],
    had_modes: bool,
    early_data: bool,
    now: Time,
    grease: Option<Grease>,
    out: &mut Outgoing,
) {
    if config.accept_tickets || had_modes || !psks.is_empty() {
        //= R-9.2-8
        //= R-4.3.9-1
        //= R-4.3.9-2
        //= R8701-3.1-8
        let modes = ahead(grease.map(Grease::psk_key_exchange_mode), &config.psk_key_exchange_modes);
        out.push(ExtensionType::PSK_KEY_EXCHANGE_MODES, &PskKeyExchangeModes::from(&*modes));
    }
    if psks.is_empty() {
        return;
    }
    if early_data {
        //= R-4.3.10-1
        out.push_empty(ExtensionType::EARLY_DATA);
    }
    //= R8773-4-1
    //= R8773-4-2
    //= R8773-5.1-1
    if go_with_certificates(config, psks) {
        out.push(ExtensionType::CERT_WITH_EXTERN_PSK, &message::CertWithExternPsk);
    }
    let (mut identities, mut binders) = (Vec::new(), Vec::new());
    for offered in psks {
        let identity = PskIdentity {
            identity: &offered.offer.identity,
            obfuscated_ticket_age: offered.offer.obfuscated_ticket_age(now),
        };
        identity.encode(&mut Writer::new(&mut identities));
        let zeros = [0; 48];
        let zeros = zeros.get(..offered.kdf.hash_length()).unwrap_or_default();
        Writer::new(&mut binders).vector(0..=255, |out| out.bytes(zeros));
    }
    //= R-9.2-7
    //= R-4.3.11-15
    out.push(ExtensionType::PRE_SHARED_KEY, &OfferedPsks::from_contents(&identities, &binders));
}

/// Draws what stands for the identities in an outer ClientHello.
pub(super) fn draw_grease_identities(psks: &mut [OfferedPsk], step: &mut Step<'_>) -> Result<(), OwnFault> {
    for offered in psks {
        offered.grease_identity = alloc::vec![0; offered.offer.identity.len()];
        let drawn = step.entropy.draw(Purpose::GreasePsk, &mut offered.grease_identity);
        drawn.map_err(|_| OwnFault::Crypto("drawing entropy"))?;
    }
    Ok(())
}

/// The body of a GREASE `pre_shared_key`, which looks like that of these PSKs (RFC 9849 §6.1.2).
//= R9849-6.1.2-1
pub(super) fn grease_psk(psks: &[OfferedPsk], step: &mut Step<'_>) -> Result<Vec<u8>, OwnFault> {
    let (mut identities, mut binders) = (Vec::new(), Vec::new());
    for offered in psks {
        let obfuscated_ticket_age = u32::from_be_bytes(step.draw(Purpose::GreasePsk)?);
        let identity = PskIdentity { identity: &offered.grease_identity, obfuscated_ticket_age };
        identity.encode(&mut Writer::new(&mut identities));
        let binder: [u8; 48] = step.draw(Purpose::GreasePsk)?;
        let binder = binder.get(..offered.kdf.hash_length()).unwrap_or_default();
        Writer::new(&mut binders).vector(0..=255, |out| out.bytes(binder));
    }
    Ok(OfferedPsks::from_contents(&identities, &binders).to_bytes())
}

/// Puts the binders in place of the zeros at the end of the ClientHello. `before` is the transcript up to the
/// HelloRetryRequest, if there was one: its hash is that of every PSK that is still offered.
pub(super) fn write_binders(psks: &[OfferedPsk], before: Option<&Transcript>, client_hello: &mut Vec<u8>) {
    let binders: usize = psks.iter().map(|offered| 1 + offered.kdf.hash_length()).sum();
    let truncated = client_hello.len().saturating_sub(2 + binders);
    client_hello.truncate(truncated);
    let mut list = Vec::new();
    let mut out = Writer::new(&mut list);
    out.vector(0..=0xffff, |out| {
        for offered in psks {
            let hash = match before {
                Some(transcript) => transcript.binder_hash(client_hello),
                None => offered.kdf.hash().digest(client_hello),
            };
            let binder = binder(&offered.kdf, &offered.early_secret, &offered.offer.psk, &hash);
            out.vector(0..=255, |out| out.bytes(&binder));
        }
    });
    client_hello.extend_from_slice(&list);
}

/// The PSK that the server selected: one that was offered, for a suite of its hash.
pub(super) fn take_psk(
    psks: &mut Vec<OfferedPsk>,
    selected: SelectedPsk,
    suite: CipherSuite,
) -> Result<OfferedPsk, PeerFault> {
    let index = usize::from(selected.selected_identity);
    //= R-4.3.11-11
    //= R-4.3.11-12
    if index >= psks.len() {
        return Err(PeerFault::PskNotOffered);
    }
    let psk = psks.swap_remove(index);
    //= R-4.7.1-6
    if psk.fits(suite) { Ok(psk) } else { Err(PeerFault::PskNotOffered) }
}

/// A ServerHello without a share is one that lets a PSK stand alone, which we must have offered (§4.3.9).
pub(super) fn check_psk_ke(
    received: &Received<'_>,
    selected: bool,
    step: &Step<'_>,
) -> Result<(), PeerFault> {
    if !selected {
        return received.require::<()>(ExtensionType::KEY_SHARE, None);
    }
    if step.config.psk_key_exchange_modes.contains(&PskKeyExchangeMode::PSK_KE) {
        Ok(())
    } else {
        Err(PeerFault::PskNotOffered)
    }
}
