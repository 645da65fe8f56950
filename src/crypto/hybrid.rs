//! Hybrids of ECDHE and ML-KEM (draft-ietf-tls-ecdhe-mlkem): whoever breaks one part still faces the other.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{
    CryptoError, EntropySource, KeyExchange, KeyExchangeAlgorithm, SharedSecret, StartedKeyExchange,
};

/// A hybrid: two key exchanges of any providers, whose shares and secrets stand one behind the other (§3.1).
///
/// ```
/// # #[cfg(all(feature = "ring", feature = "rustcrypto", feature = "ml-kem"))] {
/// use handfast::crypto::{KeyExchangeAlgorithm, Hybrid, ring, rustcrypto};
///
/// // P-256 of ring with ML-KEM of another provider.
/// let mut parts = ring::provider().key_exchanges;
/// parts.retain(|part| part.algorithm() == KeyExchangeAlgorithm::Secp256r1);
/// parts.extend(rustcrypto::provider().key_exchanges);
/// assert!(Hybrid::of(KeyExchangeAlgorithm::Secp256r1MlKem768, &parts).is_some());
/// assert!(Hybrid::of(KeyExchangeAlgorithm::X25519, &parts).is_none());
/// # }
/// ```
pub struct Hybrid {
    algorithm: KeyExchangeAlgorithm,
    parts: [Arc<dyn KeyExchange>; 2],
}

impl Hybrid {
    /// The hybrid of this name, of the first that do its parts; `None` if one is missing, or it is no hybrid.
    #[must_use]
    pub fn of(algorithm: KeyExchangeAlgorithm, parts: &[Arc<dyn KeyExchange>]) -> Option<Self> {
        let first_of = |wanted| parts.iter().find(|part| part.algorithm() == wanted).cloned();
        let [first, second] = algorithm.parts()?;
        Some(Self { algorithm, parts: [first_of(first)?, first_of(second)?] })
    }
}

impl KeyExchange for Hybrid {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn start(&self, entropy: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError> {
        let [first, second] = &self.parts;
        let algorithms = [first.algorithm(), second.algorithm()];
        let parts = [first.start(entropy)?, second.start(entropy)?];
        let [first, second] = &parts;
        let share = concat(first.share(), second.share());
        Ok(Box::new(StartedHybrid { algorithms, parts, share }))
    }

    fn respond(
        &self,
        client_share: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        if client_share.len() != self.algorithm.client_share_len() {
            return Err(CryptoError);
        }
        let [first, second] = &self.parts;
        let at = first.algorithm().client_share_len();
        let (to_first, to_second) = client_share.split_at_checked(at).ok_or(CryptoError)?;
        let (first_share, first_secret) = first.respond(to_first, entropy)?;
        let (second_share, second_secret) = second.respond(to_second, entropy)?;
        Ok((concat(&first_share, &second_share), join(&first_secret, &second_secret)?))
    }
}

struct StartedHybrid {
    algorithms: [KeyExchangeAlgorithm; 2],
    parts: [Box<dyn StartedKeyExchange>; 2],
    share: Vec<u8>,
}

impl StartedKeyExchange for StartedHybrid {
    fn share(&self) -> &[u8] {
        &self.share
    }

    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        let ([first, second], [algorithm, _]) = (self.parts, self.algorithms);
        let (to_first, to_second) =
            server_share.split_at_checked(algorithm.server_share_len()).ok_or(CryptoError)?;
        join(&first.complete(to_first)?, &second.complete(to_second)?)
    }

    fn part(&self, algorithm: KeyExchangeAlgorithm) -> Option<&dyn StartedKeyExchange> {
        let mut parts = self.algorithms.into_iter().zip(&self.parts);
        parts.find(|(found, _)| *found == algorithm).map(|(_, part)| &**part)
    }

    fn into_part(self: Box<Self>, algorithm: KeyExchangeAlgorithm) -> Option<Box<dyn StartedKeyExchange>> {
        let mut parts = self.algorithms.into_iter().zip(self.parts);
        parts.find(|(found, _)| *found == algorithm).map(|(_, part)| part)
    }
}

fn concat(first: &[u8], second: &[u8]) -> Vec<u8> {
    [first, second].concat()
}

/// The shared secret of both (§3.1.3).
fn join(first: &SharedSecret, second: &SharedSecret) -> Result<SharedSecret, CryptoError> {
    let (first, second) = (first.expose(), second.expose());
    SharedSecret::filled(first.len() + second.len(), |joined| {
        for (place, byte) in joined.iter_mut().zip(first.iter().chain(second)) {
            *place = *byte;
        }
        Ok(())
    })
}
