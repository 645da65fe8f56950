//! The floor of each row: what the crypto library itself needs for it.
//!
//! Of a handshake that is, for each side: a key pair and an agreement, one signature and the verifications, the hashing
//! of the messages, each extraction and expansion of §7.1, and the AEAD of its bytes. Of a record it is the AEAD.

use std::fs;

use handfast::crypto::{
    AeadAlgorithm, AeadKey, CryptoProvider, Entropy, EntropySource, HashAlgorithm, KeyExchange,
    KeyExchangeAlgorithm, PrivateKeyInfo, Secret, Sign, SignatureAlgorithm, Verify,
};
use side_by_side_meter::{Auth, Contest, Contestant, Group, Key, Meter, Papers, Problem, Row, Sides, Suite};
use std::sync::Arc;

/// A crypto library by itself.
pub(crate) struct Primitives {
    pub(crate) name: &'static str,
    pub(crate) provider: CryptoProvider,
}

/// What a handshake of a kind asks of hash, KDF and AEAD on each side.
#[derive(Clone, Copy)]
struct Symmetric {
    /// Bytes of handshake messages.
    hashed: usize,
    /// How often the transcript is asked for its hash.
    hashes: usize,
    extracts: usize,
    expands: usize,
    hmacs: usize,
    /// Keys of the record layer.
    keys: usize,
    /// Bytes that a side seals, and as many opens.
    sealed: usize,
}

/// ServerHello to client Finished with two certificates a side; application secrets, exporter and resumption.
const FULL: Symmetric =
    Symmetric { hashed: 2100, hashes: 7, extracts: 3, expands: 18, hmacs: 2, keys: 4, sealed: 900 };

/// The same with a binder in place of certificates, and a ticket behind it.
const RESUMED: Symmetric =
    Symmetric { hashed: 900, hashes: 6, extracts: 3, expands: 21, hmacs: 3, keys: 4, sealed: 300 };

impl Contestant for Primitives {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ready(&self, row: Row, papers: &Papers) -> Result<Box<dyn Contest>, Problem> {
        if let Row::Records { suite, size } = row {
            return Ok(Box::new(Records {
                key: self.aead(suite)?,
                records: vec![0; BATCH.div_ceil(size) * (size + OVERHEAD)],
                size,
            }));
        }
        let (signatures, verifications) = match row {
            Row::Full { auth: Auth::Mutual, .. } => ([1, 1], [3, 3]),
            Row::Full { auth: Auth::Server, .. } => ([0, 1], [3, 0]),
            Row::KnownChain => ([1, 1], [1, 1]),
            Row::Resumed(_) | Row::Records { .. } => ([0, 0], [0, 0]),
        };
        let group = match row.group() {
            Group::X25519 => KeyExchangeAlgorithm::X25519,
            Group::P256 => KeyExchangeAlgorithm::Secp256r1,
            Group::X25519MlKem768 => KeyExchangeAlgorithm::X25519MlKem768,
        };
        let algorithm = match row.key() {
            Key::P256 => SignatureAlgorithm::EcdsaP256Sha256,
            Key::Rsa2048 => SignatureAlgorithm::RsaPssSha256,
            Key::Ed25519 => SignatureAlgorithm::Ed25519,
        };
        let private_key = PrivateKeyInfo::from_pem(fs::read_to_string(papers.key("server"))?)?;
        let signing_key = self.provider.load_signing_key(&private_key)?;
        let hkdf = self.provider.hkdf(HashAlgorithm::Sha256).ok_or("has no HKDF")?;
        let mut entropy = Entropy::from_system()?.expand_with(Arc::clone(hkdf));
        Ok(Box::new(Handshake {
            exchange: Arc::clone(self.provider.key_exchange(group).ok_or("has no such group")?),
            verifier: Arc::clone(self.provider.verifier(algorithm).ok_or("has no such signatures")?),
            signature: signing_key.sign(algorithm, MESSAGE, &mut *entropy)?,
            entropy,
            signing_key,
            algorithm,
            signatures,
            verifications,
            symmetric: if matches!(row, Row::Resumed(_)) { RESUMED } else { FULL },
            provider: self.provider.clone(),
        }))
    }
}

/// As long as what CertificateVerify signs.
const MESSAGE: &[u8] = &[0x20; 130];

/// One side's share of a handshake, twice.
struct Handshake {
    provider: CryptoProvider,
    /// For providers without randomness of their own.
    entropy: Box<dyn EntropySource>,
    exchange: Arc<dyn KeyExchange>,
    signing_key: Arc<dyn Sign>,
    verifier: Arc<dyn Verify>,
    algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
    /// Of the client and the server.
    signatures: [usize; 2],
    verifications: [usize; 2],
    symmetric: Symmetric,
}

impl Contest for Handshake {
    fn run(&mut self) -> Result<Sides, Problem> {
        let (mut client, mut server) = (Meter::default(), Meter::default());
        let started = client.step(|| self.exchange.start(&mut *self.entropy))?;
        let (share, _) = server.step(|| self.exchange.respond(started.share(), &mut *self.entropy))?;
        client.step(|| started.complete(&share))?;
        let counts = self.signatures.into_iter().zip(self.verifications);
        for (meter, (signatures, verifications)) in [&mut client, &mut server].into_iter().zip(counts) {
            meter.step(|| -> Result<(), Problem> {
                for _ in 0..signatures {
                    self.signing_key.sign(self.algorithm, MESSAGE, &mut *self.entropy)?;
                }
                for _ in 0..verifications {
                    self.verifier.verify(self.signing_key.public_key(), MESSAGE, &self.signature)?;
                }
                self.symmetric.compute(&self.provider)
            })?;
        }
        Ok(Sides { client, server, wire: 0, units: 1 })
    }
}

impl Symmetric {
    fn compute(self, provider: &CryptoProvider) -> Result<(), Problem> {
        let hash = provider.hash(HashAlgorithm::Sha256).ok_or("has no SHA-256")?;
        let hkdf = provider.hkdf(HashAlgorithm::Sha256).ok_or("has no HKDF")?;
        let aead = provider.aead(AeadAlgorithm::Aes128Gcm).ok_or("has no AES-128-GCM")?;
        let mut running = hash.start();
        let mut digest = hash.digest(&[]);
        for _ in 0..self.hashes {
            running.update([0; 4096].get(..self.hashed / self.hashes).unwrap_or_default());
            digest = running.current();
        }
        let mut secret = Secret::from([7; 32]);
        for _ in 0..self.extracts {
            secret = hkdf.extract(secret.expose(), &digest);
        }
        let mut out = [0; 32];
        for _ in 0..self.expands {
            hkdf.expand(secret.expose(), &[&[0; 20], &digest], &mut out)?;
        }
        for _ in 0..self.hmacs {
            hkdf.hmac(secret.expose(), &digest);
        }
        let mut keys = Vec::with_capacity(self.keys);
        for _ in 0..self.keys {
            keys.push(aead.key(out.first_chunk::<16>().ok_or("no key")?)?);
        }
        let key = keys.first().ok_or("no key")?;
        let mut record = vec![0; self.sealed];
        key.seal([0; 12], &[0; 5], &mut record)?;
        key.open([0; 12], &[0; 5], &mut record)?;
        Ok(())
    }
}

impl Primitives {
    fn aead(&self, suite: Suite) -> Result<Box<dyn AeadKey>, Problem> {
        let algorithm = match suite {
            Suite::Aes128 => AeadAlgorithm::Aes128Gcm,
            Suite::Aes256 => AeadAlgorithm::Aes256Gcm,
            Suite::ChaCha20 => AeadAlgorithm::ChaCha20Poly1305,
        };
        let aead = self.provider.aead(algorithm).ok_or("has no such AEAD")?;
        Ok(aead.key([7; 32].get(..algorithm.key_len()).unwrap_or_default())?)
    }
}

/// About so many bytes of records are sealed before they are opened.
const BATCH: usize = 256 * 1024;

/// What sealing adds: the type of the content, and the tag.
const OVERHEAD: usize = 1 + 16;

/// Records, without headers.
struct Records {
    key: Box<dyn AeadKey>,
    records: Vec<u8>,
    size: usize,
}

impl Contest for Records {
    fn run(&mut self) -> Result<Sides, Problem> {
        let (mut client, mut server) = (Meter::default(), Meter::default());
        let length = self.size + OVERHEAD;
        client.step(|| {
            self.records.chunks_mut(length).try_for_each(|record| self.key.seal([0; 12], &[0; 5], record))
        })?;
        server.step(|| {
            self.records
                .chunks_mut(length)
                .try_for_each(|record| self.key.open([0; 12], &[0; 5], record).map(drop))
        })?;
        let units = u32::try_from(self.records.len() / length)?;
        Ok(Sides { client, server, wire: 0, units })
    }
}
