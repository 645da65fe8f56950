//! The server's part of Encrypted Client Hello, in shared mode: it opens what is encrypted, and goes on with that (RFC
//! 9849 §7).

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::crypto::hpke::{HpkeSymmetricCipherSuite, ReceiverContext, setup_base_r};
use crate::handshake::ech::{client_hello_outer_aad, info, payload_range, reconstruct};
use crate::handshake::step::{Received, Step};
use crate::handshake::{EchKey, EchStatus, Fault, PeerFault};
use crate::message::{ClientHello, EchClientHello, EchClientHelloOuter, ExtensionType, ExtensionsOf};

/// What has become of Encrypted Client Hello so far.
#[derive(Default)]
pub(super) enum Ech {
    /// The ClientHello does not offer it.
    #[default]
    NotOffered,
    /// We go on with the inner ClientHello.
    Accepted(Box<Accepted>),
    /// None of our keys opens it; we go on with the outer ClientHello.
    Rejected {
        /// The configs that the client is told to use, one behind the other; none, if we have none.
        retry_configs: Vec<u8>,
    },
}

/// What the second ClientHello is held against, and opened with.
pub(super) struct Accepted {
    cipher_suite: HpkeSymmetricCipherSuite,
    config_id: u8,
    context: ReceiverContext,
}

/// A ClientHello, and the one that it encrypts, header included, if we go on with that.
pub(super) type Opened = (Ech, Option<Vec<u8>>);

impl Ech {
    pub(super) const fn status(&self) -> EchStatus {
        match self {
            Self::NotOffered => EchStatus::NotOffered,
            Self::Accepted(_) => EchStatus::Accepted,
            Self::Rejected { .. } => EchStatus::Rejected,
        }
    }

    /// What EncryptedExtensions says of it; empty: nothing.
    pub(super) fn into_retry_configs(self) -> Vec<u8> {
        match self {
            Self::Rejected { retry_configs } => retry_configs,
            Self::NotOffered | Self::Accepted(_) => Vec::new(),
        }
    }
}

/// Opens the first ClientHello, if it is encrypted under a key of ours (§7.1).
pub(super) fn open(
    received: &Received<'_>,
    outer: &ClientHello<'_>,
    step: &Step<'_>,
) -> Result<Opened, Fault> {
    let Some(ech) = offered(received, outer)? else { return Ok((Ech::NotOffered, None)) };
    let payload = payload_range(outer, &ech);
    let aad = client_hello_outer_aad(received.body, payload);
    let keys = &step.config.ech_keys;
    //= R9849-7.1-2
    //= R9849-10.4-1
    let is_candidate = |key: &&EchKey| step.config.ech_trial_decryption || key.config_id() == ech.config_id;
    for key in keys.iter().filter(is_candidate).filter(|key| key.supports(ech.cipher_suite)) {
        let Some((context, encoded)) = open_with(key, &ech, &aad, step) else { continue };
        let inner = reconstruct(&encoded, outer)?;
        let accepted = Accepted { cipher_suite: ech.cipher_suite, config_id: ech.config_id, context };
        return Ok((Ech::Accepted(Box::new(accepted)), Some(inner)));
    }
    //= R9849-7.1-6
    let for_retry = keys.iter().filter(|key| key.is_retry_config());
    let retry_configs = for_retry.flat_map(|key| key.config().iter().copied()).collect();
    Ok((Ech::Rejected { retry_configs }, None))
}

/// `SetupBaseR` and `Open` with one key; `None` if it is not encrypted under that.
fn open_with(
    key: &EchKey,
    ech: &EchClientHelloOuter<'_>,
    aad: &[u8],
    step: &Step<'_>,
) -> Option<(ReceiverContext, Vec<u8>)> {
    let (crypto, info) = (&step.config.crypto, info(key.config()));
    let mut context =
        setup_base_r(crypto, key.kem_id(), ech.cipher_suite, ech.enc, key.private_key(), &info).ok()?;
    let encoded = context.open(aad, ech.payload).ok()?;
    Some((context, encoded))
}

/// Opens the second ClientHello, if the first was opened (§7.1.1).
pub(super) fn open_second(
    before: Ech,
    received: &Received<'_>,
    outer: &ClientHello<'_>,
) -> Result<Opened, Fault> {
    let ech = offered(received, outer)?;
    let Ech::Accepted(mut accepted) = before else { return Ok((before, None)) };
    //= R9849-7.1.1-1
    let ech = received.require(ExtensionType::ENCRYPTED_CLIENT_HELLO, ech)?;
    let is_same = ech.cipher_suite == accepted.cipher_suite && ech.config_id == accepted.config_id;
    //= R9849-7.1.1-2
    if !is_same || !ech.enc.is_empty() {
        return Err(PeerFault::EncryptedClientHello {
            what: "the second ClientHello changes cipher_suite or config_id, or has an enc (§7.1.1)",
        }
        .into());
    }
    let aad = client_hello_outer_aad(received.body, payload_range(outer, &ech));
    let opened = accepted.context.open(&aad, ech.payload);
    //= R9849-7.1.1-3
    let encoded = opened.map_err(|_| PeerFault::EncryptedClientHelloNotOpened)?;
    let inner = reconstruct(&encoded, outer)?;
    Ok((Ech::Accepted(accepted), Some(inner)))
}

/// The extension of a ClientHelloOuter, if it is there: no other type comes from the network (§7).
fn offered<'a>(
    received: &Received<'_>,
    outer: &ClientHello<'a>,
) -> Result<Option<EchClientHelloOuter<'a>>, PeerFault> {
    let ech: Option<EchClientHello<'a>> =
        outer.extensions.get().map_err(|error| received.malformed(error))?;
    let refused = |what| Err(PeerFault::EncryptedClientHello { what });
    match ech {
        None => Ok(None),
        Some(EchClientHello::Outer(ech)) => {
            received.check_extensions(ExtensionsOf::ClientHello, &outer.extensions, None)?;
            Ok(Some(ech))
        }
        //= R9849-7-3
        Some(EchClientHello::Inner) => {
            refused("an encrypted_client_hello of type inner comes from the network (§7)")
        }
        //= R9849-7-4
        Some(EchClientHello::Unknown(..)) => refused("encrypted_client_hello is of a type that is none (§7)"),
    }
}
