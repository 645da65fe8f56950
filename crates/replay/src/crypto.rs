//! The seam to the crypto provider: what it makes by chance is written down.

use std::sync::Arc;

use handfast::NamedGroup;
use handfast::crypto::{
    CryptoError, CryptoProvider, EntropySource, HashAlgorithm, KeyExchange, KeyExchangeAlgorithm, PublicKey,
    Purpose, SharedSecret, Sign, SignatureAlgorithm, StartedKeyExchange, StaticKey,
};
use handfast::{Entropy, danger};

use crate::Recorder;
use crate::line::hex;

/// Stands for what a provider refused to compute.
pub(crate) const REFUSED: &str = "refused";

/// How a record names a key exchange: by its code point.
pub(crate) fn group(algorithm: KeyExchangeAlgorithm) -> String {
    format!("{:04x}", NamedGroup::from(algorithm).0)
}

impl Recorder {
    /// The same provider, whose key shares and shared secrets are written down. What else it computes follows from
    /// its inputs, but for signatures: see [`Recorder::key`].
    #[must_use]
    pub fn provider(&self, mut crypto: CryptoProvider) -> CryptoProvider {
        for key_exchange in &mut crypto.key_exchanges {
            let inner = Arc::clone(key_exchange);
            *key_exchange = Arc::new(RecordedKeyExchange { inner, recorder: self.clone() });
        }
        crypto
    }

    /// The same key, whose signatures are written down.
    #[must_use]
    pub fn key(&self, key: Arc<dyn Sign>) -> Arc<dyn Sign> {
        Arc::new(RecordedKey { inner: key, recorder: self.clone() })
    }

    /// The same key of a key exchange, whose shared secrets are written down.
    pub(crate) fn static_key(&self, key: Arc<dyn StaticKey>) -> Arc<dyn StaticKey> {
        Arc::new(RecordedStaticKey { inner: key, recorder: self.clone() })
    }

    /// The same entropy, whose draws are written down. A config shows it as scripted. `crypto` has SHA-256, or the
    /// entropy is given back as it is: no draw of it would succeed.
    #[must_use]
    pub fn entropy(&self, entropy: Entropy, crypto: &CryptoProvider) -> Entropy {
        match crypto.hkdf(HashAlgorithm::Sha256) {
            Some(hkdf) => {
                let inner = entropy.expand_with(Arc::clone(hkdf));
                danger::scripted_entropy(Box::new(RecordedEntropy { inner, recorder: self.clone() }))
            }
            None => entropy,
        }
    }

    /// Writes what an operation gave, or that it refused.
    fn made<T>(&self, keyword: &str, made: &Result<T, CryptoError>, bytes: impl FnOnce(&T) -> &[u8]) {
        self.line(|| match made {
            Ok(made) => format!("{keyword} {}", hex(bytes(made))),
            Err(CryptoError) => format!("{keyword} {REFUSED}"),
        });
    }
}

struct RecordedEntropy {
    inner: Box<dyn EntropySource>,
    recorder: Recorder,
}

impl EntropySource for RecordedEntropy {
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        let drawn = self.inner.draw(purpose, out).map(|()| &*out);
        // What the provider makes of these is recorded, and no private key.
        if matches!(purpose, Purpose::KeyShare | Purpose::Signature) {
            return drawn.map(|_| ());
        }
        let name = purpose.name().replace(' ', "_");
        self.recorder.made(&format!("entropy {name}"), &drawn, |drawn| drawn);
        drawn.map(|_| ())
    }
}

struct RecordedKeyExchange {
    inner: Arc<dyn KeyExchange>,
    recorder: Recorder,
}

impl KeyExchange for RecordedKeyExchange {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.inner.algorithm()
    }

    fn start(&self, entropy: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError> {
        let started = self.inner.start(entropy);
        let keyword = format!("key_share {}", group(self.algorithm()));
        self.recorder.made(&keyword, &started, |started| started.share());
        let inner = started?;
        Ok(Box::new(RecordedStart { inner, recorder: self.recorder.clone() }))
    }

    fn respond(
        &self,
        client_share: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        let answered = self.inner.respond(client_share, entropy);
        let keyword = format!("key_share {}", group(self.algorithm()));
        self.recorder.made(&keyword, &answered, |(share, _)| share);
        if answered.is_ok() {
            self.recorder.made("shared_secret", &answered, |(_, secret)| secret.expose());
        }
        answered
    }
}

struct RecordedStart {
    inner: Box<dyn StartedKeyExchange>,
    recorder: Recorder,
}

impl StartedKeyExchange for RecordedStart {
    fn share(&self) -> &[u8] {
        self.inner.share()
    }

    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        let secret = self.inner.complete(server_share);
        self.recorder.made("shared_secret", &secret, SharedSecret::expose);
        secret
    }

    fn part(&self, algorithm: KeyExchangeAlgorithm) -> Option<&dyn StartedKeyExchange> {
        self.inner.part(algorithm)
    }

    fn into_part(self: Box<Self>, algorithm: KeyExchangeAlgorithm) -> Option<Box<dyn StartedKeyExchange>> {
        let inner = self.inner.into_part(algorithm)?;
        Some(Box::new(Self { inner, recorder: self.recorder }))
    }
}

#[derive(Debug)]
struct RecordedStaticKey {
    inner: Arc<dyn StaticKey>,
    recorder: Recorder,
}

impl StaticKey for RecordedStaticKey {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.inner.algorithm()
    }

    fn public_key(&self) -> &[u8] {
        self.inner.public_key()
    }

    fn agree(&self, peer_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        let secret = self.inner.agree(peer_share);
        self.recorder.made("shared_secret", &secret, SharedSecret::expose);
        secret
    }
}

#[derive(Debug)]
struct RecordedKey {
    inner: Arc<dyn Sign>,
    recorder: Recorder,
}

impl Sign for RecordedKey {
    fn public_key(&self) -> &PublicKey {
        self.inner.public_key()
    }

    fn algorithms(&self) -> &[SignatureAlgorithm] {
        self.inner.algorithms()
    }

    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<Vec<u8>, CryptoError> {
        let signature = self.inner.sign(algorithm, message, entropy);
        self.recorder.made("signature", &signature, |signature| signature);
        signature
    }
}
