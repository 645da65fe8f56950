//! The runner's PSK credentials: external PSKs that both sides import (RFC 9258).

use handfast::connection::ExternalPsks;
use handfast::crypto::{CryptoProvider, HashAlgorithm};
use handfast::handshake::FindPsk;
use handfast::resumption::{ExternalPsk, Psk};

use crate::failure::Failure;
use crate::options::{CredentialFiles, Options};

/// A PSK credential as the flags give it.
#[derive(Clone, Default)]
pub(crate) struct PskFlags {
    pub(crate) key: Vec<u8>,
    pub(crate) identity: Vec<u8>,
    pub(crate) context: Vec<u8>,
    pub(crate) hash: Option<HashAlgorithm>,
}

impl PskFlags {
    fn external(&self) -> Result<ExternalPsk, Failure> {
        let hash = self.hash.ok_or_else(|| Failure::Check("a PSK credential without a hash".into()))?;
        let unimplemented =
            |error: handfast::resumption::ImportError| Failure::Unimplemented(error.to_string());
        ExternalPsk::new(self.identity.clone(), &self.key, hash).map_err(unimplemented)
    }
}

/// What a client offers.
pub(crate) fn offered(options: &Options, crypto: &CryptoProvider) -> Result<ExternalPsks, Failure> {
    options.psks().try_fold(ExternalPsks::new(), |psks, (_, flags)| {
        psks.offer_imported(&flags.external()?, &flags.context, crypto)
            .map_err(|error| Failure::Unimplemented(error.to_string()))
    })
}

/// What a server accepts of one credential.
pub(crate) fn accepted(
    credential: &CredentialFiles,
    crypto: &CryptoProvider,
) -> Result<Option<ExternalPsks>, Failure> {
    let Some(flags) = &credential.psk else { return Ok(None) };
    ExternalPsks::new()
        .accept_imported(&flags.external()?, &flags.context, crypto)
        .map(Some)
        .map_err(|error| Failure::Unimplemented(error.to_string()))
}

/// The first identity of the client's that is among these and can be used, and where it stands.
pub(crate) fn find<'a>(psks: &'a ExternalPsks, find: &FindPsk) -> Option<(usize, &'a Psk)> {
    let offered = find.identities.iter().enumerate();
    let known = offered.filter_map(|(index, identity)| Some((index, psks.get(identity)?)));
    known.into_iter().find(|(_, psk)| find.can_use(psk.hash()))
}
